/*
 * Computed variables: those that a script sets before anything reads them, whichever entry point is run. Each run is
 * followed in the order in which things happen, every item once.
 */
#include <stdlib.h>
#include <string.h>

#include "recipe/plan.h"

struct frame {
    const struct jpk_entity *entity;
    size_t reference, use; /* cursors; an operation goes through its references once for each phase */
};

struct walk {
    struct plan *plan;
    struct frame *stack;
    size_t depth;
    uint32_t run;      /* number of the run */
    uint32_t *visited; /* by entity index: in which run */
    uint32_t *seen;    /* by variable: in which run it was first read or written */
    bool *read_first, *write_first;
    uint64_t budget; /* steps that may still be made */
};

static void happen(struct walk *walk, const struct jpk_use *use)
{
    if (use->in_comment || use->variable >= walk->plan->variable_count || walk->seen[use->variable] == walk->run)
        return;
    walk->seen[use->variable] = walk->run;
    if (use->write)
        walk->write_first[use->variable] = true;
    else
        walk->read_first[use->variable] = true;
}

static void enter(struct walk *walk, const struct jpk_entity *entity)
{
    if (!entity || entity->unread || entity->deleted || walk->visited[entity->index] == walk->run)
        return;
    walk->visited[entity->index] = walk->run;
    walk->stack[walk->depth++] = (struct frame){.entity = entity};
    /* What stands in brackets is read when the item is used, before its scripts run. */
    size_t count;
    const struct jpk_use *uses = jpk_graph_uses(walk->plan->graph, entity, &count);
    for (size_t i = 0; i < count; i++)
        if (uses[i].kind != JPK_USE_SCRIPT)
            happen(walk, &uses[i]);
}

/* In which part of an operation's run a reference is followed: its steps, what they need, what comes after. */
static int phase_of(const struct jpk_reference *reference)
{
    switch (reference->kind) {
    case JPK_REF_ACTIVITY:
        return 0;
    case JPK_REF_SUCCESS:
    case JPK_REF_FAILURE:
    case JPK_REF_MESSAGE:
        return 2;
    default:
        return 1;
    }
}

/* One step of the innermost item. An operation goes through its references in three phases. */
static void step(struct walk *walk)
{
    struct frame *frame = &walk->stack[walk->depth - 1];
    const struct jpk_entity *entity = frame->entity;
    size_t reference_count, use_count;
    const struct jpk_reference *references = jpk_graph_from(walk->plan->graph, entity, &reference_count);
    const struct jpk_use *uses = jpk_graph_uses(walk->plan->graph, entity, &use_count);
    bool operation = entity->type == JPK_TYPE_OPERATION;
    size_t rounds = operation ? 3 : 1;

    while (frame->use < use_count && uses[frame->use].kind != JPK_USE_SCRIPT)
        frame->use++;
    const struct jpk_use *use = frame->use < use_count ? &uses[frame->use] : NULL;
    bool more = frame->reference < reference_count * rounds;
    const struct jpk_reference *reference = more ? &references[frame->reference % reference_count] : NULL;
    bool script = reference && reference->kind == JPK_REF_SCRIPT;
    if (use && (!reference || (script && use->order < reference->order))) {
        frame->use++;
        happen(walk, use);
    } else if (reference) {
        int phase = operation ? (int)(frame->reference / reference_count) : phase_of(reference);
        frame->reference++;
        if (!reference->in_comment && phase_of(reference) == phase)
            enter(walk, reference->to);
    } else {
        walk->depth--;
    }
}

static bool any_written(const struct plan *plan)
{
    for (size_t i = 0; i < plan->variable_count; i++)
        for (size_t j = 0; j < plan->variables[i].graph->use_count; j++)
            if (plan->variables[i].graph->uses[j]->write && !plan->variables[i].graph->uses[j]->in_comment)
                return true;
    return false;
}

void plan_computed(struct plan *plan)
{
    const struct jpk_project *project = plan->project;
    if (plan->failed || !any_written(plan))
        return;
    struct walk walk = {.plan = plan};
    walk.stack = plan_alloc(plan, project->entity_count + 1, sizeof *walk.stack);
    walk.visited = plan_alloc(plan, project->entity_count, sizeof *walk.visited);
    walk.seen = plan_alloc(plan, plan->variable_count, sizeof *walk.seen);
    walk.read_first = plan_alloc(plan, plan->variable_count, sizeof *walk.read_first);
    walk.write_first = plan_alloc(plan, plan->variable_count, sizeof *walk.write_first);
    if (plan->failed)
        return;
    /* Entry points that share most of their items would make this quadratic; then nothing is called computed. */
    enum { TIMES = 32 };
    walk.budget =
        TIMES * (uint64_t)(plan->graph->reference_count * 3 + plan->graph->use_count + project->entity_count) + 1000;
    for (size_t i = 0; i < plan->entry_count; i++) {
        walk.run++;
        enter(&walk, plan->entries[i].operation);
        while (walk.depth > 0) {
            if (walk.budget-- == 0) {
                plan_finding(plan, JPK_INFO, "computed-unknown", NULL,
                             "the project is too entangled to tell which variables its scripts compute");
                return;
            }
            step(&walk);
        }
    }
    for (size_t i = 0; i < plan->variable_count; i++)
        plan->variables[i].computed = walk.write_first[i] && !walk.read_first[i];
}
