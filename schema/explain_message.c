/* From a unit to a sentence: which way of speaking. */
#include "schema/explain_parts.h"

/* The instruction of a keyword's unit. then and else have none: their failures are those of their schemas. */
const struct instruction *explain_instruction(const struct program *program, const struct unit *unit)
{
    if (unit->key == JDOC_NONE)
        return NULL;
    const struct subschema *schema = &program->subschemas[unit->schema];
    const struct instruction *other = NULL;
    for (uint32_t i = schema->first; i < schema->end; i++) {
        const struct instruction *in = &program->instructions[i];
        if (in->code != unit->code)
            continue;
        if (in->key == unit->key)
            return in;
        other = in;
    }
    return other; /* contains, under the name of minContains or maxContains */
}

static struct about about_unit(const struct jpk_validation *validation, const struct weight *weights, uint32_t index,
                               struct buf *message, struct buf *hint, size_t *budget)
{
    const struct program *program = &validation->schema->program;
    const struct unit *unit = &validation->units.items[index];
    return (struct about){
        .validation = validation,
        .weights = weights,
        .program = program,
        .doc = validation->doc,
        .schema = &program_document(program, unit->schema)->doc,
        .unit = unit,
        .in = explain_instruction(program, unit),
        .index = index,
        .message = message,
        .hint = hint,
        .budget = budget,
    };
}

bool explain_tells_branches(const struct jpk_validation *validation, const struct weight *weights, uint32_t index)
{
    struct about about = about_unit(validation, weights, index, NULL, NULL, NULL);
    return about.in && explain_failed_branches(validation, index, NULL) == about.in->b &&
           !explain_choice_is_simple(&about);
}

void explain_unit(const struct jpk_validation *validation, const struct weight *weights, uint32_t index,
                  struct buf *message, struct buf *hint, size_t *budget)
{
    static void (*const say[OPCODES])(struct about *) = {
        [OP_TYPE] = say_type,
        [OP_CONST] = say_const,
        [OP_ENUM] = say_enum,
        [OP_MAXIMUM] = say_bound,
        [OP_EXCLUSIVE_MAXIMUM] = say_bound,
        [OP_MINIMUM] = say_bound,
        [OP_EXCLUSIVE_MINIMUM] = say_bound,
        [OP_MULTIPLE_OF] = say_bound,
        [OP_MAX_LENGTH] = say_count,
        [OP_MIN_LENGTH] = say_count,
        [OP_MAX_ITEMS] = say_count,
        [OP_MIN_ITEMS] = say_count,
        [OP_MAX_PROPERTIES] = say_count,
        [OP_MIN_PROPERTIES] = say_count,
        [OP_REQUIRED] = say_required,
        [OP_DEPENDENT_REQUIRED] = say_dependent,
        [OP_PATTERN] = say_pattern,
        [OP_FORMAT] = say_format,
        [OP_CONTENT] = say_content,
        [OP_UNIQUE_ITEMS] = say_unique,
        [OP_ANY_OF] = say_choice,
        [OP_ONE_OF] = say_choice,
        [OP_NOT] = say_not,
        [OP_CONTAINS] = say_contains,
    };
    struct about about = about_unit(validation, weights, index, message, hint, budget);
    if (about.in && say[about.in->code])
        say[about.in->code](&about);
    else
        say_false(&about);
}

uint32_t explain_node(const struct jpk_validation *validation, uint32_t index)
{
    const struct unit *unit = &validation->units.items[index];
    uint32_t first, again;
    bool memory = true;
    if (unit->key != JDOC_NONE && unit->code == OP_UNIQUE_ITEMS &&
        run_find_repeated(validation->doc, unit->node, &first, &again, &memory))
        return again;
    return unit->node;
}
