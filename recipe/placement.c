/* Which step a variable belongs to. The evidence, strongest first: uses in the clear, encrypted slots, family. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "recipe/plan.h"
#include "recipe/words.h"

/* A use as evidence; it becomes text only when it decides. */
struct evidence {
    const char *what;
    const struct jpk_entity *entity;
    const char *where;
};

/* What speaks for a place, gathered over all uses of a variable. */
struct votes {
    uint32_t endpoint; /* the first that is reached; NONE */
    bool direct;       /* by a bracket in one of its items */
    bool files, mail, other;
    bool used; /* something live reads or writes it */
    struct evidence for_endpoint, for_mail, for_files;
};

struct placing {
    struct plan *plan;
    uint32_t *visited; /* by graph variable: in which search */
    uint32_t search;
    size_t steps; /* of this search */
    unsigned depth;
};

enum { DEPTH_MAX = 32 };

static const char *evidence_text(struct plan *plan, const struct evidence *e)
{
    return plan_text(plan, "%s %s '%s'%s%s", e->what, jpk_type_info(e->entity->type)->label, e->entity->name,
                     e->where && *e->where ? ", " : "", e->where ? e->where : "");
}

static void vote_endpoint(struct votes *votes, uint32_t endpoint, bool direct, struct evidence evidence)
{
    if (endpoint == NONE || (votes->endpoint != NONE && (votes->direct || !direct)))
        return;
    votes->endpoint = endpoint;
    votes->direct = direct;
    votes->for_endpoint = evidence;
}

/* A source or target of a global variable passes it on to what else the operation talks to. */
static void vote_operation(struct placing *p, struct votes *votes, const struct jpk_entity *location)
{
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(p->plan->graph, location, &count);
    for (size_t i = 0; i < count && votes->endpoint == NONE; i++) {
        const struct jpk_entity *operation = references[i]->from;
        if (references[i]->kind != JPK_REF_ACTIVITY)
            continue;
        for (size_t j = 0; j < operation->as.operation->activity_count; j++) {
            const struct jpk_entity *content = operation->as.operation->activities[j].content;
            if (content && content != location)
                vote_endpoint(votes, p->plan->entity_endpoint[content->index], false,
                              (struct evidence){"passes through an operation to", content, NULL});
        }
    }
}

/* A mapping's result goes where the operation sends it. */
static uint32_t target_of_mapping(const struct plan *plan, const struct jpk_entity *transformation)
{
    size_t count;
    const struct jpk_reference *const *references = jpk_graph_to(plan->graph, transformation, &count);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_entity *operation = references[i]->from;
        bool found = false;
        if (references[i]->kind != JPK_REF_ACTIVITY)
            continue;
        for (size_t j = 0; j < operation->as.operation->activity_count; j++) {
            const struct jpk_entity *content = operation->as.operation->activities[j].content;
            found = found || content == transformation;
            if (found && content && plan->entity_endpoint[content->index] != NONE)
                return plan->entity_endpoint[content->index];
        }
    }
    return NONE;
}

/* A bracket in a transformation stands in the query of its source. */
static uint32_t source_of_query(const struct plan *plan, const struct jpk_entity *transformation)
{
    const struct jpk_entity *source = transformation->as.transformation->source.entity;
    return source ? plan->entity_endpoint[source->index] : NONE;
}

static void vote_use(struct placing *p, struct votes *votes, const struct jpk_use *use)
{
    struct plan *plan = p->plan;
    const struct jpk_entity *from = use->from;
    struct evidence evidence = {"used by", from, use->where};
    votes->used = true;
    if (plan->entity_endpoint[from->index] != NONE) {
        vote_endpoint(votes, plan->entity_endpoint[from->index], true, evidence);
    } else if (from->type == JPK_TYPE_EMAIL_MESSAGE || plan->mail_script[from->index]) {
        votes->mail = true;
        votes->for_mail = evidence;
    } else if (use->kind == JPK_USE_LOCATOR) {
        vote_operation(p, votes, from);
    } else if (jpk_entity_location(from)) {
        votes->files = true;
        votes->for_files = evidence;
    } else {
        votes->other = true;
        if (from->type == JPK_TYPE_TRANSFORMATION && use->kind == JPK_USE_BRACKET)
            vote_endpoint(votes, source_of_query(plan, from), true, evidence);
        else if (from->type == JPK_TYPE_TRANSFORMATION)
            vote_endpoint(votes, target_of_mapping(plan, from), false, evidence);
    }
}

/* Follows values from variable to variable, each once in a search; a search that grows out of hand ends early. */
static void vote(struct placing *p, struct votes *votes, const struct jpk_variable *variable, bool origin)
{
    enum { STEPS_MAX = 4096 };
    uint32_t index = (uint32_t)(variable - p->plan->graph->variables);
    if (p->visited[index] == p->search)
        return;
    p->visited[index] = p->search;
    for (size_t i = 0; i < variable->use_count; i++) {
        const struct jpk_use *use = variable->uses[i];
        if (use->in_comment || (!p->plan->live[use->from->index] && use->kind != JPK_USE_NAME))
            continue;
        if (!origin && use->write)
            continue; /* what else writes an intermediate variable says nothing of this one */
        if (!origin && ++p->steps > STEPS_MAX)
            return;
        vote_use(p, votes, use);
        if (use->assigned != UINT32_MAX && p->depth < DEPTH_MAX) {
            p->depth++;
            vote(p, votes, &p->plan->graph->variables[use->assigned], false);
            p->depth--;
        }
    }
}

static void settle(struct variable *v, enum place place, uint32_t endpoint, enum jpk_confidence confidence,
                   const char *evidence)
{
    v->place = place;
    v->endpoint = endpoint;
    v->place_confidence = confidence;
    v->place_evidence = evidence;
}

/* -------------------------------------------------------------------------------------------- clear uses, slots */

static void place_by_use(struct plan *plan, struct variable *v, const struct votes *votes)
{
    v->read = votes->used;
    if (votes->endpoint != NONE)
        settle(v, PLACE_ENDPOINT, votes->endpoint, votes->direct ? JPK_HIGH : JPK_MEDIUM,
               evidence_text(plan, &votes->for_endpoint));
    else if (votes->files)
        settle(v, PLACE_FILES, NONE, JPK_HIGH, evidence_text(plan, &votes->for_files));
    else if (votes->mail && !votes->other)
        settle(v, PLACE_NOTIFICATION, NONE, JPK_HIGH, evidence_text(plan, &votes->for_mail));
}

static void place_by_slot(struct plan *plan)
{
    for (size_t i = 0; i < plan->slot_count; i++) {
        const struct slot *slot = &plan->slots[i];
        if (slot->variable == NONE)
            continue;
        struct variable *v = &plan->variables[slot->variable];
        v->read = true;
        if (v->place == PLACE_ENDPOINT || (v->place != PLACE_NONE && slot->confidence < JPK_MEDIUM))
            continue;
        struct evidence fits = {"fits the encrypted setting of", slot->entity, slot->item->key};
        const char *evidence = evidence_text(plan, &fits);
        if (plan->entity_endpoint[slot->entity->index] != NONE)
            settle(v, PLACE_ENDPOINT, plan->entity_endpoint[slot->entity->index], slot->confidence, evidence);
        else if (v->place == PLACE_NONE && slot->entity->type == JPK_TYPE_EMAIL_MESSAGE)
            settle(v, PLACE_NOTIFICATION, NONE, slot->confidence, evidence);
        else if (v->place == PLACE_NONE)
            settle(v, PLACE_FILES, NONE, slot->confidence, evidence);
    }
}

/* ------------------------------------------------------------------------------------------------------- family */

/* Where most members of a family are; families are folders and beginnings of names. */
struct family {
    enum place place;
    uint32_t endpoint;
    const char *member;
    size_t agree, all;
};

struct families {
    struct map by_key;
    struct family *items;
    size_t count, capacity;
};

static struct family *family_of(struct plan *plan, struct families *families, const char *key)
{
    uint32_t found = map_get(&families->by_key, key, strlen(key));
    if (found != MAP_NONE)
        return &families->items[found];
    struct family *items = plan_grow(plan, families->items, families->count, &families->capacity, sizeof *items);
    if (!items)
        return NULL;
    families->items = items;
    if (!map_set(&families->by_key, key, strlen(key), (uint32_t)families->count)) {
        plan->failed = true;
        return NULL;
    }
    items[families->count] = (struct family){.place = PLACE_NONE, .endpoint = NONE};
    return &items[families->count++];
}

static void join(struct family *family, const struct variable *v)
{
    if (!family)
        return;
    family->all++;
    /* Majority vote in one pass (Boyer and Moore): the place that remains is the only one that can have most. */
    bool same = family->place == v->place && family->endpoint == v->endpoint;
    if (same) {
        family->agree++;
    } else if (family->agree == 0) {
        family->place = v->place;
        family->endpoint = v->endpoint;
        family->member = v->entity->name;
        family->agree = 1;
    } else {
        family->agree--;
    }
}

static const char *folder_key(struct plan *plan, const struct variable *v)
{
    return v->entity->folder ? plan_text(plan, "folder %s", v->entity->folder->id) : NULL;
}

static const char *prefix_key(struct plan *plan, const struct variable *v)
{
    return v->words->count > 1 ? plan_text(plan, "prefix %s", v->words->word[0]) : NULL;
}

static bool place_by_family(struct plan *plan, struct families *families, struct variable *v, const char *key,
                            const char *what)
{
    struct family *family = key ? family_of(plan, families, key) : NULL;
    if (!family || family->agree == 0 || family->agree * 3 < family->all)
        return false;
    settle(v, family->place, family->endpoint, JPK_MEDIUM,
           plan_text(plan, "%s '%s', which is placed", what, family->member));
    return true;
}

/* --------------------------------------------------------------------------------------------------------- rest */

static void place_by_words(struct variable *v)
{
    const struct words *w = v->words;
    if (words_have(w, "where") || words_have(w, "filter") || words_have(w, "query") || words_have(w, "since"))
        settle(v, PLACE_FILTERS, NONE, JPK_MEDIUM, "its name speaks of a filter");
    else if (words_have(w, "path") || words_have(w, "filename") || words_have(w, "folder") ||
             words_have(w, "directory") || (words_have(w, "file") && words_have(w, "name")))
        settle(v, PLACE_FILES, NONE, JPK_MEDIUM, "its name speaks of a file");
    else if (words_have(w, "email") || words_have(w, "mail") || words_have(w, "smtp"))
        settle(v, PLACE_NOTIFICATION, NONE, JPK_MEDIUM, "its name speaks of e-mail");
    else
        settle(v, PLACE_GENERAL, NONE, JPK_MEDIUM, "scripts use it");
}

static void place_rest(struct plan *plan)
{
    struct families families = {0};
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++) {
        const struct variable *v = &plan->variables[i];
        const char *folder = folder_key(plan, v), *prefix = prefix_key(plan, v);
        if (v->place == PLACE_NONE)
            continue;
        if (prefix)
            join(family_of(plan, &families, prefix), v);
        if (folder)
            join(family_of(plan, &families, folder), v);
    }
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++) {
        struct variable *v = &plan->variables[i];
        if (v->place != PLACE_NONE)
            continue;
        if (!v->read)
            settle(v, PLACE_UNUSED, NONE, JPK_MEDIUM, "no use of it is visible");
        else if (!place_by_family(plan, &families, v, prefix_key(plan, v), "its name begins like that of") &&
                 !place_by_family(plan, &families, v, folder_key(plan, v), "it lies in the same folder as"))
            place_by_words(v);
    }
    map_free(&families.by_key);
    free(families.items);
}

void plan_uses(struct plan *plan)
{
    struct placing p = {.plan = plan};
    p.visited = plan_alloc(plan, plan->graph->variable_count, sizeof *p.visited);
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++) {
        struct votes votes = {.endpoint = NONE};
        p.search++;
        p.steps = 0;
        vote(&p, &votes, plan->variables[i].graph, true);
        place_by_use(plan, &plan->variables[i], &votes);
    }
}

void plan_placement(struct plan *plan)
{
    place_by_slot(plan);
    place_rest(plan);
    for (size_t i = 0; i < plan->variable_count; i++) {
        const struct variable *v = &plan->variables[i];
        if (v->place == PLACE_UNUSED)
            plan_finding(plan, JPK_WARNING, "unused-variable", v->entity,
                         plan_text(plan, "no use of project variable '%s' is visible; it went into the step 'not used'",
                                   v->entity->name));
        else if (v->place_confidence == JPK_LOW)
            plan_finding(plan, JPK_WARNING, "low-confidence", v->entity,
                         plan_text(plan, "project variable '%s' was placed by a weak sign: %s", v->entity->name,
                                   v->place_evidence));
    }
}
