/* References as they are written: finding them in a piece of text, reading what they say, and quoting. */
#ifndef JPK_SCRIPT_REFERENCE_H
#define JPK_SCRIPT_REFERENCE_H

#include "jpk/script_rewrite.h"

enum script_found {
    SCRIPT_FOUND_NONE,
    SCRIPT_FOUND_REFERENCE,
    SCRIPT_FOUND_UNFINISHED /* a <TAG> without an end, which what follows the string may bring */
};

/*
 * The next reference of text[begin, end) at or behind *at, which then stands behind it. Fills in its form, item, text
 * and prefix, of a GUID that too; of what is not finished only the text, which is its opening tag.
 */
enum script_found script_reference_next(const char *text, size_t begin, size_t end, size_t *at, struct script_use *use);

/* "xy.<guid>" as the whole of text[begin, end), with a prefix that is not known: 1 to 4 small letters. */
bool script_reference_other(const char *text, size_t begin, size_t end, struct script_use *use);

/* How a place is quoted: the quotes around it, and those around them when it is code within a string. NUL: none. */
struct script_quotes {
    char inner, outer;
};

/* Fills in the parts, which live in `scratch`; it is cleared first. */
void script_reference_parts(struct script_use *use, struct script_quotes quotes, struct buf *scratch);

/* Adds `text` so that it means itself between these quotes. `scratch` is cleared first. */
void script_quote(struct buf *out, const char *text, size_t n, struct script_quotes quotes, struct buf *scratch);

/* Adds what the text of a string means, with its escape sequences resolved. */
void script_unescape(const char *text, size_t n, struct buf *out);

#endif
