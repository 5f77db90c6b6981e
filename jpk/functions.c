#include "jpk/functions.h"

#include <string.h>

#include "base/text.h"

/* The words behind the colon of a parameter. */
static const struct {
    const char *word;
    unsigned items;
    enum script_wants wants;
    bool computed, output;
} kinds[] = {
    {"source", SCRIPT_ITEM_SOURCE, SCRIPT_WANTS_FILE_ACTIVITY, false, false},
    {"target", SCRIPT_ITEM_TARGET, SCRIPT_WANTS_FILE_ACTIVITY, false, false},
    {"database", SCRIPT_ITEM_SOURCE | SCRIPT_ITEM_TARGET, SCRIPT_WANTS_CONNECTION, false, false},
    {"table", SCRIPT_ITEM_TARGET, SCRIPT_WANTS_ACTIVITY, false, false},
    {"operation", SCRIPT_ITEM_OPERATION, SCRIPT_WANTS_OPERATION, false, false},
    {"instance", SCRIPT_ITEM_OPERATION, SCRIPT_WANTS_OPERATION, true, false}, /* comes from GetOperationQueue */
    {"script", SCRIPT_ITEM_SCRIPT, SCRIPT_WANTS_SCRIPT, false, false},
    {"email", SCRIPT_ITEM_EMAIL, SCRIPT_WANTS_EMAIL, false, false},
    {"salesforce", SCRIPT_ITEM_SALESFORCE, SCRIPT_WANTS_CONNECTION, false, false},
    {"netsuite", SCRIPT_ITEM_NETSUITE, SCRIPT_WANTS_CONNECTION, false, false},
    {"plugin", SCRIPT_ITEM_PLUGIN, SCRIPT_WANTS_PLUGIN, false, false},
    {"out", 0, SCRIPT_WANTS_NOTHING, false, true},
};

/*
 * Sorted without regard to case. A parameter is its name, behind a colon what it may name, then `?` when it may be left
 * out and `...` when it stands for any number of arguments.
 */
static const struct script_function functions[] = {
    {"AddToDict", "dict", "dictionary, key, value", 0, NULL},
    {"AESDecryption", "crypto", "encryptedText, passPhrase, salt?, keyLength?, iterations?", FUNCTION_UNVERIFIED, NULL},
    {"AESEncryption", "crypto", "plainText, passPhrase, salt?, keyLength?, iterations?", FUNCTION_UNVERIFIED, NULL},
    {"ArchiveFile", "file", "sourceId:source, targetId:target, deleteSource?", 0, NULL},
    {"ArgumentList", "general", "variable, variable?...", 0, NULL},
    {"Array", "array", "", 0, NULL},
    {"ArrayToMultipleValues", "ldap", "array", 0, NULL},
    {"Attribute", "xml", "name, value", 0, NULL},
    {"AutoNumber", "general", "", FUNCTION_DEPRECATED, "TargetInstanceCount or SourceInstanceCount"},
    {"Base64Decode", "crypto", "string", 0, NULL},
    {"Base64Encode", "crypto", "value", 0, NULL},
    {"Base64EncodeFile", "crypto", "sourceId:source, filename?", 0, NULL},
    {"BinaryToHex", "conversion", "binary", 0, NULL},
    {"BinaryToUUID", "conversion", "binary", 0, NULL},
    {"Bool", "conversion", "value", 0, NULL},
    {"CacheLookup", "database", "databaseId:database, sql", 0, NULL},
    {"CallStoredProcedure", "database", "databaseId:database, spName, resultSet:out, inputOutputVariable:out?...", 0,
     NULL},
    {"CancelOperation", "general", "operationInstanceGUID:instance", FUNCTION_NOT_JAVASCRIPT, NULL},
    {"CancelOperationChain", "general", "message", 0, NULL},
    {"Case", "logical", "condition, result, more?...", 0, NULL},
    {"Ceiling", "math", "number", 0, NULL},
    {"Collection", "array", "", 0, NULL},
    {"CollectValues", "dict", "dictionary, names", 0, NULL},
    {"ConvertTimeZone", "datetime", "date, fromTZ, toTZ, useEuroFormat?, forceOutputFormat?", FUNCTION_UNVERIFIED,
     NULL},
    {"Count", "instance", "elements", 0, NULL},
    {"CountSourceRecords", "instance", "", 0, NULL},
    {"CountSubString", "string", "string, subString", 0, NULL},
    {"CreateNode", "xml", "namespace, nodeName, attributeSubelement, attributeSubelement?...", 0, NULL},
    {"CVTDate", "datetime", "date, inputFormat, outputFormat", 0, NULL},
    {"Date", "conversion", "value", 0, NULL},
    {"DateAdd", "datetime", "datepart, number, date", 0, NULL},
    {"DayOfMonth", "datetime", "date", 0, NULL},
    {"DayOfWeek", "datetime", "date", 0, NULL},
    {"DBCloseConnection", "database", "databaseId:database", 0, NULL},
    {"DBExecute", "database", "databaseId:database, sql, outputVariable:out?...", FUNCTION_JAVASCRIPT, NULL},
    {"DBLoad", "database",
     "source:source, target:table, mode, tablename, columnNames, columnKeynames?, skipLines?, dateFormat?, "
     "datetimeFormat?",
     0, NULL},
    {"DBLookup", "database", "databaseId:database, sql", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"DBLookupAll", "database", "databaseId:database, sql", 0, NULL},
    {"DBRollbackTransaction", "database", "databaseId:database", 0, NULL},
    {"DBWrite", "database",
     "source:source, target:database, mode, tablename, columnNames, columnKeynames?, skipLines?, dateFormat?, "
     "datetimeFormat?",
     0, NULL},
    {"DebugBreak", "debug", "condition?", FUNCTION_BREAKPOINT | FUNCTION_NOT_JAVASCRIPT | FUNCTION_CHANGED, NULL},
    {"DeleteFile", "file", "sourceId:source, fileFilter?", 0, NULL},
    {"DeleteFiles", "file", "sourceId:source, fileFilter?", 0, NULL},
    {"Dict", "dict", "", 0, NULL},
    {"DiffAdd", "diff", "", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"DiffComplete", "diff", "", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"DiffDelete", "diff", "", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"DiffKeyList", "diff", "key, key?...", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"DiffNode", "diff", "nodeName", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"DiffUpdate", "diff", "", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"DirList", "file", "sourceId:source, path?, fileFilter?", 0, NULL},
    {"Double", "conversion", "value", 0, NULL},
    {"DQuote", "string", "string", 0, NULL},
    {"Equal", "logical", "left, right", 0, NULL},
    {"Eval", "general", "expression, defaultResult", 0, NULL},
    {"Exist", "instance", "value, elements", 0, NULL},
    {"Exp", "math", "number", 0, NULL},
    {"FileList", "file", "sourceId:source, path?, fileFilter?", 0, NULL},
    {"FindByPos", "instance", "position, elements", 0, NULL},
    {"FindValue", "instance", "value, elements, results", 0, NULL},
    {"Float", "conversion", "value", 0, NULL},
    {"Floor", "math", "number", 0, NULL},
    {"FlushAllFiles", "file", "targetId:target?", 0, NULL},
    {"FlushFile", "file", "targetId:target, filename?", 0, NULL},
    {"Format", "string", "format, value", 0, NULL},
    {"FormatDate", "datetime", "date, format", 0, NULL},
    {"GeneralDate", "datetime", "date", 0, NULL},
    {"Get", "general", "name, index?...", 0, NULL},
    {"GetAgentGroupID", "envinfo", "", 0, NULL},
    {"GetAgentGroupName", "envinfo", "", 0, NULL},
    {"GetAgentID", "envinfo", "", 0, NULL},
    {"GetAgentName", "envinfo", "", 0, NULL},
    {"GetAgentVersionID", "envinfo", "", 0, NULL},
    {"GetAgentVersionName", "envinfo", "", 0, NULL},
    {"GetChunkDataElement", "general", "name", 0, NULL},
    {"GetEnvironmentID", "envinfo", "", 0, NULL},
    {"GetEnvironmentName", "envinfo", "", 0, NULL},
    {"GetHostByIP", "general", "ipAddress", 0, NULL},
    {"GetInputString", "general", "node", 0, NULL},
    {"GetInstance", "instance", "", 0, NULL},
    {"GetKeys", "dict", "dictionary", 0, NULL},
    {"GetLastError", "error", "", 0, NULL},
    {"GetLastOperationRunStartTime", "general", "operationId:operation",
     FUNCTION_PRIVATE | FUNCTION_SINGLE | FUNCTION_NOT_JAVASCRIPT, NULL},
    {"GetName", "general", "argument", 0, NULL},
    {"GetNodeName", "xml", "path", 0, NULL},
    {"GetNodeValue", "xml", "path", 0, NULL},
    {"GetOperationQueue", "general", "operationTag:operation?",
     FUNCTION_PRIVATE | FUNCTION_SINGLE | FUNCTION_NOT_JAVASCRIPT, NULL},
    {"GetOrganizationID", "envinfo", "", 0, NULL},
    {"GetOrganizationName", "envinfo", "", 0, NULL},
    {"GetSalesforceTimestamp", "salesforce", "url, sessionId, timeZoneId?", 0, NULL},
    {"GetServerName", "general", "", 0, NULL},
    {"GetSourceAttrNames", "array", "node", FUNCTION_UNVERIFIED, NULL},
    {"GetSourceElementNames", "array", "node", FUNCTION_UNVERIFIED, NULL},
    {"GetSourceInstanceArray", "array", "node", FUNCTION_UNVERIFIED, NULL},
    {"GetSourceInstanceElementArray", "array", "node", FUNCTION_UNVERIFIED, NULL},
    {"GetSourceInstanceElementMap", "dict", "node", FUNCTION_UNVERIFIED, NULL},
    {"GetSourceInstanceMap", "dict", "node", FUNCTION_UNVERIFIED, NULL},
    {"GetUTCFormattedDate", "datetime", "date, timeZoneId, useEuroFormat?", FUNCTION_UNVERIFIED, NULL},
    {"GetUTCFormattedDateTime", "datetime", "date, timeZoneId, useEuroFormat?", FUNCTION_UNVERIFIED, NULL},
    {"GetVar", "javascript", "name", FUNCTION_JAVASCRIPT | FUNCTION_ONLY_JAVASCRIPT, NULL},
    {"GetXMLString", "xml", "path, qualified?", 0, NULL},
    {"GUID", "general", "", 0, NULL},
    {"HasKey", "dict", "dictionary, key", 0, NULL},
    {"HexToBinary", "conversion", "hex", 0, NULL},
    {"HexToString", "conversion", "hex", 0, NULL},
    {"If", "logical", "condition, trueResult, falseResult?", 0, NULL},
    {"IfEmpty", "general", "argument, default", 0, NULL},
    {"IfNull", "general", "argument, default", 0, NULL},
    {"Index", "string", "string, subString, number?", FUNCTION_UNVERIFIED, NULL},
    {"InitCounter", "general", "counter, initialValue?", FUNCTION_SINGLE, NULL},
    {"InitializeDiff", "diff", "diffId", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"InList", "general", "value, argument?...", 0, NULL},
    {"Int", "conversion", "value", 0, NULL},
    {"IsInteger", "general", "argument", 0, NULL},
    {"IsNil", "xml", "path", 0, NULL},
    {"IsNull", "general", "argument", 0, NULL},
    {"IsValid", "general", "argument", 0, NULL},
    {"IsValidString", "string", "string", 0, NULL},
    {"LastDayOfMonth", "datetime", "date", 0, NULL},
    {"LDAPAdd", "ldap", "type, value", 0, NULL},
    {"LDAPConnect", "ldap", "hostname, user, password, mode?, port?", FUNCTION_UNVERIFIED, NULL},
    {"LDAPDeleteEntry", "ldap", "distinguishedName", 0, NULL},
    {"LDAPExecute", "ldap", "distinguishedName", 0, NULL},
    {"LDAPRemove", "ldap", "type, value", 0, NULL},
    {"LDAPRename", "ldap", "distinguishedName, newRDN, more?...", FUNCTION_UNVERIFIED, NULL},
    {"LDAPReplace", "ldap", "type, value", 0, NULL},
    {"LDAPSearch", "ldap", "path, filter, detail, attribute, attribute?...", FUNCTION_UNVERIFIED, NULL},
    {"Left", "string", "string, length", 0, NULL},
    {"Length", "general", "argument", 0, NULL},
    {"Log", "math", "number", 0, NULL},
    {"Log10", "math", "number", 0, NULL},
    {"LoginToSalesforceAndGetTimestamp", "salesforce", "salesforceOrg:salesforce, timeZoneId?", 0, NULL},
    {"Long", "conversion", "value", 0, NULL},
    {"LongDate", "datetime", "date", 0, NULL},
    {"LongTime", "datetime", "date", 0, NULL},
    {"LPad", "string", "string, length", 0, NULL},
    {"LPadChar", "string", "string, padChar, length", 0, NULL},
    {"LTrim", "string", "string", 0, NULL},
    {"LTrimChars", "string", "string, characters", 0, NULL},
    {"Map", "dict", "", 0, NULL},
    {"MapCache", "dict", "dictionary, key, value", 0, NULL},
    {"Max", "instance", "elements", 0, NULL},
    {"MD5", "crypto", "value", 0, NULL},
    {"MD5AsTwoNumbers", "crypto", "value", 0, NULL},
    {"MediumDate", "datetime", "date", 0, NULL},
    {"MediumTime", "datetime", "date", 0, NULL},
    {"Mid", "string", "string, position, length", 0, NULL},
    {"Min", "instance", "elements", 0, NULL},
    {"Mod", "math", "numerator, divisor", 0, NULL},
    {"MonthOfYear", "datetime", "date", 0, NULL},
    {"NetSuiteGetSelectValue", "netsuite", "netSuiteOrg:netsuite, recordType, field, sublist?",
     FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"NetSuiteGetServerTime", "netsuite", "netSuiteOrg:netsuite", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"NetSuiteLogin", "netsuite", "netSuiteOrg:netsuite", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"Now", "datetime", "", 0, NULL},
    {"Now_", "datetime", "", 0, NULL},
    {"Null", "general", "", 0, NULL},
    {"OrderedDiffKeyList", "diff", "key, isAscending, more?...", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"ParseURL", "string", "url", 0, NULL},
    {"Pow", "math", "base, exponent", 0, NULL},
    {"Quote", "string", "string", 0, NULL},
    {"RaiseError", "error", "message", 0, NULL},
    {"Random", "general", "least, most", 0, NULL},
    {"RandomString", "general", "length, characters?", 0, NULL},
    {"ReadArrayString", "general", "string, type?", FUNCTION_UNVERIFIED, NULL},
    {"ReadCache", "cache", "name, expirationSeconds?, scope?", 0, NULL},
    {"ReadFile", "file", "sourceId:source, filename?", FUNCTION_JAVASCRIPT, NULL},
    {"RecordCount", "general", "", FUNCTION_DEPRECATED, "TargetInstanceCount or SourceInstanceCount"},
    {"ReduceDimension", "array", "array", 0, NULL},
    {"RegExMatch", "string", "string, expression, variable:out?...", 0, NULL},
    {"RegExReplace", "string", "string, expression, format", 0, NULL},
    {"RemoveKey", "dict", "dictionary, key", 0, NULL},
    {"Replace", "string", "string, old, new", 0, NULL},
    {"ReRunOperation", "general", "runSynchronously?", 0, NULL},
    {"ResetDiff", "diff", "diffId, action", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"ResetLastError", "error", "", 0, NULL},
    {"ResolveOneOf", "instance", "elements", 0, NULL},
    {"Right", "string", "string, length", 0, NULL},
    {"Round", "math", "number, places?", 0, NULL},
    {"RoundToInt", "math", "number", 0, NULL},
    {"RPad", "string", "string, length", 0, NULL},
    {"RPadChar", "string", "string, padChar, length", 0, NULL},
    {"RTrim", "string", "string", 0, NULL},
    {"RTrimChars", "string", "string, characters", 0, NULL},
    {"RunOperation", "general", "operationId:operation, runSynchronously?", FUNCTION_NOT_JAVASCRIPT, NULL},
    {"RunPlugin", "general", "pluginId:plugin", FUNCTION_NOT_JAVASCRIPT, NULL},
    {"RunScript", "general", "scriptId:script, variable?...", FUNCTION_NOT_JAVASCRIPT, NULL},
    {"RunXSLT", "xml", "xslt:source, xml:source, xml:source?...", 0, NULL},
    {"SalesforceLogin", "salesforce", "salesforceOrg:salesforce", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"SelectNodeFromXMLAny", "xml", "nodeName, anyNodes", 0, NULL},
    {"SelectNodes", "xml", "node, xPathQuery, prefix?...", 0, NULL},
    {"SelectNodesFromXMLAny", "xml", "xPathQuery, anyNodes, prefix?...", 0, NULL},
    {"SelectSingleNode", "xml", "node, xPathQuery, prefix?...", 0, NULL},
    {"SendEmail", "email",
     "from, to, subject, message, smtpServers?, account?, accountPassword?, cc?, bcc?, replyTo?, useSSL?", 0, NULL},
    {"SendEmailMessage", "email", "emailMessageId:email", FUNCTION_NOT_JAVASCRIPT, NULL},
    {"SendSystemEmail", "email", "to, subject, message", 0, NULL},
    {"Set", "general", "name, value, index?...", 0, NULL},
    {"SetChunkDataElement", "general", "name, value", 0, NULL},
    {"SetDBInsert", "database", "", 0, NULL},
    {"SetDBUpdate", "database", "", 0, NULL},
    {"SetDiffChunkSize", "diff", "chunkSize", FUNCTION_PRIVATE | FUNCTION_SINGLE, NULL},
    {"SetInstances", "instance", "nodeName, elements", 0, NULL},
    {"SetLastError", "error", "message", 0, NULL},
    {"SetSalesforceSession", "salesforce", "salesforceOrg:salesforce, sessionId, serverURL", FUNCTION_BROKEN, NULL},
    {"SetScriptResult", "javascript", "value", FUNCTION_ONLY_JAVASCRIPT, NULL},
    {"SetVar", "javascript", "name, value", FUNCTION_JAVASCRIPT | FUNCTION_ONLY_JAVASCRIPT, NULL},
    {"SfCacheLookup", "salesforce", "salesforceOrg:salesforce, soql", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"SfLookup", "salesforce", "salesforceOrg:salesforce, soql", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"SfLookupAll", "salesforce", "salesforceOrg:salesforce, soql", FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"SfLookupAllToFile", "salesforce", "salesforceOrg:salesforce, soql, targetId:target",
     FUNCTION_JAVASCRIPT | FUNCTION_UNVERIFIED, NULL},
    {"SHA256", "crypto", "value", 0, NULL},
    {"ShortDate", "datetime", "date", 0, NULL},
    {"ShortTime", "datetime", "date", 0, NULL},
    {"Sleep", "general", "seconds", 0, NULL},
    {"SortArray", "array", "array, index?, isAscending?", 0, NULL},
    {"SortInstances", "instance", "nodeName, elements, more?...", FUNCTION_UNVERIFIED, NULL},
    {"SourceInstanceCount", "general", "", 0, NULL},
    {"Split", "string", "string, delimiter", 0, NULL},
    {"SplitCSV", "string", "string, delimiter?, qualifier?", 0, NULL},
    {"SQLEscape", "database", "unescapedSQL, escapeBackslash?", 0, NULL},
    {"Sqrt", "math", "number", 0, NULL},
    {"String", "conversion", "value", 0, NULL},
    {"StringLength", "string", "string", 0, NULL},
    {"StringToHex", "conversion", "string", 0, NULL},
    {"Sum", "instance", "elements", 0, NULL},
    {"SumCSV", "instance", "elements", 0, NULL},
    {"SumString", "instance", "elements, delimiter?, omitLastDelimiter?", 0, NULL},
    {"TargetInstanceCount", "general", "", 0, NULL},
    {"ToLower", "string", "string", 0, NULL},
    {"ToProper", "string", "string", 0, NULL},
    {"ToUpper", "string", "string", 0, NULL},
    {"Trim", "string", "string", 0, NULL},
    {"TrimChars", "string", "string, characters", 0, NULL},
    {"Truncate", "string", "string, beginning, end", 0, NULL},
    {"Unmap", "database", "", 0, NULL},
    {"URLDecode", "string", "url, parameter", 0, NULL},
    {"URLEncode", "string", "string, option?", 0, NULL},
    {"UUIDToBinary", "conversion", "uuid", 0, NULL},
    {"Validate", "text", "operator, argument, caseSensitive?", FUNCTION_UNVERIFIED, NULL},
    {"WaitForOperation", "general", "operationId:operation, timeOutSec?, pollIntervalSec?", FUNCTION_NOT_JAVASCRIPT,
     NULL},
    {"While", "logical", "condition, expression", 0, NULL},
    {"WriteCache", "cache", "name, value, expirationSeconds?, scope?", 0, NULL},
    {"WriteFile", "file", "targetId:target, fileContents, filename?", FUNCTION_JAVASCRIPT, NULL},
    {"WriteToOperationLog", "log", "message", FUNCTION_JAVASCRIPT, NULL},
};

enum { COUNT = sizeof functions / sizeof *functions };

static int compare(struct script_view name, const char *other)
{
    for (size_t i = 0; i < name.length; i++) {
        int a = (unsigned char)text_lower(name.text[i]), b = (unsigned char)text_lower(other[i]);
        if (a != b || b == '\0')
            return b == '\0' ? 1 : a - b;
    }
    return other[name.length] == '\0' ? 0 : -1;
}

static struct script_view without_object(struct script_view name)
{
    static const char object[] = "Jitterbit.";
    size_t n = sizeof object - 1, same = 0;
    while (same < n && same < name.length && text_lower(name.text[same]) == text_lower(object[same]))
        same++;
    return same == n ? (struct script_view){name.text + n, name.length - n} : name;
}

const struct script_function *script_function_find(struct script_view name)
{
    size_t low = 0, high = COUNT;
    name = without_object(name);
    if (name.length == 0)
        return NULL;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(name, functions[middle].name);
        if (order == 0)
            return &functions[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct script_function *script_functions(size_t *count)
{
    *count = COUNT;
    return functions;
}

static void set_kind(struct script_parameter *parameter, struct script_view word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].word) != word.length || memcmp(kinds[i].word, word.text, word.length) != 0)
            continue;
        parameter->items = kinds[i].items;
        parameter->wants = kinds[i].wants;
        parameter->computed = kinds[i].computed;
        parameter->output = kinds[i].output;
    }
}

/* The parameter that begins at `at`; returns where the next one does, NULL behind the last. */
static const char *read_parameter(const char *at, struct script_parameter *parameter)
{
    size_t length = strcspn(at, ","), name = strcspn(at, ":?.,");
    *parameter = (struct script_parameter){.name = {at, name}};
    for (size_t i = name; i < length; i++) {
        parameter->optional = parameter->optional || at[i] == '?';
        parameter->repeated = parameter->repeated || at[i] == '.';
    }
    if (at[name] == ':')
        set_kind(parameter, (struct script_view){at + name + 1, strcspn(at + name + 1, "?.,")});
    return at[length] == ',' ? at + length + 2 : NULL;
}

bool script_function_parameter(const struct script_function *function, unsigned position,
                               struct script_parameter *parameter)
{
    const char *at = *function->parameters ? function->parameters : NULL;
    struct script_parameter last = {.repeated = false};
    for (unsigned i = 0; at && i <= position; i++) {
        at = read_parameter(at, &last);
        if (i == position || (last.repeated && !at)) {
            *parameter = last;
            return true;
        }
    }
    return false;
}

void script_function_arity(const struct script_function *function, uint32_t *least, uint32_t *most)
{
    const char *at = *function->parameters ? function->parameters : NULL;
    struct script_parameter parameter;
    for (*least = *most = 0; at;) {
        at = read_parameter(at, &parameter);
        *least += !parameter.optional;
        *most = parameter.repeated || *most == UINT32_MAX ? UINT32_MAX : *most + 1;
    }
}

bool script_event_writes(const struct script_event *event)
{
    struct script_parameter parameter;
    if (event->kind != SCRIPT_EVENT_READ || !event->alone)
        return event->kind == SCRIPT_EVENT_WRITE;
    const struct script_function *function = script_function_find(event->function);
    return function && script_function_parameter(function, event->argument, &parameter) && parameter.output;
}
