/* A file of the project's own: read with a limit, parsed, and checked with the schema that ships for it. */
#ifndef RECIPE_CHECKED_FILE_H
#define RECIPE_CHECKED_FILE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

/* What such a file is. */
struct checked_form {
    const char *schema;     /* its URI */
    uint64_t limit;         /* bytes */
    const char *limit_name; /* what the message calls the limit */
    bool yaml;              /* else JSON */
    bool may_be_empty;      /* null, as an empty YAML file is, will do too */
};

/* Zero-initialized is empty. */
struct checked_file {
    const char *name; /* what errors call it; lent */
    struct buf text;
    struct jdoc doc;
};

/*
 * Reads a file, which is called `name`. Errors, with that name: JPK_ERR_READ; JPK_ERR_SPECIAL (it is no regular file);
 * JPK_ERR_LIMIT; with their place those of parsing, a key that is there twice and NUL among them, and JPK_ERR_FORMAT:
 * the first thing that the schema does not allow, with its hint. On false `file` is empty.
 */
bool checked_file_read(struct checked_file *file, const char *path, const char *name, const struct checked_form *form,
                       struct jpk_error *err);

/* Sets an error about a node, with the name and the place. Always false. */
bool checked_file_fail(const struct checked_file *file, uint32_t node, struct jpk_error *err, enum jpk_code code,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));

void checked_file_free(struct checked_file *file);

#endif
