/* An export: what is in the file, and finding things in it. */
#include "jpk/cloud.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/utf16.h"
#include "jpk/brackets.h"
#include "jpk/cloud_model.h"

/* ------------------------------------------------------------------------------------------------------------ kinds */

static const struct jpk_cloud_kind_info kinds[JPK_CLOUD_KINDS] = {
    {JPK_CLOUD_OTHER, 0, "other", "component of another kind", "components of other kinds", NULL, JPK_TYPE_UNKNOWN},
    {JPK_CLOUD_OPERATION, 200, "operation", "operation", "operations", "operation", JPK_TYPE_OPERATION},
    {JPK_CLOUD_SCRIPT, 400, "script", "script", "scripts", "script", JPK_TYPE_SCRIPT},
    {JPK_CLOUD_ACTIVITY, 500, "activity", "activity", "activities", "activity", JPK_TYPE_UNKNOWN},
    {JPK_CLOUD_CONNECTION, 600, "connection", "connection", "connections", "endpoint", JPK_TYPE_UNKNOWN},
    {JPK_CLOUD_TRANSFORMATION, 700, "transformation", "transformation", "transformations", NULL,
     JPK_TYPE_TRANSFORMATION},
    {JPK_CLOUD_SCHEMA, 900, "schema", "schema", "schemas", NULL, JPK_TYPE_DOCUMENT},
    {JPK_CLOUD_VARIABLE, 1000, "projectVariable", "project variable", "project variables", NULL,
     JPK_TYPE_PROJECT_VARIABLE},
    {JPK_CLOUD_EMAIL, 1200, "notification", "e-mail notification", "e-mail notifications", "email",
     JPK_TYPE_EMAIL_MESSAGE},
    {JPK_CLOUD_GLOBAL, 1300, "globalVariable", "global variable", "global variables", NULL, JPK_TYPE_UNKNOWN},
};

const struct jpk_cloud_kind_info *jpk_cloud_kind_info(enum jpk_cloud_kind kind)
{
    return &kinds[(size_t)kind < JPK_CLOUD_KINDS ? kind : JPK_CLOUD_OTHER];
}

enum jpk_cloud_kind jpk_cloud_kind_of(int64_t number)
{
    for (size_t i = 1; i < JPK_CLOUD_KINDS; i++)
        if (kinds[i].number == number)
            return kinds[i].kind;
    return JPK_CLOUD_OTHER;
}

/* ---------------------------------------------------------------------------------------------------- what it holds */

bool jpk_cloud_looks_like(const char *text, size_t size)
{
    enum utf16 form = utf16_of(text, size);
    bool wide = form != UTF16_NONE;
    size_t step = wide ? 2 : 1, low = form == UTF16_BIG;
    for (size_t at = wide ? 2 : text_mark(text, size); at + step <= size; at += step) {
        char c = text[at + low];
        if (wide && text[at + 1 - low] != '\0')
            return false;
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return c == '{' || c == '[';
    }
    return false;
}

static uint32_t get(const struct cloud *c, uint32_t object, const char *key, enum jdoc_type type)
{
    uint32_t value = jdoc_member(&c->doc, object, key);
    return value != JDOC_NONE && jdoc_type(&c->doc, value) == type ? value : JDOC_NONE;
}

/* Whether an array holds components: the first element with a type and an id. */
static bool holds_components(const struct cloud *c, uint32_t array)
{
    for (uint32_t item = array + 1; item < jdoc_next(&c->doc, array); item = jdoc_next(&c->doc, item))
        if (get(c, item, "type", JDOC_NUMBER) != JDOC_NONE && get(c, item, "id", JDOC_STRING) != JDOC_NONE)
            return true;
    return false;
}

/* Which of the forms it is, and the node of the project; false: none. */
static bool find_form(struct cloud *c)
{
    uint32_t project = get(c, 0, "project", JDOC_OBJECT);
    uint32_t components = get(c, 0, "components", JDOC_ARRAY);
    c->public.project = 0;
    if (project != JDOC_NONE) {
        c->public.form = JPK_CLOUD_EXPORT;
        c->public.project = project;
        return true;
    }
    if (jdoc_type(&c->doc, 0) == JDOC_ARRAY) {
        c->public.form = JPK_CLOUD_COMPONENTS;
        return holds_components(c, 0);
    }
    bool workflows = get(c, 0, "workflows", JDOC_ARRAY) != JDOC_NONE;
    c->public.form = workflows ? JPK_CLOUD_PROJECT : JPK_CLOUD_COMPONENTS;
    return workflows || (components != JDOC_NONE && holds_components(c, components));
}

static bool is_array(const struct cloud *c)
{
    return jdoc_type(&c->doc, 0) == JDOC_ARRAY;
}

static void read_facts(struct cloud *c)
{
    struct jpk_cloud *p = &c->public;
    uint32_t project = is_array(c) ? JDOC_NONE : p->project;
    p->name = cloud_string(c, project, "name", NULL);
    p->id = cloud_string(c, project, "id", NULL);
    p->description = cloud_string(c, project, "description", NULL);
    p->organization_id = cloud_string(c, project, "organizationId", NULL);
    p->environment_id = cloud_string(c, project, "targetEnvironmentId", NULL);
    p->created_on = cloud_number(c, project, "createdOn");
    p->version = p->form == JPK_CLOUD_EXPORT ? cloud_number(c, 0, "version") : 0;
}

static void read_components(struct cloud *c)
{
    size_t count;
    uint32_t array = is_array(c) ? 0 : cloud_member(c, c->public.project, "components", JDOC_ARRAY);
    uint32_t *objects = cloud_objects(c, array, &count);
    c->components = arena_calloc(&c->arena, count, sizeof *c->components);
    c->list = arena_calloc(&c->arena, count, sizeof(struct jpk_cloud_component *));
    c->failed = c->failed || !c->components || !c->list;
    for (size_t i = 0; i < count && !c->failed; i++) {
        struct jpk_cloud_component *component = &c->components[i];
        component->node = objects[i];
        component->index = (uint32_t)i;
        cloud_read_component(c, component);
        c->list[i] = component;
        c->public.counts[component->kind]++;
    }
    c->public.components = c->list;
    c->public.component_count = count;
}

/* Of an empty workflow the vendor's example of a request has `"operations": ""`. */
static uint32_t operations_of(struct cloud *c, uint32_t workflow)
{
    uint32_t operations = jdoc_member(&c->doc, workflow, "operations");
    if (operations != JDOC_NONE && jdoc_string_is(&c->doc, operations, "", 0))
        return JDOC_NONE;
    return cloud_member(c, workflow, "operations", JDOC_ARRAY);
}

static void read_workflow(struct cloud *c, struct jpk_cloud_workflow *workflow)
{
    size_t count;
    workflow->id = cloud_string(c, workflow->node, "id", NULL);
    workflow->name = cloud_string(c, workflow->node, "name", NULL);
    uint32_t *objects = cloud_objects(c, operations_of(c, workflow->node), &count);
    struct jpk_cloud_link *links = arena_calloc(&c->arena, count, sizeof *links);
    c->failed = c->failed || !links;
    for (size_t i = 0; i < count && !c->failed; i++)
        links[i] = cloud_link(c, objects[i], "id");
    workflow->operations = links;
    workflow->operation_count = c->failed ? 0 : count;
}

static void read_workflows(struct cloud *c)
{
    size_t count;
    uint32_t array = is_array(c) ? JDOC_NONE : cloud_member(c, c->public.project, "workflows", JDOC_ARRAY);
    uint32_t *objects = cloud_objects(c, array, &count);
    c->workflows = arena_calloc(&c->arena, count, sizeof *c->workflows);
    c->failed = c->failed || !c->workflows;
    for (size_t i = 0; i < count && !c->failed; i++) {
        c->workflows[i].node = objects[i];
        read_workflow(c, &c->workflows[i]);
    }
    c->public.workflows = c->workflows;
    c->public.workflow_count = c->failed ? 0 : count;
}

static void read_adapters(struct cloud *c)
{
    size_t count;
    uint32_t array = is_array(c) ? JDOC_NONE : cloud_member(c, c->public.project, "adapters", JDOC_ARRAY);
    uint32_t *objects = cloud_objects(c, array, &count);
    struct jpk_cloud_adapter *adapters = arena_calloc(&c->arena, count, sizeof *adapters);
    c->failed = c->failed || !adapters;
    for (size_t i = 0; i < count && !c->failed; i++) {
        uint32_t id = jdoc_member(&c->doc, objects[i], "id");
        bool number = jdoc_is(&c->doc, id, JDOC_NUMBER);
        adapters[i] = (struct jpk_cloud_adapter){
            .id = number ? arena_strndup(&c->arena, jdoc_number(&c->doc, id), jdoc_number_size(&c->doc, id))
                         : cloud_string(c, objects[i], "id", NULL),
            .name = cloud_string(c, objects[i], "name", NULL),
            .label = cloud_string(c, objects[i], "displayName", NULL),
            .node = objects[i]};
        c->failed = c->failed || !adapters[i].id;
    }
    c->public.adapters = adapters;
    c->public.adapter_count = c->failed ? 0 : count;
}

static void read_adapter_ids(struct cloud *c)
{
    uint32_t array = is_array(c) ? JDOC_NONE : cloud_member(c, c->public.project, "adapterIds", JDOC_ARRAY);
    size_t count = array == JDOC_NONE ? 0 : jdoc_count(&c->doc, array), used = 0;
    struct jpk_cloud_text *ids = arena_calloc(&c->arena, count, sizeof *ids);
    c->failed = c->failed || !ids;
    for (uint32_t at = array + 1; count > 0 && !c->failed && at < jdoc_next(&c->doc, array);
         at = jdoc_next(&c->doc, at))
        if (jdoc_type(&c->doc, at) == JDOC_STRING)
            ids[used++] = (struct jpk_cloud_text){cloud_copy(c, at), at};
    c->public.adapter_ids = ids;
    c->public.adapter_id_count = used;
}

static void read_assets(struct cloud *c)
{
    size_t count;
    uint32_t array = c->public.form == JPK_CLOUD_EXPORT ? cloud_member(c, 0, "assets", JDOC_ARRAY) : JDOC_NONE;
    uint32_t *objects = cloud_objects(c, array, &count);
    struct jpk_cloud_asset *assets = arena_calloc(&c->arena, count, sizeof *assets);
    c->failed = c->failed || !assets;
    for (size_t i = 0; i < count && !c->failed; i++)
        assets[i] = (struct jpk_cloud_asset){
            .path = cloud_string(c, objects[i], "path", NULL),
            .type = cloud_string(c, objects[i], "type", NULL),
            .node = objects[i],
            .content = cloud_member(c, objects[i], "compressedContent", JDOC_STRING),
        };
    c->public.assets = assets;
    c->public.asset_count = c->failed ? 0 : count;
}

/* ---------------------------------------------------------------------------------------------------------- indices */

static const char *name_key(struct cloud *c, enum jpk_cloud_kind kind, const char *name)
{
    buf_clear(&c->scratch);
    buf_putc(&c->scratch, (char)('0' + kind));
    buf_puts(&c->scratch, name);
    return buf_text(&c->scratch);
}

static void index_text(struct cloud *c, struct map *map, const char *key, uint32_t value)
{
    uint32_t old;
    const char *kept = arena_strdup(&c->arena, key);
    if (!kept || !map_add(map, kept, strlen(kept), value, &old))
        c->failed = true;
}

/* How scripts name it. */
static const char *reference_of(struct cloud *c, const struct jpk_cloud_component *component)
{
    const char *prefix = kinds[component->kind].reference;
    const struct jpk_cloud_activity *activity = component->as.activity;
    buf_clear(&c->scratch);
    if (!prefix || !*component->name)
        return NULL;
    if (component->kind == JPK_CLOUD_ACTIVITY) {
        const struct jpk_cloud_component *connection = activity->connection.component;
        buf_printf(&c->scratch, "%s:%s/%s/%s/%s", prefix, activity->adapter, connection ? connection->name : "",
                   activity->function, component->name);
    } else if (component->kind == JPK_CLOUD_CONNECTION) {
        buf_printf(&c->scratch, "%s:%s/%s", prefix, component->as.connection->adapter, component->name);
    } else {
        buf_printf(&c->scratch, "%s:%s", prefix, component->name);
    }
    const char *kept = arena_strdup(&c->arena, buf_text(&c->scratch));
    c->failed = c->failed || !kept || c->scratch.failed;
    return kept;
}

static void index_ids(struct cloud *c)
{
    uint32_t old;
    for (uint32_t i = 0; i < c->public.component_count && !c->failed; i++) {
        const char *id = arena_strdup_lower(&c->arena, c->components[i].id);
        if (!id || (*id && !map_add(&c->by_id, id, strlen(id), i, &old)))
            c->failed = true;
        else if (*c->components[i].name)
            index_text(c, &c->by_name, name_key(c, c->components[i].kind, c->components[i].name), i);
    }
}

static void index_references(struct cloud *c)
{
    for (uint32_t i = 0; i < c->public.component_count && !c->failed; i++) {
        c->components[i].reference = reference_of(c, &c->components[i]);
        if (c->components[i].reference)
            index_text(c, &c->by_reference, c->components[i].reference, i);
    }
}

/* -------------------------------------------------------------------------------------------------------- all of it */

static bool load(struct cloud *c, struct jpk_error *err)
{
    struct jdoc_options options = {
        .size = c->limits.entry_size,
        .size_name = "--max-entry-size",
        .reject_nul = true, /* texts of the model end with one */
    };
    if (!jdoc_parse(&c->doc, c->public.text, c->public.size, &options, err) || !jdoc_place_all(&c->doc, err))
        return false;
    c->public.doc = &c->doc;
    if (!find_form(c)) {
        error_set(err, JPK_ERR_NO_PROJECT, "is JSON, but holds neither a Cloud Studio project nor components of one");
        error_position(err, 1, 1);
        return false;
    }
    read_facts(c);
    read_components(c);
    read_workflows(c);
    read_adapters(c);
    read_adapter_ids(c);
    read_assets(c);
    if (!c->failed)
        index_ids(c);
    if (!c->failed)
        cloud_resolve(c);
    if (!c->failed)
        index_references(c);
    if (!c->failed)
        cloud_find_names(c);
    c->public.problems = c->problems;
    return !c->failed || error_memory(err);
}

struct jpk_cloud *cloud_load_buf(struct buf *text, const char *name, const struct jpk_limits *limits,
                                 struct jpk_error *err)
{
    struct cloud *c = calloc(1, sizeof *c);
    struct jpk_error local = {0};
    if (!c) {
        buf_free(text);
        error_memory(err);
        return NULL;
    }
    utf16_read(text);
    c->text = *text;
    *text = (struct buf){0};
    c->path_room = 1024 + 8 * c->text.size;
    c->limits = limits ? *limits : jpk_limits_default();
    size_t mark = text_mark(buf_text(&c->text), c->text.size);
    c->public.text = buf_text(&c->text) + mark;
    c->public.size = c->text.size - mark;
    c->public.file = name ? arena_strdup(&c->arena, name) : NULL;
    if (c->text.failed || (name && !c->public.file))
        error_memory(&local);
    else if (load(c, &local))
        return &c->public;
    if (name)
        error_file(&local, name);
    error_pass(err, &local, NULL);
    jpk_cloud_free(&c->public);
    return NULL;
}

struct jpk_cloud *jpk_cloud_load(const char *text, size_t size, const char *name, const struct jpk_limits *limits,
                                 struct jpk_error *err)
{
    struct buf copy = {0};
    buf_put(&copy, text, size);
    if (copy.failed) {
        buf_free(&copy);
        error_memory(err);
        return NULL;
    }
    return cloud_load_buf(&copy, name, limits, err);
}

struct jpk_cloud *jpk_cloud_load_file(const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_limits defaults = jpk_limits_default();
    struct buf text = {0};
    if (!file_read(path, limits ? limits->entry_size : defaults.entry_size, "--max-entry-size", &text, err)) {
        buf_free(&text);
        return NULL;
    }
    return cloud_load_buf(&text, path, limits, err);
}

void jpk_cloud_free(struct jpk_cloud *cloud)
{
    struct cloud *c = (struct cloud *)cloud;
    if (!c)
        return;
    jdoc_free(&c->doc);
    buf_free(&c->text);
    buf_free(&c->scratch);
    map_free(&c->by_id);
    map_free(&c->by_name);
    map_free(&c->by_reference);
    map_free(&c->by_variable);
    free(c->problems);
    free(c->references);
    free(c->uses);
    free(c->variables);
    free(c->reference_at);
    free(c->use_at);
    free(c->to_at);
    free((void *)c->to);
    free((void *)c->by_use);
    arena_free(&c->arena);
    free(c);
}

/* ------------------------------------------------------------------------------------------------------- looking up */

enum { KEY_MAX = 256 };

const struct jpk_cloud_component *jpk_cloud_by_id(const struct jpk_cloud *cloud, const char *id)
{
    const struct cloud *c = (const struct cloud *)cloud;
    char key[KEY_MAX];
    size_t n = strlen(id);
    if (n == 0 || n >= sizeof key)
        return NULL; /* longer ones are no ids */
    for (size_t i = 0; i < n; i++)
        key[i] = text_lower(id[i]);
    uint32_t found = map_get(&c->by_id, key, n);
    return found == MAP_NONE ? NULL : &c->components[found];
}

const struct jpk_cloud_component *jpk_cloud_by_name(const struct jpk_cloud *cloud, enum jpk_cloud_kind kind,
                                                    const char *name)
{
    const struct cloud *c = (const struct cloud *)cloud;
    const char first[] = {(char)('0' + kind), '\0'};
    uint32_t found = map_get_joined(&c->by_name, (const char *const[]){first, name}, 2);
    return found == MAP_NONE ? NULL : &c->components[found];
}

const struct jpk_cloud_component *jpk_cloud_by_reference(const struct jpk_cloud *cloud, const char *text)
{
    const struct cloud *c = (const struct cloud *)cloud;
    static const char other[] = "connection:"; /* another word for `endpoint:` */
    uint32_t found = map_get(&c->by_reference, text, strlen(text));
    if (found == MAP_NONE && text_starts_with(text, other)) {
        struct buf key = {0};
        buf_printf(&key, "endpoint:%s", text + sizeof other - 1);
        found = key.failed ? MAP_NONE : map_get(&c->by_reference, key.data, key.size);
        buf_free(&key);
    }
    return found == MAP_NONE ? NULL : &c->components[found];
}

const struct jpk_cloud_variable *jpk_cloud_variable(const struct jpk_cloud *cloud, const char *name)
{
    const struct cloud *c = (const struct cloud *)cloud;
    char key[VARIABLE_NAME_MAX];
    uint32_t found = map_get(&c->by_variable, key, variable_key(name, strlen(name), key));
    return found == MAP_NONE ? NULL : &c->variables[found];
}

const struct jpk_cloud_reference *jpk_cloud_from(const struct jpk_cloud *cloud,
                                                 const struct jpk_cloud_component *component, size_t *count)
{
    const struct cloud *c = (const struct cloud *)cloud;
    const uint32_t *at = c->reference_at + component->index;
    *count = at[1] - at[0];
    return *count ? c->references + at[0] : NULL;
}

const struct jpk_cloud_reference *const *jpk_cloud_to(const struct jpk_cloud *cloud,
                                                      const struct jpk_cloud_component *component, size_t *count)
{
    const struct cloud *c = (const struct cloud *)cloud;
    const uint32_t *at = c->to_at + component->index;
    *count = at[1] - at[0];
    return *count ? c->to + at[0] : NULL;
}

const struct jpk_cloud_use *jpk_cloud_uses(const struct jpk_cloud *cloud, const struct jpk_cloud_component *component,
                                           size_t *count)
{
    const struct cloud *c = (const struct cloud *)cloud;
    const uint32_t *at = c->use_at + component->index;
    *count = at[1] - at[0];
    return *count ? c->uses + at[0] : NULL;
}

const struct jpk_cloud_property *jpk_cloud_property(const struct jpk_cloud_component *component, const char *path)
{
    bool activity = component->kind == JPK_CLOUD_ACTIVITY, connection = component->kind == JPK_CLOUD_CONNECTION;
    const struct jpk_cloud_property *properties = activity     ? component->as.activity->properties
                                                  : connection ? component->as.connection->properties
                                                               : NULL;
    size_t count = activity     ? component->as.activity->property_count
                   : connection ? component->as.connection->property_count
                                : 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(properties[i].path, path) == 0)
            return &properties[i];
    return NULL;
}
