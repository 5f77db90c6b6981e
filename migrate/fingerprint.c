#include "migrate/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/walk.h"

static bool of_file(const char *path, char out[65], struct jpk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 ? sha256_fd(fd, out, err) : error_system(err, JPK_ERR_READ, errno, "cannot be opened");
    if (fd >= 0)
        close(fd);
    if (!ok)
        error_file(err, path);
    return ok;
}

/* Whether one part of the path is what version control keeps for itself. */
static bool is_private(const char *path)
{
    static const char *const names[] = {".git", ".svn", ".hg"};
    while (*path) {
        size_t n = strcspn(path, "/");
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (strlen(names[i]) == n && strncmp(path, names[i], n) == 0)
                return true;
        path += n + (path[n] == '/');
    }
    return false;
}

static bool put_line(struct buf *lines, const struct walk_entry *entry, struct jpk_error *err)
{
    char sum[65];
    if (is_private(entry->path))
        return true;
    if (entry->problem && entry->problem->code == JPK_ERR_READ)
        return error_set(err, JPK_ERR_READ, "%s", entry->problem->message);
    if (entry->problem || entry->kind != WALK_FILE) /* no project has any use for links and sockets */
        return true;
    if (!of_file(entry->full, sum, err))
        return false;
    buf_printf(lines, "%s %s\n", sum, entry->path);
    return !lines->failed || error_memory(err);
}

static bool of_folder(const char *path, char out[65], struct jpk_error *err)
{
    struct walk_options options = walk_options_default();
    struct walk_entry entry;
    struct buf lines = {0};
    options.no_ignore = options.any_names = true;
    struct walk *walk = walk_open(path, &options, err);
    struct jpk_error ended = {0};
    bool ok = walk != NULL;
    while (ok && walk_next(walk, &entry, &ended))
        ok = put_line(&lines, &entry, err);
    if (ended.code != JPK_OK)
        ok = error_memory(err);
    if (ok)
        sha256_hex(buf_text(&lines), lines.size, out);
    else
        error_file(err, path);
    walk_close(walk);
    buf_free(&lines);
    return ok;
}

bool fingerprint_path(const char *path, char out[65], struct jpk_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        error_system(err, JPK_ERR_READ, errno, "cannot be opened");
        error_file(err, path);
        return false;
    }
    return S_ISDIR(st.st_mode) ? of_folder(path, out, err) : of_file(path, out, err);
}
