/* Every find of the hygiene has a rule of the validation, and every such rule something that it can find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipe/hygiene_rules.h"

/* Encrypted values are in Jitterpaks on purpose. */
static bool has_none(int kind)
{
    return kind == HYGIENE_ENCRYPTED_VALUE;
}

static void test_every_kind_has_a_rule(void **state)
{
    (void)state;
    for (int kind = 0; kind < HYGIENE_RULES; kind++) {
        if (has_none(kind))
            continue;
        const struct jpk_rule *rule = rule_row((int)rule_of_hygiene((enum hygiene_rule)kind));
        assert_non_null(rule);
        assert_int_equal(rule->tier, JPK_TIER_HYGIENE);
        /* Its severity is that of what it finds, or milder. */
        assert_true(rule->severity[JPK_PROFILE_STRICT] <= (int)hygiene_rule_info((enum hygiene_rule)kind)->severity);
    }
    assert_int_equal(rule_of_hygiene(HYGIENE_ENCRYPTED_VALUE), RULE_COUNT);
    assert_int_equal(rule_of_hygiene(HYGIENE_RULES), RULE_COUNT);
}

static void test_every_rule_has_a_kind(void **state)
{
    (void)state;
    for (int rule = 0; rule < rule_total(); rule++) {
        size_t kinds = 0;
        for (int kind = 0; kind < HYGIENE_RULES; kind++)
            kinds += !has_none(kind) && (int)rule_of_hygiene((enum hygiene_rule)kind) == rule;
        assert_true((kinds > 0) == (rule_row(rule)->tier == JPK_TIER_HYGIENE));
    }
}

/* One that the table forgets would come under the rule with the number 0. */
static void test_some_of_them(void **state)
{
    (void)state;
    static const struct {
        enum hygiene_rule kind;
        const char *rule;
    } cases[] = {
        {HYGIENE_PRIVATE_KEY, "private-key-in-file"},       {HYGIENE_GITHUB_TOKEN, "token-in-file"},
        {HYGIENE_AUTHORIZATION_HEADER, "token-in-file"},    {HYGIENE_PLAIN_PASSWORD, "credential-in-file"},
        {HYGIENE_EMAIL_ADDRESS, "email-in-file"},           {HYGIENE_UNC_PATH, "internal-host-in-file"},
        {HYGIENE_INTERNAL_HOST, "internal-host-in-file"},   {HYGIENE_PHONE_NUMBER, "phone-number-in-file"},
        {HYGIENE_PRIVATE_ADDRESS, "internal-host-in-file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(rule_row((int)rule_of_hygiene(cases[i].kind))->id, cases[i].rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_a_rule),
        cmocka_unit_test(test_every_rule_has_a_kind),
        cmocka_unit_test(test_some_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
