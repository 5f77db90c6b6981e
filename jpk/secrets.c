#include "jpk/secrets.h"

#include <string.h>

#include "base/text.h"

static const char *const words[] = {
    "password",   "passwd",      "passphrase", "pwd",       "secret",     "token",
    "apikey",     "api_key",     "api-key",    "accesskey", "access_key", "access-key",
    "privatekey", "private_key", "authoriz",   "cookie",    "credential", "signature",
};

static bool holds(const char *name, size_t n, const char *word)
{
    size_t m = strlen(word);
    for (size_t at = 0; at + m <= n; at++) {
        size_t i = 0;
        while (i < m && text_lower(name[at + i]) == word[i])
            i++;
        if (i == m)
            return true;
    }
    return false;
}

bool secret_name(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (holds(name, n, words[i]))
            return true;
    return false;
}

bool secret_only_variables(const char *value, size_t n)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "Token "};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t m = strlen(schemes[i]);
        if (n >= m && memcmp(value, schemes[i], m) == 0) {
            value += m;
            n -= m;
            break;
        }
    }
    bool inside = false;
    for (size_t i = 0; i < n; i++) {
        if (value[i] == '{')
            return false; /* a default value */
        if (!inside && !strchr("[ :\r", value[i]))
            return false;
        inside = value[i] == '[' || (inside && value[i] != ']');
    }
    return !inside;
}

static bool put_value(struct buf *out, const char *value, size_t n)
{
    bool hide = !secret_only_variables(value, n);
    if (hide)
        buf_puts(out, "****");
    else
        buf_put(out, value, n);
    return hide;
}

bool mask_secret(struct buf *out, const char *value)
{
    return put_value(out, value, strlen(value));
}

static bool name_character(char c)
{
    return (text_lower(c) >= 'a' && text_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* Where the value ends that begins at `at`: a header's at the end of its line, others at what separates pairs. */
static size_t value_end(const char *at, char sign)
{
    if (sign == ':')
        return strcspn(at, "\r\n");
    if (*at == '{')
        return strcspn(at, "}\r\n");
    return strcspn(at, ";&,\r\n\"' ");
}

/* `//user:password@host`: how much stands before the `@`; 0 when there is none. */
static size_t url_login(const char *at)
{
    size_t n = strcspn(at, "@/?# \t\r\n");
    return at[n] == '@' ? n : 0;
}

bool mask_secrets(struct buf *out, const char *text)
{
    bool masked = false;
    for (const char *at = text; *at;) {
        const char *start = at;
        while (name_character(*at))
            at++;
        size_t name = (size_t)(at - start);
        buf_put(out, start, name);
        if (name > 0 && (*at == '=' || *at == ':') && secret_name(start, name)) {
            char sign = *at;
            do
                buf_putc(out, *at++);
            while (*at == ' ');
            size_t n = value_end(at, sign);
            masked = (n > 0 && put_value(out, at, n)) || masked;
            at += n;
        } else if (strncmp(at, "//", 2) == 0 && url_login(at + 2) > 0) {
            size_t n = url_login(at + 2);
            buf_puts(out, "//");
            masked = put_value(out, at + 2, n) || masked;
            at += 2 + n;
        } else if (*at) {
            buf_putc(out, *at++);
        }
    }
    return masked;
}
