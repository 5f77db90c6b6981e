/*
 * Recipes and what belongs to them, validated together: a file, a pair, or a repository.
 *
 * Every file is looked at by itself first, in parallel (tiers json, schema, hygiene, and recipe when there is no
 * Jitterpak), then every Jitterpak with the recipes that name it (tiers recipe, project, jitterpak), then all of them
 * as a whole (tier repository). Nothing of a file is kept in memory but what the last step needs, and findings.
 */
#ifndef RECIPE_REPOSITORY_H
#define RECIPE_REPOSITORY_H

#include <pthread.h>

#include "base/map.h"
#include "base/strings.h"
#include "jpk/schema.h"
#include "recipe/cache.h"
#include "recipe/config.h"
#include "recipe/recipe_read.h"
#include "recipe/validate.h"

enum repository_kind {
    REPOSITORY_OTHER, /* only looked through for what must not be published */
    REPOSITORY_RECIPE,
    REPOSITORY_CONFIGURE,
    REPOSITORY_JITTERPAK, /* a .jpk, or the folder of a project */
    REPOSITORY_MANIFEST,  /* of the Marketplace */
    REPOSITORY_EXPORT     /* of Cloud Studio */
};

#define REPOSITORY_NONE UINT32_MAX

struct repository_file {
    const char *path;  /* to open it, and as findings call it */
    const char *place; /* what it is known by, however it is spelled: the real path of its folder, and its name */
    enum repository_kind kind;
    bool companion;  /* not asked for: only here because a file that was asked for needs it */
    bool left_out;   /* by the configuration: only there for the files that need it */
    bool named;      /* an argument itself: nothing leaves it out */
    bool is_project; /* REPOSITORY_JITTERPAK: threads may ask for it while others find out the kind of other files */
    bool is_folder;
    const struct jpk_error *problem; /* why it is not read; NULL: nothing is known to be in the way */
    uint32_t root;                   /* the argument that it came with */
    struct config *config;           /* that holds for it */
    const char *real;                /* its real path */
    const char *relative;            /* the same from the configuration's folder; NULL: there is none */
    /* After repository_validate: why it, or a part of it, could not be checked. It is no finding. NULL: nothing. */
    const struct jpk_error *unchecked;

    /* What the other files need to know of it; NULL, or REPOSITORY_NONE, where there is nothing. */
    uint32_t partner;   /* of a recipe its configure file, and the other way round */
    uint32_t jitterpak; /* of a recipe */
    uint32_t recipes;   /* of a Jitterpak: the first recipe that names it */
    uint32_t next;      /* of such a recipe: the next one */
    const char *name, *version, *project_id, *jitterpak_name, *jitterpak_sha256;
    const char *manifest_project; /* the file that a manifest names */
    struct text_position name_at, version_at, project_at, jitterpak_at, manifest_at; /* where these stand */
    char sha256[65]; /* of a Jitterpak; "" when it was not read */
    bool checked;    /* it was read and could be looked at */
    bool unread;     /* it could not, or is no JSON: what it names is not known */

    struct validation findings;
};

struct repository_options {
    const enum jpk_profile *profile; /* whatever configurations say; NULL: they decide */
    const char *recipe;              /* a file that is a recipe, also when nothing in it says so; NULL: none */
    const char *schema;              /* a file that takes the place of the schema of recipes; NULL: the project's own */
    struct jpk_limits limits;        /* of Jitterpaks */
    uint64_t file_size;              /* bytes of any other file */
    uint64_t jobs;                   /* threads; 0: one a processor */
    const char *cache;               /* a folder with what earlier runs have found; NULL: none */
    uint64_t cache_size;             /* the most that it may take, in bytes */
    const char *base;                /* a folder or a revision that versions are compared with; NULL: none */
};

/* An argument: a file or a folder. */
struct repository_root {
    const char *path, *real;
    bool is_folder;
};

struct repository {
    const struct repository_options *options;
    struct arena arena;
    struct repository_file *files; /* in the order of their paths, argument by argument */
    size_t count, capacity;
    struct repository_root *roots;
    size_t root_count, root_capacity;
    struct configs configs;
    const char *here;      /* the real path of the current folder */
    struct map paths;      /* path -> index */
    struct map places;     /* place -> index */
    struct map lower;      /* the same in lower case: names of files are written in any letter case */
    struct buf folder;     /* that of the file that was added last, as its path spells it */
    char *folder_place;    /* and its real path; NULL: it has none */
    struct validation all; /* after repository_validate: every finding, sorted */
    pthread_mutex_t lock;  /* of the schemas */
    struct jpk_schema *schemas[4];
    struct jpk_error schema_errors[4];
    struct jpk_schema_registry *registry;
    char schema_sha256[65]; /* of the schema of the options and all that it refers to, once it is compiled */
    struct cache *cache;    /* NULL: none */
    struct buf cache_base;  /* what begins its keys */
    bool failed;            /* memory is out */
};

/* Empty, with these options, which are lent. False: no memory. */
bool repository_begin(struct repository *repository, const struct repository_options *options, struct jpk_error *err);

/*
 * Adds a file, or every file below a folder that ignore files do not leave out. Of a recipe that is named alone, its
 * configure file and Jitterpak come along when they lie beside it. False: no memory.
 */
bool repository_add(struct repository *repository, const char *path, struct jpk_error *err);

/* Does it all. Errors: memory; a schema of the options that cannot be used. */
bool repository_validate(struct repository *repository, struct jpk_error *err);

/* Writes what is new into the cache, when there is one. Errors: those of cache_save; findings do not depend on it. */
bool repository_save_cache(struct repository *repository, struct jpk_error *err);

void repository_free(struct repository *repository);

/*
 * The file that a finding belongs to: of `x.jpk/project.xml` the Jitterpak; REPOSITORY_NONE: another. *rest, which may
 * be NULL, gets what stands behind the file's path: "" or "/project.xml".
 */
uint32_t repository_owner(const struct repository *repository, const char *path, const char **rest);

/* The exemption that accepts a finding of repository->all, which then counts as used; NULL: none. */
const struct config_exemption *repository_exempts(struct repository *repository, const struct jpk_finding *finding);

/*
 * Adds the exemptions that nothing used to `unused`, which is finished then: those of configurations all of whose files
 * were looked at. To be called when all findings were asked for.
 */
bool repository_unused(struct repository *repository, struct validation *unused, struct jpk_error *err);

/* ------------------------------------------------------------------------------------------- for the parts below */

enum repository_schema { SCHEMA_RECIPE, SCHEMA_CONFIGURE, SCHEMA_MANIFEST, SCHEMA_EXPORT };

/* The compiled schema; NULL with an error. Threads may ask at the same time. */
const struct jpk_schema *repository_schema(struct repository *repository, enum repository_schema which,
                                           struct jpk_error *err);

/*
 * The file of a name in any letter case in the folder of another, or REPOSITORY_NONE. *failed is set when memory is
 * out.
 */
uint32_t repository_sibling(const struct repository *repository, const struct repository_file *beside, const char *name,
                            size_t n, bool *failed);

/* A copy that lives as long as the repository; threads may ask at the same time. NULL: no memory. */
const char *repository_keep(struct repository *repository, const char *text, size_t n);

/*
 * Notes why a file could not be checked, or that memory is out; the first reason stays. Threads may do so at the same
 * time. What follows from it is not to be kept in the cache.
 */
void repository_note_unchecked(struct repository *repository, uint32_t index, const struct jpk_error *problem);

/* Finds the configuration of every file, and what it leaves out: repository_config.c. */
bool repository_configure(struct repository *repository, struct jpk_error *err);

/* What does not agree with an earlier state: repository_base.c. */
bool repository_check_base(struct repository *repository, struct jpk_error *err);

/* Looks at one file by itself: repository_file.c. */
void repository_check_file(struct repository *repository, struct repository_file *file);

/* Looks at a Jitterpak with its recipes: repository_project.c. */
void repository_check_project(struct repository *repository, struct repository_file *file);

/* What only all of them together show: repository_whole.c. */
void repository_check_whole(struct repository *repository);

#endif
