#include <stdlib.h>
#include <string.h>

#include "schema/explain.h"

struct about {
    const struct jpk_validation *validation;
    const struct weight *weights;
    const struct program *program;
    const struct jdoc *doc;    /* the instance */
    const struct jdoc *schema; /* the document in which the keyword stands */
    const struct unit *unit;
    const struct instruction *in; /* the keyword's; NULL for a subschema as a whole */
    uint32_t index;               /* of the unit */
    struct buf *message, *hint;
};

/* The instruction of a keyword's unit. then and else have none: their failures are those of their schemas. */
static const struct instruction *instruction_of(const struct program *program, const struct unit *unit)
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

static void put_must(struct about *a)
{
    put_subject(a->message, a->doc, a->unit->node);
    buf_puts(a->message, " must ");
}

/* ", not X" with the value at hand. */
static void put_not(struct about *a)
{
    buf_puts(a->message, ", not ");
    put_value(a->message, a->doc, a->unit->node);
}

static void put_did_you_mean(struct buf *hint, const struct suggestion *suggestion)
{
    buf_puts(hint, "did you mean ");
    put_name(hint, suggestion->best, suggestion->best_size);
    buf_putc(hint, '?');
}

/* ------------------------------------------------------------------------------------------------ values, types */

static bool looks_like_number(const struct jdoc *doc, uint32_t node)
{
    struct jdoc number = {0};
    bool is = jdoc_type(doc, node) == JDOC_STRING && jdoc_string_size(doc, node) < 32 &&
              jdoc_parse(&number, jdoc_string(doc, node), jdoc_string_size(doc, node), NULL, NULL) &&
              jdoc_type(&number, 0) == JDOC_NUMBER;
    jdoc_free(&number);
    return is;
}

static void hint_type(struct about *a, uint32_t types)
{
    uint32_t node = a->unit->node;
    bool is_text = jdoc_type(a->doc, node) == JDOC_STRING;
    bool boolean = jdoc_string_is(a->doc, node, "true", 4) || jdoc_string_is(a->doc, node, "false", 5);
    if ((types & (1 << JDOC_NUMBER | 1 << OP_INTEGER) && looks_like_number(a->doc, node)) ||
        (types & 1 << JDOC_TRUE && is_text && boolean))
        buf_printf(a->hint, "write it without quotes");
    else if (types == 1 << JDOC_STRING &&
             (jdoc_type(a->doc, node) == JDOC_NUMBER || jdoc_type(a->doc, node) == JDOC_TRUE ||
              jdoc_type(a->doc, node) == JDOC_FALSE))
        buf_printf(a->hint, "put it in quotes");
}

static void say_types(struct about *a, uint32_t types)
{
    put_must(a);
    buf_puts(a->message, "be ");
    put_types(a->message, types);
    put_not(a);
    hint_type(a, types);
}

static void say_type(struct about *a)
{
    say_types(a, a->in->a);
}

static void say_const(struct about *a)
{
    put_must(a);
    buf_puts(a->message, "be ");
    put_value(a->message, a->schema, a->in->a);
    put_not(a);
    if (jdoc_type(a->doc, a->unit->node) != jdoc_type(a->schema, a->in->a))
        hint_type(a, UINT32_C(1) << jdoc_type(a->schema, a->in->a));
}

/* The values of an enum, as many as fit a line. */
static void put_choices(struct about *a, uint32_t array)
{
    enum { SHOWN = 8 };
    uint32_t i = 0, count = a->schema->nodes[array].count;
    for (uint32_t item = array + 1; item < jdoc_next(a->schema, array); item = jdoc_next(a->schema, item), i++) {
        if (i == SHOWN && count > SHOWN + 1) {
            buf_printf(a->message, " or %u others", count - SHOWN);
            return;
        }
        buf_puts(a->message, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        put_value(a->message, a->schema, item);
    }
}

static void say_enum(struct about *a)
{
    uint32_t array = a->unit->key + 1, node = a->unit->node;
    put_must(a);
    if (a->in->b == 0) {
        buf_puts(a->message, "not be there: no value is allowed");
        return;
    }
    buf_puts(a->message, "be ");
    put_choices(a, array);
    put_not(a);
    if (jdoc_type(a->doc, node) != JDOC_STRING)
        return;
    struct suggestion near;
    suggestion_begin(&near, jdoc_string(a->doc, node), jdoc_string_size(a->doc, node));
    for (uint32_t item = array + 1; item < jdoc_next(a->schema, array); item = jdoc_next(a->schema, item))
        if (jdoc_type(a->schema, item) == JDOC_STRING)
            suggestion_try(&near, jdoc_string(a->schema, item), jdoc_string_size(a->schema, item));
    if (near.best)
        put_did_you_mean(a->hint, &near);
}

static void say_bound(struct about *a)
{
    static const char *const words[] = {
        [OP_MAXIMUM] = "be at most ",           [OP_EXCLUSIVE_MAXIMUM] = "be less than ",
        [OP_MINIMUM] = "be at least ",          [OP_EXCLUSIVE_MINIMUM] = "be more than ",
        [OP_MULTIPLE_OF] = "be a multiple of ",
    };
    put_must(a);
    buf_puts(a->message, words[a->in->code]);
    put_value(a->message, a->schema, a->in->a);
    put_not(a);
}

static void say_count(struct about *a)
{
    static const struct {
        const char *least, *one, *many;
    } words[] = {
        [OP_MAX_LENGTH] = {"at most", "character", "characters"},
        [OP_MIN_LENGTH] = {"at least", "character", "characters"},
        [OP_MAX_ITEMS] = {"at most", "item", "items"},
        [OP_MIN_ITEMS] = {"at least", "item", "items"},
        [OP_MAX_PROPERTIES] = {"at most", "property", "properties"},
        [OP_MIN_PROPERTIES] = {"at least", "property", "properties"},
    };
    bool is_text = a->in->code == OP_MAX_LENGTH || a->in->code == OP_MIN_LENGTH;
    uint32_t has = is_text ? jdoc_characters(a->doc, a->unit->node) : jdoc_count(a->doc, a->unit->node);
    const char *noun = a->in->a == 1 ? words[a->in->code].one : words[a->in->code].many;
    put_must(a);
    if (a->in->a == 1 && has == 0)
        buf_puts(a->message, "not be empty");
    else if (a->in->a == 0)
        buf_puts(a->message, "be empty");
    else if (has == 0)
        buf_printf(a->message, "have %s %u %s, but is empty", words[a->in->code].least, a->in->a, noun);
    else
        buf_printf(a->message, "have %s %u %s, but has %u", words[a->in->code].least, a->in->a, noun, has);
}

/* The first of the schema's own examples, for those who do not read patterns. */
static void hint_example(struct about *a)
{
    uint32_t node = a->program->subschemas[a->unit->schema].node, examples = jdoc_get(a->schema, node, "examples", 8);
    if (examples == JDOC_NONE || jdoc_count(a->schema, examples) == 0 || jdoc_type(a->schema, examples) != JDOC_ARRAY ||
        jdoc_type(a->schema, examples + 1) != JDOC_STRING)
        return;
    buf_puts(a->hint, "it looks like ");
    put_value(a->hint, a->schema, examples + 1);
}

static void say_pattern(struct about *a)
{
    put_subject(a->message, a->doc, a->unit->node);
    if (!(a->doc->nodes[a->unit->node].flags & JDOC_KEY)) {
        buf_putc(a->message, ' ');
        put_value(a->message, a->doc, a->unit->node);
    }
    buf_puts(a->message, " does not match the pattern ");
    const char *text = jdoc_string(a->schema, a->unit->key + 1);
    size_t n = jdoc_string_size(a->schema, a->unit->key + 1);
    char shown[200];
    char *copy = strndup(text, n);
    text_printable(shown, sizeof shown, copy ? copy : "");
    free(copy);
    buf_puts(a->message, shown);
    hint_example(a);
}

static void say_format(struct about *a)
{
    put_must(a);
    buf_printf(a->message, "be %s", a->program->formats[a->in->a]->what);
    put_not(a);
}

static void say_content(struct about *a)
{
    static const char *const what[] = {"", "text in base64", "JSON in a string", "JSON, encoded in base64"};
    put_must(a);
    buf_printf(a->message, "hold %s", what[a->in->a & 3]);
}

static void say_unique(struct about *a)
{
    uint32_t first, again;
    bool memory = true;
    if (!run_find_repeated(a->doc, a->unit->node, &first, &again, &memory))
        return;
    put_subject(a->message, a->doc, again);
    buf_printf(a->message, " is the same as item %u, ", a->doc->places[first].ordinal + 1);
    put_value(a->message, a->doc, again);
    buf_puts(a->message, "; no two items may be");
}

/* ----------------------------------------------------------------------------------------------------- properties */

/* Calls a function for every property that a schema, or one that it applies to the same value, knows. */
static void each_property(const struct about *a, uint32_t schema, void (*call)(void *context, const struct name *name),
                          void *context)
{
    enum { MOST = 64 };
    uint32_t queue[MOST], count = 0;
    queue[count++] = schema;
    for (uint32_t next = 0; next < count; next++) {
        const struct subschema *at = &a->program->subschemas[queue[next]];
        for (uint32_t i = at->first; i < at->end; i++) {
            const struct instruction *in = &a->program->instructions[i];
            if (in->code == OP_PROPERTIES) {
                const struct property_table *table = &a->program->tables[in->a];
                for (uint32_t j = 0; j < table->count; j++)
                    call(context, &a->program->properties[table->first + j].name);
            } else if ((in->code == OP_REF || in->code == OP_DYNAMIC_REF) && count < MOST) {
                queue[count++] = in->a;
            } else if (in->code == OP_ALL_OF || in->code == OP_ANY_OF || in->code == OP_ONE_OF) {
                for (uint32_t j = 0; j < in->b && count < MOST; j++)
                    queue[count++] = a->program->lists[in->a + j];
            } else if (in->code == OP_IF) {
                const struct branches *branches = &a->program->branches[in->b];
                if (branches->then != NO_SCHEMA && count < MOST)
                    queue[count++] = branches->then;
                if (branches->otherwise != NO_SCHEMA && count < MOST)
                    queue[count++] = branches->otherwise;
            }
        }
    }
}

static void try_property(void *context, const struct name *name)
{
    suggestion_try(context, name->text, name->size);
}

struct listing {
    struct buf *out;
    const struct jdoc *doc;
    uint32_t object, count;
};

/* Those that are not there yet. */
static void list_property(void *context, const struct name *name)
{
    struct listing *listing = context;
    if (jdoc_get_hashed(listing->doc, listing->object, name->text, name->size, name->hash) != JDOC_NONE)
        return;
    if (listing->out) {
        buf_puts(listing->out, listing->count == 0 ? "" : ", ");
        put_name(listing->out, name->text, name->size);
    }
    listing->count++;
}

static void hint_allowed(struct about *a, uint32_t schema, uint32_t object)
{
    enum { MOST = 8 };
    struct listing listing = {.doc = a->doc, .object = object};
    each_property(a, schema, list_property, &listing);
    if (listing.count == 0 || listing.count > MOST)
        return;
    buf_puts(a->hint, "what may still be there: ");
    listing = (struct listing){.out = a->hint, .doc = a->doc, .object = object};
    each_property(a, schema, list_property, &listing);
}

/* A property that nothing allows. */
static void say_unknown_property(struct about *a, const struct unit *keyword)
{
    uint32_t key = a->unit->node - 1;
    const char *text = jdoc_string(a->doc, key);
    size_t n = jdoc_string_size(a->doc, key);
    buf_puts(a->message, "the property ");
    put_name(a->message, text, n);
    buf_puts(a->message, " is not allowed here");
    struct suggestion near;
    suggestion_begin(&near, text, n);
    each_property(a, keyword->schema, try_property, &near);
    if (near.best)
        put_did_you_mean(a->hint, &near);
    else
        hint_allowed(a, keyword->schema, keyword->node);
}

/* A schema that is just `false`. */
static void say_false(struct about *a)
{
    const struct unit *keyword = a->unit->parent == UINT32_MAX ? NULL : &a->validation->units.items[a->unit->parent];
    if (keyword && (keyword->code == OP_ADDITIONAL_PROPERTIES || keyword->code == OP_UNEVALUATED_PROPERTIES)) {
        say_unknown_property(a, keyword);
        return;
    }
    put_subject(a->message, a->doc, a->unit->node);
    if (keyword && keyword->code == OP_ITEMS) {
        const struct instruction *in = instruction_of(a->program, keyword);
        buf_printf(a->message, " is too much: at most %u item%s allowed here", in ? in->b : 0,
                   in && in->b == 1 ? " is" : "s are");
    } else {
        buf_puts(a->message, " is not allowed here");
    }
}

/* A member that nobody knows and whose name is nearly the missing one. */
static void hint_missing(struct about *a, const struct name *missing)
{
    const struct jdoc *doc = a->doc;
    struct suggestion near;
    suggestion_begin(&near, missing->text, missing->size);
    for (uint32_t key = a->unit->node + 1; key < jdoc_next(doc, a->unit->node); key = jdoc_next(doc, key + 1)) {
        struct suggestion known;
        suggestion_begin(&known, jdoc_string(doc, key), jdoc_string_size(doc, key));
        each_property(a, a->unit->schema, try_property, &known);
        if (known.distance > 0)
            suggestion_try(&near, jdoc_string(doc, key), jdoc_string_size(doc, key));
    }
    if (!near.best)
        return;
    buf_puts(a->hint, "is ");
    put_name(a->hint, near.best, near.best_size);
    buf_puts(a->hint, " meant to be ");
    put_name(a->hint, missing->text, missing->size);
    buf_putc(a->hint, '?');
}

static void put_missing(struct about *a, uint32_t first, uint32_t count)
{
    uint32_t total = 0, seen = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < count; i++) {
            const struct name *name = &a->program->names[first + i];
            if (jdoc_get_hashed(a->doc, a->unit->node, name->text, name->size, name->hash) != JDOC_NONE)
                continue;
            if (pass == 0) {
                total++;
                continue;
            }
            buf_puts(a->message, seen == 0 ? "" : seen + 1 == total ? " and " : ", ");
            put_name(a->message, name->text, name->size);
            if (seen++ == 0)
                hint_missing(a, name);
        }
    }
    buf_puts(a->message, total == 1 ? " is missing" : " are missing");
}

/* " in item 3 of 'steps'" unless it is the whole document. */
static void put_where(struct about *a)
{
    if (a->unit->node == 0)
        return;
    buf_puts(a->message, " in ");
    put_subject(a->message, a->doc, a->unit->node);
}

static void say_required(struct about *a)
{
    put_missing(a, a->in->a, a->in->b);
    put_where(a);
}

static void say_dependent(struct about *a)
{
    for (uint32_t i = 0; i < a->in->b; i++) {
        const struct dependency *dependency = &a->program->dependencies[a->in->a + i];
        const struct name *name = &dependency->name;
        if (jdoc_get_hashed(a->doc, a->unit->node, name->text, name->size, name->hash) == JDOC_NONE)
            continue;
        struct buf before = *a->message;
        size_t size = a->message->size;
        put_missing(a, dependency->first, dependency->count);
        /* All are there: another dependency is meant. */
        if (a->message->size > size && strncmp(a->message->data + size, " are missing", 12) == 0) {
            a->message->size = before.size;
            continue;
        }
        put_where(a);
        buf_puts(a->message, ", which is needed because ");
        put_name(a->message, name->text, name->size);
        buf_puts(a->message, " is there");
        return;
    }
}

/* ----------------------------------------------------------------------------------------------------- choices */

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
    if (jdoc_type(schema, node) == JDOC_STRING && jdoc_type(a->doc, a->unit->node) == JDOC_STRING)
        suggestion_try(&wanted->near, jdoc_string(schema, node), jdoc_string_size(schema, node));
}

static bool want(struct about *a, const struct unit *unit, struct wanted *wanted)
{
    const struct instruction *in = unit->node == a->unit->node ? instruction_of(a->program, unit) : NULL;
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
        buf_printf(a->message, " and %u others", wanted->values - WANTED_SHOWN);
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
    const struct instruction *in = instruction_of(program, &units->items[index]);
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

static void say_choice(struct about *a)
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

static void say_not(struct about *a)
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

static void say_contains(struct about *a)
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

static struct about about_unit(const struct jpk_validation *validation, const struct weight *weights, uint32_t index,
                               struct buf *message, struct buf *hint)
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
        .in = instruction_of(program, unit),
        .index = index,
        .message = message,
        .hint = hint,
    };
}

bool explain_tells_branches(const struct jpk_validation *validation, const struct weight *weights, uint32_t index)
{
    struct about about = about_unit(validation, weights, index, NULL, NULL);
    struct wanted wanted = {0};
    bool tells = explain_failed_branches(validation, index, NULL) == about.in->b && !find_wanted(&about, &wanted);
    buf_free(&wanted.list);
    return tells;
}

void explain_unit(const struct jpk_validation *validation, const struct weight *weights, uint32_t index,
                  struct buf *message, struct buf *hint)
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
    struct about about = about_unit(validation, weights, index, message, hint);
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
