/* Two projects beside each other, of either studio. */
#ifndef MIGRATE_COMPARE_H
#define MIGRATE_COMPARE_H

#include "jpk/diff.h"
#include "jpk/source.h"

/*
 * Puts into `cloud` of a source, which was loaded, what becomes of its project in Cloud Studio: the same as `jpk
 * convert` makes. Errors are those of the conversion.
 */
bool compare_as_cloud(struct source *source, const struct jpk_limits *limits, struct jpk_error *err);

/* How many items, folders and files of two projects differ, by jpk_diff. Of two forms the one of Design Studio is
 * converted first. */
bool compare_paths(const char *a, const char *b, const struct jpk_limits *limits, size_t *differences,
                   struct jpk_error *err);

#endif
