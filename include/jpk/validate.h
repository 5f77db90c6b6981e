/*
 * jpk/validate.h - what `jpk recipe validate` looks for: the table of its rules.
 *
 * Rules come in tiers, in which a file is checked one after the other. Every rule has a stable id, a severity in each
 * profile, and an example of what is wrong and of what is right.
 */
#ifndef JPK_VALIDATE_H
#define JPK_VALIDATE_H

#include "jpk/jpk.h"

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

#ifdef __cplusplus
}
#endif

#endif
