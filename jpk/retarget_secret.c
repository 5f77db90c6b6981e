/* Secrets: by what holds them, and by their looks in any text. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/hygiene_parts.h"
#include "jpk/retarget_parts.h"
#include "jpk/xml_scan.h"

/* A value with `[name]` in it that is more than that. */
static bool beside_variable(const char *value)
{
    const char *open = strchr(value, '[');
    return open && strchr(open, ']');
}

static enum secret_rule rule_of_place(const char *key)
{
    static const struct {
        const char *word;
        enum hygiene_rule rule;
    } rows[] = {
        {"header", HYGIENE_AUTHORIZATION_HEADER},
        {"connect", HYGIENE_CONNECTION_PASSWORD},
        {"", HYGIENE_URL_CREDENTIALS},
    };
    size_t i = 0;
    while (!strcasestr(key, rows[i].word))
        i++;
    return (enum secret_rule)rows[i].rule;
}

enum secret_rule retarget_credential_rule(const char *key, const char *value, bool encrypted)
{
    size_t n = strlen(key);
    if (encrypted)
        return SECRET_ENCRYPTED;
    if (beside_variable(value))
        return (enum secret_rule)HYGIENE_LEAK_BESIDE_VARIABLE;
    if (!secret_field_name(key, n))
        return rule_of_place(key);
    switch (secret_kind(key, n)) {
    case SECRET_PASSWORD:
        return (enum secret_rule)HYGIENE_PLAIN_PASSWORD;
    case SECRET_HEADER:
        return (enum secret_rule)HYGIENE_AUTHORIZATION_HEADER;
    default:
        return (enum secret_rule)HYGIENE_PLAIN_SECRET;
    }
}

bool retarget_variable_secret(const struct buf *text, bool *secret)
{
    struct xml_scanner scanner = xml_scan(buf_text(text), text->size);
    struct buf name = {0}, key = {0}, value = {0}, label = {0}, held = {0};
    struct xml_tag tag;
    bool hidden = false;
    while (xml_scan_next(&scanner, &tag)) {
        if (tag.opens && xml_tag_is(&tag, "Header"))
            xml_tag_value(&scanner, &tag, "Name", &name);
        if (!tag.opens || !xml_tag_is(&tag, "Item") || !xml_tag_value(&scanner, &tag, "key", &key) ||
            !xml_tag_value(&scanner, &tag, "value", &value))
            continue;
        if (strcmp(buf_text(&key), "hide_value") == 0)
            hidden = strcmp(buf_text(&value), "1") == 0 || strcasecmp(buf_text(&value), "true") == 0;
        struct buf *wanted = strcmp(buf_text(&key), "value") == 0   ? &held
                             : strcmp(buf_text(&key), "label") == 0 ? &label
                                                                    : NULL;
        if (wanted) {
            buf_clear(wanted);
            buf_put(wanted, buf_text(&value), value.size);
        }
    }
    bool ok = !name.failed && !key.failed && !value.failed && !label.failed && !held.failed;
    *secret = held.size > 0 && (hidden || secret_variable(buf_text(&name), name.size, buf_text(&label), label.size,
                                                          buf_text(&held), held.size));
    buf_free(&name);
    buf_free(&key);
    buf_free(&value);
    buf_free(&label);
    buf_free(&held);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- in texts */

static uint64_t rules_of(unsigned without)
{
    return (without & JPK_WITHOUT_SECRETS ? secret_rules_of_secrets() : 0) |
           (without & JPK_WITHOUT_PEOPLE ? secret_rules_of_people() : 0) |
           (without & JPK_WITHOUT_HOSTS ? secret_rules_of_hosts() : 0);
}

enum jpk_without retarget_why(enum hygiene_rule rule)
{
    uint64_t bit = UINT64_C(1) << rule;
    return bit & secret_rules_of_people()  ? JPK_WITHOUT_PEOPLE
           : bit & secret_rules_of_hosts() ? JPK_WITHOUT_HOSTS
                                           : JPK_WITHOUT_SECRETS;
}

bool retarget_in_texts(unsigned without)
{
    return rules_of(without) != 0;
}

struct jpk_left_out retarget_unsearched(struct retargeted *result, const char *why, struct secret *secret)
{
    struct buf shown = {0};
    buf_printf(&shown, "it %s", why);
    *secret = (struct secret){.rule = SECRET_UNSEARCHED, .confidence = JPK_HIGH};
    secret->shown = shown.failed ? NULL : arena_strdup(&result->arena, buf_text(&shown));
    buf_free(&shown);
    return (struct jpk_left_out){.why = JPK_WITHOUT_SECRETS,
                                 .note = result->looking ? NULL : secret->shown,
                                 .rule = secret_rule_info(SECRET_UNSEARCHED)->id};
}

struct jpk_left_out retarget_kept_variable(const char *key)
{
    return (struct jpk_left_out){.why = JPK_WITHOUT_SECRETS,
                                 .key = key,
                                 .note = "nothing tells that it is a secret",
                                 .rule = secret_rule_info(SECRET_ENCRYPTED)->id};
}

struct left_out_list *retarget_unsearched_list(struct retargeted *result)
{
    return result->looking ? &result->left_out : &result->kept;
}

bool retarget_add_hit(struct hygiene_hits *hits, struct hygiene_hit hit)
{
    struct hygiene_hit *items = array_grow(hits->items, hits->count, &hits->capacity, sizeof *items);
    if (!items)
        return false;
    hits->items = items;
    items[hits->count++] = hit;
    return true;
}

static int by_offset(const void *a, const void *b)
{
    const struct hygiene_hit *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

void retarget_sort_hits(struct hygiene_hits *hits)
{
    if (hits->count > 0)
        qsort(hits->items, hits->count, sizeof *hits->items, by_offset);
}

bool retarget_find(const char *text, size_t n, unsigned without, bool looking, const struct hygiene_hits *typed,
                   struct hygiene_hits *hits)
{
    uint64_t rules = rules_of(without);
    size_t kept = 0, next = 0;
    hits->count = 0;
    if (rules == 0 || !secret_text_find(text, n, rules, looking ? JPK_LOW : JPK_MEDIUM, hits))
        return rules == 0;
    for (size_t i = 0; i < hits->count; i++) {
        const struct hygiene_hit hit = hits->items[i];
        while (typed && next < typed->count && typed->items[next].offset + typed->items[next].length <= hit.offset)
            next++;
        if (!typed || next == typed->count || typed->items[next].offset >= hit.offset + hit.length)
            hits->items[kept++] = hit;
    }
    hits->count = kept;
    return true;
}

/* -------------------------------------------------------------------------------------------------------- names */

struct marking {
    struct retargeted *result;
    struct map taken; /* names in lower case */
    uint32_t last;    /* number */
    bool failed;
};

bool retarget_find_in_name(const char *name, struct hygiene_hits *hits)
{
    uint64_t leak = UINT64_C(1) << HYGIENE_LEAK_BESIDE_VARIABLE;
    return secret_text_find(name, strlen(name), secret_rules_of_secrets() & ~leak, JPK_MEDIUM, hits);
}

/* Whether nobody has a name yet; then it is taken. */
static bool take_name(struct marking *m, const char *name)
{
    const char *key = arena_strdup_lower(&m->result->arena, name);
    uint32_t old = MAP_NONE;
    m->failed |= !key || !map_add(&m->taken, key, strlen(key), 0, &old);
    return old == MAP_NONE;
}

/* The last secret in a name that has no number yet gets one that makes the name differ; the others get 1. */
static void mark_name(struct marking *m, const char *name, const struct hygiene_hits *hits)
{
    struct map *numbers = &m->result->marks.numbers;
    const struct hygiene_hit *fresh = NULL;
    struct buf cut = {0};
    for (size_t i = 0; i < hits->count && !m->failed; i++) {
        uint32_t old = MAP_NONE;
        m->failed |= !map_add(numbers, name + hits->items[i].offset, hits->items[i].length, 1, &old);
        fresh = old == MAP_NONE ? &hits->items[i] : fresh;
    }
    while (fresh && !m->failed) {
        size_t next = 0;
        buf_clear(&cut);
        secret_text_cut(&cut, name, 0, strlen(name), hits, &next, &m->result->marks);
        if (take_name(m, buf_text(&cut)))
            break;
        m->failed |= cut.failed || !map_set(numbers, name + fresh->offset, fresh->length, ++m->last);
    }
    m->failed |= cut.failed;
    buf_free(&cut);
}

bool retarget_mark_names(struct retargeted *result, const char *const *names, size_t count)
{
    struct marking m = {.result = result, .last = 1};
    struct hygiene_hits hits = {0};
    for (size_t i = 0; i < count && !m.failed; i++)
        take_name(&m, names[i]);
    for (size_t i = 0; i < count && !m.failed; i++) {
        m.failed |= !retarget_find_in_name(names[i], &hits);
        mark_name(&m, names[i], &hits);
    }
    hygiene_hits_free(&hits);
    map_free(&m.taken);
    return !m.failed;
}

const char *retarget_shown(struct retargeted *result, enum secret_rule rule, const char *value, size_t n)
{
    struct buf shown = {0};
    secret_mask(&shown, rule, value, n);
    const char *text = shown.failed ? NULL : arena_strdup(&result->arena, buf_text(&shown));
    buf_free(&shown);
    return text;
}

static bool note_typed(void *context, const struct retarget_change *change)
{
    struct hygiene_hit hit = {.offset = change->offset, .length = change->length};
    return hit.length == 0 || retarget_add_hit(context, hit);
}

bool retarget_mask_file(const struct buf *text, struct buf *out)
{
    struct hygiene_hits typed = {0}, hits = {0};
    struct buf without = {0};
    size_t next = 0;
    bool ok = retarget_entity(JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SECRETS, JPK_TYPE_UNKNOWN, text, &without,
                              note_typed, &typed) &&
              retarget_find(buf_text(text), text->size, JPK_WITHOUT_SECRETS, false, &typed, &hits);
    for (size_t i = 0; ok && i < typed.count; i++)
        ok = retarget_add_hit(&hits, typed.items[i]);
    retarget_sort_hits(&hits);
    if (ok)
        secret_text_cut(out, buf_text(text), 0, text->size, &hits, &next, NULL);
    hygiene_hits_free(&typed);
    hygiene_hits_free(&hits);
    buf_free(&without);
    return ok && !out->failed;
}
