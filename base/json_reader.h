/* What the parts of the JSON parser share, and the YAML parser with them, which builds the same document. Not for
 * others. */
#ifndef BASE_JSON_READER_H
#define BASE_JSON_READER_H

#include "base/json.h"

struct jdoc_reader {
    const char *at, *end;
    struct jdoc doc;   /* what is built */
    uint32_t capacity; /* of doc.nodes */
    uint32_t open;     /* the container whose children are read, or JDOC_NONE; its `next` holds the one around it */
    uint32_t depth, max_depth;
    bool reject_duplicates, reject_nul;
    enum jpk_code code; /* of a text that is not in its format */
    const char *depth_name;
    size_t slot_count, slot_capacity, duplicate_capacity;
    struct jpk_error *err;
};

/* Fills in a reader. False: the text is larger than the options allow, and the reader has nothing to let go of. */
bool jdoc_begin(struct jdoc_reader *reader, const char *text, size_t n, const struct jdoc_options *options,
                struct jpk_error *err);

/* When all was read, makes *doc what was built; else lets go of it. Returns `ok`. */
bool jdoc_end(struct jdoc_reader *reader, bool ok, struct jdoc *doc);

/* Always false. The message is about the byte at `at`. */
bool jdoc_fail(struct jdoc_reader *reader, const char *at, enum jpk_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Always false. The three say why there is no value, no key or no delimiter at reader->at. */
bool jdoc_fail_value(struct jdoc_reader *reader);
bool jdoc_fail_key(struct jdoc_reader *reader);
bool jdoc_fail_behind(struct jdoc_reader *reader);
bool jdoc_fail_expected(struct jdoc_reader *reader, const char *expected);

/* Room for more nodes. */
bool jdoc_grow(struct jdoc_reader *reader);

/* A new node that begins at reader->at; NULL when memory is out. What its type needs is left to fill in. */
static inline struct jdoc_node *jdoc_add(struct jdoc_reader *reader, enum jdoc_type type, unsigned flags)
{
    struct jdoc *doc = &reader->doc;
    if (doc->count == reader->capacity && !jdoc_grow(reader))
        return NULL;
    struct jdoc_node *node = &doc->nodes[doc->count++];
    node->start = (uint32_t)(reader->at - doc->text);
    node->next = doc->count;
    node->count = 0;
    node->type = (uint8_t)type;
    node->flags = (uint8_t)flags;
    node->exponent = 0;
    node->integer = 0;
    return node;
}

/* A container that begins at reader->at becomes the open one. */
bool jdoc_open(struct jdoc_reader *reader, enum jdoc_type type);

/* The open container is complete; the one around it is the open one again. */
bool jdoc_close(struct jdoc_reader *reader);

/* Reads a string or key, with reader->at on its quote. */
bool jdoc_read_string(struct jdoc_reader *reader, unsigned flags);

/* Reads a number, with reader->at on its minus sign or first digit. */
bool jdoc_read_number(struct jdoc_reader *reader);

/* All members of an object are there: notes duplicates, and makes the hash table of a larger object. */
bool jdoc_finish_object(struct jdoc_reader *reader, uint32_t object);

/* The slot of a key in the hash table of an object: 0 in it means that there is no such key. */
uint32_t *jdoc_slot(const struct jdoc *doc, const struct jdoc_node *object, const char *key, size_t n, uint32_t hash);

#endif
