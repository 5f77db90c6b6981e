/*
 * An export for another organization: one pass over the document marks what is written otherwise, and the writer of
 * canonical text does the rest. Facts: sections 2 to 13 of the format's description, section 3.8 of the mapping rules.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "jpk/cloud_model.h"
#include "jpk/cloud_path.h"
#include "jpk/cloud_shape.h"
#include "jpk/retarget_sweep.h"

/* ---------------------------------------------------------------------------------------------------------- project */

static void visit_project(struct sweep *s, uint32_t key, uint32_t value)
{
    const struct {
        const char *key, *text, *json;
    } rows[] = {
        {"name", s->options->name, NULL},
        {"organizationId", s->options->organization_id, NULL},
        {"targetEnvironmentId", s->options->environment_id, NULL},
        {"deployments", NULL, "[]"},
        {"requiresDeploy", NULL, "true"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!jdoc_string_is(s->doc, key, rows[i].key, strlen(rows[i].key)))
            continue;
        if (rows[i].text)
            sweep_replace_string(s, value, rows[i].text);
        else if (rows[i].json)
            sweep_replace(s, value, rows[i].json);
    }
}

/* ------------------------------------------------------------------------------------------------------------ e-mails
 */

const struct jpk_cloud_component *retarget_email(const struct jpk_cloud *cloud, const struct jdoc *doc, uint32_t string)
{
    enum { ID_MAX = 64 };
    char id[ID_MAX + 1];
    size_t n = jdoc_string_size(doc, string);
    if (n == 0 || n > ID_MAX)
        return NULL;
    memcpy(id, jdoc_string(doc, string), n);
    id[n] = '\0';
    const struct jpk_cloud_component *component = jpk_cloud_by_id(cloud, id);
    return component && component->kind == JPK_CLOUD_EMAIL ? component : NULL;
}

static bool dropped(const struct sweep *s, const struct jpk_cloud_component *email)
{
    return sweep_without(s, JPK_WITHOUT_EMAILS) && !s->user[email->index] && !s->outside[email->index];
}

/* The depth of the operation around the value at hand, be it a component or the copy in a workflow; 0: there is none.
 */
static size_t operation_depth(const struct sweep *s)
{
    if (s->component)
        return s->component->kind == JPK_CLOUD_OPERATION ? s->base : 0;
    size_t at = 0;
    while (at < s->depth && !sweep_has_key(s, at, "workflows"))
        at++;
    while (at + 1 < s->depth && !sweep_has_key(s, at, "operations"))
        at++;
    return at + 1 < s->depth ? at + 1 : 0;
}

/*
 * The link of an operation: the element of a list, or the member. Steps are no links: without one the operation would
 * be another. JDOC_NONE: it is none.
 */
static uint32_t operation_link(const struct sweep *s, uint32_t key, uint32_t string, const char **member, size_t *n)
{
    size_t operation = operation_depth(s), first = operation + 1;
    if (!operation)
        return JDOC_NONE;
    uint32_t own = first < s->depth ? s->stack[first].key : key;
    if (own == JDOC_NONE || jdoc_string_is(s->doc, own, "steps", strlen("steps")) ||
        jdoc_string_is(s->doc, own, "id", strlen("id")))
        return JDOC_NONE;
    *member = jdoc_string(s->doc, own);
    *n = jdoc_string_size(s->doc, own);
    for (size_t i = first; i < s->depth; i++)
        if (jdoc_type(s->doc, s->stack[i].node) == JDOC_ARRAY)
            return i + 1 < s->depth ? s->stack[i + 1].node : string;
    return string;
}

/* The row of a global variable that says where it is used; JDOC_NONE: it is none. */
static uint32_t usage(const struct sweep *s)
{
    bool rows = s->component && s->component->kind == JPK_CLOUD_GLOBAL && s->base + 2 < s->depth &&
                sweep_has_key(s, s->base + 1, "usages");
    return rows ? s->stack[s->base + 2].node : JDOC_NONE;
}

static void visit_email(struct sweep *s, uint32_t key, uint32_t string)
{
    const struct jpk_cloud_component *email = retarget_email(s->cloud, s->doc, string);
    const char *member = "";
    size_t n = 0;
    if (!email || s->component == email ||
        (key != JDOC_NONE && jdoc_string_is(s->doc, key, "duplicateRef", strlen("duplicateRef"))))
        return;
    uint32_t link = operation_link(s, key, string, &member, &n), row = usage(s);
    if (link == JDOC_NONE && row == JDOC_NONE) {
        s->user[email->index] = s->user[email->index] ? s->user[email->index] : s->component;
        s->outside[email->index] |= !s->component;
    } else if (s->marking && link == JDOC_NONE) {
        if (dropped(s, email))
            sweep_leave_out(s, row);
    } else if (s->marking && s->edits.what[link] == CLOUD_STAYS) {
        char *shown = s->component ? strndup(member, n) : NULL;
        s->failed |= s->component && !shown;
        sweep_leave_out(s, link);
        if (shown)
            sweep_list_named(s, &s->result->left_out, s->component,
                             (struct jpk_left_out){.why = JPK_WITHOUT_EMAILS, .key = shown}, "it names ", email, "");
        free(shown);
    }
}

/* Scripts name e-mails by their names. */
static void find_users(struct sweep *s)
{
    for (size_t i = 0; i < s->cloud->component_count; i++) {
        const struct jpk_cloud_component *email = s->cloud->components[i];
        size_t count = 0;
        const struct jpk_cloud_reference *const *to =
            email->kind == JPK_CLOUD_EMAIL ? jpk_cloud_to(s->cloud, email, &count) : NULL;
        for (size_t j = 0; j < count && !s->user[i]; j++)
            if (!to[j]->in_comment && to[j]->from != email)
                s->user[i] = to[j]->from;
    }
}

/* The row of an e-mail that goes, or that has to stay. */
static void list_email(struct sweep *s)
{
    const struct jpk_cloud_component *email = s->component, *user = s->user[email->index];
    struct jpk_left_out row = {.why = JPK_WITHOUT_EMAILS};
    if (dropped(s, email))
        sweep_list(s, &s->result->left_out, email, row);
    else if (user)
        sweep_list_named(s, &s->result->kept, email, row, "", user, " uses it");
    else
        sweep_list(s, &s->result->kept, email,
                   (struct jpk_left_out){.why = JPK_WITHOUT_EMAILS, .note = "something else in the file names it"});
}

/* ------------------------------------------------------------------------------------------------------ the document
 */

/* Whether a member is the value of a project variable, which is no credential. */
static bool variable_value(const struct sweep *s, uint32_t parent, uint32_t key)
{
    return s->component && s->component->kind == JPK_CLOUD_VARIABLE && parent == s->component->node &&
           key != JDOC_NONE && jdoc_string_is(s->doc, key, "defaultValue", strlen("defaultValue"));
}

/* A value; `key` is JDOC_NONE for elements of arrays. */
static void visit(struct sweep *s, uint32_t key, uint32_t value)
{
    uint32_t parent = s->depth ? s->stack[s->depth - 1].node : JDOC_NONE;
    bool variable = variable_value(s, parent, key);
    if (sweep_without(s, JPK_WITHOUT_EMAILS) && jdoc_type(s->doc, value) == JDOC_STRING)
        visit_email(s, key, value);
    if (!s->marking || s->edits.what[value] != CLOUD_STAYS)
        return;
    if (key != JDOC_NONE && parent == s->cloud->project && s->cloud->form != JPK_CLOUD_COMPONENTS)
        visit_project(s, key, value);
    else if (variable && sweep_variable_goes(s, value))
        sweep_variable(s, key, value);
    else if (variable && sweep_keep_variable(s, value))
        return;
    else if (!variable && sweep_without(s, JPK_WITHOUT_CREDENTIALS))
        sweep_credential(s, parent, key, value);
    if (jdoc_type(s->doc, value) == JDOC_OBJECT)
        sweep_asset(s, value);
    else if (!sweep_asset_part(s, value))
        sweep_text(s, key, value);
}

/* Goes into a container, and notes when it is a component. False: it is left out. */
static bool enter(struct sweep *s, uint32_t key, uint32_t node)
{
    const struct jpk_cloud *cloud = s->cloud;
    while (s->next < cloud->component_count && cloud->components[s->next]->node < node)
        s->next++;
    if (s->next < cloud->component_count && cloud->components[s->next]->node == node) {
        s->component = cloud->components[s->next++];
        s->base = s->depth;
        if (s->marking && s->component->kind == JPK_CLOUD_EMAIL && sweep_without(s, JPK_WITHOUT_EMAILS)) {
            list_email(s);
            if (dropped(s, s->component))
                sweep_leave_out(s, node);
        }
    }
    if (s->edits.what[node] != CLOUD_STAYS)
        return false;
    s->stack[s->depth++] = (struct around){node, key};
    return true;
}

static void leave(struct sweep *s, uint32_t at)
{
    while (s->depth && at >= jdoc_next(s->doc, s->stack[s->depth - 1].node))
        s->depth--;
    if (s->component && at >= jdoc_next(s->doc, s->component->node))
        s->component = NULL;
}

static void sweep(struct sweep *s, bool marking)
{
    const struct jdoc *doc = s->doc;
    uint32_t key = JDOC_NONE;
    s->marking = marking;
    s->next = s->depth = 0;
    s->component = NULL;
    for (uint32_t at = 0; at < doc->count && !s->failed;) {
        leave(s, at);
        if (doc->nodes[at].flags & JDOC_KEY) {
            key = at;
            at = jdoc_shadowed(doc, at) ? jdoc_next(doc, at + 1) : at + 1;
            continue;
        }
        if (key != JDOC_NONE && key + 1 != at)
            key = JDOC_NONE;
        visit(s, key, at);
        bool container = jdoc_type(doc, at) >= JDOC_ARRAY;
        at = (container ? enter(s, key, at) : s->edits.what[at] != CLOUD_LEFT_OUT) ? at + 1 : jdoc_next(doc, at);
    }
}

static bool mark_names(struct sweep *s)
{
    const struct jpk_cloud *cloud = s->cloud;
    size_t count = 0;
    const char **names = calloc(cloud->component_count + cloud->workflow_count + cloud->asset_count + 1, sizeof *names);
    for (size_t i = 0; names && i < cloud->component_count; i++)
        names[count++] = cloud->components[i]->name;
    for (size_t i = 0; names && i < cloud->workflow_count; i++)
        names[count++] = cloud->workflows[i].name;
    for (size_t i = 0; names && i < cloud->asset_count; i++)
        names[count++] = cloud->assets[i].path;
    bool ok = names && retarget_mark_names(s->result, names, count);
    free(names);
    return ok;
}

static bool sweep_all(struct sweep *s)
{
    s->edits.what = calloc(s->doc->count + (size_t)1, sizeof *s->edits.what);
    s->user = calloc(s->cloud->component_count + 1, sizeof(struct jpk_cloud_component *));
    s->outside = calloc(s->cloud->component_count + 1, sizeof *s->outside);
    if (!s->edits.what || !s->user || !s->outside)
        return false;
    if (sweep_without(s, JPK_WITHOUT_EMAILS)) {
        find_users(s);
        sweep(s, false);
    }
    if (!s->result->looking && sweep_without(s, JPK_WITHOUT_SECRETS))
        s->failed |= !mark_names(s);
    s->failed |= !retarget_find(s->doc->text, s->doc->size, s->options->without, s->result->looking, NULL, &s->hits);
    sweep(s, true);
    return !s->failed;
}

static bool write_text(struct sweep *s)
{
    struct buf out = {0};
    cloud_put_edited(&out, s->doc, cloud_shape_of_export(s->cloud), &s->edits);
    buf_putc(&out, '\n');
    if (out.failed) {
        buf_free(&out);
        return false;
    }
    s->result->public.text = out.data;
    s->result->public.size = out.size;
    return true;
}

static struct retargeted *retarget_cloud(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                         bool looking, struct jpk_error *err)
{
    struct sweep *s = calloc(1, sizeof *s);
    struct retargeted *result = retarget_begin(options, err);
    bool ok = s && result;
    if (!s)
        error_memory(err);
    if (ok) {
        s->options = options;
        s->cloud = cloud;
        s->doc = cloud->doc;
        s->result = result;
        s->part = (struct sweep_part){.content = JDOC_NONE, .size = JDOC_NONE};
        result->looking = looking;
        ok = (sweep_all(s) && (looking || write_text(s))) || error_memory(err);
        free(s->edits.what);
        free(s->user);
        free(s->outside);
        free(s->replacements);
        hygiene_hits_free(&s->hits);
    }
    free(s);
    if (!ok && result)
        jpk_retargeted_free(&result->public);
    return ok ? result : NULL;
}

struct jpk_retargeted *jpk_retarget_export(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                           struct jpk_error *err)
{
    struct retargeted *result = retarget_cloud(cloud, options, false, err);
    return retarget_end(result, result != NULL, err);
}

struct retargeted *retarget_look_cloud(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                       struct jpk_error *err)
{
    return retarget_cloud(cloud, options, true, err);
}
