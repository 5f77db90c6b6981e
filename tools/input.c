#include "tools/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

/* ------------------------------------------------------------------------------------------ exports of Cloud Studio */

/* The first bytes of a pipe, which stay in it; 0 when they cannot be had. */
static size_t peek_pipe(int fd, char *out, size_t n)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    ssize_t copied = tee(fd, ends[1], n, 0);
    ssize_t got = copied > 0 ? read(ends[0], out, (size_t)copied) : 0;
    close(ends[0]);
    close(ends[1]);
    return got > 0 ? (size_t)got : 0;
}

static bool begins_as_json(int fd)
{
    char first[64];
    ssize_t got = pread(fd, first, sizeof first, 0);
    size_t n = got < 0 && errno == ESPIPE ? peek_pipe(fd, first, sizeof first) : got > 0 ? (size_t)got : 0;
    return jpk_cloud_looks_like(first, n);
}

static bool is_json(const char *argument)
{
    if (strcmp(argument, "-") == 0)
        return begins_as_json(STDIN_FILENO);
    /* What comes through a named pipe could not be looked at and read again. */
    struct stat st;
    int fd = stat(argument, &st) == 0 && S_ISREG(st.st_mode) ? open(argument, O_RDONLY | O_CLOEXEC) : -1;
    bool json = fd >= 0 && begins_as_json(fd);
    if (fd >= 0)
        close(fd);
    return json;
}

/* Whether it is the unpacked tree of an export. */
static bool is_tree(const char *argument)
{
    return strcmp(argument, "-") != 0 && jpk_cloud_is_tree(argument);
}

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

/* ---------------------------------------------------------------------------------------------------------- opening */

static const char *name_of(const char *argument)
{
    return strcmp(argument, "-") == 0 ? "(standard input)" : argument;
}

static bool open_archive(struct input *input, const char *argument, const struct settings *settings,
                         struct jpk_error *err)
{
    struct stat st;
    if (strcmp(argument, "-") == 0)
        input->archive = jpk_archive_open_fd(STDIN_FILENO, input->name, &settings->limits, err);
    else if (stat(argument, &st) == 0 && S_ISDIR(st.st_mode))
        input->archive = jpk_archive_open_folder(argument, &settings->limits, err);
    else
        input->archive = jpk_archive_open(argument, &settings->limits, err);
    return input->archive != NULL;
}

bool input_open(struct input *input, const char *argument, const struct settings *settings, struct jpk_error *err)
{
    *input = (struct input){.name = name_of(argument)};
    bool tree = is_tree(argument);
    if (!tree && !is_json(argument))
        return open_archive(input, argument, settings, err);
    error_set(err, JPK_ERR_USAGE, "%s: not supported for Cloud Studio exports yet",
              tree ? "is the tree of an export of Cloud Studio" : "is JSON, as exports of Cloud Studio are");
    error_file(err, input->name);
    return false;
}

bool input_open_any(struct input *input, const char *argument, const struct settings *settings, struct jpk_error *err)
{
    *input = (struct input){.name = name_of(argument)};
    if (is_tree(argument)) {
        input->tree = jpk_cloud_tree_open(argument, &settings->limits, err);
        input->cloud = input->tree ? input->tree->cloud : NULL;
        return input->cloud != NULL;
    }
    if (!is_json(argument))
        return open_archive(input, argument, settings, err);
    input->cloud = strcmp(argument, "-") == 0 ? load_standard_input(input->name, settings, err)
                                              : jpk_cloud_load_file(argument, &settings->limits, err);
    return input->cloud != NULL;
}

bool input_load(struct input *input, const struct settings *settings, unsigned flags, struct jpk_error *err)
{
    input->project = jpk_project_load(input->archive, settings->environment, flags, err);
    if (input->project)
        input->graph = jpk_graph_build(input->project, err);
    return input->graph != NULL;
}

struct jpk_summary *input_summary(struct input *input, const struct settings *settings, struct jpk_error *err)
{
    if (input->cloud)
        return jpk_cloud_summary_make(input->cloud, err);
    if (!input_load(input, settings, JPK_KEEP_GOING, err))
        return NULL;
    return jpk_summary_make(input->project, input->graph, err);
}

struct jpk_findings *input_check_cloud(const struct input *input, struct jpk_error *err)
{
    struct jpk_findings *findings = jpk_cloud_check(input->cloud, err);
    if (!findings || !input->tree || jpk_cloud_tree_findings(input->tree, findings, err))
        return findings;
    jpk_findings_free(findings);
    return NULL;
}

void input_close(struct input *input)
{
    if (!input->tree)
        jpk_cloud_free(input->cloud);
    jpk_cloud_tree_free(input->tree);
    jpk_graph_free(input->graph);
    jpk_project_free(input->project);
    jpk_archive_free(input->archive);
    *input = (struct input){0};
}
