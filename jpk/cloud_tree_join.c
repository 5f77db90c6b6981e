/* All parts of a tree as the text of one export. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/cloud_asset.h"
#include "jpk/cloud_layout.h"
#include "jpk/cloud_tree_state.h"

struct assembly {
    struct cloud_tree *tree;
    const struct cloud_file *top; /* cloud.json */
    struct jpk_error *err;
    bool any; /* something of the array was written */
};

/* An array that goes into the rest of the export. */
struct place {
    const char *key;
    enum cloud_row_kind kind;
    size_t from, to; /* in cloud.json: what it takes the place of */
    uint32_t object; /* in which it is; JDOC_NONE: it is the whole */
    bool there;      /* the key stands there, or needs none */
};

static void put(struct assembly *a, uint32_t file, size_t offset, const char *text)
{
    rope_puts(&a->tree->rope, file, offset, text);
}

/* The comma before an element. */
static void next(struct assembly *a, uint32_t file, size_t offset)
{
    if (a->any)
        put(a, file, offset, ",");
    a->any = true;
}

/* A short reference can stand for a long document, many times. */
static bool fits(struct assembly *a, const char *path)
{
    if (a->tree->rope.text.size <= a->tree->limits.entry_size)
        return true;
    error_set(a->err, JPK_ERR_LIMIT, "makes the export larger than %llu bytes (--max-entry-size)",
              (unsigned long long)a->tree->limits.entry_size);
    error_entry(a->err, path);
    return false;
}

static bool put_part(struct assembly *a, const struct tree_part *part)
{
    const struct tree_file *files = a->tree->files;
    size_t file = part->json != TREE_NO_FILE ? part->json : part->text != TREE_NO_FILE ? part->text : part->map;
    if (part->gone)
        return true;
    file = file == TREE_NO_FILE ? CLOUD_TREE_INDEX_FILE : file;
    next(a, files[file].file.number, 0);
    return cloud_join(&a->tree->scope, &part->part, &a->tree->rope, a->err) && fits(a, files[file].file.path);
}

static bool put_asset(struct assembly *a, const struct tree_asset *asset)
{
    struct cloud_tree *tree = a->tree;
    const struct cloud_row *row = asset->row == TREE_NO_ROW ? NULL : &tree->index.rows[asset->row];
    struct buf text = {0}, bytes = {0};
    if (asset->file == TREE_NO_FILE)
        return true;
    struct jpk_error local = {0};
    const char *name = cloud_layout_asset_name(&tree->arena, asset->path);
    bool ok = name || error_memory(&local);
    ok = ok && archive_read(tree->archive, asset->file - 1, &bytes, &local) &&
         cloud_asset_join(row ? row->json : NULL, name, buf_text(&bytes), bytes.size, &text, &local);
    if (ok) {
        next(a, (uint32_t)asset->file, 0);
        rope_take(&tree->rope, (uint32_t)asset->file, 0, &text);
    } else {
        error_entry(&local, asset->path);
        if (a->err->code == JPK_OK)
            *a->err = local;
    }
    buf_free(&text);
    buf_free(&bytes);
    return ok;
}

/* A line of the index in which the element itself stands. */
static void put_row(struct assembly *a, const struct cloud_row *row)
{
    next(a, CLOUD_TREE_INDEX_FILE, row->line);
    put(a, CLOUD_TREE_INDEX_FILE, row->line, row->json);
}

/* What a line of the index is about. */
static bool put_known(struct assembly *a, const struct cloud_row *row)
{
    const struct cloud_tree *tree = a->tree;
    if (!*row->path) {
        put_row(a, row);
        return true;
    }
    bool asset = row->kind == CLOUD_ROW_ASSET;
    uint32_t at = map_get(asset ? &tree->asset_by_path : &tree->by_path, row->path, strlen(row->path));
    if (at == MAP_NONE)
        return true;
    return asset ? put_asset(a, &tree->assets[at]) : put_part(a, &tree->parts[at]);
}

/* In the order of the index, new ones behind. */
static bool put_array(struct assembly *a, enum cloud_row_kind kind)
{
    const struct cloud_tree *tree = a->tree;
    bool ok = true;
    a->any = false;
    for (size_t i = 0; ok && i < tree->index.count; i++)
        if (tree->index.rows[i].kind == kind)
            ok = put_known(a, &tree->index.rows[i]);
    for (size_t i = 0; ok && kind == CLOUD_ROW_ASSET && i < tree->asset_count; i++)
        if (tree->assets[i].row == TREE_NO_ROW)
            ok = put_asset(a, &tree->assets[i]);
    for (size_t i = 0; ok && kind != CLOUD_ROW_ASSET && i < tree->part_count; i++)
        if (tree->parts[i].row == TREE_NO_ROW && tree->parts[i].part.workflow == (kind == CLOUD_ROW_WORKFLOW))
            ok = put_part(a, &tree->parts[i]);
    return ok;
}

/* Whether the index has lines for an array, of what is gone too, or there is something new for it. */
static bool has_any(const struct cloud_tree *tree, enum cloud_row_kind kind)
{
    for (size_t i = 0; i < tree->index.count; i++)
        if (tree->index.rows[i].kind == kind)
            return true;
    for (size_t i = 0; kind == CLOUD_ROW_ASSET && i < tree->asset_count; i++)
        if (tree->assets[i].row == TREE_NO_ROW)
            return true;
    for (size_t i = 0; kind != CLOUD_ROW_ASSET && i < tree->part_count; i++)
        if (tree->parts[i].row == TREE_NO_ROW && !tree->parts[i].gone &&
            tree->parts[i].part.workflow == (kind == CLOUD_ROW_WORKFLOW))
            return true;
    return false;
}

/* Finds where an array goes. */
static bool find_place(struct assembly *a, struct place *place)
{
    const struct jdoc *doc = &a->top->doc;
    uint32_t node = place->object == JDOC_NONE ? 0 : jdoc_member(doc, place->object, place->key);
    place->there = node != JDOC_NONE;
    place->from = place->to = doc->nodes[place->there ? node : place->object].start + !place->there;
    if (!place->there)
        return true;
    if (jdoc_type(doc, node) != JDOC_ARRAY || jdoc_count(doc, node) > 0) {
        error_set(a->err, JPK_ERR_FORMAT, "'%s' must be left out, for the tree has files for it", place->key);
        error_entry(a->err, a->top->path);
        error_text_offset(a->err, a->top->text, a->top->size, place->from);
        return false;
    }
    place->to = cloud_json_end(doc, node);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static bool put_place(struct assembly *a, const struct place *place)
{
    uint32_t file = a->top->number;
    if (!place->there) {
        put(a, file, place->from, "\"");
        put(a, file, place->from, place->key);
        put(a, file, place->from, "\":");
    }
    put(a, file, place->from, "[");
    if (!put_array(a, place->kind))
        return false;
    put(a, file, place->from, "]");
    if (!place->there && jdoc_count(&a->top->doc, place->object) > 0)
        put(a, file, place->from, ",");
    return true;
}

/* The object that is the project, as jpk_cloud_load finds it; *whole: it is the document. JDOC_NONE: there is none. */
static uint32_t find_project(const struct jdoc *doc, bool *whole)
{
    uint32_t project = jdoc_member(doc, 0, "project");
    *whole = !jdoc_is(doc, project, JDOC_OBJECT);
    if (!*whole)
        return project;
    return jdoc_type(doc, 0) == JDOC_OBJECT ? 0 : JDOC_NONE;
}

enum { PLACES = 3 };

/* The arrays that the export has, in the order of their places; one that never held anything is left out. */
static bool find_places(struct assembly *a, struct place places[PLACES], size_t *count)
{
    bool whole, ok = true;
    uint32_t project = find_project(&a->top->doc, &whole);
    const struct place wanted[PLACES] = {{.key = "assets", .kind = CLOUD_ROW_ASSET, .object = 0},
                                         {.key = "workflows", .kind = CLOUD_ROW_WORKFLOW, .object = project},
                                         {.key = "components", .kind = CLOUD_ROW_COMPONENT, .object = project}};
    for (size_t i = 0; ok && i < PLACES; i++) {
        enum cloud_row_kind kind = wanted[i].kind;
        bool possible = kind == CLOUD_ROW_ASSET ? !whole : kind == CLOUD_ROW_COMPONENT || project != JDOC_NONE;
        if (!possible || !has_any(a->tree, kind))
            continue;
        places[*count] = wanted[i];
        ok = find_place(a, &places[(*count)++]);
    }
    /* Two that lie at one place, behind the brace of an object, may stand in any order. */
    if (ok)
        qsort(places, *count, sizeof *places, by_place);
    return ok;
}

bool cloud_tree_join(struct cloud_tree *tree, struct jpk_error *err)
{
    struct assembly a = {.tree = tree, .err = err};
    struct place places[PLACES];
    size_t count = 0, from = 0;
    a.top = &tree->files[jpk_archive_find(tree->archive, CLOUD_TREE_TOP) + 1].file;
    bool ok = find_places(&a, places, &count);
    for (size_t i = 0; ok && i < count; i++) {
        rope_copy(&tree->rope, a.top->number, a.top->text, from, places[i].from);
        from = places[i].to;
        bool same = i + 1 < count && !places[i].there && places[i + 1].from == places[i].from &&
                    jdoc_count(&a.top->doc, places[i].object) == 0;
        ok = put_place(&a, &places[i]);
        if (same)
            put(&a, a.top->number, places[i].from, ",");
    }
    rope_copy(&tree->rope, a.top->number, a.top->text, from, a.top->size);
    return ok && (!tree->rope.text.failed || error_memory(err));
}
