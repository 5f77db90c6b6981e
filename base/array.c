#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

void *array_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    size_t wanted = *capacity ? *capacity * 2 : 4;
    if (wanted > SIZE_MAX / size)
        return NULL;
    void *more = realloc(array, wanted * size);
    if (more)
        *capacity = wanted;
    return more;
}
