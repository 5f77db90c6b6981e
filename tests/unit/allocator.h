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
static long allocations_held;

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

/* Says so when there is another allocator in its place, such as that of valgrind. */
static bool allocations_are_ours(void)
{
    long before = allocations_held;
    void *volatile memory = malloc(1);
    bool ours = allocations_held != before;
    free(memory);
    if (!ours)
        puts("allocations that fail: skipped, for there is another allocator");
    return ours;
}

#endif
