/*
 * The functions of Jitterbit Script and of Jitterbit's JavaScript: what their parameters are called, which of them name
 * an item of the project, and what is known of them beyond that.
 *
 * A script names an item by a string. The same item of Design Studio becomes one of two things in Cloud Studio, an
 * activity or a connection, and the function and the position of the argument decide which: DBExecute wants the
 * connection of a database, ReadFile the activity that reads the file.
 *
 * Sources: the vendor's pages on functions, one a module, for Design Studio and for Cloud Studio, as public projects
 * repeat their signatures; and the scripts of real projects.
 */
#ifndef JPK_FUNCTIONS_H
#define JPK_FUNCTIONS_H

#include "jpk/script.h"

/* What a reference names, as bits: an argument may allow several. */
enum script_item {
    SCRIPT_ITEM_SOURCE = 1 << 0,     /* Design Studio: `s.`, Sources/ */
    SCRIPT_ITEM_TARGET = 1 << 1,     /* Design Studio: `t.`, Targets/ */
    SCRIPT_ITEM_OPERATION = 1 << 2,  /* `op.`, Operations/, operation: */
    SCRIPT_ITEM_SCRIPT = 1 << 3,     /* `sc.`, Scripts/, script: */
    SCRIPT_ITEM_EMAIL = 1 << 4,      /* `m.`, Email Messages/, email: */
    SCRIPT_ITEM_SALESFORCE = 1 << 5, /* Design Studio: `so.` */
    SCRIPT_ITEM_NETSUITE = 1 << 6,   /* Design Studio: no prefix was seen */
    SCRIPT_ITEM_PLUGIN = 1 << 7,     /* plugin: */
    SCRIPT_ITEM_ACTIVITY = 1 << 8,   /* Cloud Studio: activity: */
    SCRIPT_ITEM_CONNECTION = 1 << 9  /* Cloud Studio: endpoint:, in JavaScript connection: too */
};

/* What Cloud Studio wants where Design Studio has a reference. */
enum script_wants {
    SCRIPT_WANTS_NOTHING,       /* the argument is no reference */
    SCRIPT_WANTS_FILE_ACTIVITY, /* an activity of File Share, FTP, HTTP, Local Storage, Temporary Storage */
    SCRIPT_WANTS_ACTIVITY,      /* an activity of a database */
    SCRIPT_WANTS_CONNECTION,    /* a connection: database, Salesforce, NetSuite */
    SCRIPT_WANTS_OPERATION,
    SCRIPT_WANTS_SCRIPT,
    SCRIPT_WANTS_EMAIL,
    SCRIPT_WANTS_PLUGIN
};

enum script_function_flag {
    FUNCTION_DEPRECATED = 1 << 0,     /* `instead` names what replaces it */
    FUNCTION_PRIVATE = 1 << 1,        /* private agents only */
    FUNCTION_SINGLE = 1 << 2,         /* agent groups of a single agent only */
    FUNCTION_NOT_JAVASCRIPT = 1 << 3, /* not in JavaScript of Cloud Studio, which cannot name what it takes */
    FUNCTION_JAVASCRIPT = 1 << 4,     /* JavaScript has it as Jitterbit.NAME */
    FUNCTION_ONLY_JAVASCRIPT = 1 << 5,
    FUNCTION_BREAKPOINT = 1 << 6, /* of use only while a script is tested */
    FUNCTION_BROKEN = 1 << 7,     /* documented as not working */
    FUNCTION_CHANGED = 1 << 8,    /* Cloud Studio has it with other rules than Design Studio */
    FUNCTION_UNVERIFIED = 1 << 9  /* its parameters, or that JavaScript has it, were in no source that was read */
};

struct script_function {
    const char *name;       /* as it is usually written; Jitterbit Script ignores the case */
    const char *module;     /* the page of the documentation that it is on: "file", "database", ... */
    const char *parameters; /* "sourceId:source, fileFilter?": see struct script_parameter */
    unsigned flags;         /* enum script_function_flag */
    const char *instead;    /* what to use instead, or NULL */
};

struct script_parameter {
    struct script_view name;
    unsigned items; /* enum script_item: what Design Studio lets it name; 0 when it is no reference */
    enum script_wants wants;
    bool optional, repeated; /* `?`, and `...`: it stands for any number of arguments */
    bool computed;           /* usually no literal, although it names an item */
    bool output;             /* a variable that is passed here gets a value */
};

/* Without regard to the case of ASCII letters. NULL: there is none. A leading "Jitterbit." is passed over. */
const struct script_function *script_function_find(struct script_view name);

/* Which parameter the argument at `position` (from 0) belongs to. False: the function takes fewer. */
bool script_function_parameter(const struct script_function *function, unsigned position,
                               struct script_parameter *parameter);

/* All of them, sorted by name without regard to case. */
const struct script_function *script_functions(size_t *count);

/* The least and the most arguments; *most is UINT32_MAX when there is no bound. */
void script_function_arity(const struct script_function *function, uint32_t *least, uint32_t *most);

/* Whether a global variable gets a value: by an assignment, or as an argument where a function puts a result. */
bool script_event_writes(const struct script_event *event);

#endif
