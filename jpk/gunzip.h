/* Unpacking gzip and zlib streams that a stranger has made. */
#ifndef JPK_GUNZIP_H
#define JPK_GUNZIP_H

#include "base/buf.h"
#include "base/error.h"
#include "jpk/jpk.h"

/*
 * Appends what one gzip member holds (RFC 1952). JPK_ERR_CHECKSUM: not gzip, damaged, cut short, or followed by
 * anything, be it another member. JPK_ERR_LIMIT: more than limits->xml_size bytes, or, above 1 MiB, more than
 * limits->ratio bytes for each packed one. Memory follows what is really unpacked, not what the file claims.
 */
bool gunzip(const void *data, size_t size, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err);

/* The same for a zlib stream (RFC 1950). */
bool zlib_unpack(const void *data, size_t size, const struct jpk_limits *limits, struct buf *out,
                 struct jpk_error *err);

#endif
