/*
 * What the files of a folder held before: in another folder, or in a revision of the git repository that the folder is
 * in.
 *
 * git is asked, `git cat-file --batch`, by one process that lives as long as this; it is started without a shell and
 * may use no remotes, so that objects that a partial clone has not got are errors. Any number of threads may read, one
 * after the other.
 */
#ifndef RECIPE_BASE_REVISION_H
#define RECIPE_BASE_REVISION_H

#include "base/buf.h"
#include "base/error.h"

struct base_revision;

/*
 * `base` is a folder; when there is no such folder, a revision: whatever git takes for one, such as a branch, a tag or
 * `HEAD~2`. `folder`, a real path, is where the paths that are read begin. NULL with the error, whose file is `base`:
 * JPK_ERR_USAGE (it is empty, begins with `-` or holds a line break), JPK_ERR_NOT_FOUND (neither a folder nor a
 * revision), JPK_ERR_AMBIGUOUS (a short hash of several), JPK_ERR_READ (git is missing, or does not do what it is
 * asked: the folder is in no repository, say), JPK_ERR_MEMORY.
 */
struct base_revision *base_revision_open(const char *base, const char *folder, struct jpk_error *err);

/*
 * Appends what a file held; `path` is relative to the folder. *there is false when there was no such file: nothing, a
 * folder, a submodule; in a folder also what is no regular file, or lies outside of it because of links. Of a symbolic
 * link git gives the path that it leads to. Errors: JPK_ERR_LIMIT (more than `limit` bytes; the message calls the limit
 * `limit_name`), JPK_ERR_NAME (an odd name that this version of git cannot be asked for), JPK_ERR_READ, JPK_ERR_MEMORY;
 * their file is BASE:PATH, or BASE/PATH in a folder.
 */
bool base_revision_read(struct base_revision *revision, const char *path, uint64_t limit, const char *limit_name,
                        struct buf *out, bool *there, struct jpk_error *err);

/* Ends the process. Accepts NULL. */
void base_revision_close(struct base_revision *revision);

#endif
