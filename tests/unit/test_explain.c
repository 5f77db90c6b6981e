/* What is said about failures: one row for each kind of message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "jpk/schema.h"

static const struct {
    const char *schema, *instance;
    const char *expected; /* lines: place, message, hint, keyword; explanations four spaces deeper */
} cases[] = {
    {"{\"type\":\"integer\"}", "\"old\"", "1:1: the document must be an integer, not \"old\" [type]\n"},
    /* Nothing that a scan finds is quoted, whatever makes it a secret: its form, its name, or what stands beside it. */
    {"{\"items\":{\"type\":\"integer\"}}",
     "[\"ghp_a1B2c3D4e5F6g7H8"
     "i9J0k1L2m3N4o5P6q7R8\"]",
     "1:2: item 1 must be an integer, not \"****\" [type]\n"},
    {"{\"items\":{\"enum\":[\"x\"]}}",
     "[\"https://bob.has-a-long-name-in-the-warehouse-of-acme:Hk7q00Zw3Vx9@h.acme.io\"]",
     "1:2: item 1 must be \"x\", not \"https://bob.has-a-long-name-in-the-warehouse-of-...\" [enum]\n"},
    {"{\"items\":{\"enum\":[\"x\"]}}", "[\"https://bob:Hk7q00Zw3Vx9-and-more-than-is-shown-of-it@h.acme.io\"]",
     "1:2: item 1 must be \"x\", not \"https://bob:****@h.acme.io\" [enum]\n"},
    {"{\"properties\":{\"smtp_pass\":{\"pattern\":\"^x$\"}}}", "{\"smtp_pass\":\"Hk7q01Zw3Vx9\"}",
     "1:14: 'smtp_pass' what is there (not shown) does not match the pattern ^x$ [pattern]\n"},
    {"{\"properties\":{\"value\":{\"type\":\"null\"}}}", "{\"value\":\"Hk7q01Zw3Vx9\",\"name\":\"smtp_password\"}",
     "1:10: 'value' must be null, not what is there (not shown) [type]\n"},
    {"{\"properties\":{\"default\":{\"type\":\"null\"}}}", "{\"type\":\"password\",\"default\":\"Hk7q01Zw3Vx9\"}",
     "1:30: 'default' must be null, not what is there (not shown) [type]\n"},
    {"{\"additionalProperties\":false}", "{\"https://bob:Hk7q02Zw3Vx9@h.acme.io\":1}",
     "1:39: the property 'https://bob:****@h.acme.io' is not allowed here [additionalProperties]\n"},
    {"{\"properties\":{\"password\":{\"type\":\"string\"}}}", "{\"password\":null}",
     "1:13: 'password' must be a string, not null [type]\n"},
    {"{\"type\":\"integer\"}", "\"12\"",
     "1:1: the document must be an integer, not \"12\"; write it without quotes [type]\n"},
    {"{\"type\":\"integer\"}", "1.5", "1:1: the document must be an integer, not 1.5 [type]\n"},
    {"{\"type\":[\"string\",\"null\"]}", "5", "1:1: the document must be a string or null, not 5 [type]\n"},
    {"{\"type\":\"boolean\"}", "\"true\"",
     "1:1: the document must be true or false, not \"true\"; write it without quotes [type]\n"},
    {"{\"type\":\"number\"}", "[1,2]", "1:1: the document must be a number, not an array of 2 items [type]\n"},
    {"{\"type\":\"array\"}", "{}", "1:1: the document must be an array, not an empty object [type]\n"},
    {"{\"const\":1}", "2", "1:1: the document must be 1, not 2 [const]\n"},
    {"{\"const\":{\"a\":1}}", "[]", "1:1: the document must be an object, not an empty array [const]\n"},
    {"{\"enum\":[\"fast\",\"slow\"]}", "\"fats\"",
     "1:1: the document must be \"fast\" or \"slow\", not \"fats\"; did you mean 'fast'? [enum]\n"},
    {"{\"enum\":[1,2,3]}", "\"1\"", "1:1: the document must be 1, 2 or 3, not \"1\" [enum]\n"},
    {"{\"enum\":[]}", "1", "1:1: the document must not be there: no value is allowed [enum]\n"},
    {"{\"enum\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\"]}", "\"zz\"",
     "1:1: the document must be \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\" or 3 others, not \"zz\" "
     "[enum]\n"},
    {"{\"enum\":[1,2,3,4,5,6,7,8,9]}", "0", "1:1: the document must be 1, 2, 3, 4, 5, 6, 7, 8 or 9, not 0 [enum]\n"},
    {"{\"maximum\":10}", "12", "1:1: the document must be at most 10, not 12 [maximum]\n"},
    {"{\"exclusiveMaximum\":10}", "10", "1:1: the document must be less than 10, not 10 [exclusiveMaximum]\n"},
    {"{\"minimum\":1e2}", "99.5", "1:1: the document must be at least 1e2, not 99.5 [minimum]\n"},
    {"{\"exclusiveMinimum\":0}", "0", "1:1: the document must be more than 0, not 0 [exclusiveMinimum]\n"},
    {"{\"multipleOf\":0.01}", "0.005", "1:1: the document must be a multiple of 0.01, not 0.005 [multipleOf]\n"},
    {"{\"maxLength\":3}", "\"four\"", "1:1: the document must have at most 3 characters, but has 4 [maxLength]\n"},
    {"{\"minLength\":1}", "\"\"", "1:1: the document must not be empty [minLength]\n"},
    {"{\"minLength\":3}", "\"äö\"", "1:1: the document must have at least 3 characters, but has 2 [minLength]\n"},
    {"{\"maxItems\":1}", "[1,2]", "1:1: the document must have at most 1 item, but has 2 [maxItems]\n"},
    {"{\"minItems\":2}", "[]", "1:1: the document must have at least 2 items, but is empty [minItems]\n"},
    {"{\"minProperties\":1}", "{}", "1:1: the document must not be empty [minProperties]\n"},
    {"{\"maxProperties\":0}", "{\"a\":1}", "1:1: the document must be empty [maxProperties]\n"},
    {"{\"properties\":{\"id\":{\"description\":\"Letters only. More of it.\",\"pattern\":\"^[a-z]+$\"}}}",
     "{\"id\":\"A1\"}",
     "1:7: 'id' \"A1\" does not match the pattern ^[a-z]+$; the schema says: Letters only [pattern]\n"},
    {"{\"uniqueItems\":true}", "[1,\"x\",1.0]",
     "1:8: item 3 is the same as item 1, 1.0; no two items may be [uniqueItems]\n"},
    {"{\"required\":[\"name\"]}", "{}", "1:1: 'name' is missing [required]\n"},
    {"{\"properties\":{\"list\":{\"items\":{\"required\":[\"a\",\"b\",\"c\"]}}}}", "{\"list\":[{\"b\":1}]}",
     "1:10: 'a' and 'c' are missing in item 1 of 'list' [required]\n"},
    {"{\"properties\":{\"name\":true},\"required\":[\"name\"]}", "{\"nmae\":1}",
     "1:1: 'name' is missing; is 'nmae' meant to be 'name'? [required]\n"},
    {"{\"properties\":{\"a\":true,\"b\":true},\"additionalProperties\":false}", "{\"c\":1}",
     "1:6: the property 'c' is not allowed here; what may still be there: 'a', 'b' [additionalProperties]\n"},
    {"{\"properties\":{\"label\":true},\"additionalProperties\":false}", "{\"lable\":1}",
     "1:10: the property 'lable' is not allowed here; did you mean 'label'? [additionalProperties]\n"},
    {"{\"allOf\":[{\"properties\":{\"label\":true}}],\"unevaluatedProperties\":false}", "{\"lable\":1}",
     "1:10: the property 'lable' is not allowed here; did you mean 'label'? [unevaluatedProperties]\n"},
    {"{\"properties\":{\"old\":false}}", "{\"old\":1}", "1:8: 'old' is not allowed here [properties]\n"},
    {"false", "1", "1:1: the document is not allowed here [false]\n"},
    {"{\"prefixItems\":[true],\"items\":false}", "[1,2]",
     "1:4: item 2 is too much: at most 1 item is allowed here [items]\n"},
    {"{\"dependentRequired\":{\"a\":[\"b\"],\"c\":[\"d\"]}}", "{\"c\":1}",
     "1:1: 'd' is missing, which is needed because 'c' is there [dependentRequired]\n"},
    {"{\"propertyNames\":{\"maxLength\":2}}", "{\"long\":1}",
     "1:2: the name 'long' must have at most 2 characters, but has 4 [maxLength]\n"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\"}]}", "1",
     "1:1: the document must be a string or an object, not 1 [anyOf]\n"},
    {"{\"oneOf\":[{\"const\":\"a\"},{\"const\":\"b\"}]}", "\"c\"",
     "1:1: the document must be one of \"a\", \"b\", not \"c\" [oneOf]\n"},
    {"{\"anyOf\":[{\"enum\":[\"auto\",\"none\"]},{\"type\":\"integer\"}]}", "\"atuo\"",
     "1:1: the document must be one of \"auto\", \"none\", or an integer, not \"atuo\"; did you mean 'auto'? "
     "[anyOf]\n"},
    {"{\"oneOf\":[{\"title\":\"circle\",\"required\":[\"r\"]},{\"required\":[\"side\"]}]}", "{\"side\":1,\"r\":2}",
     "1:1: the document has more than one of the forms of which it must have just one: 'circle' and number 2 "
     "[oneOf]\n"},
    {"{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"a\"}},\"required\":[\"x\"]},{\"title\":\"second\","
     "\"properties\":{\"kind\":{\"const\":\"b\"}},\"required\":[\"y\",\"z\"]}]}",
     "{\"kind\":\"b\"}",
     "1:1: the document has none of the 2 forms that are allowed; it comes closest to 'second' [oneOf]\n"
     "    because 'y' and 'z' are missing\n"},
    {"{\"anyOf\":[{\"anyOf\":[{\"required\":[\"a\"]},{\"type\":\"null\"}]},{\"type\":\"null\"}]}", "{}",
     "1:1: 'a' is missing [required]\n"},
    {"{\"not\":{\"title\":\"a secret\",\"type\":\"string\"}}", "\"x\"",
     "1:1: the document has a form that is not allowed: 'a secret' [not]\n"},
    {"{\"not\":{\"required\":[\"old\"]}}", "{\"old\":1,\"new\":2}",
     "1:1: the document must not have 'old' beside what else is there [not]\n"},
    {"{\"not\":{\"required\":[\"a\",\"b\",\"c\"]}}", "{\"a\":1,\"b\":2,\"c\":3}",
     "1:1: the document must not have together 'a', 'b' and 'c' [not]\n"},
    {"{\"not\":{\"anyOf\":[{\"required\":[\"x\"]},{\"required\":[\"a\",\"b\"]}]}}", "{\"a\":1,\"b\":2}",
     "1:1: the document must not have together 'a' and 'b' [not]\n"},
    {"{\"not\":{\"required\":[\"a\"],\"type\":\"object\"}}", "{\"a\":1}",
     "1:1: the document has a form that is not allowed [not]\n"},
    {"{\"anyOf\":[{\"enum\":[1,2,3,4,5,6]},{\"enum\":[11,12,13,14,15]}]}", "9",
     "1:1: the document must be one of 1, 2, 3, 4, 5, 6, 11, 12, 13, 14 and 1 other, not 9 [anyOf]\n"},
    {"{\"anyOf\":[{\"enum\":[1,2,3,4,5,6]},{\"enum\":[11,12,13,14,15,16,17]}]}", "9",
     "1:1: the document must be one of 1, 2, 3, 4, 5, 6, 11, 12, 13, 14 and 3 others, not 9 [anyOf]\n"},
    {"{\"contains\":{\"type\":\"string\"}}", "[1,2]",
     "1:1: the document has no item of a kind that it must have [contains]\n"},
    {"{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]",
     "1:1: the document has too many items of a kind of which it may have 1 [maxContains]\n"},
    {"{\"contains\":{\"minimum\":5}}", "[4]",
     "1:1: the document has no item of a kind that it must have [contains]\n"
     "    because item 1 must be at least 5, not 4 (1:2)\n"},
    {"{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]}}", "{\"a\":1}",
     "1:1: 'b' is missing [required]\n"},
    {"{\"$defs\":{\"n\":{\"type\":\"number\"}},\"properties\":{\"x\":{\"$ref\":\"#/$defs/n\"}}}", "{\"x\":\"y\"}",
     "1:6: 'x' must be a number, not \"y\" [type]\n"},
    {"{\"properties\":{\"a\\u0007b\":{\"type\":\"string\"}}}", "{\"a\\u0007b\":1}",
     "1:13: 'a?b' must be a string, not 1; put it in quotes [type]\n"},
    {"{\"type\":\"string\"}", "123456789012345678901234567890123456789012345678901234567890",
     "1:1: the document must be a string, not 123456789012345678901234567890123456789012345678...; put it in quotes "
     "[type]\n"},
};

/* As `jpk schema validate` prints them. */
static void put_failures(struct buf *out, struct jpk_validation *validation)
{
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    uint32_t line = 0, column = 0;
    for (size_t i = 0; i < count; i++) {
        const struct jpk_failure *f = &failures[i];
        const char *hint = f->hint ? f->hint : "";
        bool moved = f->line != line || f->column != column;
        if (f->level == 0) {
            buf_printf(out, "%u:%u: %s%s%s [%s]\n", f->line, f->column, f->message, *hint ? "; " : "", hint,
                       *f->keyword ? f->keyword : "false");
            line = f->line;
            column = f->column;
        } else {
            buf_printf(out, "%*sbecause %s%s%s", (int)f->level * 4, "", f->message, *hint ? "; " : "", hint);
            if (moved)
                buf_printf(out, " (%u:%u)", f->line, f->column);
            buf_putc(out, '\n');
        }
    }
}

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        struct buf text = {0};
        struct jpk_schema *schema = jpk_schema_compile(cases[i].schema, strlen(cases[i].schema), NULL, &err);
        if (!schema)
            fail_msg("%s: %s", cases[i].schema, err.message);
        struct jpk_validation *validation =
            jpk_validate(schema, cases[i].instance, strlen(cases[i].instance), NULL, &err);
        assert_non_null(validation);
        put_failures(&text, validation);
        assert_string_equal(buf_text(&text), cases[i].expected);
        buf_free(&text);
        jpk_validation_free(validation);
        jpk_schema_free(schema);
    }
}

/* Failures come in the order of the instance, however the schema is written. */
static void test_order(void **state)
{
    (void)state;
    static const char schema_text[] = "{\"properties\":{\"z\":{\"type\":\"null\"},\"a\":{\"items\":{\"maximum\":1}}},"
                                      "\"required\":[\"q\"],\"minProperties\":9}";
    static const char instance[] = "{\"a\":[5,\n1,\n7],\n\"z\":0}";
    static const uint32_t lines[] = {1, 1, 1, 3, 4};
    struct jpk_schema *schema = jpk_schema_compile(schema_text, sizeof schema_text - 1, NULL, NULL);
    struct jpk_validation *validation = jpk_validate(schema, instance, sizeof instance - 1, NULL, NULL);
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    assert_int_equal(count, sizeof lines / sizeof lines[0]);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(failures[i].line, lines[i]);
    assert_string_equal(failures[2].pointer, "/a/0");
    assert_string_equal(failures[2].keyword_location, "/properties/a/items/maximum");
    assert_int_equal(failures[2].schema_column, 50);
    jpk_validation_free(validation);
    jpk_schema_free(schema);
}

/* The vocabularies of a meta-schema say the same of a value. */
static void test_said_once(void **state)
{
    (void)state;
    static const char *const drafts[] = {"https://json-schema.org/draft/2019-09/schema",
                                         "https://json-schema.org/draft/2020-12/schema"};
    static const char instance[] = "{\"properties\":{\"a\":3,\"b\":4,\"c\":{\"type\":7}}}";
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {0};
        struct jpk_schema *schema = jpk_schema_compile_uri(drafts[i], NULL, NULL);
        struct jpk_validation *validation = jpk_validate(schema, instance, sizeof instance - 1, NULL, NULL);
        assert_non_null(validation);
        put_failures(&text, validation);
        assert_string_equal(buf_text(&text),
                            "1:20: 'a' must be true or false or an object, not 3 [type]\n"
                            "1:26: 'b' must be true or false or an object, not 4 [type]\n"
                            "1:40: 'type' must be one of \"array\", \"boolean\", \"integer\", \"null\", "
                            "\"number\", \"object\", \"string\", or an array, not 7 [anyOf]\n");
        buf_free(&text);
        jpk_validation_free(validation);
        jpk_schema_free(schema);
    }
}

/* What was meant is looked for only so long: many names beside many others would take quadratic time. */
static void test_budget(void **state)
{
    (void)state;
    enum { NAMES = 3000 };
    struct buf schema_text = {0}, instance = {0};
    buf_puts(&schema_text, "{\"additionalProperties\":false,\"properties\":{");
    buf_puts(&instance, "{");
    for (int i = 0; i < NAMES; i++) {
        buf_printf(&schema_text, "%s\"p%d\":{}", i > 0 ? "," : "", i);
        buf_printf(&instance, "%s\"q%d\":1", i > 0 ? "," : "", i);
    }
    buf_puts(&schema_text, "},\"required\":[\"p7\"]}");
    buf_puts(&instance, "}");
    struct jpk_schema *schema = jpk_schema_compile(buf_text(&schema_text), schema_text.size, NULL, NULL);
    struct jpk_validation *validation = jpk_validate(schema, buf_text(&instance), instance.size, NULL, NULL);
    size_t count;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    assert_int_equal(count, NAMES + 1);
    assert_string_equal(failures[0].hint, "is 'q7' meant to be 'p7'?");
    assert_string_equal(failures[1].hint, "did you mean 'p0'?");
    assert_null(failures[NAMES].hint);
    buf_free(&schema_text);
    buf_free(&instance);
    jpk_validation_free(validation);
    jpk_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages), cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_said_once), cmocka_unit_test(test_budget)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
