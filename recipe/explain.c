/* Puts the inferences into the order of the recipe, and tells each about its step. */
#include <stdlib.h>
#include <string.h>

#include "recipe/plan.h"

struct ordered {
    struct jpk_inference inference;
    uint32_t rank;
    size_t number; /* keeps the order among equals */
};

struct ranks {
    struct map steps, properties; /* id -> rank; of a property also an index into `home` */
    const char **home;
    size_t count;
};

static bool rank_recipe(struct plan *plan, const json_t *recipe, struct ranks *ranks)
{
    json_t *steps = json_object_get(recipe, "steps"), *step, *property;
    size_t i, j, total = json_array_size(steps) + 1;
    json_array_foreach(steps, i, step)
    {
        total += json_array_size(json_object_get(step, "properties"));
    }
    ranks->home = plan_alloc(plan, total, sizeof *ranks->home);
    bool ok = !plan->failed;
    json_array_foreach(steps, i, step)
    {
        const char *id = json_string_value(json_object_get(step, "id"));
        ok = ok && map_set(&ranks->steps, id, strlen(id), (uint32_t)++ranks->count);
        json_array_foreach(json_object_get(step, "properties"), j, property)
        {
            const char *name = json_string_value(json_object_get(property, "id"));
            ok = ok && map_set(&ranks->properties, name, strlen(name), (uint32_t)++ranks->count);
            if (ok)
                ranks->home[ranks->count] = plan_text(plan, "%s", id);
        }
    }
    return ok && !plan->failed;
}

static int by_rank(const void *a, const void *b)
{
    const struct ordered *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

static uint32_t rank_of(const struct ranks *ranks, struct jpk_inference *inference)
{
    uint32_t rank = map_get(&ranks->properties, inference->property, strlen(inference->property));
    if (*inference->property && rank != MAP_NONE) {
        inference->step = ranks->home[rank];
        return rank;
    }
    rank = map_get(&ranks->steps, inference->step, strlen(inference->step));
    return rank == MAP_NONE ? 0 : rank;
}

void plan_explain(struct plan *plan, const json_t *recipe)
{
    struct ranks ranks = {0};
    struct ordered *ordered = calloc(plan->inference_count + 1, sizeof *ordered);
    if (ordered && rank_recipe(plan, recipe, &ranks)) {
        for (size_t i = 0; i < plan->inference_count; i++) {
            ordered[i] = (struct ordered){.inference = plan->inferences[i], .number = i};
            ordered[i].rank = rank_of(&ranks, &ordered[i].inference);
        }
        qsort(ordered, plan->inference_count, sizeof *ordered, by_rank);
        for (size_t i = 0; i < plan->inference_count; i++)
            plan->inferences[i] = ordered[i].inference;
    } else {
        plan->failed = true;
    }
    free(ordered);
    map_free(&ranks.steps);
    map_free(&ranks.properties);
}
