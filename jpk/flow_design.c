/* The flow of a project of Design Studio: what its entities and references are in a picture. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/flow_model.h"
#include "jpk/model.h"
#include "jpk/picture.h"

struct builder {
    struct flow *f;
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    bool structures;
};

/* ------------------------------------------------------------------------------------------------------- items */

/* By type; the others go by their role. */
static const struct {
    enum jpk_type type;
    enum jpk_flow_class item_class;
} classes[] = {
    {JPK_TYPE_OPERATION, JPK_FLOW_CLASS_OPERATION},   {JPK_TYPE_SCHEDULE, JPK_FLOW_CLASS_SCHEDULE},
    {JPK_TYPE_SCRIPT, JPK_FLOW_CLASS_SCRIPT},         {JPK_TYPE_TRANSFORMATION, JPK_FLOW_CLASS_TRANSFORMATION},
    {JPK_TYPE_SOURCE, JPK_FLOW_CLASS_STORAGE},        {JPK_TYPE_TARGET, JPK_FLOW_CLASS_STORAGE},
    {JPK_TYPE_EMAIL_MESSAGE, JPK_FLOW_CLASS_MESSAGE}, {JPK_TYPE_DOCUMENT, JPK_FLOW_CLASS_FORMAT},
};

static enum jpk_flow_class class_of(enum jpk_type type)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (classes[i].type == type)
            return classes[i].item_class;
    enum jpk_role role = jpk_type_info(type)->role;
    return role == JPK_ROLE_ENDPOINT ? JPK_FLOW_CLASS_CONNECTOR
           : role != JPK_ROLE_NONE   ? JPK_FLOW_CLASS_FUNCTION
                                     : JPK_FLOW_CLASS_OTHER;
}

/* What an id leads to. `id` is NULL or empty for nothing. */
static struct flow_target target_of(const struct jpk_entity *to, bool built_in, const char *id)
{
    return (struct flow_target){.item = to ? to->index : FLOW_NONE,
                                .kind = built_in ? JPK_FLOW_BUILT_IN : JPK_FLOW_MISSING,
                                .id = id && *id ? id : NULL};
}

static void add_steps(struct builder *b, struct flow_item *item, const struct jpk_operation *operation)
{
    size_t count = operation->activity_count;
    struct flow_step *steps = arena_calloc(&b->f->arena, count + 1, sizeof *steps);
    b->f->failed = b->f->failed || !steps;
    for (size_t i = 0; steps && i < count; i++) {
        const struct jpk_activity *activity = &operation->activities[i];
        bool named = activity->content_id && *activity->content_id;
        steps[i] =
            (struct flow_step){activity->role, activity->tag,
                               target_of(named ? activity->content : NULL, activity->built_in, activity->content_id)};
    }
    item->steps = steps;
    item->step_count = steps ? count : 0;
}

static void add_item(struct builder *b, const struct jpk_entity *entity)
{
    struct flow_item *item = &b->f->items[entity->index];
    const struct jpk_operation *operation = entity->type == JPK_TYPE_OPERATION ? entity->as.operation : NULL;
    *item = (struct flow_item){.item_class = class_of(entity->type),
                               .entity = entity,
                               .id = entity->id,
                               .name = entity->name,
                               .scheduled = operation && operation->schedule && !operation->schedule->deleted,
                               .deleted = entity->deleted,
                               .unread = entity->unread,
                               .detail = entity->type == JPK_TYPE_PROJECT_VARIABLE || entity->type == JPK_TYPE_FOLDER ||
                                         entity->type == JPK_TYPE_DOCUMENT};
    if (operation)
        add_steps(b, item, operation);
}

/* ------------------------------------------------------------------------------------------------------- links */

static const struct {
    const char *key, *label;
} property_labels[] = {
    {"target_target_id", "answer"},
    {"salesforce_wizard_guid", "wizard"},
    {"success_message_id", "on success"},
    {"failure_message_id", "on failure"},
};

static const char *property_label(const char *key)
{
    for (size_t i = 0; i < sizeof property_labels / sizeof property_labels[0]; i++)
        if (strcmp(property_labels[i].key, key) == 0)
            return property_labels[i].label;
    return key;
}

/* Items that no picture shows by themselves, or only when structures are asked for. */
static bool is_detail(const struct builder *b, enum jpk_type type)
{
    return type == JPK_TYPE_PROJECT_VARIABLE || type == JPK_TYPE_FOLDER ||
           (type == JPK_TYPE_DOCUMENT && !b->structures);
}

/* A function names the operation that a wizard made for it: no link, the operation names the function. */
static bool leads_back(const struct jpk_reference *r)
{
    return r->to && r->to->type == JPK_TYPE_OPERATION && jpk_type_info(r->from->type)->connector != NULL;
}

/* What a reference is in the flow: its kind and label. False: nothing. */
static bool describe_link(const struct builder *b, const struct jpk_reference *r, struct flow_link *link)
{
    link->label = "";
    switch (r->kind) {
    case JPK_REF_ACTIVITY:
        link->kind = JPK_FLOW_STEP;
        link->label = r->where;
        return true;
    case JPK_REF_SUCCESS:
        link->kind = JPK_FLOW_SUCCESS;
        link->label = "on success";
        return true;
    case JPK_REF_FAILURE:
        link->kind = JPK_FLOW_FAILURE;
        link->label = "on failure";
        return true;
    case JPK_REF_MESSAGE:
        link->kind = JPK_FLOW_MESSAGE;
        link->label = property_label(r->where);
        return true;
    case JPK_REF_SCHEDULE:
        link->kind = JPK_FLOW_SCHEDULE;
        return true;
    case JPK_REF_ENDPOINT:
        link->kind = JPK_FLOW_ENDPOINT;
        return true;
    case JPK_REF_STRUCTURE:
    case JPK_REF_FILE:
        link->kind = JPK_FLOW_STRUCTURE;
        return b->structures;
    case JPK_REF_SCRIPT:
        link->label = r->function ? r->function : "";
        link->kind = flow_script_kind(link->label, r->to ? class_of(r->to->type) : JPK_FLOW_CLASS_MISSING);
        return true;
    default:
        link->kind = JPK_FLOW_USES;
        link->label = property_label(r->where);
        return !leads_back(r);
    }
}

static void add_reference(struct builder *b, const struct jpk_reference *r)
{
    struct flow_link link = {
        .state = r->state, .from = r->from->index, .to = target_of(r->to, r->state == JPK_REF_BUILT_IN, r->target)};
    bool detail = r->kind != JPK_REF_ACTIVITY && r->to && is_detail(b, r->to->type);
    if (r->in_comment || r->state == JPK_REF_EMPTY || detail || !describe_link(b, r, &link))
        return;
    if (r->kind == JPK_REF_FILE && r->state == JPK_REF_RESOLVED)
        link.to = (struct flow_target){FLOW_NONE, JPK_FLOW_FILE, true, r->target};
    flow_add_link(b->f, &link);
}

/* Every variable is named by other means than references. */
static void add_uses(struct builder *b, const struct jpk_entity *variable)
{
    for (size_t i = 0; i < b->graph->use_count; i++) {
        const struct jpk_use *use = &b->graph->uses[i];
        if (use->in_comment || b->graph->variables[use->variable].entity != variable)
            continue;
        flow_add_link(b->f, &(struct flow_link){.kind = JPK_FLOW_USES,
                                                .state = JPK_REF_RESOLVED,
                                                .from = use->from->index,
                                                .to = target_of(variable, false, variable->id),
                                                .label = use->write ? "sets" : "reads"});
    }
}

/* ----------------------------------------------------------------------------------------------------- building */

/* Nodes that are entities get their words. */
static void name_nodes(struct builder *b)
{
    struct buf words = {0};
    for (size_t i = 0; i < b->f->node_count && !b->f->failed; i++) {
        struct jpk_flow_node *node = &b->f->nodes[i];
        if (!node->entity)
            continue;
        char *path = jpk_entity_path(node->entity);
        node->type_name = node->entity->type_name;
        node->path = path ? flow_keep(b->f, path) : NULL;
        b->f->failed = b->f->failed || !path;
        free(path);
        if (node->kind != JPK_FLOW_ITEM)
            continue;
        buf_clear(&words);
        flow_words(b->project, node->entity, &words);
        node->words = flow_keep(b->f, buf_text(&words));
        b->f->failed = b->f->failed || words.failed;
    }
    buf_free(&words);
}

struct jpk_flow *jpk_flow_build(const struct jpk_graph *graph, const struct jpk_flow_options *options,
                                struct jpk_error *err)
{
    const struct jpk_project *project = graph->project;
    const struct jpk_entity *around = options->around;
    struct builder b = {.project = project, .graph = graph};
    b.f = flow_new(options, project->entity_count, around ? around->index : FLOW_NONE, err);
    if (!b.f)
        return NULL;
    for (size_t i = 0; i < project->entity_count; i++)
        add_item(&b, project->entities[i]);
    b.structures = flow_wants_structures(b.f);
    for (size_t i = 0; i < graph->reference_count; i++)
        add_reference(&b, &graph->references[i]);
    if (around && around->type == JPK_TYPE_PROJECT_VARIABLE)
        add_uses(&b, around);
    flow_choose(b.f);
    name_nodes(&b);
    return flow_finish(b.f, project->name, project->id, err);
}
