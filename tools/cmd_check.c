#include <stdio.h>

#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {"fail-level", 0, OPTION_CHOICE, offsetof(struct settings, fail_level), "error|warning|info|never",
     "the least severity that makes the exit status 1 (error)"},
    {0},
};

static json_t *report(const struct input *input, const struct jpk_findings *findings)
{
    size_t counts[3] = {0};
    for (size_t i = 0; i < findings->count; i++)
        counts[findings->items[i].severity]++;
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "input", input->name, "projectId", input->project->id, "projectName",
                     input->project->name, "counts", message_counts_json(counts), "findings",
                     message_findings_json(findings->items, findings->count));
}

/* Prints the findings of one project, or appends them to `reports` when that is not NULL. */
static int check_one(const struct settings *settings, const char *argument, json_t *reports)
{
    struct input input;
    struct jpk_error err = {0};
    struct jpk_findings *findings = NULL;
    int status = 0;
    if (!input_open(&input, argument, settings, &err) || !input_load(&input, settings, JPK_KEEP_GOING, &err) ||
        !(findings = jpk_check(input.project, input.graph, &err))) {
        status = message_error(&err);
    } else {
        if (!reports)
            message_findings(settings, input.name, input.archive, findings->items, findings->count);
        else if (json_array_append_new(reports, report(&input, findings)) != 0)
            status = message_memory();
        if (status == 0 && message_fails(settings, findings->items, findings->count))
            status = 1;
    }
    jpk_findings_free(findings);
    input_close(&input);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    bool as_json = message_as_json(settings);
    json_t *reports = as_json ? json_array() : NULL;
    int status = as_json && !reports ? message_memory() : 0;
    for (int i = 0; i < count && status < 4; i++) {
        int one = check_one(settings, arguments[i], reports);
        if (one > status)
            status = one;
    }
    if (!reports)
        return status;
    /* One document in any case: an object for one project, an array for several. */
    json_t *only = count == 1 ? json_array_get(reports, 0) : NULL;
    bool print = count > 1 || only;
    if (only) {
        json_incref(only);
        json_decref(reports);
        reports = only;
    }
    int printed = print ? message_json(reports) : 0;
    if (!print)
        json_decref(reports);
    return printed > status ? printed : status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command check_command = {
    .name = "check",
    .arguments = "PROJECT...",
    .summary = "Check the integrity of projects and every reference in them.",
    .details =
        "Prints a line for each finding: file:line:column: severity: message [rule].\n"
        "The exit status is 1 when there are findings of the level of --fail-level or worse. With --format json the\n"
        "output is one object, or for several projects an array of them.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
