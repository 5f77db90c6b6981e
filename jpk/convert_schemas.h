/* What the conversion of transformations keeps until all operations are connected. */
#ifndef JPK_CONVERT_SCHEMAS_H
#define JPK_CONVERT_SCHEMAS_H

#include "base/array.h"
#include "jpk/convert_schema.h"

/* One of the two schemas of a connector's function. */
struct convert_function_schema {
    struct schema_tree *tree; /* NULL: not read yet, or not known */
    struct schema_paths *paths;
    bool inferred, cached;                   /* as in struct convert_side */
    const struct jpk_entity *transformation; /* that it was read for */
    const char *name;                        /* of the component; NULL as long as there is none */
};

/* A connector's function with its activity. */
struct convert_function {
    const struct jpk_entity *entity;
    const char *activity_id; /* NULL: it has none, so that its schemas are the transformations' */
    const char *adapter, *function;
    json_t *activity; /* borrowed */
    struct schema_origin files;
    struct convert_function_schema sides[2]; /* what it gives out, what it is given: by `target` of transformations */
};

struct convert_user_schema {
    const char *id, *name;
    struct schema_tree *tree;
    json_t *document; /* its place; borrowed from the component */
};

/* A schema document that is made when it is written. */
struct convert_document {
    json_t *place;
    const struct schema_tree *tree;
    bool indices; /* as in jpk/schema_json.h */
};

/* What operations connect a transformation with (convert_connect.c). */
struct convert_connected {
    json_t *component;     /* of the transformation; borrowed; NULL: none */
    size_t index;          /* its place among those of its kind */
    json_t *sides[2];      /* source, target as they were when they are an activity's; NULL */
    bool bound;            /* an operation has it */
    const char *prescript; /* id of the script that runs before; NULL for none */
};

struct convert_schemas {
    /* By index of a call or of a transformation beside one: whose wizard made it; NULL. */
    const struct jpk_entity **wizards;
    struct convert_function **functions; /* by index of their entity; NULL */
    struct convert_connected *connected; /* by index of the transformation */
    /* By index of a file format: the first schema that has more nodes than it; NULL. */
    const struct convert_user_schema **extended;
    struct convert_user_schema **users;
    size_t user_count, user_capacity;
    struct map keys;     /* of a document -> index in `users` */
    struct map by_name;  /* of an activity's schema -> index of its component */
    struct map files;    /* names of those that are assets or schemas */
    struct map pairs;    /* a transformation between two activities -> index of its component */
    struct map prefixes; /* of their names: those of a connector were looked at */
    struct convert_document **documents;
    size_t document_count, document_capacity;
    struct map places; /* the address of a document's place -> its index */
};

/* Begins; false: memory. */
bool convert_schemas_begin(struct convert *c);
void convert_schemas_end(struct convert *c);

/*
 * The structure of a side from the first place that has one (jpk/convert_schema.h), the caller's to free; sets what the
 * side says of it. NULL: there is none, or memory is out.
 */
struct schema_tree *convert_read_tree(struct convert *c, struct convert_side *out);

/* That of a structure cache. */
struct schema_tree *convert_read_structure(const struct jpk_project *project, const char *id,
                                           enum jpk_structure_cache which, bool output, struct jpk_error *err);

/*
 * The place of a tree's document, which is made when it is written: the tree must stay until then. `name` is the
 * tree's from now on. NULL and c->ledger.failed: no memory.
 */
json_t *convert_place_document(struct convert *c, struct schema_tree *tree, const char *name, bool indices);

/*
 * What a side says whose schema is that of a connector's function; its component is made when it is asked for the first
 * time (convert_schema_function.c). NULL: no memory.
 */
json_t *convert_function_json(struct convert *c, struct convert_side *side);

/* Makes a document: a function of struct cloud_later, whose context is the conversion. */
bool convert_document_make(void *context, const json_t *place, json_t **value);

/* Puts the elements above what a function gives out that only its transformations see. False: memory. */
bool convert_wrap_answer(const struct jpk_entity *function, struct schema_tree *tree);

/* Notes that a file is carried. False: it was already, or memory is out. */
bool convert_take_file(struct convert *c, const char *name);
/* Makes a file an asset of the export. False: it is not there or cannot be read, or memory is out. */
bool convert_add_asset(struct convert *c, const struct jpk_file *file);

/* Gives activities the schemas that no transformation asked for (convert_schema_function.c). */
void convert_schemas_complete(struct convert *c);

/* Says which schema a file format has become that only stands in such as have more nodes. */
void convert_schemas_account(struct convert *c);

/* Whether it is one that is converted. */
bool convert_is_transformation(const struct jpk_entity *entity);

#endif
