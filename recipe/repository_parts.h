/* What the parts of the repository's validation share. */
#ifndef RECIPE_REPOSITORY_PARTS_H
#define RECIPE_REPOSITORY_PARTS_H

#include "recipe/repository.h"

/* Whether a file is not looked at for itself. */
static inline bool repository_only_helps(const struct repository_file *file)
{
    return file->companion || file->left_out;
}

/* An error of reading something, as a finding about a file. */
void repository_report_error(struct validation *findings, enum rule rule, const char *file,
                             const struct jpk_error *problem);

/* Tiers recipe and project of a recipe, with its configure file when it has one. `project` may be NULL. */
void repository_check_recipe(struct repository *repository, struct repository_file *file, struct source *recipe,
                             const struct validate_project *project);

#endif
