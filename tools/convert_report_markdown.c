/* The report as Markdown, for wikis and comments: what needs a person in full, all else in figures. */
#include <string.h>

#include "tools/convert_report.h"
#include "tools/markdown.h"

static void put_facts(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    buf_puts(out, "| | |\n| --- | --- |\n| source | ");
    markdown_code(out, report->how.input);
    buf_printf(out, ", %s |\n", report->form);
    if (*report->sha256)
        buf_printf(out, "| SHA-256 | <code>%s</code> |\n", report->sha256);
    buf_printf(out, "| made by | jpk %s |\n| items | %zu |\n", jpk_version(), c->item_count);
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        buf_printf(out, "| %s | %zu |\n", jpk_convert_result_name((enum jpk_convert_result)i), c->counts[i]);
    buf_printf(out, "| coverage of items | %u%%: %s |\n",
               convert_percent(convert_carried(c->counts), convert_wanted(c->counts)), convert_coverage_items);
    buf_printf(out, "| coverage of script lines | %u%%, %zu of %zu: %s |\n",
               convert_percent(c->script_lines_kept, c->script_lines), c->script_lines_kept, c->script_lines,
               convert_coverage_lines);
    buf_puts(out, "| work | ");
    convert_put_time(out, report->minutes);
    buf_printf(out, ": %s |\n| agent | %s or later, because of %s |\n", convert_effort_how, report->agent_version,
               report->agent_reason);
    size_t count = json_array_size(report->private_reasons);
    buf_printf(out, "| cloud agent | %s", count ? "cannot run it as it is" : "can run it");
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i ? "; " : ": ");
        markdown_text(out, json_string_value(json_array_get(report->private_reasons, i)));
    }
    buf_puts(out, " |\n");
}

static void put_todo(struct buf *out, const struct convert_report *report)
{
    if (report->todo_count == 0)
        return;
    buf_puts(out, "\n## What a person must do\n\n| severity | rule | tasks | time | what | advice |\n"
                  "| --- | --- | ---: | ---: | --- | --- |\n");
    for (size_t i = 0; i < report->todo_count; i++) {
        const struct convert_todo *todo = &report->todo[i];
        buf_printf(out, "| %s | %s | %zu | ", jpk_severity_name(todo->severity), todo->rule, todo->tasks);
        convert_put_time(out, todo->minutes);
        buf_printf(out, " | %s | %s |\n", todo->text, todo->advice->advice);
    }
    buf_puts(out, "\n| class of work | minutes each | tasks | time |\n| --- | ---: | ---: | ---: |\n");
    for (int i = CONVERT_EFFORT_NONE + 1; i < CONVERT_EFFORTS; i++) {
        const struct convert_effort_class *effort = &convert_efforts[i];
        buf_printf(out, "| %s: %s | %u | %zu | ", effort->name, effort->what, effort->minutes, report->tasks[i]);
        convert_put_time(out, effort->minutes * report->tasks[i]);
        buf_puts(out, " |\n");
    }
}

static void put_types(struct buf *out, const struct convert_report *report)
{
    buf_puts(out, "\n## Types\n\n| type | total | converted | review | manual | dropped | coverage |\n"
                  "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (size_t i = 0; i < report->type_count; i++) {
        const struct convert_type *type = &report->types[i];
        buf_puts(out, "| ");
        markdown_text(out, type->label);
        buf_printf(out, " | %zu |", type->total);
        for (int j = 0; j < JPK_CONVERT_RESULTS; j++)
            buf_printf(out, " %zu |", type->counts[j]);
        buf_printf(out, " %u%% |\n", convert_percent(convert_carried(type->counts), convert_wanted(type->counts)));
    }
}

static void put_findings(struct buf *out, const struct jpk_finding *findings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "  - %s, %s", jpk_severity_name(findings[i].severity), findings[i].rule);
        if (findings[i].line)
            buf_printf(out, ", line %u", findings[i].line);
        buf_puts(out, ": ");
        markdown_text(out, findings[i].message);
        buf_puts(out, "; ");
        markdown_text(out, convert_finding_advice(&findings[i]));
        buf_putc(out, '\n');
    }
}

/* The items with a result; of those that were converted the ones that something is said of. */
static void put_items(struct buf *out, const struct convert_report *report, enum jpk_convert_result result,
                      const char *title)
{
    bool any = false;
    for (size_t i = 0; i < report->conversion->item_count; i++) {
        const struct jpk_convert_item *item = &report->conversion->items[i];
        if (item->result != result || (result == JPK_CONVERTED && item->finding_count == 0))
            continue;
        if (!any)
            buf_printf(out, "\n## %s\n\n", title);
        any = true;
        buf_puts(out, "- ");
        markdown_code(out, item->path);
        if (item->target) {
            buf_puts(out, " → ");
            markdown_code(out, item->target);
        }
        buf_putc(out, '\n');
        put_findings(out, item->findings, item->finding_count);
    }
}

static void put_connectors(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->connector_count > 0)
        buf_puts(out, "\n## Connectors\n\n");
    for (size_t i = 0; i < c->connector_count; i++) {
        buf_puts(out, "- ");
        markdown_code(out, c->connectors[i]);
        buf_puts(out, !convert_report_installs(report, i) ? "\n" : ": must be installed before the import\n");
    }
}

static void put_secrets(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->secret_count > 0)
        buf_puts(out,
                 "\n## Secrets to type in again\n\n| item | where it belongs | property | variable | confidence |\n"
                 "| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < c->secret_count; i++) {
        const struct jpk_convert_secret *secret = &c->secrets[i];
        buf_puts(out, "| ");
        markdown_code(out, c->items[secret->item].path);
        buf_puts(out, " | ");
        markdown_text(out, secret->component ? secret->component : "");
        buf_puts(out, " | ");
        markdown_text(out, secret->property ? secret->property : secret->key);
        buf_puts(out, " | ");
        markdown_text(out, secret->variable ? secret->variable : "");
        buf_printf(out, " | %s |\n", secret->variable ? jpk_confidence_name(secret->confidence) : "");
    }
}

static void put_schedules(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->schedule_count > 0)
        buf_puts(out, "\n## Schedules to set up\n\n");
    for (size_t i = 0; i < c->schedule_count; i++) {
        buf_puts(out, "- ");
        markdown_code(out, c->items[c->schedules[i].schedule].path);
        buf_puts(out, " for ");
        markdown_code(out, c->items[c->schedules[i].operation].path);
        buf_putc(out, '\n');
    }
}

static void put_renames(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->rename_count > 0)
        buf_puts(out, "\n## Renamed\n\n");
    for (size_t i = 0; i < c->rename_count; i++) {
        buf_puts(out, "- ");
        markdown_code(out, c->items[c->renames[i].item].path);
        buf_puts(out, " → ");
        markdown_code(out, c->renames[i].to);
        buf_putc(out, '\n');
    }
}

void convert_report_markdown(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    buf_puts(out, "# ");
    markdown_text(out, c->name);
    buf_printf(out, ": conversion to %s, %s\n\n", report->to, convert_status_name(report->status));
    put_facts(out, report);
    put_todo(out, report);
    put_types(out, report);
    if (c->finding_count > 0)
        buf_puts(out, "\n## The project\n\n- as a whole\n");
    put_findings(out, c->findings, c->finding_count);
    put_items(out, report, JPK_CONVERT_MANUAL, "Items to be done by hand");
    put_items(out, report, JPK_CONVERT_REVIEW, "Items to be looked at");
    put_items(out, report, JPK_CONVERT_DROPPED, "Items that were dropped");
    put_items(out, report, JPK_CONVERTED, "Items that were converted, with something to know");
    put_connectors(out, report);
    put_secrets(out, report);
    put_schedules(out, report);
    put_renames(out, report);
}
