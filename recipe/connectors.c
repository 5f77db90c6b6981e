#include "recipe/connectors.h"

#include <string.h>

#include "recipe/words.h"

enum { C = SETTING_CREDENTIAL, S = SETTING_SECRET, I = SETTING_IDENTITY, P = SETTING_PLACE, M = SETTING_MAIL };

#define USER_WORDS "username user login account userid"
#define PASSWORD_WORDS "password pwd passwd pass passphrase"
#define PATH_WORDS "path folder directory dir location"

/* Keys as in the inventory of real projects. Names of connectors are no words: they would fit each of its settings. */
static const struct setting salesforce[] = {
    {"user_name", "User name", "text", C, USER_WORDS},
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {"security_token", "Security token", "password", C | S, "token security"},
    {"server_host", "Login URL", "url", I, "host url server login"},
    {0},
};

static const struct setting netsuite[] = {
    {"user", "Account", "text", C, "account username user email"},
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {"consumerkey", "Consumer key", "password", C | S, "consumer key"},
    {"consumersecret", "Consumer secret", "password", C | S, "consumer secret"},
    {"tokenkey", "Token key", "password", C | S, "token key id"},
    {"tokensecret", "Token secret", "password", C | S, "token secret"},
    {"wsdldownloadurl", "WSDL URL", "url", I, "wsdl url"},
    {0},
};

static const struct setting http[] = {
    {"httpurl", "URL", "url", I, "url uri endpoint address host base link"},
    {"login", "User name", "text", C, USER_WORDS " client"},
    {"password", "Password", "password", C | S, PASSWORD_WORDS " key secret token"},
    {"http_request_headers", "Request headers", "text", 0, "header headers"},
    {0},
};

static const struct setting ftp[] = {
    {"locator", "Host", "host", I, "host server address site url " PATH_WORDS},
    {"login", "User name", "text", C, USER_WORDS},
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {"path", "Folder", "path", P, PATH_WORDS},
    {"file_name", "File name", "text", P, "filename file name"},
    {0},
};

static const struct setting database[] = {
    {"connectstring", "Connection string", "password", C | S | I,
     "connection conn connect string dsn url connstr connectstring"},
    {"login", "User name", "text", C, USER_WORDS},
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {"dbname", "Database", "text", 0, "database db name"},
    {0},
};

static const struct setting local_file[] = {
    {"locator", "Folder", "path", P, PATH_WORDS},
    {"file_name", "File name", "text", P, "filename file name"},
    {0},
};

static const struct setting file_share[] = {
    {"locator", "Folder", "path", P | I, PATH_WORDS " share"},
    {"login", "User name", "text", C, USER_WORDS},
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {"file_name", "File name", "text", P, "filename file name"},
    {0},
};

static const struct setting soap[] = {
    {"webservice_url", "Service URL", "url", I, "url uri endpoint address host service"},
    {"login", "User name", "text", C, USER_WORDS},
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {0},
};

static const struct setting mail[] = {
    {"smtp_servers", "SMTP server", "host", M, "server servers host smtpserver"},
    {"account", "User name", "text", C | M, "username user account sender login"},
    {"account_password", "Password", "password", C | S | M, PASSWORD_WORDS},
    {"send_to", "Recipients", "email", M, "recipients recipient to"},
    {"sent_from", "Sender", "text", M, "sender from displayname display"},
    {"cc", "Copies to", "email", M, "cc"},
    {"bcc", "Blind copies to", "email", M, "bcc"},
    {"reply_to", "Replies to", "email", M, "reply"},
    {"subject", "Subject", "text", M, "subject"},
    {0},
};

static const struct setting none[] = {{0}};

#define LOCAL_REASON "reads or writes local files"

static const struct connector connectors[] = {
    {"salesforce", "Salesforce", "salesforce sfdc sf", false, false, NULL, salesforce},
    {"netsuite", "NetSuite", "netsuite ns", false, false, NULL, netsuite},
    {"mscrm", "Microsoft Dynamics CRM", "mscrm dynamics crm", false, false, NULL, none},
    {"sap", "SAP", "sap", false, false, NULL, none},
    {"quickbooks", "QuickBooks", "quickbooks qb", false, true, "uses the QuickBooks connector", none},
    {"jms", "JMS", "jms queue topic", false, true, "listens to or polls JMS", none},
    {"api", "API", "api", false, false, NULL, none},
    {"soap", "Web service", "soap webservice wsdl", false, false, NULL, soap},
    {"http", "HTTP", "http https rest api", false, false, NULL, http},
    {"ftp", "FTP", "ftp sftp ftps", false, false, NULL, ftp},
    {"database", "Database", "database db sql odbc jdbc", false, false, NULL, database},
    {"local-file", "Local files", "local file", false, true, LOCAL_REASON, local_file},
    {"file-share", "File share", "share fileshare", false, true, "reads or writes a file share", file_share},
    {"temporary-storage", "Temporary storage", "temporary temp tmp", true, false, NULL, local_file},
    {"variable", "Variable", "", true, false, NULL, none},
    {"email", "E-mail", "email mail smtp", true, false, NULL, mail},
};

static const struct {
    const char *type_name, *id;
} locations[] = {
    {"TemporaryStorage", "temporary-storage"},
    {"GlobalData", "variable"},
    {"LocalFile", "local-file"},
    {"FileShare", "file-share"},
    {"FTP", "ftp"},
    {"HTTP", "http"},
    {"Database", "database"},
};

_Static_assert(sizeof connectors / sizeof connectors[0] <= CONNECTORS_MAX, "raise CONNECTORS_MAX");

size_t connector_index(const struct connector *connector)
{
    return (size_t)(connector - connectors);
}

const struct connector *connector_by_id(const char *id)
{
    for (size_t i = 0; i < sizeof connectors / sizeof connectors[0]; i++)
        if (strcmp(connectors[i].id, id) == 0)
            return &connectors[i];
    return NULL;
}

const char *connector_name_at(size_t index)
{
    for (size_t i = 0; i < sizeof connectors / sizeof connectors[0]; i++)
        if (!connectors[i].plumbing && index-- == 0)
            return connectors[i].id;
    return NULL;
}

const struct connector *connector_by_location(const char *type_name)
{
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++)
        if (strcmp(locations[i].type_name, type_name) == 0)
            return connector_by_id(locations[i].id);
    return NULL;
}

const struct connector *connector_mail(void)
{
    return connector_by_id("email");
}

const struct connector *connector_by_word(const char *word)
{
    for (size_t i = 0; i < sizeof connectors / sizeof connectors[0]; i++)
        if (words_list_has(connectors[i].words, word))
            return &connectors[i];
    return NULL;
}

/* For the settings of connectors whose files nobody has seen. */
static const struct setting guesses[] = {
    {"password", "Password", "password", C | S, PASSWORD_WORDS},
    {"secret", "Secret", "password", C | S, "secret"},
    {"token", "Token", "password", C | S, "token"},
    {"user", "User name", "text", C, USER_WORDS},
    {"login", "User name", "text", C, USER_WORDS},
    {"url", "URL", "url", I, "url uri endpoint address host"},
    {"host", "Host", "host", I, "host server address url"},
    {"server", "Server", "host", I, "server host address url"},
    {0},
};

const struct setting *connector_setting(const struct connector *connector, const char *key)
{
    for (const struct setting *row = connector->settings; row->key; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    if (connector->settings != none)
        return NULL;
    for (const struct setting *row = guesses; row->key; row++)
        if (strcasestr(key, row->key))
            return row;
    return NULL;
}
