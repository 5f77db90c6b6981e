/*
 * The mappings of a transformation as text that people read and edit: the .map files of an unpacked tree.
 *
 * In a project a mapping is the text `TARGET <tab> RIGHT`, where RIGHT is a script in <trans> tags or, for a loop, a
 * source path in brackets. Here each begins a line of its own:
 *
 *     [Contacts$Contact.] <- [response$records.]    a loop
 *     Contacts$Contact.Name = records.Name$         a script of one line, between <trans> and </trans> on their lines
 *     Contacts$Contact.ID =                         a longer one: its lines follow, each behind four spaces
 *         $count++;
 *
 *         records.Id$
 *
 *     Text ==                                       whatever does not have that form, as it is with its tags
 *         <trans>1</trans>
 *
 * An empty line ends a script; further ones belong to it. A target that is not a plain word is written in quotes as a
 * JSON string; a target alone in its line has no tab behind it. What is parsed from what was written is what was
 * written.
 */
#ifndef JPK_MAPPING_TEXT_H
#define JPK_MAPPING_TEXT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strings.h"

void mapping_text_write(const struct strings *list, struct buf *out);

/* Adds to `list`, whose texts live in `arena`. JPK_ERR_FORMAT with line and column. */
bool mapping_text_parse(const char *text, size_t n, struct arena *arena, struct strings *list, struct jpk_error *err);

/* Where the mappings of a text stand in it, parsed once for many questions. NULL with the errors of mapping_text_parse.
 */
struct mapping_places *mapping_places_new(const char *text, size_t n, struct jpk_error *err);
void mapping_places_free(struct mapping_places *places);

/* Where the byte `at` of mapping number `index` stands. False: there is none. */
bool mapping_places_at(const struct mapping_places *places, size_t index, size_t at, uint32_t *line, uint32_t *column);

#endif
