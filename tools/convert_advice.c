/* What the rules of a conversion mean for those who finish it. All estimates are here. */
#include <string.h>

#include "tools/convert_report.h"

const struct convert_effort_class convert_efforts[CONVERT_EFFORTS] = {
    [CONVERT_EFFORT_NONE] = {"none", "nothing to do", 0},
    [CONVERT_EFFORT_ENTER] = {"enter", "type in a value again", 3},
    [CONVERT_EFFORT_LOOK] = {"look", "compare with the original", 5},
    [CONVERT_EFFORT_SET_UP] = {"set-up", "set up in the organization", 10},
    [CONVERT_EFFORT_ADAPT] = {"adapt", "change by hand, and test", 30},
    [CONVERT_EFFORT_BUILD] = {"build", "build anew, and test", 120},
};

static const struct convert_advice advices[] = {
    {"agent", CONVERT_EFFORT_ADAPT,
     "change what needs the other kind of agent, or choose a group of agents that has it", false},
    {"ambiguous", CONVERT_EFFORT_LOOK, "see whether the one that was taken is the one that is meant", false},
    {"dangling", CONVERT_EFFORT_LOOK, "decide whether what was missing is needed; else nothing is lost", false},
    {"dangling-in-comment", CONVERT_EFFORT_NONE, "no action needed", false},
    {"deleted", CONVERT_EFFORT_NONE, "no action needed", false},
    {"description-lost", CONVERT_EFFORT_NONE, "no action needed; the report keeps its words", false},
    {"email-scripted", CONVERT_EFFORT_LOOK, "let one operation fail and see that the e-mail comes", true},
    {"kept", CONVERT_EFFORT_NONE, "no action needed; delete it there if nobody wants it", false},
    {"login-apart", CONVERT_EFFORT_LOOK, "see whether the log-ins are one; then keep one of the connections for all",
     false},
    {"mapping-lost", CONVERT_EFFORT_ADAPT, "map the field in the transformation", false},
    {"not-supported", CONVERT_EFFORT_BUILD, "build it by hand", false},
    {"not-used", CONVERT_EFFORT_NONE, "no action needed, unless something outside of the project uses it", false},
    {"operation-pattern", CONVERT_EFFORT_BUILD, "build the operation from valid patterns by hand", false},
    {"operation-split", CONVERT_EFFORT_LOOK, "see that the operations run in the order of the steps that they replace",
     false},
    {"outcome-guessed", CONVERT_EFFORT_LOOK, "open one operation's actions and see that they are those of the original",
     true},
    {"prescript-moved", CONVERT_EFFORT_LOOK, "compare with the original what runs before the transformation, and when",
     false},
    {"reference-built", CONVERT_EFFORT_ADAPT, "change the script so that it builds the new form of the reference",
     false},
    {"reference-kind", CONVERT_EFFORT_ADAPT, "change the script so that it does not need the reference", false},
    {"renamed", CONVERT_EFFORT_NONE, "no action needed, unless something outside of the project goes by the name",
     false},
    {"schedule", CONVERT_EFFORT_SET_UP, "set the schedule up, by hand or with its request for the REST interface",
     false},
    {"schema-guessed", CONVERT_EFFORT_LOOK, "compare the schema in the transformation with the original", false},
    {"schema-missing", CONVERT_EFFORT_ADAPT, "give the transformation its schema", false},
    {"script-function", CONVERT_EFFORT_ADAPT, "change the call in the script", false},
    {"secret", CONVERT_EFFORT_ENTER, "type the value in again; the list of secrets says where", false},
    {"setting-lost", CONVERT_EFFORT_ADAPT, "see whether the setting matters, and find another way if it does", false},
    {"shape-not-observed", CONVERT_EFFORT_LOOK, "open it after the import and compare its settings", false},
    {"unreadable", CONVERT_EFFORT_BUILD, "repair the file in the source, or build the item by hand", false},
    {"wsdl", CONVERT_EFFORT_SET_UP, "give the WSDL to the SOAP connection that needs it", false},
};

const struct convert_advice *convert_advice(const char *rule)
{
    static const struct convert_advice other = {"", CONVERT_EFFORT_LOOK, "compare with the original", false};
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
        if (strcmp(advices[i].rule, rule) == 0)
            return &advices[i];
    return &other;
}

/* ---------------------------------------------------------------------------------------------------- adapters */

#define CLOUD_STUDIO "9.4.2", "Cloud Studio"

static const struct convert_adapter adapters[] = {
    {"database", true, CLOUD_STUDIO},   {"fileshare", true, CLOUD_STUDIO},    {"ftp", true, CLOUD_STUDIO},
    {"http", true, CLOUD_STUDIO},       {"localstorage", true, CLOUD_STUDIO}, {"netsuite", true, CLOUD_STUDIO},
    {"salesforce", true, CLOUD_STUDIO}, {"soap", true, CLOUD_STUDIO},         {"tempstorage", true, CLOUD_STUDIO},
    {"variable", true, CLOUD_STUDIO},
};

const struct convert_adapter *convert_adapter(const char *name)
{
    static const struct convert_adapter installed = {"", false, "10.1", "connectors that are installed"};
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++)
        if (strcmp(adapters[i].name, name) == 0)
            return &adapters[i];
    return &installed;
}
