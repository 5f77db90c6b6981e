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

/*
 * Appends a value as jansson writes it, with its flags. False: no memory. Not json_dumps, which leaves out keys that it
 * has no memory for.
 */
bool json_put(struct buf *out, const json_t *value, size_t flags);

/* The same as a text that is the caller's; NULL: no memory, or no value. */
char *json_text(const json_t *value, size_t flags);

/* Copies that are whole, which json_copy and json_deep_copy make only with enough memory. NULL: not enough. */
json_t *json_shallow_copy(json_t *value);
json_t *json_whole_copy(const json_t *value);

/* Appends to an array, or sets a member of an object. Without memory, or without a value, the container is released and
 * NULL is the answer, also to whatever follows. */
json_t *json_append(json_t *array, json_t *value);
json_t *json_member(json_t *object, const char *key, json_t *value);

/* Appends a number, true, false or null. Of a double the fewest digits that read back as the same. */
void json_put_scalar(struct buf *out, const json_t *value);

#endif
