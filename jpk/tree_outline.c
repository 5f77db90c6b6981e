#include "jpk/tree_outline.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "jpk/tree_name.h"
#include "jpk/xml.h"

static uint32_t add_node(struct outline *outline, uint32_t parent, struct outline_node node)
{
    struct outline_node *nodes = array_grow(outline->nodes, outline->count, &outline->capacity, sizeof *nodes);
    if (!nodes)
        return OUTLINE_NONE;
    outline->nodes = nodes;
    node.parent = parent;
    node.first = node.last = node.next = OUTLINE_NONE;
    nodes[outline->count] = node;
    return (uint32_t)outline->count++;
}

/* Hangs a node in behind `before` among its parent's children; OUTLINE_NONE: first of them. */
static void hang(struct outline *outline, uint32_t node, uint32_t before)
{
    struct outline_node *nodes = outline->nodes, *parent = &nodes[nodes[node].parent];
    uint32_t *link = before == OUTLINE_NONE ? &parent->first : &nodes[before].next;
    nodes[node].next = *link;
    *link = node;
    if (parent->last == before)
        parent->last = node;
}

static uint32_t last_folder(const struct outline *outline, uint32_t parent)
{
    uint32_t found = OUTLINE_NONE;
    for (uint32_t at = outline->nodes[parent].first; at != OUTLINE_NONE; at = outline->nodes[at].next)
        if (outline->nodes[at].folder)
            found = at;
    return found;
}

uint32_t outline_find(const struct outline *outline, const char *path, size_t n)
{
    uint32_t found = map_get(&outline->by_path, path, n);
    return found == MAP_NONE ? OUTLINE_NONE : found;
}

void outline_type(const char *path, struct buf *out)
{
    tree_name_decode(path, strcspn(path, "/"), out);
}

static bool begin(struct outline *outline)
{
    struct outline_node project = {.row = OUTLINE_NONE, .folder = true, .name = "", .id = ""};
    return outline->count > 0 || add_node(outline, OUTLINE_NONE, project) != OUTLINE_NONE;
}

/* The type at the beginning of a path. */
static uint32_t type_node(struct outline *outline, const char *path)
{
    size_t n = strcspn(path, "/");
    uint32_t found = outline_find(outline, path, n);
    if (found != OUTLINE_NONE)
        return found;
    struct buf type = {0};
    outline_type(path, &type);
    char *name = type.failed ? NULL : arena_strdup(&outline->arena, buf_text(&type));
    char *key = arena_strndup(&outline->arena, path, n);
    buf_free(&type);
    if (!name || !key)
        return OUTLINE_NONE;
    struct outline_node node = {.row = OUTLINE_NONE, .folder = true, .name = name, .id = ""};
    uint32_t added = add_node(outline, 0, node);
    if (added == OUTLINE_NONE || !map_set(&outline->by_path, key, n, added))
        return OUTLINE_NONE;
    hang(outline, added, outline->nodes[0].last);
    return added;
}

bool outline_add(struct outline *outline, const struct tree_index *index, uint32_t row, const char *name, bool at_end,
                 struct jpk_error *err)
{
    const struct tree_row *r = &index->rows[row];
    const char *slash = strrchr(r->path, '/'), *above = r->in ? r->in : r->path;
    size_t n = r->in ? strlen(r->in) : slash ? (size_t)(slash - r->path) : 0;
    if (!begin(outline))
        return error_memory(err);
    uint32_t parent = n > 0 && !memchr(above, '/', n) ? type_node(outline, above) : outline_find(outline, above, n);
    if (parent == OUTLINE_NONE && n > 0 && !memchr(above, '/', n))
        return error_memory(err);
    if (parent == OUTLINE_NONE)
        return error_set(err, JPK_ERR_NOT_FOUND, "lies in a folder that the index does not have before it");
    bool folder = r->kind == TREE_ROW_FOLDER;
    struct outline_node node = {.row = row, .folder = folder, .name = name, .id = r->id};
    uint32_t added = add_node(outline, parent, node);
    if (added == OUTLINE_NONE || (folder && !map_set(&outline->by_path, r->path, strlen(r->path), added)))
        return error_memory(err);
    hang(outline, added, folder && at_end ? last_folder(outline, parent) : outline->nodes[parent].last);
    return true;
}

uint32_t outline_next(const struct outline *outline, uint32_t node)
{
    const struct outline_node *nodes = outline->nodes;
    if (nodes[node].first != OUTLINE_NONE)
        return nodes[node].first;
    while (node != OUTLINE_NONE && nodes[node].next == OUTLINE_NONE)
        node = nodes[node].parent;
    return node == OUTLINE_NONE ? OUTLINE_NONE : nodes[node].next;
}

/* ------------------------------------------------------------------------------------------------------- writing */

static void put_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    xml_escape(out, value, true, "\n");
    buf_putc(out, '"');
}

static const char *element_of(const struct outline *outline, uint32_t node)
{
    const struct outline_node *n = &outline->nodes[node];
    return node == 0 ? "Project" : n->parent == 0 ? "EntityType" : n->folder ? "Folder" : "Entity";
}

static void put_indent(const struct outline *outline, uint32_t node, struct buf *out)
{
    for (uint32_t at = node; outline->nodes[at].parent != OUTLINE_NONE; at = outline->nodes[at].parent)
        buf_puts(out, "  ");
}

static void put_start(const struct outline *outline, const struct tree_index *index, uint32_t node, const char *eol,
                      struct buf *out)
{
    const struct outline_node *n = &outline->nodes[node];
    put_indent(outline, node, out);
    buf_printf(out, "<%s", element_of(outline, node));
    if (n->row != OUTLINE_NONE)
        put_attribute(out, "entityId", n->id);
    put_attribute(out, "name", node == 0 ? index->name : n->name);
    if (node == 0)
        put_attribute(out, "projectId", index->id);
    buf_printf(out, "%s%s", n->first == OUTLINE_NONE ? "/>" : ">", eol);
}

static void put_end(const struct outline *outline, uint32_t node, const char *eol, struct buf *out)
{
    put_indent(outline, node, out);
    buf_printf(out, "</%s>%s", element_of(outline, node), eol);
}

void outline_write(const struct outline *outline, const struct tree_index *index, struct buf *out)
{
    const char *eol = index->crlf ? "\r\n" : "\n";
    struct outline empty = {0};
    buf_printf(out, XML_DECLARATION "%s", eol);
    if (outline->count == 0 && begin(&empty)) {
        put_start(&empty, index, 0, eol, out);
        outline_free(&empty);
        return;
    }
    uint32_t node = 0;
    while (node != OUTLINE_NONE) {
        put_start(outline, index, node, eol, out);
        uint32_t next = outline_next(outline, node);
        uint32_t above = next == OUTLINE_NONE ? OUTLINE_NONE : outline->nodes[next].parent;
        if (outline->nodes[node].first == OUTLINE_NONE) {
            for (uint32_t at = outline->nodes[node].parent; at != above && at != OUTLINE_NONE;
                 at = outline->nodes[at].parent)
                put_end(outline, at, eol, out);
        }
        node = next;
    }
}

void outline_free(struct outline *outline)
{
    free(outline->nodes);
    map_free(&outline->by_path);
    arena_free(&outline->arena);
    *outline = (struct outline){0};
}
