/* Activities, from the rows of convert_endpoint_table.c; made when somebody asks for them, as connections are. */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/convert_endpoint.h"
#include "jpk/convert_setting.h"

enum convert_direction convert_own_direction(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_TARGET ? CONVERT_WRITE : CONVERT_READ;
}

bool convert_is_one_way(const struct endpoint_row *row)
{
    return strcmp(row->read, row->write) == 0;
}

const struct endpoint_setting *convert_row_settings(const struct endpoint_row *row, enum convert_direction direction)
{
    return direction == CONVERT_WRITE ? row->write_settings : row->read_settings;
}

enum { KEY_SIZE = 48 };

static int activity_key(char key[KEY_SIZE], const struct jpk_entity *entity, enum convert_direction direction,
                        const struct jpk_entity *transformation)
{
    int n = snprintf(key, KEY_SIZE, "%u/%d", entity->index, (int)direction);
    return transformation ? snprintf(key, KEY_SIZE, "%u/%d/%u", entity->index, (int)direction, transformation->index)
                          : n;
}

const struct convert_activity *convert_find_activity(const struct convert *c, const struct jpk_entity *entity,
                                                     enum convert_direction direction)
{
    char key[KEY_SIZE];
    int n = activity_key(key, entity, direction, NULL);
    uint32_t found = map_get(&c->activity_keys, key, (size_t)n);
    return found == MAP_NONE ? NULL : &c->activities[found];
}

/* The verb of HTTP is its function. */
static const char *http_function(struct convert *c, const struct jpk_entity *entity, const char *usual)
{
    static const struct {
        const char *method, *verb, *function; /* 2 is the only number that was seen */
    } verbs[] = {
        {"GET", NULL, "http_get"},       {"POST", "2", "http_post"},    {"PUT", NULL, "http_put"},
        {"DELETE", NULL, "http_delete"}, {"PATCH", NULL, "http_patch"},
    };
    const char *method = jpk_entity_value(entity, "http_method"), *verb = jpk_entity_value(entity, "http_verb");
    for (size_t i = 0; method && i < sizeof verbs / sizeof verbs[0]; i++)
        if (text_caseeq(method, verbs[i].method))
            return verbs[i].function;
    for (size_t i = 0; verb && !method && i < sizeof verbs / sizeof verbs[0]; i++)
        if (verbs[i].verb && strcmp(verb, verbs[i].verb) == 0)
            return verbs[i].function;
    if ((method && *method) || (verb && *verb)) {
        struct jpk_finding *finding =
            convert_note(c, entity, CONVERT_SETTING_LOST, 0, "its HTTP method is none that activities are known for");
        convert_keep_words(c, finding, convert_words(c, method && *method ? method : verb));
        if (finding)
            finding->hint = convert_text(c, "it was made an activity '%s'", usual);
    }
    return usual;
}

static const char *function_of(struct convert *c, const struct jpk_entity *entity, const struct endpoint_row *row,
                               enum convert_direction direction)
{
    const char *function = direction == CONVERT_READ ? row->read : row->write;
    return strcmp(row->adapter, "http") == 0 ? http_function(c, entity, function) : function;
}

/* Sources and targets share names; functions keep theirs. */
static const char *activity_name(struct convert *c, const struct jpk_entity *entity, const struct endpoint_row *row,
                                 enum convert_direction direction)
{
    if (!row->location)
        return convert_name(c, JPK_CLOUD_ACTIVITY, entity->name, entity);
    const char *wanted = convert_text(c, "%s %s", direction == CONVERT_READ ? "Read" : "Write", entity->name);
    const char *name = convert_name(c, JPK_CLOUD_ACTIVITY, wanted, NULL);
    if (strcmp(name, wanted) != 0)
        convert_rename(c, entity, name);
    return name;
}

static const char *activity_id(struct convert *c, const struct jpk_entity *entity, const struct endpoint_row *row,
                               enum convert_direction direction)
{
    bool keeps = convert_is_one_way(row) || direction == convert_own_direction(entity);
    return convert_id(c, JPK_CLOUD_ACTIVITY, keeps ? NULL : direction == CONVERT_READ ? "read" : "write", entity->id);
}

static const char *polarity_of(const struct endpoint_row *row, const char *function, enum convert_direction direction)
{
    if (row->polarity)
        return row->polarity;
    if (text_starts_with(function, "http_") && strcmp(function, "http_get") != 0)
        return "neutral"; /* it sends data and gets an answer */
    return direction == CONVERT_READ ? "source" : "target";
}

static void fill_activity(struct convert *c, const struct convert_activity *activity, const struct endpoint_row *row,
                          enum convert_direction direction)
{
    const struct endpoint_connector *connector = endpoint_connector_find(row->adapter);
    struct setting_target target = {.entity = activity->entity,
                                    .component = activity->component,
                                    .label = convert_text(c, "activity:%s", activity->name),
                                    .known = cloud_tree_known(row->adapter, activity->function)};
    if (!target.known) {
        const char *discovery = connector->file_based ? "FileBasedDiscovery" : "ServerBasedDiscovery";
        convert_set(c, activity->component, "discoveryType", json_string(discovery));
        convert_set(c, activity->component, "polarity", json_string(polarity_of(row, activity->function, direction)));
    }
    convert_put_settings(c, &target, convert_row_settings(row, direction));
}

/* The answer of HTTP goes to another target, which is a step of the operation; where there is none, it is lost. */
static void note_answer(struct convert *c, const struct jpk_entity *entity)
{
    const struct jpk_item *item = jpk_entity_setting(entity, "target_target_id");
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(c->graph, entity, &count);
    bool step = false;
    for (size_t i = 0; i < count; i++)
        step |= references[i]->kind == JPK_REF_ACTIVITY;
    if (item && item->value && *item->value && (!step || entity->type != JPK_TYPE_TARGET))
        convert_keep_words(
            c,
            convert_note(c, entity, CONVERT_SETTING_LOST, item->offset,
                         "'target_target_id' (target of the answer) has a place in operations only, and was left out"),
            convert_item_words(c, item));
}

/* What is said of an item once, however many activities it becomes. */
static void finish_item(struct convert *c, const struct convert_activity *activity, const struct endpoint_row *row,
                        enum convert_direction direction)
{
    const struct jpk_entity *entity = activity->entity;
    static const char get_as_target[] = "as a target it answers no more than whether it has succeeded";
    const struct endpoint_connector *connector = endpoint_connector_find(row->adapter);
    if (c->ledger.items[entity->index].target)
        return;
    if (!cloud_tree_known(row->adapter, activity->function))
        convert_note_shape(c, entity, "activities", connector->label,
                           direction == CONVERT_WRITE && strcmp(activity->function, "http_get") == 0 ? get_as_target
                                                                                                     : row->hint);
    if (!row->location || direction == convert_own_direction(entity))
        convert_lost_settings(c, entity, convert_row_settings(row, direction),
                              row->endpoint_key ? NULL : connector->settings);
    note_answer(c, entity);
    if (row->private_agent && c->options.agent == JPK_AGENT_CLOUD)
        convert_note(c, entity, CONVERT_AGENT, 0, "%s", row->private_agent);
    c->ledger.items[entity->index].name = activity->name;
    convert_done(c, entity, JPK_CONVERTED, "activity:%s", activity->name);
}

static void keep_key(struct convert *c, const struct convert_activity *activity, enum convert_direction direction,
                     size_t index)
{
    char key[KEY_SIZE];
    int n = activity_key(key, activity->entity, direction, activity->transformation);
    const char *kept = arena_strndup(&c->ledger.arena, key, (size_t)n);
    c->ledger.failed |= !kept || !map_set(&c->activity_keys, kept, (size_t)n, (uint32_t)index);
}

/* Keeps an activity under its key and makes its component. NULL: memory. */
static struct convert_activity *append_activity(struct convert *c, const struct convert_connection *connection,
                                                enum convert_direction direction, struct convert_activity made)
{
    struct convert_activity *activities =
        array_grow(c->activities, c->activity_count, &c->activity_capacity, sizeof *activities);
    if (!activities) {
        c->ledger.failed = true;
        return NULL;
    }
    c->activities = activities;
    made.connection = (uint32_t)(connection - c->connections);
    made.component =
        cloud_new_activity(c->models, connection->adapter, made.function, made.name, made.id, connection->id);
    convert_add(c, JPK_CLOUD_ACTIVITY, made.component);
    keep_key(c, &made, direction, c->activity_count);
    if (c->ledger.failed)
        return NULL;
    activities[c->activity_count] = made;
    return &activities[c->activity_count++];
}

static const struct convert_activity *new_activity(struct convert *c, const struct jpk_entity *entity,
                                                   const struct endpoint_row *row, enum convert_direction direction)
{
    const struct convert_connection *connection = convert_connection(c, entity);
    if (!connection) {
        c->ledger.failed = true;
        return NULL;
    }
    const struct convert_activity made = {.entity = entity,
                                          .function = function_of(c, entity, row, direction),
                                          .name = activity_name(c, entity, row, direction),
                                          .id = activity_id(c, entity, row, direction)};
    const struct convert_activity *activity = append_activity(c, connection, direction, made);
    if (!activity)
        return NULL;
    fill_activity(c, activity, row, direction);
    if (convert_missing_setting(entity, convert_row_settings(row, direction)))
        convert_set(c, activity->component, "isConfigurationComplete", json_false());
    finish_item(c, activity, row, direction);
    return c->ledger.failed ? NULL : activity;
}

const struct convert_activity *convert_activity(struct convert *c, const struct jpk_entity *entity,
                                                enum convert_direction direction)
{
    const struct endpoint_row *row = convert_usable_row(c, entity);
    if (!row || !row->read || convert_is_wizard_call(entity))
        return NULL;
    if (convert_is_one_way(row))
        direction = CONVERT_READ;
    const struct convert_activity *found = convert_find_activity(c, entity, direction);
    return found ? found : new_activity(c, entity, row, direction);
}

/* One more for the same item, named after the transformation that it is for. */
static struct convert_activity *another_activity(struct convert *c, const struct convert_activity *first,
                                                 enum convert_direction direction,
                                                 const struct jpk_entity *transformation)
{
    const struct convert_connection *connection = &c->connections[first->connection];
    const char *role = convert_text(c, "%s/%s", first->id, transformation->id);
    const char *wanted = convert_text(c, "%s - %s", first->name, convert_item_name(c, transformation));
    struct convert_activity made = {.entity = first->entity,
                                    .function = first->function,
                                    .name = convert_name(c, JPK_CLOUD_ACTIVITY, wanted, NULL),
                                    .id = convert_id(c, JPK_CLOUD_ACTIVITY, role, first->entity->id),
                                    .transformation = transformation};
    const struct endpoint_row *row = convert_row(made.entity);
    struct convert_activity *activity = row ? append_activity(c, connection, direction, made) : NULL;
    if (activity)
        fill_activity(c, activity, row, direction);
    return activity;
}

const struct convert_activity *convert_query_activity(struct convert *c, const struct jpk_entity *entity,
                                                      enum convert_direction direction,
                                                      const struct jpk_entity *transformation)
{
    const struct convert_activity *first = convert_activity(c, entity, direction);
    if (!first || strcmp(c->connections[first->connection].adapter, "database") != 0)
        return first;
    char key[KEY_SIZE];
    int n = activity_key(key, entity, direction, transformation);
    uint32_t found = map_get(&c->activity_keys, key, (size_t)n);
    if (found != MAP_NONE)
        return &c->activities[found];
    struct convert_activity *activity = &c->activities[first - c->activities];
    if (!activity->transformation) {
        activity->transformation = transformation;
        keep_key(c, activity, direction, (size_t)(first - c->activities));
    } else {
        activity = another_activity(c, first, direction, transformation);
    }
    if (activity)
        convert_put_query(c, transformation, direction == CONVERT_WRITE, activity->component);
    return c->ledger.failed ? NULL : activity;
}

const struct convert_activity *convert_missing_source(struct convert *c, const struct jpk_entity *transformation)
{
    char key[KEY_SIZE];
    int n = activity_key(key, transformation, CONVERT_READ, transformation);
    uint32_t found = map_get(&c->activity_keys, key, (size_t)n);
    if (found != MAP_NONE)
        return &c->activities[found];
    const struct endpoint_row *row = endpoint_row_find(true, "TemporaryStorage");
    const struct convert_connection *connection = row ? convert_connection_of(c, row, NULL, transformation) : NULL;
    if (!connection)
        return NULL;
    const char *wanted = convert_text(c, "Read source of %s", convert_item_name(c, transformation));
    const struct convert_activity made = {
        .entity = transformation,
        .function = row->read,
        .name = convert_name(c, JPK_CLOUD_ACTIVITY, wanted, NULL),
        .id = convert_id(c, JPK_CLOUD_ACTIVITY, "missing source", transformation->id),
        .transformation = transformation,
    };
    const struct convert_activity *activity = append_activity(c, connection, CONVERT_READ, made);
    if (activity)
        convert_set(c, activity->component, "isConfigurationComplete", json_false());
    return activity;
}

const struct convert_activity *convert_step_activity(struct convert *c, const struct jpk_entity *operation,
                                                     const struct jpk_activity *step)
{
    const struct jpk_entity *content = step->content;
    if (!content)
        return NULL;
    if (convert_is_wizard_call(content) && !(content = convert_wizard_item(c, operation)))
        return NULL;
    return convert_activity(c, content, convert_own_direction(content));
}

/* ------------------------------------------------------------------------------------------------------ references */

const char *convert_activity_reference(struct convert *c, const struct convert_activity *activity)
{
    if (!activity)
        return "";
    const struct convert_connection *connection = &c->connections[activity->connection];
    return convert_text(c, "activity:%s/%s/%s/%s", connection->adapter, connection->name, activity->function,
                        activity->name);
}
