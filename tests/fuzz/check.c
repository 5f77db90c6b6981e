/* The invariants that all targets share, and the inputs that they are given. */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

_Noreturn void fuzz_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: does not hold: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

void fuzz_words(const char *what, const char *text)
{
    size_t bad = 0;
    HOLDS(text && *text, "%s is empty", what);
    HOLDS(text_utf8(text, strlen(text), &bad), "%s is not UTF-8 at %zu: %s", what, bad, text);
}

void fuzz_error(const struct jpk_error *err, size_t size)
{
    char shown[JPK_ERROR_MESSAGE_MAX];
    HOLDS(err->code != JPK_OK, "an error without a code");
    HOLDS(jpk_code_status(err->code) == 3 || jpk_code_status(err->code) == 2, "the error %s: %s",
          jpk_code_name(err->code), err->message);
    HOLDS(err->code != JPK_ERR_USAGE, "the error usage: %s", err->message);
    fuzz_words("the message of an error", err->message);
    text_printable(shown, sizeof shown, err->message);
    HOLDS(strcmp(shown, err->message) == 0, "the message cannot be shown: %s", shown);
    HOLDS((err->line == 0) == (err->column == 0), "line %u, column %u: %s", err->line, err->column, err->message);
    HOLDS(!err->has_offset || size == SIZE_MAX || err->offset <= size, "offset %llu of %zu: %s",
          (unsigned long long)err->offset, size, err->message);
    HOLDS(size == SIZE_MAX || err->line <= size + 1, "line %u of %zu bytes: %s", err->line, size, err->message);
}

static bool known(const char *rule, const struct jpk_check_rule *rules)
{
    for (; rules->id; rules++)
        if (strcmp(rules->id, rule) == 0)
            return true;
    return false;
}

void fuzz_findings(const struct jpk_finding *findings, size_t count, const struct jpk_check_rule *rules)
{
    for (size_t i = 0; i < count; i++) {
        const struct jpk_finding *finding = &findings[i];
        fuzz_words("the message of a finding", finding->message);
        HOLDS(finding->rule && *finding->rule, "a finding without a rule: %s", finding->message);
        HOLDS(!rules || known(finding->rule, rules), "the rule %s is in no table", finding->rule);
        HOLDS(finding->severity >= JPK_INFO && finding->severity <= JPK_ERROR, "severity %d", (int)finding->severity);
        HOLDS((finding->line == 0) == (finding->column == 0), "line %u, column %u: %s", finding->line, finding->column,
              finding->message);
        if (finding->hint)
            fuzz_words("the hint of a finding", finding->hint);
    }
}

void fuzz_same(const char *what, const void *a, size_t a_size, const void *b, size_t b_size)
{
    size_t at = 0, least = a_size < b_size ? a_size : b_size;
    while (at < least && ((const char *)a)[at] == ((const char *)b)[at])
        at++;
    if (at == a_size && at == b_size)
        return;
    size_t from = at < 40 ? 0 : at - 40;
    fuzz_fail(__FILE__, __LINE__, "%s: %zu and %zu bytes differ at %zu:\n%.*s\n%.*s", what, a_size, b_size, at,
              (int)(a_size - from < 120 ? a_size - from : 120), (const char *)a + from,
              (int)(b_size - from < 120 ? b_size - from : 120), (const char *)b + from);
}

/* ----------------------------------------------------------------------------------------------------------- inputs */

struct jpk_limits fuzz_limits(void)
{
    struct jpk_limits limits = jpk_limits_default();
    limits.entries = 500;
    limits.entry_size = 1 << 20;
    limits.total_size = 4 << 20;
    limits.xml_size = 1 << 20;
    limits.schema_nodes = 5000;
    return limits;
}

char *fuzz_copy(const void *data, size_t size)
{
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    if (size)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

void fuzz_halves(const uint8_t *data, size_t size, char **first, size_t *first_size, char **second, size_t *second_size)
{
    size_t n = strlen(FUZZ_BETWEEN);
    const uint8_t *between = size ? memmem(data, size, FUZZ_BETWEEN, n) : NULL;
    *first_size = between ? (size_t)(between - data) : size;
    *second_size = between ? size - *first_size - n : 0;
    *first = fuzz_copy(data, *first_size);
    *second = fuzz_copy(between ? between + n : data, *second_size);
}

void fuzz_folder(char out[FUZZ_PATH])
{
    const char *top = getenv("TMPDIR");
    snprintf(out, FUZZ_PATH, "%s/jpk-fuzz-XXXXXX", top && *top ? top : "/tmp");
    assert_non_null(mkdtemp(out));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void fuzz_remove(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
