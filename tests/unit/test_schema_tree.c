/* Schema trees: each source on small texts, both written forms, paths, and hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/schemamaker.h"

static struct schema_tree *structure(const char *xml)
{
    return sm_structure(xml, strlen(xml));
}

static void refused(struct schema_tree *tree, const struct jpk_error *err, enum jpk_code code, const char *words)
{
    assert_null(tree);
    if (err->code != code || !strstr(err->message, words))
        fail_msg("%s: %s", jpk_code_name(err->code), err->message);
}

/* ------------------------------------------------------------------------------------------------- structure caches */

#define STRINGS                                                                                                        \
    "<Strings><String idx='1' val='urn:o'/><String idx='2' val='http://www.w3.org/2001/XMLSchema'/>"                   \
    "<String idx='3' val='string'/><String idx='4' val='String'/><String idx='5' val='Boolean'/>"                      \
    "<String idx='6' val='{urn:o}Part'/><String idx='7' val='Part'/><String idx='8' val='Integer'/>"                   \
    "<String idx='9' val='Date'/><String idx='10' val='Empty'/></Strings>"

static const char orders[] =
    "<JTR Type='Xml' Version='2'><Elements><CROM Type='0x1' Name='note'><Xml NSQual='1' NS='1' Type='3' TypeNS='2'/>"
    "<CROM Type='0x22'><Attr ValType='4'/></CROM></CROM></Elements>"
    "<ElementTypes><ElementType Name='6'><CROM Type='0x8000000' Name='Part'><Xml Type='7' TypeNS='1'/>"
    "<CROM Type='0x24' Name='id'><Attr ValType='4' Domain='a|b'/></CROM>"
    "<CROM Type='0x9' Name='part'><Xml NSQual='1' Min='0' Max='-1' NS='1' Type='7' TypeNS='1'/></CROM>"
    "</CROM></ElementType></ElementTypes>"
    "<CROM Type='0x8001' Name='orders'><Xml NSQual='1' NS='1'/>"
    "<CROM Type='0x81000024' Name='paid'><Attr ValType='5' DefVal='true'/></CROM>"
    "<CROM Type='0x41' Name='order'><Xml NSQual='1' NS='1' Type='7' TypeNS='1' Max='-1'/></CROM>"
    "<CROM Type='0x1' Name='note'><Xml NSQual='1' NS='1' TypeNS='1'/></CROM>"
    "<CROM Type='0x10' Name='1'><Xml/>"
    "<CROM Type='0x21' Name='size'><Xml NSQual='1' NS='1' Min='0'/><CROM Type='0x22'><Attr ValType='8'/></CROM></CROM>"
    "<CROM Type='0x21' Name='colour'><Xml NSQual='1' NS='1' Min='0'/>"
    "<CROM Type='0x22'><Attr ValType='4' Domain='red|green'/></CROM>"
    "<CROM Type='0x1000024' Name='xsi:nil'><Attr ValType='5' DefVal='false'/></CROM></CROM></CROM>"
    "<CROM Type='0x21' Name='day'><Xml NSQual='1' NS='1' Min='0'/><CROM Type='0x22'><Attr ValType='9' "
    "Format='date'/></CROM></CROM>"
    "<CROM Type='0x21' Name='empty'><Xml NSQual='1' NS='1' Min='0' Type='10' TypeNS='1'/></CROM>"
    "</CROM>" STRINGS "</JTR>";

static void test_structure(void **state)
{
    struct schema_tree *tree = structure(orders);
    (void)state;
    sm_expect(tree, "orders$ - 1..1\n"
                    "orders$paid boolean 0..1\n"
                    "orders$order. - 1..-1\n"
                    "orders$order.id string 0..1\n"
                    "orders$order.part. - 0..-1 array inode\n"
                    "orders$note$ string 1..1 inode\n"
                    "orders$1$ - 1..1\n"
                    "orders$1$size$ integer 0..1\n"
                    "orders$1$colour$ string 0..1 nil\n"
                    "orders$day$ date 0..1\n"
                    "orders$empty$ - 0..1 inode\n");
    assert_true(sm_finding(tree, "part", SCHEMA_RECURSION, "Part"));
    assert_true(sm_finding(tree, "size", SCHEMA_TYPE_UNPROVED, "Integer"));
    assert_true(sm_finding(tree, "orders", SCHEMA_FLAG_UNPROVED, "0x8000"));
    assert_int_equal(tree->finding_count, 3);
    schema_tree_free(tree);
}

static const struct schema_node *named(const struct schema_tree *tree, const char *name)
{
    for (const struct schema_node *node = tree->root; node; node = schema_node_next(node))
        if (strcmp(node->name, name) == 0)
            return node;
    fail_msg("no node %s", name);
    return NULL;
}

/* What a connector's document says of each kind of node, in the order of its members. */
static void test_document(void **state)
{
    static const struct {
        const char *name, *wanted;
    } cases[] = {
        {"paid", "{\"N\": \"paid\", \"MN\": 0, \"MX\": 1, \"NIL\": false, \"ATR\": true, \"T\": \"boolean\", "
                 "\"DT\": \"Boolean\", \"DV\": true, \"I\": 1, \"L\": 1}"},
        {"id", "{\"N\": \"id\", \"MN\": 0, \"MX\": 1, \"NIL\": false, \"ATR\": true, \"T\": \"string\", "
               "\"DT\": \"String\", \"I\": 3, \"L\": 2}"},
        {"note", "{\"N\": \"note\", \"NS\": \"urn:o\", \"MN\": 1, \"MX\": 1, \"NIL\": false, \"ATR\": false, "
                 "\"T\": \"string\", \"DT\": \"string\", \"O\": {\"inodeWithoutChildren\": true}, \"I\": 5, \"L\": 1}"},
        {"part",
         "{\"N\": \"part\", \"NS\": \"urn:o\", \"MN\": 0, \"MX\": \"unbounded\", \"NIL\": false, \"ATR\": false, "
         "\"O\": {\"isArray\": true, \"inodeWithoutChildren\": true}, \"I\": 4, \"L\": 2}"},
        {"colour", "{\"N\": \"colour\", \"NS\": \"urn:o\", \"MN\": 0, \"MX\": 1, \"NIL\": true, \"ATR\": false, "
                   "\"T\": \"string\", \"EV\": [{\"value\": \"red\"}, {\"value\": \"green\"}], \"I\": 8, \"L\": 2}"},
    };
    struct jpk_error err = {0};
    struct schema_tree *tree = structure(orders);
    (void)state;
    tree->connector = true;
    json_t *document = schema_tree_json(tree, true, &err);
    char *text = json_dumps(document, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (!strstr(text, cases[i].wanted))
            fail_msg("%s is not in %s", cases[i].wanted, text);
    assert_non_null(strstr(text, "{\"N\": \"1\", \"MN\": 1, \"MX\": 1, \"NIL\": false, \"C\": ["));
    assert_non_null(strstr(text, "\"O\": {\"xmlChoice\": true}"));
    free(text);
    json_decref(document);
    document = schema_tree_json(tree, false, &err);
    assert_null(json_object_get(json_object_get(document, "root"), "I"));
    json_decref(document);
    schema_tree_free(tree);
}

/* A schema of the user's has allowed values as a list of texts, those of attributes too. */
static void test_user_document(void **state)
{
    struct jpk_error err = {0};
    struct schema_tree *tree = structure(orders);
    (void)state;
    json_t *document = schema_tree_json(tree, false, &err);
    char *text = json_dumps(document, 0);
    assert_non_null(strstr(text, "\"DOM\": [\"a\", \"b\"]"));
    assert_null(strstr(text, "\"EV\""));
    assert_non_null(strstr(text, "\"O\": {\"isCustomSchema\": true, \"customSchemaIsFlat\": false, "
                                 "\"customSchemaIsXml\": true, \"customSchemaIsFlatComplex\": false}"));
    free(text);
    json_decref(document);
    schema_tree_free(tree);
}

static void test_structure_round_trips(void **state)
{
    struct schema_tree *tree = structure(orders);
    (void)state;
    sm_round_trips(tree, "orders");
    schema_tree_free(tree);
}

/* A line of delimited text in a tree of elements: found by fuzzing, for it came back as something else. */
static void test_record_among_elements(void **state)
{
    struct schema_tree *tree = structure("<JTR Type='Odd'><CROM Type='0x1' Name='a'><Text/></CROM></JTR>");
    (void)state;
    assert_int_equal(tree->root->kind, SCHEMA_ELEMENT);
    sm_round_trips(tree, "a record");
    schema_tree_free(tree);
}

static void test_no_structure(void **state)
{
    static const char none[] =
        "<?xml version=\"1.0\" ?><JTR Type=\"Unknown\"><CROM Name=\"No source is specified\"/></JTR>";
    struct jpk_error err = {0};
    struct buf out = {0};
    struct schema_tree *tree = structure(none);
    (void)state;
    assert_int_equal(tree->kind, SCHEMA_NONE);
    assert_null(tree->root);
    assert_true(schema_jtr_write(tree, &out, NULL, &err));
    assert_string_equal(buf_text(&out), none);
    buf_free(&out);
    schema_tree_free(tree);
}

/* An element whose only child is its own type has what the type has. */
static void test_own_type_as_child(void **state)
{
    struct schema_tree *tree = structure("<JTR Type='Xml'><CROM Type='0x1' Name='o'><Xml/>"
                                         "<CROM Type='0x84000001' Name='x'><Xml NS='1' Type='7' TypeNS='1'/>"
                                         "<CROM Type='0x8000000' Name='Part'><Xml Type='7' TypeNS='1'/>"
                                         "<CROM Type='0x24' Name='id'><Attr ValType='4'/></CROM>"
                                         "<CROM Type='0x2'><Attr ValType='4'/></CROM></CROM></CROM>"
                                         "<CROM Type='0x1' Name='y'><Xml NS='1' Type='7' TypeNS='1'/>"
                                         "<CROM Type='0x8000000' Name='Other'><Xml Type='3' TypeNS='1'/></CROM></CROM>"
                                         "</CROM>" STRINGS "</JTR>");
    struct jpk_error err = {0};
    struct schema_paths *paths = schema_paths_new(tree, &err);
    (void)state;
    sm_expect(tree, "o$ - 1..1\no$x$ string 1..1\no$x$id string 0..1\no$y$ - 1..1\no$y$Other$ - 1..1\n");
    assert_true(sm_finding(tree, "Other", SCHEMA_TYPE_CHILD, ""));
    assert_string_equal(named(tree, "x")->declared_type, "{urn:o}Part");
    assert_ptr_equal(schema_paths_script(paths, "o$x$Part$id", 11), named(tree, "id"));
    assert_ptr_equal(schema_paths_script(paths, "o$x$Part$", 9), named(tree, "x"));
    schema_paths_free(paths);
    schema_tree_free(tree);
}

/* ------------------------------------------------------------------------------------------------------- XML Schema */

struct file {
    const char *name, *text;
};

static bool read_file(void *context, const char *name, const char **text, size_t *size, struct jpk_error *err)
{
    for (const struct file *file = context; file->name; file++)
        if (strcmp(file->name, name) == 0) {
            *text = file->text;
            *size = strlen(file->text);
            return true;
        }
    return error_set(err, JPK_ERR_NOT_FOUND, "there is no %s", name);
}

static struct schema_tree *xsd_try(const struct file *list, const char *root, size_t nodes, struct jpk_error *err)
{
    struct schema_files files = {.read = read_file, .context = (void *)(uintptr_t)list};
    return schema_tree_from_xsd(&files, list[0].name, root, nodes, err);
}

#define XS "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' elementFormDefault='qualified' "
#define ONE(body) ((const struct file[]){{"a.xsd", body}, {NULL, NULL}})

static struct schema_tree *xsd(const struct file *list)
{
    struct jpk_error err = {0};
    return sm_good(xsd_try(list, NULL, 0, &err), &err);
}

static void test_xsd(void **state)
{
    static const struct file files[] = {
        {"a.xsd",
         XS "targetNamespace='urn:a' xmlns:a='urn:a' xmlns:b='urn:b'><xs:include schemaLocation='./types.xsd'/>"
            "<xs:import namespace='urn:b' schemaLocation='b.xsd'/><xs:import namespace='urn:c' schemaLocation='c.xsd'/>"
            "<xs:element name='shop'><xs:complexType><xs:sequence>"
            "<xs:element name='item' type='a:Book' minOccurs='0' maxOccurs='unbounded'/>"
            "<xs:element ref='b:owner'/>"
            "<xs:choice><xs:element name='cash' type='xs:decimal'/><xs:element name='card' nillable='true' "
            "type='xs:string' default='none'/></xs:choice>"
            "<xs:group ref='a:Dates'/><xs:any/><xs:element name='gone' maxOccurs='0' type='xs:string'/>"
            "</xs:sequence><xs:attributeGroup ref='a:Marks'/></xs:complexType></xs:element>"
            "<xs:group name='Dates'><xs:sequence minOccurs='0'><xs:element name='day' type='xs:date'/>"
            "<xs:element name='kept' type='xs:dateTime' form='unqualified'/></xs:sequence></xs:group>"
            "<xs:attributeGroup name='Marks'><xs:attribute name='code' type='a:Code' use='required'/>"
            "<xs:attribute name='old' use='prohibited'/></xs:attributeGroup></xs:schema>"},
        {"types.xsd",
         XS ">"
            "<xs:complexType name='Thing'><xs:sequence><xs:element name='title' type='xs:string'/></xs:sequence>"
            "<xs:attribute name='id' type='xs:long'/></xs:complexType>"
            "<xs:complexType name='Book'><xs:complexContent><xs:extension base='Thing'><xs:sequence>"
            "<xs:element name='price' type='Price'/></xs:sequence><xs:attribute name='shelf'/></xs:extension>"
            "</xs:complexContent></xs:complexType>"
            "<xs:complexType name='Price'><xs:simpleContent><xs:extension base='xs:double'>"
            "<xs:attribute name='currency' fixed='EUR'/></xs:extension></xs:simpleContent></xs:complexType>"
            "<xs:simpleType name='Code'><xs:restriction base='Text'><xs:enumeration value='x'/>"
            "<xs:enumeration value='y'/></xs:restriction></xs:simpleType>"
            "<xs:simpleType name='Text'><xs:restriction base='xs:token'/></xs:simpleType></xs:schema>"},
        {"b.xsd", "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:b'><element name='owner' "
                  "type='string'/></schema>"},
        {NULL, NULL},
    };
    struct schema_tree *tree = xsd(files);
    (void)state;
    sm_expect(tree, "shop$ - 1..1\n"
                    "shop$code string 1..1\n"
                    "shop$item. - 0..-1 array\n"
                    "shop$item.id integer 0..1\n"
                    "shop$item.shelf string 0..1\n"
                    "shop$item.title$ string 1..1\n"
                    "shop$item.price$ double 1..1\n"
                    "shop$item.price$currency string 0..1\n"
                    "shop$owner$ string 1..1 inode\n"
                    "shop$1$ - 1..1\n"
                    "shop$1$cash$ double 1..1\n"
                    "shop$1$card$ string 1..1 nil\n"
                    "shop$day$ date 0..1\n"
                    "shop$kept$ dateTime 0..1\n");
    assert_int_equal(named(tree, "code")->value_count, 2);
    assert_string_equal(named(tree, "title")->namespace_, "urn:a");
    assert_string_equal(named(tree, "owner")->namespace_, "urn:b");
    assert_string_equal(named(tree, "kept")->namespace_, "");
    assert_string_equal(named(tree, "price")->declared_type, "{urn:a}Price");
    assert_string_equal(named(tree, "currency")->default_value, "EUR");
    assert_true(sm_finding(tree, "", SCHEMA_FILE_MISSING, "c.xsd"));
    assert_true(sm_finding(tree, "shop", SCHEMA_NOT_READ, "any"));
    assert_true(sm_finding(tree, "id", SCHEMA_TYPE_UNPROVED, "long"));
    sm_round_trips(tree, "shop");
    schema_tree_free(tree);
}

static void test_xsd_recursion(void **state)
{
    struct schema_tree *tree =
        xsd(ONE(XS "><xs:element name='tree' type='T'/><xs:complexType name='T'><xs:sequence>"
                   "<xs:element name='leaf' type='xs:string'/><xs:element name='tree' type='T' minOccurs='0'/>"
                   "<xs:element ref='loop'/></xs:sequence></xs:complexType><xs:element name='loop'><xs:complexType>"
                   "<xs:sequence><xs:element ref='loop'/></xs:sequence></xs:complexType></xs:element></xs:schema>"));
    (void)state;
    sm_expect(tree, "tree$ - 1..1\ntree$leaf$ string 1..1\ntree$tree$ - 0..1 inode\ntree$loop$ - 1..1\n"
                    "tree$loop$loop$ - 1..1 inode\n");
    assert_true(sm_finding(tree, "tree", SCHEMA_RECURSION, "T"));
    schema_tree_free(tree);
}

static void test_xsd_missing_names(void **state)
{
    struct schema_tree *tree = xsd(ONE(
        XS "><xs:element name='a'><xs:complexType><xs:sequence><xs:element name='b' type='Gone'/>"
           "<xs:element name='c' type='no:Prefix'/><xs:element ref='Lost'/><xs:group ref='G'/><xs:element "
           "name='d'/></xs:sequence><xs:attribute name='e' type='Gone'/></xs:complexType></xs:element></xs:schema>"));
    (void)state;
    assert_true(sm_finding(tree, "b", SCHEMA_TYPE_MISSING, "Gone"));
    assert_true(sm_finding(tree, "c", SCHEMA_TYPE_MISSING, "no:Prefix"));
    assert_true(sm_finding(tree, "a", SCHEMA_TYPE_MISSING, "Lost"));
    assert_true(sm_finding(tree, "a", SCHEMA_TYPE_MISSING, "G"));
    assert_true(sm_finding(tree, "e", SCHEMA_TYPE_MISSING, "Gone"));
    assert_true(sm_finding(tree, "d", SCHEMA_TYPE_GUESSED, ""));
    schema_tree_free(tree);
}

/* Simple types that lead nowhere else are texts; what is not kept of them is said. */
static void test_xsd_values(void **state)
{
    static const struct file files[] = {
        {"a.xsd", XS
         "xmlns:b='urn:b'><xs:import namespace='urn:b' schemaLocation='b.xsd'/><xs:element "
         "name='order'><xs:complexType>"
         "<xs:sequence><xs:element name='list'><xs:simpleType><xs:list itemType='xs:int'/></xs:simpleType></xs:element>"
         "<xs:element name='either'><xs:simpleType><xs:union memberTypes='xs:int "
         "xs:date'/></xs:simpleType></xs:element>"
         "<xs:element name='narrow'><xs:simpleType><xs:restriction><xs:simpleType><xs:restriction base='xs:int'/>"
         "</xs:simpleType><xs:enumeration value='1'/><xs:enumeration/></xs:restriction></xs:simpleType></xs:element>"
         "<xs:element name='bare'><xs:simpleType><xs:restriction/></xs:simpleType></xs:element>"
         "<xs:element name='lost'><xs:simpleType><xs:restriction base='Gone'/></xs:simpleType></xs:element>"
         "<xs:element name='any' type='xs:anyType'/><xs:element name='none' maxOccurs='0' type='xs:int'/>"
         "<xs:element type='xs:int'/></xs:sequence><xs:attribute ref='b:unit' use='required'/>"
         "<xs:attribute ref='b:gone'/><xs:attribute name='old' use='prohibited'/>"
         "<xs:attribute name='plain'/><xs:anyAttribute/></xs:complexType></xs:element></xs:schema>"},
        {"b.xsd", XS "targetNamespace='urn:b'><xs:attribute name='unit' type='xs:int'/></xs:schema>"},
        {NULL, NULL},
    };
    struct schema_tree *tree = xsd(files);
    (void)state;
    sm_expect(tree, "order$ - 1..1\norder$unit integer 1..1\norder$plain string 0..1\norder$list$ string 1..1\n"
                    "order$either$ string 1..1\norder$narrow$ integer 1..1\norder$bare$ string 1..1\n"
                    "order$lost$ string 1..1\norder$any$ - 1..1 inode\n");
    assert_true(sm_finding(tree, "list", SCHEMA_NOT_READ, "list"));
    assert_true(sm_finding(tree, "either", SCHEMA_NOT_READ, "union"));
    assert_true(sm_finding(tree, "lost", SCHEMA_TYPE_MISSING, "Gone"));
    assert_true(sm_finding(tree, "any", SCHEMA_NOT_READ, "anyType"));
    assert_true(sm_finding(tree, "order", SCHEMA_NOT_READ, "element"));
    assert_true(sm_finding(tree, "order", SCHEMA_TYPE_MISSING, "b:gone"));
    assert_true(sm_finding(tree, "order", SCHEMA_NOT_READ, "anyAttribute"));
    sm_round_trips(tree, "order");
    schema_tree_free(tree);
}

static void test_broken_xsd(void **state)
{
    static const struct {
        const char *text, *root, *words;
        enum jpk_code code;
    } cases[] = {
        {"<xs:schema", NULL, "", JPK_ERR_XML},
        {"<!DOCTYPE a><a/>", NULL, "", JPK_ERR_DOCTYPE},
        {"<a/>", NULL, "is no XML Schema", JPK_ERR_FORMAT},
        {XS "/>", NULL, "no global element", JPK_ERR_NOT_FOUND},
        {XS "><xs:element name='a'/></xs:schema>", "{urn:x}a", "no global element {urn:x}a", JPK_ERR_NOT_FOUND},
        {XS "><xs:element name='a'><xs:complexType><xs:sequence><xs:element name='b' maxOccurs='many'/></xs:sequence>"
            "</xs:complexType></xs:element></xs:schema>",
         "a", "maxOccurs is \"many\"", JPK_ERR_FORMAT},
        {XS
         "><xs:element name='a'><xs:complexType><xs:sequence><xs:element name='b' minOccurs='unbounded'/></xs:sequence>"
         "</xs:complexType></xs:element></xs:schema>",
         "a", "minOccurs is \"unbounded\"", JPK_ERR_FORMAT},
        {XS "><xs:element name='a' type='S'/><xs:simpleType name='S'><xs:restriction "
            "base='S'/></xs:simpleType></xs:schema>",
         "a", "without an end", JPK_ERR_FORMAT},
        {XS "><xs:element name='a'><xs:complexType><xs:group ref='g'/></xs:complexType></xs:element>"
            "<xs:group name='g'><xs:sequence><xs:group ref='g'/></xs:sequence></xs:group></xs:schema>",
         "a", "deeper than", JPK_ERR_LIMIT},
        {XS "><xs:element name='a' type='T'/><xs:complexType name='T'><xs:complexContent><xs:extension base='T'/>"
            "</xs:complexContent></xs:complexType></xs:schema>",
         "a", "deeper than", JPK_ERR_LIMIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jpk_error err = {0};
        refused(xsd_try(ONE(cases[i].text), cases[i].root, 0, &err), &err, cases[i].code, cases[i].words);
        assert_string_equal(err.entry, "a.xsd");
        assert_null(xsd_try(ONE(cases[i].text), cases[i].root, 0, NULL));
    }
    struct jpk_error err = {0};
    struct schema_files files = {.read = read_file, .context = (void *)(uintptr_t)ONE("")};
    refused(schema_tree_from_xsd(&files, "b.xsd", NULL, 0, &err), &err, JPK_ERR_NOT_FOUND, "no file of that name");
}

/* ------------------------------------------------------------------------------------------------- entities of text */

static void test_documents(void **state)
{
    struct pm pm = {0};
    struct jpk_error err = {0};
    (void)state;
    pm_entity(&pm, "t/", "Document", pm_id(1), "Lines",
              "  <Properties>\n    <Item key=\"qualifier_mode\" value=\"ALWAYS\"/>\n"
              "    <Item key=\"text_qualifier\" value=\"&quot;\"/>\n    <Item key=\"use_end_of_line\" value=\"0\"/>\n"
              "  </Properties>\n  <Delimiter value=\"\\t\"/>\n  <Structure>\n    <Segment name=\"\" parent=\"_Root\" "
              "occurenceType=\"Only Once\">\n      <Fields>\n"
              "        <Field name=\"Order/No.\" type=\"String\" required=\"1\" default=\"\" format=\"\"/>\n"
              "        <Field name=\"Total\" type=\"Float\" required=\"0\" default=\"0\" format=\"\"/>\n"
              "      </Fields>\n    </Segment>\n  </Structure>\n");
    pm_entity(
        &pm, "t/", "Document", pm_id(2), "Both",
        "  <Structure>\n    <Segment name=\"Head\" parent=\"_Root\" occurenceType=\"Only Once\">\n      <Fields>\n"
        "        <Field name=\"No\" type=\"String\" required=\"1\" default=\"\" format=\"\"/>\n      </Fields>\n"
        "    </Segment>\n    <Segment name=\"Line\" parent=\"Head\" occurenceType=\"Many\">\n      <Fields>\n"
        "        <Field name=\"Item\" type=\"String\" required=\"0\" default=\"\" format=\"\"/>\n"
        "      </Fields>\n    </Segment>\n  </Structure>\n");
    pm_tree(&pm, "t/", "");
    struct jpk_project *project = pm_good(&pm, 0);
    struct schema_tree *tree = sm_good(schema_tree_from_document(jpk_project_entity(project, pm_id(1)), 0, &err), &err);
    sm_expect(tree, " complex 0..-1\nOrder?No? string 1..1\nTotal double 0..1\n");
    assert_string_equal(tree->text.delimiter, "\\t");
    assert_string_equal(tree->text.qualifier_mode, "ALWAYS");
    assert_false(tree->text.use_end_of_line);
    assert_true(tree->text.escape_sequences);
    assert_true(sm_finding(tree, "Total", SCHEMA_TYPE_UNPROVED, "Float"));
    struct schema_paths *paths = schema_paths_new(tree, &err);
    assert_ptr_equal(schema_paths_slash(paths, "__flat__/Order/No.", 18), tree->root->child);
    assert_ptr_equal(schema_paths_script(paths, "Order?No?", 9), tree->root->child);
    schema_paths_free(paths);
    sm_round_trips(tree, "lines");
    schema_tree_free(tree);
    tree = sm_good(schema_tree_from_document(jpk_project_entity(project, pm_id(2)), 0, &err), &err);
    sm_expect(tree, " complex 0..-1\nHead$ complex 1..1\nHead$No string 1..1\nHead$Line. complex 0..-1\n"
                    "Head$Line.Item string 0..1\n");
    assert_true(sm_finding(tree, "Line", SCHEMA_SHAPE_GUESSED, "Many"));
    schema_tree_free(tree);
    jpk_project_free(project);
    pm_free(&pm);
}

/* A transformation of which only the structure and the mappings matter. */
static struct jpk_project *transformation(struct pm *pm, const char *nature, const char *input, const char *mappings)
{
    struct buf body = {0};
    buf_printf(
        &body,
        "  <Properties>\n    <Item key=\"natureofsource\" value=\"%s\"/>\n    <Item key=\"source_type_id\" "
        "value=\"%s\"/>\n    <Item key=\"natureoftarget\" value=\"Tree\"/>\n  </Properties>\n%s  <Mappings>\n%s  "
        "</Mappings>\n",
        nature, *input ? "3" : "4", input, mappings);
    pm_entity(pm, "t/", "Transformation", pm_id(1), "T", buf_text(&body));
    buf_free(&body);
    pm_tree(pm, "t/", "");
    return pm_good(pm, 0);
}

static void test_database(void **state)
{
    static const char input[] =
        "  <InputStructure sourceId=\"00000009-0000-4000-8000-0000000000ab\">\n"
        "    <konga.string "
        "name=\"DbTables\">\"s\".\"line\",\"s\".\"order\",\"s\".\"client\",\"s\".\"other\",</konga.string>\n"
        "    <Relations>\n"
        "      <Relation parentTable=\"&quot;s&quot;.&quot;line&quot;\" "
        "childTable=\"&quot;s&quot;.&quot;client&quot;\" "
        "onetoOne=\"true\"/>\n"
        "      <Relation parentTable=\"&quot;s&quot;.&quot;order&quot;\" childTable=\"&quot;s&quot;.&quot;line&quot;\" "
        "onetoOne=\"false\"/>\n"
        "    </Relations>\n    <SqlScript>\n      <Entry type=\"2\">\n        <konga.string name=\"script\">"
        "\"s\".\"order\".\"no\",\n\"s\".\"line\".\"art-no\",\n\"s\".\"client\".\"name\",\n\"s\".\"other\".\"x\""
        "</konga.string>\n      </Entry>\n    </SqlScript>\n  </InputStructure>\n";
    struct pm pm = {0};
    struct jpk_error err = {0};
    struct jpk_project *project = transformation(&pm, "Tree", input, "");
    const struct jpk_entity *entity = jpk_project_entity(project, pm_id(1));
    (void)state;
    struct schema_tree *tree = sm_good(schema_tree_from_database(entity, false, 0, &err), &err);
    sm_expect(tree, "s:order. complex 0..-1 array\n"
                    "s:order.s:line. complex 0..-1 array\n"
                    "s:order.s:line.s:client$ complex 0..1\n"
                    "s:order.s:line.s:client$name string 0..1\n"
                    "s:order.s:line.art?no string 0..1\n"
                    "s:order.s:other. complex 0..-1 array\n"
                    "s:order.s:other.x string 0..1\n"
                    "s:order.no string 0..1\n");
    assert_true(sm_finding(tree, "", SCHEMA_SHAPE_GUESSED, "database"));
    assert_true(sm_finding(tree, "s:other", SCHEMA_SHAPE_GUESSED, "no relation"));
    assert_true(sm_finding(tree, "no", SCHEMA_TYPE_GUESSED, ""));
    schema_tree_free(tree);
    refused(schema_tree_from_database(entity, true, 0, &err), &err, JPK_ERR_NOT_FOUND, "no structure of a database");
    jpk_project_free(project);
    pm_free(&pm);
}

static void test_sql_text(void **state)
{
    static const char input[] =
        "  <InputStructure sourceId=\"00000009-0000-4000-8000-0000000000ab\">\n"
        "    <konga.string name=\"DbTables\">Sheet2$,</konga.string>\n    <SqlScript>\n      <Entry type=\"1\">\n"
        "        <konga.string name=\"script\">select distinct a.[Order No], count(*, 1) as \"n\" -- , no\n , b x, "
        "(select max(q) from r), t.* from Sheet2$ where c = ','</konga.string>\n"
        "      </Entry>\n    </SqlScript>\n  </InputStructure>\n";
    struct pm pm = {0};
    struct jpk_error err = {0};
    struct jpk_project *project = transformation(&pm, "Flat", input, "");
    (void)state;
    struct schema_tree *tree =
        sm_good(schema_tree_from_database(jpk_project_entity(project, pm_id(1)), false, 0, &err), &err);
    sm_expect(tree, " complex 0..-1\nOrder?No string 0..1\nn string 0..1\nx string 0..1\ncolumn4 string 0..1\n");
    assert_true(sm_finding(tree, "", SCHEMA_INFERRED, "*"));
    schema_tree_free(tree);
    jpk_project_free(project);
    pm_free(&pm);
}

#define MAPPING(left, right)                                                                                           \
    "    <Mapping>\n      <konga.string name=\"expr\">" left "\t" right "</konga.string>\n    </Mapping>\n"

static void test_mappings(void **state)
{
    static const char mappings[] = MAPPING("//PRESCRIPT/", "&lt;trans&gt;$x = 1&lt;/trans&gt;")
        MAPPING("[o$line.]", "[in$row.cell.]") MAPPING("o$line./PRECONDITION/", "&lt;trans&gt;in$row.ok$&lt;/trans&gt;")
            MAPPING("o$line.id", "&lt;trans&gt;Count(in$row#.cell#1.size) + in$name?x$ // in$not$\n&lt;/trans&gt;")
                MAPPING("o$1$text$", "&lt;trans&gt;\"in$no$\"&lt;/trans&gt;")
                    MAPPING("p$q$", "&lt;trans&gt;1&lt;/trans&gt;");
    struct pm pm = {0};
    struct jpk_error err = {0};
    struct jpk_project *project = transformation(&pm, "Tree", "", mappings);
    const struct jpk_transformation *t = jpk_project_entity(project, pm_id(1))->as.transformation;
    (void)state;
    struct schema_tree *tree = sm_good(schema_tree_from_mappings(t, true, 0, &err), &err);
    sm_expect(tree, "o$ - 1..1\no$line. - 0..-1 array\no$line.id string 0..1\no$1$ - 0..1\no$1$text$ string 0..1\n");
    assert_int_equal(named(tree, "1")->kind, SCHEMA_CHOICE);
    assert_int_equal(named(tree, "id")->kind, SCHEMA_ATTRIBUTE);
    assert_true(sm_finding(tree, "", SCHEMA_NOT_READ, "p"));
    assert_true(sm_finding(tree, "", SCHEMA_INFERRED, "mappings"));
    schema_tree_free(tree);
    tree = sm_good(schema_tree_from_mappings(t, false, 0, &err), &err);
    sm_expect(tree, "in$ - 1..1\nin$row. - 0..-1 array\nin$row.cell. - 0..-1 array\nin$row.cell.size string 0..1\n"
                    "in$row.ok$ string 0..1\nin$name?x$ string 0..1\n");
    schema_tree_free(tree);
    jpk_project_free(project);
    pm_free(&pm);
}

/* Fields of a flat source are plain names; what a script assigns is none of them. */
static void test_flat_mappings(void **state)
{
    static const char mappings[] =
        MAPPING("o$a$", "&lt;trans&gt;t = Length(NAME); If(true, t + City, $v)&lt;/trans&gt;");
    struct pm pm = {0};
    struct jpk_error err = {0};
    struct jpk_project *project = transformation(&pm, "Flat", "", mappings);
    (void)state;
    struct schema_tree *tree = sm_good(
        schema_tree_from_mappings(jpk_project_entity(project, pm_id(1))->as.transformation, false, 0, &err), &err);
    sm_expect(tree, " complex 0..-1\nNAME string 0..1\nCity string 0..1\n");
    schema_tree_free(tree);
    jpk_project_free(project);
    pm_free(&pm);
}

/* ------------------------------------------------------------------------------------------------- queries, samples */

static void test_soql(void **state)
{
    static const char query[] = "select Id, Owner.Profile.Name, Owner.Email, COUNT(Id) total, FORMAT(x),\n"
                                "(SELECT Id, LastName FROM Contacts WHERE x = (1)), TYPEOF What WHEN A THEN b END "
                                "FROM Account a WHERE Name IN (SELECT y FROM z)";
    struct jpk_error err = {0};
    struct schema_tree *tree = sm_good(schema_tree_from_soql(query, strlen(query), NULL, 0, &err), &err);
    (void)state;
#define IN "root$transaction.response$body$queryResponse$result$records.Account$"
    sm_expect(tree, IN " - 1..1\n" IN "Id$ string 0..1 nil\n" IN "Owner$ - 0..1\n" IN "Owner$Profile$ - 0..1\n" IN
                       "Owner$Profile$Name$ string 0..1 nil\n" IN "Owner$Email$ string 0..1 nil\n" IN
                       "total$ string 0..1 nil\n" IN "expr1$ string 0..1 nil\n" IN "Contacts. - 0..-1 array\n" IN
                       "Contacts.Id$ string 0..1 nil\n" IN "Contacts.LastName$ string 0..1 nil\n");
    assert_true(sm_finding(tree, "Account", SCHEMA_NOT_READ, "TYPEOF"));
    struct schema_paths *paths = schema_paths_new(tree, &err);
    assert_ptr_equal(schema_paths_script(paths, IN "Id$", strlen(IN "Id$")), named(tree, "Id"));
    assert_ptr_equal(schema_paths_script(paths, "Account$Id$", 11), named(tree, "Id"));
    assert_ptr_equal(schema_paths_slash(paths, "Account/Id", 10), named(tree, "Id"));
    schema_paths_free(paths);
    sm_round_trips(tree, "query");
    schema_tree_free(tree);
}

static void test_bad_soql(void **state)
{
    static const char *const queries[] = {"",           "UPDATE x",          "SELECT",
                                          "SELECT a",   "SELECT a b c FROM", "SELECT a, FROM x",
                                          "SELECT (a)", "SELECT a.1 FROM x", "SELECT COUNT( FROM x"};
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct jpk_error err = {0};
        refused(schema_tree_from_soql(queries[i], strlen(queries[i]), NULL, 0, &err), &err, JPK_ERR_FORMAT,
                "is no query of Salesforce");
        assert_int_equal(err.line, 1);
    }
}

static void test_json_sample(void **state)
{
    static const char sample[] =
        "{\"id\": 1, \"name\": null, \"tags\": [\"a\", \"b\"], \"grid\": [[1], [2, \"x\"]], "
        "\"lines\": [{\"a\": true}, {\"b\": {\"c\": 1}, \"a\": null}], \"none\": [], \"o\": {}}";
    struct jpk_error err = {0};
    struct schema_tree *tree = sm_good(schema_tree_from_json_sample(sample, strlen(sample), 0, &err), &err);
    (void)state;
    assert_int_equal(tree->kind, SCHEMA_JSON);
    sm_expect(tree, "json$ - 1..1\n"
                    "json$id$ double 0..1 nil\n"
                    "json$name$ string 0..1 nil\n"
                    "json$tags$ - 0..1 nil\n"
                    "json$tags$item. string 0..-1 nil array\n"
                    "json$grid$ - 0..1 nil\n"
                    "json$grid$array. - 0..-1 nil array\n"
                    "json$grid$array.item. string 0..-1 nil array\n"
                    "json$lines$ - 0..1 nil\n"
                    "json$lines$item. - 0..-1 nil array\n"
                    "json$lines$item.a$ boolean 0..1 nil\n"
                    "json$lines$item.b$ - 0..1 nil\n"
                    "json$lines$item.b$c$ double 0..1 nil\n"
                    "json$none$ string 0..1 nil\n"
                    "json$o$ string 0..1 nil\n");
    assert_true(sm_finding(tree, "", SCHEMA_INFERRED, "sample"));
    sm_round_trips(tree, "sample");
    schema_tree_free(tree);
    refused(schema_tree_from_json_sample("{", 1, 0, &err), &err, JPK_ERR_JSON, "");
}

/* -------------------------------------------------------------------------------------------------------- documents */

static struct schema_tree *cloud(const char *text, size_t nodes, struct jpk_error *err)
{
    json_t *document = json_loads(text, JSON_ALLOW_NUL, NULL);
    struct schema_tree *tree = schema_tree_from_cloud(document, nodes, err);
    json_decref(document);
    return tree;
}

/* Members and options that nobody knows come back. */
static void test_unknown_members(void **state)
{
    static const char text[] =
        "{\"O\": {\"contentType\": \"xml\", \"requestRootName\": \"a\", \"requestStructureFilePath\": \"a.xsd\", "
        "\"z\": 1}, "
        "\"jtr\": \"eNo=\", \"root\": {\"ATR\": false, \"C\": [{\"ATR\": true, \"DT\": \"String\", \"DV\": \"x\", "
        "\"MN\": 0, \"MX\": 1, \"N\": \"b\", \"NIL\": false, \"T\": \"string\", \"U\": [1]}], \"MN\": 1, \"MX\": 1, "
        "\"N\": \"a\", \"NIL\": true, \"NS\": \"urn:a\", \"O\": {\"isArray\": true, \"label\": \"A\"}}, "
        "\"types\": {\"t\": []}, \"w\": null}";
    struct jpk_error err = {0};
    struct schema_tree *tree = sm_good(cloud(text, 0, &err), &err);
    json_t *document = schema_tree_json(tree, false, &err);
    char *again = json_dumps(document, JSON_SORT_KEYS);
    (void)state;
    assert_string_equal(again, text);
    assert_true(tree->connector);
    assert_string_equal(tree->origin.request_root, "a");
    free(again);
    json_decref(document);
    schema_tree_free(tree);
}

/* An empty key was taken for a known one, and read beyond their list. */
static void test_empty_key(void **state)
{
    struct jpk_error err = {0};
    struct schema_tree *tree = sm_good(cloud("{\"\": 1, \"root\": {\"N\": \"a\", \"\": 2}}", 0, &err), &err);
    (void)state;
    assert_string_equal(tree->more, "{\"\":1}");
    assert_string_equal(tree->root->more, "{\"\":2}");
    schema_tree_free(tree);
}

/* Documents of the user's leave ATR out: what has no namespace is an attribute there. */
static void test_attributes_without_mark(void **state)
{
    struct jpk_error err = {0};
    struct schema_tree *tree = sm_good(
        cloud("{\"O\": {\"isCustomSchema\": true, \"customSchemaIsXml\": true}, \"root\": {\"N\": \"a\", \"NS\": "
              "\"urn:a\", \"C\": [{\"N\": \"b\", \"DOM\": [\"x\"]}, {\"N\": \"c\", \"NS\": \"urn:a\"}]}}",
              0, &err),
        &err);
    (void)state;
    assert_int_equal(named(tree, "b")->kind, SCHEMA_ATTRIBUTE);
    assert_string_equal(named(tree, "b")->values[0].value, "x");
    assert_int_equal(named(tree, "c")->kind, SCHEMA_ELEMENT);
    schema_tree_free(tree);
}

static void test_bad_documents(void **state)
{
    static const char *const texts[] = {
        "[]",
        "{\"root\": []}",
        "{\"root\": {}}",
        "{\"root\": {\"N\": 1}}",
        "{\"root\": {\"N\": \"a\\u0000b\"}}",
        "{\"root\": {\"N\": \"a\", \"C\": {}}}",
        "{\"root\": {\"N\": \"a\", \"C\": [1]}}",
        "{\"root\": {\"N\": \"a\", \"MX\": \"many\"}}",
        "{\"root\": {\"N\": \"a\", \"MN\": 99999999999}}",
        "{\"root\": {\"N\": \"a\", \"EV\": [{}]}}",
        "{\"root\": {\"N\": \"a\", \"NS\": \"\\u0000\"}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct jpk_error err = {0};
        refused(cloud(texts[i], 0, &err), &err, JPK_ERR_FORMAT, "");
    }
}

/* ------------------------------------------------------------------------------------------------------------ paths */

static void test_paths(void **state)
{
    struct jpk_error err = {0};
    struct schema_tree *tree = structure(orders);
    struct schema_paths *paths = schema_paths_new(tree, &err);
    struct buf path = {0};
    (void)state;
    for (const struct schema_node *node = tree->root; node; node = schema_node_next(node)) {
        buf_clear(&path);
        schema_slash_path(node, &path);
        assert_ptr_equal(schema_paths_slash(paths, path.data, path.size), node);
        buf_clear(&path);
        schema_script_path(tree, node, &path);
        assert_ptr_equal(schema_paths_script(paths, path.data, path.size), node);
    }
    assert_ptr_equal(schema_paths_script(paths, "orders$order#.part#12.", 22), named(tree, "part"));
    assert_ptr_equal(schema_paths_script(paths, "orders.order$id", 15), named(tree, "id"));
    assert_null(schema_paths_script(paths, "orders$nobody$", 14));
    assert_null(schema_paths_script(paths, "", 0));
    assert_null(schema_paths_slash(paths, "", 0));
    assert_null(schema_paths_slash(paths, "orders/", 7));
    assert_null(schema_paths_slash(paths, "orders/order/id/x", 17));
    buf_free(&path);
    schema_paths_free(paths);
    schema_tree_free(tree);
}

/* Nodes of one name have one path: it leads to the first. */
static void test_equal_names(void **state)
{
    struct jpk_error err = {0};
    struct schema_tree *tree =
        sm_good(cloud("{\"root\": {\"N\": \"a\", \"C\": [{\"N\": \"b\"}, {\"N\": \"b\"}]}}", 0, &err), &err);
    struct schema_paths *paths = schema_paths_new(tree, &err);
    (void)state;
    assert_ptr_equal(schema_paths_slash(paths, "a/b", 3), tree->root->child);
    assert_int_equal(tree->root->child->ordinal, 0);
    assert_int_equal(tree->root->child->next->ordinal, 1);
    schema_paths_free(paths);
    schema_tree_free(tree);
}

/* ---------------------------------------------------------------------------------------------------- hostile input */

/* Types T0 to Tn, each with two children of the next: 2^n nodes. */
static struct buf doubling_xsd(unsigned n, const char *leaf)
{
    struct buf out = {0};
    buf_puts(&out, XS "><xs:element name='a' type='T0'/>");
    for (unsigned i = 0; i < n; i++)
        buf_printf(&out,
                   "<xs:complexType name='T%u'><xs:sequence><xs:element name='x' type='T%u'/><xs:element name='y' "
                   "type='T%u'/></xs:sequence></xs:complexType>",
                   i, i + 1, i + 1);
    buf_printf(&out, "<xs:complexType name='T%u'>%s</xs:complexType></xs:schema>", n, leaf);
    return out;
}

static void test_million_nodes_of_xsd(void **state)
{
    struct jpk_error err = {0};
    struct buf text = doubling_xsd(20, "");
    (void)state;
    refused(xsd_try(ONE(text.data), NULL, 0, &err), &err, JPK_ERR_LIMIT, "more than 200000 nodes (--max-schema-nodes)");
    buf_free(&text);
}

/* Groups without an element make no nodes, but take time. */
static void test_groups_without_end(void **state)
{
    struct jpk_error err = {0};
    struct buf text = {0};
    (void)state;
    buf_puts(&text, XS "><xs:element name='a'><xs:complexType><xs:group ref='g0'/></xs:complexType></xs:element>");
    for (unsigned i = 0; i < 40; i++)
        buf_printf(
            &text,
            "<xs:group name='g%u'><xs:sequence><xs:group ref='g%u'/><xs:group ref='g%u'/></xs:sequence></xs:group>", i,
            i + 1, i + 1);
    buf_puts(&text, "</xs:schema>");
    refused(xsd_try(ONE(text.data), NULL, 1000, &err), &err, JPK_ERR_LIMIT, "places");
    buf_free(&text);
}

/* A long list of allowed values again and again is a matter of bytes. */
static void test_values_without_end(void **state)
{
    struct jpk_error err = {0};
    struct buf leaf = {0};
    (void)state;
    buf_puts(&leaf, "<xs:sequence><xs:element name='v'><xs:simpleType><xs:restriction base='xs:string'>");
    for (unsigned i = 0; i < 2000; i++)
        buf_printf(&leaf, "<xs:enumeration value='%u'/>", i);
    buf_puts(&leaf, "</xs:restriction></xs:simpleType></xs:element></xs:sequence>");
    struct buf text = doubling_xsd(9, buf_text(&leaf));
    refused(xsd_try(ONE(text.data), NULL, 20000, &err), &err, JPK_ERR_LIMIT, "(--max-schema-nodes)");
    buf_free(&leaf);
    buf_free(&text);
}

static void test_million_nodes_of_structure(void **state)
{
    struct jpk_error err = {0};
    struct buf text = {0}, strings = {0};
    (void)state;
    buf_puts(&text, "<JTR Type='Xml'><ElementTypes>");
    for (unsigned i = 0; i < 20; i++) {
        buf_printf(&text,
                   "<ElementType Name='%u'><CROM Type='0x8000000' Name='t'><Xml/><CROM Type='0x1' Name='x'><Xml "
                   "Type='%u'/></CROM><CROM Type='0x1' Name='y'><Xml Type='%u'/></CROM></CROM></ElementType>",
                   i, 100 + i + 1, 100 + i + 1);
        buf_printf(&strings, "<String idx='%u' val='{}T%u'/><String idx='%u' val='T%u'/>", i, i, 100 + i, i);
    }
    buf_printf(&text,
               "</ElementTypes><CROM Type='0x1' Name='a'><Xml Type='100'/></CROM><Strings>%s<String idx='120' "
               "val='T20'/></Strings></JTR>",
               buf_text(&strings));
    struct jpk_structure *cache = jpk_structure_parse(text.data, text.size, NULL, &err);
    assert_non_null(cache);
    refused(schema_tree_from_structure(cache, 0, &err), &err, JPK_ERR_LIMIT, "more than 200000 nodes");
    err = (struct jpk_error){0};
    refused(schema_tree_from_structure(cache, 10, &err), &err, JPK_ERR_LIMIT, "more than 10 nodes");
    jpk_structure_free(cache);
    buf_free(&text);
    buf_free(&strings);
}

static void test_million_nodes_of_json(void **state)
{
    struct jpk_error err = {0};
    json_t *root = json_pack("{s:s, s:[]}", "N", "a", "C"), *document = json_pack("{s:o}", "root", root);
    json_t *list = json_object_get(root, "C"), *child = json_pack("{s:s}", "N", "b");
    (void)state;
    for (int i = 0; i < 1000000; i++)
        json_array_append(list, child);
    refused(schema_tree_from_cloud(document, 0, &err), &err, JPK_ERR_LIMIT, "more than 200000 nodes");
    json_decref(child);
    json_decref(document);
}

static void test_deep_trees(void **state)
{
    struct jpk_error err = {0};
    struct buf text = {0};
    (void)state;
    for (int i = 0; i < 500; i++)
        buf_puts(&text, "{\"a\":");
    buf_putc(&text, '1');
    for (int i = 0; i < 500; i++)
        buf_putc(&text, '}');
    refused(schema_tree_from_json_sample(text.data, text.size, 0, &err), &err, JPK_ERR_LIMIT, "deeper than 200");
    buf_free(&text);
    err = (struct jpk_error){0};
    json_t *node = json_pack("{s:s}", "N", "a");
    for (int i = 0; i < 500; i++)
        node = json_pack("{s:s, s:[o]}", "N", "a", "C", node);
    json_t *document = json_pack("{s:o}", "root", node);
    refused(schema_tree_from_cloud(document, 0, &err), &err, JPK_ERR_LIMIT, "deeper than 200");
    json_decref(document);
    struct buf query = {0};
    buf_puts(&query, "SELECT a");
    for (int i = 0; i < 500; i++)
        buf_puts(&query, ".a");
    buf_puts(&query, " FROM x");
    err = (struct jpk_error){0};
    refused(schema_tree_from_soql(query.data, query.size, NULL, 0, &err), &err, JPK_ERR_LIMIT, "deeper than 200");
    buf_free(&query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_user_document),
        cmocka_unit_test(test_structure_round_trips),
        cmocka_unit_test(test_no_structure),
        cmocka_unit_test(test_record_among_elements),
        cmocka_unit_test(test_own_type_as_child),
        cmocka_unit_test(test_xsd),
        cmocka_unit_test(test_xsd_recursion),
        cmocka_unit_test(test_xsd_missing_names),
        cmocka_unit_test(test_xsd_values),
        cmocka_unit_test(test_broken_xsd),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_database),
        cmocka_unit_test(test_sql_text),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_flat_mappings),
        cmocka_unit_test(test_soql),
        cmocka_unit_test(test_bad_soql),
        cmocka_unit_test(test_json_sample),
        cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_empty_key),
        cmocka_unit_test(test_attributes_without_mark),
        cmocka_unit_test(test_bad_documents),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_equal_names),
        cmocka_unit_test(test_million_nodes_of_xsd),
        cmocka_unit_test(test_groups_without_end),
        cmocka_unit_test(test_values_without_end),
        cmocka_unit_test(test_million_nodes_of_structure),
        cmocka_unit_test(test_million_nodes_of_json),
        cmocka_unit_test(test_deep_trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
