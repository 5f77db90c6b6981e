/*
 * The baseline: findings that a repository had when it was written, so that only new ones are reported. They are known
 * by file, rule and path, with a count, so that it does not matter in which line they stand. Its form is the schema
 * baseline-1.
 *
 * A baseline is used by one thread at a time.
 */
#ifndef RECIPE_BASELINE_H
#define RECIPE_BASELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"

struct baseline_row;

/* Zero-initialized is empty and ready. */
struct baseline {
    struct arena arena;
    struct map index; /* file, rule and path, each with a NUL behind it -> row */
    struct baseline_row *rows;
    size_t count, capacity;
    struct buf key; /* of the finding at hand */
    bool failed;    /* memory was out, and an answer of baseline_takes may be wrong */
};

/*
 * Reads a file into an empty baseline. `name` is what errors call it. Errors, with the place: those of reading JSON, a
 * key that is there twice among them; JPK_ERR_FORMAT: what the schema does not allow, the same finding in two entries.
 * Without: JPK_ERR_READ, JPK_ERR_SPECIAL (no regular file), JPK_ERR_LIMIT (more than 256 MiB), JPK_ERR_MEMORY. On false
 * the baseline is empty.
 */
bool baseline_read(struct baseline *baseline, const char *path, const char *name, struct jpk_error *err);

/*
 * Adds a finding to a baseline that will be written. `file` is relative to the folder of the baseline's file; `path` is
 * a JSON Pointer or XML path, and NULL the same as "". False: memory is out.
 */
bool baseline_add(struct baseline *baseline, const char *file, const char *rule, const char *path);

/*
 * Whether a finding is known; it is then taken out, so that of three where two are known the third is new. Which one
 * that is depends on the order: ask in that of the report.
 */
bool baseline_takes(struct baseline *baseline, const char *file, const char *rule, const char *path);

/* How many findings are in it that were not taken. */
uint64_t baseline_left(const struct baseline *baseline);

/*
 * Writes it: sorted by file, rule and path in byte order, one a line, so that the same findings make the same bytes,
 * and version control merges it by line. The file appears whole or not at all. Errors, with `path`: JPK_ERR_EXISTS
 * (without `force`), JPK_ERR_WRITE, JPK_ERR_MEMORY.
 */
bool baseline_write(const struct baseline *baseline, const char *path, bool force, struct jpk_error *err);

void baseline_free(struct baseline *baseline);

#endif
