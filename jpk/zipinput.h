/* The bytes of an archive: a file that can be positioned, or memory; and the numbers in them. */
#ifndef JPK_ZIPINPUT_H
#define JPK_ZIPINPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jpk/base.h"

struct zipinput {
    int fd;                      /* -1 for memory */
    const unsigned char *memory; /* may be NULL when size is 0 */
    uint64_t size;               /* of the archive */
    unsigned char *window;       /* the last part of the file that was read; allocated when needed */
    uint64_t window_at;
    size_t window_size;
};

/* Copies n bytes from `offset`. Bytes that are not there (any more) are JPK_ERR_READ. */
bool zipinput_read(struct zipinput *in, uint64_t offset, void *out, size_t n, struct jpk_error *err);

/* Frees the window; the file descriptor stays open. */
void zipinput_free(struct zipinput *in);

static inline uint16_t get16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const unsigned char *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const unsigned char *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

#endif
