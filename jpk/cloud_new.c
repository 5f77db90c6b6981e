/* Components from the templates of jpk/cloud_trees.c. */
#include "jpk/cloud_new.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/json_write.h"
#include "jpk/cloud_trees.h"
#include "jpk/script_text.h"

/* A template as a value: no text in one has a quote of either kind. */
static json_t *from_template(const char *before, const char *text, const char *after)
{
    struct buf json = {0};
    buf_printf(&json, "%s%s%s", before, text, after);
    for (size_t i = 0; i < json.size; i++)
        if (json.data[i] == '\'')
            json.data[i] = '"';
    json_t *value = json.failed ? NULL : json_read(json.data, json.size, NULL, NULL);
    buf_free(&json);
    return value;
}

static bool set_text(json_t *object, const char *key, const char *text)
{
    return json_object_set_new(object, key, json_string(text)) == 0;
}

/* `value`, or NULL after letting go of it. */
static json_t *unless(bool failed, json_t *value)
{
    if (!failed)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *named(const char *text, const char *name, const char *id)
{
    json_t *value = from_template("", text, "");
    return unless(!value || !set_text(value, "name", name) || !set_text(value, "id", id), value);
}

json_t *cloud_new_component(enum jpk_cloud_kind kind, const char *name, const char *id)
{
    return named(cloud_kind_template(kind), name, id);
}

json_t *cloud_new_workflow(const char *name, const char *id)
{
    return named(cloud_workflow_template, name, id);
}

json_t *cloud_new_project(const char *name, const char *id)
{
    return named(cloud_project_template, name, id);
}

json_t *cloud_new_export(json_t *project)
{
    return json_pack("{s:[], s:o, s:i}", "assets", "project", project, "version", 4);
}

json_t *cloud_new_link(enum jpk_cloud_kind kind, const char *id)
{
    return json_pack("{s:s, s:i}", "id", id, "type", jpk_cloud_kind_info(kind)->number);
}

json_t *cloud_new_outcome(int when, const char *operation_id, const char *id)
{
    return json_pack("{s:i, s:s, s:s}", "outcomeType", when, "operationId", operation_id, "id", id);
}

/* ------------------------------------------------------------------------------------------------------- properties */

static bool is_group(const struct cloud_row *row)
{
    return !row->type || strcmp(row->type, "group") == 0 || strcmp(row->type, "pagination") == 0 ||
           strcmp(row->type, "advanced-builder") == 0;
}

static json_t *new_property(const struct cloud_row *row)
{
    bool group = is_group(row);
    json_t *property = json_object(), *members = from_template("{", row->members ? row->members : "", "}");
    bool ok = property && members && (!row->type || set_text(property, "type", row->type)) &&
              (group || json_object_set_new(property, "multiple", json_false()) == 0) &&
              set_text(property, "name", row->name) && (!row->label || set_text(property, "displayName", row->label)) &&
              json_object_update(property, members) == 0 &&
              (!group || json_object_set_new(property, "children", json_array()) == 0);
    json_decref(members);
    return unless(!ok, property);
}

static json_t *new_properties(const struct cloud_row *rows)
{
    enum { DEPTH = 8 };
    json_t *levels[DEPTH] = {json_array()};
    for (const struct cloud_row *row = rows; levels[0] && row->name; row++) {
        json_t *property = new_property(row);
        if (json_array_append_new(levels[row->depth], property) != 0)
            return unless(true, levels[0]);
        if (is_group(row))
            levels[row->depth + 1] = json_object_get(property, "children");
    }
    return levels[0];
}

bool cloud_tree_known(const char *adapter, const char *function)
{
    return cloud_template(adapter, function) != NULL;
}

/* Adds what a template says. */
static bool apply(json_t *component, const struct cloud_template *template)
{
    json_t *fields = from_template("", template->fields, "");
    bool ok = fields && json_object_update(component, fields) == 0 &&
              json_object_set_new(component, "properties", new_properties(template->properties)) == 0;
    json_decref(fields);
    return ok;
}

/* What all components of an adapter (function NULL) or a function have. */
static json_t *new_model(const char *adapter, const char *function)
{
    const struct cloud_template *template = cloud_template(adapter, function);
    json_t *model = cloud_new_component(function ? JPK_CLOUD_ACTIVITY : JPK_CLOUD_CONNECTION, "", "");
    return unless(!model || !set_text(model, "adapterId", adapter) ||
                      (function && !set_text(model, "functionName", function)) || (template && !apply(model, template)),
                  model);
}

/* Properties that can get values and children of their own; all else is shared. As deep as templates are. */
static json_t *copy_properties(const json_t *list)
{
    size_t index;
    json_t *property, *copies = json_array();
    json_array_foreach(list, index, property)
    {
        json_t *copy = json_shallow_copy(property), *children = json_object_get(property, "children");
        if (!copy || json_array_append_new(copies, copy) != 0 ||
            (children && json_object_set_new(copy, "children", copy_properties(children)) != 0))
            return unless(true, copies);
    }
    return copies;
}

/* A copy of the model, which is made when it is the first; `models` may be NULL. */
static json_t *new_like_model(json_t *models, const char *adapter, const char *function, const char *name,
                              const char *id)
{
    char key[256];
    snprintf(key, sizeof key, "%s %s", adapter, function ? function : "");
    json_t *model = json_incref(json_object_get(models, key));
    if (!model && (model = new_model(adapter, function)) && models && json_object_set(models, key, model) != 0)
        return unless(true, model);
    json_t *component = json_shallow_copy(model);
    bool ok = component && set_text(component, "name", name) && set_text(component, "id", id) &&
              json_object_set_new(component, "properties", copy_properties(json_object_get(model, "properties"))) == 0;
    json_decref(model);
    return unless(!ok, component);
}

json_t *cloud_new_connection(json_t *models, const char *adapter, const char *name, const char *id)
{
    return new_like_model(models, adapter, NULL, name, id);
}

json_t *cloud_new_activity(json_t *models, const char *adapter, const char *function, const char *name, const char *id,
                           const char *connection_id)
{
    json_t *component = new_like_model(models, adapter, function, name, id);
    return unless(!component || json_object_set_new(component, "endpoint",
                                                    cloud_new_link(JPK_CLOUD_CONNECTION, connection_id)) != 0,
                  component);
}

/* The property of that name in a list, of n bytes. */
static json_t *child_named(const json_t *list, const char *name, size_t n)
{
    size_t index;
    json_t *child;
    json_array_foreach(list, index, child)
    {
        const char *found = json_string_value(json_object_get(child, "name"));
        if (found && strlen(found) == n && memcmp(found, name, n) == 0)
            return child;
    }
    return NULL;
}

bool cloud_set(json_t *component, const char *path, json_t *value)
{
    json_t *list = json_object_get(component, "properties"), *property = NULL;
    for (const char *part = path; part; list = json_object_get(property, "children")) {
        const char *slash = strchr(part, '/');
        property = child_named(list, part, slash ? (size_t)(slash - part) : strlen(part));
        part = slash ? slash + 1 : NULL;
    }
    if (property)
        return json_object_set_new(property, "value", value) == 0;
    json_decref(value);
    return false;
}

/* ---------------------------------------------------------------------------------------------------------- scripts */

bool cloud_set_script(json_t *component, const char *text, bool javascript)
{
    struct buf cleansed = {0};
    script_cleanse(text, strlen(text), &cleansed);
    bool ok = !cleansed.failed && set_text(component, "scriptBody", text) &&
              json_object_set_new(component, "scriptType", json_integer(javascript ? 0 : 1)) == 0 &&
              set_text(component, "scriptBodyCleansed", buf_text(&cleansed));
    buf_free(&cleansed);
    return ok;
}
