/*
 * Retargeting where memory runs out: whichever allocation fails, the answer is JPK_ERR_MEMORY or a whole result, and
 * of an export nothing is left behind.
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

#include "jpk/retarget.h"
#include "jpk/scan.h"
#include "tests/unit/projectmaker.h"

#if defined(__SANITIZE_ADDRESS__)

int main(void)
{
    puts("allocations that fail: skipped, for the sanitizer has its own");
    return 0;
}

#else

#include "tests/unit/allocator.h"

struct source {
    const struct jpk_cloud *cloud; /* else a project: */
    const struct jpk_project *project;
    const struct jpk_graph *graph;
    char path[96];
};

static const struct jpk_retarget_options options = {
    .name = "N",
    .organization_id = "1",
    .without = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SCHEDULES | JPK_WITHOUT_EMAILS | JPK_WITHOUT_VARIABLES |
               JPK_WITHOUT_SECRETS | JPK_WITHOUT_PEOPLE | JPK_WITHOUT_HOSTS,
    .force = true,
    .fast = true,
};

static struct jpk_retargeted *make(const struct source *source, struct jpk_error *err)
{
    return source->cloud ? jpk_retarget_export(source->cloud, &options, err)
                         : jpk_retarget_jitterpak(source->project, source->graph, source->path, &options, err);
}

static size_t run(const struct source *source, size_t nth, size_t rows)
{
    struct jpk_error err = {0};
    long before = allocations_held;
    allocations_begin(nth);
    struct jpk_retargeted *retargeted = make(source, &err);
    size_t used = allocations_end();
    if (!retargeted && err.code != JPK_ERR_MEMORY)
        fail_msg("allocation %zu: %s: %s", nth, jpk_code_name(err.code), err.message);
    if (retargeted && retargeted->left_out_count != rows)
        fail_msg("allocation %zu: half a result", nth);
    jpk_retargeted_free(retargeted);
    if (allocations_held != before && source->cloud) /* libzip 1.7.3 forgets some where it cannot open an entry */
        fail_msg("allocation %zu: %ld are left", nth, allocations_held - before);
    return used;
}

static void allocations_fail(const struct source *source, size_t step)
{
    struct jpk_retargeted *whole = make(source, NULL); /* and what libraries allocate once */
    assert_non_null(whole);
    size_t rows = whole->left_out_count;
    jpk_retargeted_free(whole);
    size_t all = run(source, 0, rows);
    print_message("%zu allocations\n", all);
    assert_in_range(all, 10, 100000);
    for (size_t nth = 1; nth <= all; nth += step)
        run(source, nth, rows);
}

static void an_export(void **state)
{
    (void)state;
    struct source source = {.cloud = jpk_cloud_load_file("samples/cloud/contacts.json", NULL, NULL)};
    assert_non_null(source.cloud);
    allocations_fail(&source, 1);
    jpk_cloud_free((struct jpk_cloud *)(uintptr_t)source.cloud);
}

static void a_jitterpak(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    char folder[64];
    pm_temporary(folder);
    struct jpk_archive *archive = pm_real(PM_DATABASE);
    struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
    struct jpk_graph *graph = jpk_graph_build(project, &err);
    struct source source = {.project = project, .graph = graph};
    snprintf(source.path, sizeof source.path, "%s/out.jpk", folder);
    allocations_fail(&source, 5);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(archive);
    pm_remove(folder);
}

/* Looking goes the same ways, and others in texts that are no projects. */
static struct jpk_secrets *look(const struct source *source, struct jpk_error *err)
{
    static const char text[] = "{\"password\": \"Hunter-2-hunter\", \"a\": {\"secret\": true, \"default\": \"x\"}, "
                               "\"b\": \"$smtp_password = \\\"Hunter-3-hunter\\\"\", "
                               "\"c\": \"$smtp_password \\u003d \\u0022Hunter-4-hunter\\u0022\"}";
    static const char wide[] = "\xff\xfep\0w\0d\0=\0'\0H\0u\0n\0t\0e\0r\0-\0006\0'\0";
    return source->cloud     ? jpk_scan_cloud(source->cloud, NULL, NULL, err)
           : source->project ? jpk_scan_project(source->project, NULL, err)
           : source->path[0] ? jpk_scan_text(wide, sizeof wide - 1, NULL, err)
                             : jpk_scan_text(text, strlen(text), NULL, err);
}

static void looks_fail(const struct source *source, size_t step)
{
    struct jpk_secrets *whole = look(source, NULL);
    assert_non_null(whole);
    size_t found = whole->count, all = SIZE_MAX;
    jpk_secrets_free(whole);
    for (size_t nth = 0; nth <= all; nth += nth ? step : 1) {
        struct jpk_error err = {0};
        long before = allocations_held;
        allocations_begin(nth);
        struct jpk_secrets *secrets = look(source, &err);
        size_t used = allocations_end();
        if (!secrets && err.code != JPK_ERR_MEMORY)
            fail_msg("allocation %zu: %s: %s", nth, jpk_code_name(err.code), err.message);
        if (secrets && secrets->count != found)
            fail_msg("allocation %zu: %zu of %zu secrets", nth, secrets->count, found);
        jpk_secrets_free(secrets);
        if (allocations_held != before && !source->project)
            fail_msg("allocation %zu: %ld are left", nth, allocations_held - before);
        if (nth == 0)
            all = used;
    }
    assert_in_range(all, 10, 100000);
}

static void looking(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    struct source text = {0}, wide = {.path = "wide"},
                  cloud = {.cloud = jpk_cloud_load_file("samples/cloud/contacts.json", NULL, NULL)};
    struct jpk_archive *archive = pm_real(PM_DATABASE);
    struct source project = {.project = jpk_project_load(archive, NULL, 0, &err)};
    assert_non_null(cloud.cloud);
    assert_non_null(project.project);
    looks_fail(&text, 1);
    looks_fail(&wide, 1);
    looks_fail(&cloud, 1);
    looks_fail(&project, 3);
    jpk_cloud_free((struct jpk_cloud *)(uintptr_t)cloud.cloud);
    jpk_project_free((struct jpk_project *)(uintptr_t)project.project);
    jpk_archive_free(archive);
}

int main(void)
{
    int skipped = allocations_skip();
    if (skipped >= 0)
        return skipped;
    setenv("TZ", "UTC", 1); /* else the C library looks for the zone again and again */
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_export), cmocka_unit_test(a_jitterpak),
                                       cmocka_unit_test(looking)};
    return cmocka_run_group_tests_name("retargeting without memory", tests, NULL, NULL);
}

#endif
