/* A JSON Schema and an instance: all ways to validate agree. */
#include "jpk/schema.h"
#include "base/json.h"
#include "tests/fuzz/fuzz.h"

FUZZ_MUTATOR(fuzz_mutate);

enum answer { NOT_VALID, VALID, UNKNOWN };

struct pair {
    const struct jpk_schema *schema;
    const char *text;
    size_t size;
};

static enum answer unknown(const struct pair *pair, const struct jpk_error *err)
{
    fuzz_error(err, err->code == JPK_ERR_LIMIT ? SIZE_MAX : pair->size); /* a limit has its place in the schema */
    return UNKNOWN;
}

static void check_failures(const struct pair *pair, struct jpk_validation *validation)
{
    struct jdoc doc = {0};
    size_t count = 0;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    HOLDS((count == 0) == jpk_validation_valid(validation), "%zu failures", count);
    assert_true(jdoc_parse(&doc, pair->text, pair->size, NULL, NULL));
    for (size_t i = 0; i < count; i++) {
        fuzz_words("the message of a failure", failures[i].message);
        HOLDS(failures[i].offset <= pair->size && failures[i].line > 0 && failures[i].column > 0, "no place");
        HOLDS(doc.duplicate_count > 0 ||
                  jdoc_at_pointer(&doc, 0, failures[i].pointer, strlen(failures[i].pointer)) != JDOC_NONE ||
                  memmem(pair->text, pair->size, "\\u0000", 6),
              "'%s' leads nowhere", failures[i].pointer);
        HOLDS(i == 0 ? failures[i].level == 0 : failures[i].level <= failures[i - 1].level + 1, "level %u",
              failures[i].level);
    }
    jdoc_free(&doc);
}

static void check_outputs(struct jpk_validation *validation)
{
    for (int format = JPK_OUTPUT_FLAG; format <= JPK_OUTPUT_VERBOSE; format++) {
        json_t *output = jpk_validation_output(validation, (enum jpk_output)format);
        HOLDS(output, "no output %d", format);
        HOLDS(json_is_true(json_object_get(output, "valid")) == jpk_validation_valid(validation), "output %d", format);
        json_decref(output);
    }
}

static enum answer validate(const struct pair *pair, const struct jpk_validation_options *options)
{
    struct jpk_error err = {0};
    struct jpk_validation *validation = jpk_validate(pair->schema, pair->text, pair->size, options, &err);
    if (!validation)
        return unknown(pair, &err);
    enum answer answer = jpk_validation_valid(validation);
    check_failures(pair, validation);
    if (pair->size < 2000)
        check_outputs(validation);
    jpk_validation_free(validation);
    return answer;
}

static enum answer answer_only(const struct pair *pair)
{
    struct jpk_error err = {0};
    bool valid;
    return jpk_is_valid(pair->schema, pair->text, pair->size, NULL, &valid, &err) ? (enum answer)valid
                                                                                  : unknown(pair, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jpk_validation_options ways[] = {
        {0}, {.first = true}, {.annotations = true}, {.verbose = true, .annotations = true}};
    const struct jpk_schema_options options[] = {
        {0}, {.assert_formats = true, .assert_content = true, .unchecked = true, .lenient_patterns = true}};
    char *first, *text;
    size_t n, text_size;
    fuzz_halves(data, size, &first, &n, &text, &text_size);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct jpk_error err = {0};
        struct jpk_schema *schema = jpk_schema_compile(first, n, &options[i], &err);
        if (!schema) {
            fuzz_error(&err, n);
            continue;
        }
        struct pair pair = {schema, text, text_size};
        enum answer answer = answer_only(&pair);
        for (size_t j = 0; j < sizeof ways / sizeof *ways; j++) {
            enum answer other = validate(&pair, &ways[j]);
            HOLDS(answer == other || answer == UNKNOWN || other == UNKNOWN, "the answer %d, in way %zu %d", (int)answer,
                  j, (int)other);
        }
        jpk_schema_free(schema);
    }
    free(first);
    free(text);
    return 0;
}
