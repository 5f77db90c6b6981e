/* The canonical form of recipes and configure files. */
#include "tests/unit/recipemaker.h"

#include "jpk/recipe.h"
#include "recipe/fmt.h"
#include "tests/unit/projectmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static char *formatted(const char *text, size_t n)
{
    struct buf out = {0};
    struct jpk_error err = {0};
    if (!recipe_format(text, n, &out, &err))
        fail_msg("%s", err.message);
    return out.data;
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"{\"name\":\"n\",\"recipeFormat\":1}", "{\n  \"recipeFormat\": 1,\n  \"name\": \"n\"\n}\n"},
        /* what is not known stands behind, as it stood; in it nothing changes its place */
        {"{\"x-b\":{\"name\":1,\"id\":2},\"x-a\":[],\"recipeFormat\":1,\"verb\":\"Sync\",\"name\":\"n\"}",
         "{\n  \"recipeFormat\": 1,\n  \"name\": \"n\",\n  \"verb\": \"Sync\",\n  \"x-b\": {\n    \"name\": 1,\n    "
         "\"id\": "
         "2\n  },\n  \"x-a\": []\n}\n"},
        /* numbers as they were written */
        {"{\"recipeFormat\":1.0,\"x\":[1e2,-0.10,123456789012345678901234567890,1E+5]}",
         "{\n  \"recipeFormat\": 1.0,\n  \"x\": [\n    1e2,\n    -0.10,\n    123456789012345678901234567890,\n    "
         "1E+5\n  "
         "]\n}\n"},
        /* text without needless escapes */
        {"{\"recipeFormat\":1,\"name\":\"\\u0041\\/\\u00e9\\n\\u001f\\\"\\\\\\u0000\"}",
         "{\n  \"recipeFormat\": 1,\n  \"name\": \"A/\xc3\xa9\\n\\u001F\\\"\\\\\\u0000\"\n}\n"},
        /* steps and properties have an order of their own, and so has what is in them */
        {"{\"recipeFormat\":1,\"steps\":[{\"properties\":[{\"target\":{\"key\":\"k\",\"entity\":\"e\"},\"id\":\"p\"}],"
         "\"type\":"
         "\"variables\",\"id\":\"s\"},{}]}",
         "{\n  \"recipeFormat\": 1,\n  \"steps\": [\n    {\n      \"id\": \"s\",\n      \"type\": \"variables\",\n     "
         " "
         "\"properties\": [\n        {\n          \"id\": \"p\",\n          \"target\": {\n            \"entity\": "
         "\"e\",\n"
         "            \"key\": \"k\"\n          }\n        }\n      ]\n    },\n    {}\n  ]\n}\n"},
        {"{\"schedules\":{\"b\":{\"at\":\"1\",\"occurs\":\"daily\"},\"a\":null},\"values\":{\"z\":{\"b\":1,\"a\":2}},"
         "\"configureFormat\":1}",
         "{\n  \"configureFormat\": 1,\n  \"values\": {\n    \"z\": {\n      \"b\": 1,\n      \"a\": 2\n    }\n  },\n  "
         "\"schedules\": {\n    \"b\": {\n      \"occurs\": \"daily\",\n      \"at\": \"1\"\n    },\n    \"a\": null\n "
         " }\n}\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *once = formatted(rows[i].from, strlen(rows[i].from)), *twice = formatted(once, strlen(once));
        assert_string_equal(once, rows[i].to);
        assert_string_equal(twice, once);
        free(once);
        free(twice);
    }
}

/* Nothing is lost: the same value, whatever the order. */
static void test_same_value(void **state)
{
    (void)state;
    struct jdoc before = {0}, after = {0};
    char *text = formatted(rm_recipe, strlen(rm_recipe));
    assert_true(jdoc_parse(&before, rm_recipe, strlen(rm_recipe), NULL, NULL));
    assert_true(jdoc_parse(&after, text, strlen(text), NULL, NULL));
    assert_true(jdoc_equal(&before, 0, &after, 0));
    jdoc_free(&before);
    jdoc_free(&after);
    free(text);
}

static void test_generated_is_canonical(void **state)
{
    (void)state;
    for (int i = 0; i < PM_REAL_COUNT; i++) {
        struct jpk_archive *archive = pm_real((enum pm_real)i);
        struct jpk_project *project = archive ? jpk_project_load(archive, NULL, 0, NULL) : NULL;
        struct jpk_graph *graph = project ? jpk_graph_build(project, NULL) : NULL;
        struct jpk_recipe *recipe = graph ? jpk_recipe_generate(project, graph, NULL, NULL) : NULL;
        if (!archive)
            continue;
        assert_non_null(recipe);
        size_t n;
        const char *texts[] = {jpk_recipe_metadata(recipe, NULL), jpk_recipe_configuration(recipe, NULL)};
        for (size_t j = 0; j < 2; j++) {
            n = strlen(texts[j]);
            char *text = formatted(texts[j], n);
            assert_string_equal(text, texts[j]);
            free(text);
        }
        jpk_recipe_free(recipe);
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

static void test_refused(void **state)
{
    (void)state;
    char deep[512] = "{\"recipeFormat\": ";
    memset(deep + strlen(deep), '[', 200);
    memset(deep + strlen(deep), ']', 200);
    strcat(deep, "}");
    const struct {
        const char *text;
        enum jpk_code code;
    } rows[] = {
        {"{\"recipeFormat\": 1, \"name\": 1, \"name\": 2}", JPK_ERR_JSON},
        {"{\"recipeFormat\": 1", JPK_ERR_JSON},
        {"{}", JPK_ERR_FORMAT},
        {"[1]", JPK_ERR_FORMAT},
        {"\"\xff\"", JPK_ERR_ENCODING},
        {deep, JPK_ERR_LIMIT},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = {0};
        struct jpk_error err = {0};
        assert_false(recipe_format(rows[i].text, strlen(rows[i].text), &out, &err));
        assert_int_equal(err.code, rows[i].code);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_same_value),
        cmocka_unit_test(test_generated_is_canonical),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
