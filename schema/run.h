/* Running a compiled schema on a document. */
#ifndef SCHEMA_RUN_H
#define SCHEMA_RUN_H

#include "schema/program.h"

/*
 * What a run may take of the thread's stack, in bytes. A schema at work inside of another takes 400 to 600: instances
 * as deep as is allowed by default (1,000) fit with several schemas a level.
 */
#ifdef __SANITIZE_ADDRESS__
#define RUN_STACK ((size_t)6 << 20) /* its frames are larger */
#else
#define RUN_STACK ((size_t)3 << 20)
#endif

/*
 * How many schemas may be begun: so many, and so many more for each node of the instance. Sensible schemas need a few a
 * node; those that apply another twice, which applies another twice and so on, would never come to an end.
 */
#define RUN_STEPS UINT64_C(20000000)
#define RUN_STEPS_NODE 2000

/*
 * What a keyword, or a whole schema, said about a value: a tree in one array, parents before their children. Without
 * `verbose` what is valid is dropped, unless it is an annotation or has one below it.
 */
struct unit {
    uint32_t parent; /* UINT32_MAX: none */
    uint32_t schema; /* the subschema, or the one that the keyword is in */
    uint32_t key;    /* node of the keyword in the schema's document; JDOC_NONE: the subschema as a whole */
    uint32_t node;   /* in the instance */
    uint8_t code;    /* enum opcode, of a keyword */
    bool valid;
};

struct units {
    struct unit *items;
    size_t count, capacity;
};

struct run_options {
    bool first;          /* stop at the first failure */
    bool annotations;    /* keep OP_ANNOTATION */
    bool verbose;        /* keep all */
    size_t max_failures; /* 0: no bound */
};

/*
 * Whether the instance is valid. Without `units` it stops as soon as that is known. With units, which are empty before
 * and the caller's to free, it goes on, and options say how long; unit 0 is the whole. `scratch` belongs to one thread.
 * Errors, with the place in the schema: JPK_ERR_LIMIT (a pattern or a number that takes too long; too deep),
 * JPK_ERR_MEMORY.
 */
bool program_run(const struct program *program, const struct jdoc *doc, struct pattern_scratch *scratch,
                 const struct run_options *options, struct units *units, bool *valid, struct jpk_error *err);

/* The items of an array that are equal to an earlier one: the first such, and what it equals. Used for messages. */
bool run_find_repeated(const struct jdoc *doc, uint32_t array, uint32_t *first, uint32_t *again, bool *memory);

#endif
