#include "recipe/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { COMPARISONS = 200000 };

void check_report(struct check *check, enum rule rule, uint32_t node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    validation_report_list(check->v, check->source, rule, node, format, args);
    va_end(args);
}

static void index_choices(struct check *check)
{
    const struct jdoc *doc = check->source->doc;
    check->choices = arena_calloc(&check->arena, check->recipe.property_count + 1, sizeof *check->choices);
    for (size_t i = 0; i < check->recipe.property_count && check->choices && !check->failed; i++) {
        uint32_t choices = check->recipe.properties[i].choices, place = 0, old;
        if (choices == JDOC_NONE)
            continue;
        for (uint32_t item = choices + 1; item < jdoc_next(doc, choices); item = jdoc_next(doc, item), place++) {
            struct jtext text = jtext_of(doc, item);
            if (jtext_there(text) && !map_add(&check->choices[i], text.s, text.n, place, &old))
                check->failed = true;
        }
    }
    check->failed = check->failed || !check->choices;
}

bool check_begin(struct check *check, struct validation *v, struct source *source, const char *text, size_t size)
{
    *check = (struct check){.v = v, .source = source, .text = text, .size = size, .comparisons = COMPARISONS};
    check->failed = !recipe_read(&check->recipe, source->doc, &check->arena, NULL);
    if (!check->failed)
        index_choices(check);
    return !check->failed;
}

void check_end(struct check *check)
{
    for (size_t i = 0; check->choices && i < check->recipe.property_count; i++)
        map_free(&check->choices[i]);
    recipe_free(&check->recipe);
    value_check_free(&check->values);
    buf_free(&check->why);
    arena_free(&check->arena);
}

const struct map *check_choices(const struct check *check, const struct recipe_property *property)
{
    return property->choices == JDOC_NONE ? NULL : &check->choices[property - check->recipe.properties];
}

bool check_first(struct check *check, struct map *map, struct jtext text, uint32_t value)
{
    uint32_t old = MAP_NONE;
    if (!map_add(map, text.s, text.n, value, &old)) {
        check->failed = true;
        return true;
    }
    return old == MAP_NONE;
}

/* -------------------------------------------------------------------------------------------------- did you mean */

static bool short_copy(char *out, size_t size, struct jtext text)
{
    if (text.n == 0 || text.n >= size || memchr(text.s, '\0', text.n))
        return false;
    memcpy(out, text.s, text.n);
    out[text.n] = '\0';
    return true;
}

struct nearest nearest_begin(struct check *check, struct jtext word)
{
    struct nearest nearest = {.check = check};
    if (short_copy(nearest.word, sizeof nearest.word, word))
        nearest.least = word.n <= 3 ? 2 : word.n <= 8 ? 3 : 4; /* what is found must be nearer */
    return nearest;
}

bool nearest_open(const struct nearest *nearest)
{
    return nearest->least > 0 && nearest->check->comparisons > 0;
}

void nearest_offer(struct nearest *nearest, struct jtext candidate)
{
    char text[sizeof nearest->word];
    if (!nearest_open(nearest))
        return;
    nearest->check->comparisons--;
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

void nearest_hint(const struct nearest *nearest)
{
    if (*nearest->best)
        validation_hint(nearest->check->v, "did you mean '%s'?", nearest->best);
}
