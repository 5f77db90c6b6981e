/* From an entity's XML to its type. Element and attribute names are those of the inventory of real projects. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/model.h"

/*
 * Items that operations name but no project stores: the request transformation of every Salesforce query and the
 * response of upserts without a mapping of their own (seen in projects of unrelated organizations).
 */
static const char *const built_in_ids[] = {
    "e4dce626-e022-4aec-916f-099c7ad537ba",
    "735d2200-fbcd-4502-8cb6-981ecc50cb0f",
    "d1b5723a-3aaa-4205-846d-dcca925e901e",
};

bool built_in_item(const char *id)
{
    for (size_t i = 0; i < sizeof built_in_ids / sizeof built_in_ids[0]; i++)
        if (text_caseeq(built_in_ids[i], id))
            return true;
    return false;
}

static const struct jpk_item *find_item(const struct jpk_item *items, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].key, key) == 0)
            return &items[i];
    return NULL;
}

static const char *node_value(const struct xml_node *node, const char *key)
{
    const struct jpk_item *item = node ? find_item(node->items, node->item_count, key) : NULL;
    return item && !item->encrypted ? item->value : NULL;
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static int number(const char *s, int otherwise)
{
    char *end;
    if (!s || !*s)
        return otherwise;
    long value = strtol(s, &end, 10);
    return *end == '\0' && value >= INT32_MIN && value <= INT32_MAX ? (int)value : otherwise;
}

static bool yes(const char *s)
{
    return s && (strcmp(s, "1") == 0 || strcmp(s, "true") == 0);
}

/* ------------------------------------------------------------------------------------------------- operations */

static bool parse_operation(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_operation *operation = arena_calloc(&project->arena, 1, sizeof *operation);
    if (!operation)
        return false;
    const struct xml_node *pipeline = xml_child(root, "Pipeline");
    const struct xml_node *steps = xml_child(pipeline, "Activities");
    size_t count = 0;
    for (const struct xml_node *step = steps ? steps->child : NULL; step; step = step->next)
        count++;
    struct jpk_activity *activities = arena_calloc(&project->arena, count, sizeof *activities);
    if (!activities)
        return false;
    struct jpk_activity *out = activities;
    for (const struct xml_node *step = steps ? steps->child : NULL; step; step = step->next, out++) {
        out->tag = step->name;
        out->role = or_empty(xml_attribute(step, "role"));
        out->type = xml_attribute(step, "type");
        out->activity_id = or_empty(xml_attribute(step, "activityId"));
        out->content_id = xml_attribute(step, "contentId");
        if (out->content_id && !*out->content_id)
            out->content_id = NULL;
        out->read_only = yes(xml_attribute(step, "readOnly"));
        out->offset = step->offset;
    }
    operation->op_type = or_empty(xml_attribute(pipeline, "opType"));
    operation->activities = activities;
    operation->activity_count = count;
    entity->as.operation = operation;
    return true;
}

static const struct jpk_entity *linked(const struct project *project, const struct jpk_entity *entity, const char *key)
{
    const char *id = jpk_entity_value(entity, key);
    return id && *id ? project_find(project, id) : NULL;
}

static void link_operation(struct project *project, struct jpk_entity *entity)
{
    /* The details were allocated for this entity; const only shields them from the callers. */
    struct jpk_operation *operation = (struct jpk_operation *)entity->as.operation;
    struct jpk_activity *activities = (struct jpk_activity *)operation->activities;
    for (size_t i = 0; i < operation->activity_count; i++) {
        struct jpk_activity *step = &activities[i];
        if (step->content_id) {
            step->content = project_find(project, step->content_id);
            step->built_in = !step->content && built_in_item(step->content_id);
        }
    }
    operation->on_success = linked(project, entity, "success_operation_id");
    operation->on_failure = linked(project, entity, "failure_operation_id");
    operation->success_message = linked(project, entity, "success_message_id");
    operation->failure_message = linked(project, entity, "failure_message_id");
    operation->schedule = linked(project, entity, "schedule_id");
}

/* ------------------------------------------------------------------------------------ scripts, sources, targets */

static const struct xml_node *named_string(const struct xml_node *parent, const char *name)
{
    const struct xml_node *node = xml_child(parent, "konga.string");
    while (node && strcmp(or_empty(xml_attribute(node, "name")), name) != 0)
        node = xml_next(node, "konga.string");
    return node;
}

static bool parse_script(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_script *script = arena_calloc(&project->arena, 1, sizeof *script);
    if (!script)
        return false;
    const struct xml_node *text = named_string(root, "script");
    script->text = or_empty(text ? text->text : NULL);
    script->offset = text ? text->offset : 0;
    entity->as.script = script;
    return true;
}

static const struct {
    const char *name;
    enum jpk_location_type type;
} locations[] = {
    {"TemporaryStorage", JPK_LOCATION_TEMPORARY_STORAGE},
    {"GlobalData", JPK_LOCATION_GLOBAL_DATA},
    {"LocalFile", JPK_LOCATION_LOCAL_FILE},
    {"FileShare", JPK_LOCATION_FILE_SHARE}, /* never seen in a file; named after the product's term */
    {"FTP", JPK_LOCATION_FTP},
    {"HTTP", JPK_LOCATION_HTTP},
    {"Database", JPK_LOCATION_DATABASE},
};

static bool parse_location(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_location *location = arena_calloc(&project->arena, 1, sizeof *location);
    if (!location)
        return false;
    const struct xml_node *node = xml_child(root, "Location");
    const struct xml_node *settings = xml_child(xml_child(node, "Data"), "Properties");
    location->type_name = or_empty(xml_attribute(node, "type"));
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++)
        if (strcmp(locations[i].name, location->type_name) == 0)
            location->type = locations[i].type;
    if (settings) {
        location->items = settings->items;
        location->item_count = settings->item_count;
    }
    entity->as.location = location;
    return true;
}

/* -------------------------------------------------------------------------------------------- transformations */

static const char *unbracket(struct project *project, const char *s, size_t n)
{
    return n >= 2 && s[0] == '[' && s[n - 1] == ']' ? arena_strndup(&project->arena, s + 1, n - 2) : NULL;
}

static bool ends_with(const char *s, size_t n, const char *suffix)
{
    size_t m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/* `LEFT TAB RIGHT`; only the first tab separates, scripts hold more of them. */
static bool parse_mapping(struct project *project, const struct xml_node *node, struct jpk_mapping *out)
{
    const char *text = or_empty(node ? node->text : NULL);
    size_t left = strcspn(text, "\t");
    const char *right = text[left] ? text + left + 1 : text + left;
    out->offset = node ? node->offset : 0;
    out->source_at = (uint32_t)(right - text);
    out->source = right;
    if (left >= 2 && text[0] == '[' && text[left - 1] == ']') {
        out->kind = JPK_MAPPING_LOOP;
        out->target = unbracket(project, text, left);
        out->source = unbracket(project, right, strlen(right));
        if (!out->source)
            out->source = right;
        return out->target != NULL;
    }
    out->kind = ends_with(text, left, "//PRESCRIPT/")     ? JPK_MAPPING_PRESCRIPT
                : ends_with(text, left, "/PRECONDITION/") ? JPK_MAPPING_CONDITION
                                                          : JPK_MAPPING_FIELD;
    out->target = arena_strndup(&project->arena, text, left);
    return out->target != NULL;
}

static void parse_side(const struct xml_node *root, bool source, struct jpk_side *side)
{
    static const char *const references[] = {"docId", "sourceId", "wsCallId", "callId"};
    const struct xml_node *properties = xml_child(root, "Properties");
    const struct xml_node *structure = xml_child(root, source ? "InputStructure" : "OutputStructure");
    side->type_code = number(node_value(properties, source ? "source_type_id" : "target_type_id"), 0);
    side->nature = node_value(properties, source ? "natureofsource" : "natureoftarget");
    side->file = node_value(properties, source ? "source_xml" : "target_xml");
    side->root = node_value(properties, source ? "sourcedtd_root" : "targetdtd_root");
    for (size_t i = 0; i < sizeof references / sizeof references[0] && !side->id; i++) {
        side->id = xml_attribute(structure, references[i]);
        side->reference = side->id ? references[i] : NULL;
    }
    side->call_type = xml_attribute(structure, "callType");
    side->offset = structure ? structure->offset : 0;
}

static bool parse_transformation(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_transformation *transformation = arena_calloc(&project->arena, 1, sizeof *transformation);
    const struct xml_node *list = xml_child(root, "Mappings");
    size_t count = xml_count(list, "Mapping");
    struct jpk_mapping *mappings = arena_calloc(&project->arena, count, sizeof *mappings);
    if (!transformation || !mappings)
        return false;
    struct jpk_mapping *out = mappings;
    for (const struct xml_node *node = xml_child(list, "Mapping"); node; node = xml_next(node, "Mapping"), out++)
        if (!parse_mapping(project, named_string(node, "expr"), out))
            return false;
    parse_side(root, true, &transformation->source);
    parse_side(root, false, &transformation->target);
    transformation->mappings = mappings;
    transformation->mapping_count = count;
    const struct xml_node *invalid = xml_child(root, "InvalidMappings");
    transformation->invalid_count = invalid ? xml_count(invalid, "Mapping") : 0;
    entity->as.transformation = transformation;
    return true;
}

static void link_transformation(struct project *project, struct jpk_entity *entity)
{
    struct jpk_transformation *transformation = (struct jpk_transformation *)entity->as.transformation;
    struct jpk_side *sides[] = {&transformation->source, &transformation->target};
    for (size_t i = 0; i < 2; i++)
        if (sides[i]->id && *sides[i]->id)
            sides[i]->entity = project_find(project, sides[i]->id);
}

/* -------------------------------------------------------------------- documents, schedules, variables, functions */

static bool parse_document(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_document *document = arena_calloc(&project->arena, 1, sizeof *document);
    const struct xml_node *structure = xml_child(root, "Structure");
    size_t count = xml_count(structure, "Segment");
    struct jpk_segment *segments = arena_calloc(&project->arena, count, sizeof *segments);
    if (!document || !segments)
        return false;
    struct jpk_segment *segment = segments;
    for (const struct xml_node *node = xml_child(structure, "Segment"); node;
         node = xml_next(node, "Segment"), segment++) {
        const struct xml_node *list = xml_child(node, "Fields");
        size_t field_count = xml_count(list, "Field");
        struct jpk_field *fields = arena_calloc(&project->arena, field_count, sizeof *fields);
        if (!fields)
            return false;
        segment->name = or_empty(xml_attribute(node, "name"));
        segment->parent = or_empty(xml_attribute(node, "parent"));
        segment->occurrence = or_empty(xml_attribute(node, "occurenceType")); /* the format's own spelling */
        segment->fields = fields;
        segment->field_count = field_count;
        for (const struct xml_node *f = xml_child(list, "Field"); f; f = xml_next(f, "Field"), fields++) {
            fields->name = or_empty(xml_attribute(f, "name"));
            fields->type = or_empty(xml_attribute(f, "type"));
            fields->format = or_empty(xml_attribute(f, "format"));
            fields->default_value = or_empty(xml_attribute(f, "default"));
            fields->required = yes(xml_attribute(f, "required"));
        }
    }
    document->delimiter = or_empty(xml_attribute(xml_child(root, "Delimiter"), "value"));
    document->qualifier = or_empty(jpk_entity_value(entity, "text_qualifier"));
    document->fixed = yes(node_value(xml_child(structure, "Properties"), "fixedField"));
    document->segments = segments;
    document->segment_count = count;
    entity->as.document = document;
    return true;
}

static bool parse_schedule(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const every[] = {"daily", "daily", "weekly", "monthly_a_of_every_x_month"};
    struct jpk_schedule *schedule = arena_calloc(&project->arena, 1, sizeof *schedule);
    if (!schedule)
        return false;
    const struct xml_node *p = xml_child(root, "Properties");
    int occurs = number(node_value(p, "occurs"), JPK_DAILY);
    schedule->unit = occurs >= JPK_DAILY && occurs <= JPK_MONTHLY ? (enum jpk_schedule_unit)occurs : JPK_DAILY;
    schedule->every = number(node_value(p, every[schedule->unit]), 1);
    for (size_t i = 0; i < 7; i++)
        schedule->weekdays[i] = number(node_value(p, days[i]), -1) == 1;
    if (schedule->unit == JPK_MONTHLY && number(node_value(p, "monthly"), 0) == 0) {
        schedule->day_of_month = number(node_value(p, "monthly_a_day"), 1);
    } else if (schedule->unit == JPK_MONTHLY) {
        schedule->every = number(node_value(p, "monthly_b_of_every_x_month"), 1);
        schedule->week_of_month = number(node_value(p, "monthly_b_num"), 1);
        schedule->weekday = number(node_value(p, "monthly_b_day"), -1);
    }
    schedule->once = number(node_value(p, "frequency"), 1) == 1;
    schedule->at = or_empty(node_value(p, "frequency_once_time"));
    schedule->from = or_empty(node_value(p, "frequency_start_time"));
    schedule->until = or_empty(node_value(p, "frequency_end_time"));
    schedule->interval = number(node_value(p, "frequency_every_num"), 0);
    schedule->interval_minutes = number(node_value(p, "frequency_every_hm"), 1) == 1;
    schedule->start_date = or_empty(node_value(p, "duration_start_date"));
    schedule->end_date = yes(node_value(p, "duration_yesno_end")) ? or_empty(node_value(p, "duration_end_date")) : "";
    schedule->time_zone = node_value(p, "timezone_id");
    if (schedule->time_zone && !*schedule->time_zone)
        schedule->time_zone = NULL;
    entity->as.schedule = schedule;
    return true;
}

static bool parse_variable(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_variable_entity *variable = arena_calloc(&project->arena, 1, sizeof *variable);
    if (!variable)
        return false;
    (void)root;
    const struct jpk_item *value = jpk_entity_item(entity, "value");
    const char *description = jpk_entity_value(entity, "description");
    if (!description || !*description)
        description = jpk_entity_value(entity, "Description");
    if (!description || !*description)
        description = entity->description;
    variable->label = or_empty(jpk_entity_value(entity, "label"));
    variable->description = or_empty(description);
    variable->hidden = yes(jpk_entity_value(entity, "hide_value"));
    variable->has_value = value && value->value && *value->value;
    variable->value = variable->has_value && !value->encrypted ? value->value : NULL;
    entity->as.variable = variable;
    return true;
}

static bool parse_function(struct project *project, struct jpk_entity *entity, const struct xml_node *root)
{
    struct jpk_function *function = arena_calloc(&project->arena, 1, sizeof *function);
    if (!function)
        return false;
    const struct xml_node *query = named_string(root, "query_string");
    const char *object = jpk_entity_value(entity, "salesforce_object");
    if (object && strrchr(object, '}'))
        object = strrchr(object, '}') + 1;
    if (!object)
        object = jpk_entity_value(entity, "object_name");
    function->object = object && *object ? object : NULL;
    function->query = query ? or_empty(query->text) : NULL;
    function->query_offset = query ? query->offset : 0;
    entity->as.function = function;
    return true;
}

static void link_function(struct project *project, struct jpk_entity *entity)
{
    struct jpk_function *function = (struct jpk_function *)entity->as.function;
    function->endpoint = linked(project, entity, "connector_id");
    if (!function->endpoint)
        function->endpoint = linked(project, entity, "endpoint_id");
    function->operation = linked(project, entity, "operation_id");
}

/* ------------------------------------------------------------------------------------------------------ common */

typedef bool parse_details(struct project *project, struct jpk_entity *entity, const struct xml_node *root);
typedef void link_details(struct project *project, struct jpk_entity *entity);

static const struct {
    parse_details *parse;
    link_details *link;
} details[JPK_TYPE_COUNT] = {
    [JPK_TYPE_OPERATION] = {parse_operation, link_operation},
    [JPK_TYPE_SCRIPT] = {parse_script, NULL},
    [JPK_TYPE_SOURCE] = {parse_location, NULL},
    [JPK_TYPE_TARGET] = {parse_location, NULL},
    [JPK_TYPE_TRANSFORMATION] = {parse_transformation, link_transformation},
    [JPK_TYPE_DOCUMENT] = {parse_document, NULL},
    [JPK_TYPE_SCHEDULE] = {parse_schedule, NULL},
    [JPK_TYPE_PROJECT_VARIABLE] = {parse_variable, NULL},
    [JPK_TYPE_JMS_ACKNOWLEDGE] = {parse_function, link_function},
    [JPK_TYPE_JMS_BROWSE] = {parse_function, link_function},
    [JPK_TYPE_JMS_LISTEN] = {parse_function, link_function},
    [JPK_TYPE_JMS_POLL] = {parse_function, link_function},
    [JPK_TYPE_JMS_SEND_OR_PUBLISH] = {parse_function, link_function},
    [JPK_TYPE_MSCRM_QUERY] = {parse_function, link_function},
    [JPK_TYPE_MSCRM_UPSERT] = {parse_function, link_function},
    [JPK_TYPE_NETSUITE_GET_LIST] = {parse_function, link_function},
    [JPK_TYPE_NETSUITE_QUERY] = {parse_function, link_function},
    [JPK_TYPE_NETSUITE_UPSERT] = {parse_function, link_function},
    [JPK_TYPE_QUICKBOOKS_CREATE] = {parse_function, link_function},
    [JPK_TYPE_QUICKBOOKS_QUERY] = {parse_function, link_function},
    [JPK_TYPE_SALESFORCE_CREATE] = {parse_function, link_function},
    [JPK_TYPE_SALESFORCE_DELETE] = {parse_function, link_function},
    [JPK_TYPE_SALESFORCE_QUERY] = {parse_function, link_function},
    [JPK_TYPE_SALESFORCE_UPDATE] = {parse_function, link_function},
    [JPK_TYPE_SALESFORCE_UPSERT] = {parse_function, link_function},
    [JPK_TYPE_SAP_FUNCTION] = {parse_function, link_function},
};

static bool parse_header(struct jpk_entity *entity, const struct xml_node *root, struct jpk_error *err)
{
    const struct xml_node *header = xml_child(root, "Header");
    const char *type = xml_attribute(root, "type");
    const char *id = xml_attribute(header, "ID"), *name = xml_attribute(header, "Name");
    if (strcmp(root->name, "Entity") != 0 || !type)
        return error_set(err, JPK_ERR_FORMAT, "is not an entity: the root must be <Entity type=\"...\">");
    if (!header || !id || !*id)
        return error_set(err, JPK_ERR_FORMAT, "has no Header with an ID");
    const struct jpk_type_info *info = jpk_type_by_name(type);
    entity->type = info ? info->type : JPK_TYPE_UNKNOWN;
    entity->type_name = type;
    entity->id = id;
    entity->name = or_empty(name);
    entity->deleted = yes(xml_attribute(header, "Deleted"));
    entity->deployed = yes(xml_attribute(header, "Deployed"));
    entity->deploy_dirty = yes(xml_attribute(header, "DeployDirty"));
    entity->moved = yes(xml_attribute(header, "HasMoved"));
    const struct xml_node *description = named_string(header, "Description");
    entity->description = or_empty(description ? description->text : NULL);
    return true;
}

bool entity_parse(struct project *project, struct jpk_entity *entity, const char *text, size_t n, struct jpk_error *err)
{
    struct xml_document document;
    if (!xml_read(project->reader, text, n, &document, err))
        return false;
    if (!parse_header(entity, document.root, err)) {
        error_text_offset(err, text, n, document.root->offset);
        return false;
    }
    entity->tree = document.root;
    entity->lossy = document.lossy;
    entity->crlf = document.crlf;
    entity->file_size = (uint32_t)n;
    const struct xml_node *properties = xml_child(document.root, "Properties");
    if (properties) {
        entity->items = properties->items;
        entity->item_count = properties->item_count;
    }
    parse_details *parse = details[entity->type].parse;
    return !parse || parse(project, entity, document.root) || error_memory(err);
}

void entity_link(struct project *project, struct jpk_entity *entity)
{
    link_details *link = details[entity->type].link;
    if (link && !entity->unread)
        link(project, entity);
}

const struct jpk_item *jpk_entity_item(const struct jpk_entity *entity, const char *key)
{
    return find_item(entity->items, entity->item_count, key);
}

const struct jpk_location *jpk_entity_location(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET ? entity->as.location : NULL;
}

const struct jpk_item *jpk_entity_setting(const struct jpk_entity *entity, const char *key)
{
    const struct jpk_item *item = jpk_entity_item(entity, key);
    const struct jpk_location *location = jpk_entity_location(entity);
    if (!item && location)
        item = find_item(location->items, location->item_count, key);
    return item;
}

const char *jpk_entity_value(const struct jpk_entity *entity, const char *key)
{
    const struct jpk_item *item = jpk_entity_setting(entity, key);
    return item && !item->encrypted ? item->value : NULL;
}

char *jpk_entity_serialize(const struct jpk_entity *entity, size_t *size, struct jpk_error *err)
{
    if (entity->unread || !entity->tree || entity->lossy) {
        error_set(err, JPK_ERR_FORMAT, "holds more than the model keeps and can only be copied");
        error_entry(err, entity->file);
        return NULL;
    }
    struct buf out = {0};
    struct xml_node *root = (struct xml_node *)entity->tree; /* the writer only reads */
    struct xml_document document = {.root = root, .crlf = entity->crlf};
    xml_write(&out, &document, XML_STYLE_ENTITY);
    if (out.failed) {
        buf_free(&out);
        error_memory(err);
        return NULL;
    }
    *size = out.size;
    return out.data;
}
