/* Opening a tree: every row of its index finds its files, every file its row; then the order of the project is made. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jpk/tree_name.h"
#include "jpk/tree_opening.h"

struct match *opening_add_match(struct opening *o, size_t row)
{
    struct match *matches = array_grow(o->matches, row, &o->match_capacity, sizeof *matches);
    if (!matches)
        return NULL;
    o->matches = matches;
    matches[row] = (struct match){.file = SIZE_MAX};
    return &matches[row];
}

const char *opening_file_name(const struct opening *o, size_t file)
{
    return jpk_archive_entry(o->tree->files, file)->name;
}

size_t opening_find(struct opening *o, const char *path, const char *ending)
{
    buf_clear(&o->path); /* for who says that it is missing */
    buf_printf(&o->path, "%s%s", path, ending);
    return archive_find(o->tree->files, "", path, ending);
}

bool opening_wrong(struct opening *o, enum jpk_code code, const char *path, const char *message)
{
    error_set(o->err, code, "%s", message);
    error_entry(o->err, path);
    return false;
}

bool opening_note(struct opening *o)
{
    bool ok = !o->path.failed && strings_add(&o->tree->notes, &o->tree->arena, o->path.data);
    return ok || error_memory(o->err);
}

uint32_t opening_row_of(struct opening *o, const struct map *map, const char *id)
{
    char *key = *id ? arena_strdup_lower(&o->tree->arena, id) : NULL;
    return key ? map_get(map, key, strlen(key)) : MAP_NONE;
}

const char *opening_copy(struct opening *o, const char *s, size_t n)
{
    return arena_strndup(&o->tree->arena, s, n);
}

/* -------------------------------------------------------------------------------------------- rows and their files */

void opening_claim(struct opening *o, struct match *match, size_t file, const char *ending)
{
    match->parts[match->part_count] = file;
    match->endings[match->part_count++] = ending;
    o->claimed[file] = true;
}

/* What a script's text may also be called. */
static const char *other_ending(const char *ending)
{
    return strcmp(ending, ".jb") == 0 ? ".js" : strcmp(ending, ".js") == 0 ? ".jb" : NULL;
}

bool opening_match_item(struct opening *o, const struct tree_row *row, struct match *match)
{
    struct arena *arena = &o->tree->arena;
    match->file = opening_find(o, row->path, ".xml");
    match->parts = arena_calloc(arena, row->part_count + OPENING_MORE_TEXTS, sizeof *match->parts);
    match->endings = arena_calloc(arena, row->part_count + OPENING_MORE_TEXTS, sizeof *match->endings);
    if (!match->parts || !match->endings)
        return error_memory(o->err);
    if (match->file == SIZE_MAX) {
        match->lost = true;
        return true;
    }
    o->claimed[match->file] = true;
    for (size_t i = 0; i < row->part_count; i++) {
        const char *ending = row->parts[i], *other = other_ending(ending);
        size_t file = opening_find(o, row->path, ending);
        if (file == SIZE_MAX && other) {
            file = opening_find(o, row->path, other);
            if (file != SIZE_MAX) {
                ending = other;
                o->tree->changed = true;
            }
        }
        if (file == SIZE_MAX) {
            opening_find(o, row->path, row->parts[i]);
            return opening_wrong(o, JPK_ERR_FORMAT, buf_text(&o->path),
                                 "is missing: it holds a text of the entity; an empty file stands for an empty text");
        }
        opening_claim(o, match, file, ending);
    }
    return true;
}

static bool match_row(struct opening *o, size_t at)
{
    struct tree_row *row = &o->tree->index.rows[at];
    struct match *match = opening_add_match(o, at);
    if (!match)
        return error_memory(o->err);
    bool folder = row->kind == TREE_ROW_FOLDER;
    if (row->absent && opening_find(o, row->path, folder ? "/" TREE_FOLDER_FILE : ".xml") != SIZE_MAX) {
        /* What project.xml listed without a file has one now, and that says its name. */
        row->absent = false;
        row->name = NULL;
        o->tree->changed = true;
    }
    switch (row->kind) {
    case TREE_ROW_FOLDER:
        match->file = row->absent ? SIZE_MAX : opening_find(o, row->path, "/" TREE_FOLDER_FILE);
        match->lost = !row->absent && match->file == SIZE_MAX;
        break;
    case TREE_ROW_ITEM:
        if (!row->absent && !opening_match_item(o, row, match))
            return false;
        break;
    case TREE_ROW_FILE:
        match->file = opening_find(o, row->path, "");
        if (match->file == SIZE_MAX)
            return opening_wrong(o, JPK_ERR_FORMAT, row->path,
                                 "is missing; when it is to go, remove its line from " TREE_INDEX " too");
        break;
    default:
        match->file = opening_find(o, row->path, "");
    }
    if (match->file != SIZE_MAX)
        o->claimed[match->file] = true;
    return true;
}

bool opening_enter(struct opening *o, size_t at)
{
    const struct tree_row *row = &o->tree->index.rows[at];
    uint32_t before = MAP_NONE;
    if (row->kind != TREE_ROW_FOLDER && row->kind != TREE_ROW_ITEM)
        return true;
    char *key = arena_strdup_lower(&o->tree->arena, row->id);
    struct map *map = o->matches[at].lost ? &o->lost : &o->found;
    if (!key || !map_set(&o->types, row->path, strcspn(row->path, "/"), 0))
        return error_memory(o->err);
    bool folder = row->kind == TREE_ROW_FOLDER && row->absent;
    if (*key && !folder && !map_add(map, key, strlen(key), (uint32_t)at, &before))
        return error_memory(o->err);
    if (before == MAP_NONE && row->kind == TREE_ROW_ITEM) {
        before = map_get(&o->stems, row->path, strlen(row->path));
        if (before == MAP_NONE && !map_set(&o->stems, row->path, strlen(row->path), (uint32_t)at))
            return error_memory(o->err);
    }
    if (before == MAP_NONE)
        return true;
    error_set(o->err, JPK_ERR_FORMAT, "has the same id or path as line %u", o->tree->index.rows[before].line);
    error_entry(o->err, TREE_INDEX);
    error_position(o->err, row->line, 1);
    return false;
}

static bool match_rows(struct opening *o)
{
    bool ok = true;
    for (size_t i = 0; ok && i < o->tree->index.count; i++)
        ok = match_row(o, i) && opening_enter(o, i);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------------ local */

/* The parts of local/, and what an archive lacks without them. */
static const struct {
    const char *name, *cost;
} local_parts[] = {
    {"cache", "structure caches; without them structures come from XSD files and mappings alone"},
    {"settings", "the layout of diagrams and windows"},
    {"testfiles", "test data of transformations"},
    {"ui.xml", "which pages were open"},
};

static size_t local_part(const char *path)
{
    const char *name = path + strlen(TREE_LOCAL);
    size_t n = strcspn(name, "/");
    for (size_t i = 0; i < sizeof local_parts / sizeof local_parts[0]; i++)
        if (strlen(local_parts[i].name) == n && strncmp(name, local_parts[i].name, n) == 0)
            return i;
    return SIZE_MAX;
}

static bool note_local(struct opening *o, size_t part)
{
    buf_clear(&o->path);
    buf_printf(&o->path, TREE_LOCAL "%s is not there, so the archive lacks %s", local_parts[part].name,
               local_parts[part].cost);
    return opening_note(o);
}

/* A part of local/ may be left out as a whole, but not file by file. */
static bool match_local(struct opening *o)
{
    enum { PARTS = sizeof local_parts / sizeof local_parts[0] };
    const struct tree_index *local = &o->tree->local;
    size_t there[PARTS] = {0}, missing[PARTS] = {0}, first[PARTS];
    for (size_t i = 0; i < local->count; i++) {
        const struct tree_row *row = &local->rows[i];
        size_t part = strncmp(row->path, TREE_LOCAL, strlen(TREE_LOCAL)) == 0 ? local_part(row->path) : SIZE_MAX;
        size_t file = opening_find(o, row->path, "");
        if (part == SIZE_MAX && file == SIZE_MAX)
            return opening_wrong(o, JPK_ERR_FORMAT, row->path, "is missing, and " TREE_LOCAL_INDEX " has it");
        if (part == SIZE_MAX)
            continue;
        if (file == SIZE_MAX && missing[part]++ == 0)
            first[part] = i;
        else if (file != SIZE_MAX)
            there[part]++;
    }
    for (size_t part = 0; part < PARTS; part++) {
        if (missing[part] && there[part])
            return opening_wrong(o, JPK_ERR_FORMAT, local->rows[first[part]].path,
                                 "is missing, although others beside it are there; a part of " TREE_LOCAL
                                 " may be left out as a whole only");
        if (missing[part] && !note_local(o, part))
            return false;
    }
    if (opening_find(o, TREE_LOCAL_INDEX, "") != SIZE_MAX)
        return true;
    /* All of it was left out: the tree's own index still says what there was. */
    for (size_t part = 0; part < PARTS; part++) {
        const char *had = strstr(o->tree->index.local, local_parts[part].name);
        if (had && !note_local(o, part))
            return false;
    }
    return true;
}

/* --------------------------------------------------------------------------------------------------- the outline */

/* Adds the rows that fit by now; *left counts the others. */
static bool add_fitting(struct opening *o, bool moved, bool fresh, size_t *left)
{
    struct tree *tree = o->tree;
    *left = 0;
    for (size_t i = 0; i < tree->index.count; i++) {
        const struct tree_row *row = &tree->index.rows[i];
        struct match *match = &o->matches[i];
        if (match->placed || !tree_row_is_listed(row) || match->moved > moved || match->fresh > fresh)
            continue;
        struct jpk_error local = {0};
        bool at_end = match->moved || match->fresh;
        match->placed = outline_add(&tree->outline, &tree->index, (uint32_t)i, match->name, at_end, &local);
        if (match->placed)
            continue;
        if (local.code == JPK_ERR_MEMORY)
            return error_memory(o->err);
        ++*left;
    }
    return true;
}

static bool not_placed(struct opening *o)
{
    for (size_t i = 0; i < o->tree->index.count; i++) {
        const struct tree_row *row = &o->tree->index.rows[i];
        if (o->matches[i].placed || !tree_row_is_listed(row))
            continue;
        error_set(o->err, JPK_ERR_FORMAT, "'%s' lies in a folder that has no line", row->path);
        error_entry(o->err, TREE_INDEX);
        error_position(o->err, row->line, 1);
        return false;
    }
    return true;
}

/* Adds rows until nothing fits any more: folders may lie in folders that come later. */
static bool add_all_fitting(struct opening *o, bool moved, bool fresh)
{
    enum { PASSES = 64 };
    size_t left = SIZE_MAX, before = 0;
    for (int pass = 0; pass < PASSES && left > 0 && left != before; pass++) {
        before = left;
        if (!add_fitting(o, moved, fresh, &left))
            return false;
    }
    return true;
}

/* What the index has in its order, then what has moved, then what is new. */
static bool build_outline(struct opening *o)
{
    size_t left;
    return add_fitting(o, false, false, &left) && add_all_fitting(o, true, false) && opening_make_folders(o) &&
           add_all_fitting(o, true, true) && not_placed(o);
}

/* ------------------------------------------------------------------------------------------------------ all of it */

/* What the index has to say of texts when it is written again. */
static void update_rows(struct opening *o)
{
    for (size_t i = 0; i < o->tree->index.count; i++) {
        o->tree->index.rows[i].parts = o->matches[i].endings;
        o->tree->index.rows[i].part_count = o->matches[i].part_count;
    }
}

static bool note_stale(struct opening *o)
{
    size_t count = 0;
    for (size_t i = 0; i < o->tree->index.count; i++)
        count += o->tree->index.rows[i].kind == TREE_ROW_STALE && o->matches[i].file != SIZE_MAX;
    if (count == 0)
        return true;
    buf_clear(&o->path);
    buf_printf(&o->path,
               "%zu file%s of an earlier state of the project %s left out; 'jpk unpack --update --delete' "
               "removes %s",
               count, count == 1 ? "" : "s", count == 1 ? "is" : "are", count == 1 ? "it" : "them");
    return opening_note(o);
}

/* What was moved keeps its name: that is in its file, not in the file's name. */
static bool note_names(struct opening *o)
{
    struct buf encoded = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < o->tree->index.count; i++) {
        const struct tree_row *row = &o->tree->index.rows[i];
        const char *slash = strrchr(row->path, '/');
        if (!o->matches[i].moved || !slash)
            continue;
        buf_clear(&encoded);
        tree_name_encode(o->matches[i].name, row->kind == TREE_ROW_FOLDER, &encoded);
        if (tree_name_is(slash + 1, buf_text(&encoded)))
            continue;
        buf_clear(&o->path);
        buf_printf(&o->path, "%s is still called '%s': the Name in its .xml file counts", row->path,
                   o->matches[i].name);
        ok = opening_note(o);
    }
    buf_free(&encoded);
    return ok;
}

static bool read_index(struct opening *o, const char *file, struct tree_index *index)
{
    size_t at = jpk_archive_find(o->tree->files, file);
    if (at != SIZE_MAX)
        o->claimed[at] = true;
    return tree_index_read(index, o->tree->files, file, o->err);
}

bool tree_match(struct tree *tree, struct jpk_error *err)
{
    struct opening o = {.tree = tree, .err = err};
    o.claimed = calloc(jpk_archive_count(tree->files) + 1, sizeof *o.claimed);
    bool ok = o.claimed || error_memory(err);
    ok = ok && read_index(&o, TREE_INDEX, &tree->index) && read_index(&o, TREE_LOCAL_INDEX, &tree->local) &&
         match_rows(&o) && match_local(&o) && opening_place_files(&o) && opening_none_lost(&o) &&
         opening_read_rows(&o, 0) && opening_read_local(&o);
    size_t rows = tree->index.count;
    ok = ok && build_outline(&o) && opening_read_rows(&o, rows) && opening_read_outline(&o) && note_names(&o) &&
         note_stale(&o);
    if (ok)
        update_rows(&o);
    free(o.claimed);
    free(o.matches);
    map_free(&o.lost);
    map_free(&o.found);
    map_free(&o.stems);
    map_free(&o.types);
    map_free(&o.ignored);
    buf_free(&o.path);
    return ok;
}
