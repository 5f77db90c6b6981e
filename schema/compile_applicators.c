/* The keywords that apply schemas: to the same value, to its items, to its properties. */
#include <string.h>

#include "schema/compile.h"

enum { ARRAYS = 1 << JDOC_ARRAY, OBJECTS = 1 << JDOC_OBJECT };

static const struct jdoc *doc_of(const struct subject *s)
{
    return &s->document->doc;
}

static bool schema_at(struct subject *s, uint32_t node, uint32_t *index)
{
    return compile_schema_at(s->c, s->document, node, index);
}

/* An instruction whose first operand is the schema that the keyword holds. */
static bool emit_schema(struct subject *s, enum keyword_id id, enum opcode code, unsigned types, uint32_t b)
{
    uint32_t key = s->keys[id], schema;
    return key == JDOC_NONE || (schema_at(s, key + 1, &schema) && compile_emit(s, code, types, key, schema, b));
}

static bool emit_list(struct subject *s, uint32_t key, enum opcode code, unsigned types)
{
    const struct jdoc *doc = doc_of(s);
    uint32_t first = (uint32_t)s->c->program->lists_count, count = 0;
    for (uint32_t item = key + 2; item < jdoc_next(doc, key + 1); item = jdoc_next(doc, item), count++) {
        uint32_t schema;
        if (!schema_at(s, item, &schema))
            return false;
        if (!PROGRAM_ADD(s->c->program, lists, schema))
            return compile_no_memory(s->c);
    }
    return compile_emit(s, code, types, key, first, count);
}

/* --------------------------------------------------------------------------------------------------- references */

static bool resolve(struct subject *s, uint32_t key, struct target *target)
{
    const struct jdoc *doc = doc_of(s);
    if (registry_resolve(s->c->registry, s->resource, jdoc_string(doc, key + 1), jdoc_string_size(doc, key + 1), target,
                         s->c->err))
        return true;
    /* An error of a document that was loaded for it has its own place already. */
    return s->c->err->line ? false : document_error(s->c->err, s->document, key + 1);
}

static bool emit_reference(struct subject *s, uint32_t key, const struct target *target, const char *dynamic, size_t n)
{
    uint32_t schema, name = 0;
    if (!compile_schema_at(s->c, target->resource->document, target->node, &schema) ||
        (dynamic && !compile_dynamic_name(s->c, dynamic, n, &name)))
        return false;
    return compile_emit(s, dynamic ? OP_DYNAMIC_REF : OP_REF, COMPILE_ANY, key, schema, name);
}

static bool compile_references(struct subject *s)
{
    struct target target;
    uint32_t ref = s->keys[KW_REF], dynamic = s->keys[KW_DYNAMIC_REF], recursive = s->keys[KW_RECURSIVE_REF];
    if (ref != JDOC_NONE && !(resolve(s, ref, &target) && emit_reference(s, ref, &target, NULL, 0)))
        return false;
    if (dynamic != JDOC_NONE) {
        if (!resolve(s, dynamic, &target))
            return false;
        bool is_dynamic = target.anchor && target.anchor->dynamic;
        const char *text = jdoc_string(doc_of(s), dynamic + 1);
        size_t n = jdoc_string_size(doc_of(s), dynamic + 1);
        const char *hash = memrchr(text, '#', n);
        const char *name = is_dynamic && hash ? hash + 1 : NULL;
        if (!emit_reference(s, dynamic, &target, name, name ? (size_t)(text + n - name) : 0))
            return false;
    }
    if (recursive != JDOC_NONE) {
        if (!resolve(s, recursive, &target))
            return false;
        const struct anchor *anchor = registry_anchor(s->c->registry, target.resource, "", 0, s->c->err);
        if (s->c->err->code == JPK_ERR_MEMORY)
            return false;
        bool is_dynamic = anchor && target.node == target.resource->node;
        if (!emit_reference(s, recursive, &target, is_dynamic ? "" : NULL, 0))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------ objects */

/* Half empty, so that chains stay short. */
static bool add_slots(struct subject *s, struct property_table *table)
{
    struct program *program = s->c->program;
    uint32_t size = 4;
    while (size < table->count * 2)
        size *= 2;
    table->slots = (uint32_t)program->slots_count;
    table->mask = size - 1;
    for (uint32_t i = 0; i < size; i++)
        if (!PROGRAM_ADD(program, slots, 0))
            return compile_no_memory(s->c);
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t at = program->properties[table->first + i].name.hash & table->mask;
        while (program->slots[table->slots + at])
            at = (at + 1) & table->mask;
        program->slots[table->slots + at] = i + 1;
    }
    return true;
}

static bool compile_properties(struct subject *s)
{
    const struct jdoc *doc = doc_of(s);
    struct program *program = s->c->program;
    uint32_t key = s->keys[KW_PROPERTIES];
    if (key == JDOC_NONE)
        return true;
    struct property_table table = {.first = (uint32_t)program->properties_count};
    for (uint32_t name = key + 2; name < jdoc_next(doc, key + 1); name = jdoc_next(doc, name + 1)) {
        uint32_t schema;
        if (jdoc_shadowed(doc, name))
            continue;
        if (!schema_at(s, name + 1, &schema))
            return false;
        if (!PROGRAM_ADD(program, properties, (struct property){.name = compile_name(doc, name), .schema = schema}))
            return compile_no_memory(s->c);
        table.count++;
    }
    s->table = (uint32_t)program->tables_count;
    if (!add_slots(s, &table))
        return false;
    if (!PROGRAM_ADD(program, tables, table))
        return compile_no_memory(s->c);
    return compile_emit(s, OP_PROPERTIES, OBJECTS, key, s->table, 0);
}

static bool compile_pattern_properties(struct subject *s)
{
    const struct jdoc *doc = doc_of(s);
    struct program *program = s->c->program;
    uint32_t key = s->keys[KW_PATTERN_PROPERTIES];
    if (key == JDOC_NONE)
        return true;
    s->first_matcher = (uint32_t)program->matchers_count;
    for (uint32_t name = key + 2; name < jdoc_next(doc, key + 1); name = jdoc_next(doc, name + 1)) {
        uint32_t schema, pattern;
        if (jdoc_shadowed(doc, name))
            continue;
        if (!compile_pattern(s, name, &pattern) || !schema_at(s, name + 1, &schema))
            return false;
        if (!PROGRAM_ADD(program, matchers, (struct matcher){program->patterns[pattern], name, schema}))
            return compile_no_memory(s->c);
        s->matcher_count++;
    }
    return compile_emit(s, OP_PATTERN_PROPERTIES, OBJECTS, key, s->first_matcher, s->matcher_count);
}

static bool compile_additional_properties(struct subject *s)
{
    if (s->keys[KW_ADDITIONAL_PROPERTIES] == JDOC_NONE)
        return true;
    struct siblings siblings = {s->table, s->first_matcher, s->matcher_count};
    uint32_t index = (uint32_t)s->c->program->siblings_count;
    if (!PROGRAM_ADD(s->c->program, siblings, siblings))
        return compile_no_memory(s->c);
    return emit_schema(s, KW_ADDITIONAL_PROPERTIES, OP_ADDITIONAL_PROPERTIES, OBJECTS, index);
}

/* dependencies, dependentRequired, dependentSchemas: what holds names apart from what holds schemas. */
static bool compile_dependencies(struct subject *s, enum keyword_id id, bool schemas)
{
    const struct jdoc *doc = doc_of(s);
    struct program *program = s->c->program;
    uint32_t key = s->keys[id];
    if (key == JDOC_NONE)
        return true;
    uint32_t first = (uint32_t)program->dependencies_count, count = 0;
    for (uint32_t name = key + 2; name < jdoc_next(doc, key + 1); name = jdoc_next(doc, name + 1)) {
        bool names = jdoc_type(doc, name + 1) == JDOC_ARRAY;
        struct dependency dependency = {.name = compile_name(doc, name), .schema = NO_SCHEMA};
        if (jdoc_shadowed(doc, name) || names == schemas)
            continue;
        if (names ? !compile_names(s, name + 1, &dependency.first, &dependency.count)
                  : !schema_at(s, name + 1, &dependency.schema))
            return false;
        if (!PROGRAM_ADD(program, dependencies, dependency))
            return compile_no_memory(s->c);
        count++;
    }
    return count == 0 ||
           compile_emit(s, schemas ? OP_DEPENDENT_SCHEMAS : OP_DEPENDENT_REQUIRED, OBJECTS, key, first, count);
}

static bool compile_objects(struct subject *s)
{
    return compile_properties(s) && compile_pattern_properties(s) && compile_additional_properties(s) &&
           emit_schema(s, KW_PROPERTY_NAMES, OP_PROPERTY_NAMES, OBJECTS, 0) &&
           compile_dependencies(s, KW_DEPENDENCIES, false) && compile_dependencies(s, KW_DEPENDENCIES, true) &&
           compile_dependencies(s, KW_DEPENDENT_REQUIRED, false) &&
           compile_dependencies(s, KW_DEPENDENT_SCHEMAS, true) &&
           emit_schema(s, KW_UNEVALUATED_PROPERTIES, OP_UNEVALUATED_PROPERTIES, OBJECTS, 0);
}

/* ------------------------------------------------------------------------------------------------------- arrays */

static bool compile_items(struct subject *s)
{
    const struct jdoc *doc = doc_of(s);
    uint32_t items = s->keys[KW_ITEMS], prefix = s->keys[KW_PREFIX_ITEMS];
    uint32_t from = 0;
    if (prefix != JDOC_NONE) {
        from = jdoc_count(doc, prefix + 1);
        if (!emit_list(s, prefix, OP_PREFIX_ITEMS, ARRAYS))
            return false;
    }
    if (items != JDOC_NONE && jdoc_type(doc, items + 1) == JDOC_ARRAY) {
        if (s->dialect.draft == JPK_DRAFT_2020_12)
            return compile_error(s, items + 1, JPK_ERR_SCHEMA,
                                 "since draft 2020-12 an array here is written as prefixItems");
        return emit_list(s, items, OP_PREFIX_ITEMS, ARRAYS) &&
               emit_schema(s, KW_ADDITIONAL_ITEMS, OP_ITEMS, ARRAYS, jdoc_count(doc, items + 1));
    }
    return emit_schema(s, KW_ITEMS, OP_ITEMS, ARRAYS, from);
}

static bool compile_contains(struct subject *s)
{
    const struct jdoc *doc = doc_of(s);
    uint32_t least = s->keys[KW_MIN_CONTAINS], most = s->keys[KW_MAX_CONTAINS];
    if (s->keys[KW_CONTAINS] == JDOC_NONE)
        return true;
    struct bounds bounds = {
        .least = least == JDOC_NONE ? 1 : compile_count(doc, least + 1),
        .most = most == JDOC_NONE ? UINT32_MAX : compile_count(doc, most + 1),
        .least_key = least,
        .most_key = most,
        .marks = s->dialect.draft == JPK_DRAFT_2020_12,
    };
    uint32_t index = (uint32_t)s->c->program->bounds_count;
    if (!PROGRAM_ADD(s->c->program, bounds, bounds))
        return compile_no_memory(s->c);
    return emit_schema(s, KW_CONTAINS, OP_CONTAINS, ARRAYS, index);
}

/* ------------------------------------------------------------------------------------------------------ in place */

static bool optional_schema(struct subject *s, uint32_t key, uint32_t *schema)
{
    *schema = NO_SCHEMA;
    return key == JDOC_NONE || schema_at(s, key + 1, schema);
}

static bool compile_if(struct subject *s)
{
    if (s->keys[KW_IF] == JDOC_NONE)
        return true;
    struct branches branches = {.then_key = s->keys[KW_THEN], .else_key = s->keys[KW_ELSE]};
    uint32_t index = (uint32_t)s->c->program->branches_count;
    if (!optional_schema(s, branches.then_key, &branches.then) ||
        !optional_schema(s, branches.else_key, &branches.otherwise))
        return false;
    if (!PROGRAM_ADD(s->c->program, branches, branches))
        return compile_no_memory(s->c);
    return emit_schema(s, KW_IF, OP_IF, COMPILE_ANY, index);
}

static bool compile_combinations(struct subject *s)
{
    static const struct {
        enum keyword_id id;
        enum opcode code;
    } lists[] = {{KW_ALL_OF, OP_ALL_OF}, {KW_ANY_OF, OP_ANY_OF}, {KW_ONE_OF, OP_ONE_OF}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        uint32_t key = s->keys[lists[i].id];
        if (key != JDOC_NONE && !emit_list(s, key, lists[i].code, COMPILE_ANY))
            return false;
    }
    return emit_schema(s, KW_NOT, OP_NOT, COMPILE_ANY, 0) && compile_if(s);
}

bool compile_applicators(struct subject *s)
{
    return compile_references(s) && compile_objects(s) && compile_items(s) && compile_contains(s) &&
           compile_combinations(s) && emit_schema(s, KW_UNEVALUATED_ITEMS, OP_UNEVALUATED_ITEMS, ARRAYS, 0);
}
