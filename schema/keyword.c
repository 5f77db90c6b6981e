/*
 * Sources: the meta-schemas and the specifications of the drafts. `definitions` and `dependencies` stay known after
 * draft 7, as the meta-schemas of 2019-09 and 2020-12 keep them.
 */
#include "schema/keyword.h"

#include <string.h>

#include "base/json.h"

enum { D4 = 1 << JPK_DRAFT_4, D6 = 1 << JPK_DRAFT_6, D7 = 1 << JPK_DRAFT_7, D19 = 1 << JPK_DRAFT_2019_09 };
enum { D20 = 1 << JPK_DRAFT_2020_12, FROM_19 = D19 | D20, FROM_7 = D7 | FROM_19, FROM_6 = D6 | FROM_7 };
enum { ALL = D4 | FROM_6 };

enum {
    BOOLEAN = 1 << JDOC_FALSE | 1 << JDOC_TRUE,
    NUMBER = 1 << JDOC_NUMBER,
    STRING = 1 << JDOC_STRING,
    ARRAY = 1 << JDOC_ARRAY,
    OBJECT = 1 << JDOC_OBJECT,
    SCHEMA = BOOLEAN | OBJECT,
    ANY = BOOLEAN | NUMBER | STRING | ARRAY | OBJECT | 1 << JDOC_NULL
};

enum {
    CORE = VOCABULARY_CORE,
    APPLY = VOCABULARY_APPLICATOR,
    REST = VOCABULARY_UNEVALUATED,
    VALID = VOCABULARY_VALIDATION,
    FORMAT = VOCABULARY_FORMAT_ANNOTATION | VOCABULARY_FORMAT_ASSERTION,
    CONTENT = VOCABULARY_CONTENT
};

struct keyword {
    const char *name;
    uint8_t size;
    enum keyword_id id;
    uint8_t drafts;
    uint8_t vocabularies; /* one of these is needed */
    uint8_t shape;
    uint8_t types;
};

#define NAME(text) text, sizeof(text) - 1

/* By name in byte order. */
static const struct keyword keywords[] = {
    {NAME("$anchor"), KW_ANCHOR, FROM_19, CORE, SHAPE_NONE, STRING},
    {NAME("$comment"), KW_COMMENT, FROM_7, CORE, SHAPE_NONE, ANY},
    {NAME("$defs"), KW_DEFINITIONS, FROM_19, CORE, SHAPE_MAP, OBJECT},
    {NAME("$dynamicAnchor"), KW_DYNAMIC_ANCHOR, D20, CORE, SHAPE_NONE, STRING},
    {NAME("$dynamicRef"), KW_DYNAMIC_REF, D20, CORE, SHAPE_NONE, STRING},
    {NAME("$id"), KW_ID, FROM_6, CORE, SHAPE_NONE, STRING},
    {NAME("$recursiveAnchor"), KW_RECURSIVE_ANCHOR, D19, CORE, SHAPE_NONE, BOOLEAN},
    {NAME("$recursiveRef"), KW_RECURSIVE_REF, D19, CORE, SHAPE_NONE, STRING},
    {NAME("$ref"), KW_REF, ALL, CORE, SHAPE_NONE, STRING},
    {NAME("$schema"), KW_SCHEMA, ALL, CORE, SHAPE_NONE, STRING},
    {NAME("$vocabulary"), KW_VOCABULARY, FROM_19, CORE, SHAPE_NONE, OBJECT},
    {NAME("additionalItems"), KW_ADDITIONAL_ITEMS, D4 | D6 | D7 | D19, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("additionalProperties"), KW_ADDITIONAL_PROPERTIES, ALL, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("allOf"), KW_ALL_OF, ALL, APPLY, SHAPE_LIST, ARRAY},
    {NAME("anyOf"), KW_ANY_OF, ALL, APPLY, SHAPE_LIST, ARRAY},
    {NAME("const"), KW_CONST, FROM_6, VALID, SHAPE_NONE, ANY},
    {NAME("contains"), KW_CONTAINS, FROM_6, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("contentEncoding"), KW_CONTENT_ENCODING, FROM_7, CONTENT, SHAPE_NONE, STRING},
    {NAME("contentMediaType"), KW_CONTENT_MEDIA_TYPE, FROM_7, CONTENT, SHAPE_NONE, STRING},
    {NAME("contentSchema"), KW_CONTENT_SCHEMA, FROM_19, CONTENT, SHAPE_SCHEMA, SCHEMA},
    {NAME("definitions"), KW_DEFINITIONS, ALL, CORE, SHAPE_MAP, OBJECT},
    {NAME("dependencies"), KW_DEPENDENCIES, ALL, APPLY, SHAPE_DEPENDENCIES, OBJECT},
    {NAME("dependentRequired"), KW_DEPENDENT_REQUIRED, FROM_19, VALID, SHAPE_NONE, OBJECT},
    {NAME("dependentSchemas"), KW_DEPENDENT_SCHEMAS, FROM_19, APPLY, SHAPE_MAP, OBJECT},
    {NAME("else"), KW_ELSE, FROM_7, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("enum"), KW_ENUM, ALL, VALID, SHAPE_NONE, ARRAY},
    {NAME("exclusiveMaximum"), KW_EXCLUSIVE_MAXIMUM, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("exclusiveMinimum"), KW_EXCLUSIVE_MINIMUM, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("format"), KW_FORMAT, ALL, FORMAT, SHAPE_NONE, STRING},
    {NAME("id"), KW_ID, D4, CORE, SHAPE_NONE, STRING},
    {NAME("if"), KW_IF, FROM_7, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("items"), KW_ITEMS, ALL, APPLY, SHAPE_SCHEMA_OR_LIST, SCHEMA | ARRAY},
    {NAME("maxContains"), KW_MAX_CONTAINS, FROM_19, VALID, SHAPE_NONE, NUMBER},
    {NAME("maxItems"), KW_MAX_ITEMS, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("maxLength"), KW_MAX_LENGTH, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("maxProperties"), KW_MAX_PROPERTIES, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("maximum"), KW_MAXIMUM, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("minContains"), KW_MIN_CONTAINS, FROM_19, VALID, SHAPE_NONE, NUMBER},
    {NAME("minItems"), KW_MIN_ITEMS, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("minLength"), KW_MIN_LENGTH, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("minProperties"), KW_MIN_PROPERTIES, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("minimum"), KW_MINIMUM, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("multipleOf"), KW_MULTIPLE_OF, ALL, VALID, SHAPE_NONE, NUMBER},
    {NAME("not"), KW_NOT, ALL, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("oneOf"), KW_ONE_OF, ALL, APPLY, SHAPE_LIST, ARRAY},
    {NAME("pattern"), KW_PATTERN, ALL, VALID, SHAPE_NONE, STRING},
    {NAME("patternProperties"), KW_PATTERN_PROPERTIES, ALL, APPLY, SHAPE_MAP, OBJECT},
    {NAME("prefixItems"), KW_PREFIX_ITEMS, D20, APPLY, SHAPE_LIST, ARRAY},
    {NAME("properties"), KW_PROPERTIES, ALL, APPLY, SHAPE_MAP, OBJECT},
    {NAME("propertyNames"), KW_PROPERTY_NAMES, FROM_6, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("required"), KW_REQUIRED, ALL, VALID, SHAPE_NONE, ARRAY},
    {NAME("then"), KW_THEN, FROM_7, APPLY, SHAPE_SCHEMA, SCHEMA},
    {NAME("type"), KW_TYPE, ALL, VALID, SHAPE_NONE, STRING | ARRAY},
    {NAME("unevaluatedItems"), KW_UNEVALUATED_ITEMS, FROM_19, REST, SHAPE_SCHEMA, SCHEMA},
    {NAME("unevaluatedProperties"), KW_UNEVALUATED_PROPERTIES, FROM_19, REST, SHAPE_SCHEMA, SCHEMA},
    {NAME("uniqueItems"), KW_UNIQUE_ITEMS, ALL, VALID, SHAPE_NONE, BOOLEAN},
};

static int compare(const char *name, size_t n, const struct keyword *with)
{
    int order = memcmp(name, with->name, n < with->size ? n : with->size);
    return order ? order : n < with->size ? -1 : n > with->size;
}

static const struct keyword *find(const char *name, size_t n)
{
    size_t low = 0, high = sizeof keywords / sizeof keywords[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(name, n, &keywords[middle]);
        if (order == 0)
            return &keywords[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const struct keyword *by_id(enum keyword_id id)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (keywords[i].id == id)
            return &keywords[i];
    return NULL;
}

enum keyword_id keyword_find(const char *name, size_t n, struct dialect dialect)
{
    const struct keyword *keyword = find(name, n);
    bool known = keyword && keyword->drafts >> dialect.draft & 1 && keyword->vocabularies & dialect.vocabularies;
    return known ? keyword->id : KW_UNKNOWN;
}

enum keyword_shape keyword_shape(enum keyword_id id, struct dialect dialect)
{
    const struct keyword *keyword = by_id(id);
    if (!keyword)
        return SHAPE_NONE;
    if (id == KW_ITEMS && dialect.draft == JPK_DRAFT_2020_12)
        return SHAPE_SCHEMA;
    return (enum keyword_shape)keyword->shape;
}

unsigned keyword_types(enum keyword_id id, enum jpk_draft draft)
{
    const struct keyword *keyword = by_id(id);
    if (!keyword)
        return ANY;
    if (draft == JPK_DRAFT_4 && (id == KW_EXCLUSIVE_MAXIMUM || id == KW_EXCLUSIVE_MINIMUM))
        return BOOLEAN;
    return keyword->types;
}

const char *keyword_name(enum keyword_id id)
{
    const struct keyword *keyword = by_id(id);
    return keyword ? keyword->name : "";
}

/* ----------------------------------------------------------------------------------------------------- dialects */

struct dialect dialect_of_draft(enum jpk_draft draft)
{
    unsigned most = CORE | APPLY | REST | VALID | VOCABULARY_METADATA | VOCABULARY_FORMAT_ANNOTATION | CONTENT;
    return (struct dialect){.draft = draft, .vocabularies = most};
}

unsigned vocabulary_find(const char *uri, size_t n)
{
    static const struct {
        const char *uri;
        unsigned bits;
    } vocabularies[] = {
        {"https://json-schema.org/draft/2019-09/vocab/core", CORE},
        {"https://json-schema.org/draft/2019-09/vocab/applicator", APPLY | REST},
        {"https://json-schema.org/draft/2019-09/vocab/validation", VALID},
        {"https://json-schema.org/draft/2019-09/vocab/meta-data", VOCABULARY_METADATA},
        {"https://json-schema.org/draft/2019-09/vocab/format", VOCABULARY_FORMAT_ANNOTATION},
        {"https://json-schema.org/draft/2019-09/vocab/content", CONTENT},
        {"https://json-schema.org/draft/2020-12/vocab/core", CORE},
        {"https://json-schema.org/draft/2020-12/vocab/applicator", APPLY},
        {"https://json-schema.org/draft/2020-12/vocab/unevaluated", REST},
        {"https://json-schema.org/draft/2020-12/vocab/validation", VALID},
        {"https://json-schema.org/draft/2020-12/vocab/meta-data", VOCABULARY_METADATA},
        {"https://json-schema.org/draft/2020-12/vocab/format-annotation", VOCABULARY_FORMAT_ANNOTATION},
        {"https://json-schema.org/draft/2020-12/vocab/format-assertion", VOCABULARY_FORMAT_ASSERTION},
        {"https://json-schema.org/draft/2020-12/vocab/content", CONTENT},
    };
    for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++)
        if (strlen(vocabularies[i].uri) == n && memcmp(vocabularies[i].uri, uri, n) == 0)
            return vocabularies[i].bits;
    return 0;
}
