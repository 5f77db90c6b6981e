/* An arena: many small allocations that live and die together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

/* Zero-initialized is empty and ready. */
struct arena {
    struct arena_block *blocks;
    char *next, *end;
    size_t step; /* size of the current block */
    size_t used; /* bytes handed out */
};

/* Aligned for pointers and 64-bit numbers; NULL when memory is out. The memory is not cleared. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, cleared, for `count` things of `size`; NULL on overflow too. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of n bytes. */
char *arena_strndup(struct arena *arena, const char *s, size_t n);
char *arena_strdup(struct arena *arena, const char *s);
char *arena_strdup_lower(struct arena *arena, const char *s); /* ASCII letters in lower case: the key of a GUID */
char *arena_strdup_upper(struct arena *arena, const char *s); /* ... in upper case */

void arena_free(struct arena *arena);

#endif
