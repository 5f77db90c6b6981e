/* Items, schedules, steps and structures in words. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "jpk/show.h"

static char *finish(struct buf *out)
{
    if (!out->failed && out->data)
        return out->data;
    buf_free(out);
    return NULL;
}

/* Adds text that was allocated for this. */
static void put_taken(struct buf *out, char *text)
{
    if (text)
        buf_puts(out, text);
    else
        out->failed = true;
    free(text);
}

static bool is_set(const char *text)
{
    return text && *text;
}

/* -------------------------------------------------------------------------------------------------------- items */

/* "operation" for a term of the product, but "NetSuite upsert" for a name. */
static void put_type(struct buf *out, const struct jpk_entity *entity)
{
    const struct jpk_type_info *info = jpk_type_info(entity->type);
    if (entity->type == JPK_TYPE_UNKNOWN) {
        buf_puts(out, is_set(entity->type_name) ? entity->type_name : info->label);
        return;
    }
    bool term = !info->connector || strcmp(info->connector, "soap") == 0;
    bool capitals = info->label[1] >= 'A' && info->label[1] <= 'Z';
    buf_printf(out, "%c%s", info->label[0] + (term && !capitals ? 'a' - 'A' : 0), info->label + 1);
}

static void put_name(struct buf *out, const struct jpk_entity *entity)
{
    char *path = jpk_entity_path(entity);
    if (path)
        buf_printf(out, " '%s'", path + strlen(entity->type_name) + 1);
    else
        out->failed = true;
    free(path);
}

static void put_entity(struct buf *out, const struct jpk_entity *entity)
{
    put_type(out, entity);
    put_name(out, entity);
    if (entity->deleted)
        buf_puts(out, " (deleted)");
    else if (entity->unread)
        buf_puts(out, " (without a file)");
    else if (!entity->in_tree)
        buf_puts(out, " (outside of the tree)");
}

char *jpk_entity_words(const struct jpk_entity *entity)
{
    struct buf out = {0};
    put_entity(&out, entity);
    return finish(&out);
}

/* ---------------------------------------------------------------------------------------------------- schedules */

static void put_times(struct buf *out, const struct jpk_schedule *s)
{
    if (s->once) {
        buf_printf(out, "at %s", is_set(s->at) ? s->at : "a time that is not set");
        return;
    }
    const char *unit = s->interval_minutes ? "minute" : "hour";
    if (s->interval < 1)
        buf_printf(out, "repeatedly (every %d %ss)", s->interval, unit);
    else if (s->interval == 1)
        buf_printf(out, "every %s", unit);
    else
        buf_printf(out, "every %d %ss", s->interval, unit);
    if (is_set(s->from))
        buf_printf(out, " from %s", s->from);
    if (is_set(s->until))
        buf_printf(out, " to %s", s->until);
}

static void put_every(struct buf *out, int every, const char *unit)
{
    if (every == 1)
        buf_printf(out, "every %s", unit);
    else
        buf_printf(out, "every %d %ss", every, unit);
}

static void put_weekdays(struct buf *out, const struct jpk_schedule *s)
{
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    size_t count = 0;
    for (size_t i = 0; i < 7; i++)
        if (s->weekdays[i])
            buf_printf(out, "%s%s", count++ ? ", " : " on ", days[i]);
    if (count == 0)
        buf_puts(out, " on no day");
}

static void put_days(struct buf *out, const struct jpk_schedule *s)
{
    buf_puts(out, ", ");
    switch (s->unit) {
    case JPK_WEEKLY:
        put_every(out, s->every, "week");
        put_weekdays(out, s);
        break;
    case JPK_MONTHLY:
        if (s->day_of_month)
            buf_printf(out, "on day %d of ", s->day_of_month);
        else
            buf_printf(out, "on weekday %d of week %d (numbers as stored) of ", s->weekday, s->week_of_month);
        put_every(out, s->every, "month");
        break;
    default:
        put_every(out, s->every, "day");
        break;
    }
}

char *jpk_schedule_words(const struct jpk_schedule *s)
{
    struct buf out = {0};
    put_times(&out, s);
    put_days(&out, s);
    if (is_set(s->start_date))
        buf_printf(&out, ", from %s", s->start_date);
    if (is_set(s->end_date))
        buf_printf(&out, ", until %s", s->end_date);
    buf_printf(&out, ", %s",
               is_set(s->time_zone) ? s->time_zone : "in the time zone of the agent that runs it (none is stored)");
    return finish(&out);
}

/* ----------------------------------------------------------------------------------- sides of transformations */

/* What each code of source_type_id and target_type_id means: section 3.4 of the format's description. */
static const struct {
    int code;
    const char *part;  /* which part of the entity that the side names; NULL: the entity itself */
    const char *alone; /* when there is no entity */
} side_types[] = {
    {1, NULL, "text of a file format"},
    {3, "tables", "database"},
    {4, NULL, "XML"},
    {12, "request", "a web service's request"},
    {13, NULL, "no source"},
    {14, "response", "a web service's response"},
    {17, NULL, "JSON"},
    {101, "request", "a connector's request"},
    {102, "response", "a connector's response"},
};

char *jpk_side_words(const struct jpk_side *side)
{
    struct buf out = {0};
    size_t i = 0, count = sizeof side_types / sizeof side_types[0];
    while (i < count && side_types[i].code != side->type_code)
        i++;
    if (side->entity) {
        if (i < count && side_types[i].part)
            buf_printf(&out, "%s of ", side_types[i].part);
        put_entity(&out, side->entity);
    } else if (is_set(side->id)) {
        buf_printf(&out, "%s that is not in the project (%s)", i < count ? side_types[i].alone : "an item", side->id);
    } else if (is_set(side->file)) {
        buf_puts(&out, side->file);
    } else if (i < count) {
        buf_puts(&out, side_types[i].alone);
    } else {
        buf_printf(&out, side->type_code ? "structure of type %d" : "no structure", side->type_code);
    }
    return finish(&out);
}

/* -------------------------------------------------------------------------------------------------------- steps */

static const char *value(const struct jpk_entity *entity, const char *key)
{
    const char *found = jpk_entity_value(entity, key);
    return is_set(found) ? found : NULL;
}

/* What a source or target is, as far as it is not encrypted. */
static void put_location(struct buf *out, const struct jpk_entity *entity)
{
    static const struct {
        enum jpk_location_type type;
        const char *word, *key;
    } details[] = {
        {JPK_LOCATION_GLOBAL_DATA, "variable", "locator"},
        {JPK_LOCATION_HTTP, "method", "http_method"},
        {JPK_LOCATION_DATABASE, "driver", "driver"},
        {JPK_LOCATION_OTHER, "file", "file_name"},
    };
    const struct jpk_location *location = entity->as.location;
    size_t i = 0;
    while (details[i].type != JPK_LOCATION_OTHER && details[i].type != location->type)
        i++;
    const char *detail = value(entity, details[i].key);
    buf_printf(out, " (%s", is_set(location->type_name) ? location->type_name : "no location");
    if (detail)
        buf_printf(out, ", %s %s", details[i].word, detail);
    buf_putc(out, ')');
}

static void put_details(struct buf *out, const struct jpk_entity *entity)
{
    if (entity->unread)
        return;
    if (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET) {
        put_location(out, entity);
    } else if (entity->type == JPK_TYPE_TRANSFORMATION) {
        buf_puts(out, ": ");
        put_taken(out, jpk_side_words(&entity->as.transformation->source));
        buf_puts(out, " -> ");
        put_taken(out, jpk_side_words(&entity->as.transformation->target));
    } else if (jpk_type_info(entity->type)->role != JPK_ROLE_NONE && entity->as.function &&
               entity->as.function->object) {
        buf_printf(out, " (%s)", entity->as.function->object);
    }
}

/* "source" for "Source", but "NetSuite Function" as it is. */
static void put_role(struct buf *out, const char *role)
{
    bool term = role[0] >= 'A' && role[0] <= 'Z' && strncmp(role, "NetSuite", 8) != 0;
    for (size_t i = 0; role[i]; i++)
        buf_putc(out, (char)(term && role[i] >= 'A' && role[i] <= 'Z' ? role[i] + 'a' - 'A' : role[i]));
    buf_puts(out, ": ");
}

char *jpk_activity_words(const struct jpk_activity *activity)
{
    struct buf out = {0};
    bool part = strcmp(activity->role, "Request") == 0 || strcmp(activity->role, "Response") == 0;
    if (part || !activity->content)
        put_role(&out, is_set(activity->role) ? activity->role : activity->tag);
    if (activity->content) {
        put_entity(&out, activity->content);
        put_details(&out, activity->content);
    } else if (activity->built_in) {
        buf_puts(&out, "built in, no project stores it");
    } else if (activity->content_id) {
        buf_printf(&out, "not in the project (%s)", activity->content_id);
    } else {
        buf_puts(&out, "empty slot");
    }
    return finish(&out);
}
