/*
 * Schemas of transformations.
 *
 * Where the structure of a side comes from, in this order: the document of a flat text, the query of a Salesforce
 * activity, the structure caches of the transformation and of the connector's function, the XSD file, tables of a
 * database, and, when there is none of these, the mappings. A document goes before its cache because it is the
 * definition of which the cache is a copy, and because transformations that share it share a schema then.
 *
 * Schemas of a connector's function are those of its activity; all others are schemas of the user's, each once for all
 * that say the same.
 */
#ifndef JPK_CONVERT_SCHEMA_H
#define JPK_CONVERT_SCHEMA_H

#include "base/strings.h"
#include "jpk/conversion.h"
#include "jpk/schema_paths.h"
#include "jpk/schema_tree.h"

struct convert_side {
    const struct jpk_entity *transformation;
    const struct jpk_side *side;
    bool target;
    bool there;                        /* the transformation says that it has one */
    struct convert_function *function; /* whose schema it is; NULL: a schema of the user's */
    const struct schema_tree *tree;    /* NULL: it has no structure */
    struct schema_tree *own;           /* the same, when it may be changed */
    bool kept;                         /* a schema has taken it over; else it is to be freed */
    struct schema_paths *paths;
    bool inferred;       /* nothing but the mappings says what it is */
    bool cached;         /* it is what the structure cache of the transformation holds */
    bool wrapped;        /* of an answer: the two elements above it were not in the file */
    size_t extended;     /* nodes that only the mappings know */
    const char *problem; /* why a structure could not be read that is there; NULL for none */
};

/* Finds its structure. False: memory. convert_side_close must be called in any case. */
bool convert_side_open(struct convert *c, const struct jpk_entity *transformation, bool target,
                       struct convert_side *out);
void convert_side_close(struct convert_side *side);

/* The node of a script path; NULL: none. */
const struct schema_node *convert_side_node(const struct convert_side *side, const char *path, size_t n);

/* Whether a path is that of the records of a Salesforce query, which stand above the root. */
bool convert_side_is_prefix(const struct convert_side *side, const char *path);

/* Adds the nodes of script paths, which may be there; a connector's schema stays as it is. False: memory. */
bool convert_side_extend(struct convert *c, struct convert_side *side, const struct strings *paths);

/* The member `source` or `target` of a transformation, with the components that it needs. NULL: no structure, memory.
 */
json_t *convert_side_json(struct convert *c, struct convert_side *side);

/* Makes another activity of the same function's kind have the schema that a side refers to, and the side refer to it.
 */
bool convert_side_connect(struct convert *c, json_t *side, const struct convert_activity *activity);

/* The same structure as a schema of the user's, for a side that stands beside no such activity. NULL: none, memory. */
json_t *convert_side_detach(struct convert *c, const struct jpk_entity *transformation, bool target);

#endif
