/*
 * Versions of the same project, and names that meet in one environment; migrate/plan.h. Whoever meets is one conflict:
 * projects of one name or of one project id that go to the same environment, and through each other those that meet
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "base/workers.h"
#include "migrate/compare.h"
#include "migrate/plan.h"

#define NOBODY UINT32_MAX

struct settler {
    struct migrate_plan *plan;
    const struct migrate_plan_options *options;
    uint32_t *leader;          /* union-find, by project */
    struct map by_id, by_name; /* in an environment: the first project that has it */
    struct map names;          /* names that are taken in an environment, folded; 1: somebody has it already there */
    bool *named;               /* by project: it keeps the name that it has */
    size_t version_capacity, conflict_capacity;
    struct jpk_error *err;
};

/* ---------------------------------------------------------------------------------------------------------- keys */

/* "environment NUL folded text", in the arena; NULL: no memory. */
static const char *key_of(struct settler *s, const char *environment, const char *text, size_t *n)
{
    char *folded = NULL, *key = NULL;
    size_t length = 0, before = strlen(environment ? environment : "") + 1;
    if (text_fold(text, strlen(text), &folded, &length) &&
        (key = arena_alloc(&s->plan->arena, before + length + 1)) != NULL) {
        memcpy(key, environment ? environment : "", before);
        memcpy(key + before, folded, length);
        *n = before + length;
    }
    free(folded);
    if (!key)
        error_memory(s->err);
    return key;
}

static uint32_t find_leader(struct settler *s, uint32_t i)
{
    while (s->leader[i] != i) {
        s->leader[i] = s->leader[s->leader[i]];
        i = s->leader[i];
    }
    return i;
}

/* Who has the same key as somebody before meets them. */
static bool join(struct settler *s, struct map *map, const char *text, uint32_t i)
{
    uint32_t other = NOBODY;
    size_t n = 0;
    const char *key = key_of(s, s->plan->projects[i].environment, text, &n);
    if (!key || !map_add(map, key, n, i, &other))
        return error_memory(s->err);
    if (other != MAP_NONE) {
        uint32_t a = find_leader(s, i), b = find_leader(s, other);
        s->leader[a > b ? a : b] = a > b ? b : a;
    }
    return true;
}

static bool join_all(struct settler *s)
{
    struct migrate_plan *plan = s->plan;
    s->leader = malloc((plan->count + 1) * sizeof *s->leader);
    if (!s->leader)
        return error_memory(s->err);
    for (uint32_t i = 0; i < plan->count; i++)
        s->leader[i] = i;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct migrate_project *p = &plan->projects[i];
        if (!migrate_writes(p->action))
            continue;
        if (*p->from->id && !join(s, &s->by_id, p->from->id, i))
            return false;
        if (!join(s, &s->by_name, p->name, i))
            return false;
    }
    return true;
}

static const char *label_of(const struct map_environment *environment)
{
    return environment->name ? environment->name : environment->id;
}

static bool add_taken(struct settler *s, const struct map_environment *environment, const char *project)
{
    size_t n = 0;
    const char *key = key_of(s, label_of(environment), project, &n);
    return (key && map_set(&s->names, key, n, 1)) || error_memory(s->err);
}

/* Names of projects that are in the environments already. */
static bool note_taken(struct settler *s)
{
    const struct map_organization *target = s->plan->map->target;
    for (size_t i = 0; target && i < target->environment_count; i++)
        for (size_t j = 0; j < target->environments[i].project_count; j++)
            if (!add_taken(s, &target->environments[i], target->environments[i].projects[j]))
                return false;
    /* What the inputs show to be there, too: it stays there, even when it is converted. */
    for (size_t i = 0; target && i < s->plan->count; i++) {
        const struct survey_project *from = s->plan->projects[i].from;
        const struct map_environment *environment =
            s->plan->projects[i].organization == target
                ? map_find_environment(target, from->environment_id, from->environment)
                : NULL;
        if (environment && !add_taken(s, environment, from->name))
            return false;
    }
    return true;
}

static bool is_taken(struct settler *s, const char *environment, const char *name)
{
    size_t n = 0;
    const char *key = key_of(s, environment, name, &n);
    return key && map_get(&s->names, key, n) != MAP_NONE;
}

static void take(struct settler *s, const char *environment, const char *name)
{
    size_t n = 0;
    const char *key = key_of(s, environment, name, &n);
    if (key && !map_set(&s->names, key, n, 2))
        error_memory(s->err);
}

/* ------------------------------------------------------------------------------------------------------ versions */

static int newest_first(const void *a, const void *b, void *context)
{
    const struct migrate_plan *plan = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    int64_t x = plan->projects[i].from->modified, y = plan->projects[j].from->modified;
    return x != y ? (x > y ? -1 : 1) : i < j ? -1 : i > j;
}

static void sort_by_age(struct migrate_plan *plan, uint32_t *projects, size_t count)
{
    if (count > 1)
        qsort_r(projects, count, sizeof *projects, newest_first, plan);
}

/* The lists of those that share a value of `group`, which is at most their own index. */
static bool each_group(struct settler *s, const uint32_t *group,
                       bool (*use)(struct settler *s, uint32_t *projects, size_t count))
{
    size_t count = s->plan->count;
    uint32_t *start = calloc(count + 2, sizeof *start), *members = calloc(count + 1, sizeof *members);
    bool ok = (start && members) || error_memory(s->err);
    for (size_t i = 0; ok && i < count; i++)
        if (group[i] != NOBODY)
            start[group[i] + 1]++;
    for (size_t i = 0; ok && i < count; i++)
        start[i + 1] += start[i];
    for (size_t i = 0; ok && i < count; i++)
        if (group[i] != NOBODY)
            members[start[group[i]]++] = (uint32_t)i;
    /* Now start[g] is the end of g, and where g + 1 begins. */
    for (size_t g = 0, begin = 0; ok && g < count; begin = start[g++])
        ok = start[g] == begin || use(s, members + begin, start[g] - begin);
    free(start);
    free(members);
    return ok;
}

static bool add_version(struct settler *s, uint32_t *projects, size_t count)
{
    struct migrate_plan *plan = s->plan;
    if (count < 2)
        return true;
    struct migrate_version *versions =
        array_grow(plan->versions, plan->version_count, &s->version_capacity, sizeof *versions);
    uint32_t *copy = versions ? malloc(count * sizeof *copy) : NULL;
    if (versions)
        plan->versions = versions;
    if (!copy)
        return error_memory(s->err);
    sort_by_age(plan, projects, count);
    memcpy(copy, projects, count * sizeof *copy);
    int64_t newest = plan->projects[copy[0]].from->modified;
    versions[plan->version_count] = (struct migrate_version){
        .project_id = plan->projects[copy[0]].from->id,
        .projects = copy,
        .count = count,
        .dated = newest > 0 && plan->projects[copy[1]].from->modified < newest,
    };
    for (size_t i = 0; i < count; i++)
        plan->projects[copy[i]].version = (uint32_t)plan->version_count;
    plan->version_count++;
    return true;
}

/* All readable projects by their id, wherever they go. */
static bool find_versions(struct settler *s)
{
    struct migrate_plan *plan = s->plan;
    struct map ids = {0};
    uint32_t *group = calloc(plan->count + 1, sizeof *group);
    bool ok = group || error_memory(s->err);
    for (uint32_t i = 0; ok && i < plan->count; i++) {
        const struct survey_project *from = plan->projects[i].from;
        uint32_t first = NOBODY;
        group[i] = NOBODY;
        if (from->error.code != JPK_OK || !*from->id)
            continue;
        const char *id = arena_strdup_lower(&plan->arena, from->id);
        ok = (id && map_add(&ids, id, strlen(id), i, &first)) || error_memory(s->err);
        group[i] = first == MAP_NONE ? i : first;
    }
    ok = ok && each_group(s, group, add_version);
    free(group);
    map_free(&ids);
    return ok;
}

struct comparison {
    uint32_t newest, other;
    struct jpk_error error;
};

struct comparing {
    struct settler *s;
    struct comparison *list;
    size_t count;
};

static void compare_one(void *context, size_t index)
{
    struct comparing *c = context;
    struct comparison *pair = &c->list[index];
    struct migrate_project *p = &c->s->plan->projects[pair->other];
    p->compared = compare_paths(c->s->plan->projects[pair->newest].from->path, p->from->path, c->s->options->limits,
                                &p->differences, &pair->error);
    p->identical = p->compared && p->differences == 0;
}

/* What is there and cannot be read says nothing; what cannot be compared for another reason is another version. */
static bool is_known(struct comparison *pair, struct jpk_error *err)
{
    bool gone = pair->error.code == JPK_ERR_READ && file_look(pair->error.file, true, NULL) == FILE_NONE;
    if (gone || (pair->error.code != JPK_ERR_MEMORY && pair->error.code != JPK_ERR_READ))
        return true;
    error_pass(err, &pair->error, NULL);
    return false;
}

/* Each with the newest; files with the same bytes need no look. */
static bool compare_versions(struct settler *s)
{
    struct migrate_plan *plan = s->plan;
    struct comparing c = {.s = s, .list = calloc(plan->count + 1, sizeof *c.list)};
    bool ok = c.list || error_memory(s->err);
    for (size_t i = 0; ok && i < plan->version_count; i++) {
        const struct migrate_version *version = &plan->versions[i];
        const char *sum = plan->projects[version->projects[0]].from->fingerprint;
        for (size_t j = 1; j < version->count; j++) {
            struct migrate_project *p = &plan->projects[version->projects[j]];
            p->compared = p->identical = strcmp(p->from->fingerprint, sum) == 0;
            if (!p->identical)
                c.list[c.count++] = (struct comparison){.newest = version->projects[0], .other = version->projects[j]};
        }
    }
    if (ok)
        workers_run(c.count, s->options->jobs, compare_one, &c);
    for (size_t i = 0; ok && i < c.count; i++)
        ok = is_known(&c.list[i], s->err);
    free(c.list);
    return ok;
}

/* ----------------------------------------------------------------------------------------------------- conflicts */

static void set_aside(struct migrate_project *p, enum migrate_action action, enum migrate_reason reason,
                      const struct migrate_project *instead)
{
    p->action = action;
    p->reason = reason;
    p->instead = instead ? instead->id : NULL;
}

/* Copies of what another file holds are no conflict: one of them goes. Those that are left stay in their order. */
static size_t drop_copies(struct settler *s, uint32_t *projects, size_t count)
{
    struct migrate_plan *plan = s->plan;
    struct map kept = {0};
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        struct migrate_project *p = &plan->projects[projects[i]];
        char *key = arena_alloc(&plan->arena, sizeof p->from->fingerprint + 24);
        uint32_t same = MAP_NONE;
        if (!key) {
            error_memory(s->err);
            break;
        }
        /* Equal to the newest version, or of the same bytes; results of two forms are two things. */
        bool newest = p->version != NOBODY && (p->identical || plan->versions[p->version].projects[0] == projects[i]);
        int n = newest ? snprintf(key, 24, "v%u %d", p->version, p->to_cloud)
                       : snprintf(key, sizeof p->from->fingerprint + 24, "f%s %d", p->from->fingerprint, p->to_cloud);
        if (!map_add(&kept, key, (size_t)n, projects[i], &same))
            error_memory(s->err);
        if (same != MAP_NONE)
            set_aside(p, MIGRATE_SKIP, REASON_DUPLICATE, &plan->projects[same]);
        else
            projects[left++] = projects[i];
    }
    map_free(&kept);
    return left;
}

static bool one_id(const struct migrate_plan *plan, const uint32_t *projects, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!text_caseeq(plan->projects[projects[i]].from->id, plan->projects[projects[0]].from->id))
            return false;
    return *plan->projects[projects[0]].from->id != '\0';
}

static const char *settle_newest(struct settler *s, const struct migrate_conflict *conflict)
{
    struct migrate_project *all = s->plan->projects, *first = &all[conflict->projects[0]];
    bool dated = first->from->modified > 0 &&
                 (conflict->count < 2 || all[conflict->projects[1]].from->modified < first->from->modified);
    if (conflict->taken || !dated) {
        for (size_t i = 0; i < conflict->count; i++)
            set_aside(&all[conflict->projects[i]], MIGRATE_REFUSE, REASON_CONFLICT, NULL);
        return conflict->taken ? "refused: how old the project is that is there already is not known"
                               : "refused: which of them is the newest is not known";
    }
    for (size_t i = 1; i < conflict->count; i++)
        set_aside(&all[conflict->projects[i]], MIGRATE_SKIP, REASON_OLDER, first);
    return "the newest is taken";
}

static const char *settle_first(struct settler *s, const struct migrate_conflict *conflict)
{
    struct migrate_project *all = s->plan->projects;
    uint32_t first = conflict->projects[0];
    for (size_t i = 1; i < conflict->count; i++)
        first = conflict->projects[i] < first ? conflict->projects[i] : first;
    for (size_t i = 0; i < conflict->count; i++)
        if (conflict->taken || conflict->projects[i] != first)
            set_aside(&all[conflict->projects[i]], MIGRATE_SKIP, REASON_CONFLICT, conflict->taken ? NULL : &all[first]);
    return conflict->taken ? "skipped: the project that is there already stays" : "the first is taken";
}

/* Names that nobody has yet stay with who has them, the newest first; those go before all names that are made up. */
static void keep_names(struct settler *s, const struct migrate_conflict *conflict)
{
    for (size_t i = 0; i < conflict->count; i++) {
        struct migrate_project *p = &s->plan->projects[conflict->projects[i]];
        s->named[conflict->projects[i]] = !is_taken(s, p->environment, p->name);
        if (s->named[conflict->projects[i]])
            take(s, p->environment, p->name);
    }
}

/* The number to try next for a name, whatever its case. */
static bool next_number(struct settler *s, struct map *next, const struct migrate_project *p, const char **key,
                        size_t *n, uint32_t *number)
{
    *key = key_of(s, p->environment, p->name, n);
    *number = *key ? map_get(next, *key, *n) : MAP_NONE;
    if (*number == MAP_NONE)
        *number = 2;
    return *key != NULL;
}

/* "Orders (2)", "Orders (3)": the first that nobody has. */
static void rename_one(struct settler *s, struct map *next, struct migrate_project *p)
{
    struct buf name = {0};
    const char *key, *stem = p->name;
    size_t n;
    uint32_t number;
    if (!next_number(s, next, p, &key, &n, &number))
        return;
    do {
        buf_clear(&name);
        buf_printf(&name, "%s (%u)", stem, number++);
    } while (!name.failed && s->err->code == JPK_OK && is_taken(s, p->environment, name.data));
    const char *kept = name.failed ? NULL : arena_strdup(&s->plan->arena, name.data);
    if (kept && map_set(next, key, n, number)) {
        p->name = kept;
        p->detail = "renamed: another project has its name in the environment there";
        take(s, p->environment, kept);
    } else {
        error_memory(s->err);
    }
    buf_free(&name);
}

static const char *settle_rename(struct settler *s, const struct migrate_conflict *conflict)
{
    struct map next = {0};
    for (size_t i = 0; i < conflict->count && s->err->code == JPK_OK; i++)
        if (!s->named[conflict->projects[i]])
            rename_one(s, &next, &s->plan->projects[conflict->projects[i]]);
    map_free(&next);
    return "renamed: the newest keeps the name, unless a project there has it";
}

static const char *settle_one(struct settler *s, const struct migrate_conflict *conflict)
{
    switch (s->plan->policy) {
    case MIGRATE_RENAME:
        return settle_rename(s, conflict);
    case MIGRATE_NEWEST:
        return settle_newest(s, conflict);
    case MIGRATE_FIRST:
        return settle_first(s, conflict);
    case MIGRATE_FAIL:
        for (size_t i = 0; i < conflict->count; i++)
            set_aside(&s->plan->projects[conflict->projects[i]], MIGRATE_REFUSE, REASON_CONFLICT, NULL);
        return "refused";
    default:
        return "not settled";
    }
}

static bool add_conflict(struct settler *s, uint32_t *projects, size_t count)
{
    struct migrate_plan *plan = s->plan;
    sort_by_age(plan, projects, count);
    count = drop_copies(s, projects, count);
    const struct migrate_project *first = &plan->projects[projects[0]];
    bool taken = false;
    for (size_t i = 0; i < count && !taken; i++)
        taken = is_taken(s, first->environment, plan->projects[projects[i]].name);
    if (count < 2 && !taken) {
        take(s, first->environment, first->name);
        return s->err->code == JPK_OK;
    }
    struct migrate_conflict *conflicts =
        array_grow(plan->conflicts, plan->conflict_count, &s->conflict_capacity, sizeof *conflicts);
    uint32_t *copy = conflicts ? malloc(count * sizeof *copy) : NULL;
    if (conflicts)
        plan->conflicts = conflicts;
    if (!copy)
        return error_memory(s->err);
    memcpy(copy, projects, count * sizeof *copy);
    conflicts[plan->conflict_count++] = (struct migrate_conflict){.environment = first->environment,
                                                                  .name = first->name,
                                                                  .projects = copy,
                                                                  .count = count,
                                                                  .taken = taken,
                                                                  .same_id = one_id(plan, projects, count)};
    return s->err->code == JPK_OK;
}

/* Who meets nobody has taken its name before the first conflict is settled, so that no new name meets an old one. */
static bool find_conflicts(struct settler *s)
{
    struct migrate_plan *plan = s->plan;
    uint32_t *group = calloc(plan->count + 1, sizeof *group);
    s->named = calloc(plan->count + 1, sizeof *s->named);
    bool ok = (group && s->named) || error_memory(s->err);
    for (uint32_t i = 0; ok && i < plan->count; i++)
        group[i] = migrate_writes(plan->projects[i].action) ? find_leader(s, i) : NOBODY;
    ok = ok && each_group(s, group, add_conflict);
    free(group);
    for (size_t i = 0; ok && plan->policy == MIGRATE_RENAME && i < plan->conflict_count; i++)
        keep_names(s, &plan->conflicts[i]);
    for (size_t i = 0; ok && i < plan->conflict_count; i++)
        plan->conflicts[i].settled = settle_one(s, &plan->conflicts[i]);
    return ok && s->err->code == JPK_OK;
}

static bool report_unsettled(const struct settler *s)
{
    const struct migrate_plan *plan = s->plan;
    if (plan->conflict_count == 0 || plan->policy != MIGRATE_ASK)
        return true;
    size_t more = plan->conflict_count - 1;
    char others[64] = "";
    if (more > 0)
        snprintf(others, sizeof others, ", and so would %zu other%s", more, more == 1 ? "" : "s");
    return error_set(s->err, JPK_ERR_USAGE,
                     "'%.100s' would be the name of several projects in an environment%s: say with --on-conflict fail, "
                     "rename, newest or skip what is to be done",
                     plan->conflicts[0].name, others);
}

bool migrate_plan_settle(struct migrate_plan *plan, const struct migrate_plan_options *options, struct jpk_error *err)
{
    struct settler s = {.plan = plan, .options = options, .err = err};
    bool ok = find_versions(&s) && compare_versions(&s) && join_all(&s) && note_taken(&s) && find_conflicts(&s) &&
              report_unsettled(&s);
    free(s.leader);
    free(s.named);
    map_free(&s.by_id);
    map_free(&s.by_name);
    map_free(&s.names);
    return ok;
}
