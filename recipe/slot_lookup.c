#include "recipe/slot_lookup.h"

#include <stdlib.h>

#include "recipe/plan.h"

struct slot_lookup {
    struct plan plan;
    struct map slots; /* by the address of the setting, which stands in the slot itself */
};

/* The settings of one item may be many, so that they are not searched in a row. */
static bool index_slots(struct slot_lookup *lookup)
{
    for (size_t i = 0; i < lookup->plan.slot_count; i++) {
        const struct slot *slot = &lookup->plan.slots[i];
        if (!map_set(&lookup->slots, (const char *)&slot->item, sizeof(slot->item), (uint32_t)i))
            return false;
    }
    return true;
}

struct slot_lookup *slot_lookup_make(const struct jpk_project *project, const struct jpk_graph *graph,
                                     struct jpk_error *err)
{
    struct slot_lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup) {
        error_memory(err);
        return NULL;
    }
    lookup->plan.project = project;
    lookup->plan.graph = graph;
    plan_make(&lookup->plan);
    if (lookup->plan.failed || !index_slots(lookup)) {
        slot_lookup_free(lookup);
        error_memory(err);
        return NULL;
    }
    return lookup;
}

void slot_lookup_free(struct slot_lookup *lookup)
{
    if (!lookup)
        return;
    map_free(&lookup->slots);
    plan_free(&lookup->plan);
    free(lookup);
}

const char *slot_lookup_variable(void *context, const struct jpk_entity *entity, const struct jpk_item *item,
                                 enum jpk_confidence *confidence)
{
    const struct slot_lookup *lookup = context;
    uint32_t index = map_get(&lookup->slots, (const char *)&item, sizeof item);
    const struct slot *slot = index == MAP_NONE ? NULL : &lookup->plan.slots[index];
    if (!slot || slot->entity != entity || slot->variable == NONE)
        return NULL;
    *confidence = slot->confidence;
    return lookup->plan.variables[slot->variable].entity->name;
}

json_t *slot_lookup_private_reasons(struct slot_lookup *lookup)
{
    json_t *reasons = plan_private_reasons(&lookup->plan);
    if (lookup->plan.failed) {
        json_decref(reasons);
        reasons = NULL;
    }
    return reasons;
}
