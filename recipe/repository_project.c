/* A Jitterpak with the recipes that name it. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "recipe/repository.h"
#include "recipe/repository_parts.h"

struct opened {
    struct jpk_archive *archive;
    struct jpk_project *project;
    struct jpk_graph *graph;
};

static bool open_project(struct opened *opened, const struct repository *repository, const struct repository_file *file,
                         struct jpk_error *err)
{
    const struct jpk_limits *limits = &repository->options->limits;
    opened->archive =
        file->is_folder ? jpk_archive_open_folder(file->path, limits, err) : jpk_archive_open(file->path, limits, err);
    if (opened->archive)
        opened->project = jpk_project_load(opened->archive, NULL, JPK_KEEP_GOING, err);
    if (opened->project)
        opened->graph = jpk_graph_build(opened->project, err);
    return opened->graph != NULL;
}

static void close_project(struct opened *opened)
{
    jpk_graph_free(opened->graph);
    jpk_project_free(opened->project);
    jpk_archive_free(opened->archive);
}

/* The path of an entry as findings call it. */
static const char *entry_path(const struct repository_file *file, const char *entry, struct buf *path)
{
    buf_clear(path);
    buf_printf(path, "%s/%s", file->path, entry);
    return buf_text(path);
}

static void check_rules(struct repository_file *file, const struct opened *opened)
{
    struct jpk_error err = {0};
    struct jpk_findings *found = jpk_check(opened->project, opened->graph, &err);
    struct buf path = {0};
    if (!found) {
        repository_report_error(&file->findings, RULE_JITTERPAK_UNREADABLE, file->path, &err);
        return;
    }
    for (size_t i = 0; i < found->count; i++) {
        struct jpk_finding finding = found->items[i];
        int rule = rule_find(finding.rule);
        finding.file = finding.file ? entry_path(file, finding.file, &path) : file->path;
        if (rule >= 0)
            validation_add(&file->findings, rule, &finding);
    }
    file->findings.failed |= path.failed;
    buf_free(&path);
    jpk_findings_free(found);
}

/* What is in an archive; the files of a folder are looked through by themselves. */
static void check_entries(struct repository_file *file, const struct opened *opened)
{
    struct buf path = {0};
    for (size_t i = 0; i < jpk_archive_count(opened->archive); i++) {
        const struct jpk_entry_info *entry = jpk_archive_entry(opened->archive, i);
        void *data;
        size_t size;
        if (!jpk_archive_read(opened->archive, i, &data, &size, NULL))
            continue; /* jpk_check has said so */
        if (!memchr(data, '\0', size < 8192 ? size : 8192))
            repository_check_hygiene(file->config, &file->findings, entry_path(file, entry->name, &path), data, size,
                                     NULL);
        free(data);
    }
    file->findings.failed |= path.failed;
    buf_free(&path);
}

/* Reads a recipe again, now that its project is there; NULL: without one. */
static void check_recipe(struct repository *repository, struct repository_file *recipe,
                         const struct validate_project *project)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    struct source source = {.file = recipe->path, .doc = &doc, .schema_checked = !repository->options->schema};
    if (file_read(recipe->path, repository->options->file_size, "--max-file", &text, NULL) &&
        jdoc_parse(&doc, buf_text(&text), text.size, NULL, NULL))
        repository_check_recipe(repository, recipe, &source, project);
    jdoc_free(&doc);
    buf_free(&text);
}

void repository_check_project(struct repository *repository, struct repository_file *file)
{
    struct opened opened = {0};
    struct jpk_error err = {0};
    bool there = !file->problem && open_project(&opened, repository, file, &err);
    struct validate_project project = {
        .file = file->path, .project = opened.project, .graph = opened.graph, .skip_check = true};
    if (there) {
        file->checked = true;
        if (!file->is_folder)
            jpk_archive_sha256(opened.archive, file->sha256, NULL);
        if (!repository_only_helps(file))
            check_rules(file, &opened);
        if (!repository_only_helps(file) && !file->is_folder)
            check_entries(file, &opened);
    } else if (!file->problem) {
        repository_report_error(&file->findings, RULE_JITTERPAK_UNREADABLE, file->path, &err);
    }
    for (uint32_t i = file->recipes; i != REPOSITORY_NONE; i = repository->files[i].next)
        check_recipe(repository, &repository->files[i], there ? &project : NULL);
    close_project(&opened);
}
