/* What a script calls that will not work, or not as before, where it is going. */
#ifndef JPK_SCRIPT_FINDINGS_H
#define JPK_SCRIPT_FINDINGS_H

#include "base/error.h"
#include "jpk/functions.h"
#include "jpk/jpk.h"

/* Where it will run. */
enum script_agent { SCRIPT_AGENT_ANY, SCRIPT_AGENT_CLOUD, SCRIPT_AGENT_PRIVATE, SCRIPT_AGENTS };

enum { SCRIPT_SILENT = -1 };

struct script_rule {
    const char *id;              /* "deprecated-function" */
    int severity[SCRIPT_AGENTS]; /* enum jpk_severity by where it runs, or SCRIPT_SILENT */
    const char *message;         /* a sentence with the function's name for `%s` */
    const char *advice;          /* a sentence, or NULL: the name is all there is to say */
};

struct script_finding {
    const struct script_rule *rule;
    enum jpk_severity severity;
    size_t offset;                          /* of the function's name, in bytes */
    struct script_view name;                /* as it is written; points into the text */
    const struct script_function *function; /* NULL: unknown */
    const char *instead; /* the functions to use instead, or the one that was probably meant; NULL: not known */
};

struct script_findings {
    struct script_finding *items; /* in the order of the text */
    size_t count, capacity;
};

/* All rules, ended by one whose id is NULL. */
const struct script_rule *script_rules(void);

/*
 * Adds what there is to say of the calls of a script; comments say nothing. *findings must be zero or from an earlier
 * call, and is the caller's to free, also after a failure. JPK_ERR_MEMORY.
 */
bool script_findings(const char *text, size_t size, enum script_agent agent, struct script_findings *findings,
                     struct jpk_error *err);
void script_findings_free(struct script_findings *findings);

/* The message and the advice as text that can be shown, cut at `size`. */
void script_finding_text(const struct script_finding *finding, char *out, size_t size);

#endif
