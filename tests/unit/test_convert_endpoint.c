/* What endpoints, e-mails and variables of Design Studio become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "jpk/cloud_trees.h"
#include "jpk/convert_endpoint_table.h"
#include "tests/unit/convertmaker.h"

/* ------------------------------------------------------------------------------------------------------- the table */

static const struct cloud_row *tree_of(const char *adapter, const char *function)
{
    const struct cloud_template *template = cloud_template(adapter, function);
    return template ? template->properties : NULL;
}

static void check_settings(const char *adapter, const char *function, const struct endpoint_setting *settings)
{
    bool known = tree_of(adapter, function) != NULL;
    json_t *own = function ? cloud_new_activity(NULL, adapter, function, "N", GUID(1), GUID(2))
                           : cloud_new_connection(NULL, adapter, "N", GUID(1));
    for (const struct endpoint_setting *s = settings; s->key; s++) {
        assert_non_null(s->label);
        assert_non_null(s->usual);
        if (s->change == ENDPOINT_LOST)
            continue;
        if (known && (!s->path || !cloud_set(own, s->path, json_true())))
            fail_msg("%s/%s: no property for '%s'", adapter, function ? function : "", s->key);
        if (!known && s->path)
            fail_msg("%s/%s: '%s' has a path in a tree that is not known", adapter, function ? function : "", s->key);
    }
    json_decref(own);
}

static void test_the_table_fits_the_trees(void **state)
{
    (void)state;
    for (const struct endpoint_row *row = endpoint_rows(); row->type; row++) {
        assert_ptr_equal(endpoint_row_find(row->location, row->type), row);
        if (!row->adapter) {
            assert_non_null(row->hint);
            continue;
        }
        const struct endpoint_connector *connector = endpoint_connector_find(row->adapter);
        assert_non_null(connector);
        check_settings(row->adapter, NULL, connector->settings);
        assert_int_equal(row->read != NULL, row->write != NULL);
        if (row->read)
            check_settings(row->adapter, row->read, row->read_settings);
        if (row->write)
            check_settings(row->adapter, row->write, row->write_settings);
    }
}

/* Every type of the documentation that holds an endpoint has a row, if only one that says what to do by hand. */
static void test_every_endpoint_type_has_a_row(void **state)
{
    (void)state;
    for (int i = JPK_TYPE_UNKNOWN + 1; i < JPK_TYPE_COUNT; i++) {
        const struct jpk_type_info *info = jpk_type_info((enum jpk_type)i);
        bool of_location = info->type == JPK_TYPE_SOURCE || info->type == JPK_TYPE_TARGET;
        if (!of_location && info->role != JPK_ROLE_NONE && !endpoint_row_find(false, info->name))
            fail_msg("%s has no row", info->name);
    }
}

/* An item of a location with every setting that its rows know, at a value that is not usual. */
static void add_unusual(struct made *m, const struct endpoint_row *row, bool write)
{
    const struct endpoint_setting *lists[] = {write ? row->write_settings : row->read_settings,
                                              endpoint_connector_find(row->adapter)->settings};
    struct map seen = {0};
    struct buf body = {0};
    buf_printf(&body, "  <Properties/>\n  <Location type=\"%s\"><Data><Properties>", row->type);
    for (size_t i = 0; i < 2; i++)
        for (const struct endpoint_setting *s = lists[i]; s->key; s++) {
            uint32_t old;
            assert_true(map_add(&seen, s->key, strlen(s->key), 0, &old));
            if (old == MAP_NONE)
                buf_printf(&body, "<Item key=\"%s\" value=\"7734\"/>", s->key);
        }
    buf_puts(&body, "</Properties></Data></Location>\n");
    add(m, write ? "Target" : "Source", GUID(1), "It", buf_text(&body));
    add(m, "Operation", GUID(2), "O", OPERATION("", STEP("STEP", GUID(1))));
    map_free(&seen);
    buf_free(&body);
}

static bool is_said(const struct made *m, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const struct jpk_convert_item *item = item_of(m, GUID(1));
    for (size_t i = 0; i < item->finding_count; i++)
        if (strstr(item->findings[i].message, quoted))
            return true;
    return false;
}

/* What a row says is lost is said when it is not as usual, and every text is carried or, when it is a secret, said. */
static void test_no_setting_is_lost_in_silence(void **state)
{
    (void)state;
    for (const struct endpoint_row *row = endpoint_rows(); row->type; row++)
        for (int write = 0; row->location && row->adapter && write < 2; write++) {
            struct made m = {0};
            add_unusual(&m, row, write);
            make(&m, NULL);
            json_t *activity = component(&m, JPK_CLOUD_ACTIVITY, write ? "Write It" : "Read It");
            bool known = tree_of(row->adapter, write ? row->write : row->read) != NULL;
            for (const struct endpoint_setting *s = write ? row->write_settings : row->read_settings; s->key; s++) {
                bool lost = s->change == ENDPOINT_LOST && strcmp(s->usual, "*") != 0;
                bool secret = (s->flags & ENDPOINT_SECRET) != 0;
                if ((lost || secret) && !is_said(&m, s->key))
                    fail_msg("%s: '%s' is lost in silence", row->type, s->key);
                else if (!lost && !secret && !known && s->change == ENDPOINT_TEXT)
                    assert_string_equal(value_of(activity, s->key), "\"7734\"");
            }
            made_free(&m);
        }
}

static void test_usual_values(void **state)
{
    (void)state;
    struct endpoint_setting setting = {.key = "k", .usual = "-1|21"};
    assert_true(endpoint_usual(&setting, "-1") && endpoint_usual(&setting, "21") && endpoint_usual(&setting, ""));
    assert_false(endpoint_usual(&setting, "2") || endpoint_usual(&setting, "22") || endpoint_usual(&setting, "-1|2"));
    setting.usual = "*";
    assert_true(endpoint_usual(&setting, "anything"));
    setting.usual = "x|a*bc";
    assert_true(endpoint_usual(&setting, "abc") && endpoint_usual(&setting, "a1bbc"));
    assert_false(endpoint_usual(&setting, "ab") || endpoint_usual(&setting, "abcd") || endpoint_usual(&setting, "bc"));
    setting.usual = "|"; /* a value that is the separator itself */
    assert_true(endpoint_usual(&setting, "|"));
}

/* ---------------------------------------------------------------------------------------------- temporary storage */

static void test_temporary_storage(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "Orders",
        LOCATION("TemporaryStorage",
                 ITEM("file_name", "[Name]*.csv") ITEM("locator", "in/[Folder]") ITEM("character_encoding", "UTF-8")
                     ITEM("filterOption.ignoreCase", "1") ITEM("renamefileto", "/\\delete/\\") ITEM("ignore_first", "2")
                         ITEM("use_trigger_file", "1") ITEM("trigger_filename", "go") ITEM("uncompress_format", "zip")
                             ITEM("append_file", "1") ITEM("success_folder", "done")));
    add(&m, "Target", GUID(2), "Orders",
        LOCATION("TemporaryStorage", ITEM("file_name", "o.csv") ITEM("append_file", "1") ITEM("writeHeaders", "1")
                                         ITEM("endoflinetype", "2") ITEM("compress_format", "ZIP")
                                             ITEM("archive_mode", "append") ITEM("skip_empty_files", "0")));
    add(&m, "Operation", GUID(3), "O", OPERATION("", STEP("SOURCE", GUID(1)) STEP("TARGET", GUID(2))));
    make(&m, NULL);
    json_t *read = component(&m, JPK_CLOUD_ACTIVITY, "Read Orders");
    assert_string_equal(text_of(read, "id"), GUID(1));
    assert_string_equal(text_of(read, "functionName"), "tempstorage_read");
    static const struct {
        const char *name, *value;
    } expected[] = {
        {"locator", "\"in/[Folder]\""},
        {"file_name", "\"[Name]*.csv\""},
        {"case_insensitive_file_filter", "true"},
        {"regular_expression_file_filter", ""},
        {"character_encoding", "\"UTF-8\""},
        {"delete_file", "true"},
        {"renamefileto", "\"/\\\\\\\\delete/\\\\\\\\\""},
        {"use_trigger_file", "true"},
        {"trigger_filename", "\"go\""},
        {"ignore_first", "2"},
        {"ignore_last", ""},
        {"source_data", "true"},
        {"archive_format", "\"ZIP\""},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_string_equal(value_of(read, expected[i].name), expected[i].value);
    assert_int_equal(findings_of(&m, GUID(1), "setting-lost"), 1); /* success_folder; append_file means nothing here */
    assert_string_equal(item_of(&m, GUID(1))->target, "activity:Read Orders");
    assert_int_equal(item_of(&m, GUID(1))->result, JPK_CONVERT_REVIEW);
    json_t *write = component(&m, JPK_CLOUD_ACTIVITY, "Write Orders");
    assert_string_equal(value_of(write, "append_file"), "true");
    assert_string_equal(value_of(write, "writeheaders"), "true");
    assert_string_equal(value_of(write, "endoflinetype"), "\"2\"");
    assert_string_equal(value_of(write, "target_data"), "true");
    assert_string_equal(value_of(write, "archive_mode"), "\"APPEND\"");
    assert_string_equal(value_of(write, "skip_empty_files"), "");
    assert_int_equal(item_of(&m, GUID(2))->result, JPK_CONVERTED);
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 1);
    json_t *connection = component(&m, JPK_CLOUD_CONNECTION, "Temporary Storage Endpoint");
    assert_string_equal(text_of(json_object_get(read, "endpoint"), "id"), text_of(connection, "id"));
    assert_int_equal(m.conversion->rename_count, 0);
    made_free(&m);
}

static void test_names_of_activities(void **state)
{
    (void)state;
    struct made m = {0};
    static const char body[] = LOCATION("TemporaryStorage", ITEM("file_name", "x"));
    add(&m, "Source", GUID(1), "in: a/b", body);
    add(&m, "Source", GUID(2), "In a b", body);
    add(&m, "Operation", GUID(3), "O", OPERATION("", STEP("SOURCE", GUID(1)) STEP("SOURCE", GUID(2))));
    make(&m, NULL);
    component(&m, JPK_CLOUD_ACTIVITY, "Read in a b");
    component(&m, JPK_CLOUD_ACTIVITY, "Read In a b (2)");
    assert_int_equal(m.conversion->rename_count, 2);
    assert_int_equal(findings_of(&m, GUID(1), "renamed"), 1);
    made_free(&m);
}

/* ---------------------------------------------------------------------------------------------------- equal log-ins */

static const char *slot(void *context, const struct jpk_entity *entity, const struct jpk_item *item,
                        enum jpk_confidence *confidence)
{
    (void)context;
    static const struct {
        const char *entity, *key, *variable;
    } slots[] = {
        {"Invoices", "locator", "ftp_host"},
        {"Invoices", "password", "ftp_password"},
        {"Orders", "locator", "ftp_host"},
        {"Orders", "password", "ftp_password"},
        {"Elsewhere", "locator", "other_host"},
        {"Alert", "account_password", "mail_password"},
        {"Summary Log", "locator", "SummaryLogPath"},
        {"Success Count - raw", "locator", "SuccessCountPath"},
        {"[salesforce_username]", "user_name", "salesforce_username"},
        {"[salesforce_username]", "password", "salesforce_password"},
        {"[salesforce_username]", "security_token", "salesforce_security_token"},
        {"NetSuite Endpoint", "user", "Netsuite_account"},
        {"NetSuite Endpoint", "consumersecret", "NetSuite_Consumer_Secret"},
        {"NetSuite Endpoint", "tokensecret", "NetSuite_Token_Secret"},
    };
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (strcmp(slots[i].entity, entity->name) == 0 && strcmp(slots[i].key, item->key) == 0) {
            *confidence = JPK_HIGH;
            return slots[i].variable;
        }
    return NULL;
}

#define FTP(port)                                                                                                      \
    LOCATION("FTP", ITEM("file_name", "*.csv") ENCRYPTED("locator") ENCRYPTED("password") ITEM("port", port))

static void test_equal_logins_share_a_connection(void **state)
{
    (void)state;
    struct made m = {0};
    struct jpk_convert_options options = {.slot = slot};
    add(&m, "Source", GUID(1), "Invoices", FTP("-1"));
    add(&m, "Source", GUID(2), "Orders", FTP("21"));
    add(&m, "Source", GUID(3), "Elsewhere", FTP("-1"));
    add(&m, "Target", GUID(4), "Plain",
        LOCATION("FTP", ITEM("file_name", "a") ITEM("locator", "ftp.example.com") ITEM("path", "/in") ITEM("port", "22")
                            ITEM("encrypt_choice", "4") ITEM("passive_mode", "0")));
    add(&m, "Operation", GUID(5), "O",
        OPERATION("", STEP("SOURCE", GUID(1)) STEP("SOURCE", GUID(2)) STEP("SOURCE", GUID(3)) STEP("TARGET", GUID(4))));
    make(&m, &options);
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 3);
    json_t *shared = component(&m, JPK_CLOUD_CONNECTION, "FTP Endpoint");
    assert_string_equal(value_of(shared, "locator"), "\"[ftp_host]\"");
    assert_string_equal(value_of(shared, "password"), "\"[ftp_password]\"");
    assert_string_equal(text_of(property(json_object_get(shared, "properties"), "password"), "widgetHint"), "password");
    for (int i = 0; i < 2; i++)
        assert_string_equal(
            text_of(json_object_get(component(&m, JPK_CLOUD_ACTIVITY, i == 0 ? "Read Invoices" : "Read Orders"),
                                    "endpoint"),
                    "id"),
            text_of(shared, "id"));
    json_t *other = component(&m, JPK_CLOUD_CONNECTION, "FTP Endpoint (2)");
    assert_string_equal(value_of(other, "password"), "\"\""); /* nobody knows its variable */
    json_t *plain = component(&m, JPK_CLOUD_CONNECTION, "ftp.example.com");
    assert_string_equal(value_of(plain, "passive_mode"), "false");
    assert_string_equal(value_of(plain, "encrypt_choice"), "\"4\"");
    json_t *write = component(&m, JPK_CLOUD_ACTIVITY, "Write Plain");
    assert_string_equal(value_of(write, "path"), "\"/in\"");
    assert_string_equal(text_of(write, "functionName"), "ftp_write");
    assert_string_equal(text_of(write, "polarity"), "target");
    assert_string_equal(text_of(write, "discoveryType"), "FileBasedDiscovery");
    assert_int_equal(findings_of(&m, GUID(1), "secret"), 2);
    assert_int_equal(findings_of(&m, GUID(2), "secret"), 0); /* its connection is there already */
    assert_int_equal(findings_of(&m, GUID(1), "shape-not-observed"), 2);
    assert_int_equal(findings_of(&m, GUID(2), "shape-not-observed"), 1);
    assert_int_equal(m.conversion->secret_count, 4);
    assert_string_equal(m.conversion->secrets[0].component, "connection:FTP Endpoint");
    assert_string_equal(m.conversion->secrets[0].variable, "ftp_host");
    assert_int_equal(m.conversion->secrets[0].confidence, JPK_HIGH);
    assert_null(m.conversion->secrets[3].variable);
    assert_null(strstr(m.conversion->text, "$00"));
    made_free(&m);
}

/* Encrypted, and not to the same text. */
#define OTHERWISE(key) "<Item enc=\"true\" key=\"" key "\" value=\"$00qrvM3e7/ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJk=\"/>"

/* Nobody can compare what is encrypted: each has its connection, and the second is told which the first is. */
static void test_hidden_logins(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "Invoices", FTP("22"));
    add(&m, "Source", GUID(2), "Orders",
        LOCATION("FTP", ITEM("file_name", "*.csv") OTHERWISE("locator") ENCRYPTED("password") ITEM("port", "22")));
    add(&m, "Source", GUID(3), "Elsewhere", FTP("2222"));
    add(&m, "Operation", GUID(5), "O",
        OPERATION("", STEP("SOURCE", GUID(1)) STEP("SOURCE", GUID(2)) STEP("SOURCE", GUID(3))));
    make(&m, NULL);
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 3);
    assert_int_equal(findings_of(&m, GUID(1), "login-apart"), 0);
    assert_int_equal(findings_of(&m, GUID(2), "login-apart"), 1);
    assert_int_equal(findings_of(&m, GUID(3), "login-apart"), 0);
    made_free(&m);
}

static void test_log_ins_that_nobody_can_read_stay_apart(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "A", FTP("-1"));
    add(&m, "Source", GUID(2), "B",
        LOCATION("FTP", ITEM("file_name", "*.csv")
                            ENCRYPTED("locator") "<Item enc=\"true\" key=\"password\" value=\"" OTHER_NOISE "\"/>"));
    make(&m, NULL);
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 2);
    made_free(&m);
}

/* ------------------------------------------------------------------------------------------------ other connectors */

static void test_http(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "List", LOCATION("HTTP", ITEM("httpurl", "https://api.example.com:8443/v1/list?a=b")));
    add(&m, "Target", GUID(2), "Send",
        LOCATION("HTTP", ITEM("httpurl", "https://api.example.com:8443/v1/send") ITEM("http_verb", "2")
                             ITEM("http_method", "PUT") ITEM("http_request_headers", "Accept: */*")
                                 ITEM("target_target_id", GUID(3))));
    add(&m, "Target", GUID(3), "Variable URL", LOCATION("HTTP", ITEM("httpurl", "[base]/x") ITEM("http_verb", "2")));
    add(&m, "Target", GUID(4), "Secret URL", LOCATION("HTTP", ENCRYPTED("httpurl") ITEM("http_method", "BREW")));
    make(&m, NULL);
    json_t *host = component(&m, JPK_CLOUD_CONNECTION, "api.example.com");
    assert_string_equal(value_of(host, "httpurl"), "\"https://api.example.com:8443\"");
    json_t *list = component(&m, JPK_CLOUD_ACTIVITY, "Read List"),
           *send = component(&m, JPK_CLOUD_ACTIVITY, "Write Send");
    assert_string_equal(text_of(list, "functionName"), "http_get");
    assert_string_equal(text_of(list, "polarity"), "source");
    assert_string_equal(value_of(list, "path"), "\"/v1/list?a=b\"");
    assert_string_equal(text_of(send, "functionName"), "http_put");
    assert_string_equal(text_of(send, "polarity"), "neutral");
    assert_string_equal(text_of(json_object_get(send, "endpoint"), "id"), text_of(host, "id"));
    assert_int_equal(findings_of(&m, GUID(2), "setting-lost"), 1); /* where the answer goes */
    json_t *variable = component(&m, JPK_CLOUD_ACTIVITY, "Write Variable URL");
    assert_string_equal(text_of(variable, "functionName"), "http_post");
    assert_string_equal(value_of(variable, "path"), "\"/x\"");
    assert_int_equal(findings_of(&m, GUID(4), "secret"), 1); /* one value, although two properties come from it */
    assert_int_equal(findings_of(&m, GUID(4), "setting-lost"), 1);
    made_free(&m);
}

static void test_database(void **state)
{
    (void)state;
    struct made m = {0};
    static const char body[] = LOCATION("Database", ITEM("driver", "PostgreSQL") ITEM("dbname", "erp")
                                                        ITEM("fetch_size", "50") ITEM("login", "[db_user]"));
    add(&m, "Source", GUID(1), "ERP", body);
    add(&m, "Source", GUID(2), "ERP again", body);
    add(&m, "Script", GUID(3), "S", SCRIPT("DBExecute(\"s." GUID(1) "\", \"select 1\");"));
    add(&m, "Operation", GUID(4), "O", OPERATION("", STEP("SCRIPT", GUID(3)) STEP("SOURCE", GUID(2))));
    make(&m, NULL);
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 1);
    json_t *connection = component(&m, JPK_CLOUD_CONNECTION, "erp");
    assert_string_equal(value_of(connection, "fetch_size"), "50");
    assert_string_equal(item_of(&m, GUID(1))->target, "connection:erp"); /* scripts name connections of databases */
    assert_int_equal(count_of(&m, JPK_CLOUD_ACTIVITY), 1);
    json_t *query = component(&m, JPK_CLOUD_ACTIVITY, "Read ERP again");
    assert_string_equal(text_of(query, "functionName"), "database_query");
    assert_string_equal(text_of(query, "discoveryType"), "ServerBasedDiscovery");
    made_free(&m);
}

static void test_variables_are_connections(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "Source", GUID(1), "Answer", LOCATION("GlobalData", ITEM("locator", "sheet: Answer")));
    add(&m, "Target", GUID(2), "Answer",
        LOCATION("GlobalData", ITEM("locator", "Sheet: answer") ITEM("append_file", "1")));
    add(&m, "Target", GUID(3), "Text", LOCATION("TemporaryStorage", ITEM("file_name", "[sheet: Answer{none}].txt")));
    add(&m, "Operation", GUID(4), "O",
        OPERATION("", STEP("SOURCE", GUID(1)) STEP("TARGET", GUID(2)) STEP("TARGET", GUID(3))));
    make(&m, NULL);
    json_t *connection = component(&m, JPK_CLOUD_CONNECTION, "sheet_Answer");
    assert_string_equal(value_of(connection, "variable"), "\"sheet_Answer\"");
    assert_int_equal(count_of(&m, JPK_CLOUD_CONNECTION), 2);
    assert_string_equal(value_of(component(&m, JPK_CLOUD_ACTIVITY, "Write Text"), "file_name"),
                        "\"[sheet_Answer{none}].txt\"");
    assert_int_equal(findings_of(&m, GUID(1), "renamed"), 1);
    json_t *global = component(&m, JPK_CLOUD_GLOBAL, "sheet_Answer");
    assert_int_equal(json_array_size(json_object_get(global, "endpoints")), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(global, "endpoints"), 0)),
                        text_of(connection, "id"));
    json_t *usage = json_array_get(json_object_get(global, "usages"), 0);
    assert_string_equal(text_of(usage, "id"), GUID(3));
    assert_true(json_is_true(json_object_get(usage, "isRead")));
    made_free(&m);
}

static void test_agents_and_manual_items(void **state)
{
    (void)state;
    struct made m = {0};
    struct jpk_convert_options options = {.agent = JPK_AGENT_CLOUD};
    add(&m, "Source", GUID(1), "Local",
        LOCATION("LocalFile", ITEM("file_name", "a") ITEM("locator", "C:/x") ENCRYPTED("login") ENCRYPTED("password")));
    add(&m, "SapFunction", GUID(2), "RFC", PROPERTIES(ITEM("function_id", GUID(2))));
    add(&m, "Source", GUID(3), "Odd", LOCATION("Pigeon", ITEM("file_name", "a")));
    add(&m, "Source", GUID(4), "Empty", LOCATION("TemporaryStorage", ""));
    add(&m, "Source", GUID(5), "Unused", LOCATION("TemporaryStorage", ITEM("file_name", "a") ITEM("novelty", "7")));
    make(&m, &options);
    assert_int_equal(findings_of(&m, GUID(1), "agent"), 1);
    assert_int_equal(findings_of(&m, GUID(1), "setting-lost"), 2); /* the log-in, for which there is no place */
    assert_string_equal(item_of(&m, GUID(1))->target, "activity:Read Local");
    assert_int_equal(item_of(&m, GUID(2))->result, JPK_CONVERT_MANUAL);
    assert_non_null(item_of(&m, GUID(2))->findings[0].hint);
    assert_int_equal(item_of(&m, GUID(3))->result, JPK_CONVERT_MANUAL);
    assert_int_equal(item_of(&m, GUID(4))->result, JPK_CONVERT_DROPPED);
    assert_int_equal(findings_of(&m, GUID(5), "kept"), 1);
    assert_int_equal(findings_of(&m, GUID(5), "setting-lost"), 1); /* a key that no table has */
    assert_int_equal(item_of(&m, GUID(5))->result, JPK_CONVERT_REVIEW);
    made_free(&m);
}

/* ----------------------------------------------------------------------------------------------------- applications */

#define WIZARD "<Item key=\"salesforce_wizard_guid\" value=\"" GUID(2) "\"/>"

static void test_salesforce(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "SalesforceConnector", GUID(1), "[sf_user]",
        PROPERTIES(ITEM("server_host", "https://test.salesforce.com/") ITEM("sandbox", "1")
                       ITEM("user_name", "[sf_user]") ENCRYPTED("password") ITEM("api_version", "63.0")));
    add(&m, "SalesforceQuery", GUID(2), "Accounts",
        PROPERTIES(ITEM("connector_id", GUID(1)) ITEM("query_all", "1") ITEM(
            "sfdc.soapheader.QueryOptions", "200")) "  <konga.string name=\"query_string\">SELECT Id, (SELECT Id FROM "
                                                    "Contacts WHERE a = 1) FROM Account\n"
                                                    "WHERE Name = 'where x' LIMIT 5 </konga.string>\n");
    add(&m, "WebServiceCall", GUID(3), "query",
        PROPERTIES(ITEM("operation", "query") ITEM("sfdc_partner_wsdl", "1") ITEM("wsdl_id", "x.wsdl") ITEM(
            "wsdl_display", "jitterbit.salesforce.partner.29.wsdl") ITEM("webservice_url", "https://other.example/")
                       ITEM("webservice_id", GUID(3)) ITEM("timeout", "77") ENCRYPTED("nonce")));
    add(&m, "Operation", GUID(4), "O", OPERATION(WIZARD, STEP("WEBSERVICECALL", GUID(3))));
    add(&m, "SalesforceUpsert", GUID(5), "Load",
        PROPERTIES(ITEM("connector_id", GUID(9)) ITEM("salesforce_object", "{urn:x}Account")
                       ITEM("external_id_field", "Ext__c")));
    make(&m, NULL);
    json_t *connection = component(&m, JPK_CLOUD_CONNECTION, "Salesforce Endpoint");
    assert_string_equal(text_of(connection, "id"), GUID(1));
    assert_string_equal(value_of(connection, "url"), "\"https://test.salesforce.com\"");
    assert_string_equal(value_of(connection, "sandbox"), "true");
    assert_string_equal(value_of(connection, "username"), "\"[sf_user]\"");
    assert_string_equal(value_of(connection, "password"), "\"\"");
    json_t *query = component(&m, JPK_CLOUD_ACTIVITY, "Accounts");
    assert_string_equal(value_of(query, "query-string"),
                        "{\"showDeleted\": true, \"soql\": \"SELECT Id, (SELECT Id FROM Contacts WHERE a = 1) FROM "
                        "Account\"}");
    assert_string_equal(value_of(query, "where-clause"), "\"WHERE Name = 'where x' LIMIT 5\"");
    assert_int_equal(findings_of(&m, GUID(2), "setting-lost"), 1);
    assert_string_equal(item_of(&m, GUID(3))->target,
                        "activity:Accounts");                      /* what the wizard made stands for its call */
    assert_int_equal(findings_of(&m, GUID(3), "setting-lost"), 4); /* of whose settings none is carried */
    json_t *upsert = component(&m, JPK_CLOUD_ACTIVITY, "Load");
    assert_string_equal(text_of(upsert, "functionName"), "upsert");
    assert_string_equal(value_of(upsert, "external_id_field"), "\"Ext__c\"");
    assert_int_equal(findings_of(&m, GUID(5), "dangling"), 1); /* its connector is gone: a connection to be filled in */
    component(&m, JPK_CLOUD_CONNECTION, "Salesforce Endpoint (2)");
    made_free(&m);
}

static void test_web_service_call(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "WebServiceCall", GUID(1), "getRate",
        PROPERTIES(ITEM("operation", "getRate") ITEM("service", "Rates") ITEM("wsdl_id", "rates.wsdl")));
    add(&m, "WebServiceCall", GUID(2), "lost query",
        PROPERTIES(ITEM("operation", "query") ITEM("sfdc_partner_wsdl", "1")));
    add(&m, "WebServiceCall", GUID(3), "unused query",
        PROPERTIES(ITEM("operation", "query") ITEM("sfdc_partner_wsdl", "1")));
    add(&m, "Operation", GUID(4), "O", OPERATION("", STEP("WEBSERVICECALL", GUID(1)) STEP("WEBSERVICECALL", GUID(2))));
    make(&m, NULL);
    json_t *call = component(&m, JPK_CLOUD_ACTIVITY, "getRate");
    assert_string_equal(text_of(call, "adapterId"), "soap");
    assert_string_equal(text_of(call, "polarity"), "neutral");
    assert_string_equal(value_of(component(&m, JPK_CLOUD_CONNECTION, "Rates"), "wsdl_id"), "\"rates.wsdl\"");
    assert_int_equal(item_of(&m, GUID(2))->result, JPK_CONVERT_MANUAL);
    assert_int_equal(item_of(&m, GUID(3))->result, JPK_CONVERT_DROPPED);
    made_free(&m);
}

/* --------------------------------------------------------------------------------------------- both directions,
 * references
 */

/* A conversion that has begun, for what other parts ask. */
static void begin(struct convert *c, const struct pm_graph *g)
{
    memset(c, 0, sizeof *c);
    c->project = g->project;
    c->graph = g->graph;
    assert_true(ledger_begin(&c->ledger, g->project->entity_count));
    for (size_t i = 0; i < JPK_CLOUD_KINDS; i++)
        c->components[i] = json_array();
}

static void end(struct convert *c)
{
    for (size_t i = 0; i < JPK_CLOUD_KINDS; i++) {
        json_decref(c->components[i]);
        map_free(&c->names[i]);
    }
    map_free(&c->connection_keys);
    map_free(&c->alike_keys);
    map_free(&c->activity_keys);
    free(c->connections);
    free(c->activities);
    ledger_free(&c->ledger);
}

static void test_both_directions(void **state)
{
    (void)state;
    struct pm_graph g = {0};
    struct convert c;
    pm_graph_add(&g, "Source", GUID(1), "File", LOCATION("TemporaryStorage", ITEM("file_name", "a")));
    pm_graph_build(&g, "");
    begin(&c, &g);
    const struct jpk_entity *entity = jpk_project_entity(g.project, GUID(1));
    assert_null(convert_find_activity(&c, entity, CONVERT_WRITE));
    const struct convert_activity *write = convert_activity(&c, entity, CONVERT_WRITE);
    assert_string_equal(write->name, "Write File");
    assert_string_not_equal(write->id, GUID(1));
    assert_string_equal(convert_activity_reference(&c, write),
                        "activity:tempstorage/Temporary Storage Endpoint/tempstorage_write/Write File");
    const struct convert_activity *read = convert_activity(&c, entity, CONVERT_READ);
    assert_string_equal(read->name, "Read File");
    assert_string_equal(read->id, GUID(1)); /* that of its type keeps the id */
    assert_ptr_equal(convert_activity(&c, entity, CONVERT_READ), read);
    assert_int_equal(c.activity_count, 2);
    assert_string_equal(convert_connection_reference(&c, convert_connection(&c, entity)),
                        "endpoint:tempstorage/Temporary Storage Endpoint");
    assert_string_equal(convert_activity_reference(&c, NULL), "");
    assert_string_equal(convert_connection_reference(&c, NULL), "");
    assert_false(c.ledger.failed);
    end(&c);
    pm_graph_free(&g);
}

/* ------------------------------------------------------------------------------------------------ variables, e-mails
 */

static void test_project_variables(void **state)
{
    (void)state;
    struct made m = {0};
    add(&m, "ProjectVariable", GUID(1), "Base Path",
        PROPERTIES(ENCRYPTED("value") ITEM("label", "Path") ITEM("Description", "Where") ITEM("hide_value", "1")));
    add(&m, "ProjectVariable", GUID(2), "Base_Path", PROPERTIES(ITEM("value", "x") ITEM("hide_value", "0")));
    add(&m, "ProjectVariable", GUID(3), "(-)", PROPERTIES(""));
    add(&m, "ProjectVariable", GUID(9), "BASE_PATH", PROPERTIES(""));
    add(&m, "Target", GUID(4), "T", LOCATION("TemporaryStorage", ITEM("file_name", "[base path]/[Base_Path]")));
    make(&m, NULL);
    json_t *renamed = component(&m, JPK_CLOUD_VARIABLE, "Base_Path_2");
    assert_string_equal(text_of(renamed, "id"), GUID(1));
    assert_string_equal(text_of(renamed, "defaultValue"), "");
    assert_string_equal(text_of(renamed, "label"), "Path");
    assert_string_equal(text_of(renamed, "description"), "Where");
    assert_true(json_is_true(json_object_get(renamed, "hidevalue")));
    assert_string_equal(text_of(component(&m, JPK_CLOUD_VARIABLE, "Base_Path"), "defaultValue"), "x");
    component(&m, JPK_CLOUD_VARIABLE, "variable");
    assert_string_equal(value_of(component(&m, JPK_CLOUD_ACTIVITY, "Write T"), "file_name"),
                        "\"[Base_Path_2]/[Base_Path]\"");
    assert_int_equal(m.conversion->rename_count, 3);
    assert_string_equal(m.conversion->renames[0].to, "Base_Path_2");
    assert_string_equal(item_of(&m, GUID(9))->target, "projectVariable:BASE_PATH_3"); /* letter case tells none apart */
    assert_string_equal(item_of(&m, GUID(1))->target, "projectVariable:Base_Path_2");
    assert_int_equal(findings_of(&m, GUID(1), "secret"), 1);
    assert_int_equal(item_of(&m, GUID(2))->result, JPK_CONVERTED);
    assert_int_equal(count_of(&m, JPK_CLOUD_GLOBAL), 0);
    made_free(&m);
}

static void test_emails(void **state)
{
    (void)state;
    struct made m = {0};
    struct jpk_convert_options options = {.slot = slot};
    add(&m, "EmailMessage", GUID(1), "Alert",
        PROPERTIES(ITEM("smtp_servers", "mail.example.com") ITEM("send_to", "[to]") ITEM("sent_from", "a@example.com")
                       ITEM("cc", "b@example.com") ITEM("bcc", "c@example.com") ITEM("reply_to", "d@example.com") ITEM(
                           "subject", "Error [run.what]") ITEM("message_text", "One&#10;[jitterbit.operation.error]")
                           ITEM("use_ssl", "0") ENCRYPTED("account") ENCRYPTED("account_password")));
    add(&m, "Script", GUID(2), "S", SCRIPT("$run.what = 1;"));
    make(&m, &options);
    json_t *email = component(&m, JPK_CLOUD_EMAIL, "Alert");
    static const char *const expected[][2] = {
        {"mailServer", "mail.example.com"}, {"to", "[to]"},
        {"from", "a@example.com"},          {"cc", "b@example.com"},
        {"bcc", "c@example.com"},           {"replyTo", "d@example.com"},
        {"subject", "Error [run.what]"},    {"message", "One\n[jitterbit.operation.error]"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_string_equal(text_of(email, expected[i][0]), expected[i][1]);
    assert_true(json_is_true(json_object_get(email, "useAuthentication")));
    assert_true(json_is_false(json_object_get(email, "useSSL")));
    assert_int_equal(m.conversion->secret_count, 2);
    assert_string_equal(item_of(&m, GUID(1))->target, "email:Alert");
    json_t *global = component(&m, JPK_CLOUD_GLOBAL, "run.what"), *usage;
    size_t index;
    bool read = false;
    json_array_foreach(json_object_get(global, "usages"), index, usage) read |=
        strcmp(text_of(usage, "id"), GUID(1)) == 0 && json_is_true(json_object_get(usage, "isRead")) &&
        json_integer_value(json_object_get(usage, "type")) == 1200;
    assert_true(read);
    assert_null(find(components(&m), JPK_CLOUD_GLOBAL, "jitterbit.operation.error"));
    made_free(&m);
}

/* ------------------------------------------------------------------------------------------ beside real components */

/* Fields that no conversion can know: counters, ids, schemas that the other form finds by asking a server. */
static const char *const not_compared[] = {"id", "checksum", "endpoint", "input", "output"};

/* Values in which the two projects are of different revisions, or that only a person can have chosen. */
static const char *const other_values[] = {
    "v.request_discovery_configuration", /* schemas come with the transformations */
    "v.response_discovery_configuration",
    "character_encoding", /* UTF-8 in the Jitterpak */
    "query-string",       /* more fields there */
    "wsdldownloadurl",    /* a variable there */
};

/* What a property has in effect: its value or its default. `selectedIndex` is a place in a list on the screen. */
static void settle(json_t *list, const char *owner)
{
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        json_t *value = json_object_get(one, "value");
        if (!value || json_is_null(value))
            json_object_del(one, "value");
        else if (json_equal(value, json_object_get(one, "defaultValue")) ||
                 (json_is_string(value) && !*json_string_value(value)))
            json_object_del(one, "value");
        for (size_t i = 0; i < sizeof other_values / sizeof other_values[0]; i++)
            if (strcmp(name, other_values[i]) == 0)
                json_object_del(one, "value");
        if (strcmp(owner, "Read Success Count - raw") == 0 && strcmp(name, "locator") == 0)
            json_object_del(one,
                            "value"); /* "[SuccessCountPath]/raw": a slot tells the variable, not what follows it */
        json_object_del(json_object_get(one, "value"), "selectedIndex");
        settle(json_object_get(one, "children"), owner);
    }
}

static void compare(json_t *real, json_t *own)
{
    json_t *pair[] = {real, own};
    const char *name = json_string_value(json_object_get(real, "name"));
    if (!json_object_get(real, "validationState")) /* one real connection lacks it */
        json_object_set_new(real, "validationState", json_integer(100));
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < sizeof not_compared / sizeof not_compared[0]; j++)
            json_object_del(pair[i], not_compared[j]);
        settle(json_object_get(pair[i], "properties"), name);
    }
    if (!json_equal(real, own)) {
        char *a = json_dumps(real, JSON_SORT_KEYS), *b = json_dumps(own, JSON_SORT_KEYS);
        size_t at = 0;
        while (a && b && a[at] == b[at])
            at++;
        fail_msg("%s: real ...%.120s\nown ...%.120s", name, a + (at > 60 ? at - 60 : 0), b + (at > 60 ? at - 60 : 0));
    }
}

static void test_real_components(void **state)
{
    (void)state;
    char path[1024];
    snprintf(path, sizeof path, "%s/corpus/cloud-studio-components.json", pm_shared());
    struct jpk_archive *archive = pm_real(PM_SALESFORCE);
    json_t *file = archive ? json_load_file(path, 0, NULL) : NULL;
    if (!file) {
        print_message("skipped: there is no %s\n", path);
        jpk_archive_free(archive);
        return;
    }
    struct jpk_error err = {0};
    struct jpk_convert_options options = {.slot = slot};
    struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
    struct jpk_graph *graph = project ? jpk_graph_build(project, &err) : NULL;
    struct jpk_conversion *conversion = graph ? jpk_convert_to_cloud(project, graph, &options, &err) : NULL;
    if (!conversion)
        fail_msg("%s: %s", jpk_code_name(err.code), err.message);
    json_t *export = json_loadb(conversion->text, conversion->size, 0, NULL);
    json_t *own = json_object_get(json_object_get(export, "project"), "components");
    json_t *real = json_object_get(file, "components");
    static const struct {
        enum jpk_cloud_kind kind;
        const char *name;
    } names[] = {
        {JPK_CLOUD_ACTIVITY, "Write Summary Log"},
        {JPK_CLOUD_ACTIVITY, "Read Success Count - raw"},
        {JPK_CLOUD_ACTIVITY, "Query Contacts"},
        {JPK_CLOUD_ACTIVITY, "NetSuite Upsert Contact"},
        {JPK_CLOUD_CONNECTION, "Salesforce Endpoint"},
        {JPK_CLOUD_CONNECTION, "NetSuite Endpoint"},
        {JPK_CLOUD_CONNECTION, "Temporary Storage Endpoint"},
        {JPK_CLOUD_EMAIL, "Log Results"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        json_t *a = find(real, names[i].kind, names[i].name), *b = find(own, names[i].kind, names[i].name);
        if (!a || !b)
            fail_msg("'%s' is not in the %s", names[i].name, a ? "conversion" : "corpus");
        compare(a, b);
    }
    for (size_t i = 0; i < conversion->item_count; i++)
        for (size_t j = 0; j < conversion->items[i].finding_count; j++)
            if (strstr(conversion->items[i].findings[j].message, "$00"))
                fail_msg("a message shows an encrypted value");
    assert_null(strstr(conversion->text, "$00"));
    json_decref(export);
    json_decref(file);
    jpk_conversion_free(conversion);
    jpk_graph_free(graph);
    jpk_project_free(project);
    jpk_archive_free(archive);
}

/* Every source, target and function of the samples becomes something, and the same every time. */
static void test_samples(void **state)
{
    (void)state;
    for (int which = 0; which < PM_REAL_COUNT; which++) {
        struct jpk_archive *archive = pm_real((enum pm_real)which);
        if (!archive)
            continue;
        struct jpk_error err = {0};
        struct jpk_project *project = jpk_project_load(archive, NULL, 0, &err);
        struct jpk_graph *graph = project ? jpk_graph_build(project, &err) : NULL;
        struct jpk_conversion *a = graph ? jpk_convert_to_cloud(project, graph, NULL, &err) : NULL;
        struct jpk_conversion *b = a ? jpk_convert_to_cloud(project, graph, NULL, &err) : NULL;
        if (!b)
            fail_msg("%s: %s", jpk_code_name(err.code), err.message);
        assert_string_equal(a->text, b->text);
        for (size_t i = 0; i < a->item_count; i++) {
            const struct jpk_convert_item *item = &a->items[i];
            enum jpk_role role = jpk_type_info(item->entity->type)->role;
            bool dropped = item->result == JPK_CONVERT_DROPPED && item->finding_count > 0;
            if (role != JPK_ROLE_NONE && !item->entity->deleted && !item->target && !dropped)
                fail_msg("%s: %s has become nothing", pm_real_names[which], item->path);
        }
        jpk_conversion_free(a);
        jpk_conversion_free(b);
        jpk_graph_free(graph);
        jpk_project_free(project);
        jpk_archive_free(archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_fits_the_trees),
        cmocka_unit_test(test_every_endpoint_type_has_a_row),
        cmocka_unit_test(test_no_setting_is_lost_in_silence),
        cmocka_unit_test(test_usual_values),
        cmocka_unit_test(test_temporary_storage),
        cmocka_unit_test(test_names_of_activities),
        cmocka_unit_test(test_equal_logins_share_a_connection),
        cmocka_unit_test(test_hidden_logins),
        cmocka_unit_test(test_log_ins_that_nobody_can_read_stay_apart),
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_database),
        cmocka_unit_test(test_variables_are_connections),
        cmocka_unit_test(test_agents_and_manual_items),
        cmocka_unit_test(test_salesforce),
        cmocka_unit_test(test_web_service_call),
        cmocka_unit_test(test_both_directions),
        cmocka_unit_test(test_project_variables),
        cmocka_unit_test(test_emails),
        cmocka_unit_test(test_real_components),
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
