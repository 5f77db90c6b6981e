/* Canonical text. Without recursion: objects and arrays that are open lie on a stack. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_shape.h"

struct open {
    uint32_t node;
    enum cloud_shape shape;      /* arrays: of the objects in it */
    const struct cloud_key *key; /* objects: the next known key; the row without a key: unknown ones follow */
    uint32_t at;                 /* the next element, or the next key among all */
    bool any;                    /* something was written */
};

struct writer {
    struct buf *out;
    const struct jdoc *doc;
    const struct cloud_edits *edits; /* NULL: none */
    bool compact;
    size_t depth;
    struct open stack[JDOC_DEPTH_MAX + 1];
};

void cloud_put_string(struct buf *out, const char *s, size_t n)
{
    static const char letters[] = "btn-fr"; /* U+0008 to U+000D; the vertical tab has none */
    static const char digits[] = "0123456789abcdef";
    size_t from = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(out, s + from, i - from);
        from = i + 1;
        if (c >= 0x20)
            buf_put(out, (char[]){'\\', (char)c}, 2);
        else if (c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r')
            buf_put(out, (char[]){'\\', letters[c - 8]}, 2);
        else
            buf_put(out, (char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6);
    }
    buf_put(out, s + from, n - from);
    buf_putc(out, '"');
}

void cloud_put_line(struct buf *out, size_t depth)
{
    char *room = buf_reserve(out, 1 + 2 * depth);
    if (!room)
        return;
    *room = '\n';
    memset(room + 1, ' ', 2 * depth);
    out->size += 1 + 2 * depth;
    out->data[out->size] = '\0';
}

static void put_line(struct writer *w)
{
    if (!w->compact)
        cloud_put_line(w->out, w->depth);
}

static bool left_out(const struct writer *w, uint32_t node)
{
    return w->edits && w->edits->what[node] == CLOUD_LEFT_OUT;
}

static void put_replacement(struct writer *w, uint32_t node)
{
    size_t from = 0, to = w->edits->count;
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        if (w->edits->replacements[middle].node <= node)
            from = middle;
        else
            to = middle;
    }
    buf_put(w->out, w->edits->replacements[from].json, w->edits->replacements[from].size);
}

/* A scalar, or the beginning of a container. */
static void put_value(struct writer *w, uint32_t node, enum cloud_shape shape)
{
    const struct jdoc *doc = w->doc;
    if (w->edits && w->edits->what[node] == CLOUD_REPLACED) {
        put_replacement(w, node);
        return;
    }
    switch (jdoc_type(doc, node)) {
    case JDOC_OBJECT:
        shape = cloud_shape_of(doc, node, shape);
        w->stack[w->depth++] = (struct open){node, shape, cloud_shape_keys(shape), node + 1, false};
        buf_putc(w->out, '{');
        break;
    case JDOC_ARRAY:
        w->stack[w->depth++] = (struct open){node, shape, cloud_shape_keys(SHAPE_ANY), node + 1, false};
        buf_putc(w->out, '[');
        break;
    case JDOC_STRING:
        cloud_put_string(w->out, jdoc_string(doc, node), jdoc_string_size(doc, node));
        break;
    case JDOC_NUMBER:
        buf_put(w->out, jdoc_number(doc, node), jdoc_number_size(doc, node));
        break;
    case JDOC_NULL:
        buf_puts(w->out, "null");
        break;
    default:
        buf_puts(w->out, jdoc_type(doc, node) == JDOC_TRUE ? "true" : "false");
    }
}

/* The value of the next member, its shape in *shape; JDOC_NONE at the end. */
static uint32_t next_member(const struct writer *w, struct open *top, enum cloud_shape *shape)
{
    const struct jdoc *doc = w->doc;
    for (; top->key->key; top->key++) {
        uint32_t value = jdoc_member(doc, top->node, top->key->key);
        if (value == JDOC_NONE || left_out(w, value))
            continue;
        *shape = top->key->shape;
        top->key++;
        return value;
    }
    *shape = SHAPE_ANY;
    while (top->at < jdoc_next(doc, top->node)) {
        uint32_t key = top->at;
        top->at = jdoc_next(doc, key + 1);
        if (!jdoc_shadowed(doc, key) && !left_out(w, key + 1) &&
            !cloud_shape_key(top->shape, jdoc_string(doc, key), jdoc_string_size(doc, key)))
            return key + 1;
    }
    return JDOC_NONE;
}

static uint32_t next_element(const struct writer *w, struct open *top, enum cloud_shape *shape)
{
    const struct jdoc *doc = w->doc;
    uint32_t at = top->at, end = jdoc_next(doc, top->node);
    while (at < end && left_out(w, at))
        at = jdoc_next(doc, at);
    if (at >= end)
        return JDOC_NONE;
    top->at = jdoc_next(doc, at);
    *shape = top->shape;
    return at;
}

static void close_container(struct writer *w, bool array)
{
    bool any = w->stack[--w->depth].any;
    if (any)
        put_line(w);
    buf_putc(w->out, array ? ']' : '}');
}

static void put_next(struct writer *w)
{
    struct open *top = &w->stack[w->depth - 1];
    enum cloud_shape shape = SHAPE_ANY;
    bool array = jdoc_type(w->doc, top->node) == JDOC_ARRAY;
    uint32_t value = array ? next_element(w, top, &shape) : next_member(w, top, &shape);
    if (value == JDOC_NONE) {
        close_container(w, array);
        return;
    }
    if (top->any)
        buf_putc(w->out, ',');
    top->any = true;
    put_line(w);
    if (!array) {
        cloud_put_string(w->out, jdoc_string(w->doc, value - 1), jdoc_string_size(w->doc, value - 1));
        buf_puts(w->out, w->compact ? ":" : ": ");
    }
    put_value(w, value, shape);
}

static void put_all(struct writer *w, uint32_t node, enum cloud_shape shape)
{
    w->depth = 0;
    put_value(w, node, shape);
    while (w->depth > 0 && !w->out->failed)
        put_next(w);
}

void cloud_put(struct buf *out, const struct jdoc *doc, uint32_t node, enum cloud_shape shape, bool compact)
{
    struct writer w; /* the stack is large and need not be cleared */
    w.out = out;
    w.doc = doc;
    w.edits = NULL;
    w.compact = compact;
    put_all(&w, node, shape);
}

void cloud_put_edited(struct buf *out, const struct jdoc *doc, enum cloud_shape shape, const struct cloud_edits *edits)
{
    struct writer w;
    w.out = out;
    w.doc = doc;
    w.edits = edits;
    w.compact = false;
    put_all(&w, 0, shape);
}

char *jpk_cloud_write(const struct jpk_cloud *cloud, size_t *size, struct jpk_error *err)
{
    struct buf out = {0};
    cloud_put(&out, cloud->doc, 0, cloud_shape_of_export(cloud), false);
    buf_putc(&out, '\n');
    if (out.failed) {
        buf_free(&out);
        error_memory(err);
        return NULL;
    }
    *size = out.size;
    return out.data;
}
