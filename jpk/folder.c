/* A folder as an archive: nothing in it is followed, and nothing outside is ever opened. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "jpk/archive.h"
#include "jpk/entry_name.h"

/* What version control and desktops leave in folders. */
static const char *const left_out[] = {".git", ".svn", ".hg", ".DS_Store", "Thumbs.db", "desktop.ini"};

static bool is_left_out(const char *name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (strcmp(name, left_out[i]) == 0)
            return true;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A list of texts that the arena of the archive owns. */
struct list {
    char **items;
    size_t count, capacity;
};

static bool list_add(struct list *list, char *item, struct jpk_error *err)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        char **items = realloc(list->items, capacity * sizeof *items);
        if (!items)
            return error_memory(err);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    return true;
}

/* ------------------------------------------------------------------------------------ opening, step by step */

static bool cannot_open(int errnum, struct jpk_error *err)
{
    /* O_NOFOLLOW: ELOOP for a file, ENOTDIR where a folder must be. */
    if (errnum == ELOOP || errnum == ENOTDIR)
        return error_set(err, JPK_ERR_SPECIAL, "is not what it was: a part of its path became a link or a file");
    return error_system(err, JPK_ERR_READ, errnum, "cannot be opened");
}

/* Opens `path` (which may end in a slash) below `root`, a part at a time, following no links; -1 on failure. */
static int open_below(int root, const char *path, int flags, struct jpk_error *err)
{
    char part[NAME_MAX + 1];
    int fd = root;
    for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        size_t n = (size_t)(slash - path);
        int next = -1;
        errno = ENAMETOOLONG;
        if (n < sizeof part) {
            memcpy(part, path, n);
            part[n] = '\0';
            next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        int errnum = errno;
        if (fd != root)
            close(fd);
        if (next < 0) {
            cannot_open(errnum, err);
            return -1;
        }
        fd = next;
    }
    int file = openat(fd, *path ? path : ".", flags | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        cannot_open(errno, err);
    if (fd != root)
        close(fd);
    return file;
}

/* ----------------------------------------------------------------------------------------------- listing */

struct walk {
    struct jpk_archive *archive;
    struct list folders; /* still to be read; as paths that end in a slash, "" for the root */
    size_t seen_folders;
    size_t capacity; /* of the entries */
    uint64_t total;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, in byte order, so that always the same problem is found first. */
static bool read_names(DIR *stream, struct arena *arena, struct list *names, struct jpk_error *err)
{
    struct dirent *item;
    while (errno = 0, (item = readdir(stream)) != NULL) {
        if (is_left_out(item->d_name))
            continue;
        char *name = arena_strdup(arena, item->d_name);
        if (!name)
            return error_memory(err);
        if (!list_add(names, name, err))
            return false;
    }
    if (errno != 0)
        return error_system(err, JPK_ERR_READ, errno, "cannot be listed");
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, by_text);
    return true;
}

static const char *special_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFLNK:
        return "a symbolic link";
    case S_IFCHR:
        return "a character device";
    case S_IFBLK:
        return "a block device";
    case S_IFIFO:
        return "a FIFO (named pipe)";
    case S_IFSOCK:
        return "a socket";
    default:
        return "something unknown";
    }
}

static bool check_size(struct walk *walk, uint64_t size, struct jpk_error *err)
{
    const struct jpk_limits *limits = &walk->archive->limits;
    if (size > limits->entry_size)
        return error_set(err, JPK_ERR_LIMIT, "has %llu bytes; %llu are allowed (--max-entry-size)",
                         (unsigned long long)size, (unsigned long long)limits->entry_size);
    if (size > limits->total_size - walk->total)
        return error_set(err, JPK_ERR_LIMIT, "brings the files to more than %llu bytes (--max-total-size)",
                         (unsigned long long)limits->total_size);
    walk->total += size;
    return true;
}

static bool add_file(struct walk *walk, const char *path, uint64_t size, struct jpk_error *err)
{
    struct zipdir *dir = &walk->archive->dir;
    if (dir->count >= walk->archive->limits.entries || dir->count + 1 >= UINT32_MAX)
        return error_set(err, JPK_ERR_LIMIT, "is one file too many: %llu are allowed (--max-entries)",
                         (unsigned long long)walk->archive->limits.entries);
    if (!check_size(walk, size, err))
        return false;
    if (dir->count == walk->capacity) {
        size_t capacity = walk->capacity ? walk->capacity * 2 : 64;
        struct zipdir_entry *entries = realloc(dir->entries, capacity * sizeof *entries);
        if (!entries)
            return error_memory(err);
        dir->entries = entries;
        walk->capacity = capacity;
    }
    dir->entries[dir->count++] = (struct zipdir_entry){.info = {.name = path, .size = size, .compressed_size = size}};
    return true;
}

static bool add_folder(struct walk *walk, const char *path, struct jpk_error *err)
{
    struct arena *arena = &walk->archive->dir.names;
    size_t n = strlen(path);
    char *slashed = arena_alloc(arena, n + 2);
    if (!slashed)
        return error_memory(err);
    snprintf(slashed, n + 2, "%s/", path);
    if (walk->seen_folders++ >= walk->archive->limits.entries)
        return error_set(err, JPK_ERR_LIMIT, "is one folder too many: %llu are allowed (--max-entries)",
                         (unsigned long long)walk->archive->limits.entries);
    return list_add(&walk->folders, slashed, err);
}

/* Adds what `name` is in the open folder whose path is `folder`. */
static bool add_item(struct walk *walk, int fd, const char *folder, const char *name, struct jpk_error *err)
{
    struct stat st;
    size_t folder_n = strlen(folder), name_n = strlen(name);
    char *path = arena_alloc(&walk->archive->dir.names, folder_n + name_n + 1);
    if (!path)
        return error_memory(err);
    snprintf(path, folder_n + name_n + 1, "%s%s", folder, name);
    bool ok = entry_name_check(path, folder_n + name_n, &walk->archive->limits, err);
    if (ok && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        ok = error_system(err, JPK_ERR_READ, errno, "cannot be looked at");
    else if (ok && S_ISREG(st.st_mode))
        ok = add_file(walk, path, (uint64_t)st.st_size, err);
    else if (ok && S_ISDIR(st.st_mode))
        ok = add_folder(walk, path, err);
    else if (ok)
        ok = error_set(err, JPK_ERR_SPECIAL, "is %s, neither a file nor a folder", special_kind(st.st_mode));
    if (!ok)
        error_entry(err, path);
    return ok;
}

static bool list_open_folder(struct walk *walk, DIR *stream, const char *folder, struct jpk_error *err)
{
    struct list names = {0};
    struct arena arena = {0};
    bool ok = read_names(stream, &arena, &names, err);
    for (size_t i = 0; ok && i < names.count; i++)
        ok = add_item(walk, dirfd(stream), folder, names.items[i], err);
    free(names.items);
    arena_free(&arena);
    return ok;
}

/* Lists one folder: its files become entries, its folders wait in the list. */
static bool list_folder(struct walk *walk, const char *folder, struct jpk_error *err)
{
    int fd = open_below(walk->archive->root, folder, O_RDONLY | O_DIRECTORY, err);
    if (fd < 0)
        return false;
    DIR *stream = fdopendir(fd);
    if (!stream) {
        error_system(err, JPK_ERR_READ, errno, "cannot be listed");
        close(fd);
        return false;
    }
    bool ok = list_open_folder(walk, stream, folder, err);
    closedir(stream);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct zipdir_entry *)a)->info.name, ((const struct zipdir_entry *)b)->info.name);
}

bool folder_list(struct jpk_archive *archive, const char *path, struct jpk_error *err)
{
    struct walk walk = {.archive = archive};
    archive->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (archive->root < 0)
        return error_system(err, JPK_ERR_READ, errno, "cannot be opened as a folder");
    static char root[] = "";
    bool ok = list_add(&walk.folders, root, err);
    while (ok && walk.folders.count > 0) {
        const char *folder = walk.folders.items[--walk.folders.count];
        ok = list_folder(&walk, folder, err);
        if (!ok)
            error_entry(err, folder);
    }
    free(walk.folders.items);
    if (ok && archive->dir.count > 1)
        qsort(archive->dir.entries, archive->dir.count, sizeof *archive->dir.entries, by_name);
    return ok;
}

/* ----------------------------------------------------------------------------------------------- reading */

static bool changed(struct jpk_error *err)
{
    return error_set(err, JPK_ERR_SIZE, "changed its size since the folder was listed");
}

/* Reads to the end, but never more than one byte beyond the listed size. */
static bool read_file(int fd, uint64_t size, struct buf *out, struct jpk_error *err)
{
    char *p = size < SIZE_MAX ? buf_reserve(out, (size_t)size + 1) : NULL;
    if (!p)
        return error_memory(err);
    while (out->size <= size) {
        ssize_t n = file_read_some(fd, p + out->size, (size_t)size + 1 - out->size);
        if (n < 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
        if (n == 0)
            break;
        out->size += (size_t)n;
    }
    p[out->size] = '\0';
    return out->size == size || changed(err);
}

bool folder_read(struct jpk_archive *archive, const struct jpk_entry_info *info, struct buf *out, struct jpk_error *err)
{
    struct stat st;
    /* O_NONBLOCK: should it have become a FIFO, opening must not wait for a writer. */
    int fd = open_below(archive->root, info->name, O_RDONLY | O_NONBLOCK, err);
    if (fd < 0)
        return false;
    bool ok;
    if (fstat(fd, &st) != 0)
        ok = error_system(err, JPK_ERR_READ, errno, "cannot be read");
    else if (!S_ISREG(st.st_mode))
        ok = error_set(err, JPK_ERR_SPECIAL, "is not what it was: it is no file any more");
    else if ((uint64_t)st.st_size != info->size)
        ok = changed(err);
    else
        ok = read_file(fd, info->size, out, err);
    close(fd);
    return ok;
}
