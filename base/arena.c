#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { BLOCK_MIN = 4096, BLOCK_MAX = 256 * 1024, ALIGN = 8 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char data[];
};

static struct arena_block *new_block(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = malloc(sizeof *block + size);
    if (block)
        block->size = size;
    return block;
}

/* A large piece gets a block of its own behind the current one, which still has room. */
static void *take_alone(struct arena *arena, size_t size)
{
    struct arena_block *block = new_block(size);
    if (!block)
        return NULL;
    struct arena_block **at = arena->blocks ? &arena->blocks->next : &arena->blocks;
    block->next = *at;
    *at = block;
    arena->used += size;
    return block->data;
}

static void *take(struct arena *arena, size_t size, size_t align)
{
    size_t pad = (size_t)(-(uintptr_t)arena->next) & (align - 1);
    size_t left = (size_t)(arena->end - arena->next);
    if (left < pad || left - pad < size) {
        if (size > BLOCK_MAX / 4)
            return take_alone(arena, size);
        /* Blocks double up to a bound, so that a small project stays small and a large one has little waste. */
        size_t next = arena->next ? arena->step * 2 : BLOCK_MIN;
        next = next > BLOCK_MAX ? BLOCK_MAX : next;
        struct arena_block *block = new_block(next < size ? size : next);
        if (!block)
            return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
        arena->step = next;
        arena->next = block->data;
        arena->end = block->data + block->size;
        pad = 0;
    }
    char *p = arena->next + pad;
    arena->next = p + size;
    arena->used += size;
    return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return take(arena, size ? size : 1, ALIGN);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *p = arena_alloc(arena, count * size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

char *arena_strndup(struct arena *arena, const char *s, size_t n)
{
    if (n == SIZE_MAX)
        return NULL;
    char *p = take(arena, n + 1, 1);
    if (!p)
        return NULL;
    if (n)
        memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return arena_strndup(arena, s, strlen(s));
}

char *arena_strdup_lower(struct arena *arena, const char *s)
{
    char *copy = arena_strdup(arena, s);
    for (char *p = copy; p && *p; p++)
        *p = text_lower(*p);
    return copy;
}

char *arena_strdup_upper(struct arena *arena, const char *s)
{
    char *copy = arena_strdup(arena, s);
    for (char *p = copy; p && *p; p++)
        *p = text_upper(*p);
    return copy;
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    memset(arena, 0, sizeof *arena);
}
