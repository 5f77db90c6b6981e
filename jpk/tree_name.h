/*
 * Names of files for names of items, on any file system: what one of Windows, macOS and Linux cannot hold is written as
 * `%` and two hexadecimal digits, byte by byte, and so are `%` and `~` themselves, a final dot or blank, a first dot,
 * one character of the names that Windows keeps for devices, and characters that cannot be seen. It can be undone.
 * Where that is not enough (two items whose names are the same to a file system that ignores case or normalization,
 * names that are too long, empty names), `~` and the first digits of the item's id follow.
 */
#ifndef JPK_TREE_NAME_H
#define JPK_TREE_NAME_H

#include "base/buf.h"

/* A file name without its ending, or a folder's, for `name`, cut when it is too long. Appends. */
void tree_name_encode(const char *name, bool folder, struct buf *out);

/* The item's name that a file's stem or a folder's name stands for, a `~` and what follows left out. Appends. */
void tree_name_decode(const char *stem, size_t n, struct buf *out);

/* The same name with the first `digits` digits of an id behind it. Appends. */
void tree_name_distinct(const char *encoded, const char *id, size_t digits, struct buf *out);

/* Whether `stem` is `encoded`, or that with digits behind it. */
bool tree_name_is(const char *stem, const char *encoded);

#endif
