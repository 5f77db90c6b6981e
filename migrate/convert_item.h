/* The conversion of a work item as its plan wants it, for those who write it and those who compare. */
#ifndef MIGRATE_CONVERT_ITEM_H
#define MIGRATE_CONVERT_ITEM_H

#include "jpk/convert.h"
#include "jpk/retarget.h"
#include "jpk/source.h"
#include "migrate/work.h"
#include "recipe/slot_lookup.h"

/* "any", "cloud", "private"; NULL is any. */
enum jpk_convert_agent convert_agent_by_name(const char *name);

struct converted_item {
    struct jpk_conversion *conversion;
    struct slot_lookup *lookup; /* of a project of Design Studio; else NULL */
};

/* Converts a loaded source, which must stay; free it in any case. Errors are those of the conversion. */
bool convert_item(struct converted_item *converted, const struct work_plan *plan, const struct work_item *item,
                  const struct source *source, struct jpk_error *err);
void converted_item_free(struct converted_item *converted);

/* For whom an item is written, and what is left out of it. */
struct jpk_retarget_options work_retarget_options(const struct work_plan *plan, const struct work_item *item);

#endif
