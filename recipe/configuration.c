/* The configure file: the form of a recipe, to be filled in. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json_write.h"
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
    if (open && open > name + 1 && n > 0 && name[n - 1] == ')' && strspn(open + 1, "0123456789") == strlen(open) - 2)
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

struct form {
    const char *project;
    struct map names; /* of environment variables -> number of the last clash; keys live in the file's values */
    bool failed;
};

/* Two secrets never come from one variable: a name that is taken gets a number. */
static json_t *secret_marker(struct form *form, const char *property)
{
    struct buf name = {0}, numbered = {0};
    buf_puts(&name, "env:");
    if (*form->project >= '0' && *form->project <= '9')
        buf_putc(&name, '_');
    put_upper(&name, form->project, short_length(form->project));
    buf_putc(&name, '_');
    put_upper(&name, property, strlen(property));
    buf_puts(&numbered, buf_text(&name));
    uint32_t last = map_get(&form->names, buf_text(&name), name.size);
    bool clash = last != MAP_NONE;
    while (!numbered.failed && map_get(&form->names, buf_text(&numbered), numbered.size) != MAP_NONE) {
        buf_clear(&numbered);
        buf_printf(&numbered, "%s_%u", buf_text(&name), ++last);
    }
    if (clash && !map_set(&form->names, buf_text(&name), name.size, last))
        form->failed = true;
    json_t *marker = name.failed || numbered.failed ? NULL : json_pack("{s:s}", "secret", buf_text(&numbered));
    const char *kept = json_string_value(json_object_get(marker, "secret"));
    if (!kept || !map_set(&form->names, kept, strlen(kept), 1))
        form->failed = true;
    buf_free(&name);
    buf_free(&numbered);
    return marker;
}

static json_t *copy_of(struct form *form, const json_t *value)
{
    json_t *copy = json_whole_copy(value);
    if (!copy)
        form->failed = true;
    return copy;
}

static json_t *value_of(struct form *form, const json_t *property)
{
    json_t *fallback = json_object_get(property, "default");
    if (json_is_true(json_object_get(property, "secret")))
        return secret_marker(form, plan_member(property, "id"));
    return fallback ? copy_of(form, fallback) : json_null();
}

/* The values of one step; NULL when it has nothing to fill in. */
static json_t *step_values(struct form *form, const json_t *step)
{
    json_t *properties = json_object_get(step, "properties"), *property;
    json_t *values = json_array_size(properties) ? json_object() : NULL;
    size_t i;
    json_array_foreach(properties, i, property)
    {
        const char *id = plan_member(property, "id");
        if (json_is_true(json_object_get(property, "computed")) || !id)
            continue;
        if (json_object_set_new(values, id, value_of(form, property)) != 0)
            form->failed = true;
    }
    return values;
}

json_t *recipe_configuration(const json_t *recipe, const char *text, size_t size)
{
    char sha256[65];
    struct form form = {0};
    const char *name = plan_member(recipe, "name");
    const char *version = plan_member(recipe, "version");
    const char *project = plan_member(json_object_get(recipe, "jitterpak"), "projectName");
    form.project = project ? project : "";
    json_t *values = json_object(), *schedules = json_object(), *actions = json_object(), *step;
    size_t i;
    sha256_hex(text, size, sha256);
    json_array_foreach(json_object_get(recipe, "steps"), i, step)
    {
        const char *id = plan_member(step, "id");
        const char *type = plan_member(step, "type");
        if (!id || !type)
            continue;
        json_t *filled = step_values(&form, step);
        if (filled && json_object_set_new(values, id, filled) != 0)
            form.failed = true;
        if (strcmp(type, "schedule") == 0) {
            json_t *fallback = json_object_get(step, "default");
            form.failed |= json_object_set_new(schedules, id, fallback ? copy_of(&form, fallback) : json_null()) != 0;
        } else if (strcmp(type, "action") == 0) {
            const char *when = plan_member(step, "when");
            form.failed |= json_object_set_new(actions, id, json_boolean(when && strcmp(when, "deploy") == 0)) != 0;
        }
    }
    json_t *root = json_pack("{s:i, s:{s:s, s:s, s:s}, s:o, s:o, s:o}", "configureFormat", 1, "recipe", "name",
                             name ? name : "", "version", version ? version : "", "sha256", sha256, "values", values,
                             "schedules", schedules, "actions", actions);
    map_free(&form.names);
    if (form.failed) {
        json_decref(root);
        return NULL;
    }
    return root;
}
