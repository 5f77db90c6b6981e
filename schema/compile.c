/*
 * From schemas to a program. Subschemas are compiled in the order in which they are met, so that the list of them is
 * also the list of what is left to do.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "schema/compile.h"

/* ------------------------------------------------------------------------------------------------------- places */

bool compile_no_memory(struct compiler *c)
{
    return error_memory(c->err);
}

static struct compiled_document *compiled_document(struct compiler *c, const struct document *document)
{
    for (size_t i = c->document_count; i-- > 0;)
        if (c->documents[i].document == document)
            return &c->documents[i];
    struct compiled_document *documents =
        array_grow(c->documents, c->document_count, &c->document_capacity, sizeof *documents);
    if (!documents)
        return NULL;
    c->documents = documents;
    struct compiled_document *added = &documents[c->document_count];
    *added = (struct compiled_document){.document = document,
                                        .schemas = calloc(document->doc.count, sizeof(uint32_t)),
                                        .resources = calloc(document->doc.count, sizeof(uint32_t))};
    c->document_count++;
    return added->schemas && added->resources ? added : NULL;
}

static bool resource_index(struct compiler *c, struct compiled_document *in, const struct resource *resource,
                           uint32_t *index)
{
    uint32_t *known = &in->resources[resource->node];
    if (!*known) {
        if (!PROGRAM_ADD(c->program, resources, resource))
            return compile_no_memory(c);
        *known = (uint32_t)c->program->resources_count;
    }
    *index = *known - 1;
    return true;
}

bool compile_schema_at(struct compiler *c, const struct document *document, uint32_t node, uint32_t *index)
{
    struct compiled_document *in = compiled_document(c, document);
    if (!in)
        return compile_no_memory(c);
    uint32_t *known = &in->schemas[node];
    if (!*known) {
        static const uint8_t kinds[] = {
            [JDOC_TRUE] = SUBSCHEMA_TRUE, [JDOC_FALSE] = SUBSCHEMA_FALSE, [JDOC_OBJECT] = SUBSCHEMA_RULES};
        enum jdoc_type type = jdoc_type(&document->doc, node);
        if (type != JDOC_OBJECT && type != JDOC_TRUE && type != JDOC_FALSE) {
            error_set(c->err, JPK_ERR_SCHEMA, "a schema must be an object, true or false");
            return document_error(c->err, document, node);
        }
        struct subschema schema = {.node = node, .kind = kinds[type]};
        if (!resource_index(c, in, document->resources[node], &schema.resource))
            return false;
        if (!PROGRAM_ADD(c->program, subschemas, schema))
            return compile_no_memory(c);
        *known = (uint32_t)c->program->subschemas_count;
    }
    *index = *known - 1;
    return true;
}

/* ---------------------------------------------------------------------------------------------- dynamic anchors */

bool compile_dynamic_name(struct compiler *c, const char *name, size_t n, uint32_t *index)
{
    uint32_t known = map_get(&c->dynamic_names, name, n);
    if (known != MAP_NONE) {
        *index = known;
        return true;
    }
    struct dynamic_name *names = array_grow(c->dynamic, c->dynamic_count, &c->dynamic_capacity, sizeof *names);
    if (!names)
        return compile_no_memory(c);
    c->dynamic = names;
    names[c->dynamic_count] = (struct dynamic_name){name, n, 0};
    *index = (uint32_t)c->dynamic_count++;
    return map_set(&c->dynamic_names, name, n, *index) || compile_no_memory(c);
}

/* Compiles what dynamic references may lead to in the resources that are known by now. */
static bool add_dynamic_targets(struct compiler *c)
{
    const struct program *program = c->program;
    if (c->dynamic_count > 0 && program->resources_count > COMPILE_DYNAMIC_MAX / c->dynamic_count) {
        error_set(c->err, JPK_ERR_LIMIT, "dynamic references have %zu names in %zu schemas with ids, which is too many",
                  c->dynamic_count, program->resources_count);
        return document_error(c->err, program_document(program, program->root),
                              program->subschemas[program->root].node);
    }
    for (size_t i = 0; i < c->dynamic_count; i++) {
        for (; c->dynamic[i].seen < c->program->resources_count; c->dynamic[i].seen++) {
            const struct resource *resource = c->program->resources[c->dynamic[i].seen];
            const struct anchor *anchor =
                registry_anchor(c->registry, resource, c->dynamic[i].name, c->dynamic[i].size, c->err);
            uint32_t index;
            if (c->err->code == JPK_ERR_MEMORY)
                return false;
            if (anchor && anchor->dynamic && !compile_schema_at(c, resource->document, anchor->node, &index))
                return false;
        }
    }
    return true;
}

static bool fill_dynamic_table(struct compiler *c)
{
    struct program *program = c->program;
    if (c->dynamic_count == 0)
        return true;
    size_t size = c->dynamic_count * program->resources_count;
    program->dynamic = malloc(size * sizeof *program->dynamic);
    if (!program->dynamic)
        return compile_no_memory(c);
    for (size_t i = 0; i < c->dynamic_count; i++) {
        for (size_t j = 0; j < program->resources_count; j++) {
            const struct resource *resource = program->resources[j];
            const struct anchor *anchor =
                registry_anchor(c->registry, resource, c->dynamic[i].name, c->dynamic[i].size, c->err);
            if (c->err->code == JPK_ERR_MEMORY)
                return false;
            uint32_t *entry = &program->dynamic[i * program->resources_count + j];
            *entry = NO_SCHEMA;
            if (anchor && anchor->dynamic && !compile_schema_at(c, resource->document, anchor->node, entry))
                return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------- one subschema */

bool compile_error(const struct subject *s, uint32_t node, enum jpk_code code, const char *message)
{
    error_set(s->c->err, code, "%s", message);
    return document_error(s->c->err, s->document, node);
}

/* A value of a wrong type would otherwise be left alone without a word. */
static bool check_type(const struct subject *s, enum keyword_id id, uint32_t key)
{
    static const char *const names[] = {"null",     "a boolean", "a boolean", "a number",
                                        "a string", "an array",  "an object"};
    enum jdoc_type type = jdoc_type(&s->document->doc, key + 1);
    if (keyword_types(id, s->dialect.draft) >> type & 1)
        return true;
    error_set(s->c->err, JPK_ERR_SCHEMA, "the value of '%.*s' cannot be %s",
              (int)jdoc_string_size(&s->document->doc, key), jdoc_string(&s->document->doc, key), names[type]);
    return document_error(s->c->err, s->document, key + 1);
}

static bool collect(struct subject *s)
{
    const struct jdoc *doc = &s->document->doc;
    for (size_t i = 0; i < KW_UNKNOWN; i++)
        s->keys[i] = JDOC_NONE;
    for (uint32_t key = s->node + 1; key < jdoc_next(doc, s->node); key = jdoc_next(doc, key + 1)) {
        if (jdoc_shadowed(doc, key))
            continue;
        enum keyword_id id = keyword_find(jdoc_string(doc, key), jdoc_string_size(doc, key), s->dialect);
        if (id == KW_UNKNOWN) {
            s->has_unknown = true;
        } else if (!check_type(s, id, key)) {
            return false;
        } else if (s->keys[id] == JDOC_NONE || id != KW_DEFINITIONS) {
            s->keys[id] = key;
        }
    }
    /* Up to draft 7 nothing beside $ref counts. */
    if (s->dialect.draft <= JPK_DRAFT_7 && s->keys[KW_REF] != JDOC_NONE) {
        s->has_unknown = false;
        for (size_t i = 0; i < KW_UNKNOWN; i++)
            if (i != KW_REF)
                s->keys[i] = JDOC_NONE;
    }
    return true;
}

/* What is only said: titles, defaults, formats, and keywords that nobody knows. */
static bool add_annotations(struct subject *s)
{
    static const enum keyword_id noted[] = {KW_FORMAT, KW_CONTENT_ENCODING, KW_CONTENT_MEDIA_TYPE, KW_CONTENT_SCHEMA};
    const struct jdoc *doc = &s->document->doc;
    for (size_t i = 0; i < sizeof noted / sizeof noted[0]; i++) {
        uint32_t key = s->keys[noted[i]];
        /* Those of strings say nothing about other values; contentSchema is nothing without a media type. */
        bool alone = noted[i] == KW_CONTENT_SCHEMA && s->keys[KW_CONTENT_MEDIA_TYPE] == JDOC_NONE;
        unsigned types = noted[i] == KW_FORMAT ? COMPILE_ANY : 1 << JDOC_STRING;
        if (key != JDOC_NONE && !alone && !compile_emit(s, OP_ANNOTATION, types, key, key + 1, 0))
            return false;
    }
    for (uint32_t key = s->node + 1; s->has_unknown && key < jdoc_next(doc, s->node); key = jdoc_next(doc, key + 1)) {
        if (!jdoc_shadowed(doc, key) &&
            keyword_find(jdoc_string(doc, key), jdoc_string_size(doc, key), s->dialect) == KW_UNKNOWN &&
            !compile_emit(s, OP_ANNOTATION, COMPILE_ANY, key, key + 1, 0))
            return false;
    }
    return true;
}

bool compile_emit(struct subject *s, enum opcode code, unsigned types, uint32_t key, uint32_t a, uint32_t b)
{
    struct instruction *pending =
        array_grow(s->c->pending, s->c->pending_count, &s->c->pending_capacity, sizeof *pending);
    if (!pending)
        return compile_no_memory(s->c);
    s->c->pending = pending;
    pending[s->c->pending_count++] = (struct instruction){(uint8_t)code, (uint8_t)types, key, a, b};
    return true;
}

/* By opcode, then by place in the schema. */
static int compare_instructions(const void *a, const void *b)
{
    const struct instruction *x = a, *y = b;
    return x->code != y->code ? x->code - y->code : x->key < y->key ? -1 : x->key > y->key;
}

static bool append_instructions(struct compiler *c, uint32_t index)
{
    struct program *program = c->program;
    if (c->pending_count > 0)
        qsort(c->pending, c->pending_count, sizeof *c->pending, compare_instructions);
    struct subschema *schema = &program->subschemas[index];
    schema->first = schema->end = (uint32_t)program->instructions_count;
    for (size_t i = 0; i < c->pending_count; i++) {
        if (!PROGRAM_ADD(program, instructions, c->pending[i]))
            return compile_no_memory(c);
        schema->end += c->pending[i].code != OP_ANNOTATION;
        schema->tracks |= c->pending[i].code == OP_UNEVALUATED_ITEMS || c->pending[i].code == OP_UNEVALUATED_PROPERTIES;
    }
    schema->notes_end = (uint32_t)program->instructions_count;
    return true;
}

static bool compile_one(struct compiler *c, uint32_t index)
{
    const struct subschema *schema = &c->program->subschemas[index];
    if (schema->kind != SUBSCHEMA_RULES)
        return true;
    const struct resource *resource = c->program->resources[schema->resource];
    struct subject s = {.c = c,
                        .node = schema->node,
                        .resource = resource,
                        .document = resource->document,
                        .dialect = resource->dialect,
                        .table = NO_SCHEMA};
    c->pending_count = 0;
    return collect(&s) && compile_assertions(&s) && compile_applicators(&s) && add_annotations(&s) &&
           append_instructions(c, index);
}

/* ------------------------------------------------------------------------------------------------------ program */

static void compiler_free(struct compiler *c)
{
    for (size_t i = 0; i < c->document_count; i++) {
        free(c->documents[i].schemas);
        free(c->documents[i].resources);
    }
    free(c->documents);
    free(c->dynamic);
    map_free(&c->dynamic_names);
    free(c->pending);
    map_free(&c->patterns);
}

/* Whoever walks over a part of these begins with an address in them, also when the part is empty: none may be NULL. */
static bool make_room(struct compiler *c)
{
    struct program *p = c->program;
    return (PROGRAM_ROOM(p, instructions) && PROGRAM_ROOM(p, fused) && PROGRAM_ROOM(p, names) &&
            PROGRAM_ROOM(p, properties) && PROGRAM_ROOM(p, slots) && PROGRAM_ROOM(p, dependencies) &&
            PROGRAM_ROOM(p, values)) ||
           error_memory(c->err);
}

bool program_compile(struct program *program, struct jpk_schema_registry *registry, const struct target *root,
                     const struct compile_options *options, struct jpk_error *err)
{
    /* So that an error is seen also by callers who do not want it. */
    struct jpk_error own = {0};
    struct compiler c = {.program = program, .registry = registry, .options = options, .err = err ? err : &own};
    bool ok = compile_schema_at(&c, root->resource->document, root->node, &program->root);
    for (uint32_t next = 0; ok && next < program->subschemas_count;) {
        ok = compile_one(&c, next++);
        if (ok && next == program->subschemas_count)
            ok = add_dynamic_targets(&c);
    }
    ok = ok && fill_dynamic_table(&c) && compile_check_loops(&c) && compile_answers(&c) && make_room(&c);
    compiler_free(&c);
    return ok;
}

void program_free(struct program *program)
{
    for (size_t i = 0; i < program->patterns_count; i++)
        pattern_free(program->patterns[i]);
    free(program->instructions);
    free(program->subschemas);
    free(program->resources);
    free(program->lists);
    free(program->names);
    free(program->properties);
    free(program->slots);
    free(program->tables);
    free(program->matchers);
    free(program->siblings);
    free(program->dependencies);
    free(program->bounds);
    free(program->branches);
    free(program->values);
    free(program->patterns);
    free(program->formats);
    free(program->fused);
    free(program->objects);
    free(program->answers);
    free(program->dynamic);
    *program = (struct program){0};
}
