/* The syntax of ECMA-262's patterns, and writing them anew for PCRE2. */
#ifndef SCHEMA_PATTERN_SYNTAX_H
#define SCHEMA_PATTERN_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define PATTERN_MANY UINT32_MAX /* a repetition without an end */

enum pattern_character {
    PATTERN_OTHER, /* not one of these */
    PATTERN_CHARACTER,
    PATTERN_DOT, /* all but line terminators */
    PATTERN_ANY  /* all */
};

/* What a pattern is that needs no engine: `^`, characters, one repetition of . or of any character, `$`. */
struct pattern_simple {
    bool possible;   /* whether it is such a one; the rest says nothing otherwise */
    bool start, end; /* ^ and $ */
    struct buf text;
    enum pattern_character repeated; /* PATTERN_OTHER: none */
    uint32_t least, most;            /* how often */
};

/* Zero-initialized is ready to be filled in. */
struct pattern_translation {
    struct buf out; /* for PCRE2, with UTF and DOTALL and without UCP */
    struct pattern_simple simple;
    bool references; /* has references to groups; only then are there groups that capture */
    bool
        anchored; /* begins with ^, and has no alternatives outside of groups: matches at the beginning or not at all */
};

/*
 * Parses a pattern and, unless `out` is NULL, translates it. `flags` are those of pattern_compile(), as are the errors.
 * Its caller frees what is in `out`, after a failure too.
 */
bool pattern_translate(const char *text, size_t n, unsigned flags, struct pattern_translation *out,
                       struct jpk_error *err);

void pattern_translation_free(struct pattern_translation *translation);

/* Appends a property of characters in PCRE2's terms: a general category or one that a character has or has not. False:
 * no such property. */
bool pattern_property(const char *name, size_t n, bool negated, struct buf *out);

/* The same for `name=value`. */
bool pattern_property_value(const char *name, size_t n, const char *value, size_t value_n, bool negated,
                            struct buf *out);

#endif
