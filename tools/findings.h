/*
 * Findings of any command, printed in every format: text for people and editors, JSON, SARIF 2.1.0, JUnit XML, and the
 * workflow commands of GitHub Actions. A command collects them in a list, file by file, and prints the list once.
 */
#ifndef TOOLS_FINDINGS_H
#define TOOLS_FINDINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/jstream.h"
#include "jpk/jpk.h"
#include "tools/options.h"

/* --------------------------------------------------------------------------------------------------- the list */

enum findings_state {
    FINDINGS_NEW,      /* counts */
    FINDINGS_BASELINE, /* known from the baseline: neither counts nor fails; only SARIF shows it, as suppressed */
    FINDINGS_EXEMPTED  /* the same for an exemption by the project's configuration */
};

/* A finding, or an explanation (level > 0) of the one before it. */
struct findings_item {
    struct jpk_finding finding; /* `file` is never NULL: a path from the current folder, unless the user gave another */
    uint32_t character;         /* the column in characters (code points), from 1; 0: not known */
    enum findings_state state;  /* of explanations without meaning */
    const char *reason;         /* why it is exempted, for SARIF; may be NULL; must outlive the list */
};

/* What was to be checked: a file, or a project. */
struct findings_file {
    const char *name;
    const char *problem; /* why it was not checked, one sentence; NULL: it was */
    size_t first, count; /* its items */
};

/* Zero-initialized is empty and ready. Texts are copied, but for rules and reasons. A failed allocation sticks. */
struct findings_list {
    struct arena arena;
    struct findings_item *items;
    size_t count, capacity;
    struct findings_file *files;
    size_t file_count, file_capacity;
    bool failed;
};

/* Begins a file: the findings that are added next are its own. */
void findings_add_file(struct findings_list *list, const char *name);

/* The same for one that was not checked because of an error. */
void findings_add_unchecked(struct findings_list *list, const char *name, const struct jpk_error *err);

/*
 * Adds a finding to the last file, explanations directly behind what they explain. Its path is `folder`, a slash and
 * finding->file; of a NULL the other is the path, of two NULLs the file's name. `finding->rule` must outlive the list.
 * NULL: no memory; else the item, until the next one is added.
 */
struct findings_item *findings_add(struct findings_list *list, const char *folder, const struct jpk_finding *finding);

void findings_free(struct findings_list *list);

/* Whether the findings that count make the exit status 1, by --fail-level. */
bool findings_fail(const struct settings *settings, const struct findings_list *list);

/* ------------------------------------------------------------------------------------------------ lines of files */

/* The lines of a text. Places that do not decrease are found in one pass. */
struct findings_lines {
    const char *text;
    size_t size, start, end; /* the current line, without its LF */
    uint32_t line;
    size_t counted;      /* bytes of the line whose */
    uint32_t characters; /* characters were counted */
};

struct findings_lines findings_lines_begin(const char *text, size_t size);

/* Goes to a line; false when the text has no such line. */
bool findings_lines_seek(struct findings_lines *lines, uint32_t line);

/* The column in characters of a place whose column counts bytes; 0 when there is no such place. */
uint32_t findings_lines_character(struct findings_lines *lines, uint32_t line, uint32_t column);

/* Appends the text of a file that items name; false when it cannot be had. Without memory `text` has failed. */
typedef bool findings_reader(void *context, const char *file, struct buf *text);

/* The file that was read last: findings come file by file. Begin with `read` and `context` set and all else zero. */
struct findings_source {
    findings_reader *read;
    void *context;
    const char *file;
    bool there, failed; /* the text of `file` can be had; there was no memory for one */
    struct buf text;
    struct findings_lines lines;
};

/* The lines of a file, or NULL. */
struct findings_lines *findings_source_lines(struct findings_source *source, const char *file);
void findings_source_free(struct findings_source *source);

/* Fills in `character` of the last file's items, as far as their files can be read. */
void findings_count_characters(struct findings_list *list, findings_reader *read, void *context);

/* --------------------------------------------------------------------------------------------------- the report */

struct findings_rule {
    const char *id;
    enum jpk_severity severity;
    const char *summary;         /* what it finds, one sentence; may be NULL */
    const char *help, *help_uri; /* what to do about it; may be NULL */
};

struct findings_report {
    const struct settings *settings; /* -q, -v, --no-color, --fail-level, --max-findings */
    const struct findings_list *list;
    const struct findings_rule *rules; /* those that may have been used */
    size_t rule_count;
    const char *subject;   /* whose counts the last line gives; NULL: "12 files" */
    const char *unit;      /* what is counted there; NULL: "file" */
    findings_reader *read; /* for the line below a finding on a terminal; NULL: none */
    void *context;
    bool whole; /* JUnit: all of it is left in the buffer, for a caller who writes it elsewhere */
};

enum findings_format { FINDINGS_TEXT, FINDINGS_JSON, FINDINGS_SARIF, FINDINGS_JUNIT, FINDINGS_GITHUB };

/* By --format. */
enum findings_format findings_format(const struct settings *settings);

/* Whether columns are those of characters in that format, so that findings_count_characters is needed. */
bool findings_counts_characters(const struct settings *settings);

/*
 * Prints a report to stdout. With --max-findings the findings behind the first N are counted, not printed. Text, JUnit
 * and GitHub have notes only with -v. Returns the exit status: 0, or that of memory that ran out.
 */
int findings_print(const struct findings_report *report, enum findings_format format);

/* -------------------------------------------------------------------------------- shared by the writers of formats */

void findings_text(const struct findings_report *report, struct buf *out);
void findings_json(const struct findings_report *report, struct buf *out);
void findings_sarif(const struct findings_report *report, struct buf *out);
void findings_junit(const struct findings_report *report, struct buf *out);
void findings_github(const struct findings_report *report, struct buf *out);

/* "notChecked": the files of the list that were not, with the reason. Prints what `out` holds when that is much. */
void findings_json_unchecked(struct jstream *json, const struct findings_list *list);

/* Prints what `out` holds when that is much, and empties it. */
void findings_flush(struct buf *out);

/* Goes over the findings that a format prints. */
struct findings_walk {
    const struct findings_report *report;
    bool notes, suppressed; /* whether those are printed */
    size_t next;
    uint64_t printed, cut, cut_failures; /* cut by --max-findings; those of them that --fail-level is about */
    const struct findings_item *item;    /* the finding at hand */
    size_t explanations;                 /* how many follow it */
};

struct findings_walk findings_walk_begin(const struct findings_report *report, bool notes, bool suppressed);

/* Goes to the next one; false when there is none in the file. */
bool findings_walk_next(struct findings_walk *walk, const struct findings_file *file);

struct findings_summary {
    size_t files, checked;
    size_t counts[3]; /* by severity: findings that count */
    size_t baseline, exempted;
    uint64_t cut; /* not printed because of --max-findings */
};

/* Counts what a walk of this kind goes over. */
struct findings_summary findings_summarize(const struct findings_report *report, bool notes, bool suppressed);

/* Appends "12 files: 3 errors, 1 warning, 0 notes, 2 not shown". */
void findings_put_summary(struct buf *out, const struct findings_report *report,
                          const struct findings_summary *summary);

/* Appends "Operation 'Name': message; hint", as it is. */
void findings_put_message(struct buf *out, const struct jpk_finding *finding);

/* Appends "because message (12:5)", as it is; the place only when it is another than that of the finding. */
void findings_put_because(struct buf *out, const struct findings_item *item, const struct findings_item *explanation);

#endif
