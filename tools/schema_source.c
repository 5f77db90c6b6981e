#include "tools/schema_source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "schema/uri.h"

#define FIELD(name) offsetof(struct settings, schema.name)

const struct option schema_options[] = {
    {"schema", 's', OPTION_TEXT, FIELD(schema), "SCHEMA", "a file, a built-in schema's name, or a URI"},
    {"registry", 'R', OPTION_TEXT, FIELD(registry), "DIR", "where references to files may lead (the schema's folder)"},
    {"draft", 0, OPTION_CHOICE, FIELD(draft), "2020-12|2019-09|7|6|4", "of schemas without $schema (2020-12)"},
    {"format-assertion", 'F', OPTION_FLAG, FIELD(assert_formats), NULL, "'format' decides about validity"},
    {"content-assertion", 0, OPTION_FLAG, FIELD(assert_content), NULL,
     "'contentEncoding' and 'contentMediaType' decide about validity"},
    {"lenient-patterns", 0, OPTION_FLAG, FIELD(lenient), NULL, "take patterns with needless escapes, such as \\-"},
    {0},
};

const struct option json_limit_options[] = {
    {"max-depth", 0, OPTION_NUMBER, FIELD(max_depth), "N", "how deep JSON and YAML may be nested (1000)"},
    {"max-file", 0, OPTION_SIZE, FIELD(max_file), "BYTES", "a file (256 MiB)"},
    {0},
};

uint64_t json_file_limit(const struct settings *settings)
{
    return settings->schema.max_file ? settings->schema.max_file : UINT64_C(256) << 20;
}

struct jdoc_options json_options(const struct settings *settings)
{
    return (struct jdoc_options){
        .depth = settings->schema.max_depth < JDOC_DEPTH_MAX ? (uint32_t)settings->schema.max_depth : JDOC_DEPTH_MAX,
        .depth_name = "--max-depth",
        .size_name = "--max-file"};
}

/* The folder of a schema that is a file, be it named by its path or by its URI; false: no memory. */
static bool find_folder(struct schema_source *source, const char *schema)
{
    static const char scheme[] = "file://";
    struct buf path = {0};
    bool uri = strncmp(schema, scheme, strlen(scheme)) == 0;
    const char *start = uri ? schema + strlen(scheme) : schema;
    if (!uri || !uri_decode(start, strcspn(start, "#"), &path))
        buf_puts(&path, schema);
    bool ok = !path.failed;
    if (ok && access(buf_text(&path), R_OK) == 0) {
        source->files.folder = file_folder(buf_text(&path));
        ok = source->files.folder || errno != ENOMEM;
    }
    buf_free(&path);
    return ok;
}

bool schema_source_open(struct schema_source *source, const struct settings *settings, const char *schema,
                        struct jpk_error *err)
{
    *source = (struct schema_source){.draft = JPK_DRAFT_2020_12,
                                     .files = {.limit = json_file_limit(settings), .limit_name = "--max-file"}};
    if (settings->schema.draft)
        source->draft = jpk_draft_find(settings->schema.draft);
    source->registry = jpk_schema_registry_new(source->draft);
    if (!source->registry)
        return error_memory(err);
    source->options = (struct jpk_schema_options){.registry = source->registry,
                                                  .assert_formats = settings->schema.assert_formats,
                                                  .assert_content = settings->schema.assert_content,
                                                  .lenient_patterns = settings->schema.lenient};
    if (settings->schema.registry) {
        source->files.folder = realpath(settings->schema.registry, NULL);
        if (!source->files.folder)
            return error_set(err, JPK_ERR_READ, "the folder of --registry cannot be read: %s",
                             settings->schema.registry);
    } else if (schema && !find_folder(source, schema)) {
        return error_memory(err);
    }
    jpk_schema_registry_set_loader(source->registry, schema_files_load, &source->files);
    return true;
}

const struct jpk_shipped_schema *schema_shipped(const char *name)
{
    size_t count;
    const struct jpk_shipped_schema *all = jpk_shipped_schemas(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

struct jpk_schema *schema_source_compile(struct schema_source *source, const char *schema, struct jpk_error *err)
{
    struct stat status;
    if (stat(schema, &status) != 0) {
        const struct jpk_shipped_schema *shipped = schema_shipped(schema);
        if (shipped || uri_has_scheme(schema, strlen(schema)))
            return jpk_schema_compile_uri(shipped ? shipped->uri : schema, &source->options, err);
        error_set(err, JPK_ERR_READ, "there is no such file, and no built-in schema of that name");
        error_file(err, schema);
        return NULL;
    }
    return schema_files_compile(&source->files, schema, &source->options, err);
}

void schema_source_close(struct schema_source *source)
{
    jpk_schema_registry_free(source->registry);
    free((char *)source->files.folder);
}
