/* The folder that a migration is written into: migrate/out.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/out.h"
#include "tests/unit/projectmaker.h"

static char root[64], folder[80];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    snprintf(folder, sizeof folder, "%s/out", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static const char *at(const char *name)
{
    static char paths[4][200];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const char *text)
{
    assert_true(file_write(path, text, strlen(text), true, NULL));
}

static bool is_there(const char *name)
{
    return access(at(name), F_OK) == 0;
}

static void assert_text(const char *name, const char *expected)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    if (!file_read(at(name), 1 << 20, "", &text, &err))
        fail_msg("%s: %s", name, err.message);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static struct out open_good(const char *name)
{
    struct out out;
    struct jpk_error err = {0};
    if (!out_open(&out, folder, name, &err))
        fail_msg("%s: %s", err.file, err.message);
    return out;
}

static void close_good(struct out *out)
{
    struct jpk_error err = {0};
    if (!out_close(out, &err))
        fail_msg("%s: %s", err.file, err.message);
}

static void assert_refused(const char *path, const char *name, enum jpk_code code, const char *message)
{
    struct out out;
    struct jpk_error err = {0}, ended = {0};
    assert_false(out_open(&out, path, name, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.message, message))
        fail_msg("%s", err.message);
    out_close(&out, &ended);
}

/* A folder of results with one file, as a project makes them. */
static void commit(const struct out *out, const char *relative, const char *file, const char *text)
{
    struct jpk_error err = {0};
    char path[300], *made = out_begin_folder(out, "item", &err);
    assert_non_null(made);
    snprintf(path, sizeof path, "%s/%s", made, file);
    put(path, text);
    if (!out_commit_folder(out, made, relative, &err))
        fail_msg("%s: %s", err.file, err.message);
    assert_int_not_equal(access(made, F_OK), 0);
    free(made);
}

/* ---------------------------------------------------------------------------------------------------- opening */

/* Nothing is left of a run but what it wrote. */
static void test_open_and_close(void **state)
{
    (void)state;
    struct out out = open_good("all");
    assert_true(is_there(".work/all") && is_there(".work/all.lock"));
    close_good(&out);
    assert_false(is_there(".work"));
    assert_null(out.path);
    assert_true(out_close(&out, NULL)); /* closed already */
}

static void test_folders_of_others(void **state)
{
    (void)state;
    char path[100];
    snprintf(path, sizeof path, "%s/file", root);
    put(path, "text");
    assert_refused(path, "all", JPK_ERR_WRITE, "");
    assert_int_equal(mkdir(folder, 0777), 0);
    put(at("notes.txt"), "mine");
    assert_refused(folder, "all", JPK_ERR_EXISTS, "holds no output of a migration");
    assert_false(is_there(".work") || is_there("journal"));
    assert_text("notes.txt", "mine");
    put(at("migration.json"), "{}"); /* what says that it is ours */
    struct out out = open_good("all");
    close_good(&out);
    assert_text("notes.txt", "mine");
}

static void test_deep_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/a/b/c", root);
    struct out out = open_good("all");
    assert_true(is_there(".work"));
    close_good(&out);
}

/* ------------------------------------------------------------------------------------------------------ locks */

static void test_locks(void **state)
{
    (void)state;
    struct out first = open_good("all");
    assert_refused(folder, "all", JPK_ERR_EXISTS, "another run");
    struct out other = open_good("shard-1-of-2"); /* beside it */
    assert_true(is_there(".work/all") && is_there(".work/shard-1-of-2"));
    close_good(&first);
    assert_true(is_there(".work/shard-1-of-2") && !is_there(".work/all"));
    first = open_good("all");
    close_good(&first);
    close_good(&other);
    assert_false(is_there(".work"));
}

/* What a run that was killed has left goes; what one has that is under way stays. */
static void test_leftovers(void **state)
{
    (void)state;
    struct out busy = open_good("busy");
    char *path = out_work_path(&busy, "half.jpk");
    put(path, "half");
    free(path);
    assert_int_equal(mkdir(at(".work/dead"), 0777), 0);
    assert_int_equal(mkdir(at(".work/dead/item"), 0777), 0);
    put(at(".work/dead/item/half.jpk"), "half");
    put(at(".work/dead.lock"), "");
    assert_int_equal(mkdir(at(".work/all"), 0777), 0); /* of an earlier one with this name */
    put(at(".work/all/half.jpk"), "half");
    put(at(".work/all.lock"), "");
    struct out out = open_good("all");
    assert_false(is_there(".work/dead") || is_there(".work/dead.lock") || is_there(".work/all/half.jpk"));
    assert_text(".work/busy/half.jpk", "half");
    close_good(&out);
    close_good(&busy);
    assert_false(is_there(".work"));
}

/* A link in place of a lock leads nowhere. */
static void test_lock_that_is_a_link(void **state)
{
    (void)state;
    char victim[100];
    snprintf(victim, sizeof victim, "%s/victim", root);
    put(victim, "text");
    assert_true(mkdir(folder, 0777) == 0 && mkdir(at(".work"), 0777) == 0);
    assert_int_equal(symlink(victim, at(".work/all.lock")), 0);
    assert_refused(folder, "all", JPK_ERR_WRITE, "");
    assert_int_equal(access(victim, F_OK), 0);
}

/* -------------------------------------------------------------------------------------------------------- writing */

static void test_results(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct out out = open_good("all");
    commit(&out, "projects/Prod/Orders", "a.jpk", "one");
    assert_text("projects/Prod/Orders/a.jpk", "one");
    commit(&out, "projects/Prod/Orders", "b.jpk", "two"); /* replaced as a whole */
    assert_text("projects/Prod/Orders/b.jpk", "two");
    assert_false(is_there("projects/Prod/Orders/a.jpk"));
    commit(&out, "projects/Prod/Bills", "c.jpk", "three");

    /* a file where the folder is to be */
    put(at("projects/Prod/File"), "in the way");
    commit(&out, "projects/Prod/File", "d.jpk", "four");
    assert_text("projects/Prod/File/d.jpk", "four");

    /* what lies below a file cannot be written */
    char *made = out_begin_folder(&out, "item", &err);
    put(at("projects/x"), "");
    assert_false(out_commit_folder(&out, made, "projects/x/y", &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    free(made);

    close_good(&out);
    assert_true(is_there("projects/Prod/Bills/c.jpk"));
}

/* What a person has put beside results stays, whatever becomes of these. */
static void test_things_of_people(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct out out = open_good("all");
    char path[300];
    commit(&out, "projects/Orders", "a.jpk", "one");
    put(at("projects/Orders/old.json"), "of an earlier run");
    put(at("projects/Orders/todo.txt"), "mine");
    assert_int_equal(mkdir(at("projects/Orders/notes"), 0777), 0);
    put(at("projects/Orders/notes/a.jpk"), "a copy");
    assert_int_equal(mkdir(at("projects/Orders/map.json"), 0777), 0);
    assert_int_equal(symlink("nowhere", at("projects/Orders/link.json")), 0);
    commit(&out, "projects/Orders", "a.jpk", "two");
    assert_text("projects/Orders/a.jpk", "two");
    assert_text("projects/Orders/todo.txt", "mine");
    assert_text("projects/Orders/notes/a.jpk", "a copy");
    assert_true(is_there("projects/Orders/map.json"));
    assert_int_equal(readlink(at("projects/Orders/link.json"), path, sizeof path), strlen("nowhere"));
    assert_false(is_there("projects/Orders/old.json"));

    /* nor is it overwritten */
    char *made = out_begin_folder(&out, "item", &err);
    snprintf(path, sizeof path, "%s/map.json", made);
    put(path, "three");
    assert_false(out_commit_folder(&out, made, "projects/Orders", &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_text("projects/Orders/a.jpk", "two");
    free(made);
    close_good(&out);
    assert_true(is_there("projects/Orders/todo.txt") && is_there("projects/Orders/notes/a.jpk"));
}

static void test_begin_again(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct out out = open_good("all");
    char path[300], *first = out_begin_folder(&out, "item", &err);
    snprintf(path, sizeof path, "%s/half", first);
    put(path, "half");
    char *again = out_begin_folder(&out, "item", &err);
    assert_string_equal(first, again);
    assert_int_not_equal(access(path, F_OK), 0);
    free(first);
    free(again);
    close_good(&out);
}

static void test_write(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct buf one = {0}, two = {0};
    struct out out = open_good("all");
    buf_puts(&one, "one");
    buf_puts(&two, "two");
    assert_true(out_write(&out, "a.json", &one, &err));
    assert_true(out_write(&out, "a.json", &two, &err));
    assert_text("a.json", "two");
    assert_false(out_write(&out, "nowhere/a.json", &one, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    buf_free(&one);
    buf_free(&two);
    close_good(&out);
}

/* ------------------------------------------------------------------------------------------------------- removing */

static void test_remove(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    char outside[100];
    struct out out = open_good("all");
    commit(&out, "projects/Prod/Orders", "a.jpk", "one");
    commit(&out, "projects/Prod/Bills", "b.jpk", "two");
    snprintf(outside, sizeof outside, "%s/outside", root);
    assert_int_equal(mkdir(outside, 0777), 0);
    assert_int_equal(symlink(outside, at("projects/Prod/Orders/link")), 0);
    assert_true(out_remove(&out, "projects/Prod/Orders", &err));
    assert_false(is_there("projects/Prod/Orders"));
    assert_int_equal(access(outside, F_OK), 0); /* links are not followed */
    assert_text("projects/Prod/Bills/b.jpk", "two");
    assert_true(out_remove(&out, "projects/Prod/Orders", &err)); /* again */
    assert_true(out_remove(&out, "projects/Prod/Bills/b.jpk", &err));
    assert_false(is_there("projects")); /* empty folders above go too */
    assert_true(out_remove(&out, "projects/Prod/Bills", &err));
    assert_int_equal(access(folder, F_OK), 0);
    close_good(&out);
}

/* -------------------------------------------------------------------------------------------------- plan, journal */

static struct work_plan read_plan(const char *name, const char *text)
{
    struct work_plan plan;
    struct work_errors errors;
    char path[200];
    snprintf(path, sizeof path, "%s/%s", root, name);
    put(path, text);
    assert_true(work_plan_read(&plan, path, &errors));
    work_errors_free(&errors);
    return plan;
}

static void test_plan(void **state)
{
    (void)state;
    static const char one[] = "{\"planFormat\": 1, \"projects\": []}", two[] = "{\"planFormat\":1, \"projects\": []}";
    struct jpk_error err = {0};
    bool changed = true;
    struct out out = open_good("all");
    struct work_plan plan = read_plan("plan.json", one), other = read_plan("other.json", two);
    assert_true(out_set_plan(&out, &plan, &changed, &err));
    assert_false(changed);
    assert_text("plan.json", one);
    assert_true(out_set_plan(&out, &plan, &changed, &err));
    assert_false(changed);
    assert_true(out_set_plan(&out, &other, &changed, &err));
    assert_true(changed);
    assert_text("plan.json", two);
    char *sources = out_sources(folder, &err), real[PATH_MAX], expected[PATH_MAX];
    assert_non_null(sources);
    assert_true(realpath(sources, real) && realpath(root, expected));
    assert_string_equal(real, expected);
    free(sources);
    work_plan_free(&plan);
    work_plan_free(&other);
    close_good(&out);
}

static void test_no_mark(void **state)
{
    (void)state;
    static const char *const marks[] = {"", "[]", "{}", "{\"sources\": 5}", "{"};
    assert_int_equal(mkdir(folder, 0777), 0);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct jpk_error err = {0};
        put(at("migration.json"), marks[i]);
        assert_null(out_sources(folder, &err));
        assert_int_not_equal(err.code, JPK_OK);
        assert_non_null(strstr(err.file, "migration.json"));
    }
    struct jpk_error err = {0};
    assert_int_equal(remove(at("migration.json")), 0);
    assert_null(out_sources(folder, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
}

static void test_journal(void **state)
{
    (void)state;
    struct strings ids = {0};
    struct arena arena = {0};
    struct jpk_error err = {0};
    assert_false(out_list_journal(folder, &ids, &arena, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    struct out out = open_good("all");
    assert_int_equal(mkdir(at("journal"), 0777), 0); /* the plan comes with it */
    put(at("journal/b.json"), "");
    put(at("journal/a.json"), "");
    put(at("journal/.json"), "");
    put(at("journal/c.txt"), "");
    err = (struct jpk_error){0};
    assert_true(out_list_journal(folder, &ids, &arena, &err));
    assert_int_equal(ids.count, 2);
    assert_string_equal(ids.items[0], "a");
    assert_string_equal(ids.items[1], "b");
    char *name = out_journal_name("a");
    assert_string_equal(name, "journal/a.json");
    free(name);
    strings_free(&ids);
    arena_free(&arena);
    close_good(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_open_and_close), TEST(test_folders_of_others),
        TEST(test_deep_folder),    TEST(test_locks),
        TEST(test_leftovers),      TEST(test_lock_that_is_a_link),
        TEST(test_results),        TEST(test_things_of_people),
        TEST(test_results),        TEST(test_begin_again),
        TEST(test_write),          TEST(test_remove),
        TEST(test_plan),           TEST(test_no_mark),
        TEST(test_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
