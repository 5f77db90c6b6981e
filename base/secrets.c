#include "base/secrets.h"

#include <string.h>

#include "base/text.h"

/* In small letters; separators in a name do not matter, so that `apikey` is also `API_KEY` and `api-key`. */
static const struct {
    const char *word;
    enum secret_kind kind;
} words[] = {
    {"password", SECRET_PASSWORD},
    {"passwd", SECRET_PASSWORD},
    {"passphrase", SECRET_PASSWORD},
    {"pwd", SECRET_PASSWORD},
    {"secret", SECRET_TOKEN},
    {"token", SECRET_TOKEN},
    {"apikey", SECRET_TOKEN},
    {"accesskey", SECRET_TOKEN},
    {"accountkey", SECRET_TOKEN},
    {"authkey", SECRET_TOKEN},
    {"privatekey", SECRET_TOKEN},
    {"sharedkey", SECRET_TOKEN},
    {"encryptionkey", SECRET_TOKEN},
    {"signingkey", SECRET_TOKEN},
    {"masterkey", SECRET_TOKEN},
    {"authoriz", SECRET_HEADER},
    {"cookie", SECRET_COOKIE},
    {"credential", SECRET_TOKEN},
    {"subscriptionkey", SECRET_TOKEN},
    {"passwort", SECRET_PASSWORD},
    {"kennwort", SECRET_PASSWORD},
    {"senha", SECRET_PASSWORD},
    {"contrasena", SECRET_PASSWORD},
    {"contrase\xc3\xb1"
     "a",
     SECRET_PASSWORD},
    {"motdepasse", SECRET_PASSWORD},
    {"signature", SECRET_NONE},
};

static bool separator(char c)
{
    return c == '_' || c == '-' || c == ' ' || c == '.';
}

/* Where `word` ends that begins at `at`; 0 when it does not. */
static size_t word_at(const char *name, size_t n, size_t at, const char *word)
{
    if (text_lower(name[at]) != *word)
        return 0;
    for (; *word; word++) {
        while (at < n && separator(name[at]))
            at++;
        if (at == n || text_lower(name[at++]) != *word)
            return 0;
    }
    return at;
}

static bool ends_with(const char *name, size_t n, const char *word)
{
    size_t m = strlen(word);
    if (m > n)
        return false;
    for (size_t i = 0; i < m; i++)
        if (text_lower(name[n - m + i]) != word[i])
            return false;
    return true;
}

bool secret_about(const char *word, size_t n)
{
    static const char *const about[] = {
        "url",       "uri",      "host",     "path",     "endpoint", "expiry",      "expires",   "enabled",  "name",
        "id",        "type",     "count",    "length",   "label",    "title",       "hint",      "policy",   "field",
        "fields",    "required", "prompt",   "format",   "ttl",      "size",        "algorithm", "file",     "filename",
        "index",     "status",   "location", "mgr",      "manager",  "handler",     "helper",    "provider", "callback",
        "exception", "error",    "input",    "form",     "view",     "generator",   "validator", "parser",   "service",
        "factory",   "range",    "types",    "userdata", "question", "class",       "pattern",   "regex",    "limit",
        "level",     "timeout",  "header",   "prefix",   "message",  "description", "date",      "changed",  "change",
        "set",       "age",      "time",     "at",       "updated",  "modified",    "created",   "expired",  "valid",
        "strength",  "rule",     "rules",    "attempts", "days",     "history",
    };
    for (size_t i = 0; i < sizeof about / sizeof about[0]; i++)
        if (ends_with(word, n, about[i]) && n == strlen(about[i]))
            return true;
    return false;
}

/* The last word of what follows a secret's word in a name: "Url" of "EndpointUrl", "file" of "_file". */
static size_t last_word(const char *rest, size_t n)
{
    size_t at = n;
    while (at > 0 && !separator(rest[at - 1])) {
        at--;
        if (rest[at] >= 'A' && rest[at] <= 'Z' && at + 1 < n && text_lower(rest[at + 1]) == rest[at + 1])
            break;
    }
    return at;
}

/* Whether what follows a secret's word in a name leaves it a secret's name. */
static bool rest_allows(const char *rest, size_t n, bool capitals)
{
    static const char *const same[] = {"s", "key", "value", "text", "ation"};
    while (n > 0 && ((rest[n - 1] >= '0' && rest[n - 1] <= '9') || separator(rest[n - 1])))
        n--;
    if (n == 0)
        return true;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (n == strlen(same[i]) && ends_with(rest, n, same[i]))
            return true;
    bool word_goes_on = !separator(*rest) && (capitals || (*rest >= 'a' && *rest <= 'z'));
    size_t last = last_word(rest, n);
    return !word_goes_on && !secret_about(rest + last, n - last);
}

/* `pass` and `pw` are too short to be looked for inside of names, and `PW` alone is the code of a country. */
static bool ends_in_short_word(const char *name, size_t n)
{
    static const char *const short_words[] = {"pass", "pw"};
    static const char *const before[] = {"user", "db", "smtp", "ftp", "mail", "admin", "login", "key"};
    bool found = false;
    if (n == 2 && memcmp(name, "PW", n) == 0)
        return false;
    for (size_t i = 0; i < sizeof short_words / sizeof short_words[0]; i++) {
        if (!ends_with(name, n, short_words[i]))
            continue;
        size_t rest = n - strlen(short_words[i]);
        found = found || rest == 0 || separator(name[rest - 1]) ||
                (name[rest] == 'P' && name[rest + 1] == short_words[i][1]);
        for (size_t k = 0; !found && k < sizeof before / sizeof before[0]; k++)
            found = ends_with(name, rest, before[k]);
    }
    return found;
}

/* What stands before a word and makes it harmless, as in `nextPageToken` and `NMTOKEN`. */
static bool harmless(const char *name, size_t n)
{
    static const char *const before[] = {"page", "continuation", "sync", "csrf",  "xsrf",    "antiforgery",
                                         "next", "cancellation", "nm",   "punct", "postman", "publickey"};
    while (n > 0 && separator(name[n - 1]))
        n--;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (ends_with(name, n, before[i]))
            return true;
    return false;
}

enum { NAME_MAX_BYTES = 64 };

enum secret_kind secret_kind(const char *name, size_t n)
{
    if (n > NAME_MAX_BYTES)
        return SECRET_NONE;
    if (ends_with(name, n, "__c"))
        n -= strlen("__c"); /* what is no standard field of Salesforce */
    if (ends_in_short_word(name, n))
        return SECRET_PASSWORD;
    for (size_t at = n; at-- > 0;)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            size_t end = word_at(name, n, at, words[i].word);
            if (end == 0)
                continue;
            bool capitals = name[end - 1] >= 'A' && name[end - 1] <= 'Z';
            return !harmless(name, at) && rest_allows(name + end, n - end, capitals) ? words[i].kind : SECRET_NONE;
        }
    return SECRET_NONE;
}

bool secret_name(const char *name, size_t n)
{
    bool secret = secret_kind(name, n) != SECRET_NONE;
    for (size_t at = 0; at < n && !secret; at++)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            secret = secret || word_at(name, n, at, words[i].word) > 0;
    return secret;
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

static const char shown_mask[] = "****";

/* `mask` stands in the place of what is hidden. */
static bool put_value(struct buf *out, const char *value, size_t n, const char *mask)
{
    bool hide = !secret_only_variables(value, n);
    if (hide)
        buf_puts(out, mask);
    else
        buf_put(out, value, n);
    return hide;
}

bool mask_secret(struct buf *out, const char *value)
{
    return put_value(out, value, strlen(value), shown_mask);
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

/* Adds a log-in without its secrets: with a variable for the password there is none, and one for the user stays. */
static bool put_login(struct buf *out, const char *login, size_t n, const char *mask)
{
    const char *colon = memchr(login, ':', n);
    size_t user = colon ? (size_t)(colon + 1 - login) : 0;
    if (user > 0 && user < n && secret_only_variables(colon + 1, n - user)) {
        buf_put(out, login, n);
        return false;
    }
    if (user > 1 && !secret_only_variables(login, user))
        user = 0;
    buf_put(out, login, user);
    return put_value(out, login + user, n - user, mask);
}

/* How secrets are found and what becomes of them: what is shown may hide too much, what is written may not. */
struct replacing {
    const char *mask;
    bool (*is_secret)(const char *name, size_t n);
    bool anywhere; /* `name:` also inside of a line */
};

/* A secret's own name, or that of a signature, which is as good as the secret that made it. */
static bool holds_secret(const char *name, size_t n)
{
    return n > NAME_MAX_BYTES ? secret_name(name, n)
                              : secret_kind(name, n) != SECRET_NONE || ends_with(name, n, "signature");
}

static bool begins_line(const char *text, const char *at)
{
    return at == text || at[-1] == '\n' || at[-1] == '\r';
}

static bool replace_secrets(struct buf *out, const char *text, const struct replacing *how)
{
    bool masked = false;
    for (const char *at = text; *at;) {
        const char *start = at;
        while (name_character(*at))
            at++;
        size_t name = (size_t)(at - start);
        buf_put(out, start, name);
        bool sign = *at == '=' || (*at == ':' && (how->anywhere || begins_line(text, start)));
        if (name > 0 && sign && how->is_secret(start, name)) {
            char c = *at;
            do
                buf_putc(out, *at++);
            while (*at == ' ');
            size_t n = value_end(at, c);
            masked = (n > 0 && put_value(out, at, n, how->mask)) || masked;
            at += n;
        } else if (strncmp(at, "//", 2) == 0 && url_login(at + 2) > 0) {
            size_t n = url_login(at + 2);
            buf_puts(out, "//");
            masked = put_login(out, at + 2, n, how->mask) || masked;
            at += 2 + n;
        } else if (*at) {
            buf_putc(out, *at++);
        }
    }
    return masked;
}

bool mask_secrets(struct buf *out, const char *text)
{
    return replace_secrets(out, text, &(struct replacing){shown_mask, secret_name, true});
}

bool cut_secrets(struct buf *out, const char *text)
{
    return replace_secrets(out, text, &(struct replacing){"", holds_secret, false});
}
