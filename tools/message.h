/*
 * What the program says: errors, findings, JSON. Texts from files go through here, whatever they are, and get printable
 * and rid of secrets before they reach a terminal or a report.
 */
#ifndef TOOLS_MESSAGE_H
#define TOOLS_MESSAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/jstream.h"
#include "jpk/jpk.h"
#include "jpk/tree.h"
#include "tools/options.h"

/* Prints `file/entry:line:column: error: message [code]` to stderr and returns the exit status of the error. */
int message_error(const struct jpk_error *err);

/* Appends "1 error, 2 warnings, 3 notes", from counts by severity. */
void message_put_counts(struct buf *out, const size_t counts[3]);

/* The same as {"errors": 1, "warnings": 2, "notes": 3}; NULL when memory is out. */
json_t *message_counts_json(const size_t counts[3]);

/* Whether standard output gets colors: a terminal, and neither --no-color nor NO_COLOR. */
bool message_colors(const struct settings *settings);

/* Whether --format json was given. */
bool message_as_json(const struct settings *settings);

/* A path as reports hold it: one in bytes that are no UTF-8 as messages show it. The caller frees it; NULL: no memory.
 */
char *message_path(const char *path);
json_t *message_path_json(const char *path);

/* Findings as a JSON array; NULL when memory is out. */
json_t *message_findings_json(const struct jpk_finding *findings, size_t count);

/* Whether findings make the exit status 1, by --fail-level. Explanations do not. */
bool message_fails(const struct settings *settings, const struct jpk_finding *findings, size_t count);

/* Prints a JSON value with two spaces of indentation and without secrets, and releases it. Returns the exit status. */
int message_json(json_t *value);

/* Prints what a buffer holds, and releases it. Returns the exit status. */
int message_buf(struct buf *out);

/* Prints text from a file with what a terminal must not see, and secrets, replaced. */
void message_text(const char *text);

/* Whether there was no memory for one of these. */
bool message_failed(void);

/* Prints texts, a line each, behind `what`. NULL: there are none. */
void message_list(const char *what, const struct jpk_strings *list);

/* The same as an array of a report. */
void message_list_json(struct jstream *json, const char *key, const struct jpk_strings *list);

/* Appends text from a file, whole, in the same way. */
void message_put(struct buf *out, const char *text);

/* The same of (a part of) a text whose secrets are masked already; the control characters in `stays` stay. */
void message_put_printable(struct buf *out, const char *text, size_t n, const char *stays);

/* The status for memory that ran out, with its message. */
int message_memory(void);

#endif
