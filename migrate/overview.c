#include "migrate/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/map.h"
#include "migrate/out.h"

const char *overview_state_name(enum overview_state state)
{
    static const char *const names[OVERVIEW_STATES] = {"complete", "partial", "failed", "pending",
                                                       "refused",  "skipped", "kept"};
    return names[state];
}

/* A list whose rows are found by a text. */
struct table {
    char *rows;
    size_t size, count, capacity;
    struct map known;
};

struct reader {
    struct overview *o;
    struct table todo, connectors, agents, efforts, organizations;
    bool failed;
    struct jpk_error problem; /* when no memory is missing */
};

/* The row of a text, which is made when there is none, all zero. NULL: no memory. */
static void *row_of(struct reader *r, struct table *table, const char *key, bool *made)
{
    uint32_t index = MAP_NONE;
    char *rows = array_grow(table->rows, table->count, &table->capacity, table->size);
    if (rows)
        table->rows = rows;
    if (!rows || !map_add(&table->known, key, strlen(key), (uint32_t)table->count, &index)) {
        r->failed = true;
        return NULL;
    }
    *made = index == MAP_NONE;
    if (!*made)
        return table->rows + index * table->size;
    return memset(rows + table->count++ * table->size, 0, table->size);
}

/* ------------------------------------------------------------------------------------------------------- records */

/* The best that the folders know of a project. */
static void read_record(struct reader *r, struct overview_project *project)
{
    struct overview *o = r->o;
    char key[65], *name = out_journal_name(project->item->id);
    struct buf path = {0};
    bool keyed = work_key(&o->plan, project->item, key);
    project->state = OVERVIEW_PENDING;
    for (size_t i = 0; name && keyed && i < o->folder_count && project->state > OVERVIEW_PARTIAL; i++) {
        struct journal_record record;
        bool there = false;
        buf_clear(&path);
        buf_printf(&path, "%s/%s", o->folders[i], name);
        if (path.failed || !journal_find(&record, path.data, &o->arena, &there, &r->problem))
            break;
        if (!there || strcmp(record.key, key) != 0)
            continue;
        project->record = record;
        project->folder = i;
        project->state = (enum overview_state)record.status;
    }
    r->failed = r->failed || !name || !keyed || path.failed || r->problem.code != JPK_OK;
    free(name);
    buf_free(&path);
}

static void read_project(struct reader *r, size_t index)
{
    static const enum overview_state states[MIGRATE_ACTIONS] = {
        [MIGRATE_KEEP] = OVERVIEW_KEPT, [MIGRATE_SKIP] = OVERVIEW_SKIPPED, [MIGRATE_REFUSE] = OVERVIEW_REFUSED};
    struct overview_project *project = &r->o->projects[index];
    project->item = &r->o->plan.items[index];
    project->state = states[project->item->action];
    if (migrate_writes(project->item->action))
        read_record(r, project);
    r->o->states[project->state]++;
}

/* ---------------------------------------------------------------------------------------------------------- to do */

/* What comes first of two that weigh the same: what stops projects as a whole, then people, then all else. */
enum { RANK_PROJECT, RANK_PERSON, RANK_ITEM };

static struct overview_todo *todo_of(struct reader *r, int rank, const char *rule, const char *text, const char *advice,
                                     const char *effort, enum jpk_severity severity)
{
    bool made = false;
    struct overview_todo *todo = row_of(r, &r->todo, rule, &made);
    if (todo && made)
        *todo = (struct overview_todo){.rank = rank,
                                       .rule = rule,
                                       .text = text,
                                       .advice = advice,
                                       .effort = effort,
                                       .severity = severity,
                                       .of_projects = rank == RANK_ITEM};
    return todo;
}

static void count_todo(struct overview_todo *todo, size_t tasks, size_t minutes, const char *example)
{
    if (!todo)
        return;
    if (todo->projects < sizeof todo->examples / sizeof todo->examples[0])
        todo->examples[todo->projects] = example;
    todo->projects++;
    todo->tasks += tasks;
    todo->minutes += minutes;
}

/* What stands in the way of a project as a whole. */
static void count_state(struct reader *r, const struct overview_project *project)
{
    const struct work_item *item = project->item;
    struct overview_todo *todo = NULL;
    if (project->state == OVERVIEW_FAILED)
        todo = todo_of(r, RANK_PROJECT, "failed", "A project could not be written.",
                       "see in the list of projects why, mend that, and run the same command again", "", JPK_ERROR);
    else if (project->state == OVERVIEW_PENDING)
        todo = todo_of(r, RANK_PROJECT, "pending", "A project is still to be done.", "run: jpk migrate run", "",
                       JPK_ERROR);
    else if (project->state == OVERVIEW_REFUSED || (project->state == OVERVIEW_SKIPPED && item->reason)) {
        const struct migrate_reason_info *info = migrate_reason_by_id(item->reason);
        bool refused = project->state == OVERVIEW_REFUSED;
        if (refused || info->todo)
            todo = todo_of(r, RANK_PROJECT, *info->id ? info->id : "refused",
                           *info->what ? info->what : "The plan refuses a project.",
                           info->todo ? info->todo : "see in the plan why", "", refused ? JPK_ERROR : JPK_INFO);
    }
    if (todo)
        todo->of_projects = true;
    count_todo(todo, 1, 0, item->source);
}

static void count_connector(struct reader *r, const char *name, size_t count)
{
    bool made;
    struct overview_count *row = row_of(r, &r->connectors, name, &made);
    if (!row)
        return;
    row->name = name;
    row->projects++;
    row->count += count;
}

/* The systems that a project talks to, as the plan counts them. */
static void count_endpoints(struct reader *r, const struct work_item *item)
{
    const struct jdoc *doc = &r->o->plan.file.doc;
    uint32_t list = jdoc_member(doc, item->node, "endpoints");
    for (uint32_t key = list + 1; list != JDOC_NONE && key < jdoc_next(doc, list);
         key = jdoc_next(doc, jdoc_next(doc, key))) {
        const char *name = arena_strndup(&r->o->arena, jdoc_string(doc, key), jdoc_string_size(doc, key));
        if (name)
            count_connector(r, name, strtoull(jdoc_number(doc, jdoc_next(doc, key)), NULL, 10));
        r->failed = r->failed || !name;
    }
}

static void count_agent(struct reader *r, const struct journal_record *record)
{
    bool made;
    struct overview_count *row = row_of(r, &r->agents, record->agent, &made);
    if (!row)
        return;
    row->name = record->agent;
    row->projects++;
    r->o->private_only += !record->cloud_agent;
}

static void count_effort(struct reader *r, const struct journal_todo *todo)
{
    bool made;
    struct overview_count *row = row_of(r, &r->efforts, todo->effort, &made);
    if (!row)
        return;
    row->name = todo->effort;
    row->projects++;
    row->count += todo->tasks;
    row->minutes += todo->minutes;
}

static void count_record(struct reader *r, const struct overview_project *project)
{
    struct overview *o = r->o;
    const struct journal_record *record = &project->record;
    o->items += record->items;
    for (int i = 0; i < JPK_CONVERT_RESULTS; i++)
        o->results[i] += record->results[i];
    o->script_lines += record->script_lines;
    o->script_lines_kept += record->script_lines_kept;
    o->secrets += record->secrets;
    o->schedules += record->schedules;
    o->minutes += record->minutes;
    count_agent(r, record);
    for (size_t i = 0; i < record->todo_count; i++) {
        const struct journal_todo *todo = &record->todo[i];
        count_todo(todo_of(r, RANK_ITEM, todo->rule, todo->text, todo->advice, todo->effort, todo->severity),
                   todo->tasks, todo->minutes, project->item->source);
        count_effort(r, todo);
    }
    for (size_t i = 0; i < record->install_count; i++)
        count_todo(todo_of(r, RANK_PROJECT, "connector", "A connector must be installed before projects are imported.",
                           "install it in the organization: see the projects that use it", "", JPK_ERROR),
                   1, 0, record->installs[i]);
}

/* The id tells them apart where there is one: exports of Cloud Studio have no names. */
static void count_organization(struct reader *r, const struct overview_project *project)
{
    bool made;
    const struct work_item *item = project->item;
    const char *key = *item->organization_id ? item->organization_id : item->organization;
    struct overview_organization *row = row_of(r, &r->organizations, key, &made);
    if (!row)
        return;
    if (made || strcmp(row->name, item->organization_id) == 0)
        row->name = item->organization;
    row->states[project->state]++;
}

static void read_projects(struct reader *r)
{
    struct overview *o = r->o;
    o->projects = calloc(o->plan.count + 1, sizeof *o->projects);
    r->failed = r->failed || !o->projects;
    for (size_t i = 0; !r->failed && i < o->plan.count; i++) {
        struct overview_project *project = &o->projects[i];
        read_project(r, i);
        count_state(r, project);
        count_organization(r, project);
        count_endpoints(r, project->item);
        if (project->state <= OVERVIEW_PARTIAL)
            count_record(r, project);
    }
    o->written = o->states[OVERVIEW_COMPLETE] + o->states[OVERVIEW_PARTIAL];
}

/* --------------------------------------------------------------------------------------------------------- people */

static const char *text_of(struct reader *r, uint32_t object, const char *key)
{
    const struct jdoc *doc = &r->o->plan.file.doc;
    uint32_t node = jdoc_member(doc, object, key);
    if (node == JDOC_NONE || !jdoc_is(doc, node, JDOC_STRING))
        return "";
    const char *copy = arena_strndup(&r->o->arena, jdoc_string(doc, node), jdoc_string_size(doc, node));
    r->failed = r->failed || !copy;
    return copy ? copy : "";
}

static bool is_true(struct reader *r, uint32_t object, const char *key)
{
    uint32_t node = jdoc_member(&r->o->plan.file.doc, object, key);
    return node != JDOC_NONE && jdoc_is(&r->o->plan.file.doc, node, JDOC_TRUE);
}

static void read_tasks(struct reader *r, struct overview_person *person, uint32_t node)
{
    const struct jdoc *doc = &r->o->plan.file.doc;
    uint32_t list = jdoc_member(doc, node, "tasks");
    struct overview_person_task *tasks =
        list == JDOC_NONE ? NULL : arena_calloc(&r->o->arena, doc->nodes[list].count + 1, sizeof *tasks);
    for (uint32_t at = list + 1; tasks && at < jdoc_next(doc, list); at = jdoc_next(doc, at)) {
        struct overview_person_task *task = &tasks[person->task_count++];
        *task = (struct overview_person_task){.rule = text_of(r, at, "rule"),
                                              .text = text_of(r, at, "text"),
                                              .conflict = is_true(r, at, "conflict"),
                                              .administrator = strcmp(text_of(r, at, "who"), "administrator") == 0};
        count_todo(todo_of(r, RANK_PERSON, task->rule,
                           task->conflict ? "A person cannot log in as things are."
                                          : "Something must be done so that a person can work there.",
                           "see the list of people", "", task->conflict ? JPK_ERROR : JPK_WARNING),
                   1, 0, person->email);
    }
    person->tasks = tasks;
}

static void read_people(struct reader *r)
{
    struct overview *o = r->o;
    const struct jdoc *doc = &o->plan.file.doc;
    uint32_t list = jdoc_member(doc, 0, "members");
    bool installer = false;
    o->people = list == JDOC_NONE ? NULL : calloc(doc->nodes[list].count + 1, sizeof *o->people);
    r->failed = r->failed || (list != JDOC_NONE && !o->people);
    for (uint32_t at = list + 1; o->people && at < jdoc_next(doc, list); at = jdoc_next(doc, at)) {
        struct overview_person *person = &o->people[o->person_count++];
        *person = (struct overview_person){.email = text_of(r, at, "email"),
                                           .login = text_of(r, at, "login"),
                                           .afterwards = text_of(r, at, "afterwards"),
                                           .moves = is_true(r, at, "moves"),
                                           .installs_agents = is_true(r, at, "installsAgents")};
        installer = installer || person->installs_agents;
        read_tasks(r, person, at);
    }
    if (o->private_only > 0 && !installer && o->person_count > 0)
        count_todo(todo_of(r, RANK_PERSON, "nobody-installs-agents",
                           "Projects need a private agent, and nobody can install one for the organization.",
                           "give somebody the means: see what the plan says of members", "", JPK_ERROR),
                   1, 0, NULL);
}

/* Connectors of organizations, and APIs: the plan knows them. */
static void read_rest(struct reader *r)
{
    const struct jdoc *doc = &r->o->plan.file.doc;
    uint32_t connectors = jdoc_member(doc, 0, "connectors"), apis = jdoc_member(doc, 0, "apis");
    for (uint32_t at = connectors + 1; connectors != JDOC_NONE && at < jdoc_next(doc, connectors);
         at = jdoc_next(doc, at))
        if (!is_true(r, at, "thereAlready"))
            count_todo(todo_of(r, RANK_PROJECT, "connector",
                               "A connector must be installed before projects are imported.",
                               "install it in the organization: see the projects that use it", "", JPK_ERROR),
                       1, 0, text_of(r, at, "name"));
    for (uint32_t at = apis + 1; apis != JDOC_NONE && at < jdoc_next(doc, apis); at = jdoc_next(doc, at))
        count_todo(todo_of(r, RANK_PROJECT, "api", "An API of API Manager is no part of any project.",
                           "export it there, and import it after its project is deployed", "", JPK_WARNING),
                   1, 0, text_of(r, at, "name"));
}

/* --------------------------------------------------------------------------------------------------------- order */

static int compare_todo(const void *a, const void *b)
{
    const struct overview_todo *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->minutes != y->minutes)
        return x->minutes > y->minutes ? -1 : 1;
    if (x->tasks != y->tasks)
        return x->tasks > y->tasks ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct overview_count *)a)->name, ((const struct overview_count *)b)->name);
}

static int compare_minutes(const void *a, const void *b)
{
    const struct overview_count *x = a, *y = b;
    return x->minutes != y->minutes ? (x->minutes > y->minutes ? -1 : 1) : strcmp(x->name, y->name);
}

static int compare_organizations(const void *a, const void *b)
{
    return strcmp(((const struct overview_organization *)a)->name, ((const struct overview_organization *)b)->name);
}

static void *give_out(struct table *table, size_t *count, int (*compare)(const void *, const void *))
{
    void *rows = table->rows;
    *count = table->count;
    if (table->count > 1)
        qsort(rows, table->count, table->size, compare);
    map_free(&table->known);
    return rows;
}

static void give_out_all(struct reader *r)
{
    struct overview *o = r->o;
    o->todo = give_out(&r->todo, &o->todo_count, compare_todo);
    o->connectors = give_out(&r->connectors, &o->connector_count, compare_names);
    o->agents = give_out(&r->agents, &o->agent_count, compare_names);
    o->efforts = give_out(&r->efforts, &o->effort_count, compare_minutes);
    o->organizations = give_out(&r->organizations, &o->organization_count, compare_organizations);
    o->complete = o->todo_count == 0;
}

bool overview_read(struct overview *o, const char *plan, const char *const *folders, size_t folder_count,
                   struct work_errors *errors)
{
    *o = (struct overview){.folders = folders, .folder_count = folder_count};
    struct buf path = {0};
    if (!plan)
        buf_printf(&path, "%s/plan.json", folders[0]);
    if (path.failed)
        work_errors_add_memory(errors);
    bool ok = !path.failed && work_plan_read(&o->plan, plan ? plan : buf_text(&path), errors);
    buf_free(&path);
    if (!ok)
        return false;
    struct reader r = {.o = o,
                       .todo = {.size = sizeof *o->todo},
                       .connectors = {.size = sizeof *o->connectors},
                       .agents = {.size = sizeof *o->agents},
                       .efforts = {.size = sizeof *o->efforts},
                       .organizations = {.size = sizeof *o->organizations}};
    read_projects(&r);
    if (!r.failed) {
        read_people(&r);
        read_rest(&r);
    }
    give_out_all(&r);
    if (r.problem.code != JPK_OK)
        work_errors_add(errors, &r.problem);
    else if (r.failed)
        work_errors_add_memory(errors);
    return !r.failed;
}

void overview_free(struct overview *o)
{
    free(o->projects);
    free(o->todo);
    free(o->connectors);
    free(o->agents);
    free(o->efforts);
    free(o->organizations);
    free(o->people);
    work_plan_free(&o->plan);
    arena_free(&o->arena);
    *o = (struct overview){0};
}
