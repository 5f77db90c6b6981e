#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "jpk/mapping_text.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define T(text) "<trans>\n" text "\n</trans>"

struct mappings {
    struct arena arena;
    struct strings list;
};

static bool mapping_text_place(const char *text, size_t n, size_t index, size_t at, uint32_t *line, uint32_t *column)
{
    struct mapping_places *places = mapping_places_new(text, n, NULL);
    bool ok = places && mapping_places_at(places, index, at, line, column);
    mapping_places_free(places);
    return ok;
}

static void add(struct mappings *mappings, const char *text)
{
    assert_true(strings_add(&mappings->list, &mappings->arena, text));
}

static void mappings_free(struct mappings *mappings)
{
    strings_free(&mappings->list);
    arena_free(&mappings->arena);
}

static void parse(struct mappings *mappings, const char *text, size_t n)
{
    struct jpk_error err = {0};
    memset(mappings, 0, sizeof *mappings);
    if (!mapping_text_parse(text, n, &mappings->arena, &mappings->list, &err))
        fail_msg("%u:%u: %s in:\n%s", err.line, err.column, err.message, text);
}

static void expect_same(const struct mappings *wanted, const struct mappings *got, const char *text)
{
    bool same = wanted->list.count == got->list.count;
    for (size_t i = 0; same && i < wanted->list.count; i++)
        same = strcmp(wanted->list.items[i], got->list.items[i]) == 0;
    if (!same)
        fail_msg("another list of %zu comes from:\n%s", got->list.count, text);
}

/* The text of a list, which must come back from it. */
static void expect_written(const char *const *list, size_t count, const char *wanted)
{
    struct mappings in = {0}, out;
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        add(&in, list[i]);
    mapping_text_write(&in.list, &text);
    assert_string_equal(buf_text(&text), wanted);
    parse(&out, buf_text(&text), text.size);
    expect_same(&in, &out, buf_text(&text));
    mappings_free(&in);
    mappings_free(&out);
    buf_free(&text);
}

/* ------------------------------------------------------------------------------------------------------- writing */

static void writes_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *mapping, *text;
    } rows[] = {
        /* loops */
        {"[Contacts$Contact.]\t[response$records.]", "[Contacts$Contact.] <- [response$records.]\n"},
        {"[]\t[]", "[] <- []\n"},
        {"[a.]\tsource", "[a.] <- source\n"},
        {"[a b.]\t[c d.]", "\"[a b.]\" <- [c d.]\n"},
        {"[a.]\t[b.]\t[c.]", "[a.] <- [b.]\t[c.]\n"},
        /* loops that do not fit a line */
        {"[a.]\t", "[a.] ==\n\n\n"},
        {"[a.]\t [b.]", "[a.] ==\n     [b.]\n"},
        {"[a.]\t[b.] ", "[a.] ==\n    [b.] \n"},
        {"[a.]\t[b.\n]", "[a.] ==\n    [b.\n    ]\n"},
        /* scripts of one line */
        {"a.b\t" T("c.d$"), "a.b = c.d$\n"},
        {"[a.]\t" T("x"), "[a.] = x\n"},
        {"a\t" T("="), "a = =\n"},
        {"a\t" T("= b"), "a = = b\n"},
        {"a\t" T("<- b"), "a = <- b\n"},
        {"a\t" T("x\ty"), "a = x\ty\n"},
        /* longer scripts */
        {"a\t" T("$x++;\n\nb$"), "a =\n    $x++;\n\n    b$\n"},
        {"a\t" T(""), "a =\n\n\n"},
        {"a\t" T("\n"), "a =\n\n\n\n"},
        {"a\t" T("\nx"), "a =\n\n    x\n"},
        {"a\t" T("x\n"), "a =\n    x\n\n\n"},
        {"a\t" T(" x"), "a =\n     x\n"},
        {"a\t" T("x "), "a =\n    x \n"},
        {"a\t" T("x\r"), "a =\n    x\r\n"},
        {"a\t" T("\tx"), "a =\n    \tx\n"},
        {"a\t" T(" "), "a =\n     \n"},
        {"a\t" T("x\n \ny"), "a =\n    x\n     \n    y\n"},
        /* what has none of these forms */
        {"a\tb", "a ==\n    b\n"},
        {"a\t", "a ==\n\n\n"},
        {"a\t<trans>\n</trans>", "a ==\n    <trans>\n    </trans>\n"},
        {"a\t<trans>1</trans>", "a ==\n    <trans>1</trans>\n"},
        {"a\t" T("x") "\n", "a ==\n    <trans>\n    x\n    </trans>\n\n\n"},
        {"a\t[b.]", "a ==\n    [b.]\n"},
        {"a\tb ==", "a ==\n    b ==\n"},
        /* no tab */
        {"a", "a\n"},
        {"", "\"\"\n"},
        {"a b", "\"a b\"\n"},
        {"==", "==\n"},
        {"=", "=\n"},
        /* targets */
        {"a\\b\t" T("x"), "a\\b = x\n"},
        {"\"\t" T("x"), "\"\\\"\" = x\n"},
        {"a\"b\t" T("x"), "a\"b = x\n"},
        {"a \"\\\t" T("x"), "\"a \\\"\\\\\" = x\n"},
        {"a\nb\t" T("x"), "\"a\\u000ab\" = x\n"},
        {"\x01\x1f\t" T("x"), "\"\\u0001\\u001f\" = x\n"},
        {"a\r\t" T("x"), "\"a\\u000d\" = x\n"},
        {" a \t" T("x"), "\" a \" = x\n"},
        {"\t" T("x"), "\"\" = x\n"},
        {"\xc3\xa4\t" T("x"), "\xc3\xa4 = x\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_written(&rows[i].mapping, 1, rows[i].text);
    expect_written(NULL, 0, "");
}

static void a_typical_transformation(void **state)
{
    (void)state;
    static const char *const list[] = {
        "[Contacts$Contact.]\t[response$records.]",
        "Contacts$Contact.ID\t" T("$count++;\n\nrecords.Id$"),
        "Contacts$Contact.Name\t" T("records.Name$"),
        "Contacts$Contact.Mail\t" T("If(records.Mail$ == \"\",\n    \"none\",\n    records.Mail$)"),
        "Contacts$Contact.PRECONDITION/\t" T("records.Name$ != \"\""),
        "//PRESCRIPT/\t" T("$count = 0;\n"),
        "Text\t<trans>1</trans>",
    };
    expect_written(list, COUNT(list),
                   "[Contacts$Contact.] <- [response$records.]\n"
                   "\n"
                   "Contacts$Contact.ID =\n"
                   "    $count++;\n"
                   "\n"
                   "    records.Id$\n"
                   "\n"
                   "Contacts$Contact.Name = records.Name$\n"
                   "\n"
                   "Contacts$Contact.Mail =\n"
                   "    If(records.Mail$ == \"\",\n"
                   "        \"none\",\n"
                   "        records.Mail$)\n"
                   "\n"
                   "Contacts$Contact.PRECONDITION/ = records.Name$ != \"\"\n"
                   "\n"
                   "//PRESCRIPT/ =\n"
                   "    $count = 0;\n"
                   "\n"
                   "\n"
                   "Text ==\n"
                   "    <trans>1</trans>\n");
}

/* ------------------------------------------------------------------------------------------------------- parsing */

/* What people write by hand. */
static void reads_what_people_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *mappings[3];
    } rows[] = {
        {"", {NULL}},
        {"\n\n  \n\t\n", {NULL}},
        {"\n\na = 1\n\n\nb = 2\n\n", {"a\t" T("1"), "b\t" T("2")}},
        {"a = 1", {"a\t" T("1")}},
        {"a <- b", {"a\tb"}},
        {"a =\n    x\nb = 1", {"a\t" T("x"), "b\t" T("1")}},
        {"a =\n\tx\n\t\ty\n", {"a\t" T("x\n\ty")}},
        {"a =\n    x\n  \n    y\n", {"a\t" T("x\n\ny")}}, /* a line of blanks is an empty one */
        {"a =\n    x\n\n\n", {"a\t" T("x\n")}},
        {"a =\nb = 1\n", {"a\t" T(""), "b\t" T("1")}},
        {"a =", {"a\t" T("")}},
        {"a ==", {"a\t"}},
        {"a ==\n    x", {"a\tx"}},
        {"\"a\\tb\\nc\\r\\\"\\\\\\/\\u0041\" = 1", {"a\tb\nc\r\"\\/A\t" T("1")}},
        {"a =  1 \n", {"a\t" T(" 1 ")}},
        {"a", {"a"}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mappings wanted = {0}, got;
        for (size_t k = 0; k < COUNT(rows[i].mappings) && rows[i].mappings[k]; k++)
            add(&wanted, rows[i].mappings[k]);
        parse(&got, rows[i].text, strlen(rows[i].text));
        expect_same(&wanted, &got, rows[i].text);
        mappings_free(&wanted);
        mappings_free(&got);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *message;
    } rows[] = {
        {"a=1\nb = 2\na b\n", 3, 2, "behind a target"},
        {"a = 1\nb - 2\n", 2, 2, "behind a target"},
        {"a  = 1\n", 1, 2, "behind a target"},
        {"a = \n", 1, 2, "behind a target"},
        {"a == 1\n", 1, 2, "behind a target"},
        {"a <- \n", 1, 2, "behind a target"},
        {"a = 1\n    2\n", 2, 1, "here is no target"},
        {"  a = 1\n", 1, 1, "here is no target"},
        {"\ta = 1\n", 1, 1, "here is no target"},
        {"a =\n    x\n  y\n", 3, 1, "here is no target"},
        {"a = 1\r\nb = 2\r\n", 1, 6, "CR LF"},
        {"a =\r\n    x\r\n", 1, 4, "CR LF"},
        {"ab\tc = 1\n", 1, 3, "a tab in a target"},
        {"\"a = 1\n", 1, 1, "not closed"},
        {"b = 1\n\"a\\\" = 1\n", 2, 1, "not closed"},
        {"\"a\\x\" = 1\n", 1, 3, "escape is not known"},
        {"\"\\u0000\" = 1\n", 1, 2, "escape is not known"},
        {"\"\\u0080\" = 1\n", 1, 2, "escape is not known"},
        {"\"\\u1041\" = 1\n", 1, 2, "escape is not known"},
        {"\"\\u004\" = 1\n", 1, 2, "escape is not known"},
        {"\"\\", 1, 2, "escape is not known"},
        {"\"\\u00", 1, 2, "escape is not known"},
        {"\"a\"= 1\n", 1, 4, "behind a target"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mappings got = {0};
        struct jpk_error err = {0};
        size_t n = strlen(rows[i].text);
        char *copy = malloc(n); /* of exactly that size, for the sanitizers */
        assert_non_null(copy);
        memcpy(copy, rows[i].text, n);
        assert_false(mapping_text_parse(copy, n, &got.arena, &got.list, &err));
        if (err.line != rows[i].line || err.column != rows[i].column || !strstr(err.message, rows[i].message))
            fail_msg("%s: %u:%u: %s", rows[i].text, err.line, err.column, err.message);
        assert_int_equal(err.code, JPK_ERR_FORMAT);
        mappings_free(&got);
        free(copy);
    }
}

/* --------------------------------------------------------------------------------------------------- round trips */

static uint32_t seed = 7;

static size_t below(size_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (size_t)(seed >> 8) % n;
}

static void put_random(struct buf *out)
{
    static const char *const parts[] = {"a",   "b.c$",     " ",    "\t",      "\n",   "\n\n",      "\r",
                                        "\"",  "\\",       "=",    "==",      "<-",   " = ",       "[",
                                        "]",   "    ",     "x\n",  "\ny",     "\x01", "<trans>\n", "\n</trans>",
                                        " ==", "\xc3\xa4", "\x7f", "\\u0041", "/"};
    for (size_t n = below(8); n > 0; n--)
        buf_puts(out, parts[below(COUNT(parts))]);
}

static void add_random(struct mappings *mappings)
{
    struct buf text = {0};
    size_t form = below(5);
    if (form == 0)
        buf_putc(&text, '[');
    put_random(&text);
    if (form == 0)
        buf_putc(&text, ']');
    if (form < 4)
        buf_putc(&text, '\t');
    buf_puts(&text, form == 1 || form == 2 ? "<trans>\n" : "");
    put_random(&text);
    buf_puts(&text, form == 1 || form == 2 ? "\n</trans>" : "");
    add(mappings, buf_text(&text));
    buf_free(&text);
}

/* parse(write(x)) is x, and write(parse(write(x))) is write(x). */
static void what_was_written_comes_back(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct mappings in = {0}, out;
        struct buf text = {0}, again = {0};
        for (size_t n = below(6); n > 0; n--)
            add_random(&in);
        mapping_text_write(&in.list, &text);
        parse(&out, buf_text(&text), text.size);
        expect_same(&in, &out, buf_text(&text));
        mapping_text_write(&out.list, &again);
        assert_string_equal(buf_text(&again), buf_text(&text));
        mappings_free(&in);
        mappings_free(&out);
        buf_free(&text);
        buf_free(&again);
    }
}

/* Any text either parses or has an error with a place in it. */
static void survives_rubbish(void **state)
{
    (void)state;
    size_t parsed = 0;
    enum { RUNS = 20000 };
    for (int i = 0; i < RUNS; i++) {
        struct buf text = {0};
        struct mappings got = {0};
        struct jpk_error err = {0};
        for (size_t n = below(4); n > 0; n--)
            put_random(&text);
        if (mapping_text_parse(buf_text(&text), text.size, &got.arena, &got.list, &err))
            parsed++;
        else
            assert_true(err.code == JPK_ERR_FORMAT && err.line > 0 && err.column > 0 && err.column <= text.size + 1);
        mappings_free(&got);
        buf_free(&text);
    }
    assert_true(parsed > RUNS / 20 && parsed < RUNS);
}

/* -------------------------------------------------------------------------------------------------------- places */

static void expect_place(const char *text, size_t index, size_t at, uint32_t line, uint32_t column)
{
    uint32_t got_line = 0, got_column = 0;
    assert_true(mapping_text_place(text, strlen(text), index, at, &got_line, &got_column));
    if (got_line != line || got_column != column)
        fail_msg("byte %zu of mapping %zu: %u:%u instead of %u:%u", at, index, got_line, got_column, line, column);
}

/* Every byte of a script stands where the text has it. */
static void finds_places(void **state)
{
    (void)state;
    static const char text[] = "[a.] <- [b.]\n"
                               "\n"
                               "a.x =\n"
                               "    $n++;\n"
                               "\n"
                               "    b.x$\n"
                               "\n"
                               "a.y = b.y$\n"
                               "\"a z\" = 1\n"
                               "raw ==\n"
                               "    <trans>1</trans>\n";
    enum { OPEN = sizeof "<trans>\n" - 1 };
    expect_place(text, 0, 0, 1, 1);                /* the target */
    expect_place(text, 0, strlen("[a.]\t"), 1, 9); /* [b.] */
    expect_place(text, 0, strlen("[a.]\t[b"), 1, 11);
    expect_place(text, 1, 0, 3, 1);
    expect_place(text, 1, 2, 3, 3);
    expect_place(text, 1, strlen("a.x\t") + OPEN, 4, 5); /* $n++; */
    expect_place(text, 1, strlen("a.x\t") + OPEN + 2, 4, 7);
    expect_place(text, 1, strlen("a.x\t") + OPEN + strlen("$n++;\n\n"), 6, 5);
    expect_place(text, 1, strlen("a.x\t") + OPEN + strlen("$n++;\n\nb."), 6, 7);
    expect_place(text, 2, strlen("a.y\t") + OPEN, 8, 7); /* b.y$ */
    expect_place(text, 2, strlen("a.y\t") + OPEN + 3, 8, 10);
    expect_place(text, 3, strlen("a z\t") + OPEN, 9, 9); /* behind a target in quotes */
    expect_place(text, 4, strlen("raw\t"), 11, 5);       /* with its tags */
    expect_place(text, 4, strlen("raw\t<trans>"), 11, 12);
}

/* In scripts that people indent with a tab too. */
static void finds_places_behind_tabs(void **state)
{
    (void)state;
    expect_place("a =\n\tb.x$\n", 0, strlen("a\t<trans>\n"), 2, 2);
    expect_place("a =\n\tb.x$\n\n\tc\n", 0, strlen("a\t<trans>\nb.x$\n\n"), 4, 2);
}

/* Tags are not written out: what stands in them is at the script's beginning or end. */
static void tags_have_places(void **state)
{
    (void)state;
    expect_place("a = b$\n", 0, strlen("a\t"), 1, 5);
    expect_place("a =\n    b$\nc = 1\n", 0, strlen("a\t<tr"), 2, 5);
    expect_place("a =\n    b$\nc = 1\n", 0, strlen("a\t<trans>\nb$"), 2, 7);
    expect_place("a =\n    b$\nc = 1\n", 0, strlen("a\t<trans>\nb$\n</tr"), 2, 7);
}

static void has_no_place(void **state)
{
    (void)state;
    uint32_t line = 77, column = 78;
    static const char text[] = "a = 1\n";
    assert_false(mapping_text_place(text, strlen(text), 1, 0, &line, &column));
    assert_false(mapping_text_place(text, strlen(text), 0, 1000, &line, &column));
    assert_false(mapping_text_place("a - 1\n", 6, 0, 0, &line, &column));
    assert_false(mapping_text_place("", 0, 0, 0, &line, &column));
    assert_int_equal(line, 77);
    assert_int_equal(column, 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_form),
        cmocka_unit_test(a_typical_transformation),
        cmocka_unit_test(reads_what_people_write),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(what_was_written_comes_back),
        cmocka_unit_test(survives_rubbish),
        cmocka_unit_test(finds_places),
        cmocka_unit_test(finds_places_behind_tabs),
        cmocka_unit_test(tags_have_places),
        cmocka_unit_test(has_no_place),
    };
    return cmocka_run_group_tests_name("mapping_text", tests, NULL, NULL);
}
