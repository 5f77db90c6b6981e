#include "jpk/properties.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistr.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/text.h"

struct parser {
    const char *text;
    size_t size, at;
    uint32_t line;
    bool latin1;
    struct arena *arena;
    struct jpk_error *err;
    struct buf word;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static void skip_spaces(struct parser *p)
{
    while (p->at < p->size && is_space(p->text[p->at]))
        p->at++;
}

/* Over one line end, be it LF, CR or both. */
static void skip_break(struct parser *p)
{
    if (p->at < p->size && p->text[p->at] == '\r')
        p->at++;
    if (p->at < p->size && p->text[p->at] == '\n')
        p->at++;
    p->line++;
}

static bool at_break(const struct parser *p)
{
    return p->at >= p->size || p->text[p->at] == '\n' || p->text[p->at] == '\r';
}

static bool read_hex(struct parser *p, uint32_t *out)
{
    uint32_t value = 0;
    if (p->size - p->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int digit = text_hex_digit(p->text[p->at + (size_t)i]);
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    p->at += 4;
    *out = value;
    return true;
}

static bool bad_escape(struct parser *p, size_t at)
{
    error_set(p->err, JPK_ERR_FORMAT, "has a malformed \\uXXXX escape");
    error_text_offset(p->err, p->text, p->size, at);
    return false;
}

/* Behind `\u`. A character above U+FFFF is two escapes. */
static bool unicode_escape(struct parser *p)
{
    size_t start = p->at - 2;
    uint32_t c, low;
    if (!read_hex(p, &c))
        return bad_escape(p, start);
    if (c >= 0xd800 && c < 0xdc00) {
        if (p->size - p->at < 6 || p->text[p->at] != '\\' || p->text[p->at + 1] != 'u')
            return bad_escape(p, start);
        p->at += 2;
        if (!read_hex(p, &low) || low < 0xdc00 || low > 0xdfff)
            return bad_escape(p, start);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if ((c >= 0xdc00 && c < 0xe000) || c == 0) {
        return bad_escape(p, start);
    }
    buf_put_utf8(&p->word, c);
    return true;
}

static bool put_byte(struct parser *p, char c)
{
    if (c == '\0') {
        error_set(p->err, JPK_ERR_FORMAT, "holds a NUL byte");
        error_text_offset(p->err, p->text, p->size, p->at - 1);
        return false;
    }
    if ((unsigned char)c >= 0x80 && p->latin1)
        buf_put_utf8(&p->word, (unsigned char)c);
    else
        buf_putc(&p->word, c);
    return true;
}

static bool escape(struct parser *p)
{
    if (p->at >= p->size)
        return true;
    if (at_break(p)) {
        skip_break(p);
        skip_spaces(p);
        return true;
    }
    static const char from[] = "tnrf", to[] = "\t\n\r\f";
    char c = p->text[p->at++];
    const char *known = strchr(from, c);
    if (c == 'u')
        return unicode_escape(p);
    return put_byte(p, known && c ? to[known - from] : c);
}

/* One key or value into an arena string. A key ends at an unescaped `=`, `:` or space. */
static const char *read_word(struct parser *p, bool key)
{
    buf_clear(&p->word);
    while (!at_break(p)) {
        char c = p->text[p->at];
        if (key && (c == '=' || c == ':' || is_space(c)))
            break;
        p->at++;
        if (c == '\\') {
            if (!escape(p))
                return NULL;
        } else if (!put_byte(p, c)) {
            return NULL;
        }
    }
    const char *kept = p->word.failed ? NULL : arena_strndup(p->arena, buf_text(&p->word), p->word.size);
    if (!kept)
        error_memory(p->err);
    return kept;
}

static bool read_pair(struct parser *p, struct property *out)
{
    out->line = p->line;
    if (!(out->key = read_word(p, true)))
        return false;
    skip_spaces(p);
    if (!at_break(p) && (p->text[p->at] == '=' || p->text[p->at] == ':'))
        p->at++;
    skip_spaces(p);
    return (out->value = read_word(p, false)) != NULL;
}

static bool read_comment(struct parser *p, struct properties *out)
{
    size_t start = p->at + 1;
    while (!at_break(p))
        p->at++;
    if (out->comment || out->count)
        return true;
    out->comment = arena_strndup(p->arena, p->text + start, p->at - start);
    return out->comment || error_memory(p->err);
}

bool properties_parse(const char *text, size_t n, struct arena *arena, struct properties *out, struct jpk_error *err)
{
    struct parser p = {.text = text, .size = n, .line = 1, .arena = arena, .err = err};
    struct properties result = {0};
    struct property *items = NULL;
    size_t capacity = 0;
    bool ok = true;
    p.latin1 = !text_utf8(text, n, NULL);
    while (ok && p.at < p.size) {
        skip_spaces(&p);
        if (at_break(&p)) {
            if (p.at < p.size)
                skip_break(&p);
        } else if (text[p.at] == '#' || text[p.at] == '!') {
            ok = read_comment(&p, &result);
        } else {
            struct property *more = array_grow(items, result.count, &capacity, sizeof *items);
            if (!more) {
                ok = error_memory(err);
                break;
            }
            items = more;
            ok = read_pair(&p, &items[result.count]);
            result.count += ok;
        }
    }
    if (ok && items && result.count) {
        result.items = arena_alloc(arena, result.count * sizeof *items);
        ok = result.items || error_memory(err);
        if (ok)
            memcpy(result.items, items, result.count * sizeof *items);
    }
    free(items);
    buf_free(&p.word);
    if (ok)
        *out = result;
    return ok;
}

const char *properties_get(const struct properties *properties, const char *key)
{
    for (size_t i = properties->count; i-- > 0;)
        if (strcmp(properties->items[i].key, key) == 0)
            return properties->items[i].value;
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------- writing */

static void put_unit(struct buf *out, uint32_t unit)
{
    buf_printf(out, "\\u%04X", (unsigned)unit);
}

/* java.util.Properties.store: blanks are escaped in keys everywhere, in values at the start. */
static void put_word(struct buf *out, const char *word, bool key)
{
    static const char special[] = "\\:=#!\t\n\r\f", letters[] = "\\:=#!tnrf";
    const char *end = word + strlen(word);
    for (const char *p = word; p < end;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, (const uint8_t *)p, (size_t)(end - p));
        const char *found = c < 0x80 ? strchr(special, (int)c) : NULL;
        if (found)
            buf_printf(out, "\\%c", letters[found - special]);
        else if (c == ' ' && (key || p == word))
            buf_puts(out, "\\ ");
        else if (c >= 0x10000) {
            put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
            put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else if (c < ' ' || c > '~')
            put_unit(out, c);
        else
            buf_putc(out, (char)c);
        p += n;
    }
}

static void put_pair(struct buf *out, const char *key, const char *value)
{
    put_word(out, key, true);
    buf_putc(out, '=');
    put_word(out, value, false);
}

void properties_put(struct buf *out, const char *key, const char *value)
{
    put_pair(out, key, value);
    buf_putc(out, '\n');
}

/* The line from `start` to where the parser is now, its end included. */
static void put_edited(struct parser *p, size_t start, const struct property *pair, const struct property_edit *edits,
                       size_t count, struct buf *out)
{
    const struct property_edit *edit = edits, *end = edits + count;
    size_t line_end = p->at;
    while (edit < end && strcmp(edit->key, pair->key) != 0)
        edit++;
    if (p->at < p->size)
        skip_break(p);
    if (edit == end || (edit->value && strcmp(edit->value, pair->value) == 0)) {
        buf_put(out, p->text + start, p->at - start);
    } else if (edit->value) {
        put_pair(out, edit->key, edit->value);
        buf_put(out, p->text + line_end, p->at - line_end);
    }
}

bool properties_edit(const char *text, size_t n, const struct property_edit *edits, size_t count, struct buf *out,
                     struct jpk_error *err)
{
    struct arena arena = {0};
    struct parser p = {.text = text, .size = n, .line = 1, .arena = &arena, .err = err};
    struct property pair;
    bool ok = true;
    p.latin1 = !text_utf8(text, n, NULL);
    while (ok && p.at < n) {
        size_t start = p.at;
        skip_spaces(&p);
        if (!at_break(&p) && text[p.at] != '#' && text[p.at] != '!') {
            ok = read_pair(&p, &pair);
            if (ok)
                put_edited(&p, start, &pair, edits, count, out);
            continue;
        }
        while (!at_break(&p))
            p.at++;
        if (p.at < n)
            skip_break(&p);
        buf_put(out, text + start, p.at - start);
    }
    buf_free(&p.word);
    arena_free(&arena);
    return ok && (!out->failed || error_memory(err));
}

void properties_put_date(struct buf *out, int64_t milliseconds)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(milliseconds / 1000);
    struct tm utc = {0};
    gmtime_r(&seconds, &utc);
    buf_printf(out, "#%s %s %02d %02d:%02d:%02d UTC %d\n", days[utc.tm_wday], months[utc.tm_mon], utc.tm_mday,
               utc.tm_hour, utc.tm_min, utc.tm_sec, utc.tm_year + 1900);
}

bool properties_noisy(const char *key)
{
    static const char *const noisy[] = {"accessed",         "created",          "modified",          "created_at",
                                        "crypto-marker",    "deploy-dirty",     "has-been-deployed", "last-deployed-at",
                                        "last-deployed-by", "last-deployed-in", "last-environment"};
    for (size_t i = 0; i < sizeof noisy / sizeof noisy[0]; i++)
        if (strcmp(key, noisy[i]) == 0)
            return true;
    return false;
}
