/* A growing list of texts. */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include "base/arena.h"

#include <stdbool.h>

/* Zero-initialized is empty and ready. */
struct strings {
    const char **items; /* allocated with malloc; the texts are in the arena that they were copied to */
    size_t count, capacity;
};

/* Adds a copy of `text`. False: no memory. */
bool strings_add(struct strings *strings, struct arena *arena, const char *text);

/* In byte order. */
void strings_sort(struct strings *strings);

void strings_free(struct strings *strings);

#endif
