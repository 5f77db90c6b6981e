#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

static const struct option options[] = {
    {"force", 'f', OPTION_FLAG, offsetof(struct settings, force), NULL, "overwrite what is there"},
    {"dry-run", 'n', OPTION_FLAG, offsetof(struct settings, dry_run), NULL, "check, but write nothing"},
    {0},
};

/* An archive's top folder is the project's name; `/` cannot be part of it. */
static bool top_folder(const struct jpk_project *project, struct buf *out)
{
    for (const char *p = *project->name ? project->name : "project"; *p; p++)
        buf_putc(out, *p == '/' || *p == '\\' ? '_' : *p);
    return !out->failed;
}

static bool add_entries(struct jpk_writer *writer, const struct input *input, struct jpk_error *err)
{
    struct jpk_archive *archive = input->archive;
    const char *base = input->project->base;
    struct buf name = {0}, top = {0};
    bool ok = top_folder(input->project, &top) || error_memory(err);
    for (size_t i = 0; ok && i < jpk_archive_count(archive); i++) {
        const struct jpk_entry_info *entry = jpk_archive_entry(archive, i);
        size_t n = strlen(base);
        if (strncmp(entry->name, base, n) != 0)
            continue;
        buf_clear(&name);
        buf_printf(&name, "%s/%s", top.data, entry->name + n);
        if (name.failed) {
            ok = error_memory(err);
            break;
        }
        bool dated = entry->dos_date != 0;
        ok = jpk_writer_add_from(writer, name.data, archive, i, dated ? entry->dos_date : JPK_DOS_DATE_MIN,
                                 dated ? entry->dos_time : 0, err);
    }
    buf_free(&name);
    buf_free(&top);
    return ok;
}

static bool packable(const struct input *input, struct jpk_error *err)
{
    if (jpk_project_property(input->project, JPK_FILE_JITTERPAK, "type"))
        return true;
    error_set(err, JPK_ERR_FORMAT,
              "has no jitterpak.properties: this version packs folders that hold the inside of a Jitterpak, and does "
              "not yet make one from a workspace or an environment's folder");
    error_file(err, input->name);
    return false;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct input input;
    struct jpk_error err = {0};
    struct jpk_writer *writer = NULL;
    (void)count;
    bool ok = input_open(&input, arguments[0], settings, &err) && input_load(&input, settings, 0, &err) &&
              packable(&input, &err);
    if (ok && !settings->dry_run)
        ok = (writer = jpk_writer_open(arguments[1], settings->force, &err)) != NULL &&
             add_entries(writer, &input, &err) && jpk_writer_commit(writer, &err);
    int status = ok ? 0 : message_error(&err);
    jpk_writer_free(writer);
    input_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command pack_command = {
    .name = "pack",
    .arguments = "FOLDER FILE.jpk",
    .summary = "Pack a folder that holds the inside of a Jitterpak.",
    .details = "The archive has one top folder, named after the project, and the same bytes on every machine.\n"
               "It is read again and compared before it gets its name.",
    .groups = groups,
    .least = 2,
    .most = 2,
    .run = run,
};
