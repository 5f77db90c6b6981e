/* Conflicts, as they are noted. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/linediff.h"
#include "base/secrets.h"
#include "base/text.h"
#include "jpk/jpk.h"
#include "jpk/merge_state.h"
#include "jpk/secret_text.h"

enum { VALUE_MAX = 2000 }; /* bytes of a value in a report */

const char *jpk_merge_kind_name(enum jpk_merge_kind kind)
{
    static const char *const names[] = {
        [JPK_MERGE_VALUE] = "value", [JPK_MERGE_LINES] = "lines", [JPK_MERGE_DELETED] = "deleted",
        [JPK_MERGE_USED] = "used",   [JPK_MERGE_ADDED] = "added", [JPK_MERGE_MOVED] = "moved",
        [JPK_MERGE_ORDER] = "order", [JPK_MERGE_FILE] = "file",   [JPK_MERGE_CHECK] = "check"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

static const char *keep(struct merging *m, const char *text, size_t n)
{
    const char *copy = arena_strndup(&m->arena, text, n);
    m->failed |= !copy;
    return copy ? copy : "";
}

/* How much of a text is shown: to the end of a character. */
static size_t shown_size(const char *text, size_t n)
{
    if (n <= VALUE_MAX)
        return n;
    n = VALUE_MAX;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* A text without its secrets: those of the whole of which it is a piece, and those that it shows by itself. */
static void put_masked(struct buf *out, const struct merge_text *value, const struct merge_whole *whole)
{
    struct buf piece = {0};
    const char *text = value->text;
    size_t n = value->size, at = whole ? (size_t)(text - whole->text) : 0;
    if (whole && secret_text_piece(&piece, whole->text, at, at + n, &whole->hits)) {
        text = buf_text(&piece);
        n = piece.size;
    }
    if (!secret_text_mask(out, text, n))
        buf_put(out, text, n);
    out->failed |= piece.failed;
    buf_free(&piece);
}

/* A copy in which secrets are masked, in the whole before it is cut; nothing of it when it is one. */
static struct jpk_merge_value shown(struct merging *m, const struct merge_clash *clash, enum merge_side side)
{
    const struct merge_text *value = &clash->values[side];
    struct jpk_merge_value result = {0};
    struct buf found = {0}, masked = {0};
    size_t least, most;
    if (!value->text)
        return result;
    put_masked(&found, value, clash->wholes ? &clash->wholes[side] : NULL);
    const char *text = buf_text(&found);
    result.hidden = jpk_encrypted_length(text, &least, &most) || strncmp(text, "$00", 3) == 0 ||
                    (value->secret && *text && !secret_only_variables(text, strlen(text)));
    if (!result.hidden) {
        mask_secrets(&masked, text);
        size_t n = shown_size(buf_text(&masked), masked.size);
        if (n < masked.size) {
            masked.size = n;
            buf_puts(&masked, " ...");
        }
        result.text = keep(m, buf_text(&masked), masked.size);
    }
    m->failed |= found.failed || masked.failed;
    buf_free(&found);
    buf_free(&masked);
    return result;
}

void merge_conflict(struct merging *m, const struct merge_clash *clash)
{
    if (m->quiet || m->failed)
        return;
    struct jpk_merge_conflict *list =
        array_grow(m->conflicts, m->public.conflict_count, &m->conflict_capacity, sizeof *list);
    if (!list) {
        m->failed = true;
        return;
    }
    m->conflicts = list;
    list[m->public.conflict_count++] =
        (struct jpk_merge_conflict){.kind = clash->kind,
                                    .path = m->subject.path ? m->subject.path : "project",
                                    .type = m->subject.type,
                                    .id = m->subject.id,
                                    .field = keep(m, buf_text(&m->path), m->path.size),
                                    .base = shown(m, clash, MERGE_BASE),
                                    .ours = shown(m, clash, MERGE_OURS),
                                    .theirs = shown(m, clash, MERGE_THEIRS),
                                    .kept = clash->kept,
                                    .line = clash->line,
                                    .settled = merge_favors(m) && !clash->open,
                                    .message = clash->message ? keep(m, clash->message, strlen(clash->message)) : NULL};
}

struct place {
    struct jpk_merge_conflict conflict;
    size_t at;
};

static int by_path(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = strcmp(left->conflict.path, right->conflict.path);
    return order ? order : (left->at > right->at) - (left->at < right->at);
}

void merge_report_finish(struct merging *m)
{
    size_t n = m->public.conflict_count;
    struct place *places = malloc((n + 1) * sizeof *places);
    if (!places) {
        m->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){m->conflicts[i], i};
    if (n)
        qsort(places, n, sizeof *places, by_path);
    m->public.left = 0;
    for (size_t i = 0; i < n; i++) {
        m->conflicts[i] = places[i].conflict;
        m->public.left += !m->conflicts[i].settled;
    }
    m->public.conflicts = m->conflicts;
    free(places);
}

struct merging *merge_begin(const struct jpk_merge_options *options, struct jpk_error *err)
{
    struct merging *m = calloc(1, sizeof *m);
    if (!m) {
        error_memory(err);
        return NULL;
    }
    if (options)
        m->options = *options;
    if (!m->options.ours)
        m->options.ours = "ours";
    if (!m->options.theirs)
        m->options.theirs = "theirs";
    if (!m->options.marker_size)
        m->options.marker_size = 7;
    m->main = m->options.favor == JPK_MERGE_THEIRS ? MERGE_THEIRS : MERGE_OURS;
    m->other = m->main == MERGE_OURS ? MERGE_THEIRS : MERGE_OURS;
    m->budget = LINEDIFF_BUDGET;
    return m;
}

void jpk_merge_free(struct jpk_merge *merge)
{
    struct merging *m = (struct merging *)merge;
    if (!m)
        return;
    jpk_archive_free(m->public.archive);
    free(m->conflicts);
    buf_free(&m->path);
    buf_free(&m->text);
    arena_free(&m->arena);
    free(m);
}
