#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "jpk/pieces.h"
#include "jpk/xml_scan.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void expect_text(const struct buf *got, const char *wanted)
{
    assert_string_equal(buf_text(got), wanted);
    assert_int_equal(got->size, strlen(wanted));
}

/* ------------------------------------------------------------------------------------------------------ scanning */

/* Writes the tags as "depth+name" for an opening, "depth-name" for a closing and "depth=name" for an empty one. */
static void scan_into(struct buf *out, const char *xml)
{
    struct xml_scanner scanner = xml_scan(xml, strlen(xml));
    struct xml_tag tag;
    while (xml_scan_next(&scanner, &tag))
        buf_printf(out, "%u%c%.*s ", tag.depth,
                   tag.opens && tag.closes ? '='
                   : tag.opens             ? '+'
                                           : '-',
                   (int)tag.name_size, tag.name);
}

static void scans_tags(void **state)
{
    (void)state;
    static const struct {
        const char *xml, *tags;
    } rows[] = {
        {"", ""},
        {"no tags", ""},
        {"<a/>", "0=a "},
        {"<a />", "0=a "},
        {"<a\n/>", "0=a "},
        {"<a></a>", "0+a 0-a "},
        {"<?xml version=\"1.0\"?>\n<a><b x='1'/><b>t</b ></a>\n", "0+a 1=b 1+b 1-b 0-a "},
        {"<a><!-- <b> --><c/></a>", "0+a 1=c 0-a "},
        {"<a><!----><c/></a>", "0+a 1=c 0-a "},
        {"<a><![CDATA[<b></a>]]><c/></a>", "0+a 1=c 0-a "},
        {"<!DOCTYPE x><a/>", "0=a "},
        {"<a b=\"1 > 0\" c='/>'><d/></a>", "0+a 1=d 0-a "},
        {"<a b='\"'/>", "0=a "},
        /* from there on it is no XML any more */
        {"<a></a></b><c/>", "0+a 0-a "},
        {"<a><b", "0+a "},
        {"<a><b x=\"1></b>", "0+a "},
        {"<a><!-- never closed", "0+a "},
        {"<a><![CDATA[ never closed ]]", "0+a "},
        {"<", ""},
        {"<a", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf tags = {0};
        scan_into(&tags, rows[i].xml);
        assert_string_equal(buf_text(&tags), rows[i].tags);
        buf_free(&tags);
    }
}

static void finds_attributes(void **state)
{
    (void)state;
    static const char xml[] = "<a one=\"1\" two = 'a&quot;b' \n three=\"&#x41;&#66;\" empty=''/>";
    struct xml_scanner scanner = xml_scan(xml, strlen(xml));
    struct xml_tag tag;
    struct buf value = {0};
    size_t start, end;
    assert_true(xml_scan_next(&scanner, &tag));
    assert_int_equal(tag.start, 0);
    assert_int_equal(tag.end, strlen(xml));
    assert_true(xml_tag_is(&tag, "a"));
    assert_false(xml_tag_is(&tag, "ab"));
    assert_false(xml_tag_is(&tag, ""));
    assert_true(xml_tag_attribute(&scanner, &tag, "one", &start, &end));
    assert_int_equal(start, strlen("<a one=\""));
    assert_int_equal(end, start + 1);
    assert_true(xml_tag_value(&scanner, &tag, "two", &value));
    expect_text(&value, "a\"b");
    assert_true(xml_tag_value(&scanner, &tag, "three", &value));
    expect_text(&value, "AB");
    assert_true(xml_tag_value(&scanner, &tag, "empty", &value));
    expect_text(&value, "");
    assert_false(xml_tag_attribute(&scanner, &tag, "on", &start, &end));
    assert_false(xml_tag_attribute(&scanner, &tag, "four", &start, &end));
    assert_false(xml_tag_value(&scanner, &tag, "four", &value));
    expect_text(&value, "");
    buf_free(&value);
}

/* What an attribute's value holds must not look like an attribute. */
static void values_are_no_attributes(void **state)
{
    (void)state;
    static const char xml[] = "<a x=\" ID='1'\" ID=\"2\"/>";
    struct xml_scanner scanner = xml_scan(xml, strlen(xml));
    struct xml_tag tag;
    struct buf value = {0};
    assert_true(xml_scan_next(&scanner, &tag));
    assert_true(xml_tag_value(&scanner, &tag, "ID", &value));
    expect_text(&value, "2");
    buf_free(&value);
}

static void decodes(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *text; /* NULL: it is not text alone */
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"&lt;&gt;&amp;&quot;&apos;", "<>&\"'"},
        {"&amp;lt;", "&lt;"},
        {"&#65;&#x42;&#x1F600;", "AB\xf0\x9f\x98\x80"},
        {"&#13;&#10;&#9;", "\r\n\t"},
        {"a\r\nb\rc\nd\r", "a\nb\nc\nd\n"},
        {"\r\r\n\r", "\n\n\n"},
        {"a<![CDATA[<b>&amp;\r\n]]>c", "a<b>&amp;\nc"},
        {"<![CDATA[]]>", ""},
        {"<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b"},
        {"\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac"},
        {"<b/>", NULL},
        {"a<!-- c -->", NULL},
        {"<?p?>", NULL},
        {"<![CDATA[a", NULL},
        {"<![CDATA[]>", NULL},
        {"<![CDATA[", NULL},
        {"&", NULL},
        {"&;", NULL},
        {"&amp", NULL},
        {"&nbsp;", NULL},
        {"&AMP;", NULL},
        {"& amp;", NULL},
        {"&#;", NULL},
        {"&#x;", NULL},
        {"&#0;", NULL},
        {"&#1;", NULL},
        {"&#xD800;", NULL},
        {"&#xFFFE;", NULL},
        {"&#x110000;", NULL},
        {"&#-65;", NULL},
        {"&#+65;", NULL},
        {"&# 65;", NULL},
        {"&#6 5;", NULL},
        {"&#x-41;", NULL},
        {"&#X41;", NULL},
        {"&#x0x41;", NULL},
        {"&#4A;", NULL},
        {"&#00000000000000065;", NULL},
        {"&#99999999999;", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = {0};
        bool ok = xml_decode(rows[i].raw, strlen(rows[i].raw), &out);
        if (ok != (rows[i].text != NULL))
            fail_msg("%s: %s", rows[i].raw, ok ? buf_text(&out) : "is no text");
        if (ok)
            expect_text(&out, rows[i].text);
        buf_free(&out);
    }
}

/* ----------------------------------------------------------------------------------------------- taking apart */

struct taken {
    struct pieces pieces;
    struct buf rest;
};

static void take(struct taken *taken, const char *xml)
{
    struct jpk_error err = {0};
    memset(taken, 0, sizeof *taken);
    assert_true(pieces_find(xml, strlen(xml), &taken->pieces, &err));
    assert_true(pieces_split(xml, strlen(xml), &taken->pieces, &taken->rest, &err));
    assert_int_equal(err.code, JPK_OK);
}

static void taken_free(struct taken *taken)
{
    pieces_free(&taken->pieces);
    buf_free(&taken->rest);
}

static struct piece *piece_of(struct taken *taken, const char *suffix)
{
    for (size_t i = 0; i < taken->pieces.count; i++)
        if (strcmp(taken->pieces.list[i].suffix, suffix) == 0)
            return &taken->pieces.list[i];
    fail_msg("there is no %s", suffix);
    return NULL;
}

/* Puts the texts of `taken` into its rest again. */
static bool join(struct taken *taken, struct buf *out, const struct piece **wrong, struct jpk_error *err)
{
    struct pieces again;
    assert_true(pieces_find(buf_text(&taken->rest), taken->rest.size, &again, err));
    assert_int_equal(again.count, taken->pieces.count);
    for (size_t i = 0; i < again.count; i++) {
        struct piece *from = &taken->pieces.list[i];
        again.list[i].there = from->there;
        buf_put(&again.list[i].text, from->text.data, from->text.size);
    }
    const struct piece *bad = NULL;
    bool ok = pieces_join(buf_text(&taken->rest), taken->rest.size, &again, out, &bad, err);
    if (wrong)
        *wrong = bad ? &taken->pieces.list[bad - again.list] : NULL;
    pieces_free(&again);
    return ok;
}

static void expect_joined(struct taken *taken, const char *wanted)
{
    struct jpk_error err = {0};
    struct buf out = {0};
    if (!join(taken, &out, NULL, &err))
        fail_msg("%s", err.message);
    expect_text(&out, wanted);
    buf_free(&out);
}

#define HEAD(type)                                                                                                     \
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<Entity type=\"" type "\">\n"                       \
    "  <Header Deleted=\"false\" ID=\"i-1\" Name=\"A &amp; B\">\n    <konga.string name=\"Description\"/>\n"           \
    "  </Header>\n"
#define SCRIPT(element) HEAD("Script") "  " element "\n</Entity>\n"
#define EMPTY_SCRIPT SCRIPT("<konga.string name=\"script\"/>")

static void reads_the_header(void **state)
{
    (void)state;
    struct pieces pieces;
    static const char xml[] = EMPTY_SCRIPT;
    assert_true(pieces_find(xml, strlen(xml), &pieces, NULL));
    assert_true(pieces.is_entity);
    assert_true(pieces.has_header);
    assert_string_equal(pieces.id, "i-1");
    assert_string_equal(pieces.name, "A & B");
    assert_string_equal(pieces.type, "Script");
    assert_memory_equal(xml + pieces.id_start, "i-1\"", 4);
    assert_int_equal(pieces.id_end - pieces.id_start, 3);
    assert_memory_equal(xml + pieces.header, "<Header", 7);
    pieces_free(&pieces);

    static const char bare[] = "<Other><Header Name='n'/><Header ID='second'/></Other>";
    assert_true(pieces_find(bare, strlen(bare), &pieces, NULL));
    assert_false(pieces.is_entity);
    assert_true(pieces.has_header);
    assert_string_equal(pieces.id, "");
    assert_string_equal(pieces.name, "n");
    assert_string_equal(pieces.type, "");
    assert_int_equal(pieces.id_end, 0);
    pieces_free(&pieces);

    assert_true(pieces_find("", 0, &pieces, NULL));
    assert_false(pieces.has_header);
    assert_int_equal(pieces.count, 0);
    pieces_free(&pieces);
}

static void takes_scripts(void **state)
{
    (void)state;
    static const struct {
        const char *element, *rest, *text;
        bool same; /* joining gives the same bytes */
    } rows[] = {
        {"<konga.string name=\"script\"/>", "<konga.string name=\"script\"/>", "", true},
        {"<konga.string name=\"script\" />", "<konga.string name=\"script\" />", "", true},
        {"<konga.string name=\"script\"></konga.string>", "<konga.string name=\"script\"></konga.string>", "", true},
        {"<konga.string name=\"script\">&lt;trans&gt;\n$a=1;\n&lt;/trans&gt;</konga.string>",
         "<konga.string name=\"script\"/>", "<trans>\n$a=1;\n</trans>", true},
        {"<konga.string name=\"script\" >x</konga.string>", "<konga.string name=\"script\" />", "x", true},
        {"<konga.string  other='1' name='script'>x</konga.string>", "<konga.string  other='1' name='script'/>", "x",
         true},
        {"<konga.string name=\"script\">  \n\t </konga.string>", "<konga.string name=\"script\"/>", "  \n\t ", true},
        {"<konga.string name=\"script\">a&#13;\nb</konga.string>", "<konga.string name=\"script\"/>", "a\r\nb", true},
        {"<konga.string name=\"script\">&#127;&#133;</konga.string>", "<konga.string name=\"script\"/>", "\x7f\xc2\x85",
         true},
        {"<konga.string name=\"script\">\"'\xc3\xa4</konga.string>", "<konga.string name=\"script\"/>", "\"'\xc3\xa4",
         true},
        /* written in a way of its own: the text is the same, the bytes are not */
        {"<konga.string name=\"script\"><![CDATA[a<b]]></konga.string>", "<konga.string name=\"script\"/>", "a<b",
         false},
        {"<konga.string name=\"script\">it&apos;s</konga.string>", "<konga.string name=\"script\"/>", "it's", false},
        {"<konga.string name=\"script\">a>b</konga.string>", "<konga.string name=\"script\"/>", "a>b", false},
        {"<konga.string name=\"script\"><![CDATA[]]></konga.string>", "<konga.string name=\"script\"/>", "", false},
        {"<konga.string name=\"script\">x</konga.string >", "<konga.string name=\"script\"/>", "x", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf xml = {0}, rest = {0}, out = {0};
        struct taken taken;
        struct jpk_error err = {0};
        buf_printf(&xml, HEAD("Script") "  %s\n</Entity>\n", rows[i].element);
        buf_printf(&rest, HEAD("Script") "  %s\n</Entity>\n", rows[i].rest);
        take(&taken, buf_text(&xml));
        expect_text(&taken.rest, buf_text(&rest));
        assert_true(piece_of(&taken, ".jb")->there);
        expect_text(&piece_of(&taken, ".jb")->text, rows[i].text);
        assert_true(join(&taken, &out, NULL, &err));
        assert_int_equal(strcmp(buf_text(&out), buf_text(&xml)) == 0, rows[i].same);
        buf_free(&xml);
        buf_free(&rest);
        buf_free(&out);
        taken_free(&taken);
    }
}

/* A place that holds more than text stays where it is, and so does what only looks like a place. */
static void leaves_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *xml;
        size_t places;
    } rows[] = {
        {SCRIPT("<konga.string name=\"script\">a<!-- c -->b</konga.string>"), 1},
        {SCRIPT("<konga.string name=\"script\">a<b/></konga.string>"), 1},
        {SCRIPT("<konga.string name=\"script\">&unknown;</konga.string>"), 1},
        {SCRIPT("<konga.string name=\"scripts\">a</konga.string>"), 0},
        {SCRIPT("<konga.text name=\"script\">a</konga.text>"), 0},
        {SCRIPT("<Below><konga.string name=\"script\">a</konga.string></Below>"), 0},
        {SCRIPT("<!-- <konga.string name=\"script\">a</konga.string> -->"), 0},
        {HEAD("Operation") "  <konga.string name=\"script\">a</konga.string>\n</Entity>\n", 0},
        {"<konga.string name=\"script\">a</konga.string>", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct taken taken;
        take(&taken, rows[i].xml);
        assert_int_equal(taken.pieces.count, rows[i].places);
        for (size_t k = 0; k < taken.pieces.count; k++)
            assert_false(taken.pieces.list[k].there);
        expect_text(&taken.rest, rows[i].xml);
        taken_free(&taken);
    }
}

static void javascript_has_its_ending(void **state)
{
    (void)state;
    struct taken taken;
    take(&taken, SCRIPT("<konga.string name=\"script\">&lt;javascript&gt;\n1;\n&lt;/javascript&gt;</konga.string>"));
    expect_text(&piece_of(&taken, ".js")->text, "<javascript>\n1;\n</javascript>");
    taken_free(&taken);
}

/* In a file with CR LF the texts have LF, and joining gives CR LF again. */
static void keeps_line_ends(void **state)
{
    (void)state;
    static const char crlf[] = "<Entity type=\"Script\">\r\n  <Header ID=\"1\" Name=\"n\"/>\r\n"
                               "  <konga.string name=\"script\">a\r\nb\r\n</konga.string>\r\n</Entity>\r\n";
    struct taken taken;
    take(&taken, crlf);
    expect_text(&piece_of(&taken, ".jb")->text, "a\nb\n");
    expect_joined(&taken, crlf);
    taken_free(&taken);

    static const char mixed[] = "<Entity type=\"Script\">\r\n  <Header ID=\"1\" Name=\"n\"/>\n"
                                "  <konga.string name=\"script\">a\r\nb\n</konga.string>\n</Entity>\n";
    static const char made[] = "<Entity type=\"Script\">\r\n  <Header ID=\"1\" Name=\"n\"/>\n"
                               "  <konga.string name=\"script\">a\r\nb\r\n</konga.string>\n</Entity>\n";
    take(&taken, mixed);
    expect_text(&piece_of(&taken, ".jb")->text, "a\nb\n");
    expect_joined(&taken, made); /* the difference is seen, and the bytes are kept elsewhere */
    taken_free(&taken);
}

static void takes_queries(void **state)
{
    (void)state;
    static const char soql[] = HEAD("SalesforceQuery") "  <konga.string name=\"other\">x</konga.string>\n"
                                                       "  <konga.string name=\"query_string\">SELECT Id FROM Contact "
                                                       "WHERE A &gt; 1</konga.string>\n</Entity>\n";
    struct taken taken;
    take(&taken, soql);
    assert_int_equal(taken.pieces.count, 1);
    expect_text(&piece_of(&taken, ".soql")->text, "SELECT Id FROM Contact WHERE A > 1");
    assert_non_null(strstr(buf_text(&taken.rest), "<konga.string name=\"query_string\"/>"));
    assert_non_null(strstr(buf_text(&taken.rest), "<konga.string name=\"other\">x</konga.string>"));
    expect_joined(&taken, soql);
    taken_free(&taken);

    /* an empty query is no file */
    take(&taken, HEAD("SalesforceQuery") "  <konga.string name=\"query_string\"/>\n</Entity>\n");
    assert_false(piece_of(&taken, ".soql")->there);
    taken_free(&taken);
}

#define ENTRY(script, where) "      <Entry name=\"e\">\n        " script "\n        " where "\n      </Entry>\n"
#define SQL(entries)                                                                                                   \
    HEAD("Transformation")                                                                                             \
    "  <InputStructure>\n    <SqlScript>\n" entries "    </SqlScript>\n  </InputStructure>\n"                          \
    "</Entity>\n"
#define SCRIPT_OF(text) "<konga.string name=\"script\">" text "</konga.string>"
#define WHERE_OF(text) "<konga.string name=\"where\">" text "</konga.string>"

static void takes_sql(void **state)
{
    (void)state;
    static const char xml[] = SQL(ENTRY(SCRIPT_OF("SELECT 1"), WHERE_OF("a &lt; 1"))
                                      ENTRY(SCRIPT_OF("SELECT 2"), "<konga.string name=\"where\"/>")
                                          ENTRY("<konga.string name=\"script\"/>", WHERE_OF("b = 3")));
    static const struct {
        const char *suffix, *text;
    } rows[] = {
        {".sql", "SELECT 1"},   {".where.sql", "a < 1"}, {"~2.sql", "SELECT 2"},
        {"~2.where.sql", NULL}, {"~3.sql", NULL},        {"~3.where.sql", "b = 3"},
    };
    struct taken taken;
    take(&taken, xml);
    assert_int_equal(taken.pieces.count, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct piece *piece = piece_of(&taken, rows[i].suffix);
        assert_ptr_equal(piece, &taken.pieces.list[i]);
        assert_int_equal(piece->there, rows[i].text != NULL);
        if (rows[i].text)
            expect_text(&piece->text, rows[i].text);
    }
    expect_joined(&taken, xml);

    /* one text changes itself alone */
    struct piece *second = piece_of(&taken, "~2.sql");
    buf_clear(&second->text);
    buf_puts(&second->text, "SELECT 2 & more");
    expect_joined(&taken, SQL(ENTRY(SCRIPT_OF("SELECT 1"), WHERE_OF("a &lt; 1"))
                                  ENTRY(SCRIPT_OF("SELECT 2 &amp; more"), "<konga.string name=\"where\"/>")
                                      ENTRY("<konga.string name=\"script\"/>", WHERE_OF("b = 3"))));
    taken_free(&taken);
}

/* SQL elsewhere is none of these places. */
static void sql_has_its_path(void **state)
{
    (void)state;
    struct taken taken;
    take(&taken,
         HEAD("Transformation") "  <OutputStructure><SqlScript><Entry>" SCRIPT_OF(
             "x") "</Entry></SqlScript></OutputStructure>\n  <InputStructure><Entry>" SCRIPT_OF("x") "</Entry></"
                                                                                                     "InputStructure>"
                                                                                                     "\n</Entity>\n");
    assert_int_equal(taken.pieces.count, 0);
    taken_free(&taken);
}

/* ------------------------------------------------------------------------------------------------------ mappings */

#define MAPPINGS(element) HEAD("Transformation") "  " element "\n</Entity>\n"
#define MAPPING(text) "    <Mapping>\n      <konga.string name=\"expr\">" text "</konga.string>\n    </Mapping>\n"

static void takes_mappings(void **state)
{
    (void)state;
    static const char xml[] = MAPPINGS("<Mappings>\n" MAPPING("[a.]\t[b.]")
                                           MAPPING("a.x\t&lt;trans&gt;\nb.x$\n&lt;/trans&gt;") "  </Mappings>");
    struct taken taken;
    take(&taken, xml);
    assert_int_equal(taken.pieces.count, 1);
    expect_text(&piece_of(&taken, ".map")->text, "[a.] <- [b.]\na.x = b.x$\n");
    expect_text(&taken.rest, MAPPINGS("<Mappings/>"));
    expect_joined(&taken, xml);

    buf_puts(&piece_of(&taken, ".map")->text, "a.y = 1\n");
    expect_joined(&taken,
                  MAPPINGS("<Mappings>\n" MAPPING("[a.]\t[b.]") MAPPING("a.x\t&lt;trans&gt;\nb.x$\n&lt;/trans&gt;")
                               MAPPING("a.y\t&lt;trans&gt;\n1\n&lt;/trans&gt;") "  </Mappings>"));

    /* no mapping left: no text, and the element stays empty */
    buf_clear(&piece_of(&taken, ".map")->text);
    expect_joined(&taken, MAPPINGS("<Mappings/>"));
    taken_free(&taken);
}

/* Mappings of any other form stay in the .xml file. */
static void odd_mappings_stay(void **state)
{
    (void)state;
    static const char *const rows[] = {
        MAPPINGS("<Mappings/>"),
        MAPPINGS("<Mappings></Mappings>"),
        MAPPINGS("<Mappings>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n    <Other/>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n    <Mapping/>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n    <Mapping><konga.string name=\"expr\"/></Mapping>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n    <Mapping><konga.string name=\"other\">a</konga.string></Mapping>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n    <Mapping><konga.string name=\"expr\">a<b/></konga.string></Mapping>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n    <Mapping><konga.string name=\"expr\">a<!-- c -->b</konga.string></Mapping>"
                 "</Mappings>"),
        MAPPINGS("<Mappings>\n    <Mapping><konga.string name=\"expr\">a</konga.string><konga.string name=\"expr\">b"
                 "</konga.string></Mapping>\n  </Mappings>"),
        MAPPINGS("<Mappings>\n" MAPPING("a\tb") "    <Other/>\n  </Mappings>"),
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct taken taken;
        take(&taken, rows[i]);
        assert_int_equal(taken.pieces.count, 1);
        assert_false(taken.pieces.list[0].there);
        expect_text(&taken.rest, rows[i]);
        expect_joined(&taken, rows[i]);
        taken_free(&taken);
    }
}

/* Comments between mappings are no text: they would be lost when the mappings are written. */
static void comments_between_mappings_are_seen(void **state)
{
    (void)state;
    struct taken taken;
    struct jpk_error err = {0};
    struct buf out = {0};
    static const char xml[] =
        MAPPINGS("<Mappings>\n    <!-- why -->\n" MAPPING("a\t&lt;trans&gt;\n1\n&lt;/trans&gt;") "  </Mappings>");
    take(&taken, xml);
    assert_true(taken.pieces.list[0].there);
    assert_true(join(&taken, &out, NULL, &err));
    assert_string_not_equal(buf_text(&out), xml); /* so the caller keeps the bytes */
    buf_free(&out);
    taken_free(&taken);
}

/* ------------------------------------------------------------------------------------------------- errors of join */

static void names_places_of_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        enum jpk_code code;
        uint32_t line, column;
    } rows[] = {
        {"a\nb\0c", 5, JPK_ERR_FORMAT, 2, 2},      {"\x01", 1, JPK_ERR_FORMAT, 1, 1},
        {"ok\n\x1b[0m", 6, JPK_ERR_FORMAT, 2, 1},  {"a\xef\xbf\xbf", 4, JPK_ERR_FORMAT, 1, 2},
        {"\xef\xbf\xbe", 3, JPK_ERR_FORMAT, 1, 1}, {"a\n\nb\xff", 5, JPK_ERR_ENCODING, 3, 2},
        {"\xc3", 1, JPK_ERR_ENCODING, 1, 1},       {"\xed\xa0\x80", 3, JPK_ERR_ENCODING, 1, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct taken taken;
        struct jpk_error err = {0};
        struct buf out = {0};
        const struct piece *wrong = NULL;
        take(&taken, EMPTY_SCRIPT);
        buf_put(&piece_of(&taken, ".jb")->text, rows[i].text, rows[i].n);
        assert_false(join(&taken, &out, &wrong, &err));
        assert_string_equal(jpk_code_name(err.code), jpk_code_name(rows[i].code));
        assert_int_equal(err.line, rows[i].line);
        assert_int_equal(err.column, rows[i].column);
        assert_ptr_equal(wrong, piece_of(&taken, ".jb"));
        buf_free(&out);
        taken_free(&taken);
    }
}

static void a_full_place_takes_no_text(void **state)
{
    (void)state;
    static const char full[] = SCRIPT("<konga.string name=\"script\">old</konga.string>");
    struct pieces pieces;
    struct buf out = {0};
    struct jpk_error err = {0};
    const struct piece *wrong = NULL;
    assert_true(pieces_find(full, strlen(full), &pieces, &err));
    pieces.list[0].there = true;
    buf_puts(&pieces.list[0].text, "new");
    assert_false(pieces_join(full, strlen(full), &pieces, &out, &wrong, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_non_null(strstr(err.message, "holds 3 bytes in its place already"));
    assert_ptr_equal(wrong, &pieces.list[0]);
    buf_free(&out);
    pieces_free(&pieces);
}

static void mappings_have_their_errors(void **state)
{
    (void)state;
    struct taken taken;
    struct buf out = {0};
    struct jpk_error err = {0};
    const struct piece *wrong = NULL;
    take(&taken, MAPPINGS("<Mappings>\n" MAPPING("a\t&lt;trans&gt;\n1\n&lt;/trans&gt;") "  </Mappings>"));
    buf_puts(&piece_of(&taken, ".map")->text, "b - 2\n");
    assert_false(join(&taken, &out, &wrong, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 2);
    assert_string_equal(wrong->suffix, ".map");
    buf_free(&out);
    taken_free(&taken);
}

/* Where a text stands in the joined file, and where the rest goes on. */
static void knows_places_of_texts(void **state)
{
    (void)state;
    static const char rest[] = EMPTY_SCRIPT;
    struct pieces pieces;
    struct buf out = {0};
    const struct piece *wrong = NULL;
    assert_true(pieces_find(rest, strlen(rest), &pieces, NULL));
    struct piece *piece = &pieces.list[0];
    piece->there = true;
    buf_puts(&piece->text, "a<b");
    assert_true(pieces_join(rest, strlen(rest), &pieces, &out, &wrong, NULL));
    assert_int_equal(piece->joined_end - piece->joined, strlen("a&lt;b"));
    assert_memory_equal(out.data + piece->joined, "a&lt;b</konga.string>", strlen("a&lt;b</konga.string>"));
    assert_string_equal(out.data + piece->joined_resumed, "\n</Entity>\n");
    assert_string_equal(rest + piece->resumed, "\n</Entity>\n");
    buf_free(&out);
    pieces_free(&pieces);
}

/* ----------------------------------------------------------------------------------------------------- properties */

static uint32_t seed = 1;

static size_t below(size_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (size_t)(seed >> 8) % n;
}

/* Raw content of an element: well-formed, but of every form. */
static void put_raw(struct buf *out)
{
    static const char *const parts[] = {"a",
                                        " ",
                                        "\n",
                                        "\r\n",
                                        "\r",
                                        "&lt;",
                                        "&gt;",
                                        "&amp;",
                                        "&quot;",
                                        "&apos;",
                                        "&#13;",
                                        "&#10;",
                                        "&#9;",
                                        "&#x41;",
                                        "\"",
                                        "'",
                                        ">",
                                        "\t",
                                        "\xc3\xa4",
                                        "&#133;",
                                        "\xc2\x85",
                                        "\x7f",
                                        "<![CDATA[<x>&]]>",
                                        "<!-- c -->",
                                        "<b/>"};
    /* the last ones are rare, so that most texts can be taken out */
    for (size_t n = below(20); n > 0; n--)
        buf_puts(out, parts[below(below(10) == 0 ? COUNT(parts) : COUNT(parts) - 3)]);
}

/* Either joining gives the same bytes, or the difference is seen; decoded, the texts are the same in any case. */
static void what_is_taken_comes_back(void **state)
{
    (void)state;
    size_t same = 0, texts = 0;
    enum { RUNS = 4000 };
    for (int i = 0; i < RUNS; i++) {
        struct buf xml = {0}, out = {0};
        struct taken taken;
        struct jpk_error err = {0};
        const char *eol = below(2) ? "\n" : "\r\n";
        buf_printf(&xml, "<Entity type=\"Script\">%s  <Header ID=\"1\" Name=\"n\"/>%s  <konga.string name=\"script\">",
                   eol, eol);
        put_raw(&xml);
        buf_printf(&xml, "</konga.string>%s</Entity>%s", eol, eol);
        take(&taken, buf_text(&xml));
        if (!join(&taken, &out, NULL, &err))
            fail_msg("%s: %s", buf_text(&xml), err.message);
        if (!taken.pieces.list[0].there)
            assert_string_equal(buf_text(&out), buf_text(&xml));
        if (strcmp(buf_text(&out), buf_text(&xml)) == 0)
            same++;
        if (taken.pieces.list[0].there) {
            struct taken again;
            texts++;
            take(&again, buf_text(&out));
            expect_text(&piece_of(&again, ".jb")->text, buf_text(&piece_of(&taken, ".jb")->text));
            expect_text(&again.rest, buf_text(&taken.rest));
            taken_free(&again);
        }
        taken_free(&taken);
        buf_free(&xml);
        buf_free(&out);
    }
    assert_true(same > RUNS / 10 && same < RUNS);
    assert_true(texts > RUNS / 2 && texts < RUNS);
}

/* Rubbish and cut files: nothing is read beyond their ends, and what is not taken out stays. */
static void survives_rubbish(void **state)
{
    (void)state;
    static const char xml[] =
        SQL(ENTRY(SCRIPT_OF("SELECT 1"), WHERE_OF("a &lt; 1"))) "<Mappings>" MAPPING("a\t<![CDATA[b]]>") "</Mappings>";
    for (size_t n = 0; n <= strlen(xml); n++) {
        for (int damage = 0; damage < 4; damage++) {
            char *copy = malloc(n ? n : 1); /* of exactly that size, for the sanitizers */
            struct pieces pieces;
            struct buf rest = {0}, out = {0};
            const struct piece *wrong = NULL;
            assert_non_null(copy);
            memcpy(copy, xml, n);
            if (damage && n)
                copy[below(n)] = "<>\"/&'= \n]"[below(10)];
            assert_true(pieces_find(copy, n, &pieces, NULL));
            assert_true(pieces_split(copy, n, &pieces, &rest, NULL));
            assert_true(rest.size <= n + 1);
            pieces_free(&pieces);
            assert_true(pieces_find(copy, n, &pieces, NULL));
            for (size_t i = 0; i < pieces.count; i++)
                pieces.list[i].there = true;
            if (pieces_join(copy, n, &pieces, &out, &wrong, NULL))
                assert_int_equal(out.size, n); /* empty texts add nothing */
            pieces_free(&pieces);
            buf_free(&rest);
            buf_free(&out);
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scans_tags),
        cmocka_unit_test(finds_attributes),
        cmocka_unit_test(values_are_no_attributes),
        cmocka_unit_test(decodes),
        cmocka_unit_test(reads_the_header),
        cmocka_unit_test(takes_scripts),
        cmocka_unit_test(leaves_the_rest),
        cmocka_unit_test(javascript_has_its_ending),
        cmocka_unit_test(keeps_line_ends),
        cmocka_unit_test(takes_queries),
        cmocka_unit_test(takes_sql),
        cmocka_unit_test(sql_has_its_path),
        cmocka_unit_test(takes_mappings),
        cmocka_unit_test(odd_mappings_stay),
        cmocka_unit_test(comments_between_mappings_are_seen),
        cmocka_unit_test(names_places_of_errors),
        cmocka_unit_test(a_full_place_takes_no_text),
        cmocka_unit_test(mappings_have_their_errors),
        cmocka_unit_test(knows_places_of_texts),
        cmocka_unit_test(what_is_taken_comes_back),
        cmocka_unit_test(survives_rubbish),
    };
    return cmocka_run_group_tests_name("pieces", tests, NULL, NULL);
}
