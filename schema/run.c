#include "schema/run_state.h"

#include <stdlib.h>

#include "base/array.h"

/* -------------------------------------------------------------------------------------------------------- units */

#define CODE(code) (UINT64_C(1) << (code))

/* Keywords whose annotation is which values they looked at, and those that say in short how far they looked. */
static const uint64_t notes_looked_at = CODE(OP_PROPERTIES) | CODE(OP_PATTERN_PROPERTIES) |
                                        CODE(OP_ADDITIONAL_PROPERTIES) | CODE(OP_UNEVALUATED_PROPERTIES) |
                                        CODE(OP_CONTAINS) | CODE(OP_UNEVALUATED_ITEMS);
static const uint64_t notes_how_far = CODE(OP_PREFIX_ITEMS) | CODE(OP_ITEMS);

uint32_t unit_open(struct run *run, uint32_t schema, uint32_t key, uint32_t node, uint8_t code)
{
    struct units *units = run->units;
    struct unit *items = array_grow(units->items, units->count, &units->capacity, sizeof *items);
    if (!items) {
        run_no_memory(run);
        return UINT32_MAX;
    }
    units->items = items;
    uint32_t unit = (uint32_t)units->count++;
    items[unit] = (struct unit){.parent = run->parent, .schema = schema, .key = key, .node = node, .code = code};
    run->parent = unit;
    return unit;
}

void unit_close(struct run *run, uint32_t unit, bool valid)
{
    struct units *units = run->units;
    if (unit == UINT32_MAX)
        return;
    struct unit *self = &units->items[unit];
    run->parent = self->parent;
    self->valid = valid;
    /* A failure that others below it do not account for. */
    static const uint64_t by_themselves = CODE(OP_ANY_OF) | CODE(OP_ONE_OF) | CODE(OP_NOT) | CODE(OP_CONTAINS);
    bool alone = units->count == (size_t)unit + 1 || (self->key != JDOC_NONE && by_themselves >> self->code & 1);
    if (!valid && run->soft == 0 && alone) {
        run->failures++;
        run->enough |= run->options.first || (run->options.max_failures && run->failures >= run->options.max_failures);
    }
}

/* Takes back what a valid unit has noted, unless that is wanted. */
static void drop_valid(struct run *run, uint32_t unit, size_t annotations)
{
    if (unit != UINT32_MAX && !run->options.verbose && run->annotations == annotations)
        run->units->count = unit;
}

/* The same for a schema; it stays, alone, where it shows what a keyword looked at. */
static void drop_valid_schema(struct run *run, uint32_t unit, size_t annotations)
{
    uint32_t keyword = run->parent;
    bool shows =
        run->options.annotations && keyword != UINT32_MAX && notes_looked_at >> run->units->items[keyword].code & 1;
    drop_valid(run, unit, annotations);
    if (shows && unit != UINT32_MAX && run->units->count == unit)
        run->units->count++;
}

/* ----------------------------------------------------------------------------------------------------- problems */

bool run_stop(struct run *run, uint32_t schema, uint32_t key, enum jpk_code code, const char *message)
{
    if (!run->stopped) {
        error_set(run->err, code, "%s", message);
        document_error(run->err, program_document(run->program, schema), key);
    }
    run->stopped = true;
    return false;
}

bool run_no_memory(struct run *run)
{
    error_memory(run->err);
    run->stopped = true;
    return false;
}

/* -------------------------------------------------------------------------------------------------- interpreter */

static uint32_t dynamic_target(const struct run *run, const struct instruction *in)
{
    const struct program *program = run->program;
    const uint32_t *row = program->dynamic + in->b * program->resources_count;
    uint32_t found = in->a;
    for (const struct scope *scope = run->scope; scope; scope = scope->up)
        if (row[scope->resource] != NO_SCHEMA)
            found = row[scope->resource];
    return found;
}

bool run_instruction(struct run *run, uint32_t schema, const struct instruction *in, uint32_t node, struct marks *marks)
{
    switch ((enum opcode)in->code) {
    case OP_PROPERTIES:
        return run_properties(run, in, node, marks);
    case OP_PATTERN_PROPERTIES:
        return run_pattern_properties(run, schema, in, node, marks);
    case OP_ADDITIONAL_PROPERTIES:
        return run_additional_properties(run, schema, in, node, marks);
    case OP_PROPERTY_NAMES:
        return run_property_names(run, in, node);
    case OP_UNEVALUATED_PROPERTIES:
        return run_unevaluated_properties(run, in, node, marks);
    case OP_PREFIX_ITEMS:
        return run_prefix_items(run, in, node, marks);
    case OP_ITEMS:
        return run_items(run, in, node, marks);
    case OP_CONTAINS:
        return run_contains(run, in, node, marks);
    case OP_UNEVALUATED_ITEMS:
        return run_unevaluated_items(run, in, node, marks);
    case OP_REF:
        return run_schema(run, in->a, node, marks);
    case OP_DYNAMIC_REF:
        return run_schema(run, dynamic_target(run, in), node, marks);
    case OP_ALL_OF:
    case OP_ANY_OF:
    case OP_ONE_OF:
    case OP_NOT:
    case OP_IF:
    case OP_DEPENDENT_SCHEMAS:
        return run_combination(run, in, node, marks);
    default:
        return run_assertion(run, schema, in, node);
    }
}

static bool is_about(const struct run *run, const struct instruction *in, uint32_t node)
{
    return in->types >> run->doc->nodes[node].type & 1;
}

/* The answer, and what was looked at. */
static bool decide(struct run *run, uint32_t index, uint32_t node, struct marks *marks)
{
    const struct subschema *schema = &run->program->subschemas[index];
    const struct instruction *in = run->program->instructions + schema->first;
    const struct instruction *end = run->program->instructions + schema->end;
    for (; in < end; in++)
        if (is_about(run, in, node) && !run_instruction(run, index, in, node, marks))
            return false;
    return true;
}

static bool report_keyword(struct run *run, uint32_t index, const struct instruction *in, uint32_t node,
                           struct marks *marks)
{
    size_t annotations = run->annotations;
    uint32_t unit = unit_open(run, index, in->key, node, in->code);
    bool valid = unit != UINT32_MAX && run_instruction(run, index, in, node, marks);
    unit_close(run, unit, valid);
    run->annotations += valid && run->options.annotations && (notes_looked_at | notes_how_far) >> in->code & 1;
    if (valid)
        drop_valid(run, unit, annotations);
    return valid;
}

/* `if` is a keyword by itself that never fails; then and else are others. */
static bool report_condition(struct run *run, uint32_t index, const struct instruction *in, uint32_t node,
                             struct marks *marks)
{
    size_t annotations = run->annotations;
    uint32_t unit = unit_open(run, index, in->key, node, OP_IF);
    bool holds = run_condition(run, in, node, marks);
    unit_close(run, unit, true);
    drop_valid(run, unit, annotations);
    const struct branches *branches = &run->program->branches[in->b];
    uint32_t schema = holds ? branches->then : branches->otherwise;
    uint32_t key = holds ? branches->then_key : branches->else_key;
    if (schema == NO_SCHEMA)
        return !run->stopped;
    annotations = run->annotations;
    unit = unit_open(run, index, key, node, OP_REF);
    bool valid = unit != UINT32_MAX && run_schema(run, schema, node, marks);
    unit_close(run, unit, valid);
    if (valid)
        drop_valid(run, unit, annotations);
    return valid;
}

/* Everything that is wrong. */
static bool report(struct run *run, uint32_t index, uint32_t node, struct marks *marks)
{
    const struct subschema *schema = &run->program->subschemas[index];
    const struct instruction *list = run->program->instructions;
    size_t annotations = run->annotations;
    uint32_t unit = unit_open(run, index, JDOC_NONE, node, 0);
    bool valid = unit != UINT32_MAX && schema->kind != SUBSCHEMA_FALSE;
    for (uint32_t i = schema->first; i < schema->end && (valid || run_goes_on(run)); i++) {
        if (!is_about(run, &list[i], node))
            continue;
        valid &= list[i].code == OP_IF ? report_condition(run, index, &list[i], node, marks)
                                       : report_keyword(run, index, &list[i], node, marks);
    }
    for (uint32_t i = schema->end; i < schema->notes_end && run->options.annotations; i++) {
        if (!is_about(run, &list[i], node))
            continue;
        unit_close(run, unit_open(run, index, list[i].key, node, OP_ANNOTATION), true);
        run->annotations++;
    }
    unit_close(run, unit, valid);
    if (valid)
        drop_valid_schema(run, unit, annotations);
    return valid;
}

bool run_enter(struct run *run, uint32_t index, struct scope *scope)
{
    const struct subschema *schema = &run->program->subschemas[index];
    if (run->stopped || run->enough)
        return false;
    if ((uintptr_t)run->stack - (uintptr_t)__builtin_frame_address(0) > RUN_STACK)
        return run_stop(run, index, schema->node, JPK_ERR_LIMIT,
                        "too many schemas are applied inside of one another; does this one apply itself to the same "
                        "value without end?");
    if (run->steps-- == 0)
        return run_stop(run, index, schema->node, JPK_ERR_LIMIT,
                        "validating takes too many steps: schemas apply others again and again, this one among them");
    *scope = (struct scope){schema->resource, run->scope};
    if (run->program->dynamic)
        run->scope = scope;
    return true;
}

void run_leave(struct run *run, const struct scope *scope)
{
    run->scope = scope->up;
}

/*
 * Most values are valid, so the answer is asked for before a report is begun: once for each value, and not for large
 * ones, which hold others that will be asked for again.
 */
static bool is_valid_at_once(struct run *run, uint32_t index, uint32_t node)
{
    enum { SMALL = 64 };
    struct units *units = run->units;
    bool small = jdoc_next(run->doc, node) - node <= SMALL;
    if (!small || run->parent == UINT32_MAX || units->items[run->parent].node == node || run->enough)
        return false;
    run->units = NULL;
    bool valid = run_answer(run, index, node);
    run->units = units;
    return valid;
}

bool run_schema(struct run *run, uint32_t index, uint32_t node, struct marks *marks)
{
    const struct subschema *schema = &run->program->subschemas[index];
    if (!marks && !schema->tracks) {
        if (!run->units)
            return run_answer(run, index, node);
        if (!run->options.annotations && !run->options.verbose && is_valid_at_once(run, index, node))
            return true;
    }
    if (schema->kind != SUBSCHEMA_RULES)
        return run->units ? report(run, index, node, marks) : schema->kind == SUBSCHEMA_TRUE;
    struct scope scope;
    if (!run_enter(run, index, &scope))
        return false;
    struct marks own, *inner = marks;
    if (schema->tracks && marks_begin(run, &own, node))
        inner = &own;
    bool valid = run->units ? report(run, index, node, inner) : decide(run, index, node, inner);
    if (inner == &own) {
        /* Of an invalid schema it does not matter what was looked at: what it is part of is invalid too. */
        if (marks)
            marks_join(run, marks, &own);
        marks_end(run, &own);
    }
    run_leave(run, &scope);
    return valid;
}

bool program_run(const struct program *program, const struct jdoc *doc, struct pattern_scratch *scratch,
                 const struct run_options *options, struct units *units, bool *valid, struct jpk_error *err)
{
    struct jpk_error own = {0};
    struct run run = {.program = program,
                      .doc = doc,
                      .scratch = scratch,
                      .units = units,
                      .parent = UINT32_MAX,
                      .stack = __builtin_frame_address(0),
                      .steps = RUN_STEPS + (uint64_t)doc->count * RUN_STEPS_NODE,
                      .err = err ? err : &own};
    if (options)
        run.options = *options;
    bool answer = run_schema(&run, program->root, 0, NULL);
    free(run.words);
    if (run.stopped)
        return false;
    *valid = answer;
    return true;
}
