/* From places in the entries of a tree, which nobody sees, to places in its files. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/mapping_text.h"
#include "jpk/tree_view.h"
#include "jpk/xml_scan.h"

/* An entity whose bytes were kept holds its texts at other places than what would have been put together. */
static bool find_in_original(struct tree_places *places, struct jpk_error *err)
{
    struct pieces found;
    bool ok =
        pieces_find(buf_text(&places->joined), places->joined.size, &found, err) && found.count == places->pieces.count;
    for (size_t i = 0; ok && i < found.count; i++) {
        struct piece *piece = &places->pieces.list[i];
        if (piece->joined == piece->joined_end)
            continue;
        piece->joined = found.list[i].inside;
        piece->joined_end = found.list[i].behind;
        piece->joined_resumed = piece->alone ? found.list[i].end : found.list[i].behind;
    }
    pieces_free(&found);
    return ok;
}

bool tree_places_begin(struct tree_places *places, const struct jpk_archive *archive, const char *entry,
                       struct jpk_error *err)
{
    struct jpk_error local = {0};
    const struct tree_source *source = tree_source_of_entry(archive, entry);
    if (!source)
        return false;
    *places = (struct tree_places){.tree = tree_of(archive), .source = source};
    if (tree_read(places->tree, source, &places->joined, &places->pieces, &local) &&
        (!source->hash || find_in_original(places, &local)))
        return true;
    if (local.code == JPK_ERR_MEMORY)
        error_memory(err);
    tree_places_free(places);
    return false;
}

void tree_places_free(struct tree_places *places)
{
    pieces_free(&places->pieces);
    buf_free(&places->joined);
    mapping_places_free(places->mappings);
    free(places->starts);
}

/* The place of an offset in one of the texts, counted on from the last one. */
static void put(struct tree_places *places, struct tree_place *place, const char *path, const char *text, size_t n,
                size_t offset)
{
    offset = offset < n ? offset : n;
    if (places->counted != text || offset < places->lines.at)
        places->lines = text_counter_begin(text, n);
    places->counted = text;
    struct text_position at = text_counter_at(&places->lines, offset);
    *place = (struct tree_place){.path = path, .line = at.line, .column = at.column};
}

/* How many bytes of text raw bytes stand for; a reference that is cut at the end counts as nothing: *used leaves it
 * out. */
static size_t decoded_size(struct tree_places *places, const char *raw, size_t n, size_t *used)
{
    enum { REFERENCE_MAX = 12 };
    struct buf text = {0};
    size_t back = 0;
    for (; back < REFERENCE_MAX && back <= n; back++) {
        buf_clear(&text);
        if (xml_decode(raw, n - back, &text))
            break;
    }
    *used = back <= n ? n - back : 0;
    size_t size = text.size;
    places->failed |= text.failed;
    buf_free(&text);
    return size;
}

/* Bytes of text up to the byte `at` of a piece's content, decoded on from the last question. */
static size_t decoded_at(struct tree_places *places, const struct piece *piece, const char *raw, size_t at)
{
    size_t used;
    if (places->piece != piece || at < places->raw) {
        places->piece = piece;
        places->raw = places->decoded = 0;
    }
    places->decoded += decoded_size(places, raw + places->raw, at - places->raw, &used);
    places->raw += used;
    return places->decoded;
}

/* Finds the texts between <Mappings> and </Mappings>. */
static void find_mappings(struct tree_places *places, const struct piece *piece, const char *raw, size_t n)
{
    struct jpk_error err = {0};
    struct xml_scanner scanner = xml_scan(raw, n);
    struct xml_tag tag;
    mapping_places_free(places->mappings);
    places->mappings = mapping_places_new(buf_text(&piece->text), piece->text.size, &err);
    places->failed |= err.code == JPK_ERR_MEMORY;
    places->mapped = piece;
    places->mapping_count = 0;
    while (places->mappings && xml_scan_next(&scanner, &tag)) {
        if (!tag.opens || !xml_tag_is(&tag, "konga.string"))
            continue;
        size_t *starts = array_grow(places->starts, places->mapping_count, &places->capacity, sizeof *starts);
        if (!starts) {
            places->failed = true;
            return;
        }
        places->starts = starts;
        starts[places->mapping_count++] = tag.end;
    }
}

/* `raw` is what stands between <Mappings> and </Mappings>. */
static bool place_in_mappings(struct tree_places *places, const struct piece *piece, const char *raw, size_t n,
                              size_t at, struct tree_place *place)
{
    if (places->mapped != piece)
        find_mappings(places, piece, raw, n);
    size_t low = 0, high = places->mapping_count, used;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places->starts[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || !places->mappings)
        return false;
    const char *text = raw + places->starts[low - 1];
    size_t size = strcspn(text, "<"), in = at - places->starts[low - 1];
    size_t decoded = decoded_size(places, text, in < size ? in : size, &used);
    return mapping_places_at(places->mappings, low - 1, decoded, &place->line, &place->column);
}

static const char *file_of(const struct tree_places *places, const struct piece *piece)
{
    size_t file = tree_file_of_piece(places->source, piece);
    return file == SIZE_MAX ? places->source->path : jpk_archive_entry(places->tree->files, file)->name;
}

/* The .xml, or the one file that the entry is. */
static const char *main_file(const struct tree_places *places)
{
    const struct tree_source *source = places->source;
    if (source->file != SIZE_MAX)
        return jpk_archive_entry(places->tree->files, source->file)->name;
    return source->entity ? source->path : TREE_INDEX;
}

static void place_in_piece(struct tree_places *places, const struct piece *piece, size_t offset,
                           struct tree_place *place)
{
    const char *raw = buf_text(&places->joined) + piece->joined;
    size_t n = piece->joined_end - piece->joined, at = offset - piece->joined;
    if (!piece->mappings)
        put(places, place, file_of(places, piece), buf_text(&piece->text), piece->text.size,
            decoded_at(places, piece, raw, at));
    else if (place_in_mappings(places, piece, raw, n, at, place))
        place->path = file_of(places, piece);
    else
        *place = (struct tree_place){.path = file_of(places, piece), .line = 1, .column = 1};
}

void tree_places_at(struct tree_places *places, size_t offset, struct tree_place *place)
{
    size_t shift_from = 0, shift_to = 0;
    for (size_t i = 0; i < places->pieces.count; i++) {
        const struct piece *piece = &places->pieces.list[i];
        if (piece->joined == piece->joined_end || offset < piece->joined)
            continue;
        if (offset < piece->joined_resumed) {
            place_in_piece(places, piece, offset < piece->joined_end ? offset : piece->joined_end, place);
            return;
        }
        shift_from = piece->joined_resumed;
        shift_to = piece->resumed;
    }
    const struct buf *text = places->source->entity ? &places->tree->xml : &places->joined;
    put(places, place, main_file(places), buf_text(text), text->size, offset - shift_from + shift_to);
    if (places->source->file == SIZE_MAX && !places->source->entity)
        place->line = place->column = 0; /* made from the index as a whole */
}

const char *tree_file_of_entry(const struct jpk_archive *archive, const char *entry)
{
    const struct tree_source *source = tree_source_of_entry(archive, entry);
    if (!source)
        return entry;
    return source->file == SIZE_MAX ? source->path : jpk_archive_entry(tree_of(archive)->files, source->file)->name;
}

/* The byte at a line and column. */
static size_t offset_at(const struct buf *text, uint32_t line, uint32_t column)
{
    size_t at = 0;
    for (; line > 1; line--) {
        const char *lf = memchr(buf_text(text) + at, '\n', text->size - at);
        if (!lf)
            break;
        at = (size_t)(lf - buf_text(text)) + 1;
    }
    return at + column - 1;
}

void tree_place_error(const struct jpk_archive *archive, struct jpk_error *err)
{
    struct tree_places places;
    struct tree_place place;
    struct jpk_error problem = {0};
    bool has_line = err->line > 0;
    if (!err->entry[0] || !tree_places_begin(&places, archive, err->entry, &problem)) {
        if (problem.code == JPK_ERR_MEMORY)
            *err = problem;
        return;
    }
    tree_places_at(&places, has_line ? offset_at(&places.joined, err->line, err->column) : 0, &place);
    if (places.failed) {
        *err = (struct jpk_error){0};
        error_memory(err);
        tree_places_free(&places);
        return;
    }
    err->entry[0] = '\0';
    error_entry(err, place.path);
    err->has_offset = false;
    err->line = has_line ? place.line : 0;
    err->column = has_line ? place.column : 0;
    tree_places_free(&places);
}
