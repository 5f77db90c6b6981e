/*
 * Files of XML Schema as tables of named components: loading a file and what it includes or imports, and finding what a
 * qualified name means. What the components say is read by schema_xsd.c.
 *
 * Prefixes are looked up in the element that uses them and in the root: nowhere else do real files declare them.
 */
#ifndef JPK_XSD_H
#define JPK_XSD_H

#include "jpk/schema_builder.h"

struct xsd_file {
    const char *name;
    const struct xml_node *schema;
    const char *target; /* namespace; "" for none. Of a file without one that is included, that of the including file */
    bool elements_qualified, attributes_qualified;
};

/* A named component: a child of a <schema>. */
struct xsd_component {
    const struct xsd_file *file;
    const struct xml_node *node;
};

struct xsd {
    const struct schema_files *files;
    struct schema_builder *b;
    struct arena arena; /* XML trees, keys */
    struct intern intern;
    struct xml_reader *reader;
    struct xsd_file **list; /* in the order in which they are named */
    size_t count, capacity;
    struct map by_file; /* "name\0namespace" */
    struct xsd_component *components;
    size_t component_count, component_capacity;
    struct map by_name; /* "kind\0name\0namespace" -> index in components */
};

/* Loads `file` and all that it leads to. xsd_free must be called whether it succeeds or not. */
bool xsd_load(struct xsd *xsd, const struct schema_files *files, const char *file, struct schema_builder *b);
void xsd_free(struct xsd *xsd);

/* Whether a node is an element of XML Schema's own namespace with that name. */
bool xsd_is(const struct xsd_file *file, const struct xml_node *node, const char *name);
/* The name of such an element without its prefix; NULL for one of another namespace. */
const char *xsd_local(const struct xsd_file *file, const struct xml_node *node);
/* The next such element at `node` or behind it. */
const struct xml_node *xsd_next(const struct xsd_file *file, const struct xml_node *node, const char *name);

/* What a qualified name in an attribute of `node` stands for; the namespace is "" for none, NULL for a prefix that is
 * not declared. */
void xsd_name(const struct xsd_file *file, const struct xml_node *node, const char *text, const char **namespace_,
              const char **local);

/* The component of a kind ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute"), or NULL. */
const struct xsd_component *xsd_find(const struct xsd *xsd, const char *kind, const char *namespace_,
                                     const char *local);

#endif
