/* The schemas that are built in: the meta-schemas of the drafts and those of this project's own files. */
#ifndef SCHEMA_SHIPPED_H
#define SCHEMA_SHIPPED_H

#include "jpk/schema.h"

/* The files of the folders schema/ and schema/meta/; the table is made by embed.sh, by name. */
extern const struct jpk_shipped_schema shipped_schemas[];
extern const size_t shipped_schema_count;

/* The built-in schema of a URI without a fragment, or NULL. */
const struct jpk_shipped_schema *shipped_find(const char *uri, size_t n);

#endif
