/* What the parts of the check share. */
#ifndef JPK_CLOUD_CHECK_H
#define JPK_CLOUD_CHECK_H

#include "jpk/cloud_model.h"
#include "jpk/findings.h"

enum cloud_rule {
    RULE_WRONG_TYPE,
    RULE_UNKNOWN_VERSION,
    RULE_MISSING_ID,
    RULE_DUPLICATE_ID,
    RULE_DUPLICATE_NAME,
    RULE_ILLEGAL_NAME,
    RULE_VARIABLE_NAME,
    RULE_DANGLING,
    RULE_DANGLING_IN_COMMENT,
    RULE_REFERENCE_TYPE,
    RULE_DESIGN_REFERENCE,
    RULE_UNKNOWN_REFERENCE,
    RULE_JAVASCRIPT_REFERENCE,
    RULE_EMPTY_WORKFLOW,
    RULE_EMPTY_OPERATION,
    RULE_NO_WORKFLOW,
    RULE_TWO_WORKFLOWS,
    RULE_PATTERN,
    RULE_APPLICATIONS,
    RULE_UNKNOWN_OUTCOME,
    RULE_NO_SOURCE,
    RULE_OTHER_ACTIVITY,
    RULE_UNKNOWN_NODE,
    RULE_CONNECTOR_OF_CONNECTION,
    RULE_MISSING_CONNECTOR,
    RULE_CUSTOM_CONNECTOR,
    RULE_ASSET,
    RULE_BESIDE_VARIABLE,
    RULE_IN_CLEAR,
    RULE_ENCRYPTED_FORM,
    RULE_SCRIPT_OPEN,
    RULE_CONFLICT_MARKS,
    RULE_SCRIPT_TAGS,
    RULE_DEBUG_BREAK,
    RULE_UNSET_VARIABLE,
    RULE_UNUSED_VARIABLE,
    RULE_UNDECLARED,
    RULE_STALE_USAGE,
    RULE_UNKNOWN_COMPONENT,
    RULE_UNKNOWN_KEY,
    CLOUD_RULES
};

/* A finding and where it is, until all are known and their lines can be counted in one go. */
struct cloud_finding {
    struct jpk_finding public; /* first, so that a pointer to one is a pointer to the other */
    uint32_t node;
    uint32_t offset; /* in the decoded string at `node` */
    bool in_string;
    size_t at; /* in the text, at last */
};

struct cloud_checker {
    struct findings result; /* first: what is given out */
    const struct cloud *cloud;
    const struct jpk_cloud *public; /* the same */
    struct cloud_finding *rows;
    size_t count, capacity;
    size_t comparisons; /* of names, in the search for what somebody meant */
    struct map nodes;   /* of schemas: four bytes of a parent and a name -> the node */
    struct map known_keys;
    bool *documents; /* by node: a schema whose nodes are in `nodes`; allocated when needed */
    struct buf text;
    bool failed;
};

/* A finding at a node; `component` may be NULL. NULL: no memory. */
struct jpk_finding *cloud_report(struct cloud_checker *c, enum cloud_rule rule,
                                 const struct jpk_cloud_component *component, uint32_t node, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Moves a finding to a byte of the decoded string at its node. Accepts NULL, as the next one does. */
void cloud_place(struct jpk_finding *finding, uint32_t offset);
/* A copy of the hint; NULL for none. */
void cloud_hint(struct cloud_checker *c, struct jpk_finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The name of that kind that somebody may have meant, or NULL. */
const char *cloud_nearest_name(struct cloud_checker *c, enum jpk_cloud_kind kind, const char *name);
const char *cloud_nearest_variable(struct cloud_checker *c, const char *name);

/* The parts. */
void cloud_check_operation(struct cloud_checker *c, const struct jpk_cloud_component *component);
void cloud_check_activity(struct cloud_checker *c, const struct jpk_cloud_component *component);
void cloud_check_transformation(struct cloud_checker *c, const struct jpk_cloud_component *component);
void cloud_check_script(struct cloud_checker *c, const struct jpk_cloud_component *component);
void cloud_check_conflicts(struct cloud_checker *c, const struct jpk_cloud_component *component);
void cloud_check_reference(struct cloud_checker *c, const struct jpk_cloud_reference *reference);
void cloud_check_secrets(struct cloud_checker *c, const struct jpk_cloud_component *component);
void cloud_check_variables(struct cloud_checker *c);
void cloud_check_project(struct cloud_checker *c);
/* A link that points at nothing, or at something that is not of one of the kinds (a bit each). */
void cloud_check_link(struct cloud_checker *c, const struct jpk_cloud_component *component,
                      const struct jpk_cloud_link *link, unsigned kinds, const char *what);

/* Of what jpk_cloud_check finds only the marks of conflicts that nobody has settled. */
struct jpk_findings *cloud_check_for_conflicts(const struct jpk_cloud *cloud, struct jpk_error *err);

#endif
