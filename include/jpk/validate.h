/*
 * jpk/validate.h - what `jpk recipe validate` looks for: the table of its rules, and one recipe validated by them.
 *
 * Rules come in tiers, in which a file is checked one after the other. Every rule has a stable id, a severity in each
 * profile, and an example of what is wrong and of what is right.
 */
#ifndef JPK_VALIDATE_H
#define JPK_VALIDATE_H

#include "jpk/jpk.h"
#include "jpk/schema.h"

#ifdef __cplusplus
extern "C" {
#endif

enum jpk_tier {
    JPK_TIER_JSON,       /* can it be read at all */
    JPK_TIER_SCHEMA,     /* has it the form of its format */
    JPK_TIER_RECIPE,     /* does it agree with itself, and a configure file with its recipe */
    JPK_TIER_PROJECT,    /* does the recipe agree with the project in its Jitterpak */
    JPK_TIER_JITTERPAK,  /* is the project in order: the rules of jpk_check */
    JPK_TIER_REPOSITORY, /* do the files of a repository agree with one another */
    JPK_TIER_HYGIENE,    /* does any file hold what nobody should see */
    JPK_TIERS
};

/* "json", "schema", "recipe", "project", "jitterpak", "repository", "hygiene". */
JPK_API const char *jpk_tier_name(enum jpk_tier tier);

enum jpk_profile { JPK_PROFILE_STANDARD, JPK_PROFILE_STRICT, JPK_PROFILES };

/* "standard", "strict". */
JPK_API const char *jpk_profile_name(enum jpk_profile profile);

/* In place of a severity: the rule is not used. */
#define JPK_RULE_OFF (-1)

/* What the examples of a rule are parts of. Whatever the example does not show is in order. */
enum jpk_example {
    JPK_EXAMPLE_NONE,
    JPK_EXAMPLE_TEXT,       /* a whole file */
    JPK_EXAMPLE_FILE,       /* the name of a recipe's file, of the project `sync-shop_orders-to-erp_orders` */
    JPK_EXAMPLE_RECIPE,     /* members of a recipe */
    JPK_EXAMPLE_STEPS,      /* some of a recipe's steps, with the members that matter */
    JPK_EXAMPLE_PROPERTIES, /* some of a step's properties, with the members that matter */
    JPK_EXAMPLE_CONFIGURE,  /* members of a configure file; RECIPE stands for the checksum of its recipe */
    JPK_EXAMPLE_WORDS       /* a situation in words */
};

struct jpk_rule {
    const char *id; /* "visible-unknown" */
    enum jpk_tier tier;
    int severity[JPK_PROFILES]; /* enum jpk_severity or JPK_RULE_OFF */
    bool in_schema;      /* the project's own schema says it too: that finding is left out, for this one helps more */
    const char *summary; /* what it finds, one sentence */
    const char *why;     /* why that matters and what to do; "" where the summary says it all */
    enum jpk_example example;
    const char *bad, *good; /* NULL without an example */
};

/* All rules, by tier. They live for ever. */
JPK_API const struct jpk_rule *jpk_recipe_rules(size_t *count);

/* The rule of that id, or NULL. */
JPK_API const struct jpk_rule *jpk_recipe_rule(const char *id);

/* --------------------------------------------------------------------------------------------------- validating */

/*
 * A recipe and what belongs to it, in memory. The names are what findings call the files, and rules look at their last
 * parts; NULL: the file has none. Everything is lent for the call.
 */
struct jpk_recipe_input {
    const char *file;
    const char *text; /* of the recipe; need not be JSON, or a recipe, and need not end with NUL */
    size_t size;
    const char *configure_file;
    const char *configure; /* of its configure file; NULL: there is none */
    size_t configure_size;
    const char *jitterpak_file;        /* findings in it are in `jitterpak_file/entry` */
    const struct jpk_project *project; /* of its Jitterpak; NULL: there is none */
    const struct jpk_graph *graph;     /* of the project */
};

/* Zero-initialized means the defaults: all tiers, the standard profile. */
struct jpk_recipe_validate_options {
    enum jpk_profile profile;
    unsigned
        without; /* bit `1 << tier`: tiers that are left out; without a document in JSON most have nothing to say */
    /*
     * Of the recipe and of the configure file. NULL: the project's own, compiled for each call; who validates many
     * compiles `urn:jpk:schema:recipe-1` and `urn:jpk:schema:configure-1` once (jpk_schema_compile_uri).
     */
    const struct jpk_schema *schema, *configure_schema;
};

/*
 * Validates a recipe in all tiers but that of the repository. Findings are no error. They are sorted by file and
 * place and are the caller's, who frees them with jpk_findings_free; they depend on nothing of `input` afterwards.
 * `options` may be NULL.
 *
 * Any number of threads may validate at the same time, with the same schemas, each with a project of its own; a thread
 * needs a stack of 4 MiB for the deepest documents that are let through. Errors: JPK_ERR_USAGE (no recipe; a project
 * without its graph; one for which jpk_project_slim was called, with the tier jitterpak), JPK_ERR_MEMORY.
 */
JPK_API struct jpk_findings *jpk_recipe_validate(const struct jpk_recipe_input *input,
                                                 const struct jpk_recipe_validate_options *options,
                                                 struct jpk_error *err);

#ifdef __cplusplus
}
#endif

#endif
