/*
 * Walking through a folder: every file below it, in byte order of the paths, but for what ignore files leave out.
 *
 *  - The .gitignore and .jpkignore of every folder are obeyed (base/ignore.h), those from the root of the walk down; in
 *    one folder .jpkignore wins. What is called .git is left out everywhere. What
 *    is tracked by git although it is ignored is left out as well.
 *  - Symbolic links are not followed to folders, and to files only when these lie below the root.
 *  - What is left out for another reason than an ignore file is given with a problem, so that nothing is lost silently:
 *    what cannot be read, links that are not followed, sockets and the like, names that are not UTF-8, folders that lie
 *    too deep or in themselves. The walk goes on behind it.
 *
 * The root itself may be a link, and may be a file: who names it wants it, whatever ignore files say. Then it is all
 * that is given, with its last part as path.
 */
#ifndef BASE_WALK_H
#define BASE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum walk_kind {
    WALK_FILE,
    WALK_FOLDER,
    WALK_LINK,   /* a symbolic link, unless it is read as the file that it leads to */
    WALK_SPECIAL /* a socket, FIFO or device */
};

struct walk_entry {
    const char *path; /* from the root; "" for the root itself when it is a folder */
    const char *full; /* the same with the root before it: what can be opened */
    enum walk_kind kind;
    bool link; /* a file that a symbolic link leads to */
    /* NULL, or why it was not read or entered, with `full`, as it can be shown, as its file: JPK_ERR_READ,
     * JPK_ERR_SPECIAL (a link that is not followed, a loop, what is neither file nor folder), JPK_ERR_NAME (not UTF-8),
     * JPK_ERR_LIMIT. */
    const struct jpk_error *problem;
};

struct walk_options {
    uint64_t depth; /* how deep below the root folders are entered */
    uint64_t count; /* how many files and folders there may be, ignored ones not counted; the walk ends with the next */
    const char *depth_name; /* what the messages call the limits, such as "--max-depth"; may be NULL */
    const char *count_name;
    bool no_ignore;    /* ignore files are not obeyed */
    bool no_hidden;    /* what begins with a dot is left out */
    bool any_names;    /* names need not be UTF-8 */
    bool folders_only; /* folders are given, the root too, each before those in it, instead of all else */
};

/* 64 levels, 1,000,000 files and folders. */
struct walk_options walk_options_default(void);

struct walk;

/*
 * Begins a walk. `options` may be NULL for the defaults; their texts are lent as long as the walk lasts. Errors, with
 * the file: JPK_ERR_READ (the root is not there or cannot be listed), JPK_ERR_SPECIAL (it is neither file nor folder),
 * JPK_ERR_MEMORY.
 */
struct walk *walk_open(const char *root, const struct walk_options *options, struct jpk_error *err);

/*
 * The next entry, which is good until the next call. False at the end, and when memory is out: then, and only then,
 * `err` is set.
 */
bool walk_next(struct walk *walk, struct walk_entry *entry, struct jpk_error *err);

/* What is in the folder that was just given is left out. Only with folders_only; does nothing after any other entry. */
void walk_leave(struct walk *walk);

struct walk_name {
    const char *name;
    enum walk_kind kind; /* links are WALK_LINK, whatever they lead to */
    const struct jpk_error *problem;
};

/* What is in the folder that was just given, in byte order of the paths and whether ignored or not; NULL when it
 * was not entered. Only with folders_only, and before walk_leave and the next call of walk_next. */
const struct walk_name *walk_names(const struct walk *walk, size_t *count);

void walk_close(struct walk *walk);

#endif
