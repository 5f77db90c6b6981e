/* What there is to migrate: every project below the inputs, and what a plan wants to know of each. */
#ifndef MIGRATE_SURVEY_H
#define MIGRATE_SURVEY_H

#include "base/arena.h"
#include "jpk/find.h"
#include "jpk/jpk.h"
#include "jpk/summary.h"
#include "migrate/map.h"

/* A host of the vendor that stands in a setting or a script: it differs by region. */
struct survey_host {
    const char *host;
    enum map_region region;
    const char *place; /* the item: "Script/Common/Send mail", "script:Send mail" */
};

/* Systems that a project talks to, by connector: what licences count. */
struct survey_endpoints {
    const char *connector; /* "salesforce" */
    size_t count;
};

struct survey_project {
    const char *path;       /* in bytes of the disk */
    char *source;           /* relative to the folder of the plan, UTF-8, as it can be shown */
    bool odd_path;          /* the path is not UTF-8: no plan can hold it */
    struct jpk_error error; /* why it cannot be read; JPK_OK: it can */
    char fingerprint[65];   /* "" when it cannot be read */
    const char *form;       /* as struct jpk_summary has it, as all up to `items` */
    const char *name, *id;
    const char *organization, *organization_id, *environment, *environment_id;
    enum jpk_kind kind;
    bool cloud;
    char created_with[32], required_version[32];
    int64_t modified; /* the latest time that its files tell, in ms since 1970; 0: none does */
    size_t items, operations, transformations, scripts, script_lines;
    size_t secret_count, findings[3];
    const struct survey_endpoints *endpoints;
    size_t endpoint_count, hosted; /* kinds; operations offered as web services */
    const char *const *adapters;   /* of an export: connectors of the organization's own that it needs */
    size_t adapter_count;
    const struct survey_host *hosts;
    size_t host_count;
    const char *const *secrets;         /* "Target/Upload: password": encrypted settings */
    const char *const *private_reasons; /* why no cloud agent can run it */
    size_t private_count;
    const char *const *people; /* e-mail addresses of who made or deployed it */
    size_t people_count;
    struct arena arena;
};

struct survey {
    struct survey_project *projects; /* by `source` in byte order; each path once */
    size_t count, unreadable;
    size_t results;                /* projects that were left out, for they are what an earlier migration has written */
    struct jpk_found_list **found; /* they own the paths */
    size_t found_count;
};

struct survey_options {
    const struct jpk_limits *limits;
    const char *environment; /* which of a workspace with one folder of a project; NULL: its last one */
    const char *base;        /* folder that `source` is relative to: an absolute path */
    uint64_t jobs;           /* 0: one a processor */
};

/*
 * Finds the projects at or below `paths` and reads each, with several threads. What cannot be read or is not there
 * has its error. Free it in any case. False: memory.
 */
bool survey_make(struct survey *survey, char *const *paths, size_t path_count, const struct survey_options *options,
                 struct jpk_error *err);
void survey_free(struct survey *survey);

#endif
