/* Writing the files of a tree: into a new folder that appears when it is complete, or over what is there. */
#ifndef JPK_UNPACK_WRITE_H
#define JPK_UNPACK_WRITE_H

#include "base/map.h"
#include "base/strings.h"
#include "jpk/archive.h"
#include "jpk/tree.h"

struct tree_writer {
    const char *folder;      /* where the tree will be */
    char *temporary;         /* where it is made when the folder is new; else NULL */
    struct jpk_archive *old; /* what is there; NULL for a new folder */
    bool dry_run;
    struct arena arena;
    struct map emitted;   /* paths */
    struct map owned;     /* paths that the index of what is there knows */
    size_t owned_count;   /* of them that are there */
    struct strings known; /* of these, the files that are gone when nobody writes them again */
    bool guarded;         /* what is there, but not owned, is not replaced */
    struct strings written;
    size_t unchanged;
    int root;        /* of what is written into; -1 in a dry run */
    int last_folder; /* the folder that was written into last, and its path */
    struct buf last_path, before;
};

/* `old` is the opened folder, or NULL for one that does not exist. */
bool tree_writer_begin(struct tree_writer *writer, const char *folder, struct jpk_archive *old, bool dry_run,
                       struct jpk_error *err);

/* Notes that a file may be replaced once the writer is guarded. */
bool tree_writer_own(struct tree_writer *writer, const char *path, struct jpk_error *err);

/* The same of a file of the old tree, which is stale when it is not written again. */
bool tree_writer_know(struct tree_writer *writer, const char *path, struct jpk_error *err);

/* Lists the files that are stale now, in order, and removes them if that is wanted. *stale must be zero. */
bool tree_writer_find_stale(struct tree_writer *writer, bool remove, struct strings *stale, struct jpk_error *err);

/* From now on nothing is replaced but the index and what is owned. */
bool tree_writer_guard(struct tree_writer *writer, const char *index, struct jpk_error *err);

/* Whether there are files that a guarded writer does not replace. */
bool tree_writer_has_foreign(const struct tree_writer *writer);

/* Writes a file of the tree unless it is there with these bytes. JPK_ERR_EXISTS: it is there and nobody's to replace.
 */
bool tree_writer_put(struct tree_writer *writer, const char *path, const void *data, size_t n, struct jpk_error *err);

/* The same for a file that is its owner's once it is there. */
bool tree_writer_put_once(struct tree_writer *writer, const char *path, const char *text, struct jpk_error *err);

/* What git must know of a tree; which driver merges its index says 'jpk git install'. */
bool tree_writer_put_attributes(struct tree_writer *writer, struct jpk_error *err);

bool tree_writer_has(const struct tree_writer *writer, const char *path);

/* Removes a file of an old tree, and folders that it leaves empty. */
bool tree_writer_remove(struct tree_writer *writer, const char *path, struct jpk_error *err);

/* Gives a new folder its name. */
bool tree_writer_commit(struct tree_writer *writer, struct jpk_error *err);

/* What was written as a result, which takes the lists and the writer's arena, in which their texts are. */
struct jpk_unpacked *unpacked_new(struct tree_writer *writer, struct strings *stale, struct strings *notes,
                                  struct jpk_error *err);

/* Removes a new folder that was not committed. */
void tree_writer_free(struct tree_writer *writer);

#endif
