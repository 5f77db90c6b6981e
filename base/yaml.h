/* YAML, read into the document of base/json.h, so that whatever is checked is checked in one form. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/json.h"

/*
 * Parses a whole text of YAML 1.2 (https://yaml.org/spec/1.2.2/) with libyaml, as far as JSON can hold it. The text is
 * lent, the options are the same and the document is used in the same way as those of jdoc_parse; `start` of a node is
 * its place in the YAML text: of a mapping that of its first key or its `{`, of a list its first `-` or its `[`, of a
 * text its first character, quote, `|` or `>`, of a value that is left out the place where it would begin.
 *
 * Types are those of the core schema: without quotes, `null`, `Null`, `NULL`, `~` and nothing at all are null; `true`
 * and `false` are so in lower case, capitals or with a capital (yes, no, on and off are strings); what JSON writes as a
 * number is a number. All else is a string, also what YAML calls a number and JSON cannot write: 0x1f, 0o17, .inf,
 * .nan, +1, 007, .5 and 1. are. So is everything in quotes, and every key, as it is written: in `1: x` the key is "1".
 * The tags !!str, !!null, !!bool, !!int, !!float, !!seq and !!map are read. An empty text is null. A byte order mark at
 * the start is skipped.
 *
 * Refused: anchors and aliases, with which a small file can stand for a huge one; other tags; keys that are mappings,
 * lists or left out; more than one document; directives but %YAML; the line breaks U+0085, U+2028 and U+2029, which
 * YAML 1.1 and 1.2 read differently; control characters. A key on one line with its value has at most 1,024 characters.
 *
 * Errors, all with offset, line and column unless the text is larger than allowed: JPK_ERR_YAML (none, or one of the
 * above; a duplicate key when those are refused), JPK_ERR_ENCODING (not UTF-8), JPK_ERR_LIMIT (nested too deep; an
 * exponent of more than 18 digits; too large; and what would take libyaml minutes: more than 8 KiB of white space in a
 * row, megabytes of values inside of hundreds of brackets), JPK_ERR_MEMORY.
 */
bool jdoc_parse_yaml(struct jdoc *doc, const char *text, size_t n, const struct jdoc_options *options,
                     struct jpk_error *err);

#endif
