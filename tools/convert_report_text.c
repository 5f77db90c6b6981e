/* The report for people at a terminal: what has become of the project, and what is left to do. */
#include <stdio.h>
#include <string.h>

#include "tools/convert_report.h"
#include "tools/message.h"

/* How wide the names of facts are. */
#define LABEL "%-12s"

/* So many reasons are shown without --verbose. */
enum { REASONS_MAX = 5 };

static void put_counts(struct buf *out, const size_t counts[JPK_CONVERT_RESULTS])
{
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        buf_printf(out, "%s%zu %s", i ? ", " : "", counts[i], jpk_convert_result_name((enum jpk_convert_result)i));
}

static void put_agent(struct buf *out, const struct convert_report *report)
{
    size_t count = json_array_size(report->private_reasons);
    buf_printf(out, LABEL "%s or later, because of %s; ", "agent", report->agent_version, report->agent_reason);
    buf_puts(out, count ? "a cloud agent cannot run it as it is:\n" : "a cloud agent can run it\n");
    for (size_t i = 0; i < count && (i < REASONS_MAX || report->how.verbose); i++) {
        buf_printf(out, LABEL, "");
        message_put(out, json_string_value(json_array_get(report->private_reasons, i)));
        buf_putc(out, '\n');
    }
    if (count > REASONS_MAX && !report->how.verbose)
        buf_printf(out, LABEL "and %zu more reasons\n", "", count - REASONS_MAX);
}

static void put_connectors(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *conversion = report->conversion;
    const char *before = "";
    for (size_t i = 0; i < conversion->connector_count; i++) {
        if (!convert_report_installs(report, i))
            continue;
        if (!*before)
            buf_printf(out, LABEL "must be installed before the import: ", "connectors");
        buf_puts(out, before);
        message_put(out, conversion->connectors[i]);
        before = ", ";
    }
    if (*before)
        buf_putc(out, '\n');
}

static void put_number(struct buf *out, const char *label, size_t count, const char *what)
{
    if (count > 0)
        buf_printf(out, LABEL "%zu %s\n", label, count, what);
}

static void put_facts(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    size_t tasks = 0;
    for (int i = 0; i < CONVERT_EFFORTS; i++)
        tasks += report->tasks[i];
    buf_printf(out, LABEL "%zu: ", "items", c->item_count);
    put_counts(out, c->counts);
    buf_printf(out, "\n" LABEL "%u%% of items, %u%% of script lines (%zu of %zu)\n", "coverage",
               convert_percent(convert_carried(c->counts), convert_wanted(c->counts)),
               convert_percent(c->script_lines_kept, c->script_lines), c->script_lines_kept, c->script_lines);
    buf_printf(out, LABEL, "work");
    convert_put_time(out, report->minutes);
    buf_printf(out, " for %zu task%s\n", tasks, tasks == 1 ? "" : "s");
    put_agent(out, report);
    put_connectors(out, report);
    put_number(out, "secrets", c->secret_count, "to type in again");
    put_number(out, "schedules", c->schedule_count, "to set up");
    put_number(out, "renamed", c->rename_count, c->rename_count == 1 ? "item" : "items");
}

static void put_findings(struct buf *out, const struct jpk_finding *findings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "    %s: ", jpk_severity_name(findings[i].severity));
        message_put(out, findings[i].message);
        buf_printf(out, " [%s]\n", findings[i].rule);
    }
}

static void put_todo(struct buf *out, const struct convert_report *report)
{
    if (report->todo_count > 0)
        buf_puts(out, "\nto do, what is most important first:\n");
    for (size_t i = 0; i < report->todo_count; i++) {
        const struct convert_todo *todo = &report->todo[i];
        size_t shown = 0;
        buf_printf(out, "  %zu x %s, ", todo->tasks, todo->rule);
        convert_put_time(out, todo->minutes);
        buf_printf(out, ": %s\n    %s\n", todo->text, todo->advice->advice);
        for (; shown < sizeof todo->examples / sizeof todo->examples[0] && todo->examples[shown]; shown++) {
            buf_puts(out, shown ? ", " : "    ");
            message_put(out, todo->examples[shown]);
        }
        if (shown < todo->tasks)
            buf_printf(out, " and %zu more", todo->tasks - shown);
        buf_putc(out, '\n');
    }
}

/* With --verbose: what has become of each. */
static void put_items(struct buf *out, const struct convert_report *report)
{
    for (size_t i = 0; i < report->conversion->item_count; i++) {
        const struct jpk_convert_item *item = &report->conversion->items[i];
        buf_printf(out, "%s  %-9s ", i ? "" : "\nitems:\n", jpk_convert_result_name(item->result));
        message_put(out, item->path);
        if (item->target) {
            buf_puts(out, " -> ");
            message_put(out, item->target);
        }
        buf_putc(out, '\n');
        put_findings(out, item->findings, item->finding_count);
    }
}

void convert_report_text(struct buf *out, const struct convert_report *report)
{
    static const char *const words[] = {[CONVERT_COMPLETE] = "completely converted",
                                        [CONVERT_PARTLY] = "partly converted",
                                        [CONVERT_FAILED] = "nothing could be converted"};
    message_put(out, report->conversion->name);
    buf_printf(out, ": %s\n", words[report->status]);
    put_facts(out, report);
    put_findings(out, report->conversion->findings, report->conversion->finding_count);
    put_todo(out, report);
    if (report->how.verbose)
        put_items(out, report);
}
