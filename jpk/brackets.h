/* Names of variables, and those in square brackets: `[name]` and `[name{default}]` in property values and texts. */
#ifndef JPK_BRACKETS_H
#define JPK_BRACKETS_H

#include <stdbool.h>
#include <stddef.h>

enum { VARIABLE_NAME_MAX = 128 };

struct bracket {
    const char *name; /* in the text; not NUL-terminated */
    size_t name_length;
    bool plain; /* letters, digits, `_`, `.` and `:` alone, the first no digit: looks like a variable by itself */
    bool has_default;
    const char *default_value;
    size_t default_length;
    size_t offset; /* of the `[` */
};

/* Whether Jitterbit itself sets variables of such a name. */
bool variable_system(const char *name, size_t n);

/* The key of a name: ASCII letters in lower case, cut at a length that no real name has. Returns its length. */
size_t variable_key(const char *name, size_t n, char key[VARIABLE_NAME_MAX]);

/* The next bracket from *at on; *at moves behind it. False at the end of the text. */
bool bracket_next(const char *text, size_t *at, struct bracket *out);

#endif
