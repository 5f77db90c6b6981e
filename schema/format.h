/*
 * The values of the keyword `format`, drafts 4 to 2020-12. All checks take linear time, do not recurse and accept any
 * bytes as input; bytes that are not UTF-8 are never valid in a format that allows more than ASCII.
 */
#ifndef SCHEMA_FORMAT_H
#define SCHEMA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "jpk/schema.h"

/* Whether a string of n bytes (not ended by NUL; NUL inside is a character like others) has the format. Thread-safe. */
typedef bool format_check(const char *text, size_t n);

struct format {
    const char *name;    /* such as "date-time" */
    format_check *check; /* never NULL */
    const char *what;    /* for messages, behind "expected": "a date and time as in 2024-02-29T12:00:00Z" */
    unsigned drafts;     /* bit 1 << draft for each that defines it; ask format_in_draft() */
};

/* The format of a name (compared by byte), whichever draft defines it; NULL when none does. Lives for ever. */
const struct format *format_find(const char *name, size_t n);

/*
 * Whether a draft defines the format. A validator ignores a format that its draft does not define, as it does one that
 * nobody defines.
 */
bool format_in_draft(const struct format *format, enum jpk_draft draft);

#endif
