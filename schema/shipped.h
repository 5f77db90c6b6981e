/* The schemas that are built in: the meta-schemas of the drafts and those of this project's own files. */
#ifndef SCHEMA_SHIPPED_H
#define SCHEMA_SHIPPED_H

#include <stddef.h>

/* A file of the folders schema/ and schema/meta/; the table is made by the Makefile, by name. */
struct shipped_file {
    const char *name; /* "recipe-1", "draft7" */
    const char *text;
    size_t size;
};

extern const struct shipped_file shipped_files[];
extern const size_t shipped_file_count;

/* The built-in schema of a URI without a fragment, or NULL. */
const struct shipped_file *shipped_find(const char *uri, size_t n);

#endif
