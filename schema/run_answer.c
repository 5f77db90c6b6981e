/* Running when only the answer counts, by the instructions that compile_answer.c made. */
#include "base/json_hash.h"
#include "schema/run_state.h"

/* Most names are short: two loads that may overlap cover them. */
static bool same_bytes(const char *a, const char *b, size_t n)
{
    if (n >= 8)
        return jdoc_load64(a) == jdoc_load64(b) && jdoc_load64(a + n - 8) == jdoc_load64(b + n - 8) &&
               (n <= 16 || memcmp(a + 8, b + 8, n - 16) == 0);
    if (n >= 4)
        return jdoc_load32(a) == jdoc_load32(b) && jdoc_load32(a + n - 4) == jdoc_load32(b + n - 4);
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

static bool is_key(const struct jdoc *doc, uint32_t key, const struct name *name)
{
    const struct jdoc_node *node = &doc->nodes[key];
    return node->hash == name->hash && node->count == name->size &&
           same_bytes(jdoc_string(doc, key), name->text, name->size);
}

static bool is_integer(const struct jdoc *doc, uint32_t node)
{
    const struct jdoc_node *number = &doc->nodes[node];
    return number->flags & JDOC_SMALL ? number->exponent >= 0 : jdoc_is_integer(doc, node);
}

static bool is_name(const struct run *run, const struct instruction *in, uint32_t node)
{
    const struct name *name = run->program->names + in->a, *end = name + in->b;
    const char *text = jdoc_string(run->doc, node);
    uint32_t n = jdoc_string_size(run->doc, node);
    for (; name < end; name++)
        if (name->size == n && same_bytes(name->text, text, n))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------------ objects */

/* A member that `properties` does not name, or that patterns may be about, too. */
static bool run_other(struct run *run, uint32_t schema, const struct object *object, uint32_t key, bool known)
{
    bool additional = !known;
    for (uint32_t i = 0; i < object->matcher_count; i++) {
        const struct matcher *matcher = &run->program->matchers[object->first_matcher + i];
        if (!run_matches(run, schema, matcher, key))
            continue;
        additional = false;
        if (!run_answer(run, matcher->schema, key + 1))
            return false;
    }
    return !run->stopped &&
           (!additional || object->additional == NO_SCHEMA || run_answer(run, object->additional, key + 1));
}

static bool run_object(struct run *run, uint32_t schema, const struct object *object, uint32_t node)
{
    const struct jdoc *doc = run->doc;
    const struct property_table *table = object->table == NO_SCHEMA ? NULL : &run->program->tables[object->table];
    const struct property *first = table ? run->program->properties + table->first : NULL;
    const struct property *end = table ? first + table->count : NULL, *guess = first;
    uint32_t required = 0;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1)) {
        if (jdoc_shadowed(doc, key))
            continue;
        /* Members mostly come in the order of the schema. */
        const struct property *property = guess < end && is_key(doc, key, &guess->name) ? guess
                                          : table ? run_find_property(run->program, object->table, doc, key)
                                                  : NULL;
        if (property) {
            guess = property + 1;
            required += property->required;
            if (!run_answer(run, property->answer, key + 1))
                return false;
        }
        if ((!property || property->matched) && !run_other(run, schema, object, key, property != NULL))
            return false;
    }
    return required == object->required;
}

static bool run_members(struct run *run, const struct object *object, uint32_t node)
{
    const struct property_table *table = &run->program->tables[object->table];
    const struct property *property = run->program->properties + table->first, *end = property + table->count;
    for (; property < end; property++) {
        const struct name *name = &property->name;
        uint32_t value = jdoc_get_hashed(run->doc, node, name->text, name->size, name->hash);
        if (value == JDOC_NONE ? property->required : !run_answer(run, property->answer, value))
            return false;
    }
    return true;
}

/* -------------------------------------------------------------------------------------------------- interpreter */

static bool run_each(struct run *run, const struct instruction *in, uint32_t node)
{
    const struct jdoc *doc = run->doc;
    uint32_t item = node + 1, end = jdoc_next(doc, node);
    for (uint32_t i = 0; i < in->b && item < end; i++)
        item = jdoc_next(doc, item);
    for (; item < end; item = jdoc_next(doc, item))
        if (!run_answer(run, in->a, item))
            return false;
    return true;
}

static bool run_fused(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node)
{
    switch (in->code) {
    case OP_IS_INTEGER:
        return is_integer(run->doc, node);
    case OP_IS_NAME:
        return is_name(run, in, node);
    case OP_MAX_LENGTH:
        return run_at_most(run->doc, node, in->a);
    case OP_MIN_LENGTH:
        return run_at_least(run->doc, node, in->a);
    case OP_OBJECT:
        return run_object(run, schema, &run->program->objects[in->a], node);
    case OP_MEMBERS:
        return run_members(run, &run->program->objects[in->a], node);
    case OP_ITEMS:
        return run_each(run, in, node);
    case OP_REF:
        return run_answer(run, in->a, node);
    default:
        return run_instruction(run, schema, in, node, NULL);
    }
}

static bool run_all(struct run *run, uint32_t schema, const struct answer *answer, uint32_t node, unsigned type)
{
    const struct instruction *in = run->program->fused + answer->first, *end = run->program->fused + answer->end;
    for (; in < end; in++)
        if (in->types & type && !run_fused(run, schema, in, node))
            return false;
    return true;
}

bool run_answer(struct run *run, uint32_t index, uint32_t node)
{
    const struct answer *answer = &run->program->answers[index];
    unsigned type = 1u << run->doc->nodes[node].type;
    struct scope scope;
    if (answer->general)
        return run_schema(run, index, node, NULL);
    if (!(answer->types & type))
        return false;
    if (answer->plain)
        return run_all(run, index, answer, node, type);
    if (!run_enter(run, index, &scope))
        return false;
    bool valid = run_all(run, index, answer, node, type);
    run_leave(run, &scope);
    return valid;
}
