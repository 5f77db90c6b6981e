#include "migrate/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { KEY_MAX = 4096 }; /* no name or id that a schema lets through is longer */

const char *map_fate_name(enum map_fate fate)
{
    static const char *const names[] = {"trial", "subscribed", "other"};
    return names[fate];
}

const char *map_region_name(enum map_region region)
{
    static const char *const names[MAP_REGIONS] = {"", "NA", "EMEA", "APAC"};
    return names[region];
}

const char *map_studio_name(enum map_studio studio)
{
    static const char *const names[] = {"same", "cloud", "design"};
    return names[studio];
}

const char *map_organization_label(const struct map_organization *organization)
{
    return organization->name ? organization->name : organization->id;
}

/* The value of a name in an index whose keys are in lower case. */
static uint32_t find(const struct map *index, const char *name)
{
    char key[KEY_MAX];
    size_t n = name ? strlen(name) : 0;
    if (n == 0 || n > sizeof key)
        return MAP_NONE;
    for (size_t i = 0; i < n; i++)
        key[i] = text_lower(name[i]);
    return map_get(index, key, n);
}

static uint32_t find_either(const struct map *ids, const char *id, const struct map *names, const char *name)
{
    uint32_t found = find(ids, id);
    return found != MAP_NONE ? found : find(names, name);
}

const struct map_organization *map_find_organization(const struct migrate_map *map, const char *id, const char *name)
{
    uint32_t found = find_either(&map->organization_ids, id, &map->organization_names, name);
    return found == MAP_NONE ? NULL : &map->organizations[found];
}

const struct map_environment *map_find_environment(const struct map_organization *organization, const char *id,
                                                   const char *name)
{
    uint32_t found = find_either(&organization->environment_ids, id, &organization->environment_names, name);
    return found == MAP_NONE ? NULL : &organization->environments[found];
}

struct migrate_map *map_empty(struct jpk_error *err)
{
    struct migrate_map *map = calloc(1, sizeof *map);
    if (!map)
        error_memory(err);
    return map;
}

/* The parts of the arrays that own memory lie behind const, for nobody else is to change them. */
void migrate_map_free(struct migrate_map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->organization_count; i++) {
        struct map_organization *organization = (struct map_organization *)&map->organizations[i];
        map_free(&organization->environment_ids);
        map_free(&organization->environment_names);
    }
    for (size_t i = 0; i < map->rule_count; i++)
        ignore_free(&((struct map_rule *)&map->rules[i])->paths);
    map_free(&map->organization_ids);
    map_free(&map->organization_names);
    checked_file_free(&map->file);
    arena_free(&map->arena);
    free(map);
}
