/*
 * Ids of steps and properties: letters, digits, `_`, `.` and `-`, beginning with a letter, unique in any letter case.
 * And the names of files.
 */
#include <string.h>

#include "jpk/secret_text.h"
#include "recipe/plan.h"

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static char *lower_copy(struct plan *plan, const char *s)
{
    char *copy = arena_strdup(&plan->arena, s);
    for (char *p = copy; p && *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    if (!copy)
        plan->failed = true;
    return copy;
}

/* The map's value of an id is the number that its last clash got, so that many equal names cost no more than few. */
static const char *unique(struct plan *plan, const char *id)
{
    char *first = lower_copy(plan, id);
    if (!first)
        return id;
    uint32_t last = map_get(&plan->ids, first, strlen(first));
    if (last == MAP_NONE) {
        plan->failed = plan->failed || !map_set(&plan->ids, first, strlen(first), 1);
        return id;
    }
    const char *candidate = id;
    char *key = first;
    while (key && map_get(&plan->ids, key, strlen(key)) != MAP_NONE) {
        candidate = plan_text(plan, "%s_%u", id, ++last);
        key = lower_copy(plan, candidate);
    }
    if (!key || !map_set(&plan->ids, first, strlen(first), last) || !map_set(&plan->ids, key, strlen(key), 1))
        plan->failed = true;
    return candidate;
}

const char *plan_shown(struct plan *plan, const char *text)
{
    struct buf masked = {0};
    if (secret_text_mask(&masked, text, strlen(text)))
        text = plan_text(plan, "%s", buf_text(&masked));
    plan->failed = plan->failed || masked.failed;
    buf_free(&masked);
    return text;
}

const char *plan_id(struct plan *plan, const char *text)
{
    struct buf id = {0};
    if (!letter(text[0]))
        buf_putc(&id, 'v');
    for (const char *p = text; *p; p++) {
        if (letter(*p) || digit(*p) || *p == '_' || *p == '.' || *p == '-')
            buf_putc(&id, *p);
        else if (((unsigned char)*p & 0xc0) != 0x80) /* one for a character of several bytes */
            buf_putc(&id, '_');
    }
    const char *kept = plan_text(plan, "%.*s", PLAN_ID_TEXT, buf_text(&id));
    plan->failed = plan->failed || id.failed;
    buf_free(&id);
    return unique(plan, kept);
}

const char *plan_step_id(struct plan *plan, const char *prefix, const char *text)
{
    struct buf id = {0};
    buf_puts(&id, prefix);
    bool gap = true;
    for (const char *p = plan_shown(plan, text); *p; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        if (!letter(c) && !digit(c)) {
            gap = true;
            continue;
        }
        if (gap)
            buf_putc(&id, '-');
        gap = false;
        buf_putc(&id, c);
    }
    const char *kept = plan_text(plan, "%.*s", PLAN_ID_TEXT, buf_text(&id));
    plan->failed = plan->failed || id.failed;
    buf_free(&id);
    return unique(plan, kept);
}

void put_file_stem(struct buf *out, const char *name, size_t n)
{
    enum { STEM_MAX = 200 }; /* leaves room for the ending in a name of 255 bytes */
    struct buf stem = {0};
    if (n == 0) {
        name = "project";
        n = strlen(name);
    }
    for (size_t i = 0; i < n; i++) {
        bool bad = (unsigned char)name[i] < 0x20 || name[i] == 0x7f || strchr("\\/:?*\"<>|", name[i]) ||
                   (i == 0 && name[i] == '.');
        buf_putc(&stem, bad ? '_' : name[i]);
    }
    size_t kept = stem.size < STEM_MAX ? stem.size : STEM_MAX;
    while (kept < stem.size && kept > 0 && ((unsigned char)stem.data[kept] & 0xc0) == 0x80)
        kept--; /* not in the middle of a character */
    buf_put(out, buf_text(&stem), kept);
    out->failed = out->failed || stem.failed;
    buf_free(&stem);
}
