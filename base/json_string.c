/* Strings: the common one is found by one scan and stays where it is; one with escapes is decoded into doc.decoded. */
#include "base/json_reader.h"

#include "base/json_hash.h"
#include "base/json_scan.h"

/* Whether a piece of the text is UTF-8. */
static bool check_utf8(struct jdoc_reader *reader, const char *p, const char *end)
{
    size_t bad = 0;
    return text_utf8(p, (size_t)(end - p), &bad) ||
           jdoc_fail(reader, p + bad, JPK_ERR_ENCODING, "bytes in a string that are not UTF-8");
}

/* Why a string does not go on at `p`. */
static bool fail_string(struct jdoc_reader *reader, const char *p)
{
    if (p == reader->end)
        return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "a string without an end");
    switch (*p) {
    case '\n':
    case '\r':
        return jdoc_fail(reader, p, JPK_ERR_JSON,
                         "a line break in a string: is a quote missing? If it belongs there it is written \\n");
    case '\t':
        return jdoc_fail(reader, p, JPK_ERR_JSON, "a tab in a string: it is written \\t");
    default:
        return jdoc_fail(reader, p, JPK_ERR_JSON, "control character U+%04X in a string: it is written \\u%04x",
                         (unsigned)*p, (unsigned)*p);
    }
}

/* The four digits behind \u, with p on the backslash. */
static bool read_unit(struct jdoc_reader *reader, const char *p, uint32_t *unit)
{
    uint32_t value = 0;
    for (int i = 2; i < 6; i++) {
        int digit = p + i < reader->end ? text_hex_digit(p[i]) : -1;
        if (digit < 0)
            return jdoc_fail(reader, p, JPK_ERR_JSON, "\\u without four hexadecimal digits behind it");
        value = value << 4 | (uint32_t)digit;
    }
    *unit = value;
    return true;
}

static bool fail_surrogate(struct jdoc_reader *reader, const char *p, uint32_t unit)
{
    return jdoc_fail(reader, p, JPK_ERR_JSON, "\\u%04x is half of a surrogate pair, and its other half is not %s it",
                     unit, unit < 0xdc00 ? "behind" : "before");
}

/* \uXXXX, or two of them that make a surrogate pair. */
static bool read_unicode(struct jdoc_reader *reader, const char **at, uint64_t *high)
{
    const char *p = *at;
    uint32_t c = 0, low = 0;
    if (!read_unit(reader, p, &c))
        return false;
    if (c == 0 && reader->reject_nul)
        return jdoc_fail(reader, p, JPK_ERR_JSON, "\\u0000: a NUL character is not allowed here");
    *at = p + 6;
    if (c >= 0xd800 && c < 0xe000) {
        const char *second = p + 6;
        if (c >= 0xdc00 || reader->end - second < 2 || second[0] != '\\' || second[1] != 'u')
            return fail_surrogate(reader, p, c);
        if (!read_unit(reader, second, &low))
            return false;
        if (low < 0xdc00 || low >= 0xe000)
            return fail_surrogate(reader, p, c);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        *at = second + 6;
    }
    *high |= c >= 0x80;
    buf_put_utf8(&reader->doc.decoded, c);
    return true;
}

/* One escape, with *at on the backslash; moves it behind. */
static bool read_escape(struct jdoc_reader *reader, const char **at, uint64_t *high)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *p = *at;
    if (p + 1 == reader->end)
        return fail_string(reader, reader->end);
    if (p[1] == 'u')
        return read_unicode(reader, at, high);
    const char *letter = memchr(letters, p[1], sizeof letters - 1);
    if (!letter)
        return jdoc_fail(reader, p, JPK_ERR_JSON,
                         "a backslash that begins no escape of JSON; a backslash itself is written \\\\");
    buf_putc(&reader->doc.decoded, meanings[letter - letters]);
    *at = p + 2;
    return true;
}

/* A string whose first escape is at `p`. */
static bool read_escaped(struct jdoc_reader *reader, struct jdoc_node *node, const char *p, uint64_t high)
{
    struct buf *decoded = &reader->doc.decoded;
    const char *begin = reader->at + 1;
    uint64_t any = high;
    node->at = (uint32_t)decoded->size;
    for (;;) {
        if (high && !check_utf8(reader, begin, p))
            return false;
        if (p == reader->end || (*p != '\\' && *p != '"'))
            return fail_string(reader, p);
        buf_put(decoded, begin, (size_t)(p - begin));
        if (*p == '"')
            break;
        if (!read_escape(reader, &p, &any))
            return false;
        begin = p;
        high = 0;
        p = jdoc_scan_string(begin, reader->end, &high);
        any |= high;
    }
    if (decoded->failed)
        return error_memory(reader->err);
    node->count = (uint32_t)decoded->size - node->at;
    node->flags |= JDOC_ESCAPED | (any ? 0 : JDOC_ASCII);
    reader->at = p + 1;
    return true;
}

bool jdoc_read_string(struct jdoc_reader *reader, unsigned flags)
{
    struct jdoc_node *node = jdoc_add(reader, JDOC_STRING, flags);
    if (!node)
        return false;
    const char *begin = reader->at + 1;
    uint64_t high = 0;
    const char *p = jdoc_scan_string(begin, reader->end, &high);
    if (p < reader->end && *p == '"') {
        if (high && !check_utf8(reader, begin, p))
            return false;
        node->count = (uint32_t)(p - begin);
        node->flags |= high ? 0 : JDOC_ASCII;
        reader->at = p + 1;
    } else if (!read_escaped(reader, node, p, high)) {
        return false;
    }
    if (flags & JDOC_KEY)
        node->hash = jdoc_hash_key(jdoc_string(&reader->doc, reader->doc.count - 1), node->count);
    return true;
}

uint32_t jdoc_characters(const struct jdoc *doc, uint32_t node)
{
    uint32_t n = jdoc_string_size(doc, node), count = 0;
    if (doc->nodes[node].flags & JDOC_ASCII)
        return n;
    const char *bytes = jdoc_string(doc, node);
    for (uint32_t i = 0; i < n; i++)
        count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    return count;
}
