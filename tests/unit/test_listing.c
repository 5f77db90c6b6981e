/* Lists of recipes: what is read of them, filters and orders. */
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

#include "base/buf.h"
#include "base/file.h"
#include "recipe/listing.h"

#define DATED(day) "\"jitterpak\": {\"createdAt\": \"" day "T10:00:00Z\"}"

static const struct listing_limits limits = {.file_size = 1 << 20};

struct fixture {
    char folder[64], path[128];
    struct listing listing;
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    snprintf(f->folder, sizeof f->folder, "/tmp/jpk-listing-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    char command[128];
    listing_free(&f->listing);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *name, const char *text)
{
    snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
    assert_true(file_write(f->path, text, strlen(text), true, NULL));
}

/* A recipe with these members. */
static void put_recipe(struct fixture *f, const char *name, const char *members)
{
    struct buf text = {0};
    buf_printf(&text, "{\"recipeFormat\": 1, %s}", members);
    put(f, name, buf_text(&text));
    buf_free(&text);
}

static void list(struct fixture *f)
{
    struct jpk_error err = {0};
    assert_true(listing_add(&f->listing, f->folder, &limits, &err));
    assert_int_equal(err.code, JPK_OK);
}

/* The first letters of the names, in the order of the list. */
static void assert_names(const struct listing *listing, const char *names)
{
    char found[32] = "";
    for (size_t i = 0; i < listing->count && i + 1 < sizeof found; i++)
        found[i] = listing->items[i].name[0];
    assert_string_equal(found, names);
}

/* What a filter leaves; the list is put back together afterwards. */
static void assert_kept(struct fixture *f, struct listing_filter filter, const char *names)
{
    listing_free(&f->listing);
    list(f);
    assert_true(listing_keep(&f->listing, &filter, NULL));
    assert_true(listing_sort(&f->listing, LISTING_NAME, NULL));
    assert_names(&f->listing, names);
}

static void test_what_is_read(void **state)
{
    struct fixture *f = *state;
    put_recipe(
        f, "a.json",
        "\"name\": \"a\", \"version\": \"1.0.0\", \"author\": \"A\", \"description\": \"D\", \"verb\": \"Sync\", "
        "\"categories\": [\"C\"], \"keywords\": [\"k\", \"l\"], \"endpoints\": [{\"id\": \"i\", \"name\": "
        "\"N\", \"role\": \"both\", \"connector\": \"http\"}], \"jitterpak\": {\"file\": \"a.jpk\", "
        "\"sha256\": \"0f\", \"projectId\": \"p\", \"projectName\": \"P\", \"createdAt\": "
        "\"2026-02-02T09:17:00Z\"}");
    list(f);
    assert_int_equal(f->listing.count, 1);
    const struct listed *item = &f->listing.items[0];
    assert_string_equal(item->path, f->path);
    assert_string_equal(item->version, "1.0.0");
    assert_string_equal(item->description, "D");
    assert_string_equal(item->categories[0], "C");
    assert_null(item->categories[1]);
    assert_string_equal(item->keywords[1], "l");
    assert_int_equal(item->endpoint_count, 1);
    assert_string_equal(item->endpoints[0].connector, "http");
    assert_string_equal(item->jitterpak.file, "a.jpk");
    assert_string_equal(item->jitterpak.project_name, "P");
}

/* What has the wrong type is as if it were not there. */
static void test_odd_shapes(void **state)
{
    struct fixture *f = *state;
    put_recipe(f, "a.json",
               "\"name\": 1, \"author\": null, \"categories\": \"C\", \"keywords\": [1, [], \"k\\u0000\"], "
               "\"endpoints\": [1, {}], \"jitterpak\": []");
    put(f, "b.json", "[{\"recipeFormat\": 1}]");
    put(f, "c.json", "{\"recipeFormat\": 1}");
    put(f, "d.txt", "{\"recipeFormat\": 1}");
    put(f, "e.JSON", "{\"configureFormat\": 1}");
    list(f);
    assert_int_equal(f->listing.count, 2);
    assert_int_equal(f->listing.error_count, 0);
    const struct listed *item = &f->listing.items[0];
    assert_string_equal(item->name, "");
    assert_null(item->categories[0]);
    assert_string_equal(item->keywords[0], "k?");
    assert_int_equal(item->endpoint_count, 2);
    assert_string_equal(item->endpoints[0].id, "");
    assert_string_equal(item->jitterpak.created, "");
    assert_true(listing_sort(&f->listing, LISTING_AUTHOR, NULL));
    assert_true(listing_keep(&f->listing, &(struct listing_filter){.endpoint = "x", .text = "x"}, NULL));
    assert_int_equal(f->listing.count, 0);
}

static void test_what_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    struct jpk_error err = {0};
    put_recipe(f, "a.json", "\"name\": \"a\"");
    put(f, "b.json", "{\"recipeFormat\": 1");
    put(f, "c.json", "\xff");
    put(f, "d.json", "{}");
    list(f);
    assert_names(&f->listing, "a");
    assert_int_equal(f->listing.error_count, 2);
    assert_int_equal(f->listing.errors[0].code, JPK_ERR_JSON);
    assert_int_equal(f->listing.errors[0].line, 1);
    assert_int_equal(f->listing.errors[1].code, JPK_ERR_ENCODING);
    /* A file that is named has to be a recipe. */
    assert_true(listing_add(&f->listing, f->path, &limits, &err));
    assert_int_equal(f->listing.errors[2].code, JPK_ERR_FORMAT);
    assert_string_equal(f->listing.errors[2].file, f->path);
    /* So is one that is too large. */
    const struct listing_limits small = {.file_size = 10};
    assert_true(listing_add(&f->listing, f->folder, &small, &err));
    assert_int_equal(f->listing.count, 1);
    assert_int_equal(f->listing.errors[3].code, JPK_ERR_LIMIT);
}

static void test_orders(void **state)
{
    struct fixture *f = *state;
    put_recipe(f, "1.json", "\"name\": \"c\", \"author\": \"zoe\", " DATED("2026-01-02"));
    put_recipe(f, "2.json", "\"name\": \"B\", \"author\": \"Al\", " DATED("10000-01-01"));
    put_recipe(f, "3.json", "\"name\": \"a\", \"author\": \"al b\"");
    put_recipe(f, "4.json", "\"name\": \"d\", \"jitterpak\": {\"createdAt\": \"2026-01-02T11:00:00Z\"}");
    put_recipe(f, "5.json", "\"name\": \"e\", \"jitterpak\": {\"createdAt\": \"2027-01-01Z\"}");
    list(f);
    assert_true(listing_sort(&f->listing, LISTING_NAME, NULL));
    assert_names(&f->listing, "aBcde");
    assert_true(listing_sort(&f->listing, LISTING_DATE, NULL));
    assert_names(&f->listing, "Bdcae");
    assert_true(listing_sort(&f->listing, LISTING_AUTHOR, NULL));
    assert_names(&f->listing, "Bacde");
}

/* What has the same name is sorted by version and path, so that the order never depends on how it was met. */
static void test_ties(void **state)
{
    struct fixture *f = *state;
    put_recipe(f, "2.json", "\"name\": \"a\", \"version\": \"2.0.0\"");
    put_recipe(f, "1.json", "\"name\": \"A\", \"version\": \"2.0.0\"");
    put_recipe(f, "3.json", "\"name\": \"a\", \"version\": \"1.0.0\"");
    list(f);
    assert_true(listing_sort(&f->listing, LISTING_NAME, NULL));
    assert_string_equal(f->listing.items[0].version, "1.0.0");
    assert_string_equal(strrchr(f->listing.items[1].path, '/'), "/1.json");
    assert_string_equal(strrchr(f->listing.items[2].path, '/'), "/2.json");
}

static void test_texts(void **state)
{
    struct fixture *f = *state;
    put_recipe(f, "1.json",
               "\"name\": \"a\", \"author\": \"Erika Stra\xc3\x9f"
               "e\", \"keywords\": [\"\xc3\x9c"
               "ber\"]");
    put_recipe(f, "2.json", "\"name\": \"b\", \"description\": \"From A to \xef\xbc\xa2\", \"verb\": \"Sync\"");
    put_recipe(f, "3.json", "\"name\": \"c\", \"categories\": [\"CRM\", \"E-Commerce\"], \"verb\": \"Upsert\"");
    assert_kept(f, (struct listing_filter){.author = "STRASSE"}, "a");
    assert_kept(f,
                (struct listing_filter){.text = "u\xcc\x88"
                                                "BER"},
                "a");
    assert_kept(f, (struct listing_filter){.text = "to b"}, "b");
    assert_kept(f, (struct listing_filter){.category = "e-commerce"}, "c");
    assert_kept(f, (struct listing_filter){.category = "commerce"}, "");
    assert_kept(f, (struct listing_filter){.verb = "sync"}, "b");
    assert_kept(f, (struct listing_filter){.verb = "sync", .author = "erika"}, "");
    assert_kept(f, (struct listing_filter){.text = ""}, "abc");
    static const struct listing_filter wrong[] = {{.text = "\xff"}, {.verb = "nope"}, {.verb = ""}, {.verb = "Syn"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct jpk_error err = {0};
        assert_false(listing_keep(&f->listing, &wrong[i], &err));
        assert_int_equal(err.code, JPK_ERR_USAGE);
    }
}

static void test_endpoints(void **state)
{
    struct fixture *f = *state;
    put_recipe(f, "1.json",
               "\"name\": \"a\", \"endpoints\": [{\"id\": \"shop\", \"name\": \"Web shop\", \"role\": \"source\", "
               "\"connector\": \"http\"}, {\"id\": \"erp\", \"name\": \"ERP\", \"role\": \"target\", \"connector\": "
               "\"database\"}]");
    put_recipe(f, "2.json",
               "\"name\": \"b\", \"endpoints\": [{\"id\": \"store\", \"name\": \"Workshop\", \"role\": \"both\", "
               "\"connector\": \"ftp\"}]");
    assert_kept(f, (struct listing_filter){.endpoint = "shop"}, "ab");
    assert_kept(f, (struct listing_filter){.endpoint = "HTTP"}, "a");
    assert_kept(f, (struct listing_filter){.endpoint = "data"}, "");
    assert_kept(f, (struct listing_filter){.source = "ftp"}, "b");
    assert_kept(f, (struct listing_filter){.target = "ftp"}, "b");
    assert_kept(f, (struct listing_filter){.source = "erp"}, "");
    assert_kept(f, (struct listing_filter){.source = "web shop", .target = "erp"}, "a");
}

static void test_days(void **state)
{
    struct fixture *f = *state;
    put_recipe(f, "1.json", "\"name\": \"a\", " DATED("2026-01-31"));
    put_recipe(f, "2.json", "\"name\": \"b\", " DATED("2026-02-01"));
    put_recipe(f, "3.json", "\"name\": \"c\", " DATED("-0001-02-01"));
    put_recipe(f, "4.json", "\"name\": \"d\", \"jitterpak\": {\"createdAt\": \"2026-02-01Z\"}");
    put_recipe(f, "5.json", "\"name\": \"e\", \"jitterpak\": {\"createdAt\": \"99999999999999999999-02-01T\"}");
    assert_kept(f, (struct listing_filter){.since = "2026-01-31"}, "ab");
    assert_kept(f, (struct listing_filter){.since = "2026-02-01"}, "b");
    assert_kept(f, (struct listing_filter){.until = "2026-01-31"}, "ac");
    assert_kept(f, (struct listing_filter){.since = "2026-01-31", .until = "2026-01-31"}, "a");
    static const char *const wrong[] = {"2026-02-29", "2026-1-1", "", "2026-01-31T10:00:00Z", "31.01.2026"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct jpk_error err = {0};
        assert_false(listing_keep(&f->listing, &(struct listing_filter){.until = wrong[i]}, &err));
        assert_int_equal(err.code, JPK_ERR_USAGE);
        assert_non_null(strstr(err.message, "--until"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_read, begin, end),
        cmocka_unit_test_setup_teardown(test_odd_shapes, begin, end),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read, begin, end),
        cmocka_unit_test_setup_teardown(test_orders, begin, end),
        cmocka_unit_test_setup_teardown(test_ties, begin, end),
        cmocka_unit_test_setup_teardown(test_texts, begin, end),
        cmocka_unit_test_setup_teardown(test_endpoints, begin, end),
        cmocka_unit_test_setup_teardown(test_days, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
