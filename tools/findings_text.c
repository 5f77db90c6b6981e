/* Findings for people and editors: file:line:column: severity: message [rule]. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/findings.h"
#include "tools/message.h"

struct printer {
    struct buf *out, scratch;
    struct findings_source source;
    bool color, lines, verbose;
};

/* Appends what `scratch` holds, made printable, and empties it. */
static void put_scratch(struct printer *p)
{
    message_put(p->out, buf_text(&p->scratch));
    p->out->failed = p->out->failed || p->scratch.failed;
    buf_clear(&p->scratch);
}

static void put_schema(struct printer *p, const struct jpk_finding *finding)
{
    if (!p->verbose || !finding->schema)
        return;
    buf_puts(p->out, " [");
    message_put(p->out, finding->schema);
    buf_putc(p->out, ']');
}

static void put_finding(struct printer *p, const struct jpk_finding *finding)
{
    static const char *const codes[] = {"\033[36m", "\033[33m", "\033[31m"};
    message_put(p->out, finding->file);
    if (finding->line)
        buf_printf(p->out, ":%u:%u", finding->line, finding->column);
    buf_printf(p->out, ": %s%s%s: ", p->color ? codes[finding->severity] : "", jpk_severity_name(finding->severity),
               p->color ? "\033[0m" : "");
    findings_put_message(&p->scratch, finding);
    put_scratch(p);
    buf_printf(p->out, " [%s]", finding->rule);
    put_schema(p, finding);
    buf_putc(p->out, '\n');
}

/* The finding's line, cut to what fits a terminal, and a caret below its column. */
static void put_source(struct printer *p, const struct jpk_finding *finding)
{
    enum { BEFORE = 60, SHOWN = 100 };
    struct findings_lines *lines = finding->line ? findings_source_lines(&p->source, finding->file) : NULL;
    if (!lines || !findings_lines_seek(lines, finding->line))
        return;
    const char *line = lines->text + lines->start;
    size_t n = lines->end - lines->start, column = finding->column ? finding->column - 1 : 0;
    size_t start = column > BEFORE ? column - BEFORE : 0;
    char raw[SHOWN + 1], shown[SHOWN + 8], lead[SHOWN + 8];
    while (start > 0 && start < n && ((unsigned char)line[start] & 0xc0) == 0x80)
        start--;
    size_t width = n > start ? n - start : 0, before = column - start;
    snprintf(raw, sizeof raw, "%.*s", (int)(width < SHOWN ? width : SHOWN), line + start);
    text_printable(shown, sizeof shown, raw);
    snprintf(raw, sizeof raw, "%.*s", (int)(before < width ? before : width), line + start);
    text_printable(lead, sizeof lead, raw);
    buf_printf(p->out, "    %s\n    %*s^\n", shown, (int)text_width(lead), "");
}

static void put_explanations(struct printer *p, const struct findings_item *item, size_t count)
{
    enum { LEVELS = 10 };
    for (const struct findings_item *why = item + 1; why <= item + count; why++) {
        uint32_t level = why->finding.level < LEVELS ? why->finding.level : LEVELS;
        buf_printf(p->out, "%*s", (int)(4 * level), "");
        findings_put_because(&p->scratch, item, why);
        put_scratch(p);
        put_schema(p, &why->finding);
        buf_putc(p->out, '\n');
    }
}

void findings_text(const struct findings_report *report, struct buf *out)
{
    const struct settings *settings = report->settings;
    struct findings_summary summary = findings_summarize(report, settings->verbose, false);
    struct findings_walk walk = findings_walk_begin(report, settings->verbose, false);
    struct printer p = {.out = out,
                        .source = {.read = report->read, .context = report->context},
                        .color = message_colors(settings),
                        .lines = isatty(STDOUT_FILENO),
                        .verbose = settings->verbose};
    for (size_t i = 0; i < report->list->file_count; i++) {
        while (findings_walk_next(&walk, &report->list->files[i])) {
            put_finding(&p, &walk.item->finding);
            if (p.lines)
                put_source(&p, &walk.item->finding);
            put_explanations(&p, walk.item, walk.explanations);
            findings_flush(out);
        }
    }
    findings_source_free(&p.source);
    buf_free(&p.scratch);
    if (settings->quiet)
        return;
    findings_put_summary(out, report, &summary);
    buf_puts(out, summary.counts[JPK_INFO] && !settings->verbose ? " (-v shows notes)\n" : "\n");
}
