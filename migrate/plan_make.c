/* What is done with every project; migrate/plan.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "jpk/project_name.h"
#include "jpk/secret_text.h"
#include "migrate/plan.h"
#include "recipe/plan.h"

/* -------------------------------------------------------------------------------------------------------- words */

const char *migrate_action_name(enum migrate_action action)
{
    static const char *const names[MIGRATE_ACTIONS] = {"move", "convert", "keep", "skip", "refuse"};
    return names[action];
}

const char *migrate_policy_name(enum migrate_policy policy)
{
    static const char *const names[] = {NULL, "fail", "rename", "newest", "skip"};
    return names[policy];
}

const struct migrate_reason_info *migrate_reason_info(enum migrate_reason reason)
{
    static const struct migrate_reason_info rows[MIGRATE_REASONS] = {
        [REASON_NONE] = {"", "", NULL},
        [REASON_UNREADABLE] = {"unreadable", "The project cannot be read.",
                               "export it again, or take it off the inputs when it is none"},
        [REASON_PASSWORD] = {"password-protected", "The Jitterpak is protected with a password.",
                             "export it again without a password"},
        [REASON_BACKUP] = {"environment-backup", "An environment backup can be imported only into its own environment.",
                           "export the project again as an ordinary Jitterpak"},
        [REASON_PATH] = {"path-not-utf8", "Its path is not UTF-8, so that no plan can name it.", "rename the file"},
        [REASON_NO_ENVIRONMENT] = {"no-environment", "Nothing says to which environment it goes.",
                                   "say it in the map: with `to` of its environment, a rule of `projects`, or "
                                   "`environment`"},
        [REASON_CONFLICT] = {"name-conflict", "Another project has the same name in the environment there.",
                             "give it another name in the plan, or settle it with --on-conflict"},
        [REASON_DUPLICATE] = {"duplicate", "Another file holds the same project in the same state.", NULL},
        [REASON_OLDER] = {"older-version", "Another file holds the same project, or one of its name, in a newer state.",
                          "look whether something of it is still wanted"},
        [REASON_SUBSCRIBED] = {"subscribed", "It is in the organization that stays already.", NULL},
        [REASON_STAYS] = {"organization-stays", "Its organization stays, and nothing is moved from it.", NULL},
        [REASON_ASKED] = {"asked", "The map says so.", NULL},
    };
    return &rows[reason];
}

const struct migrate_reason_info *migrate_reason_by_id(const char *id)
{
    enum migrate_reason reason = REASON_NONE + 1;
    while (reason < MIGRATE_REASONS && (!id || strcmp(migrate_reason_info(reason)->id, id) != 0))
        reason++;
    return migrate_reason_info(reason < MIGRATE_REASONS ? reason : REASON_NONE);
}

/* -------------------------------------------------------------------------------------------------------- rules */

struct maker {
    struct migrate_plan *plan;
    struct map ids, outputs; /* taken */
    struct jpk_error *err;
};

/* An id or a name; NULL in the rule fits all. Of what cannot be read neither is known. */
static bool is_either(const char *wanted, const char *id, const char *name)
{
    return !wanted || (id && text_caseeq(wanted, id)) || (name && text_caseeq(wanted, name));
}

static const struct map_rule *find_rule(const struct maker *m, const struct survey_project *from)
{
    const struct migrate_map *map = m->plan->map;
    for (size_t i = 0; i < map->rule_count; i++) {
        const struct map_rule *row = &map->rules[i];
        if (is_either(row->organization, from->organization_id, from->organization) &&
            is_either(row->environment, from->environment_id, from->environment) &&
            is_either(row->project, from->id, from->name) &&
            (!row->source || ignored(&row->paths, from->source, false)))
            return row;
    }
    return NULL;
}

/* ----------------------------------------------------------------------------------------------------- decisions */

static const char *keep_text(struct maker *m, const struct buf *text)
{
    const char *kept = text->failed ? NULL : arena_strndup(&m->plan->arena, buf_text(text), text->size);
    if (!kept)
        error_memory(m->err);
    return kept ? kept : "";
}

static void refuse_unreadable(struct maker *m, struct migrate_project *p)
{
    const struct jpk_error *error = &p->from->error;
    struct buf text = {0}, masked = {0};
    p->action = MIGRATE_REFUSE;
    p->reason = error->code == JPK_ERR_ENCRYPTED ? REASON_PASSWORD : REASON_UNREADABLE;
    if (error->entry[0])
        buf_printf(&text, "%s: ", secret_text_shown(&masked, error->entry));
    if (error->line)
        buf_printf(&text, "%u:%u: ", error->line, error->column);
    buf_printf(&text, "%s [%s]", secret_text_shown(&masked, error->message), jpk_code_name(error->code));
    text.failed |= masked.failed;
    p->detail = keep_text(m, &text);
    buf_free(&text);
    buf_free(&masked);
}

static void set_action(struct migrate_project *p, enum migrate_action action, enum migrate_reason reason)
{
    p->action = action;
    p->reason = reason;
}

/* Where a project goes: the first of the places that say it. */
static const struct map_environment *find_environment(const struct maker *m, const struct migrate_project *p,
                                                      const struct map_rule *rule)
{
    const struct migrate_map *map = m->plan->map;
    const struct map_organization *target = map->target;
    const struct map_environment *own =
        p->organization ? map_find_environment(p->organization, p->from->environment_id, p->from->environment) : NULL;
    if (rule && rule->to)
        return map_find_environment(target, rule->to, rule->to);
    if (own && own->to)
        return map_find_environment(target, own->to, own->to);
    if (p->organization == target)
        return own;
    if (map->environment)
        return map_find_environment(target, map->environment, map->environment);
    const struct map_environment *same = map_find_environment(target, NULL, p->from->environment);
    return same ? same : target->environment_count == 1 ? &target->environments[0] : NULL;
}

/* What the vendor's imports refuse in a name becomes `_`. */
static const char *allowed_name(struct maker *m, struct migrate_project *p, const char *name)
{
    struct buf text = {0};
    bool changed = *name == '\0';
    buf_puts(&text, *name ? "" : "project");
    for (const char *at = name; *at; at++) {
        bool bad = project_name_refuses(*at);
        buf_putc(&text, bad ? '_' : *at);
        changed = changed || bad;
    }
    const char *kept = keep_text(m, &text);
    if (changed)
        p->detail = "its name holds what names of projects may not: " PROJECT_NAME_REFUSED;
    buf_free(&text);
    return kept;
}

static void decide_place(struct maker *m, struct migrate_project *p, const struct map_rule *rule)
{
    const struct map_organization *target = m->plan->map->target;
    const struct map_environment *environment = target ? find_environment(m, p, rule) : NULL;
    if (environment) {
        p->environment = environment->name ? environment->name : environment->id;
        p->environment_id = environment->id;
    } else if (target && migrate_writes(p->action)) {
        set_action(p, MIGRATE_REFUSE, REASON_NO_ENVIRONMENT);
    }
    p->name = allowed_name(m, p, rule && rule->name ? rule->name : p->from->name);
}

static bool leave_as_asked(struct migrate_project *p, const struct map_rule *rule)
{
    if (rule && rule->skip == MAP_YES)
        set_action(p, MIGRATE_SKIP, REASON_ASKED);
    else if (rule && rule->keep == MAP_YES)
        set_action(p, MIGRATE_KEEP, REASON_ASKED);
    else
        return false;
    return true;
}

static void decide(struct maker *m, struct migrate_project *p)
{
    const struct migrate_map *map = m->plan->map;
    const struct map_rule *rule = find_rule(m, p->from);
    if (p->from->error.code != JPK_OK) {
        if (!leave_as_asked(p, rule))
            refuse_unreadable(m, p);
        return;
    }
    p->organization = map_find_organization(map, p->from->organization_id, p->from->organization);
    enum map_studio studio = rule && rule->has_studio ? rule->studio : map->studio;
    p->to_cloud = studio == MAP_SAME ? p->from->cloud : studio == MAP_CLOUD;
    bool same = p->to_cloud == p->from->cloud, here = map->target && p->organization == map->target;
    if (p->from->odd_path)
        set_action(p, MIGRATE_REFUSE, REASON_PATH);
    else if (leave_as_asked(p, rule))
        ; /* nothing else counts */
    else if (here && same)
        set_action(p, MIGRATE_KEEP, REASON_SUBSCRIBED);
    else if (p->organization && p->organization->fate == MAP_OTHER)
        set_action(p, MIGRATE_KEEP, REASON_STAYS);
    else if (p->from->kind == JPK_KIND_BACKUP)
        set_action(p, MIGRATE_REFUSE, REASON_BACKUP);
    else
        set_action(p, same ? MIGRATE_MOVE : MIGRATE_CONVERT, REASON_NONE);
    decide_place(m, p, migrate_writes(p->action) ? rule : NULL);
}

/* ------------------------------------------------------------------------------------------------- ids and folders */

/* Ids are words of the name and digits of where the project lies, so that a plan that is made again has the same. */
static bool set_id(struct maker *m, struct migrate_project *p)
{
    enum { STEM_MAX = 40 };
    struct buf id = {0};
    char sum[65];
    uint32_t old;
    const char *name = p->from->name && *p->from->name ? p->from->name : "project";
    for (const char *at = name; *at && id.size < STEM_MAX; at++) {
        char c = text_lower(*at);
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain || (id.size > 0 && id.data[id.size - 1] != '-'))
            buf_putc(&id, plain ? c : '-');
    }
    if (id.size > 0 && id.data[id.size - 1] == '-')
        id.size--;
    sha256_hex(p->from->path, strlen(p->from->path), sum); /* for paths that look alike */
    if (!p->from->odd_path)
        sha256_hex(p->from->source, strlen(p->from->source), sum);
    size_t stem = id.size;
    for (size_t digits = 8; digits <= 64; digits += 8) {
        id.size = stem;
        buf_printf(&id, "%s%.*s", stem ? "-" : "", (int)digits, sum);
        p->id = keep_text(m, &id);
        if (!map_add(&m->ids, p->id, strlen(p->id), 0, &old) || old == MAP_NONE)
            break;
    }
    buf_free(&id);
    return m->err->code == JPK_OK;
}

/* File systems that do not tell upper from lower case must not mix up two projects. */
static bool is_free(struct maker *m, const char *path)
{
    char *folded = NULL;
    size_t n = 0;
    uint32_t old = 0;
    const char *kept = NULL;
    if (text_fold(path, strlen(path), &folded, &n))
        kept = arena_strndup(&m->plan->arena, folded, n);
    free(folded);
    if (!kept || !map_add(&m->outputs, kept, n, 0, &old))
        return !error_memory(m->err);
    return old == MAP_NONE;
}

static bool set_output(struct maker *m, struct migrate_project *p)
{
    struct buf path = {0};
    buf_puts(&path, "projects/");
    if (p->environment) {
        put_file_stem(&path, p->environment, strlen(p->environment));
        buf_putc(&path, '/');
    }
    put_file_stem(&path, p->name, strlen(p->name));
    p->output = keep_text(m, &path);
    const size_t stem = path.size;
    for (unsigned n = 1; !is_free(m, p->output) && m->err->code == JPK_OK; n++) {
        path.size = stem;
        buf_printf(&path, n > 1 ? "~%s~%u" : "~%s", p->id, n); /* somebody may have been called so */
        p->output = keep_text(m, &path);
    }
    buf_free(&path);
    return m->err->code == JPK_OK;
}

/* ---------------------------------------------------------------------------------------------------- connectors */

static bool is_there(const struct map_organization *organization, const char *name)
{
    for (size_t i = 0; organization && i < organization->connector_count; i++)
        if (text_caseeq(organization->connectors[i], name))
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct migrate_connector *)a)->name, ((const struct migrate_connector *)b)->name);
}

static bool find_connectors(struct maker *m)
{
    struct migrate_plan *plan = m->plan;
    struct map known = {0};
    size_t capacity = 0;
    for (size_t i = 0; i < plan->count && m->err->code == JPK_OK; i++) {
        const struct survey_project *from = plan->projects[i].from;
        for (size_t j = 0; migrate_writes(plan->projects[i].action) && j < from->adapter_count; j++) {
            const char *name = from->adapters[j];
            uint32_t row = MAP_NONE;
            struct migrate_connector *grown =
                array_grow(plan->connectors, plan->connector_count, &capacity, sizeof *grown);
            if (grown)
                plan->connectors = grown;
            if (!grown || !map_add(&known, name, strlen(name), (uint32_t)plan->connector_count, &row)) {
                error_memory(m->err);
                break;
            }
            if (row == MAP_NONE) {
                row = (uint32_t)plan->connector_count++;
                grown[row] = (struct migrate_connector){.name = name, .there = is_there(plan->map->target, name)};
            }
            grown[row].projects++;
        }
    }
    map_free(&known);
    if (plan->connector_count > 1)
        qsort(plan->connectors, plan->connector_count, sizeof *plan->connectors, by_name);
    return m->err->code == JPK_OK;
}

/* ----------------------------------------------------------------------------------------------------------- plan */

static bool decide_all(struct maker *m)
{
    struct migrate_plan *plan = m->plan;
    for (size_t i = 0; i < plan->count && m->err->code == JPK_OK; i++) {
        struct migrate_project *p = &plan->projects[i];
        *p = (struct migrate_project){.from = &plan->survey->projects[i], .version = UINT32_MAX};
        decide(m, p);
        set_id(m, p);
    }
    return m->err->code == JPK_OK;
}

static bool place_all(struct maker *m)
{
    struct migrate_plan *plan = m->plan;
    for (size_t i = 0; i < plan->count; i++) {
        struct migrate_project *p = &plan->projects[i];
        plan->actions[p->action]++;
        if (migrate_writes(p->action) && !set_output(m, p))
            return false;
    }
    return true;
}

bool migrate_plan_make(struct migrate_plan *plan, const struct survey *survey, const struct migrate_map *map,
                       const struct migrate_plan_options *options, struct jpk_error *err)
{
    *plan = (struct migrate_plan){.survey = survey,
                                  .map = map,
                                  .count = survey->count,
                                  .policy = options->policy,
                                  .map_file = options->map_file,
                                  .without = options->without,
                                  .agent = options->agent};
    struct maker m = {.plan = plan, .err = err};
    plan->projects = calloc(survey->count + 1, sizeof *plan->projects);
    bool ok = plan->projects ? decide_all(&m) : error_memory(err);
    ok = ok && migrate_plan_settle(plan, options, err) && place_all(&m) && find_connectors(&m) &&
         members_find(&plan->members, map, err);
    map_free(&m.ids);
    map_free(&m.outputs);
    return ok;
}

void migrate_plan_free(struct migrate_plan *plan)
{
    members_free(&plan->members);
    for (size_t i = 0; plan->versions && i < plan->version_count; i++)
        free((void *)plan->versions[i].projects);
    for (size_t i = 0; plan->conflicts && i < plan->conflict_count; i++)
        free((void *)plan->conflicts[i].projects);
    free(plan->versions);
    free(plan->conflicts);
    free(plan->connectors);
    free(plan->projects);
    arena_free(&plan->arena);
    *plan = (struct migrate_plan){0};
}
