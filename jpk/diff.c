/* Comparing two projects of Design Studio: leads the matching, then goes over properties, folders, items and files. */
#include "jpk/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/diff_state.h"
#include "jpk/layout.h"

/* ------------------------------------------------------------------------------------------- what the parts must know
 */

static uint32_t find_entity(const struct diffing *d, int side, const char *id)
{
    const struct jpk_entity *entity = project_find(d->side[side], id);
    return entity ? entity->index : MAP_NONE;
}

static char *entity_path(const struct diffing *d, int side, uint32_t index)
{
    return jpk_entity_path(d->side[side]->list[index]);
}

static uint64_t entity_place(struct diffing *d, int side, uint32_t index)
{
    char *path = entity_path(d, side, index);
    uint64_t hash = path ? hash_bytes(path, strlen(path)) : 0;
    d->failed |= !path;
    free(path);
    return hash;
}

static const struct diff_form design_form = {
    .find = find_entity,
    .path = entity_path,
    .place = entity_place,
    .hash = diff_entity_hash,
    .features = diff_entity_features,
};

/* The folders of a project as the parts know them; a map gives the number of each. */
static bool collect_folders(struct diffing *d, int side, struct map *numbers)
{
    const struct jpk_project *project = &d->side[side]->public;
    for (size_t i = 0; i < project->folder_count; i++) {
        const struct jpk_folder *folder = project->folders[i];
        const struct jpk_entity *entity = jpk_project_entity(project, folder->id);
        if (entity)
            d->items[side][entity->index].folder_only = true;
        d->folders[side][i] = (struct diff_folder){
            .type = folder->type_name,
            .id = folder->id,
            .name = folder->name,
            .parent =
                folder->parent ? map_get(numbers, (const char *)&folder->parent, sizeof folder->parent) : MAP_NONE,
        };
        if (!map_set(numbers, (const char *)&project->folders[i], sizeof project->folders[i], (uint32_t)i))
            return false;
    }
    return true;
}

static bool collect(struct diffing *d, int side)
{
    const struct project *project = d->side[side];
    struct map numbers = {0};
    bool ok = diff_make_room(d, side, project->count, project->public.folder_count);
    for (size_t i = 0; i < project->count && ok; i++) {
        const struct jpk_entity *entity = project->list[i];
        d->items[side][i] = (struct diff_item){
            .type = entity->type_name,
            .id = entity->id,
            .name = entity->name,
            .counts = !entity->deleted && entity->type != JPK_TYPE_FOLDER,
            .placed = entity->in_tree,
            .rank = entity->index,
        };
    }
    ok = ok && collect_folders(d, side, &numbers);
    for (size_t i = 0; i < project->count && ok; i++) {
        const struct jpk_folder *const *folder = (const struct jpk_folder *const *)&project->list[i]->folder;
        d->items[side][i].folder = *folder ? map_get(&numbers, (const char *)folder, sizeof *folder) : MAP_NONE;
    }
    map_free(&numbers);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ the project */

/* What changes on its own, by the beginning of the key; and what project.xml says too. */
static bool noisy_property(const struct diffing *d, const char *key)
{
    static const char *const twice[] = {"project_id", "project_name", "project-id", "project-name"};
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++)
        if (strcmp(key, twice[i]) == 0)
            return true;
    return !d->options.all && properties_noisy(key);
}

static void compare_property(struct diffing *d, const char *file, const char *key, const char *a, const char *b)
{
    if ((a && b && strcmp(a, b) == 0) || noisy_property(d, key))
        return;
    char old_version[32], new_version[32];
    bool version = strstr(key, "version") != NULL;
    if (version && jpk_version_decode(a, old_version))
        a = old_version;
    if (version && jpk_version_decode(b, new_version))
        b = new_version;
    struct buf path = {0};
    buf_printf(&path, "%s/%s", file, key);
    diff_add_value(d, buf_text(&path), key, a, b);
    d->failed |= path.failed;
    buf_free(&path);
}

static int by_property_key(const void *a, const void *b)
{
    const struct property *left = *(const struct property *const *)a, *right = *(const struct property *const *)b;
    int order = strcmp(left->key, right->key);
    return order ? order : (left > right) - (left < right);
}

/* A list of all keys of both sides; each is looked up on both. */
static void compare_properties(struct diffing *d, const char *file, const struct properties *a,
                               const struct properties *b)
{
    size_t n = a->count + b->count;
    const struct property **all = malloc((n + 1) * sizeof(struct property *));
    if (!all) {
        d->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        all[i] = i < a->count ? &a->items[i] : &b->items[i - a->count];
    if (n)
        qsort(all, n, sizeof(struct property *), by_property_key);
    const char *left = NULL, *right = NULL;
    for (size_t i = 0; i < n; i++) {
        bool of_a = all[i] >= a->items && all[i] < a->items + a->count;
        *(of_a ? &left : &right) = all[i]->value;
        if (i + 1 < n && strcmp(all[i]->key, all[i + 1]->key) == 0)
            continue;
        compare_property(d, file, all[i]->key, left, right);
        left = right = NULL;
    }
    free(all);
}

static void compare_projects(struct diffing *d)
{
    static const char *const files[] = {[JPK_FILE_JITTERPAK] = "jitterpak.properties",
                                        [JPK_FILE_ENVIRONMENT] = "environment.properties",
                                        [JPK_FILE_MANIFEST] = "manifest.jip"};
    const struct jpk_project *a = d->public.a, *b = d->public.b;
    diff_begin(d);
    if (strcmp(a->name, b->name) != 0)
        diff_add_value(d, "name", "", a->name, b->name);
    if (!text_caseeq(a->id, b->id))
        diff_add_value(d, "id", "", a->id, b->id);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct properties *left = &d->side[SIDE_A]->properties[i], *right = &d->side[SIDE_B]->properties[i];
        if (left != right && left->count && right->count) /* a project may be compared with itself */
            compare_properties(d, files[i], left, right);
    }
    struct jpk_diff_change change = {.subject = JPK_DIFF_PROJECT};
    diff_end(d, &change, strdup("project"), strdup("project"));
}

/* ---------------------------------------------------------------------------------------------------------- folders */

/* "Script/Common/"; NULL: no memory, which is noted. */
static char *folder_path(struct diffing *d, const char *type, const struct jpk_folder *folder)
{
    /* The last folder stands for an item without a name. */
    struct jpk_entity place = {.type_name = folder ? folder->type_name : type, .folder = folder, .name = ""};
    char *path = jpk_entity_path(&place);
    d->failed |= !path;
    return path;
}

static const struct jpk_folder *folder_at(const struct diffing *d, int side, uint32_t index)
{
    return index == MAP_NONE ? NULL : d->side[side]->public.folders[index];
}

static void compare_folder(struct diffing *d, uint32_t i, uint32_t j)
{
    const struct jpk_folder *a = folder_at(d, SIDE_A, i), *b = folder_at(d, SIDE_B, j);
    struct jpk_diff_change change = diff_folder_change(d, i, j);
    change.folder_a = a;
    change.folder_b = b;
    diff_begin(d);
    if (a && b) {
        const struct jpk_entity *left = project_find(d->side[SIDE_A], a->id);
        const struct jpk_entity *right = project_find(d->side[SIDE_B], b->id);
        if (left && right && left->tree && right->tree && !diff_same_entity(d, left, right))
            diff_entities(d, left, right);
    }
    if (change.what || d->field_count)
        diff_end(d, &change, a ? folder_path(d, NULL, a) : NULL, b ? folder_path(d, NULL, b) : NULL);
}

static void compare_folders(struct diffing *d)
{
    for (uint32_t i = 0; i < d->folder_count[SIDE_A]; i++)
        if (d->folder_partner[SIDE_A][i] == MAP_NONE)
            compare_folder(d, i, MAP_NONE);
    for (uint32_t j = 0; j < d->folder_count[SIDE_B]; j++)
        compare_folder(d, d->folder_partner[SIDE_B][j], j);
}

static void add_reordered(struct diffing *d, const char *type, uint32_t index)
{
    const struct jpk_folder *folder = folder_at(d, SIDE_B, index);
    struct jpk_diff_change change = {.subject = JPK_DIFF_FOLDER,
                                     .what = JPK_DIFF_REORDERED,
                                     .new_id = folder ? folder->id : NULL,
                                     .new_name = folder ? folder->name : NULL,
                                     .folder_b = folder,
                                     .note = "the order of items"};
    diff_begin(d);
    diff_end(d, &change, folder_path(d, type, folder), folder_path(d, type, folder));
}

/* ------------------------------------------------------------------------------------------------------------ items */

static bool compare_content(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b,
                            struct jpk_error *err)
{
    if (a->in_tree != b->in_tree)
        diff_add_value(d, "project.xml", "", a->in_tree ? "listed" : "not listed",
                       b->in_tree ? "listed" : "not listed");
    if (a->unread != b->unread)
        diff_add_value(d, "file", "", a->unread ? "missing" : "present", b->unread ? "missing" : "present");
    if (!a->tree || !b->tree)
        return true;
    size_t before = d->field_count;
    if (!diff_same_entity(d, a, b))
        diff_entities(d, a, b);
    return d->field_count > before || !(a->lossy || b->lossy) || diff_lossy_entities(d, a, b, err);
}

static const char *note_of(const struct jpk_entity *gone)
{
    if (!gone)
        return NULL;
    return gone->deleted ? "marked as deleted" : gone->in_tree ? NULL : "not in the tree";
}

static bool compare_item(struct diffing *d, uint32_t i, uint32_t j, struct jpk_error *err)
{
    const struct jpk_entity *a = i == MAP_NONE ? NULL : d->side[SIDE_A]->list[i];
    const struct jpk_entity *b = j == MAP_NONE ? NULL : d->side[SIDE_B]->list[j];
    struct jpk_diff_change change = diff_item_change(d, i, j);
    bool ok = true;
    change.a = a;
    change.b = b;
    diff_begin(d);
    if (!a || (b && a->deleted && !b->deleted)) {
        change.what = JPK_DIFF_ADDED;
        change.note = a ? "was marked as deleted" : note_of(b);
    } else if (!b || (b->deleted && !a->deleted)) {
        change.what = JPK_DIFF_REMOVED;
        change.note = note_of(b ? b : a);
    } else {
        if (strcmp(a->name, b->name) != 0)
            change.what |= JPK_DIFF_RENAMED;
        if (a->in_tree && b->in_tree && !diff_same_folder(d, d->items[SIDE_A][i].folder, d->items[SIDE_B][j].folder))
            change.what |= JPK_DIFF_MOVED;
        ok = compare_content(d, a, b, err);
    }
    if (!a || !b)
        diff_lone_entity(d, a ? SIDE_A : SIDE_B, a ? a : b);
    if (change.what || d->field_count)
        diff_end(d, &change, change.what == JPK_DIFF_ADDED ? NULL : diff_item_path(d, SIDE_A, i),
                 change.what == JPK_DIFF_REMOVED ? NULL : diff_item_path(d, SIDE_B, j));
    return ok;
}

/* Folders of the tree are compared as folders; those that it does not list, and what is deleted, are left out. */
static bool counts(const struct diffing *d, int side, const struct jpk_entity *entity)
{
    const struct jpk_entity *partner = diff_partner(d, side, entity);
    if (d->items[side][entity->index].folder_only)
        return false;
    if (d->options.all)
        return true;
    return entity->type != JPK_TYPE_FOLDER && !(entity->deleted && (!partner || partner->deleted));
}

static bool compare_items(struct diffing *d, struct jpk_error *err)
{
    for (uint32_t i = 0; i < d->item_count[SIDE_A]; i++) {
        const struct jpk_entity *a = d->side[SIDE_A]->list[i], *b = diff_partner(d, SIDE_A, a);
        if (counts(d, SIDE_A, a) && !compare_item(d, i, d->partner[SIDE_A][i], err))
            return false;
        d->public.matched += b != NULL;
        d->public.by_content += b && !text_caseeq(a->id, b->id);
    }
    for (uint32_t j = 0; j < d->item_count[SIDE_B]; j++)
        if (d->partner[SIDE_B][j] == MAP_NONE && counts(d, SIDE_B, d->side[SIDE_B]->list[j]) &&
            !compare_item(d, MAP_NONE, j, err))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ files */

static bool add_entry(struct diff_files *f, int side, const char *name, size_t entry, const struct jpk_file *listed)
{
    struct diff_file file = {.there = entry != SIZE_MAX, .entry = entry, .listed = listed};
    return diff_add_file(f, side, name, file);
}

static bool collect_files(struct diff_files *f, int side)
{
    static const char *const states[] = {"plugins.xml", "deleted.xml"};
    const struct jpk_project *project = &f->d->side[side]->public;
    size_t prefix = strlen(project->base), most = project->file_count + project->other_entry_count + 2;
    struct buf path = {0};
    bool ok = (f->list[side] = calloc(most, sizeof *f->list[side])) != NULL;
    for (size_t i = 0; i < 2 && ok; i++) {
        size_t entry = project_entry(project, states[i]);
        if (entry != SIZE_MAX && (i == 0 || f->d->options.all))
            ok = add_entry(f, side, states[i], entry, NULL);
    }
    for (size_t i = 0; i < project->file_count && ok; i++) {
        buf_clear(&path);
        buf_printf(&path, "files/%s", project->files[i].name);
        ok = !path.failed && add_entry(f, side, path.data, project->files[i].entry, &project->files[i]);
    }
    for (size_t i = 0; i < project->other_entry_count && ok; i++) {
        size_t entry = project->other_entries[i];
        const char *name = jpk_archive_entry(project->archive, entry)->name;
        ok = add_entry(f, side, strncmp(name, project->base, prefix) == 0 ? name + prefix : name, entry, NULL);
    }
    buf_free(&path);
    return ok;
}

static bool read_entry(const struct diff_files *f, int side, const struct diff_file *file, struct buf *out,
                       struct jpk_error *err)
{
    struct jpk_error local = {0};
    struct jpk_archive *archive = f->d->side[side]->public.archive;
    if (archive_read(archive, file->entry, out, &local))
        return true;
    error_file(&local, jpk_archive_name(archive));
    error_pass(err, &local, NULL);
    return false;
}

/* Two XML files whose trees are equal and hold everything differ in layout only. */
static bool same_layout_apart(const struct diff_files *f, const struct diff_file *file, const struct buf bytes[2])
{
    struct diffing *d = f->d;
    struct xml_document documents[2] = {{0}, {0}};
    struct arena arena = {0};
    struct intern intern = {.arena = &arena};
    struct xml_reader *reader = NULL;
    struct jpk_error err = {0};
    static const char *const endings[] = {".xsd", ".xml", ".wsdl"};
    bool same = false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        same = same || text_ends_with(file->name, endings[i]);
    same = same && !d->options.all;
    if (same)
        reader = xml_reader_new(&arena, &intern, &d->side[SIDE_A]->limits);
    same = same && (reader || error_memory(&err));
    for (int side = 0; side < 2 && same; side++)
        same = xml_read(reader, buf_text(&bytes[side]), bytes[side].size, &documents[side], &err) &&
               !documents[side].lossy;
    same = same && diff_same_tree(d, documents[0].root, documents[1].root);
    d->failed |= err.code == JPK_ERR_MEMORY;
    xml_reader_free(reader);
    intern_free(&intern);
    arena_free(&arena);
    return same;
}

static void compare_listing(const struct diff_files *f, const struct diff_file *left, const struct diff_file *right)
{
    struct diffing *d = f->d;
    const struct jpk_file *a = left->listed, *b = right->listed;
    if (!a || !b)
        return;
    const struct {
        const char *path, *old_value, *new_value;
    } rows[] = {
        {".metadata/SchemaType", a->kind, b->kind},
        {".metadata/TargetNamespace", a->namespace_, b->namespace_},
        {".metadata/PossibleRootNodes", a->roots, b->roots},
        {".metadata/IsTopLevel", a->top_level ? "1" : "0", b->top_level ? "1" : "0"},
    };
    if (a->listed != b->listed)
        diff_add_value(d, ".metadata", "", a->listed ? "listed" : "not listed", b->listed ? "listed" : "not listed");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && a->listed && b->listed; i++)
        if (strcmp(rows[i].old_value, rows[i].new_value) != 0)
            diff_add_value(d, rows[i].path, "", rows[i].old_value, rows[i].new_value);
}

static bool compare_files(struct diffing *d, struct jpk_error *err)
{
    struct diff_files f = {.d = d, .read = read_entry, .same = same_layout_apart, .compare = compare_listing};
    if (!collect_files(&f, SIDE_A) || !collect_files(&f, SIDE_B))
        d->failed = true;
    return diff_compare_files(&f, err);
}

/* ------------------------------------------------------------------------------------------------------- all of it */

static bool run(struct diffing *d, struct jpk_error *err)
{
    if (!collect(d, SIDE_A) || !collect(d, SIDE_B))
        return false;
    diff_match_items(d);
    if (!d->failed)
        diff_match_folders(d);
    if (d->failed)
        return false;
    compare_projects(d);
    bool ok = compare_items(d, err);
    compare_folders(d);
    if (d->options.tree_order || d->options.all)
        diff_folder_order(d, add_reordered);
    return ok && !d->failed && compare_files(d, err) && !d->failed;
}

struct jpk_diff *jpk_diff_projects(const struct jpk_project *a, const struct jpk_project *b,
                                   const struct jpk_diff_options *options, struct jpk_error *err)
{
    const struct project *left = (const struct project *)a, *right = (const struct project *)b;
    if (left->slim || right->slim) {
        error_set(err, JPK_ERR_USAGE, "the project was made slim; it must be compared before");
        return NULL;
    }
    struct diffing *d = calloc(1, sizeof *d);
    if (!d) {
        error_memory(err);
        return NULL;
    }
    d->form = &design_form;
    d->public.old_name = a->name;
    d->public.new_name = b->name;
    d->public.old_id = a->id;
    d->public.new_id = b->id;
    d->public.a = a;
    d->public.b = b;
    d->side[SIDE_A] = left;
    d->side[SIDE_B] = right;
    d->budget = LINEDIFF_BUDGET;
    if (options)
        d->options = *options;
    struct jpk_error local = {0};
    bool ok = run(d, &local);
    return diff_finish(d, ok, &local, err);
}
