/*
 * The manual: a page for each command, made from its tables and the prose in doc/man/, and pages about topics, which
 * are prose alone. Pages are printed for man (roff) and, of topics, for the terminal.
 */
#ifndef TOOLS_MANUAL_H
#define TOOLS_MANUAL_H

#include "base/buf.h"
#include "tools/options.h"

/* A file of doc/man/. */
struct manual_prose {
    const char *name; /* "jpk-convert", "jpk-formats" */
    int section;      /* 1: of a command, 7: a topic */
    const char *text;
};

/* Made by doc/man/embed.sh from the files, by name. */
extern const struct manual_prose manual_prose[];
extern const size_t manual_prose_count;

/* The prose of "jpk-convert"; NULL: there is none. */
const struct manual_prose *manual_find(const char *name);

/* The topic of "formats", or of "jpk-formats"; NULL: there is none. */
const struct manual_prose *manual_topic(const char *word);

/* The word of a topic: "formats". */
const char *manual_word(const struct manual_prose *topic);

/* The table of options that prose calls by a name of `size` bytes; NULL: none. */
const struct option *manual_options(const char *name, size_t size);

/* Appends what a topic is about, one line. */
void manual_summary(struct buf *out, const struct manual_prose *topic);

/* Each appends a page. When memory is out, the buffer has failed. */
void manual_text(struct buf *out, const struct manual_prose *topic);
void manual_roff_topic(struct buf *out, const struct manual_prose *topic);
void manual_roff_command(struct buf *out, const struct command *command);
void manual_roff_program(struct buf *out);

#endif
