#include "base/json_hash.h"

#include <pthread.h>

#include "base/json.h"
#include "base/map.h"

uint64_t jdoc_seed[3];

static void make_seed(void)
{
    for (size_t i = 0; i < sizeof jdoc_seed / sizeof jdoc_seed[0]; i++)
        jdoc_seed[i] = hash_bytes(&i, sizeof i) | 1; /* so that no factor is 0 */
}

void jdoc_seed_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_seed);
}

uint32_t jdoc_key_hash(const char *key, size_t n)
{
    jdoc_seed_once();
    return jdoc_hash_key(key, n);
}
