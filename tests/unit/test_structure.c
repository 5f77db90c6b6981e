/*
 * Structure caches: the format on small texts, hostile input, and all real caches.
 *
 * The counts of the real caches were made independently, with python's gzip and xml.etree.ElementTree: CROM elements
 * by the kind of their detail, numbers looked up in a dictionary of the String elements, types and global elements
 * matched by "{TypeNS}Type" and (NS, Name). (That script's dump of every node also was compared with one of this
 * reader's, once.) They are read from $JPK_SHARED or ../shared; without it those tests say so and pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "jpk/structure.h"

/* ----------------------------------------------------------------------------------------------------- helpers */

static struct buf packed(const void *data, size_t n)
{
    struct buf out = {0};
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&z, (uLong)n);
    char *room = buf_reserve(&out, bound);
    assert_non_null(room);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    deflateEnd(&z);
    return out;
}

static struct jpk_structure *parse(const char *xml)
{
    struct jpk_error err = {0};
    struct jpk_structure *structure = jpk_structure_parse(xml, strlen(xml), NULL, &err);
    if (!structure)
        print_error("%s: %s\n", jpk_code_name(err.code), err.message);
    assert_non_null(structure);
    return structure;
}

static struct jpk_error refused_bytes(const void *data, size_t n, const struct jpk_limits *limits, enum jpk_code code)
{
    struct jpk_error err = {0};
    assert_null(jpk_structure_parse(data, n, limits, &err));
    if (err.code != code)
        print_error("%s: %s\n", jpk_code_name(err.code), err.message);
    assert_int_equal(err.code, code);
    assert_true(err.message[0] != '\0');
    assert_null(jpk_structure_parse(data, n, limits, NULL)); /* nobody need ask for the error */
    return err;
}

static struct jpk_error refused(const char *xml, enum jpk_code code)
{
    return refused_bytes(xml, strlen(xml), NULL, code);
}

/* ------------------------------------------------------------------------------------------------ the format */

static const char sample[] =
    "<?xml version=\"1.0\" ?>\n"
    "<JTR Type=\"Xml\" Version=\"2\">\n"
    "<Elements>\n"
    "<CROM Type=\"0x1\" Name=\"to\"><Xml NSQual=\"1\" NS=\"1\" Type=\"4\" TypeNS=\"3\"/>"
    "<CROM Type=\"0x22\"><Attr ValType=\"5\"/></CROM></CROM>\n"
    "</Elements>\n"
    "<ElementTypes><ElementType Name=\"6\"><CROM Type=\"0x8000000\" Name=\"Node\"><Xml Type=\"2\" TypeNS=\"1\">"
    "<Extensions Types=\"7 6\"/></Xml>\n"
    "<CROM Type=\"0x29\" Name=\"child\"><Xml NSQual=\"true\" Min=\"0\" Max=\"2147483647\" NS=\"1\" Type=\"2\" "
    "TypeNS=\"1\"/>"
    "</CROM>\n"
    "<CROM Type=\"0x10\" Name=\"1\"><Xml/></CROM>\n"
    "<CROM Type=\"0x81000024\" Name=\"kind?x\" Display=\"8\"><Attr ValType=\"5\" DefVal=\"b\" "
    "Domain=\"a|b||c\"/></CROM>\n"
    "</CROM></ElementType></ElementTypes>\n"
    "<CROM Type=\"0x8001\" Name=\"root\"><Xml NS=\"1\" Max=\"-1\" Min=\"3\"/>\n"
    "<CROM Type=\"0x1\" Name=\"to\"><Xml NS=\"1\" NSQual=\"0\"/></CROM>\n"
    "<CROM Type=\"0x1\" Name=\"to\"><Xml/></CROM>\n"
    "<CROM Type=\"0x1\" Name=\"node\"><Xml NS=\"1\" Type=\"2\" TypeNS=\"1\"/></CROM>\n"
    "<CROM Type=\"0x4\" Name=\"when\"><Attr ValType=\"9\" Format=\"date\" LinkToPrimaryKey=\"k\"/></CROM>\n"
    "</CROM>\n"
    "<Strings><String idx=\"9\" val=\"Date\"/><String idx=\"1\"  val=\"urn:a\"/><String idx=\"2\" val=\"Node\"/>"
    "<String idx=\"3\" val=\"http://www.w3.org/2001/XMLSchema\"/><String idx=\"4\" val=\"string\"/>"
    "<String idx=\"5\" val=\"String\"/><String idx=\"6\" val=\"{urn:a}Node\"/><String idx=\"7\" val=\"{urn:b}Other\"/>"
    "<String idx=\"8\" val=\"kind-x\"/></Strings>\n</JTR>\n";

static void check_sample_types(const struct jpk_structure *s)
{
    assert_int_equal(s->type_count, 1);
    assert_string_equal(s->types[0].name, "{urn:a}Node");
    const struct jpk_structure_node *type = s->types[0].node, *child = type->child;
    assert_int_equal(type->kind, JPK_NODE_TYPE);
    assert_null(type->parent);
    assert_int_equal(type->element->extension_count, 2);
    assert_string_equal(type->element->extensions[0].name, "{urn:b}Other");
    assert_null(type->element->extensions[0].type);
    assert_ptr_equal(type->element->extensions[1].type, s->types);

    assert_string_equal(child->name, "child");
    assert_ptr_equal(child->parent, type);
    assert_ptr_equal(child->element->type, s->types); /* leads back: not expanded */
    assert_null(child->child);
    assert_int_equal(child->element->min, 0);
    assert_int_equal(child->element->max, JPK_STRUCTURE_UNBOUNDED);
    assert_true(child->element->qualified);
    assert_int_equal(child->flags, JPK_CROM_ELEMENT | JPK_CROM_REPEATS | JPK_CROM_OPTIONAL);

    assert_int_equal(child->next->kind, JPK_NODE_CHOICE);
    const struct jpk_structure_node *attribute = child->next->next;
    assert_int_equal(attribute->kind, JPK_NODE_ATTRIBUTE);
    assert_string_equal(attribute->name, "kind?x");
    assert_string_equal(attribute->display, "kind-x");
    assert_string_equal(attribute->value->default_value, "b");
    assert_int_equal(attribute->value->domain_count, 4);
    assert_string_equal(attribute->value->domain[0], "a");
    assert_string_equal(attribute->value->domain[2], "");
    assert_string_equal(attribute->value->domain[3], "c");
    assert_null(attribute->next);
}

static void check_sample_tree(const struct jpk_structure *s)
{
    const struct jpk_structure_node *root = s->root, *at = root->child;
    assert_int_equal(root->kind, JPK_NODE_ELEMENT);
    assert_int_equal(root->flags, 0x8001);
    assert_int_equal(root->element->min, 3);
    assert_int_equal(root->element->max, JPK_STRUCTURE_UNBOUNDED);
    assert_memory_equal(sample + root->offset, "<CROM Type=\"0x8001\"", 19);

    assert_ptr_equal(at->element->global, s->globals[0]);
    assert_ptr_equal(at->parent, root);
    assert_false(at->element->qualified);
    assert_int_equal(at->element->min, JPK_STRUCTURE_UNSTATED);
    assert_int_equal(at->element->max, JPK_STRUCTURE_UNSTATED);
    at = at->next;
    assert_string_equal(at->element->namespace_, ""); /* the same name in no namespace */
    assert_null(at->element->global);
    at = at->next;
    assert_ptr_equal(at->element->type, s->types);
    at = at->next;
    assert_string_equal(at->value->type, "Date");
    assert_string_equal(at->value->format, "date");
    assert_string_equal(at->value->link, "k");
    assert_null(at->value->default_value);
    assert_int_equal(at->value->domain_count, 0);
    assert_null(at->display);
    assert_null(at->next);
}

static void test_sample(void **state)
{
    (void)state;
    struct jpk_structure *s = parse(sample);
    assert_int_equal(s->kind, JPK_STRUCTURE_XML);
    assert_string_equal(s->type, "Xml");
    assert_int_equal(s->version, 2);
    assert_int_equal(s->string_count, 9);
    assert_int_equal(s->node_count, 11);
    assert_int_equal(s->unknown_count, 0);
    assert_false(s->lossy);
    assert_int_equal(s->global_count, 1);
    assert_null(s->globals[0]->element->type); /* XML Schema's string is not a type of the structure */
    assert_string_equal(s->globals[0]->element->type_name, "string");
    assert_int_equal(s->globals[0]->child->kind, JPK_NODE_VALUE);
    assert_string_equal(s->globals[0]->child->name, "");
    check_sample_types(s);
    check_sample_tree(s);
    jpk_structure_free(s);
    jpk_structure_free(NULL);
}

static void test_gzip(void **state)
{
    (void)state;
    struct buf gz = packed(sample, sizeof sample - 1);
    struct jpk_error err = {0};
    struct jpk_structure *s = jpk_structure_parse(gz.data, gz.size, NULL, &err);
    assert_non_null(s);
    check_sample_types(s);
    check_sample_tree(s);
    jpk_structure_free(s);
    buf_free(&gz);
}

static void test_text(void **state)
{
    (void)state;
    struct jpk_structure *s = parse("<JTR Type=\"Text\"><CROM Type=\"0x8001\"><Text/><CROM Type=\"0x9\">"
                                    "<Text StrQual=\"&quot;\" Delimiter=\"\\t\"/><CROM Type=\"0x1000024\" Name=\"F\">"
                                    "<Attr ValType=\"1\"/></CROM></CROM></CROM>"
                                    "<Strings><String idx=\"1\" val=\"String\"/></Strings></JTR>");
    const struct jpk_structure_node *line = s->root->child;
    assert_int_equal(s->kind, JPK_STRUCTURE_TEXT);
    assert_int_equal(s->version, 0);
    assert_int_equal(s->root->kind, JPK_NODE_RECORD);
    assert_string_equal(s->root->text->delimiter, "");
    assert_string_equal(line->text->delimiter, "\\t");
    assert_string_equal(line->text->qualifier, "\"");
    assert_int_equal(line->child->kind, JPK_NODE_FIELD);
    assert_string_equal(line->child->value->type, "String");
    jpk_structure_free(s);
}

static void test_other_kinds(void **state)
{
    (void)state;
    struct jpk_structure *s =
        parse("<?xml version=\"1.0\" ?><JTR Type=\"Unknown\"><CROM Name=\"No source is specified\"/></JTR>");
    assert_int_equal(s->kind, JPK_STRUCTURE_UNKNOWN);
    assert_int_equal(s->root->kind, JPK_NODE_OTHER);
    assert_string_equal(s->root->name, "No source is specified");
    assert_null(s->root->element);
    jpk_structure_free(s);

    s = parse("<JTR Type=\"Database\"><Elements/><ElementTypes/><CROM/><Strings/></JTR>");
    assert_int_equal(s->kind, JPK_STRUCTURE_OTHER);
    assert_string_equal(s->type, "Database");
    assert_int_equal(s->node_count, 1);
    jpk_structure_free(s);
}

static size_t unknown(const struct jpk_structure *s, const char *name)
{
    for (size_t i = 0; i < s->unknown_count; i++)
        if (strcmp(s->unknown[i].name, name) == 0)
            return s->unknown[i].count;
    return 0;
}

static void test_unknown(void **state)
{
    (void)state;
    static const char xml[] =
        "<JTR Type=\"Xml\" Author=\"x\"><CROM Name=\"a\" New=\"1\"><Xml Nillable=\"1\"><Extra/></Xml>"
        "<CROM Name=\"b\" New=\"2\"><Attr>text</Attr></CROM><Note><CROM/></Note><Note/>"
        "<Item key=\"k\"/><Xml/></CROM><CROM Name=\"second\"/></JTR>";
    struct jpk_structure *s = parse(xml);
    assert_int_equal(unknown(s, "JTR/@Author"), 1);
    assert_int_equal(unknown(s, "CROM/@New"), 2);
    assert_int_equal(unknown(s, "Xml/@Nillable"), 1);
    assert_int_equal(unknown(s, "Xml/Extra"), 1);
    assert_int_equal(unknown(s, "Attr/text()"), 1);
    assert_int_equal(unknown(s, "CROM/Note"), 2);
    assert_int_equal(unknown(s, "CROM/Item"), 1);
    assert_int_equal(unknown(s, "CROM/Xml"), 1); /* a second one */
    assert_int_equal(unknown(s, "JTR/CROM"), 1);
    assert_int_equal(s->unknown_count, 9);
    assert_string_equal(s->unknown[0].name, "JTR/@Author");
    assert_int_equal(s->unknown[0].offset, 0);
    assert_int_equal(s->node_count, 2); /* what is below something unknown is not in the tree */
    jpk_structure_free(s);

    s = parse("<JTR Type=\"Xml\"><!-- why --><CROM/></JTR>");
    assert_true(s->lossy);
    assert_int_equal(s->unknown_count, 0);
    jpk_structure_free(s);
}

/* Of two types or global elements of one name the first counts. */
static void test_duplicates(void **state)
{
    (void)state;
    struct jpk_structure *s =
        parse("<JTR Type=\"Xml\"><Elements><CROM Name=\"g\"><Xml/></CROM><CROM Name=\"g\"><Xml/></CROM></Elements>"
              "<ElementTypes><ElementType Name=\"1\"><CROM Type=\"0x8000000\"><Xml/></CROM></ElementType>"
              "<ElementType Name=\"3\"><CROM Type=\"0x8000000\"><Xml/></CROM></ElementType></ElementTypes>"
              "<CROM Name=\"r\"><Xml Type=\"2\"/><CROM Name=\"g\"><Xml/></CROM></CROM>"
              "<Strings><String idx=\"1\" val=\"{}T\"/><String idx=\"2\" val=\"T\"/><String idx=\"3\" val=\"{}T\"/>"
              "<String idx=\"3\" val=\"{}T\"/></Strings></JTR>");
    assert_ptr_equal(s->root->element->type, &s->types[0]);
    assert_ptr_equal(s->root->child->element->global, s->globals[0]);
    assert_null(s->globals[1]->element->global);
    jpk_structure_free(s);
}

/* --------------------------------------------------------------------------------------------- hostile: packing */

static void test_cut_short(void **state)
{
    (void)state;
    struct buf gz = packed(sample, sizeof sample - 1);
    for (size_t n = 0; n < gz.size; n++) {
        char *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read behind it */
        assert_non_null(exact);
        memcpy(exact, gz.data, n);
        struct jpk_error err = refused_bytes(exact, n, NULL, JPK_ERR_CHECKSUM);
        assert_true(err.has_offset && err.offset <= n);
        free(exact);
    }
    buf_free(&gz);
}

static void test_damaged(void **state)
{
    (void)state;
    struct buf gz = packed(sample, sizeof sample - 1);
    for (size_t i = gz.size - 8; i < gz.size; i++) { /* CRC-32 and size */
        gz.data[i] ^= 1;
        refused_bytes(gz.data, gz.size, NULL, JPK_ERR_CHECKSUM);
        gz.data[i] ^= 1;
    }
    for (size_t i = 0; i < gz.size * 8; i++) { /* a flipped bit is noticed or does not matter */
        struct jpk_error err = {0};
        gz.data[i / 8] ^= (char)(1 << i % 8);
        struct jpk_structure *s = jpk_structure_parse(gz.data, gz.size, NULL, &err);
        assert_true(s || err.code == JPK_ERR_CHECKSUM);
        if (s)
            check_sample_tree(s);
        jpk_structure_free(s);
        gz.data[i / 8] ^= (char)(1 << i % 8);
    }
    buf_free(&gz);
}

static void test_trailing(void **state)
{
    (void)state;
    struct buf gz = packed(sample, sizeof sample - 1);
    size_t n = gz.size;
    buf_put(&gz, "\0", 1);
    struct jpk_error err = refused_bytes(gz.data, gz.size, NULL, JPK_ERR_CHECKSUM);
    assert_int_equal(err.offset, n);
    gz.size = n;
    struct buf second = packed("x", 1);
    buf_put(&gz, second.data, second.size);
    err = refused_bytes(gz.data, gz.size, NULL, JPK_ERR_CHECKSUM);
    assert_non_null(strstr(err.message, "second gzip member"));
    assert_int_equal(err.offset, n);
    buf_free(&second);
    buf_free(&gz);
}

static void test_bomb(void **state)
{
    (void)state;
    size_t n = (size_t)5 << 20;
    char *zeros = calloc(1, n);
    assert_non_null(zeros);
    struct buf gz = packed(zeros, n);
    struct jpk_error err = refused_bytes(gz.data, gz.size, NULL, JPK_ERR_LIMIT);
    assert_non_null(strstr(err.message, "--max-ratio"));
    struct jpk_limits limits = jpk_limits_default();
    limits.ratio = UINT64_MAX;
    limits.xml_size = n - 1;
    err = refused_bytes(gz.data, gz.size, &limits, JPK_ERR_LIMIT);
    assert_non_null(strstr(err.message, "--max-xml-size"));
    limits.xml_size = n;
    refused_bytes(gz.data, gz.size, &limits, JPK_ERR_XML); /* unpacked: zeros are no XML */
    limits.xml_size = UINT64_MAX;
    refused_bytes(gz.data, gz.size, &limits, JPK_ERR_XML);
    limits.xml_size = 0;
    refused_bytes(gz.data, gz.size, &limits, JPK_ERR_LIMIT);
    free(zeros);
    buf_free(&gz);
}

static void test_not_gzip(void **state)
{
    (void)state;
    refused("", JPK_ERR_CHECKSUM);
    refused("PK\3\4 and so on", JPK_ERR_CHECKSUM);
    refused(" <JTR/>", JPK_ERR_CHECKSUM);
    refused("\x1f\x8b\x08", JPK_ERR_CHECKSUM);
    refused("\x1f\x8b\x07\1\1\1\1\1\1\1\1\1\1", JPK_ERR_CHECKSUM); /* another method */
    struct buf gz = packed("", 0);
    refused_bytes(gz.data, gz.size, NULL, JPK_ERR_XML);
    buf_free(&gz);
}

/* ------------------------------------------------------------------------------------------------- hostile: XML */

static void test_hostile_xml(void **state)
{
    (void)state;
    refused("<!DOCTYPE JTR [<!ENTITY a \"b\">]><JTR><CROM/></JTR>", JPK_ERR_DOCTYPE);
    refused("<JTR><CROM></JTR>", JPK_ERR_XML);
    refused("<JTR><CROM Name=\"\xff\"/></JTR>", JPK_ERR_ENCODING);
    refused("<Project><CROM/></Project>", JPK_ERR_FORMAT);
    refused("<JTR/>", JPK_ERR_FORMAT);
    refused("<JTR Type=\"Xml\"><ElementTypes><ElementType/></ElementTypes><CROM/></JTR>", JPK_ERR_FORMAT);
    struct jpk_limits limits = jpk_limits_default();
    limits.xml_size = 10;
    refused_bytes(sample, sizeof sample - 1, &limits, JPK_ERR_LIMIT);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "<CROM Type=\"33\"/>",
        "<CROM Type=\"0x\"/>",
        "<CROM Type=\"0x1g\"/>",
        "<CROM Type=\"0x100000000\"/>",
        "<CROM Type=\"\"/>",
        "<CROM><Xml Min=\"-2\"/></CROM>",
        "<CROM><Xml Max=\"2147483648\"/></CROM>",
        "<CROM><Xml Max=\"unbounded\"/></CROM>",
        "<CROM><Xml NSQual=\"yes\"/></CROM>",
        "<CROM><Xml NS=\"a\"/></CROM>",
        "<CROM><Xml NS=\"\"/></CROM>",
        "<CROM><Xml NS=\"-1\"/></CROM>",
        "<CROM><Xml NS=\"4294967297\"/></CROM>",
        "<CROM><Xml NS=\"1 \"/></CROM>",
        "<CROM><Xml><Extensions Types=\"1 x\"/></Xml></CROM>",
        "<CROM><Xml/><Attr/></CROM>",
        "<CROM/><Strings><String val=\"a\"/></Strings>",
        "<CROM/><Strings><String idx=\"one\" val=\"a\"/></Strings>",
        "<CROM/><Strings><String idx=\"1\" val=\"a\"/><String idx=\"1\" val=\"b\"/></Strings>",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct buf xml = {0};
        bool table = strstr(wrong[i], "<Strings>") != NULL;
        buf_printf(&xml, "<JTR Type=\"Xml\" Version=\"2\">\n%s%s</JTR>", wrong[i],
                   table ? "" : "<Strings><String idx=\"1\" val=\"a\"/></Strings>");
        struct jpk_error err = refused(buf_text(&xml), JPK_ERR_FORMAT);
        assert_int_equal(err.line, 2);
        buf_free(&xml);
    }
    refused("<JTR Version=\"two\"><CROM/></JTR>", JPK_ERR_FORMAT);
}

static void test_index_out_of_range(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "<CROM Display=\"4\"/>",
        "<CROM><Xml NS=\"4\"/></CROM>",
        "<CROM><Xml Type=\"0\"/></CROM>",
        "<CROM><Xml TypeNS=\"2\"/></CROM>", /* a gap in the table */
        "<CROM><Xml><Extensions Types=\"1 4\"/></Xml></CROM>",
        "<CROM><Attr ValType=\"4294967295\"/></CROM>",
        "<CROM><Xml/></CROM>\n</CROM><ElementTypes><ElementType Name=\"9\"><CROM/></ElementType></ElementTypes><CROM>",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct buf xml = {0};
        buf_printf(&xml, "<JTR Type=\"Xml\">\n<CROM>\n%s</CROM>\n", wrong[i]);
        buf_puts(&xml, "<Strings><String idx=\"3\" val=\"c\"/><String idx=\"1\" val=\"a\"/></Strings></JTR>");
        struct jpk_error err = refused(buf_text(&xml), JPK_ERR_FORMAT);
        assert_non_null(strstr(err.message, "the table of 2 strings"));
        assert_true(err.has_offset);
        assert_int_equal(err.line, i == 6 ? 4 : 3);
        assert_int_equal(buf_text(&xml)[err.offset], '<');
        buf_free(&xml);
    }
    refused("<JTR><CROM><Attr ValType=\"1\"/></CROM></JTR>", JPK_ERR_FORMAT); /* no table at all */
}

static struct buf nested(unsigned depth)
{
    struct buf xml = {0};
    buf_puts(&xml, "<JTR Type=\"Xml\">");
    for (unsigned i = 0; i < depth; i++)
        buf_puts(&xml, "<CROM>");
    for (unsigned i = 0; i < depth; i++)
        buf_puts(&xml, "</CROM>");
    buf_puts(&xml, "</JTR>");
    return xml;
}

static void test_deep(void **state)
{
    (void)state;
    struct buf xml = nested(200);
    struct jpk_structure *s = parse(xml.data);
    assert_int_equal(s->node_count, 200);
    jpk_structure_free(s);
    buf_free(&xml);
    xml = nested(300);
    refused(xml.data, JPK_ERR_FORMAT);
    buf_free(&xml);
    xml = nested(100000);
    refused(xml.data, JPK_ERR_XML);
    buf_free(&xml);
}

/* Two types that hold each other, an element that is a reference to itself: pointers, nothing is expanded. */
static void test_cycles(void **state)
{
    (void)state;
    struct jpk_structure *s =
        parse("<JTR Type=\"Xml\"><Elements><CROM Name=\"g\"><Xml NS=\"1\" TypeNS=\"1\"/></CROM>"
              "<CROM Name=\"h\"><Xml NS=\"1\"/><CROM Name=\"h\"><Xml NS=\"1\"/></CROM></CROM></Elements>"
              "<ElementTypes><ElementType Name=\"4\"><CROM Type=\"0x8000000\" Name=\"A\"><Xml Type=\"2\" TypeNS=\"1\"/>"
              "<CROM Name=\"b\"><Xml Type=\"3\" TypeNS=\"1\"/></CROM></CROM></ElementType>"
              "<ElementType Name=\"5\"><CROM Type=\"0x8000000\" Name=\"B\"><Xml Type=\"3\" TypeNS=\"1\"/>"
              "<CROM Name=\"a\"><Xml Type=\"2\" TypeNS=\"1\"/></CROM></CROM></ElementType></ElementTypes>"
              "<CROM Name=\"r\"><Xml Type=\"2\" TypeNS=\"1\"/></CROM>"
              "<Strings><String idx=\"1\" val=\"urn:{x}\"/><String idx=\"2\" val=\"A\"/><String idx=\"3\" val=\"B\"/>"
              "<String idx=\"4\" val=\"{urn:{x}}A\"/><String idx=\"5\" val=\"{urn:{x}}B\"/></Strings></JTR>");
    const struct jpk_structure_type *a = &s->types[0], *b = &s->types[1];
    assert_ptr_equal(s->root->element->type, a);
    assert_ptr_equal(a->node->child->element->type, b);
    assert_ptr_equal(b->node->child->element->type, a);
    assert_ptr_equal(a->node->element->type, a);
    assert_null(s->globals[0]->element->global);
    assert_ptr_equal(s->globals[1]->child->element->global, s->globals[1]);
    assert_int_equal(s->node_count, 8);
    jpk_structure_free(s);
}

/* Many nodes that name one long string: time and memory follow the file, not their product. */
static void test_long_names(void **state)
{
    (void)state;
    enum { LONG = 60000, COUNT = 20000 };
    struct buf xml = {0}, text = {0};
    for (int i = 0; i < LONG; i++)
        buf_putc(&text, 'n');
    buf_puts(&xml, "<JTR Type=\"Xml\"><Elements>");
    for (int i = 0; i < COUNT; i++)
        buf_puts(&xml, "<CROM Name=\"a\"><Xml NS=\"1\"/></CROM>");
    buf_puts(&xml, "</Elements><ElementTypes>");
    for (int i = 0; i < COUNT; i++)
        buf_puts(&xml, "<ElementType Name=\"2\"><CROM/></ElementType>");
    buf_puts(&xml, "</ElementTypes><CROM><Xml/>");
    for (int i = 0; i < COUNT; i++)
        buf_puts(&xml, "<CROM Name=\"a\"><Xml NS=\"1\" Type=\"1\" TypeNS=\"1\"/></CROM>");
    buf_printf(&xml, "</CROM><Strings><String idx=\"1\" val=\"%s\"/><String idx=\"2\" val=\"{%.100s}%s\"/>", text.data,
               text.data, text.data);
    buf_puts(&xml, "</Strings></JTR>");
    struct jpk_limits limits = jpk_limits_default();
    struct jpk_structure *s = jpk_structure_parse(xml.data, xml.size, &limits, NULL);
    assert_non_null(s);
    assert_int_equal(s->global_count, COUNT);
    jpk_structure_free(s);
    buf_free(&xml);
    buf_free(&text);
}

static void test_density(void **state)
{
    (void)state;
    struct jpk_limits limits = jpk_limits_default();
    limits.xml_size = (uint64_t)1 << 20;
    for (int bars = 0; bars < 2; bars++) {
        struct buf xml = {0};
        buf_puts(&xml, "<JTR Type=\"Xml\"><CROM/>");
        for (int i = 0; i < 100000; i++)
            buf_puts(&xml, bars ? "|" : "<CROM/>");
        buf_puts(&xml, "</JTR>");
        struct jpk_error err = refused_bytes(xml.data, xml.size, &limits, JPK_ERR_LIMIT);
        assert_non_null(strstr(err.message, "--max-xml-size"));
        buf_free(&xml);
    }
}

/* ---------------------------------------------------------------------------------------------------- in a project */

static const char guid[] = "0952e996-e012-4ca2-9450-977f60550369";

/* Writes a project of nothing but a cache, and reads it. */
static struct jpk_archive *small_archive(const char *path, const char *folder, const char *cache, const void *data,
                                         size_t n)
{
    static const char tree[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
                               "<Project name=\"p\" projectId=\"1\"/>\n";
    struct jpk_error err = {0};
    struct jpk_writer *writer = jpk_writer_open(path, true, &err);
    struct buf name = {0};
    assert_non_null(writer);
    buf_printf(&name, "%sproject.xml", folder);
    assert_true(jpk_writer_add(writer, name.data, tree, sizeof tree - 1, JPK_DOS_DATE_MIN, 0, &err));
    buf_clear(&name);
    buf_printf(&name, "%s%s", folder, cache);
    assert_true(jpk_writer_add(writer, name.data, data, n, JPK_DOS_DATE_MIN, 0, &err));
    buf_free(&name);
    assert_true(jpk_writer_commit(writer, &err));
    jpk_writer_free(writer);
    struct jpk_archive *archive = jpk_archive_open(path, NULL, &err);
    assert_non_null(archive);
    return archive;
}

static void check_not_found(const struct jpk_project *project, const char *id, enum jpk_structure_cache which,
                            bool output)
{
    struct jpk_error err = {0};
    assert_null(jpk_structure_load(project, id, which, output, &err));
    assert_int_equal(err.code, JPK_ERR_NOT_FOUND);
    assert_true(err.file[0] != '\0');
}

static void test_load(void **state)
{
    (void)state;
    char path[] = "/tmp/jpk-test-structure-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct buf gz = packed(sample, sizeof sample - 1);
    static const char entry[] = "cache/TransformationStructures/0952e996-e012-4ca2-9450-977f60550369_output.gz";
    struct jpk_archive *archive = small_archive(path, "top/", entry, gz.data, gz.size);
    struct jpk_error err = {0};
    struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
    assert_non_null(project);
    struct jpk_structure *s = jpk_structure_load(project, guid, JPK_CACHE_TRANSFORMATION, true, &err);
    assert_non_null(s);
    jpk_structure_free(s);
    s = jpk_structure_load(project, "0952E996-e012-4ca2-9450-977F60550369", JPK_CACHE_TRANSFORMATION, true, &err);
    assert_non_null(s);
    jpk_structure_free(s);
    check_not_found(project, guid, JPK_CACHE_TRANSFORMATION, false);
    check_not_found(project, guid, JPK_CACHE_CONNECTOR_CALL, true);
    check_not_found(project, "../../project", JPK_CACHE_TRANSFORMATION, true);
    check_not_found(project, "", JPK_CACHE_TRANSFORMATION, true);
    jpk_project_free(project);
    jpk_archive_free(archive);

    archive = small_archive(path, "top/", entry, gz.data, gz.size - 1); /* the error says where it is */
    project = jpk_project_load(archive, NULL, 0, &err);
    assert_non_null(project);
    assert_null(jpk_structure_load(project, guid, JPK_CACHE_TRANSFORMATION, true, &err));
    assert_int_equal(err.code, JPK_ERR_CHECKSUM);
    assert_string_equal(err.file, path);
    assert_non_null(strstr(err.entry, "top/cache/TransformationStructures/"));
    jpk_project_free(project);
    jpk_archive_free(archive);
    buf_free(&gz);
    unlink(path);
}

/* ---------------------------------------------------------------------------------------------------- real caches */

enum count {
    ELEMENTS,
    ATTRIBUTES,
    VALUES,
    RECORDS,
    FIELDS,
    CHOICES,
    TYPES,
    OTHERS, /* nodes by kind */
    TYPED,
    REFERENCES,
    EXTENSIONS, /* resolved types and globals, extensions */
    DEFAULTS,
    DOMAIN,
    DISPLAYS,
    UNBOUNDED,
    FLAGS, /* FLAGS is the sum of all flag words */
    COUNTS
};

/* Below cache/: T is TransformationStructures, C ConnectorCallStructures. The first 16 are of the .jpk. */
static const struct real {
    const char *name;
    enum jpk_structure_kind kind;
    size_t globals, types, strings;
    uint64_t counts[COUNTS];
} reals[] = {
    {"C/4387911d-d491-4ca8-9144-fe50cae63ff9_input",
     JPK_STRUCTURE_XML,
     0,
     17,
     48,
     {73, 20, 46, 0, 0, 0, 17, 0, 44, 0, 0, 8, 624, 0, 4, 15300825573}},
    {"C/4387911d-d491-4ca8-9144-fe50cae63ff9_output",
     JPK_STRUCTURE_XML,
     2,
     12,
     33,
     {24, 23, 9, 0, 0, 1, 12, 0, 24, 3, 0, 1, 1742, 0, 2, 1627391742}},
    {"C/f8a1af56-bb7d-42ca-8da0-51a655250844_input",
     JPK_STRUCTURE_XML,
     0,
     40,
     99,
     {119, 66, 69, 0, 0, 0, 40, 0, 90, 0, 0, 54, 604, 3, 4, 117943836281}},
    {"C/f8a1af56-bb7d-42ca-8da0-51a655250844_output",
     JPK_STRUCTURE_XML,
     2,
     12,
     32,
     {23, 22, 8, 0, 0, 1, 12, 0, 24, 3, 0, 1, 1712, 0, 2, 1627391575}},
    {"T/0952e996-e012-4ca2-9450-977f60550369_input",
     JPK_STRUCTURE_XML,
     4,
     28,
     73,
     {101, 39, 54, 0, 0, 1, 28, 0, 69, 3, 0, 9, 2182, 0, 6, 16793999413}},
    {"T/0952e996-e012-4ca2-9450-977f60550369_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/5d5a3418-b79b-495e-8ae2-6f70972ee4ab_input",
     JPK_STRUCTURE_XML,
     0,
     12,
     36,
     {70, 20, 58, 0, 0, 0, 12, 0, 26, 0, 1, 14, 148, 0, 6, 12582914970}},
    {"T/5d5a3418-b79b-495e-8ae2-6f70972ee4ab_output",
     JPK_STRUCTURE_XML,
     0,
     17,
     48,
     {73, 20, 46, 0, 0, 0, 17, 0, 44, 0, 0, 8, 624, 0, 4, 15300825573}},
    {"T/787657bc-2539-41e2-8b04-1b9d189bfb1f_input",
     JPK_STRUCTURE_XML,
     0,
     66,
     150,
     {2216, 303, 1883, 0, 0, 0, 66, 0, 301, 0, 0, 303, 0, 0, 37, 14713737548}},
    {"T/787657bc-2539-41e2-8b04-1b9d189bfb1f_output",
     JPK_STRUCTURE_XML,
     54,
     0,
     10,
     {173, 10, 100, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 0, 5, 36565}},
    {"T/b7c68627-14a7-4428-a04a-41c76250bd5c_input",
     JPK_STRUCTURE_XML,
     0,
     66,
     150,
     {2217, 303, 1884, 0, 0, 0, 66, 0, 301, 0, 0, 303, 0, 0, 37, 14713737583}},
    {"T/b7c68627-14a7-4428-a04a-41c76250bd5c_output",
     JPK_STRUCTURE_XML,
     0,
     12,
     36,
     {114, 34, 97, 0, 0, 0, 13, 0, 40, 0, 4, 25, 173, 0, 11, 34577879796}},
    {"T/c6b100bb-6d8d-40cd-9ac0-e5f09dc503a9_input",
     JPK_STRUCTURE_XML,
     0,
     12,
     36,
     {114, 33, 96, 0, 0, 0, 13, 0, 40, 0, 4, 25, 173, 0, 11, 34577879758}},
    {"T/c6b100bb-6d8d-40cd-9ac0-e5f09dc503a9_output",
     JPK_STRUCTURE_XML,
     0,
     40,
     99,
     {156, 68, 95, 0, 0, 0, 40, 0, 103, 0, 0, 54, 608, 3, 5, 124386322138}},
    {"T/f096c1c2-f7c7-4cfd-b0cf-0ee1e62f3158_input",
     JPK_STRUCTURE_XML,
     4,
     51,
     124,
     {161, 89, 84, 0, 0, 2, 51, 0, 126, 4, 0, 56, 3654, 3, 8, 134486206189}},
    {"T/f096c1c2-f7c7-4cfd-b0cf-0ee1e62f3158_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/04973792-575d-4c9d-9fdb-e7b17dc65ed4_input",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/04973792-575d-4c9d-9fdb-e7b17dc65ed4_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     4,
     {4, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 2, 6543114446}},
    {"T/1de6dc24-bbac-4d7b-aad8-ed2d3dc2843f_input",
     JPK_STRUCTURE_XML,
     0,
     0,
     6,
     {4, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2214592826}},
    {"T/1de6dc24-bbac-4d7b-aad8-ed2d3dc2843f_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     6,
     {4, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2214592826}},
    {"T/31e2b21c-f0f7-4051-bbcd-6ac9cddefd50_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/31e2b21c-f0f7-4051-bbcd-6ac9cddefd50_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     4,
     {4, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 2, 6543114446}},
    {"T/320c3dff-d41b-4e3f-82e1-b30f4fd3c1e0_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/320c3dff-d41b-4e3f-82e1-b30f4fd3c1e0_output",
     JPK_STRUCTURE_XML,
     3,
     0,
     5,
     {10, 0, 5, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 180}},
    {"T/5c29f430-5242-4010-a941-2e20e1590155_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/5c29f430-5242-4010-a941-2e20e1590155_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     4,
     {4, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 2, 6543114446}},
    {"T/7b5abdbc-110a-486a-bbd9-bfde256efac4_input",
     JPK_STRUCTURE_XML,
     0,
     0,
     7,
     {37, 47, 28, 0, 0, 0, 0, 0, 0, 0, 0, 47, 0, 0, 1, 24410852705}},
    {"T/7b5abdbc-110a-486a-bbd9-bfde256efac4_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/7e74891d-a494-4357-8a02-37611b7f638d_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/7e74891d-a494-4357-8a02-37611b7f638d_output",
     JPK_STRUCTURE_XML,
     3,
     0,
     6,
     {10, 0, 5, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 180}},
    {"T/7f17f000-e1fa-41e2-8b71-8086d46c6141_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/7f17f000-e1fa-41e2-8b71-8086d46c6141_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/7f2e285c-641c-4176-9583-5493816d55df_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/7f2e285c-641c-4176-9583-5493816d55df_output",
     JPK_STRUCTURE_XML,
     6,
     0,
     2,
     {18, 28, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 1, 322}},
    {"T/818d381a-0ee8-4297-868b-2a7180f477ec_input",
     JPK_STRUCTURE_XML,
     0,
     0,
     6,
     {4, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2214592826}},
    {"T/818d381a-0ee8-4297-868b-2a7180f477ec_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     6,
     {4, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2214592826}},
    {"T/a2e76f72-bb4c-4651-9a1d-8375f927a186_input",
     JPK_STRUCTURE_XML,
     6,
     0,
     2,
     {18, 28, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 1, 322}},
    {"T/a2e76f72-bb4c-4651-9a1d-8375f927a186_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/b9abad7d-f298-490b-9c3c-d691f902ba73_input",
     JPK_STRUCTURE_XML,
     3,
     0,
     5,
     {10, 0, 5, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 180}},
    {"T/b9abad7d-f298-490b-9c3c-d691f902ba73_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
    {"T/c3302bba-efb4-4bc2-8b74-ce3cc8fca25b_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/c3302bba-efb4-4bc2-8b74-ce3cc8fca25b_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     5,
     {4, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 2, 6543114446}},
    {"T/d1e6e6f1-ea54-4b7b-8031-4ad4f0a2c6b9_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/d1e6e6f1-ea54-4b7b-8031-4ad4f0a2c6b9_output",
     JPK_STRUCTURE_XML,
     0,
     0,
     4,
     {3, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4362076341}},
    {"T/d5a7fae0-34c1-4f7a-9d63-71e7ec92a168_input",
     JPK_STRUCTURE_UNKNOWN,
     0,
     0,
     0,
     {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
    {"T/d5a7fae0-34c1-4f7a-9d63-71e7ec92a168_output",
     JPK_STRUCTURE_TEXT,
     0,
     0,
     1,
     {0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16810030}},
};

enum { REAL_COUNT = sizeof reals / sizeof reals[0], FROM_JPK = 16 };

static void count_node(const struct jpk_structure_node *node, uint64_t counts[COUNTS])
{
    static const enum count by_kind[] = {
        [JPK_NODE_OTHER] = OTHERS,   [JPK_NODE_ELEMENT] = ELEMENTS,     [JPK_NODE_CHOICE] = CHOICES,
        [JPK_NODE_TYPE] = TYPES,     [JPK_NODE_ATTRIBUTE] = ATTRIBUTES, [JPK_NODE_VALUE] = VALUES,
        [JPK_NODE_RECORD] = RECORDS, [JPK_NODE_FIELD] = FIELDS,
    };
    counts[by_kind[node->kind]]++;
    counts[FLAGS] += node->flags;
    counts[DISPLAYS] += node->display != NULL;
    if (node->element) {
        counts[TYPED] += node->element->type != NULL;
        counts[REFERENCES] += node->element->global != NULL;
        counts[EXTENSIONS] += node->element->extension_count;
        counts[UNBOUNDED] += node->element->max == JPK_STRUCTURE_UNBOUNDED;
        for (uint32_t i = 0; i < node->element->extension_count; i++)
            assert_non_null(node->element->extensions[i].type);
    }
    if (node->value) {
        counts[DEFAULTS] += node->value->default_value != NULL;
        counts[DOMAIN] += node->value->domain_count;
    }
}

static void count_tree(const struct jpk_structure_node *node, uint64_t counts[COUNTS])
{
    count_node(node, counts);
    for (const struct jpk_structure_node *child = node->child; child; child = child->next) {
        assert_ptr_equal(child->parent, node);
        count_tree(child, counts);
    }
}

static void check_real(const struct real *real, const struct jpk_structure *s)
{
    uint64_t counts[COUNTS] = {0}, nodes = 0;
    for (size_t i = 0; i < s->global_count; i++)
        count_tree(s->globals[i], counts);
    for (size_t i = 0; i < s->type_count; i++)
        count_tree(s->types[i].node, counts);
    count_tree(s->root, counts);
    assert_int_equal(s->kind, real->kind);
    assert_int_equal(s->version, s->kind == JPK_STRUCTURE_XML ? 2 : 0);
    assert_int_equal(s->global_count, real->globals);
    assert_int_equal(s->type_count, real->types);
    assert_int_equal(s->string_count, real->strings);
    for (int i = 0; i < COUNTS; i++)
        if (counts[i] != real->counts[i])
            fail_msg("%s: count %d is %llu, not %llu", real->name, i, (unsigned long long)counts[i],
                     (unsigned long long)real->counts[i]);
    for (int i = ELEMENTS; i <= OTHERS; i++)
        nodes += counts[i];
    assert_int_equal(s->node_count, nodes);
    assert_int_equal(s->unknown_count, 0);
    assert_false(s->lossy);
}

static const char *shared(void)
{
    const char *folder = getenv("JPK_SHARED");
    folder = folder ? folder : "../shared";
    if (access(folder, R_OK) == 0)
        return folder;
    print_message("skipped: there are no real caches at %s; set JPK_SHARED\n", folder);
    return NULL;
}

/* The entry of a real cache below the project's folder. */
static void entry_name(const struct real *real, struct buf *out)
{
    buf_printf(out, "cache/%sStructures/%s.gz", real->name[0] == 'T' ? "Transformation" : "ConnectorCall",
               real->name + 2);
}

static void test_real_files(void **state)
{
    (void)state;
    const char *folder = shared();
    if (!folder)
        return;
    size_t nodes = 0;
    for (size_t i = FROM_JPK; i < REAL_COUNT; i++) {
        struct buf path = {0}, data = {0};
        struct jpk_error err = {0};
        buf_printf(&path, "%s/corpus/google-sheets-workspace/env-200002/", folder);
        entry_name(&reals[i], &path);
        assert_true(file_read(path.data, 1 << 20, "", &data, &err));
        struct jpk_structure *s = jpk_structure_parse(data.data, data.size, NULL, &err);
        assert_non_null(s);
        check_real(&reals[i], s);
        nodes += s->node_count;
        jpk_structure_free(s);
        buf_free(&path);
        buf_free(&data);
    }
    assert_int_equal(nodes, 372);
}

/* Reads `count` of the real caches through a project; it must hold no others. */
static size_t load_reals(struct jpk_archive *archive, const struct real *first, size_t count)
{
    struct jpk_error err = {0};
    struct jpk_project *project = archive ? jpk_project_load(archive, NULL, 0, &err) : NULL;
    if (!project)
        print_error("%s: %s\n", jpk_code_name(err.code), err.message);
    assert_non_null(project);
    size_t nodes = 0, caches = 0;
    for (size_t i = 0; i < count; i++) {
        char id[37];
        snprintf(id, sizeof id, "%.36s", first[i].name + 2);
        enum jpk_structure_cache which = first[i].name[0] == 'T' ? JPK_CACHE_TRANSFORMATION : JPK_CACHE_CONNECTOR_CALL;
        struct jpk_structure *s =
            jpk_structure_load(project, id, which, strstr(first[i].name, "_output") != NULL, &err);
        assert_non_null(s);
        check_real(&first[i], s);
        nodes += s->node_count;
        jpk_structure_free(s);
    }
    for (size_t i = 0; i < jpk_archive_count(archive); i++)
        caches += strstr(jpk_archive_entry(archive, i)->name, "Structures/") != NULL;
    assert_int_equal(caches, count);
    jpk_project_free(project);
    return nodes;
}

static void test_real_projects(void **state)
{
    (void)state;
    const char *folder = shared();
    if (!folder)
        return;
    struct buf path = {0};
    struct jpk_error err = {0};
    buf_printf(&path, "%s/corpus/salesforce-to-netsuite.jpk", folder);
    struct jpk_archive *archive = jpk_archive_open(path.data, NULL, &err);
    assert_int_equal(load_reals(archive, reals, FROM_JPK), 11611);
    jpk_archive_free(archive);
    buf_clear(&path);
    buf_printf(&path, "%s/corpus/google-sheets-workspace", folder);
    archive = jpk_archive_open_folder(path.data, NULL, &err);
    assert_int_equal(load_reals(archive, reals + FROM_JPK, REAL_COUNT - FROM_JPK), 372);
    jpk_archive_free(archive);
    buf_free(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_text),          cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_unknown),       cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_cut_short),     cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_trailing),      cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_not_gzip),      cmocka_unit_test(test_hostile_xml),
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_index_out_of_range),
        cmocka_unit_test(test_deep),          cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_long_names),    cmocka_unit_test(test_density),
        cmocka_unit_test(test_load),          cmocka_unit_test(test_real_files),
        cmocka_unit_test(test_real_projects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
