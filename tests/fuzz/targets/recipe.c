/* A Jitterpak of which a recipe is made, or a recipe: validated, put in canonical form, kept in an update. */
#include "jpk/recipe.h"
#include "jpk/schema.h"
#include "jpk/validate.h"
#include "recipe/fmt.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/projectmaker.h"

FUZZ_MUTATOR(fuzz_mutate);

#define GUID(n) "0000000" #n "-0000-4000-8000-0000000000ab"

static const struct jpk_schema *schemas[2]; /* recipe and configure file; they live as long as the program */

static void compile(void)
{
    struct jpk_error err = {0};
    schemas[0] = jpk_schema_compile_uri("urn:jpk:schema:recipe-1", NULL, &err);
    schemas[1] = jpk_schema_compile_uri("urn:jpk:schema:configure-1", NULL, &err);
    HOLDS(schemas[0] && schemas[1], "no schemas: %s", err.message);
}

/* Validates in all tiers. `ours`: a generated recipe, in which no form is wrong. */
static void validate(const struct jpk_recipe_input *input, bool ours)
{
    for (int profile = 0; profile < JPK_PROFILES; profile++) {
        struct jpk_recipe_validate_options options = {
            .profile = (enum jpk_profile)profile, .schema = schemas[0], .configure_schema = schemas[1]};
        struct jpk_error err = {0};
        struct jpk_findings *findings = jpk_recipe_validate(input, &options, &err);
        if (!findings) {
            fuzz_error(&err, SIZE_MAX);
            return;
        }
        fuzz_findings(findings->items, findings->count, NULL);
        for (size_t i = 0; i < findings->count; i++) {
            const struct jpk_rule *rule = jpk_recipe_rule(findings->items[i].rule);
            HOLDS(rule, "the rule %s is in no table", findings->items[i].rule);
            HOLDS(!ours || (rule->tier != JPK_TIER_JSON && rule->tier != JPK_TIER_SCHEMA), "%u:%u: %s [%s]",
                  findings->items[i].line, findings->items[i].column, findings->items[i].message, rule->id);
        }
        jpk_findings_free(findings);
    }
}

/* The canonical form is its own canonical form. `ours`: it is what was generated, also from an author's recipe. */
static void format(const char *text, size_t size, bool ours)
{
    struct buf once = {0}, twice = {0};
    struct jpk_error err = {0};
    if (!recipe_format(text, size, &once, &err)) {
        HOLDS(!ours, "no form: %s", err.message);
        fuzz_error(&err, size);
    } else {
        HOLDS(recipe_format(buf_text(&once), once.size, &twice, &err), "no form twice: %s", err.message);
        fuzz_same("the form", buf_text(&once), once.size, buf_text(&twice), twice.size);
        if (ours)
            fuzz_same("the form of what is generated", text, size, buf_text(&once), once.size);
    }
    buf_free(&once);
    buf_free(&twice);
}

/* Generates, checks what was generated, and updates it by itself, which changes nothing. */
static void generate(const struct fuzz_project *p, const char *old, size_t old_size)
{
    struct jpk_error err = {0};
    struct jpk_recipe_options options = {.file = "t.jpk", .old = old, .old_size = old_size};
    struct jpk_recipe *recipe = jpk_recipe_generate(p->project, p->graph, &options, &err);
    if (!recipe) {
        fuzz_error(&err, old ? old_size : SIZE_MAX);
        return;
    }
    size_t size, configure_size, count;
    const char *text = jpk_recipe_metadata(recipe, &size);
    const char *configure = jpk_recipe_configuration(recipe, &configure_size);
    const struct jpk_finding *findings = jpk_recipe_findings(recipe, &count);
    fuzz_findings(findings, count, NULL);
    fuzz_words("the stem", jpk_recipe_file_stem(recipe));
    format(text, size, true);
    format(configure, configure_size, true);
    struct jpk_recipe_input input = {.file = "r-recipe.json",
                                     .text = text,
                                     .size = size,
                                     .configure_file = "r-configure.json",
                                     .configure = configure,
                                     .configure_size = configure_size,
                                     .jitterpak_file = "t.jpk",
                                     .project = p->project,
                                     .graph = p->graph};
    validate(&input, !old);
    if (!old) {
        struct jpk_recipe_options update = {.file = "t.jpk", .old = text, .old_size = size};
        struct jpk_recipe *again = jpk_recipe_generate(p->project, p->graph, &update, &err);
        HOLDS(again, "no update by itself: %s", err.message);
        size_t again_size;
        const char *again_text = jpk_recipe_metadata(again, &again_size);
        fuzz_same("the update by itself", text, size, again_text, again_size);
        jpk_recipe_free(again);
    }
    jpk_recipe_free(recipe);
}

static void from_jitterpak(const uint8_t *data, size_t size)
{
    struct fuzz_project p;
    if (fuzz_project_open(&p, data, size, 0))
        generate(&p, NULL, 0);
    fuzz_project_free(&p);
}

/* A project that recipes in the corpus know a little of. */
static void update(const char *text, size_t size)
{
    struct pm pm = {0};
    struct fuzz_project p;
    pm_tree(&pm, "t/", "<EntityType name=\"Operation\"><Entity entityId=\"" GUID(1) "\" name=\"O\"/></EntityType>");
    pm_entity(&pm, "t/", "Operation", GUID(1), "O",
              "  <Properties/>\n  <Pipeline opType=\"Script\"><Activities><SCRIPT activityId=\"a\" contentId=\"" GUID(
                  2) "\" role=\"Script\" type=\"3\"/></Activities></Pipeline>\n");
    pm_entity(&pm, "t/", "Script", GUID(2), "S",
              "  <Properties/>\n  <konga.string name=\"script\">&lt;trans&gt;$x = [page_size] + $webshop_api_key;"
              "&lt;/trans&gt;</konga.string>\n");
    pm_entity(&pm, "t/", "ProjectVariable", GUID(3), "page_size", "  <Properties/>\n");
    pm_entity(&pm, "t/", "ProjectVariable", GUID(4), "webshop_api_key", "  <Properties/>\n");
    struct zm zip = zm_make(pm.entries, pm.count, false, "");
    assert_true(fuzz_project_open(&p, zip.out.data, zip.out.size, 0));
    generate(&p, text, size);
    fuzz_project_free(&p);
    zm_free(&zip);
    pm_free(&pm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!schemas[0])
        compile();
    if (size > 1 && memcmp(data, "PK", 2) == 0) {
        from_jitterpak(data, size);
        return 0;
    }
    struct jpk_recipe_input input = {.file = "r-recipe.json", .text = (const char *)data, .size = size};
    validate(&input, false);
    format((const char *)data, size, false);
    update((const char *)data, size);
    return 0;
}
