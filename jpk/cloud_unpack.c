/* From an export to a tree; include/jpk/cloud_tree.h says what that is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "jpk/archive.h"
#include "jpk/cloud_asset.h"
#include "jpk/cloud_check.h"
#include "jpk/cloud_layout.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_parts.h"
#include "jpk/cloud_tree.h"
#include "jpk/cloud_tree_index.h"
#include "jpk/tree_index.h"
#include "jpk/tree_name.h"
#include "jpk/unpack_names.h"
#include "jpk/unpack_write.h"

struct unpacker {
    const struct jpk_cloud *cloud;
    const struct jpk_unpack_options *options;
    const struct jpk_limits *limits;
    const char *folder;
    struct jpk_archive *old_archive; /* what is in the folder */
    struct cloud_tree_index old, index;
    bool has_old;
    struct tree_index old_names; /* the old index as unpack_names wants it */
    struct unpack_names names;
    struct tree_writer writer;
    struct cloud_item *items; /* by component */
    const char **workflow_paths;
    struct cloud_scope scope;
    const struct cloud_item **members; /* operations, those of one workflow after the other */
    size_t *member_at;                 /* by workflow, and one more */
    struct map ids;                    /* of components that have a row */
    struct strings stale, notes;
    struct buf buf;
    struct jpk_error *err;
};

static const struct jpk_unpack_options no_options;

/* ---------------------------------------------------------------------------------------------------------- paths */

/* The old rows as folders (what has others below it) and items. */
static bool remember_old(struct unpacker *u)
{
    for (size_t i = 0; i < u->old.count; i++) {
        const struct cloud_row *row = &u->old.rows[i];
        if (!*row->path || (row->kind != CLOUD_ROW_COMPONENT && row->kind != CLOUD_ROW_WORKFLOW))
            continue;
        bool folder = row->kind == CLOUD_ROW_WORKFLOW || cloud_layout_kind(row->path) == JPK_CLOUD_CONNECTION;
        struct tree_row *kept = tree_index_add(&u->old_names, folder ? TREE_ROW_FOLDER : TREE_ROW_ITEM);
        if (!kept)
            return error_memory(u->err);
        kept->path = row->path;
        kept->id = row->id ? row->id : "";
        kept->name = cloud_layout_name(&u->old.arena, row->path);
        if (!kept->name)
            return error_memory(u->err);
    }
    return true;
}

static const char *above_of(struct unpacker *u, const struct jpk_cloud_component *component)
{
    const char *folder = cloud_layout_folder(component->kind);
    if (component->kind == JPK_CLOUD_OPERATION && component->as.operation->workflow)
        return u->workflow_paths[component->as.operation->workflow - u->cloud->workflows];
    if (component->kind != JPK_CLOUD_ACTIVITY || !component->as.activity->connection.component ||
        component->as.activity->connection.component->kind != JPK_CLOUD_CONNECTION)
        return folder;
    const char *connection = u->items[component->as.activity->connection.component->index].path;
    buf_clear(&u->buf);
    buf_printf(&u->buf, "%s%s", folder, connection ? strrchr(connection, '/') : "");
    return u->buf.failed ? NULL : arena_strdup(&u->index.arena, u->buf.data);
}

static const char *origin_of(struct unpacker *u, const struct jpk_cloud_schema *schema)
{
    buf_clear(&u->buf);
    buf_printf(&u->buf, "%s/%s", schema->direction, schema->origin.id);
    return u->buf.failed ? NULL : arena_strdup(&u->index.arena, u->buf.data);
}

static bool name_component(struct unpacker *u, size_t at)
{
    const struct jpk_cloud_component *component = u->cloud->components[at];
    const struct jdoc *doc = u->cloud->doc;
    uint32_t id = jdoc_member(doc, component->node, "id");
    bool has_id = jdoc_is(doc, id, JDOC_STRING);
    struct cloud_item *item = &u->items[at];
    const char *above = above_of(u, component);
    *item = (struct cloud_item){.id = has_id ? component->id : NULL, .name = component->name, .kind = component->kind};
    item->path = above ? unpack_names_path(&u->names, above, component->name, component->id,
                                           component->kind == JPK_CLOUD_CONNECTION)
                       : NULL;
    if (component->kind == JPK_CLOUD_SCHEMA && component->as.schema->document != JDOC_NONE &&
        jdoc_type(doc, component->as.schema->document) == JDOC_OBJECT) {
        item->doc = doc;
        item->document = component->as.schema->document;
        item->origin = origin_of(u, component->as.schema);
        if (!item->origin)
            return error_memory(u->err);
    }
    return item->path || error_memory(u->err);
}

/* Connections and workflows first, for others lie below them. */
static bool name_all(struct unpacker *u)
{
    const struct jpk_cloud *cloud = u->cloud;
    u->items = arena_calloc(&u->index.arena, cloud->component_count + 1, sizeof *u->items);
    u->workflow_paths = arena_calloc(&u->index.arena, cloud->workflow_count + 1, sizeof *u->workflow_paths);
    if (!u->items || !u->workflow_paths)
        return error_memory(u->err);
    for (size_t i = 0; i < cloud->workflow_count; i++) {
        u->workflow_paths[i] = unpack_names_path(&u->names, cloud_layout_folder(JPK_CLOUD_OPERATION),
                                                 cloud->workflows[i].name, cloud->workflows[i].id, true);
        if (!u->workflow_paths[i])
            return error_memory(u->err);
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < cloud->component_count; i++)
            if ((cloud->components[i]->kind == JPK_CLOUD_CONNECTION) == (pass == 0) && !name_component(u, i))
                return false;
    return cloud_scope_begin(&u->scope, u->items, cloud->component_count) || error_memory(u->err);
}

/* Which operations lie in the folder of each workflow, in the order of components. */
static bool group_operations(struct unpacker *u)
{
    const struct jpk_cloud *cloud = u->cloud;
    size_t *at = u->member_at = arena_calloc(&u->index.arena, cloud->workflow_count + 2, sizeof *at);
    u->members = arena_calloc(&u->index.arena, cloud->component_count + 1, sizeof(const struct cloud_item *));
    if (!at || !u->members)
        return error_memory(u->err);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < cloud->component_count; i++) {
            const struct jpk_cloud_component *component = cloud->components[i];
            if (component->kind != JPK_CLOUD_OPERATION || !component->as.operation->workflow)
                continue;
            size_t workflow = (size_t)(component->as.operation->workflow - cloud->workflows);
            if (pass == 0)
                at[workflow + 2]++; /* becomes where those of the next one begin */
            else
                u->members[at[workflow + 1]++] = &u->items[i];
        }
        for (size_t i = 2; pass == 0 && i < cloud->workflow_count + 2; i++)
            at[i] += at[i - 1];
    }
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- parts */

static bool put_file(struct unpacker *u, const char *stem, const char *ending, const struct buf *bytes)
{
    buf_clear(&u->buf);
    buf_printf(&u->buf, "%s%s", stem, ending);
    return u->buf.failed ? error_memory(u->err)
                         : tree_writer_put(&u->writer, u->buf.data, buf_text(bytes), bytes->size, u->err);
}

static bool note(struct unpacker *u, const char *path, const char *sentence)
{
    buf_clear(&u->buf);
    buf_printf(&u->buf, "%s: %s", path, sentence);
    return (!u->buf.failed && strings_add(&u->notes, &u->writer.arena, u->buf.data)) || error_memory(u->err);
}

static struct cloud_row *add_row(struct unpacker *u, enum cloud_row_kind kind, const char *path)
{
    struct cloud_row *row = cloud_index_add(&u->index, kind);
    if (row)
        row->path = path;
    else
        error_memory(u->err);
    return row;
}

/* An element that no file is made of. */
static bool keep_element(struct unpacker *u, enum cloud_row_kind kind, uint32_t node)
{
    struct cloud_row *row = add_row(u, kind, "");
    if (!row)
        return false;
    buf_clear(&u->buf);
    cloud_put(&u->buf, u->cloud->doc, node, SHAPE_ANY, true);
    row->json = u->buf.failed ? NULL : arena_strdup(&u->index.arena, u->buf.data);
    return row->json || error_memory(u->err);
}

/* Lines that look like the marks of a merge conflict, and are none; of a merge they are. */
static bool has_markers(const struct unpacker *u, const struct buf *text)
{
    return !u->options->conflicts && tree_has_markers(buf_text(text), text->size);
}

static bool put_pieces(struct unpacker *u, const struct cloud_part *part, const struct cloud_pieces *pieces,
                       struct cloud_row *row)
{
    bool text = pieces->ending && has_markers(u, &pieces->text);
    row->plain = pieces->plain;
    row->markers = text || has_markers(u, &pieces->map);
    return (pieces->json.size == 0 ||
            put_file(u, part->path, part->workflow ? "/" CLOUD_WORKFLOW_FILE : ".json", &pieces->json)) &&
           (!pieces->ending || put_file(u, part->path, pieces->ending, &pieces->text)) &&
           (!pieces->has_map || put_file(u, part->path, ".map", &pieces->map)) &&
           (!pieces->plain ||
            note(u, part->path, "is kept as the export has it, for it would not come back exactly otherwise"));
}

static bool put_part(struct unpacker *u, struct cloud_part *part, uint32_t node, struct cloud_row *row)
{
    struct buf canonical = {0};
    struct cloud_pieces pieces = {0};
    part->name = cloud_layout_name(&u->index.arena, part->path);
    cloud_put(&canonical, u->cloud->doc, node, part->workflow ? SHAPE_WORKFLOW : SHAPE_COMPONENT, false);
    bool ok = (part->name && !canonical.failed) || error_memory(u->err);
    ok = ok && cloud_cut(&u->scope, part, &canonical, &pieces, u->err) && put_pieces(u, part, &pieces, row);
    cloud_pieces_free(&pieces);
    buf_free(&canonical);
    return ok;
}

/* Whether a component with that id was there before. */
static bool add_id(struct unpacker *u, struct cloud_row *row)
{
    uint32_t before = MAP_NONE;
    char *key = row->id && *row->id ? arena_strdup_lower(&u->index.arena, row->id) : NULL;
    if (row->id && *row->id && (!key || !map_add(&u->ids, key, strlen(key), 0, &before)))
        return error_memory(u->err);
    row->again = before != MAP_NONE;
    return true;
}

static bool put_component(struct unpacker *u, size_t at)
{
    const struct cloud_item *item = &u->items[at];
    struct cloud_row *row = add_row(u, CLOUD_ROW_COMPONENT, item->path);
    struct cloud_part part = {.kind = item->kind, .path = item->path, .id = item->id};
    if (!row)
        return false;
    row->id = item->id;
    return add_id(u, row) && put_part(u, &part, u->cloud->components[at]->node, row);
}

static bool put_workflow(struct unpacker *u, size_t at)
{
    const struct jpk_cloud_workflow *workflow = &u->cloud->workflows[at];
    const struct jdoc *doc = u->cloud->doc;
    uint32_t id = jdoc_member(doc, workflow->node, "id");
    struct cloud_row *row = add_row(u, CLOUD_ROW_WORKFLOW, u->workflow_paths[at]);
    size_t first = u->member_at[at], count = u->member_at[at + 1] - first;
    struct cloud_part part = {
        .workflow = true, .path = u->workflow_paths[at], .operations = u->members + first, .operation_count = count};
    if (!row)
        return false;
    row->id = part.id = jdoc_is(doc, id, JDOC_STRING) ? workflow->id : NULL;
    return put_part(u, &part, workflow->node, row);
}

/* Whether a path of an asset can be one below a folder. */
static bool is_asset_path(const char *path)
{
    bool parts = *path != '\0';
    for (const char *part = path; parts && part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        parts = strcspn(part, "/") > 0;
    return parts && !unpack_names_too_deep(path);
}

static bool put_asset_file(struct unpacker *u, const char *path, const struct buf *rest, const struct buf *bytes)
{
    struct cloud_row *row = add_row(u, CLOUD_ROW_ASSET, path);
    if (!row)
        return false;
    row->json = arena_strdup(&u->index.arena, buf_text(rest));
    row->markers = has_markers(u, bytes);
    return row->json ? put_file(u, path, "", bytes) : error_memory(u->err);
}

static bool put_asset(struct unpacker *u, size_t at)
{
    const struct jpk_cloud_asset *asset = &u->cloud->assets[at];
    struct buf rest = {0}, bytes = {0};
    bool fits = is_asset_path(asset->path);
    const char *path = fits ? unpack_names_copy(&u->names, CLOUD_ASSET_FOLDER, asset->path) : NULL;
    char *name = path ? cloud_layout_asset_name(&u->index.arena, path) : NULL;
    if (fits && !name)
        return error_memory(u->err);
    bool ok = !fits || cloud_asset_cut(u->cloud->doc, asset->node, name, u->limits, &rest, &bytes, &fits, u->err);
    ok = ok && (fits ? put_asset_file(u, path, &rest, &bytes) : keep_element(u, CLOUD_ROW_ASSET, asset->node));
    buf_free(&rest);
    buf_free(&bytes);
    return ok;
}

/* ---------------------------------------------------------------------------------------------------------- arrays */

static uint32_t member(const struct unpacker *u, uint32_t object, const char *key)
{
    return jdoc_member(u->cloud->doc, object, key);
}

/* An array of the document, element by element; those that are no objects are kept in the index. */
static bool put_array(struct unpacker *u, uint32_t array, enum cloud_row_kind kind,
                      bool (*put)(struct unpacker *u, size_t at))
{
    const struct jdoc *doc = u->cloud->doc;
    size_t at = 0;
    bool ok = true;
    if (!jdoc_is(doc, array, JDOC_ARRAY))
        return true;
    for (uint32_t node = array + 1; ok && node < jdoc_next(doc, array); node = jdoc_next(doc, node))
        ok = jdoc_type(doc, node) == JDOC_OBJECT ? put(u, at++) : keep_element(u, kind, node);
    return ok;
}

static bool put_arrays(struct unpacker *u)
{
    const struct jpk_cloud *cloud = u->cloud;
    bool alone = jdoc_type(cloud->doc, 0) == JDOC_ARRAY, whole = cloud->form == JPK_CLOUD_EXPORT;
    return put_array(u, alone ? JDOC_NONE : member(u, cloud->project, "workflows"), CLOUD_ROW_WORKFLOW, put_workflow) &&
           put_array(u, alone ? 0 : member(u, cloud->project, "components"), CLOUD_ROW_COMPONENT, put_component) &&
           put_array(u, whole ? member(u, 0, "assets") : JDOC_NONE, CLOUD_ROW_ASSET, put_asset);
}

/* -------------------------------------------------------------------------------------------------------- the rest */

/* Whether a member has become files: an array with something in it. */
static bool is_taken(const struct unpacker *u, uint32_t object, uint32_t key)
{
    const struct jdoc *doc = u->cloud->doc;
    bool project = object == u->cloud->project, whole = u->cloud->form == JPK_CLOUD_EXPORT;
    bool named =
        (project && (jdoc_string_is(doc, key, "components", 10) || jdoc_string_is(doc, key, "workflows", 9))) ||
        (whole && object == 0 && jdoc_string_is(doc, key, "assets", 6));
    return named && jdoc_type(doc, key + 1) == JDOC_ARRAY && jdoc_count(doc, key + 1) > 0;
}

/* The members of an object that were not taken; of an export, those of the project in the same way. */
static void put_object(struct unpacker *u, struct buf *out, uint32_t object)
{
    const struct jdoc *doc = u->cloud->doc;
    bool any = false;
    buf_putc(out, '{');
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1)) {
        if (jdoc_shadowed(doc, key) || is_taken(u, object, key))
            continue;
        if (any)
            buf_putc(out, ',');
        any = true;
        buf_put(out, doc->text + doc->nodes[key].start, cloud_json_end(doc, key) - doc->nodes[key].start);
        buf_putc(out, ':');
        if (object == 0 && key + 1 == u->cloud->project)
            put_object(u, out, key + 1);
        else
            cloud_put(out, doc, key + 1, SHAPE_ANY, true);
    }
    buf_putc(out, '}');
}

static bool put_top(struct unpacker *u)
{
    struct buf rest = {0}, text = {0};
    struct jdoc doc = {0};
    bool array = jdoc_type(u->cloud->doc, 0) == JDOC_ARRAY;
    if (array)
        buf_puts(&rest, "[]");
    else
        put_object(u, &rest, 0);
    bool ok = rest.failed ? error_memory(u->err) : jdoc_parse(&doc, rest.data, rest.size, NULL, u->err);
    if (ok) {
        cloud_put(&text, &doc, 0, cloud_shape_of_export(u->cloud), false);
        buf_putc(&text, '\n');
        ok = text.failed ? error_memory(u->err) : put_file(u, CLOUD_TREE_TOP, "", &text);
    }
    jdoc_free(&doc);
    buf_free(&rest);
    buf_free(&text);
    return ok;
}

static bool put_index(struct unpacker *u)
{
    struct buf text = {0};
    u->index.name = u->cloud->name;
    u->index.id = u->cloud->id;
    for (size_t i = 0; !u->options->delete_stale && i < u->stale.count; i++)
        if (!add_row(u, CLOUD_ROW_STALE, u->stale.items[i]))
            return false;
    cloud_index_write(&u->index, &text);
    bool ok = text.failed ? error_memory(u->err) : put_file(u, CLOUD_TREE_INDEX, "", &text);
    buf_free(&text);
    return ok;
}

/* --------------------------------------------------------------------------------------------------- what was there */

static bool know_file(struct unpacker *u, const char *stem, const char *ending)
{
    buf_clear(&u->buf);
    buf_printf(&u->buf, "%s%s", stem, ending);
    return u->buf.failed ? error_memory(u->err) : tree_writer_know(&u->writer, u->buf.data, u->err);
}

/* The files that the old index speaks of. */
static bool know_old_files(struct unpacker *u)
{
    bool ok = true;
    for (size_t i = 0; ok && i < u->old.count; i++) {
        const struct cloud_row *row = &u->old.rows[i];
        if (!*row->path)
            continue;
        if (row->kind == CLOUD_ROW_WORKFLOW)
            ok = know_file(u, row->path, "/" CLOUD_WORKFLOW_FILE);
        else if (row->kind != CLOUD_ROW_COMPONENT)
            ok = know_file(u, row->path, "");
        for (size_t k = 0; ok && row->kind == CLOUD_ROW_COMPONENT && cloud_layout_endings[k]; k++)
            ok = know_file(u, row->path, cloud_layout_endings[k]);
    }
    return ok;
}

/* Nothing is replaced that the old index does not speak of; that is known before anything is written. */
static bool guard(struct unpacker *u)
{
    struct jpk_unpack_options dry = *u->options;
    if (!u->has_old)
        return true;
    if (!know_old_files(u))
        return false;
    if (u->options->force)
        return true;
    if (!tree_writer_own(&u->writer, CLOUD_TREE_TOP, u->err) ||
        !tree_writer_guard(&u->writer, CLOUD_TREE_INDEX, u->err))
        return false;
    if (dry.dry_run || !tree_writer_has_foreign(&u->writer))
        return true;
    dry.dry_run = true;
    struct jpk_unpacked *would = jpk_cloud_unpack(u->cloud, u->folder, &dry, u->err);
    jpk_unpacked_free(would);
    return would != NULL;
}

/* Decides whether the folder may be written to. */
static bool look_at_folder(struct unpacker *u)
{
    struct stat st;
    if (stat(u->folder, &st) != 0)
        return errno == ENOENT || error_system(u->err, JPK_ERR_WRITE, errno, "cannot be looked at");
    u->old_archive = archive_open_plain_folder(u->folder, u->limits, u->err);
    if (!u->old_archive)
        return false;
    u->has_old = jpk_archive_find(u->old_archive, CLOUD_TREE_INDEX) != SIZE_MAX;
    if (!u->has_old && jpk_archive_count(u->old_archive) > 0 && !u->options->force)
        return error_set(u->err, JPK_ERR_EXISTS,
                         "exists already and is no unpacked tree of an export; --force writes into it");
    if (!u->has_old)
        return true;
    if (!u->options->update)
        return error_set(u->err, JPK_ERR_EXISTS, "is an unpacked tree already; --update refreshes it");
    if (!cloud_index_read(&u->old, u->old_archive, u->err) || !remember_old(u))
        return false;
    if (strcmp(u->old.id, u->cloud->id) == 0 || u->options->force)
        return true;
    return error_set(u->err, JPK_ERR_EXISTS,
                     "is the tree of another project, '%s' (%s); --force makes it one of '%s' (%s)", u->old.name,
                     u->old.id, u->cloud->name, u->cloud->id);
}

/* What packing will refuse. A merge has said so already. */
static bool note_conflicts(struct unpacker *u)
{
    struct jpk_findings *findings = u->options->conflicts ? NULL : cloud_check_for_conflicts(u->cloud, u->err);
    struct buf item = {0};
    bool ok = findings || u->options->conflicts;
    for (size_t i = 0; ok && findings && i < findings->count; i++) {
        const struct jpk_finding *finding = &findings->items[i];
        if (i > 0 && findings->items[i - 1].entity_id == finding->entity_id)
            continue;
        buf_clear(&item);
        buf_printf(&item, "%s '%s'", finding->entity_type, finding->entity_name);
        ok = item.failed ? error_memory(u->err) : note(u, item.data, TREE_UNSETTLED);
    }
    buf_free(&item);
    jpk_findings_free(findings);
    return ok;
}

static bool unpack(struct unpacker *u)
{
    return look_at_folder(u) &&
           unpack_names_begin(&u->names, &u->index.arena, u->has_old ? &u->old_names : NULL, u->err) &&
           tree_writer_begin(&u->writer, u->folder, u->old_archive, u->options->dry_run, u->err) && guard(u) &&
           name_all(u) && group_operations(u) && put_arrays(u) && put_top(u) && note_conflicts(u) &&
           tree_writer_put_attributes(&u->writer, u->err) &&
           tree_writer_find_stale(&u->writer, u->options->delete_stale, &u->stale, u->err) && put_index(u) &&
           tree_writer_commit(&u->writer, u->err);
}

static void unpacker_free(struct unpacker *u)
{
    tree_writer_free(&u->writer);
    unpack_names_free(&u->names);
    cloud_scope_free(&u->scope);
    map_free(&u->ids);
    strings_free(&u->stale);
    strings_free(&u->notes);
    buf_free(&u->buf);
    tree_index_free(&u->old_names);
    cloud_index_free(&u->old);
    cloud_index_free(&u->index);
    jpk_archive_free(u->old_archive);
}

struct jpk_unpacked *jpk_cloud_unpack(const struct jpk_cloud *cloud, const char *folder,
                                      const struct jpk_unpack_options *options, struct jpk_error *err)
{
    struct jpk_error local = {0};
    struct unpacker u = {.cloud = cloud,
                         .options = options ? options : &no_options,
                         .limits = &((const struct cloud *)cloud)->limits,
                         .folder = folder,
                         .err = &local,
                         .writer = {.root = -1, .last_folder = -1}};
    struct jpk_unpacked *result = unpack(&u) ? unpacked_new(&u.writer, &u.stale, &u.notes, &local) : NULL;
    unpacker_free(&u);
    if (!result) {
        error_file(&local, folder);
        error_pass(err, &local, NULL);
    }
    return result;
}
