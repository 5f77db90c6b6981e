/* The component that a person means. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/error.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_path.h"

/* "script", "e-mail notification", "400"; false: no such kind. NULL is any, JPK_CLOUD_KINDS. */
static bool kind_named(const char *text, enum jpk_cloud_kind *kind, struct jpk_error *err)
{
    char number[24];
    *kind = JPK_CLOUD_KINDS;
    if (!text)
        return true;
    for (size_t i = 0; i < JPK_CLOUD_KINDS; i++) {
        const struct jpk_cloud_kind_info *info = jpk_cloud_kind_info((enum jpk_cloud_kind)i);
        snprintf(number, sizeof number, "%d", info->number);
        if (!text_caseeq(text, info->name) && !text_caseeq(text, info->label) && strcmp(text, number) != 0)
            continue;
        *kind = info->kind;
        return true;
    }
    return error_set(err, JPK_ERR_USAGE, "'%s' is no kind of component", text);
}

enum match { MATCH_PATH, MATCH_NAME, MATCH_CASE, MATCHES };

/* How a component fits a text; MATCHES: not. */
static enum match match_of(const struct jpk_cloud_component *component, const char *text, struct buf *path)
{
    if (strcmp(component->name, text) == 0)
        return MATCH_NAME;
    if (text_caseeq(component->name, text))
        return MATCH_CASE;
    buf_clear(path);
    cloud_path(path, component);
    size_t n = strlen(text);
    const char *tail = path->size >= n ? path->data + path->size - n : NULL;
    bool whole = tail && (tail == path->data || tail[-1] == '/');
    return whole && strchr(text, '/') && strcasecmp(tail, text) == 0 ? MATCH_PATH : MATCHES;
}

static void set_ambiguous(const struct jpk_cloud *cloud, const struct jpk_cloud_component *const found[2],
                          const char *text, struct jpk_error *err)
{
    struct buf a = {0}, b = {0};
    cloud_path(&a, found[0]);
    cloud_path(&b, found[1]);
    error_set(err, JPK_ERR_AMBIGUOUS, "'%s' is the name of several components, such as '%s' (%s) and '%s' (%s)", text,
              buf_text(&a), found[0]->id, buf_text(&b), found[1]->id);
    if (cloud->file)
        error_file(err, cloud->file);
    buf_free(&a);
    buf_free(&b);
}

static void set_not_found(const struct jpk_cloud *cloud, enum jpk_cloud_kind kind, const char *text,
                          struct jpk_error *err)
{
    const char *nearest = NULL, *label = kind == JPK_CLOUD_KINDS ? "component" : jpk_cloud_kind_info(kind)->label;
    size_t half = strlen(text) / 2 + 1, least = half < 4 ? half : 4;
    for (size_t i = 0; i < cloud->component_count && least > 0; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        size_t distance = kind == JPK_CLOUD_KINDS || component->kind == kind
                              ? text_distance(text, component->name, least - 1)
                              : least;
        if (distance >= least)
            continue;
        nearest = component->name;
        least = distance;
    }
    if (nearest)
        error_set(err, JPK_ERR_NOT_FOUND, "has no %s '%s'; did you mean '%s'?", label, text, nearest);
    else
        error_set(err, JPK_ERR_NOT_FOUND, "has no %s '%s'", label, text);
    if (cloud->file)
        error_file(err, cloud->file);
}

const struct jpk_cloud_component *jpk_cloud_select(const struct jpk_cloud *cloud, const char *text, const char *kind,
                                                   struct jpk_error *err)
{
    enum jpk_cloud_kind wanted;
    const struct jpk_cloud_component *found[MATCHES][2] = {{NULL, NULL}};
    struct buf path = {0};
    if (!kind_named(kind, &wanted, err))
        return NULL;
    const struct jpk_cloud_component *exact = jpk_cloud_by_id(cloud, text);
    exact = exact ? exact : jpk_cloud_by_reference(cloud, text);
    if (exact && (wanted == JPK_CLOUD_KINDS || exact->kind == wanted))
        return exact;
    for (size_t i = 0; i < cloud->component_count; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        enum match match =
            wanted == JPK_CLOUD_KINDS || component->kind == wanted ? match_of(component, text, &path) : MATCHES;
        if (match != MATCHES && !found[match][1])
            found[match][found[match][0] ? 1 : 0] = component;
    }
    bool failed = path.failed;
    buf_free(&path);
    for (int match = 0; match < MATCHES && !failed; match++) {
        if (found[match][1])
            set_ambiguous(cloud, found[match], text, err);
        if (found[match][0])
            return found[match][1] ? NULL : found[match][0];
    }
    if (failed)
        error_memory(err);
    else
        set_not_found(cloud, wanted, text, err);
    return NULL;
}
