/*
 * One recipe, checked in all tiers that need no repository. Nothing here is shared: any number of threads may check
 * different recipes at the same time, each with a collector (and a project) of its own.
 */
#ifndef RECIPE_VALIDATE_H
#define RECIPE_VALIDATE_H

#include "recipe/validation.h"

/* The project of a recipe's Jitterpak. */
struct validate_project {
    const char *file; /* as findings call the Jitterpak */
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    bool skip_check; /* tier jitterpak is left out: it was checked already, or jpk_project_slim was called */
};

/*
 * Tier json: parses a text into `source->doc`, which is zero-initialized or freed. What is wrong becomes a finding;
 * then true is returned as long as there is a document. False: there is none, or with `err` set memory is out. The
 * caller frees the document, after validation_settle.
 */
bool validate_json(struct validation *v, struct source *source, const char *text, size_t n, struct jpk_error *err);

/* Reports the keys that are there twice in a document that something else has read. */
void validate_duplicates(struct validation *v, const struct source *source);

/*
 * Tiers recipe, project and jitterpak, for documents that validate_json made. `configure` and `project` may be NULL.
 * The places of the findings are settled for both sources. False: memory is out.
 */
bool validate_documents(struct validation *v, struct source *recipe, struct source *configure,
                        const struct validate_project *project, struct jpk_error *err);

/*
 * All of it for texts: what a recipe's file and its configure file hold. The schema is not checked. `configure_file`,
 * `configure` and `project` may be NULL. The names must stay until the findings are no longer needed. Adds to `v`,
 * which the caller finishes. False: memory is out.
 */
bool validate_recipe(struct validation *v, const char *file, const char *text, size_t n, const char *configure_file,
                     const char *configure, size_t configure_n, const struct validate_project *project,
                     struct jpk_error *err);

#endif
