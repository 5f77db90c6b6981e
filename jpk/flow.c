/*
 * Which items and links make up the flow of a project. First what operations reach and which operations start others,
 * then the nodes and edges of the scope that was asked for. Everything is linear but for the sorting of edges.
 */
#include "jpk/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/map.h"
#include "base/text.h"
#include "jpk/model.h"
#include "jpk/picture.h"

#define NONE UINT32_MAX

struct builder {
    struct jpk_flow public; /* first: the result */
    struct jpk_flow_options options;
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    struct arena arena;
    struct map others; /* what is no entity: a digit for the kind and its id -> node */
    struct jpk_flow_node *nodes;
    size_t node_count, node_capacity;
    struct jpk_flow_edge *edges;
    size_t edge_count, edge_capacity;
    /* By entity index. */
    uint32_t *live;    /* how far from an operation; NONE: no operation reaches it */
    uint32_t *shown;   /* how far from where the picture begins; NONE: not in it. Not for JPK_FLOW_OPERATIONS */
    uint32_t *node_at; /* its node */
    uint32_t *keeper;  /* of scripts and transformations that start operations: the item that stands for them */
    uint32_t *queue;
    bool *relevant; /* scripts and transformations that start operations (or send e-mails, when these are shown) */
    bool *owned;    /* those of them that one item alone runs */
    bool *started;
    bool failed; /* memory is out */
};

static bool is_live(const struct jpk_entity *entity)
{
    return !entity->deleted && !entity->unread;
}

static bool is_operation(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_OPERATION;
}

/* ------------------------------------------------------------------------------------------------------- links */

struct link {
    enum jpk_flow_edge_kind kind;
    const char *label;
};

/* What a reference of a script is, by the function around it; other functions merely use what they name. */
static const struct {
    const char *function;
    enum jpk_flow_edge_kind kind;
} script_functions[] = {
    {"RunOperation", JPK_FLOW_RUNS},
    {"RunScript", JPK_FLOW_CALLS},
    {"SendEmailMessage", JPK_FLOW_MESSAGE},
};

/* Functions that name an operation without starting it. */
static const char *const watching_functions[] = {"CancelOperation", "CancelOperationChain", "GetOperationQueue",
                                                 "WaitForOperation"};

static enum jpk_flow_edge_kind script_kind(const struct jpk_reference *r)
{
    const char *function = r->function ? r->function : "";
    for (size_t i = 0; i < sizeof script_functions / sizeof script_functions[0]; i++)
        if (text_caseeq(script_functions[i].function, function))
            return script_functions[i].kind;
    for (size_t i = 0; i < sizeof watching_functions / sizeof watching_functions[0]; i++)
        if (text_caseeq(watching_functions[i], function))
            return JPK_FLOW_USES;
    switch (r->to ? r->to->type : JPK_TYPE_UNKNOWN) {
    case JPK_TYPE_OPERATION: /* kept in a variable, for a RunOperation elsewhere */
        return JPK_FLOW_RUNS;
    case JPK_TYPE_SCRIPT:
        return JPK_FLOW_CALLS;
    case JPK_TYPE_EMAIL_MESSAGE:
        return JPK_FLOW_MESSAGE;
    default:
        return JPK_FLOW_USES;
    }
}

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
           (type == JPK_TYPE_DOCUMENT && !b->options.structures);
}

/* A function names the operation that a wizard made for it: no link, the operation names the function. */
static bool leads_back(const struct jpk_reference *r)
{
    return r->to && is_operation(r->to) && jpk_type_info(r->from->type)->connector != NULL;
}

static struct link property_link(const struct jpk_reference *r, enum jpk_flow_edge_kind kind)
{
    return (struct link){kind, property_label(r->where)};
}

/* What a reference is in the flow. False: nothing. */
static bool link_of(const struct builder *b, const struct jpk_reference *r, struct link *link)
{
    if (r->in_comment || r->state == JPK_REF_EMPTY)
        return false;
    if (r->kind == JPK_REF_ACTIVITY) {
        *link = (struct link){JPK_FLOW_STEP, r->where};
        return true;
    }
    if (r->to && is_detail(b, r->to->type))
        return false;
    switch (r->kind) {
    case JPK_REF_SUCCESS:
        *link = (struct link){JPK_FLOW_SUCCESS, "on success"};
        return true;
    case JPK_REF_FAILURE:
        *link = (struct link){JPK_FLOW_FAILURE, "on failure"};
        return true;
    case JPK_REF_MESSAGE:
        *link = property_link(r, JPK_FLOW_MESSAGE);
        return true;
    case JPK_REF_SCHEDULE:
        *link = (struct link){JPK_FLOW_SCHEDULE, ""};
        return true;
    case JPK_REF_ENDPOINT:
        *link = (struct link){JPK_FLOW_ENDPOINT, ""};
        return true;
    case JPK_REF_STRUCTURE:
    case JPK_REF_FILE:
        *link = (struct link){JPK_FLOW_STRUCTURE, ""};
        return b->options.structures;
    case JPK_REF_SCRIPT:
        *link = (struct link){script_kind(r), r->function ? r->function : ""};
        return true;
    default:
        *link = property_link(r, JPK_FLOW_USES);
        return !leads_back(r);
    }
}

/* ------------------------------------------------------------------------------------------------------ reaching */

/* The entities of a breadth-first search, each with its distance. */
struct search {
    const struct builder *b;
    uint32_t *distance;
    size_t first, end; /* of the builder's queue */
    uint32_t depth;    /* how far it goes */
    bool both;         /* against references too */
};

static void reach(struct search *s, const struct jpk_entity *entity, uint32_t distance)
{
    if (entity->deleted || distance > s->depth || s->distance[entity->index] != NONE)
        return;
    s->distance[entity->index] = distance;
    s->b->queue[s->end++] = entity->index;
}

static void reach_around(struct search *s, const struct jpk_entity *entity, uint32_t distance)
{
    size_t count;
    struct link link;
    const struct jpk_reference *references = jpk_graph_from(s->b->graph, entity, &count);
    for (size_t i = 0; i < count; i++)
        if (references[i].to && link_of(s->b, &references[i], &link))
            reach(s, references[i].to, distance);
    const struct jpk_reference *const *back = s->both ? jpk_graph_to(s->b->graph, entity, &count) : NULL;
    for (size_t i = 0; back && i < count; i++)
        if (link_of(s->b, back[i], &link))
            reach(s, back[i]->from, distance);
}

static void search(struct search *s)
{
    while (s->first < s->end) {
        const struct jpk_entity *entity = s->b->project->entities[s->b->queue[s->first++]];
        uint32_t distance = s->distance[entity->index];
        if (distance < s->depth)
            reach_around(s, entity, distance + 1);
    }
}

static void find_live(struct builder *b)
{
    struct search s = {.b = b, .distance = b->live, .depth = NONE - 1};
    for (size_t i = 0; i < b->project->entity_count; i++)
        if (is_operation(b->project->entities[i]))
            reach(&s, b->project->entities[i], 0);
    search(&s);
}

/* Every variable is named by other means than references. */
static void find_users(struct search *s, const struct jpk_entity *variable)
{
    size_t count = s->b->graph->variable_count;
    for (size_t i = 0; i < count; i++) {
        const struct jpk_variable *v = &s->b->graph->variables[i];
        for (size_t k = 0; v->entity == variable && k < v->use_count; k++)
            if (!v->uses[k]->in_comment)
                reach(s, v->uses[k]->from, 1);
    }
}

static void find_around(struct builder *b)
{
    const struct jpk_entity *around = b->options.around;
    struct search s = {.b = b, .distance = b->shown, .depth = b->options.depth, .both = true};
    s.distance[around->index] = 0;
    b->queue[s.end++] = around->index;
    if (around->type == JPK_TYPE_PROJECT_VARIABLE)
        find_users(&s, around);
    search(&s);
}

/* ---------------------------------------------------------------------------------------- what starts operations */

static bool holds_script(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_SCRIPT || entity->type == JPK_TYPE_TRANSFORMATION;
}

static bool in_use(const struct builder *b, const struct jpk_entity *entity)
{
    return is_live(entity) && b->live[entity->index] != NONE;
}

/* Whether a script or transformation itself does what the picture of operations is about. */
static bool acts(const struct builder *b, const struct jpk_entity *holder)
{
    size_t count;
    struct link link;
    const struct jpk_reference *references = jpk_graph_from(b->graph, holder, &count);
    for (size_t i = 0; i < count; i++)
        if (link_of(b, &references[i], &link) &&
            (link.kind == JPK_FLOW_RUNS || (link.kind == JPK_FLOW_MESSAGE && b->options.messages)))
            return true;
    return false;
}

/* A link by which a script or transformation is run. */
static bool runs_holder(const struct builder *b, const struct jpk_reference *r)
{
    struct link link;
    return link_of(b, r, &link) && (link.kind == JPK_FLOW_STEP || link.kind == JPK_FLOW_CALLS) && in_use(b, r->from);
}

/* From the scripts and transformations that act back to those that run them. */
static void find_relevant(struct builder *b)
{
    size_t first = 0, end = 0;
    for (size_t i = 0; i < b->project->entity_count; i++) {
        const struct jpk_entity *entity = b->project->entities[i];
        if (holds_script(entity) && in_use(b, entity) && acts(b, entity)) {
            b->relevant[i] = true;
            b->queue[end++] = entity->index;
        }
    }
    while (first < end) {
        size_t count;
        const struct jpk_reference *const *back =
            jpk_graph_to(b->graph, b->project->entities[b->queue[first++]], &count);
        for (size_t i = 0; i < count; i++) {
            const struct jpk_entity *from = back[i]->from;
            if (holds_script(from) && !b->relevant[from->index] && runs_holder(b, back[i])) {
                b->relevant[from->index] = true;
                b->queue[end++] = from->index;
            }
        }
    }
}

/* Whether exactly one other item runs a script or transformation. References stand by their origin. */
static bool one_caller(const struct builder *b, const struct jpk_entity *holder)
{
    size_t count;
    const struct jpk_entity *caller = NULL;
    const struct jpk_reference *const *back = jpk_graph_to(b->graph, holder, &count);
    for (size_t i = 0; i < count; i++) {
        if (!runs_holder(b, back[i]) || back[i]->from == caller)
            continue;
        if (caller)
            return false;
        caller = back[i]->from;
    }
    return caller != NULL && caller != holder;
}

/* Hands the keeper of an item on to what it alone runs. */
static void keep_callees(struct builder *b, const struct jpk_entity *start)
{
    size_t first = 0, end = 0;
    b->keeper[start->index] = start->index;
    b->queue[end++] = start->index;
    while (first < end) {
        size_t count;
        const struct jpk_entity *from = b->project->entities[b->queue[first++]];
        const struct jpk_reference *references = jpk_graph_from(b->graph, from, &count);
        for (size_t i = 0; i < count; i++) {
            const struct jpk_entity *to = references[i].to;
            if (!to || !b->relevant[to->index] || b->keeper[to->index] != NONE || !runs_holder(b, &references[i]) ||
                !b->owned[to->index])
                continue;
            b->keeper[to->index] = b->keeper[from->index];
            b->queue[end++] = to->index;
        }
    }
}

static void find_keepers(struct builder *b)
{
    const struct jpk_project *project = b->project;
    for (size_t i = 0; i < project->entity_count; i++)
        b->owned[i] = b->relevant[i] && one_caller(b, project->entities[i]);
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (is_live(entity) && (is_operation(entity) || (b->relevant[i] && !b->owned[i])))
            keep_callees(b, entity);
    }
    /* Scripts that run each other in a circle. */
    for (size_t i = 0; i < project->entity_count; i++)
        if (b->relevant[i] && b->keeper[i] == NONE)
            keep_callees(b, project->entities[i]);
}

static void find_started(struct builder *b)
{
    for (size_t i = 0; i < b->graph->reference_count; i++) {
        const struct jpk_reference *r = &b->graph->references[i];
        struct link link;
        if (!r->to || !is_operation(r->to) || !in_use(b, r->from) || !link_of(b, r, &link))
            continue;
        bool starts = link.kind == JPK_FLOW_SUCCESS || link.kind == JPK_FLOW_FAILURE || link.kind == JPK_FLOW_RUNS;
        if (starts && r->from != r->to && b->keeper[r->from->index] != r->to->index)
            b->started[r->to->index] = true;
    }
}

/* ------------------------------------------------------------------------------------------------------- nodes */

static uint32_t add_node(struct builder *b, enum jpk_flow_node_kind kind, const struct jpk_entity *entity,
                         const char *id, const char *name)
{
    struct jpk_flow_node *nodes = array_grow(b->nodes, b->node_count, &b->node_capacity, sizeof *nodes);
    if (!nodes) {
        b->failed = true;
        return NONE;
    }
    b->nodes = nodes;
    nodes[b->node_count] = (struct jpk_flow_node){.kind = kind, .entity = entity, .id = id, .name = name, .words = ""};
    return (uint32_t)b->node_count++;
}

static void add_entity(struct builder *b, const struct jpk_entity *entity)
{
    uint32_t node = add_node(b, JPK_FLOW_ITEM, entity, entity->id, entity->name);
    b->node_at[entity->index] = node;
    if (node == NONE || !is_operation(entity))
        return;
    b->nodes[node].started = b->started[entity->index];
    b->nodes[node].scheduled =
        entity->as.operation && entity->as.operation->schedule && !entity->as.operation->schedule->deleted;
}

/* The node of what is no live entity, by its id in any letter case. */
static uint32_t other_node(struct builder *b, enum jpk_flow_node_kind kind, const struct jpk_entity *entity,
                           const char *id, const char *words)
{
    size_t n = strlen(id);
    char *key = arena_alloc(&b->arena, n + 2);
    if (!key) {
        b->failed = true;
        return NONE;
    }
    key[0] = (char)('0' + kind);
    for (size_t i = 0; i <= n; i++)
        key[i + 1] = (char)(kind != JPK_FLOW_FILE && id[i] >= 'A' && id[i] <= 'Z' ? id[i] + 32 : id[i]);
    uint32_t found = MAP_NONE;
    if (!map_add(&b->others, key, n + 1, (uint32_t)b->node_count, &found)) {
        b->failed = true;
        return NONE;
    }
    if (found != MAP_NONE)
        return found;
    uint32_t node = add_node(b, kind, entity, id, entity ? entity->name : id);
    if (node != NONE)
        b->nodes[node].words = words;
    return node;
}

/* The node of what a reference or a step names; NONE when the picture does not show it. */
static uint32_t named_node(struct builder *b, const struct jpk_entity *to, bool built_in, const char *id)
{
    if (to && !to->deleted)
        return b->node_at[to->index];
    if (to)
        return other_node(b, JPK_FLOW_MISSING, to, id, "marked as deleted");
    return built_in ? other_node(b, JPK_FLOW_BUILT_IN, NULL, id, "built in")
                    : other_node(b, JPK_FLOW_MISSING, NULL, id, "missing");
}

static void add_steps(struct builder *b, const struct jpk_entity *entity)
{
    const struct jpk_operation *operation = entity->as.operation;
    struct jpk_flow_step *steps = arena_calloc(&b->arena, operation->activity_count, sizeof *steps);
    if (!steps) {
        b->failed = b->failed || operation->activity_count > 0;
        return;
    }
    for (size_t i = 0; i < operation->activity_count; i++) {
        const struct jpk_activity *activity = &operation->activities[i];
        uint32_t node = NONE;
        if (activity->content_id && *activity->content_id)
            node = named_node(b, activity->content, activity->built_in, activity->content_id);
        steps[i] = (struct jpk_flow_step){activity, node == NONE ? SIZE_MAX : node};
    }
    struct jpk_flow_node *node = &b->nodes[b->node_at[entity->index]];
    node->steps = steps;
    node->step_count = operation->activity_count;
}

/* ------------------------------------------------------------------------------------------------------- edges */

static void add_edge(struct builder *b, const struct link *link, uint32_t from, uint32_t to,
                     enum jpk_reference_state state)
{
    if (from == NONE || to == NONE)
        return;
    struct jpk_flow_edge *edges = array_grow(b->edges, b->edge_count, &b->edge_capacity, sizeof *edges);
    if (!edges) {
        b->failed = true;
        return;
    }
    b->edges = edges;
    bool back = link->kind == JPK_FLOW_SCHEDULE; /* the operation names what starts it */
    edges[b->edge_count++] = (struct jpk_flow_edge){
        .kind = link->kind, .from = back ? to : from, .to = back ? from : to, .state = state, .label = link->label};
}

static void add_reference(struct builder *b, const struct link *link, uint32_t from, const struct jpk_reference *r)
{
    uint32_t to;
    if (r->kind == JPK_REF_FILE && r->state == JPK_REF_RESOLVED)
        to = other_node(b, JPK_FLOW_FILE, NULL, r->target, "File");
    else
        to = named_node(b, r->to, r->state == JPK_REF_BUILT_IN, r->target);
    add_edge(b, link, from, to, r->state);
}

static void edges_of(struct builder *b, const struct jpk_entity *entity)
{
    size_t count;
    const struct jpk_reference *references = jpk_graph_from(b->graph, entity, &count);
    bool border = b->shown[entity->index] >= b->options.depth;
    for (size_t i = 0; i < count; i++) {
        struct link link;
        bool known = references[i].to && !references[i].to->deleted;
        if (link_of(b, &references[i], &link) && (known || !border))
            add_reference(b, &link, b->node_at[entity->index], &references[i]);
    }
}

static void edges_of_variable(struct builder *b, const struct jpk_entity *variable)
{
    for (size_t i = 0; i < b->graph->use_count; i++) {
        const struct jpk_use *use = &b->graph->uses[i];
        if (use->in_comment || b->graph->variables[use->variable].entity != variable)
            continue;
        struct link link = {JPK_FLOW_USES, use->write ? "sets" : "reads"};
        add_edge(b, &link, b->node_at[use->from->index], b->node_at[variable->index], JPK_REF_RESOLVED);
    }
}

static void fill_picture(struct builder *b)
{
    const struct jpk_project *project = b->project;
    for (size_t i = 0; i < project->entity_count && !b->failed; i++)
        if (b->shown[i] != NONE)
            add_entity(b, project->entities[i]);
    for (size_t i = 0; i < project->entity_count && !b->failed; i++) {
        const struct jpk_entity *entity = project->entities[i];
        if (b->shown[i] == NONE || !is_live(entity))
            continue;
        if (is_operation(entity) && (b->shown[i] < b->options.depth || entity == b->options.around))
            add_steps(b, entity);
        edges_of(b, entity);
    }
    if (b->options.around && b->options.around->type == JPK_TYPE_PROJECT_VARIABLE && !b->failed)
        edges_of_variable(b, b->options.around);
}

/* ------------------------------------------------------------------------------------------ the operations' view */

static bool shows_itself(const struct builder *b, const struct jpk_entity *entity)
{
    if (is_operation(entity))
        return !entity->deleted;
    if (!in_use(b, entity))
        return false;
    return entity->type == JPK_TYPE_SCHEDULE || (entity->type == JPK_TYPE_EMAIL_MESSAGE && b->options.messages) ||
           b->keeper[entity->index] == entity->index;
}

/* A link of an operation, or of a script or transformation that acts, is one of whatever stands for it. */
static void operations_link(struct builder *b, const struct jpk_entity *from, const struct jpk_reference *r)
{
    struct link link;
    if (!link_of(b, r, &link))
        return;
    uint32_t keeper = b->keeper[from->index];
    switch (link.kind) {
    case JPK_FLOW_RUNS:
        link.label = keeper == from->index ? "" : from->name;
        break;
    case JPK_FLOW_STEP:
    case JPK_FLOW_CALLS:
        if (!r->to || b->keeper[r->to->index] != r->to->index || keeper == r->to->index)
            return;
        break;
    case JPK_FLOW_MESSAGE:
        if (!b->options.messages)
            return;
        break;
    case JPK_FLOW_SUCCESS:
    case JPK_FLOW_FAILURE:
    case JPK_FLOW_SCHEDULE:
        break;
    default:
        return;
    }
    add_reference(b, &link, b->node_at[keeper], r);
}

static void fill_operations(struct builder *b)
{
    const struct jpk_project *project = b->project;
    for (size_t i = 0; i < project->entity_count && !b->failed; i++)
        if (shows_itself(b, project->entities[i]))
            add_entity(b, project->entities[i]);
    for (size_t i = 0; i < project->entity_count && !b->failed; i++) {
        size_t count;
        if (b->keeper[i] == NONE)
            continue;
        const struct jpk_reference *references = jpk_graph_from(b->graph, project->entities[i], &count);
        for (size_t k = 0; k < count; k++)
            operations_link(b, project->entities[i], &references[k]);
    }
}

/* ---------------------------------------------------------------------------------------------------- finishing */

static int by_ends(const void *a, const void *b)
{
    const struct jpk_flow_edge *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->to != right->to)
        return left->to < right->to ? -1 : 1;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return strcmp(left->label, right->label);
}

static bool same_ends(const struct jpk_flow_edge *a, const struct jpk_flow_edge *b)
{
    return a->from == b->from && a->to == b->to && a->kind == b->kind;
}

/* The labels of edges first..end-1, which are sorted, as one: at most two, then dots. */
static const char *joined_label(struct builder *b, size_t first, size_t end)
{
    struct buf text = {0};
    const char *last = b->edges[first].label;
    size_t labels = *last != '\0';
    buf_puts(&text, last);
    for (size_t i = first + 1; i < end && labels < 3; i++) {
        if (strcmp(b->edges[i].label, last) == 0)
            continue;
        last = b->edges[i].label;
        labels++;
        buf_printf(&text, "%s%s", labels > 1 ? ", " : "", labels < 3 ? last : "...");
    }
    const char *kept = labels < 2 ? last : arena_strdup(&b->arena, buf_text(&text));
    b->failed = b->failed || text.failed || !kept;
    buf_free(&text);
    return kept;
}

static void merge_edges(struct builder *b)
{
    size_t kept = 0;
    if (b->edge_count)
        qsort(b->edges, b->edge_count, sizeof *b->edges, by_ends);
    for (size_t i = 0, end; i < b->edge_count && !b->failed; i = end) {
        for (end = i + 1; end < b->edge_count && same_ends(&b->edges[i], &b->edges[end]);)
            end++;
        struct jpk_flow_edge edge = b->edges[i];
        edge.label = joined_label(b, i, end);
        b->edges[kept++] = edge;
    }
    b->edge_count = kept;
}

static void name_nodes(struct builder *b)
{
    struct buf words = {0};
    for (size_t i = 0; i < b->node_count && !b->failed; i++) {
        if (b->nodes[i].kind != JPK_FLOW_ITEM)
            continue;
        buf_clear(&words);
        flow_words(b->project, b->nodes[i].entity, &words);
        b->nodes[i].words = arena_strdup(&b->arena, buf_text(&words));
        b->failed = words.failed || !b->nodes[i].words;
    }
    buf_free(&words);
}

static size_t count_unreached(const struct builder *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->project->entity_count; i++) {
        const struct jpk_entity *entity = b->project->entities[i];
        count +=
            is_live(entity) && b->live[i] == NONE && !is_detail(b, entity->type) && entity->type != JPK_TYPE_DOCUMENT;
    }
    return count;
}

/* ----------------------------------------------------------------------------------------------------- building */

static uint32_t *new_indices(struct builder *b)
{
    size_t size = b->project->entity_count * sizeof(uint32_t);
    uint32_t *indices = arena_alloc(&b->arena, size + 1);
    if (indices)
        memset(indices, 0xff, size);
    else
        b->failed = true;
    return indices;
}

static bool *new_flags(struct builder *b)
{
    bool *flags = arena_calloc(&b->arena, b->project->entity_count + 1, sizeof *flags);
    b->failed = b->failed || !flags;
    return flags;
}

static bool build(struct builder *b)
{
    b->live = new_indices(b);
    b->node_at = new_indices(b);
    b->keeper = new_indices(b);
    b->queue = new_indices(b);
    b->relevant = new_flags(b);
    b->owned = new_flags(b);
    b->started = new_flags(b);
    b->shown = b->options.scope == JPK_FLOW_AROUND ? new_indices(b) : b->live;
    if (b->failed)
        return false;
    find_live(b);
    find_relevant(b);
    find_keepers(b);
    find_started(b);
    if (b->options.scope == JPK_FLOW_AROUND)
        find_around(b);
    if (b->options.scope == JPK_FLOW_OPERATIONS)
        fill_operations(b);
    else
        fill_picture(b);
    merge_edges(b);
    name_nodes(b);
    return !b->failed;
}

static bool options_right(const struct jpk_flow_options *options, struct jpk_error *err)
{
    if (options->scope == JPK_FLOW_AROUND && (!options->around || options->depth == 0))
        return error_set(err, JPK_ERR_USAGE, "the flow around an item needs an item and a depth of at least 1");
    if (options->scope != JPK_FLOW_AROUND && options->around)
        return error_set(err, JPK_ERR_USAGE, "an item to begin with is for the flow around it only");
    return true;
}

static struct jpk_flow_options completed(const struct jpk_flow_options *options)
{
    struct jpk_flow_options o = *options;
    if (o.scope != JPK_FLOW_AROUND || o.depth >= NONE)
        o.depth = NONE - 1;
    if (o.scope == JPK_FLOW_OPERATIONS)
        o.structures = false;
    else if (o.around && o.around->type == JPK_TYPE_DOCUMENT)
        o.structures = true;
    return o;
}

struct jpk_flow *jpk_flow_build(const struct jpk_graph *graph, const struct jpk_flow_options *options,
                                struct jpk_error *err)
{
    if (!options_right(options, err))
        return NULL;
    struct builder *b = calloc(1, sizeof *b);
    if (!b) {
        error_memory(err);
        return NULL;
    }
    b->graph = graph;
    b->project = graph->project;
    b->options = completed(options);
    if (!build(b)) {
        error_memory(err);
        jpk_flow_free(&b->public);
        return NULL;
    }
    b->public = (struct jpk_flow){.project = b->project,
                                  .scope = options->scope,
                                  .around = options->around,
                                  .nodes = b->nodes,
                                  .node_count = b->node_count,
                                  .edges = b->edges,
                                  .edge_count = b->edge_count,
                                  .unreached = options->scope == JPK_FLOW_PROJECT ? count_unreached(b) : 0};
    return &b->public;
}

void jpk_flow_free(struct jpk_flow *flow)
{
    struct builder *b = (struct builder *)flow;
    if (!b)
        return;
    free(b->nodes);
    free(b->edges);
    map_free(&b->others);
    arena_free(&b->arena);
    free(b);
}

const char *jpk_flow_edge_name(enum jpk_flow_edge_kind kind)
{
    static const char *const names[JPK_FLOW_EDGE_KINDS] = {"step",     "success", "failure",  "runs", "calls",
                                                           "schedule", "message", "endpoint", "uses", "structure"};
    return (size_t)kind < JPK_FLOW_EDGE_KINDS ? names[kind] : "uses";
}

const char *jpk_flow_node_name(enum jpk_flow_node_kind kind)
{
    static const char *const names[] = {"item", "file", "built-in", "missing"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "item";
}
