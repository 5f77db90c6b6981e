#include "jpk/xml_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct xml_scanner xml_scan(const char *text, size_t size)
{
    return (struct xml_scanner){.text = text, .size = size};
}

static bool starts(const char *text, size_t size, size_t at, const char *with)
{
    size_t n = strlen(with);
    return size - at >= n && memcmp(text + at, with, n) == 0;
}

/* Behind the next `end`; the size of the text when there is none. */
static size_t behind(const char *text, size_t size, size_t at, const char *end)
{
    const char *found = memmem(text + at, size - at, end, strlen(end));
    return found ? (size_t)(found - text) + strlen(end) : size;
}

/* Behind the `>` of the tag at `at`: one in quotes does not end it. */
static size_t tag_end(const char *text, size_t size, size_t at)
{
    char quote = '\0';
    for (; at < size; at++) {
        char c = text[at];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return at + 1;
    }
    return SIZE_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool read_tag(struct xml_scanner *scanner, struct xml_tag *tag)
{
    const char *text = scanner->text;
    size_t start = scanner->at, end = tag_end(text, scanner->size, start);
    if (end == SIZE_MAX)
        return false;
    bool closing = text[start + 1] == '/';
    size_t name = start + 1 + closing, n = name;
    while (n < end - 1 && !is_space(text[n]) && text[n] != '/')
        n++;
    bool empty = !closing && text[end - 2] == '/';
    if (closing && scanner->depth == 0)
        return false;
    if (closing)
        scanner->depth--;
    *tag = (struct xml_tag){.name = text + name,
                            .name_size = n - name,
                            .start = start,
                            .end = end,
                            .depth = scanner->depth,
                            .opens = !closing,
                            .closes = closing || empty};
    if (!closing && !empty)
        scanner->depth++;
    scanner->at = end;
    return true;
}

bool xml_scan_next(struct xml_scanner *scanner, struct xml_tag *tag)
{
    const char *text = scanner->text;
    size_t size = scanner->size;
    while (scanner->at < size) {
        const char *found = memchr(text + scanner->at, '<', size - scanner->at);
        if (!found || (size_t)(found - text) + 2 >= size)
            break;
        size_t at = scanner->at = (size_t)(found - text);
        if (starts(text, size, at, "<!--"))
            scanner->at = behind(text, size, at + 4, "-->");
        else if (starts(text, size, at, "<![CDATA["))
            scanner->at = behind(text, size, at, "]]>");
        else if (starts(text, size, at, "<?"))
            scanner->at = behind(text, size, at, "?>");
        else if (starts(text, size, at, "<!"))
            scanner->at = behind(text, size, at, ">");
        else
            return read_tag(scanner, tag);
    }
    scanner->at = size;
    return false;
}

bool xml_tag_is(const struct xml_tag *tag, const char *name)
{
    return strlen(name) == tag->name_size && memcmp(tag->name, name, tag->name_size) == 0;
}

bool xml_tag_attribute(const struct xml_scanner *scanner, const struct xml_tag *tag, const char *name, size_t *start,
                       size_t *end)
{
    const char *text = scanner->text;
    size_t at = (size_t)(tag->name - text) + tag->name_size, last = tag->end - 1, n = strlen(name);
    while (at < last) {
        while (at < last && (is_space(text[at]) || text[at] == '/'))
            at++;
        size_t key = at;
        while (at < last && text[at] != '=' && !is_space(text[at]))
            at++;
        size_t key_size = at - key;
        while (at < last && (is_space(text[at]) || text[at] == '='))
            at++;
        if (at >= last || (text[at] != '"' && text[at] != '\''))
            return false;
        const char *close = memchr(text + at + 1, text[at], last - at - 1);
        if (!close)
            return false;
        if (key_size == n && memcmp(text + key, name, n) == 0) {
            *start = at + 1;
            *end = (size_t)(close - text);
            return true;
        }
        at = (size_t)(close - text) + 1;
    }
    return false;
}

bool xml_tag_value(const struct xml_scanner *scanner, const struct xml_tag *tag, const char *name, struct buf *out)
{
    size_t start, end;
    buf_clear(out);
    return xml_tag_attribute(scanner, tag, name, &start, &end) && xml_decode(scanner->text + start, end - start, out);
}

/* ------------------------------------------------------------------------------------------------------ decoding */

static bool is_xml_character(unsigned long c)
{
    return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
           (c >= 0x10000 && c < 0x110000);
}

static bool put_number(struct buf *out, const char *digits, size_t n)
{
    bool hex = n > 1 && digits[0] == 'x';
    char copy[12] = "";
    size_t skip = hex ? 1 : 0;
    if (n - skip == 0 || n - skip >= sizeof copy)
        return false;
    memcpy(copy, digits + skip, n - skip);
    if (strspn(copy, hex ? "0123456789abcdefABCDEF" : "0123456789") != n - skip)
        return false;
    unsigned long c = strtoul(copy, NULL, hex ? 16 : 10);
    if (!is_xml_character(c))
        return false;
    buf_put_utf8(out, (uint32_t)c);
    return true;
}

/* The reference whose `&` is at raw[0]; returns its length, 0 for what is none. */
static size_t put_reference(struct buf *out, const char *raw, size_t size)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    enum { REFERENCE_MAX = 12 };
    const char *end = memchr(raw, ';', size < REFERENCE_MAX ? size : REFERENCE_MAX);
    if (!end)
        return 0;
    size_t n = (size_t)(end - raw) - 1;
    if (n > 1 && raw[1] == '#')
        return put_number(out, raw + 2, n - 1) ? n + 2 : 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == n && memcmp(known[i].name, raw + 1, n) == 0) {
            buf_putc(out, known[i].c);
            return n + 2;
        }
    }
    return 0;
}

/* Plain characters up to `size`, their line ends as LF. */
static void put_plain(struct buf *out, const char *raw, size_t size)
{
    while (size > 0) {
        const char *cr = memchr(raw, '\r', size);
        size_t n = cr ? (size_t)(cr - raw) : size;
        buf_put(out, raw, n);
        if (!cr)
            return;
        buf_putc(out, '\n');
        n += n + 1 < size && raw[n + 1] == '\n' ? 2 : 1;
        raw += n;
        size -= n;
    }
}

bool xml_decode(const char *raw, size_t size, struct buf *out)
{
    size_t at = 0;
    while (at < size) {
        size_t n = at;
        while (n < size && raw[n] != '&' && raw[n] != '<')
            n++;
        put_plain(out, raw + at, n - at);
        at = n;
        if (at == size)
            break;
        if (starts(raw, size, at, "<![CDATA[")) {
            size_t end = behind(raw, size, at, "]]>");
            if (!starts(raw, size, end - 3, "]]>"))
                return false;
            put_plain(out, raw + at + 9, end - 3 - (at + 9));
            at = end;
        } else {
            size_t used = raw[at] == '&' ? put_reference(out, raw + at, size - at) : 0;
            if (used == 0)
                return false;
            at += used;
        }
    }
    return !out->failed;
}
