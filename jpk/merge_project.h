/* A merge of projects of Design Studio: its units are the files of both sides, of entities and all others. */
#ifndef JPK_MERGE_PROJECT_H
#define JPK_MERGE_PROJECT_H

#include "jpk/layout.h"
#include "jpk/merge_state.h"
#include "jpk/model.h"

/* A file, which may have other names on the sides when it is an entity's. */
struct merge_unit {
    const char *key;                            /* what it is found by; see merge_match.c */
    const char *name;                           /* in the result, below the base; whole when it is `outside` */
    const struct jpk_entity *item[MERGE_SIDES]; /* NULL: it is no entity's, or not there */
    size_t entry[MERGE_SIDES];                  /* SIZE_MAX: it is not there */
    enum entry_role role;
    bool outside; /* of the environment's folder: manifest.jip, other environments, and what else lies there */
    bool kept;    /* something would point at nothing without it */

    /* what has become of it */
    bool there, merged; /* merged: `text` stands for all sides */
    bool told;          /* that one side deleted it is a conflict already */
    bool wanted;        /* it is in project.xml, though one side deleted it */
    enum merge_side from;
    const char *text; /* NULL: the bytes of the entry of `from` */
    size_t size;
};

struct project_merge {
    struct merging *m;
    const struct project *side[MERGE_SIDES];
    const struct jpk_limits *limits;
    const char *base[MERGE_SIDES]; /* before the names of entries */
    const char *result_base;
    struct merge_unit *units; /* of malloc's */
    size_t count, capacity;
    struct map by_key;
    struct map ids[MERGE_SIDES]; /* ids that are others in the result -> index in `new_ids` */
    const char **new_ids;
    size_t id_count, id_capacity;
    struct buf bytes[MERGE_SIDES]; /* of the unit at hand */
    bool translated[MERGE_SIDES];  /* ids were replaced in them */
    struct buf out;
    struct jpk_error *err;
};

static inline bool merge_is_item(const struct merge_unit *unit)
{
    return unit->item[MERGE_BASE] || unit->item[MERGE_OURS] || unit->item[MERGE_THEIRS];
}

/* Whether a side has deleted what the base has: its file, or by the mark that an item has. */
bool merge_deletes(const struct merge_unit *unit, enum merge_side side);

/* Whether a unit is in the result, and not marked as deleted by one side alone. */
static inline bool merge_is_live(const struct merge_unit *unit)
{
    return unit->there && !merge_deletes(unit, unit->from);
}

/* The unit of an entity by its type and id in the result; NULL: there is none. */
struct merge_unit *merge_find_item(const struct project_merge *p, const char *type, const char *id);

/* Says that conflicts are about a unit. */
void merge_about(struct project_merge *p, const struct merge_unit *unit);

/* ------------------------------------------------------------------------------------------------- merge_match.c */

/* Fills in the units: which files of the sides belong together. False: no memory. */
bool merge_match(struct project_merge *p);

/* Whether what lies outside of the bases is merged too: where all sides have one form. Else that of ours stays. */
bool merge_has_outside(const struct project_merge *p);

/* Replaces the ids that are others in the result. False: there were none. */
bool merge_translate(struct project_merge *p, enum merge_side side, struct buf *bytes);

/* ----------------------------------------------------------------------------------------------- merge_outline.c */

/* Merges project.xml, once it is known which items there are. False: one of the files is not what it must be. */
bool merge_outline(struct project_merge *p, const struct buf *const files[MERGE_SIDES], struct buf *out);

/* ----------------------------------------------------------------------------------------------- merge_archive.c */

/* The units that are there as an archive, which owns nothing but itself. NULL on errors. */
struct jpk_archive *merge_archive(struct project_merge *p);

/* ------------------------------------------------------------------------------------------------- merge_check.c */

/*
 * Loads the result. What was deleted on one side but is used on the other becomes `kept`, and *again is set: then it
 * must be made again. Else what jpk_check has against the result alone is noted.
 */
bool merge_check(struct project_merge *p, struct jpk_archive *archive, bool *again);

#endif
