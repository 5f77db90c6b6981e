/*
 * Keeping what an author changed. The fresh recipe says what the project holds now; the old one says how its author wants it
 * presented. Steps are matched by id, properties by target. What the author wrote wins; what the project lost goes and is
 * reported; what it gained is added and is reported.
 */
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "recipe/plan.h"

struct update {
    struct plan *plan;
    json_t *fresh, *old;
    struct map fresh_steps;  /* id -> place in the fresh steps */
    struct map by_target;    /* target as text -> number in `properties` */
    json_t **properties;     /* the fresh properties, borrowed until they are placed */
    const char **home;       /* id of the fresh step of each */
    bool *placed;
    size_t property_count;
    json_t *steps;           /* the result */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
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
    static const char *const optional[] = {"text", "help", "default", "choices", NULL};
    for (size_t i = 0; optional[i]; i++)
        if (json_object_get(fresh, optional[i]) && !json_object_get(old, optional[i]))
            json_object_del(fresh, optional[i]);
}

/* --------------------------------------------------------------------------------------------------- properties */

static bool index_fresh(struct update *u)
{
    json_t *step, *property;
    size_t i, j, total = 0, n = 0;
    json_array_foreach(json_object_get(u->fresh, "steps"), i, step)
    {
        total += json_array_size(json_object_get(step, "properties"));
    }
    u->properties = plan_alloc(u->plan, total, sizeof(json_t *));
    u->home = plan_alloc(u->plan, total, sizeof *u->home);
    u->placed = plan_alloc(u->plan, total, sizeof *u->placed);
    if (u->plan->failed)
        return false;
    json_array_foreach(json_object_get(u->fresh, "steps"), i, step)
    {
        const char *id = text_of(step, "id");
        if (!map_set(&u->fresh_steps, id, strlen(id), (uint32_t)i))
            return false;
        json_array_foreach(json_object_get(step, "properties"), j, property)
        {
            const char *key = target_key(u->plan, property);
            if (u->plan->failed || !map_set(&u->by_target, key, strlen(key), (uint32_t)n))
                return false;
            u->properties[n] = property;
            u->home[n++] = id;
        }
    }
    u->property_count = n;
    return true;
}

static void keep_property(struct update *u, json_t *list, json_t *old_property, const char *step)
{
    static const char *const keys[] = {"id",      "label",   "help",      "type",      "required", "secret",  "default",
                                       "choices", "pattern", "minLength", "maxLength", "minimum",  "maximum", "visibleWhen",
                                       NULL};
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
    u->placed[number] = true;
    json_t *fresh = u->properties[number];
    if (json_is_true(json_object_get(fresh, "required")) != json_is_true(json_object_get(old_property, "required")))
        note(u, JPK_INFO, "property-changed",
             plan_text(u->plan, "property '%s' looks %s now; the recipe's author says otherwise, and that was kept",
                       text_of(old_property, "id"),
                       json_is_true(json_object_get(fresh, "required")) ? "required" : "optional"));
    keep_keys(u, fresh, old_property, keys);
    if (json_is_true(json_object_get(fresh, "secret")))
        json_object_del(fresh, "default");
    if (json_array_append(list, fresh) != 0)
        u->plan->failed = true;
}

/* -------------------------------------------------------------------------------------------------------- steps */

static void keep_step(struct update *u, json_t *fresh, json_t *old)
{
    static const char *const keys[] = {"title", "text", "optional", "visibleWhen", "when", "default", NULL};
    keep_keys(u, fresh, old, keys);
}

/* A step that an author made: it belongs to no operation, endpoint or mapping, so nothing can have taken it away. */
static bool authors_step(const json_t *old)
{
    const char *type = text_of(old, "type");
    return strcmp(type, "variables") == 0 || strcmp(type, "notification") == 0 || strcmp(type, "introduction") == 0 ||
           strcmp(type, "review") == 0;
}

static void take_step(struct update *u, json_t *old)
{
    const char *id = text_of(old, "id");
    uint32_t place = map_get(&u->fresh_steps, id, strlen(id));
    json_t *fresh = place == MAP_NONE ? NULL : json_array_get(json_object_get(u->fresh, "steps"), place), *property;
    bool same = fresh && strcmp(text_of(fresh, "type"), text_of(old, "type")) == 0;
    json_t *step, *list = json_array();
    size_t i;
    json_array_foreach(json_object_get(old, "properties"), i, property)
    {
        keep_property(u, list, property, id);
    }
    if (!same && (!authors_step(old) || (json_object_get(old, "properties") && json_array_size(list) == 0))) {
        note(u, JPK_WARNING, "step-gone",
             plan_text(u->plan, "step '%s' is gone: the project no longer holds what it is about", id));
        json_decref(list);
        return;
    }
    step = same ? json_copy(fresh) : json_copy(old);
    if (same)
        keep_step(u, step, old);
    if (json_array_size(list) || json_object_get(step, "properties"))
        set(u, step, "properties", list);
    json_decref(list);
    if (json_array_append_new(u->steps, step) != 0)
        u->plan->failed = true;
}

static json_t *result_step(const struct update *u, const char *id)
{
    json_t *step;
    size_t i;
    json_array_foreach(u->steps, i, step)
    {
        if (strcmp(text_of(step, "id"), id) == 0)
            return step;
    }
    return NULL;
}

/* The place behind the step that comes before this one in the fresh order. */
static size_t place_behind(const struct update *u, size_t fresh_index)
{
    json_t *fresh_steps = json_object_get(u->fresh, "steps"), *step;
    for (size_t before = fresh_index; before-- > 0;) {
        const char *id = text_of(json_array_get(fresh_steps, before), "id");
        size_t i;
        json_array_foreach(u->steps, i, step)
        {
            if (strcmp(text_of(step, "id"), id) == 0)
                return i + 1;
        }
    }
    return 0;
}

static void add_new_steps(struct update *u)
{
    json_t *fresh;
    size_t i;
    json_array_foreach(json_object_get(u->fresh, "steps"), i, fresh)
    {
        const char *id = text_of(fresh, "id");
        bool had_properties = json_array_size(json_object_get(fresh, "properties")) > 0, any_left = false;
        if (result_step(u, id))
            continue;
        for (size_t n = 0; n < u->property_count; n++)
            any_left = any_left || (!u->placed[n] && strcmp(u->home[n], id) == 0);
        if (had_properties && !any_left && authors_step(fresh))
            continue; /* its author spread it over other steps */
        json_t *step = json_copy(fresh);
        if (had_properties && json_object_set_new(step, "properties", json_array()) != 0)
            u->plan->failed = true;
        if (json_array_insert_new(u->steps, place_behind(u, i), step) != 0)
            u->plan->failed = true;
        note(u, JPK_INFO, "step-new", plan_text(u->plan, "step '%s' is new", id));
    }
}

static void add_new_properties(struct update *u)
{
    for (size_t n = 0; n < u->property_count && !u->plan->failed; n++) {
        if (u->placed[n])
            continue;
        json_t *step = result_step(u, u->home[n]);
        json_t *list = json_object_get(step, "properties");
        if (!list) {
            list = json_array();
            if (!step || json_object_set_new(step, "properties", list) != 0) {
                u->plan->failed = true;
                return;
            }
        }
        if (json_array_append(list, u->properties[n]) != 0)
            u->plan->failed = true;
        note(u, JPK_INFO, "property-new",
             plan_text(u->plan, "property '%s' is new in step '%s'", text_of(u->properties[n], "id"), u->home[n]));
    }
}

/* ---------------------------------------------------------------------------------------------------- the recipe */

static void keep_endpoints(struct update *u)
{
    json_t *fresh, *old;
    size_t i, j;
    static const char *const keys[] = {"name", "role", NULL};
    json_array_foreach(json_object_get(u->fresh, "endpoints"), i, fresh)
    {
        json_array_foreach(json_object_get(u->old, "endpoints"), j, old)
        {
            if (strcmp(text_of(fresh, "id"), text_of(old, "id")) == 0)
                keep_keys(u, fresh, old, keys);
        }
    }
}

static json_t *load_old(const struct jpk_recipe_options *options, struct jpk_error *err)
{
    json_error_t where;
    json_t *old = json_loadb(options->old, options->old_size, JSON_REJECT_DUPLICATES, &where);
    if (!old) {
        error_set(err, JPK_ERR_JSON, "is not JSON: %s", where.text);
        if (where.line > 0)
            error_position(err, (uint32_t)where.line, where.column > 0 ? (uint32_t)where.column : 1);
        return NULL;
    }
    if (!json_is_object(old) || json_integer_value(json_object_get(old, "recipeFormat")) != 1 ||
        !json_is_array(json_object_get(old, "steps"))) {
        error_set(err, JPK_ERR_JSON, "is not a recipe of format 1 (recipeFormat 1 and a list of steps)");
        json_decref(old);
        return NULL;
    }
    return old;
}

static void merge(struct update *u)
{
    static const char *const keys[] = {"name", "version", "author", "description", "verb", "categories", "keywords", NULL};
    json_t *step, *value;
    const char *key;
    size_t i;
    json_array_foreach(json_object_get(u->old, "steps"), i, step)
    {
        take_step(u, step);
    }
    add_new_steps(u);
    add_new_properties(u);
    keep_endpoints(u);
    /* Keys that this version does not know are kept, whoever wrote them. */
    json_object_foreach(u->old, key, value)
    {
        bool keep = !json_object_get(u->fresh, key);
        for (size_t k = 0; keys[k] && !keep; k++)
            keep = strcmp(keys[k], key) == 0;
        if (keep)
            set(u, u->fresh, key, value);
    }
    set(u, u->fresh, "steps", u->steps);
}

bool recipe_update(struct plan *plan, json_t *fresh, const struct jpk_recipe_options *options, struct jpk_error *err)
{
    struct update u = {.plan = plan, .fresh = fresh, .steps = json_array()};
    u.old = load_old(options, err);
    bool ok = u.old && u.steps && index_fresh(&u);
    if (ok)
        merge(&u);
    json_decref(u.old);
    json_decref(u.steps);
    map_free(&u.fresh_steps);
    map_free(&u.by_target);
    if (!ok || plan->failed)
        return error_memory(err);
    return true;
}
