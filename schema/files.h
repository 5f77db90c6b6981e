/* Schemas in files: the URI of a file, and references that lead to other files below one folder. */
#ifndef SCHEMA_FILES_H
#define SCHEMA_FILES_H

#include "base/buf.h"
#include "jpk/schema.h"

/* Below which folder references may read files, and how large these may be. */
struct schema_files {
    const char *folder;     /* a real path; NULL: references lead to no files */
    const char *prefix;     /* what messages put before the path from the folder, such as "../"; NULL: nothing */
    uint64_t limit;         /* bytes of a file */
    const char *limit_name; /* what messages call the limit */
    struct buf *seen;       /* gets the name and the checksum of every file that was read; NULL: nothing does */
};

/* Notes a file that was read in `seen`, when there is one. */
void schema_files_note(const struct schema_files *files, const char *name, const char *text, size_t n);

/* Appends the file: URI of a file's real path, percent-encoded. False: there is no such file. */
bool schema_file_uri(struct buf *out, const char *path);

/*
 * Compiles the schema in a file, which is noted: its references are relative to it. Messages call it `path`.
 * `options` says all but where it was taken from.
 */
struct jpk_schema *schema_files_compile(const struct schema_files *files, const char *path,
                                        const struct jpk_schema_options *options, struct jpk_error *err);

/*
 * A jpk_schema_loader whose context is a struct schema_files. A URI of anything but a regular file below the folder,
 * links followed, is not known.
 */
bool schema_files_load(void *context, struct jpk_schema_registry *registry, const char *uri, struct jpk_error *err);

#endif
