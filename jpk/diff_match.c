/*
 * Which items of two projects are the same: by id, and what is left by content.
 *
 * Every item that has no partner gets a color, which tells it from others without its id: its type, its place and what
 * it says when all ids in it are wiped. Items that have a partner have their id for a color. A hash of what an item
 * says with the colors in place of ids then compares references too, in one pass and in any order.
 */
#include <stdlib.h>
#include <string.h>

#include "jpk/diff_state.h"

/* ----------------------------------------------------------------------------------------------------- the loners */

struct loner {
    const struct diff_item *item;
    uint32_t index;            /* of the item */
    uint64_t type, path, name; /* hashes; the latter two are of the type too */
    uint64_t content, linked;  /* what it says: ids wiped; ids as colors */
    uint32_t first, count;     /* its features */
    bool taken;
};

struct loners {
    struct loner *list;
    size_t count;
};

struct matcher {
    struct diffing *d;
    struct loners side[2];
};

static void pair_up(struct diffing *d, uint32_t a, uint32_t b)
{
    d->partner[SIDE_A][a] = b;
    d->partner[SIDE_B][b] = a;
}

static void match_ids(struct diffing *d)
{
    for (uint32_t i = 0; i < d->item_count[SIDE_A]; i++) {
        uint32_t j = d->form->find(d, SIDE_B, d->items[SIDE_A][i].id);
        if (j != MAP_NONE && d->partner[SIDE_B][j] == MAP_NONE &&
            strcmp(d->items[SIDE_A][i].type, d->items[SIDE_B][j].type) == 0)
            pair_up(d, i, j);
    }
}

static void describe(struct diffing *d, int side, struct loner *loner)
{
    const struct diff_item *item = loner->item;
    loner->type = hash_bytes(item->type, strlen(item->type));
    loner->path = d->form->place(d, side, loner->index);
    loner->name = diff_mix(loner->type, hash_bytes(item->name, strlen(item->name)));
    loner->content = d->form->hash(d, side, loner->index, IDS_WIPED);
    d->color[side][loner->index] = diff_mix(loner->path, loner->content);
}

static bool find_loners(struct matcher *m, int side)
{
    struct diffing *d = m->d;
    struct loners *out = &m->side[side];
    out->list = calloc(d->item_count[side] + 1, sizeof *out->list);
    for (uint32_t i = 0; i < d->item_count[side] && out->list; i++)
        if (d->partner[side][i] == MAP_NONE && d->items[side][i].counts)
            out->list[out->count++] = (struct loner){.item = &d->items[side][i], .index = i};
    return out->list != NULL;
}

/* Items with partners have the same color on both sides: the hash of A's id. */
static void color_pairs(struct diffing *d)
{
    for (size_t i = 0; i < d->item_count[SIDE_A]; i++) {
        const char *id = d->items[SIDE_A][i].id;
        uint32_t j = d->partner[SIDE_A][i];
        if (j != MAP_NONE)
            d->color[SIDE_A][i] = d->color[SIDE_B][j] = hash_bytes(id, strlen(id));
    }
}

static bool describe_all(struct matcher *m)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < m->side[side].count; i++)
            describe(m->d, side, &m->side[side].list[i]);
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < m->side[side].count; i++) {
            struct loner *loner = &m->side[side].list[i];
            loner->linked = m->d->form->hash(m->d, side, loner->index, IDS_COLORED);
        }
    return !m->d->failed;
}

/* --------------------------------------------------------------------------------------------------- equal content */

typedef uint64_t loner_key(const struct loner *loner);

static uint64_t path_and_links(const struct loner *loner)
{
    return diff_mix(loner->path, loner->linked);
}

static uint64_t path_and_content(const struct loner *loner)
{
    return diff_mix(loner->path, loner->content);
}

static uint64_t name_and_links(const struct loner *loner)
{
    return diff_mix(loner->name, loner->linked);
}

static uint64_t name_and_content(const struct loner *loner)
{
    return diff_mix(loner->name, loner->content);
}

static uint64_t only_path(const struct loner *loner)
{
    return loner->path;
}

static uint64_t only_name(const struct loner *loner)
{
    return loner->name;
}

static void take(struct matcher *m, struct loner *a, struct loner *b)
{
    a->taken = b->taken = true;
    pair_up(m->d, a->index, b->index);
}

/* The loners of A by a key: the first of each, and behind each the next one with the same key. */
struct loner_index {
    struct map first;
    uint64_t *keys;
    uint32_t *next;
};

static uint32_t index_first(const struct loner_index *index, uint64_t key)
{
    return map_get(&index->first, (const char *)&key, sizeof key);
}

static bool index_loners(const struct loners *loners, loner_key *key_of, struct loner_index *out)
{
    *out = (struct loner_index){.keys = malloc((loners->count + 1) * sizeof *out->keys),
                                .next = malloc((loners->count + 1) * sizeof *out->next)};
    bool ok = out->keys && out->next;
    for (size_t i = loners->count; i-- > 0 && ok;) {
        if (loners->list[i].taken)
            continue;
        out->keys[i] = key_of(&loners->list[i]);
        out->next[i] = index_first(out, out->keys[i]);
        ok = map_set(&out->first, (const char *)(out->keys + i), sizeof *out->keys, (uint32_t)i);
    }
    return ok;
}

static void index_free(struct loner_index *index)
{
    map_free(&index->first);
    free(index->keys);
    free(index->next);
}

/* The first of A with a key and the first of B with it, the second and the second, ... */
static bool match_by(struct matcher *m, loner_key *key_of)
{
    struct loner_index index;
    struct loners *a = &m->side[SIDE_A], *b = &m->side[SIDE_B];
    bool ok = index_loners(a, key_of, &index);
    for (size_t j = 0; j < b->count && ok; j++) {
        uint64_t key = key_of(&b->list[j]);
        uint32_t i = b->list[j].taken ? MAP_NONE : index_first(&index, key);
        if (i == MAP_NONE)
            continue;
        take(m, &a->list[i], &b->list[j]);
        /* The entry's key lies with the loner that was taken and stays. */
        ok = map_set(&index.first, (const char *)&index.keys[i], sizeof key, index.next[i]);
    }
    index_free(&index);
    return ok;
}

static uint64_t only_links(const struct loner *loner)
{
    return diff_mix(loner->type, loner->linked);
}

static uint64_t only_content(const struct loner *loner)
{
    return diff_mix(loner->type, loner->content);
}

/* Pairs what has a key that no other loner of its side has. */
static bool match_unique(struct matcher *m, loner_key *key_of)
{
    struct loner_index index[2] = {{.next = NULL}, {.next = NULL}};
    bool ok = index_loners(&m->side[SIDE_A], key_of, &index[SIDE_A]) &&
              index_loners(&m->side[SIDE_B], key_of, &index[SIDE_B]);
    for (size_t j = 0; j < m->side[SIDE_B].count && ok; j++) {
        struct loner *b = &m->side[SIDE_B].list[j];
        if (b->taken || index_first(&index[SIDE_B], key_of(b)) != j || index[SIDE_B].next[j] != MAP_NONE)
            continue;
        uint32_t i = index_first(&index[SIDE_A], key_of(b));
        if (i != MAP_NONE && index[SIDE_A].next[i] == MAP_NONE)
            take(m, &m->side[SIDE_A].list[i], b);
    }
    index_free(&index[SIDE_A]);
    index_free(&index[SIDE_B]);
    return ok;
}

/* -------------------------------------------------------------------------------------------------- alike content */

/*
 * Features are what items say, one hash for each property and line. A feature that few items of a type have says much,
 * the default values of properties next to nothing: its weight is the inverse of how many have it. Weights are whole
 * numbers, so that sums do not depend on their order, which is that of random hashes.
 */
enum {
    WHOLE = 1 << 16,   /* the weight of what one item alone has */
    POSTINGS_MAX = 32, /* what more loners than that have finds no candidates */
    CANDIDATES = 4,    /* of each loner, by the weight of what they share */
    NAMESAKES = 8,     /* candidates for the same name */
    ALIKE = 70,        /* per cent that two items must share, */
    ALIKE_NAME = 50,   /* when their names are the same, */
    ALIKE_PATH = 30,   /* or their places are too; */
    BONUS = 20         /* what each of these counts when pairs are ranked */
};

struct features {
    struct matcher *m;
    uint64_t *list;
    size_t count, capacity;
    uint32_t *number;  /* of each feature in the list */
    uint32_t *have[2]; /* by number: how many items have it */
    size_t numbers;
};

static void take_feature(void *context, uint64_t feature)
{
    struct features *f = context;
    uint64_t *list = array_grow(f->list, f->count, &f->capacity, sizeof *list);
    if (!list) {
        f->m->d->failed = true;
        return;
    }
    f->list = list;
    f->list[f->count++] = feature;
}

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Adds an item's features in order, each once. */
static void add_features(struct features *f, int side, uint32_t index, struct loner *loner)
{
    size_t first = f->count, to = first;
    f->m->d->form->features(f->m->d, side, index, take_feature, f);
    if (f->count > first)
        qsort(f->list + first, f->count - first, sizeof *f->list, by_value);
    for (size_t i = first; i < f->count; i++)
        if (i == first || f->list[i] != f->list[to - 1])
            f->list[to++] = f->list[i];
    f->count = to;
    if (loner) {
        loner->first = (uint32_t)first;
        loner->count = (uint32_t)(to - first);
    }
}

/* Types that both sides have loners of: others need no features. */
static bool common_types(const struct matcher *m, struct map *types)
{
    struct map left = {0};
    bool ok = true;
    for (size_t i = 0; i < m->side[SIDE_A].count && ok; i++) {
        const struct loner *loner = &m->side[SIDE_A].list[i];
        if (!loner->taken)
            ok = map_set(&left, loner->item->type, strlen(loner->item->type), 1);
    }
    for (size_t j = 0; j < m->side[SIDE_B].count && ok; j++) {
        const struct loner *loner = &m->side[SIDE_B].list[j];
        const char *type = loner->item->type;
        if (!loner->taken && map_get(&left, type, strlen(type)) != MAP_NONE)
            ok = map_set(types, type, strlen(type), 1);
    }
    map_free(&left);
    return ok;
}

static bool number_features(struct features *f, size_t b_first)
{
    struct map map = {0};
    f->number = malloc((f->count + 1) * sizeof *f->number);
    f->have[0] = calloc(f->count + 1, sizeof *f->have[0]);
    f->have[1] = calloc(f->count + 1, sizeof *f->have[1]);
    bool ok = f->number && f->have[0] && f->have[1];
    for (size_t i = 0; i < f->count && ok; i++) {
        uint32_t fresh = (uint32_t)map.count, old;
        ok = map_add(&map, (const char *)&f->list[i], sizeof f->list[i], fresh, &old);
        f->number[i] = old == MAP_NONE ? fresh : old;
        f->have[i >= b_first][f->number[i]]++;
    }
    f->numbers = map.count;
    map_free(&map);
    return ok;
}

static bool collect_features(struct features *f)
{
    struct matcher *m = f->m;
    struct map types = {0};
    bool ok = common_types(m, &types);
    size_t b_first = 0;
    for (int side = 0; side < 2 && ok; side++) {
        struct loner *loner = m->side[side].list, *end = loner + m->side[side].count;
        b_first = f->count;
        for (uint32_t i = 0; i < m->d->item_count[side]; i++) {
            const struct diff_item *item = &m->d->items[side][i];
            bool is_loner = loner < end && loner->index == i;
            if (is_loner) /* what an earlier round found is gone */
                loner->first = loner->count = 0;
            if (item->counts && map_get(&types, item->type, strlen(item->type)) != MAP_NONE)
                add_features(f, side, i, is_loner ? loner : NULL);
            loner += is_loner;
        }
    }
    map_free(&types);
    return ok && !m->d->failed && f->count < UINT32_MAX && number_features(f, b_first);
}

static uint64_t weight(const struct features *f, size_t at)
{
    uint32_t a = f->have[0][f->number[at]], b = f->have[1][f->number[at]];
    return WHOLE / (a > b ? a : b);
}

/* Per cent of the weight that two items have together; *shared gets the weight that they share. */
static unsigned likeness(const struct features *f, const struct loner *a, const struct loner *b, uint64_t *shared)
{
    uint64_t all = 0;
    size_t i = a->first, j = b->first, i_end = i + a->count, j_end = j + b->count;
    *shared = 0;
    while (i < i_end || j < j_end) {
        bool left = i < i_end && (j == j_end || f->list[i] <= f->list[j]);
        bool right = j < j_end && (i == i_end || f->list[j] <= f->list[i]);
        uint64_t w = weight(f, left ? i : j);
        all += w;
        *shared += left && right ? w : 0;
        i += left;
        j += right;
    }
    return all ? (unsigned)(*shared * 100 / all) : 0;
}

struct candidate {
    uint32_t a, b;
    unsigned rank;
};

struct candidates {
    struct candidate *list;
    size_t count, capacity;
};

static bool consider(struct features *f, struct candidates *out, uint32_t i, uint32_t j)
{
    const struct loner *a = &f->m->side[SIDE_A].list[i], *b = &f->m->side[SIDE_B].list[j];
    uint64_t shared;
    if (a->taken || a->type != b->type)
        return true;
    bool name = a->name == b->name, path = a->path == b->path;
    unsigned alike = likeness(f, a, b, &shared);
    if (alike < (path ? ALIKE_PATH : name ? ALIKE_NAME : ALIKE) || (!name && shared < WHOLE))
        return true;
    struct candidate *list = array_grow(out->list, out->count, &out->capacity, sizeof *list);
    if (!list)
        return false;
    out->list = list;
    list[out->count++] = (struct candidate){i, j, alike + (name ? BONUS : 0) + (path ? BONUS : 0)};
    return true;
}

/* Which loners of A have a feature. */
struct postings {
    uint32_t *first; /* by number: index of a posting, or MAP_NONE */
    uint32_t *length;
    uint32_t *next, *loner; /* by posting */
    uint64_t *score;        /* by loner: the weight of what it shares with the loner at hand */
    uint32_t *touched;
};

static bool make_postings(const struct features *f, struct postings *p)
{
    const struct loners *a = &f->m->side[SIDE_A];
    *p = (struct postings){.first = malloc((f->numbers + 1) * sizeof *p->first),
                           .length = calloc(f->numbers + 1, sizeof *p->length),
                           .next = malloc((f->count + 1) * sizeof *p->next),
                           .loner = malloc((f->count + 1) * sizeof *p->loner),
                           .score = calloc(a->count + 1, sizeof *p->score),
                           .touched = malloc((a->count + 1) * sizeof *p->touched)};
    if (!p->first || !p->length || !p->next || !p->loner || !p->score || !p->touched)
        return false;
    memset(p->first, 0xff, (f->numbers + 1) * sizeof *p->first);
    uint32_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct loner *loner = &a->list[i];
        for (uint32_t at = loner->first; !loner->taken && at < loner->first + loner->count; at++, count++) {
            uint32_t number = f->number[at];
            p->next[count] = p->first[number];
            p->loner[count] = (uint32_t)i;
            p->first[number] = count;
            p->length[number]++;
        }
    }
    return true;
}

static void postings_free(struct postings *p)
{
    free(p->first);
    free(p->length);
    free(p->next);
    free(p->loner);
    free(p->score);
    free(p->touched);
}

static bool better(const struct postings *p, uint32_t i, uint32_t than)
{
    if (than == MAP_NONE || p->score[i] != p->score[than])
        return p->score[i] > (than == MAP_NONE ? 0 : p->score[than]);
    return i < than;
}

/* Takes the best of the touched loners out; of equals the first. */
static uint32_t best_touched(struct postings *p, size_t count)
{
    uint32_t best = MAP_NONE;
    for (size_t t = 0; t < count; t++)
        if (better(p, p->touched[t], best))
            best = p->touched[t];
    if (best != MAP_NONE)
        p->score[best] = 0;
    return best;
}

static bool find_alike(struct features *f, struct postings *p, struct candidates *out, uint32_t j)
{
    const struct loner *b = &f->m->side[SIDE_B].list[j];
    size_t touched = 0;
    for (uint32_t at = b->first; at < b->first + b->count; at++) {
        uint32_t number = f->number[at];
        if (p->length[number] > POSTINGS_MAX)
            continue;
        for (uint32_t post = p->first[number]; post != MAP_NONE; post = p->next[post]) {
            uint32_t i = p->loner[post];
            if (p->score[i] == 0)
                p->touched[touched++] = i;
            p->score[i] += weight(f, at);
        }
    }
    bool ok = true;
    for (int n = 0; n < CANDIDATES && ok; n++) {
        uint32_t i = best_touched(p, touched);
        if (i == MAP_NONE)
            break;
        ok = consider(f, out, i, j);
    }
    for (size_t t = 0; t < touched; t++)
        p->score[p->touched[t]] = 0;
    return ok;
}

static bool find_namesakes(struct features *f, const struct loner_index *names, struct candidates *out, uint32_t j)
{
    uint32_t i = index_first(names, f->m->side[SIDE_B].list[j].name);
    for (int n = 0; n < NAMESAKES && i != MAP_NONE; n++, i = names->next[i])
        if (!consider(f, out, i, j))
            return false;
    return true;
}

static int by_rank(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank > right->rank ? -1 : 1;
    if (left->a != right->a)
        return left->a < right->a ? -1 : 1;
    return (left->b > right->b) - (left->b < right->b);
}

static void take_best(struct matcher *m, struct candidates *candidates)
{
    if (candidates->count)
        qsort(candidates->list, candidates->count, sizeof *candidates->list, by_rank);
    for (size_t i = 0; i < candidates->count; i++) {
        struct loner *a = &m->side[SIDE_A].list[candidates->list[i].a];
        struct loner *b = &m->side[SIDE_B].list[candidates->list[i].b];
        if (!a->taken && !b->taken)
            take(m, a, b);
    }
}

/* From now on pairs have one color, and loners that of their name: what they say may have changed. */
static void recolor(struct matcher *m)
{
    color_pairs(m->d);
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < m->side[side].count; i++)
            if (!m->side[side].list[i].taken)
                m->d->color[side][m->side[side].list[i].index] = m->side[side].list[i].name;
}

static bool match_alike(struct matcher *m)
{
    struct features f = {.m = m};
    struct postings p = {0};
    struct loner_index names = {0};
    struct candidates candidates = {0};
    recolor(m);
    bool ok = collect_features(&f);
    if (ok && f.count > 0) {
        ok = make_postings(&f, &p) && index_loners(&m->side[SIDE_A], only_name, &names);
        for (size_t j = 0; j < m->side[SIDE_B].count && ok; j++)
            if (!m->side[SIDE_B].list[j].taken)
                ok = find_namesakes(&f, &names, &candidates, (uint32_t)j) &&
                     find_alike(&f, &p, &candidates, (uint32_t)j);
        if (ok)
            take_best(m, &candidates);
    }
    free(candidates.list);
    index_free(&names);
    postings_free(&p);
    free(f.list);
    free(f.number);
    free(f.have[0]);
    free(f.have[1]);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ all of it */

static bool match_content(struct matcher *m)
{
    struct diffing *d = m->d;
    if (!find_loners(m, SIDE_A) || !find_loners(m, SIDE_B))
        return false;
    if (m->side[SIDE_A].count == 0 || m->side[SIDE_B].count == 0)
        return true;
    color_pairs(d);
    bool ok = describe_all(m) && match_by(m, path_and_links) && match_by(m, path_and_content) &&
              (!d->form->place_first || match_by(m, only_path)) && match_by(m, name_and_links) &&
              match_by(m, name_and_content);
    if (d->form->place_first)
        ok = ok && match_unique(m, only_links) && match_unique(m, only_content);
    /* Alike twice: what refers to a pair that was just found is more alike than before. */
    return ok && match_alike(m) && match_alike(m) && match_by(m, only_path);
}

void diff_match_items(struct diffing *d)
{
    struct matcher m = {.d = d};
    match_ids(d);
    if (!match_content(&m))
        d->failed = true;
    free(m.side[SIDE_A].list);
    free(m.side[SIDE_B].list);
}
