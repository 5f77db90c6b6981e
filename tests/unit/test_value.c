/* Which texts have the form of a type of value: what people write, and what no import would take. */
#include "tests/unit/recipemaker.h"

#include "recipe/value.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
    enum value_type type;
    const char *good[12], *bad[12];
} forms[] = {
    {VALUE_TEXT, {"", "anything", "two\nlines"}, {NULL}},
    {VALUE_NUMBER,
     {"", "0", "-1", "+1", "007", ".5", "5.", "-0.25", "1e5", "1E-05", "[count]"},
     {"-", ".", "1e", "1e+", "e5", "1,5", " 1", "1 ", "0x10", "1e1234567890", "NaN"}},
    {VALUE_BOOLEAN, {"true", "false"}, {"", "True", "1", "yes", "[flag]", "falsey"}},
    {VALUE_EMAIL,
     {"ada@example.org", "Ada L. <ada@example.org>", "a@example.org; b@example.org", "a@example.org,", "[to]"},
     {"ada", "@example.org", "ada@", "ada l@example.org", "a@example.org; b", "Ada <ada>", "ada@exa\nmple.org", ";",
      " ", " , ;"}},
    {VALUE_URL,
     {"https://www.example.com/", "www.example.com/orders", "/orders", "mailto:a@example.org", "http://[host]/"},
     {"http://exa mple.com/", "orders", "www.example.com/\norders", "www.example.com/ orders"}},
    {VALUE_HOST,
     {"example.org", "example.org:8080", "192.0.2.1", "192.0.2.1:80", "::1", "[::1]", "my_host",
      "a.example; b.example"},
     {"exa mple", "a/b", "example.org:", "http://example.org", "a; b/c", ";", " "}},
    {VALUE_PATH, {"/tmp/orders", "C:\\orders", "two words"}, {"two\nlines"}},
    {VALUE_DURATION,
     {"30", "1.5", "30 s", "5min", "PT30S", "P1D", "2."},
     {"s", "30 s 5", "-30", "30 s.", "1.5.2", "PT"}},
    {VALUE_DATE, {"2026-01-31"}, {"2026-02-30", "31.01.2026", "2026-01-31T00:00:00Z", "2026"}},
    {VALUE_DATETIME,
     {"2026-01-31T06:30:00Z", "2026-01-31T06:30:00+01:00", "2026-01-31 06:30", "2026-01-31T06:30:15",
      "2026-01-31 06:30:15.250"},
     {"2026-01-31", "2026-01-31 6:30", "2026-01-31x06:30", "2026-01-31 25:00", "2026-01-31 06:30:15.2x",
      "2026-01-31 06:30x", "2026-02-30 06:30"}},
    {VALUE_TIMEZONE,
     {"Europe/Berlin", "UTC", "+01:00", "Etc/GMT-3"},
     {"Europe Berlin", "/etc", "1", "Europe/\xc3\xa4"}},
    {VALUE_CRON,
     {"0 6 * * 1-5", "*/5 * * * *", "0 0 6 ? * MON#1 2026", "@daily", "0\t6  * * *"},
     {"0 6 * *", "0 6 * * 1-5 * * *", "0 6 * * $", "@", "@every 5m"}},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        for (size_t j = 0; j < COUNT(forms[i].good) && forms[i].good[j]; j++)
            if (!value_has_form(forms[i].type, forms[i].good[j], strlen(forms[i].good[j])))
                fail_msg("'%s' is not %s", forms[i].good[j], value_form(forms[i].type));
        for (size_t j = 0; j < COUNT(forms[i].bad) && forms[i].bad[j]; j++)
            if (value_has_form(forms[i].type, forms[i].bad[j], strlen(forms[i].bad[j])))
                fail_msg("'%s' is %s", forms[i].bad[j], value_form(forms[i].type));
    }
    assert_false(value_has_form(VALUE_PATH, "/tmp\0/x", 7));
}

/* A property of one type with its bounds, and what is said of a value; "": it may have it. */
static void test_bounds(void **state)
{
    static const struct {
        const char *bounds, *value, *why;
    } rows[] = {
        {"\"type\": \"number\", \"minimum\": -5, \"maximum\": 10.5", "+010.50", ""},
        {"\"type\": \"number\", \"minimum\": -5, \"maximum\": 10.5", "-5.", ""},
        {"\"type\": \"number\", \"minimum\": -5, \"maximum\": 10.5", "-05.1", "is less than -5"},
        {"\"type\": \"number\", \"minimum\": -5, \"maximum\": 10.5", "1.e1", ""},
        {"\"type\": \"number\", \"minimum\": -5, \"maximum\": 10.5", "1.e2", "is greater than 10.5"},
        {"\"type\": \"number\", \"minimum\": 0.75", ".5", "is less than 0.75"},
        {"\"type\": \"number\", \"minimum\": 0.75", "[half]", ""},
        {"\"type\": \"number\", \"minimum\": 0.75", "half", "is not a number"},
        {"\"type\": \"text\", \"minLength\": 3", "\xc3\xa4\xc3\xb6", "has fewer than 3 characters"},
        {"\"type\": \"text\", \"minLength\": 2", "\xc3\xa4\xc3\xb6", ""},
        {"\"type\": \"text\", \"minLength\": 3", "", ""},
        {"\"type\": \"text\", \"maxLength\": 1", "ab", "has more than 1 character"},
        {"\"type\": \"text\", \"pattern\": \"[a-z]+|x\"", "abc", ""},
        {"\"type\": \"text\", \"pattern\": \"[a-z]+|x\"", "abc1", "does not match the pattern [a-z]+|x"},
        {"\"type\": \"text\", \"pattern\": \"(\"", "abc", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        struct jpk_error err = {0};
        struct arena arena = {0};
        struct jdoc doc = {0};
        struct recipe_model model = {0};
        struct value_check check = {0};
        struct buf why = {0};
        struct jtext value = {rows[i].value, (uint32_t)strlen(rows[i].value), 0};
        snprintf(text, sizeof text,
                 "{\"recipeFormat\": 1, \"steps\": [{\"id\": \"s\", \"type\": \"variables\", "
                 "\"properties\": [{\"id\": \"p\", %s}]}]}",
                 rows[i].bounds);
        assert_true(jdoc_parse(&doc, text, strlen(text), NULL, &err));
        assert_true(recipe_read(&model, &doc, &arena, &err));
        assert_int_equal(model.property_count, 1);
        bool allowed = value_allowed(&check, &doc, &model.properties[0], NULL, value, &why);
        assert_string_equal(buf_text(&why), rows[i].why);
        assert_int_equal(allowed, *rows[i].why == '\0');
        assert_false(check.failed);
        buf_free(&why);
        value_check_free(&check);
        recipe_free(&model);
        jdoc_free(&doc);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
