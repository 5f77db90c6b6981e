/* Places in the text of a component: where values end, and where other components are named. */
#ifndef JPK_CLOUD_JSON_H
#define JPK_CLOUD_JSON_H

#include "jpk/cloud_shape.h"

/* The byte behind a value of a parsed text. Linear in the value. */
size_t cloud_json_end(const struct jdoc *doc, uint32_t node);

enum cloud_slot_kind {
    CLOUD_SLOT_LINK,     /* {"id", "type"} of a component: a step, a connection, an operation of a workflow */
    CLOUD_SLOT_ID,       /* the id of one alone */
    CLOUD_SLOT_DOCUMENT, /* the copy of a schema in a transformation */
    CLOUD_SLOT_NUMBERED, /* the same in an activity, with numbers on the nodes */
    CLOUD_SLOT_SOQL,     /* the text of a query */
    CLOUD_SLOT_SQL
};

struct cloud_slot {
    enum cloud_slot_kind kind;
    uint32_t node;
};

struct cloud_slots {
    struct cloud_slot *items; /* of malloc's */
    size_t count, capacity;
};

/*
 * Finds the values of an object of that shape that may name another component, or be a text of its own; in the order of
 * the text. Those in a link stand behind it. *slots must be zero and is the caller's to free, also after a failure.
 * False: no memory.
 */
bool cloud_slots_find(const struct jdoc *doc, enum cloud_shape shape, struct cloud_slots *slots);

/*
 * Visits the nodes of the tree that the `root` of a schema's document is, in the order of the text: each with its
 * number, from 0, and its depth, which some documents say as `I` and `L`. False: no memory.
 */
bool cloud_visit_nodes(const struct jdoc *doc, uint32_t root,
                       void (*visit)(void *context, uint32_t node, unsigned number, unsigned depth), void *context);

/*
 * Appends the document of a schema as activities have it: every node gets its number, from 0 in the order of the text,
 * as `I`, and its depth as `L`, unless it has them. False: no memory.
 */
bool cloud_number_nodes(const struct jdoc *doc, uint32_t document, struct buf *out);

#endif
