#include "tools/summary_json.h"

json_t *summary_types_json(const struct jpk_summary *summary)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < JPK_TYPE_COUNT; i++)
        if (summary->types[i])
            json_object_set_new(object, i ? jpk_type_info((enum jpk_type)i)->name : "unknown",
                                json_integer((json_int_t)summary->types[i]));
    return object;
}

json_t *summary_connectors_json(const struct jpk_summary *summary)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < summary->connector_count; i++) {
        const struct jpk_summary_connector *c = &summary->connectors[i];
        json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", c->name, "endpoints",
                                               (json_int_t)c->endpoints, "reads", (json_int_t)c->reads, "writes",
                                               (json_int_t)c->writes, "calls", (json_int_t)c->calls));
    }
    return array;
}

json_t *summary_variables_json(const struct jpk_summary *summary)
{
    return json_pack("{s:I, s:I}", "total", (json_int_t)summary->variables, "withValue",
                     (json_int_t)summary->variables_set);
}

json_t *summary_secrets_json(const struct jpk_summary *summary)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "variables", (json_int_t)summary->secret_variables, "sourcesAndTargets",
                     (json_int_t)summary->secret_locations, "emails", (json_int_t)summary->secret_mails, "others",
                     (json_int_t)summary->secret_others);
}
