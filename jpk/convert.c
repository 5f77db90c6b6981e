/* The plan, and the file at the end. */
#include "jpk/conversion.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/uuid.h"
#include "jpk/convert_schemas.h"
#include "jpk/convert_setting.h"
#include "jpk/design.h"

/* --------------------------------------------------------------------------------------------------- for all parts */

const char *convert_text(struct convert *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = ledger_vtext(&c->ledger, format, args);
    va_end(args);
    return text;
}

struct jpk_finding *convert_note(struct convert *c, const struct jpk_entity *entity, enum convert_rule rule,
                                 uint32_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct jpk_finding *finding = ledger_note(&c->ledger, entity->index, rule, offset, format, args);
    va_end(args);
    if (!finding)
        return NULL;
    finding->file = entity->file;
    finding->entity_id = entity->id;
    finding->entity_type = entity->type_name;
    finding->entity_name = entity->name;
    return finding;
}

struct jpk_finding *convert_note_project(struct convert *c, enum convert_rule rule, const char *file,
                                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct jpk_finding *finding = ledger_note(&c->ledger, c->ledger.item_count, rule, 0, format, args);
    va_end(args);
    if (finding)
        finding->file = file;
    return finding;
}

void convert_done(struct convert *c, const struct jpk_entity *entity, enum jpk_convert_result result,
                  const char *target_format, ...)
{
    va_list args;
    va_start(args, target_format);
    bool first = target_format && !c->ledger.items[entity->index].target;
    ledger_done(&c->ledger, entity->index, result, first ? ledger_vtext(&c->ledger, target_format, args) : NULL);
    va_end(args);
}

const char *convert_id(struct convert *c, enum jpk_cloud_kind kind, const char *role, const char *source_id)
{
    char id[UUID_SIZE], name[512];
    if (!role) {
        char *same = arena_strdup_lower(&c->ledger.arena, source_id);
        c->ledger.failed |= !same;
        return same ? same : "";
    }
    snprintf(name, sizeof name, "%s/%s/%s", jpk_cloud_kind_info(kind)->name, role, source_id);
    uuid_of_name(c->project->id, name, id);
    return convert_text(c, "%s", id);
}

bool convert_add(struct convert *c, enum jpk_cloud_kind kind, json_t *component)
{
    if (!component || json_array_append_new(c->components[kind], component) != 0)
        c->ledger.failed = true;
    return !c->ledger.failed;
}

bool convert_set(struct convert *c, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) /* either may be NULL */
        c->ledger.failed = true;
    return !c->ledger.failed;
}

/* ------------------------------------------------------------------------------------------------------------ plan */

/* What has no component whatever it holds: it is part of others, or nothing at all. */
static void plan_item(struct convert *c, const struct jpk_entity *entity)
{
    if (entity->deleted)
        convert_note(c, entity, CONVERT_DELETED, 0, "is marked as deleted in the source");
    else if (entity->unread)
        convert_note(c, entity, CONVERT_UNREADABLE, 0, "its file could not be read");
    else
        convert_item_name(c, entity); /* in the order of the project, so that the first of equal names keeps it */
}

bool convert_begin(struct convert *c, struct jpk_error *err)
{
    bool begun = ledger_begin(&c->ledger, c->project->entity_count);
    c->workflows = json_array();
    c->assets = json_array();
    c->adapters = json_array();
    c->models = json_object();
    c->usages = json_object();
    c->globals = json_object();
    bool ok = begun && c->workflows && c->assets && c->adapters && c->models && c->usages && c->globals;
    for (size_t i = 0; ok && i < JPK_CLOUD_KINDS; i++)
        ok = (c->components[i] = json_array()) != NULL;
    for (size_t i = 0; ok && i < c->project->entity_count; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        plan_item(c, entity);
    }
    return (ok && !c->ledger.failed) || error_memory(err);
}

/* ------------------------------------------------------------------------------------------------------------ file */

/* Whether a finding says why nothing was made of an item; that something of it is lost says nothing. */
static bool said_why(const struct ledger_item *item)
{
    for (size_t i = 0; i < item->finding_count; i++)
        if (strcmp(item->findings[i].rule, "description-lost") != 0 &&
            strcmp(item->findings[i].rule, "setting-lost") != 0)
            return true;
    return false;
}

/* Components that nobody made anything of are said to be so. */
static void account(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        const struct ledger_item *item = &c->ledger.items[entity->index];
        if (item->target || said_why(item))
            continue;
        if (entity->type == JPK_TYPE_FOLDER)
            convert_note(c, entity, CONVERT_NOT_USED, 0,
                         "exports are not known to hold folders but those of operations; what lies in it is converted "
                         "by itself");
        else if (entity->type == JPK_TYPE_UNKNOWN)
            convert_keep_words(c,
                               convert_note(c, entity, CONVERT_NOT_SUPPORTED, 0, "nothing is known of the type '%s'",
                                            entity->type_name),
                               convert_entity_words(c, entity));
        else
            convert_note(c, entity, CONVERT_NOT_USED, 0, "nothing that was converted uses it");
    }
}

/* In the order in which readers want them: what is referred to first. */
static const enum jpk_cloud_kind order[] = {
    JPK_CLOUD_VARIABLE,       JPK_CLOUD_GLOBAL, JPK_CLOUD_EMAIL,  JPK_CLOUD_CONNECTION, JPK_CLOUD_ACTIVITY,
    JPK_CLOUD_TRANSFORMATION, JPK_CLOUD_SCHEMA, JPK_CLOUD_SCRIPT, JPK_CLOUD_OPERATION,
};

/* The connectors that are used. */
static void list_connectors(struct convert *c, struct jpk_conversion *out)
{
    const char **list = arena_calloc(&c->ledger.arena, c->connection_count + 1, sizeof *list);
    c->ledger.failed |= !list;
    for (size_t i = 0; list && i < c->connection_count; i++)
        list[i] = c->connections[i].adapter;
    if (list)
        ledger_show_connectors(out, list, c->connection_count);
}

/* What `adapterIds` calls a connector: that of NetSuite goes by its number. */
static const char *adapter_id(const char *adapter)
{
    return strcmp(adapter, "netsuite") == 0 ? "228" : adapter;
}

/* What a project there has one place for: the first of them. The others are said, unless they say the same. */
static void set_description(struct convert *c, json_t *project)
{
    static const struct {
        enum jpk_properties_file file;
        const char *key, *name;
    } places[] = {
        {JPK_FILE_JITTERPAK, "description", "the description of the Jitterpak"},
        {JPK_FILE_JITTERPAK, "comment", "the comment of the Jitterpak"},
        {JPK_FILE_MANIFEST, "description", "the description of the workspace"},
        {JPK_FILE_ENVIRONMENT, "environment-description", "the description of the environment"},
    };
    const char *kept = NULL;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *text = jpk_project_property(c->project, places[i].file, places[i].key);
        if (!text || !*text || (kept && strcmp(text, kept) == 0))
            continue;
        if (kept || places[i].file == JPK_FILE_ENVIRONMENT) {
            ledger_keep_words(
                &c->ledger,
                convert_note_project(c, CONVERT_DESCRIPTION_LOST, NULL, "%s has no place there", places[i].name), text);
            continue;
        }
        kept = text;
        convert_set(c, project, "description", json_string(text));
    }
}

/* Organization and environment have the same ids in both studios; an import need not go to these. */
static void set_place(struct convert *c, json_t *project, const char *member, const char *wanted, const char *key)
{
    const char *id = wanted ? wanted : jpk_project_property(c->project, JPK_FILE_ENVIRONMENT, key);
    if (id && *id && strspn(id, "0123456789") == strlen(id))
        convert_set(c, project, member, json_string(id));
}

static bool fill_project(struct convert *c, json_t *project, const char *const *connectors, size_t connector_count)
{
    json_t *components = json_array(), *ids = json_array();
    bool ok = components && ids;
    for (size_t i = 0; ok && i < sizeof order / sizeof order[0]; i++)
        ok = json_array_extend(components, c->components[order[i]]) == 0;
    for (size_t i = 0; ok && i < connector_count; i++)
        ok = json_array_append_new(ids, json_string(adapter_id(connectors[i]))) == 0;
    if (!ok)
        c->ledger.failed = true;
    set_description(c, project);
    set_place(c, project, "organizationId", c->options.place.organization_id, "org-id");
    set_place(c, project, "targetEnvironmentId", c->options.place.environment_id, "environment-id");
    convert_set(c, project, "components", components);
    convert_set(c, project, "adapterIds", ids);
    convert_set(c, project, "workflows", json_incref(c->workflows));
    convert_set(c, project, "adapters", json_incref(c->adapters));
    return !c->ledger.failed;
}

/* The text of the export. */
static bool write_file(struct convert *c, struct jpk_conversion *out, struct buf *text, struct jpk_error *err)
{
    out->name = c->options.place.name ? c->options.place.name : c->project->name;
    list_connectors(c, out);
    json_t *project = cloud_new_project(out->name, convert_id(c, JPK_CLOUD_OTHER, NULL, c->project->id));
    if (!project || c->ledger.failed || !fill_project(c, project, out->connectors, out->connector_count)) {
        json_decref(project);
        return error_memory(err);
    }
    const struct cloud_later later = {convert_document_make, c};
    json_t *export_ = cloud_new_export(project);
    bool ok = export_ && convert_set(c, export_, "assets", json_incref(c->assets)) &&
              cloud_write_new(export_, &later, text, err);
    json_decref(export_);
    return ok || error_memory(err);
}

/* ---------------------------------------------------------------------------------------------------------- result */

/* What is given out, and what keeps it. */
struct conversion {
    struct jpk_conversion public; /* first, so that the pointers are the same */
    struct ledger ledger;
    struct buf text;
    struct jpk_convert_item *items;
    struct jpk_convert_schedule *schedules;
};

static const char *type_of(const struct jpk_entity *entity)
{
    return entity->type_name && *entity->type_name ? entity->type_name : "unknown";
}

static const char *label_of(const struct jpk_entity *entity)
{
    return entity->type == JPK_TYPE_UNKNOWN ? type_of(entity) : jpk_type_info(entity->type)->label;
}

static bool list_items(struct convert *c, struct conversion *out)
{
    size_t count = c->project->entity_count;
    out->items = calloc(count + 1, sizeof *out->items);
    for (size_t i = 0; out->items && i < count; i++) {
        const struct jpk_entity *entity = c->project->entities[i];
        const struct ledger_item *item = &c->ledger.items[entity->index];
        char *path = jpk_entity_path(entity);
        out->items[i] = (struct jpk_convert_item){.entity = entity,
                                                  .type = type_of(entity),
                                                  .label = label_of(entity),
                                                  .id = entity->id,
                                                  .name = entity->name,
                                                  .path = path ? convert_text(c, "%s", path) : NULL,
                                                  .target = item->target,
                                                  .result = item->result,
                                                  .findings = item->findings,
                                                  .finding_count = item->finding_count};
        out->public.counts[item->result]++;
        c->ledger.failed |= !path;
        free(path);
    }
    out->public.items = out->items;
    out->public.item_count = count;
    return out->items && !c->ledger.failed;
}

/* Lines and columns of the findings, whose offsets stand in `line` until now. */
static void convert_places(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++) {
        const struct ledger_item *item = &c->ledger.items[i];
        bool wanted = false;
        for (size_t j = 0; j < item->finding_count; j++)
            wanted |= item->findings[j].line > 0;
        const char *file = c->project->entities[i]->file;
        size_t entry = wanted ? jpk_archive_find(c->project->archive, file) : SIZE_MAX, size = 0;
        void *text = NULL;
        struct jpk_error err = {0};
        if (entry != SIZE_MAX)
            jpk_archive_read(c->project->archive, entry, &text, &size, &err);
        c->ledger.failed |= err.code == JPK_ERR_MEMORY;
        ledger_place_findings(&c->ledger, i, 1, text, size);
        free(text);
    }
}

static void give_out(struct convert *c, struct conversion *out)
{
    struct jpk_conversion *public = &out->public;
    public->text = buf_text(&out->text);
    public->size = out->text.size;
    public->schedules = out->schedules = c->schedules;
    public->schedule_count = c->schedule_count;
    ledger_give_out(&c->ledger, &out->ledger, public);
    c->schedules = NULL;
}

void convert_end(struct convert *c)
{
    convert_schemas_end(c);
    for (size_t i = 0; i < JPK_CLOUD_KINDS; i++) {
        map_free(&c->names[i]);
        json_decref(c->components[i]);
    }
    map_free(&c->connection_keys);
    map_free(&c->alike_keys);
    map_free(&c->activity_keys);
    map_free(&c->workflow_ids);
    map_free(&c->paths);
    json_decref(c->workflows);
    json_decref(c->assets);
    json_decref(c->adapters);
    json_decref(c->models);
    json_decref(c->usages);
    json_decref(c->globals);
    free(c->connections);
    free(c->activities);
    free(c->schedules);
    ledger_free(&c->ledger);
}

struct jpk_conversion *jpk_convert_to_cloud(const struct jpk_project *project, const struct jpk_graph *graph,
                                            const struct jpk_convert_options *options, struct jpk_error *err)
{
    static void (*const parts[])(struct convert *) = {
        convert_variables,  convert_emails,  convert_endpoints,   convert_scripts, convert_transformations,
        convert_operations, convert_globals, convert_left_behind, account,         convert_places,
    };
    struct convert c = {.project = project, .graph = graph};
    if (options)
        c.options = *options;
    struct conversion *out = calloc(1, sizeof *out);
    bool ok = (out || error_memory(err)) && convert_begin(&c, err);
    for (size_t i = 0; ok && i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](&c);
        ok = !c.ledger.failed || error_memory(err);
    }
    ok = ok && write_file(&c, &out->public, &out->text, err) && (list_items(&c, out) || error_memory(err));
    if (ok)
        give_out(&c, out);
    convert_end(&c);
    if (ok)
        return &out->public;
    jpk_conversion_free(out ? &out->public : NULL);
    return NULL;
}

void jpk_conversion_free(struct jpk_conversion *conversion)
{
    struct conversion *out = (struct conversion *)conversion;
    if (!out)
        return;
    if (out->public.files) {
        design_conversion_free(conversion);
        return;
    }
    ledger_free(&out->ledger);
    buf_free(&out->text);
    free(out->items);
    free(out->schedules);
    free(out);
}

const char *jpk_convert_result_name(enum jpk_convert_result result)
{
    static const char *const names[] = {"converted", "review", "manual", "dropped"};
    return (size_t)result < JPK_CONVERT_RESULTS ? names[result] : "";
}
