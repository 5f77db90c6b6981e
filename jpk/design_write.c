/* A project of Design Studio on the disk. */
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "jpk/design.h"
#include "jpk/unpack_write.h"

static bool is_design(const struct jpk_conversion *conversion, struct jpk_error *err)
{
    if (!conversion->files) {
        error_set(err, JPK_ERR_USAGE, "is no project of Design Studio");
        return false;
    }
    return true;
}

bool jpk_conversion_write_jitterpak(const struct jpk_conversion *conversion, const char *path, bool force,
                                    struct jpk_error *err)
{
    struct jpk_writer *writer = is_design(conversion, err) ? jpk_writer_open(path, force, err) : NULL;
    struct buf name = {0};
    bool ok = writer != NULL;
    for (size_t i = 0; ok && i < conversion->file_count; i++) {
        const struct jpk_convert_file *file = &conversion->files[i];
        buf_clear(&name);
        buf_printf(&name, "%s/%s", conversion->name, file->path);
        ok = !name.failed || error_memory(err);
        ok = ok && jpk_writer_add(writer, name.data, file->data, file->size, JPK_DOS_DATE_MIN, 0, err);
    }
    ok = ok && jpk_writer_commit(writer, err);
    jpk_writer_free(writer);
    buf_free(&name);
    return ok;
}

/* Only archives have it. */
static bool is_of_workspace(const struct jpk_convert_file *file)
{
    return strcmp(file->path, "jitterpak.properties") != 0;
}

static bool put_all(const struct jpk_conversion *conversion, struct tree_writer *writer, struct jpk_error *err)
{
    const struct design_place *place = design_conversion_place(conversion);
    struct buf path = {0};
    bool ok = tree_writer_put(writer, "manifest.jip", place->manifest, strlen(place->manifest), err);
    for (size_t i = 0; ok && i < conversion->file_count; i++) {
        const struct jpk_convert_file *file = &conversion->files[i];
        if (!is_of_workspace(file))
            continue;
        buf_clear(&path);
        buf_printf(&path, "env-%s/%s", place->environment, file->path);
        ok = !path.failed || error_memory(err);
        ok = ok && tree_writer_put(writer, path.data, file->data, file->size, err);
    }
    buf_free(&path);
    return ok;
}

bool jpk_conversion_write_workspace(const struct jpk_conversion *conversion, const char *path, struct jpk_error *err)
{
    struct tree_writer writer;
    struct stat st;
    if (!is_design(conversion, err))
        return false;
    if (lstat(path, &st) == 0) {
        error_set(err, JPK_ERR_EXISTS, "exists already; a workspace is written into a new folder");
        error_file(err, path);
        return false;
    }
    bool ok = tree_writer_begin(&writer, path, NULL, false, err) && put_all(conversion, &writer, err) &&
              tree_writer_commit(&writer, err);
    tree_writer_free(&writer);
    return ok;
}
