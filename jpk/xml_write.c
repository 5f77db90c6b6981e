#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpk/xml.h"

static const struct style {
    const char *declaration;
    unsigned indent;
    bool open_close;  /* <x></x> for an empty element */
    bool space;       /* <x /> instead of <x/> */
    bool final_break; /* a line end after the root */
    bool sorted;      /* attributes in byte order */
} styles[] = {
    [XML_STYLE_ENTITY] = {XML_DECLARATION, 2, false, false, true, true},
    [XML_STYLE_STATE] = {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", 4, false, true, true, false},
    [XML_STYLE_METADATA] = {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", 2, true, false, false, false},
};

struct writer {
    struct buf *out;
    const struct style *style;
    const char *line_end;
};

/* `&apos;` is never written; C1 controls are decimal references, all else above ASCII is UTF-8. */
void xml_escape(struct buf *out, const char *s, bool attribute, const char *line_end)
{
    const char *plain = s;
    for (;; s++) {
        char number[8];
        const char *with = NULL;
        size_t skip = 1;
        unsigned char c = (unsigned char)*s;
        if (c == '&')
            with = "&amp;";
        else if (c == '<')
            with = "&lt;";
        else if (c == '>')
            with = "&gt;";
        else if (c == '\r')
            with = "&#13;";
        else if (attribute && c == '"')
            with = "&quot;";
        else if (attribute && c == '\n')
            with = "&#10;";
        else if (attribute && c == '\t')
            with = "&#9;";
        else if (!attribute && c == '\n' && line_end[0] == '\r')
            with = line_end;
        else if (c == 0x7f || (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0)) {
            skip = c == 0x7f ? 1 : 2;
            snprintf(number, sizeof number, "&#%u;", c == 0x7f ? 127u : (unsigned)(unsigned char)s[1]);
            with = number;
        }
        if (!with && c != '\0')
            continue;
        buf_put(out, plain, (size_t)(s - plain));
        if (c == '\0')
            return;
        buf_puts(out, with);
        s += skip - 1;
        plain = s + 1;
    }
}

static void put_indent(struct writer *writer, unsigned level)
{
    for (unsigned i = 0; i < level * writer->style->indent; i++)
        buf_putc(writer->out, ' ');
}

static void put_attribute(struct writer *writer, const char *name, const char *value)
{
    buf_putc(writer->out, ' ');
    buf_puts(writer->out, name);
    buf_puts(writer->out, "=\"");
    xml_escape(writer->out, value, true, writer->line_end);
    buf_putc(writer->out, '"');
}

static int by_name(const void *a, const void *b)
{
    const struct xml_attribute *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static void put_attributes(struct writer *writer, const struct xml_node *node)
{
    size_t n = node->attribute_count;
    struct xml_attribute *sorted = NULL;
    if (writer->style->sorted && n > 1) {
        sorted = malloc(n * sizeof *sorted);
        if (!sorted) {
            writer->out->failed = true;
            return;
        }
        memcpy(sorted, node->attributes, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, by_name);
    }
    const struct xml_attribute *attributes = sorted ? sorted : node->attributes;
    for (size_t i = 0; i < n; i++)
        put_attribute(writer, attributes[i].name, attributes[i].value);
    free(sorted);
}

static void put_empty_end(struct writer *writer, const char *name)
{
    if (writer->style->open_close) {
        buf_puts(writer->out, "></");
        buf_puts(writer->out, name);
        buf_putc(writer->out, '>');
    } else {
        buf_puts(writer->out, writer->style->space ? " />" : "/>");
    }
}

static void put_items(struct writer *writer, const struct xml_node *node, unsigned level)
{
    for (uint32_t i = 0; i < node->item_count; i++) {
        const struct jpk_item *item = &node->items[i];
        put_indent(writer, level);
        buf_puts(writer->out, "<Item");
        if (item->encrypted)
            put_attribute(writer, "enc", "true");
        put_attribute(writer, "key", item->key);
        if (item->value)
            put_attribute(writer, "value", item->value);
        put_empty_end(writer, "Item");
        buf_puts(writer->out, writer->line_end);
    }
}

/* Depth is bounded by the reader's. */
static void put_node(struct writer *writer, const struct xml_node *node, unsigned level)
{
    put_indent(writer, level);
    buf_putc(writer->out, '<');
    buf_puts(writer->out, node->name);
    put_attributes(writer, node);
    if (node->text) {
        buf_putc(writer->out, '>');
        xml_escape(writer->out, node->text, false, writer->line_end);
    } else if (node->child || node->item_count) {
        buf_putc(writer->out, '>');
        buf_puts(writer->out, writer->line_end);
        put_items(writer, node, level + 1);
        for (const struct xml_node *child = node->child; child; child = child->next) {
            put_node(writer, child, level + 1);
            buf_puts(writer->out, writer->line_end);
        }
        put_indent(writer, level);
    } else {
        put_empty_end(writer, node->name);
        return;
    }
    buf_puts(writer->out, "</");
    buf_puts(writer->out, node->name);
    buf_putc(writer->out, '>');
}

void xml_write(struct buf *out, const struct xml_document *document, enum xml_style style)
{
    struct writer writer = {.out = out, .style = &styles[style], .line_end = document->crlf ? "\r\n" : "\n"};
    buf_puts(out, writer.style->declaration);
    buf_puts(out, writer.line_end);
    put_node(&writer, document->root, 0);
    if (writer.style->final_break)
        buf_puts(out, writer.line_end);
}

/* How many bytes a character takes in UTF-8. */
static size_t utf8_width(unsigned long c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

struct xml_text_cursor xml_text_begin(const char *file, size_t n, size_t tag)
{
    size_t at = tag < n ? tag : n;
    for (char quote = 0; at < n && (quote || file[at] != '>'); at++)
        if (quote ? file[at] == quote : file[at] == '"' || file[at] == '\'')
            quote = quote ? 0 : file[at];
    return (struct xml_text_cursor){.file = file, .size = n, .at = at < n ? at + 1 : n};
}

size_t xml_text_advance(struct xml_text_cursor *cursor, size_t decoded)
{
    enum { REFERENCE_MAX = 12 };
    const char *file = cursor->file;
    while (cursor->decoded < decoded && cursor->at < cursor->size && file[cursor->at] != '<') {
        const char *p = file + cursor->at;
        size_t left = cursor->size - cursor->at, raw = 1, width = 1;
        const char *semicolon = *p == '&' ? memchr(p, ';', left < REFERENCE_MAX ? left : REFERENCE_MAX) : NULL;
        if (semicolon) {
            raw = (size_t)(semicolon - p) + 1;
            if (p[1] == '#')
                width = utf8_width(p[2] == 'x' ? strtoul(p + 3, NULL, 16) : strtoul(p + 2, NULL, 10));
        } else if (*p == '\r' && left > 1 && p[1] == '\n') {
            raw = 2;
        }
        cursor->at += raw;
        cursor->decoded += width;
    }
    return cursor->at;
}

size_t xml_make_legal(struct buf *text, size_t from)
{
    size_t count = 0, kept = from;
    for (size_t i = from; i < text->size; i++) {
        const unsigned char *c = (const unsigned char *)text->data + i;
        bool control = c[0] < ' ' && c[0] != '\t' && c[0] != '\n' && c[0] != '\r';
        bool none = i + 2 < text->size && c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe;
        text->data[kept++] = control || none ? '?' : text->data[i];
        count += control || none;
        i += none ? 2 : 0;
    }
    text->size = kept;
    if (count > 0)
        text->data[kept] = '\0';
    return count;
}
