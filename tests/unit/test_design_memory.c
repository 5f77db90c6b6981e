/*
 * The conversion to Design Studio where memory runs out: whichever allocation fails, the answer is JPK_ERR_MEMORY or a
 * whole result, and nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "jpk/convert.h"

#if defined(__SANITIZE_ADDRESS__)

int main(void)
{
    puts("allocations that fail: skipped, for the sanitizer has its own");
    return 0;
}

#else

#include "tests/unit/allocator.h"

/* Converts, and says how many allocations that took. */
static size_t convert(const struct jpk_cloud *cloud, size_t nth)
{
    struct jpk_error err = {0};
    long before = allocations_held;
    allocations_begin(nth);
    struct jpk_conversion *conversion = jpk_convert_to_design(cloud, NULL, &err);
    size_t used = allocations_end();
    if (!conversion && err.code != JPK_ERR_MEMORY)
        fail_msg("allocation %zu: %s: %s", nth, jpk_code_name(err.code), err.message);
    if (conversion && allocation_failed && conversion->item_count != cloud->component_count)
        fail_msg("allocation %zu: half a result", nth);
    jpk_conversion_free(conversion);
    if (allocations_held != before)
        fail_msg("allocation %zu: %ld are left", nth, allocations_held - before);
    return used;
}

static void every_allocation_fails(const char *path, size_t step)
{
    struct jpk_error err = {0};
    struct jpk_cloud *cloud = jpk_cloud_load_file(path, NULL, &err);
    if (!cloud)
        fail_msg("%s: %s", path, err.message);
    jpk_conversion_free(jpk_convert_to_design(cloud, NULL, NULL)); /* what libraries allocate once */
    size_t all = convert(cloud, 0);
    print_message("%s: %zu allocations\n", path, all);
    assert_in_range(all, 100, 1000000);
    for (size_t nth = 1; nth <= all; nth += step)
        convert(cloud, nth);
    jpk_cloud_free(cloud);
}

static void test_samples(void **state)
{
    (void)state;
    every_allocation_fails("samples/cloud/nightly-cleanup.json", 1);
    every_allocation_fails("samples/cloud/contacts.json", 1);
}

int main(void)
{
    int skipped = allocations_skip();
    if (skipped >= 0)
        return skipped;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests_name("design without memory", tests, NULL, NULL);
}

#endif
