/* A project's summary as text, a line a fact, with what a terminal must not see replaced. */
#ifndef TOOLS_SUMMARY_TEXT_H
#define TOOLS_SUMMARY_TEXT_H

#include "base/buf.h"
#include "jpk/summary.h"

/* Appends the facts and figures. */
void summary_text(struct buf *out, const struct jpk_summary *summary);

/* Appends what a project does with one connector: "FTP: 1 to read, 2 to write". */
void summary_connector(struct buf *out, const struct jpk_summary_connector *connector);

#endif
