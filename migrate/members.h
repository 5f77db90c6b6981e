/*
 * Members: how everybody will log in to the organization that stays, what they must do, and where the rules of single
 * sign-on do not allow it; and who can install private agents.
 *
 * The rules, from the vendor's documentation. A user is in exactly one of these configurations:
 *  1. member of a single organization with SSO, logging in with SSO;
 *  2. member of any number of organizations without SSO, logging in with a password of the platform;
 *  3. member of organizations with SSO, on the Bypass SSO list of every one of them, and of any number without SSO,
 *     logging in with a password of the platform.
 * The e-mail address must be the user name at the identity provider, or that person cannot log in with SSO. Installing
 * a private agent never uses SSO.
 *
 * What a map does not say of somebody: members of organizations without SSO have registered, and so have those on the
 * Bypass SSO list of an organization of which they are members, and who turned SSO on; others perhaps not.
 */
#ifndef MIGRATE_MEMBERS_H
#define MIGRATE_MEMBERS_H

#include "migrate/map.h"

enum login {
    LOGIN_NONE, /* the person is a member of no organization (any more) */
    LOGIN_SSO,
    LOGIN_PASSWORD, /* of the platform ("Harmony credentials") */
    LOGIN_PENDING,  /* the person must register first; the invitation is pending until then */
    LOGIN_CONFLICT  /* not possible as things are */
};

/*
 * A thing that somebody must do, or that stands in the way. The rules:
 *   sso-member-of-others      conflict: has SSO in one organization, and is a member of others as well
 *   other-sso-organization    conflict: is a member of another organization with SSO, and not on its Bypass SSO list
 *   identity-differs          conflict: the identity provider knows the person by another name than the address
 *   add-member                is to be added to the organization that stays, with which roles
 *   register                  must register first
 *   sso-log-in                logs in with SSO from now on
 *   bypass-no-member          is on a Bypass SSO list, but no member there
 *   sso-administrator-no-member  turned SSO on, but is no member there
 */
struct member_task {
    const char *rule;
    bool conflict;      /* until it is done, the person cannot log in */
    bool administrator; /* whether the administrator must do it, not the person */
    const char *text;   /* one sentence, without a capital and a full stop */
};

/* Somebody who is a member of an organization, on a Bypass SSO list, or who turned SSO on. */
struct member_outlook {
    const char *email;                                   /* as it is written where it first occurs */
    const struct map_organization *const *organizations; /* of which the person is a member now, in the map's order */
    size_t organization_count;
    bool in_target;                  /* is a member of the organization that stays already */
    bool moves;                      /* goes there from one that ends: its members do, unless the map says no */
    unsigned configuration;          /* 1, 2 or 3, after the move and before the trials end; 0: none fits */
    enum login login;                /* to the organization that stays; for who stays out of it to the others */
    enum login afterwards;           /* the same once the trials have ended: a conflict may have gone with them */
    const struct member_task *tasks; /* conflicts first */
    size_t task_count;
    bool installs_agents;         /* can install private agents for the one that stays, once the trials have ended */
    const char *installs_because; /* why (or why not, for who has the role but cannot); NULL: nothing to say */
};

struct members {
    const struct member_outlook *items; /* by address, in byte order of its lower-case form */
    size_t count;
    size_t conflicts;  /* people with LOGIN_CONFLICT */
    size_t installers; /* people who can install private agents */
    struct arena arena;
};

/*
 * Looks at all people of all organizations of a map, which must outlive the result; free it in any case. Without a
 * subscribed organization nobody moves, and the tasks are about what there is alone. False: memory.
 */
bool members_find(struct members *members, const struct migrate_map *map, struct jpk_error *err);
void members_free(struct members *members);

/* "none", "sso", "password", "pending", "conflict". */
const char *login_name(enum login login);

#endif
