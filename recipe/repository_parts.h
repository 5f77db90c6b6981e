/* What the parts of the repository's validation share. */
#ifndef RECIPE_REPOSITORY_PARTS_H
#define RECIPE_REPOSITORY_PARTS_H

#include "recipe/repository.h"

/* Whether a file is not looked at for itself. */
static inline bool repository_only_helps(const struct repository_file *file)
{
    return file->companion || file->left_out;
}

/* Whether the options say that a file is a recipe, whatever it is called and says of itself. */
bool repository_is_named_recipe(const struct repository *repository, const char *path);

/*
 * The text of a file that was looked at before, or is. False: it cannot be read any more, which is noted, and what
 * follows from it is not to be kept. *read is false, too, for what could not be read in the first place.
 */
bool repository_read_again(struct repository *repository, uint32_t index, struct buf *text, bool *read);

/*
 * Tiers recipe and project of a recipe, with its configure file when it has one, into `findings`. `project` may be
 * NULL. False: as above, for the configure file.
 */
bool repository_check_recipe(struct repository *repository, const struct repository_file *file,
                             struct validation *findings, struct source *recipe,
                             const struct validate_project *project);

/* The Jitterpak of a name beside a file; REPOSITORY_NONE: there is none, no name, or, with *failed set, no memory. */
uint32_t repository_named_jitterpak(const struct repository *repository, const struct repository_file *file,
                                    const char *name, bool *failed);

/* ------------------------------------------------------------------------------------ the cache: repository_cache.c */

/* Opens the cache, when the options name one: after the schema of the options was compiled. */
bool repository_open_cache(struct repository *repository, struct jpk_error *err);

/*
 * The key of a file whose content is `text`, and that of a Jitterpak with its recipes. False: there is none, and it has
 * to be looked at. What is noted for a key must have been found while the files stayed as they are: who writes makes
 * the key once more before.
 */
bool repository_file_key(const struct repository *repository, const struct repository_file *file,
                         const struct buf *text, struct cache_key *key);
bool repository_project_key(const struct repository *repository, const struct repository_file *file,
                            struct cache_key *key);

/* Adds what is known for a key to a file and the recipes of a Jitterpak. False: nothing is. */
bool repository_read_file(struct repository *repository, struct repository_file *file, const struct cache_key *key);
bool repository_read_project(struct repository *repository, struct repository_file *file, const struct cache_key *key);

/* Notes what was found. `findings` are those of the Jitterpak, then those of each recipe. Out of memory: nothing. */
void repository_write_file(struct repository *repository, const struct repository_file *file,
                           const struct cache_key *key);
void repository_write_project(struct repository *repository, const struct repository_file *file,
                              const struct validation *findings, size_t count, const struct cache_key *key);

#endif
