/* The private side of a Cloud Studio project. */
#ifndef JPK_CLOUD_MODEL_H
#define JPK_CLOUD_MODEL_H

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "jpk/cloud.h"

struct cloud {
    struct jpk_cloud public; /* first, so that the pointers are the same */
    struct jdoc doc;
    struct buf text;
    struct arena arena;
    struct jpk_limits limits;
    struct jpk_cloud_component *components; /* in the arena, as all that is not said to be of malloc's */
    const struct jpk_cloud_component **list;
    struct jpk_cloud_workflow *workflows;
    struct map by_id;        /* lower-case id -> index */
    struct map by_name;      /* the digit of a kind and a name -> index */
    struct map by_reference; /* the text of a reference -> index */
    struct map by_variable;  /* variable_key -> index in `variables` */
    struct jpk_cloud_problem *problems;
    struct jpk_cloud_reference *references;
    struct jpk_cloud_use *uses;
    struct jpk_cloud_variable *variables; /* these four of malloc's */
    size_t problem_capacity, reference_capacity, use_capacity, variable_capacity;
    uint32_t *reference_at, *use_at, *to_at; /* by component: where its own begin */
    const struct jpk_cloud_reference **to;   /* grouped by the component that they point at */
    const struct jpk_cloud_use **by_use;     /* grouped by variable */
    size_t path_room;                        /* how many bytes paths of properties may still take */
    struct buf scratch;
    bool failed; /* memory is out */
};

/* ------------------------------------------------------------------------------------------ reading of the document */

/*
 * The value of a member, or JDOC_NONE when it is not there, null, or of another type, which is a problem. `object` may
 * be JDOC_NONE.
 */
uint32_t cloud_member(struct cloud *c, uint32_t object, const char *key, enum jdoc_type type);
bool cloud_flag(struct cloud *c, uint32_t object, const char *key);
int64_t cloud_number(struct cloud *c, uint32_t object, const char *key);
/* A copy; "" when it is not there. `node` may be NULL. */
const char *cloud_string(struct cloud *c, uint32_t object, const char *key, uint32_t *node);
const char *cloud_copy(struct cloud *c, uint32_t string);

/* An id (or an object that has one) as a link; what it points at is set by cloud_resolve. */
struct jpk_cloud_link cloud_link(struct cloud *c, uint32_t object, const char *key);

/* Room for one thing for each object of an array; 0 things for JDOC_NONE. Elements that are no objects are problems. */
uint32_t *cloud_objects(struct cloud *c, uint32_t array, size_t *count);

/* jpk_cloud_load of a text that it takes over, also when it fails. */
struct jpk_cloud *cloud_load_buf(struct buf *text, const char *name, const struct jpk_limits *limits,
                                 struct jpk_error *err);

/* Reads what a component of its kind holds. */
void cloud_read_component(struct cloud *c, struct jpk_cloud_component *component);
/* The tree below `properties`, flattened. */
const struct jpk_cloud_property *cloud_read_properties(struct cloud *c, uint32_t object, size_t *count);

/* Sets what links point at, and what operations know of workflows, once all components are known. */
void cloud_resolve(struct cloud *c);

/* Finds references by name and uses of variables. */
void cloud_find_names(struct cloud *c);

/*
 * The byte in the text at which the byte `offset` of a decoded string stands. `at` and `done` go on from an earlier
 * offset of the same string; begin with both 0.
 */
struct cloud_cursor {
    uint32_t node;
    size_t at, done;
};
size_t cloud_string_offset(const struct jdoc *doc, uint32_t node, size_t offset, struct cloud_cursor *cursor);

#endif
