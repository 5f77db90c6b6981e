/*
 * Schedules. An export holds none, so they come from beside it: from the report of the conversion to Cloud Studio,
 * which says which operation each starts, or from the requests for the REST interface alone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "jpk/convert_tables.h"
#include "jpk/design.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* A member as the setting has it; NULL: it is not there. */
static const char *setting_of(struct design *d, const json_t *request, const struct convert_schedule_member *member)
{
    const json_t *value = json_object_get(json_object_get(request, member->part), member->member);
    if (json_is_string(value))
        return design_text(d, "%s", json_string_value(value));
    if (json_is_integer(value))
        return design_text(d, "%lld", (long long)json_integer_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "1" : member->value == CONVERT_SCHEDULE_DAY ? "-1" : "0";
    return NULL;
}

/*
 * The schedule of a request; made once for all operations that it starts. `made` has those that are made, by the ids
 * that the report gives them, as indices in `entities`.
 */
static struct design_entity *schedule_of(struct design *d, struct map *made, const json_t *request, const char *wanted)
{
    const char *name = text_of(request, "scheduleName");
    bool own = text_guid(wanted, strlen(wanted));
    uint32_t found = own ? map_get(made, wanted, strlen(wanted)) : MAP_NONE;
    if (found != MAP_NONE)
        return d->entities[found];
    const char *id = own ? arena_strdup_lower(&d->ledger.arena, wanted) : NULL;
    d->ledger.failed |= own && !id;
    if (!id || !design_take_id(d, id)) /* what the export has goes first */
        id = design_new_id(d, "schedule", name);
    struct design_entity *entity = design_entity(d, JPK_TYPE_SCHEDULE, id, design_text(d, "%s", name));
    if (entity && own && !map_set(made, wanted, strlen(wanted), (uint32_t)d->entity_count - 1))
        d->ledger.failed = true;
    for (size_t i = 0; entity && i < convert_schedule_member_count; i++)
        design_set(d, entity, convert_schedule_members[i].key, setting_of(d, request, &convert_schedule_members[i]));
    return entity;
}

/* The operation that a row of the report names; NULL: it names none of the project. */
static const struct jpk_cloud_component *operation_of(const struct design *d, const json_t *row)
{
    const char *id = text_of(row, "operationId");
    const struct jpk_cloud_component *operation = *id ? jpk_cloud_by_id(d->cloud, id) : NULL;
    return operation && operation->kind == JPK_CLOUD_OPERATION ? operation : NULL;
}

static void take_row(struct design *d, struct map *made, const json_t *row)
{
    const json_t *request = json_object_get(row, "request");
    if (!json_is_object(request))
        request = row;
    struct design_entity *schedule = schedule_of(d, made, request, request == row ? "" : text_of(row, "id"));
    const struct jpk_cloud_component *operation = operation_of(d, row);
    const char *zone = text_of(row, "timeZone");
    if (!schedule)
        return;
    if (*zone)
        design_set(d, schedule, "timezone_id", design_text(d, "%s", zone));
    if (operation)
        design_of(d, operation)->schedule = schedule->id;
    else
        design_note_project(d, CONVERT_SCHEDULE, "nothing says which operation the schedule '%.200s' starts",
                            schedule->name);
}

/* An array of requests, or a report with them among its `schedules`. NULL: it is neither. */
static const json_t *rows_of(const json_t *document)
{
    const json_t *rows = json_is_array(document) ? document : json_object_get(document, "schedules");
    return json_is_array(rows) ? rows : NULL;
}

bool design_schedules(struct design *d, struct jpk_error *err)
{
    const struct jdoc_options strict = {.reject_duplicates = true, .reject_nul = true};
    struct map made = {0};
    if (!d->options.schedules)
        return true;
    json_t *document = json_read(d->options.schedules, d->options.schedules_size, &strict, err);
    const json_t *rows = rows_of(document);
    if (document && !rows)
        error_set(err, JPK_ERR_FORMAT, "is neither a list of schedules nor a report that holds one");
    for (size_t i = 0; i < json_array_size(rows) && !d->ledger.failed; i++)
        if (json_is_object(json_array_get(rows, i)))
            take_row(d, &made, json_array_get(rows, i));
    map_free(&made);
    json_decref(document);
    return rows != NULL;
}
