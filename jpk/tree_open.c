/* From the files of a tree and its index to the entries of a project: every file finds its row, every row its files. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/uuid.h"
#include "jpk/pieces.h"
#include "jpk/tree_name.h"
#include "jpk/tree_view.h"
#include "jpk/xml.h"

/* What is known of a row of the index beyond what it says. */
struct match {
    size_t file;          /* its .xml, the folder's own file, or the copy; SIZE_MAX for none */
    size_t *parts;        /* files */
    const char **endings; /* as they are in the tree: a script may have become JavaScript */
    size_t part_count;
    const char *text; /* of an .xml that is not there yet or gets its id */
    const char *name; /* for project.xml */
    bool lost, moved, fresh, placed;
};

struct opening {
    struct tree *tree;
    struct jpk_error *err;
    struct match *matches; /* by row */
    size_t match_capacity;
    bool *claimed;          /* by file */
    struct map lost, found; /* lower-case id -> row */
    struct map stems;       /* path of an item -> row */
    struct map types;       /* first parts of paths that are types of items */
    struct map ignored;     /* first parts of paths that are not ours */
    struct buf path;
};

static bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Unlike text_ends_with it takes letters as they are. */
static bool ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n > m && strcmp(s + n - m, suffix) == 0;
}

static struct match *add_match(struct opening *o, size_t row)
{
    struct match *matches = array_grow(o->matches, row, &o->match_capacity, sizeof *matches);
    if (!matches)
        return NULL;
    o->matches = matches;
    matches[row] = (struct match){.file = SIZE_MAX};
    return &matches[row];
}

static const char *file_name(const struct opening *o, size_t file)
{
    return jpk_archive_entry(o->tree->files, file)->name;
}

/* The file of a path and an ending; SIZE_MAX for none. */
static size_t find_file(struct opening *o, const char *path, const char *ending)
{
    buf_clear(&o->path);
    buf_printf(&o->path, "%s%s", path, ending);
    return o->path.failed ? SIZE_MAX : jpk_archive_find(o->tree->files, o->path.data);
}

static bool wrong_file(struct opening *o, enum jpk_code code, const char *path, const char *message)
{
    error_set(o->err, code, "%s", message);
    error_entry(o->err, path);
    return false;
}

/* Notes the sentence in o->path. */
static bool add_note(struct opening *o)
{
    bool ok = !o->path.failed && strings_add(&o->tree->notes, &o->tree->arena, o->path.data);
    return ok || error_memory(o->err);
}

/* The row of an id in one of the maps, or MAP_NONE. */
static uint32_t row_of(struct opening *o, const struct map *map, const char *id)
{
    char *key = *id ? arena_strdup_lower(&o->tree->arena, id) : NULL;
    return key ? map_get(map, key, strlen(key)) : MAP_NONE;
}

static bool is_listed(const struct tree_row *row)
{
    return row->kind == TREE_ROW_FOLDER || (row->kind == TREE_ROW_ITEM && !starts_with(row->path, TREE_UNLISTED));
}

/* -------------------------------------------------------------------------------------------- rows and their files */

static bool claim_part(struct opening *o, struct match *match, size_t file, const char *ending)
{
    match->parts[match->part_count] = file;
    match->endings[match->part_count++] = ending;
    o->claimed[file] = true;
    return true;
}

/* What a script's text may also be called. */
static const char *other_ending(const char *ending)
{
    return strcmp(ending, ".jb") == 0 ? ".js" : strcmp(ending, ".js") == 0 ? ".jb" : NULL;
}

static bool match_item(struct opening *o, const struct tree_row *row, struct match *match)
{
    enum { MORE = 4 }; /* room for texts that the row does not have yet */
    struct arena *arena = &o->tree->arena;
    match->file = find_file(o, row->path, ".xml");
    match->parts = arena_calloc(arena, row->part_count + MORE, sizeof *match->parts);
    match->endings = arena_calloc(arena, row->part_count + MORE, sizeof *match->endings);
    if (!match->parts || !match->endings)
        return error_memory(o->err);
    if (match->file == SIZE_MAX) {
        match->lost = true;
        return true;
    }
    o->claimed[match->file] = true;
    for (size_t i = 0; i < row->part_count; i++) {
        const char *ending = row->parts[i], *other = other_ending(ending);
        size_t file = find_file(o, row->path, ending);
        if (file == SIZE_MAX && other) {
            file = find_file(o, row->path, other);
            if (file != SIZE_MAX) {
                ending = other;
                o->tree->changed = true;
            }
        }
        if (file == SIZE_MAX) {
            find_file(o, row->path, row->parts[i]);
            return wrong_file(o, JPK_ERR_FORMAT, buf_text(&o->path),
                              "is missing: it holds a text of the entity; an empty file stands for an empty text");
        }
        claim_part(o, match, file, ending);
    }
    return true;
}

static bool match_row(struct opening *o, size_t at)
{
    const struct tree_row *row = &o->tree->index.rows[at];
    struct match *match = add_match(o, at);
    if (!match)
        return error_memory(o->err);
    switch (row->kind) {
    case TREE_ROW_FOLDER:
        match->file = row->absent ? SIZE_MAX : find_file(o, row->path, "/" TREE_FOLDER_FILE);
        match->lost = !row->absent && match->file == SIZE_MAX;
        break;
    case TREE_ROW_ITEM:
        if (!row->absent && !match_item(o, row, match))
            return false;
        break;
    case TREE_ROW_FILE:
        match->file = find_file(o, row->path, "");
        if (match->file == SIZE_MAX)
            return wrong_file(o, JPK_ERR_FORMAT, row->path,
                              "is missing; when it is to go, remove its line from " TREE_INDEX " too");
        break;
    default:
        match->file = find_file(o, row->path, "");
    }
    if (match->file != SIZE_MAX)
        o->claimed[match->file] = true;
    return true;
}

static bool enter(struct opening *o, size_t at)
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
        ok = match_row(o, i) && enter(o, i);
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
    return add_note(o);
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
        size_t file = find_file(o, row->path, "");
        if (part == SIZE_MAX && file == SIZE_MAX)
            return wrong_file(o, JPK_ERR_FORMAT, row->path, "is missing, and " TREE_LOCAL_INDEX " has it");
        if (part == SIZE_MAX)
            continue;
        if (file == SIZE_MAX && missing[part]++ == 0)
            first[part] = i;
        else if (file != SIZE_MAX)
            there[part]++;
    }
    for (size_t part = 0; part < PARTS; part++) {
        if (missing[part] && there[part])
            return wrong_file(o, JPK_ERR_FORMAT, local->rows[first[part]].path,
                              "is missing, although others beside it are there; a part of " TREE_LOCAL
                              " may be left out as a whole only");
        if (missing[part] && !note_local(o, part))
            return false;
    }
    if (find_file(o, TREE_LOCAL_INDEX, "") != SIZE_MAX)
        return true;
    /* All of it was left out: the tree's own index still says what there was. */
    for (size_t part = 0; part < PARTS; part++) {
        const char *had = strstr(o->tree->index.local, local_parts[part].name);
        if (had && !note_local(o, part))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------- files without a row */

static const char *copy_text(struct opening *o, const char *s, size_t n)
{
    return arena_strndup(&o->tree->arena, s, n);
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
    bool known = starts_with(path, TREE_UNLISTED) || map_get(&o->types, path, n) != MAP_NONE;
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
    if (path[0] == '.' || starts_with(path, TREE_ORIGINAL) || starts_with(path, TREE_LOCAL) ||
        strcmp(path, TREE_INDEX) == 0)
        return true;
    if (!map_add(&o->ignored, path, n, 0, &before))
        return error_memory(o->err);
    if (before != MAP_NONE)
        return true;
    buf_clear(&o->path);
    buf_printf(&o->path, "%.*s%s is no part of the project and is left out", (int)n, path, path[n] ? "/" : "");
    return add_note(o);
}

/* A row for something that the index does not have yet. */
static struct match *add_row(struct opening *o, enum tree_row_kind kind, const char *path, const char *id)
{
    size_t at = o->tree->index.count;
    struct match *match = add_match(o, at);
    struct tree_row *row = match && path && id ? tree_index_add(&o->tree->index, kind) : NULL;
    if (!row || !strings_add(&o->tree->added, &o->tree->arena, path)) {
        error_memory(o->err);
        return NULL;
    }
    row->path = path;
    row->id = id;
    match->fresh = true;
    o->tree->changed = true;
    return enter(o, at) ? &o->matches[at] : NULL;
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
    } while (!o->path.failed && (row_of(o, &o->found, id) != MAP_NONE || row_of(o, &o->lost, id) != MAP_NONE));
    return copy_text(o, id, strlen(id));
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
    buf_printf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<Entity type=\"%s\">\n"
        "  <Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\" HasMoved=\"false\" ID=\"%s\" Name=\"",
        type, id);
    xml_escape(out, name, true, "\n");
    buf_printf(out,
               "\">\n    <konga.string name=\"Description\"/>\n  </Header>\n  <Properties>\n%s"
               "    <Item key=\"%s\" value=\"%s\"/>\n  </Properties>\n",
               condition ? "    <Item key=\"script_condition\" value=\"0\"/>\n" : "", id_key, id);
}

/* The name that the last part of a path stands for; it must be one that a project can hold. */
static bool name_of_path(struct opening *o, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    struct buf decoded = {0};
    size_t bad;
    tree_name_decode(last, strlen(last), &decoded);
    *name = decoded.failed ? NULL : copy_text(o, buf_text(&decoded), decoded.size);
    bool text = text_utf8(buf_text(&decoded), decoded.size, &bad);
    for (size_t i = 0; text && i < decoded.size; i++)
        text = (unsigned char)decoded.data[i] >= ' ' || strchr("\t\n\r", decoded.data[i]);
    buf_free(&decoded);
    if (!*name)
        return error_memory(o->err);
    return text || wrong_file(o, JPK_ERR_NAME, path, "has a name that stands for no text");
}

/* A script of which only the text is there. */
static bool new_script(struct opening *o, const char *path, size_t n)
{
    const char *stem = copy_text(o, path, n), *name, *id;
    struct buf xml = {0};
    if (!stem)
        return error_memory(o->err);
    if (!name_of_path(o, stem, &name) || !(id = new_id(o, stem)))
        return error_memory(o->err);
    put_entity(&xml, "Script", id, name, "script_id", true);
    buf_puts(&xml, "  <konga.string name=\"script\"/>\n</Entity>\n");
    const char *text = new_file(o, stem, ".xml", &xml);
    buf_free(&xml);
    struct match *match = text ? add_row(o, TREE_ROW_ITEM, stem, id) : NULL;
    if (!match)
        return false;
    struct tree_row none = {.path = stem};
    if (!match_item(o, &none, match))
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
        return wrong_file(o, JPK_ERR_FORMAT, file, "is no entity: there must be an <Entity> with a <Header> in it");
    if (folder)
        buf_puts(&type, "Folder");
    else
        outline_type(tree_below_unlisted(stem), &type);
    bool fits = strcmp(buf_text(&type), pieces->type) == 0;
    if (!fits)
        error_set(o->err, JPK_ERR_FORMAT, "is of type %s in the place of one of type %s", pieces->type,
                  buf_text(&type));
    buf_free(&type);
    return fits || wrong_file(o, JPK_ERR_FORMAT, file, "");
}

/* An .xml of an item, or a folder's own, that no row has: moved, or new. */
static bool new_entity(struct opening *o, size_t file, const char *stem, bool folder, const struct buf *xml,
                       const struct pieces *pieces)
{
    const char *path = file_name(o, file);
    uint32_t lost = row_of(o, &o->lost, pieces->id), found = row_of(o, &o->found, pieces->id);
    if (found != MAP_NONE) {
        error_set(o->err, JPK_ERR_FORMAT, "has the ID of %s; a copy gets one of its own when it is given ID=\"\"",
                  o->tree->index.rows[found].path);
        return wrong_file(o, JPK_ERR_FORMAT, path, "");
    }
    bool same_kind = lost != MAP_NONE && (o->tree->index.rows[lost].kind == TREE_ROW_FOLDER) == folder;
    if (same_kind && !o->matches[lost].moved) {
        struct tree_row *row = &o->tree->index.rows[lost];
        struct match *match = &o->matches[lost];
        if (!row->as && !check_place(o, path, stem, folder, pieces))
            return false;
        if (!folder && !map_set(&o->stems, row->path, strlen(row->path), MAP_NONE))
            return error_memory(o->err);
        row->path = stem;
        match->lost = false;
        match->moved = o->tree->changed = true;
        o->claimed[file] = true;
        match->file = file;
        char *key = arena_strdup_lower(&o->tree->arena, row->id);
        if (!key || !map_set(&o->found, key, strlen(key), lost) || !strings_add(&o->tree->moved, &o->tree->arena, stem))
            return error_memory(o->err);
        return folder ||
               (match_item(o, row, match) && (map_set(&o->stems, stem, strlen(stem), lost) || error_memory(o->err)));
    }
    if (!check_place(o, path, stem, folder, pieces))
        return false;
    bool own = *pieces->id != '\0';
    if (own && !text_guid(pieces->id, strlen(pieces->id))) {
        error_set(o->err, JPK_ERR_FORMAT, "has an ID that is no GUID: '%s'; with ID=\"\" it gets one", pieces->id);
        error_text_offset(o->err, buf_text(xml), xml->size, pieces->id_start);
        return wrong_file(o, JPK_ERR_FORMAT, path, "");
    }
    const char *id = own ? copy_text(o, pieces->id, strlen(pieces->id)) : new_id(o, stem);
    const char *text = own || !id ? NULL : with_id(o, stem, folder ? "/" TREE_FOLDER_FILE : ".xml", xml, pieces, id);
    struct match *match = id && (own || text) ? add_row(o, folder ? TREE_ROW_FOLDER : TREE_ROW_ITEM, stem, id) : NULL;
    if (!match)
        return error_memory(o->err);
    struct tree_row none = {.path = stem};
    if (!folder && !match_item(o, &none, match))
        return false;
    match->file = file;
    match->text = text;
    o->claimed[file] = true;
    return true;
}

/* An .xml file in an item's or a folder's place. */
static bool place_xml(struct opening *o, size_t file)
{
    const char *path = file_name(o, file);
    bool folder = ends_with(path, "/" TREE_FOLDER_FILE);
    const char *stem = copy_text(o, path, strlen(path) - strlen(folder ? "/" TREE_FOLDER_FILE : ".xml"));
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
    enum { MORE = 4 };
    const char *path = file_name(o, file);
    size_t n = stem_length(path);
    uint32_t row = n ? map_get(&o->stems, path, n) : MAP_NONE;
    if (row != MAP_NONE && !o->tree->index.rows[row].absent) {
        struct match *match = &o->matches[row];
        if (match->part_count >= o->tree->index.rows[row].part_count + MORE)
            return wrong_file(o, JPK_ERR_FORMAT, path, "is one text too many for the item beside it");
        o->tree->changed = true;
        return claim_part(o, match, file, path + n);
    }
    bool script = n && (strcmp(path + n, ".jb") == 0 || strcmp(path + n, ".js") == 0) && starts_with(path, "Script/");
    if (script) {
        if (!new_script(o, path, n))
            return false;
        row = map_get(&o->stems, path, n);
        return claim_part(o, &o->matches[row], file, path + n);
    }
    return wrong_file(o, JPK_ERR_FORMAT, path,
                      n ? "is a text without an item: there is no .xml file of that name beside it"
                        : "is no file of an item; only such may lie below the folder of a type");
}

/* A file below files/ or other/ that is new. */
static bool place_copy(struct opening *o, size_t file)
{
    struct match *match = add_row(o, TREE_ROW_FILE, copy_text(o, file_name(o, file), strlen(file_name(o, file))), "");
    if (!match)
        return false;
    match->file = file;
    o->claimed[file] = true;
    return true;
}

enum step { STEP_FOLDERS, STEP_XML, STEP_TEXTS };

static bool place_file(struct opening *o, size_t file, enum step step)
{
    const char *path = file_name(o, file);
    bool xml = ends_with(path, ".xml"), folder = ends_with(path, "/" TREE_FOLDER_FILE);
    if (!is_type_folder(o, path)) {
        if (step != STEP_TEXTS)
            return true;
        bool copy = starts_with(path, TREE_FILES) || starts_with(path, TREE_OTHER);
        return copy ? place_copy(o, file) : ignore(o, path);
    }
    /* Folders first, so that moved ones are there for what lies in them; texts last, when every item is known. */
    enum step its = folder ? STEP_FOLDERS : xml ? STEP_XML : STEP_TEXTS;
    return its != step || (its == STEP_TEXTS ? place_text(o, file) : place_xml(o, file));
}

static bool place_files(struct opening *o)
{
    bool ok = true;
    for (enum step step = STEP_FOLDERS; ok && step <= STEP_TEXTS; step++)
        for (size_t i = 0; ok && i < jpk_archive_count(o->tree->files); i++)
            ok = o->claimed[i] || place_file(o, i, step);
    return ok;
}

static bool none_lost(struct opening *o)
{
    for (size_t i = 0; i < o->tree->index.count; i++) {
        const struct tree_row *row = &o->tree->index.rows[i];
        if (!o->matches[i].lost)
            continue;
        find_file(o, row->path, row->kind == TREE_ROW_FOLDER ? "/" TREE_FOLDER_FILE : ".xml");
        error_set(o->err, JPK_ERR_FORMAT,
                  "is missing, and no other file has its ID; when it is to go, remove its line (%u) from " TREE_INDEX
                  " too",
                  row->line);
        return wrong_file(o, JPK_ERR_FORMAT, buf_text(&o->path), "");
    }
    return true;
}

/* A folder above something new that has no file of its own. */
static bool make_folder(struct opening *o, const char *path)
{
    const char *name, *id;
    struct buf xml = {0};
    if (!name_of_path(o, path, &name) || !(id = new_id(o, path)))
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
            const char *folder = copy_text(o, path, n);
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

/* --------------------------------------------------------------------------------------------------- the outline */

/* Adds the rows that fit by now; *left counts the others. */
static bool add_fitting(struct opening *o, bool moved, bool fresh, size_t *left)
{
    struct tree *tree = o->tree;
    *left = 0;
    for (size_t i = 0; i < tree->index.count; i++) {
        const struct tree_row *row = &tree->index.rows[i];
        struct match *match = &o->matches[i];
        if (match->placed || !is_listed(row) || match->moved > moved || match->fresh > fresh)
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
        if (o->matches[i].placed || !is_listed(row))
            continue;
        error_set(o->err, JPK_ERR_FORMAT, "'%s' lies in a folder that has no line", row->path);
        error_entry(o->err, TREE_INDEX);
        error_position(o->err, row->line, 1);
        return false;
    }
    return true;
}

static bool is_waiting(const struct opening *o, size_t row)
{
    const struct match *match = &o->matches[row];
    return (match->fresh || match->moved) && !match->placed && is_listed(&o->tree->index.rows[row]);
}

/* Makes the folders that new and moved things lie in. */
static bool make_all_folders(struct opening *o)
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
    return add_fitting(o, false, false, &left) && add_all_fitting(o, true, false) && make_all_folders(o) &&
           add_all_fitting(o, true, true) && not_placed(o);
}

/* -------------------------------------------------------------------------------------------------------- sources */

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
    return o->path.failed ? NULL : copy_text(o, o->path.data, o->path.size);
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
    buf_clear(&o->path);
    tree_original_file(id, &o->path);
    return o->path.failed ? SIZE_MAX : jpk_archive_find(o->tree->files, o->path.data);
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
            return wrong_file(o, JPK_ERR_FORMAT, buf_text(&o->path),
                              "is missing: it holds the bytes of an entity as they were");
    }
    return add_source(o, &source, entity_entry(o, row));
}

static bool add_row_source(struct opening *o, const struct tree_row *row, const struct match *match)
{
    if (row->kind == TREE_ROW_FILE) {
        const char *usual = row->path + (starts_with(row->path, TREE_OTHER) ? strlen(TREE_OTHER) : 0);
        struct tree_source source = {
            .file = match->file, .path = row->path, .original = SIZE_MAX, .markers = row->markers};
        return add_source(o, &source, entry_of(o, row, usual));
    }
    if (row->kind == TREE_ROW_STALE || (match->file == SIZE_MAX && !match->text))
        return true;
    return add_entity(o, row, match);
}

static bool add_local_sources(struct opening *o)
{
    bool ok = true;
    for (size_t i = 0; ok && i < o->tree->local.count; i++) {
        const struct tree_row *row = &o->tree->local.rows[i];
        size_t file = find_file(o, row->path, ""), at = o->tree->source_count;
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
    const char *lf = memchr(text, '\n', piece->text.size);
    bool mark = piece->text.size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0, cr = lf && lf > text && lf[-1] == '\r';
    if (!mark && !cr)
        return true;
    buf_clear(&o->path);
    buf_printf(&o->path, "%s%s %s, which Design Studio does not write; it becomes part of the text", row->path,
               piece->suffix, mark ? "begins with a byte order mark" : "has lines that end in CR LF");
    return add_note(o);
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
    }
    if (!ok)
        error_entry(o->err, buf_text(&o->path));
    ok = ok && note_texts(o, row, &pieces);
    match->name = row->name ? row->name : ok ? copy_text(o, pieces.name, strlen(pieces.name)) : "";
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
    return row->name || !is_listed(row) || name_of_path(o, row->path, &match->name);
}

/* From a row on: new folders come to light when the outline is built. */
static bool read_rows(struct opening *o, size_t from)
{
    struct buf bytes = {0};
    bool ok = true;
    for (size_t i = from; ok && i < o->tree->index.count; i++)
        ok = read_row(o, i, &bytes);
    buf_free(&bytes);
    return ok;
}

static bool add_outline(struct opening *o)
{
    struct tree *tree = o->tree;
    struct buf xml = {0};
    outline_write(&tree->outline, &tree->index, &xml);
    struct tree_source source = {.file = SIZE_MAX,
                                 .text = xml.failed ? NULL : copy_text(o, buf_text(&xml), xml.size),
                                 .text_size = xml.size,
                                 .path = "project.xml",
                                 .original = SIZE_MAX,
                                 .hash = tree->index.original};
    buf_free(&xml);
    if (!source.text)
        return error_memory(o->err);
    if (source.hash) {
        source.original = original_of(o, "project");
        if (source.original == SIZE_MAX)
            return wrong_file(o, JPK_ERR_FORMAT, buf_text(&o->path), "is missing: it holds project.xml as it was");
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
    return add_note(o);
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
        ok = add_note(o);
    }
    buf_free(&encoded);
    return ok;
}

static bool read_index(struct opening *o, const char *file, struct tree_index *index, bool header)
{
    struct buf text = {0};
    size_t at = jpk_archive_find(o->tree->files, file);
    if (at == SIZE_MAX)
        return true;
    bool ok = archive_read(o->tree->files, at, &text, o->err) &&
              tree_index_parse(index, buf_text(&text), text.size, header, o->err);
    if (!ok)
        error_entry(o->err, file);
    o->claimed[at] = true;
    buf_free(&text);
    return ok;
}

bool tree_match(struct tree *tree, struct jpk_error *err)
{
    struct opening o = {.tree = tree, .err = err};
    o.claimed = calloc(jpk_archive_count(tree->files) + 1, sizeof *o.claimed);
    bool ok = o.claimed || error_memory(err);
    ok = ok && read_index(&o, TREE_INDEX, &tree->index, true) &&
         read_index(&o, TREE_LOCAL_INDEX, &tree->local, false) && match_rows(&o) && match_local(&o) &&
         place_files(&o) && none_lost(&o) && read_rows(&o, 0) && add_local_sources(&o);
    size_t rows = tree->index.count;
    ok = ok && build_outline(&o) && read_rows(&o, rows) && add_outline(&o) && note_names(&o) && note_stale(&o);
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
