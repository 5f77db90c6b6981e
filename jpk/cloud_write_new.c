/*
 * Canonical text of an export that was made: the same as cloud_write.c makes of one that was read, but straight from
 * jansson's values. Without recursion: containers that are open lie on a stack, and the members of open objects, in
 * the order in which they are written, on another.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/json.h"
#include "base/json_write.h"
#include "jpk/cloud_new.h"
#include "jpk/cloud_shape.h"

#define SIZE_MOST ((size_t)UINT32_MAX) /* as of a document, base/json.h */

struct member {
    const char *key;
    const json_t *value;
    const struct cloud_key *row; /* of the key; the row without a key: it is unknown */
};

struct open {
    const json_t *value;
    json_t *own;            /* the same when it was made for writing, to be released; else NULL */
    enum cloud_shape shape; /* arrays: of the objects in it */
    size_t first, at;       /* objects: their members in `members`; arrays: 0 and the next element */
};

struct writer {
    struct buf *out;
    const struct cloud_later *later;
    struct member *members;
    size_t member_count, member_capacity;
    bool failed, too_deep; /* then nothing more is written */
    size_t depth;
    struct open stack[JDOC_DEPTH_MAX];
};

static enum cloud_shape shape_of(const json_t *object, enum cloud_shape shape)
{
    switch (shape) {
    case SHAPE_COMPONENT:
        return cloud_shape_of_component(json_integer_value(json_object_get(object, "type")));
    case SHAPE_PROPERTY:
        return json_object_get(object, "children") ? SHAPE_PROPERTY_GROUP : SHAPE_PROPERTY;
    case SHAPE_NODE:
        return json_object_get(object, "C") ? SHAPE_NODE_GROUP : SHAPE_NODE;
    default:
        return shape;
    }
}

/* The row of a key, or the one behind the last. Keys mostly come in their order, so that the search begins at `from`.
 */
static const struct cloud_key *row_of(const struct cloud_key *rows, const struct cloud_key *from, const char *key)
{
    const struct cloud_key *row = from;
    while (row->key && strcmp(row->key, key) != 0)
        row++;
    if (row->key || from == rows)
        return row;
    const struct cloud_key *end = row;
    for (row = rows; row < from; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    return end;
}

/* Puts a member behind those of its object that go before it. Only known keys move, which are few. */
static void add_member(struct writer *w, size_t first, struct member member)
{
    struct member *members = array_grow(w->members, w->member_count, &w->member_capacity, sizeof *members);
    if (!members) {
        w->failed = true;
        return;
    }
    w->members = members;
    size_t i = w->member_count++;
    for (; i > first && members[i - 1].row > member.row; i--)
        members[i] = members[i - 1];
    members[i] = member;
}

/* The value that an empty object stands for. NULL: it is what it is, or memory is out. */
static json_t *make_later(struct writer *w, const json_t *place)
{
    json_t *made = NULL;
    if (w->later && json_object_size(place) == 0 && !w->later->make(w->later->context, place, &made))
        w->failed = true;
    return made;
}

static void open_object(struct writer *w, const json_t *place, enum cloud_shape shape)
{
    json_t *own = make_later(w, place), *object = own ? own : (json_t *)place; /* jansson's iterators want it so */
    const struct cloud_key *rows = cloud_shape_keys(shape_of(object, shape)), *from = rows;
    size_t first = w->member_count;
    for (void *at = json_object_iter(object); at && !w->failed; at = json_object_iter_next(object, at)) {
        struct member member = {json_object_iter_key(at), json_object_iter_value(at), NULL};
        member.row = row_of(rows, from, member.key);
        from = member.row->key ? member.row + 1 : rows;
        add_member(w, first, member);
    }
    w->stack[w->depth++] = (struct open){object, own, shape, first, first};
    buf_putc(w->out, '{');
}

/* A scalar, or the beginning of a container. */
static void put_value(struct writer *w, const json_t *value, enum cloud_shape shape)
{
    bool container = json_is_object(value) || json_is_array(value);
    w->too_deep |= container && w->depth == JDOC_DEPTH_MAX;
    if (w->too_deep)
        return;
    if (json_is_object(value)) {
        open_object(w, value, shape);
    } else if (json_is_array(value)) {
        w->stack[w->depth++] = (struct open){.value = value, .shape = shape};
        buf_putc(w->out, '[');
    } else if (json_is_string(value)) {
        cloud_put_string(w->out, json_string_value(value), json_string_length(value));
    } else {
        json_put_scalar(w->out, value);
    }
}

static void close_container(struct writer *w, bool array, bool any)
{
    const struct open *top = &w->stack[--w->depth];
    json_decref(top->own);
    if (!array)
        w->member_count = top->first;
    if (any)
        cloud_put_line(w->out, w->depth);
    buf_putc(w->out, array ? ']' : '}');
}

static void put_next(struct writer *w)
{
    struct open *top = &w->stack[w->depth - 1];
    bool array = json_is_array(top->value), any = top->at > top->first;
    if (top->at == (array ? json_array_size(top->value) : w->member_count)) {
        close_container(w, array, any);
        return;
    }
    if (any)
        buf_putc(w->out, ',');
    cloud_put_line(w->out, w->depth);
    size_t at = top->at++;
    if (array) {
        put_value(w, json_array_get(top->value, at), top->shape);
        return;
    }
    struct member member = w->members[at];
    cloud_put_string(w->out, member.key, strlen(member.key));
    buf_put(w->out, ": ", 2);
    put_value(w, member.value, member.row->shape);
}

bool cloud_write_new(const json_t *export_, const struct cloud_later *later, struct buf *out, struct jpk_error *err)
{
    struct writer w;
    w.out = out;
    w.later = later;
    w.members = NULL;
    w.member_count = w.member_capacity = w.depth = 0;
    w.failed = w.too_deep = false;
    put_value(&w, export_, SHAPE_EXPORT);
    while (w.depth > 0 && !w.too_deep && !w.failed && !out->failed && out->size < SIZE_MOST)
        put_next(&w);
    buf_putc(out, '\n');
    while (w.depth > 0) /* of what failed */
        json_decref(w.stack[--w.depth].own);
    free(w.members);
    if (w.too_deep)
        return error_set(err, JPK_ERR_LIMIT, "nested more than %d levels deep", JDOC_DEPTH_MAX);
    if (out->size >= SIZE_MOST)
        return error_set(err, JPK_ERR_LIMIT, "would be an export of 4 GiB or more, which cannot be read again");
    return (!w.failed && !out->failed) || error_memory(err);
}
