/*
 * Jitterbit Script, as far as a tool must understand it without running it: tokens, references to project items,
 * and what is read and written. Works on the decoded text of a script or of a mapping's right side.
 *
 * Facts: a script's text is `<trans>...</trans>` (Jitterbit Script) or `<javascript>...</javascript>`; what is outside
 * is literal text. Strings are in single or double quotes and may span lines; comments are `//` and slash-star.
 * A project item is named by a string that is exactly `op.`, `sc.`, `s.`, `t.`, `m.` or `so.` and a GUID. `$name`
 * starts a variable only when it does not follow a word character, `.`, `]`, `?`, `#` or `$`; otherwise it is part of
 * a node path such as `jbroot$response$writeResponse#.status$isSuccess` or `PUB:order.PUB:customer$Cust?no`. In
 * JavaScript only a preceding `.` counts.
 * (Source: the scripts and mappings of real projects.)
 */
#ifndef JPK_SCRIPT_H
#define JPK_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum script_kind {
    SCRIPT_TEXT,    /* outside of any tag */
    SCRIPT_TAG,     /* <trans>, </trans>, <javascript>, </javascript> */
    SCRIPT_SPACE,   /* white space between tokens */
    SCRIPT_COMMENT, /* with its delimiters; the line end is not part of a // comment */
    SCRIPT_STRING,  /* with its quotes; also a regular expression of JavaScript with its slashes */
    SCRIPT_NUMBER,
    SCRIPT_NAME,     /* a function, a local variable or a keyword */
    SCRIPT_VARIABLE, /* a global variable with its `$` */
    SCRIPT_PATH,     /* a node path of a source or target structure */
    SCRIPT_OPERATOR, /* everything else, the longest operator first */
    SCRIPT_OPEN      /* a string or block comment that never ends: the text up to the last closing tag */
};

enum script_language { SCRIPT_JITTERBIT, SCRIPT_JAVASCRIPT };

struct script_token {
    enum script_kind kind;
    enum script_language language;
    uint32_t offset, length; /* bytes in the text; all tokens together are the whole text */
};

/* Scans without allocating. The text may be at most 4 GiB. */
struct script_scanner {
    const char *text;
    size_t size, at;
    enum script_language language;
    bool inside; /* between tags */
};

void script_begin(struct script_scanner *scanner, const char *text, size_t size);
bool script_next(struct script_scanner *scanner, struct script_token *token); /* false at the end */

/* ---------------------------------------------------------------------------------------------- what it does */

enum script_event_kind {
    SCRIPT_EVENT_REFERENCE,   /* "op.<guid>" and the like, in a string or in a comment */
    SCRIPT_EVENT_TAG,         /* what stands between <TAG> and </TAG> in a string or in a comment: `name` */
    SCRIPT_EVENT_READ,        /* a global variable is read: $x, Get("x"), Jitterbit.GetVar("$x") */
    SCRIPT_EVENT_WRITE,       /* a global variable is assigned: $x = ..., Set("x", ...), Jitterbit.SetVar("$x", ...) */
    SCRIPT_EVENT_LOCAL_READ,  /* a name that is neither called nor assigned */
    SCRIPT_EVENT_LOCAL_WRITE, /* x = ... */
    SCRIPT_EVENT_CALL,        /* a function is called; `name` is the function; comes before what its arguments do */
    SCRIPT_EVENT_PATH,        /* a node path is used */
    SCRIPT_EVENT_OPEN,        /* a string or comment that never ends */

    /* only with SCRIPT_WITH_TEXTS; together with SCRIPT_EVENT_OPEN in the order of the text */
    SCRIPT_EVENT_STRING,  /* a string; `name` is what stands between its quotes */
    SCRIPT_EVENT_COMMENT, /* a comment with its delimiters; comes before what it mentions */
    SCRIPT_EVENT_TEXT     /* text outside of any tag */
};

/* A piece of the text; not NUL-terminated. */
struct script_view {
    const char *text;
    size_t length;
};

/*
 * The next reference by name, "<TAG>script:Write log</TAG>", from *at on; *at moves behind it. `name` is what stands
 * between the tags, on one line and at most 1,000 bytes; the second tag may lack its slash, as in some examples of the
 * vendor. False at the end of the text.
 */
bool script_tag_next(const char *text, size_t size, size_t *at, struct script_view *name);

struct script_event {
    enum script_event_kind kind;
    enum script_language language;
    struct script_view name;   /* variable without `$`, function, path; for a reference the GUID */
    struct script_view prefix; /* references: "op", "sc", "s", "t", "m" or "so" */
    uint32_t offset;           /* where its name starts in the text; of a variable its `$`, of a reference its prefix */
    bool in_comment; /* references, tags and variables that a comment mentions; nothing else is reported of comments */

    /* the innermost call around it, empty when there is none, and which of its arguments it stands in, from 0 */
    struct script_view function;
    unsigned argument;
    bool alone; /* it is the whole of that argument, or a negation of it: If($x, ...), Date($x), If(!$x, ...) */

    /* reads: the string, number or name (true, false, null) that it is compared with by ==, !=, <, >, <= or >= */
    struct script_view compared; /* a string without its quotes; `text` is NULL when there is none */
    bool compared_string;        /* whether it was in quotes */

    /* the variable that the innermost assignment around it assigns to, without `$`; empty when there is none */
    struct script_view assigned;
    bool assigned_local;

    const struct script_frame *frames; /* of script_event_call */
    int call;
};

/* A call around an event, and which of its arguments the event stands in. */
struct script_call {
    struct script_view function;
    unsigned argument;
};

/* Level 0 is the innermost call, 1 the one around that; to be asked in the handler only. False: there is none. */
bool script_event_call(const struct script_event *event, unsigned level, struct script_call *call);

/*
 * Reports what a script does in the order in which it happens: a read in the right side of an assignment comes before
 * the write; `+=`, `++` and the like read and then write. Return false from `handler` to stop. Returns false when it
 * was stopped. Recursion is bounded: nesting deeper than SCRIPT_DEPTH_MAX calls is followed without the
 * function, argument and assignment of what is inside.
 */
enum { SCRIPT_DEPTH_MAX = 256 };

typedef bool script_handler(void *context, const struct script_event *event);
bool script_events(const char *text, size_t size, script_handler *handler, void *context);

/* The same from where a scanner stands, which may be inside of a script, with more kinds of events. */
enum { SCRIPT_WITH_TEXTS = 1 };
bool script_events_from(const struct script_scanner *begin, unsigned flags, script_handler *handler, void *context);

/*
 * The reference whose dot stands at `dot` in text[begin, end): a known prefix, the dot and a GUID, in quotes or not,
 * but between word boundaries, as in comments.
 */
bool script_reference_at(const char *text, size_t begin, size_t end, size_t dot, struct script_view *prefix,
                         struct script_view *guid);

#endif
