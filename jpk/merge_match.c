/* Which files of the sides belong together. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/merge_project.h"

enum { GUID = 36 };

/* What two items of one place of a side have in place of a unit. */
#define AMBIGUOUS (MAP_NONE - 1)

/*
 * Entities are found by type and id behind a byte that no file's name has, others by their name below the base; what lies
 * outside of it behind a slash.
 */
#define ITEM_KEY "\001%s/%s"

static const char *item_key(struct merging *m, const char *type, const char *id)
{
    struct buf key = {0};
    buf_printf(&key, ITEM_KEY, type, id);
    char *copy = key.failed ? NULL : arena_strdup_lower(&m->arena, key.data);
    buf_free(&key);
    m->failed |= !copy;
    return copy;
}

struct merge_unit *merge_find_item(const struct project_merge *p, const char *type, const char *id)
{
    struct buf key = {0};
    buf_printf(&key, ITEM_KEY, type, id);
    for (size_t i = 0; i < key.size; i++)
        key.data[i] = text_lower(key.data[i]);
    uint32_t at = key.failed ? MAP_NONE : map_get(&p->by_key, key.data, key.size);
    buf_free(&key);
    return at == MAP_NONE ? NULL : &p->units[at];
}

static struct merge_unit *add_unit(struct project_merge *p, const char *key)
{
    struct merge_unit *units = array_grow(p->units, p->count, &p->capacity, sizeof *units);
    if (units)
        p->units = units;
    if (!units || !key || !map_add(&p->by_key, key, strlen(key), (uint32_t)p->count, NULL)) {
        p->m->failed = true;
        return NULL;
    }
    units[p->count] = (struct merge_unit){.key = key, .entry = {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    return &units[p->count++];
}

/* ------------------------------------------------------------------------------------------------------------ items */

static const char *place(struct merging *m, const struct jpk_entity *entity)
{
    char *path = jpk_entity_path(entity), *copy = path ? arena_strdup(&m->arena, path) : NULL;
    free(path);
    m->failed |= !copy;
    return copy;
}

/* The places of units that a side has nothing for. */
static void find_places(struct project_merge *p, enum merge_side side, struct map *places)
{
    for (size_t i = 0; i < p->count && !p->m->failed; i++) {
        const struct merge_unit *unit = &p->units[i];
        const struct jpk_entity *entity = unit->item[MERGE_BASE] ? unit->item[MERGE_BASE] : unit->item[MERGE_OURS];
        if (!entity || unit->item[side] || !entity->in_tree)
            continue;
        const char *path = place(p->m, entity);
        if (!path)
            return;
        uint32_t old = MAP_NONE;
        p->m->failed |= !map_add(places, path, strlen(path), (uint32_t)i, &old);
        if (old != MAP_NONE)
            p->m->failed |= !map_set(places, path, strlen(path), AMBIGUOUS);
    }
}

static void set_item(struct project_merge *p, struct merge_unit *unit, enum merge_side side,
                     const struct jpk_entity *entity, bool *owned)
{
    size_t entry = jpk_archive_find(p->side[side]->public.archive, entity->file);
    unit->item[side] = entity;
    unit->entry[side] = entry;
    unit->role = ENTRY_ENTITY;
    if (entry != SIZE_MAX)
        owned[entry] = true;
}

/* What is no item: without a file, or with an id that the project has twice. */
static bool is_item(const struct jpk_entity *entity)
{
    return entity->file && entity->tree && *entity->id;
}

static void add_items(struct project_merge *p, enum merge_side side, bool *owned)
{
    const struct project *project = p->side[side];
    struct map places = {0};
    bool *placed = calloc(project->count + 1, sizeof *placed);
    p->m->failed |= !placed;
    for (size_t i = 0; i < project->count && !p->m->failed; i++) {
        const struct jpk_entity *entity = project->list[i];
        struct merge_unit *unit = is_item(entity) ? merge_find_item(p, entity->type_name, entity->id) : NULL;
        if (unit && !unit->item[side]) {
            set_item(p, unit, side, entity, owned);
            placed[i] = true;
        }
    }
    find_places(p, side, &places);
    for (size_t i = 0; i < project->count && !p->m->failed; i++) {
        const struct jpk_entity *entity = project->list[i];
        if (placed[i] || !is_item(entity) || merge_find_item(p, entity->type_name, entity->id))
            continue;
        const char *path = entity->in_tree ? place(p->m, entity) : NULL;
        uint32_t at = path ? map_get(&places, path, strlen(path)) : MAP_NONE;
        struct merge_unit *unit = at < AMBIGUOUS && !p->units[at].item[side] ? &p->units[at] : NULL;
        const char *key = item_key(p->m, entity->type_name, entity->id);
        if (unit) /* found by its new id, too */
            p->m->failed |= !key || !map_add(&p->by_key, key, strlen(key), at, NULL);
        else
            unit = add_unit(p, key);
        if (unit)
            set_item(p, unit, side, entity, owned);
    }
    map_free(&places);
    free(placed);
}

/* ------------------------------------------------------------------------------------------------------ other files */

static const char *manifest = "/manifest.jip";

/* Where an entry belongs; NULL: nowhere. */
static const char *file_key(const struct project_merge *p, enum merge_side side, const char *name)
{
    const char *base = p->base[side];
    size_t n = strlen(base), above = n;
    if (strncmp(name, base, n) == 0)
        return name + n;
    while (above > 0 && (above == n || base[above - 1] != '/'))
        above--;
    if (n > 0 && strncmp(name, base, above) == 0 && strcmp(name + above, manifest + 1) == 0)
        return manifest;
    return side == MERGE_OURS ? "" : NULL;
}

static void add_file(struct project_merge *p, enum merge_side side, size_t entry)
{
    struct merging *m = p->m;
    const char *name = jpk_archive_entry(p->side[side]->public.archive, entry)->name;
    const char *below = file_key(p, side, name);
    if (!below)
        return;
    const char *key = below;
    bool outside = !*below || below == manifest;
    if (outside && !*below) {
        struct buf whole = {0};
        buf_printf(&whole, "//%s", name);
        key = whole.failed ? NULL : arena_strdup(&m->arena, whole.data);
        buf_free(&whole);
    }
    uint32_t at = key ? map_get(&p->by_key, key, strlen(key)) : MAP_NONE;
    if (at == MAP_NONE && below == manifest && side != MERGE_OURS)
        return; /* ours come first: it is no workspace */
    struct merge_unit *unit = at == MAP_NONE ? add_unit(p, key) : &p->units[at];
    if (!unit)
        return;
    unit->entry[side] = entry;
    unit->outside = outside;
    if (!unit->name || side == MERGE_OURS)
        unit->name = outside ? name : below;
    unit->role = outside ? (below == manifest ? ENTRY_PROPERTIES : ENTRY_UNKNOWN)
                         : entry_role_of(p->side[side]->public.shape, below);
}

static void add_files(struct project_merge *p, enum merge_side side, const bool *owned)
{
    const struct jpk_archive *archive = p->side[side]->public.archive;
    for (size_t i = 0; i < jpk_archive_count(archive) && !p->m->failed; i++)
        if (!owned[i])
            add_file(p, side, i);
}

/* -------------------------------------------------------------------------------------------------------------- ids */

static const char *merged_id(const struct project_merge *p, const struct merge_unit *unit)
{
    const struct jpk_entity *base = unit->item[MERGE_BASE], *main = unit->item[p->m->main];
    const struct jpk_entity *other = unit->item[p->m->other];
    if (!main || (other && base && text_caseeq(main->id, base->id)))
        return other ? other->id : base->id;
    return main->id;
}

static void note_id(struct project_merge *p, enum merge_side side, const char *from, const char *to)
{
    const char **ids = array_grow(p->new_ids, p->id_count, &p->id_capacity, sizeof *ids);
    const char *key = arena_strdup_lower(&p->m->arena, from);
    if (ids)
        p->new_ids = ids;
    if (!ids || !key || !map_add(&p->ids[side], key, strlen(key), (uint32_t)p->id_count, NULL)) {
        p->m->failed = true;
        return;
    }
    ids[p->id_count++] = to;
}

/* The entity's file in the result, from the side whose id it gets; in the form that ours has. */
static const char *item_name(struct project_merge *p, const struct merge_unit *unit, const char *id)
{
    for (int i = 0; i < MERGE_SIDES; i++) {
        enum merge_side side = i == 0 ? p->m->main : i == 1 ? p->m->other : MERGE_BASE;
        const struct jpk_entity *entity = unit->item[side];
        bool flat = p->side[side]->public.shape == JPK_SHAPE_FLAT;
        if (entity && strcmp(entity->id, id) == 0 && flat == (p->side[MERGE_OURS]->public.shape == JPK_SHAPE_FLAT))
            return entity->file + strlen(p->base[side]);
    }
    const struct jpk_entity *any = unit->item[MERGE_OURS] ? unit->item[MERGE_OURS] : unit->item[MERGE_THEIRS];
    struct buf name = {0};
    if (p->side[MERGE_OURS]->public.shape != JPK_SHAPE_FLAT)
        buf_printf(&name, "Data/%s/", (any ? any : unit->item[MERGE_BASE])->type_name);
    buf_printf(&name, "%s.xml", id);
    const char *copy = name.failed ? NULL : arena_strdup(&p->m->arena, name.data);
    buf_free(&name);
    p->m->failed |= !copy;
    return copy;
}

static void name_items(struct project_merge *p)
{
    for (size_t i = 0; i < p->count && !p->m->failed; i++) {
        struct merge_unit *unit = &p->units[i];
        if (!merge_is_item(unit))
            continue;
        const char *id = merged_id(p, unit);
        for (int side = 0; side < MERGE_SIDES; side++)
            if (unit->item[side] && !text_caseeq(unit->item[side]->id, id))
                note_id(p, (enum merge_side)side, unit->item[side]->id, id);
        unit->name = item_name(p, unit, id);
    }
}

bool merge_translate(struct project_merge *p, enum merge_side side, struct buf *bytes)
{
    const struct map *ids = &p->ids[side];
    bool any = false;
    for (size_t i = 0; ids->count && i + GUID <= bytes->size; i++) {
        char *at = bytes->data + i, key[GUID];
        if (at[8] != '-' || !text_guid(at, GUID))
            continue;
        for (size_t k = 0; k < GUID; k++)
            key[k] = text_lower(at[k]);
        uint32_t found = map_get(ids, key, GUID);
        if (found != MAP_NONE && strlen(p->new_ids[found]) == GUID) {
            memcpy(at, p->new_ids[found], GUID);
            any = true;
        }
        i += GUID - 1;
    }
    return any;
}

/* Files that are called by an id: caches, test data. */
static void translate_names(struct project_merge *p)
{
    static const enum merge_side sides[] = {MERGE_OURS, MERGE_THEIRS};
    for (size_t i = 0; i < p->count && p->id_count && !p->m->failed; i++) {
        struct merge_unit *unit = &p->units[i];
        if (unit->role != ENTRY_CACHE && unit->role != ENTRY_TEST_FILE)
            continue;
        struct buf name = {0};
        buf_puts(&name, unit->name);
        for (size_t s = 0; s < 2 && !name.failed; s++)
            if (unit->entry[sides[s]] != SIZE_MAX)
                merge_translate(p, sides[s], &name);
        unit->name = name.failed ? NULL : arena_strdup(&p->m->arena, buf_text(&name));
        p->m->failed |= !unit->name;
        buf_free(&name);
    }
}

bool merge_match(struct project_merge *p)
{
    static const enum merge_side order[] = {MERGE_OURS, MERGE_BASE, MERGE_THEIRS};
    bool *owned[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++) {
        owned[side] = calloc(jpk_archive_count(p->side[side]->public.archive) + 1, sizeof *owned[side]);
        p->m->failed |= !owned[side];
    }
    for (int side = 0; side < MERGE_SIDES && !p->m->failed; side++)
        add_items(p, (enum merge_side)side, owned[side]);
    for (int i = 0; i < MERGE_SIDES && !p->m->failed; i++)
        add_files(p, order[i], owned[order[i]]);
    for (int side = 0; side < MERGE_SIDES; side++)
        free(owned[side]);
    if (!p->m->failed)
        name_items(p);
    if (!p->m->failed)
        translate_names(p);
    return !p->m->failed;
}
