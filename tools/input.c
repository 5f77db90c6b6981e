#include "tools/input.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

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
