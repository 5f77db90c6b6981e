/*
 * Schema trees from samples of JSON, in the XML form that Design Studio gives them. Source: the XSD files that it made
 * of six real samples: objects become elements, a list an element with `item` for each value and `array` for each list
 * in it; everything is optional and nillable; numbers are doubles; null and an empty object are texts.
 */
#include <string.h>

#include "base/json.h"
#include "jpk/schema_builder.h"

/* A list or object whose children are being read. */
struct level {
    struct schema_node *node;
    uint32_t at, end; /* nodes of the document */
    bool list;
};

struct reader {
    struct schema_builder b;
    struct jdoc document;
    struct level levels[SCHEMA_DEPTH_MAX + 2];
    unsigned depth;
};

/* Values of one name may have several types: they meet as text. Null and what is empty say nothing. */
static void meet_type(struct schema_node *node, enum jdoc_type type)
{
    if (type == JDOC_NULL || type == JDOC_OBJECT || type == JDOC_ARRAY)
        return;
    const char *name = type == JDOC_TRUE || type == JDOC_FALSE ? "boolean" : type == JDOC_NUMBER ? "double" : "string";
    node->base_type = !node->base_type || strcmp(node->base_type, name) == 0 ? name : "string";
}

static bool container(const struct reader *r, uint32_t value)
{
    enum jdoc_type type = jdoc_type(&r->document, value);
    return (type == JDOC_OBJECT || type == JDOC_ARRAY) && r->document.nodes[value].count > 0;
}

static bool open_value(struct reader *r, struct schema_node *node, uint32_t value)
{
    enum jdoc_type type = jdoc_type(&r->document, value);
    if (!container(r, value)) {
        if (!node->child)
            meet_type(node, type);
        return true;
    }
    node->base_type = NULL;
    if (r->depth > SCHEMA_DEPTH_MAX)
        return error_set(r->b.err, JPK_ERR_LIMIT, "has a structure that is nested deeper than %d nodes",
                         (int)SCHEMA_DEPTH_MAX);
    r->levels[r->depth++] = (struct level){node, value + 1, jdoc_next(&r->document, value), type == JDOC_ARRAY};
    return true;
}

static bool take_value(struct reader *r, struct schema_node *parent, const char *name, size_t n, uint32_t value,
                       bool list)
{
    struct schema_node *node = schema_child(&r->b, parent, SCHEMA_ELEMENT, name, n, NULL);
    if (!node)
        return false;
    node->min = 0;
    node->nillable = true;
    node->max = list ? SCHEMA_UNBOUNDED : 1;
    node->is_array = list;
    return open_value(r, node, value);
}

static bool take_next(struct reader *r, struct level *level)
{
    const struct jdoc *document = &r->document;
    uint32_t value = level->at;
    if (level->list) {
        level->at = jdoc_next(document, value);
        bool inner = jdoc_type(document, value) == JDOC_ARRAY;
        return take_value(r, level->node, inner ? "array" : "item", inner ? 5 : 4, value, true);
    }
    uint32_t key = value;
    value = key + 1;
    level->at = jdoc_next(document, value);
    return take_value(r, level->node, jdoc_string(document, key), jdoc_string_size(document, key), value, false);
}

static bool take_document(struct reader *r)
{
    struct schema_node *root = schema_add(&r->b, NULL, SCHEMA_ELEMENT, "json", 4);
    if (!root || !schema_note(&r->b, NULL, SCHEMA_INFERRED, "sample") || !open_value(r, root, 0))
        return false;
    while (r->depth > 0) {
        struct level *level = &r->levels[r->depth - 1];
        if (level->at == level->end)
            r->depth--;
        else if (!take_next(r, level))
            return false;
    }
    for (struct schema_node *node = root; node; node = schema_node_next(node)) {
        if (!node->child && !node->base_type)
            node->base_type = "string";
        node->declared_type = node->base_type;
    }
    return true;
}

struct schema_tree *schema_tree_from_json_sample(const char *text, size_t size, size_t nodes, struct jpk_error *err)
{
    struct reader r = {0};
    struct jdoc_options options = {.reject_nul = true};
    if (!jdoc_parse(&r.document, text, size, &options, err))
        return NULL;
    bool ok = schema_begin(&r.b, SCHEMA_JSON, nodes, err) && take_document(&r);
    struct schema_tree *tree = schema_end(&r.b, ok);
    jdoc_free(&r.document);
    return tree;
}
