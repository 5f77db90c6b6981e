/* The recipes below folders, as they describe themselves: for people who look for one. */
#ifndef RECIPE_LISTING_H
#define RECIPE_LISTING_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/map.h"

struct listed_endpoint {
    const char *id, *name, *role, *connector;
};

/* A recipe. Texts are never NULL, "" when the recipe does not say; a NUL in one is `?`. */
struct listed {
    const char *path; /* that can be opened */
    const char *name, *version, *author, *description, *verb;
    const char **categories, **keywords; /* ended by NULL */
    const struct listed_endpoint *endpoints;
    size_t endpoint_count;
    struct {
        const char *file, *sha256, *project_id, *project_name, *created; /* created: "2026-02-02T09:17:00Z" */
    } jitterpak;
    const char *key; /* private: what it is sorted by */
};

/* Zero-initialized is empty and ready; listing_free in any case. */
struct listing {
    struct listed *items;
    size_t count, capacity;
    struct jpk_error *errors; /* files and folders that cannot be read, in the order in which they were met */
    size_t error_count, error_capacity;
    struct map places;  /* real paths of the files whose recipes are there */
    struct arena arena; /* the texts */
};

struct listing_limits {
    struct jdoc_options json; /* depth of a file */
    uint64_t file_size;       /* bytes of a file, for --max-file */
};

/*
 * Adds the recipe in a file, or all below a folder (base/walk.h): JSON files (*.json in any letter case) with the key
 * `recipeFormat`. What is no recipe is passed over in a folder; a file that is named and is neither a recipe nor a
 * configure file is an error of the list (JPK_ERR_FORMAT), like a format that is not known here and
 * whatever cannot be read: it does not stop anything. A file that is met twice is there once. False: memory is out.
 */
bool listing_add(struct listing *listing, const char *path, const struct listing_limits *limits, struct jpk_error *err);

/* Which recipes are wanted: all that are set must hold. No regard to letter case, width and composition (text_fold). */
struct listing_filter {
    const char *endpoint;        /* id or connector of an endpoint, or a part of its name */
    const char *source, *target; /* the same of one with that role; one with the role `both` has either */
    const char *category;        /* one of the categories */
    const char *author;          /* a part of the author */
    const char *text;            /* a part of the name, the description or a keyword */
    const char *verb;
    const char *since, *until; /* days, both included, that the Jitterpak was made on: "2026-02-02" */
};

/*
 * Drops what is not wanted. With a day, recipes without one are dropped too. Errors: JPK_ERR_USAGE (a day or a verb
 * that is none, a text that is not UTF-8), JPK_ERR_MEMORY.
 */
bool listing_keep(struct listing *listing, const struct listing_filter *filter, struct jpk_error *err);

enum listing_order {
    LISTING_NAME,
    LISTING_DATE,  /* of the Jitterpak, newest first; without one last */
    LISTING_AUTHOR /* without one last */
};

/* Letter case does not matter; what is the same is sorted by name and path. False: memory is out. */
bool listing_sort(struct listing *listing, enum listing_order order, struct jpk_error *err);

void listing_free(struct listing *listing);

#endif
