/*
 * The text of an export that is put together from the files of a tree, with the place that every byte comes from, so
 * that what is found in the text can be told where people look.
 */
#ifndef JPK_CLOUD_ROPE_H
#define JPK_CLOUD_ROPE_H

#include "base/buf.h"

enum rope_kind {
    ROPE_FIXED,  /* made: all of it stands for one place */
    ROPE_COPY,   /* bytes of a file */
    ROPE_STRING, /* bytes of a file, with the escapes of JSON */
    ROPE_MAPPING /* bytes of a mapping's text (jpk/mapping_text.h), with the escapes of JSON */
};

/* Where something comes from. */
struct rope_place {
    uint32_t file;    /* a number of the caller's */
    uint32_t mapping; /* which mapping of the file; else 0 */
    size_t offset;    /* in the file, or in the text of the mapping */
};

struct rope_segment {
    size_t at; /* in the text */
    enum rope_kind kind;
    struct rope_place from;
};

/* Zero-initialized is empty and ready. A failed allocation sticks to `text`. */
struct rope {
    struct buf text;
    struct rope_segment *segments;
    size_t count, capacity;
};

/* n bytes that were made, for which the place stands. */
void rope_fixed(struct rope *rope, uint32_t file, size_t offset, const char *text, size_t n);
/* The same for a buffer, which is freed; its failure becomes the rope's. */
void rope_take(struct rope *rope, uint32_t file, size_t offset, struct buf *text);
void rope_puts(struct rope *rope, uint32_t file, size_t offset, const char *text);
/* The bytes of `text`, which is the whole file. */
void rope_copy(struct rope *rope, uint32_t file, const char *text, size_t from, size_t to);
/* n bytes of a file as what stands between the quotes of a string. */
void rope_string(struct rope *rope, uint32_t file, size_t offset, const char *s, size_t n);
/* The bytes of a mapping's text from `offset` on. */
void rope_mapping(struct rope *rope, uint32_t file, uint32_t mapping, size_t offset, const char *s, size_t n);

/* Where the byte `at` of the text comes from, and in which way. False: the rope is empty. */
bool rope_find(const struct rope *rope, size_t at, struct rope_place *place, enum rope_kind *kind);

void rope_free(struct rope *rope);

#endif
