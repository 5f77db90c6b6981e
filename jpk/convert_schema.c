/* Schemas of transformations' sides; those that are the user's. */
#include "jpk/convert_schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/uuid.h"
#include "jpk/convert_schemas.h"
#include "jpk/schema_extend.h"
#include "jpk/schema_json.h"

/* ------------------------------------------------------------------------------------------------------------- kept */

/*
 * The function that a web service call is made by; a function itself; NULL: none. Wizards share the calls, so it is the
 * wizard of the transformation's operation that counts; where no operation has the transformation, the first of the
 * call.
 */
static const struct jpk_entity *function_entity(const struct convert *c, const struct jpk_entity *transformation,
                                                const struct jpk_side *side)
{
    const struct jpk_entity *entity = side->entity;
    if (!convert_lives(entity))
        return NULL;
    if (entity->type == JPK_TYPE_WEB_SERVICE_CALL && c->schemas->wizards[entity->index]) {
        const struct jpk_entity *own = c->schemas->wizards[transformation->index];
        return own ? own : c->schemas->wizards[entity->index];
    }
    bool call = side->reference && (strcmp(side->reference, "callId") == 0 || strcmp(side->reference, "wsCallId") == 0);
    return call ? entity : NULL;
}

/* The wizard of what stands in an operation: of its call, and of the transformations beside it. */
static void find_wizards(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count; i++) {
        const struct jpk_entity *operation = c->project->entities[i];
        if (operation->type != JPK_TYPE_OPERATION || operation->unread || !operation->as.operation)
            continue;
        const struct jpk_entity *item = convert_wizard_item(c, operation);
        for (size_t j = 0; item && j < operation->as.operation->activity_count; j++) {
            const struct jpk_entity *content = operation->as.operation->activities[j].content;
            if (content && (content->type == JPK_TYPE_WEB_SERVICE_CALL || content->type == JPK_TYPE_TRANSFORMATION) &&
                !c->schemas->wizards[content->index])
                c->schemas->wizards[content->index] = item;
        }
    }
}

static void set_activity(struct convert *c, struct convert_function *function)
{
    const struct convert_activity *activity =
        convert_activity(c, function->entity, convert_own_direction(function->entity));
    if (!activity)
        return;
    function->activity_id = activity->id;
    function->adapter = c->connections[activity->connection].adapter;
    function->function = activity->function;
    function->activity = activity->component;
}

/* NULL: it does not say it. */
static const char *said(const struct jpk_entity *entity, const char *key)
{
    const char *value = jpk_entity_value(entity, key);
    return value && *value ? value : NULL;
}

/* The function of a side, made when it is asked for the first time. */
static struct convert_function *function_of(struct convert *c, const struct jpk_entity *transformation,
                                            const struct jpk_side *side)
{
    const struct jpk_entity *entity = function_entity(c, transformation, side);
    if (!entity || c->ledger.failed)
        return NULL;
    struct convert_function *function = c->schemas->functions[entity->index];
    if (function)
        return function;
    function = arena_calloc(&c->ledger.arena, 1, sizeof *function);
    if (!function) {
        c->ledger.failed = true;
        return NULL;
    }
    function->entity = entity;
    function->files = (struct schema_origin){
        said(entity, "input_xsd_filename"),
        said(entity, "input_xsd_root"),
        said(entity, "output_xsd_filename"),
        said(entity, "output_xsd_root"),
    };
    c->schemas->functions[entity->index] = function;
    set_activity(c, function);
    return function;
}

/* Request and response stand in different transformations, and both documents name both. */
static void find_functions(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        if (!convert_is_transformation(entity))
            continue;
        const struct jpk_transformation *t = entity->as.transformation;
        struct convert_function *request = function_of(c, entity, &t->target);
        struct convert_function *response = function_of(c, entity, &t->source);
        if (request && t->target.file && *t->target.file && !request->files.request_file) {
            request->files.request_file = t->target.file;
            request->files.request_root = t->target.root;
        }
        if (response && t->source.file && *t->source.file && !response->files.response_file) {
            response->files.response_file = t->source.file;
            response->files.response_root = t->source.root;
        }
    }
}

bool convert_is_transformation(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_TRANSFORMATION && convert_lives(entity) && entity->as.transformation;
}

bool convert_schemas_begin(struct convert *c)
{
    size_t count = c->project->entity_count + 1;
    struct convert_schemas *schemas = c->schemas = calloc(1, sizeof *schemas);
    if (schemas) {
        schemas->wizards = arena_calloc(&c->ledger.arena, count, sizeof(const struct jpk_entity *));
        schemas->functions = arena_calloc(&c->ledger.arena, count, sizeof *schemas->functions);
        schemas->connected = arena_calloc(&c->ledger.arena, count, sizeof *schemas->connected);
        schemas->extended = arena_calloc(&c->ledger.arena, count, sizeof(const struct convert_user_schema *));
    }
    if (!schemas || !schemas->wizards || !schemas->functions || !schemas->connected || !schemas->extended) {
        c->ledger.failed = true;
        return false;
    }
    find_wizards(c);
    find_functions(c);
    return !c->ledger.failed;
}

static void schema_end(struct convert_function_schema *schema)
{
    schema_paths_free(schema->paths);
    schema_tree_free(schema->tree);
}

void convert_schemas_end(struct convert *c)
{
    if (!c->schemas)
        return;
    for (size_t i = 0; c->schemas->connected && i < c->project->entity_count; i++) {
        json_decref(c->schemas->connected[i].sides[0]);
        json_decref(c->schemas->connected[i].sides[1]);
    }
    for (size_t i = 0; c->schemas->functions && i < c->project->entity_count; i++) {
        if (!c->schemas->functions[i])
            continue;
        schema_end(&c->schemas->functions[i]->sides[false]);
        schema_end(&c->schemas->functions[i]->sides[true]);
    }
    for (size_t i = 0; i < c->schemas->user_count; i++)
        if (c->schemas->users[i])
            schema_tree_free(c->schemas->users[i]->tree);
    for (size_t i = 0; i < c->schemas->document_count; i++)
        json_decref(c->schemas->documents[i]->place);
    map_free(&c->schemas->keys);
    map_free(&c->schemas->places);
    free(c->schemas->documents);
    map_free(&c->schemas->files);
    map_free(&c->schemas->prefixes);
    map_free(&c->schemas->by_name);
    map_free(&c->schemas->pairs);
    free(c->schemas->users);
    free(c->schemas);
    c->schemas = NULL;
}

/* ----------------------------------------------------------------------------------------------------------- sides
 */

/* Of an activity's schema one tree is kept for all. */
static void open_function(struct convert *c, struct convert_side *out)
{
    struct convert_function_schema *schema = &out->function->sides[out->target];
    if (!schema->tree && !c->ledger.failed) {
        schema->tree = convert_read_tree(c, out);
        schema->inferred = out->inferred;
        schema->cached = out->cached;
        schema->transformation = out->transformation;
        if (schema->tree)
            schema->paths = schema_paths_new(schema->tree, NULL);
        if (schema->tree && !schema->paths)
            c->ledger.failed = true;
    }
    out->tree = schema->tree;
    out->paths = schema->paths;
    out->inferred = schema->inferred;
}

bool convert_side_open(struct convert *c, const struct jpk_entity *transformation, bool target,
                       struct convert_side *out)
{
    const struct jpk_transformation *t = transformation->as.transformation;
    const struct jpk_side *side = target ? &t->target : &t->source;
    *out = (struct convert_side){.transformation = transformation, .side = side, .target = target};
    if (!target && (side->type_code == 13 || (!side->type_code && !side->nature && !side->reference && !side->file)))
        return true;
    out->there = true;
    out->function = function_of(c, transformation, side);
    if (out->function && out->function->activity_id) {
        open_function(c, out);
        return !c->ledger.failed;
    }
    out->own = convert_read_tree(c, out);
    out->function = NULL;
    out->tree = out->own;
    out->paths = out->own ? schema_paths_new(out->own, NULL) : NULL;
    if (out->own && !out->paths)
        c->ledger.failed = true;
    return !c->ledger.failed;
}

void convert_side_close(struct convert_side *side)
{
    if (side->function)
        return;
    schema_paths_free(side->paths);
    if (!side->kept)
        schema_tree_free(side->own);
}

/* ------------------------------------------------------------------------------------------------------------ paths */

const struct schema_node *convert_side_node(const struct convert_side *side, const char *path, size_t n)
{
    return side->paths ? schema_paths_script(side->paths, path, n) : NULL;
}

bool convert_side_is_prefix(const struct convert_side *side, const char *path)
{
    return side->tree && side->tree->prefix_path && strcmp(side->tree->prefix_path, path) == 0;
}

bool convert_side_extend(struct convert *c, struct convert_side *side, const struct strings *paths)
{
    size_t added = 0;
    if (!side->own || paths->count == 0)
        return true;
    if (!schema_extend(side->own, paths, &added, NULL)) {
        c->ledger.failed = true;
        return false;
    }
    side->extended += added;
    if (added > 0) {
        schema_paths_free(side->paths);
        side->paths = schema_paths_new(side->own, NULL);
        c->ledger.failed |= !side->paths;
    }
    return !c->ledger.failed;
}

/* -------------------------------------------------------------------------------------------- schemas of the user's
 */

static const char *format_of(const struct schema_tree *tree)
{
    return tree->kind == SCHEMA_FLAT ? "csv" : tree->kind == SCHEMA_JSON ? "json" : "xml";
}

/* Keeps what a place stands for, and the place, so that no other object gets its address. */
static bool keep_document(struct convert *c, json_t *place, const struct schema_tree *tree, bool indices)
{
    struct convert_schemas *schemas = c->schemas;
    struct convert_document *document = arena_alloc(&c->ledger.arena, sizeof *document);
    struct convert_document **documents = array_grow(schemas->documents, schemas->document_count,
                                                     &schemas->document_capacity, sizeof(struct convert_document *));
    if (documents)
        schemas->documents = documents;
    if (!document || !documents)
        return false;
    *document = (struct convert_document){json_incref(place), tree, indices};
    documents[schemas->document_count] = document;
    return map_set(&schemas->places, (const char *)&document->place, sizeof(document->place),
                   (uint32_t)schemas->document_count++);
}

json_t *convert_place_document(struct convert *c, struct schema_tree *tree, const char *name, bool indices)
{
    json_t *place = json_object();
    tree->name = name;
    if (!place || !keep_document(c, place, tree, indices))
        c->ledger.failed = true;
    return place;
}

bool convert_document_make(void *context, const json_t *place, json_t **value)
{
    const struct convert *c = context;
    uint32_t index = c->schemas ? map_get(&c->schemas->places, (const char *)&place, sizeof place) : MAP_NONE;
    if (index == MAP_NONE)
        return true;
    const struct convert_document *document = c->schemas->documents[index];
    *value = schema_tree_json(document->tree, document->indices, NULL);
    return *value != NULL;
}

/* The file format that it is read from; NULL: none. */
static const struct jpk_entity *read_document_of(const struct convert_side *side)
{
    const struct jpk_entity *entity = side->side->entity;
    return entity && entity->type == JPK_TYPE_DOCUMENT && side->own->kind == SCHEMA_FLAT && !side->inferred ? entity
                                                                                                            : NULL;
}

/* The file format that it is as a whole: whatever mappings add to one is a schema by itself. */
static const struct jpk_entity *document_of(const struct convert_side *side)
{
    return side->extended == 0 ? read_document_of(side) : NULL;
}

/* Equal documents have equal keys. */
static const char *key_of(struct convert *c, struct convert_side *side)
{
    char id[UUID_SIZE] = "";
    side->own->name = NULL;
    json_t *document = schema_tree_json(side->own, true, NULL);
    char *text = json_text(document, JSON_COMPACT);
    const struct jpk_entity *entity = document_of(side);
    if (text)
        uuid_of_name(c->project->id, text, id);
    c->ledger.failed |= !text;
    free(text);
    json_decref(document);
    return convert_text(c, "%s/%s", id, entity ? entity->id : side->side->file ? side->side->file : "");
}

/* The file that it is read from, or whose structure the cache holds; NULL: none. */
static const char *file_of(const struct convert_side *side)
{
    return side->side->file && *side->side->file && !side->inferred ? side->side->file : NULL;
}

static const char *wanted_name(struct convert *c, const struct convert_side *side)
{
    const struct jpk_entity *document = document_of(side);
    if (document)
        return document->name;
    if (file_of(side))
        return file_of(side);
    return convert_text(c, "%s - %s", side->transformation->name, side->target ? "Target" : "Source");
}

static struct convert_user_schema *add_user_schema(struct convert *c, struct convert_side *side)
{
    struct convert_user_schema *schema = arena_calloc(&c->ledger.arena, 1, sizeof *schema);
    const struct jpk_entity *document = document_of(side);
    if (!schema) {
        c->ledger.failed = true;
        return NULL;
    }
    schema->name = convert_name(c, JPK_CLOUD_SCHEMA, wanted_name(c, side), document);
    schema->id = document
                     ? convert_id(c, JPK_CLOUD_SCHEMA, NULL, document->id)
                     : convert_id(c, JPK_CLOUD_SCHEMA, side->target ? "target" : "source", side->transformation->id);
    schema->tree = side->own;
    side->kept = true;
    schema->document = convert_place_document(c, schema->tree, schema->name, true);
    json_t *component = cloud_new_component(JPK_CLOUD_SCHEMA, schema->name, schema->id);
    convert_set(c, component, "format", json_string(format_of(side->own)));
    convert_set(c, component, "schemaTypeDocument", schema->document);
    convert_add(c, JPK_CLOUD_SCHEMA, component);
    if (file_of(side))
        convert_take_file(c, file_of(side));
    if (document)
        convert_done(c, document, JPK_CONVERTED, "schema:%s", schema->name);
    return schema;
}

static struct convert_user_schema *user_schema(struct convert *c, struct convert_side *side)
{
    struct convert_schemas *schemas = c->schemas;
    const char *key = key_of(c, side);
    uint32_t found = c->ledger.failed ? MAP_NONE : map_get(&schemas->keys, key, strlen(key));
    if (found != MAP_NONE || c->ledger.failed)
        return c->ledger.failed ? NULL : schemas->users[found];
    struct convert_user_schema **users =
        array_grow(schemas->users, schemas->user_count, &schemas->user_capacity, sizeof(struct convert_user_schema *));
    if (!users || !map_set(&schemas->keys, key, strlen(key), (uint32_t)schemas->user_count)) {
        schemas->users = users ? users : schemas->users;
        c->ledger.failed = true;
        return NULL;
    }
    schemas->users = users;
    struct convert_user_schema *schema = users[schemas->user_count++] = add_user_schema(c, side);
    return c->ledger.failed ? NULL : schema;
}

static json_t *reference_to_user(struct convert *c, const struct convert_user_schema *schema)
{
    json_t *json = schema ? json_object() : NULL;
    if (!json)
        return NULL;
    convert_set(c, json, "name", json_string(schema->name));
    convert_set(c, json, "id", json_string(schema->id));
    convert_set(c, json, "document", json_incref(schema->document));
    return json;
}

static json_t *user_json(struct convert *c, struct convert_side *side)
{
    const struct convert_user_schema *schema = user_schema(c, side);
    const struct jpk_entity *document = schema ? read_document_of(side) : NULL;
    if (document && !document_of(side) && !c->schemas->extended[document->index])
        c->schemas->extended[document->index] = schema;
    return reference_to_user(c, schema);
}

void convert_schemas_account(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct convert_user_schema *schema = c->schemas->extended[i];
        if (!schema || c->ledger.items[i].target)
            continue;
        const struct jpk_entity *document = c->project->entities[i];
        convert_rename(c, document, schema->name);
        convert_note(c, document, CONVERT_SCHEMA_GUESSED, 0, "its schema has nodes that only mappings name");
        convert_done(c, document, JPK_CONVERTED, "schema:%s", schema->name);
    }
}

/* A connector's tree once more, as one of the user's. */
static struct schema_tree *users_tree(struct convert *c, struct schema_tree *tree)
{
    const char *jtr = tree->jtr, *name = tree->name;
    tree->connector = false; /* as long as it is written as one of the user's */
    tree->jtr = NULL;
    tree->name = NULL;
    json_t *json = schema_tree_json(tree, true, NULL);
    tree->connector = true;
    tree->jtr = jtr;
    tree->name = name;
    struct schema_tree *own = json ? schema_tree_from_cloud(json, 0, NULL) : NULL;
    c->ledger.failed |= !own;
    json_decref(json);
    return own;
}

json_t *convert_side_detach(struct convert *c, const struct jpk_entity *transformation, bool target)
{
    const struct jpk_transformation *t = transformation->as.transformation;
    struct convert_side side = {
        .transformation = transformation, .side = target ? &t->target : &t->source, .target = target};
    const struct convert_function *function = function_of(c, transformation, side.side);
    struct schema_tree *tree = function ? function->sides[target].tree : NULL;
    side.own = tree ? users_tree(c, tree) : NULL;
    json_t *json = side.own ? user_json(c, &side) : NULL;
    if (!side.kept)
        schema_tree_free(side.own);
    return json;
}

json_t *convert_side_json(struct convert *c, struct convert_side *side)
{
    if (!side->tree || c->ledger.failed)
        return NULL;
    json_t *json = side->function ? convert_function_json(c, side) : user_json(c, side);
    c->ledger.failed |= !json;
    return json;
}
