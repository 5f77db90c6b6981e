#include "base/strings.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

bool strings_add(struct strings *strings, struct arena *arena, const char *text)
{
    const char **items = array_grow(strings->items, strings->count, &strings->capacity, sizeof *items);
    char *copy = items ? arena_strdup(arena, text) : NULL;
    if (items)
        strings->items = items;
    if (!copy)
        return false;
    strings->items[strings->count++] = copy;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void strings_sort(struct strings *strings)
{
    if (strings->count > 1)
        qsort(strings->items, strings->count, sizeof *strings->items, by_text);
}

void strings_free(struct strings *strings)
{
    free(strings->items);
    *strings = (struct strings){0};
}
