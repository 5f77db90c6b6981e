/* Which folders of two projects are the same, and whether what they hold stands in the same order. */
#include <stdlib.h>
#include <string.h>

#include "jpk/diff_state.h"

static void marry(struct diffing *d, uint32_t a, uint32_t b)
{
    d->folder_partner[SIDE_A][a] = b;
    d->folder_partner[SIDE_B][b] = a;
}

/* Type and id; or type, the parent's number in B and the name. False: the parent has no partner. */
static bool folder_key(const struct diffing *d, int side, const struct diff_folder *folder, bool by_id, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "%s%c", folder->type, 0);
    if (by_id) {
        for (const char *c = folder->id; *c; c++)
            buf_putc(out, text_lower(*c));
        return *folder->id != '\0';
    }
    uint32_t parent = folder->parent;
    if (parent != MAP_NONE && side == SIDE_A)
        parent = d->folder_partner[SIDE_A][parent];
    if (folder->parent != MAP_NONE && parent == MAP_NONE)
        return false;
    buf_printf(out, "%u/%s", parent, folder->name);
    return true;
}

/*
 * Parents stand before their children, so that one pass goes down. The keys of B by name must not change meanwhile:
 * they name parents of B. Of several with one key the first goes with the first and so on.
 */
static bool match_by(struct diffing *d, bool by_id)
{
    struct map map = {0}; /* -> the first in B that has no partner */
    struct arena keys = {0};
    struct buf key = {0};
    uint32_t *next = calloc(d->folder_count[SIDE_B] + 1, sizeof *next); /* of the same key */
    bool ok = next != NULL;
    for (size_t j = d->folder_count[SIDE_B]; j-- > 0 && ok;) {
        if (d->folder_partner[SIDE_B][j] != MAP_NONE || !folder_key(d, SIDE_B, &d->folders[SIDE_B][j], by_id, &key))
            continue;
        char *copy = key.failed ? NULL : arena_strndup(&keys, key.data, key.size);
        next[j] = copy ? map_get(&map, copy, key.size) : MAP_NONE;
        ok = copy && map_set(&map, copy, key.size, (uint32_t)j);
    }
    for (size_t i = 0; i < d->folder_count[SIDE_A] && ok; i++) {
        if (d->folder_partner[SIDE_A][i] != MAP_NONE || !folder_key(d, SIDE_A, &d->folders[SIDE_A][i], by_id, &key))
            continue;
        ok = !key.failed;
        uint32_t j = ok ? map_get(&map, key.data, key.size) : MAP_NONE;
        if (j == MAP_NONE)
            continue;
        marry(d, (uint32_t)i, j);
        ok = map_set(&map, key.data, key.size, next[j]);
    }
    map_free(&map);
    arena_free(&keys);
    buf_free(&key);
    free(next);
    return ok;
}

struct vote {
    uint32_t a, b, count;
};

static int by_votes(const void *a, const void *b)
{
    const struct vote *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->a != right->a)
        return left->a < right->a ? -1 : 1;
    return (left->b > right->b) - (left->b < right->b);
}

static bool add_vote(struct vote **votes, size_t *count, size_t *capacity, struct map *map, struct arena *keys,
                     struct vote vote)
{
    uint32_t pair[2] = {vote.a, vote.b};
    uint32_t at = map_get(map, (const char *)pair, sizeof pair);
    if (*votes && at < *count) {
        (*votes)[at].count++;
        return true;
    }
    struct vote *list = array_grow(*votes, *count, capacity, sizeof *list);
    char *key = arena_strndup(keys, (const char *)pair, sizeof pair);
    if (!list || !key || !map_set(map, key, sizeof pair, (uint32_t)*count)) {
        *votes = list ? list : *votes;
        return false;
    }
    *votes = list;
    list[(*count)++] = vote;
    return true;
}

/* A folder with another id and name is the one into which half of its items have gone, or more. */
static bool match_by_items(struct diffing *d)
{
    struct vote *votes = NULL;
    size_t count = 0, capacity = 0;
    struct map map = {0};
    struct arena keys = {0};
    uint32_t *items = calloc(d->folder_count[SIDE_A] + 1, sizeof *items); /* of each folder that have partners */
    bool ok = items != NULL;
    for (size_t i = 0; i < d->item_count[SIDE_A] && ok; i++) {
        uint32_t j = d->partner[SIDE_A][i], from = d->items[SIDE_A][i].folder;
        uint32_t to = j == MAP_NONE ? MAP_NONE : d->items[SIDE_B][j].folder;
        if (from != MAP_NONE && j != MAP_NONE)
            items[from]++;
        if (from != MAP_NONE && to != MAP_NONE && d->folder_partner[SIDE_A][from] == MAP_NONE &&
            d->folder_partner[SIDE_B][to] == MAP_NONE)
            ok = add_vote(&votes, &count, &capacity, &map, &keys, (struct vote){from, to, 1});
    }
    if (count)
        qsort(votes, count, sizeof *votes, by_votes);
    for (size_t i = 0; i < count && ok; i++)
        if (d->folder_partner[SIDE_A][votes[i].a] == MAP_NONE && d->folder_partner[SIDE_B][votes[i].b] == MAP_NONE &&
            votes[i].count >= items[votes[i].a] - items[votes[i].a] / 2)
            marry(d, votes[i].a, votes[i].b);
    free(votes);
    free(items);
    map_free(&map);
    arena_free(&keys);
    return ok;
}

/* ------------------------------------------------------------------------------------------------- what has happened
 */

bool diff_same_folder(const struct diffing *d, uint32_t a, uint32_t b)
{
    return a == MAP_NONE || b == MAP_NONE ? a == b : d->folder_partner[SIDE_A][a] == b;
}

struct jpk_diff_change diff_folder_change(const struct diffing *d, uint32_t a, uint32_t b)
{
    const struct diff_folder *left = a == MAP_NONE ? NULL : &d->folders[SIDE_A][a];
    const struct diff_folder *right = b == MAP_NONE ? NULL : &d->folders[SIDE_B][b];
    struct jpk_diff_change change = {
        .subject = JPK_DIFF_FOLDER,
        .what = !left    ? JPK_DIFF_ADDED
                : !right ? JPK_DIFF_REMOVED
                         : 0u,
        .old_id = left ? left->id : NULL,
        .new_id = right ? right->id : NULL,
        .old_name = left ? left->name : NULL,
        .new_name = right ? right->name : NULL,
    };
    if (left && right)
        change.what = (strcmp(left->name, right->name) != 0 ? JPK_DIFF_RENAMED : 0u) |
                      (diff_same_folder(d, left->parent, right->parent) ? 0u : JPK_DIFF_MOVED);
    return change;
}

void diff_match_folders(struct diffing *d)
{
    if (!match_by(d, true) || !match_by(d, false) || !match_by_items(d))
        d->failed = true;
}

/* Where the last item or folder of each place stands in B; places are types and folders of B. */
struct order {
    struct diffing *d;
    void (*report)(struct diffing *d, const char *type, uint32_t folder);
    struct map last, reported;
};

/* Notes that what stands at `index` of B comes next in `folder`; false: no memory. */
static bool follow(struct order *order, const char *type, const uint32_t *folder, uint32_t index)
{
    const char *key = *folder != MAP_NONE ? (const char *)folder : type;
    size_t n = *folder != MAP_NONE ? sizeof *folder : strlen(type);
    uint32_t before = map_get(&order->last, key, n), old = MAP_NONE;
    if (before != MAP_NONE && before > index) {
        if (!map_add(&order->reported, key, n, 1, &old))
            return false;
        if (old == MAP_NONE)
            order->report(order->d, type, *folder);
    }
    return map_set(&order->last, key, n, index);
}

struct ranked {
    uint32_t item, rank;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->item > right->item) - (left->item < right->item);
}

/* The items of A by their places, those of different folders mixed. NULL: no memory. */
static struct ranked *rank_items(const struct diffing *d)
{
    struct ranked *list = malloc((d->item_count[SIDE_A] + 1) * sizeof *list);
    for (uint32_t i = 0; i < d->item_count[SIDE_A] && list; i++)
        list[i] = (struct ranked){i, d->items[SIDE_A][i].rank};
    if (list && d->item_count[SIDE_A])
        qsort(list, d->item_count[SIDE_A], sizeof *list, by_rank);
    return list;
}

static bool follow_items(struct order *order, const struct ranked *list)
{
    const struct diffing *d = order->d;
    bool ok = true;
    for (size_t at = 0; at < d->item_count[SIDE_A] && ok; at++) {
        uint32_t i = list[at].item, j = d->partner[SIDE_A][i];
        const struct diff_item *a = &d->items[SIDE_A][i], *b = j == MAP_NONE ? NULL : &d->items[SIDE_B][j];
        if (b && a->placed && b->placed && diff_same_folder(d, a->folder, b->folder))
            ok = follow(order, b->type, &b->folder, b->rank);
    }
    return ok;
}

static bool follow_all(struct order *order)
{
    const struct diffing *d = order->d;
    struct ranked *list = rank_items(d);
    bool ok = list && follow_items(order, list);
    free(list);
    map_free(&order->last);
    /* Folders among folders; a place that was reported is not reported again. */
    for (size_t i = 0; i < d->folder_count[SIDE_A] && ok; i++) {
        uint32_t j = d->folder_partner[SIDE_A][i];
        const struct diff_folder *b = j == MAP_NONE ? NULL : &d->folders[SIDE_B][j];
        if (b && diff_same_folder(d, d->folders[SIDE_A][i].parent, b->parent))
            ok = follow(order, b->type, &b->parent, j);
    }
    map_free(&order->last);
    map_free(&order->reported);
    return ok;
}

void diff_folder_order(struct diffing *d, void (*report)(struct diffing *d, const char *type, uint32_t folder))
{
    struct order order = {.d = d, .report = report};
    if (!follow_all(&order))
        d->failed = true;
}
