/* The plan as JSON; its schema is migrate-plan-1. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jstream.h"
#include "base/text.h"
#include "jpk/retarget.h"
#include "jpk/secret_text.h"
#include "migrate/plan.h"
#include "migrate/work.h"

/* NULL and "" are left out. */
static void put_text(struct jstream *s, const char *key, const char *text)
{
    jstream_text(s, key, text && *text ? text : NULL);
}

static void put_texts(struct jstream *s, const char *key, const char *const *texts, size_t count)
{
    if (count == 0)
        return;
    jstream_open(s, key, '[');
    for (size_t i = 0; i < count; i++)
        jstream_text(s, NULL, texts[i]);
    jstream_close(s, ']');
}

static void put_place(struct jstream *s, const char *key, const char *id, const char *name)
{
    if (!*id && !*name)
        return;
    jstream_open(s, key, '{');
    put_text(s, "name", name);
    put_text(s, "id", id);
    jstream_close(s, '}');
}

static const char *id_of(const struct migrate_plan *plan, uint32_t project)
{
    return plan->projects[project].id;
}

static void put_ids(struct jstream *s, const struct migrate_plan *plan, const uint32_t *projects, size_t count)
{
    jstream_open(s, "projects", '[');
    for (size_t i = 0; i < count; i++)
        jstream_text(s, NULL, id_of(plan, projects[i]));
    jstream_close(s, ']');
}

/* ---------------------------------------------------------------------------------------------------------- head */

static void put_target(struct jstream *s, const struct map_organization *target)
{
    if (!target)
        return;
    jstream_open(s, "target", '{');
    jstream_text(s, "organization", target->name);
    jstream_text(s, "id", target->id);
    put_text(s, "region", map_region_name(target->region));
    jstream_open(s, "environments", '[');
    for (size_t i = 0; i < target->environment_count; i++) {
        const struct map_environment *environment = &target->environments[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "name", environment->name);
        jstream_text(s, "id", environment->id);
        put_texts(s, "projects", environment->projects, environment->project_count);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    jstream_close(s, '}');
}

static void put_summary(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_open(s, "summary", '{');
    jstream_number(s, "projects", plan->count);
    for (int i = 0; i < MIGRATE_ACTIONS; i++)
        jstream_number(s, migrate_action_name((enum migrate_action)i), plan->actions[i]);
    jstream_number(s, "conflicts", plan->conflict_count);
    jstream_number(s, "people", plan->members.count);
    jstream_number(s, "peopleInConflict", plan->members.conflicts);
    jstream_close(s, '}');
}

static void put_head(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_number(s, "planFormat", 1);
    jstream_tool(s);
    jstream_text(s, "map", plan->map_file);
    jstream_text(s, "agent", plan->agent);
    jstream_open(s, "without", '[');
    for (size_t i = 0; work_without_names[i].name; i++)
        if (plan->without & work_without_names[i].flag)
            jstream_text(s, NULL, work_without_names[i].name);
    jstream_close(s, ']');
    jstream_text(s, "onConflict", migrate_policy_name(plan->policy));
    put_target(s, plan->map->target);
    put_summary(s, plan);
}

/* ------------------------------------------------------------------------------------------------------ projects */

static void put_input(struct jstream *s, const struct migrate_project *p)
{
    const struct survey_project *from = p->from;
    const struct map_organization *known = p->organization; /* exports of Cloud Studio know ids alone */
    const char *organization = !*from->organization && known && known->name ? known->name : from->organization;
    char number[24], time[32] = "";
    snprintf(number, sizeof number, "%" PRId64, from->modified);
    if (from->modified > 0)
        jpk_time_decode(number, time);
    jstream_open(s, "input", '{');
    jstream_text(s, "sha256", from->fingerprint);
    jstream_text(s, "form", from->form);
    jstream_text(s, "name", from->name);
    put_text(s, "projectId", from->id);
    jstream_text(s, "kind", from->cloud ? NULL : jpk_kind_name(from->kind));
    put_place(s, "organization", from->organization_id, organization);
    put_place(s, "environment", from->environment_id, from->environment);
    put_text(s, "createdWith", from->created_with);
    put_text(s, "requires", from->required_version);
    put_text(s, "modified", time);
    jstream_number(s, "items", from->items);
    jstream_number(s, "operations", from->operations);
    jstream_number(s, "transformations", from->transformations);
    jstream_number(s, "scripts", from->scripts);
    jstream_number(s, "scriptLines", from->script_lines);
    jstream_number(s, "errors", from->findings[JPK_ERROR]);
    jstream_number(s, "warnings", from->findings[JPK_WARNING]);
    jstream_close(s, '}');
}

static void put_hosts(struct jstream *s, const struct migrate_plan *plan, const struct survey_project *from)
{
    enum map_region there = plan->map->target ? plan->map->target->region : MAP_REGION_UNKNOWN;
    bool any = false;
    for (size_t i = 0; i < from->host_count; i++) {
        if (there != MAP_REGION_UNKNOWN && from->hosts[i].region == there)
            continue;
        if (!any)
            jstream_open(s, "hosts", '[');
        any = true;
        jstream_open(s, NULL, '{');
        jstream_text(s, "host", from->hosts[i].host);
        jstream_text(s, "region", map_region_name(from->hosts[i].region));
        jstream_text(s, "item", from->hosts[i].place);
        jstream_close(s, '}');
    }
    if (any)
        jstream_close(s, ']');
}

static void put_version(struct jstream *s, const struct migrate_plan *plan, uint32_t project)
{
    const struct migrate_project *p = &plan->projects[project];
    if (p->version == UINT32_MAX)
        return;
    const struct migrate_version *version = &plan->versions[p->version];
    bool first = version->projects[0] == project;
    jstream_open(s, "version", '{');
    jstream_number(s, "of", version->count);
    if (version->dated)
        jstream_bool(s, "newest", first);
    if (!first) {
        jstream_text(s, "comparedWith", id_of(plan, version->projects[0]));
        if (p->compared)
            jstream_number(s, "differences", p->differences);
    }
    jstream_close(s, '}');
}

/* What does not travel: of a conversion every encrypted value, else what is left out on request. */
static bool must_enter(const struct migrate_plan *plan, const struct migrate_project *p, const char *secret)
{
    unsigned why = text_starts_with(secret, "ProjectVariable/") ? JPK_WITHOUT_VARIABLES : JPK_WITHOUT_CREDENTIALS;
    return p->action == MIGRATE_CONVERT || (p->action == MIGRATE_MOVE && (plan->without & why));
}

static void put_secrets(struct jstream *s, const struct migrate_plan *plan, const struct migrate_project *p)
{
    bool any = false;
    for (size_t i = 0; i < p->from->secret_count; i++) {
        if (!must_enter(plan, p, p->from->secrets[i]))
            continue;
        if (!any)
            jstream_open(s, "secrets", '[');
        any = true;
        jstream_text(s, NULL, p->from->secrets[i]);
    }
    if (any)
        jstream_close(s, ']');
}

static void put_endpoints(struct jstream *s, const struct survey_project *from)
{
    if (from->endpoint_count + from->hosted == 0)
        return;
    jstream_open(s, "endpoints", '{');
    for (size_t i = 0; i < from->endpoint_count; i++)
        jstream_number(s, from->endpoints[i].connector, from->endpoints[i].count);
    if (from->hosted)
        jstream_number(s, "hosted", from->hosted);
    jstream_close(s, '}');
}

static void put_project(struct jstream *s, const struct migrate_plan *plan, uint32_t index)
{
    const struct migrate_project *p = &plan->projects[index];
    const struct survey_project *from = p->from;
    bool writes = migrate_writes(p->action), readable = from->error.code == JPK_OK;
    jstream_open(s, NULL, '{');
    jstream_text(s, "id", p->id);
    jstream_text(s, "source", from->source);
    jstream_text(s, "action", migrate_action_name(p->action));
    put_text(s, "reason", migrate_reason_info(p->reason)->id);
    jstream_text(s, "detail", p->detail);
    jstream_text(s, "instead", p->instead);
    if (writes) {
        jstream_text(s, "environment", p->environment);
        jstream_text(s, "name", p->name);
        jstream_text(s, "studio", p->to_cloud ? "cloud" : "design");
        jstream_text(s, "output", p->output);
    }
    if (readable) {
        s->mask = secret_text_mask; /* what is told of the source; the rest is carried out as it stands */
        put_input(s, p);
        put_version(s, plan, index);
        put_endpoints(s, from);
        put_texts(s, "connectors", from->adapters, from->adapter_count);
        put_hosts(s, plan, from);
        put_secrets(s, plan, p);
        put_texts(s, "privateAgent", from->private_reasons, from->private_count);
        s->mask = NULL;
    }
    jstream_close(s, '}');
}

/* ------------------------------------------------------------------------------------------ versions and conflicts */

static void put_versions(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_open(s, "versions", '[');
    for (size_t i = 0; i < plan->version_count; i++) {
        const struct migrate_version *version = &plan->versions[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "projectId", version->project_id);
        if (version->dated)
            jstream_text(s, "newest", id_of(plan, version->projects[0]));
        put_ids(s, plan, version->projects, version->count);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

static void put_conflicts(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_open(s, "conflicts", '[');
    for (size_t i = 0; i < plan->conflict_count; i++) {
        const struct migrate_conflict *conflict = &plan->conflicts[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "environment", conflict->environment);
        jstream_text(s, "name", conflict->name);
        jstream_bool(s, "thereAlready", conflict->taken);
        jstream_bool(s, "sameProject", conflict->same_id);
        put_ids(s, plan, conflict->projects, conflict->count);
        jstream_text(s, "settled", conflict->settled);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

/* ------------------------------------------------------------------------------------------------------- members */

static void put_member(struct jstream *s, const struct member_outlook *member)
{
    jstream_open(s, NULL, '{');
    jstream_text(s, "email", member->email);
    jstream_open(s, "memberOf", '[');
    for (size_t i = 0; i < member->organization_count; i++)
        jstream_text(s, NULL, map_organization_label(member->organizations[i]));
    jstream_close(s, ']');
    jstream_bool(s, "moves", member->moves);
    jstream_text(s, "login", login_name(member->login));
    jstream_text(s, "afterwards", login_name(member->afterwards));
    if (member->configuration)
        jstream_number(s, "configuration", member->configuration);
    jstream_bool(s, "installsAgents", member->installs_agents);
    jstream_text(s, "installsBecause", member->installs_because);
    jstream_open(s, "tasks", '[');
    for (size_t i = 0; i < member->task_count; i++) {
        const struct member_task *task = &member->tasks[i];
        jstream_open(s, NULL, '{');
        jstream_text(s, "rule", task->rule);
        jstream_bool(s, "conflict", task->conflict);
        jstream_text(s, "who", task->administrator ? "administrator" : "member");
        jstream_text(s, "text", task->text);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
    jstream_close(s, '}');
}

static void put_members(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_open(s, "members", '[');
    for (size_t i = 0; i < plan->members.count; i++)
        put_member(s, &plan->members.items[i]);
    jstream_close(s, ']');
    jstream_open(s, "agentInstallers", '[');
    for (size_t i = 0; i < plan->members.count; i++)
        if (plan->members.items[i].installs_agents)
            jstream_text(s, NULL, plan->members.items[i].email);
    jstream_close(s, ']');
}

/* ----------------------------------------------------------------------------------------------------------- order */

/* Connectors of the organizations' own must be there before the projects that use them. */
static void put_connectors(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_open(s, "connectors", '[');
    for (size_t i = 0; i < plan->connector_count; i++) {
        jstream_open(s, NULL, '{');
        jstream_text(s, "name", plan->connectors[i].name);
        jstream_bool(s, "thereAlready", plan->connectors[i].there);
        jstream_number(s, "projects", plan->connectors[i].projects);
        jstream_close(s, '}');
    }
    jstream_close(s, ']');
}

/* APIs are moved by API Manager, after the projects whose operations they call. */
static void put_apis(struct jstream *s, const struct migrate_plan *plan)
{
    jstream_open(s, "apis", '[');
    for (size_t i = 0; i < plan->map->organization_count; i++) {
        const struct map_organization *organization = &plan->map->organizations[i];
        for (size_t j = 0; organization->fate == MAP_TRIAL && j < organization->api_count; j++) {
            jstream_open(s, NULL, '{');
            jstream_text(s, "name", organization->apis[j].name);
            jstream_text(s, "organization", map_organization_label(organization));
            jstream_text(s, "project", organization->apis[j].project);
            jstream_close(s, '}');
        }
    }
    jstream_close(s, ']');
}

void migrate_plan_write(struct buf *out, const struct migrate_plan *plan)
{
    struct jstream stream = {.out = out}, *s = &stream;
    jstream_open(s, NULL, '{');
    put_head(s, plan);
    put_connectors(s, plan);
    jstream_open(s, "projects", '[');
    for (uint32_t i = 0; i < plan->count; i++)
        put_project(s, plan, i);
    jstream_close(s, ']');
    put_apis(s, plan);
    put_versions(s, plan);
    put_conflicts(s, plan);
    put_members(s, plan);
    jstream_close(s, '}');
}
