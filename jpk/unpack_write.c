#include "jpk/unpack_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

static bool cannot_write(const struct tree_writer *writer, const char *path, struct jpk_error *err)
{
    error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
    error_file(err, writer->folder);
    if (*path)
        error_entry(err, path);
    return false;
}

/* A new folder beside the one that is wanted, below which it may have to be made too. */
static bool make_temporary(struct tree_writer *writer, struct jpk_error *err)
{
    char *above = strdup(writer->folder);
    if (!above)
        return error_memory(err);
    for (size_t n = strlen(above); n > 1 && above[n - 1] == '/'; n--)
        above[n - 1] = '\0';
    char *slash = strrchr(above, '/');
    bool ok = true;
    if (slash && slash > above) {
        *slash = '\0';
        ok = file_make_folder(above, err);
    }
    free(above);
    writer->temporary = ok ? file_make_unique_folder(writer->folder, err) : NULL;
    if (!writer->temporary)
        return false;
    writer->root = open(writer->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return writer->root >= 0 || cannot_write(writer, "", err);
}

bool tree_writer_begin(struct tree_writer *writer, const char *folder, struct jpk_archive *old, bool dry_run,
                       struct jpk_error *err)
{
    *writer = (struct tree_writer){.folder = folder, .old = old, .dry_run = dry_run, .root = -1, .last_folder = -1};
    if (dry_run)
        return true;
    if (!old)
        return make_temporary(writer, err);
    writer->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return writer->root >= 0 || cannot_write(writer, "", err);
}

/* Opens the folder of a path, made when it is not there; links are not followed. */
static int open_folder(struct tree_writer *writer, const char *path, struct jpk_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (writer->last_folder >= 0 && writer->last_path.size == n && memcmp(buf_text(&writer->last_path), path, n) == 0)
        return writer->last_folder;
    int fd = fcntl(writer->root, F_DUPFD_CLOEXEC, 0);
    buf_clear(&writer->last_path);
    buf_put(&writer->last_path, path, n);
    for (size_t at = 0; fd >= 0 && at < n && !writer->last_path.failed;) {
        char *part = writer->last_path.data + at;
        size_t length = strcspn(part, "/");
        char kept = part[length];
        part[length] = '\0';
        int below = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below < 0 && errno == ENOENT && mkdirat(fd, part, 0777) == 0)
            below = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        part[length] = kept;
        int errnum = errno;
        close(fd);
        errno = errnum;
        fd = below;
        at += length + 1;
    }
    if (writer->last_folder >= 0)
        close(writer->last_folder);
    if (fd >= 0 && writer->last_path.failed) {
        close(fd);
        fd = -1;
        errno = ENOMEM;
    }
    writer->last_folder = fd;
    if (fd < 0)
        cannot_write(writer, path, err);
    return fd;
}

/* In a new folder nobody reads yet; elsewhere a reader sees the old file or the new one. */
static bool write_file(struct tree_writer *writer, const char *path, const void *data, size_t n, struct jpk_error *err)
{
    char temporary[] = ".jpk-unpack.tmp";
    int folder = open_folder(writer, path, err);
    if (folder < 0)
        return false;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *target = writer->temporary ? name : temporary;
    int fd = openat(folder, target,
                    O_WRONLY | O_CREAT | (writer->temporary ? O_EXCL : O_TRUNC) | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && file_write_all(fd, data, n);
    int errnum = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        ok = false;
        errnum = errno;
    }
    if (ok && !writer->temporary && renameat(folder, temporary, folder, name) != 0) {
        ok = false;
        errnum = errno;
    }
    if (ok)
        return true;
    if (fd >= 0 && !writer->temporary)
        (void)unlinkat(folder, temporary, 0);
    errno = errnum;
    return cannot_write(writer, path, err);
}

static size_t find_old(const struct tree_writer *writer, const char *path)
{
    return writer->old ? jpk_archive_find(writer->old, path) : SIZE_MAX;
}

/* Whether the file is there with these bytes. */
static bool is_there(struct tree_writer *writer, const char *path, const void *data, size_t n, bool *same,
                     struct jpk_error *err)
{
    size_t index = find_old(writer, path);
    *same = false;
    if (index == SIZE_MAX || jpk_archive_entry(writer->old, index)->size != n)
        return true;
    if (!archive_read(writer->old, index, &writer->before, err))
        return false;
    *same = n == 0 || memcmp(buf_text(&writer->before), data, n) == 0;
    return true;
}

bool tree_writer_own(struct tree_writer *writer, const char *path, struct jpk_error *err)
{
    uint32_t before = MAP_NONE;
    char *key = arena_strdup(&writer->arena, path);
    if (!key || !map_add(&writer->owned, key, strlen(key), 0, &before))
        return error_memory(err);
    writer->owned_count += before == MAP_NONE && find_old(writer, path) != SIZE_MAX;
    return true;
}

bool tree_writer_know(struct tree_writer *writer, const char *path, struct jpk_error *err)
{
    bool there = find_old(writer, path) != SIZE_MAX;
    return tree_writer_own(writer, path, err) &&
           (!there || strings_add(&writer->known, &writer->arena, path) || error_memory(err));
}

bool tree_writer_guard(struct tree_writer *writer, const char *index, struct jpk_error *err)
{
    writer->guarded = true;
    return tree_writer_own(writer, index, err) && tree_writer_own(writer, ".gitignore", err) &&
           tree_writer_own(writer, ".gitattributes", err);
}

bool tree_writer_has_foreign(const struct tree_writer *writer)
{
    return writer->guarded && writer->old && jpk_archive_count(writer->old) > writer->owned_count;
}

/* A new item that somebody has put there by hand is nowhere else. */
static bool may_replace(const struct tree_writer *writer, const char *path, struct jpk_error *err)
{
    if (!writer->guarded || find_old(writer, path) == SIZE_MAX ||
        map_get(&writer->owned, path, strlen(path)) != MAP_NONE)
        return true;
    error_set(
        err, JPK_ERR_EXISTS,
        "would be replaced, but the tree's index does not know it yet; give it another name, or --force replaces it");
    error_entry(err, path);
    return false;
}

bool tree_writer_put(struct tree_writer *writer, const char *path, const void *data, size_t n, struct jpk_error *err)
{
    bool same;
    char *key = arena_strdup(&writer->arena, path);
    if (!key || !map_set(&writer->emitted, key, strlen(key), 0))
        return error_memory(err);
    if (!is_there(writer, path, data, n, &same, err))
        return false;
    if (same) {
        writer->unchanged++;
        return true;
    }
    if (!may_replace(writer, path, err))
        return false;
    if (!writer->dry_run && !write_file(writer, path, data, n, err))
        return false;
    return strings_add(&writer->written, &writer->arena, path) || error_memory(err);
}

bool tree_writer_put_once(struct tree_writer *writer, const char *path, const char *text, struct jpk_error *err)
{
    if (find_old(writer, path) == SIZE_MAX)
        return tree_writer_put(writer, path, text, strlen(text), err);
    writer->unchanged++;
    return true;
}

bool tree_writer_put_attributes(struct tree_writer *writer, struct jpk_error *err)
{
    return tree_writer_put_once(writer, ".gitattributes",
                                "# Packing must find every byte as it was: git changes no line ends.\n"
                                "* -text\n",
                                err);
}

bool tree_writer_has(const struct tree_writer *writer, const char *path)
{
    return map_get(&writer->emitted, path, strlen(path)) != MAP_NONE;
}

bool tree_writer_remove(struct tree_writer *writer, const char *path, struct jpk_error *err)
{
    if (writer->dry_run)
        return true;
    struct buf copy = {0};
    buf_puts(&copy, path);
    if (copy.failed)
        return error_memory(err);
    bool ok = unlinkat(writer->root, path, 0) == 0 || errno == ENOENT || cannot_write(writer, path, err);
    for (char *slash; ok && (slash = strrchr(copy.data, '/')) != NULL;) {
        *slash = '\0';
        if (unlinkat(writer->root, copy.data, AT_REMOVEDIR) != 0)
            break;
    }
    buf_free(&copy);
    return ok;
}

bool tree_writer_find_stale(struct tree_writer *writer, bool remove, struct strings *stale, struct jpk_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < writer->known.count; i++)
        ok = tree_writer_has(writer, writer->known.items[i]) ||
             strings_add(stale, &writer->arena, writer->known.items[i]) || error_memory(err);
    strings_sort(stale);
    for (size_t i = 0; ok && remove && i < stale->count; i++)
        ok = tree_writer_remove(writer, stale->items[i], err);
    return ok;
}

bool tree_writer_commit(struct tree_writer *writer, struct jpk_error *err)
{
    if (!writer->temporary)
        return true;
    /* An empty folder may have come in between; nothing else is replaced. */
    if (rename(writer->temporary, writer->folder) != 0)
        return cannot_write(writer, "", err);
    free(writer->temporary);
    writer->temporary = NULL;
    return true;
}

void tree_writer_free(struct tree_writer *writer)
{
    if (writer->temporary)
        file_remove_tree(writer->temporary, NULL);
    free(writer->temporary);
    if (writer->last_folder >= 0)
        close(writer->last_folder);
    if (writer->root >= 0)
        close(writer->root);
    buf_free(&writer->last_path);
    buf_free(&writer->before);
    map_free(&writer->emitted);
    map_free(&writer->owned);
    strings_free(&writer->known);
    strings_free(&writer->written);
    arena_free(&writer->arena);
}

struct unpacked {
    struct jpk_unpacked public; /* first, so that the pointers are the same */
    struct arena arena;
    struct strings written, stale, notes;
};

struct jpk_unpacked *unpacked_new(struct tree_writer *writer, struct strings *stale, struct strings *notes,
                                  struct jpk_error *err)
{
    struct unpacked *result = calloc(1, sizeof *result);
    if (!result) {
        error_memory(err);
        return NULL;
    }
    strings_sort(&writer->written);
    result->arena = writer->arena;
    result->written = writer->written;
    result->stale = *stale;
    result->notes = *notes;
    writer->arena = (struct arena){0};
    writer->written = *stale = *notes = (struct strings){0};
    result->public = (struct jpk_unpacked){
        .written = {result->written.items, result->written.count},
        .stale = {result->stale.items, result->stale.count},
        .notes = {result->notes.items, result->notes.count},
        .unchanged = writer->unchanged,
    };
    return &result->public;
}

void jpk_unpacked_free(struct jpk_unpacked *public)
{
    struct unpacked *unpacked = (struct unpacked *)public;
    if (!unpacked)
        return;
    strings_free(&unpacked->written);
    strings_free(&unpacked->stale);
    strings_free(&unpacked->notes);
    arena_free(&unpacked->arena);
    free(unpacked);
}
