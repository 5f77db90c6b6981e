/* The same for exports of Cloud Studio. */
#include <stdlib.h>
#include <string.h>

#include "base/secrets.h"
#include "jpk/cloud_model.h"
#include "jpk/retarget_parts.h"

static bool string_is(const struct jdoc *doc, uint32_t node, const char *text)
{
    return jdoc_is(doc, node, JDOC_STRING) && jdoc_string_is(doc, node, text, strlen(text));
}

/* A secret that is not there any more, where properties are not looked up. */
static bool hidden_and_gone(const struct jpk_diff_field *field)
{
    return field->old_hidden && !field->new_hidden && !(field->new_value && *field->new_value);
}

/* ---------------------------------------------------------------------------------------------------- the project */

static bool explains_member(const struct jpk_retarget_options *options, const struct jpk_cloud *b, const char *path)
{
    const struct {
        const char *key, *expected;
    } rows[] = {
        {"organizationId", options->organization_id},
        {"targetEnvironmentId", options->environment_id},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].expected && strcmp(path, rows[i].key) == 0)
            return string_is(b->doc, jdoc_member(b->doc, b->project, path), rows[i].expected);
    if (strcmp(path, "requiresDeploy") == 0) {
        uint32_t value = jdoc_member(b->doc, b->project, path);
        return value != JDOC_NONE && jdoc_type(b->doc, value) == JDOC_TRUE;
    }
    if (strncmp(path, "deployments", strlen("deployments")) == 0) {
        uint32_t value = jdoc_member(b->doc, b->project, "deployments");
        return jdoc_is(b->doc, value, JDOC_ARRAY) && jdoc_count(b->doc, value) == 0;
    }
    return false;
}

/* ---------------------------------------------------------------------------------------------------- components */

/* The property that a field is about: "properties/page1/locator". */
static const struct jpk_cloud_property *property_at(const struct jpk_cloud_component *component, const char *path)
{
    static const char own[] = "properties/";
    return strncmp(path, own, sizeof own - 1) == 0 ? jpk_cloud_property(component, path + sizeof own - 1) : NULL;
}

static bool explains_credential(const struct jpk_diff *diff, const struct jpk_diff_change *change,
                                const struct jpk_diff_field *field)
{
    const struct jdoc *doc = diff->cloud_a->doc, *other = diff->cloud_b->doc;
    const struct jpk_cloud_property *a = property_at(change->component_a, field->path);
    const struct jpk_cloud_property *b = property_at(change->component_b, field->path);
    uint32_t value = a ? jdoc_member(doc, a->node, "value") : JDOC_NONE;
    uint32_t login = jdoc_member(doc, change->component_a->node, field->path);
    if (login != JDOC_NONE && retarget_login_goes(change->component_a, doc, login - 1))
        return jdoc_member(other, change->component_b->node, field->path) == JDOC_NONE;
    if (!a || !b || value == JDOC_NONE)
        return hidden_and_gone(field);
    if (retarget_encrypted(doc, value) || retarget_property_goes(doc, a->node, value, true))
        return jdoc_member(other, b->node, "value") == JDOC_NONE;
    struct buf rest = {0};
    bool cut = a->value && retarget_cut_secrets(a->name, a->value, &rest) && b->value && !rest.failed &&
               strcmp(b->value, buf_text(&rest)) == 0;
    buf_free(&rest);
    return cut;
}

/* Whether e-mails are named anywhere in a value. */
static bool names_email(const struct jpk_cloud *cloud, const struct jdoc *doc, uint32_t node)
{
    for (uint32_t at = node; at < jdoc_next(doc, node); at++)
        if (jdoc_type(doc, at) == JDOC_STRING && retarget_email(cloud, doc, at))
            return true;
    return false;
}

/* A list of an operation, or another member, has lost what names e-mails and nothing else. */
static bool lost_links(const struct jpk_diff *diff, const struct jpk_diff_change *change, const char *path, size_t n)
{
    const struct jdoc *doc = diff->cloud_a->doc, *other = diff->cloud_b->doc;
    size_t rest = 0;
    uint32_t a = jdoc_get(doc, change->component_a->node, path, n);
    uint32_t b = jdoc_get(other, change->component_b->node, path, n);
    if (a == JDOC_NONE || (n == strlen("steps") && memcmp(path, "steps", n) == 0) ||
        !names_email(diff->cloud_a, doc, a))
        return false;
    if (jdoc_type(doc, a) != JDOC_ARRAY)
        return b == JDOC_NONE || jdoc_type(other, b) == JDOC_OBJECT;
    for (uint32_t at = a + 1; at < jdoc_next(doc, a); at = jdoc_next(doc, at))
        rest += !names_email(diff->cloud_a, doc, at);
    return jdoc_is(other, b, JDOC_ARRAY) && jdoc_count(other, b) == rest && !names_email(diff->cloud_a, other, b);
}

static bool explains_link(const struct jpk_diff *diff, const struct jpk_diff_change *change, const char *path,
                          struct retarget_member *last)
{
    size_t n = strcspn(path, "/[");
    if (!last->key || last->size != n || memcmp(last->key, path, n) != 0)
        *last = (struct retarget_member){path, n, lost_links(diff, change, path, n)};
    return last->explained;
}

static bool explains_variable(const struct jpk_diff *diff, const struct jpk_diff_change *change)
{
    uint32_t value = jdoc_member(diff->cloud_b->doc, change->component_b->node, "defaultValue");
    return string_is(diff->cloud_b->doc, value, "");
}

bool retarget_explains_cloud(const struct jpk_retarget_options *options, const struct jpk_diff *diff,
                             const struct jpk_diff_change *change, const struct jpk_diff_field *field,
                             struct retarget_member *last)
{
    const struct jpk_cloud_component *component = change->component_a;
    bool added = field->new_value && !field->old_value && !field->old_hidden;
    if (!component && explains_member(options, diff->cloud_b, field->path))
        return true;
    if (!component)
        return (options->without & JPK_WITHOUT_CREDENTIALS) && hidden_and_gone(field);
    if (component->kind == JPK_CLOUD_VARIABLE && strcmp(field->path, "defaultValue") == 0)
        return (options->without & JPK_WITHOUT_VARIABLES) && explains_variable(diff, change);
    if (component->kind == JPK_CLOUD_OPERATION && (options->without & JPK_WITHOUT_EMAILS) && !added &&
        explains_link(diff, change, field->path, last))
        return true;
    return (options->without & JPK_WITHOUT_CREDENTIALS) && explains_credential(diff, change, field);
}
