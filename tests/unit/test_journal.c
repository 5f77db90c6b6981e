/* The journal of a run: migrate/journal.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "migrate/journal.h"
#include "migrate/paths.h"
#include "tests/unit/projectmaker.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char root[64], path[80];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    snprintf(path, sizeof path, "%s/record.json", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

/* A record with something in all that it can hold. */
static struct journal_record whole(void)
{
    static const struct journal_output outputs[] = {{"projects/Prod/Orders/Orders.jpk", SUM, UINT64_C(1) << 40},
                                                    {"projects/Prod/Orders/report.html", SUM, 0}};
    static const struct journal_todo todo[] = {{"rule-a", "Text.", "Advice \"now\"", "look", JPK_ERROR, 1, 5},
                                               {"rule-b", "\xc3\xa4\n", "", "enter", JPK_WARNING, 2, 10},
                                               {"rule-c", "", "", "adapt", JPK_INFO, 0, 0}};
    static const char *const connectors[] = {"salesforce", "acme"}, *const installs[] = {"acme"};
    static const struct journal_left_out left_out[] = {{"credentials", "Source/Web", "password", NULL},
                                                       {"schedules", "Schedule/Nightly", NULL, "a note"}};
    static const struct journal_left_out kept[] = {{"variables", "ProjectVariable/a", NULL, NULL}};
    struct journal_record record = {
        .id = "orders-1",
        .key = SUM,
        .status = JOURNAL_PARTIAL,
        .outputs = outputs,
        .output_count = 2,
        .todo = todo,
        .todo_count = 3,
        .minutes = 15,
        .items = 10,
        .script_lines = 12,
        .script_lines_kept = 11,
        .secrets = 3,
        .schedules = 4,
        .agent = "11.0.0.1",
        .cloud_agent = true,
        .connectors = connectors,
        .connector_count = 2,
        .installs = installs,
        .install_count = 1,
        .left_out = left_out,
        .left_out_count = 2,
        .kept = kept,
        .kept_count = 1,
    };
    for (size_t i = 0; i < JPK_CONVERT_RESULTS; i++)
        record.results[i] = i + 1;
    return record;
}

static struct journal_record failed(void)
{
    struct journal_record record = {.id = "orders-1", .key = SUM, .status = JOURNAL_FAILED, .agent = ""};
    error_set(&record.error, JPK_ERR_XML, "is \"spoilt\"");
    error_entry(&record.error, "Data/Script/x.xml");
    error_position(&record.error, 3, 14);
    return record;
}

static bool read_bytes(const char *text, size_t n, struct journal_record *record, struct arena *arena,
                       struct jpk_error *err)
{
    remove(path); /* a new one each of the thousands of times, for which nothing waits for the disk */
    FILE *file = fopen(path, "wb");
    assert_true(file && fwrite(text, 1, n, file) == n && fclose(file) == 0);
    return journal_read(record, path, arena, err);
}

static void assert_left_out(const struct journal_left_out *a, const struct journal_left_out *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(a[i].what, b[i].what);
        assert_string_equal(a[i].item, b[i].item);
        assert_true(!a[i].key == !b[i].key && (!a[i].key || strcmp(a[i].key, b[i].key) == 0));
        assert_true(!a[i].note == !b[i].note && (!a[i].note || strcmp(a[i].note, b[i].note) == 0));
    }
}

static void test_whole(void **state)
{
    (void)state;
    struct journal_record in = whole(), out;
    struct arena arena = {0};
    struct jpk_error err = {0};
    struct buf text = {0}, again = {0};
    journal_write(&text, &in);
    assert_true(read_bytes(text.data, text.size, &out, &arena, &err));
    assert_string_equal(out.id, in.id);
    assert_string_equal(out.key, in.key);
    assert_int_equal(out.status, JOURNAL_PARTIAL);
    assert_int_equal(out.error.code, JPK_OK);
    assert_int_equal(out.output_count, 2);
    assert_string_equal(out.outputs[0].path, in.outputs[0].path);
    assert_true(out.outputs[0].size == UINT64_C(1) << 40);
    assert_int_equal(out.todo_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(out.todo[i].text, in.todo[i].text);
        assert_int_equal(out.todo[i].severity, in.todo[i].severity);
        assert_int_equal(out.todo[i].minutes, in.todo[i].minutes);
    }
    assert_int_equal(out.minutes, 15);
    assert_memory_equal(out.results, in.results, sizeof in.results);
    assert_string_equal(out.agent, "11.0.0.1");
    assert_true(out.cloud_agent);
    assert_int_equal(out.connector_count, 2);
    assert_string_equal(out.installs[0], "acme");
    assert_int_equal(out.left_out_count, 2);
    assert_int_equal(out.kept_count, 1);
    assert_left_out(out.left_out, in.left_out, 2);
    assert_left_out(out.kept, in.kept, 1);
    journal_write(&again, &out); /* and all that was not looked at */
    assert_true(buf_equal(&text, &again));
    buf_free(&text);
    buf_free(&again);
    arena_free(&arena);
}

static void test_failed(void **state)
{
    (void)state;
    struct journal_record in = failed(), out;
    struct arena arena = {0};
    struct jpk_error err = {0};
    struct buf text = {0}, again = {0};
    journal_write(&text, &in);
    assert_true(read_bytes(text.data, text.size, &out, &arena, &err));
    assert_int_equal(out.status, JOURNAL_FAILED);
    assert_int_equal(out.error.code, JPK_ERR_XML);
    assert_string_equal(out.error.message, in.error.message);
    assert_string_equal(out.error.entry, in.error.entry);
    assert_int_equal(out.error.line, 3);
    assert_int_equal(out.error.column, 14);
    assert_string_equal(out.agent, "");
    journal_write(&again, &out);
    assert_true(buf_equal(&text, &again));
    buf_free(&text);
    buf_free(&again);
    arena_free(&arena);
}

/* ------------------------------------------------------------------------------------------------------- spoilt */

static void assert_refused(const char *text, size_t n, const char *what)
{
    struct journal_record out;
    struct arena arena = {0};
    struct jpk_error err = {0};
    if (read_bytes(text, n, &out, &arena, &err))
        fail_msg("is taken: %s", what);
    assert_true(err.code == JPK_ERR_JSON || err.code == JPK_ERR_FORMAT || err.code == JPK_ERR_ENCODING ||
                err.code == JPK_ERR_LIMIT);
    assert_string_equal(err.file, path);
    arena_free(&arena);
}

/* The first `old` becomes `new`. */
static void assert_spoils(const struct journal_record *record, const char *old, const char *new)
{
    struct buf text = {0}, spoilt = {0};
    journal_write(&text, record);
    const char *found = strstr(buf_text(&text), old);
    if (!found)
        fail_msg("there is no %s", old);
    buf_put(&spoilt, text.data, (size_t)(found - text.data));
    buf_puts(&spoilt, new);
    buf_puts(&spoilt, found + strlen(old));
    assert_refused(spoilt.data, spoilt.size, new);
    buf_free(&text);
    buf_free(&spoilt);
}

static void test_spoilt(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"\"journalFormat\": 1", "\"journalFormat\": 2"},
        {"\"journalFormat\": 1", "\"journalFormat\": \"1\""},
        {"\"id\": \"orders-1\"", "\"id\": 1"},
        {"\"id\": \"orders-1\"", "\"id\": \"\""},
        {"\"id\": \"orders-1\"", "\"id\": \"or/ders-1\""},
        {"\"id\": \"orders-1\"", "\"id\": \"..\""},
        {"\"id\": \"orders-1\"", "\"id\": \"a\", \"id\": \"b\""},
        {"\"id\": \"orders-1\"", "\"id\": \"a\\u0000b\""},
        {"\"status\": \"partial\"", "\"status\": \"done\""},
        {"\"status\": \"partial\"", "\"status\": \"failed\""}, /* without an error */
        {"\"status\": \"partial\"", "\"status\": null"},
        {"\"status\": \"partial\"", "\"status\": \"partial\", \"error\": {\"code\": \"xml\", \"message\": \"\"}"},
        {"\"size\": 1099511627776", "\"size\": -1"},
        {"\"size\": 1099511627776", "\"size\": 1.5"},
        {"\"size\": 1099511627776", "\"size\": 1e3"},
        {"\"size\": 1099511627776", "\"size\": 99999999999999999999999"},
        {"\"size\": 1099511627776", "\"size\": \"1\""},
        {"\"sha256\": \"0", "\"sha256\": \""},
        {"\"sha256\": \"0", "\"sha256\": \"x"},
        {"\"projects/Prod/Orders/Orders.jpk\"", "\"../Orders.jpk\""},
        {"\"projects/Prod/Orders/Orders.jpk\"", "\"/etc/Orders.jpk\""},
        {"\"projects/Prod/Orders/Orders.jpk\"", "\"projects/../../Orders.jpk\""},
        {"\"projects/Prod/Orders/Orders.jpk\"", "\"projects//Orders.jpk\""},
        {"\"outputs\": [", "\"outputs\": [1, "},
        {"\"outputs\": [", "\"outputs\": [[], "},
        {"\"outputs\": [", "\"outputs\": {}, \"other\": ["},
        {"\"severity\": \"error\"", "\"severity\": \"fatal\""},
        {"\"tasks\": 1", "\"tasks\": true"},
        {"\"total\": 10", "\"total\": []"},
        {"\"converted\"", "\"converter\""},
        {"\"cloudAgent\": true", "\"cloudAgent\": 1"},
        {"\"cloudAgent\": true", "\"cloudAgents\": true"},
        {"\"connectors\": [", "\"connectors\": [null, "},
        {"\"agent\": \"11.0.0.1\"", "\"agent\": 11"},
        {"\"what\": \"credentials\"", "\"what\": {}"},
        {"\"what\": \"credentials\"", "\"what\": \"all\""},
        {"\"note\": \"a note\"", "\"note\": 5"},
        {"\"kept\": [", "\"kept\": \"\", \"x\": ["},
    };
    static const char *const errors[][2] = {
        {"\"code\": \"xml\"", "\"code\": \"ok\""},
        {"\"code\": \"xml\"", "\"code\": \"strange\""},
        {"\"code\": \"xml\"", "\"other\": \"xml\""},
        {"\"column\": 14", "\"other\": 14"},
        {"\"line\": 3", "\"line\": \"3\""},
        {"\"line\": 3", "\"line\": 4294967299"},
        {"\"entry\": \"Data", "\"entry\": 1, \"x\": \"Data"},
        {"\"message\": \"is", "\"text\": \"is"},
        {"\"message\": \"is", "\"message\": \"\", \"x\": \"is"},
        {"\"error\": {", "\"error\": [], \"x\": {"},
        {"\"status\": \"failed\"", "\"status\": \"complete\""},
    };
    struct journal_record record = whole(), other = failed();
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        assert_spoils(&record, changes[i][0], changes[i][1]);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_spoils(&other, errors[i][0], errors[i][1]);
}

/* Every key that is always there must be there. */
static void test_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "journalFormat", "id",        "key",        "status",     "outputs",     "path",
        "size",          "sha256",    "todo",       "rule",       "severity",    "text",
        "advice",        "effort",    "tasks",      "minutes",    "items",       "total",
        "converted",     "review",    "manual",     "dropped",    "scriptLines", "scriptLinesKept",
        "secrets",       "schedules", "cloudAgent", "connectors", "installs",    "what",
        "item",
    };
    struct journal_record record = whole();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char old[40], new[40];
        snprintf(old, sizeof old, "\"%s\":", keys[i]);
        snprintf(new, sizeof new, "\"x%s\":", keys[i]);
        assert_spoils(&record, old, new);
    }
}

static void test_no_records(void **state)
{
    (void)state;
    static const char *const texts[] = {"", " ", "null", "[]", "{}", "1", "\"text\"", "{\"journalFormat\": 1}", "{"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(texts[i], strlen(texts[i]), texts[i]);
}

static void test_not_there(void **state)
{
    (void)state;
    struct journal_record out;
    struct arena arena = {0};
    struct jpk_error err = {0};
    char nothing[100];
    snprintf(nothing, sizeof nothing, "%s/nothing.json", root);
    assert_false(journal_read(&out, nothing, &arena, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.file, nothing);
    arena_free(&arena);
}

/* As a crash of the machine leaves it. */
static void test_cut_off(void **state)
{
    (void)state;
    struct journal_record records[] = {whole(), failed()};
    for (int i = 0; i < 2; i++) {
        struct buf text = {0};
        journal_write(&text, &records[i]);
        for (size_t n = 0; n + 2 < text.size; n++)
            assert_refused(text.data, n, "cut off");
        char *zeros = calloc(text.size, 1);
        assert_refused(zeros, text.size, "zeros");
        free(zeros);
        buf_free(&text);
    }
}

/* Any byte may be another one: then it is none, or one that can be written and read again. */
static void test_changed_bytes(void **state)
{
    (void)state;
    static const char others[] = {0, '"', '{', '}', '[', ',', '-', 'e', '9', '\\', (char)0xff};
    struct journal_record record = whole();
    struct buf text = {0};
    size_t taken = 0;
    journal_write(&text, &record);
    for (size_t i = 0; i < text.size; i += 3) {
        struct journal_record out, second;
        struct arena arena = {0};
        struct jpk_error err = {0};
        struct buf again = {0};
        char old = text.data[i];
        text.data[i] = others[i / 3 % sizeof others];
        if (read_bytes(text.data, text.size, &out, &arena, &err)) {
            taken++;
            journal_write(&again, &out);
            assert_true(read_bytes(again.data, again.size, &second, &arena, &err));
        }
        text.data[i] = old;
        buf_free(&again);
        arena_free(&arena);
    }
    assert_in_range(taken, 1, text.size / 3 - 1);
    buf_free(&text);
}

/* ---------------------------------------------------------------------------------------------------------- paths */

static void test_paths(void **state)
{
    (void)state;
    static const char *const good[] = {"projects/a", "projects/a/b.jpk", "projects/...", "projects/.x/..y",
                                       "projects/a b/\xc3\xa4"};
    static const char *const bad[] = {"",           "projects",      "projects/",     "/projects/a",  "projects//a",
                                      "projects/.", "projects/..",   "projects/a/..", "projects/a/.", "projects/a/",
                                      "project/a",  "projects/../a", "../projects/a", "Projects/a"};
    char name[9 + 256 + 1] = "projects/";
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(paths_is_result(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (paths_is_result(bad[i]))
            fail_msg("'%s' is taken", bad[i]);
    memset(name + 9, 'x', 256);
    name[9 + 256] = '\0';
    assert_false(paths_is_result(name));
    name[9 + 255] = '\0';
    assert_true(paths_is_result(name));
}

static void test_relative(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"/a/b", "/a/b/c", "c"},
        {"/a/b", "/a/b", "."},
        {"/a/b", "/a/bc", "../bc"},
        {"/a/b", "/a", ".."},
        {"/a/b/c", "/x/y", "../../../x/y"},
        {"/", "/a", "a"},
        {"/a", "/", ".."},
        {"/a/b", "/a/c/d", "../c/d"},
        {"/", "/", "."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        paths_put_relative(&out, cases[i][0], cases[i][1]);
        if (strcmp(buf_text(&out), cases[i][2]) != 0)
            fail_msg("%s to %s: '%s', not '%s'", cases[i][0], cases[i][1], buf_text(&out), cases[i][2]);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),    cmocka_unit_test(test_failed),        cmocka_unit_test(test_spoilt),
        cmocka_unit_test(test_keys),     cmocka_unit_test(test_no_records),    cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_cut_off),  cmocka_unit_test(test_changed_bytes), cmocka_unit_test(test_paths),
        cmocka_unit_test(test_relative),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
