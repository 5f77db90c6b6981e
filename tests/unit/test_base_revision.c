/* What files held before: recipe/base_revision.h, with repositories made here and with programs that only say git. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/workers.h"
#include "recipe/base_revision.h"
#include "recipe/git_process.h"
#include "tests/unit/projectmaker.h"

static char root[64];
static char *search; /* PATH as it was */
static bool has_git;

static size_t open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;
    while (folder && readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static size_t files_before;

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    files_before = open_files();
    return 0;
}

/* Nothing stays behind: no process, no open file. */
static int tear_down(void **state)
{
    (void)state;
    setenv("PATH", search, 1);
    pm_remove(root);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(open_files(), files_before);
    return 0;
}

static const char *in_root(const char *path)
{
    static char whole[8][512];
    static size_t next;
    char *one = whole[next++ % 8];
    snprintf(one, sizeof whole[0], "%s%s%s", root, *path ? "/" : "", path);
    return one;
}

static void make_bytes(const char *path, const void *data, size_t n)
{
    char folder[256];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = '\0';
        assert_true(file_make_folder(in_root(folder), NULL));
    }
    assert_true(file_write(in_root(path), data, n, true, NULL));
}

static void make(const char *path, const char *text)
{
    make_bytes(path, text, strlen(text));
}

/* What git prints when it is called in the root. */
static const char *git(const char *const *arguments)
{
    static char printed[256];
    const char *all[16] = {"git", "-C", root, "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"};
    size_t count = 7, size = 0, n;
    while (*arguments)
        all[count++] = *arguments++;
    struct git_process process = {0};
    struct buf complaint = {0};
    assert_true(git_start(&process, all, NULL));
    while ((n = git_receive(&process, printed + size, sizeof printed - 1 - size)) > 0)
        size += n;
    if (git_end(&process, &complaint) != 0)
        fail_msg("git %s: %s", all[7], buf_text(&complaint));
    printed[size] = '\0';
    printed[strcspn(printed, "\n")] = '\0';
    buf_free(&complaint);
    return printed;
}

#define GIT(...) git((const char *const[]){__VA_ARGS__, NULL})

static void commit(void)
{
    GIT("add", "-A");
    GIT("commit", "-q", "--allow-empty", "-m", "a commit");
}

static void begin(void)
{
    GIT("init", "-q", "-b", "main");
}

static struct base_revision *open_at(const char *base, const char *folder)
{
    struct jpk_error err = {0};
    struct base_revision *revision = base_revision_open(base, folder, &err);
    if (!revision)
        fail_msg("%s: %s", err.file, err.message);
    assert_int_equal(err.code, JPK_OK);
    return revision;
}

static void assert_held(struct base_revision *revision, const char *path, const char *expected)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    bool there = false;
    buf_puts(&text, "before ");
    if (!base_revision_read(revision, path, 1 << 20, "a limit", &text, &there, &err))
        fail_msg("%s: %s", err.file, err.message);
    assert_int_equal(there, expected != NULL);
    assert_string_equal(buf_text(&text) + strlen("before "), expected ? expected : "");
    buf_free(&text);
}

static struct jpk_error refuse_at(const char *base, const char *folder)
{
    struct jpk_error err = {0};
    assert_null(base_revision_open(base, folder, &err));
    assert_null(base_revision_open(base, folder, NULL));
    assert_string_equal(err.file, base);
    return err;
}

#define NEEDS_GIT                                                                                                      \
    if (!has_git) {                                                                                                    \
        print_message("skipped: git is not installed\n");                                                              \
        return;                                                                                                        \
    }

/* ------------------------------------------------------------------------------------------------------- folders */

static void test_folder(void **state)
{
    (void)state;
    make("old/a.json", "one");
    make("old/sub/b.json", "");
    make("outside", "secret");
    assert_int_equal(symlink("../outside", in_root("old/out")), 0);
    assert_int_equal(symlink("a.json", in_root("old/in")), 0);
    assert_int_equal(symlink("loop", in_root("old/loop")), 0);
    assert_int_equal(mkfifo(in_root("old/fifo"), 0600), 0);
    struct base_revision *revision = open_at(in_root("old"), root);
    assert_held(revision, "a.json", "one");
    assert_held(revision, "in", "one");
    assert_held(revision, "sub/b.json", "");
    static const char *const absent[] = {"b.json", "sub", "a.json/x", "out", "../outside", "loop", "fifo", "no/x"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_held(revision, absent[i], NULL);
    struct buf text = {0};
    struct jpk_error err = {0};
    bool there = true;
    char name[128];
    assert_false(base_revision_read(revision, "a.json", 2, "--max-file", &text, &there, &err));
    assert_int_equal(err.code, JPK_ERR_LIMIT);
    assert_string_equal(err.message, "is larger than 2 bytes (--max-file)");
    snprintf(name, sizeof name, "%s/old/a.json", root);
    assert_string_equal(err.file, name);
    assert_int_equal(text.size, 0);
    buf_free(&text);
    base_revision_close(revision);
    base_revision_close(NULL);
}

/* A name that begins with `-` may be that of a folder, but of no revision. */
static void test_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"", "-x", "--all", "a\nb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct jpk_error err = {0};
        assert_null(base_revision_open(names[i], root, &err));
        assert_int_equal(err.code, JPK_ERR_USAGE);
        assert_string_equal(err.message, "there is no such folder, and no revision can be called that");
    }
}

/* ----------------------------------------------------------------------------------------------------- revisions */

static void test_revisions(void **state)
{
    (void)state;
    NEEDS_GIT
    begin();
    make("a.json", "one");
    make("sub/b.json", "first\n");
    commit();
    GIT("tag", "v1");
    make("a.json", "two");
    remove(in_root("sub/b.json"));
    make("sub/c.json", "");
    commit();
    make("a.json", "three");
    char hash[64];
    snprintf(hash, sizeof hash, "%s", GIT("rev-parse", "HEAD~1"));
    const char *const first[] = {"v1", "HEAD~1", "main^", hash, "HEAD~1^{tree}"};
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        struct base_revision *revision = open_at(first[i], root);
        assert_held(revision, "a.json", "one");
        assert_held(revision, "sub/b.json", "first\n");
        assert_held(revision, "sub/c.json", NULL);
        assert_held(revision, "sub", NULL);
        assert_held(revision, "a.json/x", NULL);
        assert_held(revision, "a.json", "one");
        base_revision_close(revision);
    }
    struct base_revision *revision = open_at("HEAD", in_root("sub"));
    assert_held(revision, "c.json", "");
    assert_held(revision, "b.json", NULL);
    assert_held(revision, "a.json", NULL);
    base_revision_close(revision);

    /* A branch that moves while it is read. */
    revision = open_at("main", root);
    commit();
    assert_held(revision, "a.json", "two");
    base_revision_close(revision);
}

/*
 * In a partial clone git gets what is missing from the remote, which may be any program that the repository names.
 * Neither is anything started, nor is a file that is missing taken for one that was never there.
 */
static void test_partial_clone(void **state)
{
    (void)state;
    NEEDS_GIT
    begin();
    make("sub/a.json", "one");
    make("sub/deep/b.json", "two");
    make("c.json", "three");
    commit();
    char program[256];
    snprintf(program, sizeof program, "touch '%s'; false", in_root("started"));
    GIT("config", "core.repositoryformatversion", "1");
    GIT("config", "extensions.partialClone", "origin");
    GIT("config", "remote.origin.promisor", "true");
    GIT("config", "remote.origin.url", in_root("none"));
    GIT("config", "remote.origin.uploadpack", program);
    static const char *const objects[] = {"HEAD:sub/a.json", "HEAD:sub/deep"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        const char *id = GIT("rev-parse", objects[i]);
        char path[128];
        snprintf(path, sizeof path, ".git/objects/%.2s/%s", id, id + 2);
        assert_int_equal(remove(in_root(path)), 0);
    }
    struct base_revision *revision = open_at("HEAD", root);
    static const char *const lost[] = {"sub/a.json", "sub/deep/b.json", "sub/deep/never.json"};
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        struct buf text = {0};
        struct jpk_error err = {0};
        bool there = true;
        assert_false(base_revision_read(revision, lost[i], 100, "", &text, &there, &err));
        assert_int_equal(err.code, JPK_ERR_READ);
        assert_string_equal(err.message, "is in the revision, but not in this clone of the repository; fetch it first");
        buf_free(&text);
    }
    assert_held(revision, "sub/never.json", NULL);
    assert_held(revision, "never/never.json", NULL);
    assert_held(revision, "c.json", "three");
    base_revision_close(revision);
    assert_int_equal(access(in_root("started"), F_OK), -1);
}

static void test_no_revision(void **state)
{
    (void)state;
    NEEDS_GIT
    struct jpk_error err = refuse_at("HEAD", root);
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_true(text_starts_with(err.message, "there is no folder 'HEAD', and git finds no revisions: "));
    begin();
    static const char *const names[] = {"HEAD",
                                        "main",
                                        "nothing like it",
                                        "no/folder",
                                        "v9",
                                        "HEAD~9",
                                        "x^{tree} 1",
                                        "1111111111111111111111111111111111111111",
                                        "1111111111111111111111111111111111111111 a 5"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (i == 1) {
            make("a", "");
            commit();
            continue;
        }
        err = refuse_at(names[i], root);
        assert_int_equal(err.code, JPK_ERR_NOT_FOUND);
        assert_true(text_starts_with(err.message, "there is no such folder and no such revision"));
    }
    err = refuse_at("HEAD:a", root);
    assert_int_equal(err.code, JPK_ERR_NOT_FOUND);
}

static void test_odd_names(void **state)
{
    (void)state;
    NEEDS_GIT
    static const char *const names[] = {
        "a b.txt",  " leading", "trailing ", "tab\t",      "new\nline",    "line\n",      "\n",
        "return\r", "q\"'`$()", "back\\s",   "colon:x",    "HEAD",         "-dash",       "*",
        "[a]?",     "\xc3\xa4", "\xff\xfe",  "a missing",  "b\nc missing", "d\n missing", "e ambiguous",
        "{tree}",   "..x",      "sub\n/x y", "sub\n/\n\n", "%s%n",         "#",           "~"};
    enum { COUNT = sizeof names / sizeof names[0] };
    begin();
    for (size_t i = 0; i < COUNT; i++)
        make(names[i], names[i]);
    commit();
    struct base_revision *revision = open_at("HEAD", root);
    for (size_t i = 0; i < COUNT; i++) {
        char other[64];
        assert_held(revision, names[i], names[i]);
        snprintf(other, sizeof other, "%s\n", names[i]);
        assert_held(revision, strcmp(names[i], "line\n") == 0 ? "line\n\n" : other, NULL);
        snprintf(other, sizeof other, "%s missing", names[i]);
        if (strcmp(other, "a missing") != 0)
            assert_held(revision, other, NULL);
    }
    base_revision_close(revision);
}

static void test_contents(void **state)
{
    (void)state;
    NEEDS_GIT
    enum { SIZE = 300001 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7 % 251);
    begin();
    make_bytes("large", bytes, SIZE);
    make("small", "x");
    make("newlines", "\n\n\n");
    make("answer", "1111111111111111111111111111111111111111 blob 5\n");
    assert_int_equal(symlink("small", in_root("link")), 0);
    commit();
    char hash[64], entry[96];
    snprintf(hash, sizeof hash, "%s", GIT("rev-parse", "HEAD"));
    snprintf(entry, sizeof entry, "160000,%s,module", hash);
    GIT("update-index", "--add", "--cacheinfo", entry);
    GIT("update-index", "--add", "--cacheinfo", "160000,1111111111111111111111111111111111111111,elsewhere");
    GIT("commit", "-q", "-m", "submodules");
    struct base_revision *revision = open_at("HEAD", root);
    for (int again = 0; again < 2; again++) {
        struct buf text = {0};
        struct jpk_error err = {0};
        bool there = false;
        assert_true(base_revision_read(revision, "large", SIZE, "a limit", &text, &there, &err));
        assert_true(there && text.size == SIZE && memcmp(text.data, bytes, SIZE) == 0);
        there = false;
        assert_false(base_revision_read(revision, "large", SIZE - 1, "--max-file", &text, &there, &err));
        assert_int_equal(err.code, JPK_ERR_LIMIT);
        assert_string_equal(err.message, "is larger than 300000 bytes (--max-file)");
        assert_string_equal(err.file, "HEAD:large");
        assert_int_equal(text.size, SIZE);
        assert_false(there);
        buf_free(&text);
        assert_held(revision, "newlines", "\n\n\n");
        assert_held(revision, "answer", "1111111111111111111111111111111111111111 blob 5\n");
        assert_held(revision, "link", "small");
        assert_held(revision, "module", NULL);
        assert_held(revision, "elsewhere", NULL);
        assert_held(revision, "small", "x");
    }
    base_revision_close(revision);
    free(bytes);
}

/* Ids of 64 digits. */
static void test_sha256(void **state)
{
    (void)state;
    NEEDS_GIT
    GIT("init", "-q", "-b", "main", "--object-format=sha256");
    make("a", "one");
    commit();
    struct base_revision *revision = open_at("main", root);
    assert_held(revision, "a", "one");
    assert_held(revision, "b", NULL);
    base_revision_close(revision);
}

/* A folder wins over a revision of the same name. */
static void test_folder_first(void **state)
{
    (void)state;
    NEEDS_GIT
    char *here = getcwd(NULL, 0);
    assert_non_null(here);
    begin();
    make("a", "old");
    commit();
    GIT("branch", "base");
    assert_int_equal(chdir(root), 0);
    struct base_revision *branch = open_at("base", root);
    make("base/a", "older");
    struct base_revision *folder = open_at("base", root);
    assert_int_equal(chdir(here), 0);
    free(here);
    assert_held(branch, "a", "old");
    assert_held(folder, "a", "older");
    base_revision_close(branch);
    base_revision_close(folder);
}

static void read_one(void *context, size_t index)
{
    char path[32], expected[32];
    snprintf(path, sizeof path, "f%zu", index % 20);
    snprintf(expected, sizeof expected, "text %zu", index % 20);
    assert_held(context, path, index % 20 < 15 ? expected : NULL);
}

static void test_threads(void **state)
{
    (void)state;
    NEEDS_GIT
    begin();
    for (int i = 0; i < 15; i++) {
        char path[32], text[32];
        snprintf(path, sizeof path, "f%d", i);
        snprintf(text, sizeof text, "text %d", i);
        make(path, text);
    }
    commit();
    struct base_revision *revision = open_at("HEAD", root);
    workers_run(400, 4, read_one, revision);
    base_revision_close(revision);
}

/* ---------------------------------------------------------------------------------------- programs that say git */

/* Puts a script in the place of git. `cat` is what it does for `git cat-file --batch`, without -z. */
static void pretend(const char *cat)
{
    struct buf text = {0};
    buf_printf(&text,
               "#!/bin/sh\n"
               "PATH='%s:/usr/bin:/bin'\n"
               "case \"$*\" in\n"
               "*rev-parse*) echo '%s';;\n"
               "*' -z') echo 'error: unknown switch' >&2; exit 129;;\n"
               "*) %s;;\n"
               "esac\n",
               search, root, cat);
    make("bin/git", buf_text(&text));
    buf_free(&text);
    assert_int_equal(chmod(in_root("bin/git"), 0700), 0);
    setenv("PATH", in_root("bin"), 1);
}

#define ID "1111111111111111111111111111111111111111"
#define TREE "read x; printf '" ID " tree 3\\nabc\\n'; "

static void test_missing_git(void **state)
{
    (void)state;
    if (getenv("JPK_TEST_WRAPPER"))
        skip(); /* valgrind forks where posix_spawn does not, so that nobody learns that there was nothing to run */
    setenv("PATH", in_root("bin"), 1);
    struct jpk_error err = refuse_at("HEAD", root);
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_true(strstr(err.message, "git is not installed"));
}

/* Versions before 2.38 know no requests that end in NUL. */
static void test_old_git(void **state)
{
    (void)state;
    NEEDS_GIT
    begin();
    make("a b", "one");
    make("c\nd", "two");
    make("e\r", "three");
    commit();
    pretend("exec git \"$@\"");
    struct base_revision *revision = open_at("HEAD", root);
    struct buf text = {0};
    static const char *const odd[] = {"c\nd", "e\r"};
    for (size_t i = 0; i < 2; i++) {
        struct jpk_error err = {0};
        bool there;
        assert_false(base_revision_read(revision, odd[i], 100, "", &text, &there, &err));
        assert_int_equal(err.code, JPK_ERR_NAME);
    }
    buf_free(&text);
    assert_held(revision, "a b", "one");
    assert_held(revision, "c", NULL);
    base_revision_close(revision);
    struct jpk_error err = refuse_at("nothing", root);
    assert_int_equal(err.code, JPK_ERR_NOT_FOUND);
}

static void test_answers_to_open(void **state)
{
    (void)state;
    static const struct {
        const char *cat, *message;
        enum jpk_code code;
    } cases[] = {
        {"read x; echo \"$x ambiguous\"", "several revisions begin with that", JPK_ERR_AMBIGUOUS},
        {"read x; echo \"$x missing\"", "there is no such folder and no such revision", JPK_ERR_NOT_FOUND},
        {"read x; printf '" ID " blob 1\\nx\\n'", "there is no such folder and no such", JPK_ERR_NOT_FOUND},
        {"read x; echo what", "git gave no answer that is understood", JPK_ERR_READ},
        {"read x; echo " ID " tree", "git gave no answer that is understood", JPK_ERR_READ},
        {"read x; printf x", "git gave no answer that is understood", JPK_ERR_READ},
        {"read x; printf '%070000d' 1", "git gave no answer that is understood", JPK_ERR_READ},
        {"read x; printf '" ID " tree 9\\nabc'", "git ended in the middle of an answer", JPK_ERR_READ},
        {"echo 'fatal: the index is gone' >&2; exit 128", "git gave no answer that is understood: the index is gone",
         JPK_ERR_READ},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pretend(cases[i].cat);
        struct jpk_error err = refuse_at("rev", root);
        if (err.code != cases[i].code || !text_starts_with(err.message, cases[i].message))
            fail_msg("%s: %s [%s]", cases[i].cat, err.message, jpk_code_name(err.code));
    }
}

/* git ends while it is asked: an error, no signal, and the same for all that is asked afterwards. */
static void test_answers_to_read(void **state)
{
    (void)state;
    static const struct {
        const char *cat, *message;
    } cases[] = {
        {TREE, "git gave no answer that is understood"},
        {TREE "exec 0<&- 1>&-; sleep 0.1", "git gave no answer that is understood"},
        {TREE "read x; printf '" ID " blob 10\\nabc'", "git ended in the middle of an answer"},
        {TREE "read x; printf '" ID " blob 3\\nabc'", "git ended in the middle of an answer"},
        {TREE "read x; kill -9 $$", "git gave no answer that is understood"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pretend(cases[i].cat);
        struct base_revision *revision = open_at("rev", root);
        for (int again = 0; again < 2; again++) {
            struct buf text = {0};
            struct jpk_error err = {0};
            bool there = true;
            buf_puts(&text, "kept");
            assert_false(base_revision_read(revision, "a", 100, "", &text, &there, &err));
            assert_int_equal(err.code, JPK_ERR_READ);
            assert_string_equal(err.file, "rev:a");
            assert_string_equal(err.message, again ? "git has ended" : cases[i].message);
            assert_string_equal(buf_text(&text), "kept");
            buf_free(&text);
        }
        base_revision_close(revision);
    }
}

/* Later versions of git name submodules. */
static void test_submodule_answer(void **state)
{
    (void)state;
    pretend(TREE "read x; echo " ID " submodule; read x; printf '" ID " commit 2\\nab\\n'; read x; "
                 "printf '" ID " blob 2\\ncd\\n'; read x");
    struct base_revision *revision = open_at("rev", root);
    assert_held(revision, "a", NULL);
    assert_held(revision, "b", NULL);
    assert_held(revision, "c", "cd");
    base_revision_close(revision);
}

static void test_other_repository(void **state)
{
    (void)state;
    make("bin/git", "#!/bin/sh\necho /usr/elsewhere\n");
    assert_int_equal(chmod(in_root("bin/git"), 0700), 0);
    setenv("PATH", in_root("bin"), 1);
    struct jpk_error err = refuse_at("rev", root);
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.message, "git looks for revisions in /usr/elsewhere, which is another place");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_folder),           TEST(test_refused),         TEST(test_revisions),
        TEST(test_partial_clone),    TEST(test_no_revision),     TEST(test_odd_names),
        TEST(test_contents),         TEST(test_sha256),          TEST(test_folder_first),
        TEST(test_threads),          TEST(test_missing_git),     TEST(test_old_git),
        TEST(test_answers_to_open),  TEST(test_answers_to_read), TEST(test_submodule_answer),
        TEST(test_other_repository),
    };
    /* Whatever runs the tests, a hook of git perhaps: the repositories are those made here. */
    static const char *const variables[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
                                            "GIT_PREFIX"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        unsetenv(variables[i]);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    search = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    struct git_process process = {0};
    const char *const version[] = {"git", "--version", NULL};
    has_git = git_start(&process, version, NULL);
    git_end(&process, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(search);
    return failed;
}
