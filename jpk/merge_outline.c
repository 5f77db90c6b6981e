/*
 * project.xml: a tree of folders and items for each type. What is where is merged by id, so that one side may rename
 * what the other one moves; then the tree is written anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/merge_project.h"
#include "jpk/xml.h"

enum { ROOT = 0, DEPTH_MAX = 200 };

#define NOWHERE UINT32_MAX

/* The project, a type, a folder or an item. */
struct node {
    const char *key; /* "Type", "Type/Folder/id" */
    const struct xml_node *xml[MERGE_SIDES];
    uint32_t parent[MERGE_SIDES]; /* NOWHERE: it is not there */
    uint32_t where;               /* its parent in the result */
    bool there, item, folder;
    bool contested; /* deleted here, moved there */
    uint32_t depth; /* in the result, once known; 0: not yet */
    bool open;      /* on the way up that is being followed */
    struct xml_node *result, *last;
};

struct outlining {
    struct project_merge *p;
    struct merging *m;
    struct arena arena;
    struct intern intern;
    struct xml_document documents[MERGE_SIDES];
    struct node *nodes;
    size_t count, capacity;
    struct map by_key;
    uint32_t *order[MERGE_SIDES]; /* nodes in the order of a side */
    size_t order_count[MERGE_SIDES], order_capacity[MERGE_SIDES];
};

/* ---------------------------------------------------------------------------------------------------------- reading */

static bool named(const struct xml_node *xml, const char *name)
{
    return strcmp(xml->name, name) == 0;
}

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static const char *key_of(struct outlining *o, const struct xml_node *xml, const char *type)
{
    struct buf key = {0};
    if (type)
        buf_printf(&key, "%s\n%s\n%s", type, xml->name, text_of(xml_attribute(xml, "entityId")));
    else
        buf_printf(&key, "%s\n%s", xml->name, text_of(xml_attribute(xml, "name")));
    for (size_t i = type ? strlen(type) : key.size; i < key.size; i++)
        key.data[i] = text_lower(key.data[i]);
    const char *copy = key.failed ? NULL : arena_strndup(&o->arena, key.data, key.size);
    buf_free(&key);
    return copy;
}

static uint32_t find_node(struct outlining *o, const char *key)
{
    uint32_t at = map_get(&o->by_key, key, strlen(key));
    if (at != MAP_NONE)
        return at;
    struct node *nodes = array_grow(o->nodes, o->count, &o->capacity, sizeof *nodes);
    if (nodes)
        o->nodes = nodes;
    if (!nodes || !map_add(&o->by_key, key, strlen(key), (uint32_t)o->count, NULL))
        return NOWHERE;
    nodes[o->count] = (struct node){.key = key, .parent = {NOWHERE, NOWHERE, NOWHERE}, .where = NOWHERE};
    return (uint32_t)o->count++;
}

/* Of two with the same key on a side only the first counts, as for whoever loads the project. */
static uint32_t read_node(struct outlining *o, enum merge_side side, const struct xml_node *xml, uint32_t parent,
                          const char *type)
{
    const char *key = parent == NOWHERE ? "" : key_of(o, xml, type);
    uint32_t at = key ? find_node(o, key) : NOWHERE;
    uint32_t *order = array_grow(o->order[side], o->order_count[side], &o->order_capacity[side], sizeof *order);
    if (order)
        o->order[side] = order;
    if (at == NOWHERE || !order) {
        o->m->failed = true;
        return NOWHERE;
    }
    struct node *node = &o->nodes[at];
    if (node->xml[side])
        return NOWHERE;
    node->xml[side] = xml;
    node->parent[side] = parent;
    node->item = type && named(xml, "Entity");
    node->folder = type && named(xml, "Folder");
    order[o->order_count[side]++] = at;
    return at;
}

/* The reader bounds the depth. */
static void read_children(struct outlining *o, enum merge_side side, const struct xml_node *xml, uint32_t parent,
                          const char *type)
{
    for (const struct xml_node *child = xml->child; child && !o->m->failed; child = child->next) {
        uint32_t at = read_node(o, side, child, parent, type);
        if (at != NOWHERE)
            read_children(o, side, child, at, type ? type : text_of(xml_attribute(child, "name")));
    }
}

static bool read_side(struct outlining *o, enum merge_side side, const struct buf *file)
{
    struct xml_reader *reader = xml_reader_new(&o->arena, &o->intern, o->p->limits);
    struct xml_document *document = &o->documents[side];
    struct jpk_error err = {0};
    bool ok = (reader || error_memory(&err)) && xml_read(reader, buf_text(file), file->size, document, &err) &&
              named(document->root, "Project") && !document->lossy;
    xml_reader_free(reader);
    o->m->failed |= err.code == JPK_ERR_MEMORY;
    if (ok && read_node(o, side, document->root, NOWHERE, NULL) == ROOT)
        read_children(o, side, document->root, ROOT, NULL);
    return ok;
}

/* --------------------------------------------------------------------------------------------------- what is where */

static const char *entity_id(const struct node *node)
{
    for (int side = MERGE_SIDES - 1; side >= 0; side--)
        if (node->xml[side])
            return text_of(xml_attribute(node->xml[side], "entityId"));
    return "";
}

/* The type of what a node below a type stands for: the first part of its key. */
static void type_of(const struct node *node, char *type, size_t size)
{
    snprintf(type, size, "%.*s", (int)strcspn(node->key, "\n"), node->key);
}

static struct merge_unit *unit_of(const struct outlining *o, const struct node *node)
{
    char type[256];
    type_of(node, type, sizeof type);
    return merge_find_item(o->p, node->folder ? "Folder" : type, entity_id(node));
}

/* What a side has deleted but is there all the same has stayed where it was. */
static void restore(struct node *node, const struct merge_unit *unit)
{
    for (int side = MERGE_OURS; side < MERGE_SIDES; side++)
        if (merge_deletes(unit, (enum merge_side)side))
            node->parent[side] = node->parent[MERGE_BASE];
}

static uint32_t place_of(const struct outlining *o, const struct node *node)
{
    uint32_t base = node->parent[MERGE_BASE], main = node->parent[o->m->main], other = node->parent[o->m->other];
    return main == other || main == base ? other : main;
}

/* "Script/Common/"; "" for none. */
static void put_place(const struct outlining *o, enum merge_side side, uint32_t at, struct buf *out)
{
    const char *names[DEPTH_MAX];
    size_t n = 0;
    for (; at != NOWHERE && at != ROOT && n < DEPTH_MAX; at = o->nodes[at].parent[side])
        if (o->nodes[at].xml[side])
            names[n++] = text_of(xml_attribute(o->nodes[at].xml[side], "name"));
    while (n > 0)
        buf_printf(out, "%s/", names[--n]);
}

/* Says that conflicts are about a folder or item of the tree. */
static void about(struct outlining *o, const struct node *node)
{
    struct merging *m = o->m;
    struct buf path = {0};
    enum merge_side side = node->xml[m->main] ? m->main : node->xml[m->other] ? m->other : MERGE_BASE;
    put_place(o, side, node->parent[side], &path);
    if (node == &o->nodes[ROOT])
        buf_puts(&path, "project.xml");
    else
        buf_printf(&path, "%s%s", text_of(xml_attribute(node->xml[side], "name")), node->folder ? "/" : "");
    const char *copy = path.failed ? NULL : arena_strdup(&m->arena, buf_text(&path));
    const char *id = arena_strdup(&m->arena, entity_id(node));
    m->failed |= !copy || !id;
    m->subject = (struct merge_subject){.path = copy, .id = id && *id ? id : NULL};
    buf_free(&path);
}

static void clash(struct outlining *o, const struct node *node, enum jpk_merge_kind kind, enum merge_side kept)
{
    struct merge_clash c = {.kind = kind, .kept = merge_kept(kept)};
    struct buf places[MERGE_SIDES] = {{0}, {0}, {0}};
    about(o, node);
    for (int side = 0; side < MERGE_SIDES && kind != JPK_MERGE_DELETED; side++) {
        put_place(o, (enum merge_side)side, node->parent[side], &places[side]);
        if (node->parent[side] != NOWHERE)
            c.values[side] = (struct merge_text){buf_text(&places[side]), places[side].size, false};
    }
    merge_conflict(o->m, &c);
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&places[side]);
}

/* Whether a node is on a side: not when that alone says it is gone, by the mark of an item that it still lists. */
static bool is_on(const struct node *node, const struct merge_unit *unit, enum merge_side side)
{
    return node->parent[side] != NOWHERE && (!unit || merge_is_live(unit) || !merge_deletes(unit, side));
}

/* The side that has put a node elsewhere while the other one deleted it; MERGE_BASE: there is none. */
static enum merge_side moved_by(const struct node *node, const struct merge_unit *unit)
{
    bool ours = is_on(node, unit, MERGE_OURS), theirs = is_on(node, unit, MERGE_THEIRS);
    enum merge_side left = ours ? MERGE_OURS : MERGE_THEIRS;
    bool moved =
        ours != theirs && node->parent[MERGE_BASE] != NOWHERE && node->parent[left] != node->parent[MERGE_BASE];
    return moved ? left : MERGE_BASE;
}

/* Where that leaves the node: with a side asked for there, even if it is marked. */
static enum merge_side contested_by(const struct outlining *o, const struct node *node, enum merge_side left)
{
    return merge_favors(o->m) && node->parent[o->m->main] != NOWHERE ? o->m->main : left;
}

static void place_node(struct outlining *o, struct node *node)
{
    const struct merge_unit *unit = node->item || node->folder ? unit_of(o, node) : NULL;
    const uint32_t *parent = node->parent;
    if (unit && merge_is_live(unit))
        restore(node, unit);
    enum merge_side left = moved_by(node, unit);
    if (left != MERGE_BASE && !(unit && unit->told)) {
        node->contested = true;
        node->there = !merge_favors(o->m) || parent[o->m->main] != NOWHERE;
        node->where = parent[contested_by(o, node, left)];
        return;
    }
    if (node->item && unit && !unit->there)
        return;
    node->where = place_of(o, node);
    node->there = node->where != NOWHERE;
    uint32_t main = parent[o->m->main], other = parent[o->m->other];
    if (node->there && main != other && main != parent[MERGE_BASE] && other != parent[MERGE_BASE] && main != NOWHERE &&
        other != NOWHERE)
        clash(o, node, parent[MERGE_BASE] == NOWHERE ? JPK_MERGE_ADDED : JPK_MERGE_MOVED, o->m->main);
}

/* ------------------------------------------------------------------------------------------------------------ cycles
 */

/* Folders that were moved into one another: those on the way from `at` go where the favored side has them. */
static void break_cycle(struct outlining *o, uint32_t at)
{
    uint32_t start = at;
    do {
        struct node *node = &o->nodes[at];
        uint32_t next = node->where, main = node->parent[o->m->main];
        if (next != main) {
            clash(o, node, JPK_MERGE_MOVED, o->m->main);
            node->where = main == NOWHERE ? node->parent[MERGE_BASE] : main;
        }
        at = next;
    } while (at != start);
}

/* The type that a node belongs to on some side. */
static uint32_t top_of(const struct outlining *o, uint32_t at)
{
    const struct node *node = &o->nodes[at];
    enum merge_side side = node->xml[o->m->main] ? o->m->main : node->xml[o->m->other] ? o->m->other : MERGE_BASE;
    while (o->nodes[at].parent[side] != ROOT && o->nodes[at].parent[side] != NOWHERE)
        at = o->nodes[at].parent[side];
    return at;
}

/* Walks up from a node until its depth is known, and notes those of all on the way. False: there was a cycle. */
static bool measure(struct outlining *o, uint32_t from, uint32_t *way)
{
    size_t n = 0;
    uint32_t at = from;
    while (at != ROOT && !o->nodes[at].depth && !o->nodes[at].open) {
        o->nodes[at].open = true;
        way[n++] = at;
        at = o->nodes[at].where;
    }
    bool cycle = at != ROOT && o->nodes[at].open;
    uint32_t depth = o->nodes[at].depth;
    while (n > 0) {
        struct node *node = &o->nodes[way[--n]];
        node->open = false;
        if (cycle)
            continue;
        if (++depth > DEPTH_MAX) {
            node->where = top_of(o, way[n]);
            depth = 2;
            clash(o, node, JPK_MERGE_MOVED, o->m->main);
        }
        node->depth = depth;
    }
    if (cycle)
        break_cycle(o, at);
    return !cycle;
}

/* What is there after all has its file too. */
static void want_file(struct outlining *o, const struct node *node)
{
    struct merge_unit *unit = unit_of(o, node);
    if (unit && !merge_is_live(unit))
        unit->wanted = true;
}

/* A folder that is gone comes back when something is in it. */
static void bring_back(struct outlining *o)
{
    for (size_t i = o->count; i-- > 1;)
        for (uint32_t at = o->nodes[i].there ? o->nodes[i].where : ROOT; at != ROOT && !o->nodes[at].there;) {
            struct node *node = &o->nodes[at];
            enum merge_side left = node->parent[o->m->main] != NOWHERE ? o->m->main : o->m->other;
            node->there = true;
            node->where = node->parent[left] != NOWHERE ? node->parent[left] : node->parent[MERGE_BASE];
            if (node->folder && !node->contested) {
                clash(o, node, JPK_MERGE_DELETED, left);
                want_file(o, node);
            }
            at = node->where;
        }
}

static void settle_contested(struct outlining *o)
{
    for (size_t i = 1; i < o->count; i++) {
        struct node *node = &o->nodes[i];
        if (!node->contested)
            continue;
        enum merge_side left = moved_by(node, unit_of(o, node));
        enum merge_side kept = node->there ? contested_by(o, node, left) : o->m->main;
        clash(o, node, JPK_MERGE_DELETED, kept);
        if (kept == left)
            want_file(o, node);
    }
}

static void place_all(struct outlining *o)
{
    uint32_t *way = malloc((o->count + 1) * sizeof *way);
    o->m->failed |= !way || !o->nodes;
    if (!o->m->failed)
        o->nodes[ROOT].there = true;
    for (size_t i = 1; i < o->count && !o->m->failed; i++)
        place_node(o, &o->nodes[i]);
    if (!o->m->failed)
        bring_back(o);
    if (!o->m->failed)
        settle_contested(o);
    for (size_t i = 1; i < o->count && !o->m->failed; i++)
        while (o->nodes[i].there && !measure(o, (uint32_t)i, way) && !o->m->failed)
            ;
    free(way);
}

/* ------------------------------------------------------------------------------------------------------- the result */

static const char *merge_value(const struct outlining *o, const struct node *node, const char *name, bool *differ)
{
    const char *values[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        values[side] = text_of(xml_attribute(node->xml[side], name));
    const char *base = values[MERGE_BASE], *main = values[o->m->main], *other = values[o->m->other];
    if (!node->xml[o->m->main] || !node->xml[o->m->other])
        return node->xml[o->m->main] ? main : other;
    bool known = node->xml[MERGE_BASE] != NULL;
    if (known && strcmp(main, base) == 0)
        return other;
    *differ = strcmp(main, other) != 0 && !(known && strcmp(other, base) == 0);
    return main;
}

/* The name of an item or folder that has a file is a conflict of that file already. */
static void report_name(struct outlining *o, const struct node *node, const char *name)
{
    const struct merge_unit *unit = node->item || node->folder ? unit_of(o, node) : NULL;
    struct merge_clash c = {.kind = node->xml[MERGE_BASE] ? JPK_MERGE_VALUE : JPK_MERGE_ADDED,
                            .kept = merge_kept(o->m->main)};
    if (unit && unit->there)
        return;
    about(o, node);
    for (int side = 0; side < MERGE_SIDES; side++) {
        const char *value = node->xml[side] ? xml_attribute(node->xml[side], name) : NULL;
        if (value)
            c.values[side] = (struct merge_text){value, strlen(value), false};
    }
    size_t before = merge_enter(o->m, "@");
    buf_puts(&o->m->path, name);
    merge_conflict(o->m, &c);
    merge_leave(o->m, before);
}

static void make_node(struct outlining *o, struct node *node)
{
    enum merge_side from = node->xml[o->m->main] ? o->m->main : node->xml[o->m->other] ? o->m->other : MERGE_BASE;
    const struct xml_node *xml = node->xml[from];
    struct xml_node *result = arena_alloc(&o->arena, sizeof *result);
    struct xml_attribute *list = arena_alloc(&o->arena, (xml->attribute_count + 1) * sizeof *list);
    if (!result || !list) {
        o->m->failed = true;
        return;
    }
    *result = *xml;
    result->attributes = list;
    result->child = result->next = NULL;
    for (uint32_t i = 0; i < xml->attribute_count; i++) {
        bool differ = false;
        list[i] = xml->attributes[i];
        if (xml_attribute(node->xml[o->m->other], list[i].name))
            list[i].value = merge_value(o, node, list[i].name, &differ);
        if (differ)
            report_name(o, node, list[i].name);
    }
    node->result = result;
    node->last = NULL;
}

static void append(struct node *parent, struct xml_node *child)
{
    *(parent->last ? &parent->last->next : &parent->result->child) = child;
    parent->last = child;
}

/* The nodes by their parents: `start` has room for one more than there are. */
struct grouping {
    uint32_t *start, *list;
};

static bool group(const struct outlining *o, const uint32_t *order, size_t count, struct grouping *g)
{
    g->start = calloc(o->count + 2, sizeof *g->start);
    g->list = malloc((count + 1) * sizeof *g->list);
    if (!g->start || !g->list)
        return false;
    for (size_t i = 0; i < count; i++)
        if (o->nodes[order[i]].there && order[i] != ROOT)
            g->start[o->nodes[order[i]].where + 2]++;
    for (size_t i = 2; i < o->count + 2; i++)
        g->start[i] += g->start[i - 1];
    for (size_t i = 0; i < count; i++)
        if (o->nodes[order[i]].there && order[i] != ROOT)
            g->list[g->start[o->nodes[order[i]].where + 1]++] = order[i];
    return true;
}

struct arranging {
    struct grouping all, side[MERGE_SIDES];
    uint32_t *number; /* of a node among its siblings */
    uint32_t *lists[MERGE_SIDES], *out;
    bool *there;
};

/* Puts the children of a node in order. */
static void arrange(struct outlining *o, struct arranging *a, uint32_t parent)
{
    struct merge_sequence lists[MERGE_SIDES];
    uint32_t first = a->all.start[parent], kinds = a->all.start[parent + 1] - first;
    const uint32_t *siblings = a->all.list + first;
    size_t count = 0;
    bool clashes = false;
    for (uint32_t i = 0; i < kinds; i++) {
        a->number[siblings[i]] = i;
        a->there[i] = true;
    }
    for (int side = 0; side < MERGE_SIDES; side++) {
        const struct grouping *g = &a->side[side];
        size_t n = 0;
        for (uint32_t i = g->start[parent]; i < g->start[parent + 1]; i++)
            if (o->nodes[g->list[i]].parent[side] == parent)
                a->lists[side][n++] = a->number[g->list[i]];
        lists[side] = (struct merge_sequence){a->lists[side], n};
    }
    if (!merge_order(lists, o->m->main, o->m->other, kinds, a->there, a->out, &count, &clashes)) {
        o->m->failed = true;
        return;
    }
    struct node *node = &o->nodes[parent];
    for (size_t i = 0; i < count; i++) {
        append(node, o->nodes[siblings[a->out[i]]].result);
        a->there[a->out[i]] = false;
    }
    for (uint32_t i = 0; i < kinds; i++) /* what is where neither side has it */
        if (a->there[i])
            append(node, o->nodes[siblings[i]].result);
}

static void arrange_all(struct outlining *o)
{
    struct arranging a = {0};
    size_t n = o->count + 1;
    uint32_t *order = malloc(n * sizeof *order);
    a.number = malloc(n * sizeof *a.number);
    a.out = malloc(n * sizeof *a.out);
    a.there = calloc(n, sizeof *a.there);
    bool ok = order && a.number && a.out && a.there;
    for (size_t i = 0; ok && i < o->count; i++)
        order[i] = (uint32_t)i;
    ok = ok && group(o, order, o->count, &a.all);
    for (int side = 0; side < MERGE_SIDES && ok; side++) {
        a.lists[side] = malloc(n * sizeof *a.lists[side]);
        ok = a.lists[side] && group(o, o->order[side], o->order_count[side], &a.side[side]);
    }
    for (size_t i = 0; i < o->count && ok && !o->m->failed; i++)
        if (o->nodes[i].there)
            make_node(o, &o->nodes[i]);
    for (size_t i = 0; i < o->count && ok && !o->m->failed; i++)
        if (o->nodes[i].there)
            arrange(o, &a, (uint32_t)i);
    o->m->failed |= !ok;
    for (int side = 0; side < MERGE_SIDES; side++) {
        free(a.lists[side]);
        free(a.side[side].start);
        free(a.side[side].list);
    }
    free(a.all.start);
    free(a.all.list);
    free(a.number);
    free(a.out);
    free(a.there);
    free(order);
}

bool merge_outline(struct project_merge *p, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    struct outlining o = {.p = p, .m = p->m};
    o.intern.arena = &o.arena;
    bool ok = true;
    for (int side = 0; side < MERGE_SIDES && ok; side++)
        ok = !files[side] || read_side(&o, (enum merge_side)side, files[side]);
    ok = ok && !p->m->failed;
    if (ok)
        place_all(&o);
    if (ok && !p->m->failed)
        arrange_all(&o);
    ok = ok && !p->m->failed;
    if (ok) {
        struct xml_document document = {.root = o.nodes[ROOT].result, .crlf = o.documents[p->m->main].crlf};
        xml_write(out, &document, XML_STYLE_ENTITY);
        p->m->failed |= out->failed;
    }
    for (int side = 0; side < MERGE_SIDES; side++)
        free(o.order[side]);
    free(o.nodes);
    map_free(&o.by_key);
    intern_free(&o.intern);
    arena_free(&o.arena);
    return ok && !p->m->failed;
}
