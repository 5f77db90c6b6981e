#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/message.h"
#include "tools/migrate_options.h"
#include "tools/migrate_report.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json|html|markdown|junit",
     "make this one alone"},
    {"output", 'o', OPTION_OUTPUT, offsetof(struct settings, output), "FILE", "where to write it (standard output)"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite what is there"},
    {0},
};

/* ------------------------------------------------------------------------------------------------------- formats */

static void put_junit(struct buf *out, const struct migrate_report *report)
{
    struct settings settings = {.fail_level = "error"};
    struct findings_list list = {0};
    struct findings_report junit = {.settings = &settings, .list = &list, .whole = true};
    if (migrate_report_findings(&list, report))
        findings_junit(&junit, out);
    else
        out->failed = true;
    findings_free(&list);
}

static const struct format {
    const char *name, *file; /* NULL: is not written unasked */
    void (*put)(struct buf *out, const struct migrate_report *report);
} formats[] = {
    {"text", NULL, migrate_report_text},          {"json", "report.json", migrate_report_json},
    {"html", "report.html", migrate_report_html}, {"markdown", "report.md", migrate_report_markdown},
    {"junit", "report.junit.xml", put_junit},
};

enum { FORMATS = sizeof formats / sizeof formats[0] };

static const struct format *format_of(const char *name)
{
    for (int i = 0; name && i < FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------- command */

static int write_format(const struct settings *settings, const struct format *format,
                        const struct migrate_report *report, const char *path)
{
    struct buf text = {0};
    format->put(&text, report);
    int status = migrate_write_text(settings, path, &text);
    if (status == 0 && path && !settings->quiet) {
        fputs("wrote ", stdout);
        message_text(path);
        printf(" (%zu bytes)\n", text.size);
    }
    buf_free(&text);
    return status;
}

/* Beside the results: these files are ours, so that they are replaced unasked. */
static int write_all(const struct settings *settings, const struct migrate_report *report, const char *folder)
{
    struct settings forced = *settings;
    int status = 0;
    forced.force = true;
    if (!settings->quiet)
        status = write_format(settings, &formats[0], report, NULL);
    if (!settings->quiet)
        putchar('\n');
    for (int i = 0; status == 0 && i < FORMATS; i++) {
        struct buf path = {0};
        if (!formats[i].file)
            continue;
        buf_printf(&path, "%s/%s", folder, formats[i].file);
        status = path.failed ? message_memory() : write_format(&forced, &formats[i], report, path.data);
        buf_free(&path);
    }
    return status;
}

static int make(const struct settings *settings, const struct overview *overview, char **folders, size_t count)
{
    const struct format *format = format_of(settings->format);
    struct buf first = {0};
    buf_printf(&first, "%s/report.html", folders[0]);
    const char *place = settings->output ? settings->output : format ? "report" : buf_text(&first);
    struct jpk_error err = {0};
    if (first.failed)
        error_memory(&err);
    const char **bases = first.failed ? NULL : migrate_report_bases(place, (const char *const *)folders, count, &err);
    int status = bases ? 0 : message_error(&err);
    struct migrate_report report = {overview, bases, settings->verbose};
    if (status == 0)
        status = format ? write_format(settings, format, &report, settings->output)
                        : write_all(settings, &report, folders[0]);
    migrate_report_bases_free(bases, count);
    buf_free(&first);
    return status ? status : !overview->complete;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct overview overview;
    struct work_errors errors = {0};
    if (settings->output && !settings->format) {
        fputs("jpk: --output needs --format: which of the reports it is to be\n", stderr);
        return 2;
    }
    bool ok = overview_read(&overview, NULL, (const char *const *)arguments, (size_t)count, &errors);
    int status = ok ? make(settings, &overview, arguments, (size_t)count) : migrate_print_errors(&errors);
    work_errors_free(&errors);
    overview_free(&overview);
    return status;
}

static const struct option *const groups[] = {options, common_options, NULL};

const struct command migrate_report_command = {
    .name = "migrate report",
    .arguments = "FOLDER...",
    .summary = "Report what a migration has done, and what people must do next, most important first.",
    .details =
        "A FOLDER is one that 'jpk migrate run' has written into; of several, which are those of shards, the results "
        "are\n"
        "put together. Without --format all reports are written into the first of them: report.html with links to the\n"
        "report of each conversion, report.json (schema migrate-report-1), report.md, and report.junit.xml for CI; the "
        "text\n"
        "is printed. The exit status is 0 when nothing is left to do for anybody, else 1.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .reach = {.written = WRITTEN_FIRST},
    .run = run,
};
