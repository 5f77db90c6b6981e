/*
 * jpk/find.h - finding the projects below a folder.
 *
 * Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_FIND_H
#define JPK_FIND_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A project, or a place that could not be searched. */
struct jpk_found {
    /* What jpk_archive_open, jpk_archive_open_folder, jpk_cloud_load_file or jpk_cloud_tree_open takes. */
    const char *path;
    const struct jpk_error *problem; /* NULL, or why `path` and what is below it was not searched */
};

struct jpk_found_list {
    const struct jpk_found *items; /* in byte order of their paths */
    size_t count;
};

enum {
    JPK_FIND_EXPORTS = 1, /* exports of Cloud Studio too */
    JPK_FIND_LINKS = 2    /* links that look like Jitterpaks are problems */
};

/*
 * The projects at or below `path`, without opening them. `flags` are of the kind above, or 0:
 *  - `path` itself, when it is no folder, whatever it is called and whether it is there or not;
 *  - files whose names end in `.jpk`, in any letter case;
 *  - with JPK_FIND_EXPORTS files whose names end in `.json`, in any letter case, and whose content is an object with a
 *    `project` that holds `components`, or has begun as one but is cut off or broken. One that cannot be looked at is a
 *    `problem`. Of other files hardly more than the beginning is read.
 *  - with JPK_FIND_EXPORTS a folder with a jpk-cloud.jsonl: the tree of an export;
 *  - a folder with a jpk-index.jsonl: an unpacked tree;
 *  - a folder with a project.xml: an environment's folder, or a project with all files side by side;
 *  - a folder with a manifest.jip, a workspace: itself, or when several folders directly in it hold a project.xml, each
 *    of these.
 * Nothing is searched inside of a project. Names that begin with a dot are left out, and links are not followed, but
 * for `path` itself; with JPK_FIND_LINKS one whose name ends in `.jpk` is a `problem`. A folder that cannot be listed
 * is a `problem`, and so is one that lies deeper than limits->path_parts below `path`, or that would be more than the
 * limits->entries-th folder or project: the search ends there. `limits` may be NULL for the defaults. Errors:
 * JPK_ERR_MEMORY.
 */
JPK_API struct jpk_found_list *jpk_find_projects(const char *path, unsigned flags, const struct jpk_limits *limits,
                                                 struct jpk_error *err);
/* Accepts NULL. */
JPK_API void jpk_found_free(struct jpk_found_list *list);

#ifdef __cplusplus
}
#endif

#endif
