/* What every part of the library shares: memory, text, maps, errors and files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "tests/unit/projectmaker.h"

/* ----------------------------------------------------------------------------------------------- arena and array */

static void test_arena(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 8, 9, 4000, 4096, 5000, 65535, 65536, 65537, 300000, 3, 0, 1000000, 16};
    enum { COUNT = sizeof sizes / sizeof sizes[0] };
    struct arena arena = {0};
    unsigned char *pieces[COUNT * 20];
    size_t total = 0;
    for (size_t i = 0; i < COUNT * 20; i++) {
        size_t n = sizes[i % COUNT];
        pieces[i] = arena_alloc(&arena, n);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 8, 0);
        memset(pieces[i], (int)(i & 0xff), n);
        total += n;
        assert_non_null(arena_strndup(&arena, "odd", i % 4)); /* leaves the arena unaligned */
    }
    for (size_t i = 0; i < COUNT * 20; i++)
        for (size_t j = 0; j < sizes[i % COUNT]; j++)
            if (pieces[i][j] != (i & 0xff))
                fail_msg("piece %zu was overwritten", i);
    assert_true(arena.used >= total);
    arena_free(&arena);
    arena_free(&arena); /* empty again */
}

static void test_arena_edges(void **state)
{
    (void)state;
    struct arena arena = {0};
    /* nothing is something: NULL means that memory is out */
    assert_non_null(arena_calloc(&arena, 0, 8));
    assert_non_null(arena_calloc(&arena, 8, 0));
    size_t used = arena.used;
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    assert_null(arena_calloc(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_strndup(&arena, "x", SIZE_MAX));
    assert_int_equal(arena.used, used);
    const char *bytes = arena_calloc(&arena, 100, 10);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    assert_string_equal(arena_strndup(&arena, "abc\0def", 2), "ab");
    assert_memory_equal(arena_strndup(&arena, "abc\0def", 7), "abc\0def", 8);
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    assert_string_equal(arena_strdup(&arena, "abc"), "abc");
    arena_free(&arena);
}

static void test_array(void **state)
{
    (void)state;
    uint32_t *array = NULL;
    size_t capacity = 0, moves = 0;
    for (size_t i = 0; i < 100000; i++) {
        size_t before = capacity;
        uint32_t *grown = array_grow(array, i, &capacity, sizeof *array);
        assert_non_null(grown);
        moves += capacity != before;
        array = grown;
        array[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(array[i], i);
    assert_true(moves < 20);
    size_t kept = capacity;
    assert_null(array_grow(array, capacity, &capacity, SIZE_MAX / 16)); /* would overflow */
    assert_int_equal(capacity, kept);
    assert_int_equal(array[99999], 99999);
    free(array);
}

/* -------------------------------------------------------------------------------------------------------- buffers */

static void test_buf(void **state)
{
    (void)state;
    struct buf buf = {0};
    assert_string_equal(buf_text(&buf), "");
    assert_null(buf.data);
    for (int i = 0; i < 10000; i++) {
        buf_put(&buf, "a\0b", 3);
        assert_int_equal(buf.data[buf.size], 0);
    }
    assert_int_equal(buf.size, 30000);
    assert_memory_equal(buf.data + 29997, "a\0b", 4);
    buf_clear(&buf);
    assert_string_equal(buf_text(&buf), "");
    buf_puts(&buf, "x");
    buf_putc(&buf, 'y');
    buf_printf(&buf, "%d-%s", 42, "z");
    buf_put(&buf, NULL, 0);
    assert_string_equal(buf_text(&buf), "xy42-z");
    for (size_t n = 0; n < 300; n++) { /* the text always fits exactly once */
        struct buf line = {0};
        buf_printf(&line, "%*s", (int)n, "");
        assert_int_equal(line.size, n);
        assert_int_equal(strlen(buf_text(&line)), n);
        buf_free(&line);
    }
    buf_free(&buf);
    assert_null(buf.data);
}

static void test_buf_failure(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_puts(&buf, "kept");
    assert_null(buf_reserve(&buf, SIZE_MAX - 4));
    assert_true(buf.failed);
    buf_puts(&buf, "lost"); /* later writes do nothing */
    buf_putc(&buf, 'x');
    buf_printf(&buf, "%d", 1);
    assert_null(buf_reserve(&buf, 1));
    assert_string_equal(buf_text(&buf), "kept");
    assert_int_equal(buf.size, 4);
    buf_clear(&buf); /* no new start: what was lost is lost for whoever asks at the end */
    assert_true(buf.failed);
    buf_free(&buf);
    assert_false(buf.failed);
    assert_non_null(buf_reserve(&buf, 10)); /* room that nobody fills is an empty text */
    assert_string_equal(buf_text(&buf), "");
    buf_free(&buf);
}

/* ----------------------------------------------------------------------------------------------------------- maps */

static void test_map(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct map map = {0};
    char(*keys)[12] = malloc(COUNT * sizeof *keys);
    assert_non_null(keys);
    assert_int_equal(map_get(&map, "x", 1), MAP_NONE);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t old = 0;
        int n = snprintf(keys[i], sizeof keys[i], "k%u", i);
        assert_true(map_add(&map, keys[i], (size_t)n, i, &old));
        assert_int_equal(old, MAP_NONE);
    }
    assert_int_equal(map.count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(map_get(&map, keys[i], strlen(keys[i])), i);
    assert_int_equal(map_get(&map, "k200000", 7), MAP_NONE);
    uint32_t old;
    assert_true(map_add(&map, "k7", 2, 99, &old)); /* there already: its value stays */
    assert_int_equal(old, 7);
    assert_int_equal(map_get(&map, "k7", 2), 7);
    assert_true(map_set(&map, "k7", 2, 99));
    assert_int_equal(map_get(&map, "k7", 2), 99);
    assert_int_equal(map.count, COUNT);
    map_free(&map);
    assert_int_equal(map_get(&map, "k7", 2), MAP_NONE);
    free(keys);
}

/* Keys are bytes: of any length, with NUL, one the begin of another. */
static void test_map_keys(void **state)
{
    (void)state;
    static const char bytes[64] = {0};
    struct map map = {0};
    for (uint32_t n = 0; n < 64; n++)
        assert_true(map_add(&map, bytes, n, n, NULL));
    assert_true(map_add(&map, "abcdefgh", 8, 100, NULL));
    assert_true(map_add(&map, "abcdefghi", 9, 101, NULL));
    for (uint32_t n = 0; n < 64; n++)
        assert_int_equal(map_get(&map, bytes, n), n);
    assert_int_equal(map_get(&map, "abcdefgh", 8), 100);
    assert_int_equal(map_get(&map, "abcdefghi", 9), 101);
    assert_int_equal(hash_bytes("abc", 3), hash_bytes("abc", 3));
    assert_true(hash_bytes("abc", 3) != hash_bytes("abd", 3));
    map_free(&map);
}

/* ----------------------------------------------------------------------------------------------------------- text */

static void test_printable(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *expected;
    } cases[] = {
        {"", 10, ""},
        {"plain text", 20, "plain text"},
        {"tab\tline\r\nend", 20, "tab line  end"},
        {"bell\x07 esc\x1b[31m del\x7f", 40, "bell? esc?[31m del?"},
        {"c1 \xc2\x9b nel \xc2\x85.", 40, "c1 ? nel ?."},
        {"\xe2\x80\xae rlo \xe2\x81\xa6 lri \xe2\x80\x8f rlm \xd8\x9c alm", 60, "? rlo ? lri ? rlm ? alm"},
        {"\xe2\x80\xa8 line \xef\xbb\xbf bom", 60, "? line ? bom"},
        {"no characters \xef\xbf\xbe\xef\xbf\xbf \xf0\x9f\xbf\xbe, one \xef\xbf\xbd", 60,
         "no characters ?? ?, one \xef\xbf\xbd"},
        {"bad \xff\xc3( \xed\xa0\x80 \xc0\xaf \xf0\x9f", 60,
         "bad ?"
         "?( ?"
         "?? ?"
         "? ?"
         "?"},
        {"\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 40, "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
        /* cut at a character, with dots */
        {"abcdefgh", 9, "abcdefgh"},
        {"abcdefgh", 8, "abcd..."},
        {"ab\xc3\xa9\xc3\xa9\xc3\xa9", 8, "ab\xc3\xa9..."},
        {"a\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 8, "a\xc3\xa9..."},
        {"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 10, "\xf0\x9f\x98\x80..."},
        {"abc", 1, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        memset(out, 'x', sizeof out);
        text_printable(out, cases[i].size, cases[i].text);
        assert_string_equal(out, cases[i].expected);
    }
    char untouched = 'u';
    text_printable(&untouched, 0, "abc");
    assert_int_equal(untouched, 'u');
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Whatever the bytes, the result fits, is UTF-8 and shows no control character. The block is of the exact size. */
static void test_printable_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a",    "\n",           "\x1b",         "\xc3",
                                         "\xa9", "\xe2\x80\xae", "\xe2\x80",     "\xf0\x9f\x98\x80",
                                         "\xff", "\xc2\x80",     "\xef\xbb\xbf", "\xed\xa0\x80"};
    uint32_t seed = 1;
    for (int round = 0; round < 50000; round++) {
        struct buf text = {0};
        for (uint32_t n = next_random(&seed) % 24; n > 0; n--)
            buf_puts(&text, pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])]);
        size_t size = 1 + next_random(&seed) % 40;
        char *out = malloc(size);
        assert_non_null(out);
        text_printable(out, size, buf_text(&text));
        size_t n = strnlen(out, size);
        assert_true(n < size);
        assert_true(text_utf8(out, n, NULL));
        for (size_t i = 0; i < n; i++)
            assert_true((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
        free(out);
        buf_free(&text);
    }
}

static void test_position(void **state)
{
    (void)state;
    static const char text[] = "ab\ncd\r\n\n\xc3\xa9x";
    static const struct {
        size_t offset;
        uint32_t line, column;
    } cases[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1},  {5, 2, 3},  {6, 2, 4}, {7, 3, 1},
                 {8, 4, 1}, {9, 4, 2}, {10, 4, 3}, {11, 4, 4}, {99, 4, 4}};
    struct text_counter counter = text_counter_begin(text, sizeof text - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text_position at = text_position(text, sizeof text - 1, cases[i].offset);
        assert_int_equal(at.line, cases[i].line);
        assert_int_equal(at.column, cases[i].column);
        at = text_counter_at(&counter, cases[i].offset);
        assert_int_equal(at.line, cases[i].line);
        assert_int_equal(at.column, cases[i].column);
    }
    struct text_position at = text_position("", 0, 0);
    assert_int_equal(at.line, 1);
    assert_int_equal(at.column, 1);
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bad; /* SIZE_MAX: good */
    } cases[] = {
        {"", SIZE_MAX},
        {"0123456789abcdef", SIZE_MAX},
        {"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", SIZE_MAX},
        {"\x80", 0},
        {"0123456789\xff", 10},
        {"01234567\xc3", 8},
        {"\xc3\xa9\xc0\xaf", 2},                                  /* overlong */
        {"a\xed\xa0\x80", 1},                                     /* a surrogate */
        {"\xf4\x90\x80\x80", 0},                                  /* above U+10FFFF */
        {"\xc3\xa9plain text for a while and then \xe2\x82", 34}, /* cut short */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t bad = SIZE_MAX;
        bool good = text_utf8(cases[i].text, strlen(cases[i].text), &bad);
        assert_int_equal(good, cases[i].bad == SIZE_MAX);
        assert_int_equal(bad, cases[i].bad);
    }
    assert_true(text_ascii("abc", 3));
    assert_false(text_ascii("ab\x80", 3));
}

static void test_fold(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"README.txt", "readme.TXT"},
        {"stra\xc3\x9f"
         "e",
         "STRASSE"},
        {"\xc3\x89", "e\xcc\x81"},  /* composed and decomposed */
        {"\xef\xbc\xa1", "a"},      /* full width */
        {"\xef\xac\x81le", "FILE"}, /* a ligature */
        {"\xe2\x84\xaa", "k"},      /* the Kelvin sign */
        {"\xce\xa3", "\xcf\x82"},   /* sigma at the end of a word */
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char *a, *b;
        size_t n, m;
        assert_true(text_fold(same[i][0], strlen(same[i][0]), &a, &n));
        assert_true(text_fold(same[i][1], strlen(same[i][1]), &b, &m));
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        free(a);
        free(b);
    }
    assert_int_equal(text_casecmp("abc", "ABC"), 0);
    assert_true(text_casecmp("abc", "ABD") < 0);
    assert_true(text_casecmp("abc", "AB") > 0);
    assert_false(text_caseeq("\xc3\xa9", "\xc3\x89")); /* ASCII letters alone */
    assert_true(text_ends_with("a.XML", ".xml"));
    assert_false(text_ends_with("ml", ".xml"));
}

static void test_crlf(void **state)
{
    (void)state;
    assert_true(text_crlf("a\r\nb\n", 5));
    assert_true(text_crlf("\r\n", 2));
    assert_false(text_crlf("a\nb\r\n", 5));
    assert_false(text_crlf("\n\r\n", 3));
    assert_false(text_crlf("a\r\n", 2));
    assert_false(text_crlf("", 0));
}

static void test_hex_digit(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    for (int c = 0; c < 256; c++) {
        const char *at = c ? strchr(digits, c) : NULL;
        int value = !at ? -1 : at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
        assert_int_equal(text_hex_digit((char)c), value);
    }
}

static void test_guid(void **state)
{
    (void)state;
    assert_true(text_guid("65271b0b-77a8-4711-822b-FA73C7100A6B", 36));
    assert_false(text_guid("65271b0b-77a8-4711-822b-FA73C7100A6B", 35));
    assert_false(text_guid("65271b0b-77a8-4711-822b-FA73C7100A6G", 36));
    assert_false(text_guid("65271b0b077a8-4711-822b-FA73C7100A6B", 36));
    assert_false(text_guid("65271b0b-77a8-4711-822b-FA73C7100-6B", 36));
}

/* The whole table, without the limit's short cuts. */
static size_t plain_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), row[64];
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[m];
}

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t limit, expected;
    } cases[] = {
        {"", "", 0, 0},       {"a", "", 3, 1},           {"kitten", "sitting", 3, 3}, {"kitten", "sitting", 2, 3},
        {"ABC", "abc", 2, 0}, {"abc", "abcdefgh", 2, 3}, {"ab", "ba", 9, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(text_distance(cases[i].a, cases[i].b, cases[i].limit), cases[i].expected);
        assert_int_equal(text_distance(cases[i].b, cases[i].a, cases[i].limit), cases[i].expected);
    }
    char longest[80];
    memset(longest, 'a', 79);
    longest[79] = '\0';
    assert_int_equal(text_distance(longest, longest, 3), 4); /* too long to be asked */
    assert_int_equal(text_distance(longest + 16, longest + 16, 3), 0);
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char a[64] = "", b[64] = "";
        for (size_t i = 0, n = next_random(&seed) % 12; i < n; i++)
            a[i] = (char)('a' + next_random(&seed) % 3);
        for (size_t i = 0, n = next_random(&seed) % 12; i < n; i++)
            b[i] = (char)('a' + next_random(&seed) % 3);
        size_t limit = next_random(&seed) % 14, plain = plain_distance(a, b);
        assert_int_equal(text_distance(a, b, limit), plain > limit ? limit + 1 : plain);
    }
}

/* --------------------------------------------------------------------------------------------------------- errors */

static void test_errors(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    error_file(&err, "too early"); /* there is no error yet */
    error_offset(&err, 1);
    assert_string_equal(err.file, "");
    assert_false(error_set(&err, JPK_ERR_XML, "the first\n%s", "one"));
    assert_false(error_set(&err, JPK_ERR_NAME, "the second"));
    error_memory(&err);
    error_system(&err, JPK_ERR_READ, ENOENT, "the third");
    error_text_offset(&err, "a\nbc", 4, 3);
    error_text_offset(&err, "a\nbc", 4, 0);
    error_file(&err, "f\x1b");
    error_file(&err, "g");
    error_entry(&err, "e");
    assert_int_equal(err.code, JPK_ERR_XML);
    assert_string_equal(err.message, "the first one");
    assert_string_equal(err.file, "f?");
    assert_string_equal(err.entry, "e");
    assert_true(err.has_offset && err.offset == 3 && err.line == 2 && err.column == 2);
    assert_false(error_set(NULL, JPK_ERR_XML, "nobody listens"));
    error_text_offset(NULL, "", 0, 0);
    struct jpk_error system = {0};
    error_system(&system, JPK_ERR_READ, ENOENT, "cannot be opened");
    assert_string_equal(system.message, "cannot be opened: No such file or directory");
}

/* A message that is cut says so, and is cut at a character. */
static void test_error_long(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    char text[1200];
    for (size_t i = 0; i < sizeof text - 1; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof text - 2] = '\0';
    error_set(&err, JPK_ERR_XML, ".%s", text);
    size_t n = strlen(err.message);
    assert_true(n > JPK_ERROR_MESSAGE_MAX - 6 && n < JPK_ERROR_MESSAGE_MAX);
    assert_string_equal(err.message + n - 5, "\xc3\xa9...");
    error_system(&err, JPK_ERR_READ, ENOENT, "%s", text);
    struct jpk_error system = {0};
    error_system(&system, JPK_ERR_READ, ENOENT, "%s", text); /* no room for the reason */
    assert_true(strlen(system.message) < JPK_ERROR_MESSAGE_MAX);
}

static void test_codes(void **state)
{
    (void)state;
    for (int code = JPK_OK; code <= JPK_ERR_CHANGED; code++) {
        const char *name = jpk_code_name((enum jpk_code)code);
        int status = jpk_code_status((enum jpk_code)code);
        assert_string_not_equal(name, "unknown");
        assert_true(code == JPK_OK ? status == 0 : status >= 2 && status <= 4);
        for (int other = JPK_OK; other < code; other++)
            assert_string_not_equal(name, jpk_code_name((enum jpk_code)other));
    }
    assert_string_equal(jpk_code_name((enum jpk_code)9999), "unknown");
    assert_int_equal(jpk_code_status((enum jpk_code)9999), 4);
    assert_string_equal(jpk_version(), JPK_VERSION);
}

/* ---------------------------------------------------------------------------------------------------------- files */

static size_t count_files(const char *folder)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void assert_file(const char *path, const char *expected)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    assert_true(file_read(path, 1 << 20, "--max", &text, &err));
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

/* As root, a file that takes the name of /dev/null would break the whole machine. */
static void test_streams_are_not_replaced(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct stat st;
    char folder[] = "/tmp/jpk-stream-XXXXXX", link[64], other[64], target[16];
    assert_non_null(mkdtemp(folder));
    snprintf(link, sizeof link, "%s/null", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(symlink("/dev/null", link), 0);
    assert_false(file_write(link, "x", 1, false, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    memset(&err, 0, sizeof err);
    assert_true(file_write(link, "x", 1, true, &err));
    assert_true(file_write_durably(link, "x", 1, true, &err));
    assert_int_equal(readlink(link, target, sizeof target), strlen("/dev/null"));
    assert_true(stat(link, &st) == 0 && S_ISCHR(st.st_mode));
    struct outfile out;
    assert_true(outfile_open(&out, link, true, &err));
    outfile_discard(&out);
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    /* A link to a file is replaced, not followed. */
    assert_int_equal(unlink(link), 0);
    assert_true(file_write(other, "kept", 4, false, &err));
    assert_int_equal(symlink("other", link), 0);
    assert_true(file_write(link, "x", 1, true, &err));
    assert_file(other, "kept");
    assert_file(link, "x");
    assert_int_equal(file_remove_tree(folder, &err), true);
}

static void test_file_look(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    char folder[] = "/tmp/jpk-look-XXXXXX", file[64], below[64], link[64];
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(below, sizeof below, "%s/file/below", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    assert_true(file_write(file, "", 0, false, &err));
    assert_int_equal(symlink("link", link), 0);
    assert_int_equal(file_look(folder, true, &err), FILE_FOLDER);
    assert_int_equal(file_look(file, true, &err), FILE_REGULAR);
    assert_int_equal(file_look(below, true, &err), FILE_NONE);
    assert_int_equal(file_look("/dev/null", true, &err), FILE_OTHER);
    assert_int_equal(file_look(link, false, &err), FILE_OTHER);
    assert_int_equal(err.code, JPK_OK);
    /* A link to itself is no proof of anything. */
    assert_int_equal(file_look(link, true, &err), FILE_UNKNOWN);
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.file, link);
    unlink(link);
    unlink(file);
    rmdir(folder);
}

static void test_file_write(void **state)
{
    (void)state;
    char folder[64], path[128], below[160];
    struct jpk_error err = {0};
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    snprintf(below, sizeof below, "%s/b", path);
    assert_true(file_write(path, "one", 3, false, &err));
    assert_file(path, "one");
    struct stat st;
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
    /* an existing file is not replaced without force */
    assert_false(file_write(path, "two", 3, false, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_string_equal(err.file, path);
    assert_file(path, "one");
    assert_true(file_write(path, "two!", 4, true, NULL));
    assert_file(path, "two!");
    assert_true(file_write(path, "", 0, true, NULL));
    assert_file(path, "");
    /* no such folder, a file where a folder should be, a folder where the file should be */
    err = (struct jpk_error){0};
    assert_false(file_write(below, "x", 1, false, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    assert_string_equal(err.file, below);
    err = (struct jpk_error){0};
    assert_false(file_write("/nonexistent/x", "x", 1, true, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    err = (struct jpk_error){0};
    assert_false(file_write(folder, "x", 1, true, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    assert_int_equal(stat(folder, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(count_files(folder), 1); /* nothing is left over */
    pm_remove(folder);
}

/* The file appears at the commit and not before; what came in between is not replaced. */
static void test_outfile(void **state)
{
    (void)state;
    char folder[64], path[128];
    struct outfile out;
    struct jpk_error err = {0};
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_true(outfile_open(&out, path, false, &err));
    assert_int_equal(write(out.fd, "new", 3), 3);
    assert_int_equal(access(path, F_OK), -1);
    outfile_discard(&out);
    outfile_discard(&out); /* does nothing */
    assert_int_equal(count_files(folder), 0);

    assert_true(outfile_open(&out, path, false, &err));
    assert_int_equal(write(out.fd, "new", 3), 3);
    assert_true(file_write(path, "other", 5, false, &err));
    assert_false(outfile_commit(&out, false, false, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_file(path, "other");
    assert_int_equal(count_files(folder), 1);

    assert_true(outfile_open(&out, path, true, NULL));
    assert_int_equal(write(out.fd, "new", 3), 3);
    assert_file(path, "other");
    assert_true(outfile_commit(&out, true, true, NULL));
    outfile_discard(&out);
    assert_file(path, "new");

    /* a link that leads nowhere is there all the same, and is replaced, not followed */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/nonexistent/target", path), 0);
    err = (struct jpk_error){0};
    assert_false(outfile_open(&out, path, false, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_true(file_write(path, "mine", 4, true, NULL));
    assert_file(path, "mine");
    assert_int_equal(count_files(folder), 1);
    pm_remove(folder);
}

/* A folder that cannot be written to: tried as a user who is not root, for root may write anywhere. */
static void test_read_only(void **state)
{
    (void)state;
    char folder[64], path[128];
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(chmod(folder, 0555), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct jpk_error err = {0};
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(0);
        bool written = file_write(path, "x", 1, true, &err);
        _exit(!written && err.code == JPK_ERR_WRITE && strstr(err.message, "Permission denied") ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(count_files(folder), 0);
    pm_remove(folder);
}

static void test_disk_full(void **state)
{
    (void)state;
    struct outfile out = {
        .path = strdup("/dev/full"), .temporary = strdup("/nonexistent/t"), .fd = open("/dev/full", O_WRONLY)};
    struct jpk_error err = {0};
    assert_false(outfile_commit(&out, true, true, &err)); /* the temporary file is gone */
    assert_int_equal(err.code, JPK_ERR_WRITE);
    assert_string_equal(err.file, "/dev/full");
    assert_null(out.path);
}

static void test_file_read(void **state)
{
    (void)state;
    char folder[64], path[128];
    struct buf out = {0};
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_true(file_write(path, "12345", 5, false, NULL));
    assert_true(file_read(path, 5, "--max", &out, NULL));
    assert_true(file_read(path, 5, "--max", &out, NULL)); /* appends */
    assert_string_equal(buf_text(&out), "1234512345");
    struct jpk_error err = {0};
    assert_false(file_read(path, 4, "--max-it", &out, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.message, "is larger than 4 bytes (--max-it)");
    assert_string_equal(err.file, path);
    err = (struct jpk_error){0};
    assert_false(file_read("/dev/zero", 100000, "--max-it", &out, &err)); /* never ends */
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    err = (struct jpk_error){0};
    assert_false(file_read("/nonexistent", 4, "--max", &out, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    err = (struct jpk_error){0};
    assert_false(file_read(folder, 4, "--max", &out, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    buf_free(&out);
    assert_true(file_read("/dev/null", 0, "--max", &out, NULL));
    assert_string_equal(buf_text(&out), "");
    buf_free(&out);
    pm_remove(folder);
}

static void test_make_folder(void **state)
{
    (void)state;
    char folder[64], path[128];
    struct stat st;
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/a/b//c/", folder);
    assert_true(file_make_folder(path, NULL));
    assert_true(file_make_folder(path, NULL));
    assert_true(file_make_folder("/", NULL));
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    snprintf(path, sizeof path, "%s/f", folder);
    assert_true(file_write(path, "x", 1, false, NULL));
    struct jpk_error err = {0};
    assert_false(file_make_folder(path, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    assert_string_equal(err.file, path);
    pm_remove(folder);
}

static void test_sha256(void **state)
{
    (void)state;
    static const char of_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; /* FIPS 180-4 */
    char out[65], folder[64], path[128];
    sha256_hex("abc", 3, out);
    assert_string_equal(out, of_abc);
    pm_temporary(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_true(file_write(path, "abc", 3, false, NULL));
    int fd = open(path, O_RDONLY);
    assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
    memset(out, 0, sizeof out);
    assert_true(sha256_fd(fd, out, NULL)); /* from its start */
    assert_string_equal(out, of_abc);
    close(fd);
    struct jpk_error err = {0};
    assert_false(sha256_fd(-1, out, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    pm_remove(folder);
}

static void put_upper(struct buf *buf, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(buf, text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i]);
}

static void test_buf_put_clean(void **state)
{
    struct buf buf = {0};
    (void)state;
    buf_put_clean(&buf, "", put_upper);
    buf_put_clean(&buf, "ab\xc3\xa9 ", put_upper);
    buf_put_clean(&buf,
                  "\xff"
                  "a\xc3(\xe2\x82",
                  put_upper);
    assert_string_equal(buf_text(&buf), "AB\xc3\xa9 \xef\xbf\xbd"
                                        "A\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd");
    buf_free(&buf);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf_put_clean),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_edges),
        cmocka_unit_test(test_array),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_buf_failure),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_keys),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_printable_random),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_crlf),
        cmocka_unit_test(test_hex_digit),
        cmocka_unit_test(test_guid),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_error_long),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_file_write),
        cmocka_unit_test(test_outfile),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_streams_are_not_replaced),
        cmocka_unit_test(test_file_look),
        cmocka_unit_test(test_file_read),
        cmocka_unit_test(test_make_folder),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
