/* What leads to people: e-mail addresses and telephone numbers. */
#include "base/text.h"
#include "jpk/hygiene_parts.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ----------------------------------------------------------------------------------------------------------- e-mail */

enum { LOCAL_MOST = 64, DOMAIN_MOST = 253, TLD_MOST = 24 };

static bool local_character(char c)
{
    return is_word(c) || c == '.' || c == '-' || c == '+' || c == '%';
}

/* `icon@2x.png`, `name@host.class`: what ends like a file or a member of code is no domain. */
static bool no_domain(const char *tld, size_t n)
{
    static const char *const endings[] = {
        "png",  "jpg",  "jpeg", "gif",  "svg", "webp", "ico",  "css",   "js",  "ts",  "jsx",  "tsx",
        "json", "xml",  "xsd",  "html", "htm", "php",  "java", "class", "jar", "txt", "csv",  "pdf",
        "yml",  "yaml", "dll",  "exe",  "map", "scss", "mjs",  "cjs",   "sql", "jpk", "wsdl",
    };
    return value_is(tld, n, endings, COUNT(endings));
}

/* The domain at an offset: its length, or 0. */
static size_t domain_at(const struct scan *scan, size_t at)
{
    size_t n = 0, dot = 0;
    while (n < DOMAIN_MOST && is_host(scan_char(scan, at + n)) && scan->text[at + n] != '_')
        n++;
    while (n > 0 && (scan->text[at + n - 1] == '.' || scan->text[at + n - 1] == '-'))
        n--;
    for (size_t i = 0; i < n; i++) {
        if (scan->text[at + i] == '.' && (i == 0 || scan->text[at + i - 1] == '.'))
            return 0;
        if (scan->text[at + i] == '.')
            dot = i;
    }
    size_t tld = n - dot - (dot > 0);
    if (dot == 0 || tld < 2 || tld > TLD_MOST || no_domain(scan->text + at + dot + 1, tld))
        return 0;
    for (size_t i = dot + 1; i < n; i++)
        if (!is_letter(scan->text[at + i]))
            return 0;
    return n;
}

/* What stands before the `@` of a URL. */
static bool in_log_in(const struct scan *scan, size_t start)
{
    enum { BEFORE_MOST = 64 };
    for (size_t at = start; at > 0 && start - at < BEFORE_MOST; at--) {
        char c = scan->text[at - 1];
        if (c == '/')
            return at == start || scan_before(scan, at, "://");
        if ((unsigned char)c <= ' ' || strchr("\"'<>,;", c))
            return false;
    }
    return false;
}

/* Accounts that are no people's, and words that stand for one. */
static bool no_mailbox(const char *local, size_t n)
{
    static const char *const accounts[] = {
        "git", "hg", "svn", "user", "username", "name", "email", "someone", "you", "firstname.lastname", "first.last"};
    return value_is(local, n, accounts, COUNT(accounts));
}

static bool filler_domain(const char *host, size_t n)
{
    return value_holds(host, n, "example") || value_holds(host, n, "yourdomain") || value_holds(host, n, "yourcompany");
}

void look_email(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t start = at, domain = at + strlen(anchor->text);
    while (start > 0 && at - start <= LOCAL_MOST && local_character(scan->text[start - 1]))
        start--;
    while (start < at && (scan->text[start] == '.' || scan->text[start] == '-' || scan->text[start] == '%'))
        start++;
    /* a line end before it, escaped as `\n` */
    if (start > 0 && scan->text[start - 1] == '\\' && at - start > 1 && strchr("nrt", scan->text[start]))
        start++;
    if (start == at || at - start > LOCAL_MOST || scan->text[at - 1] == '.')
        return;
    size_t n = domain_at(scan, domain);
    const char *host = scan->text + domain;
    if (n == 0 || host_reserved(host, n) || host_allowed(scan, host, n) || filler_domain(host, n) ||
        no_mailbox(scan->text + start, at - start) || in_log_in(scan, start))
        return;
    scan_hit(scan, HYGIENE_EMAIL_ADDRESS, JPK_HIGH, start, domain + n - start);
}

/* ------------------------------------------------------------------------------------------------------- telephones */

enum {
    PHONE_LEAST = 7, /* digits */
    WORLD_LEAST = 9, /* digits, with the country's */
    PHONE_MOST = 15,
    NUMBER_MOST = 64 /* bytes with what stands between them */
};

/* Digits with single separators between: how many bytes, and how many of them are digits. */
static size_t number(const struct scan *scan, size_t at, size_t *digits, size_t *groups)
{
    size_t n = 0, end = 0;
    *digits = 0;
    *groups = 0;
    bool apart = true;
    for (; *digits <= PHONE_MOST; n++) {
        char c = scan_char(scan, at + n);
        if (is_digit(c)) {
            *groups += apart;
            apart = false;
            end = n + 1;
            ++*digits;
        } else if (c && strchr(" -/.()", c) && n - end < 3) {
            apart = true;
        } else {
            break;
        }
    }
    return end;
}

/* Numbers that were set aside for films and manuals. */
static bool fictional(const char *text, size_t n)
{
    static const char *const ranges[] = {"155501", "44207946", "493023125", "442079460"};
    char digits[PHONE_MOST + 2];
    size_t m = 0;
    for (size_t i = 0; i < n && m <= PHONE_MOST; i++)
        if (is_digit(text[i]))
            digits[m++] = text[i];
    digits[m] = '\0';
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (text_starts_with(digits, ranges[i]))
            return true;
    const char *exchange = strstr(digits, "55501");
    bool rising = strstr("01234567890123456789", digits) != NULL;
    for (size_t i = 1; i < m && !rising; i++)
        if (digits[i] != digits[0])
            break;
        else if (i + 1 == m)
            rising = true;
    return rising || (exchange && strlen(exchange) == strlen("5550100"));
}

void look_phone(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t digits, groups;
    char before = at > 0 ? scan->text[at - 1] : '\0';
    (void)anchor;
    if (before && !strchr(" \t\r\n\"'>:,;(=[|`", before))
        return;
    size_t n = number(scan, at + 1, &digits, &groups);
    char after = scan_char(scan, at + 1 + n);
    if (digits < WORLD_LEAST || digits > PHONE_MOST || is_word(after) || after == '=' || after == '+' ||
        fictional(scan->text + at + 1, n))
        return;
    scan_hit(scan, HYGIENE_PHONE_NUMBER, groups > 1 ? JPK_MEDIUM : JPK_LOW, at, n + 1);
}

/* `"phone": "..."`, `phone=...` up to the end of the line: the name says what the digits are. */
void look_phone_name(struct scan *scan, size_t at, const struct anchor *anchor)
{
    struct field field;
    size_t digits, groups;
    (void)anchor;
    if (at < scan->name_end || !field_at(scan, at, NUMBER_MOST, &field) || field.value.n == 0)
        return;
    const char *value = scan->text + field.value.at;
    size_t plus = *value == '+' || *value == '(';
    size_t n = number(scan, field.value.at + plus, &digits, &groups) + plus;
    char after = scan_char(scan, field.value.at + n);
    bool whole = field.quoted ? n == field.value.n : after == '\n' || after == '\r' || after == '\0';
    if (whole && digits >= PHONE_LEAST && digits <= PHONE_MOST && !fictional(value, n))
        scan_hit(scan, HYGIENE_PHONE_NUMBER, JPK_MEDIUM, field.value.at, n);
}
