/* Schemas of connectors' functions: components that belong to activities, with the files that they need. */
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "jpk/asset.h"
#include "jpk/convert_schemas.h"
#include "jpk/gunzip.h"
#include "jpk/model.h"
#include "jpk/packed.h"
#include "jpk/schema_jtr.h"

bool convert_take_file(struct convert *c, const char *name)
{
    uint32_t old = MAP_NONE;
    if (!map_add(&c->schemas->files, name, strlen(name), 0, &old))
        c->ledger.failed = true;
    return old == MAP_NONE && !c->ledger.failed;
}

bool convert_add_asset(struct convert *c, const struct jpk_file *file)
{
    struct jpk_error err = {0};
    json_t *asset = asset_from_file(c->project, file, &err);
    if (asset ? json_array_append_new(c->assets, asset) != 0 : err.code == JPK_ERR_MEMORY)
        c->ledger.failed = true;
    return asset != NULL;
}

static void add_asset(struct convert *c, const struct jpk_entity *entity, const struct jpk_file *file)
{
    if (convert_take_file(c, file->name) && !convert_add_asset(c, file) && !c->ledger.failed)
        convert_note(c, entity, CONVERT_SCHEMA_MISSING, 0, "a file that its schema needs is not there: %s", file->name);
}

/* The first file whose name is not before `name`. */
static size_t first_file(const struct jpk_project *project, const char *name)
{
    size_t low = 0, high = project->file_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(project->files[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A connector's file with those beside it: x.request.xsd includes x.<hash>.xsd. */
static void add_assets(struct convert *c, const struct jpk_entity *entity, const char *name)
{
    static const char tail[] = "request.xsd";
    size_t n = name ? strlen(name) : 0, tail_n = sizeof tail - 1;
    if (n == 0)
        return;
    if (n > tail_n && strcmp(name + n - tail_n, tail) == 0)
        n -= tail_n;
    const char *prefix = convert_text(c, "%.*s", (int)n, name);
    uint32_t old = MAP_NONE;
    if (!map_add(&c->schemas->prefixes, prefix, n, 0, &old))
        c->ledger.failed = true;
    for (size_t i = first_file(c->project, prefix); old == MAP_NONE && i < c->project->file_count && !c->ledger.failed;
         i++) {
        if (strncmp(c->project->files[i].name, prefix, n) != 0)
            break;
        add_asset(c, entity, &c->project->files[i]);
    }
}

/* The cache that a connector's tree was read from, packed; else one that is made of the tree. False: memory. */
static bool set_cache(struct convert *c, const struct convert_function_schema *schema, bool target)
{
    struct schema_tree *tree = schema->tree;
    const struct project *project = (const struct project *)c->project;
    struct buf xml = {0}, packed = {0};
    struct jpk_error err = {0};
    void *data = NULL;
    size_t size = 0;
    size_t entry = project_entry(c->project, convert_text(c, "cache/TransformationStructures/%s_%s.gz",
                                                          schema->transformation->id, target ? "output" : "input"));
    bool read = schema->cached && entry != SIZE_MAX &&
                jpk_archive_read(c->project->archive, entry, &data, &size, &err) &&
                gunzip(data, size, &project->limits, &xml, &err);
    if (!read && err.code != JPK_ERR_MEMORY) {
        buf_clear(&xml);
        read = schema_jtr_write(tree, &xml, NULL, NULL);
    }
    bool ok = read && packed_encode(xml.data, xml.size, &packed, NULL);
    tree->jtr = ok ? arena_strdup(&tree->arena, buf_text(&packed)) : NULL;
    free(data);
    buf_free(&xml);
    buf_free(&packed);
    c->ledger.failed |= !tree->jtr;
    return !c->ledger.failed;
}

static bool is_query(const struct convert_function *function)
{
    return function->entity->type == JPK_TYPE_SALESFORCE_QUERY;
}

static const char *schema_name(struct convert *c, const char *adapter, const char *function, const char *direction,
                               const char *id)
{
    char first = *function >= 'a' && *function <= 'z' ? (char)(*function - 32) : *function;
    return convert_text(c, "%s_%c%s_%s_%s", adapter, first, *function ? function + 1 : "", direction, id);
}

static json_t *new_origin(struct convert *c, const char *id, const char *adapter, const char *direction,
                          const char *function, const json_t *activity)
{
    json_t *origin = json_object();
    convert_set(c, origin, "id", json_string(id));
    convert_set(c, origin, "adapterId", json_string(adapter));
    convert_set(c, origin, "direction", json_string(direction));
    convert_set(c, origin, "functionName", json_string(function));
    if (json_is_true(json_object_get(json_object_get(activity, "metadata"), "isConnectorFunction")))
        convert_set(c, origin, "isConnectorFunction", json_true());
    return origin;
}

static void note_component(struct convert *c, const char *name)
{
    size_t index = json_array_size(c->components[JPK_CLOUD_SCHEMA]) - 1;
    c->ledger.failed = c->ledger.failed || !map_set(&c->schemas->by_name, name, strlen(name), (uint32_t)index);
}

static void add_component(struct convert *c, struct convert_function *function, bool target)
{
    struct convert_function_schema *schema = &function->sides[target];
    const char *direction = target ? "input" : "output";
    bool query = is_query(function);
    schema->tree->connector = true;
    schema->tree->origin = function->files;
    if (!query && !set_cache(c, schema, target))
        return;
    schema->name = schema_name(c, function->adapter, function->function, direction, function->activity_id);
    const char *id = convert_id(c, JPK_CLOUD_SCHEMA, direction, function->activity_id);
    json_t *component = cloud_new_component(JPK_CLOUD_SCHEMA, schema->name, id);
    convert_set(c, component, "format", json_string(query ? "csv" : "xsd"));
    convert_set(
        c, component, "origin",
        new_origin(c, function->activity_id, function->adapter, direction, function->function, function->activity));
    convert_set(c, component, "schemaTypeDocument", convert_place_document(c, schema->tree, NULL, false));
    convert_set(c, component, "filename", json_string(id));
    if (query)
        convert_set(c, component, "metadataVersion", json_string("2.0.0"));
    convert_set(c, function->activity, direction, convert_place_document(c, schema->tree, NULL, true));
    convert_set(c, function->activity, "isSchemaDiscovered", json_true());
    if (convert_add(c, JPK_CLOUD_SCHEMA, component))
        note_component(c, schema->name);
    add_assets(c, schema->transformation, function->files.request_file);
    add_assets(c, schema->transformation, function->files.response_file);
}

json_t *convert_function_json(struct convert *c, struct convert_side *side)
{
    struct convert_function *function = side->function;
    struct convert_function_schema *schema = &function->sides[side->target];
    if (!schema->name)
        add_component(c, function, side->target);
    json_t *json = c->ledger.failed ? NULL : json_object();
    if (!json)
        return NULL;
    convert_set(c, json, "name", json_string(schema->name));
    convert_set(c, json, "origin",
                new_origin(c, function->activity_id, function->adapter, side->target ? "input" : "output",
                           function->function, function->activity));
    return json;
}

/* A copy of a schema's component for another activity. */
static bool copy_component(struct convert *c, const char *old_name, const char *name, const char *direction,
                           const json_t *origin, const char *activity_id)
{
    uint32_t index = map_get(&c->schemas->by_name, old_name, strlen(old_name));
    json_t *old = index == MAP_NONE ? NULL : json_array_get(c->components[JPK_CLOUD_SCHEMA], index);
    if (!old || map_get(&c->schemas->by_name, name, strlen(name)) != MAP_NONE)
        return !c->ledger.failed;
    const char *id = convert_id(c, JPK_CLOUD_SCHEMA, direction, activity_id);
    json_t *component = json_shallow_copy(old);
    convert_set(c, component, "name", json_string(name));
    convert_set(c, component, "id", json_string(id));
    convert_set(c, component, "filename", json_string(id));
    convert_set(c, component, "origin", json_whole_copy(origin));
    if (convert_add(c, JPK_CLOUD_SCHEMA, component))
        note_component(c, name);
    return !c->ledger.failed;
}

bool convert_side_connect(struct convert *c, json_t *side, const struct convert_activity *activity)
{
    json_t *origin = json_object_get(side, "origin");
    const char *direction = json_string_value(json_object_get(origin, "direction"));
    const char *adapter = c->connections[activity->connection].adapter;
    const char *old = json_string_value(json_object_get(side, "name"));
    const char *name = direction ? schema_name(c, adapter, activity->function, direction, activity->id) : NULL;
    if (!name || !old || c->ledger.failed)
        return !c->ledger.failed;
    old = convert_text(c, "%s", old); /* both belong to what is replaced now */
    direction = convert_text(c, "%s", direction);
    convert_set(c, side, "origin",
                new_origin(c, activity->id, adapter, direction, activity->function, activity->component));
    convert_set(c, side, "name", json_string(name));
    return !c->ledger.failed && copy_component(c, old, name, direction, json_object_get(side, "origin"), activity->id);
}

/* A function that is given something and answers has both schemas, whether transformations use both or not. */
void convert_schemas_complete(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        struct convert_function *function = c->schemas->functions[i];
        if (!function || !function->activity_id || is_query(function))
            continue;
        for (int target = 0; target < 2 && !c->ledger.failed; target++) {
            struct convert_function_schema *schema = &function->sides[target];
            const struct convert_function_schema *other = &function->sides[!target];
            if (schema->tree || !other->tree)
                continue;
            schema->tree =
                convert_read_structure(c->project, function->entity->id, JPK_CACHE_CONNECTOR_CALL, !target, NULL);
            schema->transformation = other->transformation;
            if (!schema->tree || !schema->tree->root)
                continue;
            if (!target && !convert_wrap_answer(function->entity, schema->tree))
                c->ledger.failed = true;
            else
                add_component(c, function, target);
        }
    }
}
