#include "jpk/merge_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpk/cloud_diff.h"
#include "jpk/cloud_json.h"
#include "jpk/cloud_path.h"
#include "jpk/merge_json_write.h"
#include "jpk/secret_field.h"

enum { DEPTH_MAX = 64 }; /* what lies deeper is merged as a whole */

static const struct jdoc *doc_of(const struct merging *m, const struct merge_node *node)
{
    return ((const struct merge_exports *)m->state)->side[node->side]->doc;
}

/* ---------------------------------------------------------------------------------------------------------- equality
 */

static struct cloud_diff_row row_of(const struct jdoc *doc, enum cloud_shape shape, bool root, uint32_t key)
{
    return cloud_diff_row_of(shape, root, jdoc_string(doc, key), jdoc_string_size(doc, key));
}

/* Changes without anybody's doing, or follows from something else. */
static bool is_noise(enum cloud_shape shape, struct cloud_diff_row row)
{
    if (shape == SHAPE_WORKFLOW && row.part == PART_LEFT_OUT)
        return false; /* its operations: the copies are, not which they are */
    return row.part == PART_LEFT_OUT || row.part == PART_COPY || row.part == PART_NAME_COPY ||
           row.part == PART_SCHEMA_NAME;
}

bool merge_json_noise(const struct jdoc *doc, uint32_t key, enum cloud_shape shape, bool root)
{
    return is_noise(shape, row_of(doc, shape, root, key));
}

static bool is_root(const struct merge_node *node)
{
    return node->flags & MERGE_ENTERS || node->shape == SHAPE_PROJECT;
}

/* Whether two components are equal but for what is noise; copies in workflows are. */
static bool same_blind(const struct jdoc *a, uint32_t left, const struct jdoc *b, uint32_t right,
                       enum cloud_shape shape)
{
    size_t counts[2] = {0, 0};
    for (uint32_t key = left + 1; key < jdoc_next(a, left); key = jdoc_next(a, key + 1)) {
        if (jdoc_shadowed(a, key) || row_of(a, shape, true, key).part == PART_LEFT_OUT)
            continue;
        uint32_t value = jdoc_get(b, right, jdoc_string(a, key), jdoc_string_size(a, key));
        if (value == JDOC_NONE || !jdoc_equal(a, key + 1, b, value))
            return false;
        counts[0]++;
    }
    for (uint32_t key = right + 1; key < jdoc_next(b, right); key = jdoc_next(b, key + 1))
        counts[1] += !jdoc_shadowed(b, key) && row_of(b, shape, true, key).part != PART_LEFT_OUT;
    return counts[0] == counts[1];
}

static bool same(struct merging *m, const struct merge_node *a, const struct merge_node *b, bool blind)
{
    const struct jdoc *left = doc_of(m, a), *right = doc_of(m, b);
    if (jdoc_equal(left, a->at.index, right, b->at.index))
        return true;
    if (!blind)
        return false;
    if (a->flags & b->flags & MERGE_NOISE)
        return true;
    return is_root(a) && a->shape == b->shape && jdoc_type(left, a->at.index) == JDOC_OBJECT &&
           jdoc_type(right, b->at.index) == JDOC_OBJECT &&
           same_blind(left, a->at.index, right, b->at.index, (enum cloud_shape)a->shape);
}

/* ---------------------------------------------------------------------------------------------------------- children
 */

const char *merge_component_key(struct merging *m, int64_t number, const char *id, size_t n)
{
    char *key = arena_alloc(&m->arena, n + 24);
    m->failed |= !key;
    if (!key)
        return NULL;
    int head = snprintf(key, 24, "%" PRId64 "/", number);
    for (size_t i = 0; i < n; i++)
        key[(size_t)head + i] = text_lower(id[i]);
    key[(size_t)head + n] = '\0';
    return key;
}

static const char *keep(struct merging *m, const char *text, size_t n)
{
    const char *copy = arena_strndup(&m->arena, text, n);
    m->failed |= !copy;
    return copy ? copy : "";
}

static enum merge_node_kind kind_of(const struct jdoc *doc, uint32_t value, unsigned depth, enum merge_node_kind array)
{
    switch (jdoc_type(doc, value)) {
    case JDOC_OBJECT:
        return depth < DEPTH_MAX ? MERGE_SET : MERGE_SCALAR;
    case JDOC_ARRAY:
        return depth < DEPTH_MAX ? array : MERGE_SCALAR;
    case JDOC_STRING:
        return MERGE_STRING;
    default:
        return MERGE_SCALAR;
    }
}

/* Whether the order of an array means something. `inner` is the shape of what it holds. */
static enum merge_node_kind array_kind(const struct jdoc *doc, uint32_t key, enum cloud_shape inner,
                                       struct cloud_diff_row row)
{
    if (row.part == PART_SET || jdoc_string_is(doc, key, "srcPaths", strlen("srcPaths")))
        return MERGE_SET;
    return inner == SHAPE_LINK || inner == SHAPE_NODE ? MERGE_STEPS : MERGE_LIST;
}

/* Bytes that people do not read, which belong together. */
static bool is_packed(const struct jdoc *doc, uint32_t key, struct cloud_diff_row row)
{
    return row.part == PART_PACKED || jdoc_string_is(doc, key, "compressedContent", strlen("compressedContent"));
}

static void add_members(struct merging *m, const struct merge_node *parent, const struct jdoc *doc,
                        struct merge_nodes *out)
{
    uint32_t object = parent->at.index;
    enum cloud_shape shape = (enum cloud_shape)parent->shape;
    bool holds = secret_holder(doc, object);
    for (uint32_t key = object + 1; key < jdoc_next(doc, object) && !m->failed; key = jdoc_next(doc, key + 1)) {
        if (jdoc_shadowed(doc, key))
            continue;
        struct cloud_diff_row row = row_of(doc, shape, is_root(parent), key);
        const char *name = keep(m, jdoc_string(doc, key), jdoc_string_size(doc, key));
        enum cloud_shape inner = cloud_member_shape(doc, object, shape, key);
        unsigned flags = parent->flags & MERGE_SECRET;
        if (cloud_secret_member(doc, key, holds))
            flags |= MERGE_SECRET;
        if (is_noise(shape, row))
            flags |= MERGE_NOISE;
        if (is_packed(doc, key, row))
            flags |= MERGE_WHOLE;
        if (inner == SHAPE_PROJECT || inner == SHAPE_WORKFLOW || inner == SHAPE_OPERATION || inner == SHAPE_COMPONENT)
            flags |= MERGE_LISTS;
        merge_add(
            m, out,
            (struct merge_node){
                .kind = kind_of(doc, key + 1, parent->depth + 1, array_kind(doc, key, inner, row)),
                .side = parent->side,
                .flags = flags,
                .what = (int)jdoc_type(doc, key + 1),
                .shape = (int)(jdoc_type(doc, key + 1) == JDOC_OBJECT ? cloud_shape_of(doc, key + 1, inner) : inner),
                .depth = parent->depth + 1,
                .at.index = key + 1,
                .key = name,
                .key_size = strlen(name),
                .name = name});
    }
}

static int64_t number_of(const struct jdoc *doc, uint32_t object)
{
    int64_t number = 0;
    uint32_t type = jdoc_member(doc, object, "type");
    if (jdoc_is(doc, type, JDOC_NUMBER))
        (void)jdoc_integer(doc, type, &number);
    return number;
}

const char *merge_workflow_key(struct merging *m, const struct jdoc *doc, uint32_t workflow)
{
    uint32_t id = jdoc_member(doc, workflow, "id");
    return jdoc_is(doc, id, JDOC_STRING)
               ? merge_component_key(m, number_of(doc, workflow), jdoc_string(doc, id), jdoc_string_size(doc, id))
               : NULL;
}

/* What has no key is told by what it says. */
static const char *content_key(struct merging *m, const struct jdoc *doc, uint32_t element)
{
    char key[24];
    snprintf(key, sizeof key, "#%016" PRIx64, jdoc_hash(doc, element));
    return keep(m, key, strlen(key));
}

/* *name: how the path calls it; NULL: by nothing. */
static const char *element_key(struct merging *m, const struct jdoc *doc, uint32_t element, enum cloud_shape shape,
                               enum cloud_shape list, const char **name)
{
    uint32_t id = jdoc_member(doc, element, "id");
    bool linked = list == SHAPE_LINK || list == SHAPE_COMPONENT || shape == SHAPE_WORKFLOW || shape == SHAPE_OPERATION;
    uint32_t key = linked && jdoc_is(doc, id, JDOC_STRING) ? id : cloud_element_key(doc, element, shape);
    *name = NULL;
    if (!jdoc_is(doc, key, JDOC_STRING) && !jdoc_is(doc, key, JDOC_NUMBER))
        return content_key(m, doc, element);
    const char *text = jdoc_type(doc, key) == JDOC_STRING ? jdoc_string(doc, key) : jdoc_number(doc, key);
    size_t n = jdoc_type(doc, key) == JDOC_STRING ? jdoc_string_size(doc, key) : jdoc_number_size(doc, key);
    *name = keep(m, text, n);
    return linked ? merge_component_key(m, number_of(doc, element), text, n) : *name;
}

static void add_elements(struct merging *m, const struct merge_node *parent, const struct jdoc *doc,
                         struct merge_nodes *out)
{
    enum cloud_shape list = (enum cloud_shape)parent->shape;
    for (uint32_t at = parent->at.index + 1; at < jdoc_next(doc, parent->at.index) && !m->failed;
         at = jdoc_next(doc, at)) {
        bool object = jdoc_type(doc, at) == JDOC_OBJECT;
        enum cloud_shape shape = object ? cloud_shape_of(doc, at, list) : SHAPE_ANY;
        const char *name, *key = element_key(m, doc, at, shape, list, &name);
        if (!key)
            return;
        unsigned flags = parent->flags & MERGE_SECRET;
        if (object && (list == SHAPE_COMPONENT || shape == SHAPE_WORKFLOW))
            flags |= MERGE_ENTERS;
        if (shape == SHAPE_OPERATION && list == SHAPE_OPERATION)
            flags |= MERGE_NOISE; /* a copy in a workflow */
        if (list == SHAPE_OPERATION)
            flags |= MERGE_LISTED;
        if (shape == SHAPE_WORKFLOW)
            flags |= MERGE_LISTS;
        if (key[0] == '#' && !name)
            flags |= MERGE_KEYLESS;
        merge_add(m, out,
                  (struct merge_node){.kind = kind_of(doc, at, parent->depth + 1, MERGE_LIST),
                                      .side = parent->side,
                                      .flags = flags,
                                      .what = (int)jdoc_type(doc, at),
                                      .shape = (int)shape,
                                      .depth = parent->depth + 1,
                                      .at.index = at,
                                      .key = key,
                                      .key_size = strlen(key),
                                      .name = name});
    }
}

static void children(struct merging *m, const struct merge_node *node, struct merge_nodes *out)
{
    const struct jdoc *doc = doc_of(m, node);
    if (jdoc_type(doc, node->at.index) == JDOC_OBJECT)
        add_members(m, node, doc, out);
    else
        add_elements(m, node, doc, out);
}

/* Of what has parts no more than which it is: they may hold secrets. */
static void text(struct merging *m, const struct merge_node *node, struct buf *out)
{
    const struct jdoc *doc = doc_of(m, node);
    uint32_t value = node->at.index;
    if (node->flags & MERGE_WHOLE && jdoc_type(doc, value) == JDOC_STRING)
        buf_printf(out, "%u packed bytes", jdoc_string_size(doc, value));
    else if (jdoc_type(doc, value) == JDOC_STRING)
        buf_put(out, jdoc_string(doc, value), jdoc_string_size(doc, value));
    else if (jdoc_type(doc, value) == JDOC_OBJECT)
        buf_puts(out, "{...}");
    else if (jdoc_type(doc, value) == JDOC_ARRAY)
        buf_puts(out, "[...]");
    else
        cloud_put(out, doc, value, SHAPE_ANY, true);
}

/* ----------------------------------------------------------------------------------------------------------- subjects
 */

/* Components stand in the order of their nodes. */
static const struct jpk_cloud_component *component_at(const struct jpk_cloud *cloud, uint32_t node)
{
    size_t low = 0, high = cloud->component_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (cloud->components[middle]->node < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < cloud->component_count && cloud->components[low]->node == node ? cloud->components[low] : NULL;
}

static void enter(struct merging *m, const struct merge_node *node)
{
    const struct jpk_cloud *cloud = ((const struct merge_exports *)m->state)->side[node->side];
    const struct jpk_cloud_component *component = component_at(cloud, node->at.index);
    struct buf path = {0};
    m->subject = (struct merge_subject){.path = NULL};
    if (component) {
        cloud_path(&path, component);
        m->subject.type = jpk_cloud_kind_info(component->kind)->name;
        m->subject.id = component->id;
    } else {
        uint32_t name = jdoc_member(cloud->doc, node->at.index, "name");
        bool named = jdoc_is(cloud->doc, name, JDOC_STRING);
        buf_puts(&path, "operation/");
        if (named)
            buf_put(&path, jdoc_string(cloud->doc, name), jdoc_string_size(cloud->doc, name));
        buf_putc(&path, '/');
    }
    m->failed |= path.failed;
    m->subject.path = keep(m, buf_text(&path), path.size);
    m->subject.id = m->subject.id ? keep(m, m->subject.id, strlen(m->subject.id)) : NULL;
    buf_free(&path);
}

static const struct merge_form form = {.same = same, .children = children, .text = text, .enter = enter};

void merge_documents(struct merging *m, struct merge_exports *exports, struct buf *out)
{
    struct merge_node nodes[MERGE_SIDES];
    const struct merge_node *list[MERGE_SIDES];
    struct merge_result result;
    m->state = exports;
    m->subject = (struct merge_subject){.path = "project"};
    for (int side = 0; side < MERGE_SIDES; side++) {
        const struct jpk_cloud *cloud = exports->side[side];
        enum cloud_shape shape = cloud_shape_of_export(cloud);
        nodes[side] = (struct merge_node){.kind = kind_of(cloud->doc, 0, 0, MERGE_LIST),
                                          .side = (enum merge_side)side,
                                          .flags = MERGE_LISTS,
                                          .what = (int)jdoc_type(cloud->doc, 0),
                                          .shape = (int)shape,
                                          .at.index = 0,
                                          .key = "",
                                          .name = ""};
        list[side] = &nodes[side];
    }
    if (merge_nodes(m, &form, list, &result))
        merge_json_write(m, exports, &result, out);
    m->failed |= out->failed;
}
