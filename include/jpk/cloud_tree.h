/*
 * jpk/cloud_tree.h - exports of Cloud Studio in version control: the unpacked tree, and packing.
 *
 * A tree is a folder that people like in git:
 *
 *     Script/Write log.jb                 the text of a script without its <trans> tags (JavaScript: .js)
 *     Script/Write log.json               what is not as usual about it; not there when nothing is
 *     Operation/Contacts/Query.json       operations below their workflows
 *     Operation/Contacts/.workflow.json   the workflow; not there when nothing is unusual about it
 *     Activity/Salesforce/Query.json      activities below their connections
 *     Activity/Salesforce/Query.soql      the text of a query; .sql
 *     Connection/Salesforce.json
 *     Transformation/Contacts.map         mappings, as in trees of Design Studio (jpk/tree.h)
 *     Transformation/Contacts.json        the rest: schemas, and the targets in their order
 *     Notification/Failure.json, .txt     an e-mail and its message
 *     Schema/ ProjectVariable/ GlobalVariable/ Other/
 *     Asset/jitterbit.netsuite.xsd        assets unpacked
 *     cloud.json                          the export without all of these
 *     jpk-cloud.jsonl                     the index: order and ids
 *
 * File names are those of jpk/tree.h: percent-encoded, with digits of the id where names collide, and stable.
 *
 * In .json files `@` and a path stand for the component that is there, in place of its id, of a whole link (a step, an
 * operation of a workflow), or of the copy of a schema in a transformation or an activity:
 * `"steps": ["@Script/Write log"]`.
 * `"@.soql"` stands for the text in that file. A value at such a place that begins with @ itself is written with two.
 * What nearly every component has (jpk/cloud_made.c) and what follows from texts and other components is left out and
 * made again by packing: names, states, `scriptBodyCleansed`, `globalVariables`, `srcPaths` and the like. `@lacks`
 * lists what the export does not have although it would be made. What was found to differ from what would be made stays
 * in the .json; `@text` and `@script` hold the hash of the text that it was kept for, so that it is made anew once the
 * text is another one. Whatever would not come back exactly in this way is kept as the export has it, in one .json
 * (`plain` in the index).
 *
 * The index is JSON Lines: the first line is about the tree (format, version, project, id), each other one is
 *     {"component": path, "id": id}     in the order of the export; path without endings
 *     {"workflow": path, "id": id}
 *     {"asset": path, "json": ...}      with what the asset is beyond its path and content
 *     {"stale": path}                   a file of an earlier state of the project, which is not packed
 * with `json` and an empty path for an element without files, `again` (has the id of one before), `plain`, and
 * `markers` (holds lines that look like the marks of a merge conflict and are none; a whole conflict never is).
 *
 * Packing an untouched tree gives jpk_cloud_write of what was unpacked. Files that the index does not know are new
 * components; their ids are UUIDs of version 5 in the namespace of the project's id, of "tree/<path>", unless the .json
 * has one. Components without files are gone. A new file that is called as one that is gone and is of its kind, but
 * lies in another folder, has been moved, and keeps the id.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_CLOUD_TREE_H
#define JPK_CLOUD_TREE_H

#include "jpk/cloud.h"
#include "jpk/tree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a folder is such a tree. */
JPK_API bool jpk_cloud_is_tree(const char *folder);

/* Unpacks an export as jpk_unpack does a project of Design Studio: the same options, result, errors and ownership. */
JPK_API struct jpk_unpacked *jpk_cloud_unpack(const struct jpk_cloud *cloud, const char *folder,
                                              const struct jpk_unpack_options *options, struct jpk_error *err);

/* An opened tree, which owns whatever it shows. */
struct jpk_cloud_tree {
    struct jpk_cloud *cloud;           /* what the tree is packed to: its text is made, and not canonical */
    struct jpk_strings added;          /* paths of components and assets that the index does not know */
    struct jpk_strings removed, moved; /* of those that have no files any more; that lie elsewhere, "old -> new" */
    struct jpk_strings notes;          /* sentences */
};

/*
 * Reads a tree. `limits` may be NULL for the defaults. Errors have the folder as their file and the file in it as their
 * entry: those of jpk_cloud_load; JPK_ERR_FORMAT: marks of a merge conflict, ids that are there twice, files of no
 * component, references to nothing; JPK_ERR_SPECIAL: links; JPK_ERR_NOT_FOUND: no tree.
 */
JPK_API struct jpk_cloud_tree *jpk_cloud_tree_open(const char *folder, const struct jpk_limits *limits,
                                                   struct jpk_error *err);
/* Accepts NULL. */
JPK_API void jpk_cloud_tree_free(struct jpk_cloud_tree *tree);

/*
 * Where a place in the text of tree->cloud lies: the path of a file in the folder, owned by the tree, and the line and
 * column in it. What was made has the place of what it was made from. NULL: nowhere.
 */
JPK_API const char *jpk_cloud_tree_place(const struct jpk_cloud_tree *tree, uint32_t line, uint32_t column,
                                         uint32_t *file_line, uint32_t *file_column);

/*
 * Turns the places of findings of jpk_cloud_check into those of the tree's files, and sorts them by these. The tree
 * must stay. Errors: JPK_ERR_MEMORY.
 */
JPK_API bool jpk_cloud_tree_findings(const struct jpk_cloud_tree *tree, struct jpk_findings *findings,
                                     struct jpk_error *err);

/* The text of a file that packing has read, by its path in the folder; owned by the tree. NULL: there is none. */
JPK_API const char *jpk_cloud_tree_file(const struct jpk_cloud_tree *tree, const char *path, size_t *size);

/*
 * Writes the index anew when something was added, removed or moved, so that ids stay; else it does nothing. Errors:
 * JPK_ERR_WRITE, JPK_ERR_MEMORY.
 */
JPK_API bool jpk_cloud_tree_save(const struct jpk_cloud_tree *tree, struct jpk_error *err);

#ifdef __cplusplus
}
#endif

#endif
