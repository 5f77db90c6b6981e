/* A structure cache as a tree. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/model.h"
#include "jpk/report.h"
#include "jpk/structure.h"

enum { LEVELS_MAX = 64, NODES_MAX = 10000 };

static const char *const kind_names[] = {
    [JPK_NODE_OTHER] = "other",   [JPK_NODE_ELEMENT] = "element",     [JPK_NODE_CHOICE] = "choice",
    [JPK_NODE_TYPE] = "type",     [JPK_NODE_ATTRIBUTE] = "attribute", [JPK_NODE_VALUE] = "value",
    [JPK_NODE_RECORD] = "record", [JPK_NODE_FIELD] = "field",
};

/* How often a node occurs. Where it does not say so itself its flags do, and without them it is once. */
static void occurrence(const struct jpk_structure_node *node, int32_t *min, int32_t *max)
{
    bool repeats = node->flags & (JPK_CROM_REPEATS | JPK_CROM_REPEATS_ONCE);
    *min = node->element ? node->element->min : JPK_STRUCTURE_UNSTATED;
    *max = node->element ? node->element->max : JPK_STRUCTURE_UNSTATED;
    if (*min == JPK_STRUCTURE_UNSTATED)
        *min = node->flags & (JPK_CROM_REPEATS | JPK_CROM_OPTIONAL) && node->kind != JPK_NODE_VALUE ? 0 : 1;
    if (*max == JPK_STRUCTURE_UNSTATED)
        *max = repeats ? JPK_STRUCTURE_UNBOUNDED : 1;
}

static void put_occurrence(struct buf *out, int32_t min, int32_t max)
{
    if (min == 1 && max == 1)
        return;
    if (min == 0 && max == 1)
        buf_putc(out, '?');
    else if (max == JPK_STRUCTURE_UNBOUNDED && (min == 0 || min == 1))
        buf_putc(out, min == 0 ? '*' : '+');
    else if (max == JPK_STRUCTURE_UNBOUNDED)
        buf_printf(out, " %d..n", min);
    else
        buf_printf(out, " %d..%d", min, max);
}

static const char *name_of(struct report *report, const struct jpk_structure_node *node)
{
    return report_cut(report, node->display ? node->display : node->name);
}

static const char *type_of(struct report *report, const struct jpk_structure_node *node)
{
    if (node->value)
        return report_cut(report, node->value->type);
    if (node->element && node->kind != JPK_NODE_TYPE)
        return report_cut(report, node->element->type_name);
    return "";
}

static void put_name(struct buf *out, const struct jpk_structure_node *node, const char *name)
{
    switch (node->kind) {
    case JPK_NODE_ATTRIBUTE:
        buf_printf(out, "@%s", name);
        break;
    case JPK_NODE_CHOICE:
        buf_puts(out, "one of");
        break;
    case JPK_NODE_TYPE:
        buf_printf(out, "(type %s)", name);
        break;
    case JPK_NODE_VALUE:
        buf_puts(out, "(text)");
        break;
    case JPK_NODE_RECORD:
        buf_puts(out, "(record)");
        break;
    default:
        buf_puts(out, *name ? name : "(without a name)");
        break;
    }
}

static void put_value(struct buf *out, const struct jpk_structure_value *value)
{
    enum { SHOWN = 8 };
    if (*value->format)
        buf_printf(out, " (%.200s)", value->format);
    if (value->default_value)
        buf_printf(out, " = \"%.200s\"", value->default_value);
    for (uint32_t i = 0; i < value->domain_count && i < SHOWN; i++)
        buf_printf(out, "%s%.200s", i == 0 ? " one of " : " | ", value->domain[i]);
    if (value->domain_count > SHOWN)
        buf_printf(out, " | ... (%u values)", value->domain_count);
}

/* ----------------------------------------------------------------------------------------------------- the tree */

/* A level of the walk: the next node of it, and the type or global element whose children these are. */
struct level {
    const struct jpk_structure_node *next, *owner;
};

struct walk {
    struct report *report;
    struct level levels[LEVELS_MAX];
    unsigned depth, limit;
    size_t count;
};

/* Where a node's children are: below itself, its global element, or its type. */
static const struct jpk_structure_node *children_of(const struct jpk_structure_node *node,
                                                    const struct jpk_structure_node **owner)
{
    *owner = node;
    if (!node->child && node->element && node->element->global)
        *owner = node = node->element->global;
    if (!node->child && node->element && node->element->type)
        *owner = node = node->element->type->node;
    return node ? node->child : NULL;
}

static bool followed(const struct walk *walk, const struct jpk_structure_node *owner)
{
    for (unsigned i = 0; i <= walk->depth; i++)
        if (walk->levels[i].owner == owner)
            return true;
    return false;
}

static void node_row(struct walk *walk, const struct jpk_structure_node *node, const char *behind)
{
    struct report *report = walk->report;
    struct buf out = {0};
    int32_t min, max;
    bool many = node->kind == JPK_NODE_ELEMENT || node->kind == JPK_NODE_CHOICE || node->kind == JPK_NODE_ATTRIBUTE;
    const char *name = name_of(report, node), *type = type_of(report, node);
    occurrence(node, &min, &max);
    put_name(&out, node, name);
    if (many)
        put_occurrence(&out, min, max);
    if (*type)
        buf_printf(&out, ": %s", type);
    if (node->value)
        put_value(&out, node->value);
    if (node->text && *node->text->delimiter)
        buf_printf(&out, ", fields between '%.200s'", node->text->delimiter);
    buf_puts(&out, behind);
    report_row(report, NULL, report_keep(report, out.failed ? NULL : buf_text(&out)));
    buf_free(&out);
    report_depth(report, walk->depth);
    report_text(report, "name", NULL, name);
    report_text(report, "kind", NULL, kind_names[node->kind]);
    report_number(report, "depth", NULL, walk->depth);
    if (*type)
        report_text(report, "type", NULL, type);
    if (many) {
        report_number(report, "min", NULL, min);
        if (max != JPK_STRUCTURE_UNBOUNDED)
            report_number(report, "max", NULL, max);
        report_flag(report, "unbounded", max == JPK_STRUCTURE_UNBOUNDED);
    }
    if (node->value && node->value->default_value)
        report_text(report, "defaultValue", NULL, report_cut(report, node->value->default_value));
    if (*behind)
        report_text(report, "cut", NULL, *behind == ',' ? "recursion" : "depth");
}

static void visit(struct walk *walk, const struct jpk_structure_node *node)
{
    const struct jpk_structure_node *owner, *child = children_of(node, &owner);
    const char *behind = "";
    if (child && followed(walk, owner))
        behind = ", -> see above";
    else if (child && walk->depth + 1 >= walk->limit)
        behind = " ...";
    node_row(walk, node, behind);
    if (!child || *behind)
        return;
    walk->depth++;
    walk->levels[walk->depth] = (struct level){.next = child, .owner = owner};
}

/* The root has no siblings that count: it is a level of its own. */
static void walk_tree(struct walk *walk, const struct jpk_structure_node *root)
{
    visit(walk, root);
    while (walk->depth > 0 && walk->count < NODES_MAX && !walk->report->failed) {
        struct level *level = &walk->levels[walk->depth];
        const struct jpk_structure_node *node = level->next;
        if (!node) {
            walk->depth--;
            continue;
        }
        level->next = node->next;
        walk->count++;
        visit(walk, node);
    }
    if (walk->depth > 0) {
        report_row(walk->report, NULL, "... and more: no more than 10,000 nodes are shown, --depth leaves out levels");
        report_flag(walk->report, "more", true);
    }
}

/* ------------------------------------------------------------------------------------------------- which cache */

static bool cache_of(const struct jpk_entity *entity, enum jpk_structure_cache *which)
{
    *which = entity->type == JPK_TYPE_TRANSFORMATION ? JPK_CACHE_TRANSFORMATION : JPK_CACHE_CONNECTOR_CALL;
    enum jpk_role role = jpk_type_info(entity->type)->role;
    bool function = entity->type != JPK_TYPE_SOURCE && entity->type != JPK_TYPE_TARGET && role != JPK_ROLE_NONE &&
                    role != JPK_ROLE_ENDPOINT;
    return entity->type == JPK_TYPE_TRANSFORMATION || function;
}

static const char *cache_name(struct report *report, const struct jpk_entity *entity, enum jpk_structure_cache which,
                              bool target)
{
    return report_printf(report, "cache/%s/%s_%s.gz",
                         which == JPK_CACHE_TRANSFORMATION ? "TransformationStructures" : "ConnectorCallStructures",
                         entity->id, target ? "output" : "input");
}

static void structure_facts(struct report *report, const struct jpk_entity *entity, bool target,
                            enum jpk_structure_cache which, const struct jpk_structure *structure)
{
    report_section(report, JPK_REPORT_FACTS, NULL, NULL, NULL);
    report_row(report, "item", report_path(report, entity));
    report_entity(report, "item", NULL, entity);
    report_fact(report, "structure", "structure", target ? "target" : "source");
    if (entity->type == JPK_TYPE_TRANSFORMATION && !entity->unread) {
        const struct jpk_transformation *t = entity->as.transformation;
        report_fact(report, "of", "of", report_take(report, jpk_side_words(target ? &t->target : &t->source)));
    }
    report_fact(report, "cache", "from", cache_name(report, entity, which, target));
    report_row(report, "kind", report_keep(report, structure->type));
    report_text(report, "type", NULL, report_keep(report, structure->type));
    report_row(report, "nodes stored", report_printf(report, "%zu", structure->node_count));
    report_number(report, "nodeCount", NULL, (int64_t)structure->node_count);
}

static struct jpk_structure *load(struct report *report, const struct jpk_entity *entity, bool target,
                                  struct jpk_error *err)
{
    enum jpk_structure_cache which;
    struct jpk_error local = {0};
    if (!cache_of(entity, &which)) {
        error_set(err, JPK_ERR_USAGE, "%s has no source or target structure; transformations and functions have",
                  report_words(report, entity));
        return NULL;
    }
    struct jpk_structure *structure = jpk_structure_load(report->project, entity->id, which, target, &local);
    if (structure)
        return structure;
    if (local.code == JPK_ERR_NOT_FOUND) {
        local = (struct jpk_error){0};
        error_set(&local, JPK_ERR_NOT_FOUND, "has no structure cache of this %s: it would be %s",
                  target ? "target" : "source", cache_name(report, entity, which, target));
        error_file(&local, jpk_archive_name(report->project->archive));
    }
    error_pass(err, &local, NULL);
    return NULL;
}

struct jpk_report *jpk_show_structure(const struct jpk_project *project, const struct jpk_entity *entity, bool target,
                                      uint64_t depth, struct jpk_error *err)
{
    struct report *report = report_new(project, NULL);
    if (!report)
        return report_finish(report, err);
    enum jpk_structure_cache which;
    struct jpk_structure *structure = load(report, entity, target, err);
    if (!structure) {
        jpk_report_free(&report->public);
        return NULL;
    }
    struct walk walk = {.report = report, .limit = depth > 0 && depth < LEVELS_MAX ? (unsigned)depth : LEVELS_MAX};
    cache_of(entity, &which);
    structure_facts(report, entity, target, which, structure);
    report_section(report, JPK_REPORT_LIST, "nodes", "nodes", NULL);
    walk_tree(&walk, structure->root);
    jpk_structure_free(structure);
    return report_finish(report, err);
}
