/*
 * Rewrites what texts refer to, in either direction: "op.<guid>" and the like of Design Studio, and the
 * `<TAG>operation:Name</TAG>` of Cloud Studio. Works on scripts, on the right sides of mappings and on other texts such
 * as the bodies of e-mails, in one pass that takes time and memory in proportion to the text. Whoever calls decides
 * about each reference; whatever is not replaced stays byte for byte.
 */
#ifndef JPK_SCRIPT_REWRITE_H
#define JPK_SCRIPT_REWRITE_H

#include "base/buf.h"
#include "base/error.h"
#include "jpk/functions.h"

enum script_form {
    SCRIPT_FORM_DESIGN, /* op.<guid> */
    SCRIPT_FORM_CLOUD,  /* <TAG>operation:Name</TAG>; also closed by <TAG> */
    SCRIPT_FORM_PATH,   /* <TAG>Operations/folder/Name</TAG>, as the editor of Design Studio shows references */
    SCRIPT_FORM_OTHER   /* looks like a reference, but its prefix, kind or folder is not known */
};

enum { SCRIPT_PARTS_MAX = 4 };

/* A reference and where it stands. Views are valid in the resolver only. */
struct script_use {
    enum script_form form;
    enum script_item item;     /* what it names; 0 when that is not known */
    struct script_view text;   /* all of it as it stands there */
    size_t offset;             /* where that begins, in bytes */
    struct script_view prefix; /* DESIGN: "op"; CLOUD: "operation"; PATH: "Operations"; without the separator */
    struct script_view guid;   /* DESIGN */

    /*
     * What the tag says, escape sequences resolved. CLOUD: adapter, connection, function and name of an activity;
     * adapter and connection of an endpoint; else the name or URI. PATH: the path behind the first folder, as one.
     */
    struct script_view parts[SCRIPT_PARTS_MAX];
    size_t part_count;

    /*
     * The call that gets it, empty when there is none: the innermost one, but of If, Case, Eval, IfNull and IfEmpty,
     * which only hand it on, the one around them. In comments as if the comment were code.
     */
    struct script_view function;
    unsigned argument;                 /* from 0 */
    const struct script_function *row; /* NULL: the catalogue does not have it */
    struct script_parameter parameter; /* of `row` at `argument`; zero when there is none */

    struct script_view assigned; /* the variable that it is assigned to, without `$`; empty when to none */
    bool assigned_local;

    bool in_comment;
    bool embedded; /* it is not the whole of a string: part of a longer one, or of text outside of scripts */
    bool javascript;
};

enum script_answer {
    SCRIPT_KEEP,      /* it stays as it is */
    SCRIPT_REPLACE,   /* `replacement` stands in its place */
    SCRIPT_DROP,      /* it goes; quotes around it stay */
    SCRIPT_UNRESOLVED /* it stays as it is, but should not have */
};

/*
 * Asked for every reference, in the order of the text. `replacement` is empty and takes the new reference as it is
 * meant; what has to be escaped where it stands is escaped by the rewriter.
 */
typedef enum script_answer script_resolver(void *context, const struct script_use *use, struct buf *replacement);

enum script_outcome {
    SCRIPT_KEPT,
    SCRIPT_REPLACED,
    SCRIPT_DROPPED,
    SCRIPT_NOT_RESOLVED, /* also: the replacement cannot stand in that comment, or a text that is no reference stands
                            where a function wants one */
    SCRIPT_BUILT         /* no reference, but put together while the script runs; nobody was asked */
};

/* What was done. Names point into the old text. */
struct script_change {
    enum script_outcome outcome;
    enum script_form form; /* of BUILT and of texts that are no reference SCRIPT_FORM_OTHER */
    enum script_item item; /* 0 when not known */
    size_t offset, length; /* in the old text */
    size_t new_offset, new_length;
    struct script_view function; /* as in struct script_use */
    unsigned argument;
    const struct script_function *row;
    bool in_comment, embedded, javascript;
};

struct script_rewriting {
    struct buf text;               /* the new text */
    struct script_change *changes; /* in the order of the text */
    size_t count, capacity;
    size_t outcomes[SCRIPT_BUILT + 1]; /* how many there are of each */
};

/*
 * Fills in *rewriting, which must be zero and is the caller's to free, also after a failure. The text may be at most
 * 4 GiB. JPK_ERR_MEMORY, JPK_ERR_LIMIT.
 */
bool script_rewrite(const char *text, size_t size, script_resolver *resolve, void *context,
                    struct script_rewriting *rewriting, struct jpk_error *err);
void script_rewriting_free(struct script_rewriting *rewriting);

#endif
