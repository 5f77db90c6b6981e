#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

char *buf_reserve(struct buf *buf, size_t n)
{
    if (buf->failed)
        return NULL;
    if (n >= SIZE_MAX - buf->size) {
        buf->failed = true;
        return NULL;
    }
    size_t need = buf->size + n + 1;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity : 64;
        while (capacity < need)
            capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
        char *data = realloc(buf->data, capacity);
        if (!data) {
            buf->failed = true;
            return NULL;
        }
        buf->data = data;
        buf->data[buf->size] = '\0'; /* the caller may put nothing there after all */
        buf->capacity = capacity;
    }
    return buf->data + buf->size;
}

void buf_put_grow(struct buf *buf, const void *data, size_t n)
{
    char *p = buf_reserve(buf, n);
    if (!p)
        return;
    if (n)
        memcpy(p, data, n);
    buf->size += n;
    buf->data[buf->size] = '\0';
}

void buf_puts(struct buf *buf, const char *s)
{
    buf_put(buf, s, strlen(s));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    char *p = buf_reserve(buf, 63);
    size_t room = p ? buf->capacity - buf->size : 0;
    va_start(args, format);
    int n = vsnprintf(p, room, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < room) {
        buf->size += (size_t)n;
        return;
    }
    if (p)
        *p = '\0'; /* the beginning of what had no room */
    p = n < 0 ? NULL : buf_reserve(buf, (size_t)n);
    if (!p) {
        buf->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    buf->size += (size_t)n;
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    memset(buf, 0, sizeof *buf);
}

bool buf_equal(const struct buf *a, const struct buf *b)
{
    return !a->failed && !b->failed && a->size == b->size && memcmp(buf_text(a), buf_text(b), a->size) == 0;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

void buf_put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_putc(out, (char)c);
    } else if (c < 0x800) {
        buf_putc(out, (char)(0xc0 | c >> 6));
        buf_putc(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_putc(out, (char)(0xe0 | c >> 12));
        buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_putc(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_putc(out, (char)(0xf0 | c >> 18));
        buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_putc(out, (char)(0x80 | (c & 0x3f)));
    }
}

void buf_put_clean(struct buf *buf, const char *text, void (*put)(struct buf *buf, const char *text, size_t n))
{
    for (size_t n = strlen(text), good; n > 0;) {
        bool rest = text_utf8(text, n, &good);
        if (put)
            put(buf, text, rest ? n : good);
        else
            buf_put(buf, text, rest ? n : good);
        if (rest)
            break;
        buf_put_utf8(buf, 0xfffd);
        text += good + 1;
        n -= good + 1;
    }
}
