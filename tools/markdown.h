/*
 * Texts of a project in Markdown. They are data there: every punctuation mark is a character reference, which Markdown
 * never reads as markup, and what stands in <code> links no user or issue.
 */
#ifndef TOOLS_MARKDOWN_H
#define TOOLS_MARKDOWN_H

#include "base/buf.h"

void markdown_text(struct buf *out, const char *text);
void markdown_code(struct buf *out, const char *text);

#endif
