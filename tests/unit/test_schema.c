/* The public interface of JSON Schema: what goes wrong and where, the registry, options, and what is hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/buf.h"
#include "jpk/schema.h"

/* ---------------------------------------------------------------------------------------------------------- helpers */

static struct jpk_schema *compile_with(const char *text, const struct jpk_schema_options *options)
{
    struct jpk_error err = {0};
    struct jpk_schema *schema = jpk_schema_compile(text, strlen(text), options, &err);
    if (!schema)
        fail_msg("%s: %u:%u: %s", text, err.line, err.column, err.message);
    return schema;
}

static struct jpk_schema *compile(const char *text)
{
    return compile_with(text, NULL);
}

/* Whether an instance is valid, asked for in every way, which must agree. */
static bool valid(const struct jpk_schema *schema, const char *text, size_t n)
{
    struct jpk_error err = {0};
    static const struct jpk_validation_options ways[] = {
        {0}, {.first = true}, {.annotations = true}, {.verbose = true}, {.max_failures = 1}};
    bool answer = false;
    if (!jpk_is_valid(schema, text, n, NULL, &answer, &err))
        fail_msg("%.200s: %s", text, err.message);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        size_t count;
        struct jpk_validation *validation = jpk_validate(schema, text, n, &ways[i], &err);
        if (!validation)
            fail_msg("%.200s: %s", text, err.message);
        assert_int_equal(jpk_validation_valid(validation), answer);
        jpk_validation_failures(validation, &count);
        assert_int_equal(count > 0, !answer);
        jpk_validation_free(validation);
    }
    return answer;
}

static bool accepts(const struct jpk_schema *schema, const char *text)
{
    return valid(schema, text, strlen(text));
}

static void assert_accepts(const char *schema_text, const char *text, bool expected)
{
    struct jpk_schema *schema = compile(schema_text);
    if (accepts(schema, text) != expected)
        fail_msg("%s is %svalid by %s", text, expected ? "not " : "", schema_text);
    jpk_schema_free(schema);
}

static void assert_error(const struct jpk_error *err, enum jpk_code code, unsigned line, unsigned column,
                         const char *part)
{
    if (err->code != code || err->line != line || err->column != column || !strstr(err->message, part))
        fail_msg("%s at %u:%u: %s\nexpected %s at %u:%u: %s", jpk_code_name(err->code), err->line, err->column,
                 err->message, jpk_code_name(code), line, column, part);
}

static struct jpk_schema_registry *new_registry(enum jpk_draft draft)
{
    struct jpk_schema_registry *registry = jpk_schema_registry_new(draft);
    assert_non_null(registry);
    return registry;
}

static void add(struct jpk_schema_registry *registry, const char *uri, const char *text)
{
    struct jpk_error err = {0};
    if (!jpk_schema_registry_add(registry, uri, text, strlen(text), NULL, &err))
        fail_msg("%s: %s", text, err.message);
}

/* ---------------------------------------------------------------------------------------------------- drafts by name
 */

static void test_drafts(void **state)
{
    (void)state;
    static const char *const names[JPK_DRAFTS] = {"4", "6", "7", "2019-09", "2020-12"};
    for (int i = 0; i < JPK_DRAFTS; i++) {
        assert_string_equal(jpk_draft_name((enum jpk_draft)i), names[i]);
        assert_int_equal(jpk_draft_find(names[i]), i);
    }
    assert_string_equal(jpk_draft_name(JPK_DRAFTS), "");
    assert_int_equal(jpk_draft_find("http://json-schema.org/draft-07/schema#"), JPK_DRAFT_7);
    assert_int_equal(jpk_draft_find("http://json-schema.org/draft-07/schema"), JPK_DRAFT_7);
    assert_int_equal(jpk_draft_find("https://json-schema.org/draft/2019-09/schema"), JPK_DRAFT_2019_09);
    assert_int_equal(jpk_draft_find(""), JPK_DRAFTS);
    assert_int_equal(jpk_draft_find("#"), JPK_DRAFTS);
    assert_int_equal(jpk_draft_find("5"), JPK_DRAFTS);
    assert_int_equal(jpk_draft_find("http://json-schema.org/schema"), JPK_DRAFTS);
}

/* `const` came with draft 6, `if` with 7, `dependentRequired` with 2019-09, `prefixItems` with 2020-12. */
static void test_draft_by_option(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *instance;
        enum jpk_draft since;
    } cases[] = {
        {"{\"const\": 1}", "2", JPK_DRAFT_6},
        {"{\"if\": true, \"then\": false}", "2", JPK_DRAFT_7},
        {"{\"dependentRequired\": {\"a\": [\"b\"]}}", "{\"a\": 1}", JPK_DRAFT_2019_09},
        {"{\"prefixItems\": [false]}", "[1]", JPK_DRAFT_2020_12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int d = 0; d < JPK_DRAFTS; d++) {
            enum jpk_draft draft = (enum jpk_draft)d;
            struct jpk_schema_registry *registry = new_registry(draft);
            struct jpk_schema_options by_option = {.draft = &draft}, by_registry = {.registry = registry};
            struct jpk_schema *one = compile_with(cases[i].schema, &by_option);
            struct jpk_schema *other = compile_with(cases[i].schema, &by_registry);
            assert_int_equal(accepts(one, cases[i].instance), draft < cases[i].since);
            assert_int_equal(accepts(other, cases[i].instance), draft < cases[i].since);
            jpk_schema_free(one);
            jpk_schema_free(other);
            jpk_schema_registry_free(registry);
        }
    }
    /* What the schema says comes first. */
    enum jpk_draft draft = JPK_DRAFT_4;
    struct jpk_schema_options options = {.draft = &draft};
    struct jpk_schema *schema =
        compile_with("{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"const\": 1}", &options);
    assert_false(accepts(schema, "2"));
    jpk_schema_free(schema);
    /* Without any, it is the latest. */
    assert_accepts("{\"prefixItems\": [false]}", "[1]", false);
}

/* ------------------------------------------------------------------------------------------------- wrong schemas */

static void test_wrong_schemas(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum jpk_code code;
        unsigned line, column;
        const char *part;
    } cases[] = {
        {"", JPK_ERR_JSON, 1, 1, ""},
        {"{\"type\": \n \"string\"", JPK_ERR_JSON, 2, 10, ""},
        {"\xef\xbb\xbf{}", JPK_ERR_ENCODING, 1, 1, "byte order mark"},
        {"{\"title\": \"\xff\"}", JPK_ERR_ENCODING, 1, 12, "UTF-8"},
        {"{\n \"$ref\": \"#/$defs/none\"}", JPK_ERR_SCHEMA, 2, 10, "has no /$defs/none"},
        {"{\"$ref\": \"#none\"}", JPK_ERR_SCHEMA, 1, 10, "no anchor 'none'"},
        {"{\"$ref\": \"other.json\"}", JPK_ERR_SCHEMA, 1, 10, "the schema other.json is not known"},
        {"{\"$ref\": \"https://example.com/a#/b\"}", JPK_ERR_SCHEMA, 1, 10,
         "the schema https://example.com/a is not known"},
        {"{\"$ref\": \"#/required\", \"required\": []}", JPK_ERR_SCHEMA, 1, 10, "which is no schema"},
        {"{\"$ref\": \"#/%zz\"}", JPK_ERR_SCHEMA, 1, 10, "percent-encoded"},
        {"{\"$dynamicRef\": \"#none\"}", JPK_ERR_SCHEMA, 1, 17, "no anchor 'none'"},
        {"{\"$ref\": \"#\"}", JPK_ERR_SCHEMA, 1, 2, "without end"},
        {"{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"},\n \"b\": {\"$ref\": \"#/$defs/a\"}}}",
         JPK_ERR_SCHEMA, 2, 8, "without end"},
        {"{\"allOf\": [true, {\"anyOf\": [{\"$ref\": \"#\"}]}]}", JPK_ERR_SCHEMA, 1, 30, "without end"},
        {"{\"if\": true, \"then\": {\"not\": {\"$ref\": \"#\"}}}", JPK_ERR_SCHEMA, 1, 31, "without end"},
        {"{\"dependentSchemas\": {\"a\": {\"$ref\": \"#\"}}}", JPK_ERR_SCHEMA, 1, 29, "without end"},
        {"{\"$schema\": \"https://example.com/none\"}", JPK_ERR_SCHEMA, 1, 13,
         "the meta-schema https://example.com/none is not known"},
        {"{\"$schema\": \"\"}", JPK_ERR_SCHEMA, 1, 13, "is not known"},
        {"{\"pattern\": \"a(\"}", JPK_ERR_SCHEMA, 1, 13, "the pattern cannot be used"},
        {"{\"patternProperties\": {\n  \"[\": true}}", JPK_ERR_SCHEMA, 2, 3, "the pattern cannot be used"},
        {"{\"pattern\": \"(?<=a+)b\"}", JPK_ERR_LIMIT, 1, 13, "the pattern cannot be used"},
        {"{\"$anchor\": \"a\", \"$defs\": {\"b\": {\"$anchor\": \"a\"}}, \"$ref\": \"#a\"}", JPK_ERR_SCHEMA, 1, 60,
         "the anchor 'a' is there twice"},
        {"{\"items\": [true]}", JPK_ERR_SCHEMA, 0, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        struct jpk_schema_options options = {.file = "schema.json"};
        assert_null(jpk_schema_compile(cases[i].text, strlen(cases[i].text), &options, &err));
        if (cases[i].line)
            assert_error(&err, cases[i].code, cases[i].line, cases[i].column, cases[i].part);
        assert_int_equal(err.code, cases[i].code);
        assert_string_equal(err.file, "schema.json");
        assert_true(err.message[0] != '\0');
        /* Also without anybody who wants to know why. */
        assert_null(jpk_schema_compile(cases[i].text, strlen(cases[i].text), NULL, NULL));
    }
}

/* What the meta-schema of its draft refuses. */
static void test_against_the_meta_schema(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "3",
        "[]",
        "null",
        "\"\"",
        "{\"type\": \"strnig\"}",
        "{\"minLength\": -1}",
        "{\"properties\": {\"a\": 3}}",
        "{\"required\": \"a\"}",
        "{\"multipleOf\": 0}",
        "{\"$schema\": \"http://json-schema.org/draft-04/schema#\", \"required\": []}",
        "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"maxItems\": 1.5}",
        "{\"$schema\": \"https://json-schema.org/draft/2019-09/schema\", \"$defs\": []}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        struct jpk_schema_options options = {.file = "schema.json"};
        if (jpk_schema_compile(cases[i], strlen(cases[i]), &options, &err))
            fail_msg("%s was compiled", cases[i]);
        assert_int_equal(err.code, JPK_ERR_SCHEMA);
        assert_string_equal(err.file, "schema.json");
        assert_true(err.message[0] != '\0');
    }
}

/* Without that check the compiler still refuses what it cannot compile. */
static void test_unchecked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line, column;
        const char *part;
    } cases[] = {
        {"3", 1, 1, "a schema must be an object, true or false"},
        {"[]", 1, 1, "a schema must be an object, true or false"},
        {"{\"properties\": {\"a\":\n3}}", 2, 1, "a schema must be an object, true or false"},
        {"{\"allOf\": [{}, 1]}", 1, 16, "a schema must be an object, true or false"},
        {"{\"type\": \"strnig\"}", 1, 10, "this is no type"},
        {"{\"type\": [\"null\", 3]}", 1, 19, "this is no type"},
        {"{\"minLength\": \"1\"}", 1, 15, "the value of 'minLength' cannot be a string"},
        {"{\"required\": [1]}", 1, 15, "the name of a property must be a string"},
        {"{\"items\": [true]}", 1, 11, "prefixItems"},
    };
    struct jpk_schema_options options = {.unchecked = true};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        assert_null(jpk_schema_compile(cases[i].text, strlen(cases[i].text), &options, &err));
        assert_error(&err, JPK_ERR_SCHEMA, cases[i].line, cases[i].column, cases[i].part);
    }
    struct jpk_schema *schema = compile_with("{\"minLength\": -1, \"maxItems\": 1e300, \"multipleOf\": 0}", &options);
    assert_true(accepts(schema, "\"\""));
    assert_true(accepts(schema, "[1]"));
    assert_false(accepts(schema, "1"));
    jpk_schema_free(schema);
}

static void test_lenient_patterns(void **state)
{
    (void)state;
    struct jpk_schema_options options = {.lenient_patterns = true};
    struct jpk_schema *schema = compile_with("{\"pattern\": \"^[a\\\\-z]$\"}", &options);
    jpk_schema_free(schema);
    schema = compile_with("{\"pattern\": \"^a\\\\_b$\"}", &options);
    assert_true(accepts(schema, "\"a_b\""));
    jpk_schema_free(schema);
    struct jpk_error err = {0};
    const char *text = "{\"pattern\": \"^a\\\\_b$\"}";
    assert_null(jpk_schema_compile(text, strlen(text), NULL, &err));
    assert_error(&err, JPK_ERR_SCHEMA, 1, 13, "the pattern cannot be used");
}

static void test_vocabularies(void **state)
{
    (void)state;
    struct jpk_schema_registry *registry = new_registry(JPK_DRAFT_2020_12);
    add(registry, "https://example.com/strict",
        "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$id\": \"https://example.com/strict\","
        " \"$vocabulary\": {\"https://json-schema.org/draft/2020-12/vocab/core\": true,"
        " \"https://example.com/vocab/mine\": true}}");
    add(registry, "https://example.com/tolerant",
        "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$id\": \"https://example.com/tolerant\","
        " \"$vocabulary\": {\"https://json-schema.org/draft/2020-12/vocab/core\": true,"
        " \"https://json-schema.org/draft/2020-12/vocab/applicator\": true,"
        " \"https://example.com/vocab/mine\": false}}");
    struct jpk_schema_options options = {.registry = registry};
    struct jpk_error err = {0};
    const char *strict = "{\n\"$schema\": \"https://example.com/strict\"}";
    assert_null(jpk_schema_compile(strict, strlen(strict), &options, &err));
    assert_error(&err, JPK_ERR_SCHEMA, 2, 12, "https://example.com/vocab/mine, which is not known");
    /* Keywords of a vocabulary that is not there are none. */
    struct jpk_schema *schema = compile_with("{\"$schema\": \"https://example.com/tolerant\", \"type\": \"string\","
                                             " \"properties\": {\"a\": false}}",
                                             &options);
    assert_true(accepts(schema, "1"));
    assert_false(accepts(schema, "{\"a\": 1}"));
    jpk_schema_free(schema);
    jpk_schema_registry_free(registry);
}

/* ------------------------------------------------------------------------------------------------------- registry */

static void test_registry(void **state)
{
    (void)state;
    struct jpk_schema_registry *registry = new_registry(JPK_DRAFT_2020_12);
    add(registry, "https://example.com/schemas/number.json", "{\"type\": \"number\"}");
    add(registry, NULL,
        "{\"$id\": \"https://example.com/schemas/text\", \"$defs\": {"
        " \"short\": {\"$anchor\": \"short\", \"maxLength\": 3},"
        " \"inner\": {\"$id\": \"deep/inner\", \"$ref\": \"../text#short\"}}}");
    json_t *value = json_pack("{s:s, s:s}", "$id", "urn:example:built", "type", "boolean");
    struct jpk_error err = {0};
    assert_true(jpk_schema_registry_add_json(registry, NULL, value, &err));
    json_decref(value);
    struct jpk_schema_options options = {.registry = registry, .uri = "https://example.com/schemas/main"};
    static const struct {
        const char *schema, *good, *bad;
    } cases[] = {
        {"{\"$ref\": \"number.json\"}", "1", "\"\""},
        {"{\"$ref\": \"../schemas/./number.json\"}", "1", "\"\""},
        {"{\"$ref\": \"//EXAMPLE.com/schemas/number.json#\"}", "1", "\"\""},
        {"{\"$ref\": \"text#short\"}", "\"abc\"", "\"abcd\""},
        {"{\"$ref\": \"text#/$defs/short\"}", "\"abc\"", "\"abcd\""},
        {"{\"$ref\": \"text#/%24defs/short\"}", "\"abc\"", "\"abcd\""},
        {"{\"$ref\": \"deep/inner\"}", "\"abc\"", "\"abcd\""},
        {"{\"$ref\": \"urn:example:built\"}", "true", "1"},
        {"{\"$id\": \"https://example.com/other/\", \"$ref\": \"../schemas/number.json\"}", "1", "\"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_schema *schema = compile_with(cases[i].schema, &options);
        assert_true(accepts(schema, cases[i].good));
        assert_false(accepts(schema, cases[i].bad));
        jpk_schema_free(schema);
    }
    struct jpk_schema *schema = jpk_schema_compile_uri("https://example.com/schemas/text#short", &options, &err);
    assert_non_null(schema);
    assert_string_equal(jpk_schema_uri(schema), "https://example.com/schemas/text");
    assert_false(accepts(schema, "\"abcd\""));
    jpk_schema_free(schema);
    schema = compile_with("{\"$id\": \"x/../y\"}", &options);
    assert_string_equal(jpk_schema_uri(schema), "https://example.com/schemas/y");
    jpk_schema_free(schema);
    schema = compile("{}");
    assert_string_equal(jpk_schema_uri(schema), "");
    jpk_schema_free(schema);
    jpk_schema_registry_free(registry);
}

static void test_compile_uri_errors(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        enum jpk_code code;
        const char *part;
    } cases[] = {
        {"", JPK_ERR_USAGE, "names no schema"},
        {"#/a", JPK_ERR_USAGE, "names no schema"},
        {"https://example.com/none", JPK_ERR_SCHEMA, "https://example.com/none is not known"},
        {"urn:jpk:schema:none", JPK_ERR_SCHEMA, "urn:jpk:schema:none is not known"},
        {"urn:jpk:schema:recipe-1#/nowhere", JPK_ERR_SCHEMA, "has no /nowhere"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        assert_null(jpk_schema_compile_uri(cases[i].uri, NULL, &err));
        assert_error(&err, cases[i].code, 0, 0, cases[i].part);
    }
}

static void test_registry_errors(void **state)
{
    (void)state;
    struct jpk_schema_registry *registry = new_registry(JPK_DRAFT_7);
    struct jpk_error err = {0};
    assert_false(jpk_schema_registry_add(registry, "https://example.com/a", "{\n\"a\" 1}", 8, "a.json", &err));
    assert_error(&err, JPK_ERR_JSON, 2, 5, "");
    assert_string_equal(err.file, "a.json");
    err = (struct jpk_error){0};
    const char *text = "{\"$schema\": \"urn:example:none\"}";
    assert_false(jpk_schema_registry_add(registry, "https://example.com/b", text, strlen(text), NULL, &err));
    assert_error(&err, JPK_ERR_SCHEMA, 1, 13, "urn:example:none is not known");
    assert_string_equal(err.file, "https://example.com/b");
    jpk_schema_registry_free(registry);
    jpk_schema_registry_free(NULL);
    jpk_schema_free(NULL);
    jpk_validation_free(NULL);
}

static void test_two_documents_with_one_id(void **state)
{
    (void)state;
    struct jpk_schema_registry *registry = new_registry(JPK_DRAFT_2020_12);
    add(registry, NULL, "{\"$id\": \"https://example.com/a\", \"type\": \"string\"}");
    add(registry, NULL, "{\"type\": \"string\", \"$id\": \"https://example.com/a\"}");
    struct jpk_schema_options options = {.registry = registry};
    struct jpk_error err = {0};
    struct jpk_schema *schema = compile_with("{\"$ref\": \"https://example.com/a\"}", &options);
    assert_false(accepts(schema, "1"));
    jpk_schema_free(schema);
    add(registry, NULL, "{\"$id\": \"https://example.com/a\", \"type\": \"number\"}");
    const char *text = "{\"$ref\": \"https://example.com/a\"}";
    assert_null(jpk_schema_compile(text, strlen(text), &options, &err));
    assert_error(&err, JPK_ERR_SCHEMA, 1, 10, "two different schemas have the id https://example.com/a");
    jpk_schema_registry_free(registry);
}

/* A resource inside of another may be written in another draft. */
static void test_embedded_draft(void **state)
{
    (void)state;
    struct jpk_schema *schema =
        compile("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$ref\": \"old\","
                " \"$defs\": {\"old\": {\"$id\": \"old\", \"$schema\": \"http://json-schema.org/draft-07/schema#\","
                " \"items\": [{\"type\": \"string\"}], \"prefixItems\": [false]}}}");
    assert_true(accepts(schema, "[\"a\", 1]"));
    assert_false(accepts(schema, "[1]"));
    jpk_schema_free(schema);
    assert_accepts(
        "{\"$schema\": \"http://json-schema.org/draft-07/schema#\","
        " \"allOf\": [{\"$ref\": \"urn:example:new\"}], \"definitions\": {\"new\": {\"$id\": \"urn:example:new\","
        " \"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"prefixItems\": [false]}}}",
        "[1]", false);
}

struct library {
    size_t asked;
    bool broken;
};

static bool load(void *context, struct jpk_schema_registry *registry, const char *uri, struct jpk_error *err)
{
    struct library *library = context;
    library->asked++;
    if (library->broken)
        return jpk_schema_registry_add(registry, uri, "{\"a\":", 5, "loaded.json", err);
    if (strcmp(uri, "https://example.com/loaded") != 0)
        return true;
    const char *text = "{\"properties\": {\"next\": {\"$ref\": \"#\"}, \"size\": {\"type\": \"integer\"}}}";
    return jpk_schema_registry_add(registry, uri, text, strlen(text), NULL, err);
}

static void test_loader(void **state)
{
    (void)state;
    struct library library = {0};
    struct jpk_schema_registry *registry = new_registry(JPK_DRAFT_2020_12);
    jpk_schema_registry_set_loader(registry, load, &library);
    struct jpk_schema_options options = {.registry = registry};
    const char *text = "{\"$ref\": \"https://example.com/loaded\"}";
    for (int i = 0; i < 2; i++) {
        struct jpk_schema *schema = compile_with(text, &options);
        assert_false(accepts(schema, "{\"next\": {\"next\": {\"size\": \"\"}}}"));
        jpk_schema_free(schema);
    }
    assert_int_equal(library.asked, 1);
    struct jpk_error err = {0};
    const char *none = "{\"$ref\": \"https://example.com/none\"}";
    assert_null(jpk_schema_compile(none, strlen(none), &options, &err));
    assert_error(&err, JPK_ERR_SCHEMA, 1, 10, "https://example.com/none is not known");
    assert_int_equal(library.asked, 2);
    /* The error of a document that is loaded has the place in that document. */
    library.broken = true;
    err = (struct jpk_error){0};
    assert_null(jpk_schema_compile(none, strlen(none), &options, &err));
    assert_error(&err, JPK_ERR_JSON, 1, 6, "");
    assert_string_equal(err.file, "loaded.json");
    jpk_schema_registry_free(registry);
}

static void test_jansson(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    json_t *value = json_pack("{s:{s:{s:s}}, s:[s]}", "properties", "a", "type", "integer", "required", "a");
    struct jpk_schema *schema = jpk_schema_compile_json(value, NULL, &err);
    assert_non_null(schema);
    json_decref(value);
    static const struct {
        double a;
        bool valid;
    } cases[] = {{1, true}, {1.5, false}, {1e300, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *instance = json_pack("{s:f}", "a", cases[i].a);
        struct jpk_validation *validation = jpk_validate_json(schema, instance, NULL, &err);
        assert_non_null(validation);
        assert_int_equal(jpk_validation_valid(validation), cases[i].valid);
        json_decref(instance);
        jpk_validation_free(validation);
    }
    /* A real is no integer of draft 4, as 1.0 in a text is none. */
    struct jpk_schema *old =
        compile_with("{\"$schema\": \"http://json-schema.org/draft-04/schema#\", \"type\": \"integer\"}", NULL);
    json_t *numbers[] = {json_real(1), json_integer(1)};
    static const char *const texts[] = {"1.0", "1"};
    for (size_t i = 0; i < 2; i++) {
        struct jpk_validation *validation = jpk_validate_json(old, numbers[i], NULL, &err);
        struct jpk_validation *of_text = jpk_validate(old, texts[i], strlen(texts[i]), NULL, &err);
        assert_int_equal(jpk_validation_valid(validation), i == 1);
        assert_int_equal(jpk_validation_valid(of_text), i == 1);
        jpk_validation_free(validation);
        jpk_validation_free(of_text);
        json_decref(numbers[i]);
    }
    jpk_schema_free(old);
    json_t *deep = json_array();
    for (int i = 0; i < 5000; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, deep);
        deep = outer;
    }
    assert_null(jpk_validate_json(schema, deep, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    json_decref(deep);
    jpk_schema_free(schema);
}

/* --------------------------------------------------------------------------------------------------------- options */

static void test_formats(void **state)
{
    (void)state;
    struct jpk_schema_options assert_formats = {.assert_formats = true};
    const char *text = "{\"format\": \"date\"}";
    struct jpk_schema *annotated = compile(text), *asserted = compile_with(text, &assert_formats);
    assert_true(accepts(annotated, "\"yesterday\""));
    assert_false(accepts(asserted, "\"yesterday\""));
    assert_true(accepts(asserted, "\"2024-02-29\""));
    assert_true(accepts(asserted, "3"));
    jpk_schema_free(annotated);
    jpk_schema_free(asserted);
    /* A format that nobody knows, or that the draft does not know, says nothing. */
    asserted = compile_with("{\"format\": \"colour\"}", &assert_formats);
    assert_true(accepts(asserted, "\"\""));
    jpk_schema_free(asserted);
    asserted = compile_with("{\"$schema\": \"http://json-schema.org/draft-04/schema#\", \"format\": \"date\"}",
                            &assert_formats);
    assert_true(accepts(asserted, "\"yesterday\""));
    jpk_schema_free(asserted);
}

static void test_content(void **state)
{
    (void)state;
    struct jpk_schema_options options = {.assert_content = true};
    const char *text = "{\"contentEncoding\": \"base64\", \"contentMediaType\": \"application/json\"}";
    struct jpk_schema *annotated = compile(text), *asserted = compile_with(text, &options);
    assert_true(accepts(annotated, "\"%\""));
    assert_false(accepts(asserted, "\"%\""));
    assert_false(accepts(asserted, "\"ezp9\""));
    assert_true(accepts(asserted, "\"e30=\""));
    assert_true(accepts(asserted, "3"));
    jpk_schema_free(annotated);
    jpk_schema_free(asserted);
}

static size_t failures(const struct jpk_schema *schema, const char *text, const struct jpk_validation_options *options)
{
    struct jpk_error err = {0};
    struct jpk_validation *validation = jpk_validate(schema, text, strlen(text), options, &err);
    if (!validation)
        fail_msg("%s", err.message);
    json_t *output = jpk_validation_output(validation, JPK_OUTPUT_BASIC), *unit;
    size_t count = 0, index;
    json_array_foreach(json_object_get(output, "errors"), index, unit)
    {
        /* Without those that only hold others. */
        const char *keyword = json_string_value(json_object_get(unit, "keywordLocation"));
        count += strstr(keyword, "/type") != NULL;
    }
    json_decref(output);
    jpk_validation_free(validation);
    return count;
}

static void test_how_many(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile("{\"items\": {\"type\": \"string\"}}");
    const char *text = "[1, 2, \"\", 3, 4]";
    assert_int_equal(failures(schema, text, NULL), 4);
    assert_int_equal(failures(schema, text, &(struct jpk_validation_options){.first = true}), 1);
    assert_int_equal(failures(schema, text, &(struct jpk_validation_options){.max_failures = 1}), 1);
    assert_int_equal(failures(schema, text, &(struct jpk_validation_options){.max_failures = 3}), 3);
    assert_int_equal(failures(schema, text, &(struct jpk_validation_options){.max_failures = 100}), 4);
    jpk_schema_free(schema);
}

/* What compile_answer.c joins must say the same as the keywords one by one. */
static void test_joined_keywords(void **state)
{
    (void)state;
    static const struct {
        const char *schema;
        const char *good[6], *bad[6];
    } cases[] = {
        {"{\"properties\": {\"a\": {\"type\": \"string\"}, \"b\": true}, \"required\": [\"a\"], "
         "\"additionalProperties\": false}",
         {"{\"a\": \"\"}", "{\"b\": 1, \"a\": \"\"}", "{\"a\": 1, \"a\": \"\"}", "7"},
         {"{}", "{\"b\": 1}", "{\"a\": 1}", "{\"a\": \"\", \"c\": 1}", "{\"a\": \"\", \"a\": 1}"}},
        /* A name that is required need not be among the properties, and may be there twice. */
        {"{\"properties\": {\"a\": {\"type\": \"string\"}}, \"required\": [\"a\", \"z\"], \"additionalProperties\": "
         "true}",
         {"{\"a\": \"\", \"z\": 1}"},
         {"{\"a\": \"\"}", "{\"z\": 1}", "{\"a\": \"\", \"a\": \"\"}"}},
        {"{\"properties\": {\"a\": true, \"b\": true}, \"required\": [\"a\", \"b\"], \"additionalProperties\": false}",
         {"{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"b\": 2, \"a\": 3}"},
         {"{\"a\": 1, \"a\": 2}"}},
        /* A pattern may be about a property that is named, too. */
        {"{\"properties\": {\"x-a\": {\"minimum\": 1}}, \"patternProperties\": {\"^x-\": {\"maximum\": 5}}, "
         "\"additionalProperties\": {\"type\": \"string\"}}",
         {"{\"x-a\": 3}", "{\"x-b\": 0}", "{\"c\": \"\"}"},
         {"{\"x-a\": 0}", "{\"x-a\": 6}", "{\"x-b\": 6}", "{\"c\": 1}"}},
        {"{\"patternProperties\": {\"a\": {\"type\": \"string\"}, \"b\": false}, \"required\": [\"a\"]}",
         {"{\"a\": \"\"}", "{\"a\": \"\", \"c\": 1}"},
         {"{}", "{\"ca\": \"\"}", "{\"a\": 1}", "{\"a\": \"\", \"ab\": \"\"}"}},
        {"{\"additionalProperties\": {\"type\": \"integer\"}}", {"{\"a\": 1.0}", "{}"}, {"{\"a\": 1.5}"}},
        /* Few properties are looked up by name. */
        {"{\"properties\": {\"a\": {\"const\": \"x\"}}, \"required\": [\"a\"]}",
         {"{\"b\": 1, \"a\": \"x\"}", "[]"},
         {"{}", "{\"a\": \"y\"}", "{\"a\": \"xx\"}", "{\"a\": 1}", "{\"a\": \"x\", \"a\": \"y\"}"}},
        {"{\"enum\": [\"\", \"abc\", \"abcdefgh\", \"abcdefghijklmnopqrst\"]}",
         {"\"\"", "\"abc\"", "\"\\u0061bc\"", "\"abcdefgh\"", "\"abcdefghijklmnopqrst\""},
         {"\"a\"", "\"aBc\"", "\"abcdEfgh\"", "\"abcdefghijKlmnopqrst\"", "1"}},
        {"{\"type\": [\"integer\", \"null\"]}", {"1", "1.0", "1e400", "null"}, {"1.5", "1e-1", "\"1\"", "[]"}},
        {"{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}, \"b\": {\"type\": \"null\"}}}",
         {"null"},
         {"1"}},
        {"{\"items\": {\"$ref\": \"#/$defs/a\", \"type\": \"string\"}, \"$defs\": {\"a\": {\"maxLength\": 1}}}",
         {"[\"\", \"a\"]"},
         {"[\"ab\"]", "[1]"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < 6 && cases[i].good[j]; j++)
            assert_accepts(cases[i].schema, cases[i].good[j], true);
        for (size_t j = 0; j < 6 && cases[i].bad[j]; j++)
            assert_accepts(cases[i].schema, cases[i].bad[j], false);
    }
}

static void test_duplicates(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile("{\"properties\": {\"a\": {\"type\": \"string\"}}, \"maxProperties\": 1}");
    struct jpk_validation_options options = {.reject_duplicates = true, .file = "data.json"};
    struct jpk_error err = {0};
    const char *text = "{\"a\": 1,\n \"a\": \"\"}";
    bool answer = true;
    assert_true(accepts(schema, text));
    assert_false(accepts(schema, "{\"a\": \"\", \"a\": 1}"));
    assert_null(jpk_validate(schema, text, strlen(text), &options, &err));
    assert_error(&err, JPK_ERR_JSON, 2, 2, "a");
    assert_string_equal(err.file, "data.json");
    err = (struct jpk_error){0};
    assert_false(jpk_is_valid(schema, text, strlen(text), &options, &answer, &err));
    assert_error(&err, JPK_ERR_JSON, 2, 2, "a");
    jpk_schema_free(schema);
    /* In a schema the last one counts too. */
    assert_accepts("{\"type\": \"string\", \"type\": \"number\"}", "1", true);
}

static void test_limits(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile("true");
    struct jpk_error err = {0};
    assert_null(jpk_validate(schema, "[[[1]]]", 7, &(struct jpk_validation_options){.max_depth = 2}, &err));
    assert_error(&err, JPK_ERR_LIMIT, 1, 3, "");
    err = (struct jpk_error){0};
    assert_null(jpk_validate(schema, "[1, 2]", 6, &(struct jpk_validation_options){.max_size = 5}, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    jpk_schema_free(schema);
}

/* --------------------------------------------------------------------------------------------------------- hostile */

static char *repeated(const char *text, size_t times, const char *middle, const char *end)
{
    struct buf out = {0};
    for (size_t i = 0; i < times; i++)
        buf_puts(&out, text);
    buf_puts(&out, middle);
    for (size_t i = 0; i < times; i++)
        buf_puts(&out, end);
    assert_false(out.failed);
    return out.data;
}

static void test_wrong_instances(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        enum jpk_code code;
        unsigned line, column;
    } cases[] = {
        {"", 0, JPK_ERR_JSON, 1, 1},
        {"{\"a\": }", 7, JPK_ERR_JSON, 1, 7},
        {"[1]\n]", 5, JPK_ERR_JSON, 2, 1},
        {"\xef\xbb\xbf[]", 5, JPK_ERR_ENCODING, 1, 1},
        {"[\"\xc0\x80\"]", 6, JPK_ERR_ENCODING, 1, 3},
        {"[\"a\0b\"]", 7, JPK_ERR_JSON, 1, 4},
        {"[1e9999999999999999999]", 23, JPK_ERR_LIMIT, 1, 3},
    };
    struct jpk_schema *schema = compile("true");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jpk_error err = {0};
        struct jpk_validation_options options = {.file = "data.json"};
        assert_null(jpk_validate(schema, cases[i].text, cases[i].n, &options, &err));
        assert_error(&err, cases[i].code, cases[i].line, cases[i].column, "");
        assert_string_equal(err.file, "data.json");
        bool answer = true;
        assert_false(jpk_is_valid(schema, cases[i].text, cases[i].n, NULL, &answer, NULL));
        assert_true(answer);
    }
    jpk_schema_free(schema);
}

static void test_deep_instances(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile("{\"items\": {\"$ref\": \"#\"}, \"type\": [\"array\", \"string\"]}");
    struct jpk_error err = {0};
    char *text = repeated("[", 10000, "1", "]");
    assert_null(jpk_validate(schema, text, strlen(text), NULL, &err));
    assert_error(&err, JPK_ERR_LIMIT, 1, 1001, "");
    err = (struct jpk_error){0};
    struct jpk_validation_options deep = {.max_depth = 1000000};
    assert_null(jpk_validate(schema, text, strlen(text), &deep, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    err = (struct jpk_error){0};
    free(text);
    text = repeated("[", 4000, "1", "]");
    struct jpk_validation *validation = jpk_validate(schema, text, strlen(text), &deep, &err);
    if (!validation)
        fail_msg("%s", err.message);
    assert_false(jpk_validation_valid(validation));
    json_t *output = jpk_validation_output(validation, JPK_OUTPUT_DETAILED);
    assert_int_equal(json_string_length(json_object_get(output, "instanceLocation")), 8000);
    json_decref(output);
    jpk_validation_free(validation);
    free(text);
    jpk_schema_free(schema);
}

/* A schema is a text like others: its depth has a limit too. */
static void test_deep_schemas(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    char *text = repeated("{\"not\":", 10000, "true", "}");
    assert_null(jpk_schema_compile(text, strlen(text), NULL, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    free(text);
    text = repeated("{\"not\":", 900, "true", "}");
    struct jpk_schema *schema = compile(text);
    assert_true(accepts(schema, "1"));
    free(text);
    jpk_schema_free(schema);
}

static void test_endless_dynamic_references(void **state)
{
    (void)state;
    static const char *const schemas[] = {
        "{\"$dynamicAnchor\": \"a\", \"$dynamicRef\": \"#a\"}",
        "{\"$dynamicAnchor\": \"a\", \"allOf\": [{\"anyOf\": [{\"not\": {\"if\": {\"$dynamicRef\": \"#a\"}}}]}]}",
        "{\"$schema\": \"https://json-schema.org/draft/2019-09/schema\", \"$recursiveAnchor\": true,"
        " \"unevaluatedProperties\": false, \"oneOf\": [{\"$recursiveRef\": \"#\"}]}",
        "{\"$id\": \"https://example.com/a\", \"$dynamicAnchor\": \"a\", \"$ref\": \"b\", \"$defs\": {\"b\": {\"$id\": "
        "\"b\","
        " \"if\": {\"$dynamicRef\": \"#a\"}, \"$defs\": {\"own\": {\"$dynamicAnchor\": \"a\"}}}}}",
    };
    static const struct jpk_validation_options ways[] = {{0}, {.annotations = true}, {.verbose = true}};
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct jpk_schema *schema = compile(schemas[i]);
        for (size_t j = 0; j < sizeof ways / sizeof ways[0]; j++) {
            struct jpk_error err = {0};
            bool answer;
            assert_null(jpk_validate(schema, "{}", 2, &ways[j], &err));
            assert_int_equal(err.code, JPK_ERR_LIMIT);
            assert_non_null(strstr(err.message, "without end"));
            assert_int_equal(err.line, 1);
            assert_false(jpk_is_valid(schema, "{}", 2, NULL, &answer, NULL));
        }
        jpk_schema_free(schema);
    }
}

/* Names times resources: a megabyte of them took minutes. */
static void test_many_dynamic_references(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_puts(&text, "{\"$id\": \"https://example.com/a\", \"$defs\": {\"\": true");
    for (int i = 0; i < 1100; i++)
        buf_printf(&text,
                   ", \"%d\": {\"$id\": \"r%d\", \"$dynamicAnchor\": \"n%d\"}, \"n%d\": {\"$dynamicAnchor\": \"n%d\"}",
                   i, i, i, i, i);
    buf_puts(&text, "}, \"allOf\": [true");
    for (int i = 0; i < 1100; i++)
        buf_printf(&text, ", {\"$dynamicRef\": \"#n%d\"}, {\"$ref\": \"r%d\"}", i, i);
    buf_puts(&text, "]}");
    struct jpk_error err = {0};
    assert_null(jpk_schema_compile(buf_text(&text), text.size, NULL, &err));
    assert_error(&err, JPK_ERR_LIMIT, 1, 1, "too many");
    buf_free(&text);
}

static void test_catastrophic_patterns(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile("{\"pattern\": \"^(a+)+$\"}");
    char *text = repeated("a", 50000, "!b", "");
    struct buf quoted = {0};
    buf_printf(&quoted, "\"%s\"", text);
    assert_false(accepts(schema, buf_text(&quoted)));
    jpk_schema_free(schema);
    /* With a reference to a group there is no way around backtracking: no answer rather than a wrong one. */
    static const char *const schemas[] = {
        "{\"pattern\":\n \"^((a+)+)\\\\1b$\"}",
        "{\"type\": [\"string\", \"object\"], \"propertyNames\": {\"pattern\":\n \"^((a+)+)\\\\1b$\"}}",
        "{\"patternProperties\": {\n\"^((a+)+)\\\\1b$\": true}}",
        "{\"anyOf\": [{\"additionalProperties\": true, \"patternProperties\": {\n\"^((a+)+)\\\\1b$\": true}}, true]}",
    };
    struct buf object = {0};
    buf_printf(&object, "{%s: 1}", buf_text(&quoted));
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct jpk_error err = {0};
        const struct buf *instance = i == 0 ? &quoted : &object;
        schema = compile(schemas[i]);
        assert_null(jpk_validate(schema, buf_text(instance), instance->size, NULL, &err));
        assert_int_equal(err.code, JPK_ERR_LIMIT);
        assert_non_null(strstr(err.message, "the pattern takes too long"));
        jpk_schema_free(schema);
    }
    buf_free(&object);
    buf_free(&quoted);
    free(text);
}

static void test_long_strings(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    struct buf text = {0};
    buf_puts(&text, "[\"");
    for (size_t i = 0; i < LONG; i++)
        buf_puts(&text, "\xc3\xa9");
    buf_puts(&text, "\", \"");
    for (size_t i = 0; i < LONG; i++)
        buf_puts(&text, "x");
    buf_puts(&text, "\"]");
    struct jpk_schema *schema =
        compile("{\"items\": {\"minLength\": 1048576, \"maxLength\": 1048576, \"pattern\": "
                "\"^(\xc3\xa9|x)*$\", \"not\": {\"format\": \"date\"}}, \"uniqueItems\": true}");
    struct jpk_schema_options formats = {.assert_formats = true};
    struct jpk_schema *other = compile_with("{\"items\": {\"not\": {\"format\": \"idn-email\"}}}", &formats);
    assert_false(valid(schema, buf_text(&text), text.size)); /* format is an annotation, so `not` fails */
    assert_true(valid(other, buf_text(&text), text.size));
    jpk_schema_free(other);
    jpk_schema_free(schema);
    schema = compile("{\"items\": {\"maxLength\": 1048575}}");
    assert_false(valid(schema, buf_text(&text), text.size));
    jpk_schema_free(schema);
    buf_free(&text);
}

static void test_nul_in_strings(void **state)
{
    (void)state;
    assert_accepts("{\"const\": \"a\\u0000b\"}", "\"a\\u0000b\"", true);
    assert_accepts("{\"const\": \"a\\u0000b\"}", "\"a\\u0000c\"", false);
    assert_accepts("{\"minLength\": 3, \"maxLength\": 3, \"pattern\": \"^a\\\\u0000b$\"}", "\"a\\u0000b\"", true);
    assert_accepts("{\"properties\": {\"a\\u0000b\": false}}", "{\"a\\u0000c\": 1}", true);
    assert_accepts("{\"properties\": {\"a\\u0000b\": false}}", "{\"a\\u0000b\": 1}", false);
    assert_accepts("{\"required\": [\"a\\u0000b\"]}", "{\"a\": 1}", false);
    assert_accepts("{\"$defs\": {\"a\\u0000b\": false}, \"$ref\": \"#/$defs/a%00b\"}", "1", false);
}

static void test_big_numbers(void **state)
{
    (void)state;
    assert_accepts("{\"type\": \"integer\"}", "1e400", true);
    assert_accepts("{\"type\": \"integer\"}", "1e-400", false);
    assert_accepts("{\"maximum\": 1e400}", "1e401", false);
    assert_accepts("{\"exclusiveMaximum\": 18446744073709551616}", "18446744073709551615.99", true);
    assert_accepts("{\"const\": 123456789012345678901234567890}", "123456789012345678901234567891", false);
    assert_accepts("{\"enum\": [1, 2, 3, 4, 5, 1e2]}", "100.0", true);
    assert_accepts("{\"uniqueItems\": true}", "[1e400, 10e399]", false);
    assert_accepts("{\"multipleOf\": 0.01}", "19.99", true);
    assert_accepts("{\"multipleOf\": 0.01}", "19.995", false);
    assert_accepts("{\"maxLength\": 1e2}", "\"\"", true);
    assert_accepts("{\"minItems\": 1e400}", "[]", false);
}

/* ---------------------------------------------------------------------------------------------------------- threads */

static void *validate_often(void *context)
{
    const struct jpk_schema *schema = context;
    static const char good[] = "{\"name\": \"abc\", \"more\": [1, 2, 3, 4, 5, 6, 7, 8]}";
    static const char bad[] = "{\"name\": \"ab\", \"more\": [1, 2, 3, 4, 5, 6, 7, 1], \"x\": 1}";
    size_t wrong = 0;
    for (int i = 0; i < 500; i++) {
        struct jpk_error err = {0};
        bool answer = false;
        wrong += !jpk_is_valid(schema, good, sizeof good - 1, NULL, &answer, &err) || !answer;
        struct jpk_validation *validation = jpk_validate(schema, bad, sizeof bad - 1, NULL, &err);
        wrong += !validation || jpk_validation_valid(validation);
        json_t *output = validation ? jpk_validation_output(validation, JPK_OUTPUT_BASIC) : NULL;
        wrong += json_array_size(json_object_get(output, "errors")) != 5; /* two of them hold others */
        json_decref(output);
        jpk_validation_free(validation);
    }
    return wrong ? context : NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct jpk_schema *schema = compile("{\"properties\": {\"name\": {\"pattern\": \"^(ab?c)+$\"},"
                                        " \"more\": {\"uniqueItems\": true}}, \"unevaluatedProperties\": false}");
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, validate_often, schema), 0);
    for (size_t i = 0; i < 4; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    jpk_schema_free(schema);
}

/* --------------------------------------------------------------------------------------------------- shipped schemas
 */

static void test_shipped(void **state)
{
    (void)state;
    size_t count;
    const struct jpk_shipped_schema *all = jpk_shipped_schemas(&count);
    bool recipe = false;
    assert_true(count >= 21);
    for (size_t i = 0; i < count; i++) {
        struct jpk_error err = {0};
        json_error_t problem;
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_true(all[i].title[0] != '\0');
        assert_int_equal(strlen(all[i].text), all[i].size);
        json_t *value = json_loadb(all[i].text, all[i].size, 0, &problem);
        assert_non_null(value);
        const char *id = json_string_value(json_object_get(value, "$id"));
        id = id ? id : json_string_value(json_object_get(value, "id"));
        assert_non_null(id);
        assert_int_equal(strncmp(id, all[i].uri, strlen(all[i].uri)), 0);
        assert_true(strcmp(id + strlen(all[i].uri), "") == 0 || strcmp(id + strlen(all[i].uri), "#") == 0);
        assert_string_equal(json_string_value(json_object_get(value, "title")), all[i].title);
        json_decref(value);
        struct jpk_schema *schema = jpk_schema_compile_uri(all[i].uri, NULL, &err);
        if (!schema)
            fail_msg("%s: %s", all[i].uri, err.message);
        assert_string_equal(jpk_schema_uri(schema), all[i].uri);
        jpk_schema_free(schema);
        /* Each is valid by its own meta-schema. */
        schema = jpk_schema_compile(all[i].text, all[i].size, NULL, &err);
        if (!schema)
            fail_msg("%s: %s", all[i].name, err.message);
        jpk_schema_free(schema);
        recipe |= strcmp(all[i].name, "recipe-1") == 0 && strcmp(all[i].uri, "urn:jpk:schema:recipe-1") == 0 &&
                  strcmp(all[i].title, "Recipe metadata, format 1") == 0;
    }
    assert_true(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drafts),
        cmocka_unit_test(test_draft_by_option),
        cmocka_unit_test(test_wrong_schemas),
        cmocka_unit_test(test_against_the_meta_schema),
        cmocka_unit_test(test_unchecked),
        cmocka_unit_test(test_lenient_patterns),
        cmocka_unit_test(test_vocabularies),
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_compile_uri_errors),
        cmocka_unit_test(test_registry_errors),
        cmocka_unit_test(test_two_documents_with_one_id),
        cmocka_unit_test(test_embedded_draft),
        cmocka_unit_test(test_loader),
        cmocka_unit_test(test_jansson),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_joined_keywords),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_wrong_instances),
        cmocka_unit_test(test_deep_instances),
        cmocka_unit_test(test_deep_schemas),
        cmocka_unit_test(test_endless_dynamic_references),
        cmocka_unit_test(test_many_dynamic_references),
        cmocka_unit_test(test_catastrophic_patterns),
        cmocka_unit_test(test_long_strings),
        cmocka_unit_test(test_nul_in_strings),
        cmocka_unit_test(test_big_numbers),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_shipped),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
