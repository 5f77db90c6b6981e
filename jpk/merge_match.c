/* Which files of the sides belong together. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/merge_project.h"

enum { GUID = 36 };

/*
 * Entities are found by type and id behind a byte that no file's name has, others by their name below the base; what
 * lies outside of it behind a slash.
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

static struct merge_unit *add_unit(struct project_merge *p)
{
    struct merge_unit *units = array_grow(p->units, p->count, &p->capacity, sizeof *units);
    if (!units) {
        p->m->failed = true;
        return NULL;
    }
    p->units = units;
    units[p->count] = (struct merge_unit){.entry = {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    return &units[p->count++];
}

/* ------------------------------------------------------------------------------------------------------------ items */

/* A variable is used by its name, whatever the folder and the case of its letters. */
static const char *place(struct merging *m, const struct jpk_entity *entity)
{
    if (entity->type == JPK_TYPE_PROJECT_VARIABLE)
        return item_key(m, entity->type_name, entity->name);
    char *path = jpk_entity_path(entity), *copy = path ? arena_strdup(&m->arena, path) : NULL;
    free(path);
    m->failed |= !copy;
    return copy;
}

/* A folder's place, behind a byte that no item's has. */
static const char *folder_place(struct merging *m, const struct jpk_folder *folder)
{
    const struct jpk_entity listed = {.type_name = folder->type_name, .name = folder->name, .folder = folder->parent};
    char *path = jpk_entity_path(&listed);
    struct buf text = {0};
    buf_printf(&text, "\002%s", path ? path : "");
    const char *copy = path && !text.failed ? arena_strdup(&m->arena, text.data) : NULL;
    m->failed |= !copy;
    buf_free(&text);
    free(path);
    return copy;
}

/* The folders of a side, as project.xml has them: by the keys of their entities. */
static void index_folders(struct project_merge *p, enum merge_side side, struct map *out)
{
    const struct jpk_project *project = &p->side[side]->public;
    for (size_t i = 0; i < project->folder_count && !p->m->failed; i++) {
        const char *key = item_key(p->m, "Folder", project->folders[i]->id);
        p->m->failed |= !key || !map_add(out, key, strlen(key), (uint32_t)i, NULL);
    }
}

static const char *place_of(struct project_merge *p, enum merge_side side, const struct jpk_entity *entity,
                            const char *key, const struct map *folders)
{
    if (entity->in_tree)
        return place(p->m, entity);
    uint32_t at = key ? map_get(folders, key, strlen(key)) : MAP_NONE;
    return at == MAP_NONE ? NULL : folder_place(p->m, p->side[side]->public.folders[at]);
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

/* The items of a side, of which `entities` are. */
static void list_items(struct project_merge *p, enum merge_side side, struct merge_items *out,
                       const struct jpk_entity **entities)
{
    const struct project *project = p->side[side];
    struct merge_item *items = arena_alloc(&p->m->arena, (project->count + 1) * sizeof *items);
    *out = (struct merge_items){.items = items,
                                .unit = arena_alloc(&p->m->arena, (project->count + 1) * sizeof *out->unit)};
    struct map folders = {0};
    if (!items || !out->unit) {
        p->m->failed = true;
        return;
    }
    index_folders(p, side, &folders);
    for (size_t i = 0; i < project->count && !p->m->failed; i++) {
        const struct jpk_entity *entity = project->list[i];
        if (!is_item(entity))
            continue;
        items[out->count].key = item_key(p->m, entity->type_name, entity->id);
        items[out->count].place = place_of(p, side, entity, items[out->count].key, &folders);
        entities[out->count++] = entity;
    }
    map_free(&folders);
}

/* A unit is found by each of its keys. */
static void index_unit(struct project_merge *p, const char *key, uint32_t at)
{
    p->units[at].key = p->units[at].key ? p->units[at].key : key;
    p->m->failed |= !map_add(&p->by_key, key, strlen(key), at, NULL);
}

static void add_items(struct project_merge *p, bool *const owned[MERGE_SIDES])
{
    const struct jpk_entity **entities[MERGE_SIDES];
    struct merge_items sides[MERGE_SIDES] = {{0}, {0}, {0}};
    for (int side = 0; side < MERGE_SIDES && !p->m->failed; side++) {
        entities[side] = arena_alloc(&p->m->arena, (p->side[side]->count + 1) * sizeof *entities[side]);
        p->m->failed |= !entities[side];
        if (!p->m->failed)
            list_items(p, (enum merge_side)side, &sides[side], entities[side]);
    }
    size_t count = p->m->failed ? 0 : merge_pair(p->m, sides);
    for (size_t i = 0; i < count && !p->m->failed; i++)
        add_unit(p);
    for (int side = 0; side < MERGE_SIDES && !p->m->failed; side++)
        for (size_t i = 0; i < sides[side].count; i++) {
            uint32_t at = sides[side].unit[i];
            if (at == MAP_NONE)
                continue;
            set_item(p, &p->units[at], (enum merge_side)side, entities[side][i], owned[side]);
            index_unit(p, sides[side].items[i].key, at);
        }
}

/* ------------------------------------------------------------------------------------------------------ other files */

static const char *manifest = "/manifest.jip";

/* How much of a base its folder's own folder is. */
static size_t above_base(const char *base)
{
    size_t n = strlen(base), above = n;
    while (above > 0 && (above == n || base[above - 1] != '/'))
        above--;
    return above;
}

bool merge_has_outside(const struct project_merge *p)
{
    enum jpk_shape shape = p->side[MERGE_OURS]->public.shape;
    return p->side[MERGE_BASE]->public.shape == shape && p->side[MERGE_THEIRS]->public.shape == shape;
}

/* What lies outside of the base: by its name below the folder that the base's folder lies in, else by the whole. */
static const char *outside_key(struct project_merge *p, enum merge_side side, const char *name)
{
    const char *base = p->base[side];
    size_t above = above_base(base);
    bool below = strncmp(name, base, above) == 0;
    struct buf key = {0};
    buf_printf(&key, below ? "//%s" : "///%s", below ? name + above : name);
    const char *copy = key.failed ? NULL : arena_strndup(&p->m->arena, key.data, key.size);
    p->m->failed |= !copy;
    buf_free(&key);
    return copy;
}

/* Its name in the result, where ours has its folders. */
static const char *outside_name(struct project_merge *p, const char *key)
{
    struct buf name = {0};
    if (key[2] != '/')
        buf_put(&name, p->base[MERGE_OURS], above_base(p->base[MERGE_OURS]));
    buf_puts(&name, key + (key[2] == '/' ? 3 : 2));
    const char *copy = name.failed ? NULL : arena_strndup(&p->m->arena, name.data, name.size);
    p->m->failed |= !copy;
    buf_free(&name);
    return copy;
}

/* In the other environments of a workspace only what changes without anybody's doing is known. */
static enum entry_role outside_role(const struct project_merge *p, const char *key)
{
    const char *slash = strchr(key + 2, '/');
    bool environment = text_starts_with(key, "//env-") && slash;
    enum entry_role role = environment ? entry_role_of(p->side[MERGE_OURS]->public.shape, slash + 1) : ENTRY_UNKNOWN;
    switch (role) {
    case ENTRY_PROPERTIES:
    case ENTRY_CACHE:
    case ENTRY_SETTINGS:
    case ENTRY_TEST_FILE:
        return role;
    default:
        return environment && strcmp(slash + 1, "ui.xml") == 0 ? ENTRY_SETTINGS : ENTRY_UNKNOWN;
    }
}

/* Where an entry belongs; NULL: nowhere, or no memory. */
static const char *file_key(struct project_merge *p, enum merge_side side, const char *name)
{
    const char *base = p->base[side];
    size_t n = strlen(base), above = above_base(base);
    if (strncmp(name, base, n) == 0)
        return name + n;
    if (n > 0 && strncmp(name, base, above) == 0 && strcmp(name + above, manifest + 1) == 0)
        return manifest;
    return side == MERGE_OURS || merge_has_outside(p) ? outside_key(p, side, name) : NULL;
}

/* What lies beside the project there would lie in it here, where its folder has another name. */
static bool lies_in_project(struct project_merge *p, const char *key)
{
    const char *base = p->base[MERGE_OURS], *name = outside_name(p, key);
    return *base && name && text_starts_with(name, base);
}

static void add_file(struct project_merge *p, enum merge_side side, size_t entry)
{
    struct merging *m = p->m;
    const char *name = jpk_archive_entry(p->side[side]->public.archive, entry)->name;
    const char *key = file_key(p, side, name);
    if (!key)
        return;
    bool outside = *key == '/';
    if (outside && key != manifest && side != MERGE_OURS && lies_in_project(p, key))
        return;
    uint32_t at = map_get(&p->by_key, key, strlen(key));
    if (at == MAP_NONE && key == manifest && side != MERGE_OURS)
        return; /* ours come first: it is no workspace */
    struct merge_unit *unit = at == MAP_NONE ? add_unit(p) : &p->units[at];
    if (!unit) {
        m->failed = true;
        return;
    }
    if (at == MAP_NONE)
        index_unit(p, key, (uint32_t)(unit - p->units));
    unit->entry[side] = entry;
    unit->outside = outside;
    if (!unit->name || side == MERGE_OURS)
        unit->name = !outside ? key : side == MERGE_OURS ? name : outside_name(p, key);
    unit->role = !outside          ? entry_role_of(p->side[side]->public.shape, key)
                 : key == manifest ? ENTRY_PROPERTIES
                                   : outside_role(p, key);
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
    const char *ids[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        ids[side] = unit->item[side] ? unit->item[side]->id : NULL;
    return merge_choose(p->m, ids);
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

/* The entity's file in the result, from the sides whose id it gets; in the form that ours has. */
static const char *item_name(struct project_merge *p, const struct merge_unit *unit, const char *id)
{
    const char *names[MERGE_SIDES] = {NULL};
    for (int side = 0; side < MERGE_SIDES; side++) {
        const struct jpk_entity *entity = unit->item[side];
        bool flat = p->side[side]->public.shape == JPK_SHAPE_FLAT;
        if (entity && strcmp(entity->id, id) == 0 && flat == (p->side[MERGE_OURS]->public.shape == JPK_SHAPE_FLAT))
            names[side] = entity->file + strlen(p->base[side]);
    }
    const char *chosen = merge_choose(p->m, names);
    if (chosen)
        return chosen;
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

static void translate_name(struct project_merge *p, struct merge_unit *unit)
{
    static const enum merge_side sides[] = {MERGE_OURS, MERGE_THEIRS};
    struct buf name = {0};
    buf_puts(&name, unit->name);
    for (size_t s = 0; s < 2 && !name.failed; s++)
        if (unit->entry[sides[s]] != SIZE_MAX)
            merge_translate(p, sides[s], &name);
    unit->name = name.failed ? NULL : arena_strdup(&p->m->arena, buf_text(&name));
    p->m->failed |= !unit->name;
    buf_free(&name);
}

/* What a side has by this name before any other of its files. */
static void unite(struct merge_unit *into, struct merge_unit *unit)
{
    bool own = strcmp(unit->key, unit->name) == 0;
    for (int side = 0; side < MERGE_SIDES; side++) {
        if (unit->entry[side] != SIZE_MAX && (own || into->entry[side] == SIZE_MAX))
            into->entry[side] = unit->entry[side];
        unit->entry[side] = SIZE_MAX;
    }
}

/* Files that are called by an id: caches, test data. Those of one name are one, of an item that has an id a side. */
static void translate_names(struct project_merge *p)
{
    struct map names = {0};
    for (size_t i = 0; i < p->count && p->id_count && !p->m->failed; i++) {
        struct merge_unit *unit = &p->units[i];
        uint32_t same = MAP_NONE;
        if (unit->outside || (unit->role != ENTRY_CACHE && unit->role != ENTRY_TEST_FILE))
            continue;
        translate_name(p, unit);
        p->m->failed = p->m->failed || !map_add(&names, unit->name, strlen(unit->name), (uint32_t)i, &same);
        if (same != MAP_NONE)
            unite(&p->units[same], unit);
    }
    map_free(&names);
}

bool merge_match(struct project_merge *p)
{
    static const enum merge_side order[] = {MERGE_OURS, MERGE_BASE, MERGE_THEIRS};
    bool *owned[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++) {
        owned[side] = calloc(jpk_archive_count(p->side[side]->public.archive) + 1, sizeof *owned[side]);
        p->m->failed |= !owned[side];
    }
    if (!p->m->failed)
        add_items(p, owned);
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
