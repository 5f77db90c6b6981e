/* Texts that hold something else: contentEncoding and contentMediaType. */
#ifndef SCHEMA_CONTENT_H
#define SCHEMA_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Whether a text is base64 (RFC 4648, section 4) and what it encodes, or the text itself, is JSON. When it is not, the
 * code of `err` is JPK_ERR_MEMORY if that is not known for lack of memory.
 */
bool content_valid(const char *text, size_t n, bool base64, bool json, struct jpk_error *err);

#endif
