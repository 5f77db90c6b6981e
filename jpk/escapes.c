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

/* A text, and how far it has been read. */
struct reader {
    const char *text;
    size_t n, from;
    size_t next[2]; /* where the signs stand that come next, each looked for once */
};

/* Where the next backslash or ampersand stands; the size of the text when there is none. */
static size_t next_sign(struct reader *r)
{
    static const char signs[] = "\\&";
    for (size_t i = 0; i < 2; i++) {
        size_t *at = &r->next[i];
        if (*at >= r->from && (*at == r->n || r->text[*at] == signs[i]))
            continue;
        const char *found = memchr(r->text + r->from, signs[i], r->n - r->from);
        *at = found ? (size_t)(found - r->text) : r->n;
    }
    return r->next[0] < r->next[1] ? r->next[0] : r->next[1];
}

/*
 * A reference of XML to a character by its number, as an encoder writes letters with accents; not to one that ends or
 * separates something: quotes, brackets, white space. False: it is none.
 */
static bool read_reference(const char *text, size_t n, size_t at, struct escape *e)
{
    enum { MOST = 0x10ffff };
    bool hex = n - at > 3 && (text[at + 2] == 'x' || text[at + 2] == 'X');
    uint32_t c = 0;
    size_t end = at + 2 + hex, start = end;
    if (n - at < 4 || text[at + 1] != '#')
        return false;
    for (int digit; end < n && c <= MOST && (digit = text_hex_digit(text[end])) >= 0 && (hex || digit < 10); end++)
        c = c * (hex ? 16 : 10) + (uint32_t)digit;
    if (end == start || end == n || text[end] != ';' || c <= ' ' || c == 0x7f || c > MOST ||
        (c < 0x7f && strchr("\"'`&<>\\", (char)c)))
        return false;
    *e = (struct escape){.at = at, .end = end + 1};
    int size = u8_uctomb((uint8_t *)e->rest, (ucs4_t)c, sizeof e->rest);
    e->rest_size = size > 0 ? (size_t)size : 0;
    return size > 0;
}

/* The first that was not read yet. */
static bool next_escape(struct reader *r, struct escape *e)
{
    const char *text = r->text;
    size_t n = r->n, *from = &r->from, at;
    while (*from < n && (at = next_sign(r)) < n) {
        if (text[at] == '&') {
            bool found = read_reference(text, n, at, e);
            *from = found ? e->end : at + 1;
            if (found)
                return true;
            continue;
        }
        size_t count = backslashes_at(text, n, at), behind = at + count;
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
    struct reader reader = {.text = text, .n = n};
    size_t done = 0;
    while (next_escape(&reader, &e)) {
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
    struct reader reader;
    size_t at, resolved; /* the same place, at which no escape that is not behind begins */
    struct escape e;     /* the next one */
    bool more;
};

/* The place in the text of one in what was made of it; inside of an escape its begin, or its end. */
static size_t place(struct way *w, size_t offset, bool end)
{
    for (;;) {
        size_t before = w->resolved + (w->more ? w->e.at : w->reader.n) - w->at;
        size_t behind = before + w->e.backslashes + w->e.rest_size;
        if (offset <= before || !w->more)
            return w->at + (offset - w->resolved);
        if (offset < behind)
            return end ? w->e.end : w->e.at;
        w->at = w->e.end;
        w->resolved = behind;
        w->more = next_escape(&w->reader, &w->e);
    }
}

void escapes_place(const char *text, size_t n, struct hygiene_hits *hits)
{
    struct way w = {.reader = {.text = text, .n = n}};
    w.more = next_escape(&w.reader, &w.e);
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
