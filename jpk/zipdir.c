#include "jpk/zipdir.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/entry_name.h"

enum { CENTRAL_SIZE = 46, LOCAL_SIZE = 30 };

#define CENTRAL_SIGNATURE 0x02014b50u
#define LOCAL_SIGNATURE 0x04034b50u
#define DESCRIPTOR_SIGNATURE 0x08074b50u
#define DIGITAL_SIGNATURE 0x05054b50u

/* General purpose flags, APPNOTE 4.4.4. */
enum {
    FLAG_ENCRYPTED = 1 << 0,
    FLAG_LEVEL = 3 << 1, /* how hard it was compressed: of no consequence */
    FLAG_DESCRIPTOR = 1 << 3,
    FLAG_PATCH = 1 << 5,
    FLAG_STRONG = 1 << 6,
    FLAG_UTF8 = 1 << 11,
    FLAG_MASKED = 1 << 13
};

enum { METHOD_STORE = 0, METHOD_DEFLATE = 8, METHOD_AES = 99 };

/* The ratio is looked at above this size: small texts of one character are no bombs. */
#define RATIO_FROM ((uint64_t)1 << 20)

/* ------------------------------------------------------------------------------------------ extra fields */

struct field {
    const unsigned char *data; /* NULL: not there */
    size_t n;
};

/* The extra fields that change what a header means. */
struct extras {
    struct field zip64;        /* 0x0001 */
    struct field strong;       /* 0x0017, strong encryption */
    struct field unix_asi;     /* 0x756e, mode and link */
    struct field unicode_note; /* 0x6375, comment */
    struct field unicode_path; /* 0x7075 */
    struct field aes;          /* 0x9901, WinZip */
};

static struct field *known_field(struct extras *extras, uint16_t id)
{
    switch (id) {
    case 0x0001:
        return &extras->zip64;
    case 0x0017:
        return &extras->strong;
    case 0x756e:
        return &extras->unix_asi;
    case 0x6375:
        return &extras->unicode_note;
    case 0x7075:
        return &extras->unicode_path;
    case 0x9901:
        return &extras->aes;
    default:
        return NULL;
    }
}

/* Android's zipalign fills up with up to three zero bytes, which are too few to be a field. */
static bool is_padding(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return n < 4;
}

static bool parse_extras(const unsigned char *p, size_t n, struct extras *extras, struct jpk_error *err)
{
    *extras = (struct extras){0};
    while (n > 0) {
        if (is_padding(p, n))
            return true;
        if (n < 4 || get16(p + 2) > n - 4)
            return error_set(err, JPK_ERR_ARCHIVE, "has extra fields that do not fit into their header");
        size_t length = get16(p + 2);
        struct field *field = known_field(extras, get16(p));
        if (field && field->data)
            return error_set(err, JPK_ERR_ARCHIVE, "has the extra field 0x%04x twice", (unsigned)get16(p));
        if (field)
            *field = (struct field){.data = p + 4, .n = length};
        p += 4 + length;
        n -= 4 + length;
    }
    return true;
}

/* ----------------------------------------------------------------------------------------------- headers */

/* A central or local header, decoded. The pointers are into the pass's buffer and last until the next header. */
struct header {
    uint64_t at;
    uint16_t flags, method, time, date;
    uint32_t crc32;
    uint64_t packed, size;
    uint64_t offset; /* these three only in a central header */
    uint32_t disk;
    uint32_t attributes;
    const char *name, *comment;
    size_t name_n, comment_n;
    struct extras extras;
};

static void decode_common(struct header *h, const unsigned char *p)
{
    h->flags = get16(p);
    h->method = get16(p + 2);
    h->time = get16(p + 4);
    h->date = get16(p + 6);
    h->crc32 = get32(p + 8);
    h->packed = get32(p + 12);
    h->size = get32(p + 16);
    h->name_n = get16(p + 20);
}

static void decode_central(struct header *h, uint64_t at, const unsigned char *p)
{
    *h = (struct header){.at = at};
    decode_common(h, p + 8);
    h->comment_n = get16(p + 32);
    h->disk = get16(p + 34);
    h->attributes = get32(p + 38);
    h->offset = get32(p + 42);
}

/* One number of a ZIP64 field: taken when the header leaves it out, else it must be the same. */
static bool resolve(const struct field *zip64, size_t at, size_t width, uint64_t left_out, uint64_t *number)
{
    if (zip64->n < at + width)
        return *number != left_out;
    uint64_t value = width == 8 ? get64(zip64->data + at) : get32(zip64->data + at);
    if (*number != left_out && *number != value)
        return false;
    *number = value;
    return true;
}

/*
 * Takes sizes and offset from the ZIP64 field. By APPNOTE 4.5.3 it holds only those that the header leaves out
 * (a local header: always both sizes); some writers put all there, in the same order.
 */
static bool resolve_zip64(struct header *h, bool central, struct jpk_error *err)
{
    struct {
        uint64_t *number, left_out;
        size_t width;
    } parts[] = {{&h->size, UINT32_MAX, 8}, {&h->packed, UINT32_MAX, 8}, {&h->offset, UINT32_MAX, 8}};
    const struct field *field = &h->extras.zip64;
    uint64_t disk = h->disk;
    size_t needed = 0, at = 0, count = central ? 3 : 2;
    for (size_t i = 0; i < count; i++)
        needed += *parts[i].number == parts[i].left_out ? parts[i].width : 0;
    needed += central && disk == UINT16_MAX ? 4 : 0;
    bool only_needed = central && field->n == needed;
    bool ok = only_needed || field->n == 0 || field->n == 16 || (central && (field->n == 24 || field->n == 28));
    for (size_t i = 0; ok && i < count; i++) {
        if (only_needed && *parts[i].number != parts[i].left_out)
            continue;
        ok = resolve(field, at, parts[i].width, parts[i].left_out, parts[i].number);
        at += parts[i].width;
    }
    if (ok && central && !(only_needed && disk != UINT16_MAX))
        ok = resolve(field, at, 4, UINT16_MAX, &disk);
    h->disk = (uint32_t)disk;
    if (!ok)
        return error_set(err, JPK_ERR_ARCHIVE, "has a ZIP64 field that does not fit its %s header",
                         central ? "central" : "local");
    return true;
}

/* ---------------------------------------------------------------------------- checks of one central header */

/* The Unicode Path field of Info-ZIP gives a name too; a reader may believe either. */
static bool check_unicode_path(const struct header *h, struct jpk_error *err)
{
    const struct field *f = &h->extras.unicode_path;
    if (!f->data)
        return true;
    bool same = f->n == 5 + h->name_n && f->data[0] == 1 && memcmp(f->data + 5, h->name, h->name_n) == 0 &&
                get32(f->data + 1) == (uint32_t)crc32(0, (const Bytef *)h->name, (uInt)h->name_n);
    return same || error_set(err, JPK_ERR_NAME, "has a Unicode Path field (0x7075) that gives it another name");
}

static bool check_comment(const struct header *h, struct jpk_error *err)
{
    const struct field *f = &h->extras.unicode_note;
    if ((h->flags & FLAG_UTF8) && h->comment_n && !text_utf8(h->comment, h->comment_n, NULL))
        return error_set(err, JPK_ERR_ARCHIVE, "has a comment that is not UTF-8 although its header says so");
    if (!f->data)
        return true;
    bool same = f->n == 5 + h->comment_n && f->data[0] == 1 &&
                (h->comment_n == 0 || memcmp(f->data + 5, h->comment, h->comment_n) == 0) &&
                get32(f->data + 1) == (uint32_t)crc32(0, (const Bytef *)h->comment, (uInt)h->comment_n);
    return same || error_set(err, JPK_ERR_ARCHIVE, "has a Unicode Comment field (0x6375) that gives another comment");
}

static bool check_name(const struct header *h, const struct jpk_limits *limits, struct jpk_error *err)
{
    if (!entry_name_check(h->name, h->name_n, limits, err))
        return false;
    if (!(h->flags & FLAG_UTF8) && !text_ascii(h->name, h->name_n))
        return error_set(err, JPK_ERR_NAME, "has a name beyond ASCII without the flag that says it is UTF-8 (bit 11)");
    return check_unicode_path(h, err);
}

static bool check_type(uint32_t mode, struct jpk_error *err)
{
    static const struct {
        uint32_t type;
        const char *what;
    } special[] = {
        {S_IFLNK, "a symbolic link"},     {S_IFCHR, "a character device"}, {S_IFBLK, "a block device"},
        {S_IFIFO, "a FIFO (named pipe)"}, {S_IFSOCK, "a socket"},
    };
    uint32_t type = mode & S_IFMT;
    if (type == 0 || type == S_IFREG || type == S_IFDIR)
        return true;
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].type == type)
            return error_set(err, JPK_ERR_SPECIAL, "is %s, neither a file nor a folder", special[i].what);
    return error_set(err, JPK_ERR_SPECIAL, "has the unknown file type 0%o, neither a file nor a folder",
                     (unsigned)type);
}

/* The Unix mode is in the high half of the attributes, whatever host the header names: readers differ in that. */
static bool check_attributes(const struct header *h, bool folder, struct jpk_error *err)
{
    enum { DOS_LABEL = 0x08, DOS_FOLDER = 0x10, DOS_REPARSE = 0x400 };
    uint32_t mode = h->attributes >> 16;
    const struct field *asi = &h->extras.unix_asi;
    if (!check_type(mode, err))
        return false;
    if (asi->data && asi->n >= 6 && !check_type(get16(asi->data + 4), err))
        return false;
    if (h->attributes & DOS_REPARSE)
        return error_set(err, JPK_ERR_SPECIAL, "is a reparse point (a link of Windows), neither a file nor a folder");
    if (h->attributes & DOS_LABEL)
        return error_set(err, JPK_ERR_SPECIAL, "is a volume label, neither a file nor a folder");
    if (!folder && ((mode & S_IFMT) == S_IFDIR || (h->attributes & DOS_FOLDER)))
        return error_set(err, JPK_ERR_ARCHIVE, "is a folder by its attributes but a file by its name");
    return true;
}

static bool check_encryption(const struct header *h, struct jpk_error *err)
{
    static const char *const aes[] = {"WinZip AES", "WinZip AES-128", "WinZip AES-192", "WinZip AES-256"};
    const struct field *f = &h->extras.aes;
    const char *kind = NULL;
    if (f->data || h->method == METHOD_AES)
        kind = aes[f->data && f->n >= 5 && f->data[4] < 4 ? f->data[4] : 0];
    else if (h->flags & FLAG_MASKED)
        kind = "strong encryption with masked headers";
    else if ((h->flags & FLAG_STRONG) || h->extras.strong.data)
        kind = "strong encryption";
    else if (h->flags & FLAG_ENCRYPTED)
        kind = "ZipCrypto";
    if (!kind)
        return true;
    return error_set(err, JPK_ERR_ENCRYPTED,
                     "is encrypted (%s), which is not supported: export the project without a password", kind);
}

/* APPNOTE 4.4.5. */
static const char *method_name(uint16_t method)
{
    static const struct {
        uint16_t method;
        const char *name;
    } names[] = {
        {1, "shrink"},    {2, "reduce 1"},
        {3, "reduce 2"},  {4, "reduce 3"},
        {5, "reduce 4"},  {6, "implode"},
        {9, "deflate64"}, {10, "PKWARE DCL implode"},
        {12, "bzip2"},    {14, "lzma"},
        {16, "CMPSC"},    {18, "IBM TERSE"},
        {19, "IBM LZ77"}, {20, "zstd (old number)"},
        {33, "lzma2"},    {93, "zstd"},
        {94, "mp3"},      {95, "xz"},
        {96, "jpeg"},     {97, "WavPack"},
        {98, "PPMd"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].method == method)
            return names[i].name;
    return "unknown";
}

static bool check_method(const struct header *h, struct jpk_error *err)
{
    if (h->flags & FLAG_PATCH)
        return error_set(err, JPK_ERR_METHOD, "holds patch data (flag bit 5), which is not supported");
    if (h->method == METHOD_STORE || h->method == METHOD_DEFLATE)
        return true;
    return error_set(err, JPK_ERR_METHOD, "uses the compression method %s (%u); only store and deflate are supported",
                     method_name(h->method), (unsigned)h->method);
}

static bool check_limits(const struct header *h, uint64_t *total, const struct jpk_limits *limits,
                         struct jpk_error *err)
{
    if (h->size > limits->entry_size)
        return error_set(err, JPK_ERR_LIMIT, "has %llu bytes; %llu are allowed (--max-entry-size)",
                         (unsigned long long)h->size, (unsigned long long)limits->entry_size);
    if (h->size > limits->total_size - *total)
        return error_set(err, JPK_ERR_LIMIT, "brings the entries to more than %llu bytes (--max-total-size)",
                         (unsigned long long)limits->total_size);
    *total += h->size;
    if (h->size > RATIO_FROM && (h->packed == 0 || h->size / h->packed > limits->ratio ||
                                 (h->size / h->packed == limits->ratio && h->size % h->packed != 0)))
        return error_set(err, JPK_ERR_LIMIT, "unpacks %llu bytes to %llu; the ratio may be %llu (--max-ratio)",
                         (unsigned long long)h->packed, (unsigned long long)h->size, (unsigned long long)limits->ratio);
    return true;
}

/* Java deflates the nothing in a folder to two bytes. */
static bool is_empty_folder(const struct header *h)
{
    return h->size == 0 && h->crc32 == 0 && (h->packed == 0 || (h->packed == 2 && h->method == METHOD_DEFLATE));
}

static bool check_sizes(const struct header *h, bool folder, const struct zipend *end, struct jpk_error *err)
{
    if (folder && !is_empty_folder(h))
        return error_set(err, JPK_ERR_ARCHIVE, "is a folder but has data");
    if (h->method == METHOD_STORE && h->size != h->packed)
        return error_set(err, JPK_ERR_SIZE, "is stored with %llu bytes but declares %llu",
                         (unsigned long long)h->packed, (unsigned long long)h->size);
    if (h->disk != 0)
        return error_set(err, JPK_ERR_ARCHIVE,
                         "is said to be in part %u of an archive that is split over several files",
                         (unsigned)h->disk + 1);
    if (h->offset > end->offset || end->offset - h->offset < LOCAL_SIZE + h->name_n ||
        end->offset - h->offset - LOCAL_SIZE - h->name_n < h->packed)
        return error_set(err, JPK_ERR_OVERLAP, "reaches into the central directory");
    return true;
}

/* ----------------------------------------------------------------------------------- the central directory */

/* What a pass carries along. */
struct pass {
    struct zipdir *dir;
    struct zipinput *in;
    const struct jpk_limits *limits;
    struct zipend end;
    struct entry_names names;
    struct buf header; /* the variable part of the header that is looked at */
    uint64_t total;    /* bytes of all entries so far */
};

/* Reads the name, the extra fields and the comment of a header. */
static bool read_variable(struct pass *pass, struct header *h, uint64_t at, size_t extra_n, struct jpk_error *err)
{
    size_t n = h->name_n + extra_n + h->comment_n;
    buf_clear(&pass->header);
    char *p = buf_reserve(&pass->header, n);
    if (!p)
        return error_memory(err);
    if (!zipinput_read(pass->in, at, p, n, err))
        return false;
    h->name = p;
    h->comment = p + h->name_n + extra_n;
    return true;
}

static const unsigned char *extra_of(const struct header *h)
{
    return (const unsigned char *)h->name + h->name_n;
}

/* Keeps what the archive needs of a header. */
static bool keep_entry(struct pass *pass, const struct header *h, struct zipdir_entry *entry, struct jpk_error *err)
{
    char *name = arena_strndup(&pass->dir->names, h->name, h->name_n);
    if (!name)
        return error_memory(err);
    entry->info = (struct jpk_entry_info){
        .name = name,
        .size = h->size,
        .compressed_size = h->packed,
        .crc32 = h->crc32,
        .method = h->method,
        .dos_date = h->date,
        .dos_time = h->time,
    };
    entry->record = h->at;
    entry->offset = h->offset;
    entry->flags = h->flags;
    return true;
}

static bool check_central(struct pass *pass, struct header *h, size_t extra_n, struct zipdir_entry *entry,
                          struct jpk_error *err)
{
    entry->folder = h->name_n > 0 && h->name[h->name_n - 1] == '/';
    return parse_extras(extra_of(h), extra_n, &h->extras, err) && check_name(h, pass->limits, err) &&
           check_comment(h, err) && check_attributes(h, entry->folder, err) && check_encryption(h, err) &&
           check_method(h, err) && resolve_zip64(h, true, err) && check_limits(h, &pass->total, pass->limits, err) &&
           check_sizes(h, entry->folder, &pass->end, err) && keep_entry(pass, h, entry, err) &&
           entry_names_add(&pass->names, entry->info.name, h->name_n, err);
}

/* Reads the central header at *at and moves *at behind it. */
static bool read_central(struct pass *pass, uint64_t *at, struct zipdir_entry *entry, struct jpk_error *err)
{
    unsigned char fixed[CENTRAL_SIZE];
    struct header h;
    if (pass->end.limit - *at < sizeof fixed)
        return error_set(err, JPK_ERR_ARCHIVE, "has fewer entries in its central directory than its end record says");
    if (!zipinput_read(pass->in, *at, fixed, sizeof fixed, err))
        return false;
    if (get32(fixed) != CENTRAL_SIGNATURE)
        return error_set(err, JPK_ERR_ARCHIVE, "has no valid header where entry %u of its central directory must begin",
                         (unsigned)entry->index + 1);
    decode_central(&h, *at, fixed);
    size_t extra_n = get16(fixed + 30), n = h.name_n + extra_n + h.comment_n;
    if (pass->end.limit - *at - sizeof fixed < n)
        return error_set(err, JPK_ERR_ARCHIVE, "has a header in its central directory that reaches beyond it");
    if (!read_variable(pass, &h, *at + sizeof fixed, extra_n, err))
        return false;
    if (!check_central(pass, &h, extra_n, entry, err)) {
        entry_name_error(err, h.name, h.name_n);
        return false;
    }
    *at += sizeof fixed + n;
    return true;
}

/* What stands behind the last header that was announced. */
static bool check_rest(struct pass *pass, uint64_t at, struct jpk_error *err)
{
    unsigned char signature[4];
    uint64_t rest = pass->end.limit - at;
    if (rest == 0)
        return true;
    uint32_t begins = 0;
    if (rest >= sizeof signature && zipinput_read(pass->in, at, signature, sizeof signature, NULL))
        begins = get32(signature);
    if (begins == CENTRAL_SIGNATURE)
        error_set(err, JPK_ERR_ARCHIVE, "has more entries in its central directory than its end record says");
    else
        error_set(err, JPK_ERR_OVERLAP, "has %llu bytes%s in its central directory that belong to no entry",
                  (unsigned long long)rest, begins == DIGITAL_SIGNATURE ? " (a digital signature)" : "");
    error_offset(err, at);
    return false;
}

static bool read_directory(struct pass *pass, struct jpk_error *err)
{
    uint64_t at = pass->end.offset, count = pass->end.entries;
    if (count > pass->limits->entries)
        return error_set(err, JPK_ERR_LIMIT, "has %llu entries; %llu are allowed (--max-entries)",
                         (unsigned long long)count, (unsigned long long)pass->limits->entries);
    if (count > (pass->end.limit - at) / CENTRAL_SIZE || count >= UINT32_MAX) {
        error_set(err, JPK_ERR_ARCHIVE, "has fewer entries in its central directory than its end record says");
        error_offset(err, pass->end.at);
        return false;
    }
    pass->dir->entries = calloc(count ? (size_t)count : 1, sizeof *pass->dir->entries);
    if (!pass->dir->entries)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct zipdir_entry *entry = &pass->dir->entries[i];
        entry->index = (uint32_t)i;
        if (!read_central(pass, &at, entry, err)) {
            error_offset(err, at);
            return false;
        }
        pass->dir->count++;
    }
    return check_rest(pass, at, err);
}

/* ---------------------------------------------------------------------- local headers and where all things are */

/* Sizes and checksum in a local header: as in the central one; before a data descriptor also left out, which is 0. */
static bool same_or_left_out(uint64_t local, uint64_t central, bool descriptor)
{
    return local == central || (descriptor && local == 0);
}

/* libarchive (bsdtar, GNOME) leaves out the checksum and one size, macOS the checksum and the other. */
static bool is_half_empty(const struct header *local, const struct jpk_entry_info *info)
{
    bool same = local->crc32 == info->crc32 && local->packed == info->compressed_size && local->size == info->size;
    return !same && (local->crc32 != 0 || local->packed != 0 || local->size != 0);
}

static bool compare_headers(const struct header *local, const struct zipdir_entry *entry, struct jpk_error *err)
{
    const struct jpk_entry_info *info = &entry->info;
    bool descriptor = (entry->flags & FLAG_DESCRIPTOR) != 0;
    const char *what = NULL;
    if (local->name_n != strlen(info->name) || memcmp(local->name, info->name, local->name_n) != 0)
        return error_set(err, JPK_ERR_ARCHIVE, "contradicts itself: its local header says its name is \"%.*s\"",
                         local->name_n < 160 ? (int)local->name_n : 160, local->name);
    if ((local->flags ^ entry->flags) & ~FLAG_LEVEL)
        what = "flags";
    else if (local->method != info->method)
        what = "compression methods";
    else if (local->time != info->dos_time || local->date != info->dos_date)
        what = "times";
    else if (!same_or_left_out(local->crc32, info->crc32, descriptor))
        what = "checksums";
    else if (!same_or_left_out(local->packed, info->compressed_size, descriptor))
        what = "compressed sizes";
    else if (!same_or_left_out(local->size, info->size, descriptor))
        what = "sizes";
    if (what)
        return error_set(err, JPK_ERR_ARCHIVE, "contradicts itself: its local and its central header have different %s",
                         what);
    return true;
}

static bool check_folder_data(struct pass *pass, const struct zipdir_entry *entry, uint64_t data, struct jpk_error *err)
{
    static const unsigned char nothing[] = {0x03, 0x00}; /* an empty last block with fixed codes */
    unsigned char bytes[sizeof nothing];
    if (!entry->folder || entry->info.compressed_size == 0)
        return true;
    if (!zipinput_read(pass->in, data, bytes, sizeof bytes, err))
        return false;
    return memcmp(bytes, nothing, sizeof bytes) == 0 || error_set(err, JPK_ERR_ARCHIVE, "is a folder but has data");
}

/* Reads and checks a local header; *end becomes the end of the entry's data. */
static bool check_local(struct pass *pass, const struct zipdir_entry *entry, uint64_t *end, struct jpk_error *err)
{
    unsigned char fixed[LOCAL_SIZE];
    struct header h = {.at = entry->offset};
    if (!zipinput_read(pass->in, h.at, fixed, sizeof fixed, err))
        return false;
    if (get32(fixed) != LOCAL_SIGNATURE)
        return error_set(err, JPK_ERR_ARCHIVE, "has no local header where its central header says");
    decode_common(&h, fixed + 6);
    size_t extra_n = get16(fixed + 28);
    if (pass->end.offset - h.at - sizeof fixed < h.name_n + extra_n ||
        pass->end.offset - h.at - sizeof fixed - h.name_n - extra_n < entry->info.compressed_size)
        return error_set(err, JPK_ERR_OVERLAP, "reaches into the central directory");
    uint64_t data = h.at + sizeof fixed + h.name_n + extra_n;
    *end = data + entry->info.compressed_size;
    if (!read_variable(pass, &h, h.at + sizeof fixed, extra_n, err) ||
        !parse_extras(extra_of(&h), extra_n, &h.extras, err) || !resolve_zip64(&h, false, err) ||
        !compare_headers(&h, entry, err) || !check_encryption(&h, err) || !check_unicode_path(&h, err))
        return false;
    pass->dir->half_empty = pass->dir->half_empty || is_half_empty(&h, &entry->info);
    return check_folder_data(pass, entry, data, err);
}

/*
 * A data descriptor is a checksum and two sizes of 4 or 8 bytes, with or without a signature before them
 * (APPNOTE 4.3.9): 12, 16, 20 or 24 bytes, which its length alone tells apart.
 */
static bool check_descriptor(struct pass *pass, const struct zipdir_entry *entry, uint64_t at, uint64_t n,
                             struct jpk_error *err)
{
    unsigned char bytes[24], *p = bytes;
    if (n == 0)
        return error_set(err, JPK_ERR_ARCHIVE, "has no data descriptor although its header announces one");
    if (n > sizeof bytes || n < 12 || n % 4 != 0)
        return error_set(err, JPK_ERR_OVERLAP, "is followed by %llu bytes that are no data descriptor",
                         (unsigned long long)n);
    if (!zipinput_read(pass->in, at, bytes, (size_t)n, err))
        return false;
    bool is_signed = n == 16 || n == 24, wide = n >= 20;
    if (is_signed && get32(p) != DESCRIPTOR_SIGNATURE)
        return error_set(err, JPK_ERR_ARCHIVE, "is followed by %llu bytes that are no data descriptor",
                         (unsigned long long)n);
    p += is_signed ? 4 : 0;
    uint64_t packed = wide ? get64(p + 4) : get32(p + 4), size = wide ? get64(p + 12) : get32(p + 8);
    if (get32(p) != entry->info.crc32 || packed != entry->info.compressed_size || size != entry->info.size)
        return error_set(err, JPK_ERR_ARCHIVE,
                         "contradicts itself: its data descriptor and its central header say different things");
    return true;
}

static bool blame(const struct zipdir_entry *entry, uint64_t at, struct jpk_error *err)
{
    if (entry)
        error_entry(err, entry->info.name);
    error_offset(err, at);
    return false;
}

/* What stands between the end of an entry's data (NULL: the start of the file) and the next thing. */
static bool check_between(struct pass *pass, const struct zipdir_entry *before, uint64_t at, uint64_t next,
                          struct jpk_error *err)
{
    uint64_t n = next - at;
    bool ok = true;
    if (before && (before->flags & FLAG_DESCRIPTOR))
        ok = check_descriptor(pass, before, at, n, err);
    else if (n > 0 && before)
        ok =
            error_set(err, JPK_ERR_OVERLAP, "is followed by %llu bytes that belong to no entry", (unsigned long long)n);
    else if (n > 0)
        ok = error_set(err, JPK_ERR_OVERLAP, "has %llu bytes before its first entry that belong to nothing",
                       (unsigned long long)n);
    return ok || blame(before, at, err);
}

static bool overlap(const struct zipdir_entry *before, const struct zipdir_entry *entry, struct jpk_error *err)
{
    error_set(err, JPK_ERR_OVERLAP, "shares bytes of the archive with \"%.160s\"", before->info.name);
    return blame(entry, entry->offset, err);
}

static int by_offset(const void *a, const void *b)
{
    const struct zipdir_entry *x = *(const struct zipdir_entry *const *)a, *y = *(const struct zipdir_entry *const *)b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* The entries in the order of their local headers. Allocated by malloc. */
static const struct zipdir_entry **in_file_order(const struct zipdir *dir)
{
    const struct zipdir_entry **order = calloc(dir->count ? dir->count : 1, sizeof *order);
    bool sorted = true;
    if (!order)
        return NULL;
    for (size_t i = 0; i < dir->count; i++) {
        order[i] = &dir->entries[i];
        sorted = sorted && (i == 0 || order[i - 1]->offset < order[i]->offset);
    }
    if (!sorted)
        qsort(order, dir->count, sizeof *order, by_offset);
    return order;
}

/*
 * Walks through the file: every byte up to the central directory must belong to exactly one entry. That the
 * compressed sizes add up to no more than the file follows.
 */
static bool walk(struct pass *pass, const struct zipdir_entry **order, struct jpk_error *err)
{
    const struct zipdir_entry *before = NULL;
    const size_t count = pass->dir->count;
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct zipdir_entry *entry = order[i];
        if (before && entry->offset < at)
            return overlap(before, entry, err);
        if (!check_between(pass, before, at, entry->offset, err))
            return false;
        if (!check_local(pass, entry, &at, err))
            return blame(entry, entry->offset, err);
        before = entry;
    }
    return check_between(pass, before, at, pass->end.offset, err);
}

static bool check_layout(struct pass *pass, struct jpk_error *err)
{
    const struct zipdir_entry **order = in_file_order(pass->dir);
    if (!order)
        return error_memory(err);
    bool ok = walk(pass, order, err);
    free(order);
    return ok;
}

bool zipdir_read(struct zipdir *dir, struct zipinput *in, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct pass pass = {.dir = dir, .in = in, .limits = limits};
    *dir = (struct zipdir){0};
    bool ok = zipend_find(in, &pass.end, err) && read_directory(&pass, err);
    /* The set of names is as large as all names: it goes before the next pass begins. */
    entry_names_free(&pass.names);
    ok = ok && check_layout(&pass, err);
    buf_free(&pass.header);
    if (!ok)
        zipdir_free(dir);
    return ok;
}

void zipdir_free(struct zipdir *dir)
{
    free(dir->entries);
    arena_free(&dir->names);
    *dir = (struct zipdir){0};
}
