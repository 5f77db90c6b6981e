/*
 * The index of an unpacked tree: what its files do not say themselves. JSON Lines, so that version control merges it
 * line by line; include/jpk/tree.h describes it.
 */
#ifndef JPK_TREE_INDEX_H
#define JPK_TREE_INDEX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"
#include "jpk/jpk.h"

#define TREE_INDEX "jpk-index.jsonl"
#define TREE_LOCAL "local/"
#define TREE_LOCAL_INDEX TREE_LOCAL "index.jsonl"
#define TREE_UNLISTED "unlisted/"
#define TREE_ORIGINAL "original/"
#define TREE_ORIGINAL_OUTLINE TREE_ORIGINAL "project.xml"
#define TREE_OTHER "other/"
#define TREE_FILES "files/"
#define TREE_FOLDER_FILE ".folder.xml"

enum tree_row_kind { TREE_ROW_FOLDER, TREE_ROW_ITEM, TREE_ROW_FILE, TREE_ROW_STALE };

struct tree_row {
    enum tree_row_kind kind;
    const char *path; /* in the tree; of an item without its endings */
    const char *id;   /* folders and items; "" for none */
    const char *name; /* in project.xml, where the files do not give it; else NULL */
    const char *as;   /* its entry, where that is not the usual one: below the base, or from the root behind `/` */
    const char *in;   /* folders that lie elsewhere: the path of the folder above; else NULL */
    const char *const *parts; /* items: the endings of its texts */
    size_t part_count;
    const char *original; /* SHA-256 of what packing makes, where the original bytes were kept; else NULL */
    bool absent;          /* listed in project.xml, but it has no file */
    bool markers;         /* has lines that look like the marks of a merge conflict and are none */
    uint32_t line;
};

struct tree_index {
    struct arena arena; /* of the texts */
    const char *name, *id;
    const char *base;     /* before the names of the project's entries: "" or "top/" */
    const char *form;     /* "jitterpak", "workspace", "environment", "flat" */
    const char *original; /* of project.xml, as in a row */
    const char *time;     /* of the entries, "2025-08-29T22:22:56"; "" for none */
    const char *local;    /* the parts of local/ that the project has, with blanks between them; "" for none */
    bool crlf;            /* project.xml's lines end in CR LF */
    struct tree_row *rows;
    size_t count, capacity;
};

/* Whether project.xml lists what a row is about. */
bool tree_row_is_listed(const struct tree_row *row);

/* The row that was added, all zero; NULL: no memory. */
struct tree_row *tree_index_add(struct tree_index *index, enum tree_row_kind kind);

/*
 * Adds the rows of a file; `header` is whether it begins with the tree's own line. Errors (JPK_ERR_JSON,
 * JPK_ERR_FORMAT) have the line.
 */
bool tree_index_parse(struct tree_index *index, const char *text, size_t n, bool header, struct jpk_error *err);

/*
 * The same from a tree's folder: `file` is TREE_INDEX, which begins with the tree's own line, or TREE_LOCAL_INDEX. One
 * that is not there adds nothing.
 */
bool tree_index_read(struct tree_index *index, struct jpk_archive *folder, const char *file, struct jpk_error *err);

/* Appends the line of the tree, then a row. */
void tree_index_write_header(const struct tree_index *index, struct buf *out);
void tree_index_write_row(const struct tree_row *row, struct buf *out);

void tree_index_free(struct tree_index *index);

/* Appends the entry below the base that an item or a folder of that path and id usually has: Data/<type>/<id>.xml. */
void tree_usual_entry(const struct tree_row *row, struct buf *out);

/* The stem of the file in which the bytes of an entity are kept as they were: TREE_ORIGINAL, this, ".xml". */
const char *tree_original_stem(const char *id, char made[UUID_SIZE]);

/* The part of a path that begins with the type. */
const char *tree_below_unlisted(const char *path);

/* What is said of an item that holds a whole one. */
#define TREE_UNSETTLED "both sides of a merge are here; packing refuses it until one is chosen"

/* The place of the first line of a text that looks like a mark of a merge conflict; SIZE_MAX for none. */
size_t tree_conflict(const char *text, size_t n);

/* Whether a text has such lines but no whole conflict: then they are somebody's own. */
bool tree_has_markers(const char *text, size_t n);

/* That there is no such line; the error has its place in the text. */
bool tree_check_conflict(const char *text, size_t n, struct jpk_error *err);

#endif
