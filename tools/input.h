/* Opening the project that a command is given. */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "jpk/cloud.h"
#include "jpk/cloud_tree.h"
#include "jpk/jpk.h"
#include "tools/options.h"

struct input {
    const char *name;        /* as messages call it */
    struct jpk_cloud *cloud; /* an export of Cloud Studio; then all below is NULL but for the tree that it came from */
    struct jpk_cloud_tree *tree;
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

/*
 * Opens a file, a folder, or "-" for standard input, as a project of Design Studio. What holds JSON, as exports of
 * Cloud Studio do, is JPK_ERR_USAGE: the command cannot do anything with it yet.
 */
bool input_open(struct input *input, const char *argument, const struct settings *settings, struct jpk_error *err);

/* The same for commands that know both: an export, or the tree of one, is read at once, into `cloud`. */
bool input_open_any(struct input *input, const char *argument, const struct settings *settings, struct jpk_error *err);

/* Reads the project of an opened input, and its graph. `flags` are those of jpk_project_load. */
bool input_load(struct input *input, const struct settings *settings, unsigned flags, struct jpk_error *err);

/* The summary of an input that input_open_any has opened, which reads a project of Design Studio; NULL on errors. */
struct jpk_summary *input_summary(struct input *input, const struct settings *settings, struct jpk_error *err);

/* What jpk_cloud_check finds in an export, with places in the files of its tree when it is one; NULL on errors. */
struct jpk_findings *input_check_cloud(const struct input *input, struct jpk_error *err);

void input_close(struct input *input);

#endif
