/*
 * Schema trees as structure caches ("JTR", jpk/structure.h): for projects of Design Studio that come from elsewhere.
 *
 * The tree is written out in full, without named types. An element that only refers to another one
 * (inode_without_children) is written as a reference to a global element. What a cache cannot hold is left out: allowed
 * values with a bar in them, labels, options. Delimited text is written byte by byte as Design Studio does.
 */
#ifndef JPK_SCHEMA_JTR_H
#define JPK_SCHEMA_JTR_H

#include "base/buf.h"
#include "jpk/schema_tree.h"

/*
 * Appends the XML. `illegal`, unless it is NULL, gets how many characters XML has not: a question mark stands for each.
 * JPK_ERR_MEMORY.
 */
bool schema_jtr_write(const struct schema_tree *tree, struct buf *out, size_t *illegal, struct jpk_error *err);

/* Appends the XML in gzip: a file below cache/. */
bool schema_jtr_gzip(const struct schema_tree *tree, struct buf *out, size_t *illegal, struct jpk_error *err);

#endif
