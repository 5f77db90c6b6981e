/* A validation from inside: of documents that are there already, and what its failures are made from. */
#ifndef SCHEMA_VALIDATION_H
#define SCHEMA_VALIDATION_H

#include "base/arena.h"
#include "schema/run.h"

struct jpk_validation {
    const struct jpk_schema *schema;
    struct jdoc *doc; /* `own`, or lent */
    struct jdoc own;
    struct units units;
    bool valid;
    struct jpk_validation_options options;
    struct arena arena; /* of failures */
    struct jpk_failure *failures;
    size_t failure_count;
    bool explained;
};

/*
 * Validates a document that the caller has and keeps as long as the validation; `doc` is changed only by
 * jdoc_place_all. The same results and errors as jpk_validate.
 */
struct jpk_validation *validate_document(const struct jpk_schema *schema, struct jdoc *doc,
                                         const struct jpk_validation_options *options, struct jpk_error *err);

/* Fills in `failures`; false: no memory. */
bool validation_explain(struct jpk_validation *validation);

/*
 * Appends the way from the schema's root to what a unit is about, through references: a JSON Pointer. It is that of the
 * base (UINT32_MAX: none, the root's) and the rest, for those who walk over all units.
 */
void unit_keyword_location(const struct jpk_validation *validation, uint32_t unit, struct buf *out);
uint32_t unit_location_base(const struct jpk_validation *validation, uint32_t unit);
void unit_location_rest(const struct jpk_validation *validation, uint32_t unit, struct buf *out);

/* Whether it is about a keyword that holds a reference. */
bool unit_is_reference(const struct jpk_validation *validation, uint32_t unit);

/* Appends the absolute location of a node of a schema: the URI of its resource, `#`, a pointer; percent-encoded. */
void schema_location(const struct program *program, uint32_t schema, uint32_t node, struct buf *out);

#endif
