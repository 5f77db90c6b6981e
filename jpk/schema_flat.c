/* Schema trees of delimited text from documents. */
#include <string.h>

#include "jpk/schema_builder.h"

static bool yes(const struct jpk_entity *entity, const char *key)
{
    const char *value = jpk_entity_value(entity, key);
    return !value || strcmp(value, "1") == 0; /* what is not written is on in real documents */
}

static bool take_text(struct schema_builder *b, const struct jpk_entity *entity)
{
    const struct jpk_document *document = entity->as.document;
    const char *mode = jpk_entity_value(entity, "qualifier_mode");
    struct schema_text *text = &b->tree->text;
    text->use_end_of_line = yes(entity, "use_end_of_line");
    text->escape_sequences = yes(entity, "escape_sequences");
    return schema_keep_text(b, document->delimiter, &text->delimiter) &&
           schema_keep_text(b, document->qualifier, &text->qualifier) &&
           schema_keep_text(b, mode ? mode : "WHEN_NEEDED", &text->qualifier_mode);
}

static bool take_field(struct schema_builder *b, struct schema_node *parent, const struct jpk_field *field)
{
    struct schema_node *node = schema_add_field(b, parent, field->name, strlen(field->name));
    bool proved = true;
    if (!node)
        return false;
    const char *type = schema_base_type(field->type, field->format, &proved);
    node->base_type = type ? type : "string";
    node->min = field->required ? 1 : 0;
    bool known = strcmp(field->type, "String") == 0;
    return schema_keep_text(b, field->default_value, &node->default_value) &&
           (known || schema_note(b, node, SCHEMA_TYPE_UNPROVED, field->type));
}

/* The parent of a segment by its name; the root for "_Root" and for what is not there. */
static struct schema_node *segment_parent(struct schema_builder *b, struct map *by_name, struct schema_node **nodes,
                                          const char *parent)
{
    uint32_t index = map_get(by_name, parent, strlen(parent));
    return index == MAP_NONE ? b->tree->root : nodes[index];
}

static bool take_segment(struct schema_builder *b, const struct jpk_segment *segment, struct schema_node *parent,
                         bool only)
{
    for (size_t i = 0; i < segment->field_count; i++)
        if (!take_field(b, parent, &segment->fields[i]))
            return false;
    return only || schema_note(b, parent, SCHEMA_SHAPE_GUESSED, segment->occurrence);
}

/* Several kinds of lines: each is a record below the one that it belongs to. */
static bool take_segments(struct schema_builder *b, const struct jpk_document *document)
{
    struct map by_name = {0};
    struct schema_node **nodes = arena_calloc(&b->keys, document->segment_count, sizeof *nodes);
    bool ok = nodes || error_memory(b->err);
    for (size_t i = 0; i < document->segment_count && ok; i++) {
        const struct jpk_segment *segment = &document->segments[i];
        uint32_t old;
        struct schema_node *parent = segment_parent(b, &by_name, nodes, segment->parent);
        nodes[i] = schema_add(b, parent, SCHEMA_RECORD, segment->name, strlen(segment->name));
        ok = nodes[i] != NULL;
        if (!ok)
            break;
        bool once = strncmp(segment->occurrence, "Only Once", 9) == 0;
        nodes[i]->min = once ? 1 : 0;
        nodes[i]->max = once ? 1 : SCHEMA_UNBOUNDED;
        nodes[i]->base_type = "complex";
        ok = take_segment(b, segment, nodes[i], false) &&
             (map_add(&by_name, segment->name, strlen(segment->name), (uint32_t)i, &old) || error_memory(b->err));
    }
    map_free(&by_name);
    return ok;
}

static bool take_document(struct schema_builder *b, const struct jpk_entity *entity)
{
    const struct jpk_document *document = entity->as.document;
    struct schema_node *root = schema_add_flat_root(b);
    if (!root || !take_text(b, entity) || !schema_keep_text(b, entity->name, &b->tree->name))
        return false;
    if (document->fixed && !schema_note(b, NULL, SCHEMA_SHAPE_GUESSED, "fixed widths"))
        return false;
    if (document->segment_count == 1)
        return take_segment(b, document->segments, root, true);
    return take_segments(b, document);
}

struct schema_tree *schema_tree_from_document(const struct jpk_entity *document, size_t nodes, struct jpk_error *err)
{
    struct schema_builder b;
    if (document->type != JPK_TYPE_DOCUMENT || document->unread || !document->as.document) {
        error_set(err, JPK_ERR_USAGE, "is no document that could be read");
        return NULL;
    }
    bool ok = schema_begin(&b, SCHEMA_FLAT, nodes, err) && take_document(&b, document);
    return schema_end(&b, ok);
}
