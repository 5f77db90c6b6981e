/* The inventory for spreadsheets: RFC 4180. */
#include "tools/csv.h"
#include "tools/inventory.h"
#include "tools/summary_text.h"

static void put_header(struct buf *out)
{
    static const char *const names[] = {
        "path",        "error",           "projectName",  "projectId",      "shape",       "kind",
        "createdWith", "requiredVersion", "organization", "organizationId", "environment", "environmentId",
        "createdAt",   "deployedAt",      "storedAt",     "comment",        "connections"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        csv_put_cell(out, names[i]);
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        csv_put_cell(out, figure->key);
    csv_end_row(out);
}

static void put_connectors(struct buf *out, const struct jpk_summary *summary)
{
    struct buf text = {0};
    for (size_t i = 0; i < summary->connector_count; i++) {
        buf_puts(&text, i ? "; " : "");
        summary_connector(&text, &summary->connectors[i]);
    }
    out->failed = out->failed || text.failed;
    csv_put_cell(out, buf_text(&text));
    buf_free(&text);
}

static void put_project(struct buf *out, const struct jpk_summary *s)
{
    const char *const texts[] = {s->name,         s->id,
                                 s->form,         jpk_kind_name(s->kind),
                                 s->created_with, s->required_version,
                                 s->organization, s->organization_id,
                                 s->environment,  s->environment_id,
                                 s->created,      s->deployed,
                                 s->stored,       s->comment};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        csv_put_cell(out, texts[i]);
    put_connectors(out, s);
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        buf_printf(out, "%llu,", (unsigned long long)inventory_figure_of(s, figure));
}

/* The other cells of a project that cannot be read: as many as it would have. */
static void put_nothing(struct buf *out)
{
    enum { TEXTS = 15 };
    for (int i = 0; i < TEXTS; i++)
        buf_putc(out, ',');
    for (const struct inventory_figure *figure = inventory_figures; figure->key; figure++)
        buf_putc(out, ',');
}

void inventory_csv(struct buf *out, const struct inventory *inventory)
{
    put_header(out);
    for (size_t i = 0; i < inventory->count; i++) {
        const struct inventory_row *row = &inventory->rows[i];
        csv_put_cell(out, row->path);
        csv_put_cell(out, row->summary ? "" : row->error.message);
        if (row->summary)
            put_project(out, row->summary);
        else
            put_nothing(out);
        csv_end_row(out);
    }
}
