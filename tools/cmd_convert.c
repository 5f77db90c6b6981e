#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "migrate/convert_item.h"
#include "recipe/plan.h"
#include "recipe/slot_lookup.h"
#include "tools/commands.h"
#include "tools/convert_report.h"
#include "tools/input.h"
#include "tools/message.h"

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
    {"to", 't', OPTION_CHOICE, FIELD(convert.to), "cloud|design", "what to make: a project of which studio"},
    {"output", 'o', OPTION_OUTPUT, FIELD(output), "OUT", "where to write (default: the project's name, here)"},
    {"report", 'r', OPTION_OUTPUT, FIELD(convert.report), "FILE", "write the report too: FILE.json, .md or .html"},
    {"report-format", 0, OPTION_CHOICE, FIELD(convert.report_format), "json|markdown|html",
     "the report's form (default: by the name of its file)"},
    {"schedules", 0, OPTION_INPUT, FIELD(convert.schedules), "FILE", "schedules, which no export holds"},
    {"agent", 0, OPTION_CHOICE, FIELD(convert.agent), "any|cloud|private",
     "to cloud: which kind of agent will run it (any)"},
    {"force", 'f', OPTION_FLAG, FIELD(force), NULL, "overwrite what is there"},
    {"dry-run", 'n', OPTION_FLAG, FIELD(dry_run), NULL, "print the report, write nothing"},
    {0},
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ------------------------------------------------------------------------------------------------------ formats */

static const struct format {
    const char *name, *suffixes[3];
    void (*put)(struct buf *out, const struct convert_report *report);
} formats[] = {
    {"json", {".json"}, convert_report_json},
    {"markdown", {".md", ".markdown"}, convert_report_markdown},
    {"html", {".html", ".htm"}, convert_report_html},
};

/* NULL: neither --report-format nor the name of the file says it. */
static const struct format *report_format(const struct settings *settings)
{
    const char *name = settings->convert.report_format, *file = settings->convert.report;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (name && strcmp(name, formats[i].name) == 0)
            return &formats[i];
        for (size_t j = 0; !name && file && formats[i].suffixes[j]; j++)
            if (text_ends_with(file, formats[i].suffixes[j]))
                return &formats[i];
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------ outputs */

/* In the order in which they get their names: the project last. */
enum { OUT_REPORT, OUT_SCHEDULES, OUT_PROJECT, OUTPUTS };

/* What is written: all of it or nothing. */
struct output {
    const char *path; /* NULL: not asked for */
    const char *data; /* NULL: a project of Design Studio, which is written as a whole */
    size_t size;
    struct outfile file;
    bool opened;
};

/* Looked at before anything is written, so that a refusal leaves all as it was. */
static bool may_write(const struct settings *settings, const struct output *output, struct jpk_error *err)
{
    struct stat st;
    bool workspace = !output->data && output->path && !text_ends_with(output->path, ".jpk");
    if (!output->path || (settings->force && !workspace) || lstat(output->path, &st) != 0)
        return true;
    error_set(err, JPK_ERR_EXISTS,
              workspace ? "exists already; a workspace is written into a new folder"
                        : "exists already; --force overwrites it");
    error_file(err, output->path);
    return false;
}

/* The name that the project gives may be that of another output. */
static bool differ(const struct output outputs[OUTPUTS], struct jpk_error *err)
{
    for (size_t i = 0; i < OUTPUTS; i++)
        for (size_t j = 0; j < i; j++)
            if (same(outputs[i].path, outputs[j].path)) {
                error_set(err, JPK_ERR_USAGE, "is the name of two outputs");
                error_file(err, outputs[i].path);
                return false;
            }
    return true;
}

static bool fill(struct output *output, bool force, struct jpk_error *err)
{
    if (!output->data)
        return true;
    output->opened = outfile_open(&output->file, output->path, force, err);
    return output->opened && outfile_put(&output->file, output->data, output->size, err);
}

static bool commit(const struct settings *settings, const struct jpk_conversion *conversion, struct output *output,
                   struct jpk_error *err)
{
    if (output->data)
        return outfile_commit(&output->file, settings->force, true, err);
    return text_ends_with(output->path, ".jpk")
               ? jpk_conversion_write_jitterpak(conversion, output->path, settings->force, err)
               : jpk_conversion_write_workspace(conversion, output->path, err);
}

/*
 * All have their bytes before the first gets its name. What got one is taken back when a later one cannot, unless it
 * has replaced what was there.
 */
static bool write_all(const struct settings *settings, const struct jpk_conversion *conversion,
                      struct output outputs[OUTPUTS], struct jpk_error *err)
{
    bool ok = differ(outputs, err);
    size_t done = 0;
    for (size_t i = 0; ok && i < OUTPUTS; i++)
        ok = may_write(settings, &outputs[i], err);
    for (size_t i = 0; ok && i < OUTPUTS; i++)
        ok = !outputs[i].path || fill(&outputs[i], settings->force, err);
    for (; ok && done < OUTPUTS; done += ok)
        ok = !outputs[done].path || commit(settings, conversion, &outputs[done], err);
    for (size_t i = 0; i < OUTPUTS; i++) {
        if (!ok && i < done && outputs[i].path && !settings->force)
            unlink(outputs[i].path);
        else if (outputs[i].opened && i >= done)
            outfile_discard(&outputs[i].file);
    }
    return ok;
}

static void print_written(const struct jpk_conversion *conversion, const struct output outputs[OUTPUTS])
{
    static const int order[OUTPUTS] = {OUT_PROJECT, OUT_REPORT, OUT_SCHEDULES};
    for (size_t i = 0; i < OUTPUTS; i++) {
        const struct output *output = &outputs[order[i]];
        if (!output->path)
            continue;
        fputs(i ? "wrote " : "\nwrote ", stdout);
        message_text(output->path);
        if (output->data)
            printf(" (%zu bytes)\n", output->size);
        else
            printf(" (%zu files)\n", conversion->file_count);
    }
}

/* ----------------------------------------------------------------------------------------------------- delivery */

static bool prints(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

/* What goes to standard output: what was asked for with "-", of a dry run the report, else the summary. */
static void print_result(const struct settings *settings, const struct convert_report *report, const struct buf *text,
                         const struct buf *summary)
{
    if (prints(settings->output) && !settings->dry_run)
        fwrite(report->conversion->text, 1, report->conversion->size, stdout);
    else if (text->size > 0 && (settings->dry_run || prints(settings->convert.report)))
        fwrite(text->data, 1, text->size, stdout);
    else
        fwrite(buf_text(summary), 1, summary->size, stdout);
}

static bool default_name(const struct settings *settings, const struct convert_report *report, struct buf *name)
{
    if (settings->output) {
        buf_puts(name, settings->output);
    } else {
        put_file_stem(name, report->project_name, strlen(report->project_name));
        buf_puts(name, report->conversion->text ? ".json" : ".jpk");
    }
    return !name->failed;
}

static bool deliver(const struct settings *settings, const struct convert_report *report, struct jpk_error *err)
{
    const struct format *format = report_format(settings);
    struct buf text = {0}, schedules = {0}, name = {0}, summary = {0};
    bool wanted = settings->convert.report || settings->dry_run;
    if (format && wanted)
        format->put(&text, report);
    bool cloud = report->conversion->text != NULL;
    if (settings->convert.schedules && cloud)
        convert_schedules_json(&schedules, report);
    if (!settings->quiet)
        convert_report_text(&summary, report);
    bool ok = default_name(settings, report, &name) && !text.failed && !schedules.failed && !summary.failed;
    struct output outputs[OUTPUTS] = {
        [OUT_REPORT] = {settings->convert.report, buf_text(&text), text.size, .opened = false},
        [OUT_SCHEDULES] = {cloud ? settings->convert.schedules : NULL, buf_text(&schedules), schedules.size,
                           .opened = false},
        [OUT_PROJECT] = {buf_text(&name), report->conversion->text, report->conversion->size, .opened = false},
    };
    for (size_t i = 0; i < OUTPUTS; i++)
        if (prints(outputs[i].path) || settings->dry_run)
            outputs[i].path = NULL;
    if (!ok)
        error_memory(err);
    ok = ok && write_all(settings, report->conversion, outputs, err);
    if (ok)
        print_result(settings, report, &text, &summary);
    if (ok && !settings->quiet && !prints(settings->output) && !prints(settings->convert.report))
        print_written(report->conversion, outputs);
    buf_free(&text);
    buf_free(&schedules);
    buf_free(&name);
    buf_free(&summary);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------ command */

static int usage(const char *message)
{
    fprintf(stderr, "jpk: %s; see 'jpk help convert'\n", message);
    return 2;
}

/* What is wrong with the options; NULL: nothing. */
static const char *complaint(const struct settings *settings)
{
    const char *out = settings->output, *report = settings->convert.report, *schedules = settings->convert.schedules;
    if (!settings->convert.to)
        return "say what to make: --to cloud or --to design";
    bool design = strcmp(settings->convert.to, "design") == 0;
    if (design && prints(out))
        return "a project of Design Studio cannot be printed: --output needs the name of a file or folder";
    if (design && settings->convert.agent)
        return "--agent is for --to cloud";
    if (prints(schedules))
        return "--schedules needs the name of a file";
    if (same(out, report) || same(out, schedules) || same(report, schedules))
        return "--output, --report and --schedules must name different files";
    if (report && !report_format(settings))
        return "the name of the report does not tell its format: .json, .md, .html, or --report-format";
    if (settings->convert.report_format && !report && !settings->dry_run)
        return "--report-format needs --report FILE or --dry-run";
    return NULL;
}

static bool open_project(struct source *input, const char *argument, const struct settings *settings,
                         struct jpk_error *err)
{
    bool cloud = strcmp(settings->convert.to, "cloud") == 0;
    if (!input_open_any(input, argument, settings, err))
        return false;
    if (cloud && !input->cloud)
        return source_load(input, settings->environment, JPK_KEEP_GOING, err);
    if (!cloud && input->cloud)
        return true;
    error_set(err, JPK_ERR_USAGE, "is a project of %s Studio already", cloud ? "Cloud" : "Design");
    error_file(err, input->name);
    return false;
}

static struct jpk_conversion *convert_to_design(const struct source *input, const struct settings *settings,
                                                struct jpk_error *err)
{
    const char *path = settings->convert.schedules;
    struct buf schedules = {0};
    struct jpk_conversion *conversion = NULL;
    bool ok = !path || file_read(path, settings->limits.entry_size, "--max-entry-size", &schedules, err);
    struct jpk_convert_options how = {.schedules = path ? buf_text(&schedules) : NULL,
                                      .schedules_size = schedules.size};
    if (ok)
        conversion = jpk_convert_to_design(input->cloud, &how, err);
    if (!conversion && path && !err->file[0])
        error_file(err, path);
    buf_free(&schedules);
    return conversion;
}

/* `lookup` is the caller's to free. */
static struct jpk_conversion *convert(const struct source *input, const struct settings *settings,
                                      struct slot_lookup **lookup, struct jpk_error *err)
{
    struct jpk_convert_options how = {.agent = convert_agent_by_name(settings->convert.agent),
                                      .slot = slot_lookup_variable};
    if (input->cloud)
        return convert_to_design(input, settings, err);
    how.slot_context = *lookup = slot_lookup_make(input->project, input->graph, err);
    return *lookup ? jpk_convert_to_cloud(input->project, input->graph, &how, err) : NULL;
}

static struct convert_report_how report_how(const struct settings *settings, const struct source *input)
{
    const char *out = settings->output;
    bool cloud = strcmp(settings->convert.to, "cloud") == 0, archive = !out || text_ends_with(out, ".jpk");
    return (struct convert_report_how){
        .input = input->name,
        .environment = settings->environment,
        .agent = settings->convert.agent ? settings->convert.agent : "any",
        .target_form = cloud     ? "Cloud Studio export"
                       : archive ? "Jitterpak"
                                 : "workspace",
        .checksum = settings->convert.report || settings->convert.report_format, /* the text does not say it */
        .dry_run = settings->dry_run,
        .verbose = settings->verbose,
    };
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input = {0};
    struct jpk_error err = {0};
    struct convert_report report = {0};
    struct slot_lookup *lookup = NULL;
    (void)count;
    if (complaint(settings))
        return usage(complaint(settings));
    struct jpk_conversion *conversion =
        open_project(&input, arguments[0], settings, &err) ? convert(&input, settings, &lookup, &err) : NULL;
    struct convert_report_how how = report_how(settings, &input);
    bool ok = conversion && convert_report_make(&report, &input, &how, conversion, lookup, &err) &&
              deliver(settings, &report, &err);
    int status = ok ? report.status != CONVERT_COMPLETE : message_error(&err);
    convert_report_free(&report);
    jpk_conversion_free(conversion);
    slot_lookup_free(lookup);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command convert_command = {
    .name = "convert",
    .arguments = "PROJECT",
    .summary = "Make a project of Cloud Studio from one of Design Studio, or back, and say what is left to do.",
    .details =
        "--to cloud writes an export (OUT.json, - prints it), --to design a Jitterpak (OUT.jpk) or, by any other name, "
        "a\n"
        "new folder with a workspace. Schedules, which exports do not hold, go to the file of --schedules as requests "
        "for\n"
        "the REST interface; on the way back they come from there, or from a JSON report, which knows what they "
        "start.\n"
        "\n"
        "Every item of the project is accounted for: converted, review (converted, but a person should look at it),\n"
        "manual (a person must do it) or dropped (on purpose). The report says why, and what to do, most important "
        "first.\n"
        "With --dry-run only the report is made: in text, or in the form of --report-format.\n"
        "No value of a secret is written or printed. The exit status is 0 when the conversion is complete, 1 when\n"
        "something needs a person.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .reach = {.here = true},
    .run = run,
};
