#include "jpk/archive.h"
#include "jpk/tree_view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "jpk/entry_name.h"

#define CHUNK_SIZE ((size_t)64 * 1024)

/* ------------------------------------------------------------------------------------- bytes for libzip */

static zip_int64_t source_read(struct jpk_archive *archive, void *data, zip_uint64_t n)
{
    struct jpk_error err = {0};
    uint64_t left = archive->input.size - archive->position;
    size_t part = n < left ? (size_t)n : (size_t)left;
    if (!zipinput_read(&archive->input, archive->position, data, part, &err)) {
        zip_error_set(&archive->source_error, ZIP_ER_READ, EIO);
        return -1;
    }
    archive->position += part;
    return (zip_int64_t)part;
}

static zip_int64_t source_seek(struct jpk_archive *archive, void *data, zip_uint64_t n)
{
    zip_int64_t to =
        zip_source_seek_compute_offset(archive->position, archive->input.size, data, n, &archive->source_error);
    if (to < 0)
        return -1;
    archive->position = (uint64_t)to;
    return 0;
}

static zip_int64_t source_stat(struct jpk_archive *archive, void *data, zip_uint64_t n)
{
    zip_stat_t *st = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, n, &archive->source_error);
    if (!st)
        return -1;
    zip_stat_init(st);
    st->size = archive->input.size;
    st->valid = ZIP_STAT_SIZE;
    return (zip_int64_t)sizeof *st;
}

/* libzip reads through this, so that it sees the bytes that were checked and nobody's file position moves. */
static zip_int64_t source(void *user, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
    struct jpk_archive *archive = user;
    switch (command) {
    case ZIP_SOURCE_OPEN:
        archive->position = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return source_read(archive, data, n);
    case ZIP_SOURCE_SEEK:
        return source_seek(archive, data, n);
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)archive->position;
    case ZIP_SOURCE_STAT:
        return source_stat(archive, data, n);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&archive->source_error, data, n);
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&archive->source_error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ---------------------------------------------------------------------------------------------- opening */

struct jpk_archive *archive_new(const char *name, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_archive *archive = calloc(1, sizeof *archive);
    char *copy = strdup(name);
    if (!archive || !copy) {
        free(archive);
        free(copy);
        error_memory(err);
        return NULL;
    }
    archive->name = copy;
    archive->limits = limits ? *limits : jpk_limits_default();
    archive->input.fd = -1;
    archive->root = -1;
    zip_error_init(&archive->source_error);
    return archive;
}

bool archive_index_names(struct jpk_archive *archive, struct jpk_error *err)
{
    for (size_t i = 0; i < archive->dir.count; i++) {
        const char *name = archive->dir.entries[i].info.name;
        if (!map_add(&archive->by_name, name, strlen(name), (uint32_t)i, NULL))
            return error_memory(err);
    }
    return true;
}

/* All names are compared before libzip sees them: see entry_load. */
static bool check_load(const struct zipdir *dir, struct jpk_error *err)
{
    struct entry_load load;
    bool ok = true;
    if (!entry_load_begin(&load, dir->count))
        return error_memory(err);
    for (size_t i = 0; ok && i < dir->count; i++)
        ok = entry_load_add(&load, dir->entries[i].info.name, err);
    entry_load_free(&load);
    return ok;
}

static void leave_out_folders(struct zipdir *dir)
{
    size_t kept = 0;
    for (size_t i = 0; i < dir->count; i++)
        if (!dir->entries[i].folder)
            dir->entries[kept++] = dir->entries[i];
    dir->count = kept;
}

/*
 * The second opinion: libzip with its own checks of consistency. Up to 1.9 these take a local header for a
 * contradiction that leaves out (for a data descriptor) the checksum but not both sizes. libarchive and macOS write
 * such headers; this project's own pass has compared what is there, as later versions of libzip do.
 */
static bool open_libzip(struct jpk_archive *archive, struct jpk_error *err)
{
    int flags = archive->dir.half_empty ? ZIP_RDONLY : ZIP_RDONLY | ZIP_CHECKCONS;
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *bytes = zip_source_function_create(source, archive, &error);
    if (bytes) {
        archive->zip = zip_open_from_source(bytes, flags, &error);
        if (!archive->zip)
            zip_source_free(bytes);
    }
    /* An allocation that fails early is "not a ZIP archive" to libzip; that it is one is known by now. */
    int code = zip_error_code_zip(&error);
    if (!archive->zip && (code == ZIP_ER_MEMORY || code == ZIP_ER_NOZIP))
        error_memory(err);
    else if (!archive->zip)
        error_set(err, JPK_ERR_ARCHIVE, "is refused by libzip: %s", zip_error_strerror(&error));
    zip_error_fini(&error);
    return archive->zip != NULL;
}

/* Checks the bytes that archive->input has. */
static bool open_zip(struct jpk_archive *archive, struct jpk_error *err)
{
    if (archive->input.size > archive->limits.total_size)
        return error_set(err, JPK_ERR_LIMIT, "is larger than %llu bytes (--max-total-size)",
                         (unsigned long long)archive->limits.total_size);
    if (!zipdir_read(&archive->dir, &archive->input, &archive->limits, err) || !check_load(&archive->dir, err) ||
        !open_libzip(archive, err))
        return false;
    leave_out_folders(&archive->dir);
    return archive_index_names(archive, err);
}

/* Hands out the archive, or frees it and completes the error. */
static struct jpk_archive *finish(struct jpk_archive *archive, bool ok, struct jpk_error *err)
{
    if (ok)
        return archive;
    error_file(err, archive->name);
    jpk_archive_free(archive);
    return NULL;
}

struct jpk_archive *jpk_archive_open_memory(const void *data, size_t size, const char *name,
                                            const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_archive *archive = archive_new(name ? name : "", limits, err);
    if (!archive)
        return NULL;
    archive->input.memory = data;
    archive->input.size = size;
    return finish(archive, open_zip(archive, err), err);
}

/* ------------------------------------------------------------------------------- files, pipes and the like */

/* A file without a name, in TMPDIR or /tmp. */
static int unnamed_file(struct jpk_error *err)
{
    char path[PATH_MAX];
    const char *folder = secure_getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* Not every file system has O_TMPFILE. */
    int n = snprintf(path, sizeof path, "%s/jpk.XXXXXX", folder);
    if (n > 0 && (size_t)n < sizeof path && (fd = mkostemp(path, O_CLOEXEC)) >= 0) {
        (void)unlink(path);
        return fd;
    }
    error_system(err, JPK_ERR_WRITE, errno, "cannot be copied to a temporary file in %s", folder);
    return -1;
}

static bool copy_stream(int from, int to, uint64_t limit, struct jpk_error *err)
{
    char *chunk = malloc(CHUNK_SIZE);
    uint64_t total = 0;
    bool ok = chunk != NULL || error_memory(err);
    while (ok) {
        ssize_t n = file_read_some(from, chunk, CHUNK_SIZE);
        if (n < 0)
            ok = error_system(err, JPK_ERR_READ, errno, "cannot be read");
        if (n <= 0)
            break;
        total += (uint64_t)n;
        if (total > limit)
            ok = error_set(err, JPK_ERR_LIMIT, "is larger than %llu bytes (--max-total-size)",
                           (unsigned long long)limit);
        else if (!file_write_all(to, chunk, (size_t)n))
            ok = error_system(err, JPK_ERR_WRITE, errno, "cannot be copied to a temporary file");
    }
    free(chunk);
    return ok;
}

/* Copies what can be read only once; -1 on failure. */
static int spool(int fd, uint64_t limit, struct jpk_error *err)
{
    int copy = unnamed_file(err);
    if (copy >= 0 && !copy_stream(fd, copy, limit, err)) {
        close(copy);
        return -1;
    }
    return copy;
}

/* Opens what `fd` is; the archive gets a descriptor of its own. */
static bool open_descriptor(struct jpk_archive *archive, int fd, struct jpk_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_system(err, JPK_ERR_READ, errno, "cannot be read");
    if (S_ISDIR(st.st_mode))
        return error_set(err, JPK_ERR_READ, "is a folder, not a ZIP archive");
    if (S_ISREG(st.st_mode)) {
        archive->input.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (archive->input.fd < 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
    } else {
        archive->input.fd = spool(fd, archive->limits.total_size, err);
        if (archive->input.fd < 0)
            return false;
        if (fstat(archive->input.fd, &st) != 0)
            return error_system(err, JPK_ERR_READ, errno, "cannot be read");
    }
    archive->input.size = (uint64_t)st.st_size;
    return open_zip(archive, err);
}

struct jpk_archive *jpk_archive_open_fd(int fd, const char *name, const struct jpk_limits *limits,
                                        struct jpk_error *err)
{
    struct jpk_archive *archive = archive_new(name ? name : "", limits, err);
    return archive ? finish(archive, open_descriptor(archive, fd, err), err) : NULL;
}

struct jpk_archive *jpk_archive_open(const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_archive *archive = archive_new(path, limits, err);
    if (!archive)
        return NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 ? open_descriptor(archive, fd, err) : error_system(err, JPK_ERR_READ, errno, "cannot be opened");
    if (fd >= 0)
        close(fd);
    return finish(archive, ok, err);
}

struct jpk_archive *archive_open_plain_folder(const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_archive *archive = archive_new(path, limits, err);
    if (!archive)
        return NULL;
    archive->folder = true;
    return finish(archive, folder_list(archive, path, err) && archive_index_names(archive, err), err);
}

struct jpk_archive *jpk_archive_open_folder(const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_archive *folder = archive_open_plain_folder(path, limits, err);
    return folder && tree_is_one(folder) ? tree_open(folder, err) : folder;
}

void jpk_archive_free(struct jpk_archive *archive)
{
    if (!archive)
        return;
    if (archive->view)
        archive->view->free(archive->state);
    if (archive->zip)
        zip_discard(archive->zip);
    zip_error_fini(&archive->source_error);
    if (archive->has_inflater)
        inflateEnd(&archive->inflater);
    if (archive->input.fd >= 0)
        close(archive->input.fd);
    if (archive->root >= 0)
        close(archive->root);
    zipinput_free(&archive->input);
    map_free(&archive->by_name);
    zipdir_free(&archive->dir);
    free(archive->name);
    free(archive);
}

/* ---------------------------------------------------------------------------------------------- looking */

const char *jpk_archive_name(const struct jpk_archive *archive)
{
    return archive->name;
}

bool jpk_archive_is_folder(const struct jpk_archive *archive)
{
    return archive->folder;
}

size_t jpk_archive_count(const struct jpk_archive *archive)
{
    return archive->dir.count;
}

const struct jpk_entry_info *jpk_archive_entry(const struct jpk_archive *archive, size_t index)
{
    return index < archive->dir.count ? &archive->dir.entries[index].info : NULL;
}

size_t jpk_archive_find(const struct jpk_archive *archive, const char *name)
{
    uint32_t index = map_get(&archive->by_name, name, strlen(name));
    return index == MAP_NONE ? SIZE_MAX : index;
}

size_t archive_find(const struct jpk_archive *archive, const char *folder, const char *stem, const char *ending)
{
    const char *const parts[] = {folder, stem, ending};
    uint32_t index = map_get_joined(&archive->by_name, parts, 3);
    return index == MAP_NONE ? SIZE_MAX : index;
}

/* ---------------------------------------------------------------------------------------------- reading */

/* One entry while it is read. Packed bytes come from libzip; unpacking them here shows how many were used. */
struct reading {
    struct jpk_archive *archive;
    const struct jpk_entry_info *info;
    zip_file_t *file;
    struct buf *out;
    unsigned char chunk[CHUNK_SIZE];
};

static bool wrong_size(const struct reading *r, const char *how, struct jpk_error *err)
{
    return error_set(err, JPK_ERR_SIZE, "has %s data than the %llu bytes it declares", how,
                     (unsigned long long)r->info->size);
}

static bool libzip_cannot_read(zip_error_t *error, struct jpk_error *err)
{
    switch (zip_error_code_zip(error)) {
    case ZIP_ER_MEMORY:
        return error_memory(err);
    case ZIP_ER_CRC: /* of what is stored, libzip has the checksum too, and looks at it first */
        return error_set(err, JPK_ERR_CHECKSUM, "is damaged: its checksum is not what its header says");
    default:
        return error_set(err, JPK_ERR_READ, "cannot be read: %s", zip_error_strerror(error));
    }
}

/* The next packed bytes; *n is 0 at the end. */
static bool next_chunk(struct reading *r, size_t *n, struct jpk_error *err)
{
    zip_int64_t got = zip_fread(r->file, r->chunk, sizeof r->chunk);
    if (got < 0)
        return libzip_cannot_read(zip_file_get_error(r->file), err);
    *n = (size_t)got;
    return true;
}

static bool read_stored(struct reading *r, struct jpk_error *err)
{
    size_t n = 0;
    for (;;) {
        if (!next_chunk(r, &n, err))
            return false;
        if (n == 0)
            return r->out->size == r->info->size || wrong_size(r, "less", err);
        if (n > r->info->size - r->out->size)
            return wrong_size(r, "more", err);
        buf_put(r->out, r->chunk, n);
        if (r->out->failed)
            return error_memory(err);
    }
}

static bool start_inflater(struct jpk_archive *archive, struct jpk_error *err)
{
    /* Negative: the bare stream without zlib's header. */
    int status =
        archive->has_inflater ? inflateReset(&archive->inflater) : inflateInit2(&archive->inflater, -MAX_WBITS);
    if (status != Z_OK)
        return error_memory(err);
    archive->has_inflater = true;
    return true;
}

/*
 * Unpacks the chunk. There is room for one byte more than declared, so that more is noticed and never grows.
 * Z_OK: wants more; Z_STREAM_END: the stream is complete.
 */
static int inflate_chunk(struct reading *r, size_t n)
{
    z_stream *z = &r->archive->inflater;
    int status = Z_OK;
    z->next_in = r->chunk;
    z->avail_in = (uInt)n;
    while (status == Z_OK && z->avail_in > 0) {
        uint64_t room = r->info->size + 1 - r->out->size;
        uInt part = room < UINT_MAX ? (uInt)room : UINT_MAX;
        z->next_out = (Bytef *)r->out->data + r->out->size;
        z->avail_out = part;
        if (part == 0)
            return Z_BUF_ERROR;
        status = inflate(z, Z_NO_FLUSH);
        r->out->size += part - z->avail_out;
    }
    return status;
}

static bool no_stream(struct reading *r, struct jpk_error *err)
{
    const char *text = r->archive->inflater.msg;
    return error_set(err, JPK_ERR_CHECKSUM, "cannot be unpacked: %s", text ? text : "the compressed data is damaged");
}

static bool after_stream(struct reading *r, struct jpk_error *err)
{
    size_t n = r->archive->inflater.avail_in;
    if (r->out->size > r->info->size)
        return wrong_size(r, "more", err);
    if (r->out->size < r->info->size)
        return wrong_size(r, "less", err);
    if (n == 0 && !next_chunk(r, &n, err))
        return false;
    return n == 0 || error_set(err, JPK_ERR_SIZE, "has bytes behind its compressed data that belong to nothing");
}

static bool read_deflated(struct reading *r, struct jpk_error *err)
{
    if (r->info->size >= SIZE_MAX - 1 || !buf_reserve(r->out, (size_t)r->info->size + 1) ||
        !start_inflater(r->archive, err))
        return error_memory(err);
    for (;;) {
        size_t n = 0;
        if (!next_chunk(r, &n, err))
            return false;
        if (n == 0)
            return error_set(err, JPK_ERR_CHECKSUM, "cannot be unpacked: the compressed data ends early");
        int status = inflate_chunk(r, n);
        if (status == Z_STREAM_END)
            return after_stream(r, err);
        if (r->out->size > r->info->size)
            return wrong_size(r, "more", err);
        if (status == Z_MEM_ERROR)
            return error_memory(err);
        if (status != Z_OK && status != Z_BUF_ERROR)
            return no_stream(r, err);
    }
}

static bool check_crc(const struct reading *r, struct jpk_error *err)
{
    const unsigned char *p = (const unsigned char *)r->out->data;
    uint32_t found = (uint32_t)crc32_z(0, p, r->out->size);
    if (found == r->info->crc32)
        return true;
    return error_set(err, JPK_ERR_CHECKSUM, "is damaged: its checksum is %08x, its header says %08x", (unsigned)found,
                     (unsigned)r->info->crc32);
}

static bool read_zip_entry(struct jpk_archive *archive, const struct zipdir_entry *entry, struct buf *out,
                           struct jpk_error *err)
{
    struct reading *r = malloc(sizeof *r);
    if (!r || !buf_reserve(out, 0)) {
        free(r);
        return error_memory(err);
    }
    r->archive = archive;
    r->info = &entry->info;
    r->out = out;
    r->file = zip_fopen_index(archive->zip, entry->index, ZIP_FL_COMPRESSED);
    bool ok;
    if (!r->file)
        ok = libzip_cannot_read(zip_get_error(archive->zip), err);
    else if (entry->info.method == 0 || (entry->info.size == 0 && entry->info.compressed_size == 0))
        ok = read_stored(r, err);
    else
        ok = read_deflated(r, err);
    ok = ok && check_crc(r, err);
    out->data[ok ? out->size : 0] = '\0';
    if (r->file)
        zip_fclose(r->file);
    free(r);
    return ok;
}

bool archive_read(struct jpk_archive *archive, size_t index, struct buf *out, struct jpk_error *err)
{
    buf_clear(out);
    if (index >= archive->dir.count) {
        error_set(err, JPK_ERR_USAGE, "has no entry number %zu", index);
        error_file(err, archive->name);
        return false;
    }
    const struct zipdir_entry *entry = &archive->dir.entries[index];
    bool ok = archive->view     ? archive->view->read(archive, entry, out, err)
              : archive->folder ? folder_read(archive, &entry->info, out, err)
                                : read_zip_entry(archive, entry, out, err);
    if (!ok) {
        buf_clear(out);
        error_file(err, archive->name);
        error_entry(err, entry->info.name);
        if (!archive->folder)
            error_offset(err, entry->offset);
    }
    return ok;
}

bool jpk_archive_read(struct jpk_archive *archive, size_t index, void **data, size_t *size, struct jpk_error *err)
{
    struct buf out = {0};
    if (!archive_read(archive, index, &out, err)) {
        buf_free(&out);
        return false;
    }
    /* A buffer grows in powers of two: what is handed out is no larger than it must be. */
    char *fitting = realloc(out.data, out.size + 1);
    *data = fitting ? fitting : out.data;
    *size = out.size;
    return true; // cppcheck-suppress memleak ; it is the caller's now
}

bool jpk_archive_sha256(struct jpk_archive *archive, char out[65], struct jpk_error *err)
{
    bool ok = true;
    if (archive->folder)
        ok = error_set(err, JPK_ERR_USAGE, "is a folder, which has no checksum of its own");
    else if (archive->input.fd < 0)
        sha256_hex(archive->input.memory, (size_t)archive->input.size, out);
    else
        ok = sha256_fd(archive->input.fd, out, err);
    if (!ok)
        error_file(err, archive->name);
    return ok;
}
