/*
 * The parts of a merge. merge_tree.c merges three trees of fields, whatever they were read from, into a result that
 * says where each part is taken from; merge_order.c puts lists in order, merge_lines.c merges texts, merge_pair.c says
 * which items belong together, merge_report.c notes conflicts. What the trees are made of is a `struct merge_form`:
 * merge_xml.c (entities and other XML files of Design Studio), merge_list.c (properties files, and others that are
 * lists of lines), merge_json.c (exports of Cloud Studio). merge.c, merge_entries.c and merge_outline.c merge projects
 * out of these, merge_cloud.c exports; merge_number.c puts numbers in order that follow from places.
 */
#ifndef JPK_MERGE_STATE_H
#define JPK_MERGE_STATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "jpk/hygiene.h"
#include "jpk/merge.h"

enum merge_side { MERGE_BASE, MERGE_OURS, MERGE_THEIRS, MERGE_SIDES };

/* What conflicts are about now. */
struct merge_subject {
    const char *path, *type, *id;
    bool hides; /* a variable whose value is to be masked */
};

struct merging {
    struct jpk_merge public; /* first, so that the pointers are the same */
    struct arena arena;
    struct jpk_merge_options options;
    enum merge_side main, other; /* the favored side, and the other one */
    struct merge_subject subject;
    struct buf path; /* of the field, below the subject */
    struct jpk_merge_conflict *conflicts;
    size_t conflict_capacity;
    const struct map *kept;   /* keys of what is not deleted, as something uses it; NULL for none */
    const struct map *listed; /* keys of what stays in the list that it stood in, as it is not deleted; likewise */
    uint64_t budget;          /* of all line differences */
    unsigned quiet;           /* no conflicts are noted while it is not 0 */
    bool sifting;             /* of what is listed only that is taken which stays */
    void *state;              /* of the form */
    struct buf text;          /* the result of exports */
    bool failed;              /* no memory */
};

/* ------------------------------------------------------------------------------------------------- merge_report.c */

/* What a conflict has on one side. */
struct merge_text {
    const char *text; /* of `size` bytes; NULL: absent */
    size_t size;
    bool secret;
};

/* A text with its secrets, many of which only what stands around them tells. */
struct merge_whole {
    const char *text;
    struct hygiene_hits hits;
};

struct merge_clash {
    enum jpk_merge_kind kind;
    struct merge_text values[MERGE_SIDES];
    const struct merge_whole
        *wholes; /* of each side, of which the values are pieces; NULL: they are all that there is */
    enum jpk_merge_kept kept;
    uint32_t line;
    const char *message;
    bool open; /* not settled, whatever is favored */
};

/* Notes a conflict about the subject and path at hand. */
void merge_conflict(struct merging *m, const struct merge_clash *clash);

/* Whether the user has asked for a side. */
static inline bool merge_favors(const struct merging *m)
{
    return m->options.favor != JPK_MERGE_MARK;
}

static inline enum jpk_merge_kept merge_kept(enum merge_side side)
{
    return side == MERGE_THEIRS ? JPK_MERGE_KEPT_THEIRS : JPK_MERGE_KEPT_OURS;
}

/* Sorts the conflicts by path and gives them to the public part. */
void merge_report_finish(struct merging *m);

/* Begins a merge; NULL: no memory. */
struct merging *merge_begin(const struct jpk_merge_options *options, struct jpk_error *err);

/* -------------------------------------------------------------------------------------------------- merge_lines.c */

/*
 * Appends what two changes of a text make of it, with marks where they do not agree, which are noted as conflicts.
 * Without a base (base->text NULL) what both have is common.
 */
void merge_lines(struct merging *m, const struct merge_text texts[MERGE_SIDES], struct buf *out);

/* -------------------------------------------------------------------------------------------------- merge_order.c */

/* The elements of a list on one side, as numbers below `kinds`, each at most once. */
struct merge_sequence {
    const uint32_t *items;
    size_t count;
};

/*
 * Puts those elements that are `there` in order, into `out`, which has room for `kinds`; each is in the list of one
 * side at least. The favored side's order counts unless only the other has changed it. Returns how many there are.
 * *clash gets whether both changed the order, or both put something at the same place. False: no memory.
 */
bool merge_order(const struct merge_sequence lists[MERGE_SIDES], enum merge_side main, enum merge_side other,
                 size_t kinds, const bool *there, uint32_t *out, size_t *count, bool *clash);

/* --------------------------------------------------------------------------------------------------- merge_pair.c */

struct merge_item {
    const char *key;   /* its type and id, in lower case */
    const char *place; /* its type, folders and name; NULL: it has none */
};

struct merge_items {
    const struct merge_item *items;
    size_t count;
    uint32_t *unit; /* gets the unit of each; MAP_NONE: a side has its key twice */
};

/* Says which items of the sides belong together: those of one unit. Returns how many units there are. */
size_t merge_pair(struct merging *m, const struct merge_items sides[MERGE_SIDES]);

/* What becomes of an id or a name; NULL: a side has none. */
const char *merge_choose(const struct merging *m, const char *const values[MERGE_SIDES]);

/* --------------------------------------------------------------------------------------------------- merge_tree.c */

enum merge_node_kind {
    MERGE_SCALAR, /* a value */
    MERGE_STRING, /* a value that is text: merged by lines where it has several */
    MERGE_SET,    /* children whose order means nothing */
    MERGE_LIST,   /* children in an order */
    MERGE_STEPS   /* likewise, and two that are put at one place are a conflict */
};

enum merge_node_flag {
    MERGE_SECRET = 1,
    MERGE_NOISE = 2,    /* changes without anybody's doing: no conflict */
    MERGE_ENTERS = 4,   /* `form->enter` says what conflicts are about */
    MERGE_WHOLE = 8,    /* it is never half of one side and half of the other */
    MERGE_KEYLESS = 16, /* an element that only its content tells from others */
    MERGE_LISTED = 32,  /* it stands for something that is elsewhere: an operation in its workflow */
    MERGE_LISTS = 64    /* such may be in it, or components */
};

struct merge_node {
    enum merge_node_kind kind;
    enum merge_side side;
    unsigned flags;
    int what; /* the form's own, as are the next three */
    int shape;
    unsigned depth;
    union {
        const void *pointer;
        uint32_t index;
    } at;
    const char *key; /* what tells it among its siblings, once numbered alone; of `key_size` bytes */
    size_t key_size;
    const char *name; /* its part of the path; NULL: none */
};

struct merge_nodes {
    struct merge_node *list;
    size_t count, capacity; /* in the arena */
};

enum merge_how { MERGE_TAKEN, MERGE_COMPOSED, MERGE_WRITTEN };

/* What has become of a node. */
struct merge_result {
    enum merge_how how;
    const struct merge_node *node; /* that it is taken from; whose frame it has; in whose place the text stands */
    struct merge_result *children; /* MERGE_COMPOSED */
    size_t count;
    const char *text; /* MERGE_WRITTEN */
    size_t size;
};

struct merge_form {
    /* Whether two nodes say the same; with `blind` but for what is noise. */
    bool (*same)(struct merging *m, const struct merge_node *a, const struct merge_node *b, bool blind);
    /* Adds the children of a container with merge_add. */
    void (*children)(struct merging *m, const struct merge_node *node, struct merge_nodes *out);
    /* Appends the text of a value: of MERGE_STRING the whole, else as a report shows it. */
    void (*text)(struct merging *m, const struct merge_node *node, struct buf *out);
    /* Says what conflicts in a node with MERGE_ENTERS are about. May be NULL. */
    void (*enter)(struct merging *m, const struct merge_node *node);
};

void merge_add(struct merging *m, struct merge_nodes *out, struct merge_node node);

/*
 * Merges three nodes, of which any may be NULL: absent. False: nothing is left of it, or no memory, which is noted.
 * The result lies in the arena.
 */
bool merge_nodes(struct merging *m, const struct merge_form *form, const struct merge_node *const nodes[MERGE_SIDES],
                 struct merge_result *result);

/* Goes one part deeper in the path; returns the length for merge_leave. */
size_t merge_enter(struct merging *m, const char *part);
void merge_leave(struct merging *m, size_t before);

#endif
