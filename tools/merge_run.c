#include "tools/merge_run.h"

#include "base/error.h"
#include "jpk/archive.h"
#include "jpk/tree_view.h"

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

/* *same: whether a side has a file with these bytes. */
static bool look_beside(const struct source *side, const char *path, const struct buf *bytes, bool *same,
                        struct jpk_error *err)
{
    struct jpk_archive *files = jpk_tree_files(side->archive);
    size_t entry = jpk_archive_find(files, path);
    struct buf found = {0};
    bool ok = entry == SIZE_MAX || archive_read(files, entry, &found, err);
    *same = ok && entry != SIZE_MAX && buf_equal(&found, bytes);
    buf_free(&found);
    return ok;
}

bool merge_run_left_out(const struct merge_run *run, struct strings *out, struct arena *arena, struct jpk_error *err)
{
    const struct source *in = run->inputs;
    const struct tree *tree = in[2].archive && merge_run_is_tree(run) ? tree_of(in[2].archive) : NULL;
    struct buf bytes = {0};
    bool ok = true;
    for (size_t i = 0; tree && ok && i < tree->foreign.count; i++) {
        const char *path = tree->foreign.items[i];
        bool in_base = false, in_ours = false;
        ok = archive_read(tree->files, jpk_archive_find(tree->files, path), &bytes, err) &&
             look_beside(&in[0], path, &bytes, &in_base, err) && look_beside(&in[1], path, &bytes, &in_ours, err);
        if (ok && !in_base && !in_ours)
            ok = strings_add(out, arena, path) || error_memory(err);
    }
    buf_free(&bytes);
    return ok;
}

void merge_run_end(struct merge_run *run)
{
    jpk_merge_free(run->result);
    for (int i = 0; i < 3; i++)
        source_close(&run->inputs[i]);
}
