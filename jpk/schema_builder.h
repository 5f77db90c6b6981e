/* Making a schema tree: what the sources share. */
#ifndef JPK_SCHEMA_BUILDER_H
#define JPK_SCHEMA_BUILDER_H

#include "jpk/schema_tree.h"
#include "jpk/xml.h"

#define SCHEMA_XSD "http://www.w3.org/2001/XMLSchema" /* the namespace of XML Schema */

/*
 * Bits of the nodes of a structure cache beyond those of jpk/structure.h: has a fixed default, or stands above a mapped
 * node; a record of Salesforce that another one refers to.
 */
#define SCHEMA_CROM_FIXED 0x80000000u
#define SCHEMA_CROM_RELATED 0x200000u

/* Names are interned, so that pointers tell them apart. */
struct schema_sibling {
    const struct schema_node *parent;
    const char *name;
};

struct schema_builder {
    struct schema_tree *tree;
    struct intern intern; /* strings of the tree, each kept once */
    struct arena keys;
    struct map by_name; /* children made by schema_child: struct schema_sibling -> index in `children` */
    struct schema_node **children;
    size_t child_count, child_capacity;
    struct schema_finding *findings;
    size_t finding_count, finding_capacity;
    size_t most;           /* nodes */
    uint64_t bytes, steps; /* spent */
    struct jpk_error *err;
};

/* Begins a tree. False: no memory; schema_end must be called all the same. */
bool schema_begin(struct schema_builder *b, enum schema_kind kind, size_t nodes, struct jpk_error *err);

/* Ends it: numbers the nodes and puts the findings in order. Returns the tree, or NULL when `ok` is false. */
struct schema_tree *schema_end(struct schema_builder *b, bool ok);

/* A copy of n bytes in the tree; "" for NULL. NULL: an error was set. */
const char *schema_keep(struct schema_builder *b, const char *s, size_t n);

/* The same of a string; *out stays NULL when `s` is. */
bool schema_keep_text(struct schema_builder *b, const char *s, const char **out);

/* The name of a declared type: plain when it is of XML Schema or of no namespace, else "{namespace}name". */
bool schema_keep_type(struct schema_builder *b, const char *namespace_, const char *name, const char **out);

/*
 * A new last child of `parent`, or the root. It occurs once, has no columns, and nothing else is set. An attribute or
 * field has no namespace, other kinds get "". NULL: an error was set.
 */
struct schema_node *schema_add(struct schema_builder *b, struct schema_node *parent, enum schema_node_kind kind,
                               const char *name, size_t n);

/* Room for allowed values, which the caller fills in with kept strings; NULL: an error was set. */
struct schema_value *schema_values(struct schema_builder *b, size_t count);

/* Counts what a tree holds again without a copy of its own: types and names that many nodes share. */
bool schema_charge(struct schema_builder *b, uint64_t bytes);

/* To be called for every place that is looked at. False: there were too many; an error was set. */
bool schema_step(struct schema_builder *b);

/* A finding about a node, or about the tree (NULL). The detail is copied; NULL for none. False: an error was set. */
bool schema_note(struct schema_builder *b, const struct schema_node *node, enum schema_reason reason,
                 const char *detail);

/*
 * The child of that name that this function made before, else a new one; *added, which may be NULL, says which. The
 * parent may be NULL for the root. NULL: an error was set.
 */
struct schema_node *schema_child(struct schema_builder *b, struct schema_node *parent, enum schema_node_kind kind,
                                 const char *name, size_t n, bool *added);

/* The name of the root of flat trees. */
#define SCHEMA_FLAT_ROOT "__flat__"

/* The root of a flat tree, which repeats. NULL: an error was set. */
struct schema_node *schema_add_flat_root(struct schema_builder *b);

/* A field of text without a default. NULL: an error was set. */
struct schema_node *schema_add_field(struct schema_builder *b, struct schema_node *parent, const char *name, size_t n);

/* The type of values by the name that structure caches have for it ("String"); NULL when it is not known. */
const char *schema_base_type(const char *value_type, const char *format, bool *proved);

#endif
