/* Proof that nothing was lost: what was written is read again and compared with its source, by meaning. */
#ifndef MIGRATE_VERIFY_H
#define MIGRATE_VERIFY_H

#include "migrate/journal.h"
#include "migrate/work.h"

enum verify_rule {
    VERIFY_NOT_DONE,       /* the project was not written */
    VERIFY_SOURCE,         /* the source is not what it was, or cannot be read: nothing can be proved */
    VERIFY_OUTPUT_MISSING, /* a file of the results is not there */
    VERIFY_OUTPUT_CHANGED, /* it has other bytes than were written */
    VERIFY_OUTPUT_INVALID, /* it does not load, or has errors that the source has not */
    VERIFY_LOST,           /* it differs from the source in what nobody asked for */
    VERIFY_STRAY,          /* a file that no record tells of */
    VERIFY_RULES
};

/* Their ids and what they find, ended by a row without an id. */
const struct jpk_check_rule *verify_rules(void);

/* Called for everything that is found; `message` is one sentence. */
typedef void verify_report(void *context, enum verify_rule rule, const char *message);

struct verify {
    const struct work_plan *plan; /* its folder is that of the sources */
    const char *out;              /* the output folder */
    const struct jpk_limits *limits;
};

/*
 * Compares the results of one item, as its record tells of them, with the source: of a move item by item and field by
 * field, where what the plan leaves out is no difference; of a conversion with what the source becomes now, and the
 * result is checked like any project. False: memory.
 */
bool verify_item(const struct verify *verify, const struct work_item *item, const struct journal_record *record,
                 verify_report *report, void *context);

#endif
