/*
 * Runs a program whose N-th call to the system for files fails. The kernel asks this process before every such call
 * (seccomp_unotify(2)): so those that the C library makes by itself are seen too, and nobody needs to be traced.
 *
 * usage: disk LOG AT ERROR PROGRAM [ARGUMENTS]
 *
 * AT: which call, from 1; 0: none. With a + behind it also all later calls of the same name on regular files,
 * but for standard error.
 * ERROR: a number, or "short": the call does only half of what it was asked for.
 * LOG gets a line for each call: number, name, "w" when the file is open or opened for writing, the file, a second
 * file, and "failed". Calls of other processes and those of the dynamic loader are not counted.
 * The exit status is that of the program, 128 and the signal when one ended it, 125 when this cannot be done here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 4200, NONE = -1, CANNOT = 125, NO_PROGRAM = 126 };

/* Which arguments are the file: a path, with the descriptor of its folder, or a descriptor alone. */
static const struct call {
    long number;
    const char *name;
    int path, folder, second, second_folder, flags;
} calls[] = {
#ifdef SYS_open
    {SYS_open, "open", 0, NONE, NONE, NONE, 1},
    {SYS_stat, "stat", 0, NONE, NONE, NONE, NONE},
    {SYS_lstat, "lstat", 0, NONE, NONE, NONE, NONE},
    {SYS_access, "access", 0, NONE, NONE, NONE, NONE},
    {SYS_mkdir, "mkdir", 0, NONE, NONE, NONE, NONE},
    {SYS_rmdir, "rmdir", 0, NONE, NONE, NONE, NONE},
    {SYS_unlink, "unlink", 0, NONE, NONE, NONE, NONE},
    {SYS_rename, "rename", 0, NONE, 1, NONE, NONE},
    {SYS_link, "link", 0, NONE, 1, NONE, NONE},
    {SYS_chmod, "chmod", 0, NONE, NONE, NONE, NONE},
    {SYS_readlink, "readlink", 0, NONE, NONE, NONE, NONE},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "renameat", 1, 0, 3, 2, NONE},
#endif
#ifdef SYS_newfstatat
    {SYS_newfstatat, "fstatat", 1, 0, NONE, NONE, NONE},
#endif
    {SYS_openat, "openat", 1, 0, NONE, NONE, 2},
    {SYS_statx, "statx", 1, 0, NONE, NONE, NONE},
    {SYS_faccessat, "faccessat", 1, 0, NONE, NONE, NONE},
    {SYS_mkdirat, "mkdirat", 1, 0, NONE, NONE, NONE},
    {SYS_unlinkat, "unlinkat", 1, 0, NONE, NONE, NONE},
    {SYS_renameat2, "renameat2", 1, 0, 3, 2, NONE},
    {SYS_linkat, "linkat", 1, 0, 3, 2, NONE},
    {SYS_fchmodat, "fchmodat", 1, 0, NONE, NONE, NONE},
    {SYS_readlinkat, "readlinkat", 1, 0, NONE, NONE, NONE},
    {SYS_read, "read", NONE, 0, NONE, NONE, NONE},
    {SYS_pread64, "pread", NONE, 0, NONE, NONE, NONE},
    {SYS_write, "write", NONE, 0, NONE, NONE, NONE},
    {SYS_pwrite64, "pwrite", NONE, 0, NONE, NONE, NONE},
    {SYS_writev, "writev", NONE, 0, NONE, NONE, NONE},
    {SYS_sendto, "send", NONE, 0, NONE, NONE, NONE},
    {SYS_lseek, "lseek", NONE, 0, NONE, NONE, NONE},
    {SYS_mmap, "mmap", NONE, 4, NONE, NONE, NONE},
    {SYS_fstat, "fstat", NONE, 0, NONE, NONE, NONE},
    {SYS_getdents64, "getdents", NONE, 0, NONE, NONE, NONE},
    {SYS_close, "close", NONE, 0, NONE, NONE, NONE},
    {SYS_fsync, "fsync", NONE, 0, NONE, NONE, NONE},
    {SYS_fdatasync, "fdatasync", NONE, 0, NONE, NONE, NONE},
    {SYS_ftruncate, "ftruncate", NONE, 0, NONE, NONE, NONE},
    {SYS_fchmod, "fchmod", NONE, 0, NONE, NONE, NONE},
    {SYS_fchdir, "fchdir", NONE, 0, NONE, NONE, NONE},
    {SYS_flock, "flock", NONE, 0, NONE, NONE, NONE},
    {SYS_fcntl, "fcntl", NONE, 0, NONE, NONE, NONE},
};

enum { CALLS = sizeof calls / sizeof calls[0] };

struct supervisor {
    int listener;
    pid_t program;
    FILE *log;
    uint64_t count, at;
    bool later; /* and all later ones of the name */
    bool half;
    int error;
    const struct call *failing;          /* once the one at `at` was met */
    uint64_t loader_begins, loader_ends; /* where the code of the dynamic loader lies */
};

/* ---------------------------------------------------------------------------------------------------------- looking */

static const struct call *call_of(long number)
{
    for (size_t i = 0; i < CALLS; i++)
        if (calls[i].number == number)
            return &calls[i];
    return NULL;
}

/* What a link of /proc leads to; false when there is none. */
static bool read_link(char *to, pid_t task, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)task, name);
    ssize_t n = readlink(path, to, PATH_SIZE - 1);
    to[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static bool descriptor_path(char *to, pid_t task, int fd)
{
    char name[32];
    snprintf(name, sizeof name, "fd/%d", fd);
    return read_link(to, task, fd == AT_FDCWD ? "cwd" : name);
}

static bool descriptor_writes(pid_t task, int fd)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)task, fd);
    return lstat(path, &st) == 0 && (st.st_mode & S_IWUSR) != 0;
}

/* A text in the memory of the program. */
static void read_text(char *to, size_t size, pid_t task, uint64_t address)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)task);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? pread(fd, to, size - 1, (off_t)address) : 0;
    to[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* The path that two arguments name, absolute. */
static void path_of(char *to, const struct seccomp_notif *asked, int path, int folder)
{
    char name[PATH_SIZE / 2] = "";
    int fd = folder == NONE ? AT_FDCWD : (int)asked->data.args[folder];
    if (path != NONE)
        read_text(name, sizeof name, (pid_t)asked->pid, asked->data.args[path]);
    to[0] = '\0';
    if (name[0] != '/')
        descriptor_path(to, (pid_t)asked->pid, fd);
    size_t n = strlen(to);
    if (name[0] && n < PATH_SIZE / 2)
        snprintf(to + n, PATH_SIZE - n, "%s%s", name[0] == '/' ? "" : "/", name);
}

static bool is_for_writing(const struct seccomp_notif *asked, const struct call *call)
{
    if (call->flags != NONE)
        return (asked->data.args[call->flags] & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
    return call->path == NONE && descriptor_writes((pid_t)asked->pid, (int)asked->data.args[call->folder]);
}

/* The first call of a program is the loader's: its code is the mapping that the call came from. */
static void find_loader(struct supervisor *s, uint64_t at)
{
    char path[64], line[PATH_SIZE], name[PATH_SIZE], found[PATH_SIZE] = "";
    snprintf(path, sizeof path, "/proc/%d/maps", (int)s->program);
    for (int pass = 0; pass < 2; pass++) {
        FILE *maps = fopen(path, "re");
        while (maps && fgets(line, sizeof line, maps)) {
            unsigned long begins = 0, ends = 0;
            if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %4000s", &begins, &ends, name) != 3)
                continue;
            if (pass == 0 && at >= begins && at < ends)
                strcpy(found, name);
            if (pass == 0 || strcmp(found, name) != 0)
                continue;
            s->loader_begins = s->loader_begins ? s->loader_begins : begins;
            s->loader_ends = ends;
        }
        if (maps)
            fclose(maps);
    }
    s->loader_ends = s->loader_ends ? s->loader_ends : 1;
}

/* Whether the call is one of the program itself. */
static bool is_counted(struct supervisor *s, const struct seccomp_notif *asked, const struct call *call)
{
    char path[64];
    struct stat st;
    if (call->number == SYS_mmap && (int)asked->data.args[call->folder] < 0)
        return false;
    snprintf(path, sizeof path, "/proc/%d/task/%u", (int)s->program, asked->pid);
    if (stat(path, &st) != 0)
        return false;
    if (s->loader_ends == 0)
        find_loader(s, asked->data.instruction_pointer);
    return asked->data.instruction_pointer < s->loader_begins || asked->data.instruction_pointer >= s->loader_ends;
}

/* ---------------------------------------------------------------------------------------------------------- failing */

/* Half a read or write, done here on the program's own descriptor. False: it is no such call. */
static bool do_half(const struct seccomp_notif *asked, const struct call *call, struct seccomp_notif_resp *answer)
{
    bool reads = call->number == SYS_read || call->number == SYS_pread64;
    bool places = call->number == SYS_pread64 || call->number == SYS_pwrite64;
    if (!reads && !places && call->number != SYS_write && call->number != SYS_sendto)
        return false;
    size_t n = (size_t)asked->data.args[2] / 2;
    char *data = n ? malloc(n) : NULL;
    int process = (int)syscall(SYS_pidfd_open, (int)asked->pid, 0);
    int fd = process >= 0 ? (int)syscall(SYS_pidfd_getfd, process, (int)asked->data.args[0], 0) : -1;
    struct iovec here = {data, n}, there = {(void *)(uintptr_t)asked->data.args[1], n};
    off_t offset = (off_t)asked->data.args[3];
    ssize_t done = -1;
    if (data && fd >= 0 && reads) {
        done = places ? pread(fd, data, n, offset) : read(fd, data, n);
        here.iov_len = there.iov_len = done > 0 ? (size_t)done : 0;
        if (done > 0 && process_vm_writev((pid_t)asked->pid, &here, 1, &there, 1, 0) != done)
            done = -1;
    } else if (data && fd >= 0 && process_vm_readv((pid_t)asked->pid, &here, 1, &there, 1, 0) == (ssize_t)n) {
        done = places ? pwrite(fd, data, n, offset) : write(fd, data, n);
    }
    if (fd >= 0)
        close(fd);
    if (process >= 0)
        close(process);
    free(data);
    if (done <= 0)
        return false;
    *answer = (struct seccomp_notif_resp){.id = asked->id, .val = done};
    return true;
}

static bool is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Once a call has failed, whether a later one fails too; what the program says of it must come through. */
static bool fails_later(const struct supervisor *s, const struct seccomp_notif *asked, const struct call *call,
                        const char *path)
{
    bool says = call->path == NONE && (int)asked->data.args[call->folder] == STDERR_FILENO;
    return s->later && s->failing == call && !says && is_regular(path);
}

static void answer_call(struct supervisor *s, const struct seccomp_notif *asked, struct seccomp_notif_resp *answer)
{
    const struct call *call = call_of(asked->data.nr);
    *answer = (struct seccomp_notif_resp){.id = asked->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    if (!call || !is_counted(s, asked, call))
        return;
    char path[PATH_SIZE], second[PATH_SIZE] = "";
    path_of(path, asked, call->path, call->folder);
    if (call->second != NONE)
        path_of(second, asked, call->second, call->second_folder);
    bool writes = is_for_writing(asked, call);
    bool fails = ++s->count == s->at || fails_later(s, asked, call, path);
    if (fails)
        s->failing = call;
    if (fails && s->half)
        fails = is_regular(path) && do_half(asked, call, answer);
    else if (fails)
        *answer = (struct seccomp_notif_resp){.id = asked->id, .error = -s->error};
    fprintf(s->log, "%llu\t%s\t%s\t%s\t%s\t%s\n", (unsigned long long)s->count, call->name, writes ? "w" : "r", path,
            second, fails ? "failed" : "");
}

static void serve(struct supervisor *s)
{
    struct pollfd listener = {.fd = s->listener, .events = POLLIN};
    while (poll(&listener, 1, -1) >= 0 && (listener.revents & POLLIN)) {
        struct seccomp_notif asked = {0};
        struct seccomp_notif_resp answer;
        if (ioctl(s->listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
            continue;
        answer_call(s, &asked, &answer);
        (void)ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

/* --------------------------------------------------------------------------------------------------------- starting */

/* Asks for the calls of the table; all others go on. Returns the descriptor at which they are answered. */
static int install_filter(void)
{
    struct sock_filter code[CALLS + 3];
    size_t n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < CALLS; i++)
        code[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, (uint8_t)(CALLS - i), 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Both sides share this memory, for the child may make no call that is asked about before its parent answers. */
struct handshake {
    volatile int listener; /* the child's descriptor; -1: none yet, -2: there is none */
    volatile bool taken;
};

static void run(struct handshake *shared, char **arguments)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int listener = install_filter();
    shared->listener = listener < 0 ? -2 : listener;
    while (!shared->taken)
        sched_yield();
    if (listener >= 0)
        execv(arguments[0], arguments);
    _exit(NO_PROGRAM);
}

static int take_listener(pid_t child, struct handshake *shared)
{
    while (shared->listener == -1)
        sched_yield();
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    int listener =
        shared->listener >= 0 && process >= 0 ? (int)syscall(SYS_pidfd_getfd, process, shared->listener, 0) : -1;
    shared->taken = true;
    return listener;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("usage: disk LOG AT ERROR PROGRAM [ARGUMENTS]\n", stderr);
        return CANNOT;
    }
    struct supervisor s = {.log = fopen(argv[1], "we"),
                           .at = strtoull(argv[2], NULL, 10),
                           .later = strchr(argv[2], '+') != NULL,
                           .half = strcmp(argv[3], "short") == 0,
                           .error = atoi(argv[3])};
    struct handshake *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!s.log || shared == MAP_FAILED)
        return CANNOT;
    shared->listener = -1;
    s.program = fork();
    if (s.program == 0)
        run(shared, argv + 4);
    s.listener = s.program > 0 ? take_listener(s.program, shared) : -1;
    if (s.listener < 0) {
        if (s.program > 0) {
            kill(s.program, SIGKILL);
            waitpid(s.program, NULL, 0);
        }
        fputs("disk: calls to the system cannot be watched here\n", stderr);
        return CANNOT;
    }
    serve(&s);
    int status = 0;
    waitpid(s.program, &status, 0);
    fclose(s.log);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
