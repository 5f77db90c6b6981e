/*
 * What operations reach, which of them start others, and what lies around an item. Everything is linear in the number
 * of links.
 */
#include "jpk/flow_model.h"

static const struct flow_link *links_from(const struct flow *f, uint32_t item, size_t *count)
{
    *count = f->from_at[item + 1] - f->from_at[item];
    return f->links + f->from_at[item];
}

/* The links that lead to an item, as indices. */
static const uint32_t *links_to(const struct flow *f, uint32_t item, size_t *count)
{
    *count = f->to_at[item + 1] - f->to_at[item];
    return f->to + f->to_at[item];
}

/* ------------------------------------------------------------------------------------------------------ reaching */

/* The items of a breadth-first search, each with its distance. */
struct search {
    const struct flow *f;
    uint32_t *distance;
    size_t first, end; /* of the flow's queue */
    uint32_t depth;    /* how far it goes */
    bool both;         /* against links too */
};

static void reach(struct search *s, uint32_t item, uint32_t distance)
{
    if (item == FLOW_NONE || s->f->items[item].deleted || distance > s->depth || s->distance[item] != FLOW_NONE)
        return;
    s->distance[item] = distance;
    s->f->queue[s->end++] = item;
}

static void reach_around(struct search *s, uint32_t item, uint32_t distance)
{
    size_t count;
    const struct flow_link *links = links_from(s->f, item, &count);
    for (size_t i = 0; i < count; i++)
        reach(s, links[i].to.item, distance);
    const uint32_t *back = links_to(s->f, item, &count);
    for (size_t i = 0; s->both && i < count; i++)
        reach(s, s->f->links[back[i]].from, distance);
}

static void search(struct search *s)
{
    while (s->first < s->end) {
        uint32_t item = s->f->queue[s->first++];
        if (s->distance[item] < s->depth)
            reach_around(s, item, s->distance[item] + 1);
    }
}

static void find_live(struct flow *f)
{
    struct search s = {.f = f, .distance = f->live, .depth = FLOW_NONE - 1};
    for (uint32_t i = 0; i < f->item_count; i++)
        if (flow_is_operation(&f->items[i]))
            reach(&s, i, 0);
    search(&s);
}

static void find_around(struct flow *f)
{
    struct search s = {.f = f, .distance = f->shown, .depth = f->options.depth, .both = true};
    s.distance[f->around] = 0; /* even when it is marked as deleted */
    f->queue[s.end++] = f->around;
    search(&s);
}

/* ---------------------------------------------------------------------------------------- what starts operations */

static bool holds_script(const struct flow_item *item)
{
    return item->item_class == JPK_FLOW_CLASS_SCRIPT || item->item_class == JPK_FLOW_CLASS_TRANSFORMATION;
}

/* Whether a script or transformation itself does what the picture of operations is about. */
static bool acts(const struct flow *f, uint32_t holder)
{
    size_t count;
    const struct flow_link *links = links_from(f, holder, &count);
    for (size_t i = 0; i < count; i++)
        if (links[i].kind == JPK_FLOW_RUNS || (links[i].kind == JPK_FLOW_MESSAGE && f->options.messages))
            return true;
    return false;
}

/* A link by which a script or transformation is run. */
static bool runs_holder(const struct flow *f, const struct flow_link *link)
{
    return (link->kind == JPK_FLOW_STEP || link->kind == JPK_FLOW_CALLS) && flow_in_use(f, link->from);
}

/* From the scripts and transformations that act back to those that run them. */
static void find_relevant(struct flow *f)
{
    size_t first = 0, end = 0;
    for (uint32_t i = 0; i < f->item_count; i++) {
        if (holds_script(&f->items[i]) && flow_in_use(f, i) && acts(f, i)) {
            f->relevant[i] = true;
            f->queue[end++] = i;
        }
    }
    while (first < end) {
        size_t count;
        const uint32_t *back = links_to(f, f->queue[first++], &count);
        for (size_t i = 0; i < count; i++) {
            uint32_t from = f->links[back[i]].from;
            if (holds_script(&f->items[from]) && !f->relevant[from] && runs_holder(f, &f->links[back[i]])) {
                f->relevant[from] = true;
                f->queue[end++] = from;
            }
        }
    }
}

/* Whether exactly one other item runs a script or transformation. Links that lead to it stand by their origin. */
static bool one_caller(const struct flow *f, uint32_t holder)
{
    size_t count;
    uint32_t caller = FLOW_NONE;
    const uint32_t *back = links_to(f, holder, &count);
    for (size_t i = 0; i < count; i++) {
        const struct flow_link *link = &f->links[back[i]];
        if (!runs_holder(f, link) || link->from == caller)
            continue;
        if (caller != FLOW_NONE)
            return false;
        caller = link->from;
    }
    return caller != FLOW_NONE && caller != holder;
}

/* Hands the keeper of an item on to what it alone runs. */
static void keep_callees(struct flow *f, uint32_t start)
{
    size_t first = 0, end = 0;
    f->keeper[start] = start;
    f->queue[end++] = start;
    while (first < end) {
        size_t count;
        uint32_t from = f->queue[first++];
        const struct flow_link *links = links_from(f, from, &count);
        for (size_t i = 0; i < count; i++) {
            uint32_t to = links[i].to.item;
            if (to == FLOW_NONE || !f->owned[to] || f->keeper[to] != FLOW_NONE || !runs_holder(f, &links[i]))
                continue;
            f->keeper[to] = f->keeper[from];
            f->queue[end++] = to;
        }
    }
}

static void find_keepers(struct flow *f)
{
    for (uint32_t i = 0; i < f->item_count; i++)
        f->owned[i] = f->relevant[i] && one_caller(f, i);
    for (uint32_t i = 0; i < f->item_count; i++)
        if (flow_is_live(&f->items[i]) && (flow_is_operation(&f->items[i]) || (f->relevant[i] && !f->owned[i])))
            keep_callees(f, i);
    /* Scripts that run each other in a circle. */
    for (uint32_t i = 0; i < f->item_count; i++)
        if (f->relevant[i] && f->keeper[i] == FLOW_NONE)
            keep_callees(f, i);
}

static void find_started(struct flow *f)
{
    for (size_t i = 0; i < f->link_count; i++) {
        const struct flow_link *link = &f->links[i];
        uint32_t to = link->to.item;
        if (to == FLOW_NONE || !flow_is_operation(&f->items[to]) || !flow_in_use(f, link->from))
            continue;
        bool starts = link->kind == JPK_FLOW_SUCCESS || link->kind == JPK_FLOW_FAILURE || link->kind == JPK_FLOW_RUNS;
        if (starts && link->from != to && f->keeper[link->from] != to)
            f->started[to] = true;
    }
}

void flow_reach(struct flow *f)
{
    find_live(f);
    find_relevant(f);
    find_keepers(f);
    find_started(f);
    if (f->options.scope == JPK_FLOW_AROUND)
        find_around(f);
}
