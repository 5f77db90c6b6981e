/* Structures among themselves: design_structure.c, design_document.c and design_database.c. */
#ifndef JPK_DESIGN_STRUCTURE_H
#define JPK_DESIGN_STRUCTURE_H

#include "jpk/design.h"
#include "jpk/schema_tree.h"

/* A new file format with the fields of a flat schema. NULL and d->ledger.failed: no memory. */
struct design_entity *design_document(struct design *d, const struct schema_tree *tree, const char *id,
                                      const char *name);

/*
 * Appends what the structure of a database holds: the query of the activity, else the tables of its schema. Either may
 * be NULL. False: the activity says nothing, so that columns which join tables, and conditions, are missing.
 */
bool design_put_query(struct design *d, const struct jpk_cloud_component *activity, const struct schema_tree *tree,
                      struct buf *out);

/* The script path of the first table of its query; "" when there is none. */
const char *design_first_table(struct design *d, const struct jpk_cloud_component *activity);

#endif
