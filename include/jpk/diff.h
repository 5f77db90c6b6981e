/*
 * jpk/diff.h - what differs between two projects, or two exports of Cloud Studio, in the terms of the project instead
 * of its files.
 *
 * The projects may have any shape each. Items are matched first; then the pairs are compared field by field, and
 * whatever refers to an item is compared through the matching: a reference to an item and one to its partner are equal.
 * Conventions for errors, ownership and threads are those of jpk/base.h.
 *
 * Matching. Items of one id (letter case does not matter) and type belong together. What is left is matched by content,
 * so that a project that was imported again, with new ids for everything, is the same project. In this order: same
 * folder and name with the same content; same name and content; same content, when it is more than what other items of
 * the type have too; then the most similar pairs, for which the same place or name counts in favour; at last what has
 * the same place, whatever its content.
 *
 * Left out unless `all` is set, because it changes without anybody's doing:
 *  - of entities: Header/@Deployed, @DeployDirty and @HasMoved; debug_mode_until; activityId, entryId and relationId,
 *    which nothing refers to; an item's own id in its properties; the order of properties; line ends and the layout of
 *    XML;
 *  - of the project: when it was stored, created, changed, opened and deployed and by whom, last-environment, the
 *    crypto-marker; ui.xml, deleted.xml, settings/, cache/, testfiles/, .filestoupload, and of .metadata the times and
 *    checksums; properties files that only one side has, as shapes differ in that;
 *  - entities of type Folder that the tree does not list, and entities that are marked as deleted on both sides;
 *  - encrypted values of items that were matched by content, when the lengths allow equal texts.
 * Never compared: the settings databases and caches themselves.
 *
 * Encrypted values: equal ciphertexts are equal texts, but unequal ciphertexts may hold equal texts too (the format
 * adds random bytes). They are never given out, nor are clear values of keys that look like a password, token or
 * secret, or of such headers in lists of HTTP headers.
 */
#ifndef JPK_DIFF_H
#define JPK_DIFF_H

#include "jpk/cloud.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Exports of Cloud Studio. Components are the items, workflows the folders, assets the files. The differences to the
 * above:
 *
 * Matching. After the id the place decides, which is the kind and the name, of an activity also its function and
 * connection: references go by name. What is left is matched as above. References by name in any text
 * (<TAG>script:Name</TAG>) are compared through the matching too: a script that follows a new name has not changed.
 *
 * Documents are compared member by member and those of unknown kinds too, as JSON: keys without regard to order,
 * numbers by value; of duplicate keys the last counts. A property of an activity or a connection that has no value is
 * what its default is. Elements of lists go by what tells them apart: properties and nodes of schemas by name, rules by
 * target, others by `id`, `name`, `N`, `key` or `path`, what has none by its place. A schema's name in a transformation
 * means the schema. `jtr` and the content of assets are compared unpacked. What lies deeper than 64 levels differs as a
 * whole.
 *
 * Left out unless `all` is set:
 *  - of components, workflows and the project: checksum, requiresDeploy, validationState, metadataVersion, chunks,
 *    partial, hidden, isNew, cursor, rowId, duplicateRef, createdOn, createdBy, modifiedOn, modifiedBy; of the project
 *    origCreatedOn, deployments and the applied migrations; of rules validationErrors, transformScriptError and cursor;
 *  - what follows from something else: scriptBodyCleansed, transformScriptCleansed, globalVariables of scripts and
 * rules, usages of global variables, I and L of nodes, FileSize of assets; the id of an outcome, which nothing refers
 * to;
 *  - copies of schemas in transformations that agree with the schema, and of operations in workflows;
 *  - the order of components, properties, adapters, adapter ids, tags and endpoints; line ends in texts.
 * `tree_order` is about operations in workflows and workflows in the project. Files of different forms (an export, a
 * project, components alone) are compared in what both hold.
 *
 * Secrets: values that begin with $00, of properties whose widgetHint is password, of project variables that hide
 * theirs, and what the names above say.
 */

/* Zero-initialized: the defaults. */
struct jpk_diff_options {
    bool all;              /* leave nothing out, the order of items in the tree included */
    bool tree_order;       /* report when the items of a folder, or its folders, stand in another order */
    bool ignore_order;     /* do not report the order of activities, mappings and other lists */
    bool ignore_encrypted; /* do not report encrypted values that cannot be compared */
};

enum jpk_diff_subject {
    JPK_DIFF_PROJECT, /* name, id, versions, ... */
    JPK_DIFF_FOLDER,  /* a folder of the tree, a workflow */
    JPK_DIFF_ITEM,    /* an entity, a component */
    JPK_DIFF_FILE     /* a file below files/, plugins.xml, or one that no project is known to hold; an asset */
};

/* What has happened: one or more of these. */
enum jpk_diff_what {
    JPK_DIFF_ADDED = 1,     /* only B has it (or A had marked it as deleted) */
    JPK_DIFF_REMOVED = 2,   /* only A has it, or B has marked it as deleted */
    JPK_DIFF_RENAMED = 4,   /* another name */
    JPK_DIFF_MOVED = 8,     /* another folder; not when the folder itself was renamed or moved */
    JPK_DIFF_CHANGED = 16,  /* `fields` say what */
    JPK_DIFF_REORDERED = 32 /* a folder (or, with the path of a type, its top): what it holds stands in another order */
};

/* A line of a line diff. */
struct jpk_diff_line {
    char sign;        /* ' ' both, '-' A, '+' B */
    bool unfinished;  /* the last line of its text, which has no line end, while the other text ends in one */
    const char *text; /* without the line end */
};

/* Lines that changed, with up to three lines around them. Line numbers count from 1, as in unified diffs. */
struct jpk_diff_hunk {
    uint32_t old_start, old_count, new_start, new_count;
    const struct jpk_diff_line *lines;
    size_t line_count;
};

enum jpk_diff_field_kind {
    JPK_DIFF_FIELD_VALUE,     /* old_value and new_value */
    JPK_DIFF_FIELD_TEXT,      /* hunks */
    JPK_DIFF_FIELD_ENCRYPTED, /* two encrypted values; whether their texts are equal cannot be known */
    JPK_DIFF_FIELD_ORDER,     /* the parts are the same, in another order */
    JPK_DIFF_FIELD_OPAQUE     /* what the model does not keep, or bytes that are no text */
};

struct jpk_diff_field {
    enum jpk_diff_field_kind kind;
    /*
     * Where: "Properties/timeoutseconds", "Pipeline/Activities/TARGET[1]/@contentId", "script", "Description",
     * "Mappings/<target path>"; of components "properties/page1/locator", "mappingRules/<target path>/transformScript",
     * "steps[2]/id". Numbers in brackets count elements of a name from 1, in B, for what B lacks in A.
     */
    const char *path;
    const char *old_value, *new_value; /* NULL: absent, or not given out */
    bool old_hidden, new_hidden;       /* there is a value, which is encrypted or looks like a secret */
    /* What a value that is an id refers to: its id and its path; NULL for none. */
    const char *old_item_id, *new_item_id, *old_item_path, *new_item_path;
    const struct jpk_entity *old_item, *new_item; /* the same, of projects of Design Studio */
    const struct jpk_diff_hunk *hunks;
    size_t hunk_count;
    uint32_t removed, added; /* lines in the hunks; else 1 for each value that there is */
};

struct jpk_diff_change {
    enum jpk_diff_subject subject;
    unsigned what;                   /* of enum jpk_diff_what */
    const char *old_path, *new_path; /* for people, "Script/Common/Send mail"; a folder's ends in `/`; NULL: absent */
    const char *type;                /* of an item: "Script"; else NULL */
    const char *old_id, *new_id;     /* of an item or a folder; NULL where absent */
    const char *old_name, *new_name; /* likewise */
    const char *note;                /* "marked as deleted", ...; NULL for none */
    const struct jpk_entity *a, *b;  /* items of projects of Design Studio; NULL where absent */
    const struct jpk_folder *folder_a, *folder_b;
    const struct jpk_cloud_component *component_a, *component_b; /* items of exports; likewise */
    uint32_t place;                                              /* of an item: its place among those of B, else of A */
    /* What changed; of an added or removed item its scripts, mappings and other texts. */
    const struct jpk_diff_field *fields;
    size_t field_count;
    uint32_t removed, added; /* sums of those of the fields */
};

struct jpk_diff {
    const char *old_name, *new_name, *old_id, *new_id; /* of the projects; "" for none */
    const struct jpk_project *a, *b;                   /* projects of Design Studio, else NULL */
    const struct jpk_cloud *cloud_a, *cloud_b;         /* exports of Cloud Studio, else NULL */
    /* The project first, then folders, items and files, each by path (of B, else of A). */
    const struct jpk_diff_change *changes;
    size_t change_count;
    size_t matched;    /* pairs of items */
    size_t by_content; /* of these matched by content */
};

/*
 * Compares two projects, which must have been loaded without jpk_project_slim afterwards (JPK_ERR_USAGE) and must
 * outlive the result. `options` may be NULL. Errors: JPK_ERR_MEMORY, and what reading files of the archives can give.
 * Takes time in proportion to the projects' sizes; searches beyond that have a budget, after which differences are
 * right but not the smallest.
 */
JPK_API struct jpk_diff *jpk_diff_projects(const struct jpk_project *a, const struct jpk_project *b,
                                           const struct jpk_diff_options *options, struct jpk_error *err);

/*
 * Compares two exports of Cloud Studio, which must outlive the result. The only error is JPK_ERR_MEMORY. What a project
 * of Design Studio becomes (jpk/convert.h) can be compared after jpk_cloud_load.
 */
JPK_API struct jpk_diff *jpk_diff_clouds(const struct jpk_cloud *a, const struct jpk_cloud *b,
                                         const struct jpk_diff_options *options, struct jpk_error *err);
/* Accepts NULL. */
JPK_API void jpk_diff_free(struct jpk_diff *diff);

#ifdef __cplusplus
}
#endif

#endif
