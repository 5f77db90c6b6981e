/* The memory behind large allocations. */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/*
 * Says that an allocation of malloc's will be filled from its beginning on: the system may then give it in large pages,
 * so that the first touch of each costs a small part of what thousands of small ones do. Changes nothing else, and
 * does nothing for memory of less than a few MiB or where there are no such pages.
 */
void pages_large(void *memory, size_t n);

#endif
