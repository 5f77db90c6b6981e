#include "tools/prose.h"

#include <string.h>

#include "base/text.h"

/* ------------------------------------------------------------------------------------------------------- blocks */

static const char *line_end(const char *at)
{
    return at + strcspn(at, "\n");
}

static const char *next_line(const char *at)
{
    const char *end = line_end(at);
    return end + (*end == '\n');
}

static void set(struct prose_block *block, enum prose_kind kind, const char *text, const char *end)
{
    *block = (struct prose_block){.kind = kind, .text = text, .size = (size_t)(end - text)};
}

/* Whether something else than the rest of a paragraph or an item begins here. */
static bool begins_block(const char *at)
{
    return *at == '\0' || *at == '\n' || *at == '#' || *at == '|' || text_starts_with(at, "- ") ||
           text_starts_with(at, "```") || text_starts_with(at, "<!--");
}

/* The lines up to the next block. */
static const char *flow(const char *at, struct prose_block *block, enum prose_kind kind)
{
    const char *start = at, *end;
    do {
        end = line_end(at);
        at = next_line(at);
    } while (!begins_block(at));
    set(block, kind, start, end);
    return at;
}

static const char *heading(const char *at, struct prose_block *block)
{
    size_t level = strspn(at, "#");
    const char *text = at + level;
    text += strspn(text, " ");
    set(block, level == 1 ? PROSE_TITLE : level == 2 ? PROSE_HEADING : PROSE_PART, text, line_end(at));
    return next_line(at);
}

static const char *code(const char *at, struct prose_block *block)
{
    const char *start = next_line(at);
    for (at = start; *at && !text_starts_with(at, "```"); at = next_line(at))
        ;
    set(block, PROSE_CODE, start, at);
    return next_line(at);
}

static const char *options(const char *at, struct prose_block *block)
{
    const char *text = at + strspn(at, "<!- ");
    set(block, PROSE_OPTIONS, text, text + strcspn(text, " \n"));
    return next_line(at);
}

/* A cell from `at` to the next bar outside of a literal, without spaces around it. */
static const char *cell(const char *at, const char **text, size_t *size)
{
    bool literal = false;
    at += strspn(at, " ");
    *text = at;
    for (; *at && *at != '\n' && (literal || *at != '|'); at++)
        literal = literal != (*at == '`');
    const char *end = at;
    while (end > *text && end[-1] == ' ')
        end--;
    *size = (size_t)(end - *text);
    return at + (*at == '|');
}

static const char *row(const char *at, struct prose_block *block)
{
    *block = (struct prose_block){.kind = PROSE_ROW};
    cell(cell(at + 1, &block->text, &block->size), &block->rest, &block->rest_size);
    return next_line(at);
}

bool prose_next(const char **at, struct prose_block *block)
{
    const char *p = *at + strspn(*at, "\n");
    if (*p == '|' && text_starts_with(next_line(p), "|-"))
        p = next_line(next_line(p)); /* the head of a table */
    if (*p == '\0')
        return false;
    if (*p == '#')
        p = heading(p, block);
    else if (*p == '|')
        p = row(p, block);
    else if (text_starts_with(p, "```"))
        p = code(p, block);
    else if (text_starts_with(p, "<!--"))
        p = options(p, block);
    else if (text_starts_with(p, "- "))
        p = flow(p + 2, block, PROSE_ITEM);
    else
        p = flow(p, block, PROSE_PARAGRAPH);
    *at = p;
    return true;
}

/* -------------------------------------------------------------------------------------------------------- spans */

static const char *find(const char *at, const char *end, const char *what)
{
    return memmem(at, (size_t)(end - at), what, strlen(what));
}

/* Text between two marks at `at`; NULL: there is none. */
static const char *marked(const char *at, const char *end, const char *mark, enum prose_style style,
                          struct prose_span *span)
{
    size_t n = strlen(mark);
    if ((size_t)(end - at) < n || memcmp(at, mark, n) != 0)
        return NULL;
    const char *close = find(at + n, end, mark);
    if (!close)
        return NULL;
    *span = (struct prose_span){style, at + n, (size_t)(close - at) - n};
    return close + n;
}

static const char *link(const char *at, const char *end, struct prose_span *span)
{
    const char *close = *at == '[' ? find(at, end, "](") : NULL;
    const char *after = close ? find(close, end, ")") : NULL;
    if (after)
        *span = (struct prose_span){PROSE_PLAIN, at + 1, (size_t)(close - at) - 1};
    return after ? after + 1 : NULL;
}

bool prose_span(const char **at, const char *end, struct prose_span *span)
{
    const char *p = *at, *after;
    if (p == end)
        return false;
    if ((after = marked(p, end, "`", PROSE_LITERAL, span)) || (after = marked(p, end, "**", PROSE_STRONG, span)) ||
        (after = marked(p, end, "*", PROSE_EMPHASIS, span)) || (after = link(p, end, span))) {
        *at = after;
        return true;
    }
    /* A mark without an end is text. */
    size_t n = 1;
    while (p + n < end && !strchr("`*[", p[n]))
        n++;
    *span = (struct prose_span){PROSE_PLAIN, p, n};
    *at = p + n;
    return true;
}

void prose_words(struct buf *out, const char *text, size_t size)
{
    struct prose_span span;
    const char *end = text + size;
    bool space = false;
    while (prose_span(&text, end, &span)) {
        /* What man shows in bold. */
        const char *quote = span.style == PROSE_LITERAL && memchr(span.text, ' ', span.size) ? "'" : "";
        buf_puts(out, quote);
        for (size_t i = 0; i < span.size; i++) {
            bool blank = span.text[i] == ' ' || span.text[i] == '\n';
            if (!blank || !space)
                buf_putc(out, blank ? ' ' : span.text[i]);
            space = blank;
        }
        buf_puts(out, quote);
    }
}
