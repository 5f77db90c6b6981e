/*
 * Connections, from the rows of convert_endpoint_table.c. They and activities are made when somebody asks for them the
 * first time, so that nothing is made for what cannot be used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/secrets.h"
#include "base/text.h"
#include "jpk/convert_endpoint.h"
#include "jpk/convert_setting.h"

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
    convert_keep_words(c, finding, convert_entity_words(c, entity));
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

void convert_note_shape(struct convert *c, const struct jpk_entity *entity, const char *what, const char *label,
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
        convert_note_shape(c, entity, "connections", connector->label, NULL);
    convert_put_settings(c, &target, connector->settings);
}

const struct convert_connection *convert_connection_of(struct convert *c, const struct endpoint_row *row,
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
    const struct convert_connection *connection = login_row ? convert_connection_of(c, login_row, login, entity) : NULL;
    if (!connection)
        return NULL;
    if (login && !login_row->read && !c->ledger.items[login->index].target) { /* an endpoint entity */
        convert_lost_settings(c, login, NULL, endpoint_connector_find(row->adapter)->settings);
        c->ledger.items[login->index].name = connection->name;
        convert_done(c, login, JPK_CONVERTED, "connection:%s", connection->name);
    }
    return c->ledger.failed ? NULL : connection;
}

const char *convert_connection_reference(struct convert *c, const struct convert_connection *connection)
{
    return connection ? convert_text(c, "endpoint:%s/%s", connection->adapter, connection->name) : "";
}
