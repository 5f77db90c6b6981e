#include "jpk/packed.h"

#include <string.h>
#include <zlib.h>

#include "jpk/gunzip.h"

enum { MEMORY_LEVEL = 8, WINDOW = 15, WINDOW_GZIP = WINDOW + 16, SIZE_MOST = 1 << 30 };

static bool pack(int level, gz_header *header, const void *data, size_t n, struct buf *out, struct jpk_error *err)
{
    z_stream z = {0};
    if (n > SIZE_MOST)
        return error_set(err, JPK_ERR_LIMIT, "has more than 1 GiB to be packed");
    if (deflateInit2(&z, level, Z_DEFLATED, header ? WINDOW_GZIP : WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return error_memory(err);
    if (header)
        deflateSetHeader(&z, header);
    uLong bound = deflateBound(&z, (uLong)n);
    char *room = buf_reserve(out, bound);
    z.next_in = (Bytef *)data; /* zlib does not write there */
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)bound;
    bool ok = room && deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (ok) {
        out->size += z.total_out;
        out->data[out->size] = '\0';
    }
    deflateEnd(&z);
    return ok || error_memory(err);
}

bool gzip_pack(const void *data, size_t n, struct buf *out, struct jpk_error *err)
{
    gz_header header = {0}; /* time and system 0, as Java writes it */
    return pack(Z_DEFAULT_COMPRESSION, &header, data, n, out, err);
}

bool zlib_pack(const void *data, size_t n, struct buf *out, struct jpk_error *err)
{
    return pack(Z_BEST_COMPRESSION, NULL, data, n, out, err);
}

/* ----------------------------------------------------------------------------------------------------------- base64 */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t n, struct buf *out)
{
    const unsigned char *bytes = data;
    char *room = buf_reserve(out, (n + 2) / 3 * 4);
    if (!room)
        return;
    char *at = room;
    for (size_t i = 0; i < n; i += 3) {
        unsigned second = i + 1 < n ? bytes[i + 1] : 0, third = i + 2 < n ? bytes[i + 2] : 0;
        unsigned group = (unsigned)bytes[i] << 16 | second << 8 | third;
        *at++ = digits[group >> 18];
        *at++ = digits[group >> 12 & 63];
        *at++ = i + 1 < n ? digits[group >> 6 & 63] : '=';
        *at++ = i + 2 < n ? digits[group & 63] : '=';
    }
    out->size += (size_t)(at - room);
    out->data[out->size] = '\0';
}

static bool wrong(struct jpk_error *err, size_t at, const char *what)
{
    error_set(err, JPK_ERR_FORMAT, "is not base64: %s", what);
    error_offset(err, at);
    return false;
}

/* The value of a digit; 64: it is none. */
static unsigned digit_value(char c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (unsigned)(at - digits) : 64;
}

/* Up to three bytes from four digits of which the last `padding` are missing. */
static bool decode_group(const char *text, size_t at, unsigned padding, struct buf *out, struct jpk_error *err)
{
    unsigned group = 0;
    for (unsigned i = 0; i < 4 - padding; i++) {
        unsigned value = digit_value(text[at + i]);
        if (value == 64)
            return wrong(err, at + i, "it holds another character");
        group |= value << (18 - 6 * i);
    }
    if (group & (padding == 2 ? 0xffffU : padding == 1 ? 0xffU : 0U))
        return wrong(err, at, "its last digit has bits that belong to no byte");
    for (unsigned i = 0; i < 3 - padding; i++)
        buf_putc(out, (char)(unsigned char)(group >> (16 - 8 * i)));
    return true;
}

bool base64_decode(const char *text, size_t n, struct buf *out, struct jpk_error *err)
{
    size_t before = out->size;
    bool ok = n % 4 == 0 || wrong(err, n, "its length is not a multiple of four");
    for (size_t at = 0; ok && at < n; at += 4) {
        bool last = at + 4 == n;
        unsigned padding = last && text[n - 1] == '=' ? (text[n - 2] == '=' ? 2 : 1) : 0;
        ok = decode_group(text, at, padding, out, err);
    }
    ok = ok && (!out->failed || error_memory(err));
    if (!ok && out->data && !out->failed) {
        out->size = before;
        out->data[before] = '\0';
    }
    return ok;
}

bool packed_encode(const void *data, size_t n, struct buf *out, struct jpk_error *err)
{
    struct buf stream = {0};
    bool ok = zlib_pack(data, n, &stream, err);
    if (ok)
        base64_encode(stream.data, stream.size, out);
    buf_free(&stream);
    return ok && (!out->failed || error_memory(err));
}

bool packed_decode(const char *text, size_t n, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err)
{
    struct jpk_limits defaults = jpk_limits_default();
    struct buf stream = {0};
    bool ok = base64_decode(text, n, &stream, err) &&
              zlib_unpack(buf_text(&stream), stream.size, limits ? limits : &defaults, out, err);
    buf_free(&stream);
    return ok;
}
