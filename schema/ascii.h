/* Characters of ASCII, whatever the locale. */
#ifndef SCHEMA_ASCII_H
#define SCHEMA_ASCII_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

static inline bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_alpha(char c)
{
    char lower = text_lower(c);
    return lower >= 'a' && lower <= 'z';
}

static inline bool ascii_alnum(char c)
{
    return ascii_alpha(c) || ascii_digit(c);
}

/* The byte that a percent-encoding at `i` stands for; -1: there is none. */
static inline int percent_encoded(const char *text, size_t n, size_t i)
{
    if (n - i < 3 || text[i] != '%')
        return -1;
    int high = text_hex_digit(text[i + 1]), low = text_hex_digit(text[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

#endif
