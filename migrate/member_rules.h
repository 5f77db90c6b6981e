/* What the files of members share: migrate/members.c finds people, member_rules.c judges, member_tasks.c advises. */
#ifndef MIGRATE_MEMBER_RULES_H
#define MIGRATE_MEMBER_RULES_H

#include "base/buf.h"
#include "migrate/members.h"

/* How a person stands to an organization. */
struct stand {
    const struct map_organization *organization;
    const struct map_member *member; /* NULL: is no member now */
    bool joins;                      /* is to be one */
    bool bypassed;                   /* is on its Bypass SSO list */
    bool administrator;              /* turned its SSO on */
    struct stand *next;
};

struct person {
    const char *key, *email;    /* the address, in lower case and as it is written */
    struct stand *first, *last; /* in the map's order; that of the organization to join may stand at the end */
    struct stand *target;       /* to the organization that stays, when the person is a member or joins; else NULL */
};

/* What an organization asks of a person for a log-in. */
enum door { DOOR_SSO, DOOR_BYPASS, DOOR_PASSWORD, DOORS };

enum door stand_door(const struct stand *stand);

/* Whether the person is a member, after the move; `afterwards`: once the trials have ended. */
bool stand_counts(const struct stand *stand, bool afterwards);

/* What the rules say of a person's log-in. */
struct verdict {
    const struct stand *home; /* of the organization that the log-in is to; NULL: there is none */
    enum login login;
    unsigned configuration;
    const char *identity; /* the name at the identity provider, when it differs and matters; else NULL */
};

struct verdict member_verdict(const struct person *person, bool afterwards);

/* Whether a person has registered, as far as the map says or lets know. */
enum map_answer member_registered(const struct person *person);

/* What is needed for the tasks of all people. */
struct member_adviser {
    const struct migrate_map *map;
    struct arena *arena;
    const struct map_role *
        *counterparts;          /* by organization_roles + role: the target's role of the same name, or NULL */
    size_t *organization_roles; /* by organization: where its roles begin in `counterparts` */
    struct member_task *tasks;  /* of the person at hand */
    size_t task_count;
    bool failed; /* memory */
};

bool member_adviser_open(struct member_adviser *adviser, const struct migrate_map *map, struct arena *arena);

/* Sets the tasks of an outlook of which all else is known, and what is said about agents. */
void member_advise(struct member_adviser *adviser, const struct person *person, struct member_outlook *outlook);

#endif
