/* Opening the project that a command is given: a file, a folder, or "-" for standard input. */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "base/buf.h"
#include "jpk/source.h"
#include "tools/options.h"

/*
 * Opens it as a project of Design Studio. What holds JSON, as exports of Cloud Studio do, is JPK_ERR_USAGE: the command
 * cannot do anything with it yet.
 */
bool input_open(struct source *input, const char *argument, const struct settings *settings, struct jpk_error *err);

/* The same for commands that know both studios. */
bool input_open_any(struct source *input, const char *argument, const struct settings *settings, struct jpk_error *err);

/*
 * Reads the projects of several inputs that are to stand beside each other; an export has none. Of workspaces it is the
 * same environment: that of --env, else the one that the first of them has in the order of `order`. What has no choice
 * of environments is taken as it is. Errors: those of jpk_project_load; JPK_ERR_NOT_FOUND: a workspace does not have
 * that environment.
 */
bool input_load_together(struct source *inputs, const int *order, size_t count, const struct settings *settings,
                         unsigned flags, struct jpk_error *err);

/* Reads a file of an opened project for findings_reader: behind the input's name stands the entry's. */
bool input_read_file(void *context, const char *file, struct buf *text);

#endif
