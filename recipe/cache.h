/*
 * Results that were found before: bytes by the checksum of all that they follow from, in one file of a folder.
 *
 * The file is read where it is asked for something, and written anew when a run that found something new is closed: in
 * one step, so that another run sees the old file or the new one. Runs that end at the same time may lose what the
 * other one has added, nothing else. What is new or was asked for comes first, so that what goes when the file would
 * become too large is what was not needed for the longest time.
 *
 * Nothing in the file is trusted: the table of entries and each entry have their checksums, and what does not fit is as
 * if it were not there. The folder can be removed at any time.
 */
#ifndef RECIPE_CACHE_H
#define RECIPE_CACHE_H

#include "base/buf.h"
#include "base/error.h"

/* The checksum of what a result follows from. */
struct cache_key {
    unsigned char bytes[32];
};

struct cache;

/*
 * Opens the cache of a folder, which need not exist. What is there and cannot be read counts as empty. `limit` bounds
 * the file, in bytes. NULL: no memory.
 */
struct cache *cache_open(const char *folder, uint64_t limit, struct jpk_error *err);

/* Appends the bytes of a key. False: there are none. Threads may ask at the same time, and put. */
bool cache_get(struct cache *cache, const struct cache_key *key, struct buf *out);

/* Notes bytes for a key that cache_get did not know. What there is no room for is left out. */
void cache_put(struct cache *cache, const struct cache_key *key, const void *data, size_t n);

/*
 * Writes what is new. The folder and its parents are made; one that is empty gets a .gitignore, for it is of no use to
 * anybody else. Errors, with the file: JPK_ERR_WRITE, JPK_ERR_READ, JPK_ERR_MEMORY; the old file is still there then.
 */
bool cache_save(struct cache *cache, struct jpk_error *err);

void cache_free(struct cache *cache);

#endif
