#include "jpk/schema_extend.h"

#include <string.h>

#include "base/map.h"
#include "jpk/schema_paths.h"

struct extender {
    struct schema_tree *tree;
    struct schema_paths *paths; /* of the tree as it was */
    struct arena arena;
    struct map new_by_path; /* names with `$` between them -> index in `list` */
    struct schema_node **list;
    size_t count, most;
    struct jpk_error *err;
};

static void number_nodes(struct schema_tree *tree)
{
    uint32_t index = 0;
    for (struct schema_node *node = tree->root; node; node = schema_node_next(node)) {
        node->index = index++;
        node->depth = node->parent ? node->parent->depth + 1 : 0;
    }
    tree->node_count = index;
}

bool schema_wrap(struct schema_tree *tree, const char *name)
{
    struct schema_node *node = arena_calloc(&tree->arena, 1, sizeof *node);
    if (!node || !(node->name = arena_strdup(&tree->arena, name)))
        return false;
    node->namespace_ = "";
    node->min = node->max = 1;
    node->begin = node->end = -1;
    node->child = node->last = tree->root;
    if (tree->root)
        tree->root->parent = node;
    tree->root = node;
    number_nodes(tree);
    return true;
}

/* --------------------------------------------------------------------------------------------------------- one path */

struct step {
    const char *name;
    size_t length, whole; /* with what stands behind the name */
    char separator;       /* '\0' for none */
    bool repeats;
};

static struct step next_step(const char *path, size_t n)
{
    struct step step = {.name = path};
    size_t at = 0;
    while (at < n && path[at] != '$' && path[at] != '.' && path[at] != '#')
        at++;
    step.length = at;
    step.repeats = at < n && path[at] == '#';
    while (at < n && step.repeats && (path[at] == '#' || (path[at] >= '0' && path[at] <= '9')))
        at++;
    step.separator = at < n ? path[at++] : '\0';
    step.repeats = step.repeats || step.separator == '.';
    step.whole = at;
    return step;
}

static enum schema_node_kind kind_of(const struct schema_tree *tree, const struct step *step)
{
    size_t digits = 0;
    while (digits < step->length && step->name[digits] >= '0' && step->name[digits] <= '9')
        digits++;
    if (tree->root->kind == SCHEMA_RECORD)
        return step->separator == '\0' ? SCHEMA_FIELD : SCHEMA_RECORD;
    if (step->separator == '\0')
        return SCHEMA_ATTRIBUTE;
    return digits == step->length ? SCHEMA_CHOICE : SCHEMA_ELEMENT;
}

static struct schema_node *new_node(struct extender *e, struct schema_node *parent, const struct step *step)
{
    struct schema_node *node = arena_calloc(&e->tree->arena, 1, sizeof *node);
    char *name = arena_strndup(&e->tree->arena, step->name, step->length);
    if (!node || !name) {
        error_memory(e->err);
        return NULL;
    }
    node->name = name;
    node->kind = kind_of(e->tree, step);
    node->namespace_ = node->kind == SCHEMA_ELEMENT || node->kind == SCHEMA_RECORD ? parent->namespace_ : NULL;
    node->max = step->repeats ? SCHEMA_UNBOUNDED : 1;
    node->is_array = step->repeats && node->kind == SCHEMA_ELEMENT;
    node->xml_choice = node->kind == SCHEMA_CHOICE;
    node->begin = node->end = -1;
    node->parent = parent;
    node->depth = parent->depth + 1;
    if (parent->last)
        parent->last->next = node;
    else
        parent->child = node;
    parent->last = node;
    parent->inode_without_children = false;
    return node;
}

static void set_value(struct schema_node *node)
{
    if (node->base_type || node->child)
        return;
    node->base_type = "string";
    node->declared_type = node->kind == SCHEMA_FIELD ? "1" : node->kind == SCHEMA_ATTRIBUTE ? "String" : "string";
    if (node->kind == SCHEMA_FIELD)
        node->default_value = "";
}

/* The node of a path: of the tree, or one that was added. */
static struct schema_node *known(struct extender *e, const char *key, size_t n)
{
    uint32_t new = map_get(&e->new_by_path, key, n);
    const struct schema_node *node = new == MAP_NONE ? schema_paths_script(e->paths, key, n) : e->list[new];
    return (struct schema_node *)node; /* the tree is the caller's to change */
}

static bool may_add(const struct extender *e, const struct schema_node *parent, const struct step *step)
{
    return parent && step->length > 0 && e->count < e->most && parent->depth < SCHEMA_DEPTH_MAX &&
           parent->kind != SCHEMA_ATTRIBUTE && parent->kind != SCHEMA_FIELD;
}

static struct schema_node *add_step(struct extender *e, const char *key, size_t n, const struct step *step,
                                    struct schema_node *parent)
{
    struct schema_node *node = new_node(e, parent, step);
    uint32_t old;
    if (!node || !map_add(&e->new_by_path, key, n, (uint32_t)e->count, &old)) {
        error_memory(e->err);
        return NULL;
    }
    e->list[e->count++] = node;
    return node;
}

static bool add_path(struct extender *e, const char *path, size_t n)
{
    bool flat = strcmp(e->tree->root->name, "__flat__") == 0, added = false;
    struct schema_node *parent = flat ? e->tree->root : NULL;
    char *key = arena_alloc(&e->arena, n + 2); /* without instances: `#1` chooses one of the same node */
    size_t key_n = 0;
    if (!key)
        return error_memory(e->err);
    for (size_t at = 0; at < n;) {
        struct step step = next_step(path + at, n - at);
        memcpy(key + key_n, step.name, step.length);
        key_n += step.length;
        struct schema_node *node = step.length > 0 ? known(e, key, key_n) : NULL;
        if (!node && !may_add(e, parent, &step))
            return true;
        added = added || !node;
        parent = node ? node : add_step(e, key, key_n, &step, parent);
        if (!parent)
            return false;
        key[key_n++] = '$';
        at += step.whole;
    }
    if (added)
        set_value(parent);
    return true;
}

bool schema_extend(struct schema_tree *tree, const struct strings *paths, size_t *added, struct jpk_error *err)
{
    struct extender e = {.tree = tree, .err = err};
    size_t room = 0;
    *added = 0;
    if (!tree->root || paths->count == 0)
        return true;
    for (size_t i = 0; i < paths->count; i++)
        room += strlen(paths->items[i]);
    size_t free_nodes = tree->node_count < SCHEMA_NODES_MAX ? SCHEMA_NODES_MAX - tree->node_count : 0;
    e.most = room < free_nodes ? room : free_nodes;
    e.paths = schema_paths_new(tree, err);
    e.list = arena_calloc(&e.arena, e.most + 1, sizeof(struct schema_node *));
    bool ok = e.paths && (e.list || error_memory(err));
    for (size_t i = 0; ok && i < paths->count; i++)
        ok = add_path(&e, paths->items[i], strlen(paths->items[i]));
    *added = e.count;
    number_nodes(tree);
    schema_paths_free(e.paths);
    map_free(&e.new_by_path);
    arena_free(&e.arena);
    return ok;
}
