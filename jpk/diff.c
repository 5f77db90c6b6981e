/* Comparing two projects: leads the matching, then goes over the project's properties, folders, items and files. */
#include "jpk/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "jpk/archive.h"
#include "jpk/diff_state.h"
#include "jpk/layout.h"

/* ----------------------------------------------------------------------------------------------------- the changes */

/* Begins a change: fields that are added from now on are its own. */
static void begin(struct diffing *d)
{
    d->field_count = 0;
}

/* Ends it: nothing is kept when nothing has happened. Paths are copied and given back. */
static void end(struct diffing *d, struct jpk_diff_change *change, char *old_path, char *new_path)
{
    if (d->field_count && !(change->what & (JPK_DIFF_ADDED | JPK_DIFF_REMOVED)))
        change->what |= JPK_DIFF_CHANGED;
    d->failed |= !old_path && !new_path;
    if (change->what && !d->failed) {
        struct jpk_diff_change *list =
            array_grow(d->changes, d->public.change_count, &d->change_capacity, sizeof *list);
        struct jpk_diff_field *fields = arena_calloc(&d->arena, d->field_count, sizeof *fields);
        d->changes = list ? list : d->changes;
        change->old_path = old_path ? arena_strdup(&d->arena, old_path) : NULL;
        change->new_path = new_path ? arena_strdup(&d->arena, new_path) : NULL;
        d->failed = !list || !fields || (old_path && !change->old_path) || (new_path && !change->new_path);
        if (!d->failed) {
            for (size_t i = 0; i < d->field_count; i++) {
                fields[i] = d->fields[i];
                change->removed += fields[i].removed;
                change->added += fields[i].added;
            }
            change->fields = fields;
            change->field_count = d->field_count;
            list[d->public.change_count++] = *change;
        }
    }
    free(old_path);
    free(new_path);
}

static int by_place(const void *a, const void *b)
{
    const struct jpk_diff_change *left = a, *right = b;
    if (left->subject != right->subject)
        return left->subject < right->subject ? -1 : 1;
    int order =
        strcmp(left->new_path ? left->new_path : left->old_path, right->new_path ? right->new_path : right->old_path);
    if (order)
        return order;
    /* Of one place: what goes, then what comes, then by the order of the projects. */
    if (!left->new_path != !right->new_path)
        return left->new_path ? 1 : -1;
    uint32_t i = left->b ? left->b->index : left->a ? left->a->index : 0;
    uint32_t j = right->b ? right->b->index : right->a ? right->a->index : 0;
    return (i > j) - (i < j);
}

/* ------------------------------------------------------------------------------------------------------ the project */

/* What changes on its own, by the beginning of the key; and what project.xml says too. */
static bool noisy_property(const struct diffing *d, const char *key)
{
    static const char *const noisy[] = {"accessed",         "created",          "modified",          "created_at",
                                        "crypto-marker",    "deploy-dirty",     "has-been-deployed", "last-deployed-at",
                                        "last-deployed-by", "last-deployed-in", "last-environment"};
    static const char *const twice[] = {"project_id", "project_name", "project-id", "project-name"};
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++)
        if (strcmp(key, twice[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof noisy / sizeof noisy[0] && !d->options.all; i++)
        if (strcmp(key, noisy[i]) == 0)
            return true;
    return false;
}

static void compare_property(struct diffing *d, const char *file, const char *key, const char *a, const char *b)
{
    if ((a && b && strcmp(a, b) == 0) || noisy_property(d, key))
        return;
    char old_version[32], new_version[32];
    bool version = strstr(key, "version") != NULL;
    if (version && jpk_version_decode(a, old_version))
        a = old_version;
    if (version && jpk_version_decode(b, new_version))
        b = new_version;
    struct buf path = {0};
    buf_printf(&path, "%s/%s", file, key);
    diff_add_value(d, buf_text(&path), key, a, b);
    d->failed |= path.failed;
    buf_free(&path);
}

static int by_property_key(const void *a, const void *b)
{
    const struct property *left = *(const struct property *const *)a, *right = *(const struct property *const *)b;
    int order = strcmp(left->key, right->key);
    return order ? order : (left > right) - (left < right);
}

/* A list of all keys of both sides; each is looked up on both. */
static void compare_properties(struct diffing *d, const char *file, const struct properties *a,
                               const struct properties *b)
{
    size_t n = a->count + b->count;
    const struct property **all = malloc((n + 1) * sizeof(struct property *));
    if (!all) {
        d->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        all[i] = i < a->count ? &a->items[i] : &b->items[i - a->count];
    if (n)
        qsort(all, n, sizeof(struct property *), by_property_key);
    const char *left = NULL, *right = NULL;
    for (size_t i = 0; i < n; i++) {
        bool of_a = all[i] >= a->items && all[i] < a->items + a->count;
        *(of_a ? &left : &right) = all[i]->value;
        if (i + 1 < n && strcmp(all[i]->key, all[i + 1]->key) == 0)
            continue;
        compare_property(d, file, all[i]->key, left, right);
        left = right = NULL;
    }
    free(all);
}

static void compare_projects(struct diffing *d)
{
    static const char *const files[] = {[JPK_FILE_JITTERPAK] = "jitterpak.properties",
                                        [JPK_FILE_ENVIRONMENT] = "environment.properties",
                                        [JPK_FILE_MANIFEST] = "manifest.jip"};
    const struct jpk_project *a = d->public.a, *b = d->public.b;
    begin(d);
    if (strcmp(a->name, b->name) != 0)
        diff_add_value(d, "name", "", a->name, b->name);
    if (!text_caseeq(a->id, b->id))
        diff_add_value(d, "id", "", a->id, b->id);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct properties *left = &d->side[SIDE_A]->properties[i], *right = &d->side[SIDE_B]->properties[i];
        if (left->count && right->count)
            compare_properties(d, files[i], left, right);
    }
    struct jpk_diff_change change = {.subject = JPK_DIFF_PROJECT};
    end(d, &change, strdup("project"), strdup("project"));
}

/* ---------------------------------------------------------------------------------------------------------- folders */

/* The folders of both trees with numbers, so that they can be looked up by their address. */
struct folders {
    struct diffing *d;
    const struct jpk_folder *const *list[2];
    size_t count[2];
    struct map number[2];
    uint32_t *partner[2];
    bool *listed[2]; /* by the entity's index: the entity of a folder of the tree */
};

static uint32_t folder_number(const struct folders *f, int side, const struct jpk_folder *folder)
{
    return folder ? map_get(&f->number[side], (const char *)&folder, sizeof(struct jpk_folder *)) : MAP_NONE;
}

static bool folders_begin(struct folders *f)
{
    const struct jpk_project *projects[] = {f->d->public.a, f->d->public.b};
    for (int side = 0; side < 2; side++) {
        f->list[side] = projects[side]->folders;
        f->count[side] = projects[side]->folder_count;
        f->partner[side] = malloc((f->count[side] + 1) * sizeof(uint32_t));
        f->listed[side] = calloc(projects[side]->entity_count + 1, sizeof(bool));
        if (!f->partner[side] || !f->listed[side])
            return false;
        for (size_t i = 0; i < f->count[side]; i++) {
            const struct jpk_entity *entity = jpk_project_entity(projects[side], f->list[side][i]->id);
            f->partner[side][i] = MAP_NONE;
            if (entity)
                f->listed[side][entity->index] = true;
            if (!map_set(&f->number[side], (const char *)&f->list[side][i], sizeof(struct jpk_folder *), (uint32_t)i))
                return false;
        }
    }
    return true;
}

static void folders_end(struct folders *f)
{
    for (int side = 0; side < 2; side++) {
        map_free(&f->number[side]);
        free(f->partner[side]);
        free(f->listed[side]);
    }
}

static void marry_folders(struct folders *f, uint32_t a, uint32_t b)
{
    f->partner[SIDE_A][a] = b;
    f->partner[SIDE_B][b] = a;
}

/* Type and id; or type, the parent's number in B and the name. False: the parent has no partner. */
static bool folder_key(const struct folders *f, int side, const struct jpk_folder *folder, bool by_id, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "%s%c", folder->type_name, 0);
    if (by_id) {
        for (const char *c = folder->id; *c; c++)
            buf_putc(out, text_lower(*c));
        return *folder->id != '\0';
    }
    uint32_t parent = folder_number(f, side, folder->parent);
    if (parent != MAP_NONE && side == SIDE_A)
        parent = f->partner[SIDE_A][parent];
    if (folder->parent && parent == MAP_NONE)
        return false;
    buf_printf(out, "%u/%s", parent, folder->name);
    return true;
}

/*
 * Parents stand before their children, so that one pass goes down. The keys of B by name must not change meanwhile:
 * they name parents of B.
 */
static bool match_folders_by(struct folders *f, bool by_id)
{
    struct map map = {0};
    struct arena keys = {0};
    struct buf key = {0};
    bool ok = true;
    for (size_t j = 0; j < f->count[SIDE_B] && ok; j++) {
        if (f->partner[SIDE_B][j] != MAP_NONE || !folder_key(f, SIDE_B, f->list[SIDE_B][j], by_id, &key))
            continue;
        char *copy = key.failed ? NULL : arena_strndup(&keys, key.data, key.size);
        ok = copy && map_add(&map, copy, key.size, (uint32_t)j, NULL);
    }
    for (size_t i = 0; i < f->count[SIDE_A] && ok; i++) {
        if (f->partner[SIDE_A][i] != MAP_NONE || !folder_key(f, SIDE_A, f->list[SIDE_A][i], by_id, &key))
            continue;
        ok = !key.failed;
        uint32_t j = ok ? map_get(&map, key.data, key.size) : MAP_NONE;
        if (j != MAP_NONE && f->partner[SIDE_B][j] == MAP_NONE)
            marry_folders(f, (uint32_t)i, j);
    }
    map_free(&map);
    arena_free(&keys);
    buf_free(&key);
    return ok;
}

struct vote {
    uint32_t a, b, count;
};

static int by_votes(const void *a, const void *b)
{
    const struct vote *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    if (left->a != right->a)
        return left->a < right->a ? -1 : 1;
    return (left->b > right->b) - (left->b < right->b);
}

static bool add_vote(struct vote **votes, size_t *count, size_t *capacity, struct map *map, struct arena *keys,
                     struct vote vote)
{
    uint32_t pair[2] = {vote.a, vote.b};
    uint32_t at = map_get(map, (const char *)pair, sizeof pair);
    if (*votes && at < *count) {
        (*votes)[at].count++;
        return true;
    }
    struct vote *list = array_grow(*votes, *count, capacity, sizeof *list);
    char *key = arena_strndup(keys, (const char *)pair, sizeof pair);
    if (!list || !key || !map_set(map, key, sizeof pair, (uint32_t)*count)) {
        *votes = list ? list : *votes;
        return false;
    }
    *votes = list;
    list[(*count)++] = vote;
    return true;
}

/* A folder with another id and name is the one into which half of its items have gone, or more. */
static bool match_folders_by_items(struct folders *f)
{
    struct diffing *d = f->d;
    struct vote *votes = NULL;
    size_t count = 0, capacity = 0;
    struct map map = {0};
    struct arena keys = {0};
    uint32_t *items = calloc(f->count[SIDE_A] + 1, sizeof *items); /* of each folder that have partners */
    bool ok = items != NULL;
    for (size_t i = 0; i < d->side[SIDE_A]->count && ok; i++) {
        const struct jpk_entity *a = d->side[SIDE_A]->list[i], *b = diff_partner(d, SIDE_A, a);
        uint32_t from = folder_number(f, SIDE_A, a->folder), to = b ? folder_number(f, SIDE_B, b->folder) : MAP_NONE;
        if (from != MAP_NONE && b)
            items[from]++;
        if (from != MAP_NONE && to != MAP_NONE && f->partner[SIDE_A][from] == MAP_NONE &&
            f->partner[SIDE_B][to] == MAP_NONE)
            ok = add_vote(&votes, &count, &capacity, &map, &keys, (struct vote){from, to, 1});
    }
    if (count)
        qsort(votes, count, sizeof *votes, by_votes);
    for (size_t i = 0; i < count && ok; i++)
        if (f->partner[SIDE_A][votes[i].a] == MAP_NONE && f->partner[SIDE_B][votes[i].b] == MAP_NONE &&
            votes[i].count >= items[votes[i].a] - items[votes[i].a] / 2)
            marry_folders(f, votes[i].a, votes[i].b);
    free(votes);
    free(items);
    map_free(&map);
    arena_free(&keys);
    return ok;
}

/* "Script/Common/"; NULL: no memory, which is noted. */
static char *folder_path(struct diffing *d, const char *type, const struct jpk_folder *folder)
{
    /* The last folder stands for an item without a name. */
    struct jpk_entity place = {.type_name = folder ? folder->type_name : type, .folder = folder, .name = ""};
    char *path = jpk_entity_path(&place);
    d->failed |= !path;
    return path;
}

static bool same_place(const struct folders *f, const struct jpk_folder *a, const struct jpk_folder *b)
{
    uint32_t from = folder_number(f, SIDE_A, a), to = folder_number(f, SIDE_B, b);
    return from == MAP_NONE || to == MAP_NONE ? from == to : f->partner[SIDE_A][from] == to;
}

static void compare_folder(struct folders *f, const struct jpk_folder *a, const struct jpk_folder *b)
{
    struct diffing *d = f->d;
    struct jpk_diff_change change = {.subject = JPK_DIFF_FOLDER, .folder_a = a, .folder_b = b};
    begin(d);
    if (!a)
        change.what = JPK_DIFF_ADDED;
    else if (!b)
        change.what = JPK_DIFF_REMOVED;
    else {
        change.what = (strcmp(a->name, b->name) != 0 ? JPK_DIFF_RENAMED : 0u) |
                      (same_place(f, a->parent, b->parent) ? 0u : JPK_DIFF_MOVED);
        const struct jpk_entity *left = project_find(d->side[SIDE_A], a->id);
        const struct jpk_entity *right = project_find(d->side[SIDE_B], b->id);
        if (left && right && left->tree && right->tree && !diff_same_entity(d, left, right))
            diff_entities(d, left, right);
    }
    if (change.what || d->field_count)
        end(d, &change, a ? folder_path(d, NULL, a) : NULL, b ? folder_path(d, NULL, b) : NULL);
}

static void compare_folders(struct folders *f)
{
    for (size_t i = 0; i < f->count[SIDE_A]; i++)
        if (f->partner[SIDE_A][i] == MAP_NONE)
            compare_folder(f, f->list[SIDE_A][i], NULL);
    for (size_t j = 0; j < f->count[SIDE_B]; j++) {
        uint32_t i = f->partner[SIDE_B][j];
        compare_folder(f, i == MAP_NONE ? NULL : f->list[SIDE_A][i], f->list[SIDE_B][j]);
    }
}

/* ------------------------------------------------------------------------------------------- the order in the tree */

static void add_reordered(struct diffing *d, const char *type, const struct jpk_folder *folder)
{
    struct jpk_diff_change change = {
        .subject = JPK_DIFF_FOLDER, .what = JPK_DIFF_REORDERED, .folder_b = folder, .note = "the order of items"};
    begin(d);
    end(d, &change, folder_path(d, type, folder), folder_path(d, type, folder));
}

/* Where the last item or folder of each place stands in B; places are types and folders of B. */
struct order {
    struct folders *f;
    struct map last, reported;
};

/* Notes that what stands at `index` of B comes next in `folder`; false: no memory. */
static bool follow(struct order *order, const char *type, const struct jpk_folder *const *folder, uint32_t index)
{
    const char *key = *folder ? (const char *)folder : type;
    size_t n = *folder ? sizeof(struct jpk_folder *) : strlen(type);
    uint32_t before = map_get(&order->last, key, n), old = MAP_NONE;
    if (before != MAP_NONE && before > index) {
        if (!map_add(&order->reported, key, n, 1, &old))
            return false;
        if (old == MAP_NONE)
            add_reordered(order->f->d, type, *folder);
    }
    return map_set(&order->last, key, n, index);
}

static bool compare_item_order(struct folders *f)
{
    struct diffing *d = f->d;
    struct order order = {.f = f};
    bool ok = true;
    for (size_t i = 0; i < d->side[SIDE_A]->count && ok; i++) {
        const struct jpk_entity *a = d->side[SIDE_A]->list[i], *b = diff_partner(d, SIDE_A, a);
        if (b && a->in_tree && b->in_tree && same_place(f, a->folder, b->folder))
            ok = follow(&order, b->type_name, &b->folder, b->index);
    }
    map_free(&order.last);
    /* Folders among folders; a place that was reported is not reported again. */
    for (size_t i = 0; i < f->count[SIDE_A] && ok; i++) {
        uint32_t j = f->partner[SIDE_A][i];
        const struct jpk_folder *b = j == MAP_NONE ? NULL : f->list[SIDE_B][j];
        if (b && same_place(f, f->list[SIDE_A][i]->parent, b->parent))
            ok = follow(&order, b->type_name, &b->parent, j);
    }
    map_free(&order.last);
    map_free(&order.reported);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------------ items */

/* The end of the markup that begins with the `<` at p; *kept: it is of a kind that the model does not keep. */
static const char *markup_end(const char *p, const char *stop, bool *kept)
{
    static const struct {
        const char *open, *close;
        bool kept;
    } kinds[] = {{"<?xml ", "?>", false}, {"<?", "?>", true}, {"<!--", "-->", true}, {"<![CDATA[", "]]>", true}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t n = strlen(kinds[i].open), m = strlen(kinds[i].close);
        if ((size_t)(stop - p) < n || memcmp(p, kinds[i].open, n) != 0)
            continue;
        const char *close = memmem(p + n, (size_t)(stop - p) - n, kinds[i].close, m);
        *kept = kinds[i].kept;
        return close ? close + m : stop;
    }
    *kept = false;
    for (char quote = 0; p < stop; p++) {
        if (quote ? *p == quote : *p == '"' || *p == '\'')
            quote = quote ? 0 : *p;
        else if (!quote && *p == '>')
            return p + 1;
    }
    return stop;
}

/* What a file holds besides its tags, with white space as single blanks. */
static void put_between_tags(struct buf *out, const char *p, const char *stop)
{
    while (p < stop && !out->failed) {
        bool kept, blank = strchr(" \t\r\n", *p) != NULL;
        const char *next = *p == '<' ? markup_end(p, stop, &kept) : p + 1;
        if (*p == '<' && kept)
            buf_put(out, p, (size_t)(next - p));
        else if (*p != '<' && (!blank || (out->size && out->data[out->size - 1] != ' ')))
            buf_putc(out, blank ? ' ' : *p);
        p = next;
    }
}

/* The tree of one side at least does not keep everything: looks at the bytes. */
static bool compare_lossy(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b,
                          struct jpk_error *err)
{
    const struct jpk_entity *both[] = {a, b};
    const struct jpk_project *projects[] = {d->public.a, d->public.b};
    struct buf raw = {0}, left[2] = {{0}, {0}};
    bool ok = true;
    for (int side = 0; side < 2 && ok; side++) {
        size_t index = jpk_archive_find(projects[side]->archive, both[side]->file);
        ok = index != SIZE_MAX && archive_read(projects[side]->archive, index, &raw, err);
        if (ok)
            put_between_tags(&left[side], buf_text(&raw), buf_text(&raw) + raw.size);
        d->failed |= left[side].failed;
    }
    if (ok && !d->failed && !diff_same_bytes(d, buf_text(&left[0]), left[0].size, buf_text(&left[1]), left[1].size))
        diff_add_field(d, JPK_DIFF_FIELD_OPAQUE, "comments and text that the model does not keep");
    buf_free(&raw);
    buf_free(&left[0]);
    buf_free(&left[1]);
    return ok;
}

static bool compare_content(struct diffing *d, const struct jpk_entity *a, const struct jpk_entity *b,
                            struct jpk_error *err)
{
    if (a->in_tree != b->in_tree)
        diff_add_value(d, "project.xml", "", a->in_tree ? "listed" : "not listed",
                       b->in_tree ? "listed" : "not listed");
    if (a->unread != b->unread)
        diff_add_value(d, "file", "", a->unread ? "missing" : "present", b->unread ? "missing" : "present");
    if (!a->tree || !b->tree)
        return true;
    size_t before = d->field_count;
    if (!diff_same_entity(d, a, b))
        diff_entities(d, a, b);
    return d->field_count > before || !(a->lossy || b->lossy) || compare_lossy(d, a, b, err);
}

static char *item_path(struct diffing *d, const struct jpk_entity *entity)
{
    char *path = entity ? jpk_entity_path(entity) : NULL;
    d->failed |= entity && !path;
    return path;
}

static const char *note_of(const struct jpk_entity *gone)
{
    return gone->deleted ? "marked as deleted" : gone->in_tree ? NULL : "not in the tree";
}

static bool compare_item(struct folders *f, const struct jpk_entity *a, const struct jpk_entity *b,
                         struct jpk_error *err)
{
    struct diffing *d = f->d;
    struct jpk_diff_change change = {.subject = JPK_DIFF_ITEM, .a = a, .b = b};
    bool ok = true;
    begin(d);
    if (!a || (b && a->deleted && !b->deleted)) {
        change.what = JPK_DIFF_ADDED;
        change.note = a ? "was marked as deleted" : note_of(b);
    } else if (!b || (b->deleted && !a->deleted)) {
        change.what = JPK_DIFF_REMOVED;
        change.note = note_of(b ? b : a);
    } else {
        if (strcmp(a->name, b->name) != 0)
            change.what |= JPK_DIFF_RENAMED;
        if (a->in_tree && b->in_tree && !same_place(f, a->folder, b->folder))
            change.what |= JPK_DIFF_MOVED;
        ok = compare_content(d, a, b, err);
    }
    if (!a || !b)
        diff_lone_entity(d, a ? SIDE_A : SIDE_B, a ? a : b);
    if (change.what || d->field_count)
        end(d, &change, change.what == JPK_DIFF_ADDED ? NULL : item_path(d, a),
            change.what == JPK_DIFF_REMOVED ? NULL : item_path(d, b));
    return ok;
}

/* Folders of the tree are compared as folders; those that it does not list, and what is deleted, are left out. */
static bool counts(const struct folders *f, int side, const struct jpk_entity *entity, const struct jpk_entity *partner)
{
    if (f->listed[side][entity->index])
        return false;
    if (f->d->options.all)
        return true;
    return entity->type != JPK_TYPE_FOLDER && !(entity->deleted && (!partner || partner->deleted));
}

static bool compare_items(struct folders *f, struct jpk_error *err)
{
    struct diffing *d = f->d;
    for (size_t i = 0; i < d->side[SIDE_A]->count; i++) {
        const struct jpk_entity *a = d->side[SIDE_A]->list[i], *b = diff_partner(d, SIDE_A, a);
        if (counts(f, SIDE_A, a, b) && !compare_item(f, a, b, err))
            return false;
        d->public.matched += b != NULL;
        d->public.by_content += b && !text_caseeq(a->id, b->id);
    }
    for (size_t j = 0; j < d->side[SIDE_B]->count; j++) {
        const struct jpk_entity *b = d->side[SIDE_B]->list[j];
        if (!diff_partner(d, SIDE_B, b) && counts(f, SIDE_B, b, NULL) && !compare_item(f, NULL, b, err))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ files */

enum { TEXT_MAX = 16 << 20 }; /* larger files are compared as a whole only */

struct file {
    const char *name; /* below the project's base */
    size_t entry;     /* SIZE_MAX: only .metadata knows it */
    const struct jpk_file *listed;
    uint64_t key;     /* of its name */
    uint64_t content; /* of its text; only of those without a partner */
    uint32_t partner;
};

struct files {
    struct diffing *d;
    struct file *list[2];
    size_t count[2];
};

static bool add_file(struct files *f, int side, const char *name, size_t entry, const struct jpk_file *listed)
{
    char *copy = arena_strdup(&f->d->arena, name);
    if (!copy)
        return false;
    f->list[side][f->count[side]++] = (struct file){
        .name = copy,
        .entry = entry,
        .listed = listed,
        .key = diff_text_hash(f->d, side, copy, strlen(copy), IDS_TRANSLATED),
        .partner = MAP_NONE,
    };
    return true;
}

static bool collect_files(struct files *f, int side)
{
    static const char *const states[] = {"plugins.xml", "deleted.xml"};
    const struct jpk_project *project = &f->d->side[side]->public;
    size_t prefix = strlen(project->base), most = project->file_count + project->other_entry_count + 2;
    struct buf path = {0};
    bool ok = (f->list[side] = calloc(most, sizeof *f->list[side])) != NULL;
    for (size_t i = 0; i < 2 && ok; i++) {
        buf_clear(&path);
        buf_printf(&path, "%s%s", project->base, states[i]);
        size_t entry = path.failed ? SIZE_MAX : jpk_archive_find(project->archive, path.data);
        if (entry != SIZE_MAX && (i == 0 || f->d->options.all))
            ok = add_file(f, side, states[i], entry, NULL);
    }
    for (size_t i = 0; i < project->file_count && ok; i++) {
        buf_clear(&path);
        buf_printf(&path, "files/%s", project->files[i].name);
        ok = !path.failed && add_file(f, side, path.data, project->files[i].entry, &project->files[i]);
    }
    for (size_t i = 0; i < project->other_entry_count && ok; i++) {
        size_t entry = project->other_entries[i];
        const char *name = jpk_archive_entry(project->archive, entry)->name;
        ok = add_file(f, side, strncmp(name, project->base, prefix) == 0 ? name + prefix : name, entry, NULL);
    }
    buf_free(&path);
    return ok;
}

/* The bytes of a file; empty when there are none. */
static bool read_file(const struct files *f, int side, const struct file *file, struct buf *out, struct jpk_error *err)
{
    buf_clear(out);
    struct jpk_error local = {0};
    struct jpk_archive *archive = f->d->side[side]->public.archive;
    if (file->entry == SIZE_MAX || archive_read(archive, file->entry, out, &local))
        return true;
    error_file(&local, jpk_archive_name(archive));
    if (err && err->code == JPK_OK)
        *err = local;
    return false;
}

static bool is_text(const struct buf *bytes)
{
    size_t bad;
    return bytes->size <= TEXT_MAX && !memchr(buf_text(bytes), 0, bytes->size) &&
           text_utf8(buf_text(bytes), bytes->size, &bad);
}

/* Two XML files whose trees are equal and hold everything differ in layout only. */
static bool same_layout_apart(struct diffing *d, const struct file *file, const struct buf bytes[2])
{
    struct xml_document documents[2] = {{0}, {0}};
    struct arena arena = {0};
    struct intern intern = {.arena = &arena};
    struct xml_reader *reader = NULL;
    static const char *const endings[] = {".xsd", ".xml", ".wsdl"};
    bool same = false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        same = same || text_ends_with(file->name, endings[i]);
    same = same && !d->options.all && (reader = xml_reader_new(&arena, &intern, &d->side[SIDE_A]->limits)) != NULL;
    for (int side = 0; side < 2 && same; side++)
        same = xml_read(reader, buf_text(&bytes[side]), bytes[side].size, &documents[side], NULL) &&
               !documents[side].lossy;
    same = same && diff_same_tree(d, documents[0].root, documents[1].root);
    xml_reader_free(reader);
    intern_free(&intern);
    arena_free(&arena);
    return same;
}

static const char *describe_bytes(struct diffing *d, const struct buf *bytes)
{
    char hash[65];
    struct buf text = {0};
    sha256_hex(buf_text(bytes), bytes->size, hash);
    buf_printf(&text, "%zu bytes, SHA-256 %s", bytes->size, hash);
    const char *copy = text.failed ? NULL : arena_strdup(&d->arena, text.data);
    d->failed |= !copy;
    buf_free(&text);
    return copy;
}

static void compare_bytes(struct diffing *d, const struct file *a, const struct buf bytes[2])
{
    if (diff_same_bytes(d, buf_text(&bytes[0]), bytes[0].size, buf_text(&bytes[1]), bytes[1].size) ||
        same_layout_apart(d, a, bytes))
        return;
    if (is_text(&bytes[0]) && is_text(&bytes[1])) {
        diff_add_text(d, "content", buf_text(&bytes[0]), bytes[0].size, buf_text(&bytes[1]), bytes[1].size);
        return;
    }
    const char *left = describe_bytes(d, &bytes[0]), *right = describe_bytes(d, &bytes[1]);
    struct jpk_diff_field *field = diff_add_field(d, JPK_DIFF_FIELD_OPAQUE, "content");
    if (!field)
        return;
    field->old_value = left;
    field->new_value = right;
    field->removed = field->added = 1;
}

static void compare_listing(struct diffing *d, const struct jpk_file *a, const struct jpk_file *b)
{
    const struct {
        const char *path, *left, *right;
    } rows[] = {
        {".metadata/SchemaType", a->kind, b->kind},
        {".metadata/TargetNamespace", a->namespace_, b->namespace_},
        {".metadata/PossibleRootNodes", a->roots, b->roots},
        {".metadata/IsTopLevel", a->top_level ? "1" : "0", b->top_level ? "1" : "0"},
    };
    if (a->listed != b->listed)
        diff_add_value(d, ".metadata", "", a->listed ? "listed" : "not listed", b->listed ? "listed" : "not listed");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && a->listed && b->listed; i++)
        if (strcmp(rows[i].left, rows[i].right) != 0)
            diff_add_value(d, rows[i].path, "", rows[i].left, rows[i].right);
}

static bool compare_file(struct files *f, const struct file *a, const struct file *b, struct jpk_error *err)
{
    struct diffing *d = f->d;
    struct jpk_diff_change change = {.subject = JPK_DIFF_FILE};
    struct buf bytes[2] = {{0}, {0}};
    begin(d);
    bool ok = true;
    if (!a || !b) {
        change.what = a ? JPK_DIFF_REMOVED : JPK_DIFF_ADDED;
    } else {
        change.what = a->key != b->key ? JPK_DIFF_RENAMED : 0;
        bool left = a->entry != SIZE_MAX, right = b->entry != SIZE_MAX;
        if (left != right)
            diff_add_value(d, "file", "", left ? "present" : "missing", right ? "present" : "missing");
        else if ((ok = read_file(f, SIDE_A, a, &bytes[0], err) && read_file(f, SIDE_B, b, &bytes[1], err)))
            compare_bytes(d, a, bytes);
        if (a->listed && b->listed)
            compare_listing(d, a->listed, b->listed);
    }
    buf_free(&bytes[0]);
    buf_free(&bytes[1]);
    if (ok && (change.what || d->field_count))
        end(d, &change, a ? strdup(a->name) : NULL, b ? strdup(b->name) : NULL);
    return ok;
}

/* Pairs files without partners by the name or the content, the first with the first. */
static bool match_files(struct files *f, bool by_content)
{
    struct map map = {0};
    bool ok = true;
    for (size_t i = 0; i < f->count[SIDE_A] && ok; i++) {
        struct file *a = &f->list[SIDE_A][i];
        const uint64_t *key = by_content ? &a->content : &a->key;
        if (a->partner == MAP_NONE && (!by_content || a->entry != SIZE_MAX))
            ok = map_add(&map, (const char *)key, sizeof *key, (uint32_t)i, NULL);
    }
    for (size_t j = 0; j < f->count[SIDE_B] && ok; j++) {
        struct file *b = &f->list[SIDE_B][j];
        const uint64_t *key = by_content ? &b->content : &b->key;
        uint32_t i = b->partner == MAP_NONE && (!by_content || b->entry != SIZE_MAX)
                         ? map_get(&map, (const char *)key, sizeof *key)
                         : MAP_NONE;
        if (i == MAP_NONE || f->list[SIDE_A][i].partner != MAP_NONE)
            continue;
        f->list[SIDE_A][i].partner = (uint32_t)j;
        b->partner = i;
    }
    map_free(&map);
    return ok || (f->d->failed = true, true);
}

static bool hash_loners(struct files *f, struct jpk_error *err)
{
    struct buf bytes = {0};
    bool ok = true;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < f->count[side] && ok; i++) {
            struct file *file = &f->list[side][i];
            if (file->partner != MAP_NONE || file->entry == SIZE_MAX)
                continue;
            ok = read_file(f, side, file, &bytes, err);
            if (ok)
                file->content = diff_text_hash(f->d, side, buf_text(&bytes), bytes.size, IDS_TRANSLATED);
        }
    buf_free(&bytes);
    return ok;
}

static bool compare_files(struct diffing *d, struct jpk_error *err)
{
    struct files f = {.d = d};
    bool ok = true;
    d->again = false;
    if (!collect_files(&f, SIDE_A) || !collect_files(&f, SIDE_B))
        d->failed = true;
    else
        ok = match_files(&f, false) && hash_loners(&f, err) && match_files(&f, true);
    for (size_t i = 0; i < f.count[SIDE_A] && ok && !d->failed; i++) {
        const struct file *a = &f.list[SIDE_A][i];
        ok = compare_file(&f, a, a->partner == MAP_NONE ? NULL : &f.list[SIDE_B][a->partner], err);
    }
    for (size_t j = 0; j < f.count[SIDE_B] && ok && !d->failed; j++)
        if (f.list[SIDE_B][j].partner == MAP_NONE)
            ok = compare_file(&f, NULL, &f.list[SIDE_B][j], err);
    free(f.list[SIDE_A]);
    free(f.list[SIDE_B]);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- all of it */

static bool run(struct diffing *d, struct jpk_error *err)
{
    diff_match_items(d);
    if (d->failed)
        return false;
    struct folders f = {.d = d};
    bool ok = true;
    if (!folders_begin(&f) || !match_folders_by(&f, true) || !match_folders_by(&f, false) ||
        !match_folders_by_items(&f))
        d->failed = true;
    if (!d->failed) {
        compare_projects(d);
        ok = compare_items(&f, err);
        compare_folders(&f);
        if (d->options.tree_order || d->options.all)
            d->failed |= !compare_item_order(&f);
    }
    folders_end(&f);
    return ok && !d->failed && compare_files(d, err) && !d->failed;
}

static void free_working_memory(struct diffing *d)
{
    for (int side = 0; side < 2; side++) {
        free(d->partner[side]);
        free(d->color[side]);
        free(d->hashes[side].nodes);
        buf_free(&d->text[side]);
    }
    map_free(&d->learned);
    free(d->learned_ids);
    free(d->pending);
    free(d->fields);
    buf_free(&d->scratch);
}

struct jpk_diff *jpk_diff_projects(const struct jpk_project *a, const struct jpk_project *b,
                                   const struct jpk_diff_options *options, struct jpk_error *err)
{
    const struct project *left = (const struct project *)a, *right = (const struct project *)b;
    if (left->slim || right->slim) {
        error_set(err, JPK_ERR_USAGE, "the project was made slim; it must be compared before");
        return NULL;
    }
    struct diffing *d = calloc(1, sizeof *d);
    if (!d) {
        error_memory(err);
        return NULL;
    }
    d->public.a = a;
    d->public.b = b;
    d->side[SIDE_A] = left;
    d->side[SIDE_B] = right;
    d->budget = LINEDIFF_BUDGET;
    if (options)
        d->options = *options;
    struct jpk_error local = {0};
    bool ok = run(d, &local);
    free_working_memory(d);
    d->public.changes = d->changes;
    if (ok) {
        if (d->public.change_count)
            qsort(d->changes, d->public.change_count, sizeof *d->changes, by_place);
        return &d->public;
    }
    if (local.code == JPK_OK)
        error_memory(&local);
    if (err && err->code == JPK_OK)
        *err = local;
    jpk_diff_free(&d->public);
    return NULL;
}

void jpk_diff_free(struct jpk_diff *public)
{
    struct diffing *d = (struct diffing *)public;
    if (!d)
        return;
    free(d->changes);
    arena_free(&d->arena);
    free(d);
}
