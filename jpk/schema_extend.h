/* Nodes that mappings name and a structure lacks. */
#ifndef JPK_SCHEMA_EXTEND_H
#define JPK_SCHEMA_EXTEND_H

#include "base/strings.h"
#include "jpk/schema_tree.h"

/*
 * Adds the nodes that script paths name and the tree does not have yet. What stands behind a step tells whether a node
 * repeats and what has nothing behind it is an attribute or a field; values are strings. A path with another root than
 * the tree's adds nothing, nor does one that would make the tree deeper or larger than it may be. Paths that were
 * looked up before do not know the new nodes. *added gets the number of nodes. False: JPK_ERR_MEMORY.
 */
bool schema_extend(struct schema_tree *tree, const struct strings *paths, size_t *added, struct jpk_error *err);

/* Puts a new element above the root. False: no memory. */
bool schema_wrap(struct schema_tree *tree, const char *name);

#endif
