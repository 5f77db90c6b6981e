/* Texts of two projects: ids and names through the matching. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "jpk/diff_state.h"
#include "jpk/script.h"

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

static uint32_t named(const struct diffing *d, int side, const char lower[GUID_SIZE + 1])
{
    return d->form->find(d, side, lower);
}

uint32_t diff_named(const struct diffing *d, int side, const char *value)
{
    char id[GUID_SIZE + 1];
    if (!value || strlen(value) != GUID_SIZE || !diff_guid(value, GUID_SIZE))
        return MAP_NONE;
    lower_guid(value, id);
    return named(d, side, id);
}

/* The id of B for an id of A. */
static void translate(const struct diffing *d, char id[GUID_SIZE + 1])
{
    uint32_t item = named(d, SIDE_A, id), other = item == MAP_NONE ? MAP_NONE : d->partner[SIDE_A][item];
    if (other != MAP_NONE && strlen(d->items[SIDE_B][other].id) == GUID_SIZE) {
        lower_guid(d->items[SIDE_B][other].id, id);
    } else if (item == MAP_NONE && d->learned_count) {
        uint32_t at = map_get(&d->learned, id, GUID_SIZE);
        if (at != MAP_NONE)
            memcpy(id, d->learned_ids[at + 1], GUID_SIZE);
    }
}

/* Notes two ids that may belong together; whether they do shows when all else is equal. */
static bool may_learn(struct diffing *d, const char *a, const char *b)
{
    if (!d->again || named(d, SIDE_A, a) != MAP_NONE || named(d, SIDE_B, b) != MAP_NONE || built_in_item(a) ||
        built_in_item(b) || map_get(&d->learned, a, GUID_SIZE) != MAP_NONE ||
        map_get(&d->learned, b, GUID_SIZE) != MAP_NONE)
        return false;
    const char *left = arena_strndup(&d->arena, a, GUID_SIZE), *right = arena_strndup(&d->arena, b, GUID_SIZE);
    const char **pending =
        left && right ? array_grow(d->pending, d->pending_count + 1, &d->pending_capacity, sizeof *pending) : NULL;
    if (!pending) {
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

void diff_learn_pair(struct diffing *d, const char *a, const char *b)
{
    char lower[2][GUID_SIZE + 1];
    if (strlen(a) != GUID_SIZE || strlen(b) != GUID_SIZE || !diff_guid(a, GUID_SIZE) || !diff_guid(b, GUID_SIZE))
        return;
    lower_guid(a, lower[0]);
    lower_guid(b, lower[1]);
    const char *left = arena_strndup(&d->arena, lower[0], GUID_SIZE);
    const char *right = arena_strndup(&d->arena, lower[1], GUID_SIZE);
    if (!left || !right || !learn_pair(d, left, right))
        d->failed = true;
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
        uint32_t item = ids == IDS_COLORED ? named(d, side, id) : MAP_NONE;
        uint64_t color = item == MAP_NONE ? 0 : d->color[side][item];
        buf_put(out, &color, sizeof color);
    }
}

/* The next reference by name from *from on, or NULL; *from moves behind it. */
static const char *find_name(const struct diffing *d, const char **from, const char *end, struct script_view *name)
{
    size_t at = 0;
    if (!d->form->put_name || !script_tag_next(*from, (size_t)(end - *from), &at, name))
        return NULL;
    *from += at;
    return name->text;
}

/* False: the text stays as it is, and nothing was written. */
static bool transform(const struct diffing *d, int side, const char *text, size_t n, enum diff_ids ids, struct buf *out)
{
    struct script_view name;
    const char *end = text + n, *guid = find_guid(text, end), *behind = text;
    const char *named_at = find_name(d, &behind, end, &name);
    if (ids == IDS_KEPT || (!guid && !named_at && !memchr(text, '\r', n)))
        return false;
    buf_clear(out);
    while (guid || named_at) {
        bool by_name = named_at && (!guid || named_at <= guid);
        const char *at = by_name ? named_at : guid;
        put_plain(d, out, text, at);
        if (by_name)
            d->form->put_name(d, side, name.text, name.length, ids, out);
        else
            put_guid(d, side, guid, ids, out);
        text = at + (by_name ? name.length : GUID_SIZE);
        if (guid && guid < text)
            guid = find_guid(text, end);
        if (named_at && named_at < text)
            named_at = find_name(d, &behind, end, &name);
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
