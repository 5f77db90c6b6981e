/* A project as it lies on the disk, of either studio and in any form. */
#ifndef JPK_SOURCE_H
#define JPK_SOURCE_H

#include "jpk/cloud.h"
#include "jpk/cloud_tree.h"
#include "jpk/jpk.h"

/* Zero-initialized is empty. */
struct source {
    const char *name;        /* as messages call it; lent */
    struct jpk_cloud *cloud; /* an export of Cloud Studio; then all below is NULL but for the tree that it came from */
    struct jpk_cloud_tree *tree;
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

/* Whether what a descriptor reads begins as JSON does; nothing is taken from it. False with an error: it cannot be
 * read. */
bool source_begins_as_json(int fd, struct jpk_error *err);

/*
 * Opens a file or a folder: an export, or the tree of one, is read at once, into `cloud`; all else is opened as an
 * archive. Close it in any case.
 */
bool source_open(struct source *source, const char *path, const struct jpk_limits *limits, struct jpk_error *err);

/* Reads the project of an opened archive, and its graph. `flags` are those of jpk_project_load. */
bool source_load(struct source *source, const char *environment, unsigned flags, struct jpk_error *err);

/* The summary of an opened source, which reads a project of Design Studio; NULL on errors. */
struct jpk_summary *source_summary(struct source *source, const char *environment, struct jpk_error *err);

/* What jpk_cloud_check finds in an export, with places in the files of its tree when it is one; NULL on errors. */
struct jpk_findings *source_check_cloud(const struct source *source, struct jpk_error *err);

/* That an export holds no conflict that nobody has settled; the error has its place. */
bool source_cloud_settled(const struct source *source, struct jpk_error *err);

void source_close(struct source *source);

#endif
