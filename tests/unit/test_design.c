/* What components of Cloud Studio become in Design Studio. In the exports below ' stands for ". */
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

#include "base/text.h"
#include "base/uuid.h"
#include "tests/unit/designmaker.h"

#define GUID(n) "000000" n "-0000-4000-8000-0000000000ab"
#define LINK(n, type) "{'id':'" GUID(n) "','type':" type "}"
#define PART(n, type, name, more) "{'id':'" GUID(n) "','type':" type ",'name':'" name "'" more "}"
#define PROJECT_ID "0000000f-0000-4000-8000-0000000000ab"
#define PROJECT(workflows, components, more)                                                                           \
    "{'project':{'id':'" PROJECT_ID "','name':'P','workflows':[" workflows "],'components':[" components "]" more      \
    "},'version':4}"
#define PARTS(components) PROJECT("", components, "")
#define OPERATION(n, name, steps, more) PART(n, "200", name, ",'steps':[" steps "]" more)
#define SCRIPT(n, name, body) PART(n, "400", name, ",'scriptType':1,'scriptBody':'" body "'")
#define TRANS(body) "<trans>" body "</trans>"
#define ACTIVITY(n, name, adapter, function, polarity, connection, properties)                                         \
    PART(n, "500", name,                                                                                               \
         ",'adapterId':'" adapter "','functionName':'" function "','polarity':'" polarity                              \
         "','endpoint':" LINK(connection, "600") ",'properties':[" properties "]")
#define CONNECTION(n, name, adapter, properties)                                                                       \
    PART(n, "600", name, ",'adapterId':'" adapter "','properties':[" properties "]")
#define VALUE(name, value) "{'name':'" name "','type':'string','value':'" value "'}"
#define SECRET(name, value) "{'name':'" name "','type':'string','widgetHint':'password','value':'" value "'}"
#define PAGE(children) "{'name':'page1','type':'pagination','children':[" children "]}"
#define FLAT_RULE(field, script)                                                                                       \
    "{'targetPath':'__flat__/" field "','targetScript':'" field "','transformScript':'" script "'}"
#define FLAT_DOCUMENT                                                                                                  \
    "{'name':'F','O':{'isCustomSchema':true,'customSchemaIsFlat':true,'delimiter':',','text_qualifier':'\\\"',"        \
    "'qualifier_mode':'WHEN_NEEDED'},'root':{'N':'__flat__','NS':'','MN':0,'MX':'unbounded','T':'complex','C':["       \
    "{'N':'a','MN':0,'MX':1,'T':'string','DT':'1','NIL':false,'BG':-1,'EN':-1},"                                       \
    "{'N':'b','MN':1,'MX':1,'T':'double','DT':'1','NIL':false,'BG':-1,'EN':-1}]}}"
#define FLAT(n, name) PART(n, "900", name, ",'format':'csv','schemaTypeDocument':" FLAT_DOCUMENT)
#define FLAT_SIDE(n, name) "{'name':'" name "','id':'" GUID(n) "','document':" FLAT_DOCUMENT "}"
#define TRANSFORMATION(n, name, source, target, rules)                                                                 \
    PART(n, "700", name, ",'source':" source ",'target':" target ",'mappingRules':[" rules "],'loopMappingRules':[]")
#define TEMP CONNECTION("90", "Temp", "tempstorage", "")
#define NOISE "$00AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* ------------------------------------------------------------------------------------------------- kind by kind */

static void test_variables(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(
        &dm,
        PARTS(PART(
            "01", "1000", "url",
            ",'defaultValue':'https://x','label':'URL','hidevalue':false,"
            "'description':'where'") "," PART("02", "1000", "secret",
                                              ",'defaultValue':'" NOISE
                                              "','hidevalue':true") "," PART("03", "1000", "shown",
                                                                             ",'defaultValue':'" NOISE
                                                                             "'") "," PART("04", "1000", "clear",
                                                                                           ",'defaultValue':'"
                                                                                           "hunter2','hidevalue':"
                                                                                           "true") "," PART("05",
                                                                                                            "1300", "g",
                                                                                                            ",'"
                                                                                                            "value'"
                                                                                                            ":''") "," PART("06",
                                                                                                                            "1300",
                                                                                                                            "h",
                                                                                                                            ",'value':'7'")));
    const struct jpk_entity *url = dm_entity(&dm, JPK_TYPE_PROJECT_VARIABLE, "url");
    dm_value(url, "value", "https://x");
    dm_value(url, "label", "URL");
    dm_value(url, "hide_value", "0");
    dm_value(url, "description", "where");
    dm_value(url, "projectvariable_id", GUID("01"));
    assert_string_equal(url->id, GUID("01"));
    dm_value(dm_entity(&dm, JPK_TYPE_PROJECT_VARIABLE, "secret"), "hide_value", "1");
    dm_value(dm_entity(&dm, JPK_TYPE_PROJECT_VARIABLE, "secret"), "value", NULL);
    dm_value(dm_entity(&dm, JPK_TYPE_PROJECT_VARIABLE, "shown"), "value", NULL);
    assert_int_equal(dm_holding(&dm, "$00") + dm_holding(&dm, "hunter2"), 0);
    assert_int_equal(dm.conversion->secret_count, 3);
    assert_string_equal(dm.conversion->secrets[0].component, "ProjectVariable:secret");
    assert_string_equal(dm.conversion->secrets[0].key, "value");
    dm_found(&dm, "clear", "secret", 1);
    assert_int_equal(dm_item(&dm, "g")->result, JPK_CONVERT_DROPPED);
    dm_found(&dm, "g", "setting-lost", 0);
    dm_found(&dm, "h", "setting-lost", 1);
    assert_string_equal(dm_item(&dm, "url")->target, "ProjectVariable:url");
    dm_free(&dm);
}

static void test_emails(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(
        &dm,
        PARTS(PART(
            "01", "1200", "M",
            ",'description':'d','mailServer':'[srv]','to':'a@example.com','from':'b','cc':'c',"
            "'bcc':'e','replyTo':'f','subject':'s','message':'line\\n<TAG>script:S</TAG>','useSSL':true,"
            "'useAuthentication':true,'account':'[acc]','password':'clear'") "," PART("02", "1200", "N",
                                                                                      ",'mailServer':'" NOISE
                                                                                      "','useSSL':false,'"
                                                                                      "useAuthentication':false,'"
                                                                                      "account':'x'") "," PART("03",
                                                                                                               "1200",
                                                                                                               "O",
                                                                                                               ",'"
                                                                                                               "useAuth"
                                                                                                               "enticat"
                                                                                                               "ion':"
                                                                                                               "true") "," SCRIPT("04",
                                                                                                                                  "S",
                                                                                                                                  TRANS(
                                                                                                                                      ""))));
    const struct jpk_entity *m = dm_entity(&dm, JPK_TYPE_EMAIL_MESSAGE, "M");
    static const char *const values[][2] = {
        {"smtp_servers", "[srv]"},
        {"send_to", "a@example.com"},
        {"sent_from", "b"},
        {"cc", "c"},
        {"bcc", "e"},
        {"reply_to", "f"},
        {"subject", "s"},
        {"message_text", "line\nsc." GUID("04")},
        {"use_ssl", "1"},
        {"account", "[acc]"},
        {"account_password", ""},
        {"message_id", GUID("01")},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        dm_value(m, values[i][0], values[i][1]);
    assert_string_equal(m->description, "d");
    assert_int_equal(dm_holding(&dm, "clear") + dm_holding(&dm, "$00"), 0);
    dm_found(&dm, "M", "secret", 1);
    dm_value(dm_entity(&dm, JPK_TYPE_EMAIL_MESSAGE, "N"), "smtp_servers", "");
    dm_value(dm_entity(&dm, JPK_TYPE_EMAIL_MESSAGE, "N"), "account", NULL);
    dm_found(&dm, "N", "secret", 1);
    dm_found(&dm, "O", "secret", 2);
    dm_free(&dm);
}

/* One activity of a location: what it becomes, and settings of it. */
struct location {
    const char *adapter, *function, *polarity, *login, *properties; /* of the connection, of the activity */
    enum jpk_type type;
    const char *location;
    const char *values[8][2];
};

static const struct location locations[] = {
    {"tempstorage",
     "tempstorage_read",
     "source",
     "",
     PAGE(VALUE("locator", "[p]/in") "," VALUE(
         "file_name",
         "*.csv") ",{'name':'tempstorageread-advanced-options',"
                  "'type':'advanced-builder','children':[{'name':'after_processing','type':'group','children':["
                  "{'name':'delete_file','type':'boolean','value':true}]},{'name':'compression','type':'group','"
                  "children':["
                  "{'name':'archive_format','type':'string','value':'ZIP'}]},{'name':'ignore_lines','type':'group','"
                  "children':["
                  "{'name':'ignore_first','type':'number','value':2}]}]}"),
     JPK_TYPE_SOURCE,
     "TemporaryStorage",
     {{"locator", "[p]/in"},
      {"file_name", "*.csv"},
      {"renamefileto", "/\\delete/\\"},
      {"uncompress_format", "zip"},
      {"ignore_first", "2"},
      {"ignore_last", "0"},
      {"filterOption.ignoreCase", "0"}}},
    {"tempstorage",
     "tempstorage_write",
     "target",
     "",
     PAGE(VALUE("file_name", "x") ",{'name':'tempstoragewrite-advanced-options','type':'advanced-builder','children':["
                                  "{'name':'append_file','type':'boolean','value':true},{'name':'endoflinetype','type':"
                                  "'string','value':'2'}]}"),
     JPK_TYPE_TARGET,
     "TemporaryStorage",
     {{"file_name", "x"}, {"append_file", "1"}, {"skip_empty_files", "0"}, {"endoflinetype", "2"}}},
    {"variable",
     "variable_read",
     "source",
     PAGE(VALUE("variable", "v1")),
     "",
     JPK_TYPE_SOURCE,
     "GlobalData",
     {{"locator", "v1"}}},
    {"variable",
     "variable_write",
     "target",
     PAGE(VALUE("variable", "v1")),
     VALUE("append_file", "true"),
     JPK_TYPE_TARGET,
     "GlobalData",
     {{"locator", "v1"}, {"append_file", "1"}}},
    {"localstorage",
     "localstorage_read",
     "source",
     "",
     VALUE("locator", "/in") "," VALUE("file_name", "a"),
     JPK_TYPE_SOURCE,
     "LocalFile",
     {{"locator", "/in"}, {"file_name", "a"}}},
    {"localstorage",
     "localstorage_write",
     "target",
     "",
     VALUE("locator", "/out"),
     JPK_TYPE_TARGET,
     "LocalFile",
     {{"locator", "/out"}, {"file_name", NULL}}},
    {"fileshare",
     "fileshare_read",
     "source",
     VALUE("locator", "//h/s") "," VALUE("login", "me") "," SECRET("password", "[pw]"),
     VALUE("file_name", "a"),
     JPK_TYPE_SOURCE,
     "FileShare",
     {{"locator", "//h/s"}, {"login", "me"}, {"password", "[pw]"}, {"file_name", "a"}}},
    {"fileshare",
     "fileshare_write",
     "target",
     VALUE("locator", "//h/s"),
     VALUE("file_name", "b"),
     JPK_TYPE_TARGET,
     "FileShare",
     {{"locator", "//h/s"}, {"file_name", "b"}}},
    {"ftp",
     "ftp_read",
     "source",
     VALUE("locator", "ftp.example.com") "," VALUE("port", "2121"),
     VALUE("path", "/d") "," VALUE("transfer_timeout", "60"),
     JPK_TYPE_SOURCE,
     "FTP",
     {{"locator", "ftp.example.com"}, {"port", "2121"}, {"path", "/d"}, {"transfer_timeout", "60"}}},
    {"ftp",
     "ftp_write",
     "target",
     VALUE("locator", "ftp.example.com"),
     VALUE("path", "/u"),
     JPK_TYPE_TARGET,
     "FTP",
     {{"locator", "ftp.example.com"}, {"path", "/u"}}},
    {"http",
     "http_get",
     "source",
     VALUE("httpurl", "https://example.com"),
     VALUE("path", "/v1/a?b=[c]"),
     JPK_TYPE_SOURCE,
     "HTTP",
     {{"httpurl", "https://example.com/v1/a?b=[c]"}, {"http_method", "GET"}, {"http_verb", NULL}}},
    {"http",
     "http_post",
     "target",
     VALUE("httpurl", "https://example.com"),
     VALUE("path", "/v1"),
     JPK_TYPE_TARGET,
     "HTTP",
     {{"httpurl", "https://example.com/v1"}, {"http_method", "POST"}, {"http_verb", "2"}}},
    {"http",
     "http_put",
     "target",
     VALUE("httpurl", "https://example.com"),
     "",
     JPK_TYPE_TARGET,
     "HTTP",
     {{"httpurl", "https://example.com"}, {"http_method", "PUT"}}},
    {"http", "http_delete", "target", "", "", JPK_TYPE_TARGET, "HTTP", {{"http_method", "DELETE"}}},
    {"http", "http_patch", "target", "", "", JPK_TYPE_TARGET, "HTTP", {{"http_method", "PATCH"}}},
    {"database",
     "database_query",
     "source",
     VALUE("driver", "PostgreSQL") "," VALUE("server", "db") "," SECRET("password", "clear"),
     "",
     JPK_TYPE_SOURCE,
     "Database",
     {{"driver", "PostgreSQL"}, {"server", "db"}, {"password", ""}}},
    {"database",
     "database_insert",
     "target",
     VALUE("driver", "PostgreSQL"),
     "",
     JPK_TYPE_TARGET,
     "Database",
     {{"driver", "PostgreSQL"}, {"password", NULL}}},
};

static void check_location(const struct location *l)
{
    struct dm dm;
    struct buf text = {0};
    bool read = l->type == JPK_TYPE_SOURCE;
    buf_printf(&text,
               PARTS(PART("01", "500", "%s It",
                          ",'description':'d','adapterId':'%s','functionName':'%s','polarity':'%s',"
                          "'endpoint':" LINK("90", "600") ",'properties':[%s]") "," CONNECTION("90", "C", "%s", "%s")),
               read ? "Read" : "Write", l->adapter, l->function, l->polarity, l->properties, l->adapter, l->login);
    dm_make(&dm, buf_text(&text));
    buf_free(&text);
    const struct jpk_entity *entity = dm_entity(&dm, l->type, "It");
    assert_string_equal(entity->id, GUID("01"));
    assert_string_equal(entity->description, "d");
    assert_string_equal(jpk_entity_location(entity)->type_name, l->location);
    for (size_t i = 0; i < 8 && l->values[i][0]; i++)
        dm_value(entity, l->values[i][0], l->values[i][1]);
    assert_int_equal(dm_count(&dm, JPK_TYPE_SOURCE) + dm_count(&dm, JPK_TYPE_TARGET), 1);
    assert_string_equal(dm_item(&dm, "C")->target, read ? "Source:It" : "Target:It");
    assert_int_equal(dm_holding(&dm, "clear"), 0);
    dm_free(&dm);
}

static void test_locations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++)
        check_location(&locations[i]);
}

static void test_connectors(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(
        &dm, PARTS(CONNECTION(
                 "90", "SF", "salesforce",
                 PAGE(VALUE("url",
                            "https://login.example.com") ",{'name':'sandbox','type':'boolean','value':true}"
                                                         "," VALUE("username", "[u]") "," SECRET(
                                                             "password", "[p]") "," SECRET("securityToken",
                                                                                           NOISE))) "," ACTIVITY("01",
                                                                                                                 "Q",
                                                                                                                 "sales"
                                                                                                                 "forc"
                                                                                                                 "e",
                                                                                                                 "quer"
                                                                                                                 "y",
                                                                                                                 "sourc"
                                                                                                                 "e",
                                                                                                                 "90",
                                                                                                                 "{'"
                                                                                                                 "name'"
                                                                                                                 ":'"
                                                                                                                 "query"
                                                                                                                 "-stri"
                                                                                                                 "ng','"
                                                                                                                 "type'"
                                                                                                                 ":'"
                                                                                                                 "objec"
                                                                                                                 "t','"
                                                                                                                 "value"
                                                                                                                 "':{'"
                                                                                                                 "showD"
                                                                                                                 "elete"
                                                                                                                 "d':"
                                                                                                                 "true,"
                                                                                                                 "'soql"
                                                                                                                 "':'"
                                                                                                                 "SELEC"
                                                                                                                 "T Id "
                                                                                                                 "FROM "
                                                                                                                 "Conta"
                                                                                                                 "ct'}}"
                                                                                                                 "," VALUE("where-clause", "WHERE x = 1")) "," ACTIVITY("02", "Cr", "salesforce", "create", "neutral", "90", VALUE("salesforce_object", "Account")) "," ACTIVITY("03", "Upd", "salesforce", "update", "neutral", "90", "") "," ACTIVITY("04",
                                                                                                                                                                                                                                                                                                                                                        "Ups",
                                                                                                                                                                                                                                                                                                                                                        "salesforce",
                                                                                                                                                                                                                                                                                                                                                        "upsert", "neutral", "90",
                                                                                                                                                                                                                                                                                                                                                        VALUE("external_id_field", "X__c")) "," ACTIVITY("05", "Bulk", "salesforce",
                                                                                                                                                                                                                                                                                                                                                                                                         "bulkquery", "source", "90", "") "," CONNECTION("91",
                                                                                                                                                                                                                                                                                                                                                                                                                                                         "NS",
                                                                                                                                                                                                                                                                                                                                                                                                                                                         "netsuite",
                                                                                                                                                                                                                                                                                                                                                                                                                                                         VALUE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                             "authType",
                                                                                                                                                                                                                                                                                                                                                                                                                                                             "TBA") "," SECRET("consumerkey",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "k3y")) "," ACTIVITY("06",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "NU",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "netsuite",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "upsert",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "neutral",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "91",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "{'name':'list-object-page','type':'pagination','children':[{'name':'list-object','type':"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "'list-object','value':{'N':'Contact'}}]}") "," ACTIVITY("07",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "NQ", "netsuite", "query", "source", "91", "") "," CONNECTION("92",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "WS", "soap", VALUE("wsdl_id", "a.wsdl") "," VALUE("service", "S")) "," ACTIVITY("08",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "Call",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "soap",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "soap_request",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "neutral",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "92",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            VALUE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                "operation",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                "get")) "," CONNECTION("93",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "CRM", "microsoftdynamicscrm", VALUE("host", "h")) "," ACTIVITY("09", "CQ", "microsoftdynamicscrm", "query", "source", "93", "") "," CONNECTION("94",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "Slack",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "slack",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "") "," ACTIVITY("0a", "Post", "slack", "post",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "target",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "94",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "")));
    const struct jpk_entity *sf = dm_entity(&dm, JPK_TYPE_SALESFORCE_CONNECTOR, "SF");
    dm_value(sf, "server_host", "https://login.example.com");
    dm_value(sf, "sandbox", "1");
    dm_value(sf, "user_name", "[u]");
    dm_value(sf, "password", "[p]");
    dm_value(sf, "security_token", "");
    dm_found(&dm, "SF", "secret", 1);
    const struct jpk_entity *query = dm_entity(&dm, JPK_TYPE_SALESFORCE_QUERY, "Q");
    dm_value(query, "connector_id", GUID("90"));
    dm_value(query, "query_all", "1");
    assert_int_equal(dm_holding(&dm, "SELECT Id FROM Contact WHERE x = 1"), 1);
    dm_value(dm_entity(&dm, JPK_TYPE_SALESFORCE_CREATE, "Cr"), "salesforce_object", "Account");
    dm_value(dm_entity(&dm, JPK_TYPE_SALESFORCE_UPDATE, "Upd"), "connector_id", GUID("90"));
    dm_value(dm_entity(&dm, JPK_TYPE_SALESFORCE_UPSERT, "Ups"), "external_id_field", "X__c");
    dm_found(&dm, "Bulk", "not-supported", 1);
    dm_value(dm_entity(&dm, JPK_TYPE_NETSUITE_ENDPOINT, "NS"), "authtype", "TBA");
    assert_int_equal(dm_holding(&dm, "k3y"), 0);
    dm_value(dm_entity(&dm, JPK_TYPE_NETSUITE_UPSERT, "NU"), "object_name", "Contact");
    dm_value(dm_entity(&dm, JPK_TYPE_NETSUITE_UPSERT, "NU"), "endpoint_id", GUID("91"));
    dm_value(dm_entity(&dm, JPK_TYPE_NETSUITE_QUERY, "NQ"), "endpoint_id", GUID("91"));
    const struct jpk_entity *call = dm_entity(&dm, JPK_TYPE_WEB_SERVICE_CALL, "Call");
    dm_value(call, "wsdl_id", "a.wsdl");
    dm_value(call, "operation", "get");
    assert_string_equal(dm_item(&dm, "WS")->target, "WebServiceCall:Call");
    dm_value(dm_entity(&dm, JPK_TYPE_MSCRM_QUERY, "CQ"), "endpoint_id", GUID("93"));
    dm_found(&dm, "CQ", "shape-not-observed", 1);
    dm_found(&dm, "Slack", "not-supported", 1);
    dm_found(&dm, "Post", "not-supported", 1);
    assert_null(dm_item(&dm, "Post")->target);
    assert_int_equal(dm_item(&dm, "Post")->result, JPK_CONVERT_MANUAL);
    static const char *const connectors[] = {"microsoftdynamicscrm", "netsuite", "salesforce", "slack", "soap"};
    assert_int_equal(dm.conversion->connector_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(dm.conversion->connectors[i], connectors[i]);
    dm_free(&dm);
}

/* A type of entity that nobody has seen, but whose name follows from those of the others. */
static void test_salesforce_delete(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm, PARTS(CONNECTION("90", "SF", "salesforce", "") "," ACTIVITY(
                     "01", "Del", "salesforce", "delete", "neutral", "90", VALUE("salesforce_object", "Lead"))));
    const struct jpk_entity *entity = dm_entity(&dm, JPK_TYPE_SALESFORCE_DELETE, "Del");
    dm_value(entity, "salesforce_object", "Lead");
    dm_value(entity, "connector_id", GUID("90"));
    dm_found(&dm, "Del", "shape-not-observed", 1);
    dm_free(&dm);
}

/* Links that lead to what cannot be there. */
static void test_wrong_links(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(
        &dm,
        PARTS(SCRIPT("90", "S", TRANS("")) "," CONNECTION("91", "F", "ftp", VALUE("locator", "h")) "," ACTIVITY(
            "01", "Read a", "tempstorage", "tempstorage_read", "source", "90",
            "") "," ACTIVITY("02", "Read b", "tempstorage", "tempstorage_read", "source", "91",
                             "") "," ACTIVITY("03", "Read c", "tempstorage", "tempstorage_read", "source", "77",
                                              "") "," ACTIVITY("04", "d", "netsuite", "upsert", "neutral", "91",
                                                               "") "," OPERATION("05", "O",
                                                                                 LINK("77", "400") "," LINK(
                                                                                     "05", "200") "," LINK("91", "600"),
                                                                                 ",'outcomes':[{'outcomeType':200,'"
                                                                                 "operationId':'" GUID(
                                                                                     "90") "'},{'outcomeType':300,"
                                                                                           "'operationId':'" GUID(
                                                                                               "05") "'},{'outcomeType'"
                                                                                                     ":200,'"
                                                                                                     "operationId':"
                                                                                                     "'" GUID(
                                                                                                         "05") "'}"
                                                                                                               "]")));
    dm_found(&dm, "Read a", "dangling", 1);
    dm_found(&dm, "Read b", "dangling", 1);
    dm_found(&dm, "Read c", "dangling", 1);
    dm_found(&dm, "d", "dangling", 1);
    assert_int_equal(dm_holding(&dm, "value=\"h\""), 0);
    dm_found(&dm, "O", "dangling", 4);
    dm_found(&dm, "O", "setting-lost", 1);
    dm_value(dm_entity(&dm, JPK_TYPE_OPERATION, "O"), "failure_operation_id", GUID("05"));
    dm_free(&dm);
}

/* ----------------------------------------------------------------------------------------------------- operations */

/* What operations are made of: texts, joined by commas. */
static const char *const common[] = {
    TEMP,
    ACTIVITY("01", "Read a", "tempstorage", "tempstorage_read", "source", "90", VALUE("file_name", "a")),
    ACTIVITY("02", "Write b", "tempstorage", "tempstorage_write", "target", "90", VALUE("file_name", "b")),
    CONNECTION("91", "H", "http", VALUE("httpurl", "https://x")),
    ACTIVITY("03", "Write h", "http", "http_post", "target", "91", ""),
    CONNECTION("92", "NS", "netsuite", ""),
    ACTIVITY("04", "U", "netsuite", "upsert", "neutral", "92", ""),
    CONNECTION("93", "SF", "salesforce", ""),
    ACTIVITY("05", "Q", "salesforce", "query", "source", "93", ""),
    ACTIVITY("06", "SU", "salesforce", "upsert", "neutral", "93", ""),
    ACTIVITY("07", "SC", "salesforce", "create", "neutral", "93", ""),
    ACTIVITY("08", "Bulk", "salesforce", "bulkinsert", "target", "93", ""),
    CONNECTION("94", "WS", "soap", ""),
    ACTIVITY("09", "Call", "soap", "soap_request", "neutral", "94", ""),
    SCRIPT("11", "S1", TRANS("")),
    SCRIPT("12", "S2", TRANS("")),
    FLAT("21", "F"),
    TRANSFORMATION("31", "T1", FLAT_SIDE("21", "F"), FLAT_SIDE("21", "F"), ""),
    TRANSFORMATION("32", "T2", FLAT_SIDE("21", "F"), FLAT_SIDE("21", "F"), ""),
};

/* An export with these and some more components. */
static void make_common(struct dm *dm, const char *more)
{
    struct buf text = {0};
    buf_puts(&text, "{'project':{'id':'" PROJECT_ID "','name':'P','workflows':[],'components':[");
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        buf_printf(&text, "%s,", common[i]);
    buf_printf(&text, "%s]}}", more);
    dm_make(dm, buf_text(&text));
    buf_free(&text);
}

#define S1 LINK("11", "400")
#define S2 LINK("12", "400")
#define T1 LINK("31", "700")
#define T2 LINK("32", "700")
#define STEP(n) LINK(n, "500")

struct pipeline {
    const char *steps;
    const char *number, *name; /* of the type */
    const char *shape;         /* tag/role/type of each step */
    const char *rule;          /* of its finding; NULL: none */
};

static const struct pipeline pipelines[] = {
    {STEP("01") "," STEP("02"), "1", "Archive", "SOURCE/Source/2 TARGET/Target/3", NULL},
    {S1 "," STEP("01") "," S2 "," STEP("02") "," S1, "1", "Archive",
     "SCRIPT/Script/23 SOURCE/Source/2 SCRIPT/Script/23 TARGET/Target/3 SCRIPT/Script/23", NULL},
    {S1 "," S2, "8", "Script", "SCRIPT/Script/23 SCRIPT/Script/23", NULL},
    {STEP("01") "," T1 "," STEP("02"), "3", "Transformation",
     "SOURCE/Source/2 TRANSFORMATION/Transformation/4 TARGET/Target/3", NULL},
    {T1 "," STEP("02"), "3", "Transformation", "TRANSFORMATION/Transformation/4 TARGET/Target/3", NULL},
    {S1 "," STEP("01") "," S1 "," T1 "," S2 "," STEP("02"), "3", "Transformation",
     "SCRIPT/Script/23 SOURCE/Source/2 SCRIPT/Script/23 TRANSFORMATION/Transformation/4 SCRIPT/Script/23 "
     "TARGET/Target/3",
     NULL},
    /* The answer of HTTP goes to a target that is a setting of it. */
    {STEP("01") "," T1 "," STEP("03") "," STEP("02"), "3", "Transformation",
     "SOURCE/Source/2 TRANSFORMATION/Transformation/4 TARGET/Target/3", NULL},
    {STEP("01") "," T1 "," STEP("04") "," T2 "," STEP("02"), "18", "NETSUITE",
     "SOURCE/Source/2 TRANSFORMATION/Request/4 NETSUITE_FUNCTION/NetSuite Function/232 TRANSFORMATION/Response/4 "
     "TARGET/Target/3",
     NULL},
    {STEP("05") "," T1 "," STEP("02"), "6", "WebServiceCall",
     "TRANSFORMATION/Request/4 WEBSERVICECALL/Web Service Call/10 TRANSFORMATION/Response/4 TARGET/Target/3", NULL},
    {STEP("01") "," T1 "," STEP("06"), "6", "WebServiceCall",
     "SOURCE/Source/2 TRANSFORMATION/Request/4 WEBSERVICECALL/Web Service Call/10 TRANSFORMATION/Response/4", NULL},
    {STEP("01") "," T1 "," STEP("07") "," T2 "," STEP("02"), "6", "WebServiceCall",
     "SOURCE/Source/2 TRANSFORMATION/Request/4 WEBSERVICECALL/Web Service Call/10 TRANSFORMATION/Response/4 "
     "TARGET/Target/3",
     "shape-not-observed"},
    {STEP("01") "," T1 "," STEP("09") "," T2 "," STEP("02"), "6", "WebServiceCall",
     "SOURCE/Source/2 TRANSFORMATION/Request/4 WEBSERVICECALL/Web Service Call/10 TRANSFORMATION/Response/4 "
     "TARGET/Target/3",
     NULL},
    /* Bulk loads are unknown, and what is left is no operation as Design Studio has them. */
    {STEP("01") "," STEP("08"), "1", "Archive", "SOURCE/Source/2", "not-supported"},
    {"", "8", "Script", "", "operation-pattern"},
    {STEP("02"), "1", "Archive", "TARGET/Target/3", "operation-pattern"},
    {STEP("01") "," STEP("02") "," STEP("02"), "1", "Archive", "SOURCE/Source/2 TARGET/Target/3 TARGET/Target/3",
     "operation-pattern"},
    {STEP("01") "," T1 "," T2 "," STEP("02"), "3", "Transformation",
     "SOURCE/Source/2 TRANSFORMATION/Transformation/4 TRANSFORMATION/Transformation/4 TARGET/Target/3",
     "operation-pattern"},
    {T1 "," STEP("04") "," STEP("04"), "18", "NETSUITE",
     "TRANSFORMATION/Request/4 NETSUITE_FUNCTION/NetSuite Function/232 NETSUITE_FUNCTION/NetSuite Function/232",
     "operation-pattern"},
    {STEP("05") "," STEP("02"), "6", "WebServiceCall",
     "TRANSFORMATION/Request/4 WEBSERVICECALL/Web Service Call/10 TARGET/Target/3", "operation-pattern"},
    {STEP("04"), "18", "NETSUITE", "NETSUITE_FUNCTION/NetSuite Function/232", "operation-pattern"},
};

static void check_pipeline(const struct pipeline *p)
{
    struct dm dm;
    struct buf text = {0}, shape = {0};
    buf_printf(&text, OPERATION("41", "O", "%s", ""), p->steps);
    make_common(&dm, buf_text(&text));
    const struct jpk_entity *entity = dm_entity(&dm, JPK_TYPE_OPERATION, "O");
    dm_value(entity, "operation_type_id", p->number);
    assert_string_equal(entity->as.operation->op_type, p->name);
    for (size_t i = 0; i < entity->as.operation->activity_count; i++) {
        const struct jpk_activity *step = &entity->as.operation->activities[i];
        buf_printf(&shape, "%s%s/%s/%s", i > 0 ? " " : "", step->tag, step->role, step->type);
        if (!jpk_project_entity(dm.project, step->content_id) && step->content_id[0] != 'e' &&
            step->content_id[0] != '7')
            fail_msg("%s: step %zu is nothing", p->steps, i + 1);
    }
    if (strcmp(buf_text(&shape), p->shape) != 0)
        fail_msg("%s became\n  %s, not\n  %s", p->steps, buf_text(&shape), p->shape);
    size_t patterns = p->rule && strcmp(p->rule, "operation-pattern") == 0;
    dm_found(&dm, "O", "operation-pattern", patterns);
    if (p->rule)
        assert_true(dm_findings(&dm, "O", p->rule) > 0);
    else
        assert_int_equal(dm_item(&dm, "O")->finding_count, 0);
    buf_free(&text);
    buf_free(&shape);
    dm_free(&dm);
}

static void test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pipelines / sizeof pipelines[0]; i++)
        check_pipeline(&pipelines[i]);
}

static void test_wizards(void **state)
{
    (void)state;
    struct dm dm;
    make_common(&dm, OPERATION("41", "O1", STEP("05") "," T1 "," STEP("02"), "") "," OPERATION(
                         "42", "O2", STEP("01") "," T2 "," STEP("06"),
                         "") "," OPERATION("43", "O3", STEP("01") "," T2 "," STEP("03") "," STEP("02"), ""));
    const struct jpk_entity *query = dm_entity(&dm, JPK_TYPE_OPERATION, "O1");
    dm_value(query, "salesforce_wizard_guid", GUID("05"));
    dm_value(query, "salesforce_wizard_operation_name", "query");
    dm_value(query, "salesforce_wizard_object", "1");
    dm_value(query, "connect_type", "25");
    dm_value(query, "target_id", GUID("02"));
    dm_value(dm_entity(&dm, JPK_TYPE_SALESFORCE_QUERY, "Q"), "operation_id", GUID("41"));
    dm_value(dm_entity(&dm, JPK_TYPE_OPERATION, "O2"), "connect_type", "26");
    dm_value(dm_entity(&dm, JPK_TYPE_OPERATION, "O2"), "source_id", GUID("01"));
    dm_value(dm_entity(&dm, JPK_TYPE_WEB_SERVICE_CALL, "SFDC Query"), "operation", "query");
    dm_value(dm_entity(&dm, JPK_TYPE_WEB_SERVICE_CALL, "SFDC Upsert"), "operation_input", "upsertRequest");
    assert_int_equal(dm_count(&dm, JPK_TYPE_WEB_SERVICE_CALL), 3); /* with the call of SOAP */
    dm_value(dm_entity(&dm, JPK_TYPE_TARGET, "h"), "target_target_id", GUID("02"));
    dm_free(&dm);
}

struct timeout {
    const char *options, *seconds, *unit; /* NULL: as usual, with a finding */
};

static void test_timeouts(void **state)
{
    (void)state;
    static const struct timeout timeouts[] = {
        {"'timeoutValue':2,'timeoutMultiplier':3600,'timeoutUnit':'HOURS'", "7200", "HOURS"},
        {"'timeoutValue':'3','timeoutMultiplier':60,'timeoutUnit':'MINUTES'", "180", "MINUTES"},
        {"'timeoutValue':45,'timeoutMultiplier':1,'timeoutUnit':'SECONDS'", "45", "SECONDS"},
        {"'timeoutValue':1,'timeoutMultiplier':86400,'timeoutUnit':'DAYS'", "86400", "SECONDS"},
        {"'timeoutValue':3,'timeoutUnit':'MINUTES'", "180", "MINUTES"},
        {"'timeoutValue':3", "10800", "HOURS"},
        {"'timeoutValue':1.5,'timeoutMultiplier':3600,'timeoutUnit':'HOURS'", "5400", "SECONDS"},
        {"'timeoutValue':90,'timeoutMultiplier':1,'timeoutUnit':'HOURS'", "90", "SECONDS"},
        {"'timeoutValue':1,'timeoutMultiplier':604800,'timeoutUnit':'WEEKS'", "604800", "SECONDS"},
        {"'timeoutValue':1,'timeoutUnit':'WEEKS'", NULL, NULL},
        {"'timeoutValue':0,'timeoutMultiplier':1", NULL, NULL},
        {"'timeoutValue':-1,'timeoutMultiplier':60", NULL, NULL},
        {"'timeoutValue':-1,'timeoutMultiplier':-60", NULL, NULL},
        {"'timeoutValue':'soon'", NULL, NULL},
        {"'timeoutValue':'2 h'", NULL, NULL},
        {"'timeoutValue':''", NULL, NULL},
        {"'timeoutValue':0.1,'timeoutMultiplier':1", NULL, NULL},
        {"'timeoutValue':99999999999,'timeoutMultiplier':3600", NULL, NULL},
        {"'timeoutMultiplier':60", "7200", "HOURS"},
    };
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        struct dm dm;
        struct buf text = {0};
        const struct timeout *t = &timeouts[i];
        buf_printf(&text, PARTS(SCRIPT("11", "S1", TRANS("")) "," OPERATION("01", "O", S1, ",'options':{%s}")),
                   t->options);
        dm_make(&dm, buf_text(&text));
        const struct jpk_entity *o = dm_entity(&dm, JPK_TYPE_OPERATION, "O");
        dm_found(&dm, "O", "setting-lost", t->seconds ? 0 : 1);
        dm_value(o, "timeoutseconds", t->seconds ? t->seconds : "7200");
        dm_value(o, "timeoutuiunit", t->unit ? t->unit : "HOURS");
        buf_free(&text);
        dm_free(&dm);
    }
}

static void test_options_and_outcomes(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(
        &dm,
        PARTS(SCRIPT("11", "S1", TRANS("")) "," OPERATION(
            "01", "A", S1,
            ",'description':'d','options':{'logLevel':'Errors Only','AlwaysRunSuccessOperation':1,"
            "'enableChunking':true,'chunk_size':200,'max_number_of_threads':2,'source_chunk_node':'a/b',"
            "'debugModeEnabled':false,'debug_mode_until':'2030-01-01','newOption':'on','other':false},"
            "'outcomes':[{'outcomeType':100,'operationId':'" GUID("02") "'},{'outcomeType':200,'operationId':'" GUID(
                "0"
                "3") "'},{'outcomeType':100,'operationId':'" GUID("03") "'}]") "," OPERATION("02", "B", S1,
                                                                                             ",'options':{'"
                                                                                             "enableChunking':false,'"
                                                                                             "chunk_size':200}") "," OPERATION("03",
                                                                                                                               "C",
                                                                                                                               S1,
                                                                                                                               "")));
    const struct jpk_entity *a = dm_entity(&dm, JPK_TYPE_OPERATION, "A");
    static const char *const values[][2] = {
        {"LogLevel", "Errors Only"},
        {"run_success_op_if_no_source_files", "1"},
        {"chunk_size", "200"},
        {"max_number_of_threads", "2"},
        {"source_chunk_node", "a/b"},
        {"debug_mode_until", ""},
        {"success_operation_id", GUID("02")},
        {"failure_operation_id", GUID("03")},
        {"success_message_id", NULL},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        dm_value(a, values[i][0], values[i][1]);
    assert_string_equal(a->description, "d");
    dm_found(&dm, "A", "setting-lost", 2); /* newOption, the second success */
    dm_found(&dm, "A", "outcome-guessed", 2);
    dm_value(dm_entity(&dm, JPK_TYPE_OPERATION, "B"), "chunk_size", "0");
    dm_free(&dm);
}

/* ------------------------------------------------------------------------------------------------------ references */

struct reference {
    const char *script, *wanted;
    const char *rule; /* of its one finding; NULL: none */
};

#define A_READ "activity:tempstorage/Temp/tempstorage_read/Read a"
#define A_WRITE "activity:tempstorage/Temp/tempstorage_write/Write b"

static void test_references(void **state)
{
    (void)state;
    static const struct reference references[] = {
        {"RunOperation(\\\"<TAG>operation:O</TAG>\\\")", "RunOperation(\"op." GUID("41") "\")", NULL},
        {"RunScript(\\\"<TAG>script:S2</TAG>\\\", 1)", "RunScript(\"sc." GUID("12") "\", 1)", NULL},
        {"SendEmailMessage(\\\"<TAG>email:M</TAG>\\\")", "SendEmailMessage(\"m." GUID("51") "\")", NULL},
        {"ReadFile(\\\"<TAG>" A_READ "</TAG>\\\")", "ReadFile(\"s." GUID("01") "\")", NULL},
        {"WriteFile(\\\"<TAG>" A_WRITE "</TAG>\\\", \\\"x\\\")", "WriteFile(\"t." GUID("02") "\", \"x\")", NULL},
        {"RunOperation(\\\"<TAG>operation:Gone</TAG>\\\")", "RunOperation(\"\")", "dangling"},
        {"RunOperation(\\\"<TAG>operation:O<TAG>\\\")", "RunOperation(\"op." GUID("41") "\")", NULL},
        {"// RunOperation(\\\"<TAG>operation:O</TAG>\\\")\\n1", "// RunOperation(\"op." GUID("41") "\")\n1", NULL},
        {"/* see <TAG>operation:Gone</TAG> */ 1", "/* see <TAG>operation:Gone</TAG> */ 1", "dangling-in-comment"},
        {"DBExecute(\\\"<TAG>endpoint:database/DB</TAG>\\\", \\\"x\\\")", "DBExecute(\"s." GUID("95") "\", \"x\")",
         NULL},
        {"DBExecute(\\\"<TAG>connection:database/DB</TAG>\\\", \\\"x\\\")", "DBExecute(\"s." GUID("95") "\", \"x\")",
         NULL},
        {"SFLookup(\\\"<TAG>endpoint:salesforce/SF</TAG>\\\", \\\"x\\\")", "SFLookup(\"so." GUID("93") "\", \"x\")",
         NULL},
        {"x = \\\"<TAG>endpoint:netsuite/NS</TAG>\\\"", "x = \"\"", "reference-kind"},
        {"x = \\\"<TAG>plugin:http://x/y</TAG>\\\"", "x = \"<TAG>plugin:http://x/y</TAG>\"", NULL},
        {"RunOperation(\\\"<TAG>operation:\\\" + x + \\\"</TAG>\\\")",
         "RunOperation(\"<TAG>operation:\" + x + \"</TAG>\")", "reference-built"},
        {"x = \\\"op.\\\" + y", "x = \"op.\" + y", "reference-built"},
    };
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        struct dm dm;
        struct buf text = {0}, wanted = {0};
        const struct reference *r = &references[i];
        buf_printf(&text,
                   OPERATION("41", "O", S1, "") "," PART("51", "1200", "M", "") "," CONNECTION(
                       "95", "DB", "database", VALUE("driver", "d")) "," SCRIPT("61", "Here", TRANS("%s")),
                   r->script);
        make_common(&dm, buf_text(&text));
        buf_printf(&wanted, "<trans>%s</trans>", r->wanted);
        const char *got = dm_entity(&dm, JPK_TYPE_SCRIPT, "Here")->as.script->text;
        if (strcmp(got, buf_text(&wanted)) != 0)
            fail_msg("%s became %s", r->script, got);
        size_t count = dm_item(&dm, "Here")->finding_count;
        if (count != (r->rule != NULL) || (r->rule && strcmp(dm_item(&dm, "Here")->findings[0].rule, r->rule) != 0))
            fail_msg("%s has %zu findings, the first %s", r->script, count,
                     count ? dm_item(&dm, "Here")->findings[0].rule : "-");
        buf_free(&text);
        buf_free(&wanted);
        dm_free(&dm);
    }
}

/* An activity that reads and is written by a script is a source and a target with the same settings. */
static void test_both_directions(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm, PARTS(TEMP "," ACTIVITY(
                     "01", "Read a", "tempstorage", "tempstorage_read", "source", "90",
                     PAGE(VALUE("file_name", "a"))) "," SCRIPT("11", "S",
                                                               TRANS("WriteFile(\\\"<TAG>" A_READ "</TAG>\\\", 1)"))));
    const struct jpk_entity *source = dm_entity(&dm, JPK_TYPE_SOURCE, "a"),
                            *target = dm_entity(&dm, JPK_TYPE_TARGET, "a");
    assert_string_equal(source->id, GUID("01"));
    assert_string_not_equal(target->id, GUID("01"));
    dm_value(target, "file_name", "a");
    assert_non_null(strstr(dm_entity(&dm, JPK_TYPE_SCRIPT, "S")->as.script->text, target->id));
    dm_free(&dm);
}

/* --------------------------------------------------------------------------------------------------- ids and names */

static void test_ids(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm, PARTS("{'id':'s-1','type':400,'name':'A','scriptBody':''},"
                       "{'id':'s-1','type':400,'name':'B','scriptBody':''},"
                       "{'type':400,'name':'C','scriptBody':''},"
                       "{'id':'ABCDEF01-0000-4000-8000-0000000000AB','type':400,'name':'D','scriptBody':''},"
                       "{'id':'abcdef01-0000-4000-8000-0000000000ab','type':400,'name':'E','scriptBody':''},"
                       "{'id':'../../x','type':400,'name':'F','scriptBody':''}," OPERATION(
                           "41", "O",
                           "{'id':'s-1','type':400},{'id':'abcdef01-0000-4000-8000-0000000000Ab','type':400}", "")));
    assert_int_equal(dm_count(&dm, JPK_TYPE_SCRIPT), 6);
    assert_string_equal(dm_entity(&dm, JPK_TYPE_SCRIPT, "D")->id, "abcdef01-0000-4000-8000-0000000000ab");
    for (size_t i = 0; i < dm.project->entity_count; i++) {
        assert_true(text_guid(dm.project->entities[i]->id, strlen(dm.project->entities[i]->id)));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(dm.project->entities[i]->id, dm.project->entities[j]->id);
    }
    const struct jpk_operation *o = dm_entity(&dm, JPK_TYPE_OPERATION, "O")->as.operation;
    assert_string_equal(o->activities[0].content_id, dm_entity(&dm, JPK_TYPE_SCRIPT, "A")->id);
    assert_string_equal(o->activities[1].content_id, dm_entity(&dm, JPK_TYPE_SCRIPT, "D")->id);
    dm_free(&dm);
}

static void test_names(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm, PARTS(SCRIPT("01", "<&> \\\"q\\\"\\t/:*?", TRANS("a\\u0001b\\r\\nc\\ufffe")) "," SCRIPT(
                     "02", "same", "") "," SCRIPT("03", "same", "") "," SCRIPT("04", "\\u0002", "") "," SCRIPT("05", "",
                                                                                                               "")));
    assert_string_equal(dm_entity(&dm, JPK_TYPE_SCRIPT, "<&> \"q\"\t/:*?")->as.script->text,
                        "<trans>a?b\r\nc?</trans>");
    dm_found(&dm, "<&> \"q\"\t/:*?", "setting-lost", 1);
    assert_int_equal(dm_count(&dm, JPK_TYPE_SCRIPT), 5);
    dm_free(&dm);
    static const char *const projects[][2] = {
        {"P: a/b", "P a b"},
        {"", "Project"},
        {"???", "Project"},
        {"x...", "x"},
        {".hidden", "_.hidden"},
        {"..", "_"},
        {"a\\u0001\\u007f\\u202eb", "a b"},
        {" a  b ", "a b"},
        {"\\u2025", "_\xe2\x80\xa5"},
    };
    for (size_t i = 0; i < sizeof projects / sizeof projects[0]; i++) {
        struct buf text = {0};
        buf_printf(&text, "{'project':{'name':'%s','components':[" SCRIPT("01", "S", "") "]}}", projects[i][0]);
        dm_make(&dm, buf_text(&text));
        assert_string_equal(dm.conversion->name, projects[i][1]);
        buf_free(&text);
        dm_free(&dm);
    }
    struct buf text = {0};
    buf_puts(&text, "{'project':{'name':'");
    for (int i = 0; i < 3000; i++)
        buf_puts(&text, "\xc3\xa4");
    buf_puts(&text, "','components':[" SCRIPT("01", "S", "") "]}}");
    dm_make(&dm, buf_text(&text));
    assert_in_range(strlen(dm.conversion->name), 100, 200);
    buf_free(&text);
    dm_free(&dm);
}

/* ---------------------------------------------------------------------------------------------------------- folders */

#define WORKFLOW(id, name, operation)                                                                                  \
    "{'id':'" id "','name':'" name "','type':1100,'operations':[" LINK(operation, "200") "]}"
#define SCRIPTED(n) OPERATION(n, "O" n, S1, "")

static void folder_is(const struct dm *dm, const char *operation, const char *wanted)
{
    char *path = jpk_entity_path(dm_entity(dm, JPK_TYPE_OPERATION, operation));
    assert_string_equal(path, wanted);
    free(path);
}

static void test_folders(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm, PROJECT(WORKFLOW(GUID("a1"), "A - B", "41") "," WORKFLOW(GUID("a2"), "A", "42") "," WORKFLOW(
                             GUID("A3"), "A - ",
                             "43") "," WORKFLOW("w", " - B",
                                                "44") "," WORKFLOW(GUID("a1"), "C",
                                                                   "45") "," WORKFLOW(GUID("a4"), "C",
                                                                                      "46") "," WORKFLOW(GUID("a5"), "",
                                                                                                         "47"),
                         SCRIPT("11", "S1", "") "," SCRIPTED("41") "," SCRIPTED("42") "," SCRIPTED("43") "," SCRIPTED(
                             "44") "," SCRIPTED("45") "," SCRIPTED("46") "," SCRIPTED("47") "," SCRIPTED("48"),
                         ""));
    folder_is(&dm, "O41", "Operation/A/B/O41");
    folder_is(&dm, "O42", "Operation/A/O42");
    folder_is(&dm, "O43", "Operation/A - /O43");
    folder_is(&dm, "O44", "Operation/ - B/O44");
    folder_is(&dm, "O45", "Operation/C/O45");
    folder_is(&dm, "O46", "Operation/C/O46");
    folder_is(&dm, "O47", "Operation/O47");
    folder_is(&dm, "O48", "Operation/O48");
    assert_string_equal(dm_entity(&dm, JPK_TYPE_OPERATION, "O41")->folder->id, GUID("a1"));
    assert_string_equal(dm_entity(&dm, JPK_TYPE_OPERATION, "O42")->folder->id, GUID("a2"));
    assert_string_equal(dm_entity(&dm, JPK_TYPE_OPERATION, "O43")->folder->id, GUID("a3"));
    assert_string_equal(dm_entity(&dm, JPK_TYPE_OPERATION, "O46")->folder->id, GUID("a4"));
    assert_int_equal(dm_count(&dm, JPK_TYPE_FOLDER), 5);
    dm_free(&dm);
    struct buf text = {0};
    buf_puts(&text, "{'project':{'name':'P','workflows':[{'id':'w','name':'d");
    for (int i = 0; i < 100; i++)
        buf_puts(&text, " - d");
    buf_puts(&text,
             "','operations':[" LINK("41", "200") "]}],'components':[" SCRIPT("11", "S1", "") "," SCRIPTED("41") "]}}");
    dm_make(&dm, buf_text(&text));
    assert_int_equal(dm_count(&dm, JPK_TYPE_FOLDER), 16);
    buf_free(&text);
    dm_free(&dm);
}

/* --------------------------------------------------------------------------------------------------- transformations
 */

static void test_transformations(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm,
            PARTS(FLAT("21", "F") "," FLAT("22", "Alone") "," TRANSFORMATION(
                "31", "T", FLAT_SIDE("21", "F"), FLAT_SIDE("21", "F"),
                FLAT_RULE("a", "<trans>$x = <TAG>script:S</TAG></trans>") "," FLAT_RULE(
                    "b", "")) "," TRANSFORMATION("32", "U", "null", "null",
                                                 "") "," PART("33", "700", "V",
                                                              ",'source':" FLAT_SIDE(
                                                                  "77", "G") ",'target':{'name':'H'},'mappingRules':["
                                                                             "]") "," SCRIPT("01", "S", "")));
    const struct jpk_entity *t = dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "T");
    dm_value(t, "natureofsource", "Flat");
    dm_value(t, "natureoftarget", "Flat");
    dm_value(t, "source_type_id", "1");
    dm_value(t, "source_text_doc", GUID("21"));
    dm_value(t, "target_text_doc", GUID("21"));
    assert_int_equal(t->as.transformation->mapping_count, 2); /* the loop of the records, and a */
    assert_string_equal(dm_entity(&dm, JPK_TYPE_DOCUMENT, "F")->id, GUID("21"));
    dm_found(&dm, "Alone", "kept", 1);
    assert_string_equal(dm_item(&dm, "Alone")->target, "Document:Alone");
    dm_value(dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "U"), "NoSourceDataUsedInMapping", "1");
    dm_value(dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "U"), "source_type_id", "13");
    dm_found(&dm, "U", "schema-missing", 1);
    dm_found(&dm, "V", "schema-missing", 1);
    assert_string_equal(dm_entity(&dm, JPK_TYPE_DOCUMENT, "G")->name, "G");
    dm_free(&dm);
}

#define XML_DOCUMENT(root, child)                                                                                      \
    "{'name':'X','O':{'isCustomSchema':true,'customSchemaIsXml':true},'root':{'N':'" root "','NS':'','MN':1,'MX':1,"   \
    "'C':[{'N':'" child "','NS':'','MN':0,'MX':1,'T':'string','DT':'string','NIL':false}]}}"
#define XML(n, name, root, child)                                                                                      \
    PART(n, "900", name, ",'format':'xml','schemaTypeDocument':" XML_DOCUMENT(root, child))
#define XML_SIDE(n, name, root, child) "{'name':'" name "','id':'" GUID(n) "','document':" XML_DOCUMENT(root, child) "}"

/* Files below files/ have names that differ whatever the file system thinks of letter case. */
static void test_schema_files(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(
        &dm,
        PARTS(XML("21", "a.xsd", "r", "x") "," XML("22", "A.xsd", "r", "y") "," XML("23", "a.xsd", "r", "z") "," XML(
            "24", "a.xsd", "r",
            "z") "," XML("25", "../b:c", "r",
                         "x") "," XML("26", "d", "2nd one",
                                      "f g") "," TRANSFORMATION("31", "T", XML_SIDE("23", "a.xsd", "r", "z"),
                                                                XML_SIDE("22", "A.xsd", "r", "y"), "")));
    dm_value(dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "T"), "source_xml", "a.xsd");
    dm_value(dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "T"), "target_xml", "A (2).xsd");
    assert_string_equal(dm_item(&dm, "A.xsd")->target, "files/A (2).xsd");
    assert_non_null(strstr(dm_file(&dm, "files/a.xsd"), "\"z\""));
    assert_non_null(strstr(dm_file(&dm, "files/a (3).xsd"), "\"x\""));
    assert_null(dm_file(&dm, "files/a (4).xsd"));
    assert_non_null(dm_file(&dm, "files/_.._b_c.xsd"));
    assert_non_null(strstr(dm_file(&dm, "files/d.xsd"), "name=\"_x0032_nd_x0020_one\""));
    dm_found(&dm, "d", "schema-guessed", 1);
    const char *metadata = dm_file(&dm, "files/.metadata");
    assert_non_null(strstr(metadata, "name=\"A (2).xsd\""));
    assert_non_null(strstr(dm_file(&dm, "files/.filestoupload"), "xml:a.xsd\n"));
    dm_free(&dm);
}

#define FIELD(name) "{'N':'" name "','NS':'','MN':0,'MX':1,'T':'string','DT':'string','NIL':false}"
#define TABLES                                                                                                         \
    "{'name':'T','O':{'isCustomSchema':true,'customSchemaIsXml':true},'root':{'N':'shop:orders','NS':'','MN':0,"       \
    "'MX':'unbounded','C':[" FIELD("number") ",{'N':'lines','NS':'','MN':0,'MX':'unbounded','C':[" FIELD(              \
        "sku") "]},{'N':'payer','NS':'','MN':0,'MX':1,'C':[" FIELD("name") "]}]}}"
#define TABLES_SIDE(n) "{'name':'T','origin':{'id':'" GUID(n) "','direction':'output'},'document':" TABLES "}"

/* An activity that says neither its tables nor its query: they follow from the structure, and a person looks at them.
 */
static void test_tables_without_query(void **state)
{
    (void)state;
    struct dm dm;
    dm_make(&dm,
            PARTS(CONNECTION("90", "DB", "database", VALUE("driver", "d")) "," ACTIVITY(
                "01", "Q", "database", "database_query", "source", "90",
                "") "," TRANSFORMATION("31", "T", TABLES_SIDE("01"), FLAT_SIDE("21", "F"), "") "," FLAT("21", "F")));
    const struct jpk_entity *t = dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "T");
    const char *text = dm_file(&dm, "Data/Transformation/" GUID("31") ".xml");
    dm_value(t, "natureofsource", "Tree");
    dm_value(t, "source_sourceid", GUID("01"));
    static const char *const parts[] = {
        "<konga.string name=\"DbTables\">\"shop\".\"orders\",\"lines\",\"payer\",</konga.string>",
        "<Relation childField=\"\" childTable=\"&quot;lines&quot;\" isSource=\"true\" onetoOne=\"false\" "
        "outerJoin=\"true\" parentField=\"\" parentTable=\"&quot;shop&quot;.&quot;orders&quot;\" relationId=\"-1\"/>",
        "childTable=\"&quot;payer&quot;\" isSource=\"true\" onetoOne=\"true\"",
        "\"shop\".\"orders\".\"number\",\n\"lines\".\"sku\",\n\"payer\".\"name\"</konga.string>",
        "<Filters/>",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(text, parts[i]))
            fail_msg("%s is not in\n%s", parts[i], strstr(text, "<InputStructure"));
    dm_found(&dm, "T", "schema-missing", 1);
    dm_free(&dm);
}

/* ------------------------------------------------------------------------- what the conversion to Cloud Studio makes
 */

/* Text in which {o} and {s} are the operation and script that send the e-mail of A on success, {f} the operation for
 * failure, {p} the script that runs before the transformation T, {w} the workflow of what has no folder. */
static void put_made(struct buf *out, const char *text)
{
    static const struct {
        const char *mark, *name;
    } marks[] = {
        {"{o}", "operation/success e-mail/" GUID("41")}, {"{s}", "script/success e-mail/" GUID("41")},
        {"{f}", "operation/failure e-mail/" GUID("41")}, {"{g}", "script/failure e-mail/" GUID("41")},
        {"{p}", "script/prescript/" GUID("31")},         {"{w}", "other/workflow/" PROJECT_ID},
    };
    while (*text) {
        size_t i = 0;
        char id[UUID_SIZE];
        while (i < sizeof marks / sizeof marks[0] && strncmp(text, marks[i].mark, 3) != 0)
            i++;
        if (i == sizeof marks / sizeof marks[0]) {
            buf_putc(out, *text++);
            continue;
        }
        uuid_of_name(PROJECT_ID, marks[i].name, id);
        buf_puts(out, id);
        text += 3;
    }
}

static void make_made(struct dm *dm, const char *components)
{
    struct buf text = {0};
    put_made(&text, "{'project':{'id':'" PROJECT_ID "','name':'P','workflows':[{'id':'{w}','name':'Operations',"
                    "'operations':[" LINK("41", "200") "]}],'components':[" SCRIPT("11", "S1", "") ",");
    put_made(&text, PART("51", "1200", "M", "") "," OPERATION("42", "B", S1, "") ",");
    put_made(&text, components);
    buf_puts(&text, "]}}");
    dm_make(dm, buf_text(&text));
    buf_free(&text);
}

#define OUTCOME(when, id) "{'outcomeType':" when ",'operationId':'" id "'}"
/* What runs behind a sender. */
#define EITHER_WAY(id) ",'outcomes':[" OUTCOME("100", id) "," OUTCOME("200", id) "]"
#define SENDING "<trans>\\nSendEmailMessage(\\\"<TAG>email:M</TAG>\\\");\\n</trans>"
#define MADE(id, type, name, more) "{'id':'" id "','type':" type ",'name':'" name "'" more "}"
#define MADE_SCRIPT(id, text) MADE(id, "400", "S " id, ",'scriptType':1,'scriptBody':'" text "'")
#define SENDER(id, script, more) MADE(id, "200", "O " id, ",'steps':[{'id':'" script "','type':400}]" more)
#define A(outcomes) OPERATION("41", "A", S1, ",'outcomes':[" outcomes "]")

static void test_senders(void **state)
{
    (void)state;
    struct dm dm;
    make_made(&dm,
              A(OUTCOME("100", "{o}") "," OUTCOME("200", "{f}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER(
                  "{o}", "{s}", EITHER_WAY(GUID("42"))) "," MADE_SCRIPT("{g}", SENDING) "," SENDER("{f}", "{g}", ""));
    const struct jpk_entity *a = dm_entity(&dm, JPK_TYPE_OPERATION, "A");
    dm_value(a, "success_message_id", GUID("51"));
    dm_value(a, "success_operation_id", GUID("42"));
    dm_value(a, "failure_message_id", GUID("51"));
    dm_value(a, "failure_operation_id", NULL);
    assert_int_equal(dm_count(&dm, JPK_TYPE_OPERATION), 2);
    assert_int_equal(dm_count(&dm, JPK_TYPE_SCRIPT), 1);
    assert_int_equal(dm_count(&dm, JPK_TYPE_FOLDER), 0);
    assert_null(a->folder);
    dm_free(&dm);
}

/* Where a person has changed something, what was made stays what it is. */
static void test_changed_senders(void **state)
{
    (void)state;
    static const char *const changed[] = {
        /* the script, its length, a description, its outcomes, */
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING " ") "," SENDER("{o}", "{s}", ""),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", "<trans>1</trans>") "," SENDER("{o}", "{s}", ""),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER("{o}", "{s}", ",'description':'d'"),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER(
            "{o}", "{s}", ",'outcomes':[" OUTCOME("200", GUID("42")) "]"),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER(
            "{o}", "{s}", ",'outcomes':[" OUTCOME("100", GUID("42")) "]"),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER(
            "{o}", "{s}", ",'outcomes':[" OUTCOME("100", GUID("42")) "," OUTCOME("200", GUID("41")) "]"),
        /* another step, a script that names it, an operation that has its script, */
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," MADE("{o}", "200", "O {o}",
                                                                          ",'steps':[{'id':'{s}','type':400}," S1 "]"),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER("{o}", "{s}", "") "," SCRIPT(
            "13", "N", TRANS("RunScript(\\\"<TAG>script:S {s}</TAG>\\\")")),
        A(OUTCOME("100", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER("{o}", "{s}", "") "," OPERATION(
            "43", "N", "{'id':'{s}','type':400}", ""),
        /* on the other outcome, of another operation */
        A(OUTCOME("200", "{o}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER("{o}", "{s}", ""),
        A("") "," OPERATION("43", "N", S1, ",'outcomes':[" OUTCOME("100", "{o}") "]") "," MADE_SCRIPT(
            "{s}", SENDING) "," SENDER("{o}", "{s}", ""),
    };
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        struct dm dm;
        struct buf name = {0};
        make_made(&dm, changed[i]);
        put_made(&name, "O {o}");
        assert_non_null(dm_entity(&dm, JPK_TYPE_OPERATION, buf_text(&name)));
        assert_int_equal(dm_holding(&dm, "success_message_id"), 0);
        buf_free(&name);
        dm_free(&dm);
    }
}

/* A sender behind a sender: what is left out is no operation that another one runs. */
static void test_senders_in_a_row(void **state)
{
    (void)state;
    struct dm dm;
    make_made(&dm, A(OUTCOME("100", "{o}") "," OUTCOME("200", "{f}")) "," MADE_SCRIPT("{s}", SENDING) "," SENDER(
                       "{o}", "{s}", EITHER_WAY("{f}")) "," MADE_SCRIPT("{g}", SENDING) "," SENDER("{f}", "{g}",
                                                                                                   EITHER_WAY("{o}")));
    const struct jpk_entity *a = dm_entity(&dm, JPK_TYPE_OPERATION, "A");
    assert_int_equal(dm_count(&dm, JPK_TYPE_OPERATION), 3);
    assert_non_null(jpk_project_entity(dm.project, jpk_entity_value(a, "success_operation_id")));
    assert_non_null(jpk_project_entity(dm.project, jpk_entity_value(a, "failure_operation_id")));
    dm_free(&dm);
}

static void test_prescripts(void **state)
{
    (void)state;
#define BEFORE MADE_SCRIPT("{p}", TRANS("$x = 1;"))
#define T TRANSFORMATION("31", "T", "null", FLAT_SIDE("21", "F"), FLAT_RULE("a", TRANS("$x")))
#define MADE_STEP "{'id':'{p}','type':400}"
    static const struct {
        const char *components;
        size_t scripts; /* beside S1 */
    } cases[] = {
        {OPERATION("41", "A", MADE_STEP "," T1 "," STEP("02"), ""), 0},
        {OPERATION("41", "A", S1 "," MADE_STEP "," T1 "," STEP("02"),
                   "") "," OPERATION("43", "N", MADE_STEP "," T1 "," STEP("02"), ""),
         0},
        {OPERATION("41", "A", MADE_STEP "," S1 "," T1 "," STEP("02"), ""), 1},
        {OPERATION("41", "A", T1 "," MADE_STEP "," STEP("02"), ""), 1},
        {OPERATION("41", "A", MADE_STEP "," T1 "," STEP("02"), "") "," OPERATION("43", "N", T1 "," STEP("02"), ""), 1},
        {OPERATION("41", "A", MADE_STEP "," T1 "," STEP("02"), "") "," OPERATION("43", "N", MADE_STEP, ""), 1},
        {OPERATION("41", "A", MADE_STEP "," T1 "," STEP("02"),
                   "") "," SCRIPT("13", "N", TRANS("RunScript(\\\"<TAG>script:S {p}</TAG>\\\")")),
         2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dm dm;
        struct buf text = {0};
        buf_printf(&text, "%s,%s,%s,%s,%s,%s", cases[i].components, BEFORE, FLAT("21", "F"), T, TEMP,
                   ACTIVITY("02", "Write b", "tempstorage", "tempstorage_write", "target", "90", ""));
        make_made(&dm, buf_text(&text));
        const struct jpk_transformation *t = dm_entity(&dm, JPK_TYPE_TRANSFORMATION, "T")->as.transformation;
        bool back = t->mapping_count == 3;
        assert_int_equal(dm_count(&dm, JPK_TYPE_SCRIPT), 1 + cases[i].scripts);
        assert_int_equal(back, cases[i].scripts == 0);
        if (back)
            assert_int_equal(t->mappings[0].kind, JPK_MAPPING_PRESCRIPT);
        buf_free(&text);
        dm_free(&dm);
    }
}

/* ------------------------------------------------------------------------------------------------------------ all */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_emails),
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_connectors),
        cmocka_unit_test(test_salesforce_delete),
        cmocka_unit_test(test_wrong_links),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_wizards),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_options_and_outcomes),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_both_directions),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_senders),
        cmocka_unit_test(test_changed_senders),
        cmocka_unit_test(test_senders_in_a_row),
        cmocka_unit_test(test_prescripts),
        cmocka_unit_test(test_transformations),
        cmocka_unit_test(test_schema_files),
        cmocka_unit_test(test_tables_without_query),
    };
    return cmocka_run_group_tests_name("design", tests, NULL, NULL);
}
