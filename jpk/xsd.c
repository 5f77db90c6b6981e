#include "jpk/xsd.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* ------------------------------------------------------------------------------------------------------------ names */

/* What an element declares a prefix of n bytes to be, or for n = 0 names without one. NULL: nothing. */
static const char *declared(const struct xml_node *node, const char *prefix, size_t n)
{
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const char *name = node->attributes[i].name;
        bool declares =
            n == 0 ? strcmp(name, "xmlns") == 0
                   : strncmp(name, "xmlns:", 6) == 0 && strlen(name) == n + 6 && memcmp(name + 6, prefix, n) == 0;
        if (declares)
            return node->attributes[i].value;
    }
    return NULL;
}

static const char *prefix_namespace(const struct xsd_file *file, const struct xml_node *node, const char *prefix,
                                    size_t n)
{
    const char *found = declared(node, prefix, n);
    return found ? found : declared(file->schema, prefix, n);
}

const char *xsd_local(const struct xsd_file *file, const struct xml_node *node)
{
    const char *colon = strchr(node->name, ':');
    const char *space = prefix_namespace(file, node, node->name, colon ? (size_t)(colon - node->name) : 0);
    if (!space || strcmp(space, SCHEMA_XSD) != 0)
        return NULL;
    return colon ? colon + 1 : node->name;
}

bool xsd_is(const struct xsd_file *file, const struct xml_node *node, const char *name)
{
    const char *local = xsd_local(file, node);
    return local && strcmp(local, name) == 0;
}

const struct xml_node *xsd_next(const struct xsd_file *file, const struct xml_node *node, const char *name)
{
    while (node && !xsd_is(file, node, name))
        node = node->next;
    return node;
}

void xsd_name(const struct xsd_file *file, const struct xml_node *node, const char *text, const char **namespace_,
              const char **local)
{
    const char *colon = strchr(text, ':');
    *local = colon ? colon + 1 : text;
    *namespace_ = prefix_namespace(file, node, text, colon ? (size_t)(colon - text) : 0);
    if (!colon && (!*namespace_ || !**namespace_)) /* a file without a namespace is of the one that includes it */
        *namespace_ = file->target;
}

static struct buf component_key(const char *kind, const char *namespace_, const char *local)
{
    struct buf key = {0};
    buf_put(&key, kind, strlen(kind) + 1);
    buf_put(&key, local, strlen(local) + 1);
    buf_puts(&key, namespace_);
    return key;
}

const struct xsd_component *xsd_find(const struct xsd *xsd, const char *kind, const char *namespace_, const char *local)
{
    if (!namespace_)
        return NULL;
    struct buf key = component_key(kind, namespace_, local);
    uint32_t index = key.failed ? MAP_NONE : map_get(&xsd->by_name, key.data, key.size);
    buf_free(&key);
    return index == MAP_NONE ? NULL : &xsd->components[index];
}

/* ---------------------------------------------------------------------------------------------------------- loading */

static bool memory(struct xsd *xsd)
{
    return error_memory(xsd->b->err);
}

/* The first component of a name counts. */
static bool add_component(struct xsd *xsd, const struct xsd_file *file, const struct xml_node *node)
{
    const char *kind = xsd_local(file, node), *name = xml_attribute(node, "name");
    if (!kind || !name)
        return true;
    struct xsd_component *components =
        array_grow(xsd->components, xsd->component_count, &xsd->component_capacity, sizeof *components);
    if (!components)
        return memory(xsd);
    xsd->components = components;
    struct buf key = component_key(kind, file->target, name);
    char *kept = key.failed ? NULL : arena_alloc(&xsd->arena, key.size + 1);
    uint32_t old = MAP_NONE;
    if (kept)
        memcpy(kept, key.data, key.size);
    bool ok = kept && map_add(&xsd->by_name, kept, key.size, (uint32_t)xsd->component_count, &old);
    buf_free(&key);
    if (ok && old == MAP_NONE)
        components[xsd->component_count++] = (struct xsd_component){file, node};
    return ok || memory(xsd);
}

/* What is included later has a place in the list already. *added is NULL when the file is there. */
static bool add_file(struct xsd *xsd, const char *name, const char *target, struct xsd_file **added)
{
    struct buf key = {0};
    uint32_t old = MAP_NONE;
    *added = NULL;
    struct xsd_file **list = array_grow(xsd->list, xsd->count, &xsd->capacity, sizeof *list);
    struct xsd_file *file = arena_calloc(&xsd->arena, 1, sizeof *file);
    if (list)
        xsd->list = list;
    buf_put(&key, name, strlen(name) + 1);
    buf_puts(&key, target);
    char *kept = key.failed ? NULL : arena_alloc(&xsd->arena, key.size + 1);
    if (kept)
        memcpy(kept, key.data, key.size);
    bool ok = list && file && kept && map_add(&xsd->by_file, kept, key.size, (uint32_t)xsd->count, &old);
    buf_free(&key);
    if (!ok)
        return memory(xsd);
    if (old != MAP_NONE)
        return true;
    *file = (struct xsd_file){.name = kept, .target = target};
    list[xsd->count++] = file;
    *added = file;
    return true;
}

static bool yes(const struct xml_node *node, const char *name)
{
    const char *value = xml_attribute(node, name);
    return value && strcmp(value, "qualified") == 0;
}

/* Reads a file's text; *found is false when there is none. */
static bool parse_file(struct xsd *xsd, struct xsd_file *file, bool *found)
{
    struct jpk_error local = {0};
    struct xml_document document = {0};
    const char *text = NULL;
    size_t size = 0;
    *found = xsd->files->read(xsd->files->context, file->name, &text, &size, &local);
    if (!*found && local.code == JPK_ERR_NOT_FOUND)
        return true;
    bool ok = *found && xml_read(xsd->reader, text, size, &document, &local);
    if (ok) {
        file->schema = document.root;
        ok = xsd_is(file, document.root, "schema") ||
             error_set(&local, JPK_ERR_FORMAT, "is no XML Schema: its root is %.60s", document.root->name);
    }
    error_entry(&local, file->name);
    if (!ok && xsd->b->err && xsd->b->err->code == JPK_OK)
        *xsd->b->err = local;
    return ok;
}

/* Files lie side by side, so that the folders of a place do not count. */
static bool add_location(struct xsd *xsd, const struct xsd_file *from, const struct xml_node *node, bool include)
{
    const char *location = xml_attribute(node, "schemaLocation"), *space = xml_attribute(node, "namespace");
    struct xsd_file *added;
    if (!location)
        return true;
    const char *slash = strrchr(location, '/');
    const char *target = include ? from->target : space ? space : "";
    return add_file(xsd, slash ? slash + 1 : location, target, &added);
}

static bool read_file(struct xsd *xsd, struct xsd_file *file, bool first)
{
    bool found;
    if (!schema_step(xsd->b) || !parse_file(xsd, file, &found))
        return false;
    if (!found && first) {
        error_set(xsd->b->err, JPK_ERR_NOT_FOUND, "there is no file of that name");
        error_entry(xsd->b->err, file->name);
        return false;
    }
    if (!found)
        return schema_note(xsd->b, NULL, SCHEMA_FILE_MISSING, file->name);
    const char *target = xml_attribute(file->schema, "targetNamespace");
    file->target = target ? target : file->target;
    file->elements_qualified = yes(file->schema, "elementFormDefault");
    file->attributes_qualified = yes(file->schema, "attributeFormDefault");
    for (const struct xml_node *node = file->schema->child; node; node = node->next) {
        const char *kind = xsd_local(file, node);
        bool include = kind && (strcmp(kind, "include") == 0 || strcmp(kind, "redefine") == 0);
        if (!schema_step(xsd->b) || !add_component(xsd, file, node))
            return false;
        if ((include || (kind && strcmp(kind, "import") == 0)) && !add_location(xsd, file, node, include))
            return false;
        if (include && kind[0] == 'r' && !schema_note(xsd->b, NULL, SCHEMA_NOT_READ, "redefine"))
            return false;
    }
    return true;
}

bool xsd_load(struct xsd *xsd, const struct schema_files *files, const char *file, struct schema_builder *b)
{
    struct jpk_limits limits = files->limits ? *files->limits : jpk_limits_default();
    struct xsd_file *added;
    *xsd = (struct xsd){.files = files, .b = b};
    xsd->intern.arena = &xsd->arena;
    xsd->reader = xml_reader_new(&xsd->arena, &xsd->intern, &limits);
    if (!xsd->reader)
        return memory(xsd);
    if (!add_file(xsd, file, "", &added))
        return false;
    for (size_t i = 0; i < xsd->count; i++)
        if (!read_file(xsd, xsd->list[i], i == 0))
            return false;
    return true;
}

void xsd_free(struct xsd *xsd)
{
    xml_reader_free(xsd->reader);
    intern_free(&xsd->intern);
    map_free(&xsd->by_file);
    map_free(&xsd->by_name);
    arena_free(&xsd->arena);
    free(xsd->list);
    free(xsd->components);
}
