#include "tools/input.h"

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
    if (source_begins_as_json(STDIN_FILENO))
        input->cloud = load_standard_input(input->name, settings, err);
    else
        input->archive = jpk_archive_open_fd(STDIN_FILENO, input->name, &settings->limits, err);
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
