/* A number as its text says it: digits times a power of ten. Nothing is copied, whatever its size. */
#ifndef BASE_JSON_DECIMAL_H
#define BASE_JSON_DECIMAL_H

#include <locale.h>

#include "base/json.h"

enum {
    DECIMAL_SMALL = 18,   /* so many digits fit into 63 bits, with room for a factor of ten in 64 */
    DECIMAL_EXPONENT = 18 /* how many digits an exponent may have; leading zeros do not count */
};

struct decimal {
    const char *first, *end; /* from its first to behind its last digit that is not 0; there may be one '.' between */
    int64_t exponent;        /* of the last digit */
    uint32_t digits;         /* 0: the number is 0 */
    bool negative;           /* never when it is 0 */
};

/* Of the text of a number of JSON, whose exponent is within DECIMAL_EXPONENT. */
struct decimal decimal_of_text(const char *text, size_t n);
struct decimal decimal_of_node(const struct jdoc *doc, uint32_t node);

bool decimal_equal(const struct decimal *a, const struct decimal *b);

/* The next digit at *p, which is before the end; moves *p behind it. */
static inline unsigned decimal_digit(const char **p)
{
    if (**p == '.')
        ++*p;
    return (unsigned)(*(*p)++ - '0');
}

/*
 * Makes a number the small one that it is, whatever zeros it was written with: see jdoc_small. `value` is below 10^18.
 * False: its exponent does not fit, and the node is untouched.
 */
bool decimal_small(struct jdoc_node *node, uint64_t value, int64_t exponent, bool negative);

/* The thread's locale becomes "C", whose point is a point; returns the one to go back to with uselocale. */
locale_t decimal_use_c_locale(void);

#endif
