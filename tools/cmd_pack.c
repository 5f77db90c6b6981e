#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"kind", 'k', OPTION_CHOICE, offsetof(struct settings, pack.kind), "as-is|export|backup",
     "what the Jitterpak is (a tree, or the inside of a Jitterpak: as-is; else: export)"},
    {"check", 0, OPTION_FLAG, offsetof(struct settings, pack.check), NULL,
     "say whether packing would work and what it would do; takes no FILE"},
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite what is there"},
    {"dry-run", 'n', OPTION_FLAG, offsetof(struct settings, dry_run), NULL, "check, but write nothing"},
    {0},
};

static enum jpk_pack_kind kind_of(const struct settings *settings)
{
    const char *kind = settings->pack.kind ? settings->pack.kind : "";
    return strcmp(kind, "as-is") == 0    ? JPK_PACK_AS_IS
           : strcmp(kind, "export") == 0 ? JPK_PACK_EXPORT
           : strcmp(kind, "backup") == 0 ? JPK_PACK_BACKUP
                                         : JPK_PACK_DEFAULT;
}

static void print_plan(const struct settings *settings, const char *input, const struct jpk_pack_plan *plan)
{
    bool dry = settings->pack.check || settings->dry_run;
    message_list(dry ? "would add " : "added ", &plan->added);
    message_list(dry ? "would move " : "moved ", &plan->moved);
    message_list("note: ", &plan->notes);
    if (!settings->pack.check)
        return;
    message_text(input);
    printf(": can be packed, %zu entries\n", plan->entries);
}

/* ------------------------------------------------------------------------------------------ exports of Cloud Studio */

static void print_changes(const struct settings *settings, const struct source *input)
{
    bool dry = settings->pack.check || settings->dry_run;
    if (input->tree) {
        message_list(dry ? "would add " : "added ", &input->tree->added);
        message_list(dry ? "would move " : "moved ", &input->tree->moved);
        message_list(dry ? "would remove " : "removed ", &input->tree->removed);
        message_list("note: ", &input->tree->notes);
    }
    if (!settings->pack.check)
        return;
    message_text(input->name);
    printf(": can be packed, %zu component%s\n", input->cloud->component_count,
           input->cloud->component_count == 1 ? "" : "s");
}

/* What is wrong with the arguments, now that the project is known; NULL: nothing. */
static const char *complaint(const struct settings *settings, const char *path)
{
    if (settings->pack.kind)
        return "--kind is for Jitterpaks; exports of Cloud Studio have no kinds";
    if (path && text_ends_with(path, ".jpk"))
        return "a project of Cloud Studio is packed into a .json file; it cannot become a Jitterpak";
    return NULL;
}

/* The tree of an export, or an export, as canonical text. */
static int pack_export(const struct settings *settings, const struct source *input, const char *path)
{
    struct jpk_error err = {0};
    size_t size = 0;
    if (complaint(settings, path)) {
        fprintf(stderr, "jpk: %s\n", complaint(settings, path));
        return 2;
    }
    bool write = !settings->pack.check && !settings->dry_run;
    char *text = jpk_cloud_write(input->cloud, &size, &err);
    bool ok = text && (!write || ((!input->tree || jpk_cloud_tree_save(input->tree, &err)) &&
                                  file_write_durably(path, text, size, settings->force, &err)));
    free(text);
    if (!ok)
        return message_error(&err);
    if (!settings->quiet)
        print_changes(settings, input);
    return 0;
}

static int pack_project(const struct settings *settings, struct source *input, const char *path)
{
    struct jpk_error err = {0};
    struct jpk_pack_options how = {.kind = kind_of(settings), .force = settings->force};
    struct jpk_pack_plan *plan = NULL;
    input->project = jpk_project_load(input->archive, settings->environment, JPK_KEEP_GOING, &err);
    bool ok = input->project && (plan = jpk_pack_plan(input->project, &how, &err)) != NULL;
    if (ok && !settings->pack.check && !settings->dry_run)
        ok = jpk_pack(input->project, path, &how, &err);
    int status = ok ? 0 : message_error(&err);
    if (ok && !settings->quiet)
        print_plan(settings, input->name, plan);
    jpk_pack_plan_free(plan);
    return status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_error err = {0};
    if (count != (settings->pack.check ? 1 : 2)) {
        fprintf(stderr, "jpk: the usage is: jpk pack [OPTIONS] FOLDER FILE, or: jpk pack --check FOLDER\n");
        return 2;
    }
    int status = !input_open_any(&input, arguments[0], settings, &err) ? message_error(&err)
                 : input.cloud                                         ? pack_export(settings, &input, arguments[1])
                                                                       : pack_project(settings, &input, arguments[1]);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command pack_command = {
    .name = "pack",
    .arguments = "FOLDER FILE",
    .summary = "Pack an unpacked tree, a workspace or an environment's folder.",
    .details = "Of an untouched tree every entry has the bytes that it had. A workspace or an environment's folder is "
               "packed as\n"
               "Design Studio exports it: kind 3, everything to be deployed, without test data; --kind backup makes a "
               "backup of\n"
               "an environment. New files in a tree become new items, with ids by rule that are written to its index. "
               "The archive\n"
               "has one top folder and the same bytes on every machine; it is read again and compared before it gets "
               "its name.\n"
               "The tree of an export of Cloud Studio becomes that export again; an export itself is written in "
               "canonical form.",
    .groups = groups,
    .least = 1,
    .most = 2,
    .reach = {.written = WRITTEN_ALL}, /* what is new in a tree gets its file there */
    .run = run,
};
