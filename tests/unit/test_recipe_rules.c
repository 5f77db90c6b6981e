/* The rules of recipes and configure files: the examples of their table, and edits of a recipe that is in order. */
#include <time.h>

#include "tests/unit/recipemaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ----------------------------------------------------------------------------------------------------- examples */

static json_t *parse(const char *text)
{
    json_error_t where;
    json_t *value = json_loads(text, 0, &where);
    if (!value)
        fail_msg("%s: %s", where.text, text);
    return value;
}

static json_t *parse_between(const char *open, const char *text, const char *close)
{
    struct buf all = {0};
    buf_printf(&all, "%s%s%s", open, text, close);
    json_t *value = parse(buf_text(&all));
    buf_free(&all);
    return value;
}

/* Keys that an example leaves out, since they do not matter, get a value. */
static void complete_property(json_t *property, size_t number)
{
    char target[64], label[32];
    snprintf(target, sizeof target, "b%07zu-0000-4000-8000-000000000000", number);
    snprintf(label, sizeof label, "Label %zu", number);
    json_t *rest = json_pack("{s:{s:s}, s:s, s:s, s:b, s:b}", "target", "variable", target, "label", label, "type",
                             "text", "required", 0, "secret", 0);
    json_object_update_missing(property, rest);
    json_decref(rest);
}

static void put_properties(json_t *recipe, const char *example)
{
    json_t *list = parse_between("[", example, "]"), *property;
    json_t *general = json_array_get(json_object_get(recipe, "steps"), 4);
    size_t i;
    json_array_foreach(list, i, property)
    {
        complete_property(property, i);
        json_array_append(json_object_get(general, "properties"), property);
    }
    json_decref(list);
}

static void put_steps(json_t *recipe, const char *example)
{
    json_t *list = parse_between("[", example, "]"), *step, *steps = json_object_get(recipe, "steps");
    size_t i;
    json_array_foreach(list, i, step)
    {
        char title[32];
        snprintf(title, sizeof title, "Title %zu", i);
        json_t *rest = json_pack("{s:s}", "title", title);
        json_object_update_missing(step, rest);
        json_decref(rest);
        json_array_insert(steps, json_array_size(steps) - 1, step);
    }
    json_decref(list);
}

static void put_members(json_t *object, const char *example)
{
    json_t *members = parse_between("{", example, "}");
    json_object_update(object, members);
    json_decref(members);
}

/* Steps that the example does not show keep their values. */
static void put_values(json_t *configure, const char *example)
{
    json_t *members = parse_between("{", example, "}"), *values = json_object_get(members, "values");
    if (values)
        json_object_update_missing(values, json_object_get(configure, "values"));
    json_object_update(configure, members);
    json_decref(members);
}

/* What validation finds in an example. */
static void validate_example(struct validation *v, const struct jpk_rule *rule, const char *example)
{
    if (rule->example == JPK_EXAMPLE_TEXT) {
        rm_validate(v, RM_FILE, example, NULL);
        return;
    }
    json_t *recipe = parse(rm_recipe), *configure = parse(rm_configure);
    const char *file = rule->example == JPK_EXAMPLE_FILE ? example : RM_FILE;
    if (rule->example == JPK_EXAMPLE_RECIPE)
        put_members(recipe, example);
    else if (rule->example == JPK_EXAMPLE_STEPS)
        put_steps(recipe, example);
    else if (rule->example == JPK_EXAMPLE_PROPERTIES)
        put_properties(recipe, example);
    else if (rule->example == JPK_EXAMPLE_CONFIGURE)
        put_values(configure, example);
    char *text = json_dumps(recipe, JSON_INDENT(2)), *form = json_dumps(configure, JSON_INDENT(2));
    char *complete = rm_with_checksum(form, text);
    rm_validate(v, file, text, rule->example == JPK_EXAMPLE_CONFIGURE ? complete : NULL);
    free(text);
    free(form);
    free(complete);
    json_decref(recipe);
    json_decref(configure);
}

/* Every bad example is found by its rule. */
static void test_bad_examples(void **state)
{
    (void)state;
    size_t count, tried = 0;
    const struct jpk_rule *rules = jpk_recipe_rules(&count);
    for (size_t i = 0; i < count; i++) {
        struct validation v = {0};
        if (rules[i].example == JPK_EXAMPLE_NONE || rules[i].example == JPK_EXAMPLE_WORDS ||
            rules[i].tier == JPK_TIER_SCHEMA)
            continue;
        validate_example(&v, &rules[i], rules[i].bad);
        if (!rm_find(&v, rules[i].id)) {
            rm_print(&v);
            fail_msg("%s: nothing found in %s", rules[i].id, rules[i].bad);
        }
        validation_free(&v);
        tried++;
    }
    assert_true(tried > 60);
}

/* The good example has no other error either, as people see it who did not ask for the strict profile. */
static void test_good_examples(void **state)
{
    (void)state;
    size_t count;
    const struct jpk_rule *rules = jpk_recipe_rules(&count);
    for (size_t i = 0; i < count; i++) {
        struct validation v = {0};
        if (rules[i].example == JPK_EXAMPLE_NONE || rules[i].example == JPK_EXAMPLE_WORDS ||
            rules[i].tier <= JPK_TIER_SCHEMA)
            continue;
        validate_example(&v, &rules[i], rules[i].good);
        if (rm_find(&v, rules[i].id)) {
            rm_print(&v);
            fail_msg("%s: found in %s", rules[i].id, rules[i].good);
        }
        for (size_t j = 0; j < v.count; j++)
            if (jpk_recipe_rule(v.findings[j].rule)->severity[JPK_PROFILE_STANDARD] == JPK_ERROR)
                fail_msg("%s: %s in %s", rules[i].id, v.findings[j].rule, rules[i].good);
        validation_free(&v);
    }
}

static void test_in_order(void **state)
{
    (void)state;
    struct validation v = {0};
    char *configure = rm_with_checksum(rm_configure, rm_recipe);
    rm_validate(&v, RM_FILE, rm_recipe, configure);
    if (v.count)
        rm_print(&v);
    assert_int_equal(v.count, 0);
    validation_free(&v);
    free(configure);
}

/* ------------------------------------------------------------------------------------------------------- places */

struct place {
    const char *from, *to; /* in the recipe */
    const char *rule, *pointer;
    unsigned line;
    const char *hint; /* a part of it; NULL: not looked at */
};

static void check_place(const struct validation *v, const struct place *row, const char *file)
{
    const struct jpk_finding *finding = NULL;
    for (size_t i = 0; i < v->count && !finding; i++)
        if (strcmp(v->findings[i].rule, row->rule) == 0 && strcmp(v->findings[i].path, row->pointer) == 0)
            finding = &v->findings[i];
    if (!finding || finding->line != row->line || strcmp(finding->file, file) != 0 ||
        (row->hint && (!finding->hint || !strstr(finding->hint, row->hint)))) {
        rm_print(v);
        fail_msg("%s -> %s: no %s at %s in line %u", row->from, row->to, row->rule, row->pointer, row->line);
    }
}

static void test_places(void **state)
{
    (void)state;
    static const struct place rows[] = {
        {"\"version\": \"1.0.0\"", "\"version\": \"01.0.0\"", "version-form", "/version", 4, NULL},
        {"\"version\": \"1.0.0\"", "\"version\": \"1.0.0-a..b\"", "version-form", "/version", 4, NULL},
        {"\"version\": \"1.0.0\"", "\"version\": \"1.0.0-01\"", "version-form", "/version", 4, NULL},
        {"\"verb\": \"Sync\"", "\"verb\": \"Upsert\"", "verb-description", "/description", 6, "'Sync'"},
        {"\"role\": \"target\"", "\"role\": \"source\"", "verb-endpoints", "/verb", 7, NULL},
        {"\"connector\": \"http\"", "\"connector\": \"htp\"", "unknown-connector", "/endpoints/0/connector", 9,
         "'http'"},
        {"\"connector\": \"http\"", "\"connector\": \"variable\"", "unknown-connector", "/endpoints/0/connector", 9,
         NULL},
        {"_orders.jpk", "_orders.zip", "jitterpak-file-name", "/jitterpak/file", 13, NULL},
        {"\"projectName\": \"sync", "\"projectName\": \"copy", "recipe-file-name", "/jitterpak/projectName", 16,
         "copy-shop_orders-to-erp_orders-recipe.json"},
        {"\"id\": \"agent\"", "\"id\": \"1 agent\"", "id-form", "/steps/1/id", 20, NULL},
        {"\"id\": \"agent\"", "\"id\": \"Shop_URL\"", "id-clash", "/steps/2/properties/0/id", 25, NULL},
        {"\"id\": \"mode\"", "\"id\": \"SHOP_URL\"", "id-clash", "/steps/4/properties/0/id", 34, "endpoint-shop"},
        {"\"endpoint\": \"shop\"", "\"endpoint\": \"shpo\"", "unknown-endpoint", "/steps/2/endpoint", 21, "'shop'"},
        {"\"endpoint\": \"shop\"", "\"endpoint\": \"erp\"", "endpoint-without-step", "/endpoints/0", 9, NULL},
        {"22222222-2222", "11111111-1111", "entity-twice", "/steps/3/entities/0", 31, NULL},
        {"\"type\": \"review\"", "\"type\": \"agent\"", "last-step", "/steps/5", 43, NULL},
        {"\"type\": \"review\"", "\"type\": \"agent\"", "repeated-step", "/steps/5", 43, NULL},
        {"\"property\": \"mode\"", "\"property\": \"mod\"", "visible-unknown",
         "/steps/4/properties/2/visibleWhen/property", 39, "'mode'"},
        {"\"equals\": \"slow\"", "\"equals\": [\"slow\", \"slw\"]", "visible-value",
         "/steps/4/properties/2/visibleWhen/equals/1", 39, "'slow'"},
        {"\"property\": \"mode\"", "\"property\": \"delay\"", "visible-cycle", "/steps/4/properties/2/visibleWhen", 39,
         NULL},
        {"\"property\": \"mode\", \"equals\": \"slow\"", "\"property\": \"page_size\", \"equals\": \"500\"",
         "visible-value", "/steps/4/properties/2/visibleWhen/equals", 39, NULL},
        {"\"default\": \"50\"", "\"default\": \"201\"", "default-invalid", "/steps/4/properties/1/default", 37, NULL},
        {"\"default\": \"50\"", "\"default\": \"1e3\"", "default-invalid", "/steps/4/properties/1/default", 37, NULL},
        {"\"default\": \"fast\"", "\"default\": \"fats\"", "default-invalid", "/steps/4/properties/0/default", 35,
         "'fast'"},
        {"\"default\": \"https://shop.example.com/\"", "\"default\": \"not a url\"", "default-invalid",
         "/steps/2/properties/0/default", 26, NULL},
        {"\"minimum\": 1,", "\"minimum\": 201,", "bounds-order", "/steps/4/properties/1/minimum", 37, NULL},
        {"a0000004", "A0000003", "target-twice", "/steps/4/properties/1/target", 36, NULL},
        {"\"label\": \"Delay\"", "\"label\": \" Page size\"", "label-twice", "/steps/4/properties/2/label", 38, NULL},
        {"\"computed\": true", "\"computed\": true, \"required\": true", "computed-required", "/steps/4/properties/3",
         40, NULL},
        {"\"version\": \"1.0.0\"", "\"version\": \"1.0.0\", \"x-a\": {\"b\": 1,\n\"b\": 2}", "json-duplicate-key",
         "/x-a/b", 5, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct validation v = {0};
        char *recipe = rm_edit(rm_recipe, rows[i].from, rows[i].to);
        rm_validate(&v, RM_FILE, recipe, NULL);
        check_place(&v, &rows[i], RM_FILE);
        validation_free(&v);
        free(recipe);
    }
}

static void test_places_in_configure_files(void **state)
{
    (void)state;
    static const struct place rows[] = {
        {"\"general\"", "\"genral\"", "configure-unknown-step", "/values/genral", 9, "'general'"},
        {"\"page_size\"", "\"page-size\"", "configure-unknown-property", "/values/general/page-size", 11,
         "'page_size'"},
        {"\"page_size\": \"20\"", "\"shop_url\": \"x\"", "configure-unknown-property", "/values/general/shop_url", 11,
         "endpoint-shop"},
        {"\"20\"", "\"0\"", "configure-value", "/values/general/page_size", 11, NULL},
        {"\"20\"", "\"twenty\"", "configure-value", "/values/general/page_size", 11, NULL},
        {"\"slow\"", "\"slwo\"", "configure-value", "/values/general/mode", 10, "'slow'"},
        {"\"slow\"", "\"fast\"", "configure-hidden", "/values/general/delay", 12, NULL},
        {"{\"secret\": \"env:SHOP_PASSWORD\"}", "\"made-up\"", "configure-secret-text",
         "/values/endpoint-shop/shop_password", 7, NULL},
        {"{\"secret\": \"env:SHOP_PASSWORD\"}", "null", "configure-null", "/values/endpoint-shop/shop_password", 7,
         NULL},
        {",\n      \"shop_password\": {\"secret\": \"env:SHOP_PASSWORD\"}", "", "configure-missing",
         "/values/endpoint-shop", 5, NULL},
        {"\"1.0.0\"", "\"2.0.0\"", "configure-recipe-version", "/recipe/version", 3, NULL},
        {"\"sync-shop_orders", "\"sync-shop_items", "configure-recipe-name", "/recipe/name", 3, NULL},
        {"RECIPE", "", "configure-recipe-hash", "/recipe/sha256", 3, NULL},
        {"\"values\"", "\"schedules\": {\"general\": null},\n  \"values\"", "configure-unknown-step",
         "/schedules/general", 4, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct validation v = {0};
        char *edited = rm_edit(rm_configure, rows[i].from, rows[i].to),
             *configure = rm_with_checksum(edited, rm_recipe);
        rm_validate(&v, RM_FILE, rm_recipe, configure);
        check_place(&v, &rows[i], RM_CONFIGURE_FILE);
        for (size_t j = 0; j < v.count; j++)
            assert_null(strstr(v.findings[j].message, "made-up")); /* the secret's text is in no message */
        validation_free(&v);
        free(edited);
        free(configure);
    }
}

/* What the schema says too is found by the rule all the same: it is the schema's finding that is left out. */
static void test_not_said_twice(void **state)
{
    (void)state;
    struct jdoc doc = {0};
    struct source source = {.file = RM_FILE, .doc = &doc, .schema_checked = true};
    struct validation v = {0};
    char *recipe = rm_edit(rm_recipe, "\"version\": \"1.0.0\"", "\"version\": \"1\"");
    assert_true(validate_json(&v, &source, recipe, strlen(recipe), NULL));
    assert_true(validate_documents(&v, &source, NULL, NULL, NULL));
    jdoc_free(&doc);
    assert_true(validation_finish(&v, NULL));
    assert_int_equal(v.count, 1);
    assert_string_equal(v.findings[0].rule, "version-form");
    validation_free(&v);
    free(recipe);
}

/* ------------------------------------------------------------------------------------------------- odd and hostile */

/* Wrong types everywhere are the schema's business: nothing is found that is nonsense, and nothing crashes. */
static void test_odd_shapes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "null",
        "[]",
        "1",
        "\"x\"",
        "{}",
        "{\"steps\": 1}",
        "{\"steps\": [1, null, [], \"x\"]}",
        "{\"steps\": [{\"id\": 1, \"type\": [], \"properties\": {}, \"visibleWhen\": []}], \"endpoints\": {}}",
        "{\"steps\": [{\"properties\": [1, {}, {\"id\": null, \"target\": 1, \"choices\": {}, \"default\": 1}]}]}",
        "{\"jitterpak\": [], \"steps\": [{\"type\": \"agent\", \"requires\": {\"private\": 1, \"reasons\": 1}}]}",
        "{\"steps\": [{\"type\": \"endpoint\", \"endpoint\": {}, \"entities\": [1, {\"id\": 1}], \"test\": 1}]}",
        "{\"steps\": [{\"type\": \"schedule\", \"operation\": [], \"default\": {\"occurs\": 1, \"weekdays\": 1}}]}",
        "{\"steps\": [{\"properties\": [{\"id\": \"a\", \"minLength\": -1.5, \"maximum\": \"x\", \"pattern\": 1,"
        " \"visibleWhen\": {\"property\": 1, \"equals\": {}}}]}]}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct validation v = {0}, with = {0};
        rm_validate(&v, RM_FILE, texts[i], NULL);
        rm_validate(&with, RM_FILE, texts[i], texts[COUNT(texts) - 1 - i]);
        validation_free(&v);
        validation_free(&with);
    }
    struct validation v = {0};
    static const char *const forms[] = {"{\"values\": 1}", "{\"values\": {\"general\": 1, \"endpoint-shop\": null}}",
                                        "{\"values\": {\"general\": {\"mode\": 1, \"delay\": [], \"page_size\": {}}}}",
                                        "{\"recipe\": 1, \"schedules\": [], \"actions\": {\"x\": 1}}"};
    for (size_t i = 0; i < COUNT(forms); i++) {
        rm_validate(&v, RM_FILE, rm_recipe, forms[i]);
        validation_free(&v);
    }
}

static double seconds(const char *recipe, const char *configure, size_t *count)
{
    struct timespec begin, end;
    struct validation v = {.max = 1000};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    rm_validate(&v, RM_FILE, recipe, configure);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    *count = v.counts[JPK_ERROR] + v.counts[JPK_WARNING];
    validation_free(&v);
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

enum { MANY = 10000, LIMIT = 10 /* seconds: far above what linear time takes, far below what a square does */ };

/* Every property depends on the next one, the last one on the first. */
static void test_long_chains(void **state)
{
    (void)state;
    struct buf recipe = {0};
    size_t count;
    buf_puts(&recipe, "{\"steps\": [{\"id\": \"s\", \"type\": \"variables\", \"visibleWhen\": {\"property\": \"p0\", "
                      "\"equals\": \"x\"}, \"properties\": [");
    for (int i = 0; i < MANY; i++)
        buf_printf(&recipe,
                   "%s{\"id\": \"p%d\", \"type\": \"text\", \"visibleWhen\": {\"property\": \"p%d\", "
                   "\"equals\": \"x\"}}",
                   i ? ",\n" : "", i, (i + 1) % MANY);
    buf_puts(&recipe, "]}]}");
    assert_true(seconds(recipe.data, "{\"values\": {\"s\": {\"p1\": \"y\"}}}", &count) < LIMIT);
    assert_true(count > 0);
    buf_free(&recipe);
}

/* Many steps and properties, all of them wrong in every way. */
static void test_many(void **state)
{
    (void)state;
    struct buf recipe = {0}, configure = {0};
    size_t count;
    buf_puts(&recipe, "{\"endpoints\": [");
    for (int i = 0; i < MANY; i++)
        buf_printf(&recipe, "%s{\"id\": \"e%d\", \"connector\": \"htt%d\"}", i ? ",\n" : "", i / 2, i);
    buf_puts(&recipe, "], \"steps\": [");
    buf_puts(&configure, "{\"values\": {");
    for (int i = 0; i < MANY; i++) {
        buf_printf(&recipe,
                   "%s{\"id\": \"step%d\", \"type\": \"endpoint\", \"title\": \"t\", \"endpoint\": \"f%d\", "
                   "\"entities\": [{\"id\": \"a\"}], \"properties\": [{\"id\": \"p%d\", \"type\": \"choice\", "
                   "\"choices\": [\"a\", \"a\"], \"default\": \"b\", \"pattern\": \"(a+)+[\", \"label\": \"\", "
                   "\"target\": {\"variable\": \"v\"}, \"visibleWhen\": {\"property\": \"q%d\", \"equals\": "
                   "\"b\"}}]}",
                   i ? ",\n" : "", i / 2, i, i / 2, i);
        buf_printf(&configure, "%s\"stop%d\": {}, \"step%d\": {\"q\": \"x\"}", i ? "," : "", i, i);
    }
    buf_puts(&recipe, "]}");
    buf_puts(&configure, "}}");
    assert_true(seconds(recipe.data, configure.data, &count) < LIMIT);
    assert_true(count > 5 * MANY);
    buf_free(&recipe);
    buf_free(&configure);
}

/* A property with many choices, and many conditions that look at it. */
static void test_many_choices(void **state)
{
    (void)state;
    struct buf recipe = {0};
    size_t count;
    buf_puts(&recipe,
             "{\"steps\": [{\"id\": \"s\", \"type\": \"variables\", \"properties\": [{\"id\": \"c\", \"type\": "
             "\"choice\", \"choices\": [\"x\"");
    for (int i = 0; i < MANY; i++)
        buf_printf(&recipe, ", \"choice %d\"", i);
    buf_puts(&recipe, "]}");
    for (int i = 0; i < MANY; i++)
        buf_printf(&recipe,
                   ",\n{\"id\": \"p%d\", \"type\": \"text\", \"visibleWhen\": {\"property\": \"c\", \"equals\": "
                   "\"choice %d\"}}",
                   i, i + 1);
    buf_puts(&recipe, "]}]}");
    assert_true(seconds(recipe.data, NULL, &count) < LIMIT);
    buf_free(&recipe);
}

static void test_huge_strings(void **state)
{
    (void)state;
    enum { HUGE_SIZE = 1 << 20 };
    char *huge = malloc(HUGE_SIZE + 1);
    struct buf recipe = {0};
    struct validation v = {0};
    assert_non_null(huge);
    memset(huge, 'a', HUGE_SIZE);
    huge[HUGE_SIZE] = '\0';
    buf_printf(&recipe,
               "{\"version\": \"%s\", \"verb\": \"%s\", \"endpoints\": [{\"id\": \"%s\", \"connector\": \"%s\"}],",
               huge, huge, huge, huge);
    buf_printf(&recipe,
               "\"steps\": [{\"id\": \"%s\", \"type\": \"variables\", \"title\": \"%s\", \"properties\": [{\"id\": "
               "\"p\", \"type\": \"email\", \"label\": \"%s\", \"default\": \"%s\", \"pattern\": \"(a+)+b\", "
               "\"visibleWhen\": {\"property\": \"%s\", \"equals\": \"x\"}}]}]}",
               huge, huge, huge, huge, huge);
    rm_validate(&v, RM_FILE, recipe.data, NULL);
    assert_non_null(rm_find(&v, "version-form"));
    assert_non_null(rm_find(&v, "id-form"));
    assert_non_null(rm_find(&v, "visible-unknown"));
    for (size_t i = 0; i < v.count; i++)
        assert_true(strlen(v.findings[i].message) < 300);
    validation_free(&v);
    buf_free(&recipe);
    free(huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_bad_examples),
        cmocka_unit_test(test_good_examples),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_places_in_configure_files),
        cmocka_unit_test(test_not_said_twice),
        cmocka_unit_test(test_odd_shapes),
        cmocka_unit_test(test_long_chains),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_many_choices),
        cmocka_unit_test(test_huge_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
