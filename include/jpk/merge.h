/*
 * jpk/merge.h - three-way merges of projects and of exports of Cloud Studio, in the terms of the project instead of its
 * files: what each of two sides has changed since a common base.
 *
 * Items are those of jpk/diff.h: entities and components. They belong together by id and type; what is left then by its
 * place (type, folders and name; of variables type and name), so that a project that was imported again, with new ids,
 * can be merged too; and so do folders that have a file, others by their id alone. Ids that one side alone has changed
 * are changed in what the other side wrote as well; so are names of components where scripts use them, but not those of
 * variables.
 *
 * What one side alone has changed is taken from it, byte for byte. What both have changed is merged field by field:
 * attributes, properties, mappings, steps, members, each by its key; texts of several lines line by line. Fields are
 * those of jpk_diff, and so is what changes without anybody's doing; there the favored side counts in silence.
 * Such an item is written as its studio writes it (Design Studio), or in the layout that the sides have (exports).
 * Fields of structures that both sides have numbered in order (`fieldId`, `I`) are in the result too.
 * What lies beside the project in a workspace, such as its other environments, is merged file by file when all sides
 * have one form; which environment is the project the caller chooses, and it must be the same on all sides.
 *
 * A conflict is what the two sides do not agree on. What stays then:
 *  - lines of a text that both changed: both, between the marks that git uses, inside of the text;
 *  - deleted here (which an item's mark says as well), changed or used there: what is there stays;
 *  - any other value, name or folder, items and files of one name: that of the favored side;
 *  - elements that both put at the same place of a list whose order counts: both, first those of the favored side.
 * The favored side is ours unless JPK_MERGE_THEIRS is asked for. With a side asked for there are no marks, a deletion
 * by that side stays one unless something would then point at nothing, or a new operation of an export be in no
 * workflow, and conflicts are settled by that.
 *
 * The result is checked: it loads, and has no error of jpk_check that neither side has; such an error is a conflict. So
 * are two variables of one name, and who reads a variable by a name that it had, where neither side has that.
 *
 * Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_MERGE_H
#define JPK_MERGE_H

#include "jpk/cloud_tree.h"

#ifdef __cplusplus
extern "C" {
#endif

enum jpk_merge_favor { JPK_MERGE_MARK, JPK_MERGE_OURS, JPK_MERGE_THEIRS };

struct jpk_merge_options {
    enum jpk_merge_favor favor;
    const char *ours, *theirs; /* behind the marks; NULL: "ours", "theirs" */
    unsigned marker_size;      /* how many `<` make a mark; 0: 7 */
};

enum jpk_merge_kind {
    JPK_MERGE_VALUE,   /* both changed one value */
    JPK_MERGE_LINES,   /* both changed the same lines of a text */
    JPK_MERGE_DELETED, /* deleted here, changed there */
    JPK_MERGE_USED,    /* deleted here, used there */
    JPK_MERGE_ADDED,   /* both added something of one name or id that is not the same */
    JPK_MERGE_MOVED,   /* both put it into another folder */
    JPK_MERGE_ORDER,   /* both put something at the same place of a list, or changed its order */
    JPK_MERGE_FILE,    /* both changed a file that cannot be merged by lines */
    JPK_MERGE_CHECK    /* something is wrong in the result that is so on neither side; `message` says what */
};

/* "value", "lines", "deleted", ... */
JPK_API const char *jpk_merge_kind_name(enum jpk_merge_kind kind);

enum jpk_merge_kept { JPK_MERGE_KEPT_OURS, JPK_MERGE_KEPT_THEIRS, JPK_MERGE_KEPT_BOTH };

struct jpk_merge_value {
    const char *text; /* NULL: absent, or not given out */
    bool hidden;      /* there is a value, which is encrypted or looks like a secret */
};

struct jpk_merge_conflict {
    enum jpk_merge_kind kind;
    const char *path;  /* of the item, folder or file, as jpk_diff has it: "Script/Common/Send mail", "files/a.xsd" */
    const char *type;  /* of an item: "Script"; NULL for files and the project */
    const char *id;    /* of an item or folder; NULL for none */
    const char *field; /* as struct jpk_diff_field has it; "" for the whole */
    struct jpk_merge_value base, ours, theirs;
    enum jpk_merge_kept kept;
    uint32_t line;       /* of the marks in the text; 0 where there are none */
    bool settled;        /* by the favored side */
    const char *message; /* JPK_MERGE_CHECK: what is wrong; else NULL */
};

struct jpk_merge {
    const struct jpk_merge_conflict *conflicts; /* by path, in the order of the item */
    size_t conflict_count;
    size_t left;                         /* those that are not settled */
    size_t from_ours, from_theirs, both; /* items and files that one side changed, or both did */
    /* The result: of projects an archive with the form of OURS, which belongs to the merge; of exports a text. */
    struct jpk_archive *archive;
    const char *text;
    size_t size;
};

/*
 * Merges projects of Design Studio, which must have been loaded without jpk_project_slim afterwards (JPK_ERR_USAGE) and
 * must outlive the result, with their archives. `options` may be NULL. Errors: JPK_ERR_MEMORY, what reading files of
 * the archives can give, and JPK_ERR_FORMAT: the result would not load, as can happen with projects that have nothing
 * to do with each other. Takes time in proportion to the projects' sizes; searches beyond that have a budget, after
 * which a conflict may be larger than it must be.
 */
JPK_API struct jpk_merge *jpk_merge_projects(const struct jpk_project *base, const struct jpk_project *ours,
                                             const struct jpk_project *theirs, const struct jpk_merge_options *options,
                                             struct jpk_error *err);

/* The same for exports. The text has the name of ours in errors. */
JPK_API struct jpk_merge *jpk_merge_clouds(const struct jpk_cloud *base, const struct jpk_cloud *ours,
                                           const struct jpk_cloud *theirs, const struct jpk_merge_options *options,
                                           struct jpk_error *err);

/* A version of a file; `data` NULL: there is none. */
struct jpk_merge_version {
    const void *data;
    size_t size;
};

/*
 * Merges a file of a folder or an unpacked tree by itself, for version control: project.xml, files/.metadata,
 * properties files, jpk-index.jsonl and jpk-cloud.jsonl, by the last part of its `path`; the .json files of a tree of
 * an export, where the sides have other states of editing in them, which are no conflict. The result is a text.
 * `versions` are those of the base, ours and theirs. Errors: JPK_ERR_USAGE (it is none of these, or a side has none),
 * JPK_ERR_FORMAT (it is called so, but is something else, or holds what would be lost, or any tool merges it as well),
 * JPK_ERR_MEMORY.
 */
JPK_API struct jpk_merge *jpk_merge_file(const char *path, const struct jpk_merge_version versions[3],
                                         const struct jpk_merge_options *options, struct jpk_error *err);

/*
 * Writes the result at `path`, in the form of OURS: a Jitterpak, a folder, or an export in the layout that it has. With
 * `tree` it becomes an unpacked tree (jpk/tree.h, jpk/cloud_tree.h); marks of conflicts in it are such, so that packing
 * refuses them until they are gone. With `force` a file is replaced and a tree is updated; a folder must be new.
 * Errors: JPK_ERR_EXISTS, JPK_ERR_WRITE, JPK_ERR_MEMORY, and what reading the archives can give.
 */
JPK_API bool jpk_merge_write(const struct jpk_merge *merge, const char *path, bool tree, bool force,
                             struct jpk_error *err);

/* Accepts NULL. */
JPK_API void jpk_merge_free(struct jpk_merge *merge);

#ifdef __cplusplus
}
#endif

#endif
