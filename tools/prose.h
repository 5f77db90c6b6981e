/*
 * The prose of the manual, doc/man/NAME.SECTION.md: as much of Markdown as it needs, read once for the terminal and for
 * man. A file is written by us and built in, so what is no mark is text.
 */
#ifndef TOOLS_PROSE_H
#define TOOLS_PROSE_H

#include "base/buf.h"

enum prose_kind {
    PROSE_TITLE,     /* "# jpk-formats - in which forms ..." */
    PROSE_HEADING,   /* "## Examples" */
    PROSE_PART,      /* "### Exports" */
    PROSE_PARAGRAPH, /* lines up to an empty one */
    PROSE_ITEM,      /* "- ...", its further lines indented */
    PROSE_ROW,       /* "| ... | ... |" of a table of two columns, without its head */
    PROSE_CODE,      /* between fences, with the line ends */
    PROSE_OPTIONS    /* "<!-- limits -->": a table of options stands here */
};

/* A part of the file, as it stands there. */
struct prose_block {
    enum prose_kind kind;
    const char *text;
    size_t size;
    const char *rest; /* PROSE_ROW: the second cell */
    size_t rest_size;
};

/* The next block behind *at, which moves. False: there is none. */
bool prose_next(const char **at, struct prose_block *block);

enum prose_style { PROSE_PLAIN, PROSE_LITERAL, PROSE_STRONG, PROSE_EMPHASIS };

/* Words of one look. A link is its text. */
struct prose_span {
    enum prose_style style;
    const char *text;
    size_t size;
};

/* The next span of a block's text, from *at to `end`. False: there is none. */
bool prose_span(const char **at, const char *end, struct prose_span *span);

/* Appends the words of a block's text with one space between them, without marks; literals of several words in quotes.
 */
void prose_words(struct buf *out, const char *text, size_t size);

#endif
