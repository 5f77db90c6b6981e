#include "tools/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/workers.h"
#include "tools/input.h"
#include "tools/message.h"

/* ------------------------------------------------------------------------------------------------------ figures */

#define FIGURE(field) offsetof(struct jpk_summary, field)
#define TYPE(type) (offsetof(struct jpk_summary, types) + (type) * sizeof(size_t))
#define FINDINGS(severity) (offsetof(struct jpk_summary, finding_counts) + (severity) * sizeof(size_t))

const struct inventory_figure inventory_figures[] = {
    {"items", "items", "items", "Items", FIGURE(items), false, NULL},
    {"operations", "operations", "ops", "Operations", TYPE(JPK_TYPE_OPERATION), false, ""},
    {"operationsNothingStarts", "operations that nothing starts", "idle", "Idle", FIGURE(unstarted_count), false,
     "warn"},
    {"transformations", "transformations", NULL, NULL, TYPE(JPK_TYPE_TRANSFORMATION), false, NULL},
    {"scripts", "scripts", "scripts", "Scripts", TYPE(JPK_TYPE_SCRIPT), false, NULL},
    {"scriptLines", "lines of scripts", "lines", "Lines", FIGURE(script_lines), false, ""},
    {"mappingScripts", "scripts in mappings", NULL, NULL, FIGURE(mapping_scripts), false, NULL},
    {"mappingLines", "lines of scripts in mappings", NULL, NULL, FIGURE(mapping_lines), false, NULL},
    {"sources", "sources", NULL, NULL, TYPE(JPK_TYPE_SOURCE), false, NULL},
    {"targets", "targets", NULL, NULL, TYPE(JPK_TYPE_TARGET), false, NULL},
    {"schedules", "schedules", NULL, NULL, TYPE(JPK_TYPE_SCHEDULE), false, NULL},
    {"emailMessages", "e-mail messages", NULL, NULL, TYPE(JPK_TYPE_EMAIL_MESSAGE), false, NULL},
    {"variables", "project variables", "vars", "Variables", FIGURE(variables), false, NULL},
    {"variablesWithValue", "project variables with a value", NULL, NULL, FIGURE(variables_set), false, NULL},
    {"connectors", "connection types", NULL, NULL, FIGURE(connector_count), false, NULL},
    {"encrypted", "encrypted values", "encr", "Encrypted", FIGURE(secret_count), false, ""},
    {"encryptedVariables", "encrypted values of variables", NULL, NULL, FIGURE(secret_variables), false, NULL},
    {"encryptedSourcesAndTargets", "encrypted values of sources and targets", NULL, NULL, FIGURE(secret_locations),
     false, NULL},
    {"encryptedEmails", "encrypted values of e-mail messages", NULL, NULL, FIGURE(secret_mails), false, NULL},
    {"encryptedOthers", "encrypted values of other items", NULL, NULL, FIGURE(secret_others), false, NULL},
    {"errors", "errors that 'jpk check' finds", "err", "Errors", FINDINGS(JPK_ERROR), false, "bad"},
    {"warnings", "warnings of 'jpk check'", "warn", "Warnings", FINDINGS(JPK_WARNING), false, "warn"},
    {"notes", "notes of 'jpk check'", NULL, NULL, FINDINGS(JPK_INFO), false, NULL},
    {"deletedItems", "items marked as deleted", NULL, NULL, FIGURE(deleted), false, NULL},
    {"unreadItems", "items without a file that can be read", NULL, NULL, FIGURE(unread), false, NULL},
    {"structureFiles", "structures in files/", NULL, NULL, FIGURE(files), false, NULL},
    {"projectFiles", "files of the project", NULL, NULL, FIGURE(entries), false, NULL},
    {"size", "bytes of its files, unpacked", "size", "Size", FIGURE(size), true, NULL},
    {0},
};

uint64_t inventory_figure_of(const struct jpk_summary *summary, const struct inventory_figure *figure)
{
    const char *field = (const char *)summary + figure->offset;
    uint64_t bytes;
    size_t count;
    if (figure->bytes) {
        memcpy(&bytes, field, sizeof bytes);
        return bytes;
    }
    memcpy(&count, field, sizeof count);
    return count;
}

uint64_t inventory_total(const struct inventory *inventory, const struct inventory_figure *figure)
{
    uint64_t total = 0;
    for (size_t i = 0; i < inventory->count; i++)
        if (inventory->rows[i].summary)
            total += inventory_figure_of(inventory->rows[i].summary, figure);
    return total;
}

void inventory_number(const struct inventory_figure *figure, uint64_t value, char out[32])
{
    static const char units[] = "KMGTPE";
    uint64_t tenths = value * 10 / 1024; /* of a unit, rounded down */
    size_t unit = 0;
    if (!figure->bytes || value < 1024) {
        snprintf(out, 32, "%llu", (unsigned long long)value);
        return;
    }
    for (; tenths >= 10240; unit++)
        tenths /= 1024;
    if (tenths < 100)
        snprintf(out, 32, "%llu.%llu %c", (unsigned long long)tenths / 10, (unsigned long long)tenths % 10,
                 units[unit]);
    else
        snprintf(out, 32, "%llu %c", (unsigned long long)tenths / 10, units[unit]);
}

/* ------------------------------------------------------------------------------------------------------ finding */

static bool add_row(struct inventory *inventory, const struct jpk_found *found)
{
    struct inventory_row *rows = array_grow(inventory->rows, inventory->count, &inventory->capacity, sizeof *rows);
    if (!rows)
        return false;
    inventory->rows = rows;
    struct inventory_row *row = &rows[inventory->count++];
    *row = (struct inventory_row){.source = found->path, .path = message_path(found->path)};
    if (found->problem)
        row->error = *found->problem;
    return row->path != NULL;
}

static bool find_all(struct inventory *inventory, const struct settings *settings, char **paths, size_t count,
                     struct jpk_error *err)
{
    inventory->found = calloc(count + 1, sizeof(struct jpk_found_list *));
    if (!inventory->found)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct jpk_found_list *list = jpk_find_projects(paths[i], JPK_FIND_EXPORTS, &settings->limits, err);
        if (!list)
            return false;
        inventory->found[inventory->found_count++] = list;
        for (size_t j = 0; j < list->count; j++)
            if (!add_row(inventory, &list->items[j]))
                return error_memory(err);
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------ reading */

struct reading {
    struct inventory *inventory;
    const struct settings *settings;
};

/* Every row has handles of its own. */
static void read_row(void *context, size_t index)
{
    const struct reading *reading = context;
    struct inventory_row *row = &reading->inventory->rows[index];
    struct source input;
    if (row->error.code == JPK_OK && input_open_any(&input, row->source, reading->settings, &row->error)) {
        row->summary = source_summary(&input, reading->settings->environment, &row->error);
        source_close(&input);
    }
}

static void read_all(struct inventory *inventory, const struct settings *settings)
{
    struct reading reading = {inventory, settings};
    workers_run(inventory->count, settings->jobs, read_row, &reading);
}

bool inventory_make(struct inventory *inventory, const struct settings *settings, char **paths, size_t path_count,
                    struct jpk_error *err)
{
    *inventory = (struct inventory){0};
    if (!find_all(inventory, settings, paths, path_count, err))
        return false;
    read_all(inventory, settings);
    for (size_t i = 0; i < inventory->count; i++) {
        inventory->unreadable += !inventory->rows[i].summary;
        if (inventory->rows[i].error.code == JPK_ERR_MEMORY)
            return error_memory(err);
    }
    return true;
}

void inventory_free(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        jpk_summary_free(inventory->rows[i].summary);
        free(inventory->rows[i].path);
    }
    for (size_t i = 0; i < inventory->found_count; i++)
        jpk_found_free(inventory->found[i]);
    free(inventory->rows);
    free(inventory->found);
    *inventory = (struct inventory){0};
}
