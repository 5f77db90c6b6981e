#include "recipe/value.h"

#include <stdlib.h>

#include "base/text.h"
#include "schema/format.h"

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_of(const char *s, size_t n, const char *others)
{
    for (size_t i = 0; i < n; i++)
        if (!letter(s[i]) && !digit(s[i]) && (s[i] == '\0' || !strchr(others, s[i])))
            return false;
    return n > 0;
}

static bool has_format(const char *format, const char *s, size_t n)
{
    return format_find(format, strlen(format))->check(s, n);
}

static size_t digits_at(const char *s, size_t n, size_t at)
{
    while (at < n && digit(s[at]))
        at++;
    return at;
}

/* Digits with a sign, a fraction and an exponent; leading zeros are fine. */
static bool number(const char *s, size_t n)
{
    size_t at = n > 0 && (s[0] == '-' || s[0] == '+'), start = at;
    at = digits_at(s, n, at);
    bool any = at > start;
    if (at < n && s[at] == '.') {
        start = ++at;
        at = digits_at(s, n, at);
        any = any || at > start;
    }
    if (any && at < n && text_lower(s[at]) == 'e') {
        at++;
        at += at < n && (s[at] == '-' || s[at] == '+');
        start = at;
        at = digits_at(s, n, at);
        any = at > start && at - start <= 9;
    }
    return any && at == n;
}

static bool boolean(const char *s, size_t n)
{
    return (n == 4 && memcmp(s, "true", 4) == 0) || (n == 5 && memcmp(s, "false", 5) == 0);
}

/* Only its outline: one `@` with something on both sides and no white space. "Name <address>" is allowed too. */
static bool one_email(const char *s, size_t n)
{
    const char *open = memchr(s, '<', n);
    if (open && n > 0 && s[n - 1] == '>') {
        n = (size_t)(s + n - 1 - (open + 1));
        s = open + 1;
    }
    const char *at = memrchr(s, '@', n);
    return at && at > s && at + 1 < s + n && !memchr(s, ' ', n) && !memchr(s, '\n', n) && has_format("idn-email", s, n);
}

/* A host name or address, with or without a port. */
static bool one_host(const char *s, size_t n)
{
    size_t end = n;
    while (end > 0 && digit(s[end - 1]))
        end--;
    if (end > 0 && end < n && s[end - 1] == ':' && !memchr(s, ':', end - 1))
        n = end - 1;
    if (n > 1 && s[0] == '[' && s[n - 1] == ']')
        return has_format("ipv6", s + 1, n - 2);
    return has_format("idn-hostname", s, n) || has_format("ipv6", s, n) || all_of(s, n, "_-.");
}

/* One or more; what is empty between them does not count. */
static bool each(const char *s, size_t n, bool (*one)(const char *, size_t))
{
    const char *end = s + n;
    bool any = false;
    while (s < end) {
        const char *stop = s;
        while (stop < end && *stop != ',' && *stop != ';')
            stop++;
        const char *next = stop + (stop < end);
        while (s < stop && *s == ' ')
            s++;
        while (stop > s && stop[-1] == ' ')
            stop--;
        if (stop > s && !one(s, (size_t)(stop - s)))
            return false;
        any = any || stop > s;
        s = next;
    }
    return any;
}

static bool emails(const char *s, size_t n)
{
    return each(s, n, one_email);
}

static bool hosts(const char *s, size_t n)
{
    return each(s, n, one_host);
}

/* People leave the scheme out: what must not be is white space, and a scheme without anything behind it. */
static bool url(const char *s, size_t n)
{
    if (has_format("iri", s, n))
        return true;
    return !memchr(s, ' ', n) && !memchr(s, '\n', n) && (memchr(s, '.', n) || *s == '/') &&
           has_format("iri-reference", s, n);
}

static bool path(const char *s, size_t n)
{
    return !memchr(s, '\n', n) && !memchr(s, '\0', n);
}

/* A number of seconds, a number with its unit ("30 s", "5min"), or as ISO 8601 has it. */
static bool duration(const char *s, size_t n)
{
    size_t at = digits_at(s, n, 0);
    if (at > 0 && at < n && s[at] == '.')
        at = digits_at(s, n, at + 1);
    if (at == n)
        return number(s, n);
    if (at == 0)
        return has_format("duration", s, n);
    while (at < n && s[at] == ' ')
        at++;
    while (at < n && letter(s[at]))
        at++;
    return at == n;
}

static bool date(const char *s, size_t n)
{
    return has_format("date", s, n);
}

/* RFC 3339, or the same with a space and without seconds or a zone. */
static bool datetime(const char *s, size_t n)
{
    enum { DATE = 10, MINUTES = 16, SECONDS = 19 };
    if (has_format("date-time", s, n))
        return true;
    if (n < MINUTES || !date(s, DATE) || (s[DATE] != ' ' && s[DATE] != 'T'))
        return false;
    char full[SECONDS + 2] = "0000-00-00T00:00:00Z";
    bool seconds = n >= SECONDS && s[MINUTES] == ':';
    memcpy(full, s, seconds ? SECONDS : MINUTES);
    full[DATE] = 'T';
    if (!has_format("date-time", full, SECONDS + 1))
        return false;
    return n == MINUTES || n == SECONDS || (seconds && s[SECONDS] == '.' && digits_at(s, n, SECONDS + 1) == n);
}

static bool timezone_name(const char *s, size_t n)
{
    return n <= 64 && (letter(s[0]) || s[0] == '+' || s[0] == '-') && all_of(s, n, "/_+-:");
}

/* Five to seven fields, or a word such as @daily. */
static bool cron(const char *s, size_t n)
{
    size_t fields = 0;
    if (s[0] == '@')
        return all_of(s + 1, n - 1, "");
    for (size_t at = 0; at < n;) {
        size_t start = at;
        while (at < n && s[at] != ' ' && s[at] != '\t')
            at++;
        if (at > start && !all_of(s + start, at - start, "*/,-?#"))
            return false;
        fields += at > start;
        at += at < n;
    }
    return fields >= 5 && fields <= 7;
}

static const struct {
    bool (*has)(const char *s, size_t n); /* NULL: any text has it */
    const char *form;
} forms[] = {
    [VALUE_UNKNOWN] = {NULL, "a text"},
    [VALUE_TEXT] = {NULL, "a text"},
    [VALUE_PASSWORD] = {NULL, "a text"},
    [VALUE_NUMBER] = {number, "a number"},
    [VALUE_BOOLEAN] = {boolean, "true or false"},
    [VALUE_CHOICE] = {NULL, "one of the choices"},
    [VALUE_EMAIL] = {emails, "an e-mail address, or several with ; between them"},
    [VALUE_URL] = {url, "a URL such as https://www.example.com/"},
    [VALUE_HOST] = {hosts, "the name or address of a host"},
    [VALUE_PATH] = {path, "a path on one line"},
    [VALUE_DURATION] = {duration, "a duration: seconds, or a number and its unit"},
    [VALUE_DATE] = {date, "a date such as 2026-01-31"},
    [VALUE_DATETIME] = {datetime, "a date and time such as 2026-01-31T06:30:00Z"},
    [VALUE_TIMEZONE] = {timezone_name, "a time zone such as Europe/Berlin"},
    [VALUE_CRON] = {cron, "a cron expression such as 0 6 * * 1-5"},
};

static bool holds_variable(const char *s, size_t n)
{
    const char *open = memchr(s, '[', n);
    return open && memchr(open, ']', (size_t)(s + n - open));
}

bool value_has_form(enum value_type type, const char *s, size_t n)
{
    if (!forms[type].has)
        return true;
    if (type != VALUE_BOOLEAN && (n == 0 || holds_variable(s, n)))
        return true;
    return forms[type].has(s, n);
}

const char *value_form(enum value_type type)
{
    return forms[type].form;
}

/* -------------------------------------------------------------------------------------------------- constraints */

static bool among_choices(const struct jdoc *doc, uint32_t choices, struct jtext value)
{
    for (uint32_t item = choices + 1; item < jdoc_next(doc, choices); item = jdoc_next(doc, item))
        if (jdoc_string_is(doc, item, value.s, value.n))
            return true;
    return false;
}

static size_t characters(struct jtext value)
{
    size_t count = 0;
    for (uint32_t i = 0; i < value.n; i++)
        count += ((unsigned char)value.s[i] & 0xc0) != 0x80;
    return count;
}

/* A bound that is no integer, or beyond 64 bits, bounds nothing here; the schema reports the former. */
static bool length_allowed(const struct jdoc *doc, const struct recipe_property *property, struct jtext value,
                           struct buf *why)
{
    int64_t least, most;
    size_t count = characters(value);
    if (property->min_length != JDOC_NONE && jdoc_integer(doc, property->min_length, &least) && least > 0 &&
        count < (uint64_t)least) {
        buf_printf(why, "has fewer than %lld character%s", (long long)least, least == 1 ? "" : "s");
        return false;
    }
    if (property->max_length != JDOC_NONE && jdoc_integer(doc, property->max_length, &most) && most >= 0 &&
        count > (uint64_t)most) {
        buf_printf(why, "has more than %lld character%s", (long long)most, most == 1 ? "" : "s");
        return false;
    }
    return true;
}

/* The number as JSON writes it: without `+` and leading zeros, with a digit before the point. */
static bool as_json(struct jtext value, struct buf *out)
{
    const char *s = value.s, *end = s + value.n;
    if (*s == '-')
        buf_putc(out, '-');
    s += *s == '-' || *s == '+';
    while (s + 1 < end && s[0] == '0' && digit(s[1]))
        s++;
    if (s < end && *s == '.')
        buf_putc(out, '0');
    const char *point = memchr(s, '.', (size_t)(end - s));
    if (point && (point + 1 == end || !digit(point[1]))) {
        buf_put(out, s, (size_t)(point - s));
        s = point + 1;
    }
    buf_put(out, s, (size_t)(end - s));
    return !out->failed;
}

static bool bounds_allowed(const struct jdoc *doc, const struct recipe_property *property, struct jtext value,
                           struct buf *why)
{
    struct buf text = {0};
    struct jdoc parsed = {0};
    struct jpk_error err = {0};
    bool ok = true;
    if (as_json(value, &text) && jdoc_parse(&parsed, text.data, text.size, NULL, &err)) {
        uint32_t least = property->minimum, most = property->maximum;
        if (least != JDOC_NONE && jdoc_compare(&parsed, 0, doc, least) < 0) {
            buf_printf(why, "is less than %.*s", (int)jdoc_number_size(doc, least), jdoc_number(doc, least));
            ok = false;
        } else if (most != JDOC_NONE && jdoc_compare(&parsed, 0, doc, most) > 0) {
            buf_printf(why, "is greater than %.*s", (int)jdoc_number_size(doc, most), jdoc_number(doc, most));
            ok = false;
        }
        jdoc_free(&parsed);
    }
    why->failed |= text.failed || err.code == JPK_ERR_MEMORY;
    buf_free(&text);
    return ok;
}

/* The whole value must match, so the pattern is put between `^(?:` and `)$`. */
static struct pattern *whole_pattern(struct value_check *check, struct jtext pattern)
{
    struct jpk_error err = {0};
    struct buf text = {0};
    if (!pattern_valid(pattern.s, pattern.n)) {
        struct pattern *lenient = pattern_compile(pattern.s, pattern.n, PATTERN_LENIENT, NULL);
        if (!lenient)
            return NULL;
        pattern_free(lenient);
    }
    buf_puts(&text, "^(?:");
    buf_put(&text, pattern.s, pattern.n);
    buf_puts(&text, ")$");
    struct pattern *compiled = text.failed ? NULL : pattern_compile(text.data, text.size, PATTERN_LENIENT, &err);
    check->failed = check->failed || text.failed || err.code == JPK_ERR_MEMORY;
    buf_free(&text);
    return compiled;
}

static bool pattern_allowed(struct value_check *check, const struct jdoc *doc, const struct recipe_property *property,
                            struct jtext value, struct buf *why)
{
    if (check->pattern_doc != doc || check->pattern_node != property->pattern.node) {
        pattern_free(check->pattern);
        check->pattern = whole_pattern(check, property->pattern);
        check->pattern_doc = doc;
        check->pattern_node = property->pattern.node;
    }
    enum pattern_result result =
        check->pattern ? pattern_match(check->pattern, &check->scratch, value.s, value.n) : PATTERN_MATCH;
    check->failed = check->failed || result == PATTERN_NO_MEMORY;
    if (result != PATTERN_NO_MATCH)
        return true;
    if (check->plain)
        buf_puts(why, "does not have the form that is asked for");
    else
        buf_printf(why, "does not match the pattern %s", show(property->pattern).s);
    return false;
}

bool value_in_bounds(struct value_check *check, const struct jdoc *doc, const struct recipe_property *property,
                     struct jtext value, struct buf *why)
{
    bool number = property->type == VALUE_NUMBER && value.n > 0 && !holds_variable(value.s, value.n);
    if (!length_allowed(doc, property, value, why) || (number && !bounds_allowed(doc, property, value, why)))
        return false;
    return !jtext_there(property->pattern) || pattern_allowed(check, doc, property, value, why);
}

bool value_allowed(struct value_check *check, const struct jdoc *doc, const struct recipe_property *property,
                   const struct map *choices, struct jtext value, struct buf *why)
{
    bool choice = property->type == VALUE_CHOICE && property->choices != JDOC_NONE;
    if (value.n == 0 && !choice && property->type != VALUE_BOOLEAN)
        return true;
    bool ok = value_has_form(property->type, value.s, value.n);
    if (choice)
        ok = choices ? map_get(choices, value.s, value.n) != MAP_NONE : among_choices(doc, property->choices, value);
    if (!ok) {
        buf_printf(why, "is not %s", value_form(property->type));
        return false;
    }
    return value_in_bounds(check, doc, property, value, why);
}

void value_check_free(struct value_check *check)
{
    pattern_free(check->pattern);
    pattern_scratch_free(&check->scratch);
    *check = (struct value_check){0};
}
