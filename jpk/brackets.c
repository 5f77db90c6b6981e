#include "jpk/brackets.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { DEFAULT_MAX = 4096 }; /* keeps a text of nothing but `[a{` linear */

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool plain_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!letter(s[i]) && (i == 0 || (!(s[i] >= '0' && s[i] <= '9') && s[i] != '.' && s[i] != ':')))
            return false;
    return n > 0;
}

/* Behind `[name{`: the default ends at the `}` before the next `]`. */
static bool read_default(const char *s, struct bracket *out)
{
    const char *close = memchr(s, ']', strnlen(s, DEFAULT_MAX));
    if (!close || close == s || close[-1] != '}')
        return false;
    out->has_default = true;
    out->default_value = s;
    out->default_length = (size_t)(close - 1 - s);
    return true;
}

/* Whether the bracket at an offset opens character data of XML, which names no variable. */
static bool opens_cdata(const char *text, size_t at)
{
    static const char before[] = "<![CDATA";
    return at >= strlen(before) && memcmp(text + at - strlen(before), before, strlen(before)) == 0;
}

static bool read_bracket(const char *text, size_t at, struct bracket *out)
{
    const char *name = text + at + 1;
    size_t n = strcspn(name, "[]{}\r\n\t\"'<>");
    *out = (struct bracket){.name = name, .name_length = n, .offset = at, .plain = plain_name(name, n)};
    if (n == 0 || n > VARIABLE_NAME_MAX || opens_cdata(text, at))
        return false;
    return name[n] == ']' || (name[n] == '{' && read_default(name + n + 1, out));
}

bool bracket_next(const char *text, size_t *at, struct bracket *out)
{
    for (const char *open; (open = strchr(text + *at, '[')) != NULL;) {
        size_t start = (size_t)(open - text);
        if (read_bracket(text, start, out)) {
            const char *last =
                out->has_default ? out->default_value + out->default_length : out->name + out->name_length;
            *at = (size_t)(last - text) + 1;
            return true;
        }
        *at = start + 1;
    }
    return false;
}

bool variable_system(const char *name, size_t n)
{
    static const char *const prefixes[] = {"jitterbit.", "__"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (n > strlen(prefixes[i]) && strncasecmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

size_t variable_key(const char *name, size_t n, char key[VARIABLE_NAME_MAX])
{
    if (n > VARIABLE_NAME_MAX)
        for (n = VARIABLE_NAME_MAX; n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80;)
            n--; /* not within a character */
    for (size_t i = 0; i < n; i++)
        key[i] = text_lower(name[i]);
    return n;
}
