/* The index of a tree of an export: order and ids. include/jpk/cloud_tree.h describes it. */
#ifndef JPK_CLOUD_TREE_INDEX_H
#define JPK_CLOUD_TREE_INDEX_H

#include "base/arena.h"
#include "base/buf.h"
#include "jpk/archive.h"

#define CLOUD_TREE_INDEX "jpk-cloud.jsonl"
#define CLOUD_TREE_TOP "cloud.json"

enum cloud_row_kind { CLOUD_ROW_COMPONENT, CLOUD_ROW_WORKFLOW, CLOUD_ROW_ASSET, CLOUD_ROW_STALE };

struct cloud_row {
    enum cloud_row_kind kind;
    const char *path; /* in the tree, of a component without its endings; "" when `json` stands in place of files */
    const char *id;   /* NULL for none */
    const char *json; /* an element that has no file of its own, in one line; of an asset with a path: what is not its
                         content; else NULL */
    bool again;       /* has the id of one before it */
    bool plain;       /* all of it is in its .json, as the export has it */
    bool markers;     /* has lines that look like the marks of a merge conflict and are none */
    uint32_t line;
};

struct cloud_tree_index {
    struct arena arena;
    const char *name, *id; /* of the project */
    struct cloud_row *rows;
    size_t count, capacity;
};

/* The row that was added, all zero but for the kind; NULL: no memory. */
struct cloud_row *cloud_index_add(struct cloud_tree_index *index, enum cloud_row_kind kind);

/* Reads it from a tree's folder. Errors (JPK_ERR_JSON, JPK_ERR_FORMAT and those of reading) have the entry and line. */
bool cloud_index_read(struct cloud_tree_index *index, struct jpk_archive *folder, struct jpk_error *err);

void cloud_index_write(const struct cloud_tree_index *index, struct buf *out);
void cloud_index_free(struct cloud_tree_index *index);

#endif
