#include "tools/git_run.h"

#include "recipe/git_process.h"

bool git_run(const char *const *arguments, struct buf *out, int *status, struct jpk_error *err)
{
    struct git_process git = {0};
    char part[4096];
    if (!git_start(&git, arguments, err))
        return false;
    for (size_t n; (n = git_receive(&git, part, sizeof part)) > 0;)
        if (out)
            buf_put(out, part, n);
    int failed = git.failed;
    *status = git_end(&git, NULL);
    if (failed)
        return error_system(err, JPK_ERR_READ, failed, "what git says cannot be read");
    while (out && out->size && out->data[out->size - 1] == '\n')
        out->data[--out->size] = '\0';
    return !(out && out->failed) || error_memory(err);
}
