/*
 * Secrets in the bytes of a file: found as jpk/hygiene.h finds them in any text, widened so that nothing is left of
 * them, and replaced by a marker that leaves the file what it was, XML, JSON or a script.
 */
#ifndef JPK_SECRET_TEXT_H
#define JPK_SECRET_TEXT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "jpk/hygiene.h"

/* The rules of hygiene, and those that only who knows the form of a project can apply. */
enum secret_rule {
    SECRET_ENCRYPTED = HYGIENE_ENCRYPTED_VALUE,
    SECRET_HIDDEN = HYGIENE_RULES, /* a variable's value that people are not to see, in the clear */
    SECRET_VALUE,                  /* the value of what says that it is a secret, in a recipe or a configure file */
    SECRET_UNSEARCHED,             /* no secret: what could not be searched for any */
    SECRET_RULES
};

/* Where one stands, and how sure it is that it is one. */
struct secret {
    enum secret_rule rule;
    enum jpk_confidence confidence;
    const char *file;      /* the entry of an archive; NULL: the one file that there is */
    const char *shown;     /* what may be shown of it */
    size_t offset, length; /* in the file */
};

/* A hit in a text that begins at an offset. */
static inline struct secret secret_of_hit(const struct hygiene_hit *hit, size_t at)
{
    return (struct secret){.rule = (enum secret_rule)hit->rule,
                           .confidence = hit->confidence,
                           .offset = at + hit->offset,
                           .length = hit->length};
}

/* The row of a rule: jpk/secret_text.c. */
const struct hygiene_rule_info *secret_rule_info(enum secret_rule rule);

/* Adds what may be shown of a secret. */
void secret_mask(struct buf *out, enum secret_rule rule, const char *value, size_t n);

/* Bits `1 << rule` of hygiene: secrets as such, what tells of people, what tells of internal networks. */
uint64_t secret_rules_of_secrets(void);
uint64_t secret_rules_of_people(void);
uint64_t secret_rules_of_hosts(void);

/* Whether it is a text, in which something can be found; of what is none only that can be said. */
bool secret_text_is(const char *text, size_t n);
#define SECRET_NO_TEXT "is no text"

/*
 * Finds what falls under `rules`, at least at that confidence. Hits end neither inside of an escape of JSON nor of a
 * reference of XML; escapes hide nothing (jpk/escapes.h). Nothing is found in what is no text. False: no memory.
 */
bool secret_text_find(const char *text, size_t n, uint64_t rules, enum jpk_confidence least, struct hygiene_hits *hits);

/*
 * The value of an object that says that it is a secret: `"secret": true` or `"type": "password"` beside a default, as
 * in recipes; `{"secret": "..."}` with the secret itself in place of where it comes from, as in configure files.
 * JDOC_NONE: there is none.
 */
uint32_t secret_json_value(const struct jdoc *doc, uint32_t object);

/* What stands in the place of most secrets. */
#define SECRET_MARKER "REDACTED"

/*
 * What tells secrets in names from one another where they are replaced, for names have to differ, and files keep their
 * endings: a secret, as it stands in the text -> a number from 1.
 */
struct secret_marks {
    struct map numbers;
};

/*
 * Adds a piece of a text, [at, end), with "****" in the place of hits; with `marks`, which may be empty, what is found
 * by no rule. *next is the first hit that may end behind `at`; it becomes that of what follows the piece.
 */
void secret_text_cut(struct buf *out, const char *text, size_t at, size_t end, const struct hygiene_hits *hits,
                     size_t *next, const struct secret_marks *marks);

/* For people, a piece anywhere in a text whose hits are known. False: there are none in it, and nothing was added. */
bool secret_text_piece(struct buf *out, const char *text, size_t at, size_t end, const struct hygiene_hits *hits);

/*
 * Adds a text for people, with the secrets in it as "****"; without its escapes when there are some only behind those
 * of a pointer of JSON or of a file's name, such as "https:~1~1bob:...". False: there are none, and nothing was added;
 * or `out` has failed.
 */
bool secret_text_mask(struct buf *out, const char *text, size_t n);

/* The same as a text, which is `text` itself when there are none, else that of `out`, which is emptied before. "" when
 * `out` has failed. */
const char *secret_text_shown(struct buf *out, const char *text);

/* text_printable without secrets. False: no memory, and `out` is empty. */
bool secret_text_printable(char *out, size_t size, const char *text);

/* Puts texts without secrets in the place of those in a value of jansson's, which nobody else may have. False: no
 * memory.
 */
bool secret_json_mask(json_t *value);

/* Of a text that is shown cut, more need not be looked at: a secret that begins before the cut ends long before. */
enum { SECRET_TEXT_MOST = 65536 };

#endif
