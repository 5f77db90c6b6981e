/*
 * Packed texts, as both studios store them.
 *
 * Structure caches of Design Studio are gzip, with a header that says neither time nor system and level 6. Structure
 * caches and assets in exports of Cloud Studio are base64 of a zlib stream of level 9, which begins with the bytes
 * 78 DA. Both are proved byte by byte on real files. See jpk/gunzip.h for unpacking gzip.
 */
#ifndef JPK_PACKED_H
#define JPK_PACKED_H

#include "base/buf.h"
#include "base/error.h"
#include "jpk/jpk.h"

/* Appends the packed form of n bytes. Errors: JPK_ERR_MEMORY, JPK_ERR_LIMIT above 1 GiB. */
bool gzip_pack(const void *data, size_t n, struct buf *out, struct jpk_error *err);
bool zlib_pack(const void *data, size_t n, struct buf *out, struct jpk_error *err);

/* Appends base64 with padding and without line ends. A failed allocation sticks to the buffer. */
void base64_encode(const void *data, size_t n, struct buf *out);

/*
 * Appends what n characters of base64 stand for. JPK_ERR_FORMAT with the offset: a character that is none, missing or
 * misplaced padding, bits that padding must leave out; nothing is appended then.
 */
bool base64_decode(const char *text, size_t n, struct buf *out, struct jpk_error *err);

/* base64 of a zlib stream, and back within the limits (jpk/gunzip.h; NULL for the defaults). */
bool packed_encode(const void *data, size_t n, struct buf *out, struct jpk_error *err);
bool packed_decode(const char *text, size_t n, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err);

#endif
