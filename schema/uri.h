/*
 * URIs and IRIs: RFC 3986 and 3987. Texts are bytes with a length. IRIs are kept as they are: no character is
 * percent-encoded that was not, so that equal identifiers in a schema stay equal.
 */
#ifndef SCHEMA_URI_H
#define SCHEMA_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct uri_part {
    const char *text; /* NULL: not there, which is not the same as empty */
    size_t n;
};

/* The parts of a reference, without their delimiters. */
struct uri {
    struct uri_part scheme, authority, path, query, fragment; /* path.text is never NULL */
};

/* Splits any text as RFC 3986, appendix B does. It cannot fail; the parts point into `text` and are not checked. */
struct uri uri_split(const char *text, size_t n);

/*
 * Appends to `out` the target of a reference (RFC 3986, section 5.2), normalised (section 6.2.2): scheme and host in
 * lower case, percent-encodings in upper case and only where they are needed, no dot segments. The fragment is not part
 * of it: it is given in *fragment as a piece of `reference` (text NULL: none), unless that is NULL. A base without a
 * scheme, such as an empty one, makes the result relative; the fragment of a base is ignored; URNs are bases like
 * others. Two normalised texts mean the same when their bytes are equal. Out of memory shows in `out`.
 */
void uri_resolve(const char *base, size_t base_n, const char *reference, size_t reference_n, struct buf *out,
                 struct uri_part *fragment);

/* Whether the text has a scheme, so that it is a URI and not a relative reference. */
bool uri_has_scheme(const char *text, size_t n);

/*
 * Appends what percent-encoded text means, such as the fragment of a JSON pointer before its ~0 and ~1 are decoded.
 * False, with nothing appended: a `%` without two hexadecimal digits, or the result is not UTF-8. Out of memory shows
 * in `out`.
 */
bool uri_decode(const char *text, size_t n, struct buf *out);

enum uri_rules {
    URI_REFERENCE = 1,    /* relative references are allowed too */
    URI_INTERNATIONAL = 2 /* the characters of IRIs are allowed too */
};

/* Whether the text is a URI by the grammar of RFC 3986, or as `rules` say. Any bytes are allowed. */
bool uri_valid(const char *text, size_t n, unsigned rules);

/*
 * The length of the character beyond ASCII at the start of the text when an IRI may hold it, those for private use only
 * when that is asked for (ucschar and iprivate of RFC 3987); 0: there is none.
 */
size_t uri_international(const char *text, size_t n, bool private);

#endif
