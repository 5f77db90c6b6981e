/*
 * Entry points. An operation that nothing starts is one; a starter that is itself a test or a one-time load does not
 * count. How an entry point is called says what becomes of it, never whether it is one.
 */
#include <stdlib.h>
#include <string.h>

#include "recipe/plan.h"
#include "recipe/words.h"

enum starter { STARTER_NORMAL = 1, STARTER_TEST = 2, STARTER_ONCE = 4 };

struct starters {
    struct plan *plan;
    unsigned char *scripts; /* by entity index: what kinds of operations run this script or mapping */
    bool *moves;            /* by entity index: it, or what it starts, moves data */
    const struct jpk_entity **stack;
};

static enum starter kind_of(const struct jpk_entity *operation)
{
    static const char *const test[] = {"test", "tests", "testing", "demo"};
    static const char *const once[] = {"initial", "migrate", "migration", "first", "onetime"};
    struct words words;
    words_split(operation->name, &words);
    const char *first = words.count ? words.word[0] : "";
    for (size_t i = 0; i < sizeof test / sizeof test[0]; i++)
        if (strcmp(first, test[i]) == 0)
            return STARTER_TEST;
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        if (strcmp(first, once[i]) == 0)
            return STARTER_ONCE;
    if (words.count > 1 && strcmp(first, "one") == 0 && strcmp(words.word[1], "time") == 0)
        return STARTER_ONCE;
    return STARTER_NORMAL;
}

static bool is_operation(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_OPERATION && !entity->deleted && !entity->unread;
}

static bool holds_script(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_SCRIPT || entity->type == JPK_TYPE_TRANSFORMATION;
}

/* Spreads a kind from its operations to the scripts and mappings that they run, each reached once. */
static void spread(struct starters *s, enum starter kind)
{
    const struct jpk_project *project = s->plan->project;
    size_t depth = 0;
    for (size_t i = 0; i < project->entity_count; i++)
        if (is_operation(project->entities[i]) && kind_of(project->entities[i]) == kind)
            s->stack[depth++] = project->entities[i];
    while (depth > 0) {
        size_t count;
        const struct jpk_reference *references = jpk_graph_from(s->plan->graph, s->stack[--depth], &count);
        for (size_t i = 0; i < count; i++) {
            const struct jpk_entity *to = references[i].to;
            if (!to || references[i].in_comment || !holds_script(to) || (s->scripts[to->index] & kind))
                continue;
            s->scripts[to->index] |= (unsigned char)kind;
            s->stack[depth++] = to;
        }
    }
}

/* A script that this operation alone runs: when it starts the operation again, that is a loop and no starter. */
static bool own_script(const struct plan *plan, const struct jpk_entity *script, const struct jpk_entity *operation)
{
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(plan->graph, script, &count);
    for (size_t i = 0; i < count; i++)
        if (!references[i]->in_comment && references[i]->from != operation)
            return false;
    return count > 0;
}

static unsigned starters_of(const struct starters *s, const struct jpk_entity *operation)
{
    size_t count;
    unsigned kinds = 0;
    const struct jpk_entity *asked = NULL; /* a script starts an operation many times in a row */
    const struct jpk_reference *const *references = jpk_graph_to(s->plan->graph, operation, &count);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_reference *r = references[i];
        if (r->in_comment || r->from == operation || r->from->deleted)
            continue;
        if (r->kind == JPK_REF_SUCCESS || r->kind == JPK_REF_FAILURE)
            kinds |= kind_of(r->from);
        else if (r->kind == JPK_REF_SCRIPT && r->from != asked && !own_script(s->plan, r->from, operation))
            kinds |= s->scripts[r->from->index];
        if (r->kind == JPK_REF_SCRIPT)
            asked = r->from;
    }
    return kinds;
}

static bool moves_itself(const struct jpk_entity *operation)
{
    for (size_t i = 0; i < operation->as.operation->activity_count; i++)
        if (strcmp(operation->as.operation->activities[i].tag, "SCRIPT") != 0)
            return true;
    return false;
}

/* From the operations that move data back to whatever starts them. */
static void find_movers(struct starters *s)
{
    const struct jpk_project *project = s->plan->project;
    size_t depth = 0;
    for (size_t i = 0; i < project->entity_count; i++) {
        if (is_operation(project->entities[i]) && moves_itself(project->entities[i])) {
            s->moves[i] = true;
            s->stack[depth++] = project->entities[i];
        }
    }
    while (depth > 0) {
        size_t count;
        const struct jpk_reference *const *references = jpk_graph_to(s->plan->graph, s->stack[--depth], &count);
        for (size_t i = 0; i < count; i++) {
            const struct jpk_reference *r = references[i];
            bool starts = r->kind == JPK_REF_SCRIPT || r->kind == JPK_REF_SUCCESS || r->kind == JPK_REF_ACTIVITY;
            if (r->in_comment || !starts || s->moves[r->from->index])
                continue;
            s->moves[r->from->index] = true;
            s->stack[depth++] = r->from;
        }
    }
}

static struct entry classify(const struct starters *s, const struct jpk_entity *operation, unsigned kinds)
{
    struct entry entry = {.operation = operation, .confidence = JPK_HIGH};
    enum starter own = kind_of(operation);
    if (operation->as.operation->schedule) {
        entry.kind = ENTRY_SCHEDULE;
        entry.evidence = "it has a schedule in the project";
    } else if (kinds & STARTER_NORMAL) {
        entry.kind = ENTRY_NONE;
    } else if (kinds) {
        entry.kind = ENTRY_SCHEDULE;
        entry.evidence = "only tests and one-time loads start it, so it runs again and again by itself";
    } else if (own == STARTER_TEST) {
        entry.kind = ENTRY_ON_DEMAND;
        entry.evidence = "nothing starts it, and its name begins like that of a test";
    } else if (own == STARTER_ONCE) {
        entry.kind = ENTRY_DEPLOY;
        entry.evidence = "nothing starts it, and its name begins like that of a one-time load";
    } else if (s->moves[operation->index]) {
        entry.kind = ENTRY_SCHEDULE;
        entry.confidence = JPK_MEDIUM;
        entry.evidence = "nothing starts it, and it moves data";
    } else {
        entry.kind = ENTRY_ON_DEMAND;
        entry.confidence = JPK_LOW;
        entry.evidence = "nothing starts it, and it only runs scripts";
    }
    return entry;
}

void plan_entries(struct plan *plan)
{
    const struct jpk_project *project = plan->project;
    struct starters s = {.plan = plan};
    s.scripts = plan_alloc(plan, project->entity_count, sizeof *s.scripts);
    s.moves = plan_alloc(plan, project->entity_count, sizeof *s.moves);
    s.stack = plan_alloc(plan, project->entity_count, sizeof(struct jpk_entity *));
    plan->entries = plan_alloc(plan, project->entity_count, sizeof *plan->entries);
    if (plan->failed)
        return;
    spread(&s, STARTER_NORMAL);
    spread(&s, STARTER_TEST);
    spread(&s, STARTER_ONCE);
    find_movers(&s);
    for (size_t i = 0; i < project->entity_count; i++) {
        if (!is_operation(project->entities[i]))
            continue;
        struct entry entry = classify(&s, project->entities[i], starters_of(&s, project->entities[i]));
        if (entry.kind != ENTRY_NONE)
            plan->entries[plan->entry_count++] = entry;
    }
    if (plan->entry_count == 0 && project->entity_count)
        plan_finding(
            plan, JPK_WARNING, "no-entry-point", NULL,
            "every operation is started by another one, or there is none: the recipe has no action or schedule");
}
