/* The report for wikis and comments: what needs a person in full, all else in figures. */
#include <stdlib.h>

#include "tools/convert_report.h"
#include "tools/markdown.h"
#include "tools/migrate_report.h"

static void put_states(struct buf *out, const size_t states[OVERVIEW_STATES])
{
    for (int i = 0; i < OVERVIEW_STATES; i++)
        buf_printf(out, " %zu |", states[i]);
    buf_puts(out, "\n");
}

static void put_state_heads(struct buf *out, const char *first)
{
    buf_printf(out, "| %s |", first);
    for (int i = 0; i < OVERVIEW_STATES; i++)
        buf_printf(out, " %s |", overview_state_name((enum overview_state)i));
    buf_puts(out, "\n| --- |");
    for (int i = 0; i < OVERVIEW_STATES; i++)
        buf_puts(out, " ---: |");
    buf_puts(out, "\n");
}

static void put_figures(struct buf *out, const struct overview *o)
{
    put_state_heads(out, "projects");
    buf_printf(out, "| %zu in all |", o->plan.count);
    put_states(out, o->states);
    for (size_t i = 0; i < o->organization_count; i++) {
        buf_puts(out, "| ");
        markdown_text(out, *o->organizations[i].name ? o->organizations[i].name : "(not known)");
        buf_puts(out, " |");
        put_states(out, o->organizations[i].states);
    }
    buf_printf(out, "\nItems: %zu", o->items);
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        buf_printf(out, ", %zu %s", o->results[i], jpk_convert_result_name((enum jpk_convert_result)i));
    buf_printf(out,
               ". Script lines: %zu, %zu of them as they were. Secrets to type in again: %zu. Work: ", o->script_lines,
               o->script_lines_kept, o->secrets);
    convert_put_time(out, o->minutes);
    buf_puts(out, ", for planning and not measured.\n");
}

static void put_todo(struct buf *out, const struct overview *o)
{
    if (o->todo_count == 0)
        return;
    buf_puts(out,
             "\n## What people must do, most important first\n\n| severity | rule | tasks | time | what | advice | "
             "where first |\n| --- | --- | ---: | ---: | --- | --- | --- |\n");
    for (size_t i = 0; i < o->todo_count; i++) {
        const struct overview_todo *todo = &o->todo[i];
        buf_printf(out, "| %s | ", jpk_severity_name(todo->severity));
        markdown_text(out, todo->rule);
        buf_printf(out, " | %zu | ", todo->tasks);
        if (todo->minutes)
            convert_put_time(out, todo->minutes);
        buf_puts(out, " | ");
        markdown_text(out, todo->text);
        buf_puts(out, " | ");
        markdown_text(out, todo->advice);
        buf_puts(out, " | ");
        for (size_t j = 0; j < 3 && todo->examples[j]; j++) {
            buf_puts(out, j ? ", " : "");
            markdown_code(out, todo->examples[j]);
        }
        buf_puts(out, " |\n");
    }
}

static void put_counts(struct buf *out, const char *title, const char *heads, const struct overview_count *rows,
                       size_t count)
{
    if (count == 0)
        return;
    buf_printf(out, "\n## %s\n\n%s\n| --- | ---: | ---: |\n", title, heads);
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, "| ");
        markdown_text(out, *rows[i].name ? rows[i].name : "(not said)");
        buf_printf(out, " | %zu | %zu |\n", rows[i].projects, rows[i].count);
    }
}

static void put_people(struct buf *out, const struct overview *o)
{
    bool any = false;
    for (size_t i = 0; i < o->person_count; i++)
        for (size_t j = 0; j < o->people[i].task_count; j++) {
            const struct overview_person_task *task = &o->people[i].tasks[j];
            if (!any)
                buf_puts(out, "\n## People\n\n| address | log-in | who | what |\n| --- | --- | --- | --- |\n");
            any = true;
            buf_puts(out, "| ");
            markdown_code(out, o->people[i].email);
            buf_printf(out, " | %s | %s | ", o->people[i].login, task->administrator ? "administrator" : "member");
            markdown_text(out, task->text);
            buf_puts(out, " |\n");
        }
}

static void put_project(struct buf *out, const struct migrate_report *report, const struct overview_project *project)
{
    const char *reason = migrate_report_reason(project);
    char *link = migrate_report_link(out, report, project, "report.html");
    buf_printf(out, "| %s | ", overview_state_name(project->state));
    markdown_code(out, project->item->source);
    buf_puts(out, " | ");
    markdown_text(out, project->item->environment ? project->item->environment : "");
    buf_puts(out, " | ");
    markdown_text(out, project->item->name ? project->item->name : project->item->input_name);
    buf_printf(out, " | %zu | ", project->state <= OVERVIEW_PARTIAL ? project->record.minutes : 0);
    if (reason)
        markdown_text(out, reason);
    else if (link)
        markdown_code(out, link);
    buf_puts(out, " |\n");
    free(link);
}

void migrate_report_markdown(struct buf *out, const struct migrate_report *report)
{
    const struct overview *o = report->overview;
    buf_puts(out, "# Migration");
    if (o->plan.organization) {
        buf_puts(out, " to ");
        markdown_text(out, o->plan.organization);
    }
    buf_printf(out, ": %s\n\n", migrate_report_status(o));
    put_figures(out, o);
    put_todo(out, o);
    put_people(out, o);
    put_counts(out, "Connectors", "| connector | projects | endpoints |", o->connectors, o->connector_count);
    put_counts(out, "Agents", "| least version | projects | |", o->agents, o->agent_count);
    buf_puts(out, "\n## Projects\n\n| status | source | environment | name | minutes | |\n"
                  "| --- | --- | --- | --- | ---: | --- |\n");
    for (size_t i = 0; i < o->plan.count; i++)
        put_project(out, report, &o->projects[i]);
}
