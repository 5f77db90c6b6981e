#include <stdio.h>

#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"
#include "tools/summary_json.h"
#include "tools/summary_text.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

static int print_json(const char *input, const struct jpk_summary *summary)
{
    json_t *object = json_pack("{s:o}", "input", message_path_json(input));
    if (summary_json(object, summary))
        return message_json(object);
    json_decref(object);
    return message_memory();
}

static int print_text(const struct jpk_summary *summary)
{
    struct buf out = {0};
    summary_text(&out, summary);
    int status = out.failed ? message_memory() : 0;
    fputs(buf_text(&out), stdout);
    buf_free(&out);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_error err = {0};
    struct jpk_summary *summary = NULL;
    int status = 0;
    (void)count;
    if (!input_open_any(&input, arguments[0], settings, &err) ||
        !(summary = source_summary(&input, settings->environment, &err)))
        status = message_error(&err);
    else if (message_as_json(settings))
        status = print_json(input.name, summary);
    else
        status = print_text(summary);
    jpk_summary_free(summary);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command info_command = {
    .name = "info",
    .arguments = "PROJECT",
    .summary = "Show what a project is: names, versions, counts, connections, warnings.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
