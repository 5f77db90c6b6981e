/* An unpacked tree as an archive: entries are put together from its files when they are read. */
#ifndef JPK_TREE_VIEW_H
#define JPK_TREE_VIEW_H

#include "base/strings.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/pieces.h"
#include "jpk/tree_index.h"
#include "jpk/tree_outline.h"

/* What an entry is made of. */
struct tree_source {
    const char *path; /* in the tree, of an entity without its endings */
    size_t file;      /* of the tree; SIZE_MAX: `text` stands in its place */
    const char *text; /* owned by the tree */
    size_t text_size;
    const size_t *parts; /* files with texts, and their endings */
    const char *const *endings;
    size_t part_count;
    const char *hash; /* of what has been put together: then the bytes of the file `original` are used; NULL for none */
    size_t original;
    bool entity;
    bool markers; /* what looks like the marks of a merge conflict is none */
};

struct tree {
    struct jpk_archive *archive; /* the view */
    struct jpk_archive *files;   /* the folder */
    struct tree_index index, local;
    struct outline outline;
    struct tree_source *sources; /* by zipdir_entry.index of the view */
    size_t source_count, source_capacity, entry_capacity;
    struct arena arena;
    struct strings added, moved, notes;
    struct strings foreign;              /* files that are no part of the project */
    struct strings new_paths, new_texts; /* files of new entities that saving writes */
    struct buf xml;                      /* of the entity that was read last */
    bool changed;                        /* the index has to be written */
};

/* Whether an opened folder is an unpacked tree. */
bool tree_is_one(const struct jpk_archive *folder);

/* Takes over `folder`, also when it fails. */
struct jpk_archive *tree_open(struct jpk_archive *folder, struct jpk_error *err);

/* The tree behind an archive, or NULL. */
struct tree *tree_of(const struct jpk_archive *archive);

/* What an entry is made of; NULL: the archive is no tree, or it has no such entry. */
const struct tree_source *tree_source_of_entry(const struct jpk_archive *archive, const char *entry);

/* Finds the files of every row and the rows of every file, and makes the entries: jpk/tree_open.c. */
bool tree_match(struct tree *tree, struct jpk_error *err);

/*
 * Puts an entry together. The error's entry is the file that is wrong. Of an entity *pieces, when it is not NULL, gets
 * what was found in its .xml, which is in tree->xml then; the caller frees it, also on failure.
 */
bool tree_read(struct tree *tree, const struct tree_source *source, struct buf *out, struct pieces *pieces,
               struct jpk_error *err);

/* The file of the tree with a piece's text; the .xml when there is none. */
size_t tree_file_of_piece(const struct tree_source *source, const struct piece *piece);

/* Writes the index and the files of new entities, when there is something new. */
bool tree_save(struct tree *tree, struct jpk_error *err);

/*
 * An entry of a tree, read to find out which of its files a place in it comes from. Asking for places in their order is
 * linear in the entry.
 */
struct tree_places {
    struct tree *tree;
    const struct tree_source *source;
    struct pieces pieces;
    struct buf joined;

    /* where the last question ended */
    struct text_counter lines; /* in the text of `counted` */
    const void *counted;
    const struct piece *piece; /* of a text, with how much of it was decoded */
    size_t raw, decoded;
    struct mapping_places *mappings; /* of the piece `mapped` */
    const struct piece *mapped;
    size_t *starts; /* of each mapping's text in the piece's content */
    size_t mapping_count, capacity;
    bool failed; /* no memory: places may be wrong */
};

struct tree_place {
    const char *path; /* of the file; owned by the tree */
    uint32_t line, column;
};

/* False: the archive is no tree, or it has no such entry, or it cannot be read; or, with an error, JPK_ERR_MEMORY. */
bool tree_places_begin(struct tree_places *places, const struct jpk_archive *archive, const char *entry,
                       struct jpk_error *err);
void tree_places_at(struct tree_places *places, size_t offset, struct tree_place *place);
void tree_places_free(struct tree_places *places);

/* The file that people see of an entry: in a tree its .xml, elsewhere the entry itself. */
const char *tree_file_of_entry(const struct jpk_archive *archive, const char *entry);

/* Turns the place that an error has in an entry into one in the tree; without memory it becomes JPK_ERR_MEMORY.
 * Archives that are no trees are left alone. */
void tree_place_error(const struct jpk_archive *archive, struct jpk_error *err);

#endif
