/* What the commands of a migration share. */
#ifndef TOOLS_MIGRATE_OPTIONS_H
#define TOOLS_MIGRATE_OPTIONS_H

#include "migrate/survey.h"
#include "migrate/work.h"
#include "tools/options.h"

/* Finds and reads all projects; `output` is the file that sources are to be relative to, NULL or "-" for none. */
bool migrate_survey(struct survey *survey, const struct settings *settings, const char *output, char **paths,
                    size_t count, struct jpk_error *err);

/* Reads a plan, and prints what is wrong with it. Returns 0, or the exit status. Free the plan in any case. */
int migrate_read_plan(struct work_plan *plan, const char *path);

/*
 * From now on nothing is read but the sources of the plan, `folder` (NULL: none) and what the options name (see
 * tools/sandbox.h). Returns 0, or the exit status after a message.
 */
int migrate_narrow(const struct command *command, const struct settings *settings, const struct work_plan *plan,
                   const char *folder);

/* Prints all errors; returns the exit status. */
int migrate_print_errors(const struct work_errors *errors);

/* Writes a text to a file, or to standard output for "-" or NULL. Returns the exit status. */
int migrate_write_text(const struct settings *settings, const char *path, const struct buf *text);

#endif
