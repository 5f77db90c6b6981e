/* Components as they are read. What has the wrong type is noted and left out. */
#include <stdlib.h>

#include "base/array.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_shape.h"
#include "jpk/secret_field.h"

/* ---------------------------------------------------------------------------------------------------------- members */

static const char *type_words(enum jdoc_type type)
{
    static const char *const words[] = {
        [JDOC_NULL] = "null",        [JDOC_FALSE] = "true or false", [JDOC_TRUE] = "true or false",
        [JDOC_NUMBER] = "a number",  [JDOC_STRING] = "a string",     [JDOC_ARRAY] = "an array",
        [JDOC_OBJECT] = "an object",
    };
    return words[type];
}

static void problem(struct cloud *c, uint32_t node, enum jdoc_type type)
{
    size_t count = c->public.problem_count;
    struct jpk_cloud_problem *problems = array_grow(c->problems, count, &c->problem_capacity, sizeof *problems);
    if (!problems) {
        c->failed = true;
        return;
    }
    c->problems = problems;
    problems[count] = (struct jpk_cloud_problem){.node = node, .expected = type_words(type)};
    c->public.problem_count++;
}

uint32_t cloud_member(struct cloud *c, uint32_t object, const char *key, enum jdoc_type type)
{
    uint32_t value = jdoc_member(&c->doc, object, key);
    if (value == JDOC_NONE || jdoc_type(&c->doc, value) == JDOC_NULL)
        return JDOC_NONE;
    enum jdoc_type found = jdoc_type(&c->doc, value);
    if (found == type || (type == JDOC_TRUE && found == JDOC_FALSE))
        return value;
    problem(c, value, type);
    return JDOC_NONE;
}

bool cloud_flag(struct cloud *c, uint32_t object, const char *key)
{
    uint32_t value = cloud_member(c, object, key, JDOC_TRUE);
    return jdoc_is(&c->doc, value, JDOC_TRUE);
}

int64_t cloud_number(struct cloud *c, uint32_t object, const char *key)
{
    int64_t number = 0;
    uint32_t value = cloud_member(c, object, key, JDOC_NUMBER);
    if (value != JDOC_NONE)
        jdoc_integer(&c->doc, value, &number);
    return number;
}

const char *cloud_copy(struct cloud *c, uint32_t string)
{
    const char *copy = arena_strndup(&c->arena, jdoc_string(&c->doc, string), jdoc_string_size(&c->doc, string));
    c->failed = c->failed || !copy;
    return copy ? copy : "";
}

const char *cloud_string(struct cloud *c, uint32_t object, const char *key, uint32_t *node)
{
    uint32_t value = cloud_member(c, object, key, JDOC_STRING);
    if (node)
        *node = value;
    return value == JDOC_NONE ? "" : cloud_copy(c, value);
}

uint32_t *cloud_objects(struct cloud *c, uint32_t array, size_t *count)
{
    size_t most = array == JDOC_NONE ? 0 : jdoc_count(&c->doc, array);
    uint32_t *objects = arena_calloc(&c->arena, most, sizeof *objects);
    *count = 0;
    c->failed = c->failed || !objects;
    if (c->failed || most == 0)
        return objects;
    for (uint32_t item = array + 1; item < jdoc_next(&c->doc, array); item = jdoc_next(&c->doc, item)) {
        if (jdoc_type(&c->doc, item) == JDOC_OBJECT)
            objects[(*count)++] = item;
        else
            problem(c, item, JDOC_OBJECT);
    }
    return objects;
}

struct jpk_cloud_link cloud_link(struct cloud *c, uint32_t object, const char *key)
{
    struct jpk_cloud_link link = {.id = "", .node = object};
    uint32_t node;
    if (object == JDOC_NONE)
        return link;
    link.id = cloud_string(c, object, key, &node);
    link.number = cloud_number(c, object, "type");
    link.node = node == JDOC_NONE ? object : node;
    return link;
}

static uint32_t object_member(struct cloud *c, uint32_t object, const char *key)
{
    return cloud_member(c, object, key, JDOC_OBJECT);
}

/* Room for what the objects of an array hold; *objects gets them. NULL: no memory. */
static void *rows_of(struct cloud *c, uint32_t object, const char *key, size_t size, uint32_t **objects, size_t *count)
{
    *objects = cloud_objects(c, cloud_member(c, object, key, JDOC_ARRAY), count);
    void *rows = c->failed ? NULL : arena_calloc(&c->arena, *count, size);
    c->failed = c->failed || !rows;
    *count = rows ? *count : 0;
    return rows;
}

/* ------------------------------------------------------------------------------------------------------- properties */

enum {
    PROPERTY_DEPTH = 64, /* real trees have five levels; what lies deeper is left to the document */
    PATH_BYTES = 1000
};

/* A scalar as text, anything else as JSON; NULL for null and for what is not there. */
static const char *text_of(struct cloud *c, uint32_t value)
{
    if (value == JDOC_NONE || jdoc_type(&c->doc, value) == JDOC_NULL)
        return NULL;
    if (jdoc_type(&c->doc, value) == JDOC_STRING)
        return cloud_copy(c, value);
    buf_clear(&c->scratch);
    cloud_put(&c->scratch, &c->doc, value, SHAPE_ANY, true);
    const char *copy = arena_strdup(&c->arena, buf_text(&c->scratch));
    c->failed = c->failed || !copy || c->scratch.failed;
    return copy;
}

static uint32_t any_member(struct cloud *c, uint32_t object, const char *key)
{
    return jdoc_member(&c->doc, object, key);
}

/* Flags that some files hold as text: "true". */
static bool loose_flag(struct cloud *c, uint32_t object, const char *key)
{
    uint32_t value = any_member(c, object, key);
    return value != JDOC_NONE &&
           (jdoc_type(&c->doc, value) == JDOC_TRUE || jdoc_string_is(&c->doc, value, "true", strlen("true")));
}

static void read_property(struct cloud *c, struct jpk_cloud_property *property, uint32_t object, const char *path,
                          const char *name)
{
    uint32_t value = any_member(c, object, "value");
    *property = (struct jpk_cloud_property){
        .path = path,
        .name = name,
        .label = cloud_string(c, object, "displayName", NULL),
        .value = text_of(c, value),
        .default_value = text_of(c, any_member(c, object, "defaultValue")),
        .secret = secret_said(&c->doc, object),
        .hidden = loose_flag(c, object, "hidden"),
        .node = object,
        .value_node = value,
    };
}

/* A level of the tree that is walked through: its next node, the node behind it, and how much of the path is its. */
struct level {
    uint32_t at, end;
    size_t path;
};

struct walk {
    struct level levels[PROPERTY_DEPTH];
    size_t depth;
    struct buf path;
    struct jpk_cloud_property *rows; /* NULL while they are counted */
    size_t count;
};

static void enter(struct cloud *c, struct walk *walk, uint32_t array)
{
    if (array != JDOC_NONE && walk->depth < PROPERTY_DEPTH)
        walk->levels[walk->depth++] =
            (struct level){.at = array + 1, .end = jdoc_next(&c->doc, array), .path = walk->path.size};
}

/* Sets the path to that of a node on the level at hand. */
static void extend_path(struct cloud *c, struct walk *walk, uint32_t name)
{
    walk->path.size = walk->levels[walk->depth - 1].path;
    if (walk->path.size > 0)
        buf_putc(&walk->path, '/');
    if (jdoc_is(&c->doc, name, JDOC_STRING))
        buf_put(&walk->path, jdoc_string(&c->doc, name), jdoc_string_size(&c->doc, name));
    c->failed = c->failed || walk->path.failed;
}

/* The path as it is kept: the name alone when it is very long, or when paths take much more room than the file. */
static const char *kept_path(struct cloud *c, const struct walk *walk, const char *name)
{
    size_t n = walk->path.size;
    if (n > PATH_BYTES || n > c->path_room)
        return name;
    c->path_room -= n;
    const char *path = arena_strndup(&c->arena, buf_text(&walk->path), n);
    c->failed = c->failed || !path;
    return path;
}

/* One node; counting it makes no copies. */
static void visit(struct cloud *c, struct walk *walk, uint32_t node)
{
    uint32_t children = any_member(c, node, "children"), name = any_member(c, node, "name");
    bool group = jdoc_is(&c->doc, children, JDOC_ARRAY);
    if (jdoc_type(&c->doc, node) != JDOC_OBJECT)
        return;
    if (walk->rows)
        extend_path(c, walk, name);
    if (group) {
        enter(c, walk, children);
        return;
    }
    if (walk->rows && !c->failed) {
        const char *own = cloud_string(c, node, "name", NULL);
        read_property(c, &walk->rows[walk->count], node, kept_path(c, walk, own), own);
    }
    walk->count++;
}

static void walk_properties(struct cloud *c, struct walk *walk, uint32_t array)
{
    walk->count = walk->depth = walk->path.size = 0;
    enter(c, walk, array);
    while (walk->depth > 0 && !c->failed) {
        struct level *level = &walk->levels[walk->depth - 1];
        uint32_t node = level->at;
        if (node >= level->end) {
            walk->depth--;
            continue;
        }
        level->at = jdoc_next(&c->doc, node);
        visit(c, walk, node);
    }
}

const struct jpk_cloud_property *cloud_read_properties(struct cloud *c, uint32_t object, size_t *count)
{
    struct walk walk = {.depth = 0};
    uint32_t array = cloud_member(c, object, "properties", JDOC_ARRAY);
    *count = 0;
    walk_properties(c, &walk, array);
    struct jpk_cloud_property *rows = c->failed ? NULL : arena_calloc(&c->arena, walk.count, sizeof *rows);
    c->failed = c->failed || !rows;
    walk.rows = rows;
    if (rows)
        walk_properties(c, &walk, array);
    buf_free(&walk.path);
    *count = c->failed ? 0 : walk.count;
    return rows;
}

/* ------------------------------------------------------------------------------------------------------- operations */

static const struct jpk_cloud_option *read_options(struct cloud *c, uint32_t object, size_t *count)
{
    uint32_t options = object_member(c, object, "options");
    size_t most = options == JDOC_NONE ? 0 : jdoc_count(&c->doc, options), used = 0;
    struct jpk_cloud_option *rows = arena_calloc(&c->arena, most, sizeof *rows);
    c->failed = c->failed || !rows;
    *count = 0;
    if (c->failed || most == 0)
        return rows;
    for (uint32_t key = options + 1; key < jdoc_next(&c->doc, options); key = jdoc_next(&c->doc, key + 1)) {
        if (jdoc_shadowed(&c->doc, key) || jdoc_type(&c->doc, key + 1) >= JDOC_ARRAY)
            continue;
        const char *value = text_of(c, key + 1);
        rows[used++] = (struct jpk_cloud_option){cloud_copy(c, key), value ? value : "", key + 1};
    }
    *count = used;
    return rows;
}

static void read_operation(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_operation *operation = arena_calloc(&c->arena, 1, sizeof *operation);
    uint32_t node = component->node, *objects;
    c->failed = c->failed || !operation;
    component->as.operation = operation;
    if (c->failed)
        return;
    struct jpk_cloud_link *steps = rows_of(c, node, "steps", sizeof *steps, &objects, &operation->step_count);
    for (size_t i = 0; i < operation->step_count; i++)
        steps[i] = cloud_link(c, objects[i], "id");
    operation->steps = steps;
    struct jpk_cloud_outcome *outcomes =
        rows_of(c, node, "outcomes", sizeof *outcomes, &objects, &operation->outcome_count);
    for (size_t i = 0; i < operation->outcome_count; i++)
        outcomes[i] = (struct jpk_cloud_outcome){.when = cloud_number(c, objects[i], "outcomeType"),
                                                 .operation = cloud_link(c, objects[i], "operationId"),
                                                 .node = objects[i]};
    operation->outcomes = outcomes;
    operation->options = read_options(c, node, &operation->option_count);
}

/* -------------------------------------------------------------------------------------- scripts and transformations */

static void read_script(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_script *script = arena_calloc(&c->arena, 1, sizeof *script);
    c->failed = c->failed || !script;
    component->as.script = script;
    if (c->failed)
        return;
    uint32_t type = cloud_member(c, component->node, "scriptType", JDOC_NUMBER);
    int64_t number = 1;
    script->text = cloud_string(c, component->node, "scriptBody", &script->node);
    script->cleansed = cloud_string(c, component->node, "scriptBodyCleansed", NULL);
    script->javascript = type != JDOC_NONE && jdoc_integer(&c->doc, type, &number) && number == 0;
}

static struct jpk_cloud_side read_side(struct cloud *c, uint32_t object, const char *key)
{
    uint32_t node = object_member(c, object, key), origin = object_member(c, node, "origin");
    return (struct jpk_cloud_side){
        .there = node != JDOC_NONE,
        .name = cloud_string(c, node, "name", NULL),
        .direction = cloud_string(c, origin, "direction", NULL),
        .schema = cloud_link(c, node, "id"),
        .origin = cloud_link(c, origin, "id"),
        .document = object_member(c, node, "document"),
        .node = node,
    };
}

static const struct jpk_cloud_text *read_texts(struct cloud *c, uint32_t object, const char *key, size_t *count)
{
    uint32_t array = cloud_member(c, object, key, JDOC_ARRAY);
    size_t most = array == JDOC_NONE ? 0 : jdoc_count(&c->doc, array);
    struct jpk_cloud_text *texts = arena_calloc(&c->arena, most, sizeof *texts);
    c->failed = c->failed || !texts;
    *count = 0;
    for (uint32_t at = array + 1; most > 0 && !c->failed && at < jdoc_next(&c->doc, array); at = jdoc_next(&c->doc, at))
        if (jdoc_type(&c->doc, at) == JDOC_STRING)
            texts[(*count)++] = (struct jpk_cloud_text){cloud_copy(c, at), at};
    return texts;
}

static struct jpk_cloud_rule read_rule(struct cloud *c, uint32_t object)
{
    struct jpk_cloud_rule rule = {.node = object};
    rule.target = cloud_string(c, object, "targetPath", &rule.target_node);
    rule.target_script = cloud_string(c, object, "targetScript", NULL);
    rule.script = cloud_string(c, object, "transformScript", &rule.script_node);
    rule.condition = cloud_flag(c, object, "isPreconditionScript");
    rule.sources = read_texts(c, object, "srcPaths", &rule.source_count);
    return rule;
}

static bool has_members(struct cloud *c, uint32_t object, const char *key)
{
    uint32_t value = object_member(c, object, key);
    return value != JDOC_NONE && jdoc_count(&c->doc, value) > 0;
}

/* Whether designers changed nodes of a schema, which is noted beside the mappings. */
static bool changed_nodes(struct cloud *c, uint32_t object)
{
    uint32_t duplicate = object_member(c, object, "duplicateNodesInfo");
    uint32_t source = object_member(c, object, "srcExtendedNodesInfo");
    uint32_t target = object_member(c, object, "tgtExtendedNodesInfo");
    return has_members(c, duplicate, "duplicatedNodes") || has_members(c, duplicate, "removedNodes") ||
           has_members(c, source, "extendedNodes") || has_members(c, source, "removedNodes") ||
           has_members(c, target, "extendedNodes") || has_members(c, target, "removedNodes");
}

static void read_transformation(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_transformation *t = arena_calloc(&c->arena, 1, sizeof *t);
    uint32_t node = component->node, *objects;
    c->failed = c->failed || !t;
    component->as.transformation = t;
    if (c->failed)
        return;
    t->source = read_side(c, node, "source");
    t->target = read_side(c, node, "target");
    t->changed_nodes = changed_nodes(c, node);
    struct jpk_cloud_rule *rules = rows_of(c, node, "mappingRules", sizeof *rules, &objects, &t->rule_count);
    for (size_t i = 0; i < t->rule_count; i++) {
        rules[i] = read_rule(c, objects[i]);
        t->script_count += *rules[i].script != '\0';
    }
    t->rules = rules;
    struct jpk_cloud_loop *loops = rows_of(c, node, "loopMappingRules", sizeof *loops, &objects, &t->loop_count);
    for (size_t i = 0; i < t->loop_count; i++)
        loops[i] = (struct jpk_cloud_loop){.source = cloud_string(c, objects[i], "srcPath", NULL),
                                           .target = cloud_string(c, objects[i], "tgtPath", NULL),
                                           .source_script = cloud_string(c, objects[i], "srcLoopPath", NULL),
                                           .target_script = cloud_string(c, objects[i], "tgtLoopPath", NULL),
                                           .node = objects[i]};
    t->loops = loops;
}

static void read_schema(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_schema *schema = arena_calloc(&c->arena, 1, sizeof *schema);
    c->failed = c->failed || !schema;
    component->as.schema = schema;
    if (c->failed)
        return;
    uint32_t origin = object_member(c, component->node, "origin");
    schema->format = cloud_string(c, component->node, "format", NULL);
    schema->direction = cloud_string(c, origin, "direction", NULL);
    schema->origin = cloud_link(c, origin, "id");
    schema->document = object_member(c, component->node, "schemaTypeDocument");
}

/* --------------------------------------------------------------------------------------- activities and connections */

static void read_activity(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_activity *activity = arena_calloc(&c->arena, 1, sizeof *activity);
    uint32_t node = component->node;
    c->failed = c->failed || !activity;
    component->as.activity = activity;
    if (c->failed)
        return;
    activity->adapter = cloud_string(c, node, "adapterId", NULL);
    activity->function = cloud_string(c, node, "functionName", NULL);
    activity->polarity = cloud_string(c, node, "polarity", NULL);
    activity->discovery = cloud_string(c, node, "discoveryType", NULL);
    activity->connection = cloud_link(c, object_member(c, node, "endpoint"), "id");
    activity->properties = cloud_read_properties(c, node, &activity->property_count);
    activity->input = object_member(c, node, "input");
    activity->output = object_member(c, node, "output");
}

static void read_connection(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_connection *connection = arena_calloc(&c->arena, 1, sizeof *connection);
    uint32_t node = component->node;
    c->failed = c->failed || !connection;
    component->as.connection = connection;
    if (c->failed)
        return;
    connection->adapter = cloud_string(c, node, "adapterId", NULL);
    connection->connector = connection->adapter;
    connection->endpoint_type = cloud_number(c, node, "endpointType");
    connection->properties = cloud_read_properties(c, node, &connection->property_count);
    uint32_t metadata = object_member(c, node, "metadata");
    if (cloud_flag(c, metadata, "isConnectorFunction")) {
        const char *number = text_of(c, any_member(c, metadata, "entityTypeId")); /* a string in real files */
        connection->connector = number && *number ? number : connection->adapter;
    }
}

/* ----------------------------------------------------------------------------------------------- variables, e-mails */

static void read_variable(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_variable_component *variable = arena_calloc(&c->arena, 1, sizeof *variable);
    c->failed = c->failed || !variable;
    component->as.variable = variable;
    if (c->failed)
        return;
    variable->value = cloud_string(c, component->node, "defaultValue", &variable->value_node);
    variable->label = cloud_string(c, component->node, "label", NULL);
    variable->secret = cloud_flag(c, component->node, "hidevalue");
}

static void read_email(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_email *email = arena_calloc(&c->arena, 1, sizeof *email);
    uint32_t node = component->node;
    c->failed = c->failed || !email;
    component->as.email = email;
    if (c->failed)
        return;
    *email = (struct jpk_cloud_email){
        .to = cloud_string(c, node, "to", NULL),
        .from = cloud_string(c, node, "from", NULL),
        .cc = cloud_string(c, node, "cc", NULL),
        .bcc = cloud_string(c, node, "bcc", NULL),
        .reply_to = cloud_string(c, node, "replyTo", NULL),
        .server = cloud_string(c, node, "mailServer", NULL),
        .subject = cloud_string(c, node, "subject", NULL),
        .message = cloud_string(c, node, "message", NULL),
        .ssl = cloud_flag(c, node, "useSSL"),
        .authentication = cloud_flag(c, node, "useAuthentication"),
    };
}

static void read_global(struct cloud *c, struct jpk_cloud_component *component)
{
    struct jpk_cloud_global *global = arena_calloc(&c->arena, 1, sizeof *global);
    uint32_t *objects;
    c->failed = c->failed || !global;
    component->as.global = global;
    if (c->failed)
        return;
    global->value = cloud_string(c, component->node, "value", NULL);
    struct jpk_cloud_usage *usages =
        rows_of(c, component->node, "usages", sizeof *usages, &objects, &global->usage_count);
    for (size_t i = 0; i < global->usage_count; i++)
        usages[i] = (struct jpk_cloud_usage){.component = cloud_link(c, objects[i], "id"),
                                             .read = cloud_flag(c, objects[i], "isRead"),
                                             .write = cloud_flag(c, objects[i], "isWrite")};
    global->usages = usages;
}

/* ------------------------------------------------------------------------------------------------------- components */

void cloud_read_component(struct cloud *c, struct jpk_cloud_component *component)
{
    static void (*const readers[JPK_CLOUD_KINDS])(struct cloud *, struct jpk_cloud_component *) = {
        [JPK_CLOUD_OPERATION] = read_operation,
        [JPK_CLOUD_SCRIPT] = read_script,
        [JPK_CLOUD_ACTIVITY] = read_activity,
        [JPK_CLOUD_CONNECTION] = read_connection,
        [JPK_CLOUD_TRANSFORMATION] = read_transformation,
        [JPK_CLOUD_SCHEMA] = read_schema,
        [JPK_CLOUD_VARIABLE] = read_variable,
        [JPK_CLOUD_EMAIL] = read_email,
        [JPK_CLOUD_GLOBAL] = read_global,
    };
    uint32_t node = component->node;
    component->number = cloud_number(c, node, "type");
    component->kind = jpk_cloud_kind_of(component->number);
    component->id = cloud_string(c, node, "id", &component->id_node);
    component->name = cloud_string(c, node, "name", &component->name_node);
    component->description = cloud_string(c, node, "description", NULL);
    component->validation = cloud_number(c, node, "validationState");
    if (readers[component->kind])
        readers[component->kind](c, component);
}

/* ------------------------------------------------------------------------------------------------------------ links */

static void resolve(const struct cloud *c, const struct jpk_cloud_link *link)
{
    struct jpk_cloud_link *own = (struct jpk_cloud_link *)link; /* in our arena */
    own->component = jpk_cloud_by_id(&c->public, link->id);
}

static void resolve_all(const struct cloud *c, const struct jpk_cloud_link *links, size_t count)
{
    for (size_t i = 0; i < count; i++)
        resolve(c, &links[i]);
}

static void resolve_component(struct cloud *c, const struct jpk_cloud_component *component)
{
    switch (component->kind) {
    case JPK_CLOUD_OPERATION:
        resolve_all(c, component->as.operation->steps, component->as.operation->step_count);
        for (size_t i = 0; i < component->as.operation->outcome_count; i++)
            resolve(c, &component->as.operation->outcomes[i].operation);
        break;
    case JPK_CLOUD_ACTIVITY:
        resolve(c, &component->as.activity->connection);
        break;
    case JPK_CLOUD_TRANSFORMATION:
        resolve(c, &component->as.transformation->source.schema);
        resolve(c, &component->as.transformation->source.origin);
        resolve(c, &component->as.transformation->target.schema);
        resolve(c, &component->as.transformation->target.origin);
        break;
    case JPK_CLOUD_SCHEMA:
        resolve(c, &component->as.schema->origin);
        break;
    case JPK_CLOUD_GLOBAL:
        for (size_t i = 0; i < component->as.global->usage_count; i++)
            resolve(c, &component->as.global->usages[i].component);
        break;
    default:
        break;
    }
}

static void note_membership(struct cloud *c, const struct jpk_cloud_workflow *workflow)
{
    for (size_t i = 0; i < workflow->operation_count; i++) {
        const struct jpk_cloud_component *component = workflow->operations[i].component;
        if (!component || component->kind != JPK_CLOUD_OPERATION)
            continue;
        struct jpk_cloud_operation *operation = (struct jpk_cloud_operation *)component->as.operation;
        if (operation->workflow_count++ == 0)
            operation->workflow = workflow;
    }
    (void)c;
}

void cloud_resolve(struct cloud *c)
{
    for (size_t i = 0; i < c->public.component_count; i++)
        resolve_component(c, &c->components[i]);
    for (size_t i = 0; i < c->public.workflow_count; i++) {
        resolve_all(c, c->workflows[i].operations, c->workflows[i].operation_count);
        note_membership(c, &c->workflows[i]);
    }
}
