/*
 * jpk/tree.h - projects in version control: the unpacked tree, and packing.
 *
 * An unpacked tree is a folder that people like in git:
 *
 *     Script/Common/Send mail.jb        a script's text, nothing else (JavaScript: .js)
 *     Script/Common/Send mail.xml       the rest of the entity as Design Studio wrote it, its text left empty
 *     Script/Common/.folder.xml         the folder's own entity
 *     SalesforceQuery/Contacts.soql     query text; .sql and .where.sql for the SQL of database structures
 *     Transformation/Contacts.map       mappings, one target a line or block with its script
 *     files/ deleted.xml ...            as they are in the project
 *     unlisted/Folder/Old.xml           entities that project.xml does not list: orphans, deleted ones
 *     other/ original/                  entries that no project is known to hold; bytes that could not be made again
 *     local/                            user-interface state, caches, test data: what Design Studio can make again
 *     jpk-index.jsonl                   ids, order and what else packing needs, a JSON object a line
 *
 * The first folder is the entity type, below it lie the folders and names of the project. What a file system cannot
 * hold is written as `%` and two hexadecimal digits; names that collide get `~` and digits of their id, and keep their
 * file names as long as they are there. Apart from the texts, no byte of an entity is changed, so the untouched tree
 * gives back every entry's bytes, and an edited text changes its own entity alone.
 *
 * The index: the first line is about the tree (format, version, project, id, base, form, time, crlf; `original` as
 * below). Every other line is one of
 *     {"folder": path, "id": guid}      a folder of project.xml
 *     {"item": path, "id": guid, "parts": [".jb"]}     an entity and the endings of its texts
 *     {"file": path}                    an entry that is kept as it is
 *     {"stale": path}                   a file of an earlier state of the project, which is not packed
 * in the order of project.xml. Where the usual does not hold: `name` (project.xml gives another one than the entity),
 * `as` (another entry than Data/<type>/<id>.xml or the path itself; from the archive's root behind a `/`), `in` (the
 * folder above lies elsewhere in the tree), `absent` (listed, but without a file), `original` (the SHA-256 of what
 * packing makes; as long as it is that, the bytes in original/ are used), `markers` (holds lines that look like the
 * marks of a merge conflict and are none; a whole conflict never is).
 *
 * Such a folder is opened by jpk_archive_open_folder like any project; its entries are those of the archive that
 * packing makes. New entities need no line in the index: an .xml file in its type's folder (without an ID or with an
 * empty one), or for a script the .jb or .js alone. They get ids by rule: UUID version 5 in the namespace of the
 * project's id, of "tree/<path>". Moved files are known by the ID in them. A file that is missing without its line
 * being gone, an ID that is not the line's, marks of a merge conflict and files of no item are errors with their place.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_TREE_H
#define JPK_TREE_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A list of paths or sentences, owned by the result that has it. */
struct jpk_strings {
    const char *const *items;
    size_t count;
};

struct jpk_unpack_options {
    bool update;       /* the folder may hold a tree of this project: write what changed */
    bool force;        /* the folder may hold other things, or the tree of another project; files are replaced that */
                       /* the index of the tree does not know */
    bool delete_stale; /* with update: remove what the project does not have any more */
    bool dry_run;      /* write nothing */
    bool conflicts;    /* whatever looks like a mark of a merge conflict is one: packing refuses it until it is gone */
};

struct jpk_unpacked {
    struct jpk_strings written; /* paths in the tree that are new or changed, in byte order */
    struct jpk_strings stale;   /* files of the tree that are no part of the project any more, in byte order; removed */
                                /* from the disk only with delete_stale */
    struct jpk_strings notes; /* sentences about what is kept in an unusual way, and about conflicts that the project */
                              /* holds: packing refuses those whatever the options are */
    size_t unchanged;
};

/*
 * Unpacks a project into `folder`. A new folder appears complete or not at all; an existing one must be empty but for
 * version control (JPK_ERR_EXISTS), unless options say otherwise. In an existing folder every file is replaced by a
 * rename, the index last; one that the tree's index does not know, such as a new script that was not packed yet, is not
 * replaced by another: that is JPK_ERR_EXISTS before anything is written. `options` may be NULL. The result is the
 * caller's.
 */
JPK_API struct jpk_unpacked *jpk_unpack(const struct jpk_project *project, const char *folder,
                                        const struct jpk_unpack_options *options, struct jpk_error *err);
JPK_API void jpk_unpacked_free(struct jpk_unpacked *unpacked);

/* ------------------------------------------------------------------------------------------------------- packing */

/* Whether an opened folder is an unpacked tree. */
JPK_API bool jpk_archive_is_tree(const struct jpk_archive *archive);

/*
 * The files of a tree as they lie in its folder: what findings of jpk_check name. The archive itself when it is no
 * tree. Owned by `archive`.
 */
JPK_API struct jpk_archive *jpk_tree_files(struct jpk_archive *archive);

enum jpk_pack_kind {
    JPK_PACK_DEFAULT, /* an unpacked tree and the inside of a Jitterpak as they are, all else as an export */
    JPK_PACK_AS_IS,   /* every entry's bytes as they are; a jitterpak.properties is added where there is none */
    JPK_PACK_EXPORT,  /* as Design Studio exports a project: kind 3, everything to be deployed, no test files */
    JPK_PACK_BACKUP   /* as Design Studio backs up an environment: kind 1, deploy state as it is */
};

struct jpk_pack_options {
    enum jpk_pack_kind kind;
    bool force; /* replace what is at the path */
};

/* What packing does beyond copying; see jpk_pack_plan. */
struct jpk_pack_plan {
    struct jpk_strings added; /* paths of entities of a tree that get an id, and with moved: changes of its index */
    struct jpk_strings moved;
    struct jpk_strings notes; /* sentences: what is left out and what that costs, what is changed */
    size_t entries;           /* of the archive that will be written */
};

/*
 * Says what packing will do. The project's archive must still be open. Of a project that was loaded with JPK_KEEP_GOING
 * an entity that could not be read is an error (JPK_ERR_FORMAT), unless it was unpacked into other/ because of that;
 * and so are the marks of a merge conflict that nobody has settled. The result is the caller's.
 */
JPK_API struct jpk_pack_plan *jpk_pack_plan(const struct jpk_project *project, const struct jpk_pack_options *options,
                                            struct jpk_error *err);
JPK_API void jpk_pack_plan_free(struct jpk_pack_plan *plan);

/*
 * Writes the project as a Jitterpak, unless jpk_check finds conflict-marks (JPK_ERR_FORMAT): one top folder, entries in
 * byte order of their names, verified before the file gets its name. Of an unpacked tree the index and the files of new
 * entities are written first, so that ids stay. Times of entries are those of the source; jitterpak.properties that has
 * to be made takes its time from SOURCE_DATE_EPOCH or the environment's last change, never from the clock.
 */
JPK_API bool jpk_pack(const struct jpk_project *project, const char *path, const struct jpk_pack_options *options,
                      struct jpk_error *err);

#ifdef __cplusplus
}
#endif

#endif
