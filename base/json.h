/*
 * A read-only JSON document (RFC 8259): for JSON that is checked or read once, where places matter. It keeps the
 * position of every value, numbers as they are written, and keys that occur twice; it allocates a few arrays and no
 * value by itself.
 *
 * Values lie in one array in the order of the text. What a container holds follows it directly, and `next` leads behind
 * a value with all that is in it; in an object keys and values alternate. So the members of the object at `i` are
 *
 *     for (uint32_t key = i + 1; key < doc->nodes[i].next; key = doc->nodes[key + 1].next) ...
 *
 * Strict: UTF-8 without surrogates, no byte order mark, no comments, no trailing commas, nothing behind the value. NUL
 * is allowed in strings, as \u0000, since JSON allows it; texts have a length.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/error.h"

enum jdoc_type { JDOC_NULL, JDOC_FALSE, JDOC_TRUE, JDOC_NUMBER, JDOC_STRING, JDOC_ARRAY, JDOC_OBJECT };

enum jdoc_flags {
    JDOC_ESCAPED = 1,  /* a string with escapes: its text is not that of the file */
    JDOC_DUPLICATE = 2 /* a key that the object has before */
};

struct jdoc_node {
    uint32_t start;  /* bytes from the start of the file to the value; of a string to its quote */
    uint32_t next;   /* index of the value behind it */
    uint32_t length; /* strings and numbers: bytes of their text; containers: elements or members */
    uint32_t at;     /* strings: where their text is, in the file or, when it is escaped, among the unescaped */
    uint32_t hash;   /* keys: of their text; depends on a random seed */
    uint8_t type, flags;
};

struct jdoc {
    struct jdoc_node *nodes; /* the value is nodes[0] */
    uint32_t count, capacity;
    const char *text; /* the file, lent */
    size_t size;
    struct buf unescaped;
    uint32_t duplicates; /* keys that are flagged so */
};

struct jdoc_options {
    uint32_t depth;   /* containers in containers; 0 for 1,000 */
    bool unique_keys; /* a key that occurs twice is an error; else it is flagged */
};

/*
 * Reads n bytes, which must outlive the document. `options` may be NULL. JPK_ERR_JSON, JPK_ERR_ENCODING and
 * JPK_ERR_LIMIT (depth, 4 GiB) have offset, line and column. `doc` is to be freed in any case; zero-initialized is
 * empty.
 */
bool jdoc_parse(struct jdoc *doc, const char *text, size_t n, const struct jdoc_options *options,
                struct jpk_error *err);
void jdoc_free(struct jdoc *doc);

/* The text of a string or number; not NUL-terminated. */
static inline const char *jdoc_text(const struct jdoc *doc, uint32_t node)
{
    const struct jdoc_node *n = &doc->nodes[node];
    return (n->flags & JDOC_ESCAPED ? doc->unescaped.data : doc->text) + n->at;
}

/* Whether a string is `text`. */
bool jdoc_is(const struct jdoc *doc, uint32_t node, const char *text);

/* The value of the first member of that name of an object; 0 when there is none. */
uint32_t jdoc_get(const struct jdoc *doc, uint32_t object, const char *key);

/* A number that is an integer as it is written and fits; false otherwise. */
bool jdoc_integer(const struct jdoc *doc, uint32_t node, int64_t *value);

#endif
