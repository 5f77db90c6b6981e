/* Versions of one project and names that meet: migrate/plan_settle.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/migratemaker.h"

#define TARGET(environments)                                                                                           \
    "organizations:\n- {name: Main, subscription: subscribed, environments: [" environments "]}\n"
#define PROD TARGET("{name: Prod}")
#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* One case: projects, the policy, and what is decided about each. */
static void assert_settled(const char *map, const struct mm_project *rows, size_t count, enum migrate_policy policy,
                           const char *const *expected)
{
    struct mm mm;
    assert_true(mm_plan(&mm, map, rows, count, policy));
    for (size_t i = 0; i < count; i++)
        mm_assert(&mm, i, expected[i]);
    mm_free(&mm);
}

#define ASSERT_SETTLED(map, rows, policy, ...)                                                                         \
    assert_settled(map, rows, COUNT(rows), policy, (const char *const[COUNT(rows)]){__VA_ARGS__})

/* ------------------------------------------------------------------------------------------------------- policies */

static void test_policies(void **state)
{
    (void)state;
    static const struct mm_project rows[] = {{.source = "a.jpk", .id = "1", .modified = 10},
                                             {.source = "b.jpk", .id = "2", .modified = 30},
                                             {.source = "c.jpk", .id = "3", .modified = 20, .name = "ORDERS"},
                                             {.source = "d.jpk", .id = "4", .name = "Bills"}};
    ASSERT_SETTLED(PROD, rows, MIGRATE_FAIL, "refuse name-conflict", "refuse name-conflict", "refuse name-conflict",
                   "move Prod/Bills");
    ASSERT_SETTLED(PROD, rows, MIGRATE_RENAME, "move Prod/Orders (3)", "move Prod/Orders", "move Prod/ORDERS (2)",
                   "move Prod/Bills");
    ASSERT_SETTLED(PROD, rows, MIGRATE_NEWEST, "skip older-version", "move Prod/Orders", "skip older-version",
                   "move Prod/Bills");
    ASSERT_SETTLED(PROD, rows, MIGRATE_FIRST, "move Prod/Orders", "skip name-conflict", "skip name-conflict",
                   "move Prod/Bills");
    /* without a map all would go to one place */
    ASSERT_SETTLED(NULL, rows, MIGRATE_FIRST, "move -/Orders", "skip name-conflict", "skip name-conflict",
                   "move -/Bills");
}

static void test_unsettled(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {
        {.source = "a.jpk"}, {.source = "b.jpk"}, {.source = "c.jpk", .name = "C"}};
    assert_false(mm_plan(&mm, PROD, rows, 3, MIGRATE_ASK));
    assert_int_equal(mm.err.code, JPK_ERR_USAGE);
    assert_non_null(strstr(mm.err.message, "--on-conflict"));
    assert_int_equal(mm.plan.conflict_count, 1);
    assert_int_equal(mm.plan.conflicts[0].count, 2);
    assert_string_equal(mm.plan.conflicts[0].name, "Orders");
    assert_string_equal(mm.plan.conflicts[0].environment, "Prod");
    assert_false(mm.plan.conflicts[0].taken);
    mm_free(&mm);
}

/* What takes another's place is named. */
static void test_instead(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {{.source = "a.jpk", .id = "1", .modified = 1},
                                             {.source = "b.jpk", .id = "2", .modified = 2}};
    assert_true(mm_plan(&mm, PROD, rows, 2, MIGRATE_NEWEST));
    assert_string_equal(mm.plan.projects[0].instead, mm.plan.projects[1].id);
    assert_null(mm.plan.projects[1].instead);
    assert_string_equal(mm.plan.conflicts[0].settled, "the newest is taken");
    mm_free(&mm);
    assert_true(mm_plan(&mm, PROD, rows, 2, MIGRATE_FIRST));
    assert_string_equal(mm.plan.projects[1].instead, mm.plan.projects[0].id);
    mm_free(&mm);
}

/* ------------------------------------------------------------------------------------------------------------ time */

static void test_times(void **state)
{
    (void)state;
    static const struct mm_project tie[] = {{.source = "a.jpk", .modified = 5}, {.source = "b.jpk", .modified = 5}};
    static const struct mm_project unknown[] = {{.source = "a.jpk"}, {.source = "b.jpk"}};
    static const struct mm_project one[] = {{.source = "a.jpk"}, {.source = "b.jpk", .modified = 1}};
    static const struct mm_project below[] = {
        {.source = "a.jpk", .modified = 5}, {.source = "b.jpk", .modified = 9}, {.source = "c.jpk", .modified = 5}};
    ASSERT_SETTLED(PROD, tie, MIGRATE_NEWEST, "refuse name-conflict", "refuse name-conflict");
    ASSERT_SETTLED(PROD, unknown, MIGRATE_NEWEST, "refuse name-conflict", "refuse name-conflict");
    ASSERT_SETTLED(PROD, one, MIGRATE_NEWEST, "skip older-version", "move Prod/Orders");
    ASSERT_SETTLED(PROD, below, MIGRATE_NEWEST, "skip older-version", "move Prod/Orders", "skip older-version");
    /* of a tie the first by its path has the name */
    ASSERT_SETTLED(PROD, tie, MIGRATE_RENAME, "move Prod/Orders", "move Prod/Orders (2)");
    ASSERT_SETTLED(PROD, unknown, MIGRATE_RENAME, "move Prod/Orders", "move Prod/Orders (2)");
}

/* ----------------------------------------------------------------------------------------------------- taken names */

#define TAKEN TARGET("{name: Prod, projects: [orders, Orders (2)]}, {name: Dev}")

static void test_taken(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project one[] = {{.source = "a.jpk", .environment = "Prod", .modified = 3}};
    static const struct mm_project two[] = {{.source = "a.jpk", .environment = "Prod", .modified = 3},
                                            {.source = "b.jpk", .environment = "Prod", .modified = 4}};
    static const struct mm_project elsewhere[] = {{.source = "a.jpk", .environment = "Dev"}};
    ASSERT_SETTLED(TAKEN, one, MIGRATE_FAIL, "refuse name-conflict");
    ASSERT_SETTLED(TAKEN, one, MIGRATE_RENAME, "move Prod/Orders (3)");
    ASSERT_SETTLED(TAKEN, one, MIGRATE_NEWEST, "refuse name-conflict");
    ASSERT_SETTLED(TAKEN, one, MIGRATE_FIRST, "skip name-conflict");
    ASSERT_SETTLED(TAKEN, two, MIGRATE_RENAME, "move Prod/Orders (4)", "move Prod/Orders (3)");
    ASSERT_SETTLED(TAKEN, two, MIGRATE_FIRST, "skip name-conflict", "skip name-conflict");
    ASSERT_SETTLED(TAKEN, elsewhere, MIGRATE_ASK, "move Dev/Orders");
    assert_false(mm_plan(&mm, TAKEN, one, 1, MIGRATE_ASK));
    assert_true(mm.plan.conflicts[0].taken);
    mm_free(&mm);
}

/* Projects of the organization that stays are there already, whether they are kept, skipped or converted. */
static void test_taken_by_inputs(void **state)
{
    (void)state;
    static const struct mm_project rows[] = {
        {.source = "main/a.jpk", .id = "1", .organization = "Main", .environment = "Prod"},
        {.source = "old/a.jpk", .id = "2", .organization = "Old", .environment = "Prod"}};
    static const struct mm_project moved[] = {
        {.source = "a.jpk", .id = "1", .organization = "Main", .environment = "Prod"}};
    ASSERT_SETTLED(PROD, rows, MIGRATE_RENAME, "keep subscribed", "move Prod/Orders (2)");
    ASSERT_SETTLED(PROD "projects: [{match: {organization: Main}, keep: true}]\n", rows, MIGRATE_RENAME, "keep asked",
                   "move Prod/Orders (2)");
    ASSERT_SETTLED(PROD "projects: [{match: {organization: Main}, skip: true}]\n", rows, MIGRATE_RENAME, "skip asked",
                   "move Prod/Orders (2)");
    ASSERT_SETTLED(PROD "studio: cloud\n", moved, MIGRATE_RENAME, "convert to cloud Prod/Orders (2)");
    ASSERT_SETTLED(
        TARGET(
            "{name: Prod}, {name: Dev}") "studio: cloud\nprojects: [{match: {organization: Main}, environment: Dev}]\n",
        moved, MIGRATE_ASK, "convert to cloud Dev/Orders");
}

/* --------------------------------------------------------------------------------------------------------- renaming */

/* A name that is made up goes to nobody who has it. */
static void test_renames_meet_names(void **state)
{
    (void)state;
    static const struct mm_project alone[] = {{.source = "a.jpk", .modified = 2},
                                              {.source = "b.jpk", .modified = 1},
                                              {.source = "c.jpk", .name = "orders (2)"}};
    static const struct mm_project both[] = {{.source = "a.jpk", .modified = 2},
                                             {.source = "b.jpk", .modified = 1},
                                             {.source = "c.jpk", .name = "Orders (2)", .modified = 1},
                                             {.source = "d.jpk", .name = "Orders (2)", .modified = 2}};
    ASSERT_SETTLED(PROD, alone, MIGRATE_RENAME, "move Prod/Orders", "move Prod/Orders (3)", "move Prod/orders (2)");
    ASSERT_SETTLED(PROD, both, MIGRATE_RENAME, "move Prod/Orders", "move Prod/Orders (3)", "move Prod/Orders (2) (2)",
                   "move Prod/Orders (2)");
}

/* Every name that comes of thousands that meet, in all ways to write it. */
static void test_thousands(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct mm mm;
    struct mm_project *rows = calloc(MANY, sizeof *rows);
    char(*texts)[2][24] = calloc(MANY, sizeof *texts);
    assert_true(rows && texts);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(texts[i][0], sizeof texts[i][0], "%05zu.jpk", i);
        snprintf(texts[i][1], sizeof texts[i][1], "ordersofthecompany");
        for (size_t bit = 0; bit < 13; bit++)
            if (i >> bit & 1)
                texts[i][1][bit] = (char)(texts[i][1][bit] - 'a' + 'A');
        rows[i] = (struct mm_project){.source = texts[i][0], .name = texts[i][1], .modified = (int64_t)(i + 1)};
    }
    assert_true(mm_plan(&mm, PROD, rows, MANY, MIGRATE_RENAME));
    assert_int_equal(mm.plan.actions[MIGRATE_MOVE], MANY);
    assert_int_equal(mm.plan.conflict_count, 1);
    for (size_t i = 0; i < MANY; i++) {
        char name[60];
        size_t number = MANY - i;
        snprintf(name, sizeof name, number == 1 ? "%s" : "%s (%zu)", texts[i][1], number);
        assert_string_equal(mm.plan.projects[i].name, name);
    }
    mm_free(&mm);
    free(rows);
    free(texts);
}

/* --------------------------------------------------------------------------------------------------------- versions */

static void test_copies(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {{.source = "a.jpk", .id = "P", .sum = "same", .modified = 5},
                                             {.source = "b.jpk", .id = "p", .sum = "same", .modified = 5},
                                             {.source = "c.jpk", .id = "q", .sum = "other", .name = "Bills"}};
    ASSERT_SETTLED(PROD, rows, MIGRATE_ASK, "move Prod/Orders", "skip duplicate", "move Prod/Bills");
    assert_true(mm_plan(&mm, PROD, rows, 3, MIGRATE_ASK));
    assert_int_equal(mm.plan.version_count, 1);
    assert_int_equal(mm.plan.versions[0].count, 2);
    assert_false(mm.plan.versions[0].dated);
    assert_true(mm.plan.projects[1].compared && mm.plan.projects[1].identical);
    assert_int_equal(mm.plan.projects[1].differences, 0);
    assert_int_equal(mm.plan.projects[2].version, UINT32_MAX);
    assert_string_equal(mm.plan.projects[1].instead, mm.plan.projects[0].id);
    assert_int_equal(mm.plan.conflict_count, 0);
    mm_free(&mm);
}

/* The files are copies, but they do not go to the same place. */
static void test_copies_in_two_environments(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {{.source = "a.jpk", .id = "p", .sum = "same", .environment = "Prod"},
                                             {.source = "b.jpk", .id = "p", .sum = "same", .environment = "Dev"}};
    assert_true(mm_plan(&mm, TARGET("{name: Prod}, {name: Dev}"), rows, 2, MIGRATE_ASK));
    mm_assert(&mm, 0, "move Prod/Orders");
    mm_assert(&mm, 1, "move Dev/Orders");
    assert_int_equal(mm.plan.version_count, 1);
    mm_free(&mm);
}

/* Of versions that cannot be compared, as when their files have gone, nothing is said. */
static void test_versions_that_differ(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {{.source = "none/a.jpk", .id = "p", .modified = 1},
                                             {.source = "none/b.jpk", .id = "p", .modified = 3, .name = "Other"},
                                             {.source = "none/c.jpk", .id = "p", .modified = 1, .sum = "none/a.jpk"},
                                             {.source = "none/d.jpk", .error = JPK_ERR_XML}};
    assert_true(mm_plan(&mm, PROD, rows, 4, MIGRATE_NEWEST));
    mm_assert(&mm, 0, "skip older-version");
    mm_assert(&mm, 1, "move Prod/Other");
    mm_assert(&mm, 2, "skip duplicate"); /* of a.jpk, which is older itself */
    mm_assert(&mm, 3, "refuse unreadable");
    assert_true(mm.plan.versions[0].dated);
    assert_int_equal(mm.plan.versions[0].projects[0], 1);
    assert_false(mm.plan.projects[0].compared);
    assert_int_equal(mm.plan.conflict_count, 1);
    assert_true(mm.plan.conflicts[0].same_id);
    mm_free(&mm);
}

/* Real files: one that was copied into another form is the same, one with another comment is not. */
static void test_versions_of_files(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {
        {.source = "a", .path = "samples/http-json", .id = "p", .modified = 5},
        {.source = "b", .path = "samples/database-to-ftp", .id = "p", .modified = 4},
        {.source = "c", .path = "samples/http-json", .id = "p", .modified = 3, .sum = "says that it is another"},
        {.source = "d", .path = "samples/cloud/contacts.json", .id = "p", .modified = 2, .cloud = true},
    };
    assert_true(mm_plan(&mm, PROD, rows, COUNT(rows), MIGRATE_NEWEST));
    mm_assert(&mm, 0, "move Prod/Orders");
    mm_assert(&mm, 1, "skip older-version");
    mm_assert(&mm, 2, "skip duplicate");
    mm_assert(&mm, 3, "skip older-version");
    assert_true(mm.plan.projects[1].compared && mm.plan.projects[1].differences > 10);
    assert_true(mm.plan.projects[2].compared && mm.plan.projects[2].identical);
    assert_true(mm.plan.projects[3].compared && mm.plan.projects[3].differences > 10);
    mm_free(&mm);
}

/* A meets B by its id and B meets C by its name: one conflict, and no name is changed that need not be. */
static void test_chains(void **state)
{
    (void)state;
    struct mm mm;
    static const struct mm_project rows[] = {
        {.source = "none/a.jpk", .id = "1", .modified = 1, .name = "Alpha"},
        {.source = "none/b.jpk", .id = "1", .modified = 2, .name = "Beta"},
        {.source = "none/c.jpk", .id = "2", .modified = 3, .name = "beta"},
    };
    assert_true(mm_plan(&mm, PROD, rows, 3, MIGRATE_RENAME));
    mm_assert(&mm, 0, "move Prod/Alpha");
    mm_assert(&mm, 1, "move Prod/Beta (2)");
    mm_assert(&mm, 2, "move Prod/beta");
    assert_int_equal(mm.plan.conflict_count, 1);
    assert_int_equal(mm.plan.conflicts[0].count, 3);
    assert_false(mm.plan.conflicts[0].same_id);
    mm_free(&mm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_unsettled),
        cmocka_unit_test(test_instead),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_taken_by_inputs),
        cmocka_unit_test(test_renames_meet_names),
        cmocka_unit_test(test_thousands),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_copies_in_two_environments),
        cmocka_unit_test(test_versions_that_differ),
        cmocka_unit_test(test_versions_of_files),
        cmocka_unit_test(test_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
