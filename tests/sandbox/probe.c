/*
 * What a process in the sandbox can still do: each deed is tried by a process of its own, which enters the sandbox as
 * the program does for its commands. A deed that must be possible is tried first without the sandbox, so that what is
 * forbidden is forbidden by the sandbox.
 *
 * usage: probe FOLDER: an empty one
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/options.h"
#include "tools/sandbox.h"

/* --------------------------------------------------------------------------------------------------------- deeds */

/* Each returns 0 or an errno. */

static int result(int value)
{
    if (value < 0)
        return errno;
    close(value);
    return 0;
}

static int read_input(void)
{
    return result(open("input/a.jpk", O_RDONLY));
}

static int list_input(void)
{
    return result(open("input", O_RDONLY | O_DIRECTORY));
}

static int read_option(void)
{
    return result(open("option.json", O_RDONLY));
}

static int read_other(void)
{
    return result(open("other/secret", O_RDONLY));
}

static int read_other_by_link(void)
{
    return result(open("input/link", O_RDONLY));
}

static int list_other(void)
{
    return result(open("other", O_RDONLY | O_DIRECTORY));
}

static int read_system(void)
{
    return result(open("/etc/passwd", O_RDONLY));
}

static int change_input(void)
{
    return result(open("input/a.jpk", O_WRONLY));
}

static int truncate_input(void)
{
    return result(open("input/a.jpk", O_RDONLY | O_TRUNC));
}

static int remove_input(void)
{
    return unlink("input/a.jpk") ? errno : 0;
}

static int make_output(void)
{
    return result(open("out/new", O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int make_folder(void)
{
    return mkdir("out/folder", 0700) ? errno : 0;
}

static int rename_output(void)
{
    return rename("out/old", "out/renamed") ? errno : 0;
}

static int remove_output(void)
{
    return unlink("out/old") ? errno : 0;
}

static int make_link(void)
{
    return symlink("/etc/passwd", "out/link") ? errno : 0;
}

static int make_other(void)
{
    return result(open("other/new", O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int rename_to_other(void)
{
    return rename("out/old", "other/renamed") ? errno : 0;
}

static int chmod_other(void)
{
    return chmod("other/secret", 0777) ? errno : 0;
}

static int make_here(void)
{
    return result(open("here", O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int internet_socket(void)
{
    return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int local_socket(void)
{
    return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int start_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0 ? errno : waitpid(child, NULL, 0) < 0 ? errno : 0;
}

/* In place of this process: the program's exit status is what the caller sees. */
static int start_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static void *nothing(void *argument)
{
    return argument;
}

static int start_thread(void)
{
    pthread_t thread;
    int failed = pthread_create(&thread, NULL, nothing, NULL);
    return failed ? failed : pthread_join(thread, NULL);
}

static int trace_itself(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0;
}

static int signal_parent(void)
{
    return kill(getppid(), 0) ? errno : 0;
}

static int make_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) ? errno : 0;
}

static int raise_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) || setrlimit(RLIMIT_CORE, &limit) ? errno : 0;
}

/* ------------------------------------------------------------------------------------------------------ commands */

static bool starts_programs(const struct settings *settings)
{
    (void)settings;
    return true;
}

static const struct option options[] = {
    {"schema", 0, OPTION_INPUT, offsetof(struct settings, schema.schema), "FILE", ""},
    {"output", 'o', OPTION_OUTPUT, offsetof(struct settings, output), "PATH", ""},
    {0},
};
static const struct option *const groups[] = {options, NULL};

enum kind { READS, WRITES, ANYWHERE, NARROWED, PROGRAMS, KINDS };

static const struct probe_command {
    const char *name;
    struct command command;
} probe_commands[KINDS] = {
    [READS] = {"reads", {.name = "reads", .groups = groups}},
    [WRITES] = {"writes", {.name = "writes", .groups = groups}},
    [ANYWHERE] = {"anywhere", {.name = "anywhere", .groups = groups, .reach = {.anywhere = true}}},
    [NARROWED] = {"narrowed", {.name = "narrowed", .groups = groups, .reach = {.anywhere = true}}},
    [PROGRAMS] = {"programs", {.name = "programs", .groups = groups, .reach = {.programs = starts_programs}}},
};

/* The option tables of the program that main.c has; none is looked up here. */
const struct command *const commands[] = {NULL};

static int enter(enum kind kind)
{
    const struct command *command = &probe_commands[kind].command;
    char input[] = "input";
    char *arguments[] = {input};
    const char *const sources[] = {"input"};
    struct settings settings = {.sandbox = "require", .schema = {.schema = "option.json"}};
    if (kind != READS)
        settings.output = "out/file";
    int status = sandbox_enter(command, &settings, 1, arguments);
    if (status == 0 && kind == NARROWED)
        status = sandbox_narrow(command, &settings, sources, 1);
    return status;
}

/* --------------------------------------------------------------------------------------------------------- table */

static const struct deed {
    const char *name;
    int (*try)(void);
    bool allowed[KINDS]; /* reads, writes, anywhere, narrowed, programs */
} deeds[] = {
    {"read an argument", read_input, {true, true, true, true, true}},
    {"list an argument", list_input, {true, true, true, true, true}},
    {"read the file of an option", read_option, {true, true, true, true, true}},
    {"read another file", read_other, {false, false, true, false, true}},
    {"read another file through a link", read_other_by_link, {false, false, true, false, true}},
    {"list another folder", list_other, {false, false, true, false, true}},
    {"read a file of the system", read_system, {false, false, true, false, true}},
    {"write to an input", change_input, {false, false, false, false, false}},
    {"truncate an input", truncate_input, {false, false, false, false, false}},
    {"remove an input", remove_input, {false, false, false, false, false}},
    {"make an output", make_output, {false, true, true, true, true}},
    {"make a folder for outputs", make_folder, {false, true, true, true, true}},
    {"rename an output", rename_output, {false, true, true, true, true}},
    {"remove an output", remove_output, {false, true, true, true, true}},
    {"make a link among outputs", make_link, {false, false, false, false, false}},
    {"make another file", make_other, {false, false, false, false, false}},
    {"move an output elsewhere", rename_to_other, {false, false, false, false, false}},
    {"change the mode of another file", chmod_other, {false, false, false, false, true}},
    {"make a file in the current folder", make_here, {false, false, false, false, false}},
    {"open a socket of the internet", internet_socket, {false, false, false, false, false}},
    {"open a local socket", local_socket, {false, false, false, false, false}},
    {"start a process", start_process, {false, false, false, false, true}},
    {"start a program", start_program, {false, false, false, false, true}},
    {"start a thread", start_thread, {true, true, true, true, true}},
    {"be traced", trace_itself, {false, false, false, false, false}},
    {"signal its parent", signal_parent, {false, false, false, false, true}},
    {"make memory executable", make_code, {false, false, false, false, true}},
    {"set limits", raise_limit, {false, false, false, false, true}},
};

static int make_file(const char *path)
{
    FILE *file = fopen(path, "w");
    return file && fputs("text\n", file) >= 0 && fclose(file) == 0;
}

/* Everything as the deeds expect it. */
static bool prepare(void)
{
    static const char *const made[] = {"out/new", "out/renamed", "out/link", "other/new", "other/renamed", "here"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        unlink(made[i]);
    rmdir("out/folder");
    return make_file("input/a.jpk") && make_file("option.json") && make_file("other/secret") && make_file("out/old") &&
           chmod("other/secret", 0600) == 0;
}

enum { NOT_ENTERED = 200 };

/* The errno that a deed ends with, NOT_ENTERED, or 255 for a process that did not end by itself. */
static int try_deed(const struct deed *deed, int kind)
{
    int status;
    if (!prepare())
        return 255;
    pid_t child = fork();
    if (child == 0) {
        if (kind >= 0 && enter((enum kind)kind) != 0)
            _exit(NOT_ENTERED);
        _exit(deed->try());
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return 255;
    return WEXITSTATUS(status);
}

static bool is_refusal(int error)
{
    return error == EACCES || error == EPERM || error == ENOSYS || error == EXDEV;
}

int main(int argc, char **argv)
{
    size_t count = sizeof deeds / sizeof *deeds, failed = 0;
    if (argc != 2 || chdir(argv[1]) != 0 || mkdir("input", 0700) || mkdir("other", 0700) || mkdir("out", 0700) ||
        symlink("../other/secret", "input/link")) {
        fputs("usage: probe FOLDER: an empty one\n", stderr);
        return 2;
    }
    if (try_deed(&deeds[0], READS) == NOT_ENTERED) {
        puts("sandbox: skipped, for it is not to be had here");
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        int error = try_deed(&deeds[i], -1);
        if (error != 0 && ++failed)
            printf("sandbox: cannot %s even without it: %s\n", deeds[i].name, strerror(error));
        for (int kind = 0; kind < KINDS; kind++) {
            error = try_deed(&deeds[i], kind);
            if ((deeds[i].allowed[kind] ? error != 0 : !is_refusal(error)) && ++failed)
                printf("sandbox: who %s must%s be able to %s: %s\n", probe_commands[kind].name,
                       deeds[i].allowed[kind] ? "" : " not", deeds[i].name, error ? strerror(error) : "done");
        }
    }
    printf("sandbox: %zu deeds in %d sandboxes, %zu not as they must be\n", count, KINDS, failed);
    return failed ? 1 : 0;
}
