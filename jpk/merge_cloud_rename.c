/* Which components belong together, and the ids and names that the result has. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/cloud_model.h"
#include "jpk/merge_cloud.h"

enum { GUID = 36 };

/* A variable is used by its name, whatever the case of its letters. */
static const char *place_of(struct cloud_merge *c, const struct jpk_cloud_component *component)
{
    struct buf place = {0};
    if (!*component->name)
        return NULL;
    if (component->kind == JPK_CLOUD_VARIABLE || component->kind == JPK_CLOUD_GLOBAL)
        return merge_component_key(c->m, component->number, component->name, strlen(component->name));
    buf_printf(&place, "%d\n%s", (int)component->kind, component->reference ? component->reference : component->name);
    const char *text = merge_cloud_keep(c, &place);
    buf_free(&place);
    return text;
}

static void list_items(struct cloud_merge *c, enum merge_side side)
{
    const struct jpk_cloud *cloud = c->input[side];
    struct merge_item *items = arena_alloc(&c->m->arena, (cloud->component_count + 1) * sizeof *items);
    uint32_t *unit = arena_alloc(&c->m->arena, (cloud->component_count + 1) * sizeof *unit);
    c->items[side] = (struct merge_items){.items = items, .count = cloud->component_count, .unit = unit};
    c->m->failed |= !items || !unit;
    for (size_t i = 0; i < cloud->component_count && !c->m->failed; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        const char *id = *component->id ? component->id : component->name;
        items[i] =
            (struct merge_item){merge_component_key(c->m, component->number, id, strlen(id)), place_of(c, component)};
    }
}

void merge_cloud_pair(struct cloud_merge *c)
{
    for (int side = 0; side < MERGE_SIDES && !c->m->failed; side++)
        list_items(c, (enum merge_side)side);
    if (c->m->failed)
        return;
    c->unit_count = merge_pair(c->m, c->items);
    c->units = malloc((c->unit_count + 1) * sizeof *c->units);
    c->m->failed |= !c->units;
    if (!c->m->failed)
        memset(c->units, 0xff, c->unit_count * sizeof *c->units);
    for (int side = 0; side < MERGE_SIDES && !c->m->failed; side++)
        for (size_t i = 0; i < c->items[side].count; i++)
            if (c->items[side].unit[i] != MAP_NONE)
                c->units[c->items[side].unit[i]][side] = (uint32_t)i;
}

/* ---------------------------------------------------------------------------------------------------- ids and names */

static void rename_text(struct cloud_merge *c, enum merge_side side, const char *from, const char *to)
{
    struct renaming *r = &c->renamings[side];
    const char **texts = array_grow(r->texts, r->count, &r->capacity, sizeof *texts);
    if (texts)
        r->texts = texts;
    if (!texts || !map_add(&r->map, from, strlen(from), (uint32_t)r->count, NULL)) {
        c->m->failed = true;
        return;
    }
    texts[r->count++] = to;
}

const char *merge_cloud_id(const struct cloud_merge *c, size_t unit)
{
    const char *ids[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        ids[side] = merge_cloud_member(c, unit, (enum merge_side)side)
                        ? merge_cloud_member(c, unit, (enum merge_side)side)->id
                        : NULL;
    return merge_choose(c->m, ids);
}

const char *merge_cloud_name(const struct cloud_merge *c, size_t unit)
{
    const char *names[MERGE_SIDES];
    for (int i = 0; i < MERGE_SIDES; i++)
        names[i] = merge_cloud_member(c, unit, (enum merge_side)i)
                       ? merge_cloud_member(c, unit, (enum merge_side)i)->name
                       : NULL;
    return merge_choose(c->m, names);
}

static const char *merged_name(const struct cloud_merge *c, enum merge_side side,
                               const struct jpk_cloud_component *component)
{
    uint32_t unit = component ? c->items[side].unit[component->index] : MAP_NONE;
    if (unit == MAP_NONE)
        return component ? component->name : "";
    return merge_cloud_name(c, unit);
}

/* How scripts of the result name a component; compare reference_of in cloud.c. */
static void put_reference(struct cloud_merge *c, enum merge_side side, const struct jpk_cloud_component *component,
                          struct buf *out)
{
    const char *name = merged_name(c, side, component);
    const char *prefix = jpk_cloud_kind_info(component->kind)->reference;
    if (component->kind == JPK_CLOUD_ACTIVITY)
        buf_printf(out, "%s:%s/%s/%s/%s", prefix, component->as.activity->adapter,
                   merged_name(c, side, component->as.activity->connection.component), component->as.activity->function,
                   name);
    else if (component->kind == JPK_CLOUD_CONNECTION)
        buf_printf(out, "%s:%s/%s", prefix, component->as.connection->adapter, name);
    else
        buf_printf(out, "%s:%s", prefix, name);
}

/* A reference as it stands in a string behind its mark, without quotes. */
static const char *tagged(struct cloud_merge *c, const char *text)
{
    struct buf out = {0};
    cloud_put_string(&out, text, strlen(text));
    struct buf inner = {0};
    if (!out.failed) {
        buf_puts(&inner, "<TAG>");
        buf_put(&inner, out.data + 1, out.size - 2);
    }
    inner.failed |= out.failed;
    const char *copy = merge_cloud_keep(c, &inner);
    buf_free(&out);
    buf_free(&inner);
    return copy;
}

static void rename_component(struct cloud_merge *c, enum merge_side side, size_t unit)
{
    const struct jpk_cloud_component *component = merge_cloud_member(c, unit, side);
    const char *id = component ? merge_cloud_id(c, unit) : NULL;
    if (!component)
        return;
    if (!text_caseeq(component->id, id) && text_guid(component->id, strlen(component->id)) &&
        text_guid(id, strlen(id))) {
        const char *key = arena_strdup_lower(&c->m->arena, component->id);
        c->m->failed |= !key;
        if (key)
            rename_text(c, side, key, id);
    }
    if (!component->reference)
        return;
    struct buf reference = {0};
    put_reference(c, side, component, &reference);
    if (strcmp(buf_text(&reference), component->reference) != 0)
        rename_text(c, side, tagged(c, component->reference), tagged(c, buf_text(&reference)));
    c->m->failed |= reference.failed;
    buf_free(&reference);
}

/* What is to stand in place of the name or id at a place; NULL: itself. `size` gets how many bytes that is, 0: none. */
static const char *new_text(const struct renaming *r, const char *text, size_t left, size_t *size)
{
    static const char open[] = "<TAG>", close[] = "</TAG>";
    enum { NAME_MAX_BYTES = 4096 };
    char key[GUID];
    *size = 0;
    if (left >= GUID && text[8] == '-' && text_guid(text, GUID)) {
        for (size_t i = 0; i < GUID; i++)
            key[i] = text_lower(text[i]);
        uint32_t found = map_get(&r->map, key, GUID);
        *size = GUID;
        return found == MAP_NONE ? NULL : r->texts[found];
    }
    if (*text != '<' || left < sizeof open || memcmp(text, open, sizeof open - 1) != 0)
        return NULL;
    const char *end = memmem(text, left < NAME_MAX_BYTES ? left : NAME_MAX_BYTES, close, sizeof close - 1);
    uint32_t found = end ? map_get(&r->map, text, (size_t)(end - text)) : MAP_NONE;
    if (found == MAP_NONE)
        return NULL;
    *size = (size_t)(end - text);
    return r->texts[found];
}

/* A side as it would be with the ids and names of the result. */
static bool rename_side(struct cloud_merge *c, enum merge_side side)
{
    const struct jpk_cloud *cloud = c->input[side];
    c->exports.side[side] = cloud;
    if (c->renamings[side].count == 0)
        return true;
    struct buf out = {0};
    size_t from = 0; /* of what is not copied yet */
    for (size_t at = 0; at < cloud->size && !out.failed;) {
        size_t size;
        const char *text = new_text(&c->renamings[side], cloud->text + at, cloud->size - at, &size);
        if (text) {
            buf_put(&out, cloud->text + from, at - from);
            buf_puts(&out, text);
            from = at + size;
        }
        at += size ? size : 1;
    }
    buf_put(&out, cloud->text + from, cloud->size - from);
    c->m->failed |= out.failed;
    if (!out.failed)
        c->renamed[side] = cloud_load_buf(&out, cloud->file, NULL, c->err);
    buf_free(&out);
    c->exports.side[side] = c->renamed[side];
    return c->renamed[side] != NULL;
}

bool merge_cloud_rename(struct cloud_merge *c)
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        for (size_t unit = 0; unit < c->unit_count && !c->m->failed; unit++)
            rename_component(c, (enum merge_side)side, unit);
        if (c->m->failed || !rename_side(c, (enum merge_side)side))
            return false;
    }
    return true;
}
