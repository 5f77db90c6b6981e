#include "recipe/check.h"

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
    *check = (struct check){.v = v, .source = source, .text = text, .size = size, .comparisons = NEAREST_BUDGET};
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

struct nearest check_nearest(struct check *check, struct jtext word)
{
    return nearest_begin(word, &check->comparisons);
}

void check_hint(struct check *check, const struct nearest *nearest)
{
    if (*nearest->best)
        validation_hint(check->v, "did you mean '%s'?", nearest->best);
}
