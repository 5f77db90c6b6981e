#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/merge_print.h"
#include "tools/merge_run.h"
#include "tools/message.h"

static const struct option options[] = {
    {"favor", 0, OPTION_CHOICE, offsetof(struct settings, merge.favor), "ours|theirs",
     "settle conflicts by that side, without marks"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

static int print(const struct settings *settings, const struct merge_view *view)
{
    struct buf out = {0};
    if (message_as_json(settings))
        return message_json(merge_json(view));
    if (settings->quiet && view->merge->left == 0)
        return 0;
    merge_text(view, &out);
    int status = out.failed ? message_memory() : 0;
    if (status == 0)
        fwrite(buf_text(&out), 1, out.size, stdout);
    buf_free(&out);
    return status;
}

/* What theirs has beside the project of a tree; *any gets whether there is something. */
static int tell_left_out(const struct settings *settings, const struct merge_run *run, bool *any)
{
    struct strings list = {0};
    struct arena arena = {0};
    struct buf text = {0};
    struct jpk_error err = {0};
    bool ok = merge_run_left_out(run, &list, &arena, &err);
    for (size_t i = 0; ok && i < list.count; i++) {
        buf_puts(&text, "note: ");
        message_put(&text, list.items[i]);
        buf_puts(&text, " is no part of the project, and what ");
        message_put(&text, run->inputs[2].name);
        buf_puts(&text, " has of it is left out\n");
    }
    *any = list.count > 0;
    ok = ok && (!text.failed || error_memory(&err));
    if (ok && !settings->quiet)
        fputs(buf_text(&text), stderr);
    buf_free(&text);
    strings_free(&list);
    arena_free(&arena);
    return ok ? 0 : message_error(&err);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct merge_run merge = {.result = NULL};
    struct jpk_error err = {0};
    (void)count;
    if (!settings->output && !settings->dry_run) {
        fputs("jpk: -o says where the result is to be written; --dry-run writes nothing\n", stderr);
        return 2;
    }
    const char *favor = settings->merge.favor ? settings->merge.favor : "";
    struct jpk_merge_options how = {.favor = strcmp(favor, "ours") == 0     ? JPK_MERGE_OURS
                                             : strcmp(favor, "theirs") == 0 ? JPK_MERGE_THEIRS
                                                                            : JPK_MERGE_MARK,
                                    .ours = arguments[1],
                                    .theirs = arguments[2]};
    const char *const paths[] = {arguments[0], arguments[1], arguments[2]};
    bool ok = merge_run(&merge, paths, settings, &how, &err) &&
              (settings->dry_run ||
               jpk_merge_write(merge.result, settings->output, merge_run_is_tree(&merge), settings->force, &err));
    int status = ok ? 0 : message_error(&err);
    if (ok) {
        struct merge_view view = {.merge = merge.result,
                                  .base = merge.inputs[0].name,
                                  .ours = merge.inputs[1].name,
                                  .theirs = merge.inputs[2].name,
                                  .output = settings->dry_run ? NULL : settings->output};
        status = print(settings, &view);
    }
    bool left_out = false;
    if (status == 0)
        status = tell_left_out(settings, &merge, &left_out);
    if (status == 0 && (merge.result->left || left_out))
        status = 1;
    merge_run_end(&merge);
    return status;
}

static const struct option *const groups[] = {options,        output_options, input_options,
                                              common_options, limit_options,  NULL};

const struct command merge_command = {
    .name = "merge",
    .arguments = "BASE OURS THEIRS",
    .summary = "Merge what two sides have changed in a project since a common base.",
    .details =
        "Item by item and field by field; scripts and other texts by lines. What one side alone has changed is taken\n"
        "from it, byte for byte. Where the two do not agree a text gets both, between the marks that git uses, and of\n"
        "all else what is there stays, or ours; each such conflict is listed with the three values, never with\n"
        "secrets. The result has the form of OURS, always loads, and has no error of 'jpk check' that neither side\n"
        "has unless that is listed as a conflict too. Projects of Design Studio may have different forms; exports of\n"
        "Cloud Studio are merged with exports. Of workspaces one environment is merged: --env, else the one that OURS\n"
        "has; their other files are taken from the side that changed them. With --force a tree is updated in place.\n"
        "The exit status is 1 when conflicts are left, or files that THEIRS has changed beside the project of a tree.",
    .groups = groups,
    .least = 3,
    .most = 3,
    .run = run,
};
