#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "tools/sandbox.h"

/* What the program and its libraries call once they are loaded; a name that an architecture does not have is no harm.
 */
/* clang-format off */
static const char *const needed[] = {
    /* files; which ones is Landlock's business */
    "close", "read", "pread64", "readv", "write", "pwrite64", "writev", "lseek", "_llseek", "stat",
    "lstat", "fstat", "stat64", "lstat64", "fstat64", "newfstatat", "fstatat64", "statx", "fstatfs", "fstatfs64",
    "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "getdents", "getcwd", "mkdir",
    "mkdirat", "rename", "renameat", "renameat2", "link", "unlink", "unlinkat", "rmdir", "fchmod", "fsync", "fdatasync",
    "syncfs", "flock", "fcntl", "fcntl64", "dup", "pipe2", "tee",
    /* memory, threads and time */
    "brk", "munmap", "mremap", "madvise", "futex", "futex_time64", "set_robust_list", "rseq", "sched_yield",
    "sched_getaffinity", "membarrier", "clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep",
    "nanosleep", "gettimeofday", "time", "sysinfo", "uname", "getrlimit", "ugetrlimit",
    /* this process alone */
    "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall", "exit", "exit_group",
    /* to give up more */
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
};

/* What neither git nor Graphviz need here: the network, other processes, the kernel's settings. */
static const char *const forbidden[] = {
    "socket", "socketcall", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "bpf",
    "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key",
    "request_key", "mount", "umount", "umount2", "move_mount", "open_tree", "fsopen", "fsmount", "fsconfig", "fspick",
    "mount_setattr", "pivot_root", "chroot", "unshare", "setns", "init_module", "finit_module", "delete_module",
    "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "open_by_handle_at", "quotactl", "acct",
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog", "iopl",
    "ioperm", "vhangup", "personality",
};
/* clang-format on */

/* Adds a rule for each name; *error becomes that of the first that fails. */
static void add_names(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count, int *error)
{
    for (size_t i = 0; i < count && *error == 0; i++) {
        int call = seccomp_syscall_resolve_name(names[i]);
        if (call != __NR_SCMP_ERROR)
            *error = seccomp_rule_add(filter, action, call, 0);
    }
}

static void allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp condition, int *error)
{
    if (*error == 0)
        *error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, condition);
}

/* Without write access nothing may be cut off: Landlock sees that from version 3 on (Linux 6.2) only. */
static void add_opening(scmp_filter_ctx filter, int call, unsigned flags, int *error)
{
    const scmp_datum_t cut = O_TRUNC, both = O_TRUNC | O_ACCMODE;
    allow_if(filter, call, SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, cut, 0), error);
    allow_if(filter, call, SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, both, O_TRUNC | O_WRONLY), error);
    allow_if(filter, call, SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, both, O_TRUNC | O_RDWR), error);
}

/* Memory that is never code, threads but no processes, signals to nobody else, limits that are only asked for. */
static void add_conditions(scmp_filter_ctx filter, int *error)
{
#ifdef __s390x__
    enum { CLONE_FLAGS = 1 };
#else
    enum { CLONE_FLAGS = 0 };
#endif
    const scmp_datum_t exec = PROT_EXEC, thread = CLONE_THREAD;
    allow_if(filter, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0), error);
    allow_if(filter, SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0), error);
    allow_if(filter, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0), error);
    allow_if(filter, SCMP_SYS(clone), SCMP_CMP(CLONE_FLAGS, SCMP_CMP_MASKED_EQ, thread, thread), error);
    allow_if(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0), error);
    allow_if(filter, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0), error);
    allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS, 0), error);
    allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS, 0), error);
    allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCGWINSZ, 0), error);
}

enum sandbox_result sandbox_calls(bool programs)
{
    /* "No such call" is what libraries expect of older kernels; they do then what needs no new call. */
    scmp_filter_ctx filter = seccomp_init(programs ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
    int error = filter ? 0 : -ENOMEM;
    if (!error && programs) {
        add_names(filter, SCMP_ACT_ERRNO(EPERM), forbidden, sizeof forbidden / sizeof *forbidden, &error);
    } else if (!error) {
        add_names(filter, SCMP_ACT_ALLOW, needed, sizeof needed / sizeof *needed, &error);
        add_opening(filter, SCMP_SYS(open), 1, &error);
        add_opening(filter, SCMP_SYS(openat), 2, &error);
        add_conditions(filter, &error);
    }
    if (!error)
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree in place of a list */
    if (!error)
        error = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    errno = -error;
    if (error == 0)
        return SANDBOX_ON;
    return error == -EINVAL || error == -ENOSYS || error == -EACCES || error == -ECANCELED ? SANDBOX_MISSING
                                                                                           : SANDBOX_FAILED;
}
