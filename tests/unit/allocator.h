/*
 * An allocator that can fail, in place of the C library's, for one test program: whichever allocation fails, the answer
 * is JPK_ERR_MEMORY or a whole result, and nothing is left behind. Sanitizers have an allocator of their own: include
 * this only where __SANITIZE_ADDRESS__ is not defined.
 */
#ifndef TESTS_ALLOCATOR_H
#define TESTS_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *memory);

static size_t allocations_left; /* this many succeed before one fails; 0: all do */
static bool allocation_failed;
static volatile long allocations_held; /* compilers think that they know what malloc changes */

static bool allocation_fails(void)
{
    allocation_failed |= allocations_left == 1;
    return allocations_left > 0 && --allocations_left == 0;
}

/* Libraries are to call them, too. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    void *memory = allocation_fails() ? NULL : __libc_malloc(size);
    allocations_held += memory != NULL;
    return memory;
}

void *calloc(size_t count, size_t size)
{
    void *memory = allocation_fails() ? NULL : __libc_calloc(count, size);
    allocations_held += memory != NULL;
    return memory;
}

void *realloc(void *old, size_t size)
{
    void *memory = allocation_fails() ? NULL : __libc_realloc(old, size);
    allocations_held += memory && !old;
    return memory;
}

void free(void *memory)
{
    allocations_held -= memory != NULL;
    __libc_free(memory);
}

#pragma GCC visibility pop

enum { ALLOCATIONS_MANY = 100000000 };

/* From now on the nth allocation fails; 0: none. */
static void allocations_begin(size_t nth)
{
    allocation_failed = false;
    allocations_left = nth > 0 ? nth : ALLOCATIONS_MANY;
}

/* No more. How many there were, when none was to fail. */
static size_t allocations_end(void)
{
    size_t used = ALLOCATIONS_MANY - allocations_left;
    allocations_left = 0;
    return used;
}

/* What main returns at once where this is not the allocator, as under valgrind, which was told of; -1: it is. */
static int allocations_skip(void)
{
    long before = allocations_held;
    void *volatile memory = malloc(1);
    bool ours = allocations_held != before;
    free(memory);
    if (ours)
        return -1;
    puts("allocations that fail: skipped, for there is another allocator");
    return getenv("JPK_TEST_WRAPPER") ? 0 : 1;
}

#endif
