/* What the files of jpk/hygiene*.c share. */
#ifndef JPK_HYGIENE_PARTS_H
#define JPK_HYGIENE_PARTS_H

#include <string.h>

#include "base/secrets.h"
#include "jpk/hygiene.h"

struct scan;

/* A piece of the text. */
struct span {
    size_t at, n;
};

/*
 * A text that may begin something, and who looks. Letter case does not matter when `text` is in small letters and
 * `any_case` is set. The function gets the offset at which the text stands.
 */
struct anchor {
    const char *text;
    void (*look)(struct scan *scan, size_t at, const struct anchor *anchor);
    bool any_case;
};

enum { JSON_DEPTH = 32 };

/* What is known of a JSON object that is open: whether it describes a secret, and where its value stands. */
struct json_frame {
    enum secret_kind kind;
    struct span value;
};

struct scan {
    const char *text;
    size_t n;
    const struct hygiene_options *options;
    struct hygiene_hits *hits;
    size_t most;
    bool failed; /* no memory */
    bool full;   /* enough was found */
    /* The innermost objects; deeper ones take the places of those far above. */
    struct json_frame frames[JSON_DEPTH];
    size_t depth;
    size_t name_end; /* names before this offset are done */
};

/* In order, and one hit of those that share bytes. */
void hygiene_settle(struct hygiene_hits *hits);

/* Notes a hit unless options leave it out. */
void scan_hit(struct scan *scan, enum hygiene_rule rule, enum jpk_confidence confidence, size_t at, size_t n);

static inline char scan_char(const struct scan *scan, size_t at)
{
    return at < scan->n ? scan->text[at] : '\0';
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static inline bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool is_host(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* Whether `text` stands at an offset; letter case matters, or does not for a text in small letters. */
bool scan_is(const struct scan *scan, size_t at, const char *text);
bool scan_is_any_case(const struct scan *scan, size_t at, const char *text);

/* Whether `text` stands right before an offset. */
bool scan_before(const struct scan *scan, size_t at, const char *text);

/* Behind some blanks. */
size_t skip_blanks(const struct scan *scan, size_t at);

/* Behind white space and line ends, as they are or escaped; and where they begin that end before an offset. */
size_t skip_space(const struct scan *scan, size_t at);
size_t space_before(const struct scan *scan, size_t at);

/* Whether a value is one of a list, or holds a word; letter case does not matter. */
bool value_is(const char *value, size_t n, const char *const *list, size_t count);
bool value_holds(const char *value, size_t n, const char *word);

/* Whether a backslash at an offset escapes what separates in a properties file, as in `password\=` and `https\://`. */
bool escapes_sign(const struct scan *scan, size_t at);

/* The quote that stands at an offset, with what escapes it (`"`, `\"`, `&quot;`, `\&quot;`): its length, or 0. */
size_t quote_at(const struct scan *scan, size_t at);
/* Whether a quote of that length, which stands at an offset, stands at another one too. */
bool same_quotes(const struct scan *scan, size_t at, size_t other, size_t length);
/* The length of the quote that ends before an offset, or 0. */
size_t quote_before(const struct scan *scan, size_t at);

/*
 * What is in the string that is put together with the one that ends at an offset, as in `"abc" + "def"`, when it may
 * be a secret or the rest of one: all of it looks like one, and it is no path or parameter. Else nothing.
 */
struct span next_string(const struct scan *scan, size_t at);

/* ------------------------------------------------------------------------------------------------ hygiene_value.c */

/* How a value looks. */
enum value_look {
    VALUE_NONE,     /* a placeholder, a reference, an encrypted value, code: no secret */
    VALUE_VARIABLE, /* variables, with something literal beside them */
    VALUE_WORD,     /* one word, which people choose as passwords */
    VALUE_MIXED,    /* letters with digits or signs */
    VALUE_RANDOM    /* what a machine has made */
};

enum value_look value_look(const char *value, size_t n);

/* Whether it is no name of a program: it has characters that no name has, or turns too often. */
bool value_telling(const char *value, size_t n);

/* Whether it stands for something else or for nothing. */
bool value_placeholder(const char *value, size_t n);

/*
 * What is literal in a value with variables: of several pieces all from the first to the last, with what is between
 * them.
 */
struct span value_literal(const char *value, size_t n);

/* ------------------------------------------------------------------------------------------------- hygiene_host.c */

/* Whether a host or domain may be named: reserved for examples, or allowed by the options. */
bool host_reserved(const char *host, size_t n);
bool host_allowed(const struct scan *scan, const char *host, size_t n);

void look_url(struct scan *scan, size_t at, const struct anchor *anchor);
void look_private_ipv4(struct scan *scan, size_t at, const struct anchor *anchor);
void look_private_ipv6(struct scan *scan, size_t at, const struct anchor *anchor);
void look_internal_suffix(struct scan *scan, size_t at, const struct anchor *anchor);
void look_unc(struct scan *scan, size_t at, const struct anchor *anchor);
void look_host_pattern(struct scan *scan, size_t at, const struct anchor *anchor);

/* ----------------------------------------------------------------------------------------------- hygiene_person.c */

void look_email(struct scan *scan, size_t at, const struct anchor *anchor);
void look_phone(struct scan *scan, size_t at, const struct anchor *anchor);
void look_phone_name(struct scan *scan, size_t at, const struct anchor *anchor);

/* ------------------------------------------------------------------------------------------------ hygiene_token.c */

void look_token(struct scan *scan, size_t at, const struct anchor *anchor);
void look_private_key(struct scan *scan, size_t at, const struct anchor *anchor);
void look_putty_key(struct scan *scan, size_t at, const struct anchor *anchor);
void look_encrypted(struct scan *scan, size_t at, const struct anchor *anchor);
void look_jwt(struct scan *scan, size_t at, const struct anchor *anchor);
void look_salesforce_session(struct scan *scan, size_t at, const struct anchor *anchor);
void look_slack_webhook(struct scan *scan, size_t at, const struct anchor *anchor);
void look_azure_signature(struct scan *scan, size_t at, const struct anchor *anchor);

/* ------------------------------------------------------------------------------------------------- hygiene_name.c */

/* A field: its name, and where its value stands without quotes. */
struct field {
    struct span name, value;
    bool quoted_name, quoted;
    bool braced; /* `{value}`, as in connection strings */
    char sign;   /* `=`, `:` or `,`; `>` for the text of an element */
};

/* The field whose name holds the bytes at an offset; of a value without quotes no more than `most` bytes are read. */
bool field_at(struct scan *scan, size_t at, size_t most, struct field *field);

/* Up to the quote that closes what one opened before; false when there is none, or a line end first. */
bool quoted_value(const struct scan *scan, size_t quote, size_t length, struct span *value);

void look_name(struct scan *scan, size_t at, const struct anchor *anchor);
void look_name_end(struct scan *scan, size_t at, const struct anchor *anchor);
void look_scheme(struct scan *scan, size_t at, const struct anchor *anchor);
void look_oracle(struct scan *scan, size_t at, const struct anchor *anchor);
void look_object(struct scan *scan, size_t at, const struct anchor *anchor);
void look_value_key(struct scan *scan, size_t at, const struct anchor *anchor);

/* ----------------------------------------------------------------------------------------------- hygiene_script.c */

void look_call(struct scan *scan, size_t at, const struct anchor *anchor);
void look_command(struct scan *scan, size_t at, const struct anchor *anchor);

#endif
