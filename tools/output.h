/* Printing reports (jpk/show.h), and text of a project as it is. */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <jansson.h>

#include "jpk/show.h"

/*
 * Prints a report for people. Rows that are as usual are counted, with `verbose` shown; blocks without a title are left
 * to the caller. Whatever a file holds is made printable; on a terminal long cells are wrapped. False: no memory.
 */
bool output_report(const struct jpk_report *report, bool verbose);

/* The same facts for programs; NULL: no memory. */
json_t *output_report_json(const struct jpk_report *report);

/* Prints bytes as they are; on a terminal without control characters other than tab and line end. */
bool output_raw(const char *data, size_t size);

#endif
