#include "tools/migrate_options.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "tools/message.h"
#include "tools/sandbox.h"

/* The real folder of a file that need not be there yet. */
static char *folder_of(const char *file)
{
    char real[PATH_MAX], *copy = strdup(option_prints(file) ? "." : file);
    char *folder = !copy ? NULL : option_prints(file) ? copy : dirname(copy);
    char *kept = folder && realpath(folder, real) ? strdup(real) : NULL;
    free(copy);
    return kept;
}

bool migrate_survey(struct survey *survey, const struct settings *settings, const char *output, char **paths,
                    size_t count, struct jpk_error *err)
{
    char *base = folder_of(output);
    struct survey_options options = {
        .limits = &settings->limits, .environment = settings->environment, .base = base, .jobs = settings->jobs};
    *survey = (struct survey){0};
    bool ok =
        base || (errno == ENOMEM ? error_memory(err) : error_set(err, JPK_ERR_WRITE, "the folder for it is not there"));
    if (!ok)
        error_file(err, output);
    ok = ok && survey_make(survey, paths, count, &options, err);
    free(base);
    return ok;
}

int migrate_print_errors(const struct work_errors *errors)
{
    int status = 0;
    for (size_t i = 0; i < errors->count; i++) {
        int one = message_error(&errors->items[i]);
        status = one > status ? one : status;
    }
    if (errors->count == 0)
        return message_memory();
    if (errors->left_out)
        fprintf(stderr, "jpk: %zu more errors in the plan\n", errors->left_out);
    return status;
}

int migrate_read_plan(struct work_plan *plan, const char *path)
{
    struct work_errors errors;
    int status = work_plan_read(plan, path, &errors) ? 0 : migrate_print_errors(&errors);
    work_errors_free(&errors);
    return status;
}

int migrate_narrow(const struct command *command, const struct settings *settings, const struct work_plan *plan,
                   const char *folder)
{
    size_t count = 0;
    char **paths = calloc(plan->count + 1, sizeof *paths);
    bool ok = paths != NULL;
    if (ok && folder)
        ok = (paths[count++] = strdup(folder)) != NULL;
    for (size_t i = 0; ok && i < plan->count; i++)
        ok = (paths[count++] = work_source_path(plan, &plan->items[i])) != NULL;
    int status = ok ? sandbox_narrow(command, settings, (const char *const *)paths, count) : message_memory();
    while (paths && count > 0)
        free(paths[--count]);
    free(paths);
    return status;
}

int migrate_write_text(const struct settings *settings, const char *path, const struct buf *text)
{
    struct jpk_error err = {0};
    if (text->failed)
        return message_memory();
    if (option_prints(path)) {
        fwrite(buf_text(text), 1, text->size, stdout);
        return 0;
    }
    return file_write(path, text->data, text->size, settings->force, &err) ? 0 : message_error(&err);
}
