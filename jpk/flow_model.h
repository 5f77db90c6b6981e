/*
 * What a flow is chosen from, whichever studio made the project: its items, and the links between them. A builder fills
 * it in, flow_choose() makes the nodes and edges of a picture from it, and the builder says what the nodes are.
 */
#ifndef JPK_FLOW_MODEL_H
#define JPK_FLOW_MODEL_H

#include "base/arena.h"
#include "base/map.h"
#include "jpk/flow.h"

#define FLOW_NONE UINT32_MAX

/* What a link or a step leads to. */
struct flow_target {
    uint32_t item;                /* FLOW_NONE: no item of the project */
    enum jpk_flow_node_kind kind; /* then what it is instead */
    bool exact;                   /* letter case counts in its id */
    const char *id;               /* as the project writes it; NULL: it leads to nothing */
};

struct flow_link {
    enum jpk_flow_edge_kind kind;
    enum jpk_reference_state state;
    uint32_t from; /* for JPK_FLOW_SCHEDULE too the operation, which names what starts it */
    struct flow_target to;
    const char *label;
};

struct flow_step {
    const char *role, *tag;
    struct flow_target to;
};

struct flow_item {
    enum jpk_flow_class item_class;
    const struct jpk_entity *entity; /* one of these two */
    const struct jpk_cloud_component *component;
    const char *id, *name;
    const struct flow_step *steps; /* of an operation */
    size_t step_count;
    bool scheduled;
    bool deleted; /* what names it names something missing */
    bool unread;  /* nothing is known of it */
    bool detail;  /* no picture misses it: it does not count among what no operation reaches */
};

struct flow {
    struct jpk_flow public; /* first: the result */
    struct jpk_flow_options options;
    uint32_t around;
    struct arena arena;
    struct flow_item *items; /* all zero for the builder to fill in */
    size_t item_count;
    struct flow_link *links; /* by `from` once flow_choose was called; those of one item in the order of their coming */
    size_t link_count, link_capacity;
    uint32_t *from_at, *to_at; /* by item: where its links begin, and those that lead to it in `to` */
    uint32_t *to;              /* indices of links, by the item that they lead to, then by `from` */
    struct map others;         /* what is no item: a digit for the kind and its id -> node */
    struct jpk_flow_node *nodes;
    size_t node_count, node_capacity;
    struct jpk_flow_edge *edges;
    size_t edge_count, edge_capacity;
    /* By item. */
    uint32_t *live;    /* how far from an operation; FLOW_NONE: no operation reaches it */
    uint32_t *shown;   /* how far from where the picture begins; FLOW_NONE: not in it. Not for JPK_FLOW_OPERATIONS */
    uint32_t *node_at; /* its node */
    uint32_t *keeper;  /* of scripts and transformations that start operations: the item that stands for them */
    uint32_t *queue;
    bool *relevant; /* scripts and transformations that start operations (or send e-mails, when these are shown) */
    bool *owned;    /* those of them that one item alone runs */
    bool *started;
    bool failed; /* memory is out */
};

/*
 * A flow of so many items. `around` is the item that the picture is around, or FLOW_NONE. Errors: JPK_ERR_USAGE,
 * JPK_ERR_MEMORY.
 */
struct flow *flow_new(const struct jpk_flow_options *options, size_t items, uint32_t around, struct jpk_error *err);

/* Whether file formats and files are to be linked; the item that the picture is around must be filled in. */
bool flow_wants_structures(const struct flow *f);

void flow_add_link(struct flow *f, const struct flow_link *link);

/* What a script does with the item that an argument of a function names; `to` is what that item is. */
enum jpk_flow_edge_kind flow_script_kind(const char *function, enum jpk_flow_class to);

/* Makes nodes and edges. The nodes of items have no type_name, path and words yet. */
void flow_choose(struct flow *f);

/* A text that lives as long as the flow. */
const char *flow_keep(struct flow *f, const char *text);

/* The flow, with its nodes and edges; NULL, with the error set and the flow freed, when memory was out. */
struct jpk_flow *flow_finish(struct flow *f, const char *name, const char *id, struct jpk_error *err);

/* ------------------------------------------------------------------------------------------- steps of flow_choose */

static inline bool flow_is_operation(const struct flow_item *item)
{
    return item->item_class == JPK_FLOW_CLASS_OPERATION;
}

static inline bool flow_is_live(const struct flow_item *item)
{
    return !item->deleted && !item->unread;
}

/* Whether an operation reaches an item. */
static inline bool flow_in_use(const struct flow *f, uint32_t item)
{
    return flow_is_live(&f->items[item]) && f->live[item] != FLOW_NONE;
}

/* Fills in `live`, `relevant`, `owned`, `keeper`, `started` and, around an item, `shown`. */
void flow_reach(struct flow *f);

#endif
