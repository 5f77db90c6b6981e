#include "migrate/convert_item.h"

#include <string.h>

enum jpk_convert_agent convert_agent_by_name(const char *name)
{
    return name && strcmp(name, "cloud") == 0     ? JPK_AGENT_CLOUD
           : name && strcmp(name, "private") == 0 ? JPK_AGENT_PRIVATE
                                                  : JPK_AGENT_ANY;
}

bool convert_item(struct converted_item *converted, const struct work_plan *plan, const struct work_item *item,
                  const struct source *source, struct jpk_error *err)
{
    struct jpk_convert_options how = {
        .agent = convert_agent_by_name(plan->agent),
        .slot = slot_lookup_variable,
        .place = {.name = item->name,
                  .organization_id = plan->organization_id,
                  .organization_name = plan->organization,
                  .environment_id = item->environment_id,
                  .environment_name = item->environment},
    };
    *converted = (struct converted_item){0};
    if (source->cloud) {
        converted->conversion = jpk_convert_to_design(source->cloud, &how, err);
        return converted->conversion != NULL;
    }
    how.slot_context = converted->lookup = slot_lookup_make(source->project, source->graph, err);
    if (converted->lookup)
        converted->conversion = jpk_convert_to_cloud(source->project, source->graph, &how, err);
    return converted->conversion != NULL;
}

void converted_item_free(struct converted_item *converted)
{
    jpk_conversion_free(converted->conversion);
    slot_lookup_free(converted->lookup);
    *converted = (struct converted_item){0};
}

struct jpk_retarget_options work_retarget_options(const struct work_plan *plan, const struct work_item *item)
{
    return (struct jpk_retarget_options){
        .name = item->name,
        .organization_id = plan->organization_id,
        .organization_name = plan->organization,
        .environment_id = item->environment_id,
        .environment_name = item->environment,
        .without = plan->without,
        .fast = true,
    };
}
