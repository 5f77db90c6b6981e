/*
 * The report of a conversion: what it has in figures (convert_report.c), what its rules mean for the work that is left
 * (convert_advice.c), and its forms (convert_report_*.c).
 */
#ifndef TOOLS_CONVERT_REPORT_H
#define TOOLS_CONVERT_REPORT_H

#include <jansson.h>

#include "base/buf.h"
#include "jpk/convert.h"
#include "recipe/slot_lookup.h"
#include "tools/input.h"

/* ------------------------------------------------------------------------------------------------ work: the tables */

/* A class of work. The minutes are for planning: nobody has measured them. */
enum convert_effort {
    CONVERT_EFFORT_NONE,
    CONVERT_EFFORT_ENTER,
    CONVERT_EFFORT_LOOK,
    CONVERT_EFFORT_SET_UP,
    CONVERT_EFFORT_ADAPT,
    CONVERT_EFFORT_BUILD,
    CONVERT_EFFORTS
};

struct convert_effort_class {
    const char *name, *what;
    unsigned minutes; /* of one task */
};

extern const struct convert_effort_class convert_efforts[CONVERT_EFFORTS];

/* What a person does about the findings of a rule. */
struct convert_advice {
    const char *rule;
    enum convert_effort effort;
    const char *advice;
    bool once; /* one answer holds for all items: it is one task, however many have it */
};

/* The row of a rule; never NULL: what the table does not know is to be looked at. */
const struct convert_advice *convert_advice(const char *rule);

/* An adapter of Cloud Studio. */
struct convert_adapter {
    const char *name;  /* "salesforce" */
    bool built_in;     /* every organization has it */
    const char *agent; /* the least version of agents that it needs */
    const char *reason;
};

/* Its row; an adapter that is not in the table is taken for a connector that must be installed. Never NULL. */
const struct convert_adapter *convert_adapter(const char *name);

/* --------------------------------------------------------------------------------------------------- the figures */

enum convert_status { CONVERT_COMPLETE, CONVERT_PARTLY, CONVERT_FAILED };

/* Items of one type. */
struct convert_type {
    const char *name, *label; /* "SalesforceQuery", "Salesforce query" */
    size_t total, counts[JPK_CONVERT_RESULTS];
    size_t minutes;
};

/* What is to be done because of one rule. A task is all findings of one rule about one item. */
struct convert_todo {
    const char *rule, *text; /* its id, and what it says */
    const struct convert_advice *advice;
    enum jpk_severity severity;
    size_t tasks, findings, minutes;
    const char *examples[3]; /* paths of its first items; NULL: there are fewer */
};

/* How a report is made. */
struct convert_report_how {
    const char *input;       /* what the report calls the source */
    const char *environment; /* which was chosen of a workspace; NULL: none was */
    const char *agent;       /* which was asked for: "any", "cloud", "private" */
    const char *target_form; /* "Cloud Studio export", "Jitterpak", "workspace" */
    bool checksum;           /* the report says that of the source */
    const char *sha256;      /* the checksum of a source that is a file, when it is known; else NULL */
    bool dry_run, verbose;
};

struct convert_report {
    const struct jpk_conversion *conversion;
    struct convert_report_how how;
    const char *form; /* of the source */
    const char *project_id, *project_name;
    const char *to;  /* "Cloud Studio" */
    char sha256[65]; /* "" for what is no file, and when it is not asked for */
    enum convert_status status;
    struct convert_type *types; /* by name */
    size_t type_count;
    struct convert_todo *todo; /* what is most important first; no rule without tasks */
    size_t todo_count;
    size_t tasks[CONVERT_EFFORTS], minutes; /* by class; of all of them */
    size_t *item_minutes;                   /* by item */
    json_t *private_reasons;                /* why a cloud agent cannot run it: texts, each once */
    char agent_version[32];                 /* the least that will do */
    const char *agent_reason;
};

/* Its texts are lent. Free it in any case. Errors are those of the checksum, and JPK_ERR_MEMORY. */
bool convert_report_make(struct convert_report *report, const struct source *source,
                         const struct convert_report_how *how, const struct jpk_conversion *conversion,
                         struct slot_lookup *lookup, struct jpk_error *err);
void convert_report_free(struct convert_report *report);

/* Whether the i-th connector must be installed before a project of Cloud Studio is imported; one of Design Studio has
 * no use for it. */
static inline bool convert_report_installs(const struct convert_report *report, size_t i)
{
    return report->conversion->text && !convert_adapter(report->conversion->connectors[i])->built_in;
}

const char *convert_status_name(enum convert_status status); /* "complete", "partly", "failed" */

/* What to do about a finding. */
const char *convert_finding_advice(const struct jpk_finding *finding);

/* Percent of `whole`, rounded down, so that 100 means all; of nothing it is 100. */
unsigned convert_percent(size_t part, size_t whole);

/* Items that became something, and those that had to. */
size_t convert_carried(const size_t counts[JPK_CONVERT_RESULTS]);
size_t convert_wanted(const size_t counts[JPK_CONVERT_RESULTS]);

/* Minutes for people: "45 min", "3 h 20 min". */
void convert_put_time(struct buf *out, size_t minutes);

/* How coverage is computed, for people. */
extern const char convert_coverage_items[], convert_coverage_lines[], convert_effort_how[];

/* ------------------------------------------------------------------------------------------------------- formats */

/* Each appends the whole report. When memory is out, the buffer has failed. */
void convert_report_text(struct buf *out, const struct convert_report *report);
void convert_report_json(struct buf *out, const struct convert_report *report);
void convert_report_markdown(struct buf *out, const struct convert_report *report);
void convert_report_html(struct buf *out, const struct convert_report *report);

/* The schedules as a file of their own: an array of the requests that set them up. */
void convert_schedules_json(struct buf *out, const struct convert_report *report);

#endif
