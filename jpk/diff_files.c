/* Files of two projects: which are the same, and what differs in them. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "jpk/diff_state.h"

enum { TEXT_MAX = 16 << 20 }; /* larger files are compared as a whole only */

bool diff_add_file(struct diff_files *f, int side, const char *name, struct diff_file file)
{
    char *copy = arena_strdup(&f->d->arena, name);
    if (!copy)
        return false;
    file.name = copy;
    file.key = diff_text_hash(f->d, side, copy, strlen(copy), IDS_TRANSLATED);
    file.partner = MAP_NONE;
    f->list[side][f->count[side]++] = file;
    return true;
}

/* The bytes of a file; empty when there are none. */
static bool read_file(const struct diff_files *f, int side, const struct diff_file *file, struct buf *out,
                      struct jpk_error *err)
{
    buf_clear(out);
    return !file->there || f->read(f, side, file, out, err);
}

static bool is_text(const struct buf *bytes)
{
    size_t bad;
    return bytes->size <= TEXT_MAX && !memchr(buf_text(bytes), 0, bytes->size) &&
           text_utf8(buf_text(bytes), bytes->size, &bad);
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

void diff_add_bytes(struct diffing *d, const char *path, const struct buf bytes[2], bool lines)
{
    if (lines && is_text(&bytes[0]) && is_text(&bytes[1])) {
        diff_add_text(d, path, buf_text(&bytes[0]), bytes[0].size, buf_text(&bytes[1]), bytes[1].size, false);
        return;
    }
    const char *left = describe_bytes(d, &bytes[0]), *right = describe_bytes(d, &bytes[1]);
    struct jpk_diff_field *field = diff_add_field(d, JPK_DIFF_FIELD_OPAQUE, path);
    if (!field)
        return;
    field->old_value = left;
    field->new_value = right;
    field->removed = field->added = 1;
}

static void compare_bytes(const struct diff_files *f, const struct diff_file *a, const struct buf bytes[2])
{
    if (!diff_same_bytes(f->d, buf_text(&bytes[0]), bytes[0].size, buf_text(&bytes[1]), bytes[1].size) &&
        !(f->same && f->same(f, a, bytes)))
        diff_add_bytes(f->d, "content", bytes, true);
}

static bool compare_file(struct diff_files *f, const struct diff_file *a, const struct diff_file *b,
                         struct jpk_error *err)
{
    struct diffing *d = f->d;
    struct jpk_diff_change change = {.subject = JPK_DIFF_FILE};
    struct buf bytes[2] = {{0}, {0}};
    diff_begin(d);
    bool ok = true;
    if (!a || !b) {
        change.what = a ? JPK_DIFF_REMOVED : JPK_DIFF_ADDED;
    } else {
        change.what = a->key != b->key ? JPK_DIFF_RENAMED : 0;
        if (a->there != b->there)
            diff_add_value(d, "file", "", a->there ? "present" : "missing", b->there ? "present" : "missing");
        else if ((ok = read_file(f, SIDE_A, a, &bytes[0], err) && read_file(f, SIDE_B, b, &bytes[1], err)))
            compare_bytes(f, a, bytes);
        if (ok)
            f->compare(f, a, b);
    }
    buf_free(&bytes[0]);
    buf_free(&bytes[1]);
    if (ok && (change.what || d->field_count))
        diff_end(d, &change, a ? strdup(a->name) : NULL, b ? strdup(b->name) : NULL);
    return ok;
}

/* Pairs files without partners by the name or the content, the first of a kind with the first and so on. */
static bool match_files(struct diff_files *f, bool by_content)
{
    struct map map = {0}; /* -> the first in A that has no partner; each knows the next of its kind */
    bool ok = true;
    for (size_t i = f->count[SIDE_A]; i-- > 0 && ok;) {
        struct diff_file *a = &f->list[SIDE_A][i];
        const uint64_t *key = by_content ? &a->content : &a->key;
        if (a->partner != MAP_NONE || (by_content && !a->there))
            continue;
        a->next = map_get(&map, (const char *)key, sizeof *key);
        ok = map_set(&map, (const char *)key, sizeof *key, (uint32_t)i);
    }
    for (size_t j = 0; j < f->count[SIDE_B] && ok; j++) {
        struct diff_file *b = &f->list[SIDE_B][j];
        const uint64_t *key = by_content ? &b->content : &b->key;
        uint32_t i = b->partner == MAP_NONE && (!by_content || b->there) ? map_get(&map, (const char *)key, sizeof *key)
                                                                         : MAP_NONE;
        if (i == MAP_NONE)
            continue;
        f->list[SIDE_A][i].partner = (uint32_t)j;
        b->partner = i;
        ok = map_set(&map, (const char *)key, sizeof *key, f->list[SIDE_A][i].next);
    }
    map_free(&map);
    return ok || (f->d->failed = true, true);
}

static bool hash_loners(struct diff_files *f, struct jpk_error *err)
{
    struct buf bytes = {0};
    bool ok = true;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < f->count[side] && ok; i++) {
            struct diff_file *file = &f->list[side][i];
            if (file->partner != MAP_NONE || !file->there)
                continue;
            ok = read_file(f, side, file, &bytes, err);
            if (ok)
                file->content = diff_text_hash(f->d, side, buf_text(&bytes), bytes.size, IDS_TRANSLATED);
        }
    buf_free(&bytes);
    return ok;
}

bool diff_compare_files(struct diff_files *f, struct jpk_error *err)
{
    struct diffing *d = f->d;
    d->again = false;
    bool ok = d->failed || (match_files(f, false) && hash_loners(f, err) && match_files(f, true));
    for (size_t i = 0; i < f->count[SIDE_A] && ok && !d->failed; i++) {
        const struct diff_file *a = &f->list[SIDE_A][i];
        ok = compare_file(f, a, a->partner == MAP_NONE ? NULL : &f->list[SIDE_B][a->partner], err);
    }
    for (size_t j = 0; j < f->count[SIDE_B] && ok && !d->failed; j++)
        if (f->list[SIDE_B][j].partner == MAP_NONE)
            ok = compare_file(f, NULL, &f->list[SIDE_B][j], err);
    free(f->list[SIDE_A]);
    free(f->list[SIDE_B]);
    return ok;
}
