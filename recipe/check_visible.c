/* visibleWhen: what it names, what it compares with, and that nothing depends on itself. */
#include <string.h>

#include "recipe/check.h"

/* A step or property that has a condition. */
struct holder {
    const char *what;
    struct jtext id;
    const struct visible_when *when;
    uint32_t step;
};

static void unknown(struct check *check, const struct holder *holder)
{
    struct nearest nearest = check_nearest(check, holder->when->property);
    check_report(check, RULE_VISIBLE_UNKNOWN, holder->when->property.node,
                 "the recipe has no property '%s', so the %s '%s' is never shown", show(holder->when->property).s,
                 holder->what, show(holder->id).s);
    for (size_t i = 0; i < check->recipe.property_count && nearest_open(&nearest); i++)
        nearest_offer(&nearest, check->recipe.properties[i].id);
    check_hint(check, &nearest);
}

static void check_value(struct check *check, const struct recipe_property *other, uint32_t node)
{
    struct jtext value = jtext_of(check->source->doc, node);
    buf_clear(&check->why);
    if (!jtext_there(value) || other->secret == TRUTH_TRUE ||
        value_allowed(&check->values, check->source->doc, other, check_choices(check, other), value, &check->why))
        return;
    check_report(check, RULE_VISIBLE_VALUE, node, "'%s' can never be '%s', which %s", show(other->id).s, show(value).s,
                 buf_text(&check->why));
    if (other->type != VALUE_CHOICE || other->choices == JDOC_NONE)
        return;
    struct nearest nearest = check_nearest(check, value);
    nearest_offer_list(&nearest, check->source->doc, other->choices);
    check_hint(check, &nearest);
}

static void check_condition(struct check *check, const struct holder *holder)
{
    const struct jdoc *doc = check->source->doc;
    const struct visible_when *when = holder->when;
    if (when->node == JDOC_NONE || !jtext_there(when->property))
        return;
    uint32_t found = recipe_property_find(&check->recipe, when->property);
    if (found == MAP_NONE) {
        unknown(check, holder);
        return;
    }
    const struct recipe_property *other = &check->recipe.properties[found];
    if (other->step > holder->step)
        check_report(check, RULE_VISIBLE_LATER, when->property.node, "'%s' is asked for only in a later step, '%s'",
                     show(other->id).s, show(check->recipe.steps[other->step].id).s);
    if (other->secret == TRUTH_TRUE || other->computed == TRUTH_TRUE)
        check_report(check, RULE_VISIBLE_UNSEEN, when->property.node, "'%s' is %s, so the form does not know its value",
                     show(other->id).s, other->computed == TRUTH_TRUE ? "computed" : "a secret");
    if (when->equals == JDOC_NONE)
        return;
    if (jdoc_type(doc, when->equals) != JDOC_ARRAY) {
        check_value(check, other, when->equals);
        return;
    }
    for (uint32_t item = when->equals + 1; item < jdoc_next(doc, when->equals); item = jdoc_next(doc, item))
        check_value(check, other, item);
}

/* ------------------------------------------------------------------------------------------------------- cycles */

/*
 * A graph of the steps (0, 1, ...) and behind them the properties: each depends on what its condition names, a property
 * also on its step. It is walked depth first without recursion, for chains may be as long as the recipe.
 */
struct walk {
    struct check *check;
    uint32_t steps, nodes;
    uint8_t *state; /* which edges were followed: 0, 1, 2; then DONE */
    bool *reported;
    uint32_t *stack;
    size_t depth;
};

enum { CONDITION, HOME, EDGES, DONE };

static const struct visible_when *condition_of(const struct walk *walk, uint32_t node)
{
    const struct recipe_model *recipe = &walk->check->recipe;
    return node < walk->steps ? &recipe->steps[node].visible : &recipe->properties[node - walk->steps].visible;
}

/* What an edge of a node leads to; MAP_NONE for nothing. */
static uint32_t follow(const struct walk *walk, uint32_t node, uint8_t edge)
{
    if (edge == HOME)
        return node < walk->steps ? MAP_NONE : walk->check->recipe.properties[node - walk->steps].step;
    uint32_t found = recipe_property_find(&walk->check->recipe, condition_of(walk, node)->property);
    return found == MAP_NONE ? MAP_NONE : found + walk->steps;
}

/* `from` leads back to `to`, which leads to it. */
static void cycle(struct walk *walk, uint32_t from, uint32_t to)
{
    const struct recipe_model *recipe = &walk->check->recipe;
    uint32_t node = condition_of(walk, from)->node != JDOC_NONE && follow(walk, from, CONDITION) == to ? from : to;
    if (walk->reported[node] || condition_of(walk, node)->node == JDOC_NONE)
        return;
    walk->reported[node] = true;
    bool step = node < walk->steps;
    struct jtext id = step ? recipe->steps[node].id : recipe->properties[node - walk->steps].id;
    check_report(walk->check, RULE_VISIBLE_CYCLE, condition_of(walk, node)->node,
                 "whether the %s '%s' is shown depends on itself", step ? "step" : "property", show(id).s);
}

static void walk_from(struct walk *walk, uint32_t start, bool *open)
{
    walk->stack[walk->depth++] = start;
    open[start] = true;
    while (walk->depth > 0) {
        uint32_t node = walk->stack[walk->depth - 1];
        if (walk->state[node] == EDGES) {
            walk->state[node] = DONE;
            open[node] = false;
            walk->depth--;
            continue;
        }
        uint32_t next = follow(walk, node, walk->state[node]++);
        if (next == MAP_NONE || walk->state[next] == DONE)
            continue;
        if (open[next]) {
            cycle(walk, node, next);
            continue;
        }
        open[next] = true;
        walk->stack[walk->depth++] = next;
    }
}

static void check_cycles(struct check *check)
{
    struct walk walk = {.check = check, .steps = (uint32_t)check->recipe.step_count};
    walk.nodes = walk.steps + (uint32_t)check->recipe.property_count;
    walk.state = arena_calloc(&check->arena, walk.nodes + 1, sizeof *walk.state);
    walk.reported = arena_calloc(&check->arena, walk.nodes + 1, sizeof *walk.reported);
    walk.stack = arena_calloc(&check->arena, walk.nodes + 1, sizeof *walk.stack);
    bool *open = arena_calloc(&check->arena, walk.nodes + 1, sizeof *open);
    if (!walk.state || !walk.reported || !walk.stack || !open) {
        check->failed = true;
        return;
    }
    for (uint32_t node = 0; node < walk.nodes; node++)
        if (walk.state[node] != DONE)
            walk_from(&walk, node, open);
}

void check_visibility(struct check *check)
{
    const struct recipe_model *recipe = &check->recipe;
    bool any = false;
    for (uint32_t i = 0; i < recipe->step_count; i++) {
        const struct recipe_step *step = &recipe->steps[i];
        struct holder holder = {"step", step->id, &step->visible, i};
        check_condition(check, &holder);
        any = any || step->visible.node != JDOC_NONE;
        for (uint32_t j = step->first; j < step->first + step->count; j++) {
            const struct recipe_property *property = &recipe->properties[j];
            holder = (struct holder){"property", property->id, &property->visible, i};
            check_condition(check, &holder);
            any = any || property->visible.node != JDOC_NONE;
        }
    }
    if (any)
        check_cycles(check);
    check->failed = check->failed || check->values.failed || check->why.failed;
}
