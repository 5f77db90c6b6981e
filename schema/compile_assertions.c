/* The keywords that look at a value by itself. */
#include <stdlib.h>
#include <string.h>

#include "schema/compile.h"

enum { STRINGS = 1 << JDOC_STRING, NUMBERS = 1 << JDOC_NUMBER, ARRAYS = 1 << JDOC_ARRAY, OBJECTS = 1 << JDOC_OBJECT };

static const struct jdoc *doc_of(const struct subject *s)
{
    return &s->document->doc;
}

/* -------------------------------------------------------------------------------------------------------- types */

static unsigned type_bit(const struct jdoc *doc, uint32_t node)
{
    static const struct {
        const char *name;
        unsigned bits;
    } types[] = {
        {"null", 1 << JDOC_NULL},     {"boolean", 1 << JDOC_FALSE | 1 << JDOC_TRUE},
        {"number", 1 << JDOC_NUMBER}, {"string", 1 << JDOC_STRING},
        {"array", 1 << JDOC_ARRAY},   {"object", 1 << JDOC_OBJECT},
        {"integer", 1 << OP_INTEGER},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (jdoc_string_is(doc, node, types[i].name, strlen(types[i].name)))
            return types[i].bits;
    return 0;
}

static bool compile_type(struct subject *s, uint32_t key)
{
    const struct jdoc *doc = doc_of(s);
    unsigned mask = 0;
    bool list = jdoc_type(doc, key + 1) == JDOC_ARRAY;
    uint32_t item = list ? key + 2 : key + 1, end = jdoc_next(doc, key + 1);
    for (; item < end; item = jdoc_next(doc, item)) {
        unsigned bits = type_bit(doc, item);
        if (!bits)
            return compile_error(s, item, JPK_ERR_SCHEMA,
                                 "this is no type: expected null, boolean, number, integer, string, array or object");
        mask |= bits;
    }
    /* In draft 4 an integer is written without fraction and exponent. */
    return compile_emit(s, OP_TYPE, COMPILE_ANY, key, mask, s->dialect.draft == JPK_DRAFT_4);
}

static bool compile_const(struct subject *s, uint32_t key)
{
    return compile_emit(s, OP_CONST, COMPILE_ANY, key, key + 1, 0);
}

static int compare_values(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : x->node < y->node ? -1 : x->node > y->node;
}

static bool compile_enum(struct subject *s, uint32_t key)
{
    const struct jdoc *doc = doc_of(s);
    uint32_t first = (uint32_t)s->c->program->values_count, count = 0;
    for (uint32_t item = key + 2; item < jdoc_next(doc, key + 1); item = jdoc_next(doc, item), count++)
        if (!PROGRAM_ADD(s->c->program, values, (struct value){item, jdoc_hash(doc, item)}))
            return compile_no_memory(s->c);
    if (count > 0)
        qsort(s->c->program->values + first, count, sizeof(struct value), compare_values);
    return compile_emit(s, OP_ENUM, COMPILE_ANY, key, first, count);
}

/* ------------------------------------------------------------------------------------------------------ numbers */

static bool compile_bound(struct subject *s, enum keyword_id id, enum opcode code)
{
    uint32_t key = s->keys[id];
    return key == JDOC_NONE || compile_emit(s, code, NUMBERS, key, key + 1, 0);
}

/* In draft 4 exclusiveMaximum is a boolean that says how maximum is meant. */
static bool compile_draft4_bound(struct subject *s, enum keyword_id id, enum opcode code, enum keyword_id exclusive,
                                 enum opcode exclusive_code)
{
    uint32_t flag = s->keys[exclusive];
    bool is_exclusive = flag != JDOC_NONE && jdoc_type(doc_of(s), flag + 1) == JDOC_TRUE;
    return compile_bound(s, id, is_exclusive ? exclusive_code : code);
}

static bool compile_bounds(struct subject *s)
{
    if (s->dialect.draft == JPK_DRAFT_4)
        return compile_draft4_bound(s, KW_MAXIMUM, OP_MAXIMUM, KW_EXCLUSIVE_MAXIMUM, OP_EXCLUSIVE_MAXIMUM) &&
               compile_draft4_bound(s, KW_MINIMUM, OP_MINIMUM, KW_EXCLUSIVE_MINIMUM, OP_EXCLUSIVE_MINIMUM);
    return compile_bound(s, KW_MAXIMUM, OP_MAXIMUM) && compile_bound(s, KW_EXCLUSIVE_MAXIMUM, OP_EXCLUSIVE_MAXIMUM) &&
           compile_bound(s, KW_MINIMUM, OP_MINIMUM) && compile_bound(s, KW_EXCLUSIVE_MINIMUM, OP_EXCLUSIVE_MINIMUM);
}

static bool compile_multiple(struct subject *s, uint32_t key)
{
    return compile_emit(s, OP_MULTIPLE_OF, NUMBERS, key, key + 1, 0);
}

/* ------------------------------------------------------------------------------------------------------- counts */

uint32_t compile_count(const struct jdoc *doc, uint32_t node)
{
    int64_t value;
    if (jdoc_integer(doc, node, &value))
        return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
    /* No integer, which its meta-schema refuses, or one that no instance can reach. */
    return jdoc_number(doc, node)[0] == '-' ? 0
           : jdoc_is_integer(doc, node)     ? UINT32_MAX
                                            : (uint32_t)jdoc_double(doc, node, NULL);
}

static bool compile_counts(struct subject *s)
{
    static const struct {
        enum keyword_id id;
        enum opcode code;
        unsigned types;
    } counts[] = {
        {KW_MAX_LENGTH, OP_MAX_LENGTH, STRINGS},
        {KW_MIN_LENGTH, OP_MIN_LENGTH, STRINGS},
        {KW_MAX_ITEMS, OP_MAX_ITEMS, ARRAYS},
        {KW_MIN_ITEMS, OP_MIN_ITEMS, ARRAYS},
        {KW_MAX_PROPERTIES, OP_MAX_PROPERTIES, OBJECTS},
        {KW_MIN_PROPERTIES, OP_MIN_PROPERTIES, OBJECTS},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint32_t key = s->keys[counts[i].id];
        if (key != JDOC_NONE &&
            !compile_emit(s, counts[i].code, counts[i].types, key, compile_count(doc_of(s), key + 1), 0))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------ strings */

bool compile_pattern(struct subject *s, uint32_t node, uint32_t *index)
{
    struct compiler *c = s->c;
    const char *text = jdoc_string(doc_of(s), node);
    size_t n = jdoc_string_size(doc_of(s), node);
    uint32_t known = map_get(&c->patterns, text, n);
    if (known != MAP_NONE) {
        *index = known;
        return true;
    }
    struct jpk_error problem = {0};
    struct pattern *pattern = pattern_compile(text, n, 0, &problem);
    if (!pattern && problem.code == JPK_ERR_FORMAT && c->options->lenient_patterns)
        pattern = pattern_compile(text, n, PATTERN_LENIENT, &problem);
    if (!pattern) {
        error_set(c->err, problem.code == JPK_ERR_FORMAT ? JPK_ERR_SCHEMA : problem.code,
                  "the pattern cannot be used: %s", problem.message);
        return document_error(c->err, s->document, node);
    }
    *index = (uint32_t)c->program->patterns_count;
    if (!(PROGRAM_ADD(c->program, patterns, pattern))) {
        pattern_free(pattern);
        return compile_no_memory(c);
    }
    return map_set(&c->patterns, text, n, *index) || compile_no_memory(c);
}

static bool compile_string_pattern(struct subject *s, uint32_t key)
{
    uint32_t index = 0;
    return compile_pattern(s, key + 1, &index) && compile_emit(s, OP_PATTERN, STRINGS, key, index, 0);
}

static bool compile_format(struct subject *s, uint32_t key)
{
    const struct jdoc *doc = doc_of(s);
    if (!s->c->options->assert_formats && !(s->dialect.vocabularies & VOCABULARY_FORMAT_ASSERTION))
        return true;
    const struct format *format = format_find(jdoc_string(doc, key + 1), jdoc_string_size(doc, key + 1));
    if (!format || !format_in_draft(format, s->dialect.draft))
        return true;
    uint32_t index = (uint32_t)s->c->program->formats_count;
    if (!PROGRAM_ADD(s->c->program, formats, format))
        return compile_no_memory(s->c);
    return compile_emit(s, OP_FORMAT, STRINGS, key, index, 0);
}

static bool compile_content(struct subject *s)
{
    enum { BASE64 = 1, JSON = 2 };
    uint32_t encoding = s->keys[KW_CONTENT_ENCODING], media = s->keys[KW_CONTENT_MEDIA_TYPE];
    uint32_t checks = 0;
    if (encoding != JDOC_NONE && jdoc_string_is(doc_of(s), encoding + 1, "base64", 6))
        checks |= BASE64;
    /* What is encoded in a way that is not known cannot be looked at. */
    if (media != JDOC_NONE && (encoding == JDOC_NONE || checks) &&
        jdoc_string_is(doc_of(s), media + 1, "application/json", 16))
        checks |= JSON;
    if (!s->c->options->assert_content || !checks)
        return true;
    return compile_emit(s, OP_CONTENT, STRINGS, checks & BASE64 ? encoding : media, checks, 0);
}

/* ------------------------------------------------------------------------------------------------------ objects */

struct name compile_name(const struct jdoc *doc, uint32_t node)
{
    const char *text = jdoc_string(doc, node);
    uint32_t n = jdoc_string_size(doc, node);
    return (struct name){.text = text, .size = n, .hash = jdoc_key_hash(text, n), .node = node};
}

bool compile_names(struct subject *s, uint32_t array, uint32_t *first, uint32_t *count)
{
    const struct jdoc *doc = doc_of(s);
    *first = (uint32_t)s->c->program->names_count;
    *count = 0;
    for (uint32_t item = array + 1; item < jdoc_next(doc, array); item = jdoc_next(doc, item), ++*count) {
        if (jdoc_type(doc, item) != JDOC_STRING)
            return compile_error(s, item, JPK_ERR_SCHEMA, "the name of a property must be a string");
        if (!PROGRAM_ADD(s->c->program, names, compile_name(doc, item)))
            return compile_no_memory(s->c);
    }
    return true;
}

static bool compile_required(struct subject *s, uint32_t key)
{
    uint32_t first, count;
    return compile_names(s, key + 1, &first, &count) && compile_emit(s, OP_REQUIRED, OBJECTS, key, first, count);
}

static bool compile_unique(struct subject *s, uint32_t key)
{
    return jdoc_type(doc_of(s), key + 1) == JDOC_FALSE || compile_emit(s, OP_UNIQUE_ITEMS, ARRAYS, key, 0, 0);
}

bool compile_assertions(struct subject *s)
{
    static const struct {
        enum keyword_id id;
        bool (*compile)(struct subject *s, uint32_t key);
    } keywords[] = {
        {KW_TYPE, compile_type},
        {KW_CONST, compile_const},
        {KW_ENUM, compile_enum},
        {KW_MULTIPLE_OF, compile_multiple},
        {KW_PATTERN, compile_string_pattern},
        {KW_FORMAT, compile_format},
        {KW_REQUIRED, compile_required},
        {KW_UNIQUE_ITEMS, compile_unique},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        uint32_t key = s->keys[keywords[i].id];
        if (key != JDOC_NONE && !keywords[i].compile(s, key))
            return false;
    }
    return compile_bounds(s) && compile_counts(s) && compile_content(s);
}
