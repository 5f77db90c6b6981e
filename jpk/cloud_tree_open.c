/* Opening a tree of an export: which files there are, and what they are parts of. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "base/uuid.h"
#include "jpk/cloud_layout.h"
#include "jpk/cloud_tree_state.h"
#include "jpk/tree_index.h"

struct opening {
    struct cloud_tree *tree;
    struct jpk_error *err;
};

static bool wrong(struct opening *o, const char *path, const char *message)
{
    error_set(o->err, JPK_ERR_FORMAT, "%s", message);
    error_entry(o->err, path);
    error_position(o->err, 1, 1);
    return false;
}

static bool wrong_row(struct opening *o, uint32_t line, const char *message)
{
    error_set(o->err, JPK_ERR_FORMAT, "%s", message);
    error_entry(o->err, CLOUD_TREE_INDEX);
    error_position(o->err, line, 1);
    return false;
}

/* ---------------------------------------------------------------------------------------------------------- files */

bool cloud_tree_read(struct cloud_tree *tree, size_t file, bool markers, struct jpk_error *err)
{
    struct tree_file *f = &tree->files[file];
    struct jpk_error local = {0};
    size_t bad;
    if (f->read)
        return true;
    bool ok = archive_read(tree->archive, file - 1, &f->data, &local);
    f->file.text = buf_text(&f->data);
    f->file.size = f->data.size;
    if (ok && !text_utf8(f->file.text, f->file.size, &bad)) {
        ok = error_set(&local, JPK_ERR_ENCODING, "is not UTF-8");
        error_text_offset(&local, f->file.text, f->file.size, bad);
    }
    const char *nul = ok && f->file.size ? memchr(f->file.text, '\0', f->file.size) : NULL;
    if (nul) {
        ok = error_set(&local, JPK_ERR_FORMAT, "holds a NUL byte");
        error_text_offset(&local, f->file.text, f->file.size, (size_t)(nul - f->file.text));
    }
    ok = ok && (markers || tree_check_conflict(f->file.text, f->file.size, &local));
    f->read = ok;
    error_entry(&local, f->file.path);
    if (!ok && err->code == JPK_OK)
        *err = local;
    return ok;
}

static bool read_json(struct opening *o, size_t file)
{
    struct jdoc_options options = {.reject_duplicates = true, .reject_nul = true};
    struct cloud_file *f = &o->tree->files[file].file;
    if (!cloud_tree_read(o->tree, file, false, o->err))
        return false;
    if (!jdoc_parse(&f->doc, f->text, f->size, &options, o->err)) {
        error_entry(o->err, f->path);
        return false;
    }
    return true;
}

/* By path, for what is found must not depend on how a folder lists its files. */
static int by_path(const void *a, const void *b)
{
    const struct tree_file *const *x = a, *const *y = b;
    return strcmp((*x)->file.path, (*y)->file.path);
}

/* ---------------------------------------------------------------------------------------------------------- parts */

static struct tree_part *add_part(struct opening *o, const char *path, bool workflow, size_t row)
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
        wrong_row(o, tree->index.rows[row].line, "is about a path that another line is about");
        return NULL;
    }
    parts[tree->part_count] = part;
    return &parts[tree->part_count++];
}

static bool add_asset(struct opening *o, const char *path, size_t row, size_t file)
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
        return wrong_row(o, tree->index.rows[row].line, "is about a path that another line is about");
    assets[tree->asset_count++] = (struct tree_asset){path, row, file};
    return true;
}

static bool add_row(struct opening *o, size_t at)
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
        return wrong_row(o, row->line, "is about a path that does not lie in the folder of a kind of component");
    struct tree_part *part = add_part(o, row->path, workflow, at);
    if (!part)
        return false;
    part->part.id = row->id;
    part->part.plain = row->plain;
    return true;
}

/* Gives a component one of its files. */
static bool give_file(struct opening *o, struct tree_part *part, size_t file, const char *ending)
{
    if (strcmp(ending, ".json") == 0) {
        part->json = file;
    } else if (strcmp(ending, ".map") == 0) {
        part->map = file;
    } else if (part->text != TREE_NO_FILE) {
        return wrong(o, o->tree->files[file].file.path, "is the second text of a component that can have one");
    } else {
        part->text = file;
        part->part.ending = ending;
    }
    return true;
}

/* A file in the folder of a kind. */
static bool place_component_file(struct opening *o, size_t file, enum jpk_cloud_kind kind)
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
        return wrong(o, path, "is no file that a component of this kind has");
    char *stem = arena_strndup(&tree->arena, path, n);
    if (!stem)
        return error_memory(o->err);
    uint32_t at = map_get(&tree->by_path, stem, n);
    struct tree_part *part = at == MAP_NONE ? add_part(o, stem, workflow, TREE_NO_ROW) : &tree->parts[at];
    if (!part)
        return false;
    if (part->part.workflow != workflow)
        return wrong(o, path, "is a file of a component, but its path is that of a workflow's folder");
    return give_file(o, part, file, cloud_layout_endings[ending]);
}

static bool place_file(struct opening *o, size_t file)
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

static bool place_files(struct opening *o)
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
static char *move_key(struct opening *o, const struct tree_part *part)
{
    struct buf key = {0};
    buf_printf(&key, "%d%s", (int)part->part.kind, strrchr(part->part.path, '/'));
    char *kept = key.failed ? NULL : arena_strdup(&o->tree->arena, key.data);
    buf_free(&key);
    return kept;
}

enum { SEVERAL = 0x7ffffffe };

/* Notes one of the gone, or one of the new; of several with one key, none has been moved. */
static bool note_mover(struct opening *o, struct map *map, size_t at)
{
    char *key = move_key(o, &o->tree->parts[at]);
    uint32_t before = MAP_NONE;
    if (!key || !map_add(map, key, strlen(key), (uint32_t)at, &before) ||
        (before != MAP_NONE && !map_set(map, key, strlen(key), SEVERAL)))
        return error_memory(o->err);
    return true;
}

static bool move_part(struct opening *o, size_t from, size_t to)
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

static bool find_moved(struct opening *o)
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

/* Appends the path of the folder that an operation lies in, when that is one of a workflow. */
static uint32_t workflow_of(const struct cloud_tree *tree, const struct tree_part *part)
{
    const char *slash = strrchr(part->part.path, '/');
    return part->part.kind == JPK_CLOUD_OPERATION && !part->part.workflow
               ? map_get(&tree->by_path, part->part.path, (size_t)(slash - part->part.path))
               : MAP_NONE;
}

/* A folder with operations is a workflow, also when it has no file. */
static bool add_workflows(struct opening *o)
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
static bool group_operations(struct opening *o)
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

static bool note_change(struct opening *o, struct strings *list, const char *path)
{
    return strings_add(list, &o->tree->arena, path) || error_memory(o->err);
}

/* Whether a workflow has operations in its folder. */
static bool mark_gone(struct opening *o)
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
            ok = note_change(o, &tree->added, part->part.path);
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

/* ---------------------------------------------------------------------------------------------------------- reading */

static uint32_t string_member(const struct jdoc *doc, const char *key)
{
    uint32_t node = jdoc_get(doc, 0, key, strlen(key));
    return node != JDOC_NONE && jdoc_type(doc, node) == JDOC_STRING ? node : JDOC_NONE;
}

/* Reads a part's files and lends them to it. */
static bool read_part(struct opening *o, struct tree_part *part)
{
    struct cloud_tree *tree = o->tree;
    bool markers = part->row != TREE_NO_ROW && tree->index.rows[part->row].markers;
    if (part->json != TREE_NO_FILE) {
        const struct cloud_file *json = &tree->files[part->json].file;
        if (!read_json(o, part->json))
            return false;
        if (jdoc_type(&json->doc, 0) != JDOC_OBJECT)
            return wrong(o, json->path, "must hold an object");
        part->part.json = json;
    }
    if (part->text != TREE_NO_FILE) {
        if (!cloud_tree_read(tree, part->text, markers, o->err))
            return false;
        part->part.text = &tree->files[part->text].file;
    }
    if (part->map != TREE_NO_FILE) {
        if (!cloud_tree_read(tree, part->map, markers, o->err))
            return false;
        part->part.map = &tree->files[part->map].file;
    }
    return true;
}

/* The id of the project, in which those by rule are made. */
static const char *project_id(const struct cloud_tree *tree)
{
    return tree->index.id;
}

/* The id: that in the .json, that of the index, or one by rule. */
static bool find_id(struct opening *o, struct tree_part *part)
{
    struct cloud_tree *tree = o->tree;
    const struct cloud_file *json = part->part.json;
    uint32_t own = json ? string_member(&json->doc, "id") : JDOC_NONE;
    if (part->row != TREE_NO_ROW) {
        const char *id = part->part.id;
        if (own == JDOC_NONE || (id && jdoc_string_is(&json->doc, own, id, strlen(id))))
            return true;
        error_set(o->err, JPK_ERR_FORMAT, "is another id than the one in " CLOUD_TREE_INDEX ", line %u",
                  (unsigned)tree->index.rows[part->row].line);
        error_entry(o->err, json->path);
        error_text_offset(o->err, json->text, json->size, json->doc.nodes[own].start);
        return false;
    }
    if (own != JDOC_NONE) {
        part->part.id = arena_strndup(&tree->arena, jdoc_string(&json->doc, own), jdoc_string_size(&json->doc, own));
        return part->part.id || error_memory(o->err);
    }
    char id[UUID_SIZE];
    struct buf name = {0};
    buf_printf(&name, "tree/%s", part->part.path);
    if (!name.failed)
        uuid_of_name(project_id(tree), name.data, id);
    part->part.id = name.failed ? NULL : arena_strdup(&tree->arena, id);
    buf_free(&name);
    return part->part.id || error_memory(o->err);
}

static bool check_id(struct opening *o, struct map *ids, size_t at)
{
    struct cloud_tree *tree = o->tree;
    const struct tree_part *part = &tree->parts[at];
    const char *id = part->part.id;
    char *key = id && *id ? arena_strdup_lower(&tree->arena, id) : NULL;
    uint32_t before = MAP_NONE;
    if (!id || !*id)
        return true;
    if (!key || !map_add(ids, key, strlen(key), (uint32_t)at, &before))
        return error_memory(o->err);
    if (before == MAP_NONE || (part->row != TREE_NO_ROW && tree->index.rows[part->row].again))
        return true;
    error_set(o->err, JPK_ERR_FORMAT, "'%s' has the id of '%s'", part->part.path, tree->parts[before].part.path);
    if (part->row != TREE_NO_ROW) {
        error_entry(o->err, CLOUD_TREE_INDEX);
        error_position(o->err, tree->index.rows[part->row].line, 1);
        return false;
    }
    const struct cloud_file *json = part->part.json;
    uint32_t own = json ? string_member(&json->doc, "id") : JDOC_NONE;
    error_entry(o->err, json ? json->path : part->part.path);
    if (own != JDOC_NONE)
        error_text_offset(o->err, json->text, json->size, json->doc.nodes[own].start);
    return false;
}

static bool fill_item(struct opening *o, struct tree_part *part)
{
    struct cloud_tree *tree = o->tree;
    const struct jdoc *doc = part->part.json ? &part->part.json->doc : NULL;
    uint32_t name = doc ? string_member(doc, "name") : JDOC_NONE;
    uint32_t document = doc ? jdoc_get(doc, 0, "schemaTypeDocument", strlen("schemaTypeDocument")) : JDOC_NONE;
    part->item = &tree->items[tree->item_count++];
    *part->item = (struct cloud_item){
        .path = part->part.path, .id = part->part.id, .name = part->part.name, .kind = part->part.kind};
    if (name != JDOC_NONE) {
        part->item->name = arena_strndup(&tree->arena, jdoc_string(doc, name), jdoc_string_size(doc, name));
        if (!part->item->name)
            return error_memory(o->err);
    }
    if (part->part.kind == JPK_CLOUD_SCHEMA && document != JDOC_NONE && jdoc_type(doc, document) == JDOC_OBJECT) {
        part->item->doc = doc;
        part->item->document = document;
    }
    return true;
}

static bool read_parts(struct opening *o)
{
    struct cloud_tree *tree = o->tree;
    struct map ids = {0};
    bool ok = true;
    tree->items = arena_calloc(&tree->arena, tree->part_count + 1, sizeof *tree->items);
    if (!tree->items)
        return error_memory(o->err);
    for (size_t i = 0; ok && i < tree->part_count; i++) {
        struct tree_part *part = &tree->parts[i];
        if (part->gone)
            continue;
        ok = read_part(o, part) && find_id(o, part);
        if (ok && !part->part.workflow)
            ok = check_id(o, &ids, i) && fill_item(o, part);
    }
    map_free(&ids);
    return ok && (cloud_scope_begin(&tree->scope, tree->items, tree->item_count) || error_memory(o->err));
}

/* ------------------------------------------------------------------------------------------------------- all of it */

static bool list_files(struct opening *o)
{
    struct cloud_tree *tree = o->tree;
    tree->file_count = jpk_archive_count(tree->archive) + 1;
    tree->files = calloc(tree->file_count, sizeof *tree->files);
    if (!tree->files)
        return error_memory(o->err);
    tree->files[CLOUD_TREE_INDEX_FILE].file.path = CLOUD_TREE_INDEX;
    for (size_t i = 1; i < tree->file_count; i++) {
        tree->files[i].file.path = jpk_archive_entry(tree->archive, i - 1)->name;
        tree->files[i].file.number = (uint32_t)i;
    }
    return true;
}

static bool read_index(struct opening *o)
{
    struct cloud_tree *tree = o->tree;
    bool ok = cloud_index_read(&tree->index, tree->archive, o->err);
    for (size_t i = 0; ok && i < tree->index.count; i++)
        ok = add_row(o, i);
    return ok;
}

static bool load(struct opening *o)
{
    struct cloud_tree *tree = o->tree;
    struct jpk_error local = {0};
    uint32_t line, column;
    tree->cloud = jpk_cloud_load(buf_text(&tree->rope.text), tree->rope.text.size, tree->folder, &tree->limits, &local);
    if (tree->cloud)
        return true;
    const char *file =
        local.line ? jpk_cloud_tree_place(&tree->public, local.line, local.column, &line, &column) : NULL;
    if (file) {
        error_entry(&local, file);
        local.line = line;
        local.column = column;
        local.has_offset = false;
    }
    if (o->err->code == JPK_OK)
        *o->err = local;
    return false;
}

static bool open_tree(struct opening *o)
{
    struct cloud_tree *tree = o->tree;
    size_t top;
    if (!list_files(o) || !read_index(o))
        return false;
    top = jpk_archive_find(tree->archive, CLOUD_TREE_TOP);
    if (top == SIZE_MAX)
        return wrong(o, CLOUD_TREE_TOP, "is not there");
    return read_json(o, top + 1) && place_files(o) && find_moved(o) && add_workflows(o) && mark_gone(o) &&
           read_parts(o) && group_operations(o) && cloud_tree_join(tree, o->err) &&
           (cloud_tree_count_lines(tree) || error_memory(o->err)) && load(o);
}

bool jpk_cloud_is_tree(const char *folder)
{
    struct buf path = {0};
    struct stat st;
    buf_printf(&path, "%s/" CLOUD_TREE_INDEX, folder);
    bool is = !path.failed && lstat(path.data, &st) == 0 && S_ISREG(st.st_mode);
    buf_free(&path);
    return is;
}

struct jpk_cloud_tree *jpk_cloud_tree_open(const char *folder, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct cloud_tree *tree = calloc(1, sizeof *tree);
    struct jpk_error local = {0};
    struct opening opening = {.tree = tree, .err = &local};
    if (!tree) {
        error_memory(err);
        return NULL;
    }
    tree->limits = limits ? *limits : jpk_limits_default();
    tree->folder = arena_strdup(&tree->arena, folder);
    tree->archive = tree->folder ? archive_open_plain_folder(folder, &tree->limits, &local) : NULL;
    if (!tree->folder)
        error_memory(&local);
    if (tree->archive && open_tree(&opening)) {
        struct jpk_cloud_tree *public = &tree->public;
        public->cloud = tree->cloud;
        public->added = (struct jpk_strings){tree->added.items, tree->added.count};
        public->removed = (struct jpk_strings){tree->removed.items, tree->removed.count};
        public->moved = (struct jpk_strings){tree->moved.items, tree->moved.count};
        public->notes = (struct jpk_strings){tree->notes.items, tree->notes.count};
        return public;
    }
    error_file(&local, folder);
    jpk_cloud_tree_free(&tree->public);
    if (err && err->code == JPK_OK)
        *err = local;
    return NULL;
}

void jpk_cloud_tree_free(struct jpk_cloud_tree *public)
{
    struct cloud_tree *tree = (struct cloud_tree *)public;
    if (!tree)
        return;
    jpk_cloud_free(tree->cloud);
    rope_free(&tree->rope);
    cloud_scope_free(&tree->scope);
    for (size_t i = 0; i < tree->file_count; i++) {
        jdoc_free(&tree->files[i].file.doc);
        buf_free(&tree->files[i].data);
    }
    free(tree->files);
    free(tree->parts);
    free(tree->assets);
    free(tree->lines);
    map_free(&tree->by_path);
    map_free(&tree->asset_by_path);
    map_free(&tree->stale);
    strings_free(&tree->added);
    strings_free(&tree->removed);
    strings_free(&tree->moved);
    strings_free(&tree->notes);
    cloud_index_free(&tree->index);
    jpk_archive_free(tree->archive);
    arena_free(&tree->arena);
    free(tree);
}
