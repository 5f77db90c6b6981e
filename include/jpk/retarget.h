/*
 * jpk/retarget.h - a project for another organization and environment: what an export and an import there would make of
 * it, without the two studios.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_RETARGET_H
#define JPK_RETARGET_H

#include "jpk/cloud.h"
#include "jpk/diff.h"
#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is left out, as the export dialogs of both studios offer it. */
enum jpk_without {
    JPK_WITHOUT_CREDENTIALS = 1,
    JPK_WITHOUT_SCHEDULES = 2,
    JPK_WITHOUT_EMAILS = 4,
    JPK_WITHOUT_VARIABLES = 8 /* the values of project variables */
};

/* NULL: stays as it is. */
struct jpk_retarget_options {
    const char *name; /* of the project */
    const char *organization_id, *organization_name;
    const char *environment_id, *environment_name;
    unsigned without; /* of enum jpk_without */
    bool force;       /* replace what is at the path */
    bool fast;        /* do not wait until the disk has it */
};

/* Something that was left out. */
struct jpk_left_out {
    enum jpk_without why;
    const char *path; /* of the item: "Schedule/Nightly", as jpk_entity_path gives it; "connection:Salesforce" */
    const char *key;  /* of the setting; NULL: the item as a whole */
    const char *note; /* one sentence; NULL: nothing to add */
};

struct jpk_retargeted {
    char *text; /* of an export; else NULL */
    size_t size;
    const struct jpk_left_out *left_out; /* in the order of the project */
    size_t left_out_count;
    const struct jpk_left_out *kept; /* what was asked to be left out but could not: it says why */
    size_t kept_count;
};

/* Writes a Jitterpak of kind 3, of everything that jpk_pack of that kind has, to `path`. */
JPK_API struct jpk_retargeted *jpk_retarget_jitterpak(const struct jpk_project *project, const struct jpk_graph *graph,
                                                      const char *path, const struct jpk_retarget_options *options,
                                                      struct jpk_error *err);

/* Makes the text of an export, in canonical form. */
JPK_API struct jpk_retargeted *jpk_retarget_export(const struct jpk_cloud *cloud,
                                                   const struct jpk_retarget_options *options, struct jpk_error *err);
JPK_API void jpk_retargeted_free(struct jpk_retargeted *retargeted);

#ifdef __cplusplus
}
#endif

#endif
