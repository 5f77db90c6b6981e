#include "tools/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

enum { COLUMNS_MAX = 8, COLUMN_WIDTH_MAX = 60, WRAP_LEAST = 30, FACT_WIDTH = 12 };

/* ---------------------------------------------------------------------------------------------- printable lines */

/* A line of a file's text that a terminal may see: tabs are four spaces. Owned by the caller; NULL: no memory. */
static char *printable(const char *line, size_t n)
{
    struct buf raw = {0};
    for (size_t i = 0; i < n; i++) {
        if (line[i] == '\t')
            buf_puts(&raw, "    ");
        else if (line[i] != '\r' || i + 1 < n)
            buf_putc(&raw, line[i] ? line[i] : '\1');
    }
    size_t size = raw.size + 1;
    char *shown = raw.failed ? NULL : malloc(size + 8); /* what is replaced never gets longer */
    if (shown)
        text_printable(shown, size + 8, buf_text(&raw));
    buf_free(&raw);
    return shown;
}

/* The columns of the terminal; 0 when the output goes elsewhere. */
static size_t terminal_width(void)
{
    struct winsize size;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* How many bytes of `text` fit into `width` columns, up to a space if there is one in the second half. */
static size_t fitting(const char *text, size_t width)
{
    size_t columns = 0, at = 0, space = 0;
    for (; text[at]; at++) {
        if (((unsigned char)text[at] & 0xc0) == 0x80)
            continue;
        if (columns == width)
            return space > at / 2 ? space : at;
        if (text[at] == ' ')
            space = at + 1;
        columns++;
    }
    return at;
}

/* Prints a printable line; what a terminal has no room for goes below, indented. */
static void put_wrapped(const char *line, size_t indent, size_t width)
{
    size_t room = width > indent + WRAP_LEAST ? width - indent : 0;
    while (room && text_width(line) > room) {
        size_t n = fitting(line, room);
        if (n == 0 || line[n] == '\0')
            break;
        printf("%.*s\n%*s", (int)n, line, (int)indent, "");
        line += n;
    }
    puts(line);
}

/* Prints text of one or more lines from where the cursor is; the later ones are indented to the same column. */
static bool put_lines(const char *text, size_t indent, size_t width)
{
    for (const char *at = text;;) {
        size_t n = strcspn(at, "\n");
        char *line = printable(at, n);
        if (!line)
            return false;
        put_wrapped(line, indent, width);
        free(line);
        if (at[n] == '\0' || (at[n + 1] == '\0' && n > 0))
            return true;
        at += n + 1;
        printf("%*s", *at == '\n' ? 0 : (int)indent, "");
    }
}

/* ----------------------------------------------------------------------------------------------- rows with words */

static size_t label_width(const struct jpk_report_section *section, bool verbose)
{
    size_t width = section->form == JPK_REPORT_FACTS ? FACT_WIDTH : 0;
    for (size_t i = 0; i < section->row_count; i++) {
        const struct jpk_report_row *row = &section->rows[i];
        size_t n = row->label && (verbose || !row->usual) ? text_width(row->label) : 0;
        if (n > width)
            width = n < COLUMN_WIDTH_MAX ? n : COLUMN_WIDTH_MAX;
    }
    return width;
}

static bool put_row(const struct jpk_report_row *row, size_t indent, size_t labels, size_t width)
{
    indent += (size_t)2 * row->depth;
    printf("%*s", (int)indent, "");
    if (labels) {
        char *label = printable(row->label ? row->label : "", row->label ? strlen(row->label) : 0);
        if (!label)
            return false;
        size_t n = text_width(label);
        printf("%s%*s", label, *row->words ? (int)(n < labels ? labels - n : 0) + 2 : 0, "");
        free(label);
        indent += labels + 2;
    }
    return put_lines(row->words, indent, width);
}

static bool put_rows(const struct jpk_report_section *section, bool verbose, size_t width)
{
    size_t usual = 0, indent = section->title ? 2 : 0, labels = label_width(section, verbose);
    for (size_t i = 0; i < section->row_count; i++) {
        const struct jpk_report_row *row = &section->rows[i];
        if (!row->words)
            continue;
        if (row->usual && !verbose)
            usual++;
        else if (!put_row(row, indent, labels, width))
            return false;
    }
    if (usual)
        printf("%*s%s%zu as usual (-v shows %s)\n", (int)indent, "", usual < section->row_count ? "and " : "", usual,
               usual == 1 ? "it" : "them");
    return true;
}

/* -------------------------------------------------------------------------------------------------------- tables */

struct table {
    const char *labels[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    size_t count, width; /* columns; of the terminal */
};

static size_t column_of(const struct table *table, const char *label)
{
    size_t i = 0;
    while (i < table->count && strcmp(table->labels[i], label) != 0)
        i++;
    return i;
}

static void measure_cell(struct table *table, const struct jpk_report_cell *cell)
{
    if (!cell->label)
        return;
    size_t column = column_of(table, cell->label);
    if (column == COLUMNS_MAX)
        return;
    if (column == table->count) {
        table->labels[column] = cell->label;
        table->widths[column] = strlen(cell->label);
        table->count++;
    }
    size_t n = text_width(cell->text);
    if (n > COLUMN_WIDTH_MAX && table->widths[column] < COLUMN_WIDTH_MAX)
        table->widths[column] = COLUMN_WIDTH_MAX;
    else if (n > table->widths[column] && n <= COLUMN_WIDTH_MAX)
        table->widths[column] = n;
}

static const char *cell_text(const struct jpk_report_row *row, const char *label)
{
    for (size_t i = 0; i < row->cell_count; i++)
        if (row->cells[i].label && strcmp(row->cells[i].label, label) == 0)
            return row->cells[i].text;
    return "";
}

/* Prints one of the columns before the last; one that is too wide takes its own line. */
static bool put_cell(const char *text, size_t width, size_t indent)
{
    char *shown = printable(text, strlen(text));
    if (!shown)
        return false;
    size_t n = text_width(shown);
    if (n <= width)
        printf("%s%*s", shown, (int)(width - n + 2), "");
    else
        printf("%s\n%*s", shown, (int)(indent + width + 2), "");
    free(shown);
    return true;
}

/* Columns behind the last text of the row are not printed: no line ends in spaces. */
static bool put_table_row(const struct table *table, const struct jpk_report_row *row)
{
    size_t last = 0, indent = 2;
    for (size_t i = 0; i < table->count; i++)
        if (*cell_text(row, table->labels[i]))
            last = i;
    printf("%*s", (int)indent, "");
    for (size_t i = 0; i < last; i++) {
        if (!put_cell(cell_text(row, table->labels[i]), table->widths[i], indent))
            return false;
        indent += table->widths[i] + 2;
    }
    return table->count == 0 || put_lines(cell_text(row, table->labels[last]), indent, table->width);
}

static bool put_table(const struct jpk_report_section *section, size_t width)
{
    struct table table = {.width = width};
    struct jpk_report_cell headings[COLUMNS_MAX];
    for (size_t i = 0; i < section->row_count; i++)
        for (size_t j = 0; j < section->rows[i].cell_count; j++)
            measure_cell(&table, &section->rows[i].cells[j]);
    for (size_t i = 0; i < table.count; i++)
        headings[i] = (struct jpk_report_cell){.label = table.labels[i], .text = table.labels[i]};
    bool ok = put_table_row(&table, &(struct jpk_report_row){.cells = headings, .cell_count = table.count});
    for (size_t i = 0; ok && i < section->row_count; i++)
        ok = put_table_row(&table, &section->rows[i]);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- reports */

static bool put_section(const struct jpk_report_section *section, bool verbose, size_t width)
{
    if (section->form == JPK_REPORT_BLOCK) {
        printf("  ");
        return put_lines(section->text, 2, width);
    }
    if (section->row_count == 0) {
        printf("  %s\n", section->empty);
        return true;
    }
    return section->form == JPK_REPORT_TABLE ? put_table(section, width) : put_rows(section, verbose, width);
}

bool output_report(const struct jpk_report *report, bool verbose)
{
    size_t width = terminal_width();
    bool first = true;
    for (size_t i = 0; i < report->section_count; i++) {
        const struct jpk_report_section *section = &report->sections[i];
        bool block = section->form == JPK_REPORT_BLOCK;
        if (block ? !section->title : section->row_count == 0 && !section->empty)
            continue;
        if (!first)
            putchar('\n');
        first = false;
        if (section->title)
            puts(section->title);
        if (!put_section(section, verbose, width))
            return false;
    }
    return true;
}

static json_t *cell_json(const struct jpk_report_cell *cell)
{
    switch (cell->kind) {
    case JPK_CELL_NUMBER:
        return json_integer(cell->number);
    case JPK_CELL_FLAG:
        return json_boolean(cell->number);
    case JPK_CELL_ENTITY:
        return json_pack("{s:s, s:s}", "path", cell->text, "id", cell->entity->id);
    default:
        return json_string(cell->text);
    }
}

static bool set_cells(json_t *object, const struct jpk_report_row *row)
{
    bool ok = object != NULL;
    for (size_t i = 0; ok && i < row->cell_count; i++)
        if (row->cells[i].key)
            ok = json_object_set_new(object, row->cells[i].key, cell_json(&row->cells[i])) == 0;
    return ok;
}

/* Facts are an object, or belong to the report itself; lists and tables are arrays of objects. */
static bool set_section(json_t *report, const struct jpk_report_section *section)
{
    if (section->form == JPK_REPORT_BLOCK)
        return json_object_set_new(report, section->key, json_string(section->text)) == 0;
    bool facts = section->form == JPK_REPORT_FACTS, ok = true;
    json_t *value = !section->key ? report : facts ? json_object() : json_array();
    for (size_t i = 0; value && ok && i < section->row_count; i++) {
        json_t *object = facts ? value : json_object();
        ok = set_cells(object, &section->rows[i]);
        if (!facts)
            ok = json_array_append_new(value, object) == 0 && ok;
    }
    return (!section->key || json_object_set_new(report, section->key, value) == 0) && ok;
}

json_t *output_report_json(const struct jpk_report *report)
{
    json_t *object = json_object();
    bool ok = object != NULL;
    for (size_t i = 0; ok && i < report->section_count; i++)
        ok = set_section(object, &report->sections[i]);
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

bool output_raw(const char *data, size_t size)
{
    if (!isatty(STDOUT_FILENO)) {
        fwrite(data, 1, size, stdout);
        return true;
    }
    for (size_t at = 0; at < size;) {
        const char *end = memchr(data + at, '\n', size - at);
        size_t n = end ? (size_t)(end - data) - at : size - at;
        char *line = printable(data + at, n);
        if (!line)
            return false;
        printf("%s%s", line, end ? "\n" : "");
        free(line);
        at += n + (end != NULL);
    }
    return true;
}
