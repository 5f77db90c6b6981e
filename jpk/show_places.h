/* Where references and uses of variables stand, in words and numbers. */
#ifndef JPK_SHOW_PLACES_H
#define JPK_SHOW_PLACES_H

#include "base/text.h"
#include "jpk/report.h"

/* A reference or a use, as far as its place goes. */
struct place {
    const struct jpk_entity *from;
    const char *where;
    uint32_t offset, text_offset;
    bool in_text; /* `offset` is of an element and `text_offset` in its text */
    bool in_comment;
    const void *what; /* the struct jpk_reference or jpk_use */
};

/* Those of references and uses; `out` has room for all. */
void places_of_references(struct place *out, const struct jpk_reference *const *references, size_t count);
void places_of_uses(struct place *out, const struct jpk_use *const *uses, size_t count);

/* Sorts by entity and place, those in comments last. */
void places_sort(struct place *places, size_t count);

/* Counts lines in the texts of places that come sorted; each text is read once (twice with comments). */
struct place_counter {
    const struct jpk_entity *from;
    uint32_t offset, last;
    size_t base; /* where the script starts in the element's text */
    const char *text;
    struct text_counter counter;
};

/*
 * Adds the cells of a place to the last row: for people one labelled `label`, such as "line 3, column 5" or
 * "order$id 1:4", for programs where, line, column and inComment. Lines are those of the script's text.
 */
void place_cells(struct report *report, struct place_counter *counter, const struct place *place, const char *label);

#endif
