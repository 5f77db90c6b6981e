/* An opened tree of an export. */
#ifndef JPK_CLOUD_TREE_STATE_H
#define JPK_CLOUD_TREE_STATE_H

#include "base/strings.h"
#include "jpk/archive.h"
#include "jpk/cloud_parts.h"
#include "jpk/cloud_tree.h"
#include "jpk/cloud_tree_index.h"

enum { CLOUD_TREE_INDEX_FILE = 0 }; /* the number of the index among files; offsets in it are lines */

/* A file of the folder: its number is that of its entry, and one. */
struct tree_file {
    struct cloud_file file;
    struct buf data;
    bool read;
};

#define TREE_NO_FILE SIZE_MAX
#define TREE_NO_ROW SIZE_MAX

struct tree_part {
    struct cloud_part part;
    size_t row;              /* of the index; TREE_NO_ROW for a new one */
    size_t json, text, map;  /* files */
    struct cloud_item *item; /* components */
    bool gone;               /* has no files (any more) */
    const struct cloud_item **operations;
};

struct tree_asset {
    const char *path;
    size_t row, file;
};

struct cloud_tree {
    struct jpk_cloud_tree public; /* first, so that the pointers are the same */
    char *folder;
    struct jpk_archive *archive;
    struct jpk_limits limits;
    struct arena arena;
    struct cloud_tree_index index;
    struct tree_file *files;
    size_t file_count;
    struct tree_part *parts; /* those of the index in its order, then new ones in byte order of their paths */
    size_t part_count, part_capacity;
    struct tree_asset *assets;
    size_t asset_count, asset_capacity;
    struct map by_path;       /* of parts */
    struct map asset_by_path; /* of assets */
    struct map stale;
    struct cloud_item *items;
    size_t item_count;
    struct cloud_scope scope;
    struct rope rope;
    size_t *lines; /* where those of the rope's text begin */
    size_t line_count;
    struct jpk_cloud *cloud;
    struct strings added, removed, moved, notes;
};

/* Reads a file of the tree, which must be text without the marks of a merge conflict (unless `markers`). */
bool cloud_tree_read(struct cloud_tree *tree, size_t file, bool markers, struct jpk_error *err);

/* While it is opened. */
struct cloud_opening {
    struct cloud_tree *tree;
    struct jpk_error *err;
};

/* Sets an error at the beginning of a file, or of a line of the index; always false. */
bool cloud_opening_wrong(struct cloud_opening *o, const char *path, const char *message);
bool cloud_opening_wrong_row(struct cloud_opening *o, uint32_t line, const char *message);

/*
 * Finds out what the rows of the index and the files are parts of: jpk/cloud_tree_files.c. Then which parts are gone,
 * have been moved or are new.
 */
bool cloud_opening_add_row(struct cloud_opening *o, size_t row);
bool cloud_opening_place_files(struct cloud_opening *o);

/* Gives each workflow the operations of its folder, in the order of the index, once all items are there. */
bool cloud_opening_group_operations(struct cloud_opening *o);

/* Puts the text of the export together in tree->rope: jpk/cloud_tree_join.c. */
bool cloud_tree_join(struct cloud_tree *tree, struct jpk_error *err);

/* Finds the lines of the rope: jpk/cloud_tree_place.c. False: no memory. */
bool cloud_tree_count_lines(struct cloud_tree *tree);

/* As jpk_cloud_tree_place, in place; *file becomes NULL: nowhere. False: no memory. */
bool cloud_tree_place(const struct jpk_cloud_tree *tree, const char **file, uint32_t *line, uint32_t *column,
                      struct jpk_error *err);

/* Whether a folder is such a tree; false with an error when that could not be found out. */
bool cloud_is_tree(const char *folder, struct jpk_error *err);

#endif
