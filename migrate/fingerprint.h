/* What a project's files are, in one checksum: whether an input, or an output, is still what it was. */
#ifndef MIGRATE_FINGERPRINT_H
#define MIGRATE_FINGERPRINT_H

#include "base/error.h"

/*
 * Of a file its SHA-256; of a folder that of a line for each file below it, in byte order of their paths: the SHA-256
 * of its bytes, a space and the path. What version control keeps for itself does not count. Errors, with the file:
 * JPK_ERR_READ, JPK_ERR_SPECIAL, JPK_ERR_MEMORY.
 */
bool fingerprint_path(const char *path, char out[65], struct jpk_error *err);

#endif
