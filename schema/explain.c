/*
 * From units to failures. What is wrong by itself is one, wherever it stands below $ref, allOf, properties and the
 * like. Of anyOf and oneOf the whole is one, explained by the failures of the branch that came closest; but where only
 * one branch is for values of this type (as in null, or an object of some form), its failures are those of the value.
 */
#include "schema/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define HIDDEN UINT32_MAX

struct entry {
    uint32_t unit, node, level;
    uint32_t leader; /* the entry that it explains, at level 0 */
};

struct explainer {
    struct jpk_validation *validation;
    const struct weight *weights;
    uint32_t *levels; /* by unit: of the failures below it; HIDDEN: it is no part of the story */
    struct entry *entries;
    size_t count, capacity;
    size_t budget; /* of hints */
    struct jpk_error err;
};

/* Whether what failed below a choice is worth telling. */
static bool tells(const struct explainer *e, uint32_t choice, uint32_t child)
{
    bool contains = e->validation->units.items[choice].code == OP_CONTAINS;
    return e->weights[choice].nearest == child &&
           (contains || explain_tells_branches(e->validation, e->weights, choice));
}

/* Whether a choice is none for this value: all branches but one are for other types. */
static bool is_transparent(const struct explainer *e, uint32_t choice)
{
    const struct unit *unit = &e->validation->units.items[choice];
    return unit->code != OP_CONTAINS && e->weights[choice].forms == 1 &&
           explain_tells_branches(e->validation, e->weights, choice);
}

static uint32_t level_of(const struct explainer *e, uint32_t unit)
{
    const struct unit *self = &e->validation->units.items[unit];
    if (self->valid)
        return HIDDEN;
    if (self->parent == UINT32_MAX)
        return 0;
    uint32_t above = e->levels[self->parent];
    if (above == HIDDEN || !explain_is_choice(&e->validation->units.items[self->parent]))
        return above;
    return !tells(e, self->parent, unit) ? HIDDEN : above + !is_transparent(e, self->parent);
}

static bool collect(struct explainer *e)
{
    const struct units *units = &e->validation->units;
    uint32_t leader = 0;
    for (size_t i = 0; i < units->count; i++) {
        const struct unit *unit = &units->items[i];
        e->levels[i] = level_of(e, (uint32_t)i);
        if (e->levels[i] == HIDDEN)
            continue;
        bool choice = explain_is_choice(unit) && !is_transparent(e, (uint32_t)i);
        bool own = choice || (unit->key != JDOC_NONE && unit->code == OP_NOT) || e->weights[i].leaf;
        if (!own)
            continue;
        struct entry *entries = array_grow(e->entries, e->count, &e->capacity, sizeof *entries);
        if (!entries)
            return error_memory(&e->err);
        e->entries = entries;
        if (e->levels[i] == 0)
            leader = (uint32_t)e->count;
        entries[e->count] = (struct entry){(uint32_t)i, explain_node(e->validation, (uint32_t)i), e->levels[i], leader};
        e->count++;
    }
    return true;
}

/* Behind their leaders, those in the order of the instance. */
static int compare_entries(const void *a, const void *b, void *context)
{
    const struct entry *x = a, *y = b, *entries = context;
    uint32_t node_x = entries[x->leader].node, node_y = entries[y->leader].node;
    if (node_x != node_y)
        return node_x < node_y ? -1 : 1;
    if (x->leader != y->leader)
        return x->leader < y->leader ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static bool sort(struct explainer *e)
{
    struct entry *copy = malloc((e->count + 1) * sizeof *copy);
    if (!copy)
        return error_memory(&e->err);
    memcpy(copy, e->entries, e->count * sizeof *copy);
    qsort_r(e->entries, e->count, sizeof *e->entries, compare_entries, copy);
    free(copy);
    return true;
}

/* ------------------------------------------------------------------------------------------------------- places */

/* Places in schemas that were needed before: many failures are of few keywords. */
struct place {
    const struct document *document;
    uint32_t node;
    struct text_position position;
    const char *location;
};

enum { PLACES = 64 };

static const char *keep(struct explainer *e, struct buf *text)
{
    char *copy = text->failed ? NULL : arena_strndup(&e->validation->arena, buf_text(text), text->size);
    if (!copy)
        error_memory(&e->err);
    buf_clear(text);
    return copy;
}

static const struct place *find_place(struct explainer *e, struct place *places, uint32_t schema, uint32_t node,
                                      struct buf *text)
{
    const struct program *program = &e->validation->schema->program;
    const struct document *document = program_document(program, schema);
    struct place *place = &places[node % PLACES];
    if (place->location && place->document == document && place->node == node)
        return place;
    schema_location(program, schema, node, text);
    *place = (struct place){document, node, jdoc_position(&document->doc, node), keep(e, text)};
    return place;
}

/* The keyword that a failure is about: of a schema that is just `false`, the one that applied it. */
static void find_keyword(const struct explainer *e, const struct unit **unit, uint32_t *key)
{
    const struct units *units = &e->validation->units;
    const struct unit *self = *unit;
    if (self->key == JDOC_NONE && self->parent != UINT32_MAX)
        *unit = &units->items[self->parent];
    *key = (*unit)->key != JDOC_NONE ? (*unit)->key : e->validation->schema->program.subschemas[(*unit)->schema].node;
}

static bool fill(struct explainer *e, const struct entry *entry, struct jpk_failure *failure, struct place *places)
{
    struct jpk_validation *validation = e->validation;
    struct buf message = {0}, hint = {0};
    const struct unit *unit = &validation->units.items[entry->unit];
    uint32_t key;
    find_keyword(e, &unit, &key);
    const struct document *document = program_document(&validation->schema->program, unit->schema);
    bool named = unit->key != JDOC_NONE;
    explain_unit(validation, e->weights, entry->unit, &message, &hint, &e->budget);
    failure->level = entry->level;
    failure->offset = validation->doc->nodes[entry->node].start;
    bool has_hint = hint.size > 0;
    failure->message = keep(e, &message);
    failure->hint = has_hint || hint.failed ? keep(e, &hint) : NULL;
    jdoc_pointer(validation->doc, entry->node, &message);
    failure->pointer = keep(e, &message);
    unit_keyword_location(validation, entry->unit, &message);
    failure->keyword_location = keep(e, &message);
    if (named)
        buf_put(&message, jdoc_string(&document->doc, key), jdoc_string_size(&document->doc, key));
    failure->keyword = keep(e, &message);
    const struct place *place = find_place(e, places, unit->schema, key, &message);
    failure->schema_location = place->location;
    failure->schema_line = place->position.line;
    failure->schema_column = place->position.column;
    failure->schema_file = document->file ? document->file : document->resources[0]->uri;
    buf_free(&message);
    buf_free(&hint);
    return e->err.code == JPK_OK;
}

static int compare_offsets(const void *a, const void *b)
{
    const struct jpk_failure *x = *(struct jpk_failure *const *)a, *y = *(struct jpk_failure *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Lines and columns, in one pass over the text. */
static bool count_lines(struct explainer *e, struct jpk_failure *failures)
{
    struct jpk_failure **order = malloc((e->count + 1) * sizeof *order);
    if (!order)
        return error_memory(&e->err);
    for (size_t i = 0; i < e->count; i++)
        order[i] = &failures[i];
    qsort(order, e->count, sizeof *order, compare_offsets);
    struct text_counter counter = text_counter_begin(e->validation->doc->text, e->validation->doc->size);
    for (size_t i = 0; i < e->count; i++) {
        struct text_position position = text_counter_at(&counter, order[i]->offset);
        order[i]->line = position.line;
        order[i]->column = position.column;
    }
    free(order);
    return true;
}

static bool says_same(const struct jpk_failure *a, const struct jpk_failure *b)
{
    return a->offset == b->offset && strcmp(a->keyword, b->keyword) == 0 && strcmp(a->message, b->message) == 0 &&
           strcmp(a->pointer, b->pointer) == 0;
}

/*
 * What several schemas say of a value in the same words is said once: each vocabulary of a meta-schema asks for the
 * type of schemas. Of very many failures of one value only the last ones are compared.
 */
static void merge(struct explainer *e, struct jpk_failure *failures)
{
    enum { COMPARED = 64 };
    size_t kept = 0;
    for (size_t i = 0; i < e->count; i++) {
        bool explained = i + 1 < e->count && failures[i + 1].level > 0, said = false;
        for (size_t j = kept; failures[i].level == 0 && !explained && !said && j > 0 && kept - j < COMPARED; j--) {
            if (failures[j - 1].offset != failures[i].offset)
                break;
            said = failures[j - 1].level == 0 && says_same(&failures[j - 1], &failures[i]);
        }
        if (!said)
            failures[kept++] = failures[i];
    }
    e->count = kept;
}

static bool write_failures(struct explainer *e)
{
    struct place places[PLACES] = {0};
    struct jpk_failure *failures = calloc(e->count + 1, sizeof *failures);
    if (!failures)
        return error_memory(&e->err);
    bool ok = true;
    for (size_t i = 0; ok && i < e->count; i++)
        ok = fill(e, &e->entries[i], &failures[i], places);
    if (ok)
        merge(e, failures);
    if (!ok || !count_lines(e, failures)) {
        free(failures);
        return false;
    }
    e->validation->failures = failures;
    e->validation->failure_count = e->count;
    return true;
}

bool validation_explain(struct jpk_validation *validation)
{
    struct explainer e = {.validation = validation, .budget = EXPLAIN_BUDGET};
    struct weight *weights = NULL;
    bool ok = jdoc_place_all(validation->doc, &e.err);
    if (ok) {
        e.levels = malloc((validation->units.count + 1) * sizeof *e.levels);
        e.weights = weights = explain_weigh(validation);
        ok = e.levels && weights && collect(&e) && sort(&e) && write_failures(&e);
    }
    free(e.levels);
    free(e.entries);
    free(weights);
    return ok;
}
