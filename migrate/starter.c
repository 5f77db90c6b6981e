#include "migrate/starter.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json_write.h"
#include "base/map.h"
#include "jpk/secret_text.h"

/* An organization that projects come from, or an environment of one. */
struct row {
    const char *id, *name;
    size_t organization; /* of an environment */
    size_t design, cloud, regions[MAP_REGIONS];
};

struct rows {
    struct row *items;
    size_t count, capacity;
    struct map known; /* "organization NUL id NUL name" */
    struct arena arena;
};

/* The row of a place; NULL: no memory. */
static struct row *row_of(struct rows *rows, size_t organization, const char *id, const char *name)
{
    struct buf key = {0};
    uint32_t index = MAP_NONE;
    buf_printf(&key, "%zu", organization);
    buf_put(&key, id, strlen(id) + 1);
    if (!*id) /* the id decides; the name may have changed */
        buf_puts(&key, name);
    const char *kept = key.failed ? NULL : arena_strndup(&rows->arena, key.data, key.size);
    struct row *items = array_grow(rows->items, rows->count, &rows->capacity, sizeof *items);
    if (items)
        rows->items = items;
    bool ok = kept && items && map_add(&rows->known, kept, key.size, (uint32_t)rows->count, &index);
    buf_free(&key);
    if (!ok)
        return NULL;
    if (index != MAP_NONE)
        return &rows->items[index];
    items[rows->count] = (struct row){.id = id, .name = name, .organization = organization};
    return &items[rows->count++];
}

/* An id that the vendor may have given; exports can hold a placeholder in its place. */
static const char *real_id(const char *id)
{
    return *id && strspn(id, "0123456789") == strlen(id) ? id : "";
}

static bool count_all(struct rows *organizations, struct rows *environments, const struct survey *survey)
{
    for (size_t i = 0; i < survey->count; i++) {
        const struct survey_project *p = &survey->projects[i];
        const char *organization_id = p->error.code == JPK_OK ? real_id(p->organization_id) : "";
        const char *environment_id = p->error.code == JPK_OK ? real_id(p->environment_id) : "";
        if (p->error.code != JPK_OK || (!*p->organization && !*organization_id))
            continue;
        struct row *organization = row_of(organizations, 0, organization_id, p->organization);
        if (!organization)
            return false;
        if (!*organization->name) /* exports of Cloud Studio know ids alone */
            organization->name = p->organization;
        *(p->cloud ? &organization->cloud : &organization->design) += 1;
        for (size_t j = 0; j < p->host_count; j++)
            organization->regions[p->hosts[j].region]++;
        if (!*p->environment && !*environment_id)
            continue;
        struct row *environment =
            row_of(environments, (size_t)(organization - organizations->items), environment_id, p->environment);
        if (!environment)
            return false;
        if (!*environment->name)
            environment->name = p->environment;
    }
    return true;
}

static void put_value(struct buf *out, const char *indent, const char *key, const char *value)
{
    if (!*value)
        return;
    struct buf masked = {0};
    value = secret_text_shown(&masked, value); /* where there is an id, it decides */
    buf_printf(out, "%s%s: ", indent, key);
    json_put_string(out, value, strlen(value));
    buf_putc(out, '\n');
    out->failed |= masked.failed;
    buf_free(&masked);
}

static void put_place(struct buf *out, const char *indent, const struct row *row)
{
    char first[16];
    size_t n = strlen(indent);
    memcpy(first, indent, n + 1);
    first[n - 2] = '-';
    put_value(out, first, *row->name ? "name" : "id", *row->name ? row->name : row->id);
    if (*row->name)
        put_value(out, indent, "id", row->id);
}

/*
 * Organizations, or environments of one, must not have one name twice; several trials are likely to, and environments
 * are renamed. Then the id says which it is, and the name is a comment.
 */
static struct row told_apart(struct buf *out, struct map *names, const char *indent, struct row row)
{
    uint32_t old = MAP_NONE;
    if (*row.name && !map_add(names, row.name, strlen(row.name), 0, &old))
        out->failed = true;
    if (old == MAP_NONE || !*row.id)
        return row;
    buf_puts(out, indent);
    put_value(out, "# ", "name", row.name);
    row.name = "";
    return row;
}

static void put_environments(struct buf *out, const struct rows *environments, size_t organization)
{
    struct map names = {0};
    bool any = false;
    for (size_t i = 0; i < environments->count; i++) {
        if (environments->items[i].organization != organization)
            continue;
        if (!any)
            buf_puts(out, "    environments:\n");
        any = true;
        struct row row = told_apart(out, &names, "      ", environments->items[i]);
        put_place(out, "        ", &row);
        buf_puts(out, "        # to: Production             # the environment where its projects go\n");
    }
    map_free(&names);
}

/* People whom the projects name: somebody who has deployed is a member. */
static void put_people(struct buf *out, const struct survey *survey, const struct row *organization)
{
    struct map seen = {0};
    bool any = false;
    for (size_t i = 0; i < survey->count; i++) {
        const struct survey_project *p = &survey->projects[i];
        bool own = p->error.code == JPK_OK && strcmp(p->organization_id, organization->id) == 0 &&
                   (*organization->id || strcmp(p->organization, organization->name) == 0);
        for (size_t j = 0; own && j < p->people_count; j++) {
            uint32_t old = MAP_NONE;
            if (!map_add(&seen, p->people[j], strlen(p->people[j]), 0, &old))
                out->failed = true;
            if (old != MAP_NONE)
                continue;
            if (!any)
                buf_puts(out, "    # members:                     # the projects name these people\n");
            any = true;
            buf_puts(out, "    #   - email: ");
            json_put_string(out, p->people[j], strlen(p->people[j]));
            buf_puts(out, "\n    #     roles: [Administrator]\n");
        }
    }
    if (!any)
        buf_puts(out, "    # members:\n    #   - email: somebody@example.com\n    #     roles: [Administrator]\n");
    map_free(&seen);
}

static void put_organization(struct buf *out, const struct survey *survey, const struct row *row, size_t index,
                             const struct rows *environments, struct map *names)
{
    buf_printf(out, "\n  # %zu project%s of Design Studio, %zu of Cloud Studio\n", row->design,
               row->design == 1 ? "" : "s", row->cloud);
    struct row shown = told_apart(out, names, "  ", *row);
    put_place(out, "    ", &shown);
    buf_puts(out,
             "    subscription: trial            # trial: it ends; subscribed: it stays, and everything goes there; "
             "other: it stays\n");
    buf_puts(out, "    # region: NA                   # or EMEA, APAC");
    for (int region = MAP_NORTH_AMERICA; region < MAP_REGIONS; region++)
        if (row->regions[region] > 0)
            buf_printf(out, "; its projects name %zu host%s of %s", row->regions[region],
                       row->regions[region] == 1 ? "" : "s", map_region_name((enum map_region)region));
    buf_puts(out, "\n    sso: false\n");
    put_environments(out, environments, index);
    buf_puts(out, "    # roles:\n    #   - name: Administrator\n    #     permissions: [Admin]\n");
    put_people(out, survey, row);
}

static const char head[] = "# What no export says about the organizations. Fill it in, then make a plan with it:\n"
                           "#     jpk migrate plan INPUT... --map map.yaml -o plan.json\n"
                           "# 'jpk schema show migrate-map-1' describes every key.\n"
                           "mapFormat: 1\n\n"
                           "# In which form projects arrive: same, cloud or design.\n"
                           "studio: same\n\n"
                           "# Where projects go for which nothing else says it.\n"
                           "# environment: Production\n\n";

static const char tail[] =
    "\n  # The organization that stays, when it is none of these:\n"
    "  # - name: Example\n"
    "  #   id: \"100000\"\n"
    "  #   subscription: subscribed\n"
    "  #   region: NA\n"
    "  #   sso: true\n"
    "  #   ssoAdministrator: admin@example.com     # who turned SSO on\n"
    "  #   bypass: []                              # e-mail addresses of its Bypass SSO list\n"
    "  #   environments:\n"
    "  #     - name: Production\n"
    "  #       id: \"200000\"\n"
    "  #       projects: []                        # names of the projects that are there already\n"
    "  #   connectors: []                          # custom connectors that it has already\n\n"
    "# What is to be done with some of the projects; the first rule that fits holds.\n"
    "# projects:\n"
    "#   - match: {source: \"old/**\"}\n"
    "#     skip: true\n"
    "#   - match: {project: Orders}\n"
    "#     environment: Development\n"
    "#     studio: cloud\n";

bool starter_write(struct buf *out, const struct survey *survey)
{
    struct rows organizations = {0}, environments = {0};
    struct map names = {0};
    bool ok = count_all(&organizations, &environments, survey);
    buf_puts(out, head);
    buf_puts(out, organizations.count > 0 ? "organizations:" : "# organizations:\n");
    for (size_t i = 0; ok && i < organizations.count; i++)
        put_organization(out, survey, &organizations.items[i], i, &environments, &names);
    buf_puts(out, tail);
    map_free(&names);
    free(organizations.items);
    free(environments.items);
    map_free(&organizations.known);
    map_free(&environments.known);
    arena_free(&organizations.arena);
    arena_free(&environments.arena);
    return ok && !out->failed;
}
