/* git as a process of its own, started without a shell, in the environment as it is. */
#ifndef RECIPE_GIT_PROCESS_H
#define RECIPE_GIT_PROCESS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* Zero-initialized is not running. */
struct git_process {
    pid_t pid;
    int in;     /* what it reads; a socket, so that writing to one that has ended is an error and no signal */
    int out;    /* what it writes */
    int errors; /* a file in memory that its error messages go to */
    int failed; /* why its output could not be read; 0: it could */
};

/*
 * Starts `git` with some arguments, of which the last is followed by NULL; the first is "git". Errors: JPK_ERR_READ (it
 * cannot be started; when it is missing the message says so), JPK_ERR_MEMORY.
 */
bool git_start(struct git_process *git, const char *const *arguments, struct jpk_error *err);

/* Writes all bytes. False: it has ended. */
bool git_send(struct git_process *git, const void *data, size_t n);

/* What it has written, at most n bytes, waiting for the first; 0: it has ended, or cannot be read: see `failed`. */
size_t git_receive(struct git_process *git, void *data, size_t n);

/*
 * Waits for its end, before which it gets no more input and its output goes nowhere. Returns its exit status, -1 when a
 * signal ended it or its output could not be read. `complaint`, which may be NULL, gets the first line of its error
 * messages.
 */
int git_end(struct git_process *git, struct buf *complaint);

#endif
