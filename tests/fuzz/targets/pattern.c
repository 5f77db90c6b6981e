/* A regular expression of ECMA-262 and a text: what accepts it, and that the ways to match agree. */
#include "schema/pattern.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

/* Whether there is a pattern; the error is one of those that are told. */
static struct pattern *compile(const char *text, size_t size, unsigned flags, enum jpk_code *code)
{
    struct jpk_error err = {0};
    struct pattern *pattern = pattern_compile(text, size, flags, &err);
    *code = err.code;
    if (!pattern)
        fuzz_error(&err, size);
    return pattern;
}

static enum pattern_result match(const struct pattern *pattern, uint32_t limit, const char *text, size_t size)
{
    struct pattern_scratch scratch = {.match_limit = limit};
    enum pattern_result result = pattern_match(pattern, &scratch, text, size);
    HOLDS(result == pattern_match(pattern, &scratch, text, size), "another answer the second time");
    pattern_scratch_free(&scratch);
    return result;
}

/* With hardly any steps of backtracking the other matcher answers, and must say the same. */
static void check_match(const struct pattern *pattern, const char *text, size_t size)
{
    enum pattern_result result = match(pattern, 0, text, size), other = match(pattern, 1, text, size);
    HOLDS(result == other || result == PATTERN_LIMIT || other == PATTERN_LIMIT, "one matcher says %d, the other %d",
          (int)result, (int)other);
    HOLDS(result != PATTERN_MATCH || pattern_may_match(pattern, text, size), "what matches may not match");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first, *text;
    size_t n, text_size, bad;
    enum jpk_code code, lenient_code;
    fuzz_halves(data, size, &first, &n, &text, &text_size);
    struct pattern *pattern = compile(first, n, 0, &code);
    struct pattern *lenient = compile(first, n, PATTERN_LENIENT, &lenient_code);
    HOLDS(pattern_valid(first, n) == (pattern || code == JPK_ERR_LIMIT), "valid, or %s", jpk_code_name(code));
    HOLDS(!pattern || lenient, "only the strict form takes it");
    if (text_utf8(text, text_size, &bad)) {
        if (pattern)
            check_match(pattern, text, text_size);
        if (lenient)
            check_match(lenient, text, text_size);
        if (pattern) {
            enum pattern_result a = match(pattern, 0, text, text_size), b = match(lenient, 0, text, text_size);
            HOLDS(a == b, "strict says %d, lenient %d", (int)a, (int)b);
        }
    }
    pattern_free(pattern);
    pattern_free(lenient);
    free(first);
    free(text);
    return 0;
}
