/* What a merge has done, for people and for programs. */
#ifndef TOOLS_MERGE_PRINT_H
#define TOOLS_MERGE_PRINT_H

#include <jansson.h>

#include "base/buf.h"
#include "jpk/merge.h"

struct merge_view {
    const struct jpk_merge *merge;
    const char *base, *ours, *theirs; /* the inputs as they were named */
    const char *output;               /* NULL: nothing is written */
};

void merge_text(const struct merge_view *view, struct buf *out);

/* By schema/merge-report-1.schema.json; NULL: no memory. */
json_t *merge_json(const struct merge_view *view);

#endif
