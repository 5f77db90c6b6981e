#include <stdio.h>

#include "jpk/secret_text.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"update", 'u', OPTION_FLAG, offsetof(struct settings, unpack.update), NULL,
     "refresh a tree of this project: write only what changed"},
    {"delete", 0, OPTION_FLAG, offsetof(struct settings, unpack.remove), NULL,
     "with --update: remove files that are no longer part of the project"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL,
     "write into a folder that holds other things, or another project's tree"},
    {"dry-run", 'n', OPTION_FLAG, offsetof(struct settings, dry_run), NULL, "say what would be written, write nothing"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

static int print_json(const struct settings *settings, const char *input, const char *folder,
                      const struct jpk_unpacked *unpacked)
{
    bool removed = settings->unpack.remove;
    struct buf out = {0};
    struct jstream json = {.out = &out, .mask = secret_text_mask};
    jstream_report(&json);
    jstream_text(&json, "input", input);
    jstream_text(&json, "output", folder);
    jstream_bool(&json, "written", !settings->dry_run);
    jstream_number(&json, "unchanged", unpacked->unchanged);
    message_list_json(&json, "changed", &unpacked->written);
    message_list_json(&json, "removed", removed ? &unpacked->stale : NULL);
    message_list_json(&json, "stale", removed ? NULL : &unpacked->stale);
    message_list_json(&json, "notes", &unpacked->notes);
    jstream_close(&json, '}');
    return message_buf(&out);
}

static void print_text(const struct settings *settings, const char *folder, const struct jpk_unpacked *unpacked)
{
    bool dry = settings->dry_run, removed = settings->unpack.remove;
    if (settings->verbose)
        message_list(dry ? "would write " : "wrote ", &unpacked->written);
    message_list(!removed ? "no longer part of the project: " : dry ? "would remove " : "removed ", &unpacked->stale);
    if (settings->quiet)
        return;
    message_list("note: ", &unpacked->notes);
    message_text(folder);
    printf(": %zu file%s %s, %zu unchanged", unpacked->written.count, unpacked->written.count == 1 ? "" : "s",
           dry ? "would be written" : "written", unpacked->unchanged);
    if (unpacked->stale.count > 0 && removed)
        printf(", %zu %s", unpacked->stale.count, dry ? "would be removed" : "removed");
    else if (unpacked->stale.count > 0)
        printf("; --delete removes the %zu above", unpacked->stale.count);
    putchar('\n');
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_error err = {0};
    struct jpk_unpack_options how = {.update = settings->unpack.update,
                                     .force = settings->force,
                                     .delete_stale = settings->unpack.remove,
                                     .dry_run = settings->dry_run};
    (void)count;
    if (settings->unpack.remove && !settings->unpack.update) {
        fputs("jpk: --delete goes with --update\n", stderr);
        return 2;
    }
    struct jpk_unpacked *unpacked = NULL;
    bool opened = input_open_any(&input, arguments[0], settings, &err);
    if (opened && input.cloud)
        unpacked = jpk_cloud_unpack(input.cloud, arguments[1], &how, &err);
    else if (opened &&
             (input.project = jpk_project_load(input.archive, settings->environment, JPK_KEEP_GOING, &err)) != NULL)
        unpacked = jpk_unpack(input.project, arguments[1], &how, &err);
    int status = unpacked ? 0 : message_error(&err);
    if (unpacked && message_as_json(settings))
        status = print_json(settings, input.name, arguments[1], unpacked);
    else if (unpacked)
        print_text(settings, arguments[1], unpacked);
    jpk_unpacked_free(unpacked);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command unpack_command = {
    .name = "unpack",
    .arguments = "PROJECT FOLDER",
    .summary = "Unpack a project into a folder for version control.",
    .details =
        "Scripts become .jb or .js files, queries .soql and .sql, mappings .map; everything else stays as it is, "
        "under\n"
        "the folders and names of the project. 'jpk pack' makes the same Jitterpak again. User-interface state and\n"
        "caches lie in local/, which a team can ignore. With --update an existing tree is refreshed: items keep their\n"
        "file names, and only files that changed are touched. Of an export of Cloud Studio too: a file for each\n"
        "component, with scripts, queries, mappings, messages and assets as files of their own.",
    .groups = groups,
    .least = 2,
    .most = 2,
    .reach = {.written = WRITTEN_SECOND},
    .run = run,
};
