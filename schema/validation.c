/* The public interface: compiling, validating. */
#include "schema/validation.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* --------------------------------------------------------------------------------------------------- compiling */

static struct jpk_schema *compile_resource(struct jpk_schema_registry *registry, const struct target *target,
                                           const struct jpk_schema_options *options, struct jpk_error *err)
{
    struct jpk_schema *schema = calloc(1, sizeof *schema);
    if (!schema) {
        error_memory(err);
        jpk_schema_registry_free(registry);
        return NULL;
    }
    schema->registry = registry;
    schema->resource = target->resource;
    struct compile_options compile = {
        .assert_formats = options->assert_formats,
        .assert_content = options->assert_content,
        .lenient_patterns = options->lenient_patterns,
    };
    if (!program_compile(&schema->program, registry, target, &compile, err)) {
        jpk_schema_free(schema);
        return NULL;
    }
    return schema;
}

/* A registry of the schema's own, below that of the options. NULL: no memory. */
static struct jpk_schema_registry *own_registry(const struct jpk_schema_options *options, struct jpk_error *err)
{
    struct jpk_schema_registry *parent = options->registry;
    struct jpk_schema_registry *registry = jpk_schema_registry_new(parent ? parent->draft : JPK_DRAFT_2020_12);
    if (!registry) {
        error_memory(err);
        return NULL;
    }
    registry->parent = parent;
    if (options->draft)
        registry->draft = *options->draft;
    return registry;
}

struct jpk_schema *jpk_schema_compile_uri(const char *uri, const struct jpk_schema_options *options,
                                          struct jpk_error *err)
{
    static const struct jpk_schema_options defaults = {0};
    options = options ? options : &defaults;
    struct jpk_schema_registry *registry = own_registry(options, err);
    if (!registry)
        return NULL;
    struct resource nowhere = {.uri = ""};
    struct document none = {.resources = &(struct resource *){&nowhere}};
    nowhere.document = &none;
    struct target target;
    struct jpk_error problem = {0};
    if (!*uri || *uri == '#') {
        error_set(err, JPK_ERR_USAGE, "an empty URI names no schema");
    } else if (!registry_resolve(registry, &nowhere, uri, strlen(uri), &target, &problem)) {
        error_pass(err, &problem, NULL);
    } else {
        return compile_resource(registry, &target, options, err);
    }
    jpk_schema_registry_free(registry);
    return NULL;
}

/* The compiled meta-schema of a resource; it belongs to the outermost registry. */
static const struct jpk_schema *meta_schema(struct jpk_schema_registry *registry, const struct resource *resource,
                                            struct jpk_error *err)
{
    static const char *const uris[JPK_DRAFTS] = {
        [JPK_DRAFT_4] = "http://json-schema.org/draft-04/schema",
        [JPK_DRAFT_6] = "http://json-schema.org/draft-06/schema",
        [JPK_DRAFT_7] = "http://json-schema.org/draft-07/schema",
        [JPK_DRAFT_2019_09] = "https://json-schema.org/draft/2019-09/schema",
        [JPK_DRAFT_2020_12] = "https://json-schema.org/draft/2020-12/schema",
    };
    while (registry->parent)
        registry = registry->parent;
    const struct jdoc *doc = &resource->document->doc;
    uint32_t says = jdoc_get(doc, resource->node, "$schema", 7);
    char *uri = says != JDOC_NONE && jdoc_type(doc, says) == JDOC_STRING
                    ? arena_strndup(&registry->arena, jdoc_string(doc, says), jdoc_string_size(doc, says))
                    : arena_strdup(&registry->arena, uris[resource->dialect.draft]);
    if (!uri) {
        error_memory(err);
        return NULL;
    }
    uint32_t known = map_get(&registry->checks, uri, strlen(uri));
    if (known != MAP_NONE)
        return registry->programs[known];
    struct jpk_schema_options options = {.registry = registry, .unchecked = true};
    struct jpk_schema *schema = jpk_schema_compile_uri(uri, &options, err);
    struct jpk_schema **programs =
        array_grow(registry->programs, registry->program_count, &registry->program_capacity, sizeof *programs);
    if (programs)
        registry->programs = programs;
    if (!schema || !programs || !map_set(&registry->checks, uri, strlen(uri), (uint32_t)registry->program_count)) {
        error_memory(err);
        jpk_schema_free(schema);
        return NULL;
    }
    programs[registry->program_count++] = schema;
    return schema;
}

/* Whether a node belongs to a resource in another dialect, which the meta-schema of the document knows nothing about.
 */
static bool is_foreign(const struct resource *resource, uint32_t node)
{
    struct dialect dialect = document_resource(resource->document, node)->dialect;
    return dialect.draft != resource->dialect.draft || dialect.vocabularies != resource->dialect.vocabularies;
}

static bool has_foreign(const struct resource *resource)
{
    const struct document *document = resource->document;
    for (uint32_t node = 0; node < document->doc.count; node++)
        if (document->resources[node] && is_foreign(resource, node))
            return true;
    return false;
}

/* The value that fails first and is not foreign; JDOC_NONE: there is none. Values that hold such do not count. */
static uint32_t find_failure(const struct jpk_validation *validation, const struct resource *resource)
{
    const struct units *units = &validation->units;
    for (size_t i = 0; i < units->count; i++) {
        const struct unit *unit = &units->items[i];
        bool last = i + 1 == units->count || units->items[i + 1].parent != i;
        if (!unit->valid && last && !is_foreign(resource, unit->node))
            return unit->node;
    }
    return JDOC_NONE;
}

/* The failure about a node becomes the error, or the first. */
static void tell_failure(struct jpk_validation *validation, const struct document *document, uint32_t node,
                         struct jpk_error *err)
{
    size_t count, at = 0;
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    while (at < count && failures[at].offset != document->doc.nodes[node].start)
        at++;
    if (count == 0) {
        error_memory(err);
        return;
    }
    const struct jpk_failure *failure = &failures[at < count ? at : 0];
    error_set(err, JPK_ERR_SCHEMA, "%s%s%s", failure->message, failure->hint ? "; " : "",
              failure->hint ? failure->hint : "");
    if (document->file)
        error_file(err, document->file);
    error_offset(err, failure->offset);
    error_position(err, failure->line, failure->column);
}

/* Against its meta-schema. */
static bool check_schema(struct jpk_schema_registry *registry, const struct resource *resource, struct jpk_error *err)
{
    const struct jpk_schema *meta = meta_schema(registry, resource, err);
    if (!meta)
        return false;
    const struct jpk_validation_options how = {.first = !has_foreign(resource)};
    struct jpk_validation *validation = validate_document(meta, &resource->document->doc, &how, err);
    if (!validation)
        return false;
    uint32_t node = validation->valid ? JDOC_NONE : find_failure(validation, resource);
    if (node != JDOC_NONE)
        tell_failure(validation, resource->document, node, err);
    jpk_validation_free(validation);
    return node == JDOC_NONE;
}

static struct jpk_schema *compile_document(struct jdoc *doc, char *text, const struct jpk_schema_options *options,
                                           struct jpk_error *err)
{
    struct jpk_schema_registry *registry = own_registry(options, err);
    if (!registry) {
        jdoc_free(doc);
        free(text);
        return NULL;
    }
    struct resource *root = registry_take(registry, doc, text, options->uri, options->file, registry->draft, err);
    if (!root || (!options->unchecked && !check_schema(registry, root, err))) {
        jpk_schema_registry_free(registry);
        return NULL;
    }
    struct target target = {.resource = root, .node = 0};
    return compile_resource(registry, &target, options, err);
}

struct jpk_schema *jpk_schema_compile(const char *text, size_t n, const struct jpk_schema_options *options,
                                      struct jpk_error *err)
{
    static const struct jpk_schema_options defaults = {0};
    options = options ? options : &defaults;
    struct jdoc doc = {0};
    char *copy = malloc(n ? n : 1);
    if (!copy) {
        error_memory(err);
        return NULL;
    }
    memcpy(copy, text, n);
    if (!jdoc_parse(&doc, copy, n, NULL, err)) {
        if (options->file)
            error_file(err, options->file);
        free(copy);
        return NULL;
    }
    return compile_document(&doc, copy, options, err);
}

struct jpk_schema *jpk_schema_compile_json(const json_t *value, const struct jpk_schema_options *options,
                                           struct jpk_error *err)
{
    static const struct jpk_schema_options defaults = {0};
    struct jdoc doc = {0};
    if (!jdoc_from_jansson(&doc, value, NULL, err))
        return NULL;
    return compile_document(&doc, NULL, options ? options : &defaults, err);
}

void jpk_schema_free(struct jpk_schema *schema)
{
    if (!schema)
        return;
    program_free(&schema->program);
    jpk_schema_registry_free(schema->registry);
    free(schema);
}

const char *jpk_schema_uri(const struct jpk_schema *schema)
{
    return schema->resource->uri;
}

/* -------------------------------------------------------------------------------------------------- validating */

static const struct jpk_validation_options no_options = {0};

static struct jdoc_options reading(const struct jpk_validation_options *options)
{
    return (struct jdoc_options){
        .depth = options->max_depth, .size = options->max_size, .reject_duplicates = options->reject_duplicates};
}

/* Valid instances, which most are, need no report: the answer alone comes first, which is much faster. */
static bool run(struct jpk_validation *validation, struct jpk_error *err)
{
    const struct jpk_validation_options *options = &validation->options;
    const struct program *program = &validation->schema->program;
    struct pattern_scratch scratch = {0};
    bool ok = true;
    if (!options->annotations && !options->verbose)
        ok = program_run(program, validation->doc, &scratch, NULL, NULL, &validation->valid, err);
    if (ok && !validation->valid) {
        struct run_options how = {.first = options->first,
                                  .annotations = options->annotations || options->verbose,
                                  .verbose = options->verbose,
                                  .max_failures = options->max_failures};
        ok = program_run(program, validation->doc, &scratch, &how, &validation->units, &validation->valid, err);
    }
    pattern_scratch_free(&scratch);
    return ok;
}

static struct jpk_validation *begin(const struct jpk_schema *schema, const struct jpk_validation_options *options,
                                    struct jpk_error *err)
{
    struct jpk_validation *validation = calloc(1, sizeof *validation);
    if (!validation) {
        error_memory(err);
        return NULL;
    }
    validation->schema = schema;
    validation->options = options ? *options : no_options;
    validation->doc = &validation->own;
    return validation;
}

static struct jpk_validation *finish(struct jpk_validation *validation, bool ok, struct jpk_error *err)
{
    if (ok && run(validation, err))
        return validation;
    jpk_validation_free(validation);
    return NULL;
}

struct jpk_validation *validate_document(const struct jpk_schema *schema, struct jdoc *doc,
                                         const struct jpk_validation_options *options, struct jpk_error *err)
{
    struct jpk_validation *validation = begin(schema, options, err);
    if (!validation)
        return NULL;
    validation->doc = doc;
    return finish(validation, true, err);
}

struct jpk_validation *jpk_validate(const struct jpk_schema *schema, const char *text, size_t n,
                                    const struct jpk_validation_options *options, struct jpk_error *err)
{
    struct jpk_validation *validation = begin(schema, options, err);
    if (!validation)
        return NULL;
    struct jdoc_options how = reading(&validation->options);
    bool ok = jdoc_parse(&validation->own, text, n, &how, err);
    if (!ok && validation->options.file)
        error_file(err, validation->options.file);
    return finish(validation, ok, err);
}

struct jpk_validation *jpk_validate_json(const struct jpk_schema *schema, const json_t *value,
                                         const struct jpk_validation_options *options, struct jpk_error *err)
{
    struct jpk_validation *validation = begin(schema, options, err);
    if (!validation)
        return NULL;
    struct jdoc_options how = reading(&validation->options);
    return finish(validation, jdoc_from_jansson(&validation->own, value, &how, err), err);
}

void jpk_validation_free(struct jpk_validation *validation)
{
    if (!validation)
        return;
    jdoc_free(&validation->own);
    free(validation->units.items);
    free(validation->failures);
    arena_free(&validation->arena);
    free(validation);
}

bool jpk_validation_valid(const struct jpk_validation *validation)
{
    return validation->valid;
}

const struct jpk_failure *jpk_validation_failures(struct jpk_validation *validation, size_t *count)
{
    bool ok = validation->explained || validation->valid || validation_explain(validation);
    validation->explained = ok;
    *count = ok ? validation->failure_count : 0;
    return *count > 0 ? validation->failures : NULL;
}

bool jpk_is_valid(const struct jpk_schema *schema, const char *text, size_t n,
                  const struct jpk_validation_options *options, bool *valid, struct jpk_error *err)
{
    struct jdoc_options how = reading(options ? options : &no_options);
    struct pattern_scratch scratch = {0};
    struct jdoc doc = {0};
    bool ok =
        jdoc_parse(&doc, text, n, &how, err) && program_run(&schema->program, &doc, &scratch, NULL, NULL, valid, err);
    pattern_scratch_free(&scratch);
    jdoc_free(&doc);
    return ok;
}
