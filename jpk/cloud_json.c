#include "jpk/cloud_json.h"

#include <stdlib.h>

#include "base/array.h"

/* The byte behind a string whose opening quote stands at `at`. */
static size_t string_end(const char *text, size_t n, size_t at)
{
    for (at++; at < n && text[at] != '"'; at++)
        at += text[at] == '\\';
    return at + 1;
}

size_t cloud_json_end(const struct jdoc *doc, uint32_t node)
{
    size_t at = doc->nodes[node].start, depth = 0;
    switch (jdoc_type(doc, node)) {
    case JDOC_NUMBER:
        return at + jdoc_number_size(doc, node);
    case JDOC_NULL:
    case JDOC_TRUE:
        return at + sizeof "null" - 1;
    case JDOC_FALSE:
        return at + sizeof "false" - 1;
    default:
        break;
    }
    do {
        char c = doc->text[at];
        if (c == '"') {
            at = string_end(doc->text, doc->size, at);
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        at++;
    } while (depth > 0 && at < doc->size);
    return at;
}

/* ---------------------------------------------------------------------------------------------------------- slots */

struct level {
    uint32_t end;           /* the node behind it */
    enum cloud_shape shape; /* of the object, or of what is in the array */
    uint32_t object;        /* JDOC_NONE for an array */
};

struct walk {
    const struct jdoc *doc;
    struct cloud_slots *slots;
    struct level *levels; /* room for the depth of any document */
    size_t depth;
    bool failed;
};

static void add(struct walk *w, enum cloud_slot_kind kind, uint32_t node)
{
    struct cloud_slots *slots = w->slots;
    struct cloud_slot *items = array_grow(slots->items, slots->count, &slots->capacity, sizeof *items);
    if (!items) {
        w->failed = true;
        return;
    }
    slots->items = items;
    items[slots->count++] = (struct cloud_slot){kind, node};
}

static bool is_key(const struct jdoc *doc, uint32_t key, const char *name)
{
    return jdoc_string_is(doc, key, name, strlen(name));
}

/* Whether a property is called something with SQL. */
static bool speaks_sql(const struct jdoc *doc, uint32_t property)
{
    static const char sql[] = "sql";
    uint32_t name = jdoc_member(doc, property, "name");
    if (!jdoc_is(doc, name, JDOC_STRING))
        return false;
    const char *s = jdoc_string(doc, name);
    for (size_t i = 0; i + sizeof sql - 1 <= jdoc_string_size(doc, name); i++)
        if (text_lower(s[i]) == sql[0] && text_lower(s[i + 1]) == sql[1] && text_lower(s[i + 2]) == sql[2])
            return true;
    return false;
}

/* What a member of an object is. */
static void look_at_member(struct walk *w, const struct level *top, uint32_t key)
{
    const struct jdoc *doc = w->doc;
    bool string = jdoc_type(doc, key + 1) == JDOC_STRING;
    bool link =
        top->shape == SHAPE_LINK || top->shape == SHAPE_USAGE || top->shape == SHAPE_ORIGIN || top->shape == SHAPE_SIDE;
    if (string && is_key(doc, key, link ? "id" : "operationId") && (link || top->shape == SHAPE_OUTCOME))
        add(w, CLOUD_SLOT_ID, key + 1);
    else if (top->shape == SHAPE_SIDE && is_key(doc, key, "document"))
        add(w, CLOUD_SLOT_DOCUMENT, key + 1);
    else if (top->shape == SHAPE_ACTIVITY && (is_key(doc, key, "input") || is_key(doc, key, "output")))
        add(w, CLOUD_SLOT_NUMBERED, key + 1);
    else if (string && is_key(doc, key, "soql"))
        add(w, CLOUD_SLOT_SOQL, key + 1);
    else if (string && top->shape == SHAPE_PROPERTY && is_key(doc, key, "value") && speaks_sql(doc, top->object))
        add(w, CLOUD_SLOT_SQL, key + 1);
}

static void enter(struct walk *w, uint32_t node, enum cloud_shape shape)
{
    const struct jdoc *doc = w->doc;
    bool object = jdoc_type(doc, node) == JDOC_OBJECT;
    if (object || jdoc_type(doc, node) == JDOC_ARRAY)
        w->levels[w->depth++] = (struct level){jdoc_next(doc, node), object ? cloud_shape_of(doc, node, shape) : shape,
                                               object ? node : JDOC_NONE};
}

/* One member or element; the next node to look at. */
static uint32_t step(struct walk *w, uint32_t at)
{
    struct level *top = &w->levels[w->depth - 1];
    bool array = top->object == JDOC_NONE;
    uint32_t node = array ? at : at + 1;
    const struct cloud_key *row =
        array ? NULL : cloud_shape_key(top->shape, jdoc_string(w->doc, at), jdoc_string_size(w->doc, at));
    enum cloud_shape shape = array ? top->shape : row ? row->shape : SHAPE_ANY;
    if (shape == SHAPE_LINK || (array && shape == SHAPE_OPERATION)) {
        shape = SHAPE_LINK;
        if (jdoc_type(w->doc, node) == JDOC_OBJECT || jdoc_type(w->doc, node) == JDOC_STRING)
            add(w, CLOUD_SLOT_LINK, node);
    } else if (!array) {
        look_at_member(w, top, at);
    }
    enter(w, node, shape);
    return node + 1;
}

bool cloud_slots_find(const struct jdoc *doc, enum cloud_shape shape, struct cloud_slots *slots)
{
    struct walk w = {.doc = doc, .slots = slots, .levels = malloc((JDOC_DEPTH_MAX + 2) * sizeof(struct level))};
    if (!w.levels)
        return false;
    enter(&w, 0, shape);
    for (uint32_t at = 1; w.depth > 0 && !w.failed;) {
        if (at >= w.levels[w.depth - 1].end)
            w.depth--;
        else
            at = step(&w, at);
    }
    free(w.levels);
    return !w.failed;
}

/* -------------------------------------------------------------------------------------------------------- numbering */

enum place { PLACE_OTHER, PLACE_NODE, PLACE_CHILDREN };

struct numbering {
    const struct jdoc *doc;
    void (*visit)(void *context, uint32_t node, unsigned number, unsigned depth);
    void *context;
    unsigned next;
    struct {
        uint32_t end, depth;
        bool array;
        enum place place;
    } * levels;
    size_t count;
};

/* What a value is, by what it is in and under which key; JDOC_NONE for an element. */
static enum place place_of(const struct numbering *n, uint32_t node, uint32_t key)
{
    enum place above = n->count ? n->levels[n->count - 1].place : PLACE_OTHER;
    bool object = jdoc_type(n->doc, node) == JDOC_OBJECT;
    if (n->count == 0)
        return object ? PLACE_NODE : PLACE_OTHER;
    if (above == PLACE_NODE && !object && key != JDOC_NONE && is_key(n->doc, key, "C"))
        return PLACE_CHILDREN;
    return above == PLACE_CHILDREN && object ? PLACE_NODE : PLACE_OTHER;
}

static void enter_value(struct numbering *n, uint32_t node, uint32_t key)
{
    const struct jdoc *doc = n->doc;
    if (jdoc_type(doc, node) != JDOC_OBJECT && jdoc_type(doc, node) != JDOC_ARRAY)
        return;
    enum place place = place_of(n, node, key);
    uint32_t depth = n->count ? n->levels[n->count - 1].depth : 0;
    if (place == PLACE_NODE)
        n->visit(n->context, node, n->next++, depth);
    n->levels[n->count].end = jdoc_next(doc, node);
    n->levels[n->count].depth = depth + (place == PLACE_CHILDREN);
    n->levels[n->count].array = jdoc_type(doc, node) == JDOC_ARRAY;
    n->levels[n->count++].place = place;
}

bool cloud_visit_nodes(const struct jdoc *doc, uint32_t root,
                       void (*visit)(void *context, uint32_t node, unsigned number, unsigned depth), void *context)
{
    struct numbering n = {.doc = doc, .visit = visit, .context = context};
    n.levels = malloc((JDOC_DEPTH_MAX + 2) * sizeof *n.levels);
    if (!n.levels)
        return false;
    enter_value(&n, root, JDOC_NONE);
    for (uint32_t at = root + 1; n.count > 0;) {
        if (at >= n.levels[n.count - 1].end) {
            n.count--;
            continue;
        }
        bool array = n.levels[n.count - 1].array;
        uint32_t value = array ? at : at + 1;
        enter_value(&n, value, array ? JDOC_NONE : at);
        at = value + 1;
    }
    free(n.levels);
    return true;
}

struct numbered {
    const struct jdoc *doc;
    struct buf *out;
    size_t from; /* what was not copied yet */
};

static void put_number(void *context, uint32_t node, unsigned number, unsigned depth)
{
    struct numbered *n = context;
    size_t behind = n->doc->nodes[node].start + 1;
    buf_put(n->out, n->doc->text + n->from, behind - n->from);
    n->from = behind;
    buf_printf(n->out, "\"I\":%u,\"L\":%u%s", number, depth, jdoc_count(n->doc, node) > 0 ? "," : "");
}

bool cloud_number_nodes(const struct jdoc *doc, uint32_t document, struct buf *out)
{
    struct numbered n = {doc, out, doc->nodes[document].start};
    uint32_t root = jdoc_member(doc, document, "root");
    bool ok = root == JDOC_NONE || cloud_visit_nodes(doc, root, put_number, &n);
    buf_put(out, doc->text + n.from, cloud_json_end(doc, document) - n.from);
    return ok && !out->failed;
}
