/* "Did you mean": the nearest of many names, within a budget of comparisons that many searches share. */
#ifndef RECIPE_NEAREST_H
#define RECIPE_NEAREST_H

#include "recipe/recipe_read.h"

enum { NEAREST_BUDGET = 200000 }; /* what one validation may spend */

struct nearest {
    size_t *budget;          /* comparisons left */
    char word[64], best[64]; /* `best` is "" as long as nothing comes near */
    size_t least;            /* what is found must be nearer than this */
};

/* A search for what somebody meant by a word; long words are not searched for. The budget must outlive it. */
struct nearest nearest_begin(struct jtext word, size_t *budget);

/* Whether offers are of any use still. */
bool nearest_open(const struct nearest *nearest);

void nearest_offer(struct nearest *nearest, struct jtext candidate);

/* Offers the texts of a list, which may be JDOC_NONE. */
void nearest_offer_list(struct nearest *nearest, const struct jdoc *doc, uint32_t list);

#endif
