/* YAML: as a document, against the schemas of our YAML files, and as a configuration. */
#include "base/file.h"
#include "base/yaml.h"
#include "jpk/schema.h"
#include "recipe/config.h"
#include "schema/validation.h"
#include "tests/fuzz/fuzz.h"

static const char *const uris[] = {"urn:jpk:schema:manifest-1", "urn:jpk:schema:config-1"};
static struct jpk_schema *schemas[2]; /* they live as long as the program */

static void check_nodes(const struct jdoc *doc)
{
    for (uint32_t node = 0; node < doc->count; node++) {
        size_t bad;
        HOLDS(jdoc_next(doc, node) > node && jdoc_next(doc, node) <= doc->count, "node %u ends nowhere", node);
        HOLDS(doc->nodes[node].start <= doc->size, "node %u begins nowhere", node);
        if (jdoc_type(doc, node) == JDOC_STRING)
            HOLDS(text_utf8(jdoc_string(doc, node), jdoc_string_size(doc, node), &bad), "a string is not UTF-8");
    }
}

/* As JSON it is the same, as far as jansson holds its numbers. */
static void check_json(const struct jdoc *doc)
{
    struct jdoc again = {0};
    struct jpk_error err = {0};
    json_t *value = jdoc_to_jansson(doc, 0);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    HOLDS(text, "no JSON");
    HOLDS(jdoc_parse(&again, text, strlen(text), NULL, &err), "wrong JSON: %s", err.message);
    HOLDS(jdoc_count(doc, 0) == jdoc_count(&again, 0), "%u values", jdoc_count(&again, 0));
    jdoc_free(&again);
    json_decref(value);
    free(text);
}

static void validate(struct jdoc *doc, const struct jpk_schema *schema)
{
    struct jpk_error err = {0};
    struct jpk_validation *validation = validate_document(schema, doc, NULL, &err);
    size_t count = 0;
    if (!validation) {
        fuzz_error(&err, SIZE_MAX);
        return;
    }
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    HOLDS((count == 0) == jpk_validation_valid(validation), "%zu failures", count);
    for (size_t i = 0; i < count; i++)
        fuzz_words("the message of a failure", failures[i].message);
    jpk_validation_free(validation);
}

static void configure(const uint8_t *data, size_t size)
{
    char folder[FUZZ_PATH], path[FUZZ_PATH + 16];
    struct jpk_error err = {0};
    fuzz_folder(folder);
    snprintf(path, sizeof path, "%s/.jpk.yaml", folder);
    assert_true(file_write(path, data, size, false, NULL));
    struct config *config = config_read(path, NULL, &err);
    if (!config)
        fuzz_error(&err, SIZE_MAX);
    config_free(config);
    fuzz_remove(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    for (size_t i = 0; i < 2 && !schemas[i]; i++)
        HOLDS((schemas[i] = jpk_schema_compile_uri(uris[i], NULL, &err)) != NULL, "no schema: %s", err.message);
    if (!jdoc_parse_yaml(&doc, (const char *)data, size, NULL, &err)) {
        fuzz_error(&err, size);
        return 0;
    }
    check_nodes(&doc);
    check_json(&doc);
    for (size_t i = 0; i < 2; i++)
        validate(&doc, schemas[i]);
    jdoc_free(&doc);
    configure(data, size);
    return 0;
}
