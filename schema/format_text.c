/* JSON pointers, URI templates and UUIDs. */
#include <string.h>

#include "base/text.h"
#include "schema/ascii.h"
#include "schema/format_checks.h"
#include "schema/uri.h"

bool format_json_pointer(const char *text, size_t n)
{
    if (n > 0 && text[0] != '/')
        return false;
    for (size_t i = 0; i < n; i++)
        if (text[i] == '~' && (i + 1 == n || (text[i + 1] != '0' && text[i + 1] != '1')))
            return false;
    return text_utf8(text, n, NULL);
}

bool format_relative_json_pointer(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && ascii_digit(text[i]))
        i++;
    if (i == 0 || (i > 1 && text[0] == '0'))
        return false;
    return (n - i == 1 && text[i] == '#') || format_json_pointer(text + i, n - i);
}

bool format_uuid(const char *text, size_t n)
{
    return text_guid(text, n);
}

/* ---------------------------------------------------------------------------------------------------- URI templates */

/* A name of a variable: characters and percent-encodings, with single dots between them. */
static bool parse_name(const char *text, size_t n, size_t *at)
{
    bool dot_allowed = false;
    while (*at < n) {
        if (ascii_alnum(text[*at]) || text[*at] == '_') {
            ++*at;
        } else if (percent_encoded(text, n, *at) >= 0) {
            *at += 3;
        } else if (text[*at] == '.' && dot_allowed) {
            ++*at;
            dot_allowed = false;
            continue;
        } else {
            break;
        }
        dot_allowed = true;
    }
    return dot_allowed;
}

/* `*` or `:` and a number from 1 to 9999, or nothing. */
static bool parse_modifier(const char *text, size_t n, size_t *at)
{
    if (*at < n && text[*at] == '*') {
        ++*at;
        return true;
    }
    if (*at == n || text[*at] != ':')
        return true;
    size_t start = ++*at;
    while (*at < n && ascii_digit(text[*at]))
        ++*at;
    return *at > start && *at - start <= 4 && text[start] != '0';
}

/* From behind the opening brace to behind the closing one. */
static bool parse_expression(const char *text, size_t n, size_t *at)
{
    if (*at < n && text[*at] != '\0' && strchr("+#./;?&=,!@|", text[*at]))
        ++*at;
    while (parse_name(text, n, at) && parse_modifier(text, n, at) && *at < n) {
        if (text[*at] == '}') {
            ++*at;
            return true;
        }
        if (text[*at] != ',')
            return false;
        ++*at;
    }
    return false;
}

/* The characters of ASCII that may stand outside of an expression, besides percent-encodings. An apostrophe is one:
 * RFC 6570 leaves it out of its grammar, but not out of its examples (erratum 6937). */
static bool literal(unsigned char c)
{
    return c > 0x20 && c < 0x7f && !strchr("\"%<>\\^`{|}", c);
}

bool format_uri_template(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n) {
        unsigned char c = (unsigned char)text[i];
        size_t length = 1;
        if (c == '{') {
            i++;
            if (!parse_expression(text, n, &i))
                return false;
            continue;
        }
        if (c >= 0x80)
            length = uri_international(text + i, n - i, true);
        else if (!literal(c))
            length = percent_encoded(text, n, i) >= 0 ? 3 : 0;
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}
