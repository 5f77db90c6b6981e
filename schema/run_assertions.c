#include <stdlib.h>
#include <string.h>

#include "schema/content.h"
#include "schema/run_state.h"

static bool check_type(const struct run *run, const struct instruction *in, uint32_t node)
{
    enum jdoc_type type = jdoc_type(run->doc, node);
    if (in->a >> type & 1)
        return true;
    if (type != JDOC_NUMBER || !(in->a >> OP_INTEGER & 1) || !jdoc_is_integer(run->doc, node))
        return false;
    if (!in->b)
        return true;
    const char *text = jdoc_number(run->doc, node);
    size_t n = jdoc_number_size(run->doc, node);
    return !memchr(text, '.', n) && !memchr(text, 'e', n) && !memchr(text, 'E', n);
}

static bool check_enum(const struct run *run, const struct jdoc *schema, const struct instruction *in, uint32_t node)
{
    enum { FEW = 4 };
    const struct value *values = run->program->values + in->a;
    if (in->b <= FEW) {
        for (uint32_t i = 0; i < in->b; i++)
            if (jdoc_equal(run->doc, node, schema, values[i].node))
                return true;
        return false;
    }
    uint64_t hash = jdoc_hash(run->doc, node);
    uint32_t low = 0, high = in->b;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (values[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < in->b && values[low].hash == hash; low++)
        if (jdoc_equal(run->doc, node, schema, values[low].node))
            return true;
    return false;
}

static int compare(const struct run *run, uint32_t node, const struct jdoc *schema, uint32_t bound)
{
    const struct jdoc_node *a = &run->doc->nodes[node], *b = &schema->nodes[bound];
    if (a->flags & b->flags & JDOC_SMALL && a->exponent == b->exponent)
        return (a->integer > b->integer) - (a->integer < b->integer);
    return jdoc_compare(run->doc, node, schema, bound);
}

static bool check_multiple(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node)
{
    switch (jdoc_multiple(run->doc, node, &program_document(run->program, schema)->doc, in->a)) {
    case JDOC_YES:
        return true;
    case JDOC_TOO_MUCH_WORK:
        return run_stop(run, schema, in->key, JPK_ERR_LIMIT, "a number has too many digits to be divided by this");
    default:
        return false;
    }
}

static bool has_all(const struct run *run, uint32_t first, uint32_t count, uint32_t node)
{
    const struct name *name = run->program->names + first;
    for (uint32_t i = 0; i < count; i++, name++)
        if (jdoc_get_hashed(run->doc, node, name->text, name->size, name->hash) == JDOC_NONE)
            return false;
    return true;
}

static bool check_dependencies(const struct run *run, const struct instruction *in, uint32_t node)
{
    const struct dependency *dependency = run->program->dependencies + in->a;
    for (uint32_t i = 0; i < in->b; i++, dependency++) {
        const struct name *name = &dependency->name;
        if (jdoc_get_hashed(run->doc, node, name->text, name->size, name->hash) != JDOC_NONE &&
            !has_all(run, dependency->first, dependency->count, node))
            return false;
    }
    return true;
}

static bool check_content(struct run *run, const struct instruction *in, uint32_t node)
{
    struct jpk_error err = {0};
    const struct jdoc *doc = run->doc;
    bool valid = content_valid(jdoc_string(doc, node), jdoc_string_size(doc, node), in->a & 1, in->a & 2, &err);
    return err.code == JPK_ERR_MEMORY ? run_no_memory(run) : valid;
}

static bool check_pattern(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node)
{
    enum pattern_result result = pattern_match(run->program->patterns[in->a], run->scratch, jdoc_string(run->doc, node),
                                               jdoc_string_size(run->doc, node));
    if (result == PATTERN_NO_MEMORY)
        return run_no_memory(run);
    if (result == PATTERN_LIMIT)
        return run_stop(run, schema, in->key, JPK_ERR_LIMIT, "the pattern takes too long for a text of the instance");
    return result == PATTERN_MATCH;
}

/* ------------------------------------------------------------------------------------------------- unique items */

static bool repeated_among_few(const struct jdoc *doc, uint32_t array, uint32_t *first, uint32_t *again)
{
    for (uint32_t b = jdoc_next(doc, array + 1); b < jdoc_next(doc, array); b = jdoc_next(doc, b)) {
        for (uint32_t a = array + 1; a < b; a = jdoc_next(doc, a)) {
            if (jdoc_equal(doc, a, doc, b)) {
                *first = a;
                *again = b;
                return true;
            }
        }
    }
    return false;
}

static bool repeated_among_many(const struct jdoc *doc, uint32_t array, struct value *slots, size_t mask,
                                uint32_t *first, uint32_t *again)
{
    for (uint32_t item = array + 1; item < jdoc_next(doc, array); item = jdoc_next(doc, item)) {
        uint64_t hash = jdoc_hash(doc, item);
        size_t at = hash & mask;
        for (; slots[at].node; at = (at + 1) & mask) {
            if (slots[at].hash == hash && jdoc_equal(doc, slots[at].node, doc, item)) {
                *first = slots[at].node;
                *again = item;
                return true;
            }
        }
        slots[at] = (struct value){.node = item, .hash = hash};
    }
    return false;
}

bool run_find_repeated(const struct jdoc *doc, uint32_t array, uint32_t *first, uint32_t *again, bool *memory)
{
    enum { FEW = 6 };
    uint32_t count = doc->nodes[array].count;
    if (count < 2)
        return false;
    if (count <= FEW)
        return repeated_among_few(doc, array, first, again);
    size_t size = 16;
    while (size < (size_t)count * 2)
        size *= 2;
    struct value *slots = calloc(size, sizeof *slots);
    if (!slots) {
        *memory = false;
        return false;
    }
    bool found = repeated_among_many(doc, array, slots, size - 1, first, again);
    free(slots);
    return found;
}

static bool check_unique(struct run *run, uint32_t node)
{
    uint32_t first, again;
    bool memory = true;
    bool found = run_find_repeated(run->doc, node, &first, &again, &memory);
    return memory ? !found : run_no_memory(run);
}

bool run_assertion(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node)
{
    const struct jdoc *doc = run->doc, *own = &program_document(run->program, schema)->doc;
    switch ((enum opcode)in->code) {
    case OP_TYPE:
        return check_type(run, in, node);
    case OP_CONST:
        return jdoc_equal(doc, node, own, in->a);
    case OP_ENUM:
        return check_enum(run, own, in, node);
    case OP_MAXIMUM:
        return compare(run, node, own, in->a) <= 0;
    case OP_EXCLUSIVE_MAXIMUM:
        return compare(run, node, own, in->a) < 0;
    case OP_MINIMUM:
        return compare(run, node, own, in->a) >= 0;
    case OP_EXCLUSIVE_MINIMUM:
        return compare(run, node, own, in->a) > 0;
    case OP_MULTIPLE_OF:
        return check_multiple(run, schema, in, node);
    case OP_MAX_LENGTH:
        return run_at_most(doc, node, in->a);
    case OP_MIN_LENGTH:
        return run_at_least(doc, node, in->a);
    case OP_MAX_ITEMS:
    case OP_MAX_PROPERTIES:
        return jdoc_count(doc, node) <= in->a;
    case OP_MIN_ITEMS:
    case OP_MIN_PROPERTIES:
        return jdoc_count(doc, node) >= in->a;
    case OP_REQUIRED:
        return has_all(run, in->a, in->b, node);
    case OP_DEPENDENT_REQUIRED:
        return check_dependencies(run, in, node);
    case OP_PATTERN:
        return check_pattern(run, schema, in, node);
    case OP_FORMAT:
        return run->program->formats[in->a]->check(jdoc_string(doc, node), jdoc_string_size(doc, node));
    case OP_CONTENT:
        return check_content(run, in, node);
    case OP_UNIQUE_ITEMS:
        return check_unique(run, node);
    default:
        return true;
    }
}
