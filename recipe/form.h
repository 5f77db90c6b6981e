/* A recipe with the values of a configure file: what each property got, and what of it is shown. */
#ifndef RECIPE_FORM_H
#define RECIPE_FORM_H

#include "recipe/recipe_read.h"

/* What a configure file has for something that the recipe does not. */
enum form_stray {
    STRAY_STEP,     /* values for a step that is not there */
    STRAY_PROPERTY, /* a value for a property that is not in this step */
    STRAY_SCHEDULE, /* a schedule for what is no schedule step */
    STRAY_ACTION    /* an action for what is no action step */
};

/* `key` is a node of the configure file; `step` an index, MAP_NONE when the step is not there. */
typedef void form_stray_function(void *context, enum form_stray stray, uint32_t key, uint32_t step);

struct form {
    const struct recipe_model *recipe;
    struct configure_model configure;
    uint32_t *values;     /* by property: the node in the configure file, JDOC_NONE when it has none */
    uint32_t *step_keys;  /* by step: the node of its object in `values`, likewise */
    uint32_t *schedules;  /* by step, likewise */
    uint32_t *actions;    /* by step, likewise */
    bool *step_shown;     /* by step */
    bool *property_shown; /* by property: it and its step are */
};

/*
 * Brings a recipe and a configure file together. What is computed is not shown. A condition looks at the value of a
 * property that is shown: what the configure file has for it, or for null its default; the text of a secret is not
 * known and equals nothing. What depends on itself is shown. False: no memory; the arena keeps everything.
 */
bool form_read(struct form *form, const struct recipe_model *recipe, const struct jdoc *configure, struct arena *arena,
               form_stray_function *stray, void *context);

/* The text that a property has: of the configure file, or for null its default; not there: nothing, or a secret. */
struct jtext form_text(const struct form *form, uint32_t property);

/* The text of a marker's place, such as "env:NAME"; not there: the value is no marker. */
struct jtext form_marker(const struct form *form, uint32_t property);

#endif
