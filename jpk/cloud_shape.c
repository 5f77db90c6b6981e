/*
 * The order of keys is that of the vendor's sample of an export (operations, scripts, transformations, variable
 * connections, variables) and of components of a real export of 2025 (all others). Real exports do not agree in every
 * place; where they differ one of the orders was taken.
 */
#include "jpk/cloud_shape.h"

#define K(key)                                                                                                         \
    {                                                                                                                  \
        key, SHAPE_ANY                                                                                                 \
    }
#define STATE_KEYS                                                                                                     \
    K("id"), K("checksum"), K("requiresDeploy"), K("metadataVersion"), K("encryptedAtRest"),                           \
        K("passwordEncAtAppLevel"), K("validationState"), K("chunks"), K("partial"), K("hidden")

static const struct cloud_key any_keys[] = {{0}};

static const struct cloud_key export_keys[] = {
    K("apis"), {"assets", SHAPE_ASSET}, {"project", SHAPE_PROJECT}, K("version"), {0}};

static const struct cloud_key project_keys[] = {
    K("type"),
    K("organizationId"),
    {"workflows", SHAPE_WORKFLOW},
    K("isDeleted"),
    K("metadataVersion"),
    K("requireDeployComment"),
    K("requireDeployTag"),
    K("ignoreHTTPTargetTargetValidation"),
    K("disableScriptParser"),
    K("name"),
    K("description"),
    K("targetEnvironmentId"),
    {"settings", SHAPE_SETTINGS},
    K("checksum"),
    K("encryptedAtRest"),
    K("appliedDataMigrations"),
    K("appliedPostDataMigrations"),
    K("id"),
    K("validationState"),
    K("adapterIds"),
    K("tags"),
    K("requiresDeploy"),
    K("recentlyDeletedComponents"),
    K("origCreatedOn"),
    K("deployments"),
    K("createdOn"),
    K("createdBy"),
    K("modifiedOn"),
    K("modifiedBy"),
    K("harmonyProjectId"),
    {"components", SHAPE_COMPONENT},
    {"adapters", SHAPE_ADAPTER},
    {0},
};

static const struct cloud_key settings_keys[] = {K("aiMinScore"),
                                                 K("selectedAiModel"),
                                                 K("aiTopEntries"),
                                                 K("aiIncludeType"),
                                                 K("aiModelDescription"),
                                                 K("enableOperationAutoNumber"),
                                                 {0}};

static const struct cloud_key workflow_keys[] = {
    K("name"), {"operations", SHAPE_OPERATION}, K("type"), K("projectId"), STATE_KEYS, {0}};

static const struct cloud_key operation_keys[] = {
    K("name"),
    {"steps", SHAPE_LINK},
    {"outcomes", SHAPE_OUTCOME},
    {"options", SHAPE_OPTIONS},
    K("validationState"),
    K("type"),
    K("operationType"),
    K("isNew"),
    K("parentStepId"),
    K("id"),
    K("projectId"),
    K("checksum"),
    K("requiresDeploy"),
    K("encryptedAtRest"),
    K("chunks"),
    K("metadataVersion"),
    K("partial"),
    K("hidden"),
    {0},
};

static const struct cloud_key script_keys[] = {
    K("name"),
    K("scriptBody"),
    K("scriptType"),
    {"globalVariables", SHAPE_SCRIPT_VARIABLE},
    K("notes"),
    K("type"),
    K("id"),
    K("checksum"),
    K("requiresDeploy"),
    K("encryptedAtRest"),
    K("chunks"),
    {"cursor", SHAPE_CURSOR},
    K("validationState"),
    K("metadataVersion"),
    K("partial"),
    K("hidden"),
    K("scriptBodyCleansed"),
    {0},
};

static const struct cloud_key activity_keys[] = {
    K("kind"),
    K("discoveryType"),
    K("polarity"),
    K("inputRequired"),
    K("name"),
    {"operationTypePatterns", SHAPE_PATTERN},
    {"metadata", SHAPE_METADATA},
    {"properties", SHAPE_PROPERTY},
    K("functionName"),
    K("type"),
    K("adapterId"),
    {"endpoint", SHAPE_LINK},
    K("id"),
    K("checksum"),
    K("requiresDeploy"),
    K("metadataVersion"),
    K("encryptedAtRest"),
    K("passwordEncAtAppLevel"),
    K("validationState"),
    K("hidden"),
    K("isSchemaDiscovered"),
    {"pageStatus", SHAPE_PAGE},
    K("isConfigurationComplete"),
    K("errorMessage"),
    K("plugins"),
    {"input", SHAPE_DOCUMENT},
    {"output", SHAPE_DOCUMENT},
    K("chunks"),
    K("partial"),
    {0},
};

static const struct cloud_key connection_keys[] = {
    K("name"),
    K("isFileBased"),
    {"metadata", SHAPE_METADATA},
    {"properties", SHAPE_PROPERTY},
    K("type"),
    K("adapterId"),
    K("availability"),
    K("endpointType"),
    STATE_KEYS,
    {0},
};

static const struct cloud_key transformation_keys[] = {
    K("type"),
    K("entityTypeId"),
    K("name"),
    {"mappingRules", SHAPE_RULE},
    {"loopMappingRules", SHAPE_LOOP},
    K("options"),
    K("notes"),
    K("duplicateNodesInfo"),
    K("srcExtendedNodesInfo"),
    K("tgtExtendedNodesInfo"),
    K("description"),
    K("id"),
    K("checksum"),
    K("requiresDeploy"),
    K("metadataVersion"),
    K("encryptedAtRest"),
    K("chunks"),
    {"source", SHAPE_SIDE},
    {"target", SHAPE_SIDE},
    K("partial"),
    K("validationState"),
    K("hidden"),
    {0},
};

static const struct cloud_key schema_keys[] = {
    K("type"),
    K("name"),
    K("displayName"),
    K("format"),
    {"origin", SHAPE_ORIGIN},
    {"schemaTypeDocument", SHAPE_DOCUMENT},
    K("isCustom"),
    K("filename"),
    K("otherProperties"),
    STATE_KEYS,
    {0},
};

static const struct cloud_key variable_keys[] = {
    K("type"),      K("name"),        K("defaultValue"), K("label"), K("description"),
    K("hidevalue"), K("showDetails"), K("rowId"),        STATE_KEYS, {0}};

static const struct cloud_key email_keys[] = {
    K("type"),    K("name"),     K("mailServer"), K("to"),      K("from"),
    K("useSSL"),  K("cc"),       K("bcc"),        K("replyTo"), K("useAuthentication"),
    K("account"), K("password"), K("subject"),    K("message"), K("duplicateRef"),
    STATE_KEYS,   {0},
};

static const struct cloud_key global_keys[] = {
    K("name"), K("type"), K("endpoints"), {"usages", SHAPE_USAGE}, K("value"), STATE_KEYS, {0}};

static const struct cloud_key link_keys[] = {K("id"), K("type"), {0}};

static const struct cloud_key options_keys[] = {
    K("timeoutValue"),
    K("timeoutMultiplier"),
    K("timeoutUnit"),
    K("logLevel"),
    K("debugModeEnabled"),
    K("debug_mode_until"),
    K("AlwaysRunSuccessOperation"),
    K("enableChunking"),
    K("chunk_size"),
    K("target_chunk_size"),
    K("max_number_of_threads"),
    K("source_chunk_node"),
    K("target_chunk_node"),
    K("validate_source_text_file"),
    K("schedule_policy"),
    {0},
};

static const struct cloud_key outcome_keys[] = {K("outcomeType"), K("operationId"), K("id"), {0}};
static const struct cloud_key script_variable_keys[] = {K("name"),    K("value"),    K("isNull"), K("scope"),
                                                        K("isArray"), K("isHidden"), {0}};
static const struct cloud_key cursor_keys[] = {K("line"), K("ch"), K("sticky"), K("xRel"), K("outside"), {0}};
static const struct cloud_key usage_keys[] = {K("id"), K("type"), K("isRead"), K("isWrite"), {0}};

static const struct cloud_key property_keys[] = {
    K("type"),         K("multiple"),
    K("name"),         K("displayName"),
    K("description"),  K("use"),
    K("widgetHint"),   K("secret"),
    K("location"),     K("hidden"),
    K("defaultValue"), K("enumValues"),
    K("validators"),   K("resetPasswordsOnChange"),
    K("enabledFor"),   K("showWarning"),
    K("deps"),         K("variables"),
    K("value"),        {0},
};

static const struct cloud_key property_group_keys[] = {
    K("name"), K("displayName"), K("type"), K("widgetHint"), K("deps"), K("hidden"), {"children", SHAPE_PROPERTY}, {0}};

static const struct cloud_key pattern_keys[] = {K("pattern"), K("type"), {0}};
static const struct cloud_key page_keys[] = {K("configured"), K("visited"), {0}};
static const struct cloud_key metadata_keys[] = {K("isConnectorFunction"), K("adapterName"), K("entityTypeId"), {0}};

static const struct cloud_key rule_keys[] = {
    K("customValuePaths"),
    {"globalVariables", SHAPE_SCRIPT_VARIABLE},
    K("isPreconditionScript"),
    K("targetPath"),
    K("targetScript"),
    K("transformScript"),
    K("validationErrors"),
    K("srcPaths"),
    K("transformScriptCleansed"),
    {"cursor", SHAPE_CURSOR},
    K("transformScriptError"),
    {0},
};

static const struct cloud_key loop_keys[] = {K("srcLoopPath"), K("tgtLoopPath"), K("srcPath"), K("tgtPath"), {0}};
static const struct cloud_key side_keys[] = {
    K("name"), K("id"), {"origin", SHAPE_ORIGIN}, {"document", SHAPE_DOCUMENT}, {0}};
static const struct cloud_key origin_keys[] = {K("id"),           K("adapterId"),           K("direction"),
                                               K("functionName"), K("isConnectorFunction"), {0}};
static const struct cloud_key document_keys[] = {K("name"), {"root", SHAPE_NODE}, K("types"), K("O"), K("jtr"), {0}};

static const struct cloud_key node_keys[] = {K("NIL"), K("MN"), K("MX"), K("N"),  K("NS"),  K("ATR"),
                                             K("T"),   K("DV"), K("DT"), K("EV"), K("DOM"), K("BG"),
                                             K("EN"),  K("O"),  K("I"),  K("L"),  {0}};
static const struct cloud_key node_group_keys[] = {
    K("N"),   K("NS"), K("MN"), K("MX"),           K("NIL"), K("T"),   K("DV"), K("DT"), K("EV"),
    K("DOM"), K("BG"), K("EN"), {"C", SHAPE_NODE}, K("O"),   K("ATR"), K("I"),  K("L"),  {0}};

static const struct cloud_key adapter_keys[] = {
    K("id"),
    K("name"),
    K("type"),
    K("version"),
    K("displayName"),
    K("agentGroupVersion"),
    K("environmentId"),
    K("metadata"),
    K("activities"),
    K("availability"),
    K("endpoint"),
    {0},
};

static const struct cloud_key asset_keys[] = {
    K("path"), K("type"), {"properties", SHAPE_ASSET_PROPERTY}, K("compressedContent"), {0}};
static const struct cloud_key asset_property_keys[] = {K("key"), K("value"), {0}};

static const struct cloud_key *const shapes[SHAPES] = {
    [SHAPE_ANY] = any_keys,
    [SHAPE_EXPORT] = export_keys,
    [SHAPE_PROJECT] = project_keys,
    [SHAPE_SETTINGS] = settings_keys,
    [SHAPE_WORKFLOW] = workflow_keys,
    [SHAPE_COMPONENT] = any_keys,
    [SHAPE_OPERATION] = operation_keys,
    [SHAPE_SCRIPT] = script_keys,
    [SHAPE_ACTIVITY] = activity_keys,
    [SHAPE_CONNECTION] = connection_keys,
    [SHAPE_TRANSFORMATION] = transformation_keys,
    [SHAPE_SCHEMA] = schema_keys,
    [SHAPE_VARIABLE] = variable_keys,
    [SHAPE_EMAIL] = email_keys,
    [SHAPE_GLOBAL] = global_keys,
    [SHAPE_LINK] = link_keys,
    [SHAPE_OPTIONS] = options_keys,
    [SHAPE_OUTCOME] = outcome_keys,
    [SHAPE_SCRIPT_VARIABLE] = script_variable_keys,
    [SHAPE_CURSOR] = cursor_keys,
    [SHAPE_USAGE] = usage_keys,
    [SHAPE_PROPERTY] = property_keys,
    [SHAPE_PROPERTY_GROUP] = property_group_keys,
    [SHAPE_PATTERN] = pattern_keys,
    [SHAPE_PAGE] = page_keys,
    [SHAPE_METADATA] = metadata_keys,
    [SHAPE_RULE] = rule_keys,
    [SHAPE_LOOP] = loop_keys,
    [SHAPE_SIDE] = side_keys,
    [SHAPE_ORIGIN] = origin_keys,
    [SHAPE_DOCUMENT] = document_keys,
    [SHAPE_NODE] = node_keys,
    [SHAPE_NODE_GROUP] = node_group_keys,
    [SHAPE_ADAPTER] = adapter_keys,
    [SHAPE_ASSET] = asset_keys,
    [SHAPE_ASSET_PROPERTY] = asset_property_keys,
};

static const enum cloud_shape shape_of_kind[JPK_CLOUD_KINDS] = {
    [JPK_CLOUD_OTHER] = SHAPE_ANY,
    [JPK_CLOUD_OPERATION] = SHAPE_OPERATION,
    [JPK_CLOUD_SCRIPT] = SHAPE_SCRIPT,
    [JPK_CLOUD_ACTIVITY] = SHAPE_ACTIVITY,
    [JPK_CLOUD_CONNECTION] = SHAPE_CONNECTION,
    [JPK_CLOUD_TRANSFORMATION] = SHAPE_TRANSFORMATION,
    [JPK_CLOUD_SCHEMA] = SHAPE_SCHEMA,
    [JPK_CLOUD_VARIABLE] = SHAPE_VARIABLE,
    [JPK_CLOUD_EMAIL] = SHAPE_EMAIL,
    [JPK_CLOUD_GLOBAL] = SHAPE_GLOBAL,
};

const struct cloud_key *cloud_shape_keys(enum cloud_shape shape)
{
    return shapes[shape];
}

enum cloud_shape cloud_shape_of_kind(enum jpk_cloud_kind kind)
{
    return shape_of_kind[kind];
}

enum cloud_shape cloud_shape_of_component(int64_t type)
{
    return cloud_shape_of_kind(jpk_cloud_kind_of(type));
}

enum cloud_shape cloud_shape_of_export(const struct jpk_cloud *cloud)
{
    if (cloud->form == JPK_CLOUD_EXPORT)
        return SHAPE_EXPORT;
    return jdoc_type(cloud->doc, 0) == JDOC_ARRAY ? SHAPE_COMPONENT : SHAPE_PROJECT;
}

enum cloud_shape cloud_shape_of(const struct jdoc *doc, uint32_t object, enum cloud_shape shape)
{
    int64_t number = 0;
    uint32_t type = shape == SHAPE_COMPONENT ? jdoc_member(doc, object, "type") : JDOC_NONE;
    if (jdoc_is(doc, type, JDOC_NUMBER))
        jdoc_integer(doc, type, &number);
    switch (shape) {
    case SHAPE_COMPONENT:
        return cloud_shape_of_component(number);
    case SHAPE_PROPERTY:
        return jdoc_member(doc, object, "children") == JDOC_NONE ? SHAPE_PROPERTY : SHAPE_PROPERTY_GROUP;
    case SHAPE_NODE:
        return jdoc_member(doc, object, "C") == JDOC_NONE ? SHAPE_NODE : SHAPE_NODE_GROUP;
    default:
        return shape;
    }
}

const struct cloud_key *cloud_shape_key(enum cloud_shape shape, const char *key, size_t n)
{
    for (const struct cloud_key *row = shapes[shape]; row->key; row++)
        if (strlen(row->key) == n && memcmp(row->key, key, n) == 0)
            return row;
    return NULL;
}

bool cloud_is_copy(const struct jdoc *doc, uint32_t key)
{
    static const char ending[] = "Cleansed";
    size_t n = sizeof ending - 1;
    return jdoc_is(doc, key, JDOC_STRING) && jdoc_string_size(doc, key) > n &&
           memcmp(jdoc_string(doc, key) + jdoc_string_size(doc, key) - n, ending, n) == 0;
}
