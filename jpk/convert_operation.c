/*
 * Operations and workflows.
 *
 * A step of Design Studio is a step here, but for what an activity contains itself: the query or upsert of a Salesforce
 * wizard is one activity in place of a web service call and the request that comes with it. The sequence must follow
 * one of seven patterns; what does not is cut behind an activity and chained by the outcome for success, which is what
 * the vendor advises. E-mails are sent by operations of their own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/cloud_pattern.h"
#include "jpk/conversion.h"

/* A step that is to be written, and what a pattern sees of it. */
struct step {
    const char *id;
    const struct jpk_entity *entity;
    struct jpk_cloud_component component;
    struct jpk_cloud_activity activity;
};

struct steps {
    const struct jpk_entity *operation;
    struct step *items;
    size_t count, capacity;
};

/* ------------------------------------------------------------------------------------------------------------ steps */

static struct step *add_step(struct convert *c, struct steps *steps, enum jpk_cloud_kind kind, const char *id,
                             const struct jpk_entity *entity)
{
    struct step *items = array_grow(steps->items, steps->count, &steps->capacity, sizeof *items);
    if (!items) {
        c->failed = true;
        return NULL;
    }
    steps->items = items;
    struct step *step = &items[steps->count++];
    *step = (struct step){.id = id, .entity = entity, .component = {.kind = kind, .id = id}};
    return step;
}

static void add_activity(struct convert *c, struct steps *steps, const struct jpk_entity *entity,
                         enum convert_direction direction)
{
    const struct convert_activity *activity = convert_activity(c, entity, direction);
    struct step *step = activity ? add_step(c, steps, JPK_CLOUD_ACTIVITY, activity->id, entity) : NULL;
    if (!step)
        return;
    const char *polarity = json_string_value(json_object_get(activity->component, "polarity"));
    step->activity = (struct jpk_cloud_activity){.adapter = c->connections[activity->connection].adapter,
                                                 .function = activity->function,
                                                 .polarity = polarity                    ? polarity
                                                             : direction == CONVERT_READ ? "source"
                                                                                         : "target"};
}

const struct jpk_entity *convert_wizard_item(const struct convert *c, const struct jpk_entity *operation)
{
    const char *id = jpk_entity_value(operation, "salesforce_wizard_guid");
    const struct jpk_entity *item = id && *id ? jpk_project_entity(c->project, id) : NULL;
    return convert_lives(item) && item->type != JPK_TYPE_OPERATION ? item : NULL;
}

enum convert_direction convert_direction_of(const struct jpk_entity *entity)
{
    switch (entity->type) {
    case JPK_TYPE_SOURCE:
    case JPK_TYPE_SALESFORCE_QUERY:
    case JPK_TYPE_NETSUITE_QUERY:
    case JPK_TYPE_NETSUITE_GET_LIST:
    case JPK_TYPE_MSCRM_QUERY:
    case JPK_TYPE_QUICKBOOKS_QUERY:
        return CONVERT_READ;
    default:
        return CONVERT_WRITE;
    }
}

/* Its script to run before goes before it. */
static void add_transformation(struct convert *c, struct steps *steps, const struct jpk_entity *entity)
{
    const char *script = convert_prescript(c, entity);
    if (script)
        add_step(c, steps, JPK_CLOUD_SCRIPT, script, entity);
    add_step(c, steps, JPK_CLOUD_TRANSFORMATION, convert_id(c, JPK_CLOUD_TRANSFORMATION, NULL, entity->id), entity);
}

static void convert_step(struct convert *c, struct steps *steps, const struct jpk_activity *activity)
{
    const struct jpk_entity *entity = activity->content;
    if (activity->built_in || (!entity && !activity->content_id))
        return; /* the activity has it, or a wizard's slot that was never filled */
    if (!convert_lives(entity)) {
        convert_note(c, steps->operation, CONVERT_DANGLING, activity->offset,
                     "the step '%s' pointed at nothing that is converted, and is left out",
                     *activity->role ? activity->role : activity->tag);
        return;
    }
    const struct jpk_entity *wizard =
        entity->type == JPK_TYPE_WEB_SERVICE_CALL ? convert_wizard_item(c, steps->operation) : NULL;
    if (entity->type == JPK_TYPE_SCRIPT)
        add_step(c, steps, JPK_CLOUD_SCRIPT, convert_id(c, JPK_CLOUD_SCRIPT, NULL, entity->id), entity);
    else if (entity->type == JPK_TYPE_TRANSFORMATION)
        add_transformation(c, steps, entity);
    else if (wizard)
        add_activity(c, steps, wizard, convert_direction_of(wizard));
    else
        add_activity(c, steps, entity, convert_direction_of(entity));
}

static struct steps collect_steps(struct convert *c, const struct jpk_entity *operation)
{
    struct steps steps = {.operation = operation};
    for (size_t i = 0; i < operation->as.operation->activity_count && !c->failed; i++)
        convert_step(c, &steps, &operation->as.operation->activities[i]);
    for (size_t i = 0; i < steps.count; i++)
        if (steps.items[i].component.kind == JPK_CLOUD_ACTIVITY)
            steps.items[i].component.as.activity = &steps.items[i].activity;
    return steps;
}

/* Transformations learn what is before and behind them. */
static void connect_transformations(struct convert *c, const struct steps *steps)
{
    for (size_t i = 0; i < steps->count && !c->failed; i++) {
        if (steps->items[i].component.kind != JPK_CLOUD_TRANSFORMATION)
            continue;
        const struct step *before = i > 0 ? &steps->items[i - 1] : NULL;
        const struct step *behind = i + 1 < steps->count ? &steps->items[i + 1] : NULL;
        while (before && before > steps->items && before->component.kind == JPK_CLOUD_SCRIPT)
            before--;
        while (behind && behind + 1 < steps->items + steps->count && behind->component.kind == JPK_CLOUD_SCRIPT)
            behind++;
        bool from = before && before->component.kind == JPK_CLOUD_ACTIVITY;
        bool to = behind && behind->component.kind == JPK_CLOUD_ACTIVITY;
        struct convert_activity source, target;
        if (from)
            source = *convert_activity(c, before->entity, convert_direction_of(before->entity));
        if (to)
            target = *convert_activity(c, behind->entity, convert_direction_of(behind->entity));
        convert_connect_transformation(c, steps->items[i].entity, from ? &source : NULL, to ? &target : NULL);
    }
}

/* --------------------------------------------------------------------------------------------------------- patterns */

/* Whether data may lie still between two steps: behind a target or a script, not within what flows. */
static bool may_cut(const struct steps *steps, size_t at)
{
    const struct step *before = &steps->items[at - 1], *behind = &steps->items[at];
    bool rests = before->component.kind == JPK_CLOUD_SCRIPT ||
                 (before->component.kind == JPK_CLOUD_ACTIVITY && strcmp(before->activity.polarity, "source") != 0);
    bool begins = behind->component.kind == JPK_CLOUD_SCRIPT ||
                  (behind->component.kind == JPK_CLOUD_ACTIVITY && strcmp(behind->activity.polarity, "target") != 0);
    return rests && begins;
}

enum { PARTS_MAX = 64 };

/* The end of the longest part from `from` on that is an operation by itself; `from`: there is none, or no memory. */
static size_t part_end(struct convert *c, const struct steps *steps, size_t from)
{
    size_t count = steps->count - from, end = count;
    struct jpk_cloud_link *links = calloc(count + 1, sizeof *links);
    bool *whole = calloc(count + 1, sizeof *whole);
    c->failed |= !links || !whole;
    if (!c->failed) {
        for (size_t i = 0; i < count; i++)
            links[i].component = &steps->items[from + i].component;
        cloud_pattern_parts(&(struct jpk_cloud_operation){.steps = links, .step_count = count}, whole);
        while (end > 0 && !(whole[end] && (end == count || may_cut(steps, from + end))))
            end--;
    }
    free(links);
    free(whole);
    return c->failed ? from : from + end;
}

/* The ends of the parts into which the steps are cut, the longest part first wherever one begins; 0: none. */
static size_t cut(struct convert *c, const struct steps *steps, size_t ends[PARTS_MAX])
{
    size_t parts = 0, from = 0;
    while (from < steps->count) {
        size_t end = part_end(c, steps, from);
        if (end == from || parts == PARTS_MAX)
            return 0;
        ends[parts++] = from = end;
    }
    return parts;
}

/* ---------------------------------------------------------------------------------------------------------- options */

/* "HOURS", "MINUTES", "SECONDS" and how many seconds each is. */
static json_int_t unit_seconds(const char *unit)
{
    return strcmp(unit, "HOURS") == 0 ? 3600 : strcmp(unit, "MINUTES") == 0 ? 60 : 1;
}

static json_int_t number_of(const struct jpk_entity *operation, const char *key, json_int_t otherwise)
{
    const char *value = jpk_entity_value(operation, key);
    return value && *value ? (json_int_t)strtoll(value, NULL, 10) : otherwise;
}

static void set_timeout(struct convert *c, const struct jpk_entity *operation, json_t *options)
{
    const char *unit = jpk_entity_value(operation, "timeoutuiunit");
    json_int_t seconds = number_of(operation, "timeoutseconds", 7200);
    if (!unit || !*unit)
        unit = "HOURS";
    json_int_t each = unit_seconds(unit);
    if (seconds % each != 0) {
        each = 1;
        unit = "SECONDS";
    }
    convert_set(c, options, "timeoutValue", json_integer(seconds / each));
    convert_set(c, options, "timeoutMultiplier", json_integer(each));
    convert_set(c, options, "timeoutUnit", json_string(unit));
}

static void set_options(struct convert *c, const struct jpk_entity *operation, json_t *component)
{
    static const struct {
        const char *from, *to;
        bool number;
    } same[] = {
        {"LogLevel", "logLevel", false},
        {"debug_mode_until", "debug_mode_until", false},
        {"run_success_op_if_no_source_files", "AlwaysRunSuccessOperation", true},
        {"chunk_size", "chunk_size", true},
        {"target_chunk_size", "target_chunk_size", true},
        {"max_number_of_threads", "max_number_of_threads", true},
        {"source_chunk_node", "source_chunk_node", false},
        {"target_chunk_node", "target_chunk_node", false},
        {"validate_source_text_file", "validate_source_text_file", true},
        {"schedule_policy", "schedule_policy", false},
    };
    json_t *options = json_object_get(component, "options");
    set_timeout(c, operation, options);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        const char *value = jpk_entity_value(operation, same[i].from);
        if (value && *value)
            convert_set(c, options, same[i].to,
                        same[i].number ? json_integer((json_int_t)strtoll(value, NULL, 10)) : json_string(value));
    }
    if (number_of(operation, "chunk_size", 0) > 0)
        convert_set(c, options, "enableChunking", json_true());
    const char *debug = jpk_entity_value(operation, "debug_mode_until");
    if (debug && *debug)
        convert_set(c, options, "debugModeEnabled", json_true());
}

/* ---------------------------------------------------------------------------------------------------------- outcomes
 */

static void add_outcome(struct convert *c, json_t *component, int when, const char *to, const char *seed)
{
    const char *id =
        convert_id(c, JPK_CLOUD_OPERATION, when == JPK_CLOUD_ON_SUCCESS ? "on success" : "on failure", seed);
    if (json_array_append_new(json_object_get(component, "outcomes"), cloud_new_outcome(when, to, id)) != 0)
        c->failed = true;
}

/* A new operation with one script. */
static json_t *scripted_operation(struct convert *c, const struct jpk_entity *operation, const char *what,
                                  const char *text, const char **id)
{
    const char *wanted = convert_text(c, "%s - %s", convert_item_name(c, operation), what);
    const char *script_id = convert_id(c, JPK_CLOUD_SCRIPT, what, operation->id);
    *id = convert_id(c, JPK_CLOUD_OPERATION, what, operation->id);
    json_t *script = cloud_new_component(JPK_CLOUD_SCRIPT, convert_name(c, JPK_CLOUD_SCRIPT, wanted, NULL), script_id);
    json_t *made = cloud_new_component(JPK_CLOUD_OPERATION, convert_name(c, JPK_CLOUD_OPERATION, wanted, NULL), *id);
    bool ok = script && made && cloud_set_script(script, text, false) &&
              json_array_append_new(json_object_get(made, "steps"), cloud_new_link(JPK_CLOUD_SCRIPT, script_id)) == 0;
    if (!ok || c->failed) {
        c->failed = true;
        json_decref(script);
        json_decref(made);
        return NULL;
    }
    convert_add(c, JPK_CLOUD_SCRIPT, script);
    return made;
}

/* The workflow that an operation belongs to gets another. */
static void list_in_workflow(struct convert *c, const struct jpk_entity *operation, const char *id);

/* What happens on success or failure: an operation, an e-mail, or one after the other. */
static void convert_outcome(struct convert *c, const struct jpk_entity *operation, json_t *component, int when,
                            const struct jpk_entity *next, const struct jpk_entity *email)
{
    bool success = when == JPK_CLOUD_ON_SUCCESS;
    const char *to = next && convert_lives(next) ? convert_id(c, JPK_CLOUD_OPERATION, NULL, next->id) : NULL;
    if (next && !to)
        convert_note(c, operation, CONVERT_DANGLING, 0, "the operation on %s is not converted, and is left out",
                     success ? "success" : "failure");
    if (convert_lives(email)) {
        const char *what = success ? "success e-mail" : "failure e-mail", *id;
        const char *text = convert_text(c, "<trans>\nSendEmailMessage(\"<TAG>email:%s</TAG>\");\n</trans>",
                                        convert_item_name(c, email));
        json_t *sender = scripted_operation(c, operation, what, text, &id);
        if (sender && to)
            add_outcome(c, sender, JPK_CLOUD_ON_SUCCESS, to, id);
        if (sender && convert_add(c, JPK_CLOUD_OPERATION, sender))
            list_in_workflow(c, operation, id);
        convert_note(c, operation, CONVERT_EMAIL_SCRIPTED, 0,
                     "the e-mail '%s' on %s is sent by an operation of its own", email->name,
                     success ? "success" : "failure");
        to = id;
    }
    if (!to || c->failed)
        return;
    add_outcome(c, component, when, to, operation->id);
    if (success)
        convert_note(c, operation, CONVERT_OUTCOME_GUESSED, 0,
                     "what runs on success has the code %d, which no export has shown yet", JPK_CLOUD_ON_SUCCESS);
}

/* --------------------------------------------------------------------------------------------------------- workflows
 */

static json_t *new_workflow(struct convert *c, const struct jpk_folder *folder, const char *id)
{
    struct buf path = {0};
    const struct jpk_folder *chain[32];
    size_t depth = 0;
    for (const struct jpk_folder *at = folder; at && depth < 32; at = at->parent)
        chain[depth++] = at;
    while (depth > 0) {
        buf_puts(&path, path.size > 0 ? " - " : "");
        buf_puts(&path, chain[--depth]->name);
    }
    c->failed |= path.failed;
    json_t *workflow =
        cloud_new_workflow(convert_name(c, JPK_CLOUD_OTHER, path.size > 0 ? buf_text(&path) : "Operations", NULL), id);
    buf_free(&path);
    return workflow;
}

static json_t *workflow_of(struct convert *c, const struct jpk_entity *operation)
{
    const struct jpk_folder *folder = operation->folder;
    const char *id = folder ? convert_id(c, JPK_CLOUD_OTHER, NULL, folder->id)
                            : convert_id(c, JPK_CLOUD_OTHER, "workflow", c->project->id);
    uint32_t found = map_get(&c->workflow_ids, id, strlen(id));
    if (found != MAP_NONE)
        return json_array_get(c->workflows, found);
    json_t *workflow = new_workflow(c, folder, id);
    if (!map_set(&c->workflow_ids, id, strlen(id), (uint32_t)json_array_size(c->workflows)) ||
        json_array_append_new(c->workflows, workflow) != 0) {
        c->failed = true;
        return NULL;
    }
    return workflow;
}

static void list_in_workflow(struct convert *c, const struct jpk_entity *operation, const char *id)
{
    json_t *workflow = c->failed ? NULL : workflow_of(c, operation);
    if (!workflow ||
        json_array_append_new(json_object_get(workflow, "operations"), cloud_new_link(JPK_CLOUD_OPERATION, id)) != 0)
        c->failed = true;
}

/* -------------------------------------------------------------------------------------------------------- operations
 */

static json_t *new_part(struct convert *c, const struct steps *steps, size_t from, size_t end, const char *name,
                        const char *id)
{
    json_t *component = cloud_new_component(JPK_CLOUD_OPERATION, name, id);
    json_t *list = json_object_get(component, "steps");
    c->failed |= !component;
    for (size_t i = from; i < end && !c->failed; i++)
        if (json_array_append_new(list, cloud_new_link(steps->items[i].component.kind, steps->items[i].id)) != 0)
            c->failed = true;
    if (!c->failed)
        set_options(c, steps->operation, component);
    if (!c->failed)
        return component;
    json_decref(component);
    return NULL;
}

/* The operation as one component, or as several that run one after the other. */
static void write_parts(struct convert *c, const struct steps *steps, const size_t *ends, size_t parts)
{
    const struct jpk_entity *operation = steps->operation;
    const struct jpk_operation *own = operation->as.operation;
    const char *name = convert_item_name(c, operation), *id = convert_id(c, JPK_CLOUD_OPERATION, NULL, operation->id);
    for (size_t i = 0, from = 0; i < parts && !c->failed; from = ends[i++]) {
        json_t *component = new_part(c, steps, from, ends[i], name, id);
        if (!component)
            return;
        list_in_workflow(c, operation, id);
        if (i + 1 == parts) {
            convert_outcome(c, operation, component, JPK_CLOUD_ON_SUCCESS, own->on_success, own->success_message);
        } else {
            const char *what = convert_text(c, "part %zu", i + 2);
            name = convert_name(c, JPK_CLOUD_OPERATION,
                                convert_text(c, "%s - %s", convert_item_name(c, operation), what), NULL);
            const char *next = convert_id(c, JPK_CLOUD_OPERATION, what, operation->id);
            add_outcome(c, component, JPK_CLOUD_ON_SUCCESS, next, id);
            id = next;
        }
        if (i == 0)
            convert_outcome(c, operation, component, JPK_CLOUD_ON_FAILURE, own->on_failure, own->failure_message);
        convert_add(c, JPK_CLOUD_OPERATION, component);
    }
}

/*
 * What cannot be an operation as a whole keeps its scripts, or gets one that says what is to be done, so that whatever
 * starts it still points at something.
 */
static void keep_scripts(struct convert *c, struct steps *steps)
{
    size_t kept = 0;
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].component.kind == JPK_CLOUD_SCRIPT)
            steps->items[kept++] = steps->items[i];
    steps->count = kept;
    if (kept > 0 || c->failed)
        return;
    const struct jpk_entity *operation = steps->operation;
    const char *name = convert_text(c, "%s - to be built", convert_item_name(c, operation));
    const char *id = convert_id(c, JPK_CLOUD_SCRIPT, "to be built", operation->id);
    json_t *script = cloud_new_component(JPK_CLOUD_SCRIPT, convert_name(c, JPK_CLOUD_SCRIPT, name, NULL), id);
    static const char text[] =
        "<trans>\n// This operation could not be converted: build it from the original.\n</trans>";
    if (!script || !cloud_set_script(script, text, false))
        c->failed = true;
    if (c->failed)
        json_decref(script);
    else if (convert_add(c, JPK_CLOUD_SCRIPT, script))
        add_step(c, steps, JPK_CLOUD_SCRIPT, id, operation);
}

static void convert_one(struct convert *c, const struct jpk_entity *operation)
{
    struct steps steps = collect_steps(c, operation);
    size_t ends[PARTS_MAX], parts = c->failed ? 0 : cut(c, &steps, ends);
    if (parts > 1)
        convert_note(c, operation, CONVERT_OPERATION_SPLIT, 0,
                     "fits no valid pattern as it is; it has become %zu operations, one after the other", parts);
    if (parts == 0 && !c->failed) {
        convert_note(c, operation, CONVERT_OPERATION_PATTERN, 0,
                     steps.count == 0 ? "has no step that could be converted"
                                      : "its steps fit no valid pattern, and cannot be cut into parts that do");
        keep_scripts(c, &steps);
        ends[0] = steps.count;
        parts = 1;
    }
    if (!c->failed) {
        connect_transformations(c, &steps);
        write_parts(c, &steps, ends, parts);
        convert_done(c, operation, JPK_CONVERTED, "operation:%s", convert_item_name(c, operation));
    }
    free(steps.items);
}

/* ---------------------------------------------------------------------------------------------------------- schedules
 */

static json_t *days_of(const struct jpk_schedule *s)
{
    static const char *const names[7] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    json_t *occurrence =
        json_pack("{s:i, s:i, s:i, s:i, s:i}", "occurs", (int)s->unit, "daily", s->unit == JPK_DAILY ? s->every : 0,
                  "weekly", s->unit == JPK_WEEKLY ? s->every : 0, "monthlyADay", s->day_of_month,
                  "monthlyAOfEveryXMonth", s->unit == JPK_MONTHLY ? s->every : 0);
    for (int i = 0; occurrence && i < 7; i++)
        if (json_object_set_new(occurrence, names[i], json_boolean(s->weekdays[i])) != 0) {
            json_decref(occurrence);
            return NULL;
        }
    return occurrence;
}

/* The form that the REST interface documents. */
static const char *rest_form(struct convert *c, const struct jpk_entity *entity)
{
    const struct jpk_schedule *s = entity->as.schedule;
    json_t *form = json_pack("{s:s, s:s, s:o, s:{s:i, s:s, s:i, s:i, s:s, s:s}, s:{s:b, s:s, s:s}}", "projectGuid",
                             c->project->id, "scheduleName", entity->name, "occurrence", days_of(s), "frequency",
                             "frequency", s->once ? 1 : 0, "frequencyOnceTime", s->at ? s->at : "", "frequencyEveryHm",
                             s->interval_minutes ? 1 : 0, "frequencyEveryNum", s->interval, "frequencyStartTime",
                             s->from ? s->from : "", "frequencyEndTime", s->until ? s->until : "", "duration",
                             "durationYesnoEnd", s->end_date && *s->end_date, "durationStartDate",
                             s->start_date ? s->start_date : "", "durationEndDate", s->end_date ? s->end_date : "");
    char *text = form ? json_dumps(form, JSON_INDENT(2)) : NULL;
    const char *kept = text ? convert_text(c, "%s", text) : "";
    c->failed |= !text;
    free(text);
    json_decref(form);
    return kept;
}

static void note_schedule(struct convert *c, const struct jpk_entity *operation)
{
    const struct jpk_entity *schedule = operation->as.operation->schedule;
    struct jpk_convert_schedule *list =
        array_grow(c->schedules, c->schedule_count, &c->schedule_capacity, sizeof *list);
    if (!list) {
        c->failed = true;
        return;
    }
    c->schedules = list;
    list[c->schedule_count++] =
        (struct jpk_convert_schedule){schedule, operation, schedule->as.schedule ? rest_form(c, schedule) : ""};
    convert_note(c, schedule, CONVERT_SCHEDULE, 0, "must be set up for the operation '%s'",
                 convert_item_name(c, operation));
}

void convert_operations(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->failed; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        if (entity->type != JPK_TYPE_OPERATION || !entity->as.operation || !convert_lives(entity))
            continue;
        convert_one(c, entity);
        if (!c->failed && convert_lives(entity->as.operation->schedule))
            note_schedule(c, entity);
    }
}
