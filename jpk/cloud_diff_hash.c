/* Hashes of what a document holds: equal for values that say the same, whatever their order and what is left out. */
#include <stdlib.h>

#include "jpk/cloud_diff.h"
#include "jpk/packed.h"

struct hasher {
    struct cloud_diffing *c;
    int side;
    enum diff_ids ids;
    uint64_t *out;    /* by node; NULL: only the hash of the whole is asked for */
    const char *name; /* of the component or side at hand */
    size_t name_size;
};

/* So that "5" is not 5, nor [] {}. */
enum { TAG_SHIFT = 8, TAG_ENCRYPTED = 64, TAG_ABSENT, TAG_NAME, TAG_SCHEMA, TAG_COPY, TAG_VALUE };

static uint64_t tagged(unsigned tag, uint64_t hash)
{
    return diff_mix(hash, (uint64_t)(tag + 1) << TAG_SHIFT);
}

static const struct jdoc *doc_of(const struct hasher *h)
{
    return h->c->view[h->side].doc;
}

static uint64_t hash_text(const struct hasher *h, uint32_t node)
{
    const struct jdoc *doc = doc_of(h);
    return diff_text_hash(&h->c->d, h->side, jdoc_string(doc, node), jdoc_string_size(doc, node), h->ids);
}

static uint64_t hash_string(const struct hasher *h, uint32_t node)
{
    const struct jdoc *doc = doc_of(h);
    bool encrypted = jdoc_string_size(doc, node) > 3 && memcmp(jdoc_string(doc, node), "$00", 3) == 0;
    if (encrypted && (h->ids == IDS_WIPED || h->ids == IDS_COLORED))
        return tagged(TAG_ENCRYPTED, 0);
    return tagged(JDOC_STRING, hash_text(h, node));
}

/* What a packed text holds; itself when it cannot be unpacked. */
static uint64_t hash_packed(const struct hasher *h, uint32_t node)
{
    const struct jdoc *doc = doc_of(h);
    const struct cloud *cloud = (const struct cloud *)h->c->view[h->side].cloud;
    struct jpk_error err = {0};
    struct buf bytes = {0};
    if (jdoc_type(doc, node) != JDOC_STRING)
        return jdoc_hash(doc, node);
    uint64_t hash = packed_decode(jdoc_string(doc, node), jdoc_string_size(doc, node), &cloud->limits, &bytes, &err)
                        ? hash_bytes(buf_text(&bytes), bytes.size)
                        : hash_text(h, node);
    h->c->d.failed |= bytes.failed || err.code == JPK_ERR_MEMORY;
    buf_free(&bytes);
    return tagged(JDOC_STRING, hash);
}

/* The schema whose name a side repeats. */
static const struct jpk_cloud_component *schema_named(const struct hasher *h, uint32_t name)
{
    const struct jdoc *doc = doc_of(h);
    const struct jpk_cloud *cloud = h->c->view[h->side].cloud;
    uint32_t side = doc->places[name].parent, id = jdoc_member(doc, side, "id");
    char text[GUID_SIZE + 1];
    const struct jpk_cloud_component *schema = NULL;
    if (jdoc_is(doc, id, JDOC_STRING) && jdoc_string_size(doc, id) == GUID_SIZE) {
        memcpy(text, jdoc_string(doc, id), GUID_SIZE);
        text[GUID_SIZE] = '\0';
        schema = jpk_cloud_by_id(cloud, text);
    } else if (id == JDOC_NONE) {
        char *copy = strndup(jdoc_string(doc, name), jdoc_string_size(doc, name));
        schema = copy ? jpk_cloud_by_name(cloud, JPK_CLOUD_SCHEMA, copy) : NULL;
        h->c->d.failed |= !copy;
        free(copy);
    }
    return schema && schema->kind == JPK_CLOUD_SCHEMA && jdoc_string_is(doc, name, schema->name, strlen(schema->name))
               ? schema
               : NULL;
}

static uint64_t hash_schema_name(const struct hasher *h, uint32_t node)
{
    const struct jpk_cloud_component *schema = jdoc_type(doc_of(h), node) == JDOC_STRING ? schema_named(h, node) : NULL;
    uint32_t index = schema ? schema->index : MAP_NONE;
    if (schema && h->ids == IDS_COLORED)
        return tagged(TAG_SCHEMA, h->c->d.color[h->side][index]);
    if (schema && h->ids == IDS_TRANSLATED && h->side == SIDE_A)
        index = h->c->d.partner[SIDE_A][index];
    if (index != MAP_NONE && h->ids == IDS_TRANSLATED)
        return tagged(TAG_SCHEMA, index);
    return jdoc_type(doc_of(h), node) == JDOC_STRING ? hash_string(h, node) : jdoc_hash(doc_of(h), node);
}

static uint64_t hash_value(struct hasher *h, uint32_t node, enum cloud_shape shape, bool root,
                           enum cloud_diff_part part);

/* What a member adds to the sum of an object. */
static uint64_t hash_member(struct hasher *h, uint32_t object, enum cloud_shape shape, bool root, uint32_t key)
{
    const struct jdoc *doc = doc_of(h);
    const char *text = jdoc_string(doc, key);
    size_t n = jdoc_string_size(doc, key);
    struct cloud_diff_row part = cloud_diff_row_of(shape, root, text, n);
    if (jdoc_shadowed(doc, key) || cloud_diff_skipped(&h->c->d, doc, part, key + 1) ||
        (part.part == PART_NAME_COPY && h->ids == IDS_KEPT))
        return 0;
    uint64_t hash = hash_value(h, key + 1, cloud_member_shape(doc, object, shape, key), false, part.part);
    return diff_mix(hash_bytes(text, n), hash);
}

/* An effective value beside the members, so that an absent value and one that is the default are equal. */
static uint64_t property_value(struct hasher *h, uint32_t property)
{
    uint32_t value = cloud_effective(doc_of(h), property);
    return tagged(TAG_VALUE,
                  value == JDOC_NONE ? tagged(TAG_ABSENT, 0) : hash_value(h, value, SHAPE_ANY, false, PART_PLAIN));
}

static uint64_t hash_object(struct hasher *h, uint32_t node, enum cloud_shape shape, bool root)
{
    const struct jdoc *doc = doc_of(h);
    struct hasher outer = *h;
    uint64_t sum = 0;
    uint32_t name = shape == SHAPE_SIDE ? jdoc_member(doc, node, "name") : JDOC_NONE;
    if (jdoc_is(doc, name, JDOC_STRING)) {
        h->name = jdoc_string(doc, name);
        h->name_size = jdoc_string_size(doc, name);
    }
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1)) {
        bool value = shape == SHAPE_PROPERTY && jdoc_string_is(doc, key, "value", strlen("value"));
        sum += value ? 0 : hash_member(h, node, shape, root, key);
    }
    if (shape == SHAPE_PROPERTY)
        sum += property_value(h, node);
    *h = outer;
    return tagged(JDOC_OBJECT, sum);
}

static uint64_t hash_array(struct hasher *h, uint32_t node, enum cloud_shape shape, bool ordered)
{
    const struct jdoc *doc = doc_of(h);
    uint64_t hash = 0;
    for (uint32_t at = node + 1; at < jdoc_next(doc, node); at = jdoc_next(doc, at)) {
        if (cloud_element_skipped(&h->c->d, doc, at, shape))
            continue;
        uint64_t element = hash_value(h, at, shape, false, PART_PLAIN);
        hash = ordered ? diff_mix(hash, element) : hash + diff_mix(element, TAG_SHIFT);
    }
    return tagged(JDOC_ARRAY, hash);
}

static uint64_t hash_by_type(struct hasher *h, uint32_t node, enum cloud_shape shape, bool root,
                             enum cloud_diff_part part)
{
    const struct jdoc *doc = doc_of(h);
    switch (jdoc_type(doc, node)) {
    case JDOC_OBJECT:
        return hash_object(h, node, shape, root);
    case JDOC_ARRAY:
        return hash_array(h, node, shape, part != PART_SET || h->c->d.options.all);
    case JDOC_STRING:
        return hash_string(h, node);
    case JDOC_NUMBER:
        return tagged(JDOC_NUMBER, jdoc_hash(doc, node));
    default:
        return tagged(jdoc_type(doc, node), 0);
    }
}

/* What stands for a value that says nothing of its own, or says it in another way; 0: nothing does. */
static uint64_t hash_special(const struct hasher *h, uint32_t node, enum cloud_diff_part part)
{
    switch (part) {
    case PART_PACKED:
        return hash_packed(h, node);
    case PART_SCHEMA_NAME:
        return hash_schema_name(h, node);
    case PART_NAME_COPY:
        return h->name && jdoc_string_is(doc_of(h), node, h->name, h->name_size) ? tagged(TAG_NAME, 0) : 0;
    case PART_COPY:
        return h->c->view[h->side].copy[node] ? tagged(TAG_COPY, 0) : 0;
    default:
        return 0;
    }
}

static uint64_t hash_value(struct hasher *h, uint32_t node, enum cloud_shape shape, bool root,
                           enum cloud_diff_part part)
{
    uint64_t hash = hash_special(h, node, part);
    bool look_inside = part == PART_COPY && h->out; /* the other side's may not agree with its schema */
    if (!hash || look_inside) {
        uint64_t own = hash_by_type(h, node, shape, root, part);
        hash = hash ? hash : own;
    }
    if (h->out)
        h->out[node] = hash;
    return hash;
}

/* ------------------------------------------------------------------------------------------------- what is asked for
 */

static struct hasher hasher_of(struct cloud_diffing *c, int side, enum diff_ids ids, const char *name)
{
    return (struct hasher){.c = c, .side = side, .ids = ids, .name = name, .name_size = name ? strlen(name) : 0};
}

void cloud_diff_hash(struct cloud_diffing *c, int side, uint32_t node, enum cloud_shape shape, bool root,
                     const char *name)
{
    struct hasher h = hasher_of(c, side, IDS_TRANSLATED, name);
    h.out = c->view[side].hash;
    hash_value(&h, node, shape, root, PART_PLAIN);
}

uint64_t cloud_diff_rest(struct cloud_diffing *c, int side, uint32_t element, enum cloud_shape shape)
{
    const struct jdoc *doc = c->view[side].doc;
    uint32_t own = cloud_element_key(doc, element, shape);
    uint64_t sum = 0;
    for (uint32_t key = element + 1; key < jdoc_next(doc, element); key = jdoc_next(doc, key + 1)) {
        const char *text = jdoc_string(doc, key);
        size_t n = jdoc_string_size(doc, key);
        if (key + 1 != own && !jdoc_shadowed(doc, key) && !cloud_follows_key(shape, text, n) &&
            !cloud_diff_skipped(&c->d, doc, cloud_diff_row_of(shape, false, text, n), key + 1))
            sum += diff_mix(hash_bytes(text, n), c->view[side].hash[key + 1]);
    }
    return sum;
}

uint64_t cloud_diff_item_hash(struct diffing *d, int side, uint32_t index, enum diff_ids ids)
{
    struct cloud_diffing *c = cloud_diffing_of(d);
    const struct jpk_cloud_component *component = c->view[side].cloud->components[index];
    struct hasher h = hasher_of(c, side, ids, component->name);
    return hash_value(&h, component->node, cloud_shape_of(c->view[side].doc, component->node, SHAPE_COMPONENT), true,
                      PART_PLAIN);
}

static void mark_side(struct cloud_diffing *c, int side, const struct jpk_cloud_side *of, uint64_t *known)
{
    const struct cloud_view *view = &c->view[side];
    const struct jpk_cloud_component *schema = of->schema.component;
    struct hasher h = hasher_of(c, side, IDS_KEPT, NULL);
    if (!schema || schema->kind != JPK_CLOUD_SCHEMA || of->document == JPK_CLOUD_NO_NODE ||
        schema->as.schema->document == JPK_CLOUD_NO_NODE)
        return;
    if (!known[schema->index])
        known[schema->index] = hash_value(&h, schema->as.schema->document, SHAPE_DOCUMENT, false, PART_PLAIN);
    uint32_t name = jdoc_member(view->doc, of->document, "name");
    bool same_name = name == JDOC_NONE || jdoc_string_is(view->doc, name, of->name, strlen(of->name));
    view->copy[of->document] =
        same_name && hash_value(&h, of->document, SHAPE_DOCUMENT, false, PART_PLAIN) == known[schema->index];
}

void cloud_diff_mark_copies(struct cloud_diffing *c, int side)
{
    const struct jpk_cloud *cloud = c->view[side].cloud;
    uint64_t *known = calloc(cloud->component_count + 1, sizeof *known);
    c->d.failed |= !known;
    for (size_t i = 0; i < cloud->component_count && known && !c->d.options.all; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        if (component->kind != JPK_CLOUD_TRANSFORMATION)
            continue;
        mark_side(c, side, &component->as.transformation->source, known);
        mark_side(c, side, &component->as.transformation->target, known);
    }
    free(known);
}

/* ------------------------------------------------------------------------------------------------------- features */

struct feature_taker {
    struct hasher h;
    void (*take)(void *context, uint64_t feature);
    void *context;
};

static void line_features(const struct feature_taker *t, uint64_t place, const char *text, size_t size)
{
    for (const char *end = text + size; text < end;) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((line_end ? line_end : end) - text), from = 0;
        while (from < n && strchr(" \t\r", text[from]))
            from++;
        if (from < n)
            t->take(t->context,
                    diff_mix(place, diff_text_hash(&t->h.c->d, t->h.side, text + from, n - from, t->h.ids)));
        text += n + (line_end != NULL);
    }
}

static void value_features(struct feature_taker *t, uint64_t place, uint32_t node, enum cloud_shape shape, bool root,
                           enum cloud_diff_part part);

static void element_features(struct feature_taker *t, uint64_t place, uint32_t node, enum cloud_shape shape)
{
    const struct jdoc *doc = doc_of(&t->h);
    for (uint32_t at = node + 1; at < jdoc_next(doc, node); at = jdoc_next(doc, at)) {
        uint32_t key = cloud_element_key(doc, at, shape);
        bool named = jdoc_is(doc, key, JDOC_STRING);
        if (!cloud_element_skipped(&t->h.c->d, doc, at, shape))
            value_features(t, named ? diff_mix(place, hash_text(&t->h, key)) : place, at, shape, false, PART_PLAIN);
    }
}

static void value_features(struct feature_taker *t, uint64_t place, uint32_t node, enum cloud_shape shape, bool root,
                           enum cloud_diff_part part)
{
    const struct jdoc *doc = doc_of(&t->h);
    if (jdoc_type(doc, node) == JDOC_ARRAY) {
        element_features(t, place, node, shape);
        return;
    }
    if (jdoc_type(doc, node) != JDOC_OBJECT) {
        bool lines =
            jdoc_type(doc, node) == JDOC_STRING && memchr(jdoc_string(doc, node), '\n', jdoc_string_size(doc, node));
        if (lines)
            line_features(t, place, jdoc_string(doc, node), jdoc_string_size(doc, node));
        else
            t->take(t->context, diff_mix(place, hash_value(&t->h, node, shape, false, part)));
        return;
    }
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1)) {
        const char *text = jdoc_string(doc, key);
        size_t n = jdoc_string_size(doc, key);
        struct cloud_diff_row row = cloud_diff_row_of(shape, root, text, n);
        bool copy = row.part == PART_COPY && t->h.c->view[t->h.side].copy[key + 1];
        if (!jdoc_shadowed(doc, key) && !copy && !cloud_diff_skipped(&t->h.c->d, doc, row, key + 1))
            value_features(t, diff_mix(place, hash_bytes(text, n)), key + 1, cloud_member_shape(doc, node, shape, key),
                           false, row.part);
    }
}

void cloud_diff_item_features(struct diffing *d, int side, uint32_t index,
                              void (*take)(void *context, uint64_t feature), void *context)
{
    struct cloud_diffing *c = cloud_diffing_of(d);
    const struct jpk_cloud_component *component = c->view[side].cloud->components[index];
    struct feature_taker t = {.h = hasher_of(c, side, IDS_COLORED, component->name), .take = take, .context = context};
    value_features(&t, 0, component->node, cloud_shape_of(c->view[side].doc, component->node, SHAPE_COMPONENT), true,
                   PART_PLAIN);
}
