/* What Cloud Studio keeps beside a script: language, text without comments, variables, the nodes that it uses. */
#ifndef JPK_SCRIPT_TEXT_H
#define JPK_SCRIPT_TEXT_H

#include "base/buf.h"
#include "base/strings.h"
#include "jpk/script.h"

/* That of the first tag; Jitterbit Script when there is none. */
enum script_language script_language_of(const char *text, size_t size);

/*
 * Adds the text without comments; all line ends stay, also those within a block comment. A comment that never ends
 * stays.
 */
void script_cleanse(const char *text, size_t size, struct buf *out);

/*
 * Adds the text as Cloud Studio stores scripts: `<trans>`, a line end, the script, a line end, `</trans>`, for
 * JavaScript with `<javascript>`. Tags that are there stay; without any, those of `language` come around the text.
 * White space around the outer tags goes, and line ends become LF, but in strings, where they are part of a value, and
 * in comments of one line, which a CR alone does not end.
 */
void script_wrap(const char *text, size_t size, enum script_language language, struct buf *out);

struct script_variable {
    const char *name; /* without `$`, as it is spelled first */
    bool read, write;
};

/* The global variables of a script, comments left out, in the order in which they are first read or written. */
struct script_variables {
    struct script_variable *items;
    size_t count, capacity;
    struct arena arena;
};

/* *variables must be zero and is the caller's to free, also after a failure. False: no memory. */
bool script_variables(const char *text, size_t size, struct script_variables *variables);
void script_variables_free(struct script_variables *variables);

/*
 * Adds the nodes of a source structure that a mapping's right side uses, each once, in the form of Cloud Studio:
 * `records$Contact#.Id$` is "records/Contact/Id". Both `$` and `.` part the names of nodes, so a name that holds one of
 * them comes apart. Where a source has a prefix path (Salesforce), that is still there. With `flat`, which is the name
 * of a flat structure's root, names that are read and never assigned are fields: "__flat__/Id". False: no memory.
 */
bool script_paths(const char *text, size_t size, const char *flat, struct strings *paths, struct arena *arena);

#endif
