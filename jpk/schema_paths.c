#include "jpk/schema_paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

struct schema_paths {
    const struct schema_tree *tree;
    struct arena arena;
    struct map strings;            /* text -> number */
    struct map by_name, by_script; /* (parent's index + 1, number of the text) -> index in nodes */
    const struct schema_node **nodes;
};

/* ---------------------------------------------------------------------------------------------------------- writing */

/* Letters, digits, `_`, the colon of a table's schema, and whatever is not ASCII. */
static bool script_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
           (unsigned char)c >= 0x80;
}

void schema_script_name(const char *name, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(out, script_character(name[i]) ? name[i] : '?');
}

/* The ancestors of a node from the root on, itself last; their number. */
static unsigned lineage(const struct schema_node *node, const struct schema_node *out[SCHEMA_DEPTH_MAX + 1])
{
    unsigned count = node->depth + 1;
    for (unsigned i = count; i > 0; i--, node = node->parent)
        out[i - 1] = node;
    return count;
}

void schema_slash_path(const struct schema_node *node, struct buf *out)
{
    const struct schema_node *list[SCHEMA_DEPTH_MAX + 1];
    unsigned count = lineage(node, list);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            buf_putc(out, '/');
        buf_puts(out, list[i]->name);
    }
}

static bool flat_root(const struct schema_tree *tree, const struct schema_node *node)
{
    return tree->kind == SCHEMA_FLAT && node == tree->root && strcmp(node->name, "__flat__") == 0;
}

void schema_script_path(const struct schema_tree *tree, const struct schema_node *node, struct buf *out)
{
    const struct schema_node *list[SCHEMA_DEPTH_MAX + 1];
    unsigned count = lineage(node, list);
    if (tree->prefix_path)
        buf_puts(out, tree->prefix_path);
    for (unsigned i = 0; i < count; i++) {
        if (flat_root(tree, list[i]))
            continue;
        schema_script_name(list[i]->name, strlen(list[i]->name), out);
        if (list[i]->kind != SCHEMA_ATTRIBUTE && list[i]->kind != SCHEMA_FIELD)
            buf_putc(out, schema_node_repeats(list[i]) ? '.' : '$');
    }
}

/* ---------------------------------------------------------------------------------------------------------- finding */

struct step {
    uint32_t parent; /* index + 1 of the node above; 0 for the root */
    uint32_t name;   /* number of the text */
};

static bool add_string(struct schema_paths *paths, const char *text, size_t n, uint32_t *number)
{
    uint32_t next = (uint32_t)paths->strings.count;
    *number = map_get(&paths->strings, text, n);
    if (*number != MAP_NONE)
        return true;
    char *copy = arena_strndup(&paths->arena, text, n);
    uint32_t old;
    *number = next;
    return copy && map_add(&paths->strings, copy, n, next, &old);
}

static bool add_step(struct schema_paths *paths, struct map *map, const struct schema_node *node, const char *text,
                     size_t n)
{
    struct step *key = arena_calloc(&paths->arena, 1, sizeof *key);
    uint32_t old;
    if (!key || !add_string(paths, text, n, &key->name))
        return false;
    key->parent = node->parent ? node->parent->index + 1 : 0;
    return map_add(map, (const char *)key, sizeof *key, node->index, &old);
}

static bool add_node(struct schema_paths *paths, const struct schema_node *node)
{
    struct buf script = {0};
    paths->nodes[node->index] = node;
    schema_script_name(node->name, strlen(node->name), &script);
    bool ok = !script.failed && add_step(paths, &paths->by_name, node, node->name, strlen(node->name)) &&
              add_step(paths, &paths->by_script, node, buf_text(&script), script.size);
    buf_free(&script);
    return ok;
}

struct schema_paths *schema_paths_new(const struct schema_tree *tree, struct jpk_error *err)
{
    struct schema_paths *paths = calloc(1, sizeof *paths);
    bool ok = paths != NULL;
    if (ok) {
        paths->tree = tree;
        paths->nodes = arena_calloc(&paths->arena, tree->node_count + 1, sizeof *paths->nodes);
        ok = paths->nodes != NULL;
    }
    for (const struct schema_node *node = tree->root; node && ok; node = schema_node_next(node))
        ok = add_node(paths, node);
    if (ok)
        return paths;
    schema_paths_free(paths);
    error_memory(err);
    return NULL;
}

void schema_paths_free(struct schema_paths *paths)
{
    if (!paths)
        return;
    map_free(&paths->strings);
    map_free(&paths->by_name);
    map_free(&paths->by_script);
    arena_free(&paths->arena);
    free(paths);
}

static const struct schema_node *follow(const struct schema_paths *paths, const struct map *map,
                                        const struct schema_node *parent, const char *text, size_t n)
{
    struct step key = {.parent = parent ? parent->index + 1 : 0, .name = map_get(&paths->strings, text, n)};
    uint32_t found = key.name == MAP_NONE ? MAP_NONE : map_get(map, (const char *)&key, sizeof key);
    return found == MAP_NONE ? NULL : paths->nodes[found];
}

const struct schema_node *schema_paths_slash(const struct schema_paths *paths, const char *path, size_t n)
{
    const struct schema_node *node = NULL;
    for (size_t at = 0; at <= n;) {
        bool field = node && flat_root(paths->tree, node); /* a field's name may hold slashes */
        const char *slash = field ? NULL : memchr(path + at, '/', n - at);
        size_t length = slash ? (size_t)(slash - path) - at : n - at;
        node = follow(paths, &paths->by_name, node, path + at, length);
        if (!node || !slash)
            return node;
        at += length + 1;
    }
    return NULL;
}

/* How many bytes a step's name has: up to `$`, `.` or `#`. */
static size_t name_length(const char *path, size_t n)
{
    size_t i = 0;
    while (i < n && path[i] != '$' && path[i] != '.' && path[i] != '#')
        i++;
    return i;
}

/* Whether a step names the type of the node itself, "{namespace}Name". */
static bool names_type(const struct schema_node *node, const char *name, size_t n)
{
    const char *type = node ? node->declared_type : NULL, *brace = type ? strrchr(type, '}') : NULL;
    return brace && strlen(brace + 1) == n && memcmp(brace + 1, name, n) == 0;
}

static const struct schema_node *walk_script(const struct schema_paths *paths, const char *path, size_t n)
{
    const struct schema_node *node = NULL;
    if (paths->tree->root && flat_root(paths->tree, paths->tree->root)) {
        node = paths->tree->root;
        if (n == 0)
            return node;
    }
    while (n > 0) {
        size_t length = name_length(path, n);
        const struct schema_node *next = follow(paths, &paths->by_script, node, path, length);
        if (!next && !names_type(node, path, length))
            return NULL;
        node = next ? next : node;
        path += length;
        n -= length;
        while (n > 0 && (*path == '#' || (*path >= '0' && *path <= '9'))) { /* an instance */
            path++;
            n--;
        }
        if (n > 0) { /* `$` or `.` */
            path++;
            n--;
        }
    }
    return node;
}

const struct schema_node *schema_paths_script(const struct schema_paths *paths, const char *path, size_t n)
{
    const char *prefix = paths->tree->prefix_path;
    size_t length = prefix ? strlen(prefix) : 0;
    if (length > 0 && n > length && memcmp(path, prefix, length) == 0)
        return walk_script(paths, path + length, n - length);
    return walk_script(paths, path, n);
}
