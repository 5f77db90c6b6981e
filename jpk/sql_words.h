/*
 * The words of SQL and SOQL, as far as the columns of a SELECT can be known without its database: names (quoted by
 * quotes, backticks or brackets, or plain), numbers, strings and single characters. Comments are skipped.
 */
#ifndef JPK_SQL_WORDS_H
#define JPK_SQL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum sql_kind { SQL_END, SQL_NAME, SQL_NUMBER, SQL_STRING, SQL_MARK };

struct sql_word {
    enum sql_kind kind;
    char mark;        /* SQL_MARK: the character */
    bool quoted;      /* SQL_NAME */
    const char *text; /* of a quoted name and a string without the quotes */
    size_t length;
    size_t offset; /* in the text */
};

struct sql_scanner {
    const char *text;
    size_t size, at;
};

/* The next word; at the end SQL_END, again and again. */
struct sql_word sql_next(struct sql_scanner *scanner);

/* Whether a word is that keyword: a plain name, in any letter case. */
bool sql_is(const struct sql_word *word, const char *keyword);
bool sql_mark(const struct sql_word *word, char mark);

#endif
