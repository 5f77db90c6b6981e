/*
 * Entities as Design Studio writes them. What all of a type have is the table below: what every or nearly every real
 * file of the type holds (inventory of six projects).
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/design.h"
#include "jpk/xml.h"

#define OWN_ID "{id}"

static const struct usual {
    enum jpk_type type;
    const char *key, *value;
} usual[] = {
    {JPK_TYPE_DOCUMENT, "document_id", OWN_ID},
    {JPK_TYPE_DOCUMENT, "edifact", "0"},
    {JPK_TYPE_DOCUMENT, "format_type_id", "2"},
    {JPK_TYPE_EMAIL_MESSAGE, "message_id", OWN_ID},
    {JPK_TYPE_FOLDER, "folder_id", OWN_ID},
    {JPK_TYPE_MSCRM_ENDPOINT, "endpoint_id", OWN_ID},
    {JPK_TYPE_MSCRM_QUERY, "function_id", OWN_ID},
    {JPK_TYPE_MSCRM_UPSERT, "function_id", OWN_ID},
    {JPK_TYPE_NETSUITE_ENDPOINT, "applicationid", ""},
    {JPK_TYPE_NETSUITE_ENDPOINT, "customercenterrole", "0"},
    {JPK_TYPE_NETSUITE_ENDPOINT, "email", ""},
    {JPK_TYPE_NETSUITE_ENDPOINT, "endpoint_id", OWN_ID},
    {JPK_TYPE_NETSUITE_ENDPOINT, "host", ""},
    {JPK_TYPE_NETSUITE_ENDPOINT, "sandbox", "0"},
    {JPK_TYPE_NETSUITE_ENDPOINT, "ssoMapped", "1"},
    {JPK_TYPE_NETSUITE_ENDPOINT, "verification", "VERIFIED"},
    {JPK_TYPE_NETSUITE_GET_LIST, "function_id", OWN_ID},
    {JPK_TYPE_NETSUITE_QUERY, "function_id", OWN_ID},
    {JPK_TYPE_NETSUITE_UPSERT, "function_id", OWN_ID},
    {JPK_TYPE_OPERATION, "chunk_size", "0"},
    {JPK_TYPE_OPERATION, "debug_mode_until", ""},
    {JPK_TYPE_OPERATION, "description", ""},
    {JPK_TYPE_OPERATION, "ignore_history", "1"},
    {JPK_TYPE_OPERATION, "LogLevel", "Everything"},
    {JPK_TYPE_OPERATION, "max_number_of_threads", "1"},
    {JPK_TYPE_OPERATION, "operation_id", OWN_ID},
    {JPK_TYPE_OPERATION, "run_success_op_if_no_source_files", "0"},
    {JPK_TYPE_OPERATION, "source_chunk_node", ""},
    {JPK_TYPE_OPERATION, "target_chunk_node", ""},
    {JPK_TYPE_OPERATION, "target_chunk_size", "0"},
    {JPK_TYPE_OPERATION, "timeoutseconds", "7200"},
    {JPK_TYPE_OPERATION, "timeoutuiunit", "HOURS"},
    {JPK_TYPE_OPERATION, "trace", "1"},
    {JPK_TYPE_OPERATION, "validate_source_text_file", "0"},
    {JPK_TYPE_PROJECT_VARIABLE, "projectvariable_id", OWN_ID},
    {JPK_TYPE_SALESFORCE_CONNECTOR, "api_version", "63.0"},
    {JPK_TYPE_SALESFORCE_CONNECTOR, "salesforceconnector_id", OWN_ID},
    {JPK_TYPE_SALESFORCE_CONNECTOR, "status", "1"},
    {JPK_TYPE_SALESFORCE_CREATE, "salesforcecreate_id", OWN_ID},
    {JPK_TYPE_SALESFORCE_DELETE, "salesforcedelete_id", OWN_ID},
    {JPK_TYPE_SALESFORCE_QUERY, "salesforcequery_id", OWN_ID},
    {JPK_TYPE_SALESFORCE_QUERY, "target_encoding", ""},
    {JPK_TYPE_SALESFORCE_QUERY, "target_header_mode", "0"},
    {JPK_TYPE_SALESFORCE_UPDATE, "salesforceupdate_id", OWN_ID},
    {JPK_TYPE_SALESFORCE_UPSERT, "salesforceupsert_id", OWN_ID},
    {JPK_TYPE_SCHEDULE, "schedule_id", OWN_ID},
    {JPK_TYPE_SCRIPT, "script_condition", "0"},
    {JPK_TYPE_SCRIPT, "script_id", OWN_ID},
    {JPK_TYPE_SOURCE, "source_id", OWN_ID},
    {JPK_TYPE_TARGET, "target_id", OWN_ID},
    {JPK_TYPE_TRANSFORMATION, "NoSourceDataUsedInMapping", "0"},
    {JPK_TYPE_TRANSFORMATION, "transformation_id", OWN_ID},
    {JPK_TYPE_WEB_SERVICE_CALL, "webservice_id", OWN_ID},
};

/* -------------------------------------------------------------------------------------------------------- settings */

static void set_item(struct design *d, struct design_items *list, const char *key, const char *value)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].key, key) == 0) {
            list->items[i].value = value;
            return;
        }
    struct design_item *items = array_grow(list->items, list->count, &list->capacity, sizeof *items);
    if (!items) {
        d->ledger.failed = true;
        return;
    }
    list->items = items;
    items[list->count++] = (struct design_item){key, value};
}

void design_set(struct design *d, struct design_entity *entity, const char *key, const char *value)
{
    if (entity && value)
        set_item(d, &entity->properties, key, value);
}

void design_set_place(struct design *d, struct design_entity *entity, const char *key, const char *value)
{
    if (entity && value)
        set_item(d, &entity->place, key, value);
}

static const char *get_item(const struct design_items *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].key, key) == 0)
            return list->items[i].value;
    return NULL;
}

const char *design_get(const struct design_entity *entity, const char *key)
{
    return get_item(&entity->properties, key);
}

const char *design_get_place(const struct design_entity *entity, const char *key)
{
    return get_item(&entity->place, key);
}

struct design_entity *design_entity(struct design *d, enum jpk_type type, const char *id, const char *name)
{
    struct design_entity **entities =
        array_grow(d->entities, d->entity_count, &d->entity_capacity, sizeof(struct design_entity *));
    struct design_entity *entity = arena_calloc(&d->ledger.arena, 1, sizeof *entity);
    if (entities)
        d->entities = entities;
    if (!entities || !entity) {
        d->ledger.failed = true;
        return NULL;
    }
    entities[d->entity_count++] = entity;
    *entity = (struct design_entity){.type = type, .id = id, .name = name, .description = ""};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (usual[i].type == type)
            design_set(d, entity, usual[i].key, strcmp(usual[i].value, OWN_ID) == 0 ? id : usual[i].value);
    return entity;
}

struct design_entity *design_copy(struct design *d, const struct design_entity *entity, const char *id,
                                  const char *name)
{
    struct design_entity *copy = design_entity(d, entity->type, id, name);
    if (!copy)
        return NULL;
    copy->description = entity->description;
    copy->from = entity->from;
    copy->folder = entity->folder;
    copy->location = entity->location;
    for (size_t i = 0; i < entity->properties.count; i++)
        if (strcmp(entity->properties.items[i].value, entity->id) != 0)
            design_set(d, copy, entity->properties.items[i].key, entity->properties.items[i].value);
    for (size_t i = 0; i < entity->place.count; i++)
        design_set_place(d, copy, entity->place.items[i].key, entity->place.items[i].value);
    buf_put(&copy->body, buf_text(&entity->body), entity->body.size);
    return copy;
}

/* ------------------------------------------------------------------------------------------------------------- XML */

void design_put_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    xml_escape(out, value, true, "\n");
    buf_putc(out, '"');
}

void design_put_string(struct buf *out, unsigned depth, const char *name, const char *text)
{
    buf_printf(out, "%*s<konga.string", (int)depth * 2, "");
    design_put_attribute(out, "name", name);
    if (*text) {
        buf_putc(out, '>');
        xml_escape(out, text, false, "\n");
        buf_puts(out, "</konga.string>\n");
    } else {
        buf_puts(out, "/>\n");
    }
}

/* Real files have them in this order, whatever the letter case. */
static int compare_items(const void *a, const void *b)
{
    return strcasecmp(((const struct design_item *)a)->key, ((const struct design_item *)b)->key);
}

static void put_items(struct buf *out, unsigned depth, struct design_items *list)
{
    buf_printf(out, "%*s<Properties%s>\n", (int)depth * 2, "", list->count > 0 ? "" : "/");
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof *list->items, compare_items);
    for (size_t i = 0; i < list->count; i++) {
        buf_printf(out, "%*s<Item", (int)depth * 2 + 2, "");
        design_put_attribute(out, "key", list->items[i].key);
        design_put_attribute(out, "value", list->items[i].value);
        buf_puts(out, "/>\n");
    }
    buf_printf(out, "%*s</Properties>\n", (int)depth * 2, "");
}

static void put_location(struct buf *out, struct design_entity *entity)
{
    buf_puts(out, "  <Location");
    design_put_attribute(out, "type", entity->location);
    buf_puts(out, ">\n    <Data>\n");
    put_items(out, 3, &entity->place);
    buf_puts(out, "    </Data>\n  </Location>\n");
}

void design_put_entity(struct buf *out, struct design_entity *entity)
{
    buf_puts(out, XML_DECLARATION "\n<Entity");
    design_put_attribute(out, "type", jpk_type_info(entity->type)->name);
    buf_puts(out, ">\n  <Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\" HasMoved=\"false\"");
    design_put_attribute(out, "ID", entity->id);
    design_put_attribute(out, "Name", entity->name);
    buf_puts(out, ">\n");
    design_put_string(out, 2, "Description", entity->description);
    buf_puts(out, "  </Header>\n");
    put_items(out, 1, &entity->properties);
    if (entity->location)
        put_location(out, entity);
    buf_put(out, buf_text(&entity->body), entity->body.size);
    out->failed |= entity->body.failed;
    buf_puts(out, "</Entity>\n");
}
