/*
 * Schema trees from structure caches.
 *
 * The rules are proved on two caches of a connector and the schema documents that the vendor's migration made of them:
 * how often a node occurs, where its children and its value come from, and which options it gets.
 */
#include <stdio.h>
#include <string.h>

#include "jpk/schema_builder.h"

enum {
    KNOWN_FLAGS = JPK_CROM_ELEMENT | JPK_CROM_VALUE | JPK_CROM_ATTRIBUTE | JPK_CROM_REPEATS | JPK_CROM_CHOICE |
                  JPK_CROM_OPTIONAL | JPK_CROM_REPEATS_ONCE | JPK_CROM_DEFAULT | JPK_CROM_TYPE
};
/* A node whose children are being made. */
struct level {
    struct schema_node *node;
    const struct jpk_structure_node *next;  /* the next of them */
    const struct jpk_structure_node *then;  /* further ones, after the last */
    const struct jpk_structure_node *owner; /* whose children they are: the node itself, a global element or a type */
    bool typed;                             /* names a type or an element */
};

struct walk {
    struct schema_builder b;
    struct level levels[SCHEMA_DEPTH_MAX + 1];
    unsigned depth; /* levels in use */
    bool text, json;
    struct schema_node *parent; /* of the node that is being made; NULL for the root */
};

static bool nil_attribute(const struct jpk_structure_node *node)
{
    return node->kind == JPK_NODE_ATTRIBUTE && strcmp(node->name, "xsi:nil") == 0;
}

/* The marks of the XML form of JSON: <x object="true">, <x array="true">. */
static bool json_mark(const struct jpk_structure_node *node)
{
    return node->kind == JPK_NODE_ATTRIBUTE && node->value->default_value &&
           strcmp(node->value->default_value, "true") == 0 &&
           (strcmp(node->name, "object") == 0 || strcmp(node->name, "array") == 0);
}

/* A condition that a wizard put into the tree; it is no part of the data. */
static bool condition(const struct jpk_structure_node *node)
{
    const char *name = node->display ? node->display : node->name;
    return strcmp(name, "/PRECONDITION/") == 0 || strcmp(node->name, "?PRECONDITION?") == 0;
}

static bool makes_node(const struct walk *w, const struct jpk_structure_node *node)
{
    if (w->levels[w->depth - 1].owner == node) /* the type whose children these are */
        return false;
    if (node->kind == JPK_NODE_VALUE || node->kind == JPK_NODE_RECORD || nil_attribute(node) || condition(node))
        return false;
    return !(w->json && json_mark(node));
}

/* ------------------------------------------------------------------------------------------------- what a node says */

static bool note_flags(struct walk *w, const struct schema_node *node, uint32_t flags)
{
    char bits[16];
    uint32_t unknown = flags & ~((uint32_t)KNOWN_FLAGS | SCHEMA_CROM_FIXED);
    if (!unknown || w->text)
        return true;
    snprintf(bits, sizeof bits, "0x%x", unknown);
    return schema_note(&w->b, node, SCHEMA_FLAG_UNPROVED, bits);
}

/* A reference is as optional as what it refers to, and as often as it says itself. */
static void set_occurrence(struct schema_node *out, const struct jpk_structure_node *source,
                           const struct jpk_structure_node *optional)
{
    int32_t min = optional->element ? optional->element->min : JPK_STRUCTURE_UNSTATED;
    if (optional->flags & (JPK_CROM_OPTIONAL | JPK_CROM_REPEATS) || min == 0)
        out->min = 0;
    else
        out->min = min > 1 ? min : 1;
    int32_t max = source->element ? source->element->max : JPK_STRUCTURE_UNSTATED;
    if (source->flags & (JPK_CROM_REPEATS | JPK_CROM_REPEATS_ONCE) || max == JPK_STRUCTURE_UNBOUNDED)
        out->max = SCHEMA_UNBOUNDED;
    else
        out->max = max > 1 ? max : 1;
}

static bool take_domain(struct walk *w, const struct jpk_structure_value *value, struct schema_node *out)
{
    if (value->domain_count == 0)
        return true;
    struct schema_value *values = schema_values(&w->b, value->domain_count);
    for (uint32_t i = 0; values && i < value->domain_count; i++)
        if (!(values[i].value = schema_keep(&w->b, value->domain[i], strlen(value->domain[i]))))
            return false;
    out->values = values;
    out->value_count = value->domain_count;
    return values != NULL;
}

/* The type of a value, its default and what is allowed. */
static bool take_value(struct walk *w, const struct jpk_structure_value *value, struct schema_node *out)
{
    bool proved = true;
    const char *type = schema_base_type(value->type, value->format, &proved);
    out->base_type = type ? type : "string";
    if (!proved || (!type && *value->type)) {
        if (!schema_note(&w->b, out, SCHEMA_TYPE_UNPROVED, value->type))
            return false;
    } else if (!*value->type && !schema_note(&w->b, out, SCHEMA_TYPE_GUESSED, NULL)) {
        return false;
    }
    return take_domain(w, value, out) && schema_keep_text(&w->b, value->default_value, &out->default_value);
}

static const struct jpk_structure_node *first_value(const struct jpk_structure_node *list)
{
    while (list && list->kind != JPK_NODE_VALUE)
        list = list->next;
    return list;
}

/* ------------------------------------------------------------------------------------------------- where it goes on */

static bool followed(const struct walk *w, const struct jpk_structure_node *owner)
{
    for (unsigned i = 0; i < w->depth; i++)
        if (w->levels[i].owner == owner)
            return true;
    return false;
}

/* Whether what a node holds itself says nothing of its children, so that its type does. */
static bool only_marks(const struct jpk_structure_node *list)
{
    while (list && nil_attribute(list))
        list = list->next;
    return !list;
}

/*
 * Where derived types can stand in the place of an element's own, the own one may be written as its only child. That
 * says nothing: the element has what the type has.
 */
static const struct jpk_structure_node *own_type(const struct jpk_structure_node *source)
{
    const struct jpk_structure_node *child = source->child;
    while (child && nil_attribute(child))
        child = child->next;
    bool own = child && child->kind == JPK_NODE_TYPE && !child->next && source->element &&
               strcmp(child->name, source->element->type_name) == 0;
    return own ? child : NULL;
}

/* Drops a list of children that are being made already. */
static bool stop_recursion(struct walk *w, struct level *level, const struct jpk_structure_node **list,
                           const char *name)
{
    if (!followed(w, level->owner))
        return true;
    *list = NULL;
    return schema_note(&w->b, level->node, SCHEMA_RECURSION, name);
}

/* Children come from the node, else from the element that it refers to, else from its type. */
static bool find_children(struct walk *w, const struct jpk_structure_node *source, struct level *level)
{
    const struct jpk_structure_element *element = source->element;
    const struct jpk_structure_node *from = source;
    *level = (struct level){.node = level->node, .next = source->child, .owner = source};
    if (!element)
        return true;
    if (element->global) {
        from = element->global;
        *level = (struct level){.node = level->node, .next = from->child, .owner = from, .typed = true};
        element = from->element ? from->element : element;
    }
    level->typed = level->typed || *element->type_name;
    if (own_type(from)) {
        level->owner = own_type(from);
        level->then = level->owner->child;
        level->next = nil_attribute(from->child) ? from->child : NULL;
        return true;
    }
    /* Related records lead to one another: one stays closed unless the cache has what is below it. */
    bool closed = source->flags & SCHEMA_CROM_RELATED && source->child;
    if (!only_marks(from->child) || !element->type || source->kind == JPK_NODE_TYPE || closed)
        return stop_recursion(w, level, &level->next, source->name);
    level->owner = element->type->node;
    level->then = level->owner->child;
    return stop_recursion(w, level, &level->then, element->type_name);
}

static bool nillable(const struct jpk_structure_node *list)
{
    while (list && !nil_attribute(list))
        list = list->next;
    return list != NULL;
}

static bool take_element(struct walk *w, const struct jpk_structure_node *source, struct schema_node *out)
{
    struct level level = {.node = out};
    const struct jpk_structure_element *element = source->element;
    const struct jpk_structure_node *meant = element && element->global ? element->global : source;
    if (!find_children(w, source, &level))
        return false;
    out->xml_choice = source->kind == JPK_NODE_CHOICE;
    out->is_array = source->flags & JPK_CROM_REPEATS;
    out->nillable = nillable(level.next) || nillable(level.then);
    set_occurrence(out, source, meant);
    if (element && element->global) {
        out->inode_without_children = *element->type_namespace;
        if (!*element->type_namespace && !schema_note(&w->b, out, SCHEMA_REFERENCE_GUESSED, NULL))
            return false;
    }
    const struct jpk_structure_node *value = first_value(level.next);
    value = value ? value : first_value(level.then);
    if (value &&
        (!take_value(w, value->value, out) ||
         (meant->element && *meant->element->type_name &&
          !schema_keep_type(&w->b, meant->element->type_namespace, meant->element->type_name, &out->declared_type))))
        return false;
    if (w->depth == SCHEMA_DEPTH_MAX + 1)
        return error_set(w->b.err, JPK_ERR_LIMIT, "has a structure that is nested deeper than %d nodes",
                         (int)SCHEMA_DEPTH_MAX);
    w->levels[w->depth++] = level;
    return true;
}

static bool take_attribute(struct walk *w, const struct jpk_structure_node *source, struct schema_node *out)
{
    if (out->kind == SCHEMA_FIELD) {
        out->min = source->flags & JPK_CROM_OPTIONAL ? 0 : 1;
        return take_value(w, source->value, out) &&
               (out->default_value || schema_keep_text(&w->b, "", &out->default_value)) &&
               schema_keep_text(&w->b, "1", &out->declared_type);
    }
    set_occurrence(out, source, source);
    out->fixed = source->flags & SCHEMA_CROM_FIXED && source->value->default_value;
    return take_value(w, source->value, out) &&
           schema_keep_text(&w->b, *source->value->type ? source->value->type : NULL, &out->declared_type);
}

static bool take_node(struct walk *w, const struct jpk_structure_node *source)
{
    static const enum schema_node_kind kinds[] = {
        [JPK_NODE_OTHER] = SCHEMA_ELEMENT, [JPK_NODE_ELEMENT] = SCHEMA_ELEMENT,     [JPK_NODE_CHOICE] = SCHEMA_CHOICE,
        [JPK_NODE_TYPE] = SCHEMA_TYPE,     [JPK_NODE_ATTRIBUTE] = SCHEMA_ATTRIBUTE, [JPK_NODE_VALUE] = SCHEMA_FIELD,
        [JPK_NODE_RECORD] = SCHEMA_RECORD, [JPK_NODE_FIELD] = SCHEMA_FIELD,
    };
    const char *name = source->display && *source->display ? source->display : source->name;
    enum schema_node_kind kind = kinds[source->kind];
    if (!w->text && (kind == SCHEMA_RECORD || kind == SCHEMA_FIELD))
        kind = SCHEMA_ELEMENT; /* parts of delimited text mean nothing in a tree of elements */
    struct schema_node *out = schema_add(&w->b, w->parent, kind, name, strlen(name));
    if (!out || !note_flags(w, out, source->flags))
        return false;
    if (out->namespace_ && source->element && !schema_keep_text(&w->b, source->element->namespace_, &out->namespace_))
        return false;
    if (source->kind == JPK_NODE_TYPE && !schema_note(&w->b, out, SCHEMA_TYPE_CHILD, NULL))
        return false;
    return source->value ? take_attribute(w, source, out) : take_element(w, source, out);
}

/* What is known of a node only when its children are. */
static void finish(struct level *level)
{
    struct schema_node *node = level->node;
    if (level->typed && node->kind == SCHEMA_ELEMENT && !node->child && !node->base_type)
        node->inode_without_children = true;
}

static bool walk_tree(struct walk *w, const struct jpk_structure_node *root)
{
    if (!take_node(w, root))
        return false;
    while (w->depth > 0) {
        struct level *level = &w->levels[w->depth - 1];
        const struct jpk_structure_node *source = level->next;
        if (!schema_step(&w->b))
            return false;
        if (source) {
            level->next = source->next;
            w->parent = level->node;
            if (makes_node(w, source) && !take_node(w, source))
                return false;
        } else if (level->then) {
            level->next = level->then;
            level->then = NULL;
        } else {
            finish(level);
            w->depth--;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------ kinds of
 * caches */

/* A root without a name, a line with its delimiter, fields. */
static bool take_text(struct walk *w, const struct jpk_structure_node *root)
{
    const struct jpk_structure_node *line = root->child ? root->child : root;
    struct schema_text *text = &w->b.tree->text;
    if (!(w->parent = schema_add_flat_root(&w->b)))
        return false;
    if (line->text && (!schema_keep_text(&w->b, line->text->delimiter, &text->delimiter) ||
                       !schema_keep_text(&w->b, line->text->qualifier, &text->qualifier)))
        return false;
    if (line->next && !schema_note(&w->b, NULL, SCHEMA_SHAPE_GUESSED, NULL))
        return false;
    for (; line; line = line->next)
        for (const struct jpk_structure_node *field = line->child; field; field = field->next)
            if (field->kind == JPK_NODE_FIELD && !take_node(w, field))
                return false;
    return true;
}

static bool is_json(const struct jpk_structure *structure)
{
    const struct jpk_structure_node *root = structure->root;
    if (strcmp(root->name, "json") != 0)
        return false;
    for (const struct jpk_structure_node *child = root->child; child; child = child->next)
        if (json_mark(child))
            return true;
    return false;
}

struct schema_tree *schema_tree_from_structure(const struct jpk_structure *structure, size_t nodes,
                                               struct jpk_error *err)
{
    struct walk w = {.text = structure->kind == JPK_STRUCTURE_TEXT, .json = is_json(structure)};
    enum schema_kind kind = structure->kind == JPK_STRUCTURE_UNKNOWN ? SCHEMA_NONE
                            : w.text                                 ? SCHEMA_FLAT
                            : w.json                                 ? SCHEMA_JSON
                                                                     : SCHEMA_XML;
    bool ok = schema_begin(&w.b, kind, nodes, err);
    if (ok && w.text)
        ok = take_text(&w, structure->root);
    else if (ok && kind != SCHEMA_NONE)
        ok = walk_tree(&w, structure->root);
    return schema_end(&w.b, ok);
}
