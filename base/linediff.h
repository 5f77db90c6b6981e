/* Differences of two texts by lines, or of two sequences of numbers. */
#ifndef BASE_LINEDIFF_H
#define BASE_LINEDIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `a_count` elements from `a` on give way to `b_count` elements of the other side from `b` on. One count may be 0. */
struct linediff_edit {
    uint32_t a, a_count, b, b_count;
};

/* A line with the LF that ends it, if one does; a CR before it is part of the line. */
struct linediff_line {
    const char *text;
    size_t size;
};

struct linediff {
    struct linediff_line *a, *b; /* all lines; they point into the texts. NULL from linediff_numbers */
    size_t a_count, b_count;
    struct linediff_edit *edits; /* in order; between two of them lie equal lines */
    size_t edit_count;
};

/*
 * The steps that one or several comparisons may take together. What is beyond it is not searched: a block that is left
 * then counts as replaced as a whole, which is still a right answer, only not the shortest one.
 */
#define LINEDIFF_BUDGET ((uint64_t)1 << 27)

/*
 * Compares two texts: the fewest lines that have to go and to come (Myers, "An O(ND) difference algorithm and its
 * variations", 1986, in linear space), as far as the budget reaches, from which the steps are taken. False: no memory,
 * or more than 2^30 lines. Free with linediff_free.
 */
bool linediff_texts(const char *a, size_t a_size, const char *b, size_t b_size, uint64_t *budget, struct linediff *out);

/* The same for numbers, which must be below `kinds`. */
bool linediff_numbers(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, size_t kinds,
                      uint64_t *budget, struct linediff *out);

void linediff_free(struct linediff *diff);

#endif
