/* Which elements of two lists belong together. */
#include <stdlib.h>
#include <string.h>

#include "jpk/diff_state.h"

bool diff_list_begin(struct diff_list *list, size_t count)
{
    list->count = count;
    list->partner = malloc((count + 1) * sizeof *list->partner);
    if (list->partner)
        memset(list->partner, 0xff, (count + 1) * sizeof *list->partner);
    return list->partner != NULL;
}

void diff_list_free(struct diff_list *list)
{
    free(list->partner);
    *list = (struct diff_list){0};
}

static void marry(struct diff_list lists[2], size_t i, size_t j)
{
    lists[SIDE_A].partner[i] = (uint32_t)j;
    lists[SIDE_B].partner[j] = (uint32_t)i;
}

/* The keys of both lists as numbers, those of A first; *kinds gets how many there are. Elements without a key have
 * one of their own. */
static bool number_keys(struct diff_list lists[2], diff_list_key *key_of, void *context, uint32_t *numbers,
                        size_t *kinds)
{
    size_t count = lists[SIDE_A].count + lists[SIDE_B].count;
    uint64_t *keys = malloc((count + 1) * sizeof *keys);
    struct map map = {0};
    bool ok = keys != NULL;
    *kinds = 0;
    for (size_t at = 0; at < count && ok; at++) {
        int side = at < lists[SIDE_A].count ? SIDE_A : SIDE_B;
        uint32_t old = MAP_NONE;
        if (key_of(context, side, side == SIDE_A ? at : at - lists[SIDE_A].count, &keys[at]))
            ok = map_add(&map, (const char *)&keys[at], sizeof keys[at], (uint32_t)*kinds, &old);
        numbers[at] = old == MAP_NONE ? (uint32_t)*kinds : old;
        *kinds += old == MAP_NONE;
    }
    map_free(&map);
    free(keys);
    return ok;
}

/* Pairs what is equal at the beginning, and what of the rest is at the end; gives back how much. */
static void pair_ends(struct diff_list lists[2], const uint32_t *a, const uint32_t *b, size_t *begin, size_t *end)
{
    size_t a_count = lists[SIDE_A].count, b_count = lists[SIDE_B].count, least = a_count < b_count ? a_count : b_count;
    for (*begin = 0; *begin < least && a[*begin] == b[*begin]; ++*begin)
        marry(lists, *begin, *begin);
    for (*end = 0; *end < least - *begin && a[a_count - *end - 1] == b[b_count - *end - 1]; ++*end)
        marry(lists, a_count - *end - 1, b_count - *end - 1);
}

bool diff_list_pair_run(struct diffing *d, struct diff_list lists[2], diff_list_key *key_of, void *context)
{
    size_t a_count = lists[SIDE_A].count, b_count = lists[SIDE_B].count, kinds, begin = 0, end = 0;
    uint32_t *numbers = calloc(a_count + b_count + 1, sizeof *numbers), *b = numbers ? numbers + a_count : NULL;
    struct linediff diff = {0};
    bool ok = numbers && number_keys(lists, key_of, context, numbers, &kinds);
    if (ok) {
        pair_ends(lists, numbers, b, &begin, &end);
        ok = linediff_numbers(numbers + begin, a_count - begin - end, b + begin, b_count - begin - end, kinds,
                              &d->budget, &diff);
    }
    size_t i = begin, j = begin;
    for (size_t e = 0; ok && e <= diff.edit_count; e++) {
        size_t until = e < diff.edit_count ? begin + diff.edits[e].a : a_count - end;
        for (; i < until; i++, j++)
            marry(lists, i, j);
        if (e < diff.edit_count) {
            i += diff.edits[e].a_count;
            j += diff.edits[e].b_count;
        }
    }
    linediff_free(&diff);
    free(numbers);
    return ok;
}

bool diff_list_pair(struct diffing *d, struct diff_list lists[2], diff_list_key *key_of, void *context)
{
    size_t a_count = lists[SIDE_A].count, b_count = lists[SIDE_B].count;
    uint64_t *keys = malloc((a_count + b_count + 1) * sizeof *keys);
    uint32_t *next = calloc(a_count + 1, sizeof *next); /* the next of A with the same key */
    struct map first = {0};
    bool ok = keys && next && !d->failed;
    for (size_t i = a_count; i-- > 0 && ok;) {
        if (lists[SIDE_A].partner[i] != MAP_NONE || !key_of(context, SIDE_A, i, &keys[i]))
            continue;
        next[i] = map_get(&first, (const char *)&keys[i], sizeof keys[i]);
        ok = map_set(&first, (const char *)&keys[i], sizeof keys[i], (uint32_t)i);
    }
    for (size_t j = 0; j < b_count && ok; j++) {
        uint64_t *key = &keys[a_count + j];
        if (lists[SIDE_B].partner[j] != MAP_NONE || !key_of(context, SIDE_B, j, key))
            continue;
        uint32_t i = map_get(&first, (const char *)key, sizeof *key);
        if (i == MAP_NONE)
            continue;
        marry(lists, i, j);
        ok = map_set(&first, (const char *)key, sizeof *key, next[i]);
    }
    map_free(&first);
    free(next);
    free(keys);
    return ok;
}

bool diff_list_reordered(const uint32_t *partner, size_t count)
{
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        if (partner[i] == MAP_NONE)
            continue;
        if (partner[i] < last)
            return true;
        last = partner[i];
    }
    return false;
}
