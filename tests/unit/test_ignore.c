/*
 * Ignore files: base/ignore.h. With arguments it is what tests/ignore/compare.py sets beside git: `test_ignore ROOT
 * FOLDER...` reads the .gitignore of each folder, outer ones first, and prints the ignored ones of the paths that it
 * gets on standard input, one a line; those of folders end in a slash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/ignore.h"

static bool is_ignored(const char *lines, size_t n, const char *path)
{
    struct ignore ignore = {0};
    struct jpk_error err = {0};
    char copy[512];
    size_t size = strlen(path);
    bool folder = path[size - 1] == '/';
    assert_true(size < sizeof copy);
    memcpy(copy, path, size + 1);
    copy[size - folder] = '\0';
    assert_true(ignore_push(&ignore, "", lines, n, &err));
    bool is = ignored(&ignore, copy, folder);
    ignore_free(&ignore);
    return is;
}

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *path; /* a folder's ends in a slash */
        bool ignored;
    } cases[] = {
        {"", "a", false},
        {"a", "a", true},
        {"a", "b/c/a", true},
        {"a", "a/b/c", true},
        {"a", "aa", false},
        {"a", "A", false},
        /* folders, and where a pattern is anchored */
        {"a/", "a", false},
        {"a/", "a/", true},
        {"a/", "x/a/y", true},
        {"/a", "a", true},
        {"/a", "b/a", false},
        {"a/b", "a/b", true},
        {"a/b", "x/a/b", false},
        {"a/b/", "a/b/", true},
        {"a/b/", "a/b", false},
        {"/a/", "a/x", true},
        {"/", "a", false},
        {"//", "a", false},
        /* one part */
        {"*", "a", true},
        {"*.c", "x/y.c", true},
        {"*.c", "x.c/y", true},
        {"*.c", "x.cc", false},
        {"/*.c", "x/y.c", false},
        {"a*c", "abbc", true},
        {"a*c", "ac", true},
        {"a/*", "a/b", true},
        {"a/*/c", "a/b/c", true},
        {"a/*/c", "a/c", false},
        {"a/*/c", "a/b/b/c", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"a?c/d", "a/c/d", false},
        {"?", "\xc3\xa4", false},
        {"??", "\xc3\xa4", true},
        /* many parts */
        {"**/a", "a", true},
        {"**/a", "x/y/a", true},
        {"**/a/b", "x/a/b", true},
        {"a/**", "a/x/y", true},
        {"a/**", "a/", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"**/**/a/**/**/b", "a/b", true},
        {"a/**b", "a/x/b", false},
        {"a/**b", "a/xb", true},
        {"a/x**/b", "a/xy/b", true},
        {"**", "a/b", true},
        {"/**", "a", true},
        {"**/", "a", false},
        {"**/", "a/b", true},
        {"*/", "a/b", true},
        /* sets */
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a-c]x", "ax", false},
        {"[]x]", "]", true},
        {"[!]x]", "]", false},
        {"[a-]", "-", true},
        {"[--0]", ".", true},
        {"[\\]]", "]", true},
        {"[a\\-c]", "b", false},
        {"[[:digit:]-]", "-", true},
        {"[[:upper:][:digit:]]", "7", true},
        {"[[:upper:][:digit:]]", "a", false},
        {"[[:space:]]", " ", true},
        {"[[:nothing:]a]", "a", false},
        {"[[:a]", ":", true},
        {"[a", "[a", false},
        {"[a", "a", false},
        {"a[/]b", "a/b", false},
        {"a[!x]b/c", "a/b/c", false},
        {"[z-a]", "m", false},
        {"[\xc3\xa4]", "\xa4", true},
        /* escapes and white space */
        {"\\a", "a", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a\\", "a\\", false},
        {"\\#a", "#a", true},
        {"#a", "#a", false},
        {" #a", " #a", true},
        {"\\!a", "!a", true},
        {"a  ", "a", true},
        {"a\\ ", "a ", true},
        {"a\\  ", "a ", true},
        {"a\\\\ ", "a\\", true},
        {"a\t", "a", false},
        {" a", "a", false},
        {"   ", "a", false},
        {"a b ", "a b", true},
        /* lines */
        {"x\na\r\ny", "a", true},
        {"a\r", "a", true},
        {"\xef\xbb\xbf"
         "a\n",
         "a", true},
        {"x\n\xef\xbb\xbf"
         "a\n",
         "a", false},
        {"\n\n\na", "a", true},
        /* later lines win, but nothing comes back below an ignored folder */
        {"a\n!a", "a", false},
        {"!a\na", "a", true},
        {"*\n!a", "a", false},
        {"*\n!a", "b", true},
        {"x\n!x/a", "x/a", true},
        {"x/*\n!x/a", "x/a", false},
        {"x/*\n!x/a", "x/b", true},
        {"/*\n!/x\n/x/*\n!/x/a", "x/a", false},
        {"/*\n!/x\n/x/*\n!/x/a", "x/b", true},
        {"x/\n!x/", "x/a", false},
        {"*\n!*/\n!*.c", "a/b/c.c", false},
        {"*\n!*/\n!*.c", "a/b/c.h", true},
        {"!", "a", false},
        {"a\n!", "a", true},
        {"!!a", "!a", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (is_ignored(cases[i].lines, strlen(cases[i].lines), cases[i].path) != cases[i].ignored)
            fail_msg("\"%s\": %s", cases[i].lines, cases[i].path);
    assert_true(is_ignored("a\0b\nc", 5, "a")); /* as git reads it */
    assert_true(is_ignored("a\0b\nc", 5, "c"));
}

static void test_folders(void **state)
{
    (void)state;
    struct ignore ignore = {0};
    assert_false(ignored(&ignore, "a", false));
    assert_true(ignore_push(&ignore, "", "*.log\n/top\n", 11, NULL));
    assert_true(ignore_push(&ignore, "a", "!x.log\n/b\nc/d\n", 14, NULL));
    assert_true(ignore_push(&ignore, "a/c", "*.log\n", 6, NULL));
    static const struct {
        const char *path;
        bool folder, ignored;
    } cases[] = {
        {"x.log", false, true},       {"a/x.log", false, false}, {"a/y.log", false, true}, {"a/e/x.log", false, false},
        {"a/c/x.log", false, true},   {"top", true, true},       {"a/top", true, false},   {"b", false, false},
        {"a/b", false, true},         {"a/b/c", false, true},    {"a/e/b", false, false},  {"a/c/d", false, true},
        {"c/d", false, false},        {"ab/b", false, false},    {"a", true, false},       {"aa/x.log", false, true},
        {"top/a/x.log", false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (ignored(&ignore, cases[i].path, cases[i].folder) != cases[i].ignored)
            fail_msg("%s", cases[i].path);
    assert_false(ignored_itself(&ignore, "a/b/c", false));
    ignore_pop(&ignore, 2);
    assert_false(ignored(&ignore, "a/c/x.log", false));
    ignore_pop(&ignore, 5);
    assert_int_equal(ignore.count, 2);
    ignore_free(&ignore);
    assert_int_equal(ignore.count, 0);
}

static void test_patterns(void **state)
{
    (void)state;
    struct ignore ignore = {0};
    assert_true(ignore_push_pattern(&ignore, "", "recipes/**/*.json", NULL));
    assert_true(ignore_push_pattern(&ignore, "", "!recipes/old/", NULL));
    assert_true(ignore_push_pattern(&ignore, "", "#x ", NULL));
    assert_true(ignored(&ignore, "recipes/a/b.json", false));
    assert_false(ignored(&ignore, "b.json", false));
    assert_true(ignored(&ignore, "#x ", false));
    static const char *const wrong[][2] = {
        {"", "the pattern '' matches nothing: it is empty"},
        {"!", "the pattern '!' matches nothing: it is empty"},
        {"/", "the pattern '/' matches nothing: it is empty"},
        {"a\\", "the pattern 'a\\' matches nothing: a backslash at the end"},
        {"x[a", "the pattern 'x[a' matches nothing: a '[' without its ']'"},
        {"[a\\", "the pattern '[a\\' matches nothing: a '[' without its ']'"},
        {"[a-\\", "the pattern '[a-\\' matches nothing: a '[' without its ']'"},
        {"[[:a", "the pattern '[[:a' matches nothing: a '[' without its ']'"},
        {"[[:x:]]", "the pattern '[[:x:]]' matches nothing: a class of characters that does not exist"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct jpk_error err = {0};
        assert_false(ignore_push_pattern(&ignore, "", wrong[i][0], &err));
        assert_int_equal(err.code, JPK_ERR_FORMAT);
        assert_string_equal(err.message, wrong[i][1]);
    }
    assert_int_equal(ignore.count, 3);
    ignore_free(&ignore);
}

/* Patterns that take those who try one way after the other longer than anybody waits. */
static void test_bounded(void **state)
{
    (void)state;
    static const char *const parts[] = {"*a", "a*", "**/a", "**/*a*", "a*b", "[a]*", "?*"};
    char path[IGNORE_PATH_MAX + 2];
    clock_t begin = clock();
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct buf pattern = {0};
        while (pattern.size < 8000)
            buf_puts(&pattern, parts[i]);
        for (size_t n = 40; n < pattern.size; n *= 4) {
            struct ignore ignore = {0};
            char kept = pattern.data[n];
            pattern.data[n] = '\0';
            assert_true(ignore_push_pattern(&ignore, "", pattern.data, NULL));
            pattern.data[n] = kept;
            memset(path, 'a', IGNORE_PATH_MAX);
            for (size_t j = 50; i % 2 && j < IGNORE_PATH_MAX - 1; j += 50)
                path[j] = '/';
            path[IGNORE_PATH_MAX - 1] = 'c';
            path[IGNORE_PATH_MAX] = '\0';
            (void)ignored_itself(&ignore, path, false);
            ignore_free(&ignore);
        }
        buf_free(&pattern);
    }
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 5);
    struct ignore ignore = {0};
    assert_true(ignore_push_pattern(&ignore, "", "*", NULL));
    memset(path, 'a', IGNORE_PATH_MAX + 1);
    path[IGNORE_PATH_MAX + 1] = '\0';
    assert_false(ignored(&ignore, path, false)); /* too long */
    assert_true(ignored(&ignore, path + 1, false));
    ignore_free(&ignore);
}

/* ------------------------------------------------------------------------------------------------------- beside git */

static bool push_file(struct ignore *ignore, const char *root, const char *folder)
{
    char path[4096];
    struct buf text = {0};
    snprintf(path, sizeof path, "%s/%s/.gitignore", root, folder);
    bool ok = file_read(path, UINT32_MAX, "", &text, NULL) &&
              ignore_push(ignore, strcmp(folder, ".") == 0 ? "" : folder, buf_text(&text), text.size, NULL);
    buf_free(&text);
    return ok;
}

static int print_ignored(int count, char **arguments)
{
    struct ignore ignore = {0};
    char path[4096];
    bool ok = true;
    for (int i = 1; i < count && ok; i++)
        ok = push_file(&ignore, arguments[0], arguments[i]);
    while (ok && fgets(path, sizeof path, stdin)) {
        size_t n = strcspn(path, "\n");
        bool folder = n > 0 && path[n - 1] == '/';
        path[n - folder] = '\0';
        if (ignored(&ignore, path, folder))
            printf("%s%s\n", path, folder ? "/" : "");
    }
    ignore_free(&ignore);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_bounded),
    };
    if (argc > 1)
        return print_ignored(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
