/* What the writers of pictures of a flow share: words, lines, and where an item is drawn. */
#ifndef JPK_PICTURE_H
#define JPK_PICTURE_H

#include "base/buf.h"
#include "jpk/flow.h"

/* What an entity is in a picture; see jpk_flow_node.words. */
void flow_words(const struct jpk_project *project, const struct jpk_entity *entity, struct buf *out);

/* The steps of an operation, and which of them get or put data somewhere. */
struct flow_places {
    size_t steps, scripts; /* how many, and how many of them are scripts */
    const void *context;
    bool (*put)(const void *context, size_t step, struct buf *out); /* false: it does neither */
};

/* The places of an operation, of many the first and the last three; without any, what its steps are. */
void flow_put_places(struct buf *out, const struct flow_places *places);

/* Text as printable lines of at most `columns`, separated by LF, the fifth and later ones cut; never empty. */
void picture_lines(const char *text, size_t columns, struct buf *out);

/* Where a node is drawn: as a step of one operation or as a node of its own, at which steps may point. */
struct picture_place {
    uint32_t operation; /* the last operation that is shown with it as a step */
    uint32_t step;
    uint32_t steps; /* how many steps it is */
    uint32_t links; /* edges other than those of its steps */
    bool own;       /* a node of its own */
    bool listed;    /* instead a line of a list: of several things to which nothing but the same item points */
};

/* The edges that begin at one node, which stand together. */
struct picture_group {
    size_t first, end;
    bool list; /* whether some of them lead to listed items */
};

/* Goes to the next group; start with all zero. False: there is none. */
bool picture_next_group(const struct jpk_flow *flow, const struct picture_place *places, struct picture_group *group);

/* Whether the box of its operation says all that an edge says. */
bool picture_edge_within(const struct jpk_flow *flow, const struct jpk_flow_edge *edge);

/* The places of all nodes, allocated with malloc; NULL: no memory. */
struct picture_place *picture_places(const struct jpk_flow *flow);

bool picture_operation(const struct jpk_flow_node *node);

/* What a step is, such as "Request" or "Source: HTTP", and the name of what it names. */
void picture_step_words(const struct jpk_flow *flow, const struct jpk_flow_step *step, struct buf *out);
const char *picture_step_name(const struct jpk_flow *flow, const struct jpk_flow_step *step);

#endif
