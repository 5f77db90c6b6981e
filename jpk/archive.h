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

/* Entries that are made when they are read: of an unpacked tree. */
struct archive_view {
    bool (*read)(struct jpk_archive *archive, const struct zipdir_entry *entry, struct buf *out, struct jpk_error *err);
    void (*free)(void *state);
};

struct jpk_archive {
    char *name;  /* what errors call it */
    bool folder; /* no ZIP */
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

    /* a view */
    const struct archive_view *view;
    void *state;   /* the view's own */
    bool unzipped; /* what it shows is a Jitterpak's, with its top folder */
};

/* A new archive without entries, to become a view; NULL: no memory. */
struct jpk_archive *archive_new(const char *name, const struct jpk_limits *limits, struct jpk_error *err);
bool archive_index_names(struct jpk_archive *archive, struct jpk_error *err);

/* jpk_archive_find of a name in parts. It takes no memory: SIZE_MAX always means that there is none. */
size_t archive_find(const struct jpk_archive *archive, const char *folder, const char *stem, const char *ending);

/* A folder as the files that it holds, also when it is an unpacked tree. */
struct jpk_archive *archive_open_plain_folder(const char *path, const struct jpk_limits *limits, struct jpk_error *err);

/* jpk_archive_read into a buffer that can be used again: it is emptied first. */
bool archive_read(struct jpk_archive *archive, size_t index, struct buf *out, struct jpk_error *err);

/* For a folder: fills in the entries; reads one. The errors have the entry but not the file. */
bool folder_list(struct jpk_archive *archive, const char *path, struct jpk_error *err);
bool folder_read(struct jpk_archive *archive, const struct jpk_entry_info *info, struct buf *out,
                 struct jpk_error *err);

#endif
