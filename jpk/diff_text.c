/* Texts of two projects: ids through the matching, line diffs, and what must not be shown. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/diff_state.h"
#include "jpk/secrets.h"

/* --------------------------------------------------------------------------------------------------------- ids */

bool diff_guid(const char *s, size_t n)
{
    return n >= GUID_SIZE && s[8] == '-' && s[13] == '-' && text_guid(s, GUID_SIZE);
}

static void lower_guid(const char *guid, char out[GUID_SIZE + 1])
{
    for (size_t i = 0; i < GUID_SIZE; i++)
        out[i] = text_lower(guid[i]);
    out[GUID_SIZE] = '\0';
}

static const struct jpk_entity *named(const struct diffing *d, int side, const char lower[GUID_SIZE + 1])
{
    return project_find(d->side[side], lower);
}

/* The id of B for an id of A. */
static void translate(const struct diffing *d, char id[GUID_SIZE + 1])
{
    const struct jpk_entity *entity = named(d, SIDE_A, id);
    const struct jpk_entity *other = entity ? diff_partner(d, SIDE_A, entity) : NULL;
    if (other && strlen(other->id) == GUID_SIZE) {
        lower_guid(other->id, id);
    } else if (!entity && d->learned_count) {
        uint32_t at = map_get(&d->learned, id, GUID_SIZE);
        if (at != MAP_NONE)
            memcpy(id, d->learned_ids[at + 1], GUID_SIZE);
    }
}

/* Notes two ids that may belong together; whether they do shows when all else is equal. */
static bool may_learn(struct diffing *d, const char *a, const char *b)
{
    if (!d->again || named(d, SIDE_A, a) || named(d, SIDE_B, b) || built_in_item(a) || built_in_item(b) ||
        map_get(&d->learned, a, GUID_SIZE) != MAP_NONE || map_get(&d->learned, b, GUID_SIZE) != MAP_NONE)
        return false;
    const char *left = arena_strndup(&d->arena, a, GUID_SIZE), *right = arena_strndup(&d->arena, b, GUID_SIZE);
    const char **pending = array_grow(d->pending, d->pending_count + 1, &d->pending_capacity, sizeof *pending);
    if (!left || !right || !pending) {
        d->failed = true;
        return false;
    }
    d->pending = pending;
    pending[d->pending_count++] = left;
    pending[d->pending_count++] = right;
    return true;
}

static bool learn_pair(struct diffing *d, const char *a, const char *b)
{
    const char **ids = array_grow(d->learned_ids, d->learned_count + 1, &d->learned_capacity, sizeof *ids);
    if (!ids)
        return false;
    d->learned_ids = ids;
    uint32_t at = (uint32_t)d->learned_count;
    ids[d->learned_count++] = a;
    ids[d->learned_count++] = b;
    return map_add(&d->learned, a, GUID_SIZE, at, NULL) && map_add(&d->learned, b, GUID_SIZE, at, NULL);
}

void diff_learn(struct diffing *d)
{
    for (size_t i = 0; i < d->pending_count; i += 2)
        if (map_get(&d->learned, d->pending[i], GUID_SIZE) == MAP_NONE &&
            map_get(&d->learned, d->pending[i + 1], GUID_SIZE) == MAP_NONE &&
            !learn_pair(d, d->pending[i], d->pending[i + 1]))
            d->failed = true;
    d->pending_count = 0;
}

static bool same_guid(struct diffing *d, const char *a, const char *b)
{
    char left[GUID_SIZE + 1], right[GUID_SIZE + 1];
    lower_guid(a, left);
    lower_guid(b, right);
    char translated[GUID_SIZE + 1];
    memcpy(translated, left, sizeof translated);
    translate(d, translated);
    return memcmp(translated, right, GUID_SIZE) == 0 || may_learn(d, left, right);
}

/* ---------------------------------------------------------------------------------------------------- comparing */

static bool line_end(const struct diffing *d, const char *s, size_t n)
{
    return !d->options.all && n >= 2 && s[0] == '\r' && s[1] == '\n';
}

bool diff_same_bytes(struct diffing *d, const char *a, size_t a_size, const char *b, size_t b_size)
{
    if (a_size == b_size && memcmp(a, b, a_size) == 0)
        return true;
    while (a_size && b_size) {
        size_t skip = 1;
        if (diff_guid(a, a_size) && diff_guid(b, b_size)) {
            if (!same_guid(d, a, b))
                return false;
            skip = GUID_SIZE;
        } else {
            size_t left = line_end(d, a, a_size), right = line_end(d, b, b_size);
            a += left;
            a_size -= left;
            b += right;
            b_size -= right;
            if (*a != *b)
                return false;
        }
        a += skip;
        a_size -= skip;
        b += skip;
        b_size -= skip;
    }
    return a_size == b_size;
}

bool diff_same_text(struct diffing *d, const char *a, const char *b)
{
    return diff_same_bytes(d, a, strlen(a), b, strlen(b));
}

static const char *find_guid(const char *from, const char *end)
{
    for (const char *dash = from; (dash = memchr(dash, '-', (size_t)(end - dash))) != NULL; dash++)
        if (dash - from >= 8 && diff_guid(dash - 8, (size_t)(end - dash) + 8))
            return dash - 8;
    return NULL;
}

static void put_plain(const struct diffing *d, struct buf *out, const char *p, const char *end)
{
    const char *start = p;
    for (; (p = memchr(p, '\r', (size_t)(end - p))) != NULL; p++) {
        if (!line_end(d, p, (size_t)(end - p)))
            continue;
        buf_put(out, start, (size_t)(p - start));
        start = p + 1;
    }
    buf_put(out, start, (size_t)(end - start));
}

static void put_guid(const struct diffing *d, int side, const char *guid, enum diff_ids ids, struct buf *out)
{
    char id[GUID_SIZE + 1];
    lower_guid(guid, id);
    if (ids == IDS_TRANSLATED) {
        if (side == SIDE_A)
            translate(d, id);
        buf_put(out, id, GUID_SIZE);
    } else {
        const struct jpk_entity *entity = ids == IDS_COLORED ? named(d, side, id) : NULL;
        uint64_t color = entity ? d->color[side][entity->index] : 0;
        buf_put(out, &color, sizeof color);
    }
}

/* False: the text stays as it is, and nothing was written. */
static bool transform(const struct diffing *d, int side, const char *text, size_t n, enum diff_ids ids, struct buf *out)
{
    const char *end = text + n, *guid = find_guid(text, end);
    if (!guid && !memchr(text, '\r', n))
        return false;
    buf_clear(out);
    for (; guid; guid = find_guid(text, end)) {
        put_plain(d, out, text, guid);
        put_guid(d, side, guid, ids, out);
        text = guid + GUID_SIZE;
    }
    put_plain(d, out, text, end);
    return true;
}

uint64_t diff_text_hash(struct diffing *d, int side, const char *text, size_t n, enum diff_ids ids)
{
    if (!transform(d, side, text, n, ids, &d->scratch))
        return hash_bytes(text, n);
    if (d->scratch.failed)
        d->failed = true;
    return hash_bytes(buf_text(&d->scratch), d->scratch.size);
}

void diff_canonical(struct diffing *d, int side, const char *text, size_t n, struct buf *out)
{
    if (!transform(d, side, text, n, IDS_TRANSLATED, out)) {
        buf_clear(out);
        buf_put(out, text, n);
    }
    if (out->failed)
        d->failed = true;
}

/* ------------------------------------------------------------------------------------------------------ secrets */

bool diff_secret(const char *key, const char *value)
{
    size_t least, most;
    return value && (jpk_encrypted_length(value, &least, &most) ||
                     (secret_name(key, strlen(key)) && !secret_only_variables(value, strlen(value))));
}

/* What stands behind "Bearer" or "Basic" in clear text: a run of characters that is no word of a sentence. */
static bool looks_like_credential(const char *s, size_t n)
{
    enum { SHORTEST = 8 };
    size_t run = 0, digits = 0;
    for (; run < n && (isalnum((unsigned char)s[run]) || strchr("+/=._~-", s[run])); run++)
        digits += isdigit((unsigned char)s[run]) || s[run] == '=';
    return run >= SHORTEST && digits > 0;
}

/* How much of a line may be shown: what stands before the value of a header like "Authorization: ...". */
static size_t shown_part(const char *line, size_t n)
{
    static const char *const schemes[] = {"Bearer ", "Basic "};
    size_t name = 0;
    while (name < n && (isalnum((unsigned char)line[name]) || line[name] == '-' || line[name] == '_'))
        name++;
    if (name > 0 && name < n && line[name] == ':' && secret_name(line, name) &&
        !secret_only_variables(line + name + 1, n - name - 1))
        return name + 1;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const char *at = memmem(line, n, schemes[i], strlen(schemes[i]));
        size_t start = at ? (size_t)(at - line) + strlen(schemes[i]) : n;
        if (looks_like_credential(line + start, n - start))
            return start;
    }
    return n;
}

static const char *copy_line(struct diffing *d, const char *line, size_t n)
{
    static const char hidden[] = " (not shown)";
    size_t shown = shown_part(line, n);
    if (shown == n)
        return arena_strndup(&d->arena, line, n);
    char *copy = arena_alloc(&d->arena, shown + sizeof hidden);
    if (copy) {
        memcpy(copy, line, shown);
        memcpy(copy + shown, hidden, sizeof hidden);
    }
    return copy;
}

/* ---------------------------------------------------------------------------------------------------- the fields */

struct jpk_diff_field *diff_add_field(struct diffing *d, enum jpk_diff_field_kind kind, const char *path)
{
    struct jpk_diff_field *fields = array_grow(d->fields, d->field_count, &d->field_capacity, sizeof *fields);
    const char *copy = arena_strdup(&d->arena, path);
    if (!fields || !copy) {
        d->failed = true;
        d->fields = fields ? fields : d->fields;
        return NULL;
    }
    d->fields = fields;
    fields[d->field_count] = (struct jpk_diff_field){.kind = kind, .path = copy};
    return &fields[d->field_count++];
}

static const struct jpk_entity *item_of(const struct diffing *d, int side, const char *value)
{
    char id[GUID_SIZE + 1];
    if (!value || strlen(value) != GUID_SIZE || !diff_guid(value, GUID_SIZE))
        return NULL;
    lower_guid(value, id);
    return named(d, side, id);
}

static const char *copy_value(struct diffing *d, const char *value)
{
    const char *copy = value ? copy_line(d, value, strlen(value)) : NULL;
    if (value && !copy)
        d->failed = true;
    return copy;
}

void diff_add_value(struct diffing *d, const char *path, const char *key, const char *a, const char *b)
{
    bool hide = diff_secret(key, a) || diff_secret(key, b);
    if (!hide && ((a && strchr(a, '\n')) || (b && strchr(b, '\n')))) {
        diff_add_text(d, path, a ? a : "", a ? strlen(a) : 0, b ? b : "", b ? strlen(b) : 0);
        return;
    }
    struct jpk_diff_field *field = diff_add_field(d, JPK_DIFF_FIELD_VALUE, path);
    if (!field)
        return;
    field->removed = a != NULL;
    field->added = b != NULL;
    field->old_hidden = hide && a;
    field->new_hidden = hide && b;
    field->old_value = hide ? NULL : copy_value(d, a);
    field->new_value = hide ? NULL : copy_value(d, b);
    field->old_item = item_of(d, SIDE_A, a);
    field->new_item = item_of(d, SIDE_B, b);
}

/* --------------------------------------------------------------------------------------------------- line diffs */

enum { CONTEXT = 3 };

/* The end of the edits that share a hunk with edit `i`: between them are at most twice the lines of context. */
static size_t hunk_end(const struct linediff *diff, size_t i)
{
    size_t end = i + 1;
    while (end < diff->edit_count &&
           diff->edits[end].a - (diff->edits[end - 1].a + diff->edits[end - 1].a_count) <= 2 * CONTEXT)
        end++;
    return end;
}

struct hunk_writer {
    struct diffing *d;
    struct jpk_diff_line *lines;
    size_t count;
};

static void put_lines(struct hunk_writer *out, char sign, const struct linediff_line *lines, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        bool ended = lines[i].size > 0 && lines[i].text[lines[i].size - 1] == '\n';
        const char *text = copy_line(out->d, lines[i].text, lines[i].size - ended);
        if (!text)
            out->d->failed = true;
        out->lines[out->count++] = (struct jpk_diff_line){.sign = sign, .unfinished = !ended, .text = text ? text : ""};
    }
}

static void make_hunk(struct diffing *d, const struct linediff *diff, size_t first, size_t end,
                      struct jpk_diff_hunk *hunk)
{
    const struct linediff_edit *edits = diff->edits, *last = &edits[end - 1];
    size_t before = edits[first].a < CONTEXT ? edits[first].a : CONTEXT;
    size_t a0 = edits[first].a - before, b0 = edits[first].b - before;
    size_t a_end = last->a + last->a_count, behind = diff->a_count - a_end;
    size_t a1 = a_end + (behind < CONTEXT ? behind : CONTEXT), b1 = last->b + last->b_count + (a1 - a_end);
    struct hunk_writer out = {.d = d, .lines = arena_calloc(&d->arena, a1 - a0 + b1 - b0, sizeof *out.lines)};
    if (!out.lines) {
        d->failed = true;
        return;
    }
    size_t at = a0;
    for (size_t i = first; i < end; i++) {
        put_lines(&out, ' ', diff->a, at, edits[i].a);
        at = edits[i].a + edits[i].a_count;
        put_lines(&out, '-', diff->a, edits[i].a, at);
        put_lines(&out, '+', diff->b, edits[i].b, edits[i].b + edits[i].b_count);
    }
    put_lines(&out, ' ', diff->a, at, a1);
    /* As in unified diffs: a range without lines names the line before it. */
    *hunk = (struct jpk_diff_hunk){.old_start = (uint32_t)(a1 > a0 ? a0 + 1 : a0),
                                   .old_count = (uint32_t)(a1 - a0),
                                   .new_start = (uint32_t)(b1 > b0 ? b0 + 1 : b0),
                                   .new_count = (uint32_t)(b1 - b0),
                                   .lines = out.lines,
                                   .line_count = out.count};
}

static void make_hunks(struct diffing *d, const struct linediff *diff, struct jpk_diff_field *field)
{
    size_t count = 0;
    for (size_t i = 0; i < diff->edit_count; i++) {
        field->removed += diff->edits[i].a_count;
        field->added += diff->edits[i].b_count;
    }
    for (size_t i = 0; i < diff->edit_count; i = hunk_end(diff, i))
        count++;
    struct jpk_diff_hunk *hunks = arena_calloc(&d->arena, count, sizeof *hunks);
    if (!hunks) {
        d->failed = true;
        return;
    }
    field->hunks = hunks;
    field->hunk_count = count;
    for (size_t i = 0, end; i < diff->edit_count; i = end) {
        end = hunk_end(diff, i);
        make_hunk(d, diff, i, end, hunks++);
    }
}

static bool unended(const struct buf *text)
{
    return text->size == 0 || text->data[text->size - 1] != '\n';
}

/* That a text does not end in a line end is only worth a word when that of the other side does. */
static void end_alike(struct diffing *d)
{
    bool both = unended(&d->text[0]) && unended(&d->text[1]);
    for (int side = 0; side < 2; side++) {
        if (both && d->text[side].size)
            buf_putc(&d->text[side], '\n');
        d->failed |= d->text[side].failed;
    }
}

void diff_add_text(struct diffing *d, const char *path, const char *a, size_t a_size, const char *b, size_t b_size)
{
    struct linediff diff;
    diff_canonical(d, SIDE_A, a, a_size, &d->text[0]);
    diff_canonical(d, SIDE_B, b, b_size, &d->text[1]);
    end_alike(d);
    struct jpk_diff_field *field = d->failed ? NULL : diff_add_field(d, JPK_DIFF_FIELD_TEXT, path);
    if (!field)
        return;
    if (!linediff_texts(buf_text(&d->text[0]), d->text[0].size, buf_text(&d->text[1]), d->text[1].size, &d->budget,
                        &diff)) {
        d->failed = true;
        return;
    }
    make_hunks(d, &diff, field);
    linediff_free(&diff);
}
