#include "jpk/schema_xsd_write.h"

#include <string.h>
#include <unistr.h>

#include "jpk/xml.h"
#include "jpk/xml_name.h"

struct writer {
    const struct schema_tree *tree;
    struct buf *out;
    const char *namespace_; /* of the root; "" for none */
    bool qualified;         /* elements below the root are of the root's namespace unless they say otherwise */
    struct schema_xsd_losses *losses;
};

static void put_indent(struct writer *w, unsigned depth)
{
    buf_printf(w->out, "%*s", (int)depth * 2, "");
}

static void put_attribute(struct writer *w, const char *name, const char *value)
{
    buf_printf(w->out, " %s=\"", name);
    xml_escape(w->out, value, true, "\n");
    buf_putc(w->out, '"');
}

/* ---------------------------------------------------------------------------------------------------------- names */

bool schema_xsd_name(const char *name, struct buf *out)
{
    bool whole = *name != '\0';
    if (!whole)
        buf_putc(out, '_');
    for (const char *p = name; *p;) {
        ucs4_t c;
        int n = u8_strmbtouc(&c, (const uint8_t *)p);
        if (n > 0 && xml_in_name(c, p == name)) {
            buf_put(out, p, (size_t)n);
        } else {
            buf_printf(out, "_x%04X_", n > 0 ? (unsigned)c : 0xfffdu);
            whole = false;
        }
        p += n > 0 ? n : 1;
    }
    return whole;
}

static void put_name(struct writer *w, const struct schema_node *node)
{
    buf_puts(w->out, " name=\"");
    w->losses->names += !schema_xsd_name(node->name, w->out);
    buf_putc(w->out, '"');
}

/* ---------------------------------------------------------------------------------------------------------- types */

/* The built-in type of a value. What was declared is kept where it is a type of XML Schema's. */
static const char *type_of(const struct schema_node *node)
{
    static const char *const declared[] = {"string",
                                           "boolean",
                                           "date",
                                           "dateTime",
                                           "time",
                                           "double",
                                           "float",
                                           "decimal",
                                           "integer",
                                           "long",
                                           "int",
                                           "short",
                                           "byte",
                                           "unsignedLong",
                                           "unsignedInt",
                                           "unsignedShort",
                                           "unsignedByte",
                                           "positiveInteger",
                                           "negativeInteger",
                                           "nonNegativeInteger",
                                           "nonPositiveInteger",
                                           "anyURI",
                                           "token",
                                           "normalizedString",
                                           "language",
                                           "Name",
                                           "NCName",
                                           "NMTOKEN",
                                           "ID",
                                           "IDREF",
                                           "QName",
                                           "duration",
                                           "gYear",
                                           "gYearMonth",
                                           "gMonth",
                                           "gMonthDay",
                                           "gDay",
                                           "hexBinary",
                                           "base64Binary"};
    static const char *const base[] = {"boolean", "date", "dateTime", "double", "integer"};
    for (size_t i = 0; node->declared_type && i < sizeof declared / sizeof declared[0]; i++)
        if (node->kind == SCHEMA_ELEMENT && strcmp(node->declared_type, declared[i]) == 0)
            return declared[i];
    for (size_t i = 0; node->base_type && i < sizeof base / sizeof base[0]; i++)
        if (strcmp(node->base_type, base[i]) == 0)
            return base[i];
    return "string";
}

static bool has_value(const struct schema_node *node)
{
    return node->base_type && strcmp(node->base_type, "complex") != 0;
}

static void put_type(struct writer *w, const char *attribute, const struct schema_node *node)
{
    buf_printf(w->out, " %s=\"xs:%s\"", attribute, type_of(node));
}

static void put_values(struct writer *w, unsigned depth, const struct schema_node *node)
{
    put_indent(w, depth);
    buf_puts(w->out, "<xs:simpleType>\n");
    put_indent(w, depth + 1);
    buf_puts(w->out, "<xs:restriction");
    put_type(w, "base", node);
    buf_puts(w->out, ">\n");
    for (uint32_t i = 0; i < node->value_count; i++) {
        put_indent(w, depth + 2);
        buf_puts(w->out, "<xs:enumeration");
        put_attribute(w, "value", node->values[i].value);
        buf_puts(w->out, "/>\n");
    }
    put_indent(w, depth + 1);
    buf_puts(w->out, "</xs:restriction>\n");
    put_indent(w, depth);
    buf_puts(w->out, "</xs:simpleType>\n");
}

/* ----------------------------------------------------------------------------------------------------- attributes */

static void put_default(struct writer *w, const struct schema_node *node)
{
    if (node->default_value && *node->default_value)
        put_attribute(w, node->fixed ? "fixed" : "default", node->default_value);
}

static void put_attribute_node(struct writer *w, unsigned depth, const struct schema_node *node)
{
    put_indent(w, depth);
    buf_puts(w->out, "<xs:attribute");
    put_default(w, node);
    put_name(w, node);
    if (node->value_count == 0)
        put_type(w, "type", node);
    if (node->min > 0 && !(node->default_value && *node->default_value && !node->fixed))
        buf_puts(w->out, " use=\"required\"");
    if (node->value_count == 0) {
        buf_puts(w->out, "/>\n");
        return;
    }
    buf_puts(w->out, ">\n");
    put_values(w, depth + 1, node);
    put_indent(w, depth);
    buf_puts(w->out, "</xs:attribute>\n");
}

/* JSON: a list of objects of one member each, whose members stand in it without them, has this mark of its own. */
static bool is_simple_list(const struct schema_node *node)
{
    for (const struct schema_node *child = node->child; child; child = child->next)
        if (child->kind == SCHEMA_ATTRIBUTE && child->fixed && strcmp(child->name, "simple") == 0)
            return true;
    return false;
}

static void put_mark(struct writer *w, unsigned depth, const char *mark)
{
    put_indent(w, depth);
    buf_printf(w->out, "<xs:attribute fixed=\"true\" name=\"%s\" type=\"xs:string\" use=\"required\"/>\n", mark);
}

static void put_attributes(struct writer *w, unsigned depth, const struct schema_node *node)
{
    bool marked = w->tree->kind == SCHEMA_JSON && !has_value(node), simple = is_simple_list(node);
    if (marked && simple)
        put_mark(w, depth, "array");
    for (const struct schema_node *child = node->child; child; child = child->next)
        if (child->kind == SCHEMA_ATTRIBUTE)
            put_attribute_node(w, depth, child);
    if (marked && !simple)
        put_mark(w, depth, schema_json_list(node) ? "array" : "object");
}

static bool has_attributes(const struct writer *w, const struct schema_node *node)
{
    for (const struct schema_node *child = node->child; child; child = child->next)
        if (child->kind == SCHEMA_ATTRIBUTE)
            return true;
    return w->tree->kind == SCHEMA_JSON && !has_value(node);
}

static bool has_elements(const struct schema_node *node)
{
    for (const struct schema_node *child = node->child; child; child = child->next)
        if (child->kind == SCHEMA_ELEMENT || child->kind == SCHEMA_CHOICE)
            return true;
    return false;
}

/* -------------------------------------------------------------------------------------------------------- elements */

static void put_occurs(struct writer *w, const struct schema_node *node)
{
    if (node->max == SCHEMA_UNBOUNDED)
        buf_puts(w->out, " maxOccurs=\"unbounded\"");
    else if (node->max != 1)
        buf_printf(w->out, " maxOccurs=\"%d\"", node->max);
    int32_t min = node->max != SCHEMA_UNBOUNDED && node->min > node->max ? node->max : node->min;
    if (min != 1)
        buf_printf(w->out, " minOccurs=\"%d\"", min);
}

static void put_form(struct writer *w, const struct schema_node *node)
{
    const char *own = node->namespace_ ? node->namespace_ : "";
    bool qualified = strcmp(own, w->namespace_) == 0;
    if (*own && !qualified)
        w->losses->foreign++;
    if (*w->namespace_ && qualified != w->qualified && (!*own || qualified))
        put_attribute(w, "form", qualified ? "qualified" : "unqualified");
}

static void put_content(struct writer *w, unsigned depth, const struct schema_node *node);

/* The depth of trees is bounded by SCHEMA_DEPTH_MAX. */
static void put_children(struct writer *w, unsigned depth, const struct schema_node *node)
{
    for (const struct schema_node *child = node->child; child; child = child->next) {
        if (child->kind == SCHEMA_CHOICE) {
            put_indent(w, depth);
            buf_puts(w->out, "<xs:choice");
            put_occurs(w, child);
            buf_puts(w->out, ">\n");
            put_children(w, depth + 1, child);
            put_indent(w, depth);
            buf_puts(w->out, "</xs:choice>\n");
        } else if (child->kind == SCHEMA_ELEMENT) {
            put_content(w, depth, child);
        } else if (child->kind == SCHEMA_TYPE) {
            w->losses->derived++;
        }
    }
}

/* Text with attributes. */
static void put_simple_content(struct writer *w, unsigned depth, const struct schema_node *node)
{
    w->losses->values += node->value_count > 0;
    put_indent(w, depth);
    buf_puts(w->out, "<xs:simpleContent>\n");
    put_indent(w, depth + 1);
    buf_puts(w->out, "<xs:extension");
    put_type(w, "base", node);
    buf_puts(w->out, ">\n");
    put_attributes(w, depth + 2, node);
    put_indent(w, depth + 1);
    buf_puts(w->out, "</xs:extension>\n");
    put_indent(w, depth);
    buf_puts(w->out, "</xs:simpleContent>\n");
}

static void put_complex(struct writer *w, unsigned depth, const struct schema_node *node)
{
    put_indent(w, depth);
    buf_puts(w->out, "<xs:complexType>\n");
    if (has_value(node) && !has_elements(node)) {
        put_simple_content(w, depth + 1, node);
    } else {
        w->losses->values += has_value(node);
        put_indent(w, depth + 1);
        buf_puts(w->out, "<xs:sequence>\n");
        put_children(w, depth + 2, node);
        put_indent(w, depth + 1);
        buf_puts(w->out, "</xs:sequence>\n");
        put_attributes(w, depth + 1, node);
    }
    put_indent(w, depth);
    buf_puts(w->out, "</xs:complexType>\n");
}

static void put_content(struct writer *w, unsigned depth, const struct schema_node *node)
{
    bool simple = has_value(node) && !has_elements(node) && !has_attributes(w, node);
    put_indent(w, depth);
    buf_puts(w->out, "<xs:element");
    if (has_value(node) && !has_elements(node))
        put_default(w, node);
    if (node->parent) {
        put_form(w, node);
        put_occurs(w, node);
    }
    put_name(w, node);
    if (node->nillable && (node->parent || w->tree->kind != SCHEMA_JSON))
        buf_puts(w->out, " nillable=\"true\"");
    if (simple && node->value_count == 0) {
        put_type(w, "type", node);
        buf_puts(w->out, "/>\n");
        return;
    }
    buf_puts(w->out, ">\n");
    if (simple)
        put_values(w, depth + 1, node);
    else
        put_complex(w, depth + 1, node);
    put_indent(w, depth);
    buf_puts(w->out, "</xs:element>\n");
}

/* Whether most elements below the root have its namespace. */
static bool mostly_qualified(const struct schema_tree *tree, const char *namespace_)
{
    size_t same = 0, other = 0;
    for (const struct schema_node *node = tree->root->child; node; node = schema_node_next(node))
        if (node->kind == SCHEMA_ELEMENT)
            *(node->namespace_ && strcmp(node->namespace_, namespace_) == 0 ? &same : &other) += 1;
    return same >= other;
}

void schema_xsd_write(const struct schema_tree *tree, struct buf *out, struct schema_xsd_losses *losses)
{
    const char *namespace_ = tree->root->namespace_ ? tree->root->namespace_ : "";
    bool qualified = tree->kind == SCHEMA_JSON || !*namespace_ || mostly_qualified(tree, namespace_);
    size_t from = out->size;
    *losses = (struct schema_xsd_losses){0};
    struct writer w = {tree, out, namespace_, qualified, losses};
    buf_puts(out, XML_DECLARATION "\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"");
    buf_printf(out, " attributeFormDefault=\"unqualified\" elementFormDefault=\"%s\"",
               qualified ? "qualified" : "unqualified");
    if (*namespace_)
        put_attribute(&w, "targetNamespace", namespace_);
    buf_puts(out, ">\n");
    put_content(&w, 1, tree->root);
    buf_puts(out, "</xs:schema>\n");
    xml_make_legal(out, from);
}
