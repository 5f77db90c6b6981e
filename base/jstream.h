/*
 * JSON that is written as it comes, for outputs that are too long to be built as one value first. Two spaces of
 * indentation, as message_json does it.
 */
#ifndef BASE_JSTREAM_H
#define BASE_JSTREAM_H

#include "base/buf.h"

/* Begin with `out` set and all else zero. `key` is NULL for elements of an array and for the document itself. */
struct jstream {
    struct buf *out;
    /* Adds what is written instead of a text; false: nothing is, for the text stays as it is. NULL: all stay. */
    bool (*mask)(struct buf *out, const char *text, size_t n);
    unsigned depth;
    bool filled; /* the innermost container has something in it */
};

/* `bracket` is '{' or '['; jstream_close gets the one that fits. */
void jstream_open(struct jstream *stream, const char *key, char bracket);
void jstream_close(struct jstream *stream, char bracket);

/* NULL writes nothing, not even the key. Bytes that are not UTF-8 become U+FFFD. */
void jstream_text(struct jstream *stream, const char *key, const char *text);
void jstream_number(struct jstream *stream, const char *key, uint64_t value);
void jstream_bool(struct jstream *stream, const char *key, bool value);

/* A value that is JSON already, as it is. */
void jstream_raw(struct jstream *stream, const char *key, const char *json);

/* "tool": this program and its version, which say what has made a document. */
void jstream_tool(struct jstream *stream);

/* Opens the document of a report: "reportFormat" 1, and "tool". */
void jstream_report(struct jstream *stream);

#endif
