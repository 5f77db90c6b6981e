/* The plan as JSON: recipe metadata, format 1. Keys come in the order in which people read them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/script.h"
#include "recipe/plan.h"
#include "recipe/words.h"

/* Sets a new value; what cannot be set makes the plan fail. */
static void put(struct plan *plan, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        plan->failed = true;
}

static void put_text(struct plan *plan, json_t *object, const char *key, const char *value)
{
    put(plan, object, key, json_string(value));
}

static void append(struct plan *plan, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        plan->failed = true;
}

static json_t *new_step(struct plan *plan, json_t *steps, const char *id, const char *type, const char *title,
                        const char *text)
{
    json_t *step = json_object();
    put_text(plan, step, "id", id);
    put_text(plan, step, "type", type);
    put_text(plan, step, "title", title);
    if (text)
        put_text(plan, step, "text", text);
    if (json_array_append_new(steps, step) == 0)
        return step;
    plan->failed = true;
    return NULL;
}

static json_t *named_item(const struct jpk_entity *entity)
{
    return json_pack("{s:s, s:s}", "id", entity->id, "name", entity->name);
}

/* --------------------------------------------------------------------------------------------------- properties */

static void put_variable(struct plan *plan, json_t *properties, const struct variable *v, const char *step)
{
    json_t *p = json_object();
    put_text(plan, p, "id", v->id);
    put(plan, p, "target", json_pack("{s:s}", "variable", v->entity->id));
    put_text(plan, p, "label", v->label);
    if (*v->help && !text_caseeq(v->help, v->label))
        put_text(plan, p, "help", v->help);
    put_text(plan, p, "type", v->type);
    put(plan, p, "required", json_boolean(v->required));
    put(plan, p, "secret", json_boolean(v->secret));
    if (v->computed)
        put(plan, p, "computed", json_true());
    if (v->default_value)
        put_text(plan, p, "default", v->default_value);
    if (v->choice_count) {
        json_t *choices = json_array();
        for (size_t i = 0; i < v->choice_count; i++)
            append(plan, choices, json_string(v->choices[i]));
        put(plan, p, "choices", choices);
    }
    append(plan, properties, p);
    plan_infer(plan, step, v->id, "step", step, v->place_evidence, v->place_confidence);
}

/* The place of a setting in its connector's table: people enter a user name before a password. */
static size_t setting_rank(const struct variable *v, const struct connector *connector)
{
    size_t rank = 0;
    for (const struct setting *row = connector->settings; row->key; row++, rank++)
        if (row == v->setting)
            return rank;
    return rank;
}

/* A variable in the order of the recipe: by group, then by the setting that it feeds, then in that of the project. */
struct placed {
    uint64_t group;
    size_t rank;
    uint32_t variable;
};

static uint64_t group_of(enum place place, uint32_t endpoint)
{
    return (uint64_t)place << 32 | (place == PLACE_ENDPOINT ? endpoint : 0);
}

static int by_group(const void *a, const void *b)
{
    const struct placed *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return left->variable < right->variable ? -1 : left->variable > right->variable;
}

static struct placed *sort_variables(struct plan *plan)
{
    struct placed *placed = plan_alloc(plan, plan->variable_count, sizeof *placed);
    for (size_t i = 0; placed && i < plan->variable_count; i++) {
        const struct variable *v = &plan->variables[i];
        bool endpoint = v->place == PLACE_ENDPOINT;
        const struct connector *connector = endpoint ? plan->endpoints[v->endpoint].connector : connector_mail();
        placed[i] = (struct placed){group_of(v->place, v->endpoint), setting_rank(v, connector), (uint32_t)i};
    }
    if (placed)
        qsort(placed, plan->variable_count, sizeof *placed, by_group);
    return placed;
}

static size_t put_variables(struct plan *plan, json_t *properties, const struct placed *placed, enum place place,
                            uint32_t endpoint, const char *step)
{
    uint64_t group = group_of(place, endpoint);
    size_t low = 0, high = plan->variable_count, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (placed[middle].group < group)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low + count < plan->variable_count && placed[low + count].group == group; count++)
        put_variable(plan, properties, &plan->variables[placed[low + count].variable], step);
    return count;
}

/* An item whose settings are gone through. */
struct settings {
    const struct jpk_entity *entity;
    const struct connector *connector;
    size_t slot;    /* the next of its encrypted settings */
    bool no_log_in; /* it says that it logs in nowhere */
    bool several;   /* its step has settings of other items too */
    const char *step;
    struct map asked; /* keys; a second item of a key is none */
};

/* Slots lie in the order of the settings. */
static bool filled_by_variable(const struct plan *plan, struct settings *s, const struct jpk_item *item)
{
    if (s->slot >= plan->slot_count || plan->slots[s->slot].item != item)
        return false;
    return plan->slots[s->slot++].variable != NONE;
}

/* A setting that no variable fills: the person who configures the recipe is asked for it. */
static bool asks_for(const struct settings *s, const struct setting *setting, const struct jpk_item *item)
{
    if (item->encrypted)
        return true;
    if (!item->value || !*item->value)
        return (setting->flags & SETTING_CREDENTIAL) && !(setting->flags & SETTING_MAIL) && !s->no_log_in;
    if (strchr(item->value, '['))
        return false;
    bool place = (setting->flags & SETTING_PLACE) && strcmp(setting->key, "file_name") != 0;
    bool mail = (setting->flags & SETTING_MAIL) && strcmp(setting->key, "subject") != 0;
    return (setting->flags & (SETTING_IDENTITY | SETTING_CREDENTIAL)) || place || mail;
}

static void put_setting(struct plan *plan, json_t *properties, const struct jpk_entity *entity,
                        const struct setting *setting, const struct jpk_item *item, bool several, const char *step)
{
    const char *id = plan_id(plan, plan_text(plan, "%s.%s", plan_shown(plan, entity->name), item->key));
    const char *label = several ? plan_text(plan, "%s of %s", setting->label, entity->name) : setting->label;
    bool secret = (setting->flags & SETTING_SECRET) != 0;
    bool required = (setting->flags & SETTING_CREDENTIAL) || !item->value || !*item->value;
    json_t *p = json_object();
    put_text(plan, p, "id", id);
    put(plan, p, "target", json_pack("{s:s, s:s}", "entity", entity->id, "key", item->key));
    put_text(plan, p, "label", label);
    put_text(plan, p, "type", setting->type);
    put(plan, p, "required", json_boolean(required));
    put(plan, p, "secret", json_boolean(secret));
    if (!secret && !item->encrypted && item->value && *item->value && !plan_tells_secret(plan, item->key, item->value))
        put_text(plan, p, "default", item->value);
    append(plan, properties, p);
    plan_infer(plan, step, id, "step", step,
               item->encrypted ? "an encrypted setting that no variable fits" : "a setting that holds no variable",
               JPK_MEDIUM);
}

static void put_items(struct plan *plan, json_t *properties, struct settings *s, const struct jpk_item *items,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool filled = filled_by_variable(plan, s, &items[i]);
        const struct setting *setting = connector_setting(s->connector, items[i].key);
        uint32_t old = MAP_NONE;
        if (!setting || filled || !asks_for(s, setting, &items[i]))
            continue;
        if (!map_add(&s->asked, items[i].key, strlen(items[i].key), 1, &old))
            plan->failed = true;
        if (old == MAP_NONE)
            put_setting(plan, properties, s->entity, setting, &items[i], s->several, s->step);
    }
}

static void put_settings(struct plan *plan, json_t *properties, const struct jpk_entity *entity, bool several,
                         const char *step)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    const char *basic = jpk_entity_value(entity, "use_basic_http_authentication");
    struct settings s = {.entity = entity,
                         .connector = plan_connector(entity),
                         .slot = plan->entity_slot[entity->index],
                         .no_log_in = basic && strcmp(basic, "1") != 0,
                         .several = several,
                         .step = step};
    put_items(plan, properties, &s, entity->items, entity->item_count);
    if (location)
        put_items(plan, properties, &s, location->items, location->item_count);
    map_free(&s.asked);
}

static bool holds_settings(const struct jpk_entity *entity)
{
    return jpk_entity_location(entity) || entity->type == JPK_TYPE_WEB_SERVICE_CALL ||
           jpk_type_info(entity->type)->role == JPK_ROLE_ENDPOINT;
}

/* -------------------------------------------------------------------------------------------------------- steps */

json_t *plan_private_reasons(struct plan *plan)
{
    json_t *reasons = json_array();
    bool seen[CONNECTORS_MAX] = {false};
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct endpoint *endpoint = &plan->endpoints[i];
        const char *driver = jpk_entity_value(endpoint->entities[0], "driver");
        if (endpoint->connector->private_agent && !seen[connector_index(endpoint->connector)])
            append(plan, reasons, json_sprintf("the project %s", endpoint->connector->private_reason));
        else if (driver && *driver && !strcasestr(driver, "jdbc"))
            append(plan, reasons, json_sprintf("the database driver '%s' has to be installed on the agent", driver));
        seen[connector_index(endpoint->connector)] = true;
    }
    return reasons;
}

static void put_agent(struct plan *plan, json_t *steps)
{
    char version[32];
    json_t *reasons = plan_private_reasons(plan);
    jpk_project_required_version(plan->project, version);
    bool private = json_array_size(reasons) > 0;
    const char *id = plan_id(plan, "agent");
    json_t *step = new_step(plan, steps, id, "agent", "Agent",
                            private ? "Choose the private agent group on which the integration runs."
                                    : "Choose the agent group on which the integration runs.");
    put(plan, step, "requires",
        json_pack("{s:s, s:b, s:o}", "minVersion", version, "private", private, "reasons", reasons));
    plan_infer(plan, id, "", "private", private ? "true" : "false",
               private ? "the reasons in the step" : "nothing needs a private agent", JPK_MEDIUM);
}

/* The endpoint that an operation talks to; NONE when there is none or more than one. */
static uint32_t only_endpoint(const struct plan *plan, const struct jpk_entity *operation)
{
    uint32_t only = NONE;
    for (size_t i = 0; i < operation->as.operation->activity_count; i++) {
        const struct jpk_entity *content = operation->as.operation->activities[i].content;
        uint32_t reached = content ? plan->entity_endpoint[content->index] : NONE;
        if (reached != NONE && only != NONE && reached != only)
            return NONE;
        only = reached != NONE ? reached : only;
    }
    return only;
}

/* By endpoint: the first test operation that talks to it and to no other one. */
static const struct jpk_entity **test_operations(struct plan *plan)
{
    const struct jpk_entity **tests = plan_alloc(plan, plan->endpoint_count, sizeof(struct jpk_entity *));
    for (size_t i = 0; tests && i < plan->entry_count; i++) {
        uint32_t only = NONE;
        if (plan->entries[i].kind == ENTRY_ON_DEMAND)
            only = only_endpoint(plan, plan->entries[i].operation);
        if (only != NONE && !tests[only])
            tests[only] = plan->entries[i].operation;
    }
    return tests;
}

static void put_endpoint_steps(struct plan *plan, json_t *steps, const struct placed *placed)
{
    const struct jpk_entity **tests = test_operations(plan);
    for (size_t i = 0; i < plan->endpoint_count && !plan->failed; i++) {
        const struct endpoint *endpoint = &plan->endpoints[i];
        json_t *step = new_step(plan, steps, endpoint->step, "endpoint", endpoint->name,
                                plan_text(plan, "How to log in to %s, and what to use there.", endpoint->name));
        json_t *entities = json_array(), *properties = json_array();
        put_text(plan, step, "endpoint", endpoint->id);
        for (size_t j = 0; j < endpoint->entity_count; j++)
            append(plan, entities, named_item(endpoint->entities[j]));
        put(plan, step, "entities", entities);
        const struct jpk_entity *test = tests[i];
        put(plan, step, "test",
            test ? json_pack("{s:s, s:o}", "kind", "operation", "operation", named_item(test))
                 : json_pack("{s:s}", "kind", "connection"));
        put_variables(plan, properties, placed, PLACE_ENDPOINT, (uint32_t)i, endpoint->step);
        size_t holders = 0; /* items with settings of their own; functions have none */
        for (size_t j = 0; j < endpoint->entity_count; j++)
            holders += holds_settings(endpoint->entities[j]);
        for (size_t j = 0; j < endpoint->entity_count; j++)
            put_settings(plan, properties, endpoint->entities[j], holders > 1, endpoint->step);
        put(plan, step, "properties", properties);
    }
}

static void put_group(struct plan *plan, json_t *steps, const struct placed *placed, enum place place, const char *id,
                      const char *type, const char *title, const char *text)
{
    json_t *properties = json_array();
    const char *step_id = plan_id(plan, id);
    size_t count = put_variables(plan, properties, placed, place, NONE, step_id);
    if (place == PLACE_NOTIFICATION) {
        for (size_t i = 0; i < plan->project->entity_count; i++) {
            const struct jpk_entity *entity = plan->project->entities[i];
            if (entity->type == JPK_TYPE_EMAIL_MESSAGE && plan->live[i])
                put_settings(plan, properties, entity, true, step_id);
        }
        count = json_array_size(properties);
    }
    if (count == 0) {
        json_decref(properties);
        return;
    }
    json_t *step = new_step(plan, steps, step_id, type, title, text);
    if (place == PLACE_UNUSED)
        put(plan, step, "optional", json_true());
    put(plan, step, "properties", properties);
}

/* ------------------------------------------------------------------------------------------------------ mappings */

struct path_list {
    struct plan *plan;
    json_t *paths;
};

static bool on_path(void *context, const struct script_event *event)
{
    struct path_list *list = context;
    enum { PATHS_MAX = 16 };
    if (event->kind != SCRIPT_EVENT_PATH || json_array_size(list->paths) >= PATHS_MAX)
        return true;
    for (size_t i = 0; i < json_array_size(list->paths); i++) {
        json_t *known = json_array_get(list->paths, i);
        if (json_string_length(known) == event->name.length &&
            memcmp(json_string_value(known), event->name.text, event->name.length) == 0)
            return true;
    }
    append(list->plan, list->paths, json_stringn(event->name.text, event->name.length));
    return true;
}

json_t *plan_fields(struct plan *plan, const struct jpk_transformation *transformation)
{
    json_t *fields = json_array();
    for (size_t i = 0; i < transformation->mapping_count; i++) {
        const struct jpk_mapping *mapping = &transformation->mappings[i];
        struct path_list list = {.plan = plan, .paths = json_array()};
        if (mapping->kind != JPK_MAPPING_FIELD) {
            json_decref(list.paths);
            continue;
        }
        script_events(mapping->source, strlen(mapping->source), on_path, &list);
        append(plan, fields, json_pack("{s:s, s:o}", "target", mapping->target, "source", list.paths));
    }
    return fields;
}

static bool any_field(const struct jpk_transformation *transformation)
{
    for (size_t i = 0; i < transformation->mapping_count; i++)
        if (transformation->mappings[i].kind == JPK_MAPPING_FIELD)
            return true;
    return false;
}

static void put_mappings(struct plan *plan, json_t *steps)
{
    for (size_t i = 0; i < plan->project->entity_count && !plan->failed; i++) {
        const struct jpk_entity *entity = plan->project->entities[i];
        if (entity->type != JPK_TYPE_TRANSFORMATION || !plan->live[i])
            continue;
        if (!any_field(entity->as.transformation))
            continue;
        json_t *step = new_step(plan, steps, plan_step_id(plan, "mapping", entity->name), "mapping",
                                plan_text(plan, "Fields: %s", entity->name),
                                "Which fields are filled from which. Nothing can be changed here.");
        put(plan, step, "optional", json_true());
        put(plan, step, "transformation", named_item(entity));
        put(plan, step, "fields",
            plan->fields_later ? json_sprintf("%c%zu", PLAN_MARK, i) : plan_fields(plan, entity->as.transformation));
    }
}

/* ------------------------------------------------------------------------------------------ schedules and actions */

/* Whether a text has this shape: `0` stands for any digit. */
static bool shaped(const char *text, const char *shape)
{
    if (strlen(text) != strlen(shape))
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

static bool between(const char *text, const char *least, const char *most)
{
    return strncmp(text, least, 2) >= 0 && strncmp(text, most, 2) <= 0;
}

/* Times and dates as Design Studio writes them; what looks different is left out. */
static void put_time(struct plan *plan, json_t *object, const char *key, const char *time)
{
    if (shaped(time, "00:00:00") && between(time, "00", "23") && between(time + 3, "00", "59") &&
        between(time + 6, "00", "59"))
        put_text(plan, object, key, time);
}

static void put_date(struct plan *plan, json_t *object, const char *key, const char *date)
{
    if (shaped(date, "0000-00-00") && between(date + 5, "01", "12") && between(date + 8, "01", "31"))
        put_text(plan, object, key, date);
}

static bool has_any(const json_t *object, const char *a, const char *b, const char *c)
{
    return json_object_get(object, a) || json_object_get(object, b) || (c && json_object_get(object, c));
}

/* null, as the Jitterpak says, when that gives no day of the month or no time that could be told here. */
static json_t *schedule_default(struct plan *plan, const struct jpk_schedule *s)
{
    static const char *const units[] = {"", "daily", "weekly", "monthly"};
    static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    json_t *object = json_object();
    put_text(plan, object, "occurs", units[s->unit]);
    put(plan, object, "every", json_integer(s->every > 0 ? s->every : 1));
    if (s->unit == JPK_WEEKLY) {
        json_t *list = json_array();
        for (size_t i = 0; i < 7; i++)
            if (s->weekdays[i])
                append(plan, list, json_string(days[i]));
        put(plan, object, "weekdays", list);
    }
    if (s->unit == JPK_MONTHLY && s->day_of_month > 0 && s->day_of_month <= 31)
        put(plan, object, "dayOfMonth", json_integer(s->day_of_month));
    if (s->unit == JPK_MONTHLY && !s->day_of_month) {
        put(plan, object, "weekOfMonth", json_integer(s->week_of_month));
        put(plan, object, "weekday", json_integer(s->weekday));
    }
    if (s->once) {
        put_time(plan, object, "at", s->at);
    } else {
        put_time(plan, object, "from", s->from);
        put_time(plan, object, "until", s->until);
        if (s->interval > 0)
            put(plan, object, s->interval_minutes ? "everyMinutes" : "everyHours", json_integer(s->interval));
    }
    put_date(plan, object, "startDate", s->start_date);
    put_date(plan, object, "endDate", s->end_date);
    put(plan, object, "timeZone", s->time_zone ? json_string(s->time_zone) : json_null());
    if (has_any(object, "at", "everyMinutes", "everyHours") &&
        (s->unit != JPK_MONTHLY || has_any(object, "dayOfMonth", "weekOfMonth", NULL)))
        return object;
    json_decref(object);
    return json_null();
}

static void put_schedule(struct plan *plan, json_t *steps, const struct entry *entry)
{
    const struct jpk_entity *schedule = entry->operation->as.operation->schedule;
    const char *id = plan_step_id(plan, "schedule", entry->operation->name);
    bool known = schedule && schedule->as.schedule;
    const char *text = "When the integration runs.";
    if (known && !schedule->as.schedule->time_zone)
        text = "When the integration runs. The times are those of the agent's time zone.";
    json_t *step = new_step(plan, steps, id, "schedule", plan_text(plan, "Schedule: %s", entry->operation->name), text);
    put(plan, step, "operation", named_item(entry->operation));
    put(plan, step, "default", known ? schedule_default(plan, schedule->as.schedule) : json_null());
    plan_infer(plan, id, "", "entry point", "schedule", entry->evidence, entry->confidence);
}

static void put_action(struct plan *plan, json_t *steps, const struct entry *entry)
{
    const char *id = plan_step_id(plan, "action", entry->operation->name);
    bool deploy = entry->kind == ENTRY_DEPLOY;
    json_t *step = new_step(plan, steps, id, "action", plan_text(plan, "Run: %s", entry->operation->name),
                            deploy ? "Runs once, when the recipe is deployed." : "Runs when you ask for it.");
    put(plan, step, "operation", named_item(entry->operation));
    put_text(plan, step, "when", deploy ? "deploy" : "on-demand");
    plan_infer(plan, id, "", "entry point", deploy ? "action on deploy" : "action on demand", entry->evidence,
               entry->confidence);
    if (entry->confidence == JPK_LOW)
        plan_finding(
            plan, JPK_WARNING, "low-confidence", entry->operation,
            plan_text(plan, "operation '%s' became an action on demand: %s", entry->operation->name, entry->evidence));
}

static void put_entries(struct plan *plan, json_t *steps)
{
    for (size_t i = 0; i < plan->entry_count; i++)
        if (plan->entries[i].kind == ENTRY_SCHEDULE)
            put_schedule(plan, steps, &plan->entries[i]);
    for (size_t i = 0; i < plan->entry_count; i++)
        if (plan->entries[i].kind != ENTRY_SCHEDULE)
            put_action(plan, steps, &plan->entries[i]);
}

/* -------------------------------------------------------------------------------------------------- the recipe */

static bool any_function(const struct plan *plan, const char *word)
{
    for (size_t i = 0; i < plan->project->entity_count; i++)
        if (plan->live[i] && jpk_type_info(plan->project->entities[i]->type)->role == JPK_ROLE_WRITE &&
            strstr(plan->project->entities[i]->type_name, word))
            return true;
    return false;
}

static bool only_files_written(const struct plan *plan)
{
    size_t targets = 0;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const char *id = plan->endpoints[i].connector->id;
        if (!plan->endpoints[i].target)
            continue;
        targets++;
        if (strcmp(id, "ftp") != 0 && strcmp(id, "local-file") != 0 && strcmp(id, "file-share") != 0)
            return false;
    }
    return targets > 0;
}

static bool has_role(const struct plan *plan, bool source)
{
    for (size_t i = 0; i < plan->endpoint_count; i++)
        if (source ? plan->endpoints[i].source : plan->endpoints[i].target)
            return true;
    return false;
}

/* The project's name is a hint that beats what the operations do: `sync-...` is what its author calls it. */
static const char *verb_of(struct plan *plan, const char **evidence, enum jpk_confidence *confidence)
{
    static const struct {
        const char *word, *verb;
    } verbs[] = {
        {"extract", "Extract"},  {"migrate", "Migrate"}, {"migration", "Migrate"}, {"sync", "Sync"},
        {"synchronize", "Sync"}, {"insert", "Insert"},   {"update", "Update"},     {"upsert", "Upsert"},
    };
    struct words words;
    words_split(plan->project->name, &words);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (words.count && strcmp(words.word[0], verbs[i].word) == 0) {
            *evidence = "the project's name";
            *confidence = JPK_HIGH;
            return verbs[i].verb;
        }
    }
    bool read = has_role(plan, true), written = has_role(plan, false);
    *confidence = JPK_MEDIUM;
    if (read && only_files_written(plan)) {
        *evidence = "data goes to files only";
        return "Extract";
    }
    for (size_t i = 0; read == written && i < plan->entry_count; i++) {
        if (plan->entries[i].kind == ENTRY_SCHEDULE) {
            *evidence = "an operation runs again and again";
            return "Sync";
        }
    }
    *evidence = "what its operations write";
    if (any_function(plan, "Upsert"))
        return "Upsert";
    if (any_function(plan, "Update"))
        return "Update";
    if (any_function(plan, "Create"))
        return "Insert";
    *confidence = JPK_LOW;
    *evidence = read == written ? "nothing says otherwise" : read ? "nothing is written to" : "nothing is read from";
    return read == written ? "Sync" : read ? "Extract" : "Insert";
}

/* Which endpoints a sentence names as sources or targets: pure ones, or where there are none those that are both. */
static void put_names(struct plan *plan, struct buf *out, bool source)
{
    enum { SHOWN = 3 };
    size_t count = 0, pure = 0;
    for (size_t i = 0; i < plan->endpoint_count; i++)
        pure += plan->endpoints[i].source == source && plan->endpoints[i].target == !source;
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct endpoint *e = &plan->endpoints[i];
        bool is_pure = e->source == source && e->target == !source, both = e->source && e->target;
        if (!is_pure && !(both && pure == 0))
            continue;
        if (++count <= SHOWN)
            buf_printf(out, "%s%s", count > 1 ? ", " : source ? " from " : " to ", e->name);
    }
    if (count > SHOWN)
        buf_puts(out, " and others");
}

/* What the functions of a role are about, such as Contact; NULL when none says. */
static const char *object_of(const struct plan *plan, enum jpk_role role)
{
    for (size_t i = 0; i < plan->project->entity_count; i++) {
        const struct jpk_entity *e = plan->project->entities[i];
        const struct jpk_type_info *info = jpk_type_info(e->type);
        bool function = info->connector && info->role == role && e->type != JPK_TYPE_WEB_SERVICE_CALL;
        if (plan->live[i] && function && e->as.function && e->as.function->object)
            return e->as.function->object;
    }
    return NULL;
}

static const char *description_of(struct plan *plan, const char *verb)
{
    struct buf text = {0};
    const char *object = object_of(plan, JPK_ROLE_READ);
    if (!object)
        object = object_of(plan, JPK_ROLE_WRITE);
    buf_printf(&text, "%s%s%s data", verb, object ? " " : "", object ? object : "");
    put_names(plan, &text, true);
    put_names(plan, &text, false);
    buf_putc(&text, '.');
    const char *kept = plan_text(plan, "%s", buf_text(&text));
    plan->failed = plan->failed || text.failed;
    buf_free(&text);
    return kept;
}

static json_t *endpoints_json(struct plan *plan)
{
    json_t *array = json_array();
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct endpoint *e = &plan->endpoints[i];
        append(plan, array,
               json_pack("{s:s, s:s, s:s, s:s}", "id", e->id, "name", e->name, "role",
                         e->source && e->target ? "both"
                         : e->source            ? "source"
                                                : "target",
                         "connector", e->connector->id));
    }
    return array;
}

static json_t *keywords_json(struct plan *plan)
{
    json_t *array = json_array();
    bool seen[CONNECTORS_MAX] = {false};
    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct connector *connector = plan->endpoints[i].connector;
        if (!seen[connector_index(connector)])
            append(plan, array, json_string(connector->id));
        seen[connector_index(connector)] = true;
    }
    return array;
}

static json_t *jitterpak_json(struct plan *plan, const char *file, const char *sha256)
{
    const struct jpk_project *project = plan->project;
    char version[32], created_with[32], created[32];
    json_t *object = json_object();
    jpk_project_required_version(project, version);
    jpk_project_created_with(project, created_with);
    jpk_time_decode(jpk_project_property(project, JPK_FILE_JITTERPAK, "created_at"), created);
    if (file)
        put_text(plan, object, "file", file);
    if (sha256)
        put_text(plan, object, "sha256", sha256);
    put_text(plan, object, "projectId", project->id);
    put_text(plan, object, "projectName", project->name);
    put_text(plan, object, "kind", jpk_kind_name(project->kind));
    put_text(plan, object, "requiredVersion", version);
    put_text(plan, object, "createdWith", created_with);
    if (*created)
        put_text(plan, object, "createdAt", created);
    return object;
}

json_t *plan_metadata(struct plan *plan, const char *file, const char *sha256)
{
    const struct placed *placed = sort_variables(plan);
    if (!placed)
        return NULL;
    const char *evidence;
    enum jpk_confidence confidence;
    const char *verb = verb_of(plan, &evidence, &confidence);
    plan_infer(plan, "", "", "verb", verb, evidence, confidence);
    if (confidence == JPK_LOW)
        plan_finding(plan, JPK_WARNING, "low-confidence", NULL,
                     plan_text(plan, "the verb '%s' is a guess: %s", verb, evidence));
    const char *description = description_of(plan, verb);
    json_t *root = json_object(), *steps = json_array();
    put(plan, root, "recipeFormat", json_integer(1));
    const char *name = *plan->project->name ? plan->project->name : "project";
    put_text(plan, root, "name", name);
    put_text(plan, root, "version", "1.0.0");
    put_text(plan, root, "author", "");
    put_text(plan, root, "description", description);
    put_text(plan, root, "verb", verb);
    put(plan, root, "categories", json_array());
    put(plan, root, "keywords", keywords_json(plan));
    put(plan, root, "endpoints", endpoints_json(plan));
    put(plan, root, "jitterpak", jitterpak_json(plan, file, sha256));
    new_step(plan, steps, plan_id(plan, "introduction"), "introduction", name, description);
    put_agent(plan, steps);
    put_endpoint_steps(plan, steps, placed);
    put_group(plan, steps, placed, PLACE_FILES, "files", "variables", "Files and paths",
              "Where files are kept and how they are called.");
    put_group(plan, steps, placed, PLACE_FILTERS, "filters", "variables", "Filters", "Which records are taken.");
    put_group(plan, steps, placed, PLACE_GENERAL, "general", "variables", "General settings", NULL);
    put_group(plan, steps, placed, PLACE_NOTIFICATION, "notification", "notification", "Notifications",
              "Who is told by e-mail, and through which server.");
    put_mappings(plan, steps);
    put_entries(plan, steps);
    put_group(plan, steps, placed, PLACE_UNUSED, "not-used", "variables", "Not used",
              "Nothing in the project is seen to use these variables. They can stay as they are.");
    new_step(plan, steps, plan_id(plan, "review"), "review", "Review", "Check your answers, then deploy.");
    put(plan, root, "steps", steps);
    if (plan->failed) {
        json_decref(root);
        return NULL;
    }
    return root;
}
