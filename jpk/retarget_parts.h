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
#include "jpk/secret_field.h"
#include "jpk/secret_text.h"
#include "jpk/xml_scan.h"

/* ------------------------------------------------------------------------------------------ the result: retarget.c */

struct left_out {
    struct jpk_left_out public; /* first, so that the pointers are the same */
    uint32_t place;             /* of its item in the project */
    uint32_t order;             /* among those of the item */
    struct secret secret;       /* of those with a rule */
};

struct left_out_list {
    struct left_out *items;
    size_t count, capacity;
};

struct retargeted {
    struct jpk_retargeted public; /* first, so that the pointers are the same */
    struct arena arena;
    struct left_out_list left_out, kept;
    struct secret_marks marks;
    bool looking; /* nothing is left out; what would be is listed, with what goes by looks at low confidence */
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

/* Adds a row with copies of the texts, but for a path of retarget_path. `secret` may be NULL. False: no memory. */
bool retarget_list(struct retargeted *result, struct left_out_list *list, uint32_t place, struct jpk_left_out row,
                   const struct secret *secret);

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

/* ------------------------------------------------------------------------------------ secrets: retarget_secret.c */

/*
 * Finds in a text what options ask to leave out, but for what overlaps with `typed`, places in order. In texts of
 * projects that stay, `looking`, it is also what is hardly sure. False: no memory.
 */
bool retarget_find(const char *text, size_t n, unsigned without, bool looking, const struct hygiene_hits *typed,
                   struct hygiene_hits *hits);

/* Adds a hit to a list. False: no memory. */
bool retarget_add_hit(struct hygiene_hits *hits, struct hygiene_hit hit);

/* Puts hits in the order of their offsets. */
void retarget_sort_hits(struct hygiene_hits *hits);

/*
 * Adds the text of a file that is no entity for people, with each secret that `jpk scan` finds in it as "****"; that
 * may be a copy of an entity, with encrypted values. False: no memory.
 */
bool retarget_mask_file(const struct buf *text, struct buf *out);

/* Whether options ask for texts to be searched. */
bool retarget_in_texts(unsigned without);

/* The row of a variable whose encrypted value stays, as most of them are no secrets and projects need them to run. */
struct jpk_left_out retarget_kept_variable(const char *key);

/*
 * What could not be searched, and why: "is no text". Who looks lists it as a find, `secret`, of which the rule and what
 * is shown are filled in (NULL: no memory); else it is something that had to stay.
 */
struct jpk_left_out retarget_unsearched(struct retargeted *result, const char *why, struct secret *secret);
struct left_out_list *retarget_unsearched_list(struct retargeted *result);

/* Which of the options a rule belongs to. */
enum jpk_without retarget_why(enum hygiene_rule rule);

/* Finds the secrets in a name in whose place something can stand that tells it from others. False: no memory. */
bool retarget_find_in_name(const char *name, struct hygiene_hits *hits);

/*
 * Gives numbers to the secrets in names, which have to stay, so that names that differ still do when all secrets are
 * replaced, in any letter case. False: no memory.
 */
bool retarget_mark_names(struct retargeted *result, const char *const *names, size_t count);

/* What may be shown of a secret, in the arena of the result; NULL: no memory. */
const char *retarget_shown(struct retargeted *result, enum secret_rule rule, const char *value, size_t n);

/* ------------------------------------------------------------------------------ files of a Jitterpak:
 * retarget_entity.c
 */

/* Something of an entity that is left out. */
struct retarget_change {
    enum jpk_without why;
    enum retarget_fate fate;
    struct jpk_item item;  /* as it was */
    size_t offset, length; /* of its value in the file */
};

/* False: no memory. */
typedef bool retarget_note(void *context, const struct retarget_change *change);

/* Copies an entity's file without what goes. `note` may be NULL. False: no memory. */
bool retarget_entity(unsigned without, enum jpk_type type, const struct buf *text, struct buf *out, retarget_note *note,
                     void *context);

/* Whether the value of a project variable, of whose file this is the text, is a secret: hidden, or one by the
 * variable's name, its label or its looks. False: no memory. */
bool retarget_variable_secret(const struct buf *text, bool *secret);

/* The rule that a credential falls under, by the name of its setting and its value. */
enum secret_rule retarget_credential_rule(const char *key, const char *value, bool encrypted);

/* What a place in an entity's file is called: a property by its key, a mapping by its target, a text by its name. */
struct retarget_labels {
    struct xml_scanner scanner;
    struct xml_tag tag, before; /* the tag that ends behind the last place, and the one before it */
    bool begun, ended;
};
struct retarget_labels retarget_labels_begin(const struct buf *text);
/* For places that do not decrease; `out` is emptied first, and stays so where nothing is called anything. */
void retarget_label_at(struct retarget_labels *labels, size_t offset, struct buf *out);

/* Copies project.xml with another name, unless that is NULL, and without the entities that `drops` says. */
bool retarget_outline(const char *name, bool (*drops)(void *context, const char *id), void *context,
                      const struct buf *text, struct buf *out);

/* What a file below files/ is called now, if it was renamed; else NULL. */
typedef const char *retarget_renamed(void *context, const char *name, size_t n);

/*
 * Copies a text in which files that were renamed have their new names: where one is the whole value of a property, the
 * name of a `file` in files/.metadata or, `listed`, a line of files/.filestoupload. False: it names none. A failed
 * allocation sticks to `out`.
 */
bool retarget_rename(bool listed, retarget_renamed *renamed, void *context, const struct buf *text, struct buf *out);

/*
 * Looks for what retargeting would leave out, without leaving anything out: in every file of an archive, in an export.
 * NULL: an error.
 */
struct retargeted *retarget_look_project(const struct jpk_project *project, const struct jpk_retarget_options *options,
                                         struct jpk_error *err);
struct retargeted *retarget_look_cloud(const struct jpk_cloud *cloud, const struct jpk_retarget_options *options,
                                       struct jpk_error *err);

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
