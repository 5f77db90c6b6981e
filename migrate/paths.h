/* Paths that are written down, so that a folder can be moved with all that refers to it. */
#ifndef MIGRATE_PATHS_H
#define MIGRATE_PATHS_H

#include "base/buf.h"

/* Appends the way from one folder to a path, "." for itself; both are absolute and normal, as realpath gives them. */
void paths_put_relative(struct buf *out, const char *folder, const char *path);

/* Whether a path leads below projects/ in an output folder, and never out of it, whatever the names in it are. */
bool paths_is_result(const char *path);

#endif
