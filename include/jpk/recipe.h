/*
 * jpk/recipe.h - Citizen Integrator recipes: the metadata that turns a Jitterpak into a form.
 *
 * The vendor's own keys for this file were never published. What is written here is this project's format 1, whose
 * JSON Schema is shipped as schema/recipe-1.schema.json; README describes it.
 */
#ifndef JPK_RECIPE_H
#define JPK_RECIPE_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why something stands in a recipe. */
struct jpk_inference {
    const char *step;     /* id of the step; "" for the recipe itself */
    const char *property; /* id of the property; "" for the step itself */
    const char *fact;     /* "step", "type", "required", "role", ... */
    const char *value;    /* what was inferred */
    const char *evidence; /* from what, one phrase */
    enum jpk_confidence confidence;
};

struct jpk_recipe_options {
    const char *file;   /* name of the Jitterpak, "" for none; NULL: from the archive's name, none for a folder */
    const char *sha256; /* of that file, 64 hexadecimal digits; NULL: computed, none for a folder */
    const char *old;    /* text of an earlier recipe whose author's changes are kept; NULL for none */
    size_t old_size;
};

/* A generated recipe. Everything it hands out belongs to it. */
struct jpk_recipe;

/*
 * Generates the recipe of a project. The project and its graph must stay until the recipe is freed. Uncertainty is no
 * error: it is in the findings. Errors: JPK_ERR_JSON for an `old` that is not a recipe of format 1, JPK_ERR_ENCODING
 * and JPK_ERR_LIMIT for one that cannot be read, all with their place in it; JPK_ERR_MEMORY.
 */
JPK_API struct jpk_recipe *jpk_recipe_generate(const struct jpk_project *project, const struct jpk_graph *graph,
                                               const struct jpk_recipe_options *options, struct jpk_error *err);

/*
 * The same from a Jitterpak in memory, for a service that receives uploads: archive, project, graph and recipe in one
 * call. `limits` and `options` may be NULL. `data` may be released afterwards.
 */
JPK_API struct jpk_recipe *jpk_recipe_from_memory(const void *data, size_t size, const struct jpk_limits *limits,
                                                  const struct jpk_recipe_options *options, struct jpk_error *err);

JPK_API void jpk_recipe_free(struct jpk_recipe *recipe);

/* The recipe metadata and the configure file as JSON text, UTF-8, ending in a line end. *size may be NULL. */
JPK_API const char *jpk_recipe_metadata(const struct jpk_recipe *recipe, size_t *size);
JPK_API const char *jpk_recipe_configuration(const struct jpk_recipe *recipe, size_t *size);

/* The project's name as the beginning of file names: what file systems forbid is `_`. */
JPK_API const char *jpk_recipe_file_stem(const struct jpk_recipe *recipe);

/* Every inference, in the order of the recipe. */
JPK_API const struct jpk_inference *jpk_recipe_inferences(const struct jpk_recipe *recipe, size_t *count);

/* What its author should look at: low confidence, unused variables, what an update dropped. Never errors. */
JPK_API const struct jpk_finding *jpk_recipe_findings(const struct jpk_recipe *recipe, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
