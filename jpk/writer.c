/*
 * Writing an archive. libzip packs it into a temporary file; then three things of every entry are set to what Design
 * Studio's writer (Java's ZipOutputStream) puts there and libzip 1.7.3 cannot be told:
 *  - the UTF-8 flag (bit 11) of every name: libzip sets it only for names beyond ASCII, whatever is asked;
 *  - "version made by" 2.0: libzip says 6.3;
 *  - the time: libzip turns a DOS time into seconds and back by the local zone, which moves a time that the zone
 *    skips in spring by an hour.
 * The file is then read back like any other archive and compared with what was added.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "jpk/archive.h"
#include "jpk/entry_name.h"
#include "jpk/zipdir.h"

enum {
    LEVEL = 6, /* zlib's own default; libzip's is 9, which is three times as slow for a few percent */
    MADE_BY = 20,
    FLAG_UTF8 = 1 << 11
};

struct addition {
    struct jpk_writer *writer;
    const char *name;
    void *data; /* a copy; NULL when it comes from an archive */
    struct jpk_archive *from;
    size_t index;
    uint64_t size;
    uint32_t crc32; /* known once the data was read */
    uint16_t dos_date, dos_time;
};

struct jpk_writer {
    char *path;
    bool force, fast, done;
    struct outfile out;
    struct addition *additions;
    size_t count, capacity;
    struct arena strings;
    struct entry_names names;

    /* while libzip writes */
    struct jpk_error err; /* what went wrong below libzip */
    zip_error_t zip_error;
    uint64_t written_at; /* libzip's position in the file */
    z_stream deflater;
    bool has_deflater;
    struct buf data;   /* of the addition that is read */
    struct buf packed; /* the same compressed */
    size_t read_at;    /* in the latter */
};

/* ------------------------------------------------------------------------------------------- collecting */

struct jpk_writer *jpk_writer_open(const char *path, bool force, struct jpk_error *err)
{
    struct jpk_writer *writer = calloc(1, sizeof *writer);
    char *copy = strdup(path);
    if (!writer || !copy) {
        free(writer);
        free(copy);
        error_memory(err);
        error_file(err, path);
        return NULL;
    }
    /* A FIFO would be waited for. */
    bool ok = (!force || !file_is_special(path) ||
               error_set(err, JPK_ERR_WRITE, "cannot be written: an archive needs a file, not a stream")) &&
              outfile_open(&writer->out, path, force, err);
    if (!ok) {
        error_file(err, path);
        free(writer);
        free(copy);
        return NULL;
    }
    writer->path = copy;
    writer->force = force;
    zip_error_init(&writer->zip_error);
    return writer;
}

void jpk_writer_fast(struct jpk_writer *writer)
{
    writer->fast = true;
}

static bool grow_additions(struct jpk_writer *writer, struct jpk_error *err)
{
    if (writer->count < writer->capacity)
        return true;
    size_t capacity = writer->capacity ? writer->capacity * 2 : 64;
    struct addition *additions = realloc(writer->additions, capacity * sizeof *additions);
    if (!additions)
        return error_memory(err);
    writer->additions = additions;
    writer->capacity = capacity;
    return true;
}

static bool check_name(struct jpk_writer *writer, const char *name, struct jpk_error *err)
{
    struct jpk_limits limits = jpk_limits_default();
    size_t n = strlen(name);
    if (writer->done)
        return error_set(err, JPK_ERR_USAGE, "was committed already");
    if (!entry_name_check(name, n, &limits, err))
        return false;
    return name[n - 1] != '/' || error_set(err, JPK_ERR_NAME, "has a name that ends in a slash, as only folders have");
}

/* Takes over addition.data when it succeeds. */
static bool add(struct jpk_writer *writer, const char *name, struct addition addition, struct jpk_error *err)
{
    bool ok = check_name(writer, name, err) && grow_additions(writer, err);
    if (ok) {
        char *copy = arena_strdup(&writer->strings, name);
        ok = copy ? entry_names_add(&writer->names, copy, strlen(copy), err) : error_memory(err);
        addition.name = copy;
        addition.writer = writer;
    }
    if (!ok) {
        error_file(err, writer->path);
        error_entry(err, name);
        return false;
    }
    writer->additions[writer->count++] = addition;
    return true;
}

bool jpk_writer_add(struct jpk_writer *writer, const char *name, const void *data, size_t size, uint16_t dos_date,
                    uint16_t dos_time, struct jpk_error *err)
{
    struct addition addition = {.size = size, .dos_date = dos_date, .dos_time = dos_time};
    addition.data = malloc(size ? size : 1);
    if (!addition.data) {
        error_memory(err);
        error_file(err, writer->path);
        error_entry(err, name);
        return false;
    }
    if (size)
        memcpy(addition.data, data, size);
    bool ok = add(writer, name, addition, err);
    if (!ok)
        free(addition.data);
    return ok;
}

bool jpk_writer_add_from(struct jpk_writer *writer, const char *name, struct jpk_archive *from, size_t index,
                         uint16_t dos_date, uint16_t dos_time, struct jpk_error *err)
{
    const struct jpk_entry_info *info = jpk_archive_entry(from, index);
    if (!info) {
        error_set(err, JPK_ERR_USAGE, "has no entry number %zu", index);
        error_file(err, jpk_archive_name(from));
        return false;
    }
    return add(
        writer, name,
        (struct addition){.from = from, .index = index, .size = info->size, .dos_date = dos_date, .dos_time = dos_time},
        err);
}

/* ----------------------------------------------------------------- an addition, as libzip reads what it packs */

/*
 * Entries come to libzip compressed: by itself it sets up a compressor for each, which for files as small as those of a
 * project takes ten times as long as compressing.
 */
static bool begin_deflate(struct jpk_writer *writer)
{
    if (writer->has_deflater)
        return deflateReset(&writer->deflater) == Z_OK;
    writer->has_deflater =
        deflateInit2(&writer->deflater, LEVEL, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
    return writer->has_deflater;
}

/* zlib takes and gives at most 4 GiB at a time. */
static uInt part_of(size_t n)
{
    return n < UINT32_MAX ? (uInt)n : UINT32_MAX;
}

static bool deflate_all(struct jpk_writer *writer, const char *data, size_t size)
{
    z_stream *z = &writer->deflater;
    enum { ROOM = 1 << 16 };
    size_t left = size;
    int result = Z_OK;
    buf_clear(&writer->packed);
    if (!begin_deflate(writer))
        return false;
    z->next_in = (z_const Bytef *)data;
    while (result == Z_OK) {
        char *room = buf_reserve(&writer->packed, ROOM);
        if (!room)
            return false;
        z->avail_in = part_of(left);
        z->next_out = (Bytef *)room;
        z->avail_out = ROOM;
        result = deflate(z, z->avail_in == left ? Z_FINISH : Z_NO_FLUSH);
        left = size - (size_t)((const char *)z->next_in - data);
        writer->packed.size += ROOM - z->avail_out;
    }
    return result == Z_STREAM_END;
}

static zip_int64_t open_addition(struct addition *addition)
{
    struct jpk_writer *writer = addition->writer;
    const char *data = addition->data;
    writer->read_at = 0;
    if (addition->from) {
        if (!archive_read(addition->from, addition->index, &writer->data, &writer->err)) {
            zip_error_set(&writer->zip_error, ZIP_ER_READ, EIO);
            return -1;
        }
        data = buf_text(&writer->data);
    }
    addition->crc32 = (uint32_t)crc32_z(0, (const Bytef *)data, (z_size_t)addition->size);
    if (!deflate_all(writer, data, (size_t)addition->size)) {
        error_memory(&writer->err);
        zip_error_set(&writer->zip_error, ZIP_ER_MEMORY, ENOMEM);
        return -1;
    }
    return 0;
}

static zip_int64_t read_addition(struct addition *addition, void *out, zip_uint64_t n)
{
    struct jpk_writer *writer = addition->writer;
    size_t left = writer->packed.size - writer->read_at;
    size_t part = n < left ? (size_t)n : left;
    if (part)
        memcpy(out, writer->packed.data + writer->read_at, part);
    writer->read_at += part;
    return (zip_int64_t)part;
}

/* The checksum and the packed size are known from the moment when it was opened. */
static zip_int64_t stat_addition(const struct addition *addition, void *data, zip_uint64_t n)
{
    struct jpk_writer *writer = addition->writer;
    zip_stat_t *st = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, n, &writer->zip_error);
    if (!st)
        return -1;
    zip_stat_init(st);
    st->size = addition->size;
    st->crc = addition->crc32;
    st->comp_method = ZIP_CM_DEFLATE;
    st->valid = ZIP_STAT_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
    return (zip_int64_t)sizeof *st;
}

static zip_int64_t addition_source(void *user, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
    struct addition *addition = user;
    switch (command) {
    case ZIP_SOURCE_OPEN:
        return open_addition(addition);
    case ZIP_SOURCE_READ:
        return read_addition(addition, data, n);
    case ZIP_SOURCE_STAT:
        return stat_addition(addition, data, n);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&addition->writer->zip_error, data, n);
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_READABLE;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&addition->writer->zip_error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ------------------------------------------------------------------------ the file, as libzip writes into it */

static bool write_at(int fd, uint64_t offset, const void *data, size_t n, struct jpk_error *err)
{
    const char *p = data;
    while (n > 0) {
        ssize_t done = pwrite(fd, p, n, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return error_system(err, JPK_ERR_WRITE, errno, "cannot be written");
        p += done;
        offset += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

static zip_int64_t write_file(struct jpk_writer *writer, const void *data, zip_uint64_t n)
{
    if (!write_at(writer->out.fd, writer->written_at, data, (size_t)n, &writer->err)) {
        zip_error_set(&writer->zip_error, ZIP_ER_WRITE, EIO);
        return -1;
    }
    writer->written_at += n;
    return (zip_int64_t)n;
}

static zip_int64_t seek_file(struct jpk_writer *writer, void *data, zip_uint64_t n)
{
    /* libzip only goes back to a header and forth again: the length does not matter. */
    zip_int64_t to = zip_source_seek_compute_offset(writer->written_at, ZIP_INT64_MAX, data, n, &writer->zip_error);
    if (to < 0)
        return -1;
    writer->written_at = (uint64_t)to;
    return 0;
}

static zip_int64_t stat_file(struct jpk_writer *writer, void *data, zip_uint64_t n)
{
    zip_stat_t *st = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, n, &writer->zip_error);
    if (!st)
        return -1;
    zip_stat_init(st);
    st->size = 0;
    st->valid = ZIP_STAT_SIZE;
    return (zip_int64_t)sizeof *st;
}

static zip_int64_t file_source(void *user, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
    struct jpk_writer *writer = user;
    switch (command) {
    case ZIP_SOURCE_WRITE:
        return write_file(writer, data, n);
    case ZIP_SOURCE_SEEK_WRITE:
        return seek_file(writer, data, n);
    case ZIP_SOURCE_TELL_WRITE:
        return (zip_int64_t)writer->written_at;
    case ZIP_SOURCE_STAT:
        return stat_file(writer, data, n);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&writer->zip_error, data, n);
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
    case ZIP_SOURCE_OPEN: /* a new archive: there is nothing to read */
    case ZIP_SOURCE_READ:
    case ZIP_SOURCE_SEEK:
    case ZIP_SOURCE_TELL:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_BEGIN_WRITE:
    case ZIP_SOURCE_COMMIT_WRITE: /* committing is not libzip's affair */
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&writer->zip_error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* --------------------------------------------------------------------------------------------- packing */

/* The writer's own error if there is one, else libzip's text. */
static bool libzip_failed(struct jpk_writer *writer, zip_error_t *error, struct jpk_error *err)
{
    if (writer->err.code != JPK_OK) {
        error_pass(err, &writer->err, NULL);
        return false;
    }
    int code = zip_error_code_zip(error);
    bool zlib_memory = code == ZIP_ER_ZLIB && zip_error_code_system(error) == Z_MEM_ERROR;
    /* Where an allocation fails libzip sometimes sets no error at all. */
    if (code == ZIP_ER_MEMORY || code == ZIP_ER_OK || zlib_memory)
        return error_memory(err);
    return error_set(err, JPK_ERR_WRITE, "cannot be written: %s", zip_error_strerror(error));
}

static bool hand_to_libzip(zip_t *zip, struct addition *addition, struct jpk_error *err)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *data = zip_source_function_create(addition_source, addition, &error);
    bool ok = data != NULL;
    if (!ok)
        libzip_failed(addition->writer, &error, err);
    zip_error_fini(&error);
    if (!ok)
        return false;
    zip_int64_t index = zip_file_add(zip, addition->name, data, ZIP_FL_ENC_UTF_8);
    if (index < 0)
        zip_source_free(data);
    ok = index >= 0 && zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, LEVEL) == 0 &&
         zip_file_set_dostime(zip, (zip_uint64_t)index, addition->dos_time, addition->dos_date, 0) == 0 &&
         zip_file_set_external_attributes(zip, (zip_uint64_t)index, 0, ZIP_OPSYS_DOS, 0) == 0;
    return ok || libzip_failed(addition->writer, zip_get_error(zip), err);
}

static bool check_load(const struct jpk_writer *writer, struct jpk_error *err)
{
    struct entry_load load;
    bool ok = true;
    if (!entry_load_begin(&load, writer->count))
        return error_memory(err);
    for (size_t i = 0; ok && i < writer->count; i++)
        ok = entry_load_add(&load, writer->additions[i].name, err);
    entry_load_free(&load);
    return ok;
}

static bool pack(struct jpk_writer *writer, struct jpk_error *err)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *file = zip_source_function_create(file_source, writer, &error);
    zip_t *zip = file ? zip_open_from_source(file, ZIP_CREATE | ZIP_TRUNCATE, &error) : NULL;
    bool ok = zip != NULL || libzip_failed(writer, &error, err);
    if (file && !zip)
        zip_source_free(file);
    zip_error_fini(&error);
    for (size_t i = 0; ok && i < writer->count; i++)
        ok = hand_to_libzip(zip, &writer->additions[i], err);
    if (ok && zip_close(zip) == 0)
        return true;
    if (ok)
        libzip_failed(writer, zip_get_error(zip), err);
    if (zip)
        zip_discard(zip);
    return false;
}

/* libzip writes no archive without entries: that is an end record and nothing else. */
static bool pack_nothing(struct jpk_writer *writer, struct jpk_error *err)
{
    static const unsigned char end[22] = {'P', 'K', 5, 6};
    writer->written_at = sizeof end;
    return write_at(writer->out.fd, 0, end, sizeof end, err);
}

/* --------------------------------------------------------------------------- what libzip cannot be told */

static void put16(unsigned char *p, uint16_t value)
{
    p[0] = (unsigned char)value;
    p[1] = (unsigned char)(value >> 8);
}

/* Flags, method, time and date stand side by side in both headers, at different places. */
static bool stamp_entry(struct jpk_writer *writer, const struct zipdir_entry *entry, const struct addition *addition,
                        struct jpk_error *err)
{
    static const unsigned char made_by[2] = {MADE_BY, 0}; /* version 2.0, MS-DOS */
    unsigned char p[8];
    put16(p, FLAG_UTF8);
    put16(p + 2, entry->info.method);
    put16(p + 4, addition->dos_time);
    put16(p + 6, addition->dos_date);
    return write_at(writer->out.fd, entry->record + 4, made_by, sizeof made_by, err) &&
           write_at(writer->out.fd, entry->record + 8, p, sizeof p, err) &&
           write_at(writer->out.fd, entry->offset + 6, p, sizeof p, err);
}

static struct jpk_limits no_limits(void)
{
    struct jpk_limits limits = jpk_limits_default();
    limits.entries = limits.entry_size = limits.total_size = limits.ratio = UINT64_MAX;
    return limits;
}

/* Whatever is wrong when it is read back is a failure to write. */
static bool reads_badly(const struct jpk_error *found, struct jpk_error *err)
{
    if (found->code == JPK_ERR_MEMORY)
        return error_memory(err);
    error_set(err, JPK_ERR_WRITE, "was written but does not read back: %s", found->message);
    error_entry(err, found->entry);
    return false;
}

static bool stamp(struct jpk_writer *writer, struct jpk_error *err)
{
    struct zipinput in = {.fd = writer->out.fd, .size = writer->written_at};
    struct jpk_limits limits = no_limits();
    struct zipdir dir;
    struct jpk_error found = {0};
    if (!zipdir_read(&dir, &in, &limits, &found)) {
        zipinput_free(&in);
        return reads_badly(&found, err);
    }
    bool ok = dir.count == writer->count || error_set(err, JPK_ERR_WRITE, "was not written as it should be");
    for (size_t i = 0; ok && i < dir.count; i++)
        ok = stamp_entry(writer, &dir.entries[i], &writer->additions[i], err);
    zipdir_free(&dir);
    zipinput_free(&in);
    return ok;
}

/* -------------------------------------------------------------------------------------------- verifying */

static bool is_as_added(const struct jpk_entry_info *info, const struct addition *addition)
{
    return strcmp(info->name, addition->name) == 0 && info->size == addition->size && info->crc32 == addition->crc32 &&
           info->dos_date == addition->dos_date && info->dos_time == addition->dos_time;
}

static bool verify_entries(struct jpk_writer *writer, struct jpk_archive *archive, struct jpk_error *err)
{
    if (jpk_archive_count(archive) != writer->count)
        return error_set(err, JPK_ERR_WRITE, "has %zu entries, not %zu", jpk_archive_count(archive), writer->count);
    for (size_t i = 0; i < writer->count; i++) {
        const struct addition *addition = &writer->additions[i];
        if (!is_as_added(jpk_archive_entry(archive, i), addition)) {
            error_set(err, JPK_ERR_WRITE, "is not what was added");
            error_entry(err, addition->name);
            return false;
        }
        /* archive_read compares the size and the checksum with the data. */
        if (!archive_read(archive, i, &writer->data, err))
            return false;
    }
    return true;
}

/* Reads everything back. */
static bool verify(struct jpk_writer *writer, struct jpk_error *err)
{
    struct jpk_error found = {0};
    struct jpk_limits limits = no_limits();
    struct jpk_archive *archive = jpk_archive_open_fd(writer->out.fd, writer->path, &limits, &found);
    bool ok = archive && verify_entries(writer, archive, &found);
    jpk_archive_free(archive);
    return ok || reads_badly(&found, err);
}

bool jpk_writer_commit(struct jpk_writer *writer, struct jpk_error *err)
{
    bool ok;
    if (writer->done) {
        ok = error_set(err, JPK_ERR_USAGE, "was committed already");
    } else {
        ok = check_load(writer, err) && (writer->count ? pack(writer, err) : pack_nothing(writer, err)) &&
             stamp(writer, err) && verify(writer, err) &&
             outfile_commit(&writer->out, writer->force, !writer->fast, err);
        outfile_discard(&writer->out);
        writer->done = true;
    }
    if (!ok)
        error_file(err, writer->path);
    return ok;
}

void jpk_writer_free(struct jpk_writer *writer)
{
    if (!writer)
        return;
    outfile_discard(&writer->out);
    for (size_t i = 0; i < writer->count; i++)
        free(writer->additions[i].data);
    free(writer->additions);
    entry_names_free(&writer->names);
    arena_free(&writer->strings);
    if (writer->has_deflater)
        deflateEnd(&writer->deflater);
    buf_free(&writer->data);
    buf_free(&writer->packed);
    zip_error_fini(&writer->zip_error);
    free(writer->path);
    free(writer);
}
