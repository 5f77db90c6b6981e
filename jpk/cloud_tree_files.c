/* The files of a tree: what they are parts of, and what has come, gone and been moved since the index was written. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/cloud_layout.h"
#include "jpk/cloud_tree_state.h"

/* ---------------------------------------------------------------------------------------------------------- parts */

static struct tree_part *add_part(struct cloud_opening *o, const char *path, bool workflow, size_t row)
{
    struct cloud_tree *tree = o->tree;
    struct tree_part *parts = array_grow(tree->parts, tree->part_count, &tree->part_capacity, sizeof *parts);
    if (parts)
        tree->parts = parts;
    struct tree_part part = {.row = row, .json = TREE_NO_FILE, .text = TREE_NO_FILE, .map = TREE_NO_FILE};
    part.part.workflow = workflow;
    part.part.path = arena_strdup(&tree->arena, path);
    part.part.kind = cloud_layout_kind(path);
    part.part.name = cloud_layout_name(&tree->arena, path);
    uint32_t before = MAP_NONE;
    if (!parts || !part.part.path || !part.part.name ||
        !map_add(&tree->by_path, part.part.path, strlen(path), (uint32_t)tree->part_count, &before)) {
        error_memory(o->err);
        return NULL;
    }
    if (before != MAP_NONE && row != TREE_NO_ROW) {
        cloud_opening_wrong_row(o, tree->index.rows[row].line, "is about a path that another line is about");
        return NULL;
    }
    parts[tree->part_count] = part;
    return &parts[tree->part_count++];
}

static bool add_asset(struct cloud_opening *o, const char *path, size_t row, size_t file)
{
    struct cloud_tree *tree = o->tree;
    struct tree_asset *assets = array_grow(tree->assets, tree->asset_count, &tree->asset_capacity, sizeof *assets);
    uint32_t before;
    if (!assets)
        return error_memory(o->err);
    tree->assets = assets;
    if (!map_add(&tree->asset_by_path, path, strlen(path), (uint32_t)tree->asset_count, &before))
        return error_memory(o->err);
    if (before != MAP_NONE)
        return cloud_opening_wrong_row(o, tree->index.rows[row].line, "is about a path that another line is about");
    assets[tree->asset_count++] = (struct tree_asset){path, row, file};
    return true;
}

bool cloud_opening_add_row(struct cloud_opening *o, size_t at)
{
    struct cloud_row *row = &o->tree->index.rows[at];
    if (!*row->path)
        return true;
    if (row->kind == CLOUD_ROW_STALE)
        return map_set(&o->tree->stale, row->path, strlen(row->path), 0) || error_memory(o->err);
    if (row->kind == CLOUD_ROW_ASSET)
        return add_asset(o, row->path, at, TREE_NO_FILE);
    enum jpk_cloud_kind kind = cloud_layout_kind(row->path);
    bool workflow = row->kind == CLOUD_ROW_WORKFLOW;
    if (kind == JPK_CLOUD_KINDS || (workflow && kind != JPK_CLOUD_OPERATION))
        return cloud_opening_wrong_row(o, row->line,
                                       "is about a path that does not lie in the folder of a kind of component");
    struct tree_part *part = add_part(o, row->path, workflow, at);
    if (!part)
        return false;
    part->part.id = row->id;
    part->part.plain = row->plain;
    return true;
}

/* Gives a component one of its files. */
static bool give_file(struct cloud_opening *o, struct tree_part *part, size_t file, const char *ending)
{
    if (strcmp(ending, ".json") == 0) {
        part->json = file;
    } else if (strcmp(ending, ".map") == 0) {
        part->map = file;
    } else if (part->text != TREE_NO_FILE) {
        return cloud_opening_wrong(o, o->tree->files[file].file.path,
                                   "is the second text of a component that can have one");
    } else {
        part->text = file;
        part->part.ending = ending;
    }
    return true;
}

/* A file in the folder of a kind. */
static bool place_component_file(struct cloud_opening *o, size_t file, enum jpk_cloud_kind kind)
{
    struct cloud_tree *tree = o->tree;
    const char *path = tree->files[file].file.path, *slash = strrchr(path, '/'), *dot = strrchr(slash, '.');
    bool workflow =
        kind == JPK_CLOUD_OPERATION && strcmp(slash + 1, CLOUD_WORKFLOW_FILE) == 0 && slash > strchr(path, '/');
    if (slash[1] == '.' && !workflow)
        return true;
    size_t n = (size_t)((workflow ? slash : dot ? dot : slash) - path), ending = 0;
    while (!workflow && dot && cloud_layout_endings[ending] && strcmp(cloud_layout_endings[ending], dot) != 0)
        ending++;
    if (!workflow && (!dot || !cloud_layout_endings[ending] || !cloud_layout_has(kind, dot)))
        return cloud_opening_wrong(o, path, "is no file that a component of this kind has");
    char *stem = arena_strndup(&tree->arena, path, n);
    if (!stem)
        return error_memory(o->err);
    uint32_t at = map_get(&tree->by_path, stem, n);
    struct tree_part *part = at == MAP_NONE ? add_part(o, stem, workflow, TREE_NO_ROW) : &tree->parts[at];
    if (!part)
        return false;
    if (part->part.workflow != workflow)
        return cloud_opening_wrong(o, path, "is a file of a component, but its path is that of a workflow's folder");
    return give_file(o, part, file, cloud_layout_endings[ending]);
}

static bool place_file(struct cloud_opening *o, size_t file)
{
    struct cloud_tree *tree = o->tree;
    const char *path = tree->files[file].file.path;
    enum jpk_cloud_kind kind = strchr(path, '/') ? cloud_layout_kind(path) : JPK_CLOUD_KINDS;
    if (map_get(&tree->stale, path, strlen(path)) != MAP_NONE)
        return true;
    if (kind != JPK_CLOUD_KINDS)
        return place_component_file(o, file, kind);
    if (!text_starts_with(path, CLOUD_ASSET_FOLDER "/"))
        return true;
    uint32_t at = map_get(&tree->asset_by_path, path, strlen(path));
    if (at == MAP_NONE)
        return add_asset(o, path, TREE_NO_ROW, file);
    tree->assets[at].file = file;
    return true;
}

/* By path, for what is found must not depend on how a folder lists its files. */
static int by_path(const void *a, const void *b)
{
    const struct tree_file *const *x = a, *const *y = b;
    return strcmp((*x)->file.path, (*y)->file.path);
}

static bool place_all(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    struct tree_file **sorted = calloc(tree->file_count + 1, sizeof *sorted);
    if (!sorted)
        return error_memory(o->err);
    for (size_t i = 1; i < tree->file_count; i++)
        sorted[i - 1] = &tree->files[i];
    qsort(sorted, tree->file_count - 1, sizeof *sorted, by_path);
    bool ok = true;
    for (size_t i = 0; ok && i + 1 < tree->file_count; i++)
        ok = place_file(o, (size_t)(sorted[i] - tree->files));
    free(sorted);
    return ok;
}

/* --------------------------------------------------------------------------------------------------- gone and moved */

static bool has_files(const struct tree_part *part)
{
    return part->json != TREE_NO_FILE || part->text != TREE_NO_FILE || part->map != TREE_NO_FILE;
}

/* The key under which what is gone meets what is new: the kind and the last part of the path. */
static char *move_key(struct cloud_opening *o, const struct tree_part *part)
{
    struct buf key = {0};
    buf_printf(&key, "%d%s", (int)part->part.kind, strrchr(part->part.path, '/'));
    char *kept = key.failed ? NULL : arena_strdup(&o->tree->arena, key.data);
    buf_free(&key);
    return kept;
}

enum { SEVERAL = 0x7ffffffe };

/* Notes one of the gone, or one of the new; of several with one key, none has been moved. */
static bool note_mover(struct cloud_opening *o, struct map *map, size_t at)
{
    char *key = move_key(o, &o->tree->parts[at]);
    uint32_t before = MAP_NONE;
    if (!key || !map_add(map, key, strlen(key), (uint32_t)at, &before) ||
        (before != MAP_NONE && !map_set(map, key, strlen(key), SEVERAL)))
        return error_memory(o->err);
    return true;
}

static bool move_part(struct cloud_opening *o, size_t from, size_t to)
{
    struct tree_part *old = &o->tree->parts[from], *new = &o->tree->parts[to];
    struct buf text = {0};
    buf_printf(&text, "%s -> %s", old->part.path, new->part.path);
    bool ok = !text.failed && strings_add(&o->tree->moved, &o->tree->arena, text.data);
    buf_free(&text);
    struct cloud_part part = new->part;
    part.id = old->part.id;
    part.plain = old->part.plain;
    old->part = part;
    old->json = new->json;
    old->text = new->text;
    old->map = new->map;
    o->tree->index.rows[old->row].path = part.path;
    new->gone = true;
    ok = ok && map_set(&o->tree->by_path, part.path, strlen(part.path), (uint32_t)from);
    return ok || error_memory(o->err);
}

static bool find_moved(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    struct map gone = {0}, new = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < tree->part_count; i++) {
        const struct tree_part *part = &tree->parts[i];
        if (part->part.workflow)
            continue;
        if (part->row == TREE_NO_ROW)
            ok = note_mover(o, &new, i);
        else if (!has_files(part))
            ok = note_mover(o, &gone, i);
    }
    for (size_t i = 0; ok && i < tree->part_count; i++) {
        struct tree_part *part = &tree->parts[i];
        char *key = part->part.workflow || has_files(part) ? NULL : move_key(o, part);
        uint32_t from = key ? map_get(&gone, key, strlen(key)) : MAP_NONE;
        uint32_t to = key ? map_get(&new, key, strlen(key)) : MAP_NONE;
        if (from < SEVERAL && to < SEVERAL)
            ok = move_part(o, from, to);
    }
    map_free(&gone);
    map_free(&new);
    return ok;
}

/* The part of the folder that an operation lies in, or MAP_NONE. */
static uint32_t workflow_of(const struct cloud_tree *tree, const struct tree_part *part)
{
    const char *slash = strrchr(part->part.path, '/');
    return part->part.kind == JPK_CLOUD_OPERATION && !part->part.workflow
               ? map_get(&tree->by_path, part->part.path, (size_t)(slash - part->part.path))
               : MAP_NONE;
}

/* A folder with operations is a workflow, also when it has no file. */
static bool add_workflows(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    size_t count = tree->part_count;
    for (size_t i = 0; i < count; i++) {
        const struct tree_part *part = &tree->parts[i];
        const char *path = part->part.path, *slash = strrchr(path, '/');
        if (part->gone || part->part.workflow || part->part.kind != JPK_CLOUD_OPERATION || !has_files(part) ||
            slash == strchr(path, '/') || workflow_of(tree, part) != MAP_NONE)
            continue;
        char *folder = arena_strndup(&tree->arena, path, (size_t)(slash - path));
        if (!folder || !add_part(o, folder, true, TREE_NO_ROW))
            return error_memory(o->err);
    }
    return true;
}

/* Gives each workflow the operations of its folder, in the order of the index. */
bool cloud_opening_group_operations(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < tree->part_count; i++) {
            struct tree_part *part = &tree->parts[i];
            uint32_t at = part->gone ? MAP_NONE : workflow_of(tree, part);
            if (at == MAP_NONE || !tree->parts[at].part.workflow)
                continue;
            struct tree_part *workflow = &tree->parts[at];
            if (pass == 1)
                workflow->operations[workflow->part.operation_count] = part->item;
            workflow->part.operation_count++;
        }
        for (size_t i = 0; pass == 0 && i < tree->part_count; i++) {
            struct tree_part *workflow = &tree->parts[i];
            workflow->operations =
                arena_calloc(&tree->arena, workflow->part.operation_count + 1, sizeof(const struct cloud_item *));
            if (!workflow->operations)
                return error_memory(o->err);
            workflow->part.operations = workflow->operations;
            workflow->part.operation_count = 0;
        }
    }
    return true;
}

static bool note_homeless(struct cloud_opening *o, const struct tree_part *part)
{
    struct buf text = {0};
    buf_printf(&text, "%s: is in no workflow; the folders in Operation are workflows", part->part.path);
    bool ok = !text.failed && strings_add(&o->tree->notes, &o->tree->arena, text.data);
    buf_free(&text);
    return ok || error_memory(o->err);
}

static bool note_change(struct cloud_opening *o, struct strings *list, const char *path)
{
    return strings_add(list, &o->tree->arena, path) || error_memory(o->err);
}

/* What has no files is gone, but for workflows with operations in their folders. */
static bool mark_gone(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    bool ok = true;
    bool *used = calloc(tree->part_count + 1, sizeof *used);
    if (!used)
        return error_memory(o->err);
    for (size_t i = 0; i < tree->part_count; i++) {
        uint32_t at =
            has_files(&tree->parts[i]) && !tree->parts[i].gone ? workflow_of(tree, &tree->parts[i]) : MAP_NONE;
        if (at != MAP_NONE)
            used[at] = true;
    }
    for (size_t i = 0; ok && i < tree->part_count; i++) {
        struct tree_part *part = &tree->parts[i];
        bool moved = part->gone;
        part->gone = moved || (!has_files(part) && !used[i]);
        if (part->gone && !moved)
            ok = note_change(o, &tree->removed, part->part.path);
        else if (!part->gone && part->row == TREE_NO_ROW)
            ok = note_change(o, &tree->added, part->part.path) &&
                 (part->part.workflow || part->part.kind != JPK_CLOUD_OPERATION ||
                  workflow_of(tree, part) != MAP_NONE || note_homeless(o, part));
    }
    for (size_t i = 0; ok && i < tree->asset_count; i++) {
        const struct tree_asset *asset = &tree->assets[i];
        if (asset->file == TREE_NO_FILE)
            ok = note_change(o, &tree->removed, asset->path);
        else if (asset->row == TREE_NO_ROW)
            ok = note_change(o, &tree->added, asset->path);
    }
    free(used);
    return ok;
}

bool cloud_opening_place_files(struct cloud_opening *o)
{
    return place_all(o) && find_moved(o) && add_workflows(o) && mark_gone(o);
}
