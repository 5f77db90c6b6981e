/* JSON written into a buffer. */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include <jansson.h>

#include "base/buf.h"

/*
 * Appends n bytes of UTF-8 as a string with its quotes. Quotes and backslashes get a backslash, control characters
 * below U+0020 are written \u00xx, all else stands as it is.
 */
void json_put_string(struct buf *out, const char *s, size_t n);

/* Appends a number, true, false or null. Of a double the fewest digits that read back as the same. */
void json_put_scalar(struct buf *out, const json_t *value);

#endif
