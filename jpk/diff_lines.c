/* Texts that have changed: line diffs, and the parts of lines that must not be shown. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/secrets.h"
#include "jpk/diff_state.h"
#include "jpk/secret_text.h"

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

/* A line without what hygiene has found in it, in d->scratch. */
static void hide_hits(struct diffing *d, const char **line, size_t *n, const char *text,
                      const struct hygiene_hits *hits)
{
    size_t at = (size_t)(*line - text);
    buf_clear(&d->scratch);
    if (!secret_text_piece(&d->scratch, text, at, at + *n, hits))
        return;
    d->failed |= d->scratch.failed;
    *line = buf_text(&d->scratch);
    *n = d->scratch.size;
}

/* A line with what stands behind the names of secrets in it masked, in d->scratch. */
static void mask_parts(struct diffing *d, const char **line, size_t *n)
{
    char *copy = strndup(*line, *n);
    buf_clear(&d->scratch);
    d->failed |= !copy;
    if (copy)
        mask_secrets(&d->scratch, copy);
    d->failed |= d->scratch.failed;
    *line = buf_text(&d->scratch);
    *n = d->scratch.size;
    free(copy);
}

static const char *copy_shown(struct diffing *d, const char *line, size_t n, bool parts)
{
    if (parts)
        mask_parts(d, &line, &n);
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

static bool find_secrets(struct diffing *d, const char *text, size_t n, struct hygiene_hits *hits)
{
    bool ok = secret_text_find(text, n, secret_rules_of_secrets(), JPK_MEDIUM, hits);
    d->failed |= !ok;
    return ok;
}

const char *diff_copy_shown(struct diffing *d, const char *text, size_t n, bool parts)
{
    struct hygiene_hits hits = {0};
    const char *line = text;
    if (find_secrets(d, text, n, &hits))
        hide_hits(d, &line, &n, text, &hits);
    hygiene_hits_free(&hits);
    return copy_shown(d, line, n, parts);
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
    const struct hygiene_hits *hits; /* of the texts of both sides */
    bool parts;
    struct jpk_diff_line *lines;
    size_t count;
};

static void put_lines(struct hunk_writer *out, char sign, const struct linediff_line *lines, size_t from, size_t to)
{
    int side = sign == '+' ? SIDE_B : SIDE_A;
    for (size_t i = from; i < to; i++) {
        bool ended = lines[i].size > 0 && lines[i].text[lines[i].size - 1] == '\n';
        const char *line = lines[i].text;
        size_t n = lines[i].size - ended;
        hide_hits(out->d, &line, &n, buf_text(&out->d->text[side]), &out->hits[side]);
        const char *text = copy_shown(out->d, line, n, out->parts);
        if (!text)
            out->d->failed = true;
        out->lines[out->count++] = (struct jpk_diff_line){.sign = sign, .unfinished = !ended, .text = text ? text : ""};
    }
}

static void make_hunk(struct hunk_writer out, const struct linediff *diff, size_t first, size_t end,
                      struct jpk_diff_hunk *hunk)
{
    const struct linediff_edit *edits = diff->edits, *last = &edits[end - 1];
    size_t before = edits[first].a < CONTEXT ? edits[first].a : CONTEXT;
    size_t a0 = edits[first].a - before, b0 = edits[first].b - before;
    size_t a_end = last->a + last->a_count, behind = diff->a_count - a_end;
    size_t a1 = a_end + (behind < CONTEXT ? behind : CONTEXT), b1 = last->b + last->b_count + (a1 - a_end);
    out.lines = arena_calloc(&out.d->arena, a1 - a0 + b1 - b0, sizeof *out.lines);
    if (!out.lines) {
        out.d->failed = true;
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

static void make_hunks(const struct hunk_writer *out, const struct linediff *diff, struct jpk_diff_field *field)
{
    struct diffing *d = out->d;
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
        make_hunk(*out, diff, i, end, hunks++);
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

void diff_add_text(struct diffing *d, const char *path, const char *a, size_t a_size, const char *b, size_t b_size,
                   bool parts)
{
    struct linediff diff;
    struct hygiene_hits hits[2] = {{0}};
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
    for (int side = 0; side < 2; side++)
        find_secrets(d, buf_text(&d->text[side]), d->text[side].size, &hits[side]);
    struct hunk_writer out = {.d = d, .hits = hits, .parts = parts};
    make_hunks(&out, &diff, field);
    hygiene_hits_free(&hits[SIDE_A]);
    hygiene_hits_free(&hits[SIDE_B]);
    linediff_free(&diff);
}
