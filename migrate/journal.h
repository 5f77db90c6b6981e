/*
 * The journal of a run: a file for each project that was tried, journal/<id>.json below the output folder, which gets
 * its name when the project's results have theirs. Whoever reads it knows what is done and what came of it; nothing in
 * it depends on when, how often or by whom it was tried. Its form is the schema migrate-journal-1.
 */
#ifndef MIGRATE_JOURNAL_H
#define MIGRATE_JOURNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/jstream.h"
#include "jpk/convert.h"
#include "jpk/jpk.h"

enum journal_status {
    JOURNAL_COMPLETE, /* nothing is left to do */
    JOURNAL_PARTIAL,  /* written, but a person must do something */
    JOURNAL_FAILED,   /* not written; `error` says why */
    JOURNAL_STATUSES
};

/* "complete", "partial", "failed". */
const char *journal_status_name(enum journal_status status);

struct journal_output {
    const char *path; /* relative to the output folder */
    const char *sha256;
    uint64_t size;
};

/* What a person must do, by rule. */
struct journal_todo {
    const char *rule, *text, *advice;
    const char *effort; /* the class of work: "look" */
    enum jpk_severity severity;
    size_t tasks, minutes;
};

/* What a move has left out, or could not leave out. */
struct journal_left_out {
    const char *what;              /* "credentials", "schedules", "emails", "variables" */
    const char *item, *key, *note; /* the latter two may be NULL */
};

/* Strings are never NULL but where it is said. */
struct journal_record {
    const char *id, *key;
    enum journal_status status;
    struct jpk_error error;
    const struct journal_output *outputs; /* the project first; of what failed those of an earlier run */
    size_t output_count;
    const struct journal_todo *todo; /* most important first */
    size_t todo_count;
    size_t minutes;                      /* of all of them */
    size_t items;                        /* of the project */
    size_t results[JPK_CONVERT_RESULTS]; /* items by what became of them; of a move all are converted */
    size_t script_lines, script_lines_kept;
    size_t secrets, schedules;     /* to type in again, to set up again */
    const char *agent;             /* the least version; "" when nothing says it */
    bool cloud_agent;              /* a cloud agent can run it */
    const char *const *connectors; /* that the result uses */
    size_t connector_count;
    const char *const *installs; /* those of them that must be installed first */
    size_t install_count;
    const struct journal_left_out *left_out, *kept;
    size_t left_out_count, kept_count;
};

/* Appends a record as JSON. */
void journal_write(struct buf *out, const struct journal_record *record);

/* Writes a list of what was left out, or could not be, as records and reports have it; nothing when it is empty. */
void journal_put_left_out(struct jstream *s, const char *key, const struct journal_left_out *list, size_t count);

/*
 * Reads a record; its texts are in `arena`. False: it is not there, or it is none, as after a crash of the machine:
 * then the project counts as not tried. `err` gets JPK_ERR_READ for what is not there, JPK_ERR_JSON or JPK_ERR_FORMAT.
 */
bool journal_read(struct journal_record *record, const char *path, struct arena *arena, struct jpk_error *err);

/* The same for who must not take a disk that cannot be read for a project that was not tried: false only then. */
bool journal_find(struct journal_record *record, const char *path, struct arena *arena, bool *there,
                  struct jpk_error *err);

#endif
