/* Whether a form is filled in: what is missing, what is not allowed, secrets, and what is not shown. */
#include "tests/unit/recipemaker.h"

#include "recipe/configure_check.h"
#include "recipe/secret_file.h"
#include "tests/unit/projectmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

#define SECRET "made-up-secret-text"

static const char *environment(const char *name)
{
    if (strcmp(name, "SHOP_PASSWORD") == 0)
        return SECRET;
    return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

static struct configure_result *check(const char *recipe, const char *configure, const char *folder)
{
    char file[256];
    struct jpk_error err = {0};
    snprintf(file, sizeof file, "%s/c.json", folder);
    struct configure_input input = {.recipe = recipe,
                                    .recipe_size = strlen(recipe),
                                    .configure = configure,
                                    .configure_size = strlen(configure),
                                    .configure_file = file,
                                    .environment = environment};
    struct configure_result *result = configure_check(&input, &err);
    if (!result)
        fail_msg("%s", err.message);
    return result;
}

/* No text of a secret is anywhere in a result. */
static void no_secret(const struct configure_result *result)
{
    for (size_t i = 0; i < result->problem_count; i++)
        assert_null(strstr(result->problems[i].message, SECRET));
    for (size_t i = 0; i < result->step_count; i++)
        for (size_t j = 0; j < result->steps[i].problem_count; j++)
            assert_null(strstr(result->steps[i].problems[j].message, SECRET));
}

static const struct configure_problem *find(const struct configure_result *result, const char *part,
                                            const struct configure_step **step)
{
    *step = NULL;
    for (size_t i = 0; i < result->problem_count; i++)
        if (strstr(result->problems[i].message, part))
            return &result->problems[i];
    for (size_t i = 0; i < result->step_count; i++)
        for (size_t j = 0; j < result->steps[i].problem_count; j++)
            if (strstr(result->steps[i].problems[j].message, part)) {
                *step = &result->steps[i];
                return &result->steps[i].problems[j];
            }
    return NULL;
}

static void test_complete(void **state)
{
    (void)state;
    char *configure = rm_with_checksum(rm_configure, rm_recipe);
    struct configure_result *result = check(rm_recipe, configure, ".");
    assert_true(result->complete);
    assert_string_equal(result->name, "sync-shop_orders-to-erp_orders");
    assert_int_equal(result->step_count, 6);
    for (size_t i = 0; i < result->step_count; i++) {
        assert_int_equal(result->steps[i].state, CONFIGURE_COMPLETE);
        assert_int_equal(result->steps[i].problem_count, 0);
        assert_int_equal(result->steps[i].number, i + 1);
    }
    configure_result_free(result);
    free(configure);
}

static void test_sentences(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
        size_t step; /* its number; 0: the file as a whole */
        uint32_t line;
    } rows[] = {
        {"env:SHOP_PASSWORD", "env:OTHER", "'Password' is missing; set the environment variable OTHER", 3, 7},
        {"env:SHOP_PASSWORD", "env:EMPTY", "'Password' is missing; the environment variable EMPTY is empty", 3, 7},
        {"env:SHOP_PASSWORD", "file:nowhere", "'Password' is missing; there is no file nowhere", 3, 7},
        {"env:SHOP_PASSWORD", "vault:x", "'Password' is missing; say where it is found: env:NAME or file:PATH", 3, 7},
        {"{\"secret\": \"env:SHOP_PASSWORD\"}", "null",
         "'Password' is missing; say where it is found: env:NAME or file:PATH", 3, 7},
        {"{\"secret\": \"env:SHOP_PASSWORD\"}", "\"" SECRET "\"", "'Password' must not stand in this file", 3, 7},
        {"{\"secret\": \"env:SHOP_PASSWORD\"}", "\"\"", "'Password' is empty", 3, 7},
        {"{\"secret\": \"env:SHOP_PASSWORD\"}", "[]", "'Password' must be one text in quotes", 3, 7},
        {",\n      \"shop_password\": {\"secret\": \"env:SHOP_PASSWORD\"}", "", "'Password' is missing", 3, 5},
        {"\"20\"", "\"twenty\"", "'Page size' is not a number", 5, 11},
        {"\"20\"", "\"500\"", "'Page size' is greater than 200", 5, 11},
        {"\"20\"", "20", "'Page size' must stand in quotes", 5, 11},
        {"\"slow\"", "\"quick\"", "'Mode' is not one of the choices: 'fast', 'slow'", 5, 10},
        {"\"mode\"", "\"mood\"", "step 5, General, does not ask for 'mood'", 0, 10},
        {"\"general\"", "\"genral\"", "the recipe has no step 'genral'", 0, 9},
        {"\"1.0.0\"", "\"1.1.0\"", "this file is for version 1.1.0 of the recipe, which is at 1.0.0", 0, 3},
        {"\"sync-shop_orders", "\"sync-shop_items", "this file is for another recipe", 0, 3},
        {"\"values\"", "\"actions\": {\"review\": true},\n  \"values\"", "no step 'review' that runs something", 0, 4},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *edited = rm_edit(rm_configure, rows[i].from, rows[i].to),
             *configure = rm_with_checksum(edited, rm_recipe);
        struct configure_result *result = check(rm_recipe, configure, ".");
        const struct configure_step *step;
        const struct configure_problem *problem = find(result, rows[i].message, &step);
        if (!problem)
            fail_msg("no '%s'", rows[i].message);
        assert_int_equal(problem->severity, JPK_ERROR);
        assert_int_equal(problem->line, rows[i].line);
        assert_int_equal(step ? step->number : 0, rows[i].step);
        if (step)
            assert_int_equal(step->state, CONFIGURE_INCOMPLETE);
        assert_false(result->complete);
        no_secret(result);
        configure_result_free(result);
        free(edited);
        free(configure);
    }
}

/* What is not shown is not asked for: neither a required property nor a whole step. */
static void test_not_shown(void **state)
{
    (void)state;
    char *recipe = rm_edit(rm_recipe, "\"label\": \"Delay\",\n        \"type\": \"number\", \"required\": false",
                           "\"label\": \"Delay\",\n        \"type\": \"number\", \"required\": true");
    char *without = rm_edit(rm_configure, ",\n      \"delay\": \"3\"", "");
    char *hidden = rm_edit(without, "\"slow\"", "\"fast\"");
    char *shown_form = rm_with_checksum(without, recipe), *hidden_form = rm_with_checksum(hidden, recipe);
    const struct configure_step *step;
    struct configure_result *result = check(recipe, shown_form, ".");
    assert_non_null(find(result, "'Delay' is missing", &step));
    configure_result_free(result);
    result = check(recipe, hidden_form, ".");
    assert_true(result->complete);
    configure_result_free(result);

    /* A step in which there is something that is required, and which is not shown. */
    char *whole =
        rm_edit(rm_recipe, "    {\"id\": \"review\"",
                "    {\"id\": \"more\", \"type\": \"variables\", \"title\": \"More\", \"visibleWhen\": "
                "{\"property\": \"delay\", \"equals\": \"9\"}, \"properties\": [{\"id\": \"own\", \"target\": "
                "{\"variable\": \"x\"}, \"label\": \"Own\", \"type\": \"text\", \"required\": true, \"secret\": "
                "false}]},\n    {\"id\": \"review\"");
    char *form = rm_with_checksum(rm_configure, whole);
    result = check(whole, form, ".");
    assert_true(result->complete);
    assert_int_equal(result->steps[5].state, CONFIGURE_NOT_SHOWN);
    configure_result_free(result);
    free(recipe);
    free(without);
    free(hidden);
    free(shown_form);
    free(hidden_form);
    free(whole);
    free(form);
}

static void test_secrets_in_files(void **state)
{
    (void)state;
    char folder[64], path[128];
    static char large[CONFIGURE_SECRET_MAX + 2];
    memset(large, 'x', sizeof large - 1);
    pm_temporary(folder);
    static const struct {
        const char *text;
        size_t n;
        mode_t mode;
        const char *message; /* NULL: it is found */
        enum jpk_severity severity;
    } rows[] = {
        {SECRET "\n", sizeof SECRET, 0600, NULL, JPK_ERROR},
        {SECRET "\r\n", sizeof SECRET + 1, 0600, NULL, JPK_ERROR},
        {SECRET, sizeof SECRET - 1, 0600, NULL, JPK_ERROR},
        {SECRET, sizeof SECRET - 1, 0644, "everybody on this machine can read", JPK_WARNING},
        {"\n", 1, 0600, "the file secret is empty", JPK_ERROR},
        {"", 0, 0600, "the file secret is empty", JPK_ERROR},
        {"a\0b", 3, 0600, "holds no text", JPK_ERROR},
        {"\xff\xfe", 2, 0600, "holds no text", JPK_ERROR},
        {large, sizeof large - 1, 0600, "larger than any secret", JPK_ERROR},
    };
    char *edited = rm_edit(rm_configure, "env:SHOP_PASSWORD", "file:secret");
    char *configure = rm_with_checksum(edited, rm_recipe);
    snprintf(path, sizeof path, "%s/secret", folder);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct configure_step *step;
        assert_true(file_write(path, rows[i].text, rows[i].n, true, NULL));
        assert_int_equal(chmod(path, rows[i].mode), 0);
        struct configure_result *result = check(rm_recipe, configure, folder);
        const struct configure_problem *problem = rows[i].message ? find(result, rows[i].message, &step) : NULL;
        assert_int_equal(result->complete, !rows[i].message || rows[i].severity == JPK_WARNING);
        assert_int_equal(problem != NULL, rows[i].message != NULL);
        if (problem)
            assert_int_equal(problem->severity, rows[i].severity);
        no_secret(result);
        configure_result_free(result);
    }
    /* A pipe is no file, and is not waited for. */
    const struct configure_step *step;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct configure_result *result = check(rm_recipe, configure, folder);
    assert_non_null(find(result, "is no ordinary file", &step));
    configure_result_free(result);
    free(edited);
    free(configure);
    pm_remove(folder);
}

/* Exactly one line end is no part of a secret, and the pattern is that of the secret's text. */
static void test_secret_is_checked(void **state)
{
    (void)state;
    char folder[64], path[128];
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/secret", folder);
    assert_true(file_write(path, "abc\n\n", 5, true, NULL));
    struct secret secret = {0};
    struct buf why = {0};
    assert_true(secret_find(&secret, "file:secret", folder, 100, NULL, &why));
    assert_int_equal(secret.size, 4);
    secret_forget(&secret);
    assert_null(secret.text);
    buf_free(&why);
    pm_remove(folder);

    char *recipe = rm_edit(rm_recipe, "\"required\": true, \"secret\": true",
                           "\"required\": true, \"secret\": true, \"pattern\": \"[0-9]+\", \"help\": \"only digits\"");
    char *configure = rm_with_checksum(rm_configure, recipe);
    const struct configure_step *step;
    struct configure_result *result = check(recipe, configure, ".");
    assert_non_null(find(result, "'Password' does not have the form that is asked for (only digits)", &step));
    no_secret(result);
    configure_result_free(result);
    free(recipe);
    free(configure);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *recipe, *configure;
        enum jpk_code code;
        const char *file;
    } rows[] = {
        {"{", "{\"configureFormat\": 1}", JPK_ERR_JSON, "r.json"},
        {"{\"recipeFormat\": 1}", "{\"a\": 1, \"a\": 2}", JPK_ERR_JSON, "c.json"},
        {"{\"configureFormat\": 1}", "{\"configureFormat\": 1}", JPK_ERR_FORMAT, "r.json"},
        {"{\"recipeFormat\": 1}", "[]", JPK_ERR_FORMAT, "c.json"},
        {"{\"recipeFormat\": 1}", "\xff", JPK_ERR_ENCODING, "c.json"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jpk_error err = {0};
        struct configure_input input = {.recipe = rows[i].recipe,
                                        .recipe_size = strlen(rows[i].recipe),
                                        .recipe_file = "r.json",
                                        .configure = rows[i].configure,
                                        .configure_size = strlen(rows[i].configure),
                                        .configure_file = "c.json"};
        assert_null(configure_check(&input, &err));
        assert_int_equal(err.code, rows[i].code);
        assert_string_equal(err.file, rows[i].file);
    }
    configure_result_free(NULL);
}

static void test_odd_shapes(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "{\"configureFormat\": 1}",
        "{\"configureFormat\": 1, \"values\": [], \"schedules\": {\"review\": 1}, \"actions\": 1, \"recipe\": 1}",
        "{\"configureFormat\": 1, \"values\": {\"general\": 1, \"endpoint-shop\": {\"shop_password\": {}}}}",
        "{\"configureFormat\": 1, \"values\": {\"endpoint-shop\": {\"shop_password\": {\"secret\": 1}}}}",
        "{\"configureFormat\": 1, \"values\": {\"endpoint-shop\": {\"shop_password\": {\"secret\": \"file:\"}}}}",
    };
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct configure_result *result = check(rm_recipe, forms[i], ".");
        assert_false(result->complete);
        configure_result_free(result);
        result = check("{\"recipeFormat\": 1, \"steps\": [1, {\"properties\": [1]}]}", forms[i], ".");
        configure_result_free(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),          cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_not_shown),         cmocka_unit_test(test_secrets_in_files),
        cmocka_unit_test(test_secret_is_checked), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_odd_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
