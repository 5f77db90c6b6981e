/*
 * How a subschema runs when only the answer counts: its instructions without those that cannot fail, and with those
 * joined that need the same look at the value. References that do nothing else are followed here once for all.
 */
#include <stdlib.h>
#include <string.h>

#include "schema/compile.h"
#include "schema/pattern.h"

enum { NUMBERS = 1 << JDOC_NUMBER, STRINGS = 1 << JDOC_STRING, OBJECTS = 1 << JDOC_OBJECT };

enum {
    FEW_MEMBERS = 4,  /* so many are looked up by name */
    FEW_NAMES = 16,   /* so many strings are compared one by one */
    FEW_MATCHERS = 8, /* so many patterns are tried on names while compiling */
    FEW_STEPS = 16    /* of references that are followed while compiling */
};

/* The instructions of a subschema by opcode, as far as they may be joined. */
struct parts {
    const struct instruction *properties, *patterns, *additional, *required;
};

static bool emit(struct compiler *c, struct instruction in)
{
    return PROGRAM_ADD(c->program, fused, in) || compile_no_memory(c);
}

/* ------------------------------------------------------------------------------------------------------ scalars */

static bool fuse_type(struct compiler *c, struct answer *answer, const struct instruction *in)
{
    bool integers = in->a >> OP_INTEGER & 1 && !(in->a & NUMBERS);
    answer->types &= (uint8_t)(in->a | (integers ? NUMBERS : 0));
    if (!integers)
        return true;
    struct instruction check = *in;
    if (!in->b)
        check.code = OP_IS_INTEGER;
    check.types = NUMBERS;
    return emit(c, check);
}

/* `enum` and `const` of few strings. */
static bool fuse_names(struct compiler *c, struct answer *answer, const struct instruction *in, const struct jdoc *doc,
                       bool *done)
{
    uint32_t first = (uint32_t)c->program->names_count, count = in->code == OP_CONST ? 1 : in->b;
    *done = false;
    if (count > FEW_NAMES)
        return true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = in->code == OP_CONST ? in->a : c->program->values[in->a + i].node;
        if (jdoc_type(doc, node) != JDOC_STRING) {
            c->program->names_count = first;
            return true;
        }
        if (!PROGRAM_ADD(c->program, names, compile_name(doc, node)))
            return compile_no_memory(c);
    }
    *done = true;
    answer->types &= STRINGS;
    return emit(c, (struct instruction){OP_IS_NAME, STRINGS, in->key, first, count});
}

/* ------------------------------------------------------------------------------------------------------ objects */

static struct property *find(struct program *program, const struct property_table *table, const struct name *name)
{
    for (uint32_t at = name->hash & table->mask; program->slots[table->slots + at]; at = (at + 1) & table->mask) {
        struct property *property = &program->properties[table->first + program->slots[table->slots + at] - 1];
        if (property->name.hash == name->hash && property->name.size == name->size &&
            memcmp(property->name.text, name->text, name->size) == 0)
            return property;
    }
    return NULL;
}

/* Marks the properties that are required. False: a name is not among them. */
static bool mark_required(struct program *program, const struct instruction *required, struct object *object)
{
    const struct property_table *table = &program->tables[object->table];
    for (uint32_t i = 0; i < required->b; i++)
        if (!find(program, table, &program->names[required->a + i]))
            return false;
    for (uint32_t i = 0; i < required->b; i++) {
        struct property *property = find(program, table, &program->names[required->a + i]);
        object->required += !property->required;
        property->required = true;
    }
    return true;
}

/* Whether a pattern may be about a property. Only what is quick is tried. */
static bool may_match(const struct program *program, const struct object *object, const struct name *name)
{
    if (object->matcher_count > FEW_MATCHERS)
        return true;
    for (uint32_t i = 0; i < object->matcher_count; i++) {
        const struct pattern *pattern = program->matchers[object->first_matcher + i].pattern;
        if (pattern_may_match(pattern, name->text, name->size))
            return true;
    }
    return false;
}

/* Notes which properties a pattern may be about, too, so that the others need not be matched again and again. */
static void mark_matched(struct program *program, const struct object *object)
{
    const struct property_table *table = &program->tables[object->table];
    for (uint32_t i = 0; i < table->count; i++) {
        struct property *property = &program->properties[table->first + i];
        property->matched = may_match(program, object, &property->name);
    }
}

/* One pass for the keywords of objects; *required_done when it looks for all that `required` asks for. */
static bool fuse_object(struct compiler *c, const struct parts *parts, bool *required_done)
{
    struct program *program = c->program;
    struct object object = {.table = NO_SCHEMA, .additional = NO_SCHEMA};
    if (parts->properties)
        object.table = parts->properties->a;
    if (parts->patterns) {
        object.first_matcher = parts->patterns->a;
        object.matcher_count = parts->patterns->b;
    } else if (parts->additional) {
        object.first_matcher = program->siblings[parts->additional->b].first_matcher;
        object.matcher_count = program->siblings[parts->additional->b].matcher_count;
    }
    if (parts->additional)
        object.additional = parts->additional->a;
    *required_done = parts->properties && parts->required && mark_required(program, parts->required, &object);
    if (parts->properties)
        mark_matched(program, &object);
    bool few = parts->properties && !parts->additional && !parts->patterns &&
               program->tables[object.table].count <= FEW_MEMBERS;
    const struct instruction *any = parts->properties ? parts->properties
                                    : parts->patterns ? parts->patterns
                                                      : parts->additional;
    uint32_t index = (uint32_t)program->objects_count;
    if (!PROGRAM_ADD(program, objects, object))
        return compile_no_memory(c);
    return emit(c, (struct instruction){few ? OP_MEMBERS : OP_OBJECT, OBJECTS, any->key, index, 0});
}

static bool is_part(const struct instruction *in)
{
    return in->code == OP_PROPERTIES || in->code == OP_PATTERN_PROPERTIES || in->code == OP_ADDITIONAL_PROPERTIES;
}

static struct parts find_parts(const struct program *program, const struct subschema *schema)
{
    struct parts parts = {0};
    for (uint32_t i = schema->first; i < schema->end; i++) {
        const struct instruction *in = &program->instructions[i];
        if (in->code == OP_PROPERTIES)
            parts.properties = in;
        else if (in->code == OP_PATTERN_PROPERTIES)
            parts.patterns = in;
        else if (in->code == OP_ADDITIONAL_PROPERTIES)
            parts.additional = in;
        else if (in->code == OP_REQUIRED)
            parts.required = in;
    }
    return parts;
}

/* -------------------------------------------------------------------------------------------------- one subschema */

static bool is_plain(const struct instruction *in)
{
    return in->code <= OP_CONTENT || in->code == OP_UNIQUE_ITEMS || in->code == OP_IS_INTEGER || in->code == OP_IS_NAME;
}

static bool fuse_instruction(struct compiler *c, const struct subschema *schema, const struct instruction *in,
                             struct answer *answer)
{
    const struct jdoc *doc = &c->program->resources[schema->resource]->document->doc;
    bool done = false;
    if (in->code == OP_TYPE)
        return fuse_type(c, answer, in);
    if ((in->code == OP_CONST || in->code == OP_ENUM) && !fuse_names(c, answer, in, doc, &done))
        return false;
    return done || emit(c, *in);
}

static bool fuse_rules(struct compiler *c, const struct subschema *schema, struct answer *answer)
{
    struct parts parts = find_parts(c->program, schema);
    bool joined = parts.properties || parts.patterns || parts.additional, begun = false, required_done = false;
    answer->first = (uint32_t)c->program->fused_count;
    for (uint32_t i = schema->first; i < schema->end; i++) {
        const struct instruction *in = &c->program->instructions[i];
        bool object = is_part(in) || (in->code == OP_REQUIRED && joined);
        if (!object && !fuse_instruction(c, schema, in, answer))
            return false;
        if (object && !begun && !fuse_object(c, &parts, &required_done))
            return false;
        begun |= object;
        if (in->code == OP_REQUIRED && object && !required_done && !emit(c, *in))
            return false;
    }
    answer->end = (uint32_t)c->program->fused_count;
    answer->plain = true;
    for (uint32_t i = answer->first; i < answer->end; i++)
        answer->plain &= is_plain(&c->program->fused[i]);
    return true;
}

/* Follows a schema that is nothing but a reference. What is dynamic depends on the way; loops were refused. */
static uint32_t follow(const struct program *program, uint32_t index)
{
    for (int steps = 0; steps < FEW_STEPS; steps++) {
        const struct answer *answer = &program->answers[index];
        if (program->dynamic || answer->general || answer->types != COMPILE_ANY || answer->end - answer->first != 1 ||
            program->fused[answer->first].code != OP_REF)
            break;
        index = program->fused[answer->first].a;
    }
    return index;
}

bool compile_answers(struct compiler *c)
{
    struct program *program = c->program;
    program->answers = calloc(program->subschemas_count, sizeof *program->answers);
    if (!program->answers)
        return compile_no_memory(c);
    for (size_t i = 0; i < program->subschemas_count; i++) {
        const struct subschema *schema = &program->subschemas[i];
        struct answer *answer = &program->answers[i];
        answer->general = schema->tracks;
        answer->types = schema->kind == SUBSCHEMA_FALSE ? 0 : COMPILE_ANY;
        answer->plain = true;
        if (schema->kind == SUBSCHEMA_RULES && !schema->tracks && !fuse_rules(c, schema, answer))
            return false;
    }
    for (size_t i = 0; i < program->properties_count; i++)
        program->properties[i].answer = follow(program, program->properties[i].schema);
    for (size_t i = 0; i < program->fused_count; i++)
        if (program->fused[i].code == OP_ITEMS)
            program->fused[i].a = follow(program, program->fused[i].a);
    return true;
}
