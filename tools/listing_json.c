#include "tools/listing_print.h"
#include "tools/message.h"

static json_t *texts_json(const char *const *texts)
{
    json_t *array = json_array();
    for (; array && *texts; texts++) {
        if (json_array_append_new(array, json_string(*texts)) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *endpoints_json(const struct listed *item)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < item->endpoint_count; i++) {
        const struct listed_endpoint *endpoint = &item->endpoints[i];
        json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "id", endpoint->id, "name", endpoint->name, "role",
                                endpoint->role, "connector", endpoint->connector);
        if (json_array_append_new(array, one) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *recipe_json(const struct listed *item)
{
    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:{s:s, s:s, s:s, s:s, s:s}}", "path",
                     message_path_json(item->path), "name", item->name, "version", item->version, "author",
                     item->author, "description", item->description, "verb", item->verb, "categories",
                     texts_json(item->categories), "keywords", texts_json(item->keywords), "endpoints",
                     endpoints_json(item), "jitterpak", "file", item->jitterpak.file, "sha256", item->jitterpak.sha256,
                     "projectId", item->jitterpak.project_id, "projectName", item->jitterpak.project_name, "createdAt",
                     item->jitterpak.created);
}

static json_t *error_json(const struct jpk_error *error)
{
    json_t *object = json_pack("{s:o, s:s, s:s}", "path", message_path_json(error->file), "code",
                               jpk_code_name(error->code), "message", error->message);
    bool ok = object;
    if (ok && error->line)
        ok = json_object_set_new(object, "line", json_integer(error->line)) == 0 &&
             json_object_set_new(object, "column", json_integer(error->column)) == 0;
    if (!ok)
        json_decref(object);
    return ok ? object : NULL;
}

json_t *listing_json(const struct listing *listing, size_t found)
{
    json_t *recipes = json_array(), *errors = json_array();
    bool ok = recipes && errors;
    for (size_t i = 0; ok && i < listing->count; i++)
        ok = json_array_append_new(recipes, recipe_json(&listing->items[i])) == 0;
    for (size_t i = 0; ok && i < listing->error_count; i++)
        ok = json_array_append_new(errors, error_json(&listing->errors[i])) == 0;
    json_t *report =
        ok ? json_pack("{s:O, s:I, s:O}", "recipes", recipes, "found", (json_int_t)found, "unreadable", errors) : NULL;
    json_decref(recipes);
    json_decref(errors);
    return report;
}
