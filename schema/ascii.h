/* Characters of ASCII, whatever the locale. */
#ifndef SCHEMA_ASCII_H
#define SCHEMA_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_alpha(char c)
{
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}

static inline bool ascii_alnum(char c)
{
    return ascii_alpha(c) || ascii_digit(c);
}

/* The value of a hexadecimal digit; -1: it is none. */
static inline int hex_digit(char c)
{
    char lower = ascii_lower(c);
    return ascii_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that a percent-encoding at `i` stands for; -1: there is none. */
static inline int percent_encoded(const char *text, size_t n, size_t i)
{
    if (n - i < 3 || text[i] != '%')
        return -1;
    int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

#endif
