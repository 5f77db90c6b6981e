/* The tests of output formats: what the basic format gives must be valid by the schema that the test brings. */
#include <stdlib.h>

#include "tests/conformance/suite.h"

static struct jpk_schema_registry *registry;

static bool passes(const struct jpk_schema *schema, const struct jdoc *doc, uint32_t test, char *why, size_t n)
{
    size_t size, wanted_size, count = 0;
    uint32_t wanted = suite_get(doc, suite_get(doc, test, "output"), "basic");
    const char *text = suite_slice(doc, suite_get(doc, test, "data"), &size);
    const char *wanted_text = suite_slice(doc, wanted, &wanted_size);
    struct jpk_schema_options options = {.registry = registry, .assert_formats = true};
    struct jpk_validation_options all = {.annotations = true};
    struct jpk_error err = {0};
    struct jpk_schema *check = jpk_schema_compile(wanted_text, wanted_size, &options, &err);
    struct jpk_validation *validation = jpk_validate(schema, text, size, &all, &err);
    json_t *output = validation ? jpk_validation_output(validation, JPK_OUTPUT_BASIC) : NULL;
    struct jpk_validation *verdict = check && output ? jpk_validate_json(check, output, NULL, &err) : NULL;
    bool passed = verdict && jpk_validation_valid(verdict);
    const struct jpk_failure *failures = verdict ? jpk_validation_failures(verdict, &count) : NULL;
    snprintf(why, n, "%s", count > 0 ? failures[0].message : err.message);
    jpk_validation_free(verdict);
    json_decref(output);
    jpk_validation_free(validation);
    jpk_schema_free(check);
    return passed;
}

static void run_file(enum jpk_draft draft, enum kind kind, const char *file, const struct jdoc *doc)
{
    for (uint32_t one = 1; one < jdoc_next(doc, 0); one = jdoc_next(doc, one)) {
        size_t size;
        const char *text = suite_slice(doc, suite_get(doc, one, "schema"), &size);
        struct jpk_schema_options options = {.registry = registry};
        struct jpk_error err = {0};
        struct jpk_schema *schema = jpk_schema_compile(text, size, &options, &err);
        uint32_t tests = suite_get(doc, one, "tests");
        for (uint32_t test = tests + 1; test < jdoc_next(doc, tests); test = jdoc_next(doc, test)) {
            char name[512], why[1200];
            snprintf(why, sizeof why, "the schema: %s", err.message);
            bool passed = schema && passes(schema, doc, test, why, sizeof why);
            suite_get_text(doc, test, "description", name, sizeof name);
            suite_count(draft, kind, passed, file, name, why);
        }
        jpk_schema_free(schema);
    }
}

void run_output(enum jpk_draft draft)
{
    char folder[256];
    struct buf text = {0};
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    if (draft < JPK_DRAFT_2019_09)
        return;
    registry = jpk_schema_registry_new(draft);
    snprintf(folder, sizeof folder, "output-tests/%s/output-schema.json", suite_folders[draft]);
    suite_load(folder, &text, &doc);
    if (!registry || !jpk_schema_registry_add(registry, NULL, buf_text(&text), text.size, folder, &err))
        printf("%s: %s\n", folder, err.message);
    snprintf(folder, sizeof folder, "output-tests/%s/content", suite_folders[draft]);
    suite_files(draft, OUTPUT, folder, run_file);
    jpk_schema_registry_free(registry);
    jdoc_free(&doc);
    buf_free(&text);
}
