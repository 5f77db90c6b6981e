#include "jpk/pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "jpk/mapping_text.h"
#include "jpk/xml.h"
#include "jpk/xml_scan.h"

/* Where texts stand. A row for each kind: what real projects hold there is in the inventory of the format. */
static const struct place {
    const char *type;    /* of the entity */
    const char *path[6]; /* of the element, below the root */
    const char *name;    /* its attribute `name`; NULL for none */
    const char *suffix, *other;
    bool mappings, always;
} places[] = {
    {"Script", {"konga.string"}, "script", ".jb", ".js", false, true},
    {"SalesforceQuery", {"konga.string"}, "query_string", ".soql", NULL, false, false},
    {"Transformation", {"InputStructure", "SqlScript", "Entry", "konga.string"}, "script", ".sql", NULL, false, false},
    {"Transformation",
     {"InputStructure", "SqlScript", "Entry", "konga.string"},
     "where",
     ".where.sql",
     NULL,
     false,
     false},
    {"Transformation", {"Mappings"}, NULL, ".map", NULL, true, false},
};

enum { PLACES = sizeof places / sizeof places[0], PATH_MAX_DEPTH = 5 };

/* ------------------------------------------------------------------------------------------------------- finding */

struct finder {
    struct xml_scanner scanner;
    struct pieces *pieces;
    struct xml_tag open[PATH_MAX_DEPTH]; /* below the root */
    size_t counts[PLACES];
    struct buf value;
    bool failed;
};

static bool path_fits(const struct finder *finder, const struct place *place, const struct xml_tag *tag)
{
    size_t n = 0;
    while (place->path[n])
        n++;
    if (tag->depth != n)
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        if (!xml_tag_is(&finder->open[i], place->path[i]))
            return false;
    return xml_tag_is(tag, place->path[n - 1]);
}

static const struct place *place_of(struct finder *finder, const struct xml_tag *tag)
{
    for (size_t i = 0; i < PLACES; i++) {
        const struct place *place = &places[i];
        if (strcmp(place->type, finder->pieces->type) != 0 || !path_fits(finder, place, tag))
            continue;
        if (!place->name || (xml_tag_value(&finder->scanner, tag, "name", &finder->value) &&
                             strcmp(buf_text(&finder->value), place->name) == 0))
            return place;
    }
    return NULL;
}

static struct piece *add_piece(struct finder *finder, const struct place *place, const struct xml_tag *tag)
{
    struct pieces *pieces = finder->pieces;
    size_t ordinal = ++finder->counts[place - places];
    struct piece *list = array_grow(pieces->list, pieces->count, &pieces->capacity, sizeof *list);
    if (!list) {
        finder->failed = true;
        return NULL;
    }
    pieces->list = list;
    struct piece *piece = &list[pieces->count++];
    *piece = (struct piece){.other = place->other,
                            .start = tag->start,
                            .end = tag->end,
                            .inside = tag->end,
                            .behind = tag->end,
                            .alone = tag->closes,
                            .mappings = place->mappings,
                            .always = place->always};
    /* `~` is never part of a stem, so that a number cannot be taken for another item's name. */
    if (ordinal > 1)
        snprintf(piece->suffix, sizeof piece->suffix, "~%zu%s", ordinal, place->suffix);
    else
        snprintf(piece->suffix, sizeof piece->suffix, "%s", place->suffix);
    return piece;
}

/* Goes on behind the end tag of the element whose start tag was read last. */
static void skip_element(struct finder *finder, const struct xml_tag *tag, struct piece *piece)
{
    struct xml_tag next;
    while (!tag->closes && xml_scan_next(&finder->scanner, &next)) {
        if (next.opens || next.depth != tag->depth)
            continue;
        piece->behind = next.start;
        piece->end = next.end;
        return;
    }
}

static char *copy_value(struct finder *finder, const struct xml_tag *tag, const char *name)
{
    char *copy = strdup(xml_tag_value(&finder->scanner, tag, name, &finder->value) ? buf_text(&finder->value) : "");
    finder->failed = finder->failed || !copy;
    return copy;
}

static void read_header(struct finder *finder, const struct xml_tag *tag)
{
    struct pieces *pieces = finder->pieces;
    if (pieces->has_header)
        return;
    pieces->has_header = true;
    pieces->header = tag->start;
    free(pieces->id);
    free(pieces->name);
    pieces->id = copy_value(finder, tag, "ID");
    pieces->name = copy_value(finder, tag, "Name");
    if (!xml_tag_attribute(&finder->scanner, tag, "ID", &pieces->id_start, &pieces->id_end))
        pieces->id_start = pieces->id_end = 0;
}

static void look_at(struct finder *finder, const struct xml_tag *tag)
{
    struct pieces *pieces = finder->pieces;
    if (tag->depth == 0) {
        free(pieces->type);
        pieces->type = copy_value(finder, tag, "type");
        pieces->is_entity = xml_tag_is(tag, "Entity");
    } else if (tag->depth == 1 && xml_tag_is(tag, "Header")) {
        read_header(finder, tag);
    }
    const struct place *place = tag->depth > 0 && !finder->failed ? place_of(finder, tag) : NULL;
    struct piece *piece = place ? add_piece(finder, place, tag) : NULL;
    if (piece)
        skip_element(finder, tag, piece);
    else if (tag->depth > 0 && tag->depth <= PATH_MAX_DEPTH)
        finder->open[tag->depth - 1] = *tag;
}

bool pieces_find(const char *xml, size_t n, struct pieces *pieces, struct jpk_error *err)
{
    struct finder finder = {.scanner = xml_scan(xml, n), .pieces = pieces};
    struct xml_tag tag;
    *pieces = (struct pieces){.id = strdup(""), .name = strdup(""), .type = strdup("")};
    finder.failed = !pieces->id || !pieces->name || !pieces->type;
    while (!finder.failed && xml_scan_next(&finder.scanner, &tag))
        if (tag.opens)
            look_at(&finder, &tag);
    bool ok = !finder.failed && !finder.value.failed;
    buf_free(&finder.value);
    return ok || error_memory(err);
}

void pieces_free(struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        buf_free(&pieces->list[i].text);
    free(pieces->list);
    free(pieces->id);
    free(pieces->name);
    free(pieces->type);
    *pieces = (struct pieces){0};
}

/* ----------------------------------------------------------------------------------------------------- splitting */

/* The texts of <Mapping><konga.string name="expr">...; false when anything else stands there, or without memory. */
static bool read_mappings(const char *xml, const struct piece *piece, struct arena *arena, struct strings *list,
                          bool *failed)
{
    struct xml_scanner scanner = xml_scan(xml + piece->inside, piece->behind - piece->inside);
    struct xml_tag mapping, string, end;
    struct buf text = {0};
    bool ok = true;
    while (ok && xml_scan_next(&scanner, &mapping)) {
        buf_clear(&text);
        ok = mapping.opens && !mapping.closes && xml_tag_is(&mapping, "Mapping") && xml_scan_next(&scanner, &string) &&
             string.opens && !string.closes && xml_tag_is(&string, "konga.string") &&
             xml_tag_value(&scanner, &string, "name", &text) && strcmp(buf_text(&text), "expr") == 0;
        buf_clear(&text);
        ok = ok && xml_scan_next(&scanner, &end) && !end.opens &&
             xml_decode(scanner.text + string.end, end.start - string.end, &text) && xml_scan_next(&scanner, &end) &&
             !end.opens;
        if (ok)
            text.failed |= !strings_add(list, arena, buf_text(&text));
        ok = ok && !text.failed;
    }
    *failed = text.failed;
    buf_free(&text);
    return ok && scanner.depth == 0;
}

static void split_mappings(const char *xml, struct piece *piece)
{
    struct arena arena = {0};
    struct strings list = {0};
    if (read_mappings(xml, piece, &arena, &list, &piece->text.failed) && list.count > 0) {
        mapping_text_write(&list, &piece->text);
        piece->there = true;
    }
    strings_free(&list);
    arena_free(&arena);
}

static void split_text(const char *xml, struct piece *piece)
{
    if (piece->inside == piece->behind) {
        piece->there = piece->always;
    } else if (xml_decode(xml + piece->inside, piece->behind - piece->inside, &piece->text)) {
        piece->there = true;
        if (piece->other && strstr(buf_text(&piece->text), "<javascript>"))
            snprintf(piece->suffix, sizeof piece->suffix, "%s", piece->other);
    }
}

bool pieces_split(const char *xml, size_t n, struct pieces *pieces, struct buf *rest, struct jpk_error *err)
{
    size_t at = 0;
    buf_clear(rest);
    for (size_t i = 0; i < pieces->count; i++) {
        struct piece *piece = &pieces->list[i];
        if (piece->mappings)
            split_mappings(xml, piece);
        else
            split_text(xml, piece);
        if (piece->text.failed)
            return error_memory(err);
        if (!piece->there || piece->inside == piece->behind)
            continue;
        /* `<x>text</x>` becomes `<x/>`. */
        buf_put(rest, xml + at, piece->inside - 1 - at);
        buf_puts(rest, "/>");
        at = piece->end;
    }
    buf_put(rest, xml + at, n - at);
    return !rest->failed || error_memory(err);
}

/* ------------------------------------------------------------------------------------------------------- joining */

/* What XML 1.0 cannot hold, however it is written. */
static bool check_text(const struct buf *text, struct jpk_error *err)
{
    const char *s = buf_text(text);
    size_t bad = 0;
    if (!text_utf8(s, text->size, &bad)) {
        error_set(err, JPK_ERR_ENCODING, "is not UTF-8 here");
        error_text_offset(err, s, text->size, bad);
        return false;
    }
    for (size_t i = 0; i < text->size; i++) {
        unsigned char c = (unsigned char)s[i];
        bool noncharacter = c == 0xef && (unsigned char)s[i + 1] == 0xbf && (unsigned char)s[i + 2] >= 0xbe;
        if ((c >= ' ' || c == '\n' || c == '\t' || c == '\r') && !noncharacter)
            continue;
        error_set(err, JPK_ERR_FORMAT, "holds a character that a project cannot hold (byte 0x%02x)", c);
        error_text_offset(err, s, text->size, i);
        return false;
    }
    return true;
}

static void put_mapping(struct buf *out, const char *text, const char *eol)
{
    buf_printf(out, "    <Mapping>%s      <konga.string name=\"expr\">", eol);
    xml_escape(out, text, false, eol);
    buf_printf(out, "</konga.string>%s    </Mapping>%s", eol, eol);
}

static bool join_mappings(const struct piece *piece, const char *eol, struct buf *out, struct jpk_error *err)
{
    struct arena arena = {0};
    struct strings list = {0};
    bool ok = mapping_text_parse(buf_text(&piece->text), piece->text.size, &arena, &list, err);
    for (size_t i = 0; ok && i < list.count; i++) {
        if (i == 0)
            buf_puts(out, eol);
        put_mapping(out, list.items[i], eol);
    }
    if (ok && list.count > 0)
        buf_puts(out, "  ");
    strings_free(&list);
    arena_free(&arena);
    return ok;
}

static bool join_piece(const struct piece *piece, const char *eol, struct buf *inside, struct jpk_error *err)
{
    buf_clear(inside);
    if (piece->inside != piece->behind) {
        size_t n = piece->behind - piece->inside;
        error_set(err, JPK_ERR_FORMAT, "stands beside an .xml file that holds %zu bytes in its place already", n);
        return false;
    }
    if (!check_text(&piece->text, err))
        return false;
    if (piece->mappings)
        return join_mappings(piece, eol, inside, err);
    xml_escape(inside, buf_text(&piece->text), false, eol);
    return true;
}

bool pieces_join(const char *xml, size_t n, struct pieces *pieces, struct buf *out, const struct piece **wrong,
                 struct jpk_error *err)
{
    const char *eol = text_crlf(xml, n) ? "\r\n" : "\n";
    struct buf inside = {0};
    size_t at = 0;
    bool ok = true;
    buf_clear(out);
    for (size_t i = 0; ok && i < pieces->count; i++) {
        struct piece *piece = &pieces->list[i];
        if (!piece->there)
            continue;
        *wrong = piece;
        ok = join_piece(piece, eol, &inside, err);
        if (!ok || inside.size == 0)
            continue;
        /* `<x/>` becomes `<x>text</x>`; `<x></x>` gets its text. */
        size_t tag = piece->alone ? piece->end - 2 : piece->inside;
        size_t name = piece->start + 1 + strcspn(xml + piece->start + 1, " />\t\r\n");
        buf_put(out, xml + at, tag - at);
        if (piece->alone)
            buf_putc(out, '>');
        piece->joined = out->size;
        buf_put(out, inside.data, inside.size);
        piece->joined_end = out->size;
        if (piece->alone)
            buf_printf(out, "</%.*s>", (int)(name - piece->start - 1), xml + piece->start + 1);
        at = piece->alone ? piece->end : piece->inside;
        piece->resumed = at;
        piece->joined_resumed = out->size;
    }
    ok = ok && !inside.failed;
    buf_put(out, xml + at, n - at);
    buf_free(&inside);
    if (ok && !out->failed)
        return true;
    return error_memory(err); /* the first error wins */
}
