/* What the parts of a tree can name. */
#include <stdio.h>
#include <stdlib.h>

#include "jpk/cloud_parts.h"

static bool add(struct map *map, const char *key, uint32_t value)
{
    uint32_t old;
    return map_add(map, key, strlen(key), value, &old);
}

static bool index_item(struct cloud_scope *scope, uint32_t at)
{
    const struct cloud_item *item = &scope->items[at];
    if (!add(&scope->by_path, item->path, at) || (item->id && *item->id && !add(&scope->by_id, item->id, at)))
        return false;
    if (item->kind == JPK_CLOUD_SCHEMA)
        return add(&scope->schemas, item->name, at) && (!item->origin || add(&scope->origins, item->origin, at));
    if (item->kind != JPK_CLOUD_VARIABLE)
        return true;
    const char *key = arena_strdup_lower(&scope->arena, item->name);
    return key && add(&scope->variables, key, at);
}

bool cloud_scope_begin(struct cloud_scope *scope, struct cloud_item *items, size_t count)
{
    *scope = (struct cloud_scope){.items = items, .count = count};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = index_item(scope, (uint32_t)i);
    return ok;
}

static const struct cloud_item *get(const struct cloud_scope *scope, const struct map *map, const char *key, size_t n)
{
    uint32_t at = map_get(map, key, n);
    return at == MAP_NONE ? NULL : &scope->items[at];
}

const struct cloud_item *cloud_scope_path(const struct cloud_scope *scope, const char *path, size_t n)
{
    return get(scope, &scope->by_path, path, n);
}

const struct cloud_item *cloud_scope_id(const struct cloud_scope *scope, const char *id, size_t n)
{
    return get(scope, &scope->by_id, id, n);
}

const struct cloud_item *cloud_scope_schema(const struct cloud_scope *scope, const char *name, size_t n)
{
    return get(scope, &scope->schemas, name, n);
}

const struct cloud_item *cloud_scope_origin(const struct cloud_scope *scope, const char *direction, const char *id)
{
    char key[JPK_ERROR_ENTRY_MAX];
    int n = snprintf(key, sizeof key, "%s/%s", direction, id);
    return n > 0 && (size_t)n < sizeof key ? get(scope, &scope->origins, key, (size_t)n) : NULL;
}

void cloud_scope_free(struct cloud_scope *scope)
{
    map_free(&scope->by_path);
    map_free(&scope->by_id);
    map_free(&scope->schemas);
    map_free(&scope->origins);
    map_free(&scope->variables);
    arena_free(&scope->arena);
}
