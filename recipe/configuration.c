/* The configure file: the form of a recipe, to be filled in. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "recipe/plan.h"

/* The suggested name of an environment variable: PROJECT_PROPERTY in upper case, other characters `_`. */
static void put_upper(struct buf *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        buf_putc(out, ok ? (char)(c >= 'a' && c <= 'z' ? c - 32 : c) : '_');
    }
}

/*
 * The short name of a project: without a copy's number, and of long names whole words up to a bound:
 * "sync-salesforce_contacts-to-netsuite_contacts (2)" is SYNC_SALESFORCE_CONTACTS.
 */
static size_t short_length(const char *name)
{
    enum { SHORT_MAX = 24 };
    size_t n = strlen(name);
    const char *open = strrchr(name, '(');
    if (open && open > name + 1 && name[n - 1] == ')' && strspn(open + 1, "0123456789") == strlen(open) - 2)
        n = (size_t)(open - name);
    while (n > 0 && name[n - 1] == ' ')
        n--;
    if (n <= SHORT_MAX)
        return n;
    size_t cut = SHORT_MAX;
    while (cut > 0 && ((name[cut] >= 'a' && name[cut] <= 'z') || (name[cut] >= 'A' && name[cut] <= 'Z') ||
                       (name[cut] >= '0' && name[cut] <= '9')))
        cut--;
    return cut ? cut : SHORT_MAX;
}

static json_t *secret_marker(const char *project, const char *property)
{
    struct buf name = {0};
    buf_puts(&name, "env:");
    if (*project >= '0' && *project <= '9')
        buf_putc(&name, '_');
    put_upper(&name, project, short_length(project));
    buf_putc(&name, '_');
    put_upper(&name, property, strlen(property));
    json_t *marker = name.failed ? NULL : json_pack("{s:s}", "secret", name.data);
    buf_free(&name);
    return marker;
}

static json_t *value_of(const char *project, const json_t *property)
{
    json_t *fallback = json_object_get(property, "default");
    if (json_is_true(json_object_get(property, "secret")))
        return secret_marker(project, json_string_value(json_object_get(property, "id")));
    return fallback ? json_deep_copy(fallback) : json_null();
}

/* The values of one step; NULL when it has nothing to fill in. */
static json_t *step_values(const char *project, const json_t *step, bool *failed)
{
    json_t *properties = json_object_get(step, "properties"), *property;
    json_t *values = json_array_size(properties) ? json_object() : NULL;
    size_t i;
    json_array_foreach(properties, i, property)
    {
        const char *id = json_string_value(json_object_get(property, "id"));
        if (json_is_true(json_object_get(property, "computed")) || !id)
            continue;
        if (json_object_set_new(values, id, value_of(project, property)) != 0)
            *failed = true;
    }
    return values;
}

json_t *recipe_configuration(const json_t *recipe, const char *text, size_t size)
{
    char sha256[65];
    bool failed = false;
    const char *name = json_string_value(json_object_get(recipe, "name"));
    const char *version = json_string_value(json_object_get(recipe, "version"));
    const char *project =
        json_string_value(json_object_get(json_object_get(recipe, "jitterpak"), "projectName"));
    json_t *values = json_object(), *schedules = json_object(), *actions = json_object(), *step;
    size_t i;
    sha256_hex(text, size, sha256);
    json_array_foreach(json_object_get(recipe, "steps"), i, step)
    {
        const char *id = json_string_value(json_object_get(step, "id"));
        const char *type = json_string_value(json_object_get(step, "type"));
        if (!id || !type)
            continue;
        json_t *filled = step_values(project ? project : "", step, &failed);
        if (filled && json_object_set_new(values, id, filled) != 0)
            failed = true;
        if (strcmp(type, "schedule") == 0) {
            json_t *fallback = json_object_get(step, "default");
            failed |= json_object_set_new(schedules, id, fallback ? json_deep_copy(fallback) : json_null()) != 0;
        } else if (strcmp(type, "action") == 0) {
            const char *when = json_string_value(json_object_get(step, "when"));
            failed |= json_object_set_new(actions, id, json_boolean(when && strcmp(when, "deploy") == 0)) != 0;
        }
    }
    json_t *root = json_pack("{s:i, s:{s:s, s:s, s:s}, s:o, s:o, s:o}", "configureFormat", 1, "recipe", "name",
                             name ? name : "", "version", version ? version : "", "sha256", sha256, "values", values,
                             "schedules", schedules, "actions", actions);
    if (failed) {
        json_decref(root);
        return NULL;
    }
    return root;
}
