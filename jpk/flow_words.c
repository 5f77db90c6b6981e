/* What items are, in the few words that fit into a picture. */
#include <string.h>

#include "base/text.h"
#include "jpk/model.h"
#include "jpk/picture.h"

#define ARROW " \xe2\x86\x92 "

/* ---------------------------------------------------------------------------------------------------- schedules */

/* "06:30:00" as "06:30". */
static void put_time(struct buf *out, const char *time)
{
    size_t n = strlen(time);
    bool whole_minute = n == 8 && strcmp(time + 5, ":00") == 0;
    buf_put(out, time, whole_minute ? 5 : n);
}

static void put_days(struct buf *out, const struct jpk_schedule *s)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const units[][2] = {{"", ""}, {"daily", "days"}, {"weekly", "weeks"}, {"monthly", "months"}};
    if (s->every > 1)
        buf_printf(out, "every %d %s", s->every, units[s->unit][1]);
    else
        buf_puts(out, units[s->unit][0]);
    if (s->unit == JPK_WEEKLY)
        for (size_t i = 0, count = 0; i < 7; i++)
            if (s->weekdays[i])
                buf_printf(out, "%s%s", count++ ? ", " : " on ", days[i]);
    if (s->unit == JPK_MONTHLY && s->day_of_month > 0)
        buf_printf(out, " on day %d", s->day_of_month);
}

static bool whole_day(const struct jpk_schedule *s)
{
    return (!*s->from || strncmp(s->from, "00:00", 5) == 0) && (!*s->until || strncmp(s->until, "23:59", 5) == 0);
}

static void put_schedule(struct buf *out, const struct jpk_schedule *s)
{
    bool every_day = s->unit == JPK_DAILY && s->every <= 1;
    if (s->once) {
        put_days(out, s);
        if (*s->at) {
            buf_puts(out, " at ");
            put_time(out, s->at);
        }
    } else {
        buf_printf(out, "every %d %s", s->interval, s->interval_minutes ? "min" : "h");
        if (!whole_day(s)) {
            buf_puts(out, ", ");
            put_time(out, s->from);
            buf_puts(out, " to ");
            put_time(out, s->until);
        }
        if (!every_day) {
            buf_puts(out, ", ");
            put_days(out, s);
        }
    }
    if (s->time_zone && *s->time_zone)
        buf_printf(out, ", %s", s->time_zone);
}

/* --------------------------------------------------------------------------------------------------- operations */

static const char *location_words(const struct jpk_location *location)
{
    static const char *const names[] = {[JPK_LOCATION_TEMPORARY_STORAGE] = "temporary storage",
                                        [JPK_LOCATION_GLOBAL_DATA] = "variable",
                                        [JPK_LOCATION_LOCAL_FILE] = "local file",
                                        [JPK_LOCATION_FILE_SHARE] = "file share",
                                        [JPK_LOCATION_FTP] = "FTP",
                                        [JPK_LOCATION_HTTP] = "HTTP",
                                        [JPK_LOCATION_DATABASE] = "database"};
    return location->type == JPK_LOCATION_OTHER ? location->type_name : names[location->type];
}

static void put_function(struct buf *out, const struct jpk_entity *entity)
{
    const struct jpk_type_info *info = jpk_type_info(entity->type);
    buf_puts(out, info->label);
    if (info->connector && entity->as.function && entity->as.function->object && *entity->as.function->object)
        buf_printf(out, " %s", entity->as.function->object);
}

/* What the wizard made that stands behind an operation's web service call, or NULL. */
static const struct jpk_entity *wizard_of(const struct jpk_project *project, const struct jpk_entity *operation)
{
    const char *id = jpk_entity_value(operation, "salesforce_wizard_guid");
    const struct jpk_entity *function = id ? jpk_project_entity(project, id) : NULL;
    return function && !function->deleted && jpk_type_info(function->type)->connector ? function : NULL;
}

/* Where a step gets or puts data; false: it does neither. */
static bool put_place(struct buf *out, const struct jpk_project *project, const struct jpk_entity *operation,
                      const struct jpk_entity *content)
{
    if (!content || content->unread || content->deleted)
        return false;
    const struct jpk_entity *wizard = content->type == JPK_TYPE_WEB_SERVICE_CALL ? wizard_of(project, operation) : NULL;
    if (wizard)
        put_function(out, wizard);
    else if (content->type == JPK_TYPE_SOURCE || content->type == JPK_TYPE_TARGET)
        buf_puts(out, location_words(content->as.location));
    else if (jpk_type_info(content->type)->role != JPK_ROLE_NONE)
        put_function(out, content);
    else
        return false;
    return true;
}

/* Without any place: what its steps are. */
static void put_steps(struct buf *out, const struct flow_places *places)
{
    if (places->steps == 0)
        buf_puts(out, "no steps");
    else if (places->scripts == places->steps)
        buf_printf(out, "%zu script%s", places->scripts, places->scripts == 1 ? "" : "s");
    else
        buf_printf(out, "%zu step%s", places->steps, places->steps == 1 ? "" : "s");
}

void flow_put_places(struct buf *out, const struct flow_places *places)
{
    enum { SHOWN = 4 };
    struct buf place = {0};
    size_t total = 0, at = 0;
    for (size_t i = 0; i < places->steps; i++) {
        buf_clear(&place);
        total += places->put(places->context, i, &place);
    }
    for (size_t i = 0; i < places->steps && total > 0; i++) {
        buf_clear(&place);
        if (!places->put(places->context, i, &place))
            continue;
        if (total <= SHOWN || at == 0 || at > total - SHOWN)
            buf_printf(out, "%s%s", at > 0 ? ARROW : "", buf_text(&place));
        else if (at == 1)
            buf_puts(out, ARROW "...");
        at++;
    }
    if (total == 0)
        put_steps(out, places);
    out->failed = out->failed || place.failed;
    buf_free(&place);
}

/* The operation that is put into words. */
struct operation {
    const struct jpk_project *project;
    const struct jpk_entity *entity;
};

static bool put_step(const void *context, size_t step, struct buf *out)
{
    const struct operation *o = context;
    return put_place(out, o->project, o->entity, o->entity->as.operation->activities[step].content);
}

static void put_operation(struct buf *out, const struct jpk_project *project, const struct jpk_entity *entity)
{
    const struct jpk_operation *operation = entity->as.operation;
    struct operation context = {project, entity};
    struct flow_places places = {operation->activity_count, 0, &context, put_step};
    for (size_t i = 0; i < operation->activity_count; i++)
        places.scripts += strcmp(operation->activities[i].tag, "SCRIPT") == 0;
    flow_put_places(out, &places);
}

static void put_location(struct buf *out, const struct jpk_entity *entity)
{
    const char *words = location_words(entity->as.location);
    buf_printf(out, "%s%s%s", jpk_type_info(entity->type)->label, *words ? ": " : "", words);
}

void flow_words(const struct jpk_project *project, const struct jpk_entity *entity, struct buf *out)
{
    if (entity->unread)
        buf_printf(out, "%s: its file cannot be read", entity->type_name);
    else if (entity->type == JPK_TYPE_OPERATION)
        put_operation(out, project, entity);
    else if (entity->type == JPK_TYPE_SCHEDULE)
        put_schedule(out, entity->as.schedule);
    else if (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET)
        put_location(out, entity);
    else if (entity->type == JPK_TYPE_UNKNOWN)
        buf_puts(out, entity->type_name);
    else
        put_function(out, entity);
}
