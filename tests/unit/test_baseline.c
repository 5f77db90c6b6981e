/* The baseline: recipe/baseline.h. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "recipe/baseline.h"
#include "tests/unit/projectmaker.h"

static char root[64], file[96];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    snprintf(file, sizeof file, "%s/baseline.json", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static void make(const char *text)
{
    assert_true(file_write(file, text, strlen(text), true, NULL));
}

static void assert_written(const char *expected)
{
    struct buf text = {0};
    assert_true(file_read(file, 1 << 20, "", &text, NULL));
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void test_takes(void **state)
{
    (void)state;
    struct baseline baseline = {0};
    assert_false(baseline_takes(&baseline, "a", "json-nul", ""));
    assert_int_equal(baseline_left(&baseline), 0);
    make(
        "{\"findings\": [{\"count\": 2, \"rule\": \"json-nul\", \"pointer\": \"/a~1b\", \"file\": \"x/a.json\"},\n"
        "{\"file\": \"x/a.json\", \"rule\": \"json-nul\", \"pointer\": \"\", \"count\": 1e0}], \"baselineFormat\": 1}");
    assert_true(baseline_read(&baseline, file, "b", NULL));
    assert_int_equal(baseline_left(&baseline), 3);
    assert_true(baseline_takes(&baseline, "x/a.json", "json-nul", "/a~1b"));
    assert_true(baseline_takes(&baseline, "x/a.json", "json-nul", "/a~1b"));
    assert_false(baseline_takes(&baseline, "x/a.json", "json-nul", "/a~1b"));
    assert_false(baseline_takes(&baseline, "x/a.json", "json-nul", "/a~1"));
    assert_false(baseline_takes(&baseline, "x/a.json", "json-syntax", ""));
    assert_false(baseline_takes(&baseline, "a.json", "json-nul", ""));
    assert_int_equal(baseline_left(&baseline), 1);
    assert_true(baseline_takes(&baseline, "x/a.json", "json-nul", NULL));
    assert_int_equal(baseline_left(&baseline), 0);
    baseline_free(&baseline);
    baseline_free(&baseline);
}

static const char written[] =
    "{\n"
    "  \"baselineFormat\": 1,\n"
    "  \"findings\": [\n"
    "    {\"file\": \"B\", \"rule\": \"z\", \"pointer\": \"\", \"count\": 1},\n"
    "    {\"file\": \"a/b.json\", \"rule\": \"m\", \"pointer\": \"\", \"count\": 1},\n"
    "    {\"file\": \"a/b.json\", \"rule\": \"m\", \"pointer\": \"/q\\\"\\\\\\u000a\", \"count\": 3},\n"
    "    {\"file\": \"a/b.json\", \"rule\": \"m-a\", \"pointer\": \"\", \"count\": 1},\n"
    "    {\"file\": \"c\xc3\xa4\", \"rule\": \"m\", \"pointer\": \"Entity/*[@role='Target']/@id\", \"count\": 1}\n"
    "  ]\n"
    "}\n";

static void add_some(struct baseline *baseline, bool backwards)
{
    static const char *const all[][3] = {
        {"a/b.json", "m", "/q\"\\\n"}, {"c\xc3\xa4", "m", "Entity/*[@role='Target']/@id"},
        {"a/b.json", "m-a", ""},       {"a/b.json", "m", "/q\"\\\n"},
        {"a/b.json", "m", NULL},       {"B", "z", ""},
        {"a/b.json", "m", "/q\"\\\n"},
    };
    enum { COUNT = sizeof all / sizeof all[0] };
    for (size_t i = 0; i < COUNT; i++) {
        const char *const *one = all[backwards ? COUNT - 1 - i : i];
        assert_true(baseline_add(baseline, one[0], one[1], one[2]));
    }
}

static void test_written(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        struct baseline baseline = {0}, again = {0};
        add_some(&baseline, backwards);
        assert_true(baseline_write(&baseline, file, true, NULL));
        assert_written(written);
        assert_true(baseline_read(&again, file, "b", NULL));
        assert_int_equal(baseline_left(&again), 7);
        assert_true(baseline_write(&again, file, true, NULL));
        assert_written(written);
        assert_true(baseline_takes(&again, "a/b.json", "m", "/q\"\\\n"));
        assert_true(baseline_takes(&again, "c\xc3\xa4", "m", "Entity/*[@role='Target']/@id"));
        baseline_free(&baseline);
        baseline_free(&again);
    }
}

/* What was taken is not written again. */
static void test_shrinks(void **state)
{
    (void)state;
    struct baseline baseline = {0};
    assert_true(baseline_add(&baseline, "a", "m", ""));
    assert_true(baseline_takes(&baseline, "a", "m", ""));
    assert_true(baseline_write(&baseline, file, false, NULL));
    assert_written("{\n  \"baselineFormat\": 1,\n  \"findings\": []\n}\n");
    assert_true(baseline_add(&baseline, "a", "m", ""));
    assert_int_equal(baseline_left(&baseline), 1);
    baseline_free(&baseline);
    assert_true(baseline_read(&baseline, file, "b", NULL));
    assert_int_equal(baseline_left(&baseline), 0);
    baseline_free(&baseline);
}

static void test_exists(void **state)
{
    (void)state;
    struct baseline baseline = {0};
    struct jpk_error err = {0};
    make("kept");
    add_some(&baseline, false);
    assert_false(baseline_write(&baseline, file, false, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_string_equal(err.file, file);
    assert_written("kept");
    char nowhere[128];
    struct jpk_error unwritten = {0};
    snprintf(nowhere, sizeof nowhere, "%s/no/baseline.json", root);
    assert_false(baseline_write(&baseline, nowhere, false, &unwritten));
    assert_int_equal(unwritten.code, JPK_ERR_WRITE);
    assert_string_equal(unwritten.file, nowhere);
    assert_true(baseline_write(&baseline, file, true, NULL));
    assert_written(written);
    baseline_free(&baseline);
    DIR *folder = opendir(root);
    size_t count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    assert_int_equal(count, 3); /* with . and .. */
}

/* Names that JSON cannot hold are found again all the same. */
static void test_not_utf8(void **state)
{
    (void)state;
    struct baseline baseline = {0};
    assert_true(baseline_add(&baseline, "a\xff\xfe.json", "m", "/\x80"));
    assert_true(baseline_write(&baseline, file, true, NULL));
    assert_written("{\n  \"baselineFormat\": 1,\n  \"findings\": [\n    {\"file\": \"a\xef\xbf\xbd\xef\xbf\xbd.json\", "
                   "\"rule\": \"m\", \"pointer\": \"/\xef\xbf\xbd\", \"count\": 1}\n  ]\n}\n");
    baseline_free(&baseline);
    assert_true(baseline_read(&baseline, file, "b", NULL));
    assert_true(baseline_takes(&baseline, "a\xff\xfe.json", "m", "/\x80"));
    baseline_free(&baseline);
}

#define HEAD "{\"baselineFormat\": 1, \"findings\": [\n"
#define ENTRY "{\"file\": \"a\", \"rule\": \"m\", \"pointer\": \"\", \"count\": 1}"

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jpk_code code;
        uint32_t line, column;
    } cases[] = {
        {"", JPK_ERR_JSON, 1, 1},
        {"\n[]", JPK_ERR_FORMAT, 2, 1},
        {"null", JPK_ERR_FORMAT, 1, 1},
        {"{\"baselineFormat\": 2, \"findings\": []}", JPK_ERR_FORMAT, 1, 20},
        {HEAD ENTRY ",\n " ENTRY "]}", JPK_ERR_FORMAT, 3, 2},
        {HEAD "{\"file\": \"a\", \"rule\": \"m\", \"pointer\": \"\", \"count\": 0}]}", JPK_ERR_FORMAT, 2, 52},
        {HEAD "{\"file\": \"a\", \"rule\": \"m\", \"pointer\": \"\", \"count\": 1e30}]}", JPK_ERR_FORMAT, 2, 52},
        {HEAD "{\"file\": \"a\", \"file\": \"a\"}]}", JPK_ERR_JSON, 2, 15},
        {HEAD "{\"file\": \"a\\u0000b\"}]}", JPK_ERR_JSON, 2, 12},
        {HEAD "{\"file\": \"\xff\"}]}", JPK_ERR_ENCODING, 2, 11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct baseline baseline = {0};
        struct jpk_error err = {0};
        make(cases[i].text);
        assert_false(baseline_read(&baseline, file, "the name", &err));
        assert_string_equal(err.file, "the name");
        if (err.code != cases[i].code || err.line != cases[i].line || err.column != cases[i].column)
            fail_msg("%s\n%u:%u: %s [%s]", cases[i].text, (unsigned)err.line, (unsigned)err.column, err.message,
                     jpk_code_name(err.code));
        assert_int_equal(baseline.count, 0);
        assert_null(baseline.rows);
    }
}

static void test_unreadable(void **state)
{
    (void)state;
    struct baseline baseline = {0};
    struct jpk_error err = {0}, special = {0};
    assert_false(baseline_read(&baseline, file, "b", &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.file, "b");
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_false(baseline_read(&baseline, file, "b", &special));
    assert_int_equal(special.code, JPK_ERR_SPECIAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_takes),    TEST(test_written),  TEST(test_shrinks),    TEST(test_exists),
        TEST(test_not_utf8), TEST(test_mistakes), TEST(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
