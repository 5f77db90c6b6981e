/*
 * The map: what no export says about organizations, written down by an administrator. Which organization stays, who is
 * a member where, how people log in, which projects are in an environment already, and where projects are to go. Its
 * form is the schema migrate-map-1, in YAML or JSON.
 *
 * Facts about organizations, members and single sign-on are those of the vendor's documentation.
 */
#ifndef MIGRATE_MAP_H
#define MIGRATE_MAP_H

#include "base/arena.h"
#include "base/error.h"
#include "base/ignore.h"
#include "base/map.h"
#include "recipe/checked_file.h"

/* What becomes of an organization. */
enum map_fate {
    MAP_TRIAL,      /* it ends, and with it the access to what it holds */
    MAP_SUBSCRIBED, /* it stays, and projects go there: one at most */
    MAP_OTHER       /* it stays, but nothing goes there; people may be members of it */
};

enum map_region { MAP_REGION_UNKNOWN, MAP_NORTH_AMERICA, MAP_EMEA, MAP_APAC, MAP_REGIONS };

/* In which form projects arrive. */
enum map_studio { MAP_SAME, MAP_CLOUD, MAP_DESIGN };

struct map_role {
    const char *name;
    bool admin, agent_install; /* has the permission Admin, Agent Install */
    uint32_t node;
};

enum map_answer { MAP_NOT_SAID, MAP_NO, MAP_YES };

struct map_member {
    const char *email;
    const struct map_role *const *roles;
    size_t role_count;
    const char *identity;       /* the user name at the identity provider; NULL: not said */
    enum map_answer registered; /* whether the person has a password of the platform */
    enum map_answer moves;      /* of a trial organization: MAP_NO for who is not to come along */
    uint32_t node;              /* in the file, for messages */
};

struct map_environment {
    const char *name, *id; /* NULL: not said; one of them is there */
    const char *to;        /* of an organization that ends: the environment where its projects go; NULL: not said */
    const char *const *projects; /* those that are there already, of both studios */
    size_t project_count;
    uint32_t node;
};

/* An API of API Manager, which no project holds. */
struct map_api {
    const char *name, *project; /* the project whose operation it calls; NULL: not said */
};

struct map_organization {
    const char *name, *id; /* NULL: not said; one of them is there */
    enum map_fate fate;
    enum map_region region;
    bool sso;
    const char *sso_administrator; /* who turned SSO on; NULL: not said */
    const char *const *bypass;     /* e-mail addresses of the Bypass SSO list */
    size_t bypass_count;
    const struct map_role *roles;
    size_t role_count;
    const struct map_member *members;
    size_t member_count;
    const struct map_environment *environments;
    size_t environment_count;
    const char *const *connectors; /* custom connectors that it has */
    size_t connector_count;
    const struct map_api *apis;
    size_t api_count;
    uint32_t node;

    /* private: indexes of environments, names in lower case */
    struct map environment_ids, environment_names;
};

/* What is to be done with some of the projects: the first rule that fits decides. NULL fits all. */
struct map_rule {
    const char *source;       /* a pattern for the path, as of .gitignore, relative to the folder of the plan */
    struct ignore paths;      /* the same, to be asked with ignored(); empty when there is none */
    const char *organization; /* name or id */
    const char *environment;  /* name or id */
    const char *project;      /* name or id of the project */
    /* what is done; NULL, MAP_NOT_SAID: as without the rule */
    const char *to;   /* the environment there */
    const char *name; /* the project's name there */
    enum map_answer skip;
    enum map_answer keep; /* it stays where it is */
    bool has_studio;
    enum map_studio studio;
    uint32_t node;
};

/* A map. The name `struct map` is that of the hash table in base/map.h. */
struct migrate_map {
    const struct map_organization *organizations;
    size_t organization_count;
    const struct map_organization *target; /* the subscribed one; NULL: there is none */
    enum map_studio studio;                /* the form in which projects arrive, unless a rule says otherwise */
    const char *environment;               /* where projects go for which nothing else says it; NULL: not said */
    const struct map_rule *rules;
    size_t rule_count;

    /* private */
    struct checked_file file;
    struct arena arena;
    struct map organization_ids, organization_names; /* indexes, names in lower case */
};

/*
 * Reads a map, JSON when the name ends in .json and YAML else; the caller frees it. Names and addresses compare without
 * regard to the case of ASCII letters. Errors, with their place: those of checked_file_read, and JPK_ERR_FORMAT: two
 * subscribed organizations; two organizations, environments of one, members or roles of the same name or id; a role
 * that the organization does not have; an environment where projects are to go that the subscribed organization does
 * not have; what is said of an organization that does not end, but is for one that does (`to`, `moves`); a bypass list
 * or SSO administrator without SSO; a person who has registered by one organization and has not by another; a rule that
 * names an organization or environment that is not there, whose pattern can match nothing, or that skips and keeps.
 */
struct migrate_map *map_read(const char *path, struct jpk_error *err);

/* The map that says nothing, for plans that are made without one. */
struct migrate_map *map_empty(struct jpk_error *err);

/* Accepts NULL. */
void migrate_map_free(struct migrate_map *map);

/*
 * By name or id; NULL: there is none. `name` and `id` may be NULL or "". The id goes before the name, so that what may
 * be either is given as both.
 */
const struct map_organization *map_find_organization(const struct migrate_map *map, const char *id, const char *name);
const struct map_environment *map_find_environment(const struct map_organization *organization, const char *id,
                                                   const char *name);

/* What messages call one: its name, else its id. */
const char *map_organization_label(const struct map_organization *organization);

/* "trial", "subscribed", "other"; "NA", "EMEA", "APAC", "" for unknown; "same", "cloud", "design". */
const char *map_fate_name(enum map_fate fate);
const char *map_region_name(enum map_region region);
const char *map_studio_name(enum map_studio studio);

#endif
