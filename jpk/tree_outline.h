/* The order of a project's items: project.xml as an outline that rows of an index make, and that can grow. */
#ifndef JPK_TREE_OUTLINE_H
#define JPK_TREE_OUTLINE_H

#include "base/map.h"
#include "jpk/tree_index.h"

#define OUTLINE_NONE UINT32_MAX

struct outline_node {
    uint32_t row; /* in the index; OUTLINE_NONE for a type */
    uint32_t parent, first, last, next;
    bool folder;
    const char *name; /* as project.xml gives it; of a type its name */
    const char *id;
};

struct outline {
    struct arena arena;
    struct outline_node *nodes; /* node 0 is the project */
    size_t count, capacity;
    struct map by_path; /* of types and folders in the tree -> node */
};

/*
 * Adds a folder or a listed item with its name; the folder that it lies in must have been added before (a type is made
 * when it is needed), else JPK_ERR_NOT_FOUND. `at_end` is for what is new: folders then go behind the last folder,
 * since Design Studio writes folders before items. The row's texts must outlive the outline.
 */
bool outline_add(struct outline *outline, const struct tree_index *index, uint32_t row, const char *name, bool at_end,
                 struct jpk_error *err);

/* The type that a path in the tree lies below. Appends. */
void outline_type(const char *path, struct buf *out);

/* The node of a type's or folder's path, or OUTLINE_NONE. */
uint32_t outline_find(const struct outline *outline, const char *path, size_t n);

/* The next node in the order of the file, the project's own first; OUTLINE_NONE at the end. */
uint32_t outline_next(const struct outline *outline, uint32_t node);

/* Appends project.xml as Design Studio writes it. */
void outline_write(const struct outline *outline, const struct tree_index *index, struct buf *out);

void outline_free(struct outline *outline);

#endif
