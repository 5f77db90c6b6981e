#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "jpk/jpk.h"
#include "zipmaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define DATE ((uint16_t)((2021 - 1980) << 9 | 3 << 5 | 28))
#define TIME ((uint16_t)(2 << 11 | 30 << 5)) /* 2:30 on that day is no time in Berlin */

static char folder[64], target[128];

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/jpk-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(target, sizeof target, "%s/out.jpk", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *item; (item = readdir(stream)) != NULL;)
        n += item->d_name[0] != '.';
    closedir(stream);
    return n;
}

static void expect(const struct jpk_error *err, enum jpk_code code, const char *entry, const char *fragment)
{
    if (err->code != code || strcmp(err->entry, entry) != 0 || !strstr(err->message, fragment))
        print_message("got %s, entry \"%s\": %s\n", jpk_code_name(err->code), err->entry, err->message);
    assert_string_equal(jpk_code_name(err->code), jpk_code_name(code));
    assert_string_equal(err->entry, entry);
    assert_non_null(strstr(err->message, fragment));
}

static struct jpk_writer *open_writer(bool force)
{
    struct jpk_error err = {0};
    struct jpk_writer *writer = jpk_writer_open(target, force, &err);
    if (!writer)
        fail_msg("%s", err.message);
    return writer;
}

static void add_text(struct jpk_writer *writer, const char *name, const char *text)
{
    struct jpk_error err = {0};
    if (!jpk_writer_add(writer, name, text, strlen(text), DATE, TIME, &err))
        fail_msg("%s", err.message);
}

static void commit(struct jpk_writer *writer)
{
    struct jpk_error err = {0};
    if (!jpk_writer_commit(writer, &err))
        fail_msg("%s: %s", err.entry, err.message);
    jpk_writer_free(writer);
}

static void expect_entry(struct jpk_archive *archive, const char *name, const char *text, size_t n)
{
    size_t index = jpk_archive_find(archive, name), size;
    void *data;
    struct jpk_error err = {0};
    assert_int_not_equal(index, SIZE_MAX);
    if (!jpk_archive_read(archive, index, &data, &size, &err))
        fail_msg("%s: %s", err.entry, err.message);
    assert_int_equal(size, n);
    if (n)
        assert_memory_equal(data, text, n);
    free(data);
}

static struct jpk_archive *open_target(void)
{
    struct jpk_error err = {0};
    struct jpk_archive *archive = jpk_archive_open(target, NULL, &err);
    if (!archive)
        fail_msg("%s: %s", err.entry, err.message);
    return archive;
}

static struct buf target_bytes(void)
{
    struct buf bytes = {0};
    assert_true(file_read(target, UINT64_MAX, "", &bytes, NULL));
    return bytes;
}

static void writes_what_was_added(void **state)
{
    (void)state;
    char *big = malloc(300000);
    for (size_t i = 0; i < 300000; i++)
        big[i] = (char)((uint32_t)i * 2654435761u >> 24);
    struct jpk_writer *writer = open_writer(false);
    add_text(writer, "top/project.xml", "<project/>");
    add_text(writer, "top/empty", "");
    add_text(writer, "top/\xe2\x84\xa2.xml", "unicode");
    assert_true(jpk_writer_add(writer, "top/big", big, 300000, JPK_DOS_DATE_MIN, 0, NULL));
    assert_int_equal(access(target, F_OK), -1);
    commit(writer);
    assert_int_equal(files_in_folder(), 1);
    struct jpk_archive *archive = open_target();
    assert_int_equal(jpk_archive_count(archive), 4);
    assert_string_equal(jpk_archive_entry(archive, 0)->name, "top/project.xml");
    assert_string_equal(jpk_archive_entry(archive, 2)->name, "top/\xe2\x84\xa2.xml");
    assert_int_equal(jpk_archive_entry(archive, 0)->dos_date, DATE);
    assert_int_equal(jpk_archive_entry(archive, 0)->dos_time, TIME);
    assert_int_equal(jpk_archive_entry(archive, 3)->dos_date, JPK_DOS_DATE_MIN);
    expect_entry(archive, "top/project.xml", "<project/>", 10);
    expect_entry(archive, "top/empty", "", 0);
    expect_entry(archive, "top/\xe2\x84\xa2.xml", "unicode", 7);
    expect_entry(archive, "top/big", big, 300000);
    jpk_archive_free(archive);
    free(big);
}

/* The layout that the header promises, field by field. */
static void writes_the_layout_of_design_studio(void **state)
{
    (void)state;
    struct jpk_writer *writer = open_writer(false);
    add_text(writer, "a", "text");
    commit(writer);
    struct buf bytes = target_bytes();
    const unsigned char *p = (const unsigned char *)bytes.data;
    static const unsigned char local[] = {'P', 'K', 3, 4,          20,        0,          0,
                                          8,   8,   0, TIME & 255, TIME >> 8, DATE & 255, DATE >> 8};
    assert_memory_equal(p, local, sizeof local);
    assert_memory_equal(p + 26, "\1\0\0\0a", 5); /* no extra field */
    size_t packed = p[18];
    p += 31 + packed;
    static const unsigned char central[] = {'P', 'K', 1, 2, 20,         0,         20,         0,
                                            0,   8,   8, 0, TIME & 255, TIME >> 8, DATE & 255, DATE >> 8};
    assert_memory_equal(p, central, sizeof central);
    assert_memory_equal(p + 28, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a", 19); /* no attributes, offset 0 */
    assert_memory_equal(p + 47, "PK\5\6", 4);
    assert_int_equal(bytes.size, 31 + packed + 47 + 22);
    buf_free(&bytes);
}

static void writes_the_same_bytes_in_every_zone(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu",
                                        "Pacific/Kiritimati"};
    static const uint16_t times[][2] = {
        {DATE, TIME}, {JPK_DOS_DATE_MIN, 0}, {0, 0}, {0xffff, 0xffff}, {0x5a6b, 0x4c01}};
    const char *before = getenv("TZ");
    char *kept = before ? strdup(before) : NULL;
    struct buf first = {0};
    for (size_t i = 0; i < COUNT(zones); i++) {
        setenv("TZ", zones[i], 1);
        tzset();
        struct jpk_writer *writer = open_writer(true);
        for (size_t j = 0; j < COUNT(times); j++) {
            char name[8];
            snprintf(name, sizeof name, "f%zu", j);
            assert_true(jpk_writer_add(writer, name, "x", 1, times[j][0], times[j][1], NULL));
        }
        commit(writer);
        struct buf bytes = target_bytes();
        if (i == 0) {
            first = bytes;
            continue;
        }
        assert_int_equal(bytes.size, first.size);
        assert_memory_equal(bytes.data, first.data, first.size);
        buf_free(&bytes);
    }
    buf_free(&first);
    if (kept)
        setenv("TZ", kept, 1);
    else
        unsetenv("TZ");
    tzset();
    free(kept);
    struct jpk_archive *archive = open_target();
    for (size_t j = 0; j < COUNT(times); j++) {
        assert_int_equal(jpk_archive_entry(archive, j)->dos_date, times[j][0]);
        assert_int_equal(jpk_archive_entry(archive, j)->dos_time, times[j][1]);
    }
    jpk_archive_free(archive);
}

static void writes_nothing(void **state)
{
    (void)state;
    commit(open_writer(false));
    struct jpk_archive *archive = open_target();
    assert_int_equal(jpk_archive_count(archive), 0);
    jpk_archive_free(archive);
}

static void writes_many(void **state)
{
    (void)state;
    enum { MANY = 70000 };
    struct jpk_writer *writer = open_writer(false);
    char name[32];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%zu/%zu", i % 10, i);
        add_text(writer, name, name);
    }
    commit(writer);
    struct jpk_archive *archive = open_target();
    assert_int_equal(jpk_archive_count(archive), MANY);
    expect_entry(archive, "9/69999", "9/69999", 7);
    jpk_archive_free(archive);
}

static void copies_from_archives(void **state)
{
    (void)state;
    char path[200];
    struct jpk_error err = {0};
    snprintf(path, sizeof path, "%s/in/d/file", folder);
    char sub[200];
    snprintf(sub, sizeof sub, "%s/in/d", folder);
    assert_true(file_make_folder(sub, NULL));
    assert_true(file_write(path, "from a folder", 13, false, NULL));
    snprintf(path, sizeof path, "%s/in", folder);
    struct jpk_archive *in = jpk_archive_open_folder(path, NULL, &err);
    assert_non_null(in);
    struct zm_entry entry = {.name = "z", .data = "from a zip", .deflate = true, .descriptor = 16};
    struct zm zip = zm_make(&entry, 1, false, "");
    struct jpk_archive *other = jpk_archive_open_memory(zip.out.data, zip.out.size, "z.zip", NULL, &err);
    assert_non_null(other);
    struct jpk_writer *writer = open_writer(false);
    assert_true(jpk_writer_add_from(writer, "new/name", in, 0, DATE, TIME, &err));
    assert_true(jpk_writer_add_from(writer, "z", other, 0, DATE, TIME, &err));
    add_text(writer, "own", "own");
    assert_false(jpk_writer_add_from(writer, "none", other, 1, DATE, TIME, &err));
    expect(&err, JPK_ERR_USAGE, "", "no entry number 1");
    commit(writer);
    jpk_archive_free(in);
    jpk_archive_free(other);
    zm_free(&zip);
    in = open_target();
    expect_entry(in, "new/name", "from a folder", 13);
    expect_entry(in, "z", "from a zip", 10);
    expect_entry(in, "own", "own", 3);
    jpk_archive_free(in);
}

/* The source is damaged: its error comes out, and nothing is left. */
static void reports_a_damaged_source(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct zm_entry entry = {.name = "z", .data = "from a zip"};
    struct zm zip = zm_make(&entry, 1, false, "");
    zip.out.data[zip.at[0].data] = 'F';
    struct jpk_archive *other = jpk_archive_open_memory(zip.out.data, zip.out.size, "z.zip", NULL, &err);
    assert_non_null(other);
    struct jpk_writer *writer = open_writer(false);
    add_text(writer, "first", "fine");
    assert_true(jpk_writer_add_from(writer, "copy", other, 0, DATE, TIME, &err));
    assert_false(jpk_writer_commit(writer, &err));
    expect(&err, JPK_ERR_CHECKSUM, "z", "damaged");
    assert_string_equal(err.file, "z.zip");
    assert_int_equal(files_in_folder(), 0);
    err = (struct jpk_error){0};
    assert_false(jpk_writer_commit(writer, &err));
    expect(&err, JPK_ERR_USAGE, "", "committed already");
    jpk_writer_free(writer);
    jpk_archive_free(other);
    zm_free(&zip);
    assert_int_equal(files_in_folder(), 0);
}

static void refuses_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *shown;
        enum jpk_code code;
        const char *fragment;
    } names[] = {
        {"", "", JPK_ERR_NAME, "empty name"},
        {"/a", "/a", JPK_ERR_NAME, "absolute"},
        {"../a", "../a", JPK_ERR_NAME, "\"..\""},
        {"a\\b", "a\\b", JPK_ERR_NAME, "backslash"},
        {"a/", "a/", JPK_ERR_NAME, "ends in a slash"},
        {"C:a", "C:a", JPK_ERR_NAME, "drive letter"},
        {"a\xff", "a?", JPK_ERR_NAME, "not UTF-8"},
        {"a\x07", "a?", JPK_ERR_NAME, "control character"},
        {"there", "there", JPK_ERR_DUPLICATE, "twice"},
        {"THERE", "THERE", JPK_ERR_COLLISION, "letter case"},
        {"there/too", "there/too", JPK_ERR_COLLISION, "both a file and a folder"},
    };
    struct jpk_writer *writer = open_writer(false);
    add_text(writer, "there", "x");
    for (size_t i = 0; i < COUNT(names); i++) {
        struct jpk_error err = {0};
        assert_false(jpk_writer_add(writer, names[i].name, "x", 1, DATE, TIME, &err));
        expect(&err, names[i].code, names[i].shown, names[i].fragment);
        assert_string_equal(err.file, target);
        assert_false(jpk_writer_add(writer, names[i].name, "x", 1, DATE, TIME, NULL));
    }
    char name[300] = {0};
    memset(name, 'n', 256);
    struct jpk_error err = {0};
    assert_false(jpk_writer_add(writer, name, "x", 1, DATE, TIME, &err));
    expect(&err, JPK_ERR_LIMIT, name, "--max-name");
    /* what was refused leaves no trace */
    add_text(writer, "fine", "x");
    commit(writer);
    struct jpk_archive *archive = open_target();
    assert_int_equal(jpk_archive_count(archive), 2);
    jpk_archive_free(archive);
}

static void refuses_names_that_slow_libzip_down(void **state)
{
    (void)state;
    struct jpk_writer *writer = open_writer(false);
    for (size_t i = 0; i < 4096; i++) {
        char name[32] = {0};
        for (size_t bit = 0; bit < 12; bit++)
            memcpy(name + 2 * bit, i >> bit & 1 ? "Ez" : "FY", 2);
        add_text(writer, name, "");
    }
    struct jpk_error err = {0};
    assert_false(jpk_writer_commit(writer, &err));
    assert_int_equal(err.code, JPK_ERR_NAME);
    assert_non_null(strstr(err.message, "same hash"));
    jpk_writer_free(writer);
    assert_int_equal(files_in_folder(), 0);
}

static void overwrites_only_when_told(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    assert_true(file_write(target, "old", 3, false, NULL));
    assert_null(jpk_writer_open(target, false, &err));
    expect(&err, JPK_ERR_EXISTS, "", "exists already");
    assert_string_equal(err.file, target);
    struct buf bytes = target_bytes();
    assert_string_equal(bytes.data, "old");
    buf_free(&bytes);
    struct jpk_writer *writer = open_writer(true);
    add_text(writer, "a", "new");
    commit(writer);
    struct jpk_archive *archive = open_target();
    expect_entry(archive, "a", "new", 3);
    jpk_archive_free(archive);
    unlink(target);

    /* a file that comes in between */
    writer = open_writer(false);
    add_text(writer, "a", "new");
    assert_true(file_write(target, "between", 7, false, NULL));
    err = (struct jpk_error){0};
    assert_false(jpk_writer_commit(writer, &err));
    expect(&err, JPK_ERR_EXISTS, "", "exists already");
    jpk_writer_free(writer);
    bytes = target_bytes();
    assert_string_equal(bytes.data, "between");
    buf_free(&bytes);
    assert_int_equal(files_in_folder(), 1);
}

static void leaves_nothing_behind(void **state)
{
    (void)state;
    struct jpk_writer *writer = open_writer(false);
    add_text(writer, "a", "text");
    jpk_writer_free(writer);
    jpk_writer_free(NULL);
    assert_int_equal(files_in_folder(), 0);
    struct jpk_error err = {0};
    assert_null(jpk_writer_open("/nonexistent/x/out.jpk", false, &err));
    expect(&err, JPK_ERR_WRITE, "", "cannot be created");
    assert_null(jpk_writer_open("/nonexistent/x/out.jpk", false, NULL));
}

static void usage_after_commit(void **state)
{
    (void)state;
    struct jpk_writer *writer = open_writer(false);
    assert_true(jpk_writer_commit(writer, NULL));
    struct jpk_error err = {0};
    assert_false(jpk_writer_add(writer, "a", "", 0, DATE, TIME, &err));
    expect(&err, JPK_ERR_USAGE, "a", "committed already");
    jpk_writer_free(writer);
    assert_int_equal(files_in_folder(), 1);
}

/* A full disk, played by the limit of a file's size. */
static void reports_a_failed_write(void **state)
{
    (void)state;
    char *noise = malloc(200000);
    uint32_t seed = 1;
    for (size_t i = 0; i < 200000; i++) {
        seed = seed * 1664525u + 1013904223u;
        noise[i] = (char)(seed >> 24);
    }
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    static const rlim_t sizes[] = {0, 20, 1000, 100000, 200050};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct jpk_writer *writer = open_writer(false);
        assert_true(jpk_writer_add(writer, "noise", noise, 200000, DATE, TIME, NULL));
        small = before;
        small.rlim_cur = sizes[i];
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        struct jpk_error err = {0};
        bool ok = jpk_writer_commit(writer, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        jpk_writer_free(writer);
        assert_false(ok);
        expect(&err, JPK_ERR_WRITE, "", "cannot be written: File too large");
        assert_string_equal(err.file, target);
        assert_int_equal(files_in_folder(), 0);
    }
    signal(SIGXFSZ, handler);
    free(noise);
}

static void copies_the_corpus(void **state)
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
    struct jpk_archive *in = jpk_archive_open(path, NULL, &err);
    assert_non_null(in);
    struct jpk_writer *writer = open_writer(false);
    for (size_t i = 0; i < jpk_archive_count(in); i++) {
        const struct jpk_entry_info *info = jpk_archive_entry(in, i);
        assert_true(jpk_writer_add_from(writer, info->name, in, i, info->dos_date, info->dos_time, &err));
    }
    commit(writer);
    struct jpk_archive *out = open_target();
    assert_int_equal(jpk_archive_count(out), jpk_archive_count(in));
    for (size_t i = 0; i < jpk_archive_count(in); i++) {
        const struct jpk_entry_info *a = jpk_archive_entry(in, i), *b = jpk_archive_entry(out, i);
        assert_string_equal(a->name, b->name);
        assert_int_equal(a->size, b->size);
        assert_int_equal(a->crc32, b->crc32);
        assert_int_equal(a->dos_time, b->dos_time);
    }
    jpk_archive_free(in);
    jpk_archive_free(out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_what_was_added),
        TEST(writes_the_layout_of_design_studio),
        TEST(writes_the_same_bytes_in_every_zone),
        TEST(writes_nothing),
        TEST(writes_many),
        TEST(copies_from_archives),
        TEST(reports_a_damaged_source),
        TEST(refuses_names),
        TEST(refuses_names_that_slow_libzip_down),
        TEST(overwrites_only_when_told),
        TEST(leaves_nothing_behind),
        TEST(usage_after_commit),
        TEST(reports_a_failed_write),
        TEST(copies_the_corpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
