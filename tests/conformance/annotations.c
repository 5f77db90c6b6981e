/*
 * The tests of annotations: which schema locations annotate a place of an instance for a keyword. Each is run with
 * every draft that it is compatible with.
 */
#include <stdlib.h>

#include "base/text.h"
#include "tests/conformance/suite.h"

/* Where schemas are said to come from, so that all locations are absolute. */
#define BASE "https://example.com/annotations"

/* One condition of `compatibility`: "7", "<=2019", "=2020". */
static bool allows(const char *condition, enum jpk_draft draft)
{
    static const int releases[JPK_DRAFTS] = {4, 6, 7, 2019, 2020};
    int release = atoi(condition + strspn(condition, "<="));
    if (text_starts_with(condition, "<="))
        return releases[draft] <= release;
    return *condition == '=' ? releases[draft] == release : releases[draft] >= release;
}

static bool compatible(const struct jdoc *doc, uint32_t one, enum jpk_draft draft)
{
    char text[128];
    suite_get_text(doc, one, "compatibility", text, sizeof text);
    bool ok = true;
    for (char *rest = text, *condition; ok && (condition = strsep(&rest, ",")) != NULL;)
        ok = !*condition || allows(condition, draft);
    return ok;
}

/* The pointer to the schema with an `$id` that a URI ends in; "" when there is none, as for the root. */
static void find_embedded(const struct jdoc *doc, uint32_t schema, const char *uri, struct buf *out)
{
    for (uint32_t node = schema + 1; node < jdoc_next(doc, schema); node++) {
        char id[256];
        if (jdoc_type(doc, node) != JDOC_OBJECT)
            continue;
        suite_get_text(doc, node, "$id", id, sizeof id);
        if (*id && text_ends_with(uri, id)) {
            struct buf below = {0}, above = {0};
            jdoc_pointer(doc, node, &below);
            jdoc_pointer(doc, schema, &above);
            buf_puts(out, buf_text(&below) + above.size);
            buf_free(&below);
            buf_free(&above);
            return;
        }
    }
}

/* The location of the schema that an annotation's keyword stands in, as the suite writes it: "#/properties/foo". */
static void schema_of(const struct jdoc *doc, uint32_t schema, const json_t *unit, struct buf *out)
{
    const char *location = json_string_value(json_object_get(unit, "absoluteKeywordLocation"));
    const char *hash = strchr(location, '#'), *slash = strrchr(hash, '/');
    char *uri = strndup(location, (size_t)(hash - location));
    buf_putc(out, '#');
    if (uri)
        find_embedded(doc, schema, uri, out);
    buf_put(out, hash + 1, (size_t)(slash - hash - 1));
    free(uri);
}

/* Whether a unit annotates the place for the keyword. */
static bool is_about(const struct jdoc *doc, uint32_t assertion, const json_t *unit)
{
    char location[512], keyword[512];
    suite_get_text(doc, assertion, "location", location, sizeof location);
    suite_get_text(doc, assertion, "keyword", keyword, sizeof keyword);
    const char *way = json_string_value(json_object_get(unit, "keywordLocation"));
    return strcmp(json_string_value(json_object_get(unit, "instanceLocation")), location) == 0 &&
           strcmp(strrchr(way, '/') + 1, keyword) == 0;
}

/* Exactly the expected annotations, in any order. */
static bool holds(const struct jdoc *doc, uint32_t schema, uint32_t assertion, const json_t *units)
{
    uint32_t expected = suite_get(doc, assertion, "expected");
    size_t index, found = 0;
    json_t *unit;
    bool ok = true;
    json_array_foreach(units, index, unit)
    {
        struct buf where = {0};
        if (!is_about(doc, assertion, unit))
            continue;
        schema_of(doc, schema, unit, &where);
        uint32_t value = suite_get(doc, expected, buf_text(&where));
        json_t *wanted = value == JDOC_NONE ? NULL : jdoc_to_jansson(doc, value);
        ok = ok && wanted && json_equal(wanted, json_object_get(unit, "annotation"));
        json_decref(wanted);
        buf_free(&where);
        found++;
    }
    return ok && found == jdoc_count(doc, expected);
}

static void run_test(enum jpk_draft draft, const char *file, const struct jdoc *doc, uint32_t one, uint32_t test,
                     const struct jpk_schema *schema)
{
    char name[512];
    size_t size;
    struct jpk_error err = {0};
    struct jpk_validation_options options = {.annotations = true};
    const char *text = suite_slice(doc, suite_get(doc, test, "instance"), &size);
    struct jpk_validation *validation = schema ? jpk_validate(schema, text, size, &options, &err) : NULL;
    json_t *output = validation ? jpk_validation_output(validation, JPK_OUTPUT_BASIC) : NULL;
    uint32_t assertions = suite_get(doc, test, "assertions");
    suite_get_text(doc, one, "description", name, sizeof name);
    for (uint32_t i = assertions + 1; i < jdoc_next(doc, assertions); i = jdoc_next(doc, i)) {
        const json_t *units = json_object_get(output, "annotations");
        bool passed = output && holds(doc, suite_get(doc, one, "schema"), i, units);
        suite_count(draft, ANNOTATIONS, passed, file, name, output ? "other annotations" : err.message);
    }
    json_decref(output);
    jpk_validation_free(validation);
}

static void run_case(enum jpk_draft draft, const char *file, const struct jdoc *doc, uint32_t one)
{
    size_t size;
    struct jpk_error err = {0};
    struct jpk_schema_registry *registry = jpk_schema_registry_new(draft);
    uint32_t others = suite_get(doc, one, "externalSchemas");
    for (uint32_t key = others + 1; others != JDOC_NONE && key < jdoc_next(doc, others);
         key = jdoc_next(doc, key + 1)) {
        const char *text = suite_slice(doc, key + 1, &size);
        char uri[512];
        snprintf(uri, sizeof uri, "%.*s", (int)jdoc_string_size(doc, key), jdoc_string(doc, key));
        jpk_schema_registry_add(registry, uri, text, size, NULL, &err);
    }
    struct jpk_schema_options options = {.registry = registry, .draft = &draft, .uri = BASE};
    const char *text = suite_slice(doc, suite_get(doc, one, "schema"), &size);
    struct jpk_schema *schema = jpk_schema_compile(text, size, &options, &err);
    if (!schema)
        printf("%s: %s\n", file, err.message);
    uint32_t tests = suite_get(doc, one, "tests");
    for (uint32_t test = tests + 1; test < jdoc_next(doc, tests); test = jdoc_next(doc, test))
        run_test(draft, file, doc, one, test, schema);
    jpk_schema_free(schema);
    jpk_schema_registry_free(registry);
}

/* Assertions, each once, and those of cases for drafts to come. */
static size_t assertions, of_the_future;

static void count_case(const struct jdoc *doc, uint32_t one)
{
    bool any = false;
    size_t count = 0;
    for (int draft = 0; draft < JPK_DRAFTS; draft++)
        any |= compatible(doc, one, (enum jpk_draft)draft);
    uint32_t tests = suite_get(doc, one, "tests");
    for (uint32_t test = tests + 1; test < jdoc_next(doc, tests); test = jdoc_next(doc, test))
        count += jdoc_count(doc, suite_get(doc, test, "assertions"));
    assertions += count;
    of_the_future += any ? 0 : count;
}

static void run_file(enum jpk_draft draft, enum kind kind, const char *file, const struct jdoc *doc)
{
    (void)kind;
    uint32_t cases = suite_get(doc, 0, "suite");
    for (uint32_t one = cases + 1; one < jdoc_next(doc, cases); one = jdoc_next(doc, one)) {
        if (compatible(doc, one, draft))
            run_case(draft, file, doc, one);
        if (draft == JPK_DRAFT_2020_12)
            count_case(doc, one);
    }
}

void run_annotations(enum jpk_draft draft)
{
    suite_files(draft, ANNOTATIONS, "annotations/tests", run_file);
}

void print_annotations(void)
{
    printf("annotations: %zu assertions, run with every draft they are for; %zu are for a draft that is not released\n",
           assertions, of_the_future);
}
