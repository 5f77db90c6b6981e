#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t seed[2];

static void make_seed(void)
{
    if (getrandom(seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        seed[0] = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u;
        seed[1] = (uint64_t)(uintptr_t)&now ^ (uint64_t)now.tv_sec;
    }
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012). */
static void sip_begin(uint64_t v[4])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_seed);
    v[0] = seed[0] ^ 0x736f6d6570736575u;
    v[1] = seed[1] ^ 0x646f72616e646f6du;
    v[2] = seed[0] ^ 0x6c7967656e657261u;
    v[3] = seed[1] ^ 0x7465646279746573u;
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

static uint64_t sip_end(uint64_t v[4], uint64_t last, size_t n)
{
    sip_word(v, last | (uint64_t)n << 56);
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_bytes(const void *data, size_t n)
{
    uint64_t v[4], word;
    sip_begin(v);
    const unsigned char *p = data;
    size_t left = n;
    for (; left >= 8; left -= 8, p += 8) {
        memcpy(&word, p, 8);
        sip_word(v, word);
    }
    word = 0;
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)p[i] << (8 * i);
    return sip_end(v, word, n);
}

/* That of the texts one behind the other; *length is theirs together. */
static uint64_t hash_joined(const char *const *parts, size_t count, size_t *length)
{
    uint64_t v[4], word = 0;
    size_t n = 0;
    sip_begin(v);
    for (size_t i = 0; i < count; i++) {
        for (const char *p = parts[i]; *p; p++) {
            word |= (uint64_t)(unsigned char)*p << (8 * (n % 8));
            if (++n % 8 == 0) {
                sip_word(v, word);
                word = 0;
            }
        }
    }
    *length = n;
    return sip_end(v, word, n);
}

static struct map_slot *find(const struct map *map, const char *key, size_t length, uint64_t hash)
{
    for (size_t i = (size_t)hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        struct map_slot *slot = &map->slots[i];
        if (!slot->key || (slot->hash == hash && slot->length == length && memcmp(slot->key, key, length) == 0))
            return slot;
    }
}

static bool grow(struct map *map)
{
    if (map->count < map->capacity - map->capacity / 4 && map->capacity)
        return true;
    struct map bigger = {0};
    bigger.capacity = map->capacity ? map->capacity * 2 : 16;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < map->capacity; i++) {
        const struct map_slot *slot = &map->slots[i];
        if (slot->key)
            *find(&bigger, slot->key, slot->length, slot->hash) = *slot;
    }
    bigger.count = map->count;
    free(map->slots);
    *map = bigger;
    return true;
}

uint32_t map_get(const struct map *map, const char *key, size_t length)
{
    if (map->count == 0)
        return MAP_NONE;
    const struct map_slot *slot = find(map, key, length, hash_bytes(key, length));
    return slot->key ? slot->value : MAP_NONE;
}

static bool is_joined(const char *key, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(parts[i]);
        if (memcmp(key, parts[i], n) != 0)
            return false;
        key += n;
    }
    return true;
}

uint32_t map_get_joined(const struct map *map, const char *const *parts, size_t count)
{
    size_t length, mask = map->capacity - 1;
    if (map->count == 0)
        return MAP_NONE;
    uint64_t hash = hash_joined(parts, count, &length);
    for (size_t i = (size_t)hash & mask; map->slots[i].key; i = (i + 1) & mask) {
        const struct map_slot *slot = &map->slots[i];
        if (slot->hash == hash && slot->length == length && is_joined(slot->key, parts, count))
            return slot->value;
    }
    return MAP_NONE;
}

bool map_add(struct map *map, const char *key, size_t length, uint32_t value, uint32_t *old)
{
    if (!grow(map))
        return false;
    uint64_t hash = hash_bytes(key, length);
    struct map_slot *slot = find(map, key, length, hash);
    if (old)
        *old = slot->key ? slot->value : MAP_NONE;
    if (!slot->key) {
        *slot = (struct map_slot){.key = key, .length = length, .hash = hash, .value = value};
        map->count++;
    }
    return true;
}

bool map_set(struct map *map, const char *key, size_t length, uint32_t value)
{
    if (!grow(map))
        return false;
    uint64_t hash = hash_bytes(key, length);
    struct map_slot *slot = find(map, key, length, hash);
    if (!slot->key) {
        *slot = (struct map_slot){.key = key, .length = length, .hash = hash};
        map->count++;
    }
    slot->value = value;
    return true;
}

void map_free(struct map *map)
{
    free(map->slots);
    memset(map, 0, sizeof *map);
}
