#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "migrate/map.h"
#include "recipe/recipe_read.h"
#include "schema/explain.h"

static const struct checked_form yaml_form = {
    .schema = "urn:jpk:schema:migrate-map-1", .limit = 64 << 20, .limit_name = "the limit of maps", .yaml = true};
static const struct checked_form json_form = {
    .schema = "urn:jpk:schema:migrate-map-1", .limit = 64 << 20, .limit_name = "the limit of maps"};

/* A map that is being read. */
struct reader {
    struct migrate_map *map;
    struct jpk_error *err;   /* the first error wins, so that it is enough to look at the end of each list */
    struct map people;       /* address -> the node of the first `registered` that is said of it */
    struct map environments; /* names and ids of the environments of all organizations */

    /* of the organization that is being read */
    struct map_organization *organization;
    struct map roles, members; /* name, address -> index */
};

/* An error with its place; the first one wins. */
__attribute__((format(printf, 3, 4))) static void fail(struct reader *r, uint32_t node, const char *format, ...)
{
    char message[JPK_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    checked_file_fail(&r->map->file, node, r->err, JPK_ERR_FORMAT, "%s", message);
}

/* ------------------------------------------------------------------------------------------------------- values */

static bool failed(const struct reader *r)
{
    return r->err->code != JPK_OK;
}

static uint32_t member(const struct reader *r, uint32_t object, const char *key)
{
    return jdoc_member(&r->map->file.doc, object, key);
}

/* A copy of a string, or of an integer as digits; NULL when there is none, or the error is set. */
static const char *text_of(struct reader *r, uint32_t node)
{
    const struct jdoc *doc = &r->map->file.doc;
    char digits[24];
    int64_t number = 0;
    if (node == JDOC_NONE)
        return NULL;
    const char *copy = NULL;
    if (jdoc_type(doc, node) == JDOC_STRING) {
        copy = arena_strndup(&r->map->arena, jdoc_string(doc, node), jdoc_string_size(doc, node));
    } else if (jdoc_integer(doc, node, &number)) {
        snprintf(digits, sizeof digits, "%" PRId64, number);
        copy = arena_strdup(&r->map->arena, digits);
    }
    if (!copy)
        error_memory(r->err);
    return copy;
}

static const char *text(struct reader *r, uint32_t object, const char *key)
{
    return text_of(r, member(r, object, key));
}

static enum map_answer answer(const struct reader *r, uint32_t object, const char *key)
{
    uint32_t node = member(r, object, key);
    if (node == JDOC_NONE)
        return MAP_NOT_SAID;
    return jdoc_type(&r->map->file.doc, node) == JDOC_TRUE ? MAP_YES : MAP_NO;
}

/* Which of some words a value is; `unless` when there is none. */
static unsigned word(const struct reader *r, uint32_t node, const char *const *words, unsigned count, unsigned unless)
{
    for (unsigned i = 0; node != JDOC_NONE && i < count; i++)
        if (jdoc_string_is(&r->map->file.doc, node, words[i], strlen(words[i])))
            return i;
    return unless;
}

static enum map_studio studio(const struct reader *r, uint32_t object)
{
    static const char *const words[] = {"same", "cloud", "design"};
    return (enum map_studio)word(r, member(r, object, "studio"), words, 3, MAP_SAME);
}

/* Reads one item of a list into its place in an array. */
typedef void read_item(struct reader *r, uint32_t node, void *item);

/* The items of a list that may not be there, up to the first error. *count grows with them, so that they can see those
 * before them. */
static void *read_list(struct reader *r, uint32_t object, const char *key, size_t size, read_item *read, size_t *count)
{
    const struct jdoc *doc = &r->map->file.doc;
    uint32_t list = member(r, object, key), n = list == JDOC_NONE ? 0 : jdoc_count(doc, list);
    char *items = arena_calloc(&r->map->arena, (size_t)n + 1, size);
    if (!items)
        error_memory(r->err);
    for (uint32_t item = list + 1; items && !failed(r) && *count < n; item = jdoc_next(doc, item), ++*count)
        read(r, item, items + *count * size);
    return items;
}

static void read_text(struct reader *r, uint32_t node, void *item)
{
    *(const char **)item = text_of(r, node);
}

/* ------------------------------------------------------------------------------------------------------- indexes */

/* Adds a name, which may be NULL, to an index. The value that was there, else MAP_NONE. */
static uint32_t note(struct reader *r, struct map *index, const char *name, uint32_t value)
{
    uint32_t old = MAP_NONE;
    if (!name || failed(r))
        return MAP_NONE;
    const char *key = arena_strdup_lower(&r->map->arena, name);
    if (!key || !map_add(index, key, strlen(key), value, &old))
        error_memory(r->err);
    return old;
}

static uint32_t look_up(struct reader *r, const struct map *index, const char *name)
{
    const char *key = arena_strdup_lower(&r->map->arena, name);
    if (!key)
        error_memory(r->err);
    return key ? map_get(index, key, strlen(key)) : MAP_NONE;
}

/* An error about something that is there twice. `node` is where it is again, `first` what has it too. */
static void fail_twice(struct reader *r, uint32_t node, const char *what, const char *name, uint32_t first)
{
    fail(r, node, "there are two %s '%.200s'; the other one is in line %u", what, name,
         (unsigned)jdoc_position(&r->map->file.doc, first).line);
}

/* An error about a name that leads nowhere; what it says ends with the nearest name. */
static void fail_unknown(struct reader *r, uint32_t node, const struct suggestion *near, const char *message)
{
    if (near->best)
        fail(r, node, "%s; did you mean '%.*s'?", message, (int)near->best_size, near->best);
    else
        fail(r, node, "%s", message);
}

/* ------------------------------------------------------------------------------------------------- roles, members */

static bool has_permission(const struct reader *r, uint32_t role, const char *permission)
{
    const struct jdoc *doc = &r->map->file.doc;
    uint32_t list = member(r, role, "permissions");
    struct jtext wanted = {.s = permission, .n = (uint32_t)strlen(permission)};
    for (uint32_t item = list + 1; list != JDOC_NONE && item < jdoc_next(doc, list); item = jdoc_next(doc, item))
        if (jtext_caseeq(jtext_of(doc, item), wanted))
            return true;
    return false;
}

static void read_role(struct reader *r, uint32_t node, void *item)
{
    struct map_role *role = item;
    struct map_organization *organization = r->organization;
    *role = (struct map_role){.name = text(r, node, "name"),
                              .admin = has_permission(r, node, "Admin"),
                              .agent_install = has_permission(r, node, "Agent Install"),
                              .node = node};
    uint32_t old = note(r, &r->roles, role->name, (uint32_t)organization->role_count);
    if (old != MAP_NONE)
        fail_twice(r, member(r, node, "name"), "roles", role->name, (role - organization->role_count + old)->node);
}

static void read_role_name(struct reader *r, uint32_t node, void *item)
{
    const struct map_organization *organization = r->organization;
    const char *name = text_of(r, node);
    uint32_t found = name ? look_up(r, &r->roles, name) : MAP_NONE;
    if (failed(r))
        return;
    if (found != MAP_NONE) {
        *(const struct map_role **)item = &organization->roles[found];
        return;
    }
    struct suggestion near;
    char message[JPK_ERROR_MESSAGE_MAX];
    suggestion_begin(&near, name, strlen(name));
    for (size_t i = 0; i < organization->role_count; i++)
        suggestion_try(&near, organization->roles[i].name, strlen(organization->roles[i].name));
    snprintf(message, sizeof message, "the organization '%.120s' has no role '%.120s'%s",
             map_organization_label(organization), name, organization->role_count ? "" : ", for it lists none");
    fail_unknown(r, node, &near, message);
}

/* Whether somebody has registered is of the person: all organizations must agree. */
static void check_registered(struct reader *r, uint32_t node, const struct map_member *person)
{
    const struct jdoc *doc = &r->map->file.doc;
    uint32_t said = member(r, node, "registered");
    uint32_t first = said == JDOC_NONE ? MAP_NONE : note(r, &r->people, person->email, said);
    if (first != MAP_NONE && jdoc_type(doc, first) != jdoc_type(doc, said))
        fail(r, said, "'%.200s' is said to have registered and not to have registered; the other is in line %u",
             person->email, (unsigned)jdoc_position(doc, first).line);
}

static void read_member(struct reader *r, uint32_t node, void *item)
{
    struct map_member *person = item;
    struct map_organization *organization = r->organization;
    *person = (struct map_member){.email = text(r, node, "email"),
                                  .identity = text(r, node, "identity"),
                                  .registered = answer(r, node, "registered"),
                                  .moves = answer(r, node, "moves"),
                                  .node = node};
    person->roles = read_list(r, node, "roles", sizeof(const struct map_role *), read_role_name, &person->role_count);
    uint32_t old = note(r, &r->members, person->email, (uint32_t)organization->member_count);
    if (old != MAP_NONE)
        fail_twice(r, member(r, node, "email"), "members", person->email,
                   (person - organization->member_count + old)->node);
    if (person->moves != MAP_NOT_SAID && organization->fate != MAP_TRIAL)
        fail(r, member(r, node, "moves"), "'moves' is for members of organizations that end, and '%.200s' stays",
             map_organization_label(organization));
    check_registered(r, node, person);
}

/* -------------------------------------------------------------------------------------- environments, organizations */

static void read_environment(struct reader *r, uint32_t node, void *item)
{
    struct map_environment *environment = item;
    struct map_organization *organization = r->organization;
    uint32_t index = (uint32_t)organization->environment_count;
    *environment = (struct map_environment){
        .name = text(r, node, "name"), .id = text(r, node, "id"), .to = text(r, node, "to"), .node = node};
    environment->projects =
        read_list(r, node, "projects", sizeof(const char *), read_text, &environment->project_count);
    uint32_t old = note(r, &organization->environment_names, environment->name, index);
    if (old != MAP_NONE)
        fail_twice(r, member(r, node, "name"), "environments", environment->name, (environment - index + old)->node);
    old = note(r, &organization->environment_ids, environment->id, index);
    if (old != MAP_NONE)
        fail_twice(r, member(r, node, "id"), "environments", environment->id, (environment - index + old)->node);
    note(r, &r->environments, environment->name, 0);
    note(r, &r->environments, environment->id, 0);
    if (environment->to && organization->fate != MAP_TRIAL)
        fail(r, member(r, node, "to"), "'to' is for environments of organizations that end, and '%.200s' stays",
             map_organization_label(organization));
}

static void read_api(struct reader *r, uint32_t node, void *item)
{
    *(struct map_api *)item = (struct map_api){.name = text(r, node, "name"), .project = text(r, node, "project")};
}

static void check_sso(struct reader *r, const struct map_organization *organization)
{
    const char *key = organization->bypass_count        ? "bypass"
                      : organization->sso_administrator ? "ssoAdministrator"
                                                        : NULL;
    if (!organization->sso && key)
        fail(r, member(r, organization->node, key),
             "'%s' is for organizations with single sign-on; say 'sso: true' or "
             "leave it out",
             key);
}

static void check_organization(struct reader *r, const struct map_organization *organization)
{
    uint32_t index = (uint32_t)r->map->organization_count;
    const struct map_organization *all = organization - index;
    uint32_t old = note(r, &r->map->organization_names, organization->name, index);
    if (old != MAP_NONE)
        fail_twice(r, member(r, organization->node, "name"), "organizations", organization->name, all[old].node);
    old = note(r, &r->map->organization_ids, organization->id, index);
    if (old != MAP_NONE)
        fail_twice(r, member(r, organization->node, "id"), "organizations", organization->id, all[old].node);
    if (organization->fate == MAP_SUBSCRIBED && r->map->target)
        fail(r, member(r, organization->node, "subscription"),
             "two organizations are subscribed, and projects can go to one alone; '%.200s' is the other one, in line "
             "%u; say 'other' of one of them",
             map_organization_label(r->map->target),
             (unsigned)jdoc_position(&r->map->file.doc, r->map->target->node).line);
    else if (organization->fate == MAP_SUBSCRIBED)
        r->map->target = organization;
    check_sso(r, organization);
}

static void read_organization(struct reader *r, uint32_t node, void *item)
{
    static const char *const fates[] = {"trial", "subscribed", "other"};
    static const char *const regions[] = {"", "NA", "EMEA", "APAC"};
    struct map_organization *o = item;
    *o = (struct map_organization){.name = text(r, node, "name"), .id = text(r, node, "id"), .node = node};
    o->fate = (enum map_fate)word(r, member(r, node, "subscription"), fates, 3, MAP_OTHER);
    o->region = (enum map_region)word(r, member(r, node, "region"), regions, MAP_REGIONS, MAP_REGION_UNKNOWN);
    o->sso = answer(r, node, "sso") == MAP_YES;
    o->sso_administrator = text(r, node, "ssoAdministrator");
    o->bypass = read_list(r, node, "bypass", sizeof(const char *), read_text, &o->bypass_count);
    check_organization(r, o);
    r->organization = o;
    o->roles = read_list(r, node, "roles", sizeof(struct map_role), read_role, &o->role_count);
    o->members = read_list(r, node, "members", sizeof(struct map_member), read_member, &o->member_count);
    o->environments =
        read_list(r, node, "environments", sizeof(struct map_environment), read_environment, &o->environment_count);
    o->connectors = read_list(r, node, "connectors", sizeof(const char *), read_text, &o->connector_count);
    o->apis = read_list(r, node, "apis", sizeof(struct map_api), read_api, &o->api_count);
    map_free(&r->roles);
    map_free(&r->members);
}

/* ------------------------------------------------------------------------------------------- where projects are to go
 */

/* Whether projects can go to an environment. Without a subscribed organization nobody can say. */
static void check_target(struct reader *r, uint32_t node, const char *name)
{
    const struct map_organization *target = r->map->target;
    if (!name || !target || map_find_environment(target, name, name))
        return;
    struct suggestion near;
    char message[JPK_ERROR_MESSAGE_MAX];
    suggestion_begin(&near, name, strlen(name));
    for (size_t i = 0; i < target->environment_count; i++)
        if (target->environments[i].name)
            suggestion_try(&near, target->environments[i].name, strlen(target->environments[i].name));
    snprintf(message, sizeof message, "the subscribed organization '%.120s' has no environment '%.120s'%s",
             map_organization_label(target), name, target->environment_count ? "" : ", for it lists none");
    fail_unknown(r, node, &near, message);
}

static void check_targets(struct reader *r)
{
    const struct migrate_map *map = r->map;
    check_target(r, member(r, 0, "environment"), map->environment);
    for (size_t i = 0; i < map->organization_count; i++)
        for (size_t j = 0; j < map->organizations[i].environment_count; j++) {
            const struct map_environment *environment = &map->organizations[i].environments[j];
            if (environment->to)
                check_target(r, member(r, environment->node, "to"), environment->to);
        }
}

/* ------------------------------------------------------------------------------------------------------------ rules */

static const struct map_organization *match_organization(struct reader *r, uint32_t match, const char *name)
{
    const struct migrate_map *map = r->map;
    const struct map_organization *found = name ? map_find_organization(map, name, name) : NULL;
    if (!name || found)
        return found;
    struct suggestion near;
    char message[JPK_ERROR_MESSAGE_MAX];
    suggestion_begin(&near, name, strlen(name));
    for (size_t i = 0; i < map->organization_count; i++)
        if (map->organizations[i].name)
            suggestion_try(&near, map->organizations[i].name, strlen(map->organizations[i].name));
    snprintf(message, sizeof message, "there is no organization '%.200s'", name);
    fail_unknown(r, member(r, match, "organization"), &near, message);
    return NULL;
}

static void match_environment(struct reader *r, uint32_t match, const struct map_organization *organization,
                              const char *name)
{
    if (failed(r) || !name)
        return;
    if (organization && !map_find_environment(organization, name, name))
        fail(r, member(r, match, "environment"), "the organization '%.120s' has no environment '%.120s'",
             map_organization_label(organization), name);
    else if (!organization && look_up(r, &r->environments, name) == MAP_NONE)
        fail(r, member(r, match, "environment"), "no organization has an environment '%.200s'", name);
}

static void match_source(struct reader *r, uint32_t match, struct map_rule *rule)
{
    struct jpk_error problem = {0};
    if (failed(r) || !rule->source)
        return;
    if (*rule->source == '!')
        fail(r, member(r, match, "source"), "the pattern '%.200s' takes back, but no pattern stands before it",
             rule->source);
    else if (!ignore_push_pattern(&rule->paths, "", rule->source, &problem))
        checked_file_fail(&r->map->file, member(r, match, "source"), r->err, problem.code, "%s", problem.message);
}

static void read_rule(struct reader *r, uint32_t node, void *item)
{
    struct map_rule *rule = item;
    uint32_t match = member(r, node, "match");
    *rule = (struct map_rule){.source = text(r, match, "source"),
                              .organization = text(r, match, "organization"),
                              .environment = text(r, match, "environment"),
                              .project = text(r, match, "project"),
                              .to = text(r, node, "environment"),
                              .name = text(r, node, "name"),
                              .skip = answer(r, node, "skip"),
                              .keep = answer(r, node, "keep"),
                              .has_studio = member(r, node, "studio") != JDOC_NONE,
                              .studio = studio(r, node),
                              .node = node};
    const struct map_organization *organization = match_organization(r, match, rule->organization);
    match_environment(r, match, organization, rule->environment);
    match_source(r, match, rule);
    check_target(r, member(r, node, "environment"), rule->to);
    if (rule->skip == MAP_YES && rule->keep == MAP_YES)
        fail(r, member(r, node, "keep"), "a project cannot be skipped and kept");
}

/* -------------------------------------------------------------------------------------------------------- the whole */

static bool read_sections(struct reader *r)
{
    struct migrate_map *map = r->map;
    map->studio = studio(r, 0);
    map->environment = text(r, 0, "environment");
    map->organizations =
        read_list(r, 0, "organizations", sizeof(struct map_organization), read_organization, &map->organization_count);
    if (!failed(r))
        check_targets(r);
    if (!failed(r))
        map->rules = read_list(r, 0, "projects", sizeof(struct map_rule), read_rule, &map->rule_count);
    return !failed(r);
}

struct migrate_map *map_read(const char *path, struct jpk_error *err)
{
    struct jpk_error problem = {0};
    struct reader r = {.map = map_empty(&problem), .err = &problem};
    const char *name = r.map ? arena_strdup(&r.map->arena, path) : NULL;
    bool ok = name || error_memory(&problem);
    ok = ok &&
         checked_file_read(&r.map->file, path, name, text_ends_with(path, ".json") ? &json_form : &yaml_form, &problem);
    ok = ok && read_sections(&r);
    map_free(&r.people);
    map_free(&r.environments);
    map_free(&r.roles);
    map_free(&r.members);
    if (ok)
        return r.map;
    error_pass(err, &problem, NULL);
    migrate_map_free(r.map);
    return NULL;
}
