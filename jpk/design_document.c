/* File formats: the documents of flat schemas. */
#include <string.h>

#include "jpk/design_structure.h"

static const char *field_type(const struct schema_node *field)
{
    static const struct {
        const char *base, *type;
    } types[] = {
        {"double", "Double"}, {"integer", "Integer"}, {"boolean", "Boolean"}, {"dateTime", "Date"}, {"date", "Date"}};
    for (size_t i = 0; field->base_type && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].base, field->base_type) == 0)
            return types[i].type;
    return "String";
}

static void put_fields(struct buf *out, const struct schema_node *record, unsigned *id)
{
    const struct schema_node *field = record->child;
    while (field && field->kind != SCHEMA_FIELD)
        field = field->next;
    buf_puts(out, field ? "      <Fields>\n" : "      <Fields/>\n");
    bool any = field;
    for (; field; field = field->next) {
        if (field->kind != SCHEMA_FIELD)
            continue;
        buf_puts(out, "        <Field");
        design_put_attribute(out, "default", field->default_value ? field->default_value : "");
        buf_printf(out, " fieldId=\"%u\" fixWidth=\"false\" format=\"\"", ++*id);
        design_put_attribute(out, "name", field->name);
        buf_printf(out, " required=\"%d\" type=\"%s\"/>\n", field->min > 0, field_type(field));
    }
    buf_puts(out, any ? "      </Fields>\n" : "");
}

static void put_segment(struct buf *out, const struct schema_node *record, const char *name, const char *parent,
                        unsigned segment, unsigned *id)
{
    buf_puts(out, "    <Segment");
    design_put_attribute(out, "name", name);
    design_put_attribute(out, "occurenceType",
                         record->max == SCHEMA_UNBOUNDED && record->parent ? "Zero or More" : "Only Once");
    design_put_attribute(out, "parent", parent);
    buf_printf(out, " segmentId=\"%u\">\n", segment);
    put_fields(out, record, id);
    buf_puts(out, "    </Segment>\n");
}

/* A record of fields is one segment without a name; records below the root are segments of their own. */
static void put_segments(struct buf *out, const struct schema_tree *tree)
{
    unsigned segment = 0, id = 0;
    bool several = false;
    for (const struct schema_node *node = tree->root->child; node && !several; node = node->next)
        several = node->kind == SCHEMA_RECORD;
    if (!several)
        put_segment(out, tree->root, "", "_Root", segment, &id);
    for (const struct schema_node *node = tree->root->child; several && node; node = schema_node_next(node))
        if (node->kind == SCHEMA_RECORD)
            put_segment(out, node, node->name, node->parent->parent ? node->parent->name : "_Root", segment++, &id);
}

struct design_entity *design_document(struct design *d, const struct schema_tree *tree, const char *id,
                                      const char *name)
{
    struct design_entity *entity = design_entity(d, JPK_TYPE_DOCUMENT, id, name);
    const struct schema_text *text = &tree->text;
    if (!entity)
        return NULL;
    design_set(d, entity, "escape_sequences", text->escape_sequences ? "1" : "0");
    design_set(d, entity, "text_qualifier", design_text(d, "%s", text->qualifier ? text->qualifier : ""));
    design_set(d, entity, "qualifier_mode",
               design_text(d, "%s", text->qualifier_mode ? text->qualifier_mode : "WHEN_NEEDED"));
    design_set(d, entity, "use_end_of_line", text->use_end_of_line ? "1" : "0");
    buf_puts(&entity->body, "  <Delimiter");
    design_put_attribute(&entity->body, "value", text->delimiter ? text->delimiter : ",");
    buf_puts(&entity->body, "/>\n  <Structure>\n    <Properties>\n      <Item key=\"fixedField\" value=\"0\"/>\n"
                            "    </Properties>\n");
    put_segments(&entity->body, tree);
    buf_puts(&entity->body, "  </Structure>\n");
    return entity;
}
