/*
 * Schema trees: the structure of an input or an output, whatever it was read from.
 *
 * Design Studio keeps structures in caches ("JTR", jpk/structure.h), XSD files, documents of delimited text, database
 * and query texts; Cloud Studio has one form for all of them, the schema document. A tree stands between the two: it
 * knows neither, and has what a node says in either.
 *
 * What is proved and what is not: the rules from a cache to the nodes of a schema document were derived from two real
 * documents of a connector (181 and 236 nodes, no difference). All else is the nearest guess, and whoever converts must
 * be able to say so: whatever a node owes to a guess is a finding of the tree.
 *
 * A tree is bounded: types may contain types, so that a small file can describe a large tree. More nodes than
 * --max-schema-nodes, or more text than SCHEMA_BYTES_PER_NODE for each of that many, is JPK_ERR_LIMIT; so is a tree
 * deeper than SCHEMA_DEPTH_MAX.
 */
#ifndef JPK_SCHEMA_TREE_H
#define JPK_SCHEMA_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "jpk/jpk.h"
#include "jpk/structure.h"

enum {
    SCHEMA_NODES_MAX = 200000,   /* unless the caller asks for another limit */
    SCHEMA_DEPTH_MAX = 200,      /* the root has depth 0; what stores trees nests two levels for one of these */
    SCHEMA_BYTES_PER_NODE = 512, /* of names, types, defaults and allowed values, on average of the most nodes */
    SCHEMA_STEPS_PER_NODE = 64   /* places looked at, on average of the most nodes: not each one makes a node */
};

enum schema_kind {
    SCHEMA_NONE, /* no structure is specified: there is no root */
    SCHEMA_FLAT, /* delimited text: one record, or several */
    SCHEMA_XML,
    SCHEMA_JSON /* as Jitterbit maps it: an XML tree below `json` */
};

enum schema_node_kind {
    SCHEMA_ELEMENT,
    SCHEMA_ATTRIBUTE,
    SCHEMA_CHOICE, /* stands for no element: one of its children is taken; its name is a number */
    SCHEMA_TYPE,   /* a type that is derived from that of the element above, and may stand in its place */
    SCHEMA_RECORD, /* flat: the root, a segment, a table */
    SCHEMA_FIELD   /* flat */
};

enum { SCHEMA_UNBOUNDED = -1 }; /* as `max` */

/* An allowed value. */
struct schema_value {
    const char *value;
    const char *label; /* NULL for none */
};

struct schema_node {
    const char *name;
    const char *namespace_;    /* NULL when the node does not say: attributes, choices, fields */
    const char *base_type;     /* "string", "boolean", "date", "dateTime", "double", "complex"; NULL: has no value */
    const char *declared_type; /* as declared: "string", "{namespace}Name"; of an attribute "String"; NULL for none */
    const char *default_value; /* NULL for none */
    const struct schema_value *values; /* the only ones that are allowed */
    uint32_t value_count;
    int32_t min, max;
    int32_t begin, end; /* flat: columns, -1 for none */
    enum schema_node_kind kind;
    bool nillable;
    bool is_array;               /* options of Cloud Studio, by their names there */
    bool inode_without_children; /* ... */
    bool xml_choice;             /* ... */
    bool generated_as_inode;     /* ... */
    bool fixed;                  /* the default is the only value */
    const char *more_options;    /* options beyond those four as a JSON object; NULL for none */
    const char *more;            /* members that this library does not know as a JSON object; NULL for none */
    struct schema_node *parent, *child, *last, *next;
    uint32_t index, depth; /* place in preorder from 0, levels below the root */
    uint32_t ordinal;      /* of equal names below one parent: from 0; such nodes have the same paths */
};

/* Why a node, or a tree, depends on what is not proved. */
enum schema_reason {
    SCHEMA_FLAG_UNPROVED,     /* a bit of a cache whose meaning is not known; detail: the bits */
    SCHEMA_TYPE_UNPROVED,     /* a type of values for which no rule is proved; detail: its name */
    SCHEMA_REFERENCE_GUESSED, /* a reference to a global element that only its name tells */
    SCHEMA_TYPE_CHILD,        /* a derived type as a child: no real schema document shows one */
    SCHEMA_RECURSION,         /* its type leads back to itself; what is below is left out */
    SCHEMA_TYPE_MISSING,      /* a type or element that the files do not hold; detail: its name */
    SCHEMA_NOT_READ,          /* a construct of XML Schema that is left out; detail: its name */
    SCHEMA_FILE_MISSING,      /* an included file that is not there; detail: its name */
    SCHEMA_TYPE_GUESSED,      /* the source says nothing of the type of the value: taken as a string */
    SCHEMA_SHAPE_GUESSED,     /* no real example of this form: a text of several segments, a database */
    SCHEMA_INFERRED,          /* known from mappings, a query or a sample alone; there may be more nodes */
    SCHEMA_REASON_COUNT
};

/* The stable word for a reason, "flag-unproved", and one sentence without an end about the node; never NULL. */
const char *schema_reason_name(enum schema_reason reason);
const char *schema_reason_text(enum schema_reason reason);

struct schema_finding {
    const struct schema_node *node; /* NULL: the tree as a whole */
    enum schema_reason reason;
    const char *detail; /* "" for none */
};

/* Flat: how a record is written. */
struct schema_text {
    const char *delimiter; /* a tab is backslash and t */
    const char *qualifier; /* "" for none */
    const char *qualifier_mode;
    bool use_end_of_line, escape_sequences;
    bool fixed; /* fields have columns (`begin`, `end`) instead of delimiters */
};

/* Connector: the files below files/ that request and response come from, and their roots "{namespace}name". */
struct schema_origin {
    const char *request_file, *request_root, *response_file, *response_root;
};

struct schema_tree {
    enum schema_kind kind;
    const char *name; /* of the document; NULL for none */
    struct schema_node *root;
    size_t node_count;
    struct schema_text text;     /* SCHEMA_FLAT */
    struct schema_origin origin; /* NULL where it is not known */
    bool connector;              /* of a connector's function; else a schema of the user's */
    const char *prefix_path;     /* script path above the root, as Salesforce queries have it; NULL for none */
    const char *types;           /* member `types` as JSON; NULL for none */
    const char *jtr;             /* the cache that it comes from, packed (jpk/packed.h); NULL for none */
    const char *more_options;    /* options beyond those above as a JSON object; NULL for none */
    const char *more;            /* members that this library does not know as a JSON object; NULL for none */
    const struct schema_finding *findings; /* in preorder; those of the whole tree first */
    size_t finding_count;
    struct arena arena; /* holds all of it */
};

void schema_tree_free(struct schema_tree *tree);

/* The next node in preorder; NULL behind the last. Start with the root. */
struct schema_node *schema_node_next(const struct schema_node *node);

/* Whether it occurs more than once, so that its script path ends in a dot. */
bool schema_node_repeats(const struct schema_node *node);

/* JSON: whether it is a list, which holds nothing but `item` and `array`; all else that has children is an object. */
bool schema_json_list(const struct schema_node *node);

/* Whether two nodes, and all that is below them, say the same. */
bool schema_node_equal(const struct schema_node *a, const struct schema_node *b);

/*
 * Whether two trees say the same of every node; findings, options and what is not known do not count. *a_node and
 * *b_node, which may be NULL, get the first pair that differs (NULL where one tree has no node).
 */
bool schema_tree_equal(const struct schema_tree *a, const struct schema_tree *b, const struct schema_node **a_node,
                       const struct schema_node **b_node);

/* ---------------------------------------------------------------------------------------------------------- sources */

/*
 * All of these return a tree that the caller frees and that needs nothing else to stay; NULL on failure. `nodes` is the
 * most nodes, 0 for SCHEMA_NODES_MAX.
 */

/* From a structure cache. One that holds no structure (JPK_STRUCTURE_UNKNOWN) is a tree of kind SCHEMA_NONE. */
struct schema_tree *schema_tree_from_structure(const struct jpk_structure *structure, size_t nodes,
                                               struct jpk_error *err);

/* Where files of XML Schema come from. Returns false with an error; JPK_ERR_NOT_FOUND is no fault of an included file.
 * The text must stay until the tree is made. */
struct schema_files {
    bool (*read)(void *context, const char *name, const char **text, size_t *size, struct jpk_error *err);
    void *context;
    const struct jpk_limits *limits; /* NULL for the defaults */
};

/*
 * From files of XML Schema: the element `root` ("name" or "{namespace}name") of `file`, or its first global element
 * when root is NULL. Elements, complex and simple types, sequences, choices, all, groups, attributes, extensions,
 * restrictions, references, includes and imports of files are read; what else they hold is a finding. A file whose root
 * is `json` and says which elements are objects and arrays is the XML form of JSON (SCHEMA_JSON).
 * Errors: JPK_ERR_NOT_FOUND (no such file or element), JPK_ERR_FORMAT (no XML Schema, references without an end),
 * JPK_ERR_LIMIT, and those of reading XML. The error's entry is the name of the file.
 */
struct schema_tree *schema_tree_from_xsd(const struct schema_files *files, const char *file, const char *root,
                                         size_t nodes, struct jpk_error *err);

/* The same for a file below files/ of a project. One that holds JSON is taken as a sample. */
struct schema_tree *schema_tree_from_project_file(const struct jpk_project *project, const char *file, const char *root,
                                                  size_t nodes, struct jpk_error *err);

/* From the format of a text: an entity of the type Document. */
struct schema_tree *schema_tree_from_document(const struct jpk_entity *document, size_t nodes, struct jpk_error *err);

/*
 * From what a transformation says of a database: its tables and their relations with the selected columns, or the
 * columns of its SQL text. JPK_ERR_NOT_FOUND when it says nothing of one.
 */
struct schema_tree *schema_tree_from_database(const struct jpk_entity *transformation, bool target, size_t nodes,
                                              struct jpk_error *err);

/*
 * From a query of Salesforce: `SELECT a, b.c, (SELECT x FROM y) FROM z`. The tree is the one that Cloud Studio shows:
 * z with its fields; what stands above it in the answer is the prefix path. `types`, which may be NULL, is a tree in
 * which the types of the fields are looked up: that of the structure cache. JPK_ERR_FORMAT with the offset in the text.
 */
struct schema_tree *schema_tree_from_soql(const char *query, size_t size, const struct schema_tree *types, size_t nodes,
                                          struct jpk_error *err);

/* From a sample of JSON, as Design Studio turns it into XML: `json`, lists with `item` and `array`. */
struct schema_tree *schema_tree_from_json_sample(const char *text, size_t size, size_t nodes, struct jpk_error *err);

/*
 * The smallest tree that holds what the mappings of a transformation name: its target paths, or with `target` false the
 * source paths of its loops and scripts. JPK_ERR_NOT_FOUND when they name nothing.
 */
struct schema_tree *schema_tree_from_mappings(const struct jpk_transformation *transformation, bool target,
                                              size_t nodes, struct jpk_error *err);

#endif
