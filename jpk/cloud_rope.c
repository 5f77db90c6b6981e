#include "jpk/cloud_rope.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void begin(struct rope *rope, enum rope_kind kind, struct rope_place from)
{
    struct rope_segment *last = rope->count ? &rope->segments[rope->count - 1] : NULL;
    if (last && last->kind == ROPE_FIXED && kind == ROPE_FIXED && last->from.file == from.file &&
        last->from.offset == from.offset)
        return;
    struct rope_segment *segments = array_grow(rope->segments, rope->count, &rope->capacity, sizeof *segments);
    if (!segments) {
        rope->text.failed = true;
        return;
    }
    rope->segments = segments;
    segments[rope->count++] = (struct rope_segment){.at = rope->text.size, .kind = kind, .from = from};
}

void rope_fixed(struct rope *rope, uint32_t file, size_t offset, const char *text, size_t n)
{
    if (n == 0)
        return;
    begin(rope, ROPE_FIXED, (struct rope_place){.file = file, .offset = offset});
    buf_put(&rope->text, text, n);
}

void rope_take(struct rope *rope, uint32_t file, size_t offset, struct buf *text)
{
    rope_fixed(rope, file, offset, buf_text(text), text->size);
    rope->text.failed = rope->text.failed || text->failed;
    buf_free(text);
}

void rope_puts(struct rope *rope, uint32_t file, size_t offset, const char *text)
{
    rope_fixed(rope, file, offset, text, strlen(text));
}

void rope_copy(struct rope *rope, uint32_t file, const char *text, size_t from, size_t to)
{
    if (from >= to)
        return;
    begin(rope, ROPE_COPY, (struct rope_place){.file = file, .offset = from});
    buf_put(&rope->text, text + from, to - from);
}

/* Every escape stands for one byte, which is what rope_find counts on. */
static void put_escaped(struct buf *out, const char *s, size_t n)
{
    size_t done = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        buf_put(out, s + done, i - done);
        if (c == '\n')
            buf_puts(out, "\\n");
        else if (c < ' ')
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            buf_put(out, (char[]){'\\', (char)c}, 2);
        done = i + 1;
    }
    buf_put(out, s + done, n - done);
}

void rope_string(struct rope *rope, uint32_t file, size_t offset, const char *s, size_t n)
{
    begin(rope, ROPE_STRING, (struct rope_place){.file = file, .offset = offset});
    put_escaped(&rope->text, s, n);
}

void rope_mapping(struct rope *rope, uint32_t file, uint32_t mapping, size_t offset, const char *s, size_t n)
{
    begin(rope, ROPE_MAPPING, (struct rope_place){.file = file, .mapping = mapping, .offset = offset});
    put_escaped(&rope->text, s, n);
}

/* How many bytes of a string n bytes of its text stand for; an escape that is cut counts as nothing. */
static size_t unescaped(const char *s, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; bytes++) {
        size_t length = s[i] != '\\' ? 1 : i + 1 < n && s[i + 1] == 'u' ? 6 : 2;
        if (length > n - i)
            break;
        i += length;
    }
    return bytes;
}

bool rope_find(const struct rope *rope, size_t at, struct rope_place *place, enum rope_kind *kind)
{
    size_t low = 0, high = rope->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (rope->segments[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    if (rope->count == 0)
        return false;
    const struct rope_segment *segment = &rope->segments[low];
    size_t in = at > segment->at ? at - segment->at : 0;
    *place = segment->from;
    *kind = segment->kind;
    if (segment->kind == ROPE_COPY)
        place->offset += in;
    else if (segment->kind != ROPE_FIXED)
        place->offset += unescaped(buf_text(&rope->text) + segment->at, in);
    return true;
}

void rope_free(struct rope *rope)
{
    buf_free(&rope->text);
    free(rope->segments);
    *rope = (struct rope){0};
}
