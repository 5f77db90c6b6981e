/*
 * Keeping what an author changed. The fresh recipe says what the project holds now; the old one says how its author
 * wants it presented. Steps are matched by the item that they are about, else by id, properties by target. What the
 * author wrote wins; what the project lost goes and is reported; what it gained is added and is reported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/map.h"
#include "recipe/fmt.h"
#include "recipe/plan.h"

struct update {
    struct plan *plan;
    json_t *fresh, *old;
    struct map fresh_steps;   /* type and id, type and item, operation -> place in the fresh steps */
    struct map endpoints;     /* id -> place in the fresh endpoints */
    struct map old_endpoints; /* id -> place in the old ones */
    struct map by_target;     /* target as text -> number in `properties` */
    struct map ids;           /* lower-case ids that the result holds */
    struct map gone;          /* those of properties that the project lost */
    json_t **properties;      /* the fresh properties, borrowed until they are placed */
    uint32_t *home;           /* place of the fresh step of each */
    bool *placed, *seen;      /* by property: it has its step; the old recipe has it */
    size_t property_count;
    struct result {
        json_t *step;
        size_t at;   /* behind which kept step, from 1; 0 for none */
        size_t rank; /* among those: the kept step itself, then new ones in fresh order */
    } * results;
    size_t result_count, kept_count;
    bool *taken;    /* by fresh step: an old one is about it */
    uint32_t *made; /* by fresh step: 1 + its place in `results`; 0 for none */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = plan_member(object, key);
    return text ? text : "";
}

static const char *id_of(const json_t *object, const char *key)
{
    return text_of(json_object_get(object, key), "id");
}

static bool own_key(const char *key)
{
    return strncmp(key, "x-", 2) == 0;
}

static const char *target_key(struct plan *plan, const json_t *property)
{
    const json_t *target = json_object_get(property, "target");
    const char *variable = text_of(target, "variable");
    return *variable ? plan_text(plan, "v %s", variable)
                     : plan_text(plan, "e %s %s", text_of(target, "entity"), text_of(target, "key"));
}

static void note(struct update *u, enum jpk_severity severity, const char *rule, const char *message)
{
    plan_finding(u->plan, severity, rule, NULL, message);
}

static void set(struct update *u, json_t *object, const char *key, json_t *value)
{
    if (json_object_set(object, key, value) != 0)
        u->plan->failed = true;
}

static json_t *copy_of(struct update *u, json_t *object)
{
    json_t *copy = json_shallow_copy(object);
    if (!copy)
        u->plan->failed = true;
    return copy;
}

/* Takes an author's keys over; `keys` are those that are the author's to change, beside those that begin with x-. */
static void keep_keys(struct update *u, json_t *fresh, json_t *old, const char *const *keys)
{
    const char *key;
    json_t *value;
    if (!json_is_object(fresh) || !json_is_object(old))
        return;
    json_object_foreach(old, key, value)
    {
        bool keep = own_key(key);
        for (size_t i = 0; keys[i] && !keep; i++)
            keep = strcmp(keys[i], key) == 0;
        if (keep)
            set(u, fresh, key, value);
    }
    /* What the author took out stays out. */
    static const char *const optional[] = {"text", "help", "default", "choices", "optional", "test", "reasons", NULL};
    for (size_t i = 0; optional[i]; i++)
        if (json_object_get(fresh, optional[i]) && !json_object_get(old, optional[i]))
            json_object_del(fresh, optional[i]);
}

static const char *const own_keys[] = {NULL};

/* The same for the elements of a list, which are the same when they have the same text in `by`. */
static void keep_list(struct update *u, json_t *fresh, json_t *old, const char *by)
{
    struct map places = {0};
    json_t *element;
    size_t i;
    json_array_foreach(fresh, i, element)
    {
        const char *key = text_of(element, by);
        uint32_t before;
        if (!map_add(&places, key, strlen(key), (uint32_t)i, &before))
            u->plan->failed = true;
    }
    json_array_foreach(old, i, element)
    {
        const char *key = text_of(element, by);
        uint32_t place = map_get(&places, key, strlen(key));
        if (place != MAP_NONE)
            keep_keys(u, json_array_get(fresh, place), element, own_keys);
    }
    map_free(&places);
}

/* The author's own keys in the parts of a step or property that are made anew. */
static void keep_parts(struct update *u, json_t *fresh, json_t *old)
{
    static const struct {
        const char *key, *by;
    } parts[] = {
        {"operation", NULL}, {"transformation", NULL}, {"target", NULL}, {"entities", "id"}, {"fields", "target"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        json_t *to = json_object_get(fresh, parts[i].key), *from = json_object_get(old, parts[i].key);
        if (parts[i].by)
            keep_list(u, to, from, parts[i].by);
        else
            keep_keys(u, to, from, own_keys);
    }
}

/* ----------------------------------------------------------------------------------------------------------- ids */

static const char *lower_id(struct update *u, const char *id)
{
    char *copy = arena_strdup(&u->plan->arena, id);
    for (char *p = copy; p && *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    u->plan->failed = u->plan->failed || !copy;
    return copy ? copy : "";
}

static void add_id(struct update *u, struct map *ids, const json_t *object)
{
    const char *id = lower_id(u, text_of(object, "id"));
    uint32_t old;
    if (!map_add(ids, id, strlen(id), 1, &old))
        u->plan->failed = true;
}

/* Gives something new an id that what was kept does not have. The map's value is the number of the last clash. */
static void free_id(struct update *u, json_t *object)
{
    const char *id = text_of(object, "id"), *text = plan_text(u->plan, "%.*s", PLAN_ID_TEXT, id);
    const char *first = lower_id(u, text), *key = lower_id(u, id), *candidate = id;
    uint32_t last = map_get(&u->ids, first, strlen(first));
    last = last == MAP_NONE ? 1 : last;
    while (!u->plan->failed && map_get(&u->ids, key, strlen(key)) != MAP_NONE) {
        candidate = plan_text(u->plan, "%s_%u", text, ++last);
        key = lower_id(u, candidate);
    }
    if (candidate != id && !map_set(&u->ids, first, strlen(first), last))
        u->plan->failed = true;
    if (candidate != id && json_object_set_new(object, "id", json_string(candidate)) != 0)
        u->plan->failed = true;
    add_id(u, &u->ids, object);
}

/* --------------------------------------------------------------------------------------------------- properties */

/* The item that a step is about; "" for none, or for more than one. */
static const char *item_of(const json_t *step)
{
    const char *operation = id_of(step, "operation");
    return *operation ? operation : id_of(step, "transformation");
}

/* Whether a recipe has one step of this type at most, which is then known by it. */
static bool only_one(const char *type)
{
    return strcmp(type, "introduction") == 0 || strcmp(type, "agent") == 0 || strcmp(type, "review") == 0;
}

/* A step that starts an operation. */
static bool starts(const char *type)
{
    return strcmp(type, "action") == 0 || strcmp(type, "schedule") == 0;
}

static bool add_key(struct update *u, const char *key, uint32_t place)
{
    uint32_t old;
    return map_add(&u->fresh_steps, key, strlen(key), place, &old);
}

/* Under what a step is found again. */
static bool index_step(struct update *u, const json_t *step, uint32_t place)
{
    const char *type = text_of(step, "type"), *item = item_of(step);
    json_t *entity;
    size_t i;
    bool ok = add_key(u, plan_text(u->plan, "id %s %s", type, text_of(step, "id")), place);
    ok = ok && (!*item || add_key(u, plan_text(u->plan, "item %s %s", type, item), place));
    ok = ok && (!only_one(type) || add_key(u, plan_text(u->plan, "only %s", type), place));
    ok = ok && (!starts(type) || add_key(u, plan_text(u->plan, "starts %s", item), place));
    json_array_foreach(json_object_get(step, "entities"), i, entity)
    {
        ok = ok && add_key(u, plan_text(u->plan, "item %s %s", type, text_of(entity, "id")), place);
    }
    return ok && !u->plan->failed;
}

static uint32_t find_step(struct update *u, const char *kind, const char *type, const char *id)
{
    const char *key = plan_text(u->plan, "%s %s%s%s", kind, type, *type && *id ? " " : "", id);
    uint32_t place = *type || *id ? map_get(&u->fresh_steps, key, strlen(key)) : MAP_NONE;
    return place == MAP_NONE || u->taken[place] ? MAP_NONE : place;
}

/* The fresh step of the same type that an old one is about, if no other one is about it. */
static uint32_t fresh_of(struct update *u, const json_t *old)
{
    const char *type = text_of(old, "type"), *item = item_of(old);
    uint32_t place = *item ? find_step(u, "item", type, item) : MAP_NONE;
    json_t *entity;
    size_t i;
    json_array_foreach(json_object_get(old, "entities"), i, entity)
    {
        if (place == MAP_NONE && *text_of(entity, "id"))
            place = find_step(u, "item", type, text_of(entity, "id"));
    }
    if (place == MAP_NONE && *text_of(old, "id"))
        place = find_step(u, "id", type, text_of(old, "id"));
    return place == MAP_NONE ? find_step(u, "only", type, "") : place;
}

/* The fresh step of each old one. An author may have an action run on a schedule, or the reverse. */
static uint32_t *match_steps(struct update *u, json_t *steps)
{
    uint32_t *places = plan_alloc(u->plan, json_array_size(steps), sizeof *places);
    json_t *old;
    size_t i;
    for (int pass = 0; pass < 2 && places; pass++) {
        json_array_foreach(steps, i, old)
        {
            if (pass == 0)
                places[i] = fresh_of(u, old);
            else if (places[i] == MAP_NONE && starts(text_of(old, "type")) && *item_of(old))
                places[i] = find_step(u, "starts", "", item_of(old));
            if (places[i] != MAP_NONE)
                u->taken[places[i]] = true;
        }
    }
    return places;
}

static bool index_endpoints(struct map *map, const json_t *recipe)
{
    json_t *endpoint;
    size_t i;
    json_array_foreach(json_object_get(recipe, "endpoints"), i, endpoint)
    {
        const char *id = text_of(endpoint, "id");
        if (!map_set(map, id, strlen(id), (uint32_t)i))
            return false;
    }
    return true;
}

static bool index_fresh(struct update *u)
{
    json_t *steps = json_object_get(u->fresh, "steps"), *step, *property;
    size_t i, j, total = 0, n = 0, old_steps = json_array_size(json_object_get(u->old, "steps"));
    json_array_foreach(steps, i, step)
    {
        total += json_array_size(json_object_get(step, "properties"));
    }
    u->properties = plan_alloc(u->plan, total, sizeof(json_t *));
    u->home = plan_alloc(u->plan, total, sizeof *u->home);
    u->placed = plan_alloc(u->plan, total, sizeof *u->placed);
    u->seen = plan_alloc(u->plan, total, sizeof *u->seen);
    u->taken = plan_alloc(u->plan, json_array_size(steps), sizeof *u->taken);
    u->made = plan_alloc(u->plan, json_array_size(steps), sizeof *u->made);
    u->results = plan_alloc(u->plan, json_array_size(steps) + old_steps, sizeof *u->results);
    if (u->plan->failed)
        return false;
    json_array_foreach(steps, i, step)
    {
        if (!index_step(u, step, (uint32_t)i))
            return false;
        json_array_foreach(json_object_get(step, "properties"), j, property)
        {
            const char *key = target_key(u->plan, property);
            if (u->plan->failed || !map_set(&u->by_target, key, strlen(key), (uint32_t)n))
                return false;
            u->properties[n] = property;
            u->home[n++] = (uint32_t)i;
        }
    }
    u->property_count = n;
    return index_endpoints(&u->endpoints, u->fresh) && index_endpoints(&u->old_endpoints, u->old);
}

/* Takes a property over into `list`; without one, only what its author wrote. */
static void keep_property(struct update *u, json_t *list, json_t *old_property, const char *step)
{
    static const char *const keys[] = {"id",        "label",   "help",    "type",        "required",
                                       "secret",    "default", "choices", "pattern",     "minLength",
                                       "maxLength", "minimum", "maximum", "visibleWhen", NULL};
    const char *key = target_key(u->plan, old_property);
    uint32_t number = map_get(&u->by_target, key, strlen(key));
    if (number == MAP_NONE) {
        note(u, JPK_WARNING, "property-gone",
             plan_text(u->plan, "property '%s' of step '%s' is gone: the project no longer holds what it sets",
                       text_of(old_property, "id"), step));
        add_id(u, &u->gone, old_property);
        return;
    }
    if (u->placed[number])
        return;
    u->placed[number] = list != NULL;
    u->seen[number] = true;
    json_t *fresh = u->properties[number];
    if (json_is_true(json_object_get(fresh, "required")) != json_is_true(json_object_get(old_property, "required")))
        note(u, JPK_INFO, "property-changed",
             plan_text(u->plan, "property '%s' looks %s now; the recipe's author says otherwise, and that was kept",
                       text_of(old_property, "id"),
                       json_is_true(json_object_get(fresh, "required")) ? "required" : "optional"));
    keep_keys(u, fresh, old_property, keys);
    keep_parts(u, fresh, old_property);
    if (json_is_true(json_object_get(fresh, "secret")))
        json_object_del(fresh, "default");
    if (list && json_array_append(list, fresh) != 0)
        u->plan->failed = true;
    if (list)
        add_id(u, &u->ids, fresh);
}

/* -------------------------------------------------------------------------------------------------------- steps */

/* The operation that an object names, while the project holds it; else NULL. */
static const struct jpk_entity *operation_of(const struct update *u, const json_t *object)
{
    const char *id = id_of(object, "operation");
    const struct jpk_entity *entity = *id ? jpk_project_entity(u->plan->project, id) : NULL;
    return entity && entity->type == JPK_TYPE_OPERATION && !entity->deleted ? entity : NULL;
}

/* A copy in which the operation has the name that it has now. */
static json_t *renamed(struct update *u, json_t *object)
{
    const struct jpk_entity *entity = operation_of(u, object);
    json_t *copy = copy_of(u, object), *item = entity ? copy_of(u, json_object_get(object, "operation")) : NULL;
    if (entity && json_object_set_new(item, "name", json_string(entity->name)) != 0)
        u->plan->failed = true;
    if (item)
        set(u, copy, "operation", item);
    json_decref(item);
    return copy;
}

/* A test stays as long as the project holds the operation that it runs. */
static void keep_test(struct update *u, json_t *fresh, json_t *old)
{
    json_t *test = json_object_get(old, "test"), *kept;
    if (!json_is_object(test))
        return;
    if (json_object_get(test, "operation") && !operation_of(u, test)) {
        note(u, JPK_WARNING, "test-gone",
             plan_text(u->plan, "the test of step '%s' is gone: the project no longer holds the operation that it runs",
                       text_of(old, "id")));
        return;
    }
    kept = renamed(u, test);
    set(u, fresh, "test", kept);
    json_decref(kept);
}

/* An author may ask for a later version than the project did, and stays with it while that is so. */
static void keep_version(struct update *u, json_t *now, const json_t *before)
{
    const char *asked = text_of(before, "minVersion");
    const char *needed = text_of(json_object_get(u->old, "jitterpak"), "requiredVersion");
    if (plan_compare_versions(asked, needed) > 0 && plan_compare_versions(asked, text_of(now, "minVersion")) > 0)
        set(u, now, "minVersion", json_object_get(before, "minVersion"));
}

/* What the agent must be is the author's to say, unless the recipe said nothing and the project has a reason now. */
static void keep_requires(struct update *u, json_t *fresh, json_t *old)
{
    static const char *const keys[] = {"private", "reasons", NULL};
    json_t *now = json_object_get(fresh, "requires"), *before = json_object_get(old, "requires");
    bool needs = json_is_true(json_object_get(now, "private"));
    bool asks = json_is_true(json_object_get(before, "private"));
    if (!json_is_object(now) || !json_is_object(before))
        return;
    keep_version(u, now, before);
    if (needs && !asks && json_array_size(json_object_get(before, "reasons")) == 0) {
        keep_keys(u, now, before, own_keys);
        note(u, JPK_WARNING, "step-changed",
             plan_text(u->plan, "step '%s' asks for a private agent now: %s", text_of(old, "id"),
                       json_string_value(json_array_get(json_object_get(now, "reasons"), 0))));
        return;
    }
    if (needs != asks)
        note(u, needs ? JPK_WARNING : JPK_INFO, "step-changed",
             plan_text(u->plan,
                       "the project %s a private agent; the recipe's author says otherwise in step '%s', and that was "
                       "kept",
                       needs ? "seems to need" : "does not seem to need", text_of(old, "id")));
    keep_keys(u, now, before, keys);
}

static void keep_step(struct update *u, json_t *fresh, json_t *old)
{
    static const char *const keys[] = {"id", "title", "text", "optional", "visibleWhen", "when", "default", NULL};
    static const char *const endpoint_keys[] = {"name", "role", NULL};
    keep_keys(u, fresh, old, keys);
    keep_parts(u, fresh, old);
    keep_test(u, fresh, old);
    keep_requires(u, fresh, old);
    const char *id = text_of(fresh, "endpoint"), *old_id = text_of(old, "endpoint");
    uint32_t place = map_get(&u->endpoints, id, strlen(id));
    uint32_t old_place = map_get(&u->old_endpoints, old_id, strlen(old_id));
    if (place != MAP_NONE && old_place != MAP_NONE)
        keep_keys(u, json_array_get(json_object_get(u->fresh, "endpoints"), place),
                  json_array_get(json_object_get(u->old, "endpoints"), old_place), endpoint_keys);
}

/* A step that an author made: it belongs to no operation, endpoint or mapping, so nothing can have taken it away. */
static bool authors_step(const json_t *old)
{
    const char *type = text_of(old, "type");
    return strcmp(type, "variables") == 0 || strcmp(type, "notification") == 0 || strcmp(type, "introduction") == 0 ||
           strcmp(type, "review") == 0;
}

/* Whether nothing is left of what a step was about that no fresh one is about. */
static bool step_gone(const struct update *u, const json_t *old, const json_t *properties)
{
    if (starts(text_of(old, "type")))
        return !operation_of(u, old);
    bool emptied = json_array_size(json_object_get(old, "properties")) > 0 && json_array_size(properties) == 0;
    return !authors_step(old) || emptied;
}

/* Says that a step stays which the project alone does not ask for. */
static void note_kept(struct update *u, const json_t *fresh, const json_t *old)
{
    const char *id = text_of(old, "id");
    if (fresh)
        note(u, JPK_INFO, "step-changed",
             plan_text(u->plan, "step '%s' looks like %s now; the recipe's author says otherwise, and that was kept",
                       id, strcmp(text_of(fresh, "type"), "action") == 0 ? "an action" : "a schedule"));
    else if (starts(text_of(old, "type")))
        note(u, JPK_INFO, "step-kept",
             plan_text(u->plan, "step '%s' was kept: nothing but the recipe says that its operation is started there",
                       id));
}

static void add_result(struct update *u, json_t *step, uint32_t fresh, size_t at, size_t rank)
{
    u->results[u->result_count++] = (struct result){step, at, rank};
    if (fresh != MAP_NONE)
        u->made[fresh] = (uint32_t)u->result_count;
}

static void take_step(struct update *u, json_t *old, uint32_t place)
{
    const char *id = text_of(old, "id");
    json_t *fresh = place == MAP_NONE ? NULL : json_array_get(json_object_get(u->fresh, "steps"), place), *property;
    bool same = fresh && strcmp(text_of(fresh, "type"), text_of(old, "type")) == 0;
    bool gone = !same && step_gone(u, old, json_object_get(old, "properties"));
    json_t *step, *list = gone ? NULL : json_array();
    size_t i;
    json_array_foreach(json_object_get(old, "properties"), i, property)
    {
        keep_property(u, list, property, id);
    }
    if (gone || (!same && step_gone(u, old, list))) {
        note(u, JPK_WARNING, "step-gone",
             plan_text(u->plan, "step '%s' is gone: the project no longer holds or uses what it is about", id));
        json_decref(list);
        return;
    }
    step = same ? copy_of(u, fresh) : renamed(u, old);
    if (same)
        keep_step(u, step, old);
    else
        note_kept(u, fresh, old);
    if (json_array_size(list) || json_object_get(step, "properties"))
        set(u, step, "properties", list);
    json_decref(list);
    add_id(u, &u->ids, step);
    add_result(u, step, place, ++u->kept_count, 0);
}

/* Whether a fresh step holds something, and nothing of it is left: its author spread it over other steps. */
static bool spread_out(const json_t *fresh, uint32_t left)
{
    return json_array_size(json_object_get(fresh, "properties")) > 0 && left == 0 && authors_step(fresh);
}

static void add_new_steps(struct update *u)
{
    json_t *steps = json_object_get(u->fresh, "steps"), *fresh;
    size_t i, behind = 0;
    uint32_t *left = plan_alloc(u->plan, json_array_size(steps), sizeof *left);
    if (!left)
        return;
    for (size_t n = 0; n < u->property_count; n++)
        left[u->home[n]] += !u->placed[n];
    json_array_foreach(steps, i, fresh)
    {
        if (u->made[i]) {
            behind = u->results[u->made[i] - 1].at;
            continue;
        }
        if (u->plan->failed || spread_out(fresh, left[i]))
            continue;
        json_t *step = copy_of(u, fresh);
        if (json_object_get(step, "properties") && json_object_set_new(step, "properties", json_array()) != 0)
            u->plan->failed = true;
        free_id(u, step);
        add_result(u, step, (uint32_t)i, behind, i + 1);
        note(u, JPK_WARNING, "step-new", plan_text(u->plan, "step '%s' is new", text_of(step, "id")));
    }
}

static void add_new_properties(struct update *u)
{
    for (size_t n = 0; n < u->property_count && !u->plan->failed; n++) {
        json_t *property = u->properties[n];
        if (u->placed[n])
            continue;
        const struct result *home = &u->results[u->made[u->home[n]] - 1];
        json_t *step = home->step;
        json_t *list = json_object_get(step, "properties");
        if (!list) {
            list = json_array();
            if (json_object_set_new(step, "properties", list) != 0) {
                u->plan->failed = true;
                return;
            }
        }
        free_id(u, property);
        if (json_array_append(list, property) != 0)
            u->plan->failed = true;
        bool told = u->seen[n] || home->rank > 0; /* its step is new as a whole */
        note(u, told ? JPK_INFO : JPK_WARNING, u->seen[n] ? "property-changed" : "property-new",
             plan_text(u->plan, "property '%s' %s step '%s'", text_of(property, "id"),
                       u->seen[n] ? "went into" : "is new in", text_of(step, "id")));
    }
}

/* A condition goes with the property that it names. */
static void drop_condition(struct update *u, json_t *holder, const char *what)
{
    const char *name = text_of(json_object_get(holder, "visibleWhen"), "property"), *id = lower_id(u, name);
    if (!*id || map_get(&u->gone, id, strlen(id)) == MAP_NONE || map_get(&u->ids, id, strlen(id)) != MAP_NONE)
        return;
    note(u, JPK_WARNING, "condition-gone",
         plan_text(u->plan, "%s '%s' is always shown now: the property '%s', on which that depended, is gone", what,
                   text_of(holder, "id"), name));
    json_object_del(holder, "visibleWhen");
}

static void drop_conditions(struct update *u)
{
    json_t *property;
    size_t i;
    for (size_t n = 0; n < u->result_count && !u->plan->failed; n++) {
        drop_condition(u, u->results[n].step, "step");
        json_array_foreach(json_object_get(u->results[n].step, "properties"), i, property)
        {
            drop_condition(u, property, "property");
        }
    }
}

static int by_place(const void *a, const void *b)
{
    const struct result *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static json_t *ordered_steps(struct update *u)
{
    json_t *steps = json_array();
    qsort(u->results, u->result_count, sizeof *u->results, by_place);
    for (size_t i = 0; i < u->result_count; i++)
        if (json_array_append(steps, u->results[i].step) != 0)
            u->plan->failed = true;
    return steps;
}

/* ---------------------------------------------------------------------------------------------------- the recipe */

/* Whether it has a list of steps, and says that it is of this format. */
static bool is_recipe(const struct jdoc *doc)
{
    return document_kind(doc) == DOCUMENT_RECIPE && document_format_known(doc, NULL) &&
           jdoc_is(doc, jdoc_member(doc, 0, "steps"), JDOC_ARRAY);
}

/* Numbers keep the text that their author gave them. */
static json_t *load_old(const struct jpk_recipe_options *options, struct jpk_error *err)
{
    const struct jdoc_options strict = {.depth = RECIPE_DEPTH_MAX, .reject_duplicates = true, .reject_nul = true};
    struct jdoc doc = {0};
    json_t *old = NULL;
    if (!jdoc_parse(&doc, options->old, options->old_size, &strict, err))
        return NULL;
    if (!is_recipe(&doc)) {
        error_set(err, JPK_ERR_JSON, "is not a recipe of format 1 (recipeFormat 1 and a list of steps)");
        error_position(err, 1, 1);
    } else if (!(old = jdoc_to_jansson_exact(&doc, 0))) {
        error_memory(err);
    }
    jdoc_free(&doc);
    return old;
}

static void merge(struct update *u)
{
    static const char *const keys[] = {"name", "version",    "author",   "description",
                                       "verb", "categories", "keywords", NULL};
    json_t *steps = json_object_get(u->old, "steps"), *step, *value;
    const uint32_t *places = match_steps(u, steps);
    const char *key;
    size_t i;
    if (!places)
        return;
    json_array_foreach(steps, i, step)
    {
        take_step(u, step, places[i]);
    }
    add_new_steps(u);
    if (!u->plan->failed)
        add_new_properties(u);
    drop_conditions(u);
    keep_keys(u, json_object_get(u->fresh, "jitterpak"), json_object_get(u->old, "jitterpak"), own_keys);
    /* Keys that this version does not know are kept, whoever wrote them. */
    json_object_foreach(u->old, key, value)
    {
        bool keep = !json_object_get(u->fresh, key);
        for (size_t k = 0; keys[k] && !keep; k++)
            keep = strcmp(keys[k], key) == 0;
        if (keep)
            set(u, u->fresh, key, value);
    }
    if (json_object_set_new(u->fresh, "steps", ordered_steps(u)) != 0)
        u->plan->failed = true;
}

bool recipe_update(struct plan *plan, json_t *fresh, const struct jpk_recipe_options *options, struct jpk_error *err)
{
    struct update u = {.plan = plan, .fresh = fresh};
    u.old = load_old(options, err);
    bool ok = u.old && index_fresh(&u);
    if (ok)
        merge(&u);
    for (size_t i = 0; i < u.result_count; i++)
        json_decref(u.results[i].step);
    json_decref(u.old);
    map_free(&u.fresh_steps);
    map_free(&u.endpoints);
    map_free(&u.old_endpoints);
    map_free(&u.by_target);
    map_free(&u.ids);
    map_free(&u.gone);
    if (!ok || plan->failed)
        return error_memory(err);
    return true;
}
