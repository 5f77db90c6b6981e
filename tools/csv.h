/* CSV for spreadsheets: RFC 4180. */
#ifndef TOOLS_CSV_H
#define TOOLS_CSV_H

#include "base/buf.h"

/*
 * Appends a cell, printable but for line ends and tabs, without secrets. One that a spreadsheet would take for a
 * formula gets an apostrophe in front, which says it is text.
 */
void csv_put_cell(struct buf *out, const char *text);

/* Ends the row, behind its last cell. */
void csv_end_row(struct buf *out);

#endif
