/* Opening a tree of an export: which files there are, and what they are parts of. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/uuid.h"
#include "jpk/cloud_tree_state.h"
#include "jpk/tree_index.h"

bool cloud_opening_wrong(struct cloud_opening *o, const char *path, const char *message)
{
    error_set(o->err, JPK_ERR_FORMAT, "%s", message);
    error_entry(o->err, path);
    error_position(o->err, 1, 1);
    return false;
}

bool cloud_opening_wrong_row(struct cloud_opening *o, uint32_t line, const char *message)
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

static bool read_json(struct cloud_opening *o, size_t file)
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

/* ---------------------------------------------------------------------------------------------------------- reading */

static uint32_t string_member(const struct jdoc *doc, const char *key)
{
    uint32_t node = jdoc_member(doc, 0, key);
    return jdoc_is(doc, node, JDOC_STRING) ? node : JDOC_NONE;
}

/* Reads a part's files and lends them to it. */
static bool read_part(struct cloud_opening *o, struct tree_part *part)
{
    struct cloud_tree *tree = o->tree;
    bool markers = part->row != TREE_NO_ROW && tree->index.rows[part->row].markers;
    if (part->json != TREE_NO_FILE) {
        const struct cloud_file *json = &tree->files[part->json].file;
        if (!read_json(o, part->json))
            return false;
        if (jdoc_type(&json->doc, 0) != JDOC_OBJECT)
            return cloud_opening_wrong(o, json->path, "must hold an object");
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

/* The id: that in the .json, that of the index, or one by rule. */
static bool find_id(struct cloud_opening *o, struct tree_part *part)
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
        uuid_of_name(tree->index.id, name.data, id);
    part->part.id = name.failed ? NULL : arena_strdup(&tree->arena, id);
    buf_free(&name);
    return part->part.id || error_memory(o->err);
}

static bool check_id(struct cloud_opening *o, struct map *ids, size_t at)
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

static bool fill_item(struct cloud_opening *o, struct tree_part *part)
{
    struct cloud_tree *tree = o->tree;
    const struct jdoc *doc = part->part.json ? &part->part.json->doc : NULL;
    uint32_t name = doc ? string_member(doc, "name") : JDOC_NONE;
    uint32_t document = doc ? jdoc_member(doc, 0, "schemaTypeDocument") : JDOC_NONE;
    part->item = &tree->items[tree->item_count++];
    *part->item = (struct cloud_item){
        .path = part->part.path, .id = part->part.id, .name = part->part.name, .kind = part->part.kind};
    if (name != JDOC_NONE) {
        part->item->name = arena_strndup(&tree->arena, jdoc_string(doc, name), jdoc_string_size(doc, name));
        if (!part->item->name)
            return error_memory(o->err);
    }
    if (part->part.kind == JPK_CLOUD_SCHEMA && jdoc_is(doc, document, JDOC_OBJECT)) {
        part->item->doc = doc;
        part->item->document = document;
    }
    return true;
}

static bool read_parts(struct cloud_opening *o)
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

static bool list_files(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    size_t count = jpk_archive_count(tree->archive) + 1;
    tree->files = calloc(count, sizeof *tree->files);
    if (!tree->files)
        return error_memory(o->err);
    tree->file_count = count;
    tree->files[CLOUD_TREE_INDEX_FILE].file.path = CLOUD_TREE_INDEX;
    for (size_t i = 1; i < tree->file_count; i++) {
        tree->files[i].file.path = jpk_archive_entry(tree->archive, i - 1)->name;
        tree->files[i].file.number = (uint32_t)i;
    }
    return true;
}

static bool read_index(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    bool ok = cloud_index_read(&tree->index, tree->archive, o->err);
    for (size_t i = 0; ok && i < tree->index.count; i++)
        ok = cloud_opening_add_row(o, i);
    return ok;
}

static bool load(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    struct jpk_error local = {0};
    const char *file = NULL;
    tree->cloud = jpk_cloud_load(buf_text(&tree->rope.text), tree->rope.text.size, tree->folder, &tree->limits, &local);
    if (tree->cloud)
        return true;
    if (local.line && !cloud_tree_place(&tree->public, &file, &local.line, &local.column, o->err))
        return false;
    if (file) {
        error_entry(&local, file);
        local.has_offset = false;
    }
    if (o->err->code == JPK_OK)
        *o->err = local;
    return false;
}

static bool open_tree(struct cloud_opening *o)
{
    struct cloud_tree *tree = o->tree;
    size_t top;
    if (!list_files(o) || !read_index(o))
        return false;
    top = jpk_archive_find(tree->archive, CLOUD_TREE_TOP);
    if (top == SIZE_MAX)
        return cloud_opening_wrong(o, CLOUD_TREE_TOP, "is not there");
    return read_json(o, top + 1) && cloud_opening_place_files(o) && read_parts(o) &&
           cloud_opening_group_operations(o) && cloud_tree_join(tree, o->err) &&
           (cloud_tree_count_lines(tree) || error_memory(o->err)) && load(o);
}

bool cloud_is_tree(const char *folder, struct jpk_error *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s/" CLOUD_TREE_INDEX, folder);
    bool is = path.failed ? error_memory(err) : file_look(path.data, false, err) == FILE_REGULAR;
    buf_free(&path);
    return is;
}

bool jpk_cloud_is_tree(const char *folder)
{
    return cloud_is_tree(folder, NULL);
}

struct jpk_cloud_tree *jpk_cloud_tree_open(const char *folder, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct cloud_tree *tree = calloc(1, sizeof *tree);
    struct jpk_error local = {0};
    struct cloud_opening opening = {.tree = tree, .err = &local};
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
    error_pass(err, &local, NULL);
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
