/* files/.metadata, which says of every file below files/ what its MD5 is, and of some their size. */
#ifndef JPK_METADATA_H
#define JPK_METADATA_H

#include "base/buf.h"

/* A file with other bytes than it had. */
struct metadata_file {
    char md5[33];
    size_t before, after; /* its size; before, SIZE_MAX: not known, and none is put right */
};

/* The file of that name, if it has changed; else NULL. */
typedef const struct metadata_file *metadata_lookup(void *context, const char *name);

/*
 * Copies the text of files/.metadata with what files are that have changed; of sizes those that were right. A failed
 * allocation sticks to `out`.
 */
void metadata_correct(const char *text, size_t n, metadata_lookup *lookup, void *context, struct buf *out);

#endif
