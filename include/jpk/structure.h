/*
 * jpk/structure.h - structure caches: what Design Studio remembers of the structure of an input or an output.
 *
 * A structure cache ("JTR", Jitterbit's tree representation) is XML in gzip. It lies in
 * `cache/TransformationStructures/<guid>_input.gz` and `_output.gz` for a transformation, and below
 * `cache/ConnectorCallStructures/` for the function of a connector. It is a cache: real projects have entries for
 * transformations that they no longer hold and none for some that they do, so a reader must be able to go without.
 *
 *     <JTR Type="Xml" Version="2">
 *       <Elements> global elements </Elements>  <ElementTypes> named types </ElementTypes>
 *       <CROM> the root, and below it the tree </CROM>
 *       <Strings> <String idx val/> </Strings>
 *     </JTR>
 *
 * Numbers in a node that stand for strings of the table are strings here. Types and global elements that a node names
 * are pointers, and are not put into its place: a type may lead back to itself, so whoever follows `type` or `global`
 * must stop at one that is being followed already.
 *
 * Sources: the 46 caches of two real projects (Design Studio 8.29 and 11.41: 11,983 nodes; two writers, one with
 * `1` and `-1`, one with `true` and `2147483647`) and the node trees that the vendor's migration made of two of
 * them. What is only a guess says so.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_STRUCTURE_H
#define JPK_STRUCTURE_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

enum jpk_structure_kind {
    JPK_STRUCTURE_UNKNOWN, /* JTR/@Type "Unknown": no source is specified; the root has nothing but a name */
    JPK_STRUCTURE_XML,     /* "Xml": a tree of elements; also JSON, which Design Studio turns into XML */
    JPK_STRUCTURE_TEXT,    /* "Text": delimited text */
    JPK_STRUCTURE_OTHER    /* a type that this library does not know; read like the others */
};

enum jpk_node_kind {
    JPK_NODE_OTHER,     /* has no detail that tells; the root of an Unknown structure */
    JPK_NODE_ELEMENT,   /* an XML element */
    JPK_NODE_CHOICE,    /* stands for no element: one of its children is taken (xs:choice). Its name is a number */
    JPK_NODE_TYPE,      /* a named type; as the child of an element one of the types that it may be of */
    JPK_NODE_ATTRIBUTE, /* an XML attribute */
    JPK_NODE_VALUE,     /* the text of the element above, without a name */
    JPK_NODE_RECORD,    /* delimited text: the root and, as its child, the line */
    JPK_NODE_FIELD      /* delimited text: a field */
};

/*
 * The bits of jpk_structure_node.flags whose meaning is proved: in all 46 caches each goes with the position or the
 * attribute that it is named after, and the vendor's migration treats them so. (22 of the 5,128 optional or repeating
 * elements do not write Min and Max: for how often an element occurs both are to be asked.) Seen, but not understood:
 * 0x400, 0x800, 0x8000 (on roots), 0x80000, 0x200000 (SOAP records of Salesforce), 0x400000, 0x4000000 and 0x80000000
 * (attributes with a default, and elements above a mapped one).
 */
#define JPK_CROM_ELEMENT 0x1u
#define JPK_CROM_VALUE 0x2u
#define JPK_CROM_ATTRIBUTE 0x4u /* or a field */
#define JPK_CROM_REPEATS 0x8u   /* none, one or many */
#define JPK_CROM_CHOICE 0x10u
#define JPK_CROM_OPTIONAL 0x20u     /* none or one; of a value: unproved, it is rather about the element above */
#define JPK_CROM_REPEATS_ONCE 0x40u /* one or many; 4 of 24 real ones are references and do not write Max */
#define JPK_CROM_DEFAULT 0x1000000u /* has a default value; every field of a text has it too, without a default */
#define JPK_CROM_TYPE 0x8000000u

#define JPK_STRUCTURE_UNBOUNDED (-1) /* as `max` */
#define JPK_STRUCTURE_UNSTATED (-2)  /* as `min` and `max`: not written. Then the flags say it, and without them 1 */

struct jpk_structure_node;

/* A named type: <ElementType>. */
struct jpk_structure_type {
    const char *name;                      /* "{namespace}name" */
    const struct jpk_structure_node *node; /* its children are those of an element of this type */
};

/* A type named by <Extensions>: it is derived from the element's and may stand in its place. */
struct jpk_structure_extension {
    const char *name;                      /* "{namespace}name" */
    const struct jpk_structure_type *type; /* NULL when the structure does not hold it */
};

/* <Xml>: what an element, a choice or a type says of itself. */
struct jpk_structure_element {
    const char *namespace_;                  /* "" for none */
    const char *type_name;                   /* "" when not named: of no type, or of one without a name */
    const char *type_namespace;              /* "" for none. XML Schema's own for "string" and the like */
    const struct jpk_structure_type *type;   /* "{type_namespace}type_name" in this structure; NULL when not there */
    const struct jpk_structure_node *global; /* see below */
    const struct jpk_structure_extension *extensions;
    uint32_t extension_count;
    int32_t min, max;
    bool qualified; /* NSQual: the element carries its namespace */
};

/*
 * `global` is set for a node that names no type and has no child nodes, but whose namespace and name are those of a
 * global element: it is a reference to it (<xs:element ref="...">), so that its type and children are to be taken from
 * there. Proved for nodes with a type_namespace (13 real nodes) by the vendor's migration; for 18 of the 72
 * without one by the XSD files of the same project (<xs:element ref>); for the other 54, all of one cache whose XSD is
 * not at hand, it is inferred.
 */

/* <Attr>: what an attribute, a value or a field says of itself. */
struct jpk_structure_value {
    const char *type;          /* "String", "Boolean", "Date", "Double", "Integer", "Long"; "" when not written */
    const char *default_value; /* NULL when not written */
    const char *format;        /* of a Date: "date" or "dateTime"; "" when not written */
    const char *link;          /* LinkToPrimaryKey as written, its meaning unproved; "" when not written */
    const char *const *domain; /* the only values that are allowed */
    uint32_t domain_count;
};

/* <Text>: how a record of delimited text is written. */
struct jpk_structure_text {
    const char *delimiter; /* between fields; a tab is written as backslash and t. "" when not written */
    const char *qualifier; /* around fields; "" for none */
};

/* A node: <CROM>. */
struct jpk_structure_node {
    const char *name; /* "" for values and records */
    const char
        *display; /* the name as the user knows it, where `name` has `?` for what it may not hold; NULL for none */
    const struct jpk_structure_node *parent, *child, *next;
    const struct jpk_structure_element *element; /* JPK_NODE_ELEMENT, _CHOICE and _TYPE; else NULL */
    const struct jpk_structure_value *value;     /* JPK_NODE_ATTRIBUTE, _VALUE and _FIELD; else NULL */
    const struct jpk_structure_text *text;       /* JPK_NODE_RECORD; else NULL */
    enum jpk_node_kind kind;
    uint32_t flags;  /* JPK_CROM_... and bits without a name; 0 when not written */
    uint32_t offset; /* in the unpacked XML */
};

/* Elements and attributes that this library does not know: they are not in the tree, nor is what is below them. */
struct jpk_structure_unknown {
    const char *name; /* "Xml/@Nillable", "CROM/Note", "Attr/text()" */
    size_t count;
    uint32_t offset; /* of the element it was first seen in, in the unpacked XML */
};

struct jpk_structure {
    enum jpk_structure_kind kind;
    const char *type;                                /* JTR/@Type as written */
    int32_t version;                                 /* JTR/@Version; 0 when not written. Structures of XML have 2 */
    const struct jpk_structure_node *root;           /* never NULL */
    const struct jpk_structure_node *const *globals; /* Elements, in order; of two with one name the first counts */
    size_t global_count;
    const struct jpk_structure_type *types; /* ElementTypes, in order; of two with one name the first counts */
    size_t type_count;
    size_t node_count; /* all nodes: those of the tree, of globals and of types */
    size_t string_count;
    const struct jpk_structure_unknown *unknown; /* in the order in which they were first seen */
    size_t unknown_count;
    bool lossy; /* the XML holds comments, instructions, CDATA or text between elements, which the tree does not */
};

/*
 * Reads a cache: one member of gzip and nothing behind it, or plain XML when it starts with `<`. `limits` may be NULL
 * for the defaults; xml_size bounds the unpacked XML, ratio the packing. The result owns all that it points at.
 * Errors: JPK_ERR_CHECKSUM (not gzip, damaged or cut short), JPK_ERR_LIMIT, JPK_ERR_XML, JPK_ERR_DOCTYPE,
 * JPK_ERR_ENCODING, and JPK_ERR_FORMAT for XML that is no structure, numbers that are none and string numbers that the
 * table does not have. Offsets and lines are those of the unpacked XML, offsets of gzip errors those of the gzip data.
 */
JPK_API struct jpk_structure *jpk_structure_parse(const void *gzip, size_t size, const struct jpk_limits *limits,
                                                  struct jpk_error *err);
JPK_API void jpk_structure_free(struct jpk_structure *structure);

enum jpk_structure_cache {
    JPK_CACHE_TRANSFORMATION, /* the guid is of a transformation */
    JPK_CACHE_CONNECTOR_CALL  /* the guid is of a connector's function: an upsert, a query */
};

/*
 * Reads the cache of a transformation or of a connector's function. JPK_ERR_NOT_FOUND when the project has none,
 * which is no fault of it; a project whose files lie side by side never has one. The case of the guid's letters does
 * not matter. The limits are those that the project was read with.
 */
JPK_API struct jpk_structure *jpk_structure_load(const struct jpk_project *project, const char *guid,
                                                 enum jpk_structure_cache which, bool output, struct jpk_error *err);

#ifdef __cplusplus
}
#endif

#endif
