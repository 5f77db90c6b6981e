/* The inventory for people at a terminal: a table that fits 120 columns, and with -v a block for each project. */
#include <stdio.h>
#include <string.h>

#include "tools/columns.h"
#include "tools/inventory.h"
#include "tools/message.h"
#include "tools/summary_text.h"

enum { COLUMNS_MAX = 16, PROJECTS_MAX = 40, PATH_LEAST = 24, NAME_LEAST = 16 };

static const char path_heading[] = "path", name_heading[] = "project", total_heading[] = "total";

/* How wide each column is. */
struct widths {
    size_t path, name, figures[COLUMNS_MAX];
};

/* ------------------------------------------------------------------------------------------------------- widths */

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What the line of sums says of the projects in it. */
static void projects_text(const struct inventory *inventory, char out[PROJECTS_MAX])
{
    size_t readable = inventory->count - inventory->unreadable;
    snprintf(out, PROJECTS_MAX, "%zu project%s", readable, readable == 1 ? "" : "s");
}

/* The total is at least as wide as what it sums up, but of bytes: "9.9 M" and "10 M". */
static size_t figure_width(const struct inventory *inventory, const struct inventory_figure *figure)
{
    char text[32];
    inventory_number(figure, inventory_total(inventory, figure), text);
    size_t width = greater(strlen(figure->heading), strlen(text));
    for (size_t i = 0; figure->bytes && i < inventory->count; i++) {
        if (!inventory->rows[i].summary)
            continue;
        inventory_number(figure, inventory_figure_of(inventory->rows[i].summary, figure), text);
        width = greater(width, strlen(text));
    }
    return width;
}

/* Numbers get what they need; of the rest names get what they need up to a third, paths what is left. */
static struct widths widths_of(const struct inventory *inventory)
{
    char projects[PROJECTS_MAX];
    projects_text(inventory, projects);
    struct widths widths = {.path = greater(strlen(path_heading), strlen(total_heading)),
                            .name = greater(strlen(name_heading), strlen(projects))};
    size_t used = TABLE_GAP, column = 0;
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        if (figure->heading)
            used += TABLE_GAP + (widths.figures[column++] = figure_width(inventory, figure));
    for (size_t i = 0; i < inventory->count; i++) {
        const struct inventory_row *row = &inventory->rows[i];
        widths.path = greater(widths.path, columns_width(row->path));
        if (row->summary)
            widths.name = greater(widths.name, columns_width(row->summary->name));
    }
    size_t left = used < TABLE_WIDTH ? TABLE_WIDTH - used : 0;
    if (widths.path + widths.name > left) {
        size_t path_most = left > widths.name + PATH_LEAST ? left - widths.name : PATH_LEAST;
        if (widths.path > greater(path_most, left / 2))
            widths.path = greater(path_most, left / 2);
        if (widths.path + widths.name > left)
            widths.name = left > widths.path + NAME_LEAST ? left - widths.path : NAME_LEAST;
    }
    return widths;
}

/* -------------------------------------------------------------------------------------------------------- cells */

static void put_figures(struct buf *out, const struct inventory *inventory, const struct jpk_summary *summary,
                        const struct widths *widths)
{
    size_t column = 0;
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++) {
        char text[32];
        if (!figure->heading)
            continue;
        inventory_number(figure, summary ? inventory_figure_of(summary, figure) : inventory_total(inventory, figure),
                         text);
        buf_printf(out, "%*s", (int)(TABLE_GAP + widths->figures[column++]), text);
    }
    buf_putc(out, '\n');
}

static void put_header(struct buf *out, const struct widths *widths)
{
    size_t column = 0;
    columns_put(out, path_heading, widths->path + TABLE_GAP, false);
    columns_put(out, name_heading, widths->name, false);
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        if (figure->heading)
            buf_printf(out, "%*s", (int)(TABLE_GAP + widths->figures[column++]), figure->heading);
    buf_putc(out, '\n');
}

static void put_row(struct buf *out, const struct inventory *inventory, const struct inventory_row *row,
                    const struct widths *widths)
{
    columns_put(out, row->path, widths->path, true);
    columns_pad(out, TABLE_GAP, 0);
    if (row->summary) {
        columns_put(out, row->summary->name, widths->name, false);
        put_figures(out, inventory, row->summary, widths);
    } else {
        buf_puts(out, "cannot be read: ");
        message_put(out, row->error.message);
        buf_putc(out, '\n');
    }
}

static void put_total(struct buf *out, const struct inventory *inventory, const struct widths *widths)
{
    char text[PROJECTS_MAX];
    projects_text(inventory, text);
    columns_put(out, total_heading, widths->path, false);
    columns_pad(out, TABLE_GAP, 0);
    columns_put(out, text, widths->name, false);
    put_figures(out, inventory, NULL, widths);
}

/* ------------------------------------------------------------------------------------------------------- blocks */

static void put_item(struct buf *out, const char *label, bool first, const char *path)
{
    buf_printf(out, "%-14s", first ? label : "");
    message_put(out, path);
}

static void put_scripts(struct buf *out, const struct jpk_summary *summary, const char *label, enum jpk_type type)
{
    bool first = true;
    for (size_t i = 0; i < summary->script_count; i++) {
        const struct jpk_summary_script *script = &summary->scripts[i];
        if (script->type != type)
            continue;
        put_item(out, label, first, script->item.path);
        buf_printf(out, ": %zu line%s\n", script->lines, script->lines == 1 ? "" : "s");
        first = false;
    }
}

static void put_lists(struct buf *out, const struct jpk_summary *summary)
{
    for (size_t i = 0; i < summary->unstarted_count; i++) {
        put_item(out, "idle", i == 0, summary->unstarted[i].path);
        buf_putc(out, '\n');
    }
    put_scripts(out, summary, "scripts", JPK_TYPE_SCRIPT);
    put_scripts(out, summary, "mappings", JPK_TYPE_TRANSFORMATION);
    for (size_t i = 0; i < summary->secret_count; i++) {
        put_item(out, "encrypted in", i == 0, summary->secrets[i].item.path);
        buf_puts(out, ": ");
        message_put(out, summary->secrets[i].key);
        buf_putc(out, '\n');
    }
}

static void put_block(struct buf *out, const struct inventory_row *row)
{
    buf_putc(out, '\n');
    message_put(out, row->path);
    buf_putc(out, '\n');
    summary_text(out, row->summary);
    put_lists(out, row->summary);
}

void inventory_text(struct buf *out, const struct inventory *inventory, const struct settings *settings)
{
    struct widths widths = widths_of(inventory);
    if (inventory->count == 0)
        return;
    put_header(out, &widths);
    for (size_t i = 0; i < inventory->count; i++)
        put_row(out, inventory, &inventory->rows[i], &widths);
    put_total(out, inventory, &widths);
    if (!settings->quiet)
        buf_puts(out,
                 "\nidle: operations that nothing in the project starts; lines: of scripts, not of mappings; encr: "
                 "encrypted values;\nerr, warn: findings of 'jpk check'; size: unpacked\n");
    for (size_t i = 0; settings->verbose && i < inventory->count; i++)
        if (inventory->rows[i].summary)
            put_block(out, &inventory->rows[i]);
}
