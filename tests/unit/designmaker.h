/*
 * Converts exports to Design Studio, and proves of every result what must hold whatever the export says: all components
 * are accounted for, the files are a Jitterpak that loads and checks without an error, each is written as Design Studio
 * writes it, and twice the same is the same.
 */
#ifndef TESTS_DESIGNMAKER_H
#define TESTS_DESIGNMAKER_H

#include "jpk/convert.h"
#include "tests/unit/projectmaker.h"

/* An export and what it has become. */
struct dm {
    struct jpk_cloud *cloud;
    struct jpk_conversion *conversion;
    struct pm pm;
    struct jpk_project *project;
    size_t round; /* what failures say */
};

static inline void dm_free(struct dm *dm)
{
    jpk_project_free(dm->project);
    pm_free(&dm->pm);
    jpk_conversion_free(dm->conversion);
    jpk_cloud_free(dm->cloud);
    memset(dm, 0, sizeof *dm);
}

static inline void dm_accounted(const struct jpk_cloud *cloud, const struct jpk_conversion *conversion)
{
    size_t counted = 0, lines = text_position(cloud->text, cloud->size, cloud->size).line;
    assert_int_equal(conversion->item_count, cloud->component_count);
    for (size_t i = 0; i < JPK_CONVERT_RESULTS; i++)
        counted += conversion->counts[i];
    assert_int_equal(counted, conversion->item_count);
    for (size_t i = 0; i < conversion->item_count; i++) {
        const struct jpk_convert_item *item = &conversion->items[i];
        assert_ptr_equal(item->component, cloud->components[i]);
        if (!item->target && item->finding_count == 0)
            fail_msg("nothing is said of %s", item->path);
        for (size_t j = 0; j < item->finding_count; j++)
            assert_true(item->findings[j].line > 0 && item->findings[j].line <= lines && item->findings[j].column > 0);
    }
    for (size_t i = 0; i < conversion->secret_count; i++)
        assert_true(conversion->secrets[i].item < conversion->item_count);
    assert_true(conversion->script_lines_kept <= conversion->script_lines);
}

/* Another conversion gives the same files. */
static inline void dm_again(const struct jpk_cloud *cloud, const struct jpk_conversion *conversion)
{
    struct jpk_conversion *again = jpk_convert_to_design(cloud, NULL, NULL);
    assert_non_null(again);
    assert_int_equal(again->file_count, conversion->file_count);
    for (size_t i = 0; i < again->file_count; i++) {
        assert_string_equal(again->files[i].path, conversion->files[i].path);
        if (again->files[i].size != conversion->files[i].size ||
            memcmp(again->files[i].data, conversion->files[i].data, again->files[i].size) != 0)
            fail_msg("%s differs the second time", again->files[i].path);
    }
    jpk_conversion_free(again);
}

/* No error, and nothing that Design Studio would write in another way. */
static inline void dm_checked(const struct dm *dm)
{
    struct jpk_error err = {0};
    struct jpk_graph *graph = jpk_graph_build(dm->project, &err);
    struct jpk_findings *findings = graph ? jpk_check(dm->project, graph, &err) : NULL;
    if (!findings)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < findings->count; i++) {
        const struct jpk_finding *finding = &findings->items[i];
        if (finding->severity == JPK_ERROR || strcmp(finding->rule, "serialisation") == 0)
            fail_msg("round %zu: %s:%u: %s '%s': %s [%s]", dm->round, finding->file, finding->line,
                     finding->entity_type, finding->entity_name ? finding->entity_name : "", finding->message,
                     finding->rule);
    }
    jpk_findings_free(findings);
    jpk_graph_free(graph);
}

/* The files as a Jitterpak that is loaded. False, with the error: it could not be. */
static inline bool dm_open(struct dm *dm, struct jpk_error *err)
{
    const struct jpk_conversion *conversion = dm->conversion;
    struct buf name = {0};
    for (size_t i = 0; i < conversion->file_count; i++) {
        buf_clear(&name);
        buf_printf(&name, "%s/%s", conversion->name, conversion->files[i].path);
        pm_add_bytes(&dm->pm, buf_text(&name), conversion->files[i].data, conversion->files[i].size);
    }
    buf_free(&name);
    dm->pm.zip = zm_make(dm->pm.entries, dm->pm.count, false, "");
    dm->pm.archive = jpk_archive_open_memory(dm->pm.zip.out.data, dm->pm.zip.out.size, "t.jpk", NULL, err);
    dm->project = dm->pm.archive ? jpk_project_load(dm->pm.archive, NULL, 0, err) : NULL;
    return dm->project;
}

/* Converts an export that was loaded, and proves the result. */
static inline void dm_prove(struct dm *dm)
{
    struct jpk_error err = {0};
    dm->conversion = jpk_convert_to_design(dm->cloud, NULL, &err);
    if (!dm->conversion)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    dm_accounted(dm->cloud, dm->conversion);
    dm_again(dm->cloud, dm->conversion);
    if (!dm_open(dm, &err))
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    dm_checked(dm);
}

static inline void dm_make_bytes(struct dm *dm, const char *text, size_t size)
{
    struct jpk_error err = {0};
    memset(dm, 0, sizeof *dm);
    dm->cloud = jpk_cloud_load(text, size, "x.json", NULL, &err);
    if (!dm->cloud)
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    dm_prove(dm);
}

/* The same for JSON in which ' stands for ", so that tests can be read. */
static inline void dm_make(struct dm *dm, const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    dm_make_bytes(dm, copy, strlen(copy));
    free(copy);
}

/* ------------------------------------------------------------------------------------------------- what it has become
 */

static inline const struct jpk_convert_item *dm_item(const struct dm *dm, const char *name)
{
    for (size_t i = 0; i < dm->conversion->item_count; i++)
        if (strcmp(dm->conversion->items[i].name, name) == 0)
            return &dm->conversion->items[i];
    fail_msg("no item is called '%s'", name);
    return NULL;
}

static inline const struct jpk_entity *dm_entity(const struct dm *dm, enum jpk_type type, const char *name)
{
    for (size_t i = 0; i < dm->project->entity_count; i++) {
        const struct jpk_entity *entity = dm->project->entities[i];
        if (entity->type == type && strcmp(entity->name, name) == 0)
            return entity;
    }
    fail_msg("no %s is called '%s'", jpk_type_info(type)->name, name);
    return NULL;
}

static inline size_t dm_count(const struct dm *dm, enum jpk_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < dm->project->entity_count; i++)
        n += dm->project->entities[i]->type == type;
    return n;
}

static inline void dm_value(const struct jpk_entity *entity, const char *key, const char *wanted)
{
    const struct jpk_item *item = jpk_entity_setting(entity, key);
    if (!item && !wanted)
        return;
    if (!item || !wanted || strcmp(item->value ? item->value : "", wanted) != 0)
        fail_msg("%s: %s is '%s', not '%s'", entity->name, key, item ? item->value : "(none)",
                 wanted ? wanted : "(none)");
}

/* The bytes of the file whose path ends so; NULL: there is none. */
static inline const char *dm_file(const struct dm *dm, const char *end)
{
    for (size_t i = 0; i < dm->conversion->file_count; i++)
        if (text_ends_with(dm->conversion->files[i].path, end))
            return dm->conversion->files[i].data;
    return NULL;
}

/* In how many files a text stands. */
static inline size_t dm_holding(const struct dm *dm, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < dm->conversion->file_count; i++)
        n += memmem(dm->conversion->files[i].data, dm->conversion->files[i].size, text, strlen(text)) != NULL;
    return n;
}

/* How many findings of a rule an item has. */
static inline size_t dm_findings(const struct dm *dm, const char *name, const char *rule)
{
    const struct jpk_convert_item *item = dm_item(dm, name);
    size_t n = 0;
    for (size_t i = 0; i < item->finding_count; i++)
        n += strcmp(item->findings[i].rule, rule) == 0;
    return n;
}

static inline void dm_found(const struct dm *dm, const char *name, const char *rule, size_t wanted)
{
    const struct jpk_convert_item *item = dm_item(dm, name);
    size_t n = dm_findings(dm, name, rule);
    if (n == wanted)
        return;
    for (size_t i = 0; i < item->finding_count; i++)
        print_message("  %s: %s\n", item->findings[i].rule, item->findings[i].message);
    fail_msg("%s: %zu findings of %s, not %zu", name, n, rule, wanted);
}

#endif
