#include "jpk/report.h"
#include "jpk/secret_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"

struct report *report_new(const struct jpk_project *project, const struct jpk_graph *graph)
{
    struct report *report = calloc(1, sizeof *report);
    if (report) {
        report->project = project;
        report->graph = graph;
    }
    return report;
}

void jpk_report_free(struct jpk_report *public)
{
    struct report *report = (struct report *)public;
    if (!report)
        return;
    arena_free(&report->arena);
    free(report->sections);
    free(report->rows);
    free(report->cells);
    free(report);
}

struct jpk_report *report_finish(struct report *report, struct jpk_error *err)
{
    if (!report || report->failed) {
        if (report)
            jpk_report_free(&report->public);
        error_memory(err);
        return NULL;
    }
    const struct jpk_report_row *row = report->rows;
    const struct jpk_report_cell *cell = report->cells;
    for (size_t i = 0; i < report->row_count; i++) {
        report->rows[i].cells = cell;
        cell += cell ? report->rows[i].cell_count : 0;
    }
    for (size_t i = 0; i < report->section_count; i++) {
        report->sections[i].rows = row;
        row += row ? report->sections[i].row_count : 0;
    }
    report->public.sections = report->sections;
    report->public.section_count = report->section_count;
    return &report->public;
}

/* -------------------------------------------------------------------------------------------------------- parts */

/* What a report says is read by people and kept in logs: no secret is in it. */
static const char *masked(struct report *report, const char *text)
{
    struct buf out = {0};
    if (text && secret_text_mask(&out, text, strlen(text)))
        text = report_keep(report, buf_text(&out));
    report->failed |= out.failed;
    buf_free(&out);
    return text;
}

void report_section(struct report *report, enum jpk_report_form form, const char *key, const char *title,
                    const char *empty)
{
    if (report->failed)
        return;
    struct jpk_report_section *sections =
        array_grow(report->sections, report->section_count, &report->section_capacity, sizeof *sections);
    if (!sections) {
        report->failed = true;
        return;
    }
    report->sections = sections;
    sections[report->section_count++] =
        (struct jpk_report_section){.form = form, .key = key, .title = title, .empty = empty};
}

void report_block(struct report *report, const char *key, const char *title, const char *text)
{
    text = masked(report, text);
    report_section(report, JPK_REPORT_BLOCK, key, title, NULL);
    if (!report->failed)
        report->sections[report->section_count - 1].text = text;
}

void report_row(struct report *report, const char *label, const char *words)
{
    if (report->failed)
        return;
    struct jpk_report_row *rows = array_grow(report->rows, report->row_count, &report->row_capacity, sizeof *rows);
    if (!rows) {
        report->failed = true;
        return;
    }
    report->rows = rows;
    rows[report->row_count++] = (struct jpk_report_row){.label = label, .words = masked(report, words)};
    report->sections[report->section_count - 1].row_count++;
}

static void add_cell(struct report *report, struct jpk_report_cell cell)
{
    if (report->failed)
        return;
    struct jpk_report_cell *cells =
        array_grow(report->cells, report->cell_count, &report->cell_capacity, sizeof *cells);
    if (!cells) {
        report->failed = true;
        return;
    }
    report->cells = cells;
    cells[report->cell_count++] = cell;
    report->rows[report->row_count - 1].cell_count++;
}

void report_text(struct report *report, const char *key, const char *label, const char *text)
{
    add_cell(report,
             (struct jpk_report_cell){.key = key, .label = label, .kind = JPK_CELL_TEXT, .text = masked(report, text)});
}

void report_number(struct report *report, const char *key, const char *label, int64_t number)
{
    add_cell(report, (struct jpk_report_cell){.key = key, .label = label, .kind = JPK_CELL_NUMBER, .number = number});
}

void report_flag(struct report *report, const char *key, bool flag)
{
    add_cell(report, (struct jpk_report_cell){.key = key, .kind = JPK_CELL_FLAG, .number = flag});
}

void report_entity(struct report *report, const char *key, const char *label, const struct jpk_entity *entity)
{
    add_cell(report, (struct jpk_report_cell){.key = key,
                                              .label = label,
                                              .kind = JPK_CELL_ENTITY,
                                              .text = report_path(report, entity),
                                              .entity = entity});
}

void report_usual(struct report *report)
{
    if (!report->failed)
        report->rows[report->row_count - 1].usual = true;
}

void report_depth(struct report *report, unsigned depth)
{
    if (!report->failed)
        report->rows[report->row_count - 1].depth = depth;
}

void report_fact(struct report *report, const char *key, const char *label, const char *words)
{
    if (!words || !*words)
        return;
    report_row(report, label, words);
    report_text(report, key, NULL, words);
}

/* ------------------------------------------------------------------------------------------------------ strings */

const char *report_keep(struct report *report, const char *text)
{
    const char *kept = text ? arena_strdup(&report->arena, text) : NULL;
    if (kept)
        return kept;
    report->failed = true;
    return "";
}

const char *report_cut(struct report *report, const char *text)
{
    enum { KEPT = 200 };
    size_t n = strnlen(text, KEPT + 1);
    if (n <= KEPT)
        return report_keep(report, text);
    n = KEPT;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return report_printf(report, "%.*s...", (int)n, text);
}

const char *report_take(struct report *report, char *text)
{
    const char *kept = report_keep(report, text);
    free(text);
    return kept;
}

const char *report_printf(struct report *report, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    return report_take(report, n < 0 ? NULL : text);
}

const char *report_path(struct report *report, const struct jpk_entity *entity)
{
    if (report->last != entity) {
        report->last_path = masked(report, report_take(report, jpk_entity_path(entity)));
        report->last = entity;
    }
    return report->last_path;
}

const char *report_words(struct report *report, const struct jpk_entity *entity)
{
    return report_take(report, jpk_entity_words(entity));
}

const char *report_script(struct report *report, const char *script)
{
    if (!(report->flags & JPK_SHOW_RESOLVE))
        return script;
    return report_take(report, jpk_script_resolve(report->project, script));
}
