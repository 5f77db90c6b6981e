#include <jansson.h>
#include <stdio.h>

#include "tools/cloud_commands.h"
#include "tools/message.h"

static void print_name(const char *name, const char *after)
{
    printf("  ");
    message_text(name);
    puts(after);
}

static void print_workflow(const struct jpk_cloud_workflow *workflow)
{
    print_name(workflow->name, "/");
    for (size_t i = 0; i < workflow->operation_count; i++) {
        const struct jpk_cloud_component *operation = workflow->operations[i].component;
        printf("  ");
        print_name(operation ? operation->name : workflow->operations[i].id, operation ? "" : "  (not in the project)");
    }
}

/* Operations that no workflow lists. */
static void print_others(const struct jpk_cloud *cloud)
{
    for (size_t i = 0; i < cloud->component_count; i++) {
        const struct jpk_cloud_component *component = cloud->components[i];
        if (component->kind == JPK_CLOUD_OPERATION && !component->as.operation->workflow)
            print_name(component->name, "  (in no workflow)");
    }
}

static void print_kind(const struct jpk_cloud *cloud, enum jpk_cloud_kind kind)
{
    for (size_t i = 0; i < cloud->component_count; i++)
        if (cloud->components[i]->kind == kind)
            print_name(cloud->components[i]->name, "");
}

static void print_tree(const struct jpk_cloud *cloud)
{
    for (size_t i = 1; i <= JPK_CLOUD_KINDS; i++) { /* unknown kinds last */
        const struct jpk_cloud_kind_info *info = jpk_cloud_kind_info((enum jpk_cloud_kind)(i % JPK_CLOUD_KINDS));
        bool operations = info->kind == JPK_CLOUD_OPERATION;
        if (cloud->counts[info->kind] == 0 && !(operations && cloud->workflow_count))
            continue;
        puts(info->plural);
        for (size_t j = 0; operations && j < cloud->workflow_count; j++)
            print_workflow(&cloud->workflows[j]);
        if (operations)
            print_others(cloud);
        else
            print_kind(cloud, info->kind);
    }
}

static json_t *component_json(const struct jpk_cloud_component *component)
{
    const struct jpk_cloud_workflow *workflow =
        component->kind == JPK_CLOUD_OPERATION ? component->as.operation->workflow : NULL;
    return json_pack("{s:s, s:s, s:I, s:s, s:s?}", "id", component->id, "kind",
                     jpk_cloud_kind_info(component->kind)->name, "number", (json_int_t)component->number, "name",
                     component->name, "workflow", workflow ? workflow->name : NULL);
}

int cloud_list(const struct settings *settings, const struct jpk_cloud *cloud)
{
    if (!message_as_json(settings)) {
        print_tree(cloud);
        return 0;
    }
    json_t *array = json_array();
    for (size_t i = 0; array && i < cloud->component_count; i++) {
        if (json_array_append_new(array, component_json(cloud->components[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return message_json(array);
}
