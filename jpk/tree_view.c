#include "jpk/tree_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "jpk/tree.h"

/* ------------------------------------------------------------------------------------------------------- reading */

static bool check_conflict(const struct tree *tree, const struct tree_source *source, size_t file,
                           const struct buf *text, struct jpk_error *err)
{
    if (source->markers || tree_check_conflict(buf_text(text), text->size, err))
        return true;
    error_entry(err, jpk_archive_entry(tree->files, file)->name);
    return false;
}

static bool read_file(struct tree *tree, const struct tree_source *source, size_t file, struct buf *out,
                      struct jpk_error *err)
{
    return archive_read(tree->files, file, out, err) && check_conflict(tree, source, file, out, err);
}

static struct piece *piece_for(struct pieces *pieces, const char *ending)
{
    for (size_t i = 0; i < pieces->count; i++) {
        struct piece *piece = &pieces->list[i];
        if (strcmp(piece->suffix, ending) == 0 || (piece->other && strcmp(piece->other, ending) == 0))
            return piece;
    }
    return NULL;
}

static bool wrong_file(const struct tree *tree, size_t file, const char *message, struct jpk_error *err)
{
    error_set(err, JPK_ERR_FORMAT, "%s", message);
    error_entry(err, jpk_archive_entry(tree->files, file)->name);
    return false;
}

static bool read_texts(struct tree *tree, const struct tree_source *source, struct pieces *pieces,
                       struct jpk_error *err)
{
    for (size_t i = 0; i < source->part_count; i++) {
        struct piece *piece = piece_for(pieces, source->endings[i]);
        if (!piece)
            return wrong_file(tree, source->parts[i], "has no place in the .xml file beside it", err);
        if (piece->there)
            return wrong_file(tree, source->parts[i], "and the file with the other ending are texts of the same script",
                              err);
        if (!read_file(tree, source, source->parts[i], &piece->text, err))
            return false;
        piece->there = true;
    }
    return true;
}

size_t tree_file_of_piece(const struct tree_source *source, const struct piece *piece)
{
    for (size_t i = 0; i < source->part_count; i++)
        if (strcmp(source->endings[i], piece->suffix) == 0 ||
            (piece->other && strcmp(source->endings[i], piece->other) == 0))
            return source->parts[i];
    return source->file;
}

static bool join(struct tree *tree, const struct tree_source *source, struct buf *out, struct pieces *pieces,
                 struct jpk_error *err)
{
    const struct piece *wrong = NULL;
    if (source->file == SIZE_MAX) {
        buf_clear(&tree->xml);
        buf_put(&tree->xml, source->text, source->text_size);
    } else if (!read_file(tree, source, source->file, &tree->xml, err)) {
        return false;
    }
    if (!pieces_find(buf_text(&tree->xml), tree->xml.size, pieces, err))
        return false;
    if (source->file != SIZE_MAX && (!pieces->is_entity || !pieces->has_header))
        return wrong_file(tree, source->file, "is no entity: there must be an <Entity> with a <Header> in it", err);
    if (!read_texts(tree, source, pieces, err))
        return false;
    if (pieces_join(buf_text(&tree->xml), tree->xml.size, pieces, out, &wrong, err))
        return true;
    size_t file = wrong ? tree_file_of_piece(source, wrong) : source->file;
    if (file != SIZE_MAX)
        error_entry(err, jpk_archive_entry(tree->files, file)->name);
    return false;
}

static bool put_together(struct tree *tree, const struct tree_source *source, struct buf *out, struct pieces *pieces,
                         struct jpk_error *err)
{
    buf_clear(out);
    if (source->entity)
        return join(tree, source, out, pieces, err);
    if (source->file != SIZE_MAX)
        return read_file(tree, source, source->file, out, err);
    buf_put(out, source->text, source->text_size);
    return !out->failed || error_memory(err);
}

bool tree_read(struct tree *tree, const struct tree_source *source, struct buf *out, struct pieces *pieces,
               struct jpk_error *err)
{
    char hash[65];
    struct pieces own = {0};
    bool ok = put_together(tree, source, out, pieces ? pieces : &own, err);
    pieces_free(&own);
    if (!ok || !source->hash)
        return ok;
    sha256_hex(buf_text(out), out->size, hash);
    return strcmp(hash, source->hash) != 0 || archive_read(tree->files, source->original, out, err);
}

/* ----------------------------------------------------------------------------------------------------- as archive */

static bool view_read(struct jpk_archive *archive, const struct zipdir_entry *entry, struct buf *out,
                      struct jpk_error *err)
{
    struct tree *tree = archive->state;
    if (!tree_read(tree, &tree->sources[entry->index], out, NULL, err))
        return false;
    return out->size == entry->info.size || error_set(err, JPK_ERR_SIZE, "changed since the tree was opened");
}

static void tree_free(struct tree *tree)
{
    if (!tree)
        return;
    jpk_archive_free(tree->files);
    tree_index_free(&tree->index);
    tree_index_free(&tree->local);
    outline_free(&tree->outline);
    strings_free(&tree->added);
    strings_free(&tree->moved);
    strings_free(&tree->notes);
    strings_free(&tree->foreign);
    strings_free(&tree->new_paths);
    strings_free(&tree->new_texts);
    buf_free(&tree->xml);
    free(tree->sources);
    arena_free(&tree->arena);
    free(tree);
}

static void view_free(void *state)
{
    tree_free(state);
}

static const struct archive_view view = {view_read, view_free};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct zipdir_entry *)a)->info.name, ((const struct zipdir_entry *)b)->info.name);
}

static unsigned number(const char *digits, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return value;
}

/* "2025-08-29T22:22:56" as DOS has it; what is none gives the smallest. */
static void dos_time(const char *text, uint16_t *date, uint16_t *time)
{
    static const char form[] = "0000-00-00T00:00:00";
    *date = JPK_DOS_DATE_MIN;
    *time = 0;
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return;
    unsigned year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    unsigned hour = number(text + 11, 2), minute = number(text + 14, 2), second = number(text + 17, 2);
    if (year < 1980 || year > 2107 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 59)
        return;
    *date = (uint16_t)((year - 1980) << 9 | month << 5 | day);
    *time = (uint16_t)(hour << 11 | minute << 5 | second / 2);
}

static bool finish_entries(struct tree *tree, struct jpk_error *err)
{
    struct zipdir *dir = &tree->archive->dir;
    uint16_t date, time;
    dos_time(tree->index.time, &date, &time);
    qsort(dir->entries, dir->count, sizeof *dir->entries, by_name);
    for (size_t i = 0; i < dir->count; i++) {
        struct jpk_entry_info *info = &dir->entries[i].info;
        info->compressed_size = info->size;
        info->dos_date = date;
        info->dos_time = time;
        if (i == 0 || strcmp(info->name, dir->entries[i - 1].info.name) != 0)
            continue;
        error_set(err, JPK_ERR_DUPLICATE, "and %s are the same entry %s", tree->sources[dir->entries[i - 1].index].path,
                  info->name);
        error_entry(err, tree->sources[dir->entries[i].index].path);
        return false;
    }
    return archive_index_names(tree->archive, err);
}

bool tree_is_one(const struct jpk_archive *folder)
{
    return jpk_archive_find(folder, TREE_INDEX) != SIZE_MAX;
}

struct jpk_archive *tree_open(struct jpk_archive *folder, struct jpk_error *err)
{
    struct tree *tree = calloc(1, sizeof *tree);
    struct jpk_archive *archive = tree ? archive_new(folder->name, &folder->limits, err) : NULL;
    if (!archive) {
        error_memory(err);
        error_file(err, folder->name);
        jpk_archive_free(folder);
        free(tree);
        return NULL;
    }
    archive->folder = true;
    archive->view = &view;
    archive->state = tree;
    tree->archive = archive;
    tree->files = folder;
    if (tree_match(tree, err) && finish_entries(tree, err)) {
        archive->unzipped = strcmp(tree->index.form, "jitterpak") == 0;
        return archive;
    }
    error_file(err, archive->name);
    jpk_archive_free(archive);
    return NULL;
}

struct tree *tree_of(const struct jpk_archive *archive)
{
    return archive->view == &view ? archive->state : NULL;
}

const struct tree_source *tree_source_of_entry(const struct jpk_archive *archive, const char *entry)
{
    const struct tree *tree = tree_of(archive);
    size_t index = tree ? jpk_archive_find(archive, entry) : SIZE_MAX;
    return index == SIZE_MAX ? NULL : &tree->sources[archive->dir.entries[index].index];
}

bool jpk_archive_is_tree(const struct jpk_archive *archive)
{
    return tree_of(archive) != NULL;
}

struct jpk_archive *jpk_tree_files(struct jpk_archive *archive)
{
    struct tree *tree = tree_of(archive);
    return tree ? tree->files : archive;
}

/* -------------------------------------------------------------------------------------------------------- saving */

static bool write_file(const struct tree *tree, const char *path, const char *text, size_t n, struct jpk_error *err)
{
    struct buf full = {0};
    buf_printf(&full, "%s/%s", tree->files->name, path);
    bool ok = full.failed ? error_memory(err) : file_write(full.data, text, n, true, err);
    buf_free(&full);
    return ok;
}

/* Rows of project.xml in its order, then the others as they were. */
static void put_rows(const struct tree *tree, struct buf *out)
{
    const struct outline *outline = &tree->outline;
    tree_index_write_header(&tree->index, out);
    for (uint32_t node = outline->count ? 0 : OUTLINE_NONE; node != OUTLINE_NONE; node = outline_next(outline, node))
        if (outline->nodes[node].row != OUTLINE_NONE)
            tree_index_write_row(&tree->index.rows[outline->nodes[node].row], out);
    static const enum tree_row_kind order[] = {TREE_ROW_ITEM, TREE_ROW_FILE, TREE_ROW_STALE};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
        for (size_t i = 0; i < tree->index.count; i++) {
            const struct tree_row *row = &tree->index.rows[i];
            if (row->kind == order[k] && !tree_row_is_listed(row))
                tree_index_write_row(row, out);
        }
    }
}

bool tree_save(struct tree *tree, struct jpk_error *err)
{
    struct buf text = {0};
    bool ok = true;
    if (!tree->changed)
        return true;
    for (size_t i = 0; ok && i < tree->new_paths.count; i++) {
        const char *new_text = tree->new_texts.items[i];
        ok = write_file(tree, tree->new_paths.items[i], new_text, strlen(new_text), err);
    }
    if (ok)
        put_rows(tree, &text);
    ok = ok && (text.failed ? error_memory(err) : write_file(tree, TREE_INDEX, text.data, text.size, err));
    buf_free(&text);
    if (ok)
        tree->changed = false;
    return ok;
}
