/* A list of recipes (recipe/listing.h) as it is printed. */
#ifndef TOOLS_LISTING_PRINT_H
#define TOOLS_LISTING_PRINT_H

#include <jansson.h>

#include "recipe/listing.h"
#include "tools/options.h"

/* For people: a table that fits 120 columns, and with --verbose a block for each. `found`: how many before the filter.
 */
void listing_text(struct buf *out, const struct listing *listing, size_t found, const struct settings *settings);

/* For spreadsheets: a row each. */
void listing_csv(struct buf *out, const struct listing *listing);

/* Appends the names of the endpoints that have a role, "source" or "target", or both. */
void listing_put_side(struct buf *out, const struct listed *item, const char *role, const char *separator);

/* For programs: all of it, with what could not be read; NULL: no memory. */
json_t *listing_json(const struct listing *listing, size_t found);

#endif
