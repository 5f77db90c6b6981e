/* The keywords of JSON Schema as a table: in which drafts, in which vocabulary, where they hold schemas. */
#ifndef SCHEMA_KEYWORD_H
#define SCHEMA_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jpk/schema.h"

enum keyword_id {
    KW_ADDITIONAL_ITEMS,
    KW_ADDITIONAL_PROPERTIES,
    KW_ALL_OF,
    KW_ANCHOR,
    KW_ANY_OF,
    KW_COMMENT,
    KW_CONST,
    KW_CONTAINS,
    KW_CONTENT_ENCODING,
    KW_CONTENT_MEDIA_TYPE,
    KW_CONTENT_SCHEMA,
    KW_DEFINITIONS,
    KW_DEPENDENCIES,
    KW_DEPENDENT_REQUIRED,
    KW_DEPENDENT_SCHEMAS,
    KW_DYNAMIC_ANCHOR,
    KW_DYNAMIC_REF,
    KW_ELSE,
    KW_ENUM,
    KW_EXCLUSIVE_MAXIMUM,
    KW_EXCLUSIVE_MINIMUM,
    KW_FORMAT,
    KW_ID,
    KW_IF,
    KW_ITEMS,
    KW_MAX_CONTAINS,
    KW_MAX_ITEMS,
    KW_MAX_LENGTH,
    KW_MAX_PROPERTIES,
    KW_MAXIMUM,
    KW_MIN_CONTAINS,
    KW_MIN_ITEMS,
    KW_MIN_LENGTH,
    KW_MIN_PROPERTIES,
    KW_MINIMUM,
    KW_MULTIPLE_OF,
    KW_NOT,
    KW_ONE_OF,
    KW_PATTERN,
    KW_PATTERN_PROPERTIES,
    KW_PREFIX_ITEMS,
    KW_PROPERTIES,
    KW_PROPERTY_NAMES,
    KW_RECURSIVE_ANCHOR,
    KW_RECURSIVE_REF,
    KW_REF,
    KW_REQUIRED,
    KW_SCHEMA,
    KW_THEN,
    KW_TYPE,
    KW_UNEVALUATED_ITEMS,
    KW_UNEVALUATED_PROPERTIES,
    KW_UNIQUE_ITEMS,
    KW_VOCABULARY,
    KW_UNKNOWN /* any other: its value is an annotation */
};

/* Where the value of a keyword holds schemas. */
enum keyword_shape {
    SHAPE_NONE,
    SHAPE_SCHEMA,         /* is one */
    SHAPE_LIST,           /* an array of them */
    SHAPE_SCHEMA_OR_LIST, /* `items` up to 2019-09 */
    SHAPE_MAP,            /* an object whose values are schemas */
    SHAPE_DEPENDENCIES    /* the same, but for values that are arrays of names */
};

/* Vocabularies, as bits. Up to draft 7 a dialect has all of them. */
enum vocabulary {
    VOCABULARY_CORE = 1,
    VOCABULARY_APPLICATOR = 2,
    VOCABULARY_UNEVALUATED = 4,
    VOCABULARY_VALIDATION = 8,
    VOCABULARY_METADATA = 16,
    VOCABULARY_FORMAT_ANNOTATION = 32,
    VOCABULARY_FORMAT_ASSERTION = 64,
    VOCABULARY_CONTENT = 128
};

/* What a schema is written in. */
struct dialect {
    enum jpk_draft draft;
    unsigned vocabularies;
};

/* The keyword of a name in a dialect; KW_UNKNOWN when it has none. */
enum keyword_id keyword_find(const char *name, size_t n, struct dialect dialect);

/* Where its value holds schemas; SHAPE_NONE for KW_UNKNOWN. */
enum keyword_shape keyword_shape(enum keyword_id keyword, struct dialect dialect);

/* The types its value may have, as bits 1 << enum jdoc_type; other values make the schema wrong. */
unsigned keyword_types(enum keyword_id keyword, enum jpk_draft draft);

/* The name of a keyword, "$id" for KW_ID in every draft. */
const char *keyword_name(enum keyword_id keyword);

/* The dialect in which a draft is written when its meta-schema is not one of somebody's own. */
struct dialect dialect_of_draft(enum jpk_draft draft);

/* The bit of a vocabulary by its URI; 0: it is not known. */
unsigned vocabulary_find(const char *uri, size_t n);

#endif
