/* The entries that a tree gives, once every row has its files: their sizes, and what is wrong with the files
 * themselves. */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/tree_opening.h"

static bool add_source(struct opening *o, const struct tree_source *source, const char *entry)
{
    struct jpk_archive *archive = o->tree->archive;
    struct tree_source *sources =
        array_grow(o->tree->sources, o->tree->source_count, &o->tree->source_capacity, sizeof *sources);
    struct zipdir_entry *entries =
        array_grow(archive->dir.entries, archive->dir.count, &o->tree->entry_capacity, sizeof *entries);
    if (sources)
        o->tree->sources = sources;
    if (entries)
        archive->dir.entries = entries;
    if (!sources || !entries || !entry)
        return error_memory(o->err);
    sources[o->tree->source_count] = *source;
    entries[archive->dir.count++] =
        (struct zipdir_entry){.info = {.name = entry}, .index = (uint32_t)o->tree->source_count++};
    return true;
}

/* The name of a row's entry. */
static const char *entry_of(struct opening *o, const struct tree_row *row, const char *usual)
{
    const char *as = row->as ? row->as : usual, *base = as[0] == '/' ? "" : o->tree->index.base;
    buf_clear(&o->path);
    buf_printf(&o->path, "%s%s", base, as + (as[0] == '/'));
    return o->path.failed ? NULL : opening_copy(o, o->path.data, o->path.size);
}

static const char *entity_entry(struct opening *o, const struct tree_row *row)
{
    struct buf usual = {0};
    tree_usual_entry(row, &usual);
    const char *entry = usual.failed ? NULL : entry_of(o, row, usual.data);
    buf_free(&usual);
    return entry;
}

static size_t original_of(struct opening *o, const char *id)
{
    char made[UUID_SIZE];
    return archive_find(o->tree->files, TREE_ORIGINAL, tree_original_stem(id, made), ".xml");
}

static bool add_entity(struct opening *o, const struct tree_row *row, const struct match *match)
{
    struct tree_source source = {.file = match->text ? SIZE_MAX : match->file,
                                 .text = match->text,
                                 .text_size = match->text ? strlen(match->text) : 0,
                                 .path = row->path,
                                 .parts = match->parts,
                                 .endings = match->endings,
                                 .part_count = match->part_count,
                                 .original = SIZE_MAX,
                                 .hash = row->original,
                                 .entity = true,
                                 .markers = row->markers};
    if (row->original) {
        source.original = original_of(o, row->id);
        if (source.original == SIZE_MAX)
            return opening_wrong(o, JPK_ERR_FORMAT, buf_text(&o->path),
                                 "is missing: it holds the bytes of an entity as they were");
    }
    return add_source(o, &source, entity_entry(o, row));
}

static bool add_row_source(struct opening *o, const struct tree_row *row, const struct match *match)
{
    if (row->kind == TREE_ROW_FILE) {
        const char *usual = row->path + (text_starts_with(row->path, TREE_OTHER) ? strlen(TREE_OTHER) : 0);
        struct tree_source source = {
            .file = match->file, .path = row->path, .original = SIZE_MAX, .markers = row->markers};
        return add_source(o, &source, entry_of(o, row, usual));
    }
    if (row->kind == TREE_ROW_STALE || (match->file == SIZE_MAX && !match->text))
        return true;
    return add_entity(o, row, match);
}

bool opening_read_local(struct opening *o)
{
    bool ok = true;
    for (size_t i = 0; ok && i < o->tree->local.count; i++) {
        const struct tree_row *row = &o->tree->local.rows[i];
        size_t file = opening_find(o, row->path, ""), at = o->tree->source_count;
        struct tree_source source = {.file = file, .path = row->path, .original = SIZE_MAX, .markers = true};
        if (file == SIZE_MAX)
            continue;
        ok = add_source(o, &source, entry_of(o, row, row->path + strlen(TREE_LOCAL)));
        if (ok)
            o->tree->archive->dir.entries[at].info.size = jpk_archive_entry(o->tree->files, file)->size;
    }
    return ok;
}

/* What some editors do to texts, which then is part of them. */
static bool note_text(struct opening *o, const struct tree_row *row, const struct piece *piece)
{
    const char *text = buf_text(&piece->text);
    bool mark = text_mark(text, piece->text.size) > 0;
    if (!mark && !text_crlf(text, piece->text.size))
        return true;
    buf_clear(&o->path);
    buf_printf(&o->path, "%s%s %s, which Design Studio does not write; it becomes part of the text", row->path,
               piece->suffix, mark ? "begins with a byte order mark" : "has lines that end in CR LF");
    return opening_note(o);
}

static bool note_texts(struct opening *o, const struct tree_row *row, const struct pieces *pieces)
{
    bool ok = true;
    for (size_t i = 0; ok && i < pieces->count; i++)
        ok = !pieces->list[i].there || note_text(o, row, &pieces->list[i]);
    return ok;
}

/* Checks an entity's header and takes its name. */
static bool check_entity(struct opening *o, const struct tree_source *source, struct match *match,
                         const struct tree_row *row, struct buf *bytes)
{
    struct pieces pieces = {0};
    if (!tree_read(o->tree, source, bytes, &pieces, o->err)) {
        pieces_free(&pieces);
        return false;
    }
    const char *ending = row->kind == TREE_ROW_FOLDER ? "/" TREE_FOLDER_FILE : ".xml";
    buf_clear(&o->path);
    buf_printf(&o->path, "%s%s", row->path, ending);
    bool ok = text_caseeq(pieces.id, row->id);
    if (!ok) {
        error_set(o->err, JPK_ERR_FORMAT, "has the ID '%s', but " TREE_INDEX " says '%s' (line %u)", pieces.id, row->id,
                  row->line);
        error_text_offset(o->err, buf_text(&o->tree->xml), o->tree->xml.size,
                          pieces.id_end ? pieces.id_start : pieces.header);
        error_entry(o->err, buf_text(&o->path));
    }
    ok = ok && note_texts(o, row, &pieces);
    match->name = row->name ? row->name : ok ? opening_copy(o, pieces.name, strlen(pieces.name)) : "";
    pieces_free(&pieces);
    return ok && (match->name || error_memory(o->err));
}

/* Adds what a row gives, with its size, and finds its name for project.xml. */
static bool read_row(struct opening *o, size_t at, struct buf *bytes)
{
    const struct tree_row *row = &o->tree->index.rows[at];
    struct match *match = &o->matches[at];
    size_t source = o->tree->source_count;
    if (!add_row_source(o, row, match))
        return false;
    if (o->tree->source_count > source) {
        bool ok = row->kind == TREE_ROW_FILE ? tree_read(o->tree, &o->tree->sources[source], bytes, NULL, o->err)
                                             : check_entity(o, &o->tree->sources[source], match, row, bytes);
        o->tree->archive->dir.entries[source].info.size = bytes->size;
        return ok;
    }
    match->name = row->name;
    return row->name || !tree_row_is_listed(row) || opening_name(o, row->path, &match->name);
}

/* From a row on: new folders come to light when the outline is built. */
bool opening_read_rows(struct opening *o, size_t from)
{
    struct buf bytes = {0};
    bool ok = true;
    for (size_t i = from; ok && i < o->tree->index.count; i++)
        ok = read_row(o, i, &bytes);
    buf_free(&bytes);
    return ok;
}

bool opening_read_outline(struct opening *o)
{
    struct tree *tree = o->tree;
    struct buf xml = {0};
    outline_write(&tree->outline, &tree->index, &xml);
    struct tree_source source = {.file = SIZE_MAX,
                                 .text = xml.failed ? NULL : opening_copy(o, buf_text(&xml), xml.size),
                                 .text_size = xml.size,
                                 .path = "project.xml",
                                 .original = SIZE_MAX,
                                 .hash = tree->index.original};
    buf_free(&xml);
    if (!source.text)
        return error_memory(o->err);
    if (source.hash) {
        source.original = opening_find(o, TREE_ORIGINAL_OUTLINE, "");
        if (source.original == SIZE_MAX)
            return opening_wrong(o, JPK_ERR_FORMAT, buf_text(&o->path), "is missing: it holds project.xml as it was");
    }
    struct tree_row row = {.path = "project.xml"};
    size_t at = tree->source_count;
    struct buf bytes = {0};
    bool ok = add_source(o, &source, entry_of(o, &row, "project.xml")) &&
              tree_read(tree, &tree->sources[at], &bytes, NULL, o->err);
    if (ok)
        tree->archive->dir.entries[at].info.size = bytes.size;
    buf_free(&bytes);
    return ok;
}
