/* The report for programs; its schema is migrate-report-1. */
#include <stdlib.h>

#include "base/jstream.h"
#include "jpk/secret_text.h"
#include "tools/migrate_report.h"

static void put_states(struct jstream *s, const char *key, const size_t states[OVERVIEW_STATES])
{
    size_t total = 0;
    for (int i = 0; i < OVERVIEW_STATES; i++)
        total += states[i];
    jstream_open(s, key, '{');
    jstream_number(s, "total", total);
    for (int i = 0; i < OVERVIEW_STATES; i++)
        jstream_number(s, overview_state_name((enum overview_state)i), states[i]);
    jstream_close(s, '}');
}

static void put_results(struct jstream *s, size_t total, const size_t results[JPK_CONVERT_RESULTS])
{
    jstream_open(s, "items", '{');
    jstream_number(s, "total", total);
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        jstream_number(s, jpk_convert_result_name((enum jpk_convert_result)i), results[i]);
    jstream_close(s, '}');
}

static void put_totals(struct jstream *s, const struct overview *o)
{
    put_states(s, "projects", o->states);
    put_results(s, o->items, o->results);
    jstream_open(s, "totals", '{');
    jstream_number(s, "scriptLines", o->script_lines);
    jstream_number(s, "scriptLinesKept", o->script_lines_kept);
    jstream_number(s, "secrets", o->secrets);
    jstream_number(s, "schedules", o->schedules);
    jstream_number(s, "minutes", o->minutes);
    jstream_number(s, "privateAgentOnly", o->private_only);
    jstream_close(s, '}');
}

static void put_todo(struct jstream *s, const struct overview *o)
{
    jstream_open(s, "todo", '[');
    for (size_t i = 0; i < o->todo_count; i++) {
        const struct overview_todo *todo = &o->todo[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "rule", todo->rule);
        jstream_text(s, "severity", jpk_severity_name(todo->severity));
        jstream_text(s, "text", todo->text);
        jstream_text(s, "advice", todo->advice);
        jstream_text(s, "effort", *todo->effort ? todo->effort : NULL);
        jstream_number(s, "tasks", todo->tasks);
        jstream_number(s, "subjects", todo->projects);
        jstream_number(s, "minutes", todo->minutes);
        jstream_open(s, "examples", '[');
        for (size_t j = 0; j < 3 && todo->examples[j]; j++)
            jstream_text(s, NULL, todo->examples[j]);
        jstream_close(s, ']');
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_inventory(struct jstream *s, const struct overview *o)
{
    jstream_open(s, "organizations", '[');
    for (size_t i = 0; i < o->organization_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "name", o->organizations[i].name);
        put_states(s, "projects", o->organizations[i].states);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    jstream_open(s, "connectors", '[');
    for (size_t i = 0; i < o->connector_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "name", o->connectors[i].name);
        jstream_number(s, "projects", o->connectors[i].projects);
        jstream_number(s, "endpoints", o->connectors[i].count);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    jstream_open(s, "agents", '[');
    for (size_t i = 0; i < o->agent_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "version", o->agents[i].name);
        jstream_number(s, "projects", o->agents[i].projects);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    jstream_open(s, "efforts", '[');
    for (size_t i = 0; i < o->effort_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "name", o->efforts[i].name);
        jstream_number(s, "tasks", o->efforts[i].count);
        jstream_number(s, "minutes", o->efforts[i].minutes);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_people(struct jstream *s, const struct overview *o)
{
    jstream_open(s, "people", '[');
    for (size_t i = 0; i < o->person_count; i++) {
        const struct overview_person *person = &o->people[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "email", person->email);
        jstream_text(s, "login", person->login);
        jstream_text(s, "afterwards", person->afterwards);
        jstream_bool(s, "moves", person->moves);
        jstream_bool(s, "installsAgents", person->installs_agents);
        jstream_open(s, "tasks", '[');
        for (size_t j = 0; j < person->task_count; j++) {
            jstream_open(s, NULL, '{');
            jstream_text(s, "rule", person->tasks[j].rule);
            jstream_bool(s, "conflict", person->tasks[j].conflict);
            jstream_text(s, "who", person->tasks[j].administrator ? "administrator" : "member");
            jstream_text(s, "text", person->tasks[j].text);
            jstream_close(s, '}');
        }
        jstream_close(s, ']');
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_link(struct jstream *s, const struct migrate_report *report, const struct overview_project *project,
                     const char *key, const char *name)
{
    char *link = migrate_report_link(s->out, report, project, name);
    jstream_text(s, key, link);
    free(link);
}

static void put_written(struct jstream *s, const struct migrate_report *report, const struct overview_project *project)
{
    const struct journal_record *record = &project->record;
    put_link(s, report, project, "result", NULL);
    put_link(s, report, project, "report", "report.html");
    put_results(s, record->items, record->results);
    jstream_number(s, "secrets", record->secrets);
    jstream_number(s, "schedules", record->schedules);
    jstream_number(s, "minutes", record->minutes);
    jstream_text(s, "agent", *record->agent ? record->agent : NULL);
    jstream_bool(s, "cloudAgent", record->cloud_agent);
    jstream_open(s, "todo", '[');
    for (size_t i = 0; i < record->todo_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "rule", record->todo[i].rule);
        jstream_number(s, "tasks", record->todo[i].tasks);
        jstream_number(s, "minutes", record->todo[i].minutes);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    journal_put_left_out(s, "leftOut", record->left_out, record->left_out_count);
    journal_put_left_out(s, "kept", record->kept, record->kept_count);
}

static void put_project(struct jstream *s, const struct migrate_report *report, const struct overview_project *project)
{
    const struct work_item *item = project->item;
    jstream_open(s, NULL, '{');
    jstream_text(s, "id", item->id);
    jstream_text(s, "source", item->source);
    jstream_text(s, "action", migrate_action_name(item->action));
    jstream_text(s, "status", overview_state_name(project->state));
    jstream_text(s, "reason", item->reason);
    jstream_text(s, "message", migrate_report_reason(project));
    jstream_text(s, "detail", item->detail);
    jstream_text(s, "instead", item->instead);
    jstream_text(s, "organization", *item->organization ? item->organization : NULL);
    jstream_text(s, "environment", item->environment);
    jstream_text(s, "name", item->name ? item->name : *item->input_name ? item->input_name : NULL);
    if (project->state <= OVERVIEW_PARTIAL)
        put_written(s, report, project);
    jstream_close(s, '}');
}

void migrate_report_json(struct buf *out, const struct migrate_report *report)
{
    const struct overview *o = report->overview;
    struct jstream stream = {.out = out, .mask = secret_text_mask}, *s = &stream;
    jstream_open(s, NULL, '{');
    jstream_tool(s);
    jstream_text(s, "status", migrate_report_status(o));
    jstream_text(s, "target", o->plan.organization);
    put_totals(s, o);
    put_todo(s, o);
    put_inventory(s, o);
    put_people(s, o);
    jstream_open(s, "results", '[');
    for (size_t i = 0; i < o->plan.count; i++)
        put_project(s, report, &o->projects[i]);
    jstream_close(s, ']');
    jstream_close(s, '}');
}
