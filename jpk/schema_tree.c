#include "jpk/schema_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/schema_builder.h"

static const struct {
    const char *name, *text;
} reasons[SCHEMA_REASON_COUNT] = {
    [SCHEMA_FLAG_UNPROVED] = {"flag-unproved", "has bits in the structure cache whose meaning is not known"},
    [SCHEMA_TYPE_UNPROVED] = {"type-unproved", "has a type of values for which no rule is proved"},
    [SCHEMA_REFERENCE_GUESSED] = {"reference-guessed", "is taken as a reference because a global element has its name"},
    [SCHEMA_TYPE_CHILD] = {"type-as-child", "is a derived type, of which no real schema shows how it is written"},
    [SCHEMA_RECURSION] = {"recursion", "has a type that leads back to itself; what is below is left out"},
    [SCHEMA_TYPE_MISSING] = {"type-missing", "names a type or an element that the files do not hold"},
    [SCHEMA_NOT_READ] = {"not-read", "holds a construct of XML Schema that is left out"},
    [SCHEMA_FILE_MISSING] = {"file-missing", "needs a file that is not there"},
    [SCHEMA_TYPE_GUESSED] = {"type-guessed", "has values of a type that the source does not tell; they are strings"},
    [SCHEMA_SHAPE_GUESSED] = {"shape-guessed", "has a form of which no real schema is known"},
    [SCHEMA_INFERRED] = {"inferred", "is known only from where it is used; there may be more"},
};

const char *schema_reason_name(enum schema_reason reason)
{
    return reasons[reason].name;
}

const char *schema_reason_text(enum schema_reason reason)
{
    return reasons[reason].text;
}

void schema_tree_free(struct schema_tree *tree)
{
    if (!tree)
        return;
    arena_free(&tree->arena);
    free(tree);
}

struct schema_node *schema_node_next(const struct schema_node *node)
{
    if (node->child)
        return node->child;
    while (node && !node->next)
        node = node->parent;
    return node ? node->next : NULL;
}

bool schema_node_repeats(const struct schema_node *node)
{
    return node->max == SCHEMA_UNBOUNDED || node->max > 1;
}

bool schema_json_list(const struct schema_node *node)
{
    for (const struct schema_node *child = node->child; child; child = child->next)
        if (!schema_node_repeats(child) || (strcmp(child->name, "item") != 0 && strcmp(child->name, "array") != 0))
            return false;
    return node->child != NULL;
}

/* ------------------------------------------------------------------------------------------------------- comparison */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_values(const struct schema_node *a, const struct schema_node *b)
{
    if (a->value_count != b->value_count)
        return false;
    for (uint32_t i = 0; i < a->value_count; i++)
        if (!same(a->values[i].value, b->values[i].value) || !same(a->values[i].label, b->values[i].label))
            return false;
    return true;
}

/* The schema document does not tell a derived type from an element. */
static bool same_kind(enum schema_node_kind a, enum schema_node_kind b)
{
    return (a == SCHEMA_TYPE ? SCHEMA_ELEMENT : a) == (b == SCHEMA_TYPE ? SCHEMA_ELEMENT : b);
}

/* None is the same whether it is written or not. */
static bool same_namespace(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_node(const struct schema_node *a, const struct schema_node *b)
{
    return same_kind(a->kind, b->kind) && a->min == b->min && a->max == b->max && a->nillable == b->nillable &&
           a->begin == b->begin && a->end == b->end && a->is_array == b->is_array &&
           a->inode_without_children == b->inode_without_children && a->xml_choice == b->xml_choice &&
           a->generated_as_inode == b->generated_as_inode && same(a->name, b->name) &&
           same_namespace(a->namespace_, b->namespace_) && same(a->base_type, b->base_type) &&
           same(a->declared_type, b->declared_type) && same(a->default_value, b->default_value) && same_values(a, b);
}

/* The next node below `top` in preorder, or NULL. */
static const struct schema_node *next_below(const struct schema_node *node, const struct schema_node *top)
{
    if (node->child)
        return node->child;
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

static bool compare(const struct schema_node **a, const struct schema_node **b)
{
    const struct schema_node *left = *a, *right = *b;
    while (*a && *b && (*a)->depth - left->depth == (*b)->depth - right->depth && same_node(*a, *b)) {
        *a = next_below(*a, left);
        *b = next_below(*b, right);
    }
    return !*a && !*b;
}

bool schema_node_equal(const struct schema_node *a, const struct schema_node *b)
{
    return a == b || compare(&a, &b);
}

bool schema_tree_equal(const struct schema_tree *a, const struct schema_tree *b, const struct schema_node **a_node,
                       const struct schema_node **b_node)
{
    const struct schema_node *x = a->root, *y = b->root;
    bool equal = compare(&x, &y);
    if (a_node)
        *a_node = x;
    if (b_node)
        *b_node = y;
    return equal && a->kind == b->kind;
}

/* ----------------------------------------------------------------------------------------------------------- making */

bool schema_begin(struct schema_builder *b, enum schema_kind kind, size_t nodes, struct jpk_error *err)
{
    *b = (struct schema_builder){.most = nodes ? nodes : SCHEMA_NODES_MAX, .err = err};
    b->tree = calloc(1, sizeof *b->tree);
    if (!b->tree)
        return error_memory(err);
    b->tree->kind = kind;
    b->intern.arena = &b->tree->arena;
    return true;
}

static bool memory(struct schema_builder *b)
{
    return error_memory(b->err);
}

bool schema_charge(struct schema_builder *b, uint64_t bytes)
{
    b->bytes += bytes;
    if (b->bytes / SCHEMA_BYTES_PER_NODE < b->most)
        return true;
    return error_set(b->err, JPK_ERR_LIMIT,
                     "has a structure with more than %llu bytes of text, %d for each of %zu nodes "
                     "(--max-schema-nodes)",
                     (unsigned long long)b->most * SCHEMA_BYTES_PER_NODE, (int)SCHEMA_BYTES_PER_NODE, b->most);
}

bool schema_step(struct schema_builder *b)
{
    if (++b->steps / SCHEMA_STEPS_PER_NODE < b->most)
        return true;
    return error_set(b->err, JPK_ERR_LIMIT,
                     "has types that lead to more than %llu places, %d for each of %zu nodes (--max-schema-nodes)",
                     (unsigned long long)b->most * SCHEMA_STEPS_PER_NODE, (int)SCHEMA_STEPS_PER_NODE, b->most);
}

const char *schema_keep(struct schema_builder *b, const char *s, size_t n)
{
    if (!schema_charge(b, n))
        return NULL;
    const char *kept = intern_string(&b->intern, s ? s : "", n);
    if (!kept)
        memory(b);
    return kept;
}

bool schema_keep_text(struct schema_builder *b, const char *s, const char **out)
{
    *out = s ? schema_keep(b, s, strlen(s)) : NULL;
    return *out || !s;
}

bool schema_keep_type(struct schema_builder *b, const char *namespace_, const char *name, const char **out)
{
    struct buf text = {0};
    if (!*namespace_ || strcmp(namespace_, SCHEMA_XSD) == 0)
        return schema_keep_text(b, name, out);
    buf_printf(&text, "{%s}%s", namespace_, name);
    bool ok = text.failed ? memory(b) : schema_keep_text(b, buf_text(&text), out);
    buf_free(&text);
    return ok;
}

struct schema_node *schema_add(struct schema_builder *b, struct schema_node *parent, enum schema_node_kind kind,
                               const char *name, size_t n)
{
    struct schema_tree *tree = b->tree;
    if (tree->node_count >= b->most) {
        error_set(b->err, JPK_ERR_LIMIT, "has a structure of more than %zu nodes (--max-schema-nodes)", b->most);
        return NULL;
    }
    if (parent && parent->depth == SCHEMA_DEPTH_MAX) {
        error_set(b->err, JPK_ERR_LIMIT, "has a structure that is nested deeper than %d nodes", SCHEMA_DEPTH_MAX);
        return NULL;
    }
    struct schema_node *node = arena_calloc(&tree->arena, 1, sizeof *node);
    if (!node) {
        memory(b);
        return NULL;
    }
    if (!(node->name = schema_keep(b, name, n)))
        return NULL;
    node->kind = kind;
    node->namespace_ = kind == SCHEMA_ELEMENT || kind == SCHEMA_TYPE || kind == SCHEMA_RECORD ? "" : NULL;
    node->min = node->max = 1;
    node->begin = node->end = -1;
    node->parent = parent;
    node->depth = parent ? parent->depth + 1 : 0;
    if (!parent)
        tree->root = node;
    else if (parent->last)
        parent->last->next = node;
    else
        parent->child = node;
    if (parent)
        parent->last = node;
    tree->node_count++;
    return node;
}

struct schema_value *schema_values(struct schema_builder *b, size_t count)
{
    if (!schema_charge(b, count * sizeof(struct schema_value)))
        return NULL;
    struct schema_value *values = arena_calloc(&b->tree->arena, count, sizeof *values);
    if (!values)
        memory(b);
    return values;
}

bool schema_note(struct schema_builder *b, const struct schema_node *node, enum schema_reason reason,
                 const char *detail)
{
    const char *kept = detail && *detail ? schema_keep(b, detail, strlen(detail)) : "";
    struct schema_finding *findings = array_grow(b->findings, b->finding_count, &b->finding_capacity, sizeof *findings);
    if (!findings)
        return memory(b);
    b->findings = findings;
    findings[b->finding_count++] = (struct schema_finding){node, reason, kept};
    return kept && schema_step(b);
}

/* The key of a child in by_name, in the arena of keys; NULL: no memory. */
static const char *sibling_key(struct arena *arena, const struct schema_node *parent, const char *name)
{
    struct schema_sibling *key = arena_alloc(arena, sizeof *key);
    if (key)
        *key = (struct schema_sibling){parent, name};
    return (const char *)key;
}

struct schema_node *schema_child(struct schema_builder *b, struct schema_node *parent, enum schema_node_kind kind,
                                 const char *name, size_t n, bool *added)
{
    const char *kept = schema_keep(b, name, n);
    struct schema_sibling key = {parent, kept};
    uint32_t found = kept ? map_get(&b->by_name, (const char *)&key, sizeof key) : MAP_NONE;
    if (added)
        *added = found == MAP_NONE;
    if (!kept || !schema_step(b))
        return NULL;
    if (found != MAP_NONE)
        return b->children[found];
    struct schema_node *node = schema_add(b, parent, kind, name, n);
    struct schema_node **children = array_grow(b->children, b->child_count, &b->child_capacity, sizeof *children);
    const char *stored = sibling_key(&b->keys, parent, kept);
    if (children)
        b->children = children;
    if (!node)
        return NULL;
    if (!children || !stored || !map_set(&b->by_name, stored, sizeof key, (uint32_t)b->child_count)) {
        memory(b);
        return NULL;
    }
    b->children[b->child_count++] = node;
    return node;
}

struct schema_node *schema_add_flat_root(struct schema_builder *b)
{
    struct schema_node *root = schema_add(b, NULL, SCHEMA_RECORD, SCHEMA_FLAT_ROOT, strlen(SCHEMA_FLAT_ROOT));
    if (root) {
        root->min = 0;
        root->max = SCHEMA_UNBOUNDED;
        root->base_type = "complex";
        b->tree->text = (struct schema_text){",", "\"", "WHEN_NEEDED", true, true, false};
    }
    return root;
}

struct schema_node *schema_add_field(struct schema_builder *b, struct schema_node *parent, const char *name, size_t n)
{
    struct schema_node *field = schema_add(b, parent, SCHEMA_FIELD, name, n);
    if (field) {
        field->min = 0;
        field->base_type = "string";
        field->default_value = "";
        field->declared_type = "1"; /* the number of the type String; those of others are not known */
    }
    return field;
}

const char *schema_base_type(const char *value_type, const char *format, bool *proved)
{
    static const struct {
        const char *value_type, *base_type;
        bool proved;
    } types[] = {
        {"String", "string", true}, {"Boolean", "boolean", true}, {"Date", "dateTime", true},
        {"Double", "double", true}, {"Float", "double", false},   {"Integer", "integer", false},
        {"Long", "integer", false},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].value_type, value_type) == 0) {
            *proved = types[i].proved;
            return strcmp(value_type, "Date") == 0 && strcmp(format, "date") == 0 ? "date" : types[i].base_type;
        }
    return NULL;
}

/* How many siblings of this name stand before a node. */
static bool count_equal(struct schema_node *node, struct map *seen, struct arena *arena)
{
    const char *key = sibling_key(arena, node->parent, node->name);
    uint32_t before = key ? map_get(seen, key, sizeof(struct schema_sibling)) : MAP_NONE;
    node->ordinal = before == MAP_NONE ? 0 : before + 1;
    return key && map_set(seen, key, sizeof(struct schema_sibling), node->ordinal);
}

static bool number_nodes(struct schema_builder *b)
{
    struct arena arena = {0};
    struct map seen = {0};
    uint32_t index = 0;
    bool ok = true;
    for (struct schema_node *node = b->tree->root; node && ok; node = schema_node_next(node)) {
        node->index = index++;
        ok = count_equal(node, &seen, &arena);
    }
    map_free(&seen);
    arena_free(&arena);
    return ok || memory(b);
}

static int by_node(const void *a, const void *b)
{
    const struct schema_finding *x = a, *y = b;
    uint64_t left = x->node ? (uint64_t)x->node->index + 1 : 0, right = y->node ? (uint64_t)y->node->index + 1 : 0;
    if (left != right)
        return left < right ? -1 : 1;
    return x->reason != y->reason ? (x->reason < y->reason ? -1 : 1) : strcmp(x->detail, y->detail);
}

static bool keep_findings(struct schema_builder *b)
{
    if (b->finding_count == 0)
        return true;
    qsort(b->findings, b->finding_count, sizeof *b->findings, by_node);
    struct schema_finding *kept = arena_calloc(&b->tree->arena, b->finding_count, sizeof *kept);
    if (!kept)
        return memory(b);
    size_t count = 0;
    for (size_t i = 0; i < b->finding_count; i++)
        if (count == 0 || by_node(&kept[count - 1], &b->findings[i]) != 0)
            kept[count++] = b->findings[i];
    b->tree->findings = kept;
    b->tree->finding_count = count;
    return true;
}

struct schema_tree *schema_end(struct schema_builder *b, bool ok)
{
    struct schema_tree *tree = b->tree;
    ok = ok && number_nodes(b) && keep_findings(b);
    intern_free(&b->intern);
    map_free(&b->by_name);
    arena_free(&b->keys);
    free(b->children);
    free(b->findings);
    *b = (struct schema_builder){0};
    if (ok)
        return tree;
    schema_tree_free(tree);
    return NULL;
}
