/* Messages about what is missing and what is not allowed. */
#include <string.h>

#include "schema/explain_parts.h"

/* False: no more properties are wanted. */
typedef bool visit_property(void *context, const struct name *name);

/*
 * Calls a function for every property that a schema, or one that it applies to the same value, knows. False: not for
 * all, because the function wants no more or the budget is spent.
 */
static bool each_property(const struct about *a, uint32_t schema, visit_property *call, void *context)
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
                    if (!explain_spend(a) || !call(context, &a->program->properties[table->first + j].name))
                        return false;
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
    return true;
}

static bool try_property(void *context, const struct name *name)
{
    suggestion_try(context, name->text, name->size);
    return true;
}

enum { ALLOWED_MOST = 8 }; /* names in a hint */

struct listing {
    struct buf *out;
    const struct jdoc *doc;
    uint32_t object, count;
};

/* Those that are not there yet. */
static bool list_property(void *context, const struct name *name)
{
    struct listing *listing = context;
    if (jdoc_get_hashed(listing->doc, listing->object, name->text, name->size, name->hash) != JDOC_NONE)
        return true;
    if (listing->out) {
        buf_puts(listing->out, listing->count == 0 ? "" : ", ");
        put_name(listing->out, name->text, name->size);
    }
    return ++listing->count <= ALLOWED_MOST;
}

static void hint_allowed(struct about *a, uint32_t schema, uint32_t object)
{
    struct listing listing = {.doc = a->doc, .object = object};
    if (!each_property(a, schema, list_property, &listing) || listing.count == 0)
        return;
    buf_puts(a->hint, "what may still be there: ");
    listing = (struct listing){.out = a->hint, .doc = a->doc, .object = object};
    if (!each_property(a, schema, list_property, &listing))
        buf_clear(a->hint);
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
    bool all = each_property(a, keyword->schema, try_property, &near);
    if (near.best)
        put_did_you_mean(a->hint, &near);
    else if (all)
        hint_allowed(a, keyword->schema, keyword->node);
}

/* A schema that is just `false`. */
void say_false(struct about *a)
{
    const struct unit *keyword = a->unit->parent == UINT32_MAX ? NULL : &a->validation->units.items[a->unit->parent];
    if (keyword && (keyword->code == OP_ADDITIONAL_PROPERTIES || keyword->code == OP_UNEVALUATED_PROPERTIES)) {
        say_unknown_property(a, keyword);
        return;
    }
    put_subject(a->message, a->doc, a->unit->node);
    if (keyword && keyword->code == OP_ITEMS) {
        const struct instruction *in = explain_instruction(a->program, keyword);
        buf_printf(a->message, " is too much: at most %u item%s allowed here", in ? in->b : 0,
                   in && in->b == 1 ? " is" : "s are");
    } else {
        buf_puts(a->message, " is not allowed here");
    }
}

struct searched {
    const char *text;
    size_t n;
    bool found;
};

static bool find_property(void *context, const struct name *name)
{
    struct searched *searched = context;
    searched->found = name->size == searched->n && memcmp(name->text, searched->text, searched->n) == 0;
    return !searched->found;
}

/* A member that nobody knows and whose name is nearly the missing one. */
static void hint_missing(struct about *a, const struct name *missing)
{
    const struct jdoc *doc = a->doc;
    struct suggestion near;
    suggestion_begin(&near, missing->text, missing->size);
    for (uint32_t key = a->unit->node + 1; key < jdoc_next(doc, a->unit->node); key = jdoc_next(doc, key + 1)) {
        struct searched known = {jdoc_string(doc, key), jdoc_string_size(doc, key), false};
        struct suggestion nearer = near;
        if (!explain_spend(a))
            return;
        suggestion_try(&nearer, known.text, known.n);
        if (nearer.best == near.best)
            continue;
        if (each_property(a, a->unit->schema, find_property, &known))
            near = nearer;
        else if (!known.found)
            return; /* whether somebody knows it cannot be said */
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

void say_required(struct about *a)
{
    put_missing(a, a->in->a, a->in->b);
    put_where(a);
}

void say_dependent(struct about *a)
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
