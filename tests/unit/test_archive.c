#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "jpk/archive.h"
#include "jpk/jpk.h"
#include "zipmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ANYWHERE SIZE_MAX

/* ---------------------------------------------------------------------------------------------- helpers */

static struct jpk_archive *open_with(const struct zm *zip, const struct jpk_limits *limits, struct jpk_error *err)
{
    /* A copy of exactly this size, so that a sanitizer sees every byte too many. */
    return jpk_archive_open_memory(zip->out.data, zip->out.size, "t.zip", limits, err);
}

static void expect(const struct jpk_error *err, enum jpk_code code, const char *entry, const char *fragment)
{
    if (err->code != code || strcmp(err->entry, entry) != 0 || !strstr(err->message, fragment))
        print_message("got %s, entry \"%s\": %s\n", jpk_code_name(err->code), err->entry, err->message);
    assert_string_equal(jpk_code_name(err->code), jpk_code_name(code));
    assert_string_equal(err->entry, entry);
    assert_non_null(strstr(err->message, fragment));
}

/* Opening is refused. Frees the archive's bytes. */
static void refuse_with(struct zm *zip, const struct jpk_limits *limits, enum jpk_code code, const char *entry,
                        size_t offset, const char *fragment)
{
    struct jpk_error err = {0};
    char *exact = malloc(zip->out.size ? zip->out.size : 1);
    if (zip->out.size)
        memcpy(exact, zip->out.data, zip->out.size);
    struct jpk_archive *archive = jpk_archive_open_memory(exact, zip->out.size, "t.zip", limits, &err);
    if (archive)
        print_message("was opened, expected: %s\n", fragment);
    assert_null(archive);
    expect(&err, code, entry, fragment);
    assert_string_equal(err.file, "t.zip");
    if (offset != ANYWHERE) {
        assert_true(err.has_offset);
        assert_int_equal(err.offset, offset);
    }
    assert_null(jpk_archive_open_memory(exact, zip->out.size, NULL, limits, NULL));
    free(exact);
    zm_free(zip);
}

static void refuse(struct zm *zip, enum jpk_code code, const char *entry, size_t offset, const char *fragment)
{
    refuse_with(zip, NULL, code, entry, offset, fragment);
}

/* Opening succeeds, reading the entry is refused. */
static void refuse_read(struct zm *zip, size_t index, enum jpk_code code, const char *fragment)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = open_with(zip, NULL, &err);
    if (!archive)
        print_message("%s\n", err.message);
    assert_non_null(archive);
    void *data = &err;
    size_t size = 77;
    assert_false(jpk_archive_read(archive, index, &data, &size, &err));
    assert_ptr_equal(data, &err);
    assert_int_equal(size, 77);
    expect(&err, code, jpk_archive_entry(archive, index)->name, fragment);
    assert_string_equal(err.file, "t.zip");
    assert_true(err.has_offset);
    assert_int_equal(err.offset, zip->at[index].local);
    assert_false(jpk_archive_read(archive, index, &data, &size, NULL));
    jpk_archive_free(archive);
    zm_free(zip);
}

static void has_entry(struct jpk_archive *archive, const char *name, const void *data, size_t n)
{
    struct jpk_error err = {0};
    size_t index = jpk_archive_find(archive, name), size;
    void *found;
    assert_int_not_equal(index, SIZE_MAX);
    assert_string_equal(jpk_archive_entry(archive, index)->name, name);
    if (!jpk_archive_read(archive, index, &found, &size, &err))
        fail_msg("%s: %s", err.entry, err.message);
    assert_int_equal(size, n);
    if (n)
        assert_memory_equal(found, data, n);
    assert_int_equal(((char *)found)[size], '\0');
    free(found);
}

static struct jpk_archive *must_open(const struct zm *zip)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = open_with(zip, NULL, &err);
    if (!archive)
        fail_msg("%s: %s", err.entry, err.message);
    return archive;
}

static struct zm one(struct zm_entry entry)
{
    return zm_make(&entry, 1, false, "");
}

static struct zm two(const char *a, const char *b)
{
    struct zm_entry entries[] = {{.name = a, .data = "one"}, {.name = b, .data = "two"}};
    for (size_t i = 0; i < 2; i++) {
        entries[i].flags = 0x800;
        if (entries[i].name[strlen(entries[i].name) - 1] == '/')
            entries[i].data = NULL;
    }
    return zm_make(entries, 2, false, "");
}

static struct zm simple(void)
{
    return two("a.txt", "d/b.txt");
}

/* Sets a field of both headers of an entry. */
static void set_both(struct zm *zip, size_t i, size_t central, size_t local, size_t width, uint64_t value)
{
    zm_set(zip, zip->at[i].central + central, width, value);
    zm_set(zip, zip->at[i].local + local, width, value);
}

static char *temporary_folder(void)
{
    char *path = strdup("/tmp/jpk-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static void remove_folder(char *path)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
    free(path);
}

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_true(file_make_folder(path, NULL));
    *slash = '/';
    assert_true(file_write(path, text, strlen(text), true, NULL));
}

/* ------------------------------------------------------------------------------------------ right archives */

static void opens_stored_and_deflated(void **state)
{
    (void)state;
    char big[5000];
    memset(big, 'x', sizeof big);
    struct zm_entry entries[] = {
        {.name = "top/", .attributes = 0x10},
        {.name = "top/stored", .data = "stored"},
        {.name = "top/deflated", .data = big, .size = sizeof big, .deflate = true},
        {.name = "top/empty"},
        {.name = "top/empty too", .deflate = true},
        {.name = "top/\xc3\xa4", .data = "umlaut", .flags = 0x800, .comment = "fine"},
        {.name = "java/", .deflate = true, .descriptor = 16},
        {.name = "unix/", .made_by = 0x31e, .attributes = 040755u << 16 | 0x10},
        {.name = "unix/file", .data = "u", .made_by = 0x31e, .attributes = 0100644u << 16},
    };
    struct zm zip = zm_make(entries, COUNT(entries), false, "a comment");
    struct jpk_archive *archive = must_open(&zip);
    assert_int_equal(jpk_archive_count(archive), 6);
    assert_string_equal(jpk_archive_name(archive), "t.zip");
    assert_false(jpk_archive_is_folder(archive));
    has_entry(archive, "top/stored", "stored", 6);
    has_entry(archive, "top/deflated", big, sizeof big);
    has_entry(archive, "top/empty", "", 0);
    has_entry(archive, "top/empty too", "", 0);
    has_entry(archive, "top/\xc3\xa4", "umlaut", 6);
    has_entry(archive, "unix/file", "u", 1);
    assert_int_equal(jpk_archive_find(archive, "top/"), SIZE_MAX);
    assert_int_equal(jpk_archive_find(archive, "nothing"), SIZE_MAX);
    assert_null(jpk_archive_entry(archive, 6));
    const struct jpk_entry_info *info = jpk_archive_entry(archive, 1);
    assert_string_equal(info->name, "top/deflated");
    assert_int_equal(info->method, 8);
    assert_int_equal(info->size, sizeof big);
    assert_int_equal(info->compressed_size, zip.at[2].packed);
    assert_int_equal(info->crc32, zip.at[2].crc);
    assert_int_equal(info->dos_date, 0x5a6b);
    assert_int_equal(info->dos_time, 0x4c00);
    struct jpk_error err = {0};
    void *data;
    size_t size;
    assert_false(jpk_archive_read(archive, 6, &data, &size, &err));
    expect(&err, JPK_ERR_USAGE, "", "no entry number 6");
    char sum[65], expected[65];
    assert_true(jpk_archive_sha256(archive, sum, NULL));
    sha256_hex(zip.out.data, zip.out.size, expected);
    assert_string_equal(sum, expected);
    jpk_archive_free(archive);
    jpk_archive_free(NULL);
    zm_free(&zip);
}

static void opens_nothing(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct zm zip = zm_make(NULL, 0, zip64, "");
        struct jpk_archive *archive = must_open(&zip);
        assert_int_equal(jpk_archive_count(archive), 0);
        jpk_archive_free(archive);
        zm_free(&zip);
    }
}

static void opens_data_descriptors(void **state)
{
    (void)state;
    for (int n = 12; n <= 24; n += 4) {
        /* 0x808, all sizes after the data: how Java writes. */
        struct zm_entry entries[] = {
            {.name = "a", .data = "aaaaaaaaaa", .deflate = true, .descriptor = n, .flags = 0x800},
            {.name = "b", .data = "bbb", .descriptor = n, .flags = 0x800},
            {.name = "c", .deflate = true, .descriptor = n, .flags = 0x800}};
        struct zm zip = zm_make(entries, 3, false, "");
        struct jpk_archive *archive = must_open(&zip);
        has_entry(archive, "a", "aaaaaaaaaa", 10);
        has_entry(archive, "b", "bbb", 3);
        has_entry(archive, "c", "", 0);
        jpk_archive_free(archive);
        zm_free(&zip);
    }
}

/* libarchive gives the size, macOS the compressed size; Info-ZIP gives all. */
static void opens_half_empty_local_headers(void **state)
{
    (void)state;
    for (unsigned given = 0; given < 8; given++) {
        struct zm zip = one((struct zm_entry){.name = "a", .data = "aaaaaaaaaa", .deflate = true, .descriptor = 16});
        zm_set(&zip, zip.at[0].local + ZM_LOCAL_CRC, 4, given & 1 ? zip.at[0].crc : 0);
        zm_set(&zip, zip.at[0].local + ZM_LOCAL_PACKED, 4, given & 2 ? zip.at[0].packed : 0);
        zm_set(&zip, zip.at[0].local + ZM_LOCAL_SIZE, 4, given & 4 ? 10 : 0);
        struct jpk_archive *archive = must_open(&zip);
        has_entry(archive, "a", "aaaaaaaaaa", 10);
        jpk_archive_free(archive);
        zm_free(&zip);
    }
}

/* The order in the central directory need not be the order in the file. */
static void opens_other_order(void **state)
{
    (void)state;
    struct zm zip = two("aa", "bb");
    char first[48], second[48];
    memcpy(first, zip.out.data + zip.at[0].central, 48);
    memcpy(second, zip.out.data + zip.at[1].central, 48);
    memcpy(zip.out.data + zip.at[0].central, second, 48);
    memcpy(zip.out.data + zip.at[1].central, first, 48);
    struct jpk_archive *archive = must_open(&zip);
    assert_string_equal(jpk_archive_entry(archive, 0)->name, "bb");
    has_entry(archive, "aa", "one", 3);
    has_entry(archive, "bb", "two", 3);
    jpk_archive_free(archive);
    zm_free(&zip);
}

static void opens_harmless_extra_fields(void **state)
{
    (void)state;
    char path[5 + 4 + 2] = "\x75\x70\x07\x00\x01";
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)"\xc3\xa4", 2);
    for (size_t i = 0; i < 4; i++)
        path[5 + i] = (char)(crc >> (8 * i));
    path[9] = '\xc3';
    path[10] = '\xa4';
    struct zm_entry entries[] = {
        {.name = "time",
         .data = "t",
         .extra = "UT\5\0\1abcd",
         .extra_n = 9,
         .local_extra = "UT\5\0\1abcd",
         .local_extra_n = 9},
        {.name = "\xc3\xa4",
         .data = "p",
         .flags = 0x800,
         .extra = path,
         .extra_n = sizeof path,
         .local_extra = path,
         .local_extra_n = sizeof path},
    };
    struct zm zip = zm_make(entries, 2, false, "");
    struct jpk_archive *archive = must_open(&zip);
    has_entry(archive, "\xc3\xa4", "p", 1);
    jpk_archive_free(archive);
    zm_free(&zip);
}

/* What ZIP64 writers leave to the extra field: nothing that needs it, some, all. */
static void opens_zip64_fields(void **state)
{
    (void)state;
    static const char local[] = "\1\0\x10\0\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0";
    static const char offset[] = "\1\0\x08\0\0\0\0\0\0\0\0\0";
    static const char all[] = "\1\0\x1c\0\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    struct zm_entry entry = {
        .name = "a", .data = "abc", .local_extra = local, .local_extra_n = 20, .extra = local, .extra_n = 20};
    struct zm zip = zm_make(&entry, 1, true, "");
    set_both(&zip, 0, ZM_CENTRAL_PACKED, ZM_LOCAL_PACKED, 8, UINT64_MAX);
    struct jpk_archive *archive = must_open(&zip);
    has_entry(archive, "a", "abc", 3);
    jpk_archive_free(archive);
    zm_free(&zip);

    entry.local_extra_n = 0;
    entry.extra = offset;
    entry.extra_n = 12;
    zip = zm_make(&entry, 1, true, "");
    zm_set(&zip, zip.at[0].central + ZM_CENTRAL_OFFSET, 4, UINT32_MAX);
    archive = must_open(&zip);
    has_entry(archive, "a", "abc", 3);
    jpk_archive_free(archive);
    zm_free(&zip);

    entry.extra = all;
    entry.extra_n = 32;
    zip = zm_make(&entry, 1, true, "");
    archive = must_open(&zip);
    has_entry(archive, "a", "abc", 3);
    jpk_archive_free(archive);
    zm_free(&zip);
}

static void opens_many(void **state)
{
    (void)state;
    enum { MANY = 70000 };
    struct zm_entry *entries = calloc(MANY, sizeof *entries);
    char(*names)[16] = calloc(MANY, sizeof *names);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%zu/%zu", i % 10, i);
        entries[i] = (struct zm_entry){.name = names[i], .data = names[i]};
    }
    struct zm zip = zm_make(entries, MANY, true, "");
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    struct jpk_archive *archive = must_open(&zip);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_int_equal(jpk_archive_count(archive), MANY);
    /* Generous: what this must find is work that grows with the square. */
    assert_true(after.tv_sec - before.tv_sec < 20);
    for (size_t i = 0; i < MANY; i += 6999)
        has_entry(archive, names[i], names[i], strlen(names[i]));
    jpk_archive_free(archive);
    struct jpk_limits limits = jpk_limits_default();
    limits.entries = MANY - 1;
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "", ANYWHERE, "--max-entries");
    free(entries);
    free(names);
}

/* Without a ZIP64 record a count of 65,535 is just that. */
static void opens_65535_without_zip64(void **state)
{
    (void)state;
    enum { MANY = 65535 };
    struct zm_entry *entries = calloc(MANY, sizeof *entries);
    char(*names)[8] = calloc(MANY, sizeof *names);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        entries[i].name = names[i];
    }
    struct zm zip = zm_make(entries, MANY, false, "");
    struct jpk_archive *archive = must_open(&zip);
    assert_int_equal(jpk_archive_count(archive), MANY);
    jpk_archive_free(archive);
    zm_free(&zip);
    free(entries);
    free(names);
}

static void *feed(void *data)
{
    void **args = data;
    const struct buf *bytes = args[0];
    int fd = *(int *)args[1];
    for (size_t done = 0; done < bytes->size;) {
        ssize_t n = write(fd, bytes->data + done, bytes->size - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    close(fd);
    return NULL;
}

static struct jpk_archive *open_pipe(const struct buf *bytes, const struct jpk_limits *limits, struct jpk_error *err)
{
    int fds[2];
    pthread_t thread;
    assert_int_equal(pipe(fds), 0);
    void *args[] = {(void *)(uintptr_t)bytes, &fds[1]};
    assert_int_equal(pthread_create(&thread, NULL, feed, args), 0);
    struct jpk_archive *archive = jpk_archive_open_fd(fds[0], "-", limits, err);
    assert_int_equal(fcntl(fds[0], F_GETFD), 0); /* still the caller's */
    char rest[4096];
    while (read(fds[0], rest, sizeof rest) > 0)
        ;
    pthread_join(thread, NULL);
    close(fds[0]);
    return archive;
}

static void opens_files_and_descriptors(void **state)
{
    (void)state;
    char *folder = temporary_folder(), path[100], sum[65], expected[65];
    struct zm zip = simple();
    snprintf(path, sizeof path, "%s/x.zip", folder);
    assert_true(file_write(path, zip.out.data, zip.out.size, false, NULL));
    sha256_hex(zip.out.data, zip.out.size, expected);

    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open(path, NULL, &err);
    assert_non_null(archive);
    assert_string_equal(jpk_archive_name(archive), path);
    has_entry(archive, "d/b.txt", "two", 3);
    assert_true(jpk_archive_sha256(archive, sum, &err));
    assert_string_equal(sum, expected);
    jpk_archive_free(archive);

    int fd = open(path, O_RDONLY);
    assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
    archive = jpk_archive_open_fd(fd, "other", NULL, &err);
    assert_non_null(archive);
    assert_string_equal(jpk_archive_name(archive), "other");
    has_entry(archive, "a.txt", "one", 3);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 7);
    close(fd);
    has_entry(archive, "a.txt", "one", 3);
    jpk_archive_free(archive);

    archive = open_pipe(&zip.out, NULL, &err);
    assert_non_null(archive);
    has_entry(archive, "a.txt", "one", 3);
    assert_true(jpk_archive_sha256(archive, sum, &err));
    assert_string_equal(sum, expected);
    jpk_archive_free(archive);

    struct jpk_limits limits = jpk_limits_default();
    limits.total_size = zip.out.size - 1;
    assert_null(open_pipe(&zip.out, &limits, &err));
    expect(&err, JPK_ERR_LIMIT, "", "--max-total-size");
    assert_string_equal(err.file, "-");
    zm_free(&zip);
    remove_folder(folder);
}

static void names_what_is_no_archive(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    assert_null(jpk_archive_open("/nonexistent/x.zip", NULL, &err));
    expect(&err, JPK_ERR_READ, "", "cannot be opened: No such file");
    assert_string_equal(err.file, "/nonexistent/x.zip");
    err = (struct jpk_error){0};
    assert_null(jpk_archive_open("/tmp", NULL, &err));
    expect(&err, JPK_ERR_READ, "", "is a folder, not a ZIP archive");
    err = (struct jpk_error){0};
    assert_null(jpk_archive_open_fd(-1, "-", NULL, &err));
    expect(&err, JPK_ERR_READ, "", "cannot be read");
    err = (struct jpk_error){0};
    assert_null(jpk_archive_open("/dev/null", NULL, &err));
    expect(&err, JPK_ERR_ARCHIVE, "", "is empty");
    err = (struct jpk_error){0};
    assert_null(jpk_archive_open_folder("/nonexistent", NULL, &err));
    expect(&err, JPK_ERR_READ, "", "cannot be opened as a folder");

    static const struct {
        const char *bytes;
        const char *fragment;
    } files[] = {
        {"", "is empty"},
        {"PK", "is not a ZIP archive"},
        {"<?xml version=\"1.0\"?><project/>", "is not a ZIP archive"},
        {"PK\3\4 and then something else that is long enough", "is cut off"},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        struct zm zip = {0};
        buf_puts(&zip.out, files[i].bytes);
        refuse(&zip, JPK_ERR_ARCHIVE, "", ANYWHERE, files[i].fragment);
    }
    struct zm zip = simple();
    zip.out.size = zip.end;
    refuse(&zip, JPK_ERR_ARCHIVE, "", ANYWHERE, "is cut off");
}

static void opens_the_corpus(void **state)
{
    (void)state;
    const char *shared = getenv("JPK_SHARED");
    char path[4096];
    struct jpk_error err = {0};
    snprintf(path, sizeof path, "%s/corpus/salesforce-to-netsuite.jpk", shared ? shared : "../shared");
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    struct jpk_archive *archive = jpk_archive_open(path, NULL, &err);
    assert_non_null(archive);
    assert_int_equal(jpk_archive_count(archive), 181);
    struct buf data = {0};
    for (size_t i = 0; i < jpk_archive_count(archive); i++) {
        assert_true(archive_read(archive, i, &data, &err));
        assert_int_equal(data.size, jpk_archive_entry(archive, i)->size);
    }
    assert_false(archive_read(archive, 181, &data, NULL));
    assert_int_equal(data.size, 0);
    buf_free(&data);
    jpk_archive_free(archive);
}

/* ------------------------------------------------------------------------------------------------- names */

static void refuses_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n;
        const char *shown; /* NULL: as it is */
        const char *fragment;
    } names[] = {
        {"/etc/passwd", 0, NULL, "absolute"},
        {"../../x", 0, NULL, "\"..\""},
        {"a/../x", 0, NULL, "\"..\""},
        {"a/..", 0, NULL, "\"..\""},
        {"..", 0, NULL, "\"..\""},
        {".", 0, NULL, "\".\""},
        {"./a", 0, NULL, "\".\""},
        {"a/./b", 0, NULL, "\".\""},
        {"a//b", 0, NULL, "empty part"},
        {"a//", 0, NULL, "empty part"},
        {"..\\..\\x", 0, NULL, "backslash"},
        {"C:x", 0, NULL, "drive letter"},
        {"c:/x", 0, NULL, "drive letter"},
        {"a\0b", 3, "a?b", "NUL"},
        {"\0", 1, "?", "NUL"},
        {"a\nb", 0, "a?b", "U+000A"},
        {"a\x1b[2J", 0, "a?[2J", "U+001B"},
        {"a\x7f", 0, "a?", "U+007F"},
        {"a\xc2\x9b", 0, "a?", "U+009B"},
        {"a\xe2\x80\xaetxt.exe", 0, "a?txt.exe", "U+202E"},
        {"a\xef\xbb\xbf", 0, "a?", "U+FEFF"},
        {"a\xe2\x81\xa6", 0, "a?", "U+2066"},
        {"a\xff", 0, "a?", "not UTF-8 (byte 2)"},
        {"\xc0\xaf", 0, "??", "not UTF-8"},
        {"\xed\xa0\x80", 0, "???", "not UTF-8"},
        {"a/\xef\xbc\x8e\xef\xbc\x8e/b", 0, NULL, "normalization turns into dots"},
        {"\xe2\x80\xa5", 0, NULL, "normalization turns into dots"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct zm zip =
            one((struct zm_entry){.name = names[i].name, .name_n = names[i].n, .data = "x", .flags = 0x800});
        char shown[64];
        snprintf(shown, sizeof shown, "%s", names[i].shown ? names[i].shown : names[i].name);
        for (char *p = shown; *p; p++)
            if (*p == '\n')
                *p = '?';
        size_t at = zip.at[0].central;
        struct jpk_error err = {0};
        assert_null(open_with(&zip, NULL, &err));
        /* How a line feed is shown is text_printable's affair. */
        for (char *p = err.entry; *p; p++)
            if (strchr(names[i].name, '\n') && *p == ' ')
                *p = '?';
        expect(&err, JPK_ERR_NAME, shown, names[i].fragment);
        assert_int_equal(err.offset, at);
        zm_free(&zip);
    }
    struct zm zip = one((struct zm_entry){.name = "x", .data = "x"});
    zm_set(&zip, zip.at[0].central + 28, 2, 0); /* no name: it becomes a comment */
    zm_set(&zip, zip.at[0].central + 32, 2, 1);
    refuse(&zip, JPK_ERR_NAME, "", zip.at[0].central, "empty name");
    zip = one((struct zm_entry){.name = "\xc3\xa4", .data = "x"});
    refuse(&zip, JPK_ERR_NAME, "\xc3\xa4", zip.at[0].central, "bit 11");
}

static void refuses_long_and_deep_names(void **state)
{
    (void)state;
    char name[300] = {0}, deep[200] = {0};
    memset(name, 'n', 255);
    struct zm zip = one((struct zm_entry){.name = name});
    struct jpk_archive *archive = must_open(&zip);
    jpk_archive_free(archive);
    zm_free(&zip);
    name[255] = 'n';
    zip = one((struct zm_entry){.name = name});
    refuse(&zip, JPK_ERR_LIMIT, name, zip.at[0].central, "--max-name");
    for (size_t i = 0; i < 65; i++)
        memcpy(deep + 2 * i, "d/", 2);
    deep[127] = '\0';
    zip = one((struct zm_entry){.name = deep});
    archive = must_open(&zip);
    jpk_archive_free(archive);
    zm_free(&zip);
    deep[127] = '/';
    zip = one((struct zm_entry){.name = deep});
    refuse(&zip, JPK_ERR_LIMIT, deep, zip.at[0].central, "--max-depth");
}

static void refuses_another_name_in_an_extra_field(void **state)
{
    (void)state;
    char field[4 + 5 + 1] = "\x75\x70\x06\x00\x01";
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)"a", 1);
    for (size_t i = 0; i < 4; i++)
        field[5 + i] = (char)(crc >> (8 * i));
    for (int where = 0; where < 2; where++) {
        for (int what = 0; what < 3; what++) {
            char changed[sizeof field];
            memcpy(changed, field, sizeof field);
            changed[9] = what == 0 ? 'b' : 'a';
            changed[5] ^= what == 1;
            changed[4] = what == 2 ? 2 : 1;
            struct zm_entry entry = {.name = "a", .data = "x"};
            *(where ? &entry.extra : &entry.local_extra) = changed;
            *(where ? &entry.extra_n : &entry.local_extra_n) = sizeof changed;
            struct zm zip = one(entry);
            refuse(&zip, JPK_ERR_NAME, "a", where ? zip.at[0].central : zip.at[0].local, "0x7075");
        }
    }
}

static void refuses_duplicates_and_collisions(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        enum jpk_code code;
        const char *fragment;
    } pairs[] = {
        {"a", "a", JPK_ERR_DUPLICATE, "twice"},
        {"a/", "a/", JPK_ERR_DUPLICATE, "twice"},
        {"d/a", "d/a", JPK_ERR_DUPLICATE, "twice"},
        {"a", "A", JPK_ERR_COLLISION, "differs from \"a\""},
        {"d/readme", "d/README", JPK_ERR_COLLISION, "differs from \"d/readme\""},
        {"d/x", "D/y", JPK_ERR_COLLISION, "differs from \"d\""},
        {"stra\xc3\x9f"
         "e",
         "STRASSE", JPK_ERR_COLLISION, "case or normalization"},
        {"\xc3\xa4", "a\xcc\x88", JPK_ERR_COLLISION, "case or normalization"},
        {"\xef\xac\x81", "fi", JPK_ERR_COLLISION, "case or normalization"},
        {"a", "a/b", JPK_ERR_COLLISION, "both a file and a folder"},
        {"a/b", "a", JPK_ERR_COLLISION, "both a file and a folder"},
        {"a", "a/", JPK_ERR_COLLISION, "both a file and a folder"},
        {"a/", "a", JPK_ERR_COLLISION, "both a file and a folder"},
        {"x/A", "x/a/b", JPK_ERR_COLLISION, "differs from \"x/A\""},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct zm zip = two(pairs[i].first, pairs[i].second);
        refuse(&zip, pairs[i].code, pairs[i].second, zip.at[1].central, pairs[i].fragment);
    }
    static const char *const fine[][2] = {
        {"a/", "a/b"}, {"a/b", "a/"}, {"a/b", "a/c"}, {"a/a", "a/b/a"}, {"ab", "a/b"}};
    for (size_t i = 0; i < COUNT(fine); i++) {
        struct zm zip = two(fine[i][0], fine[i][1]);
        jpk_archive_free(must_open(&zip));
        zm_free(&zip);
    }
}

/* Names with one hash in libzip's table: see entry_load. 40,000 of them keep libzip busy for two seconds. */
static void refuses_names_that_slow_libzip_down(void **state)
{
    (void)state;
    enum { MANY = 4096 };
    struct zm_entry *entries = calloc(MANY, sizeof *entries);
    char(*names)[32] = calloc(MANY, sizeof *names);
    for (size_t i = 0; i < MANY; i++) {
        for (size_t bit = 0; bit < 12; bit++)
            memcpy(names[i] + 2 * bit, i >> bit & 1 ? "Ez" : "FY", 2);
        entries[i].name = names[i];
    }
    struct zm zip = zm_make(entries, MANY, false, "");
    struct jpk_error err = {0};
    assert_null(open_with(&zip, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_NAME);
    assert_non_null(strstr(err.message, "same hash"));
    zm_free(&zip);
    free(entries);
    free(names);
}

/* ------------------------------------------------------------------------------------ kinds of entries */

static void refuses_special_files(void **state)
{
    (void)state;
    static const struct {
        uint32_t attributes;
        const char *fragment;
    } kinds[] = {
        {0120777u << 16, "symbolic link"}, {0020666u << 16, "character device"},
        {0060666u << 16, "block device"},  {0010666u << 16, "FIFO"},
        {0140666u << 16, "socket"},        {0170000u << 16, "unknown file type"},
        {0x400, "reparse point"},          {0x08, "volume label"},
    };
    static const uint16_t hosts[] = {20, 0x314, 0xa14, 0x1314};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        for (size_t j = 0; j < COUNT(hosts); j++) {
            struct zm zip = one((struct zm_entry){
                .name = "etc", .data = "/etc/passwd", .made_by = hosts[j], .attributes = kinds[i].attributes});
            refuse(&zip, JPK_ERR_SPECIAL, "etc", zip.at[0].central, kinds[i].fragment);
        }
    }
    /* the mode in the ASi Unix field */
    struct zm zip = one((struct zm_entry){.name = "l", .data = "x", .extra = "nu\6\0crc!\xff\xa1", .extra_n = 10});
    refuse(&zip, JPK_ERR_SPECIAL, "l", zip.at[0].central, "symbolic link");
    static const uint32_t folders[] = {040755u << 16, 0x10};
    for (size_t i = 0; i < COUNT(folders); i++) {
        zip = one((struct zm_entry){.name = "f", .data = "x", .attributes = folders[i]});
        refuse(&zip, JPK_ERR_ARCHIVE, "f", zip.at[0].central, "a folder by its attributes");
    }
}

static void refuses_folders_with_data(void **state)
{
    (void)state;
    struct zm zip = one((struct zm_entry){.name = "f/", .data = "x"});
    refuse(&zip, JPK_ERR_ARCHIVE, "f/", zip.at[0].central, "is a folder but has data");
    zip = one((struct zm_entry){.name = "f/", .deflate = true});
    assert_int_equal(zip.at[0].packed, 2);
    zip.out.data[zip.at[0].data] = 'x';
    refuse(&zip, JPK_ERR_ARCHIVE, "f/", zip.at[0].local, "is a folder but has data");
    zip = one((struct zm_entry){.name = "f/", .deflate = true, .packed_extra = 1});
    refuse(&zip, JPK_ERR_ARCHIVE, "f/", zip.at[0].central, "is a folder but has data");
}

static void refuses_encryption(void **state)
{
    (void)state;
    static const struct {
        uint16_t flags, method;
        const char *extra;
        size_t extra_n;
        const char *fragment;
    } kinds[] = {
        {0x0001, 8, NULL, 0, "is encrypted (ZipCrypto)"},
        {0x0041, 8, NULL, 0, "is encrypted (strong encryption)"},
        {0x0040, 8, NULL, 0, "is encrypted (strong encryption)"},
        {0x2000, 8, NULL, 0, "masked headers"},
        {0x0001, 8, "\x17\0\2\0ab", 6, "is encrypted (strong encryption)"},
        {0x0001, 99, "\x01\x99\7\0\2\0AE\1\x08\0", 11, "is encrypted (WinZip AES-128)"},
        {0x0001, 99, "\x01\x99\7\0\2\0AE\2\x08\0", 11, "is encrypted (WinZip AES-192)"},
        {0x0001, 99, "\x01\x99\7\0\1\0AE\3\x08\0", 11, "is encrypted (WinZip AES-256)"},
        {0x0001, 99, "\x01\x99\7\0\1\0AE\x09\x08\0", 11, "is encrypted (WinZip AES)"},
        {0x0001, 99, NULL, 0, "is encrypted (WinZip AES)"},
        {0, 0, "\x01\x99\7\0\1\0AE\3\x08\0", 11, "is encrypted (WinZip AES-256)"},
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct zm zip = one((struct zm_entry){.name = "secret",
                                              .data = "x",
                                              .flags = kinds[i].flags,
                                              .extra = kinds[i].extra,
                                              .extra_n = kinds[i].extra_n});
        set_both(&zip, 0, ZM_CENTRAL_METHOD, ZM_LOCAL_METHOD, 2, kinds[i].method);
        refuse(&zip, JPK_ERR_ENCRYPTED, "secret", zip.at[0].central, kinds[i].fragment);
    }
    struct zm zip = one(
        (struct zm_entry){.name = "s", .data = "x", .local_extra = "\x01\x99\7\0\1\0AE\3\x08\0", .local_extra_n = 11});
    refuse(&zip, JPK_ERR_ENCRYPTED, "s", zip.at[0].local, "WinZip AES-256");
}

static void refuses_methods(void **state)
{
    (void)state;
    static const struct {
        uint16_t method;
        const char *fragment;
    } methods[] = {
        {1, "shrink (1)"}, {6, "implode (6)"}, {9, "deflate64 (9)"}, {12, "bzip2 (12)"},       {14, "lzma (14)"},
        {93, "zstd (93)"}, {95, "xz (95)"},    {98, "PPMd (98)"},    {4711, "unknown (4711)"},
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct zm zip = one((struct zm_entry){.name = "m", .data = "x"});
        set_both(&zip, 0, ZM_CENTRAL_METHOD, ZM_LOCAL_METHOD, 2, methods[i].method);
        refuse(&zip, JPK_ERR_METHOD, "m", zip.at[0].central, methods[i].fragment);
    }
    struct zm zip = one((struct zm_entry){.name = "m", .data = "x", .flags = 0x20});
    refuse(&zip, JPK_ERR_METHOD, "m", zip.at[0].central, "patch data");
}

/* ------------------------------------------------------------------------------------------------ limits */

static void keeps_limits(void **state)
{
    (void)state;
    struct jpk_limits limits = jpk_limits_default();
    limits.entries = 1;
    struct zm zip = simple();
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "", ANYWHERE, "--max-entries");
    limits = jpk_limits_default();
    limits.entry_size = 2;
    zip = simple();
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "a.txt", zip.at[0].central, "--max-entry-size");
    limits = jpk_limits_default();
    zip = simple();
    limits.total_size = zip.out.size - 1;
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "", ANYWHERE, "--max-total-size");
    limits = jpk_limits_default();
    limits.name_part = 4;
    zip = simple();
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "a.txt", zip.at[0].central, "--max-name");
    limits = jpk_limits_default();
    limits.path_parts = 1;
    zip = simple();
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "d/b.txt", zip.at[1].central, "--max-depth");
}

static void keeps_limits_of_bombs(void **state)
{
    (void)state;
    size_t size = ((size_t)1 << 20) + 1;
    char *zeros = calloc(size, 1);
    struct zm_entry entries[] = {{.name = "small", .data = zeros, .size = size - 1, .deflate = true},
                                 {.name = "bomb", .data = zeros, .size = size, .deflate = true}};
    struct zm zip = zm_make(entries, 2, false, "");
    refuse(&zip, JPK_ERR_LIMIT, "bomb", zip.at[1].central, "--max-ratio");
    struct jpk_limits limits = jpk_limits_default();
    limits.ratio = 1100;
    zip = zm_make(entries, 2, false, "");
    struct jpk_archive *archive = open_with(&zip, &limits, NULL);
    assert_non_null(archive);
    has_entry(archive, "bomb", zeros, size);
    jpk_archive_free(archive);
    /* exactly the ratio is allowed, one byte more is not */
    limits.ratio = size / zip.at[1].packed;
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "bomb", zip.at[1].central, "--max-ratio");
    zip = zm_make(entries, 2, false, "");
    limits.ratio++;
    limits.total_size = 2 * size - 2;
    refuse_with(&zip, &limits, JPK_ERR_LIMIT, "bomb", zip.at[1].central, "--max-total-size");
    free(zeros);
}

/* ------------------------------------------------------------------------------- headers that contradict */

static void refuses_other_local_headers(void **state)
{
    (void)state;
    static const struct {
        size_t at, width;
        uint64_t value;
        const char *fragment;
    } changes[] = {
        {ZM_LOCAL_FLAGS, 2, 0x800, "different flags"},
        {ZM_LOCAL_FLAGS, 2, 0x008, "different flags"},
        {ZM_LOCAL_FLAGS, 2, 0x001, "different flags"},
        {ZM_LOCAL_METHOD, 2, 8, "different compression methods"},
        {ZM_LOCAL_TIME, 2, 1, "different times"},
        {ZM_LOCAL_CRC, 4, 0, "different checksums"},
        {ZM_LOCAL_PACKED, 4, 0, "different compressed sizes"},
        {ZM_LOCAL_SIZE, 4, 7, "different sizes"},
        {ZM_LOCAL_NAME, 1, 'b', "its local header says its name is \"b.txt\""},
        {0, 4, 0x04034b51, "no local header"},
        {ZM_LOCAL_SIZE, 4, UINT32_MAX, "ZIP64 field that does not fit its local header"},
        {26, 2, 4, "its local header says its name is \"a.tx\""},
    };
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct zm zip = one((struct zm_entry){.name = "a.txt", .data = "x"});
        zm_set(&zip, zip.at[0].local + changes[i].at, changes[i].width, changes[i].value);
        refuse(&zip, JPK_ERR_ARCHIVE, "a.txt", 0, changes[i].fragment);
    }
    /* how hard it was compressed is of no consequence */
    struct zm zip = one((struct zm_entry){.name = "a.txt", .data = "x", .deflate = true});
    zm_set(&zip, zip.at[0].local + ZM_LOCAL_FLAGS, 2, 2);
    jpk_archive_free(must_open(&zip));
    zm_free(&zip);
}

static void refuses_wrong_data_descriptors(void **state)
{
    (void)state;
    for (int n = 12; n <= 24; n += 4) {
        bool is_signed = n == 16 || n == 24;
        for (size_t i = is_signed ? 4 : 0; i < (size_t)n; i++) {
            struct zm zip = one((struct zm_entry){.name = "a", .data = "aaa", .deflate = true, .descriptor = n});
            zip.out.data[zip.at[0].descriptor + i] ^= 1;
            refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].descriptor, "its data descriptor");
        }
        if (is_signed) {
            struct zm zip = one((struct zm_entry){.name = "a", .data = "aaa", .deflate = true, .descriptor = n});
            zip.out.data[zip.at[0].descriptor] = 'p';
            refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].descriptor, "no data descriptor");
        }
        struct zm zip = one((struct zm_entry){.name = "a", .data = "aaa", .deflate = true, .descriptor = n, .gap = 1});
        refuse(&zip, JPK_ERR_OVERLAP, "a", zip.at[0].descriptor, "no data descriptor");
    }
    struct zm zip = one((struct zm_entry){.name = "a", .data = "aaa"});
    set_both(&zip, 0, ZM_CENTRAL_FLAGS, ZM_LOCAL_FLAGS, 2, 8);
    refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].descriptor, "has no data descriptor");
}

static void refuses_wrong_extra_fields(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *fragment;
    } fields[] = {
        {"ab\5\0x", 5, "do not fit"},
        {"abc", 3, "do not fit"},
        {"ab\0\0x", 5, "do not fit"},
        {"\0\0\0\0\0\0\0\1", 8, "do not fit"},
        {"\1\0\0\0\1\0\0\0", 8, "0x0001 twice"},
        {"\x75\x70\0\0\x75\x70\0\0", 8, "0x7075 twice"},
        {"\1\0\3\0abc", 7, "ZIP64 field"},
    };
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct zm_entry entry = {.name = "a", .data = "x", .extra = fields[i].bytes, .extra_n = fields[i].n};
        if (i == 3)
            entry.extra_n = 7, entry.extra = "ab\0\0\0\0\1";
        struct zm zip = one(entry);
        refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, fields[i].fragment);
        entry.local_extra = entry.extra;
        entry.local_extra_n = entry.extra_n;
        entry.extra_n = 0;
        zip = one(entry);
        refuse(&zip, JPK_ERR_ARCHIVE, "a", 0, fields[i].fragment);
    }
    struct zm zip =
        one((struct zm_entry){.name = "a", .data = "x", .comment = "c", .extra = "\x75\x63\6\0\1crc!d", .extra_n = 10});
    refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, "0x6375");
    zip = one((struct zm_entry){.name = "a", .data = "x", .flags = 0x800, .comment = "\xff"});
    refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, "comment that is not UTF-8");
}

static void refuses_wrong_zip64_fields(void **state)
{
    (void)state;
    static const char good[] = "\1\0\x10\0\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0";
    static const char other[] = "\1\0\x10\0\4\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0";
    /* a size of its own beside the one in the header */
    struct zm zip = one((struct zm_entry){.name = "a", .data = "abc", .extra = other, .extra_n = 20});
    refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, "does not fit its central header");
    zip = one((struct zm_entry){.name = "a", .data = "abc", .local_extra = other, .local_extra_n = 20});
    refuse(&zip, JPK_ERR_ARCHIVE, "a", 0, "does not fit its local header");
    /* left out, and in no field */
    static const size_t fields[] = {ZM_CENTRAL_SIZE, ZM_CENTRAL_PACKED, ZM_CENTRAL_OFFSET};
    for (size_t i = 0; i < COUNT(fields); i++) {
        zip = one((struct zm_entry){.name = "a", .data = "abc"});
        zm_set(&zip, zip.at[0].central + fields[i], 4, UINT32_MAX);
        refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, "does not fit its central header");
    }
    zip = one((struct zm_entry){.name = "a", .data = "abc", .extra = good, .extra_n = 20});
    zm_set(&zip, zip.at[0].central + ZM_CENTRAL_OFFSET, 4, UINT32_MAX);
    refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, "does not fit its central header");
    zip = one((struct zm_entry){.name = "a", .data = "abc"});
    zm_set(&zip, zip.at[0].central + ZM_CENTRAL_DISK, 2, 0xffff);
    refuse(&zip, JPK_ERR_ARCHIVE, "a", zip.at[0].central, "does not fit its central header");
    /* sizes near 2^64 must not wrap around */
    static const char huge[] = "\1\0\x18\0\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\xf0\xff\xff\xff\xff\xff\xff\xff";
    zip = one((struct zm_entry){.name = "a", .data = "abc", .extra = huge, .extra_n = 28});
    zm_set(&zip, zip.at[0].central + ZM_CENTRAL_OFFSET, 4, UINT32_MAX);
    refuse(&zip, JPK_ERR_OVERLAP, "a", zip.at[0].central, "reaches into the central directory");
    static const char wide[] = "\1\0\x10\0\3\0\0\0\0\0\0\0\xf0\xff\xff\xff\xff\xff\xff\xff";
    zip = one((struct zm_entry){.name = "a", .data = "abc", .deflate = true, .extra = wide, .extra_n = 20});
    zm_set(&zip, zip.at[0].central + ZM_CENTRAL_PACKED, 4, UINT32_MAX);
    refuse(&zip, JPK_ERR_OVERLAP, "a", zip.at[0].central, "reaches into the central directory");
}

/* ------------------------------------------------------------------------------------------------ layout */

static void refuses_overlaps(void **state)
{
    (void)state;
    /* full overlap: two central headers, one local */
    struct zm zip = two("a", "b");
    zm_set(&zip, zip.at[1].central + ZM_CENTRAL_OFFSET, 4, 0);
    refuse(&zip, JPK_ERR_OVERLAP, "b", 0, "shares bytes of the archive with \"a\"");

    /* quoted overlap: the data of the first entry is the whole second entry */
    zip = two("a", "b");
    size_t more = zip.at[0].packed + (zip.directory - zip.at[1].local);
    set_both(&zip, 0, ZM_CENTRAL_PACKED, ZM_LOCAL_PACKED, 4, more);
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, more);
    refuse(&zip, JPK_ERR_OVERLAP, "b", zip.at[1].local, "shares bytes of the archive with \"a\"");

    zip = two("a", "b");
    set_both(&zip, 0, ZM_CENTRAL_PACKED, ZM_LOCAL_PACKED, 4, 4);
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 4);
    refuse(&zip, JPK_ERR_OVERLAP, "b", zip.at[1].local, "shares bytes");

    /* into the central directory, and beyond all */
    zip = two("a", "b");
    set_both(&zip, 1, ZM_CENTRAL_PACKED, ZM_LOCAL_PACKED, 4, 4);
    set_both(&zip, 1, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 4);
    refuse(&zip, JPK_ERR_OVERLAP, "b", zip.at[1].central, "reaches into the central directory");
    zip = two("a", "b");
    zm_set(&zip, zip.at[1].local + 28, 2, 40);
    refuse(&zip, JPK_ERR_OVERLAP, "b", zip.at[1].local, "reaches into the central directory");
    zip = two("a", "b");
    zm_set(&zip, zip.at[0].central + ZM_CENTRAL_OFFSET, 4, 0xfffffff0);
    refuse(&zip, JPK_ERR_OVERLAP, "a", zip.at[0].central, "reaches into the central directory");
}

/* David Fifield's bomb: each entry quotes the local header of the next one, all end in the same kernel. */
static void refuses_quoted_overlap_bomb(void **state)
{
    (void)state;
    enum { FILES = 20, SIZE = 100000 };
    char *zeros = calloc(SIZE, 1);
    struct zm zip = {.count = FILES};
    size_t locals[FILES];
    char name[32];
    zip.at = calloc(FILES, sizeof *zip.at);
    uint32_t crcs[FILES];
    struct buf content[FILES];
    memset(content, 0, sizeof content);
    /* From the last to the first: the content of each is the header and the content of the next. */
    struct zm tail = {0};
    for (size_t i = FILES; i-- > 0;) {
        snprintf(name, sizeof name, "f%02zu", i);
        struct zm_entry entry = {.name = name, .data = zeros, .size = SIZE, .deflate = true};
        struct zm built = {0};
        struct zm_place at;
        if (i == FILES - 1) {
            zm_local(&built, &entry, &at);
            buf_put(&content[i], zeros, SIZE);
        } else {
            size_t quoted = locals[i + 1];
            buf_put(&content[i], tail.out.data, quoted);
            buf_put(&content[i], content[i + 1].data, content[i + 1].size);
            /* a stored block, not the last, that quotes the next header */
            entry.data = content[i].data;
            entry.size = content[i].size;
            entry.deflate = false;
            zm_local(&built, &entry, &at);
            built.out.size = at.data;
            zm_add(&built, 1, 0);
            zm_add(&built, 2, quoted);
            zm_add(&built, 2, (uint16_t)~quoted);
            zm_set(&built, ZM_LOCAL_METHOD, 2, 8);
            at.packed = built.out.size - at.data + tail.out.size;
            zm_set(&built, ZM_LOCAL_PACKED, 4, at.packed);
        }
        locals[i] = at.data;
        crcs[i] = at.crc;
        zip.at[i] = at;
        buf_put(&built.out, tail.out.data, tail.out.size);
        buf_free(&tail.out);
        tail = built;
    }
    zip.out = tail.out;
    zip.directory = zip.out.size;
    size_t start = 0;
    for (size_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "f%02zu", i);
        struct zm_entry entry = {.name = name, .data = content[i].data, .size = content[i].size};
        struct zm_place at = {.local = start, .crc = crcs[i], .packed = zip.at[i].packed};
        zm_central(&zip, &entry, &at);
        zm_set(&zip, at.central + ZM_CENTRAL_METHOD, 2, 8);
        start += locals[i] + (i == FILES - 1 ? 0 : 5);
    }
    zm_end(&zip, FILES, zip.out.size - zip.directory, "");
    refuse(&zip, JPK_ERR_OVERLAP, "f01", ANYWHERE, "shares bytes of the archive with \"f00\"");
    for (size_t i = 0; i < FILES; i++)
        buf_free(&content[i]);
    free(zeros);
}

static void refuses_bytes_of_nobody(void **state)
{
    (void)state;
    struct zm_entry entries[] = {{.name = "a", .data = "x", .gap = 3}, {.name = "b", .data = "y"}};
    struct zm zip = zm_make(entries, 2, false, "");
    refuse(&zip, JPK_ERR_OVERLAP, "a", zip.at[0].descriptor, "followed by 3 bytes that belong to no entry");
    entries[0].gap = 0;
    entries[1].gap = 16;
    zip = zm_make(entries, 2, false, "");
    refuse(&zip, JPK_ERR_OVERLAP, "b", zip.at[1].descriptor, "followed by 16 bytes");

    /* before the first entry, with offsets that know of it */
    zip = simple();
    zm_splice(&zip, 0, 0, "#!/bin/sh\n", 10);
    for (size_t i = 0; i < 2; i++)
        zm_set(&zip, zip.at[i].central + 10 + ZM_CENTRAL_OFFSET, 4, zip.at[i].local + 10);
    zm_set(&zip, zip.end + 10 + 16, 4, zip.directory + 10);
    refuse(&zip, JPK_ERR_OVERLAP, "", 0, "10 bytes before its first entry");
    /* and with offsets that do not */
    zip = simple();
    zm_splice(&zip, 0, 0, "#!/bin/sh\n", 10);
    refuse(&zip, JPK_ERR_OVERLAP, "", 0, "10 bytes before the archive");
    zip = zm_make(NULL, 0, false, "");
    zm_splice(&zip, 0, 0, "#!/bin/sh\n", 10);
    refuse(&zip, JPK_ERR_OVERLAP, "", 0, "10 bytes before the archive");

    zip = simple();
    zm_splice(&zip, zip.end, 0, "gap", 3);
    refuse(&zip, JPK_ERR_OVERLAP, "", zip.end, "3 bytes behind its central directory");
    zip = simple();
    buf_puts(&zip.out, "more");
    refuse(&zip, JPK_ERR_OVERLAP, "", zip.end, "4 bytes behind its end record");
    zip = simple();
    zm_splice(&zip, zip.end, 0, "PK\5\5\1\0s", 7);
    zm_set(&zip, zip.end + 7 + 12, 4, zip.end + 7 - zip.directory);
    refuse(&zip, JPK_ERR_OVERLAP, "", zip.end, "digital signature");
}

static void refuses_two_archives_in_one(void **state)
{
    (void)state;
    struct zm first = simple(), second = two("evil", "twin");
    buf_put(&first.out, second.out.data, second.out.size);
    zm_free(&second);
    refuse(&first, JPK_ERR_OVERLAP, "", 0, "bytes before the archive");
    /* the second inside the comment of the first */
    struct zm zip = zm_make(NULL, 0, false, "a comment PK\5\6 with an end record in it");
    refuse(&zip, JPK_ERR_ARCHIVE, "", 32, "two end records");
    /* both end records reach the end of the file */
    zip = simple();
    char end[22] = "PK\5\6";
    end[20] = 22;
    zm_splice(&zip, zip.end, 0, end, sizeof end);
    refuse(&zip, JPK_ERR_ARCHIVE, "", zip.end, "two end records");
}

/* ------------------------------------------------------------------------------------------- end records */

static void refuses_wrong_end_records(void **state)
{
    (void)state;
    static const struct {
        size_t at, width;
        uint64_t value;
        enum jpk_code code;
        const char *fragment;
    } changes[] = {
        {4, 2, 1, JPK_ERR_ARCHIVE, "split over several files"},
        {6, 2, 1, JPK_ERR_ARCHIVE, "split over several files"},
        {8, 2, 1, JPK_ERR_ARCHIVE, "split over several files"},
        {8, 4, 0x00010001, JPK_ERR_ARCHIVE, "more entries in its central directory"},
        {8, 4, 0x00030003, JPK_ERR_ARCHIVE, "fewer entries in its central directory"},
        {8, 4, 0xff00ff00, JPK_ERR_ARCHIVE, "fewer entries in its central directory"},
        {8, 4, 0xffffffff, JPK_ERR_ARCHIVE, "fewer entries in its central directory"},
        {12, 4, 10, JPK_ERR_OVERLAP, "behind its central directory"},
        {12, 4, 0xffffffff, JPK_ERR_ARCHIVE, "reaches beyond its end record"},
        {16, 4, 0xffffffff, JPK_ERR_ARCHIVE, "reaches beyond its end record"},
        {20, 2, 5, JPK_ERR_ARCHIVE, "is 5 bytes short"},
    };
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct zm zip = simple();
        zm_set(&zip, zip.end + changes[i].at, changes[i].width, changes[i].value);
        refuse(&zip, changes[i].code, "", ANYWHERE, changes[i].fragment);
    }
    struct zm zip = simple();
    zm_set(&zip, zip.at[1].central, 4, 0);
    refuse(&zip, JPK_ERR_ARCHIVE, "", zip.at[1].central, "no valid header where entry 2");
    zip = simple();
    zm_set(&zip, zip.at[1].central + 28, 2, 60000);
    refuse(&zip, JPK_ERR_ARCHIVE, "", zip.at[1].central, "reaches beyond it");
    zip = simple();
    zm_set(&zip, zip.at[1].central + ZM_CENTRAL_DISK, 2, 1);
    refuse(&zip, JPK_ERR_ARCHIVE, "d/b.txt", zip.at[1].central, "part 2 of an archive");
    /* Info-ZIP's trick of old: the count modulo 65,536 */
    zip = simple();
    zm_set(&zip, zip.end + 8, 4, 0);
    refuse(&zip, JPK_ERR_ARCHIVE, "", zip.directory, "more entries");
}

static void refuses_wrong_zip64_records(void **state)
{
    (void)state;
    static const struct {
        int record; /* 0 end64, 1 locator, 2 end */
        size_t at, width;
        uint64_t value;
        const char *fragment;
    } changes[] = {
        {0, 0, 4, 0, "no ZIP64 end record"},
        {0, 4, 8, 45, "no ZIP64 end record"},
        {0, 16, 4, 1, "split over several files"},
        {0, 20, 4, 1, "split over several files"},
        {0, 24, 8, 1, "split over several files"},
        {0, 32, 8, 1, "split over several files"},
        {0, 40, 8, 1, "directory size: "},
        {0, 48, 8, 1, "directory offset: "},
        {1, 4, 4, 1, "split over several files"},
        {1, 8, 8, 0, "ZIP64 locator that does not point"},
        {1, 8, 8, UINT64_MAX, "ZIP64 locator that does not point"},
        {1, 16, 4, 2, "split over several files"},
        {2, 8, 4, 0x00050005, "entries: 5, its ZIP64 end record 2"},
        {2, 12, 4, 1, "directory size: 1"},
        {2, 16, 4, 1, "directory offset: 1"},
    };
    struct zm_entry entries[] = {{.name = "a", .data = "x"}, {.name = "b", .data = "y"}};
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct zm zip = zm_make(entries, 2, true, "");
        size_t at = changes[i].record == 0 ? zip.end64 : changes[i].record == 1 ? zip.locator : zip.end;
        zm_set(&zip, at + changes[i].at, changes[i].width, changes[i].value);
        refuse(&zip, JPK_ERR_ARCHIVE, "", ANYWHERE, changes[i].fragment);
    }
    /* numbers that only the ZIP64 record has */
    struct zm zip = zm_make(entries, 2, true, "");
    zm_set(&zip, zip.end + 8, 8, UINT64_MAX);
    zm_set(&zip, zip.end + 16, 4, UINT32_MAX);
    struct jpk_archive *archive = must_open(&zip);
    jpk_archive_free(archive);
    zm_set(&zip, zip.end64 + 40, 8, UINT64_MAX);
    refuse(&zip, JPK_ERR_ARCHIVE, "", ANYWHERE, "reaches beyond its end record");
    /* a gap before and after the ZIP64 end record */
    zip = zm_make(entries, 2, true, "");
    zm_splice(&zip, zip.locator, 0, "gap", 3);
    refuse(&zip, JPK_ERR_ARCHIVE, "", ANYWHERE, "does not point");
    zip = zm_make(entries, 2, true, "");
    zm_splice(&zip, zip.end64, 0, "gap", 3);
    zm_set(&zip, zip.locator + 3 + 8, 8, zip.end64 + 3);
    refuse(&zip, JPK_ERR_OVERLAP, "", zip.end64, "3 bytes behind its central directory");
}

/* ------------------------------------------------------------------------------------------ wrong data */

static void refuses_wrong_sizes(void **state)
{
    (void)state;
    char *long_text = calloc(1, 1000000);
    struct zm_entry entry = {.name = "a", .data = long_text, .size = 1000000, .deflate = true};
    /* declared 10, inflates to 1 MB, checksum right: unzip and libzip give out 1 MB */
    struct zm zip = one(entry);
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 10);
    refuse_read(&zip, 0, JPK_ERR_SIZE, "has more data than the 10 bytes it declares");
    zip = one(entry);
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 999999);
    refuse_read(&zip, 0, JPK_ERR_SIZE, "more data");
    zip = one(entry);
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 0);
    refuse_read(&zip, 0, JPK_ERR_SIZE, "more data");
    zip = one(entry);
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 1000001);
    refuse_read(&zip, 0, JPK_ERR_SIZE, "less data");
    entry.packed_extra = 1;
    zip = one(entry);
    refuse_read(&zip, 0, JPK_ERR_SIZE, "behind its compressed data");
    entry.packed_extra = 100000;
    zip = one(entry);
    refuse_read(&zip, 0, JPK_ERR_SIZE, "behind its compressed data");
    zip = one((struct zm_entry){.name = "s", .data = "abc"});
    set_both(&zip, 0, ZM_CENTRAL_SIZE, ZM_LOCAL_SIZE, 4, 2);
    refuse(&zip, JPK_ERR_SIZE, "s", zip.at[0].central, "is stored with 3 bytes but declares 2");
    free(long_text);
}

static void refuses_damaged_data(void **state)
{
    (void)state;
    struct zm_entry entries[] = {{.name = "s", .data = "stored"},
                                 {.name = "d", .data = "deflated deflated deflated", .deflate = true}};
    struct zm zip = zm_make(entries, 2, false, "");
    zip.out.data[zip.at[0].data] ^= 1;
    refuse_read(&zip, 0, JPK_ERR_CHECKSUM, "is damaged: its checksum is");
    zip = zm_make(entries, 2, false, "");
    set_both(&zip, 1, ZM_CENTRAL_CRC, ZM_LOCAL_CRC, 4, 1);
    refuse_read(&zip, 1, JPK_ERR_CHECKSUM, "its header says 00000001");
    zip = zm_make(entries, 2, false, "");
    zip.out.data[zip.at[1].data] = '\xff';
    refuse_read(&zip, 1, JPK_ERR_CHECKSUM, "cannot be unpacked: invalid block type");
    /* the last byte of the stream is missing */
    zip = one(entries[1]);
    size_t end = zip.at[0].data + zip.at[0].packed;
    set_both(&zip, 0, ZM_CENTRAL_PACKED, ZM_LOCAL_PACKED, 4, zip.at[0].packed - 1);
    zm_splice(&zip, end - 1, 1, NULL, 0);
    zm_set(&zip, zip.end - 1 + 16, 4, zip.directory - 1);
    refuse_read(&zip, 0, JPK_ERR_CHECKSUM, "ends early");
    zip = one((struct zm_entry){.name = "e"});
    set_both(&zip, 0, ZM_CENTRAL_CRC, ZM_LOCAL_CRC, 4, 7);
    refuse_read(&zip, 0, JPK_ERR_CHECKSUM, "is damaged");
}

static void notices_a_file_that_shrinks(void **state)
{
    (void)state;
    char *folder = temporary_folder(), path[100];
    snprintf(path, sizeof path, "%s/x.zip", folder);
    char *big = calloc(1, 300000);
    for (size_t i = 0; i < 300000; i++)
        big[i] = (char)(i * 2654435761u >> 13);
    struct zm zip = one((struct zm_entry){.name = "big", .data = big, .size = 300000});
    assert_true(file_write(path, zip.out.data, zip.out.size, false, NULL));
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open(path, NULL, &err);
    assert_non_null(archive);
    assert_int_equal(truncate(path, 1000), 0);
    void *data;
    size_t size;
    assert_false(jpk_archive_read(archive, 0, &data, &size, &err));
    expect(&err, JPK_ERR_READ, "big", "cannot be read");
    jpk_archive_free(archive);
    zm_free(&zip);
    free(big);
    remove_folder(folder);
}

/*
 * Whatever single bytes are changed: nothing crashes, and what is read has the checksum that its header gives, under
 * one of the names that were there or a changed one.
 */
static void survives_random_changes(void **state)
{
    (void)state;
    const char *rounds_text = getenv("JPK_TEST_MUTATIONS");
    unsigned rounds = rounds_text ? (unsigned)atoi(rounds_text) : 10000, opened = 0, kept = 0;
    struct zm_entry entries[] = {
        {.name = "top/", .deflate = true, .descriptor = 16, .flags = 0x800},
        {.name = "top/a.xml", .data = "<a>hello hello hello</a>", .deflate = true, .descriptor = 16, .flags = 0x800},
        {.name = "top/b.txt", .data = "stored text", .extra = "UT\5\0\1abcd", .extra_n = 9},
        {.name = "top/c.gz", .data = "cccccccccccccccccccccccc", .deflate = true, .descriptor = 12, .comment = "note"},
    };
    uint32_t seed = 12345;
    for (unsigned round = 0; round < rounds; round++) {
        struct zm zip = zm_make(entries, COUNT(entries), round % 2, "comment");
        unsigned changes = 1 + round % 3;
        while (changes--) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = (seed >> 8) % zip.out.size;
            seed = seed * 1664525u + 1013904223u;
            zip.out.data[at] = (char)(round % 5 ? zip.out.data[at] ^ 1 << (seed >> 20) % 8 : (int)(seed >> 24));
        }
        struct jpk_error err = {0};
        struct jpk_archive *archive = open_with(&zip, NULL, &err);
        opened += archive != NULL;
        assert_true(archive || (err.code != JPK_OK && err.message[0]));
        for (size_t i = 0; archive && i < jpk_archive_count(archive); i++) {
            const struct jpk_entry_info *info = jpk_archive_entry(archive, i);
            void *data;
            size_t size;
            err = (struct jpk_error){0};
            if (!jpk_archive_read(archive, i, &data, &size, &err)) {
                assert_true(err.code == JPK_ERR_CHECKSUM || err.code == JPK_ERR_SIZE);
                continue;
            }
            kept++;
            assert_int_equal(size, info->size);
            assert_int_equal(crc32(0, data, (uInt)size), info->crc32);
            for (size_t j = 0; j < COUNT(entries); j++)
                if (strcmp(entries[j].name, info->name) == 0)
                    assert_memory_equal(data, entries[j].data, size);
            free(data);
        }
        jpk_archive_free(archive);
        zm_free(&zip);
    }
    print_message("%u changed archives: %u opened, %u entries read\n", rounds, opened, kept);
}

/* ----------------------------------------------------------------------------------------------- folders */

static void opens_folders(void **state)
{
    (void)state;
    char *folder = temporary_folder();
    put_file(folder, "b.txt", "b");
    put_file(folder, "a/z/deep.txt", "deep");
    put_file(folder, "a-b", "dash");
    put_file(folder, "a/B.txt", "B");
    put_file(folder, "a/b.TXT", "b too");
    put_file(folder, "a/\xc3\xa4", "");
    static const char *const left[] = {".git/config", ".svn/x", ".hg/x", ".DS_Store", "a/Thumbs.db", "a/desktop.ini"};
    for (size_t i = 0; i < COUNT(left); i++)
        put_file(folder, left[i], "no");
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open_folder(folder, NULL, &err);
    assert_non_null(archive);
    assert_true(jpk_archive_is_folder(archive));
    assert_string_equal(jpk_archive_name(archive), folder);
    static const char *const names[] = {"a-b", "a/B.txt", "a/b.TXT", "a/z/deep.txt", "a/\xc3\xa4", "b.txt"};
    assert_int_equal(jpk_archive_count(archive), COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(jpk_archive_entry(archive, i)->name, names[i]);
    has_entry(archive, "a/z/deep.txt", "deep", 4);
    has_entry(archive, "b.txt", "b", 1);
    has_entry(archive, "a/\xc3\xa4", "", 0);
    char sum[65];
    assert_false(jpk_archive_sha256(archive, sum, &err));
    expect(&err, JPK_ERR_USAGE, "", "is a folder");
    jpk_archive_free(archive);
    remove_folder(folder);
}

static void refuse_folder(const char *folder, const struct jpk_limits *limits, enum jpk_code code, const char *entry,
                          const char *fragment)
{
    struct jpk_error err = {0};
    assert_null(jpk_archive_open_folder(folder, limits, &err));
    expect(&err, code, entry, fragment);
    assert_string_equal(err.file, folder);
}

static void refuses_special_things_in_folders(void **state)
{
    (void)state;
    char *folder = temporary_folder(), path[200];
    put_file(folder, "d/a.txt", "a");
    snprintf(path, sizeof path, "%s/d/x", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    refuse_folder(folder, NULL, JPK_ERR_SPECIAL, "d/x", "symbolic link");
    unlink(path);
    assert_int_equal(symlink("/etc", path), 0);
    refuse_folder(folder, NULL, JPK_ERR_SPECIAL, "d/x", "symbolic link");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    refuse_folder(folder, NULL, JPK_ERR_SPECIAL, "d/x", "FIFO");
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    refuse_folder(folder, NULL, JPK_ERR_SPECIAL, "d/x", "socket");
    unlink(path);
    static const struct {
        const char *name, *shown, *fragment;
    } names[] = {
        {"bad\xff", "bad?", "not UTF-8"}, {"tab\x01", "tab?", "control character"}, {"a\\b", "a\\b", "backslash"}};
    for (size_t i = 0; i < COUNT(names); i++) {
        put_file(folder, names[i].name, "x");
        refuse_folder(folder, NULL, JPK_ERR_NAME, names[i].shown, names[i].fragment);
        snprintf(path, sizeof path, "%s/%s", folder, names[i].name);
        unlink(path);
    }
    remove_folder(folder);
}

static void keeps_limits_of_folders(void **state)
{
    (void)state;
    char *folder = temporary_folder();
    put_file(folder, "a.txt", "12345");
    put_file(folder, "d/b.txt", "12345");
    struct jpk_limits limits = jpk_limits_default();
    limits.entries = 1;
    refuse_folder(folder, &limits, JPK_ERR_LIMIT, "d/b.txt", "--max-entries");
    limits = jpk_limits_default();
    limits.entry_size = 4;
    refuse_folder(folder, &limits, JPK_ERR_LIMIT, "a.txt", "--max-entry-size");
    limits = jpk_limits_default();
    limits.total_size = 9;
    refuse_folder(folder, &limits, JPK_ERR_LIMIT, "d/b.txt", "--max-total-size");
    limits = jpk_limits_default();
    limits.name_part = 4;
    refuse_folder(folder, &limits, JPK_ERR_LIMIT, "a.txt", "--max-name");
    limits = jpk_limits_default();
    limits.path_parts = 1;
    refuse_folder(folder, &limits, JPK_ERR_LIMIT, "d/b.txt", "--max-depth");
    put_file(folder, "e/c.txt", "");
    limits = jpk_limits_default();
    limits.entries = 1;
    put_file(folder, "a.txt", "");
    refuse_folder(folder, &limits, JPK_ERR_LIMIT, "e", "folder too many");
    remove_folder(folder);
}

/* A folder far deeper than any limit is no reason to run out of stack or descriptors. */
static void survives_deep_folders(void **state)
{
    (void)state;
    char *folder = temporary_folder();
    int here = open(".", O_RDONLY | O_DIRECTORY);
    assert_int_equal(chdir(folder), 0);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(mkdir("d", 0700), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(fchdir(here), 0);
    close(here);
    struct jpk_error err = {0};
    assert_null(jpk_archive_open_folder(folder, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_non_null(strstr(err.message, "--max-depth"));
    struct jpk_limits limits = jpk_limits_default();
    limits.path_parts = 1000;
    err = (struct jpk_error){0};
    assert_null(jpk_archive_open_folder(folder, &limits, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    remove_folder(folder);
}

static void refuse_swapped(struct jpk_archive *archive, enum jpk_code code, const char *fragment)
{
    struct jpk_error err = {0};
    void *data;
    size_t size;
    assert_false(jpk_archive_read(archive, 0, &data, &size, &err));
    expect(&err, code, "d/a.txt", fragment);
}

static void follows_nothing_that_is_swapped_in(void **state)
{
    (void)state;
    char *folder = temporary_folder(), file[200], sub[200], aside[200];
    put_file(folder, "d/a.txt", "12345");
    put_file(folder, "../jpk-test-outside/a.txt", "12345");
    snprintf(file, sizeof file, "%s/d/a.txt", folder);
    snprintf(sub, sizeof sub, "%s/d", folder);
    snprintf(aside, sizeof aside, "%s/aside", folder);
    struct jpk_archive *archive = jpk_archive_open_folder(folder, NULL, NULL);
    assert_non_null(archive);
    has_entry(archive, "d/a.txt", "12345", 5);
    put_file(folder, "d/a.txt", "123456");
    refuse_swapped(archive, JPK_ERR_SIZE, "changed its size");
    put_file(folder, "d/a.txt", "1");
    refuse_swapped(archive, JPK_ERR_SIZE, "changed its size");
    unlink(file);
    refuse_swapped(archive, JPK_ERR_READ, "No such file");
    assert_int_equal(symlink("/tmp/jpk-test-outside/a.txt", file), 0);
    refuse_swapped(archive, JPK_ERR_SPECIAL, "became a link");
    unlink(file);
    assert_int_equal(mkfifo(file, 0600), 0);
    refuse_swapped(archive, JPK_ERR_SPECIAL, "no file any more");
    assert_int_equal(rename(sub, aside), 0);
    assert_int_equal(symlink("/tmp/jpk-test-outside", sub), 0);
    refuse_swapped(archive, JPK_ERR_SPECIAL, "became a link");
    jpk_archive_free(archive);
    unlink("/tmp/jpk-test-outside/a.txt");
    rmdir("/tmp/jpk-test-outside");
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_stored_and_deflated),
        cmocka_unit_test(opens_nothing),
        cmocka_unit_test(opens_data_descriptors),
        cmocka_unit_test(opens_half_empty_local_headers),
        cmocka_unit_test(opens_other_order),
        cmocka_unit_test(opens_harmless_extra_fields),
        cmocka_unit_test(opens_zip64_fields),
        cmocka_unit_test(opens_many),
        cmocka_unit_test(opens_65535_without_zip64),
        cmocka_unit_test(opens_files_and_descriptors),
        cmocka_unit_test(names_what_is_no_archive),
        cmocka_unit_test(opens_the_corpus),
        cmocka_unit_test(refuses_names),
        cmocka_unit_test(refuses_long_and_deep_names),
        cmocka_unit_test(refuses_another_name_in_an_extra_field),
        cmocka_unit_test(refuses_duplicates_and_collisions),
        cmocka_unit_test(refuses_names_that_slow_libzip_down),
        cmocka_unit_test(refuses_special_files),
        cmocka_unit_test(refuses_folders_with_data),
        cmocka_unit_test(refuses_encryption),
        cmocka_unit_test(refuses_methods),
        cmocka_unit_test(keeps_limits),
        cmocka_unit_test(keeps_limits_of_bombs),
        cmocka_unit_test(refuses_other_local_headers),
        cmocka_unit_test(refuses_wrong_data_descriptors),
        cmocka_unit_test(refuses_wrong_extra_fields),
        cmocka_unit_test(refuses_wrong_zip64_fields),
        cmocka_unit_test(refuses_overlaps),
        cmocka_unit_test(refuses_quoted_overlap_bomb),
        cmocka_unit_test(refuses_bytes_of_nobody),
        cmocka_unit_test(refuses_two_archives_in_one),
        cmocka_unit_test(refuses_wrong_end_records),
        cmocka_unit_test(refuses_wrong_zip64_records),
        cmocka_unit_test(refuses_wrong_sizes),
        cmocka_unit_test(refuses_damaged_data),
        cmocka_unit_test(notices_a_file_that_shrinks),
        cmocka_unit_test(survives_random_changes),
        cmocka_unit_test(opens_folders),
        cmocka_unit_test(refuses_special_things_in_folders),
        cmocka_unit_test(keeps_limits_of_folders),
        cmocka_unit_test(survives_deep_folders),
        cmocka_unit_test(follows_nothing_that_is_swapped_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
