/* Java properties files (java.util.Properties.store): jitterpak.properties, environment.properties, manifest.jip. */
#ifndef JPK_PROPERTIES_H
#define JPK_PROPERTIES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct property {
    const char *key, *value;
    uint32_t line;
};

struct properties {
    const char *comment; /* the first comment line without `#`: the time it was stored; NULL for none */
    struct property *items;
    size_t count;
};

/*
 * Escapes are decoded (\uXXXX, \t, \n, \r, \f, backslash and anything), lines continue behind a backslash. Bytes above
 * ASCII are UTF-8 when the file is, else ISO 8859-1, as Java writes it. Of equal keys the last counts.
 * The strings live in `arena`. Errors (a malformed \u) have line and column.
 */
bool properties_parse(const char *text, size_t n, struct arena *arena, struct properties *out, struct jpk_error *err);

/* What becomes of a key that is there: another value, or with NULL nothing. */
struct property_edit {
    const char *key, *value;
};

/*
 * Appends a text with some keys edited. All other lines, and those that say already what they should, stay byte for
 * byte; a line end is that of the line. Errors: those of properties_parse.
 */
bool properties_edit(const char *text, size_t n, const struct property_edit *edits, size_t count, struct buf *out,
                     struct jpk_error *err);

/* Appends `key=value` and a line end as Java writes them: escaped, beyond ASCII as \uXXXX. */
void properties_put(struct buf *out, const char *key, const char *value);

/* Appends the first line, which says when it was stored, for milliseconds since 1970: in UTC. */
void properties_put_date(struct buf *out, int64_t milliseconds);

const char *properties_get(const struct properties *properties, const char *key); /* NULL when there is none */

/*
 * Whether a key of a project's files changes without anybody's doing: when it was stored, opened or deployed, by whom.
 */
bool properties_noisy(const char *key);

#endif
