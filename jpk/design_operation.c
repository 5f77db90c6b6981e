/*
 * Operations. A step of Cloud Studio is a step here, but for what Design Studio has no step for:
 *
 *     the query or upsert of Salesforce   the request, the call and the response that its wizard makes
 *     a target behind one of HTTP         a setting of that: where the answer goes
 *     an operation that sends an e-mail   a setting of the operation that starts it, when the conversion to Cloud
 *                                         Studio made it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/convert_tables.h"
#include "jpk/design.h"

/* Transformations that every Design Studio knows and no project holds (Jitterpak facts, section 3.1). */
#define BUILT_IN_REQUEST "e4dce626-e022-4aec-916f-099c7ad537ba"
#define BUILT_IN_RESPONSE "735d2200-fbcd-4502-8cb6-981ecc50cb0f"

/* A step as Design Studio has it. */
struct step {
    const char *tag, *role, *type; /* `type` is a code; NULL: not known */
    const char *content;           /* the id of what it names */
    bool read_only;
};

struct steps {
    const struct jpk_cloud_component *operation;
    struct design_entity *entity;
    struct step *items;
    size_t count, capacity;
    struct design_entity *function;                /* of a connector; NULL: files and databases alone */
    size_t functions, transformations, activities; /* how many there are */
    size_t requests, responses, sources, targets;  /* ... */
    struct design_entity *answered;                /* a target of HTTP that the next target gets the answer of */
    size_t answered_step;                          /* its place in `items` */
};

/* ----------------------------------------------------------------------------------------------------------- steps */

static void add_step(struct design *d, struct steps *steps, struct step step)
{
    struct step *items = array_grow(steps->items, steps->count, &steps->capacity, sizeof *items);
    if (!items) {
        d->ledger.failed = true;
        return;
    }
    steps->items = items;
    items[steps->count++] = step;
}

static void add_source(struct design *d, struct steps *steps, const struct design_entity *source)
{
    add_step(d, steps, (struct step){"SOURCE", "Source", "2", source->id, false});
    if (steps->sources++ == 0)
        design_set(d, steps->entity, "source_id", source->id);
}

/* The same target with another answer: where that goes is a setting of the target, which operations share. */
static struct design_entity *answering(struct design *d, struct design_entity *target, const char *answer)
{
    struct design_entity *entity = target, *last = target;
    unsigned number = 1;
    for (; entity; last = entity, entity = entity->other_answer, number++)
        if (!entity->answer || strcmp(entity->answer, answer) == 0)
            break;
    if (!entity) {
        entity = design_copy(d, target, design_new_id(d, "answering", target->id),
                             design_text(d, "%s (%u)", target->name, number));
        last->other_answer = entity;
    }
    if (!entity)
        return target;
    if (!entity->answer && (*answer || entity != target))
        design_set_place(d, entity, "target_target_id", answer);
    entity->answer = answer;
    return entity;
}

/* Says where the answer goes of the last target, when that is one of HTTP: to an id, or nowhere ("") */
static void end_answer(struct design *d, struct steps *steps, const char *answer)
{
    if (!steps->answered || d->ledger.failed)
        return;
    const struct design_entity *target = answering(d, steps->answered, answer);
    const char *first = design_get(steps->entity, "target_id");
    steps->items[steps->answered_step].content = target->id;
    if (first && strcmp(first, steps->answered->id) == 0)
        design_set(d, steps->entity, "target_id", target->id);
    steps->answered = NULL;
}

/* Behind a target of HTTP the next one is where its answer goes. */
static void add_target(struct design *d, struct steps *steps, struct design_entity *target)
{
    if (steps->answered) {
        end_answer(d, steps, target->id);
        return;
    }
    add_step(d, steps, (struct step){"TARGET", "Target", "3", target->id, false});
    if (steps->targets++ == 0)
        design_set(d, steps->entity, "target_id", target->id);
    if (strcmp(target->location, "HTTP") == 0) {
        steps->answered = target;
        steps->answered_step = steps->count - 1;
    }
}

static void add_function(struct design *d, struct steps *steps, struct design_entity *function)
{
    const char *connect_type, *wizard = design_wizard(function, &connect_type);
    if (wizard) {
        const struct design_entity *call = design_wizard_call(d, function);
        if (function->type == JPK_TYPE_SALESFORCE_QUERY)
            add_step(d, steps, (struct step){"TRANSFORMATION", "Request", "4", BUILT_IN_REQUEST, true});
        add_step(d, steps, (struct step){"WEBSERVICECALL", "Web Service Call", "10", call ? call->id : "", true});
    } else if (function->type == JPK_TYPE_WEB_SERVICE_CALL) {
        add_step(d, steps, (struct step){"WEBSERVICECALL", "Web Service Call", "10", function->id, false});
    } else if (function->type == JPK_TYPE_NETSUITE_UPSERT) {
        add_step(d, steps, (struct step){"NETSUITE_FUNCTION", "NetSuite Function", "232", function->id, false});
    } else {
        const char *connector = jpk_type_info(function->type)->connector;
        bool netsuite = connector && strcmp(connector, "netsuite") == 0;
        add_step(d, steps,
                 (struct step){netsuite ? "NETSUITE_FUNCTION" : "FUNCTION", netsuite ? "NetSuite Function" : "Function",
                               NULL, function->id, false});
        design_note(d, steps->operation, CONVERT_SHAPE_NOT_OBSERVED, JPK_CLOUD_NO_NODE,
                    "operations with a step of the type %s were never seen", jpk_type_info(function->type)->name);
    }
    steps->function = function;
    steps->functions++;
}

static void add_transformation(struct design *d, struct steps *steps, const struct design_entity *transformation,
                               bool has_function)
{
    bool request = has_function && !steps->function;
    const char *role = !has_function ? "Transformation" : request ? "Request" : "Response";
    add_step(d, steps, (struct step){"TRANSFORMATION", role, "4", transformation->id, false});
    steps->transformations++;
    steps->requests += request;
    steps->responses += has_function && !request;
    end_answer(d, steps, "");
}

/* What reads stands before the transformation or function, what writes behind it; alone it is what it is. */
static void add_activity(struct design *d, struct steps *steps, const struct jpk_cloud_component *activity,
                         bool has_middle, bool only)
{
    bool behind = has_middle ? steps->transformations > 0 || steps->functions > 0 : steps->activities > 0;
    enum convert_direction direction = only ? design_direction(activity) : behind ? CONVERT_WRITE : CONVERT_READ;
    struct design_entity *entity = design_endpoint(d, activity, direction);
    steps->activities++;
    if (!entity) {
        if (!d->ledger.failed)
            design_note(d, steps->operation, CONVERT_NOT_SUPPORTED, JPK_CLOUD_NO_NODE,
                        "its step '%s' has no counterpart, and is left out", activity->name);
    } else if (!entity->location) {
        add_function(d, steps, entity);
    } else if (direction == CONVERT_READ) {
        add_source(d, steps, entity);
    } else {
        add_target(d, steps, entity);
    }
}

/* What the steps are made of, before the first is written. */
struct kinds {
    size_t activities, transformations;
    bool function;
};

static struct kinds count_kinds(const struct jpk_cloud_operation *operation)
{
    struct kinds kinds = {0};
    for (size_t i = 0; i < operation->step_count; i++) {
        const struct jpk_cloud_component *step = operation->steps[i].component;
        if (!step)
            continue;
        kinds.transformations += step->kind == JPK_CLOUD_TRANSFORMATION;
        kinds.activities += step->kind == JPK_CLOUD_ACTIVITY;
        kinds.function |= step->kind == JPK_CLOUD_ACTIVITY && !design_is_location(step);
    }
    return kinds;
}

static void collect(struct design *d, struct steps *steps)
{
    const struct jpk_cloud_operation *operation = steps->operation->as.operation;
    struct kinds kinds = count_kinds(operation);
    bool has_middle = kinds.transformations > 0 || kinds.function, only = kinds.activities == 1 && !has_middle;
    for (size_t i = 0; i < operation->step_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_component *step = operation->steps[i].component;
        if (!step)
            design_note(d, steps->operation, CONVERT_DANGLING, operation->steps[i].node,
                        "a step points at nothing, and is left out");
        else if (step->kind == JPK_CLOUD_ACTIVITY)
            add_activity(d, steps, step, has_middle, only);
        else if (step->kind == JPK_CLOUD_TRANSFORMATION && design_of(d, step)->made[0])
            add_transformation(d, steps, design_of(d, step)->made[0], kinds.function);
        else if (step->kind == JPK_CLOUD_SCRIPT && design_of(d, step)->made[0])
            add_step(d, steps, (struct step){"SCRIPT", "Script", "23", design_of(d, step)->id, false});
        else if (!design_of(d, step)->absorbed)
            design_note(d, steps->operation, CONVERT_DANGLING, operation->steps[i].node,
                        "a step is a %s, and is left out", jpk_cloud_kind_info(step->kind)->label);
    }
    end_answer(d, steps, "");
    const char *connect_type;
    if (steps->function && steps->function->type != JPK_TYPE_SALESFORCE_QUERY && steps->responses == 0 &&
        design_wizard(steps->function, &connect_type) && !d->ledger.failed)
        add_step(d, steps, (struct step){"TRANSFORMATION", "Response", "4", BUILT_IN_RESPONSE, true});
}

static void put_steps(struct design *d, const struct steps *steps, const char *type)
{
    struct buf *out = &steps->entity->body;
    buf_puts(out, "  <Pipeline");
    design_put_attribute(out, "opType", type);
    buf_puts(out, steps->count > 0 ? ">\n    <Activities>\n" : ">\n    <Activities/>\n");
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        buf_printf(out, "      <%s", step->tag);
        design_put_attribute(out, "activityId", design_new_id(d, design_text(d, "step/%zu", i + 1), steps->entity->id));
        design_put_attribute(out, "contentId", step->content);
        if (step->read_only)
            design_put_attribute(out, "readOnly", "true");
        design_put_attribute(out, "role", step->role);
        if (step->type)
            design_put_attribute(out, "type", step->type);
        buf_puts(out, "/>\n");
    }
    buf_puts(out,
             steps->count > 0 ? "    </Activities>\n  </Pipeline>\n  <Siblings/>\n" : "  </Pipeline>\n  <Siblings/>\n");
}

/* ----------------------------------------------------------------------------------------------------------- types */

/* What an operation is: the name of its pipeline and its number. */
struct type {
    const char *name, *id;
};

static struct type type_of(const struct steps *steps)
{
    const struct design_entity *function = steps->function;
    const char *connector = function ? jpk_type_info(function->type)->connector : NULL;
    if (function && connector && strcmp(connector, "netsuite") == 0)
        return (struct type){"NETSUITE", "18"};
    if (function)
        return (struct type){"WebServiceCall", "6"};
    if (steps->transformations > 0)
        return (struct type){"Transformation", "3"};
    if (steps->activities > 0)
        return (struct type){"Archive", "1"};
    return (struct type){"Script", "8"};
}

/* Why no operation of Design Studio is like that; NULL: it is as others are. */
static const char *complaint(const struct steps *steps)
{
    bool query = steps->function && steps->function->type == JPK_TYPE_SALESFORCE_QUERY;
    if (steps->count == 0)
        return "has no step that could be converted";
    if (steps->functions > 1)
        return "has functions of connectors more than once, which no operation of Design Studio has";
    if (!steps->function && steps->transformations > 1)
        return "has two transformations without a function of a connector between them";
    if (steps->sources > 1 || steps->targets > 1)
        return "has more sources or targets than an operation of Design Studio";
    if (query && steps->responses == 0)
        return "has no transformation behind its query, which Design Studio wants";
    if (steps->function && !query && steps->requests == 0)
        return "has no transformation before its function, which Design Studio wants";
    if (!steps->function && steps->transformations == 0 && steps->activities > 0 && steps->sources == 0)
        return "has a target without a source";
    return NULL;
}

static void put_wizard(struct design *d, const struct steps *steps)
{
    const char *connect_type, *wizard = steps->function ? design_wizard(steps->function, &connect_type) : NULL;
    if (!wizard)
        return;
    struct design_entity *function = steps->function;
    design_set(d, steps->entity, "salesforce_wizard_guid", function->id);
    design_set(d, steps->entity, "salesforce_wizard_object", "1");
    design_set(d, steps->entity, "salesforce_wizard_operation_name", wizard);
    if (connect_type)
        design_set(d, steps->entity, "connect_type", connect_type);
    else
        design_note(d, steps->operation, CONVERT_SHAPE_NOT_OBSERVED, JPK_CLOUD_NO_NODE,
                    "operations of the wizard for '%s' were never seen: their connect_type is not known", wizard);
    if (!design_get(function, "operation_id"))
        design_set(d, function, "operation_id", steps->entity->id);
}

/* --------------------------------------------------------------------------------------------------------- options */

static const char *option(const struct jpk_cloud_operation *operation, const char *key)
{
    for (size_t i = 0; i < operation->option_count; i++)
        if (strcmp(operation->options[i].key, key) == 0)
            return operation->options[i].value;
    return NULL;
}

/* A number as a value of JSON or a text says it; -1: it is none, or none that is above 0. */
static double positive(const char *text)
{
    char *end = NULL;
    double number = text[strspn(text, "0123456789.")] ? -1 : strtod(text, &end);
    return number > 0 && end && !*end ? number : -1;
}

/* A unit counts where it is known; where it does not divide the time, seconds do. */
static void put_timeout(struct design *d, const struct steps *steps)
{
    const struct jpk_cloud_operation *operation = steps->operation->as.operation;
    const char *value = option(operation, "timeoutValue"), *each = option(operation, "timeoutMultiplier");
    const char *name = option(operation, "timeoutUnit");
    const struct convert_time_unit *unit = convert_time_unit(name);
    bool known = !name || strcmp(unit->name, name) == 0;
    if (!value)
        return;
    double seconds = positive(value) * (each ? positive(each) : known ? (double)unit->seconds : -1);
    if (positive(value) < 0 || seconds < 1 || seconds > INT32_MAX || seconds != (double)(int32_t)seconds) {
        design_note(d, steps->operation, CONVERT_SETTING_LOST, JPK_CLOUD_NO_NODE,
                    "its time-out is no number of seconds, and was left as usual");
        return;
    }
    if (!known || (int32_t)seconds % unit->seconds != 0)
        unit = convert_time_unit("SECONDS");
    design_set(d, steps->entity, "timeoutseconds", design_text(d, "%d", (int)seconds));
    design_set(d, steps->entity, "timeoutuiunit", unit->name);
}

/* Options that switch what another one says on and off; there that other one does it alone. */
static const struct {
    const char *option, *of;
} switches[] = {{"enableChunking", "chunk_size"}, {"debugModeEnabled", "debug_mode_until"}};

static bool is_usual(const char *value)
{
    return !value || !*value || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

/* What other keys say, or what is as usual. */
static bool is_silent(const struct jpk_cloud_operation *operation, const struct jpk_cloud_option *of)
{
    static const char *const keys[] = {"timeoutValue", "timeoutMultiplier", "timeoutUnit"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(of->key, keys[i]) == 0)
            return true;
    for (size_t i = 0; i < convert_option_count; i++)
        if (strcmp(of->key, convert_option_rows[i].member) == 0)
            return true;
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (strcmp(of->key, switches[i].option) == 0 && !is_usual(option(operation, switches[i].of)))
            return true;
    return is_usual(of->value);
}

/* Whether a switch says that an option does not hold. */
static bool is_off(const struct jpk_cloud_operation *operation, const char *member)
{
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        const char *on = strcmp(switches[i].of, member) == 0 ? option(operation, switches[i].option) : NULL;
        if (on && strcmp(on, "false") == 0)
            return true;
    }
    return false;
}

static void put_options(struct design *d, const struct steps *steps)
{
    const struct jpk_cloud_operation *operation = steps->operation->as.operation;
    put_timeout(d, steps);
    for (size_t i = 0; i < convert_option_count; i++) {
        const char *value = option(operation, convert_option_rows[i].member);
        if (value && !is_off(operation, convert_option_rows[i].member))
            design_set(d, steps->entity, convert_option_rows[i].key, value);
    }
    for (size_t i = 0; i < operation->option_count; i++)
        if (!is_silent(operation, &operation->options[i]))
            ledger_keep_words(&d->ledger,
                              design_note(d, steps->operation, CONVERT_SETTING_LOST, operation->options[i].node,
                                          "the option '%s' has no counterpart and was left out",
                                          operation->options[i].key),
                              design_member_words(d, d->cloud->doc, operation->options[i].node - 1));
}

/* -------------------------------------------------------------------------------------------------------- outcomes */

/* The parts of the keys of an outcome. */
struct outcome {
    int64_t when;
    const char *operation_key, *email_key, *words;
};

static const struct outcome outcomes[] = {
    {JPK_CLOUD_ON_SUCCESS, "success_operation_id", "success_message_id", "success"},
    {JPK_CLOUD_ON_FAILURE, "failure_operation_id", "failure_message_id", "failure"},
};

static const struct outcome *outcome_of(int64_t when)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (outcomes[i].when == when)
            return &outcomes[i];
    return NULL;
}

static void put_operation(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *from,
                          const struct outcome *outcome, const struct jpk_cloud_component *to)
{
    if (design_get(entity, outcome->operation_key))
        design_note(d, from, CONVERT_SETTING_LOST, JPK_CLOUD_NO_NODE,
                    "more than one operation runs on %s; the first was taken, and '%s' is left out", outcome->words,
                    to->name);
    else
        design_set(d, entity, outcome->operation_key, design_of(d, to)->id);
}

/* The sender becomes a setting; what runs behind it runs behind the operation. */
static void put_sender(struct design *d, struct design_entity *entity, const struct jpk_cloud_component *from,
                       const struct outcome *outcome, const struct jpk_cloud_component *sender)
{
    const struct jpk_cloud_component *script = sender->as.operation->steps[0].component;
    const struct jpk_cloud_component *email = design_email_of(d, script);
    if (email)
        design_set(d, entity, outcome->email_key, design_of(d, email)->id);
    if (sender->as.operation->outcome_count > 0 && sender->as.operation->outcomes[0].operation.component)
        put_operation(d, entity, from, outcome, sender->as.operation->outcomes[0].operation.component);
    design_done_as(d, sender, "Operation:%s (e-mail on %s)", from->name, outcome->words);
    design_done_as(d, script, "Operation:%s (e-mail on %s)", from->name, outcome->words);
}

static void put_outcomes(struct design *d, const struct jpk_cloud_component *operation, struct design_entity *entity)
{
    for (size_t i = 0; i < operation->as.operation->outcome_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_outcome *o = &operation->as.operation->outcomes[i];
        const struct jpk_cloud_component *to = o->operation.component;
        const struct outcome *outcome = outcome_of(o->when);
        if (!outcome)
            design_note(d, operation, CONVERT_SETTING_LOST, o->node,
                        "what happens on the outcome %lld is not known, and is left out", (long long)o->when);
        else if (!to || to->kind != JPK_CLOUD_OPERATION)
            design_note(d, operation, CONVERT_DANGLING, o->node,
                        "what runs on %s is not in the project, and is left out", outcome->words);
        else if (design_of(d, to)->absorbed)
            put_sender(d, entity, operation, outcome, to);
        else
            put_operation(d, entity, operation, outcome, to);
        if (outcome && outcome->when == JPK_CLOUD_ON_SUCCESS)
            design_note(d, operation, CONVERT_OUTCOME_GUESSED, o->node,
                        "the outcome %d is taken for success, which no export has shown yet", JPK_CLOUD_ON_SUCCESS);
    }
}

/* ------------------------------------------------------------------------------------------------------ operations */

/* The workflow that the conversion to Cloud Studio makes for operations without a folder. */
static bool is_top(const struct design *d, const struct jpk_cloud_workflow *workflow)
{
    return design_is_made_id(d, workflow->id, jpk_cloud_kind_info(JPK_CLOUD_OTHER)->name, "workflow", d->project_id);
}

/* Workflows are folders; of two with one id the second gets another. */
static void plan_folder(struct design *d, struct design_folder *folder, const struct jpk_cloud_workflow *workflow)
{
    uint32_t old = MAP_NONE;
    folder->planned = true;
    if (is_top(d, workflow) || !*workflow->name)
        return;
    folder->path = workflow->name;
    if (!text_guid(workflow->id, strlen(workflow->id)))
        return;
    char *id = arena_strdup_lower(&d->ledger.arena, workflow->id);
    if (!id || !map_add(&d->ids, id, strlen(id), 0, &old))
        d->ledger.failed = true;
    else if (old == MAP_NONE)
        folder->id = id;
}

static void put_folder(struct design *d, struct design_entity *entity, const struct jpk_cloud_workflow *workflow)
{
    if (!workflow)
        return;
    struct design_folder *folder = &d->folders[workflow - d->cloud->workflows];
    if (!folder->planned)
        plan_folder(d, folder, workflow);
    entity->folder = folder->path ? folder : NULL;
}

static void convert_one(struct design *d, const struct jpk_cloud_component *operation)
{
    struct design_component *own = design_of(d, operation);
    struct steps steps = {.operation = operation};
    steps.entity = design_entity(d, JPK_TYPE_OPERATION, own->id, operation->name);
    if (!steps.entity)
        return;
    steps.entity->from = operation;
    steps.entity->description = operation->description;
    own->made[0] = steps.entity;
    put_folder(d, steps.entity, operation->as.operation->workflow);
    collect(d, &steps);
    struct type type = type_of(&steps);
    design_set(d, steps.entity, "operation_type_id", type.id);
    put_steps(d, &steps, type.name);
    put_wizard(d, &steps);
    put_options(d, &steps);
    put_outcomes(d, operation, steps.entity);
    design_set(d, steps.entity, "schedule_id", own->schedule);
    const char *why = complaint(&steps);
    if (why && !d->ledger.failed)
        design_note(d, operation, CONVERT_OPERATION_PATTERN, JPK_CLOUD_NO_NODE, "it %s", why);
    design_done(d, operation, steps.entity);
    free(steps.items);
}

void design_operations(struct design *d)
{
    for (size_t i = 0; i < d->cloud->component_count && !d->ledger.failed; i++) {
        const struct jpk_cloud_component *component = d->cloud->components[i];
        if (component->kind == JPK_CLOUD_OPERATION && !design_of(d, component)->absorbed)
            convert_one(d, component);
    }
}
