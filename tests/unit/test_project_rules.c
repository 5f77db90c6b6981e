/* Recipes against their projects: what is generated from a sample is in order, and edits of it are found. */
#include "tests/unit/recipemaker.h"

#include "jpk/recipe.h"
#include "tests/unit/projectmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct sample {
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
    struct jpk_recipe *recipe;
};

static bool open_sample(struct sample *s, enum pm_real which)
{
    struct jpk_error err = {0};
    s->archive = pm_real(which);
    s->project = s->archive ? jpk_project_load(s->archive, NULL, 0, &err) : NULL;
    s->graph = s->project ? jpk_graph_build(s->project, &err) : NULL;
    s->recipe = s->graph ? jpk_recipe_generate(s->project, s->graph, NULL, &err) : NULL;
    if (s->archive && !s->recipe)
        fail_msg("%s", err.message);
    return s->archive != NULL;
}

static void close_sample(struct sample *s)
{
    jpk_recipe_free(s->recipe);
    jpk_graph_free(s->graph);
    jpk_project_free(s->project);
    jpk_archive_free(s->archive);
    memset(s, 0, sizeof *s);
}

static void validate(struct validation *v, const struct sample *s, const char *recipe, bool skip_check)
{
    struct validate_project project = {"t.jpk", s->project, s->graph, skip_check};
    rm_validate_with(v, "r.json", recipe, NULL, &project);
}

/* Nothing of the tier project is found in what was generated, and in the standard profile no errors at all. */
static void test_generated(void **state)
{
    (void)state;
    for (int i = 0; i < PM_REAL_COUNT; i++) {
        struct sample s = {0};
        struct validation v = {0};
        if (!open_sample(&s, (enum pm_real)i))
            continue;
        const char *name = pm_real_names[i];
        validate(&v, &s, jpk_recipe_metadata(s.recipe, NULL), true);
        for (size_t j = 0; j < v.count; j++) {
            const struct jpk_rule *rule = jpk_recipe_rule(v.findings[j].rule);
            if (rule->tier == JPK_TIER_PROJECT || rule->severity[JPK_PROFILE_STANDARD] == JPK_ERROR)
                fail_msg("%s: %s [%s]", name, v.findings[j].message, rule->id);
        }
        validation_free(&v);
        close_sample(&s);
    }
}

static void test_edits(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *rule, *pointer, *hint;
    } rows[] = {
        {"8b801ef6-42b3", "8b801ef6-42b4", "project-id", "/jitterpak/projectId", NULL},
        {"\"projectName\": \"sync", "\"projectName\": \"copy", "project-name", "/jitterpak/projectName", NULL},
        {"\"kind\": \"export\"", "\"kind\": \"backup\"", "project-kind", "/jitterpak/kind", NULL},
        {"\"requiredVersion\": \"11.41", "\"requiredVersion\": \"10.0", "project-facts", "/jitterpak/requiredVersion",
         NULL},
        {"\"minVersion\": \"11.41.0.0\"", "\"minVersion\": \"11.9\"", "agent-version", "/steps/1/requires/minVersion",
         NULL},
        {"df19ba25-398d", "df19ba25-398e", "unknown-variable", "/steps/2/properties/0/target/variable",
         "df19ba25-398d-4265-8527-ab9f79405acc"},
        {"\"variable\": \"df19ba25-398d-4265-8527-ab9f79405acc\"",
         "\"variable\": \"aa14535a-832a-4d4c-81e5-b930de0825b5\"", "unknown-variable",
         "/steps/2/properties/0/target/variable", NULL},
        {"\"variable\": \"df19ba25-398d-4265-8527-ab9f79405acc\"",
         "\"entity\": \"aa14535a-832a-4d4c-81e5-b930de0825b5\", \"key\": \"htpurl\"", "unknown-key",
         "/steps/2/properties/0/target/key", "'httpurl'"},
        {"\"variable\": \"df19ba25-398d-4265-8527-ab9f79405acc\"",
         "\"entity\": \"aa14535a-832a-4d4c-81e5-b930de0825b5\", \"key\": \"password\"", "secret-differs",
         "/steps/2/properties/0", NULL},
        {"\"variable\": \"df19ba25-398d-4265-8527-ab9f79405acc\"",
         "\"entity\": \"aa14535a-0000-4d4c-81e5-b930de0825b5\", \"key\": \"httpurl\"", "unknown-entity",
         "/steps/2/properties/0/target/entity", NULL},
        {"\"variable\": \"18bfbbaa-c38c-4063-9f59-8cbd883afae1\"",
         "\"entity\": \"aa14535a-832a-4d4c-81e5-b930de0825b5\", \"key\": \"httpurl\"", "variable-not-set", "/steps",
         NULL},
        {"aa14535a-832a", "aa14535a-832b", "unknown-entity", "/steps/2/entities/0/id", NULL},
        {"aa14535a-832a", "aa14535a-832b", "endpoint-missing", "/endpoints", NULL},
        {"\"Warehouse: ping\"", "\"Warehouse: pong\"", "item-renamed", "/steps/3/entities/1/name", NULL},
        {"\"connector\": \"http\"", "\"connector\": \"ftp\"", "endpoint-connector", "/steps/2/entities/0", NULL},
        {"\"role\": \"source\"", "\"role\": \"both\"", "endpoint-role", "/endpoints/0/role", NULL},
        {"f52426b5-dfc9", "f52426b5-dfca", "unknown-operation", "/steps/3/test/operation/id",
         "'Test Warehouse connection'"},
        {"7e48e953-6d7e", "7e48e953-6d7f", "unknown-operation", "/steps/10/operation/id", NULL},
        {"7e48e953-6d7e", "7e48e953-6d7f", "entry-point-missing", "/steps", NULL},
        {"df903af6-3c67-4138-baa0-3be9d3d9fa2b", "7e48e953-6d7e-48d1-bc5e-0aea352b1407", "unknown-entity",
         "/steps/9/transformation/id", NULL},
        {"\"df3e02b4-737d-4c71-bf4f-37483b490cce\"", "\"32b40569-546e-4474-a1b6-ef636059836e\"", "entity-not-listed",
         "/endpoints/1", NULL},
        {"\"type\": \"number\",\n          \"required\": false",
         "\"type\": \"number\",\n          \"computed\": true, \"required\": false", "computed-differs",
         "/steps/2/properties/2", NULL},
    };
    struct sample s = {0};
    assert_true(open_sample(&s, PM_HTTP_JSON));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct validation v = {0};
        char *recipe = rm_edit(jpk_recipe_metadata(s.recipe, NULL), rows[i].from, rows[i].to);
        validate(&v, &s, recipe, true);
        bool found = false;
        for (size_t j = 0; j < v.count; j++) {
            const struct jpk_finding *f = &v.findings[j];
            found = found || (strcmp(f->rule, rows[i].rule) == 0 && strcmp(f->path, rows[i].pointer) == 0 &&
                              f->line > 0 && (!rows[i].hint || (f->hint && strstr(f->hint, rows[i].hint))));
        }
        if (!found) {
            rm_print(&v);
            fail_msg("%s -> %s: no %s at %s", rows[i].from, rows[i].to, rows[i].rule, rows[i].pointer);
        }
        validation_free(&v);
        free(recipe);
    }
    close_sample(&s);
}

/* A checksum, a secret that the recipe does not mark, and a private agent. */
static void test_other_edits(void **state)
{
    (void)state;
    static const struct {
        enum pm_real sample;
        const char *from, *to, *rule;
    } rows[] = {
        {PM_SALESFORCE, "\"sha256\": \"", "\"sha256\": \"0", "jitterpak-hash"},
        {PM_SALESFORCE_SAMPLE, "\"type\": \"password\",\n          \"required\": true,\n          \"secret\": true",
         "\"type\": \"password\", \"required\": true, \"secret\": false", "secret-differs"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sample s = {0};
        struct validation v = {0};
        if (!open_sample(&s, rows[i].sample))
            continue;
        char *recipe = rm_edit(jpk_recipe_metadata(s.recipe, NULL), rows[i].from, rows[i].to);
        validate(&v, &s, recipe, true);
        if (!rm_find(&v, rows[i].rule)) {
            rm_print(&v);
            fail_msg("no %s", rows[i].rule);
        }
        validation_free(&v);
        free(recipe);
        close_sample(&s);
    }
}

/* What jpk_check finds comes through under its own ids, with its places and the Jitterpak before its files. */
static void test_jitterpak(void **state)
{
    (void)state;
    struct sample s = {0};
    struct validation v = {0};
    assert_true(open_sample(&s, PM_DATABASE));
    validate(&v, &s, jpk_recipe_metadata(s.recipe, NULL), false);
    struct jpk_findings *findings = jpk_check(s.project, s.graph, NULL);
    assert_non_null(findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct jpk_finding *f = &findings->items[i];
        char file[512];
        bool found = false;
        snprintf(file, sizeof file, "t.jpk/%s", f->file);
        for (size_t j = 0; j < v.count; j++)
            found = found || (strcmp(v.findings[j].rule, f->rule) == 0 && v.findings[j].line == f->line &&
                              strcmp(v.findings[j].message, f->message) == 0 && strcmp(v.findings[j].file, file) == 0);
        assert_true(found);
    }
    assert_true(findings->count > 0);
    jpk_findings_free(findings);
    validation_free(&v);
    close_sample(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generated),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_other_edits),
        cmocka_unit_test(test_jitterpak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
