/* The report for programs: everything. Its schema is convert-report-1. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/jstream.h"
#include "jpk/secret_text.h"
#include "tools/convert_report.h"

static void put_source(struct jstream *s, const struct convert_report *report)
{
    jstream_open(s, "source", '{');
    jstream_text(s, "input", report->how.input);
    jstream_text(s, "form", report->form);
    jstream_text(s, "sha256", *report->sha256 ? report->sha256 : NULL);
    jstream_text(s, "projectId", report->project_id);
    jstream_text(s, "projectName", report->project_name);
    jstream_close(s, '}');
    jstream_open(s, "target", '{');
    jstream_text(s, "form", report->how.target_form);
    jstream_text(s, "projectName", report->conversion->name);
    jstream_close(s, '}');
    jstream_open(s, "options", '{');
    jstream_text(s, "to", report->conversion->text ? "cloud" : "design");
    jstream_text(s, "agent", report->how.agent);
    jstream_text(s, "environment", report->how.environment);
    jstream_bool(s, "dryRun", report->how.dry_run);
    jstream_close(s, '}');
}

static void put_results(struct jstream *s, size_t total, const size_t counts[JPK_CONVERT_RESULTS])
{
    jstream_number(s, "total", total);
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        jstream_number(s, jpk_convert_result_name((enum jpk_convert_result)i), counts[i]);
}

static void put_counts(struct jstream *s, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    jstream_open(s, "counts", '{');
    put_results(s, c->item_count, c->counts);
    jstream_close(s, '}');
    jstream_open(s, "types", '[');
    for (size_t i = 0; i < report->type_count; i++) {
        const struct convert_type *type = &report->types[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "type", type->name);
        jstream_text(s, "label", type->label);
        put_results(s, type->total, type->counts);
        jstream_number(s, "percent", convert_percent(convert_carried(type->counts), convert_wanted(type->counts)));
        jstream_number(s, "minutes", type->minutes);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_coverage(struct jstream *s, const char *key, const char *how, size_t part, size_t whole)
{
    jstream_open(s, key, '{');
    jstream_text(s, "how", how);
    jstream_number(s, "part", part);
    jstream_number(s, "whole", whole);
    jstream_number(s, "percent", convert_percent(part, whole));
    jstream_close(s, '}');
}

static void put_coverages(struct jstream *s, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    jstream_open(s, "coverage", '{');
    put_coverage(s, "items", convert_coverage_items, convert_carried(c->counts), convert_wanted(c->counts));
    put_coverage(s, "scriptLines", convert_coverage_lines, c->script_lines_kept, c->script_lines);
    jstream_close(s, '}');
}

static void put_effort(struct jstream *s, const struct convert_report *report)
{
    jstream_open(s, "effort", '{');
    jstream_text(s, "how", convert_effort_how);
    jstream_number(s, "minutes", report->minutes);
    jstream_open(s, "classes", '[');
    for (int i = CONVERT_EFFORT_NONE + 1; i < CONVERT_EFFORTS; i++) {
        const struct convert_effort_class *effort = &convert_efforts[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "class", effort->name);
        jstream_text(s, "what", effort->what);
        jstream_number(s, "minutesEach", effort->minutes);
        jstream_number(s, "tasks", report->tasks[i]);
        jstream_number(s, "minutes", effort->minutes * report->tasks[i]);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    jstream_close(s, '}');
}

static void put_todo(struct jstream *s, const struct convert_report *report)
{
    jstream_open(s, "toDo", '[');
    for (size_t i = 0; i < report->todo_count; i++) {
        const struct convert_todo *todo = &report->todo[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "rule", todo->rule);
        jstream_text(s, "severity", jpk_severity_name(todo->severity));
        jstream_text(s, "what", todo->text);
        jstream_text(s, "advice", todo->advice->advice);
        jstream_text(s, "effort", convert_efforts[todo->advice->effort].name);
        jstream_number(s, "tasks", todo->tasks);
        jstream_number(s, "findings", todo->findings);
        jstream_number(s, "minutes", todo->minutes);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_agent(struct jstream *s, const struct convert_report *report)
{
    size_t count = json_array_size(report->private_reasons);
    jstream_open(s, "agent", '{');
    jstream_text(s, "minimumVersion", report->agent_version);
    jstream_text(s, "becauseOf", report->agent_reason);
    jstream_bool(s, "cloud", count == 0);
    jstream_open(s, "reasons", '[');
    for (size_t i = 0; i < count; i++)
        jstream_text(s, NULL, json_string_value(json_array_get(report->private_reasons, i)));
    jstream_close(s, ']');
    jstream_close(s, '}');
    jstream_open(s, "connectors", '[');
    for (size_t i = 0; i < report->conversion->connector_count; i++) {
        const char *name = report->conversion->connectors[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "name", name);
        jstream_bool(s, "installFirst", !convert_adapter(name)->built_in);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_findings(struct jstream *s, const struct jpk_finding *findings, size_t count)
{
    jstream_open(s, "findings", '[');
    for (size_t i = 0; i < count; i++) {
        const struct jpk_finding *f = &findings[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "severity", jpk_severity_name(f->severity));
        jstream_text(s, "rule", f->rule);
        jstream_text(s, "file", f->file);
        if (f->line) {
            jstream_number(s, "line", f->line);
            jstream_number(s, "column", f->column);
        }
        jstream_text(s, "path", f->path);
        jstream_text(s, "message", f->message);
        jstream_text(s, "advice", convert_finding_advice(f));
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

/* Which item of the source it is about. */
static void put_item(struct jstream *s, const struct jpk_convert_item *item)
{
    jstream_text(s, "id", item->id);
    jstream_text(s, "path", item->path);
}

static void put_items(struct jstream *s, const struct convert_report *report)
{
    jstream_open(s, "items", '[');
    for (size_t i = 0; i < report->conversion->item_count; i++) {
        const struct jpk_convert_item *item = &report->conversion->items[i];
        jstream_open(s, NULL, '{');
        put_item(s, item);
        jstream_text(s, "type", item->type);
        jstream_text(s, "target", item->target);
        jstream_text(s, "result", jpk_convert_result_name(item->result));
        jstream_number(s, "minutes", report->item_minutes[i]);
        put_findings(s, item->findings, item->finding_count);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_renames(struct jstream *s, const struct jpk_conversion *c)
{
    jstream_open(s, "renames", '[');
    for (size_t i = 0; i < c->rename_count; i++) {
        jstream_open(s, NULL, '{');
        put_item(s, &c->items[c->renames[i].item]);
        jstream_text(s, "from", c->items[c->renames[i].item].name);
        jstream_text(s, "to", c->renames[i].to);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_secrets(struct jstream *s, const struct jpk_conversion *c)
{
    jstream_open(s, "secrets", '[');
    for (size_t i = 0; i < c->secret_count; i++) {
        const struct jpk_convert_secret *secret = &c->secrets[i];
        jstream_open(s, NULL, '{');
        put_item(s, &c->items[secret->item]);
        jstream_text(s, "key", secret->key);
        jstream_text(s, "component", secret->component);
        jstream_text(s, "property", secret->property);
        if (secret->variable) {
            jstream_text(s, "variable", secret->variable);
            jstream_text(s, "confidence", jpk_confidence_name(secret->confidence));
        }
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

/* The request in the form of the stream's elements: without line ends; to be sent, or shown. NULL: no memory. */
static char *compact(const char *text, bool shown)
{
    json_t *value = json_read(text, strlen(text), NULL, NULL);
    bool ok = value && (!shown || secret_json_mask(value));
    char *line = ok ? json_text(value, JSON_COMPACT) : NULL;
    json_decref(value);
    return line;
}

static void put_schedules(struct jstream *s, const struct jpk_conversion *c)
{
    jstream_open(s, "schedules", '[');
    for (size_t i = 0; i < c->schedule_count; i++) {
        const struct jpk_convert_schedule *schedule = &c->schedules[i];
        jstream_open(s, NULL, '{');
        put_item(s, &c->items[schedule->schedule]);
        jstream_text(s, "operation", c->items[schedule->operation].path);
        jstream_text(s, "operationId", c->items[schedule->operation].id);
        jstream_text(s, "timeZone", schedule->time_zone);
        if (schedule->rest && *schedule->rest) {
            char *request = compact(schedule->rest, true);
            s->out->failed |= !request;
            jstream_raw(s, "request", request ? request : "null");
            free(request);
        }
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

void convert_report_json(struct buf *out, const struct convert_report *report)
{
    const struct jpk_conversion *c = report->conversion;
    struct jstream stream = {.out = out, .mask = secret_text_mask}, *s = &stream;
    jstream_open(s, NULL, '{');
    jstream_tool(s);
    put_source(s, report);
    jstream_text(s, "status", convert_status_name(report->status));
    put_counts(s, report);
    put_coverages(s, report);
    put_effort(s, report);
    put_todo(s, report);
    put_agent(s, report);
    put_findings(s, c->findings, c->finding_count);
    put_items(s, report);
    put_renames(s, c);
    put_secrets(s, c);
    put_schedules(s, c);
    jstream_close(s, '}');
}

void convert_schedules_json(struct buf *out, const struct convert_report *report)
{
    struct jstream stream = {.out = out, .mask = secret_text_mask}, *s = &stream;
    jstream_open(s, NULL, '[');
    for (size_t i = 0; i < report->conversion->schedule_count; i++) {
        const char *rest = report->conversion->schedules[i].rest;
        char *request = rest && *rest ? compact(rest, false) : NULL;
        if (request)
            jstream_raw(s, NULL, request);
        else if (rest && *rest)
            out->failed = true;
        free(request);
    }
    jstream_close(s, ']');
}
