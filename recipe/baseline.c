#include "recipe/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/text.h"
#include "recipe/checked_file.h"

static const struct checked_form form = {
    .schema = "urn:jpk:schema:baseline-1", .limit = 256 << 20, .limit_name = "the limit of baselines"};

/* Findings of one rule at one place. */
struct baseline_row {
    const char *file, *rule, *path; /* one behind the other: the key */
    uint64_t count;                 /* that were not taken yet */
};

/* --------------------------------------------------------------------------------------------------------- keys */

/* Appends a text and a NUL. JSON can hold no bytes that are not UTF-8, so these are known by U+FFFD. */
static void put_part(struct buf *out, const char *text)
{
    size_t n = strlen(text), good;
    while (!text_utf8(text, n, &good)) {
        buf_put(out, text, good);
        buf_put_utf8(out, 0xfffd);
        text += good + 1;
        n -= good + 1;
    }
    buf_put(out, text, n + 1);
}

/* Makes the key of a finding; NULL: no memory. */
static const struct buf *make_key(struct baseline *baseline, const char *file, const char *rule, const char *path)
{
    struct buf *key = &baseline->key;
    buf_clear(key);
    put_part(key, file);
    put_part(key, rule);
    put_part(key, path ? path : "");
    baseline->failed = baseline->failed || key->failed;
    return key->failed ? NULL : key;
}

/* The row of a key, which is made when there is none; NULL: no memory. */
static struct baseline_row *row_of(struct baseline *baseline, const struct buf *key)
{
    uint32_t known = map_get(&baseline->index, key->data, key->size);
    if (known != MAP_NONE)
        return &baseline->rows[known];
    struct baseline_row *rows = array_grow(baseline->rows, baseline->count, &baseline->capacity, sizeof *rows);
    if (rows)
        baseline->rows = rows;
    char *kept = rows ? arena_alloc(&baseline->arena, key->size) : NULL;
    if (!kept || !map_set(&baseline->index, memcpy(kept, key->data, key->size), key->size, (uint32_t)baseline->count))
        return NULL;
    struct baseline_row *row = &rows[baseline->count++];
    row->file = kept;
    row->rule = row->file + strlen(row->file) + 1;
    row->path = row->rule + strlen(row->rule) + 1;
    row->count = 0;
    return row;
}

bool baseline_add(struct baseline *baseline, const char *file, const char *rule, const char *path)
{
    const struct buf *key = make_key(baseline, file, rule, path);
    struct baseline_row *row = key ? row_of(baseline, key) : NULL;
    if (row)
        row->count++;
    return row != NULL;
}

bool baseline_takes(struct baseline *baseline, const char *file, const char *rule, const char *path)
{
    const struct buf *key = make_key(baseline, file, rule, path);
    uint32_t known = key ? map_get(&baseline->index, key->data, key->size) : MAP_NONE;
    if (known == MAP_NONE || baseline->rows[known].count == 0)
        return false;
    baseline->rows[known].count--;
    return true;
}

uint64_t baseline_left(const struct baseline *baseline)
{
    uint64_t left = 0;
    for (size_t i = 0; i < baseline->count; i++)
        left += baseline->rows[i].count;
    return left;
}

void baseline_free(struct baseline *baseline)
{
    free(baseline->rows);
    map_free(&baseline->index);
    arena_free(&baseline->arena);
    buf_free(&baseline->key);
    *baseline = (struct baseline){0};
}

/* ------------------------------------------------------------------------------------------------------- reading */

/* Appends a member's text and a NUL. The schema says that it is there. */
static void put_member(struct buf *out, const struct jdoc *doc, uint32_t object, const char *key)
{
    uint32_t node = jdoc_get(doc, object, key, strlen(key));
    buf_put(out, jdoc_string(doc, node), jdoc_string_size(doc, node));
    buf_putc(out, '\0');
}

static bool read_entry(struct baseline *baseline, const struct checked_file *file, uint32_t node, struct jpk_error *err)
{
    struct buf *key = &baseline->key;
    int64_t count = 0;
    buf_clear(key);
    put_member(key, &file->doc, node, "file");
    put_member(key, &file->doc, node, "rule");
    put_member(key, &file->doc, node, "pointer");
    jdoc_integer(&file->doc, jdoc_get(&file->doc, node, "count", strlen("count")), &count);
    struct baseline_row *row = key->failed ? NULL : row_of(baseline, key);
    if (!row)
        return error_memory(err);
    if (row->count > 0)
        return checked_file_fail(file, node, err, JPK_ERR_FORMAT,
                                 "an entry before this one has the same file, rule and pointer");
    row->count = (uint64_t)count;
    return true;
}

bool baseline_read(struct baseline *baseline, const char *path, const char *name, struct jpk_error *err)
{
    struct checked_file file = {0};
    bool ok = checked_file_read(&file, path, name, &form, err);
    uint32_t list = ok ? jdoc_get(&file.doc, 0, "findings", strlen("findings")) : JDOC_NONE;
    for (uint32_t item = list + 1; ok && item < jdoc_next(&file.doc, list); item = jdoc_next(&file.doc, item))
        ok = read_entry(baseline, &file, item, err);
    checked_file_free(&file);
    if (!ok)
        baseline_free(baseline);
    return ok;
}

/* ------------------------------------------------------------------------------------------------------- writing */

static int by_key(const void *a, const void *b)
{
    const struct baseline_row *const *one = a, *const *other = b;
    int order = strcmp((*one)->file, (*other)->file);
    order = order ? order : strcmp((*one)->rule, (*other)->rule);
    return order ? order : strcmp((*one)->path, (*other)->path);
}

static void put_row(struct buf *out, const struct baseline_row *row)
{
    buf_puts(out, "    {\"file\": ");
    json_put_string(out, row->file, strlen(row->file));
    buf_puts(out, ", \"rule\": ");
    json_put_string(out, row->rule, strlen(row->rule));
    buf_puts(out, ", \"pointer\": ");
    json_put_string(out, row->path, strlen(row->path));
    buf_printf(out, ", \"count\": %llu}", (unsigned long long)row->count);
}

bool baseline_write(const struct baseline *baseline, const char *path, bool force, struct jpk_error *err)
{
    const struct baseline_row **rows = malloc((baseline->count + 1) * sizeof *rows);
    struct buf out = {0};
    size_t count = 0;
    if (!rows)
        return error_memory(err);
    for (size_t i = 0; i < baseline->count; i++)
        if (baseline->rows[i].count > 0)
            rows[count++] = &baseline->rows[i];
    qsort(rows, count, sizeof *rows, by_key);
    buf_puts(&out, "{\n  \"baselineFormat\": 1,\n  \"findings\": [");
    for (size_t i = 0; i < count; i++) {
        buf_puts(&out, i ? ",\n" : "\n");
        put_row(&out, rows[i]);
    }
    buf_puts(&out, count ? "\n  ]\n}\n" : "]\n}\n");
    free(rows);
    bool ok = out.failed ? error_memory(err) : file_write(path, out.data, out.size, force, err);
    buf_free(&out);
    return ok;
}
