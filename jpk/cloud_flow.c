/* The flow of an export: what its components, links and references are in a picture. */
#include <string.h>

#include "base/json.h"
#include "jpk/cloud_path.h"
#include "jpk/cloud_words.h"
#include "jpk/flow_model.h"

struct builder {
    struct flow *f;
    const struct jpk_cloud *cloud;
    const struct jpk_cloud_component *around;
    struct buf text;
    bool structures;
};

/* ----------------------------------------------------------------------------------------------------------- items */

/* Ids of nodes are unique; those of a broken file need not be there, or be. */
static const char *id_of(struct builder *b, const struct jpk_cloud_component *component)
{
    if (jpk_cloud_by_id(b->cloud, component->id) == component)
        return component->id;
    buf_clear(&b->text);
    jdoc_pointer(b->cloud->doc, component->node, &b->text);
    return flow_keep(b->f, buf_text(&b->text));
}

static struct flow_target link_target(const struct jpk_cloud_link *link)
{
    return (struct flow_target){.item = link->component ? link->component->index : FLOW_NONE,
                                .kind = JPK_FLOW_MISSING,
                                .id = *link->id ? link->id : NULL};
}

static struct flow_target component_target(const struct jpk_cloud_component *component)
{
    return (struct flow_target){.item = component->index, .kind = JPK_FLOW_MISSING, .id = component->id};
}

/* Exports do not write what a step is for; it follows from what the step names. */
static const char *role_of(const struct jpk_cloud_link *step)
{
    const struct jpk_cloud_component *component = step->component;
    switch (component ? component->kind : jpk_cloud_kind_of(step->number)) {
    case JPK_CLOUD_SCRIPT:
        return "Script";
    case JPK_CLOUD_TRANSFORMATION:
        return "Transformation";
    case JPK_CLOUD_ACTIVITY:
        if (component && strcmp(component->as.activity->polarity, "source") == 0)
            return "Source";
        return component && strcmp(component->as.activity->polarity, "target") == 0 ? "Target" : "Activity";
    default:
        return "Step";
    }
}

static void add_steps(struct builder *b, struct flow_item *item, const struct jpk_cloud_operation *operation)
{
    struct flow_step *steps = arena_calloc(&b->f->arena, operation->step_count + 1, sizeof *steps);
    b->f->failed = b->f->failed || !steps;
    for (size_t i = 0; steps && i < operation->step_count; i++) {
        const struct jpk_cloud_link *step = &operation->steps[i];
        enum jpk_cloud_kind kind = step->component ? step->component->kind : jpk_cloud_kind_of(step->number);
        steps[i] = (struct flow_step){role_of(step), jpk_cloud_kind_info(kind)->name, link_target(step)};
    }
    item->steps = steps;
    item->step_count = steps ? operation->step_count : 0;
}

/* The one connection that every project shares would tie all operations together and say nothing. */
static bool is_shared(const struct jpk_cloud_component *component)
{
    return component->kind == JPK_CLOUD_CONNECTION && strcmp(component->as.connection->adapter, "tempstorage") == 0;
}

static bool is_variable(const struct jpk_cloud_component *component)
{
    return component->kind == JPK_CLOUD_VARIABLE || component->kind == JPK_CLOUD_GLOBAL;
}

static void add_item(struct builder *b, const struct jpk_cloud_component *component)
{
    struct flow_item *item = &b->f->items[component->index];
    *item = (struct flow_item){.item_class = cloud_flow_class(component),
                               .component = component,
                               .id = id_of(b, component),
                               .name = component->name,
                               .detail = is_variable(component) || is_shared(component) ||
                                         component->kind == JPK_CLOUD_SCHEMA};
    if (component->kind == JPK_CLOUD_OPERATION)
        add_steps(b, item, component->as.operation);
}

/* ----------------------------------------------------------------------------------------------------------- links */

/* Components that no picture shows by themselves, or only when structures are asked for. */
static bool is_detail(const struct builder *b, const struct jpk_cloud_component *component)
{
    if (component == b->around)
        return false;
    return is_variable(component) || is_shared(component) || (component->kind == JPK_CLOUD_SCHEMA && !b->structures);
}

static void add_target(struct builder *b, const struct jpk_cloud_component *from, enum jpk_flow_edge_kind kind,
                       const char *label, struct flow_target to)
{
    enum jpk_reference_state state = to.item == FLOW_NONE ? JPK_REF_DANGLING : JPK_REF_RESOLVED;
    if (to.item == FLOW_NONE && !to.id)
        return;
    flow_add_link(b->f, &(struct flow_link){kind, state, from->index, to, label});
}

static void add_operation(struct builder *b, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    for (size_t i = 0; i < operation->step_count; i++)
        add_target(b, component, JPK_FLOW_STEP, role_of(&operation->steps[i]), link_target(&operation->steps[i]));
    for (size_t i = 0; i < operation->outcome_count; i++) {
        const struct jpk_cloud_outcome *outcome = &operation->outcomes[i];
        struct flow_target to = link_target(&outcome->operation);
        if (outcome->when == JPK_CLOUD_ON_SUCCESS)
            add_target(b, component, JPK_FLOW_SUCCESS, "on success", to);
        else if (outcome->when == JPK_CLOUD_ON_FAILURE)
            add_target(b, component, JPK_FLOW_FAILURE, "on failure", to);
        else
            add_target(b, component, JPK_FLOW_RUNS, "on another outcome", to);
    }
}

/* The schema of one side of a transformation: one of the project, or that of an activity, known by its name. */
static void add_side(struct builder *b, const struct jpk_cloud_component *component, const struct jpk_cloud_side *side)
{
    const struct jpk_cloud_component *schema = jpk_cloud_by_name(b->cloud, JPK_CLOUD_SCHEMA, side->name);
    if (*side->schema.id)
        add_target(b, component, JPK_FLOW_STRUCTURE, "", link_target(&side->schema));
    else if (*side->origin.id && schema)
        add_target(b, component, JPK_FLOW_STRUCTURE, "", component_target(schema));
    else if (*side->origin.id && !side->origin.component)
        add_target(b, component, JPK_FLOW_STRUCTURE, "", link_target(&side->origin));
}

static void add_links(struct builder *b, const struct jpk_cloud_component *component)
{
    switch (component->kind) {
    case JPK_CLOUD_OPERATION:
        add_operation(b, component);
        break;
    case JPK_CLOUD_ACTIVITY: {
        const struct jpk_cloud_link *connection = &component->as.activity->connection;
        if (!connection->component || !is_detail(b, connection->component))
            add_target(b, component, JPK_FLOW_ENDPOINT, "", link_target(connection));
        break;
    }
    case JPK_CLOUD_TRANSFORMATION:
        if (b->structures && component->as.transformation->source.there)
            add_side(b, component, &component->as.transformation->source);
        if (b->structures && component->as.transformation->target.there)
            add_side(b, component, &component->as.transformation->target);
        break;
    case JPK_CLOUD_SCHEMA:
        if (b->structures && component->as.schema->origin.component)
            add_target(b, component->as.schema->origin.component, JPK_FLOW_STRUCTURE, "", component_target(component));
        break;
    default:
        break;
    }
}

/* What a reference by name would be if it led to something. */
static enum jpk_flow_class reference_class(const struct jpk_cloud_reference *r)
{
    if (r->to)
        return cloud_flow_class(r->to);
    return r->kind == JPK_CLOUD_REF_OPERATION ? JPK_FLOW_CLASS_OPERATION
           : r->kind == JPK_CLOUD_REF_SCRIPT  ? JPK_FLOW_CLASS_SCRIPT
           : r->kind == JPK_CLOUD_REF_EMAIL   ? JPK_FLOW_CLASS_MESSAGE
                                              : JPK_FLOW_CLASS_MISSING;
}

static void add_reference(struct builder *b, const struct jpk_cloud_reference *r)
{
    bool script = r->from->kind == JPK_CLOUD_SCRIPT || r->from->kind == JPK_CLOUD_TRANSFORMATION;
    const char *label = r->function ? r->function : "";
    struct flow_target to = {FLOW_NONE, JPK_FLOW_MISSING, true, *r->text ? r->text : NULL};
    if (r->in_comment || r->kind == JPK_CLOUD_REF_PLUGIN || (r->to && is_detail(b, r->to)))
        return;
    add_target(b, r->from, script ? flow_script_kind(label, reference_class(r)) : JPK_FLOW_USES, label,
               r->to ? component_target(r->to) : to);
}

/* Every variable is named by other means than references. */
static void add_uses(struct builder *b, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_variable *variable = jpk_cloud_variable(b->cloud, component->name);
    for (size_t i = 0; variable && i < variable->use_count; i++)
        if (!variable->uses[i]->in_comment)
            add_target(b, variable->uses[i]->from, JPK_FLOW_USES, variable->uses[i]->write ? "sets" : "reads",
                       component_target(component));
}

/* ---------------------------------------------------------------------------------------------------------- building
 */

static void name_nodes(struct builder *b)
{
    struct cloud_words words;
    b->f->failed = b->f->failed || !cloud_words_begin(&words, b->cloud, &b->f->arena);
    for (size_t i = 0; i < b->f->node_count && !b->f->failed; i++) {
        struct jpk_flow_node *node = &b->f->nodes[i];
        if (!node->component)
            continue;
        node->type_name = jpk_cloud_kind_info(node->component->kind)->name;
        buf_clear(&b->text);
        cloud_path(&b->text, node->component);
        node->path = flow_keep(b->f, buf_text(&b->text));
        buf_clear(&b->text);
        cloud_words_put(&words, node->component, &b->text);
        node->words = flow_keep(b->f, buf_text(&b->text));
    }
}

struct jpk_flow *jpk_flow_build_cloud(const struct jpk_cloud *cloud, const struct jpk_flow_options *options,
                                      struct jpk_error *err)
{
    const struct jpk_cloud_component *around = options->around_component;
    struct builder b = {.cloud = cloud, .around = around};
    b.f = flow_new(options, cloud->component_count, around ? around->index : FLOW_NONE, err);
    if (!b.f)
        return NULL;
    for (size_t i = 0; i < cloud->component_count; i++)
        add_item(&b, cloud->components[i]);
    b.structures = flow_wants_structures(b.f);
    for (size_t i = 0; i < cloud->component_count; i++)
        add_links(&b, cloud->components[i]);
    for (size_t i = 0; i < cloud->reference_count; i++)
        add_reference(&b, &cloud->references[i]);
    if (around && is_variable(around))
        add_uses(&b, around);
    flow_choose(b.f);
    name_nodes(&b);
    b.f->failed = b.f->failed || b.text.failed;
    buf_free(&b.text);
    return flow_finish(b.f, cloud->name, cloud->id, err);
}
