#include "migrate/member_rules.h"

#include "base/text.h"

/* What else the person is a member of. */
enum others {
    OTHERS_NONE,
    OTHERS_PLAIN,    /* organizations without SSO */
    OTHERS_BYPASSED, /* some have SSO, with the person on all of their Bypass SSO lists */
    OTHERS_CLOSED,   /* some have SSO, and the person is not on the list */
    OTHERS
};

struct cell {
    enum login login;
    unsigned configuration;
};

/*
 * The documentation's table of adding somebody to an organization: what the others are, whether the person has
 * registered, and what the organization asks for. Its rows say nothing of who is a member of others and has never
 * registered; such people register where a password is asked for. Its cell for the bypass list does not mention others
 * with SSO that lack one, but none of the three configurations has room for them.
 */
static const struct cell cells[OTHERS][2][DOORS] = {
    /*                 SSO                  on the Bypass SSO list  without SSO */
    [OTHERS_NONE] = {{{LOGIN_SSO, 1}, {LOGIN_PENDING, 3}, {LOGIN_PENDING, 2}},
                     {{LOGIN_SSO, 1}, {LOGIN_PASSWORD, 3}, {LOGIN_PASSWORD, 2}}},
    [OTHERS_PLAIN] = {{{LOGIN_CONFLICT, 0}, {LOGIN_PENDING, 3}, {LOGIN_PENDING, 2}},
                      {{LOGIN_CONFLICT, 0}, {LOGIN_PASSWORD, 3}, {LOGIN_PASSWORD, 2}}},
    [OTHERS_BYPASSED] = {{{LOGIN_CONFLICT, 0}, {LOGIN_PENDING, 3}, {LOGIN_PENDING, 3}},
                         {{LOGIN_CONFLICT, 0}, {LOGIN_PASSWORD, 3}, {LOGIN_PASSWORD, 3}}},
    [OTHERS_CLOSED] = {{{LOGIN_CONFLICT, 0}, {LOGIN_CONFLICT, 0}, {LOGIN_CONFLICT, 0}},
                       {{LOGIN_CONFLICT, 0}, {LOGIN_CONFLICT, 0}, {LOGIN_CONFLICT, 0}}},
};

enum door stand_door(const struct stand *stand)
{
    return !stand->organization->sso ? DOOR_PASSWORD : stand->bypassed ? DOOR_BYPASS : DOOR_SSO;
}

bool stand_counts(const struct stand *stand, bool afterwards)
{
    return (stand->member || stand->joins) && !(afterwards && stand->organization->fate == MAP_TRIAL);
}

enum map_answer member_registered(const struct person *person)
{
    enum map_answer known = MAP_NOT_SAID;
    for (const struct stand *stand = person->first; stand; stand = stand->next) {
        if (stand->member && stand->member->registered != MAP_NOT_SAID)
            return stand->member->registered;
        if (stand->administrator || (stand->member && stand_door(stand) != DOOR_SSO))
            known = MAP_YES;
    }
    return known;
}

/* The organization that the log-in is to: the one that stays; else one with SSO, for that is where the browser goes. */
static const struct stand *find_home(const struct person *person, bool afterwards)
{
    const struct stand *home = NULL;
    if (person->target && stand_counts(person->target, afterwards))
        return person->target;
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        if (stand_counts(stand, afterwards) &&
            (!home || (stand_door(home) != DOOR_SSO && stand_door(stand) == DOOR_SSO)))
            home = stand;
    return home;
}

static enum others find_others(const struct person *person, const struct stand *home, bool afterwards)
{
    static const enum others by_door[DOORS] = {
        [DOOR_SSO] = OTHERS_CLOSED, [DOOR_BYPASS] = OTHERS_BYPASSED, [DOOR_PASSWORD] = OTHERS_PLAIN};
    enum others others = OTHERS_NONE;
    for (const struct stand *stand = person->first; stand; stand = stand->next)
        if (stand != home && stand_counts(stand, afterwards) && by_door[stand_door(stand)] > others)
            others = by_door[stand_door(stand)];
    return others;
}

/* The user name at the identity provider: what is said where the log-in is to, else by an organization left for it. */
static const char *find_identity(const struct person *person, const struct stand *home)
{
    if (home->member && home->member->identity)
        return home->member->identity;
    for (const struct stand *stand = person->first; home == person->target && stand; stand = stand->next)
        if (stand->member && stand->organization->fate == MAP_TRIAL && stand->member->identity)
            return stand->member->identity;
    return NULL;
}

struct verdict member_verdict(const struct person *person, bool afterwards)
{
    struct verdict verdict = {.home = find_home(person, afterwards), .login = LOGIN_NONE};
    if (!verdict.home)
        return verdict;
    enum door door = stand_door(verdict.home);
    const struct cell *cell =
        &cells[find_others(person, verdict.home, afterwards)][member_registered(person) == MAP_YES][door];
    verdict.login = cell->login;
    verdict.configuration = cell->configuration;
    const char *identity = door == DOOR_SSO ? find_identity(person, verdict.home) : NULL;
    if (identity && !text_caseeq(identity, person->email)) {
        verdict.identity = identity;
        verdict.login = LOGIN_CONFLICT;
    }
    return verdict;
}
