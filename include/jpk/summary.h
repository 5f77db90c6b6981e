/*
 * jpk/summary.h - what a project is, in figures and short lists: for a person who looks at one project, and for a table
 * of many.
 *
 * Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_SUMMARY_H
#define JPK_SUMMARY_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A connection type: the key of a connector ("salesforce"), or what a source or target connects to ("FTP"). */
struct jpk_summary_connector {
    const char *name;
    size_t endpoints, reads, writes, calls; /* items by the role of their type, enum jpk_role */
};

/* An item of the project. */
struct jpk_summary_item {
    const char *id;
    const char *path; /* as jpk_entity_path gives it: "Operation/Common/Nightly load" */
};

/* An item that holds script: a script, or a transformation with its mappings. */
struct jpk_summary_script {
    struct jpk_summary_item item;
    enum jpk_type type; /* JPK_TYPE_SCRIPT or JPK_TYPE_TRANSFORMATION */
    size_t scripts;     /* of a transformation its mappings but loops, which hold no script; of a script 1 */
    size_t lines;       /* of all of them, the lines of their <trans> or <javascript> tags included */
};

/* Components of one kind, in an export of Cloud Studio. */
struct jpk_summary_kind {
    const char *name;           /* for programs, "projectVariable" */
    const char *label, *plural; /* for people */
    size_t count;
};

/* A setting whose value is encrypted. The value is not here. */
struct jpk_summary_secret {
    struct jpk_summary_item item;
    const char *key;
};

/*
 * "In use" below means: the tree of project.xml lists it, and it is not marked as deleted. All lists of items are in
 * the order of the tree. Strings are never NULL; "" where the project says nothing.
 */
struct jpk_summary {
    const char *name, *id; /* of the project */
    /* "Jitterpak", "workspace", "environment folder", "flat folder", "unpacked tree", "Cloud Studio export" */
    const char *form;
    enum jpk_kind kind;
    char created_with[32], required_version[32]; /* jpk_project_created_with, jpk_project_required_version */
    char created[32], deployed[32];              /* UTC, as jpk_time_decode writes it */
    const char *stored;                          /* of environment.properties: see jpk_project_stored */
    /* Where it came from: environment.properties, else jitterpak.properties. */
    const char *organization, *organization_id, *environment, *environment_id;
    const char *comment; /* of jitterpak.properties */

    size_t types[JPK_TYPE_COUNT];         /* items in use, by enum jpk_type */
    size_t items;                         /* the sum of these; of an export the number of its components */
    const struct jpk_summary_kind *kinds; /* Cloud Studio: all kinds that there are, workflows first; else NULL */
    size_t kind_count;
    size_t deleted;       /* marked as deleted, but still there */
    size_t unread;        /* without a file that can be read */
    size_t variables;     /* project variables that are not deleted, in the tree or not */
    size_t variables_set; /* those with a value */
    size_t files;         /* structures: files below files/; of an export its assets */
    size_t entries;       /* all files of the project, and their bytes when they are unpacked */
    uint64_t size;

    const struct jpk_summary_connector *connectors; /* of items in use, in the order of their first one */
    size_t connector_count;

    /*
     * Operations in use that nothing in the project starts: they have no schedule, no live operation has them as its
     * success or failure operation, and no live script or mapping starts them. Live is what an operation can reach
     * (jpk_graph_live). A script that names an operation starts it unless the call only asks about it, waits for it or
     * cancels it; a script that the operation alone runs does not count, nor does the operation itself.
     */
    const struct jpk_summary_item *unstarted;
    size_t unstarted_count;

    const struct jpk_summary_script *scripts; /* in use and read */
    size_t script_count;
    size_t script_lines;                   /* of the scripts; their number is types[JPK_TYPE_SCRIPT] */
    size_t mapping_scripts, mapping_lines; /* of the transformations */

    const struct jpk_summary_secret *secrets; /* of all items, deleted ones too: their values are in the file as well */
    size_t secret_count;
    size_t secret_variables, secret_locations, secret_mails, secret_others; /* by type; their sum is secret_count */

    const struct jpk_finding *findings; /* of jpk_check, in its order */
    size_t finding_count;
    size_t finding_counts[3]; /* by enum jpk_severity */
};

/*
 * Sums a project up. The result stands alone: it may outlive the project and its graph. It holds no value of a
 * setting, encrypted or not. Time grows with the size of the project. Errors are those of jpk_check, which it runs:
 * JPK_ERR_USAGE after jpk_project_slim, else those of the machine.
 */
JPK_API struct jpk_summary *jpk_summary_make(const struct jpk_project *project, const struct jpk_graph *graph,
                                             struct jpk_error *err);
JPK_API void jpk_summary_free(struct jpk_summary *summary);

/* What a project of Design Studio is, as `form` says it. */
JPK_API const char *jpk_project_form(const struct jpk_project *project);

#ifdef __cplusplus
}
#endif

#endif
