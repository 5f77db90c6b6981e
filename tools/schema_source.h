/* Schemas that a command is given: files, those that are built in, and what they refer to. */
#ifndef TOOLS_SCHEMA_SOURCE_H
#define TOOLS_SCHEMA_SOURCE_H

#include "base/json.h"
#include "jpk/schema.h"
#include "schema/files.h"
#include "tools/options.h"

struct schema_source {
    struct jpk_schema_registry *registry;
    struct jpk_schema_options options;
    enum jpk_draft draft;
    struct schema_files files; /* what references may read; its folder is owned */
};

/*
 * Prepares a registry by --registry, --draft and the other options for schemas. References to files lead no further
 * than into the folder of --registry, or that of `schema` when it is a file.
 */
bool schema_source_open(struct schema_source *source, const struct settings *settings, const char *schema,
                        struct jpk_error *err);

/* Compiles a file, a built-in schema by name ("recipe-1", "draft7"), or a URI. The source must outlive it. */
struct jpk_schema *schema_source_compile(struct schema_source *source, const char *schema, struct jpk_error *err);

void schema_source_close(struct schema_source *source);

/* The built-in schema of such a name, or NULL. */
const struct jpk_shipped_schema *schema_shipped(const char *name);

extern const struct option schema_options[];

/*
 * Limits of JSON and YAML files: options, and what they say. The first is --max-depth; where projects have an option of
 * that name too, the table begins behind it.
 */
extern const struct option json_limit_options[];
uint64_t json_file_limit(const struct settings *settings);
struct jdoc_options json_options(const struct settings *settings);

#endif
