/*
 * The output formats of the specification (2020-12, section 12) from the units of a validation. Parents come before
 * their children in the list of units, so that one walk forward knows what is above and one backward what is below.
 *
 * The condensed tree has nodes that say something (an error, an annotation) or have more than one child; a node with
 * one child stands for it. `detailed` is that tree, `basic` the list of its nodes, which is what the examples of the
 * specification show. `verbose` is the tree of all units.
 */
#include <stdlib.h>

#include "schema/explain.h"
#include "schema/uri.h"

/* Deeper nodes are put beside their parent: readers of JSON, and jansson's own functions, have limits. */
enum { OUTPUT_DEPTH = 400 };

#define NO_UNIT UINT32_MAX

struct node {
    uint32_t children, failed; /* units below it, and those of them that are not valid */
    uint32_t kept;             /* those below it that are shown or stand for one that is */
    uint32_t up;               /* the node under which it is shown, or NO_UNIT */
    uint32_t last;             /* the value in the instance that was noted last */
    uint16_t depth;
    bool agrees;     /* as valid as the whole, and so is all above it */
    bool alone;      /* fails by itself */
    bool shown;      /* has a node of its own */
    bool referenced; /* reached through a reference */
    size_t way;      /* length of its keyword location */
    /* All borrowed from the root. */
    json_t *json;
    json_t *list;  /* of its children, once there is one */
    json_t *noted; /* its annotation, when that comes from the units below */
};

struct output {
    const struct jpk_validation *validation;
    const struct program *program;
    enum jpk_output format;
    uint32_t count;
    struct node *nodes;
    struct weight *weights;
    json_t *root, *list; /* `list`: of an envelope */
    struct buf way;      /* keyword location of the unit at hand */
    size_t *budget;      /* of hints */
};

/* A sentence about a unit that is not valid. */
static void unit_message(const struct output *out, uint32_t unit, struct buf *message)
{
    const struct unit *self = &out->validation->units.items[unit];
    const struct jdoc *doc = &program_document(out->program, self->schema)->doc;
    struct buf hint = {0};
    if (out->weights[unit].leaf || explain_is_choice(self))
        explain_unit(out->validation, out->weights, unit, message, &hint, out->budget);
    else if (self->key != JDOC_NONE)
        buf_printf(message, "something that '%.*s' applies to is not valid", (int)jdoc_string_size(doc, self->key),
                   jdoc_string(doc, self->key));
    else
        buf_puts(message, "something that the schema says is not so");
    if (hint.size > 0)
        buf_printf(message, "; %s", buf_text(&hint));
    message->failed |= hint.failed;
    buf_free(&hint);
}

/* --------------------------------------------------------------------------------------------------- what they say */

static const struct unit *unit_at(const struct output *out, uint32_t unit)
{
    return &out->validation->units.items[unit];
}

static enum jpk_draft draft_of(const struct output *out, uint32_t unit)
{
    const struct program *program = out->program;
    return program->resources[program->subschemas[unit_at(out, unit)->schema].resource]->dialect.draft;
}

/* The instruction of a unit's keyword; no schema has two with the same of those codes that this is asked for. */
static const struct instruction *instruction_of(const struct output *out, uint32_t unit)
{
    const struct subschema *schema = &out->program->subschemas[unit_at(out, unit)->schema];
    const struct instruction *in = out->program->instructions + schema->first;
    while (in->code != unit_at(out, unit)->code)
        in++;
    return in;
}

/* Whether a unit that is not valid fails for a reason that those below it do not account for. */
static bool fails_alone(const struct output *out, uint32_t unit)
{
    const struct unit *self = unit_at(out, unit);
    uint32_t failed = out->nodes[unit].failed;
    if (failed == 0 || self->key == JDOC_NONE)
        return failed == 0;
    switch (self->code) {
    case OP_NOT:
        return true;
    case OP_ONE_OF: /* more than one branch is valid */
        return failed < instruction_of(out, unit)->b;
    case OP_CONTAINS: /* why the only item does not match is worth telling */
        return failed > 1 || self->key != instruction_of(out, unit)->key;
    default:
        return false;
    }
}

/* Whether a unit that is valid has an annotation. */
static bool annotates(const struct output *out, uint32_t unit)
{
    const struct unit *self = unit_at(out, unit);
    const struct jdoc *doc = out->validation->doc;
    /* What is said about a name has no location of its own, and would seem to be about the value. */
    if (self->key == JDOC_NONE || doc->nodes[self->node].flags & JDOC_KEY)
        return false;
    if (self->code == OP_ANNOTATION)
        return true;
    if (draft_of(out, unit) < JPK_DRAFT_2019_09)
        return false;
    switch (self->code) {
    case OP_PROPERTIES:
    case OP_PATTERN_PROPERTIES:
    case OP_ADDITIONAL_PROPERTIES:
    case OP_UNEVALUATED_PROPERTIES:
        return true;
    case OP_CONTAINS:
        return draft_of(out, unit) >= JPK_DRAFT_2020_12;
    case OP_ITEMS:
        return jdoc_count(doc, self->node) > instruction_of(out, unit)->b;
    case OP_PREFIX_ITEMS:
        return jdoc_count(doc, self->node) > 0 && instruction_of(out, unit)->b > 0;
    case OP_UNEVALUATED_ITEMS:
        return out->nodes[unit].children > 0;
    default:
        return false;
    }
}

static json_t *new_annotation(const struct output *out, uint32_t unit)
{
    const struct unit *self = unit_at(out, unit);
    uint32_t count;
    switch (self->code) {
    case OP_ANNOTATION:
        return jdoc_to_jansson(&program_document(out->program, self->schema)->doc, self->key + 1);
    case OP_PREFIX_ITEMS:
        count = instruction_of(out, unit)->b;
        return count < jdoc_count(out->validation->doc, self->node) ? json_integer((json_int_t)count - 1) : json_true();
    case OP_ITEMS:
    case OP_UNEVALUATED_ITEMS:
        return json_true();
    default: /* what a keyword looked at, which the units below it add */
        return json_array();
    }
}

/* Adds a value to the annotation of the keyword that looked at it. */
static bool note_value(struct output *out, uint32_t unit)
{
    const struct unit *self = unit_at(out, unit);
    struct node *keyword = self->parent == UINT32_MAX ? NULL : &out->nodes[self->parent];
    /* Two patterns may match the same name, one directly after the other. */
    if (!keyword || !keyword->noted || !self->valid || keyword->last == self->node)
        return true;
    keyword->last = self->node;
    const struct jdoc *doc = out->validation->doc;
    if (unit_at(out, self->parent)->code == OP_CONTAINS)
        return json_array_append_new(keyword->noted, json_integer(doc->places[self->node].ordinal)) == 0;
    json_t *name = json_stringn_nocheck(jdoc_string(doc, self->node - 1), jdoc_string_size(doc, self->node - 1));
    return json_array_append_new(keyword->noted, name) == 0;
}

/* --------------------------------------------------------------------------------------------------- what is shown */

static void classify(struct output *out)
{
    struct node *nodes = out->nodes;
    bool valid = out->validation->valid, all = out->format == JPK_OUTPUT_VERBOSE;
    for (uint32_t i = out->count; i-- > 1;) {
        nodes[unit_at(out, i)->parent].children++;
        nodes[unit_at(out, i)->parent].failed += !unit_at(out, i)->valid;
    }
    for (uint32_t i = 0; i < out->count; i++) {
        const struct unit *self = unit_at(out, i);
        const struct node *above = i > 0 ? &nodes[self->parent] : NULL;
        nodes[i].last = JDOC_NONE;
        nodes[i].alone = !self->valid && fails_alone(out, i);
        nodes[i].agrees = self->valid == valid && (!above || (above->agrees && !above->alone));
        nodes[i].referenced = above && (above->referenced || unit_is_reference(out->validation, self->parent));
    }
    for (uint32_t i = out->count; i-- > 0;) {
        bool says = nodes[i].agrees && (valid ? annotates(out, i) : nodes[i].alone);
        nodes[i].shown = all || says || nodes[i].kept > 1;
        /* Nodes without an annotation have no place in a list of those. */
        if (out->format == JPK_OUTPUT_BASIC && valid)
            nodes[i].shown = says;
        if (i > 0 && (nodes[i].shown || nodes[i].kept > 0))
            nodes[unit_at(out, i)->parent].kept++;
    }
}

/* ------------------------------------------------------------------------------------------------------------ nodes */

static bool set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0;
}

/* Takes the text over. */
static bool set_text(json_t *object, const char *key, struct buf *text)
{
    bool ok = !text->failed && set(object, key, json_stringn_nocheck(buf_text(text), text->size));
    buf_free(text);
    return ok;
}

static bool set_locations(const struct output *out, uint32_t unit, json_t *json)
{
    const struct unit *self = unit_at(out, unit);
    const struct subschema *schema = &out->program->subschemas[self->schema];
    const struct resource *resource = out->program->resources[schema->resource];
    struct buf absolute = {0}, instance = {0};
    bool has_uri = uri_has_scheme(resource->uri, resource->uri_size);
    if (out->way.failed || !set(json, "keywordLocation", json_stringn_nocheck(buf_text(&out->way), out->way.size)))
        return false;
    if (has_uri || out->nodes[unit].referenced) {
        schema_location(out->program, self->schema, self->key == JDOC_NONE ? schema->node : self->key, &absolute);
        if (!set_text(json, "absoluteKeywordLocation", &absolute))
            return false;
    }
    jdoc_pointer(out->validation->doc, self->node, &instance);
    return set_text(json, "instanceLocation", &instance);
}

static bool fill_node(struct output *out, uint32_t unit)
{
    struct node *node = &out->nodes[unit];
    json_t *json = node->json;
    bool valid = unit_at(out, unit)->valid;
    if (!set(json, "valid", json_boolean(valid)) || !set_locations(out, unit, json))
        return false;
    if (!valid && (node->alone || out->format == JPK_OUTPUT_BASIC)) {
        struct buf message = {0};
        unit_message(out, unit, &message);
        return set_text(json, "error", &message);
    }
    if (valid && out->validation->valid && node->agrees && annotates(out, unit)) {
        json_t *annotation = new_annotation(out, unit);
        if (json_is_array(annotation) && unit_at(out, unit)->code != OP_ANNOTATION)
            node->noted = annotation;
        return set(json, "annotation", annotation);
    }
    return true;
}

/* Adds a child to the list of a node's children, which is made when it is first needed. */
static bool add_child(json_t *parent, bool valid, json_t **list, json_t *child)
{
    if (!*list) {
        json_t *made = json_array();
        if (!set(parent, valid ? "annotations" : "errors", made)) {
            json_decref(child);
            return false;
        }
        *list = made;
    }
    return json_array_append_new(*list, child) == 0;
}

/* The node under which a unit is shown. */
static uint32_t find_up(const struct output *out, uint32_t unit)
{
    uint32_t parent = unit_at(out, unit)->parent;
    if (parent == UINT32_MAX || out->format == JPK_OUTPUT_BASIC)
        return NO_UNIT;
    uint32_t up = out->nodes[parent].shown ? parent : out->nodes[parent].up;
    return up != NO_UNIT && out->nodes[up].depth == OUTPUT_DEPTH ? out->nodes[up].up : up;
}

static bool add_node(struct output *out, uint32_t unit)
{
    struct node *node = &out->nodes[unit];
    node->json = json_object();
    if (!node->json)
        return false;
    if (node->up != NO_UNIT) {
        struct node *up = &out->nodes[node->up];
        node->depth = (uint16_t)(up->depth + 1);
        if (!add_child(up->json, unit_at(out, node->up)->valid, &up->list, node->json))
            return false;
    } else if (!out->root) {
        out->root = node->json;
    } else if (!add_child(out->root, out->validation->valid, &out->list, node->json)) {
        return false;
    }
    return fill_node(out, unit);
}

static bool add_unit(struct output *out, uint32_t unit)
{
    struct node *node = &out->nodes[unit];
    if (!note_value(out, unit))
        return false;
    if (!node->shown && node->kept == 0)
        return true;
    /* Units come in the order of the tree, so that the location of the base is still there. */
    uint32_t base = unit_location_base(out->validation, unit);
    out->way.size = base == UINT32_MAX ? 0 : out->nodes[base].way;
    unit_location_rest(out->validation, unit, &out->way);
    node->way = out->way.size;
    node->up = find_up(out, unit);
    return !node->shown || add_node(out, unit);
}

/* What stands for the whole when no unit does. */
static json_t *new_envelope(bool valid)
{
    return json_pack("{s:b, s:s, s:s}", "valid", valid, "keywordLocation", "", "instanceLocation", "");
}

json_t *jpk_validation_output(struct jpk_validation *validation, enum jpk_output format)
{
    if (format == JPK_OUTPUT_FLAG)
        return json_pack("{s:b}", "valid", validation->valid);
    struct output out = {.validation = validation,
                         .program = &validation->schema->program,
                         .format = format,
                         .count = (uint32_t)validation->units.count,
                         .nodes = calloc(validation->units.count + 1, sizeof(struct node))};
    size_t budget = EXPLAIN_BUDGET;
    out.budget = &budget;
    bool ok = out.nodes && jdoc_place_all(validation->doc, NULL);
    if (ok)
        ok = (out.weights = explain_weigh(validation)) != NULL;
    if (ok && format == JPK_OUTPUT_BASIC) {
        out.root = new_envelope(validation->valid);
        ok = out.root != NULL;
    }
    if (ok)
        classify(&out);
    for (uint32_t i = 0; ok && i < out.count; i++)
        ok = add_unit(&out, i);
    if (ok && !out.root)
        out.root = new_envelope(validation->valid);
    if (!ok) {
        json_decref(out.root);
        out.root = NULL;
    }
    free(out.nodes);
    free(out.weights);
    buf_free(&out.way);
    return out.root;
}
