/*
 * Connections and activities, from the rows of convert_endpoint_table.c. Both are made when somebody asks for them the
 * first time, so that nothing is made for what cannot be used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/convert_endpoint.h"
#include "jpk/convert_setting.h"
#include "jpk/secrets.h"

const struct endpoint_row *convert_row(const struct jpk_entity *entity)
{
    if (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET) {
        const struct jpk_location *location = jpk_entity_location(entity);
        return location ? endpoint_row_find(true, location->type_name) : NULL;
    }
    return endpoint_row_find(false, entity->type_name);
}

bool convert_is_wizard_call(const struct jpk_entity *entity)
{
    const char *flag = entity->type == JPK_TYPE_WEB_SERVICE_CALL ? jpk_entity_value(entity, "sfdc_partner_wsdl") : NULL;
    return flag && strcmp(flag, "1") == 0;
}

/* What must be done by hand, said once. */
static void note_manual(struct convert *c, const struct jpk_entity *entity, const char *hint)
{
    if (c->ledger.items[entity->index].result >= JPK_CONVERT_MANUAL)
        return;
    const struct jpk_location *location = jpk_entity_location(entity);
    struct jpk_finding *finding =
        convert_note(c, entity, CONVERT_NOT_SUPPORTED, 0, "nothing is known that corresponds to %s '%s'",
                     location ? "a location of type" : "the type", location ? location->type_name : entity->type_name);
    if (finding)
        finding->hint = hint ? hint : "set it up by hand";
}

const struct endpoint_row *convert_usable_row(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_row *row = convert_lives(entity) ? convert_row(entity) : NULL;
    if (row && row->adapter)
        return row;
    if (convert_lives(entity) && (row || jpk_entity_location(entity)))
        note_manual(c, entity, row ? row->hint : NULL);
    return NULL;
}

/* A shape that nobody has seen. */
static void note_shape(struct convert *c, const struct jpk_entity *entity, const char *what, const char *label,
                       const char *hint)
{
    struct jpk_finding *finding =
        convert_note(c, entity, CONVERT_SHAPE_NOT_OBSERVED, 0,
                     "the settings of %s of %s were never seen; they are called as in Design Studio", what, label);
    if (finding)
        finding->hint = hint;
}

/* ----------------------------------------------------------------------------------------------------- connections */

/* The host of a URL, a UNC path or a plain name; NULL when it is a variable, or there is none. */
static const char *host_of(struct convert *c, const char *value)
{
    const char *scheme = strstr(value, "://");
    const char *host = scheme ? scheme + 3 : value + strspn(value, "\\/");
    size_t n = strcspn(host, "/\\?");
    for (size_t i = n; i > 0; i--) /* not the log-in */
        if (host[i - 1] == '@') {
            host += i;
            n -= i;
            break;
        }
    n = memchr(host, ':', n) ? (size_t)((const char *)memchr(host, ':', n) - host) : n;
    if (n == 0 || memchr(host, '[', n))
        return NULL;
    const char *copy = arena_strndup(&c->ledger.arena, host, n);
    c->ledger.failed |= !copy;
    return copy;
}

static const char *default_name(struct convert *c, const struct endpoint_connector *connector)
{
    return convert_text(c, "%s Endpoint", connector->label);
}

/* `entity` has the log-in; NULL when it is missing. `row` is its own. */
static const char *connection_name(struct convert *c, const struct endpoint_connector *connector,
                                   const struct endpoint_row *row, const struct jpk_entity *entity)
{
    if (entity && !row->read && *entity->name && !secret_only_variables(entity->name, strlen(entity->name)))
        return convert_name(c, JPK_CLOUD_CONNECTION, entity->name, entity);
    const char *value = entity && connector->name_key ? jpk_entity_value(entity, connector->name_key) : NULL;
    const char *host =
        value ? host_of(c, strcmp(connector->adapter, "variable") == 0 ? convert_variable(c, value) : value) : NULL;
    return convert_name(c, JPK_CLOUD_CONNECTION, host ? host : default_name(c, connector), NULL);
}

/* Log-ins in sources and targets that may be one, as far as anybody can see. */
static void note_alike(struct convert *c, const struct jpk_entity *entity, const char *alike, size_t index)
{
    uint32_t first = MAP_NONE;
    if (!*alike || c->ledger.failed)
        return;
    if (!map_add(&c->alike_keys, alike, strlen(alike), (uint32_t)index, &first)) {
        c->ledger.failed = true;
        return;
    }
    if (first != MAP_NONE)
        convert_note(c, entity, CONVERT_LOGIN_APART, 0,
                     "its log-in is encrypted; the connection '%s' may be '%s', which is alike in all else",
                     c->connections[index].name, c->connections[first].name);
}

static const char *connection_id(struct convert *c, const struct endpoint_connector *connector,
                                 const struct endpoint_row *row, const struct jpk_entity *entity)
{
    if (!connector->settings->key) /* one for the whole project */
        return convert_id(c, JPK_CLOUD_CONNECTION, connector->adapter, c->project->id);
    if (!entity)
        return convert_id(c, JPK_CLOUD_CONNECTION, convert_text(c, "%s/missing", connector->adapter), c->project->id);
    bool keeps = !row->read || convert_only_logs_in(c, entity);
    return convert_id(c, JPK_CLOUD_CONNECTION, keeps ? NULL : "connection", entity->id);
}

static struct convert_connection *new_connection(struct convert *c, const struct endpoint_connector *connector,
                                                 const struct endpoint_row *row, const struct jpk_entity *entity)
{
    struct convert_connection *connections =
        array_grow(c->connections, c->connection_count, &c->connection_capacity, sizeof *connections);
    if (!connections) {
        c->ledger.failed = true;
        return NULL;
    }
    c->connections = connections;
    struct convert_connection *connection = &connections[c->connection_count];
    *connection = (struct convert_connection){.adapter = connector->adapter,
                                              .name = connection_name(c, connector, row, entity),
                                              .id = connection_id(c, connector, row, entity)};
    connection->component = cloud_new_connection(c->models, connector->adapter, connection->name, connection->id);
    if (!convert_add(c, JPK_CLOUD_CONNECTION, connection->component))
        return NULL;
    c->connection_count++;
    return connection;
}

static void fill_connection(struct convert *c, const struct endpoint_connector *connector,
                            const struct jpk_entity *entity, const struct convert_connection *connection)
{
    struct setting_target target = {.entity = entity,
                                    .component = connection->component,
                                    .label = convert_text(c, "connection:%s", connection->name),
                                    .known = cloud_tree_known(connector->adapter, NULL)};
    if (!target.known && connector->file_based)
        convert_set(c, connection->component, "isFileBased", json_true());
    if (!target.known)
        note_shape(c, entity, "connections", connector->label, NULL);
    convert_put_settings(c, &target, connector->settings);
}

/* The connection of the log-in that an entity holds; NULL: that entity is missing, which `user` is told. */
static const struct convert_connection *connection_of(struct convert *c, const struct endpoint_row *row,
                                                      const struct jpk_entity *entity, const struct jpk_entity *user)
{
    const struct endpoint_connector *connector = endpoint_connector_find(row->adapter);
    const char *key, *alike;
    if (!convert_login_keys(c, connector, entity, &key, &alike))
        return NULL;
    uint32_t found = map_get(&c->connection_keys, key, strlen(key));
    if (found != MAP_NONE)
        return &c->connections[found];
    struct convert_connection *connection = new_connection(c, connector, row, entity);
    if (!connection)
        return NULL;
    connection->key = key;
    if (!map_set(&c->connection_keys, key, strlen(key), (uint32_t)(connection - c->connections)))
        c->ledger.failed = true;
    fill_connection(c, connector, entity ? entity : user, connection);
    if (row->read)
        note_alike(c, entity, alike, (size_t)(connection - c->connections));
    return c->ledger.failed ? NULL : connection;
}

/* The entity that a function logs in with; NULL: it is missing. */
static const struct jpk_entity *endpoint_entity(struct convert *c, const struct jpk_entity *entity,
                                                const struct endpoint_row *row)
{
    const char *id = jpk_entity_value(entity, row->endpoint_key);
    const struct jpk_entity *endpoint = id ? jpk_project_entity(c->project, id) : NULL;
    const struct endpoint_row *of = convert_lives(endpoint) ? convert_row(endpoint) : NULL;
    return of && of->adapter && !of->read && strcmp(of->adapter, row->adapter) == 0 ? endpoint : NULL;
}

static void note_missing_endpoint(struct convert *c, const struct jpk_entity *entity, const struct endpoint_row *row)
{
    struct jpk_finding *finding =
        convert_note(c, entity, CONVERT_DANGLING, 0, "the endpoint that it logs in with is not in the project");
    if (finding)
        finding->hint =
            convert_text(c, "fill in the connection '%s'", default_name(c, endpoint_connector_find(row->adapter)));
}

const struct convert_connection *convert_connection(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_row *row = convert_usable_row(c, entity);
    if (!row || convert_is_wizard_call(entity))
        return NULL;
    const struct jpk_entity *login = row->endpoint_key ? endpoint_entity(c, entity, row) : entity;
    const struct endpoint_row *login_row = login ? convert_row(login) : row;
    bool first = !c->ledger.items[entity->index].target;
    if (!login && first)
        note_missing_endpoint(c, entity, row);
    const struct convert_connection *connection = login_row ? connection_of(c, login_row, login, entity) : NULL;
    if (!connection)
        return NULL;
    if (login && !login_row->read && !c->ledger.items[login->index].target) { /* an endpoint entity */
        convert_lost_settings(c, login, NULL, endpoint_connector_find(row->adapter)->settings);
        c->ledger.items[login->index].name = connection->name;
        convert_done(c, login, JPK_CONVERTED, "connection:%s", connection->name);
    }
    return c->ledger.failed ? NULL : connection;
}

/* ------------------------------------------------------------------------------------------------------ activities */

enum convert_direction convert_own_direction(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_TARGET ? CONVERT_WRITE : CONVERT_READ;
}

bool convert_is_one_way(const struct endpoint_row *row)
{
    return strcmp(row->read, row->write) == 0;
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
    convert_put_settings(c, &target, direction == CONVERT_READ ? row->read_settings : row->write_settings);
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
        convert_note(c, entity, CONVERT_SETTING_LOST, item->offset,
                     "'target_target_id' (target of the answer) has a place in operations only, and was left out");
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
        note_shape(c, entity, "activities", connector->label,
                   direction == CONVERT_WRITE && strcmp(activity->function, "http_get") == 0 ? get_as_target
                                                                                             : row->hint);
    if (!row->location || direction == convert_own_direction(entity))
        convert_lost_settings(c, entity, direction == CONVERT_READ ? row->read_settings : row->write_settings,
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
    if (convert_missing_setting(entity, direction == CONVERT_READ ? row->read_settings : row->write_settings))
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
    const struct convert_connection *connection = row ? connection_of(c, row, NULL, transformation) : NULL;
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

const char *convert_connection_reference(struct convert *c, const struct convert_connection *connection)
{
    return connection ? convert_text(c, "endpoint:%s/%s", connection->adapter, connection->name) : "";
}
