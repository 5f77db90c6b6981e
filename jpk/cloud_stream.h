/* Files inside of an export, and structures (`jtr`): base64 (RFC 4648) of a zlib stream. */
#ifndef JPK_CLOUD_STREAM_H
#define JPK_CLOUD_STREAM_H

#include "base/buf.h"
#include "jpk/jpk.h"

/*
 * Appends what n characters of base64 hold. JPK_ERR_FORMAT: not base64 (with the offset); JPK_ERR_CHECKSUM and
 * JPK_ERR_LIMIT as gunzip has them.
 */
bool cloud_unpack(const char *base64, size_t n, const struct jpk_limits *limits, struct buf *out,
                  struct jpk_error *err);

/* Appends the base64 of the bytes, compressed as real exports have them (level 9). When it fails, the buffer has. */
void cloud_pack(const void *data, size_t size, struct buf *out);

#endif
