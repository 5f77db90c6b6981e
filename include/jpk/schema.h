/*
 * jpk/schema.h - JSON Schema: drafts 4, 6, 7, 2019-09 and 2020-12.
 *
 * A schema is compiled once into a flat program, which any number of threads may run at the same time. What references
 * lead to comes from a registry that the caller fills; nothing is ever fetched. The meta-schemas of the five drafts and
 * the schemas of this project's own files are built in.
 *
 * Sources: the specifications of the drafts (json-schema.org), RFC 3986, RFC 6901, ECMA-262; the official test suite,
 * all required tests of which pass.
 */
#ifndef JPK_SCHEMA_H
#define JPK_SCHEMA_H

#include <jansson.h>

#include "jpk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In the order of time. */
enum jpk_draft {
    JPK_DRAFT_4,
    JPK_DRAFT_6,
    JPK_DRAFT_7,
    JPK_DRAFT_2019_09,
    JPK_DRAFT_2020_12,
    JPK_DRAFTS /* how many */
};

/* "4", "6", "7", "2019-09", "2020-12". */
JPK_API const char *jpk_draft_name(enum jpk_draft draft);

/* The draft of such a name or of a meta-schema's URI, with or without an empty fragment; JPK_DRAFTS: there is none. */
JPK_API enum jpk_draft jpk_draft_find(const char *name);

/* ---------------------------------------------------------------------------------------------------- registry */

/* Schemas that others refer to. One thread at a time may add to it or compile with it. */
struct jpk_schema_registry;

/* `draft` is that of documents that do not say theirs in `$schema`. NULL: no memory. */
JPK_API struct jpk_schema_registry *jpk_schema_registry_new(enum jpk_draft draft);
JPK_API void jpk_schema_registry_free(struct jpk_schema_registry *registry);

/*
 * Adds a schema, whose text is copied. It is found by `uri`, where it was taken from (NULL or "": only by the ids in
 * it), and by the ids and anchors that it holds. `file` is how messages call it; NULL: by its URI. What was added
 * before stays when a URI comes again. Errors: those of reading JSON; JPK_ERR_SCHEMA for a `$schema` that is not known.
 */
JPK_API bool jpk_schema_registry_add(struct jpk_schema_registry *registry, const char *uri, const char *text, size_t n,
                                     const char *file, struct jpk_error *err);
JPK_API bool jpk_schema_registry_add_json(struct jpk_schema_registry *registry, const char *uri, const json_t *value,
                                          struct jpk_error *err);

/*
 * Asked for documents that a reference needs and that nobody added. It may add the document with
 * jpk_schema_registry_add; false with an error stops the compilation, true without adding means: not known.
 */
typedef bool jpk_schema_loader(void *context, struct jpk_schema_registry *registry, const char *uri,
                               struct jpk_error *err);
JPK_API void jpk_schema_registry_set_loader(struct jpk_schema_registry *registry, jpk_schema_loader *loader,
                                            void *context);

/* --------------------------------------------------------------------------------------------------- compiling */

/* Zero-initialized means the defaults. */
struct jpk_schema_options {
    struct jpk_schema_registry *registry; /* must outlive the schema; NULL: only what is built in */
    const char *uri;                      /* where the schema was taken from, for relative references */
    const char *file;                     /* how messages call it */
    const enum jpk_draft *draft;          /* when `$schema` is missing; NULL: the registry's, else 2020-12 */
    bool assert_formats;                  /* `format` decides about validity in every draft; else it only annotates */
    bool assert_content;                  /* the same for contentEncoding and contentMediaType */
    bool unchecked;                       /* the schema is not checked against its meta-schema first */
    bool lenient_patterns;                /* patterns that only engines without the flag `u` accept are taken too */
};

struct jpk_schema;

/*
 * Compiles a schema; text and value are copied. Errors, with the place in the schema: those of reading JSON, and
 * JPK_ERR_SCHEMA: against its meta-schema, a reference that leads nowhere, a schema that applies itself to the same
 * value without end, a pattern that is none, a draft or a required vocabulary that is not known. JPK_ERR_LIMIT: a
 * pattern that is not supported, dynamic references of too many names in too many schemas with ids. Schemas of another
 * draft inside of this one, and those that references lead to, are not checked against their meta-schemas; what cannot
 * be compiled of them is still an error.
 */
JPK_API struct jpk_schema *jpk_schema_compile(const char *text, size_t n, const struct jpk_schema_options *options,
                                              struct jpk_error *err);
JPK_API struct jpk_schema *jpk_schema_compile_json(const json_t *value, const struct jpk_schema_options *options,
                                                   struct jpk_error *err);

/* Compiles what a URI leads to in the registry or in what is built in; it may have a fragment. Ignores options->uri. */
JPK_API struct jpk_schema *jpk_schema_compile_uri(const char *uri, const struct jpk_schema_options *options,
                                                  struct jpk_error *err);
JPK_API void jpk_schema_free(struct jpk_schema *schema);

/* The URI of the schema's resource; "" when it has none. */
JPK_API const char *jpk_schema_uri(const struct jpk_schema *schema);

/* -------------------------------------------------------------------------------------------------- validating */

/* Zero-initialized means the defaults: everything that is wrong is reported. */
struct jpk_validation_options {
    const char *file;       /* how messages call the instance */
    bool first;             /* stop at the first failure */
    bool annotations;       /* collect annotations, for jpk_validation_output */
    bool verbose;           /* keep what is valid too, for JPK_OUTPUT_VERBOSE; takes much memory for large instances */
    bool reject_duplicates; /* a duplicate key is an error; else the last one counts */
    size_t max_failures;    /* 0: no bound */
    uint32_t max_depth;     /* of the instance; 0: 1000 */
    uint64_t max_size;      /* bytes of the instance; 0: 4 GiB less 2 */
};

/* What is wrong, once. All strings belong to the validation. */
struct jpk_failure {
    uint64_t offset;                     /* in the instance's text; of no use for jansson values */
    uint32_t line, column;               /* the same, from 1; columns count bytes */
    const char *pointer;                 /* JSON Pointer of the value in the instance; "" for the whole */
    const char *keyword;                 /* "required"; "" for a schema that is just `false` */
    const char *schema_file;             /* the schema's file, or its URI, in which the keyword stands */
    uint32_t schema_line, schema_column; /* where the keyword stands there */
    const char *schema_location;         /* its absolute location: URI, `#`, pointer */
    const char *keyword_location;        /* the way to it from the schema's root, through references */
    const char *message;                 /* one sentence in plain words */
    const char *hint;                    /* "did you mean 'age'?", or NULL */
    uint32_t level; /* 0: a failure by itself; n: explains the failure before it whose level is n - 1 */
};

struct jpk_validation;

/*
 * Validates an instance. An invalid instance is no error. Errors, NULL: those of reading JSON; JPK_ERR_LIMIT when the
 * answer is not known (a pattern or a number that takes too long, schemas that apply one another too deep or too
 * often); JPK_ERR_MEMORY. A thread needs a stack of 4 MiB for the deepest instances that are let through.
 * The schema must outlive the validation; the text must stay as it is as long.
 */
JPK_API struct jpk_validation *jpk_validate(const struct jpk_schema *schema, const char *text, size_t n,
                                            const struct jpk_validation_options *options, struct jpk_error *err);
JPK_API struct jpk_validation *jpk_validate_json(const struct jpk_schema *schema, const json_t *value,
                                                 const struct jpk_validation_options *options, struct jpk_error *err);
JPK_API void jpk_validation_free(struct jpk_validation *validation);

JPK_API bool jpk_validation_valid(const struct jpk_validation *validation);

/*
 * The failures, in the order of the instance, then of the schema; explanations directly behind what they explain.
 * *count of 0 and not valid cannot be. NULL with *count 0 when memory is out or there are none.
 */
JPK_API const struct jpk_failure *jpk_validation_failures(struct jpk_validation *validation, size_t *count);

/* The output formats of the specification (2020-12, section 12). */
enum jpk_output {
    JPK_OUTPUT_FLAG,     /* valid or not */
    JPK_OUTPUT_BASIC,    /* a list of errors, or of annotations when the instance is valid */
    JPK_OUTPUT_DETAILED, /* the same as a tree, without the nodes that have one child and nothing to say */
    JPK_OUTPUT_VERBOSE   /* the tree of all that was looked at */
};

/*
 * The result in such a format; the caller releases it. NULL: no memory. Annotations are only there when they, or
 * `verbose`, were asked for when validating. JPK_OUTPUT_VERBOSE without `verbose` is the tree of what was kept: what
 * failed, and what has annotations when those were asked for. Trees are at most 400 nodes deep: what is deeper stands
 * beside its parent. In annotations, integers beyond 64 bits become doubles and numbers beyond doubles their text.
 * The size grows with the product of the number of nodes and the length of their locations.
 */
JPK_API json_t *jpk_validation_output(struct jpk_validation *validation, enum jpk_output format);

/* Only the answer, as fast as it can be had. Same errors; on false *valid is untouched. */
JPK_API bool jpk_is_valid(const struct jpk_schema *schema, const char *text, size_t n,
                          const struct jpk_validation_options *options, bool *valid, struct jpk_error *err);

/* ------------------------------------------------------------------------------------------ schemas that ship */

/* A schema of this project's own files, and the meta-schemas. */
struct jpk_shipped_schema {
    const char *name;  /* "recipe-1" */
    const char *uri;   /* "urn:jpk:schema:recipe-1" */
    const char *title; /* "Recipe metadata, format 1" */
    const char *text;
    size_t size;
};

/* All of them, by name; never NULL. */
JPK_API const struct jpk_shipped_schema *jpk_shipped_schemas(size_t *count);

#ifdef __cplusplus
}
#endif

#endif
