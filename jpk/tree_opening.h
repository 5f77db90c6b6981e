/* Opening a tree, what its parts share: jpk/tree_open.c, tree_new.c and tree_entries.c. */
#ifndef JPK_TREE_OPENING_H
#define JPK_TREE_OPENING_H

#include "jpk/tree_view.h"

enum { OPENING_MORE_TEXTS = 4 }; /* an item has room for so many texts that its row does not have yet */

/* What is known of a row of the index beyond what it says. */
struct match {
    size_t file;          /* its .xml, the folder's own file, or the copy; SIZE_MAX for none */
    size_t *parts;        /* files */
    const char **endings; /* as they are in the tree: a script may have become JavaScript */
    size_t part_count;
    const char *text; /* of an .xml that is not there yet or gets its id */
    const char *name; /* for project.xml */
    bool lost, moved, fresh, placed;
};

/* What is known while a tree is opened. */
struct opening {
    struct tree *tree;
    struct jpk_error *err;
    struct match *matches; /* by row */
    size_t match_capacity;
    bool *claimed;          /* by file */
    struct map lost, found; /* lower-case id -> row */
    struct map stems;       /* path of an item -> row */
    struct map types;       /* first parts of paths that are types of items */
    struct map ignored;     /* first parts of paths that are not ours */
    struct buf path;
};

/* A match for a row that is about to be added; NULL: no memory. */
struct match *opening_add_match(struct opening *o, size_t row);

/* Makes a row known by its id and path. An id or a path that is there already is an error. */
bool opening_enter(struct opening *o, size_t at);

/* Finds the files of an item. Without its .xml it is lost. */
bool opening_match_item(struct opening *o, const struct tree_row *row, struct match *match);

/* Gives an item a file with one of its texts. */
void opening_claim(struct opening *o, struct match *match, size_t file, const char *ending);

/* The row of an id in one of the maps, or MAP_NONE. */
uint32_t opening_row_of(struct opening *o, const struct map *map, const char *id);

/* The file of a path and an ending; SIZE_MAX for none. The path stays in o->path. */
size_t opening_find(struct opening *o, const char *path, const char *ending);

const char *opening_file_name(const struct opening *o, size_t file);

/* A copy in the memory of the tree. */
const char *opening_copy(struct opening *o, const char *s, size_t n);

/* Sets an error about a file of the tree; always false. */
bool opening_wrong(struct opening *o, enum jpk_code code, const char *path, const char *message);

/* Notes the sentence in o->path. */
bool opening_note(struct opening *o);

/* The name that the last part of a path stands for; it must be one that a project can hold. */
bool opening_name(struct opening *o, const char *path, const char **name);

/* Gives every file without a row its place: jpk/tree_new.c. */
bool opening_place_files(struct opening *o);

/* That nothing is missing after that. */
bool opening_none_lost(struct opening *o);

/* Makes the folders that new and moved things lie in. */
bool opening_make_folders(struct opening *o);

/* Adds the entries of rows from one on, and finds their names: jpk/tree_entries.c. */
bool opening_read_rows(struct opening *o, size_t from);

/* The same for local/. */
bool opening_read_local(struct opening *o);

/* The same for project.xml. */
bool opening_read_outline(struct opening *o);

#endif
