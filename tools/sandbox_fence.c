#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/sandbox.h"

/* Of later versions than the header knows: 3 brought truncation, 5 requests to devices. */
#define ACCESS_TRUNCATE (1ULL << 14)
#define ACCESS_IOCTL_DEV (1ULL << 15)

/*
 * All rights of a version; what is not named here can be done by everybody. Version 1 lets nothing move from one folder
 * to another, as the results of migrations do.
 */
static const struct version {
    int version;
    uint64_t rights;
} versions[] = {
    {2, LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
            LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
            LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
            LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
            LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER},
    {3, ACCESS_TRUNCATE},
    {5, ACCESS_IOCTL_DEV},
};

static const uint64_t rights[] = {
    [SANDBOX_READ] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    [SANDBOX_RUN] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE,
    [SANDBOX_WRITE] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
                      LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE,
};

/* Those that a rule for a file, not a folder, may have. */
static const uint64_t file_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_TRUNCATE | ACCESS_IOCTL_DEV;

/* 0: the kernel has no Landlock, or none that is of use. */
static uint64_t known_rights(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        all |= version >= versions[i].version ? versions[i].rights : 0;
    return all;
}

enum sandbox_result sandbox_fence_begin(struct sandbox_fence *fence)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = known_rights()};
    *fence = (struct sandbox_fence){.fd = -1, .rights = attr.handled_access_fs};
    if (fence->rights == 0)
        return SANDBOX_MISSING;
    fence->fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    fence->ok = fence->fd >= 0;
    return fence->ok ? SANDBOX_ON : SANDBOX_FAILED;
}

static bool add_rule(const struct sandbox_fence *fence, const char *path, enum sandbox_right right)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights[right] & fence->rights,
                                              .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0)
        return errno != ENOMEM && errno != EMFILE && errno != ENFILE;
    long done = syscall(SYS_landlock_add_rule, fence->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    if (done != 0 && errno == EINVAL) { /* no folder */
        rule.allowed_access &= file_rights;
        done = syscall(SYS_landlock_add_rule, fence->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    bool ok = done == 0 || errno == EBADFD; /* what has no path of its own, such as a pipe, needs no rule */
    int kept = errno;
    close(rule.parent_fd);
    errno = kept;
    return ok;
}

void sandbox_fence_allow(struct sandbox_fence *fence, const char *path, enum sandbox_right right)
{
    fence->ok = fence->ok && add_rule(fence, path, right);
}

enum sandbox_result sandbox_fence_close(struct sandbox_fence *fence)
{
    bool ok = fence->ok && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
              syscall(SYS_landlock_restrict_self, fence->fd, 0) == 0;
    int kept = errno;
    close(fence->fd);
    errno = kept;
    return ok ? SANDBOX_ON : SANDBOX_FAILED;
}
