/* Messages about values that may have one of several forms. */
#include <stdlib.h>

#include "schema/explain_parts.h"

/* Where what is below a unit ends. */
static size_t end_of(const struct units *units, uint32_t unit)
{
    size_t i = (size_t)unit + 1;
    while (i < units->count && units->items[i].parent >= unit && units->items[i].parent != UINT32_MAX)
        i++;
    return i;
}

/* What would have been right, when each branch only asks for types or for certain values of the value at hand. */
struct wanted {
    uint32_t types;
    uint32_t values; /* how many */
    struct buf list; /* of the values */
    struct suggestion near;
};

enum { WANTED_SHOWN = 10 };

static void want_value(struct about *a, const struct jdoc *schema, uint32_t node, struct wanted *wanted)
{
    if (wanted->values++ < WANTED_SHOWN) {
        buf_puts(&wanted->list, wanted->values > 1 ? ", " : "");
        put_value(&wanted->list, schema, node);
    }
    if (jdoc_type(schema, node) == JDOC_STRING && jdoc_type(a->doc, a->unit->node) == JDOC_STRING && explain_spend(a))
        suggestion_try(&wanted->near, jdoc_string(schema, node), jdoc_string_size(schema, node));
}

static bool want(struct about *a, const struct unit *unit, struct wanted *wanted)
{
    const struct instruction *in = unit->node == a->unit->node ? explain_instruction(a->program, unit) : NULL;
    const struct jdoc *schema = &program_document(a->program, unit->schema)->doc;
    if (!in || (in->code != OP_TYPE && in->code != OP_CONST && in->code != OP_ENUM))
        return false;
    if (in->code == OP_TYPE)
        wanted->types |= in->a;
    if (in->code == OP_CONST)
        want_value(a, schema, in->a, wanted);
    uint32_t array = in->key + 1;
    for (uint32_t item = array + 1; in->code == OP_ENUM && item < jdoc_next(schema, array);
         item = jdoc_next(schema, item))
        want_value(a, schema, item, wanted);
    return true;
}

/* False: there is more to it. `wanted->list` is to be freed in any case. */
static bool find_wanted(struct about *a, struct wanted *wanted)
{
    const struct units *units = &a->validation->units;
    if (jdoc_type(a->doc, a->unit->node) == JDOC_STRING)
        suggestion_begin(&wanted->near, jdoc_string(a->doc, a->unit->node), jdoc_string_size(a->doc, a->unit->node));
    for (size_t i = (size_t)a->index + 1, end = end_of(units, a->index); i < end; i++)
        if (!units->items[i].valid && a->weights[i].leaf && !want(a, &units->items[i], wanted))
            return false;
    return true;
}

static void say_wanted(struct about *a, struct wanted *wanted)
{
    if (wanted->values == 0) {
        say_types(a, wanted->types);
        return;
    }
    put_must(a);
    buf_printf(a->message, "be %s%s", wanted->values > 1 ? "one of " : "", buf_text(&wanted->list));
    if (wanted->values > WANTED_SHOWN)
        buf_printf(a->message, " and %u other%s", wanted->values - WANTED_SHOWN,
                   wanted->values == WANTED_SHOWN + 1 ? "" : "s");
    if (wanted->types) {
        buf_puts(a->message, ", or ");
        put_types(a->message, wanted->types);
    }
    put_not(a);
    if (wanted->near.best)
        put_did_you_mean(a->hint, &wanted->near);
}

/* The title of a subschema in quotes, or its number. */
static void put_form(struct buf *out, const struct program *program, uint32_t schema, uint32_t number)
{
    const struct jdoc *doc = &program_document(program, schema)->doc;
    uint32_t title = jdoc_get(doc, program->subschemas[schema].node, "title", 5);
    if (title != JDOC_NONE && jdoc_type(doc, title) == JDOC_STRING)
        put_name(out, jdoc_string(doc, title), jdoc_string_size(doc, title));
    else
        buf_printf(out, "number %u", number);
}

/* The branches that are valid although only one may be: those among the first that did not fail. */
static void say_too_many(struct about *a, const bool *failed)
{
    uint32_t said = 0;
    put_subject(a->message, a->doc, a->unit->node);
    buf_puts(a->message, " has more than one of the forms of which it must have just one: ");
    for (uint32_t i = 0; i < a->in->b && said < 2; i++) {
        if (failed[i])
            continue;
        buf_puts(a->message, said++ == 0 ? "" : " and ");
        put_form(a->message, a->program, a->program->lists[a->in->a + i], i + 1);
    }
}

static void say_no_form(struct about *a)
{
    const struct units *units = &a->validation->units;
    const struct unit *nearest = &units->items[a->weights[a->index].nearest];
    put_subject(a->message, a->doc, a->unit->node);
    if (a->in->b == 1) {
        buf_puts(a->message, " does not have the form that is asked for");
        return;
    }
    buf_printf(a->message, " has none of the %u forms that are allowed; it comes closest to ", a->in->b);
    for (uint32_t i = 0; i < a->in->b; i++) {
        if (a->program->lists[a->in->a + i] == nearest->schema) {
            put_form(a->message, a->program, nearest->schema, i + 1);
            return;
        }
    }
}

uint32_t explain_failed_branches(const struct jpk_validation *validation, uint32_t index, bool *failed)
{
    const struct units *units = &validation->units;
    const struct program *program = &validation->schema->program;
    const struct instruction *in = explain_instruction(program, &units->items[index]);
    uint32_t count = 0, branch = 0;
    for (size_t i = (size_t)index + 1, end = end_of(units, index); i < end; i++) {
        const struct unit *unit = &units->items[i];
        if (unit->parent != index || unit->valid)
            continue;
        while (branch < in->b && program->lists[in->a + branch] != unit->schema)
            branch++;
        count++;
        if (failed && branch < in->b)
            failed[branch++] = true;
    }
    return count;
}

void say_choice(struct about *a)
{
    bool *failed = calloc(a->in->b, sizeof *failed);
    struct wanted wanted = {0};
    if (!failed)
        a->message->failed = true;
    else if (explain_failed_branches(a->validation, a->index, failed) < a->in->b)
        say_too_many(a, failed);
    else if (find_wanted(a, &wanted))
        say_wanted(a, &wanted);
    else
        say_no_form(a);
    a->message->failed |= wanted.list.failed;
    buf_free(&wanted.list);
    free(failed);
}

/* Of a schema that only wants members: their names; NULL: it wants more, or they are not all there. */
static const struct name *only_required(const struct about *a, uint32_t schema, uint32_t *count)
{
    const struct subschema *at = &a->program->subschemas[schema];
    const struct instruction *in = &a->program->instructions[at->first];
    if (at->end != at->first + 1 || in->code != OP_REQUIRED || in->b == 0)
        return NULL;
    *count = in->b;
    for (uint32_t i = 0; i < in->b; i++) {
        const struct name *name = &a->program->names[in->a + i];
        if (jdoc_get_hashed(a->doc, a->unit->node, name->text, name->size, name->hash) == JDOC_NONE)
            return NULL;
    }
    return &a->program->names[in->a];
}

static void put_names(struct buf *out, const struct name *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_puts(out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
        put_name(out, names[i].text, names[i].size);
    }
}

/* What excludes members: one of them alone, or several together. */
static bool say_excluded(struct about *a)
{
    const struct subschema *at = &a->program->subschemas[a->in->a];
    const struct instruction *in = &a->program->instructions[at->first];
    uint32_t count = 0, branches = at->end == at->first + 1 && in->code == OP_ANY_OF ? in->b : 0;
    const struct name *names =
        jdoc_type(a->doc, a->unit->node) == JDOC_OBJECT ? only_required(a, a->in->a, &count) : NULL;
    for (uint32_t i = 0; i < branches && !names; i++)
        names = only_required(a, a->program->lists[in->a + i], &count);
    if (!names)
        return false;
    put_subject(a->message, a->doc, a->unit->node);
    buf_puts(a->message, count == 1 ? " must not have " : " must not have together ");
    put_names(a->message, names, count);
    if (count == 1)
        buf_puts(a->message, " beside what else is there");
    return true;
}

void say_not(struct about *a)
{
    if (say_excluded(a))
        return;
    put_subject(a->message, a->doc, a->unit->node);
    buf_puts(a->message, " has a form that is not allowed");
    const struct jdoc *doc = &program_document(a->program, a->in->a)->doc;
    uint32_t title = jdoc_get(doc, a->program->subschemas[a->in->a].node, "title", 5);
    if (title != JDOC_NONE && jdoc_type(doc, title) == JDOC_STRING) {
        buf_puts(a->message, ": ");
        put_name(a->message, jdoc_string(doc, title), jdoc_string_size(doc, title));
    }
}

void say_contains(struct about *a)
{
    const struct bounds *bounds = &a->program->bounds[a->in->b];
    put_subject(a->message, a->doc, a->unit->node);
    if (a->unit->key == bounds->most_key)
        buf_printf(a->message, " has too many items of a kind of which it may have %u", bounds->most);
    else if (a->unit->key == bounds->least_key)
        buf_printf(a->message, " has too few items of a kind of which it must have %u", bounds->least);
    else
        buf_puts(a->message, " has no item of a kind that it must have");
}

bool explain_choice_is_simple(struct about *a)
{
    struct wanted wanted = {0};
    bool simple = find_wanted(a, &wanted);
    buf_free(&wanted.list);
    return simple;
}
