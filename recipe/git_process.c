#include "recipe/git_process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

extern char **environ;

enum { COMPLAINT_MAX = 240 };

/* The same file under a number that is none of the standard three, which the child gets anew. -1 stays. */
static int lift(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int failed = errno;
    close(fd);
    errno = failed;
    return higher;
}

static void close_pair(const int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

static bool lift_pair(int pair[2])
{
    pair[0] = lift(pair[0]);
    pair[1] = lift(pair[1]);
    return pair[0] >= 0 && pair[1] >= 0;
}

/*
 * The configuration of a repository, which is not to be trusted, may name a program as the way to a remote, and git
 * gets objects that are missing from there. Nothing that is asked for here needs a remote. The second is known to
 * git 2.45 and later, whose message is the better one.
 */
static const char *const no_remotes[] = {"GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1"};
enum { NO_REMOTES = sizeof no_remotes / sizeof no_remotes[0] };

static bool is_replaced(const char *variable)
{
    for (size_t i = 0; i < NO_REMOTES; i++)
        if (strncmp(variable, no_remotes[i], (size_t)(strchr(no_remotes[i], '=') - no_remotes[i]) + 1) == 0)
            return true;
    return false;
}

/* The environment of git; its list is the caller's to free. NULL: no memory. */
static char **environment(void)
{
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **list = malloc((count + NO_REMOTES + 1) * sizeof *list);
    if (!list)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(environ[i]))
            list[kept++] = environ[i];
    for (size_t i = 0; i < NO_REMOTES; i++)
        list[kept++] = (char *)no_remotes[i];
    list[kept] = NULL;
    return list;
}

/* Starts it with these as standard input, output and errors. Returns what errno would be. */
static int spawn(pid_t *pid, const char *const *arguments, int in, int out, int errors)
{
    posix_spawn_file_actions_t actions;
    char **variables = environment();
    int failed = variables ? posix_spawn_file_actions_init(&actions) : ENOMEM;
    if (failed) {
        free(variables);
        return failed;
    }
    failed = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    /* The arguments are not changed; the type of the parameter is older than `const`. */
    if (!failed)
        failed = posix_spawnp(pid, "git", &actions, NULL, (char *const *)arguments, variables);
    posix_spawn_file_actions_destroy(&actions);
    free(variables);
    return failed;
}

bool git_start(struct git_process *git, const char *const *arguments, struct jpk_error *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, errors = -1, failed = 0;
    pid_t pid = 0;
    bool ready = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == 0 && lift_pair(in) &&
                 pipe2(out, O_CLOEXEC) == 0 && lift_pair(out) && (errors = lift(memfd_create("git", MFD_CLOEXEC))) >= 0;
    failed = ready ? spawn(&pid, arguments, in[1], out[1], errors) : errno;
    if (!failed) {
        close(in[1]);
        close(out[1]);
        *git = (struct git_process){.pid = pid, .in = in[0], .out = out[0], .errors = errors};
        return true;
    }
    close_pair(in);
    close_pair(out);
    if (errors >= 0)
        close(errors);
    if (failed == ENOENT)
        return error_set(err, JPK_ERR_READ, "git is not installed, and only it can read a revision");
    return failed == ENOMEM ? error_memory(err) : error_system(err, JPK_ERR_READ, failed, "git cannot be started");
}

bool git_send(struct git_process *git, const void *data, size_t n)
{
    return file_send_all(git->in, data, n);
}

size_t git_receive(struct git_process *git, void *data, size_t n)
{
    ssize_t got = file_read_some(git->out, data, n);
    if (got < 0)
        git->failed = errno;
    return got > 0 ? (size_t)got : 0;
}

/* The first line, without the word that git begins it with. */
static void read_complaint(int errors, struct buf *complaint)
{
    static const char word[] = "fatal: ";
    char text[COMPLAINT_MAX];
    ssize_t n = pread(errors, text, sizeof text, 0);
    if (n <= 0)
        return;
    const char *line = text, *end = memchr(text, '\n', (size_t)n);
    size_t size = end ? (size_t)(end - text) : (size_t)n;
    if (size > strlen(word) && memcmp(text, word, strlen(word)) == 0) {
        line += strlen(word);
        size -= strlen(word);
    }
    buf_put(complaint, line, size);
}

int git_end(struct git_process *git, struct buf *complaint)
{
    int status = 0;
    if (!git->pid)
        return 0;
    close(git->in);
    close(git->out);
    while (waitpid(git->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (complaint)
        read_complaint(git->errors, complaint);
    close(git->errors);
    bool known = WIFEXITED(status) && !git->failed;
    *git = (struct git_process){0};
    return known ? WEXITSTATUS(status) : -1;
}
