#include "tools/diff_print.h"

#include <stdlib.h>
#include <string.h>

#include "tools/message.h"

const char *const diff_what_words[DIFF_WHAT_COUNT] = {"added", "removed", "renamed", "moved", "changed", "reordered"};

bool diff_two_paths(const struct jpk_diff_change *change)
{
    return (change->what & (JPK_DIFF_RENAMED | JPK_DIFF_MOVED)) && change->old_path && change->new_path;
}

void diff_put_what(struct buf *out, unsigned what)
{
    const char *separator = "";
    for (unsigned i = 0; i < DIFF_WHAT_COUNT; i++) {
        if (!(what & 1u << i))
            continue;
        buf_printf(out, "%s%s", separator, diff_what_words[i]);
        separator = ", ";
    }
}

void diff_put_totals(struct buf *out, const struct diff_view *view)
{
    size_t counts[DIFF_WHAT_COUNT] = {0}, added = 0, removed = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct jpk_diff_change *change = view->changes[i];
        added += change->added;
        removed += change->removed;
        for (unsigned w = 0; w < DIFF_WHAT_COUNT; w++)
            counts[w] += (change->what >> w) & 1u;
    }
    buf_printf(out, "%zu difference%s: ", view->count, view->count == 1 ? "" : "s");
    const char *separator = "";
    for (unsigned w = 0; w < DIFF_WHAT_COUNT; w++) {
        if (!counts[w])
            continue;
        buf_printf(out, "%s%zu %s", separator, counts[w], diff_what_words[w]);
        separator = ", ";
    }
    buf_printf(out, "; lines: %zu added, %zu removed", added, removed);
}

void diff_put_value(struct buf *out, const struct jpk_diff_field *field, bool new_side)
{
    const char *value = new_side ? field->new_value : field->old_value;
    const char *path = new_side ? field->new_item_path : field->old_item_path;
    if (new_side ? field->new_hidden : field->old_hidden)
        buf_puts(out, "(not shown)");
    else if (path)
        message_put(out, path);
    else if (!value)
        buf_puts(out, "(none)");
    else if (!*value)
        buf_puts(out, "\"\"");
    else
        message_put(out, value);
}

const char *diff_remark(const struct jpk_diff_field *field)
{
    switch (field->kind) {
    case JPK_DIFF_FIELD_ENCRYPTED:
        return "encrypted again; whether the text has changed cannot be told";
    case JPK_DIFF_FIELD_ORDER:
        return "in another order";
    case JPK_DIFF_FIELD_OPAQUE:
        return field->old_value ? NULL : "differ";
    case JPK_DIFF_FIELD_VALUE:
        return field->old_hidden && field->new_hidden ? "changed (not shown)" : NULL;
    default:
        return NULL;
    }
}

/* ----------------------------------------------------------------------------------------------------------- text */

struct printer {
    struct buf *out;
    bool color;
};

enum paint { PLAIN, BOLD, RED, GREEN, CYAN };

static void paint(const struct printer *p, enum paint paint)
{
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[31m", "\033[32m", "\033[36m"};
    if (p->color)
        buf_puts(p->out, codes[paint]);
}

static void put_path(struct buf *out, const struct jpk_diff_change *change)
{
    if (diff_two_paths(change)) {
        message_put(out, change->old_path);
        buf_puts(out, " -> ");
    }
    message_put(out, change->new_path ? change->new_path : change->old_path);
}

static void put_hunks(const struct printer *p, const struct jpk_diff_field *field)
{
    for (size_t h = 0; h < field->hunk_count; h++) {
        const struct jpk_diff_hunk *hunk = &field->hunks[h];
        paint(p, CYAN);
        buf_printf(p->out, "    @@ -%u,%u +%u,%u @@", hunk->old_start, hunk->old_count, hunk->new_start,
                   hunk->new_count);
        paint(p, PLAIN);
        buf_putc(p->out, '\n');
        for (size_t i = 0; i < hunk->line_count; i++) {
            const struct jpk_diff_line *line = &hunk->lines[i];
            buf_puts(p->out, "    ");
            if (line->sign != ' ')
                paint(p, line->sign == '-' ? RED : GREEN);
            buf_putc(p->out, line->sign);
            message_put(p->out, line->text);
            if (line->sign != ' ')
                paint(p, PLAIN);
            buf_putc(p->out, '\n');
            if (line->unfinished && line->sign != ' ')
                buf_puts(p->out, "    \\ no line end here\n");
        }
    }
}

enum { SHORT = 100 }; /* two values up to that length stand in one line */

static void put_field(const struct printer *p, const struct jpk_diff_field *field)
{
    struct buf values[2] = {{0}, {0}};
    const char *remark = diff_remark(field);
    buf_puts(p->out, "  ");
    message_put(p->out, *field->path ? field->path : "text");
    if (remark || field->kind == JPK_DIFF_FIELD_TEXT) {
        buf_printf(p->out, ":%s%s\n", remark ? " " : "", remark ? remark : "");
        put_hunks(p, field);
        return;
    }
    diff_put_value(&values[0], field, false);
    diff_put_value(&values[1], field, true);
    bool both = values[0].size + values[1].size <= SHORT;
    buf_puts(p->out, both ? ": " : ":\n    -");
    paint(p, RED);
    buf_puts(p->out, buf_text(&values[0]));
    paint(p, PLAIN);
    buf_puts(p->out, both ? " -> " : "\n    +");
    paint(p, GREEN);
    buf_puts(p->out, buf_text(&values[1]));
    paint(p, PLAIN);
    buf_putc(p->out, '\n');
    p->out->failed |= values[0].failed || values[1].failed;
    buf_free(&values[0]);
    buf_free(&values[1]);
}

static void put_heading(const struct printer *p, const struct jpk_diff_change *change)
{
    paint(p, BOLD);
    diff_put_what(p->out, change->what);
    buf_puts(p->out, ": ");
    put_path(p->out, change);
    paint(p, PLAIN);
    if (change->note)
        buf_printf(p->out, " (%s)", change->note);
    buf_putc(p->out, '\n');
}

void diff_text(const struct diff_view *view, bool color, struct buf *out)
{
    struct printer p = {out, color};
    for (size_t i = 0; i < view->count; i++) {
        put_heading(&p, view->changes[i]);
        for (size_t f = 0; f < view->changes[i]->field_count; f++)
            put_field(&p, &view->changes[i]->fields[f]);
    }
    if (view->count) {
        diff_put_totals(out, view);
        buf_putc(out, '\n');
    }
}

void diff_stat(const struct diff_view *view, struct buf *out)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct jpk_diff_change *change = view->changes[i];
        buf_printf(out, "%5u + %5u -  ", change->added, change->removed);
        put_path(out, change);
        buf_puts(out, " (");
        diff_put_what(out, change->what);
        buf_puts(out, ")\n");
    }
    if (view->count) {
        diff_put_totals(out, view);
        buf_putc(out, '\n');
    }
}

void diff_names(const struct diff_view *view, struct buf *out)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct jpk_diff_change *change = view->changes[i];
        message_put(out, change->new_path ? change->new_path : change->old_path);
        buf_putc(out, '\n');
    }
}
