#include "jpk/schema_jtr.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/map.h"
#include "jpk/packed.h"
#include "jpk/schema_builder.h"
#include "jpk/schema_paths.h"
#include "jpk/structure.h"
#include "jpk/xml.h"

#define CROM_TEXT_ROOT 0x8001u

struct writer {
    const struct schema_tree *tree;
    struct buf *out;
    struct arena arena;
    struct map strings; /* text -> number - 1 */
    const char **texts;
    size_t text_count, text_capacity;
    struct map by_name; /* "name\0namespace" -> index in globals */
    const struct schema_node **globals;
    size_t global_count, global_capacity;
    bool failed;
};

/* ------------------------------------------------------------------------------------------------------ the strings */

static unsigned string_number(struct writer *w, const char *text)
{
    uint32_t old = map_get(&w->strings, text, strlen(text));
    if (old != MAP_NONE)
        return old + 1;
    const char *copy = arena_strdup(&w->arena, text);
    const char **texts = array_grow(w->texts, w->text_count, &w->text_capacity, sizeof *texts);
    if (texts)
        w->texts = texts;
    if (!copy || !texts || !map_add(&w->strings, copy, strlen(copy), (uint32_t)w->text_count, &old)) {
        w->failed = true;
        return 0;
    }
    w->texts[w->text_count++] = copy;
    return (unsigned)w->text_count;
}

static void put_string_number(struct writer *w, const char *attribute, const char *text)
{
    if (text && *text)
        buf_printf(w->out, " %s=\"%u\"", attribute, string_number(w, text));
}

static void put_attribute(struct writer *w, const char *attribute, const char *text)
{
    buf_printf(w->out, " %s=\"", attribute);
    xml_escape(w->out, text, true, "\n");
    buf_putc(w->out, '"');
}

static void put_strings(struct writer *w)
{
    buf_puts(w->out, "<Strings>\n");
    for (size_t i = 0; i < w->text_count; i++) {
        buf_printf(w->out, "<String idx=\"%zu\"  val=\"", i + 1);
        xml_escape(w->out, w->texts[i], true, "\n");
        buf_puts(w->out, "\"/>\n");
    }
    buf_puts(w->out, "</Strings>\n");
}

/* ------------------------------------------------------------------------------------------------------- the values */

static const char *value_type(const struct schema_node *node, const char **format)
{
    static const struct {
        const char *base_type, *value_type, *format;
    } types[] = {
        {"string", "String", NULL},       {"boolean", "Boolean", NULL}, {"date", "Date", "date"},
        {"dateTime", "Date", "dateTime"}, {"double", "Double", NULL},   {"integer", "Integer", NULL},
    };
    if (node->kind == SCHEMA_ATTRIBUTE && strcmp(node->base_type, "integer") == 0 && node->declared_type &&
        strcmp(node->declared_type, "Long") == 0)
        return "Long";
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].base_type, node->base_type) == 0) {
            *format = types[i].format;
            return types[i].value_type;
        }
    return "String";
}

static void put_domain(struct writer *w, const struct schema_node *node)
{
    bool any = node->value_count > 0;
    for (uint32_t i = 0; i < node->value_count; i++)
        any = any && !strchr(node->values[i].value, '|');
    if (!any)
        return;
    buf_puts(w->out, " Domain=\"");
    for (uint32_t i = 0; i < node->value_count; i++) {
        if (i > 0)
            buf_putc(w->out, '|');
        xml_escape(w->out, node->values[i].value, true, "\n");
    }
    buf_putc(w->out, '"');
}

static void put_value(struct writer *w, const struct schema_node *node)
{
    const char *format = NULL;
    buf_puts(w->out, "<Attr");
    if (node->base_type)
        put_string_number(w, "ValType", value_type(node, &format));
    if (node->default_value && *node->default_value)
        put_attribute(w, "DefVal", node->default_value);
    put_domain(w, node);
    if (format)
        put_attribute(w, "Format", format);
    buf_puts(w->out, "/>\n");
}

static void put_mark(struct writer *w, unsigned flags, const char *name, const char *type, const char *value)
{
    buf_printf(w->out, "<CROM Type=\"0x%x\" Name=\"%s\">\n<Attr ValType=\"%u\" DefVal=\"%s\"/>\n</CROM>\n", flags, name,
               string_number(w, type), value);
}

/* ----------------------------------------------------------------------------------------------------- the elements */

static void open_node(struct writer *w, const struct schema_node *node, unsigned flags)
{
    struct buf name = {0};
    schema_script_name(node->name, strlen(node->name), &name);
    buf_printf(w->out, "<CROM Type=\"0x%x\"", flags);
    put_attribute(w, "Name", buf_text(&name));
    if (strcmp(buf_text(&name), node->name) != 0)
        put_string_number(w, "Display", node->name);
    buf_puts(w->out, ">\n");
    w->failed = w->failed || name.failed;
    buf_free(&name);
}

static unsigned element_flags(const struct schema_node *node)
{
    unsigned flags = node->kind == SCHEMA_CHOICE ? JPK_CROM_CHOICE
                     : node->kind == SCHEMA_TYPE ? JPK_CROM_TYPE
                                                 : JPK_CROM_ELEMENT;
    if (node->kind == SCHEMA_TYPE)
        return flags;
    if (node->max == SCHEMA_UNBOUNDED)
        return flags | (node->min == 0 ? JPK_CROM_REPEATS : JPK_CROM_REPEATS_ONCE);
    return flags | (node->min == 0 && node->kind != SCHEMA_CHOICE ? JPK_CROM_OPTIONAL : 0);
}

/* "{namespace}name" or a name of XML Schema's. */
static void put_type(struct writer *w, const struct schema_node *node)
{
    const char *type = node->declared_type, *brace = type && *type == '{' ? strrchr(type, '}') : NULL;
    if (node->inode_without_children && !node->child && !type)
        type = node->name; /* a type that the cache does not hold expands to nothing */
    if (!type)
        return;
    put_string_number(w, "Type", brace ? brace + 1 : type);
    if (brace) {
        char *space = arena_strndup(&w->arena, type + 1, (size_t)(brace - type) - 1);
        w->failed = w->failed || !space;
        put_string_number(w, "TypeNS", space);
    } else {
        put_string_number(w, "TypeNS", node->declared_type ? SCHEMA_XSD : node->namespace_);
    }
}

static void put_detail(struct writer *w, const struct schema_node *node, bool reference)
{
    buf_puts(w->out, "<Xml");
    if (node->namespace_)
        buf_puts(w->out, " NSQual=\"1\"");
    if (node->min != 1)
        buf_printf(w->out, " Min=\"%d\"", node->min);
    if (node->max == SCHEMA_UNBOUNDED || node->max > 1)
        buf_printf(w->out, " Max=\"%d\"", node->max);
    put_string_number(w, "NS", node->namespace_);
    if (reference) /* a type's namespace without a type is what tells it */
        put_string_number(w, "TypeNS", node->namespace_ && *node->namespace_ ? node->namespace_ : SCHEMA_XSD);
    else if (node->kind != SCHEMA_CHOICE)
        put_type(w, node);
    buf_puts(w->out, "/>\n");
}

static bool has_value(const struct schema_node *node)
{
    return node->base_type && strcmp(node->base_type, "complex") != 0;
}

static void put_own_value(struct writer *w, const struct schema_node *node)
{
    if (has_value(node)) {
        buf_printf(w->out, "<CROM Type=\"0x%x\">\n",
                   JPK_CROM_VALUE | (node->child || node->kind == SCHEMA_TYPE ? 0 : JPK_CROM_OPTIONAL));
        put_value(w, node);
        buf_puts(w->out, "</CROM>\n");
    }
    if (node->nillable)
        put_mark(w, JPK_CROM_DEFAULT | JPK_CROM_ATTRIBUTE | JPK_CROM_OPTIONAL, "xsi:nil", "Boolean", "false");
    if (w->tree->kind == SCHEMA_JSON && !has_value(node))
        put_mark(w, SCHEMA_CROM_FIXED | JPK_CROM_DEFAULT | JPK_CROM_ATTRIBUTE,
                 schema_json_list(node) ? "array" : "object", "String", "true");
}

static void put_attribute_node(struct writer *w, const struct schema_node *node)
{
    unsigned flags = JPK_CROM_ATTRIBUTE | (node->min == 0 ? JPK_CROM_OPTIONAL : 0) |
                     (node->default_value ? JPK_CROM_DEFAULT : 0) | (node->fixed ? SCHEMA_CROM_FIXED : 0);
    open_node(w, node, flags);
    put_value(w, node);
    buf_puts(w->out, "</CROM>\n");
}

/* "name\0namespace", the key of a global element. The caller frees it. */
static struct buf global_key(const struct schema_node *node)
{
    struct buf key = {0};
    buf_put(&key, node->name, strlen(node->name) + 1);
    buf_puts(&key, node->namespace_ ? node->namespace_ : "");
    return key;
}

static bool may_refer(const struct schema_node *node)
{
    return node->inode_without_children && (node->child || node->base_type) && node->kind == SCHEMA_ELEMENT;
}

/* Whether a node can be written as a reference: only one of the elements with one name can be the global one. */
static bool refers(struct writer *w, const struct schema_node *node)
{
    if (!may_refer(node))
        return false;
    struct buf key = global_key(node);
    uint32_t index = key.failed ? MAP_NONE : map_get(&w->by_name, key.data, key.size);
    w->failed = w->failed || key.failed;
    buf_free(&key);
    return index != MAP_NONE && schema_node_equal(w->globals[index], node);
}

/* Writes a node up to its children. False: it is closed already, and nothing goes below it. */
static bool open_tree(struct writer *w, const struct schema_node *node, bool top)
{
    if (node->kind == SCHEMA_ATTRIBUTE || node->kind == SCHEMA_FIELD) {
        put_attribute_node(w, node);
        return false;
    }
    bool reference = !top && refers(w, node);
    open_node(w, node, element_flags(node));
    put_detail(w, node, reference);
    if (reference)
        buf_puts(w->out, "</CROM>\n");
    else
        put_own_value(w, node);
    return !reference;
}

static void put_tree(struct writer *w, const struct schema_node *top)
{
    for (const struct schema_node *node = top; node && !w->failed;) {
        bool open = open_tree(w, node, node == top);
        if (open && node->child) {
            node = node->child;
            continue;
        }
        if (open)
            buf_puts(w->out, "</CROM>\n");
        while (node != top && !node->next) {
            node = node->parent;
            buf_puts(w->out, "</CROM>\n");
        }
        node = node == top ? NULL : node->next;
    }
}

static void add_global(struct writer *w, const struct schema_node *node)
{
    struct buf key = global_key(node);
    const struct schema_node **globals = array_grow(w->globals, w->global_count, &w->global_capacity, sizeof *globals);
    char *kept = key.failed ? NULL : arena_alloc(&w->arena, key.size + 1);
    uint32_t old = MAP_NONE;
    if (globals)
        w->globals = globals;
    if (kept)
        memcpy(kept, key.data, key.size);
    if (!globals || !kept || !map_add(&w->by_name, kept, key.size, (uint32_t)w->global_count, &old))
        w->failed = true;
    else if (old == MAP_NONE)
        w->globals[w->global_count++] = node;
    buf_free(&key);
}

static void put_globals(struct writer *w)
{
    for (const struct schema_node *node = w->tree->root; node; node = schema_node_next(node))
        if (may_refer(node))
            add_global(w, node);
    if (w->global_count == 0 || w->failed)
        return;
    buf_puts(w->out, "<Elements>\n");
    for (size_t i = 0; i < w->global_count; i++)
        put_tree(w, w->globals[i]);
    buf_puts(w->out, "</Elements>\n");
}

/* ----------------------------------------------------------------------------------------------------- the document */

static void put_text_field(struct writer *w, const struct schema_node *field)
{
    open_node(w, field, JPK_CROM_DEFAULT | JPK_CROM_ATTRIBUTE | (field->min == 0 ? JPK_CROM_OPTIONAL : 0));
    put_value(w, field);
    buf_puts(w->out, "</CROM>\n");
}

/* A cache holds one kind of line: fields of segments follow one another. */
static void put_text(struct writer *w)
{
    const struct schema_text *text = &w->tree->text;
    buf_printf(w->out, "<JTR Type=\"Text\">\n<CROM Type=\"0x%x\">\n<Text/>\n<CROM Type=\"0x%x\">\n<Text",
               CROM_TEXT_ROOT, JPK_CROM_ELEMENT | JPK_CROM_REPEATS);
    if (text->qualifier && *text->qualifier)
        put_attribute(w, "StrQual", text->qualifier);
    put_attribute(w, "Delimiter", text->delimiter ? text->delimiter : "");
    buf_puts(w->out, "/>\n");
    for (const struct schema_node *node = w->tree->root; node; node = schema_node_next(node))
        if (node->kind == SCHEMA_FIELD)
            put_text_field(w, node);
    buf_puts(w->out, "</CROM>\n</CROM>\n");
}

static void put_document(struct writer *w)
{
    buf_puts(w->out, "<?xml version=\"1.0\" ?>");
    if (!w->tree->root) {
        buf_puts(w->out, "<JTR Type=\"Unknown\"><CROM Name=\"No source is specified\"/></JTR>");
        return;
    }
    buf_putc(w->out, '\n');
    if (w->tree->kind == SCHEMA_FLAT) {
        put_text(w);
    } else {
        buf_puts(w->out, "<JTR Type=\"Xml\" Version=\"2\">\n");
        put_globals(w);
        put_tree(w, w->tree->root);
    }
    put_strings(w);
    buf_puts(w->out, "</JTR>\n");
}

bool schema_jtr_write(const struct schema_tree *tree, struct buf *out, size_t *illegal, struct jpk_error *err)
{
    struct writer w = {.tree = tree, .out = out};
    size_t from = out->size;
    put_document(&w);
    size_t count = xml_make_legal(out, from);
    if (illegal)
        *illegal = count;
    map_free(&w.strings);
    map_free(&w.by_name);
    arena_free(&w.arena);
    free(w.texts);
    free(w.globals);
    return (!w.failed && !out->failed) || error_memory(err);
}

bool schema_jtr_gzip(const struct schema_tree *tree, struct buf *out, size_t *illegal, struct jpk_error *err)
{
    struct buf text = {0};
    bool ok = schema_jtr_write(tree, &text, illegal, err) && gzip_pack(text.data, text.size, out, err);
    buf_free(&text);
    return ok;
}
