#include "jpk/tree_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "base/uuid.h"
#include "jpk/archive.h"
#include "jpk/entry_name.h"
#include "jpk/tree_name.h"

#define FORMAT "jpk-tree"

enum { FORMAT_VERSION = 1 };

static const char *const row_keys[] = {
    [TREE_ROW_FOLDER] = "folder",
    [TREE_ROW_ITEM] = "item",
    [TREE_ROW_FILE] = "file",
    [TREE_ROW_STALE] = "stale",
};

bool tree_row_is_listed(const struct tree_row *row)
{
    return row->kind == TREE_ROW_FOLDER || (row->kind == TREE_ROW_ITEM && !text_starts_with(row->path, TREE_UNLISTED));
}

struct tree_row *tree_index_add(struct tree_index *index, enum tree_row_kind kind)
{
    struct tree_row *rows = array_grow(index->rows, index->count, &index->capacity, sizeof *rows);
    if (!rows)
        return NULL;
    index->rows = rows;
    rows[index->count] = (struct tree_row){.kind = kind, .id = ""};
    return &rows[index->count++];
}

void tree_index_free(struct tree_index *index)
{
    free(index->rows);
    arena_free(&index->arena);
    *index = (struct tree_index){0};
}

/* ------------------------------------------------------------------------------------------------------- reading */

struct reader {
    struct tree_index *index;
    struct jdoc doc; /* of the line */
    uint32_t line;
    struct jpk_error *err;
    uint32_t known; /* keys that were asked for */
};

/* About the value of a node. */
static bool refuse(struct reader *reader, uint32_t node, const char *key, const char *what)
{
    error_set(reader->err, JPK_ERR_FORMAT, "the key '%s' %s", key, what);
    error_position(reader->err, reader->line, reader->doc.nodes[node].start + 1);
    return false;
}

static uint32_t find(struct reader *reader, const char *key)
{
    uint32_t node = jdoc_member(&reader->doc, 0, key);
    reader->known += node != JDOC_NONE;
    return node;
}

static const char *copy_text(struct reader *reader, uint32_t node, const char *key)
{
    const char *text = jdoc_string(&reader->doc, node);
    size_t n = jdoc_string_size(&reader->doc, node);
    if (jdoc_type(&reader->doc, node) != JDOC_STRING || memchr(text, '\0', n)) {
        refuse(reader, node, key, "must be a text, without NUL");
        return NULL;
    }
    const char *copy = arena_strndup(&reader->index->arena, text, n);
    if (!copy)
        error_memory(reader->err);
    return copy;
}

/* *out gets a copy of a text, or stays as it is when the key is not there. */
static bool read_text(struct reader *reader, const char *key, const char **out)
{
    uint32_t node = find(reader, key);
    if (node == JDOC_NONE)
        return true;
    const char *copy = copy_text(reader, node, key);
    if (copy)
        *out = copy;
    return copy != NULL;
}

static bool read_flag(struct reader *reader, const char *key, bool *out)
{
    uint32_t node = find(reader, key);
    if (node == JDOC_NONE)
        return true;
    enum jdoc_type type = jdoc_type(&reader->doc, node);
    *out = type == JDOC_TRUE;
    return type == JDOC_TRUE || type == JDOC_FALSE || refuse(reader, node, key, "must be true or false");
}

static bool read_parts(struct reader *reader, struct tree_row *row)
{
    const struct jdoc *doc = &reader->doc;
    uint32_t list = find(reader, "parts");
    if (list == JDOC_NONE)
        return true;
    if (jdoc_type(doc, list) != JDOC_ARRAY)
        return refuse(reader, list, "parts", "must be a list of endings");
    const char **parts = arena_calloc(&reader->index->arena, jdoc_count(doc, list), sizeof *parts);
    if (!parts)
        return error_memory(reader->err);
    row->parts = parts;
    for (uint32_t node = list + 1; node < jdoc_next(doc, list); node = jdoc_next(doc, node)) {
        const char *part = copy_text(reader, node, "parts");
        if (!part)
            return false;
        if (strchr(part, '/'))
            return refuse(reader, node, "parts", "must be a list of endings");
        parts[row->part_count++] = part;
    }
    return true;
}

static bool check_path(struct reader *reader, const char *key, const char *path)
{
    struct jpk_limits limits = jpk_limits_default();
    struct jpk_error why = {0};
    char text[JPK_ERROR_MESSAGE_MAX];
    if (entry_name_check(path, strlen(path), &limits, &why) && path[strlen(path) - 1] != '/')
        return true;
    snprintf(text, sizeof text, "is a path that %.400s", why.code ? why.message : "ends in a slash");
    return refuse(reader, jdoc_member(&reader->doc, 0, key), key, text);
}

static bool wrong_key(struct reader *reader, uint32_t key, const char *what)
{
    uint32_t n = jdoc_string_size(&reader->doc, key);
    error_set(reader->err, JPK_ERR_FORMAT, "holds the key '%.*s' %s", (int)(n < 100 ? n : 100),
              jdoc_string(&reader->doc, key), what);
    error_position(reader->err, reader->line, reader->doc.nodes[key].start + 1);
    return false;
}

/* A key that was not asked for, and twice the same one, are mistakes. */
static bool all_known(struct reader *reader, const char *const *keys)
{
    const struct jdoc *doc = &reader->doc;
    if (doc->duplicate_count)
        return wrong_key(reader, doc->duplicates[0].again, "twice");
    if (reader->known == jdoc_count(doc, 0))
        return true;
    for (uint32_t key = 1; key < jdoc_next(doc, 0); key = jdoc_next(doc, key + 1)) {
        const char *const *known = keys;
        while (*known && !jdoc_string_is(doc, key, *known, strlen(*known)))
            known++;
        if (!*known)
            return wrong_key(reader, key, "that this version does not know");
    }
    return true;
}

static bool read_header(struct reader *reader)
{
    static const char *const keys[] = {"format", "version", "project",  "id",   "base", "form",
                                       "time",   "local",   "original", "crlf", NULL};
    struct tree_index *index = reader->index;
    const char *format = "";
    int64_t version = 0;
    if (!read_text(reader, "format", &format))
        return false;
    if (strcmp(format, FORMAT) != 0)
        return error_set(reader->err, JPK_ERR_FORMAT,
                         "is not the index of an unpacked tree: its first line must have \"format\":\"" FORMAT "\"");
    uint32_t node = find(reader, "version");
    if (!jdoc_is(&reader->doc, node, JDOC_NUMBER) || !jdoc_integer(&reader->doc, node, &version) ||
        version != FORMAT_VERSION)
        return error_set(reader->err, JPK_ERR_FORMAT, "is of a version that this program does not read; it reads %d",
                         FORMAT_VERSION);
    index->name = index->id = index->base = index->time = index->local = "";
    index->form = "jitterpak";
    return read_text(reader, "project", &index->name) && read_text(reader, "id", &index->id) &&
           read_text(reader, "base", &index->base) && read_text(reader, "form", &index->form) &&
           read_text(reader, "original", &index->original) && read_text(reader, "time", &index->time) &&
           read_text(reader, "local", &index->local) && read_flag(reader, "crlf", &index->crlf) &&
           all_known(reader, keys);
}

static bool read_row(struct reader *reader)
{
    static const char *const keys[] = {"folder", "item",  "file",     "stale",  "id",      "name", "as",
                                       "in",     "parts", "original", "absent", "markers", NULL};
    enum tree_row_kind kind = TREE_ROW_FOLDER;
    while (kind <= TREE_ROW_STALE && jdoc_member(&reader->doc, 0, row_keys[kind]) == JDOC_NONE)
        kind++;
    if (kind > TREE_ROW_STALE)
        return error_set(reader->err, JPK_ERR_FORMAT, "has none of the keys 'folder', 'item', 'file' and 'stale'");
    struct tree_row *row = tree_index_add(reader->index, kind);
    if (!row)
        return error_memory(reader->err);
    row->line = reader->line;
    return read_text(reader, row_keys[kind], &row->path) && check_path(reader, row_keys[kind], row->path) &&
           read_text(reader, "id", &row->id) && read_text(reader, "name", &row->name) &&
           read_text(reader, "as", &row->as) && read_text(reader, "in", &row->in) && read_parts(reader, row) &&
           read_text(reader, "original", &row->original) && read_flag(reader, "absent", &row->absent) &&
           read_flag(reader, "markers", &row->markers) && all_known(reader, keys);
}

static bool read_line(struct tree_index *index, const char *text, size_t n, uint32_t line, bool header,
                      struct jpk_error *err)
{
    struct reader reader = {.index = index, .line = line, .err = err};
    struct jpk_error local = {0};
    bool ok = jdoc_parse(&reader.doc, text, n, NULL, &local);
    if (!ok && err && err->code == JPK_OK) {
        *err = local;
        err->has_offset = false; /* it counts from the line */
        err->line = line;
    } else if (ok && jdoc_type(&reader.doc, 0) != JDOC_OBJECT) {
        ok = error_set(err, JPK_ERR_JSON, "must be a JSON object");
    } else if (ok) {
        ok = header ? read_header(&reader) : read_row(&reader);
    }
    if (!ok)
        error_position(err, line, 1);
    jdoc_free(&reader.doc);
    return ok;
}

bool tree_index_parse(struct tree_index *index, const char *text, size_t n, bool header, struct jpk_error *err)
{
    if (!tree_check_conflict(text, n, err))
        return false;
    uint32_t line = 0;
    for (const char *at = text, *end = text + n; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((line_end ? line_end : end) - at);
        line++;
        bool empty = strspn(at, " \t\r") >= length;
        if (!empty && !read_line(index, at, length, line, header, err))
            return false;
        header = header && empty;
        at += length + (line_end != NULL);
    }
    if (!header)
        return true;
    error_set(err, JPK_ERR_FORMAT, "is empty");
    error_position(err, 1, 1);
    return false;
}

bool tree_index_read(struct tree_index *index, struct jpk_archive *folder, const char *file, struct jpk_error *err)
{
    struct buf text = {0};
    size_t at = jpk_archive_find(folder, file);
    if (at == SIZE_MAX)
        return true;
    bool ok = archive_read(folder, at, &text, err) &&
              tree_index_parse(index, buf_text(&text), text.size, strcmp(file, TREE_INDEX) == 0, err);
    if (!ok) {
        error_file(err, jpk_archive_name(folder));
        error_entry(err, file);
    }
    buf_free(&text);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- writing */

static void put_text(struct buf *out, const char *key, const char *value)
{
    if (!value || out->failed)
        return;
    buf_printf(out, "%s\"%s\":", out->data[out->size - 1] == '{' ? "" : ",", key);
    json_put_string(out, value, strlen(value));
}

static void put_flag(struct buf *out, const char *key, bool value)
{
    if (value)
        buf_printf(out, ",\"%s\":true", key);
}

void tree_index_write_header(const struct tree_index *index, struct buf *out)
{
    buf_printf(out, "{\"format\":\"" FORMAT "\",\"version\":%d", FORMAT_VERSION);
    put_text(out, "project", index->name);
    put_text(out, "id", index->id);
    put_text(out, "base", *index->base ? index->base : NULL);
    put_text(out, "form", index->form);
    put_text(out, "time", *index->time ? index->time : NULL);
    put_text(out, "local", *index->local ? index->local : NULL);
    put_text(out, "original", index->original);
    put_flag(out, "crlf", index->crlf);
    buf_puts(out, "}\n");
}

static void put_parts(struct buf *out, const struct tree_row *row)
{
    for (size_t i = 0; i < row->part_count; i++) {
        buf_puts(out, i == 0 ? ",\"parts\":[" : ",");
        json_put_string(out, row->parts[i], strlen(row->parts[i]));
    }
    if (row->part_count)
        buf_putc(out, ']');
}

void tree_index_write_row(const struct tree_row *row, struct buf *out)
{
    buf_putc(out, '{');
    put_text(out, row_keys[row->kind], row->path);
    put_text(out, "id", *row->id ? row->id : NULL);
    put_text(out, "name", row->name);
    put_text(out, "as", row->as);
    put_text(out, "in", row->in);
    put_parts(out, row);
    put_text(out, "original", row->original);
    put_flag(out, "absent", row->absent);
    put_flag(out, "markers", row->markers);
    buf_puts(out, "}\n");
}

/* ---------------------------------------------------------------------------------------------------------- paths */

const char *tree_below_unlisted(const char *path)
{
    size_t n = strlen(TREE_UNLISTED);
    return strncmp(path, TREE_UNLISTED, n) == 0 ? path + n : path;
}

void tree_usual_entry(const struct tree_row *row, struct buf *out)
{
    const char *path = tree_below_unlisted(row->path);
    buf_puts(out, "Data/");
    if (row->kind == TREE_ROW_FOLDER)
        buf_puts(out, "Folder");
    else
        tree_name_decode(path, strcspn(path, "/"), out);
    buf_printf(out, "/%s.xml", row->id);
}

const char *tree_original_stem(const char *id, char made[UUID_SIZE])
{
    if (text_guid(id, strlen(id)))
        return id;
    uuid_of_name("", id, made); /* whatever it is, it gets a name that fits and that nothing else has */
    return made;
}

/* ------------------------------------------------------------------------------------------------------ conflicts */

static bool is_mark(const char *line, size_t n)
{
    static const char signs[] = {'<', '|', '>'};
    for (size_t i = 0; i < sizeof signs; i++) {
        size_t length = text_conflict_mark(line, n, signs[i]);
        if (length > 0 && length < n && line[length] == ' ')
            return true;
    }
    return false;
}

size_t tree_conflict(const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        if (is_mark(text + at, n - at))
            return at;
        const char *line_end = memchr(text + at, '\n', n - at);
        if (!line_end)
            break;
        at = (size_t)(line_end - text) + 1;
    }
    return SIZE_MAX;
}

bool tree_has_markers(const char *text, size_t n)
{
    return tree_conflict(text, n) != SIZE_MAX && text_conflict(text, n) == SIZE_MAX;
}

bool tree_check_conflict(const char *text, size_t n, struct jpk_error *err)
{
    size_t at = tree_conflict(text, n);
    if (at == SIZE_MAX)
        return true;
    error_set(err, JPK_ERR_FORMAT, "holds the marks of a merge conflict");
    error_text_offset(err, text, n, at);
    return false;
}
