/* Carrying out one work item of a migration. */
#ifndef TOOLS_MIGRATE_ITEM_H
#define TOOLS_MIGRATE_ITEM_H

#include "migrate/journal.h"
#include "migrate/out.h"
#include "migrate/work.h"

struct migrate_runner {
    const struct work_plan *plan;
    const struct out *out;
    const struct jpk_limits *limits;
};

/*
 * Does what the plan says of one project, which is one that is written: reads the source, which must be what it was,
 * makes all results in a folder of its own, and gives that its name. Then `record` says what has come of it; its texts
 * are in `arena`. The record is not written yet. Whatever fails is an error of this project, in record->error.
 */
void migrate_item_run(const struct migrate_runner *runner, const struct work_item *item, struct journal_record *record,
                      struct arena *arena);

/* Whether the results that a record tells of are there, with the bytes that they had. */
bool migrate_item_stands(const char *out, const struct journal_record *record);

/* Whether a source is what it was when the plan was made. */
bool migrate_source_unchanged(const struct work_plan *plan, const struct work_item *item);

#endif
