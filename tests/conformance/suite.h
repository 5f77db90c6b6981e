/* What the parts of the run of the official test suite share. */
#ifndef TESTS_CONFORMANCE_SUITE_H
#define TESTS_CONFORMANCE_SUITE_H

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "jpk/schema.h"

enum kind { REQUIRED, OPTIONAL, FORMATS, ANNOTATIONS, OUTPUT, KINDS };

struct figures {
    size_t passed, tests;
};

extern struct figures figures[JPK_DRAFTS][KINDS];
extern const char *const suite_folders[JPK_DRAFTS]; /* "draft4" */

/* Counts a test; one that does not pass is a line on stdout, `why` with it. */
void suite_count(enum jpk_draft draft, enum kind kind, bool passed, const char *file, const char *name,
                 const char *why);

/* Calls for every JSON file of a folder of the suite, by name; none when there is no such folder. */
typedef void suite_visit(enum jpk_draft draft, enum kind kind, const char *file, const struct jdoc *doc);
void suite_files(enum jpk_draft draft, enum kind kind, const char *folder, suite_visit *visit);

/* The text of a value, so that numbers stay as they are: a piece of the document's. */
const char *suite_slice(const struct jdoc *doc, uint32_t node, size_t *size);

/* Reads and parses a file of the suite, or ends the program. */
void suite_load(const char *file, struct buf *text, struct jdoc *doc);

static inline uint32_t suite_get(const struct jdoc *doc, uint32_t object, const char *key)
{
    return jdoc_get(doc, object, key, strlen(key));
}

/* A member that is a string, cut to `size`; "" when there is none. */
void suite_get_text(const struct jdoc *doc, uint32_t object, const char *key, char *out, size_t size);

/* annotations.c, output.c */
void run_annotations(enum jpk_draft draft);
void print_annotations(void); /* how many assertions there are */
void run_output(enum jpk_draft draft);

#endif
