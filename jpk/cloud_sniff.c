/*
 * A scanner of JSON that knows strings and depth alone. What decides are the keys of the document and those of its
 * project; what stands before the project of an export are assets, which may be long, and nothing else that is.
 */
#include "jpk/cloud_sniff.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/utf16.h"

enum {
    FIRST_READ = 4096,
    LATER_READ = 65536,
    BEGINNING = 65536, /* bytes in which something must speak for an export */
    KEY_MAX = 32       /* longer ones are none that matter */
};

enum answer { UNKNOWN, YES, NO };

struct sniffer {
    uint64_t depth;
    char last[KEY_MAX]; /* the last string: a key when a colon follows */
    size_t last_size;   /* KEY_MAX: too long */
    bool in_string, escaped;
    bool behind_colon; /* a value begins next, at depth 1 or in the project */
    bool in_project, in_assets;
    bool speaks; /* a key of the project is one that only exports have */
    enum utf16 form;
    bool half; /* a character of UTF-16, of which `first` was read */
    char first;
};

static bool last_is(const struct sniffer *s, const char *text)
{
    return s->last_size == strlen(text) && memcmp(s->last, text, s->last_size) == 0;
}

static bool is_telling(const struct sniffer *s)
{
    static const char *const keys[] = {"components", "workflows", "adapterIds", "targetEnvironmentId",
                                       "appliedDataMigrations"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (last_is(s, keys[i]))
            return true;
    return false;
}

/* A value of the document or of its project begins, its key being the last string. */
static enum answer on_value(struct sniffer *s, char c)
{
    s->behind_colon = false;
    if (s->depth == 2) {
        s->speaks = s->speaks || is_telling(s);
        return !last_is(s, "components") ? UNKNOWN : c == '[' ? YES : NO;
    }
    s->in_project = last_is(s, "project");
    s->in_assets = c == '[' && (last_is(s, "assets") || last_is(s, "apis"));
    return s->in_project && c != '{' ? NO : UNKNOWN;
}

static enum answer on_mark(struct sniffer *s, char c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return UNKNOWN;
    if (s->depth == 0 && c != '{')
        return NO;
    if (s->behind_colon) {
        enum answer answer = on_value(s, c);
        if (answer != UNKNOWN)
            return answer;
    }
    if (c == '"') {
        s->in_string = true;
        s->last_size = 0;
    } else if (c == ':') {
        s->behind_colon = s->depth == 1 || (s->depth == 2 && s->in_project);
    } else if (c == '{' || c == '[') {
        s->depth++;
    } else if (c == '}' || c == ']') {
        s->depth--;
        return s->depth == 0 || (s->depth == 1 && s->in_project) ? NO : UNKNOWN;
    }
    return UNKNOWN;
}

static void on_string(struct sniffer *s, char c)
{
    if (!s->escaped && c == '"') {
        s->in_string = false;
        return;
    }
    s->escaped = !s->escaped && c == '\\';
    if (s->last_size < KEY_MAX)
        s->last[s->last_size++] = c;
}

/* UTF-16 as bytes, in place: what scripts and names hold beside ASCII does not matter. */
static size_t narrow(struct sniffer *s, char *text, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        char low = s->form == UTF16_BIG ? text[i] : s->first, high = s->form == UTF16_BIG ? s->first : text[i];
        s->first = text[i];
        if (s->half)
            text[n++] = (char)(high ? '?' : low);
        s->half = !s->half;
    }
    return n;
}

/* Behind the byte order mark that a file may begin with. */
static size_t behind_mark(struct sniffer *s, const char *text, size_t size)
{
    s->form = utf16_of(text, size);
    if (s->form != UTF16_NONE)
        return 2;
    return text_mark(text, size);
}

static enum answer feed(struct sniffer *s, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        enum answer answer = UNKNOWN;
        if (s->in_string)
            on_string(s, text[i]);
        else
            answer = on_mark(s, text[i]);
        if (answer != UNKNOWN)
            return answer;
    }
    return UNKNOWN;
}

/* `descriptor` is that of a regular file. */
static bool sniff(int descriptor, uint64_t limit, struct jpk_error *err)
{
    char text[LATER_READ];
    struct sniffer s = {0};
    enum answer answer = UNKNOWN;
    uint64_t done = 0;
    while (answer == UNKNOWN && done < limit && (done < BEGINNING || s.in_project || s.in_assets)) {
        ssize_t n = file_read_some(descriptor, text, done == 0 ? FIRST_READ : LATER_READ);
        if (n < 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
        if (n == 0)
            break;
        size_t begin = done == 0 ? behind_mark(&s, text, (size_t)n) : 0, size = (size_t)n - begin;
        if (s.form != UTF16_NONE)
            size = narrow(&s, text + begin, size);
        answer = feed(&s, text + begin, size);
        done += (uint64_t)n;
    }
    return answer == UNKNOWN ? s.speaks : answer == YES;
}

bool cloud_sniff(const char *path, bool follow, uint64_t limit, struct jpk_error *err)
{
    struct stat st;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
    if (descriptor < 0) {
        error_system(err, JPK_ERR_READ, errno, "cannot be opened");
        error_file(err, path);
        return false;
    }
    bool found = false;
    if (fstat(descriptor, &st) != 0)
        error_system(err, JPK_ERR_READ, errno, "cannot be looked at");
    else
        found = S_ISREG(st.st_mode) && sniff(descriptor, limit, err);
    close(descriptor);
    if (err->code != JPK_OK)
        error_file(err, path);
    return found;
}
