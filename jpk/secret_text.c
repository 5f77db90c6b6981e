#include "jpk/secret_text.h"

#include <string.h>

#include "base/text.h"
#include "jpk/escapes.h"
#include "jpk/hygiene_parts.h"

#define BIT(rule) (UINT64_C(1) << (rule))

static const struct hygiene_rule_info own_rules[] = {
    {"hidden-variable", "The value of a project variable that is hidden or a secret, in the clear.", JPK_ERROR,
     JPK_HIGH},
    {"secret-value", "The value of a secret in a recipe or a configure file.", JPK_ERROR, JPK_HIGH},
    {"not-searched", "Content that was not searched, for it is no text or cannot be unpacked.", JPK_INFO, JPK_HIGH},
};

const struct hygiene_rule_info *secret_rule_info(enum secret_rule rule)
{
    if (rule < (enum secret_rule)HYGIENE_RULES)
        return hygiene_rule_info((enum hygiene_rule)rule);
    return rule < SECRET_RULES ? &own_rules[rule - HYGIENE_RULES] : NULL;
}

void secret_mask(struct buf *out, enum secret_rule rule, const char *value, size_t n)
{
    struct buf plain = {0};
    if (rule >= (enum secret_rule)HYGIENE_RULES) {
        buf_puts(out, "***");
        return;
    }
    escapes_resolve(value, n, &plain);
    hygiene_mask(out, (enum hygiene_rule)rule, plain.size ? plain.data : value, plain.size ? plain.size : n);
    out->failed |= plain.failed;
    buf_free(&plain);
}

uint64_t secret_rules_of_people(void)
{
    return BIT(HYGIENE_EMAIL_ADDRESS) | BIT(HYGIENE_PHONE_NUMBER);
}

uint64_t secret_rules_of_hosts(void)
{
    return BIT(HYGIENE_UNC_PATH) | BIT(HYGIENE_PRIVATE_ADDRESS) | BIT(HYGIENE_INTERNAL_HOST);
}

uint64_t secret_rules_of_secrets(void)
{
    return (BIT(HYGIENE_RULES) - 1) & ~secret_rules_of_people() & ~secret_rules_of_hosts();
}

/* ----------------------------------------------------------------------------------------------------- finding */

/* What ends a value without quotes, whatever the form of the file. */
static bool ends_value(char c)
{
    return (unsigned char)c <= ' ' || strchr("\"'<>,;", c);
}

/* A reference that the end of a hit cuts, as in `ab&amp` of `ab&amp;cd`: where the value goes on behind it, or ends. */
static size_t behind_reference(const char *text, size_t n, const struct hygiene_hit *hit)
{
    enum { REFERENCE_MAX = 10 };
    size_t end = hit->offset + hit->length;
    const char *start = text + (hit->length > REFERENCE_MAX ? end - REFERENCE_MAX : hit->offset);
    const char *sign = memrchr(start, '&', (size_t)(text + end - start));
    if (!sign || end >= n || text[end] != ';' || memchr(sign, ';', (size_t)(text + end - sign)))
        return end;
    for (end++; end < n && !ends_value(text[end]);)
        end++;
    return end;
}

/* `\"` and `\u0041` are one character each. */
static size_t behind_escape(const char *text, size_t n, size_t at, size_t end)
{
    size_t escapes = 0;
    while (end - escapes > at && text[end - 1 - escapes] == '\\')
        escapes++;
    return escapes % 2 == 1 && end < n ? end + 1 : end;
}

static void widen(const char *text, size_t n, struct hygiene_hit *hit)
{
    size_t end = behind_reference(text, n, hit);
    hit->length = behind_escape(text, n, hit->offset, end) - hit->offset;
}

bool secret_text_is(const char *text, size_t n)
{
    return !memchr(text, '\0', n);
}

/* Finds in a text without escapes that could be written otherwise. */
static bool find(const char *text, size_t n, uint64_t rules, enum jpk_confidence least, struct hygiene_hits *hits)
{
    struct hygiene_options options = {.off = ~rules, .least = least, .most = SIZE_MAX / 4};
    struct jpk_error err = {0};
    if (!hygiene_scan(text, n, &options, hits, &err))
        return false;
    for (size_t i = 0; i < hits->count; i++)
        widen(text, n, &hits->items[i]);
    hygiene_settle(hits);
    return true;
}

/* Whether a text says where a secret comes from, as in configure files. */
static bool says_where(const struct jdoc *doc, uint32_t string)
{
    const char *text = jdoc_string(doc, string);
    size_t n = jdoc_string_size(doc, string);
    return n == 0 || (n > 4 && memcmp(text, "env:", 4) == 0) || (n > 5 && memcmp(text, "file:", 5) == 0);
}

uint32_t secret_json_value(const struct jdoc *doc, uint32_t object)
{
    uint32_t secret = jdoc_member(doc, object, "secret"), type = jdoc_member(doc, object, "type");
    uint32_t value = jdoc_member(doc, object, "default");
    if (jdoc_count(doc, object) == 1 && jdoc_is(doc, secret, JDOC_STRING) && !says_where(doc, secret))
        return secret;
    bool says = jdoc_is(doc, secret, JDOC_TRUE) || (type != JDOC_NONE && jdoc_string_is(doc, type, "password", 8));
    return says && jdoc_is(doc, value, JDOC_STRING) && jdoc_string_size(doc, value) > 0 ? value : JDOC_NONE;
}

bool secret_text_find(const char *text, size_t n, uint64_t rules, enum jpk_confidence least, struct hygiene_hits *hits)
{
    struct buf plain = {0};
    hits->count = 0;
    if (!secret_text_is(text, n))
        return true;
    escapes_resolve(text, n, &plain);
    bool ok = !plain.failed && find(plain.size ? plain.data : text, plain.size ? plain.size : n, rules, least, hits);
    if (ok && plain.size)
        escapes_place(text, n, hits);
    buf_free(&plain);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------- replacing */

/* What stands in its place is found by no rule. Literal text beside a variable would be there again. */
static const char *marker(const char *value, const struct hygiene_hit *hit)
{
    switch (hit->rule) {
    case HYGIENE_LEAK_BESIDE_VARIABLE:
        return "";
    case HYGIENE_EMAIL_ADDRESS:
        return memmem(value, hit->length, "%40", 3) ? "redacted%40example.com" : "redacted@example.com";
    case HYGIENE_PRIVATE_ADDRESS:
        return "192.0.2.1";
    case HYGIENE_INTERNAL_HOST:
        return "redacted.example.com";
    default:
        return SECRET_MARKER;
    }
}

/* The ending of the name of a file, which is no part of a secret in it; "": it has none of these. */
static const char *file_ending(const char *value, size_t n)
{
    static const char *const endings[] = {".csv", ".dtd", ".json", ".txt", ".wsdl", ".xml", ".xsd"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t size = strlen(endings[i]);
        if (n > size && memcmp(value + n - size, endings[i], size) == 0)
            return endings[i];
    }
    return "";
}

static void put_marker(struct buf *out, const char *value, const struct hygiene_hit *hit,
                       const struct secret_marks *marks)
{
    const char *mark = marker(value, hit);
    uint32_t number = map_get(&marks->numbers, value, hit->length);
    buf_puts(out, mark);
    if (number == MAP_NONE || strcmp(mark, SECRET_MARKER) != 0)
        return;
    if (number > 1)
        buf_printf(out, "_%u", number);
    buf_puts(out, file_ending(value, hit->length));
}

void secret_text_cut(struct buf *out, const char *text, size_t at, size_t end, const struct hygiene_hits *hits,
                     size_t *next, const struct secret_marks *marks)
{
    for (; *next < hits->count && hits->items[*next].offset < end; ++*next) {
        const struct hygiene_hit *hit = &hits->items[*next];
        size_t behind = hit->offset + hit->length;
        if (behind <= at)
            continue;
        if (hit->offset > at)
            buf_put(out, text + at, hit->offset - at);
        if (marks)
            put_marker(out, text + hit->offset, hit, marks);
        else
            buf_puts(out, "****");
        at = behind < end ? behind : end;
        if (behind > end)
            break; /* it goes on in the next piece */
    }
    buf_put(out, text + at, end - at);
}

bool secret_text_piece(struct buf *out, const char *text, size_t at, size_t end, const struct hygiene_hits *hits)
{
    size_t low = 0, high = hits->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hits->items[middle].offset + hits->items[middle].length <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == hits->count || hits->items[low].offset >= end)
        return false;
    secret_text_cut(out, text, at, end, hits, &low, NULL);
    return true;
}

/* As secret_text_mask, of a text as it stands there. */
static bool mask(struct buf *out, const char *text, size_t n)
{
    struct hygiene_hits hits = {0};
    size_t next = 0;
    out->failed |= !secret_text_find(text, n, secret_rules_of_secrets(), JPK_MEDIUM, &hits);
    bool masked = hits.count > 0 && !out->failed;
    if (masked)
        secret_text_cut(out, text, 0, n, &hits, &next, NULL);
    hygiene_hits_free(&hits);
    return masked;
}

/* What an escape at `at` stands for, of `~1` in pointers of JSON and `%40` in names of files; NUL: there is none. */
static char escaped(const char *at, size_t left, size_t *length)
{
    *length = 1;
    if (left >= 2 && at[0] == '~' && at[1] == '1') {
        *length = 2;
        return '/';
    }
    int high = left >= 3 && *at == '%' ? text_hex_digit(at[1]) : -1, low = high < 0 ? -1 : text_hex_digit(at[2]);
    char c = (char)(16 * high + low);
    if (low < 0 || c < ' ' || c > '~')
        return '\0';
    *length = 3;
    return c;
}

/* Adds a text without its escapes; false: there are none. */
static bool put_unescaped(struct buf *out, const char *text, size_t n)
{
    size_t done = 0, length;
    for (size_t i = 0; i < n; i += length) {
        char c = escaped(text + i, n - i, &length);
        if (!c)
            continue;
        buf_put(out, text + done, i - done);
        buf_putc(out, c);
        done = i + length;
    }
    if (done == 0)
        return false;
    buf_put(out, text + done, n - done);
    return true;
}

/* Most texts of a report are ids and single words, in which there is no room for a secret: for tokens they are too
 * short, and all else has a sign before it. */
static bool harmless(const char *text, size_t n)
{
    enum { TOKEN_LEAST = 20 };
    if (n >= TOKEN_LEAST)
        return text_guid(text, n);
    size_t i = 0;
    while (i < n && (is_word(text[i]) || text[i] == '-' || text[i] == '.' || text[i] == '/'))
        i++;
    return i == n;
}

bool secret_text_mask(struct buf *out, const char *text, size_t n)
{
    if (harmless(text, n))
        return false;
    struct buf plain = {0};
    bool masked = mask(out, text, n) || (put_unescaped(&plain, text, n) && mask(out, buf_text(&plain), plain.size));
    out->failed |= plain.failed;
    buf_free(&plain);
    return masked && !out->failed;
}

const char *secret_text_shown(struct buf *out, const char *text)
{
    buf_clear(out);
    bool masked = secret_text_mask(out, text, strlen(text));
    return masked || out->failed ? buf_text(out) : text;
}

bool secret_text_printable(char *out, size_t size, const char *text)
{
    enum { BEHIND = 8192 }; /* no value that hygiene knows is longer: what comes later is of no secret that is shown */
    struct buf masked = {0};
    bool other = secret_text_mask(&masked, text, strnlen(text, size + BEHIND)) || masked.failed;
    text_printable(out, size, other ? buf_text(&masked) : text);
    bool ok = !masked.failed;
    buf_free(&masked);
    return ok;
}

/* The text that is shown in place of one of jansson's; NULL: there is no memory, or it stays. */
static json_t *shown_json(const json_t *text, bool *ok)
{
    struct buf masked = {0};
    bool other = secret_text_mask(&masked, json_string_value(text), json_string_length(text));
    json_t *shown = other ? json_stringn(buf_text(&masked), masked.size) : NULL;
    *ok = !masked.failed && (shown || !other);
    buf_free(&masked);
    return shown;
}

bool secret_json_mask(json_t *value)
{
    bool ok = true;
    size_t index;
    const char *key;
    json_t *child, *shown;
    json_array_foreach(value, index, child)
    {
        shown = json_is_string(child) ? shown_json(child, &ok) : NULL;
        if (!ok || (shown ? json_array_set_new(value, index, shown) != 0 : !secret_json_mask(child)))
            return false;
    }
    json_object_foreach(value, key, child)
    {
        shown = json_is_string(child) ? shown_json(child, &ok) : NULL;
        if (!ok || (shown ? json_object_set_new(value, key, shown) != 0 : !secret_json_mask(child)))
            return false;
    }
    return true;
}
