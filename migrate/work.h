/*
 * The plan as it is carried out: read from its file, which people may have edited, and checked. A work item is one
 * project; items share nothing, so that any engine may spread them.
 */
#ifndef MIGRATE_WORK_H
#define MIGRATE_WORK_H

#include "base/arena.h"
#include "base/map.h"
#include "migrate/plan.h"
#include "recipe/checked_file.h"

/* The names that options and plans have for what is left out, ended by a row without one. */
struct work_without_name {
    const char *name;
    unsigned flag; /* enum jpk_without */
};
extern const struct work_without_name work_without_names[];

struct work_item {
    const char *id, *source, *form, *fingerprint; /* "" for what could not be read */
    enum migrate_action action;
    const char *reason, *detail, *instead; /* NULL: none */
    bool from_cloud, to_cloud;
    const char *environment, *environment_id, *name, *output; /* NULL where nothing is written, or there is none */
    const char *input_name, *organization;                    /* its name, else its id; "" when not known */
    const char *organization_id;                              /* "" when not known */
    const char *requires_version;                             /* by the source; "" when it does not say */
    size_t items, script_lines;                               /* of the source */
    size_t hosts;                                             /* of another region, in settings and scripts */
    bool private_agent;                                       /* no cloud agent can run it */
    uint32_t node;
};

struct work_plan {
    struct work_item *items; /* in the order of the plan */
    size_t count;
    const char *organization, *organization_id; /* where everything goes; NULL: not said */
    unsigned without;
    const char *agent;
    char *folder; /* of the plan: what sources are relative to */

    /* private */
    struct checked_file file;
    struct arena arena;
    struct map ids;
};

/* What is wrong with a plan: all of it, so that it can be mended at once. */
struct work_errors {
    struct jpk_error *items;
    size_t count, capacity, left_out;
};

/*
 * Reads a plan; free both in any case. False: `errors` has at least one, each with its place: those of
 * checked_file_read; two items with one id; an action that cannot be done (a backup, an unreadable project); an
 * environment that the target does not have; a name that is not allowed, or that two projects would have in one
 * environment, or that a project there has already; an output that leads out of its folder or belongs to two; what is
 * taken in another's place without being in the plan.
 */
bool work_plan_read(struct work_plan *plan, const char *path, struct work_errors *errors);
void work_plan_free(struct work_plan *plan);
void work_errors_free(struct work_errors *errors);
void work_errors_add(struct work_errors *errors, const struct jpk_error *error);
void work_errors_add_memory(struct work_errors *errors);

/* The index of an item by its id; SIZE_MAX: there is none. */
size_t work_plan_find(const struct work_plan *plan, const char *id);

/* The path of a source as it can be opened; allocated with malloc, the caller's; NULL: no memory. */
char *work_source_path(const struct work_plan *plan, const struct work_item *item);

/*
 * A checksum of all that the results of an item follow from: what was done under another one must be done again.
 * False: no memory, and the key is empty.
 */
bool work_key(const struct work_plan *plan, const struct work_item *item, char out[65]);

#endif
