/* Which items of three sides belong together: by type and id, and what is left by its place. */
#include <stdlib.h>
#include <string.h>

#include "jpk/merge_state.h"

/* What two items of one place have in place of a unit. */
#define AMBIGUOUS (MAP_NONE - 1)

struct pairing {
    struct merging *m;
    const struct merge_items *sides;
    struct map by_key;
    uint32_t (*units)[MERGE_SIDES]; /* the items of each unit */
    size_t count;
};

static bool put_unit(struct pairing *p, enum merge_side side, uint32_t item, uint32_t unit)
{
    p->units[unit][side] = item;
    p->sides[side].unit[item] = unit;
    return true;
}

/* The places of units that a side has nothing for. */
static void find_places(struct pairing *p, enum merge_side side, struct map *places)
{
    for (size_t i = 0; i < p->count && !p->m->failed; i++) {
        enum merge_side from = p->units[i][MERGE_BASE] != MAP_NONE ? MERGE_BASE : MERGE_OURS;
        if (p->units[i][side] != MAP_NONE || p->units[i][from] == MAP_NONE)
            continue;
        const char *place = p->sides[from].items[p->units[i][from]].place;
        uint32_t old = MAP_NONE;
        if (place && !map_add(places, place, strlen(place), (uint32_t)i, &old))
            p->m->failed = true;
        if (old != MAP_NONE && !map_set(places, place, strlen(place), AMBIGUOUS))
            p->m->failed = true;
    }
}

static void new_unit(struct pairing *p, enum merge_side side, uint32_t item, uint32_t at)
{
    const char *key = p->sides[side].items[item].key;
    uint32_t unit = at < AMBIGUOUS && p->units[at][side] == MAP_NONE ? at : (uint32_t)p->count;
    if (unit == p->count) {
        memset(p->units[unit], 0xff, sizeof p->units[unit]);
        p->count++;
    }
    p->m->failed |= !map_add(&p->by_key, key, strlen(key), unit, NULL);
    put_unit(p, side, item, unit);
}

static void add_side(struct pairing *p, enum merge_side side)
{
    const struct merge_items *s = &p->sides[side];
    struct map places = {0};
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t unit = map_get(&p->by_key, s->items[i].key, strlen(s->items[i].key));
        s->unit[i] = MAP_NONE;
        if (unit != MAP_NONE && p->units[unit][side] == MAP_NONE)
            put_unit(p, side, i, unit);
    }
    find_places(p, side, &places);
    for (uint32_t i = 0; i < s->count && !p->m->failed; i++) {
        const struct merge_item *item = &s->items[i];
        if (s->unit[i] != MAP_NONE || map_get(&p->by_key, item->key, strlen(item->key)) != MAP_NONE)
            continue;
        new_unit(p, side, i, item->place ? map_get(&places, item->place, strlen(item->place)) : MAP_NONE);
    }
    map_free(&places);
}

size_t merge_pair(struct merging *m, const struct merge_items sides[MERGE_SIDES])
{
    size_t most = 1;
    for (int side = 0; side < MERGE_SIDES; side++)
        most += sides[side].count;
    struct pairing p = {.m = m, .sides = sides, .units = malloc(most * sizeof *p.units)};
    m->failed |= !p.units;
    for (int side = 0; side < MERGE_SIDES && !m->failed; side++)
        add_side(&p, (enum merge_side)side);
    map_free(&p.by_key);
    free(p.units);
    return p.count;
}

/* ------------------------------------------------------------------------------------------------------- ids and names
 */

const char *merge_choose(const struct merging *m, const char *const values[MERGE_SIDES])
{
    const char *base = values[MERGE_BASE], *main = values[m->main], *other = values[m->other];
    if (!main || (other && base && strcmp(main, base) == 0))
        return other ? other : base;
    return main;
}
