/* Files that are lists of lines: properties files by key, others by line. */
#ifndef JPK_MERGE_LIST_H
#define JPK_MERGE_LIST_H

#include "jpk/merge_state.h"

/*
 * Merges three versions of a properties file, of which the base may be NULL, and appends the result: lines as the sides
 * have them. What says when and by whom something was done is no conflict. No memory is noted in `m`.
 */
void merge_properties(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out);

/* The same for a set of lines. */
void merge_line_set(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out);

/* The same for the index of an unpacked tree, whose lines are objects with a path and mostly an id. */
void merge_index(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out);

#endif
