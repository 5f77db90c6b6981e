/* The index of a tree of an export, written anew, so that what is new keeps its id. */
#include <string.h>

#include "base/error.h"
#include "jpk/cloud_tree_state.h"
#include "jpk/unpack_write.h"

/* Whether the files are gone that a row is about. */
static bool is_gone(const struct cloud_tree *tree, const struct cloud_row *row)
{
    if (row->kind == CLOUD_ROW_STALE)
        return false;
    bool asset = row->kind == CLOUD_ROW_ASSET;
    uint32_t at = map_get(asset ? &tree->asset_by_path : &tree->by_path, row->path, strlen(row->path));
    if (at == MAP_NONE)
        return false;
    return asset ? tree->assets[at].file == TREE_NO_FILE : tree->parts[at].gone;
}

/* The rows of what is still there. */
static bool keep_rows(const struct cloud_tree *tree, enum cloud_row_kind kind, struct cloud_tree_index *index)
{
    for (size_t i = 0; i < tree->index.count; i++) {
        const struct cloud_row *row = &tree->index.rows[i];
        if (row->kind != kind || is_gone(tree, row))
            continue;
        struct cloud_row *kept = cloud_index_add(index, kind);
        if (!kept)
            return false;
        *kept = *row;
    }
    return true;
}

static bool add_part_row(struct cloud_tree_index *index, enum cloud_row_kind kind, const struct tree_part *part)
{
    struct cloud_row *row = cloud_index_add(index, kind);
    if (!row)
        return false;
    row->path = part->part.path;
    row->id = part->part.id;
    return true;
}

static bool add_asset_row(struct cloud_tree_index *index, const struct tree_asset *asset)
{
    struct cloud_row *row = cloud_index_add(index, CLOUD_ROW_ASSET);
    if (row)
        row->path = asset->path;
    return row != NULL;
}

/* The rows of what is new. */
static bool add_rows(const struct cloud_tree *tree, enum cloud_row_kind kind, struct cloud_tree_index *index)
{
    bool ok = true, parts = kind == CLOUD_ROW_WORKFLOW || kind == CLOUD_ROW_COMPONENT;
    for (size_t i = 0; ok && parts && i < tree->part_count; i++) {
        const struct tree_part *part = &tree->parts[i];
        if (part->row == TREE_NO_ROW && !part->gone && part->part.workflow == (kind == CLOUD_ROW_WORKFLOW))
            ok = add_part_row(index, kind, part);
    }
    for (size_t i = 0; ok && kind == CLOUD_ROW_ASSET && i < tree->asset_count; i++)
        if (tree->assets[i].row == TREE_NO_ROW)
            ok = add_asset_row(index, &tree->assets[i]);
    return ok;
}

/* Of each kind what is still there, then what is new. */
static bool renew(const struct cloud_tree *tree, struct cloud_tree_index *index)
{
    static const enum cloud_row_kind order[] = {CLOUD_ROW_WORKFLOW, CLOUD_ROW_COMPONENT, CLOUD_ROW_ASSET,
                                                CLOUD_ROW_STALE};
    bool ok = true;
    index->name = tree->index.name;
    index->id = tree->index.id;
    for (size_t k = 0; ok && k < sizeof order / sizeof order[0]; k++)
        ok = keep_rows(tree, order[k], index) && add_rows(tree, order[k], index);
    return ok;
}

bool jpk_cloud_tree_save(const struct jpk_cloud_tree *public, struct jpk_error *err)
{
    const struct cloud_tree *tree = (const struct cloud_tree *)public;
    struct cloud_tree_index index = {0};
    struct tree_writer writer = {.root = -1, .last_folder = -1};
    struct buf text = {0};
    if (public->added.count + public->removed.count + public->moved.count == 0)
        return true;
    bool ok = renew(tree, &index);
    if (ok)
        cloud_index_write(&index, &text);
    ok = (ok && !text.failed) || error_memory(err);
    ok = ok && tree_writer_begin(&writer, tree->folder, tree->archive, false, err) &&
         tree_writer_put(&writer, CLOUD_TREE_INDEX, text.data, text.size, err) && tree_writer_commit(&writer, err);
    tree_writer_free(&writer);
    cloud_index_free(&index);
    buf_free(&text);
    return ok;
}
