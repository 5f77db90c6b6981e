/*
 * The plan of a migration: what will be done with every project, and what people must do. It is made of the survey and
 * the map (plan_make.c, plan_settle.c), written as JSON that people review and edit (plan_write.c, the schema
 * migrate-plan-1), and read again by whoever carries it out (migrate/work.h).
 */
#ifndef MIGRATE_PLAN_H
#define MIGRATE_PLAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "migrate/map.h"
#include "migrate/members.h"
#include "migrate/survey.h"

enum migrate_action {
    MIGRATE_MOVE,    /* written for the organization that stays, in the form that it has */
    MIGRATE_CONVERT, /* written for it in the form of the other studio */
    MIGRATE_KEEP,    /* stays where it is */
    MIGRATE_SKIP,    /* not taken along, for a reason that somebody has chosen or that another project gives */
    MIGRATE_REFUSE,  /* cannot be taken along as it is */
    MIGRATE_ACTIONS
};

/* "move", "convert", "keep", "skip", "refuse". */
const char *migrate_action_name(enum migrate_action action);

/* Whether something is written. */
static inline bool migrate_writes(enum migrate_action action)
{
    return action == MIGRATE_MOVE || action == MIGRATE_CONVERT;
}

/* How names that meet in one environment are settled. */
enum migrate_policy {
    MIGRATE_ASK, /* not at all: that there are any is an error */
    MIGRATE_FAIL,
    MIGRATE_RENAME,
    MIGRATE_NEWEST,
    MIGRATE_FIRST /* "skip": the first stays, the others are skipped */
};

/* "fail", "rename", "newest", "skip"; NULL for MIGRATE_ASK. */
const char *migrate_policy_name(enum migrate_policy policy);

/* Why an action was chosen. */
enum migrate_reason {
    REASON_NONE,
    REASON_UNREADABLE,
    REASON_PASSWORD,
    REASON_BACKUP,
    REASON_PATH,
    REASON_NO_ENVIRONMENT,
    REASON_CONFLICT,
    REASON_DUPLICATE,
    REASON_OLDER,
    REASON_SUBSCRIBED,
    REASON_STAYS,
    REASON_ASKED,
    MIGRATE_REASONS
};

struct migrate_reason_info {
    const char *id;   /* "environment-backup" */
    const char *what; /* one sentence */
    const char *todo; /* what a person does about it; NULL: nothing */
};

const struct migrate_reason_info *migrate_reason_info(enum migrate_reason reason);

/* The row of an id, as plans have it; that of REASON_NONE, which says nothing, for others and for NULL. */
const struct migrate_reason_info *migrate_reason_by_id(const char *id);

struct migrate_project {
    const struct survey_project *from;
    const struct map_organization *organization; /* NULL: the map does not know it */
    const char *id;                              /* of the work item, "orders-3f2a1b9c" */
    enum migrate_action action;
    enum migrate_reason reason;
    const char *detail;                       /* more about the reason, for people; NULL: nothing */
    const char *instead;                      /* id of the project that takes its place; NULL: none */
    bool to_cloud;                            /* the form of the result */
    const char *environment, *environment_id; /* there; NULL: not known */
    const char *name;                         /* there */
    const char *output;                       /* the folder of its results, "projects/Production/Orders"; NULL: none */
    uint32_t version;                         /* index in versions; UINT32_MAX: it is the only one of its project id */
    bool identical;                           /* to the newest of its versions */
    size_t differences;                       /* to the newest of its versions, of items; 0 when not compared */
    bool compared;
};

/* Projects of one project id. */
struct migrate_version {
    const char *project_id;
    const uint32_t *projects; /* newest first; those of unknown time last */
    size_t count;
    bool dated; /* whether the first is the newest: it has a time, and no other has the same */
};

/* Projects that would meet in one environment by name or project id. */
struct migrate_conflict {
    const char *environment, *name;
    const uint32_t *projects; /* the one that keeps the name first, unless `taken` */
    size_t count;
    bool taken;          /* a project of that name is there already */
    bool same_id;        /* all have one project id */
    const char *settled; /* what was done, one sentence */
};

/* A connector of the organizations' own that projects need. */
struct migrate_connector {
    const char *name;
    size_t projects; /* that are written and need it */
    bool there;      /* the organization that stays has it */
};

struct migrate_plan {
    const struct survey *survey;
    const struct migrate_map *map;
    struct members members;
    enum migrate_policy policy;
    const char *map_file;             /* NULL: none */
    struct migrate_project *projects; /* as in the survey */
    size_t count, actions[MIGRATE_ACTIONS];
    struct migrate_version *versions;
    size_t version_count;
    struct migrate_conflict *conflicts;
    size_t conflict_count;
    struct migrate_connector *connectors; /* by name */
    size_t connector_count;
    unsigned without; /* enum jpk_without */
    const char *agent;
    struct arena arena;
};

struct migrate_plan_options {
    enum migrate_policy policy;
    unsigned without;
    const char *agent;    /* "any", "cloud", "private" */
    const char *map_file; /* for the plan; NULL: none */
    const struct jpk_limits *limits;
    uint64_t jobs;
};

/*
 * Decides about every project of a survey, which must stay, as must the map. Free it in any case. Errors:
 * JPK_ERR_USAGE: names meet, and the policy is MIGRATE_ASK (`conflicts` has them); JPK_ERR_MEMORY.
 */
bool migrate_plan_make(struct migrate_plan *plan, const struct survey *survey, const struct migrate_map *map,
                       const struct migrate_plan_options *options, struct jpk_error *err);
void migrate_plan_free(struct migrate_plan *plan);

/* Appends the plan as JSON. */
void migrate_plan_write(struct buf *out, const struct migrate_plan *plan);

/* ------------------------------------------------------------------------------ between the parts of making a plan */

/* Finds versions, duplicates and conflicts, and settles them; projects have their names and environments. */
bool migrate_plan_settle(struct migrate_plan *plan, const struct migrate_plan_options *options, struct jpk_error *err);

#endif
