/* Messages about single values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/explain_parts.h"

void put_must(struct about *a)
{
    put_subject(a->message, a->doc, a->unit->node);
    buf_puts(a->message, " must ");
}

/* ", not X" with the value at hand. */
void put_not(struct about *a)
{
    buf_puts(a->message, ", not ");
    put_value(a->message, a->doc, a->unit->node);
}

void put_did_you_mean(struct buf *hint, const struct suggestion *suggestion)
{
    buf_puts(hint, "did you mean ");
    put_name(hint, suggestion->best, suggestion->best_size);
    buf_putc(hint, '?');
}

static bool looks_like_number(struct about *a, uint32_t node)
{
    const struct jdoc *doc = a->doc;
    struct jdoc number = {0};
    struct jpk_error err = {0};
    bool is = jdoc_type(doc, node) == JDOC_STRING && jdoc_string_size(doc, node) < 32 &&
              jdoc_parse(&number, jdoc_string(doc, node), jdoc_string_size(doc, node), NULL, &err) &&
              jdoc_type(&number, 0) == JDOC_NUMBER;
    jdoc_free(&number);
    a->hint->failed |= err.code == JPK_ERR_MEMORY;
    return is;
}

static void hint_type(struct about *a, uint32_t types)
{
    uint32_t node = a->unit->node;
    bool is_text = jdoc_type(a->doc, node) == JDOC_STRING;
    bool boolean = jdoc_string_is(a->doc, node, "true", 4) || jdoc_string_is(a->doc, node, "false", 5);
    if ((types & (1 << JDOC_NUMBER | 1 << OP_INTEGER) && looks_like_number(a, node)) ||
        (types & 1 << JDOC_TRUE && is_text && boolean))
        buf_printf(a->hint, "write it without quotes");
    else if (types == 1 << JDOC_STRING &&
             (jdoc_type(a->doc, node) == JDOC_NUMBER || jdoc_type(a->doc, node) == JDOC_TRUE ||
              jdoc_type(a->doc, node) == JDOC_FALSE))
        buf_printf(a->hint, "put it in quotes");
}

void say_types(struct about *a, uint32_t types)
{
    put_must(a);
    buf_puts(a->message, "be ");
    put_types(a->message, types);
    put_not(a);
    hint_type(a, types);
}

void say_type(struct about *a)
{
    say_types(a, a->in->a);
}

void say_const(struct about *a)
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

void say_enum(struct about *a)
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
    uint32_t end = jdoc_next(a->schema, array);
    for (uint32_t item = array + 1; item < end && explain_spend(a); item = jdoc_next(a->schema, item))
        if (jdoc_type(a->schema, item) == JDOC_STRING)
            suggestion_try(&near, jdoc_string(a->schema, item), jdoc_string_size(a->schema, item));
    if (near.best)
        put_did_you_mean(a->hint, &near);
}

void say_bound(struct about *a)
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

void say_count(struct about *a)
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

/* The first sentence of the schema's description: a pattern by itself tells few people what is wanted. */
static void hint_description(struct about *a)
{
    enum { MOST = 160 };
    uint32_t node = a->program->subschemas[a->unit->schema].node;
    uint32_t description = jdoc_get(a->schema, node, "description", 11);
    if (description == JDOC_NONE || jdoc_type(a->schema, description) != JDOC_STRING)
        return;
    const char *text = jdoc_string(a->schema, description);
    size_t n = jdoc_string_size(a->schema, description), end = 0;
    while (end < n && text[end] != '\n' && !(text[end] == '.' && (end + 1 == n || text[end + 1] == ' ')))
        end++;
    if (end == 0 || end > MOST)
        return;
    char raw[MOST + 1], shown[MOST + 8];
    snprintf(raw, sizeof raw, "%.*s", (int)end, text);
    text_printable(shown, sizeof shown, raw);
    buf_printf(a->hint, "the schema says: %s", shown);
}

void say_pattern(struct about *a)
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
    a->message->failed |= !copy;
    free(copy);
    buf_puts(a->message, shown);
    hint_example(a);
    if (a->hint->size == 0)
        hint_description(a);
}

void say_format(struct about *a)
{
    put_must(a);
    buf_printf(a->message, "be %s", a->program->formats[a->in->a]->what);
    put_not(a);
}

void say_content(struct about *a)
{
    static const char *const what[] = {"", "text in base64", "JSON in a string", "JSON, encoded in base64"};
    put_must(a);
    buf_printf(a->message, "hold %s", what[a->in->a & 3]);
}

void say_unique(struct about *a)
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
