/* A growing byte buffer. A failed allocation sticks: later writes do nothing, so only the end must be checked. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Zero-initialized is empty and ready. */
struct buf {
    char *data; /* always NUL-terminated once something was written; NULL before */
    size_t size, capacity;
    bool failed;
};

/* The rest of buf_put. */
void buf_put_grow(struct buf *buf, const void *data, size_t n);

static inline void buf_put(struct buf *buf, const void *data, size_t n)
{
    if (buf->failed || !buf->data || n >= buf->capacity - buf->size) {
        buf_put_grow(buf, data, n);
        return;
    }
    if (n)
        memcpy(buf->data + buf->size, data, n);
    buf->size += n;
    buf->data[buf->size] = '\0';
}

static inline void buf_putc(struct buf *buf, char c)
{
    buf_put(buf, &c, 1);
}

void buf_puts(struct buf *buf, const char *s);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A code point as UTF-8. */
void buf_put_utf8(struct buf *buf, uint32_t c);

/*
 * Appends a text through `put`, which may escape it, or as it is when that is NULL: whole at once when it is UTF-8;
 * else what is goes in parts, and each other byte becomes U+FFFD.
 */
void buf_put_clean(struct buf *buf, const char *text, void (*put)(struct buf *buf, const char *text, size_t n));

/* Room for n more bytes, to be filled by the caller who then adds to `size`; NULL when memory is out. */
char *buf_reserve(struct buf *buf, size_t n);

void buf_clear(struct buf *buf); /* empty again; keeps its memory, and what has failed has failed */
void buf_free(struct buf *buf);

/* Whether both hold the same bytes; one that has failed is equal to none. */
bool buf_equal(const struct buf *a, const struct buf *b);

/* The text, never NULL. */
const char *buf_text(const struct buf *buf);

#endif
