/* Opening the project that a command is given. */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "jpk/jpk.h"
#include "tools/options.h"

struct input {
    const char *name; /* as messages call it */
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

/* Opens a file, a folder, or "-" for standard input. */
bool input_open(struct input *input, const char *argument, const struct settings *settings, struct jpk_error *err);

/* Reads the project of an opened input, and its graph. `flags` are those of jpk_project_load. */
bool input_load(struct input *input, const struct settings *settings, unsigned flags, struct jpk_error *err);

void input_close(struct input *input);

#endif
