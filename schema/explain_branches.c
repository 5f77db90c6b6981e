/*
 * Which branch of anyOf or oneOf a value was meant to follow. One in which the value has the right type comes before
 * one in which it has not, then one whose members of fixed value (such as "type": "endpoint") agree, then the one with
 * the fewest failures, then the first.
 */
#include <stdlib.h>

#include "schema/explain.h"

bool explain_is_choice(const struct unit *unit)
{
    return unit->key != JDOC_NONE && (unit->code == OP_ANY_OF || unit->code == OP_ONE_OF || unit->code == OP_CONTAINS);
}

static int rank(const struct weight *weight)
{
    return weight->own_type || weight->own_value ? 2 : weight->child_value ? 1 : 0;
}

static bool comes_closer(const struct weight *a, const struct weight *b)
{
    int x = rank(a), y = rank(b);
    /* Equal ones come from behind: the first wins. */
    return x != y ? x < y : a->count <= b->count;
}

/* What a failed unit adds to its parent's account, when both are about the same value or about one and its member. */
static void add_below(const struct jdoc *doc, const struct unit *child, const struct weight *from,
                      const struct unit *parent, struct weight *to)
{
    to->count += from->count;
    if (child->node == parent->node) {
        to->own_type |= from->own_type;
        to->own_value |= from->own_value;
        to->child_value |= from->child_value;
    } else if (doc->places[child->node].parent == parent->node) {
        to->child_value |= from->own_value;
    }
}

struct weight *explain_weigh(const struct jpk_validation *validation)
{
    const struct units *units = &validation->units;
    struct weight *weights = calloc(units->count, sizeof *weights);
    for (size_t i = units->count; weights && i-- > 0;) {
        const struct unit *unit = &units->items[i];
        struct weight *weight = &weights[i];
        if (unit->valid)
            continue;
        if (weight->count == 0) {
            weight->leaf = true;
            weight->count = 1;
            weight->own_type = unit->key != JDOC_NONE && unit->code == OP_TYPE;
            weight->own_value = unit->key != JDOC_NONE && (unit->code == OP_CONST || unit->code == OP_ENUM);
        }
        if (unit->parent == UINT32_MAX)
            continue;
        const struct unit *parent = &units->items[unit->parent];
        struct weight *above = &weights[unit->parent];
        if (!explain_is_choice(parent)) {
            add_below(validation->doc, unit, weight, parent, above);
        } else if (above->count == 0 || comes_closer(weight, &weights[above->nearest])) {
            *above = (struct weight){.nearest = (uint32_t)i, .forms = above->forms};
            add_below(validation->doc, unit, weight, parent, above);
        }
        if (explain_is_choice(parent))
            above->forms += rank(weight) < 2;
    }
    return weights;
}
