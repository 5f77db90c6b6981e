#include "tools/input.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "jpk/layout.h"

static struct jpk_cloud *load_standard_input(const char *name, const struct settings *settings, struct jpk_error *err)
{
    struct buf text = {0};
    struct jpk_cloud *cloud = NULL;
    lseek(STDIN_FILENO, 0, SEEK_SET); /* of a file its position does not count, as for archives */
    if (file_read_fd(STDIN_FILENO, settings->limits.entry_size, "--max-entry-size", &text, err))
        cloud = jpk_cloud_load(buf_text(&text), text.size, name, &settings->limits, err);
    else
        error_file(err, name);
    buf_free(&text);
    return cloud;
}

bool input_open_any(struct source *input, const char *argument, const struct settings *settings, struct jpk_error *err)
{
    if (strcmp(argument, "-") != 0)
        return source_open(input, argument, &settings->limits, err);
    *input = (struct source){.name = "(standard input)"};
    struct jpk_error local = {0};
    if (source_begins_as_json(STDIN_FILENO, &local))
        input->cloud = load_standard_input(input->name, settings, &local);
    else if (local.code == JPK_OK)
        input->archive = jpk_archive_open_fd(STDIN_FILENO, input->name, &settings->limits, &local);
    error_pass(err, &local, input->name);
    return input->cloud || input->archive;
}

bool input_open(struct source *input, const char *argument, const struct settings *settings, struct jpk_error *err)
{
    if (!input_open_any(input, argument, settings, err))
        return false;
    if (!input->cloud)
        return true;
    error_set(err, JPK_ERR_USAGE, "%s: not supported for Cloud Studio exports yet",
              input->tree ? "is the tree of an export of Cloud Studio" : "is JSON, as exports of Cloud Studio are");
    error_file(err, input->name);
    return false;
}

/* --env is for the inputs that are workspaces; the project of another has no choice of environments. */
static struct jpk_project *load(struct jpk_archive *archive, const char *environment, unsigned flags,
                                struct jpk_error *err)
{
    struct jpk_error chosen = {0}, any = {0};
    struct jpk_project *project = jpk_project_load(archive, environment, flags, &chosen);
    if (!project && environment && chosen.code == JPK_ERR_NOT_FOUND)
        project = jpk_project_load(archive, NULL, flags, &any);
    if (project && chosen.code != JPK_OK && project->shape == JPK_SHAPE_WORKSPACE) {
        jpk_project_free(project);
        project = NULL;
    }
    if (!project)
        *err = chosen;
    return project;
}

/* Where neither has one, environments may be others: those of two workspaces for one project. */
static bool has_choice(const struct jpk_archive *archive)
{
    return layout_count(archive) > 1;
}

bool input_load_together(struct source *inputs, const int *order, size_t count, const struct settings *settings,
                         unsigned flags, struct jpk_error *err)
{
    const struct jpk_project *first = NULL;
    const char *wanted = settings->environment;
    struct buf environment = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct source *input = &inputs[order[i]];
        if (input->cloud)
            continue;
        bool sole = first && !has_choice(first->archive) && !has_choice(input->archive);
        input->project = load(input->archive, sole ? NULL : wanted, flags, err);
        ok = input->project != NULL;
        if (!ok || wanted || input->project->shape != JPK_SHAPE_WORKSPACE)
            continue;
        size_t n = 0;
        const char *folder = layout_environment(input->project->base, &n);
        if (!folder)
            continue;
        first = input->project;
        buf_put(&environment, folder, n);
        wanted = buf_text(&environment);
        ok = !environment.failed || error_memory(err);
    }
    buf_free(&environment);
    return ok;
}

bool input_read_file(void *context, const char *file, struct buf *text)
{
    const struct source *input = context;
    size_t n = strlen(input->name), size, index;
    void *data;
    struct jpk_error err = {0};
    if (input->cloud && !input->tree) {
        buf_put(text, input->cloud->text, input->cloud->size);
        return strcmp(file, input->name) == 0;
    }
    if (strncmp(file, input->name, n) != 0)
        return false;
    file += n;
    file += *file == '/' && (n == 0 || input->name[n - 1] != '/');
    if (input->tree) {
        const char *found = jpk_cloud_tree_file(input->tree, file, &size);
        buf_put(text, found, found ? size : 0);
        return found != NULL;
    }
    struct jpk_archive *files = jpk_tree_files(input->archive);
    index = jpk_archive_find(files, file);
    if (index == SIZE_MAX || !jpk_archive_read(files, index, &data, &size, &err)) {
        text->failed |= err.code == JPK_ERR_MEMORY;
        return false;
    }
    buf_put(text, data, size);
    free(data);
    return true;
}
