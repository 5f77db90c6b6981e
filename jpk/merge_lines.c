/* Texts by lines, as diff3 does it: what overlaps or touches is one region, and a conflict unless both made the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/linediff.h"
#include "base/text.h"
#include "jpk/merge_state.h"
#include "jpk/secret_text.h"

/* Some lines of one side. */
struct span {
    const struct linediff_line *lines;
    size_t count;
};

struct line_merge {
    struct merging *m;
    const struct merge_text *texts; /* of the sides */
    struct merge_whole wholes[MERGE_SIDES];
    bool searched; /* they have their hits */
    bool secret;
    struct buf *out;
    uint32_t line;  /* how many `out` has */
    size_t counted; /* bytes of it whose lines are counted */
    const char *line_end;
};

static size_t span_size(const struct span *span)
{
    size_t n = 0;
    for (size_t i = 0; i < span->count; i++)
        n += span->lines[i].size;
    return n;
}

static void put_span(struct buf *out, const struct span *span)
{
    if (span->count)
        buf_put(out, span->lines[0].text, span_size(span));
}

static bool same_line(const struct linediff_line *a, const struct linediff_line *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static bool same_span(const struct span *a, const struct span *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = same_line(&a->lines[i], &b->lines[i]);
    return same;
}

/* ---------------------------------------------------------------------------------------------------------- marks */

static void begin_line(struct line_merge *l)
{
    if (l->out->size && l->out->data[l->out->size - 1] != '\n')
        buf_puts(l->out, l->line_end);
}

static void put_mark(struct line_merge *l, char sign, const char *label)
{
    char shown[256]; /* a path or the title of a commit: any bytes, which must not spoil the file */
    text_printable(shown, sizeof shown, label);
    begin_line(l);
    for (unsigned i = 0; i < l->m->options.marker_size; i++)
        buf_putc(l->out, sign);
    buf_printf(l->out, "%s%s%s", *shown ? " " : "", shown, l->line_end);
}

/* The line at which `out` goes on, from 1. */
static uint32_t line_at_end(struct line_merge *l)
{
    while (l->counted < l->out->size) {
        const char *end = memchr(l->out->data + l->counted, '\n', l->out->size - l->counted);
        if (!end)
            break;
        l->counted = (size_t)(end - l->out->data) + 1;
        l->line++;
    }
    return l->line + 1;
}

/* Lines as a value of a report; without lines it is absent. */
static struct merge_text told(const struct span *span, bool secret)
{
    size_t n = span_size(span);
    if (!span->lines || !span->count)
        return (struct merge_text){.secret = secret};
    if (n && span->lines[0].text[n - 1] == '\n')
        n--;
    return (struct merge_text){span->lines[0].text, n, secret};
}

/* In the whole texts: most have no conflict, and are not searched. */
static void find_secrets(struct line_merge *l)
{
    for (int side = 0; side < MERGE_SIDES; side++) {
        const struct merge_text *text = &l->texts[side];
        struct merge_whole *whole = &l->wholes[side];
        whole->text = text->text;
        if (text->text &&
            !secret_text_find(text->text, text->size, secret_rules_of_secrets(), JPK_MEDIUM, &whole->hits))
            l->m->failed = true;
    }
    l->searched = true;
}

/* What both sides end or begin with is common. */
static void put_conflict(struct line_merge *l, const struct span spans[MERGE_SIDES])
{
    struct span ours = spans[MERGE_OURS], theirs = spans[MERGE_THEIRS];
    struct span head = {ours.lines, 0}, tail = {NULL, 0};
    while (head.count < ours.count && head.count < theirs.count &&
           same_line(&ours.lines[head.count], &theirs.lines[head.count]))
        head.count++;
    while (tail.count < ours.count - head.count && tail.count < theirs.count - head.count &&
           same_line(&ours.lines[ours.count - 1 - tail.count], &theirs.lines[theirs.count - 1 - tail.count]))
        tail.count++;
    ours = (struct span){ours.lines + head.count, ours.count - head.count - tail.count};
    theirs = (struct span){theirs.lines + head.count, theirs.count - head.count - tail.count};
    tail.lines = ours.lines + ours.count;
    put_span(l->out, &head);
    struct merge_clash clash = {
        .kind = JPK_MERGE_LINES,
        .values = {told(&spans[MERGE_BASE], l->secret), told(&ours, l->secret), told(&theirs, l->secret)},
        .wholes = l->wholes,
        .kept = merge_favors(l->m) ? merge_kept(l->m->main) : JPK_MERGE_KEPT_BOTH};
    if (merge_favors(l->m)) {
        put_span(l->out, l->m->main == MERGE_OURS ? &ours : &theirs);
    } else {
        begin_line(l);
        clash.line = line_at_end(l);
        put_mark(l, '<', l->m->options.ours);
        put_span(l->out, &ours);
        put_mark(l, '=', "");
        put_span(l->out, &theirs);
        put_mark(l, '>', l->m->options.theirs);
    }
    if (!l->m->quiet && !l->searched)
        find_secrets(l);
    merge_conflict(l->m, &clash);
    put_span(l->out, &tail);
}

/* ---------------------------------------------------------------------------------------------------------- regions */

/* The two comparisons with the base, followed at once. */
struct follow {
    const struct linediff *diff;
    size_t next;   /* the next edit */
    int64_t shift; /* lines of the side less those of the base, before it */
};

/* Takes the edits that begin at or before `end`, and says where they end; false: there is none. */
static bool extend(struct follow *f, size_t *end)
{
    bool any = false;
    while (f->next < f->diff->edit_count && f->diff->edits[f->next].a <= *end) {
        const struct linediff_edit *edit = &f->diff->edits[f->next++];
        if (edit->a + edit->a_count > *end)
            *end = edit->a + edit->a_count;
        f->shift += (int64_t)edit->b_count - (int64_t)edit->a_count;
        any = true;
    }
    return any;
}

static struct span side_span(const struct follow *f, size_t start, int64_t shift, size_t end)
{
    size_t from = (size_t)((int64_t)start + shift), to = (size_t)((int64_t)end + f->shift);
    return (struct span){f->diff->b + from, to - from};
}

/* One region: both sides' edits that overlap or touch. */
static size_t put_region(struct line_merge *l, struct follow follows[2], size_t start)
{
    int64_t shifts[2] = {follows[0].shift, follows[1].shift};
    size_t end = start;
    bool changed[2] = {false, false}, more = true;
    while (more) {
        bool ours = extend(&follows[0], &end), theirs = extend(&follows[1], &end);
        changed[0] |= ours;
        changed[1] |= theirs;
        more = ours || theirs;
    }
    struct span spans[MERGE_SIDES] = {{follows[0].diff->a + start, end - start},
                                      side_span(&follows[0], start, shifts[0], end),
                                      side_span(&follows[1], start, shifts[1], end)};
    if (!changed[0])
        put_span(l->out, &spans[MERGE_THEIRS]);
    else if (!changed[1] || same_span(&spans[MERGE_OURS], &spans[MERGE_THEIRS]))
        put_span(l->out, &spans[MERGE_OURS]);
    else
        put_conflict(l, spans);
    return end;
}

static void put_regions(struct line_merge *l, const struct linediff *ours, const struct linediff *theirs)
{
    struct follow follows[2] = {{ours, 0, 0}, {theirs, 0, 0}};
    for (size_t at = 0;;) {
        size_t start = ours->a_count;
        for (int i = 0; i < 2; i++)
            if (follows[i].next < follows[i].diff->edit_count && follows[i].diff->edits[follows[i].next].a < start)
                start = follows[i].diff->edits[follows[i].next].a;
        struct span common = {ours->a + at, start - at};
        put_span(l->out, &common);
        if (follows[0].next == ours->edit_count && follows[1].next == theirs->edit_count)
            break;
        at = put_region(l, follows, start);
    }
}

/* Without a base every difference between the sides is a conflict. */
static void put_differences(struct line_merge *l, const struct linediff *diff)
{
    size_t at = 0;
    for (size_t i = 0; i < diff->edit_count; i++) {
        const struct linediff_edit *edit = &diff->edits[i];
        struct span common = {diff->a + at, edit->a - at};
        put_span(l->out, &common);
        struct span spans[MERGE_SIDES] = {
            {NULL, 0}, {diff->a + edit->a, edit->a_count}, {diff->b + edit->b, edit->b_count}};
        put_conflict(l, spans);
        at = edit->a + edit->a_count;
    }
    struct span rest = {diff->a + at, diff->a_count - at};
    put_span(l->out, &rest);
}

void merge_lines(struct merging *m, const struct merge_text texts[MERGE_SIDES], struct buf *out)
{
    const struct merge_text *base = &texts[MERGE_BASE], *ours = &texts[MERGE_OURS], *theirs = &texts[MERGE_THEIRS];
    struct linediff first = {0}, second = {0};
    const char *end = memchr(ours->text, '\n', ours->size);
    struct line_merge l = {.m = m,
                           .texts = texts,
                           .secret = ours->secret || theirs->secret || base->secret,
                           .out = out,
                           .line_end = end && end > ours->text && end[-1] == '\r' ? "\r\n" : "\n"};
    if (!base->text) {
        m->failed |= !linediff_texts(ours->text, ours->size, theirs->text, theirs->size, &m->budget, &first);
        if (!m->failed)
            put_differences(&l, &first);
    } else {
        m->failed |= !linediff_texts(base->text, base->size, ours->text, ours->size, &m->budget, &first) ||
                     !linediff_texts(base->text, base->size, theirs->text, theirs->size, &m->budget, &second);
        if (!m->failed)
            put_regions(&l, &first, &second);
    }
    m->failed |= out->failed;
    for (int side = 0; side < MERGE_SIDES; side++)
        hygiene_hits_free(&l.wholes[side].hits);
    linediff_free(&first);
    linediff_free(&second);
}
