#define PCRE2_CODE_UNIT_WIDTH 8
#include "schema/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "schema/pattern_syntax.h"

/*
 * A pattern is matched in one of three ways: a simple one by comparing bytes; others by PCRE2's backtracking matcher
 * (JIT); and when that spends its budget, or the text is so long that it might, by PCRE2's other matcher, which follows
 * all alternatives at once and so takes time in proportion to the text. References to groups need backtracking.
 */
struct pattern {
    struct pattern_simple simple;
    pcre2_code *code;   /* NULL for a simple pattern */
    pcre2_code *search; /* for the other matcher: the same behind anything; NULL when that is not needed */
    bool anchored;      /* a match can only begin at the beginning */
    bool references;
};

enum {
    LENGTH_MAX = 256 * 1024, /* bytes of a pattern */
    SEARCHED_MAX = 4096,     /* bytes of text in which the backtracking matcher may try every place */
    STACK_MIN = 32 * 1024,   /* of the code that JIT makes */
    STACK_MAX = 1024 * 1024,
    STATES_MIN = 64, /* that the linear matcher may follow at once */
    STATES_MAX = 2048,
    STATE_INTS = 6, /* of its workspace that a state takes: three in each of two lists */
};

/* Steps of one call, each of which may look at the rest of the text; beyond some the linear matcher is faster. */
static const uint64_t backtracking_budget = 200 * 1000 * 1000, backtracking_steps = 50 * 1000;

/* The square of the states for each byte of the text, and bytes that lookaheads may look at. */
static const uint64_t linear_budget = 1000 * 1000 * 1000, lookahead_budget = 50 * 1000 * 1000;

/* ------------------------------------------------------------------------------------------------------ compilation */

/* PCRE2 refuses what it does not support; what is no pattern was refused before. */
static pcre2_code *compile(const struct buf *text, size_t offset, struct jpk_error *err)
{
    const uint32_t options =
        PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOTALL | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text->data + offset, text->size - offset, options, &error, &at, NULL);
    if (code)
        return code;
    if (error == PCRE2_ERROR_HEAP_FAILED) {
        error_memory(err);
        return NULL;
    }
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof message);
    error_set(err, JPK_ERR_LIMIT, "the pattern is not supported: %s", (const char *)message);
    error_offset(err, 0);
    return NULL;
}

/* In front of a pattern that is searched for by a matcher that begins at the beginning. */
static const char search_from_start[] = ".*?(?:";

static bool compile_all(struct pattern *pattern, struct pattern_translation *translation, struct jpk_error *err)
{
    struct buf *out = &translation->out;
    pattern->anchored = translation->anchored;
    pattern->references = translation->references;
    pattern->code = compile(out, sizeof search_from_start - 1, err);
    if (!pattern->code)
        return false;
    pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE); /* when that fails, matching is slower, no more */
    if (pattern->references || pattern->anchored)
        return true;
    buf_putc(out, ')');
    if (out->failed)
        return error_memory(err);
    pattern->search = compile(out, 0, err);
    return pattern->search != NULL;
}

struct pattern *pattern_compile(const char *text, size_t n, unsigned flags, struct jpk_error *err)
{
    struct pattern_translation translation = {0};
    struct pattern *pattern = NULL;
    if (n > LENGTH_MAX) {
        error_set(err, JPK_ERR_LIMIT, "the pattern is longer than 256 KiB");
        error_offset(err, 0);
        return NULL;
    }
    buf_puts(&translation.out, search_from_start);
    if (!pattern_translate(text, n, flags, &translation, err))
        goto out;
    pattern = calloc(1, sizeof *pattern);
    if (!pattern) {
        error_memory(err);
        goto out;
    }
    if (translation.simple.possible) {
        pattern->simple = translation.simple;
        translation.simple.text = (struct buf){0};
    } else if (!compile_all(pattern, &translation, err)) {
        pattern_free(pattern);
        pattern = NULL;
    }
out:
    pattern_translation_free(&translation);
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    buf_free(&pattern->simple.text);
    pcre2_code_free(pattern->code);
    pcre2_code_free(pattern->search);
    free(pattern);
}

bool pattern_valid(const char *text, size_t n)
{
    return pattern_translate(text, n, 0, NULL, NULL);
}

/* --------------------------------------------------------------------------------------------------- simple patterns
 */

/* The length of the character at the start of UTF-8 text, 0: it is a line terminator. */
static size_t not_line_end(const char *text, size_t n)
{
    unsigned char c = (unsigned char)text[0];
    if (c < 0x80)
        return c != '\n' && c != '\r';
    if (n >= 3 && c == 0xe2 && (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0))
        return 0;
    return 1;
}

/* Characters from the start on of the kind that is repeated, at most `most`. Continuation bytes belong to the last one.
 */
static size_t run(const struct pattern_simple *simple, const char *text, size_t n, uint32_t most, uint32_t *count)
{
    size_t i = 0;
    *count = 0;
    while (i < n) {
        bool start = ((unsigned char)text[i] & 0xc0) != 0x80;
        if (start && (*count == most || (simple->repeated == PATTERN_DOT && !not_line_end(text + i, n - i))))
            break;
        *count += start;
        i++;
    }
    return i;
}

/* `.{n,m}` somewhere, without ^; with $ it reaches to the end. */
static bool search_run(const struct pattern_simple *simple, const char *text, size_t n)
{
    if (simple->least == 0)
        return true;
    uint32_t count;
    if (!simple->end) {
        for (size_t i = 0; i < n; i++) {
            i += run(simple, text + i, n - i, simple->least, &count);
            if (count == simple->least)
                return true;
        }
        return false;
    }
    size_t start = 0;
    for (size_t i = 0; simple->repeated == PATTERN_DOT && i < n; i++)
        if (!not_line_end(text + i, n - i))
            start = i + 1;
    run(simple, text + start, n - start, simple->least, &count);
    return count == simple->least;
}

static bool match_simple(const struct pattern_simple *simple, const char *text, size_t n)
{
    size_t length = simple->text.size;
    const char *literal = buf_text(&simple->text);
    uint32_t count;
    if (!simple->start) {
        if (simple->repeated != PATTERN_OTHER)
            return search_run(simple, text, n);
        if (simple->end)
            return n >= length && memcmp(text + n - length, literal, length) == 0;
        return length == 0 || (n >= length && memmem(text, n, literal, length));
    }
    if (n < length || (length > 0 && memcmp(text, literal, length) != 0))
        return false;
    if (simple->repeated == PATTERN_OTHER)
        return !simple->end || n == length;
    if (simple->end)
        return run(simple, text + length, n - length, simple->most, &count) == n - length && count >= simple->least;
    run(simple, text + length, n - length, simple->least, &count);
    return count == simple->least;
}

/* --------------------------------------------------------------------------------------------------------- matching */

void pattern_scratch_free(struct pattern_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->match_data);
    pcre2_match_context_free(scratch->context);
    pcre2_jit_stack_free(scratch->stack);
    free(scratch->workspace);
    scratch->match_data = scratch->context = scratch->stack = scratch->workspace = NULL;
}

static bool prepare(struct pattern_scratch *scratch)
{
    if (!scratch->match_data) {
        pattern_scratch_free(scratch);
        scratch->context = pcre2_match_context_create(NULL);
        scratch->match_data = pcre2_match_data_create(1, NULL);
        if (!scratch->context || !scratch->match_data) {
            pattern_scratch_free(scratch);
            return false;
        }
    }
    pcre2_set_heap_limit(scratch->context, scratch->heap_limit ? scratch->heap_limit : PATTERN_HEAP_LIMIT);
    return true;
}

static void set_match_limit(struct pattern_scratch *scratch, uint64_t budget)
{
    uint64_t limit = scratch->match_limit ? scratch->match_limit : PATTERN_MATCH_LIMIT;
    pcre2_set_match_limit(scratch->context, (uint32_t)(budget < limit ? budget + 1 : limit));
}

static enum pattern_result result_of(int status)
{
    return status >= 0                      ? PATTERN_MATCH
           : status == PCRE2_ERROR_NOMATCH  ? PATTERN_NO_MATCH
           : status == PCRE2_ERROR_NOMEMORY ? PATTERN_NO_MEMORY
                                            : PATTERN_LIMIT;
}

/* The code that JIT makes has 32 KiB of the thread's stack unless it gets one of its own, which is seldom needed. */
static bool take_stack(struct pattern_scratch *scratch)
{
    scratch->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
    if (scratch->stack)
        pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
    return scratch->stack != NULL;
}

static enum pattern_result backtrack(const struct pattern *pattern, struct pattern_scratch *scratch, const char *text,
                                     size_t n, uint32_t options)
{
    for (;;) {
        int status = pcre2_match(pattern->code, (PCRE2_SPTR)text, n, 0, options | PCRE2_NO_UTF_CHECK,
                                 scratch->match_data, scratch->context);
        if (status != PCRE2_ERROR_JIT_STACKLIMIT || scratch->stack || !take_stack(scratch))
            return result_of(status);
    }
}

static enum pattern_result follow_all(const struct pattern *pattern, struct pattern_scratch *scratch, const char *text,
                                      size_t n)
{
    if (!scratch->workspace)
        scratch->workspace = malloc(sizeof(int) * STATE_INTS * STATES_MAX);
    if (!scratch->workspace)
        return PATTERN_NO_MEMORY;
    size_t states = STATES_MAX;
    while (states > STATES_MIN && (uint64_t)states * states > linear_budget / ((uint64_t)n + 1))
        states /= 2;
    set_match_limit(scratch, lookahead_budget / ((uint64_t)n + 1) + 16);
    const uint32_t options = PCRE2_NO_UTF_CHECK | PCRE2_ANCHORED | PCRE2_DFA_SHORTEST;
    return result_of(pcre2_dfa_match(pattern->anchored ? pattern->code : pattern->search, (PCRE2_SPTR)text, n, 0,
                                     options, scratch->match_data, scratch->context, scratch->workspace,
                                     STATE_INTS * states));
}

bool pattern_may_match(const struct pattern *pattern, const char *text, size_t n)
{
    return pattern->code || match_simple(&pattern->simple, text, n);
}

enum pattern_result pattern_match(const struct pattern *pattern, struct pattern_scratch *scratch, const char *text,
                                  size_t n)
{
    if (!pattern->code)
        return match_simple(&pattern->simple, text, n) ? PATTERN_MATCH : PATTERN_NO_MATCH;
    if (!prepare(scratch))
        return PATTERN_NO_MEMORY;
    enum pattern_result result = PATTERN_LIMIT;
    if (pattern->references) {
        set_match_limit(scratch, UINT32_MAX);
        result = backtrack(pattern, scratch, text, n, 0);
        return result == PATTERN_LIMIT ? backtrack(pattern, scratch, text, n, PCRE2_NO_JIT) : result;
    }
    if (pattern->anchored || n <= SEARCHED_MAX) {
        /* Spent on the places where a match may begin, and on what each step there may look at. */
        uint64_t places = pattern->anchored ? 1 : (uint64_t)n + 1;
        uint64_t budget = backtracking_budget / ((uint64_t)n + 1) / places;
        set_match_limit(scratch, budget < backtracking_steps ? budget : backtracking_steps);
        result = backtrack(pattern, scratch, text, n, 0);
    }
    return result == PATTERN_LIMIT ? follow_all(pattern, scratch, text, n) : result;
}
