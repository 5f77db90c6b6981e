/*
 * The configuration, `.jpk.yaml` or `.jpk.yml`: what rules count as, which files are left out, which findings are
 * accepted, schemas for files, and what the search for secrets needs to know. Its form is the schema config-1.
 *
 * A configuration does not change once it is read, but for the counts of its exemptions, which are atomic: threads may
 * share it.
 */
#ifndef RECIPE_CONFIG_H
#define RECIPE_CONFIG_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/ignore.h"
#include "base/map.h"
#include "jpk/hygiene.h"
#include "recipe/validation.h"
#include "schema/files.h"

/* Findings that are accepted. */
struct config_exemption {
    int rule;            /* -1: all rules */
    const char *rule_id; /* "*" for all */
    struct ignore path;  /* the files, relative to the configuration's folder */
    const char *pattern; /* the same as it is written */
    const char
        *pointer; /* a JSON Pointer or XML path, without the `/` and `*` at its end; NULL: anywhere in the file */
    bool below;   /* not the pointer itself, but whatever lies below it */
    const char *reason;
    uint32_t line, column; /* where it stands */
    atomic_size_t uses;
};

/* A schema of the user's own. */
struct config_schema {
    struct ignore files; /* which must follow it, relative to the configuration's folder */
    const char *name;    /* what messages call it */
    struct jpk_schema *schema;
};

struct config {
    const char *file;   /* as findings call it; NULL: there is none, and everything is as it is by default */
    const char *folder; /* the real path of the folder in which it lies; NULL when there is none */
    enum jpk_profile profile;
    int8_t *severities;   /* by rule, as struct validation wants them */
    struct ignore ignore; /* files and folders that are left out, relative to its folder */
    struct config_exemption *exemptions;
    size_t exemption_count;
    struct config_schema *schemas;
    size_t schema_count;
    struct hygiene_options hygiene;

    /* Checksums of what changes findings: severities and the search for secrets; the schemas, with all that they refer
     * to. What is left out and what is exempted is not in them. */
    char checksum[65], schemas_checksum[65];

    /* private */
    struct arena arena;
    struct schema_files files;
    struct jpk_schema_registry *registry;
};

/* Zero-initialized, or NULL in place of it, means the defaults. */
struct config_options {
    const char *base;                /* real path of the folder that names begin at; NULL: names are whole paths */
    const enum jpk_profile *profile; /* whatever configurations say; NULL: they decide */
};

/*
 * Reads a configuration. The caller frees it. Errors, with the file as findings call it: JPK_ERR_READ; JPK_ERR_SPECIAL
 * (no regular file); JPK_ERR_LIMIT (more than 1 MiB); and with their place those of parsing YAML, and JPK_ERR_FORMAT:
 * what its schema does not allow, a rule that does not exist, a pattern that can match nothing, a schema that cannot be
 * read or lies outside of the folder. What is wrong in a schema is an error with its place there.
 */
struct config *config_read(const char *path, const struct config_options *options, struct jpk_error *err);

/* That of a folder without any. */
struct config *config_default(const struct config_options *options, struct jpk_error *err);

void config_free(struct config *config);

/* Appends a path as it looks from the folder `base`; the whole path when the two share nothing but the root. */
void config_put_path(struct buf *out, const char *base, const char *path);

/* A real path as patterns want it, relative to the configuration's folder; NULL when it does not lie below that. */
const char *config_relative(const struct config *config, const char *path);

/*
 * The exemption that accepts a finding, whose uses go up by one; NULL: none does. Of several it is the first in the
 * file, so that those behind it are of no use. `file` is relative to the configuration's folder, what is inside of an
 * archive with the path of that before it; `pointer` is the finding's path, and NULL the same as "".
 */
const struct config_exemption *config_exempts(struct config *config, const char *file, int rule, const char *pointer);

/*
 * Adds a finding of RULE_EXEMPTION_UNUSED for each exemption that was not used. To be called once everything below the
 * configuration's folder was checked: else those for the rest are called unused too.
 */
void config_report_unused(const struct config *config, struct validation *v);

/* Whether a file must follow a schema of the user's own; `file` is relative to the configuration's folder. */
static inline bool config_schema_wants(const struct config_schema *schema, const char *file)
{
    return ignored(&schema->files, file, false);
}

/* ------------------------------------------------------------------------------------------------------- finding */

struct config_entry;

/* The configurations of many folders, each read once. Any number of threads may ask at the same time. */
struct configs {
    pthread_mutex_t lock;
    struct config_options options;
    struct arena arena;
    struct map folders; /* -> entry */
    struct config_entry *entries;
    size_t count, capacity;
};

/* What the options name must stay until configs_free. */
bool configs_open(struct configs *configs, const struct config_options *options, struct jpk_error *err);

/*
 * The configuration that holds in a folder, given by its real path: the nearest one upward, up to a folder in which
 * there is `.git`; config_default's when there is none. It lives as long as `configs`. Errors, the same ones every
 * time: those of config_read; JPK_ERR_AMBIGUOUS (.jpk.yaml and .jpk.yml in one folder).
 */
struct config *configs_find(struct configs *configs, const char *folder, struct jpk_error *err);

/* All that were found so far, in no certain order: *index begins with 0. NULL at the end. */
struct config *configs_next(struct configs *configs, size_t *index);

/* Accepts what was not opened. */
void configs_free(struct configs *configs);

#endif
