/* Schema trees to files of XML Schema: what is read back is the same, and a validator takes the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <expat.h>
#include <libxml/xmlschemas.h>
#include <unistr.h>

#include "base/text.h"
#include "jpk/schema_xsd_write.h"
#include "jpk/xml_name.h"
#include "tests/unit/schemamaker.h"

struct file {
    const char *text;
    size_t size;
};

static bool read_file(void *context, const char *name, const char **text, size_t *size, struct jpk_error *err)
{
    const struct file *file = context;
    (void)name;
    (void)err;
    *text = file->text;
    *size = file->size;
    return true;
}

static struct schema_tree *read_xsd(const char *text, size_t size)
{
    struct file file = {text, size};
    struct schema_files files = {.read = read_file, .context = &file};
    struct jpk_error err = {0};
    return sm_good(schema_tree_from_xsd(&files, "a.xsd", NULL, 0, &err), &err);
}

static void be_silent(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

/* libxml2's own validator reads the file as a schema. */
static void expect_schema(const struct buf *xsd)
{
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(xsd->data, (int)xsd->size);
    assert_non_null(parser);
    xmlSchemaSetParserErrors(parser, be_silent, be_silent, NULL);
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    if (!schema)
        fail_msg("no valid schema:\n%s", xsd->data);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
}

/* Every character, where a name begins and within one, as libxml2 and expat see it. */
static void test_names_are_those_of_parsers(void **state)
{
    (void)state;
    XML_Parser parser = XML_ParserCreate("UTF-8");
    for (ucs4_t c = 1; c < 0x11000; c++) {
        uint8_t utf8[4];
        int n = u8_uctomb(utf8, c, sizeof utf8);
        for (int first = 0; n > 0 && first < 2; first++) {
            char name[8] = "a", tag[16];
            memcpy(name + !first, utf8, (size_t)n);
            name[n + !first] = '\0';
            bool in_name = xml_in_name(c, first);
            if (in_name != (xmlValidateNCName((const xmlChar *)name, 0) == 0))
                fail_msg("libxml2 differs about U+%04X", c);
            int length = snprintf(tag, sizeof tag, "<%s></%s>", name, name);
            XML_ParserReset(parser, "UTF-8");
            if (in_name != (XML_Parse(parser, tag, length, XML_TRUE) == XML_STATUS_OK) && c != ':' && c > ' ')
                fail_msg("expat differs about U+%04X", c);
        }
    }
    XML_ParserFree(parser);
}

static struct buf write_xsd(const struct schema_tree *tree, struct schema_xsd_losses *losses)
{
    struct buf out = {0};
    schema_xsd_write(tree, &out, losses);
    assert_false(out.failed);
    expect_schema(&out);
    return out;
}

static size_t lost(const struct schema_xsd_losses *losses)
{
    return losses->foreign + losses->derived + losses->values + losses->names;
}

/* Tree, file, tree. */
static void expect_same(const struct schema_tree *tree, const char *what)
{
    struct schema_xsd_losses losses;
    struct buf xsd = write_xsd(tree, &losses);
    struct schema_tree *again = read_xsd(xsd.data, xsd.size);
    sm_same(tree, again, what);
    assert_int_equal(lost(&losses), 0);
    schema_tree_free(again);
    buf_free(&xsd);
}

#define SCHEMA(attributes, content)                                                                                    \
    "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" " attributes ">" content "</xs:schema>"
#define UNQUALIFIED(content) SCHEMA("elementFormDefault=\"unqualified\"", content)
#define ROOT(content) "<xs:element name=\"r\"><xs:complexType>" content "</xs:complexType></xs:element>"
#define SEQUENCE(content) ROOT("<xs:sequence>" content "</xs:sequence>")

/* ------------------------------------------------------------------------------------------------ there and back */

static const char *const kept[] = {
    SCHEMA("", "<xs:element name=\"r\" type=\"xs:string\"/>"),
    SCHEMA("", "<xs:element name=\"r\"><xs:complexType/></xs:element>"),
    SCHEMA("", "<xs:element name=\"r\" nillable=\"true\" type=\"xs:int\"/>"),
    UNQUALIFIED(SEQUENCE("<xs:element name=\"a\" type=\"xs:string\"/>"
                         "<xs:element maxOccurs=\"unbounded\" minOccurs=\"0\" name=\"b\" type=\"xs:double\"/>"
                         "<xs:element maxOccurs=\"3\" minOccurs=\"2\" name=\"c\" type=\"xs:date\"/>"
                         "<xs:element minOccurs=\"0\" name=\"d\" nillable=\"true\" type=\"xs:dateTime\"/>")),
    UNQUALIFIED(SEQUENCE("<xs:element name=\"a\" type=\"xs:boolean\" default=\"true\"/>"
                         "<xs:element name=\"b\" type=\"xs:int\" fixed=\"7\"/>"
                         "<xs:element name=\"c\" type=\"xs:positiveInteger\"/>"
                         "<xs:element name=\"d\" type=\"xs:unsignedShort\"/>"
                         "<xs:element name=\"e\" type=\"xs:NMTOKEN\"/><xs:element name=\"f\" type=\"xs:gYear\"/>")),
    UNQUALIFIED(SEQUENCE("<xs:element name=\"a\"><xs:simpleType><xs:restriction base=\"xs:string\">"
                         "<xs:enumeration value=\"x &amp; &quot;y&quot;\"/><xs:enumeration value=\"\"/>"
                         "</xs:restriction></xs:simpleType></xs:element>"
                         "<xs:element default=\"2\" name=\"b\"><xs:simpleType><xs:restriction base=\"xs:integer\">"
                         "<xs:enumeration value=\"1\"/><xs:enumeration value=\"2\"/></xs:restriction></xs:simpleType>"
                         "</xs:element>")),
    UNQUALIFIED(ROOT("<xs:attribute name=\"a\" type=\"xs:string\" use=\"required\"/>"
                     "<xs:attribute default=\"1\" name=\"b\" type=\"xs:integer\"/>"
                     "<xs:attribute fixed=\"x\" name=\"c\" type=\"xs:string\" use=\"required\"/>"
                     "<xs:attribute name=\"d\"><xs:simpleType><xs:restriction base=\"xs:string\">"
                     "<xs:enumeration value=\"u\"/></xs:restriction></xs:simpleType></xs:attribute>")),
    UNQUALIFIED(SEQUENCE("<xs:element default=\"9\" name=\"a\"><xs:complexType><xs:simpleContent>"
                         "<xs:extension base=\"xs:double\"><xs:attribute name=\"unit\" type=\"xs:string\"/>"
                         "</xs:extension></xs:simpleContent></xs:complexType></xs:element>")),
    UNQUALIFIED(SEQUENCE("<xs:choice><xs:element name=\"a\" type=\"xs:string\"/><xs:element name=\"b\" "
                         "type=\"xs:string\"/></xs:choice>"
                         "<xs:choice maxOccurs=\"unbounded\" minOccurs=\"0\"><xs:element name=\"c\" "
                         "type=\"xs:string\"/><xs:element name=\"d\"><xs:complexType><xs:sequence><xs:element "
                         "name=\"e\" type=\"xs:string\"/></xs:sequence></xs:complexType></xs:element></xs:choice>")),
    SCHEMA("targetNamespace=\"urn:a\" elementFormDefault=\"qualified\"",
           SEQUENCE("<xs:element name=\"a\" type=\"xs:string\"/>")),
    SCHEMA("targetNamespace=\"urn:a&amp;b\"",
           SEQUENCE("<xs:element name=\"a\" type=\"xs:string\"/>"
                    "<xs:element form=\"qualified\" name=\"b\" type=\"xs:string\"/>")),
    SCHEMA("targetNamespace=\"urn:a\" elementFormDefault=\"qualified\"",
           SEQUENCE("<xs:element name=\"a\" type=\"xs:string\"/>"
                    "<xs:element name=\"b\" type=\"xs:string\"/>"
                    "<xs:element form=\"unqualified\" name=\"c\" type=\"xs:string\"/>")),
};

static void test_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct schema_tree *tree = read_xsd(kept[i], strlen(kept[i]));
        expect_same(tree, kept[i]);
        schema_tree_free(tree);
    }
}

static void test_json(void **state)
{
    (void)state;
    static const char *const samples[] = {
        "{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":null}",
        "{\"a\":{\"b\":{\"c\":[]}}}",
        "[[1,2],[3]]",
        "{\"list\":[{\"x\":1},{\"x\":\"y\",\"z\":[1]}],\"e\":{}}",
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct jpk_error err = {0};
        struct schema_tree *tree = schema_tree_from_json_sample(samples[i], strlen(samples[i]), 0, &err);
        expect_same(sm_good(tree, &err), samples[i]);
        schema_tree_free(tree);
    }
}

/* A list whose members stand in it without the objects that hold them, as a real file has it. */
static void test_simple_list(void **state)
{
    (void)state;
    static const char mark[] = "<xs:attribute fixed=\"true\" name=\"%s\" type=\"xs:string\" use=\"required\"/>\n";
    struct buf text = {0};
    buf_puts(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
                    "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" attributeFormDefault=\"unqualified\" "
                    "elementFormDefault=\"qualified\">\n"
                    "  <xs:element name=\"json\">\n    <xs:complexType>\n      <xs:sequence>\n"
                    "        <xs:element minOccurs=\"0\" name=\"sheets\" nillable=\"true\">\n"
                    "          <xs:complexType>\n            <xs:sequence>\n"
                    "              <xs:element maxOccurs=\"unbounded\" minOccurs=\"0\" name=\"one\" "
                    "type=\"xs:double\"/>\n            </xs:sequence>\n            ");
    buf_printf(&text, mark, "array");
    buf_puts(&text, "            ");
    buf_printf(&text, mark, "simple");
    buf_puts(&text, "          </xs:complexType>\n        </xs:element>\n      </xs:sequence>\n      ");
    buf_printf(&text, mark, "object");
    buf_puts(&text, "    </xs:complexType>\n  </xs:element>\n</xs:schema>\n");
    struct schema_xsd_losses losses;
    struct schema_tree *tree = read_xsd(text.data, text.size);
    struct buf xsd = write_xsd(tree, &losses);
    assert_string_equal(xsd.data, text.data);
    buf_free(&text);
    buf_free(&xsd);
    schema_tree_free(tree);
}

/* Eighty levels and three thousand children. */
static void test_large(void **state)
{
    (void)state;
    struct buf xsd = {0};
    buf_puts(&xsd, "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\">");
    for (int i = 0; i < 80; i++)
        buf_printf(&xsd, "<xs:element name=\"n%d\"><xs:complexType><xs:sequence>", i);
    for (int i = 0; i < 3000; i++)
        buf_printf(&xsd, "<xs:element name=\"c%d\" type=\"xs:string\"/>", i);
    for (int i = 0; i < 80; i++)
        buf_puts(&xsd, "</xs:sequence></xs:complexType></xs:element>");
    buf_puts(&xsd, "</xs:schema>");
    struct schema_tree *tree = read_xsd(xsd.data, xsd.size);
    expect_same(tree, "large");
    schema_tree_free(tree);
    buf_free(&xsd);
}

/* -------------------------------------------------------------------------------------------------- what is lost */

#define DOCUMENT(children)                                                                                             \
    "{\"O\":{\"isCustomSchema\":true,\"customSchemaIsXml\":true},\"root\":{\"N\":\"r\",\"NS\":\"urn:r\",\"MN\":1,"     \
    "\"MX\":1,\"C\":[" children "]}}"
#define NODE(name, more) "{\"N\":\"" name "\",\"MN\":0,\"MX\":1,\"ATR\":false" more "}"
#define TEXT ",\"T\":\"string\",\"DT\":\"string\""

static void test_losses(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        struct schema_xsd_losses losses;
        const char *holds;
    } cases[] = {
        {DOCUMENT(NODE("a", ",\"NS\":\"urn:other\"" TEXT)), {.foreign = 1}, "name=\"a\""},
        {DOCUMENT(NODE("a b", ",\"NS\":\"urn:r\"" TEXT)), {.names = 1}, "name=\"a_x0020_b\""},
        {DOCUMENT(NODE("1", ",\"NS\":\"urn:r\"" TEXT)), {.names = 1}, "name=\"_x0031_\""},
        {DOCUMENT(NODE("", ",\"NS\":\"urn:r\"" TEXT)), {.names = 1}, "name=\"_\""},
        {DOCUMENT(NODE("x:y", ",\"NS\":\"urn:r\"" TEXT)), {.names = 1}, "name=\"x_x003A_y\""},
        {DOCUMENT(NODE("\\u0001\\ud83d\\ude00<", ",\"NS\":\"urn:r\"" TEXT)),
         {.names = 1},
         "name=\"_x0001__x1F600__x003C_\""},
        {DOCUMENT(NODE("\xc3\xa4\xc3\xb6", ",\"NS\":\"urn:r\"" TEXT)), {0}, "name=\"\xc3\xa4\xc3\xb6\""},
        {DOCUMENT(NODE("a", ",\"NS\":\"urn:r\"" TEXT ",\"C\":[" NODE("b", ",\"NS\":\"urn:r\"" TEXT) "]")),
         {.values = 1},
         "name=\"b\""},
        {DOCUMENT(NODE("a",
                       ",\"NS\":\"urn:r\"" TEXT ",\"DOM\":[\"x\"],\"C\":[{\"N\":\"b\",\"ATR\":true,\"MN\":0,\"MX\":1,"
                       "\"T\":\"string\"}]")),
         {.values = 1},
         "<xs:extension base=\"xs:string\">"},
        {DOCUMENT("{\"N\":\"a\",\"NS\":\"urn:r\",\"MN\":5,\"MX\":2,\"ATR\":false" TEXT "}"),
         {0},
         "maxOccurs=\"2\" minOccurs=\"2\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        struct schema_xsd_losses losses;
        json_t *document = json_loads(cases[i].document, 0, NULL);
        assert_non_null(document);
        struct schema_tree *tree = sm_good(schema_tree_from_cloud(document, 0, &err), &err);
        struct buf xsd = write_xsd(tree, &losses);
        if (memcmp(&losses, &cases[i].losses, sizeof losses) != 0)
            fail_msg("case %zu: %zu foreign, %zu derived, %zu values, %zu names", i, losses.foreign, losses.derived,
                     losses.values, losses.names);
        if (!strstr(xsd.data, cases[i].holds))
            fail_msg("no %s in\n%s", cases[i].holds, xsd.data);
        buf_free(&xsd);
        schema_tree_free(tree);
        json_decref(document);
    }
}

/* ---------------------------------------------------------------------------------------------------- real files */

/* Files that Design Studio made of a sample of JSON come out byte for byte; the others say the same. */
static void test_real_files(void **state)
{
    (void)state;
    struct jpk_archive *archive = pm_real(PM_SHEETS);
    size_t same = 0, all = 0;
    if (!archive)
        skip();
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        const char *name = jpk_archive_entry(archive, i)->name;
        struct jpk_error err = {0};
        void *data;
        size_t size;
        if (!text_ends_with(name, ".xsd"))
            continue;
        assert_true(jpk_archive_read(archive, i, &data, &size, &err));
        struct schema_tree *tree = read_xsd(data, size);
        struct schema_xsd_losses losses;
        struct buf xsd = write_xsd(tree, &losses);
        struct schema_tree *again = read_xsd(xsd.data, xsd.size);
        assert_int_equal(again->node_count, tree->node_count);
        /* Text in an object is how an object without members is written; trees do not know it. */
        bool exact = tree->kind == SCHEMA_JSON && !memmem(data, size, "simpleContent", strlen("simpleContent"));
        if (exact && (xsd.size != size || memcmp(xsd.data, data, size) != 0))
            fail_msg("%s comes out as\n%s", name, xsd.data);
        if (exact)
            sm_same(tree, again, name);
        same += exact;
        all++;
        schema_tree_free(again);
        buf_free(&xsd);
        schema_tree_free(tree);
        free(data);
    }
    jpk_archive_free(archive);
    assert_true(same == 4 && all == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_those_of_parsers),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_simple_list),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests_name("XML Schema written", tests, NULL, NULL);
}
