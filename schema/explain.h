/* Failures in words. */
#ifndef SCHEMA_EXPLAIN_H
#define SCHEMA_EXPLAIN_H

#include "schema/validation.h"

/* How the branches of a unit of anyOf and the like failed: explain_branches.c. */
struct weight {
    uint32_t count;   /* failures below */
    uint32_t nearest; /* of a disjunction: the unit of the branch that came closest; UINT32_MAX: none */
    uint32_t forms;   /* of a disjunction: the branches that are of the value's type and fixed value */
    bool leaf;        /* it failed by itself, not because of something below it */
    bool own_type;    /* the type of this very value is wrong */
    bool own_value;   /* this very value is not the one that was asked for */
    bool child_value; /* the value of a member is not: what tells one form of an object from another */
};

/* One for each unit, allocated with malloc. NULL: no memory. */
struct weight *explain_weigh(const struct jpk_validation *validation);

/* Whether the failures below a unit of this kind are not its own, but those of forms of which one was enough. */
bool explain_is_choice(const struct unit *unit);

enum { EXPLAIN_BUDGET = 1000000 }; /* names that all messages of one validation may look at for hints */

/*
 * What is wrong, in one sentence, and what may help: explain_message.c. `hint` may stay empty, as it does when *budget
 * is spent.
 */
void explain_unit(const struct jpk_validation *validation, const struct weight *weights, uint32_t unit,
                  struct buf *message, struct buf *hint, size_t *budget);

/* How many branches of a failed anyOf or oneOf failed; `failed`, one for each branch, gets which, unless it is NULL. */
uint32_t explain_failed_branches(const struct jpk_validation *validation, uint32_t unit, bool *failed);

/* Whether the branches of a failed anyOf or oneOf have more to say than explain_unit does. */
bool explain_tells_branches(const struct jpk_validation *validation, const struct weight *weights, uint32_t unit);

/* The node that a failure is about: of a repeated item, that item. */
uint32_t explain_node(const struct jpk_validation *validation, uint32_t unit);

/* Words: explain_words.c. Names and values are shortened, and hold no control characters. */
void put_subject(struct buf *out, const struct jdoc *doc, uint32_t node); /* 'age', item 3 of 'tags', the document */
void put_value(struct buf *out, const struct jdoc *doc, uint32_t node);   /* "old", 12, an array of 3 items */
void put_name(struct buf *out, const char *text, size_t n);               /* 'age' */
void put_types(struct buf *out, uint32_t types);                          /* an integer or a string */

/* The nearest of some names to a wrong one. */
struct suggestion {
    char text[64];
    const char *best;
    size_t best_size, distance;
};

void suggestion_begin(struct suggestion *suggestion, const char *text, size_t n);
void suggestion_try(struct suggestion *suggestion, const char *text, size_t n);

#endif
