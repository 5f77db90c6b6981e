/*
 * The parts of a comparison of two projects, in the order in which they work: diff_match.c pairs the items, diff_tree.c
 * compares the trees of a pair, diff_text.c texts; diff.c does the rest and leads.
 */
#ifndef JPK_DIFF_STATE_H
#define JPK_DIFF_STATE_H

#include "base/array.h"
#include "base/linediff.h"
#include "base/text.h"
#include "jpk/diff.h"
#include "jpk/model.h"

enum { SIDE_A, SIDE_B, GUID_SIZE = 36 };

/* What stands for an id when a text is hashed. */
enum diff_ids {
    IDS_WIPED,     /* nothing: all ids are alike */
    IDS_COLORED,   /* the color of the entity that it names */
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

struct diffing {
    struct jpk_diff public; /* first, so that the pointers are the same */
    struct arena arena;     /* of the result */
    struct jpk_diff_options options;
    const struct project *side[2];
    uint32_t *partner[2]; /* by the entity's index: that of its partner on the other side, or MAP_NONE */
    uint64_t *color[2];   /* by the entity's index; see diff_match.c */
    struct map learned;   /* ids of A that name nothing -> index in `learned_ids` */
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

/* -------------------------------------------------------------------------------------------------- diff_match.c */

/* Fills in `partner`. */
void diff_match_items(struct diffing *d);

/* --------------------------------------------------------------------------------------------------- diff_tree.c */

/* Whether two entities say the same, seen through the matching; false when that takes a closer look. */
bool diff_same_entity(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b);

/* Whether two trees of files differ in layout only. */
bool diff_same_tree(struct diffing *d, const struct xml_node *a, const struct xml_node *b);

/* Adds the fields in which two entities differ. */
void diff_entities(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b);

/* Adds the scripts, mappings and other texts of an entity that only one side has. */
void diff_lone_entity(struct diffing *d, int side, const struct jpk_entity *entity);

/* The hash of what an entity says, its name, its encrypted texts and what is left out not counted. */
uint64_t diff_entity_hash(struct diffing *d, int side, const struct jpk_entity *entity, enum diff_ids ids);

/* Calls `take` with a hash for each thing that an entity says: its properties, attributes and lines of text. */
void diff_features(struct diffing *d, int side, const struct jpk_entity *entity,
                   void (*take)(void *context, uint64_t feature), void *context);

/* --------------------------------------------------------------------------------------------------- diff_text.c */

/* Whether a GUID stands at the start of n bytes. */
bool diff_guid(const char *s, size_t n);

/* Whether two texts say the same: ids through the matching, CR LF like LF. */
bool diff_same_text(struct diffing *d, const char *a, const char *b);

/* The same for bytes in memory that may hold NULs. */
bool diff_same_bytes(struct diffing *d, const char *a, size_t a_size, const char *b, size_t b_size);

/* Ids of both sides that name nothing in their projects count as equal from now on, if they were seen as a pair only.
 */
void diff_learn(struct diffing *d);

uint64_t diff_text_hash(struct diffing *d, int side, const char *text, size_t n, enum diff_ids ids);

/* A text as it is compared: ids of A translated, ids in lower case, line ends LF. */
void diff_canonical(struct diffing *d, int side, const char *text, size_t n, struct buf *out);

/* Whether what a key holds must not be shown: an encrypted text, or one whose key looks like that of a secret. A value
 * that is only a variable in brackets may. */
bool diff_secret(const char *key, const char *value);

/* Adds a field at `path` for a value that changed; `key` is its own name. NULL: absent on that side. */
void diff_add_value(struct diffing *d, const char *path, const char *key, const char *a, const char *b);

/* Adds a field of another kind, without values. NULL: no memory. */
struct jpk_diff_field *diff_add_field(struct diffing *d, enum jpk_diff_field_kind kind, const char *path);

/* The same for two texts, which need not end in NUL. */
void diff_add_text(struct diffing *d, const char *path, const char *a, size_t a_size, const char *b, size_t b_size);

#endif
