/* Finding projects in folders: breadth is what the disk holds, depth and number are bounded, links are not followed. */
#include "jpk/find.h"
#include "jpk/tree_index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/text.h"

struct place {
    const char *path;
    size_t depth; /* below where the search began */
};

struct finder {
    struct jpk_found_list public; /* first, so that the pointers are the same */
    struct arena arena;
    struct jpk_limits limits;
    struct jpk_found *items;
    size_t item_capacity;
    struct place *waiting; /* folders that are still to be searched */
    size_t waiting_count, waiting_capacity, folder_count;
    bool failed; /* memory is out */
};

/* The names in a folder but hidden ones, in byte order. */
struct listing {
    int fd;
    struct dirent **names;
    int count;
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

static void wait_for(struct finder *f, const char *path, size_t depth)
{
    struct place *waiting = array_grow(f->waiting, f->waiting_count, &f->waiting_capacity, sizeof *waiting);
    f->failed = f->failed || !waiting || !path;
    if (waiting)
        f->waiting = waiting;
    if (!f->failed)
        f->waiting[f->waiting_count++] = (struct place){path, depth};
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

static int is_visible(const struct dirent *item)
{
    return item->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool list_folder(struct listing *listing, const struct place *place, struct jpk_error *err)
{
    int follow = place->depth == 0 ? 0 : O_NOFOLLOW;
    listing->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
    if (listing->fd < 0)
        return error_system(err, JPK_ERR_READ, errno, "cannot be opened as a folder");
    listing->count = scandirat(listing->fd, ".", &listing->names, is_visible, by_name);
    if (listing->count >= 0)
        return true;
    error_system(err, JPK_ERR_READ, errno, "cannot be listed");
    close(listing->fd);
    return false;
}

static void listing_free(struct listing *listing)
{
    for (int i = 0; i < listing->count; i++)
        free(listing->names[i]);
    free(listing->names);
    close(listing->fd);
}

/* S_IFREG, S_IFDIR or another kind; 0 when there is no such thing. */
static mode_t kind_of(const struct listing *listing, const char *name)
{
    struct stat st;
    return fstatat(listing->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mode & S_IFMT : 0;
}

static bool holds_project(const struct listing *listing, const char *folder)
{
    char path[NAME_MAX + sizeof "/project.xml"];
    int n = snprintf(path, sizeof path, "%s/project.xml", folder);
    return n > 0 && (size_t)n < sizeof path && kind_of(listing, folder) == S_IFDIR && kind_of(listing, path) == S_IFREG;
}

static void add_workspace(struct finder *f, const struct listing *listing, const char *path)
{
    size_t environments = 0;
    for (int i = 0; i < listing->count; i++)
        environments += holds_project(listing, listing->names[i]->d_name);
    if (environments <= 1)
        add(f, path, NULL);
    for (int i = 0; environments > 1 && i < listing->count && !f->failed; i++)
        if (holds_project(listing, listing->names[i]->d_name))
            add(f, join(f, path, listing->names[i]->d_name), NULL);
}

static void add_content(struct finder *f, const struct listing *listing, const struct place *place)
{
    for (int i = 0; i < listing->count && !f->failed; i++) {
        const char *name = listing->names[i]->d_name;
        mode_t kind = kind_of(listing, name);
        if (kind == S_IFREG && text_ends_with(name, ".jpk"))
            add(f, join(f, place->path, name), NULL);
        else if (kind == S_IFDIR && place->depth < f->limits.path_parts)
            wait_for(f, join(f, place->path, name), place->depth + 1);
        else if (kind == S_IFDIR)
            add_problem(f, join(f, place->path, name), JPK_ERR_LIMIT,
                        "lies too deep and was not searched (--max-depth)");
    }
}

static void search(struct finder *f, const struct place *place)
{
    struct listing listing = {0};
    struct jpk_error problem = {0};
    if (!list_folder(&listing, place, &problem)) {
        add(f, place->path, &problem);
        return;
    }
    if (kind_of(&listing, TREE_INDEX) == S_IFREG || kind_of(&listing, "project.xml") == S_IFREG)
        add(f, place->path, NULL);
    else if (kind_of(&listing, "manifest.jip") == S_IFREG)
        add_workspace(f, &listing, place->path);
    else
        add_content(f, &listing, place);
    listing_free(&listing);
}

/* ---------------------------------------------------------------------------------------------------- all of it */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct jpk_found *)a)->path, ((const struct jpk_found *)b)->path);
}

static void find(struct finder *f, const char *path)
{
    struct stat st;
    const char *start = arena_strdup(&f->arena, path);
    if (!start || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        add(f, start, NULL);
        return;
    }
    wait_for(f, start, 0);
    while (f->waiting_count > 0 && !f->failed) {
        struct place place = f->waiting[--f->waiting_count];
        if (f->folder_count++ >= f->limits.entries || f->public.count >= f->limits.entries) {
            add_problem(f, place.path, JPK_ERR_LIMIT,
                        "was not searched, nor what comes after it: too many folders or projects (--max-entries)");
            break;
        }
        search(f, &place);
    }
    if (f->public.count > 1)
        qsort(f->items, f->public.count, sizeof *f->items, by_path);
}

struct jpk_found_list *jpk_find_projects(const char *path, const struct jpk_limits *limits, struct jpk_error *err)
{
    struct finder *f = calloc(1, sizeof *f);
    if (!f) {
        error_memory(err);
        return NULL;
    }
    f->limits = limits ? *limits : jpk_limits_default();
    find(f, path);
    free(f->waiting);
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
