/* What a person asks to see: an item, a variable or a file. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/model.h"
#include "jpk/show.h"

enum { NEAR = 4 };

static bool not_found(const struct jpk_project *project, struct jpk_error *err, const char *kind, const char *name,
                      const char *nearest)
{
    if (nearest)
        error_set(err, JPK_ERR_NOT_FOUND, "has no %s '%s'; did you mean '%s'?", kind, name, nearest);
    else
        error_set(err, JPK_ERR_NOT_FOUND, "has no %s '%s'", kind, name);
    error_file(err, jpk_archive_name(project->archive));
    return false;
}

/* Where to begin: names that differ in more letters than this are others, of short ones in more than half. */
static size_t near(const char *text)
{
    size_t half = strlen(text) / 2 + 1;
    return half < NEAR ? half : NEAR;
}

static const char *nearer(const char *nearest, const char *candidate, const char *text, size_t *distance)
{
    size_t d = *distance > 0 ? text_distance(text, candidate, *distance - 1) : *distance;
    if (d >= *distance)
        return nearest;
    *distance = d;
    return candidate;
}

static bool select_file(const struct jpk_project *project, const char *name, struct jpk_selection *selection,
                        struct jpk_error *err)
{
    const struct jpk_file *file = jpk_project_file(project, name);
    const char *nearest = NULL;
    size_t distance = near(name);
    for (size_t i = 0; !file && i < project->file_count; i++)
        nearest = nearer(nearest, project->files[i].name, name, &distance);
    if (!file)
        return not_found(project, err, "file", name, nearest);
    *selection = (struct jpk_selection){.file = file};
    return true;
}

static const char *nearest_variable(const struct jpk_graph *graph, const char *name)
{
    const char *nearest = NULL;
    size_t distance = near(name);
    for (size_t i = 0; i < graph->variable_count; i++)
        nearest = nearer(nearest, graph->variables[i].name, name, &distance);
    return nearest;
}

static void set_variable(struct jpk_selection *selection, const struct jpk_variable *variable)
{
    *selection = (struct jpk_selection){.entity = variable->entity};
    if (!variable->entity)
        selection->variable = variable;
}

/* The name in `$name` and `[name]`; false for other texts. */
static bool variable_name(const char *text, char *name, size_t size)
{
    size_t n = strlen(text);
    bool dollar = n > 1 && text[0] == '$', brackets = n > 2 && text[0] == '[' && text[n - 1] == ']';
    size_t length = n - (brackets ? 2 : 1);
    if ((!dollar && !brackets) || length >= size)
        return false;
    memcpy(name, text + 1, length);
    name[length] = '\0';
    return true;
}

/* An item may be called "[name]" too, so those that are no variable are looked for among the items. */
static bool select_variable(const struct jpk_graph *graph, const char *text, struct jpk_selection *selection)
{
    char name[512];
    const struct jpk_variable *variable =
        variable_name(text, name, sizeof name) ? jpk_graph_variable(graph, name) : NULL;
    if (variable)
        set_variable(selection, variable);
    return variable != NULL;
}

/* The type as files write it, for how people may write it. */
static const char *type_name(const struct jpk_project *project, const char *type, struct jpk_error *err)
{
    const char *nearest = NULL;
    size_t distance = near(type);
    for (size_t i = 1; i < JPK_TYPE_COUNT; i++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)i);
        if (text_caseeq(info->name, type) || text_caseeq(info->label, type) || text_caseeq(info->plural, type))
            return info->name;
        nearest = nearer(nearest, info->name, type, &distance);
    }
    for (size_t i = 0; i < project->entity_count; i++)
        if (text_caseeq(project->entities[i]->type_name, type))
            return project->entities[i]->type_name;
    error_set(err, JPK_ERR_USAGE, "'%s' is no type of items%s%s%s", type, nearest ? "; did you mean '" : "",
              nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

static bool select_item(const struct jpk_project *project, const struct jpk_graph *graph, const char *text,
                        const char *type, struct jpk_selection *selection, struct jpk_error *err)
{
    struct jpk_error local = {0};
    bool found_near = false;
    const struct jpk_entity *entity = project_select(project, text, type, &found_near, &local);
    if (entity) {
        *selection = (struct jpk_selection){.entity = entity};
        return true;
    }
    const struct jpk_variable *variable =
        local.code == JPK_ERR_NOT_FOUND && !type ? jpk_graph_variable(graph, text) : NULL;
    if (variable) {
        set_variable(selection, variable);
        return true;
    }
    char name[512];
    bool as_variable = variable_name(text, name, sizeof name);
    const char *nearest =
        type || (found_near && !as_variable) ? NULL : nearest_variable(graph, as_variable ? name : text);
    if (local.code == JPK_ERR_NOT_FOUND && (nearest || as_variable)) {
        local = (struct jpk_error){0};
        not_found(project, &local, as_variable ? "variable" : "item", as_variable ? name : text, nearest);
    }
    error_pass(err, &local, NULL);
    return false;
}

bool jpk_show_select(const struct jpk_project *project, const struct jpk_graph *graph, const char *text,
                     const char *type, struct jpk_selection *selection, struct jpk_error *err)
{
    static const char files[] = "files/";
    const char *name = type ? type_name(project, type, err) : NULL;
    if (type && !name)
        return false;
    if (!type && strncmp(text, files, sizeof files - 1) == 0)
        return select_file(project, text + sizeof files - 1, selection, err);
    if (!type && select_variable(graph, text, selection))
        return true;
    return select_item(project, graph, text, name, selection, err);
}
