/* Which path in a tree every item gets. */
#ifndef JPK_UNPACK_NAMES_H
#define JPK_UNPACK_NAMES_H

#include "base/map.h"
#include "jpk/tree_index.h"

struct unpack_names {
    struct arena *arena;       /* of the paths */
    struct map taken;          /* folded path -> number of its owner: a row of the old index, or MAP_NONE - 1 */
    struct map folders, items; /* lower-case id -> row of the old index that was not used yet */
    uint32_t *next;            /* by row of the old index: another one with that id, or MAP_NONE */
    struct arena keys;
    const struct tree_index *old; /* NULL for none */
};

/* `old` may be NULL; what it has keeps its place where that is still right. */
bool unpack_names_begin(struct unpack_names *names, struct arena *arena, const struct tree_index *old,
                        struct jpk_error *err);
void unpack_names_free(struct unpack_names *names);

/*
 * The path for a folder or an item called `name` in the folder `above` ("" for the root); NULL: no memory. Of items and
 * folders that the old index has, it is the one there when it still stands for that name in that folder.
 */
const char *unpack_names_path(struct unpack_names *names, const char *above, const char *name, const char *id,
                              bool folder);

/* The path for an item that project.xml does not list: always with digits of its id, for such often have one name. */
const char *unpack_names_unlisted(struct unpack_names *names, const char *above, const char *name, const char *id);

/* The path for an entry that is copied: its own, its parts made fit for any file system. NULL: no memory. */
const char *unpack_names_copy(struct unpack_names *names, const char *above, const char *entry);

/* Whether a folder's path leaves no room for what lies below it. */
bool unpack_names_too_deep(const char *path);

#endif
