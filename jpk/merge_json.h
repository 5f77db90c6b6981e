/* Exports of Cloud Studio as trees of fields. */
#ifndef JPK_MERGE_JSON_H
#define JPK_MERGE_JSON_H

#include "jpk/cloud_shape.h"
#include "jpk/merge_state.h"

struct merge_exports {
    const struct jpk_cloud *side[MERGE_SIDES];
};

/*
 * Merges three exports whose ids and names are those of the result, and appends it, in the layout that the sides have.
 * Keys of m->kept are those of merge_component_key. No memory is noted in `m`.
 */
void merge_documents(struct merging *m, struct merge_exports *exports, struct buf *out);

/* Whether a member changes without anybody's doing, or follows from something else. `root` as for cloud_diff_row_of. */
bool merge_json_noise(const struct jdoc *doc, uint32_t key, enum cloud_shape shape, bool root);

/* What a component is found by: its type and its id in lower case, "200/1234...". NULL: no memory, which is noted. */
const char *merge_component_key(struct merging *m, int64_t number, const char *id, size_t n);

/* The same of a workflow. NULL: it has no id, or no memory. */
const char *merge_workflow_key(struct merging *m, const struct jdoc *doc, uint32_t workflow);

#endif
