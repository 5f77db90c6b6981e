/* How `jpk diff` says what differs. */
#ifndef TOOLS_DIFF_PRINT_H
#define TOOLS_DIFF_PRINT_H

#include <jansson.h>

#include "base/buf.h"
#include "jpk/diff.h"

/* What is to be shown of a comparison. */
struct diff_view {
    const struct jpk_diff *diff;
    const char *a, *b; /* the names of the inputs */
    const struct jpk_diff_change **changes;
    size_t count;
};

/* Text for a terminal: a heading for each change, its fields and hunks, a line with the totals. */
void diff_text(const struct diff_view *view, bool color, struct buf *out);

/* A line for each change with the number of its lines, and the totals. */
void diff_stat(const struct diff_view *view, struct buf *out);

/* The path of each change, nothing else. */
void diff_names(const struct diff_view *view, struct buf *out);

/* For a comment on a pull request, at most `limit` bytes unless that is less than its frame needs. */
void diff_markdown(const struct diff_view *view, uint64_t limit, struct buf *out);

/* NULL: no memory. */
json_t *diff_json(const struct diff_view *view);

/* -------------------------------------------------------------------------------------------------- shared parts */

/* Whether both paths of a change are worth showing: a folder's new name is said once, with the folder. */
bool diff_two_paths(const struct jpk_diff_change *change);

/* "renamed, changed". */
void diff_put_what(struct buf *out, unsigned what);

/* "3 items: 1 added, 2 changed; 5 lines added, 2 removed". */
void diff_put_totals(struct buf *out, const struct diff_view *view);

/* One side of a field: its value, the path of the item that it names, or a word for what is not shown. */
void diff_put_value(struct buf *out, const struct jpk_diff_field *field, bool new_side);

/* What is said of a field that has neither values nor hunks; NULL when it has. */
const char *diff_remark(const struct jpk_diff_field *field);

/* Counts by what has happened, in the order of the bits of enum jpk_diff_what. */
#define DIFF_WHAT_COUNT 6
extern const char *const diff_what_words[DIFF_WHAT_COUNT];

#endif
