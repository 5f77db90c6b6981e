#include "recipe/nearest.h"

#include <string.h>

#include "base/text.h"

static bool short_copy(char *out, size_t size, struct jtext text)
{
    if (text.n == 0 || text.n >= size || memchr(text.s, '\0', text.n))
        return false;
    memcpy(out, text.s, text.n);
    out[text.n] = '\0';
    return true;
}

struct nearest nearest_begin(struct jtext word, size_t *budget)
{
    struct nearest nearest = {.budget = budget};
    if (short_copy(nearest.word, sizeof nearest.word, word))
        nearest.least = word.n <= 3 ? 2 : word.n <= 8 ? 3 : 4;
    return nearest;
}

bool nearest_open(const struct nearest *nearest)
{
    return nearest->least > 0 && *nearest->budget > 0;
}

void nearest_offer(struct nearest *nearest, struct jtext candidate)
{
    char text[sizeof nearest->word];
    if (!nearest_open(nearest))
        return;
    --*nearest->budget;
    if (!short_copy(text, sizeof text, candidate))
        return;
    size_t distance = text_distance(nearest->word, text, nearest->least - 1);
    if (distance >= nearest->least)
        return;
    nearest->least = distance;
    memcpy(nearest->best, text, sizeof text);
}

void nearest_offer_list(struct nearest *nearest, const struct jdoc *doc, uint32_t list)
{
    if (list == JDOC_NONE)
        return;
    for (uint32_t item = list + 1; item < jdoc_next(doc, list) && nearest_open(nearest); item = jdoc_next(doc, item))
        nearest_offer(nearest, jtext_of(doc, item));
}
