/*
 * Component by component what real exports hold (2023 and 2025), values left out. A connector whose components were
 * never seen has no row here: its form would be a guess.
 */
#include "jpk/cloud_trees.h"

#include <string.h>

/* ------------------------------------------------------------------------------------- members that properties share
 */

#define HIDDEN "'hidden':true,"
#define HIDDEN_DEFAULT(value) HIDDEN "'defaultValue':" value
#define REQUIRED "'validators':[{'name':'required'}]"
#define REQUIRED_AND(more) "'validators':[{'name':'required'}," more "]"
#define PATTERN(pattern) "{'name':'pattern','args':['" pattern "']}"
#define RANGE(most, least) "{'name':'max','args':[" most "]},{'name':'min','args':[" least "]}"
#define RESETS "'resetPasswordsOnChange':true"
#define PASSWORD "'widgetHint':'password'"
#define LAST "'location':'last',"
#define FILE_VARIABLES "'variables':{'fileVars':true}"
#define CHOICE(label, value) "{'enumValue':'" label "','realValue':'" value "'}"
#define ZIP_FORMAT "'enumValues':[" CHOICE("ZIP", "ZIP") "]"
#define DISCOVERY(orientation)                                                                                         \
    "'use':{'discoveryType':'user','orientation':'" orientation                                                        \
    "','documentIdPath':'documentId'},'defaultValue':{'fileType':'none'}"
#define ENCODINGS                                                                                                      \
    "'widgetHint':'hyperlink','defaultValue':"                                                                         \
    "'https://success.jitterbit.com/display/DOC/Supported+Character+Encodings'"

/* Conditions on other properties. */
#define PROP(name) "{'op':'prop','args':'" name "'}"
#define NOT(name) "{'op':'not','args':" PROP(name) "}"
#define LITERAL(value) "{'op':'literal','args':" value "}"
#define SWITCH(name, cases) "{'op':'switch','args':[" PROP(name) "," cases "]}"
#define CASE(value, result) LITERAL(value) "," LITERAL(result)
#define DISABLED(condition) "'deps':{'disabled':" condition "}"
/* Disabled and empty unless the other property is set. */
#define ONLY_WITH(name, cases)                                                                                         \
    "'deps':{'disabled':" NOT(name) ",'disabledValue':" SWITCH(name, CASE("false", "''") cases) "}"

/* ------------------------------------------------------------------------------------------------ temporary storage */

static const struct cloud_row tempstorage[] = {
    {0, "string", "entityId", NULL, HIDDEN_DEFAULT("5")},
    {0, "string", "source_type_id", NULL, HIDDEN_DEFAULT("15")},
    {0, "string", "encrypt_choice", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "transfer_type", NULL, HIDDEN_DEFAULT("'-1'")},
    {0, "string", "passive_mode", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "http_verb", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "document_id", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "timeout", NULL, HIDDEN_DEFAULT("'-1'")},
    {0, "string", "http_ssl_version", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "port", NULL, HIDDEN_DEFAULT("'-1'")},
    {0, "string", "filterOption.ignoreCase", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "filterOption.regularExpression", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "use_error_folder", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "use_success_folder", NULL, HIDDEN_DEFAULT("'0'")},
    {0, "string", "success_folder", NULL, HIDDEN_DEFAULT("''")},
    {0, "string", "error_folder", NULL, HIDDEN_DEFAULT("''")},
    {0, "string", "file_share_create_directories", NULL, HIDDEN_DEFAULT("'1'")},
    {0},
};

#define LOCATOR "'validators':[" PATTERN("[^~%$\\u0022<>:?]*") "]"
#define FILE_ACTIVITY(polarity)                                                                                        \
    "{'kind':'outbound','discoveryType':'FileBasedDiscovery','polarity':'" polarity                                    \
    "','passwordEncAtAppLevel':true,'plugins':[]}"

static const struct cloud_row tempstorage_read[] = {
    {0, "string", "entityId", NULL, HIDDEN_DEFAULT("2")},
    {0, "pagination", "page1", "File configuration", NULL},
    {1, "object", "v.response_discovery_configuration", "Provide Response Schema (Optional)", DISCOVERY("output")},
    {1, "string", "locator", "Path (Optional)", LOCATOR},
    {1, "string", "file_name", "Get Files", REQUIRED},
    {1, "advanced-builder", "tempstorageread-advanced-options", NULL, NULL},
    {2, NULL, "file_filter_options", "File Filter Options", NULL},
    {3, "boolean", "case_insensitive_file_filter", "Ignore Case",
     "'defaultValue':false," DISABLED(PROP("regular_expression_file_filter"))},
    {3, "boolean", "regular_expression_file_filter", "Use regular expression",
     "'defaultValue':false," DISABLED(PROP("case_insensitive_file_filter"))},
    {2, "string", "character_encoding", "Character Encoding", "'defaultValue':''"},
    {2, "string", "tempstorage.supported_encodings_link", "Supported Encodings", ENCODINGS},
    {2, "group", "after_processing", "After processing", NULL},
    {3, "boolean", "delete_file", "Delete File", "'defaultValue':false"},
    {3, "string", "renamefileto", "Rename File",
     LAST "'defaultValue':'','deps':{'disabled':" PROP("delete_file") ",'disabledValue':" SWITCH(
         "delete_file", CASE("true", "'/\\\\\\\\delete/\\\\\\\\'") "," LITERAL("''")) "}," FILE_VARIABLES},
    {2, "group", "trigger_file", "Trigger File", NULL},
    {3, "boolean", "use_trigger_file", "Use Trigger", "'defaultValue':false"},
    {3, "string", "trigger_filename", "Absolute file path", LAST DISABLED(NOT("use_trigger_file"))},
    {2, "group", "ignore_lines", "Ignore Lines", NULL},
    {3, "number", "ignore_first", "First", "'defaultValue':0"},
    {3, "number", "ignore_last", "Last", "'defaultValue':0"},
    {2, "group", "compression", "Compression", NULL},
    {3, "boolean", "source_data", "The source data is compressed", "'defaultValue':false"},
    {3, "string", "archive_format", "FORMAT",
     LAST "'defaultValue':''," ZIP_FORMAT "," ONLY_WITH("source_data", "," CASE("true", "'ZIP'"))},
    {3, "string", "archive_password", "PASSWORD", PASSWORD ",'defaultValue':''," DISABLED(NOT("source_data"))},
    {0},
};

static const struct cloud_row tempstorage_write[] = {
    {0, "string", "entityId", NULL, HIDDEN_DEFAULT("3")},
    {0, "pagination", "page1", "File configuration", NULL},
    {1, "object", "v.request_discovery_configuration", "Provide Request Schema (Optional)", DISCOVERY("input")},
    {1, "string", "locator", "Path (Optional)", LOCATOR},
    {1, "string", "file_name", "Filename(s)", REQUIRED_AND(PATTERN("[^*?\\u0022,:<>|]*")) "," FILE_VARIABLES},
    {1, "advanced-builder", "tempstoragewrite-advanced-options", NULL, NULL},
    {2, "boolean", "skip_empty_files", "Do not create empty files", "'defaultValue':false"},
    {2, "boolean", "append_file", "Append to file", "'defaultValue':false," DISABLED(PROP("writeheaders"))},
    {2, "boolean", "writeheaders", "Write headers", "'defaultValue':false," DISABLED(PROP("append_file"))},
    {2, "string", "endoflinetype", "End of line Type",
     "'widgetHint':'radio-choice','defaultValue':'0','enumValues':[" CHOICE("Default", "0") "," CHOICE(
         "Windows", "1") "," CHOICE("Unix", "2") "]"},
    {2, "string", "character_encoding", "Character Encoding", "'defaultValue':''"},
    {2, "string", "tempstorage.supported_encodings_link", "Supported Encodings", ENCODINGS},
    {2, "group", "compression", "Compression", NULL},
    {3, "boolean", "target_data", "Compress target files", "'defaultValue':false"},
    {3, "string", "archive_format", "Format", LAST "'defaultValue':''," ZIP_FORMAT "," ONLY_WITH("target_data", "")},
    {3, "string", "filenames_in_archive", "FILE NAMES IN ARCHIVE(S)",
     LAST ONLY_WITH("target_data", "") "," FILE_VARIABLES},
    {3, "string", "archive_mode", "MODE",
     LAST "'enumValues':[" CHOICE("Overwrite", "OVERWRITE") "," CHOICE("Append", "APPEND") "]," ONLY_WITH("target_data",
                                                                                                          "")},
    {3, "string", "archive_password", "PASSWORD", PASSWORD ",'defaultValue':''," LAST ONLY_WITH("target_data", "")},
    {3, "string", "archive_encryption_mode", "ENCRYPTION MODE",
     LAST "'defaultValue':'AES','enumValues':[" CHOICE("AES", "AES") "," CHOICE(
         "Standard Zip", "STANDARD") "]," DISABLED(NOT("archive_password"))},
    {0},
};

/* -------------------------------------------------------------------------------------------------------- variables */

static const struct cloud_row variable[] = {
    {0, "pagination", "page1", "Page One Display Name", NULL},
    {1, "string", "entityId", NULL, HIDDEN_DEFAULT("4")},
    {1, "string", "source_type_id", NULL, HIDDEN_DEFAULT("21")},
    {1, "string", "encrypt_choice", NULL, HIDDEN_DEFAULT("'0'")},
    {1, "string", "transfer_type", NULL, HIDDEN_DEFAULT("'-1'")},
    {1, "string", "passive_mode", NULL, HIDDEN_DEFAULT("'0'")},
    {1, "string", "http_verb", NULL, HIDDEN_DEFAULT("'2'")},
    {1, "string", "document_id", NULL, HIDDEN_DEFAULT("'0'")},
    {1, "string", "timeout", NULL, HIDDEN_DEFAULT("-1")},
    {1, "boolean", "ui.test-connection-enabled", NULL, HIDDEN_DEFAULT("false")},
    {1, "string", "variable", "Variable Name",
     "'hidden':false,'defaultValue':'Variable'," REQUIRED_AND(
         PATTERN("^[a-zA-Z0-9_.]*$")) ",'variables':{'fileVars':false,'jitterbitVars':false}"},
    {0},
};

/* ------------------------------------------------------------------------------------------------------- Salesforce */

#define LOGIN_HOST "'https://login.salesforce.com'"
#define SANDBOX_HOST "'https://test.salesforce.com'"

static const struct cloud_row salesforce[] = {
    {0, "pagination", "page1", "Page One Display Name", NULL},
    {1, "string", "entityId", NULL, HIDDEN_DEFAULT("31")},
    {1, "string", "url", "Server host",
     "'deps':{'defaultValue':" SWITCH("sandbox", CASE("false", LOGIN_HOST) "," CASE(
                                                     "true", SANDBOX_HOST)) "},'defaultValue':[" LOGIN_HOST
                                                                            "," SANDBOX_HOST "]," RESETS "," REQUIRED},
    {1, "boolean", "sandbox", "Sandbox", "'defaultValue':false," REQUIRED},
    {1, "string", "username", "User Name", RESETS "," REQUIRED},
    {1, "string", "api_version", NULL, "'hidden':'true','defaultValue':'64.0'"},
    {1, "string", "password", "Password", PASSWORD "," REQUIRED},
    {1, "string", "securityToken", "Security Token", PASSWORD},
    {1, "string", "status", "Status", HIDDEN_DEFAULT("'1'")},
    {1, "string", "target_encoding", NULL, HIDDEN_DEFAULT("''")},
    {1, "string", "clearPasswordFields", NULL, HIDDEN_DEFAULT("true")},
    {0},
};

static const struct cloud_row salesforce_query[] = {
    {0, "number", "entityId", NULL, HIDDEN_DEFAULT("25")},
    {0, "object", "query-string", NULL, HIDDEN_DEFAULT("{'showDeleted':false,'soql':''}")},
    {0, "boolean", "isPreviewable", NULL, HIDDEN_DEFAULT("true")},
    {0, "string", "where-clause", NULL, HIDDEN_DEFAULT("'WHERE '")},
    {0, "pagination", "input-selection-page", NULL, NULL},
    {1, "group", "object-wizard-group", "Select Object(s)", "'widgetHint':'component:salesforce/object-wizard'"},
    {0, "pagination", "query-configuration-page", NULL, NULL},
    {1, "group", "field-wizard-group", "Select Fields & Create Conditions",
     "'widgetHint':'component:salesforce/field-wizard'"},
    {0},
};

/* --------------------------------------------------------------------------------------------------------- NetSuite */

static const struct cloud_row netsuite[] = {
    {0, "string", "entityId", NULL, HIDDEN_DEFAULT("228")},
    {0, "string", "authType", NULL, HIDDEN_DEFAULT("'TBA'")},
    {0, "string", "accountName", "Account", REQUIRED "," RESETS},
    {0, "string", "wsdldownloadurl", "Wsdl Download Url",
     REQUIRED ",'defaultValue':'https://webservices.netsuite.com/wsdl/v2025_1_0/netsuite.wsdl'"},
    {0, "string", "consumerkey", "Consumer Key", REQUIRED "," RESETS},
    {0, "string", "consumersecret", "Consumer Secret", PASSWORD "," REQUIRED},
    {0, "string", "tokenkey", "Token Key", REQUIRED "," RESETS},
    {0, "string", "tokensecret", "Token Secret", PASSWORD "," REQUIRED},
    {0, "string", "signalgo", "Signature Algorithm",
     "'enumValues':[" CHOICE("HmacSHA256", "HMAC_SHA256") "],'defaultValue':'HMAC_SHA256'"},
    {0, "string", "calltimeout", "Call Time Out",
     "'description':'(seconds) Optional, use this setting if it is less than the agent setting'"},
    {0, "boolean", "retryOnConcurrentException", "Retry on Recoverable Exception",
     "'defaultValue':false,'enabledFor':{'publicAgentGroup':false},'showWarning':true"},
    {0, "group", "retryOnConcurrentException_group", NULL, "'deps':{'hidden':" NOT("retryOnConcurrentException") "}"},
    {1, "number", "maxRetry", "Maximum Number of Retries", REQUIRED_AND(RANGE("5", "1"))},
    {1, "number", "retryInterval", "Retry Interval (seconds)", REQUIRED_AND(RANGE("5", "0"))},
    {0, "string", "clearPasswordFields", NULL, HIDDEN_DEFAULT("true")},
    {0},
};

static const struct cloud_row netsuite_upsert[] = {
    {0, "pagination", "list-object-page", NULL, NULL},
    {1, "number", "entityId", NULL, HIDDEN_DEFAULT("232")},
    {1, "list-object", "list-object", "Select an Object",
     "'use':{'ui':{'selectObjectLabel':'Selected NetSuite Object: ','tableHeaders':['Name','Type',"
     "'Object Description'],'tableItems':['objectName','objectType','objecDescription']},'discoveryType':'provided',"
     "'orientation':'inputoutput','documentIdPath':'this'}"},
    {0},
};

/* -------------------------------------------------------------------------------------------------------- all of them
 */

#define SERVER_ACTIVITY(polarity)                                                                                      \
    "'kind':'outbound','discoveryType':'ServerBasedDiscovery','polarity':'" polarity "','errorMessage':''"

static const struct cloud_template templates[] = {
    {"tempstorage", NULL, "{'isFileBased':true,'endpointType':1000}", tempstorage},
    {"tempstorage", "tempstorage_read", FILE_ACTIVITY("source"), tempstorage_read},
    {"tempstorage", "tempstorage_write", FILE_ACTIVITY("target"), tempstorage_write},
    {"variable", NULL, "{'isFileBased':true,'endpointType':900}", variable},
    {"salesforce", NULL, "{'endpointType':200,'passwordEncAtAppLevel':true}", salesforce},
    {"salesforce", "query",
     "{" SERVER_ACTIVITY("source") ",'operationTypePatterns':[{'pattern':'^s*Ax?s*Ts*$','type':6}],"
                                   "'pageStatus':[{'configured':true,'visited':true},{'configured':true,"
                                   "'visited':true},{'configured':true}]}",
     salesforce_query},
    {"netsuite", NULL,
     "{'metadata':{'isConnectorFunction':true,'adapterName':'NetSuite','entityTypeId':'228'},'endpointType':600,"
     "'passwordEncAtAppLevel':true,'hidden':false}",
     netsuite},
    {"netsuite", "upsert",
     "{" SERVER_ACTIVITY("neutral") ",'operationTypePatterns':[{'pattern':'^s*Ss*xA(xs*T?)?s*$','type':6},"
                                    "{'pattern':'^s*S?s*xAx?s*T?s*$','type':6}],'metadata':{'isConnectorFunction':true,"
                                    "'adapterName':'NetSuite','entityTypeId':18}}",
     netsuite_upsert},
};

const struct cloud_template *cloud_template(const char *adapter, const char *function)
{
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        const struct cloud_template *row = &templates[i];
        bool same = function && row->function ? strcmp(function, row->function) == 0 : function == row->function;
        if (same && strcmp(adapter, row->adapter) == 0)
            return row;
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------------ kinds */

#define STATE                                                                                                          \
    "'id':'','checksum':'1','requiresDeploy':true,'metadataVersion':'3.0.1','encryptedAtRest':true,'chunks':1,"        \
    "'partial':false"

static const char *const kind_templates[JPK_CLOUD_KINDS] = {
    [JPK_CLOUD_OTHER] = "{'name':''," STATE "}",
    [JPK_CLOUD_OPERATION] =
        "{'name':'','type':200,'steps':[],'outcomes':[],'options':{'timeoutValue':2,'timeoutMultiplier':3600,"
        "'timeoutUnit':'HOURS','logLevel':'Everything','debugModeEnabled':false,'debug_mode_until':'',"
        "'AlwaysRunSuccessOperation':0,'enableChunking':false,'chunk_size':0,'target_chunk_size':0,"
        "'max_number_of_threads':1,'source_chunk_node':'','target_chunk_node':'','validate_source_text_file':0},"
        "'validationState':100,'operationType':3,'isNew':false," STATE "}",
    [JPK_CLOUD_SCRIPT] = "{'name':'','type':400,'scriptBody':'','scriptType':1,'globalVariables':[],'notes':[],"
                         "'cursor':'','validationState':100,'scriptBodyCleansed':''," STATE "}",
    [JPK_CLOUD_ACTIVITY] =
        "{'name':'','type':500,'kind':'outbound','inputRequired':false,'properties':[],'validationState':100,"
        "'hidden':false,'isSchemaDiscovered':true,'pageStatus':[{'configured':true,'visited':true},"
        "{'configured':true}],'isConfigurationComplete':true," STATE "}",
    [JPK_CLOUD_CONNECTION] =
        "{'name':'','type':600,'properties':[],'availability':'PUBLIC','validationState':100," STATE "}",
    [JPK_CLOUD_TRANSFORMATION] =
        "{'name':'','type':700,'entityTypeId':'4','mappingRules':[],'loopMappingRules':[],'options':{},'notes':[],"
        "'duplicateNodesInfo':{'duplicatedNodes':{},'removedNodes':{}},'srcExtendedNodesInfo':{'extendedNodes':{},"
        "'removedNodes':{}},'tgtExtendedNodesInfo':{'extendedNodes':{},'removedNodes':{}},'description':''," STATE "}",
    [JPK_CLOUD_SCHEMA] = "{'name':'','type':900,'format':'xml','schemaTypeDocument':{},'isCustom':true,"
                         "'validationState':100," STATE "}",
    [JPK_CLOUD_VARIABLE] = "{'name':'','type':1000,'defaultValue':'','label':'','hidevalue':false," STATE "}",
    [JPK_CLOUD_EMAIL] =
        "{'name':'','type':1200,'mailServer':'','to':'','from':'','useSSL':true,'cc':'','bcc':'','replyTo':'',"
        "'useAuthentication':false,'subject':'','message':'','validationState':100,'passwordEncAtAppLevel':true," STATE
        "}",
    [JPK_CLOUD_GLOBAL] = "{'name':'','type':1300,'endpoints':[],'usages':[],'value':''," STATE "}",
};

const char *cloud_kind_template(enum jpk_cloud_kind kind)
{
    return kind_templates[kind];
}

const char cloud_workflow_template[] = "{'name':'','operations':[],'type':1100,'id':'','validationState':100}";

const char cloud_project_template[] =
    "{'type':100,'organizationId':'','workflows':[],'isDeleted':0,'metadataVersion':'1.0.1',"
    "'requireDeployComment':false,'requireDeployTag':false,'ignoreHTTPTargetTargetValidation':false,"
    "'disableScriptParser':false,'name':'','description':'','targetEnvironmentId':'','checksum':'1',"
    "'encryptedAtRest':true,'appliedDataMigrations':['StandaloneWorkflowMigration','RepairMigratedProjectMigration',"
    "'ConvertStepObjectsToStepReferencesMigration','AddGlobalVariablesToTransformationScriptsMigration',"
    "'DeleteSourcepathsVariablepathsFromRulesMigration','AddActivityPolarityMigration','FixApiPolarityMigration',"
    "'DeleteLoopSubmappingsMigration','FilebasedActivityMigration','GlobalVariableEndpointMigration',"
    "'RedoScriptComponentReferencesMigration','FtpEndpointEncryptChoiceMigration','ScriptTransMigration',"
    "'AddSourceUsersToDocumentsMigration','GlobalVariableEndpointToEndpointsMigration',"
    "'DesignComponentDocumentsMigration','SFTransformationMappingMigration',"
    "'MoveLastDeployedInformationToPrjSummaryMigration','DesignComponentSplitMigration','SchemaTypeNodeRenameMigration'"
    ","
    "'RestoreDeletedTransformationPropertiesMigration','HttpUrlMigration','SfdcBulkPatternTypeMigration',"
    "'SFManualQueryMigration','NetsuitePropertiesCleanupMigration','SaveHarmonyProjectIdMigration',"
    "'RemoveEncryptionMigration','DesignComponentEncryptPasswordMigration','DesignComponentMigration',"
    "'SampleDocumentTypeMigration','AddTagComponentTypeMigration','TransformationSourceTargetMigration',"
    "'JiraCreateUpdateGenericRootNameMigration','PatchTransformationSourceTargetMigration',"
    "'TransformationAugmentationMigration'],'appliedPostDataMigrations':['TransformationRuleMigration',"
    "'ConvertAssignedSchedulesToComponentReferencesMigration','SchemaTypeNodePathUnsanitizedMigration1',"
    "'GlobalVariableRemoveDupNamesMigration2','RuleValidationMigration','AddRequiresdeployMigration'],"
    "'id':'','validationState':100,'adapterIds':[],'tags':[],'requiresDeploy':true,'recentlyDeletedComponents':[],"
    "'createdOn':0,'harmonyProjectId':0,'components':[],'adapters':[]}";
