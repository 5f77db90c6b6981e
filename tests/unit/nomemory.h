/*
 * An allocator that fails when it is told to. Not with sanitizers, which have one of their own: there NO_MEMORY_TESTS
 * is defined.
 */
#ifndef TESTS_NOMEMORY_H
#define TESTS_NOMEMORY_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define NO_MEMORY_TESTS
#else

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *memory);

static size_t left; /* this many succeed before one fails; 0: all do */
static bool failed;
static long held;

static bool fails(void)
{
    failed |= left == 1;
    return left > 0 && --left == 0;
}

/* Libraries are to call them, too. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    void *memory = fails() ? NULL : __libc_malloc(size);
    held += memory != NULL;
    return memory;
}

void *calloc(size_t count, size_t size)
{
    void *memory = fails() ? NULL : __libc_calloc(count, size);
    held += memory != NULL;
    return memory;
}

void *realloc(void *old, size_t size)
{
    void *memory = fails() ? NULL : __libc_realloc(old, size);
    held += memory && !old;
    return memory;
}

void free(void *memory)
{
    held -= memory != NULL;
    __libc_free(memory);
}

#pragma GCC visibility pop

enum { NO_MEMORY_MANY = 100000000 };

/* From now on the nth allocation fails; 0: none does. */
static inline void no_memory_begin(size_t nth)
{
    failed = false;
    left = nth > 0 ? nth : NO_MEMORY_MANY;
}

/* Says how many there were when none failed. */
static inline size_t no_memory_end(void)
{
    size_t used = NO_MEMORY_MANY - left;
    left = 0;
    return used;
}

#endif
#endif
