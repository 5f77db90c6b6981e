#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "tools/commands.h"
#include "tools/inventory.h"
#include "tools/message.h"

static const struct option options[] = {
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|csv|json|html", "how to print (text)"},
    {"jobs", 'j', OPTION_NUMBER, offsetof(struct settings, jobs), "N",
     "how many projects to read at once (one a processor)"},
    {0},
};

static bool is_format(const struct settings *settings, const char *format)
{
    return settings->format && strcmp(settings->format, format) == 0;
}

static void put_table(struct buf *out, const struct inventory *inventory, const struct settings *settings)
{
    if (is_format(settings, "csv"))
        inventory_csv(out, inventory);
    else if (is_format(settings, "json"))
        inventory_json(out, inventory);
    else if (is_format(settings, "html"))
        inventory_html(out, inventory);
    else
        inventory_text(out, inventory, settings);
}

/* To --output, or to standard output. */
static int write_table(const struct buf *table, const struct settings *settings)
{
    struct jpk_error err = {0};
    if (option_prints(settings->output)) {
        fwrite(buf_text(table), 1, table->size, stdout);
        return 0;
    }
    if (!settings->dry_run && !file_write(settings->output, table->data, table->size, settings->force, &err))
        return message_error(&err);
    if (!settings->quiet) {
        printf("%s ", settings->dry_run ? "would write" : "wrote");
        message_text(settings->output);
        printf(" (%zu bytes)\n", table->size);
    }
    return 0;
}

static int report(const struct inventory *inventory, const struct settings *settings)
{
    struct buf table = {0};
    int status = inventory->unreadable ? 3 : 0;
    put_table(&table, inventory, settings);
    for (size_t i = 0; i < inventory->count; i++)
        if (!inventory->rows[i].summary)
            message_error(&inventory->rows[i].error);
    if (inventory->count == 0 && !settings->quiet)
        fputs("jpk: no project was found\n", stderr);
    int written = table.failed ? message_memory() : write_table(&table, settings);
    buf_free(&table);
    return written > status ? written : status;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct inventory inventory;
    struct jpk_error err = {0};
    int status = inventory_make(&inventory, settings, arguments, (size_t)count, &err) ? report(&inventory, settings)
                                                                                      : message_error(&err);
    inventory_free(&inventory);
    return status;
}

static const struct option *const groups[] = {options, output_options, common_options, limit_options, NULL};

const struct command inventory_command = {
    .name = "inventory",
    .arguments = "PATH...",
    .summary = "List what many projects are and hold: a table for people, spreadsheets, programs, browsers.",
    .details = "A PATH is a project, or a folder that is searched for projects: .jpk files, workspaces, environments' "
               "folders, unpacked\n"
               "trees, and .json files that are exports of Cloud Studio by what is in them.\n"
               "Links and names that begin with a dot are left out. A workspace with several environments has a row "
               "for each.\n"
               "A project that cannot be read has a row with the error, and the exit status is 3 when all are listed.\n"
               "No value of a setting is ever shown. The page of --format html is one file that needs nothing else.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
