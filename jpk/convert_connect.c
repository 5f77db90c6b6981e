/*
 * Transformations between activities. The schema of a connector's activity is the activity's, so a transformation there
 * stands beside that activity and no other: where operations use it beside different ones, each gets its copy. Beside
 * an activity of another connector, or none, the schema becomes one of the user's.
 */
#include <string.h>

#include "base/json_write.h"
#include "jpk/convert_schemas.h"

static const char *const side_keys[2] = {"source", "target"};

const char *convert_prescript(struct convert *c, const struct jpk_entity *transformation)
{
    return c->schemas ? c->schemas->connected[transformation->index].prescript : NULL;
}

json_t *convert_transformation_component(const struct convert *c, const struct jpk_entity *transformation)
{
    return c->schemas ? c->schemas->connected[transformation->index].component : NULL;
}

/* Keeps what the sides are before anything is connected, when they are an activity's. */
static void keep_sides(struct convert *c, struct convert_connected *connected)
{
    for (int target = 0; target < 2; target++) {
        json_t *side = json_object_get(connected->component, side_keys[target]);
        if (connected->sides[target] || !json_object_get(side, "origin"))
            continue;
        connected->sides[target] = json_whole_copy(side);
        c->ledger.failed |= !connected->sides[target];
    }
}

/* What tells the copies of a transformation apart: the activities whose schemas it may have. */
static const char *pair_key(struct convert *c, const struct jpk_entity *transformation,
                            const struct convert_connected *connected, const struct convert_activity *const beside[2])
{
    return convert_text(c, "%u/%s/%s", transformation->index, connected->sides[0] && beside[0] ? beside[0]->id : "",
                        connected->sides[1] && beside[1] ? beside[1]->id : "");
}

static void connect_side(struct convert *c, const struct jpk_entity *transformation, json_t *component, bool target,
                         const struct convert_activity *activity)
{
    json_t *side = json_object_get(component, side_keys[target]), *origin = json_object_get(side, "origin");
    const char *id = json_string_value(json_object_get(origin, "id"));
    const char *adapter = json_string_value(json_object_get(origin, "adapterId"));
    if (!id || !adapter || (activity && strcmp(id, activity->id) == 0))
        return;
    if (activity && strcmp(c->connections[activity->connection].adapter, adapter) == 0) {
        convert_side_connect(c, side, activity);
        return;
    }
    json_t *own = convert_side_detach(c, transformation, target);
    if (own)
        convert_set(c, component, side_keys[target], own);
}

/* A transformation once more, as it was before anything was connected. NULL: memory. */
static json_t *copy_component(struct convert *c, const struct jpk_entity *transformation, const char *key)
{
    const struct convert_connected *connected = &c->schemas->connected[transformation->index];
    const char *name = convert_name(c, JPK_CLOUD_TRANSFORMATION, convert_item_name(c, transformation), NULL);
    json_t *copy = json_shallow_copy(connected->component); /* documents are places, which a deep copy would lose */
    convert_set(c, copy, "name", json_string(name));
    convert_set(c, copy, "id", json_string(convert_id(c, JPK_CLOUD_TRANSFORMATION, key, transformation->id)));
    for (int target = 0; target < 2; target++)
        if (connected->sides[target])
            convert_set(c, copy, side_keys[target], json_whole_copy(connected->sides[target]));
    convert_note(c, transformation, CONVERT_SCHEMA_GUESSED, 0,
                 "operations use it beside different activities; its copy '%s' is for one of them", name);
    return convert_add(c, JPK_CLOUD_TRANSFORMATION, copy) ? copy : NULL;
}

const char *convert_connect_transformation(struct convert *c, const struct jpk_entity *transformation,
                                           const struct convert_activity *source, const struct convert_activity *target)
{
    const struct convert_activity *const beside[2] = {source, target};
    struct convert_connected *connected = c->schemas ? &c->schemas->connected[transformation->index] : NULL;
    if (!connected || !connected->component || c->ledger.failed)
        return NULL;
    keep_sides(c, connected);
    const char *key = pair_key(c, transformation, connected, beside);
    uint32_t found = map_get(&c->schemas->pairs, key, strlen(key));
    json_t *list = c->components[JPK_CLOUD_TRANSFORMATION], *component = connected->component;
    if (found != MAP_NONE)
        return json_string_value(json_object_get(json_array_get(list, found), "id"));
    size_t index = connected->bound ? json_array_size(list) : connected->index;
    if (connected->bound)
        component = copy_component(c, transformation, key);
    connected->bound = true;
    for (int i = 0; i < 2 && !c->ledger.failed; i++)
        if (connected->sides[i])
            connect_side(c, transformation, component, i, beside[i]);
    c->ledger.failed |= !map_set(&c->schemas->pairs, key, strlen(key), (uint32_t)index);
    return c->ledger.failed ? NULL : json_string_value(json_object_get(component, "id"));
}
