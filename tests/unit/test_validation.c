/* The collector of findings and the table of rules. */
#include <ctype.h>

#include "tests/unit/recipemaker.h"

static void add(struct validation *v, const char *rule, const char *file, uint32_t line, const char *message,
                uint32_t level)
{
    struct jpk_finding finding = {
        .file = file, .line = line, .column = 1, .path = "", .message = message, .level = level};
    validation_add(v, rule_find(rule), &finding);
}

static void test_order(void **state)
{
    (void)state;
    struct validation v = {0};
    add(&v, "id-form", "b.json", 1, "1", 0);
    add(&v, "schema-form", "a.json", 9, "2", 0);
    add(&v, "schema-type", "a.json", 1, "explains 2", 1);
    add(&v, "schema-value", "a.json", 3, "explains that", 2);
    add(&v, "id-clash", "a.json", 9, "3", 0);
    add(&v, "id-form", "a.json", 2, "4", 0);
    assert_true(validation_finish(&v, NULL));
    static const char *const order[] = {"4", "3", "2", "explains 2", "explains that", "1"};
    assert_int_equal(v.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(v.findings[i].message, order[i]);
    assert_int_equal(v.counts[JPK_ERROR], 4); /* explanations do not count */
    validation_free(&v);
}

static void test_bound(void **state)
{
    (void)state;
    struct validation v = {.max = 2};
    add(&v, "id-form", "a.json", 1, "1", 0);
    add(&v, "schema-form", "a.json", 2, "2", 0);
    add(&v, "schema-type", "a.json", 2, "explains 2", 1);
    add(&v, "entity-twice", "a.json", 3, "3", 0);
    add(&v, "schema-type", "a.json", 3, "explains 3", 1);
    assert_true(validation_finish(&v, NULL));
    assert_int_equal(v.count, 3);
    assert_string_equal(v.findings[2].message, "explains 2");
    assert_int_equal(v.hidden[JPK_WARNING], 1);
    assert_int_equal(v.counts[JPK_WARNING], 1);
    assert_int_equal(v.counts[JPK_ERROR], 2);
    validation_free(&v);
}

static void test_joined(void **state)
{
    (void)state;
    struct validation v = {.max = 3}, first = {0}, second = {.max = 1};
    add(&first, "id-form", "b.json", 1, "1", 0);
    add(&second, "id-form", "a.json", 1, "2", 0);
    add(&second, "schema-type", "a.json", 1, "explains 2", 1);
    add(&second, "id-form", "a.json", 2, "hidden", 0);
    validation_join(&v, &first);
    validation_join(&v, &second);
    assert_true(validation_finish(&v, NULL));
    assert_int_equal(v.count, 3);
    assert_string_equal(v.findings[0].message, "2");
    assert_string_equal(v.findings[1].message, "explains 2");
    assert_string_equal(v.findings[2].message, "1");
    assert_int_equal(v.counts[JPK_ERROR], 3);
    assert_int_equal(v.hidden[JPK_ERROR], 1);
    assert_null(first.rows);
    validation_free(&v);
}

static void test_severities(void **state)
{
    (void)state;
    struct validation v = {0};
    int8_t *severities = malloc((size_t)rule_total());
    assert_non_null(severities);
    for (int i = 0; i < rule_total(); i++)
        severities[i] = JPK_WARNING;
    severities[RULE_ID_CLASH] = JPK_RULE_OFF;
    v.severities = severities;
    add(&v, "id-form", "a.json", 1, "1", 0);
    add(&v, "id-clash", "a.json", 2, "off", 0);
    add(&v, "schema-type", "a.json", 2, "explains what is off", 1);
    assert_true(validation_finish(&v, NULL));
    assert_int_equal(v.count, 1);
    assert_int_equal(v.findings[0].severity, JPK_WARNING);
    validation_free(&v);
    free(severities);
    struct validation strict = {.profile = JPK_PROFILE_STRICT};
    add(&strict, "entity-twice", "a.json", 1, "1", 0);
    assert_int_equal(strict.counts[JPK_ERROR], 1);
    validation_free(&strict);
}

/* Places are found for findings that come in any order, with keys and whole files among them. */
static void test_places(void **state)
{
    (void)state;
    static const char text[] = "{\n  \"a/b\": [1,\n    2],\n  \"c~\": {\"d\": 3}}";
    struct jdoc doc = {0};
    struct source source = {.file = "a.json", .doc = &doc};
    struct validation v = {0};
    assert_true(jdoc_parse(&doc, text, strlen(text), NULL, NULL));
    uint32_t last = jdoc_at_pointer(&doc, 0, "/c~0/d", 6), second = jdoc_at_pointer(&doc, 0, "/a~1b/1", 7);
    validation_report(&v, &source, RULE_ID_FORM, last, "last");
    validation_report(&v, &source, RULE_ID_FORM, last - 1, "%s", "key\n\x1b[0m");
    validation_report(&v, &source, RULE_ID_FORM, JDOC_NONE, "file");
    validation_report(&v, &source, RULE_ID_FORM, second, "second");
    validation_hint(&v, "hint %d", 1);
    validation_settle(&v, &source);
    jdoc_free(&doc);
    assert_true(validation_finish(&v, NULL));
    static const struct {
        const char *message, *path;
        uint32_t line, column;
    } rows[] = {
        {"file", "", 0, 0}, {"second", "/a~1b/1", 3, 5}, {"key ?[0m", "/c~0/d", 4, 10}, {"last", "/c~0/d", 4, 15}};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(v.findings[i].message, rows[i].message);
        assert_string_equal(v.findings[i].path, rows[i].path);
        assert_int_equal(v.findings[i].line, rows[i].line);
        assert_int_equal(v.findings[i].column, rows[i].column);
    }
    assert_string_equal(v.findings[1].hint, "hint 1");
    validation_free(&v);
}

static void test_table(void **state)
{
    (void)state;
    size_t count;
    const struct jpk_rule *rules = jpk_recipe_rules(&count);
    for (size_t i = 0; i < count; i++) {
        const struct jpk_rule *rule = &rules[i];
        assert_ptr_equal(jpk_recipe_rule(rule->id), rule); /* ids are unique */
        for (const char *p = rule->id; *p; p++)
            assert_true((*p >= 'a' && *p <= 'z') || *p == '-');
        assert_true(isupper((unsigned char)rule->summary[0]) || rule->summary[0] == '`' ||
                    strncmp(rule->summary, "project.xml", 11) == 0 || strncmp(rule->summary, "files/", 6) == 0);
        assert_true(rule->summary[strlen(rule->summary) - 1] == '.');
        assert_non_null(rule->why);
        assert_true(rule->severity[JPK_PROFILE_STRICT] >= rule->severity[JPK_PROFILE_STANDARD]);
        if (rule->tier != JPK_TIER_JITTERPAK)
            assert_true(rule->example != JPK_EXAMPLE_NONE && rule->bad && rule->good);
    }
    assert_null(jpk_recipe_rule("no-such-rule"));
}

/* The tier jitterpak is the table of jpk_check. */
static void test_rules_of_jpk_check(void **state)
{
    (void)state;
    size_t there = 0, expected = 0, count;
    const struct jpk_rule *rules = jpk_recipe_rules(&count);
    for (size_t i = 0; i < count; i++)
        there += rules[i].tier == JPK_TIER_JITTERPAK;
    for (const struct jpk_check_rule *row = jpk_check_rules(); row->id; row++, expected++) {
        const struct jpk_rule *rule = jpk_recipe_rule(row->id);
        assert_non_null(rule);
        assert_int_equal(rule->tier, JPK_TIER_JITTERPAK);
        assert_int_equal(rule->severity[JPK_PROFILE_STANDARD], row->severity);
        assert_string_equal(rule->summary, row->summary);
    }
    assert_int_equal(there, expected);
}

static void test_keywords(void **state)
{
    (void)state;
    assert_int_equal(rule_of_keyword("required"), RULE_SCHEMA_MISSING_KEY);
    assert_int_equal(rule_of_keyword("additionalProperties"), RULE_SCHEMA_UNKNOWN_KEY);
    assert_int_equal(rule_of_keyword("oneOf"), RULE_SCHEMA_FORM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),    cmocka_unit_test(test_bound),
        cmocka_unit_test(test_joined),   cmocka_unit_test(test_severities),
        cmocka_unit_test(test_places),   cmocka_unit_test(test_table),
        cmocka_unit_test(test_keywords), cmocka_unit_test(test_rules_of_jpk_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
