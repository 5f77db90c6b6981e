#include "jpk/escapes.h"

#include <string.h>
#include <unistr.h>

#include "base/error.h"
#include "base/text.h"

/* One that is resolved, with all of its backslashes, and what stands for it. */
struct escape {
    size_t at, end;
    size_t backslashes; /* before the rest */
    char rest[8];
    size_t rest_size;
};

/* The unit behind `u`; false: these are no four digits. */
static bool read_unit(const char *text, size_t n, size_t at, uint32_t *unit)
{
    enum { DIGITS = 4 };
    *unit = 0;
    if (at >= n || text[at] != 'u' || n - at - 1 < DIGITS)
        return false;
    for (size_t i = at + 1; i <= at + DIGITS; i++) {
        int digit = text_hex_digit(text[i]);
        if (digit < 0)
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

static size_t backslashes_at(const char *text, size_t n, size_t at)
{
    size_t end = at;
    while (end < n && text[end] == '\\')
        end++;
    return end - at;
}

enum { UNIT = 5, HIGH = 0xd800, LOW = 0xdc00, NO_SURROGATE = 0xe000 };

/*
 * The character behind `level` backslashes: of a surrogate pair both halves. A backslash that is escaped itself, before
 * an escape, is one of those of the escape, one level deeper. False: half of a pair.
 */
static bool read_character(const char *text, size_t n, struct escape *e, size_t *level, uint32_t *c)
{
    uint32_t next;
    while (*c == '\\' && read_unit(text, n, e->end, &next)) {
        *c = next;
        *level *= 2;
        e->end += UNIT;
    }
    if (*c < HIGH || *c >= NO_SURROGATE)
        return true;
    if (*c >= LOW || backslashes_at(text, n, e->end) != *level || !read_unit(text, n, e->end + *level, &next) ||
        next < LOW || next >= NO_SURROGATE)
        return false;
    *c = 0x10000 + ((*c - HIGH) << 10) + (next - LOW);
    e->end += *level + UNIT;
    return true;
}

/* Writes a character as canonical text does that is escaped as often. */
static void spell(struct escape *e, size_t level, uint32_t c)
{
    static const char digits[] = "0123456789abcdef", letters[] = "btn-fr"; /* U+0008 to U+000D */
    bool named = c >= '\b' && c <= '\r' && c != '\v', control = c < ' ';
    if (c == '"' || c == '\\')
        e->backslashes = 2 * level - 1;
    else
        e->backslashes = control ? level : 0;
    if (named)
        e->rest[e->rest_size++] = letters[c - '\b'];
    else if (control)
        e->rest_size = (size_t)(stpcpy(e->rest, "u00") - e->rest);
    if (control && !named) {
        e->rest[e->rest_size++] = digits[c >> 4];
        e->rest[e->rest_size++] = digits[c & 15];
    } else if (!control) {
        e->rest_size = (size_t)u8_uctomb((uint8_t *)e->rest, (ucs4_t)c, sizeof e->rest);
    }
}

/* The first at *from or behind it, which is moved behind it. */
static bool next_escape(const char *text, size_t n, size_t *from, struct escape *e)
{
    const char *found;
    while (*from < n && (found = memchr(text + *from, '\\', n - *from)) != NULL) {
        size_t at = (size_t)(found - text), count = backslashes_at(text, n, at), behind = at + count;
        uint32_t c;
        *from = behind;
        if (behind < n && text[behind] == '/') {
            *e = (struct escape){.at = at, .end = behind + 1, .rest = "/", .rest_size = 1};
            *from = e->end;
            return true;
        }
        if (!read_unit(text, n, behind, &c))
            continue;
        size_t level = count & (~count + 1); /* each depth doubles them; those before are characters */
        *e = (struct escape){.at = behind - level, .end = behind + UNIT};
        *from = e->end;
        if (!read_character(text, n, e, &level, &c))
            continue;
        *from = e->end;
        spell(e, level, c);
        return true;
    }
    return false;
}

void escapes_resolve(const char *text, size_t n, struct buf *out)
{
    struct escape e;
    size_t from = 0, done = 0;
    while (next_escape(text, n, &from, &e)) {
        buf_put(out, text + done, e.at - done);
        for (size_t i = 0; i < e.backslashes; i++)
            buf_putc(out, '\\');
        buf_put(out, e.rest, e.rest_size);
        done = e.end;
    }
    if (done > 0)
        buf_put(out, text + done, n - done);
}

/* The way along both texts at once. */
struct way {
    const char *text;
    size_t n, from;      /* as next_escape has it */
    size_t at, resolved; /* the same place, at which no escape that is not behind begins */
    struct escape e;     /* the next one */
    bool more;
};

/* The place in the text of one in what was made of it; inside of an escape its begin, or its end. */
static size_t place(struct way *w, size_t offset, bool end)
{
    for (;;) {
        size_t before = w->resolved + (w->more ? w->e.at : w->n) - w->at;
        size_t behind = before + w->e.backslashes + w->e.rest_size;
        if (offset <= before || !w->more)
            return w->at + (offset - w->resolved);
        if (offset < behind)
            return end ? w->e.end : w->e.at;
        w->at = w->e.end;
        w->resolved = behind;
        w->more = next_escape(w->text, w->n, &w->from, &w->e);
    }
}

void escapes_place(const char *text, size_t n, struct hygiene_hits *hits)
{
    struct way w = {.text = text, .n = n};
    w.more = next_escape(text, n, &w.from, &w.e);
    for (size_t i = 0; i < hits->count; i++) {
        struct hygiene_hit *hit = &hits->items[i];
        size_t end = hit->offset + hit->length;
        hit->offset = place(&w, hit->offset, false);
        hit->length = place(&w, end, true) - hit->offset;
    }
}

bool escapes_scan(const char *text, size_t n, const struct hygiene_options *options, struct hygiene_hits *hits,
                  struct jpk_error *err)
{
    struct buf plain = {0};
    escapes_resolve(text, n, &plain);
    bool resolved = plain.size > 0, ok = !plain.failed || error_memory(err);
    ok = ok && hygiene_scan(resolved ? plain.data : text, resolved ? plain.size : n, options, hits, err);
    if (ok && resolved)
        escapes_place(text, n, hits);
    buf_free(&plain);
    return ok;
}
