/* Schedules: no export has shown one, so they are written in the form that the REST interface documents. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_write.h"
#include "jpk/conversion.h"
#include "jpk/convert_setting.h"
#include "jpk/convert_tables.h"

static bool is_number(const char *text)
{
    enum { MOST_DIGITS = 15 }; /* far more than any of these settings has a meaning for */
    text += *text == '-';
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= MOST_DIGITS && !text[digits];
}

static bool is_on(const char *text)
{
    return strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
}

static bool is_off(const char *text)
{
    return strcmp(text, "0") == 0 || strcmp(text, "-1") == 0 || strcmp(text, "false") == 0;
}

static json_t *member_value(enum convert_schedule_value kind, const char *text)
{
    switch (kind) {
    case CONVERT_SCHEDULE_NUMBER:
        return json_integer(is_number(text) ? (json_int_t)strtoll(text, NULL, 10) : 0);
    case CONVERT_SCHEDULE_FLAG:
    case CONVERT_SCHEDULE_DAY:
        return json_boolean(is_on(text));
    case CONVERT_SCHEDULE_TEXT:
        break;
    }
    return json_string(text);
}

/* A name there must neither begin nor end with a space. */
static const char *schedule_name(struct convert *c, const char *name)
{
    size_t n = strlen(name);
    for (; *name == ' '; name++)
        n--;
    while (n > 0 && name[n - 1] == ' ')
        n--;
    return convert_text(c, "%.*s", (int)n, name);
}

static const char *rest_form(struct convert *c, const struct jpk_entity *entity)
{
    json_t *form = json_pack("{s:s, s:s, s:{}, s:{}, s:{}}", "projectGuid", c->project->id, "scheduleName",
                             schedule_name(c, entity->name), "occurrence", "frequency", "duration");
    for (size_t i = 0; form && i < convert_schedule_member_count; i++) {
        const char *text = jpk_entity_value(entity, convert_schedule_members[i].key);
        convert_set(c, json_object_get(form, convert_schedule_members[i].part), convert_schedule_members[i].member,
                    member_value(convert_schedule_members[i].value, text ? text : ""));
    }
    char *text = json_text(form, JSON_INDENT(2));
    const char *kept = text ? convert_text(c, "%s", text) : "";
    c->ledger.failed |= !text;
    free(text);
    json_decref(form);
    return kept;
}

/* What stands in the request for a setting whose value has no place there; NULL: it has. */
static const char *substitute(const struct convert_schedule_member *member, const struct jpk_item *item)
{
    bool flag = member->value == CONVERT_SCHEDULE_FLAG || member->value == CONVERT_SCHEDULE_DAY;
    if (member->value == CONVERT_SCHEDULE_NUMBER)
        return item->encrypted || !is_number(item->value) ? "0" : NULL;
    if (flag)
        return item->encrypted || !(is_on(item->value) || is_off(item->value)) ? "false" : NULL;
    return item->encrypted ? "nothing" : NULL;
}

static const struct convert_schedule_member *member_of(const char *key)
{
    static const struct convert_schedule_member zone = {NULL, NULL, "timezone_id", CONVERT_SCHEDULE_TEXT};
    for (size_t i = 0; i < convert_schedule_member_count; i++)
        if (strcmp(convert_schedule_members[i].key, key) == 0)
            return &convert_schedule_members[i];
    return strcmp(zone.key, key) == 0 ? &zone : NULL; /* which stands beside the request */
}

/* What its request does not say, or says otherwise. */
static void note_lost(struct convert *c, const struct jpk_entity *schedule, const struct jpk_item *item)
{
    const struct convert_schedule_member *member = member_of(item->key);
    if (!member) {
        convert_lost_items(c, schedule, item, 1, NULL);
        return;
    }
    const char *instead = item->value && *item->value ? substitute(member, item) : NULL;
    if (instead)
        convert_keep_words(c,
                           convert_note(c, schedule, CONVERT_SETTING_LOST, item->offset,
                                        "the value of '%s' has no place in the request, in which %s stands for it",
                                        item->key, instead),
                           convert_item_words(c, item));
}

static void note_zone(struct convert *c, const struct jpk_entity *schedule)
{
    const char *zone = jpk_entity_value(schedule, "timezone_id");
    if (zone && *zone)
        convert_note(c, schedule, CONVERT_SCHEDULE, 0,
                     "its times are those of '%s'; there they are those of the agent, unless the organization says "
                     "otherwise",
                     zone);
}

void convert_schedule(struct convert *c, const struct jpk_entity *operation)
{
    const struct jpk_entity *schedule = operation->as.operation->schedule;
    const struct jpk_item *item = jpk_entity_item(operation, "schedule_id");
    if (!item || !item->value || !*item->value)
        return;
    if (!convert_lives(schedule) || schedule->type != JPK_TYPE_SCHEDULE) {
        convert_note(c, operation, CONVERT_DANGLING, item->offset, "its schedule is not in the project");
        return;
    }
    struct jpk_convert_schedule *list =
        array_grow(c->schedules, c->schedule_count, &c->schedule_capacity, sizeof *list);
    if (!list) {
        c->ledger.failed = true;
        return;
    }
    c->schedules = list;
    bool first = c->ledger.items[schedule->index].finding_count == 0;
    const char *zone = jpk_entity_value(schedule, "timezone_id");
    list[c->schedule_count++] =
        (struct jpk_convert_schedule){schedule->index, operation->index,
                                      schedule->as.schedule ? rest_form(c, schedule) : "", zone && *zone ? zone : NULL};
    convert_note(c, schedule, CONVERT_SCHEDULE, 0, "must be set up for the operation '%s'",
                 convert_item_name(c, operation));
    if (first)
        note_zone(c, schedule);
    for (size_t i = 0; first && i < schedule->item_count && !c->ledger.failed; i++)
        note_lost(c, schedule, &schedule->items[i]);
}
