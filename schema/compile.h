/* What the parts of the compiler share. */
#ifndef SCHEMA_COMPILE_H
#define SCHEMA_COMPILE_H

#include "base/array.h"
#include "schema/program.h"

#define COMPILE_ANY 0x7fu /* every type of instance */

/* How large the table of dynamic references may be: names times resources. */
#define COMPILE_DYNAMIC_MAX 1000000

/* Room for an element more in one of the program's arrays; its addition. False: no memory. */
#define PROGRAM_ROOM(program, array)                                                                                   \
    program_grow((void **)&(program)->array, (program)->array##_count, &(program)->array##_capacity,                   \
                 sizeof *(program)->array)
#define PROGRAM_ADD(program, array, ...)                                                                               \
    (PROGRAM_ROOM(program, array) && ((program)->array[(program)->array##_count++] = (__VA_ARGS__), true))

static inline bool program_grow(void **array, size_t count, size_t *capacity, size_t size)
{
    void *grown = array_grow(*array, count, capacity, size);
    if (grown)
        *array = grown;
    return grown != NULL;
}

/* Index + 1 of what is known of a node; 0: nothing. */
struct compiled_document {
    const struct document *document;
    uint32_t *schemas, *resources;
};

/* A name that dynamic references use, and how many resources were searched for anchors of that name. */
struct dynamic_name {
    const char *name;
    size_t size;
    size_t seen;
};

struct compiler {
    struct program *program;
    struct jpk_schema_registry *registry;
    const struct compile_options *options;
    struct jpk_error *err;
    struct compiled_document *documents;
    size_t document_count, document_capacity;
    struct dynamic_name *dynamic;
    size_t dynamic_count, dynamic_capacity;
    struct map dynamic_names;    /* name -> index in `dynamic` */
    struct instruction *pending; /* of the subschema at hand */
    size_t pending_count, pending_capacity;
    struct map patterns; /* text -> index in program->patterns */
};

/* The subschema that is being compiled. */
struct subject {
    struct compiler *c;
    uint32_t node;
    const struct resource *resource;
    const struct document *document;
    struct dialect dialect;
    uint32_t keys[KW_UNKNOWN]; /* nodes of the keywords that it has, or JDOC_NONE */
    bool has_unknown;
    uint32_t table, first_matcher, matcher_count; /* of properties and patternProperties, for their sibling */
};

bool compile_no_memory(struct compiler *c);                                                          /* always false */
bool compile_error(const struct subject *s, uint32_t node, enum jpk_code code, const char *message); /* always false */

/* Adds an instruction to the subschema at hand. */
bool compile_emit(struct subject *s, enum opcode code, unsigned types, uint32_t key, uint32_t a, uint32_t b);

/* The index of the subschema at a node, which is compiled later when it is new. */
bool compile_schema_at(struct compiler *c, const struct document *document, uint32_t node, uint32_t *index);

/* The index of a name of dynamic anchors. */
bool compile_dynamic_name(struct compiler *c, const char *name, size_t n, uint32_t *index);

/* In compile_assertions.c. */
uint32_t compile_count(const struct jdoc *doc, uint32_t node); /* a number of things, as far as 32 bits go */
bool compile_pattern(struct subject *s, uint32_t node, uint32_t *index);
struct name compile_name(const struct jdoc *doc, uint32_t node);
bool compile_names(struct subject *s, uint32_t array, uint32_t *first, uint32_t *count);

bool compile_assertions(struct subject *s);  /* compile_assertions.c */
bool compile_applicators(struct subject *s); /* compile_applicators.c */

/* How every subschema runs when only the answer counts. compile_answer.c */
bool compile_answers(struct compiler *c);

/* JPK_ERR_SCHEMA when a schema applies itself to the same value without end. compile_loops.c */
bool compile_check_loops(struct compiler *c);

#endif
