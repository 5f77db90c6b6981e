#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "tests/unit/treemaker.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define INDEX "jpk-index.jsonl"

/* ----------------------------------------------------------------------------------------------------- snapshots */

/* Every file with its inode and time: a file that was not touched has the same line. */
struct snapshot {
    struct arena arena;
    struct strings lines;
};

static struct snapshot *taking;
static size_t root_length;

static int take_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    char line[1200];
    (void)kind;
    (void)at;
    if (S_ISREG(st->st_mode)) {
        snprintf(line, sizeof line, "%s\t%llu %lld.%09ld", path + root_length, (unsigned long long)st->st_ino,
                 (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
        assert_true(strings_add(&taking->lines, &taking->arena, line));
    }
    return 0;
}

static void take(struct snapshot *snapshot, const struct tt *t)
{
    memset(snapshot, 0, sizeof *snapshot);
    taking = snapshot;
    root_length = strlen(t->tree) + 1;
    nftw(t->tree, take_one, 16, FTW_PHYS);
    strings_sort(&snapshot->lines);
}

static void snapshot_free(struct snapshot *snapshot)
{
    strings_free(&snapshot->lines);
    arena_free(&snapshot->arena);
}

/* The line of that path, or NULL. */
static const char *line_of(const struct snapshot *snapshot, const char *line)
{
    size_t n = strcspn(line, "\t") + 1;
    for (size_t i = 0; i < snapshot->lines.count; i++)
        if (strncmp(snapshot->lines.items[i], line, n) == 0)
            return snapshot->lines.items[i];
    return NULL;
}

/* Between two snapshots exactly these files were written (new or changed), none of the others, and `gone` are gone. */
static void expect_written(const struct snapshot *before, const struct snapshot *after, const char *const *written,
                           const char *const *gone)
{
    size_t w = 0, g = 0;
    for (size_t i = 0; i < after->lines.count; i++) {
        const char *line = after->lines.items[i], *old = line_of(before, line);
        if (old && strcmp(old, line) == 0)
            continue;
        size_t n = strcspn(line, "\t");
        if (!written[w] || strlen(written[w]) != n || strncmp(written[w], line, n) != 0)
            fail_msg("%.*s was written instead of %s", (int)n, line, written[w] ? written[w] : "nothing");
        w++;
    }
    assert_null(written[w]);
    for (size_t i = 0; i < before->lines.count; i++) {
        const char *line = before->lines.items[i];
        if (line_of(after, line))
            continue;
        size_t n = strcspn(line, "\t");
        if (!gone[g] || strlen(gone[g]) != n || strncmp(gone[g], line, n) != 0)
            fail_msg("%.*s is gone", (int)n, line);
        g++;
    }
    assert_null(gone[g]);
}

static const char *const nothing[] = {NULL};

/* Updates the tree and compares the report and what happened on the disk with what is wanted, both in byte order. */
static void update(struct tt *t, bool delete_stale, const char *const *written, const char *const *stale)
{
    struct snapshot before, after;
    take(&before, t);
    tt_unpack(t, true, delete_stale);
    take(&after, t);
    tt_list_is(&t->unpacked->written, written);
    tt_list_is(&t->unpacked->stale, stale);
    expect_written(&before, &after, written, delete_stale ? stale : nothing);
    snapshot_free(&before);
    snapshot_free(&after);
}

/* Makes the project anew; the tree stays. */
static void again(struct tt *t, void (*make)(struct tt *t))
{
    tt_forget(t);
    make(t);
}

/* Changes a text in the project's entries. */
static void change(struct tt *t, const char *old, const char *with)
{
    for (size_t i = 0; i < t->pm.count; i++) {
        char *at = strstr((char *)(uintptr_t)t->pm.entries[i].data, old);
        if (!at)
            continue;
        assert_int_equal(strlen(old), strlen(with));
        memcpy(at, with, strlen(with));
        return;
    }
    fail_msg("%s is nowhere", old);
}

static void begin(struct tt *t)
{
    tt_begin(t);
    tt_standard(t);
    tt_unpack(t, false, false);
}

/* ------------------------------------------------------------------------------------------------------- updates */

static void nothing_changed(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    size_t written = t.unpacked->written.count;
    assert_int_equal(t.unpacked->unchanged, 0);
    update(&t, false, nothing, nothing);
    assert_int_equal(t.unpacked->unchanged, written);
    update(&t, true, nothing, nothing);
    tt_end(&t);
}

static void an_edit_touches_its_files(void **state)
{
    (void)state;
    static const struct {
        const char *old, *with, *file;
    } rows[] = {
        {"$a = 1;", "$a = 2;", "Script/Common/Send mail.jb"},
        {"b.x$", "b.y$", "Transformation/Contacts.map"},
        {"SELECT Id", "SELECT No", "SalesforceQuery/Query.soql"},
        {"<a/>", "<b/>", "files/a.xsd"},
        {"<ui/>", "<uj/>", "local/ui.xml"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tt t;
        begin(&t);
        again(&t, tt_standard);
        change(&t, rows[i].old, rows[i].with);
        update(&t, false, (const char *const[]){rows[i].file, NULL}, nothing);
        tt_end(&t);
    }
}

/* What was edited in the tree and not in the project is as in the project again. */
static void the_project_wins(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "Script/Setup.jb", "edited");
    tt_remove(&t, "deleted.xml");
    update(&t, false, (const char *const[]){"Script/Setup.jb", "deleted.xml", NULL}, nothing);
    tt_expect_file(&t, "Script/Setup.jb", "");
    tt_end(&t);
}

/* The standard project with another script of the same name before it, and one more of another case. */
static void add_scripts(struct tt *t)
{
    tt_type(t, "Script");
    tt_script(t, pm_id(50), "Setup", "new");
    tt_script(t, pm_id(51), "SETUP", "new");
    tt_script(t, pm_id(52), "Common", "as the folder");
    tt_folder(t, pm_id(53), "Common");
    tt_up(t);
    tt_up(t);
    tt_standard(t);
}

static void new_items_rename_no_file(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    again(&t, add_scripts);
    update(&t, false,
           (const char *const[]){"Script/Common~00000034.jb", "Script/Common~00000034.xml",
                                 "Script/Common~00000035/.folder.xml", "Script/SETUP~00000033.jb",
                                 "Script/SETUP~00000033.xml", "Script/Setup~00000032.jb", "Script/Setup~00000032.xml",
                                 INDEX, "original/project.xml", NULL},
           nothing);
    tt_open(&t);
    tt_same(t.project->archive, "", t.view, "");
    tt_end(&t);
}

static void without_setup(struct tt *t)
{
    tt_type(t, "Script");
    tt_script(t, pm_id(50), "Setup", "new");
    tt_up(t);
}

static void with_two(struct tt *t)
{
    tt_type(t, "Script");
    tt_script(t, pm_id(TT_SETUP), "Setup", "old");
    tt_script(t, pm_id(50), "Setup", "new");
    tt_up(t);
}

/* A name becomes free: who was called otherwise for its sake stays so. */
static void names_stay_when_others_go(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    with_two(&t);
    tt_unpack(&t, false, false);
    tt_expect_file(&t, "Script/Setup~00000032.jb", "new");
    again(&t, without_setup);
    update(&t, true, (const char *const[]){INDEX, NULL},
           (const char *const[]){"Script/Setup.jb", "Script/Setup.xml", NULL});
    tt_expect_file(&t, "Script/Setup~00000032.jb", "new");
    tt_end(&t);
}

static void renamed(struct tt *t)
{
    tt_type(t, "Script");
    tt_folder(t, pm_id(60), "Folder");
    tt_script(t, pm_id(TT_SETUP), "Prepare", "old");
    tt_up(t);
    tt_up(t);
}

/* An item that has another name or folder now gets another path; what it had is stale. */
static void renamed_items(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    with_two(&t);
    tt_unpack(&t, false, false);
    again(&t, renamed);
    update(&t, false,
           (const char *const[]){"Script/Folder/.folder.xml", "Script/Folder/Prepare.jb", "Script/Folder/Prepare.xml",
                                 INDEX, NULL},
           (const char *const[]){"Script/Setup.jb", "Script/Setup.xml", "Script/Setup~00000032.jb",
                                 "Script/Setup~00000032.xml", NULL});
    tt_end(&t);
}

/* --------------------------------------------------------------------------------------------------- stale files */

static void little(struct tt *t)
{
    tt_type(t, "Script");
    tt_script(t, pm_id(TT_SETUP), "Setup", "");
    tt_up(t);
    tt_state(t);
}

static const char *const gone[] = {
    "Operation/START%3A all%2Fsome.xml",
    "SalesforceQuery/Query.soql",
    "SalesforceQuery/Query.xml",
    "Script/Common/.folder.xml",
    "Script/Common/Deep/.folder.xml",
    "Script/Common/Deep/Inner.jb",
    "Script/Common/Deep/Inner.xml",
    "Script/Common/Send mail.jb",
    "Script/Common/Send mail.xml",
    "Transformation/Contacts.map",
    "Transformation/Contacts.xml",
    "Transformation/Empty.xml",
    "files/a.xsd",
    "local/cache/TransformationStructures/x_input.gz",
    "local/testfiles/t.csv",
    "unlisted/Script/Old~0000000a.jb",
    "unlisted/Script/Old~0000000a.xml",
    NULL,
};

static void stale_files_are_kept_but_not_packed(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    again(&t, little);
    update(&t, false, (const char *const[]){INDEX, "local/index.jsonl", NULL}, gone);
    struct jpk_archive *packed = tt_pack(&t, JPK_PACK_DEFAULT);
    tt_same(t.project->archive, "", packed, "");
    jpk_archive_free(packed);
    /* they are remembered, and said again, until they are deleted */
    update(&t, false, nothing, gone);
    assert_true(tt_exists(&t, "Script/Common/Deep/Inner.jb"));
    update(&t, true, (const char *const[]){INDEX, NULL}, gone);
    assert_false(tt_exists(&t, "Script/Common"));
    assert_false(tt_exists(&t, "Transformation"));
    assert_false(tt_exists(&t, "unlisted"));
    assert_false(tt_exists(&t, "local/cache"));
    assert_true(tt_exists(&t, "Script"));
    update(&t, true, nothing, nothing);
    packed = tt_pack(&t, JPK_PACK_DEFAULT);
    tt_same(t.project->archive, "", packed, "");
    jpk_archive_free(packed);
    tt_end(&t);
}

static void stale_files_may_be_deleted_by_hand(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    again(&t, little);
    tt_unpack(&t, true, false);
    tt_remove(&t, "Transformation");
    tt_remove(&t, "files/a.xsd");
    tt_open(&t);
    tt_same(t.project->archive, "", t.view, "");
    tt_unpack(&t, true, false);
    assert_int_equal(t.unpacked->stale.count, COUNT(gone) - 1 - 4);
    tt_end(&t);
}

/* A project that has its items back uses their files again. */
static void stale_files_come_back(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    again(&t, little);
    tt_unpack(&t, true, false);
    again(&t, tt_standard);
    update(&t, false, (const char *const[]){INDEX, "local/index.jsonl", NULL}, nothing);
    tt_open(&t);
    tt_same(t.project->archive, "", t.view, "");
    tt_end(&t);
}

static void files_of_the_team_stay(void **state)
{
    (void)state;
    struct tt t;
    begin(&t);
    tt_write(&t, "README.md", "ours");
    tt_write(&t, ".gitignore", "ours");
    tt_write(&t, "Script/Common/notes.txt", "ours");
    tt_write(&t, "tools/x.sh", "ours");
    tt_write(&t, ".github/workflows/x.yml", "ours");
    again(&t, little);
    tt_unpack(&t, true, true);
    tt_expect_file(&t, "README.md", "ours");
    tt_expect_file(&t, ".gitignore", "ours");
    tt_expect_file(&t, "Script/Common/notes.txt", "ours");
    tt_expect_file(&t, "tools/x.sh", "ours");
    assert_false(tt_exists(&t, "Script/Common/Deep"));
    tt_remove(&t, "Script/Common");
    tt_open(&t);
    tt_same(t.project->archive, "", t.view, "");
    tt_end(&t);
}

/* ------------------------------------------------------------------------------------------------------- folders */

static void expect_refused(struct tt *t, const struct jpk_unpack_options *options, enum jpk_code code,
                           const char *fragment)
{
    struct jpk_error err = {0};
    struct snapshot before, after;
    take(&before, t);
    assert_false(tt_try_unpack(t, options, &err));
    if (err.code != code || !strstr(err.message, fragment))
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    assert_string_equal(err.file, t->tree);
    take(&after, t);
    expect_written(&before, &after, nothing, nothing);
    snapshot_free(&before);
    snapshot_free(&after);
}

static void other(struct tt *t)
{
    tt_add(t, "project.xml", "<Project name=\"Q\" projectId=\"p-2\"/>");
}

static void folders_that_hold_something(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    static const struct jpk_unpack_options none, refresh = {.update = true}, force = {.force = true},
                                                 both = {.update = true, .force = true};
    tt_begin(&t);
    tt_standard(&t);
    tt_write(&t, "README.md", "ours");
    expect_refused(&t, NULL, JPK_ERR_EXISTS, "exists already and is no unpacked tree; --force writes into it");
    expect_refused(&t, &refresh, JPK_ERR_EXISTS, "is no unpacked tree");
    assert_true(tt_try_unpack(&t, &force, &err));
    tt_expect_file(&t, "README.md", "ours");
    expect_refused(&t, &none, JPK_ERR_EXISTS, "is an unpacked tree already; --update refreshes it");
    expect_refused(&t, &force, JPK_ERR_EXISTS, "--update refreshes it");
    again(&t, other);
    expect_refused(&t, &refresh, JPK_ERR_EXISTS, "is the tree of another project, 'P' (p-1)");
    assert_true(tt_try_unpack(&t, &both, &err));
    tt_open(&t);
    assert_string_equal(t.loaded->id, "p-2");
    tt_end(&t);
}

/* An empty folder, and one that version control has begun. */
static void empty_folders(void **state)
{
    (void)state;
    struct tt t;
    tt_begin(&t);
    tt_standard(&t);
    assert_true(file_make_folder(t.tree, NULL));
    tt_unpack(&t, false, false);
    tt_remove(&t, "");
    tt_write(&t, ".git/HEAD", "ref: refs/heads/main\n");
    tt_unpack(&t, false, false);
    tt_expect_file(&t, ".git/HEAD", "ref: refs/heads/main\n");
    tt_open(&t);
    tt_same(t.project->archive, "", t.view, "");
    tt_end(&t);
}

static void dry_runs(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    struct jpk_unpack_options options = {.dry_run = true};
    tt_begin(&t);
    tt_standard(&t);
    assert_true(tt_try_unpack(&t, &options, &err));
    assert_true(tt_has(&t.unpacked->written, "Script/Setup.jb"));
    assert_false(tt_exists(&t, ""));
    tt_unpack(&t, false, false);
    again(&t, little);
    options.update = options.delete_stale = true;
    struct snapshot before, after;
    take(&before, &t);
    assert_true(tt_try_unpack(&t, &options, &err));
    take(&after, &t);
    tt_list_is(&t.unpacked->written, (const char *const[]){INDEX, "local/index.jsonl", NULL});
    tt_list_is(&t.unpacked->stale, gone);
    expect_written(&before, &after, nothing, nothing);
    snapshot_free(&before);
    snapshot_free(&after);
    tt_end(&t);
}

/* The index of the tree that is there cannot be read: the error names it, not the project. */
static void a_broken_index_is_named(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    struct jpk_unpack_options options = {.update = true};
    begin(&t);
    tt_edit(&t, INDEX, "{\"folder\"", "<<<<<<< HEAD\n{\"folder\"");
    assert_false(tt_try_unpack(&t, &options, &err));
    assert_int_equal(err.code, JPK_ERR_FORMAT);
    assert_string_equal(err.file, t.tree);
    assert_string_equal(err.entry, INDEX);
    assert_int_equal(err.line, 2);
    tt_end(&t);
}

/* Nothing is left when a new folder cannot be made, and links lead nowhere. */
static void failures_leave_nothing(void **state)
{
    (void)state;
    struct tt t;
    struct jpk_error err = {0};
    tt_begin(&t);
    tt_standard(&t);
    /* Folders above are made, but a file is in the way. */
    snprintf(t.tree, sizeof t.tree, "%s/file", t.root);
    assert_true(file_write(t.tree, "", 0, false, NULL));
    snprintf(t.tree, sizeof t.tree, "%s/file/tree", t.root);
    assert_false(tt_try_unpack(&t, NULL, &err));
    assert_int_equal(err.code, JPK_ERR_WRITE);
    assert_string_equal(err.file, t.tree);

    snprintf(t.tree, sizeof t.tree, "%s/tree", t.root);
    assert_true(file_make_folder(t.tree, NULL));
    assert_int_equal(symlink("/tmp", tt_path(&t, "Script")), 0);
    struct jpk_unpack_options force = {.force = true};
    err = (struct jpk_error){0};
    assert_false(tt_try_unpack(&t, &force, &err));
    assert_int_equal(err.code, JPK_ERR_SPECIAL);
    tt_end(&t);
}

/* What the file system's owner allows others, they may do in a new tree as well. */
static void the_umask_counts(void **state)
{
    (void)state;
    struct tt t;
    struct stat st;
    mode_t old = umask(027);
    tt_begin(&t);
    tt_standard(&t);
    tt_unpack(&t, false, false);
    umask(old);
    assert_int_equal(stat(t.tree, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
    assert_int_equal(stat(tt_path(&t, "Script"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
    assert_int_equal(stat(tt_path(&t, INDEX), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    tt_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed),
        cmocka_unit_test(an_edit_touches_its_files),
        cmocka_unit_test(the_project_wins),
        cmocka_unit_test(new_items_rename_no_file),
        cmocka_unit_test(names_stay_when_others_go),
        cmocka_unit_test(renamed_items),
        cmocka_unit_test(stale_files_are_kept_but_not_packed),
        cmocka_unit_test(stale_files_may_be_deleted_by_hand),
        cmocka_unit_test(stale_files_come_back),
        cmocka_unit_test(files_of_the_team_stay),
        cmocka_unit_test(folders_that_hold_something),
        cmocka_unit_test(empty_folders),
        cmocka_unit_test(dry_runs),
        cmocka_unit_test(a_broken_index_is_named),
        cmocka_unit_test(failures_leave_nothing),
        cmocka_unit_test(the_umask_counts),
    };
    return cmocka_run_group_tests_name("tree_update", tests, NULL, NULL);
}
