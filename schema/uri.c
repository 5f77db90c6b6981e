#include "schema/uri.h"

#include <string.h>
#include <unistr.h>

#include "base/text.h"
#include "schema/ascii.h"
#include "schema/format_checks.h"

/* Of which sets of RFC 3986 an ASCII character is a member. */
enum {
    UNRESERVED = 1,
    SUB_DELIMITER = 2,
    COLON = 4,
    AT = 8,
    SLASH = 16,
    QUESTION = 32,
    SCHEME = 64,
    PRIVATE = 128, /* beyond ASCII: the characters for private use, which only the query of an IRI may hold */
    PCHAR = UNRESERVED | SUB_DELIMITER | COLON | AT
};

static unsigned sets_of(unsigned char c)
{
    switch (c) {
    case '-':
    case '.':
        return UNRESERVED | SCHEME;
    case '_':
    case '~':
        return UNRESERVED;
    case '+':
        return SUB_DELIMITER | SCHEME;
    case '!':
    case '$':
    case '&':
    case '\'':
    case '(':
    case ')':
    case '*':
    case ',':
    case ';':
    case '=':
        return SUB_DELIMITER;
    case ':':
        return COLON;
    case '@':
        return AT;
    case '/':
        return SLASH;
    case '?':
        return QUESTION;
    default:
        return ascii_alpha((char)c) || ascii_digit((char)c) ? UNRESERVED | SCHEME : 0;
    }
}

/* ------------------------------------------------------------------------------------------------------------ parts */

/* The length of the scheme, 0: there is none. */
static size_t scheme_length(const char *text, size_t n)
{
    size_t i = 0;
    if (n == 0 || !ascii_alpha(text[0]))
        return 0;
    while (i < n && sets_of((unsigned char)text[i]) & SCHEME)
        i++;
    return i < n && text[i] == ':' ? i : 0;
}

bool uri_has_scheme(const char *text, size_t n)
{
    return scheme_length(text, n) > 0;
}

/* From `from` to the first of the delimiters or the end. */
static struct uri_part until(const char *text, size_t n, size_t from, const char *delimiters)
{
    size_t end = from;
    while (end < n && (text[end] == '\0' || !strchr(delimiters, text[end])))
        end++;
    return (struct uri_part){text + from, end - from};
}

struct uri uri_split(const char *text, size_t n)
{
    struct uri uri = {0};
    text = text ? text : "";
    size_t at = scheme_length(text, n);
    if (at > 0) {
        uri.scheme = (struct uri_part){text, at};
        at++;
    }
    if (n - at >= 2 && text[at] == '/' && text[at + 1] == '/') {
        uri.authority = until(text, n, at + 2, "/?#");
        at += 2 + uri.authority.n;
    }
    uri.path = until(text, n, at, "?#");
    at += uri.path.n;
    if (at < n && text[at] == '?') {
        uri.query = until(text, n, at + 1, "#");
        at += 1 + uri.query.n;
    }
    if (at < n)
        uri.fragment = (struct uri_part){text + at + 1, n - at - 1};
    return uri;
}

/* ------------------------------------------------------------------------------------------------------- resolution */

/* Percent-encodings in upper case, and none of characters that need none; with `lower` other letters in lower case. */
static void put_normal(struct buf *out, struct uri_part part, bool lower)
{
    for (size_t i = 0; i < part.n; i++) {
        char c = part.text[i];
        int byte = c == '%' ? percent_encoded(part.text, part.n, i) : -1;
        if (byte >= 0) {
            i += 2;
            c = (char)byte;
            if (byte >= 0x80 || !(sets_of((unsigned char)byte) & UNRESERVED)) {
                buf_printf(out, "%%%02X", (unsigned)byte);
                continue;
            }
        }
        buf_putc(out, lower ? text_lower(c) : c);
    }
}

static void put_authority(struct buf *out, struct uri_part authority)
{
    size_t host = 0;
    for (size_t i = 0; i < authority.n; i++)
        if (authority.text[i] == '@')
            host = i + 1;
    put_normal(out, (struct uri_part){authority.text, host}, false);
    put_normal(out, (struct uri_part){authority.text + host, authority.n - host}, true);
}

/* How many of the segment's characters are dots when it is `.` or `..`, else 0. */
static size_t dots(const char *segment, size_t n)
{
    return (n == 1 && segment[0] == '.') || (n == 2 && segment[0] == '.' && segment[1] == '.') ? n : 0;
}

/* RFC 3986, section 5.2.4, in place; returns the new length. */
static size_t remove_dots(char *s, size_t n)
{
    size_t written = 0;
    for (size_t at = 0; at < n;) {
        size_t slash = s[at] == '/', end = at + slash;
        while (end < n && s[end] != '/')
            end++;
        size_t count = dots(s + at + slash, end - at - slash);
        if (count == 0) {
            memmove(s + written, s + at, end - at);
            written += end - at;
            at = end;
        } else if (!slash) { /* only in front of all else */
            at = end < n ? end + 1 : n;
        } else {
            while (count == 2 && written > 0 && s[--written] != '/')
                ;
            if (end == n)
                s[written++] = '/';
            at = end;
        }
    }
    return written;
}

/* Whether the text in front of the first slash has a colon, so that it would be read as a scheme. */
static bool colon_first(const char *path, size_t n)
{
    for (size_t i = 0; i < n && path[i] != '/'; i++)
        if (path[i] == ':')
            return true;
    return false;
}

/*
 * The path of `folder` and `rest` in a row, normalised. What would be read otherwise than as a path gets a dot segment
 * in front, as RFC 3986, section 4.2 advises.
 */
static void put_path(struct buf *out, struct uri_part folder, struct uri_part rest, bool scheme, bool authority)
{
    size_t start = out->size;
    buf_puts(out, "/.");
    put_normal(out, folder, false);
    put_normal(out, rest, false);
    if (out->failed)
        return;
    char *path = out->data + start + 2;
    size_t n = remove_dots(path, out->size - start - 2);
    const char *mark = "";
    if (!authority && n >= 2 && path[0] == '/' && path[1] == '/')
        mark = "/.";
    else if (!authority && !scheme && colon_first(path, n))
        mark = "./";
    size_t mark_n = strlen(mark);
    memcpy(out->data + start, mark, mark_n);
    memmove(out->data + start + mark_n, path, n);
    out->size = start + mark_n + n;
    out->data[out->size] = '\0';
}

/* What of the base's path stands in front of a relative path: RFC 3986, section 5.2.3. */
static struct uri_part folder_of(const struct uri *base)
{
    if (base->authority.text && base->path.n == 0)
        return (struct uri_part){"/", 1};
    size_t n = base->path.n;
    while (n > 0 && base->path.text[n - 1] != '/')
        n--;
    return (struct uri_part){base->path.text, n};
}

void uri_resolve(const char *base, size_t base_n, const char *reference, size_t reference_n, struct buf *out,
                 struct uri_part *fragment)
{
    struct uri from = uri_split(base, base_n), to = uri_split(reference, reference_n);
    struct uri_part folder = {"", 0};
    if (fragment)
        *fragment = to.fragment;
    if (!to.scheme.text) {
        to.scheme = from.scheme;
        if (!to.authority.text) {
            to.authority = from.authority;
            if (to.path.n == 0) {
                to.path = from.path;
                if (!to.query.text)
                    to.query = from.query;
            } else if (to.path.text[0] != '/') {
                folder = folder_of(&from);
            }
        }
    }
    if (to.scheme.text) {
        put_normal(out, to.scheme, true);
        buf_putc(out, ':');
    }
    if (to.authority.text) {
        buf_puts(out, "//");
        put_authority(out, to.authority);
    }
    put_path(out, folder, to.path, to.scheme.text != NULL, to.authority.text != NULL);
    if (to.query.text) {
        buf_putc(out, '?');
        put_normal(out, to.query, false);
    }
}

bool uri_decode(const char *text, size_t n, struct buf *out)
{
    size_t start = out->size, i = 0, bad;
    while (i < n) {
        int byte = text[i] == '%' ? percent_encoded(text, n, i) : (unsigned char)text[i];
        if (byte < 0)
            break;
        i += text[i] == '%' ? 3 : 1;
        buf_putc(out, (char)byte);
    }
    if (out->failed || (i == n && text_utf8(buf_text(out) + start, out->size - start, &bad)))
        return true;
    out->size = start;
    if (out->data)
        out->data[start] = '\0';
    return false;
}

/* ---------------------------------------------------------------------------------------------------------- grammar */

size_t uri_international(const char *text, size_t n, bool private)
{
    ucs4_t c;
    int length = u8_mbtoucr(&c, (const uint8_t *)text, n);
    if (length < 0 || c < 0xa0 || (c & 0xffff) >= 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) ||
        (c >= 0xfff0 && c < 0x10000) || (c >= 0xe0000 && c < 0xe1000))
        return 0;
    bool is_private = (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
    return is_private && !private ? 0 : (size_t)length;
}

/* Whether there are only characters of the sets, percent-encodings and, in IRIs, characters beyond ASCII. */
static bool only(struct uri_part part, unsigned sets, unsigned rules)
{
    size_t i = 0;
    while (i < part.n) {
        unsigned char c = (unsigned char)part.text[i];
        size_t length = 0;
        if (c >= 0x80)
            length = rules & URI_INTERNATIONAL ? uri_international(part.text + i, part.n - i, sets & PRIVATE) : 0;
        else if (sets_of(c) & sets)
            length = 1;
        else if (percent_encoded(part.text, part.n, i) >= 0)
            length = 3;
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

/* What stands between the brackets: an IPv6 address, or `v`, digits, `.` and characters. */
static bool literal_valid(const char *text, size_t n)
{
    if (n == 0 || (text[0] != 'v' && text[0] != 'V'))
        return format_ipv6(text, n);
    size_t i = 1;
    while (i < n && text_hex_digit(text[i]) >= 0)
        i++;
    if (i == 1 || i + 1 >= n || text[i] != '.')
        return false;
    for (i++; i < n; i++)
        if ((unsigned char)text[i] >= 0x80 || !(sets_of((unsigned char)text[i]) & (UNRESERVED | SUB_DELIMITER | COLON)))
            return false;
    return true;
}

static const char *find(const char *text, size_t n, char c)
{
    return n ? memchr(text, c, n) : NULL;
}

static bool authority_valid(struct uri_part authority, unsigned rules)
{
    const char *text = authority.text, *end = text + authority.n;
    const char *at = find(text, authority.n, '@');
    if (at) {
        if (!only((struct uri_part){text, (size_t)(at - text)}, UNRESERVED | SUB_DELIMITER | COLON, rules))
            return false;
        text = at + 1;
    }
    const char *port;
    if (text < end && *text == '[') {
        const char *bracket = find(text, (size_t)(end - text), ']');
        if (!bracket || !literal_valid(text + 1, (size_t)(bracket - text - 1)))
            return false;
        port = bracket + 1;
        if (port < end && *port != ':')
            return false;
    } else {
        port = find(text, (size_t)(end - text), ':');
        port = port ? port : end;
        if (!only((struct uri_part){text, (size_t)(port - text)}, UNRESERVED | SUB_DELIMITER, rules))
            return false;
    }
    for (port++; port < end; port++)
        if (!ascii_digit(*port))
            return false;
    return true;
}

bool uri_valid(const char *text, size_t n, unsigned rules)
{
    struct uri uri = uri_split(text, n);
    if (!uri.scheme.text &&
        (!(rules & URI_REFERENCE) || (!uri.authority.text && colon_first(uri.path.text, uri.path.n))))
        return false;
    if (uri.authority.text && !authority_valid(uri.authority, rules))
        return false;
    return only(uri.path, PCHAR | SLASH, rules) && only(uri.query, PCHAR | SLASH | QUESTION | PRIVATE, rules) &&
           only(uri.fragment, PCHAR | SLASH | QUESTION, rules);
}
