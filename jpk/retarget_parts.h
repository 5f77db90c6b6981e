/*
 * The parts of retargeting: retarget.c keeps the result, retarget_item.c says what becomes of
 * a property of Design Studio, retarget_entity.c cuts the files of a Jitterpak, retarget_design.c leads for Jitterpaks,
 * retarget_cloud*.c for exports; retarget_explain*.c tell what was asked for from what was lost.
 */
#ifndef JPK_RETARGET_PARTS_H
#define JPK_RETARGET_PARTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "jpk/retarget.h"

/* ------------------------------------------------------------------------------------------ the result: retarget.c */

struct left_out {
    struct jpk_left_out public; /* first, so that the pointers are the same */
    uint32_t place;             /* of its item in the project */
    uint32_t order;             /* among those of the item */
};

struct left_out_list {
    struct left_out *items;
    size_t count, capacity;
};

struct retargeted {
    struct jpk_retargeted public; /* first, so that the pointers are the same */
    struct arena arena;
    struct left_out_list left_out, kept;
};

/* NULL: no memory, or options that make no sense. */
struct retargeted *retarget_begin(const struct jpk_retarget_options *options, struct jpk_error *err);

/* Sorts the lists and gives the result out; with `ok` false it is freed instead. NULL: that, or no memory. */
struct jpk_retargeted *retarget_end(struct retargeted *result, bool ok, struct jpk_error *err);

/*
 * The path in the last row of a list when that is of the same item, or NULL: then it need not be made again, and rows
 * of one item share it, however long its name is.
 */
const char *retarget_path(const struct left_out_list *list, uint32_t place);

/* Appends a name for a note or a key, cut when it is very long. */
void retarget_put_name(struct buf *out, const char *name, size_t n);

/* Adds a row with copies of the texts, but for a path of retarget_path. False: no memory. */
bool retarget_list(struct retargeted *result, struct left_out_list *list, uint32_t place, struct jpk_left_out row);

/* Whether a name is that of a secret itself: of `tokenUrl` and `password_expiry` it is not. */
bool retarget_secret_name(const char *name, size_t n);

/* Whether a value is one that a secret could have: neither a switch, nor nothing but variables in brackets. */
bool retarget_secret_value(const char *value, size_t n);

/*
 * Appends the value of a property without the secrets in it: log-ins in addresses, headers, connection strings. False:
 * there are none, or the property, by its name, is not one of those; `out` is emptied then.
 */
bool retarget_cut_secrets(const char *key, const char *value, struct buf *out);

/* -------------------------------------------------------------------------------- Design Studio: retarget_item.c */

enum retarget_fate {
    ITEM_STAYS,
    ITEM_GOES,    /* it is cut out as a whole */
    ITEM_EMPTIED, /* it has no value any more */
    ITEM_CHANGED  /* it has another value, which may be empty */
};

/* What becomes of a property of an entity; *why and `value` (emptied first) are set unless it stays. */
enum retarget_fate retarget_item(unsigned without, enum jpk_type type, const struct jpk_item *item,
                                 enum jpk_without *why, struct buf *value);

/* How operations name what they send or are started by; NULL: entities of this type are never left out. */
struct retarget_link {
    enum jpk_without why;
    enum jpk_type type;
    enum jpk_reference_kind kind;
    const char *keys[2];
};
const struct retarget_link *retarget_link_of(enum jpk_type type);

/* A key of a properties file that says where the project is, or whether it was deployed there. */
struct retarget_property {
    const char *file, *key;
    enum { PROPERTY_OPTION, PROPERTY_FIXED, PROPERTY_GOES } what;
    size_t option;     /* offset in the options */
    const char *value; /* PROPERTY_FIXED */
};

/* The rows, ended by one without a file. */
const struct retarget_property *retarget_properties(void);
/* Whether a row does anything; *value gets what the key is to have, NULL when it goes. */
bool retarget_property_value(const struct retarget_property *row, const struct jpk_retarget_options *options,
                             const char **value);

/* ------------------------------------------------------------------------------ files of a Jitterpak:
 * retarget_entity.c
 */

/* Something of an entity that is left out. `item` is as it was. False: no memory. */
typedef bool retarget_note(void *context, enum jpk_without why, const struct jpk_item *item, enum retarget_fate fate);

/* Copies an entity's file without what goes. False: no memory. */
bool retarget_entity(unsigned without, enum jpk_type type, const struct buf *text, struct buf *out, retarget_note *note,
                     void *context);

/* Copies project.xml with another name, unless that is NULL, and without the entities that `drops` says. */
bool retarget_outline(const char *name, bool (*drops)(void *context, const char *id), void *context,
                      const struct buf *text, struct buf *out);

/* --------------------------------------------------------------------------------- exports: retarget_cloud_secret.c */

/* Whether the value of a property, an object with a `value`, is a secret that goes; `by_name`: also by its name alone.
 */
bool retarget_property_goes(const struct jdoc *doc, uint32_t object, uint32_t value, bool by_name);

/* Whether a member of an e-mail is its log-in, which goes. */
bool retarget_login_goes(const struct jpk_cloud_component *component, const struct jdoc *doc, uint32_t key);

/* Whether a value is an encrypted text. */
bool retarget_encrypted(const struct jdoc *doc, uint32_t node);

/* ------------------------------------------------------------------------------------------- exports: retarget_cloud.c
 */

/* The e-mail of an export whose id a string of some document is, or NULL. */
const struct jpk_cloud_component *retarget_email(const struct jpk_cloud *cloud, const struct jdoc *doc,
                                                 uint32_t string);

/* --------------------------------------------------------------------------- explaining: retarget_explain_cloud.c */

/* The member of an operation that was looked at last, for its fields say the same of it. */
struct retarget_member {
    const char *key;
    size_t size;
    bool explained;
};

/* Whether a field of a component, or of the project when there is none, is what was asked for. */
bool retarget_explains_cloud(const struct jpk_retarget_options *options, const struct jpk_diff *diff,
                             const struct jpk_diff_change *change, const struct jpk_diff_field *field,
                             struct retarget_member *last);

#endif
