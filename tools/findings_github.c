/*
 * Findings as workflow commands, which GitHub Actions shows as annotations:
 * `::error file=...,line=...,col=...,title=...::message`. Source of the escapes: the documentation of workflow commands
 * and the toolkit's own command writer.
 */
#include <string.h>

#include "jpk/secret_text.h"
#include "tools/findings.h"
#include "tools/message.h"

/*
 * Text with what would end it escaped, of a property also what would end that. Line ends survive, and with them the
 * names of files; other control characters would only harm the log.
 */
static void put_escaped(struct buf *out, const char *text, bool property)
{
    const char *special = property ? "%\r\n:," : "%\r\n";
    struct buf piece = {0}, masked = {0};
    text = secret_text_shown(&masked, text);
    while (*text) {
        size_t plain = strcspn(text, special);
        buf_clear(&piece);
        buf_put(&piece, text, plain);
        message_put(out, buf_text(&piece));
        out->failed = out->failed || piece.failed;
        text += plain;
        if (*text)
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text++);
    }
    out->failed |= masked.failed;
    buf_free(&masked);
    buf_free(&piece);
}

static void put_finding(struct buf *out, const struct findings_item *item, size_t explanations)
{
    static const char *const commands_of[] = {"notice", "warning", "error"};
    const struct jpk_finding *finding = &item->finding;
    struct buf message = {0};
    buf_printf(out, "::%s file=", commands_of[finding->severity]);
    put_escaped(out, finding->file, true);
    if (finding->line)
        buf_printf(out, ",line=%u", finding->line);
    if (finding->line && item->character)
        buf_printf(out, ",col=%u", item->character);
    buf_puts(out, ",title=");
    put_escaped(out, finding->rule, true);
    buf_puts(out, "::");
    findings_put_message(&message, finding);
    for (size_t i = 1; i <= explanations; i++) {
        buf_puts(&message, "\n");
        findings_put_because(&message, item, &item[i]);
    }
    put_escaped(out, buf_text(&message), false);
    buf_putc(out, '\n');
    out->failed = out->failed || message.failed;
    buf_free(&message);
}

static void put_unchecked(struct buf *out, const struct findings_file *file)
{
    buf_puts(out, "::error file=");
    put_escaped(out, file->name, true);
    buf_puts(out, ",title=not checked::");
    put_escaped(out, file->problem, false);
    buf_putc(out, '\n');
}

void findings_github(const struct findings_report *report, struct buf *out)
{
    const struct settings *settings = report->settings;
    struct findings_summary summary = findings_summarize(report, settings->verbose, false);
    struct findings_walk walk = findings_walk_begin(report, settings->verbose, false);
    for (size_t i = 0; i < report->list->file_count; i++) {
        const struct findings_file *file = &report->list->files[i];
        if (file->problem)
            put_unchecked(out, file);
        while (findings_walk_next(&walk, file)) {
            put_finding(out, walk.item, walk.explanations);
            findings_flush(out);
        }
        findings_flush(out);
    }
    if (settings->quiet)
        return;
    /* Plain lines are part of the log. This one begins with a word of ours: names could look like commands. */
    buf_puts(out, "jpk: ");
    findings_put_summary(out, report, &summary);
    buf_putc(out, '\n');
}
