/*
 * The two paths of a node.
 *
 * The slash path is the names from the root on: `upsertList/record/Contact/externalId`. Mapping rules of Cloud Studio
 * name nodes by it.
 *
 * The script path is what scripts and the mappings of Design Studio write: each element is followed by `$`, or by `.`
 * when it repeats; an attribute by nothing: `upsertList$record.Contact$externalId`. In names `?` stands for each
 * character that a script could not hold. A flat field is its name alone. A prefix path (Salesforce queries) stands
 * before all of them. Source: the mappings of six real projects and three real transformations of Cloud Studio.
 */
#ifndef JPK_SCHEMA_PATHS_H
#define JPK_SCHEMA_PATHS_H

#include "base/buf.h"
#include "jpk/schema_tree.h"

/* Appends the path. A failed allocation sticks to the buffer. */
void schema_slash_path(const struct schema_node *node, struct buf *out);
void schema_script_path(const struct schema_tree *tree, const struct schema_node *node, struct buf *out);

/* Appends a name as a script path has it. */
void schema_script_name(const char *name, size_t n, struct buf *out);

/* Finds nodes by path in time that grows with the path alone. */
struct schema_paths;

/* NULL: no memory. The tree must stay. */
struct schema_paths *schema_paths_new(const struct schema_tree *tree, struct jpk_error *err);
void schema_paths_free(struct schema_paths *paths);

/*
 * NULL: there is no such node. Of several with one path the first; names compare exactly.
 *
 * Script paths: whether a step ends in `$` or `.` does not matter, nor do `#` and `#1` behind a name, which choose
 * among instances; a name that holds `?` fits whatever is written that way. The prefix path may be left out. A step
 * that names the type of the node before it (`ID$typID$`) stays there, unless the node has such a child.
 */
const struct schema_node *schema_paths_slash(const struct schema_paths *paths, const char *path, size_t n);
const struct schema_node *schema_paths_script(const struct schema_paths *paths, const char *path, size_t n);

#endif
