/* Schemas that would apply themselves to the same value for ever, such as {"$ref": "#"}. */
#include <stdlib.h>

#include "schema/compile.h"

/* An instruction that applies a schema to the value at hand, and that schema. */
struct step {
    uint32_t to, key;
};

struct graph {
    struct step *steps;
    size_t count, capacity;
    uint32_t *first; /* by subschema; one more at the end */
};

static bool add(struct graph *graph, uint32_t to, uint32_t key)
{
    if (to == NO_SCHEMA)
        return true;
    struct step *steps = array_grow(graph->steps, graph->count, &graph->capacity, sizeof *steps);
    if (!steps)
        return false;
    graph->steps = steps;
    steps[graph->count++] = (struct step){to, key};
    return true;
}

static bool add_steps(struct graph *graph, const struct program *program, const struct instruction *in)
{
    bool ok = true;
    switch (in->code) {
    case OP_REF:
    case OP_NOT:
        return add(graph, in->a, in->key);
    case OP_ALL_OF:
    case OP_ANY_OF:
    case OP_ONE_OF:
        for (uint32_t i = 0; ok && i < in->b; i++)
            ok = add(graph, program->lists[in->a + i], in->key);
        return ok;
    case OP_IF:
        return add(graph, in->a, in->key) && add(graph, program->branches[in->b].then, in->key) &&
               add(graph, program->branches[in->b].otherwise, in->key);
    case OP_DEPENDENT_SCHEMAS:
        for (uint32_t i = 0; ok && i < in->b; i++)
            ok = add(graph, program->dependencies[in->a + i].schema, in->key);
        return ok;
    default:
        return true;
    }
}

static bool build(struct graph *graph, const struct program *program)
{
    graph->first = calloc(program->subschemas_count + 1, sizeof *graph->first);
    bool ok = graph->first != NULL;
    for (size_t i = 0; ok && i < program->subschemas_count; i++) {
        const struct subschema *schema = &program->subschemas[i];
        graph->first[i] = (uint32_t)graph->count;
        for (uint32_t j = schema->first; ok && j < schema->end; j++)
            ok = add_steps(graph, program, &program->instructions[j]);
    }
    if (ok)
        graph->first[program->subschemas_count] = (uint32_t)graph->count;
    return ok;
}

/* What a search in depth knows of a subschema. */
struct visit {
    uint32_t schema, next;
};

enum { NEW, OPEN, DONE };

/* The subschema, and the key in it, by which it comes back to one that is not finished; false when there is none. */
static bool search(const struct graph *graph, uint32_t from, uint8_t *state, struct visit *stack, uint32_t *schema,
                   uint32_t *key)
{
    size_t depth = 0;
    stack[depth++] = (struct visit){from, graph->first[from]};
    state[from] = OPEN;
    while (depth > 0) {
        struct visit *top = &stack[depth - 1];
        if (top->next == graph->first[top->schema + 1]) {
            state[top->schema] = DONE;
            depth--;
            continue;
        }
        const struct step *step = &graph->steps[top->next];
        uint32_t to = step->to;
        if (state[to] == OPEN) {
            *schema = top->schema;
            *key = step->key;
            return true;
        }
        top->next++;
        if (state[to] == NEW) {
            state[to] = OPEN;
            stack[depth++] = (struct visit){to, graph->first[to]};
        }
    }
    return false;
}

bool compile_check_loops(struct compiler *c)
{
    const struct program *program = c->program;
    size_t count = program->subschemas_count;
    struct graph graph = {0};
    uint8_t *state = calloc(count, 1);
    struct visit *stack = malloc(count * sizeof *stack);
    uint32_t schema = 0, key = 0;
    bool ok = state && stack && build(&graph, program), loop = false;
    if (!ok)
        compile_no_memory(c);
    for (uint32_t i = 0; ok && !loop && i < count; i++)
        loop = state[i] == NEW && search(&graph, i, state, stack, &schema, &key);
    if (loop) {
        error_set(c->err, JPK_ERR_SCHEMA, "the schema applies itself to the same value without end");
        ok = document_error(c->err, program_document(program, schema), key);
    }
    free(state);
    free(stack);
    free(graph.steps);
    free(graph.first);
    return ok;
}
