/*
 * Schema trees from XML Schema, in the order of structure caches: of each element the attributes come first, then the
 * elements, those of a base type before those of what extends it.
 *
 * Recursion goes along the nesting of types and is bounded by NESTING_MAX; time is bounded by schema_step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpk/xsd.h"

enum { NESTING_MAX = 800, COUNT_MAX = 1000000000 };

/* Something in a file: a type, an element, a group. */
struct place {
    const struct xsd_file *file;
    const struct xml_node *node;
};

struct reader {
    struct schema_builder b;
    struct xsd xsd;
    const struct xml_node *active[NESTING_MAX]; /* types that are being followed */
    unsigned active_count, nesting;
    bool json;
};

/* What a pass over a type's content adds. */
enum pass { PASS_ATTRIBUTES, PASS_ELEMENTS };

static bool add_type(struct reader *r, struct place type, struct schema_node *node, enum pass pass);
static bool add_particles(struct reader *r, struct place content, struct schema_node *node, bool optional,
                          bool repeats);

static bool enter(struct reader *r)
{
    if (++r->nesting <= NESTING_MAX)
        return schema_step(&r->b);
    return error_set(r->b.err, JPK_ERR_LIMIT, "has types and groups that lead deeper than %d levels", NESTING_MAX);
}

static const struct xml_node *child(struct place place, const char *name)
{
    return xsd_next(place.file, place.node->child, name);
}

static bool note_missing(struct reader *r, const struct schema_node *node, const char *name)
{
    return schema_note(&r->b, node, SCHEMA_TYPE_MISSING, name);
}

/* ----------------------------------------------------------------------------------------------------------- values */

/* The types of XML Schema by what structure caches call their values. */
static const char *builtin_value(const char *local)
{
    static const struct {
        const char *local, *value_type;
    } types[] = {
        {"boolean", "Boolean"},
        {"date", "Date"},
        {"dateTime", "Date"},
        {"time", "Date"},
        {"decimal", "Double"},
        {"double", "Double"},
        {"float", "Double"},
        {"byte", "Integer"},
        {"int", "Integer"},
        {"short", "Integer"},
        {"integer", "Integer"},
        {"unsignedByte", "Integer"},
        {"long", "Long"},
        {"unsignedInt", "Long"},
        {"unsignedLong", "Long"},
        {"unsignedShort", "Integer"},
        {"positiveInteger", "Integer"},
        {"negativeInteger", "Integer"},
        {"nonNegativeInteger", "Integer"},
        {"nonPositiveInteger", "Integer"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].local, local) == 0)
            return types[i].value_type;
    return "String";
}

static bool set_value(struct reader *r, struct schema_node *node, const char *local)
{
    const char *value_type = builtin_value(local);
    bool proved = true;
    node->base_type = schema_base_type(value_type, local, &proved);
    if (node->kind == SCHEMA_ATTRIBUTE)
        node->declared_type = value_type;
    return proved || schema_note(&r->b, node, SCHEMA_TYPE_UNPROVED, local);
}

static bool take_enumeration(struct reader *r, struct place restriction, struct schema_node *node)
{
    size_t count = 0;
    if (node->value_count > 0) /* the narrowest restriction comes first */
        return true;
    const struct xml_node *at = child(restriction, "enumeration");
    for (; at; at = xsd_next(restriction.file, at->next, "enumeration"))
        count++;
    if (count == 0)
        return true;
    struct schema_value *values = schema_values(&r->b, count);
    at = child(restriction, "enumeration");
    for (size_t i = 0; values && i < count; i++, at = xsd_next(restriction.file, at->next, "enumeration")) {
        const char *value = xml_attribute(at, "value");
        if (!schema_step(&r->b) || !schema_keep_text(&r->b, value ? value : "", &values[i].value))
            return false;
    }
    node->values = values;
    node->value_count = (uint32_t)count;
    return values != NULL;
}

static bool not_read(struct reader *r, const struct schema_node *node, const char *what)
{
    return schema_note(&r->b, node, SCHEMA_NOT_READ, what);
}

/* Follows restrictions down to a type of XML Schema's own. */
static bool take_simple_type(struct reader *r, struct place type, struct schema_node *node)
{
    for (unsigned i = 0; i < NESTING_MAX; i++) {
        const struct xml_node *restriction = child(type, "restriction"), *inner;
        if (!schema_step(&r->b))
            return false;
        if (!restriction)
            return set_value(r, node, "string") && not_read(r, node, child(type, "list") ? "list" : "union");
        struct place place = {type.file, restriction};
        const char *base = xml_attribute(restriction, "base"), *space, *local;
        if (!take_enumeration(r, place, node))
            return false;
        if (!base) {
            inner = child(place, "simpleType");
            if (!inner)
                return set_value(r, node, "string");
            type.node = inner;
            continue;
        }
        xsd_name(type.file, restriction, base, &space, &local);
        if (space && strcmp(space, SCHEMA_XSD) == 0)
            return set_value(r, node, local);
        const struct xsd_component *found = xsd_find(&r->xsd, "simpleType", space, local);
        if (!found)
            return set_value(r, node, "string") && note_missing(r, node, base);
        type = (struct place){found->file, found->node};
    }
    return error_set(r->b.err, JPK_ERR_FORMAT, "has a simple type that is restricted without an end");
}

/* A simple type by name. *simple is false when the name is of none. */
static bool take_named_value(struct reader *r, struct place place, const char *type, struct schema_node *node,
                             bool *simple)
{
    const char *space, *local;
    xsd_name(place.file, place.node, type, &space, &local);
    *simple = true;
    if (space && strcmp(space, SCHEMA_XSD) == 0)
        return set_value(r, node, local);
    const struct xsd_component *found = xsd_find(&r->xsd, "simpleType", space, local);
    *simple = found != NULL;
    return !found || take_simple_type(r, (struct place){found->file, found->node}, node);
}

static bool take_default(struct reader *r, const struct xml_node *node, struct schema_node *out)
{
    const char *fixed = xml_attribute(node, "fixed"), *value = xml_attribute(node, "default");
    out->fixed = fixed != NULL;
    return schema_keep_text(&r->b, fixed ? fixed : value, &out->default_value);
}

/* ------------------------------------------------------------------------------------------------------- attributes */

static bool set_namespace(struct reader *r, struct place place, bool global, struct schema_node *node)
{
    const char *form = xml_attribute(place.node, "form");
    bool qualified = form ? strcmp(form, "qualified") == 0 : global || place.file->elements_qualified;
    return schema_keep_text(&r->b, qualified ? place.file->target : "", &node->namespace_);
}

static bool take_attribute_type(struct reader *r, struct place place, struct schema_node *node)
{
    const char *type = xml_attribute(place.node, "type");
    const struct xml_node *inner = child(place, "simpleType");
    bool simple = true;
    if (inner)
        return take_simple_type(r, (struct place){place.file, inner}, node);
    if (type && !take_named_value(r, place, type, node, &simple))
        return false;
    if (type && simple)
        return true;
    return set_value(r, node, "string") && (!type || note_missing(r, node, type));
}

static bool add_attribute(struct reader *r, struct place place, struct schema_node *parent)
{
    const char *ref = xml_attribute(place.node, "ref"), *use = xml_attribute(place.node, "use"), *space, *local;
    struct place meant = place;
    if (use && strcmp(use, "prohibited") == 0)
        return true;
    if (ref) {
        xsd_name(place.file, place.node, ref, &space, &local);
        const struct xsd_component *found = xsd_find(&r->xsd, "attribute", space, local);
        if (!found)
            return note_missing(r, parent, ref);
        meant = (struct place){found->file, found->node};
    }
    const char *name = xml_attribute(meant.node, "name");
    const char *fixed = xml_attribute(place.node, "fixed");
    bool mark =
        fixed && strcmp(fixed, "true") == 0 && name && (strcmp(name, "object") == 0 || strcmp(name, "array") == 0);
    bool added = true;
    if (!name || (r->json && mark))
        return true;
    struct schema_node *node = schema_child(&r->b, parent, SCHEMA_ATTRIBUTE, name, strlen(name), &added);
    if (!node || !added) /* a base type says it again */
        return node;
    node->min = use && strcmp(use, "required") == 0 ? 1 : 0;
    return take_attribute_type(r, meant, node) && take_default(r, place.node, node);
}

static bool add_attributes(struct reader *r, struct place content, struct schema_node *parent);

static bool add_attribute_group(struct reader *r, struct place place, struct schema_node *parent)
{
    const char *ref = xml_attribute(place.node, "ref"), *space, *local;
    if (!ref)
        return true;
    xsd_name(place.file, place.node, ref, &space, &local);
    const struct xsd_component *found = xsd_find(&r->xsd, "attributeGroup", space, local);
    return found ? add_attributes(r, (struct place){found->file, found->node}, parent) : note_missing(r, parent, ref);
}

static bool add_attributes(struct reader *r, struct place content, struct schema_node *parent)
{
    bool ok = enter(r);
    for (const struct xml_node *at = content.node->child; at && ok; at = at->next) {
        const char *kind = xsd_local(content.file, at);
        struct place place = {content.file, at};
        ok = schema_step(&r->b);
        if (!kind || !ok)
            continue;
        if (strcmp(kind, "attribute") == 0)
            ok = add_attribute(r, place, parent);
        else if (strcmp(kind, "attributeGroup") == 0)
            ok = add_attribute_group(r, place, parent);
        else if (strcmp(kind, "anyAttribute") == 0)
            ok = not_read(r, parent, kind);
    }
    r->nesting--;
    return ok;
}

/* --------------------------------------------------------------------------------------------------------- elements */

static bool take_count(struct reader *r, const struct xml_node *node, const char *name, int32_t *out)
{
    const char *text = xml_attribute(node, name);
    if (!text)
        return true;
    if (strcmp(text, "unbounded") == 0 && strcmp(name, "maxOccurs") == 0) {
        *out = SCHEMA_UNBOUNDED;
        return true;
    }
    size_t n = strspn(text, "0123456789");
    if (n == 0 || text[n])
        return error_set(r->b.err, JPK_ERR_FORMAT, "%s is \"%.40s\", not a number", name, text);
    *out = n > 9 ? COUNT_MAX : (int32_t)strtol(text, NULL, 10);
    return true;
}

static bool followed(const struct reader *r, const struct xml_node *type)
{
    for (unsigned i = 0; i < r->active_count; i++)
        if (r->active[i] == type)
            return true;
    return false;
}

/* The attributes of a complex type, then its elements. */
static bool follow_type(struct reader *r, struct place type, struct schema_node *node)
{
    if (followed(r, type.node))
        return schema_note(&r->b, node, SCHEMA_RECURSION, xml_attribute(type.node, "name"));
    if (r->active_count == NESTING_MAX)
        return error_set(r->b.err, JPK_ERR_LIMIT, "has types that lead deeper than %d levels", NESTING_MAX);
    r->active[r->active_count++] = type.node;
    bool ok = add_type(r, type, node, PASS_ATTRIBUTES) && add_type(r, type, node, PASS_ELEMENTS);
    r->active_count--;
    return ok;
}

static bool take_named_type(struct reader *r, struct place place, const char *type, struct schema_node *node)
{
    const char *space, *local;
    bool simple;
    xsd_name(place.file, place.node, type, &space, &local);
    if (!schema_keep_type(&r->b, space ? space : "", local, &node->declared_type))
        return false;
    if (space && strcmp(space, SCHEMA_XSD) == 0 && strcmp(local, "anyType") == 0)
        return not_read(r, node, "anyType");
    if (!take_named_value(r, place, type, node, &simple))
        return false;
    if (simple)
        return true;
    const struct xsd_component *found = xsd_find(&r->xsd, "complexType", space, local);
    if (!found)
        return note_missing(r, node, type);
    return follow_type(r, (struct place){found->file, found->node}, node);
}

static bool take_element_type(struct reader *r, struct place place, struct schema_node *node)
{
    const char *type = xml_attribute(place.node, "type");
    const struct xml_node *simple = child(place, "simpleType"), *complex = child(place, "complexType");
    if (type)
        return take_named_type(r, place, type, node);
    if (complex)
        return follow_type(r, (struct place){place.file, complex}, node);
    if (simple)
        return take_simple_type(r, (struct place){place.file, simple}, node);
    if (xml_attribute(place.node, "substitutionGroup") && !not_read(r, node, "substitutionGroup"))
        return false;
    return set_value(r, node, "string") && schema_note(&r->b, node, SCHEMA_TYPE_GUESSED, NULL);
}

/* `place` is where it stands, `meant` what it refers to. */
static bool fill_element(struct reader *r, struct place place, struct place meant, struct schema_node *node)
{
    const char *nillable = xml_attribute(meant.node, "nillable");
    bool global = place.node != meant.node || node == r->b.tree->root;
    if (!set_namespace(r, meant, global, node) || !take_count(r, place.node, "minOccurs", &node->min) ||
        !take_count(r, place.node, "maxOccurs", &node->max))
        return false;
    node->nillable = nillable && (strcmp(nillable, "true") == 0 || strcmp(nillable, "1") == 0);
    if (!take_element_type(r, meant, node) || !take_default(r, meant.node, node))
        return false;
    if (!node->base_type)
        node->declared_type = NULL;
    bool typed = xml_attribute(meant.node, "type") || child(meant, "complexType");
    node->inode_without_children =
        (place.node != meant.node && *node->namespace_) || (typed && !node->child && !node->base_type);
    node->is_array = node->max == SCHEMA_UNBOUNDED && node->min == 0;
    return true;
}

static bool add_element(struct reader *r, struct place place, struct schema_node *parent, bool optional, bool repeats)
{
    const char *ref = xml_attribute(place.node, "ref"), *most = xml_attribute(place.node, "maxOccurs"), *space, *local;
    struct place meant = place;
    if (most && strcmp(most, "0") == 0)
        return true;
    if (ref) {
        xsd_name(place.file, place.node, ref, &space, &local);
        const struct xsd_component *found = xsd_find(&r->xsd, "element", space, local);
        if (!found)
            return note_missing(r, parent, ref);
        meant = (struct place){found->file, found->node};
    }
    const char *name = xml_attribute(meant.node, "name");
    if (!name)
        return not_read(r, parent, "element");
    struct schema_node *node = schema_add(&r->b, parent, SCHEMA_ELEMENT, name, strlen(name));
    if (!node || !fill_element(r, place, meant, node))
        return false;
    node->min = optional ? 0 : node->min;
    node->max = repeats ? SCHEMA_UNBOUNDED : node->max;
    node->is_array = node->max == SCHEMA_UNBOUNDED && node->min == 0;
    return true;
}

/* A choice is a node with a number for a name. */
static bool add_choice(struct reader *r, struct place place, struct schema_node *parent, bool optional, bool repeats)
{
    unsigned number = 1;
    char name[16];
    for (const struct schema_node *at = parent->child; at; at = at->next) {
        number += at->kind == SCHEMA_CHOICE;
        if (!schema_step(&r->b))
            return false;
    }
    int n = snprintf(name, sizeof name, "%u", number);
    struct schema_node *node = schema_add(&r->b, parent, SCHEMA_CHOICE, name, (size_t)n);
    if (!node)
        return false;
    node->xml_choice = true;
    node->min = optional ? 0 : 1;
    node->max = repeats ? SCHEMA_UNBOUNDED : 1;
    return add_particles(r, place, node, false, false);
}

static bool add_group(struct reader *r, struct place place, struct schema_node *parent, bool optional, bool repeats)
{
    const char *ref = xml_attribute(place.node, "ref"), *space, *local;
    if (!ref)
        return true;
    xsd_name(place.file, place.node, ref, &space, &local);
    const struct xsd_component *found = xsd_find(&r->xsd, "group", space, local);
    return found ? add_particles(r, (struct place){found->file, found->node}, parent, optional, repeats)
                 : note_missing(r, parent, ref);
}

static bool add_particle(struct reader *r, const char *kind, struct place place, struct schema_node *parent,
                         bool optional, bool repeats)
{
    int32_t min = 1, max = 1;
    if (!take_count(r, place.node, "minOccurs", &min) || !take_count(r, place.node, "maxOccurs", &max))
        return false;
    if (strcmp(kind, "element") == 0)
        return add_element(r, place, parent, optional, repeats);
    optional = optional || min == 0;
    repeats = repeats || max == SCHEMA_UNBOUNDED || max > 1;
    if (strcmp(kind, "sequence") == 0 || strcmp(kind, "all") == 0)
        return add_particles(r, place, parent, optional, repeats);
    if (strcmp(kind, "choice") == 0)
        return add_choice(r, place, parent, optional, repeats);
    if (strcmp(kind, "group") == 0)
        return add_group(r, place, parent, optional, repeats);
    return strcmp(kind, "any") != 0 || not_read(r, parent, "any");
}

/* What stands directly in a sequence, choice, group or type. */
static bool add_particles(struct reader *r, struct place content, struct schema_node *node, bool optional, bool repeats)
{
    if (!enter(r))
        return false;
    bool ok = true;
    for (const struct xml_node *at = content.node->child; at && ok; at = at->next) {
        const char *kind = xsd_local(content.file, at);
        ok = schema_step(&r->b) &&
             (!kind || add_particle(r, kind, (struct place){content.file, at}, node, optional, repeats));
    }
    r->nesting--;
    return ok;
}

/* ------------------------------------------------------------------------------------------------------------ types */

static bool add_base(struct reader *r, struct place derivation, struct schema_node *node, enum pass pass)
{
    const char *base = xml_attribute(derivation.node, "base"), *space, *local;
    bool simple = false;
    if (!base)
        return true;
    xsd_name(derivation.file, derivation.node, base, &space, &local);
    const struct xsd_component *found = xsd_find(&r->xsd, "complexType", space, local);
    if (found)
        return add_type(r, (struct place){found->file, found->node}, node, pass);
    if (pass == PASS_ELEMENTS || (space && strcmp(local, "anyType") == 0))
        return true;
    return take_named_value(r, derivation, base, node, &simple) && (simple || note_missing(r, node, base));
}

static bool add_content(struct reader *r, struct place place, struct schema_node *node, enum pass pass)
{
    return pass == PASS_ATTRIBUTES ? add_attributes(r, place, node) : add_particles(r, place, node, false, false);
}

/* simpleContent and complexContent: a restriction says all of its elements anew, but not all of its attributes. */
static bool add_derived(struct reader *r, struct place content, struct schema_node *node, enum pass pass)
{
    const struct xml_node *extension = child(content, "extension"), *restriction = child(content, "restriction");
    struct place place = {content.file, extension ? extension : restriction};
    if (!place.node) /* not valid, but real files of connectors have it */
        return add_content(r, content, node, pass);
    if (restriction && !extension && pass == PASS_ATTRIBUTES && !take_enumeration(r, place, node))
        return false;
    if ((extension || pass == PASS_ATTRIBUTES) && !add_base(r, place, node, pass))
        return false;
    return add_content(r, place, node, pass);
}

static bool add_type(struct reader *r, struct place type, struct schema_node *node, enum pass pass)
{
    const struct xml_node *simple = child(type, "simpleContent"), *complex = child(type, "complexContent");
    if (!enter(r))
        return false;
    bool ok = simple || complex ? add_derived(r, (struct place){type.file, simple ? simple : complex}, node, pass)
                                : add_content(r, type, node, pass);
    r->nesting--;
    return ok;
}

/* -------------------------------------------------------------------------------------------------------------- all */

static bool json_root(const struct xml_node *node, const struct xsd_file *file)
{
    const char *name = xml_attribute(node, "name");
    const struct xml_node *type = xsd_next(file, node->child, "complexType");
    const struct xml_node *at = type ? xsd_next(file, type->child, "attribute") : NULL;
    if (!name || strcmp(name, "json") != 0)
        return false;
    for (; at; at = xsd_next(file, at->next, "attribute")) {
        const char *mark = xml_attribute(at, "name"), *fixed = xml_attribute(at, "fixed");
        if (mark && fixed && strcmp(fixed, "true") == 0 && (strcmp(mark, "object") == 0 || strcmp(mark, "array") == 0))
            return true;
    }
    return false;
}

static bool find_root(struct reader *r, const char *root, struct place *out)
{
    const struct xsd_file *file = r->xsd.list[0];
    const char *brace = root && *root == '{' ? strrchr(root, '}') : NULL;
    const struct xsd_component *found = NULL;
    if (!root || !*root) {
        *out = (struct place){file, xsd_next(file, file->schema->child, "element")};
        if (!out->node)
            error_set(r->b.err, JPK_ERR_NOT_FOUND, "has no global element");
        return out->node != NULL;
    }
    char *space = arena_strndup(&r->xsd.arena, brace ? root + 1 : "", brace ? (size_t)(brace - root) - 1 : 0);
    if (!space)
        return error_memory(r->b.err);
    found = xsd_find(&r->xsd, "element", space, brace ? brace + 1 : root);
    if (!found && !brace)
        found = xsd_find(&r->xsd, "element", file->target, root);
    if (!found)
        error_set(r->b.err, JPK_ERR_NOT_FOUND, "has no global element %.200s", root);
    else
        *out = (struct place){found->file, found->node};
    return found != NULL;
}

static bool read_tree(struct reader *r, const char *root)
{
    struct place place = {0};
    if (!find_root(r, root, &place))
        return false;
    const char *name = xml_attribute(place.node, "name");
    r->json = json_root(place.node, place.file);
    r->b.tree->kind = r->json ? SCHEMA_JSON : SCHEMA_XML;
    struct schema_node *node = schema_add(&r->b, NULL, SCHEMA_ELEMENT, name ? name : "", name ? strlen(name) : 0);
    return node && fill_element(r, place, place, node);
}

struct schema_tree *schema_tree_from_xsd(const struct schema_files *files, const char *file, const char *root,
                                         size_t nodes, struct jpk_error *err)
{
    struct jpk_error local = {0};
    struct reader *r = calloc(1, sizeof *r);
    if (!r) {
        error_memory(err);
        return NULL;
    }
    bool ok = schema_begin(&r->b, SCHEMA_XML, nodes, &local);
    if (ok) {
        ok = xsd_load(&r->xsd, files, file, &r->b) && read_tree(r, root);
        xsd_free(&r->xsd);
    }
    struct schema_tree *tree = schema_end(&r->b, ok);
    free(r);
    error_entry(&local, file);
    if (!tree)
        error_pass(err, &local, NULL);
    return tree;
}
