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

/* What is left out: as the export dialogs of both studios offer it, and what they leave in. */
enum jpk_without {
    JPK_WITHOUT_CREDENTIALS = 1,
    JPK_WITHOUT_SCHEDULES = 2,
    JPK_WITHOUT_EMAILS = 4,    /* what operations send on success and failure */
    JPK_WITHOUT_VARIABLES = 8, /* the values of project variables */
    JPK_WITHOUT_SECRETS = 16,  /* in scripts, mappings and all other texts; the values of variables that are secrets */
    JPK_WITHOUT_PEOPLE = 32,   /* e-mail addresses and telephone numbers, in all texts */
    JPK_WITHOUT_HOSTS = 64     /* hosts, addresses and file servers of internal networks, in all texts */
};

/* NULL: stays as it is. */
struct jpk_retarget_options {
    const char *name; /* of the project; none of \ / : ? * " < > | and no control characters, as the vendor has it */
    const char *organization_id, *organization_name;
    const char *environment_id, *environment_name;
    unsigned without; /* of enum jpk_without */
    bool force;       /* replace what is at the path */
    bool fast;        /* do not wait until the disk has it */
};

/* Something that was left out. */
struct jpk_left_out {
    enum jpk_without why;
    const char *path; /* of the item, as jpk_diff gives it: "Schedule/Nightly", "connection/Salesforce"; "project" */
    const char *key;  /* of the setting: "password", "page1/password"; NULL: the item as a whole */
    const char *note; /* a remark; NULL: nothing to add */
    const char *rule; /* of a secret: the rule of jpk_scan_rule that it falls under; NULL: it is none */
};

struct jpk_retargeted {
    char *text; /* of an export, ended by a NUL that `size` does not count; else NULL */
    size_t size;
    const struct jpk_left_out *left_out; /* in the order of the project */
    size_t left_out_count;
    /*
     * What was asked to be left out but could not: the note says why. What could not be searched has the rule, and so
     * has the encrypted value of a variable that nothing tells to be a secret.
     */
    const struct jpk_left_out *kept;
    size_t kept_count;
};

/*
 * Writes a Jitterpak of kind 3, of everything that jpk_pack of that kind has, to `path`. The project may have any
 * shape; its archive must still be open. `graph` is that of the project; it may be NULL when neither schedules nor
 * e-mails are left out. An unpacked tree is not written to: new entities get the ids that packing would give them.
 *
 * Files are cut and edited in place. environment.properties, and of an export jitterpak.properties too, keep every line
 * that need not change; a key that is not there is not added. The state of deployment there is always that of a project
 * that was never deployed.
 *
 * What is left out:
 *  - credentials: encrypted values of all entities but project variables, whose values are no credentials, lose their
 *    value, as real projects have it: <Item key="login"/>. Clear values become empty under names of passwords, tokens
 *    and secrets; headers, addresses and connection strings lose the secrets in them. What is only a variable in
 *    brackets stays; one with a default value is no such thing;
 *  - schedules: Schedule entities and the links of operations to them. schedule_policy stays: most operations without a
 *    schedule have it;
 *  - e-mails: the links of operations to them, and EmailMessage entities that nothing else uses. References in comments
 *    do not count;
 *  - variables: the values of project variables;
 *  - secrets: in every text, be it a script, a mapping or a file, what jpk_scan_project finds with medium or high
 *    confidence is replaced by REDACTED, so that scripts can still be read; literal text beside a variable by nothing.
 *    Names that would be the same get numbers, REDACTED_2, and files whose names hold a secret, or those of
 *    their folders, are renamed wherever they are named as a whole.
 *    In files that are no entities too, where what looks like an item of one loses its credentials as well.
 *    Variables lose their values when these are hidden, or secrets by the variable's name, its label or their looks;
 *  - people and hosts: the same with what stands for nobody, such as redacted@example.com and 192.0.2.1.
 *
 * What is marked as deleted is treated like all else. Deflate is as in every archive that this library writes.
 *
 * Errors: JPK_ERR_USAGE (a name that the vendor refuses, text that is not UTF-8, no graph), those of jpk_pack.
 */
JPK_API struct jpk_retargeted *jpk_retarget_jitterpak(const struct jpk_project *project, const struct jpk_graph *graph,
                                                      const char *path, const struct jpk_retarget_options *options,
                                                      struct jpk_error *err);

/*
 * Makes the text of an export, in canonical form. The ids of the organization and the environment and the project's
 * name are replaced where the file has them (it has no names of the former), deployments are emptied and the project
 * is to be deployed; components stay as they are, for whether one has to be deployed is told by the project. Ids that
 * connectors of the organization's own (`adapters`) bring along stay, as does harmonyProjectId: the import gives new
 * ones.
 *
 * What is left out:
 *  - credentials: values of properties whose widgetHint is password or that are `secret`, of connections and activities
 *    also by their names, unless they are only variables in brackets (the vendor's export lets the rest of
 *    `[password]1234` through); whatever begins with $00 but for project variables; the log-in of e-mails; the secrets
 *    in headers, addresses and connection strings;
 *  - e-mails: what in operations (steps apart) holds the id of one; components that nothing else names, and what global
 *    variables say of their uses;
 *  - variables: the values of project variables become empty;
 *  - secrets, people, hosts: as in a Jitterpak, in every string of the file and in its assets;
 *  - schedules: nothing. No export is known to hold any, and components of unknown kinds stay.
 *
 * Errors: JPK_ERR_USAGE, JPK_ERR_MEMORY.
 */
JPK_API struct jpk_retargeted *jpk_retarget_export(const struct jpk_cloud *cloud,
                                                   const struct jpk_retarget_options *options, struct jpk_error *err);
JPK_API void jpk_retargeted_free(struct jpk_retargeted *retargeted);

/*
 * Whether a change that jpk_diff_projects or jpk_diff_clouds found between a project and what was made of it is what
 * the options ask for: so nothing else was lost. It is computed again from the source, field by field. `why`, which may
 * be NULL, gets what explains it, a constant text; NULL when nothing does, or memory is out.
 */
JPK_API bool jpk_retarget_explains(const struct jpk_retarget_options *options, const struct jpk_diff *diff,
                                   const struct jpk_diff_change *change, const char **why);

#ifdef __cplusplus
}
#endif

#endif
