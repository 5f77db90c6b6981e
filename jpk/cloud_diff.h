/*
 * Comparing two exports: cloud_diff.c leads, cloud_diff_table.c says what counts and how, cloud_diff_hash.c makes a
 * hash of whatever a document holds, cloud_diff_tree.c looks closer where hashes differ, cloud_diff_value.c writes the
 * values down. What exports share with projects of Design Studio: jpk/diff_state.h.
 *
 * Recursion is bounded by the depth that the reader of JSON allows for exports, JDOC_DEPTH.
 */
#ifndef JPK_CLOUD_DIFF_H
#define JPK_CLOUD_DIFF_H

#include "jpk/cloud_model.h"
#include "jpk/cloud_shape.h"
#include "jpk/diff_state.h"

struct cloud_view {
    const struct jpk_cloud *cloud;
    const struct jdoc *doc;
    uint64_t *hash; /* by node: what it says, seen through the matching; known once the component was hashed */
    bool *copy;     /* by node: the document of a transformation's side that agrees with the schema it is a copy of */
};

struct cloud_diffing {
    struct diffing d; /* first, so that the pointers are the same */
    struct cloud_view view[2];
    size_t path_room; /* how many bytes the paths of fields may still take beyond their last parts */
};

static inline struct cloud_diffing *cloud_diffing_of(struct diffing *d)
{
    return (struct cloud_diffing *)d;
}

/* ------------------------------------------------------------------------------------------------ what counts, and how
 */

enum cloud_diff_part {
    PART_PLAIN,
    PART_LEFT_OUT,    /* not compared without --all */
    PART_ELSEWHERE,   /* a member of the type in the table is compared by somebody else */
    PART_SET,         /* an array whose order means nothing */
    PART_PACKED,      /* base64 of a zlib stream: its content counts */
    PART_NAME_COPY,   /* where it repeats the name of the schema it belongs to, that name counts */
    PART_SCHEMA_NAME, /* the name of a schema: which schema that is counts */
    PART_COPY         /* a copy of a schema: where it agrees with the schema, the schema counts */
};

struct cloud_diff_row {
    enum cloud_diff_part part;
    enum jdoc_type type; /* PART_ELSEWHERE: of what */
};

/* How a member of an object counts. `root`: the object is a component, a workflow or the project. */
struct cloud_diff_row cloud_diff_row_of(enum cloud_shape shape, bool root, const char *key, size_t n);

/* Whether a member is not hashed. */
bool cloud_diff_skipped(const struct diffing *d, const struct jdoc *doc, struct cloud_diff_row part, uint32_t value);

/* Whether a member that may be JDOC_NONE on one side is not compared as a member. */
bool cloud_pair_skipped(const struct cloud_diffing *c, struct cloud_diff_row part, uint32_t a, uint32_t b);

/* Whether an element of an array is not compared. */
bool cloud_element_skipped(const struct diffing *d, const struct jdoc *doc, uint32_t element, enum cloud_shape shape);

/* The member that tells an element of an array from others, or JDOC_NONE; its value, not its key. */
uint32_t cloud_element_key(const struct jdoc *doc, uint32_t element, enum cloud_shape shape);

/* Whether a member only follows from the one that tells elements apart. */
bool cloud_follows_key(enum cloud_shape shape, const char *key, size_t n);

/* The shape of the value of a member. */
enum cloud_shape cloud_member_shape(const struct jdoc *doc, uint32_t object, enum cloud_shape shape, uint32_t key);

/* What a property holds: its value, else its default; JDOC_NONE when it has neither. */
uint32_t cloud_effective(const struct jdoc *doc, uint32_t property);

/* --------------------------------------------------------------------------------------------------------- hashes */

/* Marks the copies of schemas that agree with them. */
void cloud_diff_mark_copies(struct cloud_diffing *c, int side);

/* Fills in the hashes of a value and all that is in it, with ids and names seen through the matching. `name`: of the
 * component that it is or belongs to. */
void cloud_diff_hash(struct cloud_diffing *c, int side, uint32_t node, enum cloud_shape shape, bool root,
                     const char *name);

/* The hash of a value without the member that tells it from others, and what follows from that. */
uint64_t cloud_diff_rest(struct cloud_diffing *c, int side, uint32_t element, enum cloud_shape shape);

/* See struct diff_form. */
uint64_t cloud_diff_item_hash(struct diffing *d, int side, uint32_t index, enum diff_ids ids);
void cloud_diff_item_features(struct diffing *d, int side, uint32_t index,
                              void (*take)(void *context, uint64_t feature), void *context);

/* -------------------------------------------------------------------------------------------------- the closer look */

struct cloud_comparison {
    struct cloud_diffing *c;
    struct buf path;
    unsigned depth;
    bool texts_only; /* of what only one side has: texts of several lines */
    bool secret;     /* what is looked at must not be shown */
};

/* Goes into a part of the path; returns the length to go back to with cloud_leave. */
size_t cloud_enter(struct cloud_comparison *c, const char *part, size_t n);
void cloud_leave(struct cloud_comparison *c, size_t before);

/* The path as fields have it: its last part alone when paths take much more room than the exports. */
const char *cloud_shown_path(struct cloud_comparison *c);

/* Adds the fields in which two values of one shape differ whose hashes are known; JDOC_NONE: absent. */
void cloud_diff_objects(struct cloud_comparison *c, uint32_t a, uint32_t b, enum cloud_shape shape, bool root);

/* The same for some elements of two arrays. */
struct cloud_elements {
    uint32_t *nodes;
    size_t count;
};
void cloud_diff_lists(struct cloud_comparison *c, const struct cloud_elements lists[2], enum cloud_shape shape,
                      bool ordered, const char *key);

/* Adds a field for two values, one of which may be JDOC_NONE; `key` is what tells whether it is a secret. */
void cloud_diff_add(struct cloud_comparison *c, uint32_t a, uint32_t b, const char *key, enum cloud_diff_part part);

/* Whether the value of a member is a secret: by its key, or because the object `holds` one (see secret_holder). */
bool cloud_secret_member(const struct jdoc *doc, uint32_t key, bool holds);

/* The elements of an array that are compared. False: no memory. */
bool cloud_collect(const struct diffing *d, const struct jdoc *doc, uint32_t array, enum cloud_shape shape,
                   struct cloud_elements *out);

#endif
