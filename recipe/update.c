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
#include "recipe/plan.h"

struct update {
    struct plan *plan;
    json_t *fresh, *old;
    struct map fresh_steps;   /* id, or item and type -> place in the fresh steps */
    struct map endpoints;     /* id -> place in the fresh endpoints */
    struct map old_endpoints; /* id -> place in the old ones */
    struct map by_target;     /* target as text -> number in `properties` */
    struct map ids;           /* lower-case ids that the result holds */
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
    uint32_t *made; /* by fresh step: 1 + its place in `results`; 0 for none */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
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

/* Takes an author's keys over; `keys` are those that are the author's to change. */
static void keep_keys(struct update *u, json_t *fresh, json_t *old, const char *const *keys)
{
    const char *key;
    json_t *value;
    json_object_foreach(old, key, value)
    {
        bool keep = own_key(key);
        for (size_t i = 0; keys[i] && !keep; i++)
            keep = strcmp(keys[i], key) == 0;
        if (keep)
            set(u, fresh, key, value);
    }
    /* A text that the author took out stays out. */
    static const char *const optional[] = {"text", "help", "default", "choices", "optional", NULL};
    for (size_t i = 0; optional[i]; i++)
        if (json_object_get(fresh, optional[i]) && !json_object_get(old, optional[i]))
            json_object_del(fresh, optional[i]);
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

static void take_id(struct update *u, const json_t *object)
{
    const char *id = lower_id(u, text_of(object, "id"));
    uint32_t old;
    if (!map_add(&u->ids, id, strlen(id), 1, &old))
        u->plan->failed = true;
}

/* Gives something new an id that what was kept does not have. The map's value is the number of the last clash. */
static void free_id(struct update *u, json_t *object)
{
    const char *id = text_of(object, "id"), *first = lower_id(u, id), *key = first, *candidate = id;
    uint32_t last = map_get(&u->ids, first, strlen(first));
    while (!u->plan->failed && map_get(&u->ids, key, strlen(key)) != MAP_NONE) {
        candidate = plan_text(u->plan, "%s_%u", id, ++last);
        key = lower_id(u, candidate);
    }
    if (last != MAP_NONE && !map_set(&u->ids, first, strlen(first), last))
        u->plan->failed = true;
    if (candidate != id && json_object_set_new(object, "id", json_string(candidate)) != 0)
        u->plan->failed = true;
    take_id(u, object);
}

/* --------------------------------------------------------------------------------------------------- properties */

/* Under what a step is found again: its id, and the item that it is about. */
static bool index_step(struct update *u, const json_t *step, uint32_t place)
{
    const char *id = text_of(step, "id"), *type = text_of(step, "type");
    const char *operation = id_of(step, "operation"), *transformation = id_of(step, "transformation");
    const char *about = *operation ? operation : transformation;
    json_t *entity;
    size_t i;
    const char *key = plan_text(u->plan, "id %s", id);
    uint32_t old;
    bool ok = map_set(&u->fresh_steps, key, strlen(key), place);
    key = plan_text(u->plan, "%s %s", type, about);
    ok = ok && (!*about || map_add(&u->fresh_steps, key, strlen(key), place, &old));
    json_array_foreach(json_object_get(step, "entities"), i, entity)
    {
        key = plan_text(u->plan, "%s %s", type, text_of(entity, "id"));
        ok = ok && map_add(&u->fresh_steps, key, strlen(key), place, &old);
    }
    return ok && !u->plan->failed;
}

static uint32_t find_step(struct update *u, const char *prefix, const char *rest)
{
    const char *key = plan_text(u->plan, "%s %s", prefix, rest);
    uint32_t place = *rest ? map_get(&u->fresh_steps, key, strlen(key)) : MAP_NONE;
    return place == MAP_NONE || u->made[place] ? MAP_NONE : place;
}

/* The fresh step that an old one is about, if no other one was kept for it yet. */
static uint32_t fresh_of(struct update *u, const json_t *old)
{
    const char *type = text_of(old, "type"), *operation = id_of(old, "operation");
    uint32_t place = find_step(u, type, *operation ? operation : id_of(old, "transformation"));
    json_t *entity;
    size_t i;
    json_array_foreach(json_object_get(old, "entities"), i, entity)
    {
        if (place == MAP_NONE)
            place = find_step(u, type, text_of(entity, "id"));
    }
    return place == MAP_NONE ? find_step(u, "id", text_of(old, "id")) : place;
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
    if (json_is_true(json_object_get(fresh, "secret")))
        json_object_del(fresh, "default");
    if (list && json_array_append(list, fresh) != 0)
        u->plan->failed = true;
    if (list)
        take_id(u, fresh);
}

/* -------------------------------------------------------------------------------------------------------- steps */

/* A test stays as long as the project holds the operation that it runs. */
static bool test_stands(const struct update *u, const json_t *test)
{
    const char *operation = id_of(test, "operation");
    if (!*operation)
        return json_is_object(test);
    const struct jpk_entity *entity = jpk_project_entity(u->plan->project, operation);
    return entity && entity->type == JPK_TYPE_OPERATION && !entity->deleted;
}

static void keep_step(struct update *u, json_t *fresh, json_t *old)
{
    static const char *const keys[] = {"id", "title", "text", "optional", "visibleWhen", "when", "default", NULL};
    static const char *const endpoint_keys[] = {"name", "role", NULL};
    json_t *test = json_object_get(old, "test");
    keep_keys(u, fresh, old, keys);
    if (test && test_stands(u, test))
        set(u, fresh, "test", test);
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

static void add_result(struct update *u, json_t *step, uint32_t fresh, size_t at, size_t rank)
{
    u->results[u->result_count++] = (struct result){step, at, rank};
    if (fresh != MAP_NONE)
        u->made[fresh] = (uint32_t)u->result_count;
}

static void take_step(struct update *u, json_t *old)
{
    const char *id = text_of(old, "id");
    uint32_t place = fresh_of(u, old);
    json_t *fresh = place == MAP_NONE ? NULL : json_array_get(json_object_get(u->fresh, "steps"), place), *property;
    bool same = fresh && strcmp(text_of(fresh, "type"), text_of(old, "type")) == 0;
    bool gone = !same && !authors_step(old);
    json_t *step, *list = gone ? NULL : json_array();
    size_t i;
    json_array_foreach(json_object_get(old, "properties"), i, property)
    {
        keep_property(u, list, property, id);
    }
    if (gone || (!same && json_object_get(old, "properties") && json_array_size(list) == 0)) {
        note(u, JPK_WARNING, "step-gone",
             plan_text(u->plan, "step '%s' is gone: the project no longer holds what it is about", id));
        json_decref(list);
        return;
    }
    step = copy_of(u, same ? fresh : old);
    if (same)
        keep_step(u, step, old);
    if (json_array_size(list) || json_object_get(step, "properties"))
        set(u, step, "properties", list);
    json_decref(list);
    take_id(u, step);
    add_result(u, step, same ? place : MAP_NONE, ++u->kept_count, 0);
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
        note(u, JPK_INFO, "step-new", plan_text(u->plan, "step '%s' is new", text_of(step, "id")));
    }
}

static void add_new_properties(struct update *u)
{
    for (size_t n = 0; n < u->property_count && !u->plan->failed; n++) {
        json_t *property = u->properties[n];
        if (u->placed[n])
            continue;
        json_t *step = u->results[u->made[u->home[n]] - 1].step;
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
        note(u, JPK_INFO, u->seen[n] ? "property-changed" : "property-new",
             plan_text(u->plan, "property '%s' %s step '%s'", text_of(property, "id"),
                       u->seen[n] ? "went into" : "is new in", text_of(step, "id")));
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

static json_t *load_old(const struct jpk_recipe_options *options, struct jpk_error *err)
{
    const struct jdoc_options strict = {.reject_duplicates = true, .reject_nul = true};
    json_t *old = json_read(options->old, options->old_size, &strict, err);
    if (!old)
        return NULL;
    if (!json_is_object(old) || json_integer_value(json_object_get(old, "recipeFormat")) != 1 ||
        !json_is_array(json_object_get(old, "steps"))) {
        error_set(err, JPK_ERR_JSON, "is not a recipe of format 1 (recipeFormat 1 and a list of steps)");
        error_position(err, 1, 1);
        json_decref(old);
        return NULL;
    }
    return old;
}

static void merge(struct update *u)
{
    static const char *const keys[] = {"name", "version",    "author",   "description",
                                       "verb", "categories", "keywords", NULL};
    json_t *step, *value;
    const char *key;
    size_t i;
    json_array_foreach(json_object_get(u->old, "steps"), i, step)
    {
        take_step(u, step);
    }
    add_new_steps(u);
    if (!u->plan->failed)
        add_new_properties(u);
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
    if (!ok || plan->failed)
        return error_memory(err);
    return true;
}
