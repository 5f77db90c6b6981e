#include "tools/csv.h"
#include "tools/listing_print.h"

/* One cell for many texts, as in the inventory. */
static void put_joined(struct buf *out, struct buf *cell)
{
    csv_put_cell(out, buf_text(cell));
    buf_clear(cell);
}

static void join(struct buf *cell, const char *text)
{
    buf_printf(cell, "%s%s", cell->size > 0 ? "; " : "", text);
}

static void put_texts(struct buf *out, const char *const *texts, struct buf *cell)
{
    for (; *texts; texts++)
        join(cell, *texts);
    put_joined(out, cell);
}

static void put_side(struct buf *out, const struct listed *item, const char *role, struct buf *cell)
{
    listing_put_side(cell, item, role, "; ");
    put_joined(out, cell);
}

static void put_row(struct buf *out, const struct listed *item, struct buf *cell)
{
    const char *const texts[] = {item->path, item->name, item->version, item->author, item->description, item->verb};
    const char *const jitterpak[] = {item->jitterpak.file, item->jitterpak.created, item->jitterpak.sha256,
                                     item->jitterpak.project_id, item->jitterpak.project_name};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        csv_put_cell(out, texts[i]);
    put_texts(out, item->categories, cell);
    put_texts(out, item->keywords, cell);
    put_side(out, item, "source", cell);
    put_side(out, item, "target", cell);
    for (size_t i = 0; i < sizeof jitterpak / sizeof jitterpak[0]; i++)
        csv_put_cell(out, jitterpak[i]);
    csv_end_row(out);
}

void listing_csv(struct buf *out, const struct listing *listing)
{
    static const char *const names[] = {"path",      "name",       "version",  "author",    "description",
                                        "verb",      "categories", "keywords", "sources",   "targets",
                                        "jitterpak", "createdAt",  "sha256",   "projectId", "projectName"};
    struct buf cell = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        csv_put_cell(out, names[i]);
    csv_end_row(out);
    for (size_t i = 0; i < listing->count; i++)
        put_row(out, &listing->items[i], &cell);
    out->failed = out->failed || cell.failed;
    buf_free(&cell);
}
