/* Comparing two exports: leads the matching, then goes over the project, its workflows, components and assets. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/cloud_diff.h"
#include "jpk/cloud_path.h"
#include "jpk/packed.h"

/* ------------------------------------------------------------------------------------------- what the parts must know
 */

static uint32_t find_component(const struct diffing *d, int side, const char *id)
{
    const struct jpk_cloud_component *component = jpk_cloud_by_id(d->cloud[side], id);
    return component ? component->index : MAP_NONE;
}

static char *component_path(const struct diffing *d, int side, uint32_t index)
{
    struct buf path = {0};
    cloud_path(&path, d->cloud[side]->components[index]);
    if (!path.failed)
        return path.data;
    buf_free(&path);
    return NULL;
}

/* Kind and name, of activities the function and the connection too. Ids in names do not count. */
static uint64_t component_place(struct diffing *d, int side, uint32_t index)
{
    const struct jpk_cloud_component *component = d->cloud[side]->components[index];
    const char *type = d->items[side][index].type;
    uint64_t hash = diff_mix(hash_bytes(type, strlen(type)),
                             diff_text_hash(d, side, component->name, strlen(component->name), IDS_WIPED));
    if (component->kind == JPK_CLOUD_ACTIVITY) {
        const struct jpk_cloud_activity *activity = component->as.activity;
        const char *connection = activity->connection.component ? activity->connection.component->name : "";
        hash = diff_mix(hash, hash_bytes(activity->function, strlen(activity->function)));
        hash = diff_mix(hash, hash_bytes(connection, strlen(connection)));
    }
    return hash;
}

enum { NAME_MAX_BYTES = 1000 }; /* what stands between tags is not longer (jpk/script.h) */

static const struct jpk_cloud_component *referred(const struct diffing *d, int side, const char *name, size_t n)
{
    char text[NAME_MAX_BYTES + 1];
    if (n > NAME_MAX_BYTES)
        return NULL;
    memcpy(text, name, n);
    text[n] = '\0';
    return jpk_cloud_by_reference(d->cloud[side], text);
}

/*
 * A name of A becomes that of the partner. One of B that names nothing there, but something in A, was not changed when
 * that was renamed: it is taken for its new name.
 */
static void put_name(const struct diffing *d, int side, const char *name, size_t n, enum diff_ids ids, struct buf *out)
{
    const struct jpk_cloud_component *named = ids == IDS_KEPT || ids == IDS_WIPED ? NULL : referred(d, side, name, n);
    if (named && ids == IDS_COLORED) {
        buf_put(out, &d->color[side][named->index], sizeof d->color[side][named->index]);
        return;
    }
    if (ids == IDS_TRANSLATED && side == SIDE_B)
        named = named ? NULL : referred(d, SIDE_A, name, n);
    uint32_t partner = named ? d->partner[SIDE_A][named->index] : MAP_NONE;
    const char *reference = partner == MAP_NONE ? NULL : d->cloud[SIDE_B]->components[partner]->reference;
    const char *colon = memchr(name, ':', n), *rest = reference ? strchr(reference, ':') : NULL;
    if (colon && rest) { /* "connection:" and "endpoint:" mean the same */
        buf_put(out, name, (size_t)(colon - name));
        buf_puts(out, rest);
    } else {
        buf_put(out, name, n);
    }
}

static const struct diff_form cloud_form = {
    .find = find_component,
    .path = component_path,
    .place = component_place,
    .hash = cloud_diff_item_hash,
    .features = cloud_diff_item_features,
    .put_name = put_name,
    .place_first = true,
};

/* The name of a kind; of one that is not known its number tells it from others. */
static const char *type_of(struct diffing *d, const struct jpk_cloud_component *component)
{
    const char *name = jpk_cloud_kind_info(component->kind)->name;
    struct buf text = {0};
    if (component->kind != JPK_CLOUD_OTHER || component->number == 0)
        return name;
    buf_printf(&text, "%s %lld", name, (long long)component->number);
    const char *kept = text.failed ? NULL : arena_strdup(&d->arena, text.data);
    buf_free(&text);
    d->failed |= !kept;
    return kept ? kept : name;
}

static bool collect(struct diffing *d, int side)
{
    const struct jpk_cloud *cloud = d->cloud[side];
    if (!diff_make_room(d, side, cloud->component_count, cloud->workflow_count))
        return false;
    for (size_t i = 0; i < cloud->component_count; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        d->items[side][i] = (struct diff_item){.type = type_of(d, component),
                                               .id = component->id,
                                               .name = component->name,
                                               .folder = MAP_NONE,
                                               .counts = true};
    }
    for (uint32_t w = 0; w < cloud->workflow_count; w++) {
        const struct jpk_cloud_workflow *workflow = &cloud->workflows[w];
        d->folders[side][w] =
            (struct diff_folder){.type = "operation", .id = workflow->id, .name = workflow->name, .parent = MAP_NONE};
        for (size_t i = 0; i < workflow->operation_count; i++) {
            const struct jpk_cloud_component *operation = workflow->operations[i].component;
            struct diff_item *item = operation ? &d->items[side][operation->index] : NULL;
            if (!item || item->placed || operation->kind != JPK_CLOUD_OPERATION)
                continue;
            item->folder = w;
            item->placed = true;
            item->rank = (uint32_t)i;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------- the project
 */

/* Adds what differs in an object of both sides, behind a part of the path. */
static void compare_objects(struct diffing *d, uint32_t a, uint32_t b, enum cloud_shape shape, bool root,
                            const char *part)
{
    struct cloud_comparison c = {.c = cloud_diffing_of(d)};
    cloud_diff_hash(c.c, SIDE_A, a, shape, root, NULL);
    cloud_diff_hash(c.c, SIDE_B, b, shape, root, NULL);
    cloud_enter(&c, part, strlen(part));
    cloud_diff_objects(&c, a, b, shape, root);
    d->failed |= c.path.failed;
    buf_free(&c.path);
}

/* Elements of an array that should hold objects only; they belong to no component. */
static bool collect_strays(const struct jdoc *doc, uint32_t array, struct cloud_elements *out)
{
    size_t most = jdoc_is(doc, array, JDOC_ARRAY) ? jdoc_count(doc, array) : 0;
    out->nodes = malloc((most + 1) * sizeof *out->nodes);
    for (uint32_t at = array + 1; most > 0 && out->nodes && at < jdoc_next(doc, array); at = jdoc_next(doc, at))
        if (jdoc_type(doc, at) != JDOC_OBJECT)
            out->nodes[out->count++] = at;
    return out->nodes != NULL;
}

/* Adds what differs in some elements of a list, behind a part of the path; frees the elements. */
static void compare_elements(struct diffing *d, struct cloud_elements lists[2], enum cloud_shape shape, bool ordered,
                             const char *part)
{
    struct cloud_comparison c = {.c = cloud_diffing_of(d)};
    for (int side = 0; side < 2 && !d->failed; side++)
        for (size_t i = 0; i < lists[side].count; i++)
            cloud_diff_hash(c.c, side, lists[side].nodes[i], shape, false, NULL);
    cloud_enter(&c, part, strlen(part));
    if (!d->failed && lists[SIDE_A].count + lists[SIDE_B].count > 0)
        cloud_diff_lists(&c, lists, shape, ordered, "");
    free(lists[SIDE_A].nodes);
    free(lists[SIDE_B].nodes);
    buf_free(&c.path);
}

static void compare_strays(struct diffing *d, uint32_t a, uint32_t b, const char *part)
{
    struct cloud_elements lists[2] = {{0}, {0}};
    d->failed |= !collect_strays(d->cloud[SIDE_A]->doc, a, &lists[SIDE_A]);
    d->failed |= !collect_strays(d->cloud[SIDE_B]->doc, b, &lists[SIDE_B]);
    compare_elements(d, lists, SHAPE_ANY, true, part);
}

/* The object of the project; JDOC_NONE when the file has components alone. */
static uint32_t project_object(const struct jpk_cloud *cloud)
{
    return jdoc_type(cloud->doc, cloud->project) == JDOC_OBJECT ? cloud->project : JDOC_NONE;
}

static uint32_t components_of(const struct jpk_cloud *cloud)
{
    uint32_t project = project_object(cloud);
    return project == JDOC_NONE ? cloud->project : jdoc_member(cloud->doc, project, "components");
}

static void compare_projects(struct diffing *d)
{
    const struct jpk_cloud *a = d->cloud[SIDE_A], *b = d->cloud[SIDE_B];
    uint32_t left = project_object(a), right = project_object(b);
    bool both = left != JDOC_NONE && right != JDOC_NONE &&
                (a->form == JPK_CLOUD_COMPONENTS) == (b->form == JPK_CLOUD_COMPONENTS);
    diff_begin(d);
    if (both && strcmp(a->name, b->name) != 0)
        diff_add_value(d, "name", "", a->name, b->name);
    if (both && !text_caseeq(a->id, b->id))
        diff_add_value(d, "id", "", a->id, b->id);
    if (a->form == JPK_CLOUD_EXPORT && b->form == JPK_CLOUD_EXPORT) {
        compare_objects(d, 0, 0, SHAPE_EXPORT, false, "export");
        compare_strays(d, jdoc_member(a->doc, 0, "assets"), jdoc_member(b->doc, 0, "assets"), "export/assets");
    }
    if (both) {
        compare_objects(d, left, right, SHAPE_PROJECT, true, "");
        compare_strays(d, jdoc_member(a->doc, left, "workflows"), jdoc_member(b->doc, right, "workflows"), "workflows");
    }
    compare_strays(d, components_of(a), components_of(b), "components");
    if (d->options.all && diff_list_reordered(d->partner[SIDE_A], d->item_count[SIDE_A]))
        diff_add_field(d, JPK_DIFF_FIELD_ORDER, "components");
    struct jpk_diff_change change = {.subject = JPK_DIFF_PROJECT};
    diff_end(d, &change, strdup("project"), strdup("project"));
}

/* ------------------------------------------------------------------------------------------------------- workflows */

/* "operation/Nightly/"; NULL for MAP_NONE, and without memory, which is noted. */
static char *workflow_path(struct diffing *d, int side, uint32_t index)
{
    struct buf path = {0};
    if (index == MAP_NONE)
        return NULL;
    buf_printf(&path, "operation/%s/", d->folders[side][index].name);
    d->failed |= path.failed;
    return path.data;
}

/* Whether a workflow lists an operation besides the one place in which that is: it is no operation, or elsewhere too.
 */
static bool is_extra(const struct diffing *d, int side, uint32_t index, size_t at)
{
    const struct jpk_cloud_link *link = &d->cloud[side]->workflows[index].operations[at];
    const struct diff_item *item = link->component ? &d->items[side][link->component->index] : NULL;
    return !item || !item->placed || item->folder != index || item->rank != at;
}

static bool collect_extras(const struct diffing *d, int side, uint32_t index, struct cloud_elements *out)
{
    const struct jpk_cloud_workflow *workflow = &d->cloud[side]->workflows[index];
    out->nodes = malloc((workflow->operation_count + 1) * sizeof *out->nodes);
    for (size_t i = 0; out->nodes && i < workflow->operation_count; i++)
        if (is_extra(d, side, index, i))
            out->nodes[out->count++] = workflow->operations[i].node;
    return out->nodes != NULL;
}

/* What workflows list twice, or what is no operation of the project. */
static void compare_extras(struct diffing *d, uint32_t a, uint32_t b)
{
    struct cloud_elements lists[2] = {{0}, {0}};
    d->failed |= !collect_extras(d, SIDE_A, a, &lists[SIDE_A]);
    d->failed |= !collect_extras(d, SIDE_B, b, &lists[SIDE_B]);
    compare_elements(d, lists, SHAPE_LINK, false, "operations");
}

static void compare_workflow(struct diffing *d, uint32_t i, uint32_t j)
{
    const struct jpk_cloud *a = d->cloud[SIDE_A], *b = d->cloud[SIDE_B];
    struct jpk_diff_change change = diff_folder_change(d, i, j);
    diff_begin(d);
    if (i != MAP_NONE && j != MAP_NONE) {
        compare_objects(d, a->workflows[i].node, b->workflows[j].node, SHAPE_WORKFLOW, true, "");
        compare_strays(d, jdoc_member(a->doc, a->workflows[i].node, "operations"),
                       jdoc_member(b->doc, b->workflows[j].node, "operations"), "operations");
        compare_extras(d, i, j);
    }
    if (change.what || d->field_count)
        diff_end(d, &change, workflow_path(d, SIDE_A, i), workflow_path(d, SIDE_B, j));
}

static void compare_workflows(struct diffing *d)
{
    for (uint32_t i = 0; i < d->folder_count[SIDE_A]; i++)
        if (d->folder_partner[SIDE_A][i] == MAP_NONE)
            compare_workflow(d, i, MAP_NONE);
    for (uint32_t j = 0; j < d->folder_count[SIDE_B]; j++)
        compare_workflow(d, d->folder_partner[SIDE_B][j], j);
}

/* Where operations of a workflow stand in another order; MAP_NONE: the workflows of the project. */
static void add_reordered(struct diffing *d, const char *type, uint32_t workflow)
{
    const struct diff_folder *folder = workflow == MAP_NONE ? NULL : &d->folders[SIDE_B][workflow];
    struct jpk_diff_change change = {.subject = JPK_DIFF_FOLDER,
                                     .what = JPK_DIFF_REORDERED,
                                     .new_id = folder ? folder->id : NULL,
                                     .new_name = folder ? folder->name : NULL,
                                     .note = folder ? "the order of operations" : "the order of workflows"};
    struct buf path = {0};
    if (folder)
        buf_printf(&path, "%s/%s/", type, folder->name);
    else
        buf_printf(&path, "%s/", type);
    d->failed |= path.failed;
    diff_begin(d);
    diff_end(d, &change, strdup(buf_text(&path)), strdup(buf_text(&path)));
    buf_free(&path);
}

/* ------------------------------------------------------------------------------------------------------- components */

static void hash_component(struct diffing *d, int side, uint32_t index)
{
    const struct jpk_cloud_component *component = d->cloud[side]->components[index];
    cloud_diff_hash(cloud_diffing_of(d), side, component->node,
                    cloud_shape_of(d->cloud[side]->doc, component->node, SHAPE_COMPONENT), true, component->name);
}

static void compare_content(struct diffing *d, uint32_t i, uint32_t j)
{
    struct cloud_comparison c = {.c = cloud_diffing_of(d), .texts_only = i == MAP_NONE || j == MAP_NONE};
    int known = j == MAP_NONE ? SIDE_A : SIDE_B;
    uint32_t a = i == MAP_NONE ? JDOC_NONE : d->cloud[SIDE_A]->components[i]->node;
    uint32_t b = j == MAP_NONE ? JDOC_NONE : d->cloud[SIDE_B]->components[j]->node;
    if (i != MAP_NONE)
        hash_component(d, SIDE_A, i);
    if (j != MAP_NONE)
        hash_component(d, SIDE_B, j);
    if (a == JDOC_NONE || b == JDOC_NONE || c.c->view[SIDE_A].hash[a] != c.c->view[SIDE_B].hash[b])
        cloud_diff_objects(&c, a, b, cloud_shape_of(d->cloud[known]->doc, known == SIDE_A ? a : b, SHAPE_COMPONENT),
                           true);
    d->failed |= c.path.failed;
    buf_free(&c.path);
}

/* Names may hold ids: those of connectors' schemas do. */
static bool same_name(struct diffing *d, const char *a, const char *b)
{
    return strcmp(a, b) == 0 || diff_text_hash(d, SIDE_A, a, strlen(a), IDS_TRANSLATED) ==
                                    diff_text_hash(d, SIDE_B, b, strlen(b), IDS_TRANSLATED);
}

static void compare_component(struct diffing *d, uint32_t i, uint32_t j)
{
    struct jpk_diff_change change = diff_item_change(d, i, j);
    const struct diff_item *a = i == MAP_NONE ? NULL : &d->items[SIDE_A][i];
    const struct diff_item *b = j == MAP_NONE ? NULL : &d->items[SIDE_B][j];
    change.component_a = a ? d->cloud[SIDE_A]->components[i] : NULL;
    change.component_b = b ? d->cloud[SIDE_B]->components[j] : NULL;
    change.what = !a ? JPK_DIFF_ADDED : !b ? JPK_DIFF_REMOVED : 0u;
    diff_begin(d);
    d->again = a && b && !text_caseeq(a->id, b->id);
    if (a && b && !same_name(d, a->name, b->name))
        change.what |= JPK_DIFF_RENAMED;
    if (a && b && !diff_same_folder(d, a->folder, b->folder))
        change.what |= JPK_DIFF_MOVED;
    compare_content(d, i, j);
    if (change.what || d->field_count)
        diff_end(d, &change, diff_item_path(d, SIDE_A, i), diff_item_path(d, SIDE_B, j));
    d->public.matched += a && b;
    d->public.by_content += d->again;
}

static void compare_components(struct diffing *d)
{
    for (uint32_t i = 0; i < d->item_count[SIDE_A]; i++)
        compare_component(d, i, d->partner[SIDE_A][i]);
    for (uint32_t j = 0; j < d->item_count[SIDE_B]; j++)
        if (d->partner[SIDE_B][j] == MAP_NONE)
            compare_component(d, MAP_NONE, j);
    d->again = false;
}

/* ------------------------------------------------------------------------------------------------------------ assets
 */

static bool read_asset(const struct diff_files *f, int side, const struct diff_file *file, struct buf *out,
                       struct jpk_error *err)
{
    const struct cloud *cloud = (const struct cloud *)f->d->cloud[side];
    const struct jpk_cloud_asset *asset = file->listed;
    const struct jdoc *doc = cloud->public.doc;
    const char *text = jdoc_string(doc, asset->content);
    size_t n = jdoc_string_size(doc, asset->content);
    struct jpk_error local = {0};
    if (!packed_decode(text, n, &cloud->limits, out, &local)) {
        if (local.code == JPK_ERR_MEMORY)
            return error_memory(err);
        buf_clear(out); /* not packed: compared as it stands */
        buf_put(out, text, n);
    }
    f->d->failed |= out->failed;
    return true;
}

static void compare_asset(const struct diff_files *f, const struct diff_file *a, const struct diff_file *b)
{
    const struct jpk_cloud_asset *left = a->listed, *right = b->listed;
    compare_objects(f->d, left->node, right->node, SHAPE_ASSET, false, "");
}

static bool collect_assets(struct diff_files *f, int side)
{
    const struct jpk_cloud *cloud = f->d->cloud[side];
    struct buf path = {0};
    bool ok = (f->list[side] = calloc(cloud->asset_count + 1, sizeof *f->list[side])) != NULL;
    for (size_t i = 0; i < cloud->asset_count && ok; i++) {
        struct diff_file file = {.there = cloud->assets[i].content != JPK_CLOUD_NO_NODE, .listed = &cloud->assets[i]};
        buf_clear(&path);
        buf_printf(&path, "assets/%s", cloud->assets[i].path);
        ok = !path.failed && diff_add_file(f, side, path.data, file);
    }
    buf_free(&path);
    return ok;
}

static bool compare_assets(struct diffing *d, struct jpk_error *err)
{
    struct diff_files f = {.d = d, .read = read_asset, .compare = compare_asset};
    if (d->cloud[SIDE_A]->form != JPK_CLOUD_EXPORT || d->cloud[SIDE_B]->form != JPK_CLOUD_EXPORT)
        return true;
    if (!collect_assets(&f, SIDE_A) || !collect_assets(&f, SIDE_B))
        d->failed = true;
    return diff_compare_files(&f, err);
}

/* --------------------------------------------------------------------------------------------------------- all of it
 */

/* The ids of the projects and of workflows are those of no component. */
static void learn_ids(struct diffing *d)
{
    diff_learn_pair(d, d->cloud[SIDE_A]->id, d->cloud[SIDE_B]->id);
    for (uint32_t i = 0; i < d->folder_count[SIDE_A]; i++)
        if (d->folder_partner[SIDE_A][i] != MAP_NONE)
            diff_learn_pair(d, d->folders[SIDE_A][i].id, d->folders[SIDE_B][d->folder_partner[SIDE_A][i]].id);
}

static bool run(struct diffing *d, struct jpk_error *err)
{
    struct cloud_diffing *c = cloud_diffing_of(d);
    for (int side = 0; side < 2; side++) {
        struct cloud_view *view = &c->view[side];
        view->hash = calloc(view->doc->count + (size_t)1, sizeof *view->hash);
        view->copy = calloc(view->doc->count + (size_t)1, sizeof *view->copy);
        c->path_room += 8 * view->cloud->size;
        if (!view->hash || !view->copy || !collect(d, side))
            return false;
        cloud_diff_mark_copies(c, side);
    }
    diff_match_items(d);
    if (!d->failed)
        diff_match_folders(d);
    if (d->failed)
        return false;
    learn_ids(d);
    compare_projects(d);
    compare_workflows(d);
    compare_components(d);
    if (d->options.tree_order || d->options.all)
        diff_folder_order(d, add_reordered);
    return !d->failed && compare_assets(d, err) && !d->failed;
}

struct jpk_diff *jpk_diff_clouds(const struct jpk_cloud *a, const struct jpk_cloud *b,
                                 const struct jpk_diff_options *options, struct jpk_error *err)
{
    struct cloud_diffing *c = calloc(1, sizeof *c);
    struct jpk_error local = {0};
    if (!c) {
        error_memory(err);
        return NULL;
    }
    struct diffing *d = &c->d;
    d->public.old_name = a->name;
    d->public.new_name = b->name;
    d->public.old_id = a->id;
    d->public.new_id = b->id;
    d->public.cloud_a = d->cloud[SIDE_A] = c->view[SIDE_A].cloud = a;
    d->public.cloud_b = d->cloud[SIDE_B] = c->view[SIDE_B].cloud = b;
    c->view[SIDE_A].doc = a->doc;
    c->view[SIDE_B].doc = b->doc;
    c->path_room = 1 << 16;
    d->form = &cloud_form;
    d->budget = LINEDIFF_BUDGET;
    if (options)
        d->options = *options;
    bool ok = run(d, &local);
    for (int side = 0; side < 2; side++) {
        free(c->view[side].hash);
        free(c->view[side].copy);
    }
    return diff_finish(d, ok, &local, err);
}
