#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pages.h"

ssize_t file_read_some(int fd, void *data, size_t n)
{
    ssize_t got;
    do
        got = read(fd, data, n);
    while (got < 0 && errno == EINTR);
    return got;
}

bool file_read_fd(int fd, uint64_t limit, const char *what, struct buf *out, struct jpk_error *err)
{
    uint64_t total = 0;
    size_t step = 64 * 1024;
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size <= limit)
        step = (size_t)st.st_size + 1;
    for (;;) {
        char *p = buf_reserve(out, step);
        if (!p)
            return error_memory(err);
        pages_large(p, step);
        ssize_t n = file_read_some(fd, p, step);
        if (n < 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
        if (n == 0)
            break;
        total += (uint64_t)n;
        if (total > limit)
            return error_set(err, JPK_ERR_LIMIT, "is larger than %llu bytes (%s)", (unsigned long long)limit, what);
        out->size += (size_t)n;
        out->data[out->size] = '\0';
        /* What is left over is enough to see the end of a file whose size was known. */
        size_t left = out->capacity - out->size - 1;
        step = left > 0 ? left : (size_t)64 * 1024;
    }
    return true;
}

bool file_read(const char *path, uint64_t limit, const char *what, struct buf *out, struct jpk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;
    if (fd < 0) {
        ok = error_system(err, JPK_ERR_READ, errno, "cannot be opened");
    } else {
        ok = file_read_fd(fd, limit, what, out, err);
        close(fd);
    }
    if (!ok)
        error_file(err, path);
    return ok;
}

enum file_kind file_look(const char *path, bool follow, struct jpk_error *err)
{
    struct stat st;
    if ((follow ? stat(path, &st) : lstat(path, &st)) == 0)
        return S_ISREG(st.st_mode) ? FILE_REGULAR : S_ISDIR(st.st_mode) ? FILE_FOLDER : FILE_OTHER;
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
        return FILE_NONE;
    error_system(err, JPK_ERR_READ, errno, "cannot be looked at");
    error_file(err, path);
    return FILE_UNKNOWN;
}

/* `socket`: to one, without a signal when nobody reads from it. */
static bool put_all(int fd, const void *data, size_t n, bool socket)
{
    const char *p = data;
    while (n > 0) {
        ssize_t done = socket ? send(fd, p, n, MSG_NOSIGNAL) : write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    char *real = folder ? realpath(folder, NULL) : NULL;
    free(folder);
    return real;
}

bool file_write_all(int fd, const void *data, size_t n)
{
    return put_all(fd, data, n, false);
}

bool file_send_all(int fd, const void *data, size_t n)
{
    return put_all(fd, data, n, true);
}

static bool exists(const char *path, struct jpk_error *err)
{
    error_set(err, JPK_ERR_EXISTS, "exists already; --force overwrites it");
    error_file(err, path);
    return false;
}

enum { UNIQUE_TRIES = 100, UNIQUE_LENGTH = 6 };

#define UNIQUE_SUFFIX ".XXXXXX"

/* Six random characters at `at`. False: there is no randomness, see errno. */
static bool put_unique(char *at)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    unsigned char bytes[UNIQUE_LENGTH];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t k = 0; k < UNIQUE_LENGTH; k++)
        at[k] = letters[bytes[k] % (sizeof letters - 1)];
    return true;
}

/* A new file whose name ends in six random characters, from `at` on. Unlike mkstemp it honours the umask. */
static int create_unique(char *path, size_t at)
{
    for (int i = 0; i < UNIQUE_TRIES; i++) {
        if (!put_unique(path + at))
            return -1;
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

char *file_make_unique_folder(const char *path, struct jpk_error *err)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    char *unique = malloc(n + sizeof UNIQUE_SUFFIX);
    if (!unique) {
        error_memory(err);
        return NULL;
    }
    memcpy(unique, path, n);
    memcpy(unique + n, UNIQUE_SUFFIX, sizeof UNIQUE_SUFFIX);
    for (int i = 0; i < UNIQUE_TRIES; i++) {
        if (put_unique(unique + n + 1) && mkdir(unique, 0777) == 0)
            return unique;
        if (errno != EEXIST)
            break;
    }
    error_system(err, JPK_ERR_WRITE, errno, "cannot be created");
    error_file(err, path);
    free(unique);
    return NULL;
}

/*
 * Removes what one pass over a folder finds. In `full` is the name of a folder that is not empty, or "". False:
 * something cannot be removed.
 */
static bool remove_listed(int fd, char full[NAME_MAX + 1], bool *found)
{
    alignas(struct dirent64) char block[4096];
    ssize_t n;
    *full = '\0';
    *found = false;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return false;
    while ((n = getdents64(fd, block, sizeof block)) > 0) {
        const struct dirent64 *entry;
        for (ssize_t at = 0; at < n; at += entry->d_reclen) {
            entry = (const struct dirent64 *)(const void *)(block + at);
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            *found = true;
            if (unlinkat(fd, entry->d_name, 0) == 0 || unlinkat(fd, entry->d_name, AT_REMOVEDIR) == 0)
                continue;
            if (errno != ENOTEMPTY && errno != EEXIST)
                return false;
            snprintf(full, NAME_MAX + 1, "%s", entry->d_name);
        }
    }
    return n == 0;
}

/* Goes down into a folder that is not empty, and up from one that is. Takes no memory, for there may be none. */
static bool empty_folder(int fd)
{
    char full[NAME_MAX + 1];
    size_t depth = 0;
    bool found, ok = true;
    while (ok && (ok = remove_listed(fd, full, &found)) && (found || depth > 0)) {
        if (found && !*full)
            continue;
        int next = openat(fd, found ? full : "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        depth = found ? depth + 1 : depth - 1;
        int kept = errno;
        close(fd);
        errno = kept;
        fd = next;
        if (fd < 0)
            return false;
    }
    int kept = errno;
    close(fd);
    errno = kept;
    return ok;
}

bool file_remove_tree(const char *path, struct jpk_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = fd >= 0 ? empty_folder(fd) && rmdir(path) == 0 : errno == ENOENT || unlink(path) == 0;
    if (ok)
        return true;
    error_system(err, JPK_ERR_WRITE, errno, "cannot be removed");
    error_file(err, path);
    return false;
}

bool file_is_special(const char *path)
{
    static const char process[] = "/proc/";
    char target[sizeof process];
    struct stat st;
    if (readlink(path, target, sizeof target) == (ssize_t)sizeof target &&
        memcmp(target, process, strlen(process)) == 0)
        return true;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static bool open_stream(struct outfile *out, const char *path, struct jpk_error *err)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
    } else if (fstat(fd, &st) != 0 || S_ISBLK(st.st_mode)) {
        error_set(err, JPK_ERR_WRITE, "cannot be written: it is a disk");
    } else {
        *out = (struct outfile){.path = strdup(path), .fd = fd};
        if (out->path)
            return true;
        error_memory(err);
    }
    if (fd >= 0)
        close(fd);
    error_file(err, path);
    return false;
}

bool outfile_open(struct outfile *out, const char *path, bool force, struct jpk_error *err)
{
    struct stat st;
    bool there = lstat(path, &st) == 0;
    if (there && !force)
        return exists(path, err);
    if (there && file_is_special(path))
        return open_stream(out, path, err);
    size_t n = strlen(path);
    char *copy = strdup(path), *temporary = malloc(n + sizeof UNIQUE_SUFFIX);
    if (!copy || !temporary) {
        free(copy);
        free(temporary);
        return error_memory(err);
    }
    snprintf(temporary, n + sizeof UNIQUE_SUFFIX, "%s%s", path, UNIQUE_SUFFIX);
    int fd = create_unique(temporary, n + 1);
    if (fd < 0) {
        error_system(err, JPK_ERR_WRITE, errno, "cannot be created");
        error_file(err, path);
        free(copy);
        free(temporary);
        return false;
    }
    *out = (struct outfile){.path = copy, .temporary = temporary, .fd = fd};
    return true;
}

static void forget(struct outfile *out)
{
    free(out->path);
    free(out->temporary);
    *out = (struct outfile){.fd = -1};
}

bool outfile_commit(struct outfile *out, bool force, bool durable, struct jpk_error *err)
{
    bool ok = true;
    if (durable && fsync(out->fd) != 0 && errno != EINVAL && errno != EROFS)
        ok = error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
    if (close(out->fd) != 0)
        ok = ok && error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
    out->fd = -1;
    if (ok && out->temporary &&
        renameat2(AT_FDCWD, out->temporary, AT_FDCWD, out->path, force ? 0 : RENAME_NOREPLACE) != 0) {
        if (!force && errno == EEXIST) {
            ok = exists(out->path, err);
        } else if (!force && errno == EINVAL) {
            /* A file system without RENAME_NOREPLACE: a hard link does not replace either. */
            ok = link(out->temporary, out->path) == 0;
            if (!ok && errno == EEXIST)
                exists(out->path, err);
            else if (!ok)
                error_system(err, JPK_ERR_WRITE, errno, "cannot be created");
            (void)unlink(out->temporary);
        } else {
            ok = error_system(err, JPK_ERR_WRITE, errno, "cannot be created");
        }
    }
    if (ok) {
        forget(out);
        return true;
    }
    error_file(err, out->path);
    outfile_discard(out);
    return false;
}

void outfile_discard(struct outfile *out)
{
    if (!out->path)
        return;
    if (out->fd >= 0)
        close(out->fd);
    if (out->temporary)
        (void)unlink(out->temporary);
    forget(out);
}

bool outfile_put(struct outfile *out, const void *data, size_t n, struct jpk_error *err)
{
    if (file_write_all(out->fd, data, n))
        return true;
    error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
    error_file(err, out->path);
    return false;
}

static bool write_whole(const char *path, const void *data, size_t n, bool force, bool durable, struct jpk_error *err)
{
    struct outfile out;
    if (!outfile_open(&out, path, force, err))
        return false;
    if (outfile_put(&out, data, n, err))
        return outfile_commit(&out, force, durable, err);
    outfile_discard(&out);
    return false;
}

bool file_write(const char *path, const void *data, size_t n, bool force, struct jpk_error *err)
{
    return write_whole(path, data, n, force, false, err);
}

bool file_write_durably(const char *path, const void *data, size_t n, bool force, struct jpk_error *err)
{
    return write_whole(path, data, n, force, true, err);
}

bool file_make_folder(const char *path, struct jpk_error *err)
{
    struct buf part = {0};
    buf_puts(&part, path);
    if (part.failed)
        return error_memory(err);
    bool ok = true;
    for (size_t i = 1; ok && i <= part.size; i++) {
        if (part.data[i] != '/' && part.data[i] != '\0')
            continue;
        char kept = part.data[i];
        part.data[i] = '\0';
        struct stat st;
        if (mkdir(part.data, 0777) != 0 && (errno != EEXIST || stat(part.data, &st) != 0 || !S_ISDIR(st.st_mode))) {
            ok = error_system(err, JPK_ERR_WRITE, errno, "the folder cannot be created");
            error_file(err, part.data);
        }
        part.data[i] = kept;
    }
    buf_free(&part);
    return ok;
}
