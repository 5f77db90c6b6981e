#include "jpk/show_places.h"

#include <stdlib.h>
#include <string.h>

void places_of_references(struct place *out, const struct jpk_reference *const *references, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct jpk_reference *r = references[i];
        out[i] = (struct place){.from = r->from,
                                .where = r->where,
                                .offset = r->offset,
                                .text_offset = r->text_offset,
                                .in_text = r->kind == JPK_REF_SCRIPT,
                                .in_comment = r->in_comment,
                                .what = r};
    }
}

void places_of_uses(struct place *out, const struct jpk_use *const *uses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct jpk_use *u = uses[i];
        out[i] = (struct place){.from = u->from,
                                .where = u->where,
                                .offset = u->offset,
                                .text_offset = u->text_offset,
                                .in_text = u->in_text,
                                .in_comment = u->in_comment,
                                .what = u};
    }
}

static int by_place(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    if (left->in_comment != right->in_comment)
        return left->in_comment ? 1 : -1;
    if (left->from != right->from)
        return left->from->index < right->from->index ? -1 : 1;
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    if (left->text_offset != right->text_offset)
        return left->text_offset < right->text_offset ? -1 : 1;
    return 0;
}

void places_sort(struct place *places, size_t count)
{
    if (count > 1)
        qsort(places, count, sizeof *places, by_place);
}

/* The mapping whose element is at an offset; mappings are in the order of the file. */
static const struct jpk_mapping *mapping_at(const struct jpk_transformation *transformation, uint32_t offset)
{
    size_t low = 0, high = transformation->mapping_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (transformation->mappings[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    const struct jpk_mapping *found = &transformation->mappings[low];
    return low < transformation->mapping_count && found->offset == offset ? found : NULL;
}

/* The text that a place stands in; NULL when it is none that people see. */
static const char *text_of(const struct place *place, size_t *base)
{
    const struct jpk_entity *entity = place->from;
    *base = 0;
    if (entity->unread || !place->in_text)
        return NULL;
    if (entity->type == JPK_TYPE_SCRIPT)
        return entity->as.script->offset == place->offset ? entity->as.script->text : NULL;
    if (entity->type == JPK_TYPE_TRANSFORMATION) {
        const struct jpk_mapping *mapping = mapping_at(entity->as.transformation, place->offset);
        *base = mapping ? mapping->source_at : 0;
        return mapping ? mapping->source : NULL;
    }
    bool query = jpk_type_info(entity->type)->role == JPK_ROLE_READ && entity->type != JPK_TYPE_SOURCE &&
                 entity->as.function && entity->as.function->query_offset == place->offset;
    return query ? entity->as.function->query : NULL;
}

static bool count_lines(struct place_counter *counter, const struct place *place, struct text_position *position)
{
    if (counter->from != place->from || counter->offset != place->offset || counter->last > place->text_offset) {
        counter->from = place->from;
        counter->offset = place->offset;
        counter->text = text_of(place, &counter->base);
        if (counter->text)
            counter->counter = text_counter_begin(counter->text, strlen(counter->text));
    }
    counter->last = place->text_offset;
    if (!counter->text || place->text_offset < counter->base)
        return false;
    *position = text_counter_at(&counter->counter, place->text_offset - counter->base);
    return true;
}

void place_cells(struct report *report, struct place_counter *counter, const struct place *place, const char *label)
{
    struct text_position position;
    bool known = count_lines(counter, place, &position);
    if (known && *place->where)
        report_text(
            report, NULL, label,
            report_printf(report, "%s %u:%u", report_cut(report, place->where), position.line, position.column));
    else if (known)
        report_text(report, NULL, label, report_printf(report, "%u:%u", position.line, position.column));
    else
        report_text(report, NULL, label, place->where);
    if (*place->where)
        report_text(report, "where", NULL, place->where);
    if (known) {
        report_number(report, "line", NULL, position.line);
        report_number(report, "column", NULL, position.column);
    }
    report_flag(report, "inComment", place->in_comment);
}
