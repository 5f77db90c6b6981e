/*
 * What the program gives up before it reads what may be hostile: files that it was not told of, the network, other
 * programs. The kernel sees to it: Landlock for files (Linux 5.19), seccomp for everything else.
 */
#ifndef TOOLS_SANDBOX_H
#define TOOLS_SANDBOX_H

#include "tools/options.h"

/* The environment's JPK_SANDBOX, before options are parsed. False after a message about a value that makes no sense. */
bool sandbox_from_environment(struct settings *settings);

/*
 * Limits this process, for good, to what a command needs for its options and arguments: the tables of options say which
 * of them are paths, struct reach what else it needs. With `--sandbox auto`, the default, as far as the kernel can;
 * with `require` all of it, or it is an error. Returns 0, or the exit status after a message.
 */
int sandbox_enter(const struct command *command, const struct settings *settings, int count, char **arguments);

/*
 * For commands that may read anywhere until they know what they need: from now on only what is below `paths`, the
 * options that are paths, and what could be written. What is open stays open. Returns 0, or the exit status after a
 * message.
 */
int sandbox_narrow(const struct command *command, const struct settings *settings, const char *const *paths,
                   size_t count);

/* ------------------------------------------------------------------------------------------------------ its parts */

enum sandbox_result {
    SANDBOX_ON,
    SANDBOX_MISSING, /* the kernel does not have it, or does not give it to this process */
    SANDBOX_FAILED,  /* it has, but something went wrong; errno says what */
};

enum sandbox_right {
    SANDBOX_READ,  /* a file, or a folder with all that is below it */
    SANDBOX_RUN,   /* and programs there may be started */
    SANDBOX_WRITE, /* read, and make, change, rename and remove files and folders */
};

/* A fence of Landlock: begun, told what stays, closed. A path that is not there stays forbidden. */
struct sandbox_fence {
    int fd;
    uint64_t rights; /* those that this kernel knows */
    bool ok;         /* else errno says why not */
};
enum sandbox_result sandbox_fence_begin(struct sandbox_fence *fence);
void sandbox_fence_allow(struct sandbox_fence *fence, const char *path, enum sandbox_right right);
enum sandbox_result sandbox_fence_close(struct sandbox_fence *fence);

/* Takes the system calls away that are not needed, or, with `programs`, those that no program needs here. */
enum sandbox_result sandbox_calls(bool programs);

#endif
