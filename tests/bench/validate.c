/*
 * Validation with the library alone: without the program around it, and its parts by themselves.
 *
 *   validate SCHEMA PATH...            reads a schema, compiles it, validates files and the files in folders, reports
 *                                      everything; exit status 0: all valid, 1: not all
 *   validate --parts RUNS SCHEMA FILE  prints the median times in µs of: parsing the file, compiling the schema with
 * its check against the meta-schema and without, the answer alone, a report of everything
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "schema/validation.h"

enum { RUNS_MAX = 1001 };

static void stop(const char *what, const struct jpk_error *err)
{
    fprintf(stderr, "validate: %s: %s\n", what, err->message);
    exit(2);
}

static void read_whole(const char *path, struct buf *out)
{
    struct jpk_error err = {0};
    if (!file_read(path, UINT32_MAX, NULL, out, &err))
        stop(path, &err);
}

static struct jpk_schema *compile(const char *path, const struct buf *text, bool unchecked)
{
    struct jpk_error err = {0};
    const struct jpk_schema_options options = {.file = path, .unchecked = unchecked};
    struct jpk_schema *schema = jpk_schema_compile(buf_text(text), text->size, &options, &err);
    if (!schema)
        stop(path, &err);
    return schema;
}

/* ------------------------------------------------------------------------------------------------- whole processes */

static bool validate_file(const struct jpk_schema *schema, const char *path)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    size_t count;
    read_whole(path, &text);
    struct jpk_validation *validation = jpk_validate(schema, buf_text(&text), text.size, NULL, &err);
    if (!validation)
        stop(path, &err);
    const struct jpk_failure *failures = jpk_validation_failures(validation, &count);
    for (size_t i = 0; i < count; i++)
        printf("%s:%u:%u: %s\n", path, (unsigned)failures[i].line, (unsigned)failures[i].column, failures[i].message);
    bool valid = jpk_validation_valid(validation);
    jpk_validation_free(validation);
    buf_free(&text);
    return valid;
}

static bool validate_path(const struct jpk_schema *schema, const char *path)
{
    struct dirent **names;
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return validate_file(schema, path);
    bool valid = true;
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            valid &= validate_path(schema, file);
        free(names[i]);
    }
    free(names);
    return valid;
}

/* ----------------------------------------------------------------------------------------------------------- parts */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print_median(const char *what, double *times, size_t runs)
{
    qsort(times, runs, sizeof *times, compare);
    printf("%s %.1f %.1f\n", what, times[runs / 2], times[0]);
}

static void measure_parse(const struct buf *text, size_t runs, double *times)
{
    for (size_t i = 0; i < runs; i++) {
        struct jdoc doc = {0};
        struct jpk_error err = {0};
        double start = now();
        if (!jdoc_parse(&doc, buf_text(text), text->size, NULL, &err))
            stop("the instance", &err);
        times[i] = now() - start;
        jdoc_free(&doc);
    }
    print_median("parse", times, runs);
}

static void measure_compile(const char *path, const struct buf *text, bool unchecked, size_t runs, double *times)
{
    for (size_t i = 0; i < runs; i++) {
        double start = now();
        struct jpk_schema *schema = compile(path, text, unchecked);
        times[i] = now() - start;
        jpk_schema_free(schema);
    }
    print_median(unchecked ? "compile-unchecked" : "compile", times, runs);
}

static bool measure_run(const struct jpk_schema *schema, const struct jdoc *doc, bool report, size_t runs,
                        double *times)
{
    bool valid = false;
    struct pattern_scratch scratch = {0};
    for (size_t i = 0; i < runs; i++) {
        struct jpk_error err = {0};
        struct units units = {0};
        double start = now();
        if (!program_run(&schema->program, doc, &scratch, NULL, report ? &units : NULL, &valid, &err))
            stop("the instance", &err);
        times[i] = now() - start;
        free(units.items);
    }
    pattern_scratch_free(&scratch);
    print_median(report ? "report" : "answer", times, runs);
    return valid;
}

static int measure_parts(size_t runs, const char *schema_path, const char *path)
{
    double times[RUNS_MAX];
    struct buf text = {0}, schema_text = {0};
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    read_whole(schema_path, &schema_text);
    read_whole(path, &text);
    measure_parse(&text, runs, times);
    measure_compile(schema_path, &schema_text, false, runs, times);
    measure_compile(schema_path, &schema_text, true, runs, times);
    struct jpk_schema *schema = compile(schema_path, &schema_text, true);
    if (!jdoc_parse(&doc, buf_text(&text), text.size, NULL, &err))
        stop(path, &err);
    bool valid = measure_run(schema, &doc, false, runs, times);
    bool again = measure_run(schema, &doc, true, runs, times);
    if (valid != again)
        fprintf(stderr, "validate: %s: the two modes disagree\n", path);
    jdoc_free(&doc);
    jpk_schema_free(schema);
    buf_free(&text);
    buf_free(&schema_text);
    return valid != again ? 2 : !valid;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--parts") == 0) {
        size_t runs = (size_t)strtoul(argv[2], NULL, 10);
        return measure_parts(runs < 1 ? 1 : runs > RUNS_MAX ? RUNS_MAX : runs, argv[3], argv[4]);
    }
    if (argc < 3) {
        fprintf(stderr, "usage: validate SCHEMA PATH... | validate --parts RUNS SCHEMA FILE\n");
        return 2;
    }
    struct buf text = {0};
    read_whole(argv[1], &text);
    struct jpk_schema *schema = compile(argv[1], &text, false);
    bool valid = true;
    for (int i = 2; i < argc; i++)
        valid &= validate_path(schema, argv[i]);
    jpk_schema_free(schema);
    buf_free(&text);
    return !valid;
}
