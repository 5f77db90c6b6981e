#include "recipe/validation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "recipe/recipe_read.h"

/* A finding, and the place that it will get when its document is settled. */
struct validation_row {
    struct jpk_finding finding;
    const struct jdoc *doc; /* NULL: it has its place */
    uint32_t node;
};

int validation_severity(const struct validation *v, int rule)
{
    const struct jpk_rule *row = rule_row(rule);
    if (!row)
        return JPK_RULE_OFF;
    return v->severities ? v->severities[rule] : row->severity[v->profile];
}

static struct validation_row *new_row(struct validation *v)
{
    struct validation_row *rows = v->failed ? NULL : array_grow(v->rows, v->row_count, &v->row_capacity, sizeof *rows);
    if (!rows) {
        v->failed = true;
        return NULL;
    }
    v->rows = rows;
    v->rows[v->row_count] = (struct validation_row){.node = JDOC_NONE};
    return &v->rows[v->row_count++];
}

/* Counts a finding. False: there is no room for it. */
static bool take(struct validation *v, int severity)
{
    v->counts[severity]++;
    v->last_kept = v->max == 0 || v->kept < v->max;
    if (v->last_kept)
        v->kept++;
    else
        v->hidden[severity]++;
    return v->last_kept;
}

static const char *keep(struct validation *v, const char *text)
{
    if (!text)
        return NULL;
    const char *kept = arena_strdup(&v->arena, text);
    v->failed = v->failed || !kept;
    return kept;
}

/* Formatted text that can be shown, in the arena. */
static const char *keep_format(struct validation *v, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static const char *keep_format(struct validation *v, const char *format, va_list args)
{
    char raw[JPK_ERROR_MESSAGE_MAX + 4], shown[JPK_ERROR_MESSAGE_MAX];
    vsnprintf(raw, sizeof raw, format, args);
    v->failed |= show_failed();
    text_printable(shown, sizeof shown, raw);
    return keep(v, shown);
}

void validation_report_list(struct validation *v, const struct source *source, enum rule rule, uint32_t node,
                            const char *format, va_list args)
{
    int severity = validation_severity(v, (int)rule);
    v->last_kept = false;
    if (severity < 0)
        return;
    struct validation_row *row = take(v, severity) ? new_row(v) : NULL;
    if (!row) {
        v->last_kept = false;
        return;
    }
    row->finding = (struct jpk_finding){.severity = (enum jpk_severity)severity,
                                        .rule = rule_row((int)rule)->id,
                                        .file = source->file,
                                        .path = "",
                                        .message = keep_format(v, format, args)};
    row->doc = node == JDOC_NONE ? NULL : source->doc;
    row->node = node;
}

void validation_report(struct validation *v, const struct source *source, enum rule rule, uint32_t node,
                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    validation_report_list(v, source, rule, node, format, args);
    va_end(args);
}

void validation_hint(struct validation *v, const char *format, ...)
{
    if (!v->last_kept || v->row_count == 0)
        return;
    va_list args;
    va_start(args, format);
    v->rows[v->row_count - 1].finding.hint = keep_format(v, format, args);
    va_end(args);
}

void validation_add(struct validation *v, int rule, const struct jpk_finding *finding)
{
    int severity = validation_severity(v, rule);
    if (finding->level == 0) {
        v->last_kept = false;
        if (severity < 0 || !take(v, severity))
            return;
    } else if (!v->last_kept) {
        return;
    }
    struct validation_row *row = new_row(v);
    if (!row)
        return;
    struct jpk_finding *copy = &row->finding;
    *copy = *finding;
    copy->severity = severity < 0 ? JPK_INFO : (enum jpk_severity)severity;
    copy->rule = rule_row(rule) ? rule_row(rule)->id : finding->rule;
    const char **texts[] = {&copy->file,        &copy->path,    &copy->entity_id, &copy->entity_type,
                            &copy->entity_name, &copy->message, &copy->hint,      &copy->schema};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = keep(v, *texts[i]);
}

void validation_report_error(struct validation *findings, enum rule rule, const char *file,
                             const struct jpk_error *problem)
{
    struct buf message = {0};
    if (*problem->entry)
        buf_printf(&message, "%s: ", problem->entry);
    buf_puts(&message, problem->message);
    struct jpk_finding finding = {.file = file, .path = "", .message = buf_text(&message)};
    /* Its line belongs to the entry, when there is one. */
    if (!*problem->entry) {
        finding.line = problem->line;
        finding.column = problem->column;
    }
    validation_add(findings, (int)rule, &finding);
    findings->failed |= message.failed || problem->code == JPK_ERR_MEMORY;
    buf_free(&message);
}

const struct jpk_finding *validation_at(const struct validation *v, size_t number)
{
    return &v->rows[number].finding;
}

/* -------------------------------------------------------------------------------------------------------- places */

static int by_start(const void *a, const void *b, void *context)
{
    const struct validation_row *rows = context;
    const uint32_t *left = a, *right = b;
    uint32_t x = rows[*left].node, y = rows[*right].node;
    return x < y ? -1 : x > y; /* nodes lie in the order of the text */
}

static void place(struct validation *v, struct validation_row *row, struct text_counter *counter, struct buf *pointer)
{
    struct text_position at = text_counter_at(counter, row->doc->nodes[row->node].start);
    row->finding.line = at.line;
    row->finding.column = at.column;
    buf_clear(pointer);
    jdoc_pointer(row->doc, row->node, pointer);
    row->finding.path = keep(v, buf_text(pointer));
    row->doc = NULL;
}

void validation_settle(struct validation *v, struct source *source)
{
    size_t count = 0, first = v->settled;
    uint32_t *order = malloc((v->row_count - first + 1) * sizeof *order);
    for (size_t i = first; order && i < v->row_count; i++)
        if (v->rows[i].doc && v->rows[i].doc == source->doc)
            order[count++] = (uint32_t)i;
    if (!order || (count && !jdoc_place_all(source->doc, NULL))) {
        v->failed = true;
        free(order);
        return;
    }
    if (count) {
        struct text_counter counter = text_counter_begin(source->doc->text, source->doc->size);
        struct buf pointer = {0};
        qsort_r(order, count, sizeof *order, by_start, v->rows);
        for (size_t i = 0; i < count; i++)
            place(v, &v->rows[order[i]], &counter, &pointer);
        v->failed = v->failed || pointer.failed;
        buf_free(&pointer);
    }
    while (v->settled < v->row_count && !v->rows[v->settled].doc)
        v->settled++;
    free(order);
}

/* ------------------------------------------------------------------------------------------------------ the end */

void validation_join(struct validation *v, struct validation *from)
{
    for (size_t i = 0; i < from->row_count && !v->failed; i++) {
        const struct jpk_finding *finding = &from->rows[i].finding;
        struct validation_row *row = NULL;
        if (finding->level == 0 ? take(v, (int)finding->severity) : v->last_kept)
            row = new_row(v);
        if (!row)
            continue;
        row->finding = *finding;
        const char **texts[] = {&row->finding.file,        &row->finding.path,       &row->finding.message,
                                &row->finding.hint,        &row->finding.schema,     &row->finding.entity_id,
                                &row->finding.entity_type, &row->finding.entity_name};
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            *texts[j] = keep(v, *texts[j]);
    }
    for (size_t i = 0; i < 3; i++) {
        v->hidden[i] += from->hidden[i];
        v->counts[i] += from->hidden[i];
    }
    v->failed = v->failed || from->failed;
    validation_free(from);
}

/* A finding with the explanations behind it. */
struct group {
    const struct validation_row *first;
    size_t count, number;
};

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_place(const void *a, const void *b)
{
    const struct group *left = a, *right = b;
    const struct jpk_finding *x = &left->first->finding, *y = &right->first->finding;
    int order = compare_text(x->file, y->file);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    order = compare_text(x->rule, y->rule);
    if (order == 0)
        order = compare_text(x->path, y->path);
    if (order == 0)
        order = compare_text(x->message, y->message);
    return order ? order : left->number < right->number ? -1 : left->number > right->number;
}

static struct group *make_groups(const struct validation *v, size_t *count)
{
    struct group *groups = malloc((v->row_count + 1) * sizeof *groups);
    *count = 0;
    for (size_t i = 0; groups && i < v->row_count; i++) {
        if (v->rows[i].finding.level == 0 || *count == 0) {
            groups[*count] = (struct group){.first = &v->rows[i], .number = *count};
            ++*count;
        }
        groups[*count - 1].count++;
    }
    return groups;
}

bool validation_finish(struct validation *v, struct jpk_error *err)
{
    size_t count;
    struct group *groups = v->failed ? NULL : make_groups(v, &count);
    v->findings = groups ? arena_calloc(&v->arena, v->row_count + 1, sizeof *v->findings) : NULL;
    if (!v->findings) {
        free(groups);
        return error_memory(err);
    }
    v->count = 0;
    qsort(groups, count, sizeof *groups, by_place);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < groups[i].count; j++)
            v->findings[v->count++] = groups[i].first[j].finding;
    free(groups);
    return true;
}

void validation_free(struct validation *v)
{
    free(v->rows);
    arena_free(&v->arena);
    *v = (struct validation){0};
}
