#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/secret_text.h"
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
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|json", "how to print (text)"},
    {0},
};

/* What packing does, or would do, to the tree and to the result. */
struct packed {
    const struct jpk_strings *added, *moved, *removed, *notes; /* NULL: there are none */
    size_t entries;                                            /* of a Jitterpak, or components of an export */
};

static enum jpk_pack_kind kind_of(const struct settings *settings)
{
    const char *kind = settings->pack.kind ? settings->pack.kind : "";
    return strcmp(kind, "as-is") == 0    ? JPK_PACK_AS_IS
           : strcmp(kind, "export") == 0 ? JPK_PACK_EXPORT
           : strcmp(kind, "backup") == 0 ? JPK_PACK_BACKUP
                                         : JPK_PACK_DEFAULT;
}

static bool writes(const struct settings *settings)
{
    return !settings->pack.check && !settings->dry_run;
}

static void print_text(const struct settings *settings, const struct source *input, const struct packed *packed)
{
    bool dry = !writes(settings), one = packed->entries == 1;
    message_list(dry ? "would add " : "added ", packed->added);
    message_list(dry ? "would move " : "moved ", packed->moved);
    message_list(dry ? "would remove " : "removed ", packed->removed);
    message_list("note: ", packed->notes);
    if (!settings->pack.check)
        return;
    message_text(input->name);
    printf(": can be packed, %zu %s\n", packed->entries,
           input->cloud ? (one ? "component" : "components")
           : one        ? "entry"
                        : "entries");
}

static int print_json(const struct settings *settings, const struct source *input, const char *path,
                      const struct packed *packed)
{
    struct buf out = {0};
    struct jstream json = {.out = &out, .mask = secret_text_mask};
    jstream_report(&json);
    jstream_text(&json, "input", input->name);
    jstream_text(&json, "output", path);
    jstream_bool(&json, "written", writes(settings));
    jstream_number(&json, input->cloud ? "components" : "entries", packed->entries);
    message_list_json(&json, "added", packed->added);
    message_list_json(&json, "moved", packed->moved);
    message_list_json(&json, "removed", packed->removed);
    message_list_json(&json, "notes", packed->notes);
    jstream_close(&json, '}');
    return message_buf(&out);
}

static int print(const struct settings *settings, const struct source *input, const char *path,
                 const struct packed *packed)
{
    if (message_as_json(settings))
        return print_json(settings, input, path, packed);
    if (!settings->quiet)
        print_text(settings, input, packed);
    return 0;
}

/* ------------------------------------------------------------------------------------------ exports of Cloud Studio */

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
    char *text = source_cloud_settled(input, &err) ? jpk_cloud_write(input->cloud, &size, &err) : NULL;
    bool ok = text && (!writes(settings) || ((!input->tree || jpk_cloud_tree_save(input->tree, &err)) &&
                                             file_write_durably(path, text, size, settings->force, &err)));
    free(text);
    if (!ok)
        return message_error(&err);
    const struct jpk_cloud_tree *tree = input->tree;
    struct packed packed = {.entries = input->cloud->component_count};
    if (tree)
        packed = (struct packed){&tree->added, &tree->moved, &tree->removed, &tree->notes, packed.entries};
    return print(settings, input, path, &packed);
}

static int pack_project(const struct settings *settings, struct source *input, const char *path)
{
    struct jpk_error err = {0};
    struct jpk_pack_options how = {.kind = kind_of(settings), .force = settings->force};
    struct jpk_pack_plan *plan = NULL;
    input->project = jpk_project_load(input->archive, settings->environment, JPK_KEEP_GOING, &err);
    bool ok = input->project && (plan = jpk_pack_plan(input->project, &how, &err)) != NULL;
    if (ok && writes(settings))
        ok = jpk_pack(input->project, path, &how, &err);
    int status = ok ? 0 : message_error(&err);
    if (ok) {
        struct packed packed = {&plan->added, &plan->moved, NULL, &plan->notes, plan->entries};
        status = print(settings, input, path, &packed);
    }
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
    const char *path = settings->pack.check ? NULL : arguments[1];
    int status = !input_open_any(&input, arguments[0], settings, &err) ? message_error(&err)
                 : input.cloud                                         ? pack_export(settings, &input, path)
                                                                       : pack_project(settings, &input, path);
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
