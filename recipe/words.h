/* Names taken apart: "email_SMTPServer" is email, smtp, server. */
#ifndef RECIPE_WORDS_H
#define RECIPE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 16, WORD_LENGTH = 32 };

struct words {
    char word[WORDS_MAX][WORD_LENGTH]; /* lower case */
    size_t count;
};

/* Splits at `_`, `.`, `-`, white space, brackets and changes of case. Long names keep their first words. */
void words_split(const char *name, struct words *out);

bool words_have(const struct words *words, const char *word);

/* Whether a space-separated list holds the word. */
bool words_list_has(const char *list, const char *word);

/* How many words of a space-separated list are among `words`; *first gets the place in the list of the first found. */
size_t words_common(const struct words *words, const char *list, size_t *first);

/* A name for people: "salesforce_security_token" becomes "Salesforce security token". `out` holds `size` bytes. */
void words_label(const struct words *words, char *out, size_t size);

#endif
