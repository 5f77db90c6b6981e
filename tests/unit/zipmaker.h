/*
 * Makes the bytes of ZIP archives by hand, right ones and wrong ones: a right archive is built from a few entries, the
 * places of its records are kept, and a test then changes single fields.
 */
#ifndef TESTS_ZIPMAKER_H
#define TESTS_ZIPMAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"

struct zm_entry {
    const char *name;
    size_t name_n; /* 0: up to the NUL */
    const void *data;
    size_t size; /* 0: up to the NUL */
    bool deflate;
    int descriptor; /* 0, or its length: 12, 16, 20, 24 */
    uint16_t flags; /* beside bit 3 */
    uint16_t made_by;
    uint32_t attributes;
    const char *extra; /* of the central header */
    size_t extra_n;
    const char *local_extra;
    size_t local_extra_n;
    const char *comment;
    size_t packed_extra; /* bytes more behind the deflated data that count as compressed */
    size_t gap;          /* bytes behind all that belong to nothing */
};

/* Where the records of an entry are. */
struct zm_place {
    size_t local, data, packed, descriptor, central;
    uint32_t crc;
};

struct zm {
    struct buf out;
    struct zm_place *at;
    size_t count;
    size_t directory, end64, locator, end;
};

enum {
    ZM_CENTRAL_FLAGS = 8,
    ZM_CENTRAL_METHOD = 10,
    ZM_CENTRAL_CRC = 16,
    ZM_CENTRAL_PACKED = 20,
    ZM_CENTRAL_SIZE = 24,
    ZM_CENTRAL_DISK = 34,
    ZM_CENTRAL_OFFSET = 42,
    ZM_CENTRAL_NAME = 46,
    ZM_LOCAL_FLAGS = 6,
    ZM_LOCAL_METHOD = 8,
    ZM_LOCAL_TIME = 10,
    ZM_LOCAL_CRC = 14,
    ZM_LOCAL_PACKED = 18,
    ZM_LOCAL_SIZE = 22,
    ZM_LOCAL_NAME = 30
};

static inline void zm_set(struct zm *zip, size_t at, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        zip->out.data[at + i] = (char)(value >> (8 * i));
}

static inline void zm_add(struct zm *zip, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        buf_putc(&zip->out, (char)(value >> (8 * i)));
}

static inline size_t zm_deflate(struct zm *zip, const void *data, size_t n)
{
    z_stream z = {0};
    size_t before = zip->out.size;
    deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    size_t bound = deflateBound(&z, n);
    z.next_out = (Bytef *)buf_reserve(&zip->out, bound);
    z.avail_out = (uInt)bound;
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)n;
    deflate(&z, Z_FINISH);
    zip->out.size += bound - z.avail_out;
    deflateEnd(&z);
    return zip->out.size - before;
}

static inline void zm_fill(struct zm *zip, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(&zip->out, 'g');
}

static inline void zm_numbers(struct zm *zip, size_t width, uint32_t crc, size_t packed, size_t size)
{
    zm_add(zip, 4, crc);
    zm_add(zip, width, packed);
    zm_add(zip, width, size);
}

static inline size_t zm_name_n(const struct zm_entry *e)
{
    return e->name_n ? e->name_n : strlen(e->name);
}

static inline size_t zm_size(const struct zm_entry *e)
{
    return e->size || !e->data ? e->size : strlen(e->data);
}

static inline void zm_local(struct zm *zip, const struct zm_entry *e, struct zm_place *at)
{
    at->local = zip->out.size;
    at->crc = (uint32_t)crc32(0, e->data, (uInt)zm_size(e));
    zm_add(zip, 4, 0x04034b50);
    zm_add(zip, 2, 20);
    zm_add(zip, 2, e->flags | (e->descriptor ? 8u : 0u));
    zm_add(zip, 2, e->deflate ? 8 : 0);
    zm_add(zip, 4, 0x5a6b4c00);
    zm_numbers(zip, 4, 0, 0, 0);
    zm_add(zip, 2, zm_name_n(e));
    zm_add(zip, 2, e->local_extra_n);
    buf_put(&zip->out, e->name, zm_name_n(e));
    buf_put(&zip->out, e->local_extra, e->local_extra_n);
    at->data = zip->out.size;
    if (e->deflate)
        zm_deflate(zip, e->data, zm_size(e));
    else
        buf_put(&zip->out, e->data, zm_size(e));
    zm_fill(zip, e->packed_extra);
    at->packed = zip->out.size - at->data;
    at->descriptor = zip->out.size;
    if (!e->descriptor) {
        zm_set(zip, at->local + ZM_LOCAL_CRC, 4, at->crc);
        zm_set(zip, at->local + ZM_LOCAL_PACKED, 4, at->packed);
        zm_set(zip, at->local + ZM_LOCAL_SIZE, 4, zm_size(e));
    } else {
        if (e->descriptor == 16 || e->descriptor == 24)
            zm_add(zip, 4, 0x08074b50);
        zm_numbers(zip, e->descriptor >= 20 ? 8 : 4, at->crc, at->packed, zm_size(e));
    }
    zm_fill(zip, e->gap);
}

static inline void zm_central(struct zm *zip, const struct zm_entry *e, struct zm_place *at)
{
    at->central = zip->out.size;
    zm_add(zip, 4, 0x02014b50);
    zm_add(zip, 2, e->made_by ? e->made_by : 20);
    zm_add(zip, 2, 20);
    zm_add(zip, 2, e->flags | (e->descriptor ? 8u : 0u));
    zm_add(zip, 2, e->deflate ? 8 : 0);
    zm_add(zip, 4, 0x5a6b4c00);
    zm_numbers(zip, 4, at->crc, at->packed, zm_size(e));
    zm_add(zip, 2, zm_name_n(e));
    zm_add(zip, 2, e->extra_n);
    zm_add(zip, 2, e->comment ? strlen(e->comment) : 0);
    zm_add(zip, 4, 0);
    zm_add(zip, 4, e->attributes);
    zm_add(zip, 4, at->local);
    buf_put(&zip->out, e->name, zm_name_n(e));
    buf_put(&zip->out, e->extra, e->extra_n);
    buf_puts(&zip->out, e->comment ? e->comment : "");
}

static inline void zm_end64(struct zm *zip, size_t count, size_t directory_n)
{
    zip->end64 = zip->out.size;
    zm_add(zip, 4, 0x06064b50);
    zm_add(zip, 8, 44);
    zm_add(zip, 2, 45);
    zm_add(zip, 2, 45);
    zm_add(zip, 8, 0);
    zm_add(zip, 8, count);
    zm_add(zip, 8, count);
    zm_add(zip, 8, directory_n);
    zm_add(zip, 8, zip->directory);
    zip->locator = zip->out.size;
    zm_add(zip, 4, 0x07064b50);
    zm_add(zip, 4, 0);
    zm_add(zip, 8, zip->end64);
    zm_add(zip, 4, 1);
}

static inline void zm_end(struct zm *zip, size_t count, size_t directory_n, const char *comment)
{
    zip->end = zip->out.size;
    zm_add(zip, 4, 0x06054b50);
    zm_add(zip, 4, 0);
    zm_add(zip, 2, count < 0xffff ? count : 0xffff);
    zm_add(zip, 2, count < 0xffff ? count : 0xffff);
    zm_add(zip, 4, directory_n);
    zm_add(zip, 4, zip->directory);
    zm_add(zip, 2, strlen(comment));
    buf_puts(&zip->out, comment);
}

/* A right archive, as far as the entries are right. Freed by zm_free. */
static inline struct zm zm_make(const struct zm_entry *entries, size_t count, bool zip64, const char *comment)
{
    struct zm zip = {.count = count};
    zip.at = calloc(count ? count : 1, sizeof *zip.at);
    for (size_t i = 0; i < count; i++)
        zm_local(&zip, &entries[i], &zip.at[i]);
    zip.directory = zip.out.size;
    for (size_t i = 0; i < count; i++)
        zm_central(&zip, &entries[i], &zip.at[i]);
    size_t directory_n = zip.out.size - zip.directory;
    if (zip64)
        zm_end64(&zip, count, directory_n);
    zm_end(&zip, count, directory_n, comment);
    return zip;
}

/* Removes and inserts bytes; nothing else is adapted. */
static inline void zm_splice(struct zm *zip, size_t at, size_t remove, const void *insert, size_t n)
{
    struct buf out = {0};
    buf_put(&out, zip->out.data, at);
    buf_put(&out, insert, n);
    buf_put(&out, zip->out.data + at + remove, zip->out.size - at - remove);
    buf_free(&zip->out);
    zip->out = out;
}

static inline void zm_free(struct zm *zip)
{
    buf_free(&zip->out);
    free(zip->at);
}

#endif
