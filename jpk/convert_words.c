/* What is lost in the words of the source, without the secrets in it. */
#include <string.h>

#include "jpk/convert_setting.h"
#include "jpk/secret_field.h"

static const char hidden[] = "****";

static const char *keep(struct convert *c, struct buf *text)
{
    const char *kept = text->failed ? "" : convert_text(c, "%s", buf_text(text));
    c->ledger.failed |= text->failed;
    buf_free(text);
    return kept;
}

const char *convert_words(struct convert *c, const char *text)
{
    struct buf out = {0};
    bool any = secret_field_mask(&out, text, strlen(text));
    if (any || out.failed)
        return keep(c, &out);
    buf_free(&out);
    return text;
}

static bool is_secret(const struct jpk_item *item)
{
    return item->encrypted || secret_field(item->key, item->value);
}

const char *convert_item_words(struct convert *c, const struct jpk_item *item)
{
    return is_secret(item) ? hidden : convert_words(c, item->value);
}

/* -------------------------------------------------------------------------------------------------------- elements */

static void put_text(struct convert *c, struct buf *out, const char *text, bool secret, bool attribute)
{
    xml_escape(out, secret ? hidden : convert_words(c, text), attribute, "\n");
}

static void put_attribute(struct convert *c, struct buf *out, const char *name, const char *value, bool secret)
{
    buf_printf(out, " %s=\"", name);
    put_text(c, out, value, secret, true);
    buf_putc(out, '"');
}

static void put_item(struct convert *c, struct buf *out, const struct jpk_item *item)
{
    buf_puts(out, "<Item");
    put_attribute(c, out, "key", item->key, false);
    if (item->value)
        put_attribute(c, out, "value", item->value, is_secret(item));
    buf_puts(out, "/>");
}

static bool is_encrypted(const struct xml_node *node)
{
    const char *encrypted = xml_attribute(node, "enc");
    return encrypted && strcmp(encrypted, "true") == 0;
}

static bool is_secret_attribute(const struct xml_node *node, const struct xml_attribute *at)
{
    return (is_encrypted(node) && strcmp(at->name, "value") == 0) || secret_attribute(node, at->name, at->value);
}

const char *convert_attribute_words(struct convert *c, const struct xml_node *node, const struct xml_attribute *at)
{
    return is_secret_attribute(node, at) ? hidden : convert_words(c, at->value);
}

/* Depth is bounded by the reader's. */
static void put_element(struct convert *c, struct buf *out, const struct xml_node *node)
{
    bool whole = is_encrypted(node);
    buf_printf(out, "<%s", node->name);
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        put_attribute(c, out, at->name, at->value, is_secret_attribute(node, at));
    }
    if (!node->text && !node->child && node->item_count == 0) {
        buf_puts(out, "/>");
        return;
    }
    buf_putc(out, '>');
    for (uint32_t i = 0; i < node->item_count; i++)
        put_item(c, out, &node->items[i]);
    if (node->text)
        put_text(c, out, node->text, whole || secret_field(secret_text_name(node), node->text), false);
    for (const struct xml_node *child = node->child; child && !c->ledger.failed; child = child->next)
        put_element(c, out, child);
    buf_printf(out, "</%s>", node->name);
}

const char *convert_element_words(struct convert *c, const struct xml_node *node)
{
    struct buf out = {0};
    put_element(c, &out, node);
    return keep(c, &out);
}

const char *convert_entity_words(struct convert *c, const struct jpk_entity *entity)
{
    struct buf out = {0};
    for (const struct xml_node *node = entity->tree ? entity->tree->child : NULL; node && !c->ledger.failed;
         node = node->next)
        if (strcmp(node->name, "Header") != 0 &&
            (node->attribute_count > 0 || node->text || node->child || node->item_count > 0))
            put_element(c, &out, node);
    return keep(c, &out);
}

void convert_keep_words(struct convert *c, struct jpk_finding *finding, const char *words)
{
    if (*words)
        ledger_keep_words(&c->ledger, finding, words);
}
