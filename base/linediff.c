#include "base/linediff.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/map.h"

enum { ELEMENTS_MAX = 1 << 30 };

/* A part of both sequences that is still to be compared. */
struct box {
    uint32_t a0, a1, b0, b1;
};

struct search {
    const uint32_t *a, *b;       /* without the elements that the other side does not have at all */
    int32_t *forward, *backward; /* how far the paths on each diagonal reach; the middle is diagonal 0 */
    bool *gone, *come;           /* by index in `a` and `b`: belongs to the difference */
    struct box *stack;
    size_t depth, capacity;
    uint64_t *budget;
};

/* ------------------------------------------------------------------------------------------------- the search */

/* The furthest point on diagonal k that one more step reaches, before the equal elements behind it. */
static int32_t reach(const int32_t *at, int32_t d, int32_t k)
{
    return k == -d || (k != d && at[k - 1] < at[k + 1]) ? at[k + 1] : at[k - 1] + 1;
}

/*
 * Lets the paths of one direction take their d-th step. `sign` is 1 from the start and -1 from the end. True when a
 * path meets one of the other direction: *out gets the run of equal elements there, in distances from the corner where
 * this direction starts.
 */
static bool step(struct search *s, const struct box *box, int sign, int32_t d, struct box *out)
{
    int32_t n = (int32_t)(box->a1 - box->a0), m = (int32_t)(box->b1 - box->b0), delta = n - m;
    int32_t *mine = sign > 0 ? s->forward : s->backward;
    const int32_t *other = sign > 0 ? s->backward : s->forward;
    bool odd = (delta & 1) != 0, meets = odd == (sign > 0);
    int32_t reached = sign > 0 ? d - 1 : d;
    uint64_t steps = 0;
    for (int32_t k = -(d - 2 * (d > m ? d - m : 0)); k <= d - 2 * (d > n ? d - n : 0); k += 2) {
        int32_t x = reach(mine, d, k), y = x - k, x0 = x;
        while (x < n && y < m &&
               (sign > 0 ? s->a[box->a0 + (uint32_t)x] == s->b[box->b0 + (uint32_t)y]
                         : s->a[box->a1 - 1 - (uint32_t)x] == s->b[box->b1 - 1 - (uint32_t)y])) {
            x++;
            y++;
        }
        mine[k] = x;
        steps += (uint64_t)(x - x0) + 1;
        int32_t across = delta - k;
        if (meets && across >= -reached && across <= reached && x + other[across] >= n) {
            *out = (struct box){(uint32_t)x0, (uint32_t)x, (uint32_t)(x0 - k), (uint32_t)(x - k)};
            return true;
        }
    }
    *s->budget -= *s->budget < steps ? *s->budget : steps;
    return false;
}

/* The middle of a shortest path through the box, as the run of equal elements there; false when the budget is spent. */
static bool middle(struct search *s, const struct box *box, struct box *out)
{
    s->forward[1] = s->backward[1] = 0;
    for (int32_t d = 0; *s->budget > 0; d++) {
        struct box run;
        if (step(s, box, 1, d, &run)) {
            *out = (struct box){box->a0 + run.a0, box->a0 + run.a1, box->b0 + run.b0, box->b0 + run.b1};
            return true;
        }
        if (step(s, box, -1, d, &run)) {
            *out = (struct box){box->a1 - run.a1, box->a1 - run.a0, box->b1 - run.b1, box->b1 - run.b0};
            return true;
        }
    }
    return false;
}

static bool push(struct search *s, struct box box)
{
    struct box *stack = array_grow(s->stack, s->depth, &s->capacity, sizeof *stack);
    if (!stack)
        return false;
    s->stack = stack;
    s->stack[s->depth++] = box;
    return true;
}

static void trim(const struct search *s, struct box *box)
{
    while (box->a0 < box->a1 && box->b0 < box->b1 && s->a[box->a0] == s->b[box->b0]) {
        box->a0++;
        box->b0++;
    }
    while (box->a0 < box->a1 && box->b0 < box->b1 && s->a[box->a1 - 1] == s->b[box->b1 - 1]) {
        box->a1--;
        box->b1--;
    }
}

static bool search(struct search *s, size_t a_count, size_t b_count)
{
    if (!push(s, (struct box){0, (uint32_t)a_count, 0, (uint32_t)b_count}))
        return false;
    while (s->depth > 0) {
        struct box box = s->stack[--s->depth], run;
        trim(s, &box);
        if (box.a0 < box.a1 && box.b0 < box.b1 && middle(s, &box, &run)) {
            if (!push(s, (struct box){run.a1, box.a1, run.b1, box.b1}) ||
                !push(s, (struct box){box.a0, run.a0, box.b0, run.b0}))
                return false;
        } else {
            memset(s->gone + box.a0, true, box.a1 - box.a0);
            memset(s->come + box.b0, true, box.b1 - box.b0);
        }
    }
    return true;
}

/* ---------------------------------------------------------------------------------------------------- sequences */

/* One side: its numbers, of them those that the other side has too, and what belongs to the difference. */
struct side {
    const uint32_t *numbers;
    size_t count;
    uint32_t *kept, *place; /* the numbers that both have, and where they stand */
    size_t kept_count;
    bool *changed, *kept_changed;
};

static bool side_begin(struct side *side, const uint32_t *numbers, size_t count)
{
    *side = (struct side){.numbers = numbers, .count = count};
    side->kept = malloc((count + 1) * sizeof *side->kept);
    side->place = malloc((count + 1) * sizeof *side->place);
    side->changed = calloc(count + 1, sizeof *side->changed);
    side->kept_changed = calloc(count + 1, sizeof *side->kept_changed);
    return side->kept && side->place && side->changed && side->kept_changed;
}

static void side_end(struct side *side)
{
    free(side->kept);
    free(side->place);
    free(side->changed);
    free(side->kept_changed);
}

static void mark(const struct side *side, unsigned char *seen, unsigned char bit)
{
    for (size_t i = 0; i < side->count; i++)
        seen[side->numbers[i]] |= bit;
}

/* What only one side has certainly belongs to the difference: two unlike texts then cost nothing to compare. */
static void keep_shared(struct side *side, const unsigned char *seen)
{
    for (size_t i = 0; i < side->count; i++) {
        if (seen[side->numbers[i]] != 3) {
            side->changed[i] = true;
        } else {
            side->kept[side->kept_count] = side->numbers[i];
            side->place[side->kept_count++] = (uint32_t)i;
        }
    }
}

static void give_back(struct side *side)
{
    for (size_t i = 0; i < side->kept_count; i++)
        if (side->kept_changed[i])
            side->changed[side->place[i]] = true;
}

static bool compare_sides(struct side *a, struct side *b, size_t kinds, uint64_t *budget)
{
    unsigned char *seen = calloc(kinds + 1, 1);
    if (!seen)
        return false;
    mark(a, seen, 1);
    mark(b, seen, 2);
    keep_shared(a, seen);
    keep_shared(b, seen);
    free(seen);
    size_t width = a->kept_count + b->kept_count + 3, zero = b->kept_count + 1;
    int32_t *paths = calloc(2 * width, sizeof *paths);
    struct search s = {.a = a->kept, .b = b->kept, .gone = a->kept_changed, .come = b->kept_changed, .budget = budget};
    bool ok = paths != NULL;
    if (ok) {
        s.forward = paths + zero;
        s.backward = paths + width + zero;
        ok = search(&s, a->kept_count, b->kept_count);
    }
    free(paths);
    free(s.stack);
    give_back(a);
    give_back(b);
    return ok;
}

static bool add_edit(struct linediff *out, size_t *capacity, const struct linediff_edit *edit)
{
    struct linediff_edit *edits = array_grow(out->edits, out->edit_count, capacity, sizeof *edits);
    if (!edits)
        return false;
    out->edits = edits;
    out->edits[out->edit_count++] = *edit;
    return true;
}

static bool make_edits(const struct side *a, const struct side *b, struct linediff *out)
{
    size_t capacity = 0, i = 0, j = 0;
    while (i < a->count || j < b->count) {
        struct linediff_edit edit = {.a = (uint32_t)i, .b = (uint32_t)j};
        while (i < a->count && a->changed[i])
            i++;
        while (j < b->count && b->changed[j])
            j++;
        edit.a_count = (uint32_t)i - edit.a;
        edit.b_count = (uint32_t)j - edit.b;
        if ((edit.a_count || edit.b_count) && !add_edit(out, &capacity, &edit))
            return false;
        i += i < a->count;
        j += j < b->count;
    }
    return true;
}

bool linediff_numbers(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, size_t kinds,
                      uint64_t *budget, struct linediff *out)
{
    struct side left = {0}, right = {0};
    struct linediff result = {.a_count = a_count, .b_count = b_count};
    bool ok = a_count < ELEMENTS_MAX && b_count < ELEMENTS_MAX && side_begin(&left, a, a_count) &&
              side_begin(&right, b, b_count) && compare_sides(&left, &right, kinds, budget) &&
              make_edits(&left, &right, &result);
    side_end(&left);
    side_end(&right);
    if (ok)
        *out = result;
    else
        linediff_free(&result);
    return ok;
}

/* --------------------------------------------------------------------------------------------------------- lines */

static bool split(const char *text, size_t size, struct linediff_line **out, size_t *count)
{
    size_t n = size > 0 && text[size - 1] != '\n' ? 1 : 0;
    const char *end = text + size;
    for (const char *p = text; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    struct linediff_line *lines = calloc(n + 1, sizeof *lines);
    if (!lines)
        return false;
    *out = lines;
    *count = n;
    for (const char *p = text; p < end; lines++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        *lines = (struct linediff_line){p, (size_t)((newline ? newline + 1 : end) - p)};
        p += lines->size;
    }
    return true;
}

static bool number_lines(struct map *map, const struct linediff_line *lines, size_t count, uint32_t *numbers)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t fresh = (uint32_t)map->count, old;
        if (!map_add(map, lines[i].text, lines[i].size, fresh, &old))
            return false;
        numbers[i] = old == MAP_NONE ? fresh : old;
    }
    return true;
}

bool linediff_texts(const char *a, size_t a_size, const char *b, size_t b_size, uint64_t *budget, struct linediff *out)
{
    struct linediff result = {0}, numbered = {0};
    struct map map = {0};
    uint32_t *numbers = NULL;
    bool ok = split(a, a_size, &result.a, &result.a_count) && split(b, b_size, &result.b, &result.b_count) &&
              (numbers = malloc((result.a_count + result.b_count + 1) * sizeof *numbers)) != NULL &&
              number_lines(&map, result.a, result.a_count, numbers) &&
              number_lines(&map, result.b, result.b_count, numbers + result.a_count) &&
              linediff_numbers(numbers, result.a_count, numbers + result.a_count, result.b_count, map.count, budget,
                               &numbered);
    map_free(&map);
    free(numbers);
    result.edits = numbered.edits;
    result.edit_count = numbered.edit_count;
    if (ok)
        *out = result;
    else
        linediff_free(&result);
    return ok;
}

void linediff_free(struct linediff *diff)
{
    free(diff->a);
    free(diff->b);
    free(diff->edits);
    *diff = (struct linediff){0};
}
