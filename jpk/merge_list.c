#include "jpk/merge_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "jpk/properties.h"
#include "jpk/secret_field.h"

enum what { FILE_OF_PROPERTIES, FILE_OF_LINES, FILE_OF_ROWS, LINES };

/* Some lines of a file: a property with those that continue it, or one line. */
struct entry {
    const char *text;
    size_t size;
    size_t value; /* where the value begins in it */
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

static const struct entry *keep_entry(struct merging *m, const char *text, size_t size, size_t value)
{
    struct entry *entry = arena_alloc(&m->arena, sizeof *entry);
    m->failed |= !entry;
    if (entry)
        *entry = (struct entry){text, size, value};
    return entry;
}

static void add(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const struct entry *entry,
                const char *key, unsigned flags)
{
    m->failed |= !key;
    if (m->failed)
        return;
    merge_add(m, out,
              (struct merge_node){.kind = MERGE_SCALAR,
                                  .side = parent->side,
                                  .what = LINES,
                                  .flags = flags,
                                  .at.pointer = entry,
                                  .key = key,
                                  .key_size = strlen(key),
                                  .name = *key == '#' || *key == '!' ? NULL : key});
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

static void add_property(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const char *text,
                         size_t n, size_t start)
{
    size_t end = key_end(text, n, start);
    const char *key = arena_strndup(&m->arena, text + start, end - start);
    unsigned flags =
        !key ? 0u
             : (properties_noisy(key) ? MERGE_NOISE : 0u) | (secret_field_name(key, strlen(key)) ? MERGE_SECRET : 0u);
    add(m, parent, out, keep_entry(m, text, n, value_start(text, n, end)), key, flags);
}

/* Rows of an index go by their ids, else by their paths; the first line, and what is no row, by that. */
static const char *row_key(struct merging *m, const char *text, size_t n)
{
    static const char *const kinds[] = {"folder", "item", "component", "workflow", "asset", "file", "stale"};
    struct jdoc doc = {0};
    struct buf key = {0};
    struct jpk_error err = {0};
    bool row = jdoc_parse(&doc, text, n, NULL, &err);
    for (size_t i = 0; row && i < sizeof kinds / sizeof kinds[0] && key.size == 0; i++) {
        uint32_t path = jdoc_member(&doc, 0, kinds[i]), id = jdoc_member(&doc, 0, "id");
        uint32_t told = jdoc_is(&doc, id, JDOC_STRING) && jdoc_string_size(&doc, id) ? id : path;
        if (!jdoc_is(&doc, path, JDOC_STRING))
            continue;
        buf_printf(&key, "%s ", kinds[i]);
        buf_put(&key, jdoc_string(&doc, told), jdoc_string_size(&doc, told));
    }
    if (key.size == 0)
        buf_puts(&key, "#");
    bool failed = key.failed || err.code == JPK_ERR_MEMORY;
    const char *copy = failed ? NULL : arena_strndup(&m->arena, key.data, key.size);
    buf_free(&key);
    jdoc_free(&doc);
    return copy;
}

static void add_row(struct merging *m, const struct merge_node *parent, struct merge_nodes *out, const char *text,
                    size_t n)
{
    const char *key = row_key(m, text, bare(text, n));
    add(m, parent, out, keep_entry(m, text, n, 0), key, key && *key == '#' ? MERGE_NOISE : 0);
}

static void children(struct merging *m, const struct merge_node *parent, struct merge_nodes *out)
{
    const struct entry *file = parent->at.pointer;
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

static void merge_files(struct merging *m, const struct buf *const files[MERGE_SIDES], enum what what, struct buf *out)
{
    struct entry whole[MERGE_SIDES];
    struct merge_node nodes[MERGE_SIDES];
    const struct merge_node *list[MERGE_SIDES];
    struct merge_result result;
    for (int side = 0; side < MERGE_SIDES; side++) {
        whole[side] = (struct entry){files[side] ? buf_text(files[side]) : "", files[side] ? files[side]->size : 0, 0};
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
    if (result.how == MERGE_TAKEN) {
        const struct entry *entry = result.node->at.pointer;
        buf_put(out, entry->text, entry->size);
    }
    for (size_t i = 0; i < result.count; i++) {
        const struct entry *entry = result.children[i].node->at.pointer;
        if (out->size && out->data[out->size - 1] != '\n')
            buf_putc(out, '\n');
        buf_put(out, entry->text, entry->size);
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
