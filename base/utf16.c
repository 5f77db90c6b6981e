#include "base/utf16.h"

#include <unistr.h>

enum { HIGH = 0xd800, LOW = 0xdc00, BEHIND = 0xe000, BEYOND = 0x10000 };

enum utf16 utf16_of(const char *text, size_t n)
{
    const unsigned char *c = (const unsigned char *)text;
    if (n < 2 || c[0] + c[1] != 0xff + 0xfe)
        return UTF16_NONE;
    return c[0] == 0xff ? UTF16_LITTLE : c[0] == 0xfe ? UTF16_BIG : UTF16_NONE;
}

static uint32_t unit_at(const struct buf *text, size_t at, enum utf16 form)
{
    unsigned first = (unsigned char)text->data[at], second = (unsigned char)text->data[at + 1];
    return form == UTF16_BIG ? first << 8 | second : second << 8 | first;
}

/* False: half of a character. */
static bool decode(const struct buf *text, enum utf16 form, struct buf *out)
{
    for (size_t at = 2; at + 1 < text->size; at += 2) {
        uint32_t c = unit_at(text, at, form);
        if (c >= HIGH && c < BEHIND) {
            uint32_t low = at + 3 < text->size ? unit_at(text, at + 2, form) : 0;
            if (c >= LOW || low < LOW || low >= BEHIND)
                return false;
            c = BEYOND + ((c - HIGH) << 10) + (low - LOW);
            at += 2;
        }
        buf_put_utf8(out, c);
    }
    return text->size % 2 == 0;
}

static void put_in_place(struct buf *text, struct buf *other)
{
    other->failed |= text->failed;
    buf_free(text);
    *text = *other;
}

enum utf16 utf16_read(struct buf *text)
{
    enum utf16 form = text->failed ? UTF16_NONE : utf16_of(buf_text(text), text->size);
    struct buf out = {0};
    if (form == UTF16_NONE)
        return form;
    if (decode(text, form, &out)) {
        put_in_place(text, &out);
        return form;
    }
    buf_free(&out);
    return UTF16_NONE;
}

static void put_unit(struct buf *out, uint32_t unit, enum utf16 form)
{
    char low = (char)(unit & 0xff), high = (char)(unit >> 8);
    buf_put(out, form == UTF16_BIG ? (char[]){high, low} : (char[]){low, high}, 2);
}

void utf16_write(struct buf *text, enum utf16 form)
{
    struct buf out = {0};
    if (form == UTF16_NONE)
        return;
    put_unit(&out, 0xfeff, form);
    for (size_t at = 0; at < text->size;) {
        ucs4_t c;
        at += (size_t)u8_mbtouc(&c, (const uint8_t *)text->data + at, text->size - at);
        if (c >= BEYOND)
            put_unit(&out, HIGH + ((uint32_t)(c - BEYOND) >> 10), form);
        put_unit(&out, c >= BEYOND ? LOW + (uint32_t)((c - BEYOND) & 0x3ff) : (uint32_t)c, form);
    }
    put_in_place(text, &out);
}
