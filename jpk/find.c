/* Finding projects in folders, by what the folders of a walk hold. */
#include "jpk/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/walk.h"
#include "jpk/cloud_sniff.h"
#include "jpk/cloud_tree_index.h"
#include "jpk/tree_index.h"

struct finder {
    struct jpk_found_list public; /* first, so that the pointers are the same */
    struct arena arena;
    struct jpk_limits limits;
    unsigned flags;
    struct jpk_found *items;
    size_t item_capacity;
    bool failed; /* memory is out */
};

/* ------------------------------------------------------------------------------------------------------ results */

static void add(struct finder *f, const char *path, const struct jpk_error *problem)
{
    struct jpk_found *items = array_grow(f->items, f->public.count, &f->item_capacity, sizeof *items);
    struct jpk_error *kept = problem ? arena_calloc(&f->arena, 1, sizeof *kept) : NULL;
    f->failed = f->failed || !items || !path || (problem && !kept);
    if (items)
        f->items = items;
    if (f->failed)
        return;
    if (problem) {
        *kept = *problem;
        error_file(kept, path);
    }
    f->items[f->public.count++] = (struct jpk_found){.path = path, .problem = kept};
}

static void add_problem(struct finder *f, const char *path, enum jpk_code code, const char *message)
{
    struct jpk_error problem = {0};
    error_set(&problem, code, "%s", message);
    add(f, path, &problem);
}

static const char *join(struct finder *f, const char *folder, const char *name)
{
    size_t n = strlen(folder), size = n + strlen(name) + 2;
    char *path = arena_alloc(&f->arena, size);
    f->failed = f->failed || !path;
    if (path)
        snprintf(path, size, "%s%s%s", folder, n > 0 && folder[n - 1] != '/' ? "/" : "", name);
    return path;
}

/* ------------------------------------------------------------------------------------------------------- folders */

/* What a folder holds. */
struct listing {
    const struct walk_name *names;
    size_t count;
};

static bool holds_file(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->count; i++)
        if (listing->names[i].kind == WALK_FILE && strcmp(listing->names[i].name, name) == 0)
            return true;
    return false;
}

/* The folder of an environment in a workspace at `path`; NULL when it is none. */
static const char *environment(struct finder *f, const char *path, const struct walk_name *name)
{
    struct jpk_error problem = {0};
    if (name->kind != WALK_FOLDER)
        return NULL;
    const char *folder = join(f, path, name->name), *project = folder ? join(f, folder, "project.xml") : NULL;
    enum file_kind kind = project ? file_look(project, false, &problem) : FILE_NONE;
    /* Whoever opens it says what the matter is. */
    return kind == FILE_REGULAR || kind == FILE_UNKNOWN ? folder : NULL;
}

static void add_workspace(struct finder *f, const struct listing *listing, const char *path)
{
    size_t before = f->public.count;
    for (size_t i = 0; i < listing->count && !f->failed; i++) {
        const char *folder = environment(f, path, &listing->names[i]);
        if (folder)
            add(f, folder, NULL);
    }
    if (f->public.count - before <= 1) {
        f->public.count = before;
        add(f, path, NULL);
    }
}

/* A file that may be an export; one that cannot be looked at may be one, too. */
static void add_export(struct finder *f, const char *path)
{
    struct jpk_error problem = {0};
    if (!path)
        return;
    if (cloud_sniff(path, false, f->limits.entry_size, &problem))
        add(f, path, NULL);
    else if (problem.code != JPK_OK)
        add(f, path, &problem);
}

static void add_files(struct finder *f, const struct listing *listing, const char *path)
{
    for (size_t i = 0; i < listing->count && !f->failed; i++) {
        const char *name = listing->names[i].name;
        bool link = listing->names[i].kind == WALK_LINK, jitterpak = text_ends_with(name, ".jpk");
        if (listing->names[i].kind != WALK_FILE && !(link && jitterpak && f->flags & JPK_FIND_LINKS))
            continue;
        if (link)
            add_problem(f, join(f, path, name), JPK_ERR_SPECIAL,
                        "is a link, and links in folders are not followed; put the file itself there, or name it");
        else if (jitterpak)
            add(f, join(f, path, name), NULL);
        else if ((f->flags & JPK_FIND_EXPORTS) && text_ends_with(name, ".json"))
            add_export(f, join(f, path, name));
    }
}

static void search(struct finder *f, struct walk *walk, const char *path)
{
    struct listing listing;
    listing.names = walk_names(walk, &listing.count);
    bool workspace = holds_file(&listing, "manifest.jip");
    if (holds_file(&listing, CLOUD_TREE_INDEX)) {
        if (f->flags & JPK_FIND_EXPORTS)
            add(f, path, NULL);
    } else if (holds_file(&listing, TREE_INDEX) || holds_file(&listing, "project.xml")) {
        add(f, path, NULL);
    } else if (workspace) {
        add_workspace(f, &listing, path);
    } else {
        add_files(f, &listing, path);
        return;
    }
    walk_leave(walk);
}

static void walk_through(struct finder *f, struct walk *walk)
{
    struct walk_entry entry;
    struct jpk_error err = {0};
    size_t folders = 0;
    while (!f->failed && walk_next(walk, &entry, &err)) {
        const char *path = arena_strdup(&f->arena, entry.full);
        if (entry.problem || !path) {
            add(f, path, entry.problem);
        } else if (folders++ >= f->limits.entries || f->public.count >= f->limits.entries) {
            add_problem(f, path, JPK_ERR_LIMIT,
                        "was not searched, nor what comes after it: too many folders or projects (--max-entries)");
            break;
        } else {
            search(f, walk, path);
        }
    }
    f->failed = f->failed || err.code != JPK_OK;
}

/* ---------------------------------------------------------------------------------------------------- all of it */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct jpk_found *)a)->path, ((const struct jpk_found *)b)->path);
}

static void find(struct finder *f, const char *path)
{
    struct jpk_error problem = {0};
    const char *start = arena_strdup(&f->arena, path);
    enum file_kind kind = start ? file_look(path, true, &problem) : FILE_NONE;
    if (kind != FILE_FOLDER) {
        add(f, start, kind == FILE_UNKNOWN ? &problem : NULL);
        return;
    }
    struct walk_options options = {.depth = f->limits.path_parts,
                                   .count = UINT64_MAX, /* counted here, together with the projects */
                                   .depth_name = "--max-depth",
                                   .no_ignore = true,
                                   .no_hidden = true,
                                   .any_names = true,
                                   .folders_only = true};
    struct walk *walk = walk_open(path, &options, &problem);
    if (walk)
        walk_through(f, walk);
    else if (problem.code == JPK_ERR_MEMORY)
        f->failed = true;
    else
        add(f, start, &problem);
    walk_close(walk);
    if (f->public.count > 1)
        qsort(f->items, f->public.count, sizeof *f->items, by_path);
}

struct jpk_found_list *jpk_find_projects(const char *path, unsigned flags, const struct jpk_limits *limits,
                                         struct jpk_error *err)
{
    struct finder *f = calloc(1, sizeof *f);
    if (!f) {
        error_memory(err);
        return NULL;
    }
    f->flags = flags;
    f->limits = limits ? *limits : jpk_limits_default();
    find(f, path);
    f->public.items = f->items;
    if (!f->failed)
        return &f->public;
    error_memory(err);
    jpk_found_free(&f->public);
    return NULL;
}

void jpk_found_free(struct jpk_found_list *list)
{
    struct finder *f = (struct finder *)list;
    if (!f)
        return;
    free(f->items);
    arena_free(&f->arena);
    free(f);
}
