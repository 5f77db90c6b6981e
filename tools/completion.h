/* Completion in shells: scripts that are made from the tables of commands and options. */
#ifndef TOOLS_COMPLETION_H
#define TOOLS_COMPLETION_H

#include "base/buf.h"
#include "tools/options.h"

/* What can stand at a place of the command line; all of it at once. */
struct completion {
    struct buf words;    /* parted by spaces; none hold anything that a shell would read */
    const char *endings; /* files whose names end so, "jpk json", and folders; "": all files; NULL: none */
    bool folders;        /* folders alone */
};

/* What an option's value is. The result must be released. */
struct completion completion_option(const struct option *option);

/* What the argument with that number, from 0, is; nothing behind the last. */
struct completion completion_argument(const struct command *command, size_t number);
void completion_free(struct completion *completion);

/* How many arguments a command names in its usage; *repeats: the last may come again. */
size_t completion_arguments(const struct command *command, bool *repeats);

/* Appends a text between single quotes, as sh, zsh and fish read it. */
void completion_quote(struct buf *out, const char *text);

/* The first words of commands, each once, from *index on: families and commands of one word. NULL: no more. */
const char *completion_word(size_t *index, size_t *size);

/* Appends what the commands of the family with that first word are called: "list, show". */
void completion_family(struct buf *out, const char *word, size_t size);

/* Each appends a script. */
void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);
void completion_fish(struct buf *out);

#endif
