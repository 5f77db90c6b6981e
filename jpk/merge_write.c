/* The result of a merge as a file or folder. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "jpk/archive.h"
#include "jpk/merge_state.h"
#include "jpk/tree.h"
#include "jpk/unpack_write.h"

static bool write_archive(struct jpk_archive *archive, const char *path, bool force, struct jpk_error *err)
{
    struct jpk_writer *writer = jpk_writer_open(path, force, err);
    bool ok = writer != NULL;
    for (size_t i = 0; ok && i < jpk_archive_count(archive); i++) {
        const struct jpk_entry_info *info = jpk_archive_entry(archive, i);
        uint16_t date = info->dos_date ? info->dos_date : JPK_DOS_DATE_MIN;
        ok = jpk_writer_add_from(writer, info->name, archive, i, date, info->dos_time, err);
    }
    ok = ok && jpk_writer_commit(writer, err);
    jpk_writer_free(writer);
    return ok;
}

static bool write_folder(struct jpk_archive *archive, const char *path, struct jpk_error *err)
{
    struct tree_writer writer;
    struct buf bytes = {0};
    struct stat st;
    if (lstat(path, &st) == 0) {
        error_set(err, JPK_ERR_EXISTS, "exists already; the result of merging folders needs a new one");
        error_file(err, path);
        return false;
    }
    bool ok = tree_writer_begin(&writer, path, NULL, false, err);
    for (size_t i = 0; ok && i < jpk_archive_count(archive); i++)
        ok = archive_read(archive, i, &bytes, err) &&
             tree_writer_put(&writer, jpk_archive_entry(archive, i)->name, buf_text(&bytes), bytes.size, err);
    ok = ok && tree_writer_commit(&writer, err);
    tree_writer_free(&writer);
    buf_free(&bytes);
    return ok;
}

static const struct jpk_unpack_options *tree_options(bool force, struct jpk_unpack_options *options)
{
    *options = (struct jpk_unpack_options){.update = force, .force = force, .delete_stale = force, .conflicts = true};
    return options;
}

static bool write_tree(const struct merging *m, const char *path, bool force, struct jpk_error *err)
{
    struct jpk_unpack_options options;
    struct jpk_error local = {0};
    struct jpk_unpacked *unpacked = NULL;
    struct jpk_project *project = NULL;
    struct jpk_cloud *cloud = NULL;
    if (m->public.archive)
        project = jpk_project_load(m->public.archive, NULL, JPK_KEEP_GOING, &local);
    else
        cloud = jpk_cloud_load(m->public.text, m->public.size, path, NULL, &local);
    if (project)
        unpacked = jpk_unpack(project, path, tree_options(force, &options), &local);
    else if (cloud)
        unpacked = jpk_cloud_unpack(cloud, path, tree_options(force, &options), &local);
    bool ok = unpacked != NULL;
    if (local.code == JPK_ERR_EXISTS && !force) { /* unpacking has --update, which merging does not have */
        error_set(err, JPK_ERR_EXISTS, "exists already; --force writes into it");
        error_file(err, path);
    }
    error_pass(err, &local, NULL);
    jpk_unpacked_free(unpacked);
    jpk_project_free(project);
    jpk_cloud_free(cloud);
    return ok;
}

bool jpk_merge_write(const struct jpk_merge *merge, const char *path, bool tree, bool force, struct jpk_error *err)
{
    const struct merging *m = (const struct merging *)merge;
    if (tree)
        return write_tree(m, path, force, err);
    if (!merge->archive)
        return file_write_durably(path, merge->text, merge->size, force, err);
    return jpk_archive_is_folder(merge->archive) ? write_folder(merge->archive, path, err)
                                                 : write_archive(merge->archive, path, force, err);
}
