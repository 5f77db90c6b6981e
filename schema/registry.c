#include "schema/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "schema/shipped.h"
#include "schema/uri.h"

/* ---------------------------------------------------------------------------------------------------- documents */

bool document_error(struct jpk_error *err, const struct document *document, uint32_t node)
{
    if (document->file)
        error_file(err, document->file);
    error_text_offset(err, document->doc.text, document->doc.size, document->doc.nodes[node].start);
    return false;
}

struct resource *document_resource(const struct document *document, uint32_t node)
{
    while (node != JDOC_NONE && !document->resources[node])
        node = document->doc.places[node].parent;
    return node == JDOC_NONE ? document->resources[0] : document->resources[node];
}

static uint32_t get(const struct document *document, uint32_t node, const char *key)
{
    return jdoc_get(&document->doc, node, key, strlen(key));
}

/* The member when it is a string, else JDOC_NONE. */
static uint32_t get_string(const struct document *document, uint32_t node, const char *key)
{
    uint32_t value = get(document, node, key);
    return value != JDOC_NONE && jdoc_type(&document->doc, value) == JDOC_STRING ? value : JDOC_NONE;
}

/* ------------------------------------------------------------------------------------------------------- adding */

static bool name_resource(struct jpk_schema_registry *registry, struct resource *resource, const char *uri, size_t n,
                          struct jpk_error *err)
{
    uint32_t old;
    if (n == 0) {
        resource->uri = "";
        return true;
    }
    char *key = arena_strndup(&registry->arena, uri, n);
    struct resource **resources =
        array_grow(registry->resources, registry->resource_count, &registry->resource_capacity, sizeof *resources);
    if (resources)
        registry->resources = resources;
    if (!key || !resources || !map_add(&registry->uris, key, n, (uint32_t)registry->resource_count, &old))
        return error_memory(err);
    resources[registry->resource_count++] = resource;
    if (!resource->uri) {
        resource->uri = key;
        resource->uri_size = n;
    }
    if (old != MAP_NONE && registry->resources[old] != resource) {
        struct resource *first = registry->resources[old];
        if (!jdoc_equal(&first->document->doc, first->node, &resource->document->doc, resource->node))
            first->twice = true;
    }
    return true;
}

static char *anchor_key(struct arena *arena, const struct resource *resource, const char *name, size_t n, size_t *size)
{
    char *key = arena_alloc(arena, resource->uri_size + 1 + n + 1);
    if (!key)
        return NULL;
    *size = resource->uri_size + 1 + n;
    memcpy(key, resource->uri, resource->uri_size);
    key[resource->uri_size] = '#';
    memcpy(key + resource->uri_size + 1, name, n);
    key[*size] = '\0';
    return key;
}

static bool name_anchor(struct jpk_schema_registry *registry, struct resource *resource, uint32_t node,
                        const char *name, size_t n, bool dynamic, struct jpk_error *err)
{
    size_t size;
    uint32_t old;
    char *key = anchor_key(&registry->arena, resource, name, n, &size);
    struct anchor *anchors =
        array_grow(registry->anchors, registry->anchor_count, &registry->anchor_capacity, sizeof *anchors);
    if (anchors)
        registry->anchors = anchors;
    if (!key || !anchors || !map_add(&registry->names, key, size, (uint32_t)registry->anchor_count, &old))
        return error_memory(err);
    if (old != MAP_NONE) {
        struct anchor *first = &anchors[old];
        first->dynamic |= dynamic;
        first->twice |= first->resource->document == resource->document && first->node != node;
        return true;
    }
    anchors[registry->anchor_count++] = (struct anchor){.resource = resource, .node = node, .dynamic = dynamic};
    return true;
}

static struct resource *new_resource(struct jpk_schema_registry *registry, struct document *document, uint32_t node,
                                     struct dialect dialect, struct jpk_error *err)
{
    struct resource *resource = arena_calloc(&registry->arena, 1, sizeof *resource);
    if (!resource) {
        error_memory(err);
        return NULL;
    }
    *resource = (struct resource){.document = document, .node = node, .dialect = dialect};
    return resource;
}

/* ----------------------------------------------------------------------------------------------------- dialects */

/* The vocabularies that a meta-schema of somebody's own asks for. */
static bool read_vocabularies(const struct resource *meta, struct dialect *dialect, struct jpk_error *err)
{
    const struct jdoc *doc = &meta->document->doc;
    uint32_t list = get(meta->document, meta->node, "$vocabulary");
    if (dialect->draft < JPK_DRAFT_2019_09 || list == JDOC_NONE || jdoc_type(doc, list) != JDOC_OBJECT)
        return true;
    dialect->vocabularies = VOCABULARY_CORE;
    for (uint32_t key = list + 1; key < jdoc_next(doc, list); key = jdoc_next(doc, key + 1)) {
        unsigned bits = vocabulary_find(jdoc_string(doc, key), jdoc_string_size(doc, key));
        /* One that is optional may be left alone, but what is known is used. */
        if (!bits && jdoc_type(doc, key + 1) == JDOC_TRUE)
            return error_set(err, JPK_ERR_SCHEMA, "the meta-schema %s requires the vocabulary %.*s, which is not known",
                             meta->uri, (int)jdoc_string_size(doc, key), jdoc_string(doc, key));
        dialect->vocabularies |= bits;
    }
    return true;
}

/* What `$schema` says. */
static bool find_dialect(struct jpk_schema_registry *registry, const struct document *document, uint32_t value,
                         struct dialect *dialect, struct jpk_error *err)
{
    const char *uri = jdoc_string(&document->doc, value);
    size_t n = jdoc_string_size(&document->doc, value);
    if (n > 0 && uri[n - 1] == '#')
        n--;
    char name[256];
    enum jpk_draft draft = JPK_DRAFTS;
    if (n < sizeof name) {
        memcpy(name, uri, n);
        name[n] = '\0';
        draft = jpk_draft_find(name);
    }
    if (draft != JPK_DRAFTS) {
        *dialect = dialect_of_draft(draft);
        return true;
    }
    struct jpk_error problem = {0};
    struct resource *meta = registry_resource(registry, uri, n, &problem);
    if (meta) {
        *dialect = dialect_of_draft(meta->dialect.draft);
        if (!read_vocabularies(meta, dialect, err))
            return document_error(err, document, value);
        return true;
    }
    if (problem.code != JPK_OK) {
        error_pass(err, &problem, NULL);
        return false;
    }
    error_set(err, JPK_ERR_SCHEMA, "the meta-schema %.*s is not known", (int)n, uri);
    return document_error(err, document, value);
}

/* ----------------------------------------------------------------------------------------------------- scanning */

/* Schemas that are still to be looked at. */
struct scan {
    struct jpk_schema_registry *registry;
    struct document *document;
    struct scan_item {
        uint32_t node;
        struct resource *resource;
    } * stack;
    size_t count, capacity;
};

static bool push(struct scan *scan, uint32_t node, struct resource *resource, struct jpk_error *err)
{
    struct scan_item *stack = array_grow(scan->stack, scan->count, &scan->capacity, sizeof *stack);
    if (!stack)
        return error_memory(err);
    scan->stack = stack;
    stack[scan->count++] = (struct scan_item){node, resource};
    return true;
}

static bool is_schema(const struct jdoc *doc, uint32_t node)
{
    enum jdoc_type type = jdoc_type(doc, node);
    return type == JDOC_OBJECT || type == JDOC_TRUE || type == JDOC_FALSE;
}

static bool push_children(struct scan *scan, uint32_t value, enum keyword_shape shape, struct resource *resource,
                          struct jpk_error *err)
{
    const struct jdoc *doc = &scan->document->doc;
    enum jdoc_type type = jdoc_type(doc, value);
    if ((shape == SHAPE_SCHEMA || shape == SHAPE_SCHEMA_OR_LIST) && is_schema(doc, value))
        return push(scan, value, resource, err);
    if ((shape == SHAPE_LIST || shape == SHAPE_SCHEMA_OR_LIST) && type == JDOC_ARRAY) {
        for (uint32_t item = value + 1; item < jdoc_next(doc, value); item = jdoc_next(doc, item))
            if (is_schema(doc, item) && !push(scan, item, resource, err))
                return false;
    }
    if ((shape == SHAPE_MAP || shape == SHAPE_DEPENDENCIES) && type == JDOC_OBJECT) {
        for (uint32_t key = value + 1; key < jdoc_next(doc, value); key = jdoc_next(doc, key + 1))
            if (is_schema(doc, key + 1) && !push(scan, key + 1, resource, err))
                return false;
    }
    return true;
}

/* The resource that a schema with `$id` begins, or the one that it is in. */
static struct resource *enter_resource(struct scan *scan, uint32_t node, struct resource *outer, struct jpk_error *err)
{
    struct jpk_schema_registry *registry = scan->registry;
    struct document *document = scan->document;
    const struct jdoc *doc = &document->doc;
    bool root = outer->node == node;
    struct dialect dialect = outer->dialect;
    uint32_t says = root ? JDOC_NONE : get_string(document, node, "$schema");
    if (says != JDOC_NONE &&
        (get_string(document, node, "$id") != JDOC_NONE || get_string(document, node, "id") != JDOC_NONE) &&
        !find_dialect(registry, document, says, &dialect, err))
        return NULL;
    uint32_t id = get_string(document, node, dialect.draft == JPK_DRAFT_4 ? "id" : "$id");
    /* Up to draft 7 nothing beside $ref counts. */
    bool hidden = dialect.draft <= JPK_DRAFT_7 && !root && get_string(document, node, "$ref") != JDOC_NONE;
    if (id == JDOC_NONE || hidden)
        return outer;
    struct buf uri = {0};
    struct uri_part fragment;
    uri_resolve(outer->uri, outer->uri_size, jdoc_string(doc, id), jdoc_string_size(doc, id), &uri, &fragment);
    if (uri.failed) {
        buf_free(&uri);
        error_memory(err);
        return NULL;
    }
    struct resource *resource = outer;
    bool own = jdoc_string_size(doc, id) > 0 && *jdoc_string(doc, id) != '#';
    if (own && root) {
        resource->uri = NULL;
        if (!name_resource(registry, resource, buf_text(&uri), uri.size, err))
            resource = NULL;
    } else if (own) {
        resource = new_resource(registry, document, node, dialect, err);
        if (resource && !name_resource(registry, resource, buf_text(&uri), uri.size, err))
            resource = NULL;
    }
    bool named = fragment.text && fragment.n > 0 && *fragment.text != '/' && dialect.draft <= JPK_DRAFT_7;
    if (resource && named && !name_anchor(registry, resource, node, fragment.text, fragment.n, false, err))
        resource = NULL;
    buf_free(&uri);
    return resource;
}

static bool note_anchors(struct scan *scan, uint32_t node, struct resource *resource, struct jpk_error *err)
{
    static const struct {
        const char *key;
        enum keyword_id id;
    } kinds[] = {{"$anchor", KW_ANCHOR}, {"$dynamicAnchor", KW_DYNAMIC_ANCHOR}};
    const struct jdoc *doc = &scan->document->doc;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint32_t name = get_string(scan->document, node, kinds[i].key);
        bool known = keyword_find(kinds[i].key, strlen(kinds[i].key), resource->dialect) == kinds[i].id;
        if (name != JDOC_NONE && known &&
            !name_anchor(scan->registry, resource, node, jdoc_string(doc, name), jdoc_string_size(doc, name),
                         kinds[i].id == KW_DYNAMIC_ANCHOR, err))
            return false;
    }
    uint32_t recursive = get(scan->document, node, "$recursiveAnchor");
    if (recursive != JDOC_NONE && jdoc_type(doc, recursive) == JDOC_TRUE && node == resource->node &&
        resource->dialect.draft == JPK_DRAFT_2019_09)
        return name_anchor(scan->registry, resource, node, "", 0, true, err);
    return true;
}

static bool scan_schema(struct scan *scan, uint32_t node, struct resource *outer, struct jpk_error *err)
{
    const struct jdoc *doc = &scan->document->doc;
    if (scan->document->resources[node] && node != outer->node)
        return true;
    if (jdoc_type(doc, node) != JDOC_OBJECT) {
        scan->document->resources[node] = outer;
        return true;
    }
    struct resource *resource = enter_resource(scan, node, outer, err);
    if (!resource || !note_anchors(scan, node, resource, err))
        return false;
    scan->document->resources[node] = resource;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1)) {
        enum keyword_id keyword = keyword_find(jdoc_string(doc, key), jdoc_string_size(doc, key), resource->dialect);
        enum keyword_shape shape = keyword_shape(keyword, resource->dialect);
        if (shape != SHAPE_NONE && !push_children(scan, key + 1, shape, resource, err))
            return false;
    }
    return true;
}

/* Notes the resources and anchors of a schema and of all below it. */
static bool scan_from(struct jpk_schema_registry *registry, struct document *document, uint32_t node,
                      struct resource *resource, struct jpk_error *err)
{
    struct scan scan = {.registry = registry, .document = document};
    bool ok = push(&scan, node, resource, err);
    while (ok && scan.count > 0) {
        struct scan_item item = scan.stack[--scan.count];
        ok = scan_schema(&scan, item.node, item.resource, err);
    }
    free(scan.stack);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------- registry */

static bool begin_document(struct jpk_schema_registry *registry, struct document *document, const char *uri,
                           enum jpk_draft draft, struct jpk_error *err)
{
    struct buf base = {0};
    uri_resolve("", 0, uri ? uri : "", uri ? strlen(uri) : 0, &base, NULL);
    struct resource *root = new_resource(registry, document, 0, dialect_of_draft(draft), err);
    bool ok =
        root && (!base.failed || error_memory(err)) && name_resource(registry, root, buf_text(&base), base.size, err);
    buf_free(&base);
    if (!ok)
        return false;
    document->resources[0] = root;
    uint32_t says = get_string(document, 0, "$schema");
    if (says != JDOC_NONE && !find_dialect(registry, document, says, &root->dialect, err))
        return false;
    return scan_from(registry, document, 0, root, err);
}

struct resource *registry_take(struct jpk_schema_registry *registry, struct jdoc *doc, char *text, const char *uri,
                               const char *file, enum jpk_draft draft, struct jpk_error *err)
{
    struct document *document = arena_calloc(&registry->arena, 1, sizeof *document);
    if (!document) {
        jdoc_free(doc);
        free(text);
        error_memory(err);
        return NULL;
    }
    document->doc = *doc;
    document->text = text;
    document->next = registry->documents;
    registry->documents = document;
    const char *name = file ? file : uri && *uri ? uri : NULL;
    if (name)
        document->file = arena_strdup(&registry->arena, name);
    document->resources = calloc(document->doc.count, sizeof *document->resources);
    if (!document->resources || (name && !document->file)) {
        error_memory(err);
        return NULL;
    }
    if (!jdoc_place_all(&document->doc, err) || !begin_document(registry, document, uri, draft, err))
        return NULL;
    return document->resources[0];
}

static struct resource *look_up(const struct jpk_schema_registry *registry, const char *uri, size_t n)
{
    for (; registry; registry = registry->parent) {
        uint32_t at = map_get(&registry->uris, uri, n);
        if (at != MAP_NONE)
            return registry->resources[at];
    }
    return NULL;
}

static struct resource *take_shipped(struct jpk_schema_registry *registry, const struct jpk_shipped_schema *file,
                                     const char *uri, size_t n, struct jpk_error *err)
{
    while (registry->parent)
        registry = registry->parent;
    struct jdoc doc = {0};
    if (!jdoc_parse(&doc, file->text, file->size, NULL, err) ||
        !registry_take(registry, &doc, NULL, NULL, file->name, registry->draft, err))
        return NULL;
    return look_up(registry, uri, n);
}

struct resource *registry_resource(struct jpk_schema_registry *registry, const char *uri, size_t n,
                                   struct jpk_error *err)
{
    struct resource *found = look_up(registry, uri, n);
    if (found)
        return found;
    const struct jpk_shipped_schema *file = shipped_find(uri, n);
    if (file)
        return take_shipped(registry, file, uri, n, err);
    struct jpk_schema_registry *with = registry;
    while (with && !with->loader)
        with = with->parent;
    if (!with || n == 0)
        return NULL;
    char *name = strndup(uri, n);
    if (!name) {
        error_memory(err);
        return NULL;
    }
    bool ok = with->loader(with->loader_context, with, name, err);
    free(name);
    return ok ? look_up(registry, uri, n) : NULL;
}

const struct anchor *registry_anchor(const struct jpk_schema_registry *registry, const struct resource *resource,
                                     const char *name, size_t n, struct jpk_error *err)
{
    struct arena arena = {0};
    size_t size;
    char *key = anchor_key(&arena, resource, name, n, &size);
    const struct anchor *found = NULL;
    if (!key)
        error_memory(err);
    for (; key && registry && !found; registry = registry->parent) {
        uint32_t at = map_get(&registry->names, key, size);
        if (at != MAP_NONE && registry->anchors[at].resource == resource)
            found = &registry->anchors[at];
    }
    arena_free(&arena);
    return found;
}

/* --------------------------------------------------------------------------------------------------- references */

static bool follow_pointer(struct jpk_schema_registry *registry, struct resource *resource, const char *pointer,
                           size_t n, struct target *target, struct jpk_error *err)
{
    struct document *document = resource->document;
    uint32_t node = jdoc_at_pointer(&document->doc, resource->node, pointer, n);
    if (node == JDOC_NONE)
        return error_set(err, JPK_ERR_SCHEMA, "the reference leads nowhere: %s has no %.*s",
                         *resource->uri ? resource->uri : "this schema", (int)n, pointer);
    if (!is_schema(&document->doc, node))
        return error_set(err, JPK_ERR_SCHEMA, "the reference leads to %.*s, which is no schema", (int)n, pointer);
    struct resource *inner = document_resource(document, node);
    if (!document->resources[node] && !scan_from(registry, document, node, inner, err))
        return false;
    *target = (struct target){.resource = document->resources[node], .node = node};
    return true;
}

static bool follow_fragment(struct jpk_schema_registry *registry, struct resource *resource, const char *name, size_t n,
                            struct target *target, struct jpk_error *err)
{
    if (n == 0 || *name == '/')
        return follow_pointer(registry, resource, name, n, target, err);
    const struct anchor *anchor = registry_anchor(registry, resource, name, n, err);
    if (!anchor)
        return error_set(err, JPK_ERR_SCHEMA, "the reference leads nowhere: %s has no anchor '%.*s'",
                         *resource->uri ? resource->uri : "this schema", (int)n, name);
    if (anchor->twice)
        return error_set(err, JPK_ERR_SCHEMA, "the anchor '%.*s' is there twice", (int)n, name);
    *target = (struct target){
        .resource = resource->document->resources[anchor->node], .node = anchor->node, .anchor = anchor};
    return true;
}

bool registry_resolve(struct jpk_schema_registry *registry, const struct resource *base, const char *reference,
                      size_t n, struct target *target, struct jpk_error *err)
{
    struct buf uri = {0}, name = {0};
    struct uri_part fragment;
    struct jpk_error problem = {0};
    struct resource *resource = NULL;
    bool here = n > 0 && *reference == '#';
    if (here)
        fragment = (struct uri_part){reference + 1, n - 1};
    else
        uri_resolve(base->uri, base->uri_size, reference, n, &uri, &fragment);
    if (uri.failed)
        error_memory(&problem);
    else if (here || (uri.size == base->uri_size && (uri.size == 0 || memcmp(uri.data, base->uri, uri.size) == 0)))
        resource = base->document->resources[base->node];
    else
        resource = registry_resource(registry, buf_text(&uri), uri.size, &problem);
    bool ok = false;
    if (problem.code != JPK_OK) {
        error_pass(err, &problem, NULL);
    } else if (!resource) {
        error_set(err, JPK_ERR_SCHEMA, "the reference leads nowhere: the schema %s is not known", buf_text(&uri));
    } else if (resource->twice) {
        error_set(err, JPK_ERR_SCHEMA, "two different schemas have the id %s", buf_text(&uri));
    } else if (fragment.text && !uri_decode(fragment.text, fragment.n, &name)) {
        error_set(err, JPK_ERR_SCHEMA, "the fragment of the reference is not percent-encoded UTF-8");
    } else if (name.failed) {
        error_memory(err);
    } else {
        ok = follow_fragment(registry, resource, buf_text(&name), name.size, target, err);
    }
    buf_free(&uri);
    buf_free(&name);
    return ok;
}

/* ---------------------------------------------------------------------------------------------------- interface */

struct jpk_schema_registry *jpk_schema_registry_new(enum jpk_draft draft)
{
    struct jpk_schema_registry *registry = calloc(1, sizeof *registry);
    if (registry)
        registry->draft = draft;
    return registry;
}

void jpk_schema_registry_free(struct jpk_schema_registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->program_count; i++)
        jpk_schema_free(registry->programs[i]);
    for (struct document *document = registry->documents; document; document = document->next) {
        jdoc_free(&document->doc);
        free(document->text);
        free(document->resources);
    }
    free(registry->programs);
    free(registry->resources);
    free(registry->anchors);
    map_free(&registry->uris);
    map_free(&registry->names);
    map_free(&registry->checks);
    arena_free(&registry->arena);
    free(registry);
}

void jpk_schema_registry_set_loader(struct jpk_schema_registry *registry, jpk_schema_loader *loader, void *context)
{
    registry->loader = loader;
    registry->loader_context = context;
}

bool jpk_schema_registry_add(struct jpk_schema_registry *registry, const char *uri, const char *text, size_t n,
                             const char *file, struct jpk_error *err)
{
    struct jdoc doc = {0};
    char *copy = malloc(n ? n : 1);
    if (!copy)
        return error_memory(err);
    memcpy(copy, text, n);
    if (!jdoc_parse(&doc, copy, n, NULL, err)) {
        if (file)
            error_file(err, file);
        free(copy);
        return false;
    }
    return registry_take(registry, &doc, copy, uri, file, registry->draft, err) != NULL;
}

bool jpk_schema_registry_add_json(struct jpk_schema_registry *registry, const char *uri, const json_t *value,
                                  struct jpk_error *err)
{
    struct jdoc doc = {0};
    return jdoc_from_jansson(&doc, value, NULL, err) &&
           registry_take(registry, &doc, NULL, uri, NULL, registry->draft, err) != NULL;
}
