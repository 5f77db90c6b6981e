#include "jpk/gunzip.h"

#include <zlib.h>

enum {
    WINDOW_ZLIB = 15,               /* the largest window */
    WINDOW_GZIP = WINDOW_ZLIB + 16, /* a gzip header instead of zlib's own */
    CHUNK = 64 * 1024,
    RATIO_FROM = 1 << 20, /* small texts of one character are no bombs; see jpk/zipdir.c */
    MAGIC_1 = 0x1f,
    MAGIC_2 = 0x8b
};

struct unpacker {
    z_stream stream;
    const unsigned char *data;
    size_t size, fed; /* packed bytes; how many of them zlib was given */
    size_t before;    /* bytes that the output had at the start */
    const char *form; /* "gzip", "zlib" */
    const struct jpk_limits *limits;
    struct buf *out;
    struct jpk_error *err;
};

static size_t unpacked(const struct unpacker *u)
{
    return u->out->size - u->before;
}

static size_t consumed(const struct unpacker *u)
{
    return u->fed - u->stream.avail_in;
}

/* What is wrong, with `form` and a word behind it. */
static bool damaged(struct unpacker *u, const char *before, const char *behind)
{
    error_set(u->err, JPK_ERR_CHECKSUM, "%s %s %s", before, u->form, behind);
    error_offset(u->err, consumed(u));
    return false;
}

static bool within_limits(struct unpacker *u)
{
    uint64_t n = unpacked(u), most = u->limits->xml_size, ratio = u->limits->ratio;
    if (n > most)
        return error_set(u->err, JPK_ERR_LIMIT, "unpacks to more than %llu bytes of XML (--max-xml-size)",
                         (unsigned long long)most);
    if (n > RATIO_FROM && (n - 1) / u->size >= ratio)
        return error_set(u->err, JPK_ERR_LIMIT,
                         "unpacks %llu bytes to more than %llu; the ratio may be %llu (--max-ratio)",
                         (unsigned long long)u->size, (unsigned long long)n - 1, (unsigned long long)ratio);
    return true;
}

static void feed(struct unpacker *u)
{
    if (u->stream.avail_in > 0)
        return;
    size_t left = u->size - u->fed;
    size_t n = left < CHUNK ? left : CHUNK;
    u->stream.next_in = (Bytef *)(u->data + u->fed); /* zlib does not write there */
    u->stream.avail_in = (uInt)n;
    u->fed += n;
}

/* Unpacks a little; *end is set behind the checksum. */
static bool step(struct unpacker *u, bool *end)
{
    char *room = buf_reserve(u->out, CHUNK);
    if (!room)
        return error_memory(u->err);
    feed(u);
    u->stream.next_out = (Bytef *)room;
    u->stream.avail_out = CHUNK;
    int result = inflate(&u->stream, Z_NO_FLUSH);
    u->out->size += CHUNK - u->stream.avail_out;
    u->out->data[u->out->size] = '\0';
    if (!within_limits(u))
        return false;
    switch (result) {
    case Z_OK:
        return true;
    case Z_STREAM_END:
        *end = true;
        return true;
    case Z_BUF_ERROR: /* room there was, so it is input that is missing */
        return damaged(u, "ends in the middle of its", "data");
    case Z_MEM_ERROR:
        return error_memory(u->err);
    default:
        error_set(u->err, JPK_ERR_CHECKSUM, "is damaged %s data: %s", u->form,
                  u->stream.msg ? u->stream.msg : "it asks for a dictionary");
        return damaged(u, "is damaged", "data");
    }
}

static bool check_end(struct unpacker *u)
{
    size_t at = consumed(u), left = u->size - at;
    if (left == 0)
        return true;
    bool member = u->form[0] == 'g' && left >= 2 && u->data[at] == MAGIC_1 && u->data[at + 1] == MAGIC_2;
    return member ? damaged(u, "holds a second", "member, where one is expected")
                  : damaged(u, "goes on behind the end of its", "data");
}

static bool unpack(struct unpacker *u)
{
    for (bool end = false; !end;)
        if (!step(u, &end))
            return false;
    return check_end(u);
}

static bool unpack_form(const char *form, int window, const void *data, size_t size, const struct jpk_limits *limits,
                        struct buf *out, struct jpk_error *err)
{
    struct unpacker u = {
        .data = data, .size = size, .before = out->size, .form = form, .limits = limits, .out = out, .err = err};
    bool gzip = size >= 2 && u.data[0] == MAGIC_1 && u.data[1] == MAGIC_2;
    bool zlib = size >= 2 && (u.data[0] & 0x0f) == Z_DEFLATED && (u.data[0] << 8 | u.data[1]) % 31 == 0;
    if (!(window == WINDOW_GZIP ? gzip : zlib))
        return damaged(&u, "is not", "data");
    if (inflateInit2(&u.stream, window) != Z_OK)
        return error_memory(err);
    bool ok = unpack(&u);
    inflateEnd(&u.stream);
    if (!ok && out->data) {
        out->size = u.before;
        out->data[out->size] = '\0';
    }
    return ok;
}

bool gunzip(const void *data, size_t size, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err)
{
    return unpack_form("gzip", WINDOW_GZIP, data, size, limits, out, err);
}

bool zlib_unpack(const void *data, size_t size, const struct jpk_limits *limits, struct buf *out, struct jpk_error *err)
{
    return unpack_form("zlib", WINDOW_ZLIB, data, size, limits, out, err);
}
