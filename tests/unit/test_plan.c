/* What is decided about every project: migrate/plan.h and plan_make.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"
#include "tests/unit/migratemaker.h"

#define ORGANIZATIONS(main, trial)                                                                                     \
    "organizations:\n- {name: Main, id: 1, subscription: subscribed, " main "}\n"                                      \
    "- {name: Trial, id: 2, subscription: trial, " trial "}\n"                                                         \
    "- {name: Partner, id: 3, subscription: other}\n"
#define TWO "environments: [{name: Prod, id: 10}, {name: Dev, id: 11}]"
#define ONE "environments: [{name: Prod, id: 10}]"
#define RULES "projects:\n"
#define TO_PROD "environment: Prod\n"

/* ------------------------------------------------------------------------------------------------------ decisions */

struct decision {
    const char *map;
    struct mm_project project;
    const char *expected;
};

static void assert_decisions(const struct decision *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mm mm;
        struct mm_project project = cases[i].project;
        char got[600];
        project.source = mm_or(project.source, "in/orders.jpk");
        assert_true(mm_plan(&mm, cases[i].map, &project, 1, MIGRATE_ASK));
        mm_describe(&mm.plan.projects[0], got, sizeof got);
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("case %zu: %s\ngot:      %s\nexpected: %s", i, mm_or(cases[i].map, "no map"), got,
                     cases[i].expected);
        assert_int_equal(mm.plan.actions[mm.plan.projects[0].action], 1);
        mm_free(&mm);
    }
}

#define ASSERT_DECISIONS(cases) assert_decisions(cases, sizeof(cases) / sizeof(cases)[0])

static void test_actions(void **state)
{
    (void)state;
    static const struct decision cases[] = {
        /* without a map everything keeps its place */
        {NULL, {0}, "move -/Orders"},
        {NULL, {.cloud = true, .organization = "Trial"}, "move -/Orders"},
        {"studio: cloud\n", {0}, "convert to cloud -/Orders"},
        {"studio: cloud\n", {.cloud = true}, "move -/Orders"},
        {"studio: design\n", {.cloud = true}, "convert to design -/Orders"},

        /* organizations: those that end, the one that stays, others, those that the map does not know */
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization = "Trial"}, "move Prod/Orders"},
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization = "Nobody's"}, "move Prod/Orders"},
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization = "Main"}, "keep subscribed"},
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization = "MAIN"}, "keep subscribed"},
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization_id = "1"}, "keep subscribed"},
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization = "Trial", .organization_id = "1"}, "keep subscribed"},
        {ORGANIZATIONS(ONE, "") TO_PROD, {.organization = "Partner"}, "keep organization-stays"},
        {ORGANIZATIONS(TWO, ""), {.organization = "Partner"}, "keep organization-stays"},

        /* what is to have another form moves even inside of the organization that stays */
        {ORGANIZATIONS(TWO, "") "studio: cloud\n" RULES "- {match: {project: Orders}, name: Orders 2}\n",
         {.organization = "Main", .environment = "Dev"},
         "convert to cloud Dev/Orders 2"},

        /* environment backups */
        {NULL, {.kind = JPK_KIND_BACKUP}, "refuse environment-backup"},
        {"studio: cloud\n", {.kind = JPK_KIND_BACKUP}, "refuse environment-backup"},
        {ORGANIZATIONS(TWO, ""), {.kind = JPK_KIND_BACKUP, .organization = "Trial"}, "refuse environment-backup"},
        {ORGANIZATIONS(ONE, ""), {.kind = JPK_KIND_BACKUP, .organization = "Main"}, "keep subscribed"},
        {ORGANIZATIONS(ONE, ""), {.kind = JPK_KIND_BACKUP, .organization = "Partner"}, "keep organization-stays"},
        {ORGANIZATIONS(ONE, "") RULES "- {match: {project: Orders}, skip: true}\n",
         {.kind = JPK_KIND_BACKUP},
         "skip asked"},

        /* what cannot be read */
        {NULL, {.error = JPK_ERR_XML}, "refuse unreadable"},
        {NULL, {.error = JPK_ERR_ENCRYPTED}, "refuse password-protected"},
        {ORGANIZATIONS(TWO, ""), {.error = JPK_ERR_XML}, "refuse unreadable"},
        {RULES "- {match: {source: \"in/*.jpk\"}, skip: true}\n", {.error = JPK_ERR_XML}, "skip asked"},
        {RULES "- {match: {source: \"in/*.jpk\"}, keep: true}\n", {.error = JPK_ERR_ENCRYPTED}, "keep asked"},
        {RULES "- {match: {project: Orders}, skip: true}\n", {.error = JPK_ERR_XML}, "refuse unreadable"},
        {RULES "- {match: {source: \"in/*.jpk\"}, studio: cloud}\n", {.error = JPK_ERR_XML}, "refuse unreadable"},

        /* paths that no plan can hold */
        {NULL, {.odd_path = true}, "refuse path-not-utf8"},
        {ORGANIZATIONS(TWO, ""), {.odd_path = true}, "refuse path-not-utf8"},
    };
    ASSERT_DECISIONS(cases);
}

static void test_rules(void **state)
{
    (void)state;
    static const struct decision cases[] = {
        {RULES "- {match: {source: \"in/**\"}, skip: true}\n", {0}, "skip asked"},
        {RULES "- {match: {source: \"*.jpk\"}, skip: true}\n", {0}, "skip asked"},
        {RULES "- {match: {source: /orders.jpk}, skip: true}\n", {0}, "move -/Orders"},
        {RULES "- {match: {source: \"*.jpk\"}, keep: true}\n", {0}, "keep asked"},
        {RULES "- {match: {project: ORDERS}, skip: true}\n", {0}, "skip asked"},
        {RULES "- {match: {project: P-1}, skip: true}\n", {.id = "p-1"}, "skip asked"},
        {RULES "- {match: {project: Order}, skip: true}\n", {0}, "move -/Orders"},
        {RULES "- {match: {project: Orders}, name: Bills}\n", {0}, "move -/Bills"},
        {RULES "- {match: {project: Orders}, studio: cloud}\n", {0}, "convert to cloud -/Orders"},
        {"studio: cloud\n" RULES "- {match: {project: Orders}, studio: same}\n", {0}, "move -/Orders"},

        /* all that a rule says must fit, and the first that fits decides alone */
        {RULES "- {match: {project: Orders, source: \"*.json\"}, skip: true}\n", {0}, "move -/Orders"},
        {RULES "- {match: {project: Orders, source: \"*.jpk\"}, skip: true}\n", {0}, "skip asked"},
        {RULES "- {match: {project: Orders}, name: Bills}\n- {match: {source: \"*.jpk\"}, skip: true}\n",
         {0},
         "move -/Bills"},
        {RULES "- {match: {project: Bills}, skip: true}\n- {match: {source: \"*.jpk\"}, name: Bills}\n",
         {0},
         "move -/Bills"},
        {ORGANIZATIONS(ONE, "") RULES "- {match: {organization: 2}, skip: true}\n",
         {.organization_id = "2"},
         "skip asked"},
        {ORGANIZATIONS(ONE, "") RULES "- {match: {organization: Trial}, skip: true}\n",
         {.organization = "Partner"},
         "keep organization-stays"},
        {ORGANIZATIONS(ONE, "environments: [{name: Old}]") RULES "- {match: {environment: old}, skip: true}\n",
         {.organization = "Trial", .environment = "Old"},
         "skip asked"},

        /* what a rule leaves where it is needs no environment there */
        {ORGANIZATIONS(TWO, "") RULES "- {match: {project: Orders}, skip: true}\n",
         {.organization = "Trial"},
         "skip asked"},
        {ORGANIZATIONS(TWO, "") RULES "- {match: {project: Orders}, keep: true}\n",
         {.organization = "Trial"},
         "keep asked"},

        /* false is the same as nothing */
        {RULES "- {match: {project: Orders}, skip: false, keep: false}\n", {0}, "move -/Orders"},
    };
    ASSERT_DECISIONS(cases);
}

/* The ways to find an environment, in their order. */
static void test_environments(void **state)
{
    (void)state;
    static const struct decision cases[] = {
        {ORGANIZATIONS(TWO, "environments: [{name: Prod, to: Dev}]") TO_PROD RULES
         "- {match: {project: Orders}, environment: 10}\n",
         {.organization = "Trial", .environment = "Prod"},
         "move Prod/Orders"},
        {ORGANIZATIONS(TWO, "environments: [{name: Prod, to: Dev}]") TO_PROD,
         {.organization = "Trial", .environment = "Prod"},
         "move Dev/Orders"},
        {ORGANIZATIONS(TWO, "environments: [{id: 77, to: 11}]") TO_PROD,
         {.organization = "Trial", .environment_id = "77"},
         "move Dev/Orders"},
        {ORGANIZATIONS(TWO, "environments: [{name: Old}]") TO_PROD,
         {.organization = "Trial", .environment = "Old"},
         "move Prod/Orders"},
        {ORGANIZATIONS(TWO, "") TO_PROD, {.organization = "Trial", .environment = "Dev"}, "move Prod/Orders"},
        {ORGANIZATIONS(TWO, ""), {.organization = "Trial", .environment = "dev"}, "move Dev/Orders"},
        {ORGANIZATIONS(TWO, ""), {.organization = "Trial", .environment_id = "11"}, "refuse no-environment"},
        {ORGANIZATIONS(TWO, ""), {.organization = "Trial", .environment = "Old"}, "refuse no-environment"},
        {ORGANIZATIONS(TWO, ""), {.organization = "Trial"}, "refuse no-environment"},
        {ORGANIZATIONS(TWO, "") "studio: cloud\n", {.organization = "Trial"}, "refuse no-environment"},
        {ORGANIZATIONS(ONE, ""), {.organization = "Trial", .environment = "Old"}, "move Prod/Orders"},
        {ORGANIZATIONS("environments: [{id: 10}]", ""), {.organization = "Trial"}, "move 10/Orders"},
        {ORGANIZATIONS("environments: []", ""), {.organization = "Trial"}, "refuse no-environment"},

        /* of the organization that stays its own */
        {ORGANIZATIONS(TWO, "") TO_PROD "studio: cloud\n" RULES "- {match: {project: Orders}, name: Orders 2}\n",
         {.organization = "Main", .environment_id = "11"},
         "convert to cloud Dev/Orders 2"},
        {ORGANIZATIONS(TWO, "") TO_PROD "studio: cloud\n",
         {.organization = "Main", .environment = "Test"},
         "refuse no-environment"},
    };
    ASSERT_DECISIONS(cases);
}

static void test_names(void **state)
{
    (void)state;
    static const struct decision cases[] = {
        {NULL, {.name = "a\\b/c:d?e*f\"g<h>i|j"}, "move -/a_b_c_d_e_f_g_h_i_j"},
        {NULL, {.name = "tab\tline\nbell\a\x7f"}, "move -/tab_line_bell__"},
        {NULL, {.name = ""}, "move -/project"},
        {NULL, {.name = ".."}, "move -/.."},
        {NULL, {.name = "\xc3\x84rger & Co. (2)"}, "move -/\xc3\x84rger & Co. (2)"},
        {RULES "- {match: {project: Orders}, name: \"a/b\"}\n", {0}, "move -/a_b"},
    };
    ASSERT_DECISIONS(cases);
}

/* Whoever reads the plan learns why. */
static void test_details(void **state)
{
    (void)state;
    struct mm mm;
    const struct mm_project rows[] = {{.source = "a.jpk", .name = "a/b"},
                                      {.source = "b.jpk", .error = JPK_ERR_XML},
                                      {.source = "c.jpk", .name = "c"}};
    assert_true(mm_plan(&mm, NULL, rows, 3, MIGRATE_ASK));
    assert_non_null(strstr(mm.plan.projects[0].detail, "may not"));
    assert_string_equal(mm.plan.projects[1].detail, "is spoilt [xml]");
    assert_null(mm.plan.projects[2].detail);
    mm_free(&mm);
}

/* ------------------------------------------------------------------------------------------------- ids and folders */

static void test_ids(void **state)
{
    (void)state;
    struct mm mm, again;
    const struct mm_project rows[] = {
        {.source = "a/one.jpk", .name = "Sync: Orders -> ERP!"},
        {.source = "b/one.jpk", .name = "Sync: Orders -> ERP!"},
        {.source = "c.jpk", .name = "\xc3\xa4\xc3\xb6"},
        {.source = "d.jpk", .name = ""},
        {.source = "e.jpk", .name = "---"},
        {.source = "f.jpk", .error = JPK_ERR_XML},
        {.source = "g.jpk", .name = "a name that is much longer than the forty bytes that an id takes of it"},
    };
    enum { COUNT = sizeof rows / sizeof rows[0] };
    assert_true(mm_plan(&mm, NULL, rows, COUNT, MIGRATE_RENAME));
    /* the same, whatever else is there */
    assert_true(mm_plan(&again, NULL, rows + 1, 2, MIGRATE_RENAME));
    assert_string_equal(mm.plan.projects[1].id, again.plan.projects[0].id);
    assert_string_equal(mm.plan.projects[2].id, again.plan.projects[1].id);
    assert_int_equal(strncmp(mm.plan.projects[0].id, "sync-orders-erp-", 16), 0);
    for (size_t i = 0; i < COUNT; i++) {
        const char *id = mm.plan.projects[i].id;
        assert_in_range(strlen(id), 8, 60);
        assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(id));
        assert_true(id[0] != '-');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(id, mm.plan.projects[j].id);
    }
    mm_free(&mm);
    mm_free(&again);
}

/* Of all that is written, and as file systems see it that do not tell upper from lower case. */
static void assert_outputs_differ(const struct mm *mm)
{
    for (size_t i = 0; i < mm->plan.count; i++)
        for (size_t j = 0; j < i; j++) {
            char *a, *b;
            size_t n, m;
            const char *one = mm->plan.projects[i].output, *other = mm->plan.projects[j].output;
            if (!one || !other)
                continue;
            assert_true(text_fold(one, strlen(one), &a, &n) && text_fold(other, strlen(other), &b, &m));
            assert_false(n == m && memcmp(a, b, n) == 0);
            free(a);
            free(b);
        }
}

static void test_outputs(void **state)
{
    (void)state;
    struct mm mm;
    char taken[80], expected[100];
    struct mm_project rows[] = {
        {.source = "a.jpk", .name = "A/B"}, {.source = "b.jpk", .name = ".x"},
        {.source = "c.jpk", .name = "_x"}, /* the folder of the one before */
        {.source = "d.jpk", .name = ".."},  {.source = "e.jpk", .name = "skipped", .error = JPK_ERR_XML},
    };
    assert_true(mm_plan(&mm, NULL, rows, 5, MIGRATE_ASK));
    snprintf(taken, sizeof taken, "_x~%s", mm.plan.projects[2].id);
    snprintf(expected, sizeof expected, "projects/%s", taken);
    assert_string_equal(mm.plan.projects[0].output, "projects/A_B");
    assert_string_equal(mm.plan.projects[1].output, "projects/_x");
    assert_string_equal(mm.plan.projects[2].output, expected);
    assert_string_equal(mm.plan.projects[3].output, "projects/_.");
    assert_null(mm.plan.projects[4].output);
    assert_outputs_differ(&mm);
    mm_free(&mm);

    /* one that has the name already which the folder would get */
    rows[0].name = taken;
    assert_true(mm_plan(&mm, NULL, rows, 5, MIGRATE_ASK));
    assert_string_equal(mm.plan.projects[0].output, expected);
    assert_string_not_equal(mm.plan.projects[2].output, expected);
    assert_outputs_differ(&mm);
    mm_free(&mm);
}

static void test_outputs_of_environments(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {
        {.source = "a.jpk", .environment = "\xc3\x89t\xc3\xa9"}, /* two that file systems may take for one */
        {.source = "b.jpk", .environment = "\xc3\xa9t\xc3\xa9"},
        {.source = "c.jpk", .environment = "Dev"},
    };
    assert_true(mm_plan(&mm,
                        ORGANIZATIONS("environments: [{name: \xc3\x89t\xc3\xa9}, {name: \xc3\xa9t\xc3\xa9}, {name: "
                                      "Dev}]",
                                      ""),
                        rows, 3, MIGRATE_ASK));
    mm_assert(&mm, 0, "move \xc3\x89t\xc3\xa9/Orders");
    mm_assert(&mm, 1, "move \xc3\xa9t\xc3\xa9/Orders");
    assert_string_equal(mm.plan.projects[2].output, "projects/Dev/Orders");
    assert_outputs_differ(&mm);
    mm_free(&mm);
}

/* A name of a thousand bytes still has a folder that every file system takes. */
static void test_long_names(void **state)
{
    (void)state;
    struct mm mm;
    char name[1001];
    memset(name, 'x', 1000);
    name[1000] = '\0';
    const struct mm_project rows[] = {{.source = "a.jpk", .name = name}};
    assert_true(mm_plan(&mm, NULL, rows, 1, MIGRATE_ASK));
    assert_string_equal(mm.plan.projects[0].name, name);
    assert_in_range(strlen(mm.plan.projects[0].output), 100, 9 + 255);
    mm_free(&mm);
}

static void test_nothing(void **state)
{
    (void)state;
    struct mm mm;
    struct buf text = {0};
    assert_true(mm_plan(&mm, ORGANIZATIONS(ONE, ""), NULL, 0, MIGRATE_ASK));
    assert_int_equal(mm.plan.count, 0);
    migrate_plan_write(&text, &mm.plan);
    assert_non_null(strstr(buf_text(&text), "\"projects\": []"));
    buf_free(&text);
    mm_free(&mm);
}

/* ---------------------------------------------------------------------------------------------------- connectors */

static void test_connectors(void **state)
{
    (void)state;
    static const char *const adapters[] = {"Zeta", "acme"};
    struct mm mm = {0};
    struct migrate_plan_options how = {.policy = MIGRATE_ASK, .agent = "any", .jobs = 1};
    const struct mm_project rows[] = {{.source = "a.json", .cloud = true, .name = "A"},
                                      {.source = "b.json", .cloud = true, .name = "B"},
                                      {.source = "c.json", .cloud = true, .name = "C"}};
    mm.map = mm_map(ORGANIZATIONS(ONE ", connectors: [ACME]", "") RULES "- {match: {project: C}, skip: true}\n");
    mm_survey(&mm.survey, rows, 3);
    for (size_t i = 0; i < 3; i++) {
        mm.survey.projects[i].adapters = adapters;
        mm.survey.projects[i].adapter_count = i == 0 ? 2 : 1;
    }
    assert_true(migrate_plan_make(&mm.plan, &mm.survey, mm.map, &how, &mm.err));
    assert_int_equal(mm.plan.connector_count, 2);
    assert_string_equal(mm.plan.connectors[0].name, "Zeta");
    assert_int_equal(mm.plan.connectors[0].projects, 2); /* not of what is skipped */
    assert_false(mm.plan.connectors[0].there);
    assert_string_equal(mm.plan.connectors[1].name, "acme");
    assert_int_equal(mm.plan.connectors[1].projects, 1);
    assert_true(mm.plan.connectors[1].there);
    mm_free(&mm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions),      cmocka_unit_test(test_rules),
        cmocka_unit_test(test_environments), cmocka_unit_test(test_names),
        cmocka_unit_test(test_details),      cmocka_unit_test(test_ids),
        cmocka_unit_test(test_outputs),      cmocka_unit_test(test_outputs_of_environments),
        cmocka_unit_test(test_long_names),   cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_connectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
