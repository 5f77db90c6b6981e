/*
 * The pass over an export that retargeting makes: retarget_cloud.c goes over the document, retarget_cloud_value.c says
 * what becomes of values, retarget_cloud_list.c writes it down.
 */
#ifndef JPK_RETARGET_SWEEP_H
#define JPK_RETARGET_SWEEP_H

#include "jpk/cloud_model.h"
#include "jpk/cloud_shape.h"
#include "jpk/retarget_parts.h"

/* A container around the value at hand. */
struct around {
    uint32_t node;
    uint32_t key; /* of the member that it is; JDOC_NONE in an array */
};

/* What becomes of two strings of the asset at hand. */
struct sweep_part {
    uint32_t content, size;               /* JDOC_NONE: none, or nothing was found out about them */
    const char *content_text, *size_text; /* NULL: they stay */
};

struct sweep {
    const struct jpk_retarget_options *options;
    const struct jpk_cloud *cloud;
    const struct jdoc *doc;
    struct retargeted *result;
    struct cloud_edits edits;
    struct cloud_replacement *replacements;
    size_t capacity;
    const struct jpk_cloud_component **user;     /* by component, of e-mails: who else needs it */
    bool *outside;                               /* by component, of e-mails: what is no component does */
    size_t next;                                 /* component */
    const struct jpk_cloud_component *component; /* around the value at hand, or NULL */
    size_t base;                                 /* its depth */
    size_t depth;
    struct hygiene_hits hits; /* secrets in the text of the file, in order */
    size_t hit;               /* the first that is not behind the value at hand */
    size_t asset;             /* the same of the assets */
    struct sweep_part part;   /* of the last asset */
    bool marking;             /* the second pass; the first one finds out which e-mails are needed */
    bool failed;
    struct around stack[JDOC_DEPTH_MAX + 1];
};

static inline bool sweep_without(const struct sweep *s, enum jpk_without what)
{
    return (s->options->without & what) != 0;
}

/* ----------------------------------------------------------------------- writing down: retarget_cloud_list.c */

void sweep_leave_out(struct sweep *s, uint32_t node);
/* `json` has to stay. */
void sweep_replace(struct sweep *s, uint32_t node, const char *json);
void sweep_replace_string(struct sweep *s, uint32_t node, const char *text);

void sweep_list_secret(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                       struct jpk_left_out row, const struct secret *secret);
void sweep_list(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                struct jpk_left_out row);
/* The same with a note about another component. */
void sweep_list_named(struct sweep *s, struct left_out_list *to, const struct jpk_cloud_component *component,
                      struct jpk_left_out row, const char *before, const struct jpk_cloud_component *named,
                      const char *behind);
/* Lists the value at hand; as a secret, of which `length` 0 is all of it. */
void sweep_list_value(struct sweep *s, enum jpk_without why, uint32_t key, const char *note);
void sweep_list_found(struct sweep *s, enum jpk_without why, uint32_t key, uint32_t value, struct secret secret,
                      const char *note);

/* Whether the container at a depth is the member of that name. */
bool sweep_has_key(const struct sweep *s, size_t at, const char *key);

/* Where a value ends in the text, with its quotes. */
size_t sweep_value_end(const struct jdoc *doc, uint32_t node);

/* ---------------------------------------------------------------------------- values: retarget_cloud_value.c */

/* What may be a credential; the value of a variable that goes; what the text of a value holds. */
void sweep_credential(struct sweep *s, uint32_t parent, uint32_t key, uint32_t value);
bool sweep_variable_goes(const struct sweep *s, uint32_t value);
void sweep_variable(struct sweep *s, uint32_t key, uint32_t value);
/* Whether the value of a variable that does not go is encrypted: then it stays as it is, and that is listed. */
bool sweep_keep_variable(struct sweep *s, uint32_t value);
void sweep_text(struct sweep *s, uint32_t key, uint32_t value);

/* ------------------------------------------------------------------------------ assets: retarget_cloud_asset.c */

/* What an object holds compressed, when it is an asset. */
void sweep_asset(struct sweep *s, uint32_t node);
/* Whether a string is one of those of an asset that are no texts for sweep_text; what was found is cut out of it. */
bool sweep_asset_part(struct sweep *s, uint32_t value);

#endif
