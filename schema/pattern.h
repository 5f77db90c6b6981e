/*
 * Regular expressions of ECMA-262 as JSON Schema uses them (`pattern`, `patternProperties`, format `regex`), on PCRE2.
 *
 * The dialect is that of ECMA-262, 11th edition, with the flag `u` and no other: characters are code points, \d \w \b
 * are ASCII, `.` leaves out line terminators, `^` and `$` are the ends of the text only, and a match may begin
 * anywhere. A pattern is parsed here in full and written anew for PCRE2, so nothing that only PCRE2 knows comes
 * through.
 *
 * Known departures, all rare:
 *  - Lookbehind whose length varies (other than between its alternatives) and references to groups in lookbehind are
 *    valid, but cannot be compiled: JPK_ERR_LIMIT.
 *  - Properties that Unicode 14 or PCRE2 10.42 do not have: JPK_ERR_LIMIT when ECMA-262 has them, else JPK_ERR_FORMAT.
 *  - A group inside a repetition keeps what it matched in an earlier round when it takes no part in the last one, and
 *    ECMA-262 forgets it. Only a later reference to that group can tell.
 */
#ifndef SCHEMA_PATTERN_H
#define SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jpk/base.h"

struct pattern;

enum pattern_flags {
    /*
     * Accepts what engines without the flag `u` accept and people write: escapes of any ASCII punctuation (`\-`, `\_`),
     * `{`, `}` and `]` that stand for themselves, and `[\w-.]` with a hyphen that stands for itself. Letters that have
     * no meaning stay errors (`\a`). For a second try with a warning.
     */
    PATTERN_LENIENT = 1
};

/*
 * Compiles n bytes. The result does not refer to `text`, is not changed by matching, and may be used by many threads at
 * once. The caller frees it. NULL on failure, with the byte offset of the place in the pattern in `err->offset` and a
 * sentence about it:
 *  JPK_ERR_ENCODING  not UTF-8
 *  JPK_ERR_FORMAT    not a pattern of ECMA-262
 *  JPK_ERR_LIMIT     a valid pattern that is too long, too deep (200 groups in one another) or not supported
 *  JPK_ERR_MEMORY
 */
struct pattern *pattern_compile(const char *text, size_t n, unsigned flags, struct jpk_error *err);

void pattern_free(struct pattern *pattern);

enum pattern_result {
    PATTERN_NO_MATCH,
    PATTERN_MATCH,
    PATTERN_LIMIT, /* not known: a limit of the scratch was hit */
    PATTERN_NO_MEMORY
};

/*
 * What matching needs besides the pattern: one a thread, for all patterns. Zero-initialized is empty and ready, with
 * the limits below. PATTERN_LIMIT leaves it usable.
 */
struct pattern_scratch {
    uint32_t match_limit;                           /* steps of backtracking; 0: PATTERN_MATCH_LIMIT */
    uint32_t heap_limit;                            /* KiB of memory for one match; 0: PATTERN_HEAP_LIMIT */
    void *match_data, *context, *stack, *workspace; /* made at the first match that needs them */
};

#define PATTERN_DEPTH 200 /* groups inside of one another */
#define PATTERN_MATCH_LIMIT 1000000
#define PATTERN_HEAP_LIMIT 32768

/*
 * Whether the pattern matches anywhere in `n` bytes, which must be UTF-8 (a NUL is a character like others). Patterns
 * that are only a literal, a literal at the beginning, or `.*`, `^.{n,m}$` and the like touch neither the scratch nor
 * PCRE2. Others backtrack for some steps, and then follow all alternatives at once, which takes time in proportion to
 * the text: patterns such as (a+)+$ get their answer at once. What remains for PATTERN_LIMIT is patterns with
 * references to groups that backtrack for too long, lookaheads that look at too much of a long text, and thousands of
 * alternatives at once in a long text. It depends on pattern, text and limits only, not on the clock.
 */
enum pattern_result pattern_match(const struct pattern *pattern, struct pattern_scratch *scratch, const char *text,
                                  size_t n);

/* Lets go of what the scratch holds; its limits stay. NULL is allowed. */
void pattern_scratch_free(struct pattern_scratch *scratch);

/* False when the text surely does not match. Only patterns that are matched by comparing bytes are tried. */
bool pattern_may_match(const struct pattern *pattern, const char *text, size_t n);

/* Whether the bytes are a pattern of ECMA-262 at all (format `regex`), supported here or not. Any bytes are allowed. */
bool pattern_valid(const char *text, size_t n);

#endif
