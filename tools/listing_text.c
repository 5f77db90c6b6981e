#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tools/columns.h"
#include "tools/listing_print.h"
#include "tools/message.h"

enum { LABEL = 14 };

/* -------------------------------------------------------------------------------------------------------- columns */

static void put_name(struct buf *out, const struct listed *item)
{
    buf_puts(out, item->name);
}

static void put_version(struct buf *out, const struct listed *item)
{
    buf_puts(out, item->version);
}

static void put_author(struct buf *out, const struct listed *item)
{
    buf_puts(out, item->author);
}

void listing_put_side(struct buf *out, const struct listed *item, const char *role, const char *separator)
{
    bool first = true;
    for (size_t i = 0; i < item->endpoint_count; i++) {
        const struct listed_endpoint *endpoint = &item->endpoints[i];
        if (strcmp(endpoint->role, role) != 0 && strcmp(endpoint->role, "both") != 0)
            continue;
        buf_printf(out, "%s%s", first ? "" : separator, *endpoint->name ? endpoint->name : endpoint->id);
        first = false;
    }
}

static void put_sources(struct buf *out, const struct listed *item)
{
    listing_put_side(out, item, "source", ", ");
}

static void put_targets(struct buf *out, const struct listed *item)
{
    listing_put_side(out, item, "target", ", ");
}

static void put_verb(struct buf *out, const struct listed *item)
{
    buf_puts(out, item->verb);
}

static void put_texts(struct buf *out, const char *const *texts)
{
    for (size_t i = 0; texts[i]; i++)
        buf_printf(out, "%s%s", i ? ", " : "", texts[i]);
}

static void put_categories(struct buf *out, const struct listed *item)
{
    put_texts(out, item->categories);
}

static void put_file(struct buf *out, const struct listed *item)
{
    buf_puts(out, item->jitterpak.file);
}

static void put_date(struct buf *out, const struct listed *item)
{
    buf_put(out, item->jitterpak.created, strcspn(item->jitterpak.created, "T"));
}

static const struct column {
    const char *heading;
    void (*put)(struct buf *out, const struct listed *item);
    size_t least; /* how narrow it may become */
} columns[] = {
    {"recipe", put_name, 24},          {"version", put_version, 8}, {"by", put_author, 8},
    {"source", put_sources, 8},        {"target", put_targets, 8},  {"verb", put_verb, 8},
    {"categories", put_categories, 8}, {"Jitterpak", put_file, 8},  {"made", put_date, 10},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* ---------------------------------------------------------------------------------------------------------- table */

static void measure(size_t widths[COLUMNS], const struct listing *listing, struct buf *cell)
{
    size_t least[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) {
        widths[c] = strlen(columns[c].heading);
        least[c] = columns[c].least;
        for (size_t i = 0; i < listing->count; i++) {
            buf_clear(cell);
            columns[c].put(cell, &listing->items[i]);
            size_t width = columns_width(buf_text(cell));
            if (width > widths[c])
                widths[c] = width < TABLE_WIDTH ? width : TABLE_WIDTH;
        }
    }
    columns_fit(widths, least, COLUMNS);
}

/* Without spaces at the end of the line. */
static void end_line(struct buf *out)
{
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    buf_putc(out, '\n');
}

static void put_table(struct buf *out, const struct listing *listing, struct buf *cell)
{
    size_t widths[COLUMNS];
    measure(widths, listing, cell);
    for (size_t c = 0; c < COLUMNS; c++)
        columns_put(out, columns[c].heading, widths[c] + TABLE_GAP, false);
    end_line(out);
    for (size_t i = 0; i < listing->count; i++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            buf_clear(cell);
            columns[c].put(cell, &listing->items[i]);
            columns_put(out, buf_text(cell), widths[c], false);
            columns_pad(out, TABLE_GAP, 0);
        }
        end_line(out);
    }
}

/* --------------------------------------------------------------------------------------------------------- blocks */

static void put_fact(struct buf *out, const char *label, const char *text)
{
    if (!*text)
        return;
    buf_printf(out, "%-*s", LABEL, label);
    message_put(out, text);
    buf_putc(out, '\n');
}

static void put_list(struct buf *out, const char *label, const char *const *texts)
{
    struct buf text = {0};
    put_texts(&text, texts);
    put_fact(out, label, buf_text(&text));
    out->failed = out->failed || text.failed;
    buf_free(&text);
}

static void put_endpoint(struct buf *out, const char *label, const struct listed_endpoint *endpoint)
{
    struct buf text = {0};
    buf_printf(&text, "%s (%s, connector %s, id %s)", endpoint->name, endpoint->role, endpoint->connector,
               endpoint->id);
    put_fact(out, label, buf_text(&text));
    out->failed = out->failed || text.failed;
    buf_free(&text);
}

static void put_block(struct buf *out, const struct listed *item)
{
    buf_putc(out, '\n');
    message_put(out, item->path);
    buf_putc(out, '\n');
    put_fact(out, "name", item->name);
    put_fact(out, "version", item->version);
    put_fact(out, "author", item->author);
    put_fact(out, "description", item->description);
    put_fact(out, "verb", item->verb);
    put_list(out, "categories", item->categories);
    put_list(out, "keywords", item->keywords);
    for (size_t i = 0; i < item->endpoint_count; i++)
        put_endpoint(out, i == 0 ? "endpoints" : "", &item->endpoints[i]);
    put_fact(out, "Jitterpak", item->jitterpak.file);
    put_fact(out, "made", item->jitterpak.created);
    put_fact(out, "project", item->jitterpak.project_name);
}

void listing_text(struct buf *out, const struct listing *listing, size_t found, const struct settings *settings)
{
    struct buf cell = {0};
    if (listing->count > 0)
        put_table(out, listing, &cell);
    if (!settings->quiet && listing->count == found)
        buf_printf(out, "%zu recipe%s\n", found, found == 1 ? "" : "s");
    else if (!settings->quiet)
        buf_printf(out, "%zu of %zu recipe%s\n", listing->count, found, found == 1 ? "" : "s");
    for (size_t i = 0; settings->verbose && i < listing->count; i++)
        put_block(out, &listing->items[i]);
    out->failed = out->failed || cell.failed;
    buf_free(&cell);
}
