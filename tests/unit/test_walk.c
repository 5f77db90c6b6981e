/* Walking through folders: base/walk.h. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/walk.h"
#include "tests/unit/projectmaker.h"

static char root[64];

static int set_up(void **state)
{
    (void)state;
    pm_temporary(root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pm_remove(root);
    return 0;
}

static const char *in_root(const char *path)
{
    static char whole[8192];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    return whole;
}

static void make_folder(const char *path)
{
    assert_true(file_make_folder(in_root(path), NULL));
}

static void make(const char *path, const char *text)
{
    char folder[256];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = '\0';
        make_folder(folder);
    }
    assert_true(file_write(in_root(path), text, strlen(text), false, NULL));
}

static void make_link(const char *path, const char *target)
{
    assert_int_equal(symlink(target, in_root(path)), 0);
}

static const char *problem_text(const struct walk_entry *entry)
{
    static char text[sizeof entry->problem->message + 32];
    char file[JPK_ERROR_FILE_MAX];
    text_printable(file, sizeof file, entry->full);
    assert_string_equal(entry->problem->file, file);
    snprintf(text, sizeof text, " [%s: %s]", jpk_code_name(entry->problem->code), entry->problem->message);
    return text;
}

/* Every entry in a line: the path, what is special about it, and its problem. */
static void list(const char *folder, const struct walk_options *options, struct buf *out)
{
    static const char *const kinds[] = {"", "/", "@", "="};
    struct jpk_error err = {0};
    struct walk_entry entry;
    struct walk *walk = walk_open(folder, options, &err);
    if (!walk)
        fail_msg("%s: %s", err.file, err.message);
    while (walk_next(walk, &entry, &err)) {
        buf_printf(out, "%s%s%s%s\n", entry.path, kinds[entry.kind], entry.link ? " link" : "",
                   entry.problem ? problem_text(&entry) : "");
        size_t n = strlen(entry.full), m = strlen(entry.path);
        assert_true(n >= m && strcmp(entry.full + n - m, entry.path) == 0);
    }
    assert_int_equal(err.code, JPK_OK);
    assert_false(walk_next(walk, &entry, &err));
    walk_close(walk);
}

static void assert_list(const struct walk_options *options, const char *expected)
{
    struct buf out = {0};
    list(root, options, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

/* -------------------------------------------------------------------------------------------------------- the order */

static void test_order(void **state)
{
    (void)state;
    assert_list(NULL, "");
    static const char *const files[] = {"b", "a/c", "a.b", "a-b", "a/b/c", "a0", "A", "\xc3\xa4", "a/b.c", ".x"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        make(files[i], "");
    make_folder("ab/empty");
    static const char expected[] = ".x\nA\na-b\na.b\na/b.c\na/b/c\na/c\na0\nb\n\xc3\xa4\n";
    assert_list(NULL, expected);
    struct buf out = {0};
    list(in_root(""), NULL, &out); /* with a slash at its end */
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    struct walk_options options = walk_options_default();
    options.no_hidden = true;
    assert_list(&options, expected + 3);
}

static void test_folders(void **state)
{
    (void)state;
    make("a/b/x", "");
    make("a/b/c/y", "");
    make("a/z", "");
    make_link("a/l", "b");
    make_folder("d");
    struct walk_options options = walk_options_default();
    options.folders_only = true;
    assert_list(&options, "/\na/\na/b/\na/b/c/\nd/\n");
    struct walk_entry entry;
    size_t count = 0;
    struct walk *walk = walk_open(root, &options, NULL);
    assert_non_null(walk);
    assert_true(walk_next(walk, &entry, NULL));
    assert_string_equal(entry.full, root);
    assert_true(walk_next(walk, &entry, NULL));
    const struct walk_name *names = walk_names(walk, &count);
    assert_int_equal(count, 3);
    assert_string_equal(names[0].name, "b");
    assert_int_equal(names[0].kind, WALK_FOLDER);
    assert_string_equal(names[1].name, "l");
    assert_int_equal(names[1].kind, WALK_LINK);
    assert_int_equal(names[2].kind, WALK_FILE);
    walk_leave(walk);
    walk_leave(walk); /* once is enough */
    assert_true(walk_next(walk, &entry, NULL));
    assert_string_equal(entry.path, "d");
    assert_null(walk_names(walk, &count));
    assert_false(walk_next(walk, &entry, NULL));
    walk_leave(walk);
    walk_close(walk);
}

static void test_root(void **state)
{
    (void)state;
    struct jpk_error err = {0};
    make("a/.gitignore", "*\n");
    make("a/x", "");
    make_link("l", "a");
    struct buf out = {0};
    list(in_root("a"), NULL, &out);
    assert_string_equal(buf_text(&out), "");
    list(in_root("a/x"), NULL, &out); /* who names a file wants it */
    assert_string_equal(buf_text(&out), "x\n");
    make("l/y", "");
    make("l/.jpkignore", "!y\n");
    buf_clear(&out);
    list(in_root("l"), NULL, &out);
    assert_string_equal(buf_text(&out), "y\n");
    buf_free(&out);
    assert_null(walk_open(in_root("nowhere"), NULL, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    assert_string_equal(err.file, in_root("nowhere"));
    err = (struct jpk_error){0};
    assert_null(walk_open("", NULL, &err));
    assert_int_equal(err.code, JPK_ERR_READ);
    err = (struct jpk_error){0};
    assert_null(walk_open("/dev/null", NULL, &err));
    assert_int_equal(err.code, JPK_ERR_SPECIAL);
    assert_null(walk_open("/dev/null", NULL, NULL));
    walk_close(NULL);
}

/* ----------------------------------------------------------------------------------------------------- ignore files */

static void test_ignore(void **state)
{
    (void)state;
    make(".gitignore", "*.log\n/build/\n!keep.log\n");
    make(".jpkignore", "!b.log\n/private\n");
    make(".git/config", "");
    make("a.log", "");
    make("b.log", "");
    make("build/x", "");
    make("private/x", "");
    make("sub/.git", "gitdir: elsewhere\n");
    make("sub/.gitignore", "build\n!c.log\n");
    make("sub/a.log", "");
    make("sub/build/x", "");
    make("sub/c.log", "");
    make("sub/keep.log", "");
    make("sub/private", "");
    make("then/c.log", "");
    make("then/build/x", "");
    assert_list(NULL,
                ".gitignore\n.jpkignore\nb.log\nsub/.gitignore\nsub/c.log\nsub/keep.log\nsub/private\nthen/build/x\n");
    struct walk_options options = walk_options_default();
    options.no_ignore = true;
    struct buf out = {0};
    list(in_root("sub"), &options, &out);
    assert_string_equal(buf_text(&out), ".gitignore\na.log\nbuild/x\nc.log\nkeep.log\nprivate\n");
    buf_free(&out);
}

static void test_large_ignore_file(void **state)
{
    (void)state;
    struct buf lines = {0};
    while (lines.size <= 1024 * 1024)
        buf_puts(&lines, "x*y\n");
    make(".gitignore", buf_text(&lines));
    make_folder("a/.gitignore"); /* none */
    make("a/b", "");
    buf_free(&lines);
    assert_list(NULL, ".gitignore [limit: is larger than 1048576 bytes (an ignore file)]\na/b\n");
}

/* --------------------------------------------------------------------------------------------------------- problems */

static void test_links(void **state)
{
    (void)state;
    make("in/a/file", "");
    make("out", "");
    make_link("in/b", "a/file");
    make_link("in/c", "a");
    make_link("in/d", "..");
    make_link("in/e", "nowhere");
    make_link("in/f", "f");
    make_link("in/g", "../out");
    make_link("in/h", "/dev/null");
    make_link("in/i", "b");
    make(".x", "");
    struct buf out = {0};
    list(in_root("in"), NULL, &out);
    assert_string_equal(buf_text(&out),
                        "a/file\n"
                        "b link\n"
                        "c@ [special: is a symbolic link to a folder, which is not followed]\n"
                        "d@ [special: is a symbolic link to a folder, which is not followed]\n"
                        "e@ [read: is a symbolic link that leads nowhere: No such file or directory]\n"
                        "f@ [read: is a symbolic link that leads nowhere: Too many levels of symbolic links]\n"
                        "g@ [special: is a symbolic link to a file outside, which is not followed]\n"
                        "h@ [special: is a symbolic link to what is neither file nor folder]\n"
                        "i link\n");
    buf_free(&out);
    make_link("other", "in"); /* a root that is a link itself */
    list(in_root("other/a/.."), NULL, &out);
    assert_true(text_starts_with(buf_text(&out), "a/file\nb link\nc@"));
    buf_free(&out);
}

static void test_special(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(mkfifo(in_root("fifo"), 0600), 0);
    make_folder("x");
    assert_int_equal(mkfifo(in_root("x/.gitignore"), 0600), 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", root);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    make("b\xff"
         "c",
         "");
    make("b\xff/d", "");
    make("z", "");
    assert_list(NULL, "b\xff/ [name: has a name that is not UTF-8, and was not read]\n"
                      "b\xff"
                      "c [name: has a name that is not UTF-8, and was not read]\n"
                      "fifo= [special: is neither file nor folder, and was not read]\n"
                      "socket= [special: is neither file nor folder, and was not read]\n"
                      "x/.gitignore= [special: is neither file nor folder, and was not read]\n"
                      "z\n");
    struct walk_options options = walk_options_default();
    options.any_names = options.folders_only = true;
    assert_list(&options, "/\nb\xff/\nx/\n");
    close(fd);
}

static void test_unreadable(void **state)
{
    (void)state;
    bool privileged = geteuid() == 0;
    make("a/x", "");
    make("b", "");
    make("c/.gitignore", "*\n");
    make("c/x", "");
    make_link("d", "b");
    make("e", "");
    assert_int_equal(chmod(root, 0755), 0);
    assert_int_equal(chmod(in_root("a"), 0), 0);
    assert_int_equal(chmod(in_root("b"), 0), 0);
    assert_int_equal(chmod(in_root("c/.gitignore"), 0), 0);
    if (privileged)
        assert_int_equal(seteuid(65534), 0);
    struct buf out = {0};
    list(root, NULL, &out);
    if (privileged)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(in_root("a"), 0700), 0);
    assert_string_equal(buf_text(&out), "a/ [read: cannot be opened as a folder: Permission denied]\n"
                                        "b [read: cannot be opened: Permission denied]\n"
                                        "c/.gitignore [read: cannot be opened: Permission denied]\n"
                                        "c/x\n"
                                        "d link [read: cannot be opened: Permission denied]\n"
                                        "e\n");
    buf_free(&out);
}

static void test_limits(void **state)
{
    (void)state;
    make("a/b/c/d", "");
    make("a/b/e", "");
    make("a/f", "");
    make("g", "");
    struct walk_options options = walk_options_default();
    options.depth = 2;
    options.depth_name = "--max-depth";
    assert_list(&options, "a/b/c/ [limit: lies too deep and was not searched (--max-depth)]\na/b/e\na/f\ng\n");
    options.depth = 0;
    options.depth_name = NULL;
    assert_list(&options, "a/ [limit: lies too deep and was not searched]\ng\n");
    options = walk_options_default();
    options.count = 5;
    options.count_name = "--max-entries";
    assert_list(&options, "a/b/c/d\na/b/e\n"
                          "a/f [limit: was not read, nor what comes after it: more than 5 files and folders "
                          "(--max-entries)]\n");
    options.count = 7;
    assert_list(&options, "a/b/c/d\na/b/e\na/f\ng\n");
}

static void test_deep(void **state)
{
    (void)state;
    char path[256] = "";
    for (int i = 0; i < 64; i++)
        strcat(path, i ? "/a" : "a");
    strcat(path, "/x");
    make(path, "");
    struct buf expected = {0};
    buf_printf(&expected, "%s\n", path);
    assert_list(NULL, buf_text(&expected));
    path[strlen(path) - 1] = '\0';
    strcat(path, "a/x");
    make(path, "");
    path[strlen(path) - 2] = '\0';
    buf_clear(&expected);
    buf_printf(&expected, "%s/ [limit: lies too deep and was not searched]\n", path);
    path[strlen(path) - 1] = '\0';
    buf_printf(&expected, "%sx\n", path);
    assert_list(NULL, buf_text(&expected));
    buf_free(&expected);
}

static void test_many(void **state)
{
    (void)state;
    char name[32];
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "%d/%04d", i % 50, i);
        make(name, "");
    }
    struct walk_entry entry;
    char before[32] = "";
    size_t count = 0;
    struct walk *walk = walk_open(root, NULL, NULL);
    assert_non_null(walk);
    while (walk_next(walk, &entry, NULL)) {
        assert_true(strcmp(before, entry.path) < 0);
        snprintf(before, sizeof before, "%s", entry.path);
        count++;
    }
    assert_int_equal(count, 2000);
    walk_close(walk);
}

/* A folder that is mounted in itself, where that is possible. Child processes must not return to cmocka. */
static int walk_loop(void)
{
    struct walk_entry entry;
    int wrong = 2;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || mount(root, in_root("a/loop"), "", MS_BIND, NULL) != 0)
        return 1;
    struct walk *walk = walk_open(root, NULL, NULL);
    if (walk && walk_next(walk, &entry, NULL) && strcmp(entry.path, "a/loop") == 0 && entry.problem &&
        entry.problem->code == JPK_ERR_SPECIAL && walk_next(walk, &entry, NULL) && strcmp(entry.path, "a/x") == 0 &&
        !walk_next(walk, &entry, NULL))
        wrong = 0;
    walk_close(walk);
    return wrong;
}

static void test_loop(void **state)
{
    (void)state;
    int status = 0;
    make("a/x", "");
    make_folder("a/loop");
    pid_t child = fork();
    if (child == 0)
        _exit(walk_loop());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 1)
        print_message("skipped: nothing can be mounted here\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_order), TEST(test_folders), TEST(test_root),       TEST(test_ignore), TEST(test_large_ignore_file),
        TEST(test_links), TEST(test_special), TEST(test_unreadable), TEST(test_limits), TEST(test_deep),
        TEST(test_many),  TEST(test_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
