/*
 * jpk/show.h - one item of a project as people read it: what it is, what it does, what uses it.
 *
 * A report is made once and printed twice, as text and as JSON, so that both say the same. The words for a schedule, a
 * step, a side of a transformation and an item stand alone and serve other outputs too.
 *
 * Everything that a report says comes from the project, the graph and the structure caches. Encrypted values are never
 * in it, secrets in the clear are masked. Its strings may hold whatever the files hold: make them printable before a
 * terminal sees them.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_SHOW_H
#define JPK_SHOW_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------- a report */

enum jpk_cell_kind { JPK_CELL_TEXT, JPK_CELL_NUMBER, JPK_CELL_FLAG, JPK_CELL_ENTITY };

struct jpk_report_cell {
    const char *key;   /* for programs, stable: "targetPath"; NULL: only for people */
    const char *label; /* for people, the heading of a column; NULL: only for programs */
    enum jpk_cell_kind kind;
    const char *text;                /* of an entity its path; NULL for numbers and flags */
    int64_t number;                  /* a flag is 0 or 1 */
    const struct jpk_entity *entity; /* JPK_CELL_ENTITY only */
};

struct jpk_report_row {
    const char *label; /* what stands before the words; NULL for none */
    const char *words; /* the row for people; NULL in tables. May have several lines */
    unsigned depth;    /* lists: how deep it is indented, from 0 */
    bool usual;        /* as it nearly always is: people see only how many such rows there are, unless they ask */
    const struct jpk_report_cell *cells;
    size_t cell_count;
};

enum jpk_report_form {
    JPK_REPORT_FACTS, /* label and words; for programs one object with the cells of all rows */
    JPK_REPORT_LIST,  /* label and words; for programs an array with an object for each row */
    JPK_REPORT_TABLE, /* the cells that have a label, below each other; for programs as a list */
    JPK_REPORT_BLOCK  /* `text`, as it is */
};

struct jpk_report_section {
    enum jpk_report_form form;
    const char *key;   /* for programs, stable; NULL: its cells belong to the report itself (facts only) */
    const char *title; /* for people; NULL for none */
    const char *empty; /* what people read when there are no rows; NULL: nothing, not even the title */
    const char *text;  /* blocks only */
    const struct jpk_report_row *rows;
    size_t row_count;
};

/* Owns its own strings; others belong to the project or the graph, which must stay as long as it does. */
struct jpk_report {
    const struct jpk_report_section *sections;
    size_t section_count;
};

JPK_API void jpk_report_free(struct jpk_report *report);

/* ------------------------------------------------------------------------------------------- choosing an item */

/* What a person asked for: exactly one is set. */
struct jpk_selection {
    const struct jpk_entity *entity;
    const struct jpk_variable *variable; /* a global variable that has no entity */
    const struct jpk_file *file;
};

/*
 * What `text` means: `files/NAME` a file, `$name` and `[name]` a variable, anything else what jpk_project_select takes,
 * and when that finds nothing the name of a global variable. `type` narrows it to entities of one type, named as in
 * files or as people call it ("EmailMessage", "e-mail message"); NULL for any. Errors: those of jpk_project_select,
 * with the nearest name among items and variables; JPK_ERR_USAGE for a type that is none.
 */
JPK_API bool jpk_show_select(const struct jpk_project *project, const struct jpk_graph *graph, const char *text,
                             const char *type, struct jpk_selection *selection, struct jpk_error *err);

enum jpk_show_flags {
    JPK_SHOW_RESOLVE = 1 /* scripts and mappings as jpk_script_resolve gives them */
};

/*
 * All that is known of the item. `graph` is of the same project. The only error is JPK_ERR_MEMORY: what the project
 * lacks is said in the report.
 */
JPK_API struct jpk_report *jpk_show(const struct jpk_project *project, const struct jpk_graph *graph,
                                    const struct jpk_selection *selection, unsigned flags, struct jpk_error *err);

/*
 * The structure of a transformation's source or target, or of what a connector's function takes and gives, as a tree
 * from its structure cache. Down to `depth` levels, 0 and more than 64 mean 64; no more than 10,000 nodes. A type that
 * leads back to itself is cut there. Errors: JPK_ERR_USAGE for an entity that has no structures, JPK_ERR_NOT_FOUND with
 * the name of the cache that is missing, and those of jpk_structure_load.
 */
JPK_API struct jpk_report *jpk_show_structure(const struct jpk_project *project, const struct jpk_entity *entity,
                                              bool target, uint64_t depth, struct jpk_error *err);

/* -------------------------------------------------------------------------------------------------------- words */

/* Each of these is allocated with malloc and owned by the caller; NULL: no memory. */

/* "operation 'Steps/Search orders'", with "(deleted)" and the like behind it. */
JPK_API char *jpk_entity_words(const struct jpk_entity *entity);

/*
 * "every 5 minutes from 00:00:00 to 23:59:00, every day, from 2018-06-19, Australia/Melbourne". The second form of a
 * monthly schedule has numbers for the week and the day whose meaning no real file proves; they are given as they are.
 */
JPK_API char *jpk_schedule_words(const struct jpk_schedule *schedule);

/* A step of an operation: "source 'Orders' (TemporaryStorage, file [name])", "target: empty slot". */
JPK_API char *jpk_activity_words(const struct jpk_activity *activity);

/* A side of a transformation: "contacts.xsd", "request of NetSuite upsert 'Upsert Customer'", "no source". */
JPK_API char *jpk_side_words(const struct jpk_side *side);

/*
 * A script in which the ids of the project's items are paths, in the way of Design Studio's editor:
 * RunOperation("<TAG>Operation/Steps/Search orders</TAG>"). Ids that the project does not hold stay.
 */
JPK_API char *jpk_script_resolve(const struct jpk_project *project, const char *script);

#ifdef __cplusplus
}
#endif

#endif
