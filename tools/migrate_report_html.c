/* The report for browsers: one page (tools/page.h) for whoever has to do the rest. */
#include <stdlib.h>
#include <string.h>

#include "tools/convert_report.h"
#include "tools/migrate_report.h"
#include "tools/page.h"

enum { COLUMNS = 7 };

static void put_time_cell(struct buf *out, size_t minutes)
{
    buf_puts(out, "<td class=\"number\" data-name=\"Time\">");
    if (minutes)
        convert_put_time(out, minutes);
    buf_puts(out, "</td>");
}

/* ------------------------------------------------------------------------------------------------------- cards */

/* The rule, as a link to the projects that it is about, where these are projects. */
static void put_rule(struct buf *out, const struct overview_todo *todo)
{
    if (!todo->of_projects) {
        page_text(out, todo->rule);
        return;
    }
    bool state = strcmp(todo->rule, "failed") == 0 || strcmp(todo->rule, "pending") == 0;
    page_in(out, state ? "<a href=\"#kind=" : "<a href=\"#q=", todo->rule, "\">");
    page_in(out, "", todo->rule, "</a>");
}

static void put_todo(struct buf *out, const struct overview *o)
{
    if (o->todo_count == 0)
        return;
    page_section(out, "What people must do, most important first", o->todo_count, true);
    buf_puts(
        out,
        "<table class=\"told\"><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What</th><th scope=\"col\" "
        "class=\"number\">Tasks</th><th scope=\"col\" class=\"number\">Time</th><th scope=\"col\">Where first"
        "</th><th scope=\"col\">Rule</th></tr></thead><tbody>");
    for (size_t i = 0; i < o->todo_count; i++) {
        const struct overview_todo *todo = &o->todo[i];
        const char *severity = jpk_severity_name(todo->severity);
        buf_printf(out, "<tr><td><span class=\"severity %s\">%s</span></td>", severity, severity);
        page_in(out, "<td>", todo->text, " ");
        page_in(out, "<span class=\"advice\">", todo->advice, "</span></td>");
        buf_printf(out, "<td class=\"number\" data-name=\"Tasks\">%zu</td>", todo->tasks);
        put_time_cell(out, todo->minutes);
        buf_puts(out, "<td>");
        for (size_t j = 0; j < 3 && todo->examples[j]; j++)
            page_in(out, "<span class=\"path\">", todo->examples[j], "</span>");
        buf_puts(out, "</td><td class=\"label\">");
        put_rule(out, todo);
        buf_puts(out, "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, 0);
}

static void put_people(struct buf *out, const struct overview *o)
{
    if (o->person_count == 0)
        return;
    page_section(out, "People", o->person_count, true);
    buf_puts(
        out,
        "<table class=\"told\"><thead><tr><th scope=\"col\">Address</th><th scope=\"col\">Log-in</th><th scope=\"col\">"
        "Afterwards</th><th scope=\"col\">Agents</th><th scope=\"col\">To do</th></tr></thead><tbody>");
    for (size_t i = 0; i < o->person_count && i < PAGE_LIST_MAX; i++) {
        const struct overview_person *person = &o->people[i];
        bool conflict = strcmp(person->login, "conflict") == 0;
        page_in(out, "<tr><td class=\"whole\">", person->email, "</td>");
        page_in(out,
                conflict ? "<td class=\"whole\" data-name=\"Log-in\"><span class=\"mark bad\">"
                         : "<td class=\"whole\" data-name=\"Log-in\"><span>",
                person->login, "</span></td>");
        page_in(out, "<td class=\"whole\" data-name=\"Afterwards\">", person->afterwards, "</td>");
        buf_printf(out, "<td class=\"whole\" data-name=\"Agents\">%s</td><td>",
                   person->installs_agents ? "installs" : "");
        for (size_t j = 0; j < person->task_count; j++) {
            page_in(out, "<div><span class=\"label\">", person->tasks[j].administrator ? "administrator" : "member",
                    "</span> ");
            page_in(out, "", person->tasks[j].text, "</div>");
        }
        buf_puts(out, "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, o->person_count);
}

static void put_organizations(struct buf *out, const struct overview *o)
{
    page_section(out, "Organizations", o->organization_count, true);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Organization</th>");
    for (int i = 0; i < OVERVIEW_STATES; i++)
        buf_printf(out, "<th scope=\"col\" class=\"number\">%s</th>", overview_state_name((enum overview_state)i));
    buf_puts(out, "<th scope=\"col\" class=\"number\">of</th></tr></thead><tbody>");
    for (size_t i = 0; i < o->organization_count && i < PAGE_LIST_MAX; i++) {
        size_t total = 0;
        const char *name = o->organizations[i].name;
        page_in(out, "<tr><th scope=\"row\">", *name ? name : "(not known)", "</th>");
        for (int j = 0; j < OVERVIEW_STATES; j++) {
            total += o->organizations[i].states[j];
            buf_printf(out, "<td class=\"number\">%zu</td>", o->organizations[i].states[j]);
        }
        buf_printf(out, "<td class=\"number\">%zu</td></tr>", total);
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, o->organization_count);
}

static void put_counts(struct buf *out, const char *title, const char *first, const char *second,
                       const struct overview_count *rows, size_t count)
{
    if (count == 0)
        return;
    page_section(out, title, count, false);
    buf_printf(out, "<table><thead><tr><th scope=\"col\"></th><th scope=\"col\" class=\"number\">%s</th>", first);
    if (second)
        buf_printf(out, "<th scope=\"col\" class=\"number\">%s</th>", second);
    buf_puts(out, "</tr></thead><tbody>");
    for (size_t i = 0; i < count && i < PAGE_LIST_MAX; i++) {
        page_in(out, "<tr><th scope=\"row\">", *rows[i].name ? rows[i].name : "(not said)", "</th>");
        buf_printf(out, "<td class=\"number\">%zu</td>", rows[i].projects);
        if (second)
            buf_printf(out, "<td class=\"number\">%zu</td>", rows[i].count);
        buf_puts(out, "</tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, count);
}

/* A class of work in words. */
static const char *what_of(const char *effort)
{
    for (int i = 0; i < CONVERT_EFFORTS; i++)
        if (strcmp(convert_efforts[i].name, effort) == 0)
            return convert_efforts[i].what;
    return effort;
}

static void put_efforts(struct buf *out, const struct overview *o)
{
    if (o->effort_count == 0)
        return;
    page_section(out, "Work", o->effort_count, false);
    buf_puts(out, "<table><thead><tr><th scope=\"col\">Class</th><th scope=\"col\" class=\"number\">Tasks</th>"
                  "<th scope=\"col\" class=\"number\">Time</th></tr></thead><tbody>");
    for (size_t i = 0; i < o->effort_count; i++) {
        page_in(out, "<tr><th scope=\"row\">", what_of(o->efforts[i].name), "</th>");
        buf_printf(out, "<td class=\"number\">%zu</td>", o->efforts[i].count);
        put_time_cell(out, o->efforts[i].minutes);
        buf_puts(out, "</tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, o->effort_count);
}

/* ------------------------------------------------------------------------------------------------------- projects */

static const char *mark_of(enum overview_state state)
{
    static const char *const marks[OVERVIEW_STATES] = {
        [OVERVIEW_COMPLETE] = "",        [OVERVIEW_PARTIAL] = "mark warn", [OVERVIEW_FAILED] = "mark bad",
        [OVERVIEW_PENDING] = "mark bad", [OVERVIEW_REFUSED] = "mark bad",  [OVERVIEW_SKIPPED] = "label",
        [OVERVIEW_KEPT] = "label",
    };
    return marks[state];
}

/* A path as a link: each byte that may mean something in a URL is percent-encoded. */
static void put_link(struct buf *out, const char *path, const char *text)
{
    buf_puts(out, "<a href=\"");
    for (const char *at = path; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
                     strchr("/._-~", *at);
        if (plain)
            buf_putc(out, *at);
        else
            buf_printf(out, "%%%02X", (unsigned char)*at);
    }
    buf_puts(out, "\">");
    page_text(out, text);
    buf_puts(out, "</a>");
}

static void put_project_todo(struct buf *out, const struct journal_record *record)
{
    if (record->todo_count == 0)
        return;
    page_section(out, "What a person must do", record->todo_count, true);
    buf_puts(
        out,
        "<table class=\"told\"><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What</th><th scope=\"col\" "
        "class=\"number\">Tasks</th><th scope=\"col\" class=\"number\">Time</th><th scope=\"col\">Rule</th>"
        "</tr></thead><tbody>");
    for (size_t i = 0; i < record->todo_count; i++) {
        const struct journal_todo *todo = &record->todo[i];
        const char *severity = jpk_severity_name(todo->severity);
        buf_printf(out, "<tr><td><span class=\"severity %s\">%s</span></td>", severity, severity);
        page_in(out, "<td>", todo->text, " ");
        page_in(out, "<span class=\"advice\">", todo->advice, "</span></td>");
        buf_printf(out, "<td class=\"number\" data-name=\"Tasks\">%zu</td>", todo->tasks);
        put_time_cell(out, todo->minutes);
        page_in(out, "<td class=\"label\">", todo->rule, "</td></tr>");
    }
    buf_puts(out, "</tbody></table>");
    page_section_end(out, 0);
}

static void put_left_out(struct buf *out, const char *title, const struct journal_left_out *list, size_t count)
{
    if (count == 0)
        return;
    page_section(out, title, count, false);
    buf_puts(out, "<ul>");
    for (size_t i = 0; i < count && i < PAGE_LIST_MAX; i++) {
        page_in(out, "<li>", list[i].item, "");
        page_in(out, list[i].key ? ": " : "", list[i].key ? list[i].key : "", "");
        page_in(out, list[i].note ? " <span class=\"advice\">" : "<span>", list[i].note ? list[i].note : "",
                "</span></li>");
    }
    buf_puts(out, "</ul>");
    page_section_end(out, count);
}

static void put_fact(struct buf *out, const char *label, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(out, "<tr><th scope=\"row\" class=\"label\">%s</th>", label);
    page_in(out, "<td>", value, "</td></tr>");
}

static void put_facts(struct buf *out, const struct migrate_report *report, const struct overview_project *project)
{
    static const struct {
        const char *label, *name, *text;
    } links[] = {
        {"Result", NULL, "the project, to be imported"},
        {"Report", "report.html", "what became of each item"},
        {"Schedules", "schedules.json", "requests for the REST interface"},
    };
    const struct work_item *item = project->item;
    buf_puts(out, "<section><h3>Project</h3><table><tbody>");
    put_fact(out, "Source", item->source);
    put_fact(out, "Form", item->form);
    put_fact(out, "Organization", item->organization);
    put_fact(out, "Action", migrate_action_name(item->action));
    put_fact(out, "Why", migrate_report_reason(project));
    put_fact(out, "Rule", project->state > OVERVIEW_PENDING ? item->reason : NULL);
    put_fact(out, "More", item->detail);
    put_fact(out, "Instead", item->instead);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char *link = migrate_report_link(out, report, project, links[i].name);
        if (link) {
            buf_printf(out, "<tr><th scope=\"row\" class=\"label\">%s</th><td>", links[i].label);
            put_link(out, link, links[i].text);
            buf_puts(out, "</td></tr>");
        }
        free(link);
    }
    buf_puts(out, "</tbody></table></section>\n");
}

static void put_file(struct buf *out, const struct migrate_report *report, const struct overview_project *project,
                     const char *file, const char *text)
{
    char *link = migrate_report_link(out, report, project, file);
    if (link)
        put_link(out, link, text);
    buf_puts(out, link ? " " : "");
    free(link);
}

static void put_row(struct buf *out, const struct migrate_report *report, const struct overview_project *project)
{
    const struct work_item *item = project->item;
    const char *state = overview_state_name(project->state), *name = item->name ? item->name : item->input_name;
    bool written = project->state <= OVERVIEW_PARTIAL;
    size_t minutes = written ? project->record.minutes : 0, secrets = written ? project->record.secrets : 0;
    const char *reason = migrate_report_reason(project);
    name = *name ? name : "(no name)";
    page_in(out, "<th scope=\"row\" data-value=\"", name, "\">");
    page_in(out, "<span class=\"name\">", name, "</span> ");
    page_in(out, "<span class=\"path\">", item->source, "</span>");
    if (reason)
        page_in(out, "<span class=\"path\">", reason, "</span>");
    buf_puts(out, "</th>");
    page_in(out, "<td data-label=\"Organization\">", item->organization, "</td>");
    page_in(out, "<td data-label=\"Environment\">", item->environment ? item->environment : "", "</td>");
    buf_printf(out, "<td data-label=\"Status\" data-value=\"%d\"><span class=\"%s\">%s</span></td>", project->state,
               mark_of(project->state), state);
    buf_printf(out, "<td class=\"number%s\" data-label=\"Secrets\" data-value=\"%zu\">%zu</td>", secrets ? "" : " zero",
               secrets, secrets);
    buf_printf(out, "<td class=\"number%s\" data-label=\"Minutes\" data-value=\"%zu\">%zu</td>", minutes ? "" : " zero",
               minutes, minutes);
    buf_puts(out, "<td data-label=\"Files\">");
    put_file(out, report, project, NULL, "project");
    put_file(out, report, project, "report.html", "report");
    buf_puts(out, "</td></tr>\n");
}

static void put_project(struct buf *out, const struct migrate_report *report, size_t index)
{
    const struct overview_project *project = &report->overview->projects[index];
    buf_printf(out, "<tbody>\n<tr class=\"main\" data-kind=\"%s\">", overview_state_name(project->state));
    put_row(out, report, project);
    buf_printf(out,
               "<tr class=\"details\" id=\"details-%zu\"><td colspan=\"%d\"><details><summary>Details</summary>"
               "<div class=\"grid\">\n",
               index, COLUMNS);
    put_facts(out, report, project);
    if (project->state <= OVERVIEW_PARTIAL) {
        put_project_todo(out, &project->record);
        put_left_out(out, "Left out", project->record.left_out, project->record.left_out_count);
        put_left_out(out, "Could not be left out", project->record.kept, project->record.kept_count);
    }
    buf_puts(out, "</div></details></td></tr>\n</tbody>\n");
}

/* What needs a person comes first, of one state in the order of the plan. */
static const enum overview_state order[OVERVIEW_STATES] = {OVERVIEW_FAILED,  OVERVIEW_PENDING,  OVERVIEW_REFUSED,
                                                           OVERVIEW_PARTIAL, OVERVIEW_COMPLETE, OVERVIEW_SKIPPED,
                                                           OVERVIEW_KEPT};

static void put_projects(struct buf *out, const struct migrate_report *report)
{
    const struct overview *o = report->overview;
    for (int i = 0; i < OVERVIEW_STATES; i++)
        for (size_t j = 0; j < o->plan.count; j++)
            if (o->projects[j].state == order[i])
                put_project(out, report, j);
}

static const char head[] =
    "<table id=\"rows\" data-one=\"project\" data-many=\"projects\">\n<caption class=\"visually-hidden\">Projects"
    "</caption>\n<thead><tr><th scope=\"col\" data-key=\"project\">Project</th>"
    "<th scope=\"col\" data-key=\"organization\">Organization</th>"
    "<th scope=\"col\" data-key=\"environment\">Environment</th><th scope=\"col\" data-key=\"status\">Status</th>"
    "<th scope=\"col\" class=\"number\" data-key=\"secrets\">Secrets</th>"
    "<th scope=\"col\" class=\"number\" data-key=\"minutes\">Minutes</th>"
    "<th scope=\"col\" data-key=\"files\">Files</th></tr></thead>\n";

static void put_foot(struct buf *out, const struct overview *o)
{
    buf_printf(out,
               "<tfoot><tr><th scope=\"row\">Total: <span class=\"count\">%zu project%s</span></th>"
               "<td class=\"empty\"></td><td class=\"empty\"></td><td class=\"empty\"></td>"
               "<td class=\"number\" data-label=\"Secrets\" data-value=\"%zu\">%zu</td>"
               "<td class=\"number\" data-label=\"Minutes\" data-value=\"%zu\">%zu</td>"
               "<td class=\"empty\"></td></tr></tfoot>\n</table>\n",
               o->plan.count, o->plan.count == 1 ? "" : "s", o->secrets, o->secrets, o->minutes, o->minutes);
}

/* ---------------------------------------------------------------------------------------------------------- page */

static void put_tiles(struct buf *out, const struct overview *o)
{
    static const char *const marks[OVERVIEW_STATES] = {
        [OVERVIEW_COMPLETE] = "",   [OVERVIEW_PARTIAL] = "warn", [OVERVIEW_FAILED] = "bad", [OVERVIEW_PENDING] = "bad",
        [OVERVIEW_REFUSED] = "bad", [OVERVIEW_SKIPPED] = "",     [OVERVIEW_KEPT] = ""};
    buf_puts(out, "<ul class=\"tiles\">");
    page_tile(out, "", o->plan.count, "projects");
    for (int i = 0; i < OVERVIEW_STATES; i++)
        page_tile(out, marks[i], o->states[i], overview_state_name((enum overview_state)i));
    page_tile(out, "warn", o->secrets, "secrets to type in again");
    buf_puts(out, "<li><b>");
    convert_put_time(out, o->minutes);
    buf_puts(out, "</b> of work</li></ul>\n");
}

static void put_filter(struct buf *out)
{
    buf_puts(out, "<label for=\"kind\">Status</label>\n<select id=\"kind\"><option value=\"\">all</option>");
    for (int i = 0; i < OVERVIEW_STATES; i++)
        buf_printf(out, "<option value=\"%s\">%s</option>", overview_state_name((enum overview_state)i),
                   overview_state_name((enum overview_state)i));
    buf_puts(out, "</select>\n");
}

void migrate_report_html(struct buf *out, const struct migrate_report *report)
{
    const struct overview *o = report->overview;
    struct buf title = {0}, filter = {0};
    buf_printf(&title, "Migration%s%s: %s", o->plan.organization ? " to " : "",
               o->plan.organization ? o->plan.organization : "", migrate_report_status(o));
    put_filter(&filter);
    out->failed |= title.failed || filter.failed;
    page_begin(out, buf_text(&title));
    put_tiles(out, o);
    buf_puts(out, "<div class=\"grid\" id=\"summary\">\n");
    put_todo(out, o);
    put_people(out, o);
    put_organizations(out, o);
    put_efforts(out, o);
    put_counts(out, "Connectors", "Projects", "Endpoints", o->connectors, o->connector_count);
    put_counts(out, "Agents, least version", "Projects", NULL, o->agents, o->agent_count);
    buf_puts(out, "</div>\n");
    page_tools(out, "name, organization, rule, item, ...", buf_text(&filter));
    buf_puts(out, head);
    put_projects(out, report);
    put_foot(out, o);
    buf_printf(out, "<footer>Work: %s. No value of a setting is part of this page. Made by jpk %s.</footer>\n",
               convert_effort_how, jpk_version());
    page_end(out);
    buf_free(&title);
    buf_free(&filter);
}
