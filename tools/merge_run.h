/* Opening three versions of a project and merging them, for the command and for git's driver. */
#ifndef TOOLS_MERGE_RUN_H
#define TOOLS_MERGE_RUN_H

#include "base/strings.h"
#include "jpk/merge.h"
#include "tools/input.h"

struct merge_run {
    struct source inputs[3]; /* base, ours, theirs */
    struct jpk_merge *result;
};

/*
 * Merges what is at three paths. Errors: those of opening and merging; JPK_ERR_USAGE: projects of Design Studio and of
 * Cloud Studio together. merge_run_end in any case.
 */
bool merge_run(struct merge_run *run, const char *const paths[3], const struct settings *settings,
               const struct jpk_merge_options *how, struct jpk_error *err);

/* Whether ours is an unpacked tree. */
bool merge_run_is_tree(const struct merge_run *run);

/*
 * Adds to `out` the files beside the project in the tree of theirs that are left out of the merge: those that are new
 * or others there than in the base, and not as ours has them. The texts are copied to `arena`.
 */
bool merge_run_left_out(const struct merge_run *run, struct strings *out, struct arena *arena, struct jpk_error *err);

void merge_run_end(struct merge_run *run);

#endif
