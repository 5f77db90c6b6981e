/*
 * Schema trees from mappings alone: the paths that they name, in the order in which they name them.
 *
 * A path says of each node whether it repeats (`.`) or not (`$`), and of the last one whether it is an attribute or a
 * field (nothing behind it). Names are those of scripts, in which `?` stands for what a script cannot hold.
 */
#include <string.h>

#include "jpk/schema_builder.h"
#include "jpk/script.h"

struct reader {
    struct schema_builder b;
    bool flat, database;
    bool text;           /* the source is flat: its fields are plain names in scripts */
    struct map assigned; /* local variables of the script at hand */
};

static bool number(const char *name, size_t n)
{
    size_t i = 0;
    while (i < n && name[i] >= '0' && name[i] <= '9')
        i++;
    return n > 0 && i == n;
}

/* How many bytes a step's name has, and what follows: a separator, or 0 at the end. `#` and `#1` choose instances. */
static size_t step_length(const char *path, size_t n, char *separator, size_t *whole, bool *repeats)
{
    size_t i = 0;
    while (i < n && path[i] != '$' && path[i] != '.' && path[i] != '#')
        i++;
    *repeats = i < n && path[i] == '#';
    size_t after = i;
    while (*repeats && after < n && (path[after] == '#' || (path[after] >= '0' && path[after] <= '9')))
        after++;
    *separator = after < n ? path[after] : '\0';
    *whole = after < n ? after + 1 : n;
    return i;
}

static enum schema_node_kind kind_of(const struct reader *r, const struct schema_node *parent, const char *name,
                                     size_t n, char separator)
{
    if (separator == '\0' && parent)
        return r->database || r->flat ? SCHEMA_FIELD : SCHEMA_ATTRIBUTE;
    if (number(name, n))
        return SCHEMA_CHOICE;
    return r->database ? SCHEMA_RECORD : SCHEMA_ELEMENT;
}

/* The root is the one of the first path; other roots are left out. NULL without an error: left out. */
static struct schema_node *step(struct reader *r, struct schema_node *parent, const char *name, size_t n,
                                char separator, bool *ok)
{
    struct schema_node *root = r->b.tree->root;
    *ok = true;
    if (!parent && root && (strlen(root->name) != n || memcmp(root->name, name, n) != 0)) {
        const char *kept = schema_keep(&r->b, name, n);
        *ok = kept && schema_note(&r->b, NULL, SCHEMA_NOT_READ, kept);
        return NULL;
    }
    bool added;
    struct schema_node *node = schema_child(&r->b, parent, kind_of(r, parent, name, n, separator), name, n, &added);
    *ok = node != NULL;
    if (node && added && parent)
        node->min = 0;
    if (node && node->kind == SCHEMA_CHOICE)
        node->xml_choice = true;
    return node;
}

static bool set_leaf(struct reader *r, struct schema_node *node)
{
    if (node->base_type && strcmp(node->base_type, "string") == 0)
        return true;
    node->base_type = "string";
    node->declared_type = node->kind == SCHEMA_FIELD ? "1" : node->kind == SCHEMA_ATTRIBUTE ? "String" : "string";
    if (node->kind == SCHEMA_FIELD)
        node->default_value = "";
    return schema_note(&r->b, node, SCHEMA_TYPE_GUESSED, NULL);
}

/* Adds a path; one of a loop ends in a folder, another one in something that has a value. */
static bool add_path(struct reader *r, const char *path, size_t n, bool loop)
{
    struct schema_node *node = r->flat ? r->b.tree->root : NULL;
    if (r->flat && !loop) {
        node = n > 0 ? schema_child(&r->b, node, SCHEMA_FIELD, path, n, NULL) : NULL;
        if (node)
            node->min = 0;
        return n == 0 || (node && set_leaf(r, node));
    }
    while (n > 0 && !r->flat) {
        char separator;
        size_t whole;
        bool repeats, ok;
        size_t length = step_length(path, n, &separator, &whole, &repeats);
        if (length == 0)
            return true;
        node = step(r, node, path, length, separator, &ok);
        if (!node)
            return ok;
        if (separator == '.' || repeats) {
            node->max = SCHEMA_UNBOUNDED;
            node->is_array = node->min == 0;
        }
        path += whole;
        n -= whole;
    }
    return !node || loop || r->flat || set_leaf(r, node);
}

/* ---------------------------------------------------------------------------------------------------------- scripts */

static bool is_constant(struct script_view name)
{
    static const char *const constants[] = {"true", "false", "null", "pi", "e"};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (strlen(constants[i]) == name.length && memcmp(constants[i], name.text, name.length) == 0)
            return true;
    return false;
}

static bool take_event(void *context, const struct script_event *event)
{
    struct reader *r = context;
    if (event->kind == SCRIPT_EVENT_PATH && !r->text)
        return add_path(r, event->name.text, event->name.length, false);
    if (event->kind == SCRIPT_EVENT_LOCAL_WRITE && r->text)
        return map_set(&r->assigned, event->name.text, event->name.length, 1) || error_memory(r->b.err);
    if (event->kind != SCRIPT_EVENT_LOCAL_READ || !r->text || is_constant(event->name))
        return true;
    bool local = map_get(&r->assigned, event->name.text, event->name.length) != MAP_NONE;
    return local || add_path(r, event->name.text, event->name.length, false);
}

static bool take_source(struct reader *r, const struct jpk_mapping *mapping)
{
    size_t n = strlen(mapping->source);
    if (mapping->kind == JPK_MAPPING_LOOP)
        return add_path(r, mapping->source, n, true);
    map_free(&r->assigned); /* keys point into the script before */
    return script_events(mapping->source, n, take_event, r);
}

static bool take_target(struct reader *r, const struct jpk_mapping *mapping)
{
    static const char condition[] = "/PRECONDITION/";
    size_t n = strlen(mapping->target), tail = sizeof condition - 1;
    if (mapping->kind == JPK_MAPPING_PRESCRIPT)
        return true;
    if (mapping->kind == JPK_MAPPING_CONDITION && n >= tail)
        n -= tail;
    return add_path(r, mapping->target, n, mapping->kind != JPK_MAPPING_FIELD);
}

static bool take_mappings(struct reader *r, const struct jpk_transformation *t, bool target)
{
    if (r->flat && !schema_add_flat_root(&r->b))
        return false;
    for (size_t i = 0; i < t->mapping_count; i++)
        if (!schema_step(&r->b) || !(target ? take_target(r, &t->mappings[i]) : take_source(r, &t->mappings[i])))
            return false;
    const struct schema_node *root = r->b.tree->root;
    if (!root || (r->flat && !root->child))
        return error_set(r->b.err, JPK_ERR_NOT_FOUND, "has no mapping that names a node of its %s",
                         target ? "target" : "source");
    if (strcmp(root->name, "json") == 0)
        r->b.tree->kind = SCHEMA_JSON;
    return schema_note(&r->b, NULL, SCHEMA_INFERRED, "mappings");
}

struct schema_tree *schema_tree_from_mappings(const struct jpk_transformation *transformation, bool target,
                                              size_t nodes, struct jpk_error *err)
{
    const struct jpk_side *side = target ? &transformation->target : &transformation->source;
    struct reader r = {.flat = side->nature && strcmp(side->nature, "Flat") == 0, .database = side->type_code == 3};
    r.text = r.flat && !target;
    enum schema_kind kind = r.flat || r.database ? SCHEMA_FLAT : SCHEMA_XML;
    bool ok = schema_begin(&r.b, kind, nodes, err) && take_mappings(&r, transformation, target);
    map_free(&r.assigned);
    return schema_end(&r.b, ok);
}
