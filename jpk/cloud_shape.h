/* The objects of an export and their keys: for canonical text, and to know what nobody has seen yet. */
#ifndef JPK_CLOUD_SHAPE_H
#define JPK_CLOUD_SHAPE_H

#include "base/json.h"
#include "jpk/cloud.h"

enum cloud_shape {
    SHAPE_ANY, /* keys stay in the order that they have */
    SHAPE_EXPORT,
    SHAPE_PROJECT,
    SHAPE_SETTINGS,
    SHAPE_WORKFLOW,
    SHAPE_COMPONENT, /* one of the next, by its `type` */
    SHAPE_OPERATION,
    SHAPE_SCRIPT,
    SHAPE_ACTIVITY,
    SHAPE_CONNECTION,
    SHAPE_TRANSFORMATION,
    SHAPE_SCHEMA,
    SHAPE_VARIABLE,
    SHAPE_EMAIL,
    SHAPE_GLOBAL,
    SHAPE_LINK,
    SHAPE_OPTIONS,
    SHAPE_OUTCOME,
    SHAPE_SCRIPT_VARIABLE,
    SHAPE_CURSOR,
    SHAPE_USAGE,
    SHAPE_PROPERTY, /* this or the next, by whether it has children */
    SHAPE_PROPERTY_GROUP,
    SHAPE_PATTERN,
    SHAPE_PAGE,
    SHAPE_METADATA,
    SHAPE_RULE,
    SHAPE_LOOP,
    SHAPE_SIDE,
    SHAPE_ORIGIN,
    SHAPE_DOCUMENT,
    SHAPE_NODE, /* this or the next, by whether it has children */
    SHAPE_NODE_GROUP,
    SHAPE_ADAPTER,
    SHAPE_ASSET,
    SHAPE_ASSET_PROPERTY,
    SHAPES
};

struct cloud_key {
    const char *key;
    enum cloud_shape shape; /* of the object that is its value, or of the objects in the array that is */
};

/* The keys of a shape in the order of real exports, ended by a row without a key. */
const struct cloud_key *cloud_shape_keys(enum cloud_shape shape);

/* The shape of components of a kind, and of the whole document of an export. */
enum cloud_shape cloud_shape_of_kind(enum jpk_cloud_kind kind);
enum cloud_shape cloud_shape_of_export(const struct jpk_cloud *cloud);

/* The shape of an object where one of `shape` stands: that of a component goes by its type. */
enum cloud_shape cloud_shape_of(const struct jdoc *doc, uint32_t object, enum cloud_shape shape);

/* The same for the number of a component's type. */
enum cloud_shape cloud_shape_of_component(int64_t type);

/* The row of a key, or NULL. */
const struct cloud_key *cloud_shape_key(enum cloud_shape shape, const char *key, size_t n);

/* Whether a key is that of a text that is made of the one beside it and tells the same again: "scriptBodyCleansed". */
bool cloud_is_copy(const struct jdoc *doc, uint32_t key);

/*
 * Appends a value as canonical text, without a line end behind it; with `compact` in one line without spaces. Shadowed
 * members are left out.
 */
void cloud_put(struct buf *out, const struct jdoc *doc, uint32_t node, enum cloud_shape shape, bool compact);

/* What is written otherwise than it stands in the document. */
enum cloud_edit { CLOUD_STAYS, CLOUD_LEFT_OUT, CLOUD_REPLACED };

struct cloud_replacement {
    uint32_t node;
    const char *json;
    size_t size;
};

struct cloud_edits {
    uint8_t *what;                                /* by node, of values: enum cloud_edit */
    const struct cloud_replacement *replacements; /* by node */
    size_t count;
};

/* cloud_put of the whole document with edits; of a member that is left out the key goes too. */
void cloud_put_edited(struct buf *out, const struct jdoc *doc, enum cloud_shape shape, const struct cloud_edits *edits);

/* A string as JSON.stringify writes it: short escapes where there are some. */
void cloud_put_string(struct buf *out, const char *s, size_t n);

/* A line end, and the indentation of what stands in `depth` containers. */
void cloud_put_line(struct buf *out, size_t depth);

#endif
