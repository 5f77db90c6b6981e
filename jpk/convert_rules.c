/* What a conversion can have to say. */
#include "jpk/convert_rules.h"

static const struct jpk_check_rule rules[CONVERT_RULES + 1] = {
    [CONVERT_SHAPE_NOT_OBSERVED] = {"shape-not-observed", JPK_WARNING,
                                    "The settings of such a component were never seen in an export."},
    [CONVERT_NOT_SUPPORTED] = {"not-supported", JPK_ERROR, "There is no counterpart that is known."},
    [CONVERT_NOT_USED] = {"not-used", JPK_INFO, "Nothing uses it, and it is nothing by itself."},
    [CONVERT_KEPT] = {"kept", JPK_INFO, "Nothing uses it; it was converted all the same."},
    [CONVERT_DELETED] = {"deleted", JPK_INFO, "It is marked as deleted."},
    [CONVERT_UNREADABLE] = {"unreadable", JPK_ERROR, "Its file could not be read."},
    [CONVERT_RENAMED] = {"renamed", JPK_INFO, "Its name is not legal or not unique in the other form."},
    [CONVERT_SETTING_LOST] = {"setting-lost", JPK_WARNING, "A setting that is not as usual has no counterpart."},
    [CONVERT_SECRET] = {"secret", JPK_WARNING, "An encrypted value cannot be carried over."},
    [CONVERT_DANGLING] = {"dangling", JPK_WARNING, "It pointed at nothing already; that is left out."},
    [CONVERT_DANGLING_IN_COMMENT] = {"dangling-in-comment", JPK_INFO, "A comment names what is not there."},
    [CONVERT_REFERENCE_BUILT] = {"reference-built", JPK_WARNING, "A reference is put together at run time."},
    [CONVERT_REFERENCE_KIND] = {"reference-kind", JPK_WARNING, "A function cannot name such an item there."},
    [CONVERT_SCRIPT] = {"script-function", JPK_WARNING, "A function is deprecated, changed or bound to an agent."},
    [CONVERT_OPERATION_SPLIT] = {"operation-split", JPK_WARNING,
                                 "The operation fits no valid pattern as it was, and has become several."},
    [CONVERT_OPERATION_PATTERN] = {"operation-pattern", JPK_ERROR, "The operation fits no valid pattern."},
    [CONVERT_EMAIL_SCRIPTED] = {"email-scripted", JPK_INFO,
                                "An e-mail on success or failure is sent by a script in an operation of its own."},
    [CONVERT_OUTCOME_GUESSED] = {"outcome-guessed", JPK_INFO, "The code of success outcomes was never seen."},
    [CONVERT_SCHEDULE] = {"schedule", JPK_WARNING, "A schedule is set up by hand or through the REST interface."},
    [CONVERT_SCHEMA_GUESSED] = {"schema-guessed", JPK_INFO, "A schema depends on what is not proved."},
    [CONVERT_SCHEMA_MISSING] = {"schema-missing", JPK_WARNING, "Nothing says what the structure is."},
    [CONVERT_MAPPING_LOST] = {"mapping-lost", JPK_WARNING, "A mapping has no node in the schema."},
    [CONVERT_PRESCRIPT] = {"prescript-moved", JPK_WARNING, "A script that runs before a transformation has moved."},
    [CONVERT_AGENT] = {"agent", JPK_WARNING, "It needs another kind of agent."},
    [CONVERT_DESCRIPTION_LOST] = {"description-lost", JPK_INFO, "A description has no place in such a component."},
    [CONVERT_LOGIN_APART] = {"login-apart", JPK_INFO,
                             "Encrypted log-ins cannot be compared, so that each has its own connection."},
    [CONVERT_WSDL] = {"wsdl", JPK_WARNING, "A WSDL file must be given to its connection."},
    [CONVERT_AMBIGUOUS] = {"ambiguous", JPK_WARNING,
                           "An id, a name or a place can mean more than one; the first was taken."},
};

/* What a finding makes of its item, at least. */
static const uint8_t results[CONVERT_RULES] = {
    [CONVERT_SHAPE_NOT_OBSERVED] = JPK_CONVERT_REVIEW,
    [CONVERT_NOT_SUPPORTED] = JPK_CONVERT_MANUAL,
    [CONVERT_NOT_USED] = JPK_CONVERT_DROPPED,
    [CONVERT_KEPT] = JPK_CONVERTED,
    [CONVERT_DELETED] = JPK_CONVERT_DROPPED,
    [CONVERT_UNREADABLE] = JPK_CONVERT_MANUAL,
    [CONVERT_RENAMED] = JPK_CONVERTED,
    [CONVERT_SETTING_LOST] = JPK_CONVERT_REVIEW,
    [CONVERT_SECRET] = JPK_CONVERT_REVIEW,
    [CONVERT_DANGLING] = JPK_CONVERT_REVIEW,
    [CONVERT_DANGLING_IN_COMMENT] = JPK_CONVERTED,
    [CONVERT_REFERENCE_BUILT] = JPK_CONVERT_REVIEW,
    [CONVERT_REFERENCE_KIND] = JPK_CONVERT_REVIEW,
    [CONVERT_SCRIPT] = JPK_CONVERT_REVIEW,
    [CONVERT_OPERATION_SPLIT] = JPK_CONVERT_REVIEW,
    [CONVERT_OPERATION_PATTERN] = JPK_CONVERT_MANUAL,
    [CONVERT_EMAIL_SCRIPTED] = JPK_CONVERT_REVIEW,
    [CONVERT_OUTCOME_GUESSED] = JPK_CONVERT_REVIEW,
    [CONVERT_SCHEDULE] = JPK_CONVERT_MANUAL,
    [CONVERT_SCHEMA_GUESSED] = JPK_CONVERT_REVIEW,
    [CONVERT_SCHEMA_MISSING] = JPK_CONVERT_REVIEW,
    [CONVERT_MAPPING_LOST] = JPK_CONVERT_REVIEW,
    [CONVERT_PRESCRIPT] = JPK_CONVERT_REVIEW,
    [CONVERT_AGENT] = JPK_CONVERT_REVIEW,
    [CONVERT_DESCRIPTION_LOST] = JPK_CONVERTED,
    [CONVERT_LOGIN_APART] = JPK_CONVERT_REVIEW,
    [CONVERT_WSDL] = JPK_CONVERT_REVIEW,
    [CONVERT_AMBIGUOUS] = JPK_CONVERT_REVIEW,
};

const struct jpk_check_rule *jpk_convert_rules(void)
{
    return rules;
}

const struct jpk_check_rule *convert_rule(enum convert_rule rule, enum jpk_convert_result *result)
{
    *result = (enum jpk_convert_result)results[rule];
    return &rules[rule];
}
