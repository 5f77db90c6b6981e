/* What a conversion can have to say, in either direction. */
#ifndef JPK_CONVERT_RULES_H
#define JPK_CONVERT_RULES_H

#include "jpk/convert.h"

/* The rules of findings: the order of the table in convert_rules.c. */
enum convert_rule {
    CONVERT_SHAPE_NOT_OBSERVED, /* the property tree of that component was never seen */
    CONVERT_NOT_SUPPORTED,      /* no counterpart, or none that is known: a person must build it */
    CONVERT_NOT_USED,           /* nothing uses it, and it has no counterpart by itself */
    CONVERT_KEPT,               /* nothing uses it, but it was converted all the same */
    CONVERT_DELETED,
    CONVERT_UNREADABLE,
    CONVERT_RENAMED,
    CONVERT_SETTING_LOST, /* a setting without a counterpart that is not as usual */
    CONVERT_SECRET,       /* an encrypted value: to be typed in again */
    CONVERT_DANGLING,     /* pointed at nothing in the source already; left out */
    CONVERT_DANGLING_IN_COMMENT,
    CONVERT_REFERENCE_BUILT,   /* a reference that is put together at run time */
    CONVERT_REFERENCE_KIND,    /* a function gets an item that the other form cannot name there */
    CONVERT_SCRIPT,            /* a function that is deprecated, changed, bound to an agent, ... */
    CONVERT_OPERATION_SPLIT,   /* fitted no valid pattern as it was */
    CONVERT_OPERATION_PATTERN, /* fits none even so */
    CONVERT_EMAIL_SCRIPTED,    /* an e-mail on success or failure has become a script */
    CONVERT_OUTCOME_GUESSED,   /* the code of success outcomes was never seen */
    CONVERT_SCHEDULE,          /* is in the report, not in the export */
    CONVERT_SCHEMA_GUESSED,    /* a schema that depends on what is not proved */
    CONVERT_SCHEMA_MISSING,    /* nothing says what the structure is */
    CONVERT_MAPPING_LOST,      /* a mapping without a node in the schema, or of an unknown kind */
    CONVERT_PRESCRIPT,         /* a script to run before a transformation has moved */
    CONVERT_AGENT,             /* needs another agent than was asked for */
    CONVERT_DESCRIPTION_LOST,  /* a description that has no place there */
    CONVERT_LOGIN_APART,       /* an encrypted log-in, which may be that of another connection */
    CONVERT_WSDL,              /* the file that a SOAP connection is set up from */
    CONVERT_AMBIGUOUS,         /* may be meant in more than one way; the first one was taken */
    CONVERT_RULES
};

/* The row of a rule, and what a finding of it makes of its item at least. */
const struct jpk_check_rule *convert_rule(enum convert_rule rule, enum jpk_convert_result *result);

#endif
