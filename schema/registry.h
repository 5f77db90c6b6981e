/*
 * Documents with schemas, and what can be referred to in them: resources (whatever has a URI of its own), anchors and
 * JSON Pointers. A registry may have a parent, which is asked for what it does not hold.
 */
#ifndef SCHEMA_REGISTRY_H
#define SCHEMA_REGISTRY_H

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "schema/keyword.h"

/* A JSON text with its schemas. */
struct document {
    struct jdoc doc;
    char *text;                  /* owned; NULL when the document owns its text or it is built in */
    const char *file;            /* how messages call it */
    struct resource **resources; /* by node: of a schema, the resource that it belongs to; else NULL */
    struct document *next;       /* in the registry */
};

/* A schema with a URI of its own: a document's root, or a subschema with `$id`. */
struct resource {
    struct document *document;
    uint32_t node;
    const char *uri; /* absolute and without fragment when it can be; "" when the document has none */
    size_t uri_size;
    struct dialect dialect;
    bool twice; /* another schema claims the same URI: referring to it is an error */
};

/* A place that a reference can lead to by name. */
struct anchor {
    struct resource *resource;
    uint32_t node;
    bool dynamic;
    bool twice;
};

struct jpk_schema_registry {
    struct jpk_schema_registry *parent; /* not owned; may be NULL */
    enum jpk_draft draft;
    struct arena arena;
    struct document *documents;
    struct map uris; /* of a resource -> index in `resources` */
    struct resource **resources;
    size_t resource_count, resource_capacity;
    struct map names; /* "URI#anchor" -> index in `anchors` */
    struct anchor *anchors;
    size_t anchor_count, anchor_capacity;
    struct map checks; /* URI of a meta-schema -> index in `programs` */
    struct jpk_schema **programs;
    size_t program_count, program_capacity;
    jpk_schema_loader *loader;
    void *loader_context;
};

/* Where a reference leads. */
struct target {
    struct resource *resource; /* the innermost that the node belongs to */
    uint32_t node;
    const struct anchor *anchor; /* when it was reached by the name of one, else NULL */
};

/*
 * Adds a document whose jdoc is taken over (also on failure). `uri` and `file` may be NULL, `draft` is that of
 * documents without `$schema`. The resource of its root, or NULL with an error.
 */
struct resource *registry_take(struct jpk_schema_registry *registry, struct jdoc *doc, char *text, const char *uri,
                               const char *file, enum jpk_draft draft, struct jpk_error *err);

/*
 * Follows a reference from a resource. On failure the error has no place: JPK_ERR_SCHEMA (leads nowhere), or what
 * loading gives.
 */
bool registry_resolve(struct jpk_schema_registry *registry, const struct resource *base, const char *reference,
                      size_t n, struct target *target, struct jpk_error *err);

/* The resource of a URI without a fragment: here, in the parents, built in, or loaded. NULL: not known, or an error. */
struct resource *registry_resource(struct jpk_schema_registry *registry, const char *uri, size_t n,
                                   struct jpk_error *err);

/* The anchor of a name in a resource; NULL: none, or, with an error, no memory. "" is that of `$recursiveAnchor`. */
const struct anchor *registry_anchor(const struct jpk_schema_registry *registry, const struct resource *resource,
                                     const char *name, size_t n, struct jpk_error *err);

/* The innermost resource that a node of a document belongs to, for nodes outside of known schemas too. */
struct resource *document_resource(const struct document *document, uint32_t node);

/* Sets the place of an error to a node. Always false. */
bool document_error(struct jpk_error *err, const struct document *document, uint32_t node);

#endif
