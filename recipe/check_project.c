/*
 * A recipe against its project. What the generator would infer is inferred here by the same steps (plan_make), and
 * compared; what it only guesses is not held against anybody.
 */
#include "recipe/check_project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "recipe/plan.h"

struct project_check {
    struct check *check;
    const struct validate_project *given;
    const struct jpk_project *project;
    struct plan plan;
    uint32_t *property; /* by entity index: the recipe's property that sets this variable, NONE */
    bool *listed;       /* by entity index: an endpoint step lists it */
    bool *started;      /* by entity index: a step runs or schedules it */
    uint32_t *endpoint; /* by endpoint of the plan: the recipe's endpoint that has an item of it, NONE */
};

static const char *text_of(struct project_check *c, struct jtext text)
{
    const char *copy = jtext_copy(&c->check->arena, text);
    c->check->failed = c->check->failed || !copy;
    return copy ? copy : "";
}

static struct jtext as_jtext(const char *s)
{
    return (struct jtext){s, (uint32_t)strlen(s), 0};
}

/* -------------------------------------------------------------------------------------------------------- facts */

/* A fact that the recipe gives; not given, or empty on both sides, is no difference. */
static void compare_fact(struct project_check *c, enum rule rule, const char *what, struct jtext said, const char *is)
{
    if (jtext_there(said) && !jtext_is(said, is))
        check_report(c->check, rule, said.node, "the %s is '%s', but '%s' in the recipe", what, is, show(said).s);
}

static void check_hash(struct project_check *c)
{
    char sha256[65];
    struct jtext said = c->check->recipe.sha256;
    struct jpk_archive *archive = c->project->archive;
    if (!jtext_there(said) || jpk_archive_is_folder(archive) || !jpk_archive_sha256(archive, sha256, NULL) ||
        jtext_is(said, sha256))
        return;
    check_report(c->check, RULE_JITTERPAK_HASH, said.node, "the recipe was made for another Jitterpak than %s",
                 c->given->file);
    validation_hint(c->check->v, "its checksum is %s", sha256);
}

static void check_facts(struct project_check *c)
{
    const struct recipe_model *recipe = &c->check->recipe;
    char required[32], created_with[32], created[32];
    jpk_project_required_version(c->project, required);
    jpk_project_created_with(c->project, created_with);
    jpk_time_decode(jpk_project_property(c->project, JPK_FILE_JITTERPAK, "created_at"), created);
    check_hash(c);
    if (jtext_there(recipe->project_id) && !jtext_caseeq(recipe->project_id, as_jtext(c->project->id)))
        compare_fact(c, RULE_PROJECT_ID, "project's id", recipe->project_id, c->project->id);
    compare_fact(c, RULE_PROJECT_NAME, "project's name", recipe->project_name, c->project->name);
    compare_fact(c, RULE_PROJECT_KIND, "Jitterpak's kind", recipe->kind, jpk_kind_name(c->project->kind));
    compare_fact(c, RULE_PROJECT_FACTS, "version that the project requires", recipe->required_version, required);
    compare_fact(c, RULE_PROJECT_FACTS, "version that made the project", recipe->created_with, created_with);
    compare_fact(c, RULE_PROJECT_FACTS, "time when the Jitterpak was made", recipe->created_at, created);
}

static bool is_version(struct jtext text)
{
    for (uint32_t i = 0; i < text.n; i++)
        if (text.s[i] != '.' && (text.s[i] < '0' || text.s[i] > '9'))
            return false;
    return text.n > 0;
}

static void check_agent_step(struct project_check *c, const struct recipe_step *step)
{
    char required[32];
    jpk_project_required_version(c->project, required);
    if (is_version(step->min_version) && plan_compare_versions(text_of(c, step->min_version), required) < 0)
        check_report(c->check, RULE_AGENT_VERSION, step->min_version.node,
                     "the project needs version %s of the agent, the step asks for %s only", required,
                     show(step->min_version).s);
    json_t *reasons = plan_private_reasons(&c->plan);
    const char *reason = json_string_value(json_array_get(reasons, 0));
    if (reason && step->private_agent == TRUTH_FALSE) {
        check_report(c->check, RULE_AGENT_PRIVATE, step->requires, "the project needs a private agent");
        validation_hint(c->check->v, "%s", reason);
    }
    json_decref(reasons);
}

/* -------------------------------------------------------------------------------------------------------- items */

/* The id of the item that has the name which the recipe gives. */
static void hint_same_name(struct project_check *c, struct jtext name, enum jpk_type type)
{
    for (size_t i = 0; i < c->project->entity_count; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        if (!entity->deleted && (type == JPK_TYPE_UNKNOWN || entity->type == type) && jtext_is(name, entity->name)) {
            validation_hint(c->check->v, "'%s' of the project has the id %s", entity->name, entity->id);
            return;
        }
    }
}

/* An item that the recipe names by its id; NULL after a finding, or where there is no id. */
static const struct jpk_entity *find_item(struct project_check *c, const struct recipe_item *item, enum jpk_type type,
                                          enum rule rule, const char *what)
{
    if (!jtext_there(item->id))
        return NULL;
    const struct jpk_entity *entity = jpk_project_entity(c->project, text_of(c, item->id));
    if (!entity) {
        struct nearest nearest = check_nearest(c->check, item->name);
        check_report(c->check, rule, item->id.node, "the project has no %s '%s' with this id", what,
                     show(item->name).s);
        for (size_t i = 0; i < c->project->entity_count && nearest_open(&nearest); i++)
            if ((type == JPK_TYPE_UNKNOWN || c->project->entities[i]->type == type) &&
                !c->project->entities[i]->deleted)
                nearest_offer(&nearest, as_jtext(c->project->entities[i]->name));
        if (!jtext_is(item->name, nearest.best))
            check_hint(c->check, &nearest);
        else
            hint_same_name(c, item->name, type);
        return NULL;
    }
    if (type != JPK_TYPE_UNKNOWN && entity->type != type) {
        check_report(c->check, rule, item->id.node, "'%s' is no %s, but of the type %s", entity->name, what,
                     entity->type_name);
        return NULL;
    }
    if (entity->deleted)
        check_report(c->check, RULE_DELETED_ITEM, item->id.node, "the %s '%s' is marked as deleted", what,
                     entity->name);
    if (jtext_there(item->name) && !jtext_is(item->name, entity->name))
        check_report(c->check, RULE_ITEM_RENAMED, item->name.node, "the %s is called '%s' in the project", what,
                     entity->name);
    return entity;
}

/* ------------------------------------------------------------------------------------------------------ targets */

static void hint_variable(struct project_check *c, struct jtext id)
{
    const struct jpk_variable *same = jpk_graph_variable(c->given->graph, text_of(c, id));
    if (same && same->entity) {
        validation_hint(c->check->v, "the variable '%s' of the project has the id %s", same->name, same->entity->id);
        return;
    }
    struct nearest nearest = check_nearest(c->check, id);
    for (size_t i = 0; i < c->given->graph->variable_count && nearest_open(&nearest); i++)
        if (c->given->graph->variables[i].entity)
            nearest_offer(&nearest, as_jtext(c->given->graph->variables[i].name));
    check_hint(c->check, &nearest);
}

static void check_variable_target(struct project_check *c, uint32_t index)
{
    const struct recipe_property *p = &c->check->recipe.properties[index];
    const struct jpk_entity *entity = jpk_project_entity(c->project, text_of(c, p->variable));
    if (!entity) {
        check_report(c->check, RULE_UNKNOWN_VARIABLE, p->variable.node,
                     "the project has no variable with this id, which '%s' sets", show(p->id).s);
        hint_variable(c, p->id);
    } else if (entity->type != JPK_TYPE_PROJECT_VARIABLE) {
        check_report(c->check, RULE_UNKNOWN_VARIABLE, p->variable.node,
                     "'%s' sets no variable, but '%s' of the type %s", show(p->id).s, entity->name, entity->type_name);
    } else if (entity->deleted) {
        check_report(c->check, RULE_DELETED_ITEM, p->variable.node, "the variable '%s' is marked as deleted",
                     entity->name);
    } else if (c->property[entity->index] == NONE) {
        c->property[entity->index] = index;
    }
}

static void unknown_key(struct project_check *c, const struct recipe_property *p, const struct jpk_entity *entity)
{
    const struct jpk_location *location = jpk_entity_location(entity);
    struct nearest nearest = check_nearest(c->check, p->key);
    check_report(c->check, RULE_UNKNOWN_KEY, p->key.node, "'%s' has no key '%s'", entity->name, show(p->key).s);
    for (size_t i = 0; i < entity->item_count && nearest_open(&nearest); i++)
        nearest_offer(&nearest, as_jtext(entity->items[i].key));
    for (size_t i = 0; location && i < location->item_count; i++)
        nearest_offer(&nearest, as_jtext(location->items[i].key));
    check_hint(c->check, &nearest);
}

static void check_key_target(struct project_check *c, const struct recipe_property *p)
{
    const struct jpk_entity *entity = jpk_project_entity(c->project, text_of(c, p->entity));
    const char *key = text_of(c, p->key);
    if (!entity) {
        check_report(c->check, RULE_UNKNOWN_ENTITY, p->entity.node,
                     "the project has no item with this id, which '%s' sets", show(p->id).s);
        return;
    }
    if (entity->deleted)
        check_report(c->check, RULE_DELETED_ITEM, p->entity.node, "'%s' is marked as deleted", entity->name);
    const struct connector *connector = plan_connector(entity);
    const struct setting *setting = connector ? connector_setting(connector, key) : NULL;
    if (!setting && !jpk_entity_setting(entity, key) && !entity->unread)
        unknown_key(c, p, entity);
    if (setting && (setting->flags & SETTING_SECRET) && p->secret != TRUTH_TRUE)
        check_report(c->check, RULE_SECRET_DIFFERS, p->node, "'%s' is the '%s' of '%s', so it must be a secret",
                     show(p->id).s, key, entity->name);
}

static void check_targets(struct project_check *c)
{
    for (uint32_t i = 0; i < c->check->recipe.property_count && !c->check->failed; i++) {
        const struct recipe_property *p = &c->check->recipe.properties[i];
        if (jtext_there(p->variable))
            check_variable_target(c, i);
        else if (jtext_there(p->entity) && jtext_there(p->key))
            check_key_target(c, p);
    }
}

/* ---------------------------------------------------------------------------------------------------- variables */

/* By variable of the plan: whether it certainly fills an encrypted setting that is a secret. */
static bool *sure_secrets(struct project_check *c)
{
    bool *sure = plan_alloc(&c->plan, c->plan.variable_count, sizeof *sure);
    for (size_t i = 0; sure && i < c->plan.slot_count; i++) {
        const struct slot *slot = &c->plan.slots[i];
        if (slot->variable != NONE && slot->confidence > JPK_LOW && (slot->setting->flags & SETTING_SECRET))
            sure[slot->variable] = true;
    }
    return sure;
}

/* Names and labels that say so are another rule's. */
static bool must_be_secret(const struct variable *v, bool sure)
{
    bool feeds = v->setting && (v->setting->flags & SETTING_SECRET) && (!v->in_slot || sure);
    return v->secret && (feeds || (!v->setting && v->sent));
}

static void compare_variable(struct project_check *c, const struct variable *v, const struct recipe_property *p,
                             bool sure)
{
    const char *name = v->entity->name;
    if (p->secret != TRUTH_TRUE && must_be_secret(v, sure)) {
        check_report(c->check, RULE_SECRET_DIFFERS, p->node, "'%s' must be a secret", show(p->id).s);
        if (v->setting)
            validation_hint(c->check->v, "the variable '%s' fills the setting '%s'", name, v->setting->key);
        else
            validation_hint(c->check->v, "the variable '%s' is sent in a header that authorizes", name);
    }
    if (v->computed && p->computed != TRUTH_TRUE)
        check_report(c->check, RULE_COMPUTED_DIFFERS, p->node,
                     "a script sets the variable '%s' before anything reads it, but '%s' is asked for", name,
                     show(p->id).s);
    else if (!v->computed && p->computed == TRUTH_TRUE && v->read)
        check_report(c->check, RULE_COMPUTED_DIFFERS, p->node,
                     "'%s' is computed, but the variable '%s' is read before any script sets it", show(p->id).s, name);
    bool held = v->entity->as.variable && v->entity->as.variable->has_value;
    if (v->required && !held && p->required == TRUTH_FALSE && p->computed != TRUTH_TRUE && !jtext_there(p->fallback))
        check_report(c->check, RULE_REQUIRED_DIFFERS, p->node,
                     "'%s' is not required, but the variable '%s' is read and has no value", show(p->id).s, name);
}

static void check_variables(struct project_check *c)
{
    const bool *sure = sure_secrets(c);
    for (size_t i = 0; i < c->plan.variable_count && sure; i++) {
        const struct variable *v = &c->plan.variables[i];
        uint32_t property = c->property[v->entity->index];
        if (property != NONE) {
            compare_variable(c, v, &c->check->recipe.properties[property], sure[i]);
            continue;
        }
        uint32_t node = c->check->recipe.steps_node == JDOC_NONE ? 0 : c->check->recipe.steps_node;
        if (v->computed)
            continue;
        if (v->place == PLACE_UNUSED)
            check_report(c->check, RULE_UNUSED_VARIABLE_NOT_SET, node,
                         "no step sets the variable '%s', which nothing is seen to use", v->entity->name);
        else
            check_report(c->check, RULE_VARIABLE_NOT_SET, node, "no step sets the variable '%s'", v->entity->name);
    }
}

/* ---------------------------------------------------------------------------------------------------- endpoints */

static void check_entity(struct project_check *c, const struct jpk_entity *entity, uint32_t node,
                         const struct recipe_endpoint *endpoint)
{
    const struct connector *connector = plan_connector(entity);
    c->listed[entity->index] = true;
    if (!endpoint)
        return;
    if (!connector || connector->plumbing) {
        check_report(c->check, RULE_ENDPOINT_CONNECTOR, node, "'%s' talks to no system outside of the project",
                     entity->name);
        return;
    }
    if (jtext_there(endpoint->connector) && connector_by_id(text_of(c, endpoint->connector)) &&
        !jtext_is(endpoint->connector, connector->id))
        check_report(c->check, RULE_ENDPOINT_CONNECTOR, node, "'%s' belongs to '%s', but the endpoint '%s' to '%s'",
                     entity->name, connector->id, show(endpoint->id).s, show(endpoint->connector).s);
    uint32_t planned = c->plan.entity_endpoint[entity->index];
    if (planned != NONE && c->endpoint[planned] == NONE)
        c->endpoint[planned] = (uint32_t)(endpoint - c->check->recipe.endpoints);
}

static void check_entities(struct project_check *c, const struct recipe_step *step)
{
    const struct jdoc *doc = c->check->source->doc;
    uint32_t found = recipe_endpoint_find(&c->check->recipe, step->endpoint);
    const struct recipe_endpoint *endpoint = found == MAP_NONE ? NULL : &c->check->recipe.endpoints[found];
    if (step->entities == JDOC_NONE)
        return;
    for (uint32_t node = step->entities + 1; node < jdoc_next(doc, step->entities); node = jdoc_next(doc, node)) {
        struct recipe_item item = {.node = node,
                                   .id = jtext_of(doc, jdoc_get(doc, node, "id", strlen("id"))),
                                   .name = jtext_of(doc, jdoc_get(doc, node, "name", strlen("name")))};
        const struct jpk_entity *entity = find_item(c, &item, JPK_TYPE_UNKNOWN, RULE_UNKNOWN_ENTITY, "item");
        if (entity)
            check_entity(c, entity, node, endpoint);
    }
}

enum { SOURCE = 1, TARGET = 2 };

static void check_role(struct project_check *c, const struct recipe_endpoint *endpoint, unsigned roles)
{
    static const char *const names[] = {[SOURCE] = "source", [TARGET] = "target", [SOURCE | TARGET] = "both"};
    bool known = false;
    for (unsigned i = SOURCE; i <= (SOURCE | TARGET); i++)
        known = known || jtext_is(endpoint->role, names[i]);
    if (roles && known && !jtext_is(endpoint->role, names[roles]))
        check_report(c->check, RULE_ENDPOINT_ROLE, endpoint->role.node,
                     "'%s' is '%s' in the recipe, but '%s' in the project", show(endpoint->id).s,
                     show(endpoint->role).s, names[roles]);
}

static void check_roles(struct project_check *c)
{
    const struct recipe_model *recipe = &c->check->recipe;
    uint8_t *roles = plan_alloc(&c->plan, recipe->endpoint_count, sizeof *roles);
    for (size_t i = 0; roles && i < c->plan.endpoint_count; i++) {
        const struct endpoint *planned = &c->plan.endpoints[i];
        if (c->endpoint[i] != NONE)
            roles[c->endpoint[i]] |= (uint8_t)((planned->source ? SOURCE : 0) | (planned->target ? TARGET : 0));
    }
    for (size_t i = 0; roles && i < recipe->endpoint_count; i++)
        check_role(c, &recipe->endpoints[i], roles[i]);
}

/* Items of an endpoint that no step lists. */
static void check_listed(struct project_check *c, const struct endpoint *planned, uint32_t index)
{
    const struct recipe_endpoint *endpoint = &c->check->recipe.endpoints[index];
    const struct jpk_entity *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < planned->entity_count; i++)
        if (!c->listed[planned->entities[i]->index]) {
            first = first ? first : planned->entities[i];
            count++;
        }
    if (count == 1)
        check_report(c->check, RULE_ENTITY_NOT_LISTED, endpoint->node, "no step lists '%s', which talks to '%s'",
                     first->name, show(endpoint->name).s);
    else if (count > 1)
        check_report(c->check, RULE_ENTITY_NOT_LISTED, endpoint->node,
                     "no step lists '%s' and %zu other items, which talk to '%s'", first->name, count - 1,
                     show(endpoint->name).s);
}

static bool any_listed(const struct project_check *c, const struct endpoint *planned)
{
    for (size_t i = 0; i < planned->entity_count; i++)
        if (c->listed[planned->entities[i]->index])
            return true;
    return false;
}

static void check_endpoint_list(struct project_check *c)
{
    const struct recipe_model *recipe = &c->check->recipe;
    for (size_t i = 0; i < c->plan.endpoint_count; i++) {
        const struct endpoint *planned = &c->plan.endpoints[i];
        if (c->endpoint[i] != NONE)
            check_listed(c, planned, c->endpoint[i]);
        else if (!any_listed(c, planned)) /* else its step names an endpoint that is not there */
            check_report(c->check, RULE_ENDPOINT_MISSING,
                         recipe->endpoints_node == JDOC_NONE ? 0 : recipe->endpoints_node,
                         "the project talks to '%s' (%s), which is no endpoint of the recipe", planned->name,
                         planned->entities[0]->name);
    }
    check_roles(c);
}

/* -------------------------------------------------------------------------------------------------------- steps */

static void check_step(struct project_check *c, const struct recipe_step *step)
{
    const struct jpk_entity *started = NULL;
    if (step->type == STEP_AGENT)
        check_agent_step(c, step);
    if (step->type == STEP_ENDPOINT) {
        check_entities(c, step);
        find_item(c, &step->test_operation, JPK_TYPE_OPERATION, RULE_UNKNOWN_OPERATION, "operation");
    }
    if (step->type == STEP_ACTION || step->type == STEP_SCHEDULE || step->type == STEP_UNKNOWN)
        started = find_item(c, &step->operation, JPK_TYPE_OPERATION, RULE_UNKNOWN_OPERATION, "operation");
    if (started)
        c->started[started->index] = true;
    if (step->type == STEP_MAPPING)
        find_item(c, &step->transformation, JPK_TYPE_TRANSFORMATION, RULE_UNKNOWN_ENTITY, "transformation");
}

static void check_entries(struct project_check *c)
{
    uint32_t node = c->check->recipe.steps_node == JDOC_NONE ? 0 : c->check->recipe.steps_node;
    for (size_t i = 0; i < c->plan.entry_count; i++) {
        const struct entry *entry = &c->plan.entries[i];
        if (entry->kind != ENTRY_NONE && entry->confidence > JPK_LOW && !c->started[entry->operation->index])
            check_report(c->check, RULE_ENTRY_POINT_MISSING, node, "no step runs or schedules the operation '%s'",
                         entry->operation->name);
    }
}

/* ------------------------------------------------------------------------------------------------------ together */

static bool prepare(struct project_check *c)
{
    size_t entities = c->project->entity_count;
    c->plan.project = c->project;
    c->plan.graph = c->given->graph;
    plan_make(&c->plan);
    if (c->plan.failed)
        return false;
    c->property = plan_alloc(&c->plan, entities, sizeof *c->property);
    c->listed = plan_alloc(&c->plan, entities, sizeof *c->listed);
    c->started = plan_alloc(&c->plan, entities, sizeof *c->started);
    c->endpoint = plan_alloc(&c->plan, c->plan.endpoint_count, sizeof *c->endpoint);
    if (c->plan.failed)
        return false;
    memset(c->property, 0xff, entities * sizeof *c->property);
    memset(c->endpoint, 0xff, c->plan.endpoint_count * sizeof *c->endpoint);
    return true;
}

/*
 * Whether the recipe was made for quite another project: then everything in it would be wrong, which helps nobody. A
 * project that was imported anew has other ids too.
 */
static bool is_for_another(struct project_check *c)
{
    const struct recipe_model *recipe = &c->check->recipe;
    size_t targets = 0, found = 0;
    if (!jtext_there(recipe->project_id) || jtext_caseeq(recipe->project_id, as_jtext(c->project->id)))
        return false;
    for (size_t i = 0; i < recipe->property_count; i++) {
        struct jtext variable = recipe->properties[i].variable, entity = recipe->properties[i].entity;
        struct jtext id = jtext_there(variable) ? variable : entity;
        targets += jtext_there(id);
        found += jtext_there(id) && jpk_project_entity(c->project, text_of(c, id));
    }
    if (found * 2 >= targets)
        return false;
    check_report(c->check, RULE_PROJECT_ID, recipe->project_id.node,
                 "the recipe was made for another project than %s, or for one that was imported anew since",
                 c->given->file);
    validation_hint(c->check->v, "nothing else was compared; 'jpk recipe generate --update' makes it anew");
    return true;
}

void check_project(struct check *check, const struct validate_project *given)
{
    struct project_check c = {.check = check, .given = given, .project = given->project};
    if (!is_for_another(&c) && prepare(&c)) {
        check_facts(&c);
        check_targets(&c);
        for (size_t i = 0; i < check->recipe.step_count && !check->failed; i++)
            check_step(&c, &check->recipe.steps[i]);
        check_variables(&c);
        check_endpoint_list(&c);
        check_entries(&c);
    }
    check->failed = check->failed || c.plan.failed;
    plan_free(&c.plan);
}
