#include <stdio.h>
#include <string.h>

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

static int run(const struct settings *settings, int count, char **arguments)
{
    struct input input;
    struct jpk_error err = {0};
    struct jpk_pack_options how = {.kind = kind_of(settings), .force = settings->force};
    if (count != (settings->pack.check ? 1 : 2)) {
        fprintf(stderr, "jpk: the usage is: jpk pack [OPTIONS] FOLDER FILE.jpk, or: jpk pack --check FOLDER\n");
        return 2;
    }
    struct jpk_pack_plan *plan = NULL;
    bool ok = input_open(&input, arguments[0], settings, &err) &&
              (input.project = jpk_project_load(input.archive, settings->environment, JPK_KEEP_GOING, &err)) != NULL &&
              (plan = jpk_pack_plan(input.project, &how, &err)) != NULL;
    if (ok && !settings->pack.check && !settings->dry_run)
        ok = jpk_pack(input.project, arguments[1], &how, &err);
    int status = ok ? 0 : message_error(&err);
    if (ok && !settings->quiet)
        print_plan(settings, input.name, plan);
    jpk_pack_plan_free(plan);
    input_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command pack_command = {
    .name = "pack",
    .arguments = "FOLDER FILE.jpk",
    .summary = "Pack an unpacked tree, a workspace or an environment's folder into a Jitterpak.",
    .details = "Of an untouched tree every entry has the bytes that it had. A workspace or an environment's folder is "
               "packed as\n"
               "Design Studio exports it: kind 3, everything to be deployed, without test data; --kind backup makes a "
               "backup of\n"
               "an environment. New files in a tree become new items, with ids by rule that are written to its index. "
               "The archive\n"
               "has one top folder and the same bytes on every machine; it is read again and compared before it gets "
               "its name.",
    .groups = groups,
    .least = 1,
    .most = 2,
    .run = run,
};
