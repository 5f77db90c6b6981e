/* Checks of the project as a whole: types, ids, names, workflows, connectors, keys that nobody knows. */
#include <stdlib.h>

#include "jpk/cloud_check.h"
#include "jpk/cloud_shape.h"
#include "jpk/packed.h"

void cloud_check_link(struct cloud_checker *c, const struct jpk_cloud_component *component,
                      const struct jpk_cloud_link *link, unsigned kinds, const char *what)
{
    const struct jpk_cloud_component *to = link->component;
    if (!*link->id)
        cloud_report(c, RULE_MISSING_ID, component, link->node, "%s has no id", what);
    else if (!to)
        cloud_report(c, RULE_DANGLING, component, link->node, "%s names %s, which is not in the project", what,
                     link->id);
    else if (!(kinds & 1u << to->kind))
        cloud_report(c, RULE_REFERENCE_TYPE, component, link->node,
                     "%s names %s '%s', which is a thing of another type", what, jpk_cloud_kind_info(to->kind)->label,
                     to->name);
    else if (link->number != 0 && link->number != to->number)
        cloud_report(c, RULE_REFERENCE_TYPE, component, link->node,
                     "%s gives type %lld for %s '%s', which has type %lld", what, (long long)link->number,
                     jpk_cloud_kind_info(to->kind)->label, to->name, (long long)to->number);
}

/* ------------------------------------------------------------------------------------------------------- components */

static void check_id(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_component *first = jpk_cloud_by_id(c->public, component->id);
    if (!*component->id)
        cloud_report(c, RULE_MISSING_ID, component, component->node, "has no id");
    else if (first && first != component)
        cloud_report(c, RULE_DUPLICATE_ID, component, component->id_node,
                     "has the same id as %s '%s'; references reach only that one",
                     jpk_cloud_kind_info(first->kind)->label, first->name);
}

/* In references by name, `/` and `:` separate the parts, and the tag ends at `<`. */
static void check_name(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_kind_info *info = jpk_cloud_kind_info(component->kind);
    const struct jpk_cloud_component *first = jpk_cloud_by_name(c->public, component->kind, component->name);
    const char *bad = strpbrk(component->name, "/:");
    if (component->kind == JPK_CLOUD_OTHER)
        return;
    if (!*component->name)
        cloud_report(c, RULE_ILLEGAL_NAME, component, component->node, "has no name");
    else if (bad && (info->reference || component->kind == JPK_CLOUD_TRANSFORMATION))
        cloud_report(c, RULE_ILLEGAL_NAME, component, component->name_node,
                     "the name holds '%c', which references by name cannot", *bad);
    else if (first && first != component)
        cloud_report(c, RULE_DUPLICATE_NAME, component, component->name_node, "another %s has the same name",
                     info->label);
}

static void check_variable_name(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
    size_t n = strspn(component->name, allowed);
    if (component->name[n])
        cloud_place(cloud_report(c, RULE_VARIABLE_NAME, component, component->name_node,
                                 "the name of a variable should hold letters, digits, '.' and '_' alone"),
                    (uint32_t)n);
}

static void check_usages(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_global *global = component->as.global;
    for (size_t i = 0; i < global->usage_count; i++)
        if (!global->usages[i].component.component)
            cloud_report(c, RULE_STALE_USAGE, component, global->usages[i].component.node,
                         "is said to be used by %s, which is not in the project", global->usages[i].component.id);
}

static void check_kind(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    switch (component->kind) {
    case JPK_CLOUD_OTHER:
        cloud_report(c, RULE_UNKNOWN_COMPONENT, component, component->node,
                     "components of type %lld are not known; it is kept as it is", (long long)component->number);
        break;
    case JPK_CLOUD_VARIABLE:
        check_variable_name(c, component);
        break;
    case JPK_CLOUD_GLOBAL:
        check_variable_name(c, component);
        check_usages(c, component);
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------------------------------------------------------- keys */

/* Each key of a kind of object is reported once. */
static void check_keys(struct cloud_checker *c, uint32_t object, enum cloud_shape shape, const char *what,
                       const struct jpk_cloud_component *component)
{
    const struct jdoc *doc = c->public->doc;
    for (uint32_t key = object + 1; key < jdoc_next(doc, object) && !c->failed; key = jdoc_next(doc, key + 1)) {
        const char *name = jdoc_string(doc, key);
        size_t n = jdoc_string_size(doc, key);
        uint32_t old;
        if (jdoc_shadowed(doc, key) || cloud_shape_key(shape, name, n))
            continue;
        char *seen = arena_alloc(&c->result.arena, n + 2);
        if (seen) {
            seen[0] = (char)shape;
            memcpy(seen + 1, name, n);
            seen[n + 1] = '\0';
        }
        if (!seen || !map_add(&c->known_keys, seen, n + 1, key, &old))
            c->failed = true;
        else if (old == MAP_NONE)
            cloud_report(c, RULE_UNKNOWN_KEY, component, key, "the key '%s' of %s is not known; it is kept as it is",
                         seen + 1, what);
    }
}

static void check_all_keys(struct cloud_checker *c)
{
    const struct jpk_cloud *cloud = c->public;
    if (cloud->form == JPK_CLOUD_EXPORT)
        check_keys(c, 0, SHAPE_EXPORT, "the export", NULL);
    if (cloud->form != JPK_CLOUD_COMPONENTS)
        check_keys(c, cloud->project, SHAPE_PROJECT, "the project", NULL);
    for (size_t i = 0; i < cloud->component_count && !c->failed; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        if (component->kind == JPK_CLOUD_OTHER)
            continue;
        buf_clear(&c->text);
        buf_printf(&c->text, "a component of type %lld", (long long)component->number);
        check_keys(c, component->node, cloud_shape_of(cloud->doc, component->node, SHAPE_COMPONENT), buf_text(&c->text),
                   component);
    }
}

/* -------------------------------------------------------------------------------------------------------- workflows */

static void check_workflows(struct cloud_checker *c)
{
    const struct jpk_cloud *cloud = c->public;
    for (size_t i = 0; i < cloud->workflow_count; i++) {
        const struct jpk_cloud_workflow *workflow = &cloud->workflows[i];
        if (workflow->operation_count == 0)
            cloud_report(c, RULE_EMPTY_WORKFLOW, NULL, workflow->node, "workflow '%s' has no operations",
                         workflow->name);
        for (size_t j = 0; j < workflow->operation_count; j++)
            cloud_check_link(c, NULL, &workflow->operations[j], 1u << JPK_CLOUD_OPERATION, "the workflow");
    }
}

static void check_membership(struct cloud_checker *c, const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_operation *operation = component->as.operation;
    if (component->kind != JPK_CLOUD_OPERATION || c->public->form == JPK_CLOUD_COMPONENTS ||
        jpk_cloud_by_id(c->public, component->id) != component)
        return;
    if (operation->workflow_count == 0)
        cloud_report(c, RULE_NO_WORKFLOW, component, component->node, "is in no workflow");
    else if (operation->workflow_count > 1)
        cloud_report(c, RULE_TWO_WORKFLOWS, component, component->node,
                     "is listed %zu times in workflows, first in '%s'", operation->workflow_count,
                     operation->workflow->name);
}

/* ------------------------------------------------------------------------------------------------------- connectors */

static bool lists_connector(struct map *listed, const char *connector)
{
    return map_get(listed, connector, strlen(connector)) != MAP_NONE;
}

static bool list_connectors(struct cloud_checker *c, struct map *listed)
{
    const struct jpk_cloud *cloud = c->public;
    for (size_t i = 0; i < cloud->adapter_id_count; i++)
        if (!map_set(listed, cloud->adapter_ids[i].text, strlen(cloud->adapter_ids[i].text), (uint32_t)i))
            return false;
    return true;
}

/* Connections count, for activities of a connector function do not have its number. */
static void check_connectors(struct cloud_checker *c)
{
    const struct jpk_cloud *cloud = c->public;
    struct map listed = {0};
    for (size_t i = 0; i < cloud->adapter_count; i++)
        cloud_report(c, RULE_CUSTOM_CONNECTOR, NULL, cloud->adapters[i].node,
                     "the connector '%s' must be in the organization before the project is imported",
                     *cloud->adapters[i].label ? cloud->adapters[i].label : cloud->adapters[i].name);
    c->failed = c->failed || !list_connectors(c, &listed);
    for (size_t i = 0; i < cloud->component_count && !c->failed; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        if (component->kind != JPK_CLOUD_CONNECTION)
            continue;
        const char *connector = component->as.connection->connector;
        if (!*connector || lists_connector(&listed, connector))
            continue;
        cloud_report(c, RULE_MISSING_CONNECTOR, component, component->node,
                     "the connector '%s' is not among the adapterIds of the project", connector);
        c->failed = c->failed || !map_set(&listed, connector, strlen(connector), 0); /* once is enough */
    }
    map_free(&listed);
}

/* -------------------------------------------------------------------------------------------------------- all of it */

static void check_assets(struct cloud_checker *c)
{
    const struct jpk_cloud *cloud = c->public;
    struct buf content = {0};
    for (size_t i = 0; i < cloud->asset_count && !c->failed; i++) {
        const struct jpk_cloud_asset *asset = &cloud->assets[i];
        struct jpk_error err = {0};
        buf_clear(&content);
        if (asset->content == JDOC_NONE)
            cloud_report(c, RULE_ASSET, NULL, asset->node, "asset '%s' has no content", asset->path);
        else if (!packed_decode(jdoc_string(cloud->doc, asset->content), jdoc_string_size(cloud->doc, asset->content),
                                &c->cloud->limits, &content, &err))
            cloud_report(c, RULE_ASSET, NULL, asset->content, "the content of asset '%s' %s", asset->path, err.message);
        c->failed = c->failed || err.code == JPK_ERR_MEMORY;
    }
    buf_free(&content);
}

static void check_problems(struct cloud_checker *c)
{
    for (size_t i = 0; i < c->public->problem_count; i++)
        cloud_report(c, RULE_WRONG_TYPE, NULL, c->public->problems[i].node, "should be %s; it is left out",
                     c->public->problems[i].expected);
}

static void check_version(struct cloud_checker *c)
{
    enum { KNOWN = 4 };
    uint32_t version = jdoc_member(c->public->doc, 0, "version");
    if (c->public->form == JPK_CLOUD_EXPORT && c->public->version != KNOWN)
        cloud_report(c, RULE_UNKNOWN_VERSION, NULL, version == JDOC_NONE ? 0 : version,
                     "the version of the format should be %d", KNOWN);
}

void cloud_check_project(struct cloud_checker *c)
{
    const struct jpk_cloud *cloud = c->public;
    check_problems(c);
    check_version(c);
    check_assets(c);
    for (size_t i = 0; i < cloud->component_count && !c->failed; i++) {
        check_id(c, cloud->components[i]);
        check_name(c, cloud->components[i]);
        check_kind(c, cloud->components[i]);
        check_membership(c, cloud->components[i]);
    }
    check_workflows(c);
    if (cloud->form != JPK_CLOUD_COMPONENTS)
        check_connectors(c);
    check_all_keys(c);
}
