/*
 * The parts of a comparison, in the order in which they work: diff_match.c pairs the items, diff_folders.c what holds
 * them, diff_list.c the elements of lists, diff_text.c compares texts, diff_change.c and diff_lines.c write down what
 * has changed, diff_files.c compares files. They know items and folders, not what these are: that is diff.c,
 * diff_tree.c and diff_lossy.c for projects of Design Studio, cloud_diff*.c for exports of Cloud Studio.
 */
#ifndef JPK_DIFF_STATE_H
#define JPK_DIFF_STATE_H

#include "base/array.h"
#include "base/linediff.h"
#include "base/text.h"
#include "jpk/cloud.h"
#include "jpk/diff.h"
#include "jpk/model.h"

enum { SIDE_A, SIDE_B, GUID_SIZE = 36 };

/* What stands for an id when a text is hashed. */
enum diff_ids {
    IDS_KEPT,      /* itself */
    IDS_WIPED,     /* nothing: all ids are alike */
    IDS_COLORED,   /* the color of the item that it names */
    IDS_TRANSLATED /* of A the partner's id, so that texts that say the same are equal */
};

struct diff_hashed {
    uint64_t hash;
    uint32_t size; /* nodes of the subtree */
};

/* The hashes of a tree's nodes in the order of their tags. */
struct diff_hashes {
    struct diff_hashed *nodes;
    size_t count, capacity;
};

/* What is paired: an entity, a component. */
struct diff_item {
    const char *type, *id, *name;
    uint32_t folder;  /* index in `folders`; MAP_NONE: in none */
    bool counts;      /* it may be paired by content */
    bool placed;      /* where it stands counts */
    bool folder_only; /* it says what a folder says, and is no item of its own */
    uint32_t rank;    /* its place among others of its folder */
};

/* A folder of the tree; a workflow. */
struct diff_folder {
    const char *type, *id, *name;
    uint32_t parent; /* a folder that stands before it; MAP_NONE for none */
};

struct diffing;

/* What the parts want to know about one of the two forms of projects. Indices are those of `items`. */
struct diff_form {
    /* The item of an id in any letter case, or MAP_NONE. */
    uint32_t (*find)(const struct diffing *d, int side, const char *id);
    /* Where a person finds it. Allocated with malloc; NULL: no memory. */
    char *(*path)(const struct diffing *d, int side, uint32_t index);
    /* What tells it by its place and name from others of its type. */
    uint64_t (*place)(struct diffing *d, int side, uint32_t index);
    /* What it says, but for its name, its encrypted texts and what is left out. */
    uint64_t (*hash)(struct diffing *d, int side, uint32_t index, enum diff_ids ids);
    /* Calls `take` with a hash for each thing that it says: its properties, attributes and lines of text. */
    void (*features)(struct diffing *d, int side, uint32_t index, void (*take)(void *context, uint64_t feature),
                     void *context);
    /*
     * Appends what stands for a reference by name, n bytes between <TAG> and </TAG>. NULL: the form has none. A form
     * that has them calls on them in all texts.
     */
    void (*put_name)(const struct diffing *d, int side, const char *name, size_t n, enum diff_ids ids, struct buf *out);
    bool place_first; /* items of one place belong together whatever they say */
};

struct diffing {
    struct jpk_diff public; /* first, so that the pointers are the same */
    struct arena arena;     /* of the result */
    struct jpk_diff_options options;
    const struct diff_form *form;
    const struct project *side[2];    /* NULL when exports are compared */
    const struct jpk_cloud *cloud[2]; /* NULL when projects of Design Studio are */
    struct diff_item *items[2];
    size_t item_count[2];
    struct diff_folder *folders[2];
    size_t folder_count[2];
    uint32_t *folder_partner[2]; /* as `partner` */
    uint32_t *partner[2];        /* by the item's index: that of its partner on the other side, or MAP_NONE */
    uint64_t *color[2];          /* by the item's index; see diff_match.c */
    struct map learned;          /* ids of A that name nothing -> index in `learned_ids` */
    const char **learned_ids;
    size_t learned_count, learned_capacity;
    const char **pending; /* pairs of ids that are learned when the whole of two items is equal */
    size_t pending_count, pending_capacity;
    struct diff_hashes hashes[2];
    struct buf scratch, text[2];
    uint64_t budget; /* of all line diffs and lists together */
    struct jpk_diff_change *changes;
    size_t change_capacity;
    struct jpk_diff_field *fields; /* of the change that is being made */
    size_t field_count, field_capacity;
    bool again;  /* the two items at hand have different ids */
    bool failed; /* no memory */
};

static inline const struct jpk_entity *diff_partner(const struct diffing *d, int side, const struct jpk_entity *entity)
{
    uint32_t index = d->partner[side][entity->index];
    return index == MAP_NONE ? NULL : d->side[!side]->list[index];
}

static inline uint64_t diff_mix(uint64_t hash, uint64_t with)
{
    hash = (hash ^ with) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Makes room for that many items and folders of a side, without partners. False: no memory. */
bool diff_make_room(struct diffing *d, int side, size_t items, size_t folders);

/* Sorts the changes and gives the result out; frees what only the comparison needed. NULL when `ok` is false. */
struct jpk_diff *diff_finish(struct diffing *d, bool ok, struct jpk_error *local, struct jpk_error *err);

/* -------------------------------------------------------------------------------------------------- diff_match.c */

/* Fills in `partner`. */
void diff_match_items(struct diffing *d);

/* ------------------------------------------------------------------------------------------------ diff_folders.c */

/* Fills in `folder_partner`: by id, by place and name, by the items in them. */
void diff_match_folders(struct diffing *d);

/* Whether two folders, or two absent ones, are the same. */
bool diff_same_folder(const struct diffing *d, uint32_t a, uint32_t b);

/* A change of a folder; MAP_NONE: absent on that side. `what` says whether it was added, removed, renamed or moved. */
struct jpk_diff_change diff_folder_change(const struct diffing *d, uint32_t a, uint32_t b);

/* Calls `report` for each place of B, once, in which items or folders stand in another order than in A. */
void diff_folder_order(struct diffing *d, void (*report)(struct diffing *d, const char *type, uint32_t folder));

/* --------------------------------------------------------------------------------------------------- diff_list.c */

/* The elements of a list: the index of each one's partner in the other list, or MAP_NONE. */
struct diff_list {
    uint32_t *partner;
    size_t count;
};

/* What an element is paired by; false: by nothing. */
typedef bool diff_list_key(void *context, int side, size_t index, uint64_t *key);

/* Begins with no pairs. False: no memory; diff_list_free in any case. */
bool diff_list_begin(struct diff_list *list, size_t count);
void diff_list_free(struct diff_list *list);

/* Pairs the longest common run of elements whose keys are equal, as far as the budget goes. False: no memory. */
bool diff_list_pair_run(struct diffing *d, struct diff_list lists[2], diff_list_key *key_of, void *context);

/* Of those without partners pairs the first of A with a key and the first of B with it, the second and the second... */
bool diff_list_pair(struct diffing *d, struct diff_list lists[2], diff_list_key *key_of, void *context);

/* Whether the partners of elements stand in another order than these; MAP_NONE: it has none. */
bool diff_list_reordered(const uint32_t *partner, size_t count);

/* --------------------------------------------------------------------------------------------------- diff_text.c */

/* Whether a GUID stands at the start of n bytes. */
bool diff_guid(const char *s, size_t n);

/* The item that a value names which is an id and nothing else, or MAP_NONE. */
uint32_t diff_named(const struct diffing *d, int side, const char *value);

/* Whether two texts say the same: ids through the matching, CR LF like LF. */
bool diff_same_text(struct diffing *d, const char *a, const char *b);

/* The same for bytes in memory that may hold NULs. */
bool diff_same_bytes(struct diffing *d, const char *a, size_t a_size, const char *b, size_t b_size);

/* Ids of both sides that name nothing in their projects count as equal from now on, if they were seen as a pair only.
 */
void diff_learn(struct diffing *d);

/* Two ids of things that are no items count as equal from now on. What is no GUID is not noted. */
void diff_learn_pair(struct diffing *d, const char *a, const char *b);

uint64_t diff_text_hash(struct diffing *d, int side, const char *text, size_t n, enum diff_ids ids);

/* A text as it is compared: ids of A translated, ids in lower case, line ends LF. */
void diff_canonical(struct diffing *d, int side, const char *text, size_t n, struct buf *out);

/* ------------------------------------------------------------------------------------------------- diff_change.c */

/* Begins a change: fields that are added from now on are its own. */
void diff_begin(struct diffing *d);

/*
 * Ends it: nothing is kept when nothing has happened. Paths are allocated with malloc, copied and freed; both NULL is
 * no memory.
 */
void diff_end(struct diffing *d, struct jpk_diff_change *change, char *old_path, char *new_path);

/* A change of an item; MAP_NONE: absent on that side. */
struct jpk_diff_change diff_item_change(const struct diffing *d, uint32_t a, uint32_t b);

/* The path of an item; NULL for MAP_NONE, and without memory, which is noted. */
char *diff_item_path(struct diffing *d, int side, uint32_t index);

/*
 * Whether what a key holds must not be shown: an encrypted text, or a secret. With the key NULL it is one whatever it
 * is called. A value that is only a variable in brackets may be shown.
 */
bool diff_secret(const char *key, const char *value);

/*
 * Adds a field at `path` for a value that changed; `key` is its own name, NULL that of a secret. A value that is NULL
 * is absent on that side.
 */
void diff_add_value(struct diffing *d, const char *path, const char *key, const char *a, const char *b);

/*
 * The same for values of which one at least is encrypted, at `path`. Nothing is added for two whose texts may be equal
 * when the options or the matching say so.
 */
void diff_add_encrypted(struct diffing *d, const char *path, const char *key, const char *a, bool a_encrypted,
                        const char *b, bool b_encrypted);

/* Adds a field of another kind, without values. NULL: no memory. */
struct jpk_diff_field *diff_add_field(struct diffing *d, enum jpk_diff_field_kind kind, const char *path);

/* -------------------------------------------------------------------------------------------------- diff_lines.c */

/*
 * A copy of a text with what stands behind the name of a secret in its lines left out; with `parts` (see
 * secret_field_has_parts) wherever it stands. NULL: no memory.
 */
const char *diff_copy_shown(struct diffing *d, const char *text, size_t n, bool parts);

/* Adds a field for two texts, which need not end in NUL. */
void diff_add_text(struct diffing *d, const char *path, const char *a, size_t a_size, const char *b, size_t b_size,
                   bool parts);

/* -------------------------------------------------------------------------------------------------- diff_files.c */

struct diff_file {
    const char *name; /* as a person finds it */
    bool there;       /* it has bytes */
    size_t entry;     /* for `read` and `compare`, as is `listed` */
    const void *listed;
    uint64_t key;     /* of its name */
    uint64_t content; /* of its text; only of those without a partner */
    uint32_t partner;
    uint32_t next; /* for diff_compare_files */
};

struct diff_files {
    struct diffing *d;
    struct diff_file *list[2]; /* allocated by the caller; freed by diff_compare_files */
    size_t count[2];
    /* The bytes of a file that is there. */
    bool (*read)(const struct diff_files *f, int side, const struct diff_file *file, struct buf *out,
                 struct jpk_error *err);
    /* Whether bytes that differ differ in layout only; may be NULL. */
    bool (*same)(const struct diff_files *f, const struct diff_file *file, const struct buf bytes[2]);
    /* Adds what differs beside the bytes. */
    void (*compare)(const struct diff_files *f, const struct diff_file *a, const struct diff_file *b);
};

/* Adds a file; `name` is copied. False: no memory. */
bool diff_add_file(struct diff_files *f, int side, const char *name, struct diff_file file);

/* Pairs files by name, then by content, and adds the changes. */
bool diff_compare_files(struct diff_files *f, struct jpk_error *err);

/* Adds a field for bytes that differ: lines when both are texts, else what they are. */
void diff_add_bytes(struct diffing *d, const char *path, const struct buf bytes[2], bool lines);

/* ------------------------------------------------------------------------------- diff_tree.c: items of Design Studio
 */

/* The attributes that change without anybody's doing, one by one, NULL behind the last; `element` NULL: of any. */
const char *diff_noise(size_t at, const char **element);

/* Whether two entities say the same, seen through the matching; false when that takes a closer look. */
bool diff_same_entity(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b);

/* Whether two trees of files differ in layout only. */
bool diff_same_tree(struct diffing *d, const struct xml_node *a, const struct xml_node *b);

/* Adds the fields in which two entities differ. */
void diff_entities(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b);

/*
 * Adds a field for two entities, of which the tree of one at least does not keep everything, when their bytes differ in
 * that (diff_lossy.c). Errors: those of reading files of the archives.
 */
bool diff_lossy_entities(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b,
                         struct jpk_error *err);

/* Adds the scripts, mappings and other texts of an entity that only one side has. */
void diff_lone_entity(struct diffing *d, int side, const struct jpk_entity *entity);

/* See struct diff_form. */
uint64_t diff_entity_hash(struct diffing *d, int side, uint32_t index, enum diff_ids ids);
void diff_entity_features(struct diffing *d, int side, uint32_t index, void (*take)(void *context, uint64_t feature),
                          void *context);

#endif
