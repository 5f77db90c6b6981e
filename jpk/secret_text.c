#include "jpk/secret_text.h"

#include <string.h>

#include "jpk/hygiene_parts.h"

#define BIT(rule) (UINT64_C(1) << (rule))

static const struct hygiene_rule_info own_rules[] = {
    {"encrypted-value", "An encrypted value, which is of use to whoever may import the project.", JPK_WARNING,
     JPK_HIGH},
    {"hidden-variable", "The value of a project variable that is to be hidden, in the clear.", JPK_ERROR, JPK_HIGH},
    {"secret-value", "The value of a secret in a recipe or a configure file.", JPK_ERROR, JPK_HIGH},
};

const struct hygiene_rule_info *secret_rule_info(enum secret_rule rule)
{
    if (rule < (enum secret_rule)HYGIENE_RULES)
        return hygiene_rule_info((enum hygiene_rule)rule);
    return rule < SECRET_RULES ? &own_rules[rule - HYGIENE_RULES] : NULL;
}

void secret_mask(struct buf *out, enum secret_rule rule, const char *value, size_t n)
{
    if (rule < (enum secret_rule)HYGIENE_RULES)
        hygiene_mask(out, (enum hygiene_rule)rule, value, n);
    else
        buf_puts(out, "***");
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

bool secret_text_find(const char *text, size_t n, uint64_t rules, enum jpk_confidence least, struct hygiene_hits *hits)
{
    struct hygiene_options options = {.off = ~rules, .least = least, .most = SIZE_MAX / 4};
    struct jpk_error err = {0};
    hits->count = 0;
    if (memchr(text, '\0', n))
        return true;
    if (!hygiene_scan(text, n, &options, hits, &err))
        return false;
    for (size_t i = 0; i < hits->count; i++)
        widen(text, n, &hits->items[i]);
    hygiene_settle(hits);
    return true;
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

void secret_text_cut(struct buf *out, const char *text, size_t at, size_t end, const struct hygiene_hits *hits,
                     size_t *next, const char *mark)
{
    for (; *next < hits->count && hits->items[*next].offset < end; ++*next) {
        const struct hygiene_hit *hit = &hits->items[*next];
        size_t behind = hit->offset + hit->length;
        if (behind <= at)
            continue;
        if (hit->offset > at)
            buf_put(out, text + at, hit->offset - at);
        buf_puts(out, mark ? mark : marker(text + hit->offset, hit));
        at = behind < end ? behind : end;
        if (behind > end)
            break; /* it goes on in the next piece */
    }
    buf_put(out, text + at, end - at);
}

bool secret_text_mask(struct buf *out, const char *text, size_t n)
{
    struct hygiene_hits hits = {0};
    size_t next = 0;
    out->failed |= !secret_text_find(text, n, secret_rules_of_secrets(), JPK_MEDIUM, &hits);
    bool masked = hits.count > 0 && !out->failed;
    if (masked)
        secret_text_cut(out, text, 0, n, &hits, &next, "****");
    hygiene_hits_free(&hits);
    return masked;
}
