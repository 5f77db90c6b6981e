/* Whole projects to Design Studio: samples, real exports, and projects of Design Studio that were converted before. */
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

#include "base/text.h"
#include "tests/unit/designmaker.h"

static void prove_file(const char *path)
{
    struct jpk_error err = {0};
    struct dm dm = {0};
    if (access(path, R_OK) != 0) {
        print_message("skipped: there is no %s\n", path);
        return;
    }
    dm.cloud = jpk_cloud_load_file(path, NULL, &err);
    if (!dm.cloud)
        fail_msg("%s: %s", path, err.message);
    dm_prove(&dm);
    assert_int_equal(dm_holding(&dm, "value=\"$00"), 0);
    dm_free(&dm);
}

static void test_exports(void **state)
{
    (void)state;
    static const char *const real[] = {"cloud-studio-export.json", "cloud-studio-components.json"};
    prove_file("samples/cloud/contacts.json");
    prove_file("samples/cloud/nightly-cleanup.json");
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/corpus/%s", pm_shared(), real[i]);
        prove_file(path);
    }
}

/* How many items of a type are neither deleted nor unread. */
static size_t living(const struct jpk_project *project, enum jpk_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < project->entity_count; i++)
        n += project->entities[i]->type == type && !project->entities[i]->deleted && !project->entities[i]->unread;
    return n;
}

/* There and back: what both forms have by itself is there again, as often, and called as it was. */
static void there_and_back(enum pm_real which)
{
    static const enum jpk_type types[] = {JPK_TYPE_SCRIPT, JPK_TYPE_EMAIL_MESSAGE, JPK_TYPE_PROJECT_VARIABLE,
                                          JPK_TYPE_SALESFORCE_CONNECTOR, JPK_TYPE_NETSUITE_ENDPOINT};
    struct jpk_error err = {0};
    struct jpk_archive *archive = pm_real(which);
    struct jpk_project *project = archive ? jpk_project_load(archive, NULL, JPK_KEEP_GOING, &err) : NULL;
    struct jpk_graph *graph = project ? jpk_graph_build(project, &err) : NULL;
    if (!archive)
        return;
    struct jpk_conversion *there = graph ? jpk_convert_to_cloud(project, graph, NULL, &err) : NULL;
    if (!there)
        fail_msg("%s: %s", pm_real_names[which], err.message);
    struct dm dm;
    dm_make_bytes(&dm, there->text, there->size);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (living(project, types[i]) != dm_count(&dm, types[i]))
            fail_msg("%s: %zu of the type %s were there, %zu are back", pm_real_names[which], living(project, types[i]),
                     jpk_type_info(types[i])->name, dm_count(&dm, types[i]));
    for (size_t i = 0; i < project->entity_count; i++) {
        const struct jpk_entity *entity = project->entities[i];
        const struct jpk_entity *back = jpk_project_entity(dm.project, entity->id);
        if (entity->type != JPK_TYPE_OPERATION || entity->deleted || entity->unread)
            continue;
        if (!back || back->type != JPK_TYPE_OPERATION)
            fail_msg("%s: the operation '%s' has not come back", pm_real_names[which], entity->name);
    }
    dm_free(&dm);
    jpk_conversion_free(there);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(archive);
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (enum pm_real which = 0; which < PM_REAL_COUNT; which++)
        there_and_back(which);
}

/* A Jitterpak and a workspace of the same conversion hold the same project. */
static void test_written(void **state)
{
    (void)state;
    char folder[64], jpk[128], workspace[128];
    struct jpk_error err = {0};
    struct dm dm = {0};
    pm_temporary(folder);
    snprintf(jpk, sizeof jpk, "%s/p.jpk", folder);
    snprintf(workspace, sizeof workspace, "%s/w", folder);
    dm.cloud = jpk_cloud_load_file("samples/cloud/contacts.json", NULL, &err);
    assert_non_null(dm.cloud);
    dm_prove(&dm);
    assert_true(jpk_conversion_write_jitterpak(dm.conversion, jpk, false, &err));
    assert_true(jpk_conversion_write_workspace(dm.conversion, workspace, &err));
    assert_false(jpk_conversion_write_jitterpak(dm.conversion, jpk, false, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    err = (struct jpk_error){0};
    assert_true(jpk_conversion_write_jitterpak(dm.conversion, jpk, true, &err));
    assert_false(jpk_conversion_write_workspace(dm.conversion, workspace, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    err = (struct jpk_error){0};
    struct jpk_archive *archives[] = {jpk_archive_open(jpk, NULL, &err),
                                      jpk_archive_open_folder(workspace, NULL, &err)};
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(archives[i]);
        struct jpk_project *project = jpk_project_load(archives[i], NULL, 0, &err);
        if (!project)
            fail_msg("%s: %s", err.entry, err.message);
        assert_int_equal(project->entity_count, dm.project->entity_count);
        assert_string_equal(project->name, dm.project->name);
        jpk_project_free(project);
        jpk_archive_free(archives[i]);
    }
    /* What was converted to Cloud Studio is no project of Design Studio. */
    struct jpk_conversion none = {.text = "", .size = 0};
    assert_false(jpk_conversion_write_jitterpak(&none, jpk, true, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    err = (struct jpk_error){0};
    assert_false(jpk_conversion_write_workspace(&none, workspace, &err));
    assert_int_equal(err.code, JPK_ERR_USAGE);
    dm_free(&dm);
    pm_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exports),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_written),
    };
    return cmocka_run_group_tests_name("design, whole projects", tests, NULL, NULL);
}
