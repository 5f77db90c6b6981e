/* The report of a migration in its forms (tools/migrate_report_*.c): what was done, and what people must do next. */
#ifndef TOOLS_MIGRATE_REPORT_H
#define TOOLS_MIGRATE_REPORT_H

#include "base/buf.h"
#include "migrate/overview.h"
#include "tools/findings.h"

struct migrate_report {
    const struct overview *overview;
    const char *const *bases; /* by output folder: the way to it from where the report will be, "" or ending in `/` */
    bool verbose;
};

/* The bases of a report that will be the file `place`; free them. NULL: an error of memory or the disk. */
const char **migrate_report_bases(const char *place, const char *const *folders, size_t count, struct jpk_error *err);
void migrate_report_bases_free(const char **bases, size_t count);

/* "complete"; "partial" when a person must do anything. */
const char *migrate_report_status(const struct overview *overview);

/* What is to be said of a project that was not written, in words; NULL: nothing. */
const char *migrate_report_reason(const struct overview_project *project);

/*
 * The path of a result from where the report will be: the project's is the first. NULL: there is none, or no memory,
 * and `out` has failed.
 */
char *migrate_report_link(struct buf *out, const struct migrate_report *report, const struct overview_project *project,
                          const char *name);

/* Each appends the whole report. When memory is out, the buffer has failed. */
void migrate_report_text(struct buf *out, const struct migrate_report *report);
void migrate_report_json(struct buf *out, const struct migrate_report *report);
void migrate_report_markdown(struct buf *out, const struct migrate_report *report);
void migrate_report_html(struct buf *out, const struct migrate_report *report);

/* The same as findings, a file for each project; free the list. False: memory. */
bool migrate_report_findings(struct findings_list *list, const struct migrate_report *report);

/* A line a project: state, name, environment, source. */
void migrate_report_states(struct buf *out, const struct overview *overview);

#endif
