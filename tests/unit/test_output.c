/* The output formats of JSON Schema's specification (2020-12, section 12), and locations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/validation.h"

#define DRAFT_7 "\"$schema\": \"http://json-schema.org/draft-07/schema#\""
#define DRAFT_2019 "\"$schema\": \"https://json-schema.org/draft/2019-09/schema\""

static const struct jpk_validation_options annotations = {.annotations = true}, verbose = {.verbose = true};

static struct jpk_schema *compile(const char *text)
{
    struct jpk_error err = {0};
    struct jpk_schema *schema = jpk_schema_compile(text, strlen(text), NULL, &err);
    if (!schema)
        fail_msg("%s: %u:%u: %s", text, err.line, err.column, err.message);
    return schema;
}

static struct jpk_validation *validate(const struct jpk_schema *schema, const char *text,
                                       const struct jpk_validation_options *options)
{
    struct jpk_error err = {0};
    struct jpk_validation *validation = jpk_validate(schema, text, strlen(text), options, &err);
    if (!validation)
        fail_msg("%s: %s", text, err.message);
    return validation;
}

static json_t *output(const char *schema_text, const char *text, const struct jpk_validation_options *options,
                      enum jpk_output format)
{
    struct jpk_schema *schema = compile(schema_text);
    struct jpk_validation *validation = validate(schema, text, options);
    json_t *result = jpk_validation_output(validation, format);
    assert_non_null(result);
    jpk_validation_free(validation);
    jpk_schema_free(schema);
    return result;
}

/* ------------------------------------------------------------------------------------------------------ in one line */

static void describe(const json_t *node, struct buf *out);

static void describe_list(const json_t *list, struct buf *out)
{
    size_t index;
    json_t *child;
    if (!list)
        return;
    buf_puts(out, " [");
    json_array_foreach(list, index, child)
    {
        buf_puts(out, index ? ", " : "");
        describe(child, out);
    }
    buf_puts(out, "]");
}

/*
 * A node as "+/type @/0 =value [children]": - is not valid, + is; ! stands for an error; the absolute location in
 * brackets.
 */
static void describe(const json_t *node, struct buf *out)
{
    const json_t *absolute = json_object_get(node, "absoluteKeywordLocation");
    const json_t *annotation = json_object_get(node, "annotation"), *error = json_object_get(node, "error");
    buf_printf(out, "%s%s", json_is_true(json_object_get(node, "valid")) ? "+" : "-",
               json_string_value(json_object_get(node, "keywordLocation")));
    if (absolute)
        buf_printf(out, " <%s>", json_string_value(absolute));
    if (json_string_length(json_object_get(node, "instanceLocation")) > 0)
        buf_printf(out, " @%s", json_string_value(json_object_get(node, "instanceLocation")));
    if (annotation) {
        char *text = json_dumps(annotation, JSON_ENCODE_ANY | JSON_COMPACT);
        assert_non_null(text);
        buf_printf(out, " =%s", text);
        free(text);
    }
    if (error) {
        assert_true(json_string_length(error) > 0);
        buf_puts(out, " !");
    }
    describe_list(json_object_get(node, "errors"), out);
    describe_list(json_object_get(node, "annotations"), out);
}

static void assert_output(const char *schema, const char *text, const struct jpk_validation_options *options,
                          enum jpk_output format, const char *expected)
{
    struct buf out = {0};
    json_t *result = output(schema, text, options, format);
    describe(result, &out);
    if (strcmp(buf_text(&out), expected) != 0)
        fail_msg("%s with %s:\n  %s\nexpected\n  %s", schema, text, buf_text(&out), expected);
    json_decref(result);
    buf_free(&out);
}

/* ---------------------------------------------------------------------------------------------------------- formats */

static void test_flag(void **state)
{
    (void)state;
    json_t *result = output("{\"type\": \"string\"}", "1", NULL, JPK_OUTPUT_FLAG);
    assert_int_equal(json_object_size(result), 1);
    assert_true(json_is_false(json_object_get(result, "valid")));
    json_decref(result);
    result = output("{\"type\": \"string\"}", "\"\"", &verbose, JPK_OUTPUT_FLAG);
    assert_int_equal(json_object_size(result), 1);
    assert_true(json_is_true(json_object_get(result, "valid")));
    json_decref(result);
}

static const char places[] = "{\"$id\": \"https://example.com/places\", \"type\": \"array\", \"items\": {\"$ref\": "
                             "\"#/$defs/place\"}, \"minItems\": 3,"
                             " \"$defs\": {\"place\": {\"type\": \"object\", \"properties\": {\"lat\": {\"type\": "
                             "\"number\"}, \"lon\": {\"type\": "
                             "\"number\"}}, \"additionalProperties\": false, \"required\": [\"lat\", \"lon\"]}}}";
static const char two_places[] = "[{\"lat\": 2.5, \"lon\": 1.3}, {\"lat\": 1, \"alt\": 6.7}]";

#define BASE "https://example.com/places#"

/* The list is that of the nodes of the tree. */
static void test_basic(void **state)
{
    (void)state;
    assert_output(places, two_places, NULL, JPK_OUTPUT_BASIC,
                  "- [- <" BASE "> !, -/minItems <" BASE "/minItems> !, -/items/$ref <" BASE "/$defs/place> @/1 !, "
                  "-/items/$ref/required <" BASE "/$defs/place/required> @/1 !, "
                  "-/items/$ref/additionalProperties <" BASE "/$defs/place/additionalProperties> @/1/alt !]");
    assert_output(places, "[]", NULL, JPK_OUTPUT_BASIC, "- [-/minItems <" BASE "/minItems> !]");
    assert_output("true", "1", NULL, JPK_OUTPUT_BASIC, "+");
    assert_output("false", "1", NULL, JPK_OUTPUT_BASIC, "- [- !]");
}

static void test_detailed(void **state)
{
    (void)state;
    assert_output(places, two_places, NULL, JPK_OUTPUT_DETAILED,
                  "- <" BASE "> [-/minItems <" BASE "/minItems> !, -/items/$ref <" BASE "/$defs/place> @/1 ["
                  "-/items/$ref/required <" BASE "/$defs/place/required> @/1 !, "
                  "-/items/$ref/additionalProperties <" BASE "/$defs/place/additionalProperties> @/1/alt !]]");
    /* A node with one child stands for it, the root too. */
    assert_output(places, "[]", NULL, JPK_OUTPUT_DETAILED, "-/minItems <" BASE "/minItems> !");
    assert_output("true", "1", NULL, JPK_OUTPUT_DETAILED, "+");
    assert_output("{\"title\": \"T\"}", "1", NULL, JPK_OUTPUT_DETAILED, "+");
    assert_output("{\"title\": \"T\"}", "1", &annotations, JPK_OUTPUT_DETAILED, "+/title =\"T\"");
}

static void test_verbose(void **state)
{
    (void)state;
    const char *schema = "{\"type\": \"object\", \"properties\": {\"a\": true}, \"additionalProperties\": false}";
    assert_output(
        schema, "{\"a\": 5, \"b\": 1}", &verbose, JPK_OUTPUT_VERBOSE,
        "- [+/type, +/properties [+/properties/a @/a], -/additionalProperties [-/additionalProperties @/b !]]");
    assert_output(schema, "{\"a\": 5}", &verbose, JPK_OUTPUT_VERBOSE,
                  "+ [+/type, +/properties =[\"a\"] [+/properties/a @/a], +/additionalProperties =[]]");
    /* What did not fail is not there unless it was asked for. */
    assert_output(schema, "{\"a\": 5, \"b\": 1}", NULL, JPK_OUTPUT_VERBOSE,
                  "- [-/additionalProperties [-/additionalProperties @/b !]]");
    assert_output(schema, "{}", NULL, JPK_OUTPUT_VERBOSE, "+");
    /* The other formats of a verbose validation are as always. */
    assert_output(schema, "{\"a\": 5, \"b\": 1}", &verbose, JPK_OUTPUT_BASIC, "- [-/additionalProperties @/b !]");
}

/* Which of what failed is the reason. */
static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *text, *expected;
    } cases[] = {
        {"{\"anyOf\": [{\"type\": \"string\"}, {\"minimum\": 5}]}", "1",
         "-/anyOf [-/anyOf/0/type !, -/anyOf/1/minimum !]"},
        /* Two branches are valid: why the third is not does not matter. */
        {"{\"oneOf\": [true, {\"type\": \"string\"}, {}]}", "1", "-/oneOf !"},
        {"{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]}", "1",
         "-/oneOf [-/oneOf/0/type !, -/oneOf/1/type !]"},
        {"{\"not\": {\"type\": \"number\"}}", "1", "-/not !"},
        {"{\"not\": {\"allOf\": [true, {\"title\": \"T\"}]}}", "1", "-/not !"},
        {"{\"if\": {\"type\": \"string\"}, \"then\": false, \"else\": {\"minimum\": 5}}", "1", "-/else/minimum !"},
        {"{\"if\": {\"type\": \"number\"}, \"then\": false}", "1", "-/then !"},
        {"{\"contains\": {\"type\": \"string\"}}", "[1]", "-/contains/type @/0 !"},
        {"{\"contains\": {\"type\": \"string\"}}", "[1, 2]", "-/contains !"},
        {"{\"contains\": {\"type\": \"string\"}}", "[]", "-/contains !"},
        {"{\"contains\": true, \"maxContains\": 1}", "[1, 2]", "-/maxContains !"},
        {"{\"contains\": {\"type\": \"number\"}, \"minContains\": 2}", "[1, \"\"]", "-/minContains !"},
        {"{\"dependentSchemas\": {\"a\": {\"minProperties\": 2}}}", "{\"a\": 1}",
         "-/dependentSchemas/a/minProperties !"},
        {"{" DRAFT_7 ", \"dependencies\": {\"a\": [\"b\"], \"c\": false}}", "{\"a\": 1}", "-/dependencies !"},
        {"{" DRAFT_7 ", \"dependencies\": {\"a\": [\"b\"], \"c\": false}}", "{\"c\": 1}", "-/dependencies/c !"},
        {"{\"propertyNames\": {\"maxLength\": 1}}", "{\"ab\": 1}", "-/propertyNames/maxLength @/ab !"},
        {"{\"unevaluatedProperties\": false}", "{\"a\": 1}", "-/unevaluatedProperties @/a !"},
        {"{" DRAFT_2019 ", \"items\": [true], \"additionalItems\": false}", "[1, 2]", "-/additionalItems @/1 !"},
        {"{\"anyOf\": [{\"type\": \"string\"}, {\"title\": \"T\"}], \"minimum\": 5}", "1", "-/minimum !"},
    };
    static const struct jpk_validation_options plain = {0};
    const struct jpk_validation_options *ways[] = {&plain, &annotations, &verbose};
    /* However it was validated. */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t j = 0; j < 3; j++)
            assert_output(cases[i].schema, cases[i].text, ways[j], JPK_OUTPUT_DETAILED, cases[i].expected);
}

/* ------------------------------------------------------------------------------------------------------ annotations */

static void test_annotations_of_applicators(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *text, *expected;
    } cases[] = {
        {"{\"properties\": {\"a\": true, \"c\": true}}", "{\"b\": 1, \"a\": 2}", "+ [+/properties =[\"a\"]]"},
        {"{\"properties\": {\"a\": true}}", "{}", "+ [+/properties =[]]"},
        {"{\"properties\": {\"a\": true}}", "[]", "+"},
        {"{\"patternProperties\": {\"a\": true, \"b\": true}}", "{\"ab\": 1, \"c\": 2, \"b\": 3}",
         "+ [+/patternProperties =[\"ab\",\"b\"]]"},
        {"{\"properties\": {\"a\": true}, \"patternProperties\": {\"b\": true}, \"additionalProperties\": true}",
         "{\"a\": 1, \"b\": 2, \"c\": 3}",
         "+ [+/properties =[\"a\"], +/patternProperties =[\"b\"], +/additionalProperties =[\"c\"]]"},
        {"{\"allOf\": [{\"properties\": {\"a\": true}}], \"unevaluatedProperties\": {\"type\": \"number\"}}",
         "{\"a\": 1, \"b\": 2}", "+ [+/allOf/0/properties =[\"a\"], +/unevaluatedProperties =[\"b\"]]"},
        {"{\"prefixItems\": [true, true], \"items\": true}", "[]", "+"},
        {"{\"prefixItems\": [true, true], \"items\": true}", "[1]", "+ [+/prefixItems =true]"},
        {"{\"prefixItems\": [true, true], \"items\": true}", "[1, 2]", "+ [+/prefixItems =true]"},
        {"{\"prefixItems\": [true, true], \"items\": true}", "[1, 2, 3]", "+ [+/prefixItems =1, +/items =true]"},
        {"{\"prefixItems\": [true], \"unevaluatedItems\": true}", "[1]", "+ [+/prefixItems =true]"},
        {"{\"prefixItems\": [true], \"unevaluatedItems\": true}", "[1, 2]",
         "+ [+/prefixItems =0, +/unevaluatedItems =true]"},
        {"{" DRAFT_2019 ", \"items\": [true], \"additionalItems\": true}", "[1, 2]",
         "+ [+/items =0, +/additionalItems =true]"},
        {"{" DRAFT_2019 ", \"items\": true}", "[1, 2]", "+ [+/items =true]"},
        {"{\"contains\": {\"type\": \"number\"}}", "[\"\", 1, null, 2]", "+ [+/contains =[1,3]]"},
        {"{\"contains\": true, \"minContains\": 0}", "[]", "+ [+/contains =[]]"},
        /* Not before 2020-12, and none at all before 2019-09. */
        {"{" DRAFT_2019 ", \"contains\": true}", "[1]", "+"},
        {"{" DRAFT_7 ", \"properties\": {\"a\": {\"title\": \"T\"}}, \"items\": true}", "{\"a\": 1}",
         "+ [+/properties/a/title @/a =\"T\"]"},
        {"{\"if\": {\"title\": \"If\"}, \"then\": {\"title\": \"Then\"}}", "1",
         "+ [+/if/title =\"If\", +/then/title =\"Then\"]"},
        {"{\"properties\": {\"a\": {\"properties\": {\"b\": {\"default\": 1}}}}}", "{\"a\": {\"b\": 2}}",
         "+ [+/properties =[\"a\"], +/properties/a/properties @/a =[\"b\"], +/properties/a/properties/b/default @/a/b "
         "=1]"},
        /* The name of a property has no location. */
        {"{\"propertyNames\": {\"title\": \"T\"}}", "{\"a\": 1}", "+"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_output(cases[i].schema, cases[i].text, &annotations, JPK_OUTPUT_BASIC, cases[i].expected);
        assert_output(cases[i].schema, cases[i].text, &verbose, JPK_OUTPUT_BASIC, cases[i].expected);
    }
    assert_output("{\"properties\": {\"a\": {\"title\": \"T\"}}, \"items\": true}", "{\"a\": 1}", &annotations,
                  JPK_OUTPUT_DETAILED, "+/properties =[\"a\"] [+/properties/a/title @/a =\"T\"]");
}

/* What failed has no annotations, and is no error of what is valid. */
static void test_annotations_of_what_failed(void **state)
{
    (void)state;
    assert_output("{\"title\": \"T\", \"type\": \"string\"}", "1", &annotations, JPK_OUTPUT_BASIC, "- [-/type !]");
    assert_output("{\"title\": \"T\", \"type\": \"string\"}", "1", &verbose, JPK_OUTPUT_VERBOSE,
                  "- [-/type !, +/title]");
    const char *schema = "{\"anyOf\": [{\"title\": \"A\", \"type\": \"string\"}, {\"title\": \"B\"}]}";
    assert_output(schema, "1", &annotations, JPK_OUTPUT_BASIC, "+ [+/anyOf/1/title =\"B\"]");
    assert_output(schema, "1", &annotations, JPK_OUTPUT_DETAILED, "+/anyOf/1/title =\"B\"");
    assert_output(schema, "1", &verbose, JPK_OUTPUT_VERBOSE,
                  "+ [+/anyOf [-/anyOf/0 [-/anyOf/0/type !, +/anyOf/0/title], +/anyOf/1 [+/anyOf/1/title =\"B\"]]]");
    assert_output("{\"not\": {\"not\": {\"title\": \"T\"}}}", "1", &annotations, JPK_OUTPUT_BASIC, "+");
    assert_output("{\"not\": {\"not\": {\"title\": \"T\"}}}", "1", &verbose, JPK_OUTPUT_BASIC, "+");
}

static void test_values_of_annotations(void **state)
{
    (void)state;
    assert_output("{\"examples\": [1, -0.5, 1.0, \"a\\u00e9\", {\"b\": [], \"a\": {\"c\": null}}, true, [[false]]]}",
                  "1", &annotations, JPK_OUTPUT_DETAILED,
                  "+/examples =[1,-0.5,1.0,\"a\xc3\xa9\",{\"b\":[],\"a\":{\"c\":null}},true,[[false]]]");
    assert_output("{\"default\": {\"a\": {\"x\": 1}, \"b\": 2, \"a\": 3}}", "1", &annotations, JPK_OUTPUT_DETAILED,
                  "+/default ={\"b\":2,\"a\":3}");
    assert_output("{\"default\": 9223372036854775807}", "1", &annotations, JPK_OUTPUT_DETAILED,
                  "+/default =9223372036854775807");
    assert_output("{\"default\": 1e999}", "1", &annotations, JPK_OUTPUT_DETAILED, "+/default =\"1e999\"");
    json_t *result = output("{\"default\": 9223372036854775808}", "1", &annotations, JPK_OUTPUT_DETAILED);
    assert_true(json_real_value(json_object_get(result, "annotation")) == 9223372036854775808.0);
    json_decref(result);
    result = output("{\"default\": \"a\\u0000b\"}", "1", &annotations, JPK_OUTPUT_DETAILED);
    assert_int_equal(json_string_length(json_object_get(result, "annotation")), 3);
    json_decref(result);
}

/* -------------------------------------------------------------------------------------------------------- locations */

static void test_absolute_locations(void **state)
{
    (void)state;
    /* Without a URI only what is behind a reference has one. */
    assert_output("{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"type\": \"string\"}}}", "1", NULL, JPK_OUTPUT_BASIC,
                  "- [-/$ref/type <#/$defs/a/type> !]");
    assert_output("{\"$dynamicRef\": \"#a\", \"$defs\": {\"a\": {\"$dynamicAnchor\": \"a\", \"type\": \"string\"}}}",
                  "1", NULL, JPK_OUTPUT_BASIC, "- [-/$dynamicRef/type <#/$defs/a/type> !]");
    assert_output(
        "{\"type\": \"string\", \"properties\": {\"a\": {\"$id\": \"https://example.com/a\", \"minimum\": 2}}}",
        "{\"a\": 1}", NULL, JPK_OUTPUT_BASIC,
        "- [- !, -/type !, -/properties/a/minimum <https://example.com/a#/minimum> @/a !]");
    assert_output("{\"$id\": \"https://example.com/\xc3\xa9?x=[y]\", \"type\": \"string\"}", "1", NULL,
                  JPK_OUTPUT_BASIC, "- [-/type <https://example.com/%C3%A9?x=[y]#/type> !]");
}

static void test_escapes(void **state)
{
    (void)state;
    assert_output("{\"$id\": \"urn:example:a\", \"properties\": {\"~a/b %^#\xc3\xa9\\u0001\": false}}",
                  "{\"~a/b %^#\xc3\xa9\\u0001\": 1}", NULL, JPK_OUTPUT_BASIC,
                  "- [-/properties/~0a~1b %^#\xc3\xa9\x01 <urn:example:a#/properties/~0a~1b%20%25%5E%23%C3%A9%01> "
                  "@/~0a~1b %^#\xc3\xa9\x01 !]");
}

static void collect_locations(const json_t *node, json_t *into)
{
    size_t index;
    json_t *child;
    json_array_append(into, json_object_get(node, "keywordLocation"));
    json_array_foreach(json_object_get(node, "errors"), index, child) collect_locations(child, into);
    json_array_foreach(json_object_get(node, "annotations"), index, child) collect_locations(child, into);
}

/* Walking over all units gives the same as asking for one. */
static void test_locations_of_units(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile(
        "{\"$ref\": \"#/$defs/list\", \"$defs\": {\"list\": {\"contains\": {\"type\": \"number\"}, \"maxContains\": 1,"
        " \"items\": {\"if\": {\"$ref\": \"#/$defs/list\"}, \"else\": {\"anyOf\": [true, {\"not\": {}}]}},"
        " \"allOf\": [{\"minItems\": 2}], \"title\": \"T\"}}}");
    struct jpk_validation *validation = validate(schema, "[[1], 2, [3, 4], \"\"]", &verbose);
    json_t *result = jpk_validation_output(validation, JPK_OUTPUT_VERBOSE), *locations = json_array();
    collect_locations(result, locations);
    assert_int_equal(json_array_size(locations), validation->units.count);
    assert_true(validation->units.count > 30);
    for (uint32_t i = 0; i < validation->units.count; i++) {
        struct buf out = {0};
        unit_keyword_location(validation, i, &out);
        assert_string_equal(buf_text(&out), json_string_value(json_array_get(locations, i)));
        buf_free(&out);
    }
    json_decref(locations);
    json_decref(result);
    jpk_validation_free(validation);
    jpk_schema_free(schema);
}

/* How deep the tree is, along the last children. */
static size_t depth_of(const json_t *node)
{
    size_t depth = 1;
    for (;; depth++) {
        const json_t *list = json_object_get(node, "errors");
        size_t count = json_array_size(list);
        if (count == 0)
            return depth;
        node = json_array_get(list, count - 1);
        /* Beyond the bound children stand beside their parent. */
        if (count > 2)
            return depth;
    }
}

static void test_deep_trees(void **state)
{
    (void)state;
    enum { DEEP = 900 };
    struct buf text = {0};
    for (int i = 0; i < DEEP; i++)
        buf_puts(&text, "{\"a\": ");
    buf_puts(&text, "1");
    for (int i = 0; i < DEEP; i++)
        buf_puts(&text, "}");
    const char *schema = "{\"type\": \"string\", \"properties\": {\"a\": {\"$ref\": \"#\"}}}";
    json_t *result = output(schema, buf_text(&text), NULL, JPK_OUTPUT_DETAILED);
    assert_in_range(depth_of(result), 390, 402);
    /* What is written can be read. */
    char *written = json_dumps(result, 0);
    json_error_t problem;
    json_t *read = json_loads(written, 0, &problem);
    assert_non_null(read);
    assert_true(json_equal(result, read));
    json_decref(read);
    free(written);
    json_decref(result);
    result = output(schema, buf_text(&text), &verbose, JPK_OUTPUT_VERBOSE);
    json_decref(result);
    /* All errors are there: `type` of each level, and what holds them. */
    result = output(schema, buf_text(&text), NULL, JPK_OUTPUT_BASIC);
    assert_int_equal(json_array_size(json_object_get(result, "errors")), 2 * DEEP + 1);
    json_decref(result);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flag),
        cmocka_unit_test(test_basic),
        cmocka_unit_test(test_detailed),
        cmocka_unit_test(test_verbose),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_annotations_of_applicators),
        cmocka_unit_test(test_annotations_of_what_failed),
        cmocka_unit_test(test_values_of_annotations),
        cmocka_unit_test(test_absolute_locations),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_locations_of_units),
        cmocka_unit_test(test_deep_trees),
    };
    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
