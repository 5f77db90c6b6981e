/* The order of a list of which both sides have changed something. */
#include <stdlib.h>

#include "jpk/merge_state.h"

struct ordering {
    const struct merge_sequence *lists;
    const bool *there;
    uint32_t *rank[MERGE_SIDES]; /* by element: its place on a side, from 1; 0: not there */
    uint32_t *first, *next;      /* behind an element (or, at 0, before all): those that only the second list has */
};

static bool in(const struct ordering *o, enum merge_side side, uint32_t item)
{
    return o->rank[side][item] != 0;
}

/* Whether what all three have, and the result too, stands in another order on `side` than on the other one. */
static bool reordered(const struct ordering *o, enum merge_side side, enum merge_side than)
{
    uint32_t last = 0;
    for (size_t i = 0; i < o->lists[side].count; i++) {
        uint32_t item = o->lists[side].items[i];
        if (!in(o, MERGE_BASE, item) || !in(o, MERGE_OURS, item) || !in(o, MERGE_THEIRS, item) || !o->there[item])
            continue;
        if (o->rank[than][item] < last)
            return true;
        last = o->rank[than][item];
    }
    return false;
}

/* What only the second list has hangs behind the element before it that both have. */
static void hang(struct ordering *o, const struct merge_sequence *second, enum merge_side first)
{
    uint32_t anchor = 0, last = 0;
    for (size_t i = 0; i < second->count; i++) {
        uint32_t item = second->items[i];
        if (!o->there[item])
            continue;
        if (in(o, first, item)) {
            anchor = item + 1;
            last = 0;
            continue;
        }
        if (last)
            o->next[last - 1] = item + 1;
        else
            o->first[anchor] = item + 1;
        last = item + 1;
    }
}

/* Appends what hangs behind an anchor. */
static size_t put_hanging(const struct ordering *o, uint32_t anchor, uint32_t *out, size_t count)
{
    for (uint32_t item = o->first[anchor]; item; item = o->next[item - 1])
        out[count++] = item - 1;
    return count;
}

/* What the first list alone has stands before what the second put at the same place. */
static size_t put_all(const struct ordering *o, enum merge_side first, enum merge_side second, uint32_t *out,
                      bool *clash)
{
    uint32_t anchor = 0;
    size_t count = 0;
    bool own = false; /* the first list put something behind the anchor */
    for (size_t i = 0; i < o->lists[first].count; i++) {
        uint32_t item = o->lists[first].items[i];
        if (!o->there[item])
            continue;
        if (in(o, second, item)) {
            *clash |= own && o->first[anchor];
            count = put_hanging(o, anchor, out, count);
            anchor = item + 1;
            own = false;
        } else {
            own |= !in(o, MERGE_BASE, item);
        }
        out[count++] = item;
    }
    *clash |= own && o->first[anchor];
    return put_hanging(o, anchor, out, count);
}

bool merge_order(const struct merge_sequence lists[MERGE_SIDES], enum merge_side main, enum merge_side other,
                 size_t kinds, const bool *there, uint32_t *out, size_t *count, bool *clash)
{
    struct ordering o = {.lists = lists, .there = there};
    uint32_t *room = calloc((MERGE_SIDES + 2) * (kinds + 1), sizeof *room);
    if (!room)
        return false;
    for (int side = 0; side < MERGE_SIDES; side++) {
        o.rank[side] = room + (size_t)side * (kinds + 1);
        for (size_t i = 0; i < lists[side].count; i++)
            o.rank[side][lists[side].items[i]] = (uint32_t)i + 1;
    }
    o.first = room + MERGE_SIDES * (kinds + 1);
    o.next = o.first + kinds + 1;
    bool moved[MERGE_SIDES] = {false, reordered(&o, MERGE_OURS, MERGE_BASE), reordered(&o, MERGE_THEIRS, MERGE_BASE)};
    *clash = moved[MERGE_OURS] && moved[MERGE_THEIRS] && reordered(&o, MERGE_OURS, MERGE_THEIRS);
    enum merge_side first = moved[other] && !moved[main] ? other : main, second = first == main ? other : main;
    hang(&o, &lists[second], first);
    *count = put_all(&o, first, second, out, clash);
    free(room);
    return true;
}
