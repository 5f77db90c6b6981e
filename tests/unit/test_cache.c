/* Results that are kept: recipe/cache.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/workers.h"
#include "recipe/cache.h"
#include "tests/unit/projectmaker.h"

enum { LARGE = 1 << 20 };

static char root[64];
static char folder[128], file[160];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    snprintf(folder, sizeof folder, "%s/a/b", root);
    snprintf(file, sizeof file, "%s/recipes.cache", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static struct cache_key key_of(size_t number)
{
    struct cache_key key;
    sha256_bytes(&number, sizeof number, key.bytes);
    return key;
}

static struct cache *open_cache(uint64_t limit)
{
    struct jpk_error err = {0};
    struct cache *cache = cache_open(folder, limit, &err);
    assert_non_null(cache);
    return cache;
}

/* The text that is kept for a number. */
static void put(struct cache *cache, size_t number)
{
    char text[64];
    struct cache_key key = key_of(number);
    int n = snprintf(text, sizeof text, "what was found for %zu", number);
    cache_put(cache, &key, text, (size_t)n);
}

/* Whether it is there; when it is, it is right. */
static bool has(struct cache *cache, size_t number)
{
    char text[64];
    struct buf out = {0};
    struct cache_key key = key_of(number);
    bool there = cache_get(cache, &key, &out);
    snprintf(text, sizeof text, "what was found for %zu", number);
    if (there) {
        assert_int_equal(out.size, strlen(text));
        assert_memory_equal(out.data, text, out.size);
    } else {
        assert_int_equal(out.size, 0);
    }
    buf_free(&out);
    return there;
}

static void close_cache(struct cache *cache)
{
    struct jpk_error err = {0};
    assert_true(cache_save(cache, &err));
    assert_int_equal(err.code, JPK_OK);
    cache_free(cache);
}

/* Numbers from `first` on, in one run. */
static void fill(size_t first, size_t count)
{
    struct cache *cache = open_cache(LARGE);
    for (size_t i = 0; i < count; i++)
        put(cache, first + i);
    close_cache(cache);
}

static size_t count_of(size_t first, size_t count)
{
    struct cache *cache = open_cache(LARGE);
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += has(cache, first + i);
    cache_free(cache);
    return found;
}

static void test_kept(void **state)
{
    (void)state;
    struct cache *cache = open_cache(LARGE);
    put(cache, 1);
    struct cache_key empty = key_of(2);
    cache_put(cache, &empty, "", 0);
    assert_false(has(cache, 1)); /* only for the next run */
    close_cache(cache);
    cache = open_cache(LARGE);
    struct buf out = {0};
    assert_true(has(cache, 1));
    assert_true(cache_get(cache, &empty, &out));
    assert_int_equal(out.size, 0);
    assert_false(has(cache, 3));
    buf_free(&out);
    close_cache(cache);
}

static void test_nothing_new(void **state)
{
    (void)state;
    struct stat before, after;
    cache_free(open_cache(LARGE));
    assert_int_not_equal(access(folder, F_OK), 0); /* nothing is made for nothing */
    fill(0, 10);
    assert_int_equal(stat(file, &before), 0);
    struct cache *cache = open_cache(LARGE);
    assert_true(has(cache, 3));
    close_cache(cache);
    assert_int_equal(stat(file, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct buf one = {0}, two = {0};
    fill(0, 10);
    assert_true(file_read(file, LARGE, "", &one, NULL));
    assert_int_equal(unlink(file), 0);
    struct cache *cache = open_cache(LARGE);
    for (size_t i = 10; i-- > 0;)
        put(cache, i);
    close_cache(cache);
    assert_true(file_read(file, LARGE, "", &two, NULL));
    assert_int_equal(one.size, two.size);
    assert_memory_equal(one.data, two.data, one.size);
    buf_free(&one);
    buf_free(&two);
}

static void test_ignored_by_git(void **state)
{
    (void)state;
    char ignore[192];
    snprintf(ignore, sizeof ignore, "%s/.gitignore", folder);
    fill(0, 1);
    assert_int_equal(access(ignore, F_OK), 0);
    /* A folder of others stays as it is. */
    assert_int_equal(unlink(ignore), 0);
    fill(1, 1);
    assert_int_not_equal(access(ignore, F_OK), 0);
}

/* Every way to cut a file, and a bit of every byte: what comes out is right or is not there. */
static void test_damaged(void **state)
{
    (void)state;
    struct buf whole = {0};
    fill(0, 3);
    assert_true(file_read(file, LARGE, "", &whole, NULL));
    for (size_t n = 0; n < whole.size; n++) {
        assert_true(file_write(file, whole.data, n, true, NULL));
        assert_in_range(count_of(0, 3), 0, 2);
    }
    for (size_t i = 0; i < whole.size; i++) {
        whole.data[i] = (char)(whole.data[i] ^ 1 << i % 8);
        assert_true(file_write(file, whole.data, whole.size, true, NULL));
        assert_in_range(count_of(0, 3), 0, 2);
        whole.data[i] = (char)(whole.data[i] ^ 1 << i % 8);
    }
    /* It is made anew. */
    assert_true(file_write(file, "something else", 14, true, NULL));
    fill(0, 3);
    assert_int_equal(count_of(0, 3), 3);
    buf_free(&whole);
}

/* A table whose checksum is right and whose numbers are not. */
static void test_forged(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, UINT64_MAX, UINT64_MAX - 100, 1ULL << 63, 1ULL << 32, LARGE};
    enum { HEADER = 48, RECORD = 80, OFFSET = 64, SIZE = 72 };
    struct buf whole = {0};
    fill(0, 1);
    assert_true(file_read(file, LARGE, "", &whole, NULL));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        for (size_t place = OFFSET; place <= SIZE; place += SIZE - OFFSET) {
            struct buf copy = {0};
            buf_put(&copy, whole.data, whole.size);
            memcpy(copy.data + HEADER + place, &numbers[i], 8);
            sha256_bytes(copy.data + HEADER, RECORD, (unsigned char *)copy.data + 16);
            assert_true(file_write(file, copy.data, copy.size, true, NULL));
            assert_int_equal(count_of(0, 1), 0);
            memcpy(copy.data + 8, &numbers[i], 8); /* how many there are */
            assert_true(file_write(file, copy.data, copy.size, true, NULL));
            assert_int_equal(count_of(0, 1), 0);
            buf_free(&copy);
        }
    buf_free(&whole);
}

/* What was asked for last stays when there is no room for all. */
static void test_bound(void **state)
{
    (void)state;
    struct stat status;
    fill(0, 100);
    assert_int_equal(stat(file, &status), 0);
    uint64_t limit = (uint64_t)status.st_size;
    struct cache *cache = open_cache(limit);
    for (size_t i = 0; i < 50; i++)
        assert_true(has(cache, 2 * i));
    for (size_t i = 0; i < 20; i++)
        put(cache, 1000 + i);
    close_cache(cache);
    assert_int_equal(stat(file, &status), 0);
    assert_true((uint64_t)status.st_size <= limit);
    assert_int_equal(count_of(1000, 20), 20);
    cache = open_cache(limit);
    size_t old = 0;
    for (size_t i = 0; i < 50; i++) {
        assert_true(has(cache, 2 * i));
        old += has(cache, 2 * i + 1);
    }
    assert_in_range(old, 25, 31);
    cache_free(cache);
}

static void test_no_room(void **state)
{
    (void)state;
    static const uint64_t limits[] = {0, 47, 48, 100};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct cache *cache = open_cache(limits[i]);
        put(cache, 1);
        close_cache(cache);
        assert_int_equal(count_of(1, 1), 0);
    }
}

/* A run that ends while another one is under way: both have what they found. */
static void test_two_runs(void **state)
{
    (void)state;
    fill(0, 5);
    struct cache *one = open_cache(LARGE), *two = open_cache(LARGE);
    put(one, 10);
    put(two, 20);
    put(two, 10);
    close_cache(one);
    close_cache(two);
    assert_int_equal(count_of(0, 5), 5);
    assert_int_equal(count_of(10, 1), 1);
    assert_int_equal(count_of(20, 1), 1);
}

static void work(void *context, size_t index)
{
    if (index % 2)
        put(context, index + 1000);
    else
        assert_true(has(context, index % 100));
}

static void test_threads(void **state)
{
    (void)state;
    fill(0, 100);
    struct cache *cache = open_cache(LARGE);
    workers_run(2000, 4, work, cache);
    close_cache(cache);
    assert_int_equal(count_of(0, 100), 100);
    assert_int_equal(count_of(1000, 2000), 1000);
}

static void test_unwritable(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    snprintf(folder, sizeof folder, "%s/file", root);
    assert_true(file_write(folder, "x", 1, true, NULL));
    struct cache *cache = open_cache(LARGE);
    put(cache, 1);
    assert_false(has(cache, 1));
    assert_false(cache_save(cache, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    cache_free(cache);
    cache_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kept),     TEST(test_nothing_new), TEST(test_same_bytes), TEST(test_ignored_by_git),
        TEST(test_damaged),  TEST(test_forged),      TEST(test_bound),      TEST(test_no_room),
        TEST(test_two_runs), TEST(test_threads),     TEST(test_unwritable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
