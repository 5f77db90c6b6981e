/* From a project to a tree; include/jpk/tree.h says what that is. */
#include "jpk/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "jpk/check.h"
#include "jpk/layout.h"
#include "jpk/model.h"
#include "jpk/pieces.h"
#include "jpk/tree_index.h"
#include "jpk/tree_name.h"
#include "jpk/tree_outline.h"
#include "jpk/unpack_names.h"
#include "jpk/unpack_write.h"

struct unpacker {
    const struct jpk_project *project;
    const struct jpk_unpack_options *options;
    const char *folder;
    struct jpk_archive *old_archive; /* what is in the folder */
    struct tree_index old;
    bool has_old;

    struct tree_index index;
    const struct jpk_entity **entities; /* by row; NULL for files and for items without one */
    size_t entity_capacity;
    const char **names; /* by row: what project.xml gives */
    size_t name_capacity;
    struct map by_entry;  /* entry name -> index of the entity whose file it is */
    struct map by_listed; /* lower-case ids that have a row */
    struct map types;     /* entity type -> index in type_paths */
    struct strings type_paths;
    struct unpack_names paths;
    struct tree_writer writer;
    struct outline outline;
    struct buf bytes, rest, again;
    struct buf local; /* the index of local/ */
    struct buf local_parts;
    struct strings stale, notes;
    size_t outside; /* files beside the project that are none of its */
    struct jpk_error *err;
};

static const struct jpk_unpack_options no_options;

/* ---------------------------------------------------------------------------------------------------- the outline */

static struct tree_row *add_row(struct unpacker *u, enum tree_row_kind kind, const char *path)
{
    size_t row = u->index.count;
    const struct jpk_entity **entities =
        array_grow(u->entities, row, &u->entity_capacity, sizeof(const struct jpk_entity *));
    const char **names = entities ? array_grow(u->names, row, &u->name_capacity, sizeof(const char *)) : NULL;
    if (entities)
        u->entities = entities;
    if (names)
        u->names = names;
    struct tree_row *r = names && path ? tree_index_add(&u->index, kind) : NULL;
    if (!r) {
        error_memory(u->err);
        return NULL;
    }
    entities[row] = NULL;
    names[row] = NULL;
    r->path = path;
    return r;
}

/* The entity with a file of its own that is listed under an id. */
static const struct jpk_entity *entity_with_file(const struct unpacker *u, const char *id)
{
    const struct jpk_entity *entity = *id ? jpk_project_entity(u->project, id) : NULL;
    return entity && !entity->unread ? entity : NULL;
}

static bool first_listing(struct unpacker *u, const char *id, bool *first)
{
    char *key = arena_strdup_lower(&u->index.arena, id);
    uint32_t before = MAP_NONE;
    if (!key || !map_add(&u->by_listed, key, strlen(key), 0, &before))
        return error_memory(u->err);
    *first = before == MAP_NONE;
    return true;
}

static bool list_folder(struct unpacker *u, const char *type, const char *above, const char *id, const char *name,
                        const char **path)
{
    const char *in = NULL;
    if (unpack_names_too_deep(above)) {
        /* What lies below would not fit a file system: it goes to a folder beside the type's own ones. */
        struct buf shallow = {0};
        in = above;
        buf_printf(&shallow, "%s/~", type);
        above = arena_strdup(&u->index.arena, buf_text(&shallow));
        buf_free(&shallow);
    }
    *path = above ? unpack_names_path(&u->paths, above, name, id, true) : NULL;
    struct tree_row *row = add_row(u, TREE_ROW_FOLDER, *path);
    if (!row)
        return false;
    const struct jpk_entity *entity = entity_with_file(u, id);
    bool own = entity && entity->type == JPK_TYPE_FOLDER, first = true;
    if (own && !first_listing(u, id, &first))
        return false;
    size_t at = u->index.count - 1;
    row->id = id;
    row->in = in;
    u->names[at] = name;
    u->entities[at] = own && first ? entity : NULL;
    row->absent = !u->entities[at];
    if (u->entities[at] ? strcmp(entity->name, name) != 0 : true)
        row->name = name;
    return true;
}

static bool list_item(struct unpacker *u, const char *above, const char *id, const char *name)
{
    bool first = false;
    if (*id && !first_listing(u, id, &first))
        return false;
    if (!first)
        return true;
    struct tree_row *row = add_row(u, TREE_ROW_ITEM, unpack_names_path(&u->paths, above, name, id, false));
    if (!row)
        return false;
    size_t at = u->index.count - 1;
    const struct jpk_entity *entity = entity_with_file(u, id);
    row->id = id;
    u->names[at] = name;
    u->entities[at] = entity;
    row->absent = !entity;
    if (!entity || strcmp(entity->name, name) != 0)
        row->name = name;
    return true;
}

/* Copies an attribute: the tree of project.xml does not live as long as the rows. */
static const char *attribute(struct unpacker *u, const struct xml_node *node, const char *name)
{
    const char *value = xml_attribute(node, name);
    return arena_strdup(&u->index.arena, value ? value : "");
}

/* Depth is bounded by the XML reader's. */
static bool list_children(struct unpacker *u, const struct xml_node *parent, const char *type, const char *above)
{
    for (const struct xml_node *node = parent->child; node; node = node->next) {
        const char *id = attribute(u, node, "entityId"), *name = attribute(u, node, "name"), *path = NULL;
        if (!id || !name)
            return error_memory(u->err);
        if (strcmp(node->name, "Entity") == 0) {
            if (!list_item(u, above, id, name))
                return false;
        } else if (strcmp(node->name, "Folder") == 0) {
            if (!list_folder(u, type, above, id, name, &path) || !list_children(u, node, type, path))
                return false;
        }
    }
    return true;
}

/* The folder of a type; one that stands in the file twice has one folder. */
static const char *type_path(struct unpacker *u, const char *name)
{
    uint32_t known = map_get(&u->types, name, strlen(name));
    if (known != MAP_NONE)
        return u->type_paths.items[known];
    const char *path = unpack_names_path(&u->paths, "", name, "", true);
    bool ok = path && map_set(&u->types, name, strlen(name), (uint32_t)u->type_paths.count) &&
              strings_add(&u->type_paths, &u->index.arena, path);
    return ok ? u->type_paths.items[u->type_paths.count - 1] : NULL;
}

static bool list_types(struct unpacker *u, const struct xml_node *root)
{
    for (const struct xml_node *node = xml_child(root, "EntityType"); node; node = xml_next(node, "EntityType")) {
        const char *name = attribute(u, node, "name");
        const char *path = name ? type_path(u, name) : NULL;
        if (!path)
            return error_memory(u->err);
        if (!list_children(u, node, path, path))
            return false;
    }
    return true;
}

/* Makes the rows of project.xml, in its order. */
static bool read_outline(struct unpacker *u)
{
    size_t entry = project_entry(u->project, "project.xml");
    struct arena arena = {0};
    struct intern intern = {.arena = &arena};
    struct xml_document document;
    struct xml_reader *reader = xml_reader_new(&arena, &intern, &u->project->archive->limits);
    bool ok = reader != NULL || error_memory(u->err);
    ok = ok && archive_read(u->project->archive, entry, &u->bytes, u->err) &&
         xml_read(reader, buf_text(&u->bytes), u->bytes.size, &document, u->err) && list_types(u, document.root);
    u->index.crlf = ok && text_crlf(buf_text(&u->bytes), u->bytes.size);
    xml_reader_free(reader);
    intern_free(&intern);
    arena_free(&arena);
    return ok;
}

static bool read_unlisted(struct unpacker *u)
{
    struct buf above = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < u->project->entity_count; i++) {
        const struct jpk_entity *entity = u->project->entities[i];
        bool first = false;
        if (entity->unread)
            continue;
        ok = first_listing(u, entity->id, &first);
        if (!ok || !first)
            continue;
        buf_clear(&above);
        buf_puts(&above, TREE_UNLISTED);
        tree_name_encode(entity->type_name, true, &above);
        if (above.failed) {
            ok = error_memory(u->err);
            break;
        }
        struct tree_row *row =
            add_row(u, TREE_ROW_ITEM, unpack_names_unlisted(&u->paths, buf_text(&above), entity->name, entity->id));
        ok = row != NULL;
        if (ok) {
            row->id = entity->id;
            u->entities[u->index.count - 1] = entity;
        }
    }
    buf_free(&above);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- entities */

static bool put_file(struct unpacker *u, const char *stem, const char *ending, const struct buf *bytes)
{
    struct buf path = {0};
    buf_printf(&path, "%s%s", stem, ending);
    bool ok = path.failed ? error_memory(u->err)
                          : tree_writer_put(&u->writer, path.data, buf_text(bytes), bytes->size, u->err);
    buf_free(&path);
    return ok;
}

static bool note(struct unpacker *u, const char *path, const char *sentence)
{
    struct buf text = {0};
    buf_printf(&text, "%s: %s", path, sentence);
    bool ok = !text.failed && strings_add(&u->notes, &u->writer.arena, text.data);
    buf_free(&text);
    return ok || error_memory(u->err);
}

/* Keeps the bytes of an entry that packing would make otherwise, under the hash of what it would make. */
static bool keep_original(struct unpacker *u, const char *file, const struct buf *made, const struct buf *original,
                          const char **hash)
{
    char hex[65];
    sha256_hex(buf_text(made), made->size, hex);
    *hash = arena_strdup(&u->index.arena, hex);
    return *hash ? put_file(u, file, "", original) : error_memory(u->err);
}

static void put_original_file(const char *id, struct buf *path)
{
    char made[UUID_SIZE];
    buf_printf(path, TREE_ORIGINAL "%s.xml", tree_original_stem(id, made));
}

static bool keep_entity(struct unpacker *u, struct tree_row *row)
{
    struct buf path = {0};
    put_original_file(row->id, &path);
    bool ok = path.failed ? error_memory(u->err) : keep_original(u, path.data, &u->again, &u->bytes, &row->original);
    buf_free(&path);
    return ok;
}

static bool set_entry(struct unpacker *u, struct tree_row *row, const struct jpk_entity *entity)
{
    struct buf usual = {0};
    const char *entry = entity->file + strlen(u->project->base);
    tree_usual_entry(row, &usual);
    bool ok = !usual.failed;
    if (ok && strcmp(usual.data, entry) != 0)
        ok = (row->as = arena_strdup(&u->index.arena, entry)) != NULL;
    buf_free(&usual);
    return ok || error_memory(u->err);
}

/* Lines that look like the marks of a merge conflict, and are none; of a merge they are. */
static bool has_markers(const struct unpacker *u, const struct buf *text)
{
    return !u->options->conflicts && tree_has_markers(buf_text(text), text->size);
}

static bool put_texts(struct unpacker *u, struct tree_row *row, const struct pieces *pieces)
{
    const char **parts = arena_calloc(&u->index.arena, pieces->count, sizeof *parts);
    bool ok = parts != NULL || error_memory(u->err);
    for (size_t i = 0; ok && i < pieces->count; i++) {
        const struct piece *piece = &pieces->list[i];
        if (!piece->there)
            continue;
        parts[row->part_count] = arena_strdup(&u->index.arena, piece->suffix);
        ok = parts[row->part_count++] ? put_file(u, row->path, piece->suffix, &piece->text) : error_memory(u->err);
        row->markers = row->markers || has_markers(u, &piece->text);
    }
    row->parts = parts;
    return ok;
}

/* What packing would make of the parts, into u->again; false too when it could not, and, with an error, without memory.
 */
static bool made_again(struct unpacker *u, const struct pieces *split)
{
    struct pieces again;
    const struct piece *wrong;
    struct jpk_error err = {0};
    bool ok = pieces_find(buf_text(&u->rest), u->rest.size, &again, &err) && again.count == split->count;
    for (size_t i = 0; ok && i < split->count; i++) {
        again.list[i].text = split->list[i].text; /* lent */
        again.list[i].there = split->list[i].there;
    }
    ok = ok && pieces_join(buf_text(&u->rest), u->rest.size, &again, &u->again, &wrong, &err);
    if (err.code == JPK_ERR_MEMORY)
        error_memory(u->err);
    for (size_t i = 0; i < again.count; i++)
        again.list[i].text = (struct buf){0};
    pieces_free(&again);
    return ok;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
    return a->size == b->size && memcmp(buf_text(a), buf_text(b), a->size) == 0;
}

/* An item's own files, when its texts can be taken out of it. */
static bool put_pieces(struct unpacker *u, struct tree_row *row, struct pieces *pieces)
{
    if (!pieces_split(buf_text(&u->bytes), u->bytes.size, pieces, &u->rest, u->err))
        return false;
    bool again = made_again(u, pieces);
    if (u->err->code == JPK_ERR_MEMORY)
        return false;
    if (!again) {
        for (size_t i = 0; i < pieces->count; i++)
            pieces->list[i].there = false;
        buf_clear(&u->rest);
        buf_put(&u->rest, u->bytes.data, u->bytes.size);
        if (!note(u, row->path, "its texts stay in the .xml file, for they cannot be written by themselves"))
            return false;
    } else if (!same_bytes(&u->again, &u->bytes) &&
               (!keep_entity(u, row) ||
                !note(u, row->path, "its text is written in a way of its own; its bytes are kept in " TREE_ORIGINAL))) {
        return false;
    }
    row->markers = has_markers(u, &u->rest);
    return put_texts(u, row, pieces) && put_file(u, row->path, ".xml", &u->rest);
}

static bool put_entity(struct unpacker *u, size_t at)
{
    const struct jpk_entity *entity = u->entities[at];
    struct tree_row *row = &u->index.rows[at];
    struct pieces pieces = {0};
    size_t entry = jpk_archive_find(u->project->archive, entity->file);
    bool ok = set_entry(u, row, entity) && archive_read(u->project->archive, entry, &u->bytes, u->err);
    if (ok && row->kind == TREE_ROW_FOLDER)
        return put_file(u, row->path, "/" TREE_FOLDER_FILE, &u->bytes);
    ok = ok && pieces_find(buf_text(&u->bytes), u->bytes.size, &pieces, u->err) && put_pieces(u, row, &pieces);
    pieces_free(&pieces);
    return ok;
}

static bool put_entities(struct unpacker *u)
{
    bool ok = true;
    for (size_t i = 0; ok && i < u->index.count; i++)
        if (u->entities[i])
            ok = put_entity(u, i);
    return ok;
}

/* ------------------------------------------------------------------------------------------------- other entries */

/* Where the entry of a role goes; NULL for what is no file of its own. */
static const char *place_of(enum entry_role role, const char *name)
{
    switch (role) {
    case ENTRY_CACHE:
    case ENTRY_SETTINGS:
    case ENTRY_TEST_FILE:
        return "local";
    case ENTRY_STATE:
        return strcmp(name, "ui.xml") == 0 ? "local" : "";
    case ENTRY_PROPERTIES:
    case ENTRY_METADATA:
    case ENTRY_FILE:
        return "";
    default:
        return "other";
    }
}

/* Notes for the index that local/ has something of this part. False: no memory. */
static bool add_local_part(struct unpacker *u, const char *path)
{
    char *part = arena_strndup(&u->index.arena, path, strcspn(path, "/"));
    if (part && !strstr(buf_text(&u->local_parts), part))
        buf_printf(&u->local_parts, "%s%s", u->local_parts.size ? " " : "", part);
    return part && !u->local_parts.failed;
}

/* Copies an entry; `as` is how the index names it, below the base or from the root. */
static bool put_copy(struct unpacker *u, size_t entry, const char *above, const char *as)
{
    bool outside = as[0] == '/', local = strcmp(above, "local") == 0;
    const char *path = unpack_names_copy(&u->paths, above, as + outside);
    if (!path)
        return error_memory(u->err);
    if (!archive_read(u->project->archive, entry, &u->bytes, u->err) ||
        !tree_writer_put(&u->writer, path, buf_text(&u->bytes), u->bytes.size, u->err))
        return false;
    struct tree_row row = {.kind = TREE_ROW_FILE, .path = path, .id = ""};
    size_t skip = *above ? strlen(above) + 1 : 0;
    if (strcmp(path + skip, as) != 0)
        row.as = arena_strdup(&u->index.arena, as);
    row.markers = !local && has_markers(u, &u->bytes);
    if (local) {
        tree_index_write_row(&row, &u->local);
        return (!u->local.failed && add_local_part(u, path + skip)) || error_memory(u->err);
    }
    struct tree_row *kept = add_row(u, TREE_ROW_FILE, path);
    if (kept)
        *kept = row;
    return kept != NULL;
}

/* Whether an entry is the manifest.jip beside the folder of the environment. */
static bool is_manifest(const struct unpacker *u, const char *name)
{
    const char *base = u->project->base;
    size_t n = strlen(base);
    while (n > 0 && (n == strlen(base) || base[n - 1] != '/'))
        n--;
    return strncmp(name, base, n) == 0 && strcmp(name + n, "manifest.jip") == 0;
}

/* Beside the project: the manifest of a workspace, or what else a ZIP holds. Not other environments. */
static bool put_outside(struct unpacker *u, size_t entry, const char *name)
{
    bool manifest = is_manifest(u, name), archive = u->project->shape == JPK_SHAPE_ARCHIVE;
    if (!manifest && !archive) {
        u->outside++;
        return true;
    }
    struct buf as = {0};
    buf_printf(&as, "/%s", name);
    bool ok = as.failed ? error_memory(u->err) : put_copy(u, entry, manifest ? "" : "other", as.data);
    buf_free(&as);
    return ok;
}

static bool put_entry(struct unpacker *u, size_t entry)
{
    const struct jpk_project *project = u->project;
    const char *name = jpk_archive_entry(project->archive, entry)->name;
    size_t prefix = strlen(project->base);
    if (map_get(&u->by_entry, name, strlen(name)) != MAP_NONE)
        return true;
    if (strncmp(name, project->base, prefix) != 0)
        return put_outside(u, entry, name);
    enum entry_role role = entry_role_of(project->shape, name + prefix);
    if (role == ENTRY_PROJECT)
        return true;
    if (role == ENTRY_ENTITY &&
        !note(u, name, "is kept in " TREE_OTHER ": it could not be read as an entity of its own"))
        return false;
    return put_copy(u, entry, place_of(role, name + prefix), name + prefix);
}

struct named_entry {
    const char *name;
    size_t index;
};

static int by_entry_name(const void *a, const void *b)
{
    return strcmp(((const struct named_entry *)a)->name, ((const struct named_entry *)b)->name);
}

/* In byte order, whatever order an archive has: names that collide must get the same paths every time. */
static bool put_entries(struct unpacker *u)
{
    size_t count = jpk_archive_count(u->project->archive);
    struct named_entry *sorted = calloc(count ? count : 1, sizeof *sorted);
    if (!sorted)
        return error_memory(u->err);
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct named_entry){jpk_archive_entry(u->project->archive, i)->name, i};
    if (count)
        qsort(sorted, count, sizeof *sorted, by_entry_name);
    for (size_t i = 0; ok && i < count; i++)
        ok = put_entry(u, sorted[i].index);
    free(sorted);
    char text[96];
    snprintf(text, sizeof text, "%zu file%s of other environments and beside the project left out", u->outside,
             u->outside == 1 ? "" : "s");
    return ok && (u->outside == 0 || note(u, *u->project->base ? u->project->base : ".", text));
}

/* ------------------------------------------------------------------------------------------------------ the index */

static bool check_outline(struct unpacker *u)
{
    bool ok = true;
    for (size_t i = 0; ok && i < u->index.count; i++)
        if (tree_row_is_listed(&u->index.rows[i]))
            ok = outline_add(&u->outline, &u->index, (uint32_t)i, u->names[i], false, u->err);
    if (!ok || !archive_read(u->project->archive, project_entry(u->project, "project.xml"), &u->bytes, u->err))
        return false;
    buf_clear(&u->again);
    outline_write(&u->outline, &u->index, &u->again);
    if (u->again.failed)
        return error_memory(u->err);
    return same_bytes(&u->again, &u->bytes) ||
           keep_original(u, TREE_ORIGINAL_OUTLINE, &u->again, &u->bytes, &u->index.original);
}

/* The latest time of an entry: archives of Design Studio give all of them the same. */
static bool set_time(struct unpacker *u)
{
    uint32_t latest = 0;
    for (size_t i = 0; i < jpk_archive_count(u->project->archive); i++) {
        const struct jpk_entry_info *info = jpk_archive_entry(u->project->archive, i);
        uint32_t time = (uint32_t)info->dos_date << 16 | info->dos_time;
        latest = time > latest ? time : latest;
    }
    char text[32] = "";
    unsigned date = latest >> 16, time = latest & 0xffff;
    if (date > JPK_DOS_DATE_MIN || time > 0)
        snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u", (date >> 9) + 1980, date >> 5 & 15, date & 31,
                 time >> 11, time >> 5 & 63, (time & 31) * 2);
    u->index.time = arena_strdup(&u->index.arena, text);
    return u->index.time || error_memory(u->err);
}

static bool set_header(struct unpacker *u)
{
    static const char *const forms[] = {"jitterpak", "workspace", "environment", "flat"};
    u->index.name = u->project->name;
    u->index.id = u->project->id;
    u->index.base = u->project->base;
    u->index.form = forms[u->project->shape];
    return set_time(u);
}

static const char ignored[] =
    "# local/ holds what Design Studio can make again: the state of its windows, structure caches, test data. Without "
    "it\n"
    "# the repository is smaller; 'jpk pack' says what that costs. Remove the '#' of the next line to leave it out.\n"
    "#/local/\n";

static bool put_index(struct unpacker *u)
{
    if (u->local.size && !tree_writer_put(&u->writer, TREE_LOCAL_INDEX, u->local.data, u->local.size, u->err))
        return false;
    buf_clear(&u->again);
    u->index.local = buf_text(&u->local_parts);
    tree_index_write_header(&u->index, &u->again);
    for (size_t i = 0; i < u->index.count; i++)
        tree_index_write_row(&u->index.rows[i], &u->again);
    for (size_t i = 0; !u->options->delete_stale && i < u->stale.count; i++) {
        struct tree_row row = {.kind = TREE_ROW_STALE, .path = u->stale.items[i], .id = ""};
        tree_index_write_row(&row, &u->again);
    }
    return u->again.failed ? error_memory(u->err)
                           : tree_writer_put(&u->writer, TREE_INDEX, u->again.data, u->again.size, u->err);
}

/* --------------------------------------------------------------------------------------------------- what was there */

static bool know_file(struct unpacker *u, const char *stem, const char *ending)
{
    struct buf path = {0};
    buf_printf(&path, "%s%s", stem, ending);
    bool ok = path.failed ? error_memory(u->err) : tree_writer_know(&u->writer, path.data, u->err);
    buf_free(&path);
    return ok;
}

static bool know_original(struct unpacker *u, const char *id)
{
    struct buf path = {0};
    put_original_file(id, &path);
    bool ok = path.failed ? error_memory(u->err) : tree_writer_know(&u->writer, path.data, u->err);
    buf_free(&path);
    return ok;
}

static bool know_row(struct unpacker *u, const struct tree_row *row)
{
    bool ok = true;
    switch (row->kind) {
    case TREE_ROW_FOLDER:
        return know_file(u, row->path, "/" TREE_FOLDER_FILE);
    case TREE_ROW_ITEM:
        ok = know_file(u, row->path, ".xml");
        for (size_t i = 0; ok && i < row->part_count; i++)
            ok = know_file(u, row->path, row->parts[i]);
        return ok && (!row->original || know_original(u, row->id));
    default:
        return know_file(u, row->path, "");
    }
}

/* The files that the old index speaks of. */
static bool know_old_files(struct unpacker *u)
{
    bool ok = !u->old.original || tree_writer_know(&u->writer, TREE_ORIGINAL_OUTLINE, u->err);
    for (size_t i = 0; ok && i < u->old.count; i++)
        ok = know_row(u, &u->old.rows[i]);
    return ok;
}

/* Nothing is replaced that the old index does not speak of; that is known before anything is written. */
static bool guard(struct unpacker *u)
{
    struct jpk_unpack_options dry = *u->options;
    if (!u->has_old)
        return true;
    if (!know_old_files(u))
        return false;
    if (u->options->force)
        return true;
    if (!tree_writer_own(&u->writer, TREE_LOCAL_INDEX, u->err) || !tree_writer_guard(&u->writer, TREE_INDEX, u->err))
        return false;
    if (dry.dry_run || !tree_writer_has_foreign(&u->writer))
        return true;
    dry.dry_run = true;
    struct jpk_unpacked *would = jpk_unpack(u->project, u->folder, &dry, u->err);
    jpk_unpacked_free(would);
    return would != NULL;
}

static bool exists(struct unpacker *u, const char *message)
{
    return error_set(u->err, JPK_ERR_EXISTS, "%s", message);
}

/* Decides whether the folder may be written to. */
static bool look_at_folder(struct unpacker *u)
{
    struct stat st;
    if (stat(u->folder, &st) != 0)
        return errno == ENOENT || error_system(u->err, JPK_ERR_WRITE, errno, "cannot be looked at");
    u->old_archive = archive_open_plain_folder(u->folder, &u->project->archive->limits, u->err);
    if (!u->old_archive)
        return false;
    u->has_old = jpk_archive_find(u->old_archive, TREE_INDEX) != SIZE_MAX;
    if (!u->has_old && jpk_archive_count(u->old_archive) > 0 && !u->options->force)
        return exists(u, "exists already and is no unpacked tree; --force writes into it");
    if (!u->has_old)
        return true;
    if (!u->options->update)
        return exists(u, "is an unpacked tree already; --update refreshes it");
    if (!tree_index_read(&u->old, u->old_archive, TREE_INDEX, u->err) ||
        !tree_index_read(&u->old, u->old_archive, TREE_LOCAL_INDEX, u->err))
        return false;
    if (strcmp(u->old.id, u->project->id) == 0 || u->options->force)
        return true;
    return error_set(u->err, JPK_ERR_EXISTS,
                     "is the tree of another project, '%s' (%s); --force makes it one of '%s' (%s)", u->old.name,
                     u->old.id, u->project->name, u->project->id);
}

/* ------------------------------------------------------------------------------------------------------ all of it */

static bool index_entities(struct unpacker *u)
{
    for (size_t i = 0; i < u->project->entity_count; i++) {
        const struct jpk_entity *entity = u->project->entities[i];
        if (!entity->unread && !map_add(&u->by_entry, entity->file, strlen(entity->file), (uint32_t)i, NULL))
            return error_memory(u->err);
    }
    return true;
}

/* What packing will refuse. A merge has said so already. */
static bool note_conflicts(struct unpacker *u)
{
    struct jpk_findings *findings = u->options->conflicts ? NULL : check_for_conflicts(u->project, u->err);
    struct buf item = {0};
    bool ok = findings || u->options->conflicts;
    for (size_t i = 0; ok && findings && i < findings->count; i++) {
        const struct jpk_finding *finding = &findings->items[i];
        if (i > 0 && findings->items[i - 1].entity_id == finding->entity_id)
            continue;
        buf_clear(&item);
        buf_printf(&item, "%s '%s'", finding->entity_type, finding->entity_name);
        ok = item.failed ? error_memory(u->err) : note(u, item.data, TREE_UNSETTLED);
    }
    buf_free(&item);
    jpk_findings_free(findings);
    return ok;
}

static bool unpack(struct unpacker *u)
{
    return look_at_folder(u) && unpack_names_begin(&u->paths, &u->index.arena, u->has_old ? &u->old : NULL, u->err) &&
           tree_writer_begin(&u->writer, u->folder, u->old_archive, u->options->dry_run, u->err) && guard(u) &&
           set_header(u) && index_entities(u) && read_outline(u) && read_unlisted(u) && put_entities(u) &&
           put_entries(u) && check_outline(u) && note_conflicts(u) && tree_writer_put_attributes(&u->writer, u->err) &&
           tree_writer_put_once(&u->writer, ".gitignore", ignored, u->err) &&
           tree_writer_find_stale(&u->writer, u->options->delete_stale, &u->stale, u->err) && put_index(u) &&
           tree_writer_commit(&u->writer, u->err);
}

static void unpacker_free(struct unpacker *u)
{
    tree_writer_free(&u->writer);
    unpack_names_free(&u->paths);
    outline_free(&u->outline);
    tree_index_free(&u->index);
    tree_index_free(&u->old);
    jpk_archive_free(u->old_archive);
    map_free(&u->by_entry);
    map_free(&u->by_listed);
    map_free(&u->types);
    strings_free(&u->type_paths);
    strings_free(&u->stale);
    strings_free(&u->notes);
    buf_free(&u->bytes);
    buf_free(&u->rest);
    buf_free(&u->again);
    buf_free(&u->local);
    buf_free(&u->local_parts);
    free(u->entities);
    free(u->names);
}

struct jpk_unpacked *jpk_unpack(const struct jpk_project *project, const char *folder,
                                const struct jpk_unpack_options *options, struct jpk_error *err)
{
    struct jpk_error local = {0};
    struct unpacker u = {.project = project,
                         .options = options ? options : &no_options,
                         .folder = folder,
                         .err = &local,
                         .old = {.name = "", .id = ""},
                         .writer = {.root = -1, .last_folder = -1}};
    struct jpk_unpacked *result = unpack(&u) ? unpacked_new(&u.writer, &u.stale, &u.notes, &local) : NULL;
    unpacker_free(&u);
    if (!result) {
        error_file(&local, local.code == JPK_ERR_EXISTS || local.code == JPK_ERR_WRITE
                               ? folder
                               : jpk_archive_name(project->archive));
        error_pass(err, &local, NULL);
    }
    return result;
}
