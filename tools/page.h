/*
 * Pages of HTML: one file that needs no network and no script. Its style and script, tools/page.css and .js (made into
 * C by the Makefile), are allowed by their hashes, and nothing else is. Text from files is escaped here; the script
 * reads the table that is there and makes up nothing.
 *
 * The script serves the table with the id "rows": a tbody for each of its rows, with a tr.main and, where there is more
 * to say, a tr.details; headers have a data-key, which sorting goes by.
 */
#ifndef TOOLS_PAGE_H
#define TOOLS_PAGE_H

#include "base/buf.h"
#include "jpk/jpk.h"

extern const char page_css[];
extern const char page_js[];

/* A list in a page has at most so many lines; the JSON has all. */
enum { PAGE_LIST_MAX = 1000 };

/* Everything before what stands below the heading; `title` is text. */
void page_begin(struct buf *out, const char *title);
void page_end(struct buf *out);

/* Text, made printable and escaped. */
void page_text(struct buf *out, const char *text);

/* `before`, the text, `after`: the two are HTML. */
void page_in(struct buf *out, const char *before, const char *text, const char *after);

/* A figure on top, an item of ul.tiles. `mark` is "", or "warn" or "bad" when the figure should be 0. */
void page_tile(struct buf *out, const char *mark, uint64_t value, const char *label);

/* A card with a list, in .grid; `title` is HTML. page_section_end says how many of `count` things were left out. */
void page_section(struct buf *out, const char *title, size_t count, bool wide);
void page_section_end(struct buf *out, size_t count);

/* A row of three cells: severity, what and where, rule. `named`: with the item that it is about. */
void page_finding(struct buf *out, const struct jpk_finding *finding, bool named, const char *advice);

/* Search, order and folding for the table, which the script shows. `more` is HTML for further controls. */
void page_tools(struct buf *out, const char *placeholder, const char *more);

#endif
