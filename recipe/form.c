#include "recipe/form.h"

/* ----------------------------------------------------------------------------------------------------- matching */

struct matching {
    struct form *form;
    form_stray_function *stray;
    void *context;
};

static void strayed(const struct matching *m, enum form_stray stray, uint32_t key, uint32_t step)
{
    if (m->stray)
        m->stray(m->context, stray, key, step);
}

/* Ids are unique without regard to case, but a key must be spelled as the recipe spells it. */
static uint32_t step_of(const struct matching *m, struct jtext key)
{
    uint32_t found = recipe_step_find(m->form->recipe, key);
    return found != MAP_NONE && jtext_equal(m->form->recipe->steps[found].id, key) ? found : MAP_NONE;
}

static void match_properties(const struct matching *m, uint32_t object, uint32_t step)
{
    const struct jdoc *doc = m->form->configure.doc;
    const struct recipe_model *recipe = m->form->recipe;
    if (jdoc_type(doc, object) != JDOC_OBJECT)
        return;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1)) {
        struct jtext id = jtext_of(doc, key);
        uint32_t found = recipe_property_find(recipe, id);
        if (jdoc_shadowed(doc, key))
            continue;
        if (found != MAP_NONE && recipe->properties[found].step == step &&
            jtext_equal(recipe->properties[found].id, id))
            m->form->values[found] = key + 1;
        else
            strayed(m, STRAY_PROPERTY, key, step);
    }
}

static void match_values(const struct matching *m)
{
    const struct jdoc *doc = m->form->configure.doc;
    uint32_t object = m->form->configure.values;
    if (object == JDOC_NONE)
        return;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1)) {
        uint32_t step = step_of(m, jtext_of(doc, key));
        if (jdoc_shadowed(doc, key))
            continue;
        if (step == MAP_NONE) {
            strayed(m, STRAY_STEP, key, step);
            continue;
        }
        m->form->step_keys[step] = key + 1;
        match_properties(m, key + 1, step);
    }
}

static void match_steps(const struct matching *m, uint32_t object, uint32_t *places, enum step_type type,
                        enum form_stray stray)
{
    const struct jdoc *doc = m->form->configure.doc;
    if (object == JDOC_NONE)
        return;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1)) {
        uint32_t step = step_of(m, jtext_of(doc, key));
        if (jdoc_shadowed(doc, key))
            continue;
        if (step != MAP_NONE && m->form->recipe->steps[step].type == type)
            places[step] = key + 1;
        else
            strayed(m, stray, key, step);
    }
}

/* ------------------------------------------------------------------------------------------------------- values */

struct jtext form_text(const struct form *form, uint32_t property)
{
    uint32_t node = form->values[property];
    if (node == JDOC_NONE || jdoc_type(form->configure.doc, node) == JDOC_NULL)
        return form->recipe->properties[property].fallback;
    return jtext_of(form->configure.doc, node);
}

struct jtext form_marker(const struct form *form, uint32_t property)
{
    uint32_t node = form->values[property];
    if (node == JDOC_NONE)
        return jtext_of(form->configure.doc, JDOC_NONE);
    return jtext_of(form->configure.doc, jdoc_get(form->configure.doc, node, "secret", strlen("secret")));
}

/* --------------------------------------------------------------------------------------------------- visibility */

/*
 * Steps are 0, 1, ..., properties follow. What a node depends on is decided before it, with a stack of its own, for
 * chains may be as long as the recipe.
 */
enum { UNDECIDED, WAITING, SHOWN, HIDDEN };

struct deciding {
    struct form *form;
    uint32_t steps;
    uint8_t *state;
    uint32_t *stack;
    size_t depth;
};

static bool equals(const struct jdoc *doc, uint32_t node, struct jtext value)
{
    if (node == JDOC_NONE)
        return true; /* no condition that could be understood */
    if (jdoc_type(doc, node) != JDOC_ARRAY)
        return jdoc_string_is(doc, node, value.s, value.n);
    for (uint32_t item = node + 1; item < jdoc_next(doc, node); item = jdoc_next(doc, item))
        if (jdoc_string_is(doc, item, value.s, value.n))
            return true;
    return false;
}

static const struct visible_when *condition(const struct deciding *d, uint32_t node)
{
    const struct recipe_model *recipe = d->form->recipe;
    return node < d->steps ? &recipe->steps[node].visible : &recipe->properties[node - d->steps].visible;
}

/* What a node depends on: the property that its condition names, and of a property its step; MAP_NONE for neither. */
static uint32_t named(const struct deciding *d, uint32_t node)
{
    uint32_t found = recipe_property_find(d->form->recipe, condition(d, node)->property);
    return found == MAP_NONE ? MAP_NONE : found + d->steps;
}

static uint32_t home(const struct deciding *d, uint32_t node)
{
    return node < d->steps ? MAP_NONE : d->form->recipe->properties[node - d->steps].step;
}

static bool is_shown(const struct deciding *d, uint32_t node)
{
    const struct visible_when *when = condition(d, node);
    uint32_t other = named(d, node), step = home(d, node);
    if (step != MAP_NONE &&
        (d->state[step] == HIDDEN || d->form->recipe->properties[node - d->steps].computed == TRUTH_TRUE))
        return false;
    if (when->node == JDOC_NONE || !jtext_there(when->property))
        return true;
    if (other == MAP_NONE || d->state[other] == HIDDEN)
        return false;
    struct jtext value = form_text(d->form, other - d->steps);
    return d->state[other] == WAITING || (jtext_there(value) && equals(d->form->recipe->doc, when->equals, value));
}

static void push(struct deciding *d, uint32_t node)
{
    if (node != MAP_NONE && d->state[node] == UNDECIDED)
        d->stack[d->depth++] = node;
}

static void decide(struct deciding *d, uint32_t start)
{
    push(d, start);
    while (d->depth > 0) {
        uint32_t node = d->stack[d->depth - 1];
        if (d->state[node] == UNDECIDED) {
            d->state[node] = WAITING;
            push(d, named(d, node));
            push(d, home(d, node));
            continue;
        }
        if (d->state[node] == WAITING)
            d->state[node] = is_shown(d, node) ? SHOWN : HIDDEN;
        d->depth--;
    }
}

static bool decide_all(struct form *form, struct arena *arena)
{
    const struct recipe_model *recipe = form->recipe;
    size_t nodes = recipe->step_count + recipe->property_count;
    struct deciding d = {.form = form, .steps = (uint32_t)recipe->step_count};
    d.state = arena_calloc(arena, nodes + 1, sizeof *d.state);
    d.stack = arena_calloc(arena, 2 * nodes + 1, sizeof *d.stack); /* every node puts at most two there */
    if (!d.state || !d.stack)
        return false;
    for (uint32_t node = 0; node < nodes; node++)
        decide(&d, node);
    for (size_t i = 0; i < recipe->step_count; i++)
        form->step_shown[i] = d.state[i] == SHOWN;
    for (size_t i = 0; i < recipe->property_count; i++)
        form->property_shown[i] = d.state[recipe->step_count + i] == SHOWN;
    return true;
}

/* ------------------------------------------------------------------------------------------------------ together */

static uint32_t *no_nodes(struct arena *arena, size_t count)
{
    uint32_t *nodes = arena_alloc(arena, (count + 1) * sizeof *nodes);
    for (size_t i = 0; nodes && i < count; i++)
        nodes[i] = JDOC_NONE;
    return nodes;
}

bool form_read(struct form *form, const struct recipe_model *recipe, const struct jdoc *configure, struct arena *arena,
               form_stray_function *stray, void *context)
{
    size_t steps = recipe->step_count, properties = recipe->property_count;
    struct matching m = {form, stray, context};
    *form = (struct form){.recipe = recipe};
    configure_read(&form->configure, configure);
    form->values = no_nodes(arena, properties);
    form->step_keys = no_nodes(arena, steps);
    form->schedules = no_nodes(arena, steps);
    form->actions = no_nodes(arena, steps);
    form->step_shown = arena_calloc(arena, steps + 1, sizeof *form->step_shown);
    form->property_shown = arena_calloc(arena, properties + 1, sizeof *form->property_shown);
    if (!form->values || !form->step_keys || !form->schedules || !form->actions || !form->step_shown ||
        !form->property_shown)
        return false;
    match_values(&m);
    match_steps(&m, form->configure.schedules, form->schedules, STEP_SCHEDULE, STRAY_SCHEDULE);
    match_steps(&m, form->configure.actions, form->actions, STEP_ACTION, STRAY_ACTION);
    return decide_all(form, arena);
}
