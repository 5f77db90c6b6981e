/* Text: UTF-8, positions, comparison without regard to case, and what may be shown on a terminal. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_position {
    uint32_t line, column; /* from 1; columns count bytes */
};

/* Where the byte at `offset` stands. LF ends a line. */
struct text_position text_position(const char *text, size_t n, size_t offset);

/* The same for many offsets that do not decrease, in one pass over the text. */
struct text_counter {
    const char *text;
    size_t size, at, line_start;
    uint32_t line;
};

struct text_counter text_counter_begin(const char *text, size_t n);
struct text_position text_counter_at(struct text_counter *counter, size_t offset);

/* Strict UTF-8 (no surrogates, no overlong forms). On false *bad is the offset of the first wrong byte. */
bool text_utf8(const char *text, size_t n, size_t *bad);

bool text_ascii(const char *text, size_t n);

/* How many bytes the byte order mark of UTF-8 takes that a text begins with; 0: it has none. */
size_t text_mark(const char *text, size_t n);

/* Whether the first line ends in CR LF. */
bool text_crlf(const char *text, size_t n);

/*
 * A copy that can be shown: control characters, bidirectional overrides and bytes that are not UTF-8 become `?`;
 * what does not fit is cut at a character, with "..." at the end. `out` always ends with NUL.
 */
void text_printable(char *out, size_t size, const char *text);

/* How many columns of a terminal UTF-8 text takes, East Asian wide characters counted as two. */
size_t text_width(const char *text);

/*
 * Two names as a file system that ignores case and normalization sees them: NFKC with full case folding
 * (Unicode 14 in Debian 12's libunistring). *out is allocated by malloc and owned by the caller. The input must be
 * UTF-8. False: no memory.
 */
bool text_fold(const char *text, size_t n, char **out, size_t *out_n);

/* An ASCII letter in lower case; all else as it is. */
static inline char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline char text_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit; -1: it is none. */
static inline int text_hex_digit(char c)
{
    char lower = text_lower(c);
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* ASCII letters compare alike; all else by byte. */
int text_casecmp(const char *a, const char *b);
bool text_caseeq(const char *a, const char *b);
bool text_starts_with(const char *text, const char *prefix); /* byte by byte */
bool text_ends_with(const char *text, const char *suffix);   /* ASCII letters compare alike */

/* Bytes as hexadecimal digits and NUL: 2n + 1 characters. */
void text_hex(const unsigned char *bytes, size_t n, char *out);

/* Whether `s` is a GUID in the form 8-4-4-4-12, hexadecimal digits of any case. */
bool text_guid(const char *s, size_t n);

/* Edit distance of two short names (ASCII letters alike), at most `limit` + 1: for "did you mean". */
size_t text_distance(const char *a, const char *b, size_t limit);

/* How long the marks of a merge are at least; git makes longer ones of renamed files, and where it is told to. */
enum { TEXT_CONFLICT_MARK = 7 };

/* The length of the mark of `sign` that a line begins with; 0: none. */
size_t text_conflict_mark(const char *line, size_t n, char sign);

/*
 * Where the marks of a merge begin that nobody has settled: a line of "<<<<<<< ", below it "=======", below that one of
 * ">>>>>>> ", or longer ones; else SIZE_MAX. Less than all of them may be anybody's text.
 */
size_t text_conflict(const char *s, size_t n);

#endif
