/*
 * The read-only JSON document: what is read to be checked. It keeps the byte position of every value, numbers exactly
 * as they were written, duplicate keys, and a hash of every key; it parses many times faster than jansson, which is for
 * values that are built and edited.
 *
 * Format: RFC 8259, strictly, in strict UTF-8; base/yaml.h reads YAML into the same document. A document does not
 * change once it is parsed, so that several threads may read it (all but jdoc_place_all and jdoc_free); the same holds
 * for two documents compared with each other. No function but those that return a struct jpk_error, and those that
 * write to a struct buf, allocates or can fail.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

#define JDOC_NONE UINT32_MAX /* no such node */

enum {
    JDOC_DEPTH = 1000,    /* how deep values may be nested unless the options say otherwise; `1` has depth 0 */
    JDOC_DEPTH_MAX = 4096 /* what the options can ask for */
};

enum jdoc_type { JDOC_NULL, JDOC_FALSE, JDOC_TRUE, JDOC_NUMBER, JDOC_STRING, JDOC_ARRAY, JDOC_OBJECT };

/* The flags of a node. */
enum {
    JDOC_KEY = 1,      /* string: the key of a member */
    JDOC_ESCAPED = 2,  /* string: has escapes in the text */
    JDOC_ASCII = 4,    /* string: every character is below U+0080, so that bytes are characters */
    JDOC_SHADOWED = 8, /* key: the same object has this key again behind it; the later member is the one that counts */
    JDOC_DUPLICATES = 16, /* object: has shadowed members */
    JDOC_SMALL = 32       /* number: is `integer` times ten to the power `exponent` (see jdoc_small) */
};

/*
 * A value or a key. They lie in one array in the order of the text: the first child of a container directly follows it,
 * `next` is the index behind a value and all that is in it. The children of an object are key, value, key, value ...
 * The document's own value is node 0. Use the accessors below; the fields are here so that those can be inline.
 */
struct jdoc_node {
    uint32_t start; /* byte offset of the first byte in the text; of a string, of its opening quote */
    uint32_t next;
    uint32_t count; /* array: elements; object: members, shadowed ones too; string: bytes decoded; number: bytes */
    uint8_t type;   /* enum jdoc_type */
    uint8_t flags;
    int16_t exponent; /* small number */
    union {
        struct {
            uint32_t at;   /* escaped string: where it is in `decoded`; object: its part of `slots`; else not used */
            uint32_t hash; /* key: jdoc_key_hash; object: how large its part of `slots` is, less one; else not used */
        };
        int64_t integer; /* small number */
    };
};

/* A key that was there before in the same object. */
struct jdoc_duplicate {
    uint32_t first, again; /* key nodes; of a key that is there three times, `first` is the first both times */
};

/* Where a node is in its parent. */
struct jdoc_place {
    uint32_t parent;  /* the container; JDOC_NONE for the document's own value */
    uint32_t ordinal; /* which element or member of it, from 0; the same for a key and its value */
};

/* Owned by the caller. Zero-initialized is empty, which is not a value: parse first, then read. */
struct jdoc {
    const char *text; /* lent by the caller of jdoc_parse, or `own` */
    size_t size;
    struct jdoc_node *nodes;
    uint32_t count;                    /* of nodes, keys counted too */
    uint32_t duplicate_count;          /* in the order of `again` */
    struct jdoc_duplicate *duplicates; /* NULL when there are none */
    struct buf decoded;                /* strings that have escapes, decoded */
    uint32_t *slots;                   /* hash tables of the larger objects */
    struct jdoc_place *places;         /* NULL until jdoc_place_all */
    char *own;
};

/* Zero-initialized means the defaults. */
struct jdoc_options {
    uint32_t depth;         /* how deep values may be nested; 0: JDOC_DEPTH; more than JDOC_DEPTH_MAX counts as that */
    uint64_t size;          /* how many bytes a text may have; 0, and at most: 4 GiB less 2 bytes */
    const char *depth_name; /* what the message calls the limits, such as "--max-depth"; may be NULL */
    const char *size_name;
    bool reject_duplicates; /* a duplicate key is an error; else they are listed in `duplicates` */
    bool reject_nul;        /* \u0000 in a string or key is an error; a raw NUL byte always is */
};

/*
 * Parses a whole text, which is lent: it must stay as it is as long as the document is used. `options` may be NULL for
 * the defaults. `doc` is overwritten: free it first when it holds something. On false it is untouched.
 *
 * Errors, all with offset, line and column but for the last two: JPK_ERR_JSON (not JSON; a duplicate key when those are
 * refused), JPK_ERR_ENCODING (not UTF-8, or a byte order mark), JPK_ERR_LIMIT (nested too deep; an exponent of more
 * than 18 digits, which no use is known for; too large), JPK_ERR_MEMORY.
 */
bool jdoc_parse(struct jdoc *doc, const char *text, size_t n, const struct jdoc_options *options,
                struct jpk_error *err);

/*
 * The same for a value of jansson's, not NULL, which is read only during the call. The document has a text of its own,
 * so that positions are of no use. Real numbers become the shortest decimal that reads back as the same double: 0.1 is
 * 0.1. Errors: JPK_ERR_LIMIT (nested too deep, which a cycle is too), JPK_ERR_ENCODING (a string that is not UTF-8; no
 * position), JPK_ERR_MEMORY.
 */
bool jdoc_from_jansson(struct jdoc *doc, const json_t *value, const struct jdoc_options *options,
                       struct jpk_error *err);

/*
 * The other way: a value as jansson's, which the caller releases. Shadowed members are left out. Integers beyond 64
 * bits become the nearest double; a number beyond doubles becomes a string, its text. NULL: no memory.
 */
json_t *jdoc_to_jansson(const struct jdoc *doc, uint32_t node);

/*
 * Both ways with numbers that keep their text, whatever jansson could hold of them: in the value each number is a
 * string of JSON_EXACT_MARK and its text, and a string that begins with the mark has it twice. Whoever reads such a
 * value asks json_exact_number whether a string is none.
 */
#define JSON_EXACT_MARK '\x01'
json_t *jdoc_to_jansson_exact(const struct jdoc *doc, uint32_t node);
bool jdoc_from_jansson_exact(struct jdoc *doc, const json_t *value, const struct jdoc_options *options,
                             struct jpk_error *err);
bool json_exact_number(const json_t *value);

/*
 * Parses a text into a value of jansson's, which the caller releases. Not json_loadb, which takes a lack of memory for
 * a mistake, or loses a part of a string. NULL with the errors of jdoc_parse, and JPK_ERR_LIMIT: a number that a value
 * cannot hold, which is an integer beyond 64 bits or a number beyond doubles.
 */
json_t *json_read(const char *text, size_t n, const struct jdoc_options *options, struct jpk_error *err);

/* Empty again. Accepts NULL and an empty document. */
void jdoc_free(struct jdoc *doc);

/* --------------------------------------------------------------------------------------------- values and children */

static inline enum jdoc_type jdoc_type(const struct jdoc *doc, uint32_t node)
{
    return (enum jdoc_type)doc->nodes[node].type;
}

/* The node behind a value and all that is in it: its next sibling, unless the parent ends there. */
static inline uint32_t jdoc_next(const struct jdoc *doc, uint32_t node)
{
    return doc->nodes[node].next;
}

/*
 * How many elements an array or members an object has; 0 for anything else. Shadowed members are not counted (that
 * takes a walk over the members of an object that has any).
 *
 *     for (uint32_t item = array + 1; item < jdoc_next(doc, array); item = jdoc_next(doc, item))
 *     for (uint32_t key = object + 1; key < jdoc_next(doc, object); key = jdoc_next(doc, key + 1))
 *         if (!jdoc_shadowed(doc, key))
 */
uint32_t jdoc_count(const struct jdoc *doc, uint32_t node);

/* Whether a later member of the same object has this key too: most readers of JSON then take the later one. */
static inline bool jdoc_shadowed(const struct jdoc *doc, uint32_t key)
{
    return (doc->nodes[key].flags & JDOC_SHADOWED) != 0;
}

/* ---------------------------------------------------------------------------------------------------------- strings */

/* The bytes of a string or key, decoded; no NUL behind them, though there may be some among them. */
static inline const char *jdoc_string(const struct jdoc *doc, uint32_t node)
{
    const struct jdoc_node *string = &doc->nodes[node];
    return string->flags & JDOC_ESCAPED ? doc->decoded.data + string->at : doc->text + string->start + 1;
}

static inline uint32_t jdoc_string_size(const struct jdoc *doc, uint32_t node)
{
    return doc->nodes[node].count;
}

/* Whether a node is a string (or key) of these bytes. */
static inline bool jdoc_string_is(const struct jdoc *doc, uint32_t node, const char *bytes, size_t n)
{
    return doc->nodes[node].type == JDOC_STRING && doc->nodes[node].count == n &&
           memcmp(jdoc_string(doc, node), bytes, n) == 0;
}

/* How many characters (code points) a string has. */
uint32_t jdoc_characters(const struct jdoc *doc, uint32_t node);

/* ---------------------------------------------------------------------------------------------------------- objects */

/*
 * The hash that key nodes hold. It is seeded once a process, so that a file cannot choose its collisions: never print
 * it, and let no order depend on it.
 */
uint32_t jdoc_key_hash(const char *key, size_t n);

/*
 * The value of a member, or JDOC_NONE. `object` may be a value of any type. Of duplicate keys it is the last. Its key
 * is the node before it. Takes about the same time for an object of any size.
 */
uint32_t jdoc_get(const struct jdoc *doc, uint32_t object, const char *key, size_t n);

/* The same for a key that ends in NUL, and of an object that may be JDOC_NONE. */
static inline uint32_t jdoc_member(const struct jdoc *doc, uint32_t object, const char *key)
{
    return object == JDOC_NONE ? JDOC_NONE : jdoc_get(doc, object, key, strlen(key));
}

/* Whether there is a value, and of that type. */
static inline bool jdoc_is(const struct jdoc *doc, uint32_t node, enum jdoc_type type)
{
    return node != JDOC_NONE && jdoc_type(doc, node) == type;
}

/* The same for a key whose jdoc_key_hash is known. */
uint32_t jdoc_get_hashed(const struct jdoc *doc, uint32_t object, const char *key, size_t n, uint32_t hash);

/* The element of an array, or JDOC_NONE. `array` may be a value of any type. Walks over those before it. */
uint32_t jdoc_element(const struct jdoc *doc, uint32_t array, uint32_t index);

/* ---------------------------------------------------------------------------------------------------------- numbers */

/* The text of a number as it was written; no NUL behind it. */
static inline const char *jdoc_number(const struct jdoc *doc, uint32_t node)
{
    return doc->text + doc->nodes[node].start;
}

static inline uint32_t jdoc_number_size(const struct jdoc *doc, uint32_t node)
{
    return doc->nodes[node].count;
}

/*
 * Nearly every number is small: it has at most 18 digits from the first to the last that is not 0, and is exactly
 * `integer` times ten to the power `exponent`. Those two are unique for a value however it was written: the exponent is
 * 0 when the value is an integer below 10^18, above 0 only when it is larger, below 0 only when it is no integer.
 */
static inline bool jdoc_small(const struct jdoc *doc, uint32_t node)
{
    return (doc->nodes[node].flags & JDOC_SMALL) != 0;
}

/* Whether a number is an integer, of any size and however it is written: 1, 1.0, 1e2, 100e-2 and 1e400 are. */
bool jdoc_is_integer(const struct jdoc *doc, uint32_t node);

/* The value of a number that is an integer and fits; on false *value is untouched. */
bool jdoc_integer(const struct jdoc *doc, uint32_t node, int64_t *value);

/*
 * The nearest double; too large is an infinity, too small 0. `exact`, which may be NULL, gets whether the double is
 * just this number. Does not depend on the locale.
 */
double jdoc_double(const struct jdoc *doc, uint32_t node, bool *exact);

/* Compares two numbers exactly, whatever their size: below 0, 0 or above 0. Linear in their texts. */
int jdoc_compare(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b);

enum jdoc_answer {
    JDOC_NO,
    JDOC_YES,
    JDOC_TOO_MUCH_WORK /* the divisor has more than 288 digits, or more than 18 and the number has millions */
};

/*
 * Whether a number is an integer times `divisor`, exactly: 0.0075 is a multiple of 0.0001. Of 0, only 0 is a multiple.
 * Linear in the text of the number as long as the divisor has at most 18 digits.
 */
enum jdoc_answer jdoc_multiple(const struct jdoc *doc, uint32_t number, const struct jdoc *divisor_doc,
                               uint32_t divisor);

/* --------------------------------------------------------------------------------------------------------- equality */

/*
 * Whether two values are the same: numbers by value, strings and keys by code points without normalization, arrays in
 * order, objects without regard to order (shadowed members do not count).
 */
bool jdoc_equal(const struct jdoc *a, uint32_t node_a, const struct jdoc *b, uint32_t node_b);

/* The same for equal values, in every document of the process; seeded as jdoc_key_hash is. Linear in the value. */
uint64_t jdoc_hash(const struct jdoc *doc, uint32_t node);

/* ---------------------------------------------------------------------------------------------------------- places */

/* The innermost value or key that a byte of the text belongs to. */
uint32_t jdoc_at(const struct jdoc *doc, size_t offset);

/* Line and column of a node, counted from the start of the text each time. For many, see struct text_counter. */
static inline struct text_position jdoc_position(const struct jdoc *doc, uint32_t node)
{
    return text_position(doc->text, doc->size, doc->nodes[node].start);
}

/*
 * Appends the JSON Pointer (RFC 6901) of a node, "" for the whole document; of a key, that of its value. Control
 * characters and all else stay as they are. Walks down from the document's value, past the siblings before the node,
 * unless jdoc_place_all was called.
 */
void jdoc_pointer(const struct jdoc *doc, uint32_t node, struct buf *out);

/* Appends one part of a pointer with its slash: `~` and `/` in it become `~0` and `~1`. */
void jdoc_pointer_part(const char *part, size_t n, struct buf *out);

/*
 * Notes the place of every node in `places`, 8 bytes each, so that jdoc_pointer takes time by depth alone: for many
 * pointers. Does nothing the second time. Errors: JPK_ERR_MEMORY.
 */
bool jdoc_place_all(struct jdoc *doc, struct jpk_error *err);

/*
 * The node that a JSON Pointer leads to from `from` (0 for the document), or JDOC_NONE, also when it is no pointer: one
 * that does not begin with `/`, a `~` without 0 or 1, an index with a leading zero. It is not percent-decoded.
 */
uint32_t jdoc_at_pointer(const struct jdoc *doc, uint32_t from, const char *pointer, size_t n);

#endif
