/* A merge of exports of Cloud Studio: its units are the components of all sides. */
#ifndef JPK_MERGE_CLOUD_H
#define JPK_MERGE_CLOUD_H

#include "jpk/merge_json.h"

/* Texts of one side that are others in the result. */
struct renaming {
    struct map map; /* ids in lower case; references by name as JSON has them -> index in `texts` */
    const char **texts;
    size_t count, capacity;
};

struct cloud_merge {
    struct merging *m;
    const struct jpk_cloud *input[MERGE_SIDES];
    struct jpk_cloud *renamed[MERGE_SIDES]; /* with ids and names of the result, where those are others */
    struct merge_exports exports;
    struct merge_items items[MERGE_SIDES];
    uint32_t (*units)[MERGE_SIDES]; /* the components of each unit, by their places */
    size_t unit_count;
    struct renaming renamings[MERGE_SIDES];
    struct map strays; /* lower-case ids of operations that both sides moved to different workflows */
    struct map kept;   /* keys of components that come back */
    struct map listed; /* keys of operations that are there although one side deleted them or their workflow */
    struct map known;  /* what dangles on a side already, and errors */
    struct map gone;   /* ids and references of what one side deleted, and names that variables had -> unit */
    uint32_t *queue;   /* units that came back, whose uses are to be looked at */
    size_t queued, queue_capacity;
    struct jpk_cloud *result;
    struct jpk_error *err;
};

/* A copy of a text in the arena; "" when memory is out, which is noted. */
const char *merge_cloud_keep(struct cloud_merge *c, const struct buf *text);

/* The component of a unit on a side, or NULL. */
static inline const struct jpk_cloud_component *merge_cloud_member(const struct cloud_merge *c, size_t unit,
                                                                   enum merge_side side)
{
    uint32_t at = c->units[unit][side];
    return at == MAP_NONE ? NULL : c->input[side]->components[at];
}

/* Says that conflicts are about a component; NULL: they stay about what they are. */
void merge_cloud_about(struct cloud_merge *c, const struct jpk_cloud_component *component);

/* -------------------------------------------------------------------------------------------- merge_cloud_rename.c */

/* Fills in the units: which components belong together. No memory is noted. */
void merge_cloud_pair(struct cloud_merge *c);

/* What becomes of a component's id, and of its name. */
const char *merge_cloud_id(const struct cloud_merge *c, size_t unit);
const char *merge_cloud_name(const struct cloud_merge *c, size_t unit);

/* Gives every side the ids and names of the result. False: one cannot be read any more, or no memory. */
bool merge_cloud_rename(struct cloud_merge *c);

/* -------------------------------------------------------------------------------------------------- merge_number.c */

/*
 * Where both sides have the nodes of schemas numbered in order, so will the result: its text with other numbers is
 * appended; nothing, when they are in order already. No memory is noted.
 */
void merge_number_nodes(struct cloud_merge *c, struct buf *out);

/* --------------------------------------------------------------------------------------------- merge_cloud_check.c */

/* Notes what names nothing on a side already, and its errors. False on errors of the machine. */
bool merge_cloud_known(struct cloud_merge *c, enum merge_side side);

/* Notes in `kept` what was deleted on one side, but is used in the result. */
void merge_cloud_bring_back(struct cloud_merge *c);

/* Reports who uses what came back, and the errors that the result alone has. */
bool merge_cloud_check(struct cloud_merge *c);

#endif
