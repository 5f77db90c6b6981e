/* Recipes and configure files in their canonical form. */
#ifndef RECIPE_FMT_H
#define RECIPE_FMT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

enum { RECIPE_DEPTH_MAX = 100 }; /* a recipe is about eight deep; every level costs two spaces a line */

/*
 * Appends the canonical form of a recipe or configure file, which is what `jpk recipe generate` writes: known keys in
 * the order of the format, the others behind them as they stood, two spaces for each level, every element on a line of
 * its own, numbers as they were written, text without needless escapes, one line end at the end. Nothing is lost, and
 * the canonical form of the result is the result.
 *
 * Errors: those of jdoc_parse, a duplicate key among them; JPK_ERR_FORMAT for JSON that is neither kind of file, or
 * of a format that is not known here.
 */
bool recipe_format(const char *text, size_t n, struct buf *out, struct jpk_error *err);

/* The same of a value in which numbers are kept as jdoc_to_jansson_exact keeps them; errors have no position. */
bool recipe_format_value(const json_t *value, struct buf *out, struct jpk_error *err);

#endif
