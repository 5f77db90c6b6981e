/* The result of a merge as an archive: entries of the sides, and texts. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "jpk/archive.h"
#include "jpk/merge_project.h"

/* Where an entry's bytes are; by zipdir_entry.index. */
struct source {
    struct jpk_archive *archive;
    size_t entry;
    const char *text; /* NULL: those of the entry */
    size_t size;
};

static bool view_read(struct jpk_archive *archive, const struct zipdir_entry *entry, struct buf *out,
                      struct jpk_error *err)
{
    const struct source *source = (const struct source *)archive->state + entry->index;
    if (!source->text)
        return archive_read(source->archive, source->entry, out, err);
    buf_clear(out);
    buf_put(out, source->text, source->size);
    return !out->failed || error_memory(err);
}

static const struct archive_view view = {view_read, free};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct zipdir_entry *)a)->info.name, ((const struct zipdir_entry *)b)->info.name);
}

static const char *full_name(struct project_merge *p, const struct merge_unit *unit)
{
    size_t n = strlen(p->result_base), size = strlen(unit->name);
    if (unit->outside)
        return unit->name;
    char *name = arena_alloc(&p->m->arena, n + size + 1);
    if (name) {
        memcpy(name, p->result_base, n);
        memcpy(name + n, unit->name, size + 1);
    }
    return name;
}

static bool add_entry(struct project_merge *p, struct jpk_archive *archive, struct source *sources,
                      const struct merge_unit *unit)
{
    struct jpk_archive *from = p->side[unit->from]->public.archive;
    struct zipdir_entry *entry = &archive->dir.entries[archive->dir.count];
    const struct jpk_entry_info *info = jpk_archive_entry(from, unit->entry[unit->from]);
    const char *name = full_name(p, unit);
    if (!name || !info)
        return error_memory(p->err);
    uint64_t size = unit->text ? unit->size : info->size;
    *entry = (struct zipdir_entry){.info = {.name = name,
                                            .size = size,
                                            .compressed_size = size,
                                            .dos_date = info->dos_date,
                                            .dos_time = info->dos_time},
                                   .index = (uint32_t)archive->dir.count};
    sources[archive->dir.count++] = (struct source){from, unit->entry[unit->from], unit->text, unit->size};
    return true;
}

/* Two files of one name: projects that have nothing to do with each other. */
static bool check_names(const struct project_merge *p, const struct jpk_archive *archive)
{
    for (size_t i = 1; i < archive->dir.count; i++) {
        const char *name = archive->dir.entries[i].info.name;
        if (strcmp(name, archive->dir.entries[i - 1].info.name) == 0)
            return error_set(p->err, JPK_ERR_FORMAT, "cannot be merged: the result would hold %s twice", name);
    }
    return true;
}

struct jpk_archive *merge_archive(struct project_merge *p)
{
    const struct jpk_archive *ours = p->side[MERGE_OURS]->public.archive;
    struct jpk_archive *archive = archive_new(jpk_archive_name(ours), &ours->limits, p->err);
    struct source *sources = calloc(p->count + 1, sizeof *sources);
    if (!archive || !sources) {
        free(sources);
        jpk_archive_free(archive);
        error_memory(p->err);
        return NULL;
    }
    archive->view = &view;
    archive->state = sources;
    archive->folder = ours->folder;
    archive->unzipped = ours->unzipped;
    archive->dir.entries = calloc(p->count + 1, sizeof *archive->dir.entries);
    bool ok = archive->dir.entries || error_memory(p->err);
    for (size_t i = 0; ok && i < p->count; i++)
        if (p->units[i].there)
            ok = add_entry(p, archive, sources, &p->units[i]);
    if (ok && archive->dir.count)
        qsort(archive->dir.entries, archive->dir.count, sizeof *archive->dir.entries, by_name);
    if (ok && check_names(p, archive) && archive_index_names(archive, p->err))
        return archive;
    jpk_archive_free(archive);
    return NULL;
}
