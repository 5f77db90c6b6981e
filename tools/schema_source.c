#include "tools/schema_source.h"

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
    {"max-file", 0, OPTION_SIZE, FIELD(max_file), "BYTES", "a file (256 MiB)"},
    {"max-depth", 0, OPTION_NUMBER, FIELD(max_depth), "N", "how deep JSON and YAML may be nested (1000)"},
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

/* file: URIs are those of absolute paths, percent-encoded. */
static bool put_file_uri(struct buf *out, const char *path)
{
    char *full = realpath(path, NULL);
    if (!full)
        return false;
    buf_puts(out, "file://");
    for (const char *p = full; *p; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                     strchr("/-._~!$&'()*+,;=:@", *p) != NULL;
        if (plain)
            buf_putc(out, *p);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
    }
    free(full);
    return true;
}

/* The real path of a file: URI when it is below the folder; NULL when it is not, or there is no such file. */
static char *path_below(const char *folder, const char *uri)
{
    struct buf path = {0};
    char *full = NULL;
    size_t n = strlen(folder);
    if (strncmp(uri, "file://", 7) == 0 && uri_decode(uri + 7, strlen(uri + 7), &path))
        full = realpath(buf_text(&path), NULL);
    if (full && !(strncmp(full, folder, n) == 0 && (full[n] == '/' || n == 1))) {
        free(full);
        full = NULL;
    }
    buf_free(&path);
    return full;
}

static bool load_file(void *context, struct jpk_schema_registry *registry, const char *uri, struct jpk_error *err)
{
    const struct schema_source *source = context;
    char *path = source->folder ? path_below(source->folder, uri) : NULL;
    if (!path)
        return true;
    struct buf text = {0};
    const char *name = path + strlen(source->folder) + 1;
    bool ok = file_read(path, source->limit, "--max-file", &text, err) &&
              jpk_schema_registry_add(registry, uri, buf_text(&text), text.size, name, err);
    buf_free(&text);
    free(path);
    return ok;
}

bool schema_source_open(struct schema_source *source, const struct settings *settings, const char *schema,
                        struct jpk_error *err)
{
    *source = (struct schema_source){.draft = JPK_DRAFT_2020_12, .limit = json_file_limit(settings)};
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
        source->folder = realpath(settings->schema.registry, NULL);
        if (!source->folder)
            return error_set(err, JPK_ERR_READ, "the folder of --registry cannot be read: %s",
                             settings->schema.registry);
    } else if (schema && access(schema, R_OK) == 0) {
        const char *slash = strrchr(schema, '/');
        char *folder = slash ? strndup(schema, (size_t)(slash - schema) + 1) : strdup(".");
        source->folder = folder ? realpath(folder, NULL) : NULL;
        free(folder);
    }
    jpk_schema_registry_set_loader(source->registry, load_file, source);
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
    struct buf text = {0}, uri = {0};
    struct jpk_schema *compiled = NULL;
    struct jpk_schema_options options = source->options;
    if (put_file_uri(&uri, schema))
        options.uri = buf_text(&uri);
    options.file = schema;
    if (file_read(schema, source->limit, "--max-file", &text, err))
        compiled = jpk_schema_compile(buf_text(&text), text.size, &options, err);
    buf_free(&text);
    buf_free(&uri);
    return compiled;
}

void schema_source_close(struct schema_source *source)
{
    jpk_schema_registry_free(source->registry);
    free((char *)source->folder);
}
