/* A recipe against the project in its Jitterpak. */
#ifndef RECIPE_CHECK_PROJECT_H
#define RECIPE_CHECK_PROJECT_H

#include "recipe/check.h"
#include "recipe/validate.h"

/* Tiers project and jitterpak. */
void check_project(struct check *check, const struct validate_project *given);

#endif
