#include "tools/summary_json.h"

#include "base/json_write.h"
#include "tools/message.h"

static json_t *types_json(const struct jpk_summary *summary)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < summary->kind_count; i++)
        object = json_member(object, summary->kinds[i].name, json_integer((json_int_t)summary->kinds[i].count));
    for (size_t i = 0; object && i < JPK_TYPE_COUNT; i++)
        if (summary->types[i] && !summary->kinds)
            object = json_member(object, i ? jpk_type_info((enum jpk_type)i)->name : "unknown",
                                 json_integer((json_int_t)summary->types[i]));
    return object;
}

static json_t *connectors_json(const struct jpk_summary *summary)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < summary->connector_count; i++) {
        const struct jpk_summary_connector *c = &summary->connectors[i];
        array = json_append(array, json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", c->name, "endpoints",
                                             (json_int_t)c->endpoints, "reads", (json_int_t)c->reads, "writes",
                                             (json_int_t)c->writes, "calls", (json_int_t)c->calls));
    }
    return array;
}

bool summary_json(json_t *object, const struct jpk_summary *s)
{
    json_t *facts = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:o, s:o, s:{s:I, s:I}, s:{s:I, s:I, "
        "s:I, s:I}, s:I, s:I, s:I, s:o}",
        "projectName", s->name, "projectId", s->id, "shape", s->form, "kind", jpk_kind_name(s->kind), "createdAt",
        s->created, "createdWith", s->created_with, "requiredVersion", s->required_version, "organization", "name",
        s->organization, "id", s->organization_id, "environment", "name", s->environment, "id", s->environment_id,
        "comment", s->comment, "items", types_json(s), "connections", connectors_json(s), "variables", "total",
        (json_int_t)s->variables, "withValue", (json_int_t)s->variables_set, "encryptedValues", "variables",
        (json_int_t)s->secret_variables, "sourcesAndTargets", (json_int_t)s->secret_locations, "emails",
        (json_int_t)s->secret_mails, "others", (json_int_t)s->secret_others, "files", (json_int_t)s->files,
        "deletedItems", (json_int_t)s->deleted, "unreadItems", (json_int_t)s->unread, "findings",
        message_counts_json(s->finding_counts));
    bool ok = facts && json_object_update(object, facts) == 0;
    json_decref(facts);
    return ok;
}
