#include <string.h>

#include "base/text.h"
#include "migrate/member_rules.h"

enum task {
    TASK_SSO_OTHERS,
    TASK_OTHER_SSO,
    TASK_IDENTITY,
    TASK_ADD,
    TASK_REGISTER,
    TASK_SSO,
    TASK_BYPASS,
    TASK_SSO_ADMIN
};

static const struct {
    const char *id;
    bool conflict, administrator;
} rules[] = {
    [TASK_SSO_OTHERS] = {"sso-member-of-others", true, true},
    [TASK_OTHER_SSO] = {"other-sso-organization", true, true},
    [TASK_IDENTITY] = {"identity-differs", true, true},
    [TASK_ADD] = {"add-member", false, true},
    [TASK_REGISTER] = {"register", false, false},
    [TASK_SSO] = {"sso-log-in", false, false},
    [TASK_BYPASS] = {"bypass-no-member", false, true},
    [TASK_SSO_ADMIN] = {"sso-administrator-no-member", false, true},
};

enum { TASKS = sizeof rules / sizeof rules[0], LIST_MAX = 5 };

/* ---------------------------------------------------------------------------------------------------------- texts */

/* Some names, each once, of which the first few are told. */
struct list {
    const char *names[LIST_MAX];
    size_t count;
    bool more;
};

static void list_add(struct list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_caseeq(list->names[i], name))
            return;
    if (list->count < LIST_MAX)
        list->names[list->count++] = name;
    else
        list->more = true;
}

/* 'A', 'B' and 'C'; with `or` in place of `and`; 'A', 'B', 'C', 'D', 'E' and others. */
static void put_list(struct buf *out, const struct list *list, const char *and)
{
    for (size_t i = 0; i < list->count; i++) {
        bool last = i + 1 == list->count && !list->more;
        if (i > 0)
            buf_printf(out, last ? " %s " : ", ", and);
        buf_printf(out, "'%s'", list->names[i]);
    }
    if (list->more)
        buf_printf(out, " %s others", and);
}

/* The text of a buffer, which is empty again. */
static const char *keep(struct member_adviser *adviser, struct buf *text)
{
    const char *kept = text->failed ? NULL : arena_strdup(adviser->arena, buf_text(text));
    adviser->failed = adviser->failed || !kept;
    buf_free(text);
    return kept;
}

static void add_task(struct member_adviser *adviser, enum task task, struct buf *text)
{
    adviser->tasks[adviser->task_count++] = (struct member_task){.rule = rules[task].id,
                                                                 .conflict = rules[task].conflict,
                                                                 .administrator = rules[task].administrator,
                                                                 .text = keep(adviser, text)};
}

/* ------------------------------------------------------------------------------------------------------- conflicts */

/* No configuration fits: the person must get on lists, or leave organizations. */
static void advise_configuration(struct member_adviser *adviser, const struct person *person,
                                 const struct verdict *verdict, const struct verdict *afterwards)
{
    struct list closed = {0}, others = {0};
    struct buf text = {0};
    bool sso = stand_door(verdict->home) == DOOR_SSO;
    const char *wait =
        afterwards->home && afterwards->configuration == 0 ? "" : ", or wait until the trials have ended";
    for (const struct stand *stand = person->first; stand; stand = stand->next) {
        if (!stand_counts(stand, false))
            continue;
        if (stand_door(stand) == DOOR_SSO)
            list_add(&closed, map_organization_label(stand->organization));
        if (stand != verdict->home)
            list_add(&others, map_organization_label(stand->organization));
    }
    buf_puts(&text, "put the address on the Bypass SSO list of ");
    put_list(&text, &closed, "and");
    buf_puts(&text, ", or take it out of ");
    put_list(&text, sso ? &others : &closed, "and");
    buf_puts(&text, wait);
    if (sso)
        buf_printf(&text, ": with single sign-on at '%s', nobody can be a member of other organizations as well",
                   map_organization_label(verdict->home->organization));
    else
        buf_puts(&text, ": with single sign-on there, nobody can be a member of other organizations as well");
    add_task(adviser, sso ? TASK_SSO_OTHERS : TASK_OTHER_SSO, &text);
}

static void advise_conflicts(struct member_adviser *adviser, const struct person *person, const struct verdict *now,
                             const struct verdict *afterwards)
{
    const struct verdict *named = now->identity ? now : afterwards;
    if (now->home && now->configuration == 0)
        advise_configuration(adviser, person, now, afterwards);
    if (named->home && named->identity) {
        struct buf text = {0};
        buf_printf(&text,
                   "make the address of the member of '%s' and the user name at the identity provider the same: the "
                   "one is '%s', the other '%s'",
                   map_organization_label(named->home->organization), person->email, named->identity);
        add_task(adviser, TASK_IDENTITY, &text);
    }
}

/* ------------------------------------------------------------------------------------------------------- the move */

static const struct map_role *counterpart(const struct member_adviser *adviser, const struct stand *stand, size_t role)
{
    const struct map_organization *organization = stand->organization;
    size_t first = adviser->organization_roles[organization - adviser->map->organizations];
    return adviser->counterparts[first + (size_t)(stand->member->roles[role] - organization->roles)];
}

/* Whether the roles that a person has there are what they are to have. */
static bool moves_from(const struct stand *stand)
{
    return stand->member && stand->organization->fate == MAP_TRIAL && stand->member->moves != MAP_NO;
}

static void advise_add(struct member_adviser *adviser, const struct person *person)
{
    const char *target = map_organization_label(person->target->organization);
    struct list known = {0}, unknown = {0};
    struct buf text = {0};
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        for (size_t i = 0; moves_from(stand) && i < stand->member->role_count; i++) {
            const struct map_role *role = counterpart(adviser, stand, i);
            list_add(role ? &known : &unknown, role ? role->name : stand->member->roles[i]->name);
        }
    buf_printf(&text, "add the person to '%s'", target);
    if (known.count > 0) {
        buf_puts(&text, known.count > 1 ? " with the roles " : " with the role ");
        put_list(&text, &known, "and");
    } else {
        buf_puts(&text, " with a role that you choose");
    }
    if (unknown.count > 0) {
        buf_puts(&text, ": it has no role ");
        put_list(&text, &unknown, "or");
    } else if (known.count == 0) {
        buf_puts(&text, ": the map does not say which there are now");
    }
    add_task(adviser, TASK_ADD, &text);
}

static void advise_register(struct member_adviser *adviser, const struct person *person, const struct verdict *verdict)
{
    struct buf text = {0};
    bool known = member_registered(person) == MAP_NO;
    buf_printf(
        &text, "register as '%s'%s: '%s' asks for a password of the platform, and the invitation is pending until then",
        person->email, known ? "" : ", unless that is done", map_organization_label(verdict->home->organization));
    add_task(adviser, TASK_REGISTER, &text);
}

static void advise_log_in(struct member_adviser *adviser, const struct person *person, const struct verdict *now,
                          const struct verdict *afterwards)
{
    if (now->login == LOGIN_PENDING || afterwards->login == LOGIN_PENDING)
        advise_register(adviser, person, now->login == LOGIN_PENDING ? now : afterwards);
    if (!person->target || !person->target->joins || (now->login != LOGIN_SSO && afterwards->login != LOGIN_SSO))
        return;
    struct buf text = {0};
    buf_printf(&text, "log in to '%s' with single sign-on, as '%s' at the identity provider%s",
               map_organization_label(person->target->organization), person->email,
               now->login == LOGIN_SSO ? "" : ", once there is no conflict any more");
    add_task(adviser, TASK_SSO, &text);
}

/* What an organization that stays says of somebody who is no member of it. Every organization has members: where none
 * are listed, nobody knows. */
static void advise_strangers(struct member_adviser *adviser, const struct person *person)
{
    for (const struct stand *stand = person->first; stand; stand = stand->next) {
        const struct map_organization *organization = stand->organization;
        struct buf text = {0};
        if (stand->member || stand->joins || organization->fate == MAP_TRIAL || organization->member_count == 0)
            continue;
        if (stand->bypassed) {
            buf_printf(&text, "take '%s' off the Bypass SSO list of '%s', or correct it: no member has this address",
                       person->email, map_organization_label(organization));
            add_task(adviser, TASK_BYPASS, &text);
        }
        if (stand->administrator) {
            buf_printf(&text, "find out who administers single sign-on of '%s': who turned it on is no member",
                       map_organization_label(organization));
            add_task(adviser, TASK_SSO_ADMIN, &text);
        }
    }
}

/* --------------------------------------------------------------------------------------------------- private agents */

static bool installs(const struct map_role *role)
{
    return role && (role->admin || role->agent_install);
}

/* A role in the organization that stays that allows to install private agents; NULL: none. */
static const struct map_role *installer_role(const struct member_adviser *adviser, const struct person *person)
{
    const struct stand *target = person->target;
    if (target->member) {
        for (size_t i = 0; i < target->member->role_count; i++)
            if (installs(target->member->roles[i]))
                return target->member->roles[i];
        return NULL;
    }
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        for (size_t i = 0; moves_from(stand) && i < stand->member->role_count; i++)
            if (installs(counterpart(adviser, stand, i)))
                return counterpart(adviser, stand, i);
    return NULL;
}

/* An organization without SSO of which the person is a member, one that stays if there is any; NULL: none. */
static const struct stand *find_plain(const struct person *person)
{
    const struct stand *plain = NULL;
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        if (stand_counts(stand, false) && stand_door(stand) == DOOR_PASSWORD && (!plain || !stand_counts(plain, true)))
            plain = stand;
    return plain;
}

/* Whether a person who has a role for it can install agents; says what stands in the way. */
static bool role_suffices(const struct person *person, enum login login, struct buf *text)
{
    const struct stand *target = person->target, *plain = find_plain(person);
    bool sso = target->organization->sso;
    if (sso && !target->bypassed) {
        buf_puts(text, ", but is not on the Bypass SSO list: installing takes a password of the platform");
        return false;
    }
    if (sso && !plain) {
        buf_puts(text, ", but is a member of no organization without single sign-on, which gives the password for it");
        return false;
    }
    if (sso && !stand_counts(plain, true)) {
        buf_printf(text, ", but only as long as the trial '%s', which has no single sign-on, gives the password for it",
                   map_organization_label(plain->organization));
        return false;
    }
    if (login == LOGIN_CONFLICT) {
        buf_puts(text, ", but cannot log in as things are");
        return false;
    }
    if (sso)
        buf_printf(text, ", is on the Bypass SSO list, and has a password from '%s'",
                   map_organization_label(plain->organization));
    if (login == LOGIN_PENDING)
        buf_puts(text, "; must register first");
    return true;
}

static void advise_agents(struct member_adviser *adviser, const struct person *person, struct member_outlook *outlook)
{
    const struct map_organization *organization = adviser->map->target;
    const struct stand *administrator = NULL;
    struct buf text = {0};
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        if (stand->organization == organization && stand->administrator)
            administrator = stand;
    const struct map_role *role = person->target ? installer_role(adviser, person) : NULL;
    if (administrator && (person->target || organization->member_count == 0)) {
        outlook->installs_agents = true;
        buf_puts(&text, "turned single sign-on on, and the password from before does not expire");
    } else if (administrator) {
        buf_puts(&text, "turned single sign-on on, but is no member");
    } else if (role) {
        buf_printf(&text, "has the role '%s' with the permission %s", role->name,
                   role->admin ? "Admin" : "Agent Install");
        outlook->installs_agents = role_suffices(person, outlook->afterwards, &text);
    } else {
        return;
    }
    outlook->installs_because = keep(adviser, &text);
}

/* -------------------------------------------------------------------------------------------------------- the whole */

void member_advise(struct member_adviser *adviser, const struct person *person, struct member_outlook *outlook)
{
    struct verdict now = member_verdict(person, false), afterwards = member_verdict(person, true);
    outlook->configuration = now.configuration;
    outlook->login = now.login;
    outlook->afterwards = afterwards.login;
    adviser->task_count = 0;
    advise_conflicts(adviser, person, &now, &afterwards);
    if (person->target && person->target->joins)
        advise_add(adviser, person);
    advise_log_in(adviser, person, &now, &afterwards);
    advise_strangers(adviser, person);
    advise_agents(adviser, person, outlook);

    struct member_task *tasks = arena_calloc(adviser->arena, adviser->task_count + 1, sizeof *tasks);
    adviser->failed = adviser->failed || !tasks;
    if (tasks && adviser->task_count > 0)
        memcpy(tasks, adviser->tasks, adviser->task_count * sizeof *tasks);
    outlook->tasks = tasks;
    outlook->task_count = tasks ? adviser->task_count : 0;
}

/* The roles of the organization that stays, by name. */
static bool index_roles(const struct migrate_map *map, struct map *roles, struct arena *arena)
{
    for (size_t i = 0; map->target && i < map->target->role_count; i++) {
        const char *key = arena_strdup_lower(arena, map->target->roles[i].name);
        uint32_t old;
        if (!key || !map_add(roles, key, strlen(key), (uint32_t)i, &old))
            return false;
    }
    return true;
}

static bool note_counterpart(const struct member_adviser *adviser, const struct map *roles, const struct map_role *role,
                             const struct map_role **counterpart_of)
{
    const char *key = arena_strdup_lower(adviser->arena, role->name);
    uint32_t found = key ? map_get(roles, key, strlen(key)) : MAP_NONE;
    *counterpart_of = found == MAP_NONE ? NULL : &adviser->map->target->roles[found];
    return key != NULL;
}

bool member_adviser_open(struct member_adviser *adviser, const struct migrate_map *map, struct arena *arena)
{
    size_t count = 0, next = 0;
    struct map roles = {0};
    for (size_t i = 0; i < map->organization_count; i++)
        count += map->organizations[i].role_count;
    *adviser = (struct member_adviser){
        .map = map,
        .arena = arena,
        .counterparts = arena_calloc(arena, count + 1, sizeof *adviser->counterparts),
        .organization_roles = arena_calloc(arena, map->organization_count + 1, sizeof *adviser->organization_roles),
        /* of each rule one, but of strangers two an organization */
        .tasks = arena_calloc(arena, TASKS + 2 * map->organization_count, sizeof *adviser->tasks)};
    bool ok = adviser->counterparts && adviser->organization_roles && adviser->tasks && index_roles(map, &roles, arena);
    for (size_t i = 0; ok && i < map->organization_count; i++) {
        const struct map_organization *organization = &map->organizations[i];
        adviser->organization_roles[i] = next;
        for (size_t j = 0; ok && j < organization->role_count; j++)
            ok = note_counterpart(adviser, &roles, &organization->roles[j], &adviser->counterparts[next++]);
    }
    map_free(&roles);
    return ok;
}
