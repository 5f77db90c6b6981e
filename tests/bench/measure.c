/*
 * Runs a command once and prints what it cost: wall time in ns, peak resident memory in KiB, user and system time in
 * µs, exit status. Its standard output goes to /dev/null, its standard error stays.
 *
 *   measure PROGRAM [ARGUMENT...]
 *
 * The kernel counts as a process's peak also what it was before exec: a child of a large Python would inherit its size.
 * This program is small, so what it starts is not inflated. The measured time includes starting and ending the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static long long microseconds(struct timeval t)
{
    return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int count, char **arguments)
{
    posix_spawn_file_actions_t actions;
    struct rusage used;
    pid_t child;
    int status;
    if (count < 2) {
        fprintf(stderr, "usage: measure PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    long long start = now();
    int code = posix_spawnp(&child, arguments[1], &actions, NULL, arguments + 1, environ);
    if (code != 0) {
        fprintf(stderr, "measure: %s: %s\n", arguments[1], strerror(code));
        return 2;
    }
    while (wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR)
            return 2;
    long long took = now() - start;
    posix_spawn_file_actions_destroy(&actions);
    printf("%lld %ld %lld %lld %d\n", took, used.ru_maxrss, microseconds(used.ru_utime), microseconds(used.ru_stime),
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
