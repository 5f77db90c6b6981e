#include "jpk/show_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/secrets.h"
#include "base/text.h"
#include "jpk/model.h"
#include "jpk/secret_field.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_SECONDS,
    SETTING_SECRET,
    SETTING_ELSEWHERE /* another section tells it, or it says nothing to people */
};

#define NO_YES "0=no|1=yes|false=no|true=yes"

struct setting {
    const char *scope; /* an entity type or a location type; NULL: any */
    const char *key;
    const char *label;
    const char
        *usual; /* what nearly all real entities have; alternatives between `|`. The empty value is always usual */
    const char *words; /* "value=word|..."; NULL: the value itself */
    enum setting_kind kind;
};

/* Keys, values and what is usual: section 4 of the inventory of real projects. */
static const struct setting settings[] = {
    /* operations */
    {"Operation", "operation_type_id", "type", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "connect_type", "connect type", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "source_id", "source", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "target_id", "target", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "success_operation_id", "on success", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "failure_operation_id", "on failure", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "success_message_id", "e-mail on success", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "failure_message_id", "e-mail on failure", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "schedule_id", "schedule", NULL, NULL, SETTING_ELSEWHERE},
    {"Operation", "LogLevel", "log level", "Everything", NULL, SETTING_TEXT},
    {"Operation", "trace", "trace", "1", NO_YES, SETTING_TEXT},
    {"Operation", "debug_mode_until", "debug log until", "", NULL, SETTING_TEXT},
    {"Operation", "chunk_size", "records in a chunk", "0", "0=all", SETTING_TEXT},
    {"Operation", "target_chunk_size", "target records in a chunk", "0", "0=all", SETTING_TEXT},
    {"Operation", "source_chunk_node", "chunks of the source", "-flat-", "-flat-=lines", SETTING_TEXT},
    {"Operation", "target_chunk_node", "chunks of the target", "-flat-", "-flat-=lines", SETTING_TEXT},
    {"Operation", "max_number_of_threads", "threads at most", "1", NULL, SETTING_TEXT},
    {"Operation", "timeoutseconds", "time-out", "7200", NULL, SETTING_SECONDS},
    {"Operation", "timeoutuiunit", "unit of the time-out", "HOURS", NULL, SETTING_ELSEWHERE},
    {"Operation", "ignore_history", "ignores its history", "1", NO_YES, SETTING_TEXT},
    {"Operation", "run_success_op_if_no_source_files", "success operation without source files", "0",
     "0=does not run|1=runs too", SETTING_TEXT},
    {"Operation", "validate_source_text_file", "validates source text", "0", NO_YES, SETTING_TEXT},
    {"Operation", "schedule_policy", "when it still runs", "skip_if_running", "skip_if_running=the next run is skipped",
     SETTING_TEXT},
    {"Operation", "salesforce_wizard_guid", "made by the wizard of", NULL, NULL, SETTING_TEXT},
    {"Operation", "salesforce_wizard_operation_name", "Salesforce call", NULL, NULL, SETTING_TEXT},

    /* sources and targets */
    {"GlobalData", "locator", "variable", NULL, NULL, SETTING_TEXT},
    {NULL, "locator", "folder or host", NULL, NULL, SETTING_TEXT},
    {NULL, "path", "path", NULL, NULL, SETTING_TEXT},
    {NULL, "file_name", "file", NULL, NULL, SETTING_TEXT},
    {NULL, "character_encoding", "character encoding", "UTF-8", NULL, SETTING_TEXT},
    {NULL, "ignore_first", "lines to ignore at the beginning", "0", NULL, SETTING_TEXT},
    {NULL, "ignore_last", "lines to ignore at the end", "0", NULL, SETTING_TEXT},
    {NULL, "renamefileto", "afterwards", "", "/\\delete/\\=the file is deleted", SETTING_TEXT},
    {NULL, "use_trigger_file", "waits for a trigger file", "0", NO_YES, SETTING_TEXT},
    {NULL, "trigger_filename", "trigger file", "", NULL, SETTING_TEXT},
    {NULL, "filterOption.ignoreCase", "file filter ignores case", "0", NO_YES, SETTING_TEXT},
    {NULL, "filterOption.regularExpression", "file filter is a regular expression", "0", NO_YES, SETTING_TEXT},
    {NULL, "use_success_folder", "moves files that succeed", "0", NO_YES, SETTING_TEXT},
    {NULL, "success_folder", "success folder", "", NULL, SETTING_TEXT},
    {NULL, "use_error_folder", "moves files that fail", "0", NO_YES, SETTING_TEXT},
    {NULL, "error_folder", "error folder", "", NULL, SETTING_TEXT},
    {NULL, "uncompress_format", "uncompresses", "", NULL, SETTING_TEXT},
    {NULL, "append_file", "appends to the file", "0", NO_YES, SETTING_TEXT},
    {NULL, "writeHeaders", "writes a line of headers", "0", NO_YES, SETTING_TEXT},
    {NULL, "skip_empty_files", "skips empty files", "0", NO_YES, SETTING_TEXT},
    {NULL, "endoflinetype", "kind of line end", "0", NULL, SETTING_TEXT},
    {NULL, "file_share_create_directories", "creates folders", "1", NO_YES, SETTING_TEXT},
    {NULL, "compress_format", "compresses", "", NULL, SETTING_TEXT},
    {NULL, "filenames_in_archive", "names in the archive", "", NULL, SETTING_TEXT},
    {NULL, "archive_mode", "archive mode", "", NULL, SETTING_TEXT},
    {NULL, "archive_encryption_mode", "archive encryption", "", NULL, SETTING_TEXT},
    {NULL, "archive_password", "archive password", "", NULL, SETTING_SECRET},
    {NULL, "login", "login", "", NULL, SETTING_TEXT},
    {NULL, "password", "password", "", NULL, SETTING_SECRET},
    {"FTP", "encrypt_choice", "protocol", NULL, "0=FTP without encryption|4=SFTP", SETTING_TEXT},
    {NULL, "encrypt_choice", "encryption", "0", "0=none", SETTING_TEXT},
    {"FTP", "port", "port", "-1", "-1=the default|22=22 (SFTP)|21=21 (FTP)", SETTING_TEXT},
    {"FTP", "passive_mode", "passive mode", "1", NO_YES, SETTING_TEXT},
    {"FTP", "transfer_type", "kind of transfer", "2", NULL, SETTING_TEXT},
    {"FTP", "transfer_timeout", "time-out of the transfer", "14400", NULL, SETTING_SECONDS},
    {"FTP", "ftp.nlst", "lists by NLST", "0", NO_YES, SETTING_TEXT},
    {"FTP", "secured", "secured", "1", NO_YES, SETTING_TEXT},
    {"FTP", "proxy_tunnel", "proxy tunnel", "1", NO_YES, SETTING_TEXT},
    {"HTTP", "httpurl", "URL", NULL, NULL, SETTING_TEXT},
    {"HTTP", "http_method", "method", NULL, NULL, SETTING_TEXT},
    {"HTTP", "http_verb", "verb", "2", "2=POST", SETTING_TEXT},
    {"HTTP", "httpContentType", "content type", NULL, NULL, SETTING_TEXT},
    {"HTTP", "http_request_headers", "request headers", "", NULL, SETTING_TEXT},
    {"HTTP", "http_ssl_version", "TLS version", "0", "0=the default", SETTING_TEXT},
    {"HTTP", "enable_content_encoding", "content encoding", "0", NO_YES, SETTING_TEXT},
    {"HTTP", "http_accept_encoding_gzip", "accepts gzip", "1", NO_YES, SETTING_TEXT},
    {"HTTP", "send_expect_100_continue", "sends Expect: 100-continue", "0", NO_YES, SETTING_TEXT},
    {"HTTP", "use_basic_http_authentication", "basic authentication", "0", NO_YES, SETTING_TEXT},
    {"HTTP", "target_target_id", "answer goes to", "", NULL, SETTING_TEXT},
    {"HTTP", "allow_weak_ciphers", "allows weak ciphers", "0", NO_YES, SETTING_TEXT},
    {"HTTP", "enable_chunked_transfer_encoding", "chunked transfer", "0", NO_YES, SETTING_TEXT},
    {"HTTP", "proxy_tunnel", "proxy tunnel", "0", NO_YES, SETTING_TEXT},
    {"Database", "connectstring", "connection string", NULL, NULL, SETTING_TEXT},
    {"Database", "optional_connectstring", "more of the connection string", "", NULL, SETTING_TEXT},
    {"Database", "driver", "driver", NULL, NULL, SETTING_TEXT},
    {"Database", "drivertype", "driver type", "1", "1=ODBC", SETTING_TEXT},
    {"Database", "dbname", "database", "", NULL, SETTING_TEXT},
    {"Database", "db_begin_quote", "opening quote", "\"|`", NULL, SETTING_TEXT},
    {"Database", "db_end_quote", "closing quote", "\"|`", NULL, SETTING_TEXT},
    {"Database", "driver_begin_quote", "opening quote of the driver", "[|\"|`", NULL, SETTING_TEXT},
    {"Database", "driver_end_quote", "closing quote of the driver", "]|\"|`", NULL, SETTING_TEXT},
    {"Database", "manual_mode", "manual mode", "1", NO_YES, SETTING_TEXT},
    {"Database", "fetch_size", "fetch size", "0", "0=the default", SETTING_TEXT},
    {"Database", "timeout", "time-out", "300", NULL, SETTING_SECONDS},
    {"Database", "transactionIsolationLevel", "transaction isolation level", "0", "0=the default", SETTING_TEXT},

    /* transformations: their structures stand above the mappings */
    {"Transformation", "source_type_id", "type of source", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "target_type_id", "type of target", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "source_xml", "source file", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "target_xml", "target file", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "source_text_doc", "source format", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "target_text_doc", "target format", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "source_sourceid", "source", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "input_function_id", "source", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "output_function_id", "target", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "sourcedtd_root", "source root", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "targetdtd_root", "target root", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "natureofsource", "form of the source", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "natureoftarget", "form of the target", NULL, NULL, SETTING_ELSEWHERE},
    {"Transformation", "NoSourceDataUsedInMapping", "uses no source data", "0", NO_YES, SETTING_TEXT},
    {"Transformation", "DoSourceXmlValidation", "validates the source", "false", NO_YES, SETTING_TEXT},
    {"Transformation", "DoTargetXmlValidation", "validates the target", "false", NO_YES, SETTING_TEXT},
    {"Transformation", "use_jbxmlparser", "Jitterbit's own XML parser", "true", NO_YES, SETTING_TEXT},
    {"Transformation", "SourceBatchSize", "batch size of the source", "0", NULL, SETTING_TEXT},
    {"Transformation", "SourceBatchNodePath", "batch node of the source", "", NULL, SETTING_TEXT},
    {"Transformation", "auto_generated_target_struct", "target structure generated", NULL, NO_YES, SETTING_TEXT},
    {"Transformation", "saleforce_wizard_role", "Salesforce role", NULL, NULL, SETTING_TEXT},

    /* file formats: what the section above does not tell */
    {"Document", "text_qualifier", "qualifier", NULL, NULL, SETTING_ELSEWHERE},
    {"Document", "format_type_id", "kind of format", "2", NULL, SETTING_TEXT},
    {"Document", "qualifier_mode", "qualifier", "WHEN_NEEDED", "WHEN_NEEDED=when needed", SETTING_TEXT},
    {"Document", "edifact", "EDIFACT", "0", NO_YES, SETTING_TEXT},
    {"Document", "escape_sequences", "escape sequences", "1", NO_YES, SETTING_TEXT},
    {"Document", "use_end_of_line", "lines end with a line end", "1", NO_YES, SETTING_TEXT},

    /* e-mails */
    {"EmailMessage", "smtp_servers", "SMTP servers", NULL, NULL, SETTING_TEXT},
    {"EmailMessage", "send_to", "to", NULL, NULL, SETTING_TEXT},
    {"EmailMessage", "sent_from", "from", NULL, NULL, SETTING_TEXT},
    {"EmailMessage", "cc", "cc", "", NULL, SETTING_TEXT},
    {"EmailMessage", "bcc", "bcc", "", NULL, SETTING_TEXT},
    {"EmailMessage", "reply_to", "reply to", "", NULL, SETTING_TEXT},
    {"EmailMessage", "subject", "subject", NULL, NULL, SETTING_TEXT},
    {"EmailMessage", "message_text", "text", NULL, NULL, SETTING_TEXT},
    {"EmailMessage", "use_ssl", "TLS", NULL, NO_YES, SETTING_TEXT},
    {"EmailMessage", "account", "account", NULL, NULL, SETTING_TEXT},
    {"EmailMessage", "account_password", "password", NULL, NULL, SETTING_SECRET},

    /* Salesforce */
    {"SalesforceConnector", "server_host", "server", NULL, NULL, SETTING_TEXT},
    {"SalesforceConnector", "api_version", "API version", NULL, NULL, SETTING_TEXT},
    {"SalesforceConnector", "user_name", "user", NULL, NULL, SETTING_TEXT},
    {"SalesforceConnector", "security_token", "security token", NULL, NULL, SETTING_SECRET},
    {"SalesforceConnector", "status", "status", "1", NULL, SETTING_TEXT},
    {NULL, "connector_id", "connector", NULL, NULL, SETTING_TEXT},
    {"SalesforceQuery", "query_all", "also deleted records", "0", NO_YES, SETTING_TEXT},
    {"SalesforceQuery", "auto_response", "response made by the wizard", "1", NO_YES, SETTING_TEXT},
    {"SalesforceQuery", "target_header_mode", "headers in the target", "0", NULL, SETTING_TEXT},
    {"SalesforceQuery", "sfdc.soapheader.QueryOptions", "records in a batch", "2000", NULL, SETTING_TEXT},
    {NULL, "salesforce_object", "object", NULL, NULL, SETTING_TEXT},
    {NULL, "external_id_field", "external id field", NULL, NULL, SETTING_TEXT},
    {NULL, "related_objects", "related objects", "", NULL, SETTING_TEXT},
    {NULL, "insert_null_values", "writes empty values", "0", NO_YES, SETTING_TEXT},
    {NULL, "date_fmt", "dates", "MM/dd/yyyy", NULL, SETTING_TEXT},
    {NULL, "datetime_fmt", "times", "MM/dd/yyyy HH:mm:ss", NULL, SETTING_TEXT},
    {NULL, "timezone", "time zone", "UTC", NULL, SETTING_TEXT},
    {NULL, "compress", "compresses", "1", NO_YES, SETTING_TEXT},
    {NULL, "start_at_row", "first row", "1", NULL, SETTING_TEXT},
    {NULL, "source_file_has_header", "source has a line of headers", "0", NO_YES, SETTING_TEXT},
    {NULL, "source_encoding", "encoding of the source", "", NULL, SETTING_TEXT},
    {NULL, "target_encoding", "encoding of the target", "", NULL, SETTING_TEXT},
    {NULL, "salesforce_wizard_object", "made by a wizard", "1", NO_YES, SETTING_TEXT},
    {NULL, "salesforce_partner_wizard", "partner wizard", "1", NO_YES, SETTING_TEXT},
    {NULL, "sfdc.soapheader.Session", "log-in cache", NULL, NULL, SETTING_ELSEWHERE},
    {NULL, "sfdc.soapheader.AssignmentRule", "assignment rule", "|", NULL, SETTING_TEXT},
    {NULL, "sfdc.soapheader.MruHeader", "recently used items", "0", NULL, SETTING_TEXT},
    {NULL, "sfdc.soapheader.AllOrNone", "all or none", "0", NO_YES, SETTING_TEXT},
    {NULL, "sfdc.soapheader.AllowFieldTruncation", "cuts fields that are too long", "0", NO_YES, SETTING_TEXT},
    {NULL, "sfdc.soapheader.DisableFeedTracking", "no feed tracking", "0", NO_YES, SETTING_TEXT},
    {NULL, "sfdc.soapheader.DuplicateRule", "duplicate rule", "000", NULL, SETTING_TEXT},
    {NULL, "sfdc.soapheader.Email", "e-mails", "000", NULL, SETTING_TEXT},
    {NULL, "sfdc.soapheader.StreamingEnabledHeader", "streaming", "0", NO_YES, SETTING_TEXT},

    /* NetSuite */
    {"NetSuiteEndpoint", "authtype", "authentication", NULL, "TBA=token-based", SETTING_TEXT},
    {"NetSuiteEndpoint", "consumerkey", "consumer key", NULL, NULL, SETTING_SECRET},
    {"NetSuiteEndpoint", "consumersecret", "consumer secret", NULL, NULL, SETTING_SECRET},
    {"NetSuiteEndpoint", "tokenkey", "token key", NULL, NULL, SETTING_SECRET},
    {"NetSuiteEndpoint", "tokensecret", "token secret", NULL, NULL, SETTING_SECRET},
    {"NetSuiteEndpoint", "user", "account", NULL, NULL, SETTING_TEXT},
    {"NetSuiteEndpoint", "wsdldownloadurl", "WSDL", NULL, NULL, SETTING_TEXT},
    {"NetSuiteEndpoint", "signalgo", "signature", NULL, NULL, SETTING_TEXT},
    {"NetSuiteEndpoint", "ssoMapped", "single sign-on", "1", NO_YES, SETTING_TEXT},
    {"NetSuiteEndpoint", "customercenterrole", "customer center role", "0", NO_YES, SETTING_TEXT},
    {"NetSuiteEndpoint", "retryOnConcurrentException", "tries again when busy", "0", NO_YES, SETTING_TEXT},
    {"NetSuiteEndpoint", "verification", "verification", "VERIFIED", NULL, SETTING_TEXT},
    {NULL, "sandbox", "sandbox", "0", NO_YES, SETTING_TEXT},
    {NULL, "endpoint_id", "endpoint", NULL, NULL, SETTING_TEXT},
    {NULL, "object_name", "object", NULL, NULL, SETTING_TEXT},
    {NULL, "input_xsd_filename", "input structure", NULL, NULL, SETTING_TEXT},
    {NULL, "input_xsd_root", "root of the input", NULL, NULL, SETTING_TEXT},
    {NULL, "output_xsd_filename", "output structure", NULL, NULL, SETTING_TEXT},
    {NULL, "output_xsd_root", "root of the output", NULL, NULL, SETTING_TEXT},
    {NULL, "operation_id", "operation", NULL, NULL, SETTING_TEXT},

    /* web service calls */
    {"WebServiceCall", "webservice_url", "URL", NULL, NULL, SETTING_TEXT},
    {"WebServiceCall", "wsdl_display", "WSDL", NULL, NULL, SETTING_TEXT},
    {"WebServiceCall", "wsdl_id", "WSDL", NULL, NULL, SETTING_ELSEWHERE},
    {"WebServiceCall", "operation", "call", NULL, NULL, SETTING_TEXT},
    {"WebServiceCall", "operation_input", "input message", NULL, NULL, SETTING_TEXT},
    {"WebServiceCall", "operation_output", "output message", NULL, NULL, SETTING_TEXT},
    {"WebServiceCall", "soapstyle", "SOAP style", "document", NULL, SETTING_TEXT},
    {"WebServiceCall", "soapbodyuse", "SOAP body", "literal", NULL, SETTING_TEXT},
    {"WebServiceCall", "soapversion", "SOAP version", "1", NULL, SETTING_TEXT},
    {"WebServiceCall", "soapaction", "SOAP action", "", NULL, SETTING_TEXT},
    {"WebServiceCall", "targetnamespace", "namespace", NULL, NULL, SETTING_TEXT},
    {"WebServiceCall", "othernamespaces", "other namespaces", NULL, NULL, SETTING_ELSEWHERE},
    {"WebServiceCall", "maxsize_uiunit", "unit of the largest size", "Kb", NULL, SETTING_TEXT},
    {"WebServiceCall", "sfdc_partner_wsdl", "Salesforce's partner WSDL", "1", NO_YES, SETTING_TEXT},

    /* scripts and variables */
    {"Script", "script_condition", "condition", "0", NULL, SETTING_TEXT},
    {"Script", "script_condition_condition_id", "condition", "0", NULL, SETTING_TEXT},
    {"ProjectVariable", "value", "value", NULL, NULL, SETTING_ELSEWHERE},
    {"ProjectVariable", "label", "label", NULL, NULL, SETTING_ELSEWHERE},
    {"ProjectVariable", "description", "description", NULL, NULL, SETTING_ELSEWHERE},
    {"ProjectVariable", "Description", "description", NULL, NULL, SETTING_ELSEWHERE},
    {"ProjectVariable", "hide_value", "hidden", NULL, NULL, SETTING_ELSEWHERE},
};

static bool in_scope(const struct setting *setting, const struct jpk_entity *entity)
{
    if (!setting->scope)
        return true;
    bool located = (entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET) && entity->as.location;
    return strcmp(setting->scope, located ? entity->as.location->type_name : entity->type_name) == 0;
}

/* A row of a scope goes before one of any. */
static const struct setting *find_setting(const struct jpk_entity *entity, const char *key)
{
    const struct setting *any = NULL;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (strcmp(settings[i].key, key) != 0 || !in_scope(&settings[i], entity))
            continue;
        if (settings[i].scope)
            return &settings[i];
        any = &settings[i];
    }
    return any;
}

const char *setting_label(const struct jpk_entity *entity, const char *key)
{
    const struct setting *setting = find_setting(entity, key);
    return setting ? setting->label : key;
}

/* ------------------------------------------------------------------------------------------------------- values */

/* Whether `value` is one of "a|b|c"; a lone "|" is itself. */
static bool one_of(const char *list, const char *value)
{
    size_t n = strlen(value);
    if (strcmp(list, value) == 0)
        return true;
    for (const char *at = list; *at;) {
        size_t m = strcspn(at, "|");
        if (m == n && memcmp(at, value, n) == 0)
            return true;
        at += m + (at[m] == '|');
    }
    return false;
}

/* The word for a value in "value=word|...", or NULL. */
static const char *word_for(struct report *report, const char *words, const char *value)
{
    size_t n = strlen(value);
    for (const char *at = words; at && *at;) {
        size_t m = strcspn(at, "|");
        if (m > n && memcmp(at, value, n) == 0 && at[n] == '=')
            return report_printf(report, "%.*s", (int)(m - n - 1), at + n + 1);
        at += m + (at[m] == '|');
    }
    return NULL;
}

static const char *seconds_words(struct report *report, const char *value)
{
    char *end;
    unsigned long seconds = strtoul(value, &end, 10);
    if (*end != '\0' || seconds == 0 || strlen(value) > 9)
        return value;
    unsigned long unit = seconds % 3600 == 0 ? 3600 : seconds % 60 == 0 ? 60 : 1;
    const char *name = unit == 3600 ? "hour" : unit == 60 ? "minute" : "second";
    return report_printf(report, "%lu %s%s", seconds / unit, name, seconds / unit == 1 ? "" : "s");
}

const char *encrypted_words(struct report *report, const char *value)
{
    size_t least, most;
    if (!value || !*value)
        return "empty";
    if (!jpk_encrypted_length(value, &least, &most))
        return "encrypted";
    return report_printf(report, "encrypted (%zu to %zu characters)", least, most);
}

void encrypted_cells(struct report *report, const char *value)
{
    size_t least, most;
    report_flag(report, "encrypted", true);
    if (value && jpk_encrypted_length(value, &least, &most)) {
        report_number(report, "leastCharacters", NULL, (int64_t)least);
        report_number(report, "mostCharacters", NULL, (int64_t)most);
    }
}

static const char *masked_value(struct report *report, const struct setting *setting, const struct jpk_item *item,
                                bool *masked)
{
    struct buf out = {0};
    bool whole = (setting && setting->kind == SETTING_SECRET) || secret_field(item->key, item->value);
    *masked = whole ? mask_secret(&out, item->value) : mask_secrets(&out, item->value);
    const char *kept = report_keep(report, out.failed ? NULL : buf_text(&out));
    buf_free(&out);
    return kept;
}

/* ---------------------------------------------------------------------------------------------------------- rows */

static void encrypted_row(struct report *report, const char *label, const struct jpk_item *item)
{
    report_row(report, label, encrypted_words(report, item->value));
    report_text(report, "key", NULL, item->key);
    encrypted_cells(report, item->value);
}

/* An id of another item; false when the value is none. */
static bool item_row(struct report *report, const char *label, const struct jpk_item *item)
{
    if (!text_guid(item->value, strlen(item->value)))
        return false;
    const struct jpk_entity *entity = jpk_project_entity(report->project, item->value);
    const char *words = entity                       ? report_words(report, entity)
                        : built_in_item(item->value) ? "built in, no project stores it"
                                                     : report_printf(report, "not in the project (%s)", item->value);
    report_row(report, label, words);
    report_text(report, "key", NULL, item->key);
    report_text(report, "value", NULL, item->value);
    if (entity)
        report_entity(report, "item", NULL, entity);
    return true;
}

static void value_row(struct report *report, const struct setting *setting, const char *label,
                      const struct jpk_item *item)
{
    bool masked = false;
    const char *value = masked_value(report, setting, item, &masked), *words = NULL;
    if (setting && setting->kind == SETTING_SECONDS)
        words = seconds_words(report, value);
    else if (setting && setting->words)
        words = word_for(report, setting->words, value);
    report_row(report, label, words ? words : value);
    report_text(report, "key", NULL, item->key);
    report_text(report, "value", NULL, value);
    if (words)
        report_text(report, "words", NULL, words);
    if (masked)
        report_flag(report, "masked", true);
}

static void setting_row(struct report *report, const struct jpk_entity *entity, const struct jpk_item *item)
{
    const struct setting *setting = find_setting(entity, item->key);
    bool own_id = item->value && text_caseeq(item->value, entity->id);
    if (own_id || (setting && setting->kind == SETTING_ELSEWHERE))
        return;
    const char *label = setting ? setting->label : item->key;
    bool empty = !item->value || !*item->value;
    if (item->encrypted && !empty)
        encrypted_row(report, label, item);
    else if (empty || !item_row(report, label, item))
        value_row(report, setting, label,
                  &(struct jpk_item){.key = item->key, .value = empty ? "" : item->value, .offset = item->offset});
    report_text(report, "label", NULL, label);
    bool usual = empty || (!item->encrypted && setting && setting->usual && one_of(setting->usual, item->value));
    report_flag(report, "usual", usual);
    if (usual)
        report_usual(report);
}

static void item_rows(struct report *report, const struct jpk_entity *entity, const struct jpk_item *items,
                      size_t count)
{
    for (size_t i = 0; i < count && !report->failed; i++)
        setting_row(report, entity, &items[i]);
}

void show_settings(struct report *report, const struct jpk_entity *entity)
{
    report_section(report, JPK_REPORT_LIST, "settings", "settings", NULL);
    if (entity->unread)
        return;
    item_rows(report, entity, entity->items, entity->item_count);
    if ((entity->type == JPK_TYPE_SOURCE || entity->type == JPK_TYPE_TARGET) && entity->as.location)
        item_rows(report, entity, entity->as.location->items, entity->as.location->item_count);
    const struct xml_node *root = entity->tree;
    for (const struct xml_node *node = root ? root->child : NULL; node; node = node->next)
        if (strcmp(node->name, "Properties") != 0 && strcmp(node->name, "Header") != 0)
            item_rows(report, entity, node->items, node->item_count);
}
