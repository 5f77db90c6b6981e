/*
 * A connector is a block here: its log-in, the settings of its functions, its row in `connectors` and its rows in
 * `rows`. Paths are those of real components (jpk/cloud_trees.c). Of components that nobody has seen the properties are
 * called as in Design Studio; what is usual is what nearly all real projects have.
 */
#include "jpk/convert_endpoint_table.h"

#include <stddef.h>
#include <string.h>

#define NOTHING "*"

/* A setting that says nothing wherever it stands in such an item, and one that has no counterpart. */
#define IGNORED(key)                                                                                                   \
    {                                                                                                                  \
        key, NULL, key, ENDPOINT_LOST, 0, NOTHING                                                                      \
    }
#define LOST(key, label, usual)                                                                                        \
    {                                                                                                                  \
        key, NULL, label, ENDPOINT_LOST, 0, usual                                                                      \
    }
#define TEXT(key, label, usual)                                                                                        \
    {                                                                                                                  \
        key, NULL, label, ENDPOINT_TEXT, 0, usual                                                                      \
    }
#define FLAG(key, label, usual)                                                                                        \
    {                                                                                                                  \
        key, NULL, label, ENDPOINT_BOOLEAN, 0, usual                                                                   \
    }
#define COUNT(key, label, usual)                                                                                       \
    {                                                                                                                  \
        key, NULL, label, ENDPOINT_NUMBER, 0, usual                                                                    \
    }
#define SECRET(key, label)                                                                                             \
    {                                                                                                                  \
        key, NULL, label, ENDPOINT_TEXT, ENDPOINT_SECRET, ""                                                           \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        NULL, NULL, NULL, ENDPOINT_TEXT, 0, NULL                                                                       \
    }

/* Files of sources have settings of targets beside theirs, and the other way round. */
#define NOT_OF_SOURCES                                                                                                 \
    IGNORED("append_file"), IGNORED("skip_empty_files"), IGNORED("writeHeaders"), IGNORED("endoflinetype"),            \
        IGNORED("compress_format"), IGNORED("filenames_in_archive"), IGNORED("archive_mode"),                          \
        IGNORED("archive_encryption_mode"), IGNORED("file_share_create_directories"), IGNORED("source_id"),            \
        IGNORED("salesforce_wizard_object")
#define NOT_OF_TARGETS                                                                                                 \
    IGNORED("filterOption.ignoreCase"), IGNORED("filterOption.regularExpression"), IGNORED("ignore_first"),            \
        IGNORED("ignore_last"), IGNORED("renamefileto"), IGNORED("use_trigger_file"), IGNORED("trigger_filename"),     \
        IGNORED("uncompress_format"), IGNORED("target_id"), IGNORED("salesforce_wizard_object")

/* Where nobody logs in there is no place to type a log-in in. */
#define NO_LOGIN                                                                                                       \
    {"login", NULL, "log-in", ENDPOINT_LOST, ENDPOINT_SECRET, ""},                                                     \
    {                                                                                                                  \
        "password", NULL, "password", ENDPOINT_LOST, ENDPOINT_SECRET, ""                                               \
    }

/* ---------------------------------------------------------------------------------------------- temporary storage */

#define READ_PAGE "page1/"
#define READ_MORE "page1/tempstorageread-advanced-options/"
#define WRITE_MORE "page1/tempstoragewrite-advanced-options/"
#define NOT_OF_STORAGE                                                                                                 \
    LOST("encrypt_choice", "encryption", "0"), LOST("use_success_folder", "moves files that succeed", "0"),            \
        LOST("success_folder", "success folder", ""), LOST("use_error_folder", "moves files that fail", "0"),          \
        LOST("error_folder", "error folder", ""), NO_LOGIN

static const struct endpoint_setting no_settings[] = {END};

static const struct endpoint_setting tempstorage_read[] = {
    {"locator", READ_PAGE "locator", "Path", ENDPOINT_TEXT, 0, ""},
    {"file_name", READ_PAGE "file_name", "Get Files", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    {"filterOption.ignoreCase", READ_MORE "file_filter_options/case_insensitive_file_filter", "Ignore Case",
     ENDPOINT_BOOLEAN, 0, "0"},
    {"filterOption.regularExpression", READ_MORE "file_filter_options/regular_expression_file_filter",
     "Use regular expression", ENDPOINT_BOOLEAN, 0, "0"},
    {"character_encoding", READ_MORE "character_encoding", "Character Encoding", ENDPOINT_TEXT, 0, ""},
    {"renamefileto", READ_MORE "after_processing/delete_file", "Delete File", ENDPOINT_DELETES, 0, ""},
    {"renamefileto", READ_MORE "after_processing/renamefileto", "Rename File", ENDPOINT_RENAMES, 0, ""},
    {"use_trigger_file", READ_MORE "trigger_file/use_trigger_file", "Use Trigger", ENDPOINT_BOOLEAN, 0, "0"},
    {"trigger_filename", READ_MORE "trigger_file/trigger_filename", "Absolute file path", ENDPOINT_TEXT, 0, ""},
    {"ignore_first", READ_MORE "ignore_lines/ignore_first", "First", ENDPOINT_NUMBER, 0, "0"},
    {"ignore_last", READ_MORE "ignore_lines/ignore_last", "Last", ENDPOINT_NUMBER, 0, "0"},
    {"uncompress_format", READ_MORE "compression/source_data", "The source data is compressed", ENDPOINT_IS_SET, 0, ""},
    {"uncompress_format", READ_MORE "compression/archive_format", "FORMAT", ENDPOINT_FORMAT, 0, ""},
    {"archive_password", READ_MORE "compression/archive_password", "PASSWORD", ENDPOINT_TEXT, ENDPOINT_SECRET, ""},
    NOT_OF_STORAGE,
    NOT_OF_SOURCES,
    IGNORED("target_id"),
    END,
};

static const struct endpoint_setting tempstorage_write[] = {
    {"locator", "page1/locator", "Path", ENDPOINT_TEXT, 0, ""},
    {"file_name", "page1/file_name", "Filename(s)", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    {"skip_empty_files", WRITE_MORE "skip_empty_files", "Do not create empty files", ENDPOINT_BOOLEAN, 0, "0"},
    {"append_file", WRITE_MORE "append_file", "Append to file", ENDPOINT_BOOLEAN, 0, "0"},
    {"writeHeaders", WRITE_MORE "writeheaders", "Write headers", ENDPOINT_BOOLEAN, 0, "0"},
    {"endoflinetype", WRITE_MORE "endoflinetype", "End of line Type", ENDPOINT_TEXT, 0, "0"},
    {"character_encoding", WRITE_MORE "character_encoding", "Character Encoding", ENDPOINT_TEXT, 0, ""},
    {"compress_format", WRITE_MORE "compression/target_data", "Compress target files", ENDPOINT_IS_SET, 0, ""},
    {"compress_format", WRITE_MORE "compression/archive_format", "Format", ENDPOINT_FORMAT, 0, ""},
    {"filenames_in_archive", WRITE_MORE "compression/filenames_in_archive", "FILE NAMES IN ARCHIVE(S)", ENDPOINT_TEXT,
     0, ""},
    {"archive_mode", WRITE_MORE "compression/archive_mode", "MODE", ENDPOINT_FORMAT, 0, ""},
    {"archive_password", WRITE_MORE "compression/archive_password", "PASSWORD", ENDPOINT_TEXT, ENDPOINT_SECRET, ""},
    {"archive_encryption_mode", WRITE_MORE "compression/archive_encryption_mode", "ENCRYPTION MODE", ENDPOINT_FORMAT, 0,
     ""},
    LOST("file_share_create_directories", "creates folders", "1"),
    NOT_OF_STORAGE,
    NOT_OF_TARGETS,
    IGNORED("source_id"),
    END,
};

/* ------------------------------------------------------------------------------------------------------- variables */

static const struct endpoint_setting variable_login[] = {
    {"locator", "page1/variable", "Variable Name", ENDPOINT_VARIABLE, ENDPOINT_REQUIRED | ENDPOINT_ALWAYS, ""},
    END,
};

#define NOT_OF_VARIABLES NOT_OF_STORAGE, IGNORED("file_name"), IGNORED("character_encoding")

static const struct endpoint_setting variable_read[] = {
    COUNT("ignore_first", "Ignore first lines", "0"),
    COUNT("ignore_last", "Ignore last lines", "0"),
    TEXT("uncompress_format", "Format of compressed data", ""),
    SECRET("archive_password", "Archive password"),
    LOST("renamefileto", "afterwards", ""),
    NOT_OF_VARIABLES,
    NOT_OF_SOURCES,
    IGNORED("use_trigger_file"),
    IGNORED("trigger_filename"),
    IGNORED("filterOption.ignoreCase"),
    IGNORED("filterOption.regularExpression"),
    END,
};

static const struct endpoint_setting variable_write[] = {
    FLAG("append_file", "Append", "0"),
    TEXT("endoflinetype", "End of line type", "0"),
    FLAG("writeHeaders", "Write headers", "0"),
    TEXT("compress_format", "Format of compression", ""),
    TEXT("filenames_in_archive", "File names in archive", ""),
    TEXT("archive_mode", "Archive mode", ""),
    TEXT("archive_encryption_mode", "Archive encryption", ""),
    SECRET("archive_password", "Archive password"),
    NOT_OF_VARIABLES,
    NOT_OF_TARGETS,
    IGNORED("skip_empty_files"),
    IGNORED("file_share_create_directories"),
    END,
};

/* ------------------------------------------------------------------------------- local files, file shares, FTP, SFTP
 */

/* As far as they are alike. */
#define FILE_READ                                                                                                      \
    {"file_name", NULL, "Get files", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},                                            \
        FLAG("filterOption.ignoreCase", "File filter ignores case", "0"),                                              \
        FLAG("filterOption.regularExpression", "File filter is a regular expression", "0"),                            \
        TEXT("character_encoding", "Character encoding", "UTF-8"), TEXT("renamefileto", "Rename file", ""),            \
        FLAG("use_success_folder", "Moves files that succeed", "0"), TEXT("success_folder", "Success folder", ""),     \
        FLAG("use_error_folder", "Moves files that fail", "0"), TEXT("error_folder", "Error folder", ""),              \
        FLAG("use_trigger_file", "Use trigger", "0"), TEXT("trigger_filename", "Trigger file", ""),                    \
        COUNT("ignore_first", "Ignore first lines", "0"), COUNT("ignore_last", "Ignore last lines", "0"),              \
        TEXT("uncompress_format", "Format of compressed files", ""), SECRET("archive_password", "Archive password"),   \
        NOT_OF_SOURCES, IGNORED("target_id")
#define FILE_WRITE                                                                                                     \
    {"file_name", NULL, "File names", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},                                           \
        FLAG("skip_empty_files", "Do not create empty files", "0"), FLAG("append_file", "Append to file", "0"),        \
        FLAG("writeHeaders", "Write headers", "0"), TEXT("endoflinetype", "End of line type", "0"),                    \
        TEXT("character_encoding", "Character encoding", "UTF-8"),                                                     \
        FLAG("file_share_create_directories", "Create folders", "1"),                                                  \
        TEXT("compress_format", "Format of compression", ""),                                                          \
        TEXT("filenames_in_archive", "File names in archive", ""), TEXT("archive_mode", "Archive mode", ""),           \
        TEXT("archive_encryption_mode", "Archive encryption", ""), SECRET("archive_password", "Archive password"),     \
        LOST("use_success_folder", "moves files that succeed", "0"), LOST("success_folder", "success folder", ""),     \
        LOST("use_error_folder", "moves files that fail", "0"), LOST("error_folder", "error folder", ""),              \
        NOT_OF_TARGETS, IGNORED("source_id")

static const struct endpoint_setting local_read[] = {
    TEXT("locator", "Path", ""), FILE_READ, LOST("encrypt_choice", "encryption", "0"), NO_LOGIN, END,
};
static const struct endpoint_setting local_write[] = {
    TEXT("locator", "Path", ""), FILE_WRITE, LOST("encrypt_choice", "encryption", "0"), NO_LOGIN, END,
};

static const struct endpoint_setting share_login[] = {
    {"locator", NULL, "Path", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("login", "Login", ""),
    SECRET("password", "Password"),
    END,
};
static const struct endpoint_setting share_read[] = {FILE_READ, LOST("encrypt_choice", "encryption", "0"), END};
static const struct endpoint_setting share_write[] = {FILE_WRITE, LOST("encrypt_choice", "encryption", "0"), END};

static const struct endpoint_setting ftp_login[] = {
    {"locator", NULL, "Host", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("port", "Port", "-1|21"),
    TEXT("encrypt_choice", "Encryption", "0"),
    TEXT("login", "Login", ""),
    SECRET("password", "Password"),
    FLAG("passive_mode", "Passive mode", "1"),
    FLAG("proxy_tunnel", "Proxy tunnel", "1"),
    FLAG("secured", "Secured", "1"),
    END,
};
static const struct endpoint_setting ftp_read[] = {
    TEXT("path", "Path", ""),
    FILE_READ,
    TEXT("transfer_type", "Transfer type", "2"),
    COUNT("transfer_timeout", "Time-out of the transfer", "14400"),
    FLAG("ftp.nlst", "List by NLST", "0"),
    END,
};
static const struct endpoint_setting ftp_write[] = {
    TEXT("path", "Path", ""),
    FILE_WRITE,
    TEXT("transfer_type", "Transfer type", "2"),
    COUNT("transfer_timeout", "Time-out of the transfer", "14400"),
    FLAG("ftp.nlst", "List by NLST", "0"),
    END,
};

/* ------------------------------------------------------------------------------------------------------------ HTTP */

static const struct endpoint_setting http_login[] = {
    {"httpurl", NULL, "Base URL", ENDPOINT_BASE_URL, ENDPOINT_REQUIRED, ""},
    FLAG("use_basic_http_authentication", "Basic authentication", "0"),
    TEXT("login", "Login", ""),
    SECRET("password", "Password"),
    TEXT("http_ssl_version", "TLS version", "0"),
    FLAG("allow_weak_ciphers", "Allow weak ciphers", "0"),
    FLAG("proxy_tunnel", "Proxy tunnel", "0"),
    END,
};
static const struct endpoint_setting http_activity[] = {
    {"httpurl", NULL, "Path", ENDPOINT_URL_PATH, 0, ""},
    TEXT("httpContentType", "Content type", ""),
    TEXT("http_request_headers", "Request headers", ""),
    FLAG("enable_content_encoding", "Content encoding", "0"),
    FLAG("http_accept_encoding_gzip", "Accept gzip", "1"),
    FLAG("send_expect_100_continue", "Send Expect: 100-continue", "0"),
    FLAG("enable_chunked_transfer_encoding", "Chunked transfer", "0"),
    TEXT("compress_format", "Format of compression", ""),
    TEXT("uncompress_format", "Format of compressed data", ""),
    TEXT("filenames_in_archive", "File names in archive", ""),
    TEXT("archive_mode", "Archive mode", ""),
    TEXT("archive_encryption_mode", "Archive encryption", ""),
    SECRET("archive_password", "Archive password"),
    IGNORED("target_target_id"), /* a step of its own */
    IGNORED("http_verb"),
    IGNORED("http_method"),
    IGNORED("encrypt_choice"),
    IGNORED("source_id"),
    IGNORED("target_id"),
    IGNORED("salesforce_wizard_object"),
    END,
};

/* -------------------------------------------------------------------------------------------------------- databases */

static const struct endpoint_setting database_login[] = {
    {"driver", NULL, "Driver", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("drivertype", "Driver type", ""),
    TEXT("connectstring", "Connection string", ""),
    TEXT("optional_connectstring", "More of the connection string", ""),
    TEXT("server", "Server", ""),
    TEXT("dbname", "Database", ""),
    TEXT("port", "Port", "-1"),
    TEXT("login", "Login", ""),
    SECRET("password", "Password"),
    FLAG("manual_mode", "Manual mode", ""),
    TEXT("db_begin_quote", "Opening quote", ""),
    TEXT("db_end_quote", "Closing quote", ""),
    TEXT("driver_begin_quote", "Opening quote of the driver", ""),
    TEXT("driver_end_quote", "Closing quote of the driver", ""),
    TEXT("transactionIsolationLevel", "Transaction isolation level", "0"),
    COUNT("timeout", "Time-out", "300"),
    COUNT("fetch_size", "Fetch size", "0"),
    END,
};
static const struct endpoint_setting database_activity[] = {
    IGNORED("encrypt_choice"), IGNORED("source_id"), IGNORED("target_id"), IGNORED("salesforce_wizard_object"), END,
};

/* ------------------------------------------------------------------------------------------------------- Salesforce */

static const struct endpoint_setting salesforce_login[] = {
    {"server_host", "page1/url", "Server host", ENDPOINT_URL, ENDPOINT_ALWAYS, ""},
    {"sandbox", "page1/sandbox", "Sandbox", ENDPOINT_BOOLEAN, ENDPOINT_ALWAYS, ""},
    {"user_name", "page1/username", "User Name", ENDPOINT_TEXT, ENDPOINT_ALWAYS, ""},
    {"password", "page1/password", "Password", ENDPOINT_TEXT, ENDPOINT_ALWAYS | ENDPOINT_SECRET, ""},
    {"security_token", "page1/securityToken", "Security Token", ENDPOINT_TEXT, ENDPOINT_ALWAYS | ENDPOINT_SECRET, ""},
    /* The other form has one version for all. */
    IGNORED("api_version"),
    IGNORED("status"),
    IGNORED("salesforceconnector_id"),
    END,
};

/* What the SOAP headers hold when nobody has touched them. */
#define SALESFORCE_HEADERS                                                                                             \
    LOST("sfdc.soapheader.CallOptions", "SOAP header CallOptions", ""),                                                \
        LOST("sfdc.soapheader.MruHeader", "SOAP header MruHeader", "0"),                                               \
        LOST("sfdc.soapheader.PackageVersion", "SOAP header PackageVersion", ""), IGNORED("sfdc.soapheader.Session"),  \
        IGNORED("connector_id"), IGNORED("operation_id")

static const struct endpoint_setting salesforce_query[] = {
    {"query_string", "query-string", "SOQL", ENDPOINT_QUERY, ENDPOINT_REQUIRED, ""},
    {"query_string", "where-clause", "Condition", ENDPOINT_CONDITION, 0, ""},
    IGNORED("query_all"), /* is part of the query there */
    IGNORED("salesforce_object"),
    IGNORED("salesforcequery_id"),
    IGNORED("auto_response"),
    SALESFORCE_HEADERS,
    LOST("sfdc.soapheader.QueryOptions", "size of a batch", "2000"),
    LOST("target_encoding", "encoding of the target", ""),
    LOST("target_header_mode", "header of the target", "0"),
    END,
};

static const struct endpoint_setting salesforce_change[] = {
    {"salesforce_object", NULL, "Object", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("external_id_field", "External id", ""),
    TEXT("related_objects", "Related objects", ""),
    FLAG("insert_null_values", "Insert null values", "0"),
    TEXT("date_fmt", "Date format", ""),
    TEXT("datetime_fmt", "Date and time format", ""),
    TEXT("timezone", "Time zone", ""),
    FLAG("compress", "Compress", "1"),
    COUNT("start_at_row", "Start at row", "1"),
    FLAG("source_file_has_header", "Source has a header", "0"),
    TEXT("source_encoding", "Encoding of the source", ""),
    SALESFORCE_HEADERS,
    FLAG("sfdc.soapheader.AllOrNone", "SOAP header AllOrNone", "0"),
    FLAG("sfdc.soapheader.AllowFieldTruncation", "SOAP header AllowFieldTruncation", "0"),
    TEXT("sfdc.soapheader.AssignmentRule", "SOAP header AssignmentRule", "|"),
    TEXT("sfdc.soapheader.Debugging37", "SOAP header Debugging", ""),
    FLAG("sfdc.soapheader.DisableFeedTracking", "SOAP header DisableFeedTracking", "0"),
    TEXT("sfdc.soapheader.DuplicateRule", "SOAP header DuplicateRule", "000"),
    TEXT("sfdc.soapheader.Email", "SOAP header Email", "000"),
    TEXT("sfdc.soapheader.LocaleOptions", "SOAP header LocaleOptions", ""),
    TEXT("sfdc.soapheader.OwnerChangeOptions37", "SOAP header OwnerChangeOptions", ""),
    FLAG("sfdc.soapheader.StreamingEnabledHeader", "SOAP header StreamingEnabled", "0"),
    IGNORED("salesforcecreate_id"),
    IGNORED("salesforcedelete_id"),
    IGNORED("salesforceupdate_id"),
    IGNORED("salesforceupsert_id"),
    END,
};

/* Bulk loads in Design Studio have no entity that anybody has seen; the settings of the others are what they may have.
 */
static const struct endpoint_setting salesforce_bulk_query[] = {
    {"query_string", NULL, "SOQL", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("salesforce_object", "Object", ""),
    FLAG("query_all", "Include deleted records", "0"),
    SALESFORCE_HEADERS,
    END,
};

/* --------------------------------------------------------------------------------------------------------- NetSuite */

static const struct endpoint_setting netsuite_login[] = {
    {"authtype", "authType", "Authentication", ENDPOINT_TEXT, 0, "TBA"},
    {"user", "accountName", "Account", ENDPOINT_TEXT, ENDPOINT_ALWAYS, ""},
    {"wsdldownloadurl", "wsdldownloadurl", "Wsdl Download Url", ENDPOINT_TEXT, ENDPOINT_ALWAYS, ""},
    {"consumerkey", "consumerkey", "Consumer Key", ENDPOINT_TEXT, ENDPOINT_ALWAYS, ""},
    {"consumersecret", "consumersecret", "Consumer Secret", ENDPOINT_TEXT, ENDPOINT_ALWAYS | ENDPOINT_SECRET, ""},
    {"tokenkey", "tokenkey", "Token Key", ENDPOINT_TEXT, ENDPOINT_ALWAYS, ""},
    {"tokensecret", "tokensecret", "Token Secret", ENDPOINT_TEXT, ENDPOINT_ALWAYS | ENDPOINT_SECRET, ""},
    {"signalgo", "signalgo", "Signature Algorithm", ENDPOINT_TEXT, ENDPOINT_ALWAYS, ""},
    {"calltimeout", "calltimeout", "Call Time Out", ENDPOINT_TEXT, 0, ""},
    {"retryOnConcurrentException", "retryOnConcurrentException", "Retry on Recoverable Exception", ENDPOINT_BOOLEAN,
     ENDPOINT_ALWAYS, "0"},
    {"maxretry", "retryOnConcurrentException_group/maxRetry", "Maximum Number of Retries", ENDPOINT_NUMBER, 0, ""},
    {"retryinterval", "retryOnConcurrentException_group/retryInterval", "Retry Interval (seconds)", ENDPOINT_NUMBER, 0,
     ""},
    LOST("applicationid", "application id", ""),
    LOST("email", "e-mail", ""),
    LOST("host", "host", ""),
    LOST("password", "password", ""),
    LOST("sandbox", "sandbox", "0"),
    LOST("customercenterrole", "role of the customer centre", "0"),
    IGNORED("ssoMapped"),
    IGNORED("verification"),
    IGNORED("endpoint_id"),
    END,
};

#define NETSUITE_FUNCTION                                                                                              \
    IGNORED("endpoint_id"), IGNORED("function_id"), IGNORED("input_xsd_filename"), IGNORED("input_xsd_root"),          \
        IGNORED("output_xsd_filename"), IGNORED("output_xsd_root")

static const struct endpoint_setting netsuite_upsert[] = {
    {"object_name", "list-object-page/list-object", "Object", ENDPOINT_LIST_OBJECT, ENDPOINT_REQUIRED, ""},
    NETSUITE_FUNCTION,
    END,
};
static const struct endpoint_setting netsuite_other[] = {
    {"object_name", NULL, "Object", ENDPOINT_LIST_OBJECT, ENDPOINT_REQUIRED, ""},
    NETSUITE_FUNCTION,
    END,
};

/* ------------------------------------------------------------------------------------------------------------- SOAP */

static const struct endpoint_setting soap_login[] = {
    {"wsdl_id", NULL, "WSDL", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("service", "Service", ""),
    TEXT("port", "Port", ""),
    TEXT("binding", "Binding", ""),
    TEXT("webservice_url", "URL", ""),
    TEXT("login", "Login", ""),
    SECRET("password", "Password"),
    TEXT("soapversion", "SOAP version", ""),
    END,
};
static const struct endpoint_setting soap_activity[] = {
    {"operation", NULL, "Operation", ENDPOINT_TEXT, ENDPOINT_REQUIRED, ""},
    TEXT("operation_input", "Request", ""),
    TEXT("operation_output", "Response", ""),
    TEXT("soapaction", "SOAP action", ""),
    TEXT("targetnamespace", "Target namespace", ""),
    TEXT("othernamespaces", "Other namespaces", ""),
    TEXT("soapbodyuse", "Use of the body", ""),
    TEXT("soapstyle", "Style", ""),
    IGNORED("wsdl_display"),
    IGNORED("webservice_id"),
    IGNORED("salesforce_wizard_object"),
    IGNORED("sfdc_partner_wsdl"),
    END,
};

/* What all of them say; the alternatives are those of functions and versions. */
const struct endpoint_setting endpoint_wizard_call[] = {
    LOST("binding", "binding", "SoapBinding"),
    LOST("operation", "operation", "query|create|delete|update|upsert"),
    LOST("operation_input", "request", "queryRequest|createRequest|deleteRequest|updateRequest|upsertRequest"),
    LOST("operation_output", "response", "queryResponse|createResponse|deleteResponse|updateResponse|upsertResponse"),
    LOST("othernamespaces", "other namespaces",
         "xmlns=http://schemas.xmlsoap.org/wsdl/^xmlns:fns=urn:fault.partner.soap.sforce.com^"
         "xmlns:tns=urn:partner.soap.sforce.com^xmlns:xsd=http://www.w3.org/2001/XMLSchema^"
         "xmlns:soap=http://schemas.xmlsoap.org/wsdl/soap/^xmlns:ens=" SALESFORCE_NAMESPACE),
    LOST("port", "port", "Soap"),
    LOST("salesforce_wizard_object", "made by a wizard", "1"),
    LOST("service", "service", "SforceService"),
    LOST("sfdc_partner_wsdl", "WSDL of partners", "1"),
    LOST("soapaction", "SOAP action", ""),
    LOST("soapbodyuse", "use of the body", "literal"),
    LOST("soapstyle", "style", "document"),
    LOST("soapversion", "SOAP version", "1"),
    LOST("targetnamespace", "target namespace", "urn:partner.soap.sforce.com"),
    LOST("webservice_url", "URL", "[__Salesforce.ServiceURL]"),
    LOST("wsdl_display", "name of the WSDL", "jitterbit.salesforce.partner.*.wsdl"),
    LOST("wsdl_id", "WSDL", "jitterbit.salesforce.partner.*.wsdl"),
    END,
};

/* ----------------------------------------------------------------------------------------------------- Dynamics CRM */

/* No file of these types was seen: their settings are what other connectors of the kind have. */
static const struct endpoint_setting crm_login[] = {
    TEXT("host", "Host", ""),
    TEXT("server_host", "Server host", ""),
    TEXT("organization", "Organization", ""),
    TEXT("domain", "Domain", ""),
    TEXT("user_name", "User name", ""),
    TEXT("user", "User", ""),
    SECRET("password", "Password"),
    IGNORED("endpoint_id"),
    END,
};
static const struct endpoint_setting crm_activity[] = {
    TEXT("object_name", "Object", ""),
    TEXT("query_string", "Query", ""),
    NETSUITE_FUNCTION,
    END,
};

/* -------------------------------------------------------------------------------------------------------- all of them
 */

static const struct endpoint_connector connectors[] = {
    {"tempstorage", "Temporary Storage", true, NULL, no_settings},
    {"variable", "Variable", true, "locator", variable_login},
    {"localstorage", "Local Storage", true, NULL, no_settings},
    {"fileshare", "File Share", true, "locator", share_login},
    {"ftp", "FTP", true, "locator", ftp_login},
    {"http", "HTTP", true, "httpurl", http_login},
    {"database", "Database", false, "dbname", database_login},
    {"salesforce", "Salesforce", false, NULL, salesforce_login},
    {"netsuite", "NetSuite", false, NULL, netsuite_login},
    {"soap", "SOAP", false, "service", soap_login},
    {"microsoftdynamicscrm", "Microsoft Dynamics CRM", false, NULL, crm_login},
};

#define BY_TYPE(name) .type = (name)
#define BY_LOCATION(name) .location = true, .type = (name)
#define BOTH(function, settings)                                                                                       \
    .read = (function), .write = (function), .read_settings = (settings), .write_settings = (settings)

#define SALESFORCE(name, function, settings, of)                                                                       \
    {                                                                                                                  \
        BY_TYPE(name), .adapter = "salesforce", BOTH(function, settings), .endpoint_key = "connector_id",              \
                       .polarity = (of)                                                                                \
    }
#define NETSUITE(name, function, settings, of)                                                                         \
    {                                                                                                                  \
        BY_TYPE(name), .adapter = "netsuite", BOTH(function, settings), .endpoint_key = "endpoint_id",                 \
                       .polarity = (of)                                                                                \
    }
#define CRM(name, function, of)                                                                                        \
    {                                                                                                                  \
        BY_TYPE(name), .adapter = "microsoftdynamicscrm", BOTH(function, crm_activity), .endpoint_key = "endpoint_id", \
                       .polarity = (of)                                                                                \
    }
#define MANUAL(name, advice)                                                                                           \
    {                                                                                                                  \
        BY_TYPE(name), .hint = (advice)                                                                                \
    }

#define SAP "set up a connection of the SAP connector and its function by hand, with the same names"
#define JMS "set up a connection of the JMS connector and its activity by hand; listening needs a private agent"
#define QUICKBOOKS "there is no QuickBooks connector: call its interface through HTTP, or build a connector"
#define XSLT "call RunXSLT in a script, with the style sheet in a file"
#define API "publish the operation as a custom API and begin it with an activity of the API connector"

static const struct endpoint_row rows[] = {
    {BY_LOCATION("TemporaryStorage"), .adapter = "tempstorage", .read = "tempstorage_read",
     .write = "tempstorage_write", .read_settings = tempstorage_read, .write_settings = tempstorage_write},
    {BY_LOCATION("GlobalData"), .adapter = "variable", .read = "variable_read", .write = "variable_write",
     .read_settings = variable_read, .write_settings = variable_write},
    {BY_LOCATION("LocalFile"), .adapter = "localstorage", .read = "localstorage_read", .write = "localstorage_write",
     .read_settings = local_read, .write_settings = local_write,
     .private_agent = "cloud agents read and write no local files"},
    {BY_LOCATION("FileShare"), .adapter = "fileshare", .read = "fileshare_read", .write = "fileshare_write",
     .read_settings = share_read, .write_settings = share_write},
    {BY_LOCATION("FTP"), .adapter = "ftp", .read = "ftp_read", .write = "ftp_write", .read_settings = ftp_read,
     .write_settings = ftp_write},
    /* The functions of HTTP are its verbs: these stand for what says nothing else. */
    {BY_LOCATION("HTTP"), .adapter = "http", .read = "http_get", .write = "http_post", .read_settings = http_activity,
     .write_settings = http_activity},
    {BY_LOCATION("Database"), .adapter = "database", .read = "database_query", .write = "database_insert",
     .read_settings = database_activity, .write_settings = database_activity,
     .hint =
         "the transformation beside it says which tables it is about; a target inserts until somebody chooses update"},

    {BY_TYPE("SalesforceConnector"), .adapter = "salesforce"},
    SALESFORCE("SalesforceQuery", "query", salesforce_query, "source"),
    SALESFORCE("SalesforceCreate", "create", salesforce_change, "neutral"),
    SALESFORCE("SalesforceUpdate", "update", salesforce_change, "neutral"),
    SALESFORCE("SalesforceUpsert", "upsert", salesforce_change, "neutral"),
    SALESFORCE("SalesforceDelete", "delete", salesforce_change, "neutral"),
    SALESFORCE("SalesforceBulkQuery", "bulkquery", salesforce_bulk_query, "source"),
    SALESFORCE("SalesforceBulkInsert", "bulkinsert", salesforce_change, "target"),
    SALESFORCE("SalesforceBulkUpdate", "bulkupdate", salesforce_change, "target"),
    SALESFORCE("SalesforceBulkUpsert", "bulkupsert", salesforce_change, "target"),
    SALESFORCE("SalesforceBulkDelete", "bulkdelete", salesforce_change, "target"),
    SALESFORCE("SalesforceBulkHardDelete", "bulkharddelete", salesforce_change, "target"),

    {BY_TYPE("NetSuiteEndpoint"), .adapter = "netsuite"},
    NETSUITE("NetSuiteUpsert", "upsert", netsuite_upsert, "neutral"),
    NETSUITE("NetSuiteQuery", "query", netsuite_other, "source"),
    NETSUITE("NetSuiteGetList", "getList", netsuite_other, "neutral"),

    {BY_TYPE("WebServiceCall"), .adapter = "soap", BOTH("soap_request", soap_activity), .polarity = "neutral",
     .hint = "the connection needs the WSDL"},

    {BY_TYPE("MSCrmEndpoint"), .adapter = "microsoftdynamicscrm"},
    CRM("MSCrmQuery", "query", "source"),
    CRM("MSCrmUpsert", "upsert", "neutral"),

    MANUAL("XsltTransform", XSLT),
    MANUAL("SapEndpoint", SAP),
    MANUAL("SapFunction", SAP),
    MANUAL("JMSEndpoint", JMS),
    MANUAL("JMSListen", JMS),
    MANUAL("JMSPoll", JMS),
    MANUAL("JMSBrowse", JMS),
    MANUAL("JMSAcknowledge", JMS),
    MANUAL("JMSSendOrPublish", JMS),
    MANUAL("QuickBooksEndpoint", QUICKBOOKS),
    MANUAL("QuickBooksQuery", QUICKBOOKS),
    MANUAL("QuickBooksCreate", QUICKBOOKS),
    MANUAL("ApiEntity", API),
    {0},
};

const struct endpoint_row *endpoint_rows(void)
{
    return rows;
}

const struct endpoint_row *endpoint_row_find(bool location, const char *type)
{
    for (const struct endpoint_row *row = rows; row->type; row++)
        if (row->location == location && strcmp(row->type, type) == 0)
            return row;
    return NULL;
}

const struct endpoint_connector *endpoint_connector_find(const char *adapter)
{
    for (size_t i = 0; i < sizeof connectors / sizeof connectors[0]; i++)
        if (strcmp(connectors[i].adapter, adapter) == 0)
            return &connectors[i];
    return NULL;
}

/* Whether a value is an alternative, in which one `*` may stand. */
static bool is_alternative(const char *alternative, size_t length, const char *value, size_t n)
{
    const char *any = memchr(alternative, '*', length);
    size_t head = any ? (size_t)(any - alternative) : length, tail = any ? length - head - 1 : 0;
    return (any ? n >= head + tail : n == length) && memcmp(alternative, value, head) == 0 &&
           memcmp(alternative + length - tail, value + n - tail, tail) == 0;
}

bool endpoint_usual(const struct endpoint_setting *setting, const char *value)
{
    if (!*value || strcmp(setting->usual, value) == 0)
        return true;
    size_t n = strlen(value);
    for (const char *at = setting->usual; *at;) {
        size_t length = strcspn(at, "|");
        if (is_alternative(at, length, value, n))
            return true;
        at += length + (at[length] == '|');
    }
    return false;
}

const struct endpoint_setting *endpoint_setting_find(const struct endpoint_setting *settings, const char *key)
{
    for (const struct endpoint_setting *setting = settings; setting && setting->key; setting++)
        if (strcmp(setting->key, key) == 0)
            return setting;
    return NULL;
}
