/* From places in the text of an export that was put together, which nobody sees, to those in the files of its tree. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jpk/cloud_tree_state.h"
#include "jpk/findings.h"
#include "jpk/mapping_text.h"

bool cloud_tree_count_lines(struct cloud_tree *tree)
{
    const char *text = buf_text(&tree->rope.text), *end = text + tree->rope.text.size;
    size_t count = 1;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        count++;
    tree->lines = calloc(count, sizeof *tree->lines);
    if (!tree->lines)
        return false;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        tree->lines[++tree->line_count] = (size_t)(at - text) + 1;
    tree->line_count++;
    return true;
}

/* What is kept from one question to the next. */
struct finder {
    const struct cloud_tree *tree;
    uint32_t file; /* of the counter and of the mappings; UINT32_MAX for none */
    struct text_counter counter;
    struct mapping_places *mappings;
    bool failed; /* no memory: places may be wrong */
};

static void look_at_file(struct finder *f, uint32_t file)
{
    const struct cloud_file *from = &f->tree->files[file].file;
    if (f->file != file) {
        mapping_places_free(f->mappings);
        f->mappings = NULL;
    }
    f->file = file;
    f->counter = text_counter_begin(from->text ? from->text : "", from->text ? from->size : 0);
}

/* Where a line and column of the rope come from. False: nowhere. */
static bool look_up(const struct cloud_tree *tree, uint32_t line, uint32_t column, struct rope_place *place,
                    enum rope_kind *kind)
{
    return line > 0 && line <= tree->line_count &&
           rope_find(&tree->rope, tree->lines[line - 1] + (column ? column - 1 : 0), place, kind);
}

static const char *find(struct finder *f, const struct rope_place *place, enum rope_kind kind, uint32_t *line,
                        uint32_t *column)
{
    const struct cloud_file *file = &f->tree->files[place->file].file;
    *line = place->offset ? (uint32_t)place->offset : 1;
    *column = 1;
    if (place->file == CLOUD_TREE_INDEX_FILE)
        return file->path;
    if (f->file != place->file || place->offset < f->counter.at)
        look_at_file(f, place->file);
    if (kind == ROPE_MAPPING) {
        struct jpk_error err = {0};
        f->mappings = f->mappings ? f->mappings : mapping_places_new(file->text, file->size, &err);
        f->failed |= err.code == JPK_ERR_MEMORY;
        if (!f->mappings || !mapping_places_at(f->mappings, place->mapping, place->offset, line, column))
            *line = 1;
        return file->path;
    }
    size_t offset = place->offset < f->counter.size ? place->offset : f->counter.size;
    struct text_position at = text_counter_at(&f->counter, offset);
    *line = at.line;
    *column = at.column;
    return file->path;
}

bool cloud_tree_place(const struct jpk_cloud_tree *public, const char **file, uint32_t *line, uint32_t *column,
                      struct jpk_error *err)
{
    struct finder f = {.tree = (const struct cloud_tree *)public, .file = UINT32_MAX};
    struct rope_place place;
    enum rope_kind kind;
    *file = look_up(f.tree, *line, *column, &place, &kind) ? find(&f, &place, kind, line, column) : NULL;
    mapping_places_free(f.mappings);
    return !f.failed || error_memory(err);
}

const char *jpk_cloud_tree_place(const struct jpk_cloud_tree *tree, uint32_t line, uint32_t column, uint32_t *file_line,
                                 uint32_t *file_column)
{
    const char *file;
    *file_line = line;
    *file_column = column;
    cloud_tree_place(tree, &file, file_line, file_column, NULL);
    return file;
}

/* A finding and where it comes from. */
struct found {
    struct jpk_finding *finding;
    struct rope_place place;
    enum rope_kind kind;
};

/* File by file, so that each is gone through once. */
static int by_source(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    if (a->place.file != b->place.file)
        return a->place.file < b->place.file ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->place.mapping != b->place.mapping)
        return a->place.mapping < b->place.mapping ? -1 : 1;
    return a->place.offset < b->place.offset ? -1 : a->place.offset > b->place.offset;
}

static int compare(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_place(const void *x, const void *y)
{
    const struct jpk_finding *a = x, *b = y;
    int order = compare(a->file, b->file);
    if (order == 0)
        order = a->line < b->line ? -1 : a->line > b->line;
    if (order == 0)
        order = a->column < b->column ? -1 : a->column > b->column;
    if (order == 0)
        order = compare(a->rule, b->rule);
    return order ? order : compare(a->message, b->message);
}

bool jpk_cloud_tree_findings(const struct jpk_cloud_tree *public, struct jpk_findings *findings, struct jpk_error *err)
{
    struct finder f = {.tree = (const struct cloud_tree *)public, .file = UINT32_MAX};
    struct jpk_finding *items = ((struct findings *)findings)->items;
    struct found *list = calloc(findings->count + 1, sizeof *list);
    size_t count = 0;
    if (!list)
        return error_memory(err);
    for (size_t i = 0; i < findings->count; i++) {
        list[count].finding = &items[i];
        if (look_up(f.tree, items[i].line, items[i].column, &list[count].place, &list[count].kind))
            count++;
    }
    qsort(list, count, sizeof *list, by_source);
    for (size_t i = 0; i < count; i++)
        list[i].finding->file =
            find(&f, &list[i].place, list[i].kind, &list[i].finding->line, &list[i].finding->column);
    mapping_places_free(f.mappings);
    free(list);
    if (findings->count > 0)
        qsort(items, findings->count, sizeof *items, by_place);
    return !f.failed || error_memory(err);
}

const char *jpk_cloud_tree_file(const struct jpk_cloud_tree *public, const char *path, size_t *size)
{
    const struct cloud_tree *tree = (const struct cloud_tree *)public;
    size_t entry = jpk_archive_find(tree->archive, path);
    if (entry == SIZE_MAX || !tree->files[entry + 1].read)
        return NULL;
    *size = tree->files[entry + 1].file.size;
    return tree->files[entry + 1].file.text;
}
