/*
 * What unevaluatedProperties and unevaluatedItems need to know: which members or items other keywords looked at. Sets
 * live on a stack, for they begin and end with the schemas that need them.
 */
#include <stdlib.h>
#include <string.h>

#include "schema/run_state.h"

bool marks_begin(struct run *run, struct marks *marks, uint32_t node)
{
    const struct jdoc_node *value = &run->doc->nodes[node];
    bool container = value->type == JDOC_ARRAY || value->type == JDOC_OBJECT;
    *marks = (struct marks){.first = run->words_used, .count = container ? ((size_t)value->count + 63) / 64 : 0};
    size_t needed = run->words_used + marks->count;
    if (needed > run->words_capacity) {
        size_t capacity = needed * 2;
        uint64_t *words = realloc(run->words, capacity * sizeof *words);
        if (!words)
            return run_no_memory(run);
        run->words = words;
        run->words_capacity = capacity;
    }
    if (marks->count > 0)
        memset(run->words + marks->first, 0, marks->count * sizeof *run->words);
    run->words_used = needed;
    return true;
}

void marks_end(struct run *run, const struct marks *marks)
{
    run->words_used = marks->first;
}

void marks_add(struct run *run, struct marks *marks, uint32_t ordinal)
{
    if (marks)
        run->words[marks->first + ordinal / 64] |= UINT64_C(1) << ordinal % 64;
}

void marks_join(struct run *run, struct marks *to, const struct marks *from)
{
    to->all |= from->all;
    for (size_t i = 0; i < from->count && i < to->count; i++)
        run->words[to->first + i] |= run->words[from->first + i];
}

bool marks_has(const struct run *run, const struct marks *marks, uint32_t ordinal)
{
    return marks->all || run->words[marks->first + ordinal / 64] >> ordinal % 64 & 1;
}
