/*
 * Whether a file is an export, without reading it: an object with a `project` that holds `components`. A folder may
 * hold many large JSON files that are none, so that most are known by their first bytes, and all others by a scan that
 * keeps nothing.
 */
#ifndef JPK_CLOUD_SNIFF_H
#define JPK_CLOUD_SNIFF_H

#include "base/error.h"

/*
 * True for an export, and for what is broken or cut off before its components but has begun as one. At most `limit`
 * bytes are read. Errors, with the file: JPK_ERR_READ. What is no regular file is no export. Unless it is to `follow`,
 * a symbolic link is such an error.
 */
bool cloud_sniff(const char *path, bool follow, uint64_t limit, struct jpk_error *err);

#endif
