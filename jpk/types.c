#include <stddef.h>
#include <string.h>

#include "jpk/jpk.h"

/* In the order of enum jpk_type. Adding a type means a value there and a row here; see CONTRIBUTING. */
static const struct jpk_type_info types[JPK_TYPE_COUNT] = {
    {JPK_TYPE_UNKNOWN, "", "Unknown item", "Unknown items", NULL, JPK_ROLE_NONE, false},
    {JPK_TYPE_API_ENTITY, "ApiEntity", "API", "APIs", "api", JPK_ROLE_READ, false},
    {JPK_TYPE_DOCUMENT, "Document", "File format", "File formats", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_EMAIL_MESSAGE, "EmailMessage", "E-mail message", "E-mail messages", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_FOLDER, "Folder", "Folder", "Folders", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_JMS_ACKNOWLEDGE, "JMSAcknowledge", "JMS acknowledge", "JMS acknowledges", "jms", JPK_ROLE_WRITE, false},
    {JPK_TYPE_JMS_BROWSE, "JMSBrowse", "JMS browse", "JMS browses", "jms", JPK_ROLE_READ, false},
    {JPK_TYPE_JMS_ENDPOINT, "JMSEndpoint", "JMS endpoint", "JMS endpoints", "jms", JPK_ROLE_ENDPOINT, false},
    {JPK_TYPE_JMS_LISTEN, "JMSListen", "JMS listen", "JMS listens", "jms", JPK_ROLE_READ, false},
    {JPK_TYPE_JMS_POLL, "JMSPoll", "JMS poll", "JMS polls", "jms", JPK_ROLE_READ, false},
    {JPK_TYPE_JMS_SEND_OR_PUBLISH, "JMSSendOrPublish", "JMS send", "JMS sends", "jms", JPK_ROLE_WRITE, false},
    {JPK_TYPE_MSCRM_ENDPOINT, "MSCrmEndpoint", "Dynamics CRM endpoint", "Dynamics CRM endpoints", "mscrm",
     JPK_ROLE_ENDPOINT, false},
    {JPK_TYPE_MSCRM_QUERY, "MSCrmQuery", "Dynamics CRM query", "Dynamics CRM queries", "mscrm", JPK_ROLE_READ, false},
    {JPK_TYPE_MSCRM_UPSERT, "MSCrmUpsert", "Dynamics CRM upsert", "Dynamics CRM upserts", "mscrm", JPK_ROLE_WRITE,
     false},
    {JPK_TYPE_NETSUITE_ENDPOINT, "NetSuiteEndpoint", "NetSuite endpoint", "NetSuite endpoints", "netsuite",
     JPK_ROLE_ENDPOINT, true},
    {JPK_TYPE_NETSUITE_GET_LIST, "NetSuiteGetList", "NetSuite get list", "NetSuite get lists", "netsuite",
     JPK_ROLE_READ, false},
    {JPK_TYPE_NETSUITE_QUERY, "NetSuiteQuery", "NetSuite query", "NetSuite queries", "netsuite", JPK_ROLE_READ, false},
    {JPK_TYPE_NETSUITE_UPSERT, "NetSuiteUpsert", "NetSuite upsert", "NetSuite upserts", "netsuite", JPK_ROLE_WRITE,
     true},
    {JPK_TYPE_OPERATION, "Operation", "Operation", "Operations", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_PROJECT_VARIABLE, "ProjectVariable", "Project variable", "Project variables", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_QUICKBOOKS_CREATE, "QuickBooksCreate", "QuickBooks create", "QuickBooks creates", "quickbooks",
     JPK_ROLE_WRITE, false},
    {JPK_TYPE_QUICKBOOKS_ENDPOINT, "QuickBooksEndpoint", "QuickBooks endpoint", "QuickBooks endpoints", "quickbooks",
     JPK_ROLE_ENDPOINT, false},
    {JPK_TYPE_QUICKBOOKS_QUERY, "QuickBooksQuery", "QuickBooks query", "QuickBooks queries", "quickbooks",
     JPK_ROLE_READ, false},
    {JPK_TYPE_SALESFORCE_CONNECTOR, "SalesforceConnector", "Salesforce connector", "Salesforce connectors",
     "salesforce", JPK_ROLE_ENDPOINT, true},
    {JPK_TYPE_SALESFORCE_CREATE, "SalesforceCreate", "Salesforce create", "Salesforce creates", "salesforce",
     JPK_ROLE_WRITE, true},
    {JPK_TYPE_SALESFORCE_DELETE, "SalesforceDelete", "Salesforce delete", "Salesforce deletes", "salesforce",
     JPK_ROLE_WRITE, false},
    {JPK_TYPE_SALESFORCE_QUERY, "SalesforceQuery", "Salesforce query", "Salesforce queries", "salesforce",
     JPK_ROLE_READ, true},
    {JPK_TYPE_SALESFORCE_UPDATE, "SalesforceUpdate", "Salesforce update", "Salesforce updates", "salesforce",
     JPK_ROLE_WRITE, true},
    {JPK_TYPE_SALESFORCE_UPSERT, "SalesforceUpsert", "Salesforce upsert", "Salesforce upserts", "salesforce",
     JPK_ROLE_WRITE, true},
    {JPK_TYPE_SAP_ENDPOINT, "SapEndpoint", "SAP endpoint", "SAP endpoints", "sap", JPK_ROLE_ENDPOINT, false},
    {JPK_TYPE_SAP_FUNCTION, "SapFunction", "SAP function", "SAP functions", "sap", JPK_ROLE_CALL, false},
    {JPK_TYPE_SCHEDULE, "Schedule", "Schedule", "Schedules", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_SCRIPT, "Script", "Script", "Scripts", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_SOURCE, "Source", "Source", "Sources", NULL, JPK_ROLE_READ, true},
    {JPK_TYPE_TARGET, "Target", "Target", "Targets", NULL, JPK_ROLE_WRITE, true},
    {JPK_TYPE_TRANSFORMATION, "Transformation", "Transformation", "Transformations", NULL, JPK_ROLE_NONE, true},
    {JPK_TYPE_WEB_SERVICE_CALL, "WebServiceCall", "Web service call", "Web service calls", "soap", JPK_ROLE_CALL, true},
    {JPK_TYPE_XSLT_TRANSFORM, "XsltTransform", "XSLT transform", "XSLT transforms", NULL, JPK_ROLE_NONE, false},
};

const struct jpk_type_info *jpk_type_info(enum jpk_type type)
{
    return (size_t)type < JPK_TYPE_COUNT ? &types[type] : &types[JPK_TYPE_UNKNOWN];
}

const struct jpk_type_info *jpk_type_by_name(const char *name)
{
    for (size_t i = 1; i < JPK_TYPE_COUNT; i++)
        if (types[i].name[0] == name[0] && strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}
