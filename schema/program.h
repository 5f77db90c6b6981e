/*
 * A compiled schema: a flat list of instructions. A subschema is a range of them; those it applies stand elsewhere and
 * are named by index. Running it never looks at the schema's text; only messages and annotations do.
 */
#ifndef SCHEMA_PROGRAM_H
#define SCHEMA_PROGRAM_H

#include "schema/format.h"
#include "schema/pattern.h"
#include "schema/registry.h"

#define NO_SCHEMA UINT32_MAX

/* In the order in which a subschema's instructions run: cheap ones first, those that look at what others did last. */
enum opcode {
    OP_TYPE,    /* a: types; 1 << OP_INTEGER for integers */
    OP_CONST,   /* a: node */
    OP_ENUM,    /* a, b: part of `values` */
    OP_MAXIMUM, /* a: node of the bound */
    OP_EXCLUSIVE_MAXIMUM,
    OP_MINIMUM,
    OP_EXCLUSIVE_MINIMUM,
    OP_MULTIPLE_OF,
    OP_MAX_LENGTH, /* a: how many */
    OP_MIN_LENGTH,
    OP_MAX_ITEMS,
    OP_MIN_ITEMS,
    OP_MAX_PROPERTIES,
    OP_MIN_PROPERTIES,
    OP_REQUIRED,              /* a, b: part of `names` */
    OP_DEPENDENT_REQUIRED,    /* a, b: part of `dependencies` */
    OP_PATTERN,               /* a: in `patterns` */
    OP_FORMAT,                /* a: in `formats` */
    OP_CONTENT,               /* a: 1: base64, 2: JSON, 3: both */
    OP_PROPERTIES,            /* a: in `tables` */
    OP_PATTERN_PROPERTIES,    /* a, b: part of `matchers` */
    OP_ADDITIONAL_PROPERTIES, /* a: schema, b: in `siblings` */
    OP_PROPERTY_NAMES,        /* a: schema */
    OP_PREFIX_ITEMS,          /* a, b: part of `lists` */
    OP_ITEMS,                 /* a: schema, b: from which item on */
    OP_UNIQUE_ITEMS,
    OP_CONTAINS,    /* a: schema, b: in `bounds` */
    OP_REF,         /* a: schema */
    OP_DYNAMIC_REF, /* a: schema, b: row of `dynamic` */
    OP_ALL_OF,      /* a, b: part of `lists` */
    OP_ANY_OF,
    OP_ONE_OF,
    OP_NOT,               /* a: schema */
    OP_IF,                /* a: schema, b: in `branches` */
    OP_DEPENDENT_SCHEMAS, /* a, b: part of `dependencies` */
    OP_UNEVALUATED_ITEMS, /* a: schema */
    OP_UNEVALUATED_PROPERTIES,
    OP_ANNOTATION, /* a: node of the value; only run when annotations are collected */
    OPCODES,
    /* What compile_answer.c makes of several of those. */
    OP_IS_INTEGER = OPCODES, /* a number is one */
    OP_IS_NAME,              /* a, b: part of `names`: a string is one of them */
    OP_OBJECT,               /* a: in `objects`: all members in one pass */
    OP_MEMBERS,              /* a: in `objects`: the members that the table names, one by one */
};

#define OP_INTEGER 7 /* the bit of OP_TYPE behind those of enum jdoc_type */

struct instruction {
    uint8_t code;
    uint8_t types; /* of the instances it is about, as bits 1 << enum jdoc_type; others are left alone */
    uint32_t key;  /* node of the keyword */
    uint32_t a, b;
};

enum subschema_kind { SUBSCHEMA_RULES, SUBSCHEMA_TRUE, SUBSCHEMA_FALSE };

struct subschema {
    uint32_t first, end; /* its instructions */
    uint32_t notes_end;  /* of its annotations, which stand behind `end` */
    uint32_t node;
    uint32_t resource; /* in `resources` */
    uint8_t kind;
    bool tracks; /* it has unevaluated...: what its parts look at must be noted */
};

/* A subschema as it runs when only the answer counts. */
struct answer {
    uint32_t first, end; /* its instructions, in `fused` */
    uint8_t types;       /* of the values that can be valid, as bits 1 << enum jdoc_type */
    bool plain;          /* its instructions look at the value alone: nothing is nested in it */
    bool general;        /* it is run as the report does: what it looks at must be noted */
};

struct name {
    const char *text; /* in the schema's document */
    uint32_t size, hash, node;
};

struct property {
    struct name name;
    uint32_t schema;
    uint32_t answer; /* the schema that gives the same answer: `schema`, or what it refers to */
    bool required;
    bool matched; /* patterns of patternProperties, too, may be about it */
};

/* The properties of `properties`, and a hash table of them. */
struct property_table {
    uint32_t first, count; /* in `properties` */
    uint32_t slots, mask;  /* in `slots`: index in the table + 1, or 0 */
};

struct matcher {
    const struct pattern *pattern;
    uint32_t key; /* node of the pattern */
    uint32_t schema;
};

/* What additionalProperties leaves alone. */
struct siblings {
    uint32_t table; /* NO_SCHEMA: there is none */
    uint32_t first_matcher, matcher_count;
};

/* `properties`, `required`, `patternProperties` and `additionalProperties` of one subschema. */
struct object {
    uint32_t table;    /* NO_SCHEMA: there is none */
    uint32_t required; /* how many of its properties; all names that are required are among them */
    uint32_t first_matcher, matcher_count;
    uint32_t additional; /* schema; NO_SCHEMA: there is none */
};

struct dependency {
    struct name name;
    uint32_t first, count; /* names; or */
    uint32_t schema;       /* NO_SCHEMA: names */
};

struct bounds {
    uint32_t least, most;         /* how many items */
    uint32_t least_key, most_key; /* nodes of minContains and maxContains; JDOC_NONE: not there */
    bool marks;                   /* what it matches counts as evaluated */
};

struct branches {
    uint32_t then, otherwise; /* NO_SCHEMA: not there */
    uint32_t then_key, else_key;
};

struct value {
    uint32_t node;
    uint64_t hash; /* jdoc_hash */
};

/* An array that grows while compiling. */
#define PROGRAM_ARRAY(type, name)                                                                                      \
    type *name;                                                                                                        \
    size_t name##_count, name##_capacity

struct program {
    PROGRAM_ARRAY(struct instruction, instructions);
    PROGRAM_ARRAY(struct subschema, subschemas);
    PROGRAM_ARRAY(const struct resource *, resources);
    PROGRAM_ARRAY(uint32_t, lists);
    PROGRAM_ARRAY(struct name, names);
    PROGRAM_ARRAY(struct property, properties);
    PROGRAM_ARRAY(uint32_t, slots);
    PROGRAM_ARRAY(struct property_table, tables);
    PROGRAM_ARRAY(struct matcher, matchers);
    PROGRAM_ARRAY(struct siblings, siblings);
    PROGRAM_ARRAY(struct dependency, dependencies);
    PROGRAM_ARRAY(struct bounds, bounds);
    PROGRAM_ARRAY(struct branches, branches);
    PROGRAM_ARRAY(struct value, values);
    PROGRAM_ARRAY(struct pattern *, patterns);
    PROGRAM_ARRAY(const struct format *, formats);
    PROGRAM_ARRAY(struct instruction, fused);
    PROGRAM_ARRAY(struct object, objects);
    struct answer *answers; /* by subschema */
    uint32_t root;
    uint32_t *dynamic; /* name * resources + resource: the schema there, or NO_SCHEMA; NULL: no dynamic references */
};

/* The documents and the program, and what they live in. */
struct jpk_schema {
    struct jpk_schema_registry *registry; /* its own, whose parent is the caller's */
    struct program program;
    const struct resource *resource; /* of the root */
};

/* The document that a subschema stands in. */
static inline const struct document *program_document(const struct program *program, uint32_t schema)
{
    return program->resources[program->subschemas[schema].resource]->document;
}

struct compile_options {
    bool assert_formats, assert_content, lenient_patterns;
};

/*
 * Compiles what is reachable from a schema. The program is empty before and to be freed after, also on failure.
 * Errors, with their place: JPK_ERR_SCHEMA, JPK_ERR_LIMIT, JPK_ERR_MEMORY, and what loading gives.
 */
bool program_compile(struct program *program, struct jpk_schema_registry *registry, const struct target *root,
                     const struct compile_options *options, struct jpk_error *err);

void program_free(struct program *program);

#endif
