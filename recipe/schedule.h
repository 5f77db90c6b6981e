/* Schedules of recipes and configure files: what the schema cannot say of them. */
#ifndef RECIPE_SCHEDULE_H
#define RECIPE_SCHEDULE_H

#include "base/json.h"

/*
 * What is wrong with a schedule, as a phrase such as "ends before it starts"; NULL when nothing is. *node gets the part
 * that is wrong. Odd shapes are not: the schema reports them.
 */
const char *schedule_problem(const struct jdoc *doc, uint32_t schedule, uint32_t *node);

#endif
