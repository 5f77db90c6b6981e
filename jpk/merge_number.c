/*
 * Numbers that follow from the order of what they number. When both sides have added something, two have one number,
 * and others have that of a place where they do not stand any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpk/cloud_json.h"
#include "jpk/merge_cloud.h"
#include "jpk/merge_xml.h"

/* ------------------------------------------------------------------------------------- the nodes of a schema: `I` */

struct nodes {
    const struct jdoc *doc;
    struct buf *out; /* gets the text with the numbers of the places; NULL: only looks */
    size_t from;     /* what was not copied yet */
    bool right;      /* every number is that of its place */
};

static void look_at_node(void *context, uint32_t node, unsigned number, unsigned depth)
{
    struct nodes *n = context;
    int64_t says;
    uint32_t value = jdoc_member(n->doc, node, "I");
    bool numbered = jdoc_is(n->doc, value, JDOC_NUMBER);
    (void)depth;
    if (numbered && jdoc_integer(n->doc, value, &says) && says == number)
        return;
    n->right = false;
    if (!numbered || !n->out)
        return;
    buf_put(n->out, n->doc->text + n->from, n->doc->nodes[value].start - n->from);
    buf_printf(n->out, "%u", number);
    n->from = n->doc->nodes[value].start + jdoc_number_size(n->doc, value);
}

/* The trees in a component that have numbers. */
static void look_at_trees(struct cloud_merge *c, const struct jpk_cloud_component *component, struct nodes *n)
{
    const struct jdoc *doc = n->doc;
    for (uint32_t at = component->node + 1; at < jdoc_next(doc, component->node) && !c->m->failed; at++) {
        bool root = doc->nodes[at].flags & JDOC_KEY && jdoc_string_is(doc, at, "root", strlen("root"));
        if (!root || jdoc_shadowed(doc, at) || jdoc_member(doc, at + 1, "I") == JDOC_NONE)
            continue;
        at++;
        c->m->failed |= !cloud_visit_nodes(doc, at, look_at_node, n);
        at = jdoc_next(doc, at) - 1;
    }
}

/* Whether a side has every number in order. */
static bool is_right(struct cloud_merge *c, const struct jpk_cloud *cloud, const char *id)
{
    const struct jpk_cloud_component *component = jpk_cloud_by_id(cloud, id);
    struct nodes n = {.doc = cloud->doc, .right = component != NULL};
    if (component)
        look_at_trees(c, component, &n);
    return n.right;
}

void merge_number_nodes(struct cloud_merge *c, struct buf *out)
{
    struct nodes n = {.doc = c->result->doc, .out = out};
    for (size_t i = 0; i < c->result->component_count && !c->m->failed; i++) {
        const char *id = c->result->components[i]->id;
        if (!is_right(c, c->result, id) && is_right(c, c->exports.side[MERGE_OURS], id) &&
            is_right(c, c->exports.side[MERGE_THEIRS], id))
            look_at_trees(c, c->result->components[i], &n);
    }
    if (n.from > 0)
        buf_put(out, n.doc->text + n.from, n.doc->size - n.from);
    c->m->failed |= out->failed;
}

/* ------------------------------------------------------------------------------- the fields of a document: `fieldId`
 */

struct fields {
    struct merging *m; /* to write; NULL: only looks */
    unsigned count;
    bool anew; /* every list begins with 1; else they count through the file */
    bool right;
};

static void look_at_field(struct fields *f, const struct xml_node *field)
{
    char number[12];
    snprintf(number, sizeof number, "%u", ++f->count);
    for (uint32_t i = 0; i < field->attribute_count; i++) {
        struct xml_attribute *attribute = &field->attributes[i];
        if (strcmp(attribute->name, "fieldId") != 0)
            continue;
        if (strcmp(attribute->value, number) == 0)
            return;
        if (f->m) {
            attribute->value = arena_strdup(&f->m->arena, number);
            f->m->failed |= !attribute->value;
        }
    }
    f->right = false;
}

/* Recursion is bounded by the depth to which XML is read. */
static void look_at_fields(struct fields *f, const struct xml_node *node)
{
    bool list = strcmp(node->name, "Fields") == 0;
    if (list && f->anew)
        f->count = 0;
    for (const struct xml_node *child = node->child; child; child = child->next)
        if (list && strcmp(child->name, "Field") == 0)
            look_at_field(f, child);
        else
            look_at_fields(f, child);
}

void merge_number_fields(struct merging *m, const struct xml_node *ours, const struct xml_node *theirs,
                         const struct xml_node *result)
{
    bool done = false;
    for (int anew = 0; anew < 2 && !done; anew++) {
        struct fields sides = {.anew = anew, .right = true}, written = {.m = m, .anew = anew};
        look_at_fields(&sides, ours);
        sides.count = 0;
        look_at_fields(&sides, theirs);
        done = sides.right;
        if (done)
            look_at_fields(&written, result);
    }
}
