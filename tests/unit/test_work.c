/* Plans as they are carried out: every mistake with its place, and the keys of work items: migrate/work.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jpk/retarget.h"
#include "migrate/work.h"
#include "tests/unit/projectmaker.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INPUT "\"input\": {\"sha256\": \"" SUM "\", \"form\": \"Jitterpak\", \"name\": \"N\", \"kind\": \"export\"}"

static char root[64], path[80];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    snprintf(path, sizeof path, "%s/plan.json", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static bool read_text(const char *text, struct work_plan *plan, struct work_errors *errors)
{
    remove(path); /* so that nothing waits for the disk */
    FILE *file = fopen(path, "w");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return work_plan_read(plan, path, errors);
}

static struct work_plan read_good(const char *text)
{
    struct work_plan plan;
    struct work_errors errors;
    if (!read_text(text, &plan, &errors))
        fail_msg("%s\n%u:%u: %s", text, errors.items[0].line, errors.items[0].column, errors.items[0].message);
    work_errors_free(&errors);
    return plan;
}

/* ---------------------------------------------------------------------------------------------------------- plans */

/* Each project has a line of its own, from the third on. */
#define PLAN(projects) "{\"planFormat\": 1, \"projects\": [\n\n" projects "\n]}"
#define TARGET(environments, projects)                                                                                 \
    "{\"planFormat\": 1, \"target\": {\"organization\": \"Main\", \"id\": \"7\", \"environments\": [" environments     \
    "]}, \"projects\": [\n\n" projects "\n]}"
#define PROJECT(id, action, more) "{\"id\": \"" id "\", \"source\": \"" id ".jpk\", \"action\": \"" action "\"" more "}"
#define MOVE(id, name, more)                                                                                           \
    PROJECT(id, "move", ", \"name\": \"" name "\", \"output\": \"projects/" id "\", " INPUT more)
#define PROD ", \"environment\": \"Prod\""

static void test_read(void **state)
{
    (void)state;
    struct work_plan plan = read_good(
        "{\"planFormat\": 1, \"agent\": \"cloud\", \"without\": [\"emails\", \"schedules\"], \"target\": "
        "{\"organization\": \"Main\", \"id\": \"7\", \"environments\": [{\"name\": \"Prod\", \"id\": \"8\", "
        "\"projects\": [\"There\"]}, {\"id\": \"9\"}]}, \"projects\": ["
        "{\"id\": \"a\", \"source\": \"in/a.jpk\", \"action\": \"convert\", \"environment\": \"8\", \"name\": \"A\", "
        "\"studio\": \"cloud\", \"output\": \"projects/A\", \"hosts\": [{\"host\": \"x\", \"region\": \"NA\", "
        "\"item\": "
        "\"y\"}], \"privateAgent\": [\"why\"], \"input\": {\"sha256\": \"" SUM
        "\", \"form\": \"Jitterpak\", \"name\": \"N\", \"kind\": \"export\", \"requires\": \"10.0\", \"items\": 5, "
        "\"scriptLines\": 6, \"organization\": {\"name\": \"Old\"}}},"
        "{\"id\": \"b\", \"source\": \"/b\", \"action\": \"skip\", \"reason\": \"duplicate\", \"instead\": \"a\"},"
        "{\"id\": \"c\", \"source\": \"c.json\", \"action\": \"move\", \"environment\": \"9\", \"name\": \"A\", "
        "\"output\": \"projects/c\", \"input\": {\"sha256\": \"" SUM "\", \"form\": \"\", \"name\": \"\"}}]}");
    char *source;
    assert_int_equal(plan.count, 3);
    assert_string_equal(plan.agent, "cloud");
    assert_int_equal(plan.without, JPK_WITHOUT_EMAILS | JPK_WITHOUT_SCHEDULES);
    assert_string_equal(plan.organization, "Main");
    assert_string_equal(plan.organization_id, "7");
    const struct work_item *a = &plan.items[0], *b = &plan.items[1], *c = &plan.items[2];
    assert_int_equal(a->action, MIGRATE_CONVERT);
    assert_true(a->to_cloud && !a->from_cloud && a->private_agent);
    assert_string_equal(a->environment, "Prod"); /* by its id, and called by its name */
    assert_string_equal(a->environment_id, "8");
    assert_string_equal(a->organization, "Old");
    assert_string_equal(a->requires_version, "10.0");
    assert_int_equal(a->items, 5);
    assert_int_equal(a->script_lines, 6);
    assert_int_equal(a->hosts, 1);
    assert_int_equal(b->action, MIGRATE_SKIP);
    assert_string_equal(b->instead, "a");
    assert_string_equal(b->fingerprint, "");
    assert_true(c->from_cloud && c->to_cloud && !c->private_agent);
    assert_string_equal(c->environment, "9");
    assert_int_equal(work_plan_find(&plan, "c"), 2);
    assert_true(work_plan_find(&plan, "d") == SIZE_MAX);
    source = work_source_path(&plan, a);
    assert_true(strncmp(source, root, strlen(root)) == 0 && strcmp(source + strlen(root), "/in/a.jpk") == 0);
    free(source);
    source = work_source_path(&plan, b);
    assert_string_equal(source, "/b");
    free(source);
    work_plan_free(&plan);
}

/* "LINE WHAT STANDS THERE: MESSAGE", a line each. */
static void put_error(struct buf *out, const char *text, const struct jpk_error *error)
{
    const char *at = text;
    for (uint32_t line = 1; line < error->line; line++)
        at = strchr(at, '\n') + 1;
    at += error->column - 1;
    size_t n = *at == '"' ? (size_t)(strchr(at + 1, '"') - at) + 1 : 1;
    buf_printf(out, "%u %.*s: %s\n", error->line, (int)n, at, error->message);
}

/* All that can be wrong. */
static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *plan, *expected;
    } cases[] = {
        /* ids */
        {PLAN(MOVE("a", "A", "") ",\n" PROJECT("a", "skip", "")), "4 \"a\": 'a' is the id of another project\n"},
        {PLAN(PROJECT("a", "skip", ", \"instead\": \"z\"")), "3 \"z\": 'z' is no project of this plan\n"},

        /* actions */
        {PLAN(PROJECT("a", "move", ", \"name\": \"A\", \"output\": \"projects/a\"")),
         "3 \"move\": cannot be 'move': there is no \"input\", for it could not be read when the plan was made\n"},
        {PLAN(PROJECT("a", "convert",
                      ", \"name\": \"A\", \"studio\": \"cloud\", \"output\": \"projects/a\", \"input\": {\"sha256\": "
                      "\"" SUM "\", \"form\": \"\", \"name\": \"\", \"kind\": \"backup\"}")),
         "3 \"convert\": cannot be 'convert': an environment backup can be imported only into its own environment\n"},
        {PLAN(MOVE("a", "A", ", \"studio\": \"cloud\"")),
         "3 \"move\": is 'move', but \"studio\" is that of the other form: say 'convert'\n"},
        {PLAN(PROJECT("a", "convert", ", \"name\": \"A\", \"output\": \"projects/a\", " INPUT)),
         "3 \"convert\": is 'convert', but the project has the form of that \"studio\" already: say 'move'\n"},

        /* environments */
        {TARGET("{\"name\": \"Prod\"}", MOVE("a", "A", "")),
         "3 {: does not say to which environment it goes: it needs an \"environment\"\n"},
        {TARGET("{\"name\": \"Prod\"}", MOVE("a", "A", ", \"environment\": \"Dev\"")),
         "3 \"Dev\": the organization there has no environment 'Dev'; \"target\" lists those it has\n"},
        {TARGET("{\"name\": \"Prod\"}, {\"name\": \"PROD\"}", MOVE("a", "A", PROD)),
         "1 \"PROD\": 'PROD' is another environment already\n"},
        {TARGET("{\"name\": \"Prod\"}, {\"name\": \"Dev\", \"id\": \"prod\"}", MOVE("a", "A", PROD)),
         "1 \"prod\": 'prod' is another environment already\n"},

        /* names */
        {PLAN(PROJECT("a", "move", ", \"output\": \"projects/a\", " INPUT)),
         "3 {: has no name there: it needs a \"name\"\n"},
        {PLAN(MOVE("a", "A/B", "")),
         "3 \"A/B\": names of projects may not hold \\ / : ? * \" < > | or control characters\n"},
        {PLAN(MOVE("a", "A\\nB", "")),
         "3 \"A\\nB\": names of projects may not hold \\ / : ? * \" < > | or control characters\n"},
        {PLAN(MOVE("a", "Orders", "") ",\n" MOVE("b", "ORDERS", "")),
         "4 \"ORDERS\": 'ORDERS' is the name of another project in that environment\n"},
        {TARGET("{\"name\": \"Prod\", \"projects\": [\"orders\"]}", MOVE("a", "Orders", PROD)),
         "3 \"Orders\": 'Orders' is the name of another project in that environment\n"},
        {TARGET("{\"name\": \"Prod\", \"id\": \"8\"}",
                MOVE("a", "A", PROD) ",\n" MOVE("b", "a", ", \"environment\": \"8\"")),
         "4 \"a\": 'a' is the name of another project in that environment\n"},

        /* outputs */
        {PLAN(PROJECT("a", "move", ", \"name\": \"A\", " INPUT)),
         "3 {: does not say where its results go: it needs an \"output\"\n"},
        {PLAN(PROJECT("..", "skip", "")), "3 \"..\": "},
        {PLAN(MOVE("a", "A", "") ",\n" PROJECT("b", "move", ", \"name\": \"B\", \"output\": \"projects/A\", " INPUT)),
         "4 \"projects/A\": 'projects/A' is the output of another project\n"},
        {PLAN(PROJECT("b", "move", ", \"name\": \"B\", \"output\": \"projects/a/b\", " INPUT) ",\n" MOVE("a", "A", "")),
         "3 \"projects/a/b\": lies in 'projects/a', the output of another project\n"},
        {PLAN(PROJECT("a", "move", ", \"name\": \"A\", \"output\": \"projects/../a\", " INPUT)),
         "3 \"projects/../a\": must be a folder below projects/, without empty parts, . and ..\n"},
        {PLAN(PROJECT("a", "move", ", \"name\": \"A\", \"output\": \"projects/\", " INPUT)),
         "3 \"projects/\": must be a folder below projects/, without empty parts, . and ..\n"},

        /* several at once, in the order of the file */
        {PLAN(PROJECT("a", "move", "") ",\n" MOVE("b", "B:", "")),
         "3 \"move\": cannot be 'move': there is no \"input\", for it could not be read when the plan was made\n"
         "3 {: has no name there: it needs a \"name\"\n"
         "3 {: does not say where its results go: it needs an \"output\"\n"
         "4 \"B:\": names of projects may not hold \\ / : ? * \" < > | or control characters\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct work_plan plan;
        struct work_errors errors;
        struct buf got = {0};
        if (read_text(cases[i].plan, &plan, &errors))
            fail_msg("is taken: %s", cases[i].plan);
        for (size_t j = 0; j < errors.count; j++) {
            assert_string_equal(errors.items[j].file, path);
            put_error(&got, cases[i].plan, &errors.items[j]);
        }
        size_t n = strlen(cases[i].expected);
        bool begins = cases[i].expected[n - 1] != '\n' && strncmp(buf_text(&got), cases[i].expected, n) == 0;
        if (!begins && strcmp(buf_text(&got), cases[i].expected) != 0)
            fail_msg("case %zu: %s\ngot:\n%sexpected:\n%s", i, cases[i].plan, buf_text(&got), cases[i].expected);
        buf_free(&got);
        work_errors_free(&errors);
        work_plan_free(&plan);
    }
}

/* What is left out of a plan or not written may be as it is. */
static void test_no_mistakes(void **state)
{
    (void)state;
    static const char *const plans[] = {
        PLAN(""),
        PLAN(PROJECT("a", "refuse", "")),
        PLAN(PROJECT("a", "keep", ", \"name\": \"x:y\", \"output\": \"projects/../x\"")),
        PLAN(MOVE("a", "A", ", \"environment\": \"Anywhere\"")),
        PLAN(MOVE("a", "A", "") ",\n" PROJECT("b", "skip", ", \"name\": \"A\", \"output\": \"projects/a\"")),
        TARGET("{\"name\": \"Prod\"}, {\"name\": \"Dev\"}",
               MOVE("a", "A", PROD) ",\n" MOVE("b", "A", ", \"environment\": \"dev\"")),
        TARGET("", PROJECT("a", "skip", "")),
        TARGET("{\"name\": \"Prod\", \"id\": \"Prod\"}", MOVE("a", "A", PROD)),
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct work_plan plan = read_good(plans[i]);
        work_plan_free(&plan);
    }
}

static void test_many_mistakes(void **state)
{
    (void)state;
    struct work_plan plan;
    struct work_errors errors;
    struct buf text = {0};
    buf_puts(&text, "{\"planFormat\": 1, \"projects\": [");
    for (int i = 0; i < 300; i++)
        buf_printf(&text, "%s" PROJECT("p%d", "skip", ", \"instead\": \"z\""), i ? "," : "", i, i);
    buf_puts(&text, "]}");
    assert_false(read_text(text.data, &plan, &errors));
    assert_int_equal(errors.count, 100);
    assert_int_equal(errors.left_out, 200);
    buf_free(&text);
    work_errors_free(&errors);
    work_plan_free(&plan);
}

static void test_not_there(void **state)
{
    (void)state;
    struct work_plan plan;
    struct work_errors errors;
    char nothing[100];
    snprintf(nothing, sizeof nothing, "%s/nothing.json", root);
    assert_false(work_plan_read(&plan, nothing, &errors));
    assert_int_equal(errors.count, 1);
    assert_int_equal(errors.items[0].code, JPK_ERR_READ);
    work_errors_free(&errors);
    work_plan_free(&plan);
}

/* ----------------------------------------------------------------------------------------------------------- keys */

static const char *const key_parts[] = {
    "\"agent\": \"any\"",
    "\"without\": [\"emails\"]",
    "\"organization\": \"Main\"",
    "\"id\": \"7\"",
    "\"name\": \"Prod\", \"id\": \"8\"",
    "\"source\": \"a.jpk\"",
    "\"action\": \"move\"",
    "\"name\": \"A\"",
    "\"output\": \"projects/a\"",
    "\"studio\": \"design\"",
    "\"sha256\": \"0",
    "\"requires\": \"10.0\"",
    "\"items\": 5",
    "\"scriptLines\": 6",
    "\"hosts\": []",
    "\"privateAgent\": []",
};
static const char *const key_changes[] = {
    "\"agent\": \"cloud\"",
    "\"without\": []",
    "\"organization\": \"Else\"",
    "\"id\": \"6\"",
    "\"name\": \"Prod\", \"id\": \"9\"",
    "\"source\": \"b.jpk\"",
    "\"action\": \"convert\"",
    "\"name\": \"B\"",
    "\"output\": \"projects/b\"",
    "\"studio\": \"cloud\"",
    "\"sha256\": \"1",
    "\"requires\": \"10.1\"",
    "\"items\": 7",
    "\"scriptLines\": 7",
    "\"hosts\": [{\"host\": \"x\", \"region\": \"NA\", \"item\": \"y\"}]",
    "\"x\": []",
};

static void key_of(const char *text, char key[65])
{
    struct work_plan plan;
    struct work_errors errors;
    read_text(text, &plan, &errors); /* with a mistake where only one of two was changed; the item is there anyway */
    if (plan.count != 1)
        fail_msg("%s\n%s", text, errors.items[0].message);
    assert_true(work_key(&plan, &plan.items[0], key));
    work_errors_free(&errors);
    work_plan_free(&plan);
}

static void test_keys(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"planFormat\": 1, \"agent\": \"any\", \"without\": [\"emails\"], \"target\": {\"organization\": \"Main\", "
        "\"id\": \"7\", \"environments\": [{\"name\": \"Prod\", \"id\": \"8\"}]}, \"projects\": [{\"id\": \"a\", "
        "\"source\": \"a.jpk\", \"action\": \"move\", \"environment\": \"Prod\", \"name\": \"A\", \"studio\": "
        "\"design\", \"output\": \"projects/a\", \"hosts\": [], \"privateAgent\": [], \"detail\": \"\", "
        "\"input\": {\"sha256\": \"" SUM "\", \"form\": \"\", \"name\": \"\", \"kind\": \"export\", "
        "\"requires\": \"10.0\", \"items\": 5, \"scriptLines\": 6}}]}";
    char keys[2 + sizeof key_parts / sizeof key_parts[0]][65];
    size_t count = 0;
    key_of(whole, keys[count++]);
    assert_int_equal(strlen(keys[0]), 64);
    for (size_t i = 0; i < sizeof key_parts / sizeof key_parts[0]; i++) {
        struct buf text = {0};
        const char *found = strstr(whole, key_parts[i]), *new = key_changes[i];
        if (!found)
            fail_msg("there is no %s", key_parts[i]);
        if (strcmp(new, "\"x\": []") == 0) /* what only has to be there is taken away */
            new = "\"secrets\": []";
        buf_put(&text, whole, (size_t)(found - whole));
        buf_puts(&text, new);
        buf_puts(&text, found + strlen(key_parts[i]));
        key_of(buf_text(&text), keys[count]);
        for (size_t j = 0; j < count; j++)
            if (strcmp(keys[j], keys[count]) == 0)
                fail_msg("%s changes no key", new);
        count++;
        buf_free(&text);
    }

    /* what people read, and other projects, change nothing */
    char key[65], *copy = strdup(whole);
    memcpy(strstr(copy, "\"detail\""), "\"reason\"", 8);
    key_of(copy, key);
    assert_string_equal(key, keys[0]);
    free(copy);
}

/* Texts that follow each other do not run into one another. */
static void test_keys_of_neighbours(void **state)
{
    (void)state;
    char a[65], b[65];
    key_of(PLAN(PROJECT("a", "move", ", \"name\": \"AB\", \"output\": \"projects/C\", " INPUT)), a);
    key_of(PLAN(PROJECT("a", "move", ", \"name\": \"A\", \"output\": \"projects/BC\", " INPUT)), b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_no_mistakes),
        cmocka_unit_test(test_many_mistakes),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_of_neighbours),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
