/*
 * This project's own pass over the records of a ZIP archive (PKWARE APPNOTE 6.3.10): end record, ZIP64 records,
 * central directory, local headers, data descriptors, extra fields. libzip checks less: the pages of its tests and
 * measurements show what gets past it, and everything of that is refused here, before libzip sees the archive.
 */
#ifndef JPK_ZIPDIR_H
#define JPK_ZIPDIR_H

#include "base/arena.h"
#include "jpk/jpk.h"
#include "jpk/zipinput.h"

/* The end record, with what the ZIP64 end record says when there is one. */
struct zipend {
    uint64_t at;      /* of the end record */
    uint64_t entries; /* of the archive */
    uint64_t offset;  /* of the central directory */
    uint64_t limit;   /* where the central directory ends */
};

/* Finds the end record and checks everything that stands behind the central directory. */
bool zipend_find(struct zipinput *in, struct zipend *end, struct jpk_error *err);

struct zipdir_entry {
    struct jpk_entry_info info;
    uint64_t record; /* where its central header is */
    uint64_t offset; /* where its local header is */
    uint32_t index;  /* in the central directory */
    uint16_t flags;
    bool folder; /* its name ends in a slash */
};

struct zipdir {
    struct zipdir_entry *entries; /* in the order of the central directory */
    size_t count;
    bool half_empty; /* a local header leaves out some of checksum and sizes, but not all; see archive.c */
    struct arena names;
};

/* Reads and checks all records. Errors have the entry and the record's position in the archive. */
bool zipdir_read(struct zipdir *dir, struct zipinput *in, const struct jpk_limits *limits, struct jpk_error *err);

void zipdir_free(struct zipdir *dir);

#endif
