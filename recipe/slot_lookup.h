/* What the plan of a recipe knows that a conversion wants to know too. */
#ifndef RECIPE_SLOT_LOOKUP_H
#define RECIPE_SLOT_LOOKUP_H

#include <jansson.h>

#include "jpk/convert.h"

struct slot_lookup;

/* Makes the plan, once. Project and graph must stay until the lookup is freed. NULL: no memory. */
struct slot_lookup *slot_lookup_make(const struct jpk_project *project, const struct jpk_graph *graph,
                                     struct jpk_error *err);
void slot_lookup_free(struct slot_lookup *lookup);

/*
 * The project variable that an encrypted setting of an item, or of its location, most probably holds, and how sure that
 * is. NULL: not known; so it always is for items that no operation reaches. It is a jpk_convert_slot, its context the
 * lookup.
 */
const char *slot_lookup_variable(void *lookup, const struct jpk_entity *entity, const struct jpk_item *item,
                                 enum jpk_confidence *confidence);

/* Why the project cannot run on a cloud agent as it stands, as an array of texts; the caller lets go of it. */
json_t *slot_lookup_private_reasons(struct slot_lookup *lookup);

#endif
