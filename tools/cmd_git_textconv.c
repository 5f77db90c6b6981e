#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/cloud_path.h"
#include "jpk/cloud_sniff.h"
#include "jpk/show.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

/* What follows from other items: it would show a change of one in all that have to do with it. */
static const char *const derived[] = {"usedBy", "uses", "refersTo", "references", "startedBy"};

static bool is_derived(const struct jpk_report_section *section)
{
    for (size_t i = 0; section->key && i < sizeof derived / sizeof derived[0]; i++)
        if (strcmp(derived[i], section->key) == 0)
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------------------ lines */

/* Made printable, but tabs stay: they indent scripts. */
static void put_line(struct buf *out, const char *line, size_t n)
{
    for (size_t at = 0; at < n;) {
        const char *tab = memchr(line + at, '\t', n - at);
        size_t size = tab ? (size_t)(tab - line) - at : n - at;
        struct buf part = {0};
        buf_put(&part, line + at, size);
        message_put(out, buf_text(&part));
        if (tab)
            buf_putc(out, '\t');
        out->failed |= part.failed;
        buf_free(&part);
        at += size + (tab != NULL);
    }
    buf_putc(out, '\n');
}

/* Nothing is put below each other, for then one long name would move all lines. */
static void put_text(struct buf *out, size_t indent, const char *text)
{
    for (bool first = true; text; first = false) {
        const char *end = strchr(text, '\n');
        for (size_t i = 0; !first && i < indent; i++)
            buf_putc(out, ' ');
        put_line(out, text, end ? (size_t)(end - text) : strlen(text));
        text = end ? end + 1 : NULL;
    }
}

static void put_cells(struct buf *out, const struct jpk_report_row *row)
{
    const char *separator = "    ";
    struct buf line = {0};
    for (size_t i = 0; i < row->cell_count; i++) {
        const struct jpk_report_cell *cell = &row->cells[i];
        if (!cell->label)
            continue;
        if (cell->text && !*cell->text)
            continue;
        buf_printf(&line, "%s%s: ", separator, cell->label);
        if (cell->text)
            buf_puts(&line, cell->text);
        else
            buf_printf(&line, "%lld", (long long)cell->number);
        separator = "; ";
    }
    out->failed |= line.failed;
    put_text(out, 6, buf_text(&line));
    buf_free(&line);
}

/* Which item it is stands above already. */
static bool is_place(const char *label)
{
    return strcmp(label, "item") == 0 || strcmp(label, "file") == 0;
}

static void put_row(struct buf *out, const struct jpk_report_section *section, const struct jpk_report_row *row)
{
    if (section->form == JPK_REPORT_TABLE) {
        put_cells(out, row);
        return;
    }
    if (!row->words || (row->label && is_place(row->label)))
        return;
    size_t indent = (section->title ? 4 : 2) + 2 * (size_t)row->depth;
    struct buf line = {0};
    if (row->label)
        buf_printf(&line, "%s%s ", row->label, text_ends_with(row->label, ".") ? "" : ":");
    buf_puts(&line, row->words);
    for (size_t i = 0; i < indent; i++)
        buf_putc(out, ' ');
    out->failed |= line.failed;
    put_text(out, indent + 2, buf_text(&line));
    buf_free(&line);
}

/* Line ends and tabs of scripts stay. */
static void put_section(struct buf *out, const struct jpk_report_section *section)
{
    if (is_derived(section) || (section->form != JPK_REPORT_BLOCK && section->row_count == 0))
        return;
    if (section->title)
        buf_printf(out, "  %s\n", section->title);
    if (section->form == JPK_REPORT_BLOCK)
        put_text(out, 0, section->text);
    for (size_t i = 0; i < section->row_count; i++)
        put_row(out, section, &section->rows[i]);
}

static bool put_report(struct buf *out, const char *path, struct jpk_report *report)
{
    if (!report)
        return false;
    buf_puts(out, "\n# ");
    put_text(out, 0, path);
    for (size_t i = 0; i < report->section_count; i++)
        put_section(out, &report->sections[i]);
    jpk_report_free(report);
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- projects
 */

struct place {
    char *path;
    size_t at;
};

static int by_path(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = strcmp(left->path, right->path);
    return order ? order : (left->at > right->at) - (left->at < right->at);
}

static void free_places(struct place *places, size_t count)
{
    for (size_t i = 0; places && i < count; i++)
        free(places[i].path);
    free(places);
}

/* Items by their paths, so that a text does not depend on their order. */
static bool put_project(struct buf *out, struct source *input, struct jpk_error *err)
{
    const struct jpk_project *project = input->project;
    struct place *places = calloc(project->entity_count + 1, sizeof *places);
    bool ok = places || error_memory(err);
    buf_puts(out, "# project ");
    put_text(out, 0, project->name);
    for (size_t i = 0; ok && i < project->entity_count; i++) {
        places[i] = (struct place){jpk_entity_path(project->entities[i]), i};
        ok = places[i].path || error_memory(err);
    }
    if (ok && project->entity_count)
        qsort(places, project->entity_count, sizeof *places, by_path);
    for (size_t i = 0; ok && i < project->entity_count; i++) {
        struct jpk_selection selection = {.entity = project->entities[places[i].at]};
        if (selection.entity->type == JPK_TYPE_FOLDER)
            continue;
        ok = put_report(out, places[i].path, jpk_show(project, input->graph, &selection, 0, err));
    }
    for (size_t i = 0; ok && i < project->file_count; i++)
        buf_printf(out, "%s  files/%s  %s\n", i == 0 ? "\n# files\n" : "", project->files[i].name,
                   project->files[i].md5);
    free_places(places, project->entity_count);
    return ok;
}

static bool put_export(struct buf *out, const struct jpk_cloud *cloud, struct jpk_error *err)
{
    struct place *places = calloc(cloud->component_count + 1, sizeof *places);
    bool ok = places || error_memory(err);
    buf_puts(out, "# project ");
    put_text(out, 0, cloud->name);
    for (size_t i = 0; ok && i < cloud->component_count; i++) {
        struct buf path = {0};
        cloud_path(&path, cloud->components[i]);
        if (path.failed)
            buf_free(&path);
        places[i] = (struct place){path.data, i};
        ok = places[i].path || error_memory(err);
    }
    if (ok && cloud->component_count)
        qsort(places, cloud->component_count, sizeof *places, by_path);
    for (size_t i = 0; ok && i < cloud->component_count; i++)
        ok = put_report(out, places[i].path, jpk_cloud_show(cloud, cloud->components[places[i].at], err));
    free_places(places, cloud->component_count);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------------- files
 */

/* What is no project, as it is. */
static int print_bytes(const char *path, uint64_t limit)
{
    struct buf bytes = {0};
    struct jpk_error err = {0};
    bool ok = file_read(path, limit, "--max-total-size", &bytes, &err);
    if (ok)
        fwrite(buf_text(&bytes), 1, bytes.size, stdout);
    buf_free(&bytes);
    return ok ? 0 : message_error(&err);
}

static bool is_archive(const char *path, struct jpk_error *err)
{
    char first[2] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? file_read_some(fd, first, sizeof first) : -1;
    if (n < 0)
        error_system(err, JPK_ERR_READ, errno, fd < 0 ? "cannot be opened" : "cannot be read");
    bool zip = n == sizeof first && memcmp(first, "PK", 2) == 0;
    if (fd >= 0)
        close(fd);
    error_file(err, path);
    return zip;
}

/*
 * git gives up on a difference when this fails, so a broken project is a text too. What could not be read is none: who
 * knows what it is.
 */
static int print_project(const char *path, const struct settings *settings)
{
    struct source input;
    struct jpk_error err = {0};
    struct buf out = {0};
    bool ok = input_open_any(&input, path, settings, &err);
    if (ok && input.cloud)
        ok = put_export(&out, input.cloud, &err);
    else if (ok)
        ok = source_load(&input, settings->environment, JPK_KEEP_GOING, &err) && put_project(&out, &input, &err);
    source_close(&input);
    if (out.failed || err.code == JPK_ERR_MEMORY) {
        buf_free(&out);
        return message_memory();
    }
    if (err.code == JPK_ERR_READ) {
        buf_free(&out);
        return message_error(&err);
    }
    fwrite(buf_text(&out), 1, out.size, stdout);
    if (!ok) {
        char hash[65];
        buf_clear(&out);
        if (file_read(path, settings->limits.total_size, "--max-total-size", &out, NULL)) {
            sha256_hex(buf_text(&out), out.size, hash);
            printf("no project: %s [%s]\nSHA-256 %s\n", err.message, jpk_code_name(err.code), hash);
        } else {
            printf("no project: %s [%s]\n", err.message, jpk_code_name(err.code));
        }
    }
    buf_free(&out);
    return 0;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct buf path = {0};
    (void)count;
    buf_printf(&path, "%s%s", *arguments[0] == '/' ? "" : "./", arguments[0]); /* "-" is a file, too */
    if (path.failed) {
        buf_free(&path);
        return message_memory();
    }
    struct jpk_error err = {0};
    bool project = is_archive(path.data, &err) ||
                   (err.code == JPK_OK && cloud_sniff(path.data, true, settings->limits.entry_size, &err));
    int status = err.code != JPK_OK ? message_error(&err)
                 : project          ? print_project(path.data, settings)
                                    : print_bytes(path.data, settings->limits.total_size);
    buf_free(&path);
    return status;
}

static const struct option *const groups[] = {common_options, limit_options, NULL};

const struct command git_textconv_command = {
    .name = "git textconv",
    .arguments = "FILE",
    .summary = "Print a project as a text of which git shows the differences.",
    .details =
        "Item by item what 'jpk show' says of it, in an order that depends on names alone, with scripts in full.\n"
        "Encrypted values are not in it, and secrets in the clear are masked. What is no project is printed as\n"
        "it is. 'jpk git install' tells git to call this.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
