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

/* Reads a recipe again, now that its project is there; NULL: without one. False: a file cannot be read any more. */
static bool check_recipe(struct repository *repository, const struct repository_file *recipe,
                         const struct validate_project *project, struct validation *findings)
{
    struct buf text = {0};
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    bool read = false;
    bool known = repository_read_again(repository, (uint32_t)(recipe - repository->files), &text, &read);
    struct source source = {.file = recipe->path, .doc = &doc, .schema_checked = !repository->options->schema};
    if (read && jdoc_parse(&doc, buf_text(&text), text.size, NULL, &err))
        known = repository_check_recipe(repository, recipe, findings, &source, project) && known;
    findings->failed |= err.code == JPK_ERR_MEMORY;
    jdoc_free(&doc);
    buf_free(&text);
    return known;
}

/* The Jitterpak itself. False: it could not be checked, which is noted. */
static bool check_jitterpak(struct repository *repository, struct repository_file *file, struct opened *opened,
                            struct validation *findings)
{
    uint32_t index = (uint32_t)(file - repository->files);
    struct jpk_error err = {0};
    bool ok = !file->problem && open_project(opened, repository, file, &err);
    if (!ok) {
        /* A recipe needs what the configuration leaves out, too. */
        repository_note_unchecked(repository, index, file->problem ? file->problem : &err);
        return false;
    }
    file->checked = true;
    const struct validate_project project = {.file = file->path, .project = opened->project, .graph = opened->graph};
    /* The files of a folder are looked through by themselves. */
    if (!repository_only_helps(file))
        ok = validate_jitterpak(findings, &project, file->is_folder ? NULL : &file->config->hygiene, &err);
    ok = ok && (file->is_folder || jpk_archive_sha256(opened->archive, file->sha256, &err));
    if (!ok)
        repository_note_unchecked(repository, index, &err);
    return ok;
}

/* All of it, into one collector for the Jitterpak and one for each recipe. */
static bool check_all(struct repository *repository, struct repository_file *file, struct validation *findings)
{
    struct opened opened = {0};
    bool ok = check_jitterpak(repository, file, &opened, &findings[0]);
    struct validate_project project = {
        .file = file->path, .project = opened.project, .graph = opened.graph, .skip_check = true};
    for (uint32_t i = file->recipes; i != REPOSITORY_NONE; i = repository->files[i].next)
        ok = check_recipe(repository, &repository->files[i], opened.graph ? &project : NULL, ++findings) && ok;
    close_project(&opened);
    return ok;
}

/* A collector like that of a file. */
static struct validation collector_of(const struct repository_file *file)
{
    return (struct validation){.severities = file->findings.severities, .profile = file->findings.profile};
}

static struct validation *make_collectors(const struct repository *repository, const struct repository_file *file,
                                          size_t *count)
{
    *count = 1;
    for (uint32_t i = file->recipes; i != REPOSITORY_NONE; i = repository->files[i].next)
        ++*count;
    struct validation *findings = calloc(*count, sizeof *findings);
    if (!findings)
        return NULL;
    findings[0] = collector_of(file);
    size_t at = 1;
    for (uint32_t i = file->recipes; i != REPOSITORY_NONE; i = repository->files[i].next)
        findings[at++] = collector_of(&repository->files[i]);
    return findings;
}

/* Gives the files their findings. */
static void join_collectors(struct repository *repository, struct repository_file *file, struct validation *findings)
{
    validation_join(&file->findings, findings);
    for (uint32_t i = file->recipes; i != REPOSITORY_NONE; i = repository->files[i].next)
        validation_join(&repository->files[i].findings, ++findings);
}

void repository_check_project(struct repository *repository, struct repository_file *file)
{
    struct cache_key key, again;
    size_t count;
    bool keyed = repository->cache && repository_project_key(repository, file, &key);
    if (keyed && repository_read_project(repository, file, &key))
        return;
    struct validation *findings = make_collectors(repository, file, &count);
    if (!findings) {
        file->findings.failed = true;
        return;
    }
    bool ok = check_all(repository, file, findings);
    if (ok && keyed && repository_project_key(repository, file, &again) && memcmp(&key, &again, sizeof key) == 0)
        repository_write_project(repository, file, findings, count, &key);
    join_collectors(repository, file, findings);
    free(findings);
}
