/* The report for browsers: one page (tools/page.h) that people can send to each other. */
#include <string.h>

#include "tools/convert_report.h"
#include "tools/page.h"

enum { COLUMNS = 6 };

/* -------------------------------------------------------------------------------------------------------- cards */

static void put_time_cell(struct buf *out, size_t minutes)
{
    buf_puts(out, "<td class=\"number\">");
    convert_put_time(out, minutes);
    buf_puts(out, "</td>");
}

static void put_todo(struct buf *out, const struct convert_report *report)
{
    if (report->todo_count == 0)
        return;
    page_section(out, "What a person must do, most important first", report->todo_count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What</th><th scope=\"col\" "
                  "class=\"number\">Tasks</th><th scope=\"col\" class=\"number\">Time</th><th scope=\"col\">Rule</th>"
                  "</tr></thead><tbody>");
    for (size_t i = 0; i < report->todo_count; i++) {
        const struct convert_todo *todo = &report->todo[i];
        const char *severity = jpk_severity_name(todo->severity);
        buf_printf(out, "<tr><td><span class=\"severity %s\">%s</span></td>", severity, severity);
        page_in(out, "<td>", todo->text, " ");
        page_in(out, "<span class=\"advice\">", todo->advice->advice, "</span></td>");
        buf_printf(out, "<td class=\"number\">%zu</td>", todo->tasks);
        put_time_cell(out, todo->minutes);
        page_in(out, "<td class=\"label\">", todo->rule, "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, 0);
}

static void put_fact(struct buf *out, const char *label, const char *value)
{
    buf_printf(out, "<tr><th scope=\"row\" class=\"label\">%s</th>", label);
    page_in(out, "<td>", value, "</td></tr>");
}

static void put_percent(struct buf *out, const char *label, size_t part, size_t whole)
{
    buf_printf(out, "<tr><th scope=\"row\" class=\"label\">%s</th><td>%u%%, %zu of %zu</td></tr>", label,
               convert_percent(part, whole), part, whole);
}

static void put_facts(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    size_t count = json_array_size(report->private_reasons);
    buf_puts(out, "<section><h3>Project</h3><table><tbody>");
    put_fact(out, "Source", report->how.input);
    put_fact(out, "Form", report->form);
    put_fact(out, "Name there", c->name);
    if (*report->sha256)
        put_fact(out, "SHA-256", report->sha256);
    put_percent(out, "Items", convert_carried(c->counts), convert_wanted(c->counts));
    put_percent(out, "Script lines", c->script_lines_kept, c->script_lines);
    buf_printf(out, "<tr><th scope=\"row\" class=\"label\">Agent</th><td>%s or later, because of %s</td></tr>",
               report->agent_version, report->agent_reason);
    put_fact(out, "Cloud agent", count ? "cannot run it as it is" : "can run it");
    for (size_t i = 0; i < count && i < PAGE_LIST_MAX; i++)
        put_fact(out, "", json_string_value(json_array_get(report->private_reasons, i)));
    buf_puts(out, "</tbody></table></section>\n");
}

static void put_types(struct buf *out, const struct convert_report *report)
{
    page_section(out, "Types", report->type_count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Type</th>");
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        buf_printf(out, "<th scope=\"col\" class=\"number\">%s</th>",
                   jpk_convert_result_name((enum jpk_convert_result)i));
    buf_puts(out, "<th scope=\"col\" class=\"number\">of</th></tr></thead><tbody>");
    for (size_t i = 0; i < report->type_count && i < PAGE_LIST_MAX; i++) {
        page_in(out, "<tr><th scope=\"row\">", report->types[i].label, "</th>");
        for (int j = 0; j < JPK_CONVERT_RESULTS; j++)
            buf_printf(out, "<td class=\"number\">%zu</td>", report->types[i].counts[j]);
        buf_printf(out, "<td class=\"number\">%zu</td></tr>", report->types[i].total);
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, report->type_count);
}

static void put_efforts(struct buf *out, const struct convert_report *report)
{
    buf_puts(out, "<section><h3>Work</h3><table><thead><tr><th scope=\"col\">Class</th><th scope=\"col\" "
                  "class=\"number\">Minutes each</th><th scope=\"col\" class=\"number\">Tasks</th>"
                  "<th scope=\"col\" class=\"number\">Time</th></tr></thead><tbody>");
    for (int i = CONVERT_EFFORT_NONE + 1; i < CONVERT_EFFORTS; i++) {
        const struct convert_effort_class *effort = &convert_efforts[i];
        buf_printf(out, "<tr><th scope=\"row\">%s</th><td class=\"number\">%u</td><td class=\"number\">%zu</td>",
                   effort->what, effort->minutes, report->tasks[i]);
        put_time_cell(out, effort->minutes * report->tasks[i]);
        buf_puts(out, "</tr>");
    }
    buf_puts(out, "</tbody></table></section>\n");
}

static void put_connectors(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->connector_count == 0)
        return;
    page_section(out, "Connectors", c->connector_count, false);
    buf_puts(out, "<ul>");
    for (size_t i = 0; i < c->connector_count && i < PAGE_LIST_MAX; i++)
        page_in(out, "<li>", c->connectors[i],
                !convert_report_installs(report, i) ? "</li>" : ": must be installed before the import</li>");
    buf_puts(out, "</ul>");
    page_section_end(out, c->connector_count);
}

static void put_secrets(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->secret_count == 0)
        return;
    page_section(out, "Secrets to type in again", c->secret_count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Item</th><th scope=\"col\">Belongs to</th><th scope=\"col\">"
                  "Property</th><th scope=\"col\">Probably the variable</th><th scope=\"col\">Confidence</th></tr>"
                  "</thead><tbody>");
    for (size_t i = 0; i < c->secret_count && i < PAGE_LIST_MAX; i++) {
        const struct jpk_convert_secret *secret = &c->secrets[i];
        page_in(out, "<tr><td>", c->items[secret->item].path, "</td>");
        page_in(out, "<td>", secret->component ? secret->component : "", "</td>");
        page_in(out, "<td>", secret->property ? secret->property : secret->key, "</td>");
        page_in(out, "<td>", secret->variable ? secret->variable : "", "</td>");
        page_in(out, "<td>", secret->variable ? jpk_confidence_name(secret->confidence) : "", "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, c->secret_count);
}

static void put_schedules(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->schedule_count == 0)
        return;
    page_section(out, "Schedules to set up", c->schedule_count, false);
    buf_puts(out, "<ul>");
    for (size_t i = 0; i < c->schedule_count && i < PAGE_LIST_MAX; i++) {
        page_in(out, "<li>", c->items[c->schedules[i].schedule].path, " for ");
        page_in(out, "", c->items[c->schedules[i].operation].path, "</li>");
    }
    buf_puts(out, "</ul>");
    page_section_end(out, c->schedule_count);
}

static void put_renames(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    if (c->rename_count == 0)
        return;
    page_section(out, "Renamed", c->rename_count, false);
    buf_puts(out, "<ul>");
    for (size_t i = 0; i < c->rename_count && i < PAGE_LIST_MAX; i++) {
        page_in(out, "<li>", c->items[c->renames[i].item].path, " &rarr; ");
        page_in(out, "", c->renames[i].to, "</li>");
    }
    buf_puts(out, "</ul>");
    page_section_end(out, c->rename_count);
}

/* -------------------------------------------------------------------------------------------------------- items */

static void put_findings(struct buf *out, const struct jpk_finding *findings, size_t count)
{
    page_section(out, "Findings", count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What and where</th>"
                  "<th scope=\"col\">Rule</th></tr></thead><tbody>");
    for (size_t i = 0; i < count && i < PAGE_LIST_MAX; i++)
        page_finding(out, &findings[i], false, convert_finding_advice(&findings[i]));
    buf_puts(out, "</tbody></table>");
    page_section_end(out, count);
}

static const char *mark_of(enum jpk_convert_result result)
{
    static const char *const marks[JPK_CONVERT_RESULTS] = {
        [JPK_CONVERT_REVIEW] = "mark warn", [JPK_CONVERT_MANUAL] = "mark bad", [JPK_CONVERT_DROPPED] = "label"};
    return marks[result] ? marks[result] : "";
}

static void put_item(struct buf *out, const struct convert_report *report, size_t index)
{
    const struct jpk_convert_item *item = &report->conversion->items[index];
    const char *result = jpk_convert_result_name(item->result);
    bool none = report->item_minutes[index] == 0;
    buf_printf(out, "<tbody>\n<tr class=\"main\" data-kind=\"%s\">", result);
    page_in(out, "<th scope=\"row\" data-value=\"", item->path, "\">");
    page_in(out, "<span class=\"name\">", item->name, "</span> ");
    page_in(out, "<span class=\"path\">", item->path, "</span></th>");
    page_in(out, "<td data-label=\"Type\">", item->label, "</td>");
    page_in(out, "<td class=\"target\" data-label=\"Became\">", item->target ? item->target : "", "</td>");
    buf_printf(out, "<td data-label=\"Result\" data-value=\"%d %s\"><span class=\"%s\">%s</span></td>", item->result,
               result, mark_of(item->result), result);
    buf_printf(out, "<td class=\"number%s\" data-label=\"Findings\" data-value=\"%zu\">%zu</td>",
               item->finding_count ? "" : " zero", item->finding_count, item->finding_count);
    buf_printf(out, "<td class=\"number%s\" data-label=\"Minutes\" data-value=\"%zu\">%zu</td></tr>\n",
               none ? " zero" : "", report->item_minutes[index], report->item_minutes[index]);
    if (item->finding_count > 0) {
        buf_printf(out,
                   "<tr class=\"details\" id=\"details-%zu\"><td colspan=\"%d\"><details><summary>Findings</summary>"
                   "<div class=\"grid\">\n",
                   index, COLUMNS);
        put_findings(out, item->findings, item->finding_count);
        buf_puts(out, "</div></details></td></tr>\n");
    }
    buf_puts(out, "</tbody>\n");
}

static const char head[] =
    "<table id=\"rows\" data-one=\"item\" data-many=\"items\">\n<caption class=\"visually-hidden\">Items</caption>\n"
    "<thead><tr><th scope=\"col\" data-key=\"item\">Item</th><th scope=\"col\" data-key=\"type\">Type</th>"
    "<th scope=\"col\" data-key=\"target\">Became</th><th scope=\"col\" data-key=\"result\">Result</th>"
    "<th scope=\"col\" class=\"number\" data-key=\"findings\">Findings</th>"
    "<th scope=\"col\" class=\"number\" data-key=\"minutes\">Minutes</th></tr></thead>\n";

static void put_foot(struct buf *out, const struct convert_report *report)
{
    size_t findings = 0, count = report->conversion->item_count;
    for (size_t i = 0; i < count; i++)
        findings += report->conversion->items[i].finding_count;
    buf_printf(out,
               "<tfoot><tr><th scope=\"row\">Total: <span class=\"count\">%zu item%s</span></th>"
               "<td class=\"empty\"></td><td class=\"empty\"></td><td class=\"empty\"></td>"
               "<td class=\"number\" data-label=\"Findings\" data-value=\"%zu\">%zu</td>"
               "<td class=\"number\" data-label=\"Minutes\" data-value=\"%zu\">%zu</td></tr></tfoot>\n</table>\n",
               count, count == 1 ? "" : "s", findings, findings, report->minutes, report->minutes);
}

/* --------------------------------------------------------------------------------------------------------- page */

static void put_tiles(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    buf_puts(out, "<ul class=\"tiles\">");
    page_tile(out, "", c->item_count, "items");
    page_tile(out, "", c->counts[JPK_CONVERTED], "converted");
    page_tile(out, "warn", c->counts[JPK_CONVERT_REVIEW], "to review");
    page_tile(out, "bad", c->counts[JPK_CONVERT_MANUAL], "to do by hand");
    page_tile(out, "", c->counts[JPK_CONVERT_DROPPED], "dropped");
    page_tile(out, "warn", c->secret_count, "secrets to type in again");
    buf_puts(out, "<li><b>");
    convert_put_time(out, report->minutes);
    buf_puts(out, "</b> of work</li></ul>\n");
}

static const char result_filter[] =
    "<label for=\"kind\">Result</label>\n<select id=\"kind\"><option value=\"\">all</option>"
    "<option value=\"converted\">converted</option><option value=\"review\">review</option>"
    "<option value=\"manual\">manual</option><option value=\"dropped\">dropped</option></select>\n";

static void put_footer(struct buf *out)
{
    buf_printf(out,
               "<footer>Items: %s. Script lines: %s. Work: %s. No value of a setting is part of this page. Made by jpk "
               "%s.</footer>\n",
               convert_coverage_items, convert_coverage_lines, convert_effort_how, jpk_version());
}

void convert_report_html(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    struct buf title = {0};
    buf_printf(&title, "%s to %s: %s", c->name, report->to, convert_status_name(report->status));
    out->failed |= title.failed;
    page_begin(out, buf_text(&title));
    buf_free(&title);
    put_tiles(out, report);
    buf_puts(out, "<div class=\"grid\" id=\"summary\">\n");
    put_todo(out, report);
    put_facts(out, report);
    put_types(out, report);
    put_efforts(out, report);
    put_connectors(out, report);
    put_schedules(out, report);
    put_secrets(out, report);
    put_renames(out, report);
    if (c->finding_count > 0)
        put_findings(out, c->findings, c->finding_count);
    buf_puts(out, "</div>\n");
    page_tools(out, "name, rule, setting, ...", result_filter);
    buf_puts(out, head);
    for (size_t i = 0; i < c->item_count; i++)
        put_item(out, report, i);
    put_foot(out, report);
    put_footer(out);
    page_end(out);
}
