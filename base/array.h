/* Growing arrays. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Room for one more element behind `count`: returns the array, which may have moved, and raises *capacity when it did.
 * NULL: no memory; the old array stays as it was.
 */
void *array_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif
