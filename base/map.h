/*
 * A hash table from byte strings to 32-bit numbers (usually an index into an array).
 * Keys are hashed with SipHash-1-3 under a random seed, so that a hostile file cannot choose its collisions.
 * Iteration is not offered: what a program prints must not depend on the seed.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
    const char *key;
    size_t length;
    uint64_t hash;
    uint32_t value;
};

/* Zero-initialized is empty and ready. Keys are not copied: they must outlive the map. */
struct map {
    struct map_slot *slots;
    size_t capacity, count;
};

#define MAP_NONE UINT32_MAX

/* The value of a key, or MAP_NONE. */
uint32_t map_get(const struct map *map, const char *key, size_t length);

/* The same of the key that `count` texts make one behind the other. It takes no memory, so it cannot fail. */
uint32_t map_get_joined(const struct map *map, const char *const *parts, size_t count);

/* Adds a key that may be there already; then its value stays, and is returned in *old (else MAP_NONE). False: no
 * memory. */
bool map_add(struct map *map, const char *key, size_t length, uint32_t value, uint32_t *old);

/* Adds or replaces. False: no memory. */
bool map_set(struct map *map, const char *key, size_t length, uint32_t value);

void map_free(struct map *map);

/* The hash itself. */
uint64_t hash_bytes(const void *data, size_t n);

#endif
