#include "migrate/out.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/jstream.h"
#include "base/text.h"
#include "migrate/paths.h"

#define WORK ".work"
#define MARK "migration.json"

/* -------------------------------------------------------------------------------------------------------- paths */

static char *join(const char *folder, const char *relative)
{
    size_t n = strlen(folder), m = strlen(relative);
    char *path = malloc(n + m + 2);
    if (path)
        snprintf(path, n + m + 2, "%s/%s", folder, relative);
    return path;
}

char *out_path(const struct out *out, const char *relative)
{
    return join(out->path, relative);
}

char *out_work_path(const struct out *out, const char *relative)
{
    return join(out->work, relative);
}

char *out_journal_name(const char *id)
{
    size_t n = strlen(id) + sizeof "journal/.json";
    char *name = malloc(n);
    if (name)
        snprintf(name, n, "journal/%s.json", id);
    return name;
}

static bool fail(struct jpk_error *err, const char *path, const char *what)
{
    error_system(err, JPK_ERR_WRITE, errno, "%s", what);
    error_file(err, path);
    return false;
}

static bool make_folder(const char *path, struct jpk_error *err)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST || fail(err, path, "cannot be created");
}

/* ----------------------------------------------------------------------------------------------------- removing */

bool out_remove(const struct out *out, const char *relative, struct jpk_error *err)
{
    char *path = out_path(out, relative);
    bool ok = path ? file_remove_tree(path, err) : error_memory(err);
    size_t top = strlen(out->path);
    for (char *slash = ok ? strrchr(path, '/') : NULL; slash && (size_t)(slash - path) > top;
         slash = strrchr(path, '/')) {
        *slash = '\0';
        if (rmdir(path) != 0) /* there is more in it */
            break;
    }
    free(path);
    return ok;
}

bool out_list_journal(const char *path, struct strings *ids, struct arena *arena, struct jpk_error *err)
{
    char *folder = join(path, "journal");
    DIR *list = folder ? opendir(folder) : NULL;
    struct dirent *entry;
    bool ok = folder || error_memory(err);
    if (ok && !list) {
        error_system(err, JPK_ERR_READ, errno, "cannot be read");
        error_file(err, folder);
        ok = false;
    }
    while (ok && (errno = 0, entry = readdir(list)) != NULL) {
        size_t n = strlen(entry->d_name), ending = strlen(".json");
        if (n <= ending || strcmp(entry->d_name + n - ending, ".json") != 0)
            continue;
        entry->d_name[n - ending] = '\0';
        ok = strings_add(ids, arena, entry->d_name) || error_memory(err);
    }
    if (ok && errno != 0) {
        ok = error_system(err, JPK_ERR_READ, errno, "cannot be listed");
        error_file(err, folder);
    }
    if (list)
        closedir(list);
    free(folder);
    strings_sort(ids);
    return ok;
}

/* -------------------------------------------------------------------------------------------------------- locks */

/* Whether the file that was locked is still the one of that name: another run may have taken it away in between. */
static bool same_file(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* -1: somebody else has it, or it cannot be had (errno says why). */
static int take_lock(const char *path, int flags)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0666);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            int why = errno;
            close(fd);
            errno = why;
            return -1;
        }
        if (same_file(fd, path))
            return fd;
        close(fd);
    }
    errno = EWOULDBLOCK;
    return -1;
}

static void drop_lock(int fd, const char *path)
{
    unlink(path);
    close(fd);
}

/* What runs have left behind that are not there any more. */
static void clean_up(const char *work, const char *own)
{
    DIR *list = opendir(work);
    struct dirent *entry;
    while (list && (entry = readdir(list)) != NULL) {
        size_t n = strlen(entry->d_name), ending = strlen(".lock");
        if (n <= ending || strcmp(entry->d_name + n - ending, ".lock") != 0 || strcmp(entry->d_name, own) == 0)
            continue;
        char *path = join(work, entry->d_name);
        int fd = path ? take_lock(path, 0) : -1;
        if (fd >= 0) {
            char *folder = strndup(path, strlen(path) - ending);
            if (folder)
                file_remove_tree(folder, NULL);
            free(folder);
            drop_lock(fd, path);
        }
        free(path);
    }
    if (list)
        closedir(list);
}

/* ---------------------------------------------------------------------------------------------- opening, closing */

/* Whether a folder is empty, or one of ours. */
static bool is_ours(const char *path, struct jpk_error *err)
{
    DIR *list = opendir(path);
    struct dirent *entry;
    bool empty = true, ours = false;
    if (!list)
        return fail(err, path, "cannot be looked at");
    while (errno = 0, (entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        empty = false;
        ours = ours || strcmp(entry->d_name, MARK) == 0 || strcmp(entry->d_name, WORK) == 0;
    }
    bool known = errno == 0 || fail(err, path, "cannot be looked at");
    closedir(list);
    if (known && !empty && !ours) {
        error_set(err, JPK_ERR_EXISTS, "is not empty, and holds no output of a migration");
        error_file(err, path);
    }
    return known && (empty || ours);
}

/* Others may take the folder of locks away with the last one in it, and look at any lock whether its run has ended. */
static int take_own_lock(const char *work, const char *path, const char *name)
{
    enum { TRIES = 100, WAIT_MS = 2 };
    int fd = -1;
    for (int i = 0; fd < 0 && i < TRIES; i++) {
        if (mkdir(work, 0777) != 0 && errno != EEXIST)
            return -1;
        clean_up(work, name);
        fd = take_lock(path, O_CREAT);
        if (fd < 0 && errno != ENOENT && errno != EWOULDBLOCK)
            return -1;
        if (fd < 0 && errno == EWOULDBLOCK)
            nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000}, NULL);
    }
    return fd;
}

static bool take_run(struct out *out, const char *work, const char *name, struct jpk_error *err)
{
    out->lock = take_own_lock(work, out->lock_path, name);
    if (out->lock >= 0)
        return file_remove_tree(out->work, err) && make_folder(out->work, err);
    if (errno != EWOULDBLOCK)
        return fail(err, out->lock_path, "cannot be created");
    error_set(err, JPK_ERR_EXISTS, "another run is writing these projects into it at this moment");
    error_file(err, out->path);
    return false;
}

static bool lock_run(struct out *out, const char *work, const char *name, struct jpk_error *err)
{
    struct buf lock = {0};
    buf_printf(&lock, "%s.lock", name);
    out->work = join(work, name);
    out->lock_path = lock.failed ? NULL : join(work, lock.data);
    bool ok = out->work && out->lock_path ? take_run(out, work, lock.data, err) : error_memory(err);
    buf_free(&lock);
    return ok;
}

bool out_open(struct out *out, const char *path, const char *name, struct jpk_error *err)
{
    *out = (struct out){.path = strdup(path), .lock = -1};
    if (!out->path)
        return error_memory(err);
    if (!file_make_folder(path, err) || !is_ours(path, err))
        return false;
    char *work = join(path, WORK);
    bool ok = work ? lock_run(out, work, name, err) : error_memory(err);
    if (work && out->lock < 0)
        rmdir(work); /* unless another run is in it */
    free(work);
    return ok;
}

bool out_close(struct out *out, struct jpk_error *err)
{
    bool ok = true;
    if (out->lock >= 0) {
        ok = file_remove_tree(out->work, err);
        if (syncfs(out->lock) != 0)
            ok = ok && fail(err, out->path, "cannot be written");
        drop_lock(out->lock, out->lock_path);
        *strrchr(out->work, '/') = '\0';
        rmdir(out->work); /* the last run takes it away */
    }
    free(out->path);
    free(out->work);
    free(out->lock_path);
    *out = (struct out){.lock = -1};
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- writing */

char *out_begin_folder(const struct out *out, const char *name, struct jpk_error *err)
{
    char *path = out_work_path(out, name);
    if (!path) {
        error_memory(err);
        return NULL;
    }
    if (file_remove_tree(path, err) && make_folder(path, err))
        return path;
    free(path);
    return NULL;
}

static bool make_parents(const char *path, struct jpk_error *err)
{
    char *parent = strdup(path), *slash = parent ? strrchr(parent, '/') : NULL;
    bool ok = parent || error_memory(err);
    if (ok && slash) {
        *slash = '\0';
        ok = file_make_folder(parent, err);
    }
    free(parent);
    return ok;
}

/* Whoever takes results away takes folders that are empty then, too, and perhaps one that was just made. */
static bool take_place(const char *folder, const char *path, struct jpk_error *err)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        if (!make_parents(path, err))
            return false;
        if (renameat2(AT_FDCWD, folder, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
            return true;
        if (errno != ENOENT)
            break;
    }
    /* What is there goes to the folder's old place, and away from there. */
    bool ok = errno == EEXIST && renameat2(AT_FDCWD, folder, AT_FDCWD, path, RENAME_EXCHANGE) == 0;
    if (!ok && (errno == EINVAL || errno == ENOSYS)) /* a file system that cannot exchange */
        ok = file_remove_tree(path, err) && rename(folder, path) == 0;
    return ok ? file_remove_tree(folder, err) : fail(err, path, "cannot be written");
}

/* What a folder holds; nothing when there is none. */
static bool list_folder(const char *path, struct strings *names, struct arena *arena, struct jpk_error *err)
{
    DIR *list = opendir(path);
    struct dirent *entry;
    bool ok = true;
    if (!list)
        return errno == ENOENT || errno == ENOTDIR || fail(err, path, "cannot be listed");
    while (ok && (errno = 0, entry = readdir(list)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = strings_add(names, arena, entry->d_name) || error_memory(err);
    ok = ok && (errno == 0 || fail(err, path, "cannot be listed"));
    closedir(list);
    return ok;
}

static enum file_kind look_in(const char *folder, const char *name, struct jpk_error *err)
{
    char *path = join(folder, name);
    enum file_kind kind = path ? file_look(path, false, err) : FILE_UNKNOWN;
    if (!path)
        error_memory(err);
    free(path);
    return kind;
}

/* Whether a run may have written what has that name; all else is a person's. */
static bool may_be_result(const char *name, enum file_kind kind)
{
    return kind == FILE_REGULAR &&
           (text_ends_with(name, ".jpk") || text_ends_with(name, ".json") || text_ends_with(name, ".html"));
}

/* Which of `names` in `path` are results that the new folder has no more, and whether there is a person's among them.
 */
static bool sort_old(const char *path, const char *folder, const struct strings *names, struct strings *old,
                     struct arena *arena, bool *others, struct jpk_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < names->count; i++) {
        enum file_kind kind = look_in(path, names->items[i], err), now = look_in(folder, names->items[i], err);
        bool ours = may_be_result(names->items[i], kind);
        ok = kind != FILE_UNKNOWN && now != FILE_UNKNOWN;
        *others = *others || !ours;
        if (ok && ours && now == FILE_NONE) {
            ok = strings_add(old, arena, names->items[i]) || error_memory(err);
        } else if (ok && !ours && now != FILE_NONE) {
            error_set(err, JPK_ERR_EXISTS, "'%s' in it was made by no run, and has the name of a result",
                      names->items[i]);
            error_file(err, path);
            ok = false;
        }
    }
    return ok;
}

static bool move_file(const char *folder, const char *path, const char *name, struct jpk_error *err)
{
    char *from = join(folder, name), *to = join(path, name);
    bool ok = (from && to) || error_memory(err);
    if (ok && rename(from, to) != 0)
        ok = fail(err, to, "cannot be written");
    free(from);
    free(to);
    return ok;
}

/*
 * Where a person has put something beside the results, these are replaced one by one, so that nothing can happen to
 * what is not ours. When that is stopped, results and record do not fit, and it is done again.
 */
static bool replace_files(const char *folder, const char *path, const struct strings *old, struct arena *arena,
                          struct jpk_error *err)
{
    struct strings names = {0};
    bool ok = list_folder(folder, &names, arena, err);
    for (size_t i = 0; ok && i < old->count; i++) {
        char *file = join(path, old->items[i]);
        ok = file ? file_remove_tree(file, err) : error_memory(err);
        free(file);
    }
    for (size_t i = 0; ok && i < names.count; i++)
        ok = move_file(folder, path, names.items[i], err);
    strings_free(&names);
    return ok && file_remove_tree(folder, err);
}

bool out_commit_folder(const struct out *out, const char *folder, const char *relative, struct jpk_error *err)
{
    char *path = out_path(out, relative);
    struct strings names = {0}, old = {0};
    struct arena arena = {0};
    bool others = false, ok = (path || error_memory(err)) && list_folder(path, &names, &arena, err) &&
                              sort_old(path, folder, &names, &old, &arena, &others, err) &&
                              (others ? replace_files(folder, path, &old, &arena, err) : take_place(folder, path, err));
    free(path);
    strings_free(&names);
    strings_free(&old);
    arena_free(&arena);
    return ok;
}

bool out_write(const struct out *out, const char *relative, const struct buf *text, struct jpk_error *err)
{
    char *temporary = out_work_path(out, "file"), *path = out_path(out, relative), unique[32];
    struct buf name = {0};
    bool ok = (temporary && path && !text->failed) || error_memory(err);
    snprintf(unique, sizeof unique, "-%d", gettid()); /* threads of one run write at the same time */
    buf_printf(&name, "%s%s", ok ? temporary : "", unique);
    ok = ok && (!name.failed || error_memory(err)) && file_write(name.data, text->data, text->size, true, err);
    if (ok && rename(name.data, path) != 0)
        ok = fail(err, path, "cannot be written");
    buf_free(&name);
    free(temporary);
    free(path);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ the plan */

static void put_mark(struct buf *mark, const char *real, const struct work_plan *plan)
{
    char sum[65];
    struct buf sources = {0};
    struct jstream stream = {.out = mark}, *s = &stream;
    sha256_hex(plan->file.text.data, plan->file.text.size, sum);
    paths_put_relative(&sources, real, plan->folder);
    mark->failed = mark->failed || sources.failed;
    jstream_open(s, NULL, '{');
    jstream_number(s, "migrationFormat", 1);
    jstream_text(s, "plan", sum);
    jstream_text(s, "sources", buf_text(&sources));
    jstream_close(s, '}');
    buf_free(&sources);
}

/* *same: it is there with these bytes. */
static bool compare(const struct out *out, const char *relative, const struct buf *text, bool *same, bool *there)
{
    struct buf old = {0};
    struct jpk_error err = {0};
    char *path = out_path(out, relative);
    *there = path && file_read(path, UINT64_C(1) << 30, "", &old, &err);
    *same = *there && buf_equal(&old, text);
    buf_free(&old);
    free(path);
    return path != NULL;
}

/* The mark first: where it is not, a folder with something in it is somebody else's. */
bool out_set_plan(const struct out *out, const struct work_plan *plan, bool *changed, struct jpk_error *err)
{
    struct buf mark = {0};
    char real[PATH_MAX];
    bool same_mark, same_plan, there, any;
    if (!realpath(out->path, real))
        return fail(err, out->path, "cannot be looked at");
    char *journal = out_path(out, "journal");
    put_mark(&mark, real, plan);
    bool ok = (journal && compare(out, MARK, &mark, &same_mark, &there) &&
               compare(out, "plan.json", &plan->file.text, &same_plan, &any)) ||
              error_memory(err);
    if (ok) {
        *changed = any && !same_plan;
        ok = (same_mark || out_write(out, MARK, &mark, err)) &&
             (same_plan || out_write(out, "plan.json", &plan->file.text, err)) && make_folder(journal, err);
    }
    buf_free(&mark);
    free(journal);
    return ok;
}

char *out_sources(const char *path, struct jpk_error *err)
{
    struct buf text = {0}, sources = {0};
    struct jdoc doc = {0};
    const struct jdoc_options strict = {.reject_duplicates = true, .reject_nul = true};
    char *mark = join(path, MARK);
    bool ok = mark ? file_read(mark, 1 << 20, "", &text, err) : error_memory(err);
    ok = ok && jdoc_parse(&doc, buf_text(&text), text.size, &strict, err);
    uint32_t node = ok && jdoc_is(&doc, 0, JDOC_OBJECT) ? jdoc_member(&doc, 0, "sources") : JDOC_NONE;
    if (node != JDOC_NONE && jdoc_is(&doc, node, JDOC_STRING)) {
        buf_printf(&sources, "%s/", path);
        buf_put(&sources, jdoc_string(&doc, node), jdoc_string_size(&doc, node));
    } else if (ok) {
        error_set(err, JPK_ERR_FORMAT, "does not say where the sources are");
    }
    if (sources.failed)
        error_memory(err);
    if (mark)
        error_file(err, mark);
    free(mark);
    jdoc_free(&doc);
    buf_free(&text);
    if (sources.data && !sources.failed)
        return sources.data;
    buf_free(&sources);
    return NULL;
}
