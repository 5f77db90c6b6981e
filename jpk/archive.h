/* The archive behind jpk/jpk.h, for the parts of this library that read entries one after the other. */
#ifndef JPK_ARCHIVE_H
#define JPK_ARCHIVE_H

#include <zip.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "jpk/jpk.h"
#include "jpk/zipdir.h"
#include "jpk/zipinput.h"

struct jpk_archive {
    char *name; /* what errors call it */
    bool folder;
    struct jpk_limits limits;
    struct zipdir dir; /* the entries; for a folder only `info` is used */
    struct map by_name;

    /* a ZIP */
    struct zipinput input; /* the bytes that were checked, which are the bytes that libzip reads */
    uint64_t position;     /* of libzip in them */
    zip_error_t source_error;
    zip_t *zip;
    z_stream inflater;
    bool has_inflater;

    /* a folder */
    int root;
};

/* jpk_archive_read into a buffer that can be used again: it is emptied first. */
bool archive_read(struct jpk_archive *archive, size_t index, struct buf *out, struct jpk_error *err);

/* For a folder: fills in the entries; reads one. The errors have the entry but not the file. */
bool folder_list(struct jpk_archive *archive, const char *path, struct jpk_error *err);
bool folder_read(struct jpk_archive *archive, const struct jpk_entry_info *info, struct buf *out,
                 struct jpk_error *err);

#endif
