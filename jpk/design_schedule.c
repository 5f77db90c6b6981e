/*
 * Schedules. An export holds none, so they come from beside it: from the report of the conversion to Cloud Studio,
 * which says which operation each starts, or from the requests for the REST interface alone. People may have written
 * them, so that what is not as it must be is an error with its place, and what has no place there a finding.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "jpk/convert_tables.h"
#include "jpk/design.h"

/* A schedule that was made, by the row that tells of it. */
struct made {
    uint32_t row, request;
    struct design_entity *entity;
};

struct reader {
    struct design *d;
    struct jdoc doc;
    struct made *made;
    size_t made_count;
    struct map ids; /* those that a report gives, as indices in `made` */
    struct jpk_error *err;
};

static bool refuse(const struct reader *r, uint32_t node, const char *message)
{
    error_set(r->err, JPK_ERR_FORMAT, "%s", message);
    error_text_offset(r->err, r->doc.text, r->doc.size, r->doc.nodes[node].start);
    return false;
}

static const char *string_of(const struct reader *r, uint32_t node)
{
    return design_text(r->d, "%.*s", (int)jdoc_string_size(&r->doc, node), jdoc_string(&r->doc, node));
}

/* A string of an object; "" when it is not there. */
static bool read_text(const struct reader *r, uint32_t object, const char *key, const char **text)
{
    uint32_t node = jdoc_member(&r->doc, object, key);
    bool there = node != JDOC_NONE && !jdoc_is(&r->doc, node, JDOC_NULL);
    *text = "";
    if (there && !jdoc_is(&r->doc, node, JDOC_STRING))
        return refuse(r, node, "should be a string");
    if (there)
        *text = string_of(r, node);
    return true;
}

/* An object within one; JDOC_NONE when it is not there. */
static bool read_object(const struct reader *r, uint32_t object, const char *key, uint32_t *node)
{
    *node = jdoc_member(&r->doc, object, key);
    if (*node != JDOC_NONE && jdoc_is(&r->doc, *node, JDOC_NULL))
        *node = JDOC_NONE;
    return *node == JDOC_NONE || jdoc_is(&r->doc, *node, JDOC_OBJECT) || refuse(r, *node, "should be an object");
}

/* -------------------------------------------------------------------------------------------------------- settings */

static const struct convert_schedule_member *member_of(const char *part, const char *name, size_t n)
{
    for (size_t i = 0; i < convert_schedule_member_count; i++) {
        const struct convert_schedule_member *member = &convert_schedule_members[i];
        if (strcmp(member->part, part) == 0 && strlen(member->member) == n && memcmp(member->member, name, n) == 0)
            return member;
    }
    return NULL;
}

/* A member as the setting has it. */
static bool put_member(const struct reader *r, struct design_entity *entity,
                       const struct convert_schedule_member *member, uint32_t node)
{
    const char *value = NULL;
    int64_t number;
    switch (member->value) {
    case CONVERT_SCHEDULE_NUMBER:
        if (!jdoc_is(&r->doc, node, JDOC_NUMBER) || !jdoc_integer(&r->doc, node, &number))
            return refuse(r, node, "should be a whole number");
        value = design_text(r->d, "%lld", (long long)number);
        break;
    case CONVERT_SCHEDULE_FLAG:
    case CONVERT_SCHEDULE_DAY:
        if (!jdoc_is(&r->doc, node, JDOC_TRUE) && !jdoc_is(&r->doc, node, JDOC_FALSE))
            return refuse(r, node, "should be true or false");
        value = jdoc_is(&r->doc, node, JDOC_TRUE) ? "1" : member->value == CONVERT_SCHEDULE_DAY ? "-1" : "0";
        break;
    case CONVERT_SCHEDULE_TEXT:
        if (!jdoc_is(&r->doc, node, JDOC_STRING))
            return refuse(r, node, "should be a string");
        value = string_of(r, node);
        break;
    }
    design_set(r->d, entity, member->key, value);
    return true;
}

static bool put_part(const struct reader *r, struct design_entity *entity, uint32_t request, const char *part,
                     const char *what)
{
    uint32_t object;
    if (!read_object(r, request, part, &object))
        return false;
    for (uint32_t key = object + 1; object != JDOC_NONE && key < jdoc_next(&r->doc, object);
         key = jdoc_next(&r->doc, key + 1)) {
        const struct convert_schedule_member *member =
            member_of(part, jdoc_string(&r->doc, key), jdoc_string_size(&r->doc, key));
        if (!member)
            design_lost_member(r->d, &r->doc, NULL, key, what);
        else if (!jdoc_is(&r->doc, key + 1, JDOC_NULL) && !put_member(r, entity, member, key + 1))
            return false;
    }
    return true;
}

static bool put_request(const struct reader *r, const struct made *made)
{
    static const char *const parts[] = {"occurrence", "frequency", "duration"};
    static const struct design_carried row[] = {
        {"id", NULL}, {"path", NULL}, {"operation", NULL}, {"operationId", NULL}, {"timeZone", NULL}, {"request", NULL},
        {0}};
    static const struct design_carried request[] = {
        {"projectGuid", NULL}, {"environmentId", NULL}, {"scheduleName", NULL},
        {"occurrence", NULL},  {"frequency", NULL},     {"duration", NULL},
        {"operationId", NULL}, {"timeZone", NULL},      {0}};
    const char *zone, *what = design_text(r->d, "the schedule '%.200s'", made->entity->name);
    bool ok = read_text(r, made->row, "timeZone", &zone);
    if (ok && *zone)
        design_set(r->d, made->entity, "timezone_id", zone);
    for (size_t i = 0; ok && i < sizeof parts / sizeof parts[0]; i++)
        ok = put_part(r, made->entity, made->request, parts[i], what);
    if (made->request != made->row)
        design_lost_members(r->d, &r->doc, NULL, made->row, row, what);
    design_lost_members(r->d, &r->doc, NULL, made->request, request, what);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------------ rows */

/* Of one schedule each operation that it starts has a row, which says the same of it. */
static bool is_same(const struct reader *r, const struct made *made, uint32_t row, uint32_t request)
{
    uint32_t a = jdoc_member(&r->doc, made->row, "timeZone"), b = jdoc_member(&r->doc, row, "timeZone");
    bool zones = a == JDOC_NONE || b == JDOC_NONE ? a == b : jdoc_equal(&r->doc, a, &r->doc, b);
    return zones && jdoc_equal(&r->doc, made->request, &r->doc, request);
}

/* The schedule of a row, which is made once; NULL, with an error or for lack of memory. */
static struct design_entity *schedule_of(struct reader *r, uint32_t row, uint32_t request)
{
    struct design *d = r->d;
    const char *name, *wanted = "";
    if (!read_text(r, request, "scheduleName", &name) || (request != row && !read_text(r, row, "id", &wanted)))
        return NULL;
    bool own = text_guid(wanted, strlen(wanted));
    const char *id = own ? arena_strdup_lower(&d->ledger.arena, wanted) : NULL;
    d->ledger.failed |= own && !id;
    uint32_t found = id ? map_get(&r->ids, id, strlen(id)) : MAP_NONE;
    if (found != MAP_NONE && !is_same(r, &r->made[found], row, request)) {
        refuse(r, jdoc_member(&r->doc, row, "id"), "is the id of another schedule above, which is not the same");
        return NULL;
    }
    if (found != MAP_NONE)
        return r->made[found].entity;
    if (id && !map_set(&r->ids, id, strlen(id), (uint32_t)r->made_count))
        d->ledger.failed = true;
    if (!id || !design_take_id(d, id)) /* what the export has goes first */
        id = design_new_id(d, "schedule", name);
    struct made *made = &r->made[r->made_count++];
    *made = (struct made){row, request, design_entity(d, JPK_TYPE_SCHEDULE, id, name)};
    return made->entity && put_request(r, made) ? made->entity : NULL;
}

/* An operation has one schedule there. */
static void start(struct reader *r, const struct jpk_cloud_component *operation, const struct design_entity *schedule)
{
    struct design_component *own = design_of(r->d, operation);
    if (own->schedule && strcmp(own->schedule, schedule->id) != 0)
        design_note(r->d, operation, CONVERT_SCHEDULE, JPK_CLOUD_NO_NODE,
                    "more than one schedule starts it; the first was taken, and '%.200s' starts nothing",
                    schedule->name);
    else
        own->schedule = schedule->id;
}

static bool take_row(struct reader *r, uint32_t row)
{
    uint32_t request;
    const char *id;
    if (!jdoc_is(&r->doc, row, JDOC_OBJECT))
        return refuse(r, row, "should be an object");
    if (!read_object(r, row, "request", &request) || !read_text(r, row, "operationId", &id))
        return false;
    struct design_entity *schedule = schedule_of(r, row, request == JDOC_NONE ? row : request);
    const struct jpk_cloud_component *operation = *id ? jpk_cloud_by_id(r->d->cloud, id) : NULL;
    if (!schedule)
        return r->d->ledger.failed;
    if (operation && operation->kind == JPK_CLOUD_OPERATION)
        start(r, operation, schedule);
    else
        design_note_project(r->d, CONVERT_SCHEDULE, "nothing says which operation the schedule '%.200s' starts",
                            schedule->name);
    return true;
}

/* An array of requests, or a report with them among its `schedules`. */
static bool take_rows(struct reader *r)
{
    uint32_t rows = jdoc_is(&r->doc, 0, JDOC_ARRAY) ? 0 : jdoc_member(&r->doc, 0, "schedules");
    if (!jdoc_is(&r->doc, rows, JDOC_ARRAY))
        return refuse(r, 0, "is neither a list of schedules nor a report that holds one");
    r->made = arena_calloc(&r->d->ledger.arena, jdoc_count(&r->doc, rows) + (size_t)1, sizeof *r->made);
    bool ok = r->made || error_memory(r->err);
    for (uint32_t row = rows + 1; ok && row < jdoc_next(&r->doc, rows) && !r->d->ledger.failed;
         row = jdoc_next(&r->doc, row))
        ok = take_row(r, row);
    return ok;
}

bool design_schedules(struct design *d, struct jpk_error *err)
{
    const struct jdoc_options strict = {.reject_duplicates = true, .reject_nul = true};
    struct reader r = {.d = d, .err = err};
    if (!d->options.schedules)
        return true;
    bool ok = jdoc_parse(&r.doc, d->options.schedules, d->options.schedules_size, &strict, err) && take_rows(&r);
    map_free(&r.ids);
    jdoc_free(&r.doc);
    return ok;
}
