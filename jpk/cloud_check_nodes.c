/*
 * Checks of transformations: schemas and the nodes that mappings name.
 *
 * The nodes of a schema go into one table, by their parent and their name, when they are first asked for: schemas are
 * large and shared.
 */
#include <stdlib.h>

#include "jpk/cloud_check.h"

enum { NODE_KEY_MAX = 1024 }; /* bytes of a parent and a name; nodes with longer names are not looked for */

static size_t node_key(uint32_t parent, const char *name, size_t n, char key[NODE_KEY_MAX])
{
    if (n + sizeof parent > NODE_KEY_MAX)
        return 0;
    memcpy(key, &parent, sizeof parent);
    memcpy(key + sizeof parent, name, n);
    return n + sizeof parent;
}

static uint32_t typed(const struct jdoc *doc, uint32_t object, const char *key, enum jdoc_type type)
{
    uint32_t value = jdoc_member(doc, object, key);
    return value != JDOC_NONE && jdoc_type(doc, value) == type ? value : JDOC_NONE;
}

static void add_node(struct cloud_checker *c, uint32_t parent, uint32_t node)
{
    const struct jdoc *doc = c->public->doc;
    uint32_t name = typed(doc, node, "N", JDOC_STRING), old;
    char key[NODE_KEY_MAX];
    size_t n = name == JDOC_NONE ? 0 : node_key(parent, jdoc_string(doc, name), jdoc_string_size(doc, name), key);
    char *kept = n ? arena_strndup(&c->result.arena, key, n) : NULL;
    if (n && (!kept || !map_add(&c->nodes, kept, n, node, &old)))
        c->failed = true;
}

/* Every node below is an object in the array `C` of another: in the order of the text parents come first. */
static void add_nodes(struct cloud_checker *c, uint32_t root)
{
    const struct jdoc *doc = c->public->doc;
    for (uint32_t node = root; node < jdoc_next(doc, root) && !c->failed; node++) {
        uint32_t children = jdoc_type(doc, node) == JDOC_OBJECT ? typed(doc, node, "C", JDOC_ARRAY) : JDOC_NONE;
        if (children == JDOC_NONE)
            continue;
        for (uint32_t child = children + 1; child < jdoc_next(doc, children) && !c->failed;
             child = jdoc_next(doc, child))
            add_node(c, node, child);
    }
}

/* ------------------------------------------------------------------------------------------------------ the schemas */

/* A tree of nodes in which paths can be followed. */
struct tree {
    uint32_t root;
    bool types;  /* it has named types, which go on where a node has no children */
    bool prefix; /* paths leave out what is above the records */
};

/* Whether a document has a tree; its nodes are known afterwards. */
static bool open_tree(struct cloud_checker *c, uint32_t document, struct tree *tree)
{
    const struct jdoc *doc = c->public->doc;
    uint32_t root = typed(doc, document, "root", JDOC_OBJECT), types = jdoc_member(doc, document, "types");
    if (typed(doc, root, "N", JDOC_STRING) == JDOC_NONE)
        return false;
    if (!c->documents)
        c->documents = calloc(doc->count, sizeof *c->documents);
    c->failed = c->failed || !c->documents;
    if (!c->failed && !c->documents[root]) {
        c->documents[root] = true;
        add_nodes(c, root);
    }
    *tree = (struct tree){
        .root = root,
        .types = types != JDOC_NONE && jdoc_count(doc, types) > 0,
        .prefix = typed(doc, typed(doc, root, "O", JDOC_OBJECT), "prefixPath", JDOC_STRING) != JDOC_NONE,
    };
    return !c->failed;
}

/* The schema of a side: its own copy, the schema component that it names, or what its activity has found. */
static uint32_t document_of(const struct jpk_cloud *cloud, const struct jpk_cloud_side *side)
{
    const struct jpk_cloud_component *schema = side->schema.component, *origin = side->origin.component;
    if (side->document != JDOC_NONE)
        return side->document;
    if (!schema && *side->name)
        schema = jpk_cloud_by_name(cloud, JPK_CLOUD_SCHEMA, side->name);
    if (schema && schema->kind == JPK_CLOUD_SCHEMA)
        return schema->as.schema->document;
    if (origin && origin->kind == JPK_CLOUD_ACTIVITY)
        return strcmp(side->direction, "input") == 0 ? origin->as.activity->input : origin->as.activity->output;
    return JDOC_NONE;
}

static bool name_is(const struct jdoc *doc, uint32_t node, const char *name, size_t n)
{
    uint32_t found = typed(doc, node, "N", JDOC_STRING);
    return found != JDOC_NONE && jdoc_string_is(doc, found, name, n);
}

/* Whether a path can lead somewhere. *bad gets where the part begins that is not there. */
static bool path_leads(struct cloud_checker *c, const struct tree *tree, const char *path, size_t *bad)
{
    const struct jdoc *doc = c->public->doc;
    uint32_t node = JDOC_NONE;
    char key[NODE_KEY_MAX];
    for (const char *part = path;;) {
        size_t n = strcspn(part, "/");
        *bad = (size_t)(part - path);
        if (node == JDOC_NONE) {
            if (!name_is(doc, tree->root, part, n))
                return tree->prefix;
            node = tree->root;
        } else {
            bool children = typed(doc, node, "C", JDOC_ARRAY) != JDOC_NONE;
            size_t length = node_key(node, part, n, key);
            uint32_t child = length ? map_get(&c->nodes, key, length) : MAP_NONE;
            if (child == MAP_NONE)
                return length == 0 || (!children && tree->types);
            node = child;
        }
        if (part[n] == '\0')
            return true;
        part += n + 1;
    }
}

/* ----------------------------------------------------------------------------------------------------- the mappings */

static void check_path(struct cloud_checker *c, const struct jpk_cloud_component *component, const struct tree *tree,
                       const char *what, const char *path, uint32_t node)
{
    size_t bad;
    if (*path && node != JDOC_NONE && !path_leads(c, tree, path, &bad))
        cloud_place(cloud_report(c, RULE_UNKNOWN_NODE, component, node, "the %s schema has no node '%s'", what, path),
                    (uint32_t)bad);
}

static void check_targets(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_transformation *t = component->as.transformation;
    struct tree tree;
    uint32_t document = document_of(c->public, &t->target);
    if (document == JDOC_NONE || !open_tree(c, document, &tree))
        return;
    for (size_t i = 0; i < t->rule_count && !c->failed; i++)
        check_path(c, component, &tree, "target", t->rules[i].target, t->rules[i].target_node);
    for (size_t i = 0; i < t->loop_count && !c->failed; i++)
        check_path(c, component, &tree, "target", t->loops[i].target,
                   typed(c->public->doc, t->loops[i].node, "tgtPath", JDOC_STRING));
}

static void check_sources(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_transformation *t = component->as.transformation;
    struct tree tree;
    uint32_t document = document_of(c->public, &t->source);
    if (document == JDOC_NONE || !open_tree(c, document, &tree))
        return;
    for (size_t i = 0; i < t->rule_count && !c->failed; i++)
        for (size_t j = 0; j < t->rules[i].source_count && !c->failed; j++)
            check_path(c, component, &tree, "source", t->rules[i].sources[j].text, t->rules[i].sources[j].node);
    for (size_t i = 0; i < t->loop_count && !c->failed; i++)
        check_path(c, component, &tree, "source", t->loops[i].source,
                   typed(c->public->doc, t->loops[i].node, "srcPath", JDOC_STRING));
}

static void check_links(struct cloud_checker *c, const struct jpk_cloud_component *component,
                        const struct jpk_cloud_side *side, const char *schema, const char *origin)
{
    if (*side->schema.id)
        cloud_check_link(c, component, &side->schema, 1u << JPK_CLOUD_SCHEMA, schema);
    if (side->origin.node != JDOC_NONE)
        cloud_check_link(c, component, &side->origin, 1u << JPK_CLOUD_ACTIVITY, origin);
}

void cloud_check_transformation(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_transformation *t = component->as.transformation;
    check_links(c, component, &t->source, "the source schema", "the origin of the source schema");
    check_links(c, component, &t->target, "the target schema", "the origin of the target schema");
    if (t->changed_nodes)
        return;
    if (t->target.there)
        check_targets(c, component);
    if (t->source.there)
        check_sources(c, component);
}
