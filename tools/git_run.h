/* git, asked and told by its own commands; started without a shell. */
#ifndef TOOLS_GIT_RUN_H
#define TOOLS_GIT_RUN_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Runs git with arguments of which the last is followed by NULL; the first is "git". `out`, which may be NULL, gets
 * what it prints, without line ends behind it. *status gets its exit status. False: it cannot be started.
 */
bool git_run(const char *const *arguments, struct buf *out, int *status, struct jpk_error *err);

#endif
