/* Where things are: the way to a unit through the schema, and the absolute location of what stands in a schema. */
#include <string.h>

#include "schema/ascii.h"
#include "schema/validation.h"

/* Appends the pointer that leads from one node to another that is in it. */
static void put_way(const struct jdoc *doc, uint32_t from, uint32_t to, struct buf *out)
{
    struct buf pointer = {0};
    jdoc_pointer(doc, from, &pointer);
    size_t begin = pointer.size;
    pointer.size = 0;
    jdoc_pointer(doc, to, &pointer);
    if (pointer.failed)
        out->failed = true;
    else if (pointer.size > begin)
        buf_put(out, pointer.data + begin, pointer.size - begin);
    buf_free(&pointer);
}

/* ----------------------------------------------------------------------------------------------- keyword locations */

static const struct subschema *subschema_of(const struct jpk_validation *validation, uint32_t unit)
{
    return &validation->schema->program.subschemas[validation->units.items[unit].schema];
}

bool unit_is_reference(const struct jpk_validation *validation, uint32_t unit)
{
    const struct unit *self = &validation->units.items[unit];
    if (self->key == JDOC_NONE || (self->code != OP_REF && self->code != OP_DYNAMIC_REF))
        return false;
    /* `then` and `else` run as references, but hold their schema. */
    const struct document *document = program_document(&validation->schema->program, self->schema);
    return jdoc_type(&document->doc, self->key + 1) == JDOC_STRING;
}

uint32_t unit_location_base(const struct jpk_validation *validation, uint32_t unit)
{
    const struct unit *items = validation->units.items, *self = &items[unit];
    if (self->parent == UINT32_MAX || self->key != JDOC_NONE || unit_is_reference(validation, self->parent))
        return self->parent;
    /* The keyword may be `minContains`, in which the schema does not stand. */
    return items[self->parent].parent;
}

void unit_location_rest(const struct jpk_validation *validation, uint32_t unit, struct buf *out)
{
    const struct unit *self = &validation->units.items[unit];
    const struct jdoc *doc = &program_document(&validation->schema->program, self->schema)->doc;
    uint32_t node = subschema_of(validation, unit)->node;
    if (self->key != JDOC_NONE)
        put_way(doc, node, self->key, out);
    else if (self->parent != UINT32_MAX && !unit_is_reference(validation, self->parent))
        put_way(doc, subschema_of(validation, self->parent)->node, node, out);
}

void unit_keyword_location(const struct jpk_validation *validation, uint32_t unit, struct buf *out)
{
    struct buf way = {0}; /* numbers of units, innermost first */
    for (; unit != UINT32_MAX; unit = unit_location_base(validation, unit))
        buf_put(&way, &unit, sizeof unit);
    for (size_t left = way.failed ? 0 : way.size; left > 0; left -= sizeof unit) {
        memcpy(&unit, way.data + left - sizeof unit, sizeof unit);
        unit_location_rest(validation, unit, out);
    }
    out->failed |= way.failed;
    buf_free(&way);
}

/* ---------------------------------------------------------------------------------------------- absolute locations */

/* Characters that `also` does not name and that no part of a URI may hold are percent-encoded. */
static void put_encoded(const char *text, size_t n, const char *also, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c && (ascii_alnum(c) || strchr("-._~!$&'()*+,;=:@/?", c) || strchr(also, c)))
            buf_putc(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

void schema_location(const struct program *program, uint32_t schema, uint32_t node, struct buf *out)
{
    const struct resource *resource = program->resources[program->subschemas[schema].resource];
    struct buf pointer = {0};
    put_way(&resource->document->doc, resource->node, node, &pointer);
    put_encoded(resource->uri, resource->uri_size, "%[]", out);
    buf_putc(out, '#');
    put_encoded(buf_text(&pointer), pointer.size, "", out);
    out->failed |= pointer.failed;
    buf_free(&pointer);
}
