/*
 * Escapes in any text: of JSON, `\u003d` and `\/`, at every depth, for JSON may stand in the strings of JSON; and of
 * XML,
 * `&#241;` and `&#x3d;`, but for what would end or separate something: quotes, brackets and white space.
 *
 * Encoders write them as they like, so who searches a text resolves them first: into what the writer of canonical text
 * makes of the same string, so that both texts hold the same.
 */
#ifndef JPK_ESCAPES_H
#define JPK_ESCAPES_H

#include "base/buf.h"
#include "jpk/hygiene.h"

/* Adds a text with its escapes resolved; nothing is added when it has none. A failed allocation sticks. */
void escapes_resolve(const char *text, size_t n, struct buf *out);

/* Moves hits, in order, from what escapes_resolve has made to the text itself. They get no end inside of an escape. */
void escapes_place(const char *text, size_t n, struct hygiene_hits *hits);

/* As hygiene_scan, in what the escapes of a text stand for. */
bool escapes_scan(const char *text, size_t n, const struct hygiene_options *options, struct hygiene_hits *hits,
                  struct jpk_error *err);

#endif
