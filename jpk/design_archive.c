#include "jpk/design_archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/archive.h"

static bool view_read(struct jpk_archive *archive, const struct zipdir_entry *entry, struct buf *out,
                      struct jpk_error *err)
{
    const struct jpk_convert_file *file = (const struct jpk_convert_file *)archive->state + entry->index;
    buf_clear(out);
    buf_put(out, file->data, file->size);
    return !out->failed || error_memory(err);
}

/* The files are the conversion's. */
static void view_free(void *state)
{
    (void)state;
}

static const struct archive_view view = {view_read, view_free};

static bool add_entry(struct jpk_archive *archive, const struct jpk_conversion *conversion, size_t index)
{
    const struct jpk_convert_file *file = &conversion->files[index];
    struct zipdir *dir = &archive->dir;
    size_t n = strlen(conversion->name), size = strlen(file->path);
    char *name = arena_alloc(&dir->names, n + 1 + size + 1);
    if (!name)
        return false;
    memcpy(name, conversion->name, n);
    name[n] = '/';
    memcpy(name + n + 1, file->path, size + 1);
    dir->entries[dir->count++] = (struct zipdir_entry){
        .info = {.name = name, .size = file->size, .compressed_size = file->size, .dos_date = JPK_DOS_DATE_MIN},
        .index = (uint32_t)index};
    return true;
}

struct jpk_archive *design_archive(const struct jpk_conversion *conversion, const char *name,
                                   const struct jpk_limits *limits, struct jpk_error *err)
{
    struct jpk_archive *archive = archive_new(name, limits, err);
    if (!archive)
        return NULL;
    archive->view = &view;
    archive->state = (void *)conversion->files;
    archive->dir.entries = calloc(conversion->file_count + 1, sizeof *archive->dir.entries);
    bool ok = archive->dir.entries != NULL;
    for (size_t i = 0; ok && i < conversion->file_count; i++)
        ok = add_entry(archive, conversion, i);
    if ((ok || error_memory(err)) && archive_index_names(archive, err))
        return archive;
    jpk_archive_free(archive);
    return NULL;
}
