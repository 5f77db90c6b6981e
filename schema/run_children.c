/* Schemas of members and items. */
#include <string.h>

#include "schema/run_state.h"

static bool same_name(const struct jdoc *doc, uint32_t key, const struct name *name)
{
    const struct jdoc_node *node = &doc->nodes[key];
    return node->hash == name->hash && node->count == name->size &&
           memcmp(jdoc_string(doc, key), name->text, name->size) == 0;
}

const struct property *run_find_property(const struct program *program, uint32_t index, const struct jdoc *doc,
                                         uint32_t key)
{
    const struct property_table *table = &program->tables[index];
    const uint32_t *slots = program->slots + table->slots;
    uint32_t at = doc->nodes[key].hash & table->mask;
    for (; slots[at]; at = (at + 1) & table->mask) {
        const struct property *property = &program->properties[table->first + slots[at] - 1];
        if (same_name(doc, key, &property->name))
            return property;
    }
    return NULL;
}

bool run_properties(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    uint32_t ordinal = 0;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1), ordinal++) {
        const struct property *property = run_find_property(run->program, in->a, doc, key);
        if (!property || jdoc_shadowed(doc, key))
            continue;
        marks_add(run, marks, ordinal);
        valid &= run_schema(run, property->schema, key + 1, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    return valid;
}

bool run_matches(struct run *run, uint32_t schema, const struct matcher *matcher, uint32_t key)
{
    enum pattern_result result =
        pattern_match(matcher->pattern, run->scratch, jdoc_string(run->doc, key), jdoc_string_size(run->doc, key));
    if (result == PATTERN_NO_MEMORY)
        return run_no_memory(run);
    if (result == PATTERN_LIMIT)
        return run_stop(run, schema, matcher->key, JPK_ERR_LIMIT,
                        "the pattern takes too long for a name of a property of the instance");
    return result == PATTERN_MATCH;
}

bool run_pattern_properties(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node,
                            struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    uint32_t ordinal = 0;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1), ordinal++) {
        for (uint32_t i = 0; i < in->b && !jdoc_shadowed(doc, key); i++) {
            const struct matcher *matcher = &run->program->matchers[in->a + i];
            if (!run_matches(run, schema, matcher, key))
                continue;
            marks_add(run, marks, ordinal);
            valid &= run_schema(run, matcher->schema, key + 1, NULL);
            if (!valid && !run_goes_on(run))
                return false;
        }
    }
    return valid && !run->stopped;
}

static bool is_additional(struct run *run, uint32_t schema, const struct siblings *siblings, uint32_t key)
{
    if (siblings->table != NO_SCHEMA && run_find_property(run->program, siblings->table, run->doc, key))
        return false;
    for (uint32_t i = 0; i < siblings->matcher_count; i++)
        if (run_matches(run, schema, &run->program->matchers[siblings->first_matcher + i], key))
            return false;
    return true;
}

bool run_additional_properties(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node,
                               struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    const struct siblings *siblings = &run->program->siblings[in->b];
    bool valid = true;
    uint32_t ordinal = 0;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1), ordinal++) {
        if (jdoc_shadowed(doc, key) || !is_additional(run, schema, siblings, key))
            continue;
        marks_add(run, marks, ordinal);
        valid &= run_schema(run, in->a, key + 1, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    return valid && !run->stopped;
}

bool run_property_names(struct run *run, const struct instruction *in, uint32_t node)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1)) {
        if (jdoc_shadowed(doc, key))
            continue;
        valid &= run_schema(run, in->a, key, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    return valid;
}

bool run_unevaluated_properties(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    uint32_t ordinal = 0;
    if (!marks)
        return false; /* memory ran out, which is noted */
    for (uint32_t key = node + 1; key < jdoc_next(doc, node); key = jdoc_next(doc, key + 1), ordinal++) {
        if (jdoc_shadowed(doc, key) || marks_has(run, marks, ordinal))
            continue;
        valid &= run_schema(run, in->a, key + 1, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    marks->all = true;
    return valid;
}

/* ------------------------------------------------------------------------------------------------------- arrays */

bool run_prefix_items(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    uint32_t item = node + 1;
    for (uint32_t i = 0; i < in->b && item < jdoc_next(doc, node); i++, item = jdoc_next(doc, item)) {
        marks_add(run, marks, i);
        valid &= run_schema(run, run->program->lists[in->a + i], item, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    return valid;
}

bool run_items(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    uint32_t ordinal = 0;
    for (uint32_t item = node + 1; item < jdoc_next(doc, node); item = jdoc_next(doc, item), ordinal++) {
        if (ordinal < in->b)
            continue;
        valid &= run_schema(run, in->a, item, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    if (marks && ordinal > in->b)
        marks->all = true;
    return valid;
}

/* Why an item is not what is looked for is worth telling when it is the only one. */
static struct units *hide_units(struct run *run, uint32_t node)
{
    struct units *units = run->units;
    if (!run->options.verbose && !run->options.annotations && run->doc->nodes[node].count != 1)
        run->units = NULL;
    return units;
}

bool run_contains(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    const struct bounds *bounds = &run->program->bounds[in->b];
    uint32_t found = 0, ordinal = 0;
    struct units *units = hide_units(run, node);
    run->soft++;
    for (uint32_t item = node + 1; item < jdoc_next(doc, node); item = jdoc_next(doc, item), ordinal++) {
        if (!run_schema(run, in->a, item, NULL))
            continue;
        found++;
        if (marks && bounds->marks)
            marks_add(run, marks, ordinal);
        bool known = bounds->most_key == JDOC_NONE ? found >= bounds->least : found > bounds->most;
        if (known && !marks && !units)
            break;
    }
    run->soft--;
    run->units = units;
    if (units && found > bounds->most)
        units->items[run->parent].key = bounds->most_key;
    else if (units && found > 0 && found < bounds->least)
        units->items[run->parent].key = bounds->least_key;
    return found >= bounds->least && found <= bounds->most;
}

bool run_unevaluated_items(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct jdoc *doc = run->doc;
    bool valid = true;
    uint32_t ordinal = 0;
    if (!marks)
        return false; /* memory ran out, which is noted */
    for (uint32_t item = node + 1; item < jdoc_next(doc, node); item = jdoc_next(doc, item), ordinal++) {
        if (marks_has(run, marks, ordinal))
            continue;
        valid &= run_schema(run, in->a, item, NULL);
        if (!valid && !run_goes_on(run))
            return false;
    }
    marks->all = true;
    return valid;
}
