#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "recipe/configure_check.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"jpk", 0, OPTION_INPUT, offsetof(struct settings, jitterpak), "PROJECT",
     "the Jitterpak: what it holds already is not missing"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

/* --------------------------------------------------------------------------------------------------------- text */

static void print_problems(const struct settings *settings, const struct configure_problem *problems, size_t count,
                           const struct configure_step *step)
{
    for (size_t i = 0; i < count; i++) {
        bool warning = problems[i].severity != JPK_ERROR;
        if (warning && settings->quiet)
            continue;
        if (warning)
            fputs("warning: ", stdout);
        if (step) {
            printf("Step %zu, ", step->number);
            message_text(step->title);
            fputs(": ", stdout);
        }
        message_text(problems[i].message);
        putchar('\n');
    }
}

static void print_text(const struct settings *settings, const struct configure_result *result)
{
    size_t complete = 0, shown = 0;
    print_problems(settings, result->problems, result->problem_count, NULL);
    for (size_t i = 0; i < result->step_count; i++) {
        const struct configure_step *step = &result->steps[i];
        complete += step->state == CONFIGURE_COMPLETE;
        shown += step->state != CONFIGURE_NOT_SHOWN;
        print_problems(settings, step->problems, step->problem_count, step);
        if (settings->verbose) {
            printf("Step %zu, ", step->number);
            message_text(step->title);
            printf(": %s\n", configure_state_name(step->state));
        }
    }
    if (settings->quiet)
        return;
    message_text(result->name);
    printf(": %s: %zu of %zu steps are complete%s\n", result->complete ? "complete" : "incomplete", complete, shown,
           !result->complete && complete == shown ? ", but the file is not in order" : "");
}

/* --------------------------------------------------------------------------------------------------------- JSON */

static json_t *problems_json(const struct configure_problem *problems, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++) {
        const struct configure_problem *p = &problems[i];
        json_t *row = json_pack("{s:s, s:s, s:s}", "severity", jpk_severity_name(p->severity), "property", p->property,
                                "message", p->message);
        bool ok = row && (!p->line || (json_object_set_new(row, "line", json_integer(p->line)) == 0 &&
                                       json_object_set_new(row, "column", json_integer(p->column)) == 0));
        if (!ok || json_array_append_new(array, row) != 0) {
            if (!ok)
                json_decref(row);
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static int print_json(const struct configure_result *result)
{
    json_t *steps = json_array();
    for (size_t i = 0; steps && i < result->step_count; i++) {
        const struct configure_step *step = &result->steps[i];
        json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:o}", "number", (json_int_t)step->number, "id", step->id,
                                "title", step->title, "state", configure_state_name(step->state), "problems",
                                problems_json(step->problems, step->problem_count));
        if (json_array_append_new(steps, row) != 0) {
            json_decref(steps);
            steps = NULL;
        }
    }
    return message_json(json_pack("{s:s, s:b, s:o, s:o}", "recipe", result->name, "complete", result->complete,
                                  "problems", problems_json(result->problems, result->problem_count), "steps", steps));
}

/* -------------------------------------------------------------------------------------------------------- command */

static bool read_both(const struct settings *settings, char **arguments, struct buf *recipe, struct buf *configure,
                      struct configure_input *input, struct jpk_error *err)
{
    const uint64_t most = settings->limits.entry_size;
    if (!file_read(arguments[0], most, "--max-entry-size", recipe, err) ||
        !file_read(arguments[1], most, "--max-entry-size", configure, err))
        return false;
    input->recipe = buf_text(recipe);
    input->recipe_size = recipe->size;
    input->recipe_file = arguments[0];
    input->configure = buf_text(configure);
    input->configure_size = configure->size;
    input->configure_file = arguments[1];
    return true;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct buf recipe = {0}, configure = {0};
    struct source project = {0};
    struct configure_input input = {0};
    struct jpk_error err = {0};
    struct configure_result *result = NULL;
    int status = 0;
    (void)count;
    bool ok = read_both(settings, arguments, &recipe, &configure, &input, &err);
    if (ok && settings->jitterpak)
        ok = input_open(&project, settings->jitterpak, settings, &err) &&
             source_load(&project, settings->environment, 0, &err);
    input.project = project.project;
    if (ok)
        result = configure_check(&input, &err);
    if (!result)
        status = message_error(&err);
    else if (message_as_json(settings))
        status = print_json(result);
    else
        print_text(settings, result);
    if (result && status == 0)
        status = result->complete ? 0 : 1;
    configure_result_free(result);
    source_close(&project);
    buf_free(&recipe);
    buf_free(&configure);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command recipe_configure_command = {
    .name = "recipe configure",
    .arguments = "RECIPE CONFIGURE",
    .summary = "Check whether the form of a recipe is filled in.",
    .details =
        "Says for each step of the recipe what is missing or not allowed in the configure file. Secrets are looked up\n"
        "where the file says they are: {\"secret\": \"env:NAME\"} or {\"secret\": \"file:PATH\"}, the path relative to "
        "the\n"
        "configure file; they are never printed. The exit status is 0 when the form is complete, else 1.",
    .groups = groups,
    .least = 2,
    .most = 2,
    .reach = {.anywhere = true},
    .run = run,
};
