/*
 * Sources, targets, connectors and their functions. A connection of files or databases is no item in Design Studio:
 * each source and target holds the log-in itself.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "jpk/convert_endpoint.h"
#include "jpk/design.h"

/* ------------------------------------------------------------------------------------------------------------ rows */

static bool is_http(const char *adapter)
{
    return strcmp(adapter, "http") == 0;
}

/* Every verb of HTTP is a function, and all of them are one row. */
static bool is_function(const struct endpoint_row *row, const char *function)
{
    return row->read && (strcmp(row->read, function) == 0 || strcmp(row->write, function) == 0 ||
                         (is_http(row->adapter) && strncmp(function, "http_", 5) == 0));
}

/* The row of an activity; with `function` NULL that of the connector by itself. NULL: none. */
static const struct endpoint_row *row_of(const char *adapter, const char *function)
{
    for (const struct endpoint_row *row = endpoint_rows(); row->type; row++)
        if (row->adapter && strcmp(row->adapter, adapter) == 0 &&
            (function ? is_function(row, function) : row->location || !row->read))
            return row;
    return NULL;
}

static const struct endpoint_row *activity_row(const struct jpk_cloud_component *activity)
{
    return row_of(activity->as.activity->adapter, activity->as.activity->function);
}

bool design_is_location(const struct jpk_cloud_component *activity)
{
    const struct endpoint_row *row = activity_row(activity);
    return row && row->location;
}

enum convert_direction design_direction(const struct jpk_cloud_component *activity)
{
    const struct endpoint_row *row = activity_row(activity);
    const char *function = activity->as.activity->function;
    if (row && strcmp(row->read, row->write) != 0)
        return strcmp(row->read, function) == 0 ? CONVERT_READ : CONVERT_WRITE;
    return strcmp(activity->as.activity->polarity, "source") == 0 ? CONVERT_READ : CONVERT_WRITE;
}

/* --------------------------------------------------------------------------------------------------- what is made */

/* What nobody has seen in an export is read by the names that the conversion gives it. */
static void note_shape(struct design *d, const struct jpk_cloud_component *component, const char *label)
{
    design_note(d, component, CONVERT_SHAPE_NOT_OBSERVED, JPK_CLOUD_NO_NODE,
                "the settings of %s were never seen in an export; those called as in Design Studio were taken", label);
}

static void note_manual(struct design *d, const struct jpk_cloud_component *component, const char *what)
{
    struct jpk_finding *finding = design_note(d, component, CONVERT_NOT_SUPPORTED, JPK_CLOUD_NO_NODE,
                                              "nothing is known in Design Studio that corresponds to %s", what);
    if (finding)
        finding->hint = "set it up by hand";
}

/* The connection of an activity; NULL, with a finding: it is not there, or none that the activity could have. */
static const struct jpk_cloud_component *connection_of(struct design *d, const struct jpk_cloud_component *activity)
{
    const struct jpk_cloud_component *to = activity->as.activity->connection.component;
    if (to && to->kind == JPK_CLOUD_CONNECTION &&
        strcmp(to->as.connection->adapter, activity->as.activity->adapter) == 0)
        return to;
    design_note(d, activity, CONVERT_DANGLING, activity->as.activity->connection.node,
                to ? "its connection is not one of the connector '%.100s'" : "its connection is not in the project",
                activity->as.activity->adapter);
    return NULL;
}

/* `Read x` and `Write x` are how sources and targets called `x` are named there. */
static const char *plain_name(const char *name, enum convert_direction direction)
{
    const char *prefix = direction == CONVERT_READ ? "Read " : "Write ";
    size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 && name[n] ? name + n : name;
}

/* The function of HTTP says its verb; the number of POST is the only one that was seen. */
static void put_verb(struct design *d, struct design_entity *entity, const char *function)
{
    const char *verb = text_starts_with(function, "http_") ? function + 5 : function;
    const char *method = design_upper(d, verb);
    design_set_place(d, entity, "http_method", method);
    if (strcmp(method, "POST") == 0)
        design_set_place(d, entity, "http_verb", "2");
}

/* The settings of a source or target: the log-in of the connection with those of its own. */
static void fill_location(struct design *d, struct design_entity *entity, const struct endpoint_row *row,
                          const struct jpk_cloud_component *connection, const struct jpk_cloud_component *activity,
                          enum convert_direction direction)
{
    entity->location = row->type;
    if (connection)
        design_put_settings(d, entity, connection, endpoint_connector_find(row->adapter)->settings, true);
    if (activity)
        design_put_settings(d, entity, activity, convert_row_settings(row, direction), true);
    if (activity && is_http(row->adapter))
        put_verb(d, entity, activity->as.activity->function);
}

/* A source or target that logs in with a connection; of these a source serves best where a script names it. */
static void use_connection(struct design *d, const struct jpk_cloud_component *connection, struct design_entity *entity)
{
    struct design_entity **user = &design_of(d, connection)->made[1];
    if (!*user || ((*user)->type == JPK_TYPE_TARGET && entity->type == JPK_TYPE_SOURCE))
        *user = entity;
    design_done_as(d, connection, "%s:%s", jpk_type_info(entity->type)->name, entity->name);
}

static struct design_entity *new_location(struct design *d, const struct jpk_cloud_component *activity,
                                          const struct endpoint_row *row, enum convert_direction direction)
{
    bool own = direction == design_direction(activity), read = direction == CONVERT_READ;
    const struct jpk_cloud_component *connection = NULL;
    const char *id =
        own ? design_of(d, activity)->id : design_new_id(d, read ? "source" : "target", design_of(d, activity)->id);
    struct design_entity *entity = design_entity(d, read ? JPK_TYPE_SOURCE : JPK_TYPE_TARGET, id,
                                                 plain_name(activity->name, design_direction(activity)));
    if (!entity)
        return NULL;
    entity->from = activity;
    entity->description = activity->description;
    connection = connection_of(d, activity);
    fill_location(d, entity, row, connection, activity, direction);
    if (connection)
        use_connection(d, connection, entity);
    return entity;
}

/* ------------------------------------------------------------------------------------------------ connectors */

static struct design_entity *new_connector(struct design *d, const struct jpk_cloud_component *connection)
{
    const char *adapter = connection->as.connection->adapter;
    const struct endpoint_row *row = row_of(adapter, NULL);
    const struct jpk_type_info *type = row && !row->location ? jpk_type_by_name(row->type) : NULL;
    if (!type)
        return NULL;
    struct design_entity *entity = design_entity(d, type->type, design_of(d, connection)->id, connection->name);
    if (!entity)
        return NULL;
    entity->from = connection;
    entity->description = connection->description;
    const struct endpoint_connector *connector = endpoint_connector_find(adapter);
    design_put_settings(d, entity, connection, connector->settings, false);
    design_lost_settings(d, connection, connector->settings);
    if (!type->observed)
        note_shape(d, connection, connector->label);
    design_done(d, connection, entity);
    return entity;
}

/* A source of a database without anything to read: functions of scripts log in with it. */
static struct design_entity *new_database(struct design *d, const struct jpk_cloud_component *connection,
                                          const struct endpoint_row *row)
{
    struct design_entity *entity = design_entity(d, JPK_TYPE_SOURCE, design_of(d, connection)->id, connection->name);
    if (!entity)
        return NULL;
    entity->from = connection;
    fill_location(d, entity, row, connection, NULL, CONVERT_READ);
    design_done(d, connection, entity);
    return entity;
}

struct design_entity *design_connection(struct design *d, const struct jpk_cloud_component *connection)
{
    struct design_component *own = design_of(d, connection);
    const struct endpoint_row *row = row_of(connection->as.connection->adapter, NULL);
    if (own->made[0] || own->tried || d->ledger.failed)
        return own->made[0];
    if (row && !row->location)
        own->made[0] = new_connector(d, connection);
    else if (row && strcmp(row->adapter, "database") == 0)
        own->made[0] = own->made[1] ? own->made[1] : new_database(d, connection, row);
    own->tried = !own->made[0];
    return own->made[0];
}

/* ------------------------------------------------------------------------------------------------------- functions */

uint32_t design_activity_schema(const struct design *d, const struct jpk_cloud_component *activity, bool output)
{
    const struct jpk_cloud_component *schema = design_of(d, activity)->schemas[output];
    const struct jpk_cloud_activity *own = activity->as.activity;
    return schema ? schema->as.schema->document : output ? own->output : own->input;
}

static const char *string_at(struct design *d, uint32_t object, const char *key)
{
    return design_string(d, jdoc_member(d->cloud->doc, object, key));
}

/* A file that a schema names, as it is called below files/. */
static const char *file_at(struct design *d, uint32_t options, const char *key)
{
    const char *path = string_at(d, options, key), *asset = design_asset(d, path);
    if (asset)
        return asset;
    return *path ? design_file_name(d, path, '_') : "";
}

/* The files that a function of NetSuite works with. */
static void put_files(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *activity)
{
    uint32_t in = jdoc_member(d->cloud->doc, design_activity_schema(d, activity, false), "O");
    uint32_t out = jdoc_member(d->cloud->doc, design_activity_schema(d, activity, true), "O");
    if (out == JPK_CLOUD_NO_NODE)
        out = in;
    static const struct {
        const char *key, *member;
        bool output, file;
    } rows[] = {
        {"input_xsd_filename", "requestStructureFilePath", false, true},
        {"input_xsd_root", "requestRootName", false, false},
        {"output_xsd_filename", "responseStructureFilePath", true, true},
        {"output_xsd_root", "responseRootName", true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t options = rows[i].output ? out : in;
        const char *value = rows[i].file ? file_at(d, options, rows[i].member) : string_at(d, options, rows[i].member);
        if (*value)
            design_set(d, entity, rows[i].key, value);
    }
}

/* The object of Salesforce: of a query the root of its answer, else what a setting says. */
static void put_object(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *activity)
{
    const char *said = design_get(entity, "salesforce_object");
    if (said && *said)
        return;
    uint32_t root = jdoc_member(d->cloud->doc, design_activity_schema(d, activity, true), "root");
    const char *name = string_at(d, root, "N");
    if (*name)
        design_set(d, entity, "salesforce_object", design_text(d, "{" SALESFORCE_NAMESPACE "}%s", name));
}

static struct design_entity *new_function(struct design *d, const struct jpk_cloud_component *activity,
                                          const struct endpoint_row *row)
{
    const struct jpk_type_info *type = jpk_type_by_name(row->type);
    if (!type) /* bulk loads: no entity of Design Studio is known */
        return NULL;
    const struct jpk_cloud_component *connection = connection_of(d, activity);
    struct design_entity *entity = design_entity(d, type->type, design_of(d, activity)->id, activity->name);
    struct design_entity *connector = connection && row->endpoint_key ? design_connection(d, connection) : NULL;
    if (!entity)
        return NULL;
    entity->from = activity;
    entity->description = activity->description;
    if (row->endpoint_key && connector)
        design_set(d, entity, row->endpoint_key, connector->id);
    else if (connection)
        design_put_settings(d, entity, connection, endpoint_connector_find(row->adapter)->settings, false);
    if (connection && !connector)
        design_done(d, connection, entity);
    design_put_settings(d, entity, activity, row->read_settings, false);
    if (strcmp(row->adapter, "netsuite") == 0)
        put_files(d, entity, activity);
    if (strcmp(row->adapter, "salesforce") == 0)
        put_object(d, entity, activity);
    if (!type->observed)
        note_shape(d, activity, type->plural);
    return entity;
}

struct design_entity *design_endpoint(struct design *d, const struct jpk_cloud_component *activity,
                                      enum convert_direction direction)
{
    struct design_component *own = design_of(d, activity);
    const struct endpoint_row *row = activity_row(activity);
    if (own->first && !own->tried) {
        struct design_entity *shared = design_endpoint(d, own->first, direction);
        design_done(d, activity, shared);
        return shared;
    }
    size_t slot = row && row->location ? direction : 0;
    if (own->made[slot] || own->tried || d->ledger.failed)
        return own->made[slot];
    bool first = !own->made[0] && !own->made[1];
    struct design_entity *entity = !row            ? NULL
                                   : row->location ? new_location(d, activity, row, direction)
                                                   : new_function(d, activity, row);
    own->made[slot] = entity;
    own->tried = !entity;
    if (!entity) {
        if (!d->ledger.failed)
            note_manual(d, activity,
                        design_text(d, "the function '%s' of the connector '%s'", activity->as.activity->function,
                                    activity->as.activity->adapter));
        return NULL;
    }
    if (first) {
        design_lost_settings(d, activity,
                             row->location && direction == CONVERT_WRITE ? row->write_settings : row->read_settings);
        design_done(d, activity, entity);
    }
    return entity;
}

/* ----------------------------------------------------------------------------------------------------- all of them */

static void convert_activity_component(struct design *d, const struct jpk_cloud_component *activity)
{
    struct design_component *own = design_of(d, activity);
    if (!own->made[0] && !own->made[1]) /* those of a shared one are elsewhere, and it is asked for again */
        design_endpoint(d, activity, design_direction(activity));
    const struct endpoint_row *row = activity_row(activity);
    if (row && row->location && !cloud_tree_known(row->adapter, activity->as.activity->function))
        note_shape(d, activity, design_text(d, "activities of %s", endpoint_connector_find(row->adapter)->label));
}

/* A connection of its own in Design Studio, or one that only its activities need. */
static void convert_connection_component(struct design *d, const struct jpk_cloud_component *connection)
{
    const char *adapter = connection->as.connection->adapter;
    const struct endpoint_row *row = row_of(adapter, NULL);
    if (row && !row->location) {
        design_connection(d, connection);
        return;
    }
    if (!row && strcmp(adapter, "soap") != 0) {
        note_manual(d, connection, design_text(d, "the connector '%s'", adapter));
        return;
    }
    const struct endpoint_connector *connector = endpoint_connector_find(adapter);
    design_lost_settings(d, connection, connector->settings);
    if (!cloud_tree_known(adapter, NULL))
        note_shape(d, connection, design_text(d, "connections of %s", connector->label));
    if (!d->ledger.items[connection->index].target)
        design_note(d, connection, CONVERT_NOT_USED, JPK_CLOUD_NO_NODE,
                    "no activity uses it, and sources and targets hold their log-in themselves");
}

void design_endpoints(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_ACTIVITY)
            convert_activity_component(d, d->cloud->components[i]);
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++)
        if (d->cloud->components[i]->kind == JPK_CLOUD_CONNECTION)
            convert_connection_component(d, d->cloud->components[i]);
}
