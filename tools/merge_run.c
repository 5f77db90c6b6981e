#include "tools/merge_run.h"

#include "base/error.h"

bool merge_run(struct merge_run *run, const char *const paths[3], const struct settings *settings,
               const struct jpk_merge_options *how, struct jpk_error *err)
{
    struct source *in = run->inputs;
    *run = (struct merge_run){.result = NULL};
    for (int i = 0; i < 3; i++)
        if (!input_open_any(&in[i], paths[i], settings, err))
            return false;
    for (int i = 0; i < 3; i++) {
        if (!in[i].cloud == !in[1].cloud)
            continue;
        error_set(err, JPK_ERR_USAGE, "is a project of %s, and %s one of %s; only projects of one kind can be merged",
                  in[i].cloud ? "Cloud Studio" : "Design Studio", in[1].name,
                  in[1].cloud ? "Cloud Studio" : "Design Studio");
        error_file(err, in[i].name);
        return false;
    }
    static const int ours_first[] = {1, 0, 2};
    if (!input_load_together(in, ours_first, 3, settings, 0, err))
        return false;
    run->result = in[1].cloud ? jpk_merge_clouds(in[0].cloud, in[1].cloud, in[2].cloud, how, err)
                              : jpk_merge_projects(in[0].project, in[1].project, in[2].project, how, err);
    return run->result != NULL;
}

bool merge_run_is_tree(const struct merge_run *run)
{
    const struct source *ours = &run->inputs[1];
    return ours->cloud ? ours->tree != NULL : jpk_archive_is_tree(ours->archive);
}

void merge_run_end(struct merge_run *run)
{
    jpk_merge_free(run->result);
    for (int i = 0; i < 3; i++)
        source_close(&run->inputs[i]);
}
