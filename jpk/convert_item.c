/*
 * What is left behind of items: settings and descriptions that have no place there, plug-ins, files. Endpoints have
 * their settings in convert_endpoint_table.c; here are those of all others. What is usual is what nearly all real
 * projects have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/convert_endpoint.h"
#include "jpk/convert_schemas.h"
#include "jpk/convert_setting.h"
#include "jpk/model.h"
#include "jpk/xml.h"

#define CARRIED(key)                                                                                                   \
    {                                                                                                                  \
        key, NULL, key, ENDPOINT_TEXT, 0, ""                                                                           \
    }
#define LOST(key, label, usual)                                                                                        \
    {                                                                                                                  \
        key, NULL, label, ENDPOINT_LOST, 0, usual                                                                      \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        NULL, NULL, NULL, ENDPOINT_TEXT, 0, NULL                                                                       \
    }

static const struct endpoint_setting operation_settings[] = {
    CARRIED("chunk_size"),
    CARRIED("connect_type"),
    CARRIED("debug_mode_until"),
    CARRIED("failure_message_id"),
    CARRIED("failure_operation_id"),
    CARRIED("LogLevel"),
    CARRIED("max_number_of_threads"),
    CARRIED("operation_id"),
    CARRIED("operation_type_id"),
    CARRIED("run_success_op_if_no_source_files"),
    CARRIED("salesforce_wizard_guid"),
    CARRIED("salesforce_wizard_object"),
    CARRIED("salesforce_wizard_operation_name"),
    CARRIED("schedule_id"),
    CARRIED("schedule_policy"),
    CARRIED("source_chunk_node"),
    CARRIED("source_id"),
    CARRIED("success_message_id"),
    CARRIED("success_operation_id"),
    CARRIED("target_chunk_node"),
    CARRIED("target_chunk_size"),
    CARRIED("target_id"),
    CARRIED("timeoutseconds"),
    CARRIED("timeoutuiunit"),
    CARRIED("validate_source_text_file"),
    LOST("ignore_history", "keeps no history", "1"),
    LOST("trace", "tracing", "1|0"),
    LOST("description", "description", ""),
    END,
};

static const struct endpoint_setting script_settings[] = {
    CARRIED("script_id"),
    LOST("script_condition", "runs on a condition", "0"),
    LOST("script_condition_condition_id", "condition", "0"),
    LOST("script_condition_operation_else", "operation else", ""),
    LOST("script_condition_operation_else_tag", "operation else", ""),
    LOST("script_condition_operation_if_true", "operation if true", ""),
    LOST("script_condition_operation_if_true_tag", "operation if true", ""),
    LOST("script_condition_value", "value of the condition", ""),
    LOST("script_condition_variable", "variable of the condition", ""),
    END,
};

static const struct endpoint_setting email_settings[] = {
    CARRIED("account"),
    CARRIED("account_password"),
    CARRIED("bcc"),
    CARRIED("cc"),
    CARRIED("message_id"),
    CARRIED("message_text"),
    CARRIED("reply_to"),
    CARRIED("send_to"),
    CARRIED("sent_from"),
    CARRIED("smtp_servers"),
    CARRIED("subject"),
    CARRIED("use_ssl"),
    END,
};

static const struct endpoint_setting variable_settings[] = {
    CARRIED("description"),
    CARRIED("Description"),
    CARRIED("hide_value"),
    CARRIED("label"),
    CARRIED("projectvariable_id"),
    CARRIED("value"),
    END,
};

static const struct endpoint_setting document_settings[] = {
    CARRIED("document_id"),
    CARRIED("escape_sequences"),
    CARRIED("qualifier_mode"),
    CARRIED("salesforce_wizard_object"),
    CARRIED("text_qualifier"),
    CARRIED("use_end_of_line"),
    LOST("edifact", "EDIFACT", "0"),
    LOST("format_type_id", "kind of format", "2|1"),
    END,
};

/* Which of two parsers reads the source makes no difference to what it reads. */
static const struct endpoint_setting transformation_settings[] = {
    CARRIED("auto_generated_target_struct"),
    CARRIED("input_function_id"),
    CARRIED("natureofsource"),
    CARRIED("natureoftarget"),
    CARRIED("NoSourceDataUsedInMapping"),
    CARRIED("output_function_id"),
    CARRIED("saleforce_wizard_role"),
    CARRIED("salesforce_object"),
    CARRIED("salesforce_partner_wizard"),
    CARRIED("salesforce_wizard_object"),
    CARRIED("source_sourceid"),
    CARRIED("source_text_doc"),
    CARRIED("source_type_id"),
    CARRIED("source_xml"),
    CARRIED("sourcedtd_root"),
    CARRIED("target_sourceid"),
    CARRIED("target_targetid"),
    CARRIED("target_text_doc"),
    CARRIED("target_type_id"),
    CARRIED("target_xml"),
    CARRIED("targetdtd_root"),
    CARRIED("transformation_id"),
    CARRIED("use_jbxmlparser"),
    LOST("DoSourceXmlValidation", "validates the source", "false|0"),
    LOST("DoTargetXmlValidation", "validates the target", "false|0"),
    LOST("sfdc_edgemart_structure_guid", "structure of Wave Analytics", ""),
    LOST("SourceBatchNodePath", "node of a batch", ""),
    LOST("SourceBatchSize", "size of a batch", "0"),
    LOST("target_dtd_url", "URL of the target's DTD", ""),
    END,
};

/* What no setting is carried of. */
static const struct endpoint_setting no_settings[] = {END};

static const struct endpoint_setting *settings_of(const struct jpk_entity *entity)
{
    switch (entity->type) {
    case JPK_TYPE_FOLDER:
        return no_settings;
    case JPK_TYPE_OPERATION:
        return operation_settings;
    case JPK_TYPE_SCRIPT:
        return script_settings;
    case JPK_TYPE_EMAIL_MESSAGE:
        return email_settings;
    case JPK_TYPE_PROJECT_VARIABLE:
        return variable_settings;
    case JPK_TYPE_DOCUMENT:
        return document_settings;
    case JPK_TYPE_TRANSFORMATION:
        return transformation_settings;
    case JPK_TYPE_WEB_SERVICE_CALL: /* behind which a function stands; others are endpoints */
        return convert_is_wizard_call(entity) ? endpoint_wizard_call : NULL;
    default:
        return NULL;
    }
}

/* Components of transformations and variables have one. */
static void check_description(struct convert *c, const struct jpk_entity *entity)
{
    const char *kept = entity->type == JPK_TYPE_PROJECT_VARIABLE && *entity->as.variable->description
                           ? entity->as.variable->description
                           : entity->description;
    bool has_place = entity->type == JPK_TYPE_TRANSFORMATION || entity->type == JPK_TYPE_PROJECT_VARIABLE;
    if (entity->description && *entity->description && (!has_place || strcmp(kept, entity->description) != 0))
        ledger_keep_words(&c->ledger,
                          convert_note(c, entity, CONVERT_DESCRIPTION_LOST, 0, "its description has no place there"),
                          entity->description);
}

/* Elements that hold nothing in real projects, but for the unit in which the size of a call would be limited. */
static bool is_usual(const struct xml_node *node)
{
    for (uint32_t i = 0; i < node->item_count; i++)
        if (strcmp(node->items[i].key, "maxsize_uiunit") != 0)
            return false;
    return !node->child && node->attribute_count == 0 && (!node->text || !*node->text);
}

/* The settings that stand in a structure. */
static const struct endpoint_setting structure_settings[] = {
    CARRIED("fixedField"),
    LOST("includeSchemaName", "schema in the names of tables", "1"),
    END,
};

#define OF_DATABASE(structure)                                                                                         \
    {"Entity", structure, no_settings, {"callId", "callType", "docId", "sourceId", "wsCallId"}},                       \
        {structure, "Properties", structure_settings, {0}}, {structure, "konga.string", NULL, {"name"}},               \
        {structure, "Relations", NULL, {0}}, {structure, "Filters", NULL, {0}},                                        \
    {                                                                                                                  \
        structure, "SqlScript", NULL,                                                                                  \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

/* The elements that somebody reads, each where it may stand, with the settings in it (NULL: they, and all else in it,
 * are looked into elsewhere) and the attributes that real projects have.
 */
static const struct place {
    const char *in, *name;
    const struct endpoint_setting *settings;
    const char *attributes[8]; /* behind the last one NULL */
} places[] = {
    {"Entity", "Header", NULL, {"Deleted", "DeployDirty", "Deployed", "HasMoved", "ID", "Name"}},
    {"Entity", "Properties", NULL, {0}},
    {"Entity", "konga.string", NULL, {"name"}},
    {"Entity", "Location", no_settings, {"type"}},
    {"Location", "Data", no_settings, {0}},
    {"Data", "Properties", NULL, {0}},
    {"Entity", "Pipeline", no_settings, {"opType"}},
    {"Pipeline", "Activities", no_settings, {0}},
    {"Entity", "Delimiter", no_settings, {"value"}},
    {"Entity", "Structure", no_settings, {0}},
    {"Structure", "Properties", structure_settings, {0}},
    {"Structure", "Segment", no_settings, {"name", "occurenceType", "parent", "segmentId"}},
    {"Segment", "Fields", no_settings, {0}},
    {"Fields", "Field", no_settings, {"default", "fieldId", "fixWidth", "format", "name", "required", "type"}},
    OF_DATABASE("InputStructure"),
    OF_DATABASE("OutputStructure"),
    {"Entity", "Mappings", no_settings, {0}},
    {"Mappings", "Mapping", no_settings, {0}},
    {"Mapping", "konga.string", NULL, {"name"}},
    {"Entity", "InvalidMappings", no_settings, {0}},
    {"InvalidMappings", "Mapping", NULL, {0}},
};

/* Steps of operations are called as their kind is, whatever that may be. */
static const struct place step = {
    "Activities", "", no_settings, {"activityId", "contentId", "readOnly", "role", "type"}};

static const struct place *find_place(const char *in, const struct xml_node *node)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strcmp(places[i].name, node->name) == 0 && strcmp(places[i].in, in) == 0)
            return &places[i];
    bool is_step = strcmp(in, step.in) == 0 && (xml_attribute(node, "activityId") || xml_attribute(node, "contentId"));
    return is_step ? &step : NULL;
}

static bool is_known(const struct place *place, const char *attribute)
{
    for (const char *const *known = place->attributes; *known; known++)
        if (strcmp(*known, attribute) == 0)
            return true;
    return false;
}

static void check_attributes(struct convert *c, const struct jpk_entity *entity, const struct xml_node *node,
                             const struct place *place)
{
    for (uint32_t i = 0; i < node->attribute_count && !c->ledger.failed; i++) {
        const struct xml_attribute *at = &node->attributes[i];
        if (*at->value && !is_known(place, at->name))
            convert_keep_words(c,
                               convert_note(c, entity, CONVERT_SETTING_LOST, node->offset,
                                            "what '%.100s' of its <%.100s> says was left out", at->name, node->name),
                               convert_attribute_words(c, node, at));
    }
}

/* No deeper than the rows go. */
static void check_elements(struct convert *c, const struct jpk_entity *entity, const struct xml_node *parent,
                           const char *in)
{
    for (const struct xml_node *node = parent->child; node && !c->ledger.failed; node = node->next) {
        const struct place *place = find_place(in, node);
        if (place)
            check_attributes(c, entity, node, place);
        if (place && place->settings) {
            convert_lost_items(c, entity, node->items, node->item_count, place->settings);
            check_elements(c, entity, node, place->name);
        } else if (!place && !is_usual(node)) {
            convert_keep_words(c,
                               convert_note(c, entity, CONVERT_SETTING_LOST, node->offset,
                                            "what its <%s> says was left out", node->name),
                               convert_element_words(c, node));
        }
    }
}

/* Whether an attribute of a field says that it has a width. */
static bool has_width(const char *width)
{
    return width && *width && strcmp(width, "false") != 0 && strcmp(width, "0") != 0;
}

/* What a field of a file format says beyond its name and type; in `widths` how wide those are that have a width. */
static void check_field(struct convert *c, const struct jpk_entity *entity, const struct xml_node *field,
                        struct buf *widths)
{
    const char *name = xml_attribute(field, "name"), *format = xml_attribute(field, "format");
    const char *width = xml_attribute(field, "fixWidth");
    if (format && *format)
        convert_note(c, entity, CONVERT_SETTING_LOST, field->offset,
                     "the format '%.100s' of its field '%.200s' was left out", format, name ? name : "");
    if (has_width(width))
        buf_printf(widths, "%s%s %s", widths->size > 0 ? ", " : "", name ? name : "", width);
}

/* What flat text has one of needs no name, and is there once. */
static void check_segment(struct convert *c, const struct jpk_entity *entity, const struct xml_node *segment)
{
    static const struct {
        const char *attribute, *label, *usual;
    } said[] = {{"name", "name", ""}, {"occurenceType", "occurrence", "Only Once"}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        const char *value = xml_attribute(segment, said[i].attribute);
        if (value && *value && strcmp(value, said[i].usual) != 0)
            convert_keep_words(c,
                               convert_note(c, entity, CONVERT_SETTING_LOST, segment->offset,
                                            "the %s of its only segment was left out", said[i].label),
                               convert_words(c, value));
    }
}

static void check_document(struct convert *c, const struct jpk_entity *entity)
{
    const struct jpk_document *document = entity->as.document;
    const struct xml_node *structure = entity->tree ? xml_child(entity->tree, "Structure") : NULL;
    struct buf widths = {0};
    if (document && document->segment_count == 1 && structure)
        check_segment(c, entity, xml_child(structure, "Segment"));
    for (const struct xml_node *segment = structure ? xml_child(structure, "Segment") : NULL; segment;
         segment = xml_next(segment, "Segment")) {
        const struct xml_node *fields = xml_child(segment, "Fields");
        for (const struct xml_node *field = fields ? xml_child(fields, "Field") : NULL; field && !c->ledger.failed;
             field = xml_next(field, "Field"))
            check_field(c, entity, field, &widths);
    }
    if ((document && document->fixed) || widths.size > 0)
        ledger_keep_words(&c->ledger,
                          convert_note(c, entity, CONVERT_SETTING_LOST, 0,
                                       "it has fields of a fixed width, which no export was seen with; its schema "
                                       "is one of delimited text"),
                          widths.size > 0 ? buf_text(&widths) : "");
    c->ledger.failed |= widths.failed;
    buf_free(&widths);
}

static void check_item(struct convert *c, const struct jpk_entity *entity)
{
    const struct endpoint_setting *settings = settings_of(entity);
    if (settings)
        convert_lost_settings(c, entity, settings, NULL);
    check_description(c, entity);
    if (entity->type == JPK_TYPE_DOCUMENT)
        check_document(c, entity);
    bool stays = c->ledger.items[entity->index].target || entity->type == JPK_TYPE_FOLDER;
    if (stays && entity->tree)
        check_elements(c, entity, entity->tree, "Entity");
}

/* ------------------------------------------------------------------------------------------------------ the project */

/* What an XML file holds; NULL: no more than its root. What cannot be read might hold anything, which is "". */
static const char *what_file_holds(struct convert *c, const char *text, size_t size)
{
    const struct project *project = (const struct project *)c->project;
    struct intern intern = {.arena = &c->ledger.arena};
    struct xml_document document = {0};
    struct xml_reader *reader = xml_reader_new(&c->ledger.arena, &intern, &project->limits);
    struct jpk_error err = {0};
    bool read = reader && xml_read(reader, text, size, &document, &err);
    c->ledger.failed |= !reader || err.code == JPK_ERR_MEMORY;
    const struct xml_node *root = read ? document.root : NULL;
    const char *words = !root ? "" : root->child || root->item_count > 0 ? convert_element_words(c, root) : NULL;
    xml_reader_free(reader);
    intern_free(&intern);
    return words;
}

/* Plug-ins stand in a file of their own, which real projects have empty; what is in it was never seen. */
static void check_plugins(struct convert *c)
{
    static const char name[] = "plugins.xml";
    size_t entry = project_entry(c->project, name), size = 0;
    void *text = NULL;
    struct jpk_error err = {0};
    if (entry == SIZE_MAX || !jpk_archive_read(c->project->archive, entry, &text, &size, &err)) {
        c->ledger.failed |= err.code == JPK_ERR_MEMORY;
        return;
    }
    const char *words = what_file_holds(c, text, size);
    if (words && !c->ledger.failed) {
        struct jpk_finding *finding =
            convert_note_project(c, CONVERT_NOT_SUPPORTED, name, "the project uses plug-ins, which are left out");
        convert_keep_words(c, finding, words);
        if (finding)
            finding->hint = "set them up in the activities that they belong to; connectors are what came after them";
    }
    free(text);
}

/* A file that no schema was made of: an asset, for what it holds may be wanted all the same. */
static void keep_file(struct convert *c, const struct jpk_file *file)
{
    bool kept = convert_add_asset(c, file);
    if (c->ledger.failed)
        return;
    if (text_ends_with(file->name, ".wsdl"))
        convert_note_project(c, CONVERT_WSDL, file->name, "'%s' is %s; no connection was seen that refers to one",
                             file->name, kept ? "an asset of the export" : "missing");
    else if (!kept)
        convert_note_project(c, file->entry == SIZE_MAX ? CONVERT_DANGLING : CONVERT_UNREADABLE, file->name,
                             "'%s' is %s; it is left out", file->name,
                             file->entry == SIZE_MAX ? "listed, but missing" : "a file that could not be read");
    else if (!text_ends_with(file->name, ".xsd"))
        convert_note_project(c, CONVERT_SHAPE_NOT_OBSERVED, file->name,
                             "'%s' is an asset of the export; only XSD and WSDL files were seen as such", file->name);
}

static void keep_files(struct convert *c)
{
    for (size_t i = 0; i < c->project->file_count && !c->ledger.failed; i++)
        if (convert_take_file(c, c->project->files[i].name))
            keep_file(c, &c->project->files[i]);
}

void convert_left_behind(struct convert *c)
{
    for (size_t i = 0; i < c->project->entity_count && !c->ledger.failed; i++)
        if (convert_lives(c->project->entities[i]))
            check_item(c, c->project->entities[i]);
    if (!c->ledger.failed)
        check_plugins(c);
    if (!c->ledger.failed)
        keep_files(c);
}
