#include <stdio.h>

#include "migrate/starter.h"
#include "tools/commands.h"
#include "tools/message.h"
#include "tools/migrate_options.h"

static const struct option options[] = {
    {"output", 'o', OPTION_OUTPUT, offsetof(struct settings, output), "FILE",
     "where to write the map (standard output)"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite what is there"},
    {"jobs", 'j', OPTION_NUMBER, offsetof(struct settings, jobs), "N",
     "how many projects to read at once (one a processor)"},
    {0},
};

static int run(const struct settings *settings, int count, char **arguments)
{
    struct survey survey;
    struct jpk_error err = {0};
    struct buf text = {0};
    int status = 0;
    if (!migrate_survey(&survey, settings, settings->output, arguments, (size_t)count, &err))
        status = message_error(&err);
    else if (!starter_write(&text, &survey))
        status = message_memory();
    for (size_t i = 0; status == 0 && i < survey.count; i++)
        if (survey.projects[i].error.code != JPK_OK)
            message_error(&survey.projects[i].error);
    if (status == 0)
        status = migrate_write_text(settings, settings->output, &text);
    if (status == 0 && survey.unreadable)
        status = 3;
    buf_free(&text);
    survey_free(&survey);
    return status;
}

static const struct option *const groups[] = {options, common_options, limit_options, NULL};

const struct command migrate_init_command = {
    .name = "migrate init",
    .arguments = "INPUT...",
    .summary = "Write a map to begin with: the organizations that projects come from, and what to fill in.",
    .details = "An INPUT is a project, or a folder that is searched for projects, as for 'jpk inventory'. The map is "
               "YAML with\n"
               "comments: which organization stays, who is a member where, where projects go. 'jpk migrate plan' "
               "reads it.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
