#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/input.h"
#include "tools/message.h"

/* What all projects share. */
struct checking {
    const struct settings *settings;
    enum findings_format format;
    struct findings_rule *rules;
    size_t rule_count;
    struct findings_list list; /* of text the findings of one project, of other formats those of all */
    json_t *reports;           /* of JSON, in place of the list */
};

static json_t *report(const struct settings *settings, const struct source *input, const struct jpk_findings *findings)
{
    uint64_t most = settings->max_findings ? settings->max_findings : findings->count;
    size_t counts[3] = {0};
    for (size_t i = 0; i < findings->count; i++)
        counts[findings->items[i].severity]++;
    return json_pack("{s:o, s:s, s:s, s:o, s:o}", "input", message_path_json(input->name), "projectId",
                     input->cloud ? input->cloud->id : input->project->id, "projectName",
                     input->cloud ? input->cloud->name : input->project->name, "counts", message_counts_json(counts),
                     "findings",
                     message_findings_json(findings->items, most < findings->count ? (size_t)most : findings->count));
}

/* ------------------------------------------------------------------------------------------------------ the list */

static bool has_rule(const struct checking *c, const char *id)
{
    for (size_t i = 0; i < c->rule_count; i++)
        if (strcmp(c->rules[i].id, id) == 0)
            return true;
    return false;
}

/* Adds rules of the check as the writers want them, but for those that are there. */
static bool add_rules(struct checking *c, const struct jpk_check_rule *from)
{
    size_t count = 0;
    while (from[count].id)
        count++;
    struct findings_rule *rules = realloc(c->rules, (c->rule_count + count + 1) * sizeof *rules);
    if (!rules)
        return false;
    c->rules = rules;
    for (size_t i = 0; i < count; i++)
        if (!has_rule(c, from[i].id))
            rules[c->rule_count++] =
                (struct findings_rule){.id = from[i].id, .severity = from[i].severity, .summary = from[i].summary};
    return true;
}

static int print_list(struct checking *c, struct source *input)
{
    struct findings_report all = {
        .settings = c->settings, .list = &c->list, .rules = c->rules, .rule_count = c->rule_count, .unit = "project"};
    if (input) {
        all.subject = input->name;
        all.read = input_read_file;
        all.context = input;
    }
    return findings_print(&all, c->format);
}

static int list_findings(struct checking *c, struct source *input, const struct jpk_findings *findings)
{
    int status = 0;
    findings_add_file(&c->list, input->name);
    for (size_t i = 0; i < findings->count; i++)
        findings_add(&c->list, input->name, &findings->items[i]);
    if (c->format == FINDINGS_TEXT) {
        status = print_list(c, input);
        findings_free(&c->list);
    } else {
        findings_count_characters(&c->list, input_read_file, input);
    }
    return status;
}

/* ------------------------------------------------------------------------------------------------- the command */

/* The rules of exports are among those that are printed once there is an export. */
static struct jpk_findings *find(struct checking *c, struct source *input, struct jpk_error *err)
{
    if (!input->cloud)
        return source_load(input, c->settings->environment, JPK_KEEP_GOING, err)
                   ? jpk_check(input->project, input->graph, err)
                   : NULL;
    if (!add_rules(c, jpk_cloud_check_rules())) {
        error_memory(err);
        return NULL;
    }
    return source_check_cloud(input, err);
}

static int check_one(struct checking *c, const char *argument)
{
    struct source input;
    struct jpk_error err = {0};
    struct jpk_findings *findings = NULL;
    int status = 0;
    if (!input_open_any(&input, argument, c->settings, &err) || !(findings = find(c, &input, &err))) {
        status = message_error(&err);
        if (c->format != FINDINGS_TEXT)
            findings_add_unchecked(&c->list, input.name, &err);
    } else {
        if (c->format != FINDINGS_JSON)
            status = list_findings(c, &input, findings);
        else if (json_array_append_new(c->reports, report(c->settings, &input, findings)) != 0)
            status = message_memory();
        if (status == 0 && message_fails(c->settings, findings->items, findings->count))
            status = 1;
    }
    jpk_findings_free(findings);
    source_close(&input);
    return status;
}

/* One document in any case: an object for one project, an array for several. */
static int print_reports(const struct checking *c, int count)
{
    json_t *only = json_array_get(c->reports, 0);
    if (count > 1)
        return message_json(json_incref(c->reports));
    return only ? message_json(json_incref(only)) : 0;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct checking c = {.settings = settings, .format = findings_format(settings)};
    int status = 0, printed = 0;
    if (c.format == FINDINGS_JSON)
        c.reports = json_array();
    if (!add_rules(&c, jpk_check_rules()) || (c.format == FINDINGS_JSON && !c.reports))
        status = message_memory();
    for (int i = 0; i < count && status < 4; i++) {
        int one = check_one(&c, arguments[i]);
        if (one > status)
            status = one;
    }
    if (status < 4 && c.format == FINDINGS_JSON)
        printed = print_reports(&c, count);
    else if (status < 4 && c.format != FINDINGS_TEXT)
        printed = print_list(&c, NULL);
    json_decref(c.reports);
    findings_free(&c.list);
    free(c.rules);
    return printed > status ? printed : status;
}

static const struct option *const groups[] = {finding_options, input_options, common_options, limit_options, NULL};

const struct command check_command = {
    .name = "check",
    .arguments = "PROJECT...",
    .summary = "Check the integrity of projects and every reference in them.",
    .details =
        "Prints a line for each finding: file:line:column: severity: message [rule].\n"
        "The exit status is 1 when there are findings of the level of --fail-level or worse. With --format json the\n"
        "output is one object, or for several projects an array of them; sarif and junit are one document in any\n"
        "case, and github is for the log of a workflow.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
