/*
 * The nodes and edges of a picture, from what flow_reach.c has found out. Everything is linear but for the sorting of
 * edges.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/flow_model.h"

/* -------------------------------------------------------------------------------------------------------- model */

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

enum jpk_flow_edge_kind flow_script_kind(const char *function, enum jpk_flow_class to)
{
    for (size_t i = 0; i < sizeof script_functions / sizeof script_functions[0]; i++)
        if (text_caseeq(script_functions[i].function, function))
            return script_functions[i].kind;
    for (size_t i = 0; i < sizeof watching_functions / sizeof watching_functions[0]; i++)
        if (text_caseeq(watching_functions[i], function))
            return JPK_FLOW_USES;
    switch (to) {
    case JPK_FLOW_CLASS_OPERATION: /* kept in a variable, for a RunOperation elsewhere */
        return JPK_FLOW_RUNS;
    case JPK_FLOW_CLASS_SCRIPT:
        return JPK_FLOW_CALLS;
    case JPK_FLOW_CLASS_MESSAGE:
        return JPK_FLOW_MESSAGE;
    default:
        return JPK_FLOW_USES;
    }
}

bool flow_wants_structures(const struct flow *f)
{
    if (f->options.scope == JPK_FLOW_OPERATIONS)
        return false;
    return f->options.structures || (f->around != FLOW_NONE && f->items[f->around].item_class == JPK_FLOW_CLASS_FORMAT);
}

void flow_add_link(struct flow *f, const struct flow_link *link)
{
    struct flow_link *links = array_grow(f->links, f->link_count, &f->link_capacity, sizeof *links);
    if (!links) {
        f->failed = true;
        return;
    }
    f->links = links;
    links[f->link_count++] = *link;
}

const char *flow_keep(struct flow *f, const char *text)
{
    const char *kept = arena_strdup(&f->arena, text);
    f->failed = f->failed || !kept;
    return kept;
}

/* Where the things of each item begin, from how many there are at [item + 2]; [item + 1] is where the next one goes. */
static void add_up(uint32_t *at, size_t items)
{
    for (size_t i = 2; i < items + 2; i++)
        at[i] += at[i - 1];
}

static uint32_t *new_counts(struct flow *f)
{
    uint32_t *counts = arena_calloc(&f->arena, f->item_count + 2, sizeof *counts);
    f->failed = f->failed || !counts;
    return counts;
}

static void sort_links(struct flow *f)
{
    f->from_at = new_counts(f);
    struct flow_link *sorted = malloc((f->link_count + 1) * sizeof *sorted);
    f->failed = f->failed || !sorted;
    for (size_t i = 0; i < f->link_count && !f->failed; i++)
        f->from_at[f->links[i].from + 2]++;
    if (!f->failed)
        add_up(f->from_at, f->item_count);
    for (size_t i = 0; i < f->link_count && !f->failed; i++)
        sorted[f->from_at[f->links[i].from + 1]++] = f->links[i];
    free(f->links);
    f->links = sorted;
}

static void list_links(struct flow *f)
{
    f->to_at = new_counts(f);
    f->to = arena_calloc(&f->arena, f->link_count + 1, sizeof *f->to);
    f->failed = f->failed || !f->to;
    for (size_t i = 0; i < f->link_count && !f->failed; i++)
        if (f->links[i].to.item != FLOW_NONE)
            f->to_at[f->links[i].to.item + 2]++;
    if (!f->failed)
        add_up(f->to_at, f->item_count);
    for (size_t i = 0; i < f->link_count && !f->failed; i++)
        if (f->links[i].to.item != FLOW_NONE)
            f->to[f->to_at[f->links[i].to.item + 1]++] = (uint32_t)i;
}

/* ------------------------------------------------------------------------------------------------------- nodes */

static uint32_t add_node(struct flow *f, const struct jpk_flow_node *node)
{
    struct jpk_flow_node *nodes = array_grow(f->nodes, f->node_count, &f->node_capacity, sizeof *nodes);
    if (!nodes) {
        f->failed = true;
        return FLOW_NONE;
    }
    f->nodes = nodes;
    nodes[f->node_count] = *node;
    return (uint32_t)f->node_count++;
}

static void add_item(struct flow *f, uint32_t index)
{
    const struct flow_item *item = &f->items[index];
    f->node_at[index] = add_node(f, &(struct jpk_flow_node){.kind = JPK_FLOW_ITEM,
                                                            .item_class = item->item_class,
                                                            .entity = item->entity,
                                                            .component = item->component,
                                                            .id = item->id,
                                                            .name = item->name,
                                                            .words = "",
                                                            .started = f->started[index],
                                                            .scheduled = item->scheduled});
}

/* The node of what is no item, or of one that is marked as deleted, by its id. */
static uint32_t other_node(struct flow *f, enum jpk_flow_node_kind kind, const struct flow_target *target)
{
    static const struct {
        enum jpk_flow_class item_class;
        const char *words;
    } kinds[] = {
        [JPK_FLOW_FILE] = {JPK_FLOW_CLASS_FORMAT, "File"},
        [JPK_FLOW_BUILT_IN] = {JPK_FLOW_CLASS_BUILT_IN, "built in"},
        [JPK_FLOW_MISSING] = {JPK_FLOW_CLASS_MISSING, "missing"},
    };
    const struct flow_item *deleted = target->item == FLOW_NONE ? NULL : &f->items[target->item];
    size_t n = strlen(target->id);
    char *key = arena_alloc(&f->arena, n + 2);
    uint32_t found = MAP_NONE;
    if (!key) {
        f->failed = true;
        return FLOW_NONE;
    }
    key[0] = (char)('0' + kind);
    for (size_t i = 0; i <= n; i++)
        key[i + 1] = target->exact ? target->id[i] : text_lower(target->id[i]);
    if (!map_add(&f->others, key, n + 1, (uint32_t)f->node_count, &found)) {
        f->failed = true;
        return FLOW_NONE;
    }
    if (found != MAP_NONE)
        return found;
    return add_node(f, &(struct jpk_flow_node){.kind = kind,
                                               .item_class = kinds[kind].item_class,
                                               .entity = deleted ? deleted->entity : NULL,
                                               .id = target->id,
                                               .name = deleted ? deleted->name : target->id,
                                               .words = deleted ? "marked as deleted" : kinds[kind].words});
}

/* The node of what a link or a step leads to; FLOW_NONE when the picture does not show it. */
static uint32_t target_node(struct flow *f, const struct flow_target *target)
{
    if (target->item == FLOW_NONE)
        return target->id ? other_node(f, target->kind, target) : FLOW_NONE;
    return f->items[target->item].deleted ? other_node(f, JPK_FLOW_MISSING, target) : f->node_at[target->item];
}

static void add_steps(struct flow *f, uint32_t index)
{
    const struct flow_item *item = &f->items[index];
    struct jpk_flow_step *steps = arena_calloc(&f->arena, item->step_count, sizeof *steps);
    if (!steps) {
        f->failed = f->failed || item->step_count > 0;
        return;
    }
    for (size_t i = 0; i < item->step_count; i++) {
        uint32_t node = target_node(f, &item->steps[i].to);
        steps[i] = (struct jpk_flow_step){item->steps[i].role, item->steps[i].tag, node == FLOW_NONE ? SIZE_MAX : node};
    }
    f->nodes[f->node_at[index]].steps = steps;
    f->nodes[f->node_at[index]].step_count = item->step_count;
}

/* ------------------------------------------------------------------------------------------------------- edges */

/* An edge for a link of the node `from`. */
static void add_edge(struct flow *f, uint32_t from, const struct flow_link *link)
{
    uint32_t to = target_node(f, &link->to);
    if (from == FLOW_NONE || to == FLOW_NONE)
        return;
    struct jpk_flow_edge *edges = array_grow(f->edges, f->edge_count, &f->edge_capacity, sizeof *edges);
    if (!edges) {
        f->failed = true;
        return;
    }
    f->edges = edges;
    bool back = link->kind == JPK_FLOW_SCHEDULE; /* the operation names what starts it */
    edges[f->edge_count++] = (struct jpk_flow_edge){.kind = link->kind,
                                                    .from = back ? to : from,
                                                    .to = back ? from : to,
                                                    .state = link->state,
                                                    .label = link->label};
}

/* At the border of what lies around an item, links to what is no item are left out. */
static void edges_of(struct flow *f, uint32_t index)
{
    bool border = f->shown[index] >= f->options.depth;
    for (uint32_t i = f->from_at[index]; i < f->from_at[index + 1]; i++) {
        uint32_t to = f->links[i].to.item;
        if (!border || (to != FLOW_NONE && !f->items[to].deleted))
            add_edge(f, f->node_at[index], &f->links[i]);
    }
}

static void fill_picture(struct flow *f)
{
    for (uint32_t i = 0; i < f->item_count && !f->failed; i++)
        if (f->shown[i] != FLOW_NONE)
            add_item(f, i);
    for (uint32_t i = 0; i < f->item_count && !f->failed; i++) {
        if (f->shown[i] == FLOW_NONE || !flow_is_live(&f->items[i]))
            continue;
        if (flow_is_operation(&f->items[i]) && (f->shown[i] < f->options.depth || i == f->around))
            add_steps(f, i);
        edges_of(f, i);
    }
}

/* ------------------------------------------------------------------------------------------ the operations' view */

static bool shows_itself(const struct flow *f, uint32_t index)
{
    const struct flow_item *item = &f->items[index];
    if (flow_is_operation(item))
        return !item->deleted;
    if (!flow_in_use(f, index))
        return false;
    return item->item_class == JPK_FLOW_CLASS_SCHEDULE ||
           (item->item_class == JPK_FLOW_CLASS_MESSAGE && f->options.messages) || f->keeper[index] == index;
}

/* The name of an item on an edge; a long one, which could stand on many of them, is cut. */
static const char *name_label(struct flow *f, const char *name)
{
    enum { NAME_MAX_BYTES = 512 };
    size_t n = NAME_MAX_BYTES;
    if (strnlen(name, n + 1) <= n)
        return name;
    while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80)
        n--;
    const char *kept = arena_strndup(&f->arena, name, n);
    f->failed = f->failed || !kept;
    return kept ? kept : "";
}

/* A link of an operation, or of a script or transformation that acts, is one of whatever stands for it. */
static void operations_link(struct flow *f, struct flow_link link)
{
    uint32_t keeper = f->keeper[link.from], to = link.to.item;
    switch (link.kind) {
    case JPK_FLOW_RUNS:
        if (!flow_is_operation(&f->items[link.from]))
            link.label = keeper == link.from ? "" : name_label(f, f->items[link.from].name);
        break;
    case JPK_FLOW_STEP:
    case JPK_FLOW_CALLS:
        if (to == FLOW_NONE || f->keeper[to] != to || keeper == to)
            return;
        break;
    case JPK_FLOW_MESSAGE:
        if (!f->options.messages)
            return;
        break;
    case JPK_FLOW_SUCCESS:
    case JPK_FLOW_FAILURE:
    case JPK_FLOW_SCHEDULE:
        break;
    default:
        return;
    }
    add_edge(f, f->node_at[keeper], &link);
}

static void fill_operations(struct flow *f)
{
    for (uint32_t i = 0; i < f->item_count && !f->failed; i++)
        if (shows_itself(f, i))
            add_item(f, i);
    for (size_t i = 0; i < f->link_count && !f->failed; i++)
        if (f->keeper[f->links[i].from] != FLOW_NONE)
            operations_link(f, f->links[i]);
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
static const char *joined_label(struct flow *f, size_t first, size_t end)
{
    struct buf text = {0};
    const char *last = f->edges[first].label;
    size_t labels = *last != '\0';
    buf_puts(&text, last);
    for (size_t i = first + 1; i < end && labels < 3; i++) {
        if (strcmp(f->edges[i].label, last) == 0)
            continue;
        last = f->edges[i].label;
        labels++;
        buf_printf(&text, "%s%s", labels > 1 ? ", " : "", labels < 3 ? last : "...");
    }
    const char *kept = labels < 2 ? last : arena_strdup(&f->arena, buf_text(&text));
    f->failed = f->failed || text.failed || !kept;
    buf_free(&text);
    return kept;
}

static void merge_edges(struct flow *f)
{
    size_t kept = 0;
    if (f->edge_count)
        qsort(f->edges, f->edge_count, sizeof *f->edges, by_ends);
    for (size_t i = 0, end; i < f->edge_count && !f->failed; i = end) {
        for (end = i + 1; end < f->edge_count && same_ends(&f->edges[i], &f->edges[end]);)
            end++;
        struct jpk_flow_edge edge = f->edges[i];
        edge.label = joined_label(f, i, end);
        f->edges[kept++] = edge;
    }
    f->edge_count = kept;
}

static size_t count_unreached(const struct flow *f)
{
    size_t count = 0;
    for (uint32_t i = 0; i < f->item_count; i++)
        count += flow_is_live(&f->items[i]) && f->live[i] == FLOW_NONE && !f->items[i].detail;
    return count;
}

/* ----------------------------------------------------------------------------------------------------- building */

static uint32_t *new_indices(struct flow *f)
{
    size_t size = f->item_count * sizeof(uint32_t);
    uint32_t *indices = arena_alloc(&f->arena, size + 1);
    if (indices)
        memset(indices, 0xff, size);
    else
        f->failed = true;
    return indices;
}

static bool *new_flags(struct flow *f)
{
    bool *flags = arena_calloc(&f->arena, f->item_count + 1, sizeof *flags);
    f->failed = f->failed || !flags;
    return flags;
}

void flow_choose(struct flow *f)
{
    f->live = new_indices(f);
    f->node_at = new_indices(f);
    f->keeper = new_indices(f);
    f->queue = new_indices(f);
    f->relevant = new_flags(f);
    f->owned = new_flags(f);
    f->started = new_flags(f);
    f->shown = f->options.scope == JPK_FLOW_AROUND ? new_indices(f) : f->live;
    if (!f->failed)
        sort_links(f);
    if (!f->failed)
        list_links(f);
    if (f->failed)
        return;
    flow_reach(f);
    if (f->options.scope == JPK_FLOW_OPERATIONS)
        fill_operations(f);
    else
        fill_picture(f);
    merge_edges(f);
}

static bool options_right(const struct jpk_flow_options *options, bool around, struct jpk_error *err)
{
    if (options->scope == JPK_FLOW_AROUND && (!around || options->depth == 0))
        return error_set(err, JPK_ERR_USAGE, "the flow around an item needs an item and a depth of at least 1");
    if (options->scope != JPK_FLOW_AROUND && around)
        return error_set(err, JPK_ERR_USAGE, "an item to begin with is for the flow around it only");
    return true;
}

struct flow *flow_new(const struct jpk_flow_options *options, size_t items, uint32_t around, struct jpk_error *err)
{
    if (!options_right(options, around != FLOW_NONE, err))
        return NULL;
    struct flow *f = calloc(1, sizeof *f);
    struct flow_item *room = f ? arena_calloc(&f->arena, items + 1, sizeof *room) : NULL;
    if (!room) {
        free(f);
        error_memory(err);
        return NULL;
    }
    f->options = *options;
    if (options->scope != JPK_FLOW_AROUND || options->depth >= FLOW_NONE)
        f->options.depth = FLOW_NONE - 1;
    f->items = room;
    f->item_count = items;
    f->around = around;
    return f;
}

struct jpk_flow *flow_finish(struct flow *f, const char *name, const char *id, struct jpk_error *err)
{
    if (f->failed) {
        error_memory(err);
        jpk_flow_free(&f->public);
        return NULL;
    }
    f->public = (struct jpk_flow){.name = name,
                                  .id = id,
                                  .scope = f->options.scope,
                                  .around = f->around == FLOW_NONE ? SIZE_MAX : f->node_at[f->around],
                                  .nodes = f->nodes,
                                  .node_count = f->node_count,
                                  .edges = f->edges,
                                  .edge_count = f->edge_count,
                                  .unreached = f->options.scope == JPK_FLOW_PROJECT ? count_unreached(f) : 0};
    return &f->public;
}

void jpk_flow_free(struct jpk_flow *flow)
{
    struct flow *f = (struct flow *)flow;
    if (!f)
        return;
    free(f->links);
    free(f->nodes);
    free(f->edges);
    map_free(&f->others);
    arena_free(&f->arena);
    free(f);
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
