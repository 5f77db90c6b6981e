/* JSON Pointer, RFC 6901. */
#include "base/json.h"

#include <stdlib.h>

void jdoc_pointer_part(const char *part, size_t n, struct buf *out)
{
    size_t done = 0;
    buf_putc(out, '/');
    for (size_t i = 0; i < n; i++) {
        if (part[i] != '~' && part[i] != '/')
            continue;
        buf_put(out, part + done, i - done);
        buf_puts(out, part[i] == '~' ? "~0" : "~1");
        done = i + 1;
    }
    buf_put(out, part + done, n - done);
}

/* `value` is in `parent` directly. */
static void put_child(const struct jdoc *doc, uint32_t parent, uint32_t value, uint32_t ordinal, struct buf *out)
{
    if (jdoc_type(doc, parent) == JDOC_ARRAY)
        buf_printf(out, "/%u", (unsigned)ordinal);
    else
        jdoc_pointer_part(jdoc_string(doc, value - 1), jdoc_string_size(doc, value - 1), out);
}

/* One step down from `parent` towards `node`, which is in it. */
static uint32_t step_down(const struct jdoc *doc, uint32_t parent, uint32_t node, struct buf *out)
{
    bool object = jdoc_type(doc, parent) == JDOC_OBJECT;
    uint32_t ordinal = 0, value = parent + 1 + object;
    for (; node >= jdoc_next(doc, value); ordinal++)
        value = jdoc_next(doc, value) + object;
    put_child(doc, parent, value, ordinal, out);
    return value;
}

/* The places lead up; the pointer is written from the top. */
static void pointer_by_places(const struct jdoc *doc, uint32_t node, struct buf *out)
{
    uint32_t path[JDOC_DEPTH_MAX], *end = path + JDOC_DEPTH_MAX, *at = end;
    for (; doc->places[node].parent != JDOC_NONE; node = doc->places[node].parent)
        *--at = node;
    for (; at < end; at++)
        put_child(doc, doc->places[*at].parent, *at, doc->places[*at].ordinal, out);
}

void jdoc_pointer(const struct jdoc *doc, uint32_t node, struct buf *out)
{
    if (doc->nodes[node].flags & JDOC_KEY)
        node++;
    if (doc->places) {
        pointer_by_places(doc, node, out);
        return;
    }
    for (uint32_t at = 0; at != node;)
        at = step_down(doc, at, node, out);
}

bool jdoc_place_all(struct jdoc *doc, struct jpk_error *err)
{
    if (doc->places)
        return true;
    struct jdoc_place *places = malloc(doc->count * sizeof *places);
    if (!places)
        return error_memory(err);
    places[0] = (struct jdoc_place){.parent = JDOC_NONE};
    /* Parents come before their children: each container gives its children their places. */
    for (uint32_t node = 0; node < doc->count; node++) {
        if (jdoc_type(doc, node) < JDOC_ARRAY)
            continue;
        uint32_t ordinal = 0, width = jdoc_type(doc, node) == JDOC_OBJECT ? 2 : 1;
        for (uint32_t child = node + 1; child < jdoc_next(doc, node); ordinal++) {
            for (uint32_t i = 0; i < width; i++)
                places[child + i] = (struct jdoc_place){.parent = node, .ordinal = ordinal};
            child = jdoc_next(doc, child + width - 1);
        }
    }
    doc->places = places;
    return true;
}

/* ---------------------------------------------------------------------------------------------------- the other way */

/* Whether a part of a pointer, escaped, stands for a key. */
static bool part_is(const char *part, const char *end, const char *key, size_t n)
{
    size_t i = 0;
    for (; part < end && i < n; part++, i++) {
        char c = *part;
        if (c == '~')
            c = *++part == '0' ? '~' : '/';
        if (c != key[i])
            return false;
    }
    return part == end && i == n;
}

static uint32_t member_at(const struct jdoc *doc, uint32_t object, const char *part, const char *end)
{
    size_t n = (size_t)(end - part);
    if (!memchr(part, '~', n))
        return jdoc_get(doc, object, part, n);
    for (const char *p = part; p < end; p++)
        if (*p == '~' && (p + 1 == end || (p[1] != '0' && p[1] != '1')))
            return JDOC_NONE;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1))
        if (!jdoc_shadowed(doc, key) && part_is(part, end, jdoc_string(doc, key), jdoc_string_size(doc, key)))
            return key + 1;
    return JDOC_NONE;
}

static uint32_t element_at(const struct jdoc *doc, uint32_t array, const char *part, const char *end)
{
    uint64_t index = 0;
    if (part == end || end - part > 10 || (*part == '0' && end - part > 1))
        return JDOC_NONE;
    for (; part < end; part++) {
        if (*part < '0' || *part > '9')
            return JDOC_NONE;
        index = index * 10 + (unsigned)(*part - '0');
    }
    return index < UINT32_MAX ? jdoc_element(doc, array, (uint32_t)index) : JDOC_NONE;
}

uint32_t jdoc_at_pointer(const struct jdoc *doc, uint32_t from, const char *pointer, size_t n)
{
    const char *p = pointer, *end = pointer + n;
    while (p < end && from != JDOC_NONE) {
        if (*p++ != '/')
            return JDOC_NONE;
        const char *slash = memchr(p, '/', (size_t)(end - p));
        const char *part_end = slash ? slash : end;
        if (jdoc_type(doc, from) == JDOC_OBJECT)
            from = member_at(doc, from, p, part_end);
        else
            from = element_at(doc, from, p, part_end);
        p = part_end;
    }
    return from;
}

uint32_t jdoc_at(const struct jdoc *doc, size_t offset)
{
    uint32_t low = 0, high = doc->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (doc->nodes[middle].start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}
