/* What of an export counts when two are compared, and how. */
#include "jpk/cloud_diff.h"

/* In place of a shape: components, workflows and the project, of whatever kind. */
#define ANY_ROOT SHAPE_COMPONENT

#define LEFT_OUT(shape, key)                                                                                           \
    {                                                                                                                  \
        shape, key, PART_LEFT_OUT, JDOC_NULL                                                                           \
    }

/*
 * What is not a plain value. jpk/diff.h repeats what is left out. Groups and leaves of trees have one shape here, that
 * of the leaf.
 */
static const struct row {
    enum cloud_shape shape;
    const char *key;
    enum cloud_diff_part part;
    enum jdoc_type type;
} rows[] = {
    {ANY_ROOT, "id", PART_ELSEWHERE, JDOC_STRING},   /* the matching says it */
    {ANY_ROOT, "name", PART_ELSEWHERE, JDOC_STRING}, /* a change of its own */
    /* the state of editing, checking, storing and deploying */
    LEFT_OUT(ANY_ROOT, "checksum"),
    LEFT_OUT(ANY_ROOT, "requiresDeploy"),
    LEFT_OUT(ANY_ROOT, "validationState"),
    LEFT_OUT(ANY_ROOT, "metadataVersion"),
    LEFT_OUT(ANY_ROOT, "chunks"),
    LEFT_OUT(ANY_ROOT, "partial"),
    LEFT_OUT(ANY_ROOT, "hidden"),
    LEFT_OUT(ANY_ROOT, "isNew"),
    LEFT_OUT(ANY_ROOT, "cursor"),
    LEFT_OUT(ANY_ROOT, "rowId"),
    LEFT_OUT(ANY_ROOT, "duplicateRef"),
    LEFT_OUT(ANY_ROOT, "createdOn"),
    LEFT_OUT(ANY_ROOT, "createdBy"),
    LEFT_OUT(ANY_ROOT, "modifiedOn"),
    LEFT_OUT(ANY_ROOT, "modifiedBy"),
    LEFT_OUT(SHAPE_PROJECT, "origCreatedOn"),
    LEFT_OUT(SHAPE_PROJECT, "deployments"),
    LEFT_OUT(SHAPE_PROJECT, "appliedDataMigrations"),
    LEFT_OUT(SHAPE_PROJECT, "appliedPostDataMigrations"),
    LEFT_OUT(SHAPE_RULE, "cursor"),
    LEFT_OUT(SHAPE_RULE, "validationErrors"),
    LEFT_OUT(SHAPE_RULE, "transformScriptError"),
    /* what follows from something else */
    LEFT_OUT(SHAPE_SCRIPT, "scriptBodyCleansed"),
    LEFT_OUT(SHAPE_SCRIPT, "globalVariables"),
    LEFT_OUT(SHAPE_RULE, "transformScriptCleansed"),
    LEFT_OUT(SHAPE_RULE, "globalVariables"),
    LEFT_OUT(SHAPE_GLOBAL, "usages"),
    LEFT_OUT(SHAPE_NODE, "I"),
    LEFT_OUT(SHAPE_NODE, "L"),
    LEFT_OUT(SHAPE_OUTCOME, "id"),          /* nothing refers to it */
    LEFT_OUT(SHAPE_WORKFLOW, "operations"), /* copies; which operations they are is compared by hand */
    {SHAPE_EXPORT, "project", PART_ELSEWHERE, JDOC_OBJECT},
    {SHAPE_EXPORT, "assets", PART_ELSEWHERE, JDOC_ARRAY},
    {SHAPE_PROJECT, "components", PART_ELSEWHERE, JDOC_ARRAY},
    {SHAPE_PROJECT, "workflows", PART_ELSEWHERE, JDOC_ARRAY},
    {SHAPE_ASSET, "path", PART_ELSEWHERE, JDOC_STRING},
    {SHAPE_ASSET, "compressedContent", PART_ELSEWHERE, JDOC_STRING},
    {SHAPE_PROJECT, "adapterIds", PART_SET, JDOC_NULL},
    {SHAPE_PROJECT, "adapters", PART_SET, JDOC_NULL},
    {SHAPE_PROJECT, "tags", PART_SET, JDOC_NULL},
    {SHAPE_ACTIVITY, "properties", PART_SET, JDOC_NULL},
    {SHAPE_CONNECTION, "properties", PART_SET, JDOC_NULL},
    {SHAPE_PROPERTY, "children", PART_SET, JDOC_NULL},
    {SHAPE_GLOBAL, "endpoints", PART_SET, JDOC_NULL},
    {SHAPE_ASSET, "properties", PART_SET, JDOC_NULL},
    {SHAPE_DOCUMENT, "jtr", PART_PACKED, JDOC_NULL},
    {SHAPE_DOCUMENT, "name", PART_NAME_COPY, JDOC_NULL},
    {SHAPE_SIDE, "name", PART_SCHEMA_NAME, JDOC_NULL},
    {SHAPE_SIDE, "document", PART_COPY, JDOC_NULL},
};

/* Groups as leaves. */
static enum cloud_shape plain_shape(enum cloud_shape shape)
{
    return shape == SHAPE_PROPERTY_GROUP ? SHAPE_PROPERTY : shape == SHAPE_NODE_GROUP ? SHAPE_NODE : shape;
}

struct cloud_diff_row cloud_diff_row_of(enum cloud_shape shape, bool root, const char *key, size_t n)
{
    shape = plain_shape(shape);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((rows[i].shape == ANY_ROOT ? root : rows[i].shape == shape) && strlen(rows[i].key) == n &&
            memcmp(rows[i].key, key, n) == 0)
            return (struct cloud_diff_row){rows[i].part, rows[i].type};
    return (struct cloud_diff_row){PART_PLAIN, JDOC_NULL};
}

static bool empty_text(const struct jdoc *doc, uint32_t value)
{
    return jdoc_type(doc, value) == JDOC_STRING && jdoc_string_size(doc, value) == 0;
}

bool cloud_diff_skipped(const struct diffing *d, const struct jdoc *doc, struct cloud_diff_row part, uint32_t value)
{
    if (part.part == PART_LEFT_OUT)
        return !d->options.all;
    return part.part == PART_ELSEWHERE && jdoc_type(doc, value) == part.type && !empty_text(doc, value);
}

/* Whoever compares a member elsewhere cannot tell what is absent from what is empty. */
static bool absent_or_empty(const struct jdoc *doc, uint32_t value)
{
    return value == JDOC_NONE || empty_text(doc, value) ||
           (jdoc_type(doc, value) >= JDOC_ARRAY && jdoc_count(doc, value) == 0);
}

bool cloud_pair_skipped(const struct cloud_diffing *c, struct cloud_diff_row part, uint32_t a, uint32_t b)
{
    const struct jdoc *left = c->view[SIDE_A].doc, *right = c->view[SIDE_B].doc;
    if (part.part == PART_LEFT_OUT)
        return !c->d.options.all;
    if (part.part == PART_NAME_COPY || part.part == PART_SCHEMA_NAME) /* a copy that was not renamed with the name */
        return a != JDOC_NONE && b != JDOC_NONE && jdoc_equal(left, a, right, b);
    if (part.part != PART_ELSEWHERE)
        return false;
    if ((a == JDOC_NONE) != (b == JDOC_NONE))
        return !absent_or_empty(left, a) || !absent_or_empty(right, b)
                   ? jdoc_type(a == JDOC_NONE ? right : left, a == JDOC_NONE ? b : a) == part.type
                   : false;
    return jdoc_type(left, a) == part.type && jdoc_type(right, b) == part.type;
}

/* The size of an asset is that of its packed content, which depends on who packed it. */
bool cloud_element_skipped(const struct diffing *d, const struct jdoc *doc, uint32_t element, enum cloud_shape shape)
{
    static const char derived[] = "FileSize";
    uint32_t key = shape == SHAPE_ASSET_PROPERTY && !d->options.all ? jdoc_member(doc, element, "key") : JDOC_NONE;
    return key != JDOC_NONE && jdoc_string_is(doc, key, derived, sizeof derived - 1);
}

uint32_t cloud_element_key(const struct jdoc *doc, uint32_t element, enum cloud_shape shape)
{
    static const char *const keys[SHAPES] = {
        [SHAPE_PROPERTY] = "name",        [SHAPE_NODE] = "N",
        [SHAPE_RULE] = "targetPath",      [SHAPE_LOOP] = "tgtPath",
        [SHAPE_OUTCOME] = "outcomeType",  [SHAPE_ASSET_PROPERTY] = "key",
        [SHAPE_ADAPTER] = "id",           [SHAPE_OPERATION] = "id",
        [SHAPE_SCRIPT_VARIABLE] = "name", [SHAPE_USAGE] = "id",
    };
    static const char *const usual[] = {"id", "name", "N", "key", "path"};
    if (jdoc_type(doc, element) != JDOC_OBJECT || shape == SHAPE_LINK)
        return JDOC_NONE;
    if (keys[shape])
        return jdoc_member(doc, element, keys[shape]);
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        uint32_t value = jdoc_member(doc, element, usual[i]);
        if (jdoc_is(doc, value, JDOC_STRING))
            return value;
    }
    return JDOC_NONE;
}

bool cloud_follows_key(enum cloud_shape shape, const char *key, size_t n)
{
    static const struct {
        enum cloud_shape shape;
        const char *key;
    } followers[] = {{SHAPE_RULE, "targetScript"}, {SHAPE_LOOP, "tgtLoopPath"}};
    for (size_t i = 0; i < sizeof followers / sizeof followers[0]; i++)
        if (followers[i].shape == shape && strlen(followers[i].key) == n && memcmp(followers[i].key, key, n) == 0)
            return true;
    return false;
}

enum cloud_shape cloud_member_shape(const struct jdoc *doc, uint32_t object, enum cloud_shape shape, uint32_t key)
{
    const struct cloud_key *row =
        cloud_shape_key(cloud_shape_of(doc, object, shape), jdoc_string(doc, key), jdoc_string_size(doc, key));
    return row ? row->shape : SHAPE_ANY;
}

uint32_t cloud_effective(const struct jdoc *doc, uint32_t property)
{
    uint32_t value = jdoc_member(doc, property, "value");
    return value != JDOC_NONE ? value : jdoc_member(doc, property, "defaultValue");
}
