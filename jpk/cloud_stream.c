#include "jpk/cloud_stream.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "jpk/gunzip.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { GROUP = 4, BYTES = 3, LEVEL = 9 };

static bool not_base64(struct jpk_error *err, size_t at)
{
    error_set(err, JPK_ERR_FORMAT, "is not base64");
    error_offset(err, at);
    return false;
}

static int digit_value(char c)
{
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static bool decode(const char *text, size_t n, struct buf *out, struct jpk_error *err)
{
    size_t padding = n > 0 && text[n - 1] == '=' ? 1 : 0;
    padding += padding && n > 1 && text[n - 2] == '=';
    if (n % GROUP != 0)
        return not_base64(err, n);
    for (size_t at = 0; at < n; at += GROUP) {
        size_t left = at + GROUP == n ? GROUP - padding : GROUP; /* digits of this group */
        unsigned bits = 0;
        for (size_t i = 0; i < GROUP; i++) {
            int value = i < left ? digit_value(text[at + i]) : 0;
            if (value < 0)
                return not_base64(err, at + i);
            bits = bits << 6 | (unsigned)value;
        }
        for (size_t i = 0; i + 1 < left; i++)
            buf_putc(out, (char)(bits >> (16 - 8 * i) & 0xff));
    }
    return !out->failed || error_memory(err);
}

bool cloud_unpack(const char *base64, size_t n, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err)
{
    struct buf packed = {0};
    bool ok = decode(base64, n, &packed, err) && zlib_unpack(buf_text(&packed), packed.size, limits, out, err);
    buf_free(&packed);
    return ok;
}

static void encode(const unsigned char *data, size_t size, struct buf *out)
{
    for (size_t at = 0; at < size; at += BYTES) {
        size_t left = size - at < BYTES ? size - at : BYTES;
        unsigned bits = (unsigned)data[at] << 16 | (left > 1 ? (unsigned)data[at + 1] << 8 : 0u) |
                        (left > 2 ? (unsigned)data[at + 2] : 0u);
        for (size_t i = 0; i < GROUP; i++)
            buf_putc(out, i <= left ? digits[bits >> (18 - 6 * i) & 0x3f] : '=');
    }
}

void cloud_pack(const void *data, size_t size, struct buf *out)
{
    uLongf n = compressBound((uLong)size);
    unsigned char *packed = malloc(n);
    if (packed && compress2(packed, &n, data, (uLong)size, LEVEL) == Z_OK)
        encode(packed, n, out);
    else
        out->failed = true;
    free(packed);
}
