/* Steps and endpoints: their ids and order, and what each type of step holds. */
#include <string.h>

#include "base/text.h"
#include "recipe/check.h"
#include "recipe/connectors.h"
#include "recipe/schedule.h"

/* ---------------------------------------------------------------------------------------------------------- ids */

static bool well_formed(struct jtext id)
{
    for (uint32_t i = 0; i < id.n; i++) {
        char c = text_lower(id.s[i]);
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '_' && c != '.' && c != '-')))
            return false;
    }
    return id.n > 0;
}

static void check_form(struct check *check, const char *what, struct jtext id)
{
    if (!jtext_there(id))
        return;
    if (id.n > RECIPE_ID_MAX)
        check_report(check, RULE_ID_FORM, id.node, "the id of this %s has more than %d characters", what,
                     RECIPE_ID_MAX);
    else if (!well_formed(id))
        check_report(check, RULE_ID_FORM, id.node,
                     "the %s id '%s' must be letters, digits, '_', '.' and '-', beginning with a letter", what,
                     show(id).s);
}

static const struct jtext no_step = {"", 0, JDOC_NONE};

static void clash(struct check *check, const char *what, struct jtext id, const char *other, struct jtext step)
{
    check_report(check, RULE_ID_CLASH, id.node, "the id '%s' of this %s is that of a %s already", show(id).s, what,
                 other);
    if (jtext_there(step))
        validation_hint(check->v, "the other one is in step '%s'", show(step).s);
}

static void check_property_ids(struct check *check, const struct recipe_step *step)
{
    const struct recipe_model *recipe = &check->recipe;
    for (uint32_t i = step->first; i < step->first + step->count; i++) {
        struct jtext id = recipe->properties[i].id;
        uint32_t first = recipe_property_find(recipe, id), same = recipe_step_find(recipe, id);
        check_form(check, "property", id);
        if (first != MAP_NONE && first != i)
            clash(check, "property", id, "property", recipe->steps[recipe->properties[first].step].id);
        else if (same != MAP_NONE)
            clash(check, "property", id, "step", no_step);
    }
}

static void check_ids(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    for (uint32_t i = 0; i < recipe->step_count; i++) {
        struct jtext id = recipe->steps[i].id;
        uint32_t first = recipe_step_find(recipe, id);
        check_form(check, "step", id);
        if (first != MAP_NONE && first != i)
            clash(check, "step", id, "step", no_step);
        check_property_ids(check, &recipe->steps[i]);
    }
}

/* -------------------------------------------------------------------------------------------------------- order */

static void check_order(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    uint32_t seen[STEP_REVIEW + 1] = {0};
    if (recipe->step_count == 0)
        return;
    const struct recipe_step *first = &recipe->steps[0], *last = &recipe->steps[recipe->step_count - 1];
    for (size_t i = 0; i < recipe->step_count; i++) {
        const struct recipe_step *step = &recipe->steps[i];
        bool once = step->type == STEP_INTRODUCTION || step->type == STEP_AGENT || step->type == STEP_REVIEW;
        if (seen[step->type]++ && once)
            check_report(check, RULE_REPEATED_STEP, step->node, "there is a step of the type '%s' already",
                         show(step->type_name).s);
    }
    if (first->type != STEP_INTRODUCTION && first->type != STEP_UNKNOWN)
        check_report(check, RULE_FIRST_STEP, first->node,
                     "the first step must be the introduction, not one of the type '%s'", show(first->type_name).s);
    if (last->type != STEP_REVIEW && last->type != STEP_UNKNOWN)
        check_report(check, RULE_LAST_STEP, last->node, "the last step must be the review, not one of the type '%s'",
                     show(last->type_name).s);
}

/* ---------------------------------------------------------------------------------------------------- endpoints */

static void check_connector(struct check *check, const struct recipe_endpoint *endpoint)
{
    char name[64];
    struct jtext id = endpoint->connector;
    if (!jtext_there(id))
        return;
    memcpy(name, show(id).s, sizeof name);
    const struct connector *connector = connector_by_id(name);
    if (connector && !connector->plumbing)
        return;
    check_report(check, RULE_UNKNOWN_CONNECTOR, id.node,
                 connector ? "'%s' is no system that a project talks to" : "there is no connector '%s'", name);
    struct nearest nearest = check_nearest(check, id);
    const char *known;
    for (size_t i = 0; (known = connector_name_at(i)) != NULL; i++)
        nearest_offer(&nearest, (struct jtext){known, (uint32_t)strlen(known), 0});
    check_hint(check, &nearest);
}

static void check_endpoint_list(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    bool target = false;
    for (uint32_t i = 0; i < recipe->endpoint_count; i++) {
        const struct recipe_endpoint *endpoint = &recipe->endpoints[i];
        uint32_t first = recipe_endpoint_find(recipe, endpoint->id);
        check_form(check, "endpoint", endpoint->id);
        if (first != MAP_NONE && first != i)
            check_report(check, RULE_ENDPOINT_ID_CLASH, endpoint->id.node, "there is an endpoint '%s' already",
                         show(endpoint->id).s);
        check_connector(check, endpoint);
        if (target && jtext_is(endpoint->role, "source"))
            check_report(check, RULE_ENDPOINT_ORDER, endpoint->node, "the source '%s' stands behind a target",
                         show(endpoint->id).s);
        target = target || jtext_is(endpoint->role, "target");
    }
}

/* Returns the endpoint that may have been meant, or MAP_NONE. */
static uint32_t unknown_endpoint(struct check *check, const struct recipe_step *step)
{
    struct nearest nearest = check_nearest(check, step->endpoint);
    check_report(check, RULE_UNKNOWN_ENDPOINT, step->endpoint.node, "the recipe has no endpoint '%s'",
                 show(step->endpoint).s);
    for (size_t i = 0; i < check->recipe.endpoint_count && nearest_open(&nearest); i++)
        nearest_offer(&nearest, check->recipe.endpoints[i].id);
    check_hint(check, &nearest);
    struct jtext best = {nearest.best, (uint32_t)strlen(nearest.best), 0};
    return best.n > 0 ? recipe_endpoint_find(&check->recipe, best) : MAP_NONE;
}

static void check_endpoints(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    bool *used = arena_calloc(&check->arena, recipe->endpoint_count + 1, sizeof *used);
    check_endpoint_list(check);
    for (size_t i = 0; i < recipe->step_count && used; i++) {
        const struct recipe_step *step = &recipe->steps[i];
        if (step->type != STEP_ENDPOINT || !jtext_there(step->endpoint))
            continue;
        uint32_t found = recipe_endpoint_find(recipe, step->endpoint);
        if (found == MAP_NONE) {
            uint32_t meant = unknown_endpoint(check, step);
            if (meant != MAP_NONE)
                used[meant] = true; /* one mistake, one finding */
            continue;
        }
        if (used[found])
            check_report(check, RULE_ENDPOINT_TWO_STEPS, step->endpoint.node, "the endpoint '%s' has a step already",
                         show(step->endpoint).s);
        used[found] = true;
    }
    for (size_t i = 0; i < recipe->endpoint_count && used; i++)
        if (!used[i] && recipe_endpoint_find(recipe, recipe->endpoints[i].id) == i)
            check_report(check, RULE_ENDPOINT_WITHOUT_STEP, recipe->endpoints[i].node, "the endpoint '%s' has no step",
                         show(recipe->endpoints[i].id).s);
    check->failed = check->failed || !used;
}

/* Ids of the project are the same in any letter case. */
static struct jtext lower(struct check *check, struct jtext id)
{
    char *copy = jtext_lower(&check->arena, id);
    check->failed = check->failed || !copy;
    return (struct jtext){copy ? copy : "", copy ? id.n : 0, id.node};
}

static void check_entities(struct check *check, const struct recipe_step *step, struct map *listed)
{
    const struct jdoc *doc = check->source->doc;
    if (step->entities == JDOC_NONE || step->type != STEP_ENDPOINT)
        return;
    for (uint32_t item = step->entities + 1; item < jdoc_next(doc, step->entities); item = jdoc_next(doc, item)) {
        struct jtext id = jtext_of(doc, jdoc_get(doc, item, "id", 2)),
                     name = jtext_of(doc, jdoc_get(doc, item, "name", 4));
        if (jtext_there(id) && !check_first(check, listed, lower(check, id), 0))
            check_report(check, RULE_ENTITY_TWICE, item, "the item '%s' is listed already", show(name).s);
    }
    if (jtext_is(step->test_kind, "connection") && jdoc_count(doc, step->entities) == 0)
        check_report(check, RULE_TEST_WITHOUT_ENTITIES, step->test,
                     "connections are tested, but the step lists no items that have one");
}

/* ------------------------------------------------------------------------------------------------ types of steps */

static bool blank(struct jtext text)
{
    for (uint32_t i = 0; i < text.n; i++)
        if ((unsigned char)text.s[i] > ' ')
            return false;
    return true;
}

static void check_title(struct check *check, const struct recipe_step *step, struct map *titles)
{
    if (!jtext_there(step->title))
        return;
    if (blank(step->title))
        check_report(check, RULE_TITLE_MISSING, step->title.node, "the title of step '%s' is empty", show(step->id).s);
    else if (!check_first(check, titles, step->title, 0))
        check_report(check, RULE_TITLE_TWICE, step->title.node, "a step before this one has the title '%s' too",
                     show(step->title).s);
}

/* Lists that are missing are the schema's business. */
static bool empty_list(const struct check *check, uint32_t list)
{
    return list != JDOC_NONE && jdoc_count(check->source->doc, list) == 0;
}

static void check_empty(struct check *check, const struct recipe_step *step)
{
    bool group = step->type == STEP_VARIABLES || step->type == STEP_NOTIFICATION;
    bool no_properties = empty_list(check, step->properties);
    if (group && no_properties)
        check_report(check, RULE_EMPTY_STEP, step->properties, "the step '%s' has no properties", show(step->id).s);
    else if (step->type == STEP_MAPPING && empty_list(check, step->fields))
        check_report(check, RULE_EMPTY_STEP, step->fields, "the step '%s' has no fields", show(step->id).s);
    else if (step->type == STEP_ENDPOINT && empty_list(check, step->entities) &&
             (no_properties || step->properties == JDOC_NONE))
        check_report(check, RULE_EMPTY_STEP, step->node, "the step '%s' has neither items nor properties",
                     show(step->id).s);
}

static void check_operation(struct check *check, const struct recipe_step *step, struct map *actions,
                            struct map *schedules)
{
    struct jtext id = step->operation.id;
    bool action = step->type == STEP_ACTION, schedule = step->type == STEP_SCHEDULE;
    uint32_t node = JDOC_NONE;
    if ((action || schedule) && jtext_there(id) &&
        !check_first(check, action ? actions : schedules, lower(check, id), 0))
        check_report(check, RULE_OPERATION_TWICE, step->operation.node,
                     "the operation '%s' is %s by another step already", show(step->operation.name).s,
                     action ? "run" : "scheduled");
    const char *problem = schedule ? schedule_problem(check->source->doc, step->fallback, &node) : NULL;
    if (problem)
        check_report(check, RULE_SCHEDULE_INVALID, node, "the schedule %s", problem);
}

static void check_agent(struct check *check, const struct recipe_step *step)
{
    if (step->type != STEP_AGENT || step->private_agent == TRUTH_NONE || step->reasons == JDOC_NONE)
        return;
    bool any = jdoc_count(check->source->doc, step->reasons) > 0;
    if (any && step->private_agent == TRUTH_FALSE)
        check_report(check, RULE_AGENT_REASONS, step->reasons,
                     "there are reasons for a private agent, but 'private' is false");
    else if (!any && step->private_agent == TRUTH_TRUE)
        check_report(check, RULE_AGENT_REASONS, step->reasons, "a private agent is asked for without a reason");
}

void check_steps(struct check *check)
{
    struct map titles = {0}, listed = {0}, actions = {0}, schedules = {0}, mappings = {0};
    check_ids(check);
    check_order(check);
    check_endpoints(check);
    for (size_t i = 0; i < check->recipe.step_count && !check->failed; i++) {
        const struct recipe_step *step = &check->recipe.steps[i];
        check_title(check, step, &titles);
        check_empty(check, step);
        check_entities(check, step, &listed);
        check_operation(check, step, &actions, &schedules);
        check_agent(check, step);
        struct jtext shown = step->transformation.id;
        if (step->type == STEP_MAPPING && jtext_there(shown) && !check_first(check, &mappings, lower(check, shown), 0))
            check_report(check, RULE_MAPPING_TWICE, step->transformation.node,
                         "the transformation '%s' is shown by another step already", show(step->transformation.name).s);
    }
    map_free(&titles);
    map_free(&listed);
    map_free(&actions);
    map_free(&schedules);
    map_free(&mappings);
}
