/* One recipe validated in memory: jpk_recipe_validate. */
#include "tests/unit/recipemaker.h"

#include <unistd.h>

#include "base/workers.h"
#include "jpk/recipe.h"
#include "recipe/repository.h"
#include "tests/unit/projectmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct jpk_findings *validate(const struct jpk_recipe_input *input,
                                     const struct jpk_recipe_validate_options *options)
{
    struct jpk_error err = {0};
    struct jpk_findings *findings = jpk_recipe_validate(input, options, &err);
    if (!findings)
        fail_msg("%s", err.message);
    return findings;
}

/* How many findings are of a tier. */
static size_t count_of(const struct jpk_findings *findings, enum jpk_tier tier)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += jpk_recipe_rule(findings->items[i].rule)->tier == tier;
    return count;
}

static const struct jpk_finding *find(const struct jpk_findings *findings, const char *rule)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].rule, rule) == 0)
            return &findings->items[i];
    return NULL;
}

static bool has(const struct jpk_findings *findings, const char *rule)
{
    return find(findings, rule) != NULL;
}

static void test_in_order(void **state)
{
    (void)state;
    struct jpk_recipe_input input = {.file = RM_FILE, .text = rm_recipe, .size = strlen(rm_recipe)};
    struct jpk_findings *findings = validate(&input, NULL);
    for (size_t i = 0; i < findings->count; i++)
        assert_int_equal(findings->items[i].severity, JPK_INFO);
    jpk_findings_free(findings);
}

/* Texts are lent: findings outlive them, and nothing behind their ends is read. */
static void test_lent(void **state)
{
    (void)state;
    static const char text[] = "{\"recipeFormat\": 1}";
    size_t n = strlen(text);
    char *exact = malloc(n), *name = strdup("x-recipe.json");
    assert_non_null(exact);
    assert_non_null(name);
    memcpy(exact, text, n);
    struct jpk_findings *findings = validate(&(struct jpk_recipe_input){.file = name, .text = exact, .size = n}, NULL);
    memset(exact, 'x', n);
    memset(name, 'x', strlen(name));
    free(exact);
    free(name);
    const struct jpk_finding *missing = find(findings, "schema-missing-key");
    assert_non_null(missing);
    assert_string_equal(missing->file, "x-recipe.json");
    assert_string_equal(missing->message, "'name', 'version', 'jitterpak' and 'steps' are missing");
    jpk_findings_free(findings);
}

static void test_no_recipe(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rule;
    } rows[] = {
        {"", "json-syntax"},  {"{\"a\": 1,}", "json-syntax"}, {"\xff", "json-encoding"},
        {"7", "schema-type"}, {"[]", "schema-type"},          {"{}", "schema-missing-key"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jpk_recipe_input input = {.text = rows[i].text, .size = strlen(rows[i].text)};
        input.configure = rows[i].text;
        input.configure_size = input.size;
        struct jpk_findings *findings = validate(&input, NULL);
        if (!has(findings, rows[i].rule))
            fail_msg("%s: no %s", rows[i].text, rows[i].rule);
        assert_null(findings->items[0].file);
        jpk_findings_free(findings);
    }
}

static void test_errors(void **state)
{
    (void)state;
    struct jpk_project project = {0};
    const struct {
        struct jpk_recipe_input input;
        struct jpk_recipe_validate_options options;
    } rows[] = {
        {{.text = NULL}, {0}},
        {{.text = "{}", .size = 2, .project = &project}, {0}},
        {{.text = "{}", .size = 2}, {.profile = JPK_PROFILES}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jpk_error err = {0};
        assert_null(jpk_recipe_validate(&rows[i].input, &rows[i].options, &err));
        assert_int_equal(err.code, JPK_ERR_USAGE);
        assert_null(jpk_recipe_validate(&rows[i].input, &rows[i].options, NULL));
    }
}

/* What a schema of the caller's own says; the rules that the project's own states are not left out then. */
static void test_schema(void **state)
{
    (void)state;
    static const char own[] = "{\"required\": [\"team\"]}";
    char *recipe = rm_edit(rm_recipe, "\"version\": \"1.0.0\"", "\"version\": 1");
    struct jpk_schema *shipped = jpk_schema_compile_uri("urn:jpk:schema:recipe-1", NULL, NULL);
    struct jpk_schema *schema = jpk_schema_compile(own, strlen(own), NULL, NULL);
    assert_non_null(shipped);
    assert_non_null(schema);
    struct jpk_recipe_input input = {.file = RM_FILE, .text = recipe, .size = strlen(recipe)};
    struct jpk_recipe_validate_options with_shipped = {.schema = shipped}, with_own = {.schema = schema},
                                       without = {.without = 1U << JPK_TIER_SCHEMA};
    struct jpk_findings *given = validate(&input, &with_shipped), *made = validate(&input, NULL);
    struct jpk_findings *others = validate(&input, &with_own), *none = validate(&input, &without);
    assert_true(has(given, "schema-type") && has(made, "schema-type"));
    assert_int_equal(given->count, made->count);
    assert_true(has(others, "schema-missing-key") && !has(others, "schema-type"));
    assert_int_equal(count_of(none, JPK_TIER_SCHEMA), 0);
    jpk_findings_free(given);
    jpk_findings_free(made);
    jpk_findings_free(others);
    jpk_findings_free(none);
    jpk_schema_free(shipped);
    jpk_schema_free(schema);
    free(recipe);
}

/* -------------------------------------------------------------------------------------------------- with a project */

struct sample {
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
    char *recipe, *configure;
};

/* rm_edit, in place of a text that was allocated. */
static void edit(char **text, const char *from, const char *to)
{
    char *edited = rm_edit(*text, from, to);
    free(*text);
    *text = edited;
}

/* A real project, and a recipe with mistakes in all tiers. */
static bool open_sample(struct sample *s, enum pm_real which)
{
    struct jpk_error err = {0};
    *s = (struct sample){.archive = pm_real(which)};
    if (!s->archive)
        return false;
    s->project = jpk_project_load(s->archive, NULL, JPK_KEEP_GOING, &err);
    s->graph = s->project ? jpk_graph_build(s->project, &err) : NULL;
    struct jpk_recipe_options options = {.file = "t.jpk"};
    struct jpk_recipe *recipe = s->graph ? jpk_recipe_generate(s->project, s->graph, &options, &err) : NULL;
    if (!recipe)
        fail_msg("%s", err.message);
    s->recipe = strdup(jpk_recipe_metadata(recipe, NULL));
    edit(&s->recipe, "\"projectName\": \"", "\"projectName\": \"no ");
    edit(&s->recipe, "\"recipeFormat\": 1",
         "\"recipeFormat\": 1, \"recipeFormat\": 1, \"mail\": \"jane@roe-and-doe.io\"");
    s->configure = strdup(jpk_recipe_configuration(recipe, NULL));
    edit(&s->configure, "null", "\"jane@roe-and-doe.io\"");
    jpk_recipe_free(recipe);
    return true;
}

static void close_sample(struct sample *s)
{
    jpk_graph_free(s->graph);
    jpk_project_free(s->project);
    jpk_archive_free(s->archive);
    free(s->recipe);
    free(s->configure);
}

static struct jpk_recipe_input input_of(const struct sample *s)
{
    return (struct jpk_recipe_input){.file = "t-recipe.json",
                                     .text = s->recipe,
                                     .size = strlen(s->recipe),
                                     .configure_file = "t-configure.json",
                                     .configure = s->configure,
                                     .configure_size = strlen(s->configure),
                                     .jitterpak_file = "t.jpk",
                                     .project = s->project,
                                     .graph = s->graph};
}

/* Each tier has something to say, and is silent when it is left out; the others say what they said. */
static void test_tiers(void **state)
{
    (void)state;
    struct sample s;
    assert_true(open_sample(&s, PM_DATABASE));
    struct jpk_recipe_input input = input_of(&s);
    struct jpk_findings *all = validate(&input, NULL);
    for (enum jpk_tier tier = JPK_TIER_JSON; tier < JPK_TIERS; tier++) {
        if (tier == JPK_TIER_REPOSITORY)
            continue;
        if (count_of(all, tier) == 0)
            fail_msg("nothing of the tier %s", jpk_tier_name(tier));
        struct jpk_recipe_validate_options options = {.without = 1U << tier};
        struct jpk_findings *findings = validate(&input, &options);
        assert_int_equal(count_of(findings, tier), 0);
        for (enum jpk_tier other = JPK_TIER_PROJECT; other < JPK_TIERS; other++)
            if (other != tier)
                assert_int_equal(count_of(findings, other), count_of(all, other));
        jpk_findings_free(findings);
    }
    jpk_findings_free(all);
    close_sample(&s);
}

static void test_slim(void **state)
{
    (void)state;
    struct sample s;
    struct jpk_error err = {0};
    assert_true(open_sample(&s, PM_DATABASE));
    struct jpk_recipe_input input = input_of(&s);
    struct jpk_recipe_validate_options without = {.without = 1U << JPK_TIER_JITTERPAK};
    jpk_project_slim(s.project);
    assert_null(jpk_recipe_validate(&input, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    struct jpk_findings *findings = validate(&input, &without);
    assert_true(count_of(findings, JPK_TIER_PROJECT) > 0);
    jpk_findings_free(findings);
    close_sample(&s);
}

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static void assert_same(const struct jpk_finding *a, const struct jpk_finding *b)
{
    assert_string_equal(a->file, b->file);
    assert_string_equal(a->rule, b->rule);
    assert_string_equal(a->message, b->message);
    assert_string_equal(text_of(a->path), text_of(b->path));
    assert_string_equal(text_of(a->hint), text_of(b->hint));
    assert_string_equal(text_of(a->schema), text_of(b->schema));
    assert_int_equal(a->severity, b->severity);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->column, b->column);
    assert_int_equal(a->level, b->level);
}

static void write_text(const char *folder, const char *name, const char *text, size_t n)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(file_write(path, text, n, true, NULL));
}

/* Validates a folder as if it were the current one. */
static void validate_folder(struct repository *repository, const struct repository_options *how, const char *folder)
{
    char here[4096];
    struct jpk_error err = {0};
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    bool ok = repository_begin(repository, how, &err) && repository_add(repository, ".", &err) &&
              repository_validate(repository, &err);
    assert_int_equal(chdir(here), 0);
    if (!ok)
        fail_msg("%s", err.message);
}

/* Of a repository that holds the same files, the findings are the same but for its own tier. */
static void test_like_a_repository(void **state)
{
    (void)state;
    struct sample s;
    char root[64], path[1024];
    if (!open_sample(&s, PM_SALESFORCE))
        return;
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s/%s", pm_shared(), pm_real_names[PM_SALESFORCE]);
    assert_true(file_read(path, UINT32_MAX, NULL, &bytes, NULL));
    pm_temporary(root);
    write_text(root, "t-recipe.json", s.recipe, strlen(s.recipe));
    write_text(root, "t-configure.json", s.configure, strlen(s.configure));
    write_text(root, "t.jpk", bytes.data, bytes.size);
    buf_free(&bytes);

    struct repository repository;
    const struct repository_options how = {.limits = jpk_limits_default(), .file_size = 1 << 24};
    validate_folder(&repository, &how, root);
    struct jpk_recipe_input input = input_of(&s);
    struct jpk_findings *findings = validate(&input, NULL);
    size_t at = 0;
    for (size_t i = 0; i < repository.all.count; i++) {
        if (jpk_recipe_rule(repository.all.findings[i].rule)->tier == JPK_TIER_REPOSITORY)
            continue;
        assert_true(at < findings->count);
        assert_same(&repository.all.findings[i], &findings->items[at++]);
    }
    assert_int_equal(at, findings->count);
    jpk_findings_free(findings);
    repository_free(&repository);
    close_sample(&s);
    pm_remove(root);
}

struct shared {
    const struct jpk_schema *schema;
    size_t counts[64];
};

static void work(void *context, size_t index)
{
    static const char text[] = "{\"recipeFormat\": 1}";
    struct shared *shared = context;
    struct jpk_recipe_input input = {.file = "x", .text = text, .size = strlen(text)};
    struct jpk_recipe_validate_options options = {.schema = index % 2 ? shared->schema : NULL};
    struct jpk_findings *findings = jpk_recipe_validate(&input, &options, NULL);
    shared->counts[index] = findings ? findings->count : SIZE_MAX;
    jpk_findings_free(findings);
}

static void test_threads(void **state)
{
    (void)state;
    struct jpk_schema *schema = jpk_schema_compile_uri("urn:jpk:schema:recipe-1", NULL, NULL);
    struct shared shared = {.schema = schema};
    assert_non_null(schema);
    workers_run(COUNT(shared.counts), 4, work, &shared);
    for (size_t i = 0; i < COUNT(shared.counts); i++)
        assert_int_equal(shared.counts[i], shared.counts[0]);
    assert_in_range(shared.counts[0], 1, 20);
    jpk_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order), cmocka_unit_test(test_lent),    cmocka_unit_test(test_no_recipe),
        cmocka_unit_test(test_errors),   cmocka_unit_test(test_schema),  cmocka_unit_test(test_tiers),
        cmocka_unit_test(test_slim),     cmocka_unit_test(test_threads), cmocka_unit_test(test_like_a_repository),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
