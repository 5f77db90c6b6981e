/* A project's summary as JSON, for the commands that print one. */
#ifndef TOOLS_SUMMARY_JSON_H
#define TOOLS_SUMMARY_JSON_H

#include <jansson.h>

#include "jpk/summary.h"

/* Adds the facts and figures to an object, which may be NULL. False: no memory. */
bool summary_json(json_t *object, const struct jpk_summary *summary);

#endif
