#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/commands.h"
#include "tools/message.h"
#include "tools/migrate_options.h"
#include "tools/migrate_report.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

/* A plan of which nothing was done yet, or the folders of its runs. */
static bool read_all(struct overview *overview, char **arguments, size_t count, struct work_errors *errors)
{
    struct stat st;
    const char *const *folders = (const char *const *)arguments;
    bool plan = stat(arguments[0], &st) == 0 && !S_ISDIR(st.st_mode);
    return overview_read(overview, plan ? arguments[0] : NULL, folders + plan, count - plan, errors);
}

static int print(const struct settings *settings, const struct overview *overview)
{
    struct jpk_error err = {0};
    const char **bases = migrate_report_bases("status", overview->folders, overview->folder_count, &err);
    struct migrate_report report = {overview, bases, settings->verbose};
    struct buf out = {0};
    if (!bases)
        return message_error(&err);
    if (message_as_json(settings)) {
        migrate_report_json(&out, &report);
    } else {
        if (!settings->quiet)
            migrate_report_states(&out, overview);
        buf_printf(&out, "%s\n", migrate_report_status(overview));
    }
    int status = out.failed ? message_memory() : 0;
    if (status == 0)
        fwrite(buf_text(&out), 1, out.size, stdout);
    buf_free(&out);
    migrate_report_bases_free(bases, overview->folder_count);
    return status ? status : !overview->complete;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct overview overview;
    struct work_errors errors = {0};
    int status = read_all(&overview, arguments, (size_t)count, &errors) ? print(settings, &overview)
                                                                        : migrate_print_errors(&errors);
    work_errors_free(&errors);
    overview_free(&overview);
    return status;
}

static const struct option *const groups[] = {options, common_options, NULL};

const struct command migrate_status_command = {
    .name = "migrate status",
    .arguments = "[PLAN] FOLDER...",
    .summary = "Say of every project of a migration where it stands.",
    .details =
        "A FOLDER is one that 'jpk migrate run' has written into, also while it does. A PLAN before it is that "
        "which counts;\n"
        "a PLAN alone is one of which nothing was done yet. A project is complete, partial (written, and a person "
        "must do\n"
        "something), failed, pending, refused, skipped or kept. The exit status is 0 when nothing is left to do.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
