/*
 * The rules of a recipe and of its configure file. Each part below looks at one thing and reports what is wrong with
 * it; they may run in any order, over odd shapes too. All are linear in the files; searches for what somebody may have
 * meant share one budget.
 */
#ifndef RECIPE_CHECK_H
#define RECIPE_CHECK_H

#include "recipe/nearest.h"
#include "recipe/recipe_read.h"
#include "recipe/validation.h"
#include "recipe/value.h"

struct check {
    struct validation *v;
    struct source *source;
    const char *text; /* of the recipe; for its checksum */
    size_t size;
    struct arena arena;
    struct recipe_model recipe;
    struct value_check values;
    struct map *choices; /* by property: its choices -> their places; empty where it has none */
    struct buf why;      /* room for phrases */
    size_t comparisons;  /* left, of names in the search for what somebody meant */
    bool failed;         /* memory is out */
};

/* Reads a recipe to be checked. False: no memory. check_end also after that. */
bool check_begin(struct check *check, struct validation *v, struct source *source, const char *text, size_t size);
void check_end(struct check *check);

void check_head(struct check *check);       /* name, version, verb, description, Jitterpak, file names */
void check_steps(struct check *check);      /* ids, order, endpoints, what the types of steps hold */
void check_properties(struct check *check); /* secrets, defaults, choices, bounds, labels, targets */
void check_visibility(struct check *check); /* visibleWhen */

/* The verbs of recipes by number; NULL behind the last. */
const char *check_verb_name(size_t number);

/* A configure file of this recipe. */
void check_configure(struct check *check, struct source *configure);

/* --------------------------------------------------------------------------------------------- for those functions */

/* validation_report about the recipe. */
void check_report(struct check *check, enum rule rule, uint32_t node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The choices of a property for value_allowed: NULL when it has none. */
const struct map *check_choices(const struct check *check, const struct recipe_property *property);

/* Adds a text as a key, which must outlive the map. False: it was there already, or no memory. */
bool check_first(struct check *check, struct map *map, struct jtext text, uint32_t value);

/* A search for what somebody meant, and "did you mean 'x'?" as the hint of the last finding when something was found.
 */
struct nearest check_nearest(struct check *check, struct jtext word);
void check_hint(struct check *check, const struct nearest *nearest);

/* What a file would be called after the project, as the hint of the last finding; not when that would tell a secret. */
void check_hint_file(struct check *check, const struct buf *stem, const char *suffix);

#endif
