/* Building a report: sections, their rows, the rows' cells, each added behind the one before. */
#ifndef JPK_REPORT_H
#define JPK_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "jpk/show.h"

/* A failed allocation sticks: only report_finish must be checked. */
struct report {
    struct jpk_report public; /* first, so that the pointers are the same */
    const struct jpk_project *project;
    const struct jpk_graph *graph; /* NULL for structures */
    unsigned flags;                /* enum jpk_show_flags */
    struct arena arena;
    struct jpk_report_section *sections;
    struct jpk_report_row *rows;
    struct jpk_report_cell *cells;
    size_t section_count, section_capacity, row_count, row_capacity, cell_count, cell_capacity;
    const struct jpk_entity *last; /* whose path was made last, and that path: rows of one entity come together */
    const char *last_path;
    bool failed;
};

struct report *report_new(const struct jpk_project *project, const struct jpk_graph *graph);

/* Sets the pointers, once all is there. NULL: no memory, and the report is freed. */
struct jpk_report *report_finish(struct report *report, struct jpk_error *err);

/* The strings of these are kept as they are: literals, or of the project. */
void report_section(struct report *report, enum jpk_report_form form, const char *key, const char *title,
                    const char *empty);
void report_block(struct report *report, const char *key, const char *title, const char *text);
void report_row(struct report *report, const char *label, const char *words);
void report_text(struct report *report, const char *key, const char *label, const char *text);
void report_number(struct report *report, const char *key, const char *label, int64_t number);
void report_flag(struct report *report, const char *key, bool flag);
void report_entity(struct report *report, const char *key, const char *label, const struct jpk_entity *entity);
void report_usual(struct report *report);                 /* of the last row */
void report_depth(struct report *report, unsigned depth); /* of the last row */

/* A row of facts: the words, which are also the value of `key`; left out when they are empty. */
void report_fact(struct report *report, const char *key, const char *label, const char *words);

/* A copy that lives as long as the report; "" when memory is out. report_take frees what it is given. */
const char *report_keep(struct report *report, const char *text);
const char *report_cut(struct report *report, const char *text); /* of what may be long and come often: 200 bytes */
const char *report_take(struct report *report, char *text);
const char *report_printf(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *report_path(struct report *report, const struct jpk_entity *entity);
const char *report_script(struct report *report, const char *script);             /* with JPK_SHOW_RESOLVE with paths */
const char *report_words(struct report *report, const struct jpk_entity *entity); /* jpk_entity_words */

#endif
