#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/treemaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ------------------------------------------------------------------------------------------------------- packing */

/* A folder on the disk, opened as a project. */
struct source {
    struct tt t;
    struct jpk_archive *archive;
    struct jpk_project *project;
};

static void open_source(struct source *s)
{
    struct jpk_error err = {0};
    assert_true(file_make_folder(s->t.copy, NULL));
    pm_write(&s->t.pm, s->t.copy);
    s->archive = jpk_archive_open_folder(s->t.copy, NULL, &err);
    if (!s->archive || !(s->project = jpk_project_load(s->archive, NULL, 0, &err)))
        fail_msg("%s: %s", err.entry, err.message);
}

static void close_source(struct source *s)
{
    jpk_project_free(s->project);
    jpk_archive_free(s->archive);
    tt_end(&s->t);
}

static struct jpk_archive *pack(struct source *s, enum jpk_pack_kind kind)
{
    struct jpk_error err = {0};
    struct jpk_pack_options options = {.kind = kind, .force = true};
    if (!jpk_pack(s->project, s->t.packed, &options, &err))
        fail_msg("%s: %s: %s", jpk_code_name(err.code), err.entry, err.message);
    struct jpk_archive *packed = jpk_archive_open(s->t.packed, NULL, &err);
    assert_non_null(packed);
    return packed;
}

static void expect_entry(struct jpk_archive *archive, const char *name, const char *text)
{
    struct buf bytes = {0};
    size_t at = jpk_archive_find(archive, name);
    if (at == SIZE_MAX)
        fail_msg("there is no %s", name);
    tt_bytes(archive, at, &bytes);
    assert_string_equal(buf_text(&bytes), text);
    buf_free(&bytes);
}

static void expect_part(struct jpk_archive *archive, const char *name, const char *part)
{
    struct buf bytes = {0};
    size_t at = jpk_archive_find(archive, name);
    if (at == SIZE_MAX)
        fail_msg("there is no %s", name);
    tt_bytes(archive, at, &bytes);
    if (!strstr(buf_text(&bytes), part))
        fail_msg("%s is not in %s:\n%s", part, name, buf_text(&bytes));
    buf_free(&bytes);
}

static void expect_none(const struct jpk_archive *archive, const char *name)
{
    assert_int_equal(jpk_archive_find(archive, name), SIZE_MAX);
}

#define HEADER(flags) "<Entity type=\"Script\">\n  <Header " flags " ID=\"%s\" Name=\"n\"/>\n</Entity>\n"

static void add_with_flags(struct tt *t, unsigned id, const char *format)
{
    struct buf text = {0}, path = {0};
    const char *at = strstr(format, "%s");
    buf_put(&text, format, (size_t)(at - format));
    buf_printf(&text, "%s%s", pm_id(id), at + 2);
    buf_printf(&path, "Data/Script/%s.xml", pm_id(id));
    tt_add(t, buf_text(&path), buf_text(&text));
    buf_free(&text);
    buf_free(&path);
}

#define MODIFIED "1756506175123" /* 2025-08-29T22:22:55Z */

static void begin_workspace(struct source *s)
{
    memset(s, 0, sizeof *s);
    struct tt *t = &s->t;
    tt_begin(t);
    strcpy(t->top, "env-7/");
    tt_standard(t);
    for (size_t i = 0; i < t->pm.count; i++) /* a workspace has none */
        if (strcmp(t->pm.entries[i].name, "env-7/jitterpak.properties") == 0)
            strcpy((char *)(uintptr_t)t->pm.entries[i].name, "env-7/notes.txt");
    pm_tree(&t->pm, "env-7/", buf_text(&t->outline));
    add_with_flags(t, 30, HEADER("Deleted=\"true\" DeployDirty=\"false\" Deployed=\"true\""));
    add_with_flags(t, 31, HEADER("Deleted=\"false\" DeployDirty=\"false\" Deployed=\"true\""));
    add_with_flags(t, 32, HEADER("Deployed=\"true\" DeployDirty=\"false\" Deleted=\"false\""));
    add_with_flags(t, 33, HEADER("Deployed='true'"));
    tt_add(t, "files/b.xsd", "<b/>");
    tt_add(t, "files/.metadata", "<m/>");
    tt_add(t, "files/.filestoupload", "xml:old.xsd\n");
    tt_add(t, "environment.properties",
           "#x\nenvironment-id=7\nenvironment-name=Test \\u00E4\nenvironment-type=2\norg-id=9\norg-name=Org\n"
           "requires-version=11.41.0.0\nsaved-in-version=11.41.0.33\nmodified=" MODIFIED "\n");
    pm_add(&t->pm, "manifest.jip", "last-environment=7\ndescription=a\\=b \\: c\norg-name=Other\n");
    open_source(s);
    assert_int_equal(s->project->shape, JPK_SHAPE_WORKSPACE);
}

static void a_workspace_as_an_export(void **state)
{
    (void)state;
    struct source s;
    begin_workspace(&s);
    unsetenv("SOURCE_DATE_EPOCH");
    struct jpk_archive *packed = pack(&s, JPK_PACK_DEFAULT);
    expect_entry(packed, "P/jitterpak.properties",
                 "#Fri Aug 29 22:22:55 UTC 2025\n"
                 "required_version=110410000000000\n"
                 "project_id=p-1\n"
                 "type=3\n"
                 "description=a\\=b \\: c\n"
                 "created_at=" MODIFIED "\n"
                 "created_with_version=110410000000033\n"
                 "project_name=P\n"
                 "comment=\n");
    expect_entry(packed, "P/ui.xml",
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<UiState>\n    <OpenPages />\n    <ExpandedNodes />\n"
                 "</UiState>\n");
    expect_entry(packed, "P/files/.filestoupload", "xml:a.xsd\nxml:b.xsd\n");
    tt_same_entry(s.archive, "env-7/files/.metadata", packed, "P/files/.metadata");
    tt_same_entry(s.archive, "env-7/project.xml", packed, "P/project.xml");
    tt_same_entry(s.archive, "env-7/environment.properties", packed, "P/environment.properties");
    tt_same_entry(s.archive, "env-7/cache/TransformationStructures/x_input.gz", packed,
                  "P/cache/TransformationStructures/x_input.gz");
    expect_none(packed, "P/testfiles/t.csv");
    expect_none(packed, "P/manifest.jip");
    expect_none(packed, "manifest.jip");
    /* everything but jitterpak.properties comes from an entry, and only the manifest and the test data stay behind */
    assert_int_equal(jpk_archive_count(packed), jpk_archive_count(s.archive) + 1 - 2);

    struct jpk_error err = {0};
    struct jpk_project *project = jpk_project_load(packed, NULL, 0, &err);
    assert_int_equal(project->kind, JPK_KIND_EXPORT);
    assert_int_equal(project->shape, JPK_SHAPE_ARCHIVE);
    jpk_project_free(project);
    jpk_archive_free(packed);
    close_source(&s);
}

/* An exported entity is to be deployed, in whatever order its attributes stand; what is deleted stays so. */
static void flags_of_an_export(void **state)
{
    (void)state;
    static const struct {
        unsigned id;
        const char *header;
    } rows[] = {
        {30, "<Header Deleted=\"true\" DeployDirty=\"false\" Deployed=\"true\""},
        {31, "<Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\""},
        {32, "<Header Deployed=\"false\" DeployDirty=\"true\" Deleted=\"false\""},
        {33, "<Header Deployed='false'"},
        {TT_MAIL, "<Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\" HasMoved=\"false\" ID="},
        {TT_OLD, "<Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\" HasMoved=\"false\" ID="},
    };
    struct source s;
    begin_workspace(&s);
    struct jpk_archive *packed = pack(&s, JPK_PACK_EXPORT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[96];
        snprintf(name, sizeof name, "P/Data/Script/%s.xml", pm_id(rows[i].id));
        expect_part(packed, name, rows[i].header);
    }
    jpk_archive_free(packed);
    close_source(&s);
}

static void a_workspace_as_a_backup(void **state)
{
    (void)state;
    struct source s;
    begin_workspace(&s);
    unsetenv("SOURCE_DATE_EPOCH");
    struct jpk_archive *packed = pack(&s, JPK_PACK_BACKUP);
    expect_entry(packed, "P/jitterpak.properties",
                 "#Fri Aug 29 22:22:55 UTC 2025\n"
                 "created_at=" MODIFIED "\n"
                 "org_id=9\n"
                 "env_type=2\n"
                 "org_name=Org\n"
                 "required_version=110410000000000\n"
                 "env_id=7\n"
                 "comment=Backup of the project 'P' (environment 'Test \\u00E4')\n"
                 "created_with_version=110410000000033\n"
                 "type=1\n"
                 "env_name=Test \\u00E4\n"
                 "project_name=P\n"
                 "description=a\\=b \\: c\n"
                 "project_id=p-1\n");
    /* the state of an environment is what it is */
    char name[96], from[96];
    snprintf(name, sizeof name, "P/Data/Script/%s.xml", pm_id(TT_MAIL));
    snprintf(from, sizeof from, "env-7/Data/Script/%s.xml", pm_id(TT_MAIL));
    tt_same_entry(s.archive, from, packed, name);
    tt_same_entry(s.archive, "env-7/ui.xml", packed, "P/ui.xml");
    tt_same_entry(s.archive, "env-7/files/.filestoupload", packed, "P/files/.filestoupload");
    expect_none(packed, "P/testfiles/t.csv");
    jpk_archive_free(packed);
    close_source(&s);
}

static void an_environment_as_it_is(void **state)
{
    (void)state;
    struct source s;
    begin_workspace(&s);
    struct jpk_archive *packed = pack(&s, JPK_PACK_AS_IS);
    for (size_t i = 0; i < jpk_archive_count(s.archive); i++) {
        char name[512];
        const char *entry = jpk_archive_entry(s.archive, i)->name;
        if (strncmp(entry, "env-7/", 6) != 0)
            continue;
        snprintf(name, sizeof name, "P/%s", entry + 6);
        tt_same_entry(s.archive, entry, packed, name);
    }
    expect_part(packed, "P/jitterpak.properties", "\ntype=3\n");
    assert_int_equal(jpk_archive_count(packed), jpk_archive_count(s.archive)); /* + properties - manifest */
    jpk_archive_free(packed);
    close_source(&s);
}

static void plans_say_what_is_left_out(void **state)
{
    (void)state;
    struct source s;
    struct jpk_error err = {0};
    begin_workspace(&s);
    struct jpk_pack_plan *plan = jpk_pack_plan(s.project, NULL, &err);
    assert_non_null(plan);
    tt_list_is(&plan->notes, (const char *const[]){"1 file of test data is left out, as Design Studio does", NULL});
    assert_int_equal(plan->added.count + plan->moved.count, 0);
    assert_int_equal(plan->entries, jpk_archive_count(s.archive) - 1);
    jpk_pack_plan_free(plan);
    plan = jpk_pack_plan(s.project, &(struct jpk_pack_options){.kind = JPK_PACK_AS_IS}, &err);
    tt_list_is(&plan->notes,
               (const char *const[]){"jitterpak.properties is added, of kind 3: the project has none, and "
                                     "without it nothing can be imported",
                                     NULL});
    jpk_pack_plan_free(plan);
    jpk_pack_plan_free(NULL);
    close_source(&s);
}

/* ------------------------------------------------------------------------------------------------ the same anywhere */

static void the_same_bytes_anywhere(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "America/New_York", "Pacific/Chatham"}, *const locales[] = {
                                                                                           "C", "C.UTF-8", "POSIX"};
    static const enum jpk_pack_kind kinds[] = {JPK_PACK_AS_IS, JPK_PACK_EXPORT, JPK_PACK_BACKUP};
    struct source s;
    begin_workspace(&s);
    unsetenv("SOURCE_DATE_EPOCH");
    for (size_t k = 0; k < COUNT(kinds); k++) {
        struct buf first = {0};
        for (size_t i = 0; i < COUNT(zones); i++) {
            struct buf bytes = {0};
            setenv("TZ", zones[i], 1);
            tzset();
            setenv("LC_ALL", locales[i], 1);
            setlocale(LC_ALL, "");
            jpk_archive_free(pack(&s, kinds[k]));
            assert_true(file_read(s.t.packed, UINT64_MAX, "", i ? &bytes : &first, NULL));
            if (i) {
                assert_int_equal(bytes.size, first.size);
                assert_memory_equal(bytes.data, first.data, first.size);
            }
            buf_free(&bytes);
        }
        buf_free(&first);
    }
    unsetenv("TZ");
    unsetenv("LC_ALL");
    tzset();
    setlocale(LC_ALL, "C");
    close_source(&s);
}

static void source_date_epoch(void **state)
{
    (void)state;
    static const struct {
        const char *epoch, *date, *created;
    } rows[] = {
        {"0", "#Thu Jan 01 00:00:00 UTC 1970\n", "created_at=0\n"},
        {"1700000000", "#Tue Nov 14 22:13:20 UTC 2023\n", "created_at=1700000000000\n"},
        {"951782400", "#Tue Feb 29 00:00:00 UTC 2000\n", "created_at=951782400000\n"},
        {"", "#Fri Aug 29 22:22:55 UTC 2025\n", "created_at=" MODIFIED "\n"},
        /* what is no time counts as the first one */
        {"-1", "#Thu Jan 01 00:00:00 UTC 1970\n", "created_at=0\n"},
        {"now", "#Thu Jan 01 00:00:00 UTC 1970\n", "created_at=0\n"},
        {"9223372036854775807", "#Thu Jan 01 00:00:00 UTC 1970\n", "created_at=0\n"},
        {"99999999999999999999", "#Thu Jan 01 00:00:00 UTC 1970\n", "created_at=0\n"},
    };
    struct source s;
    begin_workspace(&s);
    for (size_t i = 0; i < COUNT(rows); i++) {
        setenv("SOURCE_DATE_EPOCH", rows[i].epoch, 1);
        struct jpk_archive *packed = pack(&s, JPK_PACK_EXPORT);
        expect_part(packed, "P/jitterpak.properties", rows[i].date);
        expect_part(packed, "P/jitterpak.properties", rows[i].created);
        jpk_archive_free(packed);
    }
    unsetenv("SOURCE_DATE_EPOCH");
    close_source(&s);
}

/* ---------------------------------------------------------------------------------------------------- other inputs */

static void the_top_folder_is_the_project(void **state)
{
    (void)state;
    static const struct {
        const char *name, *top;
    } rows[] = {
        {"P", "P/"},
        {"a/b\\c", "a_b_c/"},
        {"a&#9;b", "a_b/"},
        {"sync (2)", "sync (2)/"},
        {"", "project/"},
        /* what a reader of archives refuses */
        {"A: all", "A_ all/"},
        {"..", "__/"},
        {".", "_/"},
        {"a&#x202e;b", "a_b/"},
        {"a&#x85;b", "a_b/"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct source s = {0};
        char text[256], name[64];
        tt_begin(&s.t);
        s.t.top[0] = '\0';
        snprintf(text, sizeof text, "<Project name=\"%s\" projectId=\"p\"/>", rows[i].name);
        tt_add(&s.t, "project.xml", text);
        tt_add(&s.t, "Data/x.txt", "x");
        open_source(&s);
        struct jpk_archive *packed = pack(&s, JPK_PACK_EXPORT);
        snprintf(name, sizeof name, "%sproject.xml", rows[i].top);
        if (jpk_archive_find(packed, name) == SIZE_MAX)
            fail_msg("%s: %s", rows[i].name, jpk_archive_entry(packed, 0)->name);
        jpk_archive_free(packed);
        close_source(&s);
    }
}

static void a_long_project_name(void **state)
{
    (void)state;
    struct source s = {0};
    struct buf text = {0};
    tt_begin(&s.t);
    s.t.top[0] = '\0';
    buf_puts(&text, "<Project projectId=\"p\" name=\"");
    for (int i = 0; i < 150; i++)
        buf_puts(&text, "\xc3\xa4");
    buf_puts(&text, "\"/>");
    tt_add(&s.t, "project.xml", buf_text(&text));
    tt_add(&s.t, "Data/x.txt", "x");
    open_source(&s);
    struct jpk_archive *packed = pack(&s, JPK_PACK_EXPORT);
    assert_int_equal(jpk_archive_count(packed), 3);
    jpk_archive_free(packed);
    buf_free(&text);
    close_source(&s);
}

/* Files that lie side by side get the folders that an archive has. */
static void a_flat_folder_as_an_export(void **state)
{
    (void)state;
    struct source s = {0};
    struct buf text = {0};
    tt_begin(&s.t);
    s.t.top[0] = '\0';
    tt_type(&s.t, "Script");
    tt_list(&s.t, pm_id(1), "x");
    tt_up(&s.t);
    pm_entity_text(&text, "Script", pm_id(1), "x", "");
    tt_add(&s.t, "anything.xml", buf_text(&text));
    tt_add(&s.t, "state.db", "db");
    pm_tree(&s.t.pm, "", buf_text(&s.t.outline));
    open_source(&s);
    struct jpk_archive *packed = pack(&s, JPK_PACK_DEFAULT);
    expect_part(packed, "P/Data/Script/anything.xml", "Deployed=\"false\"");
    expect_entry(packed, "P/settings/Entity/state.db", "db");
    expect_part(packed, "P/jitterpak.properties", "\ntype=3\n");
    jpk_archive_free(packed);
    buf_free(&text);
    close_source(&s);
}

/* A tree as an export: the same as the project that it came from. */
static void a_tree_as_an_export(void **state)
{
    (void)state;
    struct source s;
    begin_workspace(&s);
    struct jpk_archive *direct = pack(&s, JPK_PACK_EXPORT);
    struct jpk_error err = {0};
    struct jpk_unpacked *unpacked = jpk_unpack(s.project, s.t.tree, NULL, &err);
    assert_non_null(unpacked);
    jpk_unpacked_free(unpacked);
    struct jpk_archive *packed = tt_pack(&s.t, JPK_PACK_EXPORT);
    tt_same(direct, "", packed, "");
    jpk_archive_free(packed);
    jpk_archive_free(direct);
    close_source(&s);
}

static void outputs_are_not_overwritten(void **state)
{
    (void)state;
    struct source s;
    struct jpk_error err = {0};
    begin_workspace(&s);
    jpk_archive_free(pack(&s, JPK_PACK_EXPORT));
    assert_false(jpk_pack(s.project, s.t.packed, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    close_source(&s);

    /* and then nothing new is written to a tree either */
    struct tt t;
    tt_begin(&t);
    tt_standard(&t);
    tt_unpack(&t, false, false);
    tt_write(&t, "Script/New.jb", "1");
    jpk_archive_free(tt_pack(&t, JPK_PACK_DEFAULT));
    tt_write(&t, "Script/New 2.jb", "1");
    tt_open(&t);
    err = (struct jpk_error){0};
    assert_false(jpk_pack(t.loaded, t.packed, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_EXISTS);
    assert_false(tt_exists(&t, "Script/New 2.xml"));
    tt_end(&t);
}

/* A file that changes while the tree is open is noticed. */
static void trees_that_change_meanwhile(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    tt_begin(&t);
    tt_standard(&t);
    tt_unpack(&t, false, false);
    tt_open(&t);
    tt_write(&t, "Script/Setup.jb", "longer");
    assert_false(jpk_pack(t.loaded, t.packed, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_SIZE);
    struct stat st;
    assert_int_equal(stat(t.packed, &st), -1);
    tt_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workspace_as_an_export),    cmocka_unit_test(flags_of_an_export),
        cmocka_unit_test(a_workspace_as_a_backup),     cmocka_unit_test(an_environment_as_it_is),
        cmocka_unit_test(plans_say_what_is_left_out),  cmocka_unit_test(the_same_bytes_anywhere),
        cmocka_unit_test(source_date_epoch),           cmocka_unit_test(the_top_folder_is_the_project),
        cmocka_unit_test(a_long_project_name),         cmocka_unit_test(a_flat_folder_as_an_export),
        cmocka_unit_test(a_tree_as_an_export),         cmocka_unit_test(outputs_are_not_overwritten),
        cmocka_unit_test(trees_that_change_meanwhile),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
