/* The checks behind jpk_check, for those who also want to see what is in the archive: every entry is unpacked once. */
#ifndef JPK_CHECK_H
#define JPK_CHECK_H

#include "jpk/findings.h"

struct check_visitor {
    /* Gets the bytes of an entry, which are lent for the call. */
    void (*visit)(void *context, size_t entry, const char *bytes, size_t n);
    void *context;
};

/* jpk_check. The visitor gets every entry that can be read, once, in no certain order; also when the check fails. */
struct jpk_findings *check_visiting(const struct jpk_project *project, const struct jpk_graph *graph,
                                    const struct check_visitor *visitor, struct jpk_error *err);

/* Of what jpk_check finds only the errors, in its order; no entry is read but to say where they are. */
struct jpk_findings *check_for_errors(const struct jpk_project *project, const struct jpk_graph *graph,
                                      struct jpk_error *err);

/* Only the marks of conflicts that nobody has settled. */
struct jpk_findings *check_for_conflicts(const struct jpk_project *project, struct jpk_error *err);

/*
 * That these findings of conflicts (NULL: there is an error already) are none; the error has the place of the first.
 * `name`: of the project as messages call it.
 */
bool check_settled(const struct jpk_findings *conflicts, const char *name, struct jpk_error *err);

#endif
