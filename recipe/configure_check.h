/*
 * Whether a configure file is filled in, step by step, in words for the person who filled it in. Secrets are looked up
 * where the file says they are, checked, and forgotten: no text of one is ever part of a result.
 */
#ifndef RECIPE_CONFIGURE_CHECK_H
#define RECIPE_CONFIGURE_CHECK_H

#include "jpk/jpk.h"

enum configure_state {
    CONFIGURE_COMPLETE,
    CONFIGURE_INCOMPLETE,
    CONFIGURE_NOT_SHOWN /* with these answers nobody is asked */
};

/* "complete", "incomplete", "not shown". */
const char *configure_state_name(enum configure_state state);

struct configure_problem {
    enum jpk_severity severity; /* JPK_ERROR: not complete; JPK_WARNING */
    const char *property;       /* its id; "" when it is about the step or the file as a whole */
    const char *message;        /* "'Salesforce password' is missing; set the environment variable SF_PASSWORD" */
    uint32_t line, column;      /* in the configure file; 0 where there is nothing */
};

struct configure_step {
    const char *id, *title; /* the title may be that of the type when the recipe has none */
    size_t number;          /* its place in the recipe, from 1 */
    enum configure_state state;
    const struct configure_problem *problems;
    size_t problem_count;
};

struct configure_result {
    const char *name; /* of the recipe */
    bool complete;
    const struct configure_step *steps;
    size_t step_count;
    const struct configure_problem *problems; /* of the file as a whole */
    size_t problem_count;
};

enum { CONFIGURE_SECRET_MAX = 64 * 1024 }; /* bytes of a secret in a file */

struct configure_input {
    const char *recipe, *configure; /* texts */
    size_t recipe_size, configure_size;
    const char *recipe_file, *configure_file;     /* as errors call them; secrets in files are relative to the latter */
    const struct jpk_project *project;            /* what null keeps; NULL: not known, and a required null is missing */
    const char *(*environment)(const char *name); /* NULL: getenv */
};

/*
 * A step is complete when every property that is shown and required has a value, when every value is allowed, when
 * every secret was found, and when its schedule can run. Errors: JPK_ERR_JSON, JPK_ERR_ENCODING, JPK_ERR_LIMIT (a file
 * that cannot be read as JSON, or has a key twice), JPK_ERR_FORMAT (it is no recipe, no configure file, or of
 * a format that is not known here), JPK_ERR_MEMORY. A recipe that is not in order, and a Jitterpak that it was not made
 * for, are warnings.
 */
struct configure_result *configure_check(const struct configure_input *input, struct jpk_error *err);
void configure_result_free(struct configure_result *result);

#endif
