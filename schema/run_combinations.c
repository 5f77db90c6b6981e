/*
 * Schemas of the same value. What a failed schema has looked at counts for nothing, so that the branches of anyOf,
 * oneOf and if keep marks of their own until they turn out to be valid. When every branch has failed the whole is
 * invalid anyway; then their marks are kept, so that a report does not also call everything unevaluated.
 */
#include "schema/run_state.h"

static bool run_all_of(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    bool valid = true;
    for (uint32_t i = 0; i < in->b; i++) {
        valid &= run_schema(run, run->program->lists[in->a + i], node, marks);
        if (!valid && !run_goes_on(run))
            return false;
    }
    return valid;
}

/* Runs a schema whose failure is not one of the whole; `marks` gets what it looked at when it is valid. */
static bool try_schema(struct run *run, uint32_t schema, uint32_t node, struct marks *marks, struct marks *failed)
{
    struct marks own;
    bool apart = marks && marks_begin(run, &own, node);
    run->soft++;
    bool valid = run_schema(run, schema, node, apart ? &own : NULL);
    run->soft--;
    if (apart) {
        struct marks *to = valid ? marks : failed;
        if (to)
            marks_join(run, to, &own);
        marks_end(run, &own);
    }
    return valid;
}

/* How many branches are valid; when only the answer counts, no more than `most` are looked for. */
static uint32_t try_branches(struct run *run, const struct instruction *in, uint32_t node, uint32_t most,
                             struct marks *marks)
{
    uint32_t valid = 0;
    struct marks failed;
    bool collect = marks && run->units && marks_begin(run, &failed, node);
    for (uint32_t i = 0; i < in->b && !run->stopped; i++) {
        valid += try_schema(run, run->program->lists[in->a + i], node, marks, collect ? &failed : NULL);
        if (valid >= most && !marks && !run->options.verbose && !run->options.annotations)
            break;
    }
    if (collect) {
        if (valid == 0)
            marks_join(run, marks, &failed);
        marks_end(run, &failed);
    }
    return valid;
}

/* What is not allowed to be valid has nothing to say about failures. */
static bool run_not(struct run *run, const struct instruction *in, uint32_t node)
{
    struct units *units = run->units;
    if (!run->options.verbose)
        run->units = NULL;
    bool valid = try_schema(run, in->a, node, NULL, NULL);
    run->units = units;
    return !valid && !run->stopped;
}

bool run_condition(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    return try_schema(run, in->a, node, marks, NULL);
}

static bool run_if(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    const struct branches *branches = &run->program->branches[in->b];
    uint32_t schema = run_condition(run, in, node, marks) ? branches->then : branches->otherwise;
    return schema == NO_SCHEMA || run_schema(run, schema, node, marks);
}

static bool run_dependent_schemas(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    bool valid = true;
    const struct dependency *dependency = run->program->dependencies + in->a;
    for (uint32_t i = 0; i < in->b; i++, dependency++) {
        const struct name *name = &dependency->name;
        if (jdoc_get_hashed(run->doc, node, name->text, name->size, name->hash) == JDOC_NONE)
            continue;
        valid &= run_schema(run, dependency->schema, node, marks);
        if (!valid && !run_goes_on(run))
            return false;
    }
    return valid;
}

bool run_combination(struct run *run, const struct instruction *in, uint32_t node, struct marks *marks)
{
    switch ((enum opcode)in->code) {
    case OP_ALL_OF:
        return run_all_of(run, in, node, marks);
    case OP_ANY_OF:
        return try_branches(run, in, node, 1, marks) > 0;
    case OP_ONE_OF:
        return try_branches(run, in, node, 2, marks) == 1;
    case OP_NOT:
        return run_not(run, in, node);
    case OP_IF:
        return run_if(run, in, node, marks);
    default:
        return run_dependent_schemas(run, in, node, marks);
    }
}
