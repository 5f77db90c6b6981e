/*
 * Markdown for a comment on a pull request. What comes from a project is data there: in text by tools/markdown.h; in
 * blocks the fence is longer than any run of backticks.
 */
#include <string.h>

#include "tools/diff_print.h"
#include "tools/markdown.h"
#include "tools/message.h"

static void put_paths(struct buf *out, const struct jpk_diff_change *change)
{
    if (diff_two_paths(change)) {
        markdown_code(out, change->old_path);
        buf_puts(out, " → ");
    }
    markdown_code(out, change->new_path ? change->new_path : change->old_path);
}

static void put_row(struct buf *out, const struct jpk_diff_change *change)
{
    buf_puts(out, "| ");
    put_paths(out, change);
    buf_puts(out, " | ");
    diff_put_what(out, change->what);
    if (change->note)
        buf_printf(out, " (%s)", change->note);
    buf_printf(out, " | %u | %u |\n", change->added, change->removed);
}

static void put_field(struct buf *out, const struct jpk_diff_field *field)
{
    const char *remark = diff_remark(field);
    buf_puts(out, "@@ ");
    message_put(out, *field->path ? field->path : "text");
    buf_puts(out, " @@\n");
    if (remark) {
        buf_printf(out, "! %s\n", remark);
    } else if (field->kind != JPK_DIFF_FIELD_TEXT) {
        buf_puts(out, "-");
        diff_put_value(out, field, false);
        buf_puts(out, "\n+");
        diff_put_value(out, field, true);
        buf_putc(out, '\n');
    }
    for (size_t h = 0; h < field->hunk_count; h++) {
        const struct jpk_diff_hunk *hunk = &field->hunks[h];
        buf_printf(out, "@@ -%u,%u +%u,%u @@\n", hunk->old_start, hunk->old_count, hunk->new_start, hunk->new_count);
        for (size_t i = 0; i < hunk->line_count; i++) {
            buf_putc(out, hunk->lines[i].sign);
            message_put(out, hunk->lines[i].text);
            buf_putc(out, '\n');
        }
    }
}

static size_t longest_backticks(const char *text)
{
    size_t longest = 0;
    for (; *text; text++) {
        size_t n = strspn(text, "`");
        longest = n > longest ? n : longest;
        text += n ? n - 1 : 0;
    }
    return longest;
}

static void put_details(struct buf *out, const struct jpk_diff_change *change)
{
    struct buf body = {0};
    for (size_t f = 0; f < change->field_count; f++)
        put_field(&body, &change->fields[f]);
    size_t fence = longest_backticks(buf_text(&body)) + 1;
    buf_puts(out, "\n<details><summary>");
    put_paths(out, change);
    buf_puts(out, "</summary>\n\n");
    for (size_t i = 0; i < (fence < 3 ? 3 : fence); i++)
        buf_putc(out, '`');
    buf_printf(out, "diff\n%s", buf_text(&body));
    for (size_t i = 0; i < (fence < 3 ? 3 : fence); i++)
        buf_putc(out, '`');
    buf_puts(out, "\n</details>\n");
    out->failed |= body.failed;
    buf_free(&body);
}

/* Appends `part` when it fits, and empties it. */
static bool put_fitting(struct buf *out, struct buf *part, uint64_t limit)
{
    bool fits = out->size + part->size <= limit;
    if (fits)
        buf_put(out, part->data, part->size);
    out->failed |= part->failed;
    buf_clear(part);
    return fits;
}

void diff_markdown(const struct diff_view *view, uint64_t limit, struct buf *out)
{
    enum { NOTES = 160 }; /* room for what is said about what was cut */
    struct buf part = {0};
    uint64_t room = limit > NOTES ? limit - NOTES : 0;
    size_t rows = 0, cut = 0;
    markdown_code(out, view->a);
    buf_puts(out, " → ");
    markdown_code(out, view->b);
    if (view->count == 0) {
        buf_puts(out, ": no differences\n");
        return;
    }
    buf_puts(out, "\n\n");
    diff_put_totals(out, view);
    buf_puts(out, "\n\n| what | change | + | − |\n| --- | --- | ---: | ---: |\n");
    for (bool fits = true; rows < view->count && fits; rows += fits) {
        put_row(&part, view->changes[rows]);
        fits = put_fitting(out, &part, room);
    }
    if (rows < view->count)
        buf_printf(out, "\n%zu more rows were left out to keep the text short.\n", view->count - rows);
    for (size_t i = 0; i < view->count; i++) {
        if (view->changes[i]->field_count == 0)
            continue;
        put_details(&part, view->changes[i]);
        cut += !put_fitting(out, &part, room);
    }
    if (cut)
        buf_printf(out, "\nThe details of %zu changes were left out to keep the text short.\n", cut);
    buf_free(&part);
}
