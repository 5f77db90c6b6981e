/*
 * What the fuzz targets share: invariants, limits, projects in memory.
 *
 * A target is one file in targets/ with LLVMFuzzerTestOneInput, which reads its input in every way that an upload could
 * take, and ends the program with HOLDS when something is not so that must be so for every input. It must do the same
 * with the same input each time.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpk/cloud.h"
#include "jpk/jpk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ------------------------------------------------------------------------------------------------------- invariants */

/* Prints what does not hold and ends the program: that is a find. */
_Noreturn void fuzz_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define HOLDS(condition, ...) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, __VA_ARGS__))

/* What the makers of the unit tests use of cmocka. */
#define fail_msg(...) fuzz_fail(__FILE__, __LINE__, __VA_ARGS__)
#define assert_true(condition) HOLDS(condition, "%s", #condition)
#define assert_false(condition) HOLDS(!(condition), "not %s", #condition)
#define assert_non_null(pointer) HOLDS((pointer) != NULL, "%s", #pointer)
#define assert_int_equal(a, b) HOLDS((a) == (b), "%s is not %s", #a, #b)
#define assert_ptr_equal(a, b) assert_int_equal(a, b)
#define assert_string_equal(a, b) HOLDS(strcmp(a, b) == 0, "%s is not %s: '%s', '%s'", #a, #b, a, b)
#define print_message(...) fprintf(stderr, __VA_ARGS__)

/*
 * An error that was given for an input of that size: it has a code that an input can cause, a message that can be
 * shown, and a place inside of the input, or of what was unpacked from it (then `size` is SIZE_MAX).
 */
void fuzz_error(const struct jpk_error *err, size_t size);

/* A text for people: there, not empty, UTF-8. Names in it are as the file has them, so that it may hold any character.
 */
void fuzz_words(const char *what, const char *text);

/* Findings: known rules, messages, severities. `rules` end with a row whose id is NULL; may be NULL. */
void fuzz_findings(const struct jpk_finding *findings, size_t count, const struct jpk_check_rule *rules);

/* Bytes that must be the same. */
void fuzz_same(const char *what, const void *a, size_t a_size, const void *b, size_t b_size);

/* ----------------------------------------------------------------------------------------------------------- inputs */

/* The default limits, with room for what inputs of the size of ours need and no more: memory is for finding defects. */
struct jpk_limits fuzz_limits(void);

/* A copy with a NUL behind it, the caller's to free. */
char *fuzz_copy(const void *data, size_t size);

/*
 * Inputs of two texts have this line between them; without it the second is empty. The copies have a NUL behind them
 * and are the caller's to free.
 */
#define FUZZ_BETWEEN "\n%%%%\n"
void fuzz_halves(const uint8_t *data, size_t size, char **first, size_t *first_size, char **second,
                 size_t *second_size);

/* A temporary folder below $TMPDIR, and its removal with all that is in it. */
enum { FUZZ_PATH = 512 };
void fuzz_folder(char out[FUZZ_PATH]);
void fuzz_remove(const char *folder);

/* A Jitterpak as a project; all NULL when it is none, which was checked to be an error that people can read. */
struct fuzz_project {
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

bool fuzz_project_open(struct fuzz_project *p, const void *data, size_t size, unsigned flags);
void fuzz_project_free(struct fuzz_project *p);

/* All that can be said of a project: checks, summary, reports of every item, flows. */
void fuzz_project_tell(const struct fuzz_project *p);

/* The same for an export. */
void fuzz_cloud_tell(const struct jpk_cloud *cloud);

/* --------------------------------------------------------------------------------------------------------- mutators */

/*
 * What a target mutates its inputs with; without one libFuzzer changes bytes. The driver only runs inputs, so that it
 * has none.
 */
#ifdef FUZZ_DRIVER
#define FUZZ_MUTATOR(mutate) _Static_assert(true, "")
#else
#define FUZZ_MUTATOR(mutate)                                                                                           \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);                            \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)                             \
    {                                                                                                                  \
        return mutate(data, size, most, seed);                                                                         \
    }                                                                                                                  \
    _Static_assert(true, "")
#endif

/*
 * By how the input begins: a ZIP stays right and what is in it changes by its kind, JSON changes as a tree, XML by
 * elements and attributes, all else by bytes. Of two halves (fuzz_halves) one does.
 */
size_t fuzz_mutate(uint8_t *data, size_t size, size_t most, unsigned seed);
/* The same for a ZIP, which as often is broken. */
size_t fuzz_mutate_archive(uint8_t *data, size_t size, size_t most, unsigned seed);

#endif
