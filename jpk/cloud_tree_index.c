#include "jpk/cloud_tree_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/json.h"
#include "base/json_write.h"
#include "jpk/cloud_json.h"
#include "jpk/tree_index.h"

#define FORMAT "jpk-cloud-tree"

enum { FORMAT_VERSION = 1 };

static const char *const kinds[] = {"component", "workflow", "asset", "stale"};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct cloud_row *cloud_index_add(struct cloud_tree_index *index, enum cloud_row_kind kind)
{
    struct cloud_row *rows = array_grow(index->rows, index->count, &index->capacity, sizeof *rows);
    if (!rows)
        return NULL;
    index->rows = rows;
    rows[index->count] = (struct cloud_row){.kind = kind};
    return &rows[index->count++];
}

/* ------------------------------------------------------------------------------------------------------- reading */

struct reader {
    struct cloud_tree_index *index;
    struct jpk_error *err;
    struct jdoc doc; /* of a line */
    uint32_t line;
};

static bool wrong(struct reader *r, uint32_t node, const char *message)
{
    error_set(r->err, JPK_ERR_FORMAT, "%s", message);
    error_position(r->err, r->line, node == JDOC_NONE ? 1 : r->doc.nodes[node].start + 1);
    return false;
}

static uint32_t member(const struct reader *r, const char *key)
{
    return jdoc_member(&r->doc, 0, key);
}

/* A copy of a string; *value stays as it is when there is none. */
static bool read_text(struct reader *r, const char *key, const char **value)
{
    uint32_t node = member(r, key);
    if (node == JDOC_NONE)
        return true;
    if (jdoc_type(&r->doc, node) != JDOC_STRING)
        return wrong(r, node, "must be a string");
    *value = arena_strndup(&r->index->arena, jdoc_string(&r->doc, node), jdoc_string_size(&r->doc, node));
    return *value || error_memory(r->err);
}

static bool read_flag(struct reader *r, const char *key, bool *value)
{
    uint32_t node = member(r, key);
    if (node == JDOC_NONE)
        return true;
    *value = jdoc_type(&r->doc, node) == JDOC_TRUE;
    return *value || wrong(r, node, "must be true, or not be there");
}

static bool read_header(struct reader *r)
{
    int64_t version = 0;
    uint32_t node = member(r, "version"), format = member(r, "format");
    if (format == JDOC_NONE || !jdoc_string_is(&r->doc, format, FORMAT, strlen(FORMAT)))
        return wrong(r, JDOC_NONE, "must begin with the line of the tree, {\"format\":\"" FORMAT "\",...");
    if (node == JDOC_NONE || !jdoc_integer(&r->doc, node, &version) || version != FORMAT_VERSION)
        return wrong(r, node, "is of a version of this format that is not known; a newer jpk may know it");
    return read_text(r, "project", &r->index->name) && read_text(r, "id", &r->index->id);
}

/* A path of a file must be one that was written here or could have been. */
static bool is_path(const char *path)
{
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if (strcspn(part, "/") == 0 || (part[0] == '.' && strncmp(part, ".workflow", 9) != 0))
            return false;
    return true;
}

static bool read_json(struct reader *r, struct cloud_row *row)
{
    uint32_t node = member(r, "json");
    if (node == JDOC_NONE)
        return true;
    size_t from = r->doc.nodes[node].start, to = cloud_json_end(&r->doc, node);
    row->json = arena_strndup(&r->index->arena, r->doc.text + from, to - from);
    return row->json || error_memory(r->err);
}

static bool read_row(struct reader *r)
{
    size_t kind = 0;
    while (kind < KINDS && member(r, kinds[kind]) == JDOC_NONE)
        kind++;
    if (kind == KINDS)
        return wrong(r, JDOC_NONE, "a line must be about a 'component', a 'workflow', an 'asset' or what is 'stale'");
    struct cloud_row *row = cloud_index_add(r->index, (enum cloud_row_kind)kind);
    if (!row)
        return error_memory(r->err);
    row->line = r->line;
    row->path = "";
    if (!read_text(r, kinds[kind], &row->path) || !read_text(r, "id", &row->id) || !read_json(r, row) ||
        !read_flag(r, "again", &row->again) || !read_flag(r, "plain", &row->plain) ||
        !read_flag(r, "markers", &row->markers))
        return false;
    if (*row->path ? !is_path(row->path) : !row->json)
        return wrong(r, member(r, kinds[kind]), "must be the path of a file in this folder");
    return true;
}

static bool read_line(struct reader *r, const char *text, size_t n)
{
    struct jdoc_options options = {.reject_duplicates = true, .reject_nul = true};
    struct jpk_error local = {0};
    if (!jdoc_parse(&r->doc, text, n, &options, &local)) {
        local.line = r->line;
        local.has_offset = false;
        if (r->err->code == JPK_OK)
            *r->err = local;
        return false;
    }
    bool ok = jdoc_type(&r->doc, 0) != JDOC_OBJECT ? wrong(r, JDOC_NONE, "every line must be an object")
              : r->index->id                       ? read_row(r)
                                                   : read_header(r);
    if (ok && !r->index->id)
        r->index->id = "";
    jdoc_free(&r->doc);
    return ok;
}

static bool read_lines(struct reader *r, const char *text, size_t n)
{
    if (!tree_check_conflict(text, n, r->err))
        return false;
    for (const char *at = text, *end = text + n; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((line_end ? line_end : end) - at);
        r->line++;
        if (strspn(at, " \t\r") < length && !read_line(r, at, length))
            return false;
        at += length + (line_end != NULL);
    }
    r->line = 1;
    return r->index->id || wrong(r, JDOC_NONE, "is empty");
}

bool cloud_index_read(struct cloud_tree_index *index, struct jpk_archive *folder, struct jpk_error *err)
{
    struct buf text = {0};
    struct reader r = {.index = index, .err = err};
    size_t at = jpk_archive_find(folder, CLOUD_TREE_INDEX);
    index->name = "";
    bool ok = at == SIZE_MAX ? error_set(err, JPK_ERR_NOT_FOUND, "is not there") : archive_read(folder, at, &text, err);
    ok = ok && read_lines(&r, buf_text(&text), text.size);
    if (!ok)
        error_entry(err, CLOUD_TREE_INDEX);
    buf_free(&text);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- writing */

static void put_text(struct buf *out, const char *key, const char *value)
{
    if (!value)
        return;
    buf_printf(out, ",\"%s\":", key);
    json_put_string(out, value, strlen(value));
}

static void put_flag(struct buf *out, const char *key, bool value)
{
    if (value)
        buf_printf(out, ",\"%s\":true", key);
}

static void put_row(struct buf *out, const struct cloud_row *row)
{
    buf_printf(out, "{\"%s\":", kinds[row->kind]);
    json_put_string(out, row->path, strlen(row->path));
    put_text(out, "id", row->id);
    put_flag(out, "again", row->again);
    put_flag(out, "plain", row->plain);
    put_flag(out, "markers", row->markers);
    if (row->json)
        buf_printf(out, ",\"json\":%s", row->json);
    buf_puts(out, "}\n");
}

void cloud_index_write(const struct cloud_tree_index *index, struct buf *out)
{
    buf_printf(out, "{\"format\":\"" FORMAT "\",\"version\":%d", FORMAT_VERSION);
    put_text(out, "project", index->name);
    put_text(out, "id", index->id);
    buf_puts(out, "}\n");
    for (size_t i = 0; i < index->count; i++)
        put_row(out, &index->rows[i]);
}

void cloud_index_free(struct cloud_tree_index *index)
{
    arena_free(&index->arena);
    free(index->rows);
    *index = (struct cloud_tree_index){0};
}
