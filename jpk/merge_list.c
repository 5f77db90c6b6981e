#include "jpk/merge_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "jpk/cloud_json.h"
#include "jpk/properties.h"
#include "jpk/secret_field.h"
#include "jpk/tree_name.h"

#define FOLDER "folder"

enum what { FILE_OF_PROPERTIES, FILE_OF_LINES, FILE_OF_ROWS, HEADER, LINES };

/* Some lines of a file: a property with those that continue it, or one line; or a member of an index's first line. */
struct entry {
    const char *text;
    size_t size;
    size_t value;      /* where the value begins in it */
    const char *path;  /* of a row of an index: its kind and its path; else NULL */
    const char *above; /* of a row of an item or a folder: `path` of the folder above, if that has one; else NULL */
};

static size_t line_size(const char *text, size_t n)
{
    const char *end = memchr(text, '\n', n);
    return end ? (size_t)(end - text) + 1 : n;
}

/* Without its line end. */
static size_t bare(const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    return n;
}

static bool continues(const char *text, size_t n)
{
    size_t slashes = 0;
    for (n = bare(text, n); n > 0 && text[n - 1] == '\\'; n--)
        slashes++;
    return slashes % 2 == 1;
}

/* The first byte of a property's key, and the byte behind it. */
static size_t key_start(const char *text, size_t n)
{
    size_t at = 0;
    while (at < n && (text[at] == ' ' || text[at] == '\t' || text[at] == '\f'))
        at++;
    return at;
}

static size_t key_end(const char *text, size_t n, size_t at)
{
    while (at < n && !strchr("=: \t\f\r\n", text[at]))
        at += text[at] == '\\' ? 2 : 1;
    return at < n ? at : n;
}

static size_t value_start(const char *text, size_t n, size_t at)
{
    at += key_start(text + at, n - at);
    if (at < n && (text[at] == '=' || text[at] == ':'))
        at++;
    return at + key_start(text + at, n - at);
}

/* --------------------------------------------------------------------------------------------------------- the form */

static bool same(struct merging *m, const struct merge_node *a, const struct merge_node *b, bool blind)
{
    const struct entry *left = a->at.pointer, *right = b->at.pointer;
    (void)m;
    if (blind && a->flags & b->flags & MERGE_NOISE)
        return true;
    return left->size == right->size && memcmp(left->text, right->text, left->size) == 0;
}

static struct entry *keep_entry(struct merging *m, const char *text, size_t size, size_t value)
{
    struct entry *entry = arena_alloc(&m->arena, sizeof *entry);
    m->failed |= !entry;
    if (entry)
        *entry = (struct entry){text, size, value, NULL, NULL};
    return entry;
}

static void add_node(struct merging *m, const struct merge_node *parent, struct merge_nodes *out,
                     const struct entry *entry, const char *key, unsigned flags, enum what what)
{
    m->failed |= !key;
    if (m->failed)
        return;
    merge_add(m, out,
              (struct merge_node){.kind = what == HEADER ? MERGE_SET : MERGE_SCALAR,
                                  .side = parent->side,
                                  .what = (int)what,
                                  .flags = flags,
                                  .at.pointer = entry,
                                  .key = key,
                                  .key_size = strlen(key),
                                  .name = *key == '#' || *key == '!' ? NULL : key});
}

static void add(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const struct entry *entry,
                const char *key, unsigned flags)
{
    add_node(m, parent, out, entry, key, flags, LINES);
}

/* A comment or an empty line; the first one of a file says when it was stored. */
static void add_comment(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const char *text,
                        size_t n)
{
    bool first = out->count == 0;
    struct buf key = {0};
    buf_putc(&key, first ? '!' : '#'); /* no property has such a key, and an empty line is not the first comment */
    if (!first)
        buf_put(&key, text, bare(text, n));
    add(m, parent, out, keep_entry(m, text, n, 0), key.failed ? NULL : arena_strndup(&m->arena, key.data, key.size),
        first ? MERGE_NOISE : 0);
    buf_free(&key);
}

/* Whether a key, which may be escaped, is the name of a secret. */
static bool names_secret(struct merging *m, const char *key)
{
    struct properties read;
    struct jpk_error err = {0};
    if (!properties_parse(key, strlen(key), &m->arena, &read, &err)) {
        m->failed |= err.code == JPK_ERR_MEMORY;
        return true; /* nobody knows its name */
    }
    return read.count > 0 && secret_field_name(read.items[0].key, strlen(read.items[0].key));
}

static void add_property(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const char *text,
                         size_t n, size_t start)
{
    size_t end = key_end(text, n, start);
    const char *key = arena_strndup(&m->arena, text + start, end - start);
    unsigned flags =
        !key ? 0u : (properties_noisy(key) ? MERGE_NOISE : 0u) | (names_secret(m, key) ? MERGE_SECRET : 0u);
    add(m, parent, out, keep_entry(m, text, n, value_start(text, n, end)), key, flags);
}

static const char *keep(struct merging *m, struct buf *text)
{
    const char *copy = text->failed ? NULL : arena_strndup(&m->arena, buf_text(text), text->size);
    m->failed |= !copy;
    buf_free(text);
    return copy;
}

/* What a row is about, with its kind: as `told` says, a string of the row. */
static const char *row_text(struct merging *m, const struct jdoc *doc, const char *kind, uint32_t told)
{
    struct buf text = {0};
    buf_printf(&text, "%s ", kind);
    buf_put(&text, jdoc_string(doc, told), jdoc_string_size(doc, told));
    return keep(m, &text);
}

/* The folder that a row lies in: that of its path, or one that lies elsewhere in the tree. */
static const char *row_above(struct merging *m, const struct jdoc *doc, const char *path)
{
    uint32_t in = jdoc_member(doc, 0, "in");
    const char *slash = strrchr(path, '/'), *name = strchr(path, ' ') + 1;
    if (jdoc_is(doc, in, JDOC_STRING))
        return row_text(m, doc, FOLDER, in);
    if (!slash)
        return NULL;
    struct buf text = {0};
    buf_printf(&text, FOLDER " %.*s", (int)(slash - name), name);
    return keep(m, &text);
}

/* Rows of an index go by their ids, else by their paths; the first line, and what is no row, by that. */
static void add_row(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const char *text,
                    size_t n)
{
    enum { LISTED = 2 }; /* how many of them lie in folders that have rows */
    static const char *const kinds[] = {FOLDER, "item", "component", "workflow", "asset", "file", "stale"};
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    struct entry *entry = keep_entry(m, text, n, 0);
    const char *key = "#";
    bool object = jdoc_parse(&doc, text, bare(text, n), NULL, &err) && jdoc_type(&doc, 0) == JDOC_OBJECT;
    for (size_t i = 0; object && entry && i < sizeof kinds / sizeof kinds[0] && *key == '#'; i++) {
        uint32_t path = jdoc_member(&doc, 0, kinds[i]), id = jdoc_member(&doc, 0, "id");
        if (!jdoc_is(&doc, path, JDOC_STRING))
            continue;
        bool known = jdoc_is(&doc, id, JDOC_STRING) && jdoc_string_size(&doc, id);
        key = row_text(m, &doc, kinds[i], known ? id : path);
        entry->path = jdoc_string_size(&doc, path) ? row_text(m, &doc, kinds[i], path) : NULL;
        entry->above = entry->path && i < LISTED ? row_above(m, &doc, entry->path) : NULL;
        object = key != NULL;
    }
    m->failed |= err.code == JPK_ERR_MEMORY;
    if (object && *key == '#')
        add_node(m, parent, out, entry, key, 0, HEADER);
    else
        add(m, parent, out, entry, key, key && *key == '#' ? MERGE_NOISE : 0);
    jdoc_free(&doc);
}

/* The members of the first line of an index; only when it was written changes without anybody's doing. */
static void add_members(struct merging *m, const struct merge_node *parent, struct merge_nodes *out)
{
    const struct entry *line = parent->at.pointer;
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    bool ok = jdoc_parse(&doc, line->text, bare(line->text, line->size), NULL, &err);
    for (uint32_t key = 1; ok && key < jdoc_next(&doc, 0) && !m->failed; key = jdoc_next(&doc, key + 1)) {
        size_t start = doc.nodes[key].start, end = cloud_json_end(&doc, key + 1);
        if (jdoc_shadowed(&doc, key))
            continue;
        add(m, parent, out, keep_entry(m, line->text + start, end - start, doc.nodes[key + 1].start - start),
            arena_strndup(&m->arena, jdoc_string(&doc, key), jdoc_string_size(&doc, key)),
            jdoc_string_is(&doc, key, "time", strlen("time")) ? MERGE_NOISE : 0);
    }
    m->failed |= err.code == JPK_ERR_MEMORY;
    jdoc_free(&doc);
}

static void children(struct merging *m, const struct merge_node *parent, struct merge_nodes *out)
{
    const struct entry *file = parent->at.pointer;
    if (parent->what == HEADER) {
        add_members(m, parent, out);
        return;
    }
    for (size_t at = 0; at < file->size && !m->failed;) {
        const char *text = file->text + at;
        size_t left = file->size - at, n = line_size(text, left), start = key_start(text, n);
        if (parent->what == FILE_OF_LINES) {
            add(m, parent, out, keep_entry(m, text, n, 0), arena_strndup(&m->arena, text, bare(text, n)), 0);
        } else if (parent->what == FILE_OF_ROWS) {
            add_row(m, parent, out, text, n);
        } else if (bare(text, n) <= start || text[start] == '#' || text[start] == '!') {
            add_comment(m, parent, out, text, n);
        } else {
            while (n < left && continues(text, n))
                n += line_size(text + n, left - n);
            add_property(m, parent, out, text, n, start);
        }
        at += n;
    }
}

static void text(struct merging *m, const struct merge_node *node, struct buf *out)
{
    const struct entry *entry = node->at.pointer;
    (void)m;
    size_t n = bare(entry->text, entry->size);
    if (entry->value < n)
        buf_put(out, entry->text + entry->value, n - entry->value);
}

static const struct merge_form form = {.same = same, .children = children, .text = text};

/* ------------------------------------------------------------------------------------------- rows that fit together */

/* The rows of a side. */
struct rows {
    struct merge_nodes nodes;
    struct map by_key, folders; /* key -> row, path -> row of a folder */
};

/* The rows of an index that was merged. */
struct table {
    struct merge_result *rows;
    struct rows sides[MERGE_SIDES];
    struct map own, others;     /* path -> row from the favored side, and from the other one */
    struct map by_key, folders; /* of the result, once no path stands twice in it */
};

static const struct entry *entry_of(const struct merge_node *row)
{
    return row->at.pointer;
}

static const char *path_of(const struct merge_node *row)
{
    return row->what == LINES ? entry_of(row)->path : NULL;
}

static bool note(struct map *map, const char *key, size_t at)
{
    return !key || map_set(map, key, strlen(key), (uint32_t)at);
}

static uint32_t find(const struct map *map, const char *key)
{
    return key ? map_get(map, key, strlen(key)) : MAP_NONE;
}

static bool note_row(const struct merge_node *row, size_t at, struct map *by_key, struct map *folders)
{
    const char *path = path_of(row);
    bool folder = path && text_starts_with(path, FOLDER " ");
    return note(by_key, row->key, at) && (!folder || note(folders, path, at));
}

static bool begin_table(struct merging *m, struct table *t, const struct merge_node *const files[MERGE_SIDES],
                        size_t count)
{
    bool ok = true;
    for (int side = 0; side < MERGE_SIDES; side++) {
        struct rows *rows = &t->sides[side];
        if (files[side])
            children(m, files[side], &rows->nodes);
        for (size_t i = 0; ok && i < rows->nodes.count; i++)
            ok = note_row(&rows->nodes.list[i], i, &rows->by_key, &rows->folders);
    }
    for (size_t i = 0; ok && i < count; i++) {
        const struct merge_node *row = t->rows[i].node;
        ok = note(row->side == m->main ? &t->own : &t->others, path_of(row), i);
    }
    m->failed |= !ok;
    return !m->failed;
}

/* What a side has of a row; NULL: nothing. */
static const struct merge_node *row_of(const struct table *t, enum merge_side side, const char *key)
{
    uint32_t at = find(&t->sides[side].by_key, key);
    return at == MAP_NONE ? NULL : &t->sides[side].nodes.list[at];
}

static void report_row(struct merging *m, const struct merge_node *row, struct merge_clash c,
                       const struct merge_node *const nodes[MERGE_SIDES])
{
    struct buf texts[MERGE_SIDES] = {{0}, {0}, {0}};
    size_t before = merge_enter(m, path_of(row));
    for (int side = 0; side < MERGE_SIDES; side++) {
        if (!nodes[side])
            continue;
        text(m, nodes[side], &texts[side]);
        m->failed |= texts[side].failed;
        c.values[side] = (struct merge_text){buf_text(&texts[side]), texts[side].size, false};
    }
    merge_conflict(m, &c);
    merge_leave(m, before);
    for (int side = 0; side < MERGE_SIDES; side++)
        buf_free(&texts[side]);
}

/*
 * The other side's row goes when the favored side has its path for something else, and what that side has of the same
 * id comes back; whose path the other side may have given away too.
 */
static void settle_row(struct merging *m, struct table *t, uint32_t at)
{
    while (at != MAP_NONE && !m->failed) {
        const struct merge_node *row = t->rows[at].node;
        uint32_t owner = row && row->side == m->other ? find(&t->own, path_of(row)) : MAP_NONE;
        if (owner == MAP_NONE || strcmp(t->rows[owner].node->key, row->key) == 0)
            return;
        const struct merge_node *nodes[MERGE_SIDES] = {NULL};
        nodes[m->main] = t->rows[owner].node;
        nodes[m->other] = row;
        report_row(m, row, (struct merge_clash){.kind = JPK_MERGE_ADDED, .kept = merge_kept(m->main)}, nodes);
        const struct merge_node *before = row_of(t, m->main, row->key);
        t->rows[at].node = before;
        if (!before)
            return;
        m->failed |= !note(&t->own, path_of(before), at);
        at = find(&t->others, path_of(before));
    }
}

/* No path may stand twice in an index, which none could read then: items of one name that both sides made. */
static void settle_paths(struct merging *m, struct table *t, struct merge_result *result)
{
    size_t left = 0;
    for (size_t i = 0; i < result->count; i++)
        settle_row(m, t, (uint32_t)i);
    for (size_t i = 0; i < result->count; i++)
        if (result->children[i].node)
            result->children[left++] = result->children[i];
    result->count = left;
}

/* A row without a member, and with others at its end. */
static const struct merge_node *rewrite(struct merging *m, const struct merge_node *row, const char *without,
                                        const struct buf *more)
{
    const struct entry *line = entry_of(row);
    struct merge_nodes members = {0};
    struct merge_node *copy = arena_alloc(&m->arena, sizeof *copy);
    struct buf out = {0};
    add_members(m, row, &members);
    for (size_t i = 0; i < members.count; i++)
        if (strcmp(members.list[i].key, without) != 0) {
            buf_putc(&out, out.size ? ',' : '{');
            buf_put(&out, entry_of(&members.list[i])->text, entry_of(&members.list[i])->size);
        }
    size_t n = bare(line->text, line->size);
    buf_printf(&out, "%s}", buf_text(more));
    buf_put(&out, line->text + n, line->size - n);
    size_t size = out.size;
    const char *whole = keep(m, &out);
    struct entry *entry = whole ? keep_entry(m, whole, size, 0) : NULL;
    m->failed |= more->failed || !copy || !entry;
    if (m->failed)
        return row;
    entry->path = line->path;
    *copy = *row;
    copy->at.pointer = entry;
    return copy;
}

/* A row whose folder lies elsewhere in the tree now; git may have left its files where they were. */
static const struct merge_node *row_in(struct merging *m, const struct merge_node *row, const struct merge_node *folder)
{
    const char *path = path_of(folder) + strlen(FOLDER " ");
    struct buf more = {0};
    buf_puts(&more, ",\"in\":");
    json_put_string(&more, path, strlen(path));
    row = rewrite(m, row, "in", &more);
    buf_free(&more);
    return row;
}

/* A folder whose file the other side deleted; when it comes back its row says nothing new. */
static const struct merge_node *row_without_file(struct merging *m, const struct merge_node *row)
{
    const char *slash = strrchr(path_of(row), '/'), *last = slash ? slash + 1 : path_of(row) + strlen(FOLDER " ");
    struct jdoc doc = {0};
    struct jpk_error err = {0};
    struct buf more = {0}, name = {0};
    const struct entry *line = entry_of(row);
    bool ok = jdoc_parse(&doc, line->text, bare(line->text, line->size), NULL, &err);
    m->failed |= !ok;
    if (ok && jdoc_member(&doc, 0, "name") == JDOC_NONE) {
        tree_name_decode(last, strlen(last), &name);
        buf_puts(&more, ",\"name\":");
        json_put_string(&more, buf_text(&name), name.size);
    }
    buf_puts(&more, ",\"absent\":true");
    m->failed |= name.failed;
    row = rewrite(m, row, "absent", &more);
    jdoc_free(&doc);
    buf_free(&more);
    buf_free(&name);
    return row;
}

/* The row of the folder that a row lies in on a side; NULL: it lies in none, or is another one there. */
static const struct merge_node *folder_of(const struct table *t, enum merge_side side, const struct merge_node *row)
{
    const struct entry *entry = entry_of(row);
    const struct merge_node *there = row_of(t, side, row->key);
    uint32_t at =
        there && entry_of(there)->size == entry->size && memcmp(entry_of(there)->text, entry->text, entry->size) == 0
            ? find(&t->sides[side].folders, entry->above)
            : MAP_NONE;
    return at == MAP_NONE ? NULL : &t->sides[side].nodes.list[at];
}

/* What has become of a folder; NULL: it is gone. */
static const struct merge_node *folder_now(const struct table *t, const struct merge_node *folder)
{
    uint32_t at = find(&t->by_key, folder->key);
    return at == MAP_NONE ? NULL : t->rows[at].node;
}

static bool is_where(const struct table *t, const struct merge_node *folder, const char *path)
{
    const struct merge_node *now = folder ? folder_now(t, folder) : NULL;
    return now && (!path_of(now) || strcmp(path_of(now), path) == 0); /* one without a path is no place */
}

static void report_folder(struct merging *m, const struct table *t, const struct merge_node *folder)
{
    const struct merge_node *nodes[MERGE_SIDES];
    for (int side = 0; side < MERGE_SIDES; side++)
        nodes[side] = row_of(t, (enum merge_side)side, folder->key);
    report_row(m, folder, (struct merge_clash){.kind = JPK_MERGE_DELETED, .kept = merge_kept(folder->side)}, nodes);
}

/*
 * Sees to it that a row lies in the folder that it was put into: one side may have moved or renamed that, or deleted
 * it. Appends the rows that come back to `t->rows`; returns how many there are then.
 */
static size_t settle_folder(struct merging *m, struct table *t, size_t at, size_t count)
{
    while (!m->failed) {
        const struct merge_node *row = t->rows[at].node, *folder = folder_of(t, row->side, row);
        const char *above = entry_of(row)->above;
        if (!folder || is_where(t, folder, above) || is_where(t, folder_of(t, MERGE_OURS, row), above) ||
            is_where(t, folder_of(t, MERGE_THEIRS, row), above))
            break;
        if (folder_now(t, folder)) {
            t->rows[at].node = row_in(m, row, folder_now(t, folder));
            break;
        }
        if (find(&t->folders, above) != MAP_NONE)
            break;
        report_folder(m, t, folder);
        t->rows[count] = (struct merge_result){.how = MERGE_TAKEN, .node = folder};
        m->failed |= !note_row(folder, count, &t->by_key, &t->folders);
        at = count++;
    }
    return count;
}

/* Folders that came back stand before what lies in them. */
static void settle_folders(struct merging *m, struct table *t, struct merge_result *result)
{
    size_t count = result->count, most = count;
    for (int side = 0; side < MERGE_SIDES; side++)
        most += t->sides[side].folders.count;
    struct merge_result *rows = arena_alloc(&m->arena, (most + 1) * sizeof *rows);
    struct merge_result *sorted = arena_alloc(&m->arena, (most + 1) * sizeof *sorted);
    m->failed |= !rows || !sorted;
    if (!m->failed)
        memcpy(rows, result->children, count * sizeof *rows);
    t->rows = rows;
    for (size_t i = 0; i < count && !m->failed; i++)
        m->failed |= !note_row(rows[i].node, i, &t->by_key, &t->folders);
    size_t all = count, out = 0;
    for (size_t i = 0; i < count && !m->failed; i++) {
        size_t before = all;
        all = settle_folder(m, t, i, all);
        for (size_t k = all; k > before && !m->failed; k--) {
            sorted[out] = rows[k - 1];
            sorted[out++].node = row_without_file(m, rows[k - 1].node);
        }
        sorted[out++] = rows[i];
    }
    if (m->failed)
        return;
    result->children = sorted;
    result->count = out;
}

static void settle(struct merging *m, const struct merge_node *const files[MERGE_SIDES], struct merge_result *result)
{
    struct table t = {.rows = result->children};
    if (begin_table(m, &t, files, result->count)) {
        settle_paths(m, &t, result);
        settle_folders(m, &t, result);
    }
    for (int side = 0; side < MERGE_SIDES; side++) {
        map_free(&t.sides[side].by_key);
        map_free(&t.sides[side].folders);
    }
    map_free(&t.own);
    map_free(&t.others);
    map_free(&t.by_key);
    map_free(&t.folders);
}

/* ------------------------------------------------------------------------------------------------------------ files */

/* The first line of an index, of members of both sides. */
static void put_header(const struct merge_result *header, struct buf *out)
{
    const struct entry *line = header->node->at.pointer;
    size_t n = bare(line->text, line->size);
    for (size_t i = 0; i < header->count; i++) {
        const struct entry *member = header->children[i].node->at.pointer;
        buf_putc(out, i == 0 ? '{' : ',');
        buf_put(out, member->text, member->size);
    }
    buf_puts(out, header->count ? "}" : "{}");
    buf_put(out, line->text + n, line->size - n);
}

static void put_entry(const struct merge_result *result, struct buf *out)
{
    const struct entry *entry = result->node->at.pointer;
    if (result->how == MERGE_COMPOSED)
        put_header(result, out);
    else
        buf_put(out, entry->text, entry->size);
}

static void merge_files(struct merging *m, const struct buf *const files[MERGE_SIDES], enum what what, struct buf *out)
{
    struct entry whole[MERGE_SIDES];
    struct merge_node nodes[MERGE_SIDES];
    const struct merge_node *list[MERGE_SIDES];
    struct merge_result result;
    for (int side = 0; side < MERGE_SIDES; side++) {
        whole[side] = (struct entry){files[side] ? buf_text(files[side]) : "", files[side] ? files[side]->size : 0, 0,
                                     NULL, NULL};
        nodes[side] = (struct merge_node){.kind = what == FILE_OF_ROWS ? MERGE_LIST : MERGE_SET,
                                          .side = (enum merge_side)side,
                                          .what = (int)what,
                                          .at.pointer = &whole[side],
                                          .key = "",
                                          .name = ""};
        list[side] = files[side] ? &nodes[side] : NULL;
    }
    if (!merge_nodes(m, &form, list, &result))
        return;
    if (result.how == MERGE_COMPOSED && what == FILE_OF_ROWS)
        settle(m, list, &result);
    if (result.how == MERGE_TAKEN)
        put_entry(&result, out);
    for (size_t i = 0; i < result.count; i++) {
        if (out->size && out->data[out->size - 1] != '\n')
            buf_putc(out, '\n');
        put_entry(&result.children[i], out);
    }
    m->failed |= out->failed;
}

void merge_properties(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    merge_files(m, files, FILE_OF_PROPERTIES, out);
}

void merge_line_set(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    merge_files(m, files, FILE_OF_LINES, out);
}

void merge_index(struct merging *m, const struct buf *const files[MERGE_SIDES], struct buf *out)
{
    merge_files(m, files, FILE_OF_ROWS, out);
}
