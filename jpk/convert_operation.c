/*
 * Operations.
 *
 * A step of Design Studio is a step here, but for what an activity contains itself: the query or upsert of a Salesforce
 * wizard is one activity in place of a web service call and the request that comes with it. The sequence must follow
 * one of seven patterns; what does not is cut behind an activity and chained by the outcome for success, which is what
 * the vendor advises.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/cloud_pattern.h"
#include "jpk/convert_schemas.h"

enum { STRUCTURE_DATABASE = 3 }; /* source_type_id, target_type_id */

/* A step that is to be written, and what a pattern sees of it. */
struct step {
    const char *id;
    const struct jpk_entity *entity;
    bool answer; /* the target of what the step before it answers */
    size_t made; /* of an activity: its place in convert.activities */
    struct jpk_cloud_component component;
    struct jpk_cloud_activity activity;
};

struct steps {
    const struct jpk_entity *operation;
    struct step *items;
    size_t count, capacity;
    bool incomplete; /* a step was left out for which nothing is known */
};

/* ------------------------------------------------------------------------------------------------------------ steps */

static struct step *add_step(struct convert *c, struct steps *steps, enum jpk_cloud_kind kind, const char *id,
                             const struct jpk_entity *entity)
{
    struct step *items = array_grow(steps->items, steps->count, &steps->capacity, sizeof *items);
    if (!items) {
        c->ledger.failed = true;
        return NULL;
    }
    steps->items = items;
    struct step *step = &items[steps->count++];
    *step = (struct step){.id = id, .entity = entity, .component = {.kind = kind, .id = id}};
    return step;
}

static void set_activity(struct convert *c, struct step *step, const struct convert_activity *activity)
{
    const char *polarity = json_string_value(json_object_get(activity->component, "polarity"));
    const char *discovery = json_string_value(json_object_get(activity->component, "discoveryType"));
    step->id = step->component.id = activity->id;
    step->made = (size_t)(activity - c->activities);
    step->activity = (struct jpk_cloud_activity){.adapter = c->connections[activity->connection].adapter,
                                                 .function = activity->function,
                                                 .discovery = discovery ? discovery : "",
                                                 .polarity = polarity ? polarity : ""};
}

/* An activity may be NULL. False: there is no step. */
static bool add_activity(struct convert *c, struct steps *steps, const struct convert_activity *activity)
{
    struct step *step = activity ? add_step(c, steps, JPK_CLOUD_ACTIVITY, activity->id, activity->entity) : NULL;
    if (step)
        set_activity(c, step, activity);
    return step != NULL;
}

const struct jpk_entity *convert_wizard_item(const struct convert *c, const struct jpk_entity *operation)
{
    const char *id = jpk_entity_value(operation, "salesforce_wizard_guid");
    const struct jpk_entity *item = id && *id ? jpk_project_entity(c->project, id) : NULL;
    return convert_lives(item) && item->type != JPK_TYPE_OPERATION ? item : NULL;
}

/* The nearest activity before step `at`; NULL: there is none. */
static struct step *activity_before(const struct steps *steps, size_t at)
{
    while (at > 0 && steps->items[at - 1].component.kind == JPK_CLOUD_SCRIPT)
        at--;
    return at > 0 && steps->items[at - 1].component.kind == JPK_CLOUD_ACTIVITY ? &steps->items[at - 1] : NULL;
}

static bool has_source(struct convert *c, const struct jpk_entity *transformation)
{
    return json_object_get(convert_transformation_component(c, transformation), "source") != NULL;
}

/* Whether nothing that gives data has come yet, and nothing was left out that might. */
static bool needs_source(struct convert *c, const struct steps *steps, const struct jpk_entity *transformation)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].component.kind != JPK_CLOUD_SCRIPT)
            return false;
    return !steps->incomplete && has_source(c, transformation);
}

static void add_missing_source(struct convert *c, struct steps *steps, const struct jpk_entity *transformation)
{
    const struct convert_activity *missing = convert_missing_source(c, transformation);
    if (!add_activity(c, steps, missing))
        return;
    struct jpk_finding *finding =
        convert_note(c, steps->operation, CONVERT_DANGLING, 0,
                     "the transformation '%s' has no source; the activity '%s' stands in its place",
                     transformation->name, missing->name);
    if (finding)
        finding->hint = "put the activity in its place that reads what the transformation needs";
}

/* Its script to run before goes before it. */
static void add_transformation(struct convert *c, struct steps *steps, const struct jpk_entity *entity)
{
    const char *script = convert_prescript(c, entity);
    if (needs_source(c, steps, entity))
        add_missing_source(c, steps, entity);
    struct step *before = activity_before(steps, steps->count);
    if (before && entity->as.transformation->source.type_code == STRUCTURE_DATABASE) {
        const struct convert_activity *query = convert_query_activity(c, before->entity, CONVERT_READ, entity);
        if (query)
            set_activity(c, before, query);
    }
    if (script)
        add_step(c, steps, JPK_CLOUD_SCRIPT, script, entity);
    add_step(c, steps, JPK_CLOUD_TRANSFORMATION, convert_id(c, JPK_CLOUD_TRANSFORMATION, NULL, entity->id), entity);
}

/* The transformation that gives tables of a database to what comes next; NULL: none does. */
static const struct jpk_entity *database_writer(const struct steps *steps)
{
    size_t at = steps->count;
    while (at > 0 && steps->items[at - 1].component.kind == JPK_CLOUD_SCRIPT)
        at--;
    const struct step *before = at > 0 ? &steps->items[at - 1] : NULL;
    bool writes = before && before->component.kind == JPK_CLOUD_TRANSFORMATION &&
                  before->entity->as.transformation->target.type_code == STRUCTURE_DATABASE;
    return writes ? before->entity : NULL;
}

static const char *name_of_step(const struct jpk_activity *activity)
{
    return *activity->role ? activity->role : activity->tag;
}

/* A target of HTTP may name another one for its answer, which is a step here. */
static void add_answer(struct convert *c, struct steps *steps, const struct jpk_entity *entity)
{
    const struct jpk_item *item =
        entity->type == JPK_TYPE_TARGET ? jpk_entity_setting(entity, "target_target_id") : NULL;
    if (!item || !item->value || !*item->value || c->ledger.failed)
        return;
    const struct jpk_entity *to = jpk_project_entity(c->project, item->value);
    if (!convert_lives(to) || to->type != JPK_TYPE_TARGET)
        convert_note(c, steps->operation, CONVERT_DANGLING, 0,
                     "the target for the answer of '%s' is not in the project, and is left out", entity->name);
    else if (add_activity(c, steps, convert_activity(c, to, CONVERT_WRITE)))
        steps->items[steps->count - 1].answer = true;
}

static void add_item(struct convert *c, struct steps *steps, const struct jpk_entity *entity,
                     const struct jpk_activity *activity)
{
    enum convert_direction direction = convert_own_direction(entity);
    const struct jpk_entity *writer = direction == CONVERT_WRITE ? database_writer(steps) : NULL;
    const struct convert_activity *made =
        writer ? convert_query_activity(c, entity, direction, writer) : convert_activity(c, entity, direction);
    if (add_activity(c, steps, made) || c->ledger.failed) {
        add_answer(c, steps, entity);
        return;
    }
    steps->incomplete = true;
    struct jpk_finding *finding = convert_note(c, steps->operation, CONVERT_NOT_SUPPORTED, activity->offset,
                                               "the step '%s' is left out: nothing is known that corresponds to '%s'",
                                               name_of_step(activity), entity->name);
    if (finding)
        finding->hint = "put the step that you build for it in its place";
}

/* Patterns ask a step for its activity; the list does not grow any more. */
static void link_activities(struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].component.kind == JPK_CLOUD_ACTIVITY)
            steps->items[i].component.as.activity = &steps->items[i].activity;
}

static bool has_answer(const struct steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].answer)
            return true;
    return false;
}

static void note_lost_answer(struct convert *c, const struct steps *steps, size_t at)
{
    struct jpk_finding *finding =
        convert_note(c, steps->operation, CONVERT_SETTING_LOST, 0,
                     "the answer of '%s' goes to '%s', for which no valid pattern has a place; left out",
                     steps->items[at - 1].entity->name, steps->items[at].entity->name);
    if (finding)
        finding->hint = "with a transformation before what asks, what takes the answer can be a step behind it";
}

/* Where no pattern has a place for an answer, it is lost. */
static void drop_answers(struct convert *c, struct steps *steps)
{
    size_t kept = 0;
    for (size_t i = 0; i < steps->count; i++) {
        if (steps->items[i].answer)
            note_lost_answer(c, steps, i);
        else
            steps->items[kept++] = steps->items[i];
    }
    steps->count = kept;
    link_activities(steps);
}

static void convert_step(struct convert *c, struct steps *steps, const struct jpk_activity *activity)
{
    const struct jpk_entity *entity = activity->content;
    if (activity->built_in || (!entity && !activity->content_id))
        return; /* the activity has it, or a wizard's slot that was never filled */
    if (!convert_lives(entity)) {
        convert_note(c, steps->operation, CONVERT_DANGLING, activity->offset,
                     "the step '%s' pointed at nothing that is converted, and is left out", name_of_step(activity));
        return;
    }
    const struct jpk_entity *wizard =
        entity->type == JPK_TYPE_WEB_SERVICE_CALL ? convert_wizard_item(c, steps->operation) : NULL;
    if (entity->type == JPK_TYPE_SCRIPT)
        add_step(c, steps, JPK_CLOUD_SCRIPT, convert_id(c, JPK_CLOUD_SCRIPT, NULL, entity->id), entity);
    else if (convert_is_transformation(entity))
        add_transformation(c, steps, entity);
    else
        add_item(c, steps, wizard ? wizard : entity, activity);
}

/* Transformations learn what is before and behind them. */
static void connect_transformations(struct convert *c, struct steps *steps)
{
    for (size_t i = 0; i < steps->count && !c->ledger.failed; i++) {
        if (steps->items[i].component.kind != JPK_CLOUD_TRANSFORMATION)
            continue;
        const struct step *before = activity_before(steps, i), *behind = &steps->items[i + 1];
        const struct step *end = steps->items + steps->count;
        while (behind < end && behind->component.kind == JPK_CLOUD_SCRIPT)
            behind++;
        bool to = behind < end && behind->component.kind == JPK_CLOUD_ACTIVITY;
        const char *id =
            convert_connect_transformation(c, steps->items[i].entity, before ? &c->activities[before->made] : NULL,
                                           to ? &c->activities[behind->made] : NULL);
        if (id)
            steps->items[i].id = id;
    }
}

/* --------------------------------------------------------------------------------------------------------- patterns */

/*
 * How many steps from `from` on may be one operation whatever the patterns say: no transformation may get its data from
 * a step before them, and no two of the activities that must be alone may meet.
 */
static size_t most_steps(struct convert *c, const struct steps *steps, size_t from)
{
    size_t alone = 0;
    bool fed = false;
    for (size_t i = from; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        bool activity = step->component.kind == JPK_CLOUD_ACTIVITY;
        if (activity && (cloud_activity_traits(&step->activity) & STEP_ALONE) && alone++ > 0)
            return i - from;
        if (!fed && step->component.kind == JPK_CLOUD_TRANSFORMATION && has_source(c, step->entity))
            return i - from;
        fed |= activity;
    }
    return steps->count - from;
}

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
    size_t count = steps->count - from, end = most_steps(c, steps, from);
    struct jpk_cloud_link *links = calloc(count + 1, sizeof *links);
    bool *whole = calloc(count + 1, sizeof *whole);
    c->ledger.failed |= !links || !whole;
    if (!c->ledger.failed) {
        for (size_t i = 0; i < count; i++)
            links[i].component = &steps->items[from + i].component;
        cloud_pattern_parts(&(struct jpk_cloud_operation){.steps = links, .step_count = count}, whole);
        while (end > 0 && !(whole[end] && (end == count || may_cut(steps, from + end))))
            end--;
    }
    free(links);
    free(whole);
    return c->ledger.failed ? from : from + end;
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

/* -------------------------------------------------------------------------------------------------------- operations
 */

static json_t *new_part(struct convert *c, const struct steps *steps, size_t from, size_t end, const char *name,
                        const char *id)
{
    json_t *component = cloud_new_component(JPK_CLOUD_OPERATION, name, id);
    json_t *list = json_object_get(component, "steps");
    c->ledger.failed |= !component;
    for (size_t i = from; i < end && !c->ledger.failed; i++)
        if (json_array_append_new(list, cloud_new_link(steps->items[i].component.kind, steps->items[i].id)) != 0)
            c->ledger.failed = true;
    if (!c->ledger.failed)
        convert_options(c, steps->operation, component);
    if (!c->ledger.failed)
        return component;
    json_decref(component);
    return NULL;
}

/* The operation as one component, or as several that run one after the other; whichever fails, it has failed. */
static void write_parts(struct convert *c, const struct steps *steps, const size_t *ends, size_t parts)
{
    const struct jpk_entity *operation = steps->operation;
    const char *name = convert_item_name(c, operation), *id = convert_id(c, JPK_CLOUD_OPERATION, NULL, operation->id);
    const char *on_success = convert_outcome(c, operation, JPK_CLOUD_ON_SUCCESS);
    const char *on_failure = convert_outcome(c, operation, JPK_CLOUD_ON_FAILURE);
    for (size_t i = 0, from = 0; i < parts && !c->ledger.failed; from = ends[i++]) {
        json_t *component = new_part(c, steps, from, ends[i], name, id);
        if (!component)
            return;
        convert_list_in_workflow(c, operation, id);
        const char *next = on_success;
        if (i + 1 < parts) {
            const char *what = convert_text(c, "part %zu", i + 2);
            name = convert_name(c, JPK_CLOUD_OPERATION,
                                convert_text(c, "%s - %s", convert_item_name(c, operation), what), NULL);
            next = id = convert_id(c, JPK_CLOUD_OPERATION, what, operation->id);
        }
        convert_add_outcome(c, component, JPK_CLOUD_ON_SUCCESS, next);
        convert_add_outcome(c, component, JPK_CLOUD_ON_FAILURE, on_failure);
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
    if (kept > 0 || c->ledger.failed)
        return;
    const struct jpk_entity *operation = steps->operation;
    const char *name = convert_text(c, "%s - to be built", convert_item_name(c, operation));
    const char *id = convert_id(c, JPK_CLOUD_SCRIPT, "to be built", operation->id);
    json_t *script = cloud_new_component(JPK_CLOUD_SCRIPT, convert_name(c, JPK_CLOUD_SCRIPT, name, NULL), id);
    static const char text[] =
        "<trans>\n// This operation could not be converted: build it from the original.\n</trans>";
    if (!script || !cloud_set_script(script, text, false))
        c->ledger.failed = true;
    if (c->ledger.failed)
        json_decref(script);
    else if (convert_add(c, JPK_CLOUD_SCRIPT, script))
        add_step(c, steps, JPK_CLOUD_SCRIPT, id, operation);
}

/* "Read in, T, Write out": what a person builds the operation from. */
static const char *list_steps(struct convert *c, const struct steps *steps)
{
    struct buf list = {0};
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        const char *name = step->component.kind == JPK_CLOUD_ACTIVITY ? c->activities[step->made].name
                                                                      : convert_item_name(c, step->entity);
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", name);
    }
    const char *text = list.failed ? "" : convert_text(c, "%s", buf_text(&list));
    c->ledger.failed |= list.failed;
    buf_free(&list);
    return text;
}

static void note_pattern(struct convert *c, const struct steps *steps)
{
    struct jpk_finding *finding =
        convert_note(c, steps->operation, CONVERT_OPERATION_PATTERN, 0,
                     steps->count == 0 ? "has no step that could be converted"
                                       : "its steps fit no valid pattern, and cannot be cut into parts that do");
    if (finding && steps->count > 0)
        finding->hint = convert_text(c, "build it from its steps, which were: %s", list_steps(c, steps));
}

static void convert_one(struct convert *c, const struct jpk_entity *operation)
{
    struct steps steps = {.operation = operation};
    for (size_t i = 0; i < operation->as.operation->activity_count && !c->ledger.failed; i++)
        convert_step(c, &steps, &operation->as.operation->activities[i]);
    link_activities(&steps);
    size_t ends[PARTS_MAX], parts = c->ledger.failed ? 0 : cut(c, &steps, ends);
    if (parts != 1 && has_answer(&steps) && !c->ledger.failed) {
        drop_answers(c, &steps);
        parts = cut(c, &steps, ends);
    }
    if (parts > 1)
        convert_note(c, operation, CONVERT_OPERATION_SPLIT, 0,
                     "fits no valid pattern as it is; it has become %zu operations, one after the other", parts);
    if (parts == 0 && !c->ledger.failed) {
        note_pattern(c, &steps);
        keep_scripts(c, &steps);
        ends[0] = steps.count;
        parts = 1;
    }
    if (!c->ledger.failed) {
        connect_transformations(c, &steps);
        write_parts(c, &steps, ends, parts);
        convert_done(c, operation, JPK_CONVERTED, "operation:%s", convert_item_name(c, operation));
    }
    free(steps.items);
}

/* ------------------------------------------------------------------------------------------------------------- all */

void convert_operations(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        if (entity->type != JPK_TYPE_OPERATION || !entity->as.operation || !convert_lives(entity))
            continue;
        convert_one(c, entity);
        if (!c->ledger.failed)
            convert_schedule(c, entity);
    }
}
