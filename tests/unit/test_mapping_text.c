/* Mappings as text that people edit: the exact form, the way back, errors and places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "jpk/mapping_text.h"

#define SCRIPT(body) "<trans>\n" body "\n</trans>"

static void write_list(const char *const *items, size_t count, struct buf *out)
{
    struct strings list = {.items = (const char **)(uintptr_t)items, .count = count};
    buf_clear(out);
    mapping_text_write(&list, out);
    assert_false(out->failed);
}

static void assert_text(const char *const *items, size_t count, const char *wanted)
{
    struct buf out = {0};
    write_list(items, count, &out);
    assert_string_equal(buf_text(&out), wanted);
    buf_free(&out);
}

/* What was written is read again, item by item. */
static void assert_back(const char *const *items, size_t count)
{
    struct buf out = {0};
    struct arena arena = {0};
    struct strings back = {0};
    struct jpk_error err = {0};
    write_list(items, count, &out);
    if (!mapping_text_parse(buf_text(&out), out.size, &arena, &back, &err))
        fail_msg("line %u: %s in\n%s", err.line, err.message, out.data);
    if (back.count != count)
        fail_msg("%zu mappings instead of %zu from\n%s", back.count, count, out.data);
    for (size_t i = 0; i < count; i++)
        if (strcmp(back.items[i], items[i]) != 0)
            fail_msg("mapping %zu was\n%s\nand is\n%s\nfrom\n%s", i, items[i], back.items[i], out.data);
    strings_free(&back);
    arena_free(&arena);
    buf_free(&out);
}

static void test_form(void **state)
{
    static const char *const items[] = {
        "[Contacts$Contact.]\t[response$records.]",
        "[]\t[]",
        "Contacts$Contact.Name\t" SCRIPT("records.Name$"),
        "Contacts$Contact.ID\t" SCRIPT("$count++;\n\nrecords.Id$"),
        "//PRESCRIPT/\t" SCRIPT("  indented"),
        "Text\t<trans>1</trans>",
        "last\t" SCRIPT("a;\nb"),
    };
    (void)state;
    assert_text(items, 7,
                "[Contacts$Contact.] <- [response$records.]\n"
                "[] <- []\n"
                "Contacts$Contact.Name = records.Name$\n"
                "\n"
                "Contacts$Contact.ID =\n"
                "    $count++;\n"
                "\n"
                "    records.Id$\n"
                "\n"
                "//PRESCRIPT/ =\n"
                "      indented\n"
                "\n"
                "Text ==\n"
                "    <trans>1</trans>\n"
                "\n"
                "last =\n"
                "    a;\n"
                "    b\n");
    assert_back(items, 7);
}

static void test_odd_forms(void **state)
{
    static const char *const items[] = {
        "no tab",
        "",
        "\t",
        "t\t",
        "a b\t" SCRIPT(""),
        "\"q\"\t" SCRIPT("\n"),
        "tab\t<trans>\n</trans>",
        "trailing\t" SCRIPT("x") " ",
        "blank \t" SCRIPT("y "),
        "=\t" SCRIPT("= ="),
        "[a]\t" SCRIPT("loop"),
        "[a]\tb\nc",
        "cr\t" SCRIPT("x\r"),
        "\x01\x7f\t" SCRIPT("\t"),
        "l\tm\tn",
        "x\t" SCRIPT("\n\nend\n\n\n"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        assert_back(items + i, 1);
    assert_back(items, sizeof items / sizeof items[0]);
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Texts of the pieces that could be taken for something else. */
static void test_random(void **state)
{
    static const char *const pieces[] = {
        "a",  "\n",      "\t",       " ",    "    ", "=", " = ", " == ", " <- ", "[",    "]",         "\"",
        "\\", "<trans>", "</trans>", "\n\n", "\r",   "#", "$b",  ".",    "{}",   "\x01", "<trans>\n", "\n</trans>"};
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct arena arena = {0};
        struct strings list = {0};
        size_t count = next_random(&seed) % 6;
        for (size_t i = 0; i < count; i++) {
            struct buf text = {0};
            bool usual = next_random(&seed) % 2;
            buf_puts(&text, usual ? "target\t<trans>\n" : "");
            for (uint32_t n = next_random(&seed) % 8; n > 0; n--)
                buf_puts(&text, pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])]);
            buf_puts(&text, usual ? "\n</trans>" : "");
            assert_true(strings_add(&list, &arena, buf_text(&text)));
            buf_free(&text);
        }
        assert_back(list.items, list.count);
        strings_free(&list);
        arena_free(&arena);
    }
}

static void test_tolerated(void **state)
{
    static const char text[] = "\n\na = 1\n\n\n\nb =\n\ttab\n    four";
    struct arena arena = {0};
    struct strings list = {0};
    (void)state;
    assert_true(mapping_text_parse(text, sizeof text - 1, &arena, &list, NULL));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0], "a\t" SCRIPT("1"));
    assert_string_equal(list.items[1], "b\t" SCRIPT("tab\nfour"));
    strings_free(&list);
    arena_free(&arena);
}

static void assert_wrong(const char *text, uint32_t line, uint32_t column, const char *says)
{
    struct arena arena = {0};
    struct strings list = {0};
    struct jpk_error err = {0};
    assert_false(mapping_text_parse(text, strlen(text), &arena, &list, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_non_null(strstr(err.message, says));
    strings_free(&list);
    arena_free(&arena);
}

static void test_errors(void **state)
{
    (void)state;
    assert_wrong("a = 1\n  b\n", 2, 1, "four spaces");
    assert_wrong("a : 1\n", 1, 2, "behind a target");
    assert_wrong("a = 1\n\"b = 2\n", 2, 1, "not closed");
    assert_wrong("\"a\\q\" = 2\n", 1, 3, "escape");
    assert_wrong("a = 1\r\n", 1, 6, "CR LF");
    assert_wrong("a\tb = 1\n", 1, 2, "tab");
    assert_wrong("a =  1\nb ===\n", 2, 2, "behind a target");
}

static void assert_place(const char *text, size_t index, size_t at, uint32_t line, uint32_t column)
{
    uint32_t l = 0, c = 0;
    assert_true(mapping_text_place(text, strlen(text), index, at, &l, &c));
    assert_int_equal(l, line);
    assert_int_equal(c, column);
}

static void test_places(void **state)
{
    static const char text[] = "[a] <- [bc]\n"
                               "x = one\n"
                               "\n"
                               "yy =\n"
                               "    first\n"
                               "    second\n"
                               "\n"
                               "z ==\n"
                               "    <trans>q</trans>\n";
    uint32_t line, column;
    (void)state;
    assert_place(text, 0, 0, 1, 1);
    assert_place(text, 0, 5, 1, 9);                       /* the b of [bc] */
    assert_place(text, 1, strlen("x\t<trans>\n"), 2, 5);  /* one */
    assert_place(text, 2, 1, 4, 2);                       /* the second y */
    assert_place(text, 2, strlen("yy\t<trans>\n"), 5, 5); /* first */
    assert_place(text, 2, strlen("yy\t<trans>\nfirst\nse"), 6, 7);
    assert_place(text, 3, strlen("z\t<trans>"), 9, 12); /* q */
    assert_false(mapping_text_place(text, strlen(text), 4, 0, &line, &column));
    assert_false(mapping_text_place(text, strlen(text), 1, 1000, &line, &column));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),      cmocka_unit_test(test_odd_forms), cmocka_unit_test(test_random),
        cmocka_unit_test(test_tolerated), cmocka_unit_test(test_errors),    cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
