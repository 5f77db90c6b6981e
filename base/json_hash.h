/* The hash of keys and values: one multiplication for every 16 bytes, under a random seed. */
#ifndef BASE_JSON_HASH_H
#define BASE_JSON_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern uint64_t jdoc_seed[3];

/* Makes the seed unless it is there: to be called before anything below. */
void jdoc_seed_once(void);

/* The two halves of a product, folded into one: each bit of the result depends on all of both. */
static inline uint64_t jdoc_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low_a = a & UINT32_MAX, high_a = a >> 32, low_b = b & UINT32_MAX, high_b = b >> 32;
    uint64_t low = low_a * low_b, cross = high_a * low_b, high = high_a * high_b;
    uint64_t middle = low_a * high_b + (cross & UINT32_MAX) + (low >> 32);
    return (middle << 32 | (low & UINT32_MAX)) ^ (high + (cross >> 32) + (middle >> 32));
#endif
}

static inline uint64_t jdoc_load64(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static inline uint32_t jdoc_load32(const char *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static inline uint64_t jdoc_hash_bytes(const char *bytes, size_t n)
{
    uint64_t hash = jdoc_seed[0], size = n, a = 0, b = 0;
    for (; n > 16; bytes += 16, n -= 16)
        hash = jdoc_fold(jdoc_load64(bytes) ^ jdoc_seed[1], jdoc_load64(bytes + 8) ^ hash);
    /* The two loads overlap unless the rest is just as long as both. */
    if (n >= 8) {
        a = jdoc_load64(bytes);
        b = jdoc_load64(bytes + n - 8);
    } else if (n >= 4) {
        a = jdoc_load32(bytes);
        b = jdoc_load32(bytes + n - 4);
    } else if (n > 0) {
        a = (uint64_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[n / 2];
        b = (unsigned char)bytes[n - 1];
    }
    return jdoc_fold(jdoc_fold(a ^ jdoc_seed[1], b ^ hash), size ^ jdoc_seed[2]);
}

static inline uint32_t jdoc_hash_key(const char *key, size_t n)
{
    return (uint32_t)jdoc_hash_bytes(key, n);
}

#endif
