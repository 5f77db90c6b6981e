/* Entities cut apart and put together again, and what that rests on: tags in raw bytes, decoding, escaping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jpk/pieces.h"
#include "jpk/xml_scan.h"

#define HEAD                                                                                                           \
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<Entity type=\"%s\">\n"                             \
    "  <Header Deleted=\"false\" ID=\"i-1\" Name=\"a &amp; b\"/>\n"

static char *entity(const char *type, const char *body)
{
    struct buf out = {0};
    buf_printf(&out, HEAD "%s</Entity>\n", type, body);
    assert_false(out.failed);
    return out.data;
}

struct cut {
    struct pieces pieces;
    struct buf rest;
};

static void cut(const char *xml, struct cut *out)
{
    *out = (struct cut){0};
    assert_true(pieces_find(xml, strlen(xml), &out->pieces, NULL));
    assert_true(pieces_split(xml, strlen(xml), &out->pieces, &out->rest, NULL));
}

static void cut_free(struct cut *cut)
{
    pieces_free(&cut->pieces);
    buf_free(&cut->rest);
}

/* Joins what is left with the texts of `from`; the result is `out`'s. */
static bool join(struct cut *from, struct buf *out, struct jpk_error *err)
{
    struct pieces again;
    const struct piece *wrong = NULL;
    assert_true(pieces_find(buf_text(&from->rest), from->rest.size, &again, NULL));
    assert_int_equal(again.count, from->pieces.count);
    for (size_t i = 0; i < again.count; i++) {
        again.list[i].text = from->pieces.list[i].text;
        again.list[i].there = from->pieces.list[i].there;
    }
    bool ok = pieces_join(buf_text(&from->rest), from->rest.size, &again, out, &wrong, err);
    for (size_t i = 0; i < again.count; i++)
        again.list[i].text = (struct buf){0};
    pieces_free(&again);
    return ok;
}

/* `same` is whether the way back gives the same bytes. */
static void assert_script(const char *element, const char *text, const char *rest, bool same)
{
    char *xml = entity("Script", element);
    struct cut c;
    struct buf out = {0};
    cut(xml, &c);
    assert_int_equal(c.pieces.count, 1);
    assert_string_equal(c.pieces.id, "i-1");
    assert_string_equal(c.pieces.name, "a & b");
    assert_true(c.pieces.list[0].there);
    assert_string_equal(buf_text(&c.pieces.list[0].text), text);
    assert_non_null(strstr(buf_text(&c.rest), rest));
    assert_true(join(&c, &out, NULL));
    assert_int_equal(strcmp(out.data, xml) == 0, same);
    buf_free(&out);
    cut_free(&c);
    free(xml);
}

#define OPEN "  <konga.string name=\"script\">"
#define CLOSE "</konga.string>\n"
#define HOLE "  <konga.string name=\"script\"/>\n"

static void test_scripts(void **state)
{
    (void)state;
    assert_script(OPEN "&lt;trans&gt;\n1 &amp; \"2\"\n&lt;/trans&gt;" CLOSE, "<trans>\n1 & \"2\"\n</trans>", HOLE,
                  true);
    assert_script(OPEN "a&#13;b&#146;" CLOSE, "a\rb\xc2\x92", HOLE, true);
    assert_script(HOLE, "", HOLE, true);
    assert_script(OPEN CLOSE, "", OPEN CLOSE, true);
    assert_script("  <konga.string name=\"script\" />\n", "", "  <konga.string name=\"script\" />\n", true);
    assert_script("  <konga.string  name='script' >x" CLOSE, "x", "  <konga.string  name='script' />\n", true);
    /* other ways to write the same text */
    assert_script(OPEN "<![CDATA[1 < 2]]>" CLOSE, "1 < 2", HOLE, false);
    assert_script(OPEN "It&apos;s &#x41;" CLOSE, "It's A", HOLE, false);
    assert_script(OPEN "a\r\nb\nc" CLOSE, "a\nb\nc", HOLE, false);
}

static void test_stays(void **state)
{
    static const char *const elements[] = {OPEN "a<!-- c -->b" CLOSE, OPEN "a<x/>" CLOSE, OPEN "&unknown;" CLOSE,
                                           OPEN "&#0;" CLOSE};
    (void)state;
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        char *xml = entity("Script", elements[i]);
        struct cut c;
        cut(xml, &c);
        assert_false(c.pieces.list[0].there);
        assert_string_equal(buf_text(&c.rest), xml);
        cut_free(&c);
        free(xml);
    }
}

static void test_line_ends(void **state)
{
    static const char xml[] =
        "<Entity type=\"Script\">\r\n  <konga.string name=\"script\">a\r\nb</konga.string>\r\n</Entity>";
    struct cut c;
    struct buf out = {0};
    (void)state;
    cut(xml, &c);
    assert_string_equal(buf_text(&c.pieces.list[0].text), "a\nb");
    assert_true(join(&c, &out, NULL));
    assert_string_equal(out.data, xml);
    buf_free(&out);
    cut_free(&c);
}

static void test_javascript(void **state)
{
    char *xml = entity("Script", OPEN "&lt;javascript&gt;\n1\n&lt;/javascript&gt;" CLOSE);
    struct cut c;
    (void)state;
    cut(xml, &c);
    assert_string_equal(c.pieces.list[0].suffix, ".js");
    cut_free(&c);
    free(xml);
}

static void test_transformation(void **state)
{
    static const char body[] = "  <InputStructure sourceId=\"s\">\n"
                               "    <SqlScript>\n"
                               "      <Entry entryId=\"1\" type=\"2\">\n"
                               "        <konga.string name=\"script\">a,\nb</konga.string>\n"
                               "        <konga.string name=\"where\">x &lt; 1</konga.string>\n"
                               "      </Entry>\n"
                               "      <Entry entryId=\"2\" type=\"1\">\n"
                               "        <konga.string name=\"script\">SELECT 1</konga.string>\n"
                               "      </Entry>\n"
                               "    </SqlScript>\n"
                               "  </InputStructure>\n"
                               "  <Mappings>\n"
                               "    <Mapping>\n"
                               "      <konga.string name=\"expr\">a\t&lt;trans&gt;\nb\n&lt;/trans&gt;</konga.string>\n"
                               "    </Mapping>\n"
                               "  </Mappings>\n";
    static const char *const wanted[][2] = {
        {".sql", "a,\nb"}, {".where.sql", "x < 1"}, {"~2.sql", "SELECT 1"}, {".map", "a = b\n"}};
    char *xml = entity("Transformation", body);
    struct cut c;
    struct buf out = {0};
    (void)state;
    cut(xml, &c);
    assert_int_equal(c.pieces.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(c.pieces.list[i].suffix, wanted[i][0]);
        assert_string_equal(buf_text(&c.pieces.list[i].text), wanted[i][1]);
    }
    assert_null(strstr(buf_text(&c.rest), "SELECT"));
    assert_non_null(strstr(buf_text(&c.rest), "  <Mappings/>\n"));
    assert_true(join(&c, &out, NULL));
    assert_string_equal(out.data, xml);
    buf_free(&out);
    cut_free(&c);
    free(xml);
}

static void test_mappings_that_stay(void **state)
{
    static const char *const lists[] = {
        "  <Mappings/>\n", "  <Mappings>\n  </Mappings>\n", "  <Mappings>\n    <Mapping/>\n  </Mappings>\n",
        "  <Mappings><Mapping><konga.string name=\"expr\">a</konga.string><x/></Mapping></Mappings>\n",
        "  <Mappings><Mapping><konga.string name=\"other\">a</konga.string></Mapping></Mappings>\n"};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char *xml = entity("Transformation", lists[i]);
        struct cut c;
        cut(xml, &c);
        assert_false(c.pieces.list[0].there);
        assert_string_equal(buf_text(&c.rest), xml);
        cut_free(&c);
        free(xml);
    }
}

/* An edited text that cannot be put in. */
static void assert_refused(const char *element, const char *text, size_t n, enum jpk_code code, uint32_t line,
                           uint32_t column)
{
    char *xml = entity("Script", element);
    struct pieces pieces;
    struct buf out = {0};
    const struct piece *wrong = NULL;
    struct jpk_error err = {0};
    assert_true(pieces_find(xml, strlen(xml), &pieces, NULL));
    buf_put(&pieces.list[0].text, text, n);
    pieces.list[0].there = true;
    assert_false(pieces_join(xml, strlen(xml), &pieces, &out, &wrong, &err));
    assert_ptr_equal(wrong, &pieces.list[0]);
    assert_int_equal(err.code, code);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    buf_free(&out);
    pieces_free(&pieces);
    free(xml);
}

static void test_refused(void **state)
{
    (void)state;
    assert_refused(HOLE, "a\nb\0c", 5, JPK_ERR_FORMAT, 2, 2);
    assert_refused(HOLE, "a\x0b", 2, JPK_ERR_FORMAT, 1, 2);
    assert_refused(HOLE, "\n\nx\xff", 4, JPK_ERR_ENCODING, 3, 2);
    assert_refused(HOLE, "\xef\xbf\xbf", 3, JPK_ERR_FORMAT, 1, 1);
    assert_refused(OPEN "there" CLOSE, "x", 1, JPK_ERR_FORMAT, 0, 0);
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Whatever stands in an element: the bytes come back, or the difference shows, and nothing breaks. */
static void test_random(void **state)
{
    static const char *const bits[] = {"a",     "&lt;",   "&gt;", "&amp;", "\n",        "\r\n",     "<![CDATA[", "]]>",
                                       "&#13;", "&apos;", "<",    ">",     "<x/>",      "</x>",     "<!--",      "-->",
                                       "&",     "\"",     "'",    "\t",    "&#x1F600;", "\xc3\xa4", "&#146;",    "/"};
    uint64_t seed = 11;
    size_t came_back = 0;
    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct buf body = {0}, out = {0};
        buf_puts(&body, OPEN);
        for (uint32_t n = next_random(&seed) % 10; n > 0; n--)
            buf_puts(&body, bits[next_random(&seed) % (round % 2 ? 6 : sizeof bits / sizeof bits[0])]);
        buf_puts(&body, CLOSE);
        char *xml = entity("Script", buf_text(&body));
        struct cut c;
        cut(xml, &c);
        if (join(&c, &out, NULL))
            came_back += strcmp(buf_text(&out), xml) == 0;
        cut_free(&c);
        free(xml);
        buf_free(&body);
        buf_free(&out);
    }
    assert_true(came_back > 1000);
}

static void test_scanner(void **state)
{
    static const char xml[] = "<?pi <x> ?><!-- <y> --><a b='>' c = \"1 &lt; 2\"><![CDATA[<z>]]><d/></a>";
    struct xml_scanner scanner = xml_scan(xml, strlen(xml));
    struct xml_tag tag;
    struct buf value = {0};
    (void)state;
    assert_true(xml_scan_next(&scanner, &tag));
    assert_true(xml_tag_is(&tag, "a") && tag.opens && !tag.closes && tag.depth == 0);
    assert_true(xml_tag_value(&scanner, &tag, "c", &value));
    assert_string_equal(buf_text(&value), "1 < 2");
    assert_true(xml_tag_value(&scanner, &tag, "b", &value));
    assert_string_equal(buf_text(&value), ">");
    assert_false(xml_tag_value(&scanner, &tag, "d", &value));
    assert_true(xml_scan_next(&scanner, &tag));
    assert_true(xml_tag_is(&tag, "d") && tag.opens && tag.closes && tag.depth == 1);
    assert_true(xml_scan_next(&scanner, &tag));
    assert_true(!tag.opens && tag.closes && tag.depth == 0);
    assert_false(xml_scan_next(&scanner, &tag));
    buf_free(&value);
}

static void test_decode(void **state)
{
    static const struct {
        const char *raw, *text; /* NULL: no text */
    } cases[] = {
        {"", ""},
        {"a&amp;b", "a&b"},
        {"&#65;&#x42;", "AB"},
        {"a\rb\r\nc\n", "a\nb\nc\n"},
        {"&#x10FFFF;", "\xf4\x8f\xbf\xbf"},
        {"&#xD800;", NULL},
        {"&#x110000;", NULL},
        {"&nope;", NULL},
        {"&", NULL},
        {"&amp", NULL},
        {"<![CDATA[a]b]]>c", "a]bc"},
        {"<![CDATA[a", NULL},
        {"a<b", NULL},
        {"&#-1;", NULL},
        {"&#;", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        bool ok = xml_decode(cases[i].raw, strlen(cases[i].raw), &out);
        assert_int_equal(ok, cases[i].text != NULL);
        if (ok)
            assert_string_equal(buf_text(&out), cases[i].text);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_line_ends),      cmocka_unit_test(test_javascript),
        cmocka_unit_test(test_transformation), cmocka_unit_test(test_mappings_that_stay),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_random),
        cmocka_unit_test(test_scanner),        cmocka_unit_test(test_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
