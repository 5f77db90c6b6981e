/* What the program says: errors, findings, JSON. Names from files are made printable before they reach a terminal. */
#ifndef TOOLS_MESSAGE_H
#define TOOLS_MESSAGE_H

#include <jansson.h>

#include "jpk/jpk.h"
#include "tools/options.h"

/* Prints `file/entry:line:column: error: message [code]` to stderr and returns the exit status of the error. */
int message_error(const struct jpk_error *err);

/* Prints findings as text to stdout: those of at least `least`, then a line that counts all. */
void message_findings(const struct settings *settings, const char *input, bool folder,
                      const struct jpk_finding *findings, size_t count);

/* Findings as a JSON array; NULL when memory is out. */
json_t *message_findings_json(const struct jpk_finding *findings, size_t count);

/* Whether findings make the exit status 1, by --fail-level. */
bool message_fails(const struct settings *settings, const struct jpk_finding *findings, size_t count);

/* Prints a JSON value with two spaces of indentation, and releases it. Returns the exit status. */
int message_json(json_t *value);

/* Prints text from a file with what a terminal must not see replaced. */
void message_text(const char *text);

/* The status for memory that ran out, with its message. */
int message_memory(void);

#endif
