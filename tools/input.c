#include "tools/input.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool input_open(struct input *input, const char *argument, const struct settings *settings, struct jpk_error *err)
{
    struct stat st;
    *input = (struct input){.name = argument};
    if (strcmp(argument, "-") == 0) {
        input->name = "(standard input)";
        input->archive = jpk_archive_open_fd(STDIN_FILENO, input->name, &settings->limits, err);
    } else if (stat(argument, &st) == 0 && S_ISDIR(st.st_mode)) {
        input->archive = jpk_archive_open_folder(argument, &settings->limits, err);
    } else {
        input->archive = jpk_archive_open(argument, &settings->limits, err);
    }
    return input->archive != NULL;
}

bool input_load(struct input *input, const struct settings *settings, unsigned flags, struct jpk_error *err)
{
    input->project = jpk_project_load(input->archive, settings->environment, flags, err);
    if (input->project)
        input->graph = jpk_graph_build(input->project, err);
    return input->graph != NULL;
}

void input_close(struct input *input)
{
    jpk_graph_free(input->graph);
    jpk_project_free(input->project);
    jpk_archive_free(input->archive);
    *input = (struct input){0};
}
