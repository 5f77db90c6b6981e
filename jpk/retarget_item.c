/* What becomes of properties: of entities, and of the properties files. Facts: sections 4, 10 and 16 of the inventory.
 */
#include <stddef.h>
#include <string.h>

#include "base/secrets.h"
#include "jpk/retarget_parts.h"

bool retarget_cut_secrets(const char *key, const char *value, struct buf *out)
{
    buf_clear(out);
    if (secret_field_has_parts(key, strlen(key)) && cut_secrets(out, value))
        return true;
    buf_clear(out);
    return false;
}

/* ------------------------------------------------------------------------------------------------ of entities */

static const struct retarget_link links[] = {
    {JPK_WITHOUT_SCHEDULES, JPK_TYPE_SCHEDULE, JPK_REF_SCHEDULE, {"schedule_id", NULL}},
    {JPK_WITHOUT_EMAILS, JPK_TYPE_EMAIL_MESSAGE, JPK_REF_MESSAGE, {"success_message_id", "failure_message_id"}},
};

enum { LINKS = sizeof links / sizeof links[0] };

const struct retarget_link *retarget_link_of(enum jpk_type type)
{
    for (size_t i = 0; i < LINKS; i++)
        if (links[i].type == type)
            return &links[i];
    return NULL;
}

static bool is_link(const struct retarget_link *link, const char *key)
{
    for (size_t i = 0; i < sizeof link->keys / sizeof link->keys[0] && link->keys[i]; i++)
        if (strcmp(link->keys[i], key) == 0)
            return true;
    return false;
}

static enum retarget_fate operation_item(unsigned without, const struct jpk_item *item, enum jpk_without *why)
{
    for (size_t i = 0; i < LINKS; i++) {
        if (!(without & links[i].why) || !is_link(&links[i], item->key) || !item->value || !*item->value)
            continue;
        *why = links[i].why;
        return ITEM_GOES;
    }
    return ITEM_STAYS;
}

static enum retarget_fate credential(const struct jpk_item *item, struct buf *value)
{
    size_t least, most;
    if (!item->value || !*item->value)
        return ITEM_STAYS;
    if (item->encrypted || jpk_encrypted_length(item->value, &least, &most))
        return ITEM_EMPTIED;
    if (secret_field_name(item->key, strlen(item->key)))
        return secret_field_value(item->value, strlen(item->value)) ? ITEM_CHANGED : ITEM_STAYS;
    return retarget_cut_secrets(item->key, item->value, value) ? ITEM_CHANGED : ITEM_STAYS;
}

enum retarget_fate retarget_item(unsigned without, enum jpk_type type, const struct jpk_item *item,
                                 enum jpk_without *why, struct buf *value)
{
    buf_clear(value);
    if (type == JPK_TYPE_PROJECT_VARIABLE) {
        *why = JPK_WITHOUT_VARIABLES;
        return (without & JPK_WITHOUT_VARIABLES) && item->value && strcmp(item->key, "value") == 0 ? ITEM_GOES
                                                                                                   : ITEM_STAYS;
    }
    enum retarget_fate fate = type == JPK_TYPE_OPERATION ? operation_item(without, item, why) : ITEM_STAYS;
    if (fate != ITEM_STAYS || !(without & JPK_WITHOUT_CREDENTIALS))
        return fate;
    *why = JPK_WITHOUT_CREDENTIALS;
    return credential(item, value);
}

/* ------------------------------------------------------------------------------------------- of properties files */

#define OPTION(name) PROPERTY_OPTION, offsetof(struct jpk_retarget_options, name), NULL

/* The state of deployment is that of an environment that was saved for the first time. */
static const struct retarget_property properties[] = {
    {"environment.properties", "org-id", OPTION(organization_id)},
    {"environment.properties", "org-name", OPTION(organization_name)},
    {"environment.properties", "environment-id", OPTION(environment_id)},
    {"environment.properties", "environment-name", OPTION(environment_name)},
    {"environment.properties", "deploy-dirty", PROPERTY_FIXED, 0, "true"},
    {"environment.properties", "has-been-deployed", PROPERTY_FIXED, 0, "false"},
    {"environment.properties", "last-deployed-at", PROPERTY_GOES, 0, NULL},
    {"environment.properties", "last-deployed-by", PROPERTY_GOES, 0, NULL},
    {"environment.properties", "last-deployed-in", PROPERTY_GOES, 0, NULL},
    {"jitterpak.properties", "project_name", OPTION(name)},
    {"jitterpak.properties", "org_id", OPTION(organization_id)},
    {"jitterpak.properties", "org_name", OPTION(organization_name)},
    {"jitterpak.properties", "env_id", OPTION(environment_id)},
    {"jitterpak.properties", "env_name", OPTION(environment_name)},
    {"manifest.jip", "project-name", OPTION(name)},
    {"manifest.jip", "org-id", OPTION(organization_id)},
    {"manifest.jip", "org-name", OPTION(organization_name)},
    {"manifest.jip", "last-environment", OPTION(environment_id)},
    {NULL, NULL, PROPERTY_GOES, 0, NULL},
};

const struct retarget_property *retarget_properties(void)
{
    return properties;
}

bool retarget_property_value(const struct retarget_property *row, const struct jpk_retarget_options *options,
                             const char **value)
{
    *value = row->value;
    if (row->what == PROPERTY_OPTION)
        *value = *(const char *const *)(const void *)((const char *)options + row->option);
    return row->what != PROPERTY_OPTION || *value != NULL;
}
