/* Tables for people at a terminal: texts in columns. */
#ifndef TOOLS_COLUMNS_H
#define TOOLS_COLUMNS_H

#include <stdbool.h>

#include "base/buf.h"

enum { TABLE_WIDTH = 120, TABLE_GAP = 2 }; /* columns of the terminal, and spaces between two of a table */

/* How many columns a text takes as it is shown. */
size_t columns_width(const char *text);

/* Appends spaces where `used` of `width` columns are used. */
void columns_pad(struct buf *out, size_t width, size_t used);

/* Appends a text, made printable, in `width` columns; what is too long loses its end, or with `keep_end` its beginning.
 */
void columns_put(struct buf *out, const char *text, size_t width, bool keep_end);

/* Appends words in lines of at most `width` columns, each from the column `indent` on, where the first begins; and the
 * line's end. Single spaces part them. */
void columns_words(struct buf *out, const char *text, size_t indent, size_t width);

/* Makes columns narrower, the widest that can be first, until they and their gaps fit or none may be narrower. */
void columns_fit(size_t *widths, const size_t *least, size_t count);

#endif
