#include "jpk/sql_words.h"

#include <string.h>

#include "base/text.h"

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How far a comment goes that begins with the two characters `open`: to the line's end, or behind star and slash. */
static size_t comment_end(const struct sql_scanner *s)
{
    const char *at = s->text + s->at, *end = NULL;
    size_t left = s->size - s->at;
    if (at[0] == '-') {
        end = memchr(at, '\n', left);
        return end ? (size_t)(end - s->text) : s->size;
    }
    end = left > 2 ? memmem(at + 2, left - 2, "*/", 2) : NULL;
    return end ? (size_t)(end - s->text) + 2 : s->size;
}

static void skip_space(struct sql_scanner *s)
{
    while (s->at < s->size) {
        const char *at = s->text + s->at;
        bool two = s->at + 1 < s->size;
        if (two && ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*')))
            s->at = comment_end(s);
        else if (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
            s->at++;
        else
            return;
    }
}

/* Up to the closing character, which counts for itself when it is doubled. */
static struct sql_word quoted(struct sql_scanner *s, char close)
{
    size_t start = s->at + 1, at = start;
    while (at < s->size && (s->text[at] != close || (at + 1 < s->size && s->text[at + 1] == close)))
        at += s->text[at] == close ? 2 : 1;
    at = at < s->size ? at : s->size;
    struct sql_word word = {.kind = close == '\'' ? SQL_STRING : SQL_NAME,
                            .quoted = true,
                            .text = s->text + start,
                            .length = at - start,
                            .offset = s->at};
    s->at = at < s->size ? at + 1 : at;
    return word;
}

struct sql_word sql_next(struct sql_scanner *s)
{
    skip_space(s);
    struct sql_word word = {.kind = SQL_END, .text = s->text + s->at, .offset = s->at};
    if (s->at >= s->size)
        return word;
    char c = s->text[s->at];
    if (c == '"' || c == '`' || c == '\'')
        return quoted(s, c);
    if (c == '[')
        return quoted(s, ']');
    if (letter(c) || digit(c)) {
        size_t end = s->at;
        while (end < s->size && (letter(s->text[end]) || digit(s->text[end]) || s->text[end] == '$'))
            end++;
        word.kind = letter(c) ? SQL_NAME : SQL_NUMBER;
        word.length = end - s->at;
        s->at = end;
        return word;
    }
    word.kind = SQL_MARK;
    word.mark = c;
    word.length = 1;
    s->at++;
    return word;
}

bool sql_is(const struct sql_word *word, const char *keyword)
{
    if (word->kind != SQL_NAME || word->quoted || word->length != strlen(keyword))
        return false;
    for (size_t i = 0; i < word->length; i++)
        if (text_lower(word->text[i]) != text_lower(keyword[i]))
            return false;
    return true;
}

bool sql_mark(const struct sql_word *word, char mark)
{
    return word->kind == SQL_MARK && word->mark == mark;
}
