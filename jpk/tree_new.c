/* Files of a tree that no row of its index speaks of: moved items, new ones, and what has no place there. */
#include <string.h>

#include "base/text.h"
#include "base/uuid.h"
#include "jpk/tree_name.h"
#include "jpk/tree_opening.h"
#include "jpk/xml.h"

/* Unlike text_ends_with it takes letters as they are. */
static bool ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n > m && strcmp(s + n - m, suffix) == 0;
}

/* The length of a path without the ending of a text and its number; 0 when it has none. */
static size_t stem_length(const char *path)
{
    static const char *const endings[] = {".where.sql", ".sql", ".soql", ".map", ".jb", ".js"};
    size_t stem = 0;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && !stem; i++)
        if (ends_with(path, endings[i]))
            stem = strlen(path) - strlen(endings[i]);
    size_t digits = stem;
    while (digits > 0 && path[digits - 1] >= '0' && path[digits - 1] <= '9')
        digits--;
    bool numbered = digits > 1 && stem > digits && stem - digits < 4 && path[digits - 1] == '~';
    return numbered ? digits - 1 : stem;
}

static bool is_type_folder(const struct opening *o, const char *path)
{
    struct buf type = {0};
    size_t n = strcspn(path, "/");
    bool known = text_starts_with(path, TREE_UNLISTED) || map_get(&o->types, path, n) != MAP_NONE;
    if (!known && path[n] == '/') {
        outline_type(path, &type);
        known = jpk_type_by_name(buf_text(&type)) != NULL;
    }
    buf_free(&type);
    return known;
}

/* Something of the team's own beside the project: said once for each name at the root. */
static bool ignore(struct opening *o, const char *path)
{
    size_t n = strcspn(path, "/");
    uint32_t before = MAP_NONE;
    if (path[0] == '.' || text_starts_with(path, TREE_ORIGINAL) || text_starts_with(path, TREE_LOCAL) ||
        strcmp(path, TREE_INDEX) == 0)
        return true;
    if (!strings_add(&o->tree->foreign, &o->tree->arena, path) || !map_add(&o->ignored, path, n, 0, &before))
        return error_memory(o->err);
    if (before != MAP_NONE)
        return true;
    buf_clear(&o->path);
    buf_printf(&o->path, "%.*s%s is no part of the project and is left out", (int)n, path, path[n] ? "/" : "");
    return opening_note(o);
}

/* A row for something that the index does not have yet. */
static struct match *add_row(struct opening *o, enum tree_row_kind kind, const char *path, const char *id)
{
    size_t at = o->tree->index.count;
    struct match *match = opening_add_match(o, at);
    struct tree_row *row = match && path && id ? tree_index_add(&o->tree->index, kind) : NULL;
    if (!row || !strings_add(&o->tree->added, &o->tree->arena, path)) {
        error_memory(o->err);
        return NULL;
    }
    row->path = path;
    row->id = id;
    match->fresh = true;
    o->tree->changed = true;
    return opening_enter(o, at) ? &o->matches[at] : NULL;
}

/* An id by rule that nothing has yet. */
static const char *new_id(struct opening *o, const char *path)
{
    char id[UUID_SIZE];
    buf_clear(&o->path);
    buf_printf(&o->path, "tree/%s", path);
    do {
        uuid_of_name(o->tree->index.id, buf_text(&o->path), id);
        buf_putc(&o->path, '#');
    } while (!o->path.failed &&
             (opening_row_of(o, &o->found, id) != MAP_NONE || opening_row_of(o, &o->lost, id) != MAP_NONE));
    return opening_copy(o, id, strlen(id));
}

/* Files that saving will write. */
static const char *new_file(struct opening *o, const char *path, const char *ending, const struct buf *text)
{
    struct tree *tree = o->tree;
    buf_clear(&o->path);
    buf_printf(&o->path, "%s%s", path, ending);
    if (o->path.failed || text->failed || !strings_add(&tree->new_paths, &tree->arena, o->path.data) ||
        !strings_add(&tree->new_texts, &tree->arena, buf_text(text))) {
        error_memory(o->err);
        return NULL;
    }
    return tree->new_texts.items[tree->new_texts.count - 1];
}

/* A new entity as Design Studio writes it; `id_key` is the property that repeats its id. */
static void put_entity(struct buf *out, const char *type, const char *id, const char *name, const char *id_key,
                       bool condition)
{
    buf_puts(out, XML_DECLARATION "\n");
    buf_printf(out,
               "<Entity type=\"%s\">\n  <Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\" "
               "HasMoved=\"false\" ID=\"%s\" Name=\"",
               type, id);
    xml_escape(out, name, true, "\n");
    buf_printf(out,
               "\">\n    <konga.string name=\"Description\"/>\n  </Header>\n  <Properties>\n%s"
               "    <Item key=\"%s\" value=\"%s\"/>\n  </Properties>\n",
               condition ? "    <Item key=\"script_condition\" value=\"0\"/>\n" : "", id_key, id);
}

bool opening_name(struct opening *o, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    struct buf decoded = {0};
    size_t bad;
    tree_name_decode(last, strlen(last), &decoded);
    *name = decoded.failed ? NULL : opening_copy(o, buf_text(&decoded), decoded.size);
    bool text = text_utf8(buf_text(&decoded), decoded.size, &bad);
    for (size_t i = 0; text && i < decoded.size; i++)
        text = (unsigned char)decoded.data[i] >= ' ' || strchr("\t\n\r", decoded.data[i]);
    buf_free(&decoded);
    if (!*name)
        return error_memory(o->err);
    return text || opening_wrong(o, JPK_ERR_NAME, path, "has a name that stands for no text");
}

/* A script of which only the text is there. */
static bool new_script(struct opening *o, const char *path, size_t n)
{
    const char *stem = opening_copy(o, path, n), *name, *id;
    struct buf xml = {0};
    if (!stem)
        return error_memory(o->err);
    if (!opening_name(o, stem, &name) || !(id = new_id(o, stem)))
        return error_memory(o->err);
    put_entity(&xml, "Script", id, name, "script_id", true);
    buf_puts(&xml, "  <konga.string name=\"script\"/>\n</Entity>\n");
    const char *text = new_file(o, stem, ".xml", &xml);
    buf_free(&xml);
    struct match *match = text ? add_row(o, TREE_ROW_ITEM, stem, id) : NULL;
    if (!match)
        return false;
    struct tree_row none = {.path = stem};
    if (!opening_match_item(o, &none, match))
        return false;
    match->lost = false;
    match->text = text;
    return true;
}

/* `xml` with an id in its Header. */
static const char *with_id(struct opening *o, const char *path, const char *ending, const struct buf *xml,
                           const struct pieces *pieces, const char *id)
{
    struct buf out = {0};
    size_t name = strlen("<Header");
    size_t from = pieces->id_end ? pieces->id_start : pieces->header + name;
    size_t to = pieces->id_end ? pieces->id_end : from;
    buf_put(&out, buf_text(xml), from);
    buf_printf(&out, pieces->id_end ? "%s" : " ID=\"%s\"", id);
    buf_put(&out, buf_text(xml) + to, xml->size - to);
    const char *text = new_file(o, path, ending, &out);
    buf_free(&out);
    return text;
}

/* What may stand at a path: an entity of the type whose folder it is in, or a folder's own. */
static bool check_place(struct opening *o, const char *file, const char *stem, bool folder, const struct pieces *pieces)
{
    struct buf type = {0};
    if (!pieces->is_entity || !pieces->has_header)
        return opening_wrong(o, JPK_ERR_FORMAT, file, "is no entity: there must be an <Entity> with a <Header> in it");
    if (folder)
        buf_puts(&type, "Folder");
    else
        outline_type(tree_below_unlisted(stem), &type);
    bool fits = strcmp(buf_text(&type), pieces->type) == 0;
    if (!fits) {
        error_set(o->err, JPK_ERR_FORMAT, "is of type %s in the place of one of type %s", pieces->type,
                  buf_text(&type));
        error_entry(o->err, file);
    }
    buf_free(&type);
    return fits;
}

/* Whether two paths lie in one folder. */
static bool same_folder(const char *a, const char *b)
{
    const char *end = strrchr(a, '/'), *other = strrchr(b, '/');
    return end && other && end - a == other - b && strncmp(a, b, (size_t)(end - a)) == 0;
}

/* An .xml of an item, or a folder's own, that no row has: moved, or new. */
static bool new_entity(struct opening *o, size_t file, const char *stem, bool folder, const struct buf *xml,
                       const struct pieces *pieces)
{
    const char *path = opening_file_name(o, file);
    uint32_t lost = opening_row_of(o, &o->lost, pieces->id), found = opening_row_of(o, &o->found, pieces->id);
    if (found != MAP_NONE) {
        error_set(o->err, JPK_ERR_FORMAT, "has the ID of %s; a copy gets one of its own when it is given ID=\"\"",
                  o->tree->index.rows[found].path);
        error_entry(o->err, path);
        return false;
    }
    bool same_kind = lost != MAP_NONE && (o->tree->index.rows[lost].kind == TREE_ROW_FOLDER) == folder;
    if (same_kind && !o->matches[lost].moved) {
        struct tree_row *row = &o->tree->index.rows[lost];
        struct match *match = &o->matches[lost];
        if (!row->as && !check_place(o, path, stem, folder, pieces))
            return false;
        if (!folder && !map_set(&o->stems, row->path, strlen(row->path), MAP_NONE))
            return error_memory(o->err);
        if (!same_folder(row->path, stem))
            row->in = NULL; /* a person has put it elsewhere */
        row->path = stem;
        match->lost = false;
        match->moved = o->tree->changed = true;
        o->claimed[file] = true;
        match->file = file;
        char *key = arena_strdup_lower(&o->tree->arena, row->id);
        if (!key || !map_set(&o->found, key, strlen(key), lost) || !strings_add(&o->tree->moved, &o->tree->arena, stem))
            return error_memory(o->err);
        return folder || (opening_match_item(o, row, match) &&
                          (map_set(&o->stems, stem, strlen(stem), lost) || error_memory(o->err)));
    }
    if (!check_place(o, path, stem, folder, pieces))
        return false;
    bool own = *pieces->id != '\0';
    if (own && !text_guid(pieces->id, strlen(pieces->id))) {
        error_set(o->err, JPK_ERR_FORMAT, "has an ID that is no GUID: '%s'; with ID=\"\" it gets one", pieces->id);
        error_text_offset(o->err, buf_text(xml), xml->size, pieces->id_start);
        error_entry(o->err, path);
        return false;
    }
    const char *id = own ? opening_copy(o, pieces->id, strlen(pieces->id)) : new_id(o, stem);
    const char *text = own || !id ? NULL : with_id(o, stem, folder ? "/" TREE_FOLDER_FILE : ".xml", xml, pieces, id);
    struct match *match = id && (own || text) ? add_row(o, folder ? TREE_ROW_FOLDER : TREE_ROW_ITEM, stem, id) : NULL;
    if (!match)
        return error_memory(o->err);
    struct tree_row none = {.path = stem};
    if (!folder && !opening_match_item(o, &none, match))
        return false;
    match->file = file;
    match->text = text;
    o->claimed[file] = true;
    return true;
}

/* An .xml file in an item's or a folder's place. */
static bool place_xml(struct opening *o, size_t file)
{
    const char *path = opening_file_name(o, file);
    bool folder = ends_with(path, "/" TREE_FOLDER_FILE);
    const char *stem = opening_copy(o, path, strlen(path) - strlen(folder ? "/" TREE_FOLDER_FILE : ".xml"));
    struct buf xml = {0};
    struct pieces pieces = {0};
    bool ok = stem || error_memory(o->err);
    ok = ok && archive_read(o->tree->files, file, &xml, o->err) &&
         pieces_find(buf_text(&xml), xml.size, &pieces, o->err) && new_entity(o, file, stem, folder, &xml, &pieces);
    pieces_free(&pieces);
    buf_free(&xml);
    return ok;
}

/* A text of an item: of one that has none yet, or a new script. */
static bool place_text(struct opening *o, size_t file)
{
    const char *path = opening_file_name(o, file);
    size_t n = stem_length(path);
    uint32_t row = n ? map_get(&o->stems, path, n) : MAP_NONE;
    if (row != MAP_NONE && !o->tree->index.rows[row].absent) {
        struct match *match = &o->matches[row];
        if (match->part_count >= o->tree->index.rows[row].part_count + OPENING_MORE_TEXTS)
            return opening_wrong(o, JPK_ERR_FORMAT, path, "is one text too many for the item beside it");
        o->tree->changed = true;
        opening_claim(o, match, file, path + n);
        return true;
    }
    bool script =
        n && (strcmp(path + n, ".jb") == 0 || strcmp(path + n, ".js") == 0) && text_starts_with(path, "Script/");
    if (script) {
        if (!new_script(o, path, n))
            return false;
        row = map_get(&o->stems, path, n);
        opening_claim(o, &o->matches[row], file, path + n);
        return true;
    }
    return opening_wrong(o, JPK_ERR_FORMAT, path,
                         n ? "is a text without an item: there is no .xml file of that name beside it"
                           : "is no file of an item; only such may lie below the folder of a type");
}

/* A file below files/ or other/ that is new. */
static bool place_copy(struct opening *o, size_t file)
{
    struct match *match =
        add_row(o, TREE_ROW_FILE, opening_copy(o, opening_file_name(o, file), strlen(opening_file_name(o, file))), "");
    if (!match)
        return false;
    match->file = file;
    o->claimed[file] = true;
    return true;
}

enum step { STEP_FOLDERS, STEP_XML, STEP_TEXTS };

static bool place_file(struct opening *o, size_t file, enum step step)
{
    const char *path = opening_file_name(o, file);
    bool xml = ends_with(path, ".xml"), folder = ends_with(path, "/" TREE_FOLDER_FILE);
    if (!is_type_folder(o, path)) {
        if (step != STEP_TEXTS)
            return true;
        bool copy = text_starts_with(path, TREE_FILES) || text_starts_with(path, TREE_OTHER);
        return copy ? place_copy(o, file) : ignore(o, path);
    }
    /* Folders first, so that moved ones are there for what lies in them; texts last, when every item is known. */
    enum step its = folder ? STEP_FOLDERS : xml ? STEP_XML : STEP_TEXTS;
    return its != step || (its == STEP_TEXTS ? place_text(o, file) : place_xml(o, file));
}

bool opening_place_files(struct opening *o)
{
    bool ok = true;
    for (enum step step = STEP_FOLDERS; ok && step <= STEP_TEXTS; step++)
        for (size_t i = 0; ok && i < jpk_archive_count(o->tree->files); i++)
            ok = o->claimed[i] || place_file(o, i, step);
    return ok;
}

bool opening_none_lost(struct opening *o)
{
    for (size_t i = 0; i < o->tree->index.count; i++) {
        const struct tree_row *row = &o->tree->index.rows[i];
        if (!o->matches[i].lost)
            continue;
        opening_find(o, row->path, row->kind == TREE_ROW_FOLDER ? "/" TREE_FOLDER_FILE : ".xml");
        error_set(o->err, JPK_ERR_FORMAT,
                  "is missing, and no other file has its ID; when it is to go, remove its line (%u) from " TREE_INDEX
                  " too",
                  row->line);
        error_entry(o->err, buf_text(&o->path));
        return false;
    }
    return true;
}

/* A folder above something new that has no file of its own. */
static bool make_folder(struct opening *o, const char *path)
{
    const char *name, *id;
    struct buf xml = {0};
    if (!opening_name(o, path, &name) || !(id = new_id(o, path)))
        return error_memory(o->err);
    put_entity(&xml, "Folder", id, name, "folder_id", false);
    buf_puts(&xml, "</Entity>\n");
    const char *text = new_file(o, path, "/" TREE_FOLDER_FILE, &xml);
    buf_free(&xml);
    struct match *match = text ? add_row(o, TREE_ROW_FOLDER, path, id) : NULL;
    if (!match)
        return false;
    match->text = text;
    match->name = name;
    match->placed = true;
    return outline_add(&o->tree->outline, &o->tree->index, (uint32_t)o->tree->index.count - 1, name, true, o->err);
}

/*
 * Sees to the folders above something new or moved; `path` is its own. `waiting` has the folders with files that are
 * not in the outline yet.
 */
static bool make_folders(struct opening *o, const struct map *waiting, const char *path)
{
    for (size_t n = strcspn(path, "/"); path[n];) {
        n += 1 + strcspn(path + n + 1, "/");
        if (!path[n])
            break;
        if (outline_find(&o->tree->outline, path, n) != OUTLINE_NONE)
            continue;
        uint32_t row = map_get(waiting, path, n);
        if (row == MAP_NONE) {
            const char *folder = opening_copy(o, path, n);
            if (!folder || !make_folder(o, folder))
                return error_memory(o->err);
            continue;
        }
        o->matches[row].placed = true;
        if (!outline_add(&o->tree->outline, &o->tree->index, row, o->matches[row].name, true, o->err))
            return false;
    }
    return true;
}

static bool is_waiting(const struct opening *o, size_t row)
{
    const struct match *match = &o->matches[row];
    return (match->fresh || match->moved) && !match->placed && tree_row_is_listed(&o->tree->index.rows[row]);
}

bool opening_make_folders(struct opening *o)
{
    struct map waiting = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < o->tree->index.count; i++) {
        const struct tree_row *row = &o->tree->index.rows[i];
        if (is_waiting(o, i) && row->kind == TREE_ROW_FOLDER)
            ok = map_set(&waiting, row->path, strlen(row->path), (uint32_t)i) || error_memory(o->err);
    }
    for (size_t i = 0; ok && i < o->tree->index.count; i++) /* rows are added while this goes on */
        if (is_waiting(o, i))
            ok = make_folders(o, &waiting, o->tree->index.rows[i].path);
    map_free(&waiting);
    return ok;
}
