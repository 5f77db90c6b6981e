/*
 * Where a migration stands: its plan and the journals of its runs put together. Every project of the plan is in exactly
 * one state, so that the numbers add up.
 */
#ifndef MIGRATE_OVERVIEW_H
#define MIGRATE_OVERVIEW_H

#include "migrate/journal.h"
#include "migrate/work.h"

enum overview_state {
    OVERVIEW_COMPLETE, /* written; nothing is left to do */
    OVERVIEW_PARTIAL,  /* written; a person must do something */
    OVERVIEW_FAILED,   /* tried, not written */
    OVERVIEW_PENDING,  /* not tried yet, or not since the plan was changed */
    OVERVIEW_REFUSED,
    OVERVIEW_SKIPPED,
    OVERVIEW_KEPT,
    OVERVIEW_STATES
};

/* "complete", "partial", "failed", "pending", "refused", "skipped", "kept". */
const char *overview_state_name(enum overview_state state);

struct overview_project {
    const struct work_item *item;
    enum overview_state state;
    struct journal_record record; /* of the first three states */
    size_t folder;                /* which of the output folders has it */
};

/* What people must do, by rule, most important first. */
struct overview_todo {
    const char *rule, *text, *advice;
    const char *effort; /* the class of work; "" for what has none */
    enum jpk_severity severity;
    int rank;         /* of two that weigh the same the lower one is more important */
    bool of_projects; /* not of people, connectors or APIs */
    size_t tasks, projects, minutes;
    const char *examples[3]; /* sources of its first projects, addresses of its first people; NULL: there are fewer */
};

/* A thing of which there are several in the estate: a connector, a version of agents, a class of work. */
struct overview_count {
    const char *name;
    size_t projects, count, minutes;
};

struct overview_organization {
    const char *name; /* "" for what says none */
    size_t states[OVERVIEW_STATES];
};

struct overview_person {
    const char *email, *login, *afterwards;
    bool moves, installs_agents;
    const struct overview_person_task {
        const char *rule, *text;
        bool conflict, administrator;
    } * tasks;
    size_t task_count;
};

struct overview {
    struct work_plan plan;
    const char *const *folders; /* lent */
    size_t folder_count;
    struct overview_project *projects; /* in the order of the plan */
    size_t states[OVERVIEW_STATES], written;
    bool complete; /* no project and no person is left to do anything about */
    size_t results[JPK_CONVERT_RESULTS], items, script_lines, script_lines_kept, secrets, schedules, minutes;
    struct overview_todo *todo;
    size_t todo_count;
    struct overview_count *connectors, *agents, *efforts; /* by name; by version; by minutes */
    size_t connector_count, agent_count, effort_count;
    size_t private_only; /* projects that no cloud agent can run */
    struct overview_organization *organizations;
    size_t organization_count;
    struct overview_person *people;
    size_t person_count;
    struct arena arena;
};

/*
 * Reads the plan and the journals of one or more output folders, which are those of shards or one for all. `plan` is a
 * plan's file, or NULL for that of the first folder; a plan alone, without folders, is a migration of which nothing was
 * done yet. Free it in any case. False: `errors` has at least one.
 */
bool overview_read(struct overview *overview, const char *plan, const char *const *folders, size_t folder_count,
                   struct work_errors *errors);
void overview_free(struct overview *overview);

#endif
