#include "recipe/base_revision.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "recipe/git_process.h"

struct base_revision {
    pthread_mutex_t lock;
    char *base;        /* as it was given */
    char *folder;      /* the real path of the other folder; NULL: git */
    struct buf prefix; /* what stands before a path when git is asked: the id of the tree, `:`, and the folder in it */
    struct git_process git;
    bool nul;    /* requests end in NUL, not in a line break */
    bool broken; /* git has ended, or said what is not understood */
    size_t at, end;
    char bytes[1 << 16]; /* what git has written, read up to `at` */
};

/* --------------------------------------------------------------------------------------------------------- git */

/* Sets the error to what git has to say. */
static bool fail_git(struct base_revision *revision, const char *what, struct jpk_error *err)
{
    struct buf complaint = {0};
    revision->broken = true;
    git_end(&revision->git, &complaint);
    error_set(err, JPK_ERR_READ, "%s%s%s", what, complaint.size ? ": " : "", buf_text(&complaint));
    buf_free(&complaint);
    return false;
}

/* Makes sure that there is a byte to read. False: git has ended. */
static bool fill(struct base_revision *revision)
{
    if (revision->at < revision->end)
        return true;
    revision->at = 0;
    revision->end = git_receive(&revision->git, revision->bytes, sizeof revision->bytes);
    return revision->end > 0;
}

/* Appends bytes up to a line break, which is read too and left out. False: git has ended, or there are too many. */
static bool read_line(struct base_revision *revision, struct buf *line, size_t most)
{
    while (line->size <= most && !line->failed && fill(revision)) {
        const char *from = revision->bytes + revision->at;
        size_t n = revision->end - revision->at;
        const char *stop = memchr(from, '\n', n);
        n = stop ? (size_t)(stop - from) : n;
        buf_put(line, from, n);
        revision->at += n + (stop != NULL);
        if (stop)
            return !line->failed && line->size <= most;
    }
    return false;
}

/* Reads n bytes, which are appended unless `out` is NULL. False: git has ended, or memory is out, which `out` knows. */
static bool read_bytes(struct base_revision *revision, uint64_t n, struct buf *out)
{
    while (n > 0 && fill(revision)) {
        size_t some = revision->end - revision->at;
        some = some < n ? some : (size_t)n;
        if (out)
            buf_put(out, revision->bytes + revision->at, some);
        revision->at += some;
        n -= some;
    }
    return n == 0;
}

/* What git has for a request. */
struct answer {
    enum { ANSWER_MISSING, ANSWER_AMBIGUOUS, ANSWER_OTHER, ANSWER_BLOB, ANSWER_TREE } kind;
    char id[65];   /* "" of what is not there; a submodule is missing too but has one */
    uint64_t size; /* of a blob or tree, whose bytes and a line break come next */
};

/* "ID TYPE SIZE", or "ID submodule", as later versions of git say. */
static bool parse_object(const char *line, struct answer *answer)
{
    size_t digits = strspn(line, "0123456789abcdef");
    if (digits < 40 || digits >= sizeof answer->id || line[digits] != ' ')
        return false;
    const char *type = line + digits + 1, *size = strchr(type, ' ');
    memcpy(answer->id, line, digits);
    answer->id[digits] = '\0';
    answer->kind = text_starts_with(type, "blob ")   ? ANSWER_BLOB
                   : text_starts_with(type, "tree ") ? ANSWER_TREE
                   : size                            ? ANSWER_OTHER
                                                     : ANSWER_MISSING;
    if (!size)
        return strcmp(type, "submodule") == 0;
    char *end;
    errno = 0;
    answer->size = strtoull(size + 1, &end, 10);
    return size[1] >= '0' && size[1] <= '9' && *end == '\0' && errno == 0;
}

/* Whether a line is the request itself and this word behind it. */
static bool echoes(const struct buf *line, const struct buf *request, const char *word)
{
    return line->size == request->size + strlen(word) && memcmp(line->data, request->data, request->size) == 0 &&
           strcmp(line->data + request->size, word) == 0;
}

/*
 * Reads how the answer to a request begins. For what it does not find git repeats the request, with the line breaks
 * that may be in it.
 */
static bool read_answer(struct base_revision *revision, const struct buf *request, struct answer *answer)
{
    struct buf line = {0};
    size_t most = request->size + 128;
    bool ok = false;
    while (!ok && read_line(revision, &line, most)) {
        if (parse_object(buf_text(&line), answer)) {
            ok = true;
        } else if (echoes(&line, request, " missing") || echoes(&line, request, " ambiguous")) {
            answer->kind = line.data[line.size - 1] == 's' ? ANSWER_AMBIGUOUS : ANSWER_MISSING;
            ok = true;
        } else if (line.size < request->size && memcmp(buf_text(&line), request->data, line.size) == 0) {
            buf_putc(&line, '\n');
        } else {
            break;
        }
    }
    buf_free(&line);
    return ok;
}

/* Asks for an object: what is in the buffer. */
static bool ask(struct base_revision *revision, struct buf *request, struct answer *answer, struct jpk_error *err)
{
    size_t n = request->size;
    buf_putc(request, revision->nul ? '\0' : '\n');
    if (request->failed)
        return error_memory(err);
    bool sent = git_send(&revision->git, request->data, request->size);
    request->size = n;
    if (!sent || !read_answer(revision, request, answer))
        return fail_git(revision, "git gave no answer that is understood", err);
    return true;
}

/* Reads the bytes that an answer announces and the line break behind them. */
static bool take(struct base_revision *revision, const struct answer *answer, struct buf *out, struct jpk_error *err)
{
    if (answer->kind == ANSWER_MISSING || answer->kind == ANSWER_AMBIGUOUS)
        return true;
    if (!read_bytes(revision, answer->size, out) || !read_bytes(revision, 1, NULL))
        return fail_git(revision, "git ended in the middle of an answer", err);
    return !(out && out->failed) || error_memory(err);
}

/* ------------------------------------------------------------------------------------------------------- opening */

/* What git prints when it is called with some arguments, without the line break at the end. */
static bool print_of(const char *const *arguments, struct buf *out, struct buf *complaint, struct jpk_error *err)
{
    enum { MOST = 1 << 16 };
    struct git_process git = {0};
    if (!git_start(&git, arguments, err))
        return false;
    char *p = NULL;
    size_t n = 0;
    while (out->size < MOST && (p = buf_reserve(out, 4096)) != NULL && (n = git_receive(&git, p, 4096)) > 0)
        out->size += n;
    bool ok = git_end(&git, complaint) == 0 && n == 0;
    if (!p && out->failed)
        ok = error_memory(err);
    if (ok && out->size > 0 && out->data[out->size - 1] == '\n')
        out->size--;
    if (p)
        out->data[out->size] = '\0';
    return ok;
}

/* The path of a folder from the top of its repository, with a slash at the end unless it is that. */
static bool put_place(struct buf *out, const char *folder, const char *base, struct jpk_error *err)
{
    const char *const arguments[] = {"git", "-C", folder, "rev-parse", "--show-toplevel", NULL};
    struct buf top = {0}, complaint = {0};
    bool ok = print_of(arguments, &top, &complaint, err);
    size_t n = top.size;
    if (!ok) {
        error_set(err, JPK_ERR_READ, "there is no folder '%.100s', and git finds no revisions: %s", base,
                  complaint.size ? buf_text(&complaint) : "it says no more");
    } else if (n == 0 || strncmp(folder, top.data, n) != 0 || (folder[n] != '/' && folder[n] != '\0' && n > 1)) {
        ok = error_set(err, JPK_ERR_READ, "git looks for revisions in %s, which is another place", buf_text(&top));
    } else if (folder[n] != '\0') {
        buf_printf(out, "%s/", folder + n + (n > 1));
    }
    buf_free(&top);
    buf_free(&complaint);
    return ok;
}

static bool start(struct base_revision *revision, const char *folder, bool nul, struct jpk_error *err)
{
    const char *const arguments[] = {"git", "-C", folder, "cat-file", "--batch", nul ? "-z" : NULL, NULL};
    revision->nul = nul;
    revision->broken = false;
    revision->at = revision->end = 0;
    return git_start(&revision->git, arguments, err);
}

/*
 * Starts git and asks for the tree of a revision, so that a branch that moves meanwhile does no harm. Requests that end
 * in NUL, without which a name cannot hold a line break, came with git 2.38.
 */
static bool start_and_find(struct base_revision *revision, const char *folder, struct answer *tree,
                           struct jpk_error *err)
{
    struct jpk_error first = {0};
    struct buf request = {0};
    buf_printf(&request, "%s^{tree}", revision->base);
    bool ok = start(revision, folder, true, &first) && ask(revision, &request, tree, &first);
    if (!ok && revision->broken && start(revision, folder, false, err))
        ok = ask(revision, &request, tree, err);
    else if (!ok && err && err->code == JPK_OK)
        *err = first;
    buf_free(&request);
    return ok && take(revision, tree, NULL, err);
}

static bool open_git(struct base_revision *revision, const char *folder, struct jpk_error *err)
{
    struct answer tree = {.kind = ANSWER_MISSING};
    const char *base = revision->base;
    if (!*base || *base == '-' || strchr(base, '\n'))
        return error_set(err, JPK_ERR_USAGE, "there is no such folder, and no revision can be called that");
    struct buf place = {0};
    bool ok = put_place(&place, folder, base, err) && start_and_find(revision, folder, &tree, err);
    if (ok && tree.kind == ANSWER_AMBIGUOUS)
        ok = error_set(err, JPK_ERR_AMBIGUOUS, "several revisions begin with that");
    else if (ok && tree.kind != ANSWER_TREE)
        ok = error_set(err, JPK_ERR_NOT_FOUND,
                       "there is no such folder and no such revision; a shallow clone has to fetch it first");
    buf_printf(&revision->prefix, "%s:%s", tree.id, buf_text(&place));
    ok = ok && !place.failed && !revision->prefix.failed;
    buf_free(&place);
    return ok || error_memory(err);
}

struct base_revision *base_revision_open(const char *base, const char *folder, struct jpk_error *err)
{
    struct stat status;
    struct jpk_error problem = {0};
    struct base_revision *revision = calloc(1, sizeof *revision);
    bool ok = revision && (revision->base = strdup(base)) != NULL;
    if (!ok)
        error_memory(&problem);
    if (revision)
        revision->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    if (ok && stat(base, &status) == 0 && S_ISDIR(status.st_mode)) {
        revision->folder = realpath(base, NULL);
        ok = revision->folder || error_system(&problem, JPK_ERR_READ, errno, "the folder cannot be read");
    } else if (ok) {
        ok = open_git(revision, folder, &problem);
    }
    if (ok)
        return revision;
    error_file(&problem, base);
    error_pass(err, &problem, NULL);
    base_revision_close(revision);
    return NULL;
}

void base_revision_close(struct base_revision *revision)
{
    if (!revision)
        return;
    git_end(&revision->git, NULL);
    buf_free(&revision->prefix);
    pthread_mutex_destroy(&revision->lock);
    free(revision->folder);
    free(revision->base);
    free(revision);
}

/* ------------------------------------------------------------------------------------------------------- reading */

/* Takes away what was appended. */
static void cut(struct buf *out, size_t size)
{
    out->size = size;
    if (out->data)
        out->data[size] = '\0';
}

static bool too_large(struct jpk_error *err, uint64_t limit, const char *name)
{
    return error_set(err, JPK_ERR_LIMIT, "is larger than %llu bytes (%s)", (unsigned long long)limit, name);
}

/* Whether a tree, which is "MODE NAME", NUL and the bytes of an id for each entry, has a file or folder of this name.
 */
static bool tree_has(const struct buf *tree, size_t id_size, const char *name)
{
    const char *at = buf_text(tree), *end = at + tree->size;
    size_t n = strlen(name) + 1;
    while (at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const char *stop = space ? memchr(space, '\0', (size_t)(end - space)) : NULL;
        if (!stop)
            return false;
        if ((size_t)(stop - space) == n && memcmp(space + 1, name, n) == 0)
            return !text_starts_with(at, "160000 "); /* a submodule is no part of the repository */
        at = stop + 1 + id_size;
    }
    return false;
}

/*
 * A partial clone has no copy of some objects that it knows of, and git answers as if they were not in the revision:
 * the folders above tell. `request` is cut off. False: see `err`.
 */
static bool ask_lost(struct base_revision *revision, struct buf *request, bool *lost, struct jpk_error *err)
{
    bool ok = true;
    struct answer answer = {.kind = ANSWER_MISSING};
    *lost = false;
    while (ok && answer.kind == ANSWER_MISSING && !request->failed) {
        struct buf tree = {0};
        char *colon = strchr(request->data, ':'), *slash = strrchr(colon, '/'), *name;
        if (!colon[1])
            break;
        name = strdup((slash ? slash : colon) + 1);
        cut(request, (size_t)((slash ? slash : colon + 1) - request->data));
        ok = name ? ask(revision, request, &answer, err) && take(revision, &answer, &tree, err) : error_memory(err);
        *lost = ok && answer.kind == ANSWER_TREE && tree_has(&tree, strlen(answer.id) / 2, name);
        free(name);
        buf_free(&tree);
    }
    return ok;
}

static bool read_git(struct base_revision *revision, const char *path, uint64_t limit, const char *limit_name,
                     struct buf *out, bool *there, struct jpk_error *err)
{
    struct answer answer = {.kind = ANSWER_MISSING};
    size_t n = strlen(path);
    if (revision->broken)
        return error_set(err, JPK_ERR_READ, "git has ended");
    if (!revision->nul && (memchr(path, '\n', n) || (n > 0 && path[n - 1] == '\r')))
        return error_set(err, JPK_ERR_NAME, "the name holds a line break, which takes git 2.38 or later");
    struct buf request = {0};
    buf_put(&request, revision->prefix.data, revision->prefix.size);
    buf_puts(&request, path);
    bool lost = false, ok = ask(revision, &request, &answer, err);
    if (ok && answer.kind == ANSWER_MISSING && !*answer.id)
        ok = ask_lost(revision, &request, &lost, err);
    buf_free(&request);
    if (ok && lost)
        ok =
            error_set(err, JPK_ERR_READ, "is in the revision, but not in this clone of the repository; fetch it first");
    if (!ok)
        return false;
    bool blob = answer.kind == ANSWER_BLOB, large = blob && answer.size > limit;
    size_t before = out->size;
    ok = take(revision, &answer, blob && !large ? out : NULL, err) && (!large || too_large(err, limit, limit_name));
    if (ok)
        *there = blob;
    else
        cut(out, before);
    return ok;
}

/* Opens a file of the other folder. False, without an error: there is none. */
static bool open_below(const struct base_revision *revision, const char *path, int *fd, struct jpk_error *err)
{
    struct buf joined = {0};
    struct stat status;
    size_t n = strlen(revision->folder);
    buf_printf(&joined, "%s/%s", revision->folder, path);
    char *full = joined.failed ? NULL : realpath(buf_text(&joined), NULL);
    bool gone = !full && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP);
    if (joined.failed || (!full && errno == ENOMEM))
        error_memory(err);
    else if (!full && !gone)
        error_system(err, JPK_ERR_READ, errno, "cannot be opened");
    buf_free(&joined);
    bool below = full && strncmp(full, revision->folder, n) == 0 && (full[n] == '/' || n == 1);
    if (below && stat(full, &status) == 0 && S_ISREG(status.st_mode)) {
        *fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (*fd < 0)
            error_system(err, JPK_ERR_READ, errno, "cannot be opened");
    }
    free(full);
    return *fd >= 0;
}

static bool read_folder(const struct base_revision *revision, const char *path, uint64_t limit, const char *limit_name,
                        struct buf *out, bool *there, struct jpk_error *err)
{
    int fd = -1;
    if (!open_below(revision, path, &fd, err)) {
        *there = false;
        return err->code == JPK_OK;
    }
    size_t before = out->size;
    bool ok = file_read_fd(fd, limit, limit_name, out, err);
    close(fd);
    if (ok)
        *there = true;
    else
        cut(out, before);
    return ok;
}

bool base_revision_read(struct base_revision *revision, const char *path, uint64_t limit, const char *limit_name,
                        struct buf *out, bool *there, struct jpk_error *err)
{
    struct jpk_error problem = {0};
    char name[JPK_ERROR_FILE_MAX];
    bool ok;
    if (revision->folder) {
        ok = read_folder(revision, path, limit, limit_name, out, there, &problem);
    } else {
        pthread_mutex_lock(&revision->lock);
        ok = read_git(revision, path, limit, limit_name, out, there, &problem);
        pthread_mutex_unlock(&revision->lock);
    }
    if (ok)
        return true;
    snprintf(name, sizeof name, "%s%c%s", revision->base, revision->folder ? '/' : ':', path);
    error_file(&problem, name);
    error_pass(err, &problem, NULL);
    return false;
}
