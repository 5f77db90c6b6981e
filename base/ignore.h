/*
 * Ignore files, with the meaning that gitignore(5) and git itself give them: what a pattern matches, byte by byte, is
 * what git 2.39 matches on a file system that tells upper from lower case.
 *
 * Paths are relative to one root, in parts separated by `/`, without `/` at either end. Paths of more than
 * IGNORE_PATH_MAX bytes, which no file has, are matched by nothing. A match takes at most time in proportion to the
 * square of the path's length, whatever the pattern.
 */
#ifndef BASE_IGNORE_H
#define BASE_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { IGNORE_PATH_MAX = 4096 };

struct ignore_list;

/* The lists of patterns that hold, those that win over others behind them. Zero-initialized is empty and ready. */
struct ignore {
    struct ignore_list **lists;
    size_t count, capacity;
};

/*
 * Adds the lines of an ignore file that stands in `folder`, "" for the root. Push the files of outer folders before
 * those of inner ones, for these win. No text is an error: a line that can match nothing matches nothing. Errors:
 * JPK_ERR_LIMIT (4 GiB or more), JPK_ERR_MEMORY.
 */
bool ignore_push(struct ignore *ignore, const char *folder, const char *text, size_t n, struct jpk_error *err);

/*
 * Adds one pattern, such as a configuration names: it may begin with `!`, while `#` and spaces at its end are nothing
 * special. Errors: JPK_ERR_FORMAT (it can match nothing; the message says why), JPK_ERR_LIMIT, JPK_ERR_MEMORY.
 */
bool ignore_push_pattern(struct ignore *ignore, const char *folder, const char *pattern, struct jpk_error *err);

/* Takes away what was pushed when there were `count` lists already. */
void ignore_pop(struct ignore *ignore, size_t count);

void ignore_free(struct ignore *ignore);

/* Whether a path is ignored: because of a pattern for itself, or because one of the folders that it is in is, below
 * which nothing can come back. */
bool ignored(const struct ignore *ignore, const char *path, bool is_folder);

/* The same for a path whose folder is known not to be ignored: for those who walk and do not enter ignored folders. */
bool ignored_itself(const struct ignore *ignore, const char *path, bool is_folder);

#endif
