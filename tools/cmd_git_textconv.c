#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/cloud_path.h"
#include "jpk/cloud_sniff.h"
#include "jpk/content.h"
#include "jpk/model.h"
#include "jpk/secret_text.h"
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
    message_put_printable(out, line, n, "\t");
    buf_putc(out, '\n');
}

/*
 * Nothing is put below each other, for then one long name would move all lines. Secrets are masked before, for it is
 * what stands around them that tells them.
 */
static void put_text(struct buf *out, size_t indent, const char *text)
{
    struct buf masked = {0};
    text = secret_text_shown(&masked, text);
    for (bool first = true; text; first = false) {
        const char *end = strchr(text, '\n');
        for (size_t i = 0; !first && i < indent; i++)
            buf_putc(out, ' ');
        put_line(out, text, end ? (size_t)(end - text) : strlen(text));
        text = end ? end + 1 : NULL;
    }
    out->failed |= masked.failed;
    buf_free(&masked);
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

/* In the head of a report: which item it is stands above already. */
static bool is_place(const struct jpk_report_section *section, const struct jpk_report_row *row)
{
    const char *key = !section->key && row->cell_count ? row->cells[0].key : NULL;
    return key && (strcmp(key, "path") == 0 || strcmp(key, "file") == 0);
}

static void put_row(struct buf *out, const struct jpk_report_section *section, const struct jpk_report_row *row)
{
    if (section->form == JPK_REPORT_TABLE) {
        put_cells(out, row);
        return;
    }
    if (!row->words || is_place(section, row))
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

/* What words do not say shows in this: schemas, states, and that an encrypted value is another one. */
static void put_content(struct buf *out, const struct buf *content)
{
    enum { SHOWN = 16 };
    char hash[65];
    sha256_hex(buf_text(content), content->size, hash);
    buf_printf(out, "content %.*s", SHOWN, hash);
    out->failed |= content->failed;
}

/* A line of what has no report, with its hash; `words` may be NULL. */
static void put_listed(struct buf *out, const char *name, const char *words, const struct buf *content)
{
    struct buf line = {0};
    buf_printf(&line, "%s  ", name);
    put_content(&line, content);
    if (words && *words)
        buf_printf(&line, "  %s", words);
    out->failed |= line.failed;
    buf_puts(out, "  ");
    put_text(out, 4, buf_text(&line));
    buf_free(&line);
}

static bool put_report(struct buf *out, const char *path, const struct buf *content, struct jpk_report *report)
{
    if (!report)
        return false;
    buf_puts(out, "\n# ");
    put_text(out, 0, path);
    buf_puts(out, "  ");
    put_content(out, content);
    buf_putc(out, '\n');
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

/* Where a folder lies: "Script/Common". */
static char *folder_path(const struct jpk_folder *folder)
{
    struct jpk_entity inside = {.type_name = folder->type_name, .name = folder->name, .folder = folder->parent};
    return jpk_entity_path(&inside);
}

static bool put_folders(struct buf *out, const struct jpk_project *project, struct jpk_error *err)
{
    struct place *places = calloc(project->folder_count + 1, sizeof *places);
    struct buf content = {0};
    bool ok = places || error_memory(err);
    for (size_t i = 0; ok && i < project->folder_count; i++) {
        places[i] = (struct place){folder_path(project->folders[i]), i};
        ok = places[i].path || error_memory(err);
    }
    if (ok && project->folder_count) {
        buf_puts(out, "\n# folders\n");
        qsort(places, project->folder_count, sizeof *places, by_path);
    }
    for (size_t i = 0; ok && i < project->folder_count; i++) {
        const struct jpk_entity *entity = jpk_project_entity(project, project->folders[places[i].at]->id);
        buf_clear(&content);
        ok = !entity || content_entity(project, entity, &content, err);
        put_listed(out, places[i].path, entity ? entity->description : NULL, &content);
    }
    buf_free(&content);
    free_places(places, project->folder_count);
    return ok;
}

static void put_properties(struct buf *out, const struct jpk_project *project)
{
    static const char *const names[] = {[JPK_FILE_JITTERPAK] = "jitterpak.properties",
                                        [JPK_FILE_ENVIRONMENT] = "environment.properties",
                                        [JPK_FILE_MANIFEST] = "manifest.jip"};
    struct buf content = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        buf_clear(&content);
        content_properties(project, (enum jpk_properties_file)i, &content);
        if (content.size)
            put_listed(out, names[i], NULL, &content);
    }
    out->failed |= content.failed;
    buf_free(&content);
}

/* Items by their paths, so that a text does not depend on their order. */
static bool put_items(struct buf *out, struct source *input, struct jpk_error *err)
{
    const struct jpk_project *project = input->project;
    struct place *places = calloc(project->entity_count + 1, sizeof *places);
    struct buf content = {0};
    bool ok = places || error_memory(err);
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
        buf_clear(&content);
        ok = content_entity(project, selection.entity, &content, err) &&
             put_report(out, places[i].path, &content, jpk_show(project, input->graph, &selection, 0, err));
    }
    buf_free(&content);
    free_places(places, project->entity_count);
    return ok;
}

/* `listed`: what files/.metadata says of it; NULL for other files. */
static bool put_file(struct buf *out, const struct jpk_project *project, const char *name, size_t entry,
                     const struct jpk_file *listed, struct jpk_error *err)
{
    struct buf content = {0}, line = {0};
    bool ok = entry == SIZE_MAX || archive_read(project->archive, entry, &content, err);
    const char *const words[] = {
        entry == SIZE_MAX ? "missing" : "",
        listed && !listed->listed ? "not listed" : "",
        listed && listed->top_level ? "top level" : "",
        listed ? listed->kind : "",
        listed ? listed->namespace_ : "",
        listed ? listed->roots : "",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (*words[i])
            buf_printf(&line, "%s%s", line.size ? "; " : "", words[i]);
    put_listed(out, name, buf_text(&line), &content);
    out->failed |= line.failed;
    buf_free(&line);
    buf_free(&content);
    return ok;
}

static bool put_files(struct buf *out, const struct jpk_project *project, struct jpk_error *err)
{
    size_t plugins = project_entry(project, "plugins.xml"), base = strlen(project->base);
    struct buf name = {0};
    buf_puts(out, "\n# files\n");
    bool ok = plugins == SIZE_MAX || put_file(out, project, "plugins.xml", plugins, NULL, err);
    for (size_t i = 0; ok && i < project->file_count; i++) {
        buf_clear(&name);
        buf_printf(&name, "files/%s", project->files[i].name);
        ok = put_file(out, project, buf_text(&name), project->files[i].entry, &project->files[i], err);
    }
    for (size_t i = 0; ok && i < project->other_entry_count; i++) {
        const char *entry = jpk_archive_entry(project->archive, project->other_entries[i])->name;
        bool below = strncmp(entry, project->base, base) == 0;
        ok = put_file(out, project, below ? entry + base : entry, project->other_entries[i], NULL, err);
    }
    out->failed |= name.failed;
    buf_free(&name);
    return ok;
}

static bool put_project(struct buf *out, struct source *input, struct jpk_error *err)
{
    const struct jpk_project *project = input->project;
    buf_puts(out, "# project ");
    put_text(out, 0, project->name);
    buf_puts(out, "  id: ");
    put_text(out, 4, project->id);
    put_properties(out, project);
    return put_folders(out, project, err) && put_items(out, input, err) && put_files(out, project, err);
}

/* ----------------------------------------------------------------------------------------------------------- exports
 */

static char *component_path(const struct jpk_cloud_component *component)
{
    struct buf path = {0};
    cloud_path(&path, component);
    if (path.failed)
        buf_free(&path);
    return path.data;
}

static void put_workflows(struct buf *out, const struct jpk_cloud *cloud)
{
    struct buf content = {0}, path = {0};
    for (size_t i = 0; i < cloud->workflow_count; i++) {
        const struct jpk_cloud_workflow *workflow = &cloud->workflows[i];
        buf_puts(out, i == 0 ? "\n# workflows\n" : "");
        buf_clear(&content);
        content_workflow(cloud, workflow, &content);
        put_listed(out, workflow->name, NULL, &content);
        for (size_t k = 0; k < workflow->operation_count; k++) {
            const struct jpk_cloud_component *operation = jpk_cloud_by_id(cloud, workflow->operations[k].id);
            buf_clear(&path);
            if (operation)
                cloud_path(&path, operation);
            else
                buf_puts(&path, workflow->operations[k].id);
            buf_puts(out, "    ");
            put_text(out, 6, buf_text(&path));
        }
    }
    out->failed |= path.failed;
    buf_free(&path);
    buf_free(&content);
}

static bool put_components(struct buf *out, const struct jpk_cloud *cloud, struct jpk_error *err)
{
    struct place *places = calloc(cloud->component_count + 1, sizeof *places);
    struct buf content = {0};
    bool ok = places || error_memory(err);
    for (size_t i = 0; ok && i < cloud->component_count; i++) {
        places[i] = (struct place){component_path(cloud->components[i]), i};
        ok = places[i].path || error_memory(err);
    }
    if (ok && cloud->component_count)
        qsort(places, cloud->component_count, sizeof *places, by_path);
    for (size_t i = 0; ok && i < cloud->component_count; i++) {
        const struct jpk_cloud_component *component = cloud->components[places[i].at];
        buf_clear(&content);
        content_component(cloud, component, &content);
        ok = put_report(out, places[i].path, &content, jpk_cloud_show(cloud, component, err));
    }
    buf_free(&content);
    free_places(places, cloud->component_count);
    return ok;
}

static bool put_export(struct buf *out, const struct jpk_cloud *cloud, struct jpk_error *err)
{
    struct buf content = {0};
    buf_puts(out, "# project ");
    put_text(out, 0, cloud->name);
    content_project(cloud, &content);
    buf_puts(out, "  ");
    put_content(out, &content);
    buf_puts(out, "\n  description: ");
    put_text(out, 4, cloud->description);
    put_workflows(out, cloud);
    bool ok = put_components(out, cloud, err);
    for (size_t i = 0; ok && i < cloud->asset_count; i++) {
        buf_puts(out, i == 0 ? "\n# assets\n" : "");
        buf_clear(&content);
        content_asset(cloud, &cloud->assets[i], &content);
        put_listed(out, cloud->assets[i].path, NULL, &content);
    }
    buf_free(&content);
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
    size_t n = 0;
    ssize_t got = fd >= 0 ? 1 : -1;
    while (got > 0 && n < sizeof first && (got = file_read_some(fd, first + n, sizeof first - n)) > 0)
        n += (size_t)got;
    if (got < 0)
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
        printf("no project: ");
        message_text(err.message);
        printf(" [%s]\n", jpk_code_name(err.code));
        if (file_read(path, settings->limits.total_size, "--max-total-size", &out, NULL)) {
            sha256_hex(buf_text(&out), out.size, hash);
            printf("SHA-256 %s\n", hash);
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
        "Encrypted values are not in it, and secrets in the clear are masked. Each item has a hash of its content,\n"
        "so that what words do not say shows too. What is no project is printed as it is. 'jpk git install' tells\n"
        "git to call this.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
