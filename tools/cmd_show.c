#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf16.h"
#include "jpk/archive.h"
#include "jpk/retarget_parts.h"
#include "jpk/show.h"
#include "tools/cloud_commands.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"
#include "tools/output.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {"type", 't', OPTION_TEXT, offsetof(struct settings, show.type), "TYPE",
     "only items of this type, such as Source or \"e-mail message\""},
    {"structure", 0, OPTION_CHOICE, offsetof(struct settings, show.structure), "source|target",
     "the structure of a transformation or a connector's function as a tree"},
    {"depth", 0, OPTION_NUMBER, offsetof(struct settings, show.depth), "N", "levels of the tree (64)"},
    {"resolve", 0, OPTION_FLAG, offsetof(struct settings, show.resolve), NULL,
     "scripts with the paths of items instead of their ids"},
    {0},
};

static int print_report(const struct settings *settings, const struct jpk_report *report)
{
    if (message_as_json(settings))
        return message_json(output_report_json(report));
    return output_report(report, settings->verbose) ? 0 : message_memory();
}

/* The text alone, so that it can go through a pipe; with -v what is known of it stands before. */
static int print_script(const struct settings *settings, const struct jpk_report *report)
{
    const struct jpk_report_section *script = &report->sections[report->section_count - 1];
    if (settings->verbose && !output_report(report, true))
        return message_memory();
    if (settings->verbose && !output_raw("\n", 1))
        return message_memory();
    return output_raw(script->text, strlen(script->text)) ? 0 : message_memory();
}

static int print_file(const struct source *input, const struct jpk_file *file)
{
    struct jpk_error err = {0};
    struct buf text = {0}, masked = {0};
    if (!archive_read(input->archive, file->entry, &text, &err)) {
        buf_free(&text);
        return message_error(&err);
    }
    enum utf16 form = utf16_read(&text); /* secrets are found in UTF-8 */
    bool ok = !text.failed && retarget_mask_file(&text, &masked);
    utf16_write(&masked, form);
    ok = ok && !masked.failed && output_raw(buf_text(&masked), masked.size);
    buf_free(&text);
    buf_free(&masked);
    return ok ? 0 : message_memory();
}

static int print_item(const struct settings *settings, const struct source *input,
                      const struct jpk_selection *selection)
{
    struct jpk_error err = {0};
    bool text = !message_as_json(settings);
    if (selection->file && selection->file->entry != SIZE_MAX && text && !settings->verbose)
        return print_file(input, selection->file);
    struct jpk_report *report =
        jpk_show(input->project, input->graph, selection, settings->show.resolve ? JPK_SHOW_RESOLVE : 0, &err);
    if (!report)
        return message_error(&err);
    bool script = selection->entity && selection->entity->type == JPK_TYPE_SCRIPT && !selection->entity->unread;
    int status = script && text ? print_script(settings, report) : print_report(settings, report);
    jpk_report_free(report);
    return status;
}

static int print_structure(const struct settings *settings, const struct source *input,
                           const struct jpk_selection *selection)
{
    struct jpk_error err = {0};
    if (!selection->entity) {
        fputs("jpk: --structure is for transformations and connectors' functions\n", stderr);
        return 2;
    }
    bool target = strcmp(settings->show.structure, "target") == 0;
    struct jpk_report *report =
        jpk_show_structure(input->project, selection->entity, target, settings->show.depth, &err);
    if (!report)
        return message_error(&err);
    int status = print_report(settings, report);
    jpk_report_free(report);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_selection selection;
    struct jpk_error err = {0};
    int status;
    (void)count;
    if (input_open_any(&input, arguments[0], settings, &err) && input.cloud)
        status = cloud_show(settings, input.cloud, arguments[1]);
    else if (!input.archive || !source_load(&input, settings->environment, JPK_KEEP_GOING, &err) ||
             !jpk_show_select(input.project, input.graph, arguments[1], settings->show.type, &selection, &err))
        status = message_error(&err);
    else if (settings->show.structure)
        status = print_structure(settings, &input, &selection);
    else
        status = print_item(settings, &input, &selection);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command show_command = {
    .name = "show",
    .arguments = "PROJECT ITEM",
    .summary = "Show one item of a project: what it is, what it does, what uses it.",
    .details =
        "An ITEM is an id, a path such as \"Operation/Steps/Search orders\", the end of one, or a name. $NAME and\n"
        "[NAME] are a variable, files/NAME is a file. Of a script and of a file only the text is printed, so that it\n"
        "can go through a pipe; -v says more. Encrypted values are never shown, secrets in the clear are masked.",
    .groups = groups,
    .least = 2,
    .most = 2,
    .run = run,
};
