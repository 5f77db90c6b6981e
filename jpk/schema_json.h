/*
 * Schema trees as Cloud Studio writes them: the schema document, `schemaTypeDocument` of a schema component, `input`
 * and `output` of a connector's activity.
 *
 *     {"O": {...}, "root": {node}, "types": {...}, "jtr": "...", "name": "..."}     (members by kind; order as in real
 * ones)
 *
 * Nodes: N name, NS namespace, MN and MX how often it occurs (MX may be "unbounded"), NIL nillable, ATR attribute, T
 * base type, DT declared type, DV default, EV allowed values, C children, O options, I index, L depth, BG and EN
 * columns.
 *
 * What real documents show and this follows: only what has a value has T and DT. A choice has neither NS nor ATR.
 * A connector's attributes have no EV. A schema of the user's has the allowed values as DOM, a list of strings, and
 * leaves out ATR; here ATR is written there too, for nothing else tells an attribute when it is read again.
 */
#ifndef JPK_SCHEMA_JSON_H
#define JPK_SCHEMA_JSON_H

#include <jansson.h>

#include "jpk/schema_tree.h"

/*
 * The document. With `indices` nodes have I and L: so have inputs and outputs of activities, while the documents of a
 * connector's schema components have not. The caller releases it; NULL: JPK_ERR_MEMORY.
 */
json_t *schema_tree_json(const struct schema_tree *tree, bool indices, struct jpk_error *err);

/*
 * The other way; `nodes` as in jpk/schema_tree.h. What is not known is kept in `more` and `more_options`. Options
 * decide the kind, else the root's name. JPK_ERR_FORMAT: a document or node that has not the form above; the error's
 * message names the node.
 */
struct schema_tree *schema_tree_from_cloud(const json_t *document, size_t nodes, struct jpk_error *err);

#endif
