/*
 * One recipe, checked in all tiers that need no repository. Nothing here is shared: any number of threads may check
 * different recipes at the same time, each with a collector (and a project) of its own.
 */
#ifndef RECIPE_VALIDATE_H
#define RECIPE_VALIDATE_H

#include "jpk/hygiene.h"
#include "jpk/schema.h"
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
 * Tier schema. `rule` is that of all findings; below 0 it depends on the keyword. False: the schema could not be used,
 * which is a finding.
 */
bool validate_schema(struct validation *v, const struct source *source, const struct jpk_schema *schema, int rule);

/*
 * Tier hygiene of a text. `doc` is the text as JSON or YAML, or NULL. `options` may be NULL. The findings have their
 * places.
 */
void validate_hygiene(struct validation *v, const char *file, const char *text, size_t n, struct jdoc *doc,
                      const struct hygiene_options *options);

/*
 * Tier jitterpak, and with `hygiene` that tier for the entries of the archive, which are unpacked once for both. False:
 * the project could not be checked.
 */
bool validate_jitterpak(struct validation *v, const struct validate_project *project,
                        const struct hygiene_options *hygiene, struct jpk_error *err);

/* Tier hygiene for the entries alone. */
void validate_entries(struct validation *v, const struct validate_project *project,
                      const struct hygiene_options *hygiene);

/*
 * Tiers recipe, project and jitterpak, for documents that validate_json made. `configure` and `project` may be NULL.
 * The places of the findings are settled for both sources. False: memory is out.
 */
bool validate_documents(struct validation *v, struct source *recipe, struct source *configure,
                        const struct validate_project *project, struct jpk_error *err);

#endif
