/*
 * jpk/scan.h - secrets and personal data in projects, and in any other text.
 *
 * What a project's form tells comes first: encrypted values, settings that hold a secret by their name or their kind,
 * hidden variables, log-ins of e-mails. Then every text is searched for what looks like a secret: scripts, mappings,
 * documents, structures, queries. One secret is found once. Content that is no text, or cannot be unpacked, is told
 * under the rule not-searched, which is a note. What jpk_retarget_jitterpak and jpk_retarget_export leave out without
 * credentials, secrets, people and hosts is what is found here with medium or high confidence, no less and no more.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_SCAN_H
#define JPK_SCAN_H

#include "jpk/cloud.h"
#include "jpk/cloud_tree.h"
#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The rules, from 0; false: there is none of that number. */
JPK_API bool jpk_scan_rule(size_t index, struct jpk_check_rule *rule);

struct jpk_scan_options {
    enum jpk_confidence least; /* what is less sure is left out */
    const char *const *only;   /* ids of rules; NULL: all */
    size_t only_count;
};

struct jpk_secret {
    const char *rule;
    enum jpk_severity severity;
    enum jpk_confidence confidence;
    const char *file;      /* of an archive or a tree; NULL: the one file that was searched */
    uint32_t line, column; /* in that file; columns count bytes; 0: not known */
    const char *item;      /* its path, as jpk_diff has it: "Source/Orders", "connection/Salesforce"; NULL: none */
    const char *setting;   /* its key, "password", "page1/password"; the text in it; of other JSON a pointer; NULL */
    const char *shown;     /* what may be shown of it: "***", "ghp_*** (40 characters)", "j***@example.com" */
};

struct jpk_secrets {
    const struct jpk_secret *items; /* by file and place */
    size_t count;
};

/* Searches every file of a project's archive, which must be open. `options` may be NULL: all rules, all confidences. */
JPK_API struct jpk_secrets *jpk_scan_project(const struct jpk_project *project, const struct jpk_scan_options *options,
                                             struct jpk_error *err);
/* Searches an export; `tree` is that which it was read from, or NULL. */
JPK_API struct jpk_secrets *jpk_scan_cloud(const struct jpk_cloud *cloud, const struct jpk_cloud_tree *tree,
                                           const struct jpk_scan_options *options, struct jpk_error *err);
/* Searches a text of any kind; what holds NUL bytes is none. Errors are only those of the machine. */
JPK_API struct jpk_secrets *jpk_scan_text(const char *text, size_t size, const struct jpk_scan_options *options,
                                          struct jpk_error *err);
/* Accepts NULL. */
JPK_API void jpk_secrets_free(struct jpk_secrets *secrets);

/*
 * One sentence for people, in UTF-8 whatever the project holds: "a password in the clear in the setting 'password':
 * ***". The caller frees it; NULL: no memory.
 */
JPK_API char *jpk_secret_words(const struct jpk_secret *secret);

#ifdef __cplusplus
}
#endif

#endif
