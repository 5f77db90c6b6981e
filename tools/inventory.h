/* A table of many projects: one row each, in the order in which they were asked for and found. */
#ifndef TOOLS_INVENTORY_H
#define TOOLS_INVENTORY_H

#include "base/buf.h"
#include "jpk/find.h"
#include "jpk/summary.h"
#include "tools/options.h"

struct inventory_row {
    const char *source;          /* the path in bytes of the disk */
    char *path;                  /* the same in UTF-8, as it is shown */
    struct jpk_summary *summary; /* NULL when the project cannot be read */
    struct jpk_error error;      /* then why */
};

struct inventory {
    struct inventory_row *rows;
    size_t count, capacity, unreadable;
    struct jpk_found_list **found; /* they own the sources */
    size_t found_count;
};

/*
 * Finds the projects of `paths` and sums each up, with settings->jobs threads (0: one a processor). What cannot be
 * read becomes a row with its error. Free it in any case.
 */
bool inventory_make(struct inventory *inventory, const struct settings *settings, char **paths, size_t path_count,
                    struct jpk_error *err);
void inventory_free(struct inventory *inventory);

/* ------------------------------------------------------------------------------------------------------- columns */

/* A number of a project, which a table adds up. */
struct inventory_figure {
    const char *key;     /* in JSON and CSV */
    const char *label;   /* for people */
    const char *heading; /* of its column in the text; NULL: text and page do not have it as a column */
    const char *title;   /* of its column in the page */
    size_t offset;       /* in struct jpk_summary: a size_t, or a uint64_t of bytes */
    bool bytes;
    const char *mark; /* NULL; else the page shows its sum on top: "", or "warn" or "bad" when it should be 0 */
};

extern const struct inventory_figure inventory_figures[]; /* ended by a row without a key */

uint64_t inventory_figure_of(const struct jpk_summary *summary, const struct inventory_figure *figure);

/* Its sum over all projects that can be read. */
uint64_t inventory_total(const struct inventory *inventory, const struct inventory_figure *figure);

/* For people: bytes as "17", "230 K" or "1.4 M", other numbers in full. */
void inventory_number(const struct inventory_figure *figure, uint64_t value, char out[32]);

/* ------------------------------------------------------------------------------------------------------- formats */

/* Each appends the whole table. When memory is out, the buffer has failed. */
void inventory_text(struct buf *out, const struct inventory *inventory, const struct settings *settings);
void inventory_csv(struct buf *out, const struct inventory *inventory);
void inventory_json(struct buf *out, const struct inventory *inventory);
void inventory_html(struct buf *out, const struct inventory *inventory);

#endif
