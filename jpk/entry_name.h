/* The names of entries: which are refused, and which cannot stand beside each other. */
#ifndef JPK_ENTRY_NAME_H
#define JPK_ENTRY_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "jpk/jpk.h"

/* Whether names may hold that character: it can be seen, and misleads nobody. */
bool entry_name_character(uint32_t c);

/*
 * Checks one name, which may hold any bytes, NUL included. A final slash (a folder's name) is allowed.
 * JPK_ERR_NAME, or JPK_ERR_LIMIT for a part that is too long and for too many parts. Does not set the error's entry.
 */
bool entry_name_check(const char *name, size_t n, const struct jpk_limits *limits, struct jpk_error *err);

/* Sets the error's entry from bytes that need not be text. */
void entry_name_error(struct jpk_error *err, const char *name, size_t n);

/*
 * The names seen so far, as a tree of folded parts: the work follows the length of the names, whatever their depth.
 * Zero-initialized is empty and ready.
 */
struct entry_names {
    struct map children; /* number of the parent and folded part -> node */
    struct entry_node *nodes;
    size_t count, capacity;
    struct arena keys;
};

/*
 * Adds a checked name, which must outlive the set; a final slash makes it a folder. JPK_ERR_DUPLICATE when the same
 * name is there; JPK_ERR_COLLISION when one of its parts differs from a part at the same place only in case or
 * normalization, or when a file is also a folder. A refused name leaves the set as it was.
 */
bool entry_names_add(struct entry_names *names, const char *name, size_t n, struct jpk_error *err);

void entry_names_free(struct entry_names *names);

/*
 * libzip keeps names in a table of linked lists whose hash (33 * h + byte, no seed) anyone can make collide: with
 * 40,000 such names it needs two seconds to open an archive, with 200,000 a minute. This counts what its lists would
 * cost, so that such names are refused before libzip sees them.
 */
struct entry_load {
    uint32_t *lists;
    size_t mask;
    uint64_t steps, allowed;
};

/* Makes ready for `count` names. False: no memory. */
bool entry_load_begin(struct entry_load *load, size_t count);

/* Counts a name. False: the names so far cost too much; JPK_ERR_NAME. */
bool entry_load_add(struct entry_load *load, const char *name, struct jpk_error *err);

void entry_load_free(struct entry_load *load);

#endif
