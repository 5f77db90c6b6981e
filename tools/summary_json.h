/* Parts of a project's summary as JSON, for the commands that print one. NULL when memory is out. */
#ifndef TOOLS_SUMMARY_JSON_H
#define TOOLS_SUMMARY_JSON_H

#include <jansson.h>

#include "jpk/summary.h"

json_t *summary_types_json(const struct jpk_summary *summary);
json_t *summary_connectors_json(const struct jpk_summary *summary);
json_t *summary_variables_json(const struct jpk_summary *summary);
json_t *summary_secrets_json(const struct jpk_summary *summary);

#endif
