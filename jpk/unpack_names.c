#include "jpk/unpack_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/uuid.h"
#include "jpk/tree_name.h"

enum { DEPTH_ROOM = 32, LENGTH_ROOM = 1000 };

#define NOBODY (MAP_NONE - 1) /* owns a path that nothing of the old tree has */

/* What the root of a tree holds beside the types of items. */
static const char *const reserved[] = {"files", "local", "original", "other", "unlisted", ".git", TREE_INDEX};

static bool take(struct unpack_names *names, const char *path, uint32_t owner, uint32_t *before)
{
    char *folded;
    size_t n;
    if (!text_fold(path, strlen(path), &folded, &n))
        return false;
    char *key = arena_strndup(&names->keys, folded, n);
    free(folded);
    return key && map_add(&names->taken, key, n, owner, before);
}

/* The key of an id in lower case. What has none is known by its place and its name as files have it, which may be cut.
 */
static char *id_key(struct unpack_names *names, const char *id, const char *above, size_t n, const char *name,
                    bool folder)
{
    struct buf place = {0};
    if (!*id) {
        buf_printf(&place, "%.*s/", (int)n, above);
        tree_name_encode(name, folder, &place);
    }
    char *key = place.failed ? NULL
                : *id        ? arena_strdup_lower(&names->keys, id)
                             : arena_strdup(&names->keys, buf_text(&place));
    buf_free(&place);
    return key;
}

/* Rows come last first, so that of several with one id the first is found first. */
static bool remember(struct unpack_names *names, uint32_t row)
{
    const struct tree_row *r = &names->old->rows[row];
    if (r->kind != TREE_ROW_FOLDER && r->kind != TREE_ROW_ITEM)
        return true;
    const char *slash = strrchr(r->path, '/');
    bool folder = r->kind == TREE_ROW_FOLDER;
    char *key = id_key(names, r->id, r->path, slash ? (size_t)(slash - r->path) : 0, r->name ? r->name : "", folder);
    struct map *map = folder ? &names->folders : &names->items;
    if (!key || !take(names, r->path, row, NULL))
        return false;
    names->next[row] = map_get(map, key, strlen(key));
    return map_set(map, key, strlen(key), row);
}

bool unpack_names_begin(struct unpack_names *names, struct arena *arena, const struct tree_index *old,
                        struct jpk_error *err)
{
    *names = (struct unpack_names){.arena = arena, .old = old};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof reserved / sizeof reserved[0]; i++)
        ok = take(names, reserved[i], NOBODY, NULL);
    if (ok && old)
        ok = (names->next = arena_calloc(&names->keys, old->count + 1, sizeof *names->next)) != NULL;
    for (size_t i = old ? old->count : 0; ok && i-- > 0;)
        ok = remember(names, (uint32_t)i);
    return ok || error_memory(err);
}

void unpack_names_free(struct unpack_names *names)
{
    map_free(&names->taken);
    map_free(&names->folders);
    map_free(&names->items);
    arena_free(&names->keys);
}

bool unpack_names_too_deep(const char *path)
{
    size_t parts = 1;
    for (const char *p = path; *p; p++)
        parts += *p == '/';
    return parts > DEPTH_ROOM || strlen(path) > LENGTH_ROOM;
}

/* Whether a file's stem stands for a name: as it is encoded here, or as a person wrote it. */
static bool stands_for(const char *stem, const char *name, const char *encoded)
{
    struct buf decoded = {0};
    tree_name_decode(stem, strlen(stem), &decoded);
    bool same = *name && strcmp(buf_text(&decoded), name) == 0;
    buf_free(&decoded);
    return same || tree_name_is(stem, encoded);
}

/* The old path when it is one for that name in that folder, else NULL. */
static const char *kept(const struct unpack_names *names, uint32_t row, const char *above, const char *name,
                        const char *encoded)
{
    if (row == MAP_NONE)
        return NULL;
    const char *path = names->old->rows[row].path, *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    bool same = n == strlen(above) && strncmp(path, above, n) == 0;
    return same && stands_for(slash ? slash + 1 : path, name, encoded) ? path : NULL;
}

static void put_above(struct buf *out, const char *above)
{
    buf_clear(out);
    buf_printf(out, "%s%s", above, *above ? "/" : "");
}

/* A path that is not taken: with more and more digits of the id behind the name. */
static const char *free_path(struct unpack_names *names, const char *above, const char *encoded, const char *id,
                             uint32_t owner, bool plain)
{
    struct buf path = {0};
    const char *found = NULL;
    char made[UUID_SIZE];
    uuid_of_name("", id, made);
    for (size_t digits = plain && *encoded ? 0 : 8; !found; digits += digits < 8 ? 8 : 4) {
        uint32_t before = MAP_NONE;
        if (digits > 32) { /* no path so far can have digits of this number: it grows with every path */
            char number[24];
            snprintf(number, sizeof number, "%zu", names->taken.count);
            uuid_of_name(id, number, made);
        }
        put_above(&path, above);
        if (digits == 0)
            buf_puts(&path, encoded);
        else /* ids that are no GUIDs, or whose digits are used up, stand for others */
            tree_name_distinct(encoded, digits <= 32 && text_guid(id, strlen(id)) ? id : made, digits, &path);
        if (path.failed || !take(names, buf_text(&path), owner, &before))
            break;
        if (before == MAP_NONE || (before == owner && owner != NOBODY))
            found = arena_strdup(names->arena, buf_text(&path));
    }
    buf_free(&path);
    return found;
}

static const char *path_of(struct unpack_names *names, const char *above, const char *name, const char *id, bool folder,
                           bool plain)
{
    struct buf encoded = {0};
    char *key = id_key(names, id, above, strlen(above), name, folder);
    struct map *map = folder ? &names->folders : &names->items;
    uint32_t row = key ? map_get(map, key, strlen(key)) : MAP_NONE;
    bool used = row == MAP_NONE || map_set(map, key, strlen(key), names->next[row]);
    tree_name_encode(name, folder, &encoded);
    const char *path = NULL;
    if (key && used && !encoded.failed) {
        path = kept(names, row, above, name, buf_text(&encoded));
        path = path ? arena_strdup(names->arena, path)
                    : free_path(names, above, buf_text(&encoded), id, row == MAP_NONE ? NOBODY : row, plain);
    }
    buf_free(&encoded);
    return path;
}

const char *unpack_names_path(struct unpack_names *names, const char *above, const char *name, const char *id,
                              bool folder)
{
    return path_of(names, above, name, id, folder, true);
}

const char *unpack_names_unlisted(struct unpack_names *names, const char *above, const char *name, const char *id)
{
    return path_of(names, above, name, id, false, false);
}

const char *unpack_names_copy(struct unpack_names *names, const char *above, const char *entry)
{
    struct buf encoded = {0};
    const char *whole = entry;
    while (*entry) {
        size_t n = strcspn(entry, "/");
        char *part = arena_strndup(&names->keys, entry, n);
        if (!part)
            break;
        if (strcmp(part, ".metadata") == 0 || strcmp(part, ".filestoupload") == 0)
            buf_puts(&encoded, part);
        else
            tree_name_encode(part, false, &encoded);
        if (entry[n] == '/')
            buf_putc(&encoded, '/');
        entry += n + (entry[n] == '/');
    }
    const char *path =
        *entry || encoded.failed ? NULL : free_path(names, above, buf_text(&encoded), whole, NOBODY, true);
    buf_free(&encoded);
    return path;
}
