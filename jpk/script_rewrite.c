#include "jpk/script_rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/script_reference.h"

/*
 * The events of the script say what each string is an argument of; references are looked for in strings, comments,
 * texts outside of scripts and in what never ends, which come in the order of the text. Comments are searched as they
 * are and, when they hold references, also read as code, since most are statements that were switched off. That is done
 * one level deep, so that comments in comments cost nothing.
 */

/* How far out a call is looked for: deeper ones of If and the like hand nothing on. */
enum { LEVELS_MAX = 8 };

/* A piece of the text that references are looked for in. */
struct place {
    size_t begin, end;
    char quote; /* around it, or NUL */
    struct script_view function, assigned;
    unsigned argument;
    bool assigned_local;
    bool in_comment, block, javascript, plain; /* plain: outside of scripts */
};

/* A string of code that a comment holds. */
struct hint {
    size_t begin, end;
    struct script_view function, assigned;
    unsigned argument;
    bool assigned_local;
};

struct rewriter {
    const char *text;
    size_t size;
    size_t copied; /* the old text up to here is in the new one */
    script_resolver *resolve;
    void *context;
    struct script_rewriting *out;
    struct buf answer, parts, scratch;
    struct hint *hints;
    size_t hint_count, hint_capacity;
    struct script_call built; /* the argument that was last reported as put together */
    bool tag_open;            /* a <TAG> was, whose end is still to come */
    bool failed;
};

/* Functions that give back one of their arguments: from `first`, each `step`. */
static const struct {
    const char *name;
    unsigned first, step;
} handing_on[] = {{"If", 1, 1}, {"Case", 1, 2}, {"Eval", 0, 1}, {"IfNull", 0, 1}, {"IfEmpty", 0, 1}};

static bool is_name(struct script_view view, const char *name)
{
    size_t n = 0;
    while (n < view.length && name[n] && text_lower(view.text[n]) == text_lower(name[n]))
        n++;
    return n == view.length && !name[n];
}

static bool hands_on(struct script_view function)
{
    for (size_t i = 0; i < sizeof handing_on / sizeof *handing_on; i++)
        if (is_name(function, handing_on[i].name))
            return true;
    return false;
}

static bool hands_argument_on(const struct script_call *call)
{
    for (size_t i = 0; i < sizeof handing_on / sizeof *handing_on; i++)
        if (call->argument >= handing_on[i].first && (call->argument - handing_on[i].first) % handing_on[i].step == 0 &&
            is_name(call->function, handing_on[i].name))
            return true;
    return false;
}

/* The call that gets what the event is about; without a function when there is none. */
static struct script_call receiver(const struct script_event *event)
{
    struct script_call call = {.argument = 0}, innermost = {.argument = 0};
    for (unsigned level = 0; level < LEVELS_MAX && script_event_call(event, level, &call); level++) {
        if (level == 0)
            innermost = call;
        if (!hands_argument_on(&call))
            return call;
    }
    return innermost;
}

/* What the catalogue says of an argument. JavaScript's own functions are not in it. */
static const struct script_function *look_up(struct script_view function, unsigned argument, bool javascript,
                                             struct script_parameter *parameter)
{
    bool member = memchr(function.text ? function.text : "", '.', function.length) != NULL;
    const struct script_function *row = javascript || !member ? script_function_find(function) : NULL;
    if (!row || !script_function_parameter(row, argument, parameter))
        memset(parameter, 0, sizeof *parameter);
    return row;
}

/* ---------------------------------------------------------------------------------------------------------- changes */

static struct script_change *add_change(struct rewriter *r, enum script_outcome outcome, size_t offset, size_t length)
{
    struct script_rewriting *out = r->out;
    struct script_change *changes = array_grow(out->changes, out->count, &out->capacity, sizeof *changes);
    if (!changes) {
        r->failed = true;
        return NULL;
    }
    out->changes = changes;
    out->outcomes[outcome]++;
    changes[out->count] = (struct script_change){
        .outcome = outcome, .form = SCRIPT_FORM_OTHER, .offset = offset, .length = length, .new_length = length};
    return &changes[out->count++];
}

/* For what no resolver is asked about. */
static void note(struct rewriter *r, enum script_outcome outcome, size_t offset, size_t length,
                 const struct script_call *call, bool javascript)
{
    struct script_parameter parameter;
    struct script_change *change = add_change(r, outcome, offset, length);
    if (!change)
        return;
    change->function = call->function;
    change->argument = call->argument;
    change->row = look_up(call->function, call->argument, javascript, &parameter);
    change->javascript = javascript;
}

/* Whether the event stands in an argument that was reported already. */
static bool already_built(const struct rewriter *r, const struct script_event *event)
{
    struct script_call call;
    if (!r->built.function.text)
        return false;
    for (unsigned level = 0; level < LEVELS_MAX && script_event_call(event, level, &call); level++)
        if (call.function.text == r->built.function.text && call.argument == r->built.argument)
            return true;
    return false;
}

static void note_built(struct rewriter *r, const struct script_event *event, const struct script_call *call,
                       size_t offset, size_t length)
{
    if (already_built(r, event))
        return;
    note(r, SCRIPT_BUILT, offset, length, call, event->language == SCRIPT_JAVASCRIPT);
    r->built = *call;
}

/* --------------------------------------------------------------------------------------------------------- offering */

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* Code within a string: `"RunOperation('op.<guid>')"`, and the same quotes with a backslash before them. */
static char inner_quote(const struct rewriter *r, const struct place *place, size_t at)
{
    if (place->plain || at == place->begin || !is_quote(r->text[at - 1]))
        return '\0';
    char before = r->text[at - 1];
    bool escaped = at - place->begin >= 2 && r->text[at - 2] == '\\';
    return before == place->quote && !escaped ? '\0' : before;
}

/* Whether the new text leaves the old one what it is: comments end where they ended, and no script begins. */
static bool fits(struct rewriter *r, const struct place *place, const struct script_use *use, const struct buf *text)
{
    struct script_scanner scanner;
    struct script_token token;
    if (!place->in_comment && !place->plain)
        return true;
    script_begin(&scanner, buf_text(text), text->size);
    if (script_next(&scanner, &token) && token.length < text->size)
        return false;
    if (text->size > 0 && token.kind == SCRIPT_TAG)
        return false;
    if (place->plain)
        return true;
    if (!place->block)
        return !memchr(buf_text(text), '\n', text->size);
    size_t end = use->offset + use->text.length;
    buf_clear(&r->scratch);
    buf_put(&r->scratch, r->text + use->offset - 1, 1); /* a comment begins before it */
    buf_put(&r->scratch, buf_text(text), text->size);
    buf_put(&r->scratch, r->text + end, end < r->size); /* and ends behind it, or never */
    return !memmem(buf_text(&r->scratch), r->scratch.size, "*/", 2);
}

/* What stands in the place of the reference, in r->parts, which nobody needs any more. */
static enum script_outcome carry_out(struct rewriter *r, const struct place *place, const struct script_use *use,
                                     enum script_answer answer, struct script_quotes quotes)
{
    struct buf *out = &r->out->text;
    if (answer == SCRIPT_KEEP || answer == SCRIPT_UNRESOLVED)
        return answer == SCRIPT_KEEP ? SCRIPT_KEPT : SCRIPT_NOT_RESOLVED;
    buf_clear(&r->parts);
    if (answer == SCRIPT_REPLACE)
        script_quote(&r->parts, buf_text(&r->answer), r->answer.size, quotes, &r->scratch);
    if (!fits(r, place, use, &r->parts))
        return SCRIPT_NOT_RESOLVED;
    buf_put(out, r->text + r->copied, use->offset - r->copied);
    buf_put(out, buf_text(&r->parts), r->parts.size);
    r->copied = use->offset + use->text.length;
    return answer == SCRIPT_REPLACE ? SCRIPT_REPLACED : SCRIPT_DROPPED;
}

static void offer(struct rewriter *r, const struct place *place, struct script_use *use)
{
    struct script_quotes quotes = {.inner = inner_quote(r, place, use->offset), .outer = place->quote};
    use->function = place->function;
    use->argument = place->argument;
    use->assigned = place->assigned;
    use->assigned_local = place->assigned_local;
    use->in_comment = place->in_comment;
    use->javascript = place->javascript;
    use->row = look_up(use->function, use->argument, use->javascript, &use->parameter);
    script_reference_parts(use, quotes, &r->parts);
    buf_clear(&r->answer);
    enum script_answer answer = r->resolve(r->context, use, &r->answer);
    enum script_outcome outcome = carry_out(r, place, use, answer, quotes);
    struct script_change *change = add_change(r, outcome, use->offset, use->text.length);
    r->failed = r->failed || r->parts.failed || r->answer.failed || r->scratch.failed || r->out->text.failed;
    if (!change)
        return;
    change->form = use->form;
    change->item = use->item;
    if (outcome == SCRIPT_REPLACED || outcome == SCRIPT_DROPPED)
        change->new_length = r->parts.size;
    change->function = use->function;
    change->argument = use->argument;
    change->row = use->row;
    change->in_comment = use->in_comment;
    change->embedded = use->embedded;
    change->javascript = use->javascript;
}

/* ---------------------------------------------------------------------------------------------------------- strings */

/*
 * Offers what is there. A tag that is not finished is returned: its text up to the end, or up to the next reference;
 * without length when there is none.
 */
static struct script_view search(struct rewriter *r, const struct place *place)
{
    struct script_view unfinished = {NULL, 0};
    for (size_t at = place->begin; !r->failed;) {
        struct script_use use = {.item = 0};
        enum script_found found = script_reference_next(r->text, place->begin, place->end, &at, &use);
        if (found == SCRIPT_FOUND_NONE)
            break;
        if (found == SCRIPT_FOUND_UNFINISHED) {
            unfinished = (struct script_view){use.text.text, place->end - use.offset};
            continue;
        }
        if (unfinished.text && unfinished.text + unfinished.length > use.text.text)
            unfinished.length = (size_t)(use.text.text - unfinished.text);
        use.embedded = !place->quote || use.text.length != place->end - place->begin;
        offer(r, place, &use);
    }
    return unfinished;
}

static struct place place_of(const struct rewriter *r, const struct script_event *event, const struct script_call *call)
{
    size_t begin = (size_t)(event->name.text - r->text);
    return (struct place){
        .begin = begin,
        .end = begin + event->name.length,
        .function = call->function,
        .argument = call->argument,
        .assigned = event->assigned,
        .assigned_local = event->assigned_local,
        .javascript = event->language == SCRIPT_JAVASCRIPT,
    };
}

/* The beginning of a reference that the string ends with: `"op." + $id`. One letter and a dot end sentences, too. */
static bool is_fragment(struct script_view string, bool wanted)
{
    static const char *const beginnings[] = {"op.", "sc.", "so.", "s.", "t.", "m."};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        size_t n = strlen(beginnings[i]);
        if (string.length < n || memcmp(string.text + string.length - n, beginnings[i], n) != 0)
            continue;
        bool whole = string.length == n;
        return whole ? wanted || n > 2 : is_quote(string.text[string.length - n - 1]);
    }
    return false;
}

static bool wants_reference(const struct script_call *call, bool javascript)
{
    struct script_parameter parameter;
    look_up(call->function, call->argument, javascript, &parameter);
    return parameter.wants != SCRIPT_WANTS_NOTHING && !parameter.computed;
}

/* A string in which nothing was found. */
static void on_plain_string(struct rewriter *r, const struct script_event *event, const struct script_call *call)
{
    bool javascript = event->language == SCRIPT_JAVASCRIPT, wanted = wants_reference(call, javascript);
    size_t offset = (size_t)(event->name.text - r->text);
    bool built = is_fragment(event->name, wanted);
    if (built || (wanted && event->name.length > 0 && !event->alone))
        note_built(r, event, call, offset, event->name.length);
    else if (wanted && event->name.length > 0)
        note(r, SCRIPT_NOT_RESOLVED, offset, event->name.length, call, javascript);
}

static void on_string(struct rewriter *r, const struct script_event *event)
{
    struct script_call call = receiver(event);
    struct place place = place_of(r, event, &call);
    struct script_use other = {.item = 0};
    size_t before = r->out->count;
    place.quote = event->name.text[-1];
    struct script_view unfinished = search(r, &place);
    if (unfinished.length > 0) {
        /* "<TAG>operation:" + $name + "<TAG>": the second one closes */
        if (!r->tag_open)
            note_built(r, event, &call, (size_t)(unfinished.text - r->text), unfinished.length);
        r->tag_open = !r->tag_open;
        return;
    }
    if (memmem(event->name.text, event->name.length, "</TAG>", 6))
        r->tag_open = false;
    if (r->out->count > before || r->failed)
        return;
    if (script_reference_other(r->text, place.begin, place.end, &other))
        offer(r, &place, &other);
    else
        on_plain_string(r, event, &call);
}

/* Names of JavaScript that are joined by dots may have comments between them. */
static size_t name_length(struct script_view name)
{
    size_t n = 0;
    while (n < name.length && name.text[n] != '/' && name.text[n] != ' ' && (unsigned char)name.text[n] > '\r')
        n++;
    return n;
}

/* A variable, node or result where a function wants a reference. */
static void on_value(struct rewriter *r, const struct script_event *event)
{
    struct script_call call = receiver(event);
    if (event->in_comment || !call.function.text || (event->kind == SCRIPT_EVENT_CALL && hands_on(event->name)))
        return;
    if (wants_reference(&call, event->language == SCRIPT_JAVASCRIPT))
        note_built(r, event, &call, event->offset, name_length(event->name) + (r->text[event->offset] == '$'));
}

/* --------------------------------------------------------------------------------------------------------- comments */

static bool on_hint(void *context, const struct script_event *event)
{
    struct rewriter *r = context;
    if (event->kind != SCRIPT_EVENT_STRING)
        return true;
    struct hint *hints = array_grow(r->hints, r->hint_count, &r->hint_capacity, sizeof *hints);
    if (!hints) {
        r->failed = true;
        return false;
    }
    struct script_call call = receiver(event);
    struct place place = place_of(r, event, &call);
    r->hints = hints;
    hints[r->hint_count++] =
        (struct hint){place.begin, place.end, place.function, place.assigned, place.argument, place.assigned_local};
    return true;
}

/* Reads a comment as code: what it would be without its delimiters. */
static void read_hints(struct rewriter *r, const struct place *comment)
{
    struct script_scanner scanner = {
        .text = r->text,
        .size = comment->end,
        .at = comment->begin,
        .language = comment->javascript ? SCRIPT_JAVASCRIPT : SCRIPT_JITTERBIT,
        .inside = true,
    };
    while (scanner.at < scanner.size && strchr("/*! \t", r->text[scanner.at]) && r->text[scanner.at])
        scanner.at++;
    r->hint_count = 0;
    script_events_from(&scanner, SCRIPT_WITH_TEXTS, on_hint, r);
}

static void on_comment(struct rewriter *r, struct place *comment)
{
    size_t at = comment->begin, next = 0;
    struct script_use use = {.item = 0};
    if (script_reference_next(r->text, comment->begin, comment->end, &at, &use) == SCRIPT_FOUND_NONE)
        return;
    read_hints(r, comment);
    for (at = comment->begin; !r->failed;) {
        use = (struct script_use){.item = 0};
        enum script_found found = script_reference_next(r->text, comment->begin, comment->end, &at, &use);
        if (found == SCRIPT_FOUND_NONE)
            return;
        if (found == SCRIPT_FOUND_UNFINISHED)
            continue;
        while (next < r->hint_count && r->hints[next].end <= use.offset)
            next++;
        const struct hint *hint = next < r->hint_count && r->hints[next].begin <= use.offset ? &r->hints[next] : NULL;
        comment->function = hint ? hint->function : (struct script_view){NULL, 0};
        comment->argument = hint ? hint->argument : 0;
        comment->assigned = hint ? hint->assigned : (struct script_view){NULL, 0};
        comment->assigned_local = hint && hint->assigned_local;
        use.embedded = !hint || use.offset != hint->begin || use.offset + use.text.length != hint->end;
        offer(r, comment, &use);
    }
}

/* A comment, what never ends, or text outside of scripts. */
static void on_text(struct rewriter *r, const struct script_event *event)
{
    struct script_call none = {.argument = 0};
    struct place place = place_of(r, event, &none);
    bool comment =
        event->kind == SCRIPT_EVENT_COMMENT || (event->kind == SCRIPT_EVENT_OPEN && event->name.text[0] == '/');
    place.assigned = (struct script_view){NULL, 0};
    place.plain = event->kind == SCRIPT_EVENT_TEXT;
    if (!comment) {
        search(r, &place);
        return;
    }
    place.in_comment = true;
    place.block = event->name.text[1] == '*';
    place.begin += 2;
    if (place.block && event->kind == SCRIPT_EVENT_COMMENT)
        place.end -= 2;
    on_comment(r, &place);
}

/* ------------------------------------------------------------------------------------------------------------------ */

static bool on_event(void *context, const struct script_event *event)
{
    struct rewriter *r = context;
    switch (event->kind) {
    case SCRIPT_EVENT_STRING:
        on_string(r, event);
        break;
    case SCRIPT_EVENT_COMMENT:
    case SCRIPT_EVENT_TEXT:
    case SCRIPT_EVENT_OPEN:
        on_text(r, event);
        break;
    case SCRIPT_EVENT_READ:
    case SCRIPT_EVENT_LOCAL_READ:
    case SCRIPT_EVENT_PATH:
    case SCRIPT_EVENT_CALL:
        on_value(r, event);
        break;
    default:
        break;
    }
    return !r->failed;
}

static int by_offset(const void *a, const void *b)
{
    const struct script_change *left = a, *right = b;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Variables with an index are told of behind it, so the order is made at last. */
static void finish_changes(struct script_rewriting *out)
{
    size_t added = 0, removed = 0;
    bool sorted = true;
    for (size_t i = 1; i < out->count && sorted; i++)
        sorted = out->changes[i - 1].offset <= out->changes[i].offset;
    if (!sorted)
        qsort(out->changes, out->count, sizeof *out->changes, by_offset);
    for (size_t i = 0; i < out->count; i++) {
        struct script_change *change = &out->changes[i];
        change->new_offset = change->offset + added - removed;
        added += change->new_length;
        removed += change->length;
    }
}

bool script_rewrite(const char *text, size_t size, script_resolver *resolve, void *context,
                    struct script_rewriting *rewriting, struct jpk_error *err)
{
    struct rewriter r = {.text = text, .size = size, .resolve = resolve, .context = context, .out = rewriting};
    struct script_scanner scanner;
    if (size > UINT32_MAX)
        return error_set(err, JPK_ERR_LIMIT, "a text of more than 4 GiB");
    script_begin(&scanner, text, size);
    script_events_from(&scanner, SCRIPT_WITH_TEXTS, on_event, &r);
    buf_put(&rewriting->text, text + r.copied, size - r.copied);
    finish_changes(rewriting);
    buf_free(&r.answer);
    buf_free(&r.parts);
    buf_free(&r.scratch);
    free(r.hints);
    return !r.failed && !rewriting->text.failed ? true : error_memory(err);
}

void script_rewriting_free(struct script_rewriting *rewriting)
{
    buf_free(&rewriting->text);
    free(rewriting->changes);
    memset(rewriting, 0, sizeof *rewriting);
}
