/* All activities and connections that a project needs, and what becomes of those that nothing uses. */
#include <string.h>

#include "jpk/convert_endpoint.h"
#include "jpk/convert_setting.h"
#include "jpk/functions.h"

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

static enum use use_of(const struct convert *c, const struct jpk_entity *entity)
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

bool convert_only_logs_in(const struct convert *c, const struct jpk_entity *entity)
{
    return use_of(c, entity) == USE_CONNECTION;
}

/* What nobody uses is kept when it could be used as it is: a person sees it sooner there than in a report. */
static void convert_unused(struct convert *c, const struct jpk_entity *entity, const struct endpoint_row *row)
{
    enum convert_direction direction = convert_is_one_way(row) ? CONVERT_READ : convert_own_direction(entity);
    const struct endpoint_setting *missing = convert_missing_setting(entity, convert_row_settings(row, direction));
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
    const struct endpoint_row *row = convert_lives(entity) ? convert_usable_row(c, entity) : NULL;
    if (!row || !row->read || convert_is_wizard_call(entity))
        return;
    enum use use = use_of(c, entity);
    if (use == USE_ACTIVITY) {
        convert_activity(c, entity, convert_own_direction(entity));
    } else if (use == USE_CONNECTION) {
        const struct convert_connection *connection = convert_connection(c, entity);
        if (!connection)
            return;
        convert_lost_settings(c, entity, convert_row_settings(row, convert_own_direction(entity)),
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
    for (size_t i = 0; steps && i < steps->activity_count && !c->ledger.failed; i++) {
        const struct jpk_entity *call = steps->activities[i].content;
        if (!convert_lives(call) || !convert_is_wizard_call(call) || c->ledger.items[call->index].target)
            continue;
        const struct convert_activity *activity = convert_step_activity(c, operation, &steps->activities[i]);
        if (activity)
            convert_done(c, call, JPK_CONVERTED, "activity:%s", activity->name);
    }
}

/* Calls without such a function, and endpoints that nothing uses. */
static void convert_rest(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_row *row = convert_lives(entity) ? convert_row(entity) : NULL;
    if (!row || !row->adapter || c->ledger.items[entity->index].target)
        return;
    if (!row->read) {
        if (convert_connection(c, entity) && use_of(c, entity) == USE_NONE)
            convert_note(c, entity, CONVERT_KEPT, 0, "nothing uses it; its connection was made all the same");
    } else if (convert_is_wizard_call(entity) && use_of(c, entity) == USE_NONE) {
        convert_note(c, entity, CONVERT_NOT_USED, 0, "nothing uses it, and its wizard makes such calls by itself");
    } else if (convert_is_wizard_call(entity)) {
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
    for (size_t i = 0; i < count && !c->ledger.failed; i++)
        convert_entity(c, entities[i]);
    for (size_t i = 0; i < count && !c->ledger.failed; i++)
        if (entities[i]->type == JPK_TYPE_OPERATION && convert_lives(entities[i]))
            account_wizard_calls(c, entities[i]);
    for (size_t i = 0; i < count && !c->ledger.failed; i++)
        convert_rest(c, entities[i]);
}
