/*
 * The closer look at two values of exports whose hashes differ: members by key, elements of arrays by what tells them
 * apart, down to the values that differ.
 */
#include <stdlib.h>

#include "jpk/cloud_diff.h"
#include "jpk/secret_field.h"

enum {
    DEPTH = 64,        /* what lies deeper differs as a whole; real documents have some 40 levels */
    PATH_BYTES = 1000, /* the same for a path that is longer */
    PART_BYTES = 200   /* longer parts of paths are cut */
};

/* -------------------------------------------------------------------------------------------------------- the path */

size_t cloud_enter(struct cloud_comparison *c, const char *part, size_t n)
{
    size_t before = c->path.size, shown = n;
    if (n > PART_BYTES)
        for (shown = PART_BYTES; shown > 0 && ((unsigned char)part[shown] & 0xc0) == 0x80;)
            shown--;
    if (before && n)
        buf_putc(&c->path, '/');
    buf_put(&c->path, part, shown);
    if (shown < n)
        buf_puts(&c->path, "...");
    c->c->d.failed |= c->path.failed;
    return before;
}

void cloud_leave(struct cloud_comparison *c, size_t before)
{
    if (!c->path.data)
        return;
    c->path.size = before;
    c->path.data[before] = '\0';
}

const char *cloud_shown_path(struct cloud_comparison *c)
{
    const char *path = buf_text(&c->path), *last = strrchr(path, '/');
    if (c->path.size > c->c->path_room && last)
        return last + 1;
    c->c->path_room -= c->path.size < c->c->path_room ? c->path.size : c->c->path_room;
    return path;
}

/* ---------------------------------------------------------------------------------------------------------- a value */

static const struct jdoc *doc_of(const struct cloud_comparison *c, int side)
{
    return c->c->view[side].doc;
}

static uint64_t hash_of(const struct cloud_comparison *c, int side, uint32_t node)
{
    return c->c->view[side].hash[node];
}

/* Whether both are containers of the type, or one is and the other absent and only texts in it are asked for. */
static bool both(const struct cloud_comparison *c, uint32_t a, uint32_t b, enum jdoc_type type)
{
    bool left = jdoc_is(doc_of(c, SIDE_A), a, type), right = jdoc_is(doc_of(c, SIDE_B), b, type);
    return (left && right) || (c->texts_only && (left || right));
}

static bool has_lines(const struct jdoc *doc, uint32_t node)
{
    return jdoc_is(doc, node, JDOC_STRING) && memchr(jdoc_string(doc, node), '\n', jdoc_string_size(doc, node));
}

static bool list_of(struct cloud_comparison *c, int side, uint32_t array, enum cloud_shape shape,
                    struct cloud_elements *out)
{
    bool ok = cloud_collect(&c->c->d, doc_of(c, side), array, shape, out);
    c->c->d.failed |= !ok;
    return ok;
}

static void compare_arrays(struct cloud_comparison *c, uint32_t a, uint32_t b, enum cloud_shape shape, const char *key,
                           enum cloud_diff_part part)
{
    struct cloud_elements lists[2] = {{0}, {0}};
    if (list_of(c, SIDE_A, a, shape, &lists[0]) && list_of(c, SIDE_B, b, shape, &lists[1]))
        cloud_diff_lists(c, lists, shape, part != PART_SET || c->c->d.options.all, key);
    free(lists[0].nodes);
    free(lists[1].nodes);
}

/* Two values whose hashes differ; one may be JDOC_NONE. */
static void compare_values(struct cloud_comparison *c, uint32_t a, uint32_t b, enum cloud_shape shape, const char *key,
                           enum cloud_diff_part part)
{
    bool deep = c->depth >= DEPTH || c->path.size > PATH_BYTES;
    c->depth++;
    if (!deep && both(c, a, b, JDOC_OBJECT))
        cloud_diff_objects(c, a, b, shape, false);
    else if (!deep && both(c, a, b, JDOC_ARRAY))
        compare_arrays(c, a, b, shape, key, part);
    else if (!c->texts_only || has_lines(doc_of(c, SIDE_A), a) || has_lines(doc_of(c, SIDE_B), b))
        cloud_diff_add(c, a, b, key, part);
    c->depth--;
}

/* --------------------------------------------------------------------------------------------------------- objects */

/* The parts of trees say nothing of their own in a path. */
static bool is_silent(enum cloud_shape shape, const struct jdoc *doc, uint32_t key)
{
    return (shape == SHAPE_PROPERTY &&
            (jdoc_string_is(doc, key, "children", 8) || jdoc_string_is(doc, key, "value", 5))) ||
           (shape == SHAPE_NODE && jdoc_string_is(doc, key, "C", 1));
}

/* Of a key at most as much as a secret's name has. */
static void copy_key(const struct jdoc *doc, uint32_t key, char out[PART_BYTES + 1])
{
    size_t n = jdoc_string_size(doc, key) < PART_BYTES ? jdoc_string_size(doc, key) : PART_BYTES;
    memcpy(out, jdoc_string(doc, key), n);
    out[n] = '\0';
}

/* A member of two objects, one of which may lack it; `key` is a node of `doc`. */
static void compare_member(struct cloud_comparison *c, const struct jdoc *doc, uint32_t object, uint32_t key,
                           uint32_t a, uint32_t b, enum cloud_shape shape, bool root)
{
    char name[PART_BYTES + 1];
    struct cloud_diff_row part = cloud_diff_row_of(shape, root, jdoc_string(doc, key), jdoc_string_size(doc, key));
    if (cloud_pair_skipped(c->c, part, a, b))
        return;
    if (a != JDOC_NONE && b != JDOC_NONE && hash_of(c, SIDE_A, a) == hash_of(c, SIDE_B, b))
        return;
    copy_key(doc, key, name);
    size_t before =
        is_silent(shape, doc, key) ? c->path.size : cloud_enter(c, jdoc_string(doc, key), jdoc_string_size(doc, key));
    compare_values(c, a, b, cloud_member_shape(doc, object, shape, key), name, part.part);
    cloud_leave(c, before);
}

/* The value of a property: one that is absent is the default. What only the defaults say is said of them. */
static void compare_property(struct cloud_comparison *c, uint32_t a, uint32_t b)
{
    const struct jdoc *left = doc_of(c, SIDE_A), *right = doc_of(c, SIDE_B);
    uint32_t i = jdoc_member(left, a, "value"), j = jdoc_member(right, b, "value");
    if (i == JDOC_NONE && j == JDOC_NONE)
        return;
    i = a == JDOC_NONE ? JDOC_NONE : cloud_effective(left, a);
    j = b == JDOC_NONE ? JDOC_NONE : cloud_effective(right, b);
    if (i != JDOC_NONE && j != JDOC_NONE && hash_of(c, SIDE_A, i) == hash_of(c, SIDE_B, j))
        return;
    char name[PART_BYTES + 1] = "";
    uint32_t named = jdoc_member(b == JDOC_NONE ? left : right, b == JDOC_NONE ? a : b, "name");
    if (jdoc_is(b == JDOC_NONE ? left : right, named, JDOC_STRING))
        copy_key(b == JDOC_NONE ? left : right, named, name);
    compare_values(c, i, j, SHAPE_ANY, name, PART_PLAIN);
}

/* The member of an object, which may be JDOC_NONE, under a key of another document. */
static uint32_t same_member(const struct jdoc *doc, uint32_t object, const struct jdoc *of, uint32_t key)
{
    return object == JDOC_NONE ? JDOC_NONE : jdoc_get(doc, object, jdoc_string(of, key), jdoc_string_size(of, key));
}

/* The members of the object of a side; of B only those that A lacks. `holds`: the value of one may be a secret. */
static void compare_members(struct cloud_comparison *c, int side, const uint32_t objects[2], enum cloud_shape shape,
                            bool root, bool holds)
{
    const struct jdoc *doc = doc_of(c, side), *other_doc = doc_of(c, !side);
    uint32_t object = objects[side];
    bool outer = c->secret;
    if (object == JDOC_NONE)
        return;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1)) {
        uint32_t other = same_member(other_doc, objects[!side], doc, key);
        bool done = side == SIDE_B && other != JDOC_NONE;
        bool value = shape == SHAPE_PROPERTY && jdoc_string_is(doc, key, "value", strlen("value"));
        if (done || value || jdoc_shadowed(doc, key))
            continue;
        c->secret = outer || cloud_secret_member(doc, key, holds);
        compare_member(c, doc, object, key, side == SIDE_A ? key + 1 : other, side == SIDE_A ? other : key + 1, shape,
                       root);
        c->secret = outer;
    }
}

void cloud_diff_objects(struct cloud_comparison *c, uint32_t a, uint32_t b, enum cloud_shape shape, bool root)
{
    const uint32_t objects[] = {a, b};
    bool outer = c->secret;
    bool holds = (a != JDOC_NONE && secret_holder(doc_of(c, SIDE_A), a)) ||
                 (b != JDOC_NONE && secret_holder(doc_of(c, SIDE_B), b));
    if (shape == SHAPE_PROPERTY) {
        c->secret = outer || holds;
        compare_property(c, a, b);
        c->secret = outer;
    }
    compare_members(c, SIDE_A, objects, shape, root, holds);
    compare_members(c, SIDE_B, objects, shape, root, holds);
}

/* ----------------------------------------------------------------------------------------------------------- lists */

bool cloud_collect(const struct diffing *d, const struct jdoc *doc, uint32_t array, enum cloud_shape shape,
                   struct cloud_elements *out)
{
    size_t most = array == JDOC_NONE ? 0 : jdoc_count(doc, array);
    out->nodes = malloc((most + 1) * sizeof *out->nodes);
    for (uint32_t at = array + 1; most > 0 && out->nodes && at < jdoc_next(doc, array); at = jdoc_next(doc, at))
        if (!cloud_element_skipped(d, doc, at, shape))
            out->nodes[out->count++] = at;
    return out->nodes != NULL;
}

struct family {
    struct cloud_comparison *c;
    const struct cloud_elements *lists;
    enum cloud_shape shape;
    struct diff_list pairs[2];
    uint32_t *gap[2];     /* which of the gaps between the elements that stand in one order on both sides it is in */
    uint32_t *ordinal[2]; /* which of those with its key an element is, from 1; 0: it is the only one */
};

static uint32_t element(const struct family *f, int side, size_t i)
{
    return f->lists[side].nodes[i];
}

static bool key_is_hash(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    *key = hash_of(f->c, side, element(f, side, i));
    return true;
}

static bool key_is_own(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    uint32_t own = cloud_element_key(doc_of(f->c, side), element(f, side, i), f->shape);
    if (own != JDOC_NONE)
        *key = hash_of(f->c, side, own);
    return own != JDOC_NONE;
}

/* The same but for the key: it has another name. */
static bool key_is_rest(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    bool keyed = cloud_element_key(doc_of(f->c, side), element(f, side, i), f->shape) != JDOC_NONE;
    if (keyed)
        *key = cloud_diff_rest(f->c->c, side, element(f, side, i), f->shape);
    return keyed;
}

/* What nothing tells apart belongs together in order, where it stands between the same others. */
static bool key_is_place(void *context, int side, size_t i, uint64_t *key)
{
    const struct family *f = context;
    *key = f->gap[side][i];
    return cloud_element_key(doc_of(f->c, side), element(f, side, i), f->shape) == JDOC_NONE;
}

/* Numbers the gaps between the elements of the run: how many of these stand before. */
static bool number_gaps(struct family *f, int side)
{
    size_t count = f->lists[side].count;
    uint32_t gap = 0;
    f->gap[side] = malloc((count + 1) * sizeof *f->gap[side]);
    for (size_t i = 0; i < count && f->gap[side]; i++) {
        f->gap[side][i] = gap;
        gap += f->pairs[side].partner[i] != MAP_NONE;
    }
    return f->gap[side] != NULL;
}

static bool pair_elements(struct family *f)
{
    struct diffing *d = &f->c->c->d;
    return diff_list_begin(&f->pairs[0], f->lists[0].count) && diff_list_begin(&f->pairs[1], f->lists[1].count) &&
           diff_list_pair_run(d, f->pairs, key_is_hash, f) && number_gaps(f, SIDE_A) && number_gaps(f, SIDE_B) &&
           diff_list_pair(d, f->pairs, key_is_hash, f) && diff_list_pair(d, f->pairs, key_is_own, f) &&
           diff_list_pair(d, f->pairs, key_is_rest, f) && diff_list_pair(d, f->pairs, key_is_place, f);
}

/* Elements that share a key get numbers. */
static bool number_elements(struct family *f, int side)
{
    size_t count = f->lists[side].count;
    uint64_t *keys = malloc((count + 1) * sizeof *keys);
    struct map seen = {0};
    f->ordinal[side] = calloc(count + 1, sizeof *f->ordinal[side]);
    bool ok = keys && f->ordinal[side];
    for (size_t i = 0; i < count && ok; i++) {
        if (!key_is_own(f, side, i, &keys[i]))
            keys[i] = 0;
        uint32_t before = map_get(&seen, (const char *)&keys[i], sizeof keys[i]);
        f->ordinal[side][i] = before == MAP_NONE ? 1 : before + 1;
        ok = map_set(&seen, (const char *)&keys[i], sizeof keys[i], f->ordinal[side][i]);
    }
    for (size_t i = 0; i < count && ok; i++)
        if (keys[i] && map_get(&seen, (const char *)&keys[i], sizeof keys[i]) == 1)
            f->ordinal[side][i] = 0;
    map_free(&seen);
    free(keys);
    return ok;
}

/* "mappingRules/<target path>", "steps[2]". */
static size_t enter_element(const struct family *f, int side, size_t i)
{
    struct cloud_comparison *c = f->c;
    const struct jdoc *doc = doc_of(c, side);
    uint32_t own = cloud_element_key(doc, element(f, side, i), f->shape), ordinal = f->ordinal[side][i];
    size_t before = c->path.size;
    if (jdoc_is(doc, own, JDOC_STRING) && jdoc_string_size(doc, own) == 0 && !ordinal)
        ordinal = 1;
    if (jdoc_is(doc, own, JDOC_STRING))
        cloud_enter(c, jdoc_string(doc, own), jdoc_string_size(doc, own));
    else if (jdoc_is(doc, own, JDOC_NUMBER))
        cloud_enter(c, jdoc_number(doc, own), jdoc_number_size(doc, own));
    if (ordinal)
        buf_printf(&c->path, "[%u]", ordinal);
    return before;
}

/* A rule, when one side lacks it, is its script. */
static uint32_t spoken(const struct jdoc *doc, uint32_t node, enum cloud_shape shape)
{
    uint32_t script = node != JDOC_NONE && shape == SHAPE_RULE ? jdoc_member(doc, node, "transformScript") : JDOC_NONE;
    return jdoc_is(doc, script, JDOC_STRING) ? script : node;
}

/* One of the two may be SIZE_MAX. */
static void compare_elements(struct family *f, size_t i, size_t j, const char *key)
{
    struct cloud_comparison *c = f->c;
    uint32_t a = i == SIZE_MAX ? JDOC_NONE : element(f, SIDE_A, i);
    uint32_t b = j == SIZE_MAX ? JDOC_NONE : element(f, SIDE_B, j);
    if (a != JDOC_NONE && b != JDOC_NONE && hash_of(c, SIDE_A, a) == hash_of(c, SIDE_B, b))
        return;
    size_t before = b == JDOC_NONE ? enter_element(f, SIDE_A, i) : enter_element(f, SIDE_B, j);
    if (a == JDOC_NONE || b == JDOC_NONE) {
        a = spoken(doc_of(c, SIDE_A), a, f->shape);
        b = spoken(doc_of(c, SIDE_B), b, f->shape);
    }
    compare_values(c, a, b, f->shape, key, PART_PLAIN);
    cloud_leave(c, before);
}

static void compare_pairs(struct family *f, const char *key)
{
    for (size_t i = 0; i < f->lists[SIDE_A].count; i++)
        if (f->pairs[SIDE_A].partner[i] == MAP_NONE)
            compare_elements(f, i, SIZE_MAX, key);
    for (size_t j = 0; j < f->lists[SIDE_B].count; j++) {
        uint32_t i = f->pairs[SIDE_B].partner[j];
        compare_elements(f, i == MAP_NONE ? SIZE_MAX : i, j, key);
    }
}

void cloud_diff_lists(struct cloud_comparison *c, const struct cloud_elements lists[2], enum cloud_shape shape,
                      bool ordered, const char *key)
{
    struct family f = {.c = c, .lists = lists, .shape = shape};
    bool ok = pair_elements(&f) && number_elements(&f, SIDE_A) && number_elements(&f, SIDE_B);
    c->c->d.failed |= !ok;
    if (ok && ordered && !c->c->d.options.ignore_order &&
        diff_list_reordered(f.pairs[SIDE_B].partner, lists[SIDE_B].count))
        diff_add_field(&c->c->d, JPK_DIFF_FIELD_ORDER, cloud_shown_path(c));
    if (ok)
        compare_pairs(&f, key);
    for (int side = 0; side < 2; side++) {
        diff_list_free(&f.pairs[side]);
        free(f.gap[side]);
        free(f.ordinal[side]);
    }
}
