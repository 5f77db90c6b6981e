/* Files of components in trees of exports. */
#ifndef JPK_MERGE_COMPONENT_H
#define JPK_MERGE_COMPONENT_H

#include "jpk/merge_state.h"

/*
 * Merges three versions of the .json file of a component or a workflow, or of the tree's top, of which the base may be
 * NULL, by lines, and appends the result. What is noise in an export (merge_json.h) is no conflict there either. False:
 * it is no such file, or git merges it as well. No memory is noted in `m`.
 */
bool merge_component(struct merging *m, const char *path, const struct buf *const files[MERGE_SIDES], struct buf *out);

#endif
