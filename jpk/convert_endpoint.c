/*
 * Connections and activities, from the rows of convert_endpoint_table.c. Both are made when somebody asks for them the
 * first time, so that nothing is made for what cannot be used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/convert_setting.h"
#include "jpk/functions.h"
#include "jpk/secrets.h"

static const struct endpoint_row *row_of(const struct jpk_entity *entity)
{
    if (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET) {
        const struct jpk_location *location = jpk_entity_location(entity);
        return location ? endpoint_row_find(true, location->type_name) : NULL;
    }
    return endpoint_row_find(false, entity->type_name);
}

/* A call that a wizard of Salesforce made: the wizard's function stands for it. */
static bool is_wizard_call(const struct jpk_entity *entity)
{
    const char *flag = entity->type == JPK_TYPE_WEB_SERVICE_CALL ? jpk_entity_value(entity, "sfdc_partner_wsdl") : NULL;
    return flag && strcmp(flag, "1") == 0;
}

/* What must be done by hand, said once. */
static void note_manual(struct convert *c, const struct jpk_entity *entity, const char *hint)
{
    if (c->items[entity->index].result >= JPK_CONVERT_MANUAL)
        return;
    const struct jpk_location *location = jpk_entity_location(entity);
    struct jpk_finding *finding =
        convert_note(c, entity, CONVERT_NOT_SUPPORTED, 0, "nothing is known that corresponds to %s '%s'",
                     location ? "a location of type" : "the type", location ? location->type_name : entity->type_name);
    if (finding)
        finding->hint = hint ? hint : "set it up by hand";
}

/* The row of what can be converted, or NULL after saying why there is none. */
static const struct endpoint_row *usable_row(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_row *row = convert_lives(entity) ? row_of(entity) : NULL;
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
    const char *copy = arena_strndup(&c->arena, host, n);
    c->failed |= !copy;
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

/* What equal log-ins have in common. NULL: no memory. */
static const char *login_key(struct convert *c, const struct endpoint_connector *connector,
                             const struct jpk_entity *entity)
{
    struct buf key = {0};
    buf_puts(&key, connector->adapter);
    if (!entity)
        buf_puts(&key, "\nmissing");
    for (const struct endpoint_setting *s = connector->settings; entity && s->key; s++) {
        const char *value = convert_peek_setting(c, entity, s);
        if (s->change == ENDPOINT_VARIABLE)
            value = arena_strdup_lower(&c->arena, convert_variable(c, value));
        else if (s->change == ENDPOINT_BASE_URL || s->change == ENDPOINT_URL)
            value = convert_url_base(c, value);
        key.failed |= !value;
        if (value) /* with its length, so that no value can look like the next setting */
            buf_printf(&key, "\n%s=%zu:%s", s->key, strlen(value), value);
    }
    const char *copy = key.failed ? NULL : arena_strdup(&c->arena, buf_text(&key));
    buf_free(&key);
    c->failed |= !copy;
    return copy;
}

static const char *connection_id(struct convert *c, const struct endpoint_connector *connector,
                                 const struct endpoint_row *row, const struct jpk_entity *entity)
{
    if (!connector->settings->key) /* one for the whole project */
        return convert_id(c, JPK_CLOUD_CONNECTION, connector->adapter, c->project->id);
    if (!entity)
        return convert_id(c, JPK_CLOUD_CONNECTION, convert_text(c, "%s/missing", connector->adapter), c->project->id);
    return convert_id(c, JPK_CLOUD_CONNECTION, row->read ? "connection" : NULL, entity->id);
}

static struct convert_connection *new_connection(struct convert *c, const struct endpoint_connector *connector,
                                                 const struct endpoint_row *row, const struct jpk_entity *entity)
{
    struct convert_connection *connections =
        array_grow(c->connections, c->connection_count, &c->connection_capacity, sizeof *connections);
    if (!connections) {
        c->failed = true;
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
    const char *key = login_key(c, connector, entity);
    if (!key)
        return NULL;
    uint32_t found = map_get(&c->connection_keys, key, strlen(key));
    if (found != MAP_NONE)
        return &c->connections[found];
    struct convert_connection *connection = new_connection(c, connector, row, entity);
    if (!connection)
        return NULL;
    connection->key = key;
    if (!map_set(&c->connection_keys, key, strlen(key), (uint32_t)(connection - c->connections)))
        c->failed = true;
    fill_connection(c, connector, entity ? entity : user, connection);
    return c->failed ? NULL : connection;
}

/* The entity that a function logs in with; NULL: it is missing. */
static const struct jpk_entity *endpoint_entity(struct convert *c, const struct jpk_entity *entity,
                                                const struct endpoint_row *row)
{
    const char *id = jpk_entity_value(entity, row->endpoint_key);
    const struct jpk_entity *endpoint = id ? jpk_project_entity(c->project, id) : NULL;
    const struct endpoint_row *of = convert_lives(endpoint) ? row_of(endpoint) : NULL;
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
    const struct endpoint_row *row = usable_row(c, entity);
    if (!row || is_wizard_call(entity))
        return NULL;
    const struct jpk_entity *login = row->endpoint_key ? endpoint_entity(c, entity, row) : entity;
    const struct endpoint_row *login_row = login ? row_of(login) : row;
    bool first = !c->items[entity->index].target;
    if (!login && first)
        note_missing_endpoint(c, entity, row);
    const struct convert_connection *connection = connection_of(c, login_row, login, entity);
    if (!connection)
        return NULL;
    if (login && !login_row->read && !c->items[login->index].target) { /* an endpoint entity */
        convert_lost_settings(c, login, NULL, endpoint_connector_find(row->adapter)->settings);
        c->items[login->index].name = connection->name;
        convert_done(c, login, JPK_CONVERTED, "connection:%s", connection->name);
    }
    return c->failed ? NULL : connection;
}

/* ------------------------------------------------------------------------------------------------------ activities */

/* Of sources and targets: the direction that they have by their type. */
static enum convert_direction own_direction(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_TARGET ? CONVERT_WRITE : CONVERT_READ;
}

static bool is_one_way(const struct endpoint_row *row)
{
    return strcmp(row->read, row->write) == 0;
}

static int activity_key(char key[32], const struct jpk_entity *entity, enum convert_direction direction)
{
    return snprintf(key, 32, "%u/%d", entity->index, (int)direction);
}

const struct convert_activity *convert_find_activity(const struct convert *c, const struct jpk_entity *entity,
                                                     enum convert_direction direction)
{
    char key[32];
    int n = activity_key(key, entity, direction);
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
    if (method && *method) {
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
    bool keeps = is_one_way(row) || direction == own_direction(entity);
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
        note_shape(c, activity->entity, "activities", connector->label, row->hint);
    }
    convert_put_settings(c, &target, direction == CONVERT_READ ? row->read_settings : row->write_settings);
}

/* What is said of an item once, however many activities it becomes. */
static void finish_item(struct convert *c, const struct convert_activity *activity, const struct endpoint_row *row,
                        enum convert_direction direction)
{
    const struct jpk_entity *entity = activity->entity;
    if (c->items[entity->index].target)
        return;
    if (!row->location || direction == own_direction(entity))
        convert_lost_settings(c, entity, direction == CONVERT_READ ? row->read_settings : row->write_settings,
                              row->endpoint_key ? NULL : endpoint_connector_find(row->adapter)->settings);
    if (row->private_agent && c->options.agent == JPK_AGENT_CLOUD)
        convert_note(c, entity, CONVERT_AGENT, 0, "%s", row->private_agent);
    c->items[entity->index].name = activity->name;
    convert_done(c, entity, JPK_CONVERTED, "activity:%s", activity->name);
}

static const struct convert_activity *new_activity(struct convert *c, const struct jpk_entity *entity,
                                                   const struct endpoint_row *row, enum convert_direction direction)
{
    const struct convert_connection *connection = convert_connection(c, entity);
    struct convert_activity *activities =
        connection ? array_grow(c->activities, c->activity_count, &c->activity_capacity, sizeof *activities) : NULL;
    if (!activities) {
        c->failed = true;
        return NULL;
    }
    c->activities = activities;
    char buffer[32];
    int n = activity_key(buffer, entity, direction);
    const char *key = arena_strndup(&c->arena, buffer, (size_t)n);
    struct convert_activity *activity = &activities[c->activity_count];
    *activity = (struct convert_activity){.entity = entity,
                                          .function = function_of(c, entity, row, direction),
                                          .name = activity_name(c, entity, row, direction),
                                          .id = activity_id(c, entity, row, direction),
                                          .connection = (uint32_t)(connection - c->connections)};
    activity->component =
        cloud_new_activity(c->models, row->adapter, activity->function, activity->name, activity->id, connection->id);
    if (!convert_add(c, JPK_CLOUD_ACTIVITY, activity->component) || !key ||
        !map_set(&c->activity_keys, key, (size_t)n, (uint32_t)c->activity_count)) {
        c->failed = true;
        return NULL;
    }
    c->activity_count++;
    fill_activity(c, activity, row, direction);
    finish_item(c, activity, row, direction);
    return c->failed ? NULL : activity;
}

const struct convert_activity *convert_activity(struct convert *c, const struct jpk_entity *entity,
                                                enum convert_direction direction)
{
    const struct endpoint_row *row = usable_row(c, entity);
    if (!row || !row->read || is_wizard_call(entity))
        return NULL;
    if (is_one_way(row))
        direction = CONVERT_READ;
    const struct convert_activity *found = convert_find_activity(c, entity, direction);
    return found ? found : new_activity(c, entity, row, direction);
}

const struct convert_activity *convert_step_activity(struct convert *c, const struct jpk_entity *operation,
                                                     const struct jpk_activity *step)
{
    const struct jpk_entity *content = step->content;
    if (!content)
        return NULL;
    if (is_wizard_call(content) && !(content = convert_wizard_item(c, operation)))
        return NULL;
    return convert_activity(c, content, own_direction(content));
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

/* ------------------------------------------------------------------------------------------------ all that is needed
 */

/* How an item is used, the later the more. */
enum use { USE_NONE, USE_CONNECTION, USE_ACTIVITY };

/* Whether a function wants a connection where it names an item. */
static bool wants_connection(const char *name)
{
    const struct script_function *function =
        name ? script_function_find((struct script_view){name, strlen(name)}) : NULL;
    struct script_parameter parameter;
    for (unsigned i = 0; function && i < 8 && script_function_parameter(function, i, &parameter); i++)
        if (parameter.wants == SCRIPT_WANTS_CONNECTION)
            return true;
    return false;
}

static enum use use_of(struct convert *c, const struct jpk_entity *entity)
{
    enum use most = USE_NONE;
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(c->graph, entity, &count);
    for (size_t i = 0; i < count && most < USE_ACTIVITY; i++) {
        const struct jpk_reference *r = references[i];
        if (r->in_comment || r->from->deleted)
            continue;
        most = r->kind == JPK_REF_SCRIPT && wants_connection(r->function) ? USE_CONNECTION : USE_ACTIVITY;
    }
    return most;
}

/* What nobody uses is kept when it could be used as it is: a person sees it sooner there than in a report. */
static void convert_unused(struct convert *c, const struct jpk_entity *entity, const struct endpoint_row *row)
{
    enum convert_direction direction = is_one_way(row) ? CONVERT_READ : own_direction(entity);
    const struct endpoint_setting *missing =
        convert_missing_setting(entity, direction == CONVERT_READ ? row->read_settings : row->write_settings);
    if (!missing && !row->endpoint_key)
        missing = convert_missing_setting(entity, endpoint_connector_find(row->adapter)->settings);
    if (missing) {
        convert_note(c, entity, CONVERT_NOT_USED, 0, "nothing uses it, and it has no '%s'", missing->key);
        return;
    }
    if (convert_activity(c, entity, direction))
        convert_note(c, entity, CONVERT_KEPT, 0, "nothing uses it; its activity was made all the same");
}

static void convert_entity(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_row *row = convert_lives(entity) ? usable_row(c, entity) : NULL;
    if (!row || !row->read || is_wizard_call(entity))
        return;
    enum use use = use_of(c, entity);
    if (use == USE_ACTIVITY) {
        convert_activity(c, entity, own_direction(entity));
    } else if (use == USE_CONNECTION) {
        const struct convert_connection *connection = convert_connection(c, entity);
        if (!connection)
            return;
        convert_lost_settings(c, entity,
                              own_direction(entity) == CONVERT_READ ? row->read_settings : row->write_settings,
                              row->endpoint_key ? NULL : endpoint_connector_find(row->adapter)->settings);
        convert_done(c, entity, JPK_CONVERTED, "connection:%s", connection->name);
    } else {
        convert_unused(c, entity, row);
    }
}

/* The calls behind a wizard's operation are what its function has become. */
static void account_wizard_calls(struct convert *c, const struct jpk_entity *operation)
{
    const struct jpk_operation *steps = operation->as.operation;
    for (size_t i = 0; steps && i < steps->activity_count && !c->failed; i++) {
        const struct jpk_entity *call = steps->activities[i].content;
        if (!convert_lives(call) || !is_wizard_call(call) || c->items[call->index].target)
            continue;
        const struct convert_activity *activity = convert_step_activity(c, operation, &steps->activities[i]);
        if (activity)
            convert_done(c, call, JPK_CONVERTED, "activity:%s", activity->name);
    }
}

/* Calls without such a function, and endpoints that nothing uses. */
static void convert_rest(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_row *row = convert_lives(entity) ? row_of(entity) : NULL;
    if (!row || !row->adapter || c->items[entity->index].target)
        return;
    if (!row->read) {
        if (convert_connection(c, entity) && use_of(c, entity) == USE_NONE)
            convert_note(c, entity, CONVERT_KEPT, 0, "nothing uses it; its connection was made all the same");
    } else if (is_wizard_call(entity) && use_of(c, entity) == USE_NONE) {
        convert_note(c, entity, CONVERT_NOT_USED, 0, "nothing uses it, and its wizard makes such calls by itself");
    } else if (is_wizard_call(entity)) {
        struct jpk_finding *finding = convert_note(c, entity, CONVERT_NOT_SUPPORTED, 0,
                                                   "the query or upsert whose wizard made it is not in the project");
        if (finding)
            finding->hint = "make an activity of the Salesforce connector for it";
    }
}

void convert_endpoints(struct convert *c)
{
    const struct jpk_entity *const *entities = c->project->entities;
    size_t count = c->project->entity_count;
    for (size_t i = 0; i < count && !c->failed; i++)
        convert_entity(c, entities[i]);
    for (size_t i = 0; i < count && !c->failed; i++)
        if (entities[i]->type == JPK_TYPE_OPERATION && convert_lives(entities[i]))
            account_wizard_calls(c, entities[i]);
    for (size_t i = 0; i < count && !c->failed; i++)
        convert_rest(c, entities[i]);
}
