/* Texts for people, without the secrets in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jpk/secret_text.h"

static const struct {
    const char *text, *shown; /* NULL: it stays as it is */
} cases[] = {
    {"Write summary pwd=Hk7q02Zw3Vx9", "Write summary pwd=****"},
    {"Warehouse https://bob:Hk7q03Zw3Vx9@wh.acme.io/in", "Warehouse https://bob:****@wh.acme.io/in"},
    {"deployed by bob, password: Hk7q00Zw3Vx9", "deployed by bob, password: ****"},
    {"AKIAQ3XJ7LMN5"
     "PRT2VWZ",
     "****"}, /* the shortest token */
    {"pwd=Hk7q02Zw3Vx9", "pwd=****"},
    /* Escapes, of pointers of JSON and of names of files, go only where a secret stands behind them. */
    {"/steps/https:~1~1bob:Hk7q03Zw3Vx9@wh.acme.io", "/steps/https://bob:****@wh.acme.io"},
    {"Folder/https%3A%2F%2Fbob%3AHk7q03Zw3Vx9@wh.acme.io.xml", "Folder/https://bob:****@wh.acme.io.xml"},
    {"/steps/a~1b~01/100%25", NULL},
    /* Words of messages, names and ids. */
    {"", NULL},
    {"Script/Orders", NULL},
    {"2370d173-18aa-4b9e-b421-df599741973f", NULL},
    {"'password' must be a string, not null", NULL},
    {"password: must be a string", NULL},
    {"the secret 'password' has a default", NULL},
    {"Read the token, then the password", NULL},
    {"https://[user]:[password]@wh.acme.io", NULL},
};

static void test_shown(void **state)
{
    (void)state;
    struct buf out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *shown = secret_text_shown(&out, cases[i].text);
        assert_string_equal(shown, cases[i].shown ? cases[i].shown : cases[i].text);
        assert_true((shown == cases[i].text) == !cases[i].shown);
    }
    buf_free(&out);
}

/* What is cut away is masked before. */
static void test_printable(void **state)
{
    (void)state;
    char shown[24];
    assert_true(secret_text_printable(shown, sizeof shown, "https://bob:Hk7q03Zw3Vx9-and-more@wh.acme.io\x1b"));
    assert_string_equal(shown, "https://bob:****@wh....");
    assert_true(secret_text_printable(shown, sizeof shown, "a\x1b[2J"));
    assert_string_equal(shown, "a?[2J");
}

static void test_json(void **state)
{
    (void)state;
    json_t *value = json_pack("{s:s, s:[s, {s:s}], s:i}", "name", "pwd=Hk7q02Zw3Vx9", "list", "plain", "comment",
                              "password: Hk7q00Zw3Vx9", "count", 3);
    assert_true(secret_json_mask(value));
    char *text = json_dumps(value, JSON_SORT_KEYS);
    assert_string_equal(
        text, "{\"count\": 3, \"list\": [\"plain\", {\"comment\": \"password: ****\"}], \"name\": \"pwd=****\"}");
    free(text);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shown), cmocka_unit_test(test_printable),
                                       cmocka_unit_test(test_json)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
