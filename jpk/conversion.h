/*
 * The conversion to Cloud Studio from inside. Parts, in the order in which they run; `convert` stands for
 * jpk/convert.c, `_names` for jpk/convert_names.c:
 *
 *   plan             which items live, what each becomes, names: convert, _names
 *   variables        project variables, e-mails: _variables
 *   endpoints        connections and activities, made when somebody needs them: _endpoint, _login, _activity,
 *                    _endpoint_use, _endpoint_table, _setting, _database
 *   scripts          bodies with their references: _script
 *   transformations  schemas, mapping rules: _transformation, _schema, _schema_function, _structure, _connect
 *   operations       steps, patterns, outcomes, workflows, options, schedules: _operation, _outcome, _workflow,
 *                    _option, _schedule
 *   globals          global variables with their uses: _variables
 *   left behind      settings, descriptions, plug-ins without a place: _item; in their words: _words
 *   file             the export: convert
 */
#ifndef JPK_CONVERSION_H
#define JPK_CONVERSION_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "jpk/cloud.h"
#include "jpk/cloud_new.h"
#include "jpk/convert.h"
#include "jpk/convert_rules.h"
#include "jpk/ledger.h"

/* A connection, which items with equal log-ins share. */
struct convert_connection {
    const char *key; /* adapter and log-in */
    const char *adapter, *name, *id;
    json_t *component; /* borrowed from convert.connections */
};

enum convert_direction { CONVERT_READ, CONVERT_WRITE };

/* An activity that was made of an item. */
struct convert_activity {
    const struct jpk_entity *entity;
    const char *function; /* "tempstorage_read" */
    const char *name, *id;
    uint32_t connection;                     /* index in connections */
    const struct jpk_entity *transformation; /* of a database: whose query it holds; NULL: nobody's */
    json_t *component;                       /* borrowed from convert.activities */
};

#define CONVERT_PATH_SHARED (UINT32_MAX - 1) /* of more than one entity */

struct convert {
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    struct jpk_convert_options options;
    struct ledger ledger;              /* items by jpk_entity.index */
    struct map names[JPK_CLOUD_KINDS]; /* that are taken, in lower case -> the number to try behind it next */

    struct convert_connection *connections;
    size_t connection_count, connection_capacity;
    struct map connection_keys;
    struct map alike_keys; /* of log-ins that nobody can compare -> the first connection */
    struct convert_activity *activities;
    size_t activity_count, activity_capacity;
    struct map activity_keys;    /* entity index and direction */
    const char **variable_names; /* by index in graph->variables: what they are called there */

    struct map paths; /* of entities -> their index, CONVERT_PATH_SHARED; filled when a script has one */
    size_t paths_known;

    json_t *components[JPK_CLOUD_KINDS]; /* arrays: the components by kind, in the order in which they are written */
    json_t *workflows, *assets, *adapters;
    struct map workflow_ids;         /* -> index in workflows */
    json_t *models;                  /* of connections and activities: jpk/cloud_new.h */
    json_t *globals;                 /* what scripts say of global variables, by their names there; shared */
    json_t *usages;                  /* what global variables say of components; shared */
    struct convert_schemas *schemas; /* jpk/convert_schema.h */

    struct jpk_convert_schedule *schedules;
    size_t schedule_count, schedule_capacity;
};

/* ------------------------------------------------------------------------------------------- convert.c: for all parts
 */

/* Plans a conversion of which project, graph and options are set. False: no memory; convert_end is due in any case. */
bool convert_begin(struct convert *c, struct jpk_error *err);
/* Releases all that was not given out. */
void convert_end(struct convert *c);

/*
 * Adds a finding about an item; the item's result becomes at least what the rule makes of it (convert_rules.c).
 * `offset` is a byte offset in the entity's file, 0 when there is none. The message is one sentence without a full
 * stop.
 */
struct jpk_finding *convert_note(struct convert *c, const struct jpk_entity *entity, enum convert_rule rule,
                                 uint32_t offset, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same about the project as a whole; `file` is an entry of it, below its folder, or NULL. */
struct jpk_finding *convert_note_project(struct convert *c, enum convert_rule rule, const char *file,
                                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What has become of an item: its result is at least `result` then, and its target is set when that is the first. */
void convert_done(struct convert *c, const struct jpk_entity *entity, enum jpk_convert_result result,
                  const char *target_format, ...) __attribute__((format(printf, 4, 5)));

/* Copies that live as long as the conversion; "" and c->ledger.failed when memory is out, never NULL. */
const char *convert_text(struct convert *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The id of a component: that of the entity for role NULL, else UUIDv5 of "kind/role/entity's id" in the project's. */
const char *convert_id(struct convert *c, enum jpk_cloud_kind kind, const char *role, const char *source_id);

/* Whether there is something to convert: an item that is not deleted and could be read. NULL is none. */
static inline bool convert_lives(const struct jpk_entity *entity)
{
    return entity && !entity->deleted && !entity->unread;
}

/* Appends a component to those of its kind; takes it over in any case. False: it is NULL, or no memory. */
bool convert_add(struct convert *c, enum jpk_cloud_kind kind, json_t *component);

/* A name that has to change keeps no secret, for nobody would tell it any more: the name with "****" in place of it. */
const char *convert_without_secrets(struct convert *c, const char *name);

/*
 * A name that is legal (no `/`, no `:`, no control characters, single spaces) and unique in its kind without regard to
 * letter case, from the wanted one: convert_names.c. `entity` may be NULL; when its name changes, that is a rename and
 * a finding.
 */
const char *convert_name(struct convert *c, enum jpk_cloud_kind kind, const char *wanted,
                         const struct jpk_entity *entity);

/* The name of the component that an item becomes: of operations, scripts, e-mails and transformations the same for all
 * who ask; of others "" until it has one. */
const char *convert_item_name(struct convert *c, const struct jpk_entity *entity);

/* Records that an item is called `name` now, with a finding. */
void convert_rename(struct convert *c, const struct jpk_entity *entity, const char *name);

/* Sets a member of an object; takes `value` over in any case. False and c->ledger.failed: it is NULL, or no memory. */
bool convert_set(struct convert *c, json_t *object, const char *key, json_t *value);

/* ------------------------------------------------------------------------------------------------------ endpoints */

/*
 * The activity of a source, a target or a connector's function, made with its connection when it is asked for the first
 * time. NULL: there is none (the finding says so), or memory is out. The pointer is good until the next call.
 */
const struct convert_activity *convert_activity(struct convert *c, const struct jpk_entity *entity,
                                                enum convert_direction direction);

/*
 * The activity of a database's source or target beside a transformation, whose query it holds. The first transformation
 * that asks gets that of the item, each other one an activity of its own. Another connector's item has one for all.
 */
const struct convert_activity *convert_query_activity(struct convert *c, const struct jpk_entity *entity,
                                                      enum convert_direction direction,
                                                      const struct jpk_entity *transformation);

/* Gives a database's activity what a transformation says of its source or target (convert_database.c). */
void convert_put_query(struct convert *c, const struct jpk_entity *transformation, bool target, json_t *component);

/*
 * The activity of a step of an operation: behind a web service call that a wizard of Salesforce made stands the query
 * or upsert of the wizard. NULL as of convert_activity.
 */
const struct convert_activity *convert_step_activity(struct convert *c, const struct jpk_entity *operation,
                                                     const struct jpk_activity *step);

/* An activity for a source that a transformation needs and nobody has: of temporary storage, to be filled in. */
const struct convert_activity *convert_missing_source(struct convert *c, const struct jpk_entity *transformation);

/* The activity if it was made already, else NULL. */
const struct convert_activity *convert_find_activity(const struct convert *c, const struct jpk_entity *entity,
                                                     enum convert_direction direction);

/* The connection that a source, target or endpoint entity logs in with. NULL as above. */
const struct convert_connection *convert_connection(struct convert *c, const struct jpk_entity *entity);

/* Makes the activities of all that operations use, and connections of endpoint entities that nothing uses yet. */
void convert_endpoints(struct convert *c);

/* "activity:tempstorage/Temporary Storage Endpoint/tempstorage_read/Read x", "endpoint:database/ERP"; "" for NULL. */
const char *convert_activity_reference(struct convert *c, const struct convert_activity *activity);
const char *convert_connection_reference(struct convert *c, const struct convert_connection *connection);

/*
 * The value of a setting as text for a property: as it is, or of an encrypted one the bracketed variable that it
 * probably holds, else "". What is secret is listed. NULL: the setting is not there.
 */
const char *convert_setting(struct convert *c, const struct jpk_entity *entity, const char *key, const char *component,
                            const char *label);

/* Lists an encrypted value that must be typed in again; `variable` stands in its place, or NULL. */
void convert_secret(struct convert *c, const struct jpk_entity *entity, const struct jpk_item *item,
                    const char *component, const char *label, const char *variable, enum jpk_confidence confidence);

/* ------------------------------------------------------------------------------------------------------ variables */

/*
 * What a variable is called there: `name` itself unless the name was not legal, whatever letter case it is asked in.
 * Good from convert_variables on.
 */
const char *convert_variable(const struct convert *c, const char *name);

/* A text with the variables in its brackets renamed; `text` itself when none is. */
const char *convert_variable_text(struct convert *c, const char *text);

/* -------------------------------------------------------------------------------------------------------- the others
 */

/*
 * A script's or mapping's text with its references rewritten; findings go to `entity`, whose file has the text at
 * `offset`. Arena memory; never NULL.
 */
const char *convert_script_text(struct convert *c, const struct jpk_entity *entity, const char *text, uint32_t offset);

/* The array `globalVariables` of a script or rule. NULL: no memory. */
json_t *convert_script_globals(struct convert *c, const char *text);

void convert_scripts(struct convert *c);
void convert_variables(struct convert *c);
void convert_emails(struct convert *c);
void convert_globals(struct convert *c);
void convert_transformations(struct convert *c);
void convert_operations(struct convert *c);

/* Finds what is left behind of all items and of the project (convert_item.c). */
void convert_left_behind(struct convert *c);

/*
 * The id of a transformation's component between the activities beside it, either of which may be NULL: the schema of a
 * connector's activity is the activity's. Operations call this for what they connect (convert_connect.c). NULL: it has
 * no component, or memory is out.
 */
const char *convert_connect_transformation(struct convert *c, const struct jpk_entity *transformation,
                                           const struct convert_activity *source,
                                           const struct convert_activity *target);

/* The component that a transformation has become; NULL: none. */
json_t *convert_transformation_component(const struct convert *c, const struct jpk_entity *transformation);

/* The id of the script that must run before a transformation, made of its pre-script; NULL for none. */
const char *convert_prescript(struct convert *c, const struct jpk_entity *transformation);

/* Sets the options of an operation's component (convert_option.c). */
void convert_options(struct convert *c, const struct jpk_entity *operation, json_t *component);

/*
 * What runs when an operation has succeeded or failed, as the id of an operation; NULL for nothing. `when` is
 * JPK_CLOUD_ON_SUCCESS or JPK_CLOUD_ON_FAILURE. Makes the operation that sends an e-mail, so ask once
 * (convert_outcome.c).
 */
const char *convert_outcome(struct convert *c, const struct jpk_entity *operation, int when);

/* Gives an operation's component an outcome; `to` NULL: none. */
void convert_add_outcome(struct convert *c, json_t *component, int when, const char *to);

/* Lists an operation's component in the workflow of `operation`'s folder (convert_workflow.c). */
void convert_list_in_workflow(struct convert *c, const struct jpk_entity *operation, const char *id);

/* Lists the schedule of an operation if it has one (convert_schedule.c). */
void convert_schedule(struct convert *c, const struct jpk_entity *operation);

/* The query or upsert that a wizard made an operation for; NULL: none (convert_operation.c). */
const struct jpk_entity *convert_wizard_item(const struct convert *c, const struct jpk_entity *operation);

/* Whether an operation reads or writes with an item; a function of a connector has one activity for both. */
enum convert_direction convert_own_direction(const struct jpk_entity *entity);

#endif
