/* What the parts of the evaluator share. */
#ifndef SCHEMA_RUN_STATE_H
#define SCHEMA_RUN_STATE_H

#include "schema/run.h"

/* The resources that schemas at work belong to, innermost first. */
struct scope {
    uint32_t resource;
    const struct scope *up;
};

/* Which members or items of a value were looked at: a bit each in run->words. */
struct marks {
    size_t first, count; /* words */
    bool all;
};

struct run {
    const struct program *program;
    const struct jdoc *doc;
    struct pattern_scratch *scratch;
    struct run_options options;
    struct units *units; /* NULL: only the answer counts */
    uint32_t parent;     /* the unit that is open */
    size_t annotations;  /* noted so far */
    size_t failures;     /* that count by themselves */
    uint32_t soft;       /* inside of how many schemas whose failure need not be one of the whole */
    bool enough;         /* failures were found as many as asked for */
    const struct scope *scope;
    const char *stack; /* where the thread's stack was when the run began; it grows down */
    uint64_t steps;    /* left: schemas that may still be begun */
    uint64_t *words;   /* a stack */
    size_t words_used, words_capacity;
    bool stopped; /* a problem: `err` is set */
    struct jpk_error *err;
};

/* The interpreter itself: run.c. `marks` may be NULL. */
bool run_schema(struct run *run, uint32_t index, uint32_t node, struct marks *marks);

/* One instruction of those in `instructions`. */
bool run_instruction(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node,
                     struct marks *marks);

/* A schema when neither units nor marks are wanted: run_answer.c. */
bool run_answer(struct run *run, uint32_t index, uint32_t node);

/* Begins and ends a schema in which others may be at work; false: too deep, which is noted. */
bool run_enter(struct run *run, uint32_t index, struct scope *scope);
void run_leave(struct run *run, const struct scope *scope);

/* Notes that the answer cannot be known. Always false. */
bool run_stop(struct run *run, uint32_t schema, uint32_t key, enum jpk_code code, const char *message);
bool run_no_memory(struct run *run);

/* Marks: run_marks.c. */
bool marks_begin(struct run *run, struct marks *marks, uint32_t node);
void marks_end(struct run *run, const struct marks *marks);
void marks_add(struct run *run, struct marks *marks, uint32_t ordinal); /* `marks` may be NULL */
void marks_join(struct run *run, struct marks *to, const struct marks *from);
bool marks_has(const struct run *run, const struct marks *marks, uint32_t ordinal);

/* The keywords that look at a value by itself: run_assertions.c. */
bool run_assertion(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node);

/* Those that apply schemas to members and items: run_children.c. */
const struct property *run_find_property(const struct program *program, uint32_t table, const struct jdoc *doc,
                                         uint32_t key);
/* Whether a pattern matches a key. False, too, when that cannot be known; then the run is stopped. */
bool run_matches(struct run *run, uint32_t schema, const struct matcher *matcher, uint32_t key);
bool run_properties(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);
bool run_pattern_properties(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node,
                            struct marks *marks);
bool run_additional_properties(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node,
                               struct marks *marks);
bool run_property_names(struct run *run, const struct instruction *in, uint32_t node);
bool run_unevaluated_properties(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);
bool run_prefix_items(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);
bool run_items(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);
bool run_contains(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);
bool run_unevaluated_items(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);

/* Those that apply schemas to the same value: run_combinations.c. */
bool run_combination(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);
/* `if` alone: which branch is taken. */
bool run_condition(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks);

/* Lengths of strings, in characters. */
static inline bool run_at_most(const struct jdoc *doc, uint32_t node, uint32_t most)
{
    const struct jdoc_node *text = &doc->nodes[node];
    return text->count <= most || (!(text->flags & JDOC_ASCII) && jdoc_characters(doc, node) <= most);
}

static inline bool run_at_least(const struct jdoc *doc, uint32_t node, uint32_t least)
{
    const struct jdoc_node *text = &doc->nodes[node];
    /* A character has at most 4 bytes. */
    return text->count >= least &&
           (text->flags & JDOC_ASCII || text->count / 4 >= least || jdoc_characters(doc, node) >= least);
}

/* Units: run.c. */
uint32_t unit_open(struct run *run, uint32_t schema, uint32_t key, uint32_t node, uint8_t code);
void unit_close(struct run *run, uint32_t unit, bool valid);

/* Whether to go on after a failure. */
static inline bool run_goes_on(const struct run *run)
{
    return run->units && !run->enough && !run->stopped;
}

#endif
