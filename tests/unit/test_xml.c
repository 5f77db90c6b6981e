/* The XML reader, what it refuses, and Design Studio's three ways to write XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "jpk/xml.h"
#include "tests/unit/projectmaker.h"

struct fixture {
    struct arena arena;
    struct intern intern;
    struct jpk_limits limits;
    struct xml_reader *reader;
    struct jpk_error err;
    struct xml_document document;
};

static void begin(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->limits = jpk_limits_default();
    f->intern.arena = &f->arena;
    f->reader = xml_reader_new(&f->arena, &f->intern, &f->limits);
    assert_non_null(f->reader);
}

static void end(struct fixture *f)
{
    xml_reader_free(f->reader);
    intern_free(&f->intern);
    arena_free(&f->arena);
}

/* Reads a copy of exactly this size and the NUL behind it, so that the sanitizer sees a read too far. */
static bool read_bytes(struct fixture *f, const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    copy[n] = '\0';
    f->err = (struct jpk_error){0};
    bool ok = xml_read(f->reader, copy, n, &f->document, &f->err);
    assert_int_equal(ok, f->err.code == JPK_OK);
    free(copy);
    return ok;
}

static bool read_text(struct fixture *f, const char *text)
{
    return read_bytes(f, text, strlen(text));
}

/* --------------------------------------------------------------------------------------------------------- refused */

#define DECLARED(encoding) "<?xml version=\"1.0\" encoding=" encoding "?><a/>"

static const struct error_case {
    const char *text;
    enum jpk_code code;
    uint64_t offset;
    uint32_t line, column;
    const char *message; /* a part of it */
} error_cases[] = {
    {"<a>\n\xff</a>", JPK_ERR_ENCODING, 4, 2, 1, "is not UTF-8: byte 0xff"},
    {"<a b=\"\xed\xa0\x80\"/>", JPK_ERR_ENCODING, 6, 1, 7, "is not UTF-8"},
    {"<a/>\xc3", JPK_ERR_ENCODING, 4, 1, 5, "is not UTF-8"},
    {DECLARED("\"ISO-8859-1\""), JPK_ERR_ENCODING, 0, 1, 1, "declares the encoding ISO-8859-1; only UTF-8 is read"},
    {DECLARED("'utf-16'"), JPK_ERR_ENCODING, 0, 1, 1, "utf-16"},
    {DECLARED("\"UTF-80\""), JPK_ERR_ENCODING, 0, 1, 1, "UTF-80"},
    {DECLARED("\"UTF\""), JPK_ERR_ENCODING, 0, 1, 1, "UTF"},
    {DECLARED("\"\""), JPK_ERR_ENCODING, 0, 1, 1, "declares the encoding ;"},
    {"<?xml version='1.0' encoding \t=\n'UTF-7'?><a/>", JPK_ERR_ENCODING, 0, 1, 1,
     "UTF-7"}, /* blanks may stand around the sign */
    {"\xef\xbb\xbf" DECLARED("\"UTF-7\""), JPK_ERR_ENCODING, 3, 1, 4, "UTF-7"},
    {"<!DOCTYPE a><a/>", JPK_ERR_DOCTYPE, 0, 1, 1, "DOCTYPE"},
    {"<?xml version=\"1.0\"?>\n <!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", JPK_ERR_DOCTYPE, 23, 2, 2, "DOCTYPE"},
    {"<!-- <!DOCTYPE --><!doctype a><a/>", JPK_ERR_DOCTYPE, 18, 1, 19, "DOCTYPE"},
    {"<a><!ENTITY b \"c\"></a>", JPK_ERR_DOCTYPE, 3, 1, 4, "DOCTYPE"},
    {"", JPK_ERR_XML, 0, 0, 0, "is empty"},
    {"x", JPK_ERR_XML, 0, 1, 1, "text stands before the first tag"},
    {"<", JPK_ERR_XML, 0, 1, 1, "has no end"},
    {"<a", JPK_ERR_XML, 0, 1, 1, "has no end"},
    {"\n<a><!-- b", JPK_ERR_XML, 4, 2, 4, "has no end"},
    {"<a><![CDATA[ b", JPK_ERR_XML, 14, 1, 15, "a CDATA section has no end"},
    {"\n<a>\n<b>", JPK_ERR_XML, 8, 3, 4, "the text ends before its elements do"},
    {" ", JPK_ERR_XML, 1, 1, 2, "the text ends before its elements do"},
    {"<a/>x", JPK_ERR_XML, 4, 1, 5, "behind the last end tag"},
    {"<a/><b/>", JPK_ERR_XML, 4, 1, 5, "behind the last end tag"},
    {"<a>\n <b></a>", JPK_ERR_XML, 10, 2, 7, "an end tag is not that of the element it stands in"},
    {"<a>\n\xc3\xa9\xc3\xa9<b></a>", JPK_ERR_XML, 13, 2, 10, "an end tag"}, /* columns count bytes */
    {"<a b=\"<\"/>", JPK_ERR_XML, 6, 1, 7, "'<' itself is written &lt;"},
    {"<a b=c/>", JPK_ERR_XML, 5, 1, 6, "what stands here is not allowed"},
    {"<a b='x' b='y'/>", JPK_ERR_XML, 9, 1, 10, "an attribute is there twice"},
    {"<a>\n&x;</a>", JPK_ERR_XML, 4, 2, 1, "not defined; '&' itself is written &amp;"},
    {"<a>x &amp y</a>", JPK_ERR_XML, 9, 1, 10, "'&' itself is written &amp;"},
    {"<a>x & y</a>", JPK_ERR_XML, 6, 1, 7, "'&' itself is written &amp;"},
    {"<a b='x&y'/>", JPK_ERR_XML, 9, 1, 10, "'&' itself is written &amp;"},
    {"<a>&#0;</a>", JPK_ERR_XML, 3, 1, 4, "a reference is to a character that is not allowed"},
    {"<a>\x01</a>", JPK_ERR_XML, 3, 1, 4, "a control character is not allowed"},
    {"<a>]]></a>", JPK_ERR_XML, 5, 1, 6, "what stands here is not allowed"},
    {" <?xml version=\"1.0\"?><a/>", JPK_ERR_XML, 1, 1, 2, "elsewhere than at the start"},
};

static void test_errors(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof error_cases / sizeof error_cases[0]; i++) {
        const struct error_case *c = &error_cases[i];
        bool same = !read_text(&f, c->text) && f.err.code == c->code && f.err.offset == c->offset &&
                    f.err.line == c->line && f.err.column == c->column && strstr(f.err.message, c->message);
        if (!same)
            fail_msg("%s: %s at %llu, %u:%u: %s", c->text, jpk_code_name(f.err.code), (unsigned long long)f.err.offset,
                     f.err.line, f.err.column, f.err.message);
        assert_int_equal(f.err.has_offset, c->line > 0);
    }
    assert_true(read_text(&f, "<a/>")); /* the reader can be used again */
    assert_true(read_text(&f, DECLARED("'utf8'")));
    assert_true(read_text(&f, "<?xml-stylesheet encoding=\"UTF-7\"?><a/>")); /* says nothing of this file */
    assert_false(xml_read(f.reader, "<a", 2, &f.document, NULL));
    end(&f);
}

static void test_nul(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    assert_false(read_bytes(&f, "<a>\n \0</a>", 10));
    assert_int_equal(f.err.code, JPK_ERR_XML);
    assert_string_equal(f.err.message, "holds a NUL byte");
    assert_true(f.err.offset == 5 && f.err.line == 2 && f.err.column == 2);
    end(&f);
}

static void test_limits(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    xml_reader_free(f.reader);
    f.limits.xml_size = 40;
    f.limits.xml_tag = 10;
    f.reader = xml_reader_new(&f.arena, &f.intern, &f.limits);
    assert_true(read_text(&f, "<a>\n<b c='d'/></a>")); /* exactly ten */
    assert_false(read_text(&f, "<a>\n<bb c='d'/></a>"));
    assert_int_equal(f.err.code, JPK_ERR_LIMIT);
    assert_string_equal(f.err.message, "holds a tag longer than 10 bytes (--max-xml-tag)");
    assert_true(f.err.offset == 4 && f.err.line == 2 && f.err.column == 1);
    assert_false(read_text(&f, "<a b='>>>>>>>>>>'/>")); /* a `>` in quotes ends no tag */
    assert_int_equal(f.err.code, JPK_ERR_LIMIT);
    assert_true(read_text(&f, "<a><!-- <b c='d' e='f'/> --></a>"));
    assert_false(read_text(&f, "<a>0123456789012345678901234567890123</a>"));
    assert_int_equal(f.err.code, JPK_ERR_LIMIT);
    assert_string_equal(f.err.message, "is larger than 40 bytes of XML (--max-xml-size)");
    end(&f);
}

static void test_depth(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (size_t depth = 1023; depth <= 1030; depth++) {
        struct buf text = {0};
        buf_puts(&text, "\n");
        for (size_t i = 0; i < depth; i++)
            buf_puts(&text, "<a>");
        for (size_t i = 0; i < depth; i++)
            buf_puts(&text, "</a>");
        assert_int_equal(read_bytes(&f, text.data, text.size), depth <= 1024);
        if (depth > 1024) {
            assert_int_equal(f.err.code, JPK_ERR_XML);
            assert_string_equal(f.err.message, "elements are nested deeper than 1024");
            assert_true(f.err.offset == 1 + 3 * 1024 && f.err.line == 2 && f.err.column == 3 * 1024 + 1);
        }
        buf_free(&text);
    }
    end(&f);
}

/* What was quadratic. The texts are so large that each would take many seconds or minutes. */

static void test_declaration_is_found_in_linear_time(void **state)
{
    (void)state;
    struct fixture f;
    struct buf text = {0};
    begin(&f);
    buf_puts(&text, "<a>");
    for (size_t i = 0; i < 100000; i++)
        buf_puts(&text, "<?xml \"?>\"");
    buf_puts(&text, "</a>");
    assert_false(read_bytes(&f, text.data, text.size));
    assert_int_equal(f.err.code, JPK_ERR_XML);
    assert_int_equal(f.err.offset, 3);
    buf_free(&text);
    end(&f);
}

static void test_nothing_is_parsed_behind_an_error(void **state)
{
    (void)state;
    static const char *const opened[] = {"<a><!-- \x01 <b ", "<a><?p \x01 <b ", "<a><![CDATA[ \x01 <b ", "<a><? <b "};
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++) {
        struct buf text = {0};
        buf_puts(&text, opened[i]);
        for (size_t n = 0; n < 300000; n++)
            buf_printf(&text, "x%zu='' ", n);
        buf_puts(&text, "/> --> ?> ]]></a>");
        assert_false(read_bytes(&f, text.data, text.size));
        assert_int_equal(f.err.code, JPK_ERR_XML);
        assert_true(f.err.offset < 20);
        buf_free(&text);
    }
    end(&f);
}

/* An error is in what logs keep: a value that is cut short by a character of its own must not stand in it. */
static void test_errors_repeat_no_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<a b='&Hunter2;'/>",     "<a b='x'Hunter2'/>", "<a>&Hunter2;</a>", "<a><Hunter2</a>",
        "<a><Hunter2></a>",       "<a b='<Hunter2'/>",  "<a Hunter2/>",     "<a Hunter2='' Hunter2=''/>",
        "<a></Hunter2>",          "<a/>Hunter2",        "<a>Hunter2",       "<a>&Hunter2</a>",
        "<a><?xml Hunter2?></a>", "<a>\x01Hunter2</a>", "<a b=Hunter2/>",
    };
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(read_text(&f, texts[i]));
        assert_int_equal(f.err.code, JPK_ERR_XML);
        assert_null(strstr(f.err.message, "Hunter2"));
    }
    end(&f);
}

/* Prefixes are parts of names: nobody asks what they stand for, and none is quadratic. */
static void test_many_namespaces(void **state)
{
    (void)state;
    struct fixture f;
    struct buf text = {0};
    begin(&f);
    buf_puts(&text, "<a>");
    for (size_t i = 0; i < 100000; i++)
        buf_printf(&text, "<n%zu:b xmlns:n%zu='u'/>", i, i);
    buf_puts(&text, "</a>");
    assert_true(read_bytes(&f, text.data, text.size));
    assert_int_equal(xml_count(f.document.root, "n99999:b"), 1);
    buf_free(&text);
    end(&f);
}

/* ------------------------------------------------------------------------------------------------------- the tree */

/* What was read, written again as an entity, and whether something was lost. */
static const struct tree_case {
    const char *text, *expected;
    bool lossy;
} tree_cases[] = {
    {"<a/>", "<a/>", false},
    {"<a></a>", "<a/>", false},
    {"<a  c='1'\n b=\"2\" />", "<a b=\"2\" c=\"1\"/>", false},
    {"<a>t</a>", "<a>t</a>", false},
    {"<a>\n  <b/>\n<c> x </c></a>", "<a>\n  <b/>\n  <c> x </c>\n</a>", false},
    {"<a> <b> </b> </a>", "<a>\n  <b/>\n</a>", false}, /* white space counts in konga.string alone */
    {"<a><konga.string> \n</konga.string></a>", "<a>\n  <konga.string> \n</konga.string>\n</a>", false},
    {"<a b='&amp;&lt;&gt;&quot;&apos;&#10;&#9;&#13;&#38;#38;'>&amp;&lt;&gt;&quot;&apos;&#13;\t&#38;#38;</a>",
     "<a b=\"&amp;&lt;&gt;&quot;'&#10;&#9;&#13;&amp;#38;\">&amp;&lt;&gt;\"'&#13;\t&amp;#38;</a>", false},
    {"<a b='x\ny'>x\r\ny\rz</a>", "<a b=\"x y\">x\ny\nz</a>", false},
    {"<a b='&#146;\xc2\x92\x7f\xe2\x84\xa2\xc2\xa0'>&#x92;&#127;\xc3\xa9\xf0\x9f\x98\x80</a>",
     "<a b=\"&#146;&#146;&#127;\xe2\x84\xa2\xc2\xa0\">&#146;&#127;\xc3\xa9\xf0\x9f\x98\x80</a>", false},
    {"<n:a xmlns:n='u&amp;v' xmlns='w'><n:b n:c='1'/></n:a>",
     "<n:a xmlns=\"w\" xmlns:n=\"u&amp;v\">\n  <n:b n:c=\"1\"/>\n</n:a>", false},
    {"<n:a m:b='1'/>", "<n:a m:b=\"1\"/>", false}, /* that a prefix is declared matters to no program here */
    /* items */
    {"<P><Item key='a' value='b'/><Item key='c'/><Item enc='true' key='d' value='&amp;'></Item></P>",
     "<P>\n  <Item key=\"a\" value=\"b\"/>\n  <Item key=\"c\"/>\n  <Item enc=\"true\" key=\"d\" "
     "value=\"&amp;\"/>\n</P>",
     false},
    {"<P><Item key='a' more='b'/></P>", "<P>\n  <Item key=\"a\" more=\"b\"/>\n</P>", false},
    {"<P><Item value='b'/></P>", "<P>\n  <Item value=\"b\"/>\n</P>", false},
    {"<P><Item enc='false' key='a'/></P>", "<P>\n  <Item enc=\"false\" key=\"a\"/>\n</P>", false},
    {"<Item key='a'/>", "<Item key=\"a\"/>", false}, /* a root is no item */
    {"<P><x/><Item key='a'/></P>", "<P>\n  <Item key=\"a\"/>\n  <x/>\n</P>", true},
    {"<P><Item key='a'/><x/></P>", "<P>\n  <Item key=\"a\"/>\n  <x/>\n</P>", true},
    {"<P><Item key='a'>text</Item></P>", "<P>\n  <Item key=\"a\"/>\n</P>", true},
    {"<P><Item key='a'><!-- c --></Item></P>", "<P>\n  <Item key=\"a\"/>\n</P>", true},
    {"<P><Item key='a'><x>y</x></Item><Item key='b'/></P>", "<P>\n  <Item key=\"a\"/>\n  <Item key=\"b\"/>\n</P>",
     true},
    {"<E><P><Item key='a'><Item key='b'/></Item></P><Q/></E>",
     "<E>\n  <P>\n    <Item key=\"a\"/>\n  </P>\n  <Q/>\n</E>", true},
    {"<E><P><Item key='a'><x><Item key='b'/></x></Item></P></E>", "<E>\n  <P>\n    <Item key=\"a\"/>\n  </P>\n</E>",
     true},
    {"<E><Item key='a'><Item><Item>x</Item></Item></Item><Item key='c'/></E>",
     "<E>\n  <Item key=\"a\"/>\n  <Item key=\"c\"/>\n</E>", true},
    /* what the tree cannot hold */
    {"<a><!-- c --></a>", "<a/>", true},
    {"<!-- c --><a/>", "<a/>", true},
    {"<a/><!-- c -->", "<a/>", true},
    {"<a/><?p i?>", "<a/>", true},
    {"<a><![CDATA[x<y]]></a>", "<a>x&lt;y</a>", true},
    {"<a>x<b/></a>", "<a>\n  <b/>\n</a>", true},
    {"<a><b/>x</a>", "<a>\n  <b/>\n</a>", true},
    {"<P>x<Item key='a'/></P>", "<P>\n  <Item key=\"a\"/>\n</P>", true},
    {"<P><Item key='a'/>x</P>", "<P>\n  <Item key=\"a\"/>\n</P>", true},
    {"<a>x<!-- c -->y</a>", "<a>xy</a>", true},
};

static void test_tree(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof tree_cases / sizeof tree_cases[0]; i++) {
        const struct tree_case *c = &tree_cases[i];
        struct buf out = {0}, expected = {0};
        if (!read_text(&f, c->text))
            fail_msg("%s: %s", c->text, f.err.message);
        xml_write(&out, &f.document, XML_STYLE_ENTITY);
        buf_printf(&expected, PM_DECLARATION "%s\n", c->expected);
        assert_string_equal(buf_text(&out), buf_text(&expected));
        if (f.document.lossy != c->lossy)
            fail_msg("%s: lossy %d", c->text, f.document.lossy);
        buf_free(&out);
        buf_free(&expected);
    }
    end(&f);
}

static void test_access(void **state)
{
    (void)state;
    static const char text[] = "<a x='1' y=''>\n <b i='1'/>\n <c/>\n <b i='2'><Item key='k' value='v'/></b></a>";
    struct fixture f;
    begin(&f);
    assert_true(read_text(&f, text));
    const struct xml_node *root = f.document.root, *b = xml_child(root, "b"), *second = xml_next(b, "b");
    assert_string_equal(xml_attribute(root, "x"), "1");
    assert_string_equal(xml_attribute(root, "y"), "");
    assert_null(xml_attribute(root, "z"));
    assert_null(xml_attribute(NULL, "x"));
    assert_string_equal(xml_attribute(second, "i"), "2");
    assert_null(xml_next(second, "b"));
    assert_null(xml_child(NULL, "b"));
    assert_int_equal(xml_count(root, "b"), 2);
    assert_int_equal(xml_count(root, "none"), 0);
    assert_int_equal(root->offset, 0);
    assert_int_equal(b->offset, strstr(text, "<b") - text);
    assert_int_equal(second->offset, strstr(text, "<b i='2'") - text);
    assert_int_equal(second->item_count, 1);
    assert_int_equal(second->items[0].offset, strstr(text, "<Item") - text);
    end(&f);
}

static void test_styles(void **state)
{
    (void)state;
    static const char text[] = "<m b='1' a='2'>\r\n<f></f>\r\n<konga.string>x\r\ny</konga.string></m>";
    static const char *const expected[] = {
        [XML_STYLE_ENTITY] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<m a=\"2\" b=\"1\">\r\n"
                             "  <f/>\r\n  <konga.string>x\r\ny</konga.string>\r\n</m>\r\n",
        [XML_STYLE_STATE] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<m b=\"1\" a=\"2\">\r\n"
                            "    <f />\r\n    <konga.string>x\r\ny</konga.string>\r\n</m>\r\n",
        [XML_STYLE_METADATA] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<m b=\"1\" a=\"2\">\r\n"
                               "  <f></f>\r\n  <konga.string>x\r\ny</konga.string>\r\n</m>",
    };
    struct fixture f;
    begin(&f);
    assert_true(read_text(&f, text));
    assert_true(f.document.crlf);
    for (int style = XML_STYLE_ENTITY; style <= XML_STYLE_METADATA; style++) {
        struct buf out = {0};
        xml_write(&out, &f.document, (enum xml_style)style);
        assert_string_equal(buf_text(&out), expected[style]);
        buf_free(&out);
    }
    end(&f);
}

/* ---------------------------------------------------------------------------------------------- places in a text */

/* Every byte of the decoded text is found at the byte or the reference that it comes from. */
static void test_text_cursor(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        size_t width;
    } pieces[] = {{"a", 1},      {"\xc3", 1},     {"&lt;", 1},      {"&amp;", 1}, {"\r\n", 1}, {"\n", 1},
                  {"&#146;", 2}, {"&#x2122;", 3}, {"&#x1F600;", 4}, {"&#13;", 1}, {"\r", 1},   {">", 1}};
    uint32_t seed = 3;
    for (int round = 0; round < 2000; round++) {
        struct buf file = {0};
        size_t starts[64], widths[64], count = 0;
        buf_puts(&file, "<x><k a='>' b=\">'\">");
        for (; count < 40; count++) {
            seed = seed * 1664525u + 1013904223u;
            size_t which = (seed >> 16) % (sizeof pieces / sizeof pieces[0]);
            if (pieces[which].raw[0] == '\n' && file.data[file.size - 1] == '\r')
                which = 0; /* would belong to the CR */
            starts[count] = file.size;
            widths[count] = pieces[which].width;
            buf_puts(&file, pieces[which].raw);
        }
        size_t stop = file.size, decoded = 0;
        buf_puts(&file, "</k></x>");
        struct xml_text_cursor cursor = xml_text_begin(file.data, file.size, 3);
        for (size_t i = 0; i < count; decoded += widths[i++])
            assert_int_equal(xml_text_advance(&cursor, decoded), starts[i]);
        assert_int_equal(xml_text_advance(&cursor, decoded), stop);
        assert_int_equal(xml_text_advance(&cursor, decoded + 100), stop); /* not behind the text */
        buf_free(&file);
    }
    struct xml_text_cursor cursor = xml_text_begin("<k", 2, 0);
    assert_int_equal(xml_text_advance(&cursor, 5), 2);
    cursor = xml_text_begin("<k>&", 4, 99);
    assert_int_equal(xml_text_advance(&cursor, 5), 4);
}

/* ------------------------------------------------------------------------------------------------ anything at all */

static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "<",
        ">",
        "/",
        "a",
        "<a>",
        "</a>",
        "<Item key='k'>",
        "<Item key=\"",
        "</Item>",
        "\"",
        "'",
        "=",
        " b='c'",
        "&",
        ";",
        "&#",
        "&amp;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!",
        "\n",
        "\r\n",
        "\x01",
        "xmlns",
        "xmlns:x",
        "x:",
        "\xc3\xa9",
        "\xff",
        "<?xml",
        " encoding",
        "=\"UTF-8\"",
        "<Item/>",
        "<a b=''>",
        "<konga.string>",
        "</konga.string>",
        "&#38;",
        "value='v'",
        "\t",
    };
    struct fixture f;
    uint32_t seed = 11, good = 0;
    begin(&f);
    for (int round = 0; round < 60000; round++) {
        struct buf text = {0};
        buf_puts(&text, round % 2 ? "<a>" : "");
        for (size_t n = 1 + (seed >> 8) % 12; n > 0; n--) {
            seed = seed * 1664525u + 1013904223u;
            buf_puts(&text, pieces[(seed >> 12) % (sizeof pieces / sizeof pieces[0])]);
        }
        buf_puts(&text, round % 2 ? "</a>" : "");
        if (read_bytes(&f, text.data, text.size)) {
            struct buf out = {0};
            good++;
            xml_write(&out, &f.document, XML_STYLE_ENTITY);
            assert_false(out.failed);
            assert_true(read_bytes(&f, out.data, out.size)); /* what was written can be read */
            buf_free(&out);
        } else if (text.size) {
            assert_true(f.err.line > 0 && f.err.column > 0 && f.err.has_offset && f.err.offset <= text.size);
        }
        buf_free(&text);
    }
    assert_true(good > 500);
    end(&f);
}

/* ------------------------------------------------------------------------------------------------- real projects */

static bool named(const char *name, const char *file)
{
    size_t n = strlen(name), m = strlen(file);
    return n >= m && strcmp(name + n - m, file) == 0 && (n == m || name[n - m - 1] == '/');
}

static bool style_of(const char *name, enum xml_style *style)
{
    static const struct {
        const char *file;
        enum xml_style style;
    } files[] = {
        {"project.xml", XML_STYLE_ENTITY}, {"deleted.xml", XML_STYLE_STATE},        {"plugins.xml", XML_STYLE_STATE},
        {"ui.xml", XML_STYLE_STATE},       {"files/.metadata", XML_STYLE_METADATA},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (named(name, files[i].file)) {
            *style = files[i].style;
            return true;
        }
    }
    *style = XML_STYLE_ENTITY;
    return strstr(name, "Data/") && text_ends_with(name, ".xml");
}

/*
 * Every XML file of the real projects and of the samples, read and written, is the same bytes. The numbers of files
 * are those of `unzip -l` and `find`: entities in Data/, and the project's own five files as far as they are there.
 */
static void test_round_trip(void **state)
{
    (void)state;
    static const struct {
        size_t entities, others;
    } expected[PM_REAL_COUNT] = {{145, 5}, {87, 5}, {49, 5}, {60, 5}, {41, 4}};
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        struct fixture f;
        size_t entities = 0, others = 0;
        if (!archive)
            continue;
        begin(&f);
        for (size_t i = 0; i < jpk_archive_count(archive); i++) {
            const char *name = jpk_archive_entry(archive, i)->name;
            enum xml_style style;
            void *data;
            size_t n;
            if (!style_of(name, &style))
                continue;
            struct buf out = {0};
            assert_true(jpk_archive_read(archive, i, &data, &n, NULL));
            assert_true(read_bytes(&f, data, n));
            assert_false(f.document.lossy);
            xml_write(&out, &f.document, style);
            if (out.size != n || memcmp(out.data, data, n) != 0)
                fail_msg("%s is written otherwise", name);
            *(strstr(name, "Data/") ? &entities : &others) += 1;
            buf_free(&out);
            free(data);
        }
        assert_int_equal(entities, expected[which].entities);
        assert_int_equal(others, expected[which].others);
        end(&f);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_declaration_is_found_in_linear_time),
        cmocka_unit_test(test_nothing_is_parsed_behind_an_error),
        cmocka_unit_test(test_errors_repeat_no_text),
        cmocka_unit_test(test_many_namespaces),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_access),
        cmocka_unit_test(test_styles),
        cmocka_unit_test(test_text_cursor),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
