/* What a person is told about a text that is not JSON. */
#include "base/json_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistr.h>

#include "base/json_scan.h"

enum { FOUND_MAX = 48 };

bool jdoc_fail(struct jdoc_reader *reader, const char *at, enum jpk_code code, const char *format, ...)
{
    if (!reader->err || reader->err->code != JPK_OK)
        return false;
    char message[JPK_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(reader->err, code, "%s", message);
    error_text_offset(reader->err, reader->doc.text, reader->doc.size, (size_t)(at - reader->doc.text));
    return false;
}

/* Names what is at reader->at. */
static const char *found(const struct jdoc_reader *reader, char out[FOUND_MAX])
{
    ucs4_t c;
    size_t left = (size_t)(reader->end - reader->at);
    if (left == 0) {
        snprintf(out, FOUND_MAX, "the end of the text");
        return out;
    }
    int n = u8_mbtoucr(&c, (const uint8_t *)reader->at, left);
    if (n < 0)
        snprintf(out, FOUND_MAX, "byte 0x%02x, which is not UTF-8", (unsigned char)*reader->at);
    else if (c < 0x20 || c == 0x7f)
        snprintf(out, FOUND_MAX, "control character U+%04X", (unsigned)c);
    else if (c == '\'')
        snprintf(out, FOUND_MAX, "a single quote");
    else if (c > 0x7f)
        snprintf(out, FOUND_MAX, "'%.*s' (U+%04X)", n, reader->at, (unsigned)c);
    else
        snprintf(out, FOUND_MAX, "'%c'", *reader->at);
    return out;
}

/* Bytes that are not UTF-8 are an error of their own, wherever they stand. */
static enum jpk_code code_here(const struct jdoc_reader *reader)
{
    ucs4_t c;
    size_t left = (size_t)(reader->end - reader->at);
    return left > 0 && u8_mbtoucr(&c, (const uint8_t *)reader->at, left) < 0 ? JPK_ERR_ENCODING : JPK_ERR_JSON;
}

bool jdoc_fail_expected(struct jdoc_reader *reader, const char *expected)
{
    char what[FOUND_MAX];
    return jdoc_fail(reader, reader->at, code_here(reader), "expected %s, found %s", expected, found(reader, what));
}

/* The text ended, or another bracket came, while a container is open. */
static bool fail_unclosed(struct jdoc_reader *reader)
{
    const struct jdoc_node *open = &reader->doc.nodes[reader->open];
    struct text_position from = jdoc_position(&reader->doc, reader->open);
    bool array = open->type == JDOC_ARRAY;
    char what[FOUND_MAX];
    return jdoc_fail(reader, reader->at, JPK_ERR_JSON,
                     "expected the '%c' of the %s that begins on line %u, column %u, found %s", array ? ']' : '}',
                     array ? "array" : "object", (unsigned)from.line, (unsigned)from.column, found(reader, what));
}

/* What people write because JavaScript, Python or a relative of JSON has it; false when it is none of that. */
static bool fail_foreign(struct jdoc_reader *reader)
{
    const char *at = reader->at;
    size_t left = (size_t)(reader->end - at);
    const char *why = NULL;
    if (*at == '\'')
        why = "single quotes: strings and keys are in double quotes";
    else if (left >= 3 && (memcmp(at, "\xe2\x80\x9c", 3) == 0 || memcmp(at, "\xe2\x80\x9d", 3) == 0))
        why = "typographic quotes: strings and keys are in plain double quotes";
    else if (*at == '#' || (left >= 2 && *at == '/' && (at[1] == '/' || at[1] == '*')))
        why = "a comment: JSON has none";
    else if (left >= 7 &&
             (memcmp(at, "<<<<<<<", 7) == 0 || memcmp(at, "=======", 7) == 0 || memcmp(at, ">>>>>>>", 7) == 0))
        why = "the mark of a merge conflict: keep one of the two versions, and no marks";
    return why && !jdoc_fail(reader, at, JPK_ERR_JSON, "%s", why);
}

/* The last byte before reader->at that is not white space; the text's first byte when there is none. */
static const char *before(const struct jdoc_reader *reader)
{
    const char *p = reader->at;
    do
        p--;
    while (p > reader->doc.text && jdoc_is_space(*p));
    return p;
}

/* Whether reader->at has a bracket with a comma before it. */
static bool fail_trailing_comma(struct jdoc_reader *reader)
{
    if (reader->at == reader->doc.text || (*reader->at != ']' && *reader->at != '}') || *before(reader) != ',')
        return false;
    return !jdoc_fail(reader, before(reader), JPK_ERR_JSON, "a trailing comma: nothing follows it but '%c'",
                      *reader->at);
}

static bool word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/* How many bytes of the word at reader->at to show. */
static int word_length(const struct jdoc_reader *reader)
{
    int n = 0;
    while (n < 40 && reader->at + n < reader->end && word_character(reader->at[n]))
        n++;
    return n;
}

/* Words that stand for a value elsewhere. */
static const struct {
    const char *word, *why;
} foreign_words[] = {
    {"NaN", "not a number that JSON has"},
    {"Infinity", "not a number that JSON has"},
    {"undefined", "JSON has null"},
    {"None", "JSON has null"},
    {"nil", "JSON has null"},
    {"true", "JSON has true, in lower case"},
    {"false", "JSON has false, in lower case"},
    {"null", "JSON has null, in lower case"},
};

/* A word that is repeated to people: it is nearly one that JSON has. Others may be a password. */
static bool may_show(const char *word)
{
    static const char *const near[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
        if (text_distance(word, near[i], 2) < 2)
            return true;
    return false;
}

static bool fail_word(struct jdoc_reader *reader, const char *otherwise)
{
    int n = word_length(reader);
    char word[48];
    snprintf(word, sizeof word, "%.*s", n, reader->at);
    const char *why = otherwise;
    for (size_t i = 0; i < sizeof foreign_words / sizeof foreign_words[0]; i++)
        if (text_caseeq(word, foreign_words[i].word))
            why = foreign_words[i].why;
    if (why == otherwise && !may_show(word))
        return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "%s", why);
    return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "%s: %s", word, why);
}

bool jdoc_fail_value(struct jdoc_reader *reader)
{
    if (reader->at == reader->end) {
        if (reader->open != JDOC_NONE)
            return jdoc_fail_expected(reader, "a value");
        return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "empty: there is no value");
    }
    if (fail_trailing_comma(reader) || fail_foreign(reader))
        return false;
    char c = *reader->at;
    if (word_character(c))
        return fail_word(reader, "a word without quotes; strings are in double quotes");
    if (c == '+')
        return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "a plus sign: numbers have none");
    if (c == '.')
        return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "a number begins with a digit, not with '.'");
    return jdoc_fail_expected(reader, "a value");
}

bool jdoc_fail_key(struct jdoc_reader *reader)
{
    if (reader->at < reader->end) {
        if (fail_trailing_comma(reader) || fail_foreign(reader))
            return false;
        if (word_character(*reader->at)) /* which may be the end of a password that holds a quote: it is not repeated */
            return jdoc_fail(reader, reader->at, JPK_ERR_JSON, "a key without quotes; keys are in double quotes");
    }
    return jdoc_fail_expected(reader, "a key in double quotes");
}

bool jdoc_fail_behind(struct jdoc_reader *reader)
{
    char what[FOUND_MAX];
    if (reader->at < reader->end && fail_foreign(reader))
        return false;
    if (reader->open == JDOC_NONE)
        return jdoc_fail(reader, reader->at, code_here(reader),
                         "expected the end of the text behind its value, found %s", found(reader, what));
    if (reader->at == reader->end || *reader->at == ']' || *reader->at == '}')
        return fail_unclosed(reader);
    bool array = reader->doc.nodes[reader->open].type == JDOC_ARRAY;
    return jdoc_fail_expected(reader, array ? "',' or ']' behind an element" : "',' or '}' behind a member");
}
