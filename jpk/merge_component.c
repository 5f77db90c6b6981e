#include "jpk/merge_component.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "jpk/cloud_diff.h"
#include "jpk/cloud_json.h"
#include "jpk/cloud_layout.h"
#include "jpk/cloud_tree_index.h"
#include "jpk/merge_json.h"

/* A value in a version's text, and what stands in its place. */
struct edit {
    size_t start, end;
    const char *text;
    size_t size;
};

struct version {
    struct jdoc doc;
    bool there;
    struct edit *edits; /* of malloc's */
    size_t count, capacity;
};

struct component_merge {
    struct merging *m;
    struct version versions[MERGE_SIDES];
};

/* ------------------------------------------------------------------------------------------------------ which it is */

/* What nobody has seen in such an object may mean anything. */
static bool all_known(const struct jdoc *doc, uint32_t object, enum cloud_shape shape)
{
    if (jdoc_type(doc, object) != JDOC_OBJECT || jdoc_count(doc, object) == 0)
        return false;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1))
        if (*jdoc_string(doc, key) != '@' && !cloud_shape_key(shape, jdoc_string(doc, key), jdoc_string_size(doc, key)))
            return false;
    return true;
}

static bool fits(const struct component_merge *c, enum cloud_shape shape)
{
    for (int side = 0; side < MERGE_SIDES; side++)
        if (c->versions[side].there && !all_known(&c->versions[side].doc, 0, shape))
            return false;
    return true;
}

/* The top of a tree has no components: these are files. */
static bool is_top(const struct component_merge *c)
{
    const struct jdoc *doc = &c->versions[c->m->main].doc;
    uint32_t project = jdoc_member(doc, 0, "project");
    return jdoc_member(doc, project == JDOC_NONE ? 0 : project, "components") == JDOC_NONE;
}

/* The shape of a file by its name and the folder of its kind, wherever the tree is; SHAPE_ANY: it is none of a tree. */
static enum cloud_shape shape_of(const struct component_merge *c, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (strcmp(name, CLOUD_TREE_TOP) == 0 && is_top(c))
        return fits(c, SHAPE_EXPORT) ? SHAPE_EXPORT : fits(c, SHAPE_PROJECT) ? SHAPE_PROJECT : SHAPE_ANY;
    if (strcmp(name, CLOUD_WORKFLOW_FILE) == 0)
        return fits(c, SHAPE_WORKFLOW) ? SHAPE_WORKFLOW : SHAPE_ANY;
    for (const char *at = path; at < name; at = strchr(at, '/') + 1) {
        enum jpk_cloud_kind kind = cloud_layout_kind(at);
        if (kind < JPK_CLOUD_KINDS && fits(c, cloud_shape_of_kind(kind)))
            return cloud_shape_of_kind(kind);
    }
    return SHAPE_ANY;
}

/* -------------------------------------------------------------------------------------------------------------- noise
 */

static const char *text_at(const struct jdoc *doc, uint32_t value, size_t *n)
{
    size_t start = doc->nodes[value].start;
    *n = cloud_json_end(doc, value) - start;
    return doc->text + start;
}

static void replace(struct component_merge *c, enum merge_side side, uint32_t value, const char *text, size_t n)
{
    struct version *v = &c->versions[side];
    size_t size;
    const char *old = text_at(&v->doc, value, &size);
    if (size == n && memcmp(old, text, n) == 0)
        return;
    struct edit *edits = array_grow(v->edits, v->count, &v->capacity, sizeof *edits);
    if (!edits) {
        c->m->failed = true;
        return;
    }
    v->edits = edits;
    edits[v->count++] = (struct edit){v->doc.nodes[value].start, v->doc.nodes[value].start + size, text, n};
}

/* All versions get the value that the merge has: that of the side that changed it, or of the favored one. */
static void settle(struct component_merge *c, const uint32_t values[MERGE_SIDES])
{
    enum merge_side main = c->m->main, other = c->m->other, chosen = main;
    const struct version *v = c->versions;
    bool unchanged = values[main] != JDOC_NONE && values[MERGE_BASE] != JDOC_NONE &&
                     jdoc_equal(&v[main].doc, values[main], &v[MERGE_BASE].doc, values[MERGE_BASE]);
    if (values[main] == JDOC_NONE || (unchanged && values[other] != JDOC_NONE))
        chosen = other;
    size_t n;
    const char *text = text_at(&v[chosen].doc, values[chosen], &n);
    for (int side = 0; side < MERGE_SIDES; side++)
        if (values[side] != JDOC_NONE)
            replace(c, (enum merge_side)side, values[side], text, n);
}

static void settle_object(struct component_merge *c, const uint32_t objects[MERGE_SIDES], enum cloud_shape shape,
                          bool root);

static void settle_member(struct component_merge *c, const uint32_t objects[MERGE_SIDES], enum merge_side side,
                          uint32_t key, enum cloud_shape shape, bool root)
{
    const struct jdoc *doc = &c->versions[side].doc;
    uint32_t values[MERGE_SIDES];
    bool all_objects = true;
    for (int i = 0; i < MERGE_SIDES; i++) {
        const struct jdoc *from = &c->versions[i].doc;
        values[i] = objects[i] == JDOC_NONE
                        ? JDOC_NONE
                        : jdoc_get(from, objects[i], jdoc_string(doc, key), jdoc_string_size(doc, key));
        all_objects &= values[i] == JDOC_NONE ? i == MERGE_BASE : jdoc_type(from, values[i]) == JDOC_OBJECT;
    }
    if (merge_json_noise(doc, key, shape, root))
        settle(c, values);
    else if (all_objects)
        settle_object(c, values, cloud_member_shape(doc, objects[side], shape, key), false);
}

/* Members of what lists hold stay as they are: only lines tell the elements apart. The reader bounds the recursion. */
static void settle_object(struct component_merge *c, const uint32_t objects[MERGE_SIDES], enum cloud_shape shape,
                          bool root)
{
    const enum merge_side sides[] = {c->m->main, c->m->other};
    root = root || shape == SHAPE_PROJECT;
    for (int i = 0; i < 2; i++) {
        const struct jdoc *doc = &c->versions[sides[i]].doc, *first = &c->versions[sides[0]].doc;
        uint32_t object = objects[sides[i]];
        for (uint32_t key = object + 1; key < jdoc_next(doc, object) && !c->m->failed; key = jdoc_next(doc, key + 1)) {
            bool seen = i == 1 && jdoc_get(first, objects[sides[0]], jdoc_string(doc, key),
                                           jdoc_string_size(doc, key)) != JDOC_NONE;
            if (!seen && !jdoc_shadowed(doc, key))
                settle_member(c, objects, sides[i], key, shape, root);
        }
    }
}

/* -------------------------------------------------------------------------------------------------------------- all */

static int by_start(const void *a, const void *b)
{
    const struct edit *left = a, *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

static void put_version(struct version *v, struct buf *out)
{
    size_t done = 0;
    if (v->count)
        qsort(v->edits, v->count, sizeof *v->edits, by_start);
    for (size_t i = 0; i < v->count; i++) {
        buf_put(out, v->doc.text + done, v->edits[i].start - done);
        buf_put(out, v->edits[i].text, v->edits[i].size);
        done = v->edits[i].end;
    }
    buf_put(out, v->doc.text + done, v->doc.size - done);
}

static void merge_versions(struct component_merge *c, struct buf *out)
{
    struct buf texts[MERGE_SIDES] = {{0}, {0}, {0}};
    struct merge_text lines[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++) {
        if (c->versions[side].there)
            put_version(&c->versions[side], &texts[side]);
        c->m->failed |= texts[side].failed;
        /* What a line holds may be a secret by another one. */
        lines[side] =
            (struct merge_text){c->versions[side].there ? buf_text(&texts[side]) : NULL, texts[side].size, true};
    }
    if (!c->m->failed)
        merge_lines(c->m, lines, out);
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&texts[side]);
}

static bool read_versions(struct component_merge *c, const struct buf *const files[MERGE_SIDES])
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        struct version *v = &c->versions[side];
        struct jpk_error err = {0};
        v->there = files[side] && jdoc_parse(&v->doc, buf_text(files[side]), files[side]->size, NULL, &err);
        c->m->failed |= err.code == JPK_ERR_MEMORY;
        if (files[side] && !v->there)
            return false;
    }
    return true;
}

bool merge_component(struct merging *m, const char *path, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    struct component_merge c = {.m = m};
    size_t edits = 0;
    bool readable = read_versions(&c, files) && c.versions[m->main].there && c.versions[m->other].there;
    enum cloud_shape shape = readable ? shape_of(&c, path) : SHAPE_ANY;
    if (shape != SHAPE_ANY) {
        const uint32_t roots[MERGE_SIDES] = {c.versions[MERGE_BASE].there ? 0 : JDOC_NONE, 0, 0};
        settle_object(&c, roots, shape, shape != SHAPE_EXPORT);
    }
    for (int side = 0; side < MERGE_SIDES; side++)
        edits += c.versions[side].count;
    if (edits && !m->failed)
        merge_versions(&c, out);
    for (int side = 0; side < MERGE_SIDES; side++) {
        jdoc_free(&c.versions[side].doc);
        free(c.versions[side].edits);
    }
    return edits > 0;
}
