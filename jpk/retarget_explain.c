/* Telling what was asked for from what was lost: differences between a project and what was made of it. */
#include <stdlib.h>
#include <string.h>

#include "jpk/retarget_parts.h"

/* ------------------------------------------------------------------------------------------------------- the project
 */

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What only environment backups have in jitterpak.properties. */
static bool of_backups(const char *key)
{
    static const char *const keys[] = {"org_id", "org_name", "env_id", "env_name", "env_type"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* "environment.properties/org-id" and the like: B has what the options say. */
static bool explains_property(const struct jpk_retarget_options *options, const struct jpk_diff *diff, const char *path)
{
    static const char *const files[] = {[JPK_FILE_JITTERPAK] = "jitterpak.properties",
                                        [JPK_FILE_ENVIRONMENT] = "environment.properties",
                                        [JPK_FILE_MANIFEST] = "manifest.jip"};
    const char *slash = strchr(path, '/');
    for (size_t i = 0; slash && i < sizeof files / sizeof files[0]; i++) {
        if (strlen(files[i]) != (size_t)(slash - path) || memcmp(path, files[i], strlen(files[i])) != 0)
            continue;
        const char *key = slash + 1, *expected,
                   *value = jpk_project_property(diff->b, (enum jpk_properties_file)i, key);
        for (const struct retarget_property *row = retarget_properties(); row->file; row++)
            if (strcmp(row->file, files[i]) == 0 && strcmp(row->key, key) == 0 &&
                retarget_property_value(row, options, &expected) && same(value, expected))
                return true;
        bool remade = i == JPK_FILE_JITTERPAK && diff->a->kind != JPK_KIND_EXPORT;
        return remade && (of_backups(key) ? !value : strcmp(key, "type") == 0 && same(value, "3"));
    }
    return false;
}

static bool explains_project(const struct jpk_retarget_options *options, const struct jpk_diff *diff,
                             const struct jpk_diff_change *change, const struct jpk_diff_field *field,
                             struct retarget_member *last)
{
    if (strcmp(field->path, "name") == 0)
        return options->name && strcmp(diff->new_name, options->name) == 0;
    return diff->b ? explains_property(options, diff, field->path)
                   : retarget_explains_cloud(options, diff, change, field, last);
}

/* ---------------------------------------------------------------------------------------- items of Design Studio */

static const struct jpk_item *item_in(const struct jpk_item *items, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].key, key) == 0)
            return &items[i];
    return NULL;
}

/* The property that a field is about; NULL: it lies elsewhere, or is not there. *known: where properties are looked up.
 */
static const struct jpk_item *item_at(const struct jpk_entity *entity, const char *path, bool *known)
{
    static const char own[] = "Properties/", of_location[] = "Location/Data/Properties/";
    const struct jpk_location *location = jpk_entity_location(entity);
    *known = true;
    if (strncmp(path, own, sizeof own - 1) == 0)
        return item_in(entity->items, entity->item_count, path + sizeof own - 1);
    if (location && strncmp(path, of_location, sizeof of_location - 1) == 0)
        return item_in(location->items, location->item_count, path + sizeof of_location - 1);
    *known = false;
    return NULL;
}

/* Whether the property is in B what it had to become. */
static bool as_it_should(enum retarget_fate fate, const struct jpk_item *b, const struct buf *value)
{
    switch (fate) {
    case ITEM_GOES:
        return !b;
    case ITEM_EMPTIED:
        return b && !b->value;
    case ITEM_CHANGED:
        return b && b->value && !b->encrypted && strcmp(b->value, buf_text(value)) == 0;
    default:
        return false;
    }
}

static bool explains_item(const struct jpk_retarget_options *options, const struct jpk_diff_change *change,
                          const struct jpk_diff_field *field)
{
    bool known, known_too;
    const struct jpk_item *a = item_at(change->a, field->path, &known);
    const struct jpk_item *b = item_at(change->b, field->path, &known_too);
    if (!known || !known_too) /* where no model looks: a secret that is gone */
        return (options->without & JPK_WITHOUT_CREDENTIALS) && change->a->type != JPK_TYPE_PROJECT_VARIABLE &&
               strstr(field->path, "Properties/") && field->old_hidden && !field->new_hidden &&
               !(field->new_value && *field->new_value);
    struct buf value = {0};
    enum jpk_without why;
    bool ok = a && as_it_should(retarget_item(options->without, change->a->type, a, &why, &value), b, &value);
    ok = ok && !value.failed;
    buf_free(&value);
    return ok;
}

/* -------------------------------------------------------------------------------------------------------- all changes
 */

static bool left_out_as_a_whole(const struct jpk_retarget_options *options, const struct jpk_diff_change *change)
{
    if (change->component_a)
        return (options->without & JPK_WITHOUT_EMAILS) && change->component_a->kind == JPK_CLOUD_EMAIL;
    const struct retarget_link *link = change->a && !change->b ? retarget_link_of(change->a->type) : NULL;
    return link && (options->without & link->why);
}

static bool explains_field(const struct jpk_retarget_options *options, const struct jpk_diff *diff,
                           const struct jpk_diff_change *change, const struct jpk_diff_field *field,
                           struct retarget_member *last)
{
    if (change->subject == JPK_DIFF_PROJECT)
        return explains_project(options, diff, change, field, last);
    if (change->a && change->b)
        return explains_item(options, change, field);
    return change->component_a && change->component_b && retarget_explains_cloud(options, diff, change, field, last);
}

bool jpk_retarget_explains(const struct jpk_retarget_options *options, const struct jpk_diff *diff,
                           const struct jpk_diff_change *change, const char **why)
{
    static const char as_project[] = "the project has another name or place";
    static const char as_whole[] = "the item is left out";
    static const char as_part[] = "settings of the item are left out";
    struct retarget_member last = {0};
    bool item = change->subject == JPK_DIFF_ITEM, explained = false;
    if (change->what == JPK_DIFF_REMOVED)
        explained = item && left_out_as_a_whole(options, change);
    else if (change->what == JPK_DIFF_CHANGED && (item || change->subject == JPK_DIFF_PROJECT))
        explained = change->field_count > 0;
    for (size_t i = 0; explained && change->what == JPK_DIFF_CHANGED && i < change->field_count; i++)
        explained = explains_field(options, diff, change, &change->fields[i], &last);
    if (why)
        *why = !explained ? NULL : !item ? as_project : change->what == JPK_DIFF_REMOVED ? as_whole : as_part;
    return explained;
}
