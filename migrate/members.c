#include "migrate/members.h"

#include <stdlib.h>
#include <string.h>

#include "migrate/member_rules.h"

/* The search for the people of a map. */
struct finder {
    const struct migrate_map *map;
    struct arena *arena;
    struct map by_address; /* lower case -> index */
    struct person *people;
    size_t count;
};

const char *login_name(enum login login)
{
    static const char *const names[] = {"none", "sso", "password", "pending", "conflict"};
    return names[login];
}

/* How often people are named at most. */
static size_t count_mentions(const struct migrate_map *map)
{
    size_t count = 0;
    for (size_t i = 0; i < map->organization_count; i++)
        count += map->organizations[i].member_count + map->organizations[i].bypass_count + 1;
    return count;
}

static struct person *find_person(struct finder *finder, const char *email)
{
    uint32_t old = MAP_NONE;
    const char *key = arena_strdup_lower(finder->arena, email);
    if (!key || !map_add(&finder->by_address, key, strlen(key), (uint32_t)finder->count, &old))
        return NULL;
    if (old != MAP_NONE)
        return &finder->people[old];
    struct person *person = &finder->people[finder->count++];
    *person = (struct person){.key = key, .email = email};
    return person;
}

/* How a person stands to the organization that is being looked at, which is the last one or a new one. NULL: no memory.
 */
static struct stand *stand_to(struct finder *finder, struct person *person, const struct map_organization *organization)
{
    if (!person || (person->last && person->last->organization == organization))
        return person ? person->last : NULL;
    struct stand *stand = arena_calloc(finder->arena, 1, sizeof *stand);
    if (!stand)
        return NULL;
    stand->organization = organization;
    if (person->last)
        person->last->next = stand;
    else
        person->first = stand;
    person->last = stand;
    return stand;
}

static bool find_people(struct finder *finder, const struct map_organization *organization)
{
    for (size_t i = 0; i < organization->member_count; i++) {
        const struct map_member *member = &organization->members[i];
        struct stand *stand = stand_to(finder, find_person(finder, member->email), organization);
        if (!stand)
            return false;
        stand->member = member;
    }
    for (size_t i = 0; i < organization->bypass_count; i++) {
        struct stand *stand = stand_to(finder, find_person(finder, organization->bypass[i]), organization);
        if (!stand)
            return false;
        stand->bypassed = true;
    }
    if (!organization->sso_administrator)
        return true;
    struct stand *stand = stand_to(finder, find_person(finder, organization->sso_administrator), organization);
    if (stand)
        stand->administrator = true;
    return stand != NULL;
}

/* Whether a person goes along from organizations that end: a yes of one goes before the no of another. */
static bool moves_along(const struct person *person)
{
    bool any = false, yes = false, no = false;
    for (const struct stand *stand = person->first; stand; stand = stand->next) {
        if (!stand->member || stand->organization->fate != MAP_TRIAL)
            continue;
        any = true;
        yes = yes || stand->member->moves == MAP_YES;
        no = no || stand->member->moves == MAP_NO;
    }
    return yes || (any && !no);
}

/* Notes how the person stands to the organization that stays, after the move. */
static bool set_target(struct finder *finder, struct person *person, bool moves)
{
    const struct map_organization *target = finder->map->target;
    struct stand *stand = person->first;
    while (stand && stand->organization != target)
        stand = stand->next;
    if (!stand && moves)
        stand = stand_to(finder, person, target);
    if (!stand)
        return !moves;
    stand->joins = moves && !stand->member;
    if (stand->member || stand->joins)
        person->target = stand;
    return true;
}

/* The organizations of which a person is a member. */
static bool list_organizations(struct finder *finder, const struct person *person, struct member_outlook *outlook)
{
    size_t count = 0;
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        count += stand->member != NULL;
    const struct map_organization **list = arena_calloc(finder->arena, count + 1, sizeof *list);
    if (!list)
        return false;
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        if (stand->member)
            list[outlook->organization_count++] = stand->organization;
    outlook->organizations = list;
    return true;
}

static bool look_out(struct finder *finder, struct member_adviser *adviser, struct person *person,
                     struct member_outlook *outlook)
{
    *outlook = (struct member_outlook){.email = person->email};
    outlook->moves = finder->map->target && moves_along(person);
    if (!list_organizations(finder, person, outlook) || !set_target(finder, person, outlook->moves))
        return false;
    outlook->in_target = person->target && person->target->member;
    member_advise(adviser, person, outlook);
    return !adviser->failed;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct person *)a)->key, ((const struct person *)b)->key);
}

bool members_find(struct members *members, const struct migrate_map *map, struct jpk_error *err)
{
    struct member_adviser adviser;
    *members = (struct members){0};
    struct finder finder = {.map = map, .arena = &members->arena};
    finder.people = arena_calloc(finder.arena, count_mentions(map) + 1, sizeof *finder.people);
    bool ok = finder.people && member_adviser_open(&adviser, map, finder.arena);
    for (size_t i = 0; ok && i < map->organization_count; i++)
        ok = find_people(&finder, &map->organizations[i]);
    struct member_outlook *items = ok ? arena_calloc(finder.arena, finder.count + 1, sizeof *items) : NULL;
    if (items)
        qsort(finder.people, finder.count, sizeof *finder.people, by_key);
    ok = items != NULL;
    for (size_t i = 0; ok && i < finder.count; i++) {
        ok = look_out(&finder, &adviser, &finder.people[i], &items[i]);
        members->conflicts += items[i].login == LOGIN_CONFLICT;
        members->installers += items[i].installs_agents;
    }
    map_free(&finder.by_address);
    members->items = items;
    members->count = ok ? finder.count : 0;
    return ok || error_memory(err);
}

void members_free(struct members *members)
{
    arena_free(&members->arena);
    *members = (struct members){0};
}
